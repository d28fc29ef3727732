"""The view that marks an assignment again: on a copy first, then for good."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import ipywidgets

from cjpolicy import html
from cjpolicy.errors import CourseError
from cjpolicy.grading.report import Standing
from cjpolicy.grading.workshop import Workshop, sources

from . import regrade
from .book import Book
from .masking import anonymous
from .tasks import Task
from .view import LABELLED, WIDE, View, named, part
from .words import counted, spoken

__all__ = ["Regrading"]


class Regrading(View):
    """Marks an assignment again: on a copy first, to see who gains or loses, then with a reason.

    Parameters
    ----------
    root : Path
        The class's folder.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(
            root,
            "Marking again",
            "After you have changed an item in solutions/: see who gains or loses, give the reason, which "
            "students read in their feedback, and apply. Until then nothing of the class is touched.",
        )
        self.seen: regrade.Preview | None = None
        with Book.open(root) as book:
            marked = [name for name in sources(root) if name in book.assignments]
        self.assignment = self.choice("Assignment", named(marked), self.forget)
        self.names = self.names_tick(self.draw)
        self.look = self.button("See who gains or loses", self.preview)
        self.shown = ipywidgets.HTML()
        # Sent whole when it is left: letter by letter, the last ones may come after the button's press.
        self.reason = ipywidgets.Textarea(
            description="Reason",
            rows=3,
            continuous_update=False,
            style=LABELLED,
            layout=ipywidgets.Layout(**WIDE),
        )
        self.lower = self.tick("Also lower marks, where the item now comes to less", lambda: None)
        self.apply = self.button("Apply, with this reason", self.change)
        self.past = ipywidgets.HTML()
        self.box.children = [
            *(self.assignment, self.names, self.row(self.look), self.said, self.shown),
            *(self.reason, self.lower, self.apply, self.past),
        ]
        self.say(
            "Nothing has been looked at yet."
            if marked
            else "No assignment of this class has been marked yet."
        )
        self.told(self.show_records)(None)

    @property
    def name(self) -> str:
        if self.assignment.value is None:
            raise CourseError(
                "No assignment of this class has been marked yet. Mark one first: cjpolicy grade."
            )
        return str(self.assignment.value)

    def forget(self) -> None:
        """Forget what was seen of another assignment."""
        self.seen = None
        self.shown.value = ""
        self.say(f"{spoken(self.name)}: nothing has been looked at yet.")

    def insist_on_rest(self) -> None:
        """See to it that nothing is broken off half way by what comes next.

        Raises
        ------
        CourseError
            If something is running.
        """
        if self.tasks.running is not None:
            raise CourseError("Something is running. Wait for its end, or press Stop first.")

    def preview(self) -> None:
        """Mark the class again on a copy, and show what is different."""
        self.insist_on_rest()
        self.forget()
        name, what = self.name, f"Marking {spoken(self.name)} again, on a copy"
        self.say(f"{what}. The class's own marks are not touched.")
        self.tasks.start(
            what,
            lambda task: regrade.preview(Workshop(self.root), name, progress=_steps(task)),
            self.show_preview,
            notebooks=True,
        )

    def show_preview(self, seen: regrade.Preview) -> None:
        """Show who would gain or lose."""
        self.seen = seen
        self.draw()
        kinds = Counter(change.kind for change in seen.changes)
        self.say(
            f"Marked again on a copy. Would rise: {counted(kinds['gain'], 'mark')}. Would fall, but stays "
            f"unless you tick the box: {counted(kinds['lose'], 'mark')}. Nothing changes for "
            f"{counted(seen.same, 'student')}. Nothing has been applied."
        )

    def draw(self) -> None:
        """Draw what was seen, with names or without."""
        if self.seen is None:
            return
        with Book.open(self.root) as book:
            rows = book.connection.execute(
                "SELECT id, code, coalesce(first_name, ''), coalesce(last_name, '') FROM student"
            ).fetchall()
        names = bool(self.names.value)
        called = {id: (f"{first} {last}".strip() or id) if names else code for id, code, first, last in rows}
        reasons = dict(self.seen.unmarked)
        if not names:
            own = {id: (id, first, last) for id, _, first, last in rows}
            reasons = {
                id: anonymous(reason, self.seen.assignment, own.get(id, (id,)))
                for id, reason in reasons.items()
            }
        self.shown.value = _preview(replace(self.seen, unmarked=reasons), called)

    def change(self) -> None:
        """Apply what was seen, with its reason."""
        self.insist_on_rest()
        seen, reason, lower = self.seen, str(self.reason.value), bool(self.lower.value)
        if seen is None:
            raise CourseError(f"Nothing has been looked at yet. Press “{self.look.description}” first.")
        if not reason.strip():
            raise CourseError("The reason is missing. Write one: students read it in their feedback.")
        what = f"Marking {spoken(seen.assignment)} again, for good"
        self.say(
            f"{what}. Should you stop it, look again at who gains or loses, and apply that: it goes on then."
        )
        self.seen = None
        self.tasks.start(
            what,
            lambda task: regrade.apply(Workshop(self.root), seen, reason, lower, _steps(task)),
            self.show_applied,
            notebooks=True,
            for_good=True,
        )

    def show_applied(self, record: regrade.Record) -> None:
        """Show what was done."""
        self.seen, self.shown.value, self.reason.value = None, "", ""
        self.lower.value = False
        self.show_records()
        self.say(" ".join(regrade.applied(replace(record, unmarked={}))))

    def show_records(self) -> None:
        """Show what is on record of this class's regrades."""
        rows = [_recorded(record) for record in reversed(regrade.records(Workshop(self.root)))]
        headers = ["When (UTC)", "Assignment", "Reason", "Marks that rose", "Fell", "Kept", "By"]
        none = html.paragraph("None so far.")
        self.past.value = part("On record", html.table(headers, rows, "Markings again") if rows else none)


