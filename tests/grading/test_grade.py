"""A class marked in one go: what the report says, what is marked again, and what stops nothing."""

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import nbformat
import pytest

from cjpolicy import cli, desk
from cjpolicy.errors import CourseError
from cjpolicy.grading import grade as grading
from cjpolicy.grading import release, sandbox
from cjpolicy.grading.grade import grade, report_path
from cjpolicy.grading.lock import only_one
from cjpolicy.grading.recorded import with_answers
from cjpolicy.grading.report import Display, Entry, Journal, Report, Standing, summary
from cjpolicy.grading.steps import Marking
from cjpolicy.grading.submitted import submitted
from cjpolicy.grading.workshop import Workshop, temporary_course
from cjpolicy.review import regrade
from tests.grading import sample
from tests.support import ROOT

pytestmark = pytest.mark.grading

NAME = sample.NAME
RIGHT = {"a90-two-changes": "change = 116", "a90-level": "level = 69", "a90-brief": "It fell."}
WRONG = {**RIGHT, "a90-two-changes": "change = 100"}
GOOD = {"a90-two-changes": 2.0, "a90-level": 2.0, "a90-brief": None}
ODD = ("smith[1]", "o'brien", "jo+ann", "zoë", "-x", "a b", "{braces}", "100%")


@cache
def released() -> str:
    """Return what students get: the same in every course of these tests."""
    with temporary_course(ROOT) as course:
        source = sample.write(sample.sample(), course.root / "source" / f"{NAME}.ipynb")
        return course.generate(course.add(source)).read_text(encoding="utf-8")


class Class:
    """A course of the sample assignment, and what its students hand in."""

    def __init__(self, root: Path) -> None:
        sample.sample_course(root)
        self.course = Workshop(root)
        self.root = root
        self.release = nbformat.reads(released(), as_version=4)
        self.standings: list[Standing] = []

    def folder(self, student: str) -> Path:
        return self.root / "classroom" / "submitted" / student / NAME

    def hand_in(self, student: str, answers: Mapping[str, str] = RIGHT, time: str = "") -> None:
        self.course.submit(NAME, student, nbformat.writes(with_answers(self.release, answers)))
        if time:
            (self.folder(student) / "timestamp.txt").write_text(time)

    def grade(self, *students: str, **options: object) -> Report:
        return grade(self.course, NAME, students, progress=self.standings.append, **options)  # type: ignore[arg-type]

    def marked(self, student: str) -> Path:
        return self.course.autograded(NAME, student)

    def times(self) -> dict[str, int]:
        """Say when each student's marks were made."""
        found = (self.root / "classroom" / "autograded").glob(f"*/{NAME}/{NAME}.ipynb")
        return {path.parents[1].name: path.stat().st_mtime_ns for path in found}

    def points(self) -> dict[str, dict[str, float | None]]:
        """Return what the gradebook has."""
        with self.course.api.gradebook as gradebook:
            return {
                each.student_id: {
                    grade.name: grade.auto_score if grade.manual_score is None else grade.manual_score
                    for grade in each.notebooks[0].grades
                }
                for each in gradebook.find_assignment(NAME).submissions
            }

    def by_hand(self, student: str, points: float) -> None:
        with self.course.api.gradebook as gradebook:
            gradebook.find_grade("a90-brief", NAME, NAME, student).manual_score = points
            gradebook.db.commit()

    @property
    def report(self) -> dict:
        return json.loads(report_path(self.course, NAME).read_bytes())

    @property
    def journal(self) -> Path:
        return report_path(self.course, NAME).with_suffix(".journal")

    @property
    def log(self) -> str:
        return report_path(self.course, NAME).with_suffix(".log").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """A class in a folder with an odd name, with a broken notebook between good ones; not to be changed."""
    made = Class(tmp_path_factory.mktemp("grade") / "a [class] + b")
    made.hand_in("ada", time="2026-10-09 16:00:00.000000 UTC")
    made.hand_in("ben", WRONG)
    made.hand_in("eve")
    (made.folder("eve") / f"{NAME}.ipynb").write_bytes(b"%PDF-1.7 not a notebook")
    made.hand_in("fay", time="yesterday, I think")
    made.hand_in(".hidden")
    made.root.joinpath("classroom", "submitted", "notes.txt").write_text("")
    made.root.joinpath("classroom", "submitted", "gus", "another").mkdir(parents=True)
    for student in ODD:
        made.hand_in(student)
    made.grade(seed=7)
    return made


