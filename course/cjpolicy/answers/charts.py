"""Charts, judged by their compiled Vega-Lite specification however they were written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import misconceptions
from .base import (
    CORRECT,
    FAILURES,
    Form,
    NotAttemptedError,
    Outcome,
    UnreadableError,
    combined,
    is_blank,
    kind_of,
    shown,
    type_name,
)
from .numbers import close
from .specification import POSITIONS, Picture, View, numbers_in, picture_of
from .words import label, plain

BARS = ("bar", "area")
WRONG_QUANTITY = "chart-wrong-quantity"


@dataclass(frozen=True)
class Need:
    """One thing a chart must do.

    Parameters
    ----------
    name
        What is needed, in words that follow "a chart that".
    met
        Takes a `Picture`; says whether the chart does it.
    slip
        Misconception id of a chart that does not.
    """

    name: str
    met: Callable[[Picture], bool]
    slip: str


def shows(values: Sequence[float], within: float = 0.05, slip: str = WRONG_QUANTITY) -> Need:
    """Need these values on a position channel, whatever the column is called.

    Parameters
    ----------
    values
        In the unit of the axis.
    within
        Absolute tolerance of each.
    """
    return Need("shows the right quantity", lambda picture: draws(picture, values, within), slip)


def draws(picture: Picture, values: Sequence[float], within: float) -> bool:
    """Say whether some layer has all of these values on one axis."""
    return any(
        all(any(close(each, float(value), within) for each in have) for value in values)
        for view in picture.views
        for have in view.ends().values()
        if have
    )


def tells_apart(labels: Sequence[Any], slip: str = "chart-unlabelled:rows") -> Need:
    """Need each of these labels along an axis, in a legend or in a text."""
    wanted = {label(each) for each in labels}

    def met(picture: Picture) -> bool:
        orders = [set(view.order(channel)) for view in picture.views for channel in POSITIONS]
        return any(wanted <= order for order in orders) or all(
            any(each in label(text) for text in picture.texts) for each in wanted
        )

    return Need("tells its rows apart", met, slip)


def keeps_order(labels: Sequence[Any], slip: str = "chart-order-lost") -> Need:
    """Need these labels in this order along an axis; others may stand between them."""
    wanted = [label(each) for each in labels]

    def met(picture: Picture) -> bool:
        orders = (view.order(channel) for view in picture.views for channel in POSITIONS)
        return any([each for each in order if each in wanted] == wanted for order in orders)

    return Need("keeps the steps in their order", met, slip)


def starts_at_zero(slip: str = "chart-cut-axis") -> Need:
    """Need bars and areas to start at zero; other marks may start anywhere."""

    def met(picture: Picture) -> bool:
        bars = [view for view in picture.views if view.mark in BARS]
        return all(stands_on_zero(view, picture.same_axes(view)) for view in bars)

    return Need("starts its bars at zero", met, slip)


def stands_on_zero(bars: View, layers: Sequence[View]) -> bool:
    """Say whether bars stand on a zero that their axis shows, whichever of its layers sets the scale."""
    for channel in bars.quantities():
        foot = (
            numbers_in(bars.values(f"{channel}2")) if "datum" in bars.encoding.get(f"{channel}2", {}) else []
        )
        if any(foot):
            return False
        scales = [view.encoding.get(channel, {}).get("scale") or {} for view in layers]
        if not all(holds_zero(scale) for scale in scales):
            return False
    return True


def holds_zero(scale: Mapping[str, Any]) -> bool:
    """Say whether a scale's settings keep zero on the axis of a bar."""
    if isinstance(scale.get("domain"), list):
        ends = numbers_in(scale["domain"])
        return bool(ends) and min(ends) <= 0 <= max(ends)
    lowest = numbers_in([scale.get("domainMin")])
    return (
        scale.get("zero") is not False and scale.get("type") != "log" and not any(end > 0 for end in lowest)
    )


def compares_with(values: Sequence[float], within: float = 0.5, slip: str = "chart-no-comparison") -> Need:
    """Need a rule, mark or second series that stands at one of these values, or comes down (or up) to it.

    Parameters
    ----------
    values
        In the unit of the axis; one of them is enough.
    within
        Absolute tolerance.
    """

    def met(picture: Picture) -> bool:
        drawn = [view for view in picture.views if any(view.quantities().values())]
        return any(
            stands_at(view, float(value), within, len(drawn) == 1) for view in drawn for value in values
        )

    return Need("shows what to compare it with", met, slip)


def stands_at(view: View, value: float, within: float, alone: bool) -> bool:
    """Say whether a layer draws a rule, or a whole series, at one value; a lone series compares nothing."""
    for channel, have in view.quantities().items():
        if view.mark not in BARS and have and all(close(each, value, within) for each in have):
            return True
        name = view.encoding[channel].get("field", "")
        series = [numbers_in(row.get(name) for row in group) for group in view.series()]
        if (len(series) > 1 or not alone) and any(comes_to(each, value, within) for each in series):
            return True
    return False


def comes_to(series: Sequence[float], value: float, within: float) -> bool:
    """Say whether a series ends at a value without having passed beyond it or its own start."""
    if not series or not close(series[-1], value, within):
        return False
    low, high = min(series[0], value) - within, max(series[0], value) + within
    return all(low <= each <= high for each in series)


