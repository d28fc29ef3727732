"""A student's notebook is put in order before it is marked; what is in order stays as it came."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader.preprocessors import CheckCellMetadata, DeduplicateIds, OverwriteCells, OverwriteKernelspec

from cjpolicy.errors import CourseError
from cjpolicy.grading.reading import read_notebook
from cjpolicy.grading.recorded import TEXT_STUB, columns, read_recorded, with_answers
from cjpolicy.grading.repair import ANOTHER, Repair, Repaired, repair
from cjpolicy.grading.workshop import Workshop, temporary_course
from tests.support import ROOT

NAMES = ["a01_reading_a_claim", "a02_counting_violence"]
RELEASES = {
    name: read_notebook((ROOT / "assignments" / name / f"{name}.ipynb").read_bytes())[0] for name in NAMES
}
RECORDED = {name: read_recorded(ROOT / "solutions" / f"{name}.toml") for name in NAMES}
NAME = "a02_counting_violence"
RELEASE = RELEASES[NAME]
ANSWERS = {
    **columns(RECORDED[NAME])[0].answers,
    "a02-brief-answer": "Violence fell by the survey and rose in the records.",
}
HONEST = with_answers(RELEASE, ANSWERS)


def cells_of(notebook: Any) -> list[tuple[Any, ...]]:
    return [(cell.id, cell.cell_type, cell.source, cell.metadata.get("nbgrader")) for cell in notebook.cells]


def id_of(cell: Any) -> str:
    id: str = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    return id


def ids(notebook: Any) -> list[str]:
    return [id_of(cell) for cell in notebook.cells]


def at(notebook: Any, id: str) -> int:
    return ids(notebook).index(id)


def mended(change: Callable[[Any], Any]) -> Repaired:
    """Repair an honest notebook after a change, and see that the course's cells are whole."""
    notebook = copy.deepcopy(HONEST)
    change(notebook)
    # As it comes from a file: read again, so that ids are unique.
    read, _ = read_notebook(json.dumps(notebook).encode())
    before = copy.deepcopy(read)
    repaired = repair(read, RELEASE)
    assert read == before
    assert whole(repaired.notebook, RELEASE)
    return repaired


def whole(notebook: Any, release: Any) -> bool:
    """Say whether each locked cell and written answer is there once, with the release's data and text."""
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    theirs = {id_of(cell): cell for cell in notebook.cells if id_of(cell)}
    own = {id_of(cell): cell for cell in release.cells if id_of(cell)}
    assert len(theirs) == sum(1 for id in ids(notebook) if id) and set(theirs) <= set(own)
    assert all(cell.metadata == own[id].metadata and cell.id == own[id].id for id, cell in theirs.items())
    for id, cell in own.items():
        about = cell.metadata.nbgrader
        assert id in theirs or (about.solution and not about.grade)
        assert about.solution or theirs[id].source == cell.source
    return True


def ordinary(source: str, kind: str = "code") -> dict[str, Any]:
    cell = {"cell_type": kind, "id": "own", "metadata": {}, "source": source}
    return copy.deepcopy(HONEST.cells[0]) | cell


def stripped(cell: Any, id: str = "") -> Any:
    """Return a cell without nbgrader's data, as pasting text into a new cell makes it."""
    made = copy.deepcopy(cell)
    made.metadata = type(cell.metadata)()
    made.id = id or f"{cell.id}-own"
    return made


@pytest.mark.parametrize("name", NAMES)
def test_honest_work_stays_as_it_came(name: str) -> None:
    release = RELEASES[name]
    for column in columns(RECORDED[name]):
        notebook = with_answers(release, column.answers)
        read, said = read_notebook(json.dumps(notebook).encode())
        repaired = repair(read, release)
        assert (said, repaired.repairs, repaired.flags) == ([], [], [])
        assert cells_of(repaired.notebook) == cells_of(notebook)
    assert cells_of(repair(release, release).notebook) == cells_of(release)


def test_cells_of_ones_own_and_white_space_are_no_matter() -> None:
    def change(notebook: Any) -> None:
        notebook.cells[0].source = notebook.cells[0].source.replace("\n", " \r\n") + "\n"
        notebook.cells.insert(3, ordinary("1 + 1"))
        notebook.cells.append(ordinary("My notes", "markdown"))

    repaired = mended(change)
    assert (repaired.repairs, repaired.flags) == ([], [])
    assert repaired.notebook.cells[3].source == "1 + 1"
    assert repaired.notebook.cells[-1].source == "My notes"


