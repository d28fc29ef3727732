"""Are the review's pages whole: every link leading somewhere, no name unless asked for, nothing fetched?"""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from markupsafe import Markup

from cjpolicy import cli
from cjpolicy.errors import CourseError
from cjpolicy.review import measures, pages
from cjpolicy.review.answers import StudentAnswer
from cjpolicy.review.book import Book
from cjpolicy.review.changes import CellChange, Effect
from cjpolicy.review.pages import make_review
from tests.grading.hostile.pages import MARKUP
from tests.review.classes import ONE, STUDENTS, TWO, Class, Mark, full, new_class
from tests.review.sample import review_course
from tests.review.test_answers import WRONG, hand_in, marked, outcome

NAME = "=HYPERLINK(1) <b>Zoë</b>"
DATA = re.compile(r'cjReview\("(data/[^"]+)",(.*)\);\n', re.DOTALL)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """A class without solutions, with a hostile student and one of whom nothing is marked."""
    some = new_class(tmp_path_factory.mktemp("pages") / "class")
    marks = full(ONE) | {(ONE, "a01-sum", student): Mark(0.0) for student in STUDENTS}
    some.give(marks | {(ONE, item, STUDENTS[5]): Mark() for item in ("a01-sum", "a01-change")})
    some.give({(ONE, item, STUDENTS[5]): Mark() for item in ("a01-share", "a01-essay")})
    some.report(ONE)
    for student in STUDENTS[:3]:
        hand_in(some, student, marked("total = 8", WRONG))
    hand_in(
        some, STUDENTS[3], marked(f"total = {MARKUP!r}", outcome("a01-sum", "not yet", answer=MARKUP), MARKUP)
    )
    return some


