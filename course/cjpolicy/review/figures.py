"""The class in figures: each a chart with its table, its description, and how to read it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from cjpolicy import charts
from cjpolicy.charts import COLOURS, INK, LINE, QUIET, themed_altair
from cjpolicy.questions.unit00 import IDEAS

from . import measures
from .words import counted, share_of, spoken

if TYPE_CHECKING:
    import pandas as pd

    from .book import Book

__all__ = ["Figure", "assignment_figures", "class_figures"]

# Of the longest charts: how many rows are drawn; the table has all of them.
MOST = 12
# And how many are named in the description.
FIRST = 5
SMALL = "One student of 50 is 2% of the class: take small differences as hints."
LOW = (
    "While written answers wait, blank ones have their zero already, so these numbers lean low until all is "
    "marked."
)
FACILITY = (
    "Facility is the share of an item’s points earned by those whose answer has a mark. A blank counts as "
    "zero; who handed in nothing is left out. 100% means all points; extra credit can take it above. "
    f"{LOW} In the table, top and bottom are by the marks on the rest of the assignment."
)
DISCRIMINATION = (
    "Discrimination says whether those who earned more on the rest of the assignment also earned more here. "
    "It runs from −1 to 1, and is usually above 0.2. Near zero or below, look at the item: a key or a "
    "sentence may be at fault. It tells little of an item that nearly everybody, or nearly nobody, got "
    "right. From 50 marks a discrimination is known to about ±0.25, from 200 to about ±0.13. Among many "
    "items some fall below 0.2 by chance alone: it is a reason to read the item, not a verdict on it."
)
USUAL = 0.2
# Of the chart of facility and discrimination, in pixels; beside it there is room for names.
WIDE, HIGH, BESIDE = 520, 360, 110


@dataclass(frozen=True)
class Figure:
    """A chart of a class, with all that is needed without seeing it.

    Parameters
    ----------
    id : str
        Short name: "marks", "difficulty"... The name of its CSV file.
    title : str
        What it shows.
    chart : altair chart
        In the course's theme.
    table : pandas.DataFrame
        The numbers; column names carry their units.
    description : str
        What is to be seen, with the main numbers.
    reading : str
        How to read it, and what it cannot tell.
    heading : str
        What stands over it, where that is not the title as far as its colon.
    """

    id: str
    title: str
    chart: Any
    table: "pd.DataFrame"
    description: str
    reading: str = ""
    heading: str = ""


def class_figures(book: "Book") -> list[Figure]:
    """Draw a class over all assignments.

    Parameters
    ----------
    book : Book
        The class.

    Returns
    -------
    list of Figure
        Those that there are numbers for.
    """
    items, progress = measures.items(book), measures.progress(book)
    drawn = [
        _marks_by_assignment(measures.totals(book), _medians(progress)),
        _progress(progress),
        _difficulty(items, most=8, within=False),
        _hardest(items),
        _strong(measures.missed_by_strong(book), within=False),
        _misconceptions(_summed(measures.misconceptions(book, by_slip=True))),
        _time(measures.time(book)),
        _tests(measures.tests(book)),
    ]
    return [figure for figure in drawn if figure]


def assignment_figures(book: "Book", assignment: str) -> list[Figure]:
    """Draw a class in one assignment.

    Parameters
    ----------
    book : Book
        The class.
    assignment : str
        Its name.

    Returns
    -------
    list of Figure
        Those that there are numbers for.
    """
    items = measures.items(book, assignment)
    waiting = measures.standing(book, assignment)["waiting"]
    drawn = [
        _marks(measures.totals(book, assignment), _medians(measures.progress(book))),
        _items(items, unmarked=int((waiting == len(items)).sum())),
        _difficulty(items, most=40, within=True),
        _strong(measures.missed_by_strong(book, assignment), within=True),
        _misconceptions(_single(measures.misconceptions(book, assignment))),
    ]
    return [figure for figure in drawn if figure]


def _label(item: str, place: int, within: bool = False) -> str:
    """Write an item's place and its id as words; within its assignment, without the number of that.

    Examples
    --------
    >>> _label("a09-verdicts", 11), _label("a09-verdicts", 11, within=True)
    ('a09, 11 verdicts', '11 verdicts')
    """
    start, _, rest = item.partition("-")
    words = f"{place} {rest.replace('-', ' ') or item}"
    return words if within else f"{start}, {words}"


def _labels(rows: "pd.DataFrame", within: bool = False) -> list[str]:
    return [_label(row.item, row.place, within) for row in _each(rows)]


def _title(text: str) -> Any:
    return themed_altair().Title(wrap(text, 72))


def _percent(shares: "pd.Series[float]") -> "pd.Series[float]":
    return (100 * shares.astype(float)).round(1)


def _whole(shares: "pd.Series[float]") -> "pd.Series[float]":
    """Return whole percentages, so that a chart's labels and its description say the same."""
    return shares.map(whole, na_action="ignore")


