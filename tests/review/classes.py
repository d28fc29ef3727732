"""A small class for the tests of the review: written through nbgrader's own gradebook, and by report.py."""

import json
import os
import shutil
import sqlite3
import sysconfig
import warnings
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cjpolicy.grading.report import Entry, Report

ONE, TWO = "a01_one", "a02_two"
ITEMS = {
    ONE: {"a01-sum": 2.0, "a01-change": 3.0, "a01-share": 1.0, "a01-essay": 4.0},
    TWO: {"a02-base": 2.0, "a02-claim": 2.0},
}
WRITTEN = {"a01-essay", "a02-claim"}
STUDENTS = [f"s{number:02}" for number in range(14)]
HANDED_IN = {ONE: STUDENTS, TWO: STUDENTS[:6]}
DUE = datetime(2026, 10, 1, 12)
# Nothing of nbgrader's is needed to read it, so that opening is quick.
SETTINGS = """from pathlib import Path
c = get_config()
root = Path(__file__).resolve().parent
c.CourseDirectory.db_url = f"sqlite:///{(root / 'classroom' / 'gradebook.db').as_posix()}"
"""


@dataclass(frozen=True)
class Mark:
    """What the gradebook has on an answer: points by machine and by hand, and extra credit."""

    auto: float | None = None
    manual: float | None = None
    extra: float | None = None
    again: bool = False

    @property
    def earned(self) -> float | None:
        """A person's points before the machine's, and what is added to them."""
        first = self.auto if self.manual is None else self.manual
        return None if first is None else first + (self.extra or 0.0)


@dataclass
class Class:
    """A class in a folder of its own."""

    root: Path
    marks: dict[tuple[str, str, str], Mark] = field(default_factory=dict)

    @property
    def gradebook(self) -> Path:
        return self.root / "classroom" / "gradebook.db"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.gradebook.as_posix()}"

    def give(self, marks: Mapping[tuple[str, str, str], Mark]) -> None:
        """Put marks into the gradebook, by assignment, item and student."""
        self.marks |= marks
        with closing(sqlite3.connect(self.gradebook)) as gradebook, gradebook:
            for (assignment, item, student), mark in marks.items():
                waits = mark.earned is None or mark.again
                done = gradebook.execute(
                    """
                    UPDATE grade
                    SET auto_score = ?, manual_score = ?, extra_credit = ?, needs_manual_grade = ?
                    WHERE cell_id = (SELECT c.id FROM base_cell AS c
                                     WHERE c.name = ? AND c.type <> 'SolutionCell')
                    AND notebook_id = (
                        SELECT n.id FROM submitted_notebook AS n
                        JOIN submitted_assignment AS h ON h.id = n.assignment_id
                        JOIN assignment AS a ON a.id = h.assignment_id
                        WHERE a.name = ? AND h.student_id = ?)
                    """,
                    [mark.auto, mark.manual, mark.extra, waits, item, assignment, student],
                )
                assert done.rowcount == 1

    def report(self, name: str, entries: Mapping[str, Entry] | None = None, **about: object) -> Report:
        """Write the report on an assignment; what is not said of a student is without trouble."""
        found = {
            student: Entry(
                {item: self.marks.get((name, item, student), Mark()).auto for item in ITEMS[name]},
                seconds=1.0,
                digest="0",
                seed=1,
            )
            for student in HANDED_IN[name]
        } | dict(entries or {})
        fields = {"run": {"started": "then"}, "items": ITEMS[name], "submissions": found, **about}
        report = Report(name, **fields)  # type: ignore[arg-type]
        path = self.root / "classroom" / "reports" / f"{name}.json"
        path.parent.mkdir(exist_ok=True)
        report.write(path)
        return report

    def copied(self, root: Path) -> "Class":
        """Return the same class in another folder."""
        shutil.copytree(self.root, root)
        return Class(root, dict(self.marks))


def new_class(root: Path) -> Class:
    """Make a class that has handed in, with no marks and no reports yet."""
    from nbgrader.api import Gradebook

    root.mkdir(parents=True, exist_ok=True)
    (root / "classroom").mkdir()
    (root / "nbgrader_config.py").write_text(SETTINGS)
    # nbgrader runs `alembic` by name when it makes a gradebook.
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    made = Class(root)
    with warnings.catch_warnings(), Gradebook(made.url) as gradebook:
        # nbgrader's own queries set off warnings of its database library.
        warnings.filterwarnings("ignore", message="Object of type <Submitted")
        for student in STUDENTS:
            gradebook.add_student(student, first_name=f"First {student}", last_name=f"Last {student}")
        for name, items in ITEMS.items():
            gradebook.add_assignment(name, duedate=DUE)
            gradebook.add_notebook(name, name)
            # Out of the notebook's order, which only the report has.
            for item, worth in sorted(items.items()):
                kind = "markdown" if item in WRITTEN else "code"
                gradebook.add_grade_cell(item, name, name, max_score=worth, cell_type=kind)
                # As nbgrader has them: a written answer is graded and a solution; others have a cell before.
                answer = item if item in WRITTEN else f"{item}-answer"
                gradebook.add_solution_cell(answer, name, name)
        for name, students in HANDED_IN.items():
            for student in students:
                gradebook.add_submission(name, student, timestamp=DUE - timedelta(hours=1))
    gradebook.engine.dispose()
    return made


def full(name: str) -> dict[tuple[str, str, str], Mark]:
    """Return full marks for everybody who handed an assignment in."""
    return {
        (name, item, student): Mark(manual=worth) if item in WRITTEN else Mark(auto=worth)
        for student in HANDED_IN[name]
        for item, worth in ITEMS[name].items()
    }


def progress_copy(path: Path, *checks: tuple[Any, ...]) -> None:
    """Write a copy of a student's progress: checks with a question, a time, a status and, if any, a share."""
    steps = [
        {
            "id": f"{number}",
            "at": at,
            "kind": "check",
            "about": about,
            "detail": {"status": status, "slips": []} | ({"share": share[0]} if share else {}),
        }
        for number, (about, at, status, *share) in enumerate(checks)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    copy = {"format": "cjpolicy-progress", "version": 1, "made": "2026-12-01T00:00:00+00:00", "steps": steps}
    path.write_text(json.dumps(copy))
