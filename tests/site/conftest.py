"""The site, made once for all of its tests, and a browser that opens it from disk."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

from cjpolicy.site import make_site
from tests.browser.lab import start_chromium
from tests.support import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

Opener = Callable[[str], "Page"]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reading edition of the course's lessons."""
    folder = tmp_path_factory.mktemp("reading edition") / "site"
    make_site(ROOT / "course" / "lessons", folder)
    return folder


@pytest.fixture
def small_lesson(tmp_path: Path) -> Callable[[str], Path]:
    """A maker of a folder with one lesson in it, whose one code cell is given."""

    def write(source: str) -> Path:
        title = nbformat.v4.new_markdown_cell(
            "# Squares\n\n**How large?**\n\nAbout 5 minutes. $x^2$", id="title"
        )
        notebook = nbformat.v4.new_notebook(cells=[title, nbformat.v4.new_code_cell(source, id="code")])
        folder = tmp_path / "lessons"
        folder.mkdir()
        (folder / "00_squares.ipynb").write_text(json.dumps(notebook))
        return folder

    return write


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = start_chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: "Browser") -> "Iterator[BrowserContext]":
    """Windows of a usual size."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def read(site: Path, context: "BrowserContext") -> Iterator[Opener]:
    """An opener of the site's pages, which waits for the charts; nothing may go wrong while they are read."""
    wrong: list[str] = []

    def open_page(name: str) -> "Page":
        page = context.new_page()
        page.on(
            "console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda asked: wrong.append(f"not found: {asked.url}"))
        page.on("request", lambda asked: None if on_disk(asked.url) else wrong.append(asked.url))
        file, _, query = name.partition("?")
        page.goto((site / file).as_uri() + (f"?{query}" if query else ""))
        page.wait_for_function(
            "[...document.querySelectorAll('.drawing')].every(place => place.querySelector('svg'))"
        )
        return page

    yield open_page
    assert wrong == []


def on_disk(address: str) -> bool:
    """Say whether a page asks for a file, or for what it holds itself."""
    return address.startswith(("file:", "data:"))