def whole(share: float) -> int:
    """Return a share as a whole percentage, a half rounded up.

    Examples
    --------
    >>> whole(0.445), whole(1)
    (45, 100)
    """
    return floor(100 * share + 0.5 + 1e-9)


def _more(many: int) -> str:
    return " The table has the others." if many > FIRST else ""


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(texts[:-1]) + (" and " if len(texts) > 1 else "") + texts[-1] if texts else ""


MARKS_READ = (
    "Each bar is a step of 5% of an assignment’s points, and its length is how many students earned that. "
    f"Only submissions whose every item is marked are counted: a mark that is waited for is no zero. {LOW}"
)


def _medians(progress: "pd.DataFrame") -> dict[str, int]:
    """Return each assignment's median in whole per cent."""
    rows = progress.dropna(subset=["median"])
    return dict(zip(rows["assignment"], rows["median"].map(whole), strict=True))


def _marks(totals: "pd.DataFrame", medians: Mapping[str, int]) -> Figure | None:
    if totals.empty:
        return None
    rows = _binned(totals)
    students, median = int(rows["students"].sum()), medians[rows["assignment"].iloc[0]]
    title = f"Marks in all: the median of {counted(students, 'student')} is {median}% of the points"
    top = rows.nlargest(1, "students").iloc[0]
    description = (
        f"{counted(students, 'student')} with all their marks, from {rows['low'].min():.0f}% to "
        f"{min(rows['high'].max(), 100):.0f}% of the points. The median is {median}%. The longest bar, "
        f"{counted(int(top['students']), 'student')}, is "
        + (f"from {top['low']:.0f}% to under {top['high']:.0f}%." if top["low"] < 100 else "100% or more.")
    )
    chart = _histogram(rows, 0.5).properties(
        title=_title(title), description=description, width=WIDE, height=220
    )
    return Figure("marks", title, chart, _bins(rows)[[*BINS.values(), "students"]], description, MARKS_READ)


BINS = {"low": "from (%)", "high": "to under (%)"}


def _binned(totals: "pd.DataFrame") -> "pd.DataFrame":
    low = (100 * totals["share"]).round()
    return totals.assign(low=low, high=(low + 5).clip(upper=105))


def _bins(rows: "pd.DataFrame") -> "pd.DataFrame":
    """Return the bins as a table has them: the last holds all from 100% up."""
    low = [f"{low:.0f}" if low < 100 else "100 (or more)" for low in rows["low"]]
    high = [f"{high:.0f}" if high <= 100 else "" for high in rows["high"]]
    return rows.assign(low=low, high=high).rename(columns=BINS)


def _histogram(rows: "pd.DataFrame", edge: float) -> Any:
    alt = themed_altair()
    axis = alt.Axis(values=[0, 20, 40, 60, 80, 100], grid=False)
    scale = alt.Scale(domain=[0, 105])
    share = alt.X("low:Q", bin="binned", title="share of the points (%)", axis=axis, scale=scale)
    count = alt.Axis(tickMinStep=1, tickCount=4)
    bars = alt.Chart(rows).mark_bar(stroke="white", strokeWidth=edge)
    return bars.encode(x=share, x2="high:Q", y=alt.Y("students:Q", title="students", axis=count))


