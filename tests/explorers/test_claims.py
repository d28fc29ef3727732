"""Does the claims explorer say rightly where claims differ, agree, or are silent?"""

import pandas as pd
import pytest

from cjpolicy import catalogue, explore
from cjpolicy.errors import UnknownName
from cjpolicy.explorers import claims
from tests.explorers.support import panel, parts


def table(*rows: dict[str, str]) -> pd.DataFrame:
    blank = dict.fromkeys(claims.PARTS, "") | {
        "missing": "",
        "excerpt_id": "",
        "figure_id": "v31-bcs",
        "claim": "c",
    }
    return pd.DataFrame([{**blank, "claim_id": str(number), **row} for number, row in enumerate(rows)])


FULL = dict.fromkeys(claims.PARTS, "as said")


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (FULL, FULL, "These two state the same parts in the same words."),
        (
            FULL,
            {**FULL, "period": "1997", "source": "BCS"},
            "These two differ in period and source, as worded: they cannot be compared as they stand.",
        ),
        (
            FULL,
            {**FULL, "place": ""},
            "What both state is the same, but that is not enough to compare them. "
            "At least one does not state its place.",
        ),
        (
            {**FULL, "place": ""},
            {**FULL, "measure": "x"},
            "These two differ in measure, as worded: they cannot be compared as they stand. "
            "At least one does not state its place.",
        ),
    ],
    ids=["same", "differ", "silent", "both"],
)
def test_the_result_of_two_claims(one: dict[str, str], other: dict[str, str], said: str) -> None:
    assert claims.sentence(claims.compare(table(one, other), "0", "1"), two=True) == said


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (FULL, "This claim states every part."),
        ({**FULL, "place": "", "source": ""}, "This claim does not state its place and source."),
    ],
)
def test_the_result_of_one_claim(claim: dict[str, str], said: str) -> None:
    assert claims.sentence(claims.compare(table(claim), "0"), two=False) == said


def test_capitals_and_spaces_make_no_difference() -> None:
    found = claims.compare(table(FULL, {**FULL, "measure": " As  Said"}), "0", "1")
    assert set(found["compared"]) == {"same"}


def test_every_claim_of_the_dataset_can_be_drawn_and_quoted() -> None:
    data = catalogue.load("claims")
    for claim_id in data["claim_id"]:
        assert "<blockquote>" in claims.draw(data, claim_id, "")


def test_a_claim_without_an_excerpt_is_quoted_in_its_own_words() -> None:
    assert "“c”" in claims.draw(table(FULL), "0", "")


def test_what_is_drawn_is_marked_in_words_and_not_by_colour() -> None:
    drawn = claims.draw(table(FULL, {**FULL, "measure": "x", "place": ""}), "0", "1")
    for words in ("≠\N{NO-BREAK SPACE}differs", "=\N{NO-BREAK SPACE}same", claims.SILENT):
        assert words in drawn


def test_choosing_changes_the_result_and_reset_restores_it() -> None:
    explorer = explore("claims")
    answering, (shown,) = panel(explorer), parts(explorer)
    at_first = (answering.said.value, shown.value)
    answering.controls["second"].value = ""
    assert "One claim, part by part" in shown.value
    assert "This claim does not state its" in answering.said.value
    answering.controls["first"].value = "arms-thirteen"
    assert "ARMS" in shown.value
    answering.buttons["Reset"].click()
    assert (answering.said.value, shown.value) == at_first


@pytest.mark.parametrize(("label", "pair"), claims.TRIES.items())
def test_each_button_shows_two_claims_with_the_number_it_names(label: str, pair: dict[str, str]) -> None:
    explorer = explore("claims", first="arms-twelve", second="")
    panel(explorer).buttons[label].click()
    data = catalogue.load("claims")
    assert parts(explorer)[0].value == claims.draw(data, **pair)
    said = data.set_index("claim_id").loc[list(pair.values())]
    assert set(said["pair"]) == {label.partition(",")[0].partition(":")[0]}


def test_the_text_says_the_result_and_the_parts() -> None:
    assert repr(explore("claims", first="arms-twelve", second="")).startswith("This claim does not state its")


def test_an_unknown_claim_is_refused() -> None:
    with pytest.raises(UnknownName, match="no claim 'nobody'"):
        explore("claims", first="nobody")
