"""What readers see, for those who zoom, use the dark theme or have the page read to them."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.lab import (
    MARKS,
    PANEL,
    Desk,
    Notebook,
    cut_off,
    faults,
    open_notebook,
    small_notebook,
    switch_theme,
    unroll,
)
from tests.browser.samples import samples
from tests.support import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = MARKS
UNITS = [path.stem[:2] for path in sorted(ROOT.glob("course/lessons/*.ipynb"))]
EXPLORERS = (
    "recording",
    "figures",
    "claims",
    "totals",
    "baseyear",
    "attrition",
    "cohorts",
    "areas",
    "followup",
    "cases",
    "risks",
)


# The colours of Python's own error messages are JupyterLab's.
OUTPUTS = f"{PANEL} .jp-OutputArea-output:not([data-mime-type='application/vnd.jupyter.stderr'])"


def in_both_themes(page: "Page") -> list[str]:
    """Return what axe finds in the outputs of the notebook in front, in the light and in the dark theme."""
    # What is off the screen has no colours to be judged by.
    unroll(page)
    found = [f"light: {fault}" for fault in faults(page, OUTPUTS)]
    switch_theme(page, "JupyterLab Dark")
    return found + [f"dark: {fault}" for fault in faults(page, OUTPUTS)]


@pytest.mark.parametrize("unit", UNITS)
def test_nothing_is_wrong_in_a_lesson(desk: Desk, page: "Page", unit: str) -> None:
    notebook = open_notebook(page, desk, desk.take(unit, f"tries/{unit}.ipynb"))
    notebook.run_all()
    assert in_both_themes(page) == []


def test_what_is_wrong_is_found(desk: Desk, page: "Page") -> None:
    pale = """from IPython.display import HTML\nHTML('<p style="color: #ddd">Pale.</p><input>')"""
    notebook = open_notebook(page, desk, desk.write("tries/pale.ipynb", small_notebook(pale)))
    notebook.run_all()
    kinds = [fault.partition("<")[0] for fault in in_both_themes(page)]
    assert kinds == ["light: color-contrast: ", "light: label: ", "dark: label: "]


def test_nothing_is_wrong_in_results_and_cards(desk: Desk, page: "Page") -> None:
    notebook = open_notebook(page, desk, desk.write("tries/samples.ipynb", samples()))
    notebook.run_all()
    assert in_both_themes(page) == []


class TestAtTwiceTheSize:
    """A window of 1300 by 900 zoomed to 200 per cent."""

    def opened(self, desk: Desk, page: "Page", name: str, notebook: Any) -> Notebook:
        shown = open_notebook(page, desk, desk.write(name, notebook))
        shown.run_all()
        page.keyboard.press("Control+b")
        page.set_viewport_size({"width": 650, "height": 450})
        page.wait_for_timeout(500)
        return shown

    @pytest.mark.parametrize("name", EXPLORERS)
    def test_no_control_of_an_explorer_is_cut_off(self, desk: Desk, page: "Page", name: str) -> None:
        source = small_notebook(f'import cjpolicy as cj\ncj.explore("{name}")')
        shown = self.opened(desk, page, f"tries/zoomed-{name}.ipynb", source)
        controls = shown.panel.locator(".jp-OutputArea-output").locator("button, select, input, summary")
        controls.last.wait_for()
        assert cut_off(controls) == []

    def test_no_result_is_cut_off(self, desk: Desk, page: "Page") -> None:
        shown = self.opened(desk, page, "tries/zoomed-samples.ipynb", samples())
        assert cut_off(shown.panel.locator(".cj-card, .cj-quotation")) == []