@pytest.fixture
def small(tmp_path: Path) -> Class:
    """A class of two."""
    made = Class(tmp_path / ".a course")
    made.hand_in("ada")
    made.hand_in("ben", WRONG)
    return made


def test_the_report(marked: Class) -> None:
    report = marked.report
    assert report["assignment"] == NAME
    run = report["run"]
    assert run["seed"] == 7
    assert run["started"] < run["finished"]
    assert set(run["versions"]) == {"python", "cjpolicy", "nbgrader", "pandas", "altair"}
    assert run["sandbox"]["kind"] == "bubblewrap" and run["sandbox"]["allowed_by"] is None
    assert run["limits"]["cell_seconds"] > 0
    assert report["items"] == {"a90-two-changes": 2.0, "a90-level": 2.0, "a90-brief": 3.0}
    assert list(report["submissions"]) == sorted(["ada", "ben", "eve", "fay", *ODD])
    ben = report["submissions"]["ben"]
    assert ben["status"] == "graded"
    assert ben["points"] == {"a90-two-changes": 0.0, "a90-level": 2.0, "a90-brief": None}
    assert ben["diagnoses"] == {"a90-two-changes": ["added-percentages"]}
    assert ben["seconds"] > 0 and ben["seed"] == 7
    assert report["submissions"]["ada"]["diagnoses"] == {}
    assert not marked.journal.exists()


def test_the_gradebook_agrees_with_the_report(marked: Class) -> None:
    assert marked.points() == {
        student: entry["points"] for student, entry in marked.report["submissions"].items()
    }


@pytest.mark.parametrize("student", ODD)
def test_odd_names_are_no_trouble(marked: Class, student: str) -> None:
    entry = marked.report["submissions"][student]
    assert (entry["status"], entry["points"]) == ("graded", GOOD)
    assert marked.marked(student).is_file()


def test_a_broken_notebook_stops_nothing_and_is_kept_as_it_came(marked: Class) -> None:
    eve = marked.report["submissions"]["eve"]
    assert eve["status"] == "flagged"
    assert eve["points"] == dict.fromkeys(GOOD)
    assert eve["flags"][0].startswith("It is a PDF, not a notebook.") and len(eve["flags"]) == 1
    assert (marked.folder("eve") / f"{NAME}.ipynb").read_bytes() == b"%PDF-1.7 not a notebook"
    with marked.course.api.gradebook as gradebook:
        assert gradebook.find_submission(NAME, "eve").needs_manual_grade
    assert [marked.report["submissions"][each]["points"] for each in ("ada", "fay")] == [GOOD, GOOD]


def test_what_is_no_student_is_named(marked: Class) -> None:
    assert set(marked.report["left_out"]) == {".hidden", "notes.txt"}
    assert marked.report["unmarked"] == {}


def test_a_time_that_cannot_be_read_is_no_trouble(marked: Class) -> None:
    assert "does not say when" in marked.report["submissions"]["fay"]["repairs"][0]
    with marked.course.api.gradebook as gradebook:
        assert gradebook.find_submission(NAME, "ada").timestamp.hour == 16
        assert gradebook.find_submission(NAME, "fay").timestamp is None
        assert gradebook.find_submission(NAME, "ben").timestamp is None


def test_progress_goes_to_the_end(marked: Class) -> None:
    done = [standing.done for standing in marked.standings]
    assert done == sorted(done) and done[0] == 0
    assert done[-1] == marked.standings[-1].total == len(ODD) + 4
    assert marked.standings[-1].flagged == ("eve",)


def test_what_is_marked_is_not_marked_again(marked: Class) -> None:
    times, report = marked.times(), marked.report
    marked.grade()
    assert (marked.times(), marked.report) == (times, report)


def test_plain_nbgrader_gives_the_same_marks(small: Class) -> None:
    report = small.grade()
    small.course.autograde(NAME)
    assert small.points() == {student: entry.points for student, entry in report.submissions.items()}


def test_only_whom_one_asks_for(small: Class) -> None:
    assert list(small.grade("ben").submissions) == ["ben"]
    times = small.times()
    assert list(small.grade("ada", "ada").submissions) == ["ada", "ben"]
    assert small.times()["ben"] == times["ben"]
    with pytest.raises(CourseError, match="cat handed in nothing.*no folder.*/cat/a90_sample"):
        small.grade("ada", "cat")


