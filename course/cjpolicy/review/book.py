"""A class's results in one SQLite file, gathered from nbgrader's gradebook and the reports of marking."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.grading.workshop import SETTINGS
from cjpolicy.transactions import writing

if TYPE_CHECKING:
    from cjpolicy.grading.report import Entry, Report
    from cjpolicy.grading.workshop import Workshop

__all__ = ["Book"]

# Raise it with any change of what is kept or how it is worked out: an older file is then made anew.
VERSION = 3
SCHEMA = """
CREATE TABLE assignment (
    number INTEGER PRIMARY KEY,     -- in order, from 1
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE item (
    number INTEGER PRIMARY KEY,
    assignment INTEGER NOT NULL,
    id TEXT NOT NULL,               -- nbgrader's grade id
    place INTEGER NOT NULL,         -- in the notebook, from 1
    worth REAL NOT NULL,            -- points
    written INTEGER,                -- 1 where a person marks it; null where no gradebook says
    UNIQUE (assignment, id)
);
CREATE TABLE student (
    number INTEGER PRIMARY KEY,     -- the code's
    id TEXT NOT NULL UNIQUE,
    first_name TEXT,
    last_name TEXT,
    code TEXT NOT NULL UNIQUE       -- "Student 17"
);
CREATE TABLE submission (
    assignment INTEGER NOT NULL,
    student INTEGER NOT NULL,
    status TEXT NOT NULL,           -- graded, repaired or flagged; unmarked: under a name that is no
                                    -- student's id; no report: the gradebook alone knows of it
    seconds REAL,                   -- that the student's code ran; null where none was run
    handed_in TEXT,                 -- UTC, "2026-10-01 12:00:00"; null where nothing says when
    late REAL NOT NULL,             -- hours; 0 in time, or where nothing says when
    raw REAL NOT NULL,              -- points of the items marked so far
    penalty REAL NOT NULL,          -- points taken off for being late
    score REAL NOT NULL,            -- raw less penalty, never below 0
    worth REAL NOT NULL,            -- points of all items
    marked_worth REAL NOT NULL,     -- points of the items marked so far
    waiting INTEGER NOT NULL,       -- items without a mark
    PRIMARY KEY (assignment, student)
) WITHOUT ROWID;
CREATE TABLE mark (
    item INTEGER NOT NULL,
    student INTEGER NOT NULL,
    earned REAL,                    -- points, a person's before the automatic, with extra credit; null: waits
    by_hand INTEGER NOT NULL,       -- 1 where a person gave it
    again INTEGER NOT NULL,         -- 1 where it is marked and nbgrader asks a person to look again
    PRIMARY KEY (item, student)
) WITHOUT ROWID;
CREATE TABLE slip (
    item INTEGER NOT NULL,
    student INTEGER NOT NULL,
    slip TEXT NOT NULL,             -- id of a misconception
    PRIMARY KEY (item, student, slip)
) WITHOUT ROWID;
CREATE TABLE note (
    assignment INTEGER NOT NULL,
    student INTEGER,                -- null: of no student's
    kind TEXT NOT NULL,             -- repaired, flagged, limit, unmarked, gone, left out
    text TEXT NOT NULL
);
CREATE INDEX note_of ON note (assignment, student);
CREATE TABLE copy (
    file TEXT PRIMARY KEY,          -- in classroom/progress
    stamp TEXT NOT NULL,
    damaged INTEGER NOT NULL
);
CREATE TABLE step (
    file TEXT NOT NULL,             -- the copy of progress that holds this check of a test
    question TEXT NOT NULL,         -- "00-before-test"
    at TEXT NOT NULL,               -- UTC
    status TEXT NOT NULL,           -- correct, not yet, not attempted, cannot check
    share REAL                      -- of its answers that were right, 0 to 1; null where the copy is older
                                    -- than that, and where there was nothing to mark
);
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL)
"""
CLASS_TABLES = ("assignment", "item", "student", "submission", "mark", "slip", "note")

# What is read of nbgrader's gradebook.
GRADEBOOK = {
    "assignment": ("id", "name", "duedate"),
    "notebook": ("id", "assignment_id"),
    "base_cell": ("id", "name", "notebook_id", "type"),
    "grade_cells": ("id", "max_score"),
    "task_cells": ("id", "max_score"),
    "student": ("id", "first_name", "last_name"),
    "submitted_assignment": ("id", "assignment_id", "student_id", "timestamp", "extension"),
    "submitted_notebook": ("id", "assignment_id", "late_submission_penalty"),
    "grade": ("notebook_id", "cell_id", "auto_score", "manual_score", "extra_credit", "needs_manual_grade"),
}
ITEMS = """
SELECT a.name, c.name, g.max_score,
    c.type = 'TaskCell' OR EXISTS (
        SELECT 1 FROM gradebook.base_cell AS s
        WHERE s.name = c.name AND s.notebook_id = c.notebook_id AND s.type = 'SolutionCell')
