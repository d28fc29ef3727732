"""Every control of every explorer, moved by keyboard; what the page then shows is what the model says."""

import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest

from cjpolicy import catalogue
from cjpolicy.explorers import (
    areas,
    attrition,
    baseyear,
    cases,
    claims,
    cohorts,
    figures,
    followup,
    recording,
    risks,
    totals,
    view,
)
from cjpolicy.explorers.view import RESET
from tests.browser.lab import MARKS, PANEL, Desk, Notebook, Watcher, eventually, open_notebook, small_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = MARKS
PLAN = recording.settings()["plan"]
TABLE = "The steps as a table"
WITHOUT_BOX = {
    "ERROR Signal bind element not found: null",
    "ERROR Dataflow already running. Use runAsync() to chain invocations.",
}


def explorer(desk: Desk, page: "Page", name: str) -> Notebook:
    """Open a notebook with one explorer in it, run it, and put the focus before it."""
    source = f'import cjpolicy as cj\ncj.explore("{name}")'
    notebook = open_notebook(page, desk, desk.write(f"tries/{name}.ipynb", small_notebook(source)))
    notebook.run_all()
    notebook.panel.locator(".jp-OutputArea-output select, svg.marks").first.wait_for()
    notebook.cell(0).locator(".jp-InputPrompt").click()
    return notebook


class Recording:
    """The page of the explorer of recording."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook

    def said(self) -> str:
        """Return the sentence that a screen reader reads out."""
        return str(self.notebook.panel.locator("output[id$='-result']").evaluate("it => it.value"))

    def sliders(self) -> dict[str, float]:
        boxes = self.notebook.panel.locator("input[type=range]").all()
        return {str(box.get_attribute("name")): float(box.input_value()) for box in boxes}

    def drawn(self, mark: str) -> list[float]:
        """Return where the marks of a kind stand on the axis of the index, step by step."""
        marks = self.notebook.panel.locator(f"svg.marks [aria-roledescription='{mark}']")
        labels: list[str] = marks.evaluate_all("marks => marks.map(it => it.getAttribute('aria-label'))")
        return [float(re.findall(r"index \(1997 = 100\): (-?[\d.]+)", label)[0]) for label in labels]

    def shows(self, setting: recording.Setting) -> None:
        """Fail unless sliders, sentence and chart are those of a setting."""
        eventually(self.sliders, asdict(setting))
        eventually(self.said, recording.sentence(setting))
        steps = recording.index_steps(setting)
        assert self.drawn("tick") == pytest.approx(steps["records"].tolist())
        assert self.drawn("point") == pytest.approx(steps["survey"].tolist())
        # Only what was printed was rounded: elsewhere the rule is as short as nothing.
        least = recording.rounding_band(setting)[0] if setting == PLAN else recording.recorded_change(setting)
        assert self.drawn("rule mark") == pytest.approx([100 + least])


class TestRecording:
    def test_tab_reaches_every_control_in_order(self, desk: Desk, page: "Page") -> None:
        passed = explorer(desk, page, "recording").tab_to(TABLE)
        labels = [slider.label for slider in recording.SLIDERS.values()]
        expected = [*recording.BUTTONS.values(), RESET, *labels, TABLE]
        assert passed[-len(expected) :] == expected

    def test_each_button_sets_what_it_says(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "recording")
        shown = Recording(notebook)
        shown.shows(PLAN)
        names = [*reversed(recording.BUTTONS), "plan"]
        labels = [*reversed(recording.BUTTONS.values()), RESET]
        for number, (name, label) in enumerate(zip(names, labels, strict=True)):
            notebook.tab_to(label, most=60)
            page.keyboard.press(("Enter", "Space")[number % 2])
            shown.shows(recording.settings()[name])

    def test_each_slider_moves_the_chart_as_the_model_says(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "recording")
        shown = Recording(notebook)
        setting = PLAN
        for name, slider in recording.SLIDERS.items():
            notebook.tab_to(slider.label)
            for key, change in [("ArrowRight", 1), ("ArrowUp", 1), ("ArrowLeft", -1), ("ArrowDown", -1)]:
                page.keyboard.press(key)
                setting = replace(setting, **{name: getattr(setting, name) + change})
                shown.shows(setting)
            for key, value in [("End", slider.high), ("Home", slider.low), ("PageUp", None)]:
                page.keyboard.press(key)
                setting = replace(setting, **{name: shown.sliders()[name] if value is None else float(value)})
                shown.shows(setting)

    def test_the_table_opens_by_keyboard_and_follows(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "recording")
        label = recording.BUTTONS["violence rose"]
        notebook.tab_to(label)
        page.keyboard.press("Enter")
        notebook.tab_to(TABLE)
        page.keyboard.press("Enter")
        steps = recording.index_steps(recording.settings()["violence rose"])
        for column, name, form in ((2, "factor", ".3f"), (3, "records", ".1f"), (4, "survey", ".1f")):
            cells = notebook.panel.locator(f"details tr > :nth-child({column}):not([scope=col])")
            eventually(cells.all_inner_texts, [format(value, form) for value in steps[name]])


class Attrition:
    """The page of the explorer of attrition."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook

    def said(self) -> str:
        """Return the sentence that a screen reader reads out."""
        return str(self.notebook.panel.locator("output[id$='-result']").evaluate("it => it.value"))

    def sliders(self) -> dict[str, int]:
        boxes = self.notebook.panel.locator("input[type=range]").all()
        return {str(box.get_attribute("name")): int(box.input_value()) for box in boxes}

    def drawn(self) -> list[int]:
        """Return the incidents that the bars show, stage by stage."""
        bars = self.notebook.panel.locator("svg.marks [aria-roledescription='bar']")
        labels: list[str] = bars.evaluate_all("marks => marks.map(it => it.getAttribute('aria-label'))")
        return [int(re.findall(r"incidents: ([\d,]+)", label)[0].replace(",", "")) for label in labels]

    def shows(self, setting: attrition.Setting, whole: str) -> None:
        """Fail unless the controls, the sentence and the chart are those of a setting."""
        eventually(self.sliders, asdict(setting))
        eventually(self.notebook.panel.locator(".cj-sliders select").input_value, whole)
        eventually(self.said, attrition.sentence(setting, whole))
        assert self.drawn() == list(setting.reached())


