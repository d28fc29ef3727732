"""Explorer of unit 09: a risk and a time make a share, and printed rates stand beside it."""

from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass
from math import floor
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from cjpolicy import catalogue, charts
from cjpolicy.errors import CourseError
from cjpolicy.explorers import dials
from cjpolicy.explorers.dials import Dropdown, Slider
from cjpolicy.explorers.view import RESET, Explorer, choose, folded

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

OPTIONS = ("setting",)
LONGEST = 14
STATED = "stated"
# By which rates are laid on the curve: how the list offers them.
KINDS = {
    "sexual": "sexual reoffending",
    "any": "any reoffending",
    "serious": "serious reoffending",
    STATED: "every rate with its follow-up stated",
    "not stated": "the rates without a follow-up",
}
# The rates named on the chart; the others stand close together, and are named in the table.
NAMED = ("study-any", "study-sexual", "year-after-sentence", "mappa-serious")
TITLE = "Explorer: how long were they followed?"
HOW = (
    "Press a setting, or move a slider. The curve is an illustration: one risk for everybody. The diamonds "
    "are printed rates. A triangle is a bound: the rate lies below it."
)


@dataclass(frozen=True)
class Setting:
    """A risk, a length of follow-up, and the printed rates to lay beside them.

    Attributes
    ----------
    first : float
        Per cent of the people still clear who reoffend in the first year.
    kept : float
        Each year's risk, in per cent of the year before's; 100 is a steady risk.
    window : float
        Years of follow-up, from 0 to 14.
    kind : str
        A key of `KINDS`.
    """

    first: float
    kept: float
    window: float
    kind: str

    def __post_init__(self) -> None:
        for name in ("first", "kept"):
            if not 0 <= getattr(self, name) <= 100:
                raise CourseError(f"{name} is {getattr(self, name)}: give a number from 0 to 100 per cent.")
        if not 0 <= self.window <= LONGEST:
            raise CourseError(f"window is {self.window}: give 0 to {LONGEST} years.")
        choose(self.kind, list(KINDS), "kind")


SLIDERS = {
    "first": Slider("Risk in the first year (% of those still clear)", 0, 30, 0.05),
    "kept": Slider("Each year’s risk, as % of the year before’s", 50, 100),
    "window": Slider("Followed for (years)", 0, LONGEST, 0.1),
}
CONTROLS: dials.Controls = {**SLIDERS, "kind": Dropdown("Printed rates of", KINDS)}
BUTTONS = {
    "newspaper": "13.2% in every year",
    "evaluation": "0.95% in every year",
    "falling": "13.2%, then less and less",
    "bound": "0.6% in every year",
    "unknown": "No follow-up stated",
}


def settings() -> dict[str, Setting]:
    """Return the settings by name, with the figures of the documents in them.

    Examples
    --------
    >>> settings()["newspaper"].first
    13.2
    """
    year, years = float(catalogue.figure("mail-13-2")), float(catalogue.figure("sotp-followup-8-2"))
    serious = float(catalogue.figure("mappa-0-6-s26"))
    # The yearly risk that, steady, gives the evaluation's share in its time.
    steady = 100 * (1 - (1 - float(catalogue.figure("sotp-sexual-reoffending-7-5")) / 100) ** (1 / years))
    return {
        "newspaper": Setting(year, 100, years, "sexual"),
        "evaluation": Setting(round(steady, 2), 100, years, "sexual"),
        "falling": Setting(year, 74, years, STATED),
        "bound": Setting(serious, 100, years, "serious"),
        "unknown": Setting(year, 100, years, "not stated"),
    }


def share(setting: Setting, years: float) -> float:
    """Return the per cent who have reoffended within some years.

    Within a year the risk is spread evenly over those still clear, so that half a year twice is a year.

    Parameters
    ----------
    setting : Setting
    years : float
        From 0 to 14.

    Examples
    --------
    >>> round(share(Setting(20, 100, 1, "any"), 2), 1), round(share(Setting(20, 50, 1, "any"), 2), 1)
    (36.0, 28.0)
    """
    clear = 1.0
    for year in range(floor(years)):
        clear *= 1 - _risk(setting, year)
    return 100 * (1 - clear * (1 - _risk(setting, floor(years))) ** (years - floor(years)))


