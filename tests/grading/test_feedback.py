"""What students get back: item by item, no key, nothing that runs, nothing that fetches."""

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cjpolicy.checks import OUTCOME_MIME
from cjpolicy.grading.feedback import FeedbackPage, HideKeys, model_answer
from cjpolicy.grading.pictures import MOST, draw_charts
from cjpolicy.grading.recorded import with_answers
from cjpolicy.grading.workshop import Workshop
from tests.grading.sample import NAME, cell, sample_course, write

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
CHART = "application/vnd.vegalite.v5+json"
SPEC: dict[str, Any] = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {"values": [{"year": 1997, "index": 100}, {"year": 2006, "index": 69}]},
    "mark": "bar",
    "encoding": {"x": {"field": "year", "type": "ordinal"}, "y": {"field": "index", "type": "quantitative"}},
}


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


def test_a_model_answer_keeps_what_stands_around_it() -> None:
    source = "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n\nf(1)"
    assert model_answer(source) == "def f(x):\n    return x\n\nf(1)"
    assert model_answer("A model text.") == "A model text."


# The page, from notebooks as marking leaves them.


def given(id: str, source: str, kind: str = "text") -> Any:
    return cell(kind, id, source, locked=True, grade_id=id)


def answer(id: str, source: str, *outputs: Any) -> Any:
    made = cell("code", id, source, solution=True, grade_id=f"{id}-answer")
    made.outputs = list(outputs)
    return made


def checked(id: str, *outputs: Any, points: float = 2, **metadata: Any) -> Any:
    made = cell("code", f"{id}-check", SOURCE, grade=True, locked=True, points=points, grade_id=id)
    made.outputs = list(outputs)
    made.metadata.update(metadata)
    return made


def written(id: str, source: str) -> Any:
    return cell("text", id, source, grade=True, solution=True, points=3, grade_id=id)


def outcome(id: str, status: str, *lines: str) -> Any:
    record = {"id": id, "status": status, "slips": [], "earned": 0.0, "worth": 2.0}
    text = "\n".join([status, *lines, "0 of 2 points"])
    return new_output(
        "display_data", data={OUTCOME_MIME: record, "text/plain": text, "text/html": "<b>card</b>"}
    )


def page_of(
    cells: list[Any], marks: Mapping[str, Mapping[str, Any]], notes: Any = None, **settings: Any
) -> Any:
    """Return the page of a notebook: its marks are what the gradebook has, by grade id."""

    class Marks(Preprocessor):
        def preprocess_cell(self, cell: Any, resources: Any, index: int) -> Any:
            grader = cell.metadata.get("nbgrader", {})
            grader.update(marks.get(grader.get("grade_id", ""), {}))
            return cell, resources

    exporter = FeedbackPage(**settings)
    exporter.register_preprocessor(Marks(), enabled=True)
    score = sum(mark.get("score", 0) for mark in marks.values())
    totals = {
        "score": score,
        "max_score": 10,
        "late_penalty": 0,
        "student": "eve",
        "assignment": NAME,
        "notebook": NAME,
    }
    notebook = new_notebook(cells=cells, metadata={"cjpolicy": notes} if notes else {})
    page, _ = exporter.from_notebook_node(notebook, {"nbgrader": totals})
    return BeautifulSoup(page, "html.parser")


def words(part: Any) -> str:
    return " ".join(part.get_text(" ").split()).replace(" .", ".")


def item(page: Any, number: int) -> str:
    return words(page.select_one(f"#item-{number}"))


