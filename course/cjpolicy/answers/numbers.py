"""Numbers and intervals: any numeric type, the question's own unit, its stated rounding."""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from .base import (
    CORRECT,
    FAILURES,
    Form,
    NotAttemptedError,
    Outcome,
    UnreadableError,
    combined,
    diagnosed,
    is_blank,
    kind_of,
    shown,
    type_name,
    unrecognised,
    well_formed_parts,
)
from .words import plain

RELATIVE_TOLERANCE = 1e-6
# How far off, as a share of the right value, looks like rounding on the way, or like a slip of scale.
NEARLY = 0.02
SAME_DIGITS = 0.005
SCALES = (100, 1 / 100, 1000, 1 / 1000, 1e6, 1e-6)
NO_HOLDER = (bool, str, bytes, dict, numbers.Number)
LOWEST = ("lowest", "lower", "low", "min", "minimum", "from", "start", "narrowest")
HIGHEST = ("highest", "higher", "upper", "high", "max", "maximum", "to", "end", "widest")


def as_float(answer: Any) -> float:
    """Read one finite number out of whatever holds it.

    Parameters
    ----------
    answer
        int, float, fraction, NumPy scalar, an object with ``__float__``, or a Series, array, index,
        table or list of exactly one of these.

    Raises
    ------
    TypeError
        If there is no single number in it.
    ValueError
        If the number is missing or infinite.

    Examples
    --------
    >>> as_float([31])
    31.0
    """
    if not isinstance(answer, NO_HOLDER) and (hasattr(answer, "__len__") or hasattr(answer, "__array__")):
        answer = only_element(answer)
    if loses_meaning(answer):
        raise TypeError("not a number")
    number = float(answer)
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def loses_meaning(answer: Any) -> bool:
    """Say whether `float` would take an answer that is no number: text, truth, complex, a duration."""
    if isinstance(answer, (bool, str, bytes)) or type_name(answer) in ("bool", "bool_", "timedelta64"):
        return True
    return isinstance(answer, numbers.Complex) and not isinstance(answer, numbers.Real)


def elements_of(holder: Any) -> Iterable[Any]:
    """Lay out the elements of a Series, array, index, table, list or tuple in one row."""
    cells = holder.to_numpy() if hasattr(holder, "to_numpy") else holder
    return cells.ravel() if hasattr(cells, "ravel") else cells


def only_element(holder: Any) -> Any:
    """Take the single element of a Series, array, index, table or list.

    Raises
    ------
    TypeError
        If it holds none, or more than one.
    """
    first = list(islice(elements_of(holder), 2))
    if len(first) != 1:
        raise TypeError("not exactly one element")
    return first[0]


def number_text(value: float) -> str:
    """Write a number as a reader would: no long tails, thousands separated.

    Examples
    --------
    >>> number_text(22.857142857), number_text(1234567.8), number_text(60.0)
    ('22.8571', '1,234,568', '60')
    """
    return f"{value:,.0f}" if 999_999 < abs(value) < 1e15 else f"{value:,.6g}"


def close(value: float, target: float, within: float | None) -> bool:
    """Say whether a value is as near the target as the question's rounding allows."""
    slack = RELATIVE_TOLERANCE * max(1.0, abs(target)) if within is None else within
    # A tie (2.25 for 2.2 or 2.3) counts as near, though binary fractions put it a hair outside.
    return abs(value - target) <= slack + 1e-12 * max(1.0, abs(target))


def with_unit(value: float, unit: str) -> str:
    """Write a number with its unit, as a sentence would.

    Examples
    --------
    >>> with_unit(5, "£"), with_unit(8, "per cent"), with_unit(69, "index, 1997 = 100")
    ('£5', '8 per cent', '69 (index, 1997 = 100)')
    >>> with_unit(1, "percentage points"), with_unit(1, "people")
    ('1 percentage point', '1 person')
    """
    if value == 1:
        unit = "person" if unit == "people" else unit.removesuffix("s")
    if unit == "£":
        return f"£{number_text(value)}"
    return f"{number_text(value)} ({unit})" if "," in unit else f"{number_text(value)} {unit}".strip()


def sign_share(slip: str) -> float:
    """Give the share that a recognised mistake keeps: half for a bare wrong sign, else nothing."""
    return 0.5 if slip == "slip-sign" else 0.0


def as_values(wrong: Any) -> list[float]:
    """List the values one misconception can give: a number, or several."""
    return [float(wrong)] if isinstance(wrong, numbers.Real) else [float(each) for each in wrong]


