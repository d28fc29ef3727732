"""Are charts judged by what they draw, however they were written?"""

import json
from collections.abc import Iterator
from typing import Any

import altair as alt
import pandas as pd
import pytest

from cjpolicy.answers import Chart
from cjpolicy.answers.charts import (
    Need,
    compares_with,
    keeps_order,
    leaves_out,
    on_log_axis,
    says,
    sets_apart,
    shows,
    starts_at_zero,
    tells_apart,
    uses_bars,
)
from tests.answers.samples import BLANKS

STEPS = ["start", "coverage", "standard", "reporting", "true level"]
INDEX = [100, 180, 216, 265.37, 183.11]
FACTORS = [1, 1.8, 1.2, 1.23, 0.69]
TABLE = pd.DataFrame({"step": STEPS, "index": INDEX, "factor": FACTORS})
LONG = pd.concat(
    [TABLE.assign(source="records"), TABLE.assign(source="survey", index=[100, 100, 100, 100, 69])]
)
BASE = alt.Chart(TABLE)
X = alt.X("step", sort=None)
BARS = (
    BASE.mark_bar().encode(X, alt.Y("index").title("Index, 1997 = 100")).properties(title="An illustration")
)
RULE = alt.Chart().mark_rule().encode(y=alt.datum(69))
NEEDS: dict[str, list[Need]] = {
    "quantity": [shows(INDEX)],
    "order": [keeps_order(STEPS)],
    "foot": [starts_at_zero()],
    "comparison": [compares_with([69, 100])],
    "words": [says("1997 = 100", name="names its base"), says("illustration", name="says what it is")],
}
SLIPS = {"change-for-level": FACTORS}


def met(answer: Any) -> dict[str, bool]:
    outcome = Chart().judge(answer, NEEDS, slips=SLIPS)
    assert outcome.parts, outcome.message
    return {name: part.status == "correct" for name, part in outcome.parts}


