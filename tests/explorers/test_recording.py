"""Does the recording explorer compute what the plan's figures imply, in Python and in the browser alike?"""

import json
import re
from dataclasses import astuple
from itertools import pairwise

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from cjpolicy import explore
from cjpolicy.errors import CourseError
from cjpolicy.explorers import recording
from cjpolicy.explorers.recording import (
    SLIDERS,
    Setting,
    index_steps,
    recorded_change,
    rounding_band,
    sentence,
    settings,
)
from tests.explorers.support import VERSIONS, in_browser, page, signals, spec

PLAN = Setting(-31, 80, 20, 35, 43)
SETTINGS = [
    PLAN,
    Setting(0, 0, 0, 50, 50),
    Setting(-60, -50, -50, 95, 5),
    Setting(60, 150, 100, 5, 95),
    Setting(31, 0, 0, 43, 35),
    Setting(-1, 3, -2, 40, 41),
    Setting(20, -10, 5, 45, 36),
]

changes = st.integers(-60, 150)
shares = st.integers(5, 95)
any_setting = st.builds(Setting, changes, changes, changes, shares, shares)


def texts(setting: Setting, version: str) -> tuple[list[str], str]:
    drawn = vl_convert.vegalite_to_svg(json.dumps(recording.draw(setting).to_dict()), vl_version=version)
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawn), drawn


def test_the_settings_are_the_plans_figures_and_changes_of_them() -> None:
    known = settings()
    assert astuple(known["plan"]) == astuple(PLAN)
    assert astuple(known["nothing changed"]) == (0, 80, 20, 35, 43)
    assert astuple(known["recording unchanged"]) == (-31, 0, 0, 35, 35)
    assert astuple(known["violence rose"]) == (31, 0, 0, 43, 35)


def test_the_plans_figures_make_records_rise_by_83_per_cent() -> None:
    assert recorded_change(PLAN) == pytest.approx(83.106, abs=0.001)
    steps = index_steps(PLAN)
    assert steps["records"].round(1).tolist() == [100, 180, 216, 265.4, 183.1]
    assert steps["survey"].tolist() == [100, 100, 100, 100, 69]


def test_rounding_alone_allows_76_to_90_per_cent() -> None:
    assert rounding_band(PLAN) == pytest.approx((76.397, 90.070), abs=0.001)


def test_the_sentence_states_both_indexes_and_the_band_of_what_was_printed() -> None:
    assert sentence(PLAN) == "Survey: 69. Records: 183, a rise of 83%. Rounding alone allows +76% to +90%."
    assert sentence(Setting(-30, 80, 20, 35, 43)) == "Survey: 70. Records: 186, a rise of 86%."


def test_if_nothing_changed_but_recording_records_rise_and_the_survey_does_not() -> None:
    assert sentence(settings()["nothing changed"]).startswith("Survey: 100. Records: 265, a rise of 165%.")


def test_if_recording_did_not_change_records_follow_the_survey() -> None:
    steps = index_steps(settings()["recording unchanged"])
    assert steps["records"].iloc[-1] == pytest.approx(steps["survey"].iloc[-1])


@given(any_setting)
def test_the_last_step_is_the_whole_change_and_lies_within_the_band(setting: Setting) -> None:
    low, high = rounding_band(setting)
    assert index_steps(setting)["records"].iloc[-1] == pytest.approx(100 + recorded_change(setting))
    assert low <= recorded_change(setting) <= high


@given(any_setting)
def test_the_order_of_the_changes_does_not_matter(setting: Setting) -> None:
    product = 1.0
    for factor in reversed(setting.factors()):
        product *= factor
    assert recorded_change(setting) == pytest.approx(100 * (product - 1))


def test_the_band_stays_within_what_shares_and_falls_can_be() -> None:
    low, high = rounding_band(Setting(-100, 0, 0, 100, 100))
    assert low == -100
    assert high == pytest.approx(100 * (0.005 * 1.005 / 0.995 - 1))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((-101, 0, 0, 50, 50), "true_change is -101: nothing falls by more than 100 per cent"),
        ((0, 0, 0, 50, 101), "reported_after is 101: give a share from 0 to 100"),
        ((0, 0, 0, 0, 50), "reported_before is 0: there would be no records"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(values: tuple[float, ...], message: str) -> None:
    with pytest.raises(CourseError, match=message):
        Setting(*values)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_the_browser_computes_what_the_model_computes(setting: Setting, version: str) -> None:
    shown, drawn = texts(setting, version)
    result, _, rounding = sentence(setting).partition(" Rounding")
    assert result in shown
    assert [text for text in shown if text.startswith("Rounding")] == (
        [f"Rounding{rounding}"] if rounding else []
    )
    assert bool(rounding) == (setting == PLAN)
    marks = re.findall(r"records \(1997 = 100\): ([\d.,]+); survey \(1997 = 100\): ([\d.,]+)", drawn)
    steps = index_steps(setting)
    expected = {
        (round(records), round(survey))
        for records, survey in zip(steps["records"] + 1e-9, steps["survey"], strict=True)
    }
    assert {tuple(float(value.replace(",", "")) for value in mark) for mark in marks} == expected


@pytest.mark.parametrize("version", VERSIONS)
def test_the_result_and_what_rounding_allows_are_signals(version: str) -> None:
    known = signals(spec(explore("recording")), version)
    assert {"result", "rounding"} <= {signal["name"] for signal in known}


def test_every_slider_names_its_unit() -> None:
    assert all("%" in slider.label for slider in SLIDERS.values())


def test_the_start_can_be_chosen_and_the_text_the_table_and_the_chart_agree() -> None:
    explorer = explore("recording", setting="violence rose")
    assert repr(explorer).startswith("Survey: 131. Records: 107, a rise of 7%.")
    assert "Survey: 131. Records: 107" in spec(explorer)["description"]
    cells = re.findall(r"<output[^>]*-(?:records|survey)-4[^>]*>([^<]*)<", page(explorer))
    assert cells == ["106.6", "131.0"]


def test_the_steps_keep_their_order_on_the_chart() -> None:
    _, drawn = texts(PLAN, "5.20")
    lines = re.findall(r"<tspan[^>]*>([^<]*)</tspan>|<text[^>]*>([^<]*)</text>", drawn)
    said = " ".join(one or other for one, other in lines)
    places = [said.index(step) for step in recording.STEPS]
    assert all(before < after for before, after in pairwise(places))


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_the_browser_fills_the_table_with_what_the_model_computes(setting: Setting) -> None:
    expected = {}
    for place, row in enumerate(index_steps(setting).to_dict("records")):
        for column, form in (("factor", ".3f"), ("records", ".1f"), ("survey", ".1f")):
            expected[f"{column}-{place}"] = format(row[column], form)
    said = {cell: f"format({value}, '{form}')" for cell, (value, form) in recording.CELLS.items()}
    shown = in_browser(recording.draw(setting).to_dict(), said, VERSIONS[0])
    assert shown == {cell: expected[cell] for cell in recording.CELLS}
