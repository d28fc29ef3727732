"""Every control of every explorer, moved by keyboard; what the page then shows is what the model says."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from cjpolicy import catalogue
from cjpolicy.explorers import (
    areas,
    attrition,
    baseyear,
    cases,
    claims,
    cohorts,
    dials,
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
    from playwright.sync_api import Locator, Page

pytestmark = MARKS
PLAN = recording.settings()["plan"]
WITHOUT_BOX = {
    "ERROR Signal bind element not found: null",
    "ERROR Dataflow already running. Use runAsync() to chain invocations.",
}
CONTROLS = "boxes => boxes.map(it => [it.name, it.type === 'range' ? it.valueAsNumber : it.value])"


def labels(controls: Mapping[str, dials.Slider | dials.Dropdown]) -> list[str]:
    return [control.label for control in controls.values()]


class Opened:
    """The page of an explorer: a notebook with it alone, which was run, and the focus before it.

    Attributes
    ----------
    model : module
        What the page must agree with.
    stops : tuple of str
        What Tab reaches, in its order.
    """

    model: ModuleType
    stops: tuple[str, ...]

    def __init__(self, desk: Desk, page: "Page") -> None:
        name = self.model.__name__.rpartition(".")[2]
        source = f'import cjpolicy as cj\ncj.explore("{name}")'
        self.page, self.path = page, desk.write(f"tries/{name}.ipynb", small_notebook(source))
        self.notebook = open_notebook(page, desk, self.path)
        self.panel = self.notebook.panel
        self.notebook.run_all()
        self.panel.locator(".jp-OutputArea-output select, svg.marks").first.wait_for()
        self.go_before()

    def go_before(self) -> None:
        """Put the focus before the explorer."""
        self.notebook.cell(0).locator(".jp-InputPrompt").click()

    def press(self, label: str, key: str = "Enter", most: int = 30) -> None:
        """Go to a control by Tab, and press a key."""
        self.notebook.tab_to(label, most)
        self.page.keyboard.press(key)

    def choose(self, label: str, steps: int, most: int = 30) -> None:
        """Go to a list by Tab, open it, go down in it, and choose."""
        self.press(label, "Space", most)
        for _ in range(steps):
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")


class Dials(Opened):
    """The page of an explorer whose controls the browser answers.

    Attributes
    ----------
    settings : mapping
        What its buttons set, by name; the first is what it opens at.
    """

    settings: Mapping[str, Any]

    @classmethod
    def start(cls) -> Any:
        """Return the setting it opens at."""
        return next(iter(cls.settings.values()))

    def said(self) -> str:
        """Return the sentence that a screen reader reads out."""
        return str(self.panel.locator("output[id$='-result']").evaluate("it => it.value"))

    def controls(self) -> list[tuple[str, Any]]:
        """Return the sliders and lists by name, with what each is at; one that is there twice, twice."""
        boxes = self.panel.locator("input[type=range], .cj-sliders select")
        return sorted((name, value) for name, value in boxes.evaluate_all(CONTROLS))

    def marks(self, kind: str) -> "Locator":
        return self.panel.locator(f"svg.marks [aria-roledescription='{kind}']")

    def numbers(self, kind: str, written: str) -> list[float]:
        """Return a number of each mark of a kind, from what a screen reader says of it."""
        marks = self.marks(kind)
        said: list[str] = marks.evaluate_all("marks => marks.map(it => it.getAttribute('aria-label'))")
        return [float(re.findall(written, label)[0].replace(",", "")) for label in said]

    def shows(self, setting: Any) -> None:
        """Fail unless the controls and the sentence are those of a setting."""
        eventually(self.controls, sorted(asdict(setting).items()))
        eventually(self.said, self.model.sentence(setting))

    def columns(self, setting: Any) -> dict[int, list[str]]:
        """Return what the table's cells are to say, by the place of their column, counted from 1."""
        raise NotImplementedError

    def tabulates(self, setting: Any) -> None:
        """Open the table by keyboard; fail unless it is that of a setting."""
        self.press(self.stops[-1])
        for column, texts in self.columns(setting).items():
            cells = self.panel.locator(f"details tr > :nth-child({column}):not([scope=col])")
            eventually(cells.all_inner_texts, texts)

    def move_every_slider(self) -> None:
        """Press every key on every slider; fail unless the page follows each."""
        setting = self.start()
        for name, slider in self.model.SLIDERS.items():
            self.notebook.tab_to(slider.label)
            for key, steps in [("ArrowRight", 1), ("ArrowUp", 1), ("ArrowLeft", -1), ("ArrowDown", -1)]:
                self.page.keyboard.press(key)
                setting = replace(setting, **{name: getattr(setting, name) + steps * slider.step})
                self.shows(setting)
            for key, value in [("End", slider.high), ("Home", slider.low), ("PageUp", None)]:
                self.page.keyboard.press(key)
                value = dict(self.controls())[name] if value is None else value
                setting = replace(setting, **{name: value})
                self.shows(setting)


