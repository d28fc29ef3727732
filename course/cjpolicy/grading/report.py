"""What marking a class came to: kept line by line while it runs, written whole at its end, and shown."""

import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

from cjpolicy.errors import CourseError

from .reading import printable

__all__ = ["Display", "Entry", "Journal", "Report", "Standing", "as_table", "summary", "write_whole"]

# A class longer than this is shown by its counts and by those whom somebody has to look at.
LONG_CLASS = 40
# Seconds between two lines of progress where lines cannot be overwritten, as in a log.
BETWEEN_LINES = 15.0
NAMED = 3


@dataclass
class Entry:
    """What one student's submission came to.

    Parameters
    ----------
    points : dict of str to float or None
        By item, in the order of the notebook; None waits for a person.
    diagnoses : dict of str to list of str
        By item, the misconceptions recognised; items without any are left out.
    repairs, flags, limits : list of str
        Sentences for the teacher: what was put right, what a person must look at, what was cut short.
    seconds : float
        How long the student's code ran.
    digest : str or None
        Of the submission's files and the assignment's source; None where marking failed for a reason that
        may be gone the next time.
    seed : int or None
        What chance was made from; None where nothing was run.
    release : str or None
        Digest of the assignment's source by which it was marked.

    Examples
    --------
    >>> Entry({"a02-claim": 2.0}, repairs=["The file was saved as UTF-16. It was read as that."]).status
    'repaired'
    """

    points: dict[str, float | None]
    diagnoses: dict[str, list[str]] = field(default_factory=dict)
    repairs: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    seconds: float = 0.0
    digest: str | None = None
    seed: int | None = None
    release: str | None = None

    @property
    def status(self) -> str:
        """Whether a person must look ("flagged"), and otherwise whether anything was repaired."""
        return "flagged" if self.flags else "repaired" if self.repairs else "graded"

    def as_json(self) -> dict[str, Any]:
        """Return what the report holds, status first."""
        return {"status": self.status, **asdict(self)}

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> "Entry":
        """Read what `as_json` gave."""
        return cls(**{name: value for name, value in held.items() if name != "status"})


