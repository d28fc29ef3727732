"""What a lesson's cell asks of its reader, read from its code."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Asked", "asked"]

FUNCTIONS = ("check", "explore", "predict", "progress")


@dataclass(frozen=True)
class Asked:
    """One call of a function of the course that answers its reader.

    Attributes
    ----------
    function : str
        "check", "explore", "predict" or "progress".
    name : str
        The question's id, the prediction's or the explorer's name; "" for progress.
    options : mapping of str to Any
        What the call names besides, where it stands there as a value: `topic="cost"`.
    given : int
        How many values follow the name: an answer, a guess.
    """

    function: str
    name: str
    options: Mapping[str, Any]
    given: int


def asked(source: str) -> Asked | None:
    """Return the first thing a cell asks; None if it asks nothing, or is not Python.

    Parameters
    ----------
    source : str
        The cell's code.

    Examples
    --------
    >>> asked('cj.explore("figures", topic="cost")')
    Asked(function='explore', name='figures', options={'topic': 'cost'}, given=0)
    >>> asked("1 +") is asked("1 + 1") is None
    True
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _of_course(node.func))
    return next((_read(call) for call in calls), None)


def _of_course(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "cj"
        and function.attr in FUNCTIONS
    )


def _read(call: ast.Call) -> Asked:
    values = {each.arg: each.value for each in call.keywords if each.arg}
    options = {name: value.value for name, value in values.items() if isinstance(value, ast.Constant)}
    name = ast.literal_eval(call.args[0]) if call.args else ""
    given = len(call.args[1:]) + ("guess" in values)
    return Asked(call.func.attr, name, options, given)  # type: ignore[attr-defined]