class Recording(Dials):
    model, settings = recording, recording.settings()
    stops = (*recording.BUTTONS.values(), RESET, *labels(recording.SLIDERS), "The steps as a table")

    def drawn(self, kind: str) -> list[float]:
        """Return where the marks of a kind stand on the axis of the index, step by step."""
        return self.numbers(kind, r"index \(1997 = 100\): (-?[\d.]+)")

    def shows(self, setting: recording.Setting) -> None:
        """Fail unless the chart too is that of the setting."""
        super().shows(setting)
        steps = recording.index_steps(setting)
        assert self.drawn("tick") == pytest.approx(steps["records"].tolist())
        assert self.drawn("point") == pytest.approx(steps["survey"].tolist())
        # Only what was printed was rounded: elsewhere the rule is as short as nothing.
        least = recording.rounding_band(setting)[0] if setting == PLAN else recording.recorded_change(setting)
        assert self.drawn("rule mark") == pytest.approx([100 + least])

    def columns(self, setting: recording.Setting) -> dict[int, list[str]]:
        steps = recording.index_steps(setting)
        columns = ((2, "factor", ".3f"), (3, "records", ".1f"), (4, "survey", ".1f"))
        return {column: [format(value, form) for value in steps[name]] for column, name, form in columns}


class Attrition(Dials):
    model, settings = attrition, attrition.SETTINGS
    LIST = "Convictions out of"
    stops = (
        *attrition.BUTTONS.values(),
        RESET,
        LIST,
        *labels(attrition.SLIDERS),
        "Every stage and every rate as a table",
    )
    # What the list is to be at: no button sets it.
    whole = "recorded"

    def choose_charged(self) -> None:
        self.choose(self.LIST, 1)
        self.whole = "charged"

    def shows(self, setting: attrition.Setting) -> None:
        """Fail unless the controls, the sentence and the chart are those of a setting."""
        eventually(self.controls, sorted({**asdict(setting), "whole": self.whole}.items()))
        eventually(self.said, attrition.sentence(setting, self.whole))
        assert self.numbers("bar", r"incidents: ([\d,]+)") == list(setting.reached())

    def columns(self, setting: attrition.Setting) -> dict[int, list[str]]:
        stages = attrition.funnel(setting)
        columns = ((2, "incidents"), (3, "rate"))
        return {column: [attrition.cell(value, name) for value in stages[name]] for column, name in columns}


class Cohorts(Dials):
    model, settings = cohorts, cohorts.SETTINGS
    stops = (
        *cohorts.BUTTONS.values(),
        RESET,
        "Show",
        "Months from start to end",
        "Suppose so many offences in each group at the start (0: suppose nothing)",
        "The numbers as a table",
    )