@pytest.fixture(scope="module")
def review(made: Class, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("made") / "review"
    assert make_review(made.root, output, simulated=True).assignments == 2
    return output


def soup_of(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def read(path: Path) -> Any:
    """Return what a file of data hands to the page, which is all that the file may do."""
    found = DATA.fullmatch(path.read_text(encoding="utf-8"))
    assert found
    assert found[1] == path.relative_to(path.parents[2]).as_posix()
    return json.loads(found[2])


def addresses(page: Path) -> Iterator[str]:
    for tag in soup_of(page).find_all():
        yield from (str(tag[name]) for name in ("href", "src", "data-file") if name in tag.attrs)


def test_every_link_leads_to_a_file_and_a_place_in_it(review: Path) -> None:
    sites = {page: {str(tag["id"]) for tag in soup_of(page).select("[id]")} for page in review.glob("*.html")}
    assert {page.name for page in sites} == {"index.html", f"{ONE}.html", f"{TWO}.html"}
    lost = []
    for page in sites:
        for address in addresses(page):
            if address.startswith("data:"):
                continue
            file, _, place = address.partition("#")
            target = review / file if file else page
            known = target.is_file() and (not place or unquote(place) in sites[target])
            lost += [] if known else [f"{page.name}: {address}"]
    assert lost == []


def test_no_id_stands_twice_on_a_page(review: Path) -> None:
    for page in review.glob("*.html"):
        ids = [tag["id"] for tag in soup_of(page).select("[id]")]
        assert len(ids) == len(set(ids))


def test_a_page_may_run_its_own_scripts_alone_and_says_that_the_class_is_simulated(review: Path) -> None:
    for page in review.glob("*.html"):
        soup = soup_of(page)
        policy = soup.select_one("meta[http-equiv=Content-Security-Policy]")
        assert policy is not None
        assert "default-src 'none'; script-src 'self' file:;" in str(policy["content"])
        assert "unsafe" not in str(policy["content"])
        assert [tag for tag in soup.select("script") if not tag.get("src")] == []
        assert soup.select("style, [style]") == []
        assert "This class is simulated." in soup.get_text()


def test_an_item_s_answers_are_in_a_file_of_their_own_with_who_gave_them(review: Path, made: Class) -> None:
    data = read(review / "data" / ONE / "a01-sum.js")
    assert [len(answer["students"]) for answer in data["answers"]] == [3, 1]
    first = data["answers"][0]
    assert (first["text"], first["value"], first["mark"]) == ("total = 8", "8", "0 of 2 points")
    assert (first["kind"], data["written"]) == ("(none)", False)
    assert data["names"] == {"added-percentages": "Percentage changes added or subtracted"}
    page = (review / f"{ONE}.html").read_text()
    assert "This class’s answers: 2 different ones by 4 students" in page


def test_each_student_s_shares_of_the_points_are_listed(review: Path, made: Class) -> None:
    data = read(review / "data" / "class" / "students.js")
    assert data["columns"] == ["code", "handed in", "waiting", "a01 (%)", "a02 (%)"]
    with Book.open(made.root) as book:
        shares = measures.shares(book)
    for (code, handed_in, _, *shown), row in zip(data["rows"], shares.to_dict("records"), strict=True):
        assert (code, handed_in) == (row["code"], f"{row['handed_in']} of 2")
        expected = [row[name] for name in (ONE, TWO)]
        assert shown == ["" if each != each else f"{100 * each:.4g}" for each in expected]
    assert any(shown for _, _, _, *shown in data["rows"])


def test_nobody_is_named_unless_asked_for(review: Path, made: Class, tmp_path: Path) -> None:
    def everything(folder: Path) -> str:
        return "\n".join(
            path.read_text() for path in folder.rglob("*") if path.suffix in (".html", ".js", ".csv")
        )

    assert not [
        each for each in STUDENTS if f"Last {each}" in everything(review) or f'"{each}"' in everything(review)
    ]
    make_review(made.root, tmp_path / "named", names=True)
    named = everything(tmp_path / "named")
    assert [each for each in STUDENTS if f"Last {each}" not in named] == []
    assert "It names students: keep it as you keep the gradebook." in named


def test_what_a_student_wrote_is_text_in_the_data(review: Path) -> None:
    for item in ("a01-sum", "a01-essay"):
        data = read(review / "data" / ONE / f"{item}.js")
        for answer in data["answers"]:
            drawn = BeautifulSoup(answer["html"], "html.parser")
            assert drawn.select("script, iframe, svg, form, base, meta, link, object, style, img") == []
    assert all("HOSTILE_SCRIPT" not in page.read_text() for page in review.glob("*.html"))


def test_a_submission_of_which_nothing_is_marked_has_no_points_and_not_none(review: Path) -> None:
    data = read(review / "data" / ONE / "submissions.js")
    points, waits = data["columns"].index("points so far"), data["columns"].index("items that wait")
    assert [row[points] for row in data["rows"] if row[waits] == "4"] == [""]
    with (review / "csv" / f"{ONE}-submissions.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["points so far"] for row in rows if row["items that wait"] == "4"] == [""]
    assert len(rows) == len(STUDENTS)


def test_what_waits_for_a_person_is_told_from_what_could_not_be_marked(made: Class, tmp_path: Path) -> None:
    some = made.copied(tmp_path / "class")
    some.give({(ONE, "a01-essay", student): Mark() for student in STUDENTS[:3]})
    make_review(some.root, tmp_path / "review")
    said = soup_of(tmp_path / "review" / f"{ONE}.html").select(".about")[0].get_text()
    assert "14 submissions, 10 wholly marked. 3 wait for marks by hand, 1 could not be marked:" in said


@pytest.mark.parametrize(
    ("status", "earned", "kind"),
    [
        ("correct", 2.0, "(right)"),
        ("marked by hand", 2.5, "(right)"),
        ("partly right", 1.0, "(none)"),
        ("not attempted", 0.0, "(blank)"),
        ("waits for a mark", None, "(waits)"),
    ],
)
def test_an_answer_without_a_misconception_is_right_blank_waiting_or_none_of_these(
    status: str, earned: float | None, kind: str
) -> None:
    assert pages._kind(StudentAnswer("", "", earned, 2.0, status, (), "", Markup(), Markup())) == kind


def test_a_time_has_no_seconds(review: Path) -> None:
    data = read(review / "data" / ONE / "submissions.js")
    times = {row[data["columns"].index("handed in (UTC)")] for row in data["rows"]}
    assert times == {"2026-10-01 11:00"}


def test_no_cell_of_a_csv_file_is_a_formula(made: Class, tmp_path: Path) -> None:
    from nbgrader.api import Gradebook

    some = made.copied(tmp_path / "class")
    with Gradebook(some.url) as gradebook:
        gradebook.find_student(STUDENTS[0]).first_name = NAME
        gradebook.db.commit()
    make_review(some.root, tmp_path / "review", names=True)
    with (tmp_path / "review" / "csv" / f"{ONE}-submissions.csv").open() as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert f"'{NAME} Last {STUDENTS[0]}" in cells
    assert [cell for cell in cells if cell.startswith("=")] == []


def test_a_folder_that_it_did_not_make_is_left_alone(made: Class, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("Mine.")
    with pytest.raises(CourseError, match="did not make, and would be replaced"):
        make_review(made.root, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_it_is_made_again_in_its_own_folder(made: Class, tmp_path: Path) -> None:
    output = tmp_path / "review"
    make_review(made.root, output)
    (output / "old.html").write_text("Old.")
    assert make_review(made.root, output).students == len(STUDENTS)
    assert not (output / "old.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["review"]


def test_what_the_class_lacks_is_said_first(made: Class, tmp_path: Path) -> None:
    some = made.copied(tmp_path / "class")
    (some.root / "classroom" / "reports" / f"{ONE}.json").write_text("{")
    make_review(some.root, tmp_path / "review")
    assert "is damaged" in soup_of(tmp_path / "review" / "index.html").select(".note")[0].get_text()


@pytest.mark.slow
@pytest.mark.grading
def test_an_assignment_that_nobody_has_handed_in_is_shown_with_its_models(tmp_path: Path) -> None:
    source = review_course(tmp_path / "course")
    make_review(tmp_path / "course", tmp_path / "review")
    page = soup_of(tmp_path / "review" / f"{source.stem}.html")
    assert "Nothing of this assignment has been marked yet." in page.get_text()
    items = page.select("section.item")
    assert [item["data-item"] for item in items] == ["a90-two-changes", "a90-level", "a90-chart", "a90-brief"]
    assert items[0].select_one("h3").get_text() == "1. Two changes"  # type: ignore[union-attr]
    assert items[2].select_one("img.picture") is not None
    assert page.select("script:not([src])") == []


def test_changed_cells_and_recorded_answers_are_drawn_as_text() -> None:
    change = CellChange("a02-claim", "changed", "a = 1\nb", "a = <2>\nb", 1.0, 2.0)
    templates = pages._templates().filters
    drawn = BeautifulSoup(templates["cell_diff"](change), "html.parser")
    assert [tag.get_text() for tag in drawn.select("del, ins")] == ["- a = 1", "+ a = <2>"]
    assert templates["worth_change"](change) == ", worth 2 points instead of 1 point"
    effect = Effect("a02-claim", "wrong 1", "", 1.0, None, "unit-slip", ("<b>",), "")
    row = BeautifulSoup(templates["effects_table"]([effect]), "html.parser").select("tbody th, tbody td")
    assert [cell.get_text() for cell in row] == [
        "a02-claim",
        "wrong 1",
        "1",
        "not marked",
        "unit-slip",
        "<b>",
    ]


def test_the_command_makes_the_review_of_a_simulated_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[Any] = []

    def make_demo(*given: Any, **options: Any) -> pages.Made:
        options.pop("progress")("the page of the class")
        asked.append((given[1:], options))
        return pages.Made(8, 20, 100)

    monkeypatch.setattr(pages, "make_demo", make_demo)
    words = ["review", "--demo", "--students", "20", "--seed", "4", "--output", str(tmp_path / "demo")]
    assert cli.main(words) == 0
    assert asked == [((tmp_path / "demo", 20, 4), {"names": False})]
    said = capsys.readouterr().out
    assert said.startswith("Making the page of the class ...\n")
    assert "Made the pages of 8 assignments and 20 students." in said
    assert str(tmp_path / "demo" / "index.html") in said
