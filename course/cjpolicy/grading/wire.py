"""Values as plain data: what crosses between a student's process and the one that marks, and nothing else."""

from __future__ import annotations

import base64
import datetime
import functools
import inspect
import json
import re
import sys
import types
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cjpolicy.answers.base import FAILURES
from cjpolicy.answers.functions import is_stub

__all__ = ["Callback", "Unsound", "decode", "encode"]

DEEPEST = 40
MOST_VALUES = 400_000
MOST_TEXT = 8_000_000
LONGEST_TABLE = 200_000
LARGEST_INTEGER = 10_000  # bits
PLAIN_KINDS = "biufcMmSU"
# Types of pandas that are made again from their name; any other column comes back as objects.
DTYPES = re.compile(
    r"(object|str|string(\[\w+\])?|boolean|U?Int(8|16|32|64)|Float(32|64)|datetime64\[.{1,60}\]|period\[.{1,20}\])"
)

Call = Callable[[int, list[Any], dict[str, Any]], Any]


class Unsound(Exception):
    """What arrived is not what `encode` makes."""


class TooMuch(Exception):
    """A value is too large to be marked."""


# --- From values to data: in the student's process. Whatever happens here, only data leaves. ---


class Encoder:
    """Turns values into data that JSON can say, up to a limit.

    Parameters
    ----------
    handles : list
        Grows by each function met, which the other side can then ask to be called.
    """

    def __init__(self, handles: list[Any]) -> None:
        self.handles = handles
        self.values = 0
        self.text = 0

    def __call__(self, value: Any, depth: int = 0) -> Any:
        """Encode a value of any type."""
        self.values += 1
        if self.values > MOST_VALUES:
            raise TooMuch("more than 400,000 values")
        if depth > DEEPEST:
            raise TooMuch("values within values without end")
        if value is None or value is True or value is False:
            return value
        for kind, write in WRITERS:
            if isinstance(value, kind):
                return write(self, value, depth + 1)
        return self.other(value, depth + 1)

    def said(self, text: str) -> str:
        """Count a text, and give it back."""
        self.text += len(text)
        if self.text > MOST_TEXT:
            raise TooMuch("more than 8 million characters")
        return text

    def raw(self, content: bytes) -> str:
        """Write bytes as text."""
        return self.said(base64.b64encode(content).decode())

    def every(self, values: Any, depth: int) -> list[Any]:
        """Encode each of some values."""
        return [self(value, depth) for value in values]

    def integer(self, value: int, depth: int) -> Any:
        number = int.__add__(value, 0)
        if number.bit_length() > LARGEST_INTEGER:
            raise TooMuch("an integer of more than 3,000 digits")
        return number if abs(number) < 1 << 53 else {"t": "int", "v": hex(number)}

    def real(self, value: float, depth: int) -> Any:
        import numpy as np

        if isinstance(value, np.generic):  # numpy's float64 is a float
            return self.other(value, depth)
        return float.__add__(value, 0.0)

    def string(self, value: str, depth: int) -> Any:
        return self.said(str.__getitem__(value, slice(None)))  # of a subclass, the text alone

    def mapping(self, value: dict[Any, Any], depth: int) -> Any:
        pairs = [[self(key, depth), self(each, depth)] for key, each in dict.items(value)]
        return {"t": "dict", "v": pairs}

    def stretch(self, value: range, depth: int) -> Any:
        _not_too_long(len(value))
        return {"t": "range", "v": [value.start, value.stop, value.step]}

    def decimal(self, value: Decimal, depth: int) -> Any:
        if value.is_finite() and abs(value.adjusted()) > LARGEST_INTEGER:
            raise TooMuch("a number of more than 10,000 digits")
        return {"t": "Decimal", "v": self.said(str(value))}

    def moment(self, value: datetime.datetime, depth: int) -> Any:
        if value != value:  # pandas' missing date is a datetime to Python
            return {"t": "missing", "v": "NaT"}
        return {"t": "datetime", "v": self.said(value.isoformat())}

    def other(self, value: Any, depth: int) -> Any:
        """Encode what is of none of Python's own plain types."""
        origin = type(value).__module__.partition(".")[0]
        if "numpy" in sys.modules and (origin == "numpy" or isinstance(value, _numpy().ndarray)):
            written = self.of_numpy(value, depth)
        elif "pandas" in sys.modules and (origin == "pandas" or _is_table(value)):
            written = self.of_pandas(value, depth)
        else:
            written = None
        if written is not None:
            return written
        if any(kind.__name__ == "TopLevelMixin" for kind in type(value).__mro__):
            return self.chart(value)
        if callable(value):
            return self.function(value)
        about = {"t": "other", "n": _name(value), "r": _repr(value)}
        # What can be read as a number, as the course's own figures can, is one over there too.
        return {**about, "f": float(value)} if hasattr(type(value), "__float__") else about

    def of_numpy(self, value: Any, depth: int) -> Any:
        import numpy as np

        if isinstance(value, np.generic) and value.dtype.kind in PLAIN_KINDS:
            return {"t": "scalar", "d": value.dtype.str, "v": self.raw(value.tobytes())}
        if isinstance(value, np.ma.MaskedArray):
            return None  # without its mask it would be another answer
        if isinstance(value, np.ndarray):
            value = np.asarray(value)
            _not_too_long(value.size)
            if value.dtype.kind in PLAIN_KINDS:
                data = self.raw(np.ascontiguousarray(value).tobytes())
                return {"t": "array", "d": value.dtype.str, "s": list(value.shape), "v": data}
            return {"t": "objects", "s": list(value.shape), "v": self.every(value.ravel().tolist(), depth)}
        return None

    def of_pandas(self, value: Any, depth: int) -> Any:
        import pandas as pd

        if value is pd.NaT or value is pd.NA:
            return {"t": "missing", "v": str(value)}
        if isinstance(value, (pd.Timedelta, pd.Period)):
            return {"t": type(value).__name__, "v": str(value), "f": getattr(value, "freqstr", None)}
        if isinstance(value, pd.MultiIndex):
            _not_too_long(len(value))
            levels = [self(value.get_level_values(each), depth) for each in range(value.nlevels)]
            return {"t": "MultiIndex", "v": levels, "n": self.every(value.names, depth)}
        if isinstance(value, pd.Index):
            _not_too_long(len(value))
            return {"t": "Index", "v": self.column(value, depth), "n": self(value.name, depth)}
        if isinstance(value, pd.Series):
            _not_too_long(len(value))
            column, index = self.column(value, depth), self(value.index, depth)
            return {"t": "Series", "v": column, "i": index, "n": self(value.name, depth)}
        if isinstance(value, pd.DataFrame):
            _not_too_long(value.shape[0] * max(value.shape[1], 1))
            columns = [self.column(value.iloc[:, each], depth) for each in range(value.shape[1])]
            names, index = self(value.columns, depth), self(value.index, depth)
            return {"t": "DataFrame", "v": columns, "c": names, "i": index}
        return None

    def column(self, column: Any, depth: int) -> Any:
        """Encode a column's or an index's values, and the name of their type."""
        dtype = column.dtype
        if isinstance(dtype, _pandas().CategoricalDtype):
            held = column.cat if hasattr(column, "cat") else column
            codes = self(_numpy().asarray(held.codes), depth)
            return {
                "k": "categories",
                "v": codes,
                "c": self.column(held.categories, depth),
                "o": bool(held.ordered),
            }
        if isinstance(dtype, _numpy().dtype) and dtype.kind in "biufc":
            return {"k": "plain", "v": self(_numpy().asarray(column), depth)}
        return {"k": "values", "d": str(dtype), "v": self.every(column.tolist(), depth)}

    def chart(self, value: Any) -> Any:
        import altair as alt

        try:
            # The student's own choice of transformer could write files, or refuse a long table.
            with alt.data_transformers.enable("default", max_rows=None):
                return {"t": "chart", "n": _name(value), "v": self.said(value.to_json(validate=True))}
        except TooMuch:
            raise
        except FAILURES as why:  # altair's own refusals, and anything a student's class may raise
            return {"t": "no chart", "n": _name(value), "v": str(why)[:2000]}

    def function(self, value: Any) -> Any:
        self.handles.append(value)
        about = {"t": "function", "n": _name(value), "r": _repr(value), "h": len(self.handles) - 1}
        if isinstance(value, type):
            return {**about, "class": True}
        name = getattr(value, "__name__", "")
        return {
            **about,
            "name": name[:100] if type(name) is str else "",
            "stub": bool(is_stub(value)),
            "parameters": _parameters(value),
        }


