"""An assignment's way through nbgrader's pages, from a student to a teacher and back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cjpolicy.grading.recorded import columns, read_recorded, with_answers
from cjpolicy.grading.workshop import Workshop
from tests.browser.lab import LOADED, MARKS, Desk, Notebook, eventually, served
from tests.grading.clones import Clone, clone_to
from tests.support import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Locator, Page

pytestmark = [*MARKS, pytest.mark.grading]

NAME = "a02_counting_violence"
RECORDED = read_recorded(ROOT / "solutions" / f"{NAME}.toml")
ANSWERS = next(column for column in columns(RECORDED) if column.name == "right-1").answers
WRITTEN = next(item for item in RECORDED.items.values() if item.written)
# Typed in the browser, and given wrongly.
TYPED, WRONG = "a02-two-changes", "a02-rounding"
GIVEN, COMMENT = 2, "A clear answer. Say which offences the records count."


@dataclass
class School:
    """A student's and a teacher's JupyterLab, on one copy of the course, with an exchange between them."""

    clone: Clone
    student: Desk
    teacher: Desk


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    clone = clone_to(tmp_path_factory.mktemp("school"))
    clone.run("nbgrader", "generate_assignment", NAME, "--force")
    clone.run("nbgrader", "release_assignment", NAME)
    with served(clone, "study") as student, served(clone, "teach") as teacher:
        yield School(clone, student, teacher)
        assert [desk.outside.read_text() for desk in (student, teacher)] == ["", ""]


def choose(page: "Page", name: str) -> None:
    """Choose a page of nbgrader's from the menu."""
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{name}$")).click()


def answer_dialog(page: "Page") -> str:
    """Close the dialog in front; return what it said."""
    dialog = page.locator(".jp-Dialog")
    dialog.wait_for(timeout=60_000)
    said = dialog.inner_text()
    dialog.locator("button").last.click()
    dialog.wait_for(state="detached")
    return said


def wrong_answer() -> str:
    return RECORDED.items[WRONG].wrong[0].code


def test_from_fetching_to_the_returned_comment(school: School, page: "Page") -> None:
    fetched = open_assignments(school.student, page)
    validate(page, fetched, "The following cell failed")
    solve(school.student, page, fetched)
    validate(page, fetched, "Success!")
    submit(page, fetched)

    formgrader = open_formgrader(school.teacher, page)
    collect_and_autograde(page, formgrader)
    comment(school, formgrader)
    give_feedback(page, formgrader)

    assert scores(school) == expected_scores()
    assert COMMENT in fetch_feedback(school.student, page)


def expected_scores() -> dict[str, float]:
    full: dict[str, float] = {item.id: item.points for item in RECORDED.items.values()}
    return full | {WRONG: RECORDED.items[WRONG].wrong[0].points, WRITTEN.id: GIVEN}


def scores(school: School) -> dict[str, float]:
    """Return the marks of the student, from the gradebook."""
    with Workshop(school.clone.root).api.gradebook as gradebook:
        grades = gradebook.find_submission_notebook(NAME, NAME, student(school)).grades
        return {grade.name: grade.score for grade in grades}


def by_hand(school: School) -> tuple[float | None, str | None]:
    """Return the points and the comment that a person gave the written answer."""
    place = (WRITTEN.id, NAME, NAME, student(school))
    with Workshop(school.clone.root).api.gradebook as gradebook:
        return gradebook.find_grade(*place).manual_score, gradebook.find_comment(*place).manual_comment


def student(school: School) -> str:
    """Return the student's id: whoever runs the tests."""
    return next((school.clone.root / "classroom/submitted").iterdir()).name


def open_assignments(desk: Desk, page: "Page") -> "Locator":
    """Fetch the assignment; return its place in the list."""
    page.goto(desk.url())
    Notebook(page).wait_for_kernel()
    choose(page, "Assignment List")
    page.locator("#released_assignments_list").get_by_role("button", name="Fetch").click()
    fetched = page.locator("#fetched_assignments_list")
    fetched.get_by_text(NAME).first.click()
    return fetched


