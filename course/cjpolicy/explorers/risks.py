"""Explorer of unit 11: two shares on one array of squares, and how far chance moves their difference."""

from dataclasses import asdict, dataclass
from functools import cache
from math import floor, sqrt
from random import Random
from typing import TYPE_CHECKING

from cjpolicy import catalogue, charts
from cjpolicy.errors import CourseError
from cjpolicy.explorers import dials
from cjpolicy.explorers.dials import Dropdown, Slider
from cjpolicy.explorers.view import RESET, Explorer, choose, folded

if TYPE_CHECKING:
    import altair as alt

OPTIONS = ("setting",)
SQUARES, ACROSS = 200, 20
# One square is this many per cent.
STEP = 100 / SQUARES
LEAST, MOST = STEP, 60
STUDIES, SURE = 40, 1.96
# The chart has two: the squares, and the studies.
PARTS = 2
STATES = ("the lower share", "the difference", "without the event in either group")
COLOURS = {
    "both": charts.COLOURS["blue"],
    "difference": charts.COLOURS["vermilion"],
    "rest": "#c8c8c8",
}
NUMBERS = {
    "points": "difference (points)",
    "more": "how much more likely",
    "odds": "odds ratio",
    "people": "one in how many",
    "low": "95 in 100 such studies find at least (points)",
    "high": "and at most (points)",
    "opposite": "simulated studies that find the opposite",
}


@cache
def sizes() -> dict[str, tuple[int, int]]:
    """Return how many are treated and how many compared, by the name of the choice.

    Examples
    --------
    >>> sizes()["few"]
    (500, 500)
    """
    study = (int(float(catalogue.figure(name))) for name in ("sotp-treated-2562", "sotp-comparison-13219"))
    first, second = study
    return {"study": (first, second), "few": (500, 500), "many": (20_000, 20_000)}


@cache
def controls() -> dials.Controls:
    """Return the controls by name: two sliders and a list."""
    offered = {
        name: f"{first:,} and {second:,}" + (" (the study)" if name == "study" else "")
        for name, (first, second) in sizes().items()
    }
    return {
        "matched": Slider("Matched: per cent with the event", LEAST, MOST, STEP),
        "treated": Slider("Treated: per cent with the event", LEAST, MOST, STEP),
        "size": Dropdown("How many are treated, and matched", offered),
    }


@dataclass(frozen=True)
class Setting:
    """Two shares, and how many people they are shares of.

    Attributes
    ----------
    matched, treated : float
        Per cent with the event, from 0.5 to 60.
    size : str
        A key of `sizes()`.
    """

    matched: float
    treated: float
    size: str = "study"

    def __post_init__(self) -> None:
        for name in ("matched", "treated"):
            if not LEAST <= getattr(self, name) <= MOST:
                raise CourseError(f"{name} is {getattr(self, name)}: give {LEAST} to {MOST} per cent.")
        choose(self.size, list(sizes()), "size")

    @property
    def points(self) -> float:
        """The difference in percentage points, treated less matched."""
        return self.treated - self.matched

    @property
    def error(self) -> float:
        """The standard error of the difference, in percentage points."""
        first, second = sizes()[self.size]
        return sqrt(
            self.treated * (100 - self.treated) / first + self.matched * (100 - self.matched) / second
        )


BUTTONS = {
    "study": "As in the study",
    "rarer": "The same ratio, rarer",
    "commoner": "The same ratio, commoner",
    "points": "The same points, commoner",
    "few": "As in the study, 500 a group",
    "none": "No difference, 500 a group",
}


@cache
def settings() -> dict[str, Setting]:
    """Return the settings by name, the study's shares in the first.

    Examples
    --------
    >>> settings()["study"]
    Setting(matched=8.0, treated=10.0, size='study')
    """
    treated, matched = (
        float(catalogue.figure(name)) for name in ("sotp-treated-10-0", "sotp-comparison-8-0")
    )
    return {
        "study": Setting(matched, treated),
        "rarer": Setting(2, 2.5),
        "commoner": Setting(40, 50),
        "points": Setting(48, 50),
        "few": Setting(matched, treated, "few"),
        "none": Setting(matched, matched, "few"),
    }


