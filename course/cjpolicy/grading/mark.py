"""A lone reader's own marks: nbgrader's whole marking of one notebook, in a temporary course."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cjpolicy.desk import Course
from cjpolicy.errors import CourseError

from .names import one_assignment
from .results import ItemResult, read_results
from .workshop import MarkingStoppedError, sources, temporary_course

__all__ = ["Marks", "mark", "report"]

READER = "reader"


@dataclass(frozen=True)
class Marks:
    """What one notebook's marking came to.

    Parameters
    ----------
    name : str
        The assignment.
    items : dict of str to ItemResult
        By item id, in the order of the notebook.
    changed : tuple of str
        Items whose test is not the one the reader's copy came with.
    """

    name: str
    items: dict[str, ItemResult]
    changed: tuple[str, ...] = ()


def mark(course: Course, prefix: str, file: Path | None = None) -> Marks:
    """Mark the reader's own copy of an assignment, changing nothing of theirs.

    Parameters
    ----------
    course : Course
        The clone.
    prefix : str
        The assignment's name, or the beginning of it.
    file : Path, optional
        The notebook to mark; by default the one in my-work.

    Returns
    -------
    Marks

    Raises
    ------
    CourseError
        If there is nothing to mark, or it cannot be marked; the message says why and what to do.
    """
    name = one_assignment(prefix, [path.parent.name for path in course.assignments.glob("[!.]*/*.ipynb")])
    if not (course.root / "solutions" / name).is_dir():
        raise CourseError(
            f"Marking {name} needs its solutions, which are not in a handout. Your teacher marks this."
        )
    path = file or course.work / "assignments" / name / f"{name}.ipynb"
    notebook = _read(path, name)
    with temporary_course(course.root) as workshop:
        release = _read(workshop.generate(workshop.add(sources(course.root)[name])), name)
        changed = _compared(notebook, release, name)
        _forget_strange_text(notebook, release)
        workshop.submit(name, READER, json.dumps(notebook))
        try:
            workshop.autograde(name, READER)
        except MarkingStoppedError as fault:
            raise _explained(fault, name) from None
        return Marks(name, read_results(workshop, name, READER), tuple(changed))


def _read(path: Path, name: str) -> Any:
    import nbformat

    if not path.is_file():
        raise CourseError(
            f"You have not started {name}: there is no {path}. Run `cjpolicy study` for your own copy, "
            "or name another notebook with --file."
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise CourseError(f"{path} is damaged: it is not JSON ({fault}). {_fresh(name)}") from None
    if not isinstance(content, dict) or not isinstance(content.get("cells", content.get("worksheets")), list):
        raise CourseError(f"{path} is not a notebook: it has no cells. {_fresh(name)}")
    try:
        notebook = nbformat.reads(json.dumps(content), as_version=4)
        nbformat.validate(notebook)
    except Exception as fault:  # nbformat raises errors of many kinds on what is nearly a notebook
        reason = str(fault).splitlines()[0]
        raise CourseError(f"{path} is damaged: {reason}. {_fresh(name)}") from None
    return notebook


def _fresh(name: str) -> str:
    return f"For a fresh copy with yours kept beside it: cjpolicy study --update {name.partition('_')[0]}."


def _compared(notebook: Any, release: Any, name: str) -> list[str]:
    """Name the items whose tests changed since the copy was taken; refuse a copy with other cells."""
    mine, course = _graded(notebook), _graded(release)
    twice = [id for id, cells in mine.items() if len(cells) > 1 and id in course]
    if twice:
        raise CourseError(
            f"The cell {twice[0]} stands twice in your copy of {name}. Delete the one you do not want marked."
        )
    unknown = [id for id in mine if id not in course]
    if unknown:
        raise CourseError(
            f"Your copy of {name} is another version: it has {', '.join(unknown)}, which the course lacks. "
            f"{_fresh(name)} Then move your answers over."
        )
    missing = [id for id in course if id not in mine]
    if missing:
        raise CourseError(
            f"Your copy of {name} lacks {', '.join(missing)}: deleted, or an older version. "
            f"{_fresh(name)} Then move your answers over."
        )
    return [
        id
        for id, (cell,) in course.items()
        if cell.grade and not cell.solution and mine[id][0].get("checksum") != cell.checksum
    ]


def _forget_strange_text(notebook: Any, release: Any) -> None:
    """Make ordinary cells of locked ones that the course no longer has: nbgrader refuses those."""
    known = {cell.metadata.nbgrader.grade_id for cell in release.cells if "nbgrader" in cell.metadata}
    seen: set[str] = set()
    for cell in notebook.cells:
        id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if "nbgrader" in cell.metadata and (id not in known or id in seen):
            del cell.metadata["nbgrader"]
        seen.add(id)


def _graded(notebook: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") or about.get("solution"):
            found.setdefault(about.get("grade_id", ""), []).append(about)
    return found


def _explained(fault: MarkingStoppedError, name: str) -> CourseError:
    if "DeadKernelError" in fault.log or "Kernel died" in fault.log:
        return CourseError(
            f"Python stopped while your {name} was running: a cell ends it, or takes too much memory. "
            "Run your notebook from the top to see which."
        )
    return fault


def report(marks: Marks) -> Iterator[str]:
    """Yield a reader's marks line by line.

    Parameters
    ----------
    marks : Marks
        What `mark` gave.

    Yields
    ------
    str
    """
    yield marks.name
    for id in marks.changed:
        yield f"Note: the test of {id} has changed since you took your copy; the new one was used."
    for item in marks.items.values():
        yield ""
        yield from _told(item, marks.name)
    marked = [item for item in marks.items.values() if not item.written]
    waiting = sum(item.worth for item in marks.items.values() if item.written)
    earned, worth = sum(item.earned or 0 for item in marked), sum(item.worth for item in marked)
    counts = Counter(item.status for item in marked)
    said = ", ".join(f"{count} {status}" for status, count in counts.items())
    yield ""
    yield f"Total: {earned:g} of {worth:g} points ({said})." + (
        f" {waiting:g} more are marked by hand." if waiting else ""
    )


def _told(item: ItemResult, name: str) -> Iterator[str]:
    if item.written:
        rubric = f"solutions/{name}.toml"
        yield f"{item.id}: {item.worth:g} points, to be marked by hand: see the rubric in {rubric}"
        return
    yield f"{item.id}: {item.earned:g} of {item.worth:g} points, {item.status}"
    if item.status == "stopped":
        yield f"  {item.message}. The cell with your answer did not run to its end, or lacks this name."
    elif item.status != "correct":
        # The record's first line is its status and its last the points: both are said above.
        yield from (f"  {line}" for line in item.message.splitlines()[1:-1])