def _marks_by_assignment(totals: "pd.DataFrame", medians: Mapping[str, int]) -> Figure | None:
    if totals["assignment"].nunique() < 2:
        return _marks(totals, medians)
    alt = themed_altair()
    rows = _binned(totals)
    rows = rows.assign(name=rows["assignment"].map(spoken))
    low, high = min(medians, key=lambda each: medians[each]), max(medians, key=lambda each: medians[each])
    title = "Marks in all, assignment by assignment"
    description = (
        f"{counted(len(medians), 'assignment')}. The marks are lowest in {spoken(low)}, with a median of "
        f"{medians[low]}% of the points, and highest in {spoken(high)}, with a median of {medians[high]}%."
    )
    header = alt.Header(labelFontSize=12, labelLimit=230, labelAnchor="start")
    names = alt.Facet("name:N", columns=3, title=None, header=header)
    chart = _histogram(rows, 0.5).encode(facet=names)
    # The size is that of each small chart.
    chart = chart.properties(title=_title(title), description=description)
    chart = chart.configure_view(continuousWidth=200, continuousHeight=80)
    table = _bins(rows)[["assignment", *BINS.values(), "students"]]
    return Figure("marks", title, chart, table, description, MARKS_READ)


def _items_table(items: "pd.DataFrame", within: bool) -> "pd.DataFrame":
    shares = {name: _percent(items[name]) for name in ("facility", "upper", "lower")}
    named = _where(within) | {
        "points": "worth (points)",
        "marked": "marked (students)",
        "waiting": "waiting (students)",
        "mean": "mean (points)",
        "facility": "facility (%)",
        "discrimination": "discrimination (−1 to 1)",
        "upper": "facility in the top 27% (%)",
        "lower": "facility in the bottom 27% (%)",
    }
    rounded = items.assign(
        **shares, discrimination=items["discrimination"].round(2), mean=items["mean"].round(2)
    )
    return rounded[list(named)].rename(columns=named)


def _where(within: bool) -> dict[str, str]:
    """Return the columns that say which item; the page makes of them a link."""
    return {"item": "item", **({} if within else {"assignment": "assignment"}), "place": "number"}


def _waiting(items: "pd.DataFrame", unmarked: int) -> str:
    """Say how many submissions have no mark, and which items' marks are waited for besides."""
    have = "has" if unmarked == 1 else "have"
    none = f" {counted(unmarked, 'submission')} {have} no mark at all." if unmarked else ""
    some = items[items["waiting"] > unmarked]
    said = [
        f"{name} ({waiting - unmarked})"
        for name, waiting in zip(_labels(some, within=True), some["waiting"], strict=True)
    ]
    left = " Marks are still waited for, and are left out here: "
    return none + (f"{left}{_listed(said)}." if said else "")


def _facility_bars(rows: "pd.DataFrame", title: str, description: str) -> Any:
    return charts.bars(
        rows,
        "called",
        "percent",
        title=title,
        unit="% of the item’s points",
        decimals=0,
        category_title="item",
        value_title="facility",
        description=description,
    )


def _items(items: "pd.DataFrame", unmarked: int) -> Figure | None:
    rows = items.dropna(subset=["facility"])
    if rows.empty:
        return None
    rows = rows.assign(called=_labels(rows, within=True), percent=_whole(rows["facility"]))
    hard, easy = rows.nsmallest(1, "percent").iloc[0], rows.nlargest(1, "percent").iloc[0]
    title = f"Facility: “{hard['called']}” is the hardest item, at {hard['percent']:.0f}%"
    description = (
        f"{counted(len(rows), 'item')}. The class earned the least on “{hard['called']}”, "
        f"{hard['percent']:.0f}% of its points, and the most on “{easy['called']}”, "
        f"{easy['percent']:.0f}%.{_waiting(items, unmarked)}"
    )
    chart = _facility_bars(rows, title, description)
    return Figure("items", title, chart, _items_table(items, within=True), description, f"{FACILITY} {SMALL}")


