"""Do the parts of the site do their work: reading cells, drawing outputs, folding help, refusing folders?"""

import json
import re
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_output

import cjpolicy as cj
from cjpolicy import catalogue, charts, explorers
from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.explorers import claims, figures
from cjpolicy.questions import find
from cjpolicy.site import make_site
from cjpolicy.site.asked import asked
from cjpolicy.site.drawings import data_tables, drawing
from cjpolicy.site.exporter import markdown
from cjpolicy.site.lessons import read_lessons
from cjpolicy.site.questions import ask
from cjpolicy.site.reading import Reading, short_error, written

SEEN = pd.DataFrame({"step": ["start", "up"], "index": [100.0, 150.25], "unused": ["a", "b"]})


def text(drawn: str) -> str:
    """Return what a piece of HTML says."""
    return " ".join(BeautifulSoup(drawn, "html.parser").get_text(" ").split())


def data_in(drawn: str) -> Any:
    """Return the data that a piece of HTML carries for its script."""
    found = BeautifulSoup(drawn, "html.parser").select_one('script[type="application/json"]')
    assert found is not None
    return json.loads(str(found.string))


@pytest.mark.parametrize("source", ["x = 1", "cj.load('figures')", "check('00', 1)", "other.check('00', 1)"])
def test_a_cell_that_asks_nothing_is_read_as_such(source: str) -> None:
    assert asked(source) is None


def test_the_last_line_of_a_cell_is_found_with_its_question() -> None:
    found = asked('def factor(change):\n    return ...\n\n\ncj.check("02-factor", factor)')
    assert found is not None
    assert (found.function, found.name, found.given) == ("check", "02-factor", 1)


def test_a_question_folds_its_hints_and_shows_what_the_solution_gives() -> None:
    question = find("02-survey-index")
    soup = BeautifulSoup(ask(question), "html.parser")
    folded = {str(each.summary.string): text(str(each)) for each in soup.select("details") if each.summary}
    assert list(folded) == ["Hint 1", "Hint 2", "One way to do it"]
    assert all(hint in folded[f"Hint {place}"] for place, hint in enumerate(question.hints, 1))
    assert "The answer: 69.0" in folded["One way to do it"]
    assert question.why in folded["One way to do it"]
    assert not soup.select("details[open]")


def test_the_solution_that_is_a_chart_is_drawn() -> None:
    assert "figure" in [tag.name for tag in BeautifulSoup(ask(find("02-chart")), "html.parser").find_all()]


def test_the_before_test_gives_nothing_away() -> None:
    drawn = ask(find("00-before-test"))
    assert "One way to do it" not in drawn
    assert "come again in unit 17" in text(drawn)


def test_a_prediction_is_asked_for_and_recalled_with_a_way_back() -> None:
    reading = Reading()
    reading.predictions = {}
    first, second = (
        reading.show(new_code_cell(source, id=name))
        for name, source in [("guess", 'cj.predict("x", my_guess)'), ("again", 'cj.predict("x")')]
    )
    assert "Predict" in first[0]
    assert 'href="#guess"' in second[0]


def test_what_turned_out_stands_beside_a_prediction() -> None:
    reading = Reading()
    reading.predictions = {"x": "guess"}
    assert "It turned out: a fall." in text(
        reading.show(new_code_cell('cj.predict("x", turned_out="a fall")'))[0]
    )
    assert "It turned out" not in text(reading.show(new_code_cell('cj.predict("x", turned_out=change)'))[0])


def test_progress_is_the_readers_own() -> None:
    outputs = [new_output("execute_result", {"text/plain": "Unit 00: 9 of 12"})]
    shown = Reading().show(new_code_cell("cj.progress()", outputs=outputs))
    assert "9 of 12" not in "".join(shown)


def test_an_answer_not_given_is_not_shown_as_ellipsis() -> None:
    said = text(written(new_output("execute_result", {"text/plain": "Ellipsis"})))
    assert "Ellipsis" not in said
    assert "when you run the lesson" in said


