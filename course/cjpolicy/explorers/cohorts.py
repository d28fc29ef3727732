"""Explorer of unit 07: three cohorts of a programme side by side, with months, rounding and chance."""

from dataclasses import asdict, dataclass
from functools import cache
from math import exp, floor, isnan, log, nan, sqrt
from typing import TYPE_CHECKING

from cjpolicy import catalogue, charts
from cjpolicy.errors import CourseError
from cjpolicy.explorers import dials
from cjpolicy.explorers.dials import Dropdown, Slider
from cjpolicy.explorers.view import RESET, Explorer, choose, folded

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

OPTIONS = ("setting",)
GROUPS = ("programme areas", "comparison areas")
HALF = 0.5
SURE = 1.96
MOST = 5_000
SHOWS = {
    "printed": "falls as printed",
    "yearly": "falls in one year, if steady",
    "beside": "how far below the comparison",
}
ENDS = {"between": "28, 22 and 11", "both": "29, 23 and 12, both ends in"}
NUMBERS = {
    "value": "shown",
    "low": "rounding, from",
    "high": "rounding, to",
    "least": "would fit, from",
    "most": "would fit, to",
}
CONTROLS: dials.Controls = {
    "show": Dropdown("Show", SHOWS),
    "ends": Dropdown("Months from start to end", ENDS),
    "offences": Slider(
        "Suppose so many offences in each group at the start (0: suppose nothing)", 0, MOST, 100
    ),
}


@dataclass(frozen=True)
class Setting:
    """What to show of the cohorts.

    Attributes
    ----------
    show : str
        A key of `SHOWS`.
    ends : str
        A key of `ENDS`: how the months of a period are counted.
    offences : int
        Supposed offences in each group at the start; 0 to suppose nothing.
    """

    show: str = "printed"
    ends: str = "between"
    offences: int = 0

    def __post_init__(self) -> None:
        choose(self.show, list(SHOWS), "quantity")
        choose(self.ends, list(ENDS), "way of counting months")
        if not 0 <= self.offences <= MOST:
            raise CourseError(f"offences is {self.offences}: give a number from 0 to {MOST:,}.")


SETTINGS = {
    "printed": Setting(),
    "one clock": Setting("yearly"),
    "whole months": Setting("yearly", "both"),
    "beside": Setting("beside"),
    "with counts": Setting("beside", offences=1_000),
}
BUTTONS = {
    "printed": "As printed",
    "one clock": "On one clock",
    "whole months": "On one clock, both ends counted",
    "beside": "Beside the comparison areas",
    "with counts": "If there were 1,000 offences",
}


@dataclass(frozen=True)
class Cohort:
    """Areas that joined in one month, and those they are compared with: falls in per cent, over `months`."""

    name: str
    months: int
    fall: float
    comparison: float


def cohorts() -> list[Cohort]:
    """Return the cohorts that the plan prints, the months counted from the first to the last.

    Examples
    --------
    >>> [(cohort.name, cohort.months) for cohort in cohorts()]
    [('November 2004', 28), ('May 2005', 22), ('April 2006', 11)]
    """
    table = catalogue.load("programme_cohorts")
    found = []
    for name in dict.fromkeys(table["cohort"]):
        rows = table[table["cohort"] == name].set_index("group")
        falls = [float(rows.loc[group, "fall"]) for group in GROUPS]
        first = rows.iloc[0]
        found.append(Cohort(name, months_between(first["start"], first["end"]), *falls))
    return found


def months_between(start: str, end: str) -> int:
    """Return the months from one to another, each written as "2004-11".

    Examples
    --------
    >>> months_between("2004-11", "2007-03")
    28
    """
    first, last = (12 * int(when[:4]) + int(when[5:]) for when in (start, end))
    return last - first


def per_year(fall: float, months: int) -> float:
    """Return the fall in a year, in per cent, of a fall that took the same share every month.

    Examples
    --------
    >>> round(per_year(75, 24), 6)
    50.0
    """
    return float(100 * (1 - (1 - fall / 100) ** (12 / months)))


def below(fall: float, comparison: float) -> float:
    """Return how far below the comparison areas a group ends, in per cent; both start at the same level.

    Examples
    --------
    >>> below(60, 20)
    50.0
    """
    return 100 * (1 - (100 - fall) / (100 - comparison))


