"""Does the rule read a value and a qualifier from words, and refuse words it cannot read?"""

import pytest

from tests.datasets.stated import QUALIFIERS, qualifier_of, value_of


@pytest.mark.parametrize(
    ("stated_as", "unit", "value"),
    [
        ("31%", "percent", 31),
        ("2.9 %", "percent", 2.9),
        ("seven per cent", "percent", 7),
        ("under five percent", "percent", 5),
        ("All", "percent", 100),
        ("No", "percent", 0),
        ("5 percentage point", "percentage_points", 5),
        ("40,161", "count", 40_161),
        ("1.1 million", "count", 1_100_000),
        ("more than 9.5 million", "count", 9_500_000),
        ("no", "count", 0),
        ("twenty", "count", 20),
        ("Tens of thousands", "count", 10_000),
        ("many hundreds", "count", 100),
        ("£45", "GBP", 45),
        ("£1.75 million", "GBP", 1_750_000),
        ("around £400m", "GBP", 400_000_000),
        ("£17bn", "GBP", 17_000_000_000),
        ("7k", "GBP", 7_000),
        ("a third", "ratio", 1 / 3),
        ("nearly two-thirds", "ratio", 2 / 3),
        ("approximately one-sixth", "ratio", 1 / 6),
        ("Less than half", "ratio", 0.5),
        ("fairly even split", "ratio", 0.5),
        ("one in two", "ratio", 0.5),
        ("Nine out of ten", "ratio", 0.9),
        ("one incident for every two", "ratio", 0.5),
        ("more than halved", "ratio", 0.5),
        ("more than doubled", "ratio", 2),
        ("over twice", "ratio", 2),
        ("quadrupled", "ratio", 4),
        ("more than tenfold", "ratio", 10),
        ("up to 30 times", "ratio", 30),
        ("third", "rank", 3),
        ("2013", "year", 2013),
        ("12-month", "months", 12),
        ("12.8", "months", 12.8),
        ("16 and over", "years", 16),
        ("under the age of 18", "years", 18),
        ("two decades", "years", 20),
        ("no more than 14 days", "days", 14),
        ("half a kilogramme", "kilogrammes", 0.5),
    ],
)
def test_a_number_is_read_in_its_unit(stated_as: str, unit: str, value: float) -> None:
    assert value_of(stated_as, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("stated_as", "unit", "low", "high"),
    [
        ("£175-190m", "GBP", 175_000_000, 190_000_000),
        ("three to five times", "ratio", 3, 5),
        ("7–10 years", "years", 7, 10),
        ("10-15%", "percent", 10, 15),
    ],
)
def test_a_range_is_read_at_either_end(stated_as: str, unit: str, low: float, high: float) -> None:
    assert value_of(stated_as, unit, "lower bound") == low
    assert value_of(stated_as, unit, "upper bound") == high


@pytest.mark.parametrize(
    ("stated_as", "unit", "qualifier"),
    [
        ("31%", "furlongs", ""),
        ("31", "percent", ""),
        ("31%", "count", ""),
        ("31%", "percentage_points", ""),
        ("400m", "GBP", ""),
        ("third", "ratio", ""),
        ("a third", "rank", ""),
        ("three halves", "ratio", ""),
        ("five", "ratio", ""),
        ("five in zero", "ratio", ""),
        ("12 months", "years", ""),
        ("two decades", "months", ""),
        ("1,99", "count", ""),
        ("several", "count", ""),
        ("", "count", ""),
        ("6", "year", ""),
        ("£175-190m", "GBP", ""),
        ("£175-190m", "GBP", "around"),
        ("£175m", "GBP", "lower bound"),
    ],
)
def test_words_that_are_not_a_number_of_the_unit_are_refused(
    stated_as: str, unit: str, qualifier: str
) -> None:
    with pytest.raises(ValueError, match=unit if unit == "furlongs" else "reads? as|range"):
        value_of(stated_as, unit, qualifier)


@pytest.mark.parametrize(
    ("stated_as", "qualifier"),
    [
        ("31%", ""),
        ("Approximately 76%", "around"),
        ("some 20 years", "around"),
        ("Almost a third", "nearly"),
        ("well over £100 million", "more than"),
        ("just over half", "more than"),
        ("12 months or more", "at least"),
        ("at least 25 per cent", "at least"),
        ("less than 6%", "under"),
        ("as high as 40 percent", "up to"),
        ("no more than 14 days", "up to"),
        ("thousands", "order of magnitude"),
        ("overdue", ""),
    ],
)
def test_the_words_before_and_after_a_number_say_how_they_bound_it(stated_as: str, qualifier: str) -> None:
    assert qualifier_of(stated_as) == qualifier
    assert qualifier in QUALIFIERS
