"""Explorer of unit 02: how a true change and changes of recording make the survey and the records part."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import reduce
from itertools import product
from math import floor
from operator import mul
from typing import TYPE_CHECKING, Any

from cjpolicy import catalogue, charts
from cjpolicy.errors import CourseError
from cjpolicy.explorers import dials
from cjpolicy.explorers.dials import Slider
from cjpolicy.explorers.view import RESET, Explorer, choose, folded

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

OPTIONS = ("setting",)
START = 100
STEPS = (
    "1997, the start",
    "more kinds of offence counted",
    "a new recording standard",
    "more reported to the police",
    "the true change",
)


@dataclass(frozen=True)
class Setting:
    """What happened to violence and to its recording, all in per cent.

    Attributes
    ----------
    true_change : float
        Change of violence itself since the start.
    coverage_change : float
        Change of the number recorded because more kinds of offence are counted.
    standard_change : float
        Change of the number recorded because of a new recording standard.
    reported_before, reported_after : float
        Of all incidents, how many are reported to the police, at the start and at the end.
    """

    true_change: float
    coverage_change: float
    standard_change: float
    reported_before: float
    reported_after: float

    def __post_init__(self) -> None:
        for name in ("true_change", "coverage_change", "standard_change"):
            if getattr(self, name) < -100:
                raise CourseError(
                    f"{name} is {getattr(self, name)}: nothing falls by more than 100 per cent."
                )
        for name in ("reported_before", "reported_after"):
            if not 0 <= getattr(self, name) <= 100:
                raise CourseError(f"{name} is {getattr(self, name)}: give a share from 0 to 100 per cent.")
        if self.reported_before == 0:
            raise CourseError(
                "reported_before is 0: there would be no records to compare with. Give more than 0."
            )

    def factors(self) -> tuple[float, float, float, float]:
        """Return what each step multiplies the records by, in the order of the steps after the start."""
        reporting = self.reported_after / self.reported_before
        return (
            1 + self.coverage_change / 100,
            1 + self.standard_change / 100,
            reporting,
            1 + self.true_change / 100,
        )


SLIDERS = {
    "true_change": Slider("True change in violence since the start (%)", -60, 60),
    "coverage_change": Slider("Records: change from counting more offences (%)", -50, 150),
    "standard_change": Slider("Records: change from the recording standard (%)", -50, 100),
    "reported_before": Slider("Reported to the police at the start (% of incidents)", 5, 95),
    "reported_after": Slider("Reported to the police at the end (% of incidents)", 5, 95),
}


def settings() -> dict[str, Setting]:
    """Return the settings by name: the plan's figures, and three changes of them.

    Returns
    -------
    dict of str to Setting
        "plan"; "nothing changed" (no true change); "recording unchanged" (only the true change);
        "violence rose" (by as much as it fell, and the shares reported swapped).

    Examples
    --------
    >>> settings()["plan"].reported_after
    43.0
    """
    plan = Setting(
        true_change=-float(catalogue.figure("v31-bcs")),
        coverage_change=float(catalogue.figure("coverage-change-80")),
        standard_change=float(catalogue.figure("ncrs-20")),
        reported_before=float(catalogue.figure("reporting-35-1999")),
        reported_after=float(catalogue.figure("reporting-43-2006")),
    )
    same_records = replace(plan, coverage_change=0, standard_change=0)
    swapped = {"reported_before": plan.reported_after, "reported_after": plan.reported_before}
    return {
        "plan": plan,
        "nothing changed": replace(plan, true_change=0),
        "recording unchanged": replace(same_records, reported_after=plan.reported_before),
        "violence rose": replace(same_records, true_change=-plan.true_change, **swapped),
    }


BUTTONS = {
    "plan": "The plan’s figures",
    "nothing changed": "If nothing had truly changed",
    "recording unchanged": "If recording had not changed",
    "violence rose": "If violence had risen and reporting fallen",
}


def index_steps(setting: Setting) -> "pd.DataFrame":
    """Return the index of records and of the survey after each step, 100 at the start.

    The effects are taken to multiply, and the survey to count what truly happened.

    Parameters
    ----------
    setting : Setting
        In per cent.

    Returns
    -------
    pandas.DataFrame
        Five rows; columns `step`, `factor`, `records` and `survey` (both 1997 = 100).

    Examples
    --------
    >>> index_steps(Setting(-50, 100, 0, 40, 40))["records"].tolist()
    [100.0, 200.0, 200.0, 200.0, 100.0]
    """
    import pandas as pd

    steps = pd.DataFrame({"step": STEPS, "factor": (1.0, *setting.factors())})
    survey = [START] * (len(STEPS) - 1) + [START + setting.true_change]
    return steps.assign(records=START * steps["factor"].cumprod(), survey=pd.Series(survey, dtype=float))


def recorded_change(setting: Setting) -> float:
    """Return the change of the records from start to end, in per cent.

    Examples
    --------
    >>> recorded_change(Setting(-50, 100, 0, 40, 50))
    25.0
    """
    return 100 * (reduce(mul, setting.factors()) - 1)


def rounding_band(setting: Setting, half: float = 0.5) -> tuple[float, float]:
    """Return the lowest and highest change of the records that rounding allows, in per cent.

    Each number was printed as a whole number, so the true one lies within `half` of it. The change of
    coverage ("more than") is left as it is: it has no upper end.

    Parameters
    ----------
    setting : Setting
        In per cent.
    half : float
        How far rounding may have moved a number.

    Returns
    -------
    tuple of float
        Over all corners: every rounded number at its lowest or its highest.

    Examples
    --------
    >>> rounding_band(Setting(0, 0, 0, 50, 50), half=0)
    (0.0, 0.0)
    """
    rounded = [field.name for field in fields(setting) if field.name != "coverage_change"]
    changes = []
    for moves in product((-half, half), repeat=len(rounded)):
        corner = {name: getattr(setting, name) + move for name, move in zip(rounded, moves, strict=True)}
        changes.append(
            recorded_change(replace(setting, **{name: _within(name, corner[name]) for name in rounded}))
        )
    return min(changes), max(changes)


def _within(name: str, value: float) -> float:
    low, high = (-100.0, float("inf")) if name.endswith("change") else (0.0, 100.0)
    return min(max(value, low), high)


def sentence(setting: Setting) -> str:
    """Return the result in words; for the plan's own figures, with what their rounding allows.

    Only figures that somebody printed were rounded: a setting of the reader's own is exact.

    Examples
    --------
    >>> sentence(Setting(0, 0, 0, 50, 50))
    'Survey: 100. Records: 100, no change.'
    """
    change = recorded_change(setting)
    size = floor(abs(change) + 0.5)
    moved = f"a {'rise' if change > 0 else 'fall'} of {size}%" if size else "no change"
    survey, records = START + setting.true_change, START + change
    said = f"Survey: {floor(survey + 0.5)}. Records: {floor(records + 0.5)}, {moved}."
    if setting != settings()["plan"]:
        return said
    low, high = rounding_band(setting)
    return f"{said} Rounding alone allows {_signed(low)} to {_signed(high)}."


def _signed(change: float) -> str:
    size = floor(abs(change) + 0.5)
    return f"{'−' if change < 0 else '+'}{size}%" if size else "0%"


def view(setting: str = "plan") -> Explorer:
    """Return the explorer at one of the settings; its sliders and buttons work without a kernel.

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
    table = index_steps(start)
    text = f"{sentence(start)}\n{table.to_string(index=False, float_format='{:.2f}'.format)}"
    patch = _patch([*known.values(), start], page_id)
    return dials.explorer(text, _head(page_id, table), draw(start), patch)