def test_again_on_request_and_marks_by_hand_stay(small: Class) -> None:
    small.grade(seed=1)
    small.by_hand("ada", 2.5)
    before = small.times()
    report = small.grade("ada", rerun=True, seed=2)
    after = small.times()
    assert after["ada"] > before["ada"] and after["ben"] == before["ben"]
    assert report.submissions["ada"].points == {**GOOD, "a90-brief": 2.5}
    assert small.points()["ada"]["a90-brief"] == 2.5
    assert [report.submissions[each].seed for each in ("ada", "ben")] == [2, 1]


def test_a_new_submission_is_marked_again(small: Class) -> None:
    small.grade()
    times = small.times()
    small.hand_in("ben", RIGHT)
    report = small.grade()
    assert report.submissions["ben"].points == GOOD
    assert small.times()["ada"] == times["ada"]
    (small.folder("ada") / "timestamp.txt").write_text("2026-10-09 16:00:00 UTC")
    small.grade()
    assert small.times()["ada"] > times["ada"]


def test_an_unreadable_new_submission_takes_no_mark_away(small: Class) -> None:
    small.grade()
    points, times = small.points(), small.times()
    (small.folder("ada") / f"{NAME}.ipynb").write_text("")
    entry = small.grade().submissions["ada"]
    assert entry.points == dict.fromkeys(GOOD)
    assert entry.flags[1:] == ["What the gradebook has for it is from an earlier marking."]
    assert (small.points(), small.times()) == (points, times)


def change_source(small: Class, change: Callable[[nbformat.NotebookNode], object]) -> None:
    path = small.root / "solutions" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)


def test_a_changed_source_marks_nobody_again_until_it_is_told_to(small: Class) -> None:
    first = small.grade()

    def harder(notebook: nbformat.NotebookNode) -> None:
        notebook.cells[2].metadata.nbgrader.points = 4.0
        notebook.cells[2].source = notebook.cells[2].source.replace("points(2)", "points(4)")

    change_source(small, harder)
    points = small.points()
    with pytest.raises(CourseError, match=f"cjpolicy regrade {NAME}.*--rerun"):
        small.grade()
    assert (small.points(), release.stale(small.root)) == (points, [NAME])
    second = small.grade(rerun=True)
    assert second.run["release"] != first.run["release"]
    assert second.items["a90-two-changes"] == 4.0
    assert second.submissions["ada"].points == {**GOOD, "a90-two-changes": 4.0}
    assert second.submissions["ben"].points["a90-level"] == 2.0
    assert not release.stale(small.root)


