"""The simulated class: what marking would have left, and what every measure of it must come to."""

import json
import math
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.grading import sandbox
from cjpolicy.grading.grade import grade
from cjpolicy.grading.report import Standing
from cjpolicy.grading.workshop import Workshop
from cjpolicy.journal.copies import read_copy
from cjpolicy.review import demo, demo_forms, measures, runs
from cjpolicy.review.book import Book
from cjpolicy.review.demo import Truth, is_simulated, simulate
from cjpolicy.review.models import read_models
from cjpolicy.review.runs import RUN_SEED
from tests.support import ROOT

pytestmark = pytest.mark.grading

ONE = "a01_reading_a_claim"
# In the third, an item takes values from another.
SOME = (ONE, "a02_counting_violence", "a03_homicide_and_weapons")


class Known:
    """A simulated class of which the truth is known, as tables."""

    def __init__(self, root: Path, truth: Truth) -> None:
        self.root = root
        self.truth = truth
        self.book = Book.open(root)
        rows = self.book.connection.execute("SELECT id, code FROM student")
        self.codes = dict(rows.fetchall())

    @cached_property
    def marks(self) -> pd.DataFrame:
        """Every answer: its mark, and what the student earned of the assignment's other marked items."""
        rows = [
            (
                each.assignment,
                each.item,
                each.student,
                each.mark,
                self.truth.worth[each.assignment, each.item],
            )
            for each in self.truth.answers
        ]
        frame = pd.DataFrame(rows, columns=["assignment", "item", "student", "mark", "worth"])
        frame["mark"] = frame["mark"].astype(float)
        there = frame.assign(worth=frame["worth"].where(frame["mark"].notna()))
        sums = there.groupby(["assignment", "student"])[["mark", "worth"]].transform("sum")
        # To nine digits, for one sum in two orders is two numbers.
        frame["rest"] = ((sums["mark"] - frame["mark"]) / (sums["worth"] - frame["worth"])).round(9)
        return frame

    @cached_property
    def whole(self) -> pd.Series:
        """The share of the points of every wholly marked submission."""
        groups = self.marks.groupby(["assignment", "student"])
        done = groups["mark"].apply(lambda marks: bool(marks.notna().all()))
        return (groups["mark"].sum() / groups["worth"].sum())[done]

    def of(self, assignment: str, item: str) -> pd.DataFrame:
        """Return an item's marks."""
        frame = self.marks
        return frame[(frame["assignment"] == assignment) & (frame["item"] == item) & frame["mark"].notna()]

    def found(self) -> pd.DataFrame:
        """Return every misconception that was recognised, with what it cost."""
        rows = [
            (slip, each.assignment, each.item, each.student, self.lost(each))
            for each in self.truth.answers
            for slip in set(each.slips)
            if each.mark is not None
        ]
        return pd.DataFrame(rows, columns=["slip", "assignment", "item", "student", "lost"])

    def lost(self, answer: demo.Answer) -> float:
        return max(self.truth.worth[answer.assignment, answer.item] - (answer.mark or 0.0), 0.0)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """A class of 400, without notebooks."""
    root = tmp_path_factory.mktemp("demo") / "class"
    truth = simulate(root, ROOT, students=400, seed=3, assignments=SOME, notebooks=False)
    made = Known(root, truth)
    yield made
    made.book.close()


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Compare tables by their rows, in any order, with the columns expected."""
    columns = list(expected.columns)
    keys = [name for name in columns if not pd.api.types.is_float_dtype(expected[name])]
    one, other = (
        each[columns].sort_values(keys).reset_index(drop=True).astype(dict.fromkeys(keys, "object"))
        for each in (found, expected)
    )
    pd.testing.assert_frame_equal(one, other, check_dtype=False, rtol=1e-6, atol=1e-9)


# --- Every measure is what the truth says, computed in another way


def test_items(known: Known) -> None:
    rows = []
    for (assignment, item), worth in known.truth.worth.items():
        marks = known.of(assignment, item)
        edge = math.ceil(0.27 * len(marks))
        ordered = np.sort(marks["rest"])
        handed_in = sum(each.assignment == assignment for each in known.truth.submissions)
        high, low = marks["rest"] >= ordered[-edge], marks["rest"] <= ordered[edge - 1]
        rows.append(
            {
                "assignment": assignment,
                "item": item,
                "marked": len(marks),
                "waiting": handed_in - len(marks),
                "points": worth,
                "mean": marks["mark"].mean(),
                "facility": marks["mark"].mean() / worth,
                "discrimination": np.corrcoef(marks["mark"], marks["rest"])[0, 1],
                "upper": marks["mark"][high].mean() / worth,
                "lower": marks["mark"][low].mean() / worth,
            }
        )
    same(measures.items(known.book), pd.DataFrame(rows))


def test_totals(known: Known) -> None:
    bins = (known.whole.clip(upper=1) * 20 + 1e-9) // 1 / 20
    expected = bins.rename("share").reset_index().groupby(["assignment", "share"]).size()
    same(measures.totals(known.book), expected.rename("students").reset_index())


def test_misconceptions(known: Known) -> None:
    found = known.found()
    groups = found.groupby(["slip", "assignment", "item"])
    expected = groups.agg(students=("student", "size"), points_lost=("lost", "sum")).reset_index()
    expected["of"] = [
        len(known.of(*pair)) for pair in zip(expected["assignment"], expected["item"], strict=True)
    ]
    same(measures.misconceptions(known.book), expected)


def test_misconceptions_summed_up(known: Known) -> None:
    groups = known.found().groupby("slip")
    expected = groups.agg(
        items=("item", "nunique"), students=("student", "nunique"), points_lost=("lost", "sum")
    ).reset_index()
    same(measures.misconceptions(known.book, by_slip=True), expected)


def test_a_misconception_is_counted_to_the_last_student(known: Known) -> None:
    assignment, item, slip = SOME[1], "a02-two-changes", "added-percentages"
    given = [each for each in known.truth.answers if each.item == item and slip in each.slips]
    found = measures.misconceptions(known.book, assignment, item).set_index("slip")
    assert found.loc[slip, "students"] == len(given) > 20
    codes = {known.codes[each.student] for each in given}
    assert set(measures.answers(known.book, assignment, item, slip=slip)["code"]) == codes
    # Who was made to hold it falls for it far more often than others do.
    holders = known.truth.holders[slip]
    held = sum(each.student in holders for each in given)
    others = len(known.truth.names) - len(holders)
    assert held / len(holders) > 3 * (len(given) - held) / others


def test_items_that_strong_students_missed(known: Known) -> None:
    rows = []
    for assignment, item in known.truth.worth:
        marks = known.of(assignment, item)
        bound = np.sort(marks["rest"])[-math.ceil(len(marks) / 4)]
        missed = marks["mark"] < marks["worth"] / 2
        strong = marks["rest"] >= bound
        rows.append(
            {
                "assignment": assignment,
                "item": item,
                "strong": int(strong.sum()),
                "missed": int((missed & strong).sum()),
                "share": missed[strong].mean(),
                "against": missed[~strong].mean(),
            }
        )
    expected = pd.DataFrame(rows)
    same(measures.missed_by_strong(known.book), expected[expected["missed"] > 0])


def test_progress(known: Known) -> None:
    rows = []
    for assignment in SOME:
        shares = known.whole[assignment]
        low, middle, high = np.percentile(shares, [25, 50, 75])
        handed_in = sum(each.assignment == assignment for each in known.truth.submissions)
        rows.append((assignment, handed_in, len(shares), shares.mean(), low, middle, high))
    columns = ["assignment", "handed_in", "marked", "mean", "lower_quartile", "median", "upper_quartile"]
    same(measures.progress(known.book), pd.DataFrame(rows, columns=columns))


def test_shares_of_each_student_by_assignment(known: Known) -> None:
    handed_in = Counter(each.student for each in known.truth.submissions)
    done = Counter(student for _, student in known.whole.index)
    rows = [
        {
            "code": code,
            "handed_in": handed_in[student],
            "waiting": handed_in[student] - done[student],
            **{name: known.whole.get((name, student), float("nan")) for name in SOME},
        }
        for student, code in known.codes.items()
    ]
    found = measures.shares(known.book)
    same(found, pd.DataFrame(rows))
    assert list(found.columns[-3:]) == list(SOME)
    assert found["waiting"].any() and (found["handed_in"] < 3).any()


def test_standing(known: Known) -> None:
    for assignment in SOME:
        rows = []
        for each in known.truth.submissions:
            if each.assignment == assignment:
                late = 0.0
                if each.late and each.handed_in:
                    late = (each.handed_in - known.truth.due[assignment]).total_seconds()
                own = known.marks[
                    (known.marks["assignment"] == assignment) & (known.marks["student"] == each.student)
                ]
                rows.append(
                    {
                        "code": known.codes[each.student],
                        "status": each.status,
                        "waiting": int(own["mark"].isna().sum()),
                        "limits": len(each.limits),
                        "repairs": len(each.repairs),
                        "flags": len(each.flags),
                        "score": own["mark"].sum(),
                        "worth": own["worth"].sum(),
                        "late": round(late / 3600, 4),
                    }
                )
        same(measures.standing(known.book, assignment), pd.DataFrame(rows))


def test_marks_of_each_student_by_item(known: Known) -> None:
    for assignment in SOME:
        own = known.marks[known.marks["assignment"] == assignment]
        wide = (
            own.pivot(index="student", columns="item", values="mark").reset_index().rename_axis(columns=None)
        )
        found = measures.marks(known.book, assignment)
        same(found, wide.assign(code=wide["student"].map(known.codes)).drop(columns="student"))
        assert list(found.columns[1:]) == list(measures.items(known.book, assignment)["item"])
    found = measures.marks(known.book, ONE, names=True)
    assert list(found.columns[:3]) == ["code", "id", "name"]
    for row in found.to_dict("records"):
        assert row["code"] == known.codes[row["id"]] and row["name"] == " ".join(known.truth.names[row["id"]])


def test_trouble(known: Known) -> None:
    rows = [
        (each.assignment, known.codes[each.student], kind, text)
        for each in known.truth.submissions
        for kind, told in (("repaired", each.repairs), ("flagged", each.flags), ("limit", each.limits))
        for text in told
    ]
    columns = ["assignment", "code", "kind", "text"]
    same(measures.trouble(known.book, names=True)[columns], pd.DataFrame(rows, columns=columns))
    masked = measures.trouble(known.book)
    assert len(masked) == len(rows) and not masked["text"].str.contains("(1)", regex=False).any()
    # All but the names of files is as it was.
    renamed = pd.Series([text for *_, text in rows]).str.replace(
        r"as a\d\d_\w+ \(1\)\.ipynb", "as a file", regex=True
    )
    assert sorted(masked["text"]) == sorted(renamed)
    assert {kind for _, _, kind, _ in rows} == {"repaired", "flagged", "limit"}


def test_time(known: Known) -> None:
    rows = []
    for assignment in SOME:
        there = [each for each in known.truth.submissions if each.assignment == assignment]
        ran = [each.seconds for each in there if each.odd not in demo.UNREADABLE]
        median, high = np.percentile(ran, [50, 95])
        cut = sum(bool(each.limits) for each in there)
        rows.append((assignment, len(ran), cut, median, high, max(ran)))
    columns = ["assignment", "submissions", "limits", "median", "p95", "longest"]
    same(measures.time(known.book), pd.DataFrame(rows, columns=columns))


def test_answers(known: Known) -> None:
    assignment, item = SOME[2], "a03-lost"
    found = measures.answers(known.book, assignment, item)
    rows = {row["code"]: row for row in found.to_dict("records")}
    there = [each for each in known.truth.answers if (each.assignment, each.item) == (assignment, item)]
    assert len(found) == len(rows) == len(there)
    for each in there:
        row = rows[known.codes[each.student]]
        assert row["slips"] == tuple(sorted(set(each.slips)))
        assert row["by_hand"] == (each.by_hand is not None)
        assert (None if math.isnan(row["earned"]) else row["earned"]) == each.mark


def test_the_test_before_the_course(known: Known) -> None:
    found = measures.tests(known.book).set_index("code")
    right = {known.codes[student]: count for student, count in known.truth.before.items()}
    assert set(found.index) == set(right)
    assert (12 * found["first_share"]).round(2).to_dict() == right
    assert (12 * found["last_share"]).round(2).to_dict() == right
    assert {code for code in right if found.loc[code, "last"] == "correct"} == {
        code for code, count in right.items() if count == 12
    }


# --- What the class was made from comes out again


def test_abilities_and_difficulties_are_recovered(known: Known) -> None:
    marks = known.marks
    shares = marks.groupby("student")["mark"].sum() / marks.groupby("student")["worth"].sum()
    assert shares.corr(pd.Series(known.truth.abilities), method="spearman") > 0.75
    found = measures.items(known.book)
    machine = found[found["written"] == 0]
    pairs = zip(machine["assignment"], machine["item"], strict=True)
    hard = pd.Series([known.truth.difficulties[pair] for pair in pairs], index=machine.index)
    assert machine["facility"].corr(hard, method="spearman") < -0.75
    # Every item tells the able from the others.
    assert (found["discrimination"] > 0.1).all()


def test_the_class_is_believable(known: Known) -> None:
    truth = known.truth
    handed_in = {each.student for each in truth.submissions}
    assert 0 < len(truth.names) - len(handed_in) < 0.1 * len(truth.names)
    late = sum(each.late for each in truth.submissions) / len(truth.submissions)
    assert 0.03 < late < 0.15
    assert {each.odd for each in truth.submissions} == {*demo.ODD, ""}
    assert 0.5 < known.whole.mean() < 0.8
    waiting = [each for each in truth.answers if each.given.startswith("sample") and each.mark is None]
    assert len(waiting) > 50
    for slip, holders in truth.holders.items():
        assert truth.prevalences[slip] == len(holders) / len(truth.names)
        others = [ability for student, ability in truth.abilities.items() if student not in holders]
        assert np.mean([truth.abilities[student] for student in holders]) < np.mean(others)


def test_copies_of_progress_can_be_taken_in(known: Known) -> None:
    copies = sorted((known.root / "classroom" / "progress").iterdir())
    assert len(copies) == len(known.truth.before) > 200
    (event,) = read_copy(copies[0])
    assert event.about == "00-before-test"


# --- The same again, and what is refused


def contents(root: Path) -> dict[str, bytes]:
    """Return all files but the gradebook, in which nbgrader gives the assignments ids of its own."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name != "gradebook.db"
    }


