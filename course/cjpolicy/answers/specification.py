"""Compiled Vega-Lite specifications, flattened into what each layer draws."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from .transforms import SUMMARIES, Definition, Row, grouped, numbers_in, summarised, transformed
from .words import label

POSITIONS = ("x", "y")
BARS = ("bar", "area")
# What puts marks of the same place side by side, or in panels.
BESIDE = ("xOffset", "yOffset", "row", "column", "facet")
SERIES = ("color", "fill", "stroke", "shape", "strokeDash", "detail")
ESCAPED = re.compile(r"\\([.\[\]\\])")
PATH = re.compile(r"(?<!\\)[.\[]")
GUIDES = {"x": "axis", "y": "axis", "row": "header", "column": "header", "facet": "header"}
LEGENDS = ("color", "fill", "stroke", "shape", "size", "opacity", "strokeDash")


@dataclass(frozen=True)
class View:
    """One layer of a chart, with what it inherits from those around it.

    Parameters
    ----------
    mark
        Mark name: "bar", "line", "point", "rule"...
    encoding
        Channel to its definition, as Vega-Lite compiled it.
    rows
        The rows this layer draws; empty when the chart holds no data.
    axes
        Number shared by the layers that are drawn on the same axes.
    """

    mark: str
    encoding: dict[str, Definition]
    rows: list[Row]
    axes: int = 0

    def values(self, channel: str) -> list[Any]:
        """List what a channel shows: one value a row, or its single constant."""
        definition = self.encoding.get(channel, {})
        for constant in ("datum", "value"):
            if constant in definition:
                return [definition[constant]]
        return [row.get(definition["field"]) for row in self.rows] if "field" in definition else []

    def fields(self, channels: Iterable[str]) -> list[str]:
        """List the columns on some channels."""
        return [self.encoding[name]["field"] for name in channels if "field" in self.encoding.get(name, {})]

    def quantities(self) -> dict[str, list[float]]:
        """Give the numbers on each position channel that carries a quantity, as its axis writes them."""
        found = {}
        for channel in POSITIONS:
            definition = self.encoding.get(channel, {})
            if definition.get("type") == "quantitative" or numbers_in([definition.get("datum")]):
                found[channel] = self._written(channel, channel)
        return found

    def ends(self) -> dict[str, list[float]]:
        """Give the numbers on each position channel, and those at which its marks end: x2, xError..."""
        found = self.quantities()
        second = {f"{channel}2": self._written(f"{channel}2", channel) for channel in found}
        for channel, middles in self.quantities().items():
            up = self._written(f"{channel}Error", channel)
            down = self._written(f"{channel}Error2", channel) or [-each for each in up]
            for end, reach in (("+", up), ("-", down)):
                if len(reach) == len(middles):
                    second[f"{channel}{end}"] = [sum(pair) for pair in zip(middles, reach, strict=True)]
        return found | {channel: values for channel, values in second.items() if values}

    def _written(self, channel: str, axis: str) -> list[float]:
        guide = self.encoding[axis].get("axis") or {}
        times = 100 if str(guide.get("format", "")).endswith("%") else 1
        return [times * each for each in numbers_in(self.values(channel))]

    def stacked(self) -> bool:
        """Say whether bars or areas stand on one another, so that the axis shows their sums."""
        carrying = [name for name in POSITIONS if self.encoding.get(name, {}).get("type") == "quantitative"]
        if self.mark not in BARS or len(carrying) != 1 or f"{carrying[0]}2" in self.encoding:
            return False
        if self.encoding[carrying[0]].get("stack", True) in (None, False):
            return False
        places = self.fields(name for name in (*POSITIONS, *BESIDE) if name != carrying[0])
        return any(len(group) > 1 for group in grouped(self.rows, places))

    def series(self) -> list[list[Row]]:
        """Split the rows into the series that colour, dash or detail tells apart."""
        on_axes = self.fields(POSITIONS)
        return grouped(self.rows, [name for name in self.fields(SERIES) if name not in on_axes])

    def order(self, channel: str) -> list[str]:
        """Work out the order in which the folded labels of a channel stand along its axis."""
        definition = self.encoding.get(channel, {})
        if "field" not in definition:
            return []
        ordered = in_order(self, channel, definition)
        if definition.get("type") == "temporal":
            ordered = [str(each).removesuffix("-01-01T00:00:00") for each in ordered]
        return list(dict.fromkeys(label(each) for each in ordered))


@dataclass
class Picture:
    """A whole chart, flattened into its views.

    Parameters
    ----------
    views
        Every layer that draws marks.
    texts
        Every title, subtitle, legend entry and written label a reader sees.
    axis_texts
        Of these, the titles of the axes.
    computed
        What the chart computes while it is drawn and cannot be worked out here, such as "transform_window".
    paths
        Columns whose dot or bracket Vega takes for a way into the column, so that nothing of them is drawn.
    """

    views: list[View] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    axis_texts: list[str] = field(default_factory=list)
    computed: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def same_axes(self, view: View) -> list[View]:
        """List the layers that share their axes with one of them, itself among them."""
        return [each for each in self.views if each.axes == view.axes]

    def orders(self) -> Iterator[list[str]]:
        """Give the labels along each axis in their order: of each layer, and of those that share axes."""
        for channel, axes in product(POSITIONS, dict.fromkeys(view.axes for view in self.views)):
            layers = [view for view in self.views if view.axes == axes and view.fields([channel])]
            together: dict[str, list[View]] = {}
            for view in sorted_alike(layers, channel):
                yield view.order(channel)
                together.setdefault(view.encoding[channel]["field"], []).append(view)
            for views in together.values():
                yield replace(views[0], rows=[row for view in views for row in view.rows]).order(channel)


@dataclass(frozen=True)
class Around:
    """What a specification inherits: the encoding, the rows and the axes of those around it."""

    datasets: Mapping[str, list[Row]]
    encoding: dict[str, Definition] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    axes: int | None = None


def picture_of(spec: Mapping[str, Any]) -> Picture:
    """Flatten a compiled specification: layers, panels and repeats become views with their data.

    Examples
    --------
    >>> bars = {"mark": "bar", "encoding": {"y": {"field": "a", "title": "Deaths"}}}
    >>> picture = picture_of({"data": {"values": [{"a": 3}]}, **bars})
    >>> picture.views[0].values("y"), picture.texts
    ([3], ['Deaths'])
    """
    picture = Picture()
    walk(spec, Around(spec.get("datasets", {})), picture)
    return picture


def walk(spec: Mapping[str, Any], around: Around, into: Picture) -> None:
    """Walk down one specification, handing on encoding and data as Vega-Lite does."""
    rows = rows_of(spec.get("data"), around)
    for transform in spec.get("transform", []):
        rows, beyond = transformed(transform, rows)
        into.computed += beyond
    axes = around.axes
    if axes is None and ("layer" in spec or "mark" in spec):
        axes = len(into.views)
    encoding = merged(around.encoding, {**spec.get("encoding", {}), **facets(spec.get("facet"))})
    inside = replace(around, encoding=encoding, rows=rows, axes=axes)
    into.texts += title_texts(spec.get("title"))
    for child in children(spec):
        walk(child, inside, into)
    if "mark" in spec:
        add_view(spec["mark"], inside, into)


def children(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """List the specifications inside one."""
    for key in ("layer", "concat", "hconcat", "vconcat"):
        yield from spec.get(key, [])
    if "repeat" in spec:
        names = spec["repeat"] if isinstance(spec["repeat"], dict) else {"repeat": spec["repeat"]}
        for chosen in product(*names.values()):
            yield put_in(spec["spec"], dict(zip(names, chosen, strict=True)))
    elif "spec" in spec:
        yield spec["spec"]


def put_in(spec: Any, chosen: Mapping[str, str]) -> Any:
    """Put the column names of a repeat in their places."""
    if isinstance(spec, dict):
        if set(spec) == {"repeat"} and spec["repeat"] in chosen:
            return chosen[spec["repeat"]]
        return {key: put_in(each, chosen) for key, each in spec.items()}
    return [put_in(each, chosen) for each in spec] if isinstance(spec, list) else spec


def facets(facet: Any) -> dict[str, Definition]:
    """Give the channels by which a chart is split into panels."""
    if not isinstance(facet, dict):
        return {}
    return (
        {"facet": facet}
        if "field" in facet
        else {key: facet[key] for key in ("row", "column") if key in facet}
    )


def merged(outer: Mapping[str, Definition], inner: Mapping[str, Any]) -> dict[str, Definition]:
    """Lay a layer's own encoding over the one around it, channel by channel."""
    result = dict(outer)
    for channel, definition in inner.items():
        if not isinstance(definition, dict):
            # A list (of tooltips) or nothing: no position, and no series to tell apart.
            result.pop(channel, None)
            continue
        beneath = result.get(channel, {}) if "field" in definition else {}
        result[channel] = {**beneath, **definition}
    return result


