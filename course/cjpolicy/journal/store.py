"""One SQLite file of steps, written a transaction at a time, so that no crash leaves half of one.

It keeps SQLite's rollback journal: the write-ahead log, though quicker, needs memory shared between the
programs that write, and a home folder on a network has none.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from ..errors import CourseError
from ..transactions import writing

# Marks the file as ours, in the place that SQLite has for it ("cjpr" as a number).
APPLICATION = 0x636A7072
# One statement takes the file from each version to the next; the version is how many have been run.
MIGRATIONS = (
    """CREATE TABLE event (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        about TEXT NOT NULL,
        detail TEXT NOT NULL
    )""",
)
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
TROUBLE = (OSError, RuntimeError, sqlite3.Error, CourseError)
INSERT = "INSERT OR IGNORE INTO event (id, at, kind, about, detail) VALUES (?, ?, ?, ?, ?)"
SELECT = "SELECT id, at, kind, about, detail FROM event NOT INDEXED ORDER BY number"

Done = TypeVar("Done")
Row = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Event:
    """One step of a reader's.

    Attributes
    ----------
    kind : str
        "check", "hint", "solution", "predict", "item" or "validated".
    about : str
        Id of the question, prediction or item.
    at : datetime
        When, in UTC.
    detail : mapping
        What JSON can hold: a check's status, slips and share right, a prediction's value...
    id : str
        Unlike any other's, so that a copy can be taken in twice.
    """

    kind: str
    about: str
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=lambda: uuid4().hex)

    @classmethod
    def now(cls, kind: str, about: str, detail: Mapping[str, Any]) -> Event:
        """Return a step taken at this moment."""
        return cls(kind, about, datetime.now(UTC), detail)

    @property
    def group(self) -> str:
        """What the id begins with: a unit, such as "02", or an assignment, such as "a02"."""
        return self.about.partition("-")[0]

    def row(self) -> Row:
        """Return the step as texts; an id that is not quite text is written as far as it can be."""
        about = self.about.encode("utf-8", "replace").decode()
        when = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return self.id, when, self.kind, about, json.dumps(dict(self.detail))

    @classmethod
    def of_row(cls, row: Row) -> Event:
        """Return the step that `row` gave.

        Raises
        ------
        ValueError
            If these texts are no such row.
        """
        if not all(isinstance(text, str) for text in row):
            raise ValueError("a step is made of texts")
        id, when, kind, about, said = row
        at, detail = datetime.fromisoformat(when), json.loads(said)
        if at.tzinfo is None or not isinstance(detail, dict):
            raise ValueError("a step has a time with its zone, and named details")
        return cls(kind, about, at, detail, id)


class DamagedStoreError(Exception):
    """SQLite can open the file, but finds it inconsistent."""


class NewerStoreError(CourseError):
    """The file was written by a version of the course that is newer than this one."""


class Store:
    """The steps kept in one file.

    Parameters
    ----------
    path : Path
        The file; made with its folder on the first write.

    Attributes
    ----------
    notes : list of str
        What the reader must know about the file, such as that it was damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []

    def append(self, events: Iterable[Event], patience: float = 5.0) -> int:
        """Write steps, all of them or none, and return how many were new.

        Parameters
        ----------
        events : iterable of Event
            Those that the file has already are left out.
        patience : float
            How long to wait for another program that writes, in seconds.

        Raises
        ------
        OSError, sqlite3.Error
            If the file cannot be written.
        CourseError
            If it belongs to a newer version of the course, or to another program.
        """
        rows = [event.row() for event in events]
        self._make()
        return self._mending(lambda: self._insert(rows, patience))

    def events(self) -> list[Event]:
        """Return every step, oldest first; what is not a step of ours is passed over.

        Raises
        ------
        OSError, sqlite3.Error
            If the file cannot be read.
        CourseError
            If it belongs to a newer version of the course, or to another program.
        """
        return in_order(_steps(self._mending(self._select))) if self.path.exists() else []

    def erase(self) -> int:
        """Forget every step, in files set aside as damaged too, and return how many were readable.

        Raises
        ------
        OSError, sqlite3.Error
            If the file cannot be written.
        CourseError
            If it belongs to another program. A newer version's file goes whole.
        """
        count = 0
        if self.path.exists():
            try:
                count = self._mending(self._delete)
            except NewerStoreError:
                self.path.unlink()
        for aside in self.path.parent.glob(f"{self.path.name}.damaged-*"):
            aside.unlink()
        self.notes.clear()
        return count

    def _insert(self, rows: list[Row], patience: float) -> int:
        with self._open(patience) as connection, writing(connection):
            return connection.executemany(INSERT, rows).rowcount

    def _select(self) -> list[Row]:
        with self._open() as connection:
            _examine(connection)
            return connection.execute(SELECT).fetchall()

    def _delete(self) -> int:
        with self._open() as connection:
            # Without these the file would still hold the text of what was in it.
            connection.execute("PRAGMA secure_delete = ON")
            with writing(connection):
                count = connection.execute("DELETE FROM event").rowcount
            connection.execute("VACUUM")
            return count

    def _make(self) -> None:
        """Make the file, for its owner only: guesses are personal."""
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path.touch(mode=0o600)

    @contextmanager
    def _open(self, patience: float = 5.0) -> Iterator[sqlite3.Connection]:
        """Open the file for one piece of work, brought up to this version."""
        with closing(sqlite3.connect(self.path, timeout=patience, isolation_level=None)) as connection:
            # In one transaction, or another program might make the file in the middle of the question.
            connection.execute("BEGIN")
            version = self._version(connection)
            connection.execute("COMMIT")
            if version < len(MIGRATIONS):
                with writing(connection):
                    # Read again: another program may have done it while this one waited.
                    for statement in MIGRATIONS[self._version(connection) :]:
                        connection.execute(statement)
                    connection.execute(f"PRAGMA application_id = {APPLICATION}")
                    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
            yield connection

    def _version(self, connection: sqlite3.Connection) -> int:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        (owner,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if owner != APPLICATION and (owner or version or tables):
            raise CourseError(
                f"{self.path} is a database of another program, so it was left alone. "
                "Let CJPOLICY_PROGRESS name a file of its own."
            )
        if version > len(MIGRATIONS):
            raise NewerStoreError(
                f"{self.path} was written by a newer version of the course, so it was left as it is. (It has "
                f"version {version}; this course knows up to {len(MIGRATIONS)}.) Use the newer course, "
                "or let CJPOLICY_PROGRESS name another file."
            )
        return version

    def _mending(self, work: Callable[[], Done]) -> Done:
        """Do a piece of work; if the file is damaged, set it aside first and save what can be read of it."""
        try:
            return work()
        except (sqlite3.DatabaseError, DamagedStoreError) as error:
            if not _is_damage(error):
                raise
            self._set_aside()
            return work()

    def _set_aside(self) -> None:
        aside = _free(self.path.with_name(f"{self.path.name}.damaged-{datetime.now():%Y%m%d-%H%M%S}"))
        # The journal goes first: left beside a new file, it would be taken for that one's.
        journal = Path(f"{self.path}-journal")
        if journal.exists():
            journal.replace(f"{aside}-journal")
        self.path.replace(aside)
        saved = list(_steps(_salvage(aside)))
        self._make()
        self._insert([event.row() for event in saved], patience=5.0)
        self.notes.append(
            f"The file with your progress was damaged. {len(saved)} steps could be read and are kept; "
            f"the damaged file is beside the new one: {aside}"
        )


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return steps by the time they were taken; those of one moment keep their order."""
    return sorted(events, key=lambda event: event.at)


def explained(trouble: Exception) -> str:
    """Return why the store cannot be used, as a sentence."""
    if isinstance(trouble, CourseError):
        return str(trouble)
    reason = trouble.strerror if isinstance(trouble, OSError) and trouble.strerror else str(trouble)
    return f"{reason}."


def _examine(connection: sqlite3.Connection) -> None:
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise DamagedStoreError(found)


def _is_damage(error: Exception) -> bool:
    # SQLite keeps the kind of an error in its lowest eight bits.
    return isinstance(error, DamagedStoreError) or (getattr(error, "sqlite_errorcode", 0) & 0xFF) in DAMAGED


def _salvage(path: Path) -> list[Row]:
    """Return what can still be read of a damaged file: from its beginning, and from its end."""
    rows: dict[Any, Row] = {}
    for direction in ("ASC", "DESC"):
        try:
            with closing(sqlite3.connect(path)) as connection:
                # So allowed, SQLite reads a file that is shorter than it should be.
                connection.execute("PRAGMA writable_schema = ON")
                for row in connection.execute(f"{SELECT} {direction}"):
                    rows[row[0]] = row
        except (sqlite3.Error, OverflowError, UnicodeDecodeError):
            continue
    return list(rows.values())


def _steps(rows: Iterable[Row]) -> Iterator[Event]:
    for row in rows:
        try:
            yield Event.of_row(row)
        except (ValueError, TypeError, OverflowError):
            continue


def _free(path: Path) -> Path:
    """Return a name that no file has yet."""
    number, free = 1, path
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free
