"""Is the vocabulary of feedback whole, short, and free of any puzzle's values?"""

import csv
import re

import pytest

from cjpolicy.errors import UnknownName
from cjpolicy.misconceptions import Misconception, explain, vocabulary
from tests.support import ROOT, need

ALL = list(vocabulary().values())
FAULTS = ("chart-", "slip-")
MISUNDERSTANDINGS = [each for each in ALL if not each.id.startswith(FAULTS)]
# General examples: round numbers that stand for any.
EXAMPLES = {"1", "2", "3", "1.5", "1.10", "0.10", "0.90", "10", "100", "150", "1,000", "10,000"}


def told(known: Misconception) -> list[str]:
    return [
        known.diagnosis,
        known.next_step,
        *(text for own in known.variants.values() for text in own.values()),
    ]


def words(text: str) -> int:
    return len(text.split())


@pytest.mark.parametrize("known", ALL, ids=lambda known: known.id)
def test_every_text_is_there_short_and_punctuated(known: Misconception) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", known.id)
    assert known.name and not known.name.endswith(".")
    assert known.meaning.endswith(".") and known.meaning != f"{known.name}."
    for text in told(known):
        assert 3 <= words(text) <= 45
        assert text[0].isupper() or text[0].isdigit()
        assert text.rstrip()[-1] in ".?)"
        assert "  " not in text
    for variant in known.variants:
        own = known.variants[variant]
        closer = explain(f"{known.id}:{variant}")
        assert closer.diagnosis == own["diagnosis"] != known.diagnosis
        assert closer.next_step == own.get("next_step", known.next_step)


@pytest.mark.parametrize("known", ALL, ids=lambda known: known.id)
def test_no_text_holds_a_value_of_a_puzzle(known: Misconception) -> None:
    numbers = set(re.findall(r"\d[\d,]*(?:\.\d+)?", " ".join([known.name, known.meaning, *told(known)])))
    assert {number.rstrip(",") for number in numbers} <= EXAMPLES


@pytest.mark.parametrize("known", ALL, ids=lambda known: known.id)
def test_no_text_blames_the_reader(known: Misconception) -> None:
    said = " ".join(told(known)).casefold()
    assert not re.search(
        r"\b(wrong|stupid|obviously|simply|just|careless|fail(ed)?)\b", said.replace("wrong base", "")
    )
    assert not re.search(r"\b(analyz|color|behavior|percent\b|favor)", said)


def test_there_are_25_misunderstandings() -> None:
    assert len(MISUNDERSTANDINGS) == 25
    assert len({each.name for each in ALL}) == len(ALL)


def test_they_are_those_of_the_list() -> None:
    path = need("the list of misconceptions", ROOT.parent / "shared" / "reference" / "misconceptions.csv")
    with path.open(encoding="utf-8", newline="") as file:
        listed = {row["id"]: row["name"] for row in csv.DictReader(file)}
    assert {each.id: each.name for each in MISUNDERSTANDINGS} == listed


@pytest.mark.parametrize("slip", ["", "nonsense", "wrong-base:old", "wrong-base:new:again", ":new"])
def test_an_unknown_misconception_is_refused(slip: str) -> None:
    with pytest.raises(UnknownName, match=r"There is no misconception .* There are: points-for-percent, "):
        explain(slip)
