"""Is a guess shown again after the data, with its day and beside what turned out?"""

import pytest

import cjpolicy as cj
from cjpolicy import checks
from cjpolicy.journal.store import Store
from tests.journal.support import step


@pytest.fixture(autouse=True)
def new_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_predictions", {})


def test_a_guess_of_an_earlier_day_is_shown_with_its_day(store: Store, reader: None) -> None:
    store.append([step("predict", "02-fall", said="it fell")])
    assert cj.predict("02-fall").title == "Before the data you said, on 2 March 2026"
    assert cj.predict("02-fall").text == "it fell. What would you say now?"


def test_the_same_guess_made_again_keeps_its_day_and_another_does_not(store: Store, reader: None) -> None:
    store.append([step("predict", "02-fall", said="it fell")])
    cj.predict("02-fall", "it fell")
    assert "2 March 2026" in cj.predict("02-fall").title
    cj.predict("02-fall", "it rose")
    assert cj.predict("02-fall").text.startswith("it rose")
    assert "2 March 2026" not in cj.predict("02-fall").title


def test_a_guess_stands_beside_what_turned_out(store: Store, reader: None) -> None:
    store.append([step("predict", "02-fall", said="by <31>")])
    both = cj.predict("02-fall", turned_out=20)
    assert repr(both) == "You said on 2 March 2026: by <31>\nIt turned out: 20"
    drawn = both._repr_html_()
    assert "<dt>You said on 2 March 2026</dt><dd>by &lt;31&gt;</dd>" in drawn
    assert "<dt>It turned out</dt><dd>20</dd>" in drawn


def test_a_guess_of_this_kernel_is_enough() -> None:
    cj.predict("02-fall", "it fell")
    assert repr(cj.predict("02-fall", turned_out="It rose.")) == "You said: it fell\nIt turned out: It rose."
    assert repr(cj.predict("02-new", 3, "It was 4.")) == "You said: 3\nIt turned out: It was 4."


def test_without_a_guess_the_outcome_is_still_told() -> None:
    note = cj.predict("02-none", turned_out="It rose.")
    assert repr(note) == "You made no prediction\nIt turned out: It rose.\nNext time, guess first."
    assert cj.predict("02-none", turned_out="").title == "No prediction yet"
