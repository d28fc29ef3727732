"""A simulated class written down as marking leaves a real one: gradebook, reports and notebooks."""

from __future__ import annotations

import ast
import hashlib
import json
import platform
import random
import shutil
import tempfile
import textwrap
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from importlib.metadata import version
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from cjpolicy import questions
from cjpolicy.checks import OUTCOME_MIME
from cjpolicy.grading import sandbox
from cjpolicy.grading.execution import Executed, Limits
from cjpolicy.grading.feedback import without_hidden_tests
from cjpolicy.grading.reading import UnreadableSubmission, ids_of, read_file, read_notebook, take_in
from cjpolicy.grading.recorded import Item, read_recorded, with_answers
from cjpolicy.grading.repair import repair
from cjpolicy.grading.report import Entry, Report
from cjpolicy.grading.submitted import digest
from cjpolicy.grading.workshop import SETTINGS, Workshop
from cjpolicy.journal.copies import FIELDS, FORMAT, VERSION
from cjpolicy.journal.store import Event

from .demo import BEFORE_TEST, FIRST_DUE, SIMULATED, UNREADABLE, Answer, Handed, Sheet, Truth
from .runs import CODES, RUN_SEED, Runs, code_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["Forms", "Shape"]

OWN_SETTINGS = f"""
{SIMULATED}
# It has a gradebook of its own, wherever the course's may be, and as some of its programs never end, they are
# stopped soon.
own = Path(__file__).resolve().parent
c.CourseDirectory.root = str(own)
c.CourseDirectory.db_url = "sqlite:///" + (own / "classroom" / "gradebook.db").as_posix()
c.RunApart.cell_seconds = 10
"""
NO_RESPONSE = "No response."
# Rows written to the gradebook at a time.
BATCH = 50_000


@dataclass(frozen=True)
class Shape:
    """What has to be known of an assignment before answers to it are drawn.

    Parameters
    ----------
    needs : dict of str to list of str
        By item: the items whose values its recorded answers take, if any.
    plain : list of str
        Items whose answer is no function, and no text: those that can be stopped while they run.
    """

    needs: dict[str, list[str]]
    plain: list[str]


