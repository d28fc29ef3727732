"""What students answered: one student's answer to an item, and a class's answers, each different one once."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from nbformat import from_dict

from cjpolicy.checks import OUTCOME_MIME
from cjpolicy.errors import UnknownName
from cjpolicy.grading import returned
from cjpolicy.grading.harmless import Harmless
from cjpolicy.grading.report import write_whole
from cjpolicy.grading.returned import Item, read_page

from .book import gradebook_of, stamp
from .masking import without_names

if TYPE_CHECKING:
    from .book import Book

__all__ = ["Distinct", "StudentAnswer", "distinct", "read_answer"]

# What is drawn of one answer, and of all answers to an item, in characters: pages are opened from disk.
LARGEST_ANSWER, LARGEST_ITEM = 400_000, 30_000_000
LONGEST_TEXT, SHOWN_TEXT = 20_000, 2_000
# How a status reads to a teacher, where a student reads something else.
WORDS = returned.WORDS | {"waits": "waits for a mark", "marked": "marked by hand"}
Cells = list[dict[str, Any]]


@dataclass(frozen=True)
class StudentAnswer:
    """What a student answered to one item, and what came of it.

    Parameters
    ----------
    text : str
        The answer as the student wrote it: code, or Markdown.
    value : str
        The answer that the test saw, in words; empty where none is recorded.
    earned : float or None
        Points; None where a person has to mark it.
    worth : float
        Points for a wholly right answer.
    status : str
        "correct", "partly right", "not yet", "not attempted", "could not be checked", "stopped",
        "marked by hand" or "waits for a mark".
    slips : tuple of str
        Ids of the misconceptions recognised.
    message : str
        What the student reads of it, as text.
    drawn : Markup
        The answer with its outputs, as harmless HTML.
    notice : Markup
        The mark with its message, as harmless HTML.
    comments : tuple of Markup
        Comments by whoever marked it, as harmless HTML.
    """

    text: str
    value: str
    earned: float | None
    worth: float
    status: str
    slips: tuple[str, ...]
    message: str
    drawn: Markup
    notice: Markup
    comments: tuple[Markup, ...] = ()


@dataclass(frozen=True)
class Distinct:
    """One answer to an item, and who gave it and got the same mark.

    Parameters
    ----------
    answer : StudentAnswer
        As the first of them gave it.
    students : tuple of str
        Their ids.
    """

    answer: StudentAnswer
    students: tuple[str, ...]


@dataclass(frozen=True)
class _Mark:
    """An answer's mark as the gradebook has it."""

    earned: float | None
    worth: float
    by_hand: bool = False
    comments: tuple[str, ...] = ()


@dataclass
class _Given:
    """An assignment's answers before they are marked: each different one once, and who gave which."""

    cells: dict[str, Cells] = field(default_factory=dict)
    students: dict[str, dict[str, str]] = field(default_factory=dict)


def read_answer(root: Path, assignment: str, student: str, item: str, names: bool = False) -> StudentAnswer:
    """Read a student's answer to an item from the marked notebook, its mark and comments from the gradebook.

    Parameters
    ----------
    root : Path
        The course's clone, or another folder with its nbgrader_config.py.
    assignment, student, item : str
        The assignment's name, the student's id and the item's.
    names : bool
        Whether comments may say who the student is.

    Returns
    -------
    StudentAnswer

    Raises
    ------
    UnknownName
        If the student has no marked answer to such an item.
    """
    from cjpolicy.grading.workshop import Workshop

    course = Workshop(root)
    cells = _by_item(course.autograded(assignment, student)).get(item)
    mark = _mark(course, assignment, student, item, cells, names) if cells else None
    if cells is None or mark is None:
        raise UnknownName(
            f"There is no marked answer of {student} to {item} in {assignment}. Mark the assignment first: "
            f"cjpolicy grade {assignment} --student {student}."
        )
    return _answers([(cells, mark)])[0]


