"""How long Run All takes for each lesson, the start of its kernel included."""

import time
from typing import TYPE_CHECKING, Any

from tests.browser.lab import Desk, open_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def measure(browser: "Browser", desk: Desk, repeats: int) -> list[dict[str, Any]]:
    """Restart the kernel of each lesson and run all its cells, again and again; return seconds."""
    rows = []
    for path in sorted((desk.files / "lessons").glob("*.ipynb")):
        seconds = [run_once(browser, desk, f"lessons/{path.name}") for _ in range(repeats)]
        rows.append({"lesson": path.stem, "seconds": seconds})
    return rows


def run_once(browser: "Browser", desk: Desk, name: str) -> float:
    """Return the seconds from agreeing to a restart to the last cell's number."""
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    notebook = open_notebook(page, desk, name)
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.locator(".lm-Menu-itemLabel", has_text="Restart Kernel and Run All Cells").click()
    page.locator(".jp-Dialog .jp-mod-accept").wait_for()
    started = time.perf_counter()
    page.keyboard.press("Enter")
    notebook.wait_until_run()
    seconds = time.perf_counter() - started
    page.close()
    desk.close_kernels()
    return seconds
