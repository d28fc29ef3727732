"""Marking written answers on formgrader's page: levels, comments, the next script, and nobody's name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import nbformat
import pytest

from cjpolicy.grading.recorded import with_answers
from cjpolicy.grading.workshop import Workshop
from tests.browser.lab import (
    LOADED,
    MARKS,
    Desk,
    Notebook,
    Watcher,
    cut_off,
    eventually,
    faults,
    leave,
    served,
)
from tests.browser.test_hostile_pages import ATTACKS, RUN, assert_quiet, requests
from tests.grading import sample
from tests.grading.clones import Clone, clone_to

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [*MARKS, pytest.mark.grading]

NAME, BRIEF, ADVICE = sample.NAME, "a90-brief", "a90-advice"
STUDENTS = {
    "id-ottoline": ("Ottoline", "Byronesque"),
    "id-quill": ("Quill", "Okrison"),
    "id-zeb": ("Zeb", "Raoul"),
}
HOSTILE = f'Sly.<img src=x onerror="{RUN}"></button><script>{RUN}</script> [on](javascript:{RUN}) </textarea>'
GIVEN = "Say what would follow if it failed."
RECORD = f"""
[items.{BRIEF}]
points = 3
written = true
ideas = ["say who counted"]
figures = []
rubric = ["Blank.", "One source.", "Both sources.", "Both, and <b>why</b> they differ."]
comments = ["Name a second source.", "{GIVEN}"]
samples = [{{level = 3, text = "Both *count*."}}, {{level = 0, text = "It rose."}}]

[items.{ADVICE}]
points = 6
written = true
ideas = ["say what would change your mind"]
figures = []
rubric = ["Blank.", "A reason.", "Two.", "A test."]
comments = ["Say who is compared."]
"""


@dataclass
class Marking:
    """A teacher's JupyterLab with a class's written answers to mark."""

    clone: Clone
    desk: Desk
    scripts: dict[str, str]

    @property
    def order(self) -> list[str]:
        return sorted(self.scripts.values())

    def open(self, page: "Page", script: str) -> "Locator":
        """Open one script; return the aids of its first written answer."""
        # The page's own requests come without the token: the server's first page leaves a cookie for them.
        page.goto(f"{self.desk.base}/login?token={self.desk.token}")
        page.goto(f"{self.desk.base}/formgrader/submissions/{script}/")
        return arrived(page)

    def given(self, script: str, item: str = BRIEF) -> tuple[float | None, bool, str | None]:
        """Return an answer's points by hand, whether it still waits, and the comment on it."""
        student = next(each for each, id in self.scripts.items() if id == script)
        with Workshop(self.clone.root).api.gradebook as gradebook:
            grade = gradebook.find_grade(item, NAME, NAME, student)
            said = gradebook.find_comment(item, NAME, NAME, student).manual_comment
            return grade.manual_score, grade.needs_manual_grade, said

    def set(self, script: str, *, waits: bool = True, comment: str | None = None) -> None:
        """Put a script back to where nobody, or somebody, has marked it."""
        with Workshop(self.clone.root).api.gradebook as gradebook:
            found = gradebook.find_submission_notebook_by_id(script)
            for grade in found.grades:
                if grade.name in (BRIEF, ADVICE):
                    grade.manual_score, grade.needs_manual_grade = (None, True) if waits else (1, False)
            for each in found.comments:
                each.manual_comment = comment if each.name == BRIEF else None
            gradebook.db.commit()


@pytest.fixture(scope="module")
def class_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marking]:
    clone = clone_to(tmp_path_factory.mktemp("aids"))
    source = sample.sample()
    source.cells.append(
        sample.cell("text", ADVICE, "A model.", grade=True, solution=True, points=6.0, grade_id=ADVICE)
    )
    sample.write(source, clone.root / "solutions" / NAME / f"{NAME}.ipynb")
    (clone.root / "solutions" / f"{NAME}.toml").write_text(RECORD)
    course = Workshop(clone.root)
    release = nbformat.read(course.generate(NAME), as_version=4)
    for student, (first, last) in STUDENTS.items():
        handed_in = with_answers(release, {BRIEF: ATTACKS, ADVICE: "Draw lots."})
        sample.write(handed_in, clone.root / f"classroom/submitted/{student}/{NAME}/{NAME}.ipynb")
        with course.api.gradebook as gradebook:
            gradebook.update_or_create_student(student, first_name=first, last_name=last)
    clone.run("nbgrader", "autograde", NAME)
    with course.api.gradebook as gradebook:
        scripts = {each: gradebook.find_submission_notebook(NAME, NAME, each).id for each in STUDENTS}
    with served(clone, "teach") as desk:
        yield Marking(clone, desk, scripts)
        assert desk.outside.read_text() == ""


@pytest.fixture
def marking(class_: Marking, page: "Page") -> Iterator[Marking]:
    for script in class_.order:
        class_.set(script)
    yield class_
    leave(page)


