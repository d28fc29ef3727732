"""When an item was found wrong: who gains or loses by its change, and the change applied and recorded."""

import getpass
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from nbgrader.api import BaseCell, Comment, Grade, SubmittedAssignment

from cjpolicy.errors import CourseError
from cjpolicy.grading.grade import grade, report_path
from cjpolicy.grading.lock import only_one
from cjpolicy.grading.report import LONG_CLASS, Journal, Report, Standing, as_table
from cjpolicy.grading.returned import number, points
from cjpolicy.grading.steps import generate
from cjpolicy.grading.submitted import support_files
from cjpolicy.grading.workshop import Workshop, sources, temporary_course

from .ledger import Change, Points, Record, append, records
from .marked import NO_MARK, Marked, rows
from .masking import anonymous

__all__ = [
    "Change",
    "Preview",
    "Record",
    "applied",
    "apply",
    "by_item",
    "needed",
    "preview",
    "records",
    "summary",
    "worth_changes",
]

# Kinds of change, in the order of the table's columns, and the headers of these.
KINDS = ("gain", "lose", "wait", "kept", "by hand", "otherwise")
HEADERS = ("gain", "would fall", "wait", "kept", "by hand", "told otherwise")
KEPT = (
    "What an earlier regrade kept stays, even where marks may fall. "
    "To lower such a mark, give it by hand: Manual Grading in `cjpolicy teach`."
)

Progress = Callable[[Standing], None]


@dataclass(frozen=True)
class Preview:
    """What applying the change of an assignment would do.

    Parameters
    ----------
    assignment : str
        The assignment.
    seed : int
        What chance was made from in the class's last marking. Each student is marked again with the seed of
        their own marking, so that chance changes nothing.
    digest : dict of str to str
        State of "source", "submissions" and "marks": `apply` goes by a preview only while they are the same.
    changes : list of Change
        By item, then student.
    same : int
        How many students nothing changes for.
    unmarked : dict of str to str
        Submissions that were not marked again, by student, with the reason. Their marks stay.
    items : dict of str to tuple of float
        What each item was worth, and is worth now, in points.
    asked : tuple of str
        The students who were asked for; empty for everybody.
    jobs, unsandboxed
        As `preview` was told.
    """

    assignment: str
    seed: int
    digest: dict[str, str]
    changes: list[Change]
    same: int
    unmarked: dict[str, str]
    items: dict[str, tuple[float, float]]
    asked: tuple[str, ...] = ()
    jobs: int = 2
    unsandboxed: bool = False


def preview(
    course: Workshop,
    name: str,
    students: Iterable[str] = (),
    jobs: int = 2,
    progress: Progress | None = None,
    *,
    unsandboxed: bool = False,
) -> Preview:
    """Mark a class again on a copy, by the assignment's source as it is now, and compare.

    Nothing of the class is touched.

    Parameters
    ----------
    course : Workshop
        The course.
    name : str
        The assignment.
    students : iterable of str
        Whom to look at; everybody who has been marked when empty.
    jobs : int
        How many notebooks to run at a time.
    progress : callable, optional
        Called with a `Standing` at the beginning and after each student.
    unsandboxed : bool
        Whether students' code may run where no sandbox can be had.

    Returns
    -------
    Preview

    Raises
    ------
    CourseError
        If there is nothing to compare with, or the source has other graded cells than the class's.
    """
    asked = tuple(dict.fromkeys(students))
    known = Marked(course, name, asked)
    with _copy(course, name, known.seeds) as aside:
        aside.generate(name)
        again = _mark_again(aside, known, known.seeds, jobs, unsandboxed, progress)
    failed = _failed(again, known.seeds)
    changes = []
    for student in known.seeds.keys() - failed.keys():
        entry = again.submissions[student]
        for item in known.machine:
            slips = tuple(entry.diagnoses.get(item, ()))
            changes.append(known.compare(student, item, entry.points[item], slips))
    found = sorted((each for each in changes if each), key=lambda each: (each.item, each.student))
    changed = {each.student for each in found}
    return Preview(
        assignment=name,
        seed=known.seed,
        digest=known.digest,
        changes=found,
        same=len(known.seeds.keys() - failed.keys() - changed),
        unmarked=dict(sorted({**known.unmarked, **failed}.items())),
        items=known.items,
        asked=asked,
        jobs=jobs,
        unsandboxed=unsandboxed,
    )


