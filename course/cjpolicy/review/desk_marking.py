"""The view of what waits for a person, with links to formgrader's pages."""

import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path

import ipywidgets
from jupyter_core.paths import jupyter_runtime_dir

from cjpolicy import desk, html
from cjpolicy.grading.workshop import Workshop

from . import measures
from .book import Book, gradebook_of
from .view import View, messages_html, part, rows_of
from .words import counted, spoken

__all__ = ["Marking", "first_waiting"]

Items = Mapping[tuple[str, str], int]
CAPTION = "Written answers that wait"


class Marking(View):
    """How many written answers wait for a person, with a way to formgrader's page of the first of each.

    Parameters
    ----------
    root : Path
        The class's folder.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(
            root,
            "Marking by hand",
            "Each link opens Formgrader on the first answer that waits, with no name on it. Come back here "
            "and look again to see how many are left.",
        )
        self.again = self.button("Look again", self.look)
        self.shown = ipywidgets.HTML()
        self.box.children = [self.row(self.again), self.said, self.shown]
        self.look()

    def look(self) -> None:
        """Count what waits, and find the first of each item."""
        with Book.open(self.root) as book:
            found = measures.items(book)
            self.shown.value = messages_html(book.messages)
        left = found.assign(left=found["waiting"] + found["again"]).query("left > 0")
        # Without a gradebook nobody knows which are written. What a machine marks waits where it could not.
        rows = rows_of(left[left["written"].fillna(1) != 0])
        waiting: Items = {(row["assignment"], row["item"]): int(row["left"]) for row in rows}
        answers, of = counted(sum(waiting.values()), "written answer"), counted(len(waiting), "item")
        said = (
            f"Waiting for a person: {answers} to {of}."
            if waiting
            else "No written answer waits for a person."
        )
        others = int(left["left"].sum()) - sum(waiting.values())
        if others:
            said += (
                f" Apart from these, {counted(others, 'answer')} that the machine marks want a look: the "
                "view of the class lists the work that could not be read or marked."
            )
        self.say(said)
        if waiting:
            self.tasks.start(
                "Looking up the first of each item",
                lambda _: first_waiting(self.root, waiting),
                lambda found: self.link(waiting, found),
            )

    def link(self, waiting: Items, first: Mapping[tuple[str, str], str]) -> None:
        """Show how many wait, with a link to the first."""
        headers = ["Item", "Assignment", "Answers that wait"]
        rows = [[item, spoken(assignment), str(count)] for (assignment, item), count in waiting.items()]
        if self.root != desk.find_course().root:
            after = html.paragraph(f"To mark them, open Formgrader with `cjpolicy teach` in {self.root}.")
            self.shown.value += part("What waits", html.table(headers, rows, CAPTION), after)
            return
        marked = ""
        for row, place in zip(rows, waiting, strict=True):
            cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in row[1:])
            link = _link(row[0], first.get(place))
            marked += f'<tr><th scope="row">{html.escape(row[0])}</th>{cells}<td>{link}</td></tr>'
        table = html.table([*headers, "First of them"], [], CAPTION).replace("<tbody>", f"<tbody>{marked}")
        self.shown.value += part("What waits", table)


def _link(item: str, id: str | None) -> str:
    if id is None:
        return "not to be found in the gradebook"
    address = f"{server_address()}formgrader/submissions/{id}/#{item}"
    return f'<a href="{html.escape(address)}" target="_blank">Mark {html.escape(item)}</a>'


def server_address() -> str:
    """Return the path under which the server has its pages that this notebook is open on."""
    about = Path(jupyter_runtime_dir(), f"jpserver-{os.environ.get('JPY_PARENT_PID')}.json")
    try:
        return str(json.loads(about.read_text(encoding="utf-8"))["base_url"])
    except (OSError, ValueError, KeyError):
        return os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/")


def first_waiting(root: Path, items: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Find the first submission that waits for a person, by assignment and item.

    Parameters
    ----------
    root : Path
        The class's folder.
    items : collection of (str, str)
        Assignments and items.

    Returns
    -------
    dict of (str, str) to str
        Formgrader's name of it, first in the order in which formgrader goes through them, which tells
        nothing of students' names. An item is left out where nothing of it waits in the gradebook.
    """
    from nbgrader.api import Assignment, BaseCell, Grade, Notebook, SubmittedAssignment, SubmittedNotebook

    course = Workshop(root)
    opened = gradebook_of(course)
    if opened is None:
        return {}
    found: dict[tuple[str, str], str] = {}
    with opened as gradebook:
        waiting = (
            gradebook.db.query(
                Assignment.name, BaseCell.name, SubmittedAssignment.student_id, Grade.notebook_id
            )
            .select_from(Grade)
            .join(BaseCell, BaseCell.id == Grade.cell_id)
            .join(Notebook, Notebook.id == BaseCell.notebook_id)
            .join(Assignment, Assignment.id == Notebook.assignment_id)
            .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .filter(Grade.needs_manual_grade)
            .order_by(Grade.notebook_id)
        )
        for assignment, item, student, id in waiting:
            place = (assignment, item)
            # Of one without its marked notebook, formgrader's page says whose it would be.
            if place in items and place not in found and course.autograded(assignment, student).is_file():
                found[place] = id
    return {item: found[item] for item in items if item in found}