def arrived(page: "Page") -> "Locator":
    """Wait until the page's keys work; return the aids of its first written answer."""
    page.wait_for_function(LOADED)
    page.wait_for_function("document.activeElement.matches('.tabbable')")
    return page.locator(".cj-aids").first


def said(aids: "Locator", text: str) -> None:
    aids.locator(".cj-said", has_text=text).wait_for()


def levels(aids: "Locator") -> list[str]:
    """Return the levels that are shown as given."""
    pressed: list[str] = aids.locator("[aria-pressed=true][data-level]").evaluate_all(
        "all => all.map(it => it.dataset.level)"
    )
    return pressed


def test_a_key_gives_a_level_and_a_second_replaces_it(marking: Marking, page: "Page") -> None:
    script = marking.order[0]
    aids = marking.open(page, script)
    assert aids.evaluate("it => it === document.activeElement")
    page.keyboard.press("2")
    said(aids, "Saved: level 2, 2 of 3")
    assert (marking.given(script)[:2], levels(aids)) == ((2, False), ["2"])
    page.keyboard.press("0")
    page.keyboard.press("3")
    said(aids, "Saved: level 3")
    assert (marking.given(script)[:2], levels(aids)) == ((3, False), ["3"])
    assert page.locator(f"#{BRIEF}").input_value() == "3"
    assert marking.given(script, ADVICE)[:2] == (None, True)


def test_the_keys_act_on_the_answer_last_touched_or_nearest(marking: Marking, page: "Page") -> None:
    script = marking.order[0]
    marking.open(page, script)
    advice = page.locator(".cj-aids").last
    page.locator(f"#{ADVICE}").click()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    said(advice, "Saved: level 1, 2 of 6")
    page.evaluate("formgrader.last_selected = $('nav .tabbable')")
    page.set_viewport_size({"width": 1300, "height": 400})
    page.wait_for_function("!$('body, html').is(':animated')")
    page.locator(f"#{ADVICE}-comment").evaluate("it => it.scrollIntoView({block: 'center'})")
    page.keyboard.press("3")
    said(advice, "Saved: level 3, 6 of 6")
    assert marking.given(script, ADVICE)[:2] == (6, False)
    assert marking.given(script)[:2] == (None, True)


def test_what_is_typed_into_a_field_gives_no_level(marking: Marking, page: "Page") -> None:
    script = marking.order[0]
    aids = marking.open(page, script)
    page.locator(f"#{BRIEF}-comment").click()
    page.keyboard.type("3 of 2")
    page.keyboard.press("Escape")
    eventually(lambda: marking.given(script), (None, True, "3 of 2"))
    aids.focus()
    page.keyboard.press("Alt+2")
    aids.get_by_role("button", name="Number keys give levels").click()
    page.keyboard.press("2")
    page.reload()
    arrived(page).focus()
    page.keyboard.press("2")
    page.wait_for_timeout(200)
    assert marking.given(script)[:2] == (None, True)
    page.get_by_role("button", name="Number keys give levels").first.click()
    page.keyboard.press("2")
    eventually(lambda: marking.given(script)[:2], (2, False))


def test_level_and_comments_by_keyboard_reach_the_feedback(marking: Marking, page: "Page") -> None:
    script = marking.order[0]
    marking.set(marking.order[1], waits=False, comment=f"{GIVEN}\n\nSay who <b>counted</b>.")
    aids = marking.open(page, script)
    page.keyboard.press("2")
    said(aids, "Saved: level 2")
    for comment in (GIVEN, "Say who <b>counted</b>."):
        Notebook(page).tab_to(comment)
        page.keyboard.press("Enter")
        said(aids, "Saved: the comment.")
        page.wait_for_function(f"$('#{BRIEF}-comment').val().endsWith({comment!r})")
    page.keyboard.press("Enter")
    said(aids, "This comment is there already.")
    eventually(lambda: marking.given(script), (2, False, f"{GIVEN}\n\nSay who <b>counted</b>."))
    marking.clone.run("nbgrader", "generate_feedback", NAME, "--force")
    student = next(each for each, id in marking.scripts.items() if id == script)
    returned = (marking.clone.root / f"classroom/feedback/{student}/{NAME}/{NAME}.html").as_uri()
    page.goto(returned)
    assert page.get_by_text(GIVEN).is_visible()
    assert page.get_by_text("2 of 3").first.is_visible()


def test_tab_goes_through_formgraders_fields_and_the_aids_and_back(marking: Marking, page: "Page") -> None:
    marking.open(page, marking.order[0])
    page.locator(f"#{BRIEF}_extra_credit").focus()
    there = ["comment", "Rubric", "3", "2", "1", "0", "Sample", "Name", "Say", "Next", "Number", "score"]
    assert stops(page, "Tab", len(there)) == there
    assert stops(page, "Shift+Tab", 3) == ["Rubric", "comment", "extra-credit"]
    page.locator(".help").click()
    shown = page.locator(".modal")
    shown.get_by_text("Give the written answer level 3").wait_for()
    assert shown.get_by_text("still waits for a mark").is_visible()


