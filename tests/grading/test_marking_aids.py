"""What the marking page is given: comments to choose from, the next script, and how the course's own are."""

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Comment, Grade, Gradebook

from cjpolicy.errors import CourseError
from cjpolicy.grading import marking_aids
from cjpolicy.grading.marking_aids import Aids, earlier_comments, next_waiting
from cjpolicy.grading.recorded import Item, read_recorded
from cjpolicy.grading.workshop import sources
from tests.support import ROOT

# nbgrader's own, while it fills a gradebook.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type <Submitted")

NAME, ITEM = "a90_sample", "a90-brief"
WRITTEN = {
    item.id: item
    for name in sources(ROOT)
    for item in read_recorded(ROOT / "solutions" / f"{name}.toml").items.values()
    if item.written
}


@pytest.fixture(scope="module")
def filled() -> Iterator[Gradebook]:
    """A gradebook in memory with four students' answers to one written item, and to another of that name."""
    with pytest.MonkeyPatch.context() as patch:
        # nbgrader runs `alembic` by name.
        patch.setenv("PATH", sysconfig.get_path("scripts") + os.pathsep + os.environ["PATH"])
        gradebook = Gradebook("sqlite:///:memory:", "cjpolicy")
    with gradebook:
        for name in (NAME, "a91_other"):
            gradebook.add_assignment(name)
            gradebook.add_notebook(name, name)
            gradebook.add_grade_cell(ITEM, name, name, max_score=3, cell_type="markdown")
            gradebook.add_solution_cell(ITEM, name, name)
        for student in ("s1", "s2", "s3", "s4"):
            gradebook.add_student(student, first_name=f"First{student}", last_name="")
            for name in (NAME, "a91_other"):
                gradebook.add_submission(name, student)
        yield gradebook


@pytest.fixture
def gradebook(filled: Gradebook) -> Gradebook:
    """The same, with no comment on any answer, and all of them waiting."""
    for answer in filled.db.query(Comment):
        answer.manual_comment = None
    for grade in filled.db.query(Grade):
        grade.manual_score, grade.needs_manual_grade = None, True
    filled.db.commit()
    return filled


def script(gradebook: Gradebook, student: str, name: str = NAME) -> Any:
    return gradebook.find_submission_notebook(name, name, student)


def say(gradebook: Gradebook, student: str, text: str | None, name: str = NAME) -> None:
    gradebook.find_comment(ITEM, name, name, student).manual_comment = text
    gradebook.db.commit()


def offered(gradebook: Gradebook, student: str = "s1", *given: str) -> list[str]:
    return earlier_comments(gradebook, script(gradebook, student), ITEM, given)


def test_comments_on_other_answers_come_paragraph_by_paragraph_the_most_used_first(
    gradebook: Gradebook,
) -> None:
    say(gradebook, "s1", "My own.")
    say(gradebook, "s2", "Say who.\n\nSay when.")
    say(gradebook, "s3", "Say when.\n \nSay when.")
    say(gradebook, "s4", "Of another assignment.", name="a91_other")
    assert offered(gradebook) == ["Say when.", "Say who."]
    assert offered(gradebook, "s1", "Say when.") == ["Say who."]
    assert offered(gradebook, "s4") == ["Say when.", "My own.", "Say who."]


@pytest.mark.parametrize("text", ["Well done, FIRSTS2!", "As I told s2.", "", "  \n", None, "long " * 100])
def test_a_comment_that_names_its_reader_or_says_nothing_or_too_much_is_not_offered(
    gradebook: Gradebook, text: str | None
) -> None:
    say(gradebook, "s2", text)
    assert offered(gradebook) == []


def test_a_comment_that_names_nobody_stays_where_another_names_its_reader(gradebook: Gradebook) -> None:
    say(gradebook, "s2", "Say who, Firsts2.")
    say(gradebook, "s3", "Say who.")
    assert offered(gradebook) == ["Say who."]


def test_at_most_ten_are_offered(gradebook: Gradebook) -> None:
    say(gradebook, "s2", "\n\n".join(f"Comment {letter}." for letter in "abcdefghijklm"))
    assert offered(gradebook) == [f"Comment {letter}." for letter in "abcdefghij"]
    assert marking_aids.MOST_COMMENTS == 10


def test_the_next_that_waits_goes_round_in_formgraders_order(gradebook: Gradebook) -> None:
    scripts = sorted(
        (script(gradebook, student) for student in ("s1", "s2", "s3", "s4")), key=lambda it: it.id
    )
    ids = [each.id for each in scripts]
    assert next_waiting(gradebook, scripts[1]) == [ids[2], ids[3], ids[0]]
    for each in (scripts[2], scripts[3]):
        each.grades[0].manual_score, each.grades[0].needs_manual_grade = 2, False
    gradebook.db.commit()
    assert next_waiting(gradebook, scripts[1]) == [ids[0]]
    assert next_waiting(gradebook, scripts[2]) == [ids[0], ids[1]]


@pytest.mark.parametrize(("worth", "points"), [(3, [3, 2, 1, 0]), (6, [6, 4, 2, 0]), (2, [2, 1.33, 0.67, 0])])
def test_a_levels_points_are_its_share_of_what_the_item_is_worth(worth: float, points: list[float]) -> None:
    item = Item(ITEM, 3, (), (), written=True, rubric=("None.", "Some.", "Most.", "All."))
    levels = Aids(item, worth, waits=True, earlier=()).levels
    assert [level for level, _, _ in levels] == [3, 2, 1, 0]
    assert [each for _, each, _ in levels] == points
    assert levels[0][2] == "All."


@pytest.mark.parametrize("id", WRITTEN)
def test_the_courses_own_comments_are_few_short_and_give_no_figure_away(id: str) -> None:
    comments = WRITTEN[id].comments
    assert 4 <= len(set(comments)) == len(comments) <= 6
    for comment in comments:
        assert 30 <= len(comment) <= 160, comment
        assert not any(letter.isdigit() for letter in comment), comment
        assert comment.endswith((".", "?"))


def test_a_comment_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.toml"
    path.write_text(f"[items.{ITEM}]\npoints = 3\nideas = []\nfigures = []\ncomments = [1]\n")
    with pytest.raises(CourseError, match="every one of `comments` must be text"):
        read_recorded(path)


def test_each_items_comments_are_its_own() -> None:
    every = [comment for item in WRITTEN.values() for comment in item.comments]
    assert len(set(every)) == len(every)
