"""Does the explorer of attrition count what its controls say, in Python and in the browser alike?"""

import json
import re
from dataclasses import asdict

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from cjpolicy import explore
from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.explorers import attrition
from cjpolicy.explorers.attrition import SETTINGS, SLIDERS, WHOLES, Setting, cell, funnel, sentence
from tests.explorers.support import VERSIONS, in_browser, page, signals, spec

START = SETTINGS["start"]
TRIED = [*SETTINGS.values(), Setting(0, 0, 0, 0), Setting(1000, 0, 0, 0), Setting(130, 400, 1000, 70)]

numbers = st.integers(0, 1000)
any_setting = st.builds(Setting, numbers, numbers, numbers, numbers)


def rates(name: str) -> dict[str, float]:
    """Return the rate out of each whole at one of the settings."""
    return dict(zip(WHOLES, funnel(SETTINGS[name])["rate"].round(1), strict=False))


def texts(setting: Setting, whole: str, version: str) -> tuple[list[str], str]:
    spec = json.dumps(attrition.draw(setting, whole).to_dict())
    drawn = vl_convert.vegalite_to_svg(spec, vl_version=version)
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawn), drawn


def test_each_setting_does_what_the_lesson_asks_about() -> None:
    assert rates("start") == {"happened": 3, "reported": 7.5, "recorded": 10, "charged": 50}
    # As many convictions, and a rate out of records that falls.
    assert rates("more reports") == {"happened": 3, "reported": 5, "recorded": 6, "charged": 50}
    # A rate out of charges that shines, and every other worse.
    assert rates("surest charged") == {"happened": 2, "reported": 5, "recorded": 6.7, "charged": 66.7}
    # A rate out of records that shines, and nothing better for anybody.
    assert rates("fewer recorded") == {"happened": 3, "reported": 7.5, "recorded": 15, "charged": 50}
    # Better for more people, and a rate out of records that falls all the same.
    assert rates("more of both") == {"happened": 5, "reported": 7.1, "recorded": 8.3, "charged": 50}


@given(any_setting)
def test_no_stage_holds_more_than_the_one_before(setting: Setting) -> None:
    reached = setting.reached()
    assert list(reached) == sorted(reached, reverse=True)
    assert reached[0] == 1000
    assert reached[1] == setting.reported


@given(any_setting)
def test_the_rate_never_falls_along_the_path(setting: Setting) -> None:
    known = funnel(setting)["rate"].dropna().tolist()
    assert known == sorted(known)
    assert known[-1] in (0, 100)


def test_where_nothing_came_there_is_no_rate() -> None:
    assert funnel(Setting(0, 0, 0, 0))["rate"].isna().tolist() == [False, True, True, True, True]
    assert sentence(Setting(0, 0, 0, 0), "recorded") == "None recorded: there is nothing to divide by."


def test_the_sentence_names_the_whole() -> None:
    assert sentence(START, "charged") == "Of every 100 charged, 50 ended in a conviction (30 of 60)."
    assert sentence(START, "happened") == "Of every 100 incidents, 3 ended in a conviction (30 of 1000)."


@pytest.mark.parametrize("value", [-1, 1001])
def test_a_setting_that_cannot_be_is_refused(value: int) -> None:
    with pytest.raises(CourseError, match=f"recorded is {value}: give a number of incidents from 0 to 1,000"):
        Setting(500, value, 0, 0)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("whole", WHOLES)
@pytest.mark.parametrize("setting", TRIED, ids=str)
def test_the_browser_computes_what_the_model_computes(setting: Setting, whole: str, version: str) -> None:
    shown, drawn = texts(setting, whole, version)
    assert sentence(setting, whole) in shown
    marks = re.findall(r"; stage: [^;]*; incidents: ([\d,]+)|incidents: ([\d,]+)\"", drawn)
    assert {int((one or other).replace(",", "")) for one, other in marks} == set(setting.reached())


def test_every_slider_names_its_unit() -> None:
    assert set(asdict(START)) == set(SLIDERS)
    assert all("of 1,000" in slider.label for slider in SLIDERS.values())


@pytest.mark.parametrize("version", VERSIONS)
def test_the_list_offers_every_whole(version: str) -> None:
    (whole,) = (each for each in signals(spec(explore("attrition")), version) if each["name"] == "whole")
    assert whole["bind"]["options"] == list(WHOLES)


def test_the_start_can_be_chosen_and_the_text_the_table_and_the_chart_agree() -> None:
    explorer = explore("attrition", setting="more of both", whole="reported")
    said = "Of every 100 reported, 7.1 ended in a conviction (50 of 700)."
    assert repr(explorer).startswith(said)
    assert said in spec(explorer)["description"]
    rates = re.findall(r"<output[^>]*-rate-\d[^>]*>([^<]*)<", page(explorer))
    assert rates == ["5%", "7.1%", "8.3%", "50%", "100%"]


def test_an_unknown_whole_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownName, match="no whole 'suspects'. There are: 'happened', 'reported'"):
        explore("attrition", whole="suspects")


@pytest.mark.parametrize("setting", TRIED, ids=str)
def test_the_browser_fills_the_table_with_what_the_model_computes(setting: Setting) -> None:
    expected = {}
    for row, stage in enumerate(funnel(setting).to_dict("records")):
        for column in ("incidents", "rate"):
            expected[f"{column}-{row}"] = cell(stage[column], column)
    assert in_browser(attrition.draw(setting, "recorded").to_dict(), attrition.CELLS, VERSIONS[0]) == expected