def _hardest(items: "pd.DataFrame") -> Figure | None:
    rows = items.dropna(subset=["facility"]).nsmallest(MOST, "facility")
    if rows.empty:
        return None
    rows = rows.assign(called=_labels(rows), percent=_whole(rows["facility"]))
    hard = rows.iloc[0]
    title = f"The hardest items: the class earned {hard['percent']:.0f}% on “{hard['called']}”"
    said = [f"“{row.called}” {row.percent:.0f}%" for row in _each(rows.head(FIRST))]
    there = counted(len(items), "item")
    description = f"Of {there} in all assignments, the hardest are {_listed(said)}.{_more(len(items))}"
    chart = _facility_bars(rows, title, description)
    table = _items_table(items.sort_values("facility"), within=False)
    return Figure("hardest", title, chart, table, description, f"{FACILITY} {SMALL}")


def _difficulty(items: "pd.DataFrame", most: int, within: bool) -> Figure | None:
    """Draw facility against discrimination; of many items, those worth a look are named."""
    rows = items.dropna(subset=["facility", "discrimination"])
    if rows.empty:
        return None
    rows = rows.assign(
        called=_labels(rows, within),
        percent=_whole(rows["facility"]).clip(upper=100),
        discriminates=rows["discrimination"].round(2),
    ).sort_values("discriminates")
    weak, low, high = rows[rows["discriminates"] < USUAL], rows.iloc[0], rows.iloc[-1]
    found = f"{len(weak)} of {counted(len(rows), 'item')}" if len(weak) else "no item"
    title = f"Facility and discrimination: {found} below {USUAL}"
    named = [f"“{row.called}” ({row.discriminates:.2f})" for row in _each(weak.head(MOST))]
    bottom = min(-0.2, float(rows["discriminates"].min()) - 0.05)
    placed = _placed(rows.head(max(most, len(weak))), rows, bottom)
    nameless = len(weak.index.difference(placed.index))
    description = (
        f"Discrimination goes from {low['discriminates']:.2f} (“{low['called']}”) to "
        f"{high['discriminates']:.2f} (“{high['called']}”), and facility "
        f"from {rows['percent'].min():.0f}% to {rows['percent'].max():.0f}%."
        + (f" Below {USUAL}: {_listed(named)}." if named else "")
        + (" The table has the others." if len(weak) > MOST else "")
        + (
            f" There is no room for the names of {nameless} of them: they are in the table."
            if nameless
            else ""
        )
    )
    chart = _scatter(rows, placed, bottom).properties(title=_title(title), description=description)
    left = len(items) - len(rows)
    missing = f" Left out for want of marks or of spread: {counted(left, 'item')}." if left else ""
    reading = f"{FACILITY} {DISCRIMINATION}{missing}"
    return Figure("difficulty", title, chart, _items_table(items, within), description, reading)


def _scatter(rows: "pd.DataFrame", placed: "pd.DataFrame", bottom: float) -> Any:
    alt = themed_altair()
    x = alt.X("percent:Q", title="facility (% of the item’s points)", scale=alt.Scale(domain=[0, 100]))
    domain = alt.Scale(domain=[bottom, 1], nice=False)
    y = alt.Y("discriminates:Q", title="discrimination (−1 to 1)", scale=domain, axis=alt.Axis(format=".1f"))
    usual = alt.Chart(alt.Data(values=[{}])).encode(y=alt.YDatum(USUAL))
    chart = usual.mark_rule(strokeDash=[5, 4], color=QUIET)
    weak = alt.condition(
        f"datum.discriminates < {USUAL}", *map(alt.value, (COLOURS["vermilion"], COLOURS["blue"]))
    )
    chart += alt.Chart(rows).mark_point(filled=True, size=90, opacity=1).encode(x=x, y=y, color=weak)
    for (align, dx, dy), group in placed.groupby(PLACE):
        text = alt.Chart(group).encode(x=x, y=y, text="called:N")
        style = {"align": align, "dx": dx, "dy": dy, "baseline": "middle", "fontSize": 12}
        # A white edge keeps a name legible where it crosses a line.
        chart += text.mark_text(stroke="white", strokeWidth=3, **style)
        chart += text.mark_text(color=INK, **style)
    return chart.properties(width=WIDE, height=HIGH)