FROM gradebook.base_cell AS c
JOIN (SELECT id, max_score FROM gradebook.grade_cells
      UNION ALL SELECT id, max_score FROM gradebook.task_cells) AS g ON g.id = c.id
JOIN gradebook.notebook AS n ON n.id = c.notebook_id
JOIN gradebook.assignment AS a ON a.id = n.assignment_id
ORDER BY c.id
"""
# nbgrader's keys are texts of 32 letters. Each is looked up once here, and never again.
KEYS = (
    "CREATE TEMP TABLE cell (id TEXT PRIMARY KEY, item INTEGER) WITHOUT ROWID",
    "CREATE TEMP TABLE paper (id TEXT PRIMARY KEY, student INTEGER) WITHOUT ROWID",
    """
    INSERT INTO cell SELECT min(c.id), i.number
    FROM gradebook.base_cell AS c
    JOIN gradebook.notebook AS n ON n.id = c.notebook_id
    JOIN gradebook.assignment AS g ON g.id = n.assignment_id
    JOIN main.assignment AS a ON a.name = g.name
    JOIN item AS i ON i.assignment = a.number AND i.id = c.name
    WHERE c.type IN ('GradeCell', 'TaskCell')
    GROUP BY i.number
    """,
    """
    INSERT INTO paper SELECT n.id, s.number
    FROM gradebook.submitted_notebook AS n
    JOIN gradebook.submitted_assignment AS h ON h.id = n.assignment_id
    JOIN main.student AS s ON s.id = h.student_id
    ORDER BY n.id
    """,
)
# nbgrader keeps an extension as a time counted from 1970.
SUBMISSIONS = """
INSERT INTO submission
SELECT a.number, s.number, 'no report', NULL, substr(h.timestamp, 1, 19),
    coalesce(max(0, round(24 * (julianday(h.timestamp) - julianday(g.duedate)
        - coalesce(julianday(h.extension) - julianday('1970-01-01'), 0)), 4)), 0),
    0, coalesce(p.penalty, 0), 0, 0, 0, 0
FROM gradebook.submitted_assignment AS h
JOIN gradebook.assignment AS g ON g.id = h.assignment_id
JOIN main.assignment AS a ON a.name = g.name
JOIN main.student AS s ON s.id = h.student_id
LEFT JOIN (SELECT assignment_id, sum(late_submission_penalty) AS penalty
           FROM gradebook.submitted_notebook GROUP BY assignment_id) AS p ON p.assignment_id = h.id
"""
MARKS = """
INSERT INTO mark
SELECT c.item, p.student,
    coalesce(g.manual_score, g.auto_score) + coalesce(g.extra_credit, 0),
    g.manual_score IS NOT NULL,
    g.needs_manual_grade AND coalesce(g.manual_score, g.auto_score) IS NOT NULL
