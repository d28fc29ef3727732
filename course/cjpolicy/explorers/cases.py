"""Explorer of unit 10: what so many found, of so many cases, say about all."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from cjpolicy import catalogue, charts
from cjpolicy.errors import CourseError
from cjpolicy.explorers import dials
from cjpolicy.explorers.dials import Dropdown, Slider
from cjpolicy.explorers.view import RESET, Explorer, choose, folded
from cjpolicy.intervals import Z, cases_needed, exact, rule_of_three, wilson, worth

if TYPE_CHECKING:
    import altair as alt

OPTIONS = ("setting",)
MOST_FOUND = 100
SIZES = {str(size): f"{size:,}" for size in (10, 20, 50, 98, 200, 500, 1_000)}
TITLE = "Explorer: what can so many cases tell?"
HOW = (
    "Press a setting, or move a slider. Each line is a 95 per cent interval for the same count; the point is "
    "the share seen. The first three suppose that cases were drawn by chance, one by one."
)
ROWS = ("Wilson", "exact", "rule of three", "Wilson, in clusters")


@dataclass(frozen=True)
class Setting:
    """A count in a sample, how alike cases from one prison are, and a precision wanted.

    Attributes
    ----------
    found : int
        Cases found, from 0 to 100; where fewer were looked at, all of them.
    looked : str
        Cases looked at: a key of `SIZES`.
    alike : float
        How alike cases from one prison are, from 0 to 1.
    margin : float
        Percentage points, either side, to which a share of one half is wanted.
    """

    found: int
    looked: str
    alike: float
    margin: float

    def __post_init__(self) -> None:
        choose(self.looked, list(SIZES), "number of cases")
        if not 0 <= self.found <= MOST_FOUND:
            raise CourseError(f"found is {self.found}: give 0 to {MOST_FOUND} cases.")
        if not 0 <= self.alike <= 1:
            raise CourseError(f"alike is {self.alike}: give a number from 0 (not at all) to 1 (altogether).")
        if self.margin <= 0:
            raise CourseError(f"margin is {self.margin}: give more than 0 percentage points.")

    @property
    def size(self) -> int:
        """Cases looked at."""
        return int(self.looked)

    @property
    def count(self) -> int:
        """Cases found, no more than were looked at."""
        return min(self.found, self.size)


SLIDERS = {
    "found": Slider("Found (cases)", 0, MOST_FOUND),
    "alike": Slider("Alike within a prison (0 not at all; 1, not here, altogether)", 0, 0.5, 0.01),
    "margin": Slider("Margin wanted for a half (percentage points)", 1, 10, 0.5),
}
CONTROLS: dials.Controls = {
    "found": SLIDERS["found"],
    "looked": Dropdown("Looked at (cases)", SIZES),
    "alike": SLIDERS["alike"],
    "margin": SLIDERS["margin"],
}
BUTTONS = {"two": "2 of 98", "none": "None of 98", "many": "20 of 1,000", "alike": "2 of 98, a little alike"}


def prisons() -> int:
    """Return how many prisons the inspectors visited."""
    return int(catalogue.figure("ttg-9-prisons").value)


def settings() -> dict[str, Setting]:
    """Return the settings by name, with the figures of the documents in them.

    Examples
    --------
    >>> settings()["two"].found, settings()["two"].looked
    (2, '98')
    """
    looked = str(int(catalogue.figure("edm-98-cases").value))
    found = int(catalogue.figure("edm-2-accommodation").value)
    return {
        "two": Setting(found, looked, 0, 3),
        "none": Setting(int(catalogue.figure("ttg-employment-0").value), looked, 0, 3),
        "many": Setting(10 * found, "1000", 0, 3),
        "alike": Setting(found, looked, 0.1, 3),
    }


def spans(setting: Setting) -> dict[str, tuple[float, float]]:
    """Return by row of the chart the interval in it, in per cent.

    The rule of three speaks only where none was found; elsewhere its two ends are 0.

    Examples
    --------
    >>> [round(end, 1) for end in spans(settings()["alike"])["Wilson, in clusters"]]
    [0.4, 10.7]
    """
    found, looked = setting.count, setting.size
    cases = worth(looked, looked / prisons(), setting.alike)
    ceiling = 0.0 if found else rule_of_three(looked)
    all_rows = (
        wilson(found, looked),
        exact(found, looked),
        (0.0, ceiling),
        wilson(found / looked * cases, cases),
    )
    return dict(zip(ROWS, all_rows, strict=True))


def said(setting: Setting) -> dict[str, tuple[str, str]]:
    """Return by row of the table both ends in words: a dash where the recipe has nothing to say.

    Examples
    --------
    >>> said(settings()["two"])["rule of three"]
    ('–', '–')
    """
    return {
        row: ("–", "–") if row == "rule of three" and setting.count else (f"{low:.1f}", f"{high:.1f}")
        for row, (low, high) in spans(setting).items()
    }


def sentence(setting: Setting) -> str:
    """Return in words what a count says.

    Examples
    --------
    >>> sentence(settings()["two"]).split(". ")[0]
    '2 of 98 is 2.0%'
    """
    return " ".join(_lines(setting))


def _lines(setting: Setting) -> list[str]:
    found, looked = setting.count, setting.size
    said = {row: f"{low:.1f}% to {high:.1f}%" for row, (low, high) in spans(setting).items()}
    cases = worth(looked, looked / prisons(), setting.alike)
    three = "" if found else f" Rule of three: up to {rule_of_three(looked):.1f}%."
    return [
        f"{found} of {looked:,} is {100 * found / looked:.1f}%. "
        f"Wilson: {said['Wilson']}; exact: {said['exact']}.{three}",
        f"In {prisons()} prisons, alike to {setting.alike:.2f}, worth {cases:,.1f} separate cases: "
        f"Wilson {said['Wilson, in clusters']}.",
        f"To know a half to within {setting.margin:g} {'point' if setting.margin == 1 else 'points'}: "
        f"{cases_needed(setting.margin):,} cases, drawn one by one.",
    ]


def view(setting: str = "two") -> Explorer:
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
    page_id = dials.new_page_id()
    rows = "\n".join(
        f"{row}: only if none found" if low == "–" else f"{row}: {low}% to {high}%"
        for row, (low, high) in said(start).items()
    )
    text = f"{sentence(start)}\n{rows}"
    buttons = [asdict(each) for each in [*known.values(), start]]
    changes = dials.patch(CONTROLS, buttons, page_id, {"result": "result", **cells()})
    table = folded("The intervals as a table", _table(start, page_id))
    top = dials.head(page_id, TITLE, HOW, [*BUTTONS.values(), RESET], table)
    return dials.explorer(text, top, draw(start), changes)


def cells() -> dict[str, str]:
    """Return the numbers of the table, each with the browser's expression for it."""
    ends = {}
    for place in range(len(ROWS)):
        silent = f"{place} == {ROWS.index('rule of three')} && count"
        for end in ("low", "high"):
            ends[f"{end}-{place}"] = f"({silent} ? '–' : format({end}_{place}, '.1f'))"
    return ends


