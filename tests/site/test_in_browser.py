"""Does the site work in Chromium, opened from disk: charts, explorers, search, by keyboard, for everybody?"""

from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup

from cjpolicy import catalogue
from cjpolicy.explorers import baseyear, claims, figures, recording, totals
from tests.site.conftest import Opener
from tests.support import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSONS = sorted(path.stem + ".html" for path in (ROOT / "course" / "lessons").glob("*.ipynb"))
PAGES = ["index.html", "search.html?q=coverage", *LESSONS]
GUIDELINES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROWEST = 320
PLAN = "Survey: 69. Records: 183, a rise of 83%. Rounding alone allows +76% to +90%."


def words(page: "Page", selector: str) -> str:
    return " ".join(page.locator(selector).inner_text().split())


def announced(page: "Page") -> str:
    """Return what the explorer of unit 02 says to a screen reader."""
    page.wait_for_timeout(100)
    return str(page.locator("output[id$=result]").evaluate("element => element.value"))


@pytest.mark.parametrize("name", LESSONS)
def test_every_chart_is_drawn_and_named(read: Opener, name: str) -> None:
    page = read(name)
    charts = page.locator(".drawing[role=graphics-document]")
    assert charts.count() == page.locator(".drawing").count() >= 2
    for chart in charts.all():
        assert chart.locator("svg [role=graphics-symbol]").count() > 0
        assert len(chart.get_attribute("aria-label") or "") > 20


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_stands_in_anybodys_way(read: Opener, name: str, theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = read(name)
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    page.wait_for_timeout(200)
    found = Axe().run(page, options={"runOnly": GUIDELINES, "resultTypes": ["violations"], "preload": False})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_page_scrolls_one_way_only(read: Opener, name: str) -> None:
    page = read(name)
    page.set_viewport_size({"width": NARROWEST, "height": 600})
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST


def test_the_first_key_skips_to_the_text(read: Opener) -> None:
    page = read(LESSONS[-1])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the text"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_an_arrow_key_moves_a_slider_and_the_result_is_what_python_computes(read: Opener) -> None:
    page = read("02_counting_violence.html")
    assert announced(page) == PLAN
    plan = recording.settings()["plan"]
    slider = page.get_by_role("slider").first
    slider.focus()
    slider.press("ArrowRight")
    moved = recording.Setting(**{**vars(plan), "true_change": plan.true_change + 1})
    assert announced(page) == recording.sentence(moved)
    assert page.get_by_text(recording.sentence(moved).split(" Rounding")[0]).count() > 0


@pytest.mark.parametrize("name", recording.BUTTONS)
def test_every_button_of_the_recording_explorer_gives_its_setting(read: Opener, name: str) -> None:
    page = read("02_counting_violence.html")
    page.get_by_role("slider").last.press("Home")
    page.get_by_role("button", name=recording.BUTTONS[name]).press("Enter")
    assert announced(page) == recording.sentence(recording.settings()[name])


def test_the_figures_are_filtered_by_keyboard_as_the_model_selects(read: Opener) -> None:
    page = read("00_start_here.html")
    explorer = page.locator("[data-explorer=figures]")
    known = catalogue.load("figures")
    chosen = {"topic": "cost", "unit": "", "document": ""}
    for name, key in [("topic", "Home"), ("document", "End"), ("unit", "End")]:
        choice = explorer.locator(f"select[name={name}]")
        choice.press(key)
        chosen[name] = choice.input_value()
        shown = figures.select(known, **chosen)
        assert explorer.locator("tbody tr:visible").count() == len(shown)
        assert words(page, "[data-explorer=figures] [role=status]") == figures.sentence(
            len(shown), len(known)
        )
    for label, filters in figures.TRIES.items():
        explorer.get_by_role("button", name=label).press("Enter")
        assert explorer.locator("tbody tr:visible").count() == len(figures.select(known, **filters))
    explorer.get_by_role("button", name="Reset").press("Enter")
    assert explorer.locator("tbody tr:visible").count() == len(figures.select(known, topic="cost"))


def test_the_claims_are_compared_as_the_model_compares_them(read: Opener) -> None:
    page = read("01_reading_a_claim.html")
    explorer = page.locator("[data-explorer=claims]")
    known = catalogue.load("claims")
    first = explorer.inner_text()
    for place in (-1, 4, 9):
        one, other = known["claim_id"].iloc[place], known["claim_id"].iloc[place - 3]
        explorer.locator("select").first.select_option(one)
        explorer.locator("select").last.select_option(other)
        drawn = BeautifulSoup(claims.draw(known, one, other), "html.parser")
        for style in drawn.select("style"):
            style.decompose()
        shown = explorer.locator("[data-shown]").evaluate("element => element.textContent")
        wanted = drawn.get_text()
        assert "".join(shown.split()) == "".join(wanted.split())
        said = claims.sentence(claims.compare(known, one, other), two=True)
        assert words(page, "[data-explorer=claims] [role=status]") == said
    for label, pair in claims.TRIES.items():
        explorer.get_by_role("button", name=label).press("Enter")
        said = claims.sentence(claims.compare(known, **pair), two=True)
        assert words(page, "[data-explorer=claims] [role=status]") == said
    explorer.get_by_role("button", name="Reset").press("Enter")
    assert explorer.inner_text() == first


def test_the_totals_are_tried_as_the_model_tries_them(read: Opener) -> None:
    page = read("03_homicide_and_weapons.html")
    rows = totals.surviving_rows()
    for name, setting in totals.settings().items():
        page.get_by_role("button", name=totals.BUTTONS[name]).press("Enter")
        assert announced(page) == totals.sentence(rows, **setting)
    page.get_by_role("slider").first.press("ArrowLeft")
    assert announced(page) == totals.sentence(rows, setting["total"] - 1, setting["rule"])


def test_the_base_years_are_compared_as_the_model_compares_them(read: Opener) -> None:
    page = read("03_homicide_and_weapons.html")
    explorer = page.locator("[data-explorer=baseyear]")
    counts = catalogue.load("homicide_counts")
    status = "[data-explorer=baseyear] [role=status]"
    for label, choice in baseyear.TRIES.items():
        explorer.get_by_role("button", name=label).press("Enter")
        compared = baseyear.compare(counts, **choice)
        assert words(page, status) == baseyear.sentence(compared)
        assert f"base year {compared.base}" in words(page, "[data-explorer=baseyear] [data-shown]")
    explorer.locator("select").last.press("Home")
    assert words(page, status) == baseyear.sentence(baseyear.compare(counts, "2002/03", "2006/07"))


def test_the_search_is_reached_by_keyboard_and_leads_to_the_place(read: Opener) -> None:
    page = read("index.html")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("coverage")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=coverage")
    assert words(page, "#count").startswith("“coverage”: ")
    page.get_by_role("link", name="Step 3. How an event becomes a record").press("Enter")
    page.wait_for_url("**/02_counting_violence.html#*")
    assert page.locator("h2:target").inner_text() == "Step 3. How an event becomes a record"


def test_the_search_says_when_there_is_nothing(read: Opener) -> None:
    page = read("search.html?q=%3Cb%3Exylophone")
    assert (
        words(page, "#count")
        == "“<b>xylophone” stands nowhere in the lessons. Try fewer letters, or one word."
    )
    page.get_by_role("searchbox").fill("index")
    page.locator("#found li").first.wait_for()
    assert "“index”" in words(page, "#count")