@cache
def luck() -> tuple[float, ...]:
    """Return how far each simulated study is off, in standard errors.

    Examples
    --------
    >>> len(luck()), luck() == luck()
    (40, True)
    """
    chance = Random(193)
    return tuple(round(chance.gauss(0, 1), 3) for _ in range(STUDIES))


def found(setting: Setting) -> list[float]:
    """Return the difference that each simulated study finds, in points."""
    return [setting.points + setting.error * each for each in luck()]


def numbers(setting: Setting) -> dict[str, float | None]:
    """Return what can be said of two shares, by the keys of `NUMBERS`.

    Returns
    -------
    dict of str to float or None
        None for one in how many, and for studies that find the opposite, where the shares are alike.

    Examples
    --------
    >>> numbers(Setting(20, 30))["people"]
    10.0
    """
    points, reach = setting.points, SURE * setting.error
    odds = (setting.treated / (100 - setting.treated)) / (setting.matched / (100 - setting.matched))
    return {
        "points": points,
        "more": 100 * points / setting.matched,
        "odds": odds,
        "people": 100 / abs(points) if points else None,
        "low": points - reach,
        "high": points + reach,
        "opposite": float(sum(each * points < 0 for each in found(setting))) if points else None,
    }


def texts(setting: Setting) -> dict[str, str]:
    """Return the numbers as the page shows them.

    Examples
    --------
    >>> texts(Setting(20, 30))["more"]
    '50% more'
    """
    known = numbers(setting)
    more = known["more"] or 0
    return {
        "points": _rounded(known["points"] or 0, 1),
        "more": f"{_rounded(abs(more), 1)}% {'less' if more < 0 else 'more'}" if more else "no difference",
        "odds": _rounded(known["odds"] or 0, 2),
        "people": "none" if known["people"] is None else _rounded(known["people"], 0),
        "low": _rounded(known["low"] or 0, 1),
        "high": _rounded(known["high"] or 0, 1),
        "opposite": "no direction to find" if known["opposite"] is None else f"{known['opposite']:.0f}",
    }


def _rounded(value: float, digits: int) -> str:
    """Write a number with at most so many decimals, halves away from zero, with a true minus sign."""
    size = floor(10**digits * abs(value) + 0.5) / 10**digits
    return f"{'−' if value < 0 and size else ''}{size:g}"


def sentence(setting: Setting) -> str:
    """Return what a setting shows, in words.

    Examples
    --------
    >>> sentence(Setting(20, 30, "few"))[:69]
    'Of 200 in each group, 60 treated and 40 matched have the event: 10 po'
    """
    said = texts(setting)
    first, second = (_rounded(share / STEP, 0) for share in (setting.treated, setting.matched))
    start = f"Of {SQUARES} in each group, {first} treated and {second} matched have the event: "
    fits = f"Of such studies 95 in 100 find {said['low']} to {said['high']} points. "
    if not setting.points:
        return f"{start}no difference. {fits}Whatever the {STUDIES} simulated studies find is chance."
    kind = "more" if setting.points > 0 else "fewer"
    return (
        f"{start}{said['points']} points, {said['more']} likely, odds ratio {said['odds']}, one {kind} in "
        f"{said['people']}. {fits}{said['opposite']} of {STUDIES} simulated studies find the opposite."
    )