class Areas(Dials):
    model, settings = areas, areas.SETTINGS
    LIST, NUMBER = "Which areas join", "How many areas join"
    WORKS = "By how many per cent the programme truly lowers offences"
    stops = (*areas.BUTTONS.values(), RESET, LIST, NUMBER, WORKS, "The years as a table")

    def columns(self, setting: areas.Setting) -> dict[int, list[str]]:
        years = areas.means(setting)
        return {
            column: [areas._one(value) for value in years[group]]
            for column, group in enumerate(areas.GROUPS, start=2)
        }


class FollowUp(Dials):
    model, settings = followup, followup.settings()
    stops = (
        *followup.BUTTONS.values(),
        RESET,
        *labels(followup.SLIDERS),
        "Printed rates of",
        "Every printed rate as a table, with the curve at its time",
    )

    def shows(self, setting: followup.Setting) -> None:
        """Fail unless the printed rates of the setting are drawn too."""
        super().shows(setting)
        placed = followup.printed(setting.kind)["years"].notna().sum()
        # One more: where the curve stands at the end of the follow-up.
        eventually(self.marks("point").count, int(placed) + 1)

    def columns(self, setting: followup.Setting) -> dict[int, list[str]]:
        at = [
            "cannot be put on a clock" if years != years else f"{followup.share(setting, years):.1f}"
            for years in followup.printed()["years"]
        ]
        return {5: at}


class Risks(Dials):
    model, settings = risks, risks.settings()
    stops = (*risks.BUTTONS.values(), RESET, *labels(risks.controls()), "The numbers as a table")

    def columns(self, setting: risks.Setting) -> dict[int, list[str]]:
        return {2: list(risks.texts(setting).values())}


class Totals(Dials):
    model, settings = totals, totals.settings()
    ROWS = totals.surviving_rows()
    SLIDER, RULE = "Total number of homicides to try", "Each share was rounded"
    stops = (*totals.BUTTONS.values(), RESET, SLIDER, RULE, "What each row allows, as a table")

    def shows(self, setting: dict[str, Any]) -> None:
        """Fail unless controls, sentence and chart are those of a setting."""
        sentence = totals.sentence(self.ROWS, **setting)
        eventually(self.said, sentence)
        assert self.controls() == sorted(setting.items())
        refusing = sum(totals.printed(count, **setting) != share for count, share in self.ROWS)
        words = self.panel.locator("svg.marks text").all_text_contents()
        # The bar of all rows together refuses as soon as one row does.
        assert sum(text.endswith("refuses") for text in words) == refusing + bool(refusing)
        assert sentence.partition(". ")[0] in " ".join(words)


class Cases(Dials):
    model, settings = cases, cases.settings()
    stops = (*cases.BUTTONS.values(), RESET, *labels(cases.CONTROLS), "The intervals as a table")


class Lists(Opened):
    """The page of an explorer whose lists the kernel answers."""

    def __init__(self, desk: Desk, page: "Page") -> None:
        super().__init__(desk, page)
        self.awake = self.panel.locator(".cj-awake")

    def said(self) -> str:
        """Return the sentence under the lists, which a screen reader reads out."""
        return self.awake.get_by_role("status").inner_text()


class Figures(Lists):
    model = figures
    FIGURES = catalogue.load("figures")
    LAST = "Show all that fit as a table"
    stops = (*figures.TRIES, RESET, "Topic", "Unit", "Document", "Figure", LAST)

    def listed(self) -> list[str]:
        listed: list[str] = self.awake.locator("select").last.evaluate(
            "list => [...list.options].map(it => it.value)"
        )
        return listed

    def shows(self, **filters: str) -> None:
        """Fail unless the page lists the figures of some filters, and says how many there are."""
        rows = figures.select(self.FIGURES, **filters)
        expected = [f"{row.stated_as}: {row.measure} ({row.figure_id})" for row in rows.itertuples()]
        eventually(self.listed, expected)
        count = figures.sentence(len(rows), len(self.FIGURES))
        eventually(lambda: self.said().startswith(count), True)