def rows_of(data: Any, around: Around) -> list[Row]:
    """Find the rows a specification draws: named, written in, or inherited; none where they are elsewhere."""
    if not data:
        return around.rows
    rows = around.datasets.get(data["name"]) if "name" in data else data.get("values")
    return [row if isinstance(row, dict) else {"data": row} for row in rows] if isinstance(rows, list) else []


def add_view(mark: Any, inside: Around, into: Picture) -> None:
    """Add what one mark draws, and the texts it brings."""
    name = mark["type"] if isinstance(mark, dict) else mark
    into.paths += paths_in(inside)
    encoding, rows, beyond = summarised(unescaped(inside.encoding), inside.rows)
    into.computed += beyond
    view = View(name, encoding, rows, inside.axes or 0)
    into.views.append(view)
    for channel, definition in view.encoding.items():
        said = guide_texts(view, channel, definition)
        into.texts += said
        into.axis_texts += said if channel in POSITIONS else []
    if name == "text":
        written = mark.get("text") if isinstance(mark, dict) else None
        into.texts += [*title_texts(written), *map(str, view.values("text"))]


def unescaped(encoding: Mapping[str, Definition]) -> dict[str, Definition]:
    r"""Give each channel's column its own name: Vega writes a dot in a name as `\\.`."""
    return {
        channel: {**definition, "field": ESCAPED.sub(r"\1", definition["field"])}
        if isinstance(definition.get("field"), str)
        else definition
        for channel, definition in encoding.items()
    }


