"""The instructor's review in JupyterLab, by keyboard alone: a class's answers, marking again, and export."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from cjpolicy.grading.workshop import Workshop
from cjpolicy.review import regrade
from tests.browser.lab import (
    MARKS,
    Desk,
    Notebook,
    Watcher,
    cut_off,
    faults,
    leave,
    open_notebook,
    served,
    switch_theme,
    unroll,
)
from tests.browser.test_accessible import OUTPUTS
from tests.grading.clones import Clone, clone_to
from tests.review.test_desk import BRIEF, CHANGE, NAME, change_key, small_class

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [*MARKS, pytest.mark.grading]

REVIEW = "solutions/review.ipynb"
# The places of the views' cells in the notebook.
SOLUTIONS, CLASSROOM, MARKING, REGRADING = 3, 5, 7, 9


@dataclass
class Teacher:
    """A teacher's JupyterLab, in a clone whose only assignment is small and has been marked."""

    clone: Clone
    desk: Desk


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Teacher]:
    clone = clone_to(tmp_path_factory.mktemp("review"))
    small_class(clone.root)
    with served(clone, "teach") as desk:
        yield Teacher(clone, desk)
        assert desk.outside.read_text() == ""


@pytest.fixture
def review(teacher: Teacher, page: "Page") -> Iterator[Notebook]:
    """The review's notebook, its first cell run."""
    notebook = open_notebook(page, teacher.desk, REVIEW)
    notebook.cell(0).locator(".jp-InputPrompt").click()
    run(notebook, 1)
    yield notebook
    leave(page)
    teacher.desk.close_kernels()


def run(notebook: Notebook, place: int) -> "Locator":
    """Go to a cell by the arrow keys and run it; return what it shows."""
    page = notebook.page
    while notebook.active() != place:
        page.keyboard.press("ArrowDown" if notebook.active() < place else "ArrowUp")
    page.keyboard.press("Control+Enter")
    shown = notebook.cell(place).locator(".jp-OutputArea")
    shown.locator(".cj-desk, .cj-note").first.wait_for(timeout=60_000)
    return shown


def says(shown: "Locator", words: str) -> None:
    """Wait until the sentence that is read out has some words in it."""
    shown.locator("[role=status].cj-said", has_text=words).wait_for(timeout=60_000)


def choose(notebook: Notebook, name: str, option: str) -> None:
    """Choose from a list by typing the beginning of an option."""
    notebook.tab_to(name)
    notebook.page.keyboard.type(option, delay=30)


def test_one_answer_is_read_beside_the_model_answer(teacher: Teacher, review: Notebook) -> None:
    shown = run(review, SOLUTIONS)
    says(shown, CHANGE)
    choose(review, "Show", "What the class")
    says(shown, "3 of 3 students")
    choose(review, "Misconception", "Percentage changes")
    says(shown, "1 of 3 students")
    assert review.focused() == "Misconception"
    beside = shown.locator(".cj-beside")
    assert "116" in beside.locator("section").first.inner_text()
    assert "You added the changes." in beside.locator("section").last.inner_text()
    review.tab_to("Answer of")
    review.page.keyboard.press("Home")
    assert review.focused() == "Answer of"


def test_the_class_is_exported(teacher: Teacher, review: Notebook) -> None:
    shown = run(review, CLASSROOM)
    choose(review, "Show", "a90")
    says(shown, "Below: a90 sample, in")
    review.tab_to("Export as CSV files")
    review.page.keyboard.press("Enter")
    says(shown, "files written to")
    assert review.focused() == "Export as CSV files"
    written = teacher.clone.root / "classroom" / "review" / f"{NAME}-misconceptions.csv"
    assert "added-percentages" in written.read_text(encoding="utf-8")


def test_what_waits_opens_in_formgrader(teacher: Teacher, review: Notebook) -> None:
    shown = run(review, MARKING)
    says(shown, "3 written answers to 1 item")
    shown.locator("a").wait_for()
    review.tab_to(f"Mark {BRIEF}")
    with review.page.context.expect_page() as opened:
        review.page.keyboard.press("Enter")
    opened.value.locator(f"[id='{BRIEF}']").wait_for(timeout=30_000)
    assert "/formgrader/submissions/" in opened.value.url
    opened.value.close()


def test_an_item_is_marked_again_with_a_reason(teacher: Teacher, review: Notebook) -> None:
    change_key(teacher.clone.root, 117)
    shown = run(review, REGRADING)
    review.tab_to("See who gains or loses")
    review.page.keyboard.press("Enter")
    says(shown, "Would rise: 1 mark.")
    assert review.focused() == "See who gains or loses"
    assert "gains 2" in str(shown.text_content())
    review.tab_to("Reason")
    review.page.keyboard.type("The key took 1997 for the base.")
    review.tab_to("Apply, with this reason")
    review.page.keyboard.press("Enter")
    says(shown, "Applied: 1 mark rose")
    assert "The key took 1997" in shown.locator("table").last.inner_text()
    (record,) = regrade.records(Workshop(teacher.clone.root))
    assert record.reason == "The key took 1997 for the base."


def test_nothing_is_wrong_in_either_theme(teacher: Teacher, review: Notebook) -> None:
    for place in (SOLUTIONS, CLASSROOM, MARKING, REGRADING):
        run(review, place)
    says(review.cell(SOLUTIONS), CHANGE)
    review.cell(SOLUTIONS).locator("select").nth(2).select_option(index=1)
    says(review.cell(SOLUTIONS), "3 of 3 students")
    unroll(review.page)
    found = [f"light: {fault}" for fault in faults(review.page, OUTPUTS)]
    switch_theme(review.page, "JupyterLab Dark")
    found += [f"dark: {fault}" for fault in faults(review.page, OUTPUTS)]
    switch_theme(review.page, "JupyterLab Light")
    assert found == []
    review.page.keyboard.press("Control+b")
    review.page.set_viewport_size({"width": 650, "height": 450})
    review.page.wait_for_timeout(500)
    controls = review.panel.locator(".cj-desk").locator("button, select, input, textarea, summary, a")
    assert cut_off(controls) == []


def test_nothing_of_students_is_saved_with_the_notebook(
    teacher: Teacher, review: Notebook, watcher: Watcher
) -> None:
    says(run(review, SOLUTIONS), CHANGE)
    choose(review, "Show", "What the class")
    says(review.cell(SOLUTIONS), "3 of 3 students")
    review.tab_to("Show students’ names")
    review.page.keyboard.press("Space")
    review.cell(SOLUTIONS).locator("option", has_text="Byron").wait_for(state="attached")
    review.save()
    saved = (teacher.clone.root / REVIEW).read_text(encoding="utf-8")
    assert "review.solutions()" in saved
    assert [said for said in ("Student 1", "Byron", "change = ") if said in saved] == []
    teacher.desk.close_kernels()
    review.page.goto(teacher.desk.url(REVIEW))
    review.wait_for_kernel()
    review.panel.locator(".cj-asleep").wait_for()
    missing = review.page.get_by_text("Error displaying widget")
    missing.wait_for(state="attached")
    assert not missing.is_visible()
    assert all(wrong.startswith("Error: widget model not found") for wrong in watcher.wrong)
    watcher.wrong.clear()
