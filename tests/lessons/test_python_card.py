"""Does each notebook use only the Python that the card has by its unit?"""

import ast
import builtins
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cjpolicy
from cjpolicy import charts
from cjpolicy.catalogue import DataCard, Excerpt, Figure
from cjpolicy.pythoncard import known
from cjpolicy.questions import Question, unit_questions, units
from tests.support import ROOT

# How the course's notebooks call the modules they import.
ALIASES = {"cj": "cjpolicy", "pd": "pandas", "alt": "altair"}
# What the course's own objects carry after a dot; a reader sees it on their cards.
OWN = {field.name for kind in (Figure, Excerpt, DataCard) for field in dataclasses.fields(kind)} | {
    "document"
}
# Parts of other syntax, never written alone.
SILENT: tuple[type[ast.AST], ...] = (
    *(ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.arguments, ast.arg),
    *(ast.Module, ast.Expr, ast.Name, ast.Constant, ast.Import, ast.ImportFrom, ast.alias, ast.keyword),
    *(ast.FormattedValue, ast.comprehension),
)


def unlisted(source: str, unit: str) -> set[str]:
    """Return what some Python uses that is not on the card of its unit, each as "kind: name"."""
    card = known(unit)
    nodes = list(ast.walk(ast.parse(source)))
    aliases = {**ALIASES, **dict(imported(nodes))}
    own = bound(nodes)
    found = set()
    for node in nodes:
        if not isinstance(node, SILENT) and kind(node) not in card.syntax:
            found.add(f"syntax: {kind(node)}")
        if isinstance(node, ast.Name) and hasattr(builtins, node.id) and node.id not in own | card.builtins:
            found.add(f"builtin: {node.id}")
        if isinstance(node, ast.Attribute) and not listed(node, aliases, card.attributes):
            name = dotted(node)
            found.add(f"attribute: {name if name.partition('.')[0] in aliases else node.attr}")
    found |= {f"module: {name}" for name in modules(nodes) if name not in {"cjpolicy", *card.modules}}
    return found


def kind(node: ast.AST) -> str:
    """Name the kind of a node as the card does: the operator too, where there is one."""
    operator = getattr(node, "op", None)
    simple = isinstance(node, ast.BoolOp) or operator is None
    return type(node).__name__ if simple else f"{type(node).__name__} {type(operator).__name__}"


def listed(node: ast.Attribute, aliases: dict[str, str], attributes: frozenset[str]) -> bool:
    """Say whether a name after a dot is on the card, or the course's own."""
    if isinstance(node.value, ast.Name) and node.value.id in aliases:
        if aliases[node.value.id] == "cjpolicy":
            return node.attr in cjpolicy.__all__
        return dotted(node) in attributes
    if dotted(node.value) == "cj.charts":
        return node.attr in charts.__all__
    return node.attr in attributes or node.attr in OWN


def dotted(node: ast.AST) -> str:
    """Return "alt.Chart" for a name and what follows its dots, "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    before = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{before}.{node.attr}" if before and isinstance(node, ast.Attribute) else ""


def imported(nodes: list[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((name.asname or name.name, name.name) for name in node.names)


def modules(nodes: list[ast.AST]) -> set[str]:
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return plain | {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}


def bound(nodes: list[ast.AST]) -> set[str]:
    """Return the names that the source itself gives a value."""
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    return stored | defined | {node.arg for node in nodes if isinstance(node, ast.arg)}


def code_of(path: Path) -> str:
    """Return a notebook's code, without marking cells and without cells that are broken on purpose."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if readers_code(cell))


def readers_code(cell: dict[str, Any]) -> bool:
    grader = cell["metadata"].get("nbgrader", {})
    marks = grader.get("grade", False) and not grader.get("solution", False)
    if cell["cell_type"] != "code" or marks:
        return False
    return "raises-exception" not in cell["metadata"].get("tags", []) or parses("".join(cell["source"]))


def parses(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def notebooks() -> list[Path]:
    return [*sorted(ROOT.glob("course/lessons/*.ipynb")), *sorted(ROOT.glob("solutions/*/*.ipynb"))]


def unit_of(path: Path) -> str:
    return path.stem.removeprefix("a")[:2]


def questions() -> list[Question]:
    return [question for unit in units() for question in unit_questions(unit).values()]


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_notebook_uses_only_what_is_on_the_card(path: Path) -> None:
    assert unlisted(code_of(path), unit_of(path)) == set()


def test_the_first_lesson_is_among_the_notebooks() -> None:
    assert "00_start_here" in [path.stem for path in notebooks()]


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.id)
def test_a_worked_solution_uses_only_what_is_on_the_card(question: Question) -> None:
    assert unlisted(question.solution, question.id[:2]) == set()


@pytest.mark.parametrize(
    ("source", "unit", "found"),
    [
        (
            'table.groupby("year").agg(total=("n", "sum"))',
            "02",
            {"attribute: groupby", "attribute: agg", "syntax: Tuple"},
        ),
        ('table.groupby("year").agg(total=("n", "sum"))', "05", set()),
        ("def f(x):\n    return x", "01", {"syntax: FunctionDef", "syntax: Return"}),
        ("for n in [1, 2]:\n    print(n)", "02", {"syntax: For"}),
        ('f"{3}"', "02", {"syntax: JoinedStr"}),
        ("2 ** 3", "02", {"syntax: BinOp Pow"}),
        ('table["a"] == 1', "00", {"syntax: Compare"}),
        ("(a == 1) & (b == 2)", "02", {"syntax: BinOp BitAnd"}),
        ("sorted([2, 1])", "02", {"builtin: sorted"}),
        ("import numpy as np\nnp.array([1])", "02", {"module: numpy", "attribute: np.array"}),
        ("from pathlib import Path", "17", {"module: pathlib"}),
        ("import altair as alt\nalt.Chart(table)", "01", {"module: altair", "attribute: alt.Chart"}),
        ("alt.Chart(table).mark_geoshape()", "02", {"attribute: mark_geoshape"}),
        (
            'cj.catalogue.root()\ncj.figure("a").value',
            "17",
            {"attribute: cj.catalogue", "attribute: cj.catalogue.root"},
        ),
        ("cj.charts.bars(table)\ncj.charts.pies(table)", "00", {"attribute: cj.charts.pies"}),
    ],
)
def test_what_is_not_on_the_card_yet_is_found(source: str, unit: str, found: set[str]) -> None:
    assert unlisted(source, unit) == found


def test_a_name_of_ones_own_may_be_that_of_a_builtin() -> None:
    assert unlisted("sorted = 3\nsorted + 1", "00") == set()


@pytest.mark.parametrize(
    ("metadata", "source", "counts"),
    [
        ({}, "a + 1", True),
        ({"tags": ["raises-exception"]}, "round(1", False),
        ({"tags": ["raises-exception"]}, "a + 1", True),
        ({"nbgrader": {"grade": True, "solution": False}}, "a + 1", False),
        ({"nbgrader": {"grade": False, "solution": True}}, "a + 1", True),
    ],
)
def test_marking_cells_and_broken_cells_are_left_out(
    metadata: dict[str, Any], source: str, counts: bool
) -> None:
    assert readers_code({"cell_type": "code", "metadata": metadata, "source": [source]}) is counts
