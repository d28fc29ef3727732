"""Every measure agrees with the same worked out by hand, or by other means, from the marks themselves."""

import math
import os
import sqlite3
import statistics
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.grading.report import Entry
from cjpolicy.review import measures
from cjpolicy.review.book import Book
from tests.review.classes import (
    HANDED_IN,
    ITEMS,
    ONE,
    STUDENTS,
    TWO,
    WRITTEN,
    Class,
    Mark,
    full,
    new_class,
    progress_copy,
)

# Making a gradebook takes nbgrader a second or two.
pytestmark = pytest.mark.grading

SLIPS = ["added-percentages", "wrong-base:new", "unit-slip"]
Key = tuple[str, str, str]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Class:
    return new_class(tmp_path_factory.mktemp("class") / "root")


@pytest.fixture
def small(sample: Class, tmp_path: Path) -> Class:
    return sample.copied(tmp_path / "class")


KEYS = [(name, item, student) for name in ITEMS for item in ITEMS[name] for student in HANDED_IN[name]]


@st.composite
def marked_classes(
    draw: st.DrawFn,
) -> tuple[dict[Key, Mark], dict[Key, list[str]], dict[str, dict[str, float]]]:
    """Draw marks in quarters of a point, misconceptions, and seconds."""
    quarters = draw(st.lists(st.integers(-1, 4), min_size=len(KEYS), max_size=len(KEYS)))
    odd = draw(st.sets(st.sampled_from(KEYS), max_size=6))
    marks, slips = {}, {}
    for key, quarter in zip(KEYS, quarters, strict=True):
        name, item, _ = key
        points = ITEMS[name][item] * quarter / 4 if quarter >= 0 else None
        if item in WRITTEN:
            marks[key] = Mark(manual=points)
        elif key in odd:
            marks[key] = Mark(auto=points, manual=ITEMS[name][item], extra=0.5, again=True)
        else:
            marks[key] = Mark(auto=points)
        if quarter < 2 and item not in WRITTEN:
            slips[key] = SLIPS[: 1 + abs(quarter)]
    seconds = {name: {student: draw(st.integers(0, 40)) / 4 for student in HANDED_IN[name]} for name in ITEMS}
    return marks, slips, seconds


@pytest.fixture(scope="module")
def spare(sample: Class, tmp_path_factory: pytest.TempPathFactory) -> Class:
    return sample.copied(tmp_path_factory.mktemp("spare") / "class")


def whole_class(test: Callable[..., None]) -> Callable[..., None]:
    """Try a test on classes drawn by chance, all in the same folder, which is written anew each time."""
    shared = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=shared)(
        given(drawn=marked_classes())(test)
    )


def written(spare: Class, drawn: Any) -> tuple[dict[Key, Mark], dict[Key, list[str]], Any]:
    marks, slips, seconds = drawn
    spare.give(marks)
    for name, items in ITEMS.items():
        spare.report(
            name,
            {
                student: Entry(
                    {item: marks[name, item, student].auto for item in items},
                    {item: slips[name, item, student] for item in items if (name, item, student) in slips},
                    seconds=seconds[name][student],
                    seed=1,
                )
                for student in HANDED_IN[name]
            },
        )
    return marks, slips, seconds


def rests(marks: dict[Key, Mark], name: str, item: str) -> dict[str, tuple[float, Fraction | None]]:
    """Return, of those marked, the points for an item and the exact share earned of all their other marks."""
    found = {}
    for student in HANDED_IN[name]:
        earned = marks[name, item, student].earned
        others = [
            (marks[name, each, student].earned, ITEMS[name][each]) for each in ITEMS[name] if each != item
        ]
        known = [(Fraction(points), Fraction(worth)) for points, worth in others if points is not None]
        if earned is not None:
            worth = sum((w for _, w in known), Fraction())
            share = sum((p for p, _ in known), Fraction()) / worth if known else None
            found[student] = (earned, share)
    return found


