"""Do locked cells keep to what marking can give them: names of locked cells, and of the item's answer?"""

import ast
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest

from cjpolicy.grading.marker import wanted_names
from tests.support import ROOT

SOURCES = sorted((ROOT / "solutions").glob("a*/a*.ipynb"))


def made(source: str) -> set[str]:
    """Return the names a cell makes at its top level or within."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(each.asname or each.name).partition(".")[0] for each in node.names}
    return found


def items() -> Iterator[Any]:
    """Yield each test cell with the answers' cells and the names of the locked cells before it."""
    for path in SOURCES:
        shared: set[str] = set()
        answers: list[str] = []
        for cell in nbformat.read(path, as_version=4).cells:
            about = cell.metadata.get("nbgrader", {})
            if cell.cell_type != "code":
                continue
            if about.get("grade") and about.get("locked"):
                yield pytest.param(cell.source, tuple(answers), frozenset(shared), id=about["grade_id"])
            elif about.get("locked"):
                assert not set(wanted_names(cell.source)) - shared, f"{cell.id} of {path.stem}"
                shared |= made(cell.source)
            else:
                answers.append(cell.source)


ITEMS = list(items())


@pytest.mark.parametrize(("test", "answers", "shared"), ITEMS)
def test_a_test_reads_names_of_answers_and_of_locked_cells(
    test: str, answers: tuple[str, ...], shared: frozenset[str]
) -> None:
    """Of its own answer, that is, and of earlier ones: a later part takes the student's values as given."""
    own = set().union(*map(made, answers))
    assert not set(wanted_names(test)) - own - shared
    assert made(answers[-1]) & set(wanted_names(test))
    assert not own & shared, "An answer would be taken from the locked cell, not from the student."


@pytest.mark.parametrize(
    "test", [pytest.param(item.values[0], id=item.id) for item in ITEMS if "cj.Function(" in item.values[0]]
)
def test_a_function_is_tried_on_inputs_that_nobody_can_know(test: str) -> None:
    assert "item.chance" in test