FIRST_WORD = """() => {
    const it = document.activeElement;
    const field = it.matches('input, textarea') ? it.className : it.getAttribute('aria-label');
    return (field ?? it.textContent).trim().split(/\\s/)[0];
}"""


def stops(page: "Page", key: str, times: int) -> list[str]:
    """Press a key again and again; return what has the focus each time, by its first word or class."""
    passed = []
    for _ in range(times):
        page.keyboard.press(key)
        passed.append(page.evaluate(FIRST_WORD))
    return passed


def test_the_next_script_is_the_next_that_waits(marking: Marking, page: "Page") -> None:
    first, second, third = marking.order
    marking.set(second, waits=False)
    aids = marking.open(page, first)
    assert aids.get_by_role("button", name="Next script that waits (1)").is_visible()
    page.keyboard.press("3")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/submissions/{third}/**")
    assert marking.given(first)[0] == 3
    aids = arrived(page)
    assert aids.evaluate("it => it === document.activeElement")
    page.locator(f"#{BRIEF}-comment").fill("Typed, and on at once.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/submissions/{first}/**")
    assert marking.given(third)[2] == "Typed, and on at once."
    for script in (first, third):
        marking.set(script, waits=False)
    page.reload()
    arrived(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/formgrader/gradebook/{NAME}/{NAME}")


def test_scripts_come_in_an_order_that_tells_nothing_and_stays(marking: Marking, page: "Page") -> None:
    for _ in range(2):
        marking.open(page, marking.order[0])
        for place, script in enumerate(marking.order, 1):
            page.wait_for_url(f"**/submissions/{script}/**")
            arrived(page)
            assert page.get_by_text(f"Submission {place} / {len(STUDENTS)}").is_visible()
            # Random, and not made from a clock or a name.
            assert UUID(script).version == 4
            page.keyboard.press("Control+.")
        page.wait_for_url("**/formgrader/gradebook/**")


def test_no_name_stands_on_the_page_until_it_is_asked_for(marking: Marking, page: "Page") -> None:
    script = marking.scripts["id-quill"]
    marking.open(page, script)
    written = f"{page.url} {page.title()} {page.content()}"
    served_as = page.request.get(page.url).text()
    for name in [*STUDENTS, *sum(STUDENTS.values(), ())]:
        assert name not in written
        assert name not in served_as
    page.locator("nav .glyphicon-eye-open").click()
    shown = page.locator("nav a.name-shown")
    shown.get_by_text("Okrison, Quill").wait_for()
    assert f"classroom/autograded/id-quill/{NAME}/{NAME}.ipynb" in str(shown.get_attribute("href"))
    page.locator("nav .glyphicon-eye-close").click()
    assert "Okrison" not in page.content()


def test_hostile_answers_and_comments_do_nothing(marking: Marking, page: "Page") -> None:
    first, second, _ = marking.order
    marking.set(second, waits=False, comment=HOSTILE)
    asked = requests(page)
    aids = marking.open(page, first)
    aids.locator("details").evaluate("it => { it.open = true; }")
    assert aids.get_by_text("Both, and <b>why</b> they differ.").is_visible()
    aids.get_by_role("button", name="Sly.").click()
    said(aids, "Saved: the comment.")
    assert marking.given(first)[2] == HOSTILE
    assert page.locator(f"#{BRIEF}-comment").input_value() == HOSTILE
    page.reload()
    arrived(page)
    assert_quiet(page, asked)


def test_a_mark_that_is_not_saved_says_so(marking: Marking, page: "Page", watcher: Watcher) -> None:
    aids = marking.open(page, marking.order[0])
    page.route("**/api/grade/*", lambda route: route.abort())
    page.keyboard.press("2")
    said(aids, "Not saved")
    assert watcher.wrong
    watcher.wrong.clear()


@pytest.mark.parametrize("width", [1300, 650])
def test_nothing_of_ours_is_wrong_for_those_who_zoom_or_listen(
    marking: Marking, page: "Page", width: int
) -> None:
    marking.set(marking.order[1], waits=False, comment="Say who counted.")
    # High enough for all of it, so that nothing stands behind the bar at the top.
    page.set_viewport_size({"width": width, "height": 9000})
    aids = marking.open(page, marking.order[0])
    page.keyboard.press("2")
    said(aids, "Saved")
    page.locator(".cj-aids details").evaluate("it => { it.open = true; }")
    page.mouse.move(0, 0)
    assert faults(page, ".cj-aids") == []
    assert cut_off(page.locator(".cj-aids button, .cj-aids summary")) == []
    # What axe has against nbgrader's own page, it has without the aids too.
    with_ours = faults(page, "html")
    page.evaluate("$('.cj-aids').remove()")
    assert set(with_ours) <= set(faults(page, "html"))
