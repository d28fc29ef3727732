"""What students get back: item by item, without keys, without anything that runs, and without a network."""

import re
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment, PackageLoader
from jupyterlab_pygments import JupyterStyle
from markupsafe import Markup
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbgrader import utils
from nbgrader.preprocessors import GetGrades
from pygments.formatters import HtmlFormatter
from traitlets import List, Unicode, default

from cjpolicy import html

from .harmless import Harmless
from .returned import Page, number, points, read_page

__all__ = [
    "FeedbackPage",
    "GetMarks",
    "HideKeys",
    "hidden_tests",
    "without_hidden_tests",
]

BEGIN_HIDDEN = "BEGIN HIDDEN TESTS"
END_HIDDEN = "END HIDDEN TESTS"
BEGIN_SOLUTION = "BEGIN SOLUTION"
END_SOLUTION = "END SOLUTION"


def without_hidden_tests(source: str) -> str:
    r"""Return a cell's source with its hidden tests taken out.

    Unlike nbgrader's own ClearHiddenTests it refuses nothing: by the time feedback is made, an odd cell of a
    student's must not cost them their feedback. A region that is never closed goes on to the end.

    Parameters
    ----------
    source : str
        Source of a cell.

    Returns
    -------
    str

    Examples
    --------
    >>> without_hidden_tests("a\n### BEGIN HIDDEN TESTS\nkey\n### END HIDDEN TESTS\nb")
    'a\nb'
    """
    return _parted(source, BEGIN_HIDDEN, END_HIDDEN)[0]


def hidden_tests(source: str) -> str:
    r"""Return the hidden tests of a cell's source.

    Parameters
    ----------
    source : str
        Source of a cell.

    Returns
    -------
    str

    Examples
    --------
    >>> hidden_tests("a\n### BEGIN HIDDEN TESTS\nkey\n### END HIDDEN TESTS\nb")
    'key'
    """
    return _parted(source, BEGIN_HIDDEN, END_HIDDEN)[1]


def _parted(source: str, begin: str, end: str) -> tuple[str, str]:
    """Return the lines outside of regions, and those within."""
    outside: list[str] = []
    within: list[str] = []
    into = outside
    for line in source.split("\n"):
        if begin in line:
            into = within
        elif end in line:
            into = outside
        else:
            into.append(line)
    return "\n".join(outside), "\n".join(within)


def model_answer(source: str) -> str:
    r"""Return the answer that an assignment's source gives in a cell, without the empty place for it.

    Parameters
    ----------
    source : str
        Source of the answer cell, with its solution between nbgrader's marks or, if it has none, as a whole.

    Returns
    -------
    str

    Examples
    --------
    >>> model_answer("change = ...\n### BEGIN SOLUTION\nchange = 100 * 2\n### END SOLUTION\nchange")
    'change = 100 * 2\nchange'
    """
    outside, within = _parted(source, BEGIN_SOLUTION, END_SOLUTION)
    if not within:
        return source.strip()
    blanks = {line for line in outside.split("\n") if re.search(r"=.*\.\.\.", line)}
    marks = (BEGIN_SOLUTION, END_SOLUTION)
    lines = [
        line for line in source.split("\n") if line not in blanks and not any(mark in line for mark in marks)
    ]
    return "\n".join(lines).strip("\n")


class HideKeys(Preprocessor):
    """Take hidden tests out of test cells, and out of the tracebacks and warnings that quote them."""

    @default("enabled")
    def _enabled_default(self) -> bool:
        return True

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        """Clean one cell; only locked test cells are touched."""
        if cell.cell_type == "code" and utils.is_grade(cell) and utils.is_locked(cell):
            cell.source = without_hidden_tests(cell.source)
            cell.outputs = [self._without_source(output) for output in cell.outputs]
        return cell, resources

    def _without_source(self, output: Any) -> Any:
        # IPython quotes the lines around the one that failed, Python the line that warned: both may be keys.
        if output.output_type == "error":
            output.traceback = [f"{output.ename}: {output.evalue}"]
        elif output.output_type == "stream" and output.name == "stderr":
            lines = [line for line in output.text.splitlines() if "Warning: " in line]
            output.text = "\n".join(lines) or "Something was written to the error stream here."
        return output


class GetMarks(GetGrades):
    """Take marks and comments from the gradebook, and whether a person gave them, or nobody yet."""

    def _get_score(self, cell: Any, resources: Any) -> None:
        super()._get_score(cell, resources)
        grade = self.gradebook.find_grade(
            cell.metadata.nbgrader.grade_id, self.notebook_id, self.assignment_id, self.student_id
        )
        cell.metadata.nbgrader["by_hand"] = grade.manual_score is not None
        cell.metadata.nbgrader["waits"] = grade.manual_score is None and grade.auto_score is None

    def _get_comment(self, cell: Any, resources: Any) -> None:
        # nbgrader's own comment on a cell left alone says less than the item's status.
        comment = self.gradebook.find_comment(
            cell.metadata.nbgrader.grade_id, self.notebook_id, self.assignment_id, self.student_id
        )
        cell.metadata.nbgrader["comment"] = comment.manual_comment


class FeedbackPage(HTMLExporter):
    """A student's page: the points, and item by item the question, the answer, what came of it and what next.

    `nbgrader generate_feedback` makes it where `nbgrader_config.py` names it. It is one file without scripts
    that fetches nothing; what it shows of a student's work is made harmless first.
    """

    model_answers = List(
        Unicode(), help="Assignments whose feedback shows a model answer to each item, by their names."
    ).tag(config=True)
    source_directory = Unicode("solutions", help="Where the assignments' source notebooks are.").tag(
        config=True
    )

    def __init__(self, **options: Any) -> None:
        # nbgrader's settings name its own template for this class's parent: these have the last word.
        own = {
            "extra_loaders": [PackageLoader("cjpolicy.grading")],
            "template_name": "base",
            "template_file": "feedback.html.j2",
            "preprocessors": [Harmless],
        }
        super().__init__(**{**options, **own})

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()
        environment.autoescape = True
        return environment

    def default_filters(self) -> Any:
        """Give nbconvert's filters, and those that the page's template needs."""
        yield from super().default_filters()
        yield "feedback", self.read
        yield "number", number
        yield "points", points

    def read(self, nb: Any, resources: Any) -> Page:
        """Read what the page shows from a marked notebook.

        Parameters
        ----------
        nb : NotebookNode
            The notebook, harmless, with the marks that `GetMarks` put in.
        resources : mapping
            nbconvert's; under "nbgrader" the names and totals.

        Returns
        -------
        Page
        """
        marks = resources.get("nbgrader", {})
        return read_page(nb, marks, self._models(marks))

    def _models(self, marks: Any) -> dict[str, str]:
        """Return the model answers by the grade ids of their cells; none unless the teacher asks for them."""
        name = marks.get("assignment")
        if name not in self.model_answers:
            return {}
        path = Path(self.source_directory, name, f"{marks['notebook']}.ipynb")
        cells = nbformat.read(path, as_version=4).cells
        return {
            cell.metadata.nbgrader.grade_id: model_answer(cell.source)
            for cell in cells
            if utils.is_solution(cell)
        }

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> Any:
        """Draw the page."""
        resources = {} if resources is None else resources
        resources["page_style"] = Markup(html.STYLE)
        resources["code_style"] = Markup(HtmlFormatter(style=JupyterStyle).get_style_defs(".highlight"))
        return super().from_notebook_node(nb, resources, **options)
