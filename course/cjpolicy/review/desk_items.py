"""The view of the solutions: each item, the class's answers beside the model answer, and what has changed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import Any

import ipywidgets

from cjpolicy import html
from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.grading.returned import points
from cjpolicy.grading.workshop import Workshop, sources

from . import cards, changes, measures
from .answers import read_answer
from .book import Book
from .models import ItemModel, read_models
from .tasks import Task
from .view import View, named, part, rows_of, who
from .words import called, share_of, spoken

__all__ = ["Solutions"]

ALL = ""
EVERYTHING = ("all", ALL)
# No id of a misconception.
UNKNOWN = "?"
STATUS = {"full": "all points", "part": "some points", "none": "no points", "waiting": "waits for a mark"}


class Solutions(View):
    """Every item with its model answer, what the class answered, and what has changed since the release.

    Parameters
    ----------
    root : Path
        The class's folder.
    """

    PARTS = (
        ("The question and its model answer", "item"),
        ("What the class answered", "answers"),
        ("What has changed since the release", "changes"),
    )

    def __init__(self, root: Path) -> None:
        super().__init__(
            root,
            "Solutions",
            "Choose an assignment and an item, then what to show: all that is known of the item, what the "
            "class answered beside the model answer, or what has changed since the release.",
        )
        self.models: dict[str, ItemModel] = {}
        self.called: dict[str, str] = {}
        self.assignment = self.choice("Assignment", named(list(sources(root))), self.open_assignment)
        self.item = self.choice("Item", [], self.open_item)
        self.part = self.choice("Show", self.PARTS, self.show)
        self.card = ipywidgets.HTML()
        self.slip = self.choice("Misconception", [EVERYTHING], self.list_answers)
        self.status = self.choice("Mark", [EVERYTHING], self.list_answers)
        self.names = self.names_tick(self.list_answers)
        self.who = self.long_choice("Answer of", self.read)
        self.beside = ipywidgets.HTML()
        self.compare = self.button("See what has changed", self.find_changes)
        self.changes = ipywidgets.HTML()
        self.parts = {
            "item": ipywidgets.VBox([self.card]),
            "answers": ipywidgets.VBox([self.slip, self.status, self.names, self.who, self.beside]),
            "changes": ipywidgets.VBox([self.compare, self.changes]),
        }
        top = [self.assignment, self.item, self.part, self.row(), self.said]
        self.box.children = [*top, *self.parts.values()]
        self.show()
        self.open_assignment()

    @property
    def name(self) -> str:
        return str(self.assignment.value)

    @property
    def model(self) -> ItemModel | None:
        return self.models.get(str(self.item.value))

    def open_assignment(self) -> None:
        """Run an assignment's model answers, or take those that are kept, and show its first item."""
        self.models = {}
        self.card.value = self.beside.value = self.changes.value = ""
        self.offer(self.item, [])
        self.offer(self.who, [])
        name, what = self.name, f"Running the model answers of {spoken(self.name)}"
        self.say(f"{what}. The first time this takes up to a minute.")
        self.tasks.start(what, lambda _: read_models(self.root, name), self.take, notebooks=True)

    def take(self, models: Sequence[ItemModel]) -> None:
        """Show an assignment's items."""
        self.models = {model.id: model for model in models}
        self.offer(self.item, [(f"{each.title} ({each.id})", each.id) for each in models])
        self.open_item()

    def open_item(self) -> None:
        """Show an item, and who answered it."""
        if self.model is None:
            return
        place = self.name, self.model.id
        with Book.open(self.root) as book:
            known = self.name in book.assignments
            rows = rows_of(measures.misconceptions(book, *place)) if known else []
            given = rows_of(measures.answers(book, *place)) if known and not self.model.written else []
        counts = {row["slip"]: (row["students"], row["of"]) for row in rows}
        self.card.value = cards.item_card(self.model, counts)
        slips = [(f"{called(row['slip'])} ({row['students']})", row["slip"]) for row in rows]
        if unknown := sum(map(_unknown, given)):
            slips.append((f"not right, none recognised ({unknown})", UNKNOWN))
        self.offer(self.slip, [EVERYTHING, *slips])
        self.say(f"{self.model.id}: {self.model.title}.")
        self.list_answers()

    def show(self) -> None:
        """Show one of the parts."""
        for name, box in self.parts.items():
            box.layout.display = "" if name == self.part.value else "none"
        if self.part.value == "answers":
            self.list_answers()
        elif self.model:
            self.say(f"Below: {self.part.label[0].lower()}{self.part.label[1:]}.")

    def list_answers(self) -> None:
        """List those who answered the item, with the chosen misconception and mark, and show the first."""
        if self.model is None or self.part.value != "answers":
            return
        name, model = self.name, self.model
        with Book.open(self.root) as book:
            if name not in book.assignments:
                raise CourseError(
                    f"No {spoken(name)} of this class has been marked. Mark it: cjpolicy grade."
                )
            everybody = rows_of(measures.answers(book, name, model.id, names=bool(self.names.value)))
        counts = Counter(_mark(row, model.written) for row in everybody)
        order = [*sorted(counts.keys() - STATUS.keys(), key=float, reverse=True), *STATUS]
        said = {mark: STATUS.get(mark) or f"{mark} of {points(model.points)}" for mark in order}
        kinds = [(f"{said[mark]} ({counts[mark]})", mark) for mark in order if counts[mark]]
        self.offer(self.status, [EVERYTHING, *kinds])
        slip, mark = self.slip.value, self.status.value
        rows = [
            row
            for row in everybody
            if (slip in (ALL, *row["slips"]) or (slip == UNKNOWN and _unknown(row)))
            and mark in (ALL, _mark(row, model.written))
        ]
        self.called = {row["code"]: who(row) for row in rows}
        lines = [(_line(row, model.points), row["code"]) for row in rows]
        self.offer(self.who, lines)
        self.say(f"In the list of answers: {share_of(len(rows), len(everybody))}. {self.draw_answer()}")

    def read(self) -> None:
        """Show the chosen answer, and read out what came of it."""
        self.say(self.draw_answer())

    def draw_answer(self) -> str:
        """Show the chosen answer beside the model answer; return what came of it."""
        self.beside.value = ""
        if self.model is None or not self.who.value:
            return ""
        code = str(self.who.value)
        shown = self.called[code]
        with Book.open(self.root) as book:
            student = book.student(code)
        try:
            answer = read_answer(self.root, self.name, student, self.model.id, names=bool(self.names.value))
        except UnknownName:  # whose message names the student
            return f"{shown} has no marked answer: the view of the class lists what could not be marked."
        self.beside.value = part(f"{shown}: {answer.status}", cards.side_by_side(self.model, answer))
        return f"Below: {shown}, {answer.status}, beside the model answer."

    def find_changes(self) -> None:
        """Compare the assignment with its release and with its recorded answers."""
        name, what = self.name, f"Comparing {spoken(self.name)} with its release"

        def compare(_: Task) -> tuple[str, list[ItemModel]]:
            cells = changes.since_release(Workshop(self.root), name)
            lines = changes.release_diff(self.root, name)
            drawn = _changes(cells, lines, changes.recorded_effects(self.root, name))
            return drawn, read_models(self.root, name)

        self.say(f"{what}, and running its recorded answers.")
        self.tasks.start(what, compare, lambda found: self.show_changes(*found), notebooks=True)

    def show_changes(self, drawn: str, models: Sequence[ItemModel]) -> None:
        """Show what has changed, and the items as they are now."""
        self.take(models)
        self.changes.value = drawn
        self.say(f"What has changed in {spoken(self.name)} is below.")