def _mark(course: Any, assignment: str, student: str, item: str, cells: Cells, names: bool) -> _Mark | None:
    """Return an answer's mark from the gradebook; where that cannot be read, from the report."""
    from nbgrader.api import MissingEntry

    opened = gradebook_of(course)
    if opened is None:
        return _reported(course, assignment, student, item)
    with opened as gradebook:
        where = (assignment, assignment, student)
        try:
            grade = gradebook.find_grade(item, *where)
        except MissingEntry:
            return None
        said = []
        for cell in cells:
            try:
                said.append(gradebook.find_comment(_grader(cell)["grade_id"], *where).manual_comment)
            except MissingEntry:
                continue
        if not names:
            person = gradebook.find_student(student)
            own = (student, person.first_name, person.last_name)
            said = [without_names(each, own) for each in said if each]
        waits = grade.manual_score is None and grade.auto_score is None
        earned = None if waits else float(grade.score)
        by_hand = grade.manual_score is not None
        return _Mark(earned, float(grade.max_score), by_hand, tuple(filter(None, said)))


def _reported(course: Any, assignment: str, student: str, item: str) -> _Mark | None:
    from cjpolicy.grading.grade import report_path
    from cjpolicy.grading.report import Report

    report = Report.read(report_path(course, assignment))
    entry = report.submissions.get(student) if report else None
    if report is None or entry is None or item not in report.items:
        return None
    return _Mark(entry.points.get(item), report.items[item])


def _by_item(path: Path) -> dict[str, Cells]:
    """Read a marked notebook: by item the cells of its answer, the marked cell last.

    It is read without the check of its form, which takes far longer. A student can have left anything in it.
    """
    try:
        cells = json.loads(path.read_bytes())["cells"]
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    found: dict[str, Cells] = {}
    own: Cells = []
    for cell in cells if isinstance(cells, list) else []:
        about = _grader(cell)
        if about.get("grade") is True or about.get("task") is True:
            found.setdefault(about["grade_id"], [*own, _joined(cell)])
            own = []
        elif about.get("solution") is True:
            own.append(_joined(cell))
    return found


def _grader(cell: Any) -> dict[str, Any]:
    """Return nbgrader's notes on a cell; none if they are not such as nbgrader makes."""
    metadata = cell.get("metadata") if isinstance(cell, dict) else None
    about = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    usable = (
        isinstance(about, dict)
        and cell.get("cell_type") in ("code", "markdown", "raw")
        and re.fullmatch(r"[\w-]+", str(about.get("grade_id")), re.ASCII)
    )
    return about if usable and about else {}


def _joined(cell: dict[str, Any]) -> dict[str, Any]:
    source = cell.get("source", "")
    outputs = cell.get("outputs")
    lines = [line for line in source if isinstance(line, str)] if isinstance(source, list) else [str(source)]
    return {
        "cell_type": cell["cell_type"],
        "metadata": cell["metadata"],
        "source": "".join(lines),
        **({"outputs": outputs if isinstance(outputs, list) else []} if cell["cell_type"] == "code" else {}),
        **({"attachments": cell["attachments"]} if "attachments" in cell else {}),
    }


def _record(cells: Cells) -> dict[str, Any]:
    """Return the record that marking left of an item, if it left one."""
    for output in cells[-1].get("outputs", []):
        data = output.get("data") if isinstance(output, dict) else None
        record = data.get(OUTCOME_MIME) if isinstance(data, dict) else None
        if isinstance(record, dict) and record.get("id") == _grader(cells[-1])["grade_id"]:
            return record
    return {}


def _text(cells: Cells) -> str:
    written = [cell["source"] for cell in cells if _grader(cell).get("solution") is True]
    return "\n\n".join(source.strip("\n") for source in written)


def _answers(marked: Sequence[tuple[Cells, _Mark]]) -> list[StudentAnswer]:
    """Draw answers, all their charts in one go."""
    copies = [from_dict({"cells": cells, "metadata": {}}) for cells, _ in marked]
    whole = from_dict({"cells": [], "metadata": {}})
    for copy, (_, mark) in zip(copies, marked, strict=True):
        clean = Harmless().preprocess(copy, {})[0].cells
        about = clean[-1].metadata.nbgrader
        about.update(score=mark.earned or 0.0, points=mark.worth)
        about.update(by_hand=mark.by_hand, waits=mark.earned is None)
        if mark.comments:
            place = next(cell for cell in clean if cell.metadata.nbgrader.solution)
            place.metadata.nbgrader.comment = "\n\n".join(mark.comments)
        whole.cells += clean
    items = read_page(whole, {}, {}, WORDS).items
    return [_answer(cells, mark, item) for (cells, mark), item in zip(marked, items, strict=True)]


