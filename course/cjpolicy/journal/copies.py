"""Copies of a reader's progress as JSON: saved, taken in again; and everything erased."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import CourseError
from ..html import Note
from . import session
from .store import TROUBLE, Event, Store, explained

FORMAT, VERSION = "cjpolicy-progress", 1
FIELDS = ("id", "at", "kind", "about", "detail")

AnyPath = str | os.PathLike[str]


def change(
    store: Store, export: AnyPath | None = None, restore: AnyPath | None = None, erase: bool = False
) -> Note:
    """Save a copy, take one in, erase; in this order, whichever are asked for.

    Parameters
    ----------
    store : Store
        The reader's.
    export, restore : path, optional
        The copy to make, and the copy to take in.
    erase : bool
        Whether to forget everything.

    Returns
    -------
    Note
        What was done.

    Raises
    ------
    CourseError
        If it could not be done; the message says why. What comes after the failure was not done either.
    """
    said = []
    try:
        if export:
            said.append(_export(store, Path(export).expanduser()))
        if restore:
            said.append(_restore(store, Path(restore).expanduser()))
        if erase:
            said.append(_erase(store))
    except TROUBLE as trouble:
        raise CourseError(" ".join([*said, explained(trouble)])) from None
    return Note("Your progress", " ".join([*said, *store.notes]))


def _export(store: Store, path: Path) -> str:
    steps = [dict(zip(FIELDS, event.row(), strict=True)) for event in store.events()]
    for step in steps:
        step["detail"] = json.loads(step["detail"])
    copy = {"format": FORMAT, "version": VERSION, "made": datetime.now(UTC).isoformat(), "steps": steps}
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(json.dumps(copy, indent=1) + "\n")
    except FileExistsError:
        raise CourseError(f"There is a file {path} already. Give another name.") from None
    return f"A copy of {_counted(len(steps))} is saved as {path}."


def _restore(store: Store, path: Path) -> str:
    events = read_copy(path)
    return f"{_counted(store.append(events))} taken in from {path}, of {len(events)} that it holds."


def _erase(store: Store) -> str:
    count = store.erase()
    session.forget()
    return f"Your progress is erased: {_counted(count)}. Guesses of this session go when its kernel stops."


def read_copy(path: Path) -> list[Event]:
    """Return the steps of a copy.

    Parameters
    ----------
    path : Path
        What `progress(export=...)` has written.

    Raises
    ------
    OSError
        If it cannot be read.
    CourseError
        If it is no such copy, or a newer version's.
    """
    try:
        copy: Any = json.loads(path.read_text(encoding="utf-8"))
        if copy["format"] != FORMAT:
            raise ValueError("another format")
        if copy["version"] > VERSION:
            raise CourseError(f"{path} was saved by a newer version of the course. Take it in with that one.")
        return [Event.of_row(_row(step)) for step in copy["steps"]]
    except (ValueError, KeyError, TypeError):
        raise CourseError(f"{path} is not a copy of progress, or is damaged. Nothing was taken in.") from None


def _row(step: dict[str, Any]) -> tuple[str, str, str, str, str]:
    id, at, kind, about = (step[name] for name in FIELDS[:-1])
    return id, at, kind, about, json.dumps(step["detail"])


def _counted(count: int) -> str:
    return f"{count} step" if count == 1 else f"{count} steps"
