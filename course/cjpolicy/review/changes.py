"""What has changed in an assignment since its release, and what an edit changes for its recorded answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any, Literal

import nbformat

from cjpolicy.errors import CourseError
from cjpolicy.grading.recorded import with_answers
from cjpolicy.grading.release import generated
from cjpolicy.grading.workshop import Workshop

from .book import gradebook_of
from .models import ItemModel, Mistake, Ran, read_models, source_of
from .runs import read_source

__all__ = ["CellChange", "Effect", "recorded_effects", "release_diff", "since_release"]

# Of a cell: its source, and its points if it is marked.
Held = tuple[str, float | None]


@dataclass(frozen=True)
class CellChange:
    """A cell of an assignment that is no longer what was released and marked with.

    Parameters
    ----------
    id : str
        Its grade id.
    kind : str
        "changed", "added" or "removed".
    before, after : str
        Its source then and now, as students or the marking get it: a place for an answer is empty, a test has
        its hidden tests where the gradebook keeps them. Empty where there is no such cell.
    worth_before, worth_after : float or None
        Its points then and now; None for a cell that is not marked.
    """

    id: str
    kind: Literal["changed", "added", "removed"]
    before: str
    after: str
    worth_before: float | None = None
    worth_after: float | None = None


@dataclass(frozen=True)
class Effect:
    """A recorded answer, or the model answer, that no longer gets what it is recorded to get.

    Parameters
    ----------
    item : str
        The item's id.
    answer : str
        Which: "model answer", "right 1", "wrong 2"...
    code : str
        What stands in place of the solution.
    recorded : float
        The points it is recorded to earn.
    points : float or None
        What it earns now; None where it could not be marked.
    recorded_slip : str
        The misconception it is recorded to show; empty for a right answer.
    slips : tuple of str
        Those that are recognised now.
    message : str
        What a student reads now.
    """

    item: str
    answer: str
    code: str
    recorded: float
    points: float | None
    recorded_slip: str
    slips: tuple[str, ...]
    message: str


def since_release(course: Workshop, name: str) -> list[CellChange]:
    """Compare an assignment's source with what was released and marked with.

    That is what the gradebook holds since the assignment was last generated there, hidden tests among it;
    where the gradebook does not know the assignment, the release in assignments/, and hidden tests are left
    out. Neither holds solutions: a new model answer alone is no change for students or their marks.

    Parameters
    ----------
    course : Workshop
        The course.
    name : str
        The assignment.

    Returns
    -------
    list of CellChange
        In the source's order; cells that are gone come last.

    Raises
    ------
    UnknownName
        If solutions/ has no such assignment.
    CourseError
        If it was never released.
    """
    source = read_source(source_of(course.root, name))
    before = _marked_with(course, name)
    if before is None:
        before, now = _released(course.root, name), _cells(with_answers(source, {}))
    else:
        now = _as_marked(source)
    return list(_compared(before, now))


def release_diff(root: Path, name: str) -> str:
    """Compare the release in assignments/ with what the source would make now; nothing is written.

    Parameters
    ----------
    root : Path
        The course's clone.
    name : str
        The assignment.

    Returns
    -------
    str
        A unified diff, cell by cell as text; "" where nothing would change.

    Raises
    ------
    UnknownName
        If solutions/ has no such assignment.
    CourseError
        If nbgrader refuses the source.
    """
    source_of(root, name)
    path = _release(root, name)
    before = path.read_bytes() if path.is_file() else b""
    after = generated(root, [name])[name]
    if before == after:
        return ""
    then, now = _text(before), _text(after)
    if then == now:  # something that is not seen has changed: the notebook's own form shows it
        then, now = before.decode(errors="replace"), after.decode()
    where = f"assignments/{name}/{name}.ipynb"
    lines = unified_diff(
        then.splitlines(), now.splitlines(), where, f"{where} (from the source)", lineterm=""
    )
    return "\n".join(lines) + "\n"


def recorded_effects(root: Path, name: str) -> list[Effect]:
    """Run an assignment's model answer and recorded answers, and say which no longer get what they should.

    Parameters
    ----------
    root : Path
        The course's clone.
    name : str
        The assignment.

    Returns
    -------
    list of Effect
        Empty where the model answer and every right one earn all points, and each wrong one its own points
        and its diagnosis.

    Raises
    ------
    CourseError
        As `read_models` does.
    """
    return [effect for item in read_models(root, name) for effect in _effects(item)]


# --- Cells by their grade ids: source and points


def _marked_with(course: Workshop, name: str) -> dict[str, Held] | None:
    """Return the cells as the gradebook holds them; None where it does not know the assignment."""
    opened = gradebook_of(course)
    if opened is None:
        return None
    with opened as gradebook:
        known = (each for held in gradebook.assignments if held.name == name for each in held.notebooks)
        notebook = next((each for each in known if each.name == name), None)
        if notebook is None:
            return None
        worth = {cell.name: float(cell.max_score) for cell in (*notebook.grade_cells, *notebook.task_cells)}
        return {cell.name: (cell.source, worth.get(cell.name)) for cell in notebook.source_cells}


def _as_marked(source: Any) -> dict[str, Held]:
    """Return the source's cells as nbgrader keeps them: without solutions, with hidden tests."""
    empty = _cells(with_answers(source, {}))
    solutions = {cell.metadata.nbgrader.grade_id for cell in source.cells if _about(cell).get("solution")}
    return {id: empty[id] if id in solutions else held for id, held in _cells(source).items()}


