"""Is the sentence of an explorer made of widgets read out as it changes, and kept as it was last?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from cjpolicy.explorers import baseyear, claims, figures
from tests.browser.lab import (
    MARKS,
    PANEL,
    Desk,
    Notebook,
    Watcher,
    eventually,
    open_notebook,
    small_notebook,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    *MARKS,
    pytest.mark.parametrize(
        ("name", "tries"),
        [("figures", figures.TRIES), ("claims", claims.TRIES), ("baseyear", baseyear.TRIES)],
    ),
]


def press_the_last(notebook: Notebook, tries: Mapping[str, object]) -> str:
    """Press the last of the buttons to try; return the new sentence."""
    status = notebook.panel.get_by_role("status")
    at_first = status.inner_text()
    notebook.panel.get_by_role("button", name=[*tries][-1]).press("Enter")
    eventually(lambda: status.inner_text() != at_first, True)
    return status.inner_text()


def ran(desk: Desk, page: "Page", name: str) -> Notebook:
    """Open a notebook with one explorer in it, and run it."""
    source = f'import cjpolicy as cj\ncj.explore("{name}")'
    notebook = open_notebook(page, desk, desk.write(f"tries/said-{name}.ipynb", small_notebook(source)))
    notebook.run_all()
    notebook.panel.get_by_role("status").wait_for()
    return notebook


def test_it_changes_in_an_element_that_stays(
    desk: Desk, page: "Page", name: str, tries: Mapping[str, object]
) -> None:
    notebook = ran(desk, page, name)
    status = notebook.panel.get_by_role("status")
    status.evaluate("it => { it.dataset.seen = 'before'; }")
    press_the_last(notebook, tries)
    assert status.get_attribute("data-seen") == "before"


def test_without_a_kernel_it_says_what_it_said_last(
    desk: Desk, page: "Page", watcher: Watcher, name: str, tries: Mapping[str, object]
) -> None:
    notebook = ran(desk, page, name)
    kept = notebook.panel.locator(".cj-asleep")
    said = press_the_last(notebook, tries)
    eventually(lambda: said in str(kept.text_content()), True)
    assert not kept.is_visible()
    notebook.save()
    desk.close_kernels()
    page.goto(desk.url(f"tries/said-{name}.ipynb"))
    Notebook(page).wait_for_kernel()
    page.locator(f"{PANEL} .cj-asleep").wait_for()
    assert said in kept.inner_text()
    # JupyterLab misses the widgets; the page hides what it says of that, its console does not.
    missing = page.get_by_text("Error displaying widget")
    missing.wait_for(state="attached")
    assert not missing.is_visible()
    assert all(wrong.startswith("Error: widget model not found") for wrong in watcher.wrong)
    watcher.wrong.clear()