def _table(start: Setting, page_id: str) -> str:
    rows: list[tuple[str, Mapping[str, str]]] = [
        (row, dict(zip(("low", "high"), each, strict=True))) for row, each in said(start).items()
    ]
    headers = ("recipe", "lowest (%)", "highest (%)")
    caption = "95% intervals. The rule of three speaks only where none was found."
    return dials.table(page_id, headers, rows, cells(), caption)


WIDTH = 300


def draw(start: Setting) -> "alt.LayerChart":
    """Return the chart with its controls; the browser computes all but the exact interval, which it looks up.

    Parameters
    ----------
    start : Setting
        Where the controls are at first.

    Returns
    -------
    altair.LayerChart
    """
    alt = charts.themed_altair()

    blue = charts.COLOURS["blue"]
    places = range(len(ROWS))
    low = " : ".join(f"datum.place == {place} ? low_{place}" for place in places) + " : 0"
    data = alt.Data(values=[{"row": row, "place": place} for place, row in enumerate(ROWS)])
    base = alt.Chart(data).transform_calculate(low=low, high=low.replace("low_", "high_"), seen="seen")
    base = base.transform_calculate(
        said=f"datum.place == {ROWS.index('rule of three')} && count ? 'only if none found' : "
        "format(datum.low, '.1f') + '% to ' + format(datum.high, '.1f') + '%'"
    )
    axis = alt.Axis(grid=False, ticks=False, domain=False, labelPadding=10, labelLimit=170)
    base = base.encode(y=alt.Y("row:N", sort=list(ROWS), title=None, axis=axis))
    scale = alt.Scale(domain=[0, alt.expr("highest")], nice=False)

    def at(field: str) -> Any:
        return alt.X(f"{field}:Q", scale=scale, title="per cent of all such cases")

    tips = [alt.Tooltip("row:N", title="recipe"), alt.Tooltip("said:N", title="interval")]
    lines = base.mark_rule(strokeWidth=5, color=blue).encode(x=at("low"), x2="high:Q", tooltip=tips)
    points = (
        base.transform_filter(f"datum.place != {ROWS.index('rule of three')} || !count")
        .mark_point(filled=True, size=90, opacity=1, color=charts.INK)
        .encode(x=at("seen"))
    )
    words = base.mark_text(align="left", fontSize=12, color=charts.INK).encode(
        x=alt.value(WIDTH + 10), text="said:N"
    )
    return (
        alt.layer(lines, points, words)
        .add_params(*dials.params(CONTROLS, asdict(start)), *_expressions())
        .properties(
            title=alt.Title(alt.expr("title"), fontSize=12),
            width=WIDTH,
            height=150,
            # Room that does not change while labels move, so that the page stands still.
            autosize=alt.AutoSizeParams(type="none"),
            padding={"left": 110, "right": 110, "top": 72, "bottom": 48},
            description=(
                "Intervals for the same count by four recipes, as lines, with the share seen as a point. "
                f"At first: {sentence(start)} Three sliders and a list change it."
            ),
        )
    )