def test_a_deleted_test_is_put_back_below_its_answer() -> None:
    def change(notebook: Any) -> None:
        place = at(notebook, "a02-claim")
        notebook.cells[place] = ordinary("claim['period'] = '1997 to 2006/07'")

    repaired = mended(change)
    assert repaired.repairs == ["Put back the test a02-claim, which had been deleted."]
    place = at(repaired.notebook, "a02-claim")
    # The student went on in a cell of their own: the test sees what it came to.
    assert id_of(repaired.notebook.cells[place - 2]) == "a02-claim-answer"
    assert repaired.notebook.cells[place - 1].source.startswith("claim[")


def test_a_deleted_setup_is_put_back_above_what_needs_it() -> None:
    def change(notebook: Any) -> None:
        del notebook.cells[at(notebook, "a02-setup")]
        notebook.cells.insert(1, ordinary("pd.DataFrame()"))

    repaired = mended(change)
    assert repaired.repairs == ["Put back the locked cell a02-setup, which had been deleted."]
    assert ids(repaired.notebook)[:3] == ["a02-title", "a02-setup", ""]


def test_a_setup_is_put_back_above_even_where_its_neighbour_was_moved_down() -> None:
    def change(notebook: Any) -> None:
        del notebook.cells[at(notebook, "a02-setup")]
        notebook.cells.append(notebook.cells.pop(0))

    assert ids(mended(change).notebook)[0] == "a02-setup"


def test_deleted_answers_are_told_and_nothing_is_made_up() -> None:
    def change(notebook: Any) -> None:
        del notebook.cells[at(notebook, "a02-steps-answer")]
        del notebook.cells[at(notebook, "a02-brief-answer")]

    repaired = mended(change)
    assert repaired.repairs == [
        "The answer cell a02-steps-answer had been deleted, or cannot be recognised.",
        "The written answer a02-brief-answer had been deleted. A blank one was put in its place.",
    ]
    assert repaired.flags == []
    assert repaired.notebook.cells[-1].source == TEXT_STUB


def test_many_deletions_take_few_lines() -> None:
    def change(notebook: Any) -> None:
        notebook.cells = [cell for cell in notebook.cells if cell.metadata.nbgrader.solution]

    repaired = mended(change)
    assert len(repaired.repairs) == 2
    assert "a02-chart and 3 more" in repaired.repairs[0]
    assert ids(repaired.notebook) == ids(HONEST)


def test_a_test_pasted_twice_counts_once_where_it_stands() -> None:
    def change(notebook: Any) -> None:
        notebook.cells.append(copy.deepcopy(notebook.cells[at(notebook, "a02-claim")]))

    repaired = mended(change)
    assert at(repaired.notebook, "a02-claim") == at(HONEST, "a02-claim")
    assert id_of(repaired.notebook.cells[-1]) == ""
    assert repaired.notebook.cells[-1].id == "a02-claim-check-2"
    assert repaired.repairs == [
        "These stood there more than once. One of each counts, the others are ordinary cells: a02-claim."
    ]


def test_of_a_test_copied_above_its_answer_the_one_below_counts() -> None:
    def change(notebook: Any) -> None:
        place = at(notebook, "a02-claim")
        notebook.cells.insert(place - 1, copy.deepcopy(notebook.cells[place]))

    repaired = mended(change)
    assert at(repaired.notebook, "a02-claim") == at(repaired.notebook, "a02-claim-answer") + 1


def test_of_an_answer_and_its_test_copied_together_the_last_count() -> None:
    def change(notebook: Any) -> None:
        place = at(notebook, "a02-two-changes-answer")
        pair = copy.deepcopy(notebook.cells[place : place + 2])
        pair[0].source = "two_changes = 2"
        notebook.cells[place + 2 : place + 2] = pair

    repaired = mended(change)
    place = at(repaired.notebook, "a02-two-changes-answer")
    assert repaired.notebook.cells[place].source == "two_changes = 2"
    assert at(repaired.notebook, "a02-two-changes") == place + 1
    assert ids(repaired.notebook)[place - 2 : place] == ["", ""]


def test_a_test_moved_above_its_answer_is_moved_below() -> None:
    def change(notebook: Any) -> None:
        test = notebook.cells.pop(at(notebook, "a02-claim"))
        notebook.cells.insert(1, test)

    repaired = mended(change)
    assert cells_of(repaired.notebook) == cells_of(HONEST)
    assert repaired.repairs == ["Moved the test a02-claim to below the answer."]