class Claims(Lists):
    model = claims
    CLAIMS = catalogue.load("claims")
    IDS = tuple(CLAIMS["claim_id"])
    stops = (*claims.TRIES, RESET, "First claim", "Second claim")

    def table(self) -> list[list[str]]:
        rows: list[list[str]] = self.awake.locator("tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.children].map(cell => cell.textContent))"
        )
        return [[words.replace("\N{NO-BREAK SPACE}", " ") for words in row] for row in rows]

    def expected(self, first: str, second: str) -> Iterator[list[str]]:
        signs = {"differs": "≠ differs", "same": "= same", "not stated": "? not stated"}
        for row in claims.compare(self.CLAIMS, first, second).to_dict("records"):
            sides = [row[side] or claims.SILENT for side in ("first", "second")]
            yield [row["part"], *sides, signs[row["compared"]]] if second else [row["part"], sides[0]]

    def shows(self, first: str, second: str) -> None:
        """Fail unless the page shows one claim, or compares two."""
        eventually(lambda: self.table()[:-1], list(self.expected(first, second)))
        parts = claims.compare(self.CLAIMS, first, second)
        eventually(self.said, claims.sentence(parts, two=bool(second)))


class Baseyear(Lists):
    model = baseyear
    COUNTS = catalogue.load("homicide_counts")
    YEARS = tuple(COUNTS["year"])
    stops = (*baseyear.TRIES, RESET, "Base year", "Later year", "In 2002/03")

    def shows(self, base: str, later: str, inquiry: str) -> None:
        """Fail unless the page compares two years."""
        compared = baseyear.compare(self.COUNTS, base, later, inquiry)
        eventually(self.said, baseyear.sentence(compared))
        heading = f"Homicides recorded, base year {base}"
        eventually(self.awake.locator(".cj-title").first.inner_text, heading)


@pytest.mark.parametrize(
    "kind",
    [Recording, Attrition, Cohorts, Areas, FollowUp, Risks, Totals, Cases, Figures, Claims, Baseyear],
)
def test_tab_reaches_every_control_in_order(desk: Desk, page: "Page", kind: type[Opened]) -> None:
    passed = kind(desk, page).notebook.tab_to(kind.stops[-1])
    assert passed[-len(kind.stops) :] == [*kind.stops]


@pytest.mark.parametrize("kind", [Recording, Cohorts, Areas, FollowUp, Risks, Totals, Cases])
def test_each_button_sets_what_it_says(desk: Desk, page: "Page", kind: type[Dials]) -> None:
    shown = kind(desk, page)
    shown.shows(kind.start())
    pressed = [(label, kind.settings[name]) for name, label in reversed(kind.model.BUTTONS.items())]
    for number, (label, setting) in enumerate([*pressed, (RESET, kind.start())]):
        shown.press(label, ("Enter", "Space")[number % 2], most=60)
        shown.shows(setting)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Recording, "violence rose"),
        (Attrition, "more of both"),
        (Areas, "worst, works"),
        (FollowUp, "bound"),
    ],
)
def test_the_table_opens_by_keyboard_and_follows(
    desk: Desk, page: "Page", kind: type[Dials], name: str
) -> None:
    shown = kind(desk, page)
    shown.press(kind.model.BUTTONS[name])
    shown.tabulates(kind.settings[name])


@pytest.mark.parametrize(
    ("kind", "name", "chosen", "most"), [(FollowUp, "kind", "any", 30), (Cases, "looked", "200", 60)]
)
def test_each_slider_and_the_list_move_the_chart_as_the_model_says(
    desk: Desk, page: "Page", kind: type[Dials], name: str, chosen: str, most: int
) -> None:
    shown = kind(desk, page)
    setting = kind.start()
    for moved, slider in kind.model.SLIDERS.items():
        shown.notebook.tab_to(slider.label)
        for key in ("ArrowLeft", "ArrowDown", "Home", "End", "PageDown", "ArrowRight"):
            page.keyboard.press(key)
            page.wait_for_timeout(50)
            setting = replace(setting, **{moved: dict(shown.controls())[moved]})
            shown.shows(setting)
        assert getattr(setting, moved) > slider.low
    shown.choose(kind.model.CONTROLS[name].label, 1, most)
    shown.shows(replace(setting, **{name: chosen}))