def view(setting: str = "study") -> Explorer:
    """Return the explorer at one of the settings; its controls work without a kernel.

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
    text = f"{sentence(start)}\n" + "\n".join(f"{NUMBERS[key]}: {said}" for key, said in texts(start).items())
    buttons = [asdict(each) for each in [*known.values(), start]]
    changes = dials.patch(controls(), buttons, page_id, {"result": "result", **cells()}, PARTS)
    rows = [(NUMBERS[key], {"now": said}) for key, said in texts(start).items()]
    table = dials.table(page_id, ("number", "at this setting"), rows, cells(), "What the two shares say")
    top = dials.head(
        page_id,
        "Explorer: two shares on one array",
        "Press a setting, or move a slider. Each square is half a per cent of a group. The study’s shares "
        "and sizes are printed; the others, and the forty studies, are simulated or supposed.",
        [*BUTTONS.values(), RESET],
        folded("The numbers as a table", table),
        columns="21em 17em 3em",
    )
    return dials.explorer(text, top, draw(start), changes)


def draw(start: Setting) -> "alt.VConcatChart":
    """Return the chart with its controls; every number is computed in the browser from their values.

    Parameters
    ----------
    start : Setting
        Where the controls are at first.

    Returns
    -------
    altair.VConcatChart
    """
    alt = charts.themed_altair()

    return (
        alt.vconcat(_array(), _studies(), spacing=26)
        .resolve_scale(color="independent")
        .add_params(*dials.params(controls(), asdict(start)), *_expressions())
        .properties(
            title=alt.Title(
                alt.expr("heading"),
                subtitle=[
                    "Above: one array for both groups. Below: simulated studies (a triangle finds the",
                    "opposite), the difference itself (diamond), and where 95 in 100 such studies lie (bar).",
                ],
            ),
            description=f"Two shares on one array of {SQUARES} squares. At first: {sentence(start)} "
            "Two sliders and a list change it.",
        )
    )


def _array() -> "alt.Chart":
    """Return the squares: the event in both groups, the difference, and the rest."""
    alt = charts.themed_altair()

    squares = [
        {"across": place % ACROSS, "down": place // ACROSS, "place": place} for place in range(SQUARES)
    ]
    chart = alt.Chart(alt.Data(values=squares)).transform_calculate(
        state=f"datum.place < min(matched, treated) / {STEP} - 0.001 ? '{STATES[0]}'"
        f" : datum.place < max(matched, treated) / {STEP} - 0.001 ? '{STATES[1]}' : '{STATES[2]}'"
    )
    legend = alt.Legend(title=None, orient="bottom", symbolType="square", columns=3, labelLimit=220)
    return (
        chart.mark_square(size=230, opacity=1, aria=False)
        .encode(
            x=alt.X("across:O", axis=None),
            y=alt.Y("down:O", axis=None),
            color=alt.Color(
                "state:N", scale=alt.Scale(domain=list(STATES), range=list(COLOURS.values())), legend=legend
            ),
        )
        .properties(width=460, height=210)
    )


def _studies() -> "alt.LayerChart":
    """Return the difference that each simulated study finds, and where 95 in 100 of them lie."""
    alt = charts.themed_altair()

    rows = [{"luck": each, "row": place % 4} for place, each in enumerate(luck())]
    down = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[-1.8, 3.6]))
    dots = (
        alt.Chart(alt.Data(values=rows))
        .transform_calculate(value="points + error * datum.luck")
        .transform_calculate(side="datum.value * points < 0 ? 'the opposite' : 'as it is'")
    )
    marked = dots.mark_point(filled=True, size=60, opacity=0.85, aria=False).encode(
        x=_along("value"),
        y=down,
        color=alt.condition(
            "datum.side == 'the opposite'",
            alt.value(charts.COLOURS["purple"]),
            alt.value(charts.COLOURS["grey"]),
        ),
        shape=alt.condition("datum.side == 'the opposite'", alt.value("triangle-left"), alt.value("circle")),
    )
    fits = alt.Chart(alt.Data(values=[{"row": -1}])).transform_calculate(
        low=f"points - {SURE} * error", high=f"points + {SURE} * error", middle="points"
    )
    bar = fits.mark_rule(strokeWidth=4, opacity=0.5, aria=False).encode(x=_along("low"), x2="high:Q", y=down)
    middle = fits.mark_point(
        filled=True, shape="diamond", size=110, opacity=1, color=charts.INK, aria=False
    ).encode(x=_along("middle"), y=down)
    zero = (
        alt.Chart(alt.Data(values=[{"zero": 0}]))
        .mark_rule(strokeDash=[4, 3], color=charts.QUIET, aria=False)
        .encode(x=_along("zero"))
    )
    return alt.layer(zero, marked, bar, middle).properties(width=460, height=110)


def _along(field: str) -> "alt.X":
    alt = charts.themed_altair()

    scale = alt.Scale(
        # The same reach for most settings: what fewer people do to the spread must be seen.
        domainMin=alt.expr("min(0, points) - room"),
        domainMax=alt.expr("max(0, points) + room"),
        nice=False,
        zero=False,
    )
    title = f"difference found in each of {STUDIES} simulated studies (points)"
    return alt.X(f"{field}:Q", scale=scale, title=title, axis=alt.Axis(tickCount=7))


def _written(value: str, digits: int) -> str:
    """Return the expression for a number in words, as `_rounded` writes it."""
    size = f"(floor({10**digits} * abs({value}) + 0.5) / {10**digits})"
    return f"(({value} < 0 && {size} > 0 ? '−' : '') + format({size}, '.{max(digits, 1)}~f'))"


@cache
def cells() -> dict[str, str]:
    """Return the numbers of the page's table, as the browser computes them."""
    return {f"now-{row}": f"said_{key}" for row, key in enumerate(NUMBERS)}


