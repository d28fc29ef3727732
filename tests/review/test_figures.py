"""Do the figures say in words and numbers what the class did, and count nobody who waits?"""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from cjpolicy.review import figures, measures
from cjpolicy.review.book import Book
from cjpolicy.review.demo import simulate
from cjpolicy.review.figures import Figure, assignment_figures, class_figures, whole
from tests.review.classes import ITEMS, ONE, STUDENTS, TWO, Class, Mark, full, new_class, progress_copy
from tests.support import ROOT

SIMULATED = ["a01_reading_a_claim", "a02_counting_violence"]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Class:
    return new_class(tmp_path_factory.mktemp("figures") / "class")


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    root = tmp_path_factory.mktemp("simulated") / "class"
    simulate(root, ROOT, 40, 3, SIMULATED, notebooks=False)
    with Book.open(root) as book:
        yield book


def by_id(figures: list[Figure]) -> dict[str, Figure]:
    return {figure.id: figure for figure in figures}


def everything(book: Book) -> list[Figure]:
    return [*class_figures(book), *(each for name in SIMULATED for each in assignment_figures(book, name))]


def test_a_class_has_every_figure(simulated: Book) -> None:
    wanted = ["marks", "progress", "difficulty", "hardest", "strong", "misconceptions", "time", "tests"]
    assert [figure.id for figure in class_figures(simulated)] == wanted
    wanted = ["marks", "items", "difficulty", "strong", "misconceptions"]
    assert [figure.id for figure in assignment_figures(simulated, SIMULATED[0])] == wanted


def test_every_figure_can_be_had_without_seeing_it(simulated: Book) -> None:
    for figure in everything(simulated):
        spec = figure.chart.to_dict()
        assert spec["description"] == figure.description
        assert any(letter.isdigit() for letter in figure.description)
        assert len(figure.table) > 0
        assert figure.reading.endswith(".")
        assert "nan" not in f"{figure.title} {figure.description}"


def test_every_axis_with_numbers_has_its_unit(simulated: Book) -> None:
    for figure in everything(simulated):
        text = figure.chart.to_json()
        units = ("(%", "points missing (all students together)", "seconds", "right answers (of 12)")
        assert any(unit in text for unit in units), figure.id


def test_facility_and_discrimination_are_explained_with_what_they_cannot_tell(simulated: Book) -> None:
    reading = by_id(assignment_figures(simulated, SIMULATED[1]))["difficulty"].reading
    for words in (
        "share of an item’s points",
        "from −1 to 1",
        "nearly everybody",
        "a reason to read the item",
    ):
        assert words in reading


def test_the_misconceptions_are_those_of_the_measure(simulated: Book) -> None:
    figure = by_id(assignment_figures(simulated, SIMULATED[1]))["misconceptions"]
    found = measures.misconceptions(simulated, SIMULATED[1])
    dearest = found.sort_values(["points_lost", "students"], ascending=False).iloc[0]
    assert len(figure.table) == len(found)
    assert figure.table["recognised in"].iloc[0] == f"{dearest['students']} of {dearest['of']} students"
    assert f"{dearest['students']} of {dearest['of']} students" in figure.description


def test_a_mark_that_is_waited_for_is_no_zero(empty: Class, tmp_path: Path) -> None:
    some = empty.copied(tmp_path / "class")
    marks = full(ONE)
    waiting = [key for key in marks if key[1] == "a01-essay"][:3]
    some.give(marks | dict.fromkeys(waiting, Mark()))
    some.report(ONE)
    with Book.open(some.root) as book:
        drawn = by_id(assignment_figures(book, ONE))
    assert drawn["marks"].title == "Marks in all: the median of 11 students is 100% of the points"
    table = drawn["items"].table.set_index("item")
    assert table.loc["a01-essay", "facility (%)"] == 100
    assert table.loc["a01-essay", "waiting (students)"] == 3
    assert "Marks are still waited for, and are left out here: 4 essay (3)." in drawn["items"].description


def test_submissions_without_any_mark_are_not_listed_item_by_item(empty: Class, tmp_path: Path) -> None:
    some = empty.copied(tmp_path / "class")
    none = dict.fromkeys([(ONE, item, student) for item in ITEMS[ONE] for student in STUDENTS[:2]], Mark())
    some.give(full(ONE) | none | {(ONE, "a01-essay", STUDENTS[5]): Mark()})
    some.report(ONE)
    with Book.open(some.root) as book:
        said = by_id(assignment_figures(book, ONE))["items"].description
    assert "2 submissions have no mark at all." in said
    assert said.endswith("are left out here: 4 essay (1).")


def test_the_median_is_the_measures_own_and_the_last_bin_has_no_upper_end(simulated: Book) -> None:
    medians = measures.progress(simulated).set_index("assignment")["median"]
    for name in SIMULATED:
        figure = by_id(assignment_figures(simulated, name))["marks"]
        assert f" is {whole(medians[name])}% of the points" in figure.title
        bins = figure.table.set_index("from (%)")["to under (%)"]
        assert "105" not in set(bins)
        assert bins.get("100 (or more)", "") == ""


