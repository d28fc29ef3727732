"""Charts in one accessible theme, each with a text description, drawn by JupyterLab with no network."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import atan2, degrees, hypot
from textwrap import wrap
from types import ModuleType
from typing import TYPE_CHECKING, Any

from cjpolicy.errors import CourseError, UnknownName

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = [
    "COLOURS",
    "bars",
    "broken_labels",
    "causes",
    "describe_chart",
    "intervals",
    "lines",
    "mimebundle",
    "register",
    "steps",
    "themed_altair",
]

# Okabe and Ito's colours, darkened where needed so that each stands out from white by at least 3 to 1.
COLOURS = {
    "blue": "#0072B2",
    "vermilion": "#C84E00",
    "green": "#00795C",
    "purple": "#A8488A",
    "ochre": "#94680A",
    "grey": "#4D4D4D",
}
INK, QUIET, LINE, GRID = "#1F1F1F", "#4D4D4D", "#767676", "#E3E3E3"
WIDTH = 520
# Of a causal diagram, in pixels: its height, where its two rows lie, and the room inside a box.
DIAGRAM, ROWS, PADDING = 176, (26, 150), (14, 9)
# Characters of a name beside the plot; longer ones are broken into lines.
LABEL = 44

# How a description calls marks and channels.
_PLURALS = {
    "arc": "sectors",
    "area": "areas",
    "bar": "bars",
    "circle": "points",
    "line": "lines",
    "point": "points",
    "rect": "rectangles",
    "rule": "rules",
    "square": "points",
    "text": "labels",
    "tick": "ticks",
}
_CHANNELS = {"color": "colour", "xOffset": "x offset", "yOffset": "y offset", "strokeDash": "dashes"}

# JupyterLab 4 carries Vega-Lite 5; what these charts use reads the same in 5 and in Altair's 6.
MIME = "application/vnd.vegalite.v5+json"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"


def register() -> None:
    """Have IPython draw every Altair chart offline, as marks that a screen reader can name.

    Altair itself is imported only when there is a chart to draw. Outside IPython this does nothing.

    Examples
    --------
    >>> register()
    """
    if "IPython" not in sys.modules:
        return
    shell = sys.modules["IPython"].get_ipython()
    if shell is not None:
        formatter = shell.display_formatter.mimebundle_formatter
        formatter.for_type_by_name("altair.vegalite.v6.api", "TopLevelMixin", mimebundle)


def mimebundle(chart: "alt.TopLevelMixin") -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a chart as data and metadata for JupyterLab's own renderer.

    Parameters
    ----------
    chart : altair chart
        Any of Altair's charts; one without a description is given one.

    Returns
    -------
    tuple of dict
        By MIME type: what to draw, with its text, and how to draw it.
    """
    themed_altair()
    spec = {**chart.to_dict(), "$schema": SCHEMA}
    spec["description"] = spec.get("description") or _describe_spec(spec)
    options = {"renderer": "svg", "actions": False}
    return {MIME: spec, "text/plain": f"Chart: {spec['description']}"}, {MIME: {"embed_options": options}}


def describe_chart(chart: "alt.TopLevelMixin") -> str:
    """Return what a chart shows, in words.

    Parameters
    ----------
    chart : altair chart

    Returns
    -------
    str
        The chart's own description, or else one made from its title, marks and encodings.

    Examples
    --------
    >>> import altair as alt, pandas as pd
    >>> seen = pd.DataFrame({"year": [1997, 2006], "index": [100, 69]})
    >>> describe_chart(alt.Chart(seen, title="Survey").mark_bar().encode(x="year:O", y="index:Q"))
    'Survey. Chart of bars: x shows year, y shows index. 2 rows of data.'
    """
    themed_altair()
    spec = chart.to_dict()
    return str(spec.get("description") or _describe_spec(spec))