def on_log_axis(*columns: Sequence[float], within: float = 0.05, slip: str = "chart-even-axis") -> Need:
    """Need an axis on which equal steps are equal multiples, under the values of one of these columns.

    Parameters
    ----------
    *columns
        In the unit of the axis: the right values, and those of a mistake that shall not cost twice.
    within
        Absolute tolerance of each.
    """

    def met(picture: Picture) -> bool:
        return any(
            is_log(channel, picture.same_axes(view))
            for view in picture.views
            for channel, have in view.quantities().items()
            for values in columns
            if all(any(close(each, float(value), within) for each in have) for value in values)
        )

    return Need("has a log axis for its values", met, slip)


def is_log(channel: str, layers: Sequence[View]) -> bool:
    """Say whether the axis of a channel is a log axis, whichever of its layers sets the scale."""
    scales = [view.encoding.get(channel, {}).get("scale") or {} for view in layers]
    return any(scale.get("type") == "log" for scale in scales)


def says(*choices: str, name: str, slip: str = "chart-unlabelled") -> Need:
    """Need one of these phrases in a title, subtitle, axis title, legend or label.

    Parameters
    ----------
    *choices
        Phrases; spaces and capitals do not matter.
    name
        What is needed, in words that follow "a chart that".
    """

    def squeezed(text: str) -> str:
        return plain(text).replace(" ", "")

    def met(picture: Picture) -> bool:
        everything = [squeezed(text) for text in picture.texts]
        return any(squeezed(choice) in text for choice in choices for text in everything)

    return Need(name, met, slip)


class Chart(Form):
    """An Altair chart, or the Vega-Lite specification of one.

    Examples
    --------
    >>> import altair as alt
    >>> bars = alt.Chart(alt.Data(values=[{"step": "start", "index": 100}])).mark_bar().encode(y="index:Q")
    >>> Chart().judge(bars, {"quantity": [shows([100])], "honest": [starts_at_zero()]}).status
    'correct'
    """

    @property
    def wanted(self) -> str:
        """Say what form is expected."""
        return "an Altair chart, such as alt.Chart(table).mark_bar().encode(...)"

    def read(self, answer: Any) -> Picture:
        """Compile a chart and flatten it."""
        if is_blank(answer):
            raise NotAttemptedError
        picture = picture_of(self._specification(answer))
        if not any(any(view.rows) or any(view.quantities().values()) for view in picture.views):
            raise UnreadableError(
                "This chart holds no table, so its values cannot be checked. Give it the table itself, not a "
                "file or an address: alt.Chart(table)."
            )
        return picture

    def _specification(self, answer: Any) -> Mapping[str, Any]:
        if isinstance(answer, dict) and "vega-lite" in str(answer.get("$schema")):
            return answer
        if not any(kind.__name__ == "TopLevelMixin" for kind in type(answer).__mro__):
            raise UnreadableError(f"You gave {kind_of(answer)}, {shown(answer)}. Give {self.wanted}.")
        import altair as alt

        try:
            # The student's own choice of transformer could write files, or refuse a long table.
            with alt.data_transformers.enable("default", max_rows=None):
                return json.loads(answer.to_json(validate=True))
        except FAILURES as why:
            said = str(why).strip().splitlines() or [type_name(why)]
            raise UnreadableError(
                f"Altair cannot draw this chart yet: {said[0]} Next: run the chart in a cell of its own."
            ) from why

    def _well_formed(self, value: Picture) -> Outcome:
        return Outcome("correct", 1.0, "This is a chart that can be drawn.")

    def mark(
        self,
        value: Picture,
        expected: Mapping[str, Sequence[Need]],
        *,
        worth: Mapping[str, float] | None = None,
        slips: Mapping[str, Sequence[float]] | None = None,
    ) -> Outcome:
        """Check what a chart must do.

        Parameters
        ----------
        expected
            Part name to the needs it stands for; a part is right when all its needs are met.
        worth
            Part name to points.
        slips
            Misconception id to the values a chart of that mistake shows.
        """
        parts = []
        for name, needs in expected.items():
            unmet = [self._unmet(value, need, slips or {}) for need in needs if not need.met(value)]
            parts.append((name, in_one(unmet, described(value))))
        return combined(parts, worth)

    def _unmet(self, picture: Picture, need: Need, slips: Mapping[str, Sequence[float]]) -> Outcome:
        """Say what a chart does instead of what is needed."""
        slip = need.slip
        if slip == WRONG_QUANTITY:
            slip = next((each for each, values in slips.items() if draws(picture, values, 0.005)), slip)
            if slip == need.slip and picture.computed:
                return Outcome(
                    "cannot check",
                    message=f"Your chart computes its values while it is drawn ({picture.computed[0]}). "
                    "Compute them in the table first, then draw the table.",
                )
        known = misconceptions.explain(slip)
        message = f"Wanted: a chart that {need.name}. {known.diagnosis} Next: {known.next_step}"
        return Outcome("not yet", 0.0, message, slip)


def described(picture: Picture) -> str:
    """Describe a chart by its marks and the columns on its axes."""
    marks = ", ".join(dict.fromkeys(view.mark for view in picture.views))
    definitions = [view.encoding.get(channel, {}) for view in picture.views for channel in POSITIONS]
    columns = dict.fromkeys(str(each["field"]) for each in definitions if "field" in each)
    on_axes = f" with {' and '.join(f'`{name}`' for name in columns)} on its axes" if columns else ""
    return f"a chart ({marks}){on_axes}"


def in_one(unmet: Sequence[Outcome], arrived: str) -> Outcome:
    """Put what a part of a chart still lacks into one outcome, so that no recognised mistake is lost."""
    if not unmet:
        return CORRECT
    first, *others = unmet
    also = tuple(("also", each) for each in others)
    return Outcome(first.status, 0.0, f"You gave {arrived}. {first.message}", first.slip, also)