class TestAttrition:
    START = attrition.SETTINGS["start"]
    TABLE = "Every stage and every rate as a table"
    LIST = "Convictions out of"

    def test_tab_reaches_every_control_in_order(self, desk: Desk, page: "Page") -> None:
        passed = explorer(desk, page, "attrition").tab_to(self.TABLE)
        labels = [slider.label for slider in attrition.SLIDERS.values()]
        expected = [*attrition.BUTTONS.values(), RESET, self.LIST, *labels, self.TABLE]
        assert passed[-len(expected) :] == expected

    def test_each_button_sets_the_sliders_and_leaves_the_whole_to_the_reader(
        self, desk: Desk, page: "Page"
    ) -> None:
        notebook = explorer(desk, page, "attrition")
        shown = Attrition(notebook)
        shown.shows(self.START, "recorded")
        notebook.tab_to(self.LIST)
        choose_next(page, 1)
        for number, (name, label) in enumerate(reversed(attrition.BUTTONS.items())):
            notebook.cell(0).locator(".jp-InputPrompt").click()
            notebook.tab_to(label)
            page.keyboard.press(("Enter", "Space")[number % 2])
            shown.shows(attrition.SETTINGS[name], "charged")
        notebook.tab_to(RESET)
        page.keyboard.press("Enter")
        shown.shows(self.START, "recorded")

    def test_each_slider_and_the_list_move_the_chart_as_the_model_says(
        self, desk: Desk, page: "Page"
    ) -> None:
        notebook = explorer(desk, page, "attrition")
        shown = Attrition(notebook)
        notebook.tab_to(self.LIST)
        choose_next(page, 1)
        setting = self.START
        for name, slider in attrition.SLIDERS.items():
            notebook.tab_to(slider.label)
            for key, change in [("ArrowRight", 10), ("ArrowUp", 10), ("ArrowLeft", -10)]:
                page.keyboard.press(key)
                setting = replace(setting, **{name: getattr(setting, name) + change})
                shown.shows(setting, "charged")
            for key, value in [("End", slider.high), ("Home", slider.low), ("PageUp", None)]:
                page.keyboard.press(key)
                setting = replace(setting, **{name: shown.sliders()[name] if value is None else int(value)})
                shown.shows(setting, "charged")

    def test_the_table_opens_by_keyboard_and_follows(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "attrition")
        notebook.tab_to(attrition.BUTTONS["more of both"])
        page.keyboard.press("Enter")
        notebook.tab_to(self.TABLE)
        page.keyboard.press("Enter")
        stages = attrition.funnel(attrition.SETTINGS["more of both"])
        for column, name in ((2, "incidents"), (3, "rate")):
            cells = notebook.panel.locator(f"details tr > :nth-child({column}):not([scope=col])")
            eventually(cells.all_inner_texts, [attrition.cell(value, name) for value in stages[name]])