def gradebook(root: Path, assignment: str) -> list[tuple[Any, ...]]:
    """Return what a gradebook says of an assignment's answers, with the comments on them."""
    with closing(sqlite3.connect(root / "classroom" / "gradebook.db")) as connection:
        return connection.execute(
            """
            SELECT s.student_id, c.name, c.type, s.timestamp, s.extension, n.flagged,
                n.late_submission_penalty, g.auto_score, g.manual_score, g.extra_credit,
                g.needs_manual_grade, k.auto_comment, k.manual_comment
            FROM submitted_notebook AS n
            JOIN submitted_assignment AS s ON s.id = n.assignment_id
            JOIN assignment AS a ON a.id = s.assignment_id
            JOIN base_cell AS c ON c.notebook_id = n.notebook_id
            LEFT JOIN grade AS g ON g.cell_id = c.id AND g.notebook_id = n.id
            LEFT JOIN comment AS k ON k.cell_id = c.id AND k.notebook_id = n.id
            WHERE a.name = ? ORDER BY 1, 2, 3
            """,
            [assignment],
        ).fetchall()


def test_the_same_seed_gives_the_same_class(tmp_path: Path) -> None:
    one, same = (simulate(tmp_path / name, ROOT, 12, 5, [ONE], notebooks=False) for name in ("one", "same"))
    assert one == same
    other = demo._Class(12, 6, {})
    assert other.truth.names == one.names
    assert other.truth.abilities != one.abilities
    assert contents(tmp_path / "one") == contents(tmp_path / "same")
    assert gradebook(tmp_path / "one", ONE) == gradebook(tmp_path / "same", ONE)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(CourseError, match="is not empty. Name a new folder"):
        simulate(tmp_path, ROOT)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def new_course(root: Path, more: str = "") -> Path:
    """Make a clone that has one assignment, with more settings."""
    shutil.copytree(ROOT / "solutions" / ONE, root / "solutions" / ONE)
    shutil.copyfile(ROOT / "solutions" / f"{ONE}.toml", root / "solutions" / f"{ONE}.toml")
    settings = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    (root / "nbgrader_config.py").write_text(settings + more, encoding="utf-8")
    return root