def _risk(setting: Setting, year: int) -> float:
    """Return the risk in a year, the first being year 0, as a share of one."""
    return float(setting.first / 100 * (setting.kept / 100) ** year)


def printed(kind: str | None = None) -> "pd.DataFrame":
    """Return the printed rates of a kind, or all that are printed as per cent.

    Parameters
    ----------
    kind : str, optional
        A key of `KINDS`.

    Returns
    -------
    pandas.DataFrame
        Rows of the dataset "reoffending_rates".

    Examples
    --------
    >>> printed("serious")["rate_id"].tolist()
    ['mappa-serious']
    """
    rates = catalogue.load("reoffending_rates")
    rates = rates[rates["percent"].notna()]
    if kind is None:
        return rates
    if kind == STATED:
        return rates[rates["years"].notna()]
    return rates[rates["kind_of_event"] == kind]


def sentence(setting: Setting) -> str:
    """Return in words what share a setting leads to, and what is printed beside it.

    Examples
    --------
    >>> sentence(settings()["newspaper"])
    'Suppose 13.2% in every year: 68.7% would reoffend within 8.2 years. Printed: 7.5% ...'
    """
    steady = setting.kept == 100
    later = "in every year" if steady else f"in the first year, each year {setting.kept:g}% of the last"
    return (
        f"Suppose {setting.first:g}% {later}: {share(setting, setting.window):.1f}% would reoffend within "
        f"{_in_years(setting.window)}. {beside(setting.kind)}"
    )


def beside(kind: str) -> str:
    """Return in words what is printed of a kind.

    Examples
    --------
    >>> beside("any")
    'Printed: 38.3% within 8.2 years.'
    """
    rows = printed(kind)
    if rows["years"].isna().all():
        listed = ", ".join(_as_printed(row) for row in rows.to_dict("records"))
        return f"Printed with no follow-up: {listed}. Each is a line: it fits any number of years."
    rows = rows[rows["rate_id"].isin(NAMED)]
    said = []
    for row in rows.to_dict("records"):
        of_kind = f" ({row['kind_of_event']})" if kind == STATED else ""
        said.append(f"{_as_printed(row)}{of_kind} within {_in_years(row['years'])}")
    return f"Printed: {'; '.join(said)}."


def _in_years(years: float) -> str:
    return "1 year" if years == 1 else f"{years:g} years"


def _as_printed(row: Mapping[Hashable, Any]) -> str:
    return f"{row['qualifier']} {row['percent']:g}%".strip()


def view(setting: str = "newspaper") -> Explorer:
    """Return the explorer at one of the settings; its sliders, list and buttons work without a kernel.

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
    text = f"{sentence(start)}\n{_as_text(start)}"
    buttons = [asdict(each) for each in [*known.values(), start]]
    changes = dials.patch(CONTROLS, buttons, page_id, {"result": "result", **cells()})
    for place, words in MAY_BE_EMPTY.items():
        changes.append({"op": "add", "path": f"/marks/{place}/description", "value": words})
    table = folded("Every printed rate as a table, with the curve at its time", _table(start, page_id))
    top = dials.head(page_id, TITLE, HOW, [*BUTTONS.values(), RESET], table)
    return dials.explorer(text, top, draw(start), changes)


def _as_text(start: Setting) -> str:
    rows = printed(start.kind)
    return "\n".join(
        f"{_as_printed(row)} ({row['rate_id']}), "
        + ("no follow-up stated" if row["years"] != row["years"] else f"followed for {row['years']:g}")
        for row in rows.to_dict("records")
    )


def reached(years: str) -> str:
    """Return the browser's expression for `share` at a time, which is an expression too.

    Examples
    --------
    >>> reached("1").startswith("100 * (1 - clear[floor(1)]")
    True
    """
    risk = f"first / 100 * pow(kept / 100, floor({years}))"
    return f"100 * (1 - clear[floor({years})] * pow(1 - {risk}, {years} - floor({years})))"


def cells() -> dict[str, str]:
    """Return the numbers of the table that the sliders move: for each rate with a follow-up, the curve's."""
    return {
        f"at-{row}": f"format({reached(format(years, 'g'))}, '.1f')"
        for row, years in enumerate(printed()["years"])
        if years == years
    }