@pytest.mark.parametrize(
    ("kind", "start", "choices"),
    [
        (
            Claims,
            {"first": Claims.IDS[0], "second": Claims.IDS[1]},
            [("First claim", 3, {"first": Claims.IDS[3]}), ("Second claim", 2, {"second": Claims.IDS[3]})],
        ),
        (
            Baseyear,
            {"base": Baseyear.YEARS[0], "later": Baseyear.YEARS[-1], "inquiry": baseyear.OUT},
            [("Base year", 1, {"base": Baseyear.YEARS[1]}), ("In 2002/03", 1, {"inquiry": baseyear.IN})],
        ),
    ],
)
def test_each_list_and_each_button(
    desk: Desk,
    page: "Page",
    kind: type[Claims | Baseyear],
    start: dict[str, str],
    choices: list[tuple[str, int, dict[str, str]]],
) -> None:
    shown, chosen = kind(desk, page), start
    shown.shows(**chosen)
    for label, steps, changed in choices:
        shown.choose(label, steps)
        chosen = {**chosen, **changed}
        shown.shows(**chosen)
    shown.go_before()
    for label, chosen in {**kind.model.TRIES, RESET: start}.items():
        shown.press(label, "Space")
        shown.shows(**chosen)


class TestRecording:
    def test_each_slider_moves_the_chart_as_the_model_says(self, desk: Desk, page: "Page") -> None:
        Recording(desk, page).move_every_slider()


class TestAttrition:
    def test_each_button_sets_the_sliders_and_leaves_the_whole_to_the_reader(
        self, desk: Desk, page: "Page"
    ) -> None:
        shown = Attrition(desk, page)
        shown.shows(shown.start())
        shown.choose_charged()
        for number, (name, label) in enumerate(reversed(attrition.BUTTONS.items())):
            shown.go_before()
            shown.press(label, ("Enter", "Space")[number % 2])
            shown.shows(attrition.SETTINGS[name])
        shown.press(RESET)
        shown.whole = "recorded"
        shown.shows(shown.start())

    def test_each_slider_and_the_list_move_the_chart_as_the_model_says(
        self, desk: Desk, page: "Page"
    ) -> None:
        shown = Attrition(desk, page)
        shown.choose_charged()
        shown.move_every_slider()


class TestAreas:
    def test_lists_and_sliders_answer_the_keys(self, desk: Desk, page: "Page") -> None:
        shown = Areas(desk, page)
        shown.choose(shown.LIST, 2)
        shown.shows(areas.Setting("lot", 20, 0))
        shown.press(shown.NUMBER, "ArrowRight")
        shown.press(shown.WORKS, "ArrowUp")
        shown.shows(areas.Setting("lot", 30, 5))


class TestRisks:
    def test_the_list_the_sliders_and_the_table_follow_the_keys(self, desk: Desk, page: "Page") -> None:
        shown = Risks(desk, page)
        shown.press("Matched: per cent with the event", "ArrowRight")
        shown.press("Treated: per cent with the event", "ArrowLeft")
        shown.choose("How many are treated, and matched", 1)
        setting = risks.Setting(8.5, 9.5, "few")
        shown.shows(setting)
        shown.tabulates(setting)


