"""The questions that lessons ask, one module a unit, their keys computed from the datasets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ..answers import Form
from ..errors import UnknownName, WrongType


@dataclass(frozen=True)
class Question:
    """One question of a lesson.

    Parameters
    ----------
    id
        Unit number and a few words: "02-recorded-change".
    form
        Form of the answer.
    expected
        The right answer, computed from the datasets.
    options
        What the form's `mark` takes besides: slips, within, worth, cases...
    hints
        At least two, each saying a little more than the last; none gives the value.
    solution
        Lines of Python that leave the right answer in `answer`; they use only what the unit has taught.
    why
        The point of the question in a sentence or two, shown once it is answered.
    """

    id: str
    form: Form
    expected: Any
    hints: tuple[str, ...]
    solution: str
    why: str
    options: Mapping[str, Any] = field(default_factory=dict)


@cache
def unit_questions(unit: str) -> dict[str, Question]:
    """Give the questions of a unit by id, computing their keys on first use.

    Parameters
    ----------
    unit
        Two digits: "02".

    Returns
    -------
    dict of str to Question
        Empty where the unit asks none.
    """
    if f"unit{unit}" not in {module.name for module in iter_modules(__path__)}:
        return {}
    return {question.id: question for question in import_module(f".unit{unit}", __name__).questions()}


def units() -> list[str]:
    """List the units that ask questions, as two digits each."""
    return sorted(
        module.name.removeprefix("unit")
        for module in iter_modules(__path__)
        if module.name.startswith("unit")
    )


def find(question_id: str) -> Question:
    """Find a question by id.

    Raises
    ------
    WrongType
        If the id is not text.
    UnknownName
        If no lesson asks it; the message names the nearest.
    """
    if not isinstance(question_id, str):
        raise WrongType(
            f'A question\'s id is text, such as "02-recorded-change". You gave {question_id!r}. '
            "Copy the id from the lesson, with its quotation marks."
        )
    found = unit_questions(question_id[:2]).get(question_id)
    if found is None:
        known = [each for unit in units() for each in unit_questions(unit)]
        near = get_close_matches(question_id, known, n=2, cutoff=0.5)
        advice = f" Did you mean {' or '.join(repr(each) for each in near)}?" if near else ""
        raise UnknownName(
            f"There is no question {question_id!r}.{advice} Copy the id from the lesson's check cell."
        )
    return found