def chance(cohort: Cohort, offences: int) -> tuple[float, float]:
    """Return how far below its comparison areas a cohort may truly end, in per cent, by what chance does.

    Parameters
    ----------
    cohort : Cohort
    offences : int
        In each group at the start, more than 0, coming one by one.

    Returns
    -------
    tuple of float
        The ends of a 95 per cent interval for the ratio of what was left, by its logarithm.
    """
    left, compared = 1 - cohort.fall / 100, 1 - cohort.comparison / 100
    error = sqrt((2 + 1 / left + 1 / compared) / offences)
    ratio = log(left / compared)
    return 100 * (1 - exp(ratio + SURE * error)), 100 * (1 - exp(ratio - SURE * error))


def table(setting: Setting) -> "pd.DataFrame":
    """Return what a setting shows of each cohort.

    Returns
    -------
    pandas.DataFrame
        A row for each cohort and group (for "beside", each cohort); columns `cohort`, `group`, `months`,
        `value`, `low` and `high` (what rounding allows), `least` and `most` (true figures that would fit;
        missing where no offences are supposed). All in per cent.

    Examples
    --------
    >>> table(Setting())["value"].tolist()
    [21.0, 15.0, 18.0, 1.0, 15.0, 0.0]
    """
    import pandas as pd

    rows = []
    for cohort in cohorts():
        months = cohort.months + (setting.ends == "both")
        if setting.show == "beside":
            values = [below(cohort.fall, cohort.comparison)]
            values += [below(cohort.fall + half, cohort.comparison - half) for half in (-HALF, HALF)]
            rows.append((cohort.name, GROUPS[0], months, *values, *_chance(cohort, setting)))
            continue
        for group, fall in zip(GROUPS, (cohort.fall, cohort.comparison), strict=True):
            values = [fall, fall - HALF, fall + HALF]
            if setting.show == "yearly":
                values = [per_year(value, months) for value in values]
            rows.append((cohort.name, group, months, *values, None, None))
    columns = ["cohort", "group", "months", "value", "low", "high", "least", "most"]
    return pd.DataFrame(rows, columns=columns).astype({"least": float, "most": float})


def _chance(cohort: Cohort, setting: Setting) -> tuple[float | None, float | None]:
    return chance(cohort, setting.offences) if setting.offences else (None, None)


def sentence(setting: Setting) -> str:
    """Return what a setting shows, in words.

    Examples
    --------
    >>> sentence(Setting("beside"))
    'Programme areas end below their comparison areas by: November 2004 7.1%, May 2005 17.2%, April 2006 15%.'
    """
    said = []
    for _, rows in table(setting).groupby("cohort", sort=False):
        first = rows.iloc[0]
        if setting.show != "beside":
            said.append(
                f"{first['cohort']} {_percent(first['value'])} against {_percent(rows.iloc[1]['value'])}"
            )
            continue
        words = f"{first['cohort']} {_percent(first['value'])}"
        if setting.offences:
            words += f" (would fit: {_percent(first['least'])} to {_percent(first['most'])})"
        said.append(words)
    return f"{HEADINGS[setting.show]}: {', '.join(said)}."


HEADINGS = {
    "printed": "Fall, programme against comparison areas",
    "yearly": "Fall in one year if steady, programme against comparison areas",
    "beside": "Programme areas end below their comparison areas by",
}


def _percent(value: float) -> str:
    size = floor(10 * abs(value) + 0.5) / 10
    return f"{'−' if value < 0 and size else ''}{size:g}%"


def view(setting: str = "printed") -> Explorer:
    """Return the explorer at one of the settings; its controls work without a kernel.

    Parameters
    ----------
    setting : str
        A name from `SETTINGS`.

    Returns
    -------
    Explorer

    Raises
    ------
    UnknownName
        If there is no such setting.
    """
    start = SETTINGS[choose(setting, list(SETTINGS), "setting")]
    page_id = dials.new_page_id()
    shown = table(start).drop(columns=["least", "most"])
    text = f"{sentence(start)}\n{shown.to_string(index=False, float_format='{:.1f}'.format)}"
    buttons = [asdict(each) for each in [*SETTINGS.values(), start]]
    changes = dials.patch(CONTROLS, buttons, page_id, {"result": "result", **cells()})
    return dials.explorer(text, _head(page_id, start), draw(start), changes)