def test_the_items_and_their_status() -> None:
    error = new_output("error", ename="NameError", evalue="name 'x' is not defined", traceback=["73694"])
    statuses = ["correct", "not yet", "not yet", "not attempted", "cannot check"]
    cells = [given("title", "# Assignment 90: a sample")]
    for number, status in enumerate(statuses, start=1):
        id = f"a90-{number}"
        cells += [given(f"{id}-ask", f"## {number}. Item *{number}* (2 points)\n\nHow many?")]
        cells += [
            answer(id, f"x = {number}"),
            checked(id, outcome(id, status, "You gave 8.", "→ part: not yet. Look.")),
        ]
    cells += [
        answer("a90-6", "x ="),
        checked("a90-6", error),
        answer("a90-7", "x"),
        checked("a90-7", unmarked={}),
    ]
    cells += [written("a90-8", "It **fell**."), written("a90-9", "It rose."), written("a90-10", "")]
    marks: dict[str, dict[str, Any]] = {f"a90-{number}": {"score": 0.0} for number in range(1, 11)}
    marks["a90-1"]["score"], marks["a90-2"]["score"] = 2.0, 0.5
    marks["a90-7"]["waits"] = marks["a90-8"]["waits"] = True
    marks["a90-9"] |= {"score": 1.5, "by_hand": True, "comment": "Say **which**. <script>x()</script>"}
    page = page_of(cells, marks)
    assert [[words(each) for each in row.select("th, td")] for row in page.select("tbody tr")] == [
        ["1. Item 1", "Correct", "2 of 2"],
        ["2. Item 2", "Partly right", "0.5 of 2"],
        ["3. Item 3", "Not yet", "0 of 2"],
        ["4. Item 4", "Not attempted", "0 of 2"],
        ["5. Item 5", "Could not be checked", "0 of 2"],
        ["Item a90-6", "Stopped", "0 of 2"],
        ["Item a90-7", "Waits for your teacher", "– of 2"],
        ["Item a90-8", "Waits for your teacher", "– of 3"],
        ["Item a90-9", "Marked by your teacher", "1.5 of 3"],
        ["Item a90-10", "Not attempted", "0 of 3"],
    ]
    assert words(page.h1) == "Feedback: Assignment 90: a sample"
    assert words(page.header).endswith(
        "4 of 10 points so far 2 items wait for your teacher, worth 5 points. Points for them come on top."
    )
    assert item(page, 3) == (
        "3. Item 3 The question How many? Your answer x = 3 What came of it → Not yet: 0 of 2 points "
        "You gave 8. → part: not yet. Look. Back to the top"
    )
    assert "NameError: name 'x' is not defined The cell with your answer did not run" in item(page, 6)
    assert "Waits for your teacher: worth 2 points" in item(page, 7)
    assert "Your teacher says Say which." in item(page, 9)
    assert "The place for your answer was left as it was." in item(page, 10)
    assert [link["href"] for link in page.select("tbody a")] == [f"#item-{number}" for number in range(1, 11)]
    assert "73694" not in str(page) and "cj.item" not in str(page) and "HIDDEN" not in str(page)


def test_another_items_record_does_not_count() -> None:
    forged = outcome("a90-1", "correct", "Well done.")
    page = page_of([answer("a90-2", "x"), checked("a90-2", forged, outcome("a90-2", "not yet", "No."))], {})
    assert "Not yet: 0 of 2 points No." in item(page, 1)


def test_a_persons_mark_on_a_machines_item_has_the_last_word() -> None:
    cells = [answer("a90-1", "x"), checked("a90-1", outcome("a90-1", "not yet", "You gave 8."))]
    page = page_of(cells, {"a90-1": {"score": 2.0, "by_hand": True}})
    assert "Marked by your teacher: 2 of 2 points You gave 8." in item(page, 1)


def test_a_test_that_left_no_record_is_told_by_its_points() -> None:
    cells = [checked("a90-1"), checked("a90-2")]
    page = page_of(cells, {"a90-1": {"score": 2.0}, "a90-2": {"score": 1.0}})
    assert [words(row.td) for row in page.select("tbody tr")] == ["Correct", "Partly right"]
    assert "This item looks at your answer to an earlier one." in item(page, 1)


def test_the_question_has_what_came_with_it_and_the_rest_comes_last() -> None:
    table = given("a90-table", "secret_code()", "code")
    table.outputs = [
        new_output("execute_result", data={"text/html": "<table><tr><th></th><td>69</td></tr></table>"})
    ]
    mine = new_code_cell("mine = 1", outputs=[new_output("stream", name="stdout", text="line\n" * 50)])
    cells = [
        given("a90-title", "# Sample"),
        given("a90-setup", "import cjpolicy", "code"),
        given("a90-1-ask", "## First\n\n### Part\n\nAs $x_1$."),
        table,
        mine,
        answer("a90-1", "x = 1"),
        checked("a90-1"),
        new_markdown_cell("# My notes"),
    ]
    page = page_of(cells, {})
    assert item(page, 1).startswith("First The question Part As $x_1$. 69 Your answer x = 1 What came of it")
    rest = page.select("section")[-1]
    assert words(rest).startswith(
        "The rest of your notebook 4 cells that belong to no item In their order Sample "
        "import cjpolicy mine = 1 50 lines of output"
    )
    assert words(rest).endswith("My notes")
    assert not rest.details.has_attr("open")
    levels = [int(heading.name[1]) for heading in page.select("h1, h2, h3, h4, h5, h6")]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in pairwise(levels))
    assert page.select(".cj-scroll[tabindex] > table")


def test_what_was_mended_and_what_met_a_limit_is_said_at_the_top() -> None:
    notes = {
        "repairs": ["Put back the test a90-1, which had been <i>deleted</i>."],
        "flags": ["Looks copied."],
        "run": {"seed": 1, "limits": ["The cell a90-2 was stopped after 60 seconds."]},
    }
    page = page_of([checked("a90-1")], {}, notes)
    top = words(page.select_one(".note"))
    assert "Put back the test a90-1, which had been <i>deleted</i>." in top
    assert "The cell a90-2 was stopped after 60 seconds." in top
    assert "copied" not in str(page)