@dataclass
class Report:
    """What marking an assignment came to, as it stands in classroom/reports.

    Parameters
    ----------
    assignment : str
        The assignment.
    run : dict
        When, with what seed, sandbox, versions and limits, and from which source.
    items : dict of str to float
        What each item is worth, in points.
    submissions : dict of str to Entry
        By student.
    unmarked : dict of str to str
        Submissions that could not be marked under the name they have, with the reason.
    left_out : dict of str to str
        What stands among the submissions and is none, with the reason.
    gone : list of str
        Students whose submission is no longer there; their marks stay.
    """

    assignment: str
    run: dict[str, Any]
    items: dict[str, float] = field(default_factory=dict)
    submissions: dict[str, Entry] = field(default_factory=dict)
    unmarked: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> "Report | None":
        """Read a report; None where there is none yet.

        Raises
        ------
        CourseError
            If the file is damaged.
        """
        try:
            held = json.loads(path.read_bytes())
            entries = {student: Entry.from_json(each) for student, each in held.pop("submissions").items()}
            return cls(**held, submissions=entries)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, AttributeError):
            raise CourseError(
                f"{path} is damaged. Move it away and run this again: everybody is marked again then. "
                "What was marked by hand is in the gradebook, and stays."
            ) from None

    def write(self, path: Path) -> None:
        """Write the report, whole or not at all."""
        entries = {student: each.as_json() for student, each in self.submissions.items()}
        content = json.dumps({**asdict(self), "submissions": entries}, indent=1)
        write_whole(path, f"{content}\n".encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is never seen half written, whatever happens.

    Parameters
    ----------
    path : Path
        The file; its folder is there.
    content : bytes
        All of it.
    """
    aside = path.with_name(f".{path.name}.new")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


class Journal:
    """What a run has finished so far, a line for each student: what a run that was stopped goes on from.

    Parameters
    ----------
    path : Path
        The file. It need not be there; a last line that was being written when the run was killed is dropped.

    Attributes
    ----------
    header : dict
        Of the run that was stopped; empty where there was none.
    earlier : dict of str to Entry
        What runs before that one had finished, of which the report does not know yet.
    finished : dict of str to Entry
        What the run itself has finished.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header: dict[str, Any] = {}
        self.earlier: dict[str, Entry] = {}
        self.finished: dict[str, Entry] = {}
        whole = 0
        for line in path.read_bytes().splitlines(keepends=True) if path.is_file() else []:
            if not line.endswith(b"\n") or not self._take(line):
                break
            whole += len(line)
        if path.is_file():
            os.truncate(path, whole)

    def _take(self, line: bytes) -> bool:
        """Take in one line; False where it is damaged."""
        try:
            held = json.loads(line)
            if "run" in held:
                self._new_run(held["run"])
            else:
                self.finished[held["student"]] = Entry.from_json(held["entry"])
        except (ValueError, TypeError, KeyError):
            return False
        return True

    def begin(self, header: Mapping[str, Any]) -> None:
        """Begin a run that does not go on from the one before it."""
        self._new_run(dict(header))
        self._write({"run": self.header})

    def _new_run(self, header: dict[str, Any]) -> None:
        self.earlier, self.finished, self.header = {**self.earlier, **self.finished}, {}, header

    def add(self, student: str, entry: Entry) -> None:
        """Keep what a student's submission came to; once this returns, it survives anything."""
        self.finished[student] = entry
        self._write({"student": student, "entry": entry.as_json()})

    def forget(self) -> None:
        """Remove the journal: the report has all of it."""
        self.path.unlink(missing_ok=True)
        self.header, self.earlier, self.finished = {}, {}, {}

    def _write(self, record: Mapping[str, Any]) -> None:
        with self.path.open("ab") as file:
            file.write(f"{json.dumps(record)}\n".encode())
            file.flush()
            os.fsync(file.fileno())


@dataclass(frozen=True)
class Standing:
    """How far a run has come.

    Parameters
    ----------
    assignment : str
        The assignment.
    done, total : int
        Submissions finished, and to finish, in this run.
    seconds : float
        Since the run began.
    flagged : tuple of str
        Students whom somebody has to look at.

    Examples
    --------
    >>> print(Standing("a02", done=30, total=40, seconds=60.0, flagged=("ada",)))
    a02: 30 of 40 marked, 30 a minute, 20 s left, to look at: ada
    """

    assignment: str
    done: int
    total: int
    seconds: float
    flagged: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return a line for a terminal."""
        parts = [f"{self.assignment}: {self.done} of {self.total} marked"]
        if self.done and self.seconds:
            rate = self.done / self.seconds
            parts.append(f"{rate * 60:.0f} a minute")
            if self.done < self.total:
                parts.append(f"{_span((self.total - self.done) / rate)} left")
        if self.flagged:
            more = len(self.flagged) - NAMED
            names = ", ".join(self.flagged[-NAMED:]) + (f" and {more} more" if more > 0 else "")
            parts.append(f"to look at: {names}")
        return ", ".join(parts)


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


class Display:
    """Progress on a terminal, in one line that changes; elsewhere a line every so often.

    Parameters
    ----------
    stream : text file, optional
        Where to; standard output by default.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout
        self.alive = self.stream.isatty()
        self._shown = float("-inf")

    def __call__(self, standing: Standing) -> None:
        """Show how far the run has come."""
        last = standing.done == standing.total
        if self.alive:
            width = shutil.get_terminal_size().columns - 1
            self.stream.write(f"\r{str(standing)[:width]:<{width}}" + ("\n" if last else ""))
        elif last or time.monotonic() - self._shown >= BETWEEN_LINES:
            self._shown = time.monotonic()
            self.stream.write(f"{standing}\n")
        self.stream.flush()


def summary(report: Report) -> Iterator[str]:
    """Yield a report as a table: everybody, or in a long class those whom somebody has to look at.

    Parameters
    ----------
    report : Report
        What marking came to.

    Yields
    ------
    str
        A line.
    """
    everybody = report.submissions
    long = len(everybody) > LONG_CLASS
    shown = {student: entry for student, entry in everybody.items() if not long or entry.status == "flagged"}
    if shown:
        yield from as_table(["student", "status", "points", "waiting", "notes"], _rows(report, shown))
        yield ""
    counts = Counter(entry.status for entry in everybody.values())
    said = ", ".join(f"{counts[status]} {status}" for status in ("graded", "repaired", "flagged"))
    yield f"{report.assignment}: {len(everybody)} submissions ({said})."
    waiting = sum(None in entry.points.values() for entry in everybody.values())
    if waiting:
        yield f"{waiting} of them wait for a person's marks: see Manual Grading in `cjpolicy teach`."
    if report.gone:
        yield f"No longer among the submissions: {', '.join(report.gone)}. Their marks stay as they are."
    yield from (f"Not marked: {printable(name)}. {reason}" for name, reason in report.unmarked.items())
    yield from (f"Left out: {name}. {reason}" for name, reason in report.left_out.items())


def _rows(report: Report, shown: Mapping[str, Entry]) -> Iterator[list[str]]:
    for student, entry in shown.items():
        known = [points for points in entry.points.values() if points is not None]
        worth = sum(report.items.get(id, 0.0) for id in entry.points)
        waits = sum(report.items.get(id, 0.0) for id, points in entry.points.items() if points is None)
        notes = " ".join([*entry.flags, *entry.repairs, *entry.limits])
        # Nothing known yet is not nought.
        earned = f"{sum(known):g}" if known else "?"
        yield [student, entry.status, f"{earned} of {worth:g}", f"{waits:g}" if waits else "", notes]


def as_table(titles: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """Yield the lines of a table for a terminal, its columns but the last as wide as what is in them."""
    table = [titles, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)][:-1]
    for row in table:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, [*widths, 0], strict=True)]
        yield "  ".join(cells).rstrip()
