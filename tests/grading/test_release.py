"""Release notebooks: fresh, without keys, and made aside before any is replaced."""

from pathlib import Path

import nbformat
import pytest

from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.grading import release
from cjpolicy.grading.keys import assignment_keys, search_for_keys
from tests.grading import sample
from tests.support import ROOT

pytestmark = pytest.mark.grading


def test_committed_releases_are_fresh() -> None:
    assert release.stale(ROOT) == []


def test_no_release_holds_a_key() -> None:
    assert search_for_keys(ROOT / "assignments", assignment_keys(ROOT, span=1)) == []


def test_a_key_in_a_release_would_be_found(tmp_path: Path) -> None:
    for source in (ROOT / "solutions").glob("*/*.ipynb"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
        found = search_for_keys(tmp_path / source.name, assignment_keys(ROOT, span=1))
        assert any("hidden test" in each for each in found) and any("solution of" in each for each in found)


def test_releases_are_clean_notebooks() -> None:
    for path in (ROOT / "assignments").glob("*/*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        assert "BEGIN" not in path.read_text(encoding="utf-8")
        assert not [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return sample.sample_course(tmp_path / "a course").root


def released(root: Path) -> Path:
    return root / "assignments" / sample.NAME / f"{sample.NAME}.ipynb"


def test_stale_until_written(root: Path) -> None:
    assert release.stale(root) == [sample.NAME]
    assert release.write(root) == [sample.NAME]
    assert release.stale(root) == []
    assert release.write(root) == []
    assert not (root / "classroom").exists()


def test_it_goes_stale_with_its_source_and_with_what_is_beside_it(root: Path) -> None:
    release.write(root)
    (released(root).parent / "answers.txt").write_text("116")
    assert release.stale(root) == [sample.NAME]
    release.write(root)
    assert [path.name for path in released(root).parent.iterdir()] == [f"{sample.NAME}.ipynb"]
    changed = sample.sample()
    changed.cells[2].source = changed.cells[2].source.replace("116", "117")
    sample.write(changed, root / "solutions" / sample.NAME / f"{sample.NAME}.ipynb")
    assert release.stale(root) == []  # a key may change without the students' copy changing
    changed.cells[0].source += "\nimport pandas as pd"
    sample.write(changed, root / "solutions" / sample.NAME / f"{sample.NAME}.ipynb")
    assert release.stale(root) == [sample.NAME]


def test_a_release_without_a_source_goes(root: Path) -> None:
    (root / "assignments" / "a89_gone").mkdir(parents=True)
    assert release.stale(root) == [sample.NAME, "a89_gone"]
    assert release.write(root) == [sample.NAME, "a89_gone"]
    assert not (root / "assignments" / "a89_gone").exists()


def test_a_fault_in_one_leaves_all_as_they_were(root: Path) -> None:
    release.write(root)
    before = released(root).read_bytes()
    notebook = sample.sample()
    notebook.cells[0].source += "\nimport pandas as pd"
    sample.write(notebook, root / "solutions" / sample.NAME / f"{sample.NAME}.ipynb")
    notebook.cells[2].source = notebook.cells[2].source.replace("### END HIDDEN TESTS\n", "")
    sample.write(notebook, root / "solutions" / "a91_broken" / "a91_broken.ipynb")
    with pytest.raises(
        CourseError, match="a91_broken could not be released. nbgrader says: No end hidden tests"
    ):
        release.write(root)
    assert released(root).read_bytes() == before
    assert [path.name for path in (root / "assignments").iterdir()] == [sample.NAME]


def test_only_the_notebook_may_stand_in_a_source_folder(root: Path) -> None:
    (root / "solutions" / sample.NAME / "rubric.md").write_text("3: clear")
    with pytest.raises(
        CourseError, match=r"holds a90_sample.ipynb, rubric.md. It must hold a90_sample.ipynb alone"
    ):
        release.write(root)


def test_unknown_assignment(root: Path) -> None:
    with pytest.raises(UnknownName, match="solutions/ has no a99. It has: a90_sample."):
        release.write(root, ["a99"])


def test_the_command_reports(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course = sample.Course(root, root / "course" / "lessons")
    monkeypatch.setattr(release, "find_course", lambda: course)
    assert release.main(["--check"]) == 1
    assert "Stale: assignments/a90_sample\nRun `make assignments`" in capsys.readouterr().out
    assert release.main([]) == 0
    assert release.main(["--check"]) == 0
    assert "assignments/ is up to date." in capsys.readouterr().out
    assert release.main(["a99"]) == 2
    assert "has no a99" in capsys.readouterr().err
