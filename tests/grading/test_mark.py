"""A lone reader's marks, and the one clear message for each thing that can be wrong with a copy."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from cjpolicy.desk import Course
from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.grading import release
from cjpolicy.grading.mark import mark, report
from cjpolicy.grading.recorded import with_answers
from tests.grading import sample
from tests.support import ROOT

pytestmark = pytest.mark.grading


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = sample.sample_course(tmp_path_factory.mktemp("clone") / "a course")
    release.write(course.root)
    return course


@pytest.fixture
def copy(course: Course) -> nbformat.NotebookNode:
    return nbformat.read(course.assignments / sample.NAME / f"{sample.NAME}.ipynb", as_version=4)


def marked(course: Course, folder: Path, notebook: nbformat.NotebookNode) -> list[str]:
    return list(report(mark(course, "a90", sample.write(notebook, folder / "copy.ipynb"))))


def test_points_and_diagnoses_item_by_item(course: Course, copy: nbformat.NotebookNode) -> None:
    answers = {"a90-two-changes": "change = 100", "a90-level": "level = 69", "a90-brief": "It fell."}
    path = sample.write(
        with_answers(copy, answers), course.work / "assignments" / sample.NAME / f"{sample.NAME}.ipynb"
    )
    before = {each: each.read_bytes() for each in course.root.rglob("*") if each.is_file()}
    lines = list(report(mark(course, "a90")))
    assert lines[0] == "a90_sample"
    assert "a90-two-changes: 0 of 2 points, not yet" in lines
    assert any("You added the changes." in line for line in lines)
    assert "a90-level: 2 of 2 points, correct" in lines
    assert any(line.startswith("a90-brief: 3 points, to be marked by hand: see the rubric") for line in lines)
    assert lines[-1] == "Total: 2 of 4 points (1 not yet, 1 correct). 3 more are marked by hand."
    assert {each: each.read_bytes() for each in course.root.rglob("*") if each.is_file()} == before
    path.unlink()


def test_a_cell_that_is_not_python_costs_only_its_own_item(
    course: Course, copy: nbformat.NotebookNode, tmp_path: Path
) -> None:
    lines = marked(
        course, tmp_path, with_answers(copy, {"a90-two-changes": "a = = b", "a90-level": "level = 69"})
    )
    assert "a90-two-changes: 0 of 2 points, not attempted" in lines
    assert any("There is no `change` when this is marked." in line for line in lines)
    assert "a90-level: 2 of 2 points, correct" in lines


def test_a_changed_test_is_said_and_the_new_one_used(
    course: Course, copy: nbformat.NotebookNode, tmp_path: Path
) -> None:
    copy.cells[2].source = "item.points(2)"
    lines = marked(course, tmp_path, with_answers(copy, {"a90-two-changes": "change = 116"}))
    assert lines[1].startswith("Note: ")
    assert "a90-two-changes" in lines[1]
    assert "a90-two-changes: 2 of 2 points, correct" in lines


def without(id: str) -> Callable[[nbformat.NotebookNode], None]:
    def change(notebook: nbformat.NotebookNode) -> None:
        notebook.cells = [cell for cell in notebook.cells if cell.id != id]

    return change


def renamed(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[2].metadata.nbgrader.grade_id = "a90-old"


def repeated(notebook: nbformat.NotebookNode) -> None:
    notebook.cells.append(nbformat.from_dict({**notebook.cells[2], "id": "again"}))


def ending(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[1].source = "import os\nos._exit(1)"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without("a90-level-check"), "a90-level"),
        (without("a90-level"), "a90-level-answer"),
        (renamed, "were recognised by their id"),
        (repeated, "a90-two-changes"),
        (ending, "Python ended: too much memory, a crash, or an exit"),
    ],
)
def test_an_odd_copy_is_marked_and_what_was_done_is_said(
    change: Callable[[nbformat.NotebookNode], None],
    said: str,
    course: Course,
    copy: nbformat.NotebookNode,
    tmp_path: Path,
) -> None:
    notebook = with_answers(copy, {"a90-two-changes": "change = 116", "a90-level": "level = 69"})
    change(notebook)
    lines = marked(course, tmp_path, notebook)
    assert any(line.startswith("Note: ") and said in line for line in lines), lines
    points = 0 if said in ("a90-level-answer", "Python ended: too much memory, a crash, or an exit") else 2
    assert lines[-1].startswith(f"Total: {2 + points} of 4 points")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello", "cannot be read. .*cjpolicy study --update a90"),
        ("{}", "cannot be read"),
        ('["cells"]', "cannot be read"),
        (json.dumps({"cells": [3], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "cannot be read"),
    ],
)
def test_a_file_that_is_no_notebook(text: str, said: str, course: Course, tmp_path: Path) -> None:
    (tmp_path / "copy.ipynb").write_text(text)
    with pytest.raises(CourseError, match=said):
        mark(course, "a90", tmp_path / "copy.ipynb")


def test_names(course: Course) -> None:
    with pytest.raises(CourseError, match="You have not started a90_sample.*cjpolicy study"):
        mark(course, "a90")
    with pytest.raises(UnknownName, match="There is no assignment 'a8'. There are: a90_sample."):
        mark(course, "a8")


def test_a_console_without_arrows_shows_the_marks_all_the_same(tmp_path: Path) -> None:
    release = next((ROOT / "assignments").glob("a02*/*.ipynb"))
    done = subprocess.run(
        [sys.executable, "-m", "cjpolicy.cli", "mark", "a02", "--file", str(release)],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Total: 0 of 17 points (9 not attempted). 3 more are marked by hand." in done.stdout.decode(
        "cp1252"
    )
    assert done.stderr == b""


def test_a_handout_cannot_mark(tmp_path: Path) -> None:
    sample.write(sample.sample(), tmp_path / "assignments" / sample.NAME / f"{sample.NAME}.ipynb")
    with pytest.raises(
        CourseError, match="needs its solutions, which are not in a handout. Your teacher marks this."
    ):
        mark(Course(tmp_path, tmp_path / "lessons"), "a90")
