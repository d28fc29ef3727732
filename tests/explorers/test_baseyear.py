"""Does the base-year explorer measure each change rightly, and say what chance and a footnote do to it?"""

import json
import re
from typing import Any

import pytest
from bs4 import BeautifulSoup

from cjpolicy import catalogue, explore, explorers
from cjpolicy.errors import UnknownName
from cjpolicy.explorers import baseyear
from cjpolicy.explorers.baseyear import compare, sentence, yearly
from tests.explorers.support import panel, parts

COUNTS = catalogue.load("homicide_counts")
FIRST, PEAK, LAST = "1997/98", "2002/03", "2006/07"


@pytest.mark.parametrize(
    ("base", "later", "inquiry", "difference", "percent", "chance"),
    [
        (FIRST, LAST, "out", 28, 3.841, 77.10),
        (FIRST, PEAK, "out", 146, 20.027, 80.10),
        (PEAK, LAST, "out", -118, -13.486, 80.80),
        (PEAK, LAST, "in", -290, -27.698, 84.95),
        (FIRST, PEAK, "in", 318, 43.621, 84.29),
        (FIRST, LAST, "in", 28, 3.841, 77.10),
    ],
)
def test_each_change(
    base: str, later: str, inquiry: str, difference: int, percent: float, chance: float
) -> None:
    compared = compare(COUNTS, base, later, inquiry)
    assert compared.difference == difference
    assert compared.percent == pytest.approx(percent, abs=0.001)
    assert compared.chance == pytest.approx(chance, abs=0.01)


def test_the_inquiry_counts_in_one_year_only() -> None:
    assert yearly(COUNTS) == {FIRST: 729, PEAK: 875, LAST: 757}
    assert yearly(COUNTS, "in") == {FIRST: 729, PEAK: 1047, LAST: 757}


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (
            (FIRST, LAST, "out"),
            "From 729 in 1997/98 to 757 in 2006/07: 28 more, a rise of 3.8%. "
            "Chance alone seldom moves the difference by more than 77: within chance.",
        ),
        (
            (PEAK, LAST, "out"),
            "From 875 in 2002/03 to 757 in 2006/07: 118 fewer, a fall of 13.5%. "
            "Chance alone seldom moves the difference by more than 81: more than chance.",
        ),
        (
            (PEAK, LAST, "in"),
            "From 1,047 in 2002/03 to 757 in 2006/07: 290 fewer, a fall of 27.7%. "
            "The rule for chance does not hold here: 172 victims of one inquiry come into one year together.",
        ),
        (
            (PEAK, PEAK, "in"),
            "2002/03 is both years: choose two. A year measured from itself has not changed.",
        ),
    ],
)
def test_the_sentence(choice: tuple[str, str, str], said: str) -> None:
    assert sentence(compare(COUNTS, *choice)) == said


def test_the_number_in_the_words_is_the_number_in_the_table() -> None:
    assert baseyear.INQUIRY.startswith(f"{int(COUNTS['left_out'].dropna().iloc[0])} victims")


def test_every_count_and_its_chance_lie_within_the_drawing() -> None:
    for inquiry in ("out", "in"):
        for count in yearly(COUNTS, inquiry).values():
            low, high = count - 2 * count**0.5, count + 2 * count**0.5
            assert baseyear.LEAST < low < high < baseyear.MOST


def test_the_squares_stand_where_their_counts_are_on_the_axis() -> None:
    drawn = baseyear.draw(COUNTS, compare(COUNTS, FIRST, LAST), "out")
    ticks = {
        int(count.replace(",", "")): float(y) - 4
        for y, count in re.findall(r'y="([\d.]+)" text-anchor="end">([\d,]+)<', drawn)
    }
    slope = (ticks[1200] - ticks[600]) / 600
    squares = re.findall(r'<rect [^>]*y="([\d.]+)" [^>]*fill="([^"]+)"', drawn)
    expected = [ticks[600] + slope * (count - 600) for count in (729, 875, 757)]
    assert [float(y) + 6 for y, _ in squares] == pytest.approx(expected, abs=0.2)
    assert [fill == "currentColor" for _, fill in squares] == [True, False, True]


def test_the_table_sets_the_base_year_at_100() -> None:
    drawn = BeautifulSoup(baseyear.draw(COUNTS, compare(COUNTS, PEAK, LAST), "out"), "html.parser")
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in drawn.select("tbody tr")]
    assert rows == [
        [FIRST, "729", "675 to 783", "83.3"],
        [PEAK, "875", "816 to 934", "100.0"],
        [LAST, "757", "702 to 812", "86.5"],
    ]


def test_no_chance_is_drawn_or_named_for_a_year_with_the_172_put_in() -> None:
    for inquiry, spread in (("out", "816 to 934"), ("in", "the rule does not hold")):
        drawn = baseyear.draw(COUNTS, compare(COUNTS, FIRST, LAST, inquiry), inquiry)
        rows = BeautifulSoup(drawn, "html.parser").select("tbody tr")
        assert [row.find_all("td")[1].get_text() for row in rows] == ["675 to 783", spread, "702 to 812"]
        assert drawn.count('stroke-width="3"') == (3 if inquiry == "out" else 2)


def test_choosing_changes_the_result_and_reset_restores_it() -> None:
    explorer = explore("baseyear")
    answering, (shown,) = panel(explorer), parts(explorer)
    at_first = (answering.said.value, shown.value)
    answering.controls["base"].value = PEAK
    assert "a fall of 13.5%" in answering.said.value
    assert "base year 2002/03" in shown.value
    answering.controls["inquiry"].value = "in"
    assert "a fall of 27.7%" in answering.said.value
    answering.buttons["Reset"].click()
    assert (answering.said.value, shown.value) == at_first


def test_each_button_shows_what_its_label_says() -> None:
    explorer = explore("baseyear", base=PEAK, inquiry="in")
    answering = panel(explorer)
    for label, choice in baseyear.TRIES.items():
        answering.buttons[label].click()
        assert sentence(compare(COUNTS, **choice)) in answering.said.value
        assert (FIRST in answering.said.value) == (label in ("From 1997/98", "Up to the peak"))
        assert ("1,047" in answering.said.value) == ("172" in label)


def test_the_page_answers_every_choice_as_the_model_does() -> None:
    page = BeautifulSoup(explorers.page("baseyear", base=PEAK), "html.parser")
    script: Any = page.select_one('script[type="application/json"]')
    answers = json.loads(script.string)
    assert len(answers) == 3 * 3 * 2
    for key, (said, drawn) in answers.items():
        base, later, inquiry = key.split("|")
        compared = compare(COUNTS, base, later, inquiry)
        assert (said, drawn) == (sentence(compared), baseyear.draw(COUNTS, compared, inquiry))
    status: Any = page.select_one("[role=status]")
    assert status.get_text() == sentence(compare(COUNTS, PEAK, LAST))


def test_the_text_says_the_result_and_the_counts() -> None:
    said = repr(explore("baseyear", inquiry="in"))
    assert said.startswith("From 729 in 1997/98 to 757 in 2006/07")
    assert re.search(r"2002/03: 1,047$", said, re.MULTILINE)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"base": "1999"}, "no year '1999'. There are: '1997/98', '2002/03', '2006/07'"),
        ({"inquiry": "maybe"}, "no choice 'maybe'. There are: 'out', 'in'"),
    ],
)
def test_what_cannot_be_chosen_is_refused(choice: dict[str, str], message: str) -> None:
    with pytest.raises(UnknownName, match=re.escape(message)):
        explore("baseyear", **choice)