def _steps(task: Task) -> Callable[[Standing], None]:
    return lambda standing: task.step(standing.done, standing.total)


def _preview(seen: regrade.Preview, called: Mapping[str, str]) -> str:
    """Return what marking again would do, as tables by item and by student."""
    items = list(regrade.by_item(seen))
    students = [
        [
            called.get(change.student, "unknown"),
            change.item,
            *("waits" if points is None else f"{points:g}" for points in (change.before, change.after)),
            change.what,
        ]
        for change in seen.changes
    ]
    headers = [
        "Item",
        "Gain",
        "Would fall (stays unless ticked)",
        "Wait",
        "Kept before",
        "By hand: stays",
        "Told otherwise",
        "Points gained",
        "Points that would fall",
    ]
    unmarked = [f"{called.get(student, 'unknown')}: {reason}" for student, reason in seen.unmarked.items()]
    changed = html.table(headers, items, "Students by item") if items else html.paragraph("No mark changes.")
    whole = html.table(["Student", "Item", "Before", "After", "What"], students, "Every change")
    every = f"<details><summary>Every change ({len(students)})</summary>{whole}</details>" if students else ""
    stay = (
        html.paragraph("Not marked again, so that the marks stay:") + html.bullets(unmarked)
        if unmarked
        else ""
    )
    return part("Who gains or loses", html.bullets(regrade.worth_changes(seen)), changed, every, stay)


def _recorded(record: regrade.Record) -> list[str]:
    stay = sum(record.stays(change) for change in record.changes)
    rose = sum(change.kind == "gain" for change in record.changes)
    fell = sum(change.falls for change in record.changes) - stay
    stopped = " (stopped half way)" if record.state != "done" else ""
    when = record.when.replace("T", " ")[:16]
    reason = f"{record.reason}{stopped}"
    return [when, spoken(record.assignment), reason, str(rose), str(fell), str(stay), record.who]
