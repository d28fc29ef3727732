"""Marks as a table for spreadsheets and campus systems, in which what nobody has marked is no zero."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "MarksExport", "safe_csv", "safe_text"]

# nbgrader's own columns, in its order, and what a class with items marked by hand needs besides.
COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "score_so_far",
    "unmarked",
)
FORMULA = tuple("=+-@＝＋－＠")


def safe_text(text: object) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Parameters
    ----------
    text : object
        What came from a student or a campus system; None for nothing.

    Returns
    -------
    str
        With an apostrophe before it where it begins like a formula.

    Examples
    --------
    >>> safe_text("=HYPERLINK(1)"), safe_text("Okri"), safe_text(None)
    ("'=HYPERLINK(1)", 'Okri', '')
    """
    said = "" if text is None else str(text)
    return f"'{said}" if said.lstrip().startswith(FORMULA) or said[:1] in ("\t", "\r", "\n") else said


def safe_csv(table: "pd.DataFrame") -> bytes:
    """Return a table as comma-separated values in which no spreadsheet finds a formula.

    Parameters
    ----------
    table : pandas.DataFrame
        The numbers stay as they are; the index is left out.

    Returns
    -------
    bytes
        In UTF-8, the names of the columns first.
    """
    safe = table.map(lambda value: safe_text(value) if isinstance(value, str) else value)
    text: str = safe.to_csv(index=False, lineterminator="\n")
    return text.encode(errors="replace")


class MarksExport(ExportPlugin):
    """`nbgrader export` as comma-separated values: a row for each assignment and student.

    The columns are nbgrader's own and two more: `unmarked` counts the items that wait for a person, and
    `score_so_far` is what the others come to. `raw_score` and `score` are blank while an item waits, and all
    of these are blank where a student has handed in nothing, or nothing that was marked.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the table to the file that `--to` names, or else to grades.csv.

        Parameters
        ----------
        gradebook : nbgrader.api.Gradebook

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        target = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", target)
        rows = [[row[column] for column in COLUMNS] for row in self._rows(gradebook)]
        with target.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])

    def _rows(self, gradebook: Gradebook) -> Iterator[dict[str, str]]:
        students = [each for each in gradebook.students if _wanted(each.id, self.student)]
        for assignment in gradebook.assignments:
            if _wanted(assignment.name, self.assignment):
                for student in students:
                    yield _row(gradebook, assignment, student)


def _wanted(name: str, names: list[Any]) -> bool:
    """Say whether a name is among those asked for; all are where none is named."""
    return not names or name in map(str, names)


def _row(gradebook: Gradebook, assignment: Any, student: Any) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "")
    for column in ("last_name", "first_name", "email"):
        row[column] = safe_text(getattr(student, column))
    row |= {
        "assignment": safe_text(assignment.name),
        "duedate": safe_text(assignment.duedate),
        "student_id": safe_text(student.id),
        "max_score": str(assignment.max_score),
    }
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return row
    return row | _marks(submission)


def _marks(submission: Any) -> dict[str, str]:
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    unmarked = sum(grade.auto_score is None and grade.manual_score is None for grade in grades)
    penalty = submission.late_submission_penalty or 0.0
    score = str(max(0.0, submission.score - penalty))
    return {
        "timestamp": safe_text(submission.timestamp),
        "raw_score": "" if unmarked else str(submission.score),
        "late_submission_penalty": str(penalty),
        "score": "" if unmarked else score,
        "score_so_far": score,
        "unmarked": str(unmarked),
    }
