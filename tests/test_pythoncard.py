"""Does the card hold what each unit teaches, and nothing that does not exist?"""

from collections import Counter

import altair as alt
import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from statsmodels.stats import proportion

import cjpolicy as cj
from cjpolicy.errors import UnknownName
from cjpolicy.pythoncard import ENTRIES, Card, Entry, known, python_card
from tests.lessons.test_python_card import unlisted

TABLE = pd.DataFrame({"a": ["x"], "b": [1]})
MODEL = smf.logit("seen ~ x", pd.DataFrame({"seen": [0, 1, 0, 1], "x": [1, 2, 3, 4]}))
THINGS: tuple[object, ...] = (
    *(TABLE, TABLE["a"], TABLE["a"].str, TABLE.groupby("a")),
    *(alt.Chart(TABLE), [], np.random, np.random.default_rng(7)),
    *(proportion, MODEL, MODEL.fit(disp=False)),
)
MODULES = {"pd": pd, "alt": alt, "np": np, "smf": smf}


def named(entry: Entry) -> list[str]:
    """List what an entry brings; a builtin and a method of the same name are two things."""
    return [*entry.syntax, *entry.builtins, *(f".{name}" for name in entry.attributes), *entry.modules]


def test_a_unit_brings_at_most_three_new_things() -> None:
    assert max(Counter(entry.unit for entry in ENTRIES).values()) <= 3


def test_nothing_is_introduced_twice() -> None:
    counted = Counter(name for entry in ENTRIES for name in named(entry))
    assert [name for name, times in counted.items() if times > 1] == []


def test_entries_stand_in_the_order_of_the_units() -> None:
    assert [entry.unit for entry in ENTRIES] == sorted(entry.unit for entry in ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.unit}-{entry.title}")
def test_a_worked_line_uses_only_what_is_on_the_card_by_then(entry: Entry) -> None:
    assert unlisted(entry.line, entry.unit) == set()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.title)
def test_what_stands_after_a_dot_exists(entry: Entry) -> None:
    for name in entry.attributes:
        module, _, attribute = name.rpartition(".")
        holders = (MODULES[module],) if module else THINGS
        assert any(hasattr(holder, attribute) for holder in holders), name


def test_the_card_of_a_unit_ends_with_that_unit() -> None:
    assert list(python_card("02").units()) == ["00", "01", "02"]
    assert python_card(2) == python_card("02")
    assert python_card("14") == python_card(13)
    assert python_card() == Card(ENTRIES)


def test_the_course_gives_the_card_by_its_public_name() -> None:
    assert cj.python_card("00").entries == python_card("00").entries


@pytest.mark.parametrize("unit", ["2", "18", "a02", -1, True, None, 2.0])
def test_a_unit_that_does_not_exist_is_refused(unit: object) -> None:
    with pytest.raises(UnknownName, match='There is no unit .* Units are "00" to "17"'):
        known(unit)  # type: ignore[arg-type]


def test_each_line_is_shown_as_text_and_as_html() -> None:
    card = Card((Entry("03", "a mask", 'table[table["n"] < 5]', "Keeps rows & more."),))
    assert 'table[table["n"] < 5]' in repr(card)
    assert "Unit 03" in repr(card)
    drawn = card._repr_html_()
    assert "<code>table[table[&quot;n&quot;] &lt; 5]</code>" in drawn
    assert "Keeps rows &amp; more." in drawn
