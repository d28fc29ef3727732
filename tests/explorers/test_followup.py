"""Does the follow-up explorer compute what a risk and a time make, in Python and in the browser alike?"""

import json
import re
from dataclasses import astuple, replace
from typing import Any

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from cjpolicy import catalogue, explore
from cjpolicy.errors import CourseError
from cjpolicy.explorers import followup
from cjpolicy.explorers.followup import KINDS, SLIDERS, Setting, beside, printed, sentence, settings, share
from tests.explorers.support import VERSIONS, in_browser, page, spec

START = settings()["newspaper"]
TRIED = [
    *settings().values(),
    Setting(0, 50, 0, "any"),
    Setting(30, 50, 14, "any"),
    Setting(30, 100, 13.9, "stated"),
    Setting(7.35, 81, 0.4, "serious"),
    Setting(12, 95, 1, "not stated"),
]

any_setting = st.builds(
    Setting,
    st.integers(0, 600).map(lambda steps: steps / 20),
    st.integers(50, 100),
    st.integers(0, 140).map(lambda tenths: tenths / 10),
    st.sampled_from(list(KINDS)),
)


def drawn(setting: Setting, version: str) -> str:
    return vl_convert.vegalite_to_svg(json.dumps(followup.draw(setting).to_dict()), vl_version=version)


def texts(setting: Setting, version: str) -> list[str]:
    found = re.findall(r"<t(?:ext|span)[^>]*>([^<]+)</t(?:ext|span)>", drawn(setting, version))
    return [text.replace("&amp;", "&") for text in found]


def test_the_settings_are_the_documents_figures() -> None:
    assert astuple(settings()["newspaper"]) == (13.2, 100, 8.2, "sexual")
    assert astuple(settings()["evaluation"]) == (0.95, 100, 8.2, "sexual")
    assert astuple(settings()["bound"]) == (0.6, 100, 8.2, "serious")


def test_the_newspapers_risk_makes_more_than_two_in_three() -> None:
    assert share(START, 8.2) == pytest.approx(100 * (1 - 0.868**8.2))
    assert share(START, 1) == pytest.approx(13.2)


def test_the_evaluations_risk_makes_its_share() -> None:
    assert share(settings()["evaluation"], 8.2) == pytest.approx(7.5, abs=0.05)


def test_a_risk_that_falls_can_pass_through_the_year_and_the_share_for_any_offence() -> None:
    falling = settings()["falling"]
    assert share(falling, 1) == pytest.approx(catalogue.figure("mail-13-2").value)
    assert share(falling, 8.2) == pytest.approx(catalogue.figure("sotp-all-reoffending-38-3").value, abs=0.2)


@given(any_setting)
def test_a_share_lies_between_nobody_and_everybody_and_never_falls(setting: Setting) -> None:
    shares = [share(setting, tenth / 10) for tenth in range(0, 141, 7)]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] <= 100


@given(any_setting)
def test_a_risk_that_falls_makes_no_more_than_a_steady_one(setting: Setting) -> None:
    assert share(setting, setting.window) <= share(replace(setting, kept=100), setting.window) + 1e-9


def test_every_printed_rate_is_laid_under_one_kind_of_its_own() -> None:
    of_a_kind = [name for kind in KINDS if kind != "stated" for name in printed(kind)["rate_id"]]
    assert sorted(of_a_kind) == sorted(printed()["rate_id"])
    assert set(printed("stated")["rate_id"]) | set(printed("not stated")["rate_id"]) == set(of_a_kind)
    assert set(followup.NAMED) | set(followup.NUDGES) <= set(of_a_kind)


def test_the_sentence_says_how_a_risk_goes_on_and_what_is_printed() -> None:
    assert sentence(settings()["falling"]).startswith(
        "Suppose 13.2% in the first year, each year 74% of the last: 38.4% would reoffend within 8.2 years."
    )
    assert " 13.2% would reoffend within 1 year. " in sentence(replace(START, window=1))
    assert "under 0.6%" in beside("serious")
    assert "it fits any number of years" in beside("not stated")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((101, 100, 1, "any"), "first is 101: give a number from 0 to 100 per cent"),
        ((5, -1, 1, "any"), "kept is -1: give a number from 0 to 100 per cent"),
        ((5, 100, 15, "any"), "window is 15: give 0 to 14 years"),
        ((5, 100, 1, "all"), "no kind 'all'"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(values: Any, message: str) -> None:
    with pytest.raises(CourseError, match=message):
        Setting(*values)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("setting", TRIED, ids=str)
def test_the_browser_says_what_the_model_says(setting: Setting, version: str) -> None:
    shown = texts(setting, version)
    assert sentence(setting) in " ".join(shown)
    assert f"{share(setting, setting.window):.1f}%" in shown


@pytest.mark.parametrize("setting", TRIED, ids=str)
def test_the_browser_fills_the_table_with_what_the_model_computes(setting: Setting) -> None:
    placed = [(row, years) for row, years in enumerate(printed()["years"]) if years == years]
    expected = {f"at-{row}": f"{share(setting, years):.1f}" for row, years in placed}
    assert in_browser(followup.draw(setting).to_dict(), followup.cells(), VERSIONS[0]) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_the_chart_draws_the_rates_of_the_kind_chosen_and_no_others(kind: str) -> None:
    svg = drawn(replace(START, kind=kind), "5.20")
    named = [row for row in followup._data() if row["name"] in svg and row["event"] in svg]
    wanted = [row for row in followup._data() if kind in (row["kind"], "stated" if row["years"] else "")]
    assert {row["event"] for row in named} == {row["event"] for row in wanted}


@pytest.mark.parametrize("version", VERSIONS)
def test_the_layers_that_may_be_empty_are_those_that_are_named(version: str) -> None:
    chart = json.dumps(followup.draw(START).to_dict())
    marks = vl_convert.vegalite_to_vega(chart, vl_version=version)["marks"]
    kinds = {place: marks[place]["type"] for place in followup.MAY_BE_EMPTY}
    assert kinds == {4: "rule", 6: "symbol"}


def test_every_slider_names_its_unit() -> None:
    assert all("%" in slider.label or "years" in slider.label for slider in SLIDERS.values())


def test_the_start_can_be_chosen_and_the_text_the_table_and_the_chart_agree() -> None:
    explorer = explore("followup", setting="bound")
    said = "Suppose 0.6% in every year: 4.8% would reoffend within 8.2 years."
    assert repr(explorer).startswith(said)
    assert said in spec(explorer)["description"]
    cells = dict(re.findall(r"<output[^>]*-at-(\d+)\"[^>]*>([^<]*)<", page(explorer)))
    ids = list(printed()["rate_id"])
    shown = {name: cells[str(ids.index(name))] for name in ("study-sexual", "mappa-serious")}
    assert shown == {"study-sexual": "4.8", "mappa-serious": "0.6"}
    assert page(explorer).count("cannot be put on a clock") == len(printed("not stated"))