class Number(Form):
    """One number, in a stated unit.

    Parameters
    ----------
    unit
        In words: "per cent", "percentage points", "index, 1997 = 100", "share between 0 and 1", "£".
    decimals
        How many decimals the question asks for; any finer answer is as good. Sets the default tolerance
        to half a unit of the last one.

    Examples
    --------
    >>> Number("per cent").judge(83.1, 83.11, within=0.5).status
    'correct'
    >>> Number("per cent").judge(0.831, 83.11, within=0.5).slip
    'unit-slip'
    """

    def __init__(self, unit: str = "", decimals: int | None = None) -> None:
        self.unit = unit
        self.decimals = decimals

    @property
    def wanted(self) -> str:
        """Say what form is expected."""
        unit = f" ({self.unit})" if self.unit else ""
        return f"one number{unit}{self.precision}"

    @property
    def precision(self) -> str:
        """Say how finely to round, in words that follow a comma; "" where the question leaves it open."""
        if self.decimals is None:
            return ""
        if self.decimals == 0:
            return ", to the nearest whole number or finer"
        return f", to {self.decimals} decimal place{'s' if self.decimals > 1 else ''} or finer"

    def read(self, answer: Any) -> float:
        """Turn an answer into a float."""
        if is_blank(answer):
            raise NotAttemptedError
        try:
            return as_float(answer)
        except (TypeError, ValueError, OverflowError) as why:
            raise UnreadableError(
                f"{self._complaint(answer)} Give {self.wanted}{self._advice(answer)}"
            ) from why

    def _complaint(self, answer: Any) -> str:
        if isinstance(answer, str):
            return f"You gave text, {shown(answer)}."
        if isinstance(answer, numbers.Real):
            return f"You gave {shown(answer)}, which is not a number to compare."
        if hasattr(answer, "__len__"):
            held = "1 element" if len(answer) == 1 else f"{len(answer)} elements"
            return f"You gave {kind_of(answer)} with {held}, {shown(answer)}."
        return f"You gave {kind_of(answer)}, {shown(answer)}."

    def _advice(self, answer: Any) -> str:
        if isinstance(answer, str):
            return ": no quotation marks, no % sign, no comma."
        if isinstance(answer, numbers.Real) and not isinstance(answer, bool):
            return ": check for a missing value or a division by zero."
        return ": pick out the one you mean." if hasattr(answer, "__len__") else "."

    def mark(
        self,
        value: float,
        expected: Any,
        *,
        within: float | None = None,
        slips: Mapping[str, Any] | None = None,
        either: Iterable[float] = (),
        slips_within: float | None = None,
    ) -> Outcome:
        """Compare a number with the key.

        Parameters
        ----------
        expected
            The right value, in the unit asked for.
        within
            Absolute tolerance, in that unit.
        slips
            Misconception id to the wrong value (or values) it leads to.
        either
            Other values that are as right.
        slips_within
            Absolute tolerance of the wrong values, where the right one has a wide one: that of a simulation.
        """
        within = self.tolerance(within)
        if any(close(value, float(target), within) for target in (expected, *either)):
            return CORRECT
        arrived = with_unit(value, self.unit)
        slack = within if slips_within is None else slips_within
        # Of two mistakes that lead near the answer, the nearer; the first of two that lead to it.
        near = [
            (abs(value - target), slip)
            for slip, wrong in (slips or {}).items()
            for target in as_values(wrong)
            # What is near nought is as a rule a share where per cent were asked for, not nought.
            if close(value, target, slack if target else None)
        ]
        if near:
            slip = min(near, key=lambda each: each[0])[1]
            return diagnosed(arrived, slip, share=sign_share(slip))
        common = (general_slip(value, float(target), within) for target in (expected, *either))
        slip = next(filter(None, common), "")
        if slip:
            return diagnosed(arrived, slip, share=sign_share(slip))
        return unrecognised(arrived, self.wanted)

    def tolerance(self, within: float | None) -> float | None:
        """Give the tolerance: the one stated, else half a unit of the last decimal asked for."""
        if within is None and self.decimals is not None:
            return 0.5 * 10.0**-self.decimals
        return within


def general_slip(value: float, expected: float, within: float | None) -> str:
    """Name the slips that any number can suffer: sign, scale, early rounding; "" when it is none of them."""
    if not expected:
        return ""
    if close(-value, expected, within):
        return "slip-sign"
    # A tolerance wide beside the value would make any number a slip of scale.
    slack = min(max(within or 0.0, SAME_DIGITS * abs(expected)), NEARLY * abs(expected))
    if any(close(value * scale, expected, slack) for scale in SCALES):
        return "unit-slip"
    if value and value in (round(expected), round(expected, 1)):
        return "slip-early-rounding"
    counts = value.is_integer() and expected.is_integer() and (within or 0.0) <= 0.5
    if close(value, expected, NEARLY * abs(expected)) and not counts:
        return "slip-early-rounding"
    return ""


