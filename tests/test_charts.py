"""Are charts honest, legible, described in words, and drawn offline by the JupyterLab we ship?"""

import html
import json
import re
import subprocess
import sys
from itertools import combinations
from typing import Any

import altair as alt
import pandas as pd
import pytest
import vl_convert
from IPython.core.interactiveshell import InteractiveShell

from cjpolicy import charts
from cjpolicy.errors import CourseError, UnknownName

# JupyterLab 4.6 carries Vega-Lite 5; Altair 6 writes for Vega-Lite 6.
VERSIONS = ("5.20", "6.4")

INDEX = pd.DataFrame({"step": ["start", "coverage", "a fall"], "index": [100.0, 180.0, 124.2]})
CHANGES = pd.DataFrame(
    {"kind": ["wounding", "all", "assault"], "change": [-28, 9, -52], "side": ["a", "b", "a"]}
)
RANGES = pd.DataFrame(
    {"figure": ["z", "a"], "low": [76.4, -31.5], "high": [90.1, -30.5], "stated": [83.1, -31.0]}
)
YEARS = pd.DataFrame(
    {"year": [1997, 2006] * 2, "level": [100, 69, 100, 183], "source": ["survey"] * 2 + ["police"] * 2}
)
NASTY = pd.DataFrame({"kind.of [thing]": ["it's", "that"], "rate's": [1.5, 2.5]})

ARROWS = pd.DataFrame(
    {"cause": ["a bad year", "a bad year", "joining"], "effect": ["joining", "it's less", "it's less"]}
)

EXAMPLES = {
    "causes": lambda: charts.causes(ARROWS, "joining", "it's less", title="What leads to what"),
    "bars": lambda: charts.bars(
        CHANGES, "kind", "change", title="Bars lie", unit="%", reference=-31, reference_label="all"
    ),
    "bars standing": lambda: charts.bars(
        CHANGES, "kind", "change", title="Bars stand", unit="%", colour="side", horizontal=False
    ),
    "intervals": lambda: charts.intervals(
        RANGES, "figure", "low", "high", "stated", title="Rounding", unit="%"
    ),
    "lines": lambda: charts.lines(
        YEARS, "year", "level", series="source", title="They part", unit="1997 = 100"
    ),
    "steps": lambda: charts.steps(
        INDEX, "step", "index", title="Steps", unit="1997 = 100", base_label="1997 = 100"
    ),
    "bars nasty": lambda: charts.bars(NASTY, "kind.of [thing]", "rate's", title="Names", unit=""),
    "steps nasty": lambda: charts.steps(
        NASTY, "kind.of [thing]", "rate's", title="Names", unit="", decimals=1
    ),
}


def svg(chart: Any, version: str) -> str:
    return vl_convert.vegalite_to_svg(json.dumps(chart.to_dict()), vl_version=version)


def texts(drawn: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawn)