HIGHEST = "max(300, 50 * ceil(max(after_coverage, after_standard, after_reporting, most) / 50))"
NEAR_NAMES = f"survey < 0.12 * {HIGHEST}"


def draw(start: Setting) -> "alt.LayerChart":
    """Return the chart with its sliders; every number is computed in the browser from their values.

    Parameters
    ----------
    start : Setting
        Where the sliders are at first, in per cent.

    Returns
    -------
    altair.LayerChart
    """
    alt = charts.themed_altair()

    base = _rows()
    last = base.transform_filter("datum.last").transform_calculate(
        least="least", most="most", said="'survey ' + whole_survey"
    )
    at = {name: _index_axis(name) for name in ("before", "records", "survey", "least", "most", "right")}
    orange, blue = charts.COLOURS["vermilion"], charts.COLOURS["blue"]
    below: dict[str, Any] = {"yOffset": 18, "color": charts.INK}
    chart = alt.layer(
        base.mark_bar(size=16, color=orange).encode(x=at["before"], x2="records:Q"),
        base.mark_tick(thickness=4, size=24, opacity=1, color=charts.INK).encode(x=at["records"]),
        last.mark_rule(strokeWidth=3, strokeCap="butt", **below).encode(x=at["least"], x2="most:Q"),
        last.mark_text(align="left", dx=8, fontSize=12, text=alt.expr("rounding"), **below).encode(
            x=at["most"]
        ),
        base.mark_line(strokeWidth=2.5, color=blue).encode(x=at["survey"], order="row:Q"),
        base.mark_point(filled=True, shape="diamond", size=130, opacity=1, color=blue).encode(x=at["survey"]),
        base.mark_text(align="left", dx=9).encode(x=at["right"], text="label:N"),
        # Under the diamond, and not so far left that it runs into the names of the steps.
        last.mark_text(
            align=alt.expr(f"{NEAR_NAMES} ? 'left' : 'center'"),
            dx=alt.expr(f"{NEAR_NAMES} ? -4 : 0"),
            dy=19,
            color=blue,
        ).encode(x=at["survey"], text="said:N"),
    )
    return chart.add_params(*dials.params(SLIDERS, asdict(start)), *_expressions()).properties(
        title=alt.Title(
            alt.expr("result"), subtitle="Bars: police records, step by step. Diamonds: the survey."
        ),
        width=310,
        height=265,
        # Room that does not change while labels move, so that the page stands still.
        autosize=alt.AutoSizeParams(type="none"),
        padding={"left": 110, "right": 138, "top": 72, "bottom": 52},
        description=_description(start),
    )