def _unknown(row: Mapping[str, Any]) -> bool:
    """Say whether an answer is not right, and no misconception was recognised in it."""
    return row["status"] in ("part", "none") and not row["slips"]


def _mark(row: Mapping[str, Any], written: bool) -> str:
    """Return what answers are filtered by: whether all points were given, or to a written one how many."""
    status = str(row["status"])
    return f"{row['earned']:g}" if written and status != "waiting" else status


def _line(row: Mapping[str, Any], worth: float) -> str:
    """Return a student's line in the list of answers.

    Examples
    --------
    >>> _line({"code": "Student 7", "status": "part", "earned": 0.5, "slips": ["wrong-base:new"]}, 2.0)
    'Student 7: 0.5 of 2. Per cent of the wrong base (new)'
    """
    said = STATUS["waiting"] if row["status"] == "waiting" else f"{row['earned']:g} of {worth:g}"
    return ". ".join([f"{who(row)}: {said}", *map(called, row["slips"])])


def _changes(cells: Sequence[changes.CellChange], lines: str, effects: Sequence[changes.Effect]) -> str:
    """Return what has changed since the release, and what of the recorded answers with it, as HTML."""
    none = html.paragraph("None: the source is what the class got and was marked with.")
    same = html.paragraph("Nothing: assignments/ is up to date.")
    kept = html.paragraph("None: all get their points, and the wrong ones their misconception.")
    marks = (
        "<p>To see who of the class gains or loses, run <code>review.regrading()</code> below and press "
        "“See who gains or loses”. Nothing is applied by it.</p>"
    )
    return (
        part("Cells that have changed since the release", "".join(map(_cell_change, cells)) or none)
        + part("What a new release would change", _diff(lines) or same)
        + part("Recorded answers that no longer get what they should", _effects(effects) or kept)
        + part("Marks of past submissions", marks)
    )


def _cell_change(cell: changes.CellChange) -> str:
    worth = ""
    if cell.worth_before != cell.worth_after:
        known = (cell.worth_before, cell.worth_after)
        before, after = ("no mark" if each is None else f"{each:g} points" for each in known)
        worth = f" ({before} before, {after} now)"
    lines = unified_diff(cell.before.splitlines(), cell.after.splitlines(), "before", "now", lineterm="", n=2)
    heading = html.escape(f"{cell.id}: {cell.kind}{worth}")
    return f"<h5>{heading}</h5>{_diff(chr(10).join(lines))}"


def _diff(lines: str) -> str:
    shown = (
        f'<pre class="cj-diff" tabindex="0" role="group" aria-label="Differences">{html.escape(lines)}</pre>'
    )
    return shown if lines.strip() else ""


def _effects(effects: Sequence[changes.Effect]) -> str:
    rows = [
        [
            f"{each.item}, {each.answer}",
            f"{each.recorded:g}",
            "not marked" if each.points is None else f"{each.points:g}",
            each.recorded_slip or "none",
            ", ".join(each.slips) or "none",
            each.message,
        ]
        for each in effects
    ]
    headers = [
        "Answer",
        "Points recorded",
        "Points now",
        "Misconception recorded",
        "Recognised now",
        "Told now",
    ]
    return html.table(headers, rows, "Recorded answers") if rows else ""