FROM gradebook.grade AS g
CROSS JOIN paper AS p ON p.id = g.notebook_id
CROSS JOIN cell AS c ON c.id = g.cell_id
ORDER BY 1, 2
"""
SUMS = (
    """
    UPDATE submission SET worth = i.worth, waiting = i.items
    FROM (SELECT assignment, total(worth) AS worth, count(*) AS items FROM item GROUP BY assignment) AS i
    WHERE i.assignment = submission.assignment
    """,
    """
    UPDATE submission
    SET raw = t.raw, marked_worth = t.worth, waiting = waiting - t.items, score = max(0, t.raw - penalty)
    FROM (SELECT i.assignment, m.student, total(m.earned) AS raw, total(i.worth) AS worth, count(*) AS items
          FROM item AS i CROSS JOIN mark AS m ON m.item = i.number
          WHERE m.earned IS NOT NULL GROUP BY i.assignment, m.student) AS t
    WHERE t.assignment = submission.assignment AND t.student = submission.student
    """,
)
DAMAGED = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
# Seconds to wait for another program that writes.
PATIENCE = 30.0
CODES = "review-codes.json"


class Book:
    """A class's results: marks from the gradebook, all else from the reports of marking.

    They are gathered into classroom/review.db, whose tables `SCHEMA` describes. That file is a copy: it may
    be deleted at any time, and is made anew whenever the gradebook or a report has changed.

    Attributes
    ----------
    root : Path
        The folder with the course's settings.
    connection : sqlite3.Connection
        To classroom/review.db. Read from it only.
    assignments : list of str
        Names, in order: all that the gradebook has, or that a report is about.
    messages : list of str
        What the instructor must know: a gradebook that is missing, a report that is damaged. They name no
        student.
    """

    def __init__(self, root: Path, connection: sqlite3.Connection) -> None:
        self.root = root
        self.connection = connection
        rows = connection.execute("SELECT name FROM assignment ORDER BY number")
        self.assignments: list[str] = [name for (name,) in rows]
        self.messages: list[str] = json.loads(_fact(connection, "messages") or "[]")

    @classmethod
    def open(cls, root: Path) -> Book:
        """Open a class's results as they stand now.

        Parameters
        ----------
        root : Path
            The course's clone, or any folder with its nbgrader_config.py.

        Returns
        -------
        Book
            Close it, or use it in a `with` statement.

        Raises
        ------
        CourseError
            If there are no settings, or classroom/review.db cannot be written.
        """
        root = root.resolve()
        if not (root / SETTINGS).is_file():
            raise CourseError(
                f"{root} has no {SETTINGS}, so it is no course's folder. Use the course's clone."
            )
        path = root / "classroom" / "review.db"
        try:
            path.parent.mkdir(exist_ok=True)
            try:
                return cls(root, _gathered(root, path))
            except sqlite3.DatabaseError as fault:
                if _kind(fault) not in DAMAGED:
                    raise
                for each in (Path(f"{path}-journal"), path):
                    each.unlink(missing_ok=True)
                return cls(root, _gathered(root, path))
        except (OSError, sqlite3.Error) as fault:
            raise CourseError(
                f"{path} could not be made from the gradebook and the reports ({fault}). If marking is under "
                "way, wait for its end. Otherwise see that the folder can be written, and the gradebook read."
            ) from fault

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *about: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    def student(self, code: str) -> str:
        """Say who a code stands for.

        Parameters
        ----------
        code : str
            "Student 17".

        Returns
        -------
        str
            The student's id.

        Raises
        ------
        UnknownName
            If nobody has that code.
        """
        row = self.connection.execute("SELECT id FROM student WHERE code = ?", [code]).fetchone()
        if row is None:
            raise UnknownName(f"Nobody in this class has the code {code!r}. Codes are such as 'Student 17'.")
        return str(row[0])

    def number(self, assignment: str) -> int:
        """Return an assignment's number in the tables.

        Raises
        ------
        UnknownName
            If the class has no such assignment.
        """
        if assignment not in self.assignments:
            there = ", ".join(self.assignments) or "none yet"
            raise UnknownName(f"This class has no assignment {assignment!r}. There are: {there}.")
        return self.assignments.index(assignment) + 1


def _kind(fault: sqlite3.Error) -> int:
    # SQLite keeps the kind of an error in its lowest eight bits.
    return getattr(fault, "sqlite_errorcode", 0) & 0xFF


def _gathered(root: Path, path: Path) -> sqlite3.Connection:
    """Connect to the file, with all in it that there is to know now."""
    # As an address, so that the gradebook can be attached for reading alone.
    connection = sqlite3.connect(path.as_uri(), uri=True, timeout=PATIENCE, isolation_level=None)
    try:
        _prepare(connection)
        url = _database(connection, root)
        reports = sorted((root / "classroom" / "reports").glob("*.json"))
        # Taken before anything is read: what changes meanwhile is then taken in the next time.
        state = _state(root, url, reports)
        if state is None or _fact(connection, "state") != state:
            with _gradebook(connection, root, url) as fault, writing(connection), _without_collection():
                if state is None or _fact(connection, "state") != state:
                    messages = [fault] if fault else []
                    _Gathering(connection, root, messages).gather(reports)
                    _keep(connection, "state", state or "")
                    _keep(connection, "messages", json.dumps(messages))
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables where there are none.

    Raises
    ------
    sqlite3.DatabaseError
        If the file is another version's, or no database; to be made anew then.
    """
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -100000")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    with writing(connection):
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            for kind, name in connection.execute(
                "SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type"
            ).fetchall():
                connection.execute(f'DROP {kind} IF EXISTS "{name}"')
            for statement in SCHEMA.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def _without_collection() -> Iterator[None]:
    """Let no memory be searched for garbage: reports are a million small things, all needed for a second."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _fact(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM fact WHERE name = ?", [name]).fetchone()
    return row[0] if row else None


def _keep(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", [name, value])


def _database(connection: sqlite3.Connection, root: Path) -> str:
    """Return the gradebook's address from the course's settings.

    Reading them imports nbgrader, which takes most of a second. So the address is remembered for as long as
    the settings, and what they may ask the environment for, are the same; a server's, which may hold a
    password, never.
    """
    text = (root / SETTINGS).read_text(encoding="utf-8")
    # The settings themselves put a folder before the path that programs are looked for in.
    named = {
        name: value
        for name, value in sorted(os.environ.items())
        if name != "PATH" and re.search(rf"""["']{re.escape(name)}["']""", text)
    }
    key = hashlib.sha256(repr((str(root), text, named)).encode()).hexdigest()
    known, _, url = (_fact(connection, "settings") or "").partition(" ")
    if known == key:
        return url
    from traitlets.config.loader import PyFileConfigLoader

    directory = PyFileConfigLoader(SETTINGS, path=str(root)).load_config().CourseDirectory
    # nbgrader's own choice where the settings make none.
    url = directory.db_url if "db_url" in directory else f"sqlite:///{(root / 'gradebook.db').as_posix()}"
    if _file(root, url):
        _keep(connection, "settings", f"{key} {url}")
    return url


