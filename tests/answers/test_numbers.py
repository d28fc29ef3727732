"""Are numbers compared by meaning: any type, the unit asked for, the rounding stated?"""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cjpolicy as cj
from cjpolicy.answers import Interval, Number
from tests.answers.samples import BLANKS, UNREADABLE_NUMBERS, same_integer, same_number

PERCENT = Number("per cent")


@pytest.mark.parametrize("kind", same_number(83.11))
def test_any_type_that_holds_one_number_will_do(kind: str) -> None:
    assert PERCENT.judge(same_number(83.11)[kind], 83.11, within=0.5).status == "correct"


@pytest.mark.parametrize("kind", same_integer(31))
def test_any_integer_type_will_do(kind: str) -> None:
    assert PERCENT.judge(same_integer(31)[kind], 31).status == "correct"


def test_a_figure_is_its_value() -> None:
    figure = cj.figure("v31-bcs")
    assert PERCENT.judge(figure, float(figure)).status == "correct"


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize("form", [PERCENT, Interval("per cent")])
def test_an_empty_place_is_not_attempted(form: Any, blank: Any) -> None:
    assert form.judge(blank, (1, 2)).status == "not attempted"
    assert form.inspect(blank).status == "not attempted"


@pytest.mark.parametrize("kind", UNREADABLE_NUMBERS)
def test_what_is_no_number_cannot_be_checked(kind: str) -> None:
    outcome = PERCENT.judge(UNREADABLE_NUMBERS[kind], 83.11, within=0.5)
    assert (outcome.status, outcome.share) == ("cannot check", 0.0)
    assert outcome.message.startswith("You gave ")
    assert "Give one number (per cent)" in outcome.message
    assert PERCENT.inspect(UNREADABLE_NUMBERS[kind]) == outcome


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("83%", "text, '83%'. Give one number (per cent): no quotation marks, no % sign, no comma."),
        ([], "a list with 0 elements"),
        ([[1]], "a list with 1 element,"),
        (abs, "did you forget the brackets that call it?"),
        (int, "a class"),
        (np.float64("nan"), "nan, which is not a number to compare"),
        (True, "True"),
        (1j, "a complex number"),
    ],
)
def test_the_complaint_says_what_arrived(answer: Any, says: str) -> None:
    assert says in PERCENT.judge(answer, 1).message


@pytest.mark.parametrize(
    ("given", "expected", "decimals", "right"),
    [
        (83.1, 83.1134, 1, True),
        (83.11, 83.1134, 1, True),
        (83.1134, 83.1134, 1, True),
        (83, 83.1134, 1, False),
        (83.2, 83.1134, 1, False),
        (2.2, 2.25, 1, True),  # a tie may be rounded either way
        (2.3, 2.25, 1, True),
        (2.31, 2.25, 1, False),
        (123456.8, 123456.75, 1, True),
        (83, 83.1134, 0, True),
        (82.5, 83, 0, True),
        (82.4, 83, 0, False),
        (116, 116, None, True),
        (115.9, 116, None, False),
        (0.1 + 0.2, 0.3, None, True),
        (0, 0, None, True),
        (-0.0, 0, 1, True),
        (0.0001, 0, None, False),
    ],
)
def test_rounding_as_stated_or_finer(
    given: float, expected: float, decimals: int | None, right: bool
) -> None:
    outcome = Number("per cent", decimals=decimals).judge(given, expected)
    assert (outcome.status == "correct") is right


@pytest.mark.parametrize(
    ("form", "given", "expected", "slip", "share"),
    [
        (PERCENT, 0.8311, 83.11, "unit-slip", 0.0),
        (PERCENT, 0.83, 83.11, "unit-slip", 0.0),
        (Number("share between 0 and 1"), 83.11, 0.8311, "unit-slip", 0.0),
        (Number("£ million"), 7_000_000, 7, "unit-slip", 0.0),
        (Number("£"), 7, 7_000_000, "unit-slip", 0.0),
        (PERCENT, -83.11, 83.11, "slip-sign", 0.5),
        (PERCENT, 31, -31, "slip-sign", 0.5),
        (PERCENT, 82, 83.11, "slip-early-rounding", 0.0),
        (PERCENT, 60, 83.11, "", 0.0),
        (Number("offences"), 735, 736, "", 0.0),  # a count is read or added up, not rounded
        (PERCENT, 0, 83.11, "", 0.0),
        (PERCENT, 5, 0, "", 0.0),
    ],
)
def test_common_slips(form: Number, given: float, expected: float, slip: str, share: float) -> None:
    outcome = form.judge(given, expected)
    assert (outcome.status, outcome.slip, outcome.share) == ("not yet", slip, share)
    assert outcome.slips == ((slip,) if slip else ())


