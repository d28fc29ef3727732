"""A class marked in one go: nbgrader's own marking, student by student, that no submission can stop."""

import hashlib
import json
import logging
import platform
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from nbgrader.api import MissingEntry

from cjpolicy.errors import CourseError

from . import sandbox
from .execution import Limits, run_notebook
from .lock import only_one
from .marking import RunApart
from .reading import UnreadableSubmission, ids_of, read_notebook
from .report import Entry, Journal, Report, Standing
from .results import read_results
from .steps import Marking, Taken, generate
from .submitted import Submitted, digest, submitted
from .workshop import SETTINGS, Workshop, sources

__all__ = ["Marking", "grade", "report_path"]

PACKAGES = ("cjpolicy", "nbgrader", "pandas", "altair")
# Seconds between two tries at a gradebook that another program is writing to.
PAUSES = (0.5, 1.0, 2.0, 4.0)

T = TypeVar("T")


def report_path(course: Workshop, name: str) -> Path:
    """Say where the report on an assignment is.

    Parameters
    ----------
    course : Workshop
        The course.
    name : str
        The assignment.

    Returns
    -------
    Path
    """
    return course.root / "classroom" / "reports" / f"{name}.json"


@dataclass(frozen=True)
class Asked:
    """How a run is to be done; see `grade`."""

    students: tuple[str, ...] = ()
    rerun: bool = False
    jobs: int = 2
    seed: int | None = None
    unsandboxed: bool = False


def grade(
    course: Workshop,
    name: str,
    students: Iterable[str] = (),
    *,
    rerun: bool = False,
    jobs: int = 2,
    seed: int | None = None,
    unsandboxed: bool = False,
    progress: Callable[[Standing], None] | None = None,
) -> Report:
    """Mark what has been handed in for an assignment and has not been marked yet, and report on it.

    Stopped in whatever way, even killed, and called again it goes on where it was.

    Parameters
    ----------
    course : Workshop
        The course.
    name : str
        The assignment.
    students : iterable of str
        Whom to mark; everybody when empty.
    rerun : bool
        Whether to mark again what has been marked and has not changed since. Marks given by hand stay.
    jobs : int
        How many notebooks to run at a time.
    seed : int, optional
        What chance is made from: with the same seed a run gives the same marks. By default a new one for
        each run. A run that goes on from one that was stopped keeps that one's.
    unsandboxed : bool
        Whether students' code may run where no sandbox can be had.
    progress : callable, optional
        Called with a `Standing` at the beginning and after each student.

    Returns
    -------
    Report
        On everybody, as written to classroom/reports.

    Raises
    ------
    CourseError
        If nothing can be marked, or the source has changed since others were marked and `rerun` is not set;
        the message says why and what to do.
    """
    asked = Asked(tuple(students), rerun, jobs, seed, unsandboxed)
    reports = report_path(course, name).parent
    with only_one(reports / "marking.lock", "marking this course"):
        return _Run(course, name, asked).go(progress or (lambda standing: None))


