"""Answers of every kind that a student might give."""

import decimal
import fractions
from typing import Any, NoReturn

import altair as alt
import numpy as np
import pandas as pd

BLANKS = [None, ..., "", " ", "...", "____", "?"]

UNREADABLE_NUMBERS: dict[str, Any] = {
    "text": "83.1",
    "text with a sign": "83%",
    "bytes": b"83",
    "true": True,
    "numpy true": np.bool_(True),
    "nan": float("nan"),
    "numpy nan": np.float64("nan"),
    "infinity": float("inf"),
    "an endless integer": 10**400,
    "complex": 1j,
    "numpy complex": np.complex128(83.1),
    "pandas missing": pd.NA,
    "no time": pd.NaT,
    "duration": np.timedelta64(83, "D"),
    "date": np.datetime64("2008-02-26"),
    "a decimal that is no number": decimal.Decimal("nan"),
    "function": lambda: 83.1,
    "method": "abc".upper,
    "built-in": abs,
    "class": int,
    "module": np,
    "empty list": [],
    "empty column": pd.Series([], dtype=float),
    "two numbers": [83.1, 83.1],
    "list in a list": [[83.1]],
    "list of text": ["83.1"],
    "list of true": [True],
    "column of true": pd.Series([True]),
    "column of missing": pd.Series([None], dtype="Int64"),
    "set of two": {1, 2},
    "dictionary": {"value": 83.1},
    "table": pd.DataFrame({"a": [1, 2]}),
    "chart": alt.Chart(pd.DataFrame({"a": [1]})).mark_bar(),
    "object": object(),
}


def same_number(value: float) -> dict[str, Any]:
    """One value in every type that can hold it."""
    return {
        "float": value,
        "numpy float": np.float64(value),
        "numpy float in no list": np.array(value),
        "array": np.array([value]),
        "array of arrays": np.array([[value]]),
        "list": [value],
        "tuple": (value,),
        "column": pd.Series([value]),
        "column with names": pd.Series([value], index=["change"]),
        "column of objects": pd.Series([value], dtype=object),
        "nullable column": pd.Series([value], dtype="Float64"),
        "index": pd.Index([value]),
        "table": pd.DataFrame({"change": [value]}),
        "decimal": decimal.Decimal(str(value)),
        "fraction": fractions.Fraction(str(value)),
    }


def same_integer(value: int) -> dict[str, Any]:
    """One whole number in every type that can hold it."""
    kinds = (np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64)
    floats = (np.float16, np.float32, np.longdouble)
    return {
        "int": value,
        "nullable": pd.Series([value], dtype="Int64"),
        "nullable scalar": pd.array([value], dtype="Int64")[0],
        "category": pd.Series([value], dtype="category"),
        **{kind.__name__: kind(value) for kind in (*kinds, *floats)},
    }


def fails(*_: Any, **__: Any) -> NoReturn:
    """Fail, whatever is asked."""
    raise RuntimeError("a student's own object")


def hostile(*methods: str, error: type[BaseException] = RuntimeError) -> Any:
    """An object whose named methods raise."""

    def raises(*_: Any, **__: Any) -> NoReturn:
        raise error("a student's own object")

    return type("Hostile", (), dict.fromkeys(methods, raises))()


class Chameleon:
    """Raises when asked for any attribute at all, its class included."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)


class Endless:
    """Says that it holds one element, and never stops giving them."""

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Any:
        while True:
            yield 1


HOSTILE: dict[str, Any] = {
    "repr": hostile("__repr__"),
    "repr that quits": hostile("__repr__", error=SystemExit),
    "float": hostile("__float__", "__repr__"),
    "float that quits": hostile("__float__", error=SystemExit),
    "length": hostile("__len__", "__repr__"),
    "iteration": hostile("__iter__"),
    "array": hostile("__array__", "__len__"),
    "attributes": hostile("__getattr__"),
    "equality": hostile("__eq__", "__hash__", "__bool__"),
    "call": hostile("__call__", "__repr__"),
    "to_dict": type("Hostile", (), {"to_dict": fails, "to_numpy": fails, "items": fails})(),
    "everything": Chameleon(),
    "endless": Endless(),
}