def _rows() -> "alt.Chart":
    """Return the five steps with what the browser computes for each."""
    alt = charts.themed_altair()

    data = alt.Data(values=[{"step": step, "row": row} for row, step in enumerate(STEPS)])
    levels = "[100, after_coverage, after_standard, after_reporting, records]"
    rows = alt.Chart(data).transform_calculate(
        last=f"datum.row == {len(STEPS) - 1}",
        records=f"{levels}[datum.row]",
        before=f"{levels}[max(datum.row - 1, 0)]",
        survey="datum.last ? survey : 100",
        change="100 * (datum.records / datum.before - 1)",
        right="max(datum.records, datum.before, datum.survey)",
        label="(datum.last || datum.survey > max(datum.records, datum.before) ? 'records ' : '')"
        " + floor(datum.records + 0.5)"
        f" + (datum.row == 0 ? '' : '  (' + {_signed_expression('datum.change')} + ')')",
    )
    axis = alt.Axis(grid=False, ticks=False, domain=False, labelPadding=10, **charts.broken_labels(STEPS, 16))
    return rows.encode(
        y=alt.Y("step:N", sort=None, title=None, axis=axis),
        tooltip=[
            alt.Tooltip("step:N", title="step"),
            alt.Tooltip("records:Q", title="records (1997 = 100)", format=".0f"),
            alt.Tooltip("survey:Q", title="survey (1997 = 100)", format=".0f"),
        ],
    )


def _index_axis(field: str) -> "alt.X":
    alt = charts.themed_altair()

    scale = alt.Scale(domainMin=0, domainMax=alt.expr(HIGHEST))
    return alt.X(f"{field}:Q", scale=scale, title="index (1997 = 100)")


