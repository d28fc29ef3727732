"""A class's roster and due dates, read from CSV files: checked whole before anything is written."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from cjpolicy.errors import CourseError

from .names import MARKUP, has_markup, one_assignment
from .workshop import Workshop

__all__ = ["read_due_dates", "read_roster", "take_due_dates", "take_roster"]

# nbgrader names folders by a student's id, and breaks on what its patterns read as wild cards.
STUDENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")
NAMES = ("first_name", "last_name", "email")


def read_roster(path: Path) -> dict[str, dict[str, str | None]]:
    """Read who is in the class.

    Parameters
    ----------
    path : Path
        CSV with the columns id and, if wanted, first_name, last_name and email.

    Returns
    -------
    dict of str to dict
        From a student's id to the other columns; an empty cell is None.

    Raises
    ------
    CourseError
        If the file or a row of it is wrong. All rows that are wrong are named.
    """
    students: dict[str, dict[str, str | None]] = {}
    faults = []
    for line, row in _rows(path, needed=("id",), besides=NAMES):
        id = row["id"]
        if not STUDENT_ID.fullmatch(id):
            faults.append(f"line {line}: the id {id!r} may hold only letters, digits and . _ @ -")
        elif id in students:
            faults.append(f"line {line}: {id} stands twice")
        elif any("," in value for value in row.values()):
            faults.append(f"line {line}: a comma in a name would break nbgrader's list of grades")
        else:
            students[id] = {name: row[name] or None for name in NAMES if name in row}
    _refuse(path, faults)
    return students


def read_due_dates(path: Path, names: Iterable[str]) -> dict[str, datetime]:
    """Read when assignments are due.

    Parameters
    ----------
    path : Path
        CSV with the columns assignment (a unique beginning will do) and due (such as 2026-10-09T17:00+01:00).
    names : iterable of str
        The assignments there are.

    Returns
    -------
    dict of str to datetime
        By assignment, each with its time zone.

    Raises
    ------
    CourseError
        If the file or a row of it is wrong. All rows that are wrong are named.
    """
    names = list(names)
    dates: dict[str, datetime] = {}
    faults = []
    for line, row in _rows(path, needed=("assignment", "due")):
        try:
            name = one_assignment(row["assignment"], names)
            due = datetime.fromisoformat(row["due"])
        except (CourseError, ValueError) as fault:
            reason = str(fault).rstrip(".")
            faults.append(f"line {line}: {reason}")
            continue
        if due.tzinfo is None:
            faults.append(
                f"line {line}: {row['due']} has no time and zone; write it as 2026-10-09T17:00+01:00"
            )
        elif name in dates:
            faults.append(f"line {line}: {name} stands twice")
        else:
            dates[name] = due
    _refuse(path, faults)
    return dates


def take_roster(course: Workshop, path: Path) -> str:
    """Bring the gradebook's students up to date with a roster; students it does not name stay.

    Parameters
    ----------
    course : Workshop
        The course whose gradebook it is.
    path : Path
        The CSV file.

    Returns
    -------
    str
        What was done, in a sentence.
    """
    students = read_roster(path)
    with course.api.gradebook as gradebook:
        before = {student.id for student in gradebook.students}
        for id, about in students.items():
            gradebook.update_or_create_student(id, **about)
    new = len(students.keys() - before)
    everyone = len(students.keys() | before)
    return f"{len(students)} students read, {new} of them new. The gradebook has {everyone}."


def take_due_dates(course: Workshop, path: Path, names: Iterable[str]) -> list[str]:
    """Write due dates to the gradebook.

    Parameters
    ----------
    course : Workshop
        The course whose gradebook it is.
    path : Path
        The CSV file.
    names : iterable of str
        The assignments there are.

    Returns
    -------
    list of str
        What was done, a sentence for each assignment.
    """
    dates = read_due_dates(path, names)
    with course.api.gradebook as gradebook:
        for name, due in dates.items():
            # nbgrader keeps times in UTC, without saying so in the value.
            gradebook.update_or_create_assignment(name, duedate=due.astimezone(UTC).replace(tzinfo=None))
    return [f"{name} is due {due.isoformat(' ', 'minutes')}." for name, due in dates.items()]


def _rows(
    path: Path, needed: tuple[str, ...], besides: tuple[str, ...] = ()
) -> list[tuple[int, dict[str, str]]]:
    try:
        # Spreadsheets put a mark at the beginning of UTF-8 files; it is no part of the first column's name.
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as fault:
        raise CourseError(f"{path} cannot be read ({fault.strerror}).") from None
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not UTF-8 text. Save it from the spreadsheet as CSV UTF-8.") from None
    reader = csv.reader(io.StringIO(text, newline=""))
    columns = [name.strip() for name in next(reader, [])]
    allowed = (*needed, *besides)
    if set(needed) - set(columns) or set(columns) - set(allowed) or len(set(columns)) < len(columns):
        raise CourseError(
            f"{path} has the columns {', '.join(columns) or '(none)'}. It must have {', '.join(needed)}"
            + (f", and may have {', '.join(besides)}." if besides else ".")
        )
    rows, faults = [], []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            faults.append(f"line {reader.line_num}: {len(cells)} cells, but {len(columns)} columns")
            continue
        row = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
        faults += [f"line {reader.line_num}: {name} is empty" for name in needed if not row[name]]
        faults += [
            f"line {reader.line_num}: {name} holds one of {' '.join(MARKUP)}"
            for name, cell in row.items()
            if has_markup(cell)
        ]
        rows.append((reader.line_num, row))
    if not rows and not faults:
        faults = ["it has no rows"]
    _refuse(path, faults)
    return rows


def _refuse(path: Path, faults: list[str]) -> None:
    if faults:
        raise CourseError(f"Nothing was taken from {path}. " + "; ".join(faults) + ".")