COMPLETE: dict[str, Any] = {
    "bars and a rule": BARS + RULE,
    "rule first": RULE + BARS,
    "lying bars": BASE.mark_bar()
    .encode(y=alt.Y("step", sort=None), x=alt.X("index").title("1997=100"))
    .properties(title={"text": "Bars", "subtitle": ["An", "illustration"]})
    + alt.Chart().mark_rule().encode(x=alt.datum(69)),
    "field by field": BASE.mark_bar().encode(
        x=alt.X(field="step", type="nominal", sort=None),
        y=alt.Y(field="index", type="quantitative", title="Illustration, 1997 = 100"),
    )
    + RULE,
    "chained": BASE.mark_bar()
    .encode(x="step:O")
    .encode(y="index:Q")
    .encode(x=X)
    .properties(title="Illustration (1997 = 100)")
    + RULE,
    "titles on the axis": BASE.mark_point().encode(
        alt.X("step:O", sort=STEPS), alt.Y("index:Q", axis=alt.Axis(title=["Illustration", "1997 = 100"]))
    )
    + RULE,
    "long form": alt.Chart(LONG, title="Illustration, 1997 = 100")
    .mark_line(point=True, interpolate="step-after")
    .encode(alt.X("step", sort=None), alt.Y("index"), alt.Color("source")),
    "long form by dashes": alt.Chart(LONG, title="Illustration, 1997 = 100")
    .mark_line()
    .encode(x=X, y="index", strokeDash="source"),
    "folded": alt.Chart(TABLE.assign(survey=69).rename(columns={"index": "records"}))
    .transform_fold(["records", "survey"], as_=["source", "level"])
    .mark_line()
    .encode(x=X, y=alt.Y("level:Q", title="Illustration, 1997 = 100"), color="source:N"),
    "a constant computed": BARS
    + alt.Chart(TABLE).transform_calculate(survey="69").mark_rule().encode(y="survey:Q"),
    "a second table": BARS + alt.Chart(pd.DataFrame({"survey": [69]})).mark_rule().encode(y="survey"),
    "a second line": BARS.mark_line()
    + alt.Chart(LONG[LONG["source"] == "survey"]).mark_line().encode(x=X, y="index"),
    "filtered": BARS
    + alt.Chart(LONG)
    .transform_filter("datum.source === 'survey' && datum.index < 100")
    .mark_point()
    .encode(x=X, y="index"),
    "computed from a column": BASE.transform_calculate(level="datum.index / 100 * 100")
    .mark_bar()
    .encode(x=X, y=alt.Y("level:Q", title="Illustration, 1997 = 100"))
    + RULE,
    "a mean of one": BASE.mark_bar().encode(x=X, y=alt.Y("mean(index)", title="Illustration, 1997 = 100"))
    + RULE,
    "side by side": (BARS + RULE) | BASE.mark_bar().encode(x="step", y="factor"),
    "one above the other": BASE.mark_bar().encode(x="step", y="factor") & (BARS + RULE),
    "in panels": alt.Chart(LONG, title="Illustration, 1997 = 100")
    .mark_line()
    .encode(x=X, y="index", color="source")
    .facet("factor:N"),
    "configured": (BARS + RULE).configure_axis(labelAngle=0),
    "sorted by a number": alt.Chart(TABLE.assign(place=range(5)))
    .mark_bar()
    .encode(
        x=alt.X("step", sort=alt.EncodingSortField("place", order="ascending")),
        y=alt.Y("index", title="Illustration, 1997 = 100"),
    )
    + RULE,
    "ordered by its scale": BARS.encode(x=alt.X("step", scale=alt.Scale(domain=STEPS))) + RULE,
    "ordered categories": alt.Chart(
        TABLE.assign(step=pd.Categorical(STEPS, STEPS, ordered=True)), title="Illustration, 1997 = 100"
    )
    .mark_bar()
    .encode(x="step", y="index")
    + RULE,
    "a default title": alt.Chart(TABLE.rename(columns={"index": "Illustration, 1997 = 100"}))
    .mark_bar()
    .encode(x=X, y=alt.Y("Illustration, 1997 = 100:Q"))
    + RULE,
    "a written label": BASE.mark_bar().encode(x=X, y="index")
    + alt.Chart().mark_text(text="Illustration, 1997 = 100").encode(y=alt.datum(69)),
    "a repeated column": alt.layer(
        BASE.mark_bar().encode(x=X, y=alt.Y(alt.repeat("column"), type="quantitative")), RULE
    )
    .properties(title="Illustration, 1997 = 100")
    .repeat(column=["index", "factor"]),
    "a domain with zero": BARS.encode(alt.Y("index", scale=alt.Scale(domain=[0, 300]), title="1997 = 100"))
    + RULE,
    "points from 60": BASE.mark_point().encode(
        x=X, y=alt.Y("index", scale=alt.Scale(zero=False), title="Illustration, 1997 = 100")
    )
    + RULE,
    "a specification": json.loads((BARS + RULE).to_json()),
}


@pytest.mark.parametrize("name", COMPLETE)
def test_a_complete_chart_however_it_is_written(name: str) -> None:
    assert met(COMPLETE[name]) == dict.fromkeys(NEEDS, True)
    assert Chart().inspect(COMPLETE[name]).status == "correct"