def _file(root: Path, url: str) -> Path | None:
    """Return the gradebook's file; None where it is a server's."""
    found = re.fullmatch(r"sqlite(?:\+\w+)?:///([^?]+)(?:\?.*)?", url)
    return root / found[1] if found else None


def gradebook_of(course: Workshop) -> Any:
    """Open a course's gradebook with nbgrader, which would make one where there is none.

    Parameters
    ----------
    course : Workshop
        The course.

    Returns
    -------
    Gradebook or None
        None where there is no gradebook that can be read.
    """
    directory = course.api.coursedir
    path = _file(course.root.resolve(), directory.db_url)
    if path is not None:
        with closing(sqlite3.connect("file::memory:", uri=True, timeout=PATIENCE)) as connection:
            if _attached(connection, path):
                return None
        # A path that is relative is meant from the course's folder, as the book has it.
        directory.db_url = f"sqlite:///{path.as_posix()}"
        return course.api.gradebook
    import sqlalchemy

    try:
        return course.api.gradebook
    except (sqlalchemy.exc.SQLAlchemyError, ImportError):
        return None


def _state(root: Path, url: str, reports: Iterable[Path]) -> str | None:
    """Return what is different whenever the gradebook or a report is; None where that cannot be told."""
    gradebook = _file(root, url)
    if gradebook is None:
        return None
    files = [gradebook, Path(f"{gradebook}-wal"), *reports]
    stamps = {path.name: stamp(path) for path in files}
    return json.dumps([url, _writes(gradebook), stamps])


