"""nbgrader's feedback without keys, without anything of the student's that runs, and without a network."""

import re
from typing import Any

from bleach import clean
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbgrader import utils
from traitlets import default

from cjpolicy import html

__all__ = ["FeedbackPage", "HideKeys", "harmless", "hidden_tests", "without_hidden_tests"]

BEGIN_HIDDEN = "BEGIN HIDDEN TESTS"
END_HIDDEN = "END HIDDEN TESTS"

TAGS = frozenset(
    re.findall(
        r"\w+",
        "a abbr b blockquote br caption code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 "
        "hr i li ol p pre s small span strong sub summary sup table tbody td tfoot th thead tr u ul",
    )
)
ATTRIBUTES = {
    "*": ["class", "id", "title", "role", "aria-label", "scope", "colspan", "rowspan", "tabindex"],
    "a": ["href"],
}

# nbgrader's template writes MathJax's address itself, and asks no setting.
MATHJAX = re.compile(r"<!-- Load mathjax -->.*?<!-- End of mathjax configuration -->", re.DOTALL)
UNSHOWN = re.compile(r"<(style|script)\b.*?(</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)


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
    return _parted(source)[0]


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
    return _parted(source)[1]


def _parted(source: str) -> tuple[str, str]:
    shown: list[str] = []
    hidden: list[str] = []
    into = shown
    for line in source.split("\n"):
        if BEGIN_HIDDEN in line:
            into = hidden
        elif END_HIDDEN in line:
            into = shown
        else:
            into.append(line)
    return "\n".join(shown), "\n".join(hidden)


def harmless(markup: str) -> str:
    """Return HTML with everything taken out that runs, restyles the page or fetches.

    Parameters
    ----------
    markup : str
        HTML from a notebook that a student may have written.

    Returns
    -------
    str

    Examples
    --------
    >>> harmless('<p onclick="x()">Fell<script>x()</script> by <img src="http://x.example/a.png">8</p>')
    '<p>Fell by 8</p>'
    """
    cleaned: str = clean(UNSHOWN.sub("", markup), tags=TAGS, attributes=ATTRIBUTES, strip=True)
    return cleaned


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


class FeedbackPage(HTMLExporter):
    """nbgrader's feedback page, on which nothing of a student's runs and nothing is fetched."""

    @default("sanitize_html")
    def _sanitize_html_default(self) -> bool:
        return True

    def default_filters(self) -> Any:
        """Give the template's filters, with a gentler cleaner than nbconvert's, which shows <p> as text."""
        yield from super().default_filters()
        yield "clean_html", harmless

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Turn Markdown into HTML, cleaned: nbgrader's template shows written answers as they are."""
        return harmless(super().markdown2html(context, source))

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> Any:
        """Draw the page, with the course's own style where MathJax would be fetched."""
        page, resources = super().from_notebook_node(nb, resources, **options)
        page = MATHJAX.sub(lambda _: html.STYLE, page, count=1)
        return page.replace("<html>", '<html lang="en">', 1), resources