def _answer(cells: Cells, mark: _Mark, item: Item) -> StudentAnswer:
    from bs4 import BeautifulSoup

    record = _record(cells)
    slips = record.get("slips")
    lines = BeautifulSoup(item.notice, "html.parser").select("p:not(.cj-title), li")
    return StudentAnswer(
        text=_text(cells),
        value=str(record.get("answer") or ""),
        earned=mark.earned,
        worth=mark.worth,
        status=item.words,
        slips=tuple(map(str, slips)) if isinstance(slips, list) else (),
        message="\n".join(line.get_text() for line in lines),
        drawn=_drawn(item),
        notice=Markup(item.notice),
        comments=tuple(item.comments),
    )


def _drawn(item: Item) -> Markup:
    parts = []
    for cell in item.answers:
        parts.append(Markup(cell.source))
        parts += [Markup('<div class="cj-shown">{}</div>').format(each) for each in cell.outputs]
    return Markup("\n").join(parts)


def distinct(book: "Book", assignment: str, names: bool = False) -> dict[str, list[Distinct]]:
    """Gather a class's answers by item: each different one once, with everybody who gave it.

    The marked notebooks are read in one pass, and what they hold is kept in classroom/review-answers until
    one of them changes. Marks and comments are the gradebook's as it stands.

    Parameters
    ----------
    book : Book
        The class.
    assignment : str
        The assignment's name.
    names : bool
        Whether comments may say who the student is.

    Returns
    -------
    dict of str to list of Distinct
        By item id, in the notebook's order; answers that most students gave come first. Two answers are the
        same if they were written the same and got the same mark, diagnosis and comment. Of an item with very
        many and long answers, the last are shown as text alone.
    """
    given = _given(book.root, assignment)
    people = {
        id: known for id, *known in book.connection.execute("SELECT id, first_name, last_name FROM student")
    }
    marks = _marks(book, assignment, {} if names else people)
    found = {}
    for item, (worth, marked) in marks.items():
        groups: dict[tuple[str, _Mark], list[str]] = {}
        for student, key in given.students.get(item, {}).items():
            if student not in people:  # a folder that was left over
                continue
            mark = marked.get(student) or _Mark(None, worth)
            groups.setdefault((key, mark), []).append(student)
        ordered = sorted(groups, key=lambda group: (-len(groups[group]), group[0]))
        drawn = _within([(given.cells[key], mark) for key, mark in ordered])
        found[item] = [
            Distinct(answer, tuple(groups[group])) for group, answer in zip(ordered, drawn, strict=True)
        ]
    return found


def _within(marked: Sequence[tuple[Cells, _Mark]]) -> list[StudentAnswer]:
    """Draw answers as far as a page has room for them."""
    kept, room = [], LARGEST_ITEM
    for answer in _answers(marked):
        size = len(answer.drawn)
        if size > LARGEST_ANSWER or size > room:
            text = Markup('<pre class="text">{}</pre><p>(Too large to be drawn here.)</p>')
            answer = replace(answer, drawn=text.format(answer.text[:SHOWN_TEXT]))
        room -= len(answer.drawn)
        kept.append(replace(answer, text=answer.text[:LONGEST_TEXT]))
    return kept