def test_a_wide_tolerance_makes_no_slip_of_scale() -> None:
    assert PERCENT.judge(50, 0.2, within=0.5).slip == ""


def test_recorded_slips_come_before_the_common_ones() -> None:
    slips = {"added-percentages": [100, -116], "change-for-level": 216}
    assert PERCENT.judge(100, 116, within=0.5, slips=slips).slip == "added-percentages"
    assert PERCENT.judge(-116, 116, within=0.5, slips=slips).slip == "added-percentages"
    assert PERCENT.judge(216.3, 116, within=0.5, slips=slips).slip == "change-for-level"


def test_of_two_recorded_slips_the_nearer_names_the_mistake() -> None:
    slips = {"relative-for-absolute:more": 1.5, "change-for-level:times-as-likely": 1.517}
    for value, slip in ((1.5, "more"), (1.52, "times-as-likely"), (1.51, "times-as-likely"), (1.43, "more")):
        outcome = Number("per cent").judge(value, 51.7, within=0.1, slips=slips)
        assert outcome.slip.endswith(slip), value


def test_of_two_slips_that_lead_to_the_same_value_the_first_does() -> None:
    slips = {"wrong-base": 24, "added-percentages": 24}
    assert PERCENT.judge(24, 30, slips=slips).slip == "wrong-base"


def test_slips_can_have_a_tolerance_of_their_own() -> None:
    wide = {"within": 4.5, "slips": {"slip-edge": 5}}
    assert PERCENT.judge(8, 21.6, **wide).slip == "slip-edge"
    assert PERCENT.judge(8, 21.6, **wide, slips_within=1).slip == ""
    assert PERCENT.judge(5.5, 21.6, **wide, slips_within=1).slip == "slip-edge"


@pytest.mark.parametrize(
    ("value", "slip"), [(7, "slip-early-rounding"), (6.9, "slip-early-rounding"), (6.93, ""), (8, "")]
)
def test_a_right_answer_rounded_too_far(value: float, slip: str) -> None:
    outcome = Number("per cent", decimals=2).judge(value, 6.928)
    assert outcome.slip == slip


def test_another_right_value_has_its_own_sign_and_scale() -> None:
    assert PERCENT.judge(-8.3, 0.7, within=0.05, either=[8.3]).slip == "slip-sign"
    assert PERCENT.judge(0.083, 0.7, within=0.05, either=[8.3]).slip == "unit-slip"


def test_only_a_bare_wrong_sign_keeps_half() -> None:
    assert PERCENT.judge(-5, 5).share == 0.5
    assert PERCENT.judge(69, 5, slips={"slip-sign:way": 69}).share == 0


def test_the_ends_of_a_range_may_be_called_widest_and_narrowest() -> None:
    assert Interval("points").judge({"widest": 19, "narrowest": 17}, (17, 19)).status == "correct"


def test_another_count_was_not_rounded_on_the_way() -> None:
    assert Number("offences").judge(1483, 1500, within=0.5).slip == ""
    assert Number("offences").judge(1483.2, 1500, within=0.5).slip == "slip-early-rounding"


def test_either_value_may_be_right() -> None:
    assert PERCENT.judge(31.7, 22.1, either=[31.7], within=0.1).status == "correct"


def test_an_option_misspelled_in_a_question_is_refused() -> None:
    with pytest.raises(TypeError, match="slip"):
        PERCENT.judge(1, 2, slip={"added-percentages": 1})


