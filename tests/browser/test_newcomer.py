"""Somebody new to the course, with a keyboard and no mouse."""

import re
from typing import TYPE_CHECKING

import pytest

from cjpolicy.questions import unit_questions
from tests.browser.lab import MARKS, Desk, Notebook, eventually

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = MARKS
CHECK = re.compile(r'cj\.check\(\s*"([^"]+)"')
GUESS = re.compile(r"cj\.predict\(.*my_guess")


def open_by_keyboard(page: "Page", name: str) -> None:
    """Open a notebook by its path, from the list of commands."""
    page.keyboard.press("Control+Shift+c")
    page.wait_for_selector("#modal-command-palette:not(.lm-mod-hidden)")
    page.keyboard.type("Open from Path")
    page.wait_for_selector(".lm-CommandPalette-item.lm-mod-active[data-command='filebrowser:open-path']")
    page.keyboard.press("Enter")
    page.wait_for_selector(".jp-Dialog input")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.get_by_role("tab", name=name.rpartition("/")[2], selected=True).wait_for()


def work_through(notebook: Notebook, sources: list[str]) -> None:
    """Press Shift and Enter from cell to cell, and type a right answer wherever one is asked for."""
    for place, source in enumerate(sources[:-1]):
        eventually(notebook.active, place)
        if asked := CHECK.search(source):
            question = unit_questions(asked[1][:2])[asked[1]]
            notebook.fill(*question.solution.split("\n"), f'cj.check("{question.id}", answer)')
        elif GUESS.search(source):
            notebook.fill('cj.predict("my-guess", "about half of them")')
        notebook.page.keyboard.press("Shift+Enter")
    notebook.wait_until_run()


@pytest.mark.parametrize("unit", ["01", "02", "03"])
def test_a_newcomer_finishes_a_unit_by_keyboard_alone(desk: Desk, page: "Page", unit: str) -> None:
    page.goto(desk.url())
    Notebook(page).wait_for_kernel()
    name = next((desk.files / "lessons").glob(f"{unit}_*.ipynb")).name
    open_by_keyboard(page, f"lessons/{name}")
    notebook = Notebook(page)
    notebook.wait_for_kernel()

    cells = desk.read(f"lessons/{name}").cells
    work_through(notebook, [cell.source for cell in cells])

    titles = notebook.panel.locator(".cj-notice:not(.cj-note) .cj-title").all_text_contents()
    assert titles == ["✓ Correct"] * len(unit_questions(unit))
    assert [cell.cell_type for cell in cells[-1:]] == ["markdown"], "the last cell is not run"