Box = tuple[float, float, float, float]
# Where a name stands: how it is aligned, and how many pixels it is moved.
PLACE = ["align", "dx", "dy"]


def _placed(named: "pd.DataFrame", rows: "pd.DataFrame", bottom: float) -> "pd.DataFrame":
    """Find each name a place where it covers no other and no point; leave out those that have none."""
    taken = [(x - 6, y - 6, x + 6, y + 6) for x, y in _spots(rows, bottom)]
    places: list[tuple[str, int, int] | None] = []
    for (x, y), name in zip(_spots(named, bottom), named["called"], strict=True):
        free = (each for each in _places(x, y, 6.6 * len(name)) if _free(each[1], taken))
        place, box = next(free, (None, None))
        places.append(place)
        taken += [box] if box else []
    found = [place for place in places if place]
    kept = named[[place is not None for place in places]]
    return kept.assign(**{part: [place[k] for place in found] for k, part in enumerate(PLACE)})


def _spots(rows: "pd.DataFrame", bottom: float) -> list[tuple[float, float]]:
    return [
        (WIDE * row.percent / 100, HIGH * (1 - (row.discriminates - bottom) / (1 - bottom)))
        for row in _each(rows)
    ]


def _places(x: float, y: float, wide: float) -> Iterator[tuple[tuple[str, int, int], Box]]:
    for dy in (0, -15, 15, -28, 28):
        for align, dx, left in (("left", 9, x + 9), ("right", -9, x - 9 - wide), ("center", 0, x - wide / 2)):
            if dy or dx:
                yield (align, dx, dy), (left, y + dy - 7, left + wide, y + dy + 7)


def _free(box: Box, taken: Sequence[Box]) -> bool:
    left, top, right, bottom = box
    inside = left >= 0 and right <= WIDE + BESIDE and top >= 0 and bottom <= HIGH
    return inside and not any(
        left < other[2] and right > other[0] and top < other[3] and bottom > other[1] for other in taken
    )


def _strong(missed: "pd.DataFrame", within: bool) -> Figure | None:
    if missed.empty:
        return None
    rows = missed.head(MOST)
    rows = rows.assign(
        called=_labels(rows, within),
        strongest=_whole(rows["share"]),
        rest=_whole(rows["against"]),
    )
    more = int((missed["share"] > missed["against"]).sum())
    title = (
        f"Missed by strong students: {more} of {counted(len(missed), 'item')} they missed more often than "
        "the others did"
    )
    said = [
        f"“{row.called}” {row.missed} of {row.strong}"
        + ("" if row.rest != row.rest else f", others {row.rest:.0f}%")
        for row in _each(rows.head(FIRST))
    ]
    description = (
        "Of the strongest quarter, by all other marks of the assignment, so many earned less than half of an "
        f"item’s points: {'; '.join(said)}.{_more(len(missed))}"
    )
    reading = (
        "Those at the top come first: there the strongest missed the item as often as the others, or more "
        "often, so the question may be unclear or its key wrong. Where few missed it at all, a small gap "
        "says nothing. Who ties with the last of the quarter counts in, so its size differs between items. "
        f"{SMALL}"
    )
    return Figure(
        "strong", title, _pairs(rows, title, description), _strong_table(missed, within), description, reading
    )


def _strong_table(missed: "pd.DataFrame", within: bool) -> "pd.DataFrame":
    named = _where(within) | {
        "strong": "strongest quarter (students)",
        "missed": "of them missed it (students)",
        "share": "missed it (% of the strongest)",
        "against": "missed it (% of the others)",
    }
    shares = {name: _percent(missed[name]) for name in ("share", "against")}
    return missed.assign(**shares)[list(named)].rename(columns=named)