def test_a_copy_of_a_test_that_became_something_else_does_not_count() -> None:
    def change(notebook: Any) -> None:
        place = at(notebook, "a02-claim")
        notebook.cells.insert(place, copy.deepcopy(notebook.cells[place]))
        notebook.cells[place].source = "claim['source'] = 'survey'"

    repaired = mended(change)
    place = at(repaired.notebook, "a02-claim")
    assert repaired.notebook.cells[place - 1].source == "claim['source'] = 'survey'"
    assert len(repaired.repairs) == 1


def test_an_answer_split_in_two_runs_whole() -> None:
    def change(notebook: Any) -> None:
        place = at(notebook, "a02-claim-answer")
        half = copy.deepcopy(notebook.cells[place])
        half.source = "claim['period'] = '1997 to 2006/07'"
        notebook.cells.insert(place + 1, half)

    repaired = mended(change)
    place = at(repaired.notebook, "a02-claim-answer")
    assert repaired.notebook.cells[place].source.startswith("claim['period']")
    assert repaired.notebook.cells[place - 1].source == HONEST.cells[place - 1].source
    assert repaired.flags == []


def test_a_blank_copy_that_undoes_an_answer_is_flagged() -> None:
    def change(notebook: Any) -> None:
        notebook.cells.insert(at(notebook, "a02-claim"), RELEASE.cells[at(RELEASE, "a02-claim-answer")])

    (flag,) = mended(change).flags
    assert flag.startswith("a02-claim-answer: ") and "blank" in flag


@pytest.mark.parametrize(("second", "flagged"), [(TEXT_STUB, False), ("", False), ("Another.", True)])
def test_copies_of_a_written_answer(second: str, flagged: bool) -> None:
    def change(notebook: Any) -> None:
        copied = copy.deepcopy(notebook.cells[-1])
        copied.source = second
        notebook.cells.insert(0 if not flagged else len(notebook.cells), copied)

    repaired = mended(change)
    written = repaired.notebook.cells[at(repaired.notebook, "a02-brief-answer")]
    assert written.source == ANSWERS["a02-brief-answer"]
    assert [flag.partition(":")[0] for flag in repaired.flags] == ["a02-brief-answer"] * flagged
    assert second in [cell.source for cell in repaired.notebook.cells]


@pytest.mark.parametrize("kept", [True, False], ids=["cell ids left", "cell ids gone too"])
def test_a_notebook_that_lost_nbgraders_data_is_recognised(kept: bool) -> None:
    def change(notebook: Any) -> None:
        notebook.cells = [
            stripped(cell, cell.id if kept else f"n{place}") for place, cell in enumerate(notebook.cells)
        ]

    repaired = mended(change)
    assert cells_of(repaired.notebook) == cells_of(HONEST)
    (said,) = repaired.repairs
    assert said.startswith("Cells that had lost nbgrader's data were recognised")
    # Text that is known by its place alone is for a person to look at.
    assert len(repaired.flags) == (not kept)


@pytest.mark.parametrize("others", [0, 1])
def test_an_answer_is_known_by_its_place_even_without_its_test(others: int) -> None:
    def change(notebook: Any) -> None:
        place = at(notebook, "a02-claim")
        notebook.cells[place - 1] = stripped(notebook.cells[place - 1])
        notebook.cells[place : place + 1] = [ordinary("1 + 1")] * others

    repaired = mended(change)
    place = at(repaired.notebook, "a02-claim")
    assert "Put back the test a02-claim, which had been deleted." in repaired.repairs
    assert ("cannot be recognised" in repaired.repairs[-1]) == bool(others)
    assert id_of(repaired.notebook.cells[place - 1]) == ("" if others else "a02-claim-answer")


def test_an_unlabelled_text_among_several_is_not_guessed_to_be_the_answer() -> None:
    def change(notebook: Any) -> None:
        notebook.cells[-1] = stripped(notebook.cells[-1])
        notebook.cells.append(ordinary("My notes", "markdown"))

    repaired = mended(change)
    assert repaired.flags == [
        "a02-brief-answer: this written answer's cell was not there. "
        "Look whether another text cell holds the answer."
    ]
    assert "had been deleted" in repaired.repairs[0]
    assert ANSWERS["a02-brief-answer"] in [cell.source for cell in repaired.notebook.cells]


