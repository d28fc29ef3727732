"""Cells made ready to be read: each output as HTML, each question with its help folded, no kernel needed."""

import re
from typing import Any

from nbconvert.filters import strip_ansi
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from cjpolicy import explorers, html
from cjpolicy.charts import MIME
from cjpolicy.questions import find
from cjpolicy.site.asked import Asked, asked
from cjpolicy.site.drawings import drawing
from cjpolicy.site.questions import ask, code, prompt

__all__ = ["Reading", "hoisted", "short_error"]

STYLE = re.compile(r"<style[^>]*>(.*?)</style>\s*", re.DOTALL)
TABLE = re.compile(r"<table border=.*?</table>", re.DOTALL)
FRAMES = re.compile(r"\n\n(?=Cell )")
BLANK = "Ellipsis"
YOURS = "What you made above shows here when you run the lesson."
PREDICT = "Make a guess before you read on, and write it down."
FAR = "How far you have come shows here when you run the lesson."
RECALL = "Look back at your guess. What would you say now?"


class Reading(Preprocessor):
    """Gives each code cell `metadata.code` and `metadata.shown`, HTML both, and the page its `styles`."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Make every cell ready; `resources["styles"]` gathers the style sheets their outputs bring."""
        resources["styles"] = {}
        self.predictions: dict[str, str] = {}
        return super().preprocess(nb, resources)

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Make one cell ready."""
        if cell.cell_type == "code":
            cell.metadata.code = code(cell.source)
            parts = []
            for part in self.show(cell):
                body, styles = hoisted(part)
                resources["styles"].update(dict.fromkeys(styles))
                parts.append(body)
            cell.metadata.shown = parts
        return cell, resources

    def show(self, cell: NotebookNode) -> list[str]:
        """Return what stands under a cell, as pieces of HTML."""
        wanted = asked(cell.source)
        said = [output for output in cell.outputs if output.output_type == "stream"]
        rest = [output for output in cell.outputs if output.output_type != "stream"]
        return [written(output) for output in said] + (
            self.answered(wanted, cell.id, rest) if wanted else [written(output) for output in rest]
        )

    def answered(self, wanted: Asked, place: str, outputs: list[NotebookNode]) -> list[str]:
        """Return what stands in for an output that only a reader at a kernel would get."""
        if wanted.function == "check":
            return [ask(find(wanted.name))]
        if wanted.function == "explore":
            page = explorers.page(wanted.name, **wanted.options)
            return [page] if page else [written(output) for output in outputs]
        if wanted.function == "progress":
            return [prompt("Your progress", html.paragraph(FAR))]
        if wanted.given:
            self.predictions.setdefault(wanted.name, place)
            return [prompt("Predict", html.paragraph(PREDICT))]
        where = self.predictions.get(wanted.name)
        back = f'<p><a href="#{html.escape(where)}">Back to the question</a></p>' if where else ""
        outcome = wanted.options.get("turned_out")
        said = html.paragraph(f"It turned out: {outcome}.") if outcome else ""
        return [prompt("Your prediction", html.paragraph(RECALL), said, back)]


def hoisted(text: str) -> tuple[str, list[str]]:
    """Take the style sheets out of a piece of HTML: a page needs each of them once, in its head.

    Examples
    --------
    >>> hoisted("<style>p {}</style><p>A card.</p>")
    ('<p>A card.</p>', ['p {}'])
    """
    return STYLE.sub("", text), STYLE.findall(text)


def written(output: NotebookNode) -> str:
    """Return one output of a cell as HTML."""
    if output.output_type == "stream":
        return _lines(output.text)
    if output.output_type == "error":
        return _lines(short_error(output), "error")
    if MIME in output.data:
        return drawing(output.data)
    if "text/html" in output.data:
        return TABLE.sub(_scrolling, output.data["text/html"])
    text = output.data["text/plain"]
    return prompt("Your own work", html.paragraph(YOURS)) if text == BLANK else _lines(text)


def _lines(text: str, kind: str = "text") -> str:
    return f'<pre class="output-{kind}">{html.escape(text.rstrip())}</pre>'


def _scrolling(table: re.Match[str]) -> str:
    return f'<div class="cj-scroll" data-scrolls="Table">{table[0]}</div>'


def short_error(output: NotebookNode) -> str:
    """Return an error as IPython shows it, with the first and the last lines of what led to it.

    Parameters
    ----------
    output : NotebookNode
        With its `traceback`, in which the calls that led to the error stand in blocks.

    Returns
    -------
    str
        Without colours; of several calls, only the one in the cell, and the message.
    """
    lines = strip_ansi("\n".join(output.traceback)).strip("\n").split("\n")
    text = "\n".join(line for line in lines if not line.startswith("-----")).rstrip()
    first, *others = FRAMES.split(text)
    if not others:
        return text
    return f"{first}\n\n{others[-1].rpartition(chr(10) * 2)[2]}"
