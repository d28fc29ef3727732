"""The view of the class: its figures and tables, over the course or in one assignment, and their export."""

from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets

from cjpolicy import html
from cjpolicy.grading.export import safe_csv
from cjpolicy.grading.report import write_whole
from cjpolicy.grading.returned import points

from . import cards, figures, measures
from .book import Book
from .tasks import Task
from .view import View, messages_html, named, part, rows_of
from .words import called, counted, share_of, spoken

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Classroom", "write_csv"]

WHOLE = ""
# Misconceptions told in sentences, whose figure's table has all of them; and rows of the longest table.
MOST, LONGEST = 10, 400
MISSING = "Misconceptions with the most points missing"


class Classroom(View):
    """The class in figures and tables, over the course or in one assignment.

    Parameters
    ----------
    root : Path
        The class's folder.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(
            root,
            "The class",
            "Choose the whole course or one assignment. Students have codes in place of their names, unless "
            "you ask for names.",
        )
        with Book.open(root) as book:
            there = book.assignments
        self.what = self.choice("Show", [("the whole course", WHOLE), *named(there)], self.show)
        self.names = self.names_tick(self.show_tables)
        self.export = self.button("Export as CSV files", self.write)
        self.sentences, self.drawn, self.tables = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
        top = [self.what, self.names, self.row(self.export), self.said]
        self.box.children = [*top, self.sentences, self.drawn, self.tables]
        self.told(self.show)(None)

    @property
    def name(self) -> str | None:
        return str(self.what.value) or None

    def show(self) -> None:
        """Show what is chosen: what can be said at once, and the figures when they are drawn."""
        name = self.name
        with Book.open(self.root) as book:
            mistakes = html.bullets(said_of_mistakes(book, name))
            self.sentences.value = messages_html(book.messages) + part(MISSING, mistakes)
        self.drawn.value = ""
        self.show_tables()

        def show(drawn: list[str]) -> None:
            self.drawn.value = part("In figures", *drawn)
            self.say(f"Below: {spoken(name or 'the whole course')}, in {counted(len(drawn), 'figure')}.")

        self.say(f"Below: {spoken(name or 'the whole course')}. Its figures are being drawn.")
        self.tasks.start("Drawing figures", lambda task: draw(self.root, name, task), show)

    def show_tables(self) -> None:
        """Show what has no figure of its own, with names or without."""
        names = bool(self.names.value)
        with Book.open(self.root) as book:
            tables = {"Repaired, flagged or cut short": measures.trouble(book, self.name, names)}
            if self.name:
                first = {"All submissions": measures.standing(book, self.name, names)}
            else:
                first = {"Shares of the points": measures.shares(book, names)}
        self.tables.value = part("Student by student", *(_folded(*each) for each in (first | tables).items()))
        self.say("Students are named." if names else "Students have codes in place of their names.")

    def write(self) -> None:
        """Write what is chosen as CSV files, and say where."""
        folder = self.root / "classroom" / "review"
        with Book.open(self.root) as book:
            files = write_csv(book, folder, self.name, names=bool(self.names.value))
        self.say(f"{counted(len(files), 'file')} written to {folder}: {', '.join(files)}.")


def draw(root: Path, assignment: str | None, task: Task) -> list[str]:
    """Draw a class's figures, over the course or in one assignment, as HTML."""
    with Book.open(root) as book:
        known = figures.assignment_figures(book, assignment) if assignment else figures.class_figures(book)
    drawn = []
    for place, figure in enumerate(known):
        task.step(place, len(known))
        drawn.append(cards.figure_html(figure))
    return drawn


def _folded(title: str, frame: "pd.DataFrame") -> str:
    """Return a table that is unfolded on demand; of a long one the beginning."""
    if frame.empty:
        return ""
    rest = f"The first {LONGEST} of {len(frame)}: the exported files have them all."
    more = html.paragraph(rest) if len(frame) > LONGEST else ""
    table = cards.table(frame.head(LONGEST), title)
    return f"<details><summary>{title} ({len(frame)})</summary>{more}{table}</details>"


def said_of_mistakes(book: Book, assignment: str | None) -> list[str]:
    """Return in which misconceptions most points are missing, whatever the reason, a sentence each."""
    found = measures.misconceptions(book, assignment).sort_values(
        ["points_lost", "students"], ascending=False
    )
    return [
        f"{share_of(row['students'], row['of'])}, {row['item']}: {called(row['slip'])} "
        f"({points(row['points_lost'])} missing)."
        for row in rows_of(found.head(MOST))
    ]


def write_csv(book: Book, folder: Path, assignment: str | None = None, *, names: bool = False) -> list[str]:
    """Write a class's measures as CSV files.

    Parameters
    ----------
    book : Book
        The class.
    folder : Path
        Where to; made if it is not there.
    assignment : str, optional
        The assignment; the whole course by default.
    names : bool
        Whether students have their names beside their codes.

    Returns
    -------
    list of str
        The files' names.
    """
    tables = {
        "items": measures.items(book, assignment),
        "totals": measures.totals(book, assignment),
        "misconceptions": measures.misconceptions(book, assignment),
        "misconceptions-in-all": measures.misconceptions(book, assignment, by_slip=True),
        "missed-by-strong": measures.missed_by_strong(book, assignment),
        "time": measures.time(book, assignment),
        "trouble": measures.trouble(book, assignment, names),
    }
    if assignment:
        tables["standing"] = measures.standing(book, assignment, names)
        tables["marks-by-item"] = measures.marks(book, assignment, names)
    else:
        tables["progress"] = measures.progress(book)
        tables["students"] = measures.shares(book, names)
        tables["tests"] = measures.tests(book, names)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, frame in tables.items():
        files.append(f"{assignment or 'course'}-{name}.csv")
        write_whole(folder / files[-1], safe_csv(frame))
    return files
