"""What a person marks written answers by, on formgrader's page: rubric, samples, comments, next script."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import func, or_
from traitlets import default

from cjpolicy.errors import CourseError

from .recorded import Item, read_recorded

__all__ = ["MARKING_PAGE", "Aids", "Marking", "MarkingAids", "earlier_comments", "next_waiting"]

# formgrader's template, with the aids in it.
MARKING_PAGE = Path(__file__).parent / "templates" / "marking.html.j2"

# How many earlier comments are offered, the longest that is, and how many of a class's are looked at.
MOST_COMMENTS, LONGEST_COMMENT, MOST_READ = 10, 400, 500


@dataclass(frozen=True)
class Aids:
    """What a person marks one written answer by.

    Parameters
    ----------
    item : Item
        What is recorded about it: rubric, samples, and the course's own comments.
    worth : float
        Its points, as the gradebook has them.
    waits : bool
        Whether a person still has to mark it, or to look at it again.
    earlier : tuple of str
        Comments written on other students' answers to it, the most used first.
    """

    item: Item
    worth: float
    waits: bool
    earlier: tuple[str, ...]

    @property
    def levels(self) -> list[tuple[int, float, str]]:
        """The rubric's levels, the highest first, each with its points and what it asks for."""
        top = len(self.item.rubric) - 1
        numbered = enumerate(self.item.rubric)
        return [(level, round(self.worth * level / top, 2), text) for level, text in numbered][::-1]


@dataclass(frozen=True)
class Marking:
    """What the page of one submission needs: aids by item id, the next script that waits, and how many do."""

    aids: Mapping[str, Aids]
    next: str
    others: int


class MarkingAids(Preprocessor):
    """Gives formgrader's page its marking aids, and takes the student's name off it.

    `c.HTMLExporter.preprocessors` names it, and `c.HTMLExporter.template_file` the template that shows what
    it found. Where nothing is recorded about an assignment, the page is nbgrader's own.
    """

    @default("enabled")
    def _enabled_default(self) -> bool:
        return True

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the notebook as it is; what the page shows besides goes into the resources."""
        if not resources.get("submission_id"):
            return nb, resources
        resources["marking"] = self._marking(resources)
        # The page puts the name back when it is asked for, and with it the way to the live notebook.
        path = resources["notebook_path"].replace("\\", "/")
        before, found, after = path.rpartition(f"/{resources['student']}/")
        resources["notebook_path"] = f"{before}/*/{after}" if found else ""
        resources |= {"student": "", "first_name": "", "last_name": ""}
        return nb, resources

    def _marking(self, resources: Any) -> Marking:
        courses = CourseDirectory(parent=self)
        with Gradebook(courses.db_url, courses.course_id) as gradebook:
            try:
                submission = gradebook.find_submission_notebook_by_id(resources["submission_id"])
            except MissingEntry:
                return Marking({}, "", 0)
            waiting = next_waiting(gradebook, submission)
            there = (each for each in waiting if self._is_there(courses, gradebook, each))
            aids = self._aids(courses, gradebook, submission)
            return Marking(aids, next(there, ""), len(waiting))

    def _is_there(self, courses: CourseDirectory, gradebook: Gradebook, id: str) -> bool:
        """Say whether a submission's notebook exists; if not, formgrader's page says whose it would be."""
        found = gradebook.find_submission_notebook_by_id(id)
        assignment = found.assignment.assignment.name
        folder = courses.format_path(courses.autograded_directory, found.student.id, assignment)
        return Path(folder, f"{found.name}.ipynb").is_file()

    def _aids(self, courses: CourseDirectory, gradebook: Gradebook, submission: Any) -> dict[str, Aids]:
        name = submission.assignment.assignment.name
        try:
            items = read_recorded(Path(courses.root, courses.source_directory, f"{name}.toml")).items
        except CourseError as fault:
            self.log.warning("Formgrader's page goes without rubric and samples. %s", fault)
            return {}
        grades = {grade.name: grade for grade in submission.grades}
        return {
            id: Aids(
                item,
                grades[id].max_score,
                grades[id].needs_manual_grade,
                tuple(earlier_comments(gradebook, submission, id, item.comments)),
            )
            for id, item in items.items()
            if id in grades and len(item.rubric) > 1
        }


def next_waiting(gradebook: Gradebook, submission: Any) -> list[str]:
    """List the other submissions that still wait for a person, in formgrader's order, from this one on.

    Parameters
    ----------
    gradebook : Gradebook
        nbgrader's.
    submission : SubmittedNotebook
        The one in front.

    Returns
    -------
    list of str
        Ids of submissions. Formgrader's order is that of these ids, which are random; after the last of them
        come those before this one.
    """
    waits = (
        gradebook.db.query(SubmittedNotebook.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .filter(SubmittedNotebook.notebook_id == submission.notebook_id, Grade.needs_manual_grade)
        .distinct()
    )
    ids = {id for (id,) in waits} - {submission.id}
    return sorted(ids, key=lambda id: (id < submission.id, id))


def earlier_comments(
    gradebook: Gradebook, submission: Any, item: str, given: Collection[str] = ()
) -> list[str]:
    """List what has been written on other students' answers to an item, a paragraph each, most used first.

    A comment that holds the name or id of the student it was written to is left out.

    Parameters
    ----------
    gradebook : Gradebook
        nbgrader's.
    submission : SubmittedNotebook
        The one in front; its own comments are left out.
    item : str
        The written answer's id.
    given : collection of str
        Comments that are offered already.

    Returns
    -------
    list of str
        At most `MOST_COMMENTS`.
    """
    said = Comment.manual_comment
    nameless = [
        or_(name.is_(None), name == "", ~func.lower(said).contains(func.lower(name)))
        for name in (Student.id, Student.first_name, Student.last_name)
    ]
    used = (
        gradebook.db.query(said, func.count())
        .join(BaseCell, Comment.cell_id == BaseCell.id)
        .join(SubmittedNotebook, Comment.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Student, SubmittedAssignment.student_id == Student.id)
        .filter(BaseCell.name == item, BaseCell.notebook_id == submission.notebook_id)
        .filter(SubmittedNotebook.id != submission.id, said != "", *nameless)
        .group_by(said)
        .order_by(func.count().desc(), said)
        .limit(MOST_READ)
    )
    counted: Counter[str] = Counter()
    for text, times in used:
        # Several comments on one answer stand in paragraphs of their own.
        for part in {part.strip() for part in re.split(r"\n\s*\n", text)}:
            if part and part not in given and len(part) <= LONGEST_COMMENT:
                counted[part] += times
    return sorted(counted, key=lambda part: (-counted[part], part))[:MOST_COMMENTS]