def _expressions() -> list["alt.Parameter"]:
    """Return what the browser computes from the controls: the numbers, the sentence and the title."""
    alt = charts.themed_altair()

    known = list(sizes().items())
    first, second = (
        " : ".join(f"size == '{name}' ? {pair[side]}" for name, pair in known) + " : 1" for side in (0, 1)
    )
    opposite = " + ".join(f"((points + error * {each}) * points < 0 ? 1 : 0)" for each in luck())
    more = "(100 * points / matched)"
    odds = "((treated / (100 - treated)) / (matched / (100 - matched)))"
    fits = "'Of such studies 95 in 100 find ' + said_low + ' to ' + said_high + ' points. '"
    start = (
        f"'Of {SQUARES} in each group, ' + {_written(f'(treated / {STEP})', 0)} + ' treated and ' + "
        f"{_written(f'(matched / {STEP})', 0)} + ' matched have the event: '"
    )
    written = {
        "points": "treated - matched",
        "error": f"sqrt(treated * (100 - treated) / ({first}) + matched * (100 - matched) / ({second}))",
        "room": "4 * error < 8 ? 8 : 16",
        "said_points": _written("points", 1),
        "said_more": f"points == 0 ? 'no difference' : {_written(f'abs({more})', 1)} + '% '"
        " + (points < 0 ? 'less' : 'more')",
        "said_odds": _written(odds, 2),
        "said_people": f"points == 0 ? 'none' : {_written('(100 / abs(points))', 0)}",
        "said_low": _written(f"(points - {SURE} * error)", 1),
        "said_high": _written(f"(points + {SURE} * error)", 1),
        "said_opposite": f"points == 0 ? 'no direction to find' : format({opposite}, '.0f')",
        "heading": "points == 0 ? 'No difference' : said_points + ' points, or ' + said_more + ' likely'",
        "result": f"{start} + (points == 0 ? 'no difference. ' + {fits} + "
        f"'Whatever the {STUDIES} simulated studies find is chance.' : said_points + ' points, ' + said_more"
        " + ' likely, odds ratio ' + said_odds + ', one ' + (points > 0 ? 'more' : 'fewer') + ' in ' + "
        f"said_people + '. ' + {fits} + said_opposite + "
        f"' of {STUDIES} simulated studies find the opposite.')",
    }
    return [alt.param(name=name, expr=expression) for name, expression in written.items()]
