"""Explorer of unit 07: simulated areas, who joins a programme, and what is then credited to it."""

from dataclasses import asdict, dataclass
from functools import cache
from math import floor
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
YEARS = ("year 1", "year 2", "year 3", "year 4")
COLUMNS = tuple(year.replace(" ", "_") for year in YEARS)
FEWEST, MOST, STEP, STRONGEST = 10, 100, 10, 40
HOWS = {
    "worst": "the worst in year 3",
    "three": "the worst in years 1 to 3",
    "lot": "drawn by lot",
    "half": "half of the worst, by lot",
}
GROUPS = ("joined", "compared")
CONTROLS: dials.Controls = {
    "how": Dropdown("Which areas join", HOWS),
    "number": Slider("How many areas join", FEWEST, MOST, STEP),
    "works": Slider("By how many per cent the programme truly lowers offences", 0, STRONGEST, 5),
}


@dataclass(frozen=True)
class Setting:
    """Who joins after year 3, and what the programme does.

    Attributes
    ----------
    how : str
        A key of `HOWS`.
    number : int
        Areas that join: 10, 20 ... 100.
    works : int
        By how many per cent it truly lowers offences in year 4, 0 to 40.
    """

    how: str
    number: int
    works: int

    def __post_init__(self) -> None:
        choose(self.how, list(HOWS), "way of choosing")
        if self.number not in range(FEWEST, MOST + 1, STEP):
            raise CourseError(f"number is {self.number}: give {FEWEST}, {FEWEST + STEP} ... {MOST} areas.")
        if not 0 <= self.works <= STRONGEST:
            raise CourseError(f"works is {self.works}: give a fall from 0 to {STRONGEST} per cent.")


SETTINGS = {
    "worst, nothing": Setting("worst", 20, 0),
    "three years, nothing": Setting("three", 20, 0),
    "worst, works": Setting("worst", 20, 20),
    "lot, works": Setting("lot", 100, 20),
    "half of the worst, works": Setting("half", 20, 20),
    "ten by lot, nothing": Setting("lot", 10, 0),
}
BUTTONS = {
    "worst, nothing": "The worst year, nothing works",
    "three years, nothing": "The worst of three years, nothing works",
    "worst, works": "The worst year, it works",
    "lot, works": "By lot, it works",
    "half of the worst, works": "Half of the worst, by lot, it works",
    "ten by lot, nothing": "Only ten, by lot, nothing works",
}


def choose_areas(areas: "pd.DataFrame", how: str, number: int) -> tuple["pd.DataFrame", "pd.DataFrame"]:
    """Return the areas that join, and those they are compared with.

    Parameters
    ----------
    areas : pandas.DataFrame
        The dataset "simulated_areas".
    how : str
        A key of `HOWS`.
    number : int
        Areas that join.

    Examples
    --------
    >>> joined, compared = choose_areas(catalogue.load("simulated_areas"), "half", 20)
    >>> len(joined), len(compared), bool(joined["year_3"].min() >= 40)
    (20, 20, True)
    """
    if how == "lot":
        ordered = areas.sort_values("lot")
    else:
        years = list(COLUMNS[:3]) if how == "three" else [COLUMNS[2]]
        ordered = areas.assign(by=areas[years].sum(axis="columns"))
        ordered = ordered.sort_values(["by", "area"], ascending=[False, True])
    if how == "half":
        ordered = ordered.head(2 * number).sort_values("lot")
    return ordered.head(number), ordered.iloc[number:]


