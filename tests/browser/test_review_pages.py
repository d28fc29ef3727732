"""Does the review work in Chromium, opened from disk: by keyboard, for everybody, whatever students wrote?"""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cjpolicy.review.demo import simulate
from cjpolicy.review.pages import make_review
from tests.browser.lab import eventually
from tests.grading.hostile.pages import MARKUP, SCRIPT, WRITTEN
from tests.site.conftest import on_disk
from tests.support import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.grading]

NAME, ITEM, BRIEF = "a02_counting_violence", "a02-two-changes", "a02-brief-answer"
STUDENTS = 40
SLIP = "Percentage changes added or subtracted"
NARROWEST = 320
GUIDELINES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FOCUSED = "(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()"
Opener = Callable[[str], "Page"]


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The review of a simulated class in which two students have attacked whoever reads their answers."""
    folder = tmp_path_factory.mktemp("review")
    simulate(folder / "class", ROOT, STUDENTS, 8, [NAME])
    for path in sorted((folder / "class" / "classroom" / "autograded").glob(f"*/{NAME}/*.ipynb"))[:2]:
        path.chmod(0o644)
        path.write_text(attacking(path.read_text(encoding="utf-8")), encoding="utf-8")
    make_review(folder / "class", folder / "pages", course=ROOT, simulated=True)
    shutil.rmtree(folder / "class")
    return folder / "pages"


def attacking(notebook: str) -> str:
    """Return a marked notebook with attacks in two of its answers."""
    held = json.loads(notebook)
    for cell in held["cells"]:
        about = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if about == f"{ITEM}-answer":
            shown = {"output_type": "display_data", "metadata": {}, "data": {"text/html": MARKUP}}
            cell["source"], cell["outputs"] = f"two_changes = {MARKUP!r}", [shown]
        if about == BRIEF:
            cell["source"] = WRITTEN
    return json.dumps(held)


@pytest.fixture
def read(review: Path, page: "Page") -> Iterator[Opener]:
    """An opener of the review's pages; nothing may be asked for but files."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def open_page(name: str) -> "Page":
        page.goto((review / name).as_uri())
        return page

    yield open_page
    assert [address for address in asked if not on_disk(address)] == []
    assert page.evaluate(f"typeof {SCRIPT}") == "undefined"


def item(page: "Page", id: str) -> str:
    return f'section.item[data-item="{id}"]'


def found(own: "Locator") -> str:
    """Return what an item's list says of how many answers it shows."""
    return own.locator(".found").inner_text()


