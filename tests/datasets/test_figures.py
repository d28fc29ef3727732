"""Is every figure what its document says, in its words and at its line?"""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.datasets.stated import QUALIFIERS, UNITS, qualifier_of, value_of
from tests.datasets.text import DATASETS, has_words, lines, plain, starts_at, table

FIGURES = table("figures")
# How many numbers were transcribed from the documents, shown or not.
TRANSCRIBED = 391
BOUNDS = ("lower bound", "upper bound")
MAY_BE_EMPTY = {"quote", "qualifier"}
each = pytest.mark.parametrize("row", FIGURES, ids=lambda row: row["figure_id"])


def test_ids_are_unique_words_joined_by_hyphens() -> None:
    ids = [row["figure_id"] for row in FIGURES]
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    assert [name for name in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []


def test_every_transcribed_figure_is_here_or_counted_as_left_out() -> None:
    package = json.loads((DATASETS / "datapackage.json").read_text(encoding="utf-8"))
    (resource,) = (each for each in package["resources"] if each["name"] == "figures")
    assert len(FIGURES) + resource["left_out"] == TRANSCRIBED


def test_columns_are_filled_from_their_vocabularies() -> None:
    for row in FIGURES:
        assert row["unit"] in UNITS, row["figure_id"]
        assert row["qualifier"] in QUALIFIERS, row["figure_id"]
        assert row["show"] in ("quote", "value"), row["figure_id"]
        assert [name for name, cell in row.items() if not cell and name not in MAY_BE_EMPTY] == []
        assert (row["quote"] != "") == (row["show"] == "quote"), row["figure_id"]


def test_our_own_words_name_people_before_what_they_did() -> None:
    # The documents' own words stay in `quote`; "Sex Offender Treatment Programme" is a name.
    labels = re.compile(r"\boffenders\b|paedophil|rapist|inmate|committed suicide", re.IGNORECASE)
    own = ("measure", "population", "period", "place")
    found = [(row["figure_id"], name) for row in FIGURES for name in own if labels.search(row[name])]
    assert found == []


@each
def test_the_value_follows_from_the_words(row: dict[str, str]) -> None:
    value = value_of(row["stated_as"], row["unit"], row["qualifier"])
    assert float(row["value"]) == pytest.approx(value, rel=1e-12)
    if row["qualifier"] not in BOUNDS:
        assert qualifier_of(row["stated_as"]) == row["qualifier"]


@each
def test_the_words_are_in_the_document(row: dict[str, str], documents: Path) -> None:
    source, line = lines(documents, row["document_id"]), int(row["line"])
    if row["show"] == "quote":
        assert starts_at(row["quote"], source, line)
        assert has_words(row["stated_as"], row["quote"])
    else:
        assert has_words(row["stated_as"], plain(source[line - 1]))