def bars(
    data: "pd.DataFrame",
    category: str,
    value: str,
    *,
    title: str,
    unit: str,
    subtitle: str = "",
    colour: str | None = None,
    horizontal: bool = True,
    reference: float | None = None,
    reference_label: str = "",
    decimals: int | None = None,
    category_title: str | None = None,
    value_title: str | None = None,
    width: int = WIDTH,
    description: str = "",
) -> "alt.LayerChart":
    """Draw one bar a row, from zero, in the order of the rows, each labelled with its value.

    Parameters
    ----------
    data : pandas.DataFrame
        One row a bar.
    category, value : str
        Columns: what each bar is, and how long it is.
    title, subtitle : str
        What the chart says, and a note under it. Long ones are broken into lines.
    unit : str
        The unit of `value`, shown on its axis; "" for none.
    colour : str, optional
        A column of up to six groups.
    horizontal : bool
        Bars lie, so that long names can be read; False stands them up.
    reference : float, optional
        A value to mark with a dashed line, labelled `reference_label`.
    decimals : int, optional
        Decimals of the labels; none if all values are whole, else one.
    category_title, value_title : str, optional
        Axis titles; otherwise the columns' names.
    width : int
        Of the plot, in pixels.
    description : str, optional
        In words; otherwise written from the values.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    UnknownName
        If the data has no such column.

    Examples
    --------
    >>> import pandas as pd
    >>> index = pd.DataFrame({"year": ["1997", "2006/07"], "survey": [100, 69]})
    >>> describe_chart(bars(index, "year", "survey", title="Violence in the survey", unit="1997 = 100"))
    'Violence in the survey. Bars of survey (1997 = 100) by year: 1997 100; 2006/07 69.'
    """
    alt = themed_altair()
    _need("bars", data, [category, value, colour])
    across, along = ("y", "x") if horizontal else ("x", "y")
    name, amount = _name(category, category_title), _name(value, value_title)
    form = _format(data[value], decimals)
    position = {
        across: _channel(alt, across)(
            field=_field(category),
            type="nominal",
            sort=None,
            title=name,
            axis=_names_axis(alt, across, data[category]),
        ),
        along: _channel(alt, along)(
            field=_field(value),
            type="quantitative",
            title=_with_unit(amount, unit),
            scale=_from_zero(alt, data[value]),
        ),
    }
    tooltip = _tooltip(alt, [(category, name, "")], [(value, _with_unit(amount, unit), form)])
    base = alt.Chart(data).encode(**position, tooltip=tooltip)
    marks = base.mark_bar().encode(**_groups(alt, data, colour, shapes=False))
    chart = marks if reference is None else marks + _reference(alt, along, reference, reference_label)
    chart += _bar_labels(alt, base, value, form, horizontal)
    size = {"width": width, "height": _row(alt, 32, data[category]) if horizontal else 280}
    said = description or _list_values(
        f"{_ended(title)} Bars of {_with_unit(amount, unit)} by {name}", data, [category], [value], form
    )
    return _finish(alt, chart, title, subtitle, said, **size)


def intervals(
    data: "pd.DataFrame",
    category: str,
    low: str,
    high: str,
    value: str | None = None,
    *,
    title: str,
    unit: str,
    subtitle: str = "",
    reference: float | None = None,
    reference_label: str = "",
    zero: bool = False,
    decimals: int | None = None,
    category_title: str | None = None,
    value_title: str | None = None,
    width: int = WIDTH,
    description: str = "",
) -> "alt.LayerChart":
    """Draw one interval a row, such as what rounding allows, with a dot at the stated value.

    Parameters
    ----------
    data : pandas.DataFrame
        One row an interval.
    category, low, high : str
        Columns: what the interval is of, and its ends.
    value : str, optional
        Column of the value within it.
    zero : bool
        Whether the axis must begin at zero.
    title, unit, subtitle, reference, reference_label, decimals, category_title, value_title
        As for `bars`; `unit` is that of the ends.
    width, description
        As for `bars`.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    UnknownName
        If the data has no such column.

    Examples
    --------
    >>> import pandas as pd
    >>> printed = pd.DataFrame({"figure": ["a fall of 31%"], "low": [30.5], "high": [31.5]})
    >>> describe_chart(intervals(printed, "figure", "low", "high", title="Rounded", unit="per cent"))
    'Rounded. Intervals of value (per cent) by figure: a fall of 31% 30.5 to 31.5.'
    """
    alt = themed_altair()
    _need("intervals", data, [category, low, high, value])
    ends = [low, high]
    name, amount = _name(category, category_title), _name(value or "value", value_title)
    form = _format(data[ends], decimals)
    scale = alt.Scale(zero=zero)
    base = alt.Chart(data).encode(
        y=alt.Y(
            field=_field(category),
            type="nominal",
            sort=None,
            title=name,
            axis=_names_axis(alt, "y", data[category]),
        ),
        tooltip=_tooltip(
            alt,
            [(category, name, "")],
            [(end, _with_unit(end, unit), form) for end in ends]
            + ([(value, _with_unit(amount, unit), form)] if value else []),
        ),
    )

    def at(column: str) -> Any:
        return alt.X(field=_field(column), type="quantitative", scale=scale, title=_with_unit(amount, unit))

    blue = {"color": COLOURS["blue"], "opacity": 1}
    chart = base.mark_rule(strokeWidth=4, **blue).encode(x=at(low), x2=alt.X2(field=_field(high)))
    for end in ends:
        chart += base.mark_tick(thickness=3, size=16, **blue).encode(x=at(end))
    if value:
        dot = base.mark_point(filled=True, size=110, opacity=1, color=COLOURS["vermilion"])
        chart += dot.encode(x=at(value))
    words = f"format({_datum(low)}, '{form}') + ' to ' + format({_datum(high)}, '{form}')"
    labels = base.transform_calculate(interval=words).mark_text(align="left", dx=10, color=INK)
    chart += labels.encode(x=at(high), text="interval:N")
    if reference is not None:
        chart += _reference(alt, "x", reference, reference_label)
    said = description or _list_values(
        f"{_ended(title)} Intervals of {_with_unit(amount, unit)} by {name}",
        data,
        [category],
        ends,
        form,
        " to ",
    )
    return _finish(alt, chart, title, subtitle, said, width=width, height=_row(alt, 38, data[category]))