LACKING: dict[str, tuple[Any, str, str]] = {
    "factors": (BASE.mark_bar().encode(x=X, y="factor"), "quantity", "change-for-level"),
    "another column": (
        alt.Chart(TABLE.assign(n=1)).mark_bar().encode(x=X, y="n"),
        "quantity",
        "chart-wrong-quantity",
    ),
    "numbers as names": (BASE.mark_bar().encode(x=X, y="index:O"), "quantity", "chart-wrong-quantity:type"),
    "sorted by alphabet": (BASE.mark_bar().encode(x="step", y="index"), "order", "chart-order-lost"),
    "sorted downwards": (
        BASE.mark_bar().encode(alt.X("step", sort="descending")),
        "order",
        "chart-order-lost",
    ),
    "sorted by size": (
        BASE.mark_bar().encode(alt.X("step", sort="-y"), y="index"),
        "order",
        "chart-order-lost",
    ),
    "sorted by size, upwards": (
        BASE.mark_bar().encode(alt.X("step", sort="y"), y="index"),
        "order",
        "chart-order-lost",
    ),
    "sorted by a field": (
        BASE.mark_bar().encode(alt.X("step", sort=alt.EncodingSortField("factor")), y="index"),
        "order",
        "chart-order-lost",
    ),
    "the table turned round": (
        alt.Chart(TABLE[::-1]).mark_bar().encode(x=X, y="index"),
        "order",
        "chart-order-lost",
    ),
    "a list in another order": (BARS.encode(x=alt.X("step", sort=STEPS[::-1])), "order", "chart-order-lost"),
    "a scale turned round": (
        BARS.encode(x=alt.X("step", sort=None, scale=alt.Scale(reverse=True))),
        "order",
        "chart-order-lost",
    ),
    "bars from 90": (
        BARS.encode(y=alt.Y("index", scale=alt.Scale(domain=[90, 300]))),
        "foot",
        "chart-cut-axis",
    ),
    "bars from the lowest": (
        BARS.encode(y=alt.Y("index", scale=alt.Scale(domainMin=90))),
        "foot",
        "chart-cut-axis",
    ),
    "bars without zero": (BARS.encode(y=alt.Y("index").scale(zero=False)), "foot", "chart-cut-axis"),
    "areas without zero": (
        BASE.mark_area().encode(X, alt.Y("index").scale(zero=False)),
        "foot",
        "chart-cut-axis",
    ),
    "bars on a log scale": (BARS.encode(y=alt.Y("index").scale(type="log")), "foot", "chart-cut-axis"),
    "bars standing on 90": (BARS.encode(y2=alt.datum(90)), "foot", "chart-cut-axis"),
    "an axis cut by another layer": (
        BARS + BASE.mark_point().encode(X, alt.Y("index").scale(domain=[90, 300])),
        "foot",
        "chart-cut-axis",
    ),
    "nothing beside it": (BARS, "comparison", "chart-no-comparison"),
    "a rule elsewhere": (BARS + RULE.encode(y=alt.datum(50)), "comparison", "chart-no-comparison"),
    "a rule in pixels": (BARS + RULE.encode(y=alt.value(69)), "comparison", "chart-no-comparison"),
    "a colour for each step": (BARS.encode(color="step"), "comparison", "chart-no-comparison"),
    "points on the bars": (BARS + BARS.mark_point(), "comparison", "chart-no-comparison"),
    "the same line backwards": (
        BARS + alt.Chart(TABLE[::-1]).mark_line().encode(x=X, y="index"),
        "comparison",
        "chart-no-comparison",
    ),
    "no words": (BASE.mark_bar().encode(x=X, y="index"), "words", "chart-unlabelled"),
    "an axis that is not drawn": (
        BASE.mark_bar().encode(X, alt.Y("index", axis=None, title="Illustration, 1997 = 100")),
        "words",
        "chart-unlabelled",
    ),
    "a title taken out": (
        alt.Chart(TABLE.rename(columns={"index": "Illustration, 1997 = 100"}))
        .mark_bar()
        .encode(x=X, y=alt.Y("Illustration, 1997 = 100:Q", title=None)),
        "words",
        "chart-unlabelled",
    ),
    "words for no reader": (
        BASE.mark_bar().encode(x=X, y="index").properties(description="Illustration, 1997 = 100"),
        "words",
        "chart-unlabelled",
    ),
}


@pytest.mark.parametrize("name", LACKING)
def test_what_a_chart_lacks_is_named(name: str) -> None:
    answer, part, slip = LACKING[name]
    outcome = dict(Chart().judge(answer, NEEDS, slips=SLIPS).parts)[part]
    assert (outcome.status, outcome.share, outcome.slip) == ("not yet", 0.0, slip)
    assert outcome.message.startswith("You gave a chart (")
    assert "Wanted: a chart that " in outcome.message


