"""Does the figures explorer find every figure, and show its sentence and where it comes from?"""

import pytest

from cjpolicy import catalogue, explore
from cjpolicy.errors import UnknownName
from cjpolicy.explorers import figures
from tests.explorers.support import controls


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
    topic, unit, document, *_ = controls(explore("figures"))
    data = catalogue.load("figures")
    for control in (topic, unit, document):
        counts = [int(label.rsplit("(", 1)[1].rstrip(")")) for label, value in control.options if value]
        assert sum(counts) == len(data)


def test_filtering_picking_and_resetting() -> None:
    topic, unit, _document, reset, count, picked, shown = controls(explore("figures"))
    topic.value = "recording-practice"
    found = figures.select(catalogue.load("figures"), topic="recording-practice")
    assert f"Showing {len(found)} of" in count.value
    assert [value for _, value in picked.options] == found["figure_id"].tolist()
    picked.value = "ncrs-20"
    assert "a further increase of 20% in violent crime in its first year" in shown.value
    unit.value = "kilogrammes"
    assert "No figure fits all three choices" in count.value
    assert (picked.options, picked.value, picked.disabled, shown.value) == ((), None, True, "")
    reset.click()
    assert (topic.value, unit.value, picked.disabled) == ("", "", False)


def test_the_count_and_the_sentence_are_announced() -> None:
    *_, count, _picked, shown = controls(explore("figures"))
    assert 'aria-live="polite"' in count.value
    assert 'aria-live="polite"' in shown.value


def test_it_can_start_filtered_and_says_so_as_text() -> None:
    explorer = explore("figures", topic="mappa")
    assert repr(explorer).startswith(
        f"Showing {len(figures.select(catalogue.load('figures'), topic='mappa'))} of "
    )


def test_an_unknown_start_is_refused() -> None:
    with pytest.raises(UnknownName, match="no unit 'furlongs'"):
        explore("figures", unit="furlongs")
