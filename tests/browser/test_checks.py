"""A question answered wrongly, then with a hint, then rightly."""

from typing import TYPE_CHECKING

from cjpolicy import misconceptions
from cjpolicy.questions import find
from tests.browser.lab import MARKS, Desk, eventually, open_notebook, small_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = MARKS
QUESTION = find("02-two-changes")


def test_a_wrong_answer_is_explained_and_hints_lead_to_the_right_one(desk: Desk, page: "Page") -> None:
    slip, wrong = next(iter(QUESTION.options["slips"].items()))
    check = f'cj.check("{QUESTION.id}", {{}})'
    cells = ("import cjpolicy as cj", check.format(wrong), f'cj.hint("{QUESTION.id}")')
    notebook = open_notebook(page, desk, desk.write("tries/check.ipynb", small_notebook(*cells)))
    notebook.run_all()
    result = notebook.cell(1).get_by_role("status")
    assert result.locator(".cj-title").inner_text() == "→ Not yet"
    assert misconceptions.explain(slip).diagnosis in result.inner_text()
    assert str(QUESTION.expected) not in result.inner_text()

    notebook.cell(2).locator(".jp-InputPrompt").click()
    for number, hint in enumerate(QUESTION.hints, start=1):
        eventually(
            notebook.cell(2).locator(".cj-title").inner_text, f"Hint {number} of {len(QUESTION.hints)}"
        )
        assert hint in notebook.cell(2).inner_text()
        page.keyboard.press("Control+Enter")

    page.keyboard.press("ArrowUp")
    notebook.fill(*QUESTION.solution.split("\n"), check.format("answer"))
    page.keyboard.press("Control+Enter")
    eventually(result.locator(".cj-title").inner_text, "✓ Correct")
    assert QUESTION.why in result.inner_text()