def _expressions() -> list["alt.Parameter"]:
    """Return what the browser computes from the sliders: `index_steps`, `rounding_band` and `sentence`."""
    alt = charts.themed_altair()

    size = "floor(abs(records - 100) + 0.5)"
    plan = asdict(settings()["plan"])
    written = {
        "printed": " && ".join(f"{name} == {value}" for name, value in plan.items()),
        "after_coverage": "100 * (1 + coverage_change / 100)",
        "after_standard": "after_coverage * (1 + standard_change / 100)",
        "after_reporting": "after_standard * reported_after / reported_before",
        "records": "after_reporting * (1 + true_change / 100)",
        "survey": "100 + true_change",
        "least": f"printed ? {_corner(-1)} : records",
        "most": f"printed ? {_corner(1)} : records",
        "whole_survey": "floor(survey + 0.5)",
        "result": "'Survey: ' + whole_survey + '. Records: ' + floor(records + 0.5) + ', ' + "
        f"({size} == 0 ? 'no change.' : 'a ' + (records > 100 ? 'rise' : 'fall') + ' of ' + {size} + '%.')",
        "rounding": "!printed ? '' : 'Rounding alone allows ' + "
        f"{_signed_expression('(least - 100)')} + ' to ' + "
        f"{_signed_expression('(most - 100)')} + '.'",
    }
    return [alt.param(name=name, expr=expression) for name, expression in written.items()]


def _corner(side: int) -> str:
    """Return the expression for the lowest (-1) or the highest (1) index that rounding allows."""
    up, down = 0.5 * side, -0.5 * side
    return (
        f"after_coverage * (1 + max(-100, standard_change + {up}) / 100)"
        f" * min(100, reported_after + {up}) / min(100, reported_before + {down})"
        f" * (1 + max(-100, true_change + {up}) / 100)"
    )


def _signed_expression(change: str) -> str:
    size = f"floor(abs({change}) + 0.5)"
    return f"({size} == 0 ? '0%' : ({change} < 0 ? '−' : '+') + {size} + '%')"


def _patch(buttons: Sequence[Setting], page_id: str) -> list[dict[str, Any]]:
    """Return what makes the buttons set the sliders, and shows the result and the table's numbers."""
    shown = {"result": "trim(result + ' ' + rounding)"}
    shown |= {cell: f"format({value}, '{form}')" for cell, (value, form) in CELLS.items()}
    return dials.patch(SLIDERS, [asdict(setting) for setting in buttons], page_id, shown)


# The numbers of the table that the sliders change: what the browser computes, and its format.
CELLS = {
    "factor-1": ("1 + coverage_change / 100", ".3f"),
    "factor-2": ("1 + standard_change / 100", ".3f"),
    "factor-3": ("reported_after / reported_before", ".3f"),
    "factor-4": ("1 + true_change / 100", ".3f"),
    "records-1": ("after_coverage", ".1f"),
    "records-2": ("after_standard", ".1f"),
    "records-3": ("after_reporting", ".1f"),
    "records-4": ("records", ".1f"),
    "survey-4": ("survey", ".1f"),
}


def _head(page_id: str, table: "pd.DataFrame") -> str:
    return dials.head(
        page_id,
        "Explorer: the survey and the police records",
        "Press a setting, or move a slider. An illustration: the effects are taken to multiply.",
        [*BUTTONS.values(), RESET],
        folded("The steps as a table", _table(table, page_id)),
    )


def _table(table: "pd.DataFrame", page_id: str) -> str:
    """Return the steps, with each number that the sliders change in an element that follows them."""
    forms = {"factor": ".3f", "records": ".1f", "survey": ".1f"}
    rows = [
        (row["step"], {column: format(row[column], form) for column, form in forms.items()})
        for row in table.to_dict("records")
    ]
    headers = ("step", "multiplies records by", "records (1997 = 100)", "survey (1997 = 100)")
    return dials.table(page_id, headers, rows, CELLS, "The steps at the setting above")


def _description(start: Setting) -> str:
    steps = "; ".join(f"{row.step} {row.records:.0f}" for row in index_steps(start).itertuples())
    return (
        f"Illustration of police records against the survey, 1997 = 100. At first: {sentence(start)} "
        f"Records by step: {steps}. Five sliders change it."
    )