def _writes(path: Path) -> str:
    """Return SQLite's own count of what was written to a file, for a clock may be too coarse."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return file.read(28)[24:].hex()


def stamp(path: Path) -> str:
    """Return what is different whenever a file is; "" where there is none."""
    try:
        about = path.stat()
    except OSError:
        return ""
    return f"{about.st_size} {about.st_mtime_ns} {about.st_ino}"


@contextmanager
def _gradebook(connection: sqlite3.Connection, root: Path, url: str) -> Iterator[str]:
    """Attach the gradebook, or an empty one where it cannot be read, and say why."""
    fault = _attached(connection, _file(root, url)) if _file(root, url) else _copied(connection, url)
    try:
        yield fault
    finally:
        connection.execute("DETACH gradebook")


def _attached(connection: sqlite3.Connection, path: Path | None) -> str:
    """Attach a gradebook that is a file, for reading alone."""
    assert path is not None
    if not path.is_file():
        _attach_empty(connection)
        return f"There is no gradebook {path}. {REPORTS_ALONE}"
    try:
        connection.execute("ATTACH ? AS gradebook", [f"{path.as_uri()}?mode=ro"])
        for table, columns in GRADEBOOK.items():
            connection.execute(f"SELECT {', '.join(columns)} FROM gradebook.{table} LIMIT 1").fetchone()
    except sqlite3.DatabaseError as fault:
        if _kind(fault) not in DAMAGED:
            raise
        if any(name == "gradebook" for _, name, _ in connection.execute("PRAGMA database_list")):
            connection.execute("DETACH gradebook")
        _attach_empty(connection)
        return f"The gradebook {path} cannot be read ({fault}). {REPORTS_ALONE}"
    return ""


REPORTS_ALONE = "Marks are those of the reports, without any that were given by hand."


def _attach_empty(connection: sqlite3.Connection) -> None:
    connection.execute("ATTACH ':memory:' AS gradebook")
    for table, columns in GRADEBOOK.items():
        key = ["id TEXT PRIMARY KEY", *columns[1:]] if columns[0] == "id" else columns
        connection.execute(f"CREATE TABLE gradebook.{table} ({', '.join(key)})")


def _copied(connection: sqlite3.Connection, url: str) -> str:
    """Attach a copy, in memory, of a gradebook that a server keeps."""
    import sqlalchemy

    _attach_empty(connection)
    try:
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as server, writing(connection):
            for table, columns in GRADEBOOK.items():
                asked = sqlalchemy.select(sqlalchemy.table(table, *map(sqlalchemy.column, columns)))
                rows = server.execution_options(yield_per=10_000).execute(asked)
                places = ", ".join("?" for _ in columns)
                connection.executemany(f"INSERT INTO gradebook.{table} VALUES ({places})", map(_plain, rows))
        engine.dispose()
    except (sqlalchemy.exc.SQLAlchemyError, ImportError) as fault:
        said = str(getattr(fault, "orig", None) or fault).strip().splitlines()[0]
        return f"The gradebook's database cannot be read ({said}). {REPORTS_ALONE}"
    return ""


def _plain(row: Iterable[Any]) -> list[Any]:
    """Return a row as nbgrader's SQLite file would hold it."""
    return [
        str(value)
        if isinstance(value, datetime)
        else str(datetime(1970, 1, 1) + value)
        if isinstance(value, timedelta)
        else value
        for value in row
    ]