def test_every_need_that_is_not_met_is_listed() -> None:
    bare = BASE.mark_bar().encode(x="step", y=alt.Y("factor").scale(zero=False))
    outcome = Chart().judge(bare, {"all": [need for needs in NEEDS.values() for need in needs]}, slips=SLIPS)
    assert outcome.slips == (
        *("change-for-level", "chart-order-lost", "chart-cut-axis"),
        *("chart-no-comparison", "chart-unlabelled"),
    )


def test_a_lone_series_that_ends_at_the_value_compares_nothing() -> None:
    falling = (
        alt.Chart(pd.DataFrame({"year": [1, 2], "index": [100, 69]})).mark_line().encode(x="year", y="index")
    )
    outcome = Chart().judge(falling, {"all": [compares_with([69])]})
    assert outcome.slips == ("chart-no-comparison",)
    assert Chart().judge(falling + BARS, {"all": [compares_with([69])]}).status == "correct"


LOG = alt.Y("index").scale(type="log")


@pytest.mark.parametrize(
    ("chart", "met"),
    [
        (BASE.mark_point().encode(X, LOG), True),
        (BASE.mark_point().encode(y=X, x=alt.X("index").scale(type="log")), True),
        (BASE.mark_line().encode(X, y="index") + BASE.mark_point().encode(X, LOG), True),
        (BASE.mark_point().encode(X, y="index"), False),
        (BASE.mark_point().encode(X, alt.Y("index").scale(type="symlog")), False),
        (BASE.mark_point().encode(alt.X("factor").scale(type="log"), y="index"), False),
        (
            BASE.mark_point().encode(X, y="index")
            | BASE.mark_point().encode(X, alt.Y("factor").scale(type="log")),
            False,
        ),
    ],
)
def test_a_log_axis_counts_where_the_values_are(chart: Any, met: bool) -> None:
    outcome = Chart().judge(chart, {"axis": [on_log_axis(TABLE["index"].tolist())]})
    assert outcome.slips == (() if met else ("chart-even-axis",))


def test_a_log_axis_counts_for_the_values_of_a_mistake_too() -> None:
    chart = BASE.mark_point().encode(X, alt.Y("factor").scale(type="log"))
    needs = {"axis": [on_log_axis(TABLE["index"].tolist(), TABLE["factor"].tolist())]}
    assert Chart().judge(chart, needs).status == "correct"


def test_layers_inherit_what_the_chart_around_them_says() -> None:
    layers = [{"mark": "bar", "encoding": {"y": {"field": "index", "type": "quantitative"}}}]
    around = {
        "x": {"field": "step", "type": "nominal", "sort": None},
        "y": {"scale": {"domain": [90, 300]}, "title": "1997 = 100", "field": "factor"},
    }
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": TABLE.to_dict("records")},
        "encoding": around,
        "layer": layers,
    }
    assert met(spec) == {
        "quantity": True,
        "order": True,
        "foot": False,
        "comparison": False,
        "words": False,
    }


@pytest.fixture
def theme_on() -> Iterator[None]:
    import cjpolicy as cj

    before = alt.theme.active
    alt.theme.enable("dark")
    cj.charts.register()
    yield
    alt.theme.enable(before)


def test_a_theme_changes_nothing(theme_on: None) -> None:
    assert met(BARS + RULE) == dict.fromkeys(NEEDS, True)


def test_a_long_table_can_be_drawn() -> None:
    many = pd.DataFrame({"year": range(6000), "count": range(6000)})
    chart = alt.Chart(many).mark_line().encode(x="year:Q", y="count:Q")
    assert Chart().judge(chart, {"all": [shows([5999]), keeps_order([1, 2, 3])]}).status == "correct"