def test_the_course_s_own_gradebook_is_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "real.db"
    url = f"c.CourseDirectory.db_url = {f'sqlite:///{elsewhere.as_posix()}'!r}\n"
    course = new_course(tmp_path / "course", url)
    simulate(tmp_path / "class", course, 2, notebooks=False)
    assert not elsewhere.exists()
    assert is_simulated(tmp_path / "class") and not is_simulated(course) and not is_simulated(tmp_path)
    assert gradebook(tmp_path / "class", ONE)


@pytest.mark.slow
def test_what_is_run_for_a_class_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = new_course(tmp_path / "course")
    simulate(tmp_path / "class", course, 4, 1)
    monkeypatch.setattr(runs, "run_notebook", lambda *given: pytest.fail("something was run again"))
    simulate(tmp_path / "same", course, 4, 1)
    items = read_models(course, ONE)
    assert all(item.earned == item.points for item in items if not item.written)
    assert [path.name for path in (course / "classroom" / "review-models").iterdir()] == [f"{ONE}.json"]


def test_an_unknown_assignment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="There is no assignment 'a99'. There are: a01_"):
        simulate(tmp_path / "new", ROOT, assignments=["a99"])
    assert not (tmp_path / "new").exists()


# --- What marking would have left


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path, Truth]]:
    """A class in which much is odd, and the same submissions in a course that marked them."""
    if sandbox.explanation():
        pytest.skip(sandbox.explanation())
    folder = tmp_path_factory.mktemp("marked")
    drawn, real = folder / "drawn", folder / "real"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "ODD", dict.fromkeys(demo.ODD, 0.08))
        patch.setattr(demo_forms, "OWN_SETTINGS", demo_forms.OWN_SETTINGS.replace(" = 10", " = 4"))
        truth = simulate(drawn, ROOT, 24, 26, [SOME[2]])
    real.mkdir()
    for name in ("solutions", "assignments", "classroom/submitted"):
        shutil.copytree(drawn / name, real / name)
    shutil.copyfile(drawn / "nbgrader_config.py", real / "nbgrader_config.py")
    grade(Workshop(real), SOME[2], seed=RUN_SEED)
    yield drawn, real, truth


