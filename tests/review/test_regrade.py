"""An item found wrong: who would gain or lose, what applying it does, and what stops it half way."""

import json
import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from cjpolicy import cli, desk
from cjpolicy.errors import CourseError
from cjpolicy.grading import release
from cjpolicy.grading.grade import grade, report_path
from cjpolicy.grading.recorded import with_answers
from cjpolicy.grading.report import Report, Standing
from cjpolicy.grading.steps import Marking, Taken, generate, give_feedback
from cjpolicy.grading.workshop import SETTINGS, Workshop
from cjpolicy.review import ledger, regrade
from cjpolicy.review.marked import LATER
from cjpolicy.review.regrade import Change, Preview, Record, applied, apply, preview, records, summary
from tests.grading import sample

pytestmark = pytest.mark.grading

NAME = sample.NAME
CHANGE, LEVEL, BRIEF = "a90-two-changes", "a90-level", "a90-brief"
RIGHT = {CHANGE: "change = 116", LEVEL: "level = 69", BRIEF: "It fell."}
CLASS = {
    "ada": RIGHT,
    "ben": {**RIGHT, CHANGE: "change = 100"},
    "cat": {**RIGHT, CHANGE: "change = 117"},
    "dan": {**RIGHT, LEVEL: "level = 70"},
    "eve": {**RIGHT, CHANGE: "change = 100"},
}
SLIP = ("added-percentages",)
NO_LONGER = "Percentage changes added or subtracted -> no misconception"
WHY = "The key took 1997 for the base."

Marks = dict[str, dict[str, float | None]]