class TestTotals:
    def test_the_slider_and_the_list_move_the_chart_as_the_model_says(self, desk: Desk, page: "Page") -> None:
        shown = Totals(desk, page)
        start = shown.start()["total"]
        shown.notebook.tab_to(shown.SLIDER)
        for key, total in [("ArrowLeft", start - 1), ("End", totals.HIGHEST), ("Home", totals.LOWEST)]:
            page.keyboard.press(key)
            shown.shows({"total": total, "rule": totals.ONCE})
        shown.press(shown.RULE, "ArrowDown")
        shown.shows({"total": totals.LOWEST, "rule": totals.TWICE})


class TestFigures:
    def test_each_list_filters_as_the_model_does(self, desk: Desk, page: "Page") -> None:
        shown = Figures(desk, page)
        shown.shows()
        for name, column in figures.COLUMNS.items():
            shown.choose(name.capitalize(), 2)
            shown.shows(**{name: sorted(set(shown.FIGURES[column]))[1]})
            shown.go_before()
            shown.press(RESET, "Enter" if name == "unit" else "Space")
            shown.shows()

    def test_each_button_sets_what_it_says(self, desk: Desk, page: "Page") -> None:
        shown = Figures(desk, page)
        for label, filters in figures.TRIES.items():
            shown.press(label)
            shown.shows(**filters)

    def test_the_figure_chosen_is_the_figure_shown(self, desk: Desk, page: "Page") -> None:
        shown = Figures(desk, page)
        shown.choose("Figure", 3)
        chosen = shown.awake.locator("select").last.evaluate("it => it.value")
        figure = catalogue.figure(chosen.rpartition("(")[2].rstrip(")"))
        eventually(shown.awake.locator(".cj-title").first.inner_text, f"Figure {figure.figure_id}")
        assert figure.quote in shown.awake.locator("blockquote").inner_text()
        assert shown.said().endswith(f"{figure.stated_as}, {figure.measure}.")

    def test_all_that_fit_can_be_had_as_a_table(self, desk: Desk, page: "Page") -> None:
        shown = Figures(desk, page)
        label, filters = next(iter(figures.TRIES.items()))
        shown.press(label)
        shown.press(shown.LAST, "Space")
        rows = shown.awake.locator("tbody th")
        eventually(rows.all_inner_texts, figures.select(shown.FIGURES, **filters)["stated_as"].tolist())


class TestWithoutAKernel:
    """A notebook that was run, saved and closed still has a chart that moves."""

    def save(self, desk: Desk, page: "Page", kind: type[Opened]) -> str:
        shown = kind(desk, page)
        shown.notebook.save()
        desk.close_kernels()
        return shown.path

    def reopen(self, desk: Desk, page: "Page", name: str) -> None:
        page.goto(desk.url(name))
        Notebook(page).wait_for_kernel()
        desk.close_kernels()
        page.get_by_text("No Kernel", exact=True).first.wait_for()

    def test_the_chart_moves(self, desk: Desk, page: "Page") -> None:
        self.reopen(desk, page, self.save(desk, page, Recording))
        self.move_a_slider(page)

    def test_the_chart_moves_where_the_notebook_is_not_trusted(
        self, desk: Desk, page: "Page", watcher: Watcher
    ) -> None:
        notebook = desk.read(self.save(desk, page, Recording))
        notebook.metadata = {"kernelspec": {"name": "nowhere", "display_name": "Nowhere"}}
        page.goto(desk.url(desk.write("tries/sent.ipynb", notebook)))
        page.locator(".jp-Dialog").get_by_role("button", name="No Kernel").click()
        self.move_a_slider(page)
        # JupyterLab takes the explorer's box out of what it does not trust: the sliders move to the chart.
        assert set(watcher.wrong) <= WITHOUT_BOX
        watcher.wrong.clear()

    @pytest.mark.parametrize("kind", [Claims, Figures, Baseyear])
    def test_the_lists_give_way_to_what_was_shown_last(
        self, desk: Desk, page: "Page", watcher: Watcher, kind: type[Lists]
    ) -> None:
        saved = self.save(desk, page, kind)
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
