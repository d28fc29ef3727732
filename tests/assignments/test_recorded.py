"""Every assignment's recorded answers, through nbgrader's real marking: one notebook a column of answers."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from cjpolicy import catalogue, misconceptions
from cjpolicy.errors import CourseError
from cjpolicy.grading.recorded import Column, Recorded, columns, read_recorded, with_answers
from cjpolicy.grading.results import ItemResult, read_results
from cjpolicy.grading.workshop import sources, temporary_course
from tests.support import ROOT

NAMES = sorted(sources(ROOT))
TOTAL_POINTS = 20
# What the written answer is worth; its rubric has four levels all the same.
WRITTEN_POINTS = {"a07": 6, "a12": 6}
LEVELS = 4


def source(name: str) -> nbformat.NotebookNode:
    return nbformat.read(sources(ROOT)[name], as_version=4)


def recorded(name: str) -> Recorded:
    return read_recorded(ROOT / "solutions" / f"{name}.toml")


def cells(name: str, **wanted: bool) -> dict[str, nbformat.NotebookNode]:
    """Return a source's nbgrader cells by grade id, those with the metadata wanted."""
    found = {}
    for cell in source(name).cells:
        about = cell.metadata.get("nbgrader", {})
        if about and all(about.get(key) == value for key, value in wanted.items()):
            found[about.grade_id] = cell
    return found


def prompt_table(name: str, id: str) -> list[tuple[float, str]]:
    """Return the rows of the rubric in a written item's prompt, points and words, without emphasis."""
    every = source(name).cells
    (place,) = [
        at for at, cell in enumerate(every) if cell.metadata.get("nbgrader", {}).get("grade_id") == id
    ]
    _, found, table = every[place - 1].source.partition("| points | what is there |\n|---|---|\n")
    assert found, f"{id} has no rubric in the cell before it"
    rows = [re.fullmatch(r"\| (\d+) \| (.+) \|", line) for line in table.strip().split("\n")]
    return [(float(row[1]), row[2].replace("*", "")) for row in rows if row]


@dataclass(frozen=True)
class Marked:
    """All columns of one assignment, marked."""

    results: dict[str, dict[str, ItemResult]]
    errors: dict[str, list[str]]


@pytest.fixture(scope="session")
def marked() -> Iterator[dict[str, Marked]]:
    """Results by assignment and column, each assignment marked when it is first asked for."""
    yield Marking()


class Marking(dict[str, Marked]):
    def __missing__(self, name: str) -> Marked:
        self[name] = mark_all(name)
        return self[name]


def mark_all(name: str) -> Marked:
    notebook = source(name)
    with temporary_course(ROOT) as course:
        release = course.generate(course.add(sources(ROOT)[name]))
        course.submit(name, "blank", release.read_text(encoding="utf-8"))
        course.submit(name, "solution", nbformat.writes(notebook))
        for column in columns(recorded(name)):
            course.submit(name, column.name, nbformat.writes(with_answers(notebook, column.answers)))
        course.autograde(name)
        students = ["blank", "solution", *(column.name for column in columns(recorded(name)))]
        results = {student: read_results(course, name, student) for student in students}
        return Marked(results, {each: errors_in(course.autograded(name, each)) for each in students})


def errors_in(path: Path) -> list[str]:
    outputs = [
        output for cell in nbformat.read(path, as_version=4).cells for output in cell.get("outputs", [])
    ]
    return [f"{output.ename}: {output.evalue}" for output in outputs if output.output_type == "error"]


def every_column() -> list[tuple[str, Column]]:
    return [(name, column) for name in NAMES for column in columns(recorded(name))]


@pytest.mark.grading
@pytest.mark.slow
class TestMarking:
    @pytest.mark.parametrize(
        ("name", "column"),
        [pytest.param(*pair, id=f"{pair[0][:3]}-{pair[1].name}") for pair in every_column()],
    )
    def test_each_answer_earns_its_points_with_its_diagnosis(
        self, name: str, column: Column, marked: dict[str, Marked]
    ) -> None:
        wrong = []
        for id, result in marked[name].results[column.name].items():
            if id not in column.answers:
                continue
            slip, due = column.slips[id], column.points[id]
            if result.earned != pytest.approx(due) or (slip and slip not in result.slips):
                wrong.append(f"{id} should earn {due:g} {slip}; it came to {result}\n{column.answers[id]}")
        assert not wrong, "\n\n".join(wrong)

    @pytest.mark.parametrize("name", NAMES)
    def test_the_solutions_earn_everything(self, name: str, marked: dict[str, Marked]) -> None:
        lost = [
            result
            for result in marked[name].results["solution"].values()
            if not result.written and result.earned != result.worth
        ]
        assert not lost
        assert not marked[name].errors["solution"]

    @pytest.mark.parametrize("name", NAMES)
    def test_a_blank_earns_nothing_and_stops_nowhere(self, name: str, marked: dict[str, Marked]) -> None:
        assert {result.earned for result in marked[name].results["blank"].values()} == {0.0}
        assert {result.status for result in marked[name].results["blank"].values()} == {"not attempted"}
        assert not marked[name].errors["blank"]


def test_every_assignment_is_here() -> None:
    assert NAMES, "solutions/ is empty"
    assert [path.stem for path in sorted((ROOT / "solutions").glob("*.toml"))] == NAMES


