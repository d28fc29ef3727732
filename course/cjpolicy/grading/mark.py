"""A lone reader's own marks: nbgrader's whole marking of one notebook, in a temporary course."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cjpolicy.desk import Course
from cjpolicy.errors import CourseError

from .names import one_assignment
from .reading import UnreadableSubmission, read_notebook
from .results import ItemResult, read_notes, read_results
from .workshop import sources, temporary_course

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
    notes : tuple of str
        What was repaired in the copy, and which limits it hit, a sentence each.
    """

    name: str
    items: dict[str, ItemResult]
    notes: tuple[str, ...] = ()


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
    content = _checked(path, name)
    with temporary_course(course.root) as workshop:
        # It is the reader's own code: where there is no sandbox, it has run here without one all along.
        workshop.api.config.RunApart.without_sandbox = True
        workshop.generate(workshop.add(sources(course.root)[name]))
        workshop.submit(name, READER, content)
        workshop.autograde(name, READER)
        about = read_notes(workshop, name, READER)
        notes = [*about.get("repairs", []), *about.get("flags", []), *about.get("run", {}).get("limits", [])]
        return Marks(name, read_results(workshop, name, READER), tuple(notes))


def _checked(path: Path, name: str) -> bytes:
    """Return the content of the reader's copy, if it can be read as a notebook."""
    if not path.is_file():
        raise CourseError(
            f"You have not started {name}: there is no {path}. Run `cjpolicy study` for your own copy, "
            "or name another notebook with --file."
        )
    content = path.read_bytes()
    try:
        read_notebook(content)
    except UnreadableSubmission as fault:
        reason = str(fault).partition(" Ask the student")[0]
        raise CourseError(
            f"{path} cannot be read. {reason} For a fresh copy with yours kept beside it: "
            f"cjpolicy study --update {name.partition('_')[0]}."
        ) from None
    return content


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
    yield from (f"Note: {note}" for note in marks.notes)
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
    if item.earned is None:
        yield f"{item.id}: {item.worth:g} points, which could not be given or refused: {item.message}"
        return
    yield f"{item.id}: {item.earned:g} of {item.worth:g} points, {item.status}"
    if item.status == "stopped":
        yield f"  {item.message}"
    elif item.status != "correct":
        # The record's first line is its status and its last the points: both are said above.
        yield from (f"  {line}" for line in item.message.splitlines()[1:-1])
