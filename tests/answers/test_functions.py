"""Are functions tried on fresh inputs, whatever they do?"""

import functools
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cjpolicy.answers import Choice, Function, Number
from tests.answers.samples import BLANKS, HOSTILE

RISE = Function("old", "new", returns=Number("per cent"))
CASES = {"the plan's figures": [(35, 43)], "fresh inputs": [(40, 50), (20, 10), (8, 8)]}
REFUSES = [(0, 5), (-1, 5)]


def rise(old: float, new: float) -> float:
    if old <= 0:
        raise ValueError("old must be above 0")
    return 100 * (new - old) / old


def judge(answer: Any, **options: Any) -> Any:
    return RISE.judge(answer, rise, cases=CASES, within=0.01, **options)


def with_default(old: float, new: float, start: float = 100) -> float:
    return start * (new / old - 1)


def any_number(*values: float) -> float:
    return 100 * (values[1] / values[0] - 1)


def noisy(old: float, new: float) -> float:
    print("working", old)
    print("careful", file=sys.stderr)
    warnings.warn("careful", stacklevel=1)
    return rise(old, new)


def test_a_sensible_input_that_is_refused_is_named() -> None:
    def strict(old: float, new: float) -> float:
        if new == 10:
            raise ValueError("No.")
        return rise(old, new)

    messages = [part.message for _, part in judge(strict, refuses=REFUSES).parts]
    assert any("strict(20, 10) was refused. But these inputs can happen." in said for said in messages)
    messages = [part.message for _, part in judge(strict).parts]
    assert any("strict(20, 10) stopped with ValueError: No." in said for said in messages)


def test_several_functions_can_be_one_mistake() -> None:
    slips = {
        "wrong-base:new": [lambda old, new: 100 * (new - old) / new, lambda old, new: 100 * (old - new) / new]
    }
    for wrong in slips["wrong-base:new"]:
        assert judge(wrong, slips=slips).slips == ("wrong-base:new",)
    assert judge(lambda old, new: new + old, slips=slips).slips == ()


class Caller:
    def __call__(self, old: float, new: float) -> float:
        return rise(old, new)

    def method(self, old: float, new: float) -> float:
        return rise(old, new)


RIGHT: dict[str, Callable[..., Any]] = {
    "function": rise,
    "lambda": lambda a, b: (b / a - 1) * 100,
    "default argument": with_default,
    "any number of arguments": any_number,
    "numpy": lambda old, new: np.float64(100) * (np.divide(new, old) - 1),
    "array": lambda old, new: np.array([100 * (new / old - 1)]),
    "column": lambda old, new: 100 * (pd.Series([new]) / old - 1),
    "partial": functools.partial(with_default, start=100),
    "object": Caller(),
    "method": Caller().method,
    "decorated": functools.lru_cache(rise),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_function_however_it_is_written(name: str) -> None:
    assert judge(RIGHT[name]).status == "correct"
    assert RISE.inspect(RIGHT[name]).status == "correct"


def test_what_it_prints_and_warns_of_is_dropped(capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert judge(noisy).status == "correct"
    assert capfd.readouterr() == ("", "")


def stub_dots(old: float, new: float) -> Any: ...


def stub_pass(old: float, new: float) -> Any:
    pass


def stub_text(old: float, new: float) -> Any:
    """Give the rise."""


def stub_raise(old: float, new: float) -> Any:
    raise NotImplementedError()


def stub_return(old: float, new: float) -> Any:
    return ...


def stub_after_a_line(old: float, new: float) -> Any:
    ratio = new / old
    raise NotImplementedError(ratio)


@pytest.mark.parametrize(
    "answer", [*BLANKS, stub_dots, stub_pass, stub_text, stub_raise, stub_return, lambda old, new: None]
)
def test_an_empty_function_is_not_attempted(answer: Any) -> None:
    assert judge(answer, refuses=REFUSES).status == "not attempted"
    assert RISE.inspect(answer).status == "not attempted"


def test_a_function_left_half_way_is_not_attempted() -> None:
    assert judge(stub_after_a_line, refuses=REFUSES).status == "not attempted"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (22.9, "You gave a float, 22.9. Give a function of (old, new)"),
        ("rise", "You gave text"),
        (rise(35, 43), "its name, without a call"),
        (int, "You gave a class"),
        (pd.DataFrame({"a": [1]}), "You gave a table"),
        (lambda: 1, "written for 0 arguments (), not for 2"),
        (lambda old: 1, "written for 1 argument (old), not for 2"),
        (lambda a, b, c: 1, "written for 3 arguments (a, b, c), not for 2"),
        (eval("lambda *, old, new: new"), "only be given by name. Take the * out."),
        (abs, "not for 2"),
        (Caller().__call__.__func__, "written for 3 arguments (self, old, new)"),  # type: ignore[attr-defined]
    ],
)
def test_what_is_no_such_function_cannot_be_checked(answer: Any, says: str) -> None:
    outcome = judge(answer)
    assert outcome.status == "cannot check"
    assert says in outcome.message
    assert RISE.inspect(answer) == outcome