@dataclass(frozen=True)
class Told:
    """What marking says of a submission in which something is wrong.

    Parameters
    ----------
    found : list of str
        Repairs told in the report alone.
    repairs, flags : list of str
        Told in the marked notebook too.
    """

    found: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class Forms:
    """A folder in which a simulated class is written down, assignment by assignment.

    Parameters
    ----------
    root : Path
        The folder.
    course : Path
        The course's clone.
    names : sequence of str
        The assignments.
    seed : int
        What the rows' ids are drawn from.
    notebooks : bool
        Whether to write notebooks too.
    """

    def __init__(self, root: Path, course: Path, names: Sequence[str], seed: int, notebooks: bool) -> None:
        from cjpolicy.grading.steps import generate

        settings = (course / SETTINGS).read_text(encoding="utf-8")
        (root / SETTINGS).write_text(f"{settings}{OWN_SETTINGS}", encoding="utf-8")
        self.workshop = Workshop(root)
        self.course = course
        self.notebooks = notebooks
        self.chance = random.Random(f"{seed} rows")
        self.seed = seed
        self.rows: dict[str, list[dict[str, Any]]] = {}
        (root / "classroom" / "reports").mkdir(parents=True)
        with _not_waiting_for_the_disk():
            for name in names:
                self.workshop.add(course / "solutions" / name / f"{name}.ipynb")
                shutil.copyfile(course / "solutions" / f"{name}.toml", root / "solutions" / f"{name}.toml")
                generate(self.workshop, name)
        self.gradebook = _Gradebook(self.workshop)
        self.assignments = {name: _Assignment(self.workshop, name) for name in names}

    def shape(self, name: str) -> Shape:
        """Return what has to be known before answers to an assignment are drawn."""
        return self.assignments[name].shape

    def write(self, name: str, sheets: Sequence[Sheet], truth: Truth) -> None:
        """Write down what everybody handed in for an assignment, and add what came of it to the truth."""
        assignment = self.assignments[name]
        sums = self.gradebook.checksums(name)
        marked = _Marked(assignment, sheets, self.course, sums) if self.notebooks else None
        entries = {}
        for sheet in sheets:
            told = assignment.told(sheet.odd)
            answers = list(_answers(assignment, sheet, marked))
            limits = assignment.limits_hit(sheet)
            handed = _handed(name, sheet, told, limits, assignment.limits)
            held = marked.write(sheet, handed, told) if marked else _invented(self.seed, name, sheet.student)
            truth.submissions.append(handed)
            truth.answers += answers
            entries[sheet.student] = _entry(handed, answers, held, assignment.release)
            self.gradebook.add(name, sheet, answers, self.chance)
        self.gradebook.due(name, truth.due[name])
        report = Report(name, self._run(assignment, truth.due[name], entries), assignment.worth, entries)
        report.write(self.workshop.root / "classroom" / "reports" / f"{name}.json")

    def _run(self, assignment: _Assignment, due: datetime, entries: Mapping[str, Entry]) -> dict[str, Any]:
        """Say of the run what a report says: a day after the assignment was due."""
        from cjpolicy.grading.grade import PACKAGES

        started = due + timedelta(days=1)
        took = timedelta(seconds=sum(entry.seconds for entry in entries.values()) / 2)
        kind, _, number = _sandbox().partition(" ")
        limits = asdict(assignment.limits)
        del limits["apart"]
        return {
            "started": started.isoformat(timespec="milliseconds"),
            "finished": (started + took).isoformat(timespec="milliseconds"),
            "seed": RUN_SEED,
            "sandbox": {"kind": kind, "version": number or None, "allowed_by": None},
            "versions": {
                "python": platform.python_version(),
                **{package: version(package) for package in PACKAGES},
            },
            "limits": limits,
            "release": assignment.release,
        }

    def finish(self, truth: Truth, before: Mapping[str, Mapping[str, str]]) -> None:
        """Write the gradebook's rows, and the copies of progress that students passed on."""
        self.gradebook.write(truth.names)
        folder = self.workshop.root / "classroom" / "progress"
        folder.mkdir()
        question = questions.find(BEFORE_TEST)
        for student, letters in before.items():
            outcome = question.form.judge(letters, question.expected, **question.options)
            taken = FIRST_DUE - timedelta(days=14) + timedelta(minutes=self.chance.randrange(5000))
            share = round(outcome.share, 4)
            detail = {"status": outcome.status, "slips": list(outcome.slips), "share": share}
            event = Event("check", BEFORE_TEST, taken, detail, _id(self.chance))
            step = {**dict(zip(FIELDS, event.row(), strict=True)), "detail": detail}
            made = (taken + timedelta(days=1)).isoformat()
            copy = {"format": FORMAT, "version": VERSION, "made": made, "steps": [step]}
            (folder / f"{student}.json").write_text(json.dumps(copy, indent=1) + "\n", encoding="utf-8")


