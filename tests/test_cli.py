"""The command line: what it offers, what it passes on, and how it fails."""

import subprocess
import sys
from pathlib import Path

import pytest

from cjpolicy import cli, desk, doctor
from cjpolicy.errors import CourseError
from tests.courses import small_course


@pytest.fixture
def course(tmp_path: Path) -> desk.Course:
    return small_course(tmp_path)


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    assert all(
        name in shown and summary in " ".join(shown.split()) for name, (summary, *_) in cli.COMMANDS.items()
    )


def test_a_missing_command_is_an_error_of_use(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main([])
    assert stop.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_starting_a_command_loads_nothing_heavy() -> None:
    heavy = ["altair", "ipywidgets", "jupyterlab", "nbgrader", "pandas"]
    program = f"import sys, cjpolicy.cli; print([name for name in {heavy} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_study_delivers_and_opens(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], course: desk.Course
) -> None:
    opened = {}
    monkeypatch.setattr(desk, "find_course", lambda: course)
    monkeypatch.setattr(desk, "open_study", lambda course, **options: opened.update(options) or 0)
    assert cli.main(["study", "--no-browser", "--port", "9001"]) == 0
    assert opened == {"browser": False, "port": 9001}
    assert "New in my-work: lessons/00_start_here.ipynb" in capsys.readouterr().out


def test_study_with_update_opens_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], course: desk.Course
) -> None:
    monkeypatch.setattr(desk, "find_course", lambda: course)
    monkeypatch.setattr(desk, "open_study", lambda *_, **__: pytest.fail("JupyterLab was opened"))
    assert cli.main(["study", "--update", "00"]) == 0
    assert capsys.readouterr().out == "my-work/lessons/00_start_here.ipynb is now the course's version.\n"


def test_teach_opens_with_the_options_given(monkeypatch: pytest.MonkeyPatch, course: desk.Course) -> None:
    opened = {}
    monkeypatch.setattr(desk, "find_course", lambda: course)
    monkeypatch.setattr(desk, "open_teaching", lambda course, **options: opened.update(options) or 0)
    assert cli.main(["teach"]) == 0
    assert opened == {"browser": True, "port": 8888}


@pytest.mark.parametrize(("level", "status"), [("ok", 0), ("note", 0), ("problem", 1)])
def test_doctor_fails_only_on_a_problem(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], level: doctor.Level, status: int
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda course: [doctor.Finding(level, "Disk", "as it is")])
    assert cli.main(["doctor"]) == status
    assert capsys.readouterr().out == f"{level:<8} Disk: as it is\n"


def test_an_error_the_course_explains_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nowhere() -> desk.Course:
        raise CourseError("There are no lessons here.")

    monkeypatch.setattr(desk, "find_course", nowhere)
    assert cli.main(["study"]) == 2
    assert capsys.readouterr().err == "cjpolicy: There are no lessons here.\n"
