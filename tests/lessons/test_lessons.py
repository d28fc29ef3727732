"""Does each lesson run, and has it the parts that every lesson has?"""

import json
import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from cjpolicy.questions import unit_questions
from tests.lessons.prose import derived, follows, from_nowhere, given_away, numbers, prose, shown
from tests.support import ROOT

MOST_WORDS, MOST_LINES, MOST_CELLS_BETWEEN = 60, 6, 8
LEAST_CHECKS, LEAST_CHARTS = 6, 2
WITH_CONTENT_NOTE = {"02", "03", "05", "06", "07", "08", "09", "11", "12", "14"}
# The first lesson has two doors, and so an order of its own.
TWO_DOORS = "00"
NOT_VERBS = {"a", "an", "how", "know", "that", "the", "understand", "what", "when", "where", "why"}

CHECK = re.compile(r'cj\.check\(\s*"([^"]+)"')
ASKS = re.compile(r"cj\.(?:check|predict|explore)\(")
CHART = re.compile(r"cj\.charts\.|\.mark_\w+\(")
LIST = re.compile(r"^(?:[-*] |\d+\. |\|)", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A cell of a lesson."""

    id: str
    kind: str
    text: str
    tags: tuple[str, ...]

    @property
    def is_code(self) -> bool:
        return self.kind == "code"

    def words(self) -> int:
        """Count the words of prose, headings left out."""
        return len(re.sub(r"^#.*$", "", self.text, flags=re.MULTILINE).split())

    def lines(self) -> int:
        """Count the lines of code, remarks left out."""
        return sum(bool(line.strip()) and not line.strip().startswith("#") for line in self.text.split("\n"))


@dataclass(frozen=True)
class Lesson:
    """A lesson's notebook, as text."""

    path: Path

    @property
    def unit(self) -> str:
        return self.path.stem[:2]

    @cached_property
    def raw(self) -> list[dict[str, Any]]:
        cells: list[dict[str, Any]] = json.loads(self.path.read_text(encoding="utf-8"))["cells"]
        return cells

    @cached_property
    def cells(self) -> list[Cell]:
        return [
            Cell(
                each["id"],
                each["cell_type"],
                "".join(each["source"]),
                tuple(each["metadata"].get("tags", ())),
            )
            for each in self.raw
        ]

    @cached_property
    def code(self) -> str:
        return "\n".join(cell.text for cell in self.cells if cell.is_code)

    def first(self, words: str) -> int:
        """Return the number of the first code cell with these words in it."""
        found = [place for place, cell in enumerate(self.cells) if cell.is_code and words in cell.text]
        assert found, f"no cell has {words}"
        return found[0]

    def section(self, heading: str) -> str:
        """Return the text under a heading, from the one cell that begins with it."""
        found = [cell.text for cell in self.cells if cell.text.startswith(f"## {heading}\n")]
        assert len(found) == 1, f"{len(found)} cells begin with the heading {heading!r}"
        return found[0].partition("\n")[2].strip()


LESSONS = [Lesson(path) for path in sorted(ROOT.glob("course/lessons/*.ipynb"))]
TAUGHT = [lesson for lesson in LESSONS if lesson.unit != TWO_DOORS]


def each(lessons: list[Lesson]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("lesson", lessons, ids=lambda lesson: lesson.path.stem)


def sentences(text: str) -> list[str]:
    """Split prose into sentences; quotation marks and stars may close one.

    Examples
    --------
    >>> sentences("One. “Two?” Three is 3.5 long.")
    ['One.', '“Two?”', 'Three is 3.5 long.']
    """
    return re.findall(r"\S.*?[.?][”\"'*_)]*(?=\s|$)", " ".join(text.split()))


def faults(lesson: Lesson) -> list[str]:
    """Run a lesson from top to bottom and list what went wrong or was said on the error stream."""
    notebook = nbformat.read(lesson.path, as_version=4)
    client = NotebookClient(notebook, timeout=120, allow_errors=True, kernel_name="python3")
    client.execute(cwd=str(lesson.path.parent))
    found = []
    for cell, plan in zip(notebook.cells, lesson.cells, strict=True):
        outputs = cell.get("outputs", [])
        errors = [output for output in outputs if output.output_type == "error"]
        meant = "raises-exception" in plan.tags
        if meant and not errors:
            found.append(f"{plan.id} should raise an error and did not")
        found += [f"{plan.id}: {error.ename}: {error.evalue}" for error in errors if not meant]
        found += [f"{plan.id} said: {output.text}" for output in outputs if output.get("name") == "stderr"]
    return found


def test_lessons_are_here() -> None:
    # Units keep their numbers, and some of those between may still be to come.
    assert [lesson.unit for lesson in LESSONS][:3] == ["00", "01", "02"]
    assert len({lesson.unit for lesson in LESSONS}) == len(LESSONS)


@pytest.mark.slow
@pytest.mark.grading
@each(LESSONS)
def test_a_lesson_runs_from_top_to_bottom(lesson: Lesson) -> None:
    assert faults(lesson) == []


@each(LESSONS)
class TestOpening:
    def test_it_has_a_title_a_question_and_the_minutes_it_takes(self, lesson: Lesson) -> None:
        opening = lesson.cells[0]
        assert re.match(r"# \S.*\n\n\*\*.+\?\*\*\n", opening.text), "a title, then a question in bold"
        minutes = [int(number) for number in re.findall(r"\b(\d+) minutes", opening.text)]
        assert minutes and all(10 <= number <= 100 for number in minutes)

    def test_it_promises_three_to_five_things_a_reader_will_do(self, lesson: Lesson) -> None:
        promised = lesson.cells[0].text.split("You will be able to:\n\n")[1].split("\n\n")[0].split("\n")
        assert 3 <= len(promised) <= 5
        first_words = [line.removeprefix("- ").split()[0] for line in promised]
        assert [word for word in first_words if not word.islower() or word in NOT_VERBS] == []

    def test_it_warns_where_a_unit_touches_harm(self, lesson: Lesson) -> None:
        if lesson.unit in WITH_CONTENT_NOTE:
            assert "*Content note:" in lesson.cells[0].text

    def test_it_fetches_the_library_first(self, lesson: Lesson) -> None:
        setup = next(cell for cell in lesson.cells if cell.is_code)
        assert "import cjpolicy as cj" in setup.text.split("\n")


@each(TAUGHT)
class TestOrder:
    def test_an_excerpt_then_a_prediction_then_the_data(self, lesson: Lesson) -> None:
        order = [lesson.first(call) for call in ("cj.excerpt(", "cj.predict(", "cj.describe(")]
        assert order == sorted(order)
        assert order[-1] < lesson.first("cj.load(")

    def test_the_prediction_is_taken_up_again(self, lesson: Lesson) -> None:
        asked = re.findall(r'cj\.predict\(\s*"([^"]+)", (turned_out=)?', lesson.code)
        assert {name for name, turned in asked if turned} == {name for name, turned in asked if not turned}

    def test_the_reader_is_asked_something_every_few_cells(self, lesson: Lesson) -> None:
        asking = [place for place, cell in enumerate(lesson.cells) if cell.is_code and ASKS.search(cell.text)]
        long = [
            lesson.cells[after].id
            for before, after in pairwise(asking)
            if after - before > MOST_CELLS_BETWEEN
        ]
        assert long == [], "these ask, but too long after the last question"

    def test_prose_is_followed_by_what_it_announces(self, lesson: Lesson) -> None:
        in_a_row = [
            third.id
            for first, second, third in zip(lesson.cells, lesson.cells[1:], lesson.cells[2:], strict=False)
            if first.is_code and second.is_code and third.is_code
        ]
        assert in_a_row == [], "the third cell of code with no sentence between"


@each(LESSONS)
class TestSteps:
    def test_prose_before_code_is_short(self, lesson: Lesson) -> None:
        long = {
            cell.id: cell.words()
            for cell, after in zip(lesson.cells[1:], lesson.cells[2:], strict=False)
            if not cell.is_code and after.is_code and not LIST.search(cell.text) and cell.words() > MOST_WORDS
            if not cell.text.startswith("## Recap")
        }
        assert long == {}

    def test_code_is_short(self, lesson: Lesson) -> None:
        long = {cell.id: cell.lines() for cell in lesson.cells if cell.is_code and cell.lines() > MOST_LINES}
        assert long == {}

    def test_it_has_charts_and_an_explorer(self, lesson: Lesson) -> None:
        assert sum(bool(CHART.search(cell.text)) for cell in lesson.cells if cell.is_code) >= LEAST_CHARTS
        assert lesson.code.count("cj.explore(") >= 1

    def test_it_asks_every_question_of_its_unit_once(self, lesson: Lesson) -> None:
        asked = CHECK.findall(lesson.code)
        assert sorted(asked) == sorted(unit_questions(lesson.unit))
        assert len(asked) >= LEAST_CHECKS

    def test_an_answer_waits_for_the_reader(self, lesson: Lesson) -> None:
        filled = [cell.id for cell in lesson.cells if CHECK.search(cell.text) and "..." not in cell.text]
        assert [id for id in filled if id not in {c.id for c in with_place_above(lesson)}] == []


def with_place_above(lesson: Lesson) -> list[Cell]:
    """Return the checking cells whose answer stands in an earlier cell, which leaves its place open."""
    found = []
    for place, cell in enumerate(lesson.cells):
        given = re.search(r"cj\.check\(\s*\"[^\"]+\",\s*(\w+)", cell.text)
        earlier = [above.text for above in lesson.cells[:place] if above.is_code]
        place_open = re.compile(rf"^{given[1]}\b.*\.\.\.", re.MULTILINE | re.DOTALL) if given else None
        if place_open and any(place_open.search(text) for text in earlier):
            found.append(cell)
    return found


@each(TAUGHT)
class TestClose:
    def test_it_says_what_it_cannot_tell(self, lesson: Lesson) -> None:
        assert len(re.findall(r"^- ", lesson.section("What this cannot tell us"), re.MULTILINE)) >= 2

    def test_it_recaps_in_three_sentences_and_says_where_the_idea_returns(self, lesson: Lesson) -> None:
        recap, _, rest = lesson.section("Recap").partition("\n\n")
        assert len(sentences(recap)) == 3
        returns = [int(number) for number in re.findall(r"\bunit (\d\d)\b", rest)]
        assert returns and min(returns) > int(lesson.unit)

    def test_it_ends_with_claims_to_argue_about(self, lesson: Lesson) -> None:
        assert lesson.cells[-1].text.startswith("## More claims to try\n")
        assert f'cj.python_card("{lesson.unit}")' in lesson.code


@each(LESSONS)
class TestNumbers:
    def test_every_number_in_the_prose_comes_from_somewhere(self, lesson: Lesson) -> None:
        runs = "\n".join(
            cell.text for cell in lesson.cells if cell.is_code and "raises-exception" not in cell.tags
        )
        known = shown(runs) | given_away(lesson.unit)
        reckoned = derived(lesson.unit)
        found = {id: from_nowhere(text, known, reckoned) for id, text in prose(lesson.raw)}
        assert {id: strange for id, strange in found.items() if strange} == {}

    def test_every_derived_number_follows_and_is_used(self, lesson: Lesson) -> None:
        used = {number for _, text in prose(lesson.raw) for number in numbers(text)}
        for number, ways in derived(lesson.unit).items():
            assert number in used, f"{number} is in derived.toml but not in the lesson"
            assert [way for way in ways if not follows(number, way)] == []


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("Violence fell by 31 per cent.", set()),
        ("Violence fell by 32 per cent.", {"32"}),
        ("In 2006/07 and from 1997 to 2008-11, as unit 12 and section 1.25 say.", set()),
        ("An invented town: 32 per cent.", set()),
        ("Suppose that 1,234 people agreed.", set()),
        ("£1,234 and 12.5.", {"1,234", "12.5"}),
        ("One of 10, or 0.5, or 100.", set()),
        ("They are 62 apart.", set()),
    ],
)
def test_a_number_from_nowhere_is_found(text: str, strange: set[str]) -> None:
    assert from_nowhere(text, {31.0}, {"62": ["31 * 2"]}) == strange


