"""A class as it stands before a regrade: its marks, whom they can be compared for, and the changed source."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, BaseCell, Grade, MissingEntry, SubmittedAssignment
from nbgrader.api import SubmittedNotebook as Handed

from cjpolicy.errors import CourseError
from cjpolicy.grading.grade import report_path
from cjpolicy.grading.report import Report
from cjpolicy.grading.submitted import digest, submitted
from cjpolicy.grading.workshop import Workshop, sources

from .book import gradebook_of
from .ledger import Change, Points, Record, lines

__all__ = ["NO_MARK", "Mark", "Marked", "rows"]

LATER = "It has not been marked as it is now. `cjpolicy grade` marks it, by the changed source."


@dataclass(frozen=True)
class Mark:
    """A mark in the gradebook; `kept` where it was an earlier regrade, not a person, that set it by hand."""

    auto: Points
    manual: Points
    look: bool
    kept: bool = False

    @property
    def points(self) -> Points:
        return self.auto if self.manual is None else self.manual

    @property
    def by_hand(self) -> bool:
        return self.manual is not None and not self.kept


NO_MARK = Mark(None, None, True)


class Marked:
    """A class as it was marked before, and the assignment's source as it is now.

    Where a regrade was stopped half way, the marks are those from before it.

    Attributes
    ----------
    seeds : dict of str to int
        Whom to mark again, and with which seed.
    machine : tuple of str
        The items that a machine marks.
    answers : dict of str to str
        The answer cell that each of them has: comments belong to it.
    """

    def __init__(self, course: Workshop, name: str, asked: tuple[str, ...]) -> None:
        self.course, self.name = course, name
        source = sources(course.root)[name]
        content = source.read_bytes()
        cells = _graders(source, content)
        self.machine, self.answers = _machine(cells)
        past = [record for record in lines(course) if record.assignment == name]
        self.begun = past.pop() if past and past[-1].state == "begun" else None
        self.report = self._read_report()
        self.seed: int = self.report.run["seed"]
        marks, worth = _read_marks(course, name, cells)
        now = {id: float(each["points"]) for id, each in cells.items() if each.get("grade")}
        self.items = {id: (self._worth_before(id, worth), points) for id, points in now.items()}
        was = self.begun.release[0] if self.begun else self.report.run["release"]
        self.release = (was, hashlib.sha256(content).hexdigest())
        stopped = [self.begun] if self.begun else []
        releases = {each for record in [*past, *stopped] for each in record.release}
        self.slips_before = {
            (each.student, each.item): each.slips_before for record in stopped for each in record.changes
        }
        self._choose(asked, marks, releases | {*self.release})
        self.marks = self._before(marks, past)
        self.digest["marks"] = _digest({student: marks[student] for student in sorted(self.seeds)})
        self.digest["source"] = self.release[1]

    def _read_report(self) -> Report:
        path = report_path(self.course, self.name)
        report = Report.read(path)
        if report is None:
            raise CourseError(
                f"There is no classroom/reports/{path.name}: `cjpolicy grade` has not marked {self.name} "
                "yet, so there are no marks to change."
            )
        if path.with_suffix(".journal").exists() and not self.begun:
            raise CourseError(
                f"A marking of {self.name} has not come to its end. Wait for it; or if it was stopped, put "
                f"the source back as it was, finish it with `cjpolicy grade {self.name}`, and change it then."
            )
        return report

    def _worth_before(self, id: str, worth: Mapping[str, float]) -> float:
        if self.begun and id in self.begun.items:
            return self.begun.items[id][0]
        # The gradebook may have the new worth already: a plain nbgrader generate_assignment writes it there.
        return self.report.items.get(id, worth[id])

    def _choose(
        self, asked: tuple[str, ...], marks: Mapping[str, dict[str, Mark]], releases: set[str]
    ) -> None:
        """Choose whom to mark again: those whose submission is the one that was marked."""
        found = submitted(self.course.root / "classroom" / "submitted", self.name)
        missing = [student for student in asked if student not in found.students]
        if missing:
            raise CourseError(f"{', '.join(missing)} handed in nothing for {self.name}.")
        left = sorted(self.begun.kept.keys() - set(asked)) if self.begun and asked else []
        if left:
            raise CourseError(
                f"A regrade of {self.name} was stopped half way, with {', '.join(left)} in it. "
                "Finish it first, without --student."
            )
        self.seeds: dict[str, int] = {}
        self.unmarked = dict(found.unmarked)
        states = {}
        for student in asked or found.students:
            entry = self.report.submissions.get(student)
            try:
                states[student] = digest(found.students[student], "")
                own = {entry.release} - {None} if entry else set()
                known = {digest(found.students[student], str(release)) for release in releases | own}
            except OSError as fault:
                self.unmarked[student] = f"It cannot be read ({fault.strerror})."
                continue
            if entry is None or student not in marks or entry.digest not in known:
                self.unmarked[student] = LATER
            else:
                self.seeds[student] = self.seed if entry.seed is None else entry.seed
        self.digest = {"source": "", "submissions": _digest(states), "marks": ""}

    def _before(self, marks: Mapping[str, dict[str, Mark]], past: list[Record]) -> dict[str, dict[str, Mark]]:
        """Return the marks as they were before a regrade that was stopped, and which are only kept."""
        kept: dict[str, dict[str, float]] = {}
        for record in past:
            kept.update(record.kept)
        if self.begun:
            marks = {student: self._restored(student, each) for student, each in marks.items()}
        return {
            student: {
                item: replace(
                    mark, kept=mark.manual is not None and kept.get(student, {}).get(item) == mark.manual
                )
                for item, mark in each.items()
            }
            for student, each in marks.items()
        }

    def _restored(self, student: str, marks: dict[str, Mark]) -> dict[str, Mark]:
        assert self.begun is not None
        earlier = self.begun.marks.get(student, {})
        set_by_us = self.begun.kept.get(student, {})
        restored = dict(marks)
        for item, held in earlier.items():
            # Where a person has marked since, theirs is the mark.
            if item in marks and marks[item].manual in (None, held[1], set_by_us.get(item)):
                restored[item] = Mark(*held)
        return restored

    def raw(self, student: str) -> dict[str, tuple[Points, Points, bool]]:
        """Return a student's marks as a record holds them."""
        return {item: (mark.auto, mark.manual, mark.look) for item, mark in self.marks[student].items()}

    def slips(self, student: str, item: str) -> tuple[str, ...]:
        """Return the misconceptions that the last marking recognised."""
        now = tuple(self.report.submissions[student].diagnoses.get(item, ()))
        return self.slips_before.get((student, item), now)

    def compare(self, student: str, item: str, after: Points, slips: tuple[str, ...]) -> Change | None:
        """Return what marking again makes of an item; None where that is nothing new."""
        mark = self.marks[student].get(item, NO_MARK)
        change = Change(student, item, mark.points, after, self.slips(student, item), slips)
        if mark.by_hand:
            return replace(change, by_hand=True) if after != mark.auto else None
        if change.before == change.after and change.slips_before == change.slips_after:
            return None
        return replace(change, kept=mark.kept and change.falls)

    def to_keep(
        self, students: Iterable[str], changes: Iterable[Change], lower: bool
    ) -> dict[str, dict[str, float]]:
        """Return the marks to hold by hand while the class is marked again."""
        kept: dict[str, dict[str, float]] = {
            student: {
                item: mark.manual
                for item, mark in self.marks[student].items()
                if mark.kept and mark.manual is not None
            }
            for student in students
        }
        for change in changes:
            if change.falls and not lower and change.before is not None:
                kept[change.student][change.item] = change.before
        return kept