def test_output_is_escaped() -> None:
    assert "<script>" not in written(new_output("stream", text="<script>alert(1)</script>"))
    assert "<b>" not in written(new_output("execute_result", {"text/plain": "<b>"}))


def test_of_several_calls_an_error_keeps_the_cell_and_the_message() -> None:
    calls = ["Cell In[1], line 2\n----> 2 f()\n\nCell In[1], line 1, in f()\n----> 1 g()\n\nValueError: no"]
    colour = "\x1b[31m"
    output = new_output("error", ename="ValueError", evalue="no", traceback=[f"{colour}---------", *calls])
    assert short_error(output) == "Cell In[1], line 2\n----> 2 f()\n\nValueError: no"


def test_formulas_become_mathml_and_headings_keep_their_ids() -> None:
    drawn = markdown("## A level, not a change\n\nSo $\\frac{43}{35}$ and\n\n$$x^2$$")
    assert '<h2 id="A-level,-not-a-change">A level, not a change</h2>' in drawn
    assert re.findall(r'<math[^>]*display="(\w+)"', drawn) == ["inline", "block"]
    assert "$" not in drawn


def test_a_chart_carries_its_words_and_the_columns_it_draws() -> None:
    chart = alt.Chart(SEEN).mark_bar().encode(x="step", y="index")
    rule = alt.Chart(pd.DataFrame({"index": [100]})).mark_rule().encode(y="index")
    bundle = charts.mimebundle(chart + rule)[0]
    tables = data_tables(bundle[charts.MIME])
    assert [(headers, rows) for headers, rows, _ in tables] == [
        (["step", "index"], [["start", "100"], ["up", "150.25"]]),
        (["index"], [["100"]]),
    ]
    assert text(drawing(bundle)).startswith(bundle[charts.MIME]["description"])


def test_a_chart_with_controls_leaves_its_table_to_the_explorer() -> None:
    assert data_tables(cj.explore("recording").outputs[1][0][charts.MIME]) == []


@pytest.mark.parametrize(
    "start", [{"topic": "cost"}, {"document": "003"}, {"unit": "percent", "topic": "alcohol"}]
)
def test_the_page_of_figures_shows_those_that_the_model_selects(start: dict[str, str]) -> None:
    soup = BeautifulSoup(explorers.page("figures", **start), "html.parser")
    known = catalogue.load("figures")
    chosen = figures.select(known, **start)
    shown = [row for row in soup.select("tbody tr") if "hidden" not in row.attrs]
    assert [str(row.th.string) for row in shown if row.th] == chosen["stated_as"].tolist()
    assert len(soup.select("tbody tr")) == len(known)
    assert figures.sentence(len(chosen), len(known)) in text(str(soup.select_one("[role=status]")))
    assert data_in(str(soup))[len(chosen)] == figures.sentence(len(chosen), len(known))


def test_the_page_of_claims_carries_what_the_model_says_of_any_two() -> None:
    known = catalogue.load("claims")
    said = data_in(explorers.page("claims"))
    for one in known["claim_id"]:
        for other in known["claim_id"]:
            drawn = BeautifulSoup(claims.draw(known, one, other), "html.parser")
            rows = [[cell.get_text() for cell in row.select("td")] for row in drawn.select("tbody tr")]
            sentence, *signs = said["compared"][one][other]
            columns = said["columns"][one], said["columns"][other], signs
            assert [list(row) for row in zip(*columns, strict=True)] == rows
            assert sentence == claims.sentence(claims.compare(known, one, other), two=True)


def test_a_page_cannot_start_where_the_explorer_cannot() -> None:
    with pytest.raises(UnknownName, match="no topic 'weather'"):
        explorers.page("figures", topic="weather")
    with pytest.raises(UnknownName, match="no option 'topic'"):
        explorers.page("claims", topic="cost")


def test_a_folder_of_something_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CourseError, match="Give another folder with --output"):
        make_site(tmp_path, tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_folder_without_lessons_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="There are no lessons in"):
        read_lessons(tmp_path)