def _pairs(rows: "pd.DataFrame", title: str, description: str) -> Any:
    """Draw two points a row, with a line between them."""
    alt = themed_altair()
    words = {"strongest": "the strongest quarter", "rest": "the others"}
    long = rows.melt(["called"], list(words), "who", "percent").dropna(subset=["percent"])
    long = long.assign(who=long["who"].map(words))
    names = rows["called"].tolist()
    flat = {"titleAngle": 0, "titleAlign": "right", "titleX": -8, "titleY": -10, "titleBaseline": "bottom"}
    axis = alt.Axis(grid=False, ticks=False, domain=False, labelPadding=8, **flat)
    y = alt.Y("called:N", sort=names, title="item", axis=axis)
    x = alt.X("percent:Q", title="students who missed it (%)", scale=alt.Scale(domain=[0, 100]))
    shapes = alt.Scale(domain=list(words.values()), range=["diamond", "circle"])
    colours = alt.Scale(domain=list(words.values()), range=[COLOURS["vermilion"], COLOURS["blue"]])
    between = alt.Chart(rows).mark_rule(strokeWidth=3, color=LINE).encode(y=y, x="strongest:Q", x2="rest:Q")
    points = alt.Chart(long).mark_point(filled=True, size=120, opacity=1)
    points = points.encode(
        x=x,
        y=y,
        color=alt.Color("who:N", scale=colours, title=None),
        shape=alt.Shape("who:N", scale=shapes, title=None),
    )
    size = {"width": WIDE, "height": alt.Step(32)}
    return (between + points).properties(title=_title(title), description=description, **size)


def _single(found: "pd.DataFrame") -> "pd.DataFrame":
    """Say of each misconception in each item whose it is: "11 of 30 students"."""
    rows = found.sort_values(["points_lost", "students"], ascending=False)
    return rows.assign(
        called=[f"{row.name}, item {_label(row.item, row.place, within=True)}" for row in _each(rows)],
        whose=[share_of(int(row.students), int(row.of)) for row in _each(rows)],
    )


def _summed(found: "pd.DataFrame") -> "pd.DataFrame":
    """Say the same of each misconception over all items."""
    return found.assign(
        called=[row.name for row in _each(found)],
        whose=[f"{share_of(row.students, row.of)}, in {counted(row.items, 'item')}" for row in _each(found)],
    )


def _each(frame: "pd.DataFrame") -> Iterator[Any]:
    return frame.itertuples(index=False)


def _misconceptions(found: "pd.DataFrame") -> Figure | None:
    if found.empty:
        return None
    rows = found.assign(row=found["called"] + ": " + found["whose"], lost=found["points_lost"].round(2))
    top = rows.head(MOST)
    title = f"Points missing from answers that show a misconception: most with “{top.iloc[0]['called']}”"
    said = [f"{row.row}, {row.lost:g} points missing" for row in _each(top.head(FIRST))]
    description = f"{'; '.join(said)}.{_more(len(rows))}"
    chart = charts.bars(
        top,
        "row",
        "lost",
        title=title,
        unit="all students together",
        value_title="points missing",
        category_title="misconception",
        description=description,
    )
    item = {"item": "item"} if "item" in rows else {}
    named = {
        "called": "misconception",
        **item,
        "whose": "recognised in",
        "lost": "points missing from these answers",
    }
    reading = (
        "A bar is all that these answers earned less than their items are worth, whatever the reason: "
        "another fault in the same answer counts in. An answer with two misconceptions counts for both, so "
        "bars must not be added up. Mistakes that no key knows are not seen here."
    )
    table = rows[list(named)].rename(columns=named)
    heading = "Misconceptions, by points missing"
    return Figure("misconceptions", title, chart, table, description, reading, heading)


