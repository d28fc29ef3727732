"""Do the intervals agree with the library's, and hold the truth as often as they promise?"""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats import proportion

from cjpolicy.intervals import at_most, cases_needed, exact, plain, rule_of_three, wilson, worth

COUNTS = [(0, 98), (1, 98), (2, 98), (8, 29), (2, 12), (10, 10), (500, 1000)]


@pytest.mark.parametrize(("found", "looked"), COUNTS)
@pytest.mark.parametrize(("own", "method"), [(wilson, "wilson"), (exact, "beta")])
def test_an_interval_is_the_librarys(
    own: Callable[[int, int], tuple[float, float]], method: str, found: int, looked: int
) -> None:
    ends = proportion.proportion_confint(found, looked, method=method)
    assert own(found, looked) == pytest.approx([100 * end for end in ends], abs=0.002)


def test_the_plain_recipe_falls_below_zero_where_one_of_98_was_found() -> None:
    assert plain(1, 98) == pytest.approx((-0.97, 3.01), abs=0.005)


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
def test_the_exact_interval_misses_no_more_often_than_it_promises(share: float) -> None:
    missed = 0.0
    for found in range(41):
        low, high = exact(found, 40)
        chance = at_most(found, 40, share) - (at_most(found - 1, 40, share) if found else 0)
        missed += chance * (not low <= 100 * share <= high)
    assert missed <= 0.05


@given(st.integers(1, 2000))
def test_none_of_so_many_is_nearly_impossible_above_the_rule_of_three(looked: int) -> None:
    if looked >= 30:
        assert at_most(0, looked, rule_of_three(looked) / 100) == pytest.approx(0.05, abs=0.01)


@given(st.integers(1, 10), st.integers(1, 99))
def test_cases_needed_give_the_margin_and_one_fewer_does_not(margin: int, share: int) -> None:
    needed = cases_needed(margin, share)
    reach = [1.96 * (share * (100 - share) / cases) ** 0.5 for cases in (needed, max(needed - 1, 0.5))]
    assert reach[0] <= margin + 1e-6 and reach[1] > margin - 1e-6


def test_clusters_are_worth_from_their_number_to_their_cases() -> None:
    assert (worth(98, 98 / 9, 0), worth(98, 98 / 9, 1)) == (98, pytest.approx(9))
