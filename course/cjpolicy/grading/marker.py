"""The process that evaluates locked cells: it has the keys, and never runs a student's code."""

from __future__ import annotations

import ast
import builtins
import os
import sys
from collections.abc import Iterable
from math import isfinite
from typing import Any

from cjpolicy import checks
from cjpolicy.answers import Outcome

from .channel import Channel
from .player import limited, own_channel
from .wire import Unsound, decode, encode

__all__ = ["main", "wanted_names"]

BUILTINS = frozenset(dir(builtins))
# What a call is taken to have raised when it does not say.
FAILED_CALL = "RuntimeError"


def wanted_names(source: str) -> list[str]:
    r"""List the names a cell reads and does not make itself.

    Parameters
    ----------
    source : str
        Source of a locked cell.

    Returns
    -------
    list of str
        Sorted; built-in names are left out.

    Examples
    --------
    >>> wanted_names("item = cj.item('a', change)\nitem.points(2)")
    ['change', 'cj']
    """
    read: set[str] = set()
    made: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else made).add(node.id)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            made.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            made |= {(each.asname or each.name).partition(".")[0] for each in node.names}
    return sorted(read - made - BUILTINS)


class Marker:
    """Answers the requests of `execution`: to begin a notebook, to run a locked cell, to mark a test.

    Parameters
    ----------
    channel : Channel
        To the process that asks, which passes questions on to the student's.
    """

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.names: dict[str, Any] = {}

    def serve(self) -> None:
        """Answer requests until there are no more."""
        self.channel.send({"ready": True})
        while True:
            request = self.channel.receive()
            answer = getattr(self, f"do_{request['do']}")(request)
            self.channel.send({"done": answer})

    def do_begin(self, request: dict[str, Any]) -> dict[str, Any]:
        """Forget the notebook before."""
        self.names = {"__name__": "__main__"}
        os.environ[checks.SEED] = str(request["seed"])
        return {}

    def do_cell(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run a locked cell that is no test: what it makes is there for the tests.

        Returns
        -------
        dict
            "ran": whether it did. One that a student has moved above the cell it needs cannot run yet.
        """
        try:
            with checks.collected():
                evaluate(request["source"], self.names)
        except Exception:
            return {"ran": False}
        return {"ran": True}

    def do_test(self, request: dict[str, Any]) -> dict[str, Any]:
        """Mark one item.

        Returns
        -------
        dict
            "outputs": what the test cell shows, the points as its result; or "unmarked": why it could not be
            marked.
        """
        source, id, worth = request["source"], request["id"], float(request["worth"])
        asked = [name for name in wanted_names(source) if name not in self.names]
        try:
            values = self._values(asked)
        except Unsound as why:
            return {"unmarked": f"What the notebook gave as an answer to {id} was not an answer: {why}."}
        absent = [name for name in asked if name not in values]
        with checks.collected() as shown:
            try:
                if absent:
                    earned: Any = no_such_name(id, absent, worth)
                else:
                    earned = evaluate(source, {**self.names, **values})
            except AssertionError as why:
                earned = refused(id, str(why), worth)
            except Exception as why:  # the test is at fault, or an answer that nobody thought of
                return {"unmarked": f"The test of {id} failed with {type(why).__name__}: {str(why)[:300]}"}
        return result(id, earned, worth, shown)

    def _values(self, names: list[str]) -> dict[str, Any]:
        answer = self._ask({"do": "get", "names": names}) if names else {"values": {}}
        values = answer.get("values") if isinstance(answer, dict) else None
        if not isinstance(values, dict):
            raise Unsound("no values came")
        return {name: decode(values[name], self._call) for name in names if name in values}

    def _call(self, handle: int, arguments: list[Any], named: dict[str, Any]) -> Any:
        """Call a function of the student's, in the student's process."""
        question = {
            "do": "call",
            "handle": handle,
            "arguments": [encode(each, []) for each in arguments],
            "named": {name: encode(each, []) for name, each in named.items()},
        }
        answer = self._ask(question)
        if not isinstance(answer, dict):
            raise Unsound("no answer to a call came")
        if "raised" in answer:
            raise exception_like(answer)
        return decode(answer.get("returned"), self._call)

    def _ask(self, question: dict[str, Any]) -> Any:
        self.channel.send({"ask": question})
        return self.channel.receive()


def exception_like(answer: dict[str, Any]) -> Exception:
    """Make an exception with the name of the student's, of the nearest kind that Python itself has."""
    raised = answer["raised"] if isinstance(answer["raised"], list) else []
    name, *kinds = [str(each) for each in raised][:50] or [FAILED_CALL]
    found = (getattr(builtins, each, None) for each in kinds)
    known = [kind for kind in found if isinstance(kind, type) and issubclass(kind, Exception)]
    kind = known[0] if known else RuntimeError
    if kind.__name__ != name and name.isidentifier():
        kind = type(name, (kind,), {})
    try:
        return kind(str(answer.get("said", "")))
    except TypeError:  # some of Python's own take more than a message
        return RuntimeError(f"{name}: {answer.get('said', '')}")


def evaluate(source: str, names: dict[str, Any]) -> Any:
    r"""Run a cell, and give the value of its last line, as a notebook shows it.

    Parameters
    ----------
    source : str
        Plain Python.
    names : dict
        What exists; it grows by what the cell makes.

    Examples
    --------
    >>> evaluate("a = 2\na + 1", {})
    3
    """
    tree = ast.parse(source)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, "<test>", "exec"), names)
        return None
    exec(compile(ast.Module(tree.body[:-1], []), "<test>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<test>", "eval"), names)