def _progress(progress: "pd.DataFrame") -> Figure | None:
    rows = progress.dropna(subset=["median"])
    if len(rows) < 2:
        return None
    rows = rows.assign(
        called=rows["assignment"].map(spoken),
        low=_whole(rows["lower_quartile"]),
        high=_whole(rows["upper_quartile"]),
        middle=_whole(rows["median"]),
    )
    first, last = rows.iloc[0], rows.iloc[-1]
    title = (
        f"Progress: a median of {first['middle']:.0f}% at first, {last['middle']:.0f}% in the last assignment"
    )
    ends = dict.fromkeys([rows.index[0], rows["middle"].idxmin(), rows["middle"].idxmax(), rows.index[-1]])
    said = [
        f"{row.called} {row.middle:.0f}% ({row.low:.0f} to {row.high:.0f})"
        for row in _each(rows.loc[list(ends)])
    ]
    description = (
        "The first, the lowest, the highest and the last median, and in brackets the middle half of the "
        f"class: {'; '.join(said)}."
    )
    chart = charts.intervals(
        rows,
        "called",
        "low",
        "high",
        "middle",
        title=title,
        unit="% of the points",
        decimals=0,
        zero=True,
        category_title="assignment",
        value_title="marks",
        description=description,
    )
    reading = (
        "The dot is the median, the line the middle half of the class. Assignments differ in difficulty, and "
        f"those who stop handing in drop out of the numbers: a rise is not by itself learning. {LOW}"
    )
    shares = ["mean", "lower_quartile", "median", "upper_quartile"]
    table = progress.assign(**{name: _percent(progress[name]) for name in shares})
    named = {name: f"{name.replace('_', ' ')} (%)" for name in shares}
    table = table.rename(columns={"handed_in": "handed in", "marked": "wholly marked", **named})
    return Figure("progress", title, chart, table, description, reading)


def _time(time: "pd.DataFrame") -> Figure | None:
    rows = time.dropna(subset=["median"])
    if rows.empty:
        return None
    rows = rows.assign(called=rows["assignment"].map(spoken))
    slow, limits = rows.nlargest(1, "longest").iloc[0], int(time["limits"].sum())
    title = f"Running time: at most {slow['longest']:.0f} s, in {slow['called']}"
    description = (
        f"Half of the submissions of an assignment ran within {rows['median'].min():.1f} to "
        f"{rows['median'].max():.1f} s, 95 of 100 within {rows['p95'].min():.1f} to "
        f"{rows['p95'].max():.1f} s; the longest took {slow['longest']:.1f} s. "
        + (f"A limit cut {counted(limits, 'submission')} short." if limits else "None met a limit.")
    )
    chart = charts.intervals(
        rows,
        "called",
        "median",
        "p95",
        title=title,
        unit="seconds",
        decimals=1,
        zero=True,
        category_title="assignment",
        value_title="running time",
        description=description,
    )
    reading = (
        "A line goes from the median to the time within which 95 of 100 submissions ran. It depends on the "
        "machine that marks, and no mark depends on it."
    )
    named = {
        "median": "median (s)",
        "p95": "95 of 100 within (s)",
        "longest": "longest (s)",
        "limits": "stopped at a limit (submissions)",
    }
    table = rows[["assignment", "submissions", *named]].round(1).rename(columns=named)
    return Figure("time", title, chart, table, description, reading)


TAKERS = (
    "Those who hand in a copy of their progress are seldom the whole class, nor need they be the same before "
    "and after."
)
NAMES = {"before": "before the course", "after": "after the course"}


