"""What a reader did is still known after JupyterLab was stopped and started again."""

from typing import TYPE_CHECKING

import pytest

from cjpolicy.questions import find, unit_questions, units
from tests.browser.lab import MARKS, eventually, leave, open_notebook, served, small_notebook
from tests.grading.clones import clone_to

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = MARKS
FIRST, SECOND = "02-two-changes", "02-reporting"


def test_progress_and_predictions_survive_a_restart(
    tmp_path_factory: pytest.TempPathFactory, page: "Page"
) -> None:
    clone = clone_to(tmp_path_factory.mktemp("returning"))
    right = find(FIRST)
    done = (
        "import cjpolicy as cj\n" + right.solution + f'\ncj.check("{FIRST}", answer)',
        f'cj.check("{SECOND}", 8)',
        f'cj.hint("{SECOND}")',
        'cj.predict("02-direction", "it rose, surely")',
    )
    with served(clone, "study") as desk:
        notebook = open_notebook(page, desk, desk.write("tries/first.ipynb", small_notebook(*done)))
        notebook.run_all()
        eventually(notebook.cell(0).locator(".cj-title").inner_text, "✓ Correct")
        leave(page)
        desk.close_kernels()

    back = ("import cjpolicy as cj\ncj.progress()", 'cj.predict("02-direction")')
    with served(clone, "study") as desk:
        notebook = open_notebook(page, desk, desk.write("tries/back.ipynb", small_notebook(*back)))
        notebook.run_all()
        card = notebook.cell(0).get_by_role("group", name="Your progress")
        checks = sum(len(unit_questions(unit)) for unit in units())
        assert f"1 of {checks} checks passed" in card.inner_text()
        row = card.get_by_role("row").filter(has_text="02 Counting violence")
        assert row.get_by_role("cell").all_inner_texts()[:2] == [
            f"1 of {len(unit_questions('02'))}",
            "1 hint",
        ]
        assert "it rose, surely" in notebook.cell(1).inner_text()
        continue_there(page)
        leave(page)


def continue_there(page: "Page") -> None:
    """Follow the link to where the reader left off."""
    page.get_by_role("group", name="Your progress").get_by_role("link").click()
    page.get_by_role("tab", name="02_counting_violence.ipynb", selected=True).wait_for()