def validate(page: "Page", fetched: "Locator", expected: str) -> None:
    fetched.get_by_role("button", name="Validate").click()
    assert expected in answer_dialog(page)


def solve(desk: Desk, page: "Page", fetched: "Locator") -> None:
    """Fill the assignment in: one answer by typing, the others as if typed earlier."""
    path = f"{NAME}/{NAME}.ipynb"
    earlier = {id: code for id, code in ANSWERS.items() if id != TYPED} | {
        WRONG: wrong_answer(),
        WRITTEN.id: WRITTEN.samples[0].text,
    }
    notebook = desk.read(path)
    desk.write(path, with_answers(notebook, earlier))
    fetched.get_by_role("link", name=NAME).last.click()
    opened = Notebook(page)
    opened.wait_for_kernel()
    place = next(number for number, cell in enumerate(notebook.cells) if cell.id == TYPED)
    opened.cell(place).locator(".jp-InputPrompt").click()
    opened.fill(*ANSWERS[TYPED].strip().split("\n"))
    opened.save()
    page.get_by_role("tab", name="Assignments").click()


def submit(page: "Page", fetched: "Locator") -> None:
    fetched.get_by_role("button", name="Submit").click()
    page.locator("#submitted_assignments_list").get_by_text(NAME).first.wait_for()


def open_formgrader(desk: Desk, page: "Page") -> "FrameLocator":
    page.goto(desk.url())
    page.wait_for_selector(".jp-Launcher", timeout=60_000)
    choose(page, "Formgrader")
    return page.frame_locator("iframe")


def run(page: "Page", formgrader: "FrameLocator", step: str) -> None:
    """Click on one of the steps that Formgrader runs, and close what it then says."""
    formgrader.locator(f"td.{step} a").first.click()
    said = formgrader.locator(".modal.in")
    said.wait_for(timeout=120_000)
    assert "success" in said.inner_text().lower()
    said.get_by_role("button", name="OK").click()
    said.wait_for(state="hidden")


def collect_and_autograde(page: "Page", formgrader: "FrameLocator") -> None:
    run(page, formgrader, "collect")
    formgrader.locator("td.num-submissions a").first.click()
    run(page, formgrader, "autograde")


def comment(school: School, formgrader: "FrameLocator") -> None:
    """Mark the written answer by hand, with a comment, and wait until both are saved."""
    formgrader.get_by_role("link", name="Manual Grading").first.click()
    for _ in range(2):
        formgrader.locator("tbody").get_by_role("link", name=NAME).first.click()
    formgrader.locator("tbody a").first.click()
    score, words = formgrader.locator("input.score").last, formgrader.locator("textarea.comment").last
    score.wait_for()
    # What is typed before the marks have come is not saved.
    eventually(lambda: score.evaluate(f"() => {LOADED}"), True)
    score.fill(str(GIVEN))
    score.press("Tab")
    words.fill(COMMENT)
    words.press("Tab")
    eventually(lambda: by_hand(school), (GIVEN, COMMENT))
    formgrader.get_by_role("link", name="Manual Grading").first.click()


def give_feedback(page: "Page", formgrader: "FrameLocator") -> None:
    formgrader.get_by_role("link", name="Manage Assignments").first.click()
    run(page, formgrader, "generate-feedback")
    run(page, formgrader, "release-feedback")


def fetch_feedback(desk: Desk, page: "Page") -> str:
    """Fetch the feedback; return its page."""
    page.goto(desk.url())
    Notebook(page).wait_for_kernel()
    choose(page, "Assignment List")
    page.locator("#submitted_assignments_list").get_by_text(NAME).first.click()
    page.get_by_role("button", name="Fetch Feedback").first.click()
    page.get_by_text("View Feedback").first.wait_for()
    return next(Path(desk.files).rglob("feedback/**/*.html")).read_text(encoding="utf-8")
