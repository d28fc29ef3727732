"""An assignment of two items and a written one, for tests of what can go wrong with one."""

from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cjpolicy.desk import Course
from cjpolicy.grading.workshop import SETTINGS
from tests.support import ROOT

NAME = "a90_sample"


def cell(kind: str, id: str, source: str, **about: Any) -> nbformat.NotebookNode:
    make = new_markdown_cell if kind == "text" else new_code_cell
    grader = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return make(source, id=id, metadata={"nbgrader": {**grader, **about}} if about else {})


def pair(id: str, name: str, key: float) -> list[nbformat.NotebookNode]:
    """Return an answer cell and its test, worth two points."""
    answer = f"{name} = ...\n### BEGIN SOLUTION\n{name} = {key}\n### END SOLUTION"
    test = (
        f'"""The answer is {name}."""\nitem = cj.item("{id}", {name}, cj.Number("per cent"))\n'
        f'### BEGIN HIDDEN TESTS\nitem.expect({key}, slips={{"added-percentages": 100}})\n'
        "### END HIDDEN TESTS\n"
        "item.points(2)"
    )
    return [
        cell("code", id, answer, solution=True, grade_id=f"{id}-answer"),
        cell("code", f"{id}-check", test, grade=True, locked=True, points=2.0, grade_id=id),
    ]


def sample() -> nbformat.NotebookNode:
    """Return the source notebook."""
    cells = [
        cell("code", "a90-imports", "import cjpolicy as cj", locked=True, grade_id="a90-imports"),
        *pair("a90-two-changes", "change", 116),
        *pair("a90-level", "level", 69),
        cell(
            "text",
            "a90-brief",
            "A model answer.",
            grade=True,
            solution=True,
            points=3.0,
            grade_id="a90-brief",
        ),
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def write(notebook: nbformat.NotebookNode, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def sample_course(root: Path) -> Course:
    """Make a clone that holds only the sample, not yet released."""
    (root / "course" / "lessons").mkdir(parents=True)
    (root / SETTINGS).write_bytes((ROOT / SETTINGS).read_bytes())
    write(sample(), root / "solutions" / NAME / f"{NAME}.ipynb")
    return Course(root, root / "course" / "lessons")