def _table(start: Setting, page_id: str) -> str:
    """Return the printed rates, each with the curve's share at its time in an element that follows it."""
    rows = []
    for row in printed().to_dict("records"):
        if row["years"] != row["years"]:
            years, at = "not stated", "cannot be put on a clock"
        else:
            years, at = f"{row['years']:g}", f"{share(start, row['years']):.1f}"
        texts = {"event": row["event"], "years": years, "printed": _as_printed(row), "at": at}
        rows.append((row["who"], texts))
    headers = ("who is counted", "the event", "years", "printed", "the curve then (%)")
    return dials.table(page_id, headers, rows, cells(), "The printed rates of reoffending")


def draw(start: Setting) -> "alt.LayerChart":
    """Return the chart with its controls; the curve is computed in the browser from their values.

    Parameters
    ----------
    start : Setting
        Where the controls are at first.

    Returns
    -------
    altair.LayerChart
    """
    alt = charts.themed_altair()

    chart = alt.layer(*_curve(), *_lines(), *_points())
    return chart.add_params(*dials.params(CONTROLS, asdict(start)), *_expressions()).properties(
        title=alt.Title(alt.expr("title"), fontSize=13),
        width=WIDTH,
        height=280,
        # Room that does not change while labels move, so that the page stands still.
        autosize=alt.AutoSizeParams(type="none"),
        padding={"left": 62, "right": 92, "top": 86, "bottom": 52},
        description=_description(start),
    )


def _curve() -> list["alt.Chart"]:
    """Return the curve, and where it stands at the end of the follow-up."""
    alt = charts.themed_altair()

    blue, x = charts.COLOURS["blue"], _years_axis()
    # Whole years stay whole: tenths divided by ten do, sums of 0.1 do not.
    tenths = alt.Data(values=[{"tenths": tenth} for tenth in range(10 * LONGEST + 1)])
    curve = alt.Chart(tenths).transform_calculate(years="datum.tenths / 10")
    curve = curve.transform_calculate(share=reached("datum.years"))
    now = alt.Chart(alt.Data(values=[{}])).transform_calculate(
        years="window", share=reached("window"), foot="0", said=f"format({reached('window')}, '.1f') + '%'"
    )
    # Beside the axis there is no room on the left.
    places = {"align": "'left' : 'right'", "dx": "10 : -9", "dy": "24 : -9"}
    beside_axis: dict[str, Any] = {
        name: alt.expr(f"window < 2 ? {either}") for name, either in places.items()
    }
    return [
        curve.mark_line(color=blue).encode(x=x, y=_share_axis("share")),
        now.mark_rule(strokeDash=[5, 4], color=blue, strokeWidth=1.5).encode(
            x=x, y=_share_axis("foot"), y2="share:Q"
        ),
        now.mark_point(filled=True, size=110, opacity=1, color=blue).encode(x=x, y=_share_axis("share")),
        now.mark_text(color=blue, fontWeight="bold", **beside_axis).encode(
            x=x, y=_share_axis("share"), text="said:N"
        ),
    ]


def _lines() -> list["alt.Chart"]:
    """Return the printed rates of the chosen kind that have no follow-up: each a line across."""
    alt = charts.themed_altair()

    orange = charts.COLOURS["vermilion"]
    across = _chosen().transform_filter("!isValid(datum.years)")
    named = across.transform_calculate(beside="datum.percent + datum.nudge * highest / 100")
    return [
        across.mark_rule(strokeDash=[2, 3], strokeWidth=2, color=orange).encode(y=_share_axis("percent")),
        named.mark_text(align="left", dx=6, color=orange).encode(
            y=_share_axis("beside"), x=alt.value(WIDTH), text="name:N"
        ),
    ]


def _points() -> list["alt.Chart"]:
    """Return the printed rates of the chosen kind at their time; a bound points down."""
    alt = charts.themed_altair()

    orange, x, y = charts.COLOURS["vermilion"], _years_axis(), _share_axis("percent")
    placed = _chosen().transform_filter("isValid(datum.years)")
    named = placed.transform_filter("datum.named")
    lower = alt.expr("datum.bound && highest > 20 ? -8 : 9")
    return [
        placed.mark_point(filled=True, opacity=1, color=orange, stroke="white", strokeWidth=0.7).encode(
            x=x,
            y=y,
            shape=alt.condition("datum.bound", alt.value("triangle-down"), alt.value("diamond")),
            size=alt.condition("datum.named", alt.value(150), alt.value(60)),
        ),
        named.mark_text(align="left", dx=10, dy=lower, color=orange).encode(x=x, y=y, text="name:N"),
    ]