@contextmanager
def _not_waiting_for_the_disk() -> Iterator[None]:
    """Have nbgrader's hundreds of commits not wait for the disk: a class lost in a crash is drawn again."""
    from sqlalchemy import Engine, event

    def hurry(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    event.listen(Engine, "connect", hurry)
    try:
        yield
    finally:
        event.remove(Engine, "connect", hurry)


def _id(chance: random.Random) -> str:
    return f"{chance.getrandbits(128):032x}"


def _sandbox() -> str:
    return "none" if sandbox.explanation() else sandbox.version()


def _invented(seed: int, name: str, student: str) -> str:
    """Return a digest of files that are not there."""
    return hashlib.sha256(f"{seed} {name} {student}".encode()).hexdigest()


def _handed(name: str, sheet: Sheet, told: Told, limits: Sequence[str], allowed: Limits) -> Handed:
    seconds = sheet.seconds + (allowed.cell_seconds if "loop" in sheet.given.values() else 0)
    return Handed(
        name,
        sheet.student,
        sheet.odd,
        sheet.handed_in,
        sheet.late,
        0.0 if sheet.odd in UNREADABLE else round(seconds, 3),
        (*told.found, *told.repairs),
        told.flags,
        tuple(limits),
    )


def _entry(handed: Handed, answers: Iterable[Answer], held: str, release: str) -> Entry:
    return Entry(
        {answer.item: answer.earned for answer in answers},
        {answer.item: list(answer.slips) for answer in answers if answer.slips},
        list(handed.repairs),
        list(handed.flags),
        list(handed.limits),
        handed.seconds,
        held,
        None if handed.odd in UNREADABLE else RUN_SEED,
        release,
    )


def _answers(assignment: _Assignment, sheet: Sheet, marked: _Marked | None) -> Iterator[Answer]:
    """Say what came of each answer: as it was run, or else as it is recorded."""
    for item in assignment.items.values():
        given = sheet.given[item.id]
        if sheet.odd in UNREADABLE:
            yield Answer(assignment.name, item.id, sheet.student, "unread", None)
            continue
        earned: float | None = 0.0
        slips: tuple[str, ...] = ()
        kind, _, number = given.partition(" ")
        if kind == "sample":
            earned = None
        elif marked and not item.written:
            earned, slips = marked.outcome(item.id, sheet)
        elif kind == "right":
            earned = item.points
        elif kind == "wrong":
            wrong = item.wrong[int(number) - 1]
            earned, slips = float(wrong.points), (wrong.slip,) if wrong.slip else ()
        by_hand, extra = sheet.by_hand.get(item.id), sheet.extra.get(item.id)
        yield Answer(assignment.name, item.id, sheet.student, given, earned, slips, by_hand, extra)


# --- The gradebook


class _Gradebook:
    """Rows of nbgrader's gradebook, kept until all are there: one by one they would take minutes."""

    def __init__(self, workshop: Workshop) -> None:
        from sqlalchemy import MetaData, create_engine

        self.engine = create_engine(workshop.api.coursedir.db_url)
        self.tables = MetaData()
        self.tables.reflect(self.engine)
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.dates: dict[str, datetime] = {}
        with self.engine.connect() as connection:
            assignments = connection.execute(self.tables.tables["assignment"].select()).all()
            notebooks = connection.execute(self.tables.tables["notebook"].select()).all()
            cells = connection.execute(self.tables.tables["base_cell"].select()).all()
        self.assignment_ids = {row.name: row.id for row in assignments}
        self.notebook_ids = {row.name: row.id for row in notebooks}
        self.graded: dict[str, list[tuple[str, str]]] = {}
        self.answered: dict[str, list[tuple[str, str]]] = {}
        for row in cells:
            kind = self.graded if row.type == "GradeCell" else self.answered
            kind.setdefault(row.notebook_id, []).append((row.name, row.id))

    def checksums(self, name: str) -> dict[str, str]:
        """Return the checksums that nbgrader knows an assignment's cells by."""
        cells = self.tables.tables["source_cell"]
        with self.engine.connect() as connection:
            rows = connection.execute(cells.select().where(cells.c.notebook_id == self.notebook_ids[name]))
            return {row.name: row.checksum for row in rows}

    def due(self, name: str, when: datetime) -> None:
        """Note when an assignment is due."""
        self.dates[name] = when

    def add(self, name: str, sheet: Sheet, answers: Sequence[Answer], chance: random.Random) -> None:
        """Add a submission with its marks and comments."""
        submission, paper, notebook = _id(chance), _id(chance), self.notebook_ids[name]
        by_item = {answer.item: answer for answer in answers}
        when = sheet.handed_in and sheet.handed_in.replace(tzinfo=None)
        self._row(
            "submitted_assignment",
            id=submission,
            assignment_id=self.assignment_ids[name],
            student_id=sheet.student,
            timestamp=when,
            extension=None,
        )
        self._row(
            "submitted_notebook",
            id=paper,
            assignment_id=submission,
            notebook_id=notebook,
            flagged=False,
            late_submission_penalty=None,
        )
        for item, cell in self.graded[notebook]:
            answer = by_item[item]
            self._row(
                "grade",
                id=_id(chance),
                notebook_id=paper,
                cell_id=cell,
                auto_score=answer.earned,
                manual_score=answer.by_hand,
                extra_credit=answer.extra,
                needs_manual_grade=answer.earned is None and answer.by_hand is None,
            )
        for cell_name, cell in self.answered[notebook]:
            item = cell_name if cell_name in by_item else cell_name.removesuffix("-answer")
            self._row(
                "comment",
                id=_id(chance),
                notebook_id=paper,
                cell_id=cell,
                auto_comment=NO_RESPONSE if by_item[item].given == "blank" else None,
                manual_comment=sheet.comments.get(item),
            )

    def _row(self, table: str, **values: Any) -> None:
        self.rows.setdefault(table, []).append(values)

    def write(self, names: Mapping[str, tuple[str, str]]) -> None:
        """Write all rows, and everybody of the class, in one transaction."""
        for student, (first, last) in names.items():
            self._row("student", id=student, first_name=first, last_name=last, email=None, lms_user_id=None)
        tables = self.tables.tables
        with self.engine.begin() as connection:
            for name, when in self.dates.items():
                own = tables["assignment"].c.name == name
                connection.execute(
                    tables["assignment"].update().where(own).values(duedate=when.replace(tzinfo=None))
                )
            for table in ("student", "submitted_assignment", "submitted_notebook", "grade", "comment"):
                rows = self.rows.get(table, [])
                for first_row in range(0, len(rows), BATCH):
                    connection.execute(tables[table].insert(), rows[first_row : first_row + BATCH])
        self.engine.dispose()


# --- One assignment


class _Assignment:
    """An assignment of the simulated class: its items, their cells, and what marking says of odd files."""

    def __init__(self, workshop: Workshop, name: str) -> None:
        from cjpolicy.grading.marking import RunApart

        self.root = workshop.root
        self.name = name
        self.limits: Limits = RunApart(config=workshop.api.config).limits
        content = (self.root / "solutions" / name / f"{name}.ipynb").read_bytes()
        self.release = hashlib.sha256(content).hexdigest()
        self.source, _ = read_notebook(content)
        self.handed_out = (self.root / "assignments" / name / f"{name}.ipynb").read_bytes()
        recorded = read_recorded(self.root / "solutions" / f"{name}.toml").items
        graded = [about for about in map(_about, self.source.cells) if about.get("grade")]
        self.items: dict[str, Item] = {about["grade_id"]: recorded[about["grade_id"]] for about in graded}
        self.worth = {about["grade_id"]: float(about["points"]) for about in graded}
        # Of each item: where its answer stands, and its test; of a written one both are the same.
        self.answers: dict[str, int] = {}
        self.tests: dict[str, int] = {}
        for place, cell in enumerate(self.source.cells):
            about = _about(cell)
            if about.get("solution"):
                id = about["grade_id"]
                self.answers[id if about.get("grade") else id.removesuffix("-answer")] = place
            if about.get("grade"):
                self.tests[about["grade_id"]] = place

    @cached_property
    def shape(self) -> Shape:
        """What has to be known before answers are drawn."""
        machine = [item for item in self.items.values() if not item.written]
        names = {item.id: self._names(item) for item in machine}
        needs: dict[str, list[str]] = {}
        for number, item in enumerate(machine):
            made, used = names[item.id]
            for earlier in machine[:number]:
                if (names[earlier.id][0] - made) & used:
                    needs.setdefault(item.id, []).append(earlier.id)
        plain = [item.id for item in machine if "def " not in self.source.cells[self.answers[item.id]].source]
        return Shape(needs, plain)

    def _names(self, item: Item) -> tuple[set[str], set[str]]:
        """Return the names that an item's answer makes for its test, and those that its answers take."""
        answer, test = (self.source.cells[places[item.id]].source for places in (self.answers, self.tests))
        stored, _ = _names_in(answer)
        _, asked = _names_in(without_hidden_tests(test))
        codes = [_names_in(code) for code in (*item.right, *(wrong.code for wrong in item.wrong))]
        return stored & asked, asked.union(*(read - made - stored for made, read in codes))

    @cached_property
    def groups(self) -> list[list[str]]:
        """Items in groups: within one, what comes of an answer may depend on the other answers."""
        groups: list[list[str]] = []
        for item in self.items:
            tied = [group for group in groups if set(group) & set(self.shape.needs.get(item, ()))]
            groups = [group for group in groups if group not in tied]
            groups.append([*(one for group in tied for one in group), item])
        return groups

    def places(self, group: Sequence[str]) -> list[int]:
        """Say where the cells of a group of items stand."""
        places = [where[item] for item in group for where in (self.answers, self.tests)]
        return list(dict.fromkeys(places))

    def code(self, item: str, given: str) -> str | None:
        """Return what stands in an answer's cell; None where it was left as it is."""
        return None if given == "blank" else code_of(self.items[item], given)

    def limits_hit(self, sheet: Sheet) -> list[str]:
        """Say, in the words of `execution`, what was stopped."""
        if sheet.odd not in CODES:
            return []
        (item,) = (item for item, given in sheet.given.items() if given == sheet.odd)
        called = f"Cell {self.answers[item] + 1}"
        if sheet.odd == "loop":
            id = _about(self.source.cells[self.answers[item]])["grade_id"]
            return [f"{called} ({id}) was stopped after {self.limits.cell_seconds:.0f} seconds."]
        why = "Python ended: too much memory, a crash, or an exit"
        return [f"{called} could not be finished: {why}. What came before it was kept."]

    # --- what is odd about a submission

    @cache  # noqa: B019 (an assignment lives as long as its class is made)
    def told(self, odd: str) -> Told:
        """Return what marking says of something odd: it is made, and read as marking reads it."""
        if odd not in MAKERS:
            return Told()
        release, _ = read_notebook(self.handed_out)
        with tempfile.TemporaryDirectory(prefix="cjpolicy-", ignore_cleanup_errors=True) as folder:
            self.hand_in(Path(folder), odd, self.handed_out.decode())
            try:
                found = take_in(Path(folder), self.name, ids_of(release))
                notebook, repairs = read_notebook(read_file(found.path))
            except UnreadableSubmission as fault:
                return Told(flags=(str(fault),))
        repaired = repair(notebook, release)
        return Told(tuple(found.repairs), (*repairs, *repaired.repairs), (*found.flags, *repaired.flags))

    def hand_in(self, folder: Path, odd: str, notebook: str) -> None:
        """Put a notebook into a student's folder, as odd as asked for."""
        name, content = MAKERS[odd](self, notebook) if odd in MAKERS else ("", notebook.encode())
        (folder / (name or f"{self.name}.ipynb")).write_bytes(content)

    def edited(self, notebook: str, change: Any) -> tuple[str, bytes]:
        """Change a notebook by a function that takes its cells, and the place of the last test."""
        held = json.loads(notebook)
        last = max(place for item, place in self.tests.items() if not self.items[item].written)
        change(held["cells"], last)
        return "", json.dumps(held, indent=1, ensure_ascii=False).encode()


def _change_text(cells: list[Any], place: int) -> None:
    cells[place]["source"] = [*cells[place]["source"], "\n# checked"]


def _change_points(cells: list[Any], place: int) -> None:
    cells[place]["metadata"]["nbgrader"]["points"] += 10


def _delete(cells: list[Any], place: int) -> None:
    del cells[place]


def _lose(cells: list[Any], place: int) -> None:
    """Have the written answer's cell lose all that it is known by, as a copied cell does."""
    for number, cell in enumerate(cells):
        about = cell["metadata"].get("nbgrader", {})
        if about.get("grade") and about.get("solution"):
            cell["id"], cell["metadata"] = f"copied-{number}", {}


# How each kind of odd file is made from a notebook: its name, where it is another, and its content.
MAKERS: dict[str, Any] = {
    "utf-16": lambda own, text: ("", text.encode("utf-16")),
    "byte-order mark": lambda own, text: ("", text.encode("utf-8-sig")),
    "other name": lambda own, text: (f"{own.name} (1).ipynb", text.encode()),
    "locked text": lambda own, text: own.edited(text, _change_text),
    "points": lambda own, text: own.edited(text, _change_points),
    "test deleted": lambda own, text: own.edited(text, _delete),
    "written cell lost": lambda own, text: own.edited(text, _lose),
    "not a notebook": lambda own, text: ("", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
    # Within a word, so that there is no doubt where it ends.
    "cut off": lambda own, text: ("", text[: text.rindex('"nbgrader"') + 5].encode()),
}


def _about(cell: Any) -> dict[str, Any]:
    about: dict[str, Any] = cell["metadata"].get("nbgrader", {})
    return about


def _names_in(code: str) -> tuple[set[str], set[str]]:
    """Return the names that some code makes, and those that it reads."""
    made: set[str] = set()
    read: set[str] = set()
    for node in ast.walk(ast.parse(textwrap.dedent(code))):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else made).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.arg):
            made.add(node.name if isinstance(node, ast.FunctionDef) else node.arg)
    return made, read


