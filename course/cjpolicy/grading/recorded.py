"""Recorded right and wrong answers: the TOML file beside each assignment, and notebooks filled with them."""

import copy
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cjpolicy.errors import CourseError

from .feedback import without_hidden_tests

__all__ = [
    "CODE_STUB",
    "TEXT_STUB",
    "Column",
    "Item",
    "Recorded",
    "Sample",
    "Wrong",
    "columns",
    "read_recorded",
    "solution_of",
    "with_answers",
]

BEGIN_SOLUTION = "BEGIN SOLUTION"
END_SOLUTION = "END SOLUTION"
# As nbgrader_config.py has them: what a student finds in place of a solution.
CODE_STUB = "# Write your code here."
TEXT_STUB = "*Write your answer here.*"


@dataclass(frozen=True)
class Wrong:
    """A recorded wrong answer.

    Parameters
    ----------
    code : str
        What stands in place of the solution.
    slip : str
        Id of the misconception that the marking must report.
    points : float
        What it earns all the same.
    """

    code: str
    slip: str
    points: float


@dataclass(frozen=True)
class Sample:
    """A written answer that markers calibrate on: its level, and its text."""

    level: int
    text: str


@dataclass(frozen=True)
class Item:
    """What is recorded about one item of an assignment.

    Parameters
    ----------
    id : str
        The grade id of its test cell, or of the written answer's own cell.
    points : float
        What it is worth.
    ideas : tuple of str
        What it teaches.
    figures : tuple of str
        Ids of the figures it uses.
    right : tuple of str
        Codes that earn all its points.
    wrong : tuple of Wrong
        Codes that do not.
    few : str
        Why there are fewer than two right or three wrong answers; empty where there are enough.
    written : bool
        Whether it is marked by hand.
    rubric : tuple of str
        What each level asks for, from level 0 up.
    samples : tuple of Sample
        Written answers with their levels.
    comments : tuple of str
        Comments that whoever marks it by hand may choose from.
    """

    id: str
    points: float
    ideas: tuple[str, ...]
    figures: tuple[str, ...]
    right: tuple[str, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    few: str = ""
    written: bool = False
    rubric: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    comments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """All that is recorded about one assignment: its name, and its items by id."""

    name: str
    items: Mapping[str, Item]


@dataclass(frozen=True)
class Column:
    """One answer of each item, to be marked in one notebook.

    Parameters
    ----------
    name : str
        Usable as a student's id.
    answers : mapping of str to str
        Item id to code.
    points : mapping of str to float
        What each must earn.
    slips : mapping of str to str
        What each must be diagnosed as; "" where nothing must.
    """

    name: str
    answers: Mapping[str, str]
    points: Mapping[str, float]
    slips: Mapping[str, str]


def read_recorded(path: Path) -> Recorded:
    """Read the recorded answers of one assignment.

    Parameters
    ----------
    path : Path
        solutions/aNN_slug.toml.

    Returns
    -------
    Recorded

    Raises
    ------
    CourseError
        If the file is missing, is not TOML, or an item has something missing, unknown or of the wrong kind.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise CourseError(
            f"{path.name} cannot be read ({fault.strerror}). It stands beside the assignment's folder."
        ) from None
    except ValueError as fault:
        raise CourseError(f"{path.name} is not TOML: {fault}.") from None
    items = content.get("items")
    if not isinstance(items, dict) or not items:
        raise CourseError(f"{path.name} has no items. Each is a table such as [items.a02-claim].")
    return Recorded(path.stem, {id: _item(f"{path.name}, {id}", id, entry) for id, entry in items.items()})


def _item(where: str, id: str, entry: Any) -> Item:
    fields = _fields(
        where,
        entry,
        needed={"points": (int, float), "ideas": list, "figures": list},
        besides={
            "right": list,
            "wrong": list,
            "few": str,
            "written": bool,
            "rubric": list,
            "samples": list,
            "comments": list,
        },
    )
    for name in ("ideas", "figures", "right", "comments"):
        if not all(isinstance(text, str) for text in fields.get(name, [])):
            raise CourseError(f"{where}: every one of `{name}` must be text.")
    wrongs = [
        Wrong(**_fields(f"{where}, wrong {k}", wrong, {"code": str, "slip": str, "points": (int, float)}))
        for k, wrong in enumerate(fields.get("wrong", []), 1)
    ]
    samples = [
        Sample(**_fields(f"{where}, sample {k}", sample, {"level": int, "text": str}))
        for k, sample in enumerate(fields.get("samples", []), 1)
    ]
    lists = {name: tuple(fields.get(name, ())) for name in ("ideas", "figures", "right", "comments")}
    rubric = tuple(
        level if isinstance(level, str) else f"{level['level']}: {level['text']}"
        for level in fields.get("rubric", [])
    )
    return Item(
        id=id,
        points=float(fields["points"]),
        few=fields.get("few", ""),
        written=fields.get("written", False),
        wrong=tuple(wrongs),
        rubric=rubric,
        samples=tuple(samples),
        **lists,
    )


def _fields(
    where: str, entry: Any, needed: Mapping[str, Any], besides: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    kinds = {**needed, **(besides or {})}
    if not isinstance(entry, dict):
        raise CourseError(f"{where} must be a table with {', '.join(kinds)}. It is {entry!r}.")
    missing, unknown = set(needed) - set(entry), set(entry) - set(kinds)
    if missing or unknown:
        faults = [f"lacks {name}" for name in sorted(missing)] + [
            f"has an unknown {name}" for name in sorted(unknown)
        ]
        raise CourseError(f"{where} {' and '.join(faults)}. It takes {', '.join(kinds)}.")
    for name, value in entry.items():
        if not isinstance(value, kinds[name]):
            raise CourseError(f"{where}: {name} is {value!r}, which is not of the right kind.")
    return entry


def columns(recorded: Recorded) -> list[Column]:
    """Lay the recorded answers out in as few notebooks as there can be: first the right ones, then the wrong.

    Where an item has fewer answers than there are columns, its first right answer stands in.

    Parameters
    ----------
    recorded : Recorded
        The answers of one assignment.

    Returns
    -------
    list of Column
        Written items are left out of them.
    """
    items = [item for item in recorded.items.values() if not item.written]
    made = []
    for k in range(max((len(item.right) for item in items), default=0)):
        answers = {
            item.id: item.right[k] if k < len(item.right) else item.right[0] for item in items if item.right
        }
        points = {item.id: item.points for item in items}
        made.append(Column(f"right-{k + 1}", answers, points, dict.fromkeys(answers, "")))
    for k in range(max((len(item.wrong) for item in items), default=0)):
        wrong = {item.id: item.wrong[k] for item in items if k < len(item.wrong)}
        answers = {item.id: wrong[item.id].code if item.id in wrong else item.right[0] for item in items}
        points = {item.id: wrong[item.id].points if item.id in wrong else item.points for item in items}
        slips = {item.id: wrong[item.id].slip if item.id in wrong else "" for item in items}
        made.append(Column(f"wrong-{k + 1}", answers, points, slips))
    return made


def with_answers(notebook: Any, answers: Mapping[str, str]) -> Any:
    """Fill an assignment as a student would: the answers given, all other places blank, no hidden tests.

    Parameters
    ----------
    notebook : NotebookNode
        The source, or its release; it is not changed.
    answers : mapping of str to str
        Item id to the code that replaces the solution (or the stub), or to the text of a written answer.
        Code is indented as the place it goes to.

    Returns
    -------
    NotebookNode
        A copy.

    Raises
    ------
    CourseError
        If there is no such item.
    """
    filled = copy.deepcopy(notebook)
    left = dict(answers)
    for cell in filled.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution"):
            stub = TEXT_STUB if cell.cell_type == "markdown" else CODE_STUB
            id = about["grade_id"] if about.get("grade") else about["grade_id"].removesuffix("-answer")
            cell.source = _filled(cell.source, left.pop(id, stub))
        elif about.get("grade"):
            cell.source = without_hidden_tests(cell.source)
    if left:
        raise CourseError(f"The notebook has no answer cell for {', '.join(left)}.")
    return filled


def solution_of(source: str) -> str:
    """Return the text between the marks of a solution, or all of it where there are no marks."""
    lines = source.split("\n")
    begin, end = _region(lines)
    return "\n".join(
        line for line in lines[begin:end] if BEGIN_SOLUTION not in line and END_SOLUTION not in line
    )


def _filled(source: str, answer: str) -> str:
    lines = source.split("\n")
    begin, end = _region(lines)
    indent = lines[begin][: len(lines[begin]) - len(lines[begin].lstrip())]
    body = textwrap.indent(textwrap.dedent(answer).strip("\n"), indent)
    return "\n".join([*lines[:begin], body, *lines[end:]])


def _region(lines: list[str]) -> tuple[int, int]:
    for k, line in enumerate(lines):
        if BEGIN_SOLUTION in line:
            return k, next(j for j in range(k, len(lines)) if END_SOLUTION in lines[j]) + 1
        if line.strip() in (CODE_STUB, TEXT_STUB):
            return k, k + 1
    return 0, len(lines)
