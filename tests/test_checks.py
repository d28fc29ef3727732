"""Do check, hint, solution, predict and item show what they should, in a notebook and under nbgrader?"""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import CapturedIO, capture_output

import cjpolicy as cj
from cjpolicy import checks
from cjpolicy.errors import CourseError, UnknownName, WrongType
from cjpolicy.journal import session
from cjpolicy.questions import find

QUESTION = "02-two-changes"
PARTS = cj.Parts(points=cj.Number("percentage points"), percent=cj.Number("per cent"))
KEY = {"points": 8, "percent": 22.857}
SLIPS = {"percent": {"points-for-percent": 8}}


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start each test outside nbgrader, with no hint asked for and no prediction made."""
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(checks, "_hints_given", {})
    monkeypatch.setattr(checks, "_predictions", {})


@pytest.fixture
def notebook() -> Iterator[None]:
    """Stand in for a kernel, which is where things are displayed."""
    InteractiveShell.instance()
    yield
    InteractiveShell.clear_instance()


def displayed(captured: CapturedIO) -> dict[str, Any]:
    assert len(captured.outputs) == 1
    return captured.outputs[0].data


# check, hint, solution, predict


def test_a_right_answer_is_followed_by_its_point() -> None:
    result = cj.check(QUESTION, 116)
    assert result.status == "correct"
    assert repr(result) == f"✓ Correct\n{find(QUESTION).why}"


def test_a_wrong_answer_gets_its_diagnosis_and_the_way_to_a_hint() -> None:
    result = cj.check(QUESTION, 100)
    assert result.status == "not yet"
    assert repr(result) == (
        "→ Not yet\nYou gave 100 per cent. You added the changes. Each one works on what the one before "
        "left, so they multiply. Next: Turn each change into a factor (up 10% is 1.10, down 10% is 0.90), "
        'multiply or divide, and turn the result back into a change.\nStuck? cj.hint("02-two-changes")'
    )


@pytest.mark.parametrize(("answer", "title"), [(..., "… Not attempted"), ("116", "? Cannot check")])
def test_what_cannot_be_marked_says_what_form_is_wanted(answer: Any, title: str) -> None:
    lines = repr(cj.check(QUESTION, answer)).splitlines()
    assert lines[0] == title
    assert "Give one number (per cent)" in lines[1]


def test_a_result_is_drawn_as_a_notice_without_code_of_the_students() -> None:
    drawn = checks.Result(
        "x", cj.Number().judge("<script>alert(1)</script>", 1), 'Stuck? cj.hint("x")'
    )._repr_html_()
    assert 'class="cj-card cj-notice cj-cannot-check" role="status"' in drawn
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn
    assert drawn.endswith("<p>Stuck? cj.hint(&quot;x&quot;)</p></div>")


def test_each_part_has_a_line_with_its_sign_in_words() -> None:
    outcome = PARTS.judge({"points": 8, "percent": "8%"}, KEY)
    result = checks.Result("x", outcome)
    assert repr(result).splitlines() == [
        "→ Not yet",
        "1 of 2 parts is right.",
        "✓ points: Correct.",
        "? percent: cannot check. You gave text, '8%'. Give one number (per cent): no quotation marks, "
        "no % sign, no comma.",
    ]
    assert "<ul><li>✓ points: Correct.</li><li>? percent: cannot check." in result._repr_html_()


def test_parts_of_parts_are_listed_with_both_names() -> None:
    form = cj.Parts(first=PARTS, second=cj.Number())
    result = checks.Result(
        "x", form.judge({"first": {"points": 8}, "second": 1}, {"first": KEY, "second": 1})
    )
    assert result.listed[1:3] == [
        "✓ first, points: Correct.",
        "… first, percent: not attempted. Nothing here yet. Give one number (per cent).",
    ]


def test_a_wholly_right_answer_lists_no_parts() -> None:
    assert checks.Result("x", PARTS.judge(KEY, KEY)).listed == []


def test_hints_come_one_after_another() -> None:
    first, second, again = (cj.hint(QUESTION) for _ in range(3))
    assert first.title == "Hint 1 of 2"
    assert first.after == f'Another: cj.hint("{QUESTION}")'
    assert second.title == again.title == "Hint 2 of 2"
    assert second.after == f'The answer: cj.solution("{QUESTION}")'
    assert (first.text, second.text) == find(QUESTION).hints
    assert cj.hint(QUESTION, 1) == first


@pytest.mark.parametrize("number", [0, 3, -1, 1.5, "1", True])
def test_a_hint_there_is_not(number: Any) -> None:
    with pytest.raises(WrongType, match="has hints 1 to 2. You asked for"):
        cj.hint(QUESTION, number)


@pytest.mark.parametrize(
    ("right", "share", "status"), [(12, 1.0, "correct"), (7, 0.5833, "not yet"), (None, 0.0, "not attempted")]
)
def test_a_check_is_remembered_with_the_share_that_was_right(
    monkeypatch: pytest.MonkeyPatch, right: int | None, share: float, status: str
) -> None:
    seen: dict[str, Any] = {}
    monkeypatch.setattr(session, "record", lambda kind, about, **detail: seen.update(detail))
    key = find("00-before-test").expected
    letters = {number: key[number] if k < right else "..." for k, number in enumerate(key)} if right else ...
    cj.check("00-before-test", letters)
    assert seen == {"status": status, "slips": [], "share": share}


def test_the_solution_shows_its_code_and_its_point() -> None:
    note = cj.solution(QUESTION)
    assert note.code == find(QUESTION).solution
    assert "<pre><code>answer = 100 * (1.80 * 1.20 - 1)</code></pre>" in note._repr_html_()


@pytest.mark.parametrize("ask", [lambda name: cj.check(name, 1), cj.hint, cj.solution])
def test_an_unknown_question_gets_one_clear_message(ask: Any) -> None:
    with pytest.raises(UnknownName, match="Did you mean '02-two-changes'"):
        ask("02-two-change")
    with pytest.raises(WrongType, match="A question's id is text"):
        ask(2)


def test_a_prediction_is_kept_and_shown_again() -> None:
    assert cj.predict("violence").title == "No prediction yet"
    assert cj.predict("violence", ...).title == "No prediction yet"
    assert cj.predict("violence", "").title == "No prediction yet"
    assert cj.predict("violence", "it fell").text.startswith("You said: it fell.")
    assert cj.predict("violence").text == "it fell. What would you say now?"
    assert cj.predict("violence", 31).text.startswith("You said: 31.")
    with pytest.raises(WrongType, match="It was given 3 for a name"):
        cj.predict(3, "it fell")  # type: ignore[arg-type]


# item


def marked(answer: Any, worth: float = 2) -> tuple[float | None, dict[str, Any]]:
    item = cj.item("a02-points", answer, PARTS)
    item.expect(KEY, within={"points": 0.05, "percent": 0.05}, slips=SLIPS)
    with capture_output() as captured:
        earned = item.points(worth)
    return earned, displayed(captured)


@pytest.mark.parametrize(
    ("answer", "points", "status", "slips"),
    [
        (KEY, 2.0, "correct", []),
        ({"points": 8, "percent": 8}, 1.0, "not yet", ["points-for-percent"]),
        ({"points": -8, "percent": 22.86}, 1.5, "not yet", ["slip-sign"]),
        ({"points": 8, "percent": "many"}, 1.0, "not yet", []),
        (None, 0.0, "not attempted", []),
        (3, 0.0, "cannot check", []),
    ],
)
def test_with_its_key_an_item_gives_points_and_a_record(
    notebook: None, answer: Any, points: float, status: str, slips: list[str]
) -> None:
    earned, shown = marked(answer)
    assert type(earned) is float
    assert earned == points
    record = {"id": "a02-points", "status": status, "slips": slips, "earned": points, "worth": 2}
    assert shown[checks.OUTCOME_MIME].pop("answer")
    assert json.loads(json.dumps(shown[checks.OUTCOME_MIME])) == record
    assert shown["text/plain"].endswith(f"{points:g} of 2 points")
    assert "22.857" not in shown["text/plain"] + shown["text/html"]


@pytest.mark.parametrize(
    ("answer", "form", "words"),
    [
        ({"points": numpy.float64(8), "shows": "a fall"}, PARTS, "points: 8.0, shows: 'a fall'"),
        (numpy.int64(31), cj.Number(), "31"),
        ([1, 2], cj.Number(), "[1, 2]"),
        (None, cj.Chart(), "None"),
        ({"mark": "bar"}, cj.Chart(), "a dictionary"),
        (lambda x: x, cj.Function("x", returns=cj.Number()), "<function <lambda>>"),
        ({1: 2}, cj.Number(), "{1: 2}"),
        ("long " * 100, cj.Number(), f"{repr('long ' * 100)[:299]}…"),
        (
            {"a": "long " * 40, "b": "long " * 40},
            PARTS,
            f"a: {'long ' * 40!r}, b: {'long ' * 40!r}"[:299] + "…",
        ),
    ],
)
def test_a_record_has_the_answer_in_words(answer: Any, form: Any, words: str) -> None:
    assert cj.item("a02-points", answer, form).in_words == words


def test_a_record_survives_an_answer_that_will_not_be_shown() -> None:
    class Odd:
        def __repr__(self) -> str:
            print("written into the test's own output")
            raise ValueError

    assert cj.item("a02-points", Odd(), cj.Number()).in_words == "something of type Odd"


@pytest.mark.parametrize("worth", [1, 2.5, 3])
def test_thirds_add_up(notebook: None, worth: float) -> None:
    form = cj.Parts(a=cj.Number(), b=cj.Number(), c=cj.Number())
    for right in range(4):
        item = cj.item("x", dict(zip("abc", [1] * right + [9] * (3 - right), strict=True)), form)
        item.expect({"a": 1, "b": 1, "c": 1})
        with capture_output():
            earned = item.points(worth)
        assert earned == round(worth * right / 3, 6)


def test_a_students_own_notebook_shows_the_form_only(notebook: None) -> None:
    with capture_output() as captured:
        assert cj.item("a02-points", {"points": 1, "percent": 1}, PARTS).points(2) is None
    shown = displayed(captured)
    assert shown["text/plain"] == "✓ Right form; not marked here\nEvery part has the right form."
    assert shown[checks.OUTCOME_MIME]["earned"] is None
    assert "answer" not in shown[checks.OUTCOME_MIME]
    with capture_output() as captured:
        assert cj.item("a02-points", {"points": "1", "percent": ...}, PARTS).points(2) is None
    assert displayed(captured)["text/plain"].splitlines()[0] == "? Cannot check"
    assert "… percent: not attempted. Nothing here yet." in displayed(captured)["text/plain"]


def test_outside_a_notebook_a_result_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    cj.item("a02-points", 3, cj.Number()).points(1)
    assert capsys.readouterr().out == "✓ Right form; not marked here\nThis has the right form.\n"


def test_validate_gives_a_plain_number_where_the_form_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    earned = cj.item("a02-points", KEY, PARTS).points(2)
    assert (type(earned), earned) == (float, 2.0)


@pytest.mark.parametrize(
    ("answer", "form", "says"),
    [
        (
            ...,
            cj.Number("per cent"),
            "a02-points: not attempted. Nothing here yet. Give one number (per cent).",
        ),
        (
            "8%",
            cj.Number("per cent"),
            "a02-points: cannot check. You gave text, '8%'. Give one number (per cent): no quotation marks, "
            "no % sign, no comma.",
        ),
        (
            {"points": 8, "percent": ...},
            PARTS,
            "a02-points: cannot check. Not every part has the right form yet. "
            "✓ points: This has the right form. "
            "… percent: not attempted. Nothing here yet. Give one number (per cent).",
        ),
    ],
)
def test_validate_says_in_one_message_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, answer: Any, form: Any, says: str
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    with pytest.raises(checks.WrongForm) as raised:
        cj.item("a02-points", answer, form).points(2)
    assert str(raised.value) == says
    told = "\n".join(raised.value._render_traceback_())
    assert " ".join(told.split()) == f"WrongForm: {says}"
    assert max(map(len, told.splitlines())) <= 80  # nbgrader cuts what is longer


def test_marking_without_a_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(checks.NoKey, match="a02-points has no key here") as raised:
        cj.item("a02-points", 3, cj.Number()).points(1)
    assert "nbgrader generate_assignment" in str(raised.value)


def test_marking_with_a_key_under_nbgrader(monkeypatch: pytest.MonkeyPatch, notebook: None) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert marked(KEY)[0] == 2.0


@pytest.mark.parametrize(("grade_id", "form"), [(3, cj.Number()), ("x", cj.Number), ("x", "per cent")])
def test_an_item_needs_an_id_and_a_form(grade_id: Any, form: Any) -> None:
    with pytest.raises(WrongType, match=r"item\(\) takes an id, an answer and a form"):
        cj.item(grade_id, 1, form)


def test_every_error_is_shown_in_one_line() -> None:
    assert issubclass(checks.WrongForm, CourseError)
    assert issubclass(checks.NoKey, CourseError)


def test_what_a_student_prints_or_warns_of_reaches_nobody() -> None:
    """A line on stderr would cost a test cell all its points."""
    code = (
        "import warnings, numpy as np, cjpolicy as cj\n"
        "def f(x):\n"
        "    print('out'); warnings.warn('careful'); return np.float64(1) / np.float64(0) * x\n"
        "item = cj.item('x', f, cj.Function('x'))\n"
        "item.expect(lambda x: x, cases={'all': [(1,)]})\n"
        "item.points(1)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "out" not in done.stdout.splitlines()
    assert "0 of 1 points" in done.stdout


def test_a_test_that_comes_again_keeps_its_solution() -> None:
    note = cj.solution("00-before-test")
    assert (note.title, note.code) == ("No solution yet", "")
