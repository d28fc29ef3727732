"""When something is remembered, and where: only while a reader is there, in one file of theirs."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import CourseError

if TYPE_CHECKING:
    from .store import Event, Store

VARIABLE = "CJPOLICY_PROGRESS"
OFF = "off"
FILE = "progress.sqlite3"
# How long one write waits for another notebook's, in seconds; after a failure nobody waits that long again.
PATIENCE, SHORT_PATIENCE = 5.0, 0.1

_waiting: list[Event] = []
_said: set[str] = set()


def place(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the file that progress is kept in, or None where it is switched off.

    `CJPOLICY_PROGRESS` names another file, or is "off". By default the file is in the user's data folder.
    """
    wanted = environment.get(VARIABLE, "")
    if wanted.lower() == OFF:
        return None
    if wanted:
        return Path(wanted).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("cjpolicy", appauthor=False) / FILE


def reader_is_there() -> bool:
    """Say whether somebody has a notebook open and ran this cell.

    A page that can ask its reader for input says so with every cell it sends (`allow_stdin` in Jupyter's
    messages). nbclient, and with it nbconvert, nbgrader and the tests, says that it cannot. A message from a
    widget comes from a page too.
    """
    if os.environ.get("NBGRADER_EXECUTION"):
        return False
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython.get_ipython() if ipython else None, "kernel", None)
    if kernel is None:
        return False
    asked = kernel.get_parent("shell") or {}
    from_widget = asked.get("header", {}).get("msg_type") == "comm_msg"
    return from_widget or asked.get("content", {}).get("allow_stdin") is True


def validating() -> bool:
    """Say whether nbgrader validates for a reader: at a desk, where `cjpolicy` has named the file."""
    return os.environ.get("NBGRADER_EXECUTION") == "validate" and bool(os.environ.get(VARIABLE))


def store() -> Store:
    """Return the reader's store.

    Raises
    ------
    CourseError
        Where progress is switched off.
    """
    from .store import Store

    path = place()
    if path is None:
        raise CourseError(f"Progress is switched off here: {VARIABLE} is {OFF!r}. Nothing is kept.")
    return Store(path)


def record(kind: str, about: str, **detail: Any) -> None:
    """Remember one step, if a reader is there to have taken it. It never fails.

    What cannot be written waits for the next step, and the reader is told once.

    Parameters
    ----------
    kind : str
        "check", "hint", "solution", "predict", "item" or "validated".
    about : str
        Id of the question, prediction or item.
    **detail
        What JSON can hold.
    """
    if os.environ.get(VARIABLE, "").lower() == OFF or not (reader_is_there() or validating()):
        return
    from .store import TROUBLE, Event, explained

    patience = SHORT_PATIENCE if _waiting else PATIENCE
    _waiting.append(Event.now(kind, about, detail))
    try:
        kept = store()
        kept.append(_waiting, patience)
    except TROUBLE as trouble:
        _say("unsaved", f"Your progress is not being saved: {explained(trouble)} All else works as ever.")
    else:
        _waiting.clear()
        for note in kept.notes:
            _say(note, note)


def events() -> tuple[list[Event], list[str]]:
    """Return what is remembered, oldest first, and what the reader must know about it.

    Empty where no reader is there: what a lesson shows must not depend on whose machine runs it.
    """
    if place() is None or not reader_is_there():
        return [], []
    from .store import TROUBLE, explained, in_order

    kept: list[Event] = []
    notes: list[str] = []
    try:
        opened = store()
        kept = opened.events()
        notes = opened.notes
    except TROUBLE as trouble:
        notes = [f"What was kept before cannot be read: {explained(trouble)}"]
    if _waiting:
        notes = [
            *notes,
            "The newest steps could not be saved: they are lost when this notebook's kernel stops.",
        ]
    return in_order([*kept, *_waiting]), notes


def forget() -> None:
    """Drop the steps that wait to be written."""
    _waiting.clear()


def _say(key: str, text: str) -> None:
    """Tell the reader something once, in a line; while nbgrader validates, nothing may be printed."""
    if key not in _said and not validating():
        _said.add(key)
        print(text)
