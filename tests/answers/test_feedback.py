"""Does every answer get an outcome, and does no outcome give the expected value away?"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cjpolicy import misconceptions
from cjpolicy.answers import Chart, Choice, Form, Frame, Function, Interval, Number, Outcome, Parts, Verdicts
from cjpolicy.answers.base import CORRECT, combined
from cjpolicy.answers.charts import compares_with, keeps_order, says, shows, starts_at_zero
from cjpolicy.errors import UnknownName
from tests.answers.samples import HOSTILE, UNREADABLE_NUMBERS

FORMS: dict[str, tuple[Form, Any, dict[str, Any]]] = {
    "number": (Number("per cent", decimals=1), 83.1, {"slips": {"added-percentages": 77}}),
    "choice": (Choice(["survey", "records"]), "survey", {}),
    "parts": (Parts(a=Number(), b=Choice(["x", "y"])), {"a": 83.1, "b": "x"}, {}),
    "verdicts": (Verdicts("A", "B"), {"A": "supported", "B": "cannot tell"}, {}),
    "interval": (Interval("per cent"), (76.4, 90.1), {"slips": {"rounded-as-exact": (82.6, 83.6)}}),
    "frame": (
        Frame(by="step", index=Number(), kind=Choice(["x"])),
        {"step": ["a", "b"], "index": [1, 2], "kind": ["x", "x"]},
        {
            "slips": {"index": {"added-percentages": [3, 4]}},
            "carried": {"index": lambda own: own["kind"] * 2},
        },
    ),
    "function": (
        Function("old", "new"),
        lambda old, new: new / old,
        {"cases": {"all": [(35, 43), (4, 5)]}, "refuses": [(0, 1)]},
    ),
    "chart": (
        Chart(),
        {
            "all": [
                shows([1]),
                keeps_order("ab"),
                starts_at_zero(),
                compares_with([1]),
                says("a", name="says a"),
            ]
        },
        {},
    ),
}
# Hypothesis itself stumbles over an object that refuses everything; that one is tried by name below.
ODD = {**UNREADABLE_NUMBERS, **{kind: odd for kind, odd in HOSTILE.items() if kind != "everything"}}


def two_numbers(old: float, new: float) -> Any: ...


def odd(kind: str) -> Any:
    return ODD[kind]


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=12),
    st.binary(max_size=4),
    st.just(...),
    st.dates(),
    st.decimals(),
    st.fractions(),
    st.sampled_from([*ODD]).map(odd),
    st.functions(like=two_numbers, returns=st.floats()),
)
NAMES = st.sampled_from(
    ["a", "b", "A", "B", "step", "index", "kind", "lowest", "highest", "$schema", 1, None]
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inside: st.one_of(
        st.lists(inside, max_size=3),
        st.tuples(inside, inside),
        st.dictionaries(NAMES, inside, max_size=4),
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=120, deadline=None)
@given(answer=ANYTHING)
def test_nothing_a_student_gives_stops_the_marking(name: str, answer: Any) -> None:
    form, key, options = FORMS[name]
    for outcome in (form.judge(answer, key, **options), form.inspect(answer)):
        assert outcome.message
        assert 0 <= outcome.share <= 1
        assert (outcome.status == "correct") is (outcome.share == 1)
        assert all(misconceptions.explain(slip) for slip in outcome.slips)


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("name", FORMS)
def test_hostile_objects_get_a_clear_message(name: str, kind: str) -> None:
    form, key, options = FORMS[name]
    outcome = form.judge(HOSTILE[kind], key, **options)
    assert outcome.share < 1
    if kind not in ("call", "endless"):
        assert outcome.status == "cannot check"
        assert outcome.message.startswith("You gave ")
        assert "Give " in outcome.message


@pytest.mark.parametrize("name", ["parts", "interval", "verdicts", "frame"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_objects_inside_others(name: str, kind: str) -> None:
    form, key, options = FORMS[name]
    inside = HOSTILE[kind]
    answers = {
        "parts": {"a": inside, "b": "x"},
        "interval": (inside, 90.1),
        "verdicts": [inside, "cannot tell"],
        "frame": {"step": ["a", "b"], "index": [1, inside], "kind": ["x", "x"]},
    }
    outcome = form.judge(answers[name], key, **options)
    if (name, kind) == ("frame", "everything"):  # pandas itself makes no table of it
        assert outcome.status == "cannot check"
    else:
        assert 0 < outcome.share < 1


def digits(text: str) -> set[str]:
    return {number.replace(",", "") for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}


def messages(outcome: Outcome) -> str:
    return " ".join([outcome.message, *(messages(part) for _, part in outcome.parts)])


VOCABULARY = {
    number
    for each in misconceptions.vocabulary().values()
    for text in (
        each.diagnosis,
        each.next_step,
        *(text for own in each.variants.values() for text in own.values()),
    )
    for number in digits(text)
}
VALUES = st.integers(1001, 99_999).map(lambda value: value / 100)


def outcomes_for(answer: float, expected: float, wrong: float) -> Iterator[Outcome]:
    """Give what each form that holds numbers says of one answer."""
    number = Number("per cent", decimals=2)
    yield number.judge(answer, expected)
    yield number.judge(answer, expected, slips={"added-percentages": wrong, "change-for-level": answer})
    yield Interval("per cent").judge((answer, answer), (expected, expected + 5.55))
    yield Parts(a=number).judge({"a": answer}, {"a": expected})
    frame = Frame(by="step", index=number)
    yield frame.judge([{"step": "a", "index": answer}], {"step": ["a"], "index": [expected]})
    function = Function("x", returns=number)
    yield function.judge(lambda x: answer, lambda x: expected * x / 7, cases={"all": [(7,), (8,)]})


@given(expected=VALUES, other=VALUES, wrong=VALUES, scale=st.sampled_from([1, -1, 0.01, 100, 1.01]))
@settings(max_examples=200)
def test_no_message_gives_the_expected_number_away(
    expected: float, other: float, wrong: float, scale: float
) -> None:
    for answer in (other, expected * scale, wrong):
        if abs(answer - expected) < 0.01:
            continue
        # What was given is shown whole or shortened; the rest are decimals, inputs, counts of parts.
        own = digits(f"{answer!r} {answer:,.6g}") | {"0", "1", "2", "3", "7", "8"}
        for outcome in outcomes_for(answer, expected, wrong):
            assert not digits(messages(outcome)) - own - VOCABULARY


def test_a_mistake_that_has_no_words_is_refused() -> None:
    with pytest.raises(UnknownName, match="no misconception 'wrong-bass'"):
        Number().judge(1, 2, slips={"wrong-bass": 1})


def test_shares_are_exact() -> None:
    parts = [("a", CORRECT), ("b", CORRECT), ("c", Outcome("not yet"))]
    assert combined(parts).share == 2 / 3
    assert combined(parts, {"a": 0.1, "b": 0.2, "c": 0.7}).share == pytest.approx(0.3, abs=1e-15)
    assert combined(parts[:2], {"a": 0.1, "b": 0.2}).share == 1.0
    with pytest.raises(ValueError, match="worth names"):
        combined(parts, {"a": 1, "b": 1})


@pytest.mark.parametrize("status", ["not attempted", "cannot check", "not yet"])
def test_parts_that_came_out_alike_give_their_status(status: Any) -> None:
    outcome = combined([("a", Outcome(status)), ("b", Outcome(status))])
    assert (outcome.status, outcome.message) == (status, "0 of 2 parts are right.")


def test_slips_of_parts_within_parts_are_listed_once() -> None:
    inner = Outcome("not yet", slip="unit-slip", parts=(("x", Outcome("not yet", slip="slip-sign")),))
    outer = Outcome("not yet", slip="slip-order", parts=(("a", inner), ("b", inner)))
    assert outer.slips == ("slip-order", "unit-slip", "slip-sign")