def extremes(found: dict[str, tuple[float, Fraction | None]], part: float, top: bool) -> list[float]:
    """Return the points of those with the highest or lowest rests, with all who tie with the last of them."""
    known = sorted(((rest, points) for points, rest in found.values() if rest is not None), reverse=top)
    if not known:
        return []
    last = known[math.ceil(round(part * len(known), 9)) - 1][0]
    return [points for rest, points in known if (rest >= last if top else rest <= last)]


def by(column: str, frame: pd.DataFrame) -> dict[Any, dict[Any, Any]]:
    """Return the rows by what they have in a column."""
    return {row[column]: row for row in frame.to_dict("records")}


def same(found: float, expected: Any) -> bool:
    return math.isnan(found) if expected is None else found == pytest.approx(expected, abs=1e-9)


@whole_class
def test_items_agree_with_another_computation(spare: Class, drawn: Any) -> None:
    marks, _, _ = written(spare, drawn)
    with Book.open(spare.root) as book:
        frame = measures.items(book)
    assert list(zip(frame["assignment"], frame["item"], strict=True)) == [
        (name, item) for name in ITEMS for item in ITEMS[name]
    ]
    for row in frame.to_dict("records"):
        name, item = row["assignment"], row["item"]
        worth, found = ITEMS[name][item], rests(marks, name, item)
        points = [earned for earned, _ in found.values()]
        assert (row["points"], row["written"]) == (worth, item in WRITTEN)
        assert (row["marked"], row["waiting"]) == (len(points), len(HANDED_IN[name]) - len(points))
        assert row["again"] == sum(marks[name, item, student].again for student in found)
        assert same(row["mean"], np.mean(points) if points else None)
        assert same(row["facility"], np.mean(points) / worth if points else None)
        pairs = pd.DataFrame(
            [(x, float(rest)) for x, rest in found.values() if rest is not None], columns=["x", "rest"]
        )
        enough = len(pairs) >= 10
        spread = enough and pairs["x"].nunique() > 1 and pairs["rest"].nunique() > 1
        assert same(row["discrimination"], pairs["x"].corr(pairs["rest"]) if spread else None)
        for side, top in (("upper", True), ("lower", False)):
            expected = np.mean(extremes(found, 0.27, top)) / worth if enough else None
            assert same(row[side], expected), side


@whole_class
def test_the_items_that_strong_students_missed_agree_with_another_computation(
    spare: Class, drawn: Any
) -> None:
    marks, _, _ = written(spare, drawn)
    with Book.open(spare.root) as book:
        frame = measures.missed_by_strong(book)
    assert (frame["share"] - frame["against"].fillna(0)).is_monotonic_decreasing
    places = {item: list(items).index(item) + 1 for items in ITEMS.values() for item in items}
    assert [places[item] for item in frame["item"]] == frame["place"].tolist()
    rows = {(row["assignment"], row["item"]): row for row in frame.to_dict("records")}
    for name, items in ITEMS.items():
        for item, worth in items.items():
            found = rests(marks, name, item)
            everybody = [points for points, rest in found.values() if rest is not None]
            strong = extremes(found, 0.25, top=True)
            missed = sum(points < worth / 2 for points in strong)
            assert ((name, item) in rows) == (missed > 0)
            if missed:
                row = rows[name, item]
                assert (row["strong"], row["missed"]) == (len(strong), missed)
                assert same(row["share"], missed / len(strong))
                others = len(everybody) - len(strong)
                also = sum(points < worth / 2 for points in everybody) - missed
                assert same(row["against"], also / others if others else None)