def draw(start: Setting) -> "alt.LayerChart":
    """Return the chart with its controls; every number is computed in the browser from their values.

    Parameters
    ----------
    start : Setting
        Where the controls are at first.

    Returns
    -------
    altair.LayerChart
    """
    alt = charts.themed_altair()

    base = _rows()
    orange, blue = charts.COLOURS["vermilion"], charts.COLOURS["blue"]
    scale = alt.Scale(domain=list(GROUPS), range=[orange, blue])
    colour = alt.Color("group:N", scale=scale, legend=None)
    shape = alt.Shape(
        "group:N", scale=alt.Scale(domain=list(GROUPS), range=["circle", "diamond"]), legend=None
    )
    layers = []
    for place, group in enumerate(GROUPS):
        rows = base.transform_filter(f"datum.group == '{group}' && (show != 'beside' || {place} == 0)")
        at = {name: _along(name) for name in ("value", "low", "least", "right")}
        offset = {"yOffset": alt.expr(f"show == 'beside' ? 0 : {24 * place - 12}")}
        layers += [
            rows.mark_rule(strokeWidth=1.5, color=charts.QUIET, aria=False, **offset).encode(
                x=at["least"], x2="most:Q"
            ),
            rows.mark_rule(strokeWidth=7, opacity=0.45, aria=False, **offset).encode(
                x=at["low"], x2="high:Q", color=colour
            ),
            rows.mark_point(filled=True, size=90, opacity=1, **offset).encode(
                x=at["value"], color=colour, shape=shape, description="said:N"
            ),
            rows.mark_text(align="left", dx=10, aria=False, **offset).encode(x=at["right"], text="label:N"),
        ]
    zero = alt.Chart(alt.Data(values=[{}])).mark_rule(color=charts.LINE, aria=False).encode(x=alt.datum(0))
    return (
        alt.layer(zero, *layers)
        .add_params(*dials.params(CONTROLS, asdict(start)), *_expressions())
        .properties(
            title=alt.Title(
                alt.expr("heading"),
                subtitle=[
                    "Circles: programme areas. Diamonds: comparison areas.",
                    "Bars: rounding. Thin lines: which true figures would fit (95%).",
                ],
            ),
            width=330,
            height=210,
            # Room that does not change while labels move, so that the page stands still.
            autosize=alt.AutoSizeParams(type="none"),
            padding={"left": 112, "right": 140, "top": 88, "bottom": 52},
            description=f"Three cohorts of a programme. At first: {sentence(start)} "
            "Two lists and a slider change it.",
        )
    )


def _rows() -> "alt.Chart":
    """Return a row for each cohort and group, with what the browser computes for it."""
    alt = charts.themed_altair()

    found = cohorts()
    rows = [
        {"cohort": each.name, "months": each.months, "group": group, "fall": fall, "other": each.comparison}
        for each in found
        for group, fall in zip(GROUPS, (each.fall, each.comparison), strict=True)
    ]
    data = alt.Chart(alt.Data(values=rows)).transform_calculate(
        value=_value("datum.fall", "datum.other"),
        low=_value(f"(datum.fall - {HALF})", f"(datum.other + {HALF})"),
        high=_value(f"(datum.fall + {HALF})", f"(datum.other - {HALF})"),
        wide="show == 'beside' && offences > 0",
        # A line of no length where there is none to draw: Vega warns of a layer without rows.
        least=f"datum.wide ? {_bound('datum.fall', 'datum.other', 1)} : datum.value",
        most=f"datum.wide ? {_bound('datum.fall', 'datum.other', -1)} : datum.value",
        right="datum.wide ? max(datum.high, datum.most) : datum.high",
        label=f"{_written('datum.value')} + '  (' + (datum.wide ? {_written('datum.least')} + ' to '"
        f" + {_written('datum.most')} : {_written('datum.low')} + ' to ' + {_written('datum.high')}) + ')'",
        said="datum.cohort + ', ' + datum.group + ': ' + datum.label",
    )
    axis = alt.Axis(grid=False, ticks=False, domain=False, labelPadding=12)
    return data.encode(
        y=alt.Y(
            "cohort:N", sort=None, title=None, axis=axis, scale=alt.Scale(domain=[c.name for c in found])
        ),
        tooltip=[
            alt.Tooltip("cohort:N", title="cohort"),
            alt.Tooltip("group:N", title="group"),
            alt.Tooltip("value:Q", title="per cent", format=".1f"),
        ],
    )


def _value(fall: str, other: str) -> str:
    """Return the expression for what is shown, from a fall, its months and the fall it is compared with."""
    months = "(datum.months + (ends == 'both' ? 1 : 0))"
    return (
        f"show == 'printed' ? {fall} : show == 'yearly' ? 100 * (1 - pow(1 - {fall} / 100, 12 / {months}))"
        f" : 100 * (1 - (100 - {fall}) / (100 - {other}))"
    )


