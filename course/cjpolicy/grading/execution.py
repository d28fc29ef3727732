"""One notebook run and marked: students' cells in the sandbox, locked ones where no student's code runs."""

from __future__ import annotations

import ast
import os
import stat
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader import utils

from .sandbox import Gone, Worker, version

__all__ = ["Executed", "Limits", "end_marking", "run_notebook"]

PLAYER = "cjpolicy.grading.player"
MARKER = "cjpolicy.grading.marker"
GRACE_SECONDS = 5.0
SUPPORT_BYTES = 32 << 20
MOST_CALLS = 2000
FRESH_STARTS = 2


@dataclass(frozen=True)
class Limits:
    """What a notebook may use.

    Parameters
    ----------
    cell_seconds : float
        For one cell, and for all that one test asks of a student's function.
    notebook_seconds : float
        For the whole notebook.
    memory_bytes : int
        Address space of the process that plays the student's cells.
    apart : bool
        Whether it is played in the sandbox.
    """

    cell_seconds: float = 60.0
    notebook_seconds: float = 300.0
    memory_bytes: int = 3 << 30
    apart: bool = True


@dataclass
class Executed:
    """What came of running and marking one notebook.

    Parameters
    ----------
    outputs : dict of int to list of dict
        By the cell's place in the notebook: its outputs, as nbformat has them.
    unmarked : dict of int to str
        By the test cell's place: why it could not be marked.
    limits : list of str
        The limits it hit, a sentence each.
    seed : int
        What the run's random inputs were drawn from.
    sandbox : str
        The sandbox's name and version; "none".
    seconds : float
        How long it took.
    gone : bool
        Whether a process that it ran in was lost on the way.
    """

    seed: int
    sandbox: str
    outputs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    unmarked: dict[int, str] = field(default_factory=dict)
    limits: list[str] = field(default_factory=list)
    seconds: float = 0.0
    gone: bool = False


def run_notebook(notebook: Any, folder: Path, limits: Limits, seed: int) -> Executed:
    """Run a sanitised notebook and mark its tests.

    Parameters
    ----------
    notebook : NotebookNode
        As nbgrader's sanitising leaves it: locked cells are the course's own, hidden tests among them. It is
        not changed.
    folder : Path
        Where its support files are. Notebooks there are not given to the student's code.
    limits : Limits
        What it may use.
    seed : int
        What random inputs are drawn from.

    Returns
    -------
    Executed

    Raises
    ------
    NoSandboxError
        If it has to be run apart, and that cannot be had here.
    """
    started = time.monotonic()
    executed = Executed(seed, version() if limits.apart else "none")
    run = _Run(notebook, folder, limits, executed)
    try:
        run.play()
    finally:
        run.close()
    executed.seconds = round(time.monotonic() - started, 3)
    return executed


_marker = threading.local()


def _marking_process(limits: Limits) -> Worker:
    """Return this thread's process for locked cells; one serves many notebooks, one after the other."""
    found: Worker | None = getattr(_marker, "worker", None)
    if found is None or not found.alive or _marker.apart != limits.apart:
        end_marking()
        found = Worker(MARKER, str(4 << 30), str(24 * 3600), apart=limits.apart)
        _marker.worker, _marker.apart = found, limits.apart
    return found


def end_marking() -> None:
    """End this thread's process for locked cells: a thread that is done with notebooks leaves none behind."""
    found: Worker | None = getattr(_marker, "worker", None)
    _marker.worker = None
    if found is not None:
        found.stop()