def endless(old: float, new: float) -> float:
    return endless(old, new)


def returns_nothing(old: float, new: float) -> None:
    print(100 * (new / old - 1))


def quits(old: float, new: float) -> None:
    sys.exit("stop")


@pytest.mark.parametrize(
    ("answer", "says", "slip"),
    [
        (endless, "calls itself too often", ""),
        (returns_nothing, "You gave nothing back from returns_nothing(35, 43).", "slip-no-return"),
        (quits, "stopped with SystemExit: stop", ""),
        (lambda old, new: new / missing, "stopped with NameError: name 'missing' is not defined", ""),  # type: ignore[name-defined] # noqa: F821
        (lambda old, new: 1 / 0, "your function(35, 43) stopped with ZeroDivisionError", ""),
        (lambda old, new: 17.0, "You gave 17.0 for your function(35, 43).", "slip-constant"),
        (lambda old, new: str(new), "You gave text, '43'.", ""),
        (lambda old, new: [old, new], "a list with 2 elements", ""),
        (lambda old, new: float("nan"), "not a number to compare", ""),
        (lambda old, new: rise, "did you forget the brackets", ""),
        (lambda old, new: [..., None][old > 99], "Nothing here yet", ""),
        (max, "For max(35, 43): You gave 43 per cent.", ""),
        (lambda old, new: (yield old), "a generator", ""),
        (lambda old, new: HOSTILE["everything"], "cannot be read", ""),
        (lambda old, new: HOSTILE["repr"], "something of type Hostile", ""),
    ],
)
def test_how_a_function_fails_is_said(answer: Any, says: str, slip: str) -> None:
    outcome = judge(answer)
    first = outcome.parts[0][1] if outcome.parts else outcome
    assert outcome.share == 0.0
    assert says in first.message
    assert first.slip == slip


async def waits(old: float, new: float) -> float:
    return rise(old, new)


def test_a_function_that_waits_warns_nobody(recwarn: pytest.WarningsRecorder) -> None:
    assert "a coroutine" in judge(waits).parts[0][1].message
    assert not list(recwarn)


SLIPS = {
    "points-for-percent": lambda old, new: new - old,
    "wrong-base:new": lambda old, new: 100 * (new - old) / new,
    "slip-sign": lambda old, new: 100 * (old - new) / old,
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_recorded_mistake_is_named(slip: str) -> None:
    outcome = judge(SLIPS[slip], slips=SLIPS)
    assert (outcome.status, outcome.share, outcome.slips) == ("not yet", 0.0, (slip,))


def test_a_mistake_must_explain_every_wrong_case() -> None:
    assert judge(lambda old, new: new - old if new < 45 else 99, slips=SLIPS).slips == ()


def test_a_group_is_right_when_all_its_cases_are() -> None:
    by_heart = lambda old, new: rise(35, 43)  # noqa: E731
    outcome = judge(by_heart, worth={"the plan's figures": 1, "fresh inputs": 3})
    assert (outcome.share, outcome.slips) == (0.25, ("slip-constant",))
    assert [part.status for _, part in outcome.parts] == ["correct", "not yet"]


@pytest.mark.parametrize(
    ("answer", "right", "says"),
    [
        (rise, True, ""),
        (with_default, False, "raised ZeroDivisionError"),
        (lambda old, new: 100 * (new / old - 1) if old else ValueError("no"), False, "returned ValueError"),
        (lambda old, new: 100 * (new / old - 1) if old else None, False, "returned None"),
    ],
)
def test_nonsense_is_refused(answer: Any, right: bool, says: str) -> None:
    outcome = judge(answer, refuses=REFUSES)
    part = dict(outcome.parts)["refuses nonsense"]
    assert (part.status == "correct") is right
    assert says in part.message


def test_refusing_everything_earns_nothing() -> None:
    def refuse(old: float, new: float) -> float:
        raise ValueError(f"{old} and {new} are not to my taste")

    outcome = judge(refuse, refuses=REFUSES)
    assert outcome.share == 0.0
    assert "refuses every input" in dict(outcome.parts)["refuses nonsense"].message


def test_arguments_that_are_changed_spoil_no_other_case() -> None:
    form = Function("values", returns=Number())

    def emptied(values: list[float]) -> float:
        total = sum(values)
        values.clear()
        return total

    numbers = [1, 2, 3]
    outcome = form.judge(emptied, lambda values: sum(values), cases={"all": [(numbers,), (numbers,)]})
    assert outcome.status == "correct"
    assert numbers == [1, 2, 3]


def test_each_case_is_tried_once() -> None:
    seen = []

    def counted(old: float, new: float) -> float:
        seen.append((old, new))
        return rise(old, new)

    judge(counted, refuses=REFUSES)
    assert len(seen) == 4 + len(REFUSES)


def test_a_function_may_return_a_word() -> None:
    form = Function("share", returns=Choice(["more", "less"]))
    words = {"all": [(60,), (40,)]}
    key = lambda share: "more" if share > 50 else "less"  # noqa: E731
    assert (
        form.judge(lambda share: "More" if share > 45 else "LESS", key, cases=words, within=None).share == 1.0
    )