def _graders(source: Path, content: bytes) -> dict[str, dict[str, Any]]:
    """Return nbgrader's data of a source notebook's cells, by grade id, in order."""
    try:
        found = [cell["metadata"].get("nbgrader", {}) for cell in json.loads(content)["cells"]]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise CourseError(
            f"{source} is no notebook. Put it back, or save it again from JupyterLab."
        ) from None
    return {each["grade_id"]: each for each in found if "grade_id" in each}


def _machine(cells: Mapping[str, dict[str, Any]]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the items that a machine marks, and for each the last answer cell above it."""
    answers: dict[str, str] = {}
    answer = ""
    for id, about in cells.items():
        if about.get("grade") and not about.get("solution"):
            answers[id] = answer
        elif about.get("solution"):
            answer = id
    return tuple(answers), answers


def _read_marks(
    course: Workshop, name: str, cells: Mapping[str, dict[str, Any]]
) -> tuple[dict[str, dict[str, Mark]], dict[str, float]]:
    """Read every mark of an assignment, and what its items are worth.

    Raises
    ------
    CourseError
        If the source has other graded cells than the gradebook.
    """
    marks: dict[str, dict[str, Mark]] = defaultdict(dict)
    opened = gradebook_of(course)
    if opened is None:
        raise CourseError(f"There is no gradebook that can be read, so no marks of {name} to change.")
    with opened as gradebook:
        try:
            notebook = gradebook.find_notebook(name, name)
        except MissingEntry:
            raise CourseError(f"The gradebook has no {name}: nothing of it has been marked yet.") from None
        roles = {
            "grade": {each.name for each in notebook.grade_cells},
            "solution": {each.name for each in notebook.solution_cells},
            "task": {each.name for each in notebook.task_cells},
        }
        there = {each.name for each in notebook.source_cells}
        worth = {each.name: float(each.max_score) for each in notebook.grade_cells}
        columns = (SubmittedAssignment.student_id, BaseCell.name)
        values = (Grade.auto_score, Grade.manual_score, Grade.needs_manual_grade)
        for student, item, *mark in rows(gradebook, Grade, name, *columns, *values):
            marks[student][item] = Mark(*mark)
    _insist_on_the_same_cells(name, cells, roles, there)
    return marks, worth


def _insist_on_the_same_cells(
    name: str, cells: Mapping[str, dict[str, Any]], roles: Mapping[str, set[str]], there: set[str]
) -> None:
    now = {role: {id for id, about in cells.items() if about.get(role)} for role in roles}
    ours = set().union(*now.values(), (id for id, about in cells.items() if about.get("locked")))
    said = [
        f"{what} {', '.join(sorted(ids))}"
        for what, ids in (
            ("has the new", ours - there),
            ("lacks", there - ours),
            ("has another kind of", set().union(*(now[role] ^ roles[role] for role in roles)) & ours & there),
        )
        if ids
    ]
    if said:
        raise CourseError(
            f"solutions/{name} {', and '.join(said)}: not the cells that the class was marked on. "
            "Their marks hang on the cells' ids. Give each its id and kind back. To be rid of an item, give "
            "it zero points; a new one waits for the next class."
        )


def rows(gradebook: Any, table: Any, name: str, *columns: Any) -> Any:
    """Ask the gradebook for all of an assignment's grades, or comments, at once."""
    return (
        gradebook.db.query(*columns)
        .select_from(table)
        .join(Handed, table.notebook_id == Handed.id)
        .join(SubmittedAssignment, Handed.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .join(BaseCell, table.cell_id == BaseCell.id)
        .filter(Assignment.name == name)
    )


def _digest(held: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(held, sort_keys=True, default=asdict).encode()).hexdigest()
