"""How long it takes from the command to a page that can be used."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.browser.lab import Notebook, served, start_chromium
from tests.grading.clones import Clone, clone_to

if TYPE_CHECKING:
    from playwright.sync_api import Page, Playwright

# What can be used: a lesson whose kernel is there, or the launcher with nbgrader's menu.
COMMANDS = ("study", "teach")
CACHES = Path("/proc/sys/vm/drop_caches")


def measure(playwright: "Playwright", folder: Path, repeats: int) -> list[dict[str, Any]]:
    """Start each command in a fresh copy of the course, first cold and then warm; return seconds."""
    rows = []
    for command in COMMANDS:
        clone = clone_to(folder / command)
        # As for a reader, whose first start leaves compiled modules for the next.
        clone.environment.pop("PYTHONDONTWRITEBYTECODE")
        cold = forget_files()
        first = open_once(playwright, clone, command)
        rows.append({"command": command, "start": "cold" if cold else "first", "seconds": [first]})
        warm = [open_once(playwright, clone, command) for _ in range(repeats)]
        rows.append({"command": command, "start": "warm", "seconds": warm})
    return rows


def forget_files() -> bool:
    """Have the system forget the files it keeps in memory; say whether it did."""
    try:
        CACHES.write_text("3")
    except OSError:
        return False
    return True


def open_once(playwright: "Playwright", clone: Clone, command: str) -> float:
    """Return the seconds from the command to a usable page, in a browser that is open already."""
    browser = start_chromium(playwright)
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    page.goto("about:blank")
    started = time.perf_counter()
    with served(clone, command) as desk:
        page.goto(desk.url())
        wait_until_usable(page, command)
        seconds = time.perf_counter() - started
        browser.close()
        desk.close_kernels()
    return seconds


def wait_until_usable(page: "Page", command: str) -> None:
    """Wait for the kernel of the first lesson, or for nbgrader's menu."""
    if command == "study":
        Notebook(page).wait_for_kernel()
    else:
        page.wait_for_selector(".jp-Launcher-body", timeout=60_000)
        page.get_by_role("menuitem", name="Nbgrader").wait_for()
