"""Long work beside a notebook, which stays free meanwhile: how far it is, and a button to stop it."""

import threading
from collections.abc import Callable
from contextlib import nullcontext
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TypeVar

import ipywidgets

from cjpolicy import html

__all__ = ["Stopped", "Task", "Tasks"]

T = TypeVar("T")
# Held by what runs notebooks: a marking ends every process that this one has for them, others' too.
_notebooks = threading.Lock()
IDLE = '<span class="cj-idle">Nothing is running.</span>'


class Stopped(Exception):
    """Work was asked to stop."""


@dataclass
class Task:
    """One piece of work.

    Parameters
    ----------
    what : str
        What is being done, as a sentence begins: "Marking again".
    notebooks, for_good : bool
        As `Tasks.start` takes them.
    """

    what: str
    notebooks: bool = False
    for_good: bool = False
    stopped: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    show: Callable[[str], None] = lambda _: None

    def step(self, done: int, total: int, note: str = "") -> None:
        """Say how far the work is.

        Raises
        ------
        Stopped
            If it was asked to stop.
        """
        if self.stopped.is_set():
            raise Stopped
        self.show(_bar(self.what, done, total, note))


class Tasks:
    """Runs one task at a time, the newest, and shows it.

    Parameters
    ----------
    say : callable
        Takes a sentence that is read out.
    fail : callable
        Takes what went wrong.

    Attributes
    ----------
    lock : threading.RLock
        Held by whoever changes what is shown: a notebook's controls may be answered in one thread, its cells
        run in another, and this in a third.
    button, bar : ipywidgets.Widget
        A button that stops what is running, and how far it is.
    """

    def __init__(self, say: Callable[[str], None], fail: Callable[[Exception], None]) -> None:
        self.say, self.fail = say, fail
        self.lock = threading.RLock()
        self.running: Task | None = None
        self.bar = ipywidgets.HTML(IDLE)
        self.button = ipywidgets.Button(description="Stop", layout=ipywidgets.Layout(width="auto"))
        self.button.on_click(lambda _: self.stop())

    def start(
        self,
        what: str,
        work: Callable[[Task], T],
        then: Callable[[T], None],
        *,
        notebooks: bool = False,
        for_good: bool = False,
    ) -> Task:
        """Begin a task in place of the one that runs, if any.

        Parameters
        ----------
        what : str
            As `Task` takes it.
        work : callable
            Does it, in a thread of its own; takes the task, whose `step` it calls.
        then : callable
            Shows what it returned.
        notebooks : bool
            Whether it runs notebooks; it waits then for what runs some already, in another view too.
        for_good : bool
            Whether it changes what stays, so that its end is told even if it was stopped too late.
        """
        with self.lock:
            self._end()
            task = Task(what, notebooks, for_good)
            task.show = lambda drawn: self._show(task, drawn)
            self.running = task
            self.bar.value = _bar(what, 0, 0)
            # What a thread shows belongs to the cell that is known in its context.
            words = (copy_context().run, self._work, task, work, then)
            task.thread = threading.Thread(
                target=words[0], args=words[1:], daemon=True, name="cjpolicy-review"
            )
            task.thread.start()
        return task

    def stop(self) -> None:
        """Stop what is running, or say that nothing is."""
        with self.lock:
            if self.running is None:
                self.say("Nothing is running.")
            else:
                what = self.running.what
                self._end()
                self.say(f"Stopped: {what[0].lower()}{what[1:]}.")

    def wait(self) -> None:
        """Wait until what is running is done, and what it found is shown."""
        with self.lock:
            task = self.running
        if task and task.thread:
            task.thread.join()

    def _end(self) -> None:
        if self.running:
            self.running.stopped.set()
        self.running = None
        self.bar.value = IDLE

    def _show(self, task: Task, drawn: str) -> None:
        with self.lock:
            if self.running is task:
                self.bar.value = drawn

    def _work(self, task: Task, work: Callable[[Task], T], then: Callable[[T], None]) -> None:
        try:
            with _notebooks if task.notebooks else nullcontext():
                if task.stopped.is_set():
                    return
                found = work(task)
        except Stopped:
            return
        except Exception as fault:
            self._finish(task, self.fail, fault)
        else:
            self._finish(task, then, found)

    def _finish(self, task: Task, last: Callable[[T], None], found: T) -> None:
        with self.lock:
            if self.running is task:
                self._end()
            elif not task.for_good:
                return
            try:
                last(found)
            except Exception as fault:
                self.fail(fault)


def _bar(what: str, done: int, total: int, note: str = "") -> str:
    """Return how far something is, as HTML; without a total, only that it goes on.

    Examples
    --------
    >>> _bar("Marking again", 3, 10)
    '<label>Marking again: 3 of 10 <progress max="10" value="3"></progress></label>'
    """
    far = f": {done} of {total}" if total else " ..."
    sizes = f' max="{total}" value="{done}"' if total else ""
    after = f" {html.escape(note)}" if note else ""
    return f"<label>{html.escape(what)}{far}{after} <progress{sizes}></progress></label>"