def test_items_that_the_strong_missed_more_often_than_others_are_drawn_first(simulated: Book) -> None:
    figure, found = by_id(class_figures(simulated))["strong"], measures.missed_by_strong(simulated)
    more = int((found["share"] > found["against"]).sum())
    assert figure.title.startswith(f"Missed by strong students: {more} of {len(found)} items they missed")
    worst = found["item"].iloc[(found["share"] - found["against"]).to_numpy().argmax()]
    assert figure.table["item"].iloc[0] == worst
    place = measures.items(simulated).set_index("item")["place"][worst]
    assert f"“{worst[:3]}, {place} " in figure.description


def test_every_weak_item_is_named_or_said_to_be_without_a_name(simulated: Book) -> None:
    rows = pd.DataFrame(
        {"item": [f"a01-quite-a-long-name-{n}" for n in range(60)], "assignment": ONE}
        | {"place": range(1, 61), "facility": 0.5, "discrimination": 0.1}
        | dict.fromkeys(["points", "marked", "waiting", "mean", "upper", "lower"], 1.0)
    )
    figure = figures._difficulty(rows, most=8, within=True)
    assert figure is not None
    drawn = [row for rows in figure.chart.to_dict()["datasets"].values() for row in rows if "align" in row]
    nameless = len(rows) - len({row["item"] for row in drawn})
    assert f"no room for the names of {nameless} of them: they are in the table." in figure.description


def figure_of_tests(some: Class, *copies: list[tuple[str, str, float | None]]) -> Figure:
    """Return the figure of students who tried these tests: each with a status and a share."""
    for student, tried in zip(STUDENTS, copies, strict=False):
        checks = [
            (question, f"2026-09-01T10:{minute:02}:00+00:00", status, *([] if share is None else [share]))
            for minute, (question, status, share) in enumerate(tried)
        ]
        progress_copy(some.root / "classroom" / "progress" / f"{student}.json", *checks)
    with Book.open(some.root) as book:
        return by_id(class_figures(book))["tests"]


BEFORE, AFTER = "00-before-test", "17-after-test"


def test_the_right_answers_before_and_after_are_drawn(empty: Class, tmp_path: Path) -> None:
    figure = figure_of_tests(
        empty.copied(tmp_path / "class"),
        # The second try counts for nothing here.
        [(BEFORE, "not yet", 0.5833), (BEFORE, "correct", 1.0), (AFTER, "correct", 1.0)],
        [(BEFORE, "not yet", 0.25), (AFTER, "not yet", 0.1667)],
        [(BEFORE, "not yet", 0.5833)],
        [(BEFORE, "not yet", None)],
    )
    assert figure.title == (
        "Right answers, of 12: half had 7 or more before the course and 12 or more after the course"
    )
    assert figure.description == (
        "Before the course, 3 students had 3 to 7 of 12 right at the first try, half of them 7 or more, and "
        "0 all. After the course, 2 students had 2 to 12 of 12 right at the first try, half of them 12 or "
        "more, and 1 all. Of 2 who took both, 1 had more right after, and 1 had less. Left out, as blank or "
        "from an older copy that does not say it: 1."
    )
    table = figure.table.set_index("right (of 12)")
    assert list(table.index) == list(range(13))
    before, after = (table[name][table[name] > 0].to_dict() for name in table)
    assert list(table) == ["before the course (students)", "after the course (students)"]
    assert (before, after) == ({3: 1, 7: 2}, {2: 1, 12: 1})
    drawn = [row for rows in figure.chart.to_dict()["datasets"].values() for row in rows if row["students"]]
    assert {(row["when"], row["right"]): row["students"] for row in drawn} == {
        ("before the course", 3): 1,
        ("before the course", 7): 2,
        ("after the course", 2): 1,
        ("after the course", 12): 1,
    }


def test_without_an_after_test_the_first_is_drawn_alone(empty: Class, tmp_path: Path) -> None:
    figure = figure_of_tests(empty.copied(tmp_path / "class"), [(BEFORE, "not yet", 0.5)])
    assert figure.title == "Right answers, of 12: half had 6 or more before the course"
    assert list(figure.table) == ["right (of 12)", "before the course (students)"]
    assert "No copy holds the after-test, which is in unit 17." in figure.description


def test_older_copies_say_only_who_got_all_right(empty: Class, tmp_path: Path) -> None:
    figure = figure_of_tests(
        empty.copied(tmp_path / "class"),
        [(BEFORE, "not yet", None), (BEFORE, "correct", None)],
        [(BEFORE, "not yet", None)],
    )
    assert "before-test, first try 0 of 2; before-test, last try 1 of 2" in figure.description
    assert figure.table["all right"].tolist() == [0, 1]
    assert "not how much of it" in figure.reading


def test_what_there_are_no_numbers_for_is_left_out(empty: Class) -> None:
    with Book.open(empty.root) as book:
        assert class_figures(book) == []
        assert assignment_figures(book, TWO) == []


def test_an_item_that_all_got_right_has_no_place_among_the_discriminations(
    empty: Class, tmp_path: Path
) -> None:
    some = empty.copied(tmp_path / "class")
    some.give(full(ONE))
    with Book.open(some.root) as book:
        drawn = by_id(assignment_figures(book, ONE))
    assert "difficulty" not in drawn
    assert len(drawn["items"].table) == len(ITEMS[ONE])