@whole_class
def test_misconceptions_agree_with_another_computation(spare: Class, drawn: Any) -> None:
    marks, slips, _ = written(spare, drawn)
    # An answer that no longer has a mark does not count.
    counted = [
        (slip, name, item, student, max(ITEMS[name][item] - (marks[name, item, student].earned or 0), 0))
        for (name, item, student), given in slips.items()
        if marks[name, item, student].earned is not None
        for slip in given
    ]
    with Book.open(spare.root) as book:
        by_item = measures.misconceptions(book)
        by_slip = measures.misconceptions(book, by_slip=True)
        one = measures.misconceptions(book, ONE, "a01-sum")
    expected = {
        (slip, name, item): (
            len(lost := [each for *key, _, each in counted if key == [slip, name, item]]),
            len(rests(marks, name, item)),
            pytest.approx(sum(lost)),
        )
        for slip, name, item, _, _ in counted
    }
    columns = ["slip", "assignment", "item", "students", "of", "points_lost"]
    assert {tuple(row[:3]): tuple(row[3:]) for row in by_item[columns].itertuples(index=False)} == expected
    assert one[columns].values.tolist() == [
        row for row in by_item[columns].values.tolist() if row[2] == "a01-sum"
    ]
    together = {}
    for slip in {each[0] for each in counted}:
        where = {(name, item) for each, name, item, *_ in counted if each == slip}
        together[slip] = (
            len(where),
            len({student for each, _, _, student, _ in counted if each == slip}),
            len({student for name, item in where for student in rests(marks, name, item)}),
            pytest.approx(sum(lost for each, *_, lost in counted if each == slip)),
        )
    columns = ["slip", "items", "students", "of", "points_lost"]
    assert {row[0]: tuple(row[1:]) for row in by_slip[columns].itertuples(index=False)} == together
    assert by_slip["points_lost"].is_monotonic_decreasing


def shares(marks: dict[Key, Mark], name: str) -> list[Fraction]:
    """Return the exact shares of those who are wholly marked."""
    earned = [[marks[name, item, student].earned for item in ITEMS[name]] for student in HANDED_IN[name]]
    worth = Fraction(sum(ITEMS[name].values()))
    return [sum(map(Fraction, points)) / worth for points in earned if None not in points]  # type: ignore[arg-type]


@whole_class
def test_totals_progress_and_time_agree_with_another_computation(spare: Class, drawn: Any) -> None:
    marks, _, seconds = written(spare, drawn)
    # So that some are wholly marked, whatever was drawn.
    certain = {
        (name, item, student): Mark(auto=ITEMS[name][item] / 2 + number / 4)
        for name in ITEMS
        for item in ITEMS[name]
        for number, student in enumerate(HANDED_IN[name][:3])
    }
    marks = marks | certain
    spare.give(certain)
    with Book.open(spare.root) as book:
        totals, progress, time = measures.totals(book), measures.progress(book), measures.time(book)
    bins: dict[tuple[str, float], int] = {}
    for name in ITEMS:
        for share in shares(marks, name):
            bin = (name, min(int(share * 20), 20) / 20)
            bins[bin] = bins.get(bin, 0) + 1
    assert {(row.assignment, row.share): row.students for row in totals.itertuples()} == bins
    for row in progress.to_dict("records"):
        known = pd.Series([float(share) for share in shares(marks, row["assignment"])])
        assert (row["handed_in"], row["marked"]) == (len(HANDED_IN[row["assignment"]]), len(known))
        assert same(row["mean"], statistics.fmean(known))
        for name, part in (("lower_quartile", 0.25), ("median", 0.5), ("upper_quartile", 0.75)):
            assert same(row[name], known.quantile(part))
    for row in time.to_dict("records"):
        known = pd.Series(seconds[row["assignment"]])
        assert row["submissions"] == len(known)
        assert same(row["median"], known.median()) and same(row["longest"], known.max())
        assert same(row["p95"], known.quantile(0.95))


@whole_class
def test_standing_and_answers_agree_with_another_computation(spare: Class, drawn: Any) -> None:
    marks, slips, seconds = written(spare, drawn)
    with Book.open(spare.root) as book:
        standing = {row["id"]: row for row in measures.standing(book, ONE, names=True).to_dict("records")}
        answers = {
            row["id"]: row for row in measures.answers(book, ONE, "a01-sum", names=True).to_dict("records")
        }
        chosen = measures.answers(book, ONE, "a01-sum", slip=SLIPS[1], status="part")
        codes = {code: book.student(code) for code in chosen["code"]}
    assert standing.keys() == answers.keys() == set(STUDENTS)
    for student in STUDENTS:
        earned = [marks[ONE, item, student].earned for item in ITEMS[ONE]]
        row, answer = standing[student], answers[student]
        assert row["score"] == pytest.approx(sum(points for points in earned if points is not None))
        assert (row["waiting"], row["worth"], row["seconds"]) == (
            earned.count(None),
            10.0,
            seconds[ONE][student],
        )
        mark = marks[ONE, "a01-sum", student]
        points = mark.earned
        assert same(answer["earned"], points)
        expected = (
            "waiting" if points is None else "full" if points >= 2 else "part" if points > 0 else "none"
        )
        assert (answer["status"], answer["by_hand"]) == (expected, mark.manual is not None)
        assert sorted(answer["slips"]) == sorted(slips.get((ONE, "a01-sum", student), []))
    assert sorted(codes.values()) == [
        student
        for student in STUDENTS
        if answers[student]["status"] == "part" and SLIPS[1] in answers[student]["slips"]
    ]