def stricter(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[2].source = notebook.cells[2].source.replace("116", "117")


def test_a_source_by_which_some_were_marked_again_marks_nobody_else(small: Class) -> None:
    small.hand_in("cat")
    (small.folder("cat") / f"{NAME}.ipynb").write_bytes(b"%PDF-1.7")
    first = small.grade().run["release"]
    change_source(small, stricter)
    small.grade("ben", rerun=True)
    points, times, report = small.points(), small.times(), small.report
    assert [report["submissions"][each]["release"] == first for each in ("ada", "ben")] == [True, False]
    with pytest.raises(CourseError, match=f"ada handed in what was marked.*cjpolicy regrade {NAME}.*--rerun"):
        small.grade()
    with pytest.raises(CourseError, match="ada handed in what was marked"):
        small.grade("ada")
    assert (small.points(), small.times(), small.report) == (points, times, report)
    # What is new is marked by the new source; so is what has no mark that could fall.
    small.hand_in("dan")
    assert small.grade("cat", "dan").submissions["dan"].points["a90-two-changes"] == 0.0
    assert regrade.preview(small.course, NAME, ["ada"]).changes[0].what.startswith("would lose 2")
    small.hand_in("ada", {**RIGHT, "a90-level": "level = 70"})
    assert small.grade().submissions["ada"].points["a90-two-changes"] == 0.0


def test_a_stopped_rerun_of_some_does_not_stand_in_for_one_of_all(small: Class) -> None:
    small.grade()
    change_source(small, stricter)
    with pytest.raises(KeyboardInterrupt):
        grade(small.course, NAME, ["ben"], rerun=True, jobs=1, progress=stop_after(1))
    assert small.journal.exists()
    # It is the same run that is gone on with, and it was told to mark again.
    assert small.grade("ben").submissions["ada"].points["a90-two-changes"] == 2.0
    with pytest.raises(CourseError, match="ada handed in what was marked"):
        small.grade()


def test_a_source_that_nbgrader_refuses_costs_nothing(small: Class) -> None:
    small.grade()
    points, released = small.points(), (small.root / "assignments" / NAME / f"{NAME}.ipynb").read_bytes()
    change_source(small, lambda notebook: notebook.cells.pop(4))
    with pytest.raises(CourseError, match="more or fewer graded cells"):
        small.grade(rerun=True)
    assert small.points() == points
    assert (small.root / "assignments" / NAME / f"{NAME}.ipynb").read_bytes() == released


def test_a_source_that_cannot_be_released_is_said(small: Class) -> None:
    again = {"id": "a90-again"}
    change_source(
        small, lambda notebook: notebook.cells.append(nbformat.from_dict({**notebook.cells[2], **again}))
    )
    with pytest.raises(CourseError, match="could not be released.*classroom/reports/a90_sample.log"):
        small.grade()
    assert "a90-two-changes" in small.log


def test_what_a_killed_run_left_half_made_is_made_again(small: Class) -> None:
    left = small.marked("ada").parent
    left.mkdir(parents=True)
    (left / "left.csv").write_text("")
    small.marked("ada").write_text("{")
    assert small.grade("ada").submissions["ada"].points == GOOD
    assert [path.name for path in left.iterdir()] == [f"{NAME}.ipynb"]


@pytest.mark.parametrize("lost", ["gradebook.db", f"autograded/ada/{NAME}/{NAME}.ipynb"])
def test_what_was_lost_is_marked_again(small: Class, lost: str) -> None:
    small.grade("ada")
    (small.root / "classroom" / lost).unlink()
    small.grade("ada")
    assert small.points()["ada"] == GOOD
    assert small.marked("ada").is_file()


def test_who_handed_in_and_is_gone_keeps_their_marks(small: Class) -> None:
    small.grade()
    small.folder("ben").rename(small.root / "elsewhere")
    report = small.grade()
    assert report.gone == ["ben"] and "ben" in report.submissions
    assert "No longer among the submissions: ben. Their marks stay as they are." in list(summary(report))


def test_support_files_come_along_and_links_do_not(small: Class) -> None:
    folder = small.folder("ada")
    (folder / "data").mkdir()
    (folder / "data" / "own.csv").write_text("a\n1\n")
    (folder / "secret.toml").symlink_to(small.root / "nbgrader_config.py")
    (folder / "away").symlink_to(small.root / "solutions")
    assert small.grade("ada").submissions["ada"].points == GOOD
    there = {path.name for path in small.marked("ada").parent.rglob("*") if path.is_file()}
    assert there == {f"{NAME}.ipynb", "own.csv"}


def fail_for(student: str, fault: Exception, times: int = 1) -> Callable[..., dict]:
    """Return a step that fails so often for one student, and otherwise does what it should."""
    save = Marking.save
    left = [fault] * times

    def step(self: Marking, taken: grading.Taken, executed: object) -> dict:
        if taken.student == student and left:
            raise left.pop()
        return save(self, taken, executed)

    return step


def test_a_fault_of_ours_stops_nobody_else(small: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Marking, "save", fail_for("ada", RuntimeError("a\nfault")))
    entries = small.grade().submissions
    assert entries["ben"].status == "graded"
    assert entries["ada"].points == dict.fromkeys(GOOD)
    (flag,) = entries["ada"].flags
    assert flag.startswith("It could not be marked (RuntimeError: a fault). The file is kept as it came.")
    assert "ERROR ada: " in small.log and "Traceback" in small.log
    assert not small.marked("ada").exists()
    # The reason may be gone the next time.
    assert small.grade().submissions["ada"].points == GOOD


def test_a_busy_gradebook_is_waited_for(small: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grading, "PAUSES", (0, 0))
    fault = RuntimeError("(sqlite3.OperationalError) database is locked")
    monkeypatch.setattr(Marking, "save", fail_for("ada", fault, times=2))
    assert small.grade().submissions["ada"].points == GOOD


def stop_after(count: int) -> Callable[[Standing], None]:
    def progress(standing: Standing) -> None:
        if standing.done == count:
            raise KeyboardInterrupt

    return progress


def test_an_interrupted_run_is_gone_on_with(small: Class) -> None:
    small.hand_in("cat")
    with pytest.raises(KeyboardInterrupt):
        grade(small.course, NAME, jobs=1, seed=5, progress=stop_after(1))
    (done,) = small.times()
    assert not report_path(small.course, NAME).exists()
    with small.journal.open("ab") as journal:
        journal.write(b'{"student": "ben", "ent')
    times = small.times()
    report = small.grade()
    assert small.times()[done] == times[done]
    assert small.standings[-1].total == 2
    assert report.run["seed"] == 5 and {entry.seed for entry in report.submissions.values()} == {5}
    assert [entry.points["a90-two-changes"] for entry in report.submissions.values()] == [2.0, 0.0, 2.0]
    assert not small.journal.exists()


def test_an_interrupted_rerun_is_gone_on_with_and_marks_nobody_twice(small: Class) -> None:
    first = small.grade(seed=5)
    with pytest.raises(KeyboardInterrupt):
        grade(small.course, NAME, rerun=True, jobs=1, seed=6, progress=stop_after(1))
    assert Report.read(report_path(small.course, NAME)) == first
    times = small.times()
    # With or without --rerun it is the same run that is gone on with.
    assert {entry.seed for entry in small.grade(rerun=True).submissions.values()} == {6}
    assert len(times.keys() & {id for id, time in small.times().items() if times.get(id) == time}) == 1


def test_a_second_run_at_once_is_refused(small: Class) -> None:
    lock = report_path(small.course, NAME).with_name("marking.lock")
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom cjpolicy.grading.lock import only_one\n"
        "with only_one(Path(sys.argv[1]), 'marking this course'):\n    print('held', flush=True)\n"
        "    time.sleep(99)"
    )
    command = [sys.executable, "-c", program, str(lock)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        with pytest.raises(CourseError, match=rf"marking this course already \(process {other.pid}\)"):
            small.grade()
        other.kill()
    with only_one(lock, "marking this course"):
        pass
    assert small.grade("ada").submissions["ada"].points == GOOD


def test_a_lock_is_held_once_in_a_process_too(tmp_path: Path) -> None:
    lock = tmp_path / "locks" / "marking.lock"
    tried: list[str] = []

    def second(path: Path) -> None:
        try:
            with only_one(path, "marking this course"):
                tried.append("in")
        except CourseError as refused:
            tried.append(str(refused))

    with only_one(lock, "marking this course"):
        for path in (lock, lock.parent / ".." / "locks" / "marking.lock"):
            other = threading.Thread(target=second, args=[path])
            other.start()
            other.join()
        second(lock.with_name("regrade.lock"))
        # Nor has trying let go of what keeps other processes out.
        program = (
            "import sys\nfrom pathlib import Path\nfrom cjpolicy.grading.lock import only_one\n"
            "with only_one(Path(sys.argv[1]), 'marking this course'):\n    pass"
        )
        done = subprocess.run([sys.executable, "-c", program, str(lock)], capture_output=True, text=True)
        assert "Another process is marking this course already" in done.stderr
    refused = f"This process is marking this course already (process {os.getpid()}). "
    assert tried == [*[f"{refused}Wait for its end, or stop it."] * 2, "in"]
    with pytest.raises(KeyError), only_one(lock, "marking this course"):
        raise KeyError
    second(lock)
    assert tried[-1] == "in"


def test_without_a_sandbox_nothing_is_run_unless_one_says_so(
    small: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "explanation", lambda: "This machine has no sandbox.")
    with pytest.raises(sandbox.NoSandboxError, match=r"This machine has no sandbox\. .*--without-sandbox"):
        small.grade()
    assert small.times() == {}
    report = small.grade("ada", unsandboxed=True)
    assert report.submissions["ada"].points == GOOD
    assert report.run["sandbox"] == {"kind": "none", "version": None, "allowed_by": "--without-sandbox"}


def test_a_damaged_report_is_said(small: Class) -> None:
    report_path(small.course, NAME).parent.mkdir(parents=True)
    report_path(small.course, NAME).write_text('{"submissions": []}')
    with pytest.raises(CourseError, match="a90_sample.json is damaged. Move it away"):
        small.grade()


def test_nothing_handed_in(tmp_path: Path) -> None:
    sample.sample_course(tmp_path / "course")
    with pytest.raises(CourseError, match="Nothing has been handed in for a90_sample"):
        grade(Workshop(tmp_path / "course"), NAME)


def test_names_that_cannot_be_ids(tmp_path: Path) -> None:
    for name in ("ada", "ada ", "a\nb", "x" * 129, ".git"):
        (tmp_path / name / NAME).mkdir(parents=True)
    found = submitted(tmp_path, NAME)
    assert list(found.students) == ["ada"]
    assert set(found.unmarked) == {"ada ", "a\nb", "x" * 129}
    assert set(found.left_out) == {".git"}


@pytest.mark.parametrize(
    ("bad", "words", "status", "said"),
    [
        ("", ["a90"], 0, "ada      graded  4 of 7  3"),
        ("ben ", ["a90"], 1, "Not marked: ben ."),
        ("", ["a90", "--student=cat"], 2, "cat handed in nothing"),
        ("", ["a8"], 2, "There is no assignment 'a8'"),
    ],
)
def test_the_command(
    small: Class,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    bad: str,
    words: list[str],
    status: int,
    said: str,
) -> None:
    monkeypatch.setattr(desk, "find_course", lambda: desk.Course(small.root, small.root / "course/lessons"))
    if bad:
        small.hand_in(bad)
    assert cli.main(["grade", *words]) == status
    shown = "".join(capsys.readouterr())
    assert said in shown
    assert status == 2 or f"The whole report: {Path('classroom', 'reports', f'{NAME}.json')}" in shown


@pytest.mark.parametrize("words", [["--jobs=0"], ["--jobs=two"], ["--seed=x"]])
def test_options_that_make_no_sense(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["grade", "a90", *words])
    assert words[0].partition("=")[0] in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal_is_one_line() -> None:
    shown = Terminal()
    display = Display(shown)
    for done in range(4):
        display(Standing(NAME, done, 3, 2.0 * done, ("a", "b", "c", "d")[: done + 1]))
    lines = shown.getvalue().split("\r")
    assert "\n" not in "".join(lines[:-1]) and lines[-1].endswith("\n")
    assert lines[2].startswith("a90_sample: 1 of 3 marked, 30 a minute, 4 s left, to look at: a, b")
    assert lines[4].split(", ", 2)[2].strip() == "to look at: b, c, d and 1 more"


def test_progress_in_a_log_is_a_line_every_so_often() -> None:
    shown = io.StringIO()
    display = Display(shown)
    for done in range(4):
        display(Standing(NAME, done, 3, 2.0 * done))
    assert shown.getvalue().splitlines() == [
        "a90_sample: 0 of 3 marked",
        "a90_sample: 3 of 3 marked, 30 a minute",
    ]


def test_the_summary_of_a_long_class_shows_whom_to_look_at() -> None:
    entries = {f"s{number:03}": Entry({"a": 1.0, "b": None}) for number in range(50)}
    entries["s007"] = Entry({"a": None, "b": None}, flags=["It is a picture."], repairs=["Found elsewhere."])
    lines = list(summary(Report(NAME, {}, {"a": 2.0, "b": 3.0}, entries)))
    assert lines[:3] == [
        "student  status   points  waiting  notes",
        "s007     flagged  ? of 5  5        It is a picture. Found elsewhere.",
        "",
    ]
    assert "a90_sample: 50 submissions (49 graded, 0 repaired, 1 flagged)." in lines
    short = list(summary(Report(NAME, {}, {"a": 2.0, "b": 3.0}, dict(list(entries.items())[:3]))))
    assert short[1] == "s000     graded  1 of 5  3"


def test_a_journal_keeps_whole_lines_only(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    assert (journal.header, journal.finished) == ({}, {})
    journal.begin({"seed": 1})
    journal.add("ada", Entry({"a": 1.0}, digest="x"))
    whole = path.read_bytes()
    for torn in (b"{", b'{"student": "ben"}\n', b"\xff\n", b'{"student": "ben", "entry": {"no": 1}}\n'):
        path.write_bytes(whole + torn)
        read = Journal(path)
        assert read.header == {"seed": 1} and list(read.finished) == ["ada"]
        assert path.read_bytes() == whole
    read.begin({"seed": 2})
    read.add("ben", Entry({"a": 0.0}, flags=["Look."]))
    again = Journal(path)
    assert (again.header, list(again.earlier), list(again.finished)) == ({"seed": 2}, ["ada"], ["ben"])
    assert again.finished["ben"].status == "flagged"
