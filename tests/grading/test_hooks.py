"""Does plain `nbgrader autograde` go through the same marking, with no step of its own?"""

import logging
from pathlib import Path

import nbformat
import pytest
from nbgrader.coursedir import CourseDirectory

from cjpolicy.desk import Course
from cjpolicy.errors import CourseError
from cjpolicy.grading import release, sandbox
from cjpolicy.grading.collect import CollectFilesOnly
from cjpolicy.grading.hooks import before_marking
from cjpolicy.grading.recorded import with_answers
from cjpolicy.grading.results import read_notes, read_results
from cjpolicy.grading.steps import give_feedback
from cjpolicy.grading.workshop import MarkingStoppedError, Workshop
from tests.grading import sample

pytestmark = pytest.mark.grading

LOOKING = "import os\nprint(sorted(os.listdir('.')))\nchange = 116"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A course in which four students have handed in, marked by nbgrader's own command."""
    clone: Course = sample.sample_course(tmp_path_factory.mktemp("clone"))
    release.write(clone.root)
    workshop = Workshop(clone.root)
    taken = nbformat.read(workshop.generate(sample.NAME), as_version=4)
    own = nbformat.writes(
        with_answers(taken, {"a90-two-changes": LOOKING, "a90-level": "level = 60", "a90-brief": "It fell."})
    )
    for student in ("ada", "ben", "cyd"):
        workshop.submit(sample.NAME, student, own)
    folder = clone.root / "classroom" / "submitted"
    (folder / "ada" / sample.NAME / "notes.html").write_text("<script>alert(1)</script>")
    (folder / "ada" / sample.NAME / "key.txt").symlink_to(clone.root / "solutions" / sample.NAME)
    (folder / "ben" / sample.NAME / f"{sample.NAME}.ipynb").rename(
        folder / "ben" / sample.NAME / "my work (2).ipynb"
    )
    (folder / "cyd" / sample.NAME / f"{sample.NAME}.ipynb").write_bytes(b"\xef\xbb\xbf" + own.encode())
    workshop.autograde(sample.NAME)
    return workshop


@pytest.mark.parametrize("student", ["ada", "ben", "cyd"])
def test_everybody_gets_their_marks(course: Workshop, student: str) -> None:
    results = read_results(course, sample.NAME, student)
    assert [result.earned for result in results.values()] == [2, 0, None]
    assert read_notes(course, sample.NAME, student)["run"]["sandbox"].startswith("bubblewrap")


def test_what_was_repaired_is_noted(course: Workshop) -> None:
    assert "byte-order mark" in " ".join(read_notes(course, sample.NAME, "cyd")["repairs"])


def test_a_students_own_file_stays_as_it_came(course: Workshop) -> None:
    folder = course.root / "classroom" / "submitted" / "ben" / sample.NAME
    assert sorted(path.name for path in folder.iterdir()) == [f"{sample.NAME}.ipynb", "my work (2).ipynb"]


def test_a_link_is_not_followed_to_the_solutions(course: Workshop) -> None:
    cells = nbformat.read(course.autograded(sample.NAME, "ada"), as_version=4).cells
    printed = [
        each.text for cell in cells for each in cell.get("outputs", ()) if each.get("name") == "stdout"
    ]
    assert printed == ["['notes.html']\n"]


def test_what_a_browser_would_run_is_renamed_where_formgrader_shows_it(course: Workshop) -> None:
    folder = course.root / "classroom" / "autograded" / "ada" / sample.NAME
    assert (folder / "notes.html.txt").is_file()
    assert not (folder / "notes.html").exists()


def test_a_folder_without_any_notebook_of_the_assignment_is_left_to_nbgrader(tmp_path: Path) -> None:
    notebooks = [str(tmp_path / "a90_sample" / "other.ipynb")]
    before_marking(notebooks=notebooks, releases=tmp_path)
    assert len(notebooks) == 1


def test_collecting_leaves_out_what_is_only_a_link(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    secret = tmp_path / "solutions"
    secret.mkdir()
    (secret / "key.txt").write_text("69")
    handed_in = tmp_path / "inbound"
    handed_in.mkdir()
    (handed_in / "a90.ipynb").write_text("{}")
    (handed_in / "folder").symlink_to(secret)
    (handed_in / "file.txt").symlink_to(secret / "key.txt")
    collecting = CollectFilesOnly(coursedir=CourseDirectory())
    with caplog.at_level(logging.WARNING):
        collecting.do_copy(str(handed_in), str(tmp_path / "submitted"))
    assert [path.name for path in (tmp_path / "submitted").iterdir()] == ["a90.ipynb"]
    assert "file.txt is a link" in caplog.text
    assert (secret / "key.txt").read_text() == "69"


def test_feedback_shows_model_answers_only_when_the_teacher_says_so(course: Workshop) -> None:
    page = course.root / "classroom" / "feedback" / "ada" / sample.NAME / f"{sample.NAME}.html"
    assert give_feedback(course, sample.NAME) == 3
    assert "A model answer." not in page.read_text(encoding="utf-8")
    assert give_feedback(course, sample.NAME, with_answers=True) == 3
    assert "A model answer." in page.read_text(encoding="utf-8")
    assert give_feedback(course, sample.NAME) == 3
    assert "A model answer." not in page.read_text(encoding="utf-8")
    assert [path.name for path in page.parent.iterdir()] == [page.name]


def test_there_is_no_feedback_before_there_are_marks(course: Workshop) -> None:
    with pytest.raises(CourseError, match="Nothing of a89_other has been marked yet"):
        give_feedback(course, "a89_other")


def test_where_there_is_no_sandbox_nothing_is_run_unless_the_settings_say_so(
    course: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Last in this file: it marks ada's work again, without the sandbox."""
    monkeypatch.setattr(sandbox, "explanation", lambda: "This machine has no sandbox.")
    with pytest.raises(MarkingStoppedError, match="This machine has no sandbox"):
        course.autograde(sample.NAME, "ada")
    assert not course.autograded(sample.NAME, "ada").exists()
    monkeypatch.setattr(course.api.config.RunApart, "without_sandbox", True)
    course.autograde(sample.NAME, "ada")
    assert read_notes(course, sample.NAME, "ada")["run"]["sandbox"] == "none"
    assert read_results(course, sample.NAME, "ada")["a90-two-changes"].earned == 2