@cache
def _means(how: str, number: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean offences an area by year, of those that join and of those compared, if nothing works."""
    joined, compared = (
        tuple(float(group[year].mean()) for year in COLUMNS)
        for group in choose_areas(catalogue.load("simulated_areas"), how, number)
    )
    return joined, compared


def means(setting: Setting) -> "pd.DataFrame":
    """Return the mean of offences an area, year by year, in the two groups.

    Returns
    -------
    pandas.DataFrame
        Four rows; columns `year`, `joined` and `compared` (offences a year).

    Examples
    --------
    >>> means(Setting("worst", 20, 0)).round(1)["compared"].tolist()
    [34.6, 33.7, 33.3, 34.8]
    """
    import pandas as pd

    joined, compared = _means(setting.how, setting.number)
    joined = (*joined[:3], joined[3] * (1 - setting.works / 100))
    return pd.DataFrame({"year": YEARS, "joined": joined, "compared": compared})


def credited(setting: Setting) -> float:
    """Return by how many per cent the areas that joined end below where the others' change would put them.

    Examples
    --------
    >>> round(credited(Setting("worst", 20, 0)), 1)
    22.9
    """
    table = means(setting)
    joined, compared = (table[group].iloc[3] / table[group].iloc[2] for group in GROUPS)
    return float(100 * (1 - joined / compared))


def sentence(setting: Setting) -> str:
    """Return the result in words.

    Examples
    --------
    >>> sentence(Setting("worst", 20, 0))
    'Credited: 23%. What it does: 0%. Joined: 51.6 to 41.5. Compared: 33.3 to 34.8.'
    """
    table = means(setting)
    moved = [
        f"{group.capitalize()}: {_one(table[group].iloc[2])} to {_one(table[group].iloc[3])}."
        for group in GROUPS
    ]
    return f"{headline(setting)} {' '.join(moved)}"


def headline(setting: Setting) -> str:
    """Return what is credited to the programme, and what it does."""
    whole = credited(setting)
    size = floor(abs(whole) + 0.5)
    return f"Credited: {'−' if whole < 0 and size else ''}{size}%. What it does: {setting.works}%."


def _one(value: float) -> str:
    return f"{floor(10 * value + 0.5) / 10:.1f}"


def view(setting: str = "worst, nothing") -> Explorer:
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
    text = f"{sentence(start)}\n{means(start).to_string(index=False, float_format='{:.1f}'.format)}"
    buttons = [asdict(each) for each in [*SETTINGS.values(), start]]
    changes = dials.patch(CONTROLS, buttons, page_id, {"result": "result", **CELLS})
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

    rows = [
        {"year": year, "row": row, "group": group, "place": place}
        for place, group in enumerate(GROUPS)
        for row, year in enumerate(YEARS)
    ]
    joined, compared = charts.COLOURS["vermilion"], charts.COLOURS["blue"]
    scale = alt.Scale(domain=list(GROUPS), range=[joined, compared])
    base = (
        alt.Chart(alt.Data(values=rows))
        .transform_calculate(
            offences=f"{_mean('datum.place', 'datum.row')} * ({_helped(0)})",
            other=f"{_mean('1 - datum.place', 'datum.row')} * ({_helped(1)})",
            upper="datum.offences > datum.other || (datum.offences == datum.other && datum.place == 0)",
            label=_said("datum.offences"),
            said="datum.group + ', ' + datum.year + ': ' + datum.label",
        )
        .encode(
            x=alt.X("year:O", title=None, axis=alt.Axis(grid=False, labelAngle=0, labelPadding=8)),
            y=alt.Y(
                "offences:Q",
                title="offences a year, mean of the areas",
                scale=alt.Scale(domain=[20, 60], nice=False, zero=False),
            ),
            color=alt.Color("group:N", scale=scale, legend=None),
            tooltip=[
                alt.Tooltip("group:N", title="areas"),
                alt.Tooltip("year:O", title="year"),
                alt.Tooltip("offences:Q", title="offences", format=".1f"),
            ],
        )
    )
    shape = alt.Shape(
        "group:N", scale=alt.Scale(domain=list(GROUPS), range=["circle", "diamond"]), legend=None
    )
    # The numbers of the upper line stand above it, those of the lower line below.
    side = alt.expr("datum.upper ? -14 : 16")
    apart = alt.expr("abs(datum.offences - datum.other) > 4 ? 0 : datum.upper ? -8 : 9")
    last = base.transform_filter("datum.row == 3").encode(text="group:N")
    start_line = alt.Chart(alt.Data(values=[{"year": YEARS[2]}])).encode(x=alt.X("year:O", bandPosition=1))
    chart = alt.layer(
        start_line.mark_rule(strokeDash=[5, 4], color=charts.QUIET, aria=False),
        start_line.mark_text(
            text="the programme begins",
            color=charts.QUIET,
            fontSize=12,
            align="right",
            dx=-6,
            y=8,
            aria=False,
        ),
        base.mark_line(strokeWidth=2.5, aria=False).encode(order="row:Q"),
        base.mark_point(filled=True, size=100, opacity=1).encode(shape=shape, description="said:N"),
        base.mark_text(dy=side, fontSize=12, aria=False).encode(text="label:N"),
        last.mark_text(align="left", dx=22, dy=apart, fontSize=13, aria=False),
    )
    return chart.add_params(*dials.params(CONTROLS, asdict(start)), *_expressions()).properties(
        title=alt.Title(
            alt.expr("headline"),
            subtitle=["Simulated areas. Credited: how far below the others’ change those that joined end."],
        ),
        width=400,
        height=260,
        # Room that does not change while labels move, so that the page stands still.
        autosize=alt.AutoSizeParams(type="none"),
        padding={"left": 64, "right": 84, "top": 72, "bottom": 40},
        description=f"Simulated areas over four years. At first: {sentence(start)} "
        "A list and two sliders change it.",
    )


_WORKS = "(1 - works / 100)"


def _helped(place: int) -> str:
    """Return the expression for what the programme does in year 4 to the group at a place."""
    return f"datum.place == {place} && datum.row == 3 ? {_WORKS} : 1"


def _mean(group: str, year: str) -> str:
    """Return the expression for a mean before the programme does anything, from the grid."""
    return f"grid[indexof({list(HOWS)}, how)][number / {STEP} - 1][{group}][{year}]"


def _expressions() -> list["alt.Parameter"]:
    """Return what the browser computes from the controls: `means`, `credited` and `sentence`."""
    alt = charts.themed_altair()

    grid = [[_means(how, number) for number in range(FEWEST, MOST + 1, STEP)] for how in HOWS]
    written = {
        "credited": f"100 * (1 - {_at(0, 3)} / {_at(0, 2)} / ({_at(1, 3)} / {_at(1, 2)}))",
        "headline": "'Credited: ' + (credited < 0 && floor(abs(credited) + 0.5) > 0 ? '−' : '')"
        " + floor(abs(credited) + 0.5) + '%. What it does: ' + works + '%.'",
        "result": "headline + "
        + " + ".join(
            f"' {name.capitalize()}: ' + {_said(_at(place, 2))} + ' to ' + {_said(_at(place, 3))} + '.'"
            for place, name in enumerate(GROUPS)
        ),
    }
    return [
        alt.param(name="grid", value=grid),
        *(alt.param(name=name, expr=expression) for name, expression in written.items()),
    ]


def _at(group: int, year: int) -> str:
    """Return the expression for a mean, with what the programme does."""
    changed = f" * {_WORKS}" if (group, year) == (0, 3) else ""
    return f"({_mean(str(group), str(year))}{changed})"


def _said(value: str) -> str:
    return f"format(floor(10 * {value} + 0.5) / 10, '.1f')"


# The numbers of the table that the controls change, as the browser computes them.
CELLS = {
    f"{group}-{year}": _said(_at(place, year))
    for place, group in enumerate(GROUPS)
    for year in range(len(YEARS))
}


def _head(page_id: str, start: Setting) -> str:
    return dials.head(
        page_id,
        "Explorer: simulated areas, and who joins a programme",
        "Press a setting, or choose who joins and what the programme does. All others are compared; where "
        "half of the worst join, the other half of them is. All of it is simulated.",
        [*BUTTONS.values(), RESET],
        folded("The years as a table", _table(page_id, means(start))),
    )


def _table(page_id: str, table: "pd.DataFrame") -> str:
    """Return the years, with each number in an element that follows the controls."""
    rows = [(row["year"], {group: _one(row[group]) for group in GROUPS}) for row in table.to_dict("records")]
    headers = ("year", "areas that joined", "areas compared with")
    return dials.table(page_id, headers, rows, CELLS, "Offences a year, mean of the areas")
