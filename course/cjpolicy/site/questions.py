"""A lesson's questions on the site: what to give, the hints and one way to do it, all folded."""

from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from cjpolicy import charts, html
from cjpolicy.answers.base import shown
from cjpolicy.questions import Question
from cjpolicy.site.drawings import drawing

__all__ = ["ask", "code", "fold", "prompt"]

LONGEST_ANSWER = 600


def code(source: str) -> str:
    """Return lines of Python as HTML, its parts marked with classes.

    Examples
    --------
    >>> code("1 + 1").startswith('<div class="highlight"><pre>')
    True
    """
    return str(highlight(source, PythonLexer(), HtmlFormatter()))


def fold(summary: str, *parts: str) -> str:
    """Return HTML that is hidden until its summary is opened.

    Examples
    --------
    >>> fold("Hint 1", "<p>Add them up.</p>")
    '<details><summary>Hint 1</summary><p>Add them up.</p></details>'
    """
    return f"<details><summary>{html.escape(summary)}</summary>{''.join(parts)}</details>"


def prompt(title: str, *parts: str) -> str:
    """Return a titled box that asks something of the reader.

    Examples
    --------
    >>> prompt("Yours", "<p>Up?</p>")
    '<div class="try" role="group" aria-label="Yours"><p class="try-title">Yours</p><p>Up?</p></div>'
    """
    name = html.escape(title)
    body = "".join(parts)
    return f'<div class="try" role="group" aria-label="{name}"><p class="try-title">{name}</p>{body}</div>'


def ask(question: Question) -> str:
    """Return a question's box: the form of the answer, the hints, and one way to do it with its result."""
    hints = [
        fold(f"Hint {number}", html.paragraph(hint)) for number, hint in enumerate(question.hints, start=1)
    ]
    why = html.paragraph(question.why)
    ending = [why]
    if question.solution:
        ending = [fold("One way to do it", code(question.solution), result(question), why)]
    wanted = question.form.wanted
    # An answer in parts names each in backticks: too long to repeat what the lesson's own text has said.
    form = "" if "`" in wanted else html.paragraph(f"Give {wanted}.")
    return prompt("Your turn", form, *hints, *ending)


def result(question: Question) -> str:
    """Run a question's solution and return what comes of it, as HTML; nothing where it is a function."""
    import altair as alt
    import pandas as pd

    import cjpolicy

    names: dict[str, Any] = {"cj": cjpolicy, "pd": pd, "alt": alt}
    exec(question.solution, names)
    answer = names["answer"]
    if isinstance(answer, alt.TopLevelMixin):
        return drawing(charts.mimebundle(answer)[0])
    if callable(answer):
        return ""
    return html.paragraph(f"The answer: {shown(_rounded(answer), limit=LONGEST_ANSWER)}")


def _rounded(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {name: _rounded(value) for name, value in answer.items()}
    if isinstance(answer, (list, tuple)):
        return type(answer)(_rounded(value) for value in answer)
    return round(float(answer), 2) if isinstance(answer, float) else answer