@pytest.mark.parametrize("kind", ["year:T", "year:O", "year:N"])
@pytest.mark.parametrize("rows", [1, -1])
def test_years_in_order(kind: str, rows: int) -> None:
    years = pd.DataFrame({"year": ["1997", "1998", "1999"], "n": [3, 1, 2]})[::rows]
    if kind == "year:T":
        years["year"] = pd.to_datetime(years["year"])
    chart = alt.Chart(years).mark_line().encode(x=kind, y="n")
    assert Chart().judge(chart, {"order": [keeps_order([1997, 1998, 1999])]}).status == "correct"


def test_counts_are_added_up() -> None:
    chart = alt.Chart(pd.DataFrame({"unit": ["b", "a", "b"]})).mark_bar().encode(y="unit", x="count()")
    needs = {"all": [shows([2, 1]), keeps_order(["a", "b"]), says("Count of Records", name="counts")]}
    assert Chart().judge(chart, needs).status == "correct"


@pytest.mark.parametrize(
    "chart",
    [
        BASE.transform_window(index2="sum(factor)").mark_bar().encode(x=X, y="index2:Q"),
        BASE.transform_calculate(index2="pow(datum.factor, 2)").mark_bar().encode(x=X, y="index2:Q"),
        BASE.mark_bar().encode(x=X, y="stdev(index)"),
    ],
)
def test_values_computed_in_drawing_cannot_be_checked(chart: Any) -> None:
    outcome = dict(Chart().judge(chart, NEEDS).parts)["quantity"]
    assert outcome.status == "cannot check"
    assert "Compute them in the table first" in outcome.message


@pytest.mark.parametrize("blank", BLANKS)
def test_no_chart_is_not_attempted(blank: Any) -> None:
    assert Chart().judge(blank, NEEDS).status == "not attempted"