def no_such_name(id: str, absent: Iterable[str], worth: float) -> float:
    """Show that an answer is not there, and give no points for it."""
    names = " and ".join(f"`{name}`" for name in absent)
    message = (
        f"There is no {names} when this is marked. Either the cell that makes it stopped before it got "
        "there, or the name was changed. Next: restart the kernel, run all cells, and look for the first "
        "that fails."
    )
    return nothing(id, Outcome("not attempted", message=message), worth)


def refused(id: str, said: str, worth: float) -> float:
    """Show that a plain assertion does not hold, in the words its author gave it."""
    message = said or "What this test asserts does not hold for your answer."
    return nothing(id, Outcome("not yet", message=message), worth)


def nothing(id: str, outcome: Outcome, worth: float) -> float:
    """Show an outcome that earns nothing."""
    checks.show(checks.Result(id, outcome, f"0 of {worth:g} points"), 0.0, worth)
    return 0.0


def result(id: str, earned: Any, worth: float, shown: list[dict[str, Any]]) -> dict[str, Any]:
    """Give a test cell's outputs; a test that says nothing has passed, as nbgrader has it.

    Parameters
    ----------
    id : str
        The item.
    earned
        The value of the cell's last line.
    worth : float
        Points for a wholly right answer.
    shown : list of dict
        What the cell displayed, by MIME type.
    """
    if earned is None or isinstance(earned, bool) or not isinstance(earned, (int, float)):
        earned = worth
    if not isfinite(earned) or not 0 <= earned <= worth:
        return {"unmarked": f"The test of {id} gave {earned!r} points, of {worth:g}."}
    displays = [{"output_type": "display_data", "data": each, "metadata": {}} for each in shown]
    points = {"text/plain": repr(float(earned))}
    return {"outputs": [*displays, {"output_type": "execute_result", "data": points, "metadata": {}}]}


def main() -> None:
    """Mark; the arguments are the bounds on memory (bytes) and on the processor (seconds)."""
    memory, seconds = map(int, sys.argv[1:3])
    channel = own_channel()
    limited(memory, seconds)
    sys.argv[1:] = []
    # What every notebook's tests import, once for all of them.
    import altair
    import numpy
    import pandas

    del altair, numpy, pandas
    Marker(channel).serve()


if __name__ == "__main__":
    main()