def test_a_label_covers_the_rest_of_its_section() -> None:
    texts = ["## One\n9", "## Two\nAll their numbers are invented.", "### Part\n99", "## Three\n999"]
    cells = [{"id": text[-2:], "cell_type": "markdown", "source": [text]} for text in texts]
    assert [id for id, _ in prose(cells)] == ["\n9", "99"]


@pytest.mark.parametrize(
    ("number", "way"), [("62", "31 * 3"), ("2", "__import__('os')"), ("1.48", "58 / 39")]
)
def test_arithmetic_that_does_not_give_the_number_is_found(number: str, way: str) -> None:
    assert not follows(number, way)


def test_a_lesson_that_fails_or_warns_is_found(tmp_path: Path) -> None:
    cells = [
        nbformat.v4.new_code_cell("import sys; print('look out', file=sys.stderr)", id="warns"),
        nbformat.v4.new_code_cell("1 / 0", id="fails"),
        nbformat.v4.new_code_cell("1 / 0", id="means-to", metadata={"tags": ["raises-exception"]}),
        nbformat.v4.new_code_cell("1 / 1", id="should", metadata={"tags": ["raises-exception"]}),
    ]
    path = tmp_path / "90_sample.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    assert faults(Lesson(path)) == [
        "warns said: look out\n",
        "fails: ZeroDivisionError: division by zero",
        "should should raise an error and did not",
    ]