@pytest.fixture
def by_hand(small: Class) -> Class:
    """Ten of fourteen get everything right; four do not, each in their own way."""
    small.give(full(ONE) | full(TWO))
    wrong = {"s00": ["added-percentages"], "s01": ["added-percentages", "unit-slip"], "s02": ["unit-slip"]}
    small.give({(ONE, "a01-change", student): Mark(auto=0.5) for student in wrong})
    small.give({(ONE, "a01-sum", "s00"): Mark(auto=0.0), (ONE, "a01-essay", "s13"): Mark()})
    small.report(
        ONE,
        {student: Entry({}, {"a01-change": slips}, seconds=2.0, seed=1) for student, slips in wrong.items()}
        | {
            "s05": Entry({}, repairs=["Read as UTF-16."], seconds=4.0, seed=1),
            "s06": Entry({}, flags=["Look."], limits=["Stopped.", "Stopped again."], seconds=60.0, seed=1),
        },
    )
    small.report(TWO)
    return small


def test_a_class_by_hand(by_hand: Class) -> None:
    with Book.open(by_hand.root) as book:
        items = by("item", measures.items(book, ONE))
        found = measures.misconceptions(book, ONE)
        progress = by("assignment", measures.progress(book))
        totals = measures.totals(book, ONE)
        trouble = measures.trouble(book, names=True)
        time = measures.time(book, ONE)
        missed = measures.missed_by_strong(book, ONE)
    # 11 of 14 earned 3 points, three half a point.
    assert items["a01-change"]["facility"] == pytest.approx((11 * 3 + 3 * 0.5) / 14 / 3)
    # Eleven share the highest rest, so all of them are the upper group; s00 alone missed another item.
    assert items["a01-change"]["upper"] == pytest.approx((11 * 3 + 2 * 0.5) / 13 / 3)
    assert items["a01-change"]["lower"] == pytest.approx((11 * 3 + 3 * 0.5) / 14 / 3)
    assert [items["a01-share"][name] for name in ("facility", "upper", "lower")] == [1, 1, 1]
    assert math.isnan(items["a01-share"]["discrimination"])
    assert (items["a01-essay"]["marked"], items["a01-essay"]["waiting"]) == (13, 1)
    assert found[["slip", "students", "of", "points_lost"]].values.tolist() == [
        ["added-percentages", 2, 14, 5.0],
        ["unit-slip", 2, 14, 5.0],
    ]
    assert found["name"].tolist() == ["Percentage changes added or subtracted", "Unit or scale slip"]
    assert [progress[ONE][name] for name in ("handed_in", "marked", "median")] == [14, 13, 1.0]
    # s00 lost 4.5 of 10, s01 and s02 2.5.
    assert totals[["share", "students"]].values.tolist() == [[0.55, 1], [0.75, 2], [1.0, 10]]
    assert trouble[["id", "name", "kind", "text"]].values.tolist() == [
        ["s06", "First s06 Last s06", "flagged", "Look."],
        ["s06", "First s06 Last s06", "limit", "Stopped."],
        ["s06", "First s06 Last s06", "limit", "Stopped again."],
        ["s05", "First s05 Last s05", "repaired", "Read as UTF-16."],
    ]
    assert time[["submissions", "longest", "limits"]].values.tolist() == [[14, 60.0, 1]]
    # Of the thirteen with all other points, s01 and s02 missed the change; s00 is the one other.
    assert missed.values.tolist() == [[ONE, "a01-change", 2, 13, 2, pytest.approx(2 / 13), 1.0]]