def test_a_chart_is_drawn_and_what_cannot_be_is_told_in_words() -> None:
    drawn = new_output("display_data", data={CHART: SPEC, "text/plain": "Chart: two bars."})
    failing = new_output("display_data", data={CHART: {**SPEC, "mark": 3}, "text/plain": "Chart: none."})
    fetching = {CHART: {**SPEC, "data": {"url": "http://x.example"}}, "text/plain": "Chart: far."}
    outputs = [drawn, failing, new_output("display_data", data=fetching)]
    page = page_of([answer("a90-1", "x", *outputs), checked("a90-1")], {})
    (image,) = page.select("img")
    assert image["alt"] == "two bars." and image["src"].startswith("data:image/png;base64,iVBOR")
    assert [words(each) for each in page.select(".output")][1:3] == ["Chart: none.", "Chart: far."]


def test_charts_that_would_take_everything_cost_only_themselves() -> None:
    huge = {**SPEC, "width": 200_000, "height": 200_000}
    first, none, second, *rest = draw_charts([SPEC, huge, SPEC] + [SPEC] * MOST)
    assert first and none is None and second == first
    assert rest == [first] * (MOST - 3) + [None] * 3


def test_errors_show_their_message_first() -> None:
    trace = ["\x1b[31mTraceback\x1b[0m", "  line 3"]
    error = new_output("error", ename="ValueError", evalue="<b>", traceback=trace)
    page = page_of([answer("a90-1", "x", error), checked("a90-1")], {})
    assert words(page.select_one(".output")) == "ValueError: <b> Where it stopped Traceback line 3"


def test_the_page_holds_all_it_needs_and_no_script() -> None:
    attack = '<script>x()</script><img src="http://x.example/a" onerror="x()"><style>*{}</style>'
    html = new_output("display_data", data={"text/html": attack, "text/latex": "x"})
    page = page_of(
        [given("t", attack), answer("a90-1", attack, html), checked("a90-1"), written("a90-2", attack)], {}
    )
    assert page.html["lang"] == "en"
    assert not page.select("script, link, iframe, object, base, [src^=http], [onerror]")
    assert not re.search(r"url\(|@import", "".join(style.text for style in page.select("style")))
    policy = page.select_one("meta[http-equiv=Content-Security-Policy]")["content"]
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def test_model_answers_are_shown_only_where_the_teacher_says_so(tmp_path: Path) -> None:
    source = "x = ...\n### BEGIN SOLUTION\nx = 73694\n### END SOLUTION"
    cells = [answer("a90-1", source), checked("a90-1"), written("a90-2", "A model text.")]
    write(new_notebook(cells=cells), tmp_path / NAME / f"{NAME}.ipynb")
    marked = [answer("a90-1", "x = 1"), checked("a90-1"), written("a90-2", "Mine.")]
    settings = {"source_directory": str(tmp_path)}
    with_models = page_of(marked, {}, model_answers=[NAME], **settings)
    assert item(with_models, 1).endswith("One way to do it x = 73694 Back to the top")
    assert item(with_models, 2).endswith("One way to do it A model text. Back to the top")
    assert "73694" not in str(page_of(marked, {}, model_answers=["a91_other"], **settings))


# The page, by nbgrader.


@pytest.mark.grading
def test_generate_feedback(tmp_path: Path) -> None:
    course = Workshop(sample_course(tmp_path / "course").root)
    release = nbformat.read(course.generate(NAME), as_version=4)
    answers = {"a90-two-changes": "change = 100", "a90-level": "level = 69", "a90-brief": "It **fell**."}
    folder = course.root / "classroom" / "submitted" / "ada" / NAME
    write(with_answers(release, answers), folder / f"{NAME}.ipynb")
    course.autograde(NAME)
    page = feedback(course)
    assert words(page.header).endswith(
        "2 of 7 points so far 1 item waits for your teacher, worth 3 points. Points for it come on top."
    )
    assert "You added the changes." in item(page, 1)
    with course.api.gradebook as gradebook:
        gradebook.find_grade("a90-brief", NAME, NAME, "ada").manual_score = 2.5
        gradebook.find_comment("a90-brief", NAME, NAME, "ada").manual_comment = "*Clear.*"
        gradebook.db.commit()
    page = feedback(course)
    assert words(page.select_one(".total")) == "4.5 of 7 points"
    assert "Marked by your teacher: 2.5 of 3 points Your teacher says Clear." in item(page, 3)


def feedback(course: Workshop) -> Any:
    path = course.root / f"classroom/feedback/ada/{NAME}/{NAME}.html"
    path.unlink(missing_ok=True)
    course.feedback(NAME)
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