class TestProgramme:
    """The two explorers of unit 07: lists and sliders in the page, answered by the chart."""

    def said(self, notebook: Notebook) -> str:
        return str(notebook.panel.locator("output[id$='-result']").evaluate("it => it.value"))

    @pytest.mark.parametrize(
        ("name", "labels", "last"),
        [
            ("cohorts", ["Show", "Months from start to end", "Suppose so many"], "The numbers as a table"),
            ("areas", ["Which areas join", "How many areas join", "By how many"], "The years as a table"),
        ],
    )
    def test_tab_reaches_every_control_in_order(
        self, desk: Desk, page: "Page", name: str, labels: list[str], last: str
    ) -> None:
        module = {"cohorts": cohorts, "areas": areas}[name]
        passed = explorer(desk, page, name).tab_to(last)
        expected = [*module.BUTTONS.values(), RESET, *labels, last]
        found = passed[-len(expected) :]
        assert [words.startswith(wanted) for words, wanted in zip(found, expected, strict=True)] == [
            True for _ in expected
        ]

    @pytest.mark.parametrize("name", ["cohorts", "areas"])
    def test_each_button_sets_what_it_says(self, desk: Desk, page: "Page", name: str) -> None:
        module = {"cohorts": cohorts, "areas": areas}[name]
        notebook = explorer(desk, page, name)
        first = next(iter(module.SETTINGS))
        eventually(lambda: self.said(notebook), module.sentence(module.SETTINGS[first]))
        names, labels = [*reversed(module.BUTTONS), first], [*reversed(module.BUTTONS.values()), RESET]
        for number, (setting, label) in enumerate(zip(names, labels, strict=True)):
            notebook.tab_to(label, most=60)
            page.keyboard.press(("Enter", "Space")[number % 2])
            eventually(lambda: self.said(notebook), module.sentence(module.SETTINGS[setting]))

    def test_lists_and_sliders_answer_the_keys(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "areas")
        notebook.tab_to("Which areas join")
        choose_next(page, 2)
        setting = areas.Setting("lot", 20, 0)
        eventually(lambda: self.said(notebook), areas.sentence(setting))
        notebook.tab_to("How many areas join")
        page.keyboard.press("ArrowRight")
        notebook.tab_to("By how many per cent the programme truly lowers offences")
        page.keyboard.press("ArrowUp")
        setting = areas.Setting("lot", 30, 5)
        eventually(lambda: self.said(notebook), areas.sentence(setting))

    def test_the_table_opens_by_keyboard_and_follows(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "areas")
        notebook.tab_to(areas.BUTTONS["worst, works"])
        page.keyboard.press("Enter")
        notebook.tab_to("The years as a table")
        page.keyboard.press("Enter")
        years = areas.means(areas.SETTINGS["worst, works"])
        for column, group in enumerate(areas.GROUPS, start=2):
            cells = notebook.panel.locator(f"details tr > :nth-child({column}):not([scope=col])")
            eventually(cells.all_inner_texts, [areas._one(value) for value in years[group]])


