"""What a class is given: everything it needs, and no key anywhere in it."""

import zipfile
from pathlib import Path

import nbformat
import pytest

from cjpolicy.desk import Course
from cjpolicy.errors import CourseError
from cjpolicy.grading.handout import FOLDER, make_handout
from cjpolicy.grading.keys import assignment_keys, search_for_keys
from tests.grading import sample
from tests.grading.clones import Clone, clone_to
from tests.support import ROOT

pytestmark = [pytest.mark.grading, pytest.mark.slow]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    clone = clone_to(tmp_path_factory.mktemp("handout"))
    clone.run("cjpolicy", "handout")
    return clone


@pytest.fixture(scope="module")
def handout(clone: Clone) -> Path:
    return clone.root / "handout"


def names_in(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as opened:
        return opened.namelist()


def test_what_is_in_it(handout: Path) -> None:
    lessons = {f"lessons/{path.name}" for path in (ROOT / "course" / "lessons").glob("*.ipynb")}
    releases = {
        f"assignments/{path.parent.name}/{path.name}" for path in (ROOT / "assignments").glob("*/*.ipynb")
    }
    (wheel,) = (handout / FOLDER).glob("*.whl")
    expected = {*lessons, *releases, wheel.name, "requirements.lock", "README.md", "LICENSE"}
    there = {
        path.relative_to(handout / FOLDER).as_posix()
        for path in (handout / FOLDER).rglob("*")
        if path.is_file()
    }
    assert there == expected
    assert sorted(names_in(handout / f"{FOLDER}.zip")) == sorted(f"{FOLDER}/{name}" for name in expected)


def test_it_holds_no_key(handout: Path) -> None:
    assert search_for_keys(handout, assignment_keys(ROOT)) == []


def test_a_key_inside_the_wheel_would_be_found(handout: Path, tmp_path: Path) -> None:
    recorded = next((ROOT / "solutions").glob("*.toml"))
    with zipfile.ZipFile(tmp_path / "inner.whl", "w") as wheel:
        wheel.write(recorded, "cjpolicy/answers.txt")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as outer:
        outer.write(tmp_path / "inner.whl", "inner.whl")
    (tmp_path / "inner.whl").unlink()
    assert search_for_keys(tmp_path, assignment_keys(ROOT))


def test_the_wheel_carries_the_data_and_no_more_than_the_package(handout: Path) -> None:
    (wheel,) = (handout / FOLDER).glob("*.whl")
    inside = names_in(wheel)
    data = {f"cjpolicy/datasets/{path.name}" for path in (ROOT / "datasets").glob("*.*")}
    assert data <= set(inside)
    assert not [
        name for name in inside if "test" in name or "solutions" in name or name.endswith((".ipynb", ".pyc"))
    ]


def test_its_page_names_the_wheel_it_came_with(handout: Path) -> None:
    (wheel,) = (handout / FOLDER).glob("*.whl")
    page = (handout / FOLDER / "README.md").read_text(encoding="utf-8")
    assert page.count(f"--no-deps {wheel.name}") == 2
    assert ".venv\\Scripts\\cjpolicy study" in page


def test_the_package_in_it_works_by_itself(handout: Path, clone: Clone, tmp_path: Path) -> None:
    (wheel,) = (handout / FOLDER).glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path)
    alone = Clone(handout / FOLDER, {**clone.environment, "PYTHONPATH": str(tmp_path)})
    said = "import cjpolicy as cj; print(cj.__file__, len(cj.load('figures')))"
    assert str(tmp_path) in alone.run("python", "-c", said).stdout
    refused = alone.run("python", "-m", "cjpolicy.cli", "mark", "a02", code=2)
    assert "Your teacher marks this." in refused.stderr


def test_validate_looks_at_the_form_alone(handout: Path, clone: Clone, tmp_path: Path) -> None:
    notebook = sample.sample()
    notebook.cells[1].source = "change = 5"
    notebook.cells[3].source = "level = 'high'"
    for cell in (notebook.cells[2], notebook.cells[4]):
        cell.source = "\n".join([*cell.source.split("\n")[:2], "item.points(2)"])
    sample.write(notebook, tmp_path / "mine.ipynb")
    told = clone.run("nbgrader", "validate", "mine.ipynb", folder=tmp_path).stdout
    assert "VALIDATION FAILED ON 1 CELL" in told
    assert "a90-level" in told and "WrongForm" in told
    notebook.cells[3].source = "level = 5"
    sample.write(notebook, tmp_path / "mine.ipynb")
    assert "Success!" in clone.run("nbgrader", "validate", "mine.ipynb", folder=tmp_path).stdout


def test_a_stale_release_is_not_handed_out(tmp_path: Path) -> None:
    course = sample.sample_course(tmp_path / "a course")
    with pytest.raises(
        CourseError, match=r"assignments/ is not up to date \(a90_sample\). Run `make assignments`"
    ):
        make_handout(course, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_handout_makes_no_handout(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="is a handout itself"):
        make_handout(Course(tmp_path, tmp_path / "lessons"), tmp_path / "out")


def test_releases_in_it_are_the_committed_ones(handout: Path) -> None:
    for path in (ROOT / "assignments").glob("*/*.ipynb"):
        given = handout / FOLDER / "assignments" / path.parent.name / path.name
        assert nbformat.read(given, as_version=4) == nbformat.read(path, as_version=4)