class Class:
    """A class that has been marked, of which every test has its own copy."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.course = Workshop(root)

    @property
    def source(self) -> Path:
        return self.root / "solutions" / NAME / f"{NAME}.ipynb"

    def edit(self, old: str, new: str, item: str = CHANGE, points: float | None = None) -> None:
        """Change an item's answer and test, and what it is worth."""
        notebook = nbformat.read(self.source, as_version=4)
        for cell in notebook.cells:
            if cell.metadata.nbgrader.grade_id.startswith(item):
                cell.source = cell.source.replace(old, new)
                if points is not None and cell.metadata.nbgrader.grade:
                    cell.source = cell.source.replace("points(2)", f"points({points:g})")
                    cell.metadata.nbgrader.points = points
        nbformat.write(notebook, self.source)

    def hand_in(self, student: str, answers: Mapping[str, str]) -> None:
        notebook = nbformat.read(self.root / "assignments" / NAME / f"{NAME}.ipynb", as_version=4)
        self.course.submit(NAME, student, nbformat.writes(with_answers(notebook, answers)))

    def grade(self, *students: str, **options: Any) -> Report:
        return grade(self.course, NAME, students, **options)

    def preview(self, *students: str) -> Preview:
        return preview(self.course, NAME, students)

    def by_hand(self, student: str, item: str, points: float | None, comment: str = "") -> None:
        with self.course.api.gradebook as gradebook:
            grade = gradebook.find_grade(item, NAME, NAME, student)
            grade.manual_score, grade.needs_manual_grade = points, False
            if comment:
                cell = item if item == BRIEF else f"{item}-answer"
                gradebook.find_comment(cell, NAME, NAME, student).manual_comment = comment
            gradebook.db.commit()

    def grades(self, value: Callable[[Any], Any]) -> dict[str, dict[str, Any]]:
        with self.course.api.gradebook as gradebook:
            return {
                each.student_id: {grade.name: value(grade) for grade in each.notebooks[0].grades}
                for each in gradebook.find_assignment(NAME).submissions
            }

    def points(self) -> Marks:
        return self.grades(lambda each: each.auto_score if each.manual_score is None else each.manual_score)

    def comment(self, student: str, item: str = CHANGE) -> str | None:
        with self.course.api.gradebook as gradebook:
            said: str | None = gradebook.find_comment(f"{item}-answer", NAME, NAME, student).manual_comment
        return said

    def report(self) -> Report:
        found = Report.read(report_path(self.course, NAME))
        assert found is not None
        return found

    def content(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in sorted(self.root.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of six, one of them unreadable; two marks were given by hand."""
    root = tmp_path_factory.mktemp("regrade") / "a class"
    sample.sample_course(root)
    release.write(root)
    made = Class(root)
    for student, answers in CLASS.items():
        made.hand_in(student, answers)
    made.hand_in("fay", RIGHT)
    made.course.submit(NAME, "fay", b"%PDF-1.7 no notebook")
    made.grade(seed=7)
    made.by_hand("ada", BRIEF, 2.5)
    made.by_hand("eve", CHANGE, 1.5, "A good try.")
    return root


@pytest.fixture
def small(marked: Path, tmp_path: Path) -> Class:
    """A copy of that class."""
    shutil.copytree(marked, tmp_path / "class")
    return Class(tmp_path / "class")


def told(found: Preview | Record) -> dict[str, str]:
    return {f"{each.student} {each.item}": each.what for each in found.changes}


def test_a_preview_says_who_gains_and_who_loses_and_touches_nothing(small: Class) -> None:
    small.edit("116", "117")
    before = small.content()
    standings: list[Standing] = []
    found = preview(small.course, NAME, progress=standings.append)
    assert small.content() == before
    assert [(each.student, each.before, each.after) for each in found.changes] == [
        ("ada", 2.0, 0.0),
        ("cat", 0.0, 2.0),
        ("dan", 2.0, 0.0),
    ]
    assert {each.item for each in found.changes} == {CHANGE}
    assert (found.assignment, found.seed, found.same) == (NAME, 7, 2)
    assert list(found.unmarked) == ["fay"] and found.unmarked["fay"].startswith("It is a PDF")
    assert standings[-1].done == standings[-1].total == 6
    assert small.preview("ben").changes == []


def test_what_is_recognised_is_part_of_it(small: Class) -> None:
    small.edit('slips={"added-percentages": 100}', "slips={}")
    (change,) = small.preview("ben", "cat").changes
    assert (change.before, change.after, change.slips_before, change.slips_after) == (0.0, 0.0, SLIP, ())
    assert change.what == f"same mark, other feedback ({NO_LONGER})"


def test_applying_raises_marks_and_keeps_those_that_would_fall(small: Class) -> None:
    before = small.points()
    waits = small.grades(lambda each: each.needs_manual_grade)
    small.edit("116", "117")
    done = apply(small.course, small.preview(), f"  {WHY}\n")
    assert small.points() == {**before, "cat": {**before["cat"], CHANGE: 2.0}}
    assert small.comment("cat") == f"Marked again: 2 of 2 now, 0 of 2 before. Reason: {WHY}"
    stays = f"Marked again, this comes to 0 of 2. Your mark stays at 2 of 2. Reason: {WHY}"
    assert small.comment("ada") == small.comment("dan") == stays
    assert [small.comment(student) for student in ("ben", "eve", "fay")] == [None, "A good try.", None]
    # Nobody is asked to look again at what was marked by hand, or decided here.
    assert small.grades(lambda each: each.needs_manual_grade) == waits
    assert small.report().submissions["cat"].points == small.points()["cat"]
    assert small.report().submissions["ada"].points == small.points()["ada"]
    assert small.report().run["seed"] == 7
    assert not release.stale(small.root)

    assert records(small.course) == [done]
    assert (done.state, done.reason, done.assignment, done.lower) == ("done", WHY, NAME, False)
    assert {(each.student, each.before, each.after, done.stays(each)) for each in done.changes} == {
        ("ada", 2.0, 0.0, True),
        ("cat", 0.0, 2.0, False),
        ("dan", 2.0, 0.0, True),
    }
    assert done.who and done.when and done.unmarked.keys() == {"fay"}
    # What is marked is marked: by the source as it is now.
    marked = small.report().submissions["ada"]
    assert small.grade("ada").submissions["ada"] == marked


def test_feedback_shows_both_marks_and_the_reason(small: Class) -> None:
    small.edit("116", "117")
    apply(small.course, small.preview("ada", "cat"), "See <script>alert(1)</script> **1997**.")
    give_feedback(small.course, NAME)
    pages = {
        student: (small.root / "classroom" / "feedback" / student / NAME / f"{NAME}.html").read_text("utf-8")
        for student in ("ada", "cat")
    }
    assert "Marked again: 2 of 2 now, 0 of 2 before. Reason: See" in pages["cat"]
    assert "Your mark stays at 2 of 2." in pages["ada"]
    assert "<strong>1997</strong>" in pages["cat"] and "<script>" not in pages["cat"]


def test_marks_fall_only_when_asked(small: Class) -> None:
    small.edit("116", "117")
    done = apply(small.course, small.preview("ada"), WHY, lower=True)
    assert small.points()["ada"][CHANGE] == 0.0 == small.report().submissions["ada"].points[CHANGE]
    assert small.comment("ada") == f"Marked again: 0 of 2 now, 2 of 2 before. Reason: {WHY}"
    assert done.kept == {"ada": {}}


def test_a_mark_by_hand_stays_and_is_to_be_looked_at_where_the_machine_changed(small: Class) -> None:
    small.edit('expect(116, slips={"added-percentages": 100})', "expect(100)")
    found = small.preview("ben", "eve")
    assert told(found) == {
        f"ben {CHANGE}": f"gains 2 ({NO_LONGER})",
        f"eve {CHANGE}": f"marked by hand, and stays ({NO_LONGER})",
    }
    apply(small.course, found, WHY)
    assert small.points()["eve"][CHANGE] == 1.5 == small.report().submissions["eve"].points[CHANGE]
    assert small.comment("eve") == "A good try."
    assert small.grades(lambda each: each.needs_manual_grade)["eve"][CHANGE]


def test_a_teachers_comment_stays_above_the_reason(small: Class) -> None:
    small.by_hand("cat", CHANGE, None, "Almost!\n")
    small.edit("116", "117")
    apply(small.course, small.preview("cat"), WHY)
    said = small.comment("cat")
    assert said and said.split("\n\n")[0] == "Almost!" and said.endswith(f"Reason: {WHY}")


def test_points_are_compared_as_points_and_a_change_of_worth_is_said(small: Class) -> None:
    small.edit("", "", points=3.0)
    found = small.preview("ada", "ben")
    assert found.items[CHANGE] == (2.0, 3.0) and found.items[LEVEL] == (2.0, 2.0)
    assert told(found) == {f"ada {CHANGE}": "gains 1"}
    assert next(iter(summary(found))) == "a90-two-changes is worth 3 points now instead of 2."
    apply(small.course, found, WHY)
    assert small.comment("ada") == f"Marked again: 3 of 3 now, 2 of 2 before. Reason: {WHY}"
    small.edit("points(3)", "points(0)", points=0.0)
    found = small.preview("ada", "ben")
    assert list(summary(found))[:2] == [
        "a90-two-changes is worth 0 points now instead of 3.",
        "Who has more than 0 keeps it, above full marks, unless you let marks fall.",
    ]
    apply(small.course, found, "The question had no answer.")
    assert small.points()["ada"][CHANGE] == 3.0
    assert small.report().items[CHANGE] == 0.0


def test_an_item_that_now_waits_keeps_its_mark_until_a_person_has_looked(small: Class) -> None:
    small.edit("item.expect(69", "1 / (level - 69)\nitem.expect(69", item=LEVEL)
    found = small.preview("ada", "dan")
    assert told(found) == {f"ada {LEVEL}": "would wait for a person"}
    apply(small.course, found, WHY)
    assert small.points()["ada"][LEVEL] == 2.0
    assert small.grades(lambda each: each.needs_manual_grade)["ada"][LEVEL]
    said = small.comment("ada", LEVEL)
    assert said and "waits for your teacher. Until then your mark stays at 2 of 2." in said
    apply(small.course, small.preview("ben"), WHY, lower=True)
    assert small.points()["ben"][LEVEL] is None


def test_chance_changes_nobodys_mark(small: Class) -> None:
    small.edit("expect(116", "expect(item.chance.choice([116, 117])")
    # As Item.chance draws it.
    drawn = {random.Random(f"{seed} {CHANGE}").choice([116, 117]): seed for seed in range(20)}
    high, low = drawn[116], drawn[117]
    small.grade("ada", rerun=True, seed=high)
    small.grade("dan", rerun=True, seed=low)
    assert [small.points()[student][CHANGE] for student in ("ada", "dan")] == [2.0, 0.0]
    found = small.preview("ada", "dan")
    assert found.changes == [] and found.same == 2
    done = apply(small.course, found, "Looked at again.")
    assert done.changes == []
    assert {id: small.report().submissions[id].seed for id in ("ada", "dan")} == {"ada": high, "dan": low}
    assert small.report().run["seed"] == low


def test_a_mark_that_falls_unforeseen_is_kept_too(small: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    small.edit("116", "117")
    found = small.preview("ada")
    unforeseen = Preview(**{**vars(found), "changes": []})
    done = apply(small.course, unforeseen, WHY)
    assert small.points()["ada"][CHANGE] == 2.0 and done.kept == {"ada": {CHANGE: 2.0}}


@pytest.mark.slow
def test_a_mark_kept_once_hides_no_later_gain(small: Class) -> None:
    small.edit("116", "117")
    apply(small.course, small.preview("ada", "dan"), WHY)
    first = small.comment("ada")
    # Another item changes: what was kept is told, and left alone.
    small.edit("69", "70", item=LEVEL)
    found = small.preview("ada", "dan")
    assert told(found)[f"dan {CHANGE}"] == "kept by an earlier regrade"
    assert told(found)[f"dan {LEVEL}"] == "gains 2"
    apply(small.course, found, "And the level.")
    assert small.comment("ada") == first and small.points()["ada"] == {CHANGE: 2.0, LEVEL: 2.0, BRIEF: 2.5}
    # Then it was right after all, and is worth more.
    small.edit("117", "116", points=3.0)
    found = small.preview("ada", "dan")
    assert told(found)[f"ada {CHANGE}"] == "gains 1"
    done = apply(small.course, found, "It was 1998 after all.")
    assert small.points()["ada"][CHANGE] == 3.0
    assert small.grades(lambda each: each.manual_score)["ada"][CHANGE] is None
    assert done.kept["ada"] == {LEVEL: 2.0}
    assert first and small.comment("ada", CHANGE) == (
        f"{first}\n\nMarked again: 3 of 3 now, 2 of 2 before. Reason: It was 1998 after all."
    )
    assert len(records(small.course)) == 3


def test_what_an_item_was_worth_is_what_it_was_marked_with(small: Class) -> None:
    small.edit("", "", points=3.0)
    generate(small.course, NAME)
    found = small.preview("ada")
    assert found.items[CHANGE] == (2.0, 3.0)
    assert told(found) == {f"ada {CHANGE}": "gains 1"}


def test_a_mark_given_by_a_person_meanwhile_is_the_mark(small: Class) -> None:
    small.edit("116", "117")
    looks = small.grades(lambda each: each.needs_manual_grade)

    def meanwhile(standing: Standing) -> None:
        if standing.done == standing.total:
            small.by_hand("ada", CHANGE, 1.0)
            small.by_hand("cat", CHANGE, 0.5)
            small.by_hand("dan", BRIEF, 3.0)
            small.by_hand("eve", CHANGE, 0.25)

    done = apply(small.course, small.preview(), WHY, progress=meanwhile)
    points = small.points()
    assert [points[id][CHANGE] for id in ("ada", "ben", "cat", "dan", "eve")] == [1.0, 0.0, 0.5, 2.0, 0.25]
    assert points["dan"][BRIEF] == 3.0
    assert [each.student for each in done.changes] == ["dan"] and done.kept["ada"] == {}
    assert [small.comment(student) for student in ("ada", "cat")] == [None, None]
    assert small.report().submissions["ada"].points == points["ada"]
    now = small.grades(lambda each: each.needs_manual_grade)
    assert now == {**looks, "dan": {**looks["dan"], BRIEF: False}}
    # It is a person's in the next regrade too.
    small.edit("117", "118")
    assert {each.student for each in small.preview("ada", "cat").changes if not each.by_hand} == set()


def test_a_mark_given_by_a_person_before_marks_are_held_stays(
    small: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.edit("116", "117")
    found = small.preview("ada")
    keep = regrade._keep

    def late(*given: Any) -> None:
        small.by_hand("ada", CHANGE, 1.0)
        keep(*given)

    monkeypatch.setattr(regrade, "_keep", late)
    apply(small.course, found, WHY)
    assert small.points()["ada"][CHANGE] == 1.0


def test_whose_marking_fails_keeps_what_was_there(small: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    small.edit("69", "70", item=LEVEL)
    apply(small.course, small.preview("ada"), WHY)
    small.edit("116", "117")
    found = small.preview("ada", "ben", "cat")
    marks = small.grades(lambda each: (each.auto_score, each.manual_score))
    save = Marking.save

    def fails(self: Marking, taken: Taken, executed: object) -> dict[str, Any]:
        if taken.student == "ada":
            raise RuntimeError("no room")
        return save(self, taken, executed)

    before = small.report().submissions["ada"]
    with monkeypatch.context() as patch:
        patch.setattr(Marking, "save", fails)
        done = apply(small.course, found, WHY)
    now = small.grades(lambda each: (each.auto_score, each.manual_score))
    assert now["ada"] == marks["ada"] and now["cat"][CHANGE] == (2.0, None)
    assert {each.student for each in done.changes} == {"ben", "cat"}
    assert done.unmarked["ada"].startswith("It could not be marked (RuntimeError: no room).")
    assert done.kept["ada"] == {LEVEL: 2.0}
    assert all(small.grades(lambda each: each.needs_manual_grade)["ada"].values())
    entry = small.report().submissions["ada"]
    assert (entry.points, entry.release) == (before.points, before.release)
    assert entry.flags == [done.unmarked["ada"]]
    # Marking would lower the mark; a regrade goes on with it.
    with pytest.raises(CourseError, match="has changed since ada, dan, eve handed in what was marked"):
        small.grade()
    assert told(small.preview("ada"))[f"ada {CHANGE}"] == "would lose 2"


@pytest.mark.slow
def test_a_mark_kept_once_is_lowered_by_hand_alone(small: Class) -> None:
    small.edit("116", "117")
    apply(small.course, small.preview("ada"), WHY)
    said = small.comment("ada")
    # Another item's marks may fall; what was promised of this one holds.
    small.edit("69", "70", item=LEVEL)
    found = small.preview("ada")
    assert any(line.startswith("What an earlier regrade kept stays") for line in summary(found))
    done = apply(small.course, found, "As announced.", lower=True)
    assert small.points()["ada"] == {CHANGE: 2.0, LEVEL: 0.0, BRIEF: 2.5}
    assert small.comment("ada") == said and done.kept == {"ada": {CHANGE: 2.0}}
    lines = list(applied(done))
    assert lines[0] == "Applied: 0 marks rose, 1 fell, and 1 that would have fallen stay."
    assert lines[1].startswith("What an earlier regrade kept stays, even where marks may fall.")
    small.by_hand("ada", CHANGE, 1.0)
    assert small.points()["ada"][CHANGE] == 1.0 and small.preview("ada").changes == []
    # The others are still as they were marked by the source before.
    assert {each.student for each in small.preview().changes} == {"ben", "cat", "dan", "eve"}


def edited(small: Class) -> None:
    small.edit("117", "118")


def handed_in(small: Class) -> None:
    small.hand_in("gus", RIGHT)


def marked_by_hand(small: Class) -> None:
    small.by_hand("ada", LEVEL, 1.0)


@pytest.mark.parametrize(
    ("happens", "what"), [(edited, "source"), (handed_in, "submissions"), (marked_by_hand, "marks")]
)
def test_what_has_changed_since_the_preview_is_refused(
    happens: Callable[[Class], None], what: str, small: Class
) -> None:
    small.edit("116", "117")
    found = small.preview()
    happens(small)
    points = small.points()
    with pytest.raises(CourseError, match=f"something has changed: {what}. Nothing was applied"):
        apply(small.course, found, WHY)
    assert small.points() == points and records(small.course) == []


def test_a_reason_is_needed(small: Class) -> None:
    found = Preview(NAME, 7, {}, [], 0, {}, {})
    with pytest.raises(CourseError, match="needs a reason"):
        apply(small.course, found, " \n")


def test_where_nobody_can_be_marked_again_nothing_is_begun(small: Class) -> None:
    found = small.preview("fay")
    assert found.changes == [] and found.same == 0
    with pytest.raises(CourseError, match="Nobody's a90_sample could be marked again"):
        apply(small.course, found, WHY)
    assert records(small.course) == []


def test_who_has_handed_in_since_the_marking_is_left_to_it(small: Class) -> None:
    small.hand_in("ben", RIGHT)
    small.hand_in("gus", RIGHT)
    small.edit("116", "117")
    found = small.preview("ada", "ben", "gus")
    assert found.unmarked == {"ben": LATER, "gus": LATER}
    before = small.points()["ben"]
    apply(small.course, found, WHY)
    assert small.points()["ben"] == before
    assert small.grade("gus").submissions["gus"].points[CHANGE] == 0.0
    with pytest.raises(CourseError, match="hal handed in nothing"):
        small.preview("hal")
    with pytest.raises(CourseError, match="no marks of a90_sample to change. 1: It has not been marked as"):
        small.preview("ben")


def removed(notebook: nbformat.NotebookNode) -> None:
    del notebook.cells[3:5]


def renamed(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[2].metadata.nbgrader.grade_id = "a90-new"


def rewritten(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[2].metadata.nbgrader.solution = True


def added(notebook: nbformat.NotebookNode) -> None:
    notebook.cells += sample.pair("a90-more", "more", 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (removed, "lacks a90-level, a90-level-answer"),
        (renamed, "has the new a90-new, and lacks a90-two-changes"),
        (rewritten, "has another kind of a90-two-changes"),
        (added, "has the new a90-more, a90-more-answer"),
    ],
)
def test_other_graded_cells_are_refused(
    change: Callable[[nbformat.NotebookNode], None], said: str, small: Class
) -> None:
    notebook = nbformat.read(small.source, as_version=4)
    change(notebook)
    nbformat.write(notebook, small.source)
    with pytest.raises(CourseError, match=f"{said}: not the cells .* zero points"):
        small.preview()


def test_a_source_that_is_no_notebook_or_cannot_be_released_is_said(small: Class) -> None:
    small.edit("### END HIDDEN TESTS", "")
    with pytest.raises(CourseError, match="a90_sample could not be released. nbgrader says: .*hidden test"):
        small.preview()
    small.source.write_text("{")
    with pytest.raises(CourseError, match=r"a90_sample\.ipynb is no notebook"):
        small.preview()


def test_what_is_not_marked_or_being_marked_is_refused(small: Class) -> None:
    path = report_path(small.course, NAME)
    journal = path.with_suffix(".journal")
    journal.write_text('{"run": {"started": "now"')
    with pytest.raises(CourseError, match="has not come to its end"):
        small.preview()
    assert journal.read_text() == '{"run": {"started": "now"'
    path.unlink()
    with pytest.raises(CourseError, match="has not marked a90_sample yet"):
        small.preview()


class Killed(BaseException):
    """What ends a process, as far as it can be told from within."""


def at_once(*_: Any, **__: Any) -> None:
    raise Killed


def first_student(each: Standing) -> None:
    if each.done == 1:
        raise Killed


def at_the_end(course: Workshop, record: Record) -> None:
    if record.state == "done":
        raise Killed
    WRITE(course, record)


WRITE = ledger.append
MOMENTS: dict[str, Callable[..., None]] = {
    "_keep": at_once,
    "_settle": at_once,
    "append": at_the_end,
    "progress": first_student,
}


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_half_way_no_mark_is_lower_and_it_can_be_gone_on_with(
    moment: str, small: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.grade("cat", rerun=True, seed=8)
    before = small.points()
    looks = small.grades(lambda each: each.needs_manual_grade)
    small.edit("116", "117")
    found = small.preview("ada", "cat", "eve")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        if moment != "progress":
            patch.setattr(regrade, moment, MOMENTS[moment])
        apply(small.course, found, WHY, progress=first_student if moment == "progress" else None)
    (stopped,) = records(small.course)
    assert stopped.state == "begun" and stopped.changes == found.changes
    now = small.points()
    assert all((now[id][item] or 0) >= (points or 0) for id in now for item, points in before[id].items())

    with pytest.raises(CourseError, match="stopped half way, with cat, eve in it"):
        small.preview("ada")
    again = small.preview("ada", "cat", "eve")
    assert again.changes == found.changes and again.items == found.items
    done = apply(small.course, again, WHY)
    assert small.points() == {**before, "cat": {**before["cat"], CHANGE: 2.0}}
    assert done.changes == found.changes
    assert records(small.course) == [done]
    assert [small.comment(student) for student in ("ada", "cat", "eve")] == [
        f"Marked again, this comes to 0 of 2. Your mark stays at 2 of 2. Reason: {WHY}",
        f"Marked again: 2 of 2 now, 0 of 2 before. Reason: {WHY}",
        "A good try.",
    ]
    assert small.grades(lambda each: each.needs_manual_grade) == looks
    report = small.report()
    assert report.submissions["ada"].points == small.points()["ada"]
    assert {id: report.submissions[id].seed for id in ("ada", "cat")} == {"ada": 7, "cat": 8}
    assert not report_path(small.course, NAME).with_suffix(".journal").exists()


@pytest.mark.slow
def test_killed_half_way_and_the_change_taken_back(small: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    before = small.points()
    small.edit("116", "117")
    found = small.preview("ada", "cat")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(regrade, "_settle", at_once)
        apply(small.course, found, WHY)
    small.edit("117", "116")
    again = small.preview("ada", "cat")
    assert again.changes == []
    apply(small.course, again, "It was right.")
    assert small.points() == before
    assert small.grades(lambda each: each.manual_score)["ada"][CHANGE] is None
    assert small.comment("ada") is None


@pytest.mark.slow
def test_a_person_who_marks_in_between_has_the_last_word(
    small: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.edit("116", "117")
    found = small.preview("ada", "cat")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(regrade, "_settle", at_once)
        apply(small.course, found, WHY)
    small.by_hand("ada", CHANGE, 0.5)
    again = small.preview("ada", "cat")
    assert [each.student for each in again.changes] == ["cat"]
    apply(small.course, again, WHY)
    assert small.points()["ada"][CHANGE] == 0.5


@pytest.mark.slow
def test_the_record_is_added_to_and_never_rewritten(small: Class) -> None:
    path = small.root / "classroom" / "regrades.jsonl"
    small.edit("116", "117")
    first = apply(small.course, small.preview("cat"), WHY)
    whole = path.read_bytes()
    assert [json.loads(line)["state"] for line in whole.splitlines()] == ["begun", "done"]
    path.write_bytes(whole + b'{"assignment": "a90_s')
    small.edit("117", "118")
    second = apply(small.course, small.preview("cat"), "Again.")
    assert path.read_bytes().startswith(whole)
    assert records(small.course) == [first, second]
    path.write_bytes(whole + b'{"assignment": "a90_sample"}\n')
    with pytest.raises(CourseError, match="no record of a regrade"):
        records(small.course)


def test_the_copy_has_files_of_its_own_and_no_links(small: Class) -> None:
    folder = small.root / "classroom" / "submitted"
    (folder / "ada" / NAME / "own.csv").write_text("a\n1\n")
    (folder / "ada" / NAME / "key.ipynb").symlink_to(small.source)
    (folder / "ada" / NAME / "away").symlink_to(small.root / "solutions")
    shutil.move(folder / "ben" / NAME, small.root / "elsewhere")
    (folder / "ben" / NAME).symlink_to(small.root / "elsewhere")
    # Settings that name places outright would lead from the copy back to the class.
    with (small.root / SETTINGS).open("a") as settings:
        settings.write(
            f"c.CourseDirectory.db_url = 'sqlite:///{small.root}/classroom/gradebook.db'\n"
            f"c.CourseDirectory.root = {str(small.root)!r}\n"
            f"c.CourseDirectory.autograded_directory = {str(small.root / 'classroom' / 'autograded')!r}\n"
        )
    course = Workshop(small.root)
    with regrade._copy(course, NAME, ["ada", "ben"]) as aside:
        copied = aside.root / "classroom" / "submitted"
        assert {path.name for path in copied.rglob("*") if path.is_file()} == {f"{NAME}.ipynb", "own.csv"}
        own, theirs = (each / "ada" / NAME / f"{NAME}.ipynb" for each in (copied, folder))
        assert own.read_bytes() == theirs.read_bytes() and not own.samefile(theirs)
    small.edit("116", "117")
    before = small.content()
    assert [each.student for each in preview(course, NAME, ["cat"]).changes] == ["cat"]
    assert small.content() == before


def test_the_command(
    small: Class, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(desk, "find_course", lambda: desk.Course(small.root, small.root / "course/lessons"))
    small.edit("116", "117")
    words = ["regrade", "a90", "--student=ada", "--student=cat", "--student=fay"]
    assert cli.main(words) == 0
    shown = capsys.readouterr().out
    table = [line.split("  ") for line in shown.splitlines()]
    rows = {line[0]: [cell.strip() for cell in line[1:] if cell.strip()] for line in table}
    headers = ["gain", "would fall", "wait", "kept", "by hand", "told otherwise"]
    assert rows["item"] == [*headers, "points gained", "points that would fall"]
    assert rows["a90-two-changes"] == ["1", "1", "0", "0", "0", "0", "2", "2"]
    assert "\nada      a90-two-changes  2 of 2  0 of 2  would lose 2\n" in shown
    assert "\nNot marked again: fay. It is a PDF" in shown
    assert 'To apply it: cjpolicy regrade a90_sample --reason "why"' in shown
    assert records(small.course) == []
    assert cli.main([*words, "--lower"]) == 2
    assert "needs a reason" in capsys.readouterr().err
    assert cli.main([*words, "--reason= "]) == 2
    refused = capsys.readouterr()
    assert "needs a reason" in refused.err and refused.out == ""
    assert cli.main([*words, f"--reason={WHY}"]) == 0
    assert "Applied: 1 mark rose, 0 fell, and 1 that would have fallen stay." in capsys.readouterr().out
    assert [each.reason for each in records(small.course)] == [WHY]
    assert not (small.root / "classroom" / "reports" / f"{NAME}.journal").exists()


def test_a_long_class_is_shown_by_counts_and_by_those_who_do_not_gain() -> None:
    changes = [Change(f"s{number:03}", CHANGE, 0.0, 2.0) for number in range(50)]
    changes.append(Change("s050", CHANGE, 2.0, 1.5))
    changes.append(Change("s051", LEVEL, 2.0, None))
    changes.append(Change("s051", CHANGE, 0.0, 0.0, SLIP, ()))
    lines = list(summary(Preview(NAME, 7, {}, changes, 3, {}, {CHANGE: (2.0, 2.0), LEVEL: (2.0, 2.0)})))
    assert lines == [
        "item             gain  would fall  wait  kept  by hand  told otherwise  points gained  "
        "points that would fall",
        "a90-two-changes  50    1           0     0     0        1               100            0.5",
        "a90-level        0     0           1     0     0        0               0              0",
        "",
        "student  item             before  after     what",
        "s050     a90-two-changes  2 of 2  1.5 of 2  would lose 0.5",
        "s051     a90-level        2 of 2  waits     would wait for a person",
        "",
        "a90_sample: marked again on a copy. 52 students have changes, 3 have none.",
    ]


def test_one_is_said_as_one() -> None:
    change = Change("ada", CHANGE, 1.0, 2.0, by_hand=True)
    items = {CHANGE: (2.0, 1.0)}
    seen = list(summary(Preview(NAME, 7, {}, [change], 1, {}, items)))
    assert seen[:2] == [
        "a90-two-changes is worth 1 point now instead of 2.",
        "Who has more than 1 keeps it, above full marks, unless you let marks fall.",
    ]
    assert seen[-1] == "a90_sample: marked again on a copy. 1 student has changes, 1 has none."
    done = Record(NAME, "done", "then", "me", WHY, False, 7, ("a", "b"), items, [change], {}, {})
    assert list(applied(done))[1].startswith("1 mark given by hand stays. Look at it again")
    two = replace(done, changes=[change, change])
    assert list(applied(two))[1].startswith("2 marks given by hand stay. Look at them again")