WRITERS: tuple[tuple[Any, Callable[[Encoder, Any, int], Any]], ...] = (
    (int, Encoder.integer),
    (float, Encoder.real),
    (complex, lambda write, value, depth: {"t": "complex", "v": [value.real, value.imag]}),
    (str, Encoder.string),
    (bytes, lambda write, value, depth: {"t": "bytes", "v": write.raw(bytes(value))}),
    (list, lambda write, value, depth: {"t": "list", "v": write.every(list.__iter__(value), depth)}),
    (tuple, lambda write, value, depth: {"t": "tuple", "v": write.every(tuple.__iter__(value), depth)}),
    (set, lambda write, value, depth: {"t": "set", "v": write.every(set.__iter__(value), depth)}),
    (
        frozenset,
        lambda write, value, depth: {"t": "frozenset", "v": write.every(frozenset.__iter__(value), depth)},
    ),
    (dict, Encoder.mapping),
    (type(...), lambda write, value, depth: {"t": "..."}),
    (range, Encoder.stretch),
    (Decimal, Encoder.decimal),
    (Fraction, lambda write, value, depth: {"t": "Fraction", "v": write.said(str(value))}),
    (datetime.datetime, Encoder.moment),
    (datetime.date, lambda write, value, depth: {"t": "date", "v": value.isoformat()}),
    (types.ModuleType, lambda write, value, depth: {"t": "module", "n": _repr(value)}),
)