def formatter(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what a kernel shows values with, after cjpolicy was imported in it."""
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    charts.register()
    return shell.display_formatter


def linear(colour: str) -> list[float]:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(colour: str) -> float:
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


@pytest.mark.parametrize("name", charts.COLOURS)
def test_marks_stand_out_from_white(name: str) -> None:
    assert 1.05 / (luminance(charts.COLOURS[name]) + 0.05) >= 3


@pytest.mark.parametrize("ink", [charts.INK, charts.QUIET])
def test_text_stands_out_from_white(ink: str) -> None:
    assert 1.05 / (luminance(ink) + 0.05) >= 4.5


@pytest.mark.parametrize(
    "sight",
    [
        ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
        ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
        ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    ],
    ids=["all cones", "no red cones", "no green cones"],
)
def test_the_first_four_colours_differ_to_every_reader(sight: tuple[tuple[float, ...], ...]) -> None:
    def seen(colour: str) -> list[float]:
        parts = linear(colour)
        mixed = (sum(weight * part for weight, part in zip(row, parts, strict=True)) for row in sight)
        return [max(part, 0) ** (1 / 2.4) for part in mixed]

    first = list(charts.COLOURS.values())[:4]
    for one, other in combinations(map(seen, first), 2):
        assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > 0.12


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_chart_draws_in_both_versions(name: str, version: str) -> None:
    drawn = svg(EXAMPLES[name](), version)
    assert {"NaN", "undefined", "null"}.isdisjoint(texts(drawn))
    assert min(map(float, re.findall(r'font-size="([\d.]+)px"', drawn))) >= 12


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_chart_has_a_title_and_is_described_outside_its_layers(name: str) -> None:
    spec = EXAMPLES[name]().to_dict()
    assert spec["description"].startswith(spec["title"]["text"][0])
    assert all("description" not in layer for layer in spec["layer"])


def test_bars_keep_the_order_of_the_rows_and_label_each_value() -> None:
    shown = texts(svg(EXAMPLES["bars"](), "5.20"))
    kinds = [text for text in shown if text in set(CHANGES["kind"])]
    assert kinds == ["wounding", "all", "assault", "all"]  # the last "all" labels the dashed line
    assert {"−28", "9", "−52"} <= set(shown)
    assert "change (%)" in shown


def test_bars_start_from_zero() -> None:
    drawn = charts.bars(pd.DataFrame({"a": ["x", "y"], "n": [90, 95]}), "a", "n", title="T", unit="cases")
    assert "0" in texts(svg(drawn, "5.20"))


def test_steps_label_the_level_and_the_change_on_the_step_before() -> None:
    shown = texts(svg(EXAMPLES["steps"](), "5.20"))
    assert {"100", "180  (+80%)", "124  (−31%)"} <= set(shown)


def test_intervals_label_both_ends() -> None:
    assert {"76.4 to 90.1", "−31.5 to −30.5"} <= set(texts(svg(EXAMPLES["intervals"](), "5.20")))


def test_years_are_spaced_as_numbers_and_words_keep_their_order() -> None:
    numbers = EXAMPLES["lines"]().to_dict()["layer"][0]["encoding"]["x"]
    words = charts.lines(INDEX, "step", "index", title="T", unit="").to_dict()["layer"][0]["encoding"]["x"]
    assert (numbers["type"], numbers["axis"]["format"]) == ("quantitative", "d")
    assert (words["type"], words["sort"]) == ("ordinal", None)


def test_a_description_gives_the_values_or_their_range_if_there_are_many() -> None:
    many = pd.DataFrame({"day": range(30), "n": range(30)})
    assert charts.describe_chart(EXAMPLES["bars"]()).endswith("wounding -28; all 9; assault -52.")
    said = charts.describe_chart(charts.lines(many, "day", "n", title="Days", unit="cases"))
    assert said == "Days. Lines of n (cases) by day. 30 rows, from 0 to 29."


@pytest.mark.parametrize(
    ("title", "begins"), [("Who?", "Who? Bars"), ("So.", "So. Bars"), ("So", "So. Bars")]
)
def test_a_title_that_ends_in_a_mark_gets_no_other(title: str, begins: str) -> None:
    bar = alt.Chart(CHANGES, title=title).mark_bar().encode(x="kind", y="change")
    drawn = charts.bars(CHANGES, "kind", "change", title=title, unit="%")
    assert charts.describe_chart(drawn).startswith(begins)
    assert charts.describe_chart(bar).startswith(begins.replace("Bars", "Chart of bars"))


@pytest.mark.parametrize(("unit", "said"), [("change", "change"), ("Change", "change"), ("%", "change (%)")])
def test_a_unit_that_is_the_columns_name_is_said_once(unit: str, said: str) -> None:
    drawn = charts.bars(CHANGES, "kind", "change", title="So", unit=unit)
    assert f"Bars of {said} by kind" in charts.describe_chart(drawn)
    assert drawn.to_dict()["layer"][0]["encoding"]["x"]["title"] == said


LONG = 'domestic violence where it\'s "thought" that the attacker was under the influence of alcohol, by day'


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("function", ["bars", "intervals", "steps"])
def test_a_long_name_is_broken_into_lines_and_never_cut(function: str, version: str) -> None:
    data = pd.DataFrame({"kind": ["short", LONG], "low": [1, 2], "high": [2, 3]})
    columns = {"bars": ("kind", "low"), "steps": ("kind", "low"), "intervals": ("kind", "low", "high")}
    chart = getattr(charts, function)(data, *columns[function], title="Names", unit="%")
    drawn = svg(chart, version)
    lines = [html.unescape(line) for line in re.findall(r"<tspan[^>]*>([^<]*)</tspan>", drawn)]
    assert " ".join(lines) == LONG
    assert ">short<" in drawn
    assert "…" not in drawn


def arrows_drawn(chart: Any) -> dict[str, dict[str, Any]]:
    """Return the ends of each arrow of a causal diagram, by what it says."""
    return {row["said"]: row for row in chart.to_dict()["layer"][0]["data"]["values"]}


def boxes_drawn(chart: Any) -> dict[str, dict[str, Any]]:
    """Return the edges of each box of a causal diagram, by its name."""
    return {row["name"]: row for row in chart.to_dict()["layer"][2]["data"]["values"]}


def test_arrows_run_between_the_edges_of_their_boxes() -> None:
    chart = EXAMPLES["causes"]()
    boxes, arrows = boxes_drawn(chart), arrows_drawn(chart)
    assert len(arrows) == len(ARROWS)
    for cause, effect in zip(ARROWS["cause"], ARROWS["effect"], strict=True):
        arrow = arrows[f"{cause} leads to {effect}"]
        for end, name, gap in (("", cause, 4), ("2", effect, 10)):
            box = boxes[name]
            outside = max(
                box["left"] - arrow[f"x{end}"],
                arrow[f"x{end}"] - box["right"],
                box["top"] - arrow[f"y{end}"],
                arrow[f"y{end}"] - box["bottom"],
            )
            assert 0 < outside <= gap


def test_the_arrow_that_is_asked_about_is_dashed_and_each_is_named() -> None:
    chart = EXAMPLES["causes"]()
    asked = [said for said, row in arrows_drawn(chart).items() if row["asked"]]
    assert asked == ["joining leads to it's less"]
    assert charts.describe_chart(chart) == (
        "What leads to what. Causal diagram: a bad year leads to joining; a bad year leads to it's less; "
        "joining leads to it's less."
    )


@pytest.mark.parametrize("others", [1, 2, 3])
def test_boxes_do_not_overlap_and_stay_on_the_chart(others: int) -> None:
    names = [f"another thing, number {number}" for number in range(others)]
    arrows = pd.DataFrame(
        {"cause": [*names, "act"], "effect": ["an outcome that takes words"] * (others + 1)}
    )
    chart = charts.causes(arrows, "act", "an outcome that takes words", title="Many")
    boxes = list(boxes_drawn(chart).values())
    assert all(box["left"] >= 0 and box["right"] <= charts.WIDTH for box in boxes)
    assert all(box["top"] >= 0 and box["bottom"] <= charts.DIAGRAM for box in boxes)
    for one, other in combinations(boxes, 2):
        apart = one["right"] <= other["left"] or other["right"] <= one["left"]
        assert apart or one["bottom"] <= other["top"] or other["bottom"] <= one["top"]


def test_an_action_that_no_arrow_names_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(
        UnknownName, match="No arrow begins or ends at 'leaving'. This table has: a bad year, "
    ):
        charts.causes(ARROWS, "leaving", "it's less", title="x")


def test_a_missing_column_is_named_with_those_there_are() -> None:
    with pytest.raises(
        UnknownName, match=r"bars\(\) was asked for the column 'kinds'. This data has: kind, change, side."
    ):
        charts.bars(CHANGES, "kinds", "change", title="T", unit="%")


def test_more_groups_than_colours_are_refused() -> None:
    crowd = pd.DataFrame({"x": range(7), "y": range(7), "group": list("abcdefg")})
    with pytest.raises(CourseError, match="7 groups, and a chart tells at most 6 apart"):
        charts.lines(crowd, "x", "y", series="group", title="T", unit="")


def test_a_students_own_chart_is_drawn_by_jupyterlab_with_a_description(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = (
        alt.Chart(INDEX, title="Mine")
        .mark_bar()
        .encode(x=alt.X("step", sort=None), y=alt.Y("index", title="level"))
    )
    data, metadata = formatter(monkeypatch).format(own)
    said = "Mine. Chart of bars: x shows step, y shows level. 3 rows of data."
    assert data["text/plain"] == f"Chart: {said}"
    assert data[charts.MIME]["description"] == said
    assert data[charts.MIME]["$schema"] == charts.SCHEMA
    assert data[charts.MIME]["config"]["background"] == "white"
    assert metadata[charts.MIME]["embed_options"] == {"renderer": "svg", "actions": False}
    json.dumps(data)


@pytest.mark.parametrize(
    ("combine", "said"),
    [
        (lambda bar, rule: bar + rule, "Chart of bars and rules: x shows step, y shows index."),
        (lambda bar, rule: bar | rule, "Chart of bars and rules: x shows step, y shows index."),
        (lambda bar, rule: bar.facet("step:N"), "Chart of bars: x shows step, y shows index."),
        (
            lambda bar, rule: bar.encode(color="count()"),
            "x shows step, y shows index, colour shows number of rows.",
        ),
        (lambda bar, rule: alt.Chart(INDEX).mark_tick(), "Chart of ticks. 3 rows of data."),
    ],
    ids=["layers", "side by side", "facets", "a count", "nothing encoded"],
)
def test_the_description_of_a_students_chart_covers_its_parts(combine: Any, said: str) -> None:
    bar = alt.Chart(INDEX).mark_bar().encode(x="step", y="index")
    rule = alt.Chart(INDEX).mark_rule().encode(y="index")
    assert said in charts.describe_chart(combine(bar, rule))


def test_a_description_of_ones_own_is_kept() -> None:
    own = alt.Chart(INDEX).mark_bar().encode(x="step", y="index").properties(description="Records rise.")
    assert charts.describe_chart(own) == "Records rise."


def test_other_values_are_shown_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    assert formatter(monkeypatch).format(5)[0] == {"text/plain": "5"}


def test_importing_the_package_imports_no_heavy_module() -> None:
    code = "import sys, cjpolicy; print(*{'altair', 'pandas', 'ipywidgets', 'IPython'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""