@dataclass
class _Gathering:
    """All that the gradebook and the reports say, put into the tables anew."""

    connection: sqlite3.Connection
    root: Path
    messages: list[str]
    reports: dict[str, Report] = field(default_factory=dict)

    def gather(self, paths: Iterable[Path]) -> None:
        """Fill the tables from the attached gradebook and these reports."""
        # Where the gradebook cannot be read, one message says what that means for all assignments.
        self.sound = not self.messages
        for table in CLASS_TABLES:
            self.connection.execute(f"DELETE FROM main.{table}")
        for path in paths:
            self._read(path)
        self._assignments()
        self._students()
        self._items()
        self._marks()
        for name, report in self.reports.items():
            self._report(self.assignments[name], report)
        for statement in SUMS:
            self.connection.execute(statement)

    def _read(self, path: Path) -> None:
        from cjpolicy.grading.report import Report

        name = path.stem
        try:
            report = Report.read(path)
            if report and report.assignment != name:
                self.messages.append(
                    f"The report classroom/reports/{path.name} is about {report.assignment}, so it is left "
                    "out. Move it away: it seems to be a copy."
                )
            elif report:
                self.reports[name] = report
        except CourseError:
            self.messages.append(
                f"The report classroom/reports/{path.name} is damaged, so misconceptions, repairs, flags, "
                f"limits and times of {name} are left out. Move it away and run `cjpolicy grade {name}`: "
                "everybody is marked again then, and marks given by hand stay."
            )

    def _assignments(self) -> None:
        rows = self.connection.execute("SELECT name FROM gradebook.assignment").fetchall()
        if not rows and self.sound:
            self.messages.append(
                "The gradebook has no assignment yet. `cjpolicy grade ASSIGNMENT` puts it there."
            )
        names = sorted({name for (name,) in rows} | self.reports.keys())
        self.assignments = {name: number for number, name in enumerate(names, 1)}
        self._insert("assignment", ((number, name) for name, number in self.assignments.items()))

    def _students(self) -> None:
        rows = self.connection.execute("SELECT id, first_name, last_name FROM gradebook.student")
        names = {id: (first, last) for id, first, last in rows}
        for report in self.reports.values():
            names |= dict.fromkeys(
                (report.submissions.keys() | report.unmarked.keys()) - names.keys(), (None, None)
            )
        self.students = _codes(self.root / "classroom" / CODES, names)
        self._insert(
            "student", ((number, id, *names[id], f"Student {number}") for id, number in self.students.items())
        )

    def _items(self) -> None:
        """Put the items in the notebook's order, which the reports know; those that they lack come after."""
        known: dict[str, dict[str, tuple[float, int | None]]] = {name: {} for name in self.assignments}
        for name, id, worth, written in self.connection.execute(ITEMS):
            if id in known[name]:
                self.messages.append(
                    f"Of {name}, the gradebook has more than one item with the id {id}. Only the first is "
                    "shown. Give each item an id of its own in solutions/, and generate the assignment again."
                )
            known[name].setdefault(id, (worth, written))
        rows: list[tuple[Any, ...]] = []
        self.items: dict[tuple[int, str], int] = {}
        self.missing: dict[int, set[str]] = {}
        for name, number in self.assignments.items():
            report = self.reports.get(name)
            reported = report.items if report else {}
            self.missing[number] = reported.keys() - known[name].keys()
            if report and known[name]:
                self._compare(name, known[name].keys() - reported.keys(), self.missing[number])
            ids = [*reported, *sorted(known[name].keys() - reported.keys())]
            for place, id in enumerate(ids, 1):
                worth, written = known[name].get(id) or (reported[id], None)
                self.items[number, id] = len(rows) + 1
                rows.append((len(rows) + 1, number, id, place, worth, written))
        self._insert("item", rows)

    def _compare(self, name: str, unreported: Iterable[str], unknown: Iterable[str]) -> None:
        """Say where gradebook and report do not have the same items."""
        for ids, where, lacks in (
            (unreported, "the gradebook", "its report"),
            (unknown, "its report", "the gradebook"),
        ):
            if ids:
                self.messages.append(
                    f"Of {name}, {where} has items that {lacks} lacks: {', '.join(sorted(ids))}. They are "
                    f"shown as far as {where} knows them. `cjpolicy grade {name} --rerun` brings the two "
                    "together."
                )

    def _marks(self) -> None:
        for statement in (*KEYS, SUBMISSIONS, MARKS, "DROP TABLE temp.cell", "DROP TABLE temp.paper"):
            self.connection.execute(statement)
        self.handed = set(self.connection.execute("SELECT assignment, student FROM submission"))

    def _report(self, assignment: int, report: Report) -> None:
        """Add what a report says, and its marks where the gradebook has none."""
        entries = [(self.students[id], entry) for id, entry in report.submissions.items()]
        self.connection.executemany(
            "INSERT INTO submission VALUES (?, ?, ?, ?, NULL, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT DO UPDATE "
            "SET status = excluded.status, seconds = excluded.seconds",
            (
                (assignment, student, entry.status, None if entry.seed is None else entry.seconds)
                for student, entry in entries
            ),
        )
        absent = sum((assignment, student) not in self.handed for student, _ in entries)
        if absent and self.sound:
            self.messages.append(
                f"Of {report.assignment}, submissions that are in its report and not in the gradebook: "
                f"{absent}. Their marks are those of the report."
            )
        if absent or self.missing[assignment]:
            self._insert("mark", self._reported_marks(assignment, entries))
        self._insert(
            "slip",
            (
                (self.items[assignment, id], student, slip)
                for student, entry in entries
                for id, slips in entry.diagnoses.items()
                if (assignment, id) in self.items
                for slip in dict.fromkeys(slips)
            ),
        )
        self._insert("note", self._notes(assignment, report, entries))
        self._unmarked(assignment, report)

    def _reported_marks(
        self, assignment: int, entries: Iterable[tuple[int, Entry]]
    ) -> Iterator[tuple[int, int, float | None, int, int]]:
        for student, entry in entries:
            known = (assignment, student) in self.handed
            for id, points in entry.points.items():
                if (assignment, id) in self.items and (not known or id in self.missing[assignment]):
                    yield self.items[assignment, id], student, points, 0, 0

    def _notes(
        self, assignment: int, report: Report, entries: Iterable[tuple[int, Entry]]
    ) -> Iterator[tuple[int, int | None, str, str]]:
        for student, entry in entries:
            for kind, said in (
                ("repaired", entry.repairs),
                ("flagged", entry.flags),
                ("limit", entry.limits),
            ):
                for text in said:
                    yield assignment, student, kind, text
        for id in report.gone:
            yield (
                assignment,
                self.students[id],
                "gone",
                "What was handed in is no longer there. The marks stay.",
            )
        for id, text in report.unmarked.items():
            yield assignment, self.students[id], "unmarked", text
        # Without the names, which may be a student's.
        for text in report.left_out.values():
            yield assignment, None, "left out", text

    def _unmarked(self, assignment: int, report: Report) -> None:
        self.connection.executemany(
            "INSERT OR IGNORE INTO submission VALUES (?, ?, 'unmarked', NULL, NULL, 0, 0, 0, 0, 0, 0, 0)",
            ((assignment, self.students[id]) for id in report.unmarked),
        )

    def _insert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        (columns,) = self.connection.execute("SELECT count(*) FROM pragma_table_info(?)", [table]).fetchone()
        places = ", ".join("?" * columns)
        self.connection.executemany(f"INSERT INTO main.{table} VALUES ({places})", rows)


def _codes(path: Path, ids: Iterable[str]) -> dict[str, int]:
    """Return the number that stands for each student; those who have none get one by lot.

    Parameters
    ----------
    path : Path
        Where the ids are kept in the order of their numbers, so that codes stay. Without the file they tell
        nothing.

    Raises
    ------
    CourseError
        If the file is damaged.
    """
    from random import SystemRandom

    from cjpolicy.grading.report import write_whole

    try:
        kept = json.loads(path.read_bytes()) if path.is_file() else []
        if not isinstance(kept, list) or not all(isinstance(id, str) for id in kept):
            raise ValueError("no list of texts")
    except ValueError:
        raise CourseError(
            f"{path} is damaged: it held which code stands for whom. Put a sound copy in its place, "
            "or delete it: then everybody gets a new code."
        ) from None
    new = sorted(set(ids) - set(kept))
    SystemRandom().shuffle(new)
    if new:
        write_whole(path, json.dumps([*kept, *new], indent=0).encode())
    wanted = set(ids)
    return {id: number for number, id in enumerate([*kept, *new], 1) if id in wanted}
