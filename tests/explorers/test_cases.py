"""Does the explorer of cases compute intervals, in Python and in the browser alike?"""

import json
import re
from typing import Any

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from cjpolicy import explore
from cjpolicy.errors import CourseError
from cjpolicy.explorers import cases
from cjpolicy.explorers.cases import ROWS, SIZES, Setting, sentence, settings, spans
from tests.explorers.support import VERSIONS, in_browser

START = settings()["two"]
TRIED = [
    *settings().values(),
    Setting(0, "10", 0.5, 1),
    Setting(100, "10", 0.25, 10),
    Setting(100, "1000", 0.07, 2.5),
    Setting(49, "98", 0.31, 4.5),
    Setting(50, "50", 0, 7),
]

any_setting = st.builds(
    Setting,
    st.integers(0, 100),
    st.sampled_from(list(SIZES)),
    st.integers(0, 50).map(lambda hundredths: hundredths / 100),
    st.integers(2, 20).map(lambda halves: halves / 2),
)


def texts(setting: Setting, version: str) -> list[str]:
    svg = vl_convert.vegalite_to_svg(json.dumps(cases.draw(setting).to_dict()), vl_version=version)
    return re.findall(r"<t(?:ext|span)[^>]*>([^<]+)</t(?:ext|span)>", svg)


def test_the_settings_are_the_documents_figures() -> None:
    assert [(each.count, each.size) for each in settings().values()] == [
        (2, 98),
        (0, 98),
        (20, 1000),
        (2, 98),
    ]
    assert cases.prisons() == 9


@given(any_setting)
def test_every_interval_holds_the_share_and_clusters_widen_it(setting: Setting) -> None:
    share = 100 * setting.count / setting.size
    found = spans(setting)
    for row in ("Wilson", "exact", "Wilson, in clusters"):
        low, high = found[row]
        assert 0 <= low <= share + 1e-9 and share - 1e-9 <= high <= 100
    plain, clustered = found["Wilson"], found["Wilson, in clusters"]
    assert clustered[1] - clustered[0] >= plain[1] - plain[0] - 1e-9


def test_the_rule_of_three_speaks_only_where_none_was_found() -> None:
    assert spans(START)["rule of three"] == (0, 0)
    assert spans(settings()["none"])["rule of three"] == pytest.approx((0, 300 / 98))
    assert "Rule of three" in sentence(settings()["none"])
    assert "Rule of three" not in sentence(START)


def test_more_found_than_looked_at_is_all_of_them() -> None:
    assert sentence(Setting(60, "50", 0, 3)).startswith("50 of 50 is 100.0%.")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((-1, "98", 0, 3), "found is -1: give 0 to 100 cases"),
        ((2, "98", 2, 3), "alike is 2: give a number from 0"),
        ((2, "98", 0, 0), "margin is 0: give more than 0"),
        ((2, "97", 0, 3), "no number of cases '97'"),
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
    for row, (low, high) in spans(setting).items():
        if row != "rule of three" or not setting.count:
            assert f"{low:.1f}% to {high:.1f}%" in shown


@pytest.mark.parametrize("setting", TRIED, ids=str)
def test_the_browser_fills_the_table_with_what_the_model_computes(setting: Setting) -> None:
    expected: dict[str, str] = {}
    for place, (low, high) in enumerate(cases.said(setting).values()):
        expected |= {f"low-{place}": low, f"high-{place}": high}
    assert len(expected) == len(cases.cells()) == 2 * len(ROWS)
    assert in_browser(cases.draw(setting).to_dict(), cases.cells(), VERSIONS[0]) == expected


def test_the_start_can_be_chosen() -> None:
    assert repr(explore("cases", setting="none")).startswith("0 of 98 is 0.0%.")