def lines(
    data: "pd.DataFrame",
    x: str,
    y: str,
    *,
    title: str,
    unit: str,
    series: str | None = None,
    subtitle: str = "",
    zero: bool = True,
    reference: float | None = None,
    reference_label: str = "",
    decimals: int | None = None,
    x_title: str | None = None,
    y_title: str | None = None,
    width: int = WIDTH,
    description: str = "",
) -> "alt.LayerChart":
    """Draw a line with a point at each row; series differ in colour and in the shape of their points.

    Parameters
    ----------
    data : pandas.DataFrame
        One row a point, in order.
    x, y : str
        Columns. Numbers in `x` are spaced as numbers; text keeps the order of the rows.
    series : str, optional
        Column of up to six groups, one line each.
    zero : bool
        Whether the axis of `y` must begin at zero.
    title, unit, subtitle, reference, reference_label, decimals, width, description
        As for `bars`; `unit` is that of `y`.
    x_title, y_title : str, optional
        Axis titles; otherwise the columns' names.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    UnknownName
        If the data has no such column.

    Examples
    --------
    >>> import pandas as pd
    >>> index = pd.DataFrame({"year": [1997, 2006], "survey": [100, 69]})
    >>> describe_chart(lines(index, "year", "survey", title="Violence", unit="1997 = 100"))
    'Violence. Lines of survey (1997 = 100) by year: 1997 100; 2006 69.'
    """
    alt = themed_altair()
    _need("lines", data, [x, y, series])
    across, amount = _name(x, x_title), _name(y, y_title)
    form = _format(data[y], decimals)
    numeric = data[x].dtype.kind in "iuf"
    axis = alt.Axis(format="d" if data[x].dtype.kind in "iu" else "", grid=False, labelAngle=0)
    place = (
        alt.X(field=_field(x), type="quantitative", scale=alt.Scale(zero=False), axis=axis, title=across)
        if numeric
        else alt.X(field=_field(x), type="ordinal", sort=None, axis=_names_axis(alt, "x"), title=across)
    )
    base = alt.Chart(data).encode(
        x=place,
        y=alt.Y(
            field=_field(y), type="quantitative", scale=alt.Scale(zero=zero), title=_with_unit(amount, unit)
        ),
        **_groups(alt, data, series, shapes=False),
    )
    group = [(series, _name(series, None), "")] if series else []
    points = base.mark_point(filled=True, size=80, opacity=1).encode(
        tooltip=_tooltip(alt, [*group, (x, across, "")], [(y, _with_unit(amount, unit), form)]),
        **_groups(alt, data, series, shapes=True),
    )
    chart = base.mark_line(strokeWidth=2.5) + points
    if reference is not None:
        chart += _reference(alt, "y", reference, reference_label)
    said = description or _list_values(
        f"{_ended(title)} Lines of {_with_unit(amount, unit)} by {across}",
        data,
        [series, x] if series else [x],
        [y],
        form,
    )
    return _finish(alt, chart, title, subtitle, said, width=width, height=280)