def _bound(fall: str, other: str, side: int) -> str:
    """Return the expression for the least (1) or the most (-1) that would fit."""
    left, compared = f"(1 - {fall} / 100)", f"(1 - {other} / 100)"
    error = f"sqrt((2 + 1 / {left} + 1 / {compared}) / max(1, offences))"
    return f"100 * (1 - exp(log({left} / {compared}) + {side * SURE} * {error}))"


def _written(value: str) -> str:
    """Return the expression for a number of per cent in words, as `_percent` writes it."""
    size = f"floor(10 * abs({value}) + 0.5) / 10"
    return f"(({value} < 0 && {size} > 0 ? '−' : '') + format({size}, '.1~f') + '%')"


def _along(field: str) -> "alt.X":
    alt = charts.themed_altair()

    wide = "show == 'beside' && offences > 0"
    scale = alt.Scale(
        domainMin=alt.expr(f"{wide} ? -45 : -2"),
        domainMax=alt.expr(f"{wide} ? 45 : 25"),
        nice=False,
        zero=False,
    )
    return alt.X(f"{field}:Q", scale=scale, title="per cent (a fall counts upwards)")


def _expressions() -> list["alt.Parameter"]:
    """Return what the browser computes from the controls: `sentence`, and the titles."""
    alt = charts.themed_altair()

    headings = " : ".join(f"show == '{key}' ? '{said}'" for key, said in HEADINGS.items()) + " : ''"
    written = {"heading": headings}
    said = []
    for each in cohorts():
        value, other = (_cell(each, "value", group) for group in GROUPS)
        ends = " + ' to ' + ".join(_written(_cell(each, name)) for name in ("least", "most"))
        said.append(
            f"'{each.name} ' + {_written(value)} + (show != 'beside' ? ' against ' + {_written(other)}"
            f" : offences > 0 ? ' (would fit: ' + {ends} + ')' : '')"
        )
    written["result"] = "heading + ': ' + " + " + ', ' + ".join(said) + " + '.'"
    return [alt.param(name=name, expr=expression) for name, expression in written.items()]


def _cell(cohort: Cohort, name: str, group: str = GROUPS[0]) -> str:
    """Return the expression for one number of the table, with the cohort's own numbers put in."""
    fall = cohort.fall if group == GROUPS[0] else cohort.comparison
    other = cohort.comparison
    written = {
        "value": _value(f"{fall}", f"{other}"),
        "low": _value(f"{fall - HALF}", f"{other + HALF}"),
        "high": _value(f"{fall + HALF}", f"{other - HALF}"),
        "least": _bound(f"{fall}", f"{other}", 1),
        "most": _bound(f"{fall}", f"{other}", -1),
    }
    return f"({written[name].replace('datum.months', str(cohort.months))})"


@cache
def cells() -> dict[str, str]:
    """Return the numbers of the page's table, as the browser computes them."""
    found = {}
    for number, cohort in enumerate(cohorts()):
        first = len(GROUPS) * number
        for row, group in enumerate(GROUPS, start=first):
            shown = "" if row == first else "show == 'beside' ? '' : "
            for name in ("value", "low", "high"):
                found[f"{name}-{row}"] = f"{shown}{_written(_cell(cohort, name, group))}"
        for name in ("least", "most"):
            shown = f"show == 'beside' && offences > 0 ? {_written(_cell(cohort, name))} : ''"
            found[f"{name}-{first}"] = shown
    return found


def _head(page_id: str, start: Setting) -> str:
    return dials.head(
        page_id,
        "Explorer: three cohorts side by side",
        "Press a setting, or change what is shown. The falls are the plan’s. A steady fall and any number of "
        "offences are suppositions.",
        [*BUTTONS.values(), RESET],
        folded("The numbers as a table", _table(page_id, start)),
    )


def _table(page_id: str, start: Setting) -> str:
    """Return the numbers shown, each in an element that follows the controls."""
    known = {(row["cohort"], row["group"]): row for row in table(start).to_dict("records")}
    rows = []
    for cohort in cohorts():
        for group in GROUPS:
            row = known.get((cohort.name, group), dict.fromkeys(NUMBERS, nan))
            texts = {name: "" if isnan(row[name]) else _percent(row[name]) for name in NUMBERS}
            rows.append((f"{cohort.name}, {group}", texts))
    headers = ("areas", *NUMBERS.values())
    return dials.table(page_id, headers, rows, cells(), "What is shown at the setting above")
