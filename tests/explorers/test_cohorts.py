"""Does the explorer of cohorts compute what the plan's falls imply, in Python and in the browser alike?"""

import json
import re
from itertools import product
from typing import Any

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from cjpolicy import explore
from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.explorers import cohorts
from cjpolicy.explorers.cohorts import (
    ENDS,
    GROUPS,
    NUMBERS,
    SETTINGS,
    SHOWS,
    Cohort,
    Setting,
    below,
    chance,
    per_year,
    sentence,
    table,
)
from tests.explorers.support import VERSIONS, in_browser, spec

TRIED = [
    *SETTINGS.values(),
    Setting("beside", "both", 100),
    Setting("yearly", "both", 5_000),
    Setting("printed", "both", 700),
]
FIRST = Cohort("November 2004", 28, 21, 15)

falls = st.integers(0, 60)


def svg(setting: Setting, version: str) -> str:
    return str(vl_convert.vegalite_to_svg(json.dumps(cohorts.draw(setting).to_dict()), vl_version=version))


def test_the_cohorts_are_those_that_the_plan_prints() -> None:
    assert cohorts.cohorts() == [FIRST, Cohort("May 2005", 22, 18, 1), Cohort("April 2006", 11, 15, 0)]


def test_on_one_clock_the_largest_fall_is_the_slowest() -> None:
    yearly = table(SETTINGS["one clock"])
    programme = yearly[yearly["group"] == GROUPS[0]]["value"].round(1).tolist()
    assert programme == [9.6, 10.3, 16.2]
    assert table(SETTINGS["whole months"])["value"].round(1).tolist() == [9.3, 6.5, 9.8, 0.5, 15, 0]


def test_beside_the_comparison_areas_the_largest_fall_stands_out_least() -> None:
    beside = table(SETTINGS["beside"]).round(1)
    assert beside["value"].tolist() == [7.1, 17.2, 15]
    assert beside[["low", "high"]].iloc[0].tolist() == [5.9, 8.2]
    assert beside["least"].isna().all()


def test_a_thousand_offences_leave_the_first_cohort_open() -> None:
    assert chance(FIRST, 1_000) == pytest.approx((-5.9, 18.4), abs=0.05)
    assert chance(FIRST, 5_000)[0] > 0
    rows = table(SETTINGS["with counts"])
    assert (rows["least"].iloc[0] < 0, rows["least"].iloc[1] > 0) == (True, True)


@given(falls, falls, st.integers(100, 5_000))
def test_more_offences_leave_less_to_chance(fall: int, comparison: int, offences: int) -> None:
    cohort = Cohort("any", 12, fall, comparison)
    least, most = chance(cohort, offences)
    closer, nearer = chance(cohort, 2 * offences)
    assert least < closer < below(fall, comparison) < nearer < most


@given(falls, st.integers(1, 60))
def test_a_steady_fall_over_its_months_is_the_fall(fall: int, months: int) -> None:
    assert 100 * (1 - (1 - per_year(fall, months) / 100) ** (months / 12)) == pytest.approx(fall, abs=1e-9)


def test_rounding_leaves_the_value_inside() -> None:
    for show in SHOWS:
        rows = table(Setting(show))
        assert (rows["low"] < rows["value"]).all() and (rows["value"] < rows["high"]).all()


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (("fall",), UnknownName, "no quantity 'fall'. There are: 'printed'"),
        (("printed", "one"), UnknownName, "no way of counting months 'one'"),
        (("printed", "both", -1), CourseError, "offences is -1: give a number from 0 to 5,000"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(
    values: tuple[Any, ...], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Setting(*values)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("setting", TRIED, ids=str)
def test_the_browser_draws_what_the_model_computes(setting: Setting, version: str) -> None:
    marks = re.findall(r'aria-label="([\w ]+), (\w+ areas): (−?[\d.]+)%', svg(setting, version))
    shown = {(name, group): float(value.replace("−", "-")) for name, group, value in marks}
    expected = {(row["cohort"], row["group"]): row["value"] for row in table(setting).to_dict("records")}
    assert shown == pytest.approx(expected, abs=0.051)


@pytest.mark.parametrize("setting", TRIED, ids=str)
def test_the_browser_says_and_tabulates_what_the_model_computes(setting: Setting) -> None:
    said = {"result": "result", **cohorts.cells()}
    shown = in_browser(cohorts.draw(setting).to_dict(), said, VERSIONS[0])
    assert shown["result"] == sentence(setting)
    known = {(row["cohort"], row["group"]): row for row in table(setting).to_dict("records")}
    for row, (cohort, group) in enumerate(product(cohorts.cohorts(), GROUPS)):
        for name in NUMBERS:
            value = known.get((cohort.name, group), {}).get(name)
            text = "" if value is None or value != value else cohorts._percent(value)
            assert shown.get(f"{name}-{row}", "") == text


def test_the_lists_offer_every_choice_in_words() -> None:
    params = {each["name"]: each for each in spec(explore("cohorts"))["params"]}
    assert params["show"]["bind"]["labels"] == list(SHOWS.values())
    assert params["ends"]["bind"]["labels"] == list(ENDS.values())


def test_the_start_can_be_chosen_and_the_text_and_the_chart_agree() -> None:
    explorer = explore("cohorts", setting="beside")
    assert repr(explorer).startswith(sentence(SETTINGS["beside"]))
    assert sentence(SETTINGS["beside"]) in spec(explorer)["description"]