def steps(
    data: "pd.DataFrame",
    step: str,
    index: str,
    *,
    title: str,
    unit: str,
    subtitle: str = "",
    base: float = 100,
    base_label: str = "",
    decimals: int = 0,
    step_title: str | None = None,
    index_title: str | None = None,
    width: int = WIDTH,
    description: str = "",
) -> "alt.LayerChart":
    """Draw an index step by step: each bar runs from the index before the step to the index after it.

    Parameters
    ----------
    data : pandas.DataFrame
        One row a step, in order; the first row is the start.
    step, index : str
        Columns: what happened, and the index after it.
    base : float
        The level marked with a dashed line, labelled `base_label`.
    decimals : int
        Decimals of the labels.
    title, unit, subtitle, width, description
        As for `bars`; `unit` is that of `index`, such as "1997 = 100".
    step_title, index_title : str, optional
        Axis titles; otherwise the columns' names.

    Returns
    -------
    altair.LayerChart
        A rise and a fall differ in colour and in the sign of the label.

    Raises
    ------
    UnknownName
        If the data has no such column.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"step": ["start", "coverage"], "index": [100.0, 180.0]})
    >>> describe_chart(steps(rows, "step", "index", title="Records", unit="1997 = 100"))
    'Records. Steps of index (1997 = 100) by step: start 100; coverage 180.'
    """
    alt = themed_altair()
    _need("steps", data, [step, index])
    form = _format(data[index], decimals)
    name, amount = _name(step, step_title), _name(index, index_title)
    before = data[index].shift(1).fillna(data[index].iloc[:1].squeeze() if len(data) else base)
    rows = data.assign(**{"index before": before, "change (%)": 100 * (data[index] / before - 1)})
    signed = "(datum['change (%)'] < 0 ? '−' : '+') + format(abs(datum['change (%)']), '.1~f') + '%'"
    words = f"format({_datum(index)}, '{form}') + (datum['change (%)'] == 0 ? '' : '  (' + {signed} + ')')"
    drawn = alt.Chart(rows).transform_calculate(label=words, rises="datum['change (%)'] >= 0", change=signed)
    drawn = drawn.encode(
        y=alt.Y(
            field=_field(step), type="nominal", sort=None, title=name, axis=_names_axis(alt, "y", data[step])
        ),
        tooltip=[
            *_tooltip(alt, [(step, name, "")], [(index, _with_unit(amount, unit), form)]),
            *_tooltip(alt, [("change", "change on the step before", "")], []),
        ],
    )
    end = alt.X(
        field=_field(index), type="quantitative", scale=alt.Scale(zero=True), title=_with_unit(amount, unit)
    )
    fill = alt.condition("datum.rises", alt.value(COLOURS["vermilion"]), alt.value(COLOURS["purple"]))
    bar = drawn.mark_bar(size=18).encode(x=end, x2=alt.X2(field="index before"), color=fill)
    tick = drawn.mark_tick(thickness=4, size=26, opacity=1, color=INK).encode(x=end)
    labels = drawn.transform_calculate(right=f"max({_datum(index)}, datum['index before'])")
    labels = labels.mark_text(align="left", dx=8, color=INK).encode(x="right:Q", text="label:N")
    chart = bar + _reference(alt, "x", base, base_label) + tick + labels
    said = description or _list_values(
        f"{_ended(title)} Steps of {_with_unit(amount, unit)} by {name}", data, [step], [index], form
    )
    return _finish(alt, chart, title, subtitle, said, width=width, height=_row(alt, 38, data[step]))


