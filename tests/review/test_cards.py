"""Do the pieces of HTML say all that is known of an item, and nothing of a student's that could run?"""

from dataclasses import replace

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from markupsafe import Markup

from cjpolicy.charts import themed_altair
from cjpolicy.grading.recorded import Sample
from cjpolicy.review import cards
from cjpolicy.review.answers import StudentAnswer
from cjpolicy.review.figures import Figure
from cjpolicy.review.models import Excerpt, ItemModel, Mistake, Ran
from cjpolicy.review.models import Figure as Stated

WRONG = Mistake("c = 8", "8", 0.0, 0.0, "not yet", ("added-percentages",), "You gave 8.", "added-percentages")
MODEL = ItemModel(
    id="a02-two-changes",
    number=1,
    title="1. Two changes",
    prompt="<p>By how much?</p>",
    points=1.0,
    answer="c = 1.2 * 43 / 35",
    value="47.4",
    outputs="",
    earned=1.0,
    slips=(),
    message="",
    excerpts=(Excerpt("plan", "Violence fell by <31>%.", "The plan", "Foreword; line 3"),),
    figures=(Stated("ncrs-20", 20, "per cent", "20 per cent", "about 20%", "The plan", "1.2; line 9"),),
    alternatives=(Ran("c = 47.4", "47.4", 1.0, 1.0, "correct", (), ""),),
    misconceptions=(WRONG, replace(WRONG, code="c = 9", value="9")),
    rubric=("Nothing.", "All."),
    samples=(Sample(1, "A **good** one."),),
    written=False,
    ideas=("changes multiply",),
)


def answer(**about: object) -> StudentAnswer:
    said = {"drawn": Markup("<pre>c = 8</pre>"), "notice": Markup("<p>Not yet</p>"), "message": ""}
    fields = {"text": "c = 8", "value": "8", "earned": 0.0, "worth": 1.0, "status": "not yet", "slips": ()}
    return StudentAnswer(**{**fields, **said, **about})  # type: ignore[arg-type]


def soup(markup: str) -> BeautifulSoup:
    return BeautifulSoup(markup, "html.parser")


def text(markup: str) -> str:
    return " ".join(soup(markup).get_text(" ").split())


def test_an_item_s_card_says_all_that_is_known_of_it() -> None:
    said = text(cards.item_card(MODEL))
    for words in (
        "By how much?",
        "47.4",
        "about 20%",
        "1.2; line 9",
        "Violence fell by <31>%.",
        "Foreword; line 3",
    ):
        assert words in said
    for words in (
        "Also accepted",
        "earns 0 points",
        "You gave 8.",
        "changes multiply",
        "Nothing.",
        "Level 1",
    ):
        assert words in said


def test_an_excerpt_that_the_question_quotes_is_not_quoted_again() -> None:
    said = text(cards.item_card(replace(MODEL, prompt="<p>Violence fell by &lt;31&gt;%.</p>")))
    assert said.count("Violence fell by <31>%.") == 1
    assert "(quoted in the question) The plan, Foreword; line 3" in said


def test_a_misconception_stands_there_once_with_its_count_and_each_value() -> None:
    card = soup(cards.item_card(MODEL, {"added-percentages": (11, 30)}))
    (heading,) = card.select(".cj-mistake h5")
    assert " ".join(heading.get_text().split()) == "Percentage changes added or subtracted 11 of 30 students"
    assert card.select_one(".cj-count")["data-slip"] == "added-percentages"  # type: ignore[index]
    assert [code.get_text() for code in card.select(".cj-mistake .cj-value code")] == ["8", "9"]
    (folded,) = card.select(".cj-mistake details")
    assert folded.get_text().count("You gave 8.") == 2
    assert "earns 0 points" not in folded.get_text()


