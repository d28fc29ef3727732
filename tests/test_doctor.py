"""What the doctor finds in a set-up that is in order, and in ones that are not."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from cjpolicy import desk, doctor
from tests.courses import small_course


@pytest.fixture
def course(tmp_path: Path) -> desk.Course:
    return small_course(tmp_path)


def found(course: desk.Course, subject: str) -> doctor.Finding:
    (finding,) = [finding for finding in doctor.examine(course) if finding.subject == subject]
    return finding


def test_this_set_up_has_no_problem() -> None:
    problems = [str(finding) for finding in doctor.examine(desk.find_course()) if finding.level == "problem"]
    assert problems == []


def test_a_lock_is_read_for_this_python_and_system(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "colorama==0.4.6 ; sys_platform == 'nowhere' \\\n    --hash=sha256:00\n"
        "numpy==2.4.6 ; python_full_version < '3' \\\n    --hash=sha256:00\n"
        "numpy==2.5.5 ; python_full_version >= '3' \\\n    --hash=sha256:00\n"
        "pandas==3.1.1 \\\n    --hash=sha256:00\n"
        "six==1.17.0\n"
    )
    assert doctor.locked(lock) == {"numpy": "2.5.5", "pandas": "3.1.1", "six": "1.17.0"}


def test_a_package_of_another_version_is_a_problem(course: desk.Course) -> None:
    (course.root / "requirements.lock").write_text("pytest==0.1\n")
    finding = found(course, "Packages")
    assert finding.level == "problem"
    assert "pytest is" in finding.message and "(wanted 0.1). Run `make setup`." in finding.message


def test_a_package_from_another_clone_is_a_problem(course: desk.Course) -> None:
    assert found(course, "Package cjpolicy").level == "problem"


@pytest.mark.parametrize(
    ("version", "level"), [((3, 10), "problem"), ((3, 11), "ok"), ((3, 14), "ok"), ((3, 99), "note")]
)
def test_python_is_of_a_version_the_lock_is_for(
    monkeypatch: pytest.MonkeyPatch, course: desk.Course, version: tuple[int, int], level: str
) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 0, "final", 0))
    assert doctor._python(course).level == level


def test_a_folder_nbgrader_cannot_use_is_a_problem(tmp_path: Path) -> None:
    finding = found(small_course(tmp_path / "c++ [old]"), "Folder")
    assert finding.level == "problem"
    assert "has + [ ] in its name" in finding.message


def test_a_missing_table_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, course: desk.Course
) -> None:
    (tmp_path / "datapackage.json").write_text('{"resources": [{"path": "figures.csv"}]}')
    monkeypatch.setenv("CJPOLICY_DATASETS", str(tmp_path))
    finding = found(course, "Datasets")
    assert finding.level == "problem"
    assert "lacks figures.csv" in finding.message


def test_an_examination_that_fails_is_reported(monkeypatch: pytest.MonkeyPatch, course: desk.Course) -> None:
    def failing(path: object) -> None:
        raise OSError("no such disk")

    monkeypatch.setattr(shutil, "disk_usage", failing)
    assert found(course, "Disk") == doctor.Finding(
        "problem", "Disk", "could not be examined: no such disk. Try `make setup` again."
    )


def test_hidden_jupyter_settings_are_a_problem(monkeypatch: pytest.MonkeyPatch, course: desk.Course) -> None:
    monkeypatch.setenv("JUPYTER_NO_CONFIG", "1")
    assert found(course, "Jupyter's settings").level == "problem"


def test_a_folder_that_cannot_be_written_to_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, course: desk.Course
) -> None:
    # root may write anywhere, so the system's answer is given here.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != course.root)
    finding = doctor._writable(course)
    assert finding.level == "problem"
    assert finding.message.startswith("my-work, classroom cannot be written to")


def test_without_bubblewrap_and_chromium_there_are_notes(
    monkeypatch: pytest.MonkeyPatch, course: desk.Course
) -> None:
    monkeypatch.setenv("PATH", "")
    assert {doctor._sandbox(course).level, doctor._browser(course).level, doctor._programs(course).level} == {
        "note"
    }