def causes(
    arrows: "pd.DataFrame",
    action: str,
    outcome: str,
    *,
    title: str,
    subtitle: str = "",
    description: str = "",
) -> "alt.LayerChart":
    """Draw what leads to what: a box for each thing, an arrow for each row.

    The action stands below on the left and the outcome on the right; whatever else there is stands above
    them, in the order of the rows. The arrow from the action to the outcome is dashed: it is the question.

    Parameters
    ----------
    arrows : pandas.DataFrame
        One row an arrow, from the column `cause` to the column `effect`.
    action, outcome : str
        What is done, and what it is meant to change.
    title, subtitle, description
        As for `bars`.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    UnknownName
        If the table lacks a column, or no arrow begins or ends at the action or the outcome.

    Examples
    --------
    >>> import pandas as pd
    >>> arrows = pd.DataFrame({"cause": ["rain", "rain"], "effect": ["umbrellas", "wet streets"]})
    >>> describe_chart(causes(arrows, "umbrellas", "wet streets", title="Do umbrellas make streets wet?"))
    'Do umbrellas make streets wet? Causal diagram: rain leads to umbrellas; rain leads to wet streets.'
    """
    alt = themed_altair()
    _need("causes", arrows, ["cause", "effect"])
    pairs = list(zip(arrows["cause"], arrows["effect"], strict=True))
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    for name in (action, outcome):
        if name not in names:
            raise UnknownName(f"No arrow begins or ends at {name!r}. This table has: {', '.join(names)}.")
    boxes = _boxes(names, action, outcome)
    drawn = [
        {
            **_arrow(boxes[cause], boxes[effect]),
            "said": f"{cause} leads to {effect}",
            "asked": (cause, effect) == (action, outcome),
        }
        for cause, effect in pairs
    ]
    words = [
        {"x": box["x"], "y": box["y"] + 17 * (line - (len(box["lines"]) - 1) / 2), "text": text}
        for box in boxes.values()
        for line, text in enumerate(box["lines"])
    ]

    def at(channel: str, field: str) -> Any:
        domain = [0, WIDTH] if channel == "x" else [DIAGRAM, 0]
        scale = alt.Scale(domain=domain, nice=False, zero=False)
        return _channel(alt, channel)(f"{field}:Q", scale=scale, axis=None)

    ink = {"color": INK, "opacity": 1}
    lines = alt.Chart(alt.Data(values=drawn)).encode(x=at("x", "x"), y=at("y", "y"))
    dashes = alt.condition("datum.asked", alt.value([5, 5]), alt.value([1, 0]))
    chart = lines.mark_rule(strokeWidth=2, color=INK).encode(
        x2="x2:Q", y2="y2:Q", strokeDash=dashes, description="said:N"
    )
    heads = alt.Chart(alt.Data(values=drawn)).mark_point(
        shape="triangle-up", filled=True, size=110, aria=False, **ink
    )
    chart += heads.encode(x=at("x", "x2"), y=at("y", "y2"), angle=alt.Angle("angle:Q", scale=None))
    edges = alt.Chart(alt.Data(values=[_edges(name, box) for name, box in boxes.items()]))
    fill = alt.condition("datum.above", alt.value("#FFF3E6"), alt.value("#E8F2FA"))
    chart += edges.mark_rect(stroke=LINE, strokeWidth=1.5, cornerRadius=6).encode(
        x=at("x", "left"), x2="right:Q", y=at("y", "top"), y2="bottom:Q", color=fill, description="name:N"
    )
    labels = alt.Chart(alt.Data(values=words)).mark_text(color=INK, fontSize=14, aria=False)
    chart += labels.encode(x=at("x", "x"), y=at("y", "y"), text="text:N")
    listed = "; ".join(str(row["said"]) for row in drawn)
    said = description or f"{_ended(title)} Causal diagram: {listed}."
    return _finish(alt, chart, title, subtitle, said, width=WIDTH, height=DIAGRAM)


def _boxes(names: Sequence[str], action: str, outcome: str) -> dict[str, dict[str, Any]]:
    """Return where the box of each name of a causal diagram lies: its middle, half its size, its lines."""
    above = [name for name in names if name not in (action, outcome)]
    across = {1: (0.5,), 2: (0.25, 0.75)}.get(
        len(above), [k / max(len(above) - 1, 1) for k in range(len(above))]
    )
    margin = 90
    middles = {action: (margin, ROWS[1]), outcome: (WIDTH - margin, ROWS[1])}
    for name, share in zip(above, across, strict=True):
        middles[name] = (round(margin + share * (WIDTH - 2 * margin)), ROWS[0])
    boxes = {}
    for name in names:
        lines = wrap(name, 20)
        half = {"width": 3.7 * max(map(len, lines)) + PADDING[0], "height": 8.5 * len(lines) + PADDING[1]}
        x, y = middles[name]
        boxes[name] = {"x": x, "y": y, "lines": lines, "above": y == ROWS[0], **half}
    return boxes


