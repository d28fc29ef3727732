"""Is what a reader has done summed up rightly, and the way onward with it?"""

import pytest

from cjpolicy.journal.contents import Page
from cjpolicy.journal.summary import (
    EMPTY,
    Assignment,
    Unit,
    assignment,
    minutes,
    prediction,
    unit,
    where_next,
)
from tests.journal.support import START, check, step

CHECKS = ("00-a", "00-b", "00-c")


def units(*steps: object) -> list[Unit]:
    events = list(steps)
    return [
        unit("00", EMPTY, CHECKS, [], events),  # type: ignore[arg-type]
        unit("01", EMPTY, ("01-a", "01-test"), ["01-test"], events),  # type: ignore[arg-type]
    ]


def onward(*steps: object) -> str:
    found = where_next(units(*steps), steps)  # type: ignore[arg-type]
    return found[1] if found else ""


def test_minutes_are_the_gaps_up_to_ten() -> None:
    steps = [check("00-a", 0), check("00-b", 4), check("01-a", 7), check("01-b", 600), check("00-c", 600.5)]
    assert minutes(steps) == {"00": 4.5, "01": 13}
    assert minutes(reversed(steps)) == minutes(steps)


def test_one_step_takes_no_time() -> None:
    assert minutes([check("00-a")]) == {}
    assert minutes([]) == {}


def test_a_unit_counts_each_thing_once() -> None:
    done = unit(
        "00",
        EMPTY,
        CHECKS,
        [],
        [
            check("00-a", 0, "not yet"),
            check("00-a", 1),
            check("00-a", 2, "not yet"),
            step("hint", "00-a", 3, number=1),
            step("hint", "00-a", 3, number=1),
            step("hint", "00-b", 3, number=1),
            step("solution", "00-b", 4),
            step("solution", "00-b", 4),
        ],
    )
    assert (done.passed, done.settled) == ({"00-a"}, {"00-a", "00-b"})
    assert (done.hints, done.solutions, done.minutes) == (2, 1, 4)


def test_steps_about_a_check_that_has_gone_are_passed_over() -> None:
    done = unit("00", EMPTY, CHECKS, [], [check("00-gone"), step("hint", "00-gone", 5, number=1)])
    assert (done.passed, done.hints, done.minutes) == (frozenset(), 0, 5)


@pytest.mark.parametrize(
    ("status", "passed"),
    [("not yet", True), ("correct", True), ("not attempted", False), ("cannot check", False)],
)
def test_a_test_is_passed_by_taking_it(status: str, passed: bool) -> None:
    assert bool(units(check("01-test", 0, status))[1].passed) is passed


def test_the_way_begins_at_the_beginning() -> None:
    assert onward() == "00-a"


def test_the_way_goes_on_from_the_last_check() -> None:
    assert onward(check("00-a")) == "00-b"
    assert onward(check("00-a"), check("00-b", 1, "not yet")) == "00-b"
    assert onward(check("00-a"), step("hint", "00-b", 1, number=1)) == "00-b"
    assert onward(check("00-a"), step("solution", "00-b", 1)) == "00-c"
    assert onward(check("00-c")) == "01-a"


def test_the_way_does_not_lead_back_before_the_end() -> None:
    assert onward(check("01-a")) == "01-test"
    assert onward(check("01-a"), check("01-test", 1)) == "00-a"
    assert onward(check("01-a"), check("00-b", 1)) == "00-c"


def test_a_solution_that_was_only_read_is_last_of_all() -> None:
    done = [check(name) for name in ("00-a", "00-c", "01-a", "01-test")]
    assert onward(step("solution", "00-b"), *done) == "00-b"
    assert onward(check("00-b"), *done) == ""


def test_steps_that_are_no_checks_do_not_move_the_way() -> None:
    assert onward(
        check("00-a"), step("predict", "01-guess", 1), step("item", "a01-x", 2), check("09-gone", 3)
    )
    assert onward(check("00-a"), step("predict", "01-guess", 1), check("09-gone", 3)) == "00-b"


def test_an_assignment_is_opened_by_its_first_item_and_validated_by_the_last_run() -> None:
    page = Page("Counting", {"a02-x": "x", "a02-y": "y", "a02-z": "z"}, "")
    steps = [
        step("item", "a02-x", 0, status="not attempted"),
        step("validated", "a02-x", 5, status="correct"),
        step("validated", "a02-y", 5, status="correct"),
        step("validated", "a02-gone", 5, status="correct"),
        step("validated", "a02-y", 8, status="cannot check"),
        step("item", "a021-x", 9, status="correct"),
    ]
    done = assignment("a02", page, steps)
    assert done == Assignment("a02", page, START, steps[4].at, 1, 3, 8.0)
    assert assignment("a02", EMPTY, steps).items == 3
    untouched = assignment("a01", page, steps)
    assert (untouched.opened, untouched.validated, untouched.right, untouched.minutes) == (None, None, 0, 0)


def test_a_guess_keeps_the_date_of_its_words() -> None:
    steps = [step("predict", "x", minute, said=said) for minute, said in enumerate("abbb")]
    found = prediction("x", [*steps, step("predict", "y", 9, said="c")])
    assert found is not None
    assert (found.said, found.at) == ("b", steps[1].at)
    assert prediction("z", steps) is None