def test_lateness_is_taken_off(by_hand: Class) -> None:
    with sqlite3.connect(by_hand.gradebook) as gradebook:
        gradebook.execute("UPDATE submitted_notebook SET late_submission_penalty = 1")
    gradebook.close()
    with Book.open(by_hand.root) as book:
        assert measures.totals(book, TWO)[["share", "students"]].values.tolist() == [[0.75, 6]]
        assert measures.progress(book)["median"].tolist() == [0.9, 0.75]
        assert set(measures.standing(book, TWO)["score"]) == {3.0}
        # An item's own marks are not touched.
        assert measures.items(book, TWO)["facility"].tolist() == [1.0, 1.0]


def test_points_that_are_all_the_same_have_no_correlation_though_sums_are_not_exact(by_hand: Class) -> None:
    by_hand.give({(ONE, "a01-sum", student): Mark(auto=0.1) for student in STUDENTS})
    with Book.open(by_hand.root) as book:
        items = by("item", measures.items(book, ONE))
    assert math.isnan(items["a01-sum"]["discrimination"])
    assert not math.isnan(items["a01-change"]["discrimination"])


def test_a_share_at_a_bins_edge_falls_into_it(by_hand: Class) -> None:
    # 0.3 of 3 points is a tenth, and in binary a little less.
    with sqlite3.connect(by_hand.gradebook) as gradebook:
        gradebook.execute("UPDATE grade_cells SET max_score = 1.5")
    gradebook.close()
    assert 0.3 / 3 * 20 < 2
    by_hand.give({(TWO, "a02-base", student): Mark(auto=0.3) for student in HANDED_IN[TWO]})
    by_hand.give({(TWO, "a02-claim", student): Mark(manual=0.0) for student in HANDED_IN[TWO]})
    with Book.open(by_hand.root) as book:
        assert measures.totals(book, TWO)[["share", "students"]].values.tolist() == [[0.1, 6]]


def test_an_item_without_worth_is_no_trouble(by_hand: Class) -> None:
    with sqlite3.connect(by_hand.gradebook) as gradebook:
        gradebook.execute(
            "UPDATE grade_cells SET max_score = 0 "
            "WHERE id = (SELECT id FROM base_cell WHERE name = 'a02-base')"
        )
    gradebook.close()
    with Book.open(by_hand.root) as book:
        base = by("item", measures.items(book, TWO))["a02-base"]
        assert (base["points"], base["mean"]) == (0.0, 2.0)
        assert math.isnan(base["facility"])
        measures.missed_by_strong(book)


FRAMES: dict[str, Callable[[Book], pd.DataFrame]] = {
    "items": lambda book: measures.items(book),
    "totals": lambda book: measures.totals(book),
    "misconceptions": lambda book: measures.misconceptions(book),
    "by slip": lambda book: measures.misconceptions(book, by_slip=True),
    "missed_by_strong": lambda book: measures.missed_by_strong(book),
    "progress": lambda book: measures.progress(book),
    "shares": lambda book: measures.shares(book),
    "standing": lambda book: measures.standing(book, ONE),
    "trouble": lambda book: measures.trouble(book),
    "time": lambda book: measures.time(book),
    "answers": lambda book: measures.answers(book, ONE, "a01-sum"),
    "tests": lambda book: measures.tests(book),
}


@pytest.mark.parametrize("name", FRAMES)
def test_without_marks_the_columns_are_the_same(by_hand: Class, small: Class, name: str) -> None:
    progress_copy(by_hand.root / "classroom" / "progress" / "s01.json", BEFORE)
    with Book.open(by_hand.root) as book:
        whole = FRAMES[name](book)
    for table in ("grade", "submitted_notebook", "submitted_assignment"):
        with sqlite3.connect(by_hand.gradebook) as gradebook:
            gradebook.execute(f"DELETE FROM {table}")
        gradebook.close()
    for path in (
        *(by_hand.root / "classroom" / "reports").iterdir(),
        *(by_hand.root).glob("classroom/progress/*"),
    ):
        path.unlink()
    with Book.open(by_hand.root) as book:
        empty = FRAMES[name](book)
    assert empty.dtypes.to_dict() == whole.dtypes.to_dict()
    assert len(whole) and len(empty) == {"items": 6, "progress": 2, "time": 2, "shares": 14}.get(name, 0)