def _released(root: Path, name: str) -> dict[str, Held]:
    path = _release(root, name)
    if not path.is_file():
        raise CourseError(
            f"{name} was never released: neither the gradebook nor assignments/ has it. "
            "Run `make assignments`, or `nbgrader generate_assignment`."
        )
    return _cells(read_source(path))


def _release(root: Path, name: str) -> Path:
    return root / "assignments" / name / f"{name}.ipynb"


def _cells(notebook: Any) -> dict[str, Held]:
    return {
        about["grade_id"]: (cell.source, float(about.get("points", 0)) if _is_marked(about) else None)
        for cell in notebook.cells
        if (about := _about(cell)) and (_is_marked(about) or about.get("solution") or about.get("locked"))
    }


def _about(cell: Any) -> dict[str, Any]:
    return dict(cell.metadata.get("nbgrader", {}))


def _is_marked(about: dict[str, Any]) -> bool:
    return bool(about.get("grade") or about.get("task"))


def _compared(before: dict[str, Held], now: dict[str, Held]) -> Iterator[CellChange]:
    for id, (text, worth) in now.items():
        if id not in before:
            yield CellChange(id, "added", "", text, None, worth)
        elif before[id] != (text, worth):
            was, points = before[id]
            yield CellChange(id, "changed", was, text, points, worth)
    for id, (was, points) in before.items():
        if id not in now:
            yield CellChange(id, "removed", was, "", points, None)


# --- A release as text


def _text(content: bytes) -> str:
    """Return a notebook as text: each cell under a line that names it."""
    cells = nbformat.reads(content.decode(), as_version=4).cells if content else []
    return "\n".join(f"{_headline(cell)}\n{cell.source}\n" for cell in cells)


def _headline(cell: Any) -> str:
    about = _about(cell)
    worth = f", {about.get('points', 0):g} points" if _is_marked(about) else ""
    return f"# %% [{cell.cell_type}] {about.get('grade_id', cell.id)}{worth}"


# --- Recorded answers


def _effects(item: ItemModel) -> Iterator[Effect]:
    if not item.written and item.earned != item.points:
        code, slips, message = item.answer, item.slips, item.message
        yield Effect(item.id, "model answer", code, item.points, item.earned, "", slips, message)
    for kind, answers in (("right", item.alternatives), ("wrong", item.misconceptions)):
        for number, ran in enumerate(answers, 1):
            slip = ran.slip if isinstance(ran, Mistake) else ""
            if ran.points != ran.recorded or (slip and slip not in ran.slips):
                yield _effect(item.id, f"{kind} {number}", ran, slip)


def _effect(id: str, answer: str, ran: Ran, slip: str) -> Effect:
    return Effect(id, answer, ran.code, ran.recorded, ran.points, slip, ran.slips, ran.message)
