"""Charts, judged by their compiled Vega-Lite specification however they were written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from .specification import BARS, BESIDE, POSITIONS, Picture, View, numbers_in, picture_of
from .transforms import grouped
from .words import label, plain

# A label that was given a number to keep its place: "2. wider coverage".
NUMBERED = re.compile(r"^\(?\d{1,2}[.):]\s*(?=\D)")
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
    """Say whether all of these values stand on one axis."""
    return any(holds(have, values, within) for _, _, have in on_axes(picture))


def on_axes(picture: Picture) -> Iterator[tuple[View, str, list[float]]]:
    """Give what each channel carries: of each layer, and of all that share its axes together.

    Yields
    ------
    View
        The layer, or the first of those that share axes.
    str
        The channel.
    list of float
        Its numbers, in the unit of the axis. What is stacked stands at sums, so it carries none.
    """
    drawn = [view for view in picture.views if not view.stacked()]
    together = [[each for each in drawn if each.axes == axes] for axes in {view.axes for view in drawn}]
    for layers in [*([view] for view in drawn), *together]:
        for channel in dict.fromkeys(channel for view in layers for channel in view.ends()):
            yield layers[0], channel, [each for view in layers for each in view.ends().get(channel, [])]


def holds(have: Sequence[float], values: Sequence[float], within: float) -> bool:
    """Say whether all of these values are there."""
    return bool(have) and all(any(close(each, float(value), within) for each in have) for value in values)


def tells_apart(labels: Sequence[Any], slip: str = "chart-unlabelled:rows") -> Need:
    """Need each of these labels along an axis, in a legend or in a text."""
    wanted = {label(each) for each in labels}

    def met(picture: Picture) -> bool:
        return any(wanted <= set(order) for order in picture.orders()) or all(
            any(each in label(text) for text in picture.texts) for each in wanted
        )

    return Need("tells its rows apart", met, slip)


def keeps_order(labels: Sequence[Any], slip: str = "chart-order-lost") -> Need:
    """Need these labels in this order along an axis; others may stand between them."""
    wanted = [label(each) for each in labels]

    def met(picture: Picture) -> bool:
        plainly = ([NUMBERED.sub("", each) for each in order] for order in picture.orders())
        return any([each for each in order if each in wanted] == wanted for order in plainly)

    return Need("keeps the steps in their order", met, slip)


def leaves_out(labels: Sequence[Any], slip: str = "slip-other-rows") -> Need:
    """Need none of these labels along an axis."""
    unwanted = {label(each) for each in labels}

    def met(picture: Picture) -> bool:
        return not any(unwanted & set(order) for order in picture.orders())

    return Need("leaves out the rows that the question leaves out", met, slip)


def sets_apart(count: int, slip: str = "chart-no-comparison:together") -> Need:
    """Need at least so many series, each told apart by colour, dash, panel or layer."""

    def series(view: View) -> Iterator[str]:
        # A line and the points on it are one series.
        for rows in view.series():
            yield from (f"{view.fields(POSITIONS)} {each}" for each in grouped(rows, view.fields(BESIDE)))

    def met(picture: Picture) -> bool:
        marks = [view for view in picture.views if view.mark not in ("rule", "text")]
        drawn = [view for view in marks if any(view.quantities().values())]
        return len({each for view in drawn for each in series(view)}) >= count

    return Need("draws each group by itself", met, slip)


def uses_bars(slip: str = "chart-no-bars") -> Need:
    """Need bars, where the question asks for them."""
    return Need("has bars", lambda picture: any(view.mark == "bar" for view in picture.views), slip)


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
        if not all(holds_zero(scale, bars.quantities()[channel]) for scale in scales):
            return False
    return True


def holds_zero(scale: Mapping[str, Any], values: Sequence[float]) -> bool:
    """Say whether a scale's settings keep zero on the axis of bars, and the bars whole."""
    if isinstance(scale.get("domain"), list):
        ends = numbers_in(scale["domain"])
        return bool(ends) and min(ends) <= min([0.0, *values]) and max([0.0, *values]) <= max(ends)
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
        # A rule in a panel of its own, or across the other axis, compares nothing.
        drawn = [
            view
            for view in picture.views
            if any(view.quantities().values()) and (view.mark != "rule" or len(picture.same_axes(view)) > 1)
        ]
        measured = {channel for view in drawn for channel in view.quantities() if view.fields([channel])}
        return any(
            stands_at(view, channel, float(value), within, len(drawn) == 1)
            for view in drawn
            for channel in measured & view.quantities().keys()
            for value in values
        )

    return Need("shows what to compare it with", met, slip)


def stands_at(view: View, channel: str, value: float, within: float, alone: bool) -> bool:
    """Say whether a layer draws a rule, or a whole series, at one value; a lone series compares nothing."""
    have = view.quantities()[channel]
    if view.mark not in BARS and have and all(close(each, value, within) for each in have):
        return True
    name = view.encoding[channel].get("field", "")
    series = [numbers_in(row.get(name) for row in group) for group in view.series()]
    return (len(series) > 1 or not alone) and any(comes_to(each, value, within) for each in series)


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
        axes = list(on_axes(picture))
        # Another column than the one asked for is a mistake of its own, whatever its axis.
        asked = [each for each in axes if any(holds(each[2], values, within) for values in columns)]
        return any(is_log(channel, picture.same_axes(view)) for view, channel, _ in asked or axes)

    return Need("has a log axis for its values", met, slip)


def is_log(channel: str, layers: Sequence[View]) -> bool:
    """Say whether the axis of a channel is a log axis, whichever of its layers sets the scale."""
    scales = [view.encoding.get(channel, {}).get("scale") or {} for view in layers]
    return any(scale.get("type") == "log" for scale in scales)


def says(*choices: str, name: str, slip: str = "chart-unlabelled", on_axis: bool = False) -> Need:
    """Need one of these phrases in a title, subtitle, axis title, legend or label.

    Parameters
    ----------
    *choices
        Phrases; spaces and capitals do not matter.
    name
        What is needed, in words that follow "a chart that".
    on_axis
        Whether only the titles of the axes will do.
    """

    def squeezed(text: str) -> str:
        return plain(text).replace(" ", "")

    def met(picture: Picture) -> bool:
        everything = [squeezed(text) for text in (picture.axis_texts if on_axis else picture.texts)]
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
        if picture.paths:
            raise UnreadableError(
                f"The column {shown(picture.paths[0])} has a dot or a bracket in its name, for which "
                "Altair looks elsewhere: nothing of it is drawn. Next: give the column a name without it."
            )
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
            slip = next((each for each, values in slips.items() if draws(picture, values, 0.05)), slip)
            if slip == need.slip and any(view.stacked() for view in picture.views):
                slip = f"{WRONG_QUANTITY}:stacked"
            elif slip == need.slip and not any(each for view in picture.views for each in view.ends()):
                slip = f"{WRONG_QUANTITY}:type"
            elif slip == need.slip and picture.computed:
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
