"""The review's views in a notebook: what they show of a small marked class, which they leave as it is."""

import csv
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from cjpolicy import desk as desks
from cjpolicy import review
from cjpolicy.errors import CourseError
from cjpolicy.grading import release
from cjpolicy.grading.grade import grade
from cjpolicy.grading.recorded import with_answers
from cjpolicy.grading.workshop import SETTINGS, Workshop
from cjpolicy.review import demo_forms, desk, desk_class, desk_marking
from cjpolicy.review.book import Book
from cjpolicy.review.desk_class import Classroom
from cjpolicy.review.desk_items import Solutions
from cjpolicy.review.desk_marking import Marking
from cjpolicy.review.desk_regrading import Regrading
from cjpolicy.review.models import read_models
from cjpolicy.review.regrade import Change, Preview, Record
from cjpolicy.review.tasks import Task, Tasks
from cjpolicy.review.view import View
from tests.grading import sample
from tests.support import ROOT

pytestmark = pytest.mark.grading

NAME, CHANGE, BRIEF = sample.NAME, "a90-two-changes", "a90-brief"
HOSTILE = "It fell. <script>window.spoilt = true</script><img src=x onerror=alert(1)>"
CLASS = {
    "ada": {CHANGE: "change = 116", "a90-level": "level = 69", BRIEF: HOSTILE},
    "ben": {CHANGE: "change = 100", "a90-level": "level = 69", BRIEF: "It rose."},
    "cat": {CHANGE: "change = 117", "a90-level": "level = 70", BRIEF: "Both."},
}
RECORD = f"""
[items.{CHANGE}]
points = 2
ideas = ["changes in a row multiply"]
figures = []
right = ["change = 116.0"]
few = "a sample"
[[items.{CHANGE}.wrong]]
code = "change = 100"
slip = "added-percentages"
points = 0

[items.a90-level]
points = 2
ideas = ["a level"]
figures = []
right = ["level = 69"]
few = "a sample"

[items.{BRIEF}]
points = 3
written = true
ideas = ["say who counted"]
figures = []
rubric = ["Blank.", "One source.", "Both sources.", "Both, and why they differ."]
samples = [{{level = 3, text = "Both count."}}, {{level = 0, text = "It rose."}}]
"""


