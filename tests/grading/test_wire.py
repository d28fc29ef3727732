"""Do values cross between processes as what they are, and nothing else?"""

import datetime
import decimal
import enum
import fractions
import json
import math
from collections import Counter, OrderedDict, namedtuple
from functools import partial
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cjpolicy as cj
from cjpolicy.answers import Chart, Function, Number
from cjpolicy.grading.wire import LONGEST_TABLE, READERS, Unsound, decode, encode


def no_call(*_: Any) -> Any:
    raise AssertionError("Nothing was to be called.")


def crossed(value: Any) -> Any:
    """Send a value through text, as it goes between processes."""
    return decode(json.loads(json.dumps(encode(value, []))), no_call)


PLAIN = [
    None,
    True,
    ...,
    0,
    -31,
    2**70,
    1.5,
    -0.25,
    float("inf"),
    "31 per cent",
    "naïve \ud800 \0",
    2 + 1j,
    b"raw",
    [1, [2.5, "a"]],
    (1, (2,)),
    {1, 2},
    frozenset({3}),
    {"a": 1, 2: [None]},
    range(0, 10, 3),
    decimal.Decimal("1.20"),
    fractions.Fraction(1, 3),
    datetime.date(2008, 2, 26),
    datetime.datetime(2008, 2, 26, 12, 30),
    datetime.datetime(2008, 2, 26, tzinfo=datetime.UTC),
]


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_values_cross_as_themselves(value: Any) -> None:
    got = crossed(value)
    assert got == value
    assert type(got) is type(value)


def test_a_missing_number_crosses() -> None:
    assert math.isnan(crossed(float("nan")))
    assert crossed(pd.NA) is pd.NA
    assert crossed(pd.NaT) is pd.NaT


ARRAYS = [
    np.float64(31.5),
    np.int8(-3),
    np.bool_(True),
    np.datetime64("2008-02-26"),
    np.array([1.0, 2.5]),
    np.array([[1, 2], [3, 4]]),
    np.array(["a", "bc"]),
    np.array([], dtype=float),
    np.array([1, "a", None], dtype=object),
]


@pytest.mark.parametrize("value", ARRAYS, ids=repr)
def test_numbers_and_arrays_of_numpy_cross(value: Any) -> None:
    got = crossed(value)
    assert type(got) is type(value)
    assert got.dtype == value.dtype
    assert got.tolist() == value.tolist()


TABLES = [
    pd.DataFrame({"step": ["start", "coverage"], "factor": [1.0, 1.55], "count": [1, 2]}),
    pd.DataFrame({"a": [1.0, None], "b": pd.array([1, None], dtype="Int64"), "c": [True, False]}),
    pd.DataFrame({"when": pd.Series([pd.Timestamp("2008-02-26"), pd.NaT])}),
    pd.DataFrame({"kind": pd.Categorical(["b", "a"], categories=["b", "a"], ordered=True)}),
    pd.DataFrame([[1, 2], [3, 4]], columns=["same", "same"]),
    pd.DataFrame({"mixed": [1, "a"]}),
    pd.DataFrame(),
    pd.DataFrame({"a": [1, 2]}, index=pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["n", None])),
]


