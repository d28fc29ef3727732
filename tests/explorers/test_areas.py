"""Does the explorer of areas pick, compare and credit as it says, in Python and in the browser alike?"""

import json
import re

import pytest
import vl_convert

from cjpolicy import catalogue, explore
from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.explorers import areas
from cjpolicy.explorers.areas import (
    GROUPS,
    HOWS,
    SETTINGS,
    Setting,
    choose_areas,
    credited,
    means,
    sentence,
)
from tests.explorers.support import VERSIONS, in_browser, page, spec

TABLE = catalogue.load("simulated_areas")
TRIED = [*SETTINGS.values(), Setting("half", 100, 40), Setting("lot", 50, 0), Setting("worst", 100, 5)]


def test_each_setting_does_what_the_lesson_asks_about() -> None:
    found = {name: credited(setting) for name, setting in SETTINGS.items()}
    # Much is credited for nothing; looking further back helps, and does not cure.
    assert found["worst, nothing"] > 20
    assert 5 < found["three years, nothing"] < found["worst, nothing"] / 2 + 1
    # A lottery credits about what the programme does, among all areas and among the worst.
    for name in ("lot, works", "half of the worst, works"):
        assert abs(found[name] - SETTINGS[name].works) < 3, name
    assert found["worst, works"] > 35
    # A fair lottery with few areas is still at the mercy of chance.
    assert found["ten by lot, nothing"] > 10


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("number", [10, 60, 100])
def test_nobody_is_in_both_groups(how: str, number: int) -> None:
    joined, compared = choose_areas(TABLE, how, number)
    assert len(joined) == number
    assert not set(joined["area"]) & set(compared["area"])
    assert len(compared) == (number if how == "half" else len(TABLE) - number)


def test_the_worst_are_the_worst_and_the_lottery_does_not_look() -> None:
    joined, compared = choose_areas(TABLE, "worst", 20)
    assert joined["year_3"].min() >= compared["year_3"].max()
    joined, compared = choose_areas(TABLE, "lot", 20)
    assert joined["lot"].max() < compared["lot"].min()
    joined, compared = choose_areas(TABLE, "half", 20)
    worst = set(choose_areas(TABLE, "worst", 40)[0]["area"])
    assert {*joined["area"], *compared["area"]} == worst


def test_the_programme_lowers_year_4_of_those_who_joined_and_nothing_else() -> None:
    without, with_it = means(Setting("lot", 100, 0)), means(Setting("lot", 100, 20))
    assert with_it["joined"].iloc[3] == pytest.approx(0.8 * without["joined"].iloc[3])
    assert with_it["joined"].iloc[:3].tolist() == without["joined"].iloc[:3].tolist()
    assert with_it["compared"].tolist() == without["compared"].tolist()


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (("best", 20, 0), UnknownName, "no way of choosing 'best'. There are: 'worst'"),
        (("lot", 25, 0), CourseError, "number is 25: give 10, 20 ... 100 areas"),
        (("lot", 20, 41), CourseError, "works is 41: give a fall from 0 to 40 per cent"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(
    values: tuple[str, int, int], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Setting(*values)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("setting", TRIED, ids=str)
def test_the_browser_draws_what_the_model_computes(setting: Setting, version: str) -> None:
    drawn = vl_convert.vegalite_to_svg(json.dumps(areas.draw(setting).to_dict()), vl_version=version)
    assert areas.headline(setting) in drawn
    marks = re.findall(r'aria-label="(\w+), (year \d): ([\d.]+)"', drawn)
    shown = {(group, year): float(value) for group, year, value in marks}
    table = means(setting).set_index("year")
    assert len(shown) == 8
    for (group, year), value in shown.items():
        assert value == pytest.approx(table.loc[year, group], abs=0.051)


@pytest.mark.parametrize("setting", TRIED, ids=str)
def test_the_browser_says_and_tabulates_what_the_model_computes(setting: Setting) -> None:
    shown = in_browser(areas.draw(setting).to_dict(), {"result": "result", **areas.CELLS}, VERSIONS[0])
    assert shown.pop("result") == sentence(setting)
    table = means(setting)
    assert shown == {
        f"{group}-{row}": areas._one(table[group].iloc[row]) for group in GROUPS for row in range(4)
    }


def test_it_says_everywhere_that_it_is_simulated() -> None:
    explorer = explore("areas")
    assert "simulated" in page(explorer)
    assert spec(explorer)["description"].startswith("Simulated areas")
    assert spec(explorer)["title"]["subtitle"][0].startswith("Simulated areas")


def test_the_start_can_be_chosen() -> None:
    assert repr(explore("areas", setting="lot, works")).startswith(sentence(SETTINGS["lot, works"]))