def small_class(root: Path) -> Workshop:
    """Make a course with one small assignment, in which three students' work has been marked."""
    for path in (root / "solutions").glob("a*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.rmtree(root / "assignments", ignore_errors=True)
    sample.write(sample.sample(), root / "solutions" / NAME / f"{NAME}.ipynb")
    (root / "solutions" / f"{NAME}.toml").write_text(RECORD)
    release.write(root)
    course = Workshop(root)
    notebook = nbformat.read(root / "assignments" / NAME / f"{NAME}.ipynb", as_version=4)
    for student, answers in CLASS.items():
        course.submit(NAME, student, nbformat.writes(with_answers(notebook, answers)))
    grade(course, NAME, seed=7)
    with course.api.gradebook as gradebook:
        gradebook.update_or_create_student("ada", first_name="Ada", last_name="=Byron")
    return course


def change_key(root: Path, key: int) -> None:
    """Say that another answer to the first item is the right one."""
    path = root / "solutions" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace("116", str(key))
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("desk") / "a class"
    sample.sample_course(root)
    small_class(root)
    read_models(root, NAME)
    return root


@pytest.fixture
def root(marked: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the class, which the views show."""
    folder = tmp_path / "class"
    shutil.copytree(marked, folder)
    review.use(folder)
    yield folder
    desk._Chosen.root = None


def code_of(root: Path, student: str) -> str:
    with Book.open(root) as book:
        (code,) = book.connection.execute("SELECT code FROM student WHERE id = ?", [student]).fetchone()
    return str(code)


def contents(root: Path) -> dict[str, bytes]:
    """Return a class's files, but for what the review keeps for itself."""
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if "/review" not in name}


def heading(view: View) -> str:
    """Return what a view shows above its controls."""
    shown: list[dict[str, str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
        view._ipython_display_()
    return shown[0]["text/html"]


def settled(view: View) -> View:
    """Wait until nothing is running."""
    view.tasks.wait()
    return view


class TestSolutions:
    @pytest.fixture
    def view(self, root: Path) -> Solutions:
        view = review.solutions()
        assert isinstance(view, Solutions)
        view.tasks.wait()
        return view

    def test_it_says_what_is_waited_for(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        go = threading.Event()

        def slow(*given: object) -> object:
            go.wait(30)
            return read_models(*given)  # type: ignore[arg-type]

        monkeypatch.setattr("cjpolicy.review.desk_items.read_models", slow)
        view = review.solutions()
        said = view.said.value
        go.set()
        view.tasks.wait()
        assert "Running the model answers" in said

    def test_it_shows_an_item_with_all_that_is_known_of_it(self, view: Solutions) -> None:
        assert [value for _, value in view.item.options] == [CHANGE, "a90-level", BRIEF]
        assert "Known misconceptions" in view.card.value and "1 of 3 students" in view.card.value
        view.item.value = BRIEF
        assert "Both, and why they differ." in view.card.value and BRIEF in view.said.value

    def test_a_misconception_leaves_those_who_have_it(self, root: Path, view: Solutions) -> None:
        view.part.value = "answers"
        assert len(view.who.options) == 3
        view.slip.value = "added-percentages"
        assert [code for _, code in view.who.options] == [code_of(root, "ben")]
        assert "1 of 3 students" in view.said.value
        for shown in ("Model answer", "116", "The student’s answer", "100", "You added the changes."):
            assert shown in view.beside.value
        view.status.value = "full"
        assert view.who.options == () and view.beside.value == ""

    def test_what_no_key_knows_can_be_chosen(self, root: Path, view: Solutions) -> None:
        view.part.value = "answers"
        (unknown,) = [each for each in view.slip.options if each[0] == "not right, none recognised (1)"]
        view.slip.value = unknown[1]
        assert [code for _, code in view.who.options] == [code_of(root, "cat")]
        view.item.value = BRIEF
        assert [label for label, _ in view.slip.options] == ["all"]

    def test_written_answers_are_chosen_by_their_points(self, root: Path, view: Solutions) -> None:
        with Workshop(root).api.gradebook as gradebook:
            for student, points in (("ada", 3.0), ("ben", 0.5)):
                grade = gradebook.find_grade(BRIEF, NAME, NAME, student)
                grade.manual_score, grade.needs_manual_grade = points, False
            gradebook.db.commit()
        view.part.value = "answers"
        assert "all points (1)" in [label for label, _ in view.status.options]
        view.item.value = BRIEF
        offered = {label: value for label, value in view.status.options}
        assert list(offered) == ["all", "3 of 3 points (1)", "0.5 of 3 points (1)", "waits for a mark (1)"]
        view.status.value = offered["0.5 of 3 points (1)"]
        assert [code for _, code in view.who.options] == [code_of(root, "ben")]
        assert "Marked by hand: 0.5 of 3 points" in view.beside.value

    def test_names_take_the_place_of_codes_on_demand(self, root: Path, view: Solutions) -> None:
        view.part.value = "answers"
        view.who.value = code = code_of(root, "ada")
        shown = [*(label for label, _ in view.who.options), view.beside.value, view.said.value]
        assert "Byron" not in "".join(shown)
        view.names.value = True
        assert view.who.value == code and "=Byron" in view.said.value and "=Byron" in view.beside.value
        labels = {code: label for label, code in view.who.options}
        assert labels[code].startswith("Ada =Byron: 2 of 2")
        # Of whom the gradebook has no name, the id is shown.
        assert labels[code_of(root, "ben")].startswith("ben: 0 of 2")
        assert "Student " not in "".join(labels.values())
        view.names.value = False
        assert "Byron" not in view.said.value + view.beside.value

    def test_who_is_chosen_stays_while_the_list_has_them(self, root: Path, view: Solutions) -> None:
        view.part.value = "answers"
        assert str(view.who.value) in view.said.value
        view.who.value = code_of(root, "ben")
        view.who.value = code_of(root, "cat")
        assert f"{code_of(root, 'cat')}, not yet" in view.said.value
        view.status.value = "none"
        assert view.who.value == code_of(root, "cat")
        view.item.value = "a90-level"
        assert view.who.value == code_of(root, "cat") and "70" in view.beside.value

    def test_what_a_student_wrote_runs_nothing(self, root: Path, view: Solutions) -> None:
        view.item.value = BRIEF
        view.part.value = "answers"
        view.who.value = code_of(root, "ada")
        assert "It fell." in view.beside.value
        assert "<script" not in view.beside.value and "onerror" not in view.beside.value.replace("&lt;", "<")

    def test_who_could_not_be_marked_is_not_named(self, root: Path, view: Solutions) -> None:
        shutil.rmtree(root / "classroom" / "autograded" / "ben")
        view.part.value = "answers"
        view.who.value = code_of(root, "cat")
        view.who.value = code_of(root, "ben")
        assert f"{code_of(root, 'ben')} has no marked answer" in view.said.value
        assert view.beside.value == ""

    def test_it_says_what_has_changed(self, root: Path, view: Solutions) -> None:
        before = contents(root)
        view.compare.click()
        settled(view)
        assert "the source is what the class got" in view.changes.value
        assert contents(root) == before
        change_key(root, 117)
        view.compare.click()
        settled(view)
        assert "117" in view.card.value
        assert "<code>review.regrading()</code>" in view.changes.value
        for said in (f"{CHANGE}: changed", "-item.expect(116", "+item.expect(117", f"{CHANGE}, right 1"):
            assert said in view.changes.value

    def test_a_class_that_has_not_handed_in_is_no_error(self, root: Path) -> None:
        shutil.rmtree(root / "classroom")
        view = review.solutions()
        assert isinstance(view, Solutions)
        settled(view)
        assert "Model answer" in view.card.value
        view.part.value = "answers"
        assert "Mark it" in view.said.value


class TestClassroom:
    @pytest.fixture
    def view(self, root: Path) -> Classroom:
        view = review.classroom()
        assert isinstance(view, Classroom)
        return view

    def test_it_shows_the_course_and_an_assignment(self, view: Classroom) -> None:
        assert "points missing" in view.sentences.value and "1 of 3 students" in view.sentences.value
        assert "Shares of the points (3)" in view.tables.value
        settled(view)
        assert "<img" in view.drawn.value and "the whole course, in" in view.said.value
        view.what.value = NAME
        assert "All submissions (3)" in view.tables.value and "a90 sample" in view.said.value

    def test_tables_are_there_while_the_figures_are_drawn(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go = threading.Event()
        monkeypatch.setattr(desk_class, "draw", lambda *_: [str(go.wait(30))])
        view = review.classroom()
        assert isinstance(view, Classroom)
        said, tables = view.said.value, view.tables.value
        go.set()
        settled(view)
        assert "being drawn" in said and "Shares of the points" in tables

    def test_names_are_shown_on_demand(self, view: Classroom) -> None:
        view.what.value = NAME
        assert "Byron" not in view.tables.value and "Student 1" in view.tables.value
        view.names.value = True
        assert "Byron" in view.tables.value

    def test_what_is_exported_can_be_read_and_is_said(self, root: Path, view: Classroom) -> None:
        view.what.value = NAME
        view.names.value = True
        view.export.click()
        folder = root / "classroom" / "review"
        assert str(folder) in view.said.value.replace("&#x27;", "'")
        with (folder / f"{NAME}-standing.csv").open(encoding="utf-8", newline="") as file:
            rows = {row["id"]: row for row in csv.DictReader(file)}
        assert rows["ada"]["waiting"] == "1" and float(rows["ada"]["score"]) == 4
        with (folder / f"{NAME}-misconceptions.csv").open(encoding="utf-8", newline="") as file:
            (row,) = csv.DictReader(file)
        assert (row["slip"], row["students"], row["of"]) == ("added-percentages", "1", "3")

    def test_no_cell_of_what_is_exported_is_a_formula(self, root: Path, view: Classroom) -> None:
        with Workshop(root).api.gradebook as gradebook:
            gradebook.update_or_create_student("ben", first_name="=1+1", last_name="Okri")
        with Book.open(root) as book:
            desk_class.write_csv(book, root / "out", NAME, names=True)
        for table in ("standing", "marks-by-item"):
            text = (root / "out" / f"{NAME}-{table}.csv").read_text(encoding="utf-8")
            assert ",'=1+1 Okri," in text

    def test_the_marks_of_each_student_are_those_of_the_gradebook(self, root: Path) -> None:
        with Workshop(root).api.gradebook as gradebook:
            grade = gradebook.find_grade(BRIEF, NAME, NAME, "cat")
            grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2.5, 1, False
            gradebook.db.commit()
            papers = gradebook.find_assignment(NAME).submissions
            held = {
                paper.student_id: {
                    each.name: ""
                    if each.auto_score is None and each.manual_score is None
                    else f"{each.score}"
                    for each in paper.notebooks[0].grades
                }
                for paper in papers
            }
        with Book.open(root) as book:
            desk_class.write_csv(book, root / "out", NAME, names=True)
            desk_class.write_csv(book, root / "codes", NAME)
        with (root / "out" / f"{NAME}-marks-by-item.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            assert reader.fieldnames == ["code", "id", "name", CHANGE, "a90-level", BRIEF]
            rows = {row.pop("id"): row for row in reader}
        assert {row.pop("code") for row in rows.values()} == {code_of(root, student) for student in CLASS}
        assert rows["ada"].pop("name") == "Ada =Byron"
        assert {id: {item: row[item] for item in held[id]} for id, row in rows.items()} == held
        assert (held["cat"][BRIEF], held["ben"][BRIEF]) == ("3.5", "")
        text = (root / "codes" / f"{NAME}-marks-by-item.csv").read_text(encoding="utf-8")
        assert "Byron" not in text and text.startswith(f"code,{CHANGE},")


class TestMarking:
    def test_it_counts_what_waits_and_finds_the_first(self, root: Path) -> None:
        view = settled(review.marking())
        assert isinstance(view, Marking)
        assert "3 written answers to 1 item." in view.said.value
        with Workshop(root).api.gradebook as gradebook:
            papers = [gradebook.find_submission_notebook(NAME, NAME, student) for student in CLASS]
            first, second, _ = sorted(paper.id for paper in papers)
            assert desk_marking.first_waiting(root, [(NAME, BRIEF)]) == {(NAME, BRIEF): first}
            grade = gradebook.find_grade_by_id(
                next(
                    each.id
                    for paper in papers
                    if paper.id == first
                    for each in paper.grades
                    if each.name == BRIEF
                )
            )
            grade.manual_score, grade.needs_manual_grade = 2, False
            gradebook.db.commit()
        assert desk_marking.first_waiting(root, [(NAME, BRIEF)]) == {(NAME, BRIEF): second}
        view.again.click()
        assert "2 written answers to 1 item." in settled(view).said.value

    def test_a_link_goes_where_the_server_has_formgrader(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(desks, "find_course", lambda: desks.Course(root, root / "course" / "lessons"))
        monkeypatch.setattr(desk_marking, "jupyter_runtime_dir", lambda: str(tmp_path))
        monkeypatch.setenv("JPY_PARENT_PID", "17")
        (tmp_path / "jpserver-17.json").write_text(json.dumps({"base_url": "/user/ada/"}))
        view = settled(review.marking())
        assert isinstance(view, Marking)
        assert 'href="/user/ada/formgrader/submissions/' in view.shown.value


class TestRegrading:
    @pytest.fixture
    def view(self, root: Path) -> Regrading:
        change_key(root, 117)
        view = review.regrading()
        assert isinstance(view, Regrading)
        return view

    def test_nothing_is_applied_without_a_look_and_a_reason(self, root: Path, view: Regrading) -> None:
        before = contents(root)
        view.apply.click()
        assert "Press “See who gains or loses” first" in view.said.value
        view.look.click()
        assert "Marking a90 sample again, on a copy" in view.tasks.bar.value
        settled(view)
        assert "Would rise: 1 mark." in view.said.value and "gains 2" in view.shown.value
        assert code_of(root, "cat") in view.shown.value and "cat" not in view.shown.value
        view.names.value = True
        assert "<td>cat</td>" in view.shown.value.replace('<th scope="row">cat</th>', "<td>cat</td>")
        assert code_of(root, "cat") not in view.shown.value
        view.names.value = False
        view.apply.click()
        assert "The reason is missing" in view.said.value
        assert contents(root) == before

    def test_what_was_seen_is_applied_and_is_on_record(self, root: Path, view: Regrading) -> None:
        (root / "classroom" / "submitted" / "ada" / NAME / f"{NAME}.ipynb").write_bytes(b"%PDF-1.7")
        view.look.click()
        settled(view)
        assert code_of(root, "ada") in view.shown.value
        view.reason.value = "The key took 1997 for the base."
        view.apply.click()
        settled(view)
        assert "1 mark rose, 0 fell, and 0 that would have fallen stay" in view.said.value
        assert "ada" not in view.said.value
        assert "The key took 1997 for the base." in view.past.value
        assert "The key took 1997" in settled(review.regrading()).past.value  # type: ignore[attr-defined]
        assert view.seen is None and view.reason.value == ""

    def test_it_can_be_stopped(self, root: Path, view: Regrading) -> None:
        before = contents(root)
        view.look.click()
        task = view.tasks.running
        assert task is not None and task.thread is not None
        view.tasks.button.click()
        assert "Stopped: marking a90 sample again, on a copy." in view.said.value
        task.thread.join(60)
        assert view.seen is None and contents(root) == before

    def test_losses_are_told_apart_from_gains(self, view: Regrading) -> None:
        changes = [Change("ben", CHANGE, 0.0, 2.0), Change("cat", CHANGE, 2.0, 1.5)]
        changes.append(Change("ada", CHANGE, 0.0, 0.0, ("wrong-base:new",), ()))
        view.names.value = True
        view.show_preview(Preview(NAME, 1, {}, changes, 0, {"ben": "Late."}, {CHANGE: (2.0, 1.0)}))
        rows = BeautifulSoup(view.shown.value, "html.parser").select("table")[0].select("tr")
        headers, counts = ([cell.get_text() for cell in row.find_all(["th", "td"])] for row in rows)
        assert dict(zip(headers, counts, strict=True)) == {
            "Item": CHANGE,
            "Gain": "1",
            "Would fall (stays unless ticked)": "1",
            "Wait": "0",
            "Kept before": "0",
            "By hand: stays": "0",
            "Told otherwise": "1",
            "Points gained": "2",
            "Points that would fall": "0.5",
        }
        assert "Who has more than 1 keeps it, above full marks" in view.shown.value
        told = "same mark, other feedback (Per cent of the wrong base (new) -&gt; no misconception)"
        assert told in view.shown.value and "Ada =Byron" in view.shown.value
        assert "ben: Late." in view.shown.value and "Would fall, but stays" in view.said.value

    def test_nothing_breaks_off_what_is_being_applied(
        self, view: Regrading, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go_on, applied = threading.Event(), []

        def slow(*given: object) -> Record:
            applied.append(given[2])
            go_on.wait(30)
            return Record(NAME, "done", "", "", "Why.", False, 1, ("", ""), {}, [], {}, {})

        monkeypatch.setattr("cjpolicy.review.regrade.apply", slow)
        view.show_preview(Preview(NAME, 1, {}, [], 3, {}, {}))
        view.reason.value = "Why."
        view.apply.click()
        task = view.tasks.running
        for button in (view.apply, view.look):
            view.said.value = ""
            button.click()
            assert "Something is running. Wait for its end, or press Stop first." in view.said.value
            assert view.tasks.running is task and task is not None and not task.stopped.is_set()
        go_on.set()
        settled(view)
        assert applied == ["Why."] and "Applied: 0 marks rose" in view.said.value
        view.reason.value = "Why."
        view.apply.click()
        assert "Nothing has been looked at yet" in view.said.value and applied == ["Why."]

    def test_another_assignment_forgets_what_was_seen(self, view: Regrading) -> None:
        view.show_preview(Preview(NAME, 1, {}, [], 3, {}, {}))
        assert "No mark changes" in view.shown.value
        view.forget()
        view.reason.value = "Why not."
        view.apply.click()
        assert "Press “See who gains or loses” first" in view.said.value


class TestTasks:
    def test_what_is_stopped_does_no_more(self) -> None:
        said: list[str] = []
        begun, go_on, done = threading.Event(), threading.Event(), []
        tasks = Tasks(said.append, lambda fault: said.append(str(fault)))

        def work(task: Task) -> None:
            begun.set()
            go_on.wait(5)
            task.step(1, 2)
            done.append("all of it")

        task = tasks.start("Marking again", work, lambda _: done.append("shown"))
        begun.wait(5)
        tasks.button.click()
        go_on.set()
        assert task.thread is not None
        task.thread.join(5)
        assert done == [] and said == ["Stopped: marking again."]
        tasks.button.click()
        assert said[-1] == "Nothing is running."

    def test_an_error_is_said(self) -> None:
        said: list[str] = []

        def work(_: Task) -> None:
            raise CourseError("There is no such thing.")

        tasks = Tasks(said.append, lambda fault: said.append(str(fault)))
        tasks.start("Looking", work, lambda _: said.append("found"))
        tasks.wait()
        assert said == ["There is no such thing."]

    def test_to_wait_is_to_wait_until_what_was_found_is_shown(self) -> None:
        shown: list[str] = []
        begun, go_on = threading.Event(), threading.Event()

        def show(found: str) -> None:
            begun.set()
            go_on.wait(5)
            shown.append(found)

        tasks = Tasks(lambda _: None, lambda fault: shown.append(str(fault)))
        tasks.start("Looking", lambda _: "found", show)
        begun.wait(5)
        assert tasks.running is None
        threading.Timer(0.1, go_on.set).start()
        tasks.wait()
        assert shown == ["found"]

    def test_what_was_done_for_good_is_told_even_if_it_was_stopped_too_late(self) -> None:
        shown: list[str] = []
        for for_good in (False, True):
            begun, go_on = threading.Event(), threading.Event()

            def work(_: Task, begun: threading.Event = begun, go_on: threading.Event = go_on) -> str:
                begun.set()
                go_on.wait(5)
                return "done"

            tasks = Tasks(shown.append, lambda _: None)
            task = tasks.start("Applying", work, shown.append, for_good=for_good)
            begun.wait(5)
            tasks.stop()
            go_on.set()
            assert task.thread is not None
            task.thread.join(5)
        assert shown == ["Stopped: applying.", "Stopped: applying.", "done"]

    def test_notebooks_are_run_for_one_view_after_the_other(self) -> None:
        order: list[str] = []
        begun, go_on = threading.Event(), threading.Event()
        views = [Tasks(lambda _: None, lambda fault: order.append(str(fault))) for _ in range(4)]

        def first(_: Task) -> None:
            begun.set()
            go_on.wait(5)
            order.append("first")

        def add(name: str) -> Callable[[Task], None]:
            return lambda _: order.append(name)

        tasks = [views[0].start("Running", first, lambda _: None, notebooks=True)]
        begun.wait(5)
        tasks.append(views[1].start("Running", add("second"), lambda _: None, notebooks=True))
        tasks.append(views[2].start("Running", add("stopped"), lambda _: None, notebooks=True))
        views[3].start("Drawing", add("drawing"), lambda _: None)
        views[3].wait()
        views[2].stop()
        go_on.set()
        for task in tasks:
            assert task.thread is not None
            task.thread.join(5)
        assert order == ["drawing", "first", "second"]

    def test_the_newest_takes_the_place_of_what_runs(self) -> None:
        shown: list[int] = []
        go_on = threading.Event()
        tasks = Tasks(lambda _: None, lambda _: None)
        first = tasks.start("First", lambda _: go_on.wait(5) and 1, shown.append)
        tasks.start("Second", lambda _: 2, shown.append)
        tasks.wait()
        go_on.set()
        assert first.thread is not None
        first.thread.join(5)
        assert shown == [2]


def test_a_simulated_class_can_be_tried(marked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def simulate(root: Path, course: Path, students: int, seed: int) -> None:
        assert course == ROOT and (students, seed) == (3, 2)
        shutil.copytree(marked, root, dirs_exist_ok=True)
        with (root / SETTINGS).open("a", encoding="utf-8") as settings:
            settings.write(demo_forms.OWN_SETTINGS)

    monkeypatch.setattr("cjpolicy.review.demo.simulate", simulate)
    try:
        assert "made by chance (seed 2)" in repr(review.use_demo(3, seed=2))
        view = review.classroom()
        assert isinstance(view, Classroom) and NAME in [name for _, name in view.what.options]
        for each in (view, review.solutions(), review.marking(), review.regrading()):
            before, _, after = heading(each).partition(f">{each.title}<")
            assert "This class is simulated. Nobody in it is real." in before and after
            settled(each)
        review.use(marked)
        assert "simulated" not in heading(settled(review.classroom()))
    finally:
        desk._Chosen.root = None


def test_a_course_without_a_class_has_messages_for_errors(root: Path) -> None:
    shutil.rmtree(root / "classroom")
    assert "0 students" in repr(review.use(root))
    class_, marking, regrading = review.classroom(), review.marking(), review.regrading()
    assert isinstance(class_, Classroom)
    settled(class_)
    assert "There is no gradebook" in class_.sentences.value
    assert "No written answer waits" in settled(marking).said.value
    assert isinstance(regrading, Regrading)
    regrading.look.click()
    assert "No assignment of this class has been marked yet" in regrading.said.value


def test_a_folder_without_settings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="no nbgrader_config.py"):
        review.use(tmp_path)


def test_what_needs_no_widgets_loads_none() -> None:
    said = "import sys, cjpolicy.review, cjpolicy.review.book; print('ipywidgets' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


class TestNotebook:
    notebook = nbformat.read(ROOT / "solutions" / "review.ipynb", as_version=4)

    def test_it_has_one_cell_a_view(self) -> None:
        code = [cell.source for cell in self.notebook.cells if cell.cell_type == "code"]
        assert code[1:] == [
            "review.solutions()",
            "review.classroom()",
            "review.marking()",
            "review.regrading()",
        ]

    def test_it_never_reaches_a_student(self) -> None:
        course = desks.Course(ROOT, ROOT / "course" / "lessons")
        assert not [name for name in desks._notebooks(course) if "review" in name]
        assert not list((ROOT / "assignments").rglob("review*"))