def _edges(name: str, box: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "above": box["above"],
        "left": box["x"] - box["width"],
        "right": box["x"] + box["width"],
        "top": box["y"] - box["height"],
        "bottom": box["y"] + box["height"],
    }


def _arrow(start: Mapping[str, Any], end: Mapping[str, Any]) -> dict[str, float]:
    """Return an arrow from the edge of one box to the edge of another, and the way its head turns."""
    across, down = end["x"] - start["x"], end["y"] - start["y"]
    length = hypot(across, down) or 1

    def leaves(box: Mapping[str, Any], gap: float) -> float:
        """Say what share of the way from the middle of a box lies inside it."""
        ways = [box[size] / abs(way) for size, way in (("width", across), ("height", down)) if way]
        return float(min(ways, default=0)) + gap / length

    first, last = leaves(start, 3), 1 - leaves(end, 9)
    return {
        "x": start["x"] + first * across,
        "y": start["y"] + first * down,
        "x2": start["x"] + last * across,
        "y2": start["y"] + last * down,
        "angle": degrees(atan2(across, -down)),
    }


@lru_cache(maxsize=1)
def themed_altair() -> ModuleType:
    """Import Altair and make the course's theme the one its charts use."""
    import altair

    altair.theme.register("cjpolicy", enable=True)(_theme)
    return altair


def _theme() -> Any:
    ink = {"labelColor": INK, "titleColor": INK}
    sizes = {"titleFontSize": 13, "titleFontWeight": "normal"}
    axis = ink | sizes | {"labelFontSize": 12, "titlePadding": 10, "labelLimit": 300}
    axis |= {"gridColor": GRID, "domainColor": LINE, "tickColor": LINE}
    legend = ink | sizes | {"orient": "top", "labelFontSize": 13, "symbolSize": 110, "labelLimit": 300}
    title = {"fontSize": 16, "color": INK, "subtitleFontSize": 13, "subtitleColor": QUIET}
    title |= {"anchor": "start", "frame": "bounds", "offset": 14, "subtitlePadding": 6}
    return {
        "config": {
            # A background of its own keeps a chart readable when JupyterLab is dark.
            "background": "white",
            "padding": 14,
            "font": "Arial, 'Liberation Sans', Helvetica, sans-serif",
            # A student's own bars: wide enough for their labels to lie flat.
            "view": {"stroke": None, "discreteWidth": {"step": 84}},
            "axis": axis,
            "axisXDiscrete": {"labelAngle": 0},
            "axisX": {"labelFlush": False},
            "axisQuantitative": {"tickCount": 6},
            "title": title,
            "legend": legend | {"offset": 10},
            "header": ink | {"labelFontSize": 13, "titleFontSize": 13},
            "range": {"category": list(COLOURS.values())},
            "mark": {"color": COLOURS["blue"]},
            "text": {"fontSize": 13, "color": INK},
            "line": {"strokeWidth": 2.5},
        }
    }


def _finish(alt: ModuleType, chart: Any, title: str, subtitle: str, description: str, **size: Any) -> Any:
    note = {"subtitle": wrap(subtitle, 92)} if subtitle else {}
    return chart.properties(title=alt.Title(wrap(title, 72), **note), description=description, **size)


def _bar_labels(alt: ModuleType, base: Any, value: str, form: str, horizontal: bool) -> Any:
    below = f"{_datum(value)} < 0"
    if horizontal:
        style = {"align": alt.expr(f"{below} ? 'right' : 'left'"), "dx": alt.expr(f"{below} ? -6 : 6")}
    else:
        style = {"baseline": alt.expr(f"{below} ? 'top' : 'bottom'"), "dy": alt.expr(f"{below} ? 5 : -5")}
    text = alt.Text(field=_field(value), type="quantitative", format=form)
    # A white edge beneath keeps a label legible where it crosses a line.
    edge = base.mark_text(stroke="white", strokeWidth=4, aria=False, **style)
    return edge.encode(text=text) + base.mark_text(**style).encode(text=text)