def apply(
    course: Workshop, preview: Preview, reason: str, lower: bool = False, progress: Progress | None = None
) -> Record:
    """Release the changed assignment, mark the class again, and say so on every item whose mark changes.

    A mark that would fall is kept as one given by hand, and its comment says so. Killed half way, the marks
    are no lower than before; a new preview, applied, goes on from there.

    Parameters
    ----------
    course : Workshop
        The course.
    preview : Preview
        What `preview` has said of it.
    reason : str
        Why; students read it in their feedback, as Markdown.
    lower : bool
        Whether marks may fall; those that an earlier regrade kept never do.
    progress : callable, optional
        Called with a `Standing` at the beginning and after each student.

    Returns
    -------
    Record
        As appended to classroom/regrades.jsonl.

    Raises
    ------
    CourseError
        Without a reason, or if the source, a submission or a mark has changed since the preview.
    """
    reason = needed(reason)
    name = preview.assignment
    with only_one(report_path(course, name).with_name("regrade.lock"), "regrading this course"):
        known = Marked(course, name, preview.asked)
        changed = [what for what, state in known.digest.items() if state != preview.digest.get(what)]
        if changed:
            raise CourseError(
                f"Since the preview of {name} something has changed: {', '.join(changed)}. "
                "Nothing was applied. Look at a new preview first."
            )
        covered = {student: seed for student, seed in known.seeds.items() if student not in preview.unmarked}
        if not covered:
            raise CourseError(f"Nobody's {name} could be marked again, so there is nothing to apply.")
        stopped = _stopped_seed(course, name)
        begun = Record(
            assignment=name,
            state="begun",
            when=_now(),
            who=_user(),
            reason=reason,
            lower=lower,
            seed=known.seed,
            release=known.release,
            items=known.items,
            changes=preview.changes,
            unmarked=preview.unmarked,
            kept=known.to_keep(covered, preview.changes, lower),
            marks={student: known.raw(student) for student in covered},
        )
        append(course, begun)
        _keep(course, known, begun)
        if known.begun:
            # The gradebook may have yet another state of the source, of which no report knows.
            generate(course, name)
        again = _mark_again(course, known, covered, preview.jobs, preview.unsandboxed, progress, stopped)
        done = _settle(course, known, begun, again)
        append(course, done)
    return done


def needed(reason: str) -> str:
    """Return the reason of a regrade without the space around it.

    Parameters
    ----------
    reason : str
        As it was given.

    Returns
    -------
    str

    Raises
    ------
    CourseError
        If nothing is left of it.
    """
    reason = reason.strip()
    if not reason:
        raise CourseError(
            "A regrade needs a reason, which students read in their feedback. "
            'Give one, such as --reason "The key took 1997 for the base, and the question says 1998."'
        )
    return reason


