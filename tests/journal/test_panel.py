"""Do the buttons beneath a check give hints and the solution, and tell screen readers of them?"""

from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import cjpolicy as cj
from cjpolicy import checks, panel
from cjpolicy.journal import session
from cjpolicy.journal.store import Store
from cjpolicy.questions import find
from tests.journal.support import start_afresh

QUESTION = "02-two-changes"
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def new_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_hints_given", {})
    monkeypatch.setenv(session.VARIABLE, "off")
    start_afresh(monkeypatch)


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """Stand in for a kernel, which is where things are displayed."""
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def labels(shown: panel.Panel) -> tuple[str, str]:
    return shown.hint.description, shown.solution.description


def outputs(result: checks.Result) -> list[dict[str, Any]]:
    with capture_output() as captured:
        panel.show(result)
    return [output.data for output in captured.outputs]


def test_each_press_gives_the_next_hint_and_the_last_says_so() -> None:
    shown = panel.Panel(QUESTION)
    first, second = find(QUESTION).hints
    assert labels(shown) == ("Hint 1 of 2", "Show the solution anyway")
    shown.hint.click()
    assert labels(shown) == ("Hint 2 of 2", "Solution")
    assert "<p>" + first[:20] in shown.shown.value and second[:20] not in shown.shown.value
    shown.hint.click()
    assert labels(shown) == ("No more hints", "Solution")
    both = shown.shown.value
    shown.hint.click()
    assert shown.shown.value == both
    assert checks.hints_read(QUESTION) == 2


def test_the_newest_is_announced_and_only_that() -> None:
    shown = panel.Panel(QUESTION)
    shown.hint.click()
    shown.solution.click()
    before, _, announced = shown.shown.value.partition('<div role="alert">')
    assert "Hint 1 of 2" in before
    assert "One way to do it" in announced and "alert" not in announced


def test_the_solution_comes_before_any_hint_if_wanted_and_once() -> None:
    shown = panel.Panel(QUESTION)
    shown.solution.click()
    assert labels(shown) == ("Hint 1 of 2", "Solution shown")
    shown.solution.click()
    assert shown.shown.value.count("One way to do it") == 1


def test_what_was_read_before_is_there_again_and_not_announced() -> None:
    cj.hint(QUESTION)
    shown = panel.Panel(QUESTION)
    assert labels(shown) == ("Hint 2 of 2", "Solution")
    assert "Hint 1 of 2" in shown.shown.value and "alert" not in shown.shown.value


def test_no_button_is_ever_switched_off() -> None:
    shown = panel.Panel(QUESTION)
    for button in (shown.hint, shown.hint, shown.hint, shown.solution, shown.solution):
        button.click()
        assert not shown.hint.disabled and not shown.solution.disabled


def test_a_test_offers_no_solution() -> None:
    buttons = panel.Panel("00-before-test").box.children[0].children
    assert [button.description for button in buttons] == ["Hint 1 of 2"]


def test_a_press_is_remembered(store: Store, reader: None) -> None:
    shown = panel.Panel(QUESTION)
    shown.hint.click()
    shown.solution.click()
    assert [event.kind for event in store.events()] == ["hint", "solution"]


def test_buttons_are_an_output_of_their_own_beneath_the_result(shell: InteractiveShell) -> None:
    result = cj.check(QUESTION, 100)
    above, beneath = outputs(result)
    assert above["text/plain"] == repr(result)
    assert above["text/html"].startswith(result._repr_html_())
    assert WIDGET in beneath and beneath["text/plain"] == ""


def test_a_right_answer_needs_no_buttons(shell: InteractiveShell) -> None:
    (only,) = outputs(cj.check(QUESTION, 116))
    assert WIDGET not in only


def test_a_reader_gets_buttons(
    reader: None, monkeypatch: pytest.MonkeyPatch, shell: InteractiveShell
) -> None:
    seen: list[checks.Result] = []
    monkeypatch.setattr(panel, "show", seen.append)
    result = cj.check(QUESTION, 100)
    result._ipython_display_()
    assert seen == [result]


def test_nobody_else_does(shell: InteractiveShell) -> None:
    result = cj.check(QUESTION, 100)
    with pytest.raises(NotImplementedError):
        result._ipython_display_()
    assert shell.display_formatter is not None
    data, _ = shell.display_formatter.format(result)
    assert data == {"text/plain": repr(result), "text/html": result._repr_html_()}


def test_an_items_result_has_no_buttons(reader: None) -> None:
    with pytest.raises(NotImplementedError):
        checks.Result("a02-x", cj.Number().inspect(3))._ipython_display_()
