"""The reader's copies, and how JupyterLab is set up for a reader and a teacher; tests/browser opens it."""

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from cjpolicy import desk
from cjpolicy.errors import CourseError, UnknownName
from tests.courses import notebook, small_course

LESSON = "lessons/00_start_here.ipynb"
TASK = "assignments/a01_counts/a01_counts.ipynb"


@pytest.fixture
def course(tmp_path: Path) -> desk.Course:
    return small_course(tmp_path / "a clone")


def states(course: desk.Course) -> dict[str, str]:
    return {delivery.name: delivery.state for delivery in desk.copy_notebooks(course)}


def test_first_delivery_copies_lessons_and_assignments(course: desk.Course) -> None:
    assert states(course) == {LESSON: "new", TASK: "new"}
    assert (course.work / TASK).read_bytes() == (
        course.assignments / "a01_counts/a01_counts.ipynb"
    ).read_bytes()
    assert states(course) == {LESSON: "kept", TASK: "kept"}


def test_an_untouched_copy_is_updated(course: desk.Course) -> None:
    desk.copy_notebooks(course)
    (course.lessons / "00_start_here.ipynb").write_text(notebook("'better'"))
    assert states(course)[LESSON] == "updated"
    assert "better" in (course.work / LESSON).read_text()


def test_running_cells_is_no_edit(course: desk.Course) -> None:
    desk.copy_notebooks(course)
    (course.work / LESSON).write_text(notebook("'welcome'", outputs=True))
    (course.lessons / "00_start_here.ipynb").write_text(notebook("'better'"))
    assert states(course)[LESSON] == "updated"


def test_an_edited_copy_is_never_overwritten(course: desk.Course) -> None:
    desk.copy_notebooks(course)
    mine = notebook("'my answer'")
    (course.work / LESSON).write_text(mine)
    assert states(course)[LESSON] == "kept"
    (course.lessons / "00_start_here.ipynb").write_text(notebook("'better'"))
    for _ in range(2):
        deliveries = desk.copy_notebooks(course)
        assert (course.work / LESSON).read_text() == mine
        report = list(desk.delivery_report(deliveries))
        assert len(report) == 1
        assert report[0].endswith("cjpolicy study --update 00_start_here")


@pytest.mark.parametrize("damage", ["", "{", '{"cells": 3}'])
def test_a_copy_that_is_no_notebook_any_more_is_kept(course: desk.Course, damage: str) -> None:
    desk.copy_notebooks(course)
    (course.work / LESSON).write_text(damage)
    (course.lessons / "00_start_here.ipynb").write_text(notebook("'better'"))
    assert states(course)[LESSON] == "waiting"
    assert (course.work / LESSON).read_text() == damage


def test_a_deleted_copy_comes_back(course: desk.Course) -> None:
    desk.copy_notebooks(course)
    (course.work / LESSON).unlink()
    assert states(course) == {LESSON: "new", TASK: "kept"}


def test_without_the_record_what_differs_counts_as_edited(course: desk.Course) -> None:
    desk.copy_notebooks(course)
    (course.work / LESSON).write_text(notebook("'my answer'"))
    (course.work / desk.RECORD).write_text("not json")
    assert states(course) == {LESSON: "waiting", TASK: "kept"}


def test_taking_an_update_saves_the_readers_copy_each_time(course: desk.Course) -> None:
    desk.copy_notebooks(course)
    for number, mine in enumerate(["'first'", "'second'"], start=1):
        (course.work / LESSON).write_text(notebook(mine))
        said = desk.take_update(course, "00")
        saved = f"lessons/00_start_here.mine-{number}.ipynb"
        assert said == f"my-work/{LESSON} is now the course's version. Yours is saved as {saved}."
        assert mine in (course.work / saved).read_text()
    assert states(course)[LESSON] == "kept"
    assert "welcome" in (course.work / LESSON).read_text()


@pytest.mark.parametrize("name", [LESSON, f"my-work/{LESSON}", "00_start_here.ipynb", "00"])
def test_an_update_is_named_as_is_convenient(course: desk.Course, name: str) -> None:
    assert desk.take_update(course, name).startswith(f"my-work/{LESSON} ")


def test_an_unknown_or_unclear_name_lists_the_choices(course: desk.Course) -> None:
    (course.lessons / "00_again.ipynb").write_text(notebook("2"))
    with pytest.raises(
        UnknownName, match=r"'00' fits several notebooks: lessons/00_again\.ipynb, lessons/00_start"
    ):
        desk.take_update(course, "00")
    with pytest.raises(UnknownName, match="no notebook '99'. It has: lessons/00_again.ipynb"):
        desk.take_update(course, "99")


def test_the_clone_around_the_package_is_found() -> None:
    found = desk.find_course()
    assert found.is_clone
    assert found.root == Path(__file__).resolve().parents[1]


def test_a_handout_is_found_from_inside_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, course: desk.Course
) -> None:
    monkeypatch.setattr(desk, "__file__", str(tmp_path / "env/lib/site-packages/cjpolicy/desk.py"))
    # Named like the folder that holds the lessons in a clone.
    handout = tmp_path / "course"
    shutil.copytree(course.lessons, handout / "lessons")
    (handout / "assignments").mkdir()
    found = desk.find_course(handout / "assignments")
    assert (found.root, found.is_clone) == (handout, False)
    with pytest.raises(CourseError, match="is a handout"):
        desk.open_teaching(found)


def test_no_course_says_where_it_looked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(desk, "__file__", str(tmp_path / "env/lib/site-packages/cjpolicy/desk.py"))
    with pytest.raises(CourseError, match=re.escape(f"no lessons in {tmp_path}")):
        desk.find_course(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="nbgrader has no exchange on Windows")
def test_the_exchange_is_the_configured_one_if_it_can_be_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path))
    exchange = tmp_path / "exchange"
    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\nc.Exchange.root = {str(exchange)!r}\n")
    assert desk.exchange_folder(tmp_path / "desk") is None
    exchange.mkdir()
    assert desk.exchange_folder(tmp_path / "desk") == exchange


def test_windows_has_no_exchange(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert desk.exchange_folder(tmp_path) is None


def test_the_environment_puts_the_course_first(tmp_path: Path) -> None:
    changed = desk.lab_environment(tmp_path, {"PATH": "/bin", "JUPYTER_NO_CONFIG": "1", "HOME": "/me"})
    scripts, rest = changed["PATH"].split(os.pathsep)
    assert (Path(scripts).is_dir(), rest) == (True, "/bin")
    assert changed["JUPYTER_CONFIG_PATH"] == str(tmp_path)
    assert "JUPYTER_NO_CONFIG" not in changed
    assert changed["HOME"] == "/me"


def test_hidden_pages_are_off_in_the_browser_and_on_the_server(tmp_path: Path) -> None:
    desk.write_lab_settings(tmp_path, ["formgrader"])
    pages = json.loads((tmp_path / "labconfig/page_config.json").read_text())
    server = json.loads((tmp_path / "jupyter_server_config.json").read_text())
    assert pages["disabledExtensions"]["@jupyter/nbgrader:formgrader"] is True
    assert server["ServerApp"]["jpserver_extensions"]["nbgrader.server_extensions.formgrader"] is False


def test_a_teachers_desk_hides_nothing(tmp_path: Path) -> None:
    desk.write_lab_settings(tmp_path, ())
    assert json.loads((tmp_path / "labconfig/page_config.json").read_text()) == {"disabledExtensions": {}}