@pytest.mark.parametrize("name", ["shares", "standing", "trouble", "answers", "tests"])
def test_nobody_is_named_unless_asked_for(by_hand: Class, name: str) -> None:
    progress_copy(by_hand.root / "classroom" / "progress" / "s01.json", BEFORE)
    (by_hand.root / "classroom" / "progress" / "s02.json").write_text("half")
    ask: dict[str, Callable[..., pd.DataFrame]] = {
        "shares": lambda book, **names: measures.shares(book, **names),
        "standing": lambda book, **names: measures.standing(book, ONE, **names),
        "trouble": lambda book, **names: measures.trouble(book, **names),
        "answers": lambda book, **names: measures.answers(book, ONE, "a01-sum", **names),
        "tests": lambda book, **names: measures.tests(book, **names),
    }
    with Book.open(by_hand.root) as book:
        plain, named = ask[name](book), ask[name](book, names=True)
        said = plain.to_csv() + str(plain.attrs)
        assert not any(word in said for student in STUDENTS for word in (student, f"First {student}"))
        assert [book.student(code) for code in named["code"]] == named["id"].tolist()
        assert named["name"].tolist() == [f"First {id} Last {id}" for id in named["id"]]


def test_codes_are_in_the_order_of_their_numbers(by_hand: Class) -> None:
    with Book.open(by_hand.root) as book:
        found = measures.standing(book, ONE)["code"].tolist()
    assert found == [f"Student {number}" for number in range(1, 15)]


def test_what_is_not_there_is_refused_with_what_is(by_hand: Class) -> None:
    with Book.open(by_hand.root) as book:
        with pytest.raises(UnknownName, match=f"no assignment 'a09'. There are: {ONE}, {TWO}"):
            measures.items(book, "a09")
        with pytest.raises(UnknownName, match=f"{TWO} has no item 'a01-sum'. There are: a02-base, a02-claim"):
            measures.answers(book, TWO, "a01-sum")
        with pytest.raises(UnknownName, match="This class has no item 'a09-x'"):
            measures.misconceptions(book, item="a09-x")
        with pytest.raises(UnknownName, match="There are: full, part, none, waiting"):
            measures.answers(book, ONE, "a01-sum", status="right")


def test_a_copy_damaged_while_it_is_open_is_explained(by_hand: Class) -> None:
    with Book.open(by_hand.root) as book:
        book.connection.execute("DROP TABLE note")
        with pytest.raises(CourseError, match=r"review.db \(no such table: note\). Delete that file"):
            measures.trouble(book)


BEFORE = ("00-before-test", "2026-09-01T10:00:00+00:00", "not yet")