@contextmanager
def _copy(course: Workshop, name: str, students: Iterable[str]) -> Iterator[Workshop]:
    """Give a course of its own with the source as it is now, and copies of what students handed in."""
    with temporary_course(course.root) as aside:
        _at_home(aside)
        aside.add(sources(course.root)[name])
        for student in students:
            folder, target = (
                each.root / "classroom" / "submitted" / student / name for each in (course, aside)
            )
            target.mkdir(parents=True)
            if folder.is_symlink():
                continue
            for path in support_files(folder, [".ipynb_checkpoints"]):
                # A path that just fits where it was handed in may be too long here.
                with suppress(OSError):
                    (target / path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(folder / path, target / path, follow_symlinks=False)
        yield aside


def _at_home(aside: Workshop) -> None:
    """See to it that a copy works in its own folders and gradebook, whatever the class's settings name."""
    folders = {
        "root": str(aside.root),
        "source_directory": "solutions",
        "release_directory": "assignments",
        **{f"{each}_directory": f"classroom/{each}" for each in ("submitted", "autograded", "feedback")},
        "db_url": f"sqlite:///{(aside.root / 'classroom' / 'gradebook.db').as_posix()}",
    }
    for setting, value in folders.items():
        aside.api.config.CourseDirectory[setting] = value
        setattr(aside.api.coursedir, setting, value)


def _by_reason(known: Marked) -> dict[str, int]:
    """Count those who are not marked again, by reasons that name nobody."""
    return Counter(anonymous(reason, known.name, [id]) for id, reason in known.unmarked.items())


def _mark_again(
    course: Workshop,
    known: Marked,
    seeds: Mapping[str, int],
    jobs: int,
    unsandboxed: bool,
    progress: Progress | None,
    first: int | None = None,
) -> Report:
    """Mark students again, each with the seed of their own marking; the class's comes last, and stays."""
    if not seeds:
        raise CourseError(
            f"There are no marks of {known.name} to change. "
            + " ".join(f"{count}: {reason}" for reason, count in _by_reason(known).items())
        )
    groups: dict[int, list[str]] = defaultdict(list)
    for student, seed in seeds.items():
        groups[seed].append(student)
    done = 0
    for seed in sorted(groups, key=lambda each: (each != first, each == known.seed, each)):
        shown = _shifted(progress, done, len(seeds))
        report = grade(
            course,
            known.name,
            groups[seed],
            rerun=True,
            jobs=jobs,
            seed=seed,
            unsandboxed=unsandboxed,
            progress=shown,
        )
        done += len(groups[seed])
    return report


def _stopped_seed(course: Workshop, name: str) -> int | None:
    """Return the seed of a marking that was stopped: the next one goes on with it, whatever it is told."""
    path = report_path(course, name)
    with only_one(path.with_name("marking.lock"), "marking this course"):
        found: int | None = Journal(path.with_suffix(".journal")).header.get("seed")
    return found


def _shifted(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Return what shows one group's progress as that of all."""
    if progress is None:
        return None
    return lambda each: progress(replace(each, done=before + each.done, total=total))


def _failed(report: Report, students: Iterable[str]) -> dict[str, str]:
    """Return whose notebook could not be run, and why."""
    entries = {student: report.submissions[student] for student in students}
    # Where more is to be read is in a folder that is gone.
    return {
        student: entry.flags[0].partition(" More is in ")[0]
        for student, entry in entries.items()
        if entry.seed is None
    }


def _keep(course: Workshop, known: Marked, begun: Record) -> None:
    """Hold the marks that would fall, before anything is marked again: at no moment are they lower."""
    with course.api.gradebook as gradebook:
        columns = (Grade, SubmittedAssignment.student_id, BaseCell.name)
        for mark, student, item in rows(gradebook, Grade, begun.assignment, *columns):
            given = mark.manual_score not in _ours(known, begun, student, item)
            if item in begun.kept.get(student, {}) and not given:
                mark.manual_score = begun.kept[student][item]
        gradebook.db.commit()


def _ours(known: Marked, begun: Record, student: str, item: str) -> set[Points]:
    """Return the marks by hand that an item had before or was given here; another is from a person, since."""
    runs = [begun, known.begun] if known.begun else [begun]
    own = {run.kept.get(student, {}).get(item) for run in runs}
    return {None, known.marks.get(student, {}).get(item, NO_MARK).manual, *own}


def _settle(course: Workshop, known: Marked, begun: Record, again: Report) -> Record:
    """Keep or let go each mark, say so beside it, and bring the report up to date."""
    failed = _failed(again, begun.kept)
    changes: list[Change] = []
    kept: dict[str, dict[str, float]] = {student: {} for student in begun.kept}
    points: dict[str, dict[str, Points]] = defaultdict(dict)
    with course.api.gradebook as gradebook:
        columns = (Grade, SubmittedAssignment.student_id, BaseCell.name)
        for mark, student, item in rows(gradebook, Grade, known.name, *columns):
            if student not in kept:
                continue
            was = known.marks[student].get(item, NO_MARK)
            given = mark.manual_score not in _ours(known, begun, student, item)
            change = None
            if student in failed:
                # What was there stands until it can be marked.
                mark.auto_score, mark.needs_manual_grade = was.auto, True
                if not given:
                    mark.manual_score = was.manual
                    if was.kept and was.manual is not None:
                        kept[student][item] = was.manual
            elif given or was.by_hand or item not in known.machine:
                # Marking again asks for a look at every mark by hand: it is due where the machine changed.
                if (given or was.by_hand) and mark.auto_score == was.auto:
                    mark.needs_manual_grade = was.look and not given
            else:
                mark.manual_score = None
                mark.needs_manual_grade = mark.auto_score is None
            if item in known.machine and not given and student not in failed:
                slips = tuple(again.submissions[student].diagnoses.get(item, ()))
                change = known.compare(student, item, mark.auto_score, slips)
            if change:
                changes.append(change)
                if begun.stays(change) and was.points is not None:
                    mark.manual_score = kept[student][item] = was.points
            points[student][item] = mark.auto_score if mark.manual_score is None else mark.manual_score
        changes.sort(key=lambda each: (each.item, each.student))
        done = replace(
            begun,
            state="done",
            when=_now(),
            changes=changes,
            kept=kept,
            marks={},
            unmarked={**begun.unmarked, **failed},
        )
        _comment(gradebook, known, done)
        gradebook.db.commit()
    _correct(course, known, points, failed)
    return done


def _comment(gradebook: Any, known: Marked, done: Record) -> None:
    """Write below a teacher's own comments what has become of each mark, and why."""
    notes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for change in done.changes:
        # Of what an earlier regrade kept, students know, unless it comes to something else now.
        known_of = change.kept and change.after == known.marks[change.student][change.item].auto
        if change.before != change.after and not change.by_hand and not known_of:
            notes[change.student, known.answers[change.item]].append(_note(change, done))
    columns = (Comment, SubmittedAssignment.student_id, BaseCell.name)
    for comment, student, cell in rows(gradebook, Comment, known.name, *columns):
        said = "\n\n".join(notes.get((student, cell), []))
        own = (comment.manual_comment or "").rstrip()
        # One that is there already was written before this was stopped, and run again.
        if said and not own.endswith(said):
            comment.manual_comment = f"{own}\n\n{said}".lstrip()


def _note(change: Change, done: Record) -> str:
    """Say to a student what has become of a mark."""
    worth_before, worth = done.items[change.item]
    before = "nothing yet" if change.before is None else f"{change.before:g} of {worth_before:g}"
    if change.after is None:
        result = "This could not be marked again by machine, and waits for your teacher."
        result += f" Until then your mark stays at {before}." if done.stays(change) else f" It had {before}."
    elif done.stays(change):
        result = f"Marked again, this comes to {change.after:g} of {worth:g}. Your mark stays at {before}."
    else:
        result = f"Marked again: {change.after:g} of {worth:g} now, {before} before."
    return f"{result} Reason: {done.reason}"


def _correct(
    course: Workshop, known: Marked, points: Mapping[str, dict[str, Points]], failed: Mapping[str, str]
) -> None:
    """Have the report say what the gradebook says."""
    path = report_path(course, known.name)
    with only_one(path.with_name("marking.lock"), "marking this course"):
        report = Report.read(path)
        assert report is not None
        for student, reason in failed.items():
            was = known.report.submissions[student]
            report.submissions[student] = replace(was, flags=list(dict.fromkeys([*was.flags, reason])))
        for student, marks in points.items():
            entry = report.submissions[student]
            entry.points = {item: marks.get(item, old) for item, old in entry.points.items()}
        report.write(path)


def summary(preview: Preview) -> Iterator[str]:
    """Yield a preview as tables: by item, then by student; in a long class without those who simply gain.

    Parameters
    ----------
    preview : Preview
        What would happen.

    Yields
    ------
    str
        A line.
    """
    yield from worth_changes(preview)
    if preview.changes:
        headers = ["item", *HEADERS, "points gained", "points that would fall"]
        yield from as_table(headers, by_item(preview))
        yield ""
    long = len(preview.changes) > LONG_CLASS
    shown = [each for each in preview.changes if not long or each.kind not in ("gain", "otherwise")]
    if shown:
        rows = ([each.student, each.item, *_old_and_new(each, preview), each.what] for each in shown)
        yield from as_table(["student", "item", "before", "after", "what"], rows)
        yield ""
    students = len({each.student for each in preview.changes})
    yield (
        f"{preview.assignment}: marked again on a copy. "
        f"{_have(students, 'student')} changes, {_have(preview.same)} none."
    )
    if any(each.kept for each in preview.changes):
        yield KEPT
    yield from (f"Not marked again: {student}. {reason}" for student, reason in preview.unmarked.items())


def worth_changes(preview: Preview) -> Iterator[str]:
    """Yield which items are worth something else now, and what becomes of full marks where that is less.

    Parameters
    ----------
    preview : Preview
        What would happen.

    Yields
    ------
    str
        A sentence or two.
    """
    for item, (before, now) in preview.items.items():
        if before != now:
            yield f"{item} is worth {points(now)} now instead of {number(before)}."
        if now < before:
            yield f"Who has more than {number(now)} keeps it, above full marks, unless you let marks fall."


def by_item(preview: Preview) -> Iterator[list[str]]:
    """Yield a row for each item that changes: its id, how many changes are of each of `KINDS`, and points.

    Parameters
    ----------
    preview : Preview
        What would happen.

    Yields
    ------
    list of str
        The last are the points that would be gained, and those that would fall if marks were let fall.
    """
    for item in dict.fromkeys(each.item for each in preview.changes):
        own = [each for each in preview.changes if each.item == item]
        counts = Counter(each.kind for each in own)
        sums = (sum(abs(each.difference) for each in own if each.kind == kind) for kind in ("gain", "lose"))
        yield [item, *(str(counts[kind]) for kind in KINDS), *map(number, sums)]


def _have(many: int, what: str = "") -> str:
    """Write that so many have something.

    Examples
    --------
    >>> _have(1, "student"), _have(2, "student"), _have(0)
    ('1 student has', '2 students have', '0 have')
    """
    said = f"{many} {what}".rstrip()
    return f"{said} has" if many == 1 else f"{said}{'s' if what else ''} have"


def _old_and_new(change: Change, preview: Preview) -> tuple[str, str]:
    before, now = preview.items[change.item]
    known = ((change.before, before), (change.after, now))
    old, new = ("waits" if points is None else f"{points:g} of {worth:g}" for points, worth in known)
    return old, new


def applied(record: Record) -> Iterator[str]:
    """Yield what a regrade came to.

    Parameters
    ----------
    record : Record
        As `apply` gave it.

    Yields
    ------
    str
        A line.
    """
    stay = sum(record.stays(change) for change in record.changes)
    rose = sum(change.kind == "gain" for change in record.changes)
    fell = sum(change.falls for change in record.changes) - stay
    by_hand = sum(change.by_hand for change in record.changes)
    marks = "1 mark" if rose == 1 else f"{rose} marks"
    yield f"Applied: {marks} rose, {fell} fell, and {stay} that would have fallen stay."
    if by_hand:
        said = f"{by_hand} marks given by hand stay. Look at them"
        if by_hand == 1:
            said = "1 mark given by hand stays. Look at it"
        yield f"{said} again: Manual Grading in `cjpolicy teach`."
    if record.lower and any(change.kept for change in record.changes):
        yield KEPT
    yield from (f"Not marked again: {student}. {reason}" for student, reason in record.unmarked.items())
    yield "It is on record in classroom/regrades.jsonl."
    yield f"Students read it when you write their feedback anew: cjpolicy feedback {record.assignment}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