def _chosen() -> "alt.Chart":
    """Return the printed rates of the kind that is chosen in the list."""
    alt = charts.themed_altair()

    rates = alt.Chart(alt.Data(values=_data())).transform_filter(
        f"kind == '{STATED}' ? isValid(datum.years) : datum.kind == kind"
    )
    titles = {"name": "printed", "who": "who", "event": "event"}
    return rates.encode(tooltip=[alt.Tooltip(f"{name}:N", title=title) for name, title in titles.items()])


# The layers that may be empty, by their place: such a one is read out by the name that it is given here.
MAY_BE_EMPTY = {4: "printed rates with no follow-up", 6: "printed rates with their follow-up"}


WIDTH = 440
# How far the names of lines that lie close are moved apart, in per cent of the axis.
NUDGES = {"medicated": -2, "course-takers": -0.5, "general-13": 1.5, "general-19": 1}


def _years_axis() -> "alt.X":
    alt = charts.themed_altair()

    scale = alt.Scale(domain=[0, LONGEST], nice=False)
    return alt.X("years:Q", scale=scale, title="years followed", axis=alt.Axis(tickCount=7))


def _share_axis(field: str) -> "alt.Y":
    alt = charts.themed_altair()

    # Given whole, or an empty layer would leave nothing to work it out from.
    scale = alt.Scale(domain=[0, alt.expr("highest")], nice=False)
    return alt.Y(f"{field}:Q", scale=scale, title="per cent who have reoffended")


def _data() -> list[dict[str, Any]]:
    """Return the printed rates as the chart draws them; a missing follow-up is null."""
    return [
        {
            "name": _as_printed(row),
            "who": row["who"],
            "event": row["event"],
            "kind": row["kind_of_event"],
            "years": None if row["years"] != row["years"] else row["years"],
            "percent": row["percent"],
            "bound": row["qualifier"] == "under",
            "named": row["rate_id"] in NAMED,
            "nudge": NUDGES.get(row["rate_id"], 0),
        }
        for row in printed().to_dict("records")
    ]


def _expressions() -> list["alt.Parameter"]:
    """Return what the browser computes from the controls: `share` year by year, and `sentence`."""
    alt = charts.themed_altair()

    written = {"clear_0": "1"}
    for year in range(LONGEST):
        written[f"clear_{year + 1}"] = f"clear_{year} * (1 - first / 100 * pow(kept / 100, {year}))"
    written["clear"] = f"[{', '.join(f'clear_{year}' for year in range(LONGEST + 1))}]"
    top = {kind: float(printed(kind)["percent"].max()) for kind in KINDS}
    written["top"] = f"{top}[kind]"
    written["highest"] = f"max(5, min(100, 5 * ceil(1.15 * max(top, 100 * (1 - clear_{LONGEST})) / 5)))"
    written["at_risk"] = (
        "'Suppose ' + first + '% ' + (kept == 100 ? 'in every year:' : "
        "'in the first year, each year ' + kept + '% of the last:')"
    )
    written["reoffend"] = (
        f"format({reached('window')}, '.1f') + '% would reoffend within ' + window + "
        "(window == 1 ? ' year.' : ' years.')"
    )
    said = {kind: beside(kind) for kind in KINDS}
    lines = {kind: "|".join(wrap(words, 72)) for kind, words in said.items()}
    written["result"] = f"at_risk + ' ' + reoffend + ' ' + {said}[kind]"
    written["title"] = f"split(at_risk + (kept == 100 ? ' ' : '|') + reoffend + '|' + {lines}[kind], '|')"
    return [alt.param(name=name, expr=expression) for name, expression in written.items()]


def _description(start: Setting) -> str:
    return (
        "Illustration: a curve of the per cent who have reoffended by years followed, beside printed rates. "
        f"At first: {sentence(start)} Three sliders and a list change it."
    )
