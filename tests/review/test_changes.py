"""Does the review say what an edit to a solution changes: in the release, for marks, for recorded answers?"""

import shutil
from pathlib import Path

import nbformat
import pytest

from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.grading.workshop import Workshop
from cjpolicy.review.changes import CellChange, recorded_effects, release_diff, since_release
from cjpolicy.review.runs import read_source
from tests.grading.sample import NAME, write
from tests.review.sample import edit, given, notebook, review_course
from tests.support import ROOT

KEY, OTHER_KEY = "item.expect(116", "item.expect(117"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone whose assignment nbgrader has generated."""
    root = tmp_path_factory.mktemp("clone").resolve()
    review_course(root)
    Workshop(root).generate(NAME)
    return root


@pytest.fixture
def clone(generated: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copytree(generated, tmp_path.resolve() / "clone"))


def changes(root: Path) -> list[CellChange]:
    return since_release(Workshop(root), NAME)


def source(root: Path) -> Path:
    return root / "solutions" / NAME / f"{NAME}.ipynb"


@pytest.mark.grading
def test_nothing_has_changed_since_it_was_generated(clone: Path) -> None:
    assert changes(clone) == []
    (clone / "classroom" / "gradebook.db").unlink()
    assert changes(clone) == []
    assert not (clone / "classroom" / "gradebook.db").exists()


@pytest.mark.grading
def test_a_changed_key_is_found_where_the_gradebook_has_it(clone: Path) -> None:
    edit(source(clone), KEY, OTHER_KEY)
    (change,) = changes(clone)
    assert (change.id, change.kind, change.worth_before, change.worth_after) == (
        "a90-two-changes",
        "changed",
        2,
        2,
    )
    assert KEY in change.before and OTHER_KEY in change.after
    (clone / "classroom" / "gradebook.db").unlink()
    assert changes(clone) == []  # students never saw it


@pytest.mark.grading
@pytest.mark.parametrize("gradebook", [True, False])
def test_questions_points_and_whole_cells_are_found(clone: Path, gradebook: bool) -> None:
    made = notebook()
    made.cells[2].source = "## 1. Two changes (2 points)\n\nHow much?"
    made.cells[-1].metadata.nbgrader.points = 4.0
    made.cells[3] = given("a90-other", "1 + 1")
    made.cells[4].source = made.cells[4].source.replace("= 116", "= 58 * 2")
    write(made, source(clone))
    if not gradebook:
        (clone / "classroom" / "gradebook.db").unlink()
    found = {change.id: change for change in changes(clone)}
    assert {id: change.kind for id, change in found.items()} == {
        "a90-two-changes-ask": "changed",
        "a90-other": "added",
        "a90-brief": "changed",
        "a90-quoted": "removed",
    }
    assert "By how much?" in found["a90-two-changes-ask"].before
    assert found["a90-two-changes-ask"].after.endswith("How much?")
    assert (found["a90-brief"].worth_before, found["a90-brief"].worth_after) == (3, 4)
    assert found["a90-brief"].before == found["a90-brief"].after == "*Write your answer here.*"
    assert (found["a90-other"].before, found["a90-other"].after) == ("", "1 + 1")
    assert found["a90-quoted"].after == ""


def test_what_was_never_released_is_told_so(tmp_path: Path) -> None:
    review_course(tmp_path)
    with pytest.raises(CourseError, match="was never released"):
        changes(tmp_path)
    with pytest.raises(UnknownName, match="has no a91"):
        since_release(Workshop(tmp_path), "a91")


@pytest.mark.grading
def test_the_release_is_compared_as_text(clone: Path) -> None:
    release = clone / "assignments" / NAME / f"{NAME}.ipynb"
    before = release.read_bytes()
    assert release_diff(clone, NAME) == ""
    edit(source(clone), "By how much?", "How much?")
    edit(source(clone), KEY, OTHER_KEY)
    said = release_diff(clone, NAME)
    lines = [line for line in said.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert lines[0].startswith("-By how much?") and lines[1].startswith("+How much?") and len(lines) == 2
    assert release.read_bytes() == before


@pytest.mark.grading
def test_a_change_that_no_text_shows_is_still_in_the_diff(clone: Path) -> None:
    made = nbformat.read(source(clone), as_version=4)
    made.cells[2].metadata.tags = ["noted"]
    write(made, source(clone))
    assert '+     "noted"' in release_diff(clone, NAME)


@pytest.mark.slow
@pytest.mark.grading
def test_recorded_answers_that_a_change_would_hurt_are_listed(tmp_path: Path) -> None:
    review_course(tmp_path)
    edit(source(tmp_path), KEY, OTHER_KEY)
    edit(source(tmp_path), 'slips={\\"added-percentages\\": 100}', 'slips={\\"wrong-base\\": 100}')
    found = {(each.item, each.answer): each for each in recorded_effects(tmp_path, NAME)}
    assert list(found) == [
        ("a90-two-changes", "model answer"),
        ("a90-two-changes", "right 1"),
        ("a90-two-changes", "right 2"),
        ("a90-two-changes", "wrong 1"),
        ("a90-level", "wrong 1"),
    ]
    right = found["a90-two-changes", "right 1"]
    assert (right.code, right.recorded, right.points, right.recorded_slip) == ("change = 116", 2, 0, "")
    assert "not the right one yet" in right.message
    wrong = found["a90-level", "wrong 1"]
    assert (wrong.recorded, wrong.points) == (0, 0)
    assert (wrong.recorded_slip, wrong.slips) == ("added-percentages", ("wrong-base",))


@pytest.mark.slow
@pytest.mark.grading
def test_real_releases_are_what_their_sources_make(tmp_path: Path) -> None:
    name = "a03_homicide_and_weapons"
    shutil.copytree(ROOT / "solutions" / name, tmp_path / "solutions" / name)
    shutil.copyfile(ROOT / "nbgrader_config.py", tmp_path / "nbgrader_config.py")
    workshop = Workshop(tmp_path.resolve())
    workshop.generate(name)
    assert since_release(workshop, name) == []
    edit(tmp_path / "solutions" / name / f"{name}.ipynb", "to the nearest whole number", "roughly")
    assert {change.kind for change in since_release(workshop, name)} == {"changed"}


@pytest.mark.parametrize("content", [None, "half of a noteb"])
def test_a_damaged_source_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "a01.ipynb"
    if content:
        path.write_text(content)
    with pytest.raises(CourseError, match=r"a01\.ipynb cannot be read as a notebook"):
        read_source(path)