class FollowUp:
    """The page of the explorer of follow-up."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook

    def said(self) -> str:
        """Return the sentence that a screen reader reads out."""
        return str(self.notebook.panel.locator("output[id$='-result']").evaluate("it => it.value"))

    def sliders(self) -> dict[str, float]:
        boxes = self.notebook.panel.locator("input[type=range]").all()
        return {str(box.get_attribute("name")): float(box.input_value()) for box in boxes}

    def shows(self, setting: followup.Setting) -> None:
        """Fail unless the controls and the sentence are those of a setting, and its rates are drawn."""
        numbers = asdict(setting)
        kind = numbers.pop("kind")
        eventually(self.sliders, numbers)
        eventually(self.notebook.panel.locator("select[name=kind]").input_value, kind)
        eventually(self.said, followup.sentence(setting))
        placed = followup.printed(kind)["years"].notna().sum()
        points = self.notebook.panel.locator("svg.marks [aria-roledescription='point']")
        # One more: where the curve stands at the end of the follow-up.
        eventually(points.count, int(placed) + 1)


class TestFollowUp:
    START = followup.settings()["newspaper"]
    TABLE = "Every printed rate as a table, with the curve at its time"
    LIST = "Printed rates of"

    def test_tab_reaches_every_control_in_order(self, desk: Desk, page: "Page") -> None:
        passed = explorer(desk, page, "followup").tab_to(self.TABLE)
        labels = [slider.label for slider in followup.SLIDERS.values()]
        expected = [*followup.BUTTONS.values(), RESET, *labels, self.LIST, self.TABLE]
        assert passed[-len(expected) :] == expected

    def test_each_button_sets_what_it_says(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "followup")
        shown = FollowUp(notebook)
        shown.shows(self.START)
        names = [*reversed(followup.BUTTONS), "newspaper"]
        labels = [*reversed(followup.BUTTONS.values()), RESET]
        for number, (name, label) in enumerate(zip(names, labels, strict=True)):
            notebook.tab_to(label, most=60)
            page.keyboard.press(("Enter", "Space")[number % 2])
            shown.shows(followup.settings()[name])

    def test_each_slider_and_the_list_move_the_chart_as_the_model_says(
        self, desk: Desk, page: "Page"
    ) -> None:
        notebook = explorer(desk, page, "followup")
        shown = FollowUp(notebook)
        setting = self.START
        for name, slider in followup.SLIDERS.items():
            notebook.tab_to(slider.label)
            for key in ("ArrowLeft", "ArrowDown", "Home", "End", "PageDown", "ArrowRight"):
                page.keyboard.press(key)
                page.wait_for_timeout(50)
                setting = followup.Setting(**{**asdict(setting), name: shown.sliders()[name]})
                shown.shows(setting)
            assert getattr(setting, name) > slider.low
        notebook.tab_to(self.LIST)
        choose_next(page, 1)
        shown.shows(replace(setting, kind="any"))

    def test_the_table_opens_by_keyboard_and_follows(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "followup")
        notebook.tab_to(followup.BUTTONS["bound"])
        page.keyboard.press("Enter")
        notebook.tab_to(self.TABLE)
        page.keyboard.press("Enter")
        bound = followup.settings()["bound"]
        expected = [
            "cannot be put on a clock" if years != years else f"{followup.share(bound, years):.1f}"
            for years in followup.printed()["years"]
        ]
        cells = notebook.panel.locator("details tr > td:last-child")
        eventually(cells.all_inner_texts, expected)


class TestRisks:
    TABLE = "The numbers as a table"

    def said(self, notebook: Notebook) -> str:
        return str(notebook.panel.locator("output[id$='-result']").evaluate("it => it.value"))

    def test_tab_reaches_every_control_in_order(self, desk: Desk, page: "Page") -> None:
        passed = explorer(desk, page, "risks").tab_to(self.TABLE)
        labels = [control.label for control in risks.controls().values()]
        expected = [*risks.BUTTONS.values(), RESET, *labels, self.TABLE]
        found = passed[-len(expected) :]
        assert [words.startswith(wanted) for words, wanted in zip(found, expected, strict=True)] == [
            True for _ in expected
        ]

    def test_each_button_sets_what_it_says(self, desk: Desk, page: "Page") -> None:
        notebook, known = explorer(desk, page, "risks"), risks.settings()
        eventually(lambda: self.said(notebook), risks.sentence(known["study"]))
        names, labels = [*reversed(risks.BUTTONS), "study"], [*reversed(risks.BUTTONS.values()), RESET]
        for number, (name, label) in enumerate(zip(names, labels, strict=True)):
            notebook.tab_to(label, most=60)
            page.keyboard.press(("Enter", "Space")[number % 2])
            eventually(lambda: self.said(notebook), risks.sentence(known[name]))

    def test_the_list_the_sliders_and_the_table_follow_the_keys(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "risks")
        notebook.tab_to("Matched: per cent with the event")
        page.keyboard.press("ArrowRight")
        notebook.tab_to("Treated: per cent with the event")
        page.keyboard.press("ArrowLeft")
        notebook.tab_to("How many are treated, and matched")
        choose_next(page, 1)
        setting = risks.Setting(8.5, 9.5, "few")
        eventually(lambda: self.said(notebook), risks.sentence(setting))
        notebook.tab_to(self.TABLE)
        page.keyboard.press("Enter")
        cells = notebook.panel.locator("details tr > :nth-child(2):not([scope=col])")
        eventually(cells.all_inner_texts, list(risks.texts(setting).values()))


class TestWithoutAKernel:
    """A notebook that was run, saved and closed still has a chart that moves."""

    def save(self, desk: Desk, page: "Page", name: str) -> str:
        explorer(desk, page, name).save()
        desk.close_kernels()
        return f"tries/{name}.ipynb"

    def reopen(self, desk: Desk, page: "Page", name: str) -> None:
        page.goto(desk.url(name))
        Notebook(page).wait_for_kernel()
        desk.close_kernels()
        page.get_by_text("No Kernel", exact=True).first.wait_for()

    def test_the_chart_moves(self, desk: Desk, page: "Page") -> None:
        self.reopen(desk, page, self.save(desk, page, "recording"))
        self.move_a_slider(page)

    def test_the_chart_moves_where_the_notebook_is_not_trusted(
        self, desk: Desk, page: "Page", watcher: Watcher
    ) -> None:
        notebook = desk.read(self.save(desk, page, "recording"))
        notebook.metadata = {"kernelspec": {"name": "nowhere", "display_name": "Nowhere"}}
        page.goto(desk.url(desk.write("tries/sent.ipynb", notebook)))
        page.locator(".jp-Dialog").get_by_role("button", name="No Kernel").click()
        self.move_a_slider(page)
        # JupyterLab takes the explorer's box out of what it does not trust: the sliders move to the chart.
        assert set(watcher.wrong) <= WITHOUT_BOX
        watcher.wrong.clear()

    @pytest.mark.parametrize("name", ["claims", "figures", "baseyear"])
    def test_the_lists_give_way_to_what_was_shown_last(
        self, desk: Desk, page: "Page", watcher: Watcher, name: str
    ) -> None:
        saved = self.save(desk, page, name)
        self.reopen(desk, page, saved)
        kept = page.locator(f"{PANEL} .cj-asleep")
        kept.wait_for()
        assert view.ASLEEP in kept.inner_text()
        assert kept.locator(".cj-card").count()
        assert "Error" not in page.locator(f"{PANEL} .jp-OutputArea").inner_text()
        # What ipywidgets says of any widget whose kernel has gone.
        assert all(said.startswith("Error: widget model not found") for said in watcher.wrong)
        watcher.wrong.clear()

    def move_a_slider(self, page: "Page") -> None:
        chart = page.locator(f"{PANEL} svg.marks")
        chart.wait_for()
        page.locator(f"{PANEL} input[name=true_change]").focus()
        page.keyboard.press("ArrowRight")
        expected = recording.sentence(replace(PLAN, true_change=PLAN.true_change + 1))
        eventually(lambda: expected.startswith(str(chart.locator(".role-title-text").text_content())), True)


def choose_next(page: "Page", steps: int) -> None:
    """Open the list that has the focus, go down in it, and choose."""
    page.keyboard.press("Space")
    for _ in range(steps):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def said(notebook: Notebook) -> str:
    """Return the sentence under the lists of an explorer, which a screen reader reads out."""
    return notebook.panel.locator(".cj-awake").get_by_role("status").inner_text()


class TestFigures:
    FIGURES = catalogue.load("figures")

    def listed(self, notebook: Notebook) -> list[str]:
        listed: list[str] = notebook.panel.locator(".cj-awake select").last.evaluate(
            "list => [...list.options].map(it => it.value)"
        )
        return listed

    def shows(self, notebook: Notebook, **filters: str) -> None:
        """Fail unless the page lists the figures of some filters, and says how many there are."""
        rows = figures.select(self.FIGURES, **filters)
        expected = [f"{row.stated_as}: {row.measure} ({row.figure_id})" for row in rows.itertuples()]
        eventually(lambda: self.listed(notebook), expected)
        count = figures.sentence(len(rows), len(self.FIGURES))
        eventually(lambda: said(notebook).startswith(count), True)

    def test_tab_reaches_every_control_in_order(self, desk: Desk, page: "Page") -> None:
        last = "Show all that fit as a table"
        passed = explorer(desk, page, "figures").tab_to(last)
        expected = [*figures.TRIES, RESET, "Topic", "Unit", "Document", "Figure", last]
        assert passed[-len(expected) :] == expected

    def test_each_list_filters_as_the_model_does(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "figures")
        self.shows(notebook)
        for name, column in figures.COLUMNS.items():
            notebook.tab_to(name.capitalize())
            choose_next(page, 2)
            self.shows(notebook, **{name: sorted(set(self.FIGURES[column]))[1]})
            page.locator(f"{PANEL} .jp-InputPrompt").click()
            notebook.tab_to(RESET)
            page.keyboard.press("Enter" if name == "unit" else "Space")
            self.shows(notebook)

    def test_each_button_sets_what_it_says(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "figures")
        for label, filters in figures.TRIES.items():
            notebook.tab_to(label)
            page.keyboard.press("Enter")
            self.shows(notebook, **filters)

    def test_the_figure_chosen_is_the_figure_shown(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "figures")
        notebook.tab_to("Figure")
        choose_next(page, 3)
        chosen = notebook.panel.locator(".cj-awake select").last.evaluate("it => it.value")
        figure = catalogue.figure(chosen.rpartition("(")[2].rstrip(")"))
        awake = notebook.panel.locator(".cj-awake")
        eventually(awake.locator(".cj-title").first.inner_text, f"Figure {figure.figure_id}")
        assert figure.quote in awake.locator("blockquote").inner_text()
        assert said(notebook).endswith(f"{figure.stated_as}, {figure.measure}.")

    def test_all_that_fit_can_be_had_as_a_table(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "figures")
        label, filters = next(iter(figures.TRIES.items()))
        notebook.tab_to(label)
        page.keyboard.press("Enter")
        notebook.tab_to("Show all that fit as a table")
        page.keyboard.press("Space")
        rows = notebook.panel.locator(".cj-awake tbody th")
        eventually(rows.all_inner_texts, figures.select(self.FIGURES, **filters)["stated_as"].tolist())


class TestClaims:
    CLAIMS = catalogue.load("claims")

    def table(self, notebook: Notebook) -> list[list[str]]:
        rows: list[list[str]] = notebook.panel.locator(".cj-awake tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.children].map(cell => cell.textContent))"
        )
        return [[words.replace("\N{NO-BREAK SPACE}", " ") for words in row] for row in rows]

    def expected(self, first: str, second: str) -> Iterator[list[str]]:
        signs = {"differs": "≠ differs", "same": "= same", "not stated": "? not stated"}
        for row in claims.compare(self.CLAIMS, first, second).to_dict("records"):
            sides = [row[side] or claims.SILENT for side in ("first", "second")]
            yield [row["part"], *sides, signs[row["compared"]]] if second else [row["part"], sides[0]]

    def shows(self, notebook: Notebook, first: str, second: str) -> None:
        """Fail unless the page shows one claim, or compares two."""
        eventually(lambda: self.table(notebook)[:-1], list(self.expected(first, second)))
        parts = claims.compare(self.CLAIMS, first, second)
        eventually(lambda: said(notebook), claims.sentence(parts, two=bool(second)))

    def test_tab_reaches_every_control_in_order(self, desk: Desk, page: "Page") -> None:
        passed = explorer(desk, page, "claims").tab_to("Second claim")
        expected = [*claims.TRIES, RESET, "First claim", "Second claim"]
        assert passed[-len(expected) :] == expected

    def test_each_list_and_each_button(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "claims")
        ids = list(self.CLAIMS["claim_id"])
        self.shows(notebook, ids[0], ids[1])
        notebook.tab_to("First claim")
        choose_next(page, 3)
        self.shows(notebook, ids[3], ids[1])
        notebook.tab_to("Second claim")
        choose_next(page, 2)
        self.shows(notebook, ids[3], ids[3])
        page.locator(f"{PANEL} .jp-InputPrompt").click()
        for label, pair in {**claims.TRIES, RESET: {"first": ids[0], "second": ids[1]}}.items():
            notebook.tab_to(label)
            page.keyboard.press("Space")
            self.shows(notebook, **pair)


class TestTotals:
    ROWS = totals.surviving_rows()
    SLIDER, RULE = "Total number of homicides to try", "Each share was rounded"
    TABLE = "What each row allows, as a table"

    def said(self, notebook: Notebook) -> str:
        return str(notebook.panel.locator("output[id$='-result']").evaluate("it => it.value"))

    def shows(self, notebook: Notebook, total: int, rule: str) -> None:
        """Fail unless controls, sentence and chart are those of a setting."""
        sentence = totals.sentence(self.ROWS, total, rule)
        eventually(lambda: self.said(notebook), sentence)
        assert notebook.panel.locator("input[type=range]").input_value() == str(total)
        assert notebook.panel.locator("select[name=rule]").input_value() == rule
        refusing = sum(totals.printed(count, total, rule) != share for count, share in self.ROWS)
        words = notebook.panel.locator("svg.marks text").all_text_contents()
        # The bar of all rows together refuses as soon as one row does.
        assert sum(text.endswith("refuses") for text in words) == refusing + bool(refusing)
        assert sentence.partition(". ")[0] in " ".join(words)

    def test_tab_reaches_every_control_in_order(self, desk: Desk, page: "Page") -> None:
        passed = explorer(desk, page, "totals").tab_to(self.TABLE)
        expected = [*totals.BUTTONS.values(), RESET, self.SLIDER, self.RULE, self.TABLE]
        assert passed[-len(expected) :] == expected

    def test_each_button_sets_what_it_says(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "totals")
        self.shows(notebook, **totals.settings()["text"])
        for number, (name, setting) in enumerate(reversed(totals.settings().items())):
            notebook.tab_to(totals.BUTTONS[name], most=60)
            page.keyboard.press(("Enter", "Space")[number % 2])
            self.shows(notebook, **setting)
        notebook.tab_to(RESET, most=60)
        page.keyboard.press("Enter")
        self.shows(notebook, **totals.settings()["text"])

    def test_the_slider_and_the_list_move_the_chart_as_the_model_says(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "totals")
        start = totals.settings()["text"]["total"]
        notebook.tab_to(self.SLIDER)
        for key, total in [("ArrowLeft", start - 1), ("End", totals.HIGHEST), ("Home", totals.LOWEST)]:
            page.keyboard.press(key)
            self.shows(notebook, total, totals.ONCE)
        notebook.tab_to(self.RULE)
        page.keyboard.press("ArrowDown")
        self.shows(notebook, totals.LOWEST, totals.TWICE)


class TestBaseyear:
    COUNTS = catalogue.load("homicide_counts")

    def shows(self, notebook: Notebook, base: str, later: str, inquiry: str) -> None:
        """Fail unless the page compares two years."""
        compared = baseyear.compare(self.COUNTS, base, later, inquiry)
        eventually(lambda: said(notebook), baseyear.sentence(compared))
        heading = f"Homicides recorded, base year {base}"
        eventually(notebook.panel.locator(".cj-awake .cj-title").first.inner_text, heading)

    def test_tab_reaches_every_control_in_order(self, desk: Desk, page: "Page") -> None:
        passed = explorer(desk, page, "baseyear").tab_to("In 2002/03")
        expected = [*baseyear.TRIES, RESET, "Base year", "Later year", "In 2002/03"]
        assert passed[-len(expected) :] == expected

    def test_each_list_and_each_button(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "baseyear")
        years = list(self.COUNTS["year"])
        start = {"base": years[0], "later": years[-1], "inquiry": baseyear.OUT}
        self.shows(notebook, **start)
        notebook.tab_to("Base year")
        choose_next(page, 1)
        self.shows(notebook, **{**start, "base": years[1]})
        notebook.tab_to("In 2002/03")
        choose_next(page, 1)
        self.shows(notebook, base=years[1], later=years[-1], inquiry=baseyear.IN)
        page.locator(f"{PANEL} .jp-InputPrompt").click()
        for label, choice in {**baseyear.TRIES, RESET: start}.items():
            notebook.tab_to(label)
            page.keyboard.press("Space")
            self.shows(notebook, **choice)


class Cases:
    """The page of the explorer of cases."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook

    def said(self) -> str:
        """Return the sentence that a screen reader reads out."""
        return str(self.notebook.panel.locator("output[id$='-result']").evaluate("it => it.value"))

    def sliders(self) -> dict[str, float]:
        boxes = self.notebook.panel.locator("input[type=range]").all()
        return {str(box.get_attribute("name")): float(box.input_value()) for box in boxes}

    def shows(self, setting: cases.Setting) -> None:
        """Fail unless the controls and the sentence are those of a setting."""
        numbers = asdict(setting)
        looked = numbers.pop("looked")
        eventually(self.sliders, numbers)
        eventually(self.notebook.panel.locator("select[name=looked]").input_value, looked)
        eventually(self.said, cases.sentence(setting))