@dataclass
class _Run:
    """One run of marking an assignment."""

    course: Workshop
    name: str
    asked: Asked
    flagged: list[str] = field(default_factory=list)
    unfinished: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.path = report_path(self.course, self.name)
        self.source = sources(self.course.root)[self.name]
        self.release = hashlib.sha256(self.source.read_bytes()).hexdigest()
        self.items = _items(self.source)
        self.marking = Marking(self.course, self.name)
        self.limits = self._limits()
        self.before = Report.read(self.path)
        self.journal = Journal(self.path.with_suffix(".journal"))
        if self.before and self.before.run["started"] == self.journal.header.get("started"):
            # That run was stopped after its report was written.
            self.journal.forget()
        self.known = {
            **(self.before.submissions if self.before else {}),
            **self.journal.earlier,
            **self.journal.finished,
        }

    def go(self, progress: Callable[[Standing], None]) -> Report:
        """Mark what has to be marked, and write the report."""
        found = self._submitted()
        with self._logged():
            self._release()
            resumed = self._resumed()
            todo = [student for student in self._wanted(found) if not self._is_done(student, found, resumed)]
            self._insist_on_the_same_source(todo, found, resumed)
            if todo and not resumed:
                self.journal.begin(self._header())
            if todo:
                self._mark(todo, progress)
        report = self._report(found)
        report.write(self.path)
        self.journal.forget()
        return report

    def _limits(self) -> Limits:
        """Return what a notebook may use.

        Raises
        ------
        NoSandboxError
            If there is no sandbox, and nobody said to go without.
        """
        settings = RunApart(config=self.course.api.config)
        self.allowed_by = f"{SETTINGS}: RunApart.without_sandbox" if settings.without_sandbox else None
        if self.asked.unsandboxed:
            settings.without_sandbox, self.allowed_by = True, "--without-sandbox"
        if settings.limits.apart and sandbox.explanation():
            raise sandbox.NoSandboxError(
                f"{sandbox.explanation()} To run students' code with your own rights all the same, so that "
                "it can read and change all that you can, add --without-sandbox. The report will say so."
            )
        return settings.limits

    def _submitted(self) -> Submitted:
        found = submitted(self.course.root / "classroom" / "submitted", self.name)
        missing = [student for student in self.asked.students if student not in found.students]
        if missing:
            raise CourseError(
                f"{', '.join(missing)} handed in nothing for {self.name}: "
                f"there is no folder classroom/submitted/{missing[0]}/{self.name}."
            )
        if not found.students and not found.unmarked:
            raise CourseError(
                f"Nothing has been handed in for {self.name}: no folder in classroom/submitted holds a "
                f"{self.name}. Collect the submissions first (course/teaching.md, step 6)."
            )
        return found

    def _wanted(self, found: Submitted) -> Iterable[str]:
        return dict.fromkeys(self.asked.students) if self.asked.students else found.students

    def _resumed(self) -> bool:
        """Say whether this run goes on from one that was stopped."""
        header = self.journal.header
        if not header or header["release"] != self.release:
            return False
        return bool(header["rerun"]) or not self.asked.rerun

    def _is_done(self, student: str, found: Submitted, resumed: bool) -> bool:
        """Say whether a student's marks are there already, and of what is handed in now."""
        rerun = self.journal.header["rerun"] if resumed else self.asked.rerun
        entry = (
            (self.journal.finished if rerun else self.known).get(student) if resumed or not rerun else None
        )
        if entry is None or entry.digest is None or student not in self._in_gradebook:
            return False
        if entry.seed is not None and not self.course.autograded(self.name, student).is_file():
            return False
        try:
            return digest(found.students[student], self.release) == entry.digest
        except OSError:
            return False

    @contextmanager
    def _logged(self) -> Iterator[None]:
        """Have nbgrader's log, and its database's, written to a file, with the student concerned."""
        path = self.path.with_suffix(".log")
        handler = logging.FileHandler(path, encoding="utf-8", errors="replace", delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(student)s: %(message)s"))
        handler.addFilter(self._with_student)
        loggers = [self.marking.log, logging.getLogger("tornado.application")]
        for each in loggers:
            each.addHandler(handler)
        try:
            yield
        finally:
            for each in loggers:
                each.removeHandler(handler)
            handler.close()

    def _with_student(self, record: logging.LogRecord) -> bool:
        """Add the student; drop what nbgrader says of every notebook, that hidden tests were put back."""
        record.student = self.marking.coursedir.student_id
        return record.module != "overwritecells"

    def _release(self) -> None:
        """Bring the gradebook up to date with the assignment's source, where it is not."""
        known = self.journal.header or (self.before.run if self.before else {})
        with self.course.api.gradebook as gradebook:
            try:
                gradebook.find_notebook(self.name, self.name)
                there = True
            except MissingEntry:
                there = False
        if not there or known.get("release") != self.release:
            if there and self.known and not (self.asked.rerun or self._resumed()):
                raise self._changed("it was marked")
            generate(self.course, self.name)
        self.marking.ids = ids_of(read_notebook(self.source.read_bytes())[0])
        with self.course.api.gradebook as gradebook:
            self._in_gradebook = {
                each.student_id for each in gradebook.find_assignment(self.name).submissions
            }

    def _insist_on_the_same_source(self, todo: Iterable[str], found: Submitted, resumed: bool) -> None:
        """See to it that nobody's marks fall because others were marked again by a changed source."""
        if self.asked.rerun or (resumed and self.journal.header["rerun"]):
            return
        of_old = [student for student in todo if self._only_the_source_is_new(student, found)]
        if of_old:
            more = f" and {len(of_old) - 3} more" if len(of_old) > 3 else ""
            raise self._changed(f"{', '.join(of_old[:3])}{more} handed in what was marked")

    def _only_the_source_is_new(self, student: str, found: Submitted) -> bool:
        entry = self.known.get(student)
        if entry is None or entry.release in (None, self.release):
            return False
        if entry.seed is None or student not in self._in_gradebook:
            return False  # there is no mark that could fall
        try:
            return digest(found.students[student], str(entry.release)) == entry.digest
        except OSError:
            return False

    def _changed(self, since: str) -> CourseError:
        return CourseError(
            f"The source of {self.name} has changed since {since}, so that marks could fall. "
            f"See who would gain and who would lose, and apply it: `cjpolicy regrade {self.name}`. "
            "To mark everybody again by the new source, whatever comes of it, add --rerun."
        )

    def _header(self) -> dict[str, Any]:
        seed = self.asked.seed if self.asked.seed is not None else secrets.randbits(32)
        return {"started": _now(), "seed": seed, "rerun": self.asked.rerun, "release": self.release}

    def _mark(self, todo: list[str], progress: Callable[[Standing], None]) -> None:
        """Mark students: notebooks run in other threads, all else is done in this one."""
        started = time.monotonic()
        running: dict[Future[Any], Taken] = {}
        pool = ThreadPoolExecutor(self.asked.jobs)

        def show(done: int) -> None:
            seconds = time.monotonic() - started
            progress(Standing(self.name, done, len(todo), seconds, tuple(self.flagged)))

        try:
            for count, student in enumerate(todo, start=1):
                show(count - 1 - len(running))
                taken = self._start(student)
                if taken:
                    running[pool.submit(self._run, taken)] = taken
                full = len(running) >= self.asked.jobs + 2
                self._finish(running, None if full else 0)
            while running:
                show(len(todo) - len(running))
                self._finish(running, None)
            show(len(todo))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            sandbox.stop_all()
            for student in self.unfinished:
                self.marking.clear(student)

    def _start(self, student: str) -> Taken | None:
        """Read a submission and put it where it will be run; None where that cannot be."""
        try:
            taken = self.marking.take(student, self.release)
        except UnreadableSubmission as why:
            self._leave(student, str(why), digest(self.marking.submitted(student), self.release))
            return None
        except Exception as fault:
            self._fail(student, fault)
            return None
        self.unfinished.add(student)
        try:
            _patiently(lambda: self.marking.place(taken))
        except Exception as fault:
            self._fail(student, fault)
            return None
        return taken

    def _run(self, taken: Taken) -> Any:
        import nbformat

        notebook = nbformat.reads(taken.notebook, as_version=4)
        folder = self.marking.submitted(taken.student)
        return run_notebook(notebook, folder, self.limits, self.journal.header["seed"])

    def _finish(self, running: dict[Future[Any], Taken], timeout: float | None) -> None:
        """Save the marks of those whose notebook has been run."""
        done, _ = wait(running, timeout, FIRST_COMPLETED)
        for future in done:
            taken = running.pop(future)
            try:
                executed = future.result()
                about = _patiently(lambda: self.marking.save(taken, executed))  # noqa: B023 (called at once)
                entry = _patiently(lambda: self._entry(taken, about))  # noqa: B023
            except Exception as fault:
                _patiently(lambda: self.marking.take_back(taken.student))  # noqa: B023 (called at once)
                self._fail(taken.student, fault)
            else:
                self._keep(taken.student, entry)

    def _entry(self, taken: Taken, about: dict[str, Any]) -> Entry:
        results = read_results(self.course, self.name, taken.student)
        unmarked = [each.message for each in results.values() if each.status == "unmarked"]
        run = about["run"]
        return Entry(
            {id: results[id].earned if id in results else None for id in self.items},
            {id: list(result.slips) for id, result in results.items() if result.slips},
            _once(taken.repairs, about.get("repairs", [])),
            _once(taken.flags, about.get("flags", []), unmarked),
            _once(run["limits"]),
            run["seconds"],
            taken.digest,
            run["seed"],
            self.release,
        )

    def _keep(self, student: str, entry: Entry) -> None:
        if entry.flags:
            self.flagged.append(student)
        self.journal.add(student, entry)
        self.unfinished.discard(student)

    def _leave(self, student: str, reason: str, digest: str | None) -> None:
        """Leave a submission to a person."""
        flags = [reason]
        try:
            if _patiently(lambda: self.marking.leave_to_person(student)):
                flags.append("What the gradebook has for it is from an earlier marking.")
        except Exception:
            self.marking.log.exception("%s could not be noted in the gradebook.", student)
        entry = Entry(dict.fromkeys(self.items), flags=flags, digest=digest, release=self.release)
        self._keep(student, entry)

    def _fail(self, student: str, fault: Exception) -> None:
        """Leave a submission to a person because its marking failed."""
        self.marking.coursedir.student_id = student
        self.marking.log.error("%s could not be marked.", student, exc_info=fault)
        if student in self.unfinished:
            self.marking.clear(student)
        said = " ".join(str(fault).split())[:200]
        self._leave(
            student,
            f"It could not be marked ({type(fault).__name__}: {said}). The file is kept as it came. "
            f"More is in classroom/reports/{self.name}.log.",
            None,
        )

    def _report(self, found: Submitted) -> Report:
        entries = dict(sorted({**self.known, **self.journal.finished}.items()))
        gone = sorted(entries.keys() - found.students.keys())
        run = self._about_run() if self.journal.header or not self.before else self.before.run
        return Report(self.name, run, self.items, entries, found.unmarked, found.left_out, gone)

    def _about_run(self) -> dict[str, Any]:
        header = self.journal.header
        return {
            "started": header["started"],
            "finished": _now(),
            "seed": header["seed"],
            "sandbox": self._sandbox(),
            "versions": {
                "python": platform.python_version(),
                **{package: version(package) for package in PACKAGES},
            },
            "limits": {name: value for name, value in asdict(self.limits).items() if name != "apart"},
            "release": self.release,
        }

    def _sandbox(self) -> dict[str, str | None]:
        if not self.limits.apart:
            return {"kind": "none", "version": None, "allowed_by": self.allowed_by}
        kind, _, number = sandbox.version().partition(" ")
        return {"kind": kind, "version": number, "allowed_by": None}


def _items(source: Path) -> dict[str, float]:
    """Return what each item of an assignment is worth."""
    cells = json.loads(source.read_bytes())["cells"]
    graders = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    return {each["grade_id"]: float(each["points"]) for each in graders if each.get("grade")}


def _patiently(step: Callable[[], T]) -> T:
    """Take a step, again and again while another program is writing to the gradebook."""
    for pause in PAUSES:
        try:
            return step()
        except Exception as fault:
            # nbgrader makes errors of its own of the database's.
            if "database is locked" not in str(fault):
                raise
            time.sleep(pause)
    return step()


def _once(*lists: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(sentence for each in lists for sentence in each))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