class Interval(Form):
    """Two numbers, the lower end and the upper end.

    Examples
    --------
    >>> Interval("per cent").judge((1, 4), (1, 5)).share
    0.5
    """

    def __init__(self, unit: str = "", decimals: int | None = None) -> None:
        self.end = Number(unit, decimals)

    @property
    def wanted(self) -> str:
        """Say what form is expected."""
        unit = f" ({self.end.unit})" if self.end.unit else ""
        return f"two numbers{unit}, the lowest and then the highest{self.end.precision}"

    def read(self, answer: Any) -> tuple[Any, Any]:
        """Turn an answer into its two ends, as they were given: each is read when it is marked."""
        if is_blank(answer):
            raise NotAttemptedError
        ends = named_ends(answer) or (
            () if isinstance(answer, (str, set, frozenset)) else elements_of(answer)
        )
        try:
            low, high = islice(ends, 3)
        except (TypeError, ValueError) as why:
            raise UnreadableError(
                f"You gave {kind_of(answer)}, {shown(answer)}. Give {self.wanted}."
            ) from why
        if is_blank(low) and is_blank(high):
            raise NotAttemptedError
        return low, high

    def _well_formed(self, value: tuple[Any, Any]) -> Outcome:
        return well_formed_parts(
            [(name, self.end.inspect(end)) for name, end in zip(("lowest", "highest"), value, strict=True)]
        )

    def mark(
        self,
        value: tuple[Any, Any],
        expected: Any,
        *,
        within: float | None = None,
        slips: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """Compare both ends with the key; each is worth half.

        Parameters
        ----------
        expected
            (lowest, highest).
        within
            Absolute tolerance of each end.
        slips
            Misconception id to the wrong pair, or a list of wrong pairs.
        """
        wrong = {slip: pairs_of(pairs) for slip, pairs in (slips or {}).items()}
        ends, no_end_right = self._numbers(value), False
        if ends:
            arrived = " to ".join(map(number_text, ends))
            right, swapped = (self._match(pair, expected, within) for pair in (ends, ends[::-1]))
            if swapped and not right:
                return diagnosed(arrived, "slip-order", share=0.5)
            for slip, pairs in wrong.items():
                if not right and any(self._match(ends, pair, within) for pair in pairs):
                    return diagnosed(arrived, slip, share=sign_share(slip))
            slack = self.end.tolerance(within)
            no_end_right = not any(
                close(end, float(key), slack) for end, key in zip(ends, expected, strict=True)
            )
        parts = []
        for side, name in enumerate(("lowest", "highest")):
            # A mistake that explains one end of two wrong ones explains nothing.
            own = {slip: [pair[side] for pair in pairs] for slip, pairs in wrong.items() if not no_end_right}
            parts.append((name, self.end.judge(value[side], expected[side], within=within, slips=own)))
        return combined(parts)

    def _numbers(self, value: tuple[Any, Any]) -> tuple[float, float] | None:
        try:
            return as_float(value[0]), as_float(value[1])
        except FAILURES:  # an end that is no number is reported where it is marked
            return None

    def _match(self, pair: tuple[float, float], target: Sequence[float], within: float | None) -> bool:
        slack = self.end.tolerance(within)
        return all(close(end, float(right), slack) for end, right in zip(pair, target, strict=True))


def named_ends(answer: Any) -> list[Any]:
    """Take the ends of a dictionary, Series or one-row table, by name where the names say which is which."""
    if getattr(answer, "ndim", 0) == 2:
        answer = answer.iloc[0] if len(answer) == 1 and hasattr(answer, "iloc") else None
    if not hasattr(answer, "items"):
        return []
    ends = dict(answer.items())
    by_name = {plain(str(name)): end for name, end in ends.items()}
    low = [by_name[name] for name in LOWEST if name in by_name]
    high = [by_name[name] for name in HIGHEST if name in by_name]
    if len(ends) <= 2 and (low or high):
        return [low[0] if low else ..., high[0] if high else ...]
    return list(ends.values())


def pairs_of(wrong: Any) -> list[Sequence[float]]:
    """List the pairs one misconception can give: a pair, or several."""
    return [wrong] if isinstance(wrong[0], numbers.Real) else list(wrong)