class TestCases:
    START = cases.settings()["two"]
    TABLE = "The intervals as a table"

    def test_tab_reaches_every_control_in_order(self, desk: Desk, page: "Page") -> None:
        passed = explorer(desk, page, "cases").tab_to(self.TABLE)
        labels = [control.label for control in cases.CONTROLS.values()]
        expected = [*cases.BUTTONS.values(), RESET, *labels, self.TABLE]
        assert passed[-len(expected) :] == expected

    def test_each_button_sets_what_it_says(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "cases")
        shown = Cases(notebook)
        shown.shows(self.START)
        names = [*reversed(cases.BUTTONS), "two"]
        labels = [*reversed(cases.BUTTONS.values()), RESET]
        for number, (name, label) in enumerate(zip(names, labels, strict=True)):
            notebook.tab_to(label, most=60)
            page.keyboard.press(("Enter", "Space")[number % 2])
            shown.shows(cases.settings()[name])

    def test_each_control_moves_the_chart_as_the_model_says(self, desk: Desk, page: "Page") -> None:
        notebook = explorer(desk, page, "cases")
        shown = Cases(notebook)
        setting = self.START
        for name, slider in cases.SLIDERS.items():
            notebook.tab_to(slider.label, most=60)
            for key in ("ArrowLeft", "Home", "End", "PageDown", "ArrowRight"):
                page.keyboard.press(key)
                page.wait_for_timeout(50)
                moved = {**asdict(setting), name: shown.sliders()[name]}
                setting = cases.Setting(**{**moved, "found": int(moved["found"])})
                shown.shows(setting)
            assert getattr(setting, name) > slider.low
        notebook.tab_to(cases.CONTROLS["looked"].label, most=60)
        choose_next(page, 1)
        shown.shows(replace(setting, looked="200"))
