"""JupyterLab as a reader and a teacher find it."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.lab import (
    MARKS,
    PANEL,
    Desk,
    Notebook,
    eventually,
    leave,
    open_notebook,
    served,
    small_notebook,
)
from tests.grading.clones import clone_to

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = MARKS


def menus(page: "Page") -> list[str]:
    page.wait_for_selector(".lm-MenuBar-itemLabel")
    return page.locator(".lm-MenuBar-itemLabel").all_inner_texts()


VALUE = "document.activeElement.value ?? document.activeElement.ariaValueText"


def test_a_reader_finds_the_first_lesson_and_no_teaching_pages(
    tmp_path_factory: pytest.TempPathFactory, page: "Page"
) -> None:
    clone = clone_to(tmp_path_factory.mktemp("alone"))
    # Without the settings that name an exchange.
    with served(clone, "study", JUPYTER_CONFIG_PATH="") as desk:
        page.goto(desk.url())
        Notebook(page).wait_for_kernel()
        page.get_by_text("Validate").first.wait_for()
        page.wait_for_timeout(2_000)
        assert "00_start_here.ipynb" in page.locator(".lm-TabBar-tabLabel").all_inner_texts()
        assert "Nbgrader" not in menus(page)
        assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0
        leave(page)


def test_a_teacher_finds_formgrader(tmp_path_factory: pytest.TempPathFactory, page: "Page") -> None:
    clone = clone_to(tmp_path_factory.mktemp("teacher"))
    with served(clone, "teach") as desk:
        page.goto(desk.url())
        page.wait_for_selector(".jp-Launcher", timeout=60_000)
        page.get_by_role("menuitem", name="Nbgrader").click()
        page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Formgrader$")).click()
        page.frame_locator("iframe").get_by_text("Manage Assignments").first.wait_for(timeout=30_000)
        assert page.locator(".jp-Dialog").count() == 0
        leave(page)
    assert (clone.root / "classroom" / "submitted").is_dir()


def test_arrow_keys_move_any_slider_and_still_move_between_cells(desk: Desk, page: "Page") -> None:
    plain = "from IPython.display import HTML\nHTML('<input id=plain type=range min=0 max=10 value=5>')"
    widget = "import ipywidgets\nipywidgets.IntSlider(5, 0, 10)"
    notebook = open_notebook(page, desk, desk.write("tries/arrows.ipynb", small_notebook(plain, widget, "3")))
    notebook.run_all()
    for slider in ("#plain", "[role=slider]"):
        page.locator(f"{PANEL} {slider}").focus()
        for key in ("ArrowRight", "ArrowUp", "ArrowUp", "ArrowLeft", "ArrowDown", "ArrowRight"):
            page.keyboard.press(key)
        eventually(lambda: page.evaluate(VALUE), "7")
    notebook.cell(0).locator(".jp-InputPrompt").click()
    page.keyboard.press("ArrowDown")
    eventually(notebook.active, 1)


def test_keys_pressed_in_a_list_do_nothing_to_the_cells(desk: Desk, page: "Page") -> None:
    choices = "".join(f"<option>{word}</option>" for word in ("abc", "bcd", "xyz"))
    html = f"from IPython.display import HTML\nHTML('<select id=words>{choices}</select>')"
    notebook = open_notebook(page, desk, desk.write("tries/lists.ipynb", small_notebook(html, "2", "3")))
    notebook.run_all()
    page.locator(f"{PANEL} #words").focus()
    for key in ("b", "x", "a", "d", "d", "ArrowDown"):
        page.keyboard.press(key)
    eventually(
        lambda: page.locator(f"{PANEL} #words").evaluate("list => document.activeElement === list"), True
    )
    assert page.locator(f"{PANEL} .jp-CodeCell").count() == 3
    notebook.cell(1).locator(".jp-InputPrompt").click()
    page.keyboard.press("b")
    eventually(page.locator(f"{PANEL} .jp-CodeCell").count, 4)
