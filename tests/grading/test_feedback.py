"""What students get back: no key, nothing that runs, nothing that fetches."""

from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cjpolicy.grading.feedback import FeedbackPage, HideKeys, harmless

TEST = {
    "grade": True,
    "solution": False,
    "locked": True,
    "points": 2,
    "grade_id": "a90-x",
    "schema_version": 3,
}
HIDDEN = "### BEGIN HIDDEN TESTS\nitem.expect(73694)\n### END HIDDEN TESTS"
SOURCE = f'item = cj.item("a90-x", x)\n{HIDDEN}\nitem.points(2)'
TABLE = '<table class="x"><tbody><tr><td>8</td></tr></tbody></table>'


def cleaned(*outputs: Any, source: str = SOURCE, grader: dict[str, Any] | None = None) -> Any:
    cell = new_code_cell(source, outputs=list(outputs), metadata={"nbgrader": grader or TEST})
    return HideKeys().preprocess_cell(cell, {}, 0)[0]


def test_hidden_tests_go() -> None:
    assert cleaned().source == 'item = cj.item("a90-x", x)\nitem.points(2)'


def test_a_traceback_that_quotes_a_key_goes() -> None:
    trace = [
        "NameError  Traceback",
        "----> 1 item = ...",
        "      3 item.expect(73694)",
        "NameError: name 'x'",
    ]
    (output,) = cleaned(
        new_output("error", ename="NameError", evalue="name 'x' is not defined", traceback=trace)
    ).outputs
    assert output.traceback == ["NameError: name 'x' is not defined"]


def test_a_warning_that_quotes_a_key_goes() -> None:
    text = "/tmp/1.py:3: RuntimeWarning: divide by zero\n  item.expect(73694)\n"
    (output,) = cleaned(new_output("stream", name="stderr", text=text)).outputs
    assert output.text == "/tmp/1.py:3: RuntimeWarning: divide by zero"


def test_a_students_own_cell_is_left_alone() -> None:
    mine = "### BEGIN HIDDEN TESTS\nmine"
    answer = {
        "grade": False,
        "solution": True,
        "locked": False,
        "grade_id": "a90-x-answer",
        "schema_version": 3,
    }
    assert cleaned(source=mine, grader=answer).source == mine


def test_an_unclosed_region_is_hidden_to_the_end() -> None:
    assert cleaned(source="a\n### BEGIN HIDDEN TESTS\nkey").source == "a"


@pytest.mark.parametrize(
    ("markup", "left"),
    [
        ("<p>5 &lt; 6</p>", "<p>5 &lt; 6</p>"),
        ("<style>@import 'http://x.example'</style><b>x</b>", "<b>x</b>"),
        ("<style>body{display:none}", ""),
        ('<img src="http://x.example/a.png">x', "x"),
        ('<svg onload="x()"><b>y</b></svg>', "<b>y</b>"),
        ('<a href="javascript:x()">z</a>', "<a>z</a>"),
        ('<iframe srcdoc="&lt;script&gt;"></iframe>', ""),
        ('<table border="1" class="x"><tbody><tr><td>8</td></tr></tbody></table>', TABLE),
    ],
)
def test_harmless(markup: str, left: str) -> None:
    assert harmless(markup) == left


def test_a_written_answer_cannot_run_anything() -> None:
    notebook = new_notebook(
        cells=[new_markdown_cell('Fell. <script>x()</script><img src="x" onerror="x()"> **More.**')]
    )
    page, _ = FeedbackPage().from_notebook_node(notebook)
    body = page.split("<body", 1)[1]
    assert "<strong>More.</strong>" in body
    assert "onerror" not in body and "x()" not in body