def report(root: Path) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((root / "classroom" / "reports" / f"{SOME[2]}.json").read_bytes())
    for entry in held["submissions"].values():
        assert entry.pop("seconds") >= 0
    return held


def notebooks(root: Path) -> dict[str, Any]:
    found = {}
    for path in sorted((root / "classroom" / "autograded").glob("*/*/*.ipynb")):
        held = json.loads(path.read_bytes())
        assert held["metadata"]["cjpolicy"]["run"].pop("seconds") >= 0
        found[path.parent.parent.name] = held
    return found


@pytest.mark.slow
class TestAgainstMarking:
    def test_every_kind_of_trouble_is_there(self, marked: tuple[Path, Path, Truth]) -> None:
        assert {each.odd for each in marked[2].submissions} == {*demo.ODD, ""}

    def test_the_report_is_the_same(self, marked: tuple[Path, Path, Truth]) -> None:
        drawn, real = map(report, marked[:2])
        assert drawn["submissions"] == real["submissions"]
        for held in (drawn, real):
            # A person marks between the two, and the runs were not at the same time.
            for name in ("started", "finished"):
                del held["run"][name]
        assert drawn == real

    def test_the_marked_notebooks_are_the_same(self, marked: tuple[Path, Path, Truth]) -> None:
        drawn, real = map(notebooks, marked[:2])
        assert list(drawn) == list(real)
        for student, notebook in real.items():
            assert drawn[student] == notebook

    def test_the_gradebook_has_the_same_but_for_what_a_person_gave(
        self, marked: tuple[Path, Path, Truth]
    ) -> None:
        def by_machine(row: tuple[Any, ...]) -> tuple[Any, ...]:
            return (*row[:8], row[11])

        drawn, real = (list(gradebook(root, SOME[2])) for root in marked[:2])
        assert list(map(by_machine, drawn)) == list(map(by_machine, real))
        for row, own in zip(drawn, real, strict=True):
            # Where a person gave points nothing waits any more, as formgrader leaves it.
            assert row[10] == (0 if row[8] is not None else own[10])

    def test_marking_finds_nothing_left_to_do(self, marked: tuple[Path, Path, Truth], tmp_path: Path) -> None:
        root = tmp_path / "class"
        shutil.copytree(marked[0], root)
        marked_now: list[Standing] = []
        report = grade(Workshop(root), SOME[2], progress=marked_now.append)
        assert len(report.submissions) == len(marked[2].submissions)
        assert not marked_now