@pytest.mark.parametrize(
    ("answer", "says_what"),
    [
        (TABLE, "You gave a table"),
        (3, "You gave an int"),
        (alt.Chart, "You gave a class"),
        (alt.X("step"), "You gave a X"),
        ({"mark": "bar"}, "You gave a dictionary"),
        (alt.Chart(TABLE), "Altair cannot draw this chart yet"),
        (BASE.mark_bar().encode(x="stepp", y="index"), "stepp"),
        (alt.Chart("figures.csv").mark_bar().encode(x="step:N", y="index:Q"), "holds no table"),
        (alt.Chart().mark_bar().encode(x="step:N", y="index:Q"), "holds no table"),
        (alt.Chart(TABLE[:0]).mark_bar().encode(x="step:N", y="index:Q"), "holds no table"),
        ({"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "layer": 3}, "cannot be read"),
    ],
)
def test_what_cannot_be_drawn_cannot_be_checked(answer: Any, says_what: str) -> None:
    outcome = Chart().judge(answer, NEEDS)
    assert outcome.status == "cannot check"
    assert says_what in outcome.message


SPANS = pd.DataFrame({"office": ["Ash", "Birch"], "low": [10, 30], "high": [20, 45]})


@pytest.mark.parametrize(
    ("chart", "expected"),
    [
        (alt.Chart(SPANS).mark_rule().encode(x="low", x2="high", y="office"), "correct"),
        (alt.Chart(SPANS).mark_bar().encode(y="low", y2="high", x="office"), "correct"),
        (alt.Chart(SPANS).mark_rule().encode(x="low", y="office"), "not yet"),
    ],
    ids=["lying", "standing", "one end"],
)
def test_a_chart_shows_both_ends_of_its_marks(chart: alt.Chart, expected: str) -> None:
    outcome = Chart().judge(chart, {"ends": [shows([10, 30]), shows([20, 45])]})
    assert outcome.status == expected, outcome.message


@pytest.mark.parametrize(
    ("chart", "expected"),
    [
        (alt.Chart(SPANS).mark_point().encode(x="low", y="office"), "correct"),
        (alt.Chart(SPANS).mark_point().encode(x="low", color="office"), "correct"),
        (alt.Chart(SPANS).mark_point().encode(x="low"), "not yet"),
    ],
    ids=["on an axis", "in a legend", "nowhere"],
)
def test_a_chart_tells_its_rows_apart(chart: alt.Chart, expected: str) -> None:
    outcome = Chart().judge(chart, {"rows": [tells_apart(["Ash", "Birch"])]})
    assert outcome.status == expected, outcome.message


# Two towns over three years, and the same as a wide table.
TOWNS = pd.DataFrame(
    {"year": [0, 1, 2] * 2, "town": ["Ash"] * 3 + ["Birch"] * 3, "clear": [100, 80, 64, 100, 90, 81]}
)
WIDE = TOWNS.pivot(index="year", columns="town", values="clear").reset_index()
LINES = alt.Chart(TOWNS).mark_line().encode(x="year:O", y="clear")
TOWN_BARS = alt.Chart(TOWNS).mark_bar().encode(x="year:O", y="clear")


def lacks(chart: Any, need: Need, slips: Any = None) -> str:
    """Return the misconception of a chart that does not meet a need; "" where it does."""
    ((_, part),) = Chart().judge(chart, {"part": [need]}, slips=slips).parts
    assert (part.status == "correct") == (part.slip == "")
    return part.slip


def town(name: str) -> alt.Chart:
    return LINES.transform_filter(alt.datum.town == name)


@pytest.mark.parametrize(
    ("chart", "slip"),
    [
        (LINES.encode(color="town"), ""),
        (LINES.encode(strokeDash="town") + LINES.mark_point().encode(shape="town"), ""),
        (LINES.encode(column="town"), ""),
        (LINES.facet("town"), ""),
        (town("Ash") + town("Birch"), ""),
        (town("Ash") | town("Birch"), ""),
        (
            alt.Chart(WIDE).mark_line().encode(x="year:O", y="Ash")
            + alt.Chart(WIDE).mark_line().encode(x="year:O", y="Birch"),
            "",
        ),
        (TOWN_BARS.encode(xOffset="town", color="town"), ""),
        (LINES, "chart-no-comparison:together"),
        (LINES + LINES.mark_point(), "chart-no-comparison:together"),
        (LINES + LINES.mark_text().encode(text="town"), "chart-no-comparison:together"),
        (town("Ash"), "chart-no-comparison:together"),
        (LINES + alt.Chart().mark_rule().encode(y=alt.datum(100)), "chart-no-comparison:together"),
    ],
)
def test_series_are_drawn_apart(chart: alt.Chart, slip: str) -> None:
    assert lacks(chart, sets_apart(2)) == slip


STACKED = "chart-wrong-quantity:stacked"


@pytest.mark.parametrize(
    ("chart", "slip"),
    [
        (TOWN_BARS.encode(color="town"), STACKED),
        (TOWN_BARS.mark_area().encode(color="town"), STACKED),
        (TOWN_BARS.encode(y=alt.Y("clear", stack="normalize"), color="town"), STACKED),
        (TOWN_BARS, STACKED),
        (TOWN_BARS.encode(y=alt.Y("clear", stack=None), color="town"), ""),
        (TOWN_BARS.encode(y=alt.Y("clear", stack=False), color="town"), ""),
        (TOWN_BARS.encode(xOffset="town"), ""),
        (TOWN_BARS.encode(column="town"), ""),
        (LINES.encode(color="town"), ""),
        (town("Ash").mark_bar() + town("Birch").mark_bar(), ""),
    ],
)
def test_what_is_stacked_stands_at_sums(chart: alt.Chart, slip: str) -> None:
    assert lacks(chart, shows([100, 64, 81])) == slip


def test_layers_that_share_axes_show_their_values_together() -> None:
    log = alt.Y("clear", scale=alt.Scale(type="log"))
    ash, birch = town("Ash").encode(log), town("Birch").encode(log)
    assert lacks(ash + birch, shows([64, 81])) == lacks(ash + birch, on_log_axis([64, 81])) == ""
    assert lacks(ash | birch, shows([64, 81])) == "chart-wrong-quantity"
    assert lacks(town("Ash") + town("Birch"), on_log_axis([64, 81])) == "chart-even-axis"


@pytest.mark.parametrize(
    ("chart", "slip"),
    [(BARS, "slip-other-rows"), (BASE.transform_filter("datum.step != 'start'").mark_bar().encode(X), "")],
)
def test_rows_that_are_to_be_left_out(chart: alt.Chart, slip: str) -> None:
    assert lacks(chart, leaves_out(["Start"])) == slip


@pytest.mark.parametrize(
    ("chart", "slip"), [(BARS + RULE, ""), (BARS.mark_line(), "chart-no-bars"), (RULE, "chart-no-bars")]
)
def test_bars_are_asked_for(chart: alt.Chart, slip: str) -> None:
    assert lacks(chart, uses_bars()) == slip


def test_a_unit_may_be_asked_for_on_the_axis_itself() -> None:
    need = says("per cent", name="says its unit", on_axis=True)
    titled = BASE.mark_bar().encode(x=alt.X("index").title("Per cent"), y="step")
    assert lacks(titled, need) == ""
    above = BASE.mark_bar().encode(x="index", y="step").properties(title="In per cent")
    assert lacks(above, need) == "chart-unlabelled"


def test_shares_on_an_axis_of_per_cent_are_read_as_it_writes_them() -> None:
    shares = alt.Chart(pd.DataFrame({"office": ["Ash", "Birch"], "share": [0.1, 0.2]})).mark_bar()
    written = shares.encode(x=alt.X("share", axis=alt.Axis(format=".0%")), y="office")
    assert lacks(written, shows([10, 20])) == ""
    assert lacks(shares.encode(x="share", y="office"), shows([10, 20])) == "chart-wrong-quantity"


def test_the_ends_of_an_error_bar_are_shown() -> None:
    middles = SPANS.assign(middle=[15, 37.5], half=[5, 7.5])
    ends = {"ends": [shows([10, 30]), shows([20, 45])]}
    bars = alt.Chart(middles).mark_errorbar().encode(x=alt.X("middle:Q"), xError="half:Q", y="office")
    assert Chart().judge(bars, ends).status == "correct"
    lopsided = middles.assign(down=[-5, -7.5], up=[5, 7.5])
    bars = (
        alt.Chart(lopsided).mark_errorbar().encode(x="middle:Q", xError="up:Q", xError2="down:Q", y="office")
    )
    assert Chart().judge(bars, ends).status == "correct"


def test_a_dot_in_the_name_of_a_column() -> None:
    dotted = alt.Chart(pd.DataFrame({"no. of 100": [1, 2], "row": ["a", "b"]})).mark_bar()
    escaped = Chart().judge(dotted.encode(x="no\\. of 100:Q", y="row"), {"values": [shows([1, 2])]})
    assert escaped.status == "correct", escaped.message
    bare = Chart().judge(dotted.encode(x="no. of 100:Q", y="row"), {"values": [shows([1, 2])]})
    assert bare.status == "cannot check" and "a dot or a bracket in its name" in bare.message
    beside = BASE.mark_bar().encode(x="step", y="index", tooltip="no. of 100:Q")
    beside.data = TABLE.assign(**{"no. of 100": 1})
    assert lacks(beside, shows(INDEX)) == ""


def test_a_legend_can_be_made_of_a_constant() -> None:
    chart = BASE.mark_line().encode(x="step", y="index", color=alt.datum("Eastbrook"))
    assert Chart().judge(chart, {"words": [says("eastbrook", name="names it")]}).status == "correct"


def test_a_rounded_mistake_keeps_its_diagnosis() -> None:
    rounded = BASE.mark_bar().encode(x="step", y="rounded:Q")
    rounded.data = TABLE.assign(rounded=TABLE["factor"].round(1))
    assert lacks(rounded, shows(INDEX), {"change-for-level": FACTORS}) == "change-for-level"


@pytest.mark.parametrize(
    ("domain", "slip"),
    [([0, 300], ""), ([0, 200], "chart-cut-axis"), ([-10, 300], ""), ([90, 300], "chart-cut-axis")],
)
def test_a_domain_leaves_bars_whole(domain: list[int], slip: str) -> None:
    chart = BASE.mark_bar().encode(X, alt.Y("index", scale=alt.Scale(domain=domain)))
    assert lacks(chart, starts_at_zero()) == slip


def test_bars_below_zero_are_bars_too() -> None:
    falls = alt.Chart(TABLE.assign(index=-TABLE["index"])).mark_bar()
    cut = falls.encode(X, alt.Y("index", scale=alt.Scale(domain=[0, 300])))
    assert lacks(cut, starts_at_zero()) == "chart-cut-axis"
    assert lacks(falls.encode(X, alt.Y("index")), starts_at_zero()) == ""


@pytest.mark.parametrize(
    ("sort", "slip"),
    [(None, ""), (STEPS, ""), ("ascending", "chart-order-lost"), (STEPS[::-1], "chart-order-lost")],
)
def test_layers_that_share_an_axis_keep_its_order_together(sort: Any, slip: str) -> None:
    bars = BASE.mark_bar().encode(alt.X("step", sort=sort), alt.Y("index"))
    layers = alt.layer(*(bars.transform_filter(alt.datum.step == step) for step in STEPS))
    assert lacks(layers, keeps_order(STEPS)) == slip
    assert lacks(layers, tells_apart(STEPS)) == ""


def test_a_rule_across_the_other_axis_compares_nothing() -> None:
    points = BASE.mark_point().encode(y=alt.Y("step", sort=None), x="index")
    along, across = (alt.Chart().mark_rule().encode(**{end: alt.datum(69)}) for end in "xy")
    assert lacks(points + along, compares_with([69])) == ""
    assert lacks(points + across, compares_with([69])) == "chart-no-comparison"


def test_a_rule_in_a_panel_of_its_own_compares_nothing() -> None:
    assert lacks(BARS + RULE, compares_with([69])) == ""
    assert lacks(BARS | RULE, compares_with([69])) == "chart-no-comparison"
    assert lacks(BARS & RULE, compares_with([69])) == "chart-no-comparison"


@pytest.mark.parametrize(
    ("bars", "texts", "slip"),
    [
        (None, None, ""),
        (STEPS, STEPS, ""),
        (None, STEPS, ""),
        (None, "ascending", "chart-order-lost"),
        ("ascending", None, "chart-order-lost"),
        (STEPS, STEPS[::-1], "chart-order-lost"),
    ],
)
def test_sorts_that_differ_are_dropped(bars: Any, texts: Any, slip: str) -> None:
    words = BASE.mark_text().encode(alt.X("step", sort=texts), y="index", text="index")
    chart = BASE.mark_bar().encode(alt.X("step", sort=bars), y="index") + words
    assert lacks(chart, keeps_order(STEPS)) == slip


def test_labels_may_be_numbered_to_keep_their_order() -> None:
    numbered = TABLE.assign(step=[f"{place}. {step}" for place, step in enumerate(STEPS, 1)])
    assert lacks(alt.Chart(numbered).mark_bar().encode(x="step", y="index"), keeps_order(STEPS)) == ""
    falling = TABLE.assign(step=[f"{9 - place}. {step}" for place, step in enumerate(STEPS, 1)])
    chart = alt.Chart(falling).mark_bar().encode(x="step", y="index")
    assert lacks(chart, keeps_order(STEPS)) == "chart-order-lost"


def test_another_column_on_a_log_axis_is_not_told_that_its_axis_is_even() -> None:
    log = BASE.mark_point().encode(x="step", y=alt.Y("factor", scale=alt.Scale(type="log")))
    assert lacks(log, on_log_axis(INDEX)) == ""
    assert lacks(log.encode(y="factor"), on_log_axis(INDEX)) == "chart-even-axis"