@pytest.mark.parametrize("table", TABLES, ids=range(len(TABLES)))
def test_tables_cross_with_their_types(table: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(crossed(table), table, check_index_type=False, check_column_type=False)


def test_a_column_crosses_with_its_name_and_index() -> None:
    column = pd.Series([31, 69], index=["fall", "left"], name="share")
    pd.testing.assert_series_equal(crossed(column), column)


def test_a_chart_crosses_as_its_specification() -> None:
    chart = alt.Chart(pd.DataFrame({"a": [1, 2]})).mark_bar().encode(y="a:Q")
    got = crossed(chart)
    assert got["mark"] == {"type": "bar"}
    assert type(got).__name__ == "Chart"
    assert Chart().inspect(got).status == "correct"


def test_a_chart_that_altair_refuses_says_so_on_the_other_side() -> None:
    chart = alt.Chart(pd.DataFrame({"a": [1]})).mark_bar().encode(y="missing_column")
    here, there = Chart().inspect(chart), Chart().inspect(crossed(chart))
    assert here == there
    assert here.status == "cannot check"


class Shouting(str):
    """Text that claims to be equal to anything."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class Answer(float):
    """A number that says it is another."""

    def __float__(self) -> float:
        return 116.0


class Array(np.ndarray):
    """An array that says it is a number."""

    def __float__(self) -> float:
        return 116.0


class Kind(enum.IntEnum):
    THREE = 3


Pair = namedtuple("Pair", "low high")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Shouting("no"), "no"),
        (Answer(3), 3.0),
        (Kind.THREE, 3),
        (Pair(1, 2), (1, 2)),
        (Counter("aab"), {"a": 2, "b": 1}),
        (OrderedDict(a=1), {"a": 1}),
        (np.str_("text"), "text"),
    ],
    ids=repr,
)
def test_a_subclass_crosses_as_what_it_holds(value: Any, expected: Any) -> None:
    got = crossed(value)
    assert type(got) is type(expected)
    assert got == expected


class Strange:
    """Something that is no answer."""

    def __repr__(self) -> str:
        return "116"

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class Rude:
    def __repr__(self) -> str:
        raise ValueError("Never.")

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        raise ValueError("Never.")


def test_an_array_of_another_kind_crosses_as_its_values() -> None:
    got = crossed(np.zeros(2).view(Array))
    assert (type(got), got.tolist()) == (np.ndarray, [0, 0])


def test_what_can_be_read_as_a_number_is_one_over_there_too() -> None:
    assert Number().judge(crossed(cj.figure("v31-bcs")), 31).status == "correct"


def test_of_anything_else_only_a_name_and_a_text_cross() -> None:
    got = crossed(Strange())
    assert repr(got) == "116"
    assert type(got).__name__ == "Strange"
    assert got != 116
    assert Number().judge(got, 116).status == "cannot check"


def test_what_refuses_to_be_looked_at_is_named() -> None:
    assert type(crossed(Rude())).__name__ == "Rude"


def bomb() -> list[Any]:
    held: list[Any] = [1]
    for _ in range(30):
        held = [held, held]
    return held


def endless() -> list[Any]:
    held: list[Any] = []
    held.append(held)
    return held


@pytest.mark.parametrize(
    "value",
    [
        bomb(),
        endless(),
        "a" * 9_000_000,
        10 ** (10**5),
        pd.DataFrame({"a": range(LONGEST_TABLE + 1)}),
        pd.RangeIndex(10**9),
        np.zeros(LONGEST_TABLE + 1),
    ],
    ids=["laughs", "endless", "text", "integer", "table", "index", "array"],
)
def test_what_is_too_large_crosses_as_a_remark(value: Any) -> None:
    assert "too large to mark" in repr(crossed(value))


def doubled(value: float, times: int = 2) -> float:
    return value * times


def stub(value: float) -> None: ...


def over_there(value: Any) -> Any:
    """Send a function across, and have its calls come back as they do between processes."""
    handles: list[Any] = []
    data = json.loads(json.dumps(encode(value, handles)))

    def call(handle: int, arguments: list[Any], named: dict[str, Any]) -> Any:
        return crossed(handles[handle](*map(crossed, arguments), **named))

    return decode(data, call)


@pytest.mark.parametrize("function", [doubled, lambda value: 2 * value, partial(doubled, times=2)])
def test_a_function_is_called_where_it_lives(function: Any) -> None:
    there = over_there(function)
    assert there(4) == 8
    form = Function("value", returns=Number())
    assert form.judge(there, lambda value: 2 * value, cases={"some": [(1,), (2.5,)]}).status == "correct"


def test_an_empty_function_is_still_empty_over_there() -> None:
    assert Function("value").inspect(over_there(stub)).status == "not attempted"


def test_a_function_of_the_wrong_arguments_is_told_the_same() -> None:
    form = Function("one", "two", "three")
    assert form.inspect(over_there(doubled)) == form.inspect(doubled)


def test_a_class_is_no_function_over_there() -> None:
    assert Function("value").inspect(over_there(Strange)).status == "cannot check"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["t", "v", "n", "d", "s", "i", "c", "k", "r", "h", "o"]), inner, max_size=6
        )
    ),
    max_leaves=25,
)
KINDS = st.sampled_from(sorted(READERS))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(list("vndsickrho")), JSON, max_size=6), KINDS)
def test_made_up_data_gives_a_value_or_is_refused(data: dict[str, Any], kind: str) -> None:
    try:
        decode({**data, "t": kind}, no_call)
    except Unsound as why:
        assert str(why)