def test_an_old_wording_of_a_test_is_recognised_by_its_item() -> None:
    def change(notebook: Any) -> None:
        place = at(notebook, "a02-claim")
        notebook.cells[place] = stripped(notebook.cells[place])
        notebook.cells[place].source = '"""An older text."""\nitem = cj.item(\n    "a02-claim", claim)\n'

    repaired = mended(change)
    assert cells_of(repaired.notebook) == cells_of(HONEST)
    assert len(repaired.repairs) == 2


def test_an_answer_with_its_test_pasted_below_is_not_overwritten() -> None:
    def change(notebook: Any) -> None:
        place = at(notebook, "a02-claim-answer")
        merged = ordinary(f"{notebook.cells[place].source}\n{notebook.cells[place + 1].source}")
        notebook.cells[place : place + 2] = [merged]

    repaired = mended(change)
    place = at(repaired.notebook, "a02-claim")
    assert repaired.notebook.cells[place - 1].source.startswith(HONEST.cells[place - 1].source)


def test_cells_asking_for_an_item_are_the_students_own_where_the_test_is_there() -> None:
    def change(notebook: Any) -> None:
        notebook.cells.insert(0, stripped(notebook.cells[at(notebook, "a02-claim")]))

    repaired = mended(change)
    assert (repaired.repairs, repaired.flags) == ([], [])


@pytest.mark.parametrize(
    ("version", "told"),
    [(None, "an older"), (0, "an older"), (1, "an older"), (2, "an older"), (9, "a newer")],
)
def test_other_versions_of_nbgraders_data(version: int | None, told: str) -> None:
    def change(notebook: Any) -> None:
        for cell in notebook.cells:
            about = cell.metadata.nbgrader
            about.pop("task")
            about.pop("schema_version")
            if version is not None:
                about.schema_version = version

    repaired = mended(change)
    assert repaired.repairs == [f"The notebook's nbgrader data was of {told} version."]
    assert cells_of(repaired.notebook) == cells_of(HONEST)


FORGERIES: list[dict[str, Any]] = [
    {"points": 100},
    {"points": None},
    {"locked": False, "solution": True},
    {"grade": False},
    {"grade": "yes", "locked": [1]},
]


@pytest.mark.parametrize("forged", FORGERIES)
def test_forged_settings_are_set_back(forged: dict[str, Any]) -> None:
    def change(notebook: Any) -> None:
        notebook.cells[at(notebook, "a02-claim")].metadata.nbgrader.update(forged)

    repaired = mended(change)
    assert cells_of(repaired.notebook) == cells_of(HONEST)
    assert repaired.repairs == ["Points, cell types or locks had been changed, and were set back: a02-claim."]


@pytest.mark.parametrize("kind", ["markdown", "raw", "code"])
@pytest.mark.parametrize("id", ["a02-claim", "a02-claim-answer", "a02-brief-answer", "a02-title"])
def test_changed_cell_types_are_set_back(id: str, kind: str) -> None:
    def change(notebook: Any) -> None:
        notebook.cells[at(notebook, id)].cell_type = kind

    repaired = mended(change)
    assert cells_of(repaired.notebook) == cells_of(HONEST)
    same = HONEST.cells[at(HONEST, id)].cell_type == kind
    assert len(repaired.repairs) == (not same)


def test_changed_texts_of_locked_cells_are_set_back() -> None:
    def change(notebook: Any) -> None:
        notebook.cells[at(notebook, "a02-claim")].source = "2"
        notebook.cells[0].source = "# My assignment"

    repaired = mended(change)
    assert cells_of(repaired.notebook) == cells_of(HONEST)
    assert repaired.repairs == [
        "Locked cells had another text. The course's own was put in its place: a02-title, a02-claim."
    ]


def test_grade_ids_that_the_course_does_not_have() -> None:
    def change(notebook: Any) -> None:
        old = ordinary("1")
        old["metadata"] = {
            "nbgrader": {"grade_id": "a02-old\n" + "x" * 100, "grade": True, "solution": False}
        }
        notebook.cells.append(old)

    repaired = mended(change)
    (said,) = repaired.repairs
    assert "a02-old\ufffdxxx" in said and len(said) < 200
    assert repaired.notebook.cells[-1].metadata == {}


