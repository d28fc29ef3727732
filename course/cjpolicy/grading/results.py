"""What nbgrader's marking came to, item by item, with each item's diagnosis."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cjpolicy.checks import OUTCOME_MIME

from .workshop import Workshop

__all__ = ["ItemResult", "read_notes", "read_results"]


@dataclass(frozen=True)
class ItemResult:
    """One marked item.

    Parameters
    ----------
    id : str
        The item's grade id.
    earned : float or None
        Points earned; None where a person has to mark it.
    worth : float
        Points for a wholly right answer.
    status : str
        "correct", "not yet", "not attempted", "cannot check"; "stopped" where the test cell failed,
        "unmarked" where it could not be marked, and "by hand" for a written answer.
    slips : tuple of str
        Ids of the misconceptions recognised.
    message : str
        What the student reads, over one or more lines.
    written : bool
        Whether it is a written answer, which a person marks unless it is blank.
    """

    id: str
    earned: float | None
    worth: float
    status: str
    slips: tuple[str, ...] = ()
    message: str = ""
    written: bool = False


def read_results(course: Workshop, name: str, student: str) -> dict[str, ItemResult]:
    """Read a student's marks from the gradebook, and their diagnoses from the marked notebook.

    Parameters
    ----------
    course : Workshop
        The course in which the submission was marked.
    name : str
        The assignment.
    student : str
        The student's id.

    Returns
    -------
    dict of str to ItemResult
        By item id, in the order of the notebook.
    """
    with course.api.gradebook as gradebook:
        grades = gradebook.find_submission_notebook(name, name, student).grades
        points = {grade.name: (grade.auto_score, grade.manual_score, grade.max_score) for grade in grades}
    results = {}
    for cell in _notebook(course.autograded(name, student)).cells:
        id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if id in points:
            auto, by_hand, worth = points[id]
            result = _result(id, auto, worth, cell)
            # A person has the last word.
            results[id] = result if by_hand is None else replace(result, earned=by_hand)
    return results


def read_notes(course: Workshop, name: str, student: str) -> dict[str, Any]:
    """Read what a marked notebook says about itself.

    Parameters
    ----------
    course : Workshop
        The course in which the submission was marked.
    name : str
        The assignment.
    student : str
        The student's id.

    Returns
    -------
    dict
        "repairs" and "flags", lists of sentences; "run": seed, sandbox, seconds and "limits", sentences too.
    """
    return dict(_notebook(course.autograded(name, student)).metadata.get("cjpolicy", {}))


def _notebook(path: Path) -> Any:
    import nbformat

    return nbformat.read(path, as_version=4)


def _result(id: str, earned: float | None, worth: float, cell: Any) -> ItemResult:
    if cell.metadata.nbgrader.solution:
        status = "by hand" if earned is None else "not attempted"
        return ItemResult(id, earned, worth, status, written=True)
    unmarked = cell.metadata.get("cjpolicy", {}).get("unmarked")
    if unmarked:
        return ItemResult(id, earned, worth, "unmarked", (), unmarked)
    for output in cell.outputs:
        record = output.get("data", {}).get(OUTCOME_MIME)
        # A student's own function runs here too and may show anything: only this item's record counts.
        if isinstance(record, dict) and record.get("id") == id:
            message = output.data.get("text/plain", "")
            return ItemResult(id, earned, worth, record["status"], tuple(record["slips"]), message)
    for output in cell.outputs:
        if output.output_type == "error":
            return ItemResult(id, earned, worth, "stopped", (), f"{output.ename}: {output.evalue}")
    return ItemResult(id, earned, worth, "stopped", (), "The test cell showed nothing.")
