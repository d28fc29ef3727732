"""Are students’ answers read as given and marked, whatever they hold, and the same ones told as one?"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from cjpolicy.checks import OUTCOME_MIME
from cjpolicy.errors import UnknownName
from cjpolicy.review import answers
from cjpolicy.review.answers import distinct, read_answer
from cjpolicy.review.book import Book
from tests.grading.hostile.pages import MARKUP, WRITTEN
from tests.review.classes import ONE, STUDENTS, Class, Mark, full, new_class


def cell(
    id: str, source: str | list[str], outputs: Any = (), kind: str = "code", **about: Any
) -> dict[str, Any]:
    metadata = {"nbgrader": {"grade_id": id, "schema_version": 3, **about}}
    more = {"outputs": list(outputs), "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": id, "metadata": metadata, "source": source, **more}


def outcome(id: str, status: str, *slips: str, answer: str = "8") -> dict[str, Any]:
    record = {"id": id, "status": status, "slips": list(slips), "earned": 0.0, "worth": 2.0, "answer": answer}
    said = "→ Not yet\nYou gave 8.\n0 of 2 points"
    return {"output_type": "display_data", "metadata": {}, "data": {"text/plain": said, OUTCOME_MIME: record}}


def marked(
    source: str | list[str], result: dict[str, Any], essay: str = "It fell.", outputs: Any = ()
) -> str:
    """Return a marked notebook with an answer to two of the items."""
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "My own notes"},
        cell("a01-sum-answer", source, outputs, solution=True),
        cell("a01-sum", "item.points(2)", [result], grade=True, locked=True, points=2.0),
        cell("a01-essay", essay, kind="markdown", grade=True, solution=True, points=4.0),
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def hand_in(some: Class, student: str, notebook: str) -> None:
    path = some.root / "classroom" / "autograded" / student / ONE / f"{ONE}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(notebook)


WRONG = outcome("a01-sum", "not yet", "added-percentages")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """A class in which five answered: three alike, one hostile, one whose notebook is no notebook."""
    some = new_class(tmp_path_factory.mktemp("answers") / "class")
    marks = full(ONE) | {(ONE, "a01-sum", student): Mark(0.0) for student in STUDENTS}
    some.give(marks | {(ONE, "a01-essay", STUDENTS[1]): Mark()})
    some.report(ONE)
    for student in STUDENTS[:3]:
        hand_in(some, student, marked(["total = 8\n", "total"], WRONG))
    plain = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/html": MARKUP, "text/plain": MARKUP},
    }
    odd = [plain, {"output_type": "stream", "text": 5}, None, 7]
    hand_in(
        some,
        STUDENTS[3],
        marked(f"total = {MARKUP!r}", outcome("a01-sum", "not yet", answer=MARKUP), WRITTEN, odd),
    )
    hand_in(some, STUDENTS[4], "[]")
    return some


@pytest.fixture
def book(made: Class) -> Iterator[Book]:
    with Book.open(made.root) as opened:
        yield opened


def test_an_answer_is_read_with_its_value_mark_and_message(made: Class) -> None:
    read = read_answer(made.root, ONE, STUDENTS[0], "a01-sum")
    assert (read.text, read.value) == ("total = 8\ntotal", "8")
    assert (read.earned, read.worth, read.status) == (0.0, 2.0, "not yet")
    assert (read.slips, read.message) == (("added-percentages",), "You gave 8.")
    assert "Not yet: 0 of 2 points" in BeautifulSoup(read.notice, "html.parser").get_text()


def test_a_written_answer_that_waits_has_no_points(made: Class) -> None:
    read = read_answer(made.root, ONE, STUDENTS[1], "a01-essay")
    assert (read.earned, read.worth, read.status, read.text) == (None, 4.0, "waits for a mark", "It fell.")
    assert "<p>It fell.</p>" in read.drawn
    assert "Waits for a mark: worth 4 points" in BeautifulSoup(read.notice, "html.parser").get_text()


def test_points_by_hand_and_the_comment_are_those_of_the_gradebook(made: Class, tmp_path: Path) -> None:
    from nbgrader.api import Gradebook

    some = made.copied(tmp_path / "class")
    with Gradebook(some.url) as gradebook:
        gradebook.find_comment("a01-essay", ONE, ONE, STUDENTS[2]).manual_comment = f"See unit 2. {MARKUP}"
        gradebook.db.commit()
    read = read_answer(some.root, ONE, STUDENTS[2], "a01-essay")
    assert (read.earned, read.status) == (4.0, "marked by hand")
    # The page is the teacher's: to a student it says "your teacher".
    assert "Marked by hand: 4 of 4 points" in BeautifulSoup(read.notice, "html.parser").get_text()
    assert "See unit 2." in read.comments[0]
    with Book.open(some.root) as book:
        found = distinct(book, ONE)["a01-essay"]
    assert [each.students for each in found if each.answer.comments] == [(STUDENTS[2],)]
    assert all("<script" not in comment for each in found for comment in each.answer.comments)


def test_the_same_answers_are_one_with_all_who_gave_it(book: Book) -> None:
    first, other = distinct(book, ONE)["a01-sum"]
    assert first.students == tuple(STUDENTS[:3])
    assert first.answer == read_answer(book.root, ONE, STUDENTS[0], "a01-sum")
    assert other.students == (STUDENTS[3],)
    assert list(distinct(book, ONE)) == ["a01-sum", "a01-change", "a01-share", "a01-essay"]


def test_the_same_answer_with_another_mark_is_another(book: Book) -> None:
    groups = [(each.answer.earned, each.students) for each in distinct(book, ONE)["a01-essay"]]
    assert sorted(groups, key=str) == [
        (4.0, (STUDENTS[0], STUDENTS[2])), (4.0, (STUDENTS[3],)), (None, (STUDENTS[1],)),
    ]  # fmt: skip


@pytest.mark.parametrize("item", ["a01-sum", "a01-essay"])
def test_nothing_of_a_hostile_answer_is_left_that_runs_or_fetches(book: Book, item: str) -> None:
    for each in distinct(book, ONE)[item]:
        answer = each.answer
        for part in (answer.drawn, answer.notice):
            drawn = BeautifulSoup(part, "html.parser")
            assert (
                drawn.select("script, iframe, svg, form, input, base, meta, link, object, style, img") == []
            )
            handlers = [name for tag in drawn.find_all() for name in tag.attrs if name.startswith("on")]
            assert handlers == []
            assert [link["href"] for link in drawn.select("a[href]")] == []


def test_notebooks_are_read_again_only_when_one_has_changed(
    made: Class, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = made.copied(tmp_path / "class")
    with Book.open(some.root) as book:
        before = distinct(book, ONE)
        read: list[Path] = []
        by_item = answers._by_item

        def counted(path: Path) -> Any:
            read.append(path)
            return by_item(path)

        monkeypatch.setattr(answers, "_by_item", counted)
        assert distinct(book, ONE) == before
        assert read == []
        hand_in(some, STUDENTS[0], marked("total = 9", WRONG))
        assert len(distinct(book, ONE)["a01-sum"]) == 3
        assert len(read) == 5


def test_a_damaged_copy_is_made_again(made: Class, tmp_path: Path) -> None:
    some = made.copied(tmp_path / "class")
    with Book.open(some.root) as book:
        before = distinct(book, ONE)
        (some.root / "classroom" / "review-answers" / f"{ONE}.json").write_text('{"digest": ')
        assert distinct(book, ONE) == before


def test_an_answer_too_large_for_a_page_is_shown_as_text(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "LARGEST_ITEM", 10)
    assert all("Too large to be drawn here" in each.answer.drawn for each in distinct(book, ONE)["a01-sum"])


@pytest.mark.parametrize(
    ("student", "item"), [(STUDENTS[4], "a01-sum"), ("nobody", "a01-sum"), (STUDENTS[0], "x")]
)
def test_an_answer_that_is_not_there_is_refused_with_what_to_do(made: Class, student: str, item: str) -> None:
    with pytest.raises(UnknownName, match=f"no marked answer of {student} to {item} .* cjpolicy grade"):
        read_answer(made.root, ONE, student, item)


def test_an_answer_with_another_picture_is_another_and_a_folder_left_over_is_nobodys(
    made: Class, tmp_path: Path
) -> None:
    some = made.copied(tmp_path / "class")

    def drew(data: str) -> str:
        shown = {"output_type": "display_data", "metadata": {}, "data": {"image/png": data}}
        return marked("plot()", WRONG, outputs=[shown])

    for student, data in ((STUDENTS[0], "aaaa"), (STUDENTS[1], "bbbb"), (STUDENTS[2], "aaaa")):
        hand_in(some, student, drew(data))
    hand_in(some, "zoe", drew("aaaa"))
    with Book.open(some.root) as book:
        groups = [each.students for each in distinct(book, ONE)["a01-sum"]]
    assert groups[0] == (STUDENTS[0], STUDENTS[2])
    assert (STUDENTS[1],) in groups
    assert not any("zoe" in group for group in groups)


def test_a_comment_names_the_student_only_when_asked(made: Class, tmp_path: Path) -> None:
    from nbgrader.api import Gradebook

    some, one = made.copied(tmp_path / "class"), STUDENTS[2]
    with Gradebook(some.url) as gradebook:
        gradebook.find_comment("a01-essay", ONE, ONE, one).manual_comment = f"Well done, Last {one}!"
        gradebook.db.commit()
    with Book.open(some.root) as book:
        for names in (False, True):
            found = distinct(book, ONE, names)["a01-essay"]
            (given,) = (each.answer for each in found if each.students == (one,))
            assert given == read_answer(some.root, ONE, one, "a01-essay", names)
            assert (one in given.comments[0]) == names
            assert "Well done" in given.comments[0]


@pytest.mark.parametrize("content", [None, b"damaged" * 1000])
def test_without_a_gradebook_the_reports_points_are_shown_and_none_is_made(
    made: Class, tmp_path: Path, content: bytes | None
) -> None:
    some = made.copied(tmp_path / "class")
    some.gradebook.unlink()
    if content:
        some.gradebook.write_bytes(content)
    read = read_answer(some.root, ONE, STUDENTS[0], "a01-sum")
    assert (read.earned, read.worth, read.comments) == (0.0, 2.0, ())
    with Book.open(some.root) as book:
        assert distinct(book, ONE)["a01-sum"]
    assert (some.gradebook.read_bytes() if some.gradebook.exists() else None) == content