def encode(value: Any, handles: list[Any]) -> Any:
    """Turn any value into data that JSON can say.

    Numbers, text, the usual containers, dates, numpy's scalars and arrays, pandas' tables and Altair's charts
    cross as themselves; a subclass of one crosses as what it holds. A function crosses as a handle by which
    it can be called. Of anything else only the type's name and a short text cross.

    Parameters
    ----------
    value
        Anything.
    handles : list
        Grows by each function met.

    Returns
    -------
    Anything that JSON can say; `decode` reads it.

    Examples
    --------
    >>> encode({"fall": 31}, [])
    {'t': 'dict', 'v': [['fall', 31]]}
    """
    try:
        return Encoder(handles)(value)
    except TooMuch as why:
        return {"t": "other", "n": _name(value), "r": f"too large to mark: it has {why}"}
    except FAILURES as why:  # a student's class may raise anything when it is looked at
        return {"t": "other", "n": _name(value), "r": f"it cannot be read ({type(why).__name__})"}


def _not_too_long(length: int) -> None:
    if length > LONGEST_TABLE:
        raise TooMuch(f"{length:,} values in one table")


def _is_table(value: Any) -> bool:
    pd = _pandas()
    return isinstance(value, (pd.DataFrame, pd.Series, pd.Index))


def _name(value: Any) -> str:
    return str(type.__getattribute__(type(value), "__name__"))[:100]


def _repr(value: Any) -> str:
    try:
        return str.__str__(repr(value))[:300]
    except FAILURES:  # a student's class may raise anything
        return f"something of type {_name(value)}"


def _parameters(function: Any) -> list[list[Any]] | None:
    """Describe a function's parameters: name, kind, and whether it may be left out."""
    try:
        parameters = inspect.signature(function).parameters.values()
        return [[each.name, int(each.kind), each.default is not each.empty] for each in parameters][:100]
    except FAILURES:  # some functions do not say, and a student's may raise anything
        return None


@functools.cache
def _numpy() -> Any:
    import numpy

    return numpy


@functools.cache
def _pandas() -> Any:
    import pandas

    return pandas


# --- From data to values: in the process that marks. What arrives was made by a stranger. ---


class Other:
    """A value of a type that does not cross; it has the name of its own type, and nothing else."""

    _said = ""

    def __repr__(self) -> str:
        return self._said


class Callback(Other):
    """A function of the student's, called where it lives.

    Parameters
    ----------
    about : mapping
        What `encode` said of it.
    call : callable
        Takes the handle, the arguments and the named arguments, and gives what came back.
    """

    def __init__(self, about: Mapping[str, Any], call: Call) -> None:
        self._said = _text(about, "r")
        self._handle = _whole(about, "h")
        self._call = call
        self.__name__ = _text(about, "name")
        if about.get("stub") is True:
            self.__code__ = _stub.__code__
        signature = _signature(about.get("parameters"))
        if signature is not None:
            self.__signature__ = signature

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._call(self._handle, list(arguments), named)

    def __deepcopy__(self, memory: Any) -> Callback:
        return self