def paths_in(inside: Around) -> list[str]:
    """List the columns that are there, but are written so that Vega looks for them elsewhere."""
    drawn = {channel: each for channel, each in inside.encoding.items() if channel != "tooltip"}
    fields = (definition.get("field") for definition in drawn.values())
    return [
        each
        for each in fields
        if isinstance(each, str) and PATH.search(each) and any(each in row for row in inside.rows)
    ]


def title_texts(title: Any) -> list[str]:
    """List the texts of a title, however it is written: words, lines, or a dictionary with a subtitle."""
    if isinstance(title, dict):
        return [*title_texts(title.get("text")), *title_texts(title.get("subtitle"))]
    if isinstance(title, (list, tuple)):
        return [" ".join(str(line) for line in title)]
    return [str(title)] if title else []


def guide_texts(view: View, channel: str, definition: Definition) -> list[str]:
    """List what an axis, a legend or a panel's header says: its title, and a legend's entries."""
    guide = GUIDES.get(channel, "legend" if channel in LEGENDS else "")
    if not guide or (guide in definition and definition[guide] is None):
        return []
    drawn = definition.get(guide) or {}
    title = drawn.get("title", definition.get("title", definition.get("field")))
    entries = view.values(channel) if guide != "axis" and {"field", "datum"} & set(definition) else []
    return [*title_texts(title), *dict.fromkeys(str(entry) for entry in entries if isinstance(entry, str))]


def sorted_alike(layers: Sequence[View], channel: str) -> Iterator[View]:
    """Give layers their one axis's sort: where theirs differ, Vega-Lite drops them all for the alphabet."""
    sorts = [view.encoding[channel].get("sort", "ascending") for view in layers]
    given = [sort for sort in sorts if sort is not None]
    sort = None if not given else given[0] if all(each == given[0] for each in given) else "ascending"
    for view in layers:
        yield replace(view, encoding={**view.encoding, channel: {**view.encoding[channel], "sort": sort}})


def in_order(view: View, channel: str, definition: Definition) -> list[Any]:
    """List a channel's labels as its scale and its sort place them."""
    labels = list({repr(each): each for each in view.values(channel)}.values())
    scale = definition.get("scale") or {}
    sort = definition.get("sort", "ascending")
    continuous = definition.get("type") in ("quantitative", "temporal")
    if isinstance(scale.get("domain"), list) and not continuous:
        labels = scale["domain"]
    elif isinstance(sort, list):
        place = {label(each): number for number, each in enumerate(sort)}
        labels = sorted(labels, key=lambda each: place.get(label(each), len(place)))
    elif sort is not None or continuous:
        labels = ranked(view, channel, labels, sort)
    return labels[::-1] if scale.get("reverse") else labels


def ranked(view: View, channel: str, labels: list[Any], sort: Any) -> list[Any]:
    """Sort labels as Vega-Lite's `sort` says; those without a rank come last."""
    by, operation, descending = sort_key(sort)
    ranks = rank_labels(view, channel, by, operation)
    known = [each for each in labels if ranks[repr(each)] is not None]
    unknown = [each for each in labels if ranks[repr(each)] is None]
    return sorted(known, key=lambda each: natural(ranks[repr(each)]), reverse=descending) + unknown


def sort_key(sort: Any) -> tuple[str | Definition, str, bool]:
    """Read a sort: by which channel or field ("" for the labels), summed up how, and whether it descends."""
    if isinstance(sort, dict):
        by = sort.get("encoding") or {"field": sort.get("field")}
        return by, sort.get("op") or "min", sort.get("order") == "descending"
    text = str(sort or "ascending")
    if text in ("ascending", "descending"):
        return "", "min", text == "descending"
    return text.removeprefix("-"), "min", text.startswith("-")


def rank_labels(view: View, channel: str, by: str | Definition, operation: str) -> dict[str, Any]:
    """Give what each label is sorted by: itself, another channel's values, or a field's."""
    labels = view.values(channel)
    if by == "":
        return {repr(each): each for each in labels}
    keys = [row.get(by["field"]) for row in view.rows] if isinstance(by, dict) else view.values(by)
    if len(keys) != len(labels):
        return dict.fromkeys(map(repr, labels))
    gathered: dict[str, list[Any]] = {}
    for each, key in zip(labels, keys, strict=True):
        gathered.setdefault(repr(each), []).append(key)
    summary = SUMMARIES.get(operation, min)
    return {
        name: summary(numbers_in(values)) if numbers_in(values) else values[0]
        for name, values in gathered.items()
    }


def natural(key: Any) -> tuple[int, float, str]:
    """Sort numbers by size and texts letter by letter, capitals first, as a browser does."""
    number = numbers_in([key])
    return (0, number[0], "") if number else (1, 0.0, str(key))
