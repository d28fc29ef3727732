"""Is the site whole: a page a lesson, every link leading somewhere, nothing fetched from elsewhere?"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from bs4 import BeautifulSoup

from cjpolicy import cli
from cjpolicy.errors import CourseError
from cjpolicy.questions import find
from cjpolicy.site import make_site
from tests.support import ROOT

pytestmark = pytest.mark.slow

LESSONS = sorted((ROOT / "course" / "lessons").glob("*.ipynb"))
ADDRESSES = ("src", "href", "action", "srcset", "poster", "data")
IN_STYLES = re.compile(r"url\(\s*['\"]?([^'\")]*)|@import\s+['\"]([^'\"]*)")
CHECK = re.compile(r'cj\.check\(\s*"([^"]+)"')
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)


def soup_of(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def addresses(page: Path) -> Iterator[str]:
    """Yield everything that a page or a style sheet links to or would load."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".html":
        soup = BeautifulSoup(text, "html.parser")
        yield from (str(tag[name]) for tag in soup.find_all() for name in ADDRESSES if name in tag.attrs)
        text = "\n".join(str(style.string) for style in soup.select("style")) + "\n".join(
            str(tag["style"]) for tag in soup.select("[style]")
        )
    yield from (one or other for one, other in IN_STYLES.findall(text))


def test_every_lesson_is_a_page_and_stands_in_the_contents(site: Path) -> None:
    contents = soup_of(site / "index.html")
    listed = [str(link["href"]) for link in contents.select(".contents a")]
    assert listed == [f"{lesson.stem}.html" for lesson in LESSONS]
    assert {page.name for page in site.glob("*.html")} == {*listed, "index.html", "search.html"}
    assert len(re.findall(r"Unit \d\d · (about|up to) \d+ minutes", contents.get_text())) == len(LESSONS)


def test_every_link_leads_to_a_file_and_a_place_in_it(site: Path) -> None:
    places = {page: {str(tag["id"]) for tag in soup_of(page).select("[id]")} for page in site.glob("*.html")}
    lost = []
    for page in places:
        for address in addresses(page):
            file, _, place = address.partition("#")
            target = site / file if file else page
            known = target.is_file() and (not place or unquote(place) in places[target])
            lost += [] if address.startswith("data:") or known else [f"{page.name}: {address}"]
    assert lost == []


def test_nothing_names_another_machine(site: Path) -> None:
    sheets = [*site.glob("*.html"), *site.glob("assets/*.css")]
    assert [address for sheet in sheets for address in addresses(sheet) if "//" in address] == []
    scripts = [path for path in site.glob("assets/*.js") if path.name not in ("vega.js", "search-index.js")]
    assert [
        path.name for path in scripts if "//" in re.sub(r"^// .*$", "", path.read_text(), flags=re.M)
    ] == []


def test_pages_name_themselves_and_have_each_landmark_once(site: Path) -> None:
    titles = []
    for page in site.glob("*.html"):
        soup = soup_of(page)
        titles.append(str(soup.title.string) if soup.title else "")
        description = soup.select_one("meta[name=description]")
        assert soup.select_one("html[lang=en-GB]")
        assert description and len(str(description["content"])) > 20
        assert [len(soup.select(name)) for name in ("h1", "header", "main", "footer", "a.skip")] == [1] * 5
    assert len(set(titles)) == len(titles)


def test_no_id_stands_twice_on_a_page(site: Path) -> None:
    for page in site.glob("*.html"):
        ids = [str(tag["id"]) for tag in soup_of(page).select("[id]")]
        assert sorted(ids) == sorted(set(ids))


@each_lesson
def test_a_lesson_lists_its_headings_and_its_neighbours(site: Path, lesson: Path) -> None:
    soup = soup_of(site / f"{lesson.stem}.html")
    headings = [tag.get_text() for tag in soup.select("main h2, main h3")]
    assert [link.get_text() for link in soup.select(".toc a")] == headings
    place = LESSONS.index(lesson)
    around = {"prev": LESSONS[place - 1 : place], "next": LESSONS[place + 1 : place + 2]}
    for name, wanted in around.items():
        found = [str(link["href"]) for link in soup.select(f"a[rel={name}]")]
        assert found == [f"{neighbour.stem}.html" for neighbour in wanted]


@each_lesson
def test_every_cell_is_there_and_every_question_brings_its_help(site: Path, lesson: Path) -> None:
    soup = soup_of(site / f"{lesson.stem}.html")
    for cell in nbformat.read(lesson, as_version=4).cells:
        shown = soup.find(id=cell.id)
        assert shown is not None
        if asked := CHECK.search(cell.source):
            folded = " ".join(tag.get_text() for tag in shown.select("details"))
            assert all(hint in folded for hint in find(asked[1]).hints)
    assert "Nothing here yet" not in soup.get_text()
    assert "No prediction yet" not in soup.get_text()


@each_lesson
def test_cells_that_are_meant_to_fail_show_their_error(site: Path, lesson: Path) -> None:
    soup = soup_of(site / f"{lesson.stem}.html")
    cells = nbformat.read(lesson, as_version=4).cells
    meant = {cell.id for cell in cells if "raises-exception" in cell.metadata.get("tags", [])}
    failed = {str(tag["id"]) for tag in soup.select(".cell:has(.output-error)")}
    assert failed == meant


def test_the_search_knows_the_text_of_every_lesson(site: Path) -> None:
    script = (site / "assets" / "search-index.js").read_text(encoding="utf-8")
    index = json.loads(script.removeprefix("window.searchIndex = ").rstrip(";\n"))
    assert {entry["page"] for entry in index} == {f"{lesson.stem}.html" for lesson in LESSONS}
    found = {entry["heading"] for entry in index if "coverage" in entry["text"]}
    assert "Step 3. How an event becomes a record" in found


def test_a_small_course_with_a_formula_is_made_and_made_again(
    small_lesson: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = small_lesson("12 ** 2")
    for _ in range(2):
        assert make_site(folder, tmp_path / "out") == 1
    page = soup_of(tmp_path / "out" / "00_squares.html")
    assert page.select_one("math msup")
    assert "144" in page.get_text()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".making-")] == []


def test_a_lesson_that_fails_stops_the_site_and_leaves_nothing(
    small_lesson: Callable[[str], Path], tmp_path: Path
) -> None:
    with pytest.raises(CourseError, match="00_squares fails: ZeroDivisionError"):
        make_site(small_lesson("1 / 0"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_refuses_a_folder_of_something_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").touch()
    assert cli.main(["site", "--output", str(tmp_path)]) == 2
    assert "did not make" in capsys.readouterr().err


def test_pages_tell_nothing_of_the_reader_at_this_machine(
    small_lesson: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CJPOLICY_PROGRESS", str(tmp_path / "mine"))
    folder = small_lesson('import os\nprint("kept in", os.environ["CJPOLICY_PROGRESS"])')
    make_site(folder, tmp_path / "out")
    said = soup_of(tmp_path / "out" / "00_squares.html").get_text()
    assert "kept in" in said
    assert str(tmp_path / "mine") not in said