@pytest.mark.parametrize(
    ("decimals", "wanted"),
    [
        (None, "one number (per cent)"),
        (0, "one number (per cent), to the nearest whole number or finer"),
        (1, "one number (per cent), to 1 decimal place or finer"),
        (2, "one number (per cent), to 2 decimal places or finer"),
    ],
)
def test_the_form_is_said_in_words(decimals: int | None, wanted: str) -> None:
    assert Number("per cent", decimals).wanted == wanted


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.sampled_from([None, 0.01, 0.5]))
def test_right_and_wrong_are_told_apart(value: float, expected: float, within: float | None) -> None:
    slack = 1e-6 * max(1, abs(expected)) if within is None else within
    outcome = PERCENT.judge(value, expected, within=within)
    if abs(value - expected) < 0.99 * slack:
        assert (outcome.status, outcome.share) == ("correct", 1.0)
    elif abs(value - expected) > 1.01 * slack:
        assert outcome.status == "not yet"
        assert outcome.share < 1


# Intervals

CHANGE = Interval("per cent", decimals=1)
ENDS = (76.4, 90.1)


@pytest.mark.parametrize(
    "answer",
    [
        (76.4, 90.1),
        [76.4, 90.1],
        np.array([76.4, 90.1]),
        np.array([[76.4], [90.1]]),
        {"lowest": 76.4, "highest": 90.1},
        {"highest": 90.1, "lowest": 76.4},
        {"Max": 90.1, "Min": 76.4},
        {"first": 76.4, "second": 90.1},
        pd.Series([76.4, 90.1]),
        pd.Series({"highest": 90.1, "lowest": 76.4}),
        pd.DataFrame({"highest": [90.1], "lowest": [76.4]}),
        pd.DataFrame({"ends": [76.4, 90.1]}),
        (pd.Series([76.4]), np.float64(90.1)),
        (76.38, 90.149),
    ],
)
def test_an_interval_however_it_is_held(answer: Any) -> None:
    assert CHANGE.judge(answer, ENDS).status == "correct"
    assert CHANGE.inspect(answer).status == "correct"


@pytest.mark.parametrize(
    "answer",
    ["76.4 to 90.1", 76.4, [76.4], [1, 2, 3], {76.4, 90.1}, {}, [], abs, pd.DataFrame({"a": [1, 2, 3]})],
)
def test_what_is_no_pair_cannot_be_checked(answer: Any) -> None:
    outcome = CHANGE.judge(answer, ENDS)
    assert (outcome.status, outcome.share) == ("cannot check", 0.0)
    assert "Give two numbers (per cent), the lowest and then the highest" in outcome.message


@pytest.mark.parametrize("other", [None, ..., "ninety", float("nan"), [1, 2], abs, 50])
def test_each_end_counts_whatever_the_other_is(other: Any) -> None:
    assert CHANGE.judge((76.4, other), ENDS).share == 0.5
    assert CHANGE.judge((other, 90.1), ENDS).share == 0.5
    assert CHANGE.judge({"lowest": 76.4}, ENDS).share == 0.5


@pytest.mark.parametrize(
    ("answer", "slip", "share"),
    [
        ((90.1, 76.4), "slip-order", 0.5),
        ((82.6, 83.6), "rounded-as-exact", 0.0),
        ((82.1, 84.2), "rounded-as-exact:ends-together", 0.0),
        ((76.4, 83.6), "rounded-as-exact", 0.5),
        ((-76.4, 90.1), "slip-sign", 0.75),
        ((0.764, 0.901), "unit-slip", 0.0),
        ((60, 60), "", 0.0),
    ],
)
def test_slips_of_intervals(answer: Any, slip: str, share: float) -> None:
    slips = {"rounded-as-exact": [(82.6, 83.6), (83.1, 83.1)], "rounded-as-exact:ends-together": (82.1, 84.2)}
    outcome = CHANGE.judge(answer, ENDS, slips=slips)
    assert (outcome.status, outcome.share) == ("not yet", share)
    assert outcome.slips == ((slip,) if slip else ())


def test_a_mistake_that_explains_one_of_two_wrong_ends_explains_nothing() -> None:
    slips = {"wrong-base": (2, 9)}
    form = Interval("per cent")
    assert form.judge((2, 9), (1, 5), slips=slips).slip == "wrong-base"
    assert [part.slip for _, part in form.judge((1, 9), (1, 5), slips=slips).parts] == ["", "wrong-base"]
    assert [part.slip for _, part in form.judge((3, 9), (1, 5), slips=slips).parts] == ["", ""]


def test_ends_that_are_alike_are_not_swapped() -> None:
    assert CHANGE.judge((5, 5), (5, 5)).status == "correct"