@pytest.mark.parametrize(("kernel", "told"), [("python3", 0), ("ir", 1), (3, 0)])
def test_the_kernel_is_the_courses(kernel: Any, told: int) -> None:
    def change(notebook: Any) -> None:
        notebook.metadata = {
            "kernelspec": {"name": kernel, "display_name": "R"},
            "language_info": {"name": "R"},
        }

    repaired = mended(change)
    assert repaired.notebook.metadata == RELEASE.metadata
    assert len(repaired.repairs) == told


# The two assignments quote one excerpt with the same code.
SHARED = ordinary('cj.excerpt("plan-reporting-35-to-43")')


@pytest.mark.parametrize("cells", [[], RELEASES["a01_reading_a_claim"].cells, [ordinary("1"), SHARED]])
def test_another_notebook_is_flagged(cells: list[Any]) -> None:
    repaired = mended(lambda notebook: notebook.update(cells=cells))
    assert (repaired.repairs, repaired.flags) == ([], [ANOTHER])
    assert {cell["source"] for cell in cells} <= {cell.source for cell in repaired.notebook.cells}


def shuffled(notebook: Any) -> None:
    notebook.cells = notebook.cells[::-1] + notebook.cells[5:25]


def without_data(notebook: Any) -> None:
    notebook.cells = [stripped(cell, f"n{place}") for place, cell in enumerate(notebook.cells)]


def old_data(notebook: Any) -> None:
    for cell in notebook.cells:
        cell.metadata.nbgrader = {"grade_id": id_of(cell), "points": "ten", "grade": 1}


def no_cells(notebook: Any) -> None:
    notebook.cells = []


def other_types(notebook: Any) -> None:
    for cell in notebook.cells:
        cell.cell_type = "markdown" if cell.cell_type == "code" else "code"


@pytest.fixture(scope="module")
def course() -> Iterator[Workshop]:
    with temporary_course(ROOT) as made:
        made.add(ROOT / "solutions" / NAME / f"{NAME}.ipynb")
        made.generate(NAME)
        yield made


@pytest.mark.grading
@pytest.mark.slow
@pytest.mark.parametrize("change", [shuffled, without_data, old_data, no_cells, other_types, lambda _: None])
def test_nbgraders_own_steps_find_nothing_to_refuse(course: Workshop, change: Callable[[Any], Any]) -> None:
    hidden, _ = read_notebook((course.root / "solutions" / NAME / f"{NAME}.ipynb").read_bytes())
    tests = {
        id_of(cell): cell for cell in hidden.cells if id_of(cell) and not cell.metadata.nbgrader.solution
    }
    notebook = mended(change).notebook
    about = {"notebook": NAME, "assignment": NAME, "db_url": course.api.coursedir.db_url}
    resources: Any = {"nbgrader": about}
    before = cells_of(notebook)
    notebook, _ = DeduplicateIds().preprocess(notebook, resources)
    assert cells_of(notebook) == before
    for step in (OverwriteKernelspec, OverwriteCells, CheckCellMetadata):
        notebook, _ = step().preprocess(notebook, resources)
    for cell in notebook.cells:
        if id_of(cell) in tests:
            assert cell.source == tests[id_of(cell)].source


def test_the_step_for_nbgrader_adds_to_the_notes(tmp_path: Path) -> None:
    resources = {"nbgrader": {"assignment": NAME, "notebook": NAME}}
    step = Repair(release_directory=str(ROOT / "assignments"))
    notebook = copy.deepcopy(HONEST)
    notebook.metadata["cjpolicy"] = {"repairs": ["first"], "flags": ["look"]}
    del notebook.cells[at(notebook, "a02-claim")]
    made, same = step.preprocess(notebook, resources)
    assert same is resources
    assert made.metadata.cjpolicy == {
        "repairs": ["first", "Put back the test a02-claim, which had been deleted."],
        "flags": ["look"],
    }
    made, _ = step.preprocess(copy.deepcopy(HONEST), resources)
    assert made.metadata.cjpolicy == {"repairs": [], "flags": []}


@pytest.mark.parametrize("content", [None, b"{"])
def test_a_missing_release_is_told_the_teacher(tmp_path: Path, content: bytes | None) -> None:
    (tmp_path / NAME).mkdir()
    if content:
        (tmp_path / NAME / f"{NAME}.ipynb").write_bytes(content)
    resources = {"nbgrader": {"assignment": NAME, "notebook": NAME}}
    with pytest.raises(CourseError, match=f"Run `nbgrader generate_assignment {NAME}`"):
        Repair(release_directory=str(tmp_path)).preprocess(HONEST, resources)
