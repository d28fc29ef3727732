"""The reader's copies, and JupyterLab as a reader and a teacher find it."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cjpolicy import desk
from cjpolicy.errors import CourseError, UnknownName
from tests.courses import notebook, small_course
from tests.support import need

LESSON = "lessons/00_start_here.ipynb"
TASK = "assignments/a01_counts/a01_counts.ipynb"
OUTSIDE = re.compile(r"(http|ws)s?://(?!127\.0\.0\.1:)")


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


@contextmanager
def opened(course: desk.Course, command: str, home: Path) -> Iterator[str]:
    """Start JupyterLab as a command does, in a home of its own; yield its address."""
    program = (
        "import sys; from pathlib import Path; from cjpolicy import desk; "
        "course = desk.Course(Path(sys.argv[1]), Path(sys.argv[2])); desk.copy_notebooks(course); "
        f"desk.{command}(course, browser=False, port=0)"
    )
    home.mkdir()
    log = home / "log.txt"
    with log.open("w") as out:
        words = [sys.executable, "-c", program, str(course.root), str(course.lessons)]
        server = subprocess.Popen(words, stdout=out, stderr=out, env={**os.environ, "HOME": str(home)})
    try:
        deadline = time.monotonic() + 60
        while not (found := re.search(r"http://127\.0\.0\.1:\d+/lab\S*token=\S+", log.read_text())):
            assert server.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield found[0]
    finally:
        server.terminate()
        assert server.wait(20) == 0


@contextmanager
def shown(address: str) -> Iterator[Any]:
    """Open an address in Chromium; fail at the end on any error and on any request to the outside."""
    from playwright.sync_api import sync_playwright

    browser = need("Chromium", Path(shutil.which("chromium") or "/usr/bin/chromium"))
    wrong: list[str] = []
    with sync_playwright() as playwright:
        window = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = window.new_page(viewport={"width": 1300, "height": 850})
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on(
            "response", lambda got: wrong.append(f"{got.status} {got.url}") if got.status >= 400 else None
        )
        page.on("request", lambda ask: wrong.append(ask.url) if OUTSIDE.match(ask.url) else None)
        page.goto(address)
        yield page
        window.close()
    assert wrong == []


def menus(page: Any) -> list[str]:
    page.wait_for_selector(".lm-MenuBar-itemLabel")
    return [label.inner_text() for label in page.locator(".lm-MenuBar-itemLabel").all()]


@pytest.mark.slow
@pytest.mark.browser
def test_a_reader_finds_the_first_lesson_and_no_teaching_pages(course: desk.Course, tmp_path: Path) -> None:
    with opened(course, "open_study", tmp_path / "home") as address, shown(address) as page:
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=60_000)
        page.get_by_text("Validate").first.wait_for()
        page.wait_for_timeout(2_000)
        assert "00_start_here.ipynb" in page.locator(".lm-TabBar-tabLabel").all_inner_texts()
        assert "Nbgrader" not in menus(page)
        assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0


@pytest.mark.slow
@pytest.mark.browser
def test_arrow_keys_move_a_slider_and_still_move_between_cells(course: desk.Course, tmp_path: Path) -> None:
    slider = "from IPython.display import HTML\nHTML('<input id=slider type=range min=0 max=10 value=5>')"
    (course.lessons / "00_start_here.ipynb").write_text(notebook(slider, "1", "2"))
    with opened(course, "open_study", tmp_path / "home") as address, shown(address) as page:
        # What is run before the kernel is there is lost without a word.
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.locator(".lm-Menu-itemLabel", has_text="Run All Cells").first.click()
        page.locator("#slider").focus(timeout=60_000)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowUp")
        assert page.locator("#slider").input_value() == "7"
        page.locator(".jp-NotebookPanel .jp-InputPrompt").nth(1).click()
        page.keyboard.press("ArrowDown")
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell:nth-child(3).jp-mod-active")


@pytest.mark.slow
@pytest.mark.browser
def test_a_teacher_finds_formgrader(course: desk.Course, tmp_path: Path) -> None:
    with opened(course, "open_teaching", tmp_path / "home") as address, shown(address) as page:
        page.wait_for_selector(".jp-Launcher", timeout=60_000)
        page.get_by_role("menuitem", name="Nbgrader").click()
        page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Formgrader$")).click()
        page.frame_locator("iframe").get_by_text("Manage Assignments").first.wait_for(timeout=30_000)
        assert page.locator(".jp-Dialog").count() == 0
    assert (course.classroom / "submitted").is_dir()