class _Run:
    """One notebook while it is run."""

    def __init__(self, notebook: Any, folder: Path, limits: Limits, executed: Executed) -> None:
        self.cells = [(place, cell) for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        self.files = list(_support_files(folder, executed.limits))
        self.limits = limits
        self.executed = executed
        self.player: Worker | None = None
        self.starts = 0
        self.played: list[str] = []
        self.set_up: list[str] = []
        self.waiting: list[str] = []
        self.skipped = ""
        self.end = time.monotonic() + limits.notebook_seconds
        self.marker_ready = False

    # --- the notebook, cell by cell

    def play(self) -> None:
        """Run every cell in its turn."""
        for place, cell in self.cells:
            if utils.is_grade(cell) and utils.is_locked(cell):
                self._test(place, cell)
            elif utils.is_locked(cell):
                self._set_up(cell)
                self._cell(place, cell)
            else:
                self._cell(place, cell)

    def close(self) -> None:
        """Leave nothing running of the student's."""
        if self.player is not None:
            self.player.stop()
            self.player = None

    def _left(self) -> float:
        return self.end - time.monotonic()

    def _cell(self, place: int, cell: Any) -> None:
        """Play a cell of the student's, or one that both sides run."""
        outputs = self.executed.outputs
        reason = self._not_now()
        if reason:
            self.skipped = reason
            outputs[place] = [_error("NotRun", reason)]
            return
        seconds = max(min(self.limits.cell_seconds, self._left()), 0.1)
        request = {"do": "cell", "source": cell.source, "seconds": seconds}
        try:
            answer = self._player().ask(request, seconds + GRACE_SECONDS)
            found = answer.get("outputs") if isinstance(answer, dict) else None
            if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
                raise Gone(late=False)
        except Gone as gone:
            outputs[place] = [_error("Stopped", self._lost(place, gone))]
            return
        outputs[place] = found
        self.played.append(cell.source)
        if answer.get("late") is True:
            self._hit(f"{_called(place, cell)} was stopped after {seconds:.0f} seconds.")

    def _not_now(self) -> str:
        """Say why no further cell of the student's can be run; "" if it can."""
        if self._left() <= 0:
            self._hit(f"The notebook was stopped after {self.limits.notebook_seconds:.0f} seconds.")
            return "Not run: the notebook had used up its time."
        if self.player is None and self.starts > FRESH_STARTS:
            return f"Not run: Python had ended {self.starts} times before."
        return ""

    # --- the student's process

    def _player(self) -> Worker:
        """Return the process that plays, started again where it had ended, with what came before replayed."""
        if self.player is not None:
            return self.player
        self.starts += 1
        seconds = int(self.limits.notebook_seconds) + 30
        self.player = Worker(PLAYER, str(self.limits.memory_bytes), str(seconds), apart=self.limits.apart)
        for path, content in self.files:
            for piece in _pieces(content):
                self.player.ask({"do": "file", "path": path, "content": piece}, 30)
        for source in self.played:
            seconds_left = max(min(self.limits.cell_seconds, self._left()), 0.1)
            request = {"do": "cell", "source": source, "seconds": seconds_left}
            self.player.ask(request, seconds_left + GRACE_SECONDS)
        return self.player

    def _lost(self, place: int, gone: Gone) -> str:
        """Note that the student's process has ended, and say why as far as that is known."""
        self.close()
        self.executed.gone = True
        if gone.late:
            why = "it did not stop when its time was up"
        else:
            why = "Python ended: too much memory, a crash, or an exit"
        self._hit(f"Cell {place + 1} could not be finished: {why}. What came before it was kept.")
        return f"This cell could not be finished: {why}."

    def _hit(self, sentence: str) -> None:
        if sentence not in self.executed.limits:
            self.executed.limits.append(sentence)

    # --- the locked cells

    def _marker(self) -> Worker:
        worker = _marking_process(self.limits)
        if not self.marker_ready:
            self.marker_ready = True
            worker.ask({"do": "begin", "seed": self.executed.seed}, 60)
            self.waiting, self.set_up = [*self.set_up, *self.waiting], []
            self._run_set_up(worker)
        return worker

    def _lose_marker(self) -> None:
        end_marking()
        self.marker_ready, self.executed.gone = False, True

    def _run_set_up(self, worker: Worker) -> None:
        """Run the locked cells that wait, again and again while one more of them can be run."""
        before = len(self.waiting) + 1
        while len(self.waiting) < before:
            before, tried = len(self.waiting), self.waiting
            self.waiting = []
            for source in tried:
                done = worker.ask({"do": "cell", "source": source}, 60)["done"]
                (self.set_up if done["ran"] else self.waiting).append(source)

    def _set_up(self, cell: Any) -> None:
        """Have a locked cell's names for the tests: the course's, whatever the student makes of them."""
        if not _defines(cell.source):
            return
        self.waiting.append(cell.source)
        try:
            self._run_set_up(self._marker())
        except Gone:
            self._lose_marker()

    def _test(self, place: int, cell: Any) -> None:
        """Mark one item."""
        about = cell.metadata["nbgrader"]
        if self.skipped:
            self.executed.unmarked[place] = f"{about['grade_id']} was not reached. {self.skipped}"
            return
        request = {"do": "test", "source": cell.source, "id": about["grade_id"], "worth": about["points"]}
        try:
            answer = self._marked(request)
        except Gone:
            self._lose_marker()
            self.executed.unmarked[place] = (
                f"{about['grade_id']} could not be marked: its answer was too much for the test."
            )
            return
        if "unmarked" in answer:
            self.executed.unmarked[place] = answer["unmarked"]
            self.executed.outputs[place] = []
        else:
            self.executed.outputs[place] = answer["outputs"]

    def _marked(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a test to the process that marks, and answer its questions from the student's."""
        worker = self._marker()
        calls = _Calls(self)
        with worker.within(2 * self.limits.cell_seconds + 4 * GRACE_SECONDS):
            worker.send(request)
            while True:
                message = worker.receive()
                if "done" in message:
                    return dict(message["done"])
                worker.send(calls.answer(message["ask"]))


class _Calls:
    """The questions that one test asks of the student's process, within one budget of time."""

    def __init__(self, run: _Run) -> None:
        self.run = run
        self.left = run.limits.cell_seconds
        self.number = 0
        self.over = ""

    def answer(self, question: dict[str, Any]) -> Any:
        """Give the student's answer, or an exception in its place."""
        self.number += 1
        if self.number > MOST_CALLS:
            self.over = "called too often"
        if self.over:
            return _raised("TimeoutError", self.over)
        started = time.monotonic()
        seconds = max(self.left, 0.1)
        try:
            found = self.run._player().ask({**question, "seconds": seconds}, seconds + GRACE_SECONDS)
        except Gone as gone:
            self.run.close()
            self.run.executed.gone = True
            self.over = "the notebook's Python ended while it was asked"
            self.run._hit(
                "A function was stopped because it took too long."
                if gone.late
                else "Python ended while an answer was asked for: too much memory, a crash, or an exit."
            )
            return {"values": {}} if question["do"] == "get" else _raised("RuntimeError", self.over)
        self.left -= time.monotonic() - started
        if isinstance(found, dict) and found.get("late") is True:
            self.over = f"it took longer than {self.run.limits.cell_seconds:.0f} seconds"
            self.run._hit("A function was stopped because it took too long.")
            return _raised("TimeoutError", self.over)
        return found


def _raised(name: str, said: str) -> dict[str, Any]:
    return {"raised": [name, name], "said": said}


def _error(name: str, said: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": said, "traceback": [f"{name}: {said}"]}


def _called(place: int, cell: Any) -> str:
    id = cell.metadata.get("nbgrader", {}).get("grade_id")
    return f"Cell {place + 1} ({id})" if id else f"Cell {place + 1}"


def _defines(source: str) -> bool:
    """Say whether a locked cell makes names, rather than only showing something."""
    return any(not isinstance(each, ast.Expr) for each in ast.parse(source).body)


def _support_files(folder: Path, noted: list[str]) -> Iterator[tuple[str, bytes]]:
    """Read what a student handed in beside the notebook: plain files only, and not without end."""
    room = SUPPORT_BYTES
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if name == "timestamp.txt" or path.suffix.lower() == ".ipynb":
                continue
            if not stat.S_ISREG(path.lstat().st_mode):
                continue
            size = path.stat().st_size
            if size > room:
                noted.append(f"The file {path.relative_to(folder)} was left out: the files are too large.")
                continue
            room -= size
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def _pieces(content: bytes) -> Iterator[str]:
    """Cut a file into pieces that fit a message."""
    for start in range(0, max(len(content), 1), 4 << 20):
        yield b64encode(content[start : start + (4 << 20)]).decode()
