"""Explorer of unit 05: a thousand invented incidents on their way to a conviction, and out of what."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import floor
from typing import TYPE_CHECKING

from cjpolicy import charts
from cjpolicy.errors import CourseError
from cjpolicy.explorers import dials
from cjpolicy.explorers.dials import Dropdown, Slider
from cjpolicy.explorers.view import RESET, Explorer, choose, folded

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

OPTIONS = ("setting", "whole")
INCIDENTS = 1_000
STAGES = (
    "happened",
    "reported to the police",
    "recorded by the police",
    "ended in a charge",
    "ended in a conviction",
)
# What a rate may be out of: how it is offered, and how the result says it.
WHOLES = {
    "happened": ("all that happened", "incidents"),
    "reported": ("those reported", "reported"),
    "recorded": ("those recorded", "recorded"),
    "charged": ("those charged", "charged"),
}


@dataclass(frozen=True)
class Setting:
    """How many of 1,000 incidents come to each stage.

    Attributes
    ----------
    reported, recorded, charged, convicted : int
        Incidents, from 0 to 1,000. More than came to the stage before count as that many: see `reached`.
    """

    reported: int
    recorded: int
    charged: int
    convicted: int

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not 0 <= value <= INCIDENTS:
                raise CourseError(f"{name} is {value}: give a number of incidents from 0 to {INCIDENTS:,}.")

    def reached(self) -> tuple[int, ...]:
        """Return the incidents at each of `STAGES`: never more than at the stage before.

        Examples
        --------
        >>> Setting(400, 300, 350, 30).reached()
        (1000, 400, 300, 300, 30)
        """
        stages = [INCIDENTS]
        for number in asdict(self).values():
            stages.append(min(number, stages[-1]))
        return tuple(stages)


SLIDERS = {
    name: Slider(f"{stage.capitalize()} (of 1,000)", 0, INCIDENTS, 10)
    for name, stage in zip(("reported", "recorded", "charged", "convicted"), STAGES[1:], strict=True)
}
CONTROLS: dials.Controls = {
    "whole": Dropdown("Convictions out of", {name: label for name, (label, _) in WHOLES.items()}),
    **SLIDERS,
}
SETTINGS = {
    "start": Setting(400, 300, 60, 30),
    "more reports": Setting(600, 500, 60, 30),
    "surest charged": Setting(400, 300, 30, 20),
    "fewer recorded": Setting(400, 200, 60, 30),
    "more of both": Setting(700, 600, 100, 50),
}
BUTTONS = {
    "start": "As it was at first",
    "more reports": "More people report",
    "surest charged": "Only the surest are charged",
    "fewer recorded": "Fewer are written down",
    "more of both": "More reports, more convictions",
}


def funnel(setting: Setting) -> "pd.DataFrame":
    """Return the stages with their incidents, and the rate of conviction out of each.

    Parameters
    ----------
    setting : Setting

    Returns
    -------
    pandas.DataFrame
        Five rows; columns `stage`, `incidents` (of 1,000) and `rate` (convictions per cent of the
        stage's incidents; missing where there are none).

    Examples
    --------
    >>> funnel(Setting(400, 300, 60, 30))["rate"].tolist()
    [3.0, 7.5, 10.0, 50.0, 100.0]
    """
    import pandas as pd

    reached = setting.reached()
    rates = [100 * reached[-1] / number if number else None for number in reached]
    return pd.DataFrame({"stage": STAGES, "incidents": reached, "rate": pd.Series(rates, dtype=float)})


def sentence(setting: Setting, whole: str) -> str:
    """Return the rate out of the whole chosen, in words.

    Parameters
    ----------
    setting : Setting
    whole : str
        A key of `WHOLES`.

    Examples
    --------
    >>> sentence(Setting(400, 300, 60, 30), "recorded")
    'Of every 100 recorded, 10 ended in a conviction (30 of 300).'
    """
    reached = setting.reached()
    part, number = reached[-1], reached[list(WHOLES).index(whole)]
    if not number:
        return f"None {WHOLES[whole][1]}: there is nothing to divide by."
    rate = f"{_one_decimal(100 * part / number):g}"
    return f"Of every 100 {WHOLES[whole][1]}, {rate} ended in a conviction ({part} of {number})."


def _one_decimal(value: float) -> float:
    """Round as the browser is told to; Python's own rounding takes ties to even numbers."""
    return floor(10 * value + 0.5) / 10


def view(setting: str = "start", whole: str = "recorded") -> Explorer:
    """Return the explorer; its list, sliders and buttons work without a kernel.

    Parameters
    ----------
    setting : str
        A name from `SETTINGS`.
    whole : str
        What the rate is out of at first: a key of `WHOLES`.

    Returns
    -------
    Explorer

    Raises
    ------
    UnknownName
        If there is no such setting or whole.
    """
    start = SETTINGS[choose(setting, list(SETTINGS), "setting")]
    choose(whole, list(WHOLES), "whole")
    page_id = dials.new_page_id()
    table = funnel(start)
    text = f"{sentence(start, whole)}\n{table.to_string(index=False, float_format='{:.1f}'.format)}"
    # Only the last button, which resets, sets the whole too.
    buttons = [*map(asdict, SETTINGS.values()), {"whole": whole, **asdict(start)}]
    patch = dials.patch(CONTROLS, buttons, page_id, {"result": "result", **CELLS})
    return dials.explorer(text, _head(page_id, table), draw(start, whole), patch)


def draw(start: Setting, whole: str) -> "alt.LayerChart":
    """Return the chart with its controls; every number is computed in the browser from their values.

    Parameters
    ----------
    start : Setting
        Where the sliders are at first.
    whole : str
        What the rate is out of at first.

    Returns
    -------
    altair.LayerChart
    """
    alt = charts.themed_altair()

    base = _rows()
    along = {name: _along(name) for name in ("incidents", "first", "right")}
    colour = alt.Color("role:N", scale=alt.Scale(domain=list(ROLES), range=list(ROLES.values())), legend=None)
    chart = alt.layer(
        base.mark_bar(size=22).encode(x=along["incidents"], color=colour),
        base.mark_point(
            filled=True, shape="diamond", size=120, opacity=1, color=charts.INK, stroke="white"
        ).encode(x=along["first"]),
        base.mark_text(align="left", dx=12).encode(x=along["right"], text="label:N"),
    )
    controls = dials.params(CONTROLS, {"whole": whole, **asdict(start)})
    return chart.add_params(*controls, *_expressions()).properties(
        title=alt.Title(
            alt.expr("result"),
            subtitle=[
                "Invented incidents. Orange: the whole that you chose. Blue: the convictions.",
                "Diamonds: where each stage stood at first.",
            ],
        ),
        width=330,
        height=230,
        # Room that does not change while labels move, so that the page stands still.
        autosize=alt.AutoSizeParams(type="none"),
        padding={"left": 110, "right": 150, "top": 88, "bottom": 52},
        description=_description(start, whole),
    )


ROLES = {
    "the whole": charts.COLOURS["vermilion"],
    "the part": charts.COLOURS["blue"],
    "neither": "#8A8A8A",
}


def _rows() -> "alt.Chart":
    """Return the five stages with what the browser computes for each."""
    alt = charts.themed_altair()

    first = SETTINGS["start"].reached()
    data = alt.Data(
        values=[{"stage": stage, "row": row, "first": first[row]} for row, stage in enumerate(STAGES)]
    )
    last = len(STAGES) - 1
    rows = alt.Chart(data).transform_calculate(
        incidents=f"[{INCIDENTS}, came_reported, came_recorded, came_charged, came_convicted][datum.row]",
        role=f"datum.row == {last} ? 'the part' : datum.row == whole_row ? 'the whole' : 'neither'",
        share=f"100 * datum.incidents / max(1, {_SIZE})",
        right="max(datum.incidents, datum.first)",
        label=f"format(datum.incidents, ',') + (datum.row < whole_row || {_SIZE} == 0 ? ''"
        f" : '  (' + {_rounded('datum.share')} + '%)')",
    )
    axis = alt.Axis(
        grid=False, ticks=False, domain=False, labelPadding=10, **charts.broken_labels(STAGES, 14)
    )
    return rows.encode(
        y=alt.Y("stage:N", sort=None, title=None, axis=axis),
        tooltip=[
            alt.Tooltip("stage:N", title="stage"),
            alt.Tooltip("incidents:Q", title="incidents", format=",.0f"),
        ],
    )


_SIZE = f"[{INCIDENTS}, came_reported, came_recorded, came_charged][whole_row]"


def _rounded(value: str) -> str:
    return f"format(floor(10 * ({value}) + 0.5) / 10, '.1~f')"


def _along(field: str) -> "alt.X":
    alt = charts.themed_altair()

    scale = alt.Scale(domain=[0, INCIDENTS], nice=False)
    return alt.X(f"{field}:Q", scale=scale, title="incidents, of 1,000 that happened")


def _expressions() -> list["alt.Parameter"]:
    """Return what the browser computes from the controls: `reached`, `funnel` and `sentence`."""
    alt = charts.themed_altair()

    words = [said for _, said in WHOLES.values()]
    written = {"came_reported": "reported"}
    for before, stage in (("reported", "recorded"), ("recorded", "charged"), ("charged", "convicted")):
        written[f"came_{stage}"] = f"min({stage}, came_{before})"
    written["whole_row"] = f"indexof({list(WHOLES)}, whole)"
    written["result"] = (
        f"{_SIZE} == 0 ? 'None ' + {words}[whole_row] + ': there is nothing to divide by.'"
        f" : 'Of every 100 ' + {words}[whole_row] + ', ' + {_rounded(f'100 * came_convicted / {_SIZE}')}"
        f" + ' ended in a conviction (' + came_convicted + ' of ' + {_SIZE} + ').'"
    )
    return [alt.param(name=name, expr=expression) for name, expression in written.items()]


NO_RATE = "none"
_CAME = (str(INCIDENTS), "came_reported", "came_recorded", "came_charged", "came_convicted")
# The numbers of the table, by row, as the browser computes them.
CELLS: Mapping[str, str] = {
    **{f"incidents-{row}": f"format({came}, ',')" for row, came in enumerate(_CAME)},
    **{
        f"rate-{row}": f"{came} == 0 ? '{NO_RATE}' : {_rounded(f'100 * came_convicted / {came}')} + '%'"
        for row, came in enumerate(_CAME)
    },
}


def _head(page_id: str, table: "pd.DataFrame") -> str:
    return dials.head(
        page_id,
        "Explorer: convictions out of what?",
        "Choose what the convictions are counted out of. Then press a setting, or move a slider. "
        "All of it is invented.",
        [*BUTTONS.values(), RESET],
        folded("Every stage and every rate as a table", _table(table, page_id)),
        group="Controls",
        columns="17em 14em 3em",
    )


def cell(value: float, column: str) -> str:
    """Return a number of the table as it is shown.

    Examples
    --------
    >>> cell(1000, "incidents"), cell(7.25, "rate"), cell(float("nan"), "rate")
    ('1,000', '7.3%', 'none')
    """
    if column == "incidents":
        return f"{value:,.0f}"
    return NO_RATE if value != value else f"{_one_decimal(value):g}%"


def _table(table: "pd.DataFrame", page_id: str) -> str:
    """Return the stages, with each number in an element that follows the controls."""
    rows = [
        (row["stage"], {column: cell(row[column], column) for column in ("incidents", "rate")})
        for row in table.to_dict("records")
    ]
    headers = ("stage", "incidents, of 1,000", "convictions out of them")
    return dials.table(page_id, headers, rows, CELLS, "The stages at the setting above")


def _description(start: Setting, whole: str) -> str:
    stages = "; ".join(f"{stage} {number:,}" for stage, number in zip(STAGES, start.reached(), strict=True))
    return (
        f"Bars of invented incidents by stage. At first: {sentence(start, whole)} "
        f"Incidents by stage: {stages}. Four sliders and a list change it."
    )
