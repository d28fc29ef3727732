"""Fixtures of the tests in a browser: one server for readers, one window a test."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.lab import Desk, Watcher, served, start_chromium
from tests.grading.clones import clone_to

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="package")
def browser() -> "Iterator[Browser]":
    """Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        window = start_chromium(playwright)
        yield window
        window.close()


@pytest.fixture(scope="package")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A reader's JupyterLab, on a copy of the course."""
    with served(clone_to(tmp_path_factory.mktemp("reader")), "study") as desk:
        yield desk
        assert desk.outside.read_text() == ""


@pytest.fixture
def watcher() -> Watcher:
    """What goes wrong in the test's window."""
    return Watcher()


@pytest.fixture
def page(
    browser: "Browser", watcher: Watcher, request: pytest.FixtureRequest, tmp_path: Path
) -> "Iterator[Page]":
    """A window in which nothing may go wrong, and which asks nothing of another machine."""
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    window = context.new_page()
    watcher.follow(window)
    yield window
    if request.node.stash.get(FAILED, False):
        window.screenshot(path=tmp_path / "window.png")
        print(f"What the window showed: {tmp_path / 'window.png'}")
    context.close()
    assert watcher.wrong == []


@pytest.fixture
def desk(study: Desk) -> Iterator[Desk]:
    """The reader's JupyterLab, in its light theme, with no kernel left over afterwards."""
    study.use_theme("JupyterLab Light")
    yield study
    study.close_kernels()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
    """Remember that a test has failed, so that its window can be kept as a picture."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report