def tab_to(page: "Page", name: str, most: int = 400) -> None:
    """Press Tab until what is named so has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if str(page.evaluate(FOCUSED)).startswith(name):
            return
    raise AssertionError(f"Tab never came to {name!r}")


def test_an_answer_is_read_beside_the_model_by_keyboard_alone(read: Opener) -> None:
    page = read("index.html")
    tab_to(page, "a02 counting violence")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{NAME}.html")
    tab_to(page, "3. Two changes together")
    page.keyboard.press("Enter")
    tab_to(page, "This class’s answers")
    page.keyboard.press("Enter")
    own = page.locator(item(page, ITEM))
    own.locator(".given-row").first.wait_for()
    rows = own.locator(".given-row")
    tab_to(page, "Misconception", most=1)
    page.keyboard.type(SLIP[:14])
    # Letter by letter the list chooses other options first, and each is drawn.
    eventually(lambda: {SLIP in text for text in rows.all_inner_texts()}, {True})
    assert rows.count() >= 2
    tab_to(page, "Read answer", most=3)
    page.keyboard.press("Enter")
    beside = page.get_by_role("dialog")
    assert beside.get_by_role("heading", name="Model answer").is_visible()
    model, student = beside.locator(".cj-side").all()
    assert "47.4" in model.inner_text()
    assert "0 of 1 point" in student.inner_text()
    assert "Given by Student " in beside.inner_text()
    tab_to(page, "Next answer", most=3)
    first = student.inner_text()
    page.keyboard.press("Enter")
    assert beside.locator(".cj-side").last.inner_text() != first
    page.keyboard.press("Escape")
    assert str(page.evaluate(FOCUSED)).startswith("Read answer")


def test_the_count_of_a_misconception_leads_to_its_answers(read: Opener) -> None:
    page = read(f"{NAME}.html")
    own = page.locator(item(page, ITEM))
    heading = own.locator(".cj-mistake h5", has_text=SLIP)
    (students,) = re.findall(r"\((\d+) of", heading.locator(".cj-count").inner_text())
    heading.get_by_role("button").press("Enter")
    own.locator(".given-row").first.wait_for()
    eventually(lambda: f" by {students} of " in found(own), True)
    assert page.evaluate("document.activeElement.dataset.filter") == "slip"


def test_words_find_answers_and_a_code_finds_its_student(read: Opener, review: Path) -> None:
    code = re.findall(r"Student \d+", (review / "data" / NAME / f"{ITEM}.js").read_text())[0]
    page = read(f"{NAME}.html")
    own = page.locator(item(page, ITEM))
    own.locator("details.answers > summary").press("Enter")
    own.locator(".given-row").first.wait_for()
    search = own.get_by_role("searchbox")
    for words, said in (("47.4", "answer"), ("xylophone", "No answer fits."), (code.lower(), "1 answer by")):
        search.fill(words)
        eventually(lambda said=said: said in found(own), True)  # type: ignore[misc]


def test_a_submission_is_found_in_the_list_of_all(read: Opener) -> None:
    page = read(f"{NAME}.html")
    page.locator("details.listed > summary").first.press("Enter")
    box = page.locator("details.listed").first
    box.locator("tbody tr").first.wait_for()
    assert box.locator("tbody tr").count() == 25
    assert re.fullmatch(r"(\d+) of \1 submissions\.", found(box))
    box.get_by_role("button", name="Next").press("Enter")
    assert "26 to " in box.locator(".pager").inner_text()
    box.get_by_role("combobox").select_option("repaired")
    page.wait_for_timeout(200)
    assert {row.locator("td").first.inner_text() for row in box.locator("tbody tr").all()} <= {"repaired"}


def test_the_list_of_submissions_is_sorted_by_keyboard(read: Opener) -> None:
    page = read(f"{NAME}.html")
    page.locator("details.listed > summary").first.press("Enter")
    box = page.locator("details.listed").first
    head = box.get_by_role("columnheader", name="points so far")
    place = box.locator("thead th").all_inner_texts().index("points so far")
    for way in ("ascending", "descending"):
        head.get_by_role("button").press("Enter")
        assert head.get_attribute("aria-sort") == way
        cells = [row.locator("th, td").nth(place).inner_text() for row in box.locator("tbody tr").all()]
        points = [float(cell) for cell in cells if cell]
        assert len(set(points)) > 5
        assert points == sorted(points, reverse=way == "descending")
        # What has no points yet stands at the end.
        assert "" not in cells[: len(points)]


def test_a_written_item_is_filtered_by_its_points(read: Opener) -> None:
    page = read(f"{NAME}.html")
    own = page.locator(item(page, BRIEF))
    own.locator("details.answers > summary").press("Enter")
    own.locator(".given-row").first.wait_for()
    assert own.get_by_label("Misconception").is_hidden()
    marks = own.locator(".given-about")
    eventually(lambda: {"3 of 3 points" in text for text in marks.all_inner_texts()}, {False, True})
    own.get_by_role("combobox", name="Mark").select_option("3 of 3 points")
    eventually(lambda: {"3 of 3 points" in text for text in marks.all_inner_texts()}, {True})


def test_an_item_in_a_figures_table_leads_to_its_place(read: Opener) -> None:
    for name in ("index.html", f"{NAME}.html"):
        page = read(name)
        numbers = page.locator("#figure-difficulty details")
        numbers.locator("summary").press("Enter")
        numbers.get_by_role("link", name=ITEM).press("Enter")
        page.wait_for_url(f"**/{NAME}.html#{ITEM}")
        assert page.locator(f"#{ITEM}").inner_text().startswith("3. ")


def faults(page: "Page", within: str) -> list[str]:
    """Return what axe has against a part of a page, whose policy lets it add no style of its own."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": GUIDELINES, "resultTypes": ["violations"], "preload": False}
    found = Axe().run(page, context={"include": [[within]]}, options=options).response["violations"]
    return [f"{fault['id']}: {node['html'][:200]}" for fault in found for node in fault["nodes"]]


def everything_open(page: "Page") -> None:
    """Open all there is to open, and wait for what is loaded then."""
    page.locator("details").evaluate_all("all => all.forEach(it => { it.open = true; })")
    empty = "all => all.filter(it => !it.querySelector('.found')?.textContent).length"
    eventually(lambda: page.locator("[data-body]").evaluate_all(empty), 0)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", f"{NAME}.html"])
def test_nothing_stands_in_anybodys_way(read: Opener, name: str, theme: str) -> None:
    page = read(name)
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    everything_open(page)
    # What is off the screen may not be drawn yet, and has no colours to be judged by.
    page.set_viewport_size({"width": 1300, "height": 30_000})
    page.wait_for_timeout(500)
    assert faults(page, "html") == []
    if name != "index.html":
        page.set_viewport_size({"width": 1300, "height": 900})
        page.locator(f"{item(page, ITEM)} .given-row button").first.press("Enter")
        assert faults(page, "dialog") == []


@pytest.mark.parametrize("name", ["index.html", f"{NAME}.html"])
def test_a_narrow_page_scrolls_one_way_only(read: Opener, name: str) -> None:
    page = read(name)
    page.set_viewport_size({"width": NARROWEST, "height": 600})
    everything_open(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST


@pytest.mark.parametrize("id", [ITEM, BRIEF])
def test_nothing_of_a_hostile_answer_runs_or_is_fetched(read: Opener, id: str) -> None:
    page = read(f"{NAME}.html")
    own = page.locator(item(page, id))
    own.locator("details.answers > summary").press("Enter")
    own.locator(".given-row").first.wait_for()
    own.get_by_role("searchbox").fill(SCRIPT)
    page.wait_for_timeout(200)
    assert own.locator(".given-row").count() >= 1
    own.locator(".given-row button").first.press("Enter")
    student = page.get_by_role("dialog").locator(".cj-side").last
    assert student.is_visible()
    hostile = student.locator("script, iframe, svg, form, input, base, meta, link, object, style, [onerror]")
    assert hostile.count() == 0
    for place in student.locator("a").all():
        place.click()
    page.wait_for_timeout(300)
    assert page.url.startswith("file:")
    assert page.locator("body").is_visible()