def _stub() -> Any: ...


class ChartSpecification(dict[str, Any]):
    """A chart of the student's, as Vega-Lite says it."""


def decode(data: Any, call: Call) -> Any:
    """Make a value from what `encode` said of it.

    Parameters
    ----------
    data
        What arrived; it may have been made by anybody.
    call : callable
        Calls a function of the student's: takes its handle, a list of arguments and a dict of named ones.

    Returns
    -------
    object
        A value of Python's, numpy's or pandas' own types; a `Callback` for a function; for anything else an
        object that only knows its type's name.

    Raises
    ------
    Unsound
        If it is not what `encode` makes.

    Examples
    --------
    >>> decode({"t": "dict", "v": [["fall", 31]]}, lambda *_: None)
    {'fall': 31}
    """
    try:
        return _decode(data, call)
    except Unsound:
        raise
    except Exception as why:  # numpy and pandas refuse odd data in many ways
        raise Unsound(f"{type(why).__name__} while an answer was read") from why


def _decode(data: Any, call: Call) -> Any:
    if data is None or isinstance(data, (bool, int, float, str)):
        return data
    if not isinstance(data, dict):
        raise Unsound("an answer is a bare list")
    read = READERS.get(data.get("t", ""))
    if read is None:
        raise Unsound(f"an answer of an unknown kind, {str(data.get('t'))[:40]!r}")
    return read(data, call)


def _every(data: Any, call: Call) -> list[Any]:
    if not isinstance(data, list):
        raise Unsound("a list was expected")
    return [_decode(each, call) for each in data]


def _text(data: Mapping[str, Any], key: str) -> str:
    found = data.get(key)
    if not isinstance(found, str):
        raise Unsound(f"{key} should be text")
    return found


def _whole(data: Mapping[str, Any], key: str) -> int:
    found = data.get(key)
    if not isinstance(found, int) or isinstance(found, bool):
        raise Unsound(f"{key} should be a whole number")
    return found


def _integer(data: Mapping[str, Any], call: Call) -> int:
    return int(_text(data, "v"), 16)


def _dict(data: Mapping[str, Any], call: Call) -> dict[Any, Any]:
    found = {}
    for pair in data["v"]:
        key, value = pair
        found[_decode(key, call)] = _decode(value, call)
    return found


def _range(data: Mapping[str, Any], call: Call) -> range:
    found = range(*data["v"])
    if len(found) > LONGEST_TABLE:
        raise Unsound("a range that is too long")
    return found


def _decimal(data: Mapping[str, Any], call: Call) -> Decimal:
    found = Decimal(_text(data, "v"))
    if found.is_finite() and abs(found.adjusted()) > LARGEST_INTEGER:
        raise Unsound("a number of too many digits")
    return found


def _fraction(data: Mapping[str, Any], call: Call) -> Fraction:
    text = _text(data, "v")
    if not re.fullmatch(r"-?\d{1,4000}(/\d{1,4000})?", text):
        raise Unsound("a fraction that is none")
    return Fraction(text)


def _complex(data: Mapping[str, Any], call: Call) -> complex:
    real, imaginary = data["v"]
    return complex(real, imaginary)


def _plain_dtype(name: str) -> Any:
    dtype = _numpy().dtype(name)
    if dtype.kind not in PLAIN_KINDS:
        raise Unsound(f"an array of {name[:40]}")
    return dtype


def _scalar(data: Mapping[str, Any], call: Call) -> Any:
    content = base64.b64decode(_text(data, "v"), validate=True)
    return _numpy().frombuffer(content, _plain_dtype(_text(data, "d")))[0]


def _array(data: Mapping[str, Any], call: Call) -> Any:
    content = base64.b64decode(_text(data, "v"), validate=True)
    return _numpy().frombuffer(content, _plain_dtype(_text(data, "d"))).reshape(data["s"]).copy()


def _objects(data: Mapping[str, Any], call: Call) -> Any:
    values = _every(data["v"], call)
    found = _numpy().empty(len(values), dtype=object)
    found[:] = values
    return found.reshape(data["s"])