def _marks(
    book: "Book", assignment: str, hidden: Mapping[str, Sequence[str | None]]
) -> dict[str, tuple[float, dict[str, _Mark]]]:
    """Return by item what it is worth, and every student's mark. Comments do not name the hidden."""
    comments = _comments(book.root, assignment)
    number = book.number(assignment)
    items = book.connection.execute(
        "SELECT id, worth FROM item WHERE assignment = ? ORDER BY place", [number]
    )
    found: dict[str, tuple[float, dict[str, _Mark]]] = {id: (worth, {}) for id, worth in items}
    rows = book.connection.execute(
        "SELECT i.id, s.id, m.earned, m.by_hand FROM item AS i JOIN mark AS m ON m.item = i.number "
        "JOIN student AS s ON s.number = m.student WHERE i.assignment = ?",
        [number],
    )
    for id, student, earned, by_hand in rows:
        worth, marked = found[id]
        own = (student, *hidden[student]) if student in hidden else ()
        said = tuple(without_names(each, own) for each in comments.get((id, student), ()))
        marked[student] = _Mark(earned, worth, bool(by_hand), said)
    return found


def _comments(root: Path, assignment: str) -> dict[tuple[str, str], list[str]]:
    """Return what people wrote on answers, by item and student."""
    from nbgrader.api import BaseCell, Comment, Notebook, SubmittedAssignment, SubmittedNotebook

    from cjpolicy.grading.workshop import Workshop

    opened = gradebook_of(Workshop(root))
    if opened is None:
        return {}
    found: dict[tuple[str, str], list[str]] = {}
    with opened as gradebook:
        asked = (
            gradebook.db.query(BaseCell.name, SubmittedAssignment.student_id, Comment.manual_comment)
            .select_from(Comment)
            .join(BaseCell, BaseCell.id == Comment.cell_id)
            .join(SubmittedNotebook, SubmittedNotebook.id == Comment.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .join(Notebook, Notebook.id == BaseCell.notebook_id)
            .filter(Notebook.name == assignment, Comment.manual_comment.isnot(None))
        )
        for cell, student, said in asked:
            if said:
                found.setdefault((cell.removesuffix("-answer"), student), []).append(said)
    return found


def _given(root: Path, assignment: str) -> _Given:
    """Read a class's answers from the marked notebooks, or as they were kept the last time."""
    files = sorted((root / "classroom" / "autograded").glob(f"*/{assignment}/{assignment}.ipynb"))
    digest = _digest(files)
    path = root / "classroom" / "review-answers" / f"{assignment}.json"
    if (kept := _kept(path, digest)) is not None:
        return kept
    given = _Given()
    for file in files:
        student = file.parent.parent.name
        for item, cells in _by_item(file).items():
            key = _key(cells)
            given.cells.setdefault(key, cells)
            given.students.setdefault(item, {})[student] = key
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"digest": digest, "cells": given.cells, "students": given.students}
    write_whole(path, json.dumps(content).encode())
    return given


def _key(cells: Cells) -> str:
    """Return what two answers that are the same have in common: their text, and what marking found."""
    record = _record(cells)
    found = [record.get(name) for name in ("status", "slips", "answer", "earned")]
    seen = [(cell.get("attachments"), _seen(cell)) for cell in cells if _grader(cell).get("solution") is True]
    said = json.dumps([_grader(cells[-1])["grade_id"], _text(cells), found, seen], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _seen(cell: dict[str, Any]) -> list[Any]:
    """Return what a cell shows, without what is another each time it is run: ids of HTML, addresses."""
    shown = []
    for output in cell.get("outputs", []):
        if isinstance(output, dict) and output.get("output_type") in ("display_data", "execute_result"):
            held = output.get("data")
            data: dict[str, Any] = held if isinstance(held, dict) else {}
            rich = {kind: each for kind, each in data.items() if kind not in ("text/plain", "text/html")}
            plain = re.sub("0x[0-9a-fA-F]+", "0x", str(data.get("text/plain")))
            shown.append(rich or (plain, data.get("text/html") if "text/plain" not in data else ""))
    return shown


def _digest(files: Iterable[Path]) -> str:
    whole = hashlib.sha256(Path(__file__).read_bytes())
    for file in files:
        whole.update(f"{file.parent.parent.name} {stamp(file)}\n".encode(errors="replace"))
    return whole.hexdigest()


def _kept(path: Path, digest: str) -> _Given | None:
    try:
        held = json.loads(path.read_bytes())
        return _Given(held["cells"], held["students"]) if held["digest"] == digest else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # it can be made again