# --- Marked notebooks

Given = tuple[str, ...]


class _Marked:
    """The marked notebooks of one assignment, put together from cells that were run once."""

    def __init__(
        self, assignment: _Assignment, sheets: Sequence[Sheet], course: Path, checksums: Mapping[str, str]
    ) -> None:
        self.assignment = assignment
        self.checksums = checksums
        self.release, _ = read_notebook(assignment.handed_out)
        self.blank = nbformat.reads(assignment.handed_out, as_version=4)
        wanted = [{self._run_as(group, sheet): None for sheet in sheets} for group in assignment.groups]
        first = [
            tuple("blank" if self._written(item) else "right 1" for item in g) for g in assignment.groups
        ]
        self.needed = [list({one: None, **more}) for one, more in zip(first, wanted, strict=True)]
        source = course / "solutions" / assignment.name / f"{assignment.name}.ipynb"
        self.usual, self.ran = self._run(Runs(course, source))
        # By group, given answers and place in the notebook: the cell as handed in, and as marked.
        self.cells: dict[tuple[int, Given, int], tuple[str, str]] = {}
        self.common: dict[int, tuple[str, str]] = {}
        for layer in self._layers():
            self._keep(layer)
        self.about = self._notebook_metadata()

    def _run(self, runs: Runs) -> tuple[Executed, dict[tuple[int, Given], Executed]]:
        """Run what was never run: all that the solutions' review runs too, then what else is needed.

        Returns
        -------
        Executed
            What came of a notebook with right answers.
        dict
            By group and given answers, what came of a notebook in which they were run.
        """
        _, usual, *_ = runs.run([runs.model, *runs.columns.values()])
        parts = {
            (number, given): dict(zip(group, given, strict=True))
            for number, group in enumerate(self.assignment.groups)
            for given in self.needed[number]
        }
        missing = [
            [part for (own, _), part in parts.items() if own == number and not runs.find(part)]
            for number in range(len(self.needed))
        ]
        runs.run([dict(ChainMap(*layer)) for layer in zip_longest(*missing, fillvalue={})])
        return usual, dict(zip(parts, runs.run(parts.values()), strict=True))

    def _written(self, item: str) -> bool:
        return self.assignment.items[item].written

    def _run_as(self, group: Sequence[str], sheet: Sheet) -> Given:
        """Return what a group's answers are run as: what was stopped leaves the same as a blank."""
        return tuple("blank" if sheet.given[item] == "loop" else sheet.given[item] for item in group)

    def _layers(self) -> Iterator[tuple[Given, ...]]:
        """Yield as few sets of answers as there can be that have every needed answer of every group."""
        for number in range(max(map(len, self.needed))):
            yield tuple(each[number] if number < len(each) else each[0] for each in self.needed)

    def filled(self, notebook: NotebookNode, layer: Sequence[Given]) -> NotebookNode:
        """Fill a set of answers in."""
        pairs = [
            (item, self.assignment.code(item, given))
            for group, answers in zip(self.assignment.groups, layer, strict=True)
            for item, given in zip(group, answers, strict=True)
        ]
        return with_answers(notebook, {item: code for item, code in pairs if code is not None})

    def _as_marked(self, notebook: NotebookNode) -> NotebookNode:
        """Give a notebook what marking puts in its place: hidden tests, and the checksums of the source."""
        for cell, own in zip(notebook.cells, self.assignment.source.cells, strict=True):
            about = _about(cell)
            if about.get("locked"):
                cell.source = own.source
            if about:
                about["checksum"] = self.checksums[about["grade_id"]]
        return notebook

    def _keep(self, layer: tuple[Given, ...]) -> None:
        """Keep as text those cells of a set of answers that are new."""
        from cjpolicy.grading.marking import keep

        owners = {
            place: (number, given)
            for number, (group, given) in enumerate(zip(self.assignment.groups, layer, strict=True))
            for place in self.assignment.places(group)
        }
        known = {place for place, owner in owners.items() if (*owner, place) in self.cells}
        new = [
            place
            for place in range(len(self.release.cells))
            if place not in known and place not in self.common
        ]
        outputs = self._outputs(layer)
        marked = self._as_marked(self.filled(self.release, layer))
        keep(marked, Executed(RUN_SEED, "", outputs={place: outputs.get(place, []) for place in new}))
        handed = self.filled(self.blank, layer)
        for place, *both in zip(new, _cells(handed, new), _cells(marked, new), strict=True):
            if place in owners:
                self.cells[(*owners[place], place)] = (both[0], both[1])
            else:
                self.common[place] = (both[0], both[1])

    def _outputs(self, layer: Sequence[Given]) -> dict[int, list[dict[str, Any]]]:
        """Return the outputs of a notebook with a set of answers, by place."""
        found = dict(self.usual.outputs)
        for number, (group, given) in enumerate(zip(self.assignment.groups, layer, strict=True)):
            own = self.ran[number, given].outputs
            found |= {place: own.get(place, []) for place in self.assignment.places(group)}
        return found

    def _notebook_metadata(self) -> tuple[dict[str, Any], dict[str, Any]]:
        handed = json.loads(self.assignment.handed_out)["metadata"]
        language = {"name": "python", "pygments_lexer": "ipython3"}
        return handed, {**self.release.metadata, "language_info": language}

    # --- one student

    def outcome(self, item: str, sheet: Sheet) -> tuple[float, tuple[str, ...]]:
        """Return the points and the misconceptions that marking found in an answer."""
        (place,) = (place for place, group in enumerate(self.assignment.groups) if item in group)
        ran = self.ran[place, self._run_as(self.assignment.groups[place], sheet)]
        outputs = ran.outputs.get(self.assignment.tests[item], [])
        records = [each["data"][OUTCOME_MIME] for each in outputs if OUTCOME_MIME in each.get("data", {})]
        (record,) = (record for record in records if record["id"] == item)
        return float(record["earned"]), tuple(record["slips"])

    def write(self, sheet: Sheet, handed: Handed, told: Told) -> str:
        """Write what a student handed in, and the marked notebook; return the digest of the first."""
        name, root = self.assignment.name, self.assignment.root / "classroom"
        folder = root / "submitted" / sheet.student / name
        folder.mkdir(parents=True)
        cells = self._student_cells(sheet)
        as_handed, as_marked = self.about
        text = _notebook([each[0] for each in cells], as_handed)
        self.assignment.hand_in(folder, sheet.odd, text)
        if sheet.handed_in:
            (folder / "timestamp.txt").write_text(f"{sheet.handed_in:%Y-%m-%d %H:%M:%S.%f} UTC")
        if sheet.odd not in UNREADABLE:
            # It leaves a copy under the notebook's own name, as marking does.
            take_in(folder, name, ids_of(self.release))
            target = root / "autograded" / sheet.student / name
            target.mkdir(parents=True)
            notes = {"repairs": list(told.repairs), "flags": list(told.flags), "run": self._about_run(handed)}
            marked = _notebook([each[1] for each in cells], {**as_marked, "cjpolicy": notes})
            (target / f"{name}.ipynb").write_text(marked, encoding="utf-8")
            if sheet.handed_in:
                shutil.copyfile(folder / "timestamp.txt", target / "timestamp.txt")
        return digest(folder, self.assignment.release)

    def _about_run(self, handed: Handed) -> dict[str, Any]:
        limits = list(handed.limits)
        return {"seed": RUN_SEED, "sandbox": _sandbox(), "seconds": handed.seconds, "limits": limits}

    def _student_cells(self, sheet: Sheet) -> list[tuple[str, str]]:
        """Return a student's cells in order, as handed in and as marked."""
        cells = dict(self.common)
        for number, group in enumerate(self.assignment.groups):
            given = self._run_as(group, sheet)
            for place in self.assignment.places(group):
                cells[place] = self.cells[number, given, place]
            for item in group:
                if sheet.given[item] == "loop":
                    place = self.assignment.answers[item]
                    cells[place] = self._stopped(item, place)
        return [cells[place] for place in range(len(cells))]

    def _stopped(self, item: str, place: int) -> tuple[str, str]:
        """Return the cell of an answer that never ends, in the words of `player`."""
        seconds = self.assignment.limits.cell_seconds
        said = f"This cell took longer than {seconds:g} seconds and was stopped."
        name = "CellTimeoutError"
        error = {"output_type": "error", "ename": name, "evalue": said, "traceback": [f"{name}: {said}"]}
        handed = with_answers(self.blank, {item: CODES["loop"]})
        marked = self._as_marked(with_answers(self.release, {item: CODES["loop"]}))
        code = [number for number, cell in enumerate(marked.cells) if cell.cell_type == "code"]
        marked.cells[place].execution_count = code.index(place) + 1
        marked.cells[place].outputs = [nbformat.from_dict(error)]
        return _cells(handed, [place])[0], _cells(marked, [place])[0]


def _cells(notebook: NotebookNode, places: Sequence[int]) -> list[str]:
    """Return some of a notebook's cells as they stand in its file."""
    notebook = nbformat.from_dict({**notebook, "cells": [notebook.cells[place] for place in places]})
    return [
        json.dumps(cell, indent=1, ensure_ascii=False, sort_keys=True).replace("\n", "\n  ")
        for cell in json.loads(nbformat.writes(notebook))["cells"]
    ]


def _notebook(cells: Iterable[str], about: Mapping[str, Any]) -> str:
    """Put a notebook's file together: with nbformat, hundreds of them would take a minute."""
    metadata = json.dumps(about, indent=1, ensure_ascii=False, sort_keys=True).replace("\n", "\n ")
    body = ",\n  ".join(cells)
    rest = f'"metadata": {metadata},\n "nbformat": 4,\n "nbformat_minor": 5\n'
    return '{\n "cells": [\n  ' + body + "\n ],\n " + rest + "}\n"
