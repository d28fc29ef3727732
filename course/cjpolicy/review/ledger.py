"""What is on record of regrades: classroom/regrades.jsonl, to which lines are added and never rewritten."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cjpolicy.errors import CourseError
from cjpolicy.grading.workshop import Workshop

from .words import called

__all__ = ["Change", "Points", "Record", "append", "lines", "records"]

Points = float | None


@dataclass(frozen=True)
class Change:
    """What marking again makes of one student's item.

    Parameters
    ----------
    student, item : str
        Whose, and which.
    before, after : float or None
        The points that the student has, and what the item comes to now; None waits for a person.
    slips_before, slips_after : tuple of str
        The misconceptions recognised.
    by_hand : bool
        Whether a person gave the mark: it stays, and the person is asked to look again.
    kept : bool
        Whether an earlier regrade kept the mark, and the item still comes to less: it is never lowered.

    Examples
    --------
    >>> Change("ada", "a02-claim", 0.0, 2.0).what
    'gains 2'
    >>> Change("ben", "a02-claim", 2.0, None).falls
    True
    """

    student: str
    item: str
    before: Points
    after: Points
    slips_before: tuple[str, ...] = ()
    slips_after: tuple[str, ...] = ()
    by_hand: bool = False
    kept: bool = False

    @property
    def difference(self) -> float:
        """Points gained, or lost where it is negative; an item that waits has none."""
        return (self.after or 0.0) - (self.before or 0.0)

    @property
    def falls(self) -> bool:
        """Whether the mark would be lower, if nobody kept it."""
        return not self.by_hand and self.difference < 0

    @property
    def kind(self) -> str:
        """What happens, in a word: gain, lose, wait, by hand, kept, or otherwise (other feedback)."""
        if self.by_hand or self.kept:
            return "by hand" if self.by_hand else "kept"
        if self.after is None and self.before is not None:
            return "wait"
        return "gain" if self.difference > 0 else "lose" if self.difference < 0 else "otherwise"

    @property
    def what(self) -> str:
        """What happens, for a table."""
        said = {
            "gain": f"gains {self.difference:g}",
            "lose": f"would lose {-self.difference:g}",
            "wait": "would wait for a person",
            "by hand": "marked by hand, and stays",
            "kept": "kept by an earlier regrade",
            "otherwise": "same mark, other feedback" if self.before is not None else "waited until now",
        }[self.kind]
        if self.slips_before == self.slips_after:
            return said
        known = (self.slips_before, self.slips_after)
        slips = (", ".join(map(called, each)) or "no misconception" for each in known)
        return f"{said} ({' -> '.join(slips)})"

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> "Change":
        """Read what `dataclasses.asdict` and JSON have made of one."""
        slips = {name: tuple(held[name]) for name in ("slips_before", "slips_after")}
        return cls(**{**held, **slips})


@dataclass(frozen=True)
class Record:
    """One regrade, as it stands in classroom/regrades.jsonl.

    Parameters
    ----------
    assignment : str
        The assignment.
    state : str
        "begun", with what is going to change; then "done", with what has changed.
    when, who, reason : str
        The time in UTC, the user's name on this machine, and what they gave as the reason.
    lower : bool
        Whether marks were allowed to fall.
    seed : int
        As in the preview.
    release : tuple of str
        Digests of the assignment's source, before and now.
    items : dict of str to tuple of float
        What each item was worth, and is worth now.
    changes : list of Change
        With old and new marks. One that falls has not, unless `lower`, and then too not if `kept`.
    unmarked : dict of str to str
        Who was not marked again, and why.
    kept : dict of str to dict
        Of everybody who was marked again, by student and item, the marks that stand above the machine's.
    marks : dict of str to dict
        In what has begun, everybody's marks before, by student and item: automatic, manual, and whether a
        person must look.
    """

    assignment: str
    state: str
    when: str
    who: str
    reason: str
    lower: bool
    seed: int
    release: tuple[str, str]
    items: dict[str, tuple[float, float]]
    changes: list[Change]
    unmarked: dict[str, str]
    kept: dict[str, dict[str, float]]
    marks: dict[str, dict[str, tuple[Points, Points, bool]]] = field(default_factory=dict)

    def stays(self, change: Change) -> bool:
        """Say whether a student keeps a mark although the item comes to less now."""
        return change.falls and (change.kept or not self.lower)

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> "Record":
        """Read a line of classroom/regrades.jsonl."""
        return cls(
            **{
                **held,
                "release": tuple(held["release"]),
                "items": {item: tuple(worth) for item, worth in held["items"].items()},
                "changes": [Change.from_json(each) for each in held["changes"]],
                "marks": {
                    student: {item: tuple(mark) for item, mark in marks.items()}
                    for student, marks in held["marks"].items()
                },
            }
        )


def records(course: Workshop) -> list[Record]:
    """Return what is on record of a course's regrades, in order.

    Parameters
    ----------
    course : Workshop
        The course.

    Returns
    -------
    list of Record
        What was done; and last of its assignment, what has begun and was stopped.

    Raises
    ------
    CourseError
        If classroom/regrades.jsonl holds something else.
    """
    found = lines(course)
    last = {record.assignment: record for record in found}
    return [record for record in found if record.state == "done" or record is last[record.assignment]]


def _path(course: Workshop) -> Path:
    return course.root / "classroom" / "regrades.jsonl"


def lines(course: Workshop) -> list[Record]:
    """Read every line on record; one whose writing was cut short is none.

    Parameters
    ----------
    course : Workshop
        The course.

    Returns
    -------
    list of Record

    Raises
    ------
    CourseError
        If a line is something else.
    """
    found = []
    for line in _path(course).read_bytes().split(b"\n") if _path(course).is_file() else []:
        with suppress(json.JSONDecodeError, UnicodeDecodeError):
            held = json.loads(line)
            try:
                found.append(Record.from_json(held))
            except (TypeError, KeyError, ValueError, AttributeError):
                raise CourseError(
                    f"{_path(course)} holds a line that is no record of a regrade: {str(held)[:60]}. "
                    "It says which marks were kept, so put it back as it was, from a backup."
                ) from None
    return found


def append(course: Workshop, record: Record) -> None:
    """Add a line, whole.

    Parameters
    ----------
    course : Workshop
        The course.
    record : Record
        What it says.
    """
    path = _path(course)
    line = f"{json.dumps(asdict(record))}\n".encode()
    with path.open("ab+") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read() != b"\n":
                line = b"\n" + line
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
