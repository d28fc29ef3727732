"""What the tests of what a reader has done share: steps, and a reader who is there."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import IPython
import pytest

from cjpolicy.journal import session
from cjpolicy.journal.store import Event

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FROM_PAGE: Mapping[str, Any] = {"header": {"msg_type": "execute_request"}, "content": {"allow_stdin": True}}
FROM_NBCLIENT: Mapping[str, Any] = {
    "header": {"msg_type": "execute_request"},
    "content": {"allow_stdin": False},
}
FROM_WIDGET: Mapping[str, Any] = {"header": {"msg_type": "comm_msg"}, "content": {"data": {}}}


def step(kind: str, about: str, minute: float = 0, **detail: Any) -> Event:
    """Return a step that is not recorded anywhere."""
    return Event(kind, about, START + timedelta(minutes=minute), detail)


def check(about: str, minute: float = 0, status: str = "correct") -> Event:
    """Return an answer to a question."""
    return step("check", about, minute, status=status, slips=[])


class Shell:
    """IPython in a kernel that was sent a message."""

    def __init__(self, asked: Mapping[str, Any]) -> None:
        self.kernel = self
        self.asked = asked

    def get_parent(self, channel: str) -> Mapping[str, Any]:
        assert channel == "shell"
        return self.asked


def ask(monkeypatch: pytest.MonkeyPatch, asked: Mapping[str, Any]) -> None:
    """Make the rest of a test an answer to this message."""
    monkeypatch.setattr(IPython, "get_ipython", lambda: Shell(asked))


def start_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin as a new kernel does: nothing waits, nothing has been said, nobody is there."""
    monkeypatch.setattr(session, "_waiting", [])
    monkeypatch.setattr(session, "_said", set())
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
