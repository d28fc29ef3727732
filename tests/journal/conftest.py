"""Fixtures of the tests of what a reader has done."""

from pathlib import Path

import pytest

from cjpolicy.journal import session
from cjpolicy.journal.store import Store
from tests.journal.support import FROM_PAGE, ask, start_afresh


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty store, which is the reader's for the rest of the test."""
    path = tmp_path / "data" / "progress.sqlite3"
    start_afresh(monkeypatch)
    monkeypatch.setenv(session.VARIABLE, str(path))
    return Store(path)


@pytest.fixture
def reader(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody at a page."""
    ask(monkeypatch, FROM_PAGE)
