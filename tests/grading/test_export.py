"""Marks exported through `nbgrader export`: no zero for what nobody has marked, no formula from a student."""

import csv
import os
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from cjpolicy.grading.export import COLUMNS, safe_text
from tests.grading.clones import Clone, environment
from tests.grading.sample import NAME, sample_course
from tests.support import ROOT

pytestmark = pytest.mark.grading

# Two items marked by machine, the second of which could not always be, and one marked by hand.
ITEMS = ("a90-two-changes", "a90-level", "a90-brief")
CLASS = {
    "ada": (2.0, 2.0, 3.0),
    "ben": (2.0, 1.0, None),
    "cat": (0.0, 0.0, 0.0),
    "dev": None,
    "eve": (2.0, None, None),
}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A class of five after marking, of whom one has handed in nothing."""
    folder = tmp_path_factory.mktemp("export")
    root = sample_course(folder / "course").root
    clone = Clone(root, environment(ROOT, folder, os.environ))
    clone.run("nbgrader", "generate_assignment", NAME)
    with Gradebook(f"sqlite:///{root / 'classroom' / 'gradebook.db'}", "cjpolicy") as gradebook:
        for student, points in CLASS.items():
            gradebook.update_or_create_student(
                student, first_name="=cmd|' /C calc'!A0", last_name="O'Neill, Jr", email=f"@{student}"
            )
            if points is not None:
                enter(gradebook, student, points)
    return clone


def enter(gradebook: Gradebook, student: str, points: tuple[float | None, ...]) -> None:
    gradebook.update_or_create_submission(NAME, student)
    for name, score in zip(ITEMS, points, strict=True):
        grade = gradebook.find_grade(name, NAME, NAME, student)
        grade.auto_score, grade.manual_score = (None, score) if name == "a90-brief" else (score, None)
        grade.needs_manual_grade = score is None
    gradebook.db.commit()


def read(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        assert tuple(rows.fieldnames or ()) == COLUMNS
        return {row["student_id"]: row for row in rows}


@pytest.fixture(scope="module")
def rows(clone: Clone) -> dict[str, dict[str, str]]:
    clone.run("nbgrader", "export")
    return read(clone.root / "classroom" / "grades.csv")


def scores(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in ("raw_score", "score", "score_so_far", "unmarked"))


def test_what_nobody_has_marked_is_no_zero(rows: dict[str, dict[str, str]]) -> None:
    assert {student: scores(row) for student, row in rows.items()} == {
        "ada": ("7.0", "7.0", "7.0", "0"),
        "ben": ("", "", "3.0", "1"),
        "cat": ("0.0", "0.0", "0.0", "0"),
        "dev": ("", "", "", ""),
        "eve": ("", "", "2.0", "2"),
    }
    assert {row["max_score"] for row in rows.values()} == {"7.0"}


def test_nothing_a_student_wrote_is_a_formula(rows: dict[str, dict[str, str]]) -> None:
    row = rows["ada"]
    assert (row["first_name"], row["last_name"], row["email"]) == (
        "'=cmd|' /C calc'!A0",
        "O'Neill, Jr",
        "'@ada",
    )


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", " =1", "\t=1", "\rx", "＝1"])
def test_a_formula_is_marked_as_text(text: str) -> None:
    assert safe_text(text) == f"'{text}"


def test_one_student_to_a_file_of_ones_own(clone: Clone, tmp_path: Path) -> None:
    target = tmp_path / "mine.csv"
    clone.run(
        "nbgrader", "export", "--to", str(target), "--student", "['ben']", "--assignment", f"['{NAME}']"
    )
    assert list(read(target)) == ["ben"]
    clone.run("nbgrader", "export", "--to", str(target), "--assignment", "['a91_other']")
    assert read(target) == {}