def _ends(share: str, looked: str) -> tuple[str, str]:
    """Return the browser's expressions for Wilson's interval."""
    square = repr(Z**2)
    middle = f"{share} + {square} / (2 * {looked})"
    reach = f"{Z} * sqrt({share} * (1 - {share}) / {looked} + {square} / (4 * pow({looked}, 2)))"
    whole = f"(1 + {square} / {looked})"
    return (
        f"max(0, 100 * ({middle} - {reach}) / {whole})",
        f"min(100, 100 * ({middle} + {reach}) / {whole})",
    )


@cache
def _exact_ends() -> dict[str, list[list[float]]]:
    """Return by size, and number found, the exact interval: the browser has no way to work it out."""
    return {
        size: [list(exact(found, int(size))) for found in range(min(MOST_FOUND, int(size)) + 1)]
        for size in SIZES
    }


def _expressions() -> list["alt.Parameter"]:
    """Return what the browser computes from the controls: ends of intervals, the sentence and the title."""
    alt = charts.themed_altair()

    written = {
        "size": "toNumber(looked)",
        "count": "min(found, size)",
        "share": "count / size",
        "seen": "100 * share",
        "cases": f"size / (1 + (size / {prisons()} - 1) * alike)",
    }
    written["low_0"], written["high_0"] = _ends("share", "size")
    written["low_1"], written["high_1"] = "exact[looked][count][0]", "exact[looked][count][1]"
    written["low_2"], written["high_2"] = "0", "count ? 0 : 300 / size"
    written["low_3"], written["high_3"] = _ends("share", "cases")
    written["longest"] = "max(max(high_0, high_1), max(high_2, high_3))"
    # Few steps, so that intervals can be compared from one setting to the next.
    written["highest"] = "longest < 14 ? 15 : longest < 48 ? 50 : 100"

    def to(place: int) -> str:
        return f"format(low_{place}, '.1f') + '% to ' + format(high_{place}, '.1f') + '%'"

    written["first"] = (
        f"count + ' of ' + format(size, ',') + ' is ' + format(seen, '.1f') + '%. Wilson: ' + {to(0)} + "
        f"'; exact: ' + {to(1)} + '.' + "
        "(count ? '' : ' Rule of three: up to ' + format(high_2, '.1f') + '%.')"
    )
    written["second"] = (
        f"'In {prisons()} prisons, alike to ' + format(alike, '.2f') + ', worth ' + format(cases, ',.1f') + "
        f"' separate cases: Wilson ' + {to(3)} + '.'"
    )
    written["third"] = (
        "'To know a half to within ' + margin + (margin == 1 ? ' point: ' : ' points: ') + "
        f"format(ceil({Z**2!r} * 2500 / pow(margin, 2) - 1e-9), ',') + ' cases, drawn one by one.'"
    )
    written["result"] = "first + ' ' + second + ' ' + third"
    written["title"] = "[first, second, third]"
    return [
        alt.param(name="exact", value=_exact_ends()),
        *(alt.param(name=name, expr=expression) for name, expression in written.items()),
    ]