def _reference(alt: ModuleType, along: str, at: float, label: str) -> Any:
    """Return a dashed line, edged in white so that it shows on bars too, with its label outside the plot."""
    place = {along: alt.XDatum(at) if along == "x" else alt.YDatum(at)}
    here = alt.Chart(alt.Data(values=[{}])).encode(**place)
    chart = here.mark_rule(color="white", strokeWidth=3.5, aria=False)
    said = f"line at {label or format(at, 'g')}"
    chart += here.mark_rule(strokeDash=[5, 4], color=QUIET, strokeWidth=1.5, description=said)
    if not label:
        return chart
    outside = {"y": -6, "baseline": "bottom"} if along == "x" else {"x": "width", "dx": 8, "align": "left"}
    return chart + here.mark_text(text=label, color=QUIET, fontSize=12, **outside)


def _groups(alt: ModuleType, data: "pd.DataFrame", column: str | None, shapes: bool) -> dict[str, Any]:
    if column is None:
        return {}
    kinds = list(dict.fromkeys(data[column]))
    if len(kinds) > len(COLOURS):
        msg = (
            f"The column {column!r} has {len(kinds)} groups, and a chart tells at most {len(COLOURS)} apart. "
            "Keep fewer groups, or draw without colour."
        )
        raise CourseError(msg)
    described = {"field": _field(column), "type": "nominal", "title": _name(column, None)}
    channels = {"color": alt.Color(**described, scale=alt.Scale(domain=kinds))}
    if shapes:
        channels["shape"] = alt.Shape(**described, scale=alt.Scale(domain=kinds))
    return channels


def _tooltip(
    alt: ModuleType, names: Iterable[tuple[str, str, str]], amounts: Iterable[tuple[str, str, str]]
) -> list[Any]:
    shown = [alt.Tooltip(field=_field(column), type="nominal", title=said) for column, said, _ in names]
    return shown + [
        alt.Tooltip(field=_field(column), type="quantitative", title=said, format=form)
        for column, said, form in amounts
    ]


def _channel(alt: ModuleType, name: str) -> Any:
    return alt.X if name == "x" else alt.Y


def broken_labels(names: Iterable[Any], most: int) -> dict[str, Any]:
    """Return what an axis needs to break its long names into lines; two stand level with their mark.

    Parameters
    ----------
    names : iterable
        What the axis names; only texts are broken.
    most : int
        Characters a line.

    Examples
    --------
    >>> broken_labels(["short"], 16)
    {}
    >>> sorted(broken_labels(["a new recording standard"], 16))
    ['labelBaseline', 'labelExpr']
    """
    lines = {name: wrap(name, most) for name in names if isinstance(name, str) and len(name) > most}
    if not lines:
        return {}
    broken = json.dumps(lines, ensure_ascii=False)
    condition = {"test": f"length({broken}[datum.value] || []) > 1", "value": "bottom"}
    return {
        "labelExpr": f"{broken}[datum.value] || datum.label",
        "labelBaseline": {"condition": condition, "value": "middle"},
    }


def _names_axis(alt: ModuleType, along: str, names: Iterable[Any] = ()) -> Any:
    """Return an axis of names; its title lies flat, above the names beside the plot."""
    flat = {"titleAngle": 0, "titleAlign": "right", "titleX": -8, "titleY": -10, "titleBaseline": "bottom"}
    return alt.Axis(
        grid=False,
        ticks=False,
        domain=False,
        labelAngle=0,
        labelPadding=8,
        **(flat | broken_labels(names, LABEL) if along == "y" else {}),
    )


def _row(alt: ModuleType, least: int, names: Iterable[Any]) -> Any:
    """Return the height of a row, in which the longest name has room."""
    most = max((len(wrap(name, LABEL)) for name in names if isinstance(name, str)), default=1)
    return alt.Step(max(least, 15 * most + 6))


