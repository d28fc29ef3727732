"""Does the explorer of risks compute what two shares say, in Python and in the browser alike?"""

import json
from dataclasses import astuple

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from cjpolicy import explore
from cjpolicy.errors import CourseError
from cjpolicy.explorers import risks
from cjpolicy.explorers.risks import NUMBERS, Setting, found, numbers, sentence, settings, texts
from tests.explorers.support import VERSIONS, in_browser, page, spec

TRIED = [
    *settings().values(),
    Setting(10, 8),
    Setting(0.5, 60, "many"),
    Setting(60, 0.5, "few"),
    Setting(9, 9),
]

shares = st.integers(1, 120).map(lambda halves: halves / 2)
any_setting = st.builds(Setting, shares, shares, st.sampled_from(["study", "few", "many"]))


def test_the_first_setting_is_the_studys() -> None:
    assert astuple(settings()["study"]) == (8, 10, "study")
    assert risks.sizes()["study"] == (2562, 13219)


def test_each_setting_does_what_the_lesson_asks_about() -> None:
    said = {name: texts(setting) for name, setting in settings().items()}
    assert {said[name]["more"] for name in ("study", "rarer", "commoner", "few")} == {"25% more"}
    assert [said[name]["people"] for name in ("rarer", "study", "commoner")] == ["200", "50", "10"]
    assert (said["points"]["points"], said["points"]["more"]) == ("2", "4.2% more")
    # Small studies of one truth disagree about its direction; the study itself was not small.
    assert said["study"]["opposite"] == "0"
    assert int(said["few"]["opposite"]) >= 4


def test_the_simulated_studies_scatter_as_chance_does() -> None:
    setting = settings()["few"]
    off = [(each - setting.points) / setting.error for each in found(setting)]
    assert abs(sum(off) / len(off)) < 0.4
    assert 0.7 < (sum(each**2 for each in off) / len(off)) ** 0.5 < 1.3


@given(any_setting)
def test_the_odds_ratio_lies_further_from_one_than_the_ratio_of_shares(setting: Setting) -> None:
    known = numbers(setting)
    odds, ratio = known["odds"], setting.treated / setting.matched
    assert odds is not None
    assert odds >= ratio >= 1 if setting.points >= 0 else odds <= ratio <= 1


@given(any_setting)
def test_the_interval_stands_around_the_difference(setting: Setting) -> None:
    known = numbers(setting)
    assert known["low"] < setting.points < known["high"]  # type: ignore[operator]
    assert known["low"] + known["high"] == pytest.approx(2 * setting.points)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((0, 8), "matched is 0: give 0.5 to 60 per cent"),
        ((8, 61), "treated is 61: give 0.5 to 60 per cent"),
        ((8, 10, "some"), "no size 'some'"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(values: tuple[float, ...], message: str) -> None:
    with pytest.raises(CourseError, match=message):
        Setting(*values)  # type: ignore[arg-type]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("setting", TRIED, ids=str)
def test_the_browser_says_and_tabulates_what_the_model_computes(setting: Setting, version: str) -> None:
    shown = in_browser(risks.draw(setting).to_dict(), {"result": "result", **risks.cells()}, version)
    assert shown.pop("result") == sentence(setting)
    assert shown == {f"now-{row}": texts(setting)[key] for row, key in enumerate(NUMBERS)}


@pytest.mark.parametrize("setting", TRIED, ids=str)
def test_the_array_has_as_many_squares_of_each_colour_as_the_shares_say(setting: Setting) -> None:
    drawn = vl_convert.vegalite_to_svg(json.dumps(risks.draw(setting).to_dict()), vl_version="5.20")
    # Each colour stands once more, in the legend.
    colours = {name: drawn.count(f'fill="{value}"') for name, value in risks.COLOURS.items()}
    both, either = min(setting.matched, setting.treated), max(setting.matched, setting.treated)
    squares = {"both": 2 * both, "difference": 2 * (either - both), "rest": 200 - 2 * either}
    assert {name: colours[name] >= number for name, number in squares.items()} == dict.fromkeys(squares, True)
    assert colours["rest"] == squares["rest"] + 1


def test_it_says_that_its_studies_are_simulated() -> None:
    explorer = explore("risks")
    assert "simulated" in page(explorer)
    assert "simulated" in json.dumps(spec(explorer)["title"])


def test_the_start_can_be_chosen() -> None:
    assert repr(explore("risks", setting="few")).startswith(sentence(settings()["few"]))