def test_the_tests_before_and_after(by_hand: Class) -> None:
    copies = by_hand.root / "classroom" / "progress"
    progress_copy(
        copies / "s01.json",
        ("00-before-test", "2026-09-01T10:05:00+00:00", "correct"),
        BEFORE,
        ("17-after-test", "2026-12-01T10:00:00+00:00", "correct"),
        ("00-before-test-again", "2026-09-01T10:00:00+00:00", "correct"),
        ("00-rows", "2026-09-01T10:00:00+00:00", "correct"),
    )
    progress_copy(copies / "s02.json", BEFORE)
    progress_copy(copies / "nobody.json", BEFORE)
    (copies / "s03.json").write_text("{}")
    with Book.open(by_hand.root) as book:
        frame = measures.tests(book, names=True).sort_values(["id", "unit"])
        columns = ["id", "test", "unit", "question", "tries", "first", "last"]
        assert frame[columns].values.tolist() == [
            ["s01", "before", "00", "00-before-test", 2, "not yet", "correct"],
            ["s01", "after", "17", "17-after-test", 1, "correct", "correct"],
            ["s02", "before", "00", "00-before-test", 1, "not yet", "not yet"],
        ]
        assert frame["at"].str[:16].tolist() == ["2026-09-01T10:05", "2026-12-01T10:00", "2026-09-01T10:00"]
        assert frame.attrs["notes"] == [
            "Files in classroom/progress that cannot be read as copies of progress: 1: s03.json.",
            "Files in classroom/progress that belong to nobody in the class: 1: nobody.json.",
        ]
        # A copy handed in again counts instead of the one before, and one taken away no more.
        progress_copy(copies / "s01.json", BEFORE)
        for file in ("s03.json", "nobody.json", "s02.json"):
            os.unlink(copies / file)
        again = measures.tests(book)
        assert again[["test", "tries", "last"]].values.tolist() == [["before", 1, "not yet"]]
        assert again.attrs["notes"] == ["No copy holds the after-test, which is in unit 17."]


def test_how_much_of_a_test_was_right(by_hand: Class) -> None:
    copies = by_hand.root / "classroom" / "progress"

    def tried(minute: int, status: str, *share: Any) -> tuple[Any, ...]:
        return "00-before-test", f"2026-09-01T10:{minute:02}:00+00:00", status, *share

    old, more = tried(5, "not yet"), tried(7, "not yet", 0.75)
    blank, unread = tried(1, "not attempted", 0.0), tried(9, "cannot check", 0.0)
    odd = (1.5, -0.1, "0.5", None, True, [1], math.inf)
    cases: list[tuple[list[tuple[Any, ...]], list[float]]] = [
        ([more, tried(6, "not yet", 0.5833)], [0.5833, 0.75]),
        # A try that could not be marked is no try with nothing right.
        ([unread, more, blank], [0.75, 0.75]),
        ([blank], [math.nan, math.nan]),
        # What an older copy does not say is not taken from a later try.
        ([old, more], [math.nan, 0.75]),
        ([tried(5, "correct")], [math.nan, math.nan]),
        ([tried(5, "correct", 1)], [1.0, 1.0]),
        *(([tried(5, "not yet", each)], [math.nan, math.nan]) for each in odd),
    ]
    for id, (checks, _) in zip(STUDENTS, cases, strict=False):
        progress_copy(copies / f"{id}.json", *checks)
    with Book.open(by_hand.root) as book:
        frame = measures.tests(book, names=True).sort_values("id")
    np.testing.assert_array_equal(frame[["first_share", "last_share"]], [shares for _, shares in cases])


def test_copies_are_not_read_twice(by_hand: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    progress_copy(by_hand.root / "classroom" / "progress" / "s01.json", BEFORE)
    with Book.open(by_hand.root) as book:
        measures.tests(book)
    monkeypatch.setattr(measures, "_steps", lambda path: pytest.fail("read again"))
    # Neither are they lost when the class's marks are taken in anew.
    by_hand.give({(ONE, "a01-sum", "s03"): Mark(auto=0.0)})
    with Book.open(by_hand.root) as book:
        assert len(measures.tests(book)) == 1


def test_without_copies_it_is_said(by_hand: Class) -> None:
    with Book.open(by_hand.root) as book:
        (said,) = measures.tests(book).attrs["notes"]
    assert said.startswith("There is no copy of a student's progress.") and "classroom/progress" in said


def test_a_sentence_names_a_students_file_only_when_asked(by_hand: Class) -> None:
    said = f"The notebook was handed in as Ada_Lovelace.ipynb. It is marked as {ONE}.ipynb."
    by_hand.report(ONE, {"s05": Entry({}, repairs=[said, "Read s05 again."])})
    with Book.open(by_hand.root) as book:
        assert measures.trouble(book, ONE, names=True)["text"].tolist() == [said, "Read s05 again."]
        assert measures.trouble(book, ONE)["text"].tolist() == [
            f"The notebook was handed in as a file. It is marked as {ONE}.ipynb.",
            "Read … again.",
        ]