def _tests(tests: "pd.DataFrame") -> Figure | None:
    """Draw how much of a test was right at the first try; from older copies, only whether all was."""
    rows = tests.dropna(subset=["test"])
    known = rows.dropna(subset=["first_share"])
    if known.empty:
        return _all_right(rows, tests.attrs.get("notes", []))
    known = known.assign(right=(len(IDEAS) * known["first_share"]).round().astype(int))
    taken = [test for test in NAMES if test in set(known["test"])]
    halves = {test: _half_of(known["right"][known["test"] == test]) for test in taken}
    reached = _listed([f"{half} or more {NAMES[test]}" for test, half in halves.items()])
    title = f"Right answers, of {len(IDEAS)}: half had {reached}"
    said = [_taken(NAMES[test], known["right"][known["test"] == test]) for test in taken]
    both = known.pivot_table(index="code", columns="test", values="right", aggfunc="first").dropna()
    if len(taken) == 2 and len(both):
        more, less = (both["after"] > both["before"]).sum(), (both["after"] < both["before"]).sum()
        said.append(f"Of {len(both)} who took both, {more} had more right after, and {less} had less.")
    if len(known) < len(rows):
        many = len(rows) - len(known)
        said.append(f"Left out, as blank or from an older copy that does not say it: {many}.")
    description = " ".join([*said, *tests.attrs.get("notes", [])])
    counts = known.groupby(["right", "test"]).size().unstack(fill_value=0)
    counts = counts.reindex(range(len(IDEAS) + 1), fill_value=0)[taken].rename_axis(columns=None)
    chart = _right_answers(counts).properties(title=_title(title), description=description)
    named = {test: f"{NAMES[test]} (students)" for test in taken}
    table = counts.rename(columns=named).reset_index(names=f"right (of {len(IDEAS)})")
    reading = (
        f"Each bar is how many students had that many of the {len(IDEAS)} answers right at the first try: a "
        f"later one may follow a hint. By guessing alone, most have 1 to 5 right. {TAKERS} {SMALL}"
    )
    return Figure("tests", title, chart, table, description, reading)


def _half_of(right: "pd.Series[int]") -> int:
    """Return the most right answers that half of the students reach."""
    ordered = right.sort_values(ascending=False)
    return int(ordered.iloc[(len(ordered) - 1) // 2])


def _taken(when: str, right: "pd.Series[int]") -> str:
    all_right = (right == len(IDEAS)).sum()
    return (
        f"{when.capitalize()}, {counted(len(right), 'student')} had {right.min()} to {right.max()} of "
        f"{len(IDEAS)} right at the first try, half of them {_half_of(right)} or more, and {all_right} all."
    )


def _right_answers(counts: "pd.DataFrame") -> Any:
    alt = themed_altair()
    long = counts.rename(columns=NAMES).reset_index().melt("right", var_name="when", value_name="students")
    x = alt.X("right:O", title=f"right answers (of {len(IDEAS)}), first try", axis=alt.Axis(labelAngle=0))
    y = alt.Y("students:Q", title="students", axis=alt.Axis(tickMinStep=1, tickCount=4))
    header = alt.Header(labelFontSize=12, labelAnchor="start", labelOrient="top")
    when = alt.Row("when:N", sort=list(NAMES.values()), title=None, header=header)
    bars = alt.Chart(long).mark_bar().encode(x=x, y=y, row=when)
    return bars.configure_view(continuousHeight=120).properties(width=WIDE)


def _all_right(rows: "pd.DataFrame", notes: Sequence[str]) -> Figure | None:
    """Draw who got all of a test right, at the first try and at the last."""
    if rows.empty:
        return None
    found = rows.groupby("test", sort=False).agg(
        students=("code", "count"),
        first=("first", lambda said: int((said == "correct").sum())),
        last=("last", lambda said: int((said == "correct").sum())),
    )
    long = found.reset_index().melt(["test", "students"], ["first", "last"], "attempt", "right")
    long = long.sort_values(
        ["test", "attempt"], key=lambda column: column.map({"before": 0, "after": 1, "first": 0, "last": 1})
    )
    long = long.assign(
        called=[f"{row.test}-test, {row.attempt} try" for row in _each(long)],
        percent=(100 * long["right"] / long["students"]).round(1),
    )
    said = [f"{row.called} {row.right} of {row.students}" for row in _each(long)]
    title = "Before and after: who got the whole test right"
    description = f"Students whose every answer was right: {'; '.join(said)}. {' '.join(notes)}".strip()
    chart = charts.bars(
        long,
        "called",
        "percent",
        title=title,
        unit="% of those who took it",
        decimals=0,
        category_title="test",
        value_title="all right",
        description=description,
    )
    reading = (
        "Copies of students’ progress from older versions of the course say whether all of a test was right, "
        f"and not how much of it. {TAKERS}"
    )
    table = long[["called", "right", "students"]].rename(
        columns={"called": "test", "right": "all right", "students": "of"}
    )
    return Figure("tests", title, chart, table, description, reading)