def test_a_misconception_that_nobody_showed_says_so_and_leads_nowhere() -> None:
    count = soup(cards.item_card(MODEL, {"added-percentages": (0, 30)})).select_one(".cj-count")
    assert count is not None
    assert count.get_text() == "0 of 30 students"
    assert "data-slip" not in count.attrs


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("14.035087719298245", "14.0351"),
        ("rate -0.30000000000000004 and 2", "rate -0.3 and 2"),
        ("1234567.891234567", "1234568"),
        ("0.10", "0.10"),
        ("version 1.2345678.9012345", "version 1.2345678.9012345"),
        ("<function rate at 0x7f>", ""),
        ("a LayerChart", ""),
        ("a Chart of mine", "a Chart of mine"),
    ],
)
def test_a_value_is_shown_as_far_as_it_can_be_read(said: str, shown: str) -> None:
    assert cards.readable(said) == shown
    student = soup(cards.answer_side(answer(value=said))).select(".cj-value code")
    recorded = soup(cards.item_card(replace(MODEL, misconceptions=(replace(WRONG, value=said),))))
    values = recorded.select(".cj-mistake .cj-value code")
    assert (
        [code.get_text() for code in student] == [code.get_text() for code in values] == [shown] * bool(shown)
    )
    assert "earns 0 points" in recorded.get_text()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (replace(MODEL, earned=0.5), "This gets 0.5 points. It should get 1 point."),
        (replace(MODEL, earned=None), "This could not be marked. It should get 1 point."),
        (
            replace(MODEL, misconceptions=(replace(WRONG, slips=()),)),
            "This misconception is no longer recognised. Recognised: none.",
        ),
    ],
)
def test_an_answer_that_no_longer_gets_what_it_should_says_so(changed: ItemModel, said: str) -> None:
    assert said not in text(cards.item_card(MODEL))
    assert said in text(cards.item_card(changed))


def test_a_written_item_s_model_answer_is_drawn_and_has_no_points_of_its_own() -> None:
    written = replace(MODEL, written=True, earned=None, outputs="<p>Recorded violence rose.</p>", value="")
    card = cards.item_card(written)
    assert "<p>Recorded violence rose.</p>" in card
    assert "could not be marked" not in card


def test_side_by_side_has_both_answers_with_their_values_and_the_comment() -> None:
    drawn = soup(cards.side_by_side(MODEL, answer(comments=(Markup("<p>See unit 2.</p>"),))))
    model, student = drawn.select(".cj-side")
    assert "47.4" in model.get_text()
    assert "Worth 1 point." in model.get_text()
    for words in ("c = 8", "Value 8", "Not yet", "See unit 2."):
        assert words in " ".join(student.get_text(" ").split())


def test_what_a_student_gave_is_escaped() -> None:
    drawn = cards.side_by_side(MODEL, answer(value="<script>x()</script>"))
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn


def test_a_table_rounds_its_numbers_and_leaves_missing_ones_blank() -> None:
    frame = pd.DataFrame({"item_id": ["<b>"], "share": [1 / 3], "none": [float("nan")], "many": [12_345]})
    drawn = soup(cards.table(frame, "Shares"))
    assert [cell.get_text() for cell in drawn.select("th")] == ["item id", "share", "none", "many", "<b>"]
    assert [cell.get_text() for cell in drawn.select("td")] == ["0.33", "", "12,345"]


def test_a_figure_is_drawn_described_and_has_its_table() -> None:
    alt = themed_altair()
    rows = pd.DataFrame({"item": ["claim"], "facility": [31]})
    chart = alt.Chart(rows).mark_bar().encode(x="facility:Q", y="item:N")
    drawn = soup(cards.figure_html(Figure("items", "Facility", chart, rows, "Claim 31%.", "Read it so.")))
    picture = drawn.select_one("img")
    assert picture is not None
    assert str(picture["src"]).startswith("data:image/svg+xml;base64,")
    assert picture["alt"] == "Chart: Facility"
    described = drawn.select_one(f"#{picture['aria-describedby']}")
    assert described is not None
    assert described.get_text() == "Claim 31%."
    assert drawn.select_one("details table td").get_text() == "31"  # type: ignore[union-attr]
    assert "Read it so." in drawn.get_text()
