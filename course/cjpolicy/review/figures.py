"""The class in figures: each a chart with its table, its description, and how to read it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from cjpolicy import charts
from cjpolicy.charts import COLOURS, INK, LINE, QUIET, themed_altair
from cjpolicy.questions.unit00 import IDEAS

from . import measures
from .cards import mistake_name, share_of

if TYPE_CHECKING:
    import pandas as pd

    from .book import Book

__all__ = ["Figure", "assignment_figures", "class_figures"]

# Of the longest charts: how many rows are drawn; the table has all of them.
MOST = 12
# And how many are named in the description.
FIRST = 5
SMALL = "In a class under about 30, one student moves these numbers visibly: read them as hints."
FACILITY = (
    "Facility is the share of an item’s points that the class earned: 100% means that everybody got it."
)
DISCRIMINATION = (
    "Discrimination says whether those who earned more on the rest of the assignment also earned more here. "
    "It runs from −1 to 1, and is usually above 0.2. Near zero or below, look at the item: a key or a "
    "sentence may be at fault. It tells little of an item that nearly everybody, or nearly nobody, got right."
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
    """

    id: str
    title: str
    chart: Any
    table: "pd.DataFrame"
    description: str
    reading: str = ""


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
    items = measures.items(book)
    drawn = [
        _marks_by_assignment(measures.totals(book)),
        _progress(measures.progress(book)),
        _difficulty(items, most=8),
        _hardest(items),
        _strong(measures.missed_by_strong(book)),
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
    drawn = [
        _marks(measures.totals(book, assignment)),
        _items(items),
        _difficulty(items, most=40),
        _strong(measures.missed_by_strong(book, assignment)),
        _misconceptions(_single(measures.misconceptions(book, assignment))),
    ]
    return [figure for figure in drawn if figure]


def title_of(assignment: str) -> str:
    """Write an assignment's name as words.

    Examples
    --------
    >>> title_of("a02_counting_violence")
    'a02 counting violence'
    """
    return assignment.replace("_", " ")


def _label(item: str, within: str = "") -> str:
    """Write an item's id as words; within its assignment, without the number of that."""
    start, _, rest = item.partition("-")
    words = rest.replace("-", " ") or item
    return words if within else f"{start} {words}"


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


def _number(many: int, what: str) -> str:
    """Write how many of what.

    Examples
    --------
    >>> _number(1, "student"), _number(30, "student")
    ('1 student', '30 students')
    """
    return f"{many} {what}" if many == 1 else f"{many} {what}s"


def _more(many: int) -> str:
    return " The table has the others." if many > FIRST else ""


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(texts[:-1]) + (" and " if len(texts) > 1 else "") + texts[-1] if texts else ""


MARKS_READ = (
    "Each bar is a step of 5% of an assignment’s points, and its length is how many students earned that. "
    "Only submissions whose every item is marked are counted: a mark that is waited for is no zero."
)


def _marks(totals: "pd.DataFrame") -> Figure | None:
    if totals.empty:
        return None
    rows = _binned(totals)
    students, half = int(rows["students"].sum()), _at_least(rows)
    title = f"Marks in all: half of {_number(students, 'student')} earned {half}% or more"
    top = rows.nlargest(1, "students").iloc[0]
    description = (
        f"{_number(students, 'student')} with all their marks, from {rows['low'].min():.0f}% to "
        f"{min(rows['high'].max(), 100):.0f}% of the points. Half of them earned {half}% or more. The "
        f"longest bar, {_number(int(top['students']), 'student')}, is from {top['low']:.0f}% to "
        f"{min(top['high'], 100):.0f}%."
    )
    chart = _histogram(rows, 0.5).properties(
        title=_title(title), description=description, width=WIDE, height=220
    )
    table = rows.rename(columns=BINS)[[*BINS.values(), "students"]]
    return Figure("marks", title, chart, table, description, MARKS_READ)


BINS = {"low": "from (%)", "high": "to under (%)"}


def _binned(totals: "pd.DataFrame") -> "pd.DataFrame":
    low = (100 * totals["share"]).round()
    return totals.assign(low=low, high=(low + 5).clip(upper=105))


def _at_least(rows: "pd.DataFrame") -> int:
    """Return the highest bin that half of the students reach."""
    ordered = rows.sort_values("low", ascending=False)
    reached = ordered["students"].cumsum() >= ordered["students"].sum() / 2
    return int(ordered["low"][reached].iloc[0])


def _histogram(rows: "pd.DataFrame", edge: float) -> Any:
    alt = themed_altair()
    axis = alt.Axis(values=[0, 20, 40, 60, 80, 100], grid=False)
    scale = alt.Scale(domain=[0, 105])
    share = alt.X("low:Q", bin="binned", title="share of the points (%)", axis=axis, scale=scale)
    count = alt.Axis(tickMinStep=1, tickCount=4)
    bars = alt.Chart(rows).mark_bar(stroke="white", strokeWidth=edge)
    return bars.encode(x=share, x2="high:Q", y=alt.Y("students:Q", title="students", axis=count))


def _marks_by_assignment(totals: "pd.DataFrame") -> Figure | None:
    if totals["assignment"].nunique() < 2:
        return _marks(totals)
    alt = themed_altair()
    rows = _binned(totals)
    rows = rows.assign(name=rows["assignment"].map(title_of))
    halves = {str(name): _at_least(group) for name, group in rows.groupby("name")}
    low, high = min(halves, key=lambda each: halves[each]), max(halves, key=lambda each: halves[each])
    title = "Marks in all, assignment by assignment"
    description = (
        f"{_number(len(halves), 'assignment')}. The marks are lowest in {low}, where half of the students "
        f"earned {halves[low]}% or more, and highest in {high}, where half earned {halves[high]}% or more."
    )
    header = alt.Header(labelFontSize=12, labelLimit=230, labelAnchor="start")
    names = alt.Facet("name:N", columns=3, title=None, header=header)
    chart = _histogram(rows, 0.5).encode(facet=names)
    # The size is that of each small chart.
    chart = chart.properties(title=_title(title), description=description)
    chart = chart.configure_view(continuousWidth=200, continuousHeight=80)
    table = rows.rename(columns=BINS)[["assignment", *BINS.values(), "students"]]
    return Figure("marks", title, chart, table, description, MARKS_READ)


def _items_table(items: "pd.DataFrame") -> "pd.DataFrame":
    shares = {name: _percent(items[name]) for name in ("facility", "upper", "lower")}
    named = {
        "item": "item",
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


def _waiting(items: "pd.DataFrame") -> str:
    """Say which items' marks are waited for."""
    some = items[items["waiting"] > 0]
    said = [f"{_label(row.item, 'here')} ({row.waiting})" for row in _each(some)]
    left = " Marks are still waited for, and are left out here: "
    return f"{left}{_listed(said)}." if said else ""


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


def _items(items: "pd.DataFrame") -> Figure | None:
    rows = items.dropna(subset=["facility"])
    if rows.empty:
        return None
    called = [_label(item, "here") for item in rows["item"]]
    rows = rows.assign(called=called, percent=_whole(rows["facility"]))
    hard, easy = rows.nsmallest(1, "percent").iloc[0], rows.nlargest(1, "percent").iloc[0]
    title = f"Facility: {hard['called']} is the hardest item, at {hard['percent']:.0f}%"
    description = (
        f"{_number(len(rows), 'item')}. The class earned the least on {hard['called']}, "
        f"{hard['percent']:.0f}% of its points, and the most on {easy['called']}, "
        f"{easy['percent']:.0f}%.{_waiting(items)}"
    )
    chart = _facility_bars(rows, title, description)
    return Figure("items", title, chart, _items_table(items), description, f"{FACILITY} {SMALL}")


def _hardest(items: "pd.DataFrame") -> Figure | None:
    rows = items.dropna(subset=["facility"]).nsmallest(MOST, "facility")
    if rows.empty:
        return None
    rows = rows.assign(called=rows["item"].map(_label), percent=_whole(rows["facility"]))
    hard = rows.iloc[0]
    title = f"The hardest items: the class earned {hard['percent']:.0f}% on {hard['called']}"
    said = [f"{row.called} {row.percent:.0f}%" for row in _each(rows.head(FIRST))]
    there = _number(len(items), "item")
    description = f"Of {there} in all assignments, the hardest are {_listed(said)}.{_more(len(items))}"
    chart = _facility_bars(rows, title, description)
    table = _items_table(items.sort_values("facility"))
    return Figure("hardest", title, chart, table, description, f"{FACILITY} {SMALL}")


def _difficulty(items: "pd.DataFrame", most: int) -> Figure | None:
    """Draw facility against discrimination; of many items, those worth a look are named."""
    rows = items.dropna(subset=["facility", "discrimination"])
    if rows.empty:
        return None
    within = "here" if items["assignment"].nunique() == 1 else ""
    rows = rows.assign(
        called=[_label(item, within) for item in rows["item"]],
        percent=_whole(rows["facility"]).clip(upper=100),
        discriminates=rows["discrimination"].round(2),
    ).sort_values("discriminates")
    weak, low, high = rows[rows["discriminates"] < USUAL], rows.iloc[0], rows.iloc[-1]
    found = f"{len(weak)} of {_number(len(rows), 'item')}" if len(weak) else "no item"
    title = f"Facility and discrimination: {found} below {USUAL}"
    named = [f"{row.called} ({row.discriminates:.2f})" for row in _each(weak.head(MOST))]
    description = (
        f"Discrimination goes from {low['discriminates']:.2f} ({low['called']}) to "
        f"{high['discriminates']:.2f} ({high['called']}), and facility "
        f"from {rows['percent'].min():.0f}% to {rows['percent'].max():.0f}%."
        + (f" Below {USUAL}: {_listed(named)}." if named else "")
    )
    chart = _scatter(rows, rows.head(most)).properties(title=_title(title), description=description)
    left = len(items) - len(rows)
    missing = f" Left out for want of marks or of spread: {_number(left, 'item')}." if left else ""
    reading = f"{FACILITY} {DISCRIMINATION}{missing} {SMALL}"
    return Figure("difficulty", title, chart, _items_table(items), description, reading)


def _scatter(rows: "pd.DataFrame", named: "pd.DataFrame") -> Any:
    alt = themed_altair()
    bottom = min(-0.2, float(rows["discriminates"].min()) - 0.05)
    x = alt.X("percent:Q", title="facility (% of the item’s points)", scale=alt.Scale(domain=[0, 100]))
    domain = alt.Scale(domain=[bottom, 1], nice=False)
    y = alt.Y("discriminates:Q", title="discrimination (−1 to 1)", scale=domain, axis=alt.Axis(format=".1f"))
    usual = alt.Chart(alt.Data(values=[{}])).encode(y=alt.YDatum(USUAL))
    chart = usual.mark_rule(strokeDash=[5, 4], color=QUIET)
    weak = alt.condition(
        f"datum.discriminates < {USUAL}", *map(alt.value, (COLOURS["vermilion"], COLOURS["blue"]))
    )
    chart += alt.Chart(rows).mark_point(filled=True, size=90, opacity=1).encode(x=x, y=y, color=weak)
    for (align, dx, dy), group in _placed(named, rows, bottom).groupby(PLACE):
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


def _strong(missed: "pd.DataFrame") -> Figure | None:
    if missed.empty:
        return None
    within = "here" if missed["assignment"].nunique() == 1 else ""
    rows = missed.head(MOST)
    rows = rows.assign(
        called=[_label(item, within) for item in rows["item"]],
        strongest=_whole(rows["share"]),
        rest=_whole(rows["against"]),
    )
    first = rows.iloc[0]
    title = f"Missed by strong students: {first['strongest']:.0f}% of them missed {first['called']}"
    said = [
        f"{row.called} {row.missed} of {row.strong}"
        + ("" if row.rest != row.rest else f", others {row.rest:.0f}%")
        for row in _each(rows.head(FIRST))
    ]
    description = (
        "Of the strongest quarter, by all other marks of the assignment, so many earned less than half of an "
        f"item’s points: {'; '.join(said)}.{_more(len(missed))}"
    )
    reading = (
        "Look first where the two points are close, or where the strongest missed more than the others: "
        f"there the question may be unclear, or its key wrong. {SMALL}"
    )
    return Figure(
        "strong", title, _pairs(rows, title, description), _strong_table(missed), description, reading
    )


def _strong_table(missed: "pd.DataFrame") -> "pd.DataFrame":
    named = {
        "item": "item",
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
        called=[f"{mistake_name(row.slip, row.name)}, in {_label(row.item, 'here')}" for row in _each(rows)],
        whose=[share_of(int(row.students), int(row.of)) for row in _each(rows)],
    )


def _summed(found: "pd.DataFrame") -> "pd.DataFrame":
    """Say the same of each misconception over all items."""
    return found.assign(
        called=[mistake_name(row.slip, row.name) for row in _each(found)],
        whose=[f"{share_of(row.students, row.of)}, in {_number(row.items, 'item')}" for row in _each(found)],
    )


def _each(frame: "pd.DataFrame") -> Iterator[Any]:
    return frame.itertuples(index=False)


def _misconceptions(found: "pd.DataFrame") -> Figure | None:
    if found.empty:
        return None
    rows = found.assign(row=found["called"] + ": " + found["whose"], lost=found["points_lost"].round(2))
    top = rows.head(MOST)
    title = f"Points lost by misconception: most by “{top.iloc[0]['called']}”"
    said = [f"{row.row}, {row.lost:g} points" for row in _each(top.head(FIRST))]
    description = f"{'; '.join(said)}.{_more(len(rows))}"
    chart = charts.bars(
        top,
        "row",
        "lost",
        title=title,
        unit="points, all students together",
        value_title="lost",
        category_title="misconception",
        description=description,
    )
    named = {"called": "misconception", "whose": "recognised in", "lost": "points lost"}
    reading = (
        "A bar is what the answers that show a misconception earned less than their items are worth. An "
        "answer that shows two counts for both. Mistakes that no key knows are not seen here."
    )
    table = rows[list(named)].rename(columns=named)
    return Figure("misconceptions", title, chart, table, description, reading)


def _progress(progress: "pd.DataFrame") -> Figure | None:
    rows = progress.dropna(subset=["median"])
    if len(rows) < 2:
        return None
    rows = rows.assign(
        called=rows["assignment"].map(title_of),
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
        "those who stop handing in drop out of the numbers: a rise is not by itself learning."
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
    rows = rows.assign(called=rows["assignment"].map(title_of))
    slow, limits = rows.nlargest(1, "longest").iloc[0], int(time["limits"].sum())
    title = f"Running time: at most {slow['longest']:.0f} s, in {slow['called']}"
    description = (
        f"Half of the submissions of an assignment ran within {rows['median'].min():.1f} to "
        f"{rows['median'].max():.1f} s, 95 of 100 within {rows['p95'].min():.1f} to "
        f"{rows['p95'].max():.1f} s; the longest took {slow['longest']:.1f} s. "
        + (f"A limit cut {_number(limits, 'submission')} short." if limits else "None met a limit.")
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
        f"{when.capitalize()}, {_number(len(right), 'student')} had {right.min()} to {right.max()} of "
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
