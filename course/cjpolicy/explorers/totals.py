"""Explorer of unit 03: which totals fit the counts and shares that survive of a printed table."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from cjpolicy import catalogue, charts, html
from cjpolicy.errors import CourseError
from cjpolicy.explorers import dials
from cjpolicy.explorers.dials import Dropdown, Slider
from cjpolicy.explorers.view import RESET, Explorer, choose, folded

if TYPE_CHECKING:
    import altair as alt

OPTIONS = ("setting",)
TITLE = "Explorer: which totals fit?"
HOW = (
    "Press a setting, or move the slider. Each bar shows the totals that one row of Figure 5 allows; the "
    "line is the total that you try. A row is called by its count and the share printed beside it."
)
ONCE, TWICE = "once", "twice"
RULES = {ONCE: "once", TWICE: "twice: to one decimal, then again"}
LOWEST, HIGHEST = 690, 790
CONTROLS: dials.Controls = {
    "total": Slider("Total number of homicides to try", LOWEST, HIGHEST),
    "rule": Dropdown("Each share was rounded", RULES),
}
# What the axis shows, and how far a bar is followed.
AXIS = (640, 840)
FARTHEST = 3_000

Row = tuple[int, int]


def surviving_rows() -> list[Row]:
    """Return the rows of Figure 5 that reached us, each as its count and its printed share in per cent.

    Examples
    --------
    >>> surviving_rows()[0]
    (70, 10)
    """
    table = catalogue.load("homicide_method")
    return [(int(count), int(share)) for count, share in zip(table["count"], table["percent"], strict=True)]


def printed(count: int, total: int, rule: str = ONCE) -> int:
    """Return the share that would be printed, in whole per cent; an exact half goes up.

    Parameters
    ----------
    count, total : int
        Homicides.
    rule : str
        "once", or "twice": first to one decimal, then to a whole number.

    Raises
    ------
    CourseError
        If the total is not more than 0.

    Examples
    --------
    >>> printed(140, 757), printed(140, 757, rule="twice")
    (18, 19)
    """
    if total <= 0:
        raise CourseError(f"The total is {total}. Give a number of homicides of 1 or more.")
    # In whole numbers, so that no half is missed: (2a + b) // 2b rounds a / b, a half upwards.
    if rule == TWICE:
        tenths = (2_000 * count + total) // (2 * total)
        return (tenths + 5) // 10
    return (200 * count + total) // (2 * total)


def fitting_totals(rows: Iterable[Row], rule: str = ONCE) -> tuple[int, int]:
    """Return the lowest and the highest total that all rows allow, up to 3,000.

    Parameters
    ----------
    rows : iterable of (count, printed share)
    rule : str
        As for `printed`.

    Raises
    ------
    CourseError
        If no total fits.

    Examples
    --------
    >>> fitting_totals([(70, 10)])
    (667, 736)
    """
    known = list(rows)
    fitting = [
        total
        for total in range(1, FARTHEST + 1)
        if all(printed(count, total, rule) == share for count, share in known)
    ]
    if not fitting:
        raise CourseError(f"No total up to {FARTHEST} fits these rows: {known}.")
    return fitting[0], fitting[-1]


def sentence(rows: Sequence[Row], total: int, rule: str = ONCE) -> str:
    """Return in words which rows a total fits.

    Examples
    --------
    >>> sentence(surviving_rows(), 757)
    '757: 7 of 9 rows fit. 140 would be printed as 18%, not 19%; 70 as 9%, not 10%.'
    """
    shares = [(count, share, printed(count, total, rule)) for count, share in rows]
    wrong = [(count, share, other) for count, share, other in shares if share != other]
    if not wrong:
        return f"{total}: all {len(rows)} rows fit."
    said = "; ".join(
        f"{count} {'would be printed ' if place == 0 else ''}as {other}%, not {share}%"
        for place, (count, share, other) in enumerate(sorted(wrong, reverse=True))
    )
    fit = len(rows) - len(wrong)
    return f"{total}: {fit} of {len(rows)} rows fit. {said}."


def settings() -> dict[str, dict[str, Any]]:
    """Return the settings by name: a total to try, and the rule of rounding.

    Examples
    --------
    >>> settings()["text"]
    {'total': 757, 'rule': 'once'}
    """
    text = int(catalogue.figure("homicide-757").value)
    low, high = fitting_totals(surviving_rows())
    return {
        "text": {"total": text, "rule": ONCE},
        "highest": {"total": high, "rule": ONCE},
        "lowest": {"total": low, "rule": ONCE},
        "twice": {"total": text, "rule": TWICE},
    }


BUTTONS = {
    "text": "757, as in the text",
    "highest": "The highest that fits",
    "lowest": "The lowest that fits",
    "twice": "757, rounded twice",
}


def view(setting: str = "text") -> Explorer:
    """Return the explorer at one of the settings; its controls and buttons work without a kernel.

    Parameters
    ----------
    setting : str
        A name from `settings()`.

    Returns
    -------
    Explorer

    Raises
    ------
    UnknownName
        If there is no such setting.
    """
    known = settings()
    start = known[choose(setting, list(known), "setting")]
    rows = sorted(surviving_rows(), reverse=True)
    page_id = dials.new_page_id()
    text = f"{sentence(rows, start['total'], start['rule'])}\n{_as_text(rows)}"
    changes = dials.patch(CONTROLS, [*known.values(), start], page_id, {"result": "result"})
    table = folded("What each row allows, as a table", _table(rows))
    top = dials.head(page_id, TITLE, HOW, [*BUTTONS.values(), RESET], table)
    return dials.explorer(text, top, draw(rows, start), changes)


def _as_text(rows: Sequence[Row]) -> str:
    """Return what each row allows, a line each."""
    lines = [f"{_label(row)}: {low} to {high}" for row, (low, high) in _spans(rows)]
    return "\n".join([*lines, "all rows: {} to {}".format(*fitting_totals(rows))])


def _spans(rows: Sequence[Row], rule: str = ONCE) -> list[tuple[Row, tuple[int, int]]]:
    return [(row, fitting_totals([row], rule)) for row in rows]


def _label(row: Row) -> str:
    return f"{row[0]}, printed as {row[1]}%"


def _table(rows: Sequence[Row]) -> str:
    """Return the lowest and the highest total that each row allows, under both rules."""
    lines = []
    for name, some in [*((_label(row), [row]) for row in rows), ("all rows together", rows)]:
        cells = []
        for rule in RULES:
            low, high = fitting_totals(some, rule)
            cells.append(f"{low} to {high}" if high < FARTHEST else f"{low} or more")
        lines.append((name, *cells))
    return html.table(("row", "rounded once", "rounded twice"), lines, "Totals that fit")


def draw(rows: Sequence[Row], start: dict[str, Any]) -> "alt.LayerChart":
    """Return the chart with its controls; the browser looks up what Python worked out beforehand.

    Parameters
    ----------
    rows : sequence of (count, printed share)
    start : dict
        `total` and `rule` at first.

    Returns
    -------
    altair.LayerChart
    """
    alt = charts.themed_altair()

    blue, orange = charts.COLOURS["blue"], charts.COLOURS["vermilion"]
    names = [*map(_label, rows), "all rows together"]
    base = alt.Chart(alt.Data(values=_data(rows))).transform_calculate(
        low=f"rule == '{ONCE}' ? datum.low_once : datum.low_twice",
        high=f"rule == '{ONCE}' ? datum.high_once : datum.high_twice",
    )
    base = base.transform_calculate(
        fits="total >= datum.low && total <= datum.high",
        left=f"max({AXIS[0]}, datum.low)",
        right=f"min({AXIS[1]}, datum.high)",
        share="datum.count ? format(100 * datum.count / total, '.2f') + '%: ' : ''",
        word="datum.share + (datum.fits ? 'fits' : 'refuses')",
        ends="datum.last ? datum.low + ' to ' + datum.high : ''",
    )
    axis = alt.Axis(grid=False, ticks=False, domain=False, labelPadding=10, labelLimit=170)
    base = base.encode(
        y=alt.Y("row:N", sort=names, title=None, axis=axis),
        tooltip=[
            alt.Tooltip("row:N", title="row"),
            alt.Tooltip("low:Q", title="lowest total"),
            alt.Tooltip("high:Q", title="highest total"),
            alt.Tooltip("word:N", title="at the total tried"),
        ],
    )
    scale = alt.Scale(domain=list(AXIS), nice=False)

    def at(field: str) -> Any:
        return alt.X(f"{field}:Q", scale=scale, title="total number of homicides")

    colour = alt.condition("datum.fits", alt.value(blue), alt.value(orange))
    shape = alt.condition("datum.fits", alt.value("square"), alt.value("cross"))
    bars = base.mark_bar(size=13, opacity=0.45).encode(x=at("left"), x2="right:Q", color=colour)
    line = (
        alt.Chart(alt.Data(values=[{}]))
        .transform_calculate(total="total")
        .mark_rule(strokeWidth=2, color=charts.INK)
        .encode(x=at("total"))
    )
    marks = (
        base.transform_calculate(total="total")
        .mark_point(filled=True, size=120, opacity=1)
        .encode(x=at("total"), color=colour, shape=shape)
    )
    words = base.mark_text(align="left", fontSize=12).encode(
        x=alt.value(WIDTH + 10), text="word:N", color=colour
    )
    ends = base.mark_text(align="right", dx=-6, fontSize=12, color=charts.INK).encode(
        x=at("left"), text="ends:N"
    )
    return (
        alt.layer(bars, line, marks, words, ends)
        .add_params(*dials.params(CONTROLS, start), *_expressions(rows))
        .properties(
            title=alt.Title(alt.expr("title"), fontSize=13),
            width=WIDTH,
            height=300,
            # Room that does not change while labels move, so that the page stands still.
            autosize=alt.AutoSizeParams(type="none"),
            padding={"left": 150, "right": 118, "top": 72, "bottom": 46},
            description=_description(rows, start),
        )
    )


WIDTH = 360


def _data(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return one record a row of Figure 5, and one for all: the totals they allow under each rule."""
    records = []
    for name, count, some in [
        *((_label(row), row[0], [row]) for row in rows),
        ("all rows together", 0, rows),
    ]:
        record: dict[str, Any] = {"row": name, "count": count, "last": not count}
        for rule in RULES:
            record[f"low_{rule}"], record[f"high_{rule}"] = fitting_totals(some, rule)
        records.append(record)
    return records


def _expressions(rows: Sequence[Row]) -> list["alt.Parameter"]:
    """Return what the browser looks up by the controls: the sentence, and the title."""
    alt = charts.themed_altair()

    said = {rule: [sentence(rows, total, rule) for total in range(LOWEST, HIGHEST + 1)] for rule in RULES}
    return [
        alt.param(name="said", value=[said[ONCE], said[TWICE]]),
        alt.param(name="result", expr=f"said[rule == '{ONCE}' ? 0 : 1][total - {LOWEST}]"),
        # In two lines: how many rows fit, and which do not.
        alt.param(name="stop", expr="indexof(result, '.') + 1"),
        alt.param(name="title", expr="[slice(result, 0, stop), trim(slice(result, stop))]"),
    ]


def _description(rows: Sequence[Row], start: dict[str, Any]) -> str:
    spans = "; ".join(f"{_label(row)}: {low} to {high}" for row, (low, high) in _spans(rows))
    low, high = fitting_totals(rows)
    return (
        f"The totals that each surviving row of Figure 5 allows. At first: "
        f"{sentence(rows, start['total'], start['rule'])} Rounded once: {spans}; all rows together: "
        f"{low} to {high}. A slider changes the total, a list the rule of rounding."
    )