@pytest.mark.parametrize("name", NAMES)
class TestForm:
    def test_points(self, name: str) -> None:
        items = recorded(name).items.values()
        machine, written = [i for i in items if not i.written], [i for i in items if i.written]
        assert sum(item.points for item in items) == TOTAL_POINTS
        assert 8 <= len(machine) <= 12
        assert [item.points for item in written] == [WRITTEN_POINTS.get(name[:3], 3)]
        assert max(item.points for item in machine) <= 4

    def test_the_notebook_has_the_recorded_items_with_their_points(self, name: str) -> None:
        tests = cells(name, grade=True)
        assert {id: cell.metadata.nbgrader.points for id, cell in tests.items()} == {
            item.id: item.points for item in recorded(name).items.values()
        }
        assert {id for id, cell in tests.items() if cell.metadata.nbgrader.solution} == {
            item.id for item in recorded(name).items.values() if item.written
        }

    def test_every_item_has_an_answer_cell_before_its_test(self, name: str) -> None:
        order = list(cells(name))
        for item in recorded(name).items.values():
            if not item.written:
                assert order.index(f"{item.id}-answer") < order.index(item.id)

    def test_answer_cells_keep_a_place_for_the_answer_when_blank(self, name: str) -> None:
        for id, cell in cells(name, solution=True, grade=False).items():
            assert cell.source.count("BEGIN SOLUTION") == cell.source.count("END SOLUTION") == 1, id

    def test_test_cells_prove_what_they_say_and_end_with_their_points(self, name: str) -> None:
        for id, cell in cells(name, grade=True, solution=False).items():
            lines = cell.source.strip().split("\n")
            assert ast.get_docstring(ast.parse(cell.source)), f"{id} opens with no docstring"
            assert lines[-1] == f"item.points({cell.metadata.nbgrader.points:g})", id
            assert (
                cell.source.count("### BEGIN HIDDEN TESTS") == cell.source.count("### END HIDDEN TESTS") == 1
            )
            called = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
            made = [node for node in called if ast.unparse(node.func) == "cj.item"]
            assert [ast.literal_eval(node.args[0]) for node in made] == [id]
            hidden = cell.source.split("### BEGIN HIDDEN TESTS")[1].split("### END HIDDEN TESTS")[0]
            assert "item.expect(" in hidden, id

    def test_cell_ids_are_words(self, name: str) -> None:
        ids = [cell.id for cell in source(name).cells]
        assert len(ids) == len(set(ids))
        assert not [id for id in ids if not re.fullmatch(rf"{name[:3]}(-[a-z0-9]+)+", id)]

    def test_there_are_enough_recorded_answers(self, name: str) -> None:
        for item in recorded(name).items.values():
            if not item.written and not item.few:
                assert len(item.right) >= 2, item.id
                assert len(item.wrong) >= 3, item.id

    def test_written_items_have_levels_and_samples_for_markers(self, name: str) -> None:
        for item in recorded(name).items.values():
            if item.written:
                assert len(item.rubric) == LEVELS
                assert item.points % (LEVELS - 1) == 0
                assert {sample.level for sample in item.samples} == set(range(LEVELS))

    def test_markers_read_the_rubric_that_students_read(self, name: str) -> None:
        for item in recorded(name).items.values():
            if item.written:
                each = item.points / (LEVELS - 1)
                assert prompt_table(name, item.id) == [
                    (level * each, asked) for level, asked in reversed(list(enumerate(item.rubric)))
                ]

    def test_slips_and_figures_exist(self, name: str) -> None:
        for item in recorded(name).items.values():
            assert item.ideas, item.id
            for wrong in item.wrong:
                assert misconceptions.explain(wrong.slip), item.id
            for figure in item.figures:
                assert catalogue.figure(figure).figure_id == figure

    def test_no_recorded_mistake_earns_everything(self, name: str) -> None:
        for item in recorded(name).items.values():
            for wrong in item.wrong:
                assert wrong.points < item.points, f"{item.id}: {wrong.slip}"

    def test_no_two_recorded_answers_are_the_same(self, name: str) -> None:
        for item in recorded(name).items.values():
            codes = [*item.right, *(wrong.code for wrong in item.wrong)]
            assert len({" ".join(code.split()) for code in codes}) == len(codes), item.id


def refused(tmp_path: Path, text: str) -> str:
    path = tmp_path / "a90_sample.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError) as caught:
        read_recorded(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("items = [", "is not TOML"),
        ("", "has no items"),
        ("[items.a90-x]\npoints = 2\nideas = []", "a90_sample.toml, a90-x lacks figures"),
        ("[items.a90-x]\npoints = 'two'\nideas = []\nfigures = []", "points is 'two'"),
        ("[items.a90-x]\npoints = 2\nideas = [1]\nfigures = []", "every one of `ideas` must be text"),
        (
            "[items.a90-x]\npoints = 2\nideas = []\nfigures = []\n[[items.a90-x.wrong]]\nslip = 'unit-slip'",
            "a90-x, wrong 1 lacks code and lacks points",
        ),
    ],
)
def test_a_damaged_record_says_where_and_what(tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(tmp_path, text)


def test_a_missing_record_says_so(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="cannot be read"):
        read_recorded(tmp_path / "a90_sample.toml")
