"""Does the recording explorer compute what the plan's figures imply, in Python and in the browser alike?"""

import json
import re
from dataclasses import asdict, astuple
from itertools import pairwise
from typing import Any

import altair as alt
import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from cjpolicy import explore
from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.explorers import dials, recording
from cjpolicy.explorers.recording import (
    SLIDERS,
    Setting,
    index_steps,
    recorded_change,
    rounding_band,
    sentence,
    settings,
)

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
VERSIONS = ("5.20", "6.4")
MIME = "application/vnd.vegalite.v5+json"

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
    assert list(known) == list(recording.BUTTONS)


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
def test_the_buttons_and_the_announcement_reach_the_right_signals(version: str) -> None:
    spec = explore("recording").outputs[1][0][MIME]
    signals = vl_convert.vegalite_to_vega(json.dumps(spec), vl_version=version)["signals"]
    known = settings()
    changes = spec["usermeta"]["embedOptions"]["patch"]
    clicks = {change["path"]: change["value"] for change in changes if change["path"].endswith("/on")}
    assert len(clicks) == len(SLIDERS)
    for place, name in enumerate(SLIDERS):
        assert (signals[place]["name"], signals[place]["bind"]["input"]) == (name, "range")
        *pressed, moved = clicks[f"/signals/{place}/on"]
        updates = [float(click["update"]) for click in pressed]
        assert updates == [getattr(setting, name) for setting in (*known.values(), PLAN)]
        assert moved["update"] == f"event.target.name == '{name}' ? toNumber(event.target.value) : {name}"
    shown = [change["value"]["name"] for change in changes if change["path"] == "/signals/-"]
    assert shown == ["page_result", *(f"page_{cell}" for cell in recording.CELLS)]
    assert {"result", "rounding"} <= {signal["name"] for signal in signals}


def test_every_element_the_chart_looks_for_is_on_the_page_once() -> None:
    explorer = explore("recording")
    page, wanted = explorer.outputs[0][0]["text/html"], json.dumps(explorer.outputs[1][0][MIME])
    ids = set(re.findall(r'"#(cj-[\w-]+)"', wanted))
    # A button a setting and one to reset, the box of sliders, the result and the numbers of the table.
    assert len(ids) == len(settings()) + 3 + len(recording.CELLS)
    assert all(page.count(f'id="{name}"') == 1 for name in ids)


def test_two_explorers_on_one_page_do_not_share_elements() -> None:
    one, other = (
        set(re.findall(r'id="([^"]+)"', explore("recording").outputs[0][0]["text/html"])) for _ in range(2)
    )
    assert one.isdisjoint(other)


def test_every_slider_names_its_unit_and_reaches_every_setting() -> None:
    for name, slider in SLIDERS.items():
        assert "%" in slider.label
        assert all(slider.low <= getattr(setting, name) <= slider.high for setting in settings().values())


def test_the_start_can_be_chosen_and_the_text_the_table_and_the_chart_agree() -> None:
    explorer = explore("recording", setting="violence rose")
    assert repr(explorer).startswith("Survey: 131. Records: 107, a rise of 7%.")
    assert "Survey: 131. Records: 107" in explorer.outputs[1][0][MIME]["description"]
    cells = re.findall(
        r"<output[^>]*-(?:records|survey)-4[^>]*>([^<]*)<", explorer.outputs[0][0]["text/html"]
    )
    assert cells == ["106.6", "131.0"]


def test_an_unknown_setting_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownName, match="no setting 'worst'. There are: 'plan', 'nothing changed'"):
        explore("recording", setting="worst")


def test_the_steps_keep_their_order_on_the_chart() -> None:
    _, drawn = texts(PLAN, "5.20")
    lines = re.findall(r"<tspan[^>]*>([^<]*)</tspan>|<text[^>]*>([^<]*)</text>", drawn)
    said = " ".join(one or other for one, other in lines)
    places = [said.index(step) for step in recording.STEPS]
    assert all(before < after for before, after in pairwise(places))


def test_outputs_are_plain_json() -> None:
    outputs: Any = explore("recording").outputs
    assert json.loads(json.dumps([data for data, _ in outputs]))[0]["text/plain"].startswith("Survey: 69.")


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_the_browser_fills_the_table_with_what_the_model_computes(setting: Setting) -> None:
    expected = {}
    for place, row in enumerate(index_steps(setting).to_dict("records")):
        for column, form in (("factor", ".3f"), ("records", ".1f"), ("survey", ".1f")):
            expected[f"{column}-{place}"] = format(row[column], form)
    marks = alt.layer(
        *(
            alt.Chart(alt.Data(values=[{}])).mark_text(
                text=alt.expr(f"'{cell}=' + format({value}, '{form}')")
            )
            for cell, (value, form) in recording.CELLS.items()
        )
    )
    chart = marks.add_params(*dials.params(SLIDERS, asdict(setting)), *recording._expressions())
    svg = vl_convert.vegalite_to_svg(json.dumps(chart.to_dict()), vl_version="5.20")
    shown = dict(re.findall(r">([a-z]+-\d)=([^<]*)<", svg))
    assert shown == {cell: expected[cell] for cell in recording.CELLS}


def test_the_chart_fits_an_ordinary_page() -> None:
    drawn = recording.draw(PLAN).to_dict()
    assert drawn["width"] + drawn["padding"]["left"] + drawn["padding"]["right"] <= 640
