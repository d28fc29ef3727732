"""Does the figures explorer find every figure, and show its sentence and where it comes from?"""

import pytest

from cjpolicy import catalogue, explore
from cjpolicy.errors import UnknownName
from cjpolicy.explorers import figures
from tests.explorers.support import panel, parts


def test_filters_leave_the_rows_that_fit_all_of_them() -> None:
    data = catalogue.load("figures")
    found = figures.select(data, topic="homicide", unit="percent", document="003")
    wanted = data[
        (data["topic"] == "homicide") & (data["unit"] == "percent") & (data["document_id"] == "003")
    ]
    assert len(found) > 0
    assert found["figure_id"].tolist() == wanted["figure_id"].tolist()


def test_open_filters_leave_every_row() -> None:
    data = catalogue.load("figures")
    assert figures.select(data).equals(data)


def test_every_figure_can_be_drawn() -> None:
    for figure_id in catalogue.load("figures")["figure_id"]:
        assert "Kind of source" in figures.draw(figure_id)


def test_a_figure_shows_its_sentence_and_its_source() -> None:
    drawn = figures.draw("v31-bcs")
    assert "Overall violence has fallen by 31% between 1997 and 2006/07 according to the BCS" in drawn
    assert str(catalogue.documents().set_index("document_id").loc["003", "kind"]) in drawn


def test_a_figure_without_a_sentence_says_so_kindly() -> None:
    data = catalogue.load("figures")
    for figure_id, show in zip(data["figure_id"], data["show"], strict=True):
        assert (figures.WITHHELD in figures.draw(figure_id)) == (show == "value")


def test_each_filter_counts_what_it_offers() -> None:
    data = catalogue.load("figures")
    for control in panel(explore("figures")).controls.values():
        counts = [int(label.rsplit("(", 1)[1].rstrip(")")) for label, value in control.options if value]
        assert sum(counts) == len(data)


def test_filtering_picking_and_resetting() -> None:
    explorer = explore("figures", topic="cost")
    answering, (picked, shown, _fold, _table) = panel(explorer), parts(explorer)
    at_first = (answering.said.value, shown.value)
    answering.controls["topic"].value = "recording-practice"
    found = figures.select(catalogue.load("figures"), topic="recording-practice")
    assert f"Showing {len(found)} of" in answering.said.value
    assert [value for _, value in picked.options] == found["figure_id"].tolist()
    picked.value = "ncrs-20"
    assert "a further increase of 20% in violent crime in its first year" in shown.value
    assert "Below: 20%" in answering.said.value
    answering.controls["unit"].value = "kilogrammes"
    assert "No figure fits all three choices" in answering.said.value
    assert (picked.options, picked.value, picked.disabled, shown.value) == ((), None, True, "")
    answering.buttons["Reset"].click()
    assert (answering.said.value, shown.value) == at_first
    assert not picked.disabled


@pytest.mark.parametrize(("label", "choice"), figures.TRIES.items())
def test_each_button_makes_all_three_choices(label: str, choice: dict[str, str]) -> None:
    answering = panel(explore("figures", topic="mappa", unit="percent", document="003"))
    answering.buttons[label].click()
    assert {name: control.value for name, control in answering.controls.items()} == choice
    data = catalogue.load("figures")
    assert figures.sentence(len(figures.select(data, **choice)), len(data)) in answering.said.value


def test_the_table_has_every_figure_that_fits_once_it_is_asked_for() -> None:
    explorer = explore("figures", topic="mappa")
    _picked, _shown, fold, table = parts(explorer)
    assert table.value == ""
    fold.value = True
    found = figures.select(catalogue.load("figures"), topic="mappa")
    assert table.value.count("<tr>") == len(found) + 1
    panel(explorer).buttons["Topic: cost"].click()
    assert "London community payback contract" in table.value


def test_it_can_start_filtered_and_says_so_as_text() -> None:
    explorer = explore("figures", topic="mappa")
    assert repr(explorer).startswith(
        f"Showing {len(figures.select(catalogue.load('figures'), topic='mappa'))} of "
    )


def test_an_unknown_start_is_refused() -> None:
    with pytest.raises(UnknownName, match="no unit 'furlongs'"):
        explore("figures", unit="furlongs")