def _from_zero(alt: ModuleType, values: "pd.Series[float]") -> Any:
    """Return a scale from zero, with room for the label of the lowest bar below it."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    return alt.Scale(zero=True, **({"domainMin": low - 0.12 * (high - low)} if low < 0 else {}))


def _need(caller: str, data: "pd.DataFrame", columns: Sequence[str | None]) -> None:
    for column in columns:
        if column is not None and column not in data.columns:
            has = ", ".join(map(str, data.columns))
            raise UnknownName(f"{caller}() was asked for the column {column!r}. This data has: {has}.")


def _name(column: str, given: str | None) -> str:
    return str(column).replace("_", " ") if given is None else given


def _with_unit(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit and unit.casefold() != name.casefold() else name


def _ended(text: str) -> str:
    """Return a text with a full stop, unless it ends in a mark of its own."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def _field(column: str) -> str:
    # Vega-Lite reads dots, brackets and quotation marks in a field's name as steps into an object.
    for mark in "\\.[]'\"":
        column = column.replace(mark, f"\\{mark}")
    return column


def _datum(column: str) -> str:
    quoted = column.replace("\\", "\\\\").replace("'", "\\'")
    return f"datum['{quoted}']"


def _format(values: Any, decimals: int | None) -> str:
    """Return a number format that is the same in Python and in Vega."""
    if decimals is None:
        decimals = 0 if bool((values.round(9) % 1 == 0).to_numpy().all()) else 1
    return f",.{decimals}f"


def _list_values(
    start: str,
    data: "pd.DataFrame",
    names: Sequence[str],
    values: Sequence[str],
    form: str,
    between: str = " ",
    most: int = 20,
) -> str:
    """Return a description that ends in the values, or in their range where there are many."""
    if len(data) > most:
        seen = data[list(values)].to_numpy()
        return f"{start}. {len(data)} rows, from {seen.min():{form}} to {seen.max():{form}}."
    said = []
    for row in data.to_dict("records"):
        numbers = between.join(format(row[value], form) for value in values)
        said.append(" ".join([*(str(row[name]) for name in names), numbers]))
    return f"{start}: {'; '.join(said)}."


def _describe_spec(spec: Mapping[str, Any]) -> str:
    parts = list(_parts(spec))
    marks = list(dict.fromkeys(part["mark"] for part in parts if "mark" in part))
    plural = [_PLURALS.get(mark, f"{mark} marks") for mark in marks]
    shows: dict[str, str] = {}
    for part in parts:
        for channel, definition in sorted(part.get("encoding", {}).items(), key=_x_and_y_first):
            said = _shown(definition)
            if said and channel not in ("tooltip", "order", "detail", "description"):
                shows.setdefault(f"{_CHANNELS.get(channel, channel)} shows {said}", "")
    titles = [text for part in parts if (text := _title(part.get("title")))]
    rows = max((len(values) for values in spec.get("datasets", {}).values()), default=0)
    kind = " and ".join(dict.fromkeys(plural)) or "nothing yet"
    sentences = [*titles, f"Chart of {kind}" + (f": {', '.join(shows)}" if shows else "")]
    sentences += [f"{rows} {'row' if rows == 1 else 'rows'} of data"] if rows else []
    return " ".join(_ended(sentence) for sentence in sentences)


def _parts(spec: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """Yield a specification and those inside it, with each mark reduced to its name."""
    own = {key: spec[key] for key in ("title", "encoding") if key in spec}
    yield own | ({"mark": _mark_name(spec["mark"])} if "mark" in spec else {})
    for key in ("layer", "hconcat", "vconcat", "concat"):
        for inner in spec.get(key, ()):
            yield from _parts(inner)
    if "spec" in spec:
        yield from _parts(spec["spec"])


def _x_and_y_first(item: tuple[str, Any]) -> int:
    return ["x", "y"].index(item[0]) if item[0] in ("x", "y") else 2


def _mark_name(mark: Any) -> str:
    return str(mark["type"] if isinstance(mark, Mapping) else mark)


def _shown(definition: Any) -> str:
    """Return the words for what a channel shows; empty for a constant."""
    if not isinstance(definition, Mapping):
        return ""
    inner = definition.get("condition")
    if isinstance(inner, Mapping) and "field" in inner:
        definition = inner
    if definition.get("title"):
        return _title(definition["title"])
    field, summary = definition.get("field", ""), definition.get("aggregate", "")
    field = field if isinstance(field, str) else ""
    return "number of rows" if summary == "count" else f"{summary} of {field}" if summary and field else field


def _title(title: Any) -> str:
    text = title.get("text", "") if isinstance(title, Mapping) else title or ""
    return " ".join(text) if isinstance(text, list) else text if isinstance(text, str) else ""
