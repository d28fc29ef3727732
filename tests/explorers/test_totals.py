"""Does the explorer of totals compute what the surviving rows allow, in Python and in the browser alike?"""

import json
import re

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from cjpolicy import catalogue, explore
from cjpolicy.errors import CourseError
from cjpolicy.explorers import totals
from cjpolicy.explorers.totals import ONCE, TWICE, fitting_totals, printed, sentence, settings, surviving_rows
from tests.explorers.support import VERSIONS, page, spec

ROWS = surviving_rows()
TRIED = [(757, ONCE), (757, TWICE), (736, ONCE), (737, ONCE), (740, TWICE), (690, ONCE), (790, TWICE)]


def texts(total: int, rule: str, version: str) -> tuple[set[str], str]:
    """Draw the chart at a setting; return the texts on it, and what its marks say of themselves."""
    chart = totals.draw(sorted(ROWS, reverse=True), {"total": total, "rule": rule})
    drawn = vl_convert.vegalite_to_svg(json.dumps(chart.to_dict()), vl_version=version)
    found = re.findall(r"<tspan[^>]*>([^<]*)</tspan>|<text[^>]*>([^<]*)</text>", drawn)
    return {one or other for one, other in found}, drawn


def test_the_rows_are_those_that_reached_us() -> None:
    assert ROWS == [(70, 10), (43, 6), (7, 1), (25, 3), (8, 1), (28, 4), (1, 0), (59, 8), (140, 19)]
    assert sum(count for count, _ in ROWS) == 381
    assert sum(share for _, share in ROWS) == 52


def test_only_718_to_736_fit_every_row_and_not_the_757_of_the_text() -> None:
    assert fitting_totals(ROWS) == (718, 736)
    assert all(printed(count, 737) == share for count, share in ROWS if count != 70)
    assert all(printed(count, 717) == share for count, share in ROWS if count != 140)
    assert catalogue.figure("homicide-757").value > 736


def test_all_totals_between_the_ends_fit() -> None:
    for rule in totals.RULES:
        low, high = fitting_totals(ROWS, rule)
        assert {printed(c, total, rule) == p for c, p in ROWS for total in range(low, high + 1)} == {True}


def test_rounding_twice_moves_one_witness_and_not_the_other() -> None:
    assert (printed(140, 757), printed(140, 757, TWICE)) == (18, 19)
    assert (printed(70, 757), printed(70, 757, TWICE)) == (9, 9)
    assert fitting_totals(ROWS, TWICE) == (725, 740)


@given(st.integers(0, 500), st.integers(1, 2_000))
def test_a_share_is_printed_as_the_nearest_whole_number_a_half_upwards(count: int, total: int) -> None:
    assert -total <= 200 * count - 2 * printed(count, total) * total < total


@given(st.integers(1, 500), st.integers(1, 2_000))
def test_python_rounds_alike_but_for_an_exact_half(count: int, total: int) -> None:
    exact_half = 200 * count % (2 * total) == total
    assert exact_half or printed(count, total) == round(100 * count / total)


@pytest.mark.parametrize("rule", totals.RULES)
def test_no_row_has_an_exact_half_where_it_matters(rule: str) -> None:
    low, high = fitting_totals(ROWS, rule)
    for total in range(low - 1, high + 2):
        assert all(200 * count % (2 * total) != total for count, _ in ROWS)


def test_the_sentence_names_the_rows_that_refuse() -> None:
    assert sentence(ROWS, 730) == "730: all 9 rows fit."
    assert sentence(ROWS, 737) == "737: 8 of 9 rows fit. 70 would be printed as 9%, not 10%."
    assert sentence(ROWS, 757, TWICE) == "757: 8 of 9 rows fit. 70 would be printed as 9%, not 10%."


@pytest.mark.parametrize("total", [0, -3])
def test_a_total_of_nothing_is_refused(total: int) -> None:
    with pytest.raises(CourseError, match=f"The total is {total}. Give a number of homicides of 1 or more"):
        printed(3, total)


def test_rows_that_nothing_fits_are_refused() -> None:
    with pytest.raises(CourseError, match=r"No total up to 3000 fits these rows: \[\(2, 60\)\]"):
        fitting_totals([(2, 60)])


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("total", "rule"), TRIED)
def test_the_browser_shows_what_the_model_computes(total: int, rule: str, version: str) -> None:
    shown, drawn = texts(total, rule, version)
    first, _, second = sentence(ROWS, total, rule).partition(". ")
    assert first.rstrip(".") + "." in shown
    assert not second or second in shown
    for count, share in ROWS:
        word = "fits" if printed(count, total, rule) == share else "refuses"
        assert f"{100 * count / total:.2f}%: {word}" in shown
    low, high = fitting_totals(ROWS, rule)
    assert f"{low} to {high}" in shown
    assert ("fits" if low <= total <= high else "refuses") in shown
    for row in ROWS:
        span = fitting_totals([row], rule)
        label = f"row: {row[0]} printed as {row[1]}%; lowest total: {span[0]}"
        assert label in drawn.replace(",", "")


def test_the_ends_of_what_fits_are_settings_and_the_slider_reaches_them() -> None:
    assert all(totals.LOWEST <= setting["total"] <= totals.HIGHEST for setting in settings().values())
    assert (settings()["lowest"]["total"], settings()["highest"]["total"]) == (718, 736)


def test_the_start_can_be_chosen_and_text_and_chart_agree() -> None:
    explorer = explore("totals", setting="highest")
    assert repr(explorer).startswith("736: all 9 rows fit.")
    assert "At first: 736: all 9 rows fit." in spec(explorer)["description"]


def test_the_table_has_every_row_under_both_rules() -> None:
    drawn = page(explore("totals"))
    assert "<td>718 to 736</td><td>725 to 740</td>" in drawn
    assert drawn.count('<th scope="row">') == len(ROWS) + 1


def test_rows_are_called_by_their_counts_and_no_method_is_named() -> None:
    explorer = explore("totals")
    said = json.dumps([data for data, _ in explorer.outputs]).casefold()
    assert not [name for name in catalogue.load("homicide_method")["method"][2:] if name.casefold() in said]
