"""The levels of a written answer: the two in the middle part at how much is missing, of the same list."""

import re

import pytest

from cjpolicy.grading.recorded import read_recorded
from cjpolicy.grading.workshop import sources
from tests.support import ROOT

NAMES = list(sources(ROOT))
ONE = re.compile(r"But one of these is missing or (vague|general): [^.:]+\.$")
MORE = re.compile(
    r"; or two or more of what the level above lists are missing or (vague|general)( \(.+\))?\.$"
)


def rubric(name: str) -> tuple[str, ...]:
    (written,) = (
        item for item in read_recorded(ROOT / "solutions" / f"{name}.toml").items.values() if item.written
    )
    return written.rubric


@pytest.mark.parametrize("name", NAMES)
def test_one_thing_missing_is_a_level_above_two_or_more(name: str) -> None:
    _, lower, upper, _ = rubric(name)
    assert ONE.search(upper) and MORE.search(lower)


@pytest.mark.parametrize("name", NAMES)
def test_fairness_alone_does_not_leave_an_answer_without_a_level(name: str) -> None:
    _, _, upper, top = rubric(name)
    assert ("Fair to " in top) == upper.endswith("fairness.")


@pytest.mark.parametrize("name", NAMES)
def test_a_blank_answer_is_at_the_lowest_level_alone(name: str) -> None:
    lowest, lower, _, _ = rubric(name)
    assert re.match("Blank( or no |, )", lowest)
    assert re.match("(A (figure|reason|rate|finding)|Answers the question), but ", lower)