def _column(data: Any, call: Call) -> Any:
    np, pd = _numpy(), _pandas()
    kind = data["k"]
    if kind == "plain":
        return _decode(data["v"], call)
    if kind == "categories":
        categories = pd.Index(_column(data["c"], call))
        return pd.Categorical.from_codes(_decode(data["v"], call), categories, ordered=bool(data["o"]))
    values, name = _every(data["v"], call), _text(data, "d")
    if DTYPES.fullmatch(name) and name != "object":
        return pd.array(values, dtype=name)
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _missing(data: Mapping[str, Any], call: Call) -> Any:
    return _pandas().NaT if data["v"] == "NaT" else _pandas().NA


def _moment(data: Mapping[str, Any], call: Call) -> Any:
    # pandas' Timestamp is a datetime to Python, and is read as one.
    return datetime.datetime.fromisoformat(_text(data, "v"))


def _index(data: Mapping[str, Any], call: Call) -> Any:
    return _pandas().Index(_column(data["v"], call), name=_decode(data["n"], call))


def _multi_index(data: Mapping[str, Any], call: Call) -> Any:
    levels = _every(data["v"], call)
    return _pandas().MultiIndex.from_arrays(levels, names=_every(data["n"], call))


def _series(data: Mapping[str, Any], call: Call) -> Any:
    index, name = _decode(data["i"], call), _decode(data["n"], call)
    return _pandas().Series(_column(data["v"], call), index=index, name=name)


def _frame(data: Mapping[str, Any], call: Call) -> Any:
    index, names = _decode(data["i"], call), _decode(data["c"], call)
    columns = {place: _column(each, call) for place, each in enumerate(data["v"])}
    return _pandas().DataFrame(columns, index=index).set_axis(names, axis=1)


def _chart(data: Mapping[str, Any], call: Call) -> Any:
    specification = json.loads(_text(data, "v"))
    if not isinstance(specification, dict):
        raise Unsound("a chart that is no specification")
    return _named(data, ChartSpecification)(specification)


def _no_chart(data: Mapping[str, Any], call: Call) -> Any:
    """Give something that fails as the student's chart failed, when it is asked for its specification."""
    why = _text(data, "v")

    def to_json(self: Any, **options: Any) -> str:
        raise ValueError(why)

    base = type("TopLevelMixin", (Other,), {"to_json": to_json})
    return _named(data, base)()


def _function(data: Mapping[str, Any], call: Call) -> Any:
    if data.get("class") is True:
        return type(_text(data, "n"), (Other,), {})
    return _named(data, Callback)(data, call)


def _other(data: Mapping[str, Any], call: Call) -> Any:
    members: dict[str, Any] = {"_said": _text(data, "r")}
    number = data.get("f")
    if isinstance(number, float):
        members["__float__"] = lambda self: number
    return _named(data, Other, **members)()


def _named(data: Mapping[str, Any], base: Any, **members: Any) -> Any:
    return type(_text(data, "n").replace("\0", ""), (base,), members)


def _signature(parameters: Any) -> inspect.Signature | None:
    if not isinstance(parameters, list):
        return None
    kinds = list(inspect._ParameterKind)
    made = []
    for name, kind, optional in parameters:
        default = None if optional else inspect.Parameter.empty
        made.append(inspect.Parameter(str(name), kinds[kind], default=default))
    return inspect.Signature(made)


READERS: dict[str, Callable[[Mapping[str, Any], Call], Any]] = {
    "int": _integer,
    "complex": _complex,
    "bytes": lambda data, call: base64.b64decode(_text(data, "v"), validate=True),
    "list": lambda data, call: _every(data["v"], call),
    "tuple": lambda data, call: tuple(_every(data["v"], call)),
    "set": lambda data, call: set(_every(data["v"], call)),
    "frozenset": lambda data, call: frozenset(_every(data["v"], call)),
    "dict": _dict,
    "...": lambda data, call: ...,
    "range": _range,
    "Decimal": _decimal,
    "Fraction": _fraction,
    "datetime": _moment,
    "date": lambda data, call: datetime.date.fromisoformat(_text(data, "v")),
    "module": lambda data, call: types.ModuleType(_text(data, "n")),
    "scalar": _scalar,
    "array": _array,
    "objects": _objects,
    "missing": _missing,
    "Timedelta": lambda data, call: _pandas().Timedelta(_text(data, "v")),
    "Period": lambda data, call: _pandas().Period(_text(data, "v"), _text(data, "f")),
    "Index": _index,
    "MultiIndex": _multi_index,
    "Series": _series,
    "DataFrame": _frame,
    "chart": _chart,
    "no chart": _no_chart,
    "function": _function,
    "other": _other,
}
