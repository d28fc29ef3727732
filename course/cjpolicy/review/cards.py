"""Pieces of HTML that the review's pages and its notebook share: items, answers beside the model, tables."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from numbers import Number
from typing import TYPE_CHECKING, Any

from jupyterlab_pygments import JupyterStyle
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from cjpolicy import html
from cjpolicy.charts import themed_altair
from cjpolicy.errors import CourseError
from cjpolicy.grading.harmless import harmless_markdown
from cjpolicy.grading.returned import points

from .words import called, share_of

if TYPE_CHECKING:
    import pandas as pd

    from .answers import StudentAnswer
    from .figures import Figure
    from .models import ItemModel, Mistake, Ran

__all__ = ["figure_html", "item_card", "side_by_side", "style", "table"]

# The version of Vega-Lite that Altair writes for.
VEGA_LITE = "6.4"


@cache
def style() -> str:
    """Return a style element for whatever shows these pieces elsewhere than on the review's pages."""
    return f"{html.STYLE}<style>{sheet()}</style>"


@cache
def sheet() -> str:
    """Return the style sheet of these pieces, in the colours of the page or of JupyterLab's theme."""
    own = files("cjpolicy.review").joinpath("assets", "cards.css").read_text(encoding="utf-8")
    return f"{own}{HtmlFormatter(style=JupyterStyle).get_style_defs('.cj-review .highlight')}\n"


def item_card(model: "ItemModel", counts: Mapping[str, tuple[int, int]] | None = None) -> str:
    """Return all that is known of an item: question, model answer, sources, other answers, rubric.

    Parameters
    ----------
    model : ItemModel
        The item.
    counts : mapping of str to (int, int), optional
        By misconception: how many students showed it, and how many were marked on the item.

    Returns
    -------
    str
        HTML without a style; headings begin at the fourth level.
    """
    parts = [
        f'<div class="cj-prompt">{model.prompt}</div>',
        _part("Model answer", _model(model)),
        _part("Ideas", html.bullets(model.ideas)),
        _part("What it rests on", _sources(model)),
        _part("Also accepted", "".join(_answer(ran) for ran in model.alternatives)),
        _part("Known misconceptions", _mistakes(model, counts or {})),
        _part("Rubric", _rubric(model.rubric)),
        _part("Sample answers", "".join(_sample(each.level, each.text) for each in model.samples)),
    ]
    return f'<div class="cj-review">{"".join(parts)}</div>'


def _part(heading: str, body: str) -> str:
    return f'<section class="cj-part"><h4>{heading}</h4>{body}</section>' if body else ""


def code_html(source: str) -> str:
    """Return Python as coloured text."""
    return str(highlight(source, PythonLexer(), HtmlFormatter()))


def _source(source: str, written: bool) -> str:
    return f'<div class="cj-written">{harmless_markdown(source)}</div>' if written else code_html(source)


# What a value is said to be where it cannot be read: its outputs show it.
UNREAD = ("a Chart", "a LayerChart")
LONG = re.compile(r"(?<![\w.])\d+\.\d+(?:e[+-]?\d+)?(?!\w|\.\d)")


def readable(said: str) -> str:
    """Return a value as a reader wants it: six digits, and nothing of what only Python can read.

    Examples
    --------
    >>> readable("14.035087719298245"), readable("100000.25"), readable("<function rate at 0x7f>")
    ('14.0351', '100000', '')
    """
    if said.startswith("<function") or said in UNREAD:
        return ""
    return LONG.sub(lambda found: _six_digits(found[0]), said)


def _six_digits(said: str) -> str:
    digits = said.partition("e")[0].replace(".", "").lstrip("0")
    return said if len(digits) <= 6 else f"{float(said):{'.6g' if float(said) < 1e6 else '.0f'}}"


def _value(said: str) -> str:
    shown = readable(said)
    return f'<p class="cj-value"><span>Value</span> <code>{html.escape(shown)}</code></p>' if shown else ""


def _model(model: "ItemModel") -> str:
    if model.written:
        return model.outputs or _source(model.answer, True)
    shown = f'<div class="cj-shown">{model.outputs}</div>' if model.outputs else ""
    return code_html(model.answer) + _value(model.value) + shown + _trouble(model.earned, model.points)


def _trouble(earned: float | None, recorded: float) -> str:
    """Say so where an answer of the course's own does not get what it should."""
    if earned == recorded:
        return ""
    gets = "could not be marked" if earned is None else f"gets {points(earned)}"
    return f'<p class="cj-wrong">This {gets}. It should get {points(recorded)}.</p>'


def _sources(model: "ItemModel") -> str:
    rows = [
        [each.id, each.amount, f"“{each.sentence}”", f"{each.document}, {each.place}"]
        for each in model.figures
    ]
    for each in model.excerpts:
        shown = html.escape(each.text) in model.prompt
        words = "(quoted in the question)" if shown else f"“{each.text}”"
        rows.append([each.id, "", words, f"{each.document}, {each.place}"])
    headers = ["Figure or excerpt", "Amount", "Words that state it", "Where"]
    return html.table(headers, rows, "Figures and excerpts") if rows else ""


def _answer(ran: "Ran") -> str:
    trouble = _trouble(ran.points, ran.recorded)
    return f'<div class="cj-answer">{code_html(ran.code.strip())}{_value(ran.value)}{trouble}</div>'


def _mistakes(model: "ItemModel", counts: Mapping[str, tuple[int, int]]) -> str:
    known: dict[str, list[Mistake]] = {}
    for each in model.misconceptions:
        known.setdefault(each.slip, []).append(each)
    return "".join(_mistake(slip, shown, counts.get(slip)) for slip, shown in known.items())


def _mistake(slip: str, recorded: "list[Mistake]", count: tuple[int, int] | None) -> str:
    title = html.escape(called(slip))
    # The page makes a way to these answers of what has its misconception's id.
    some = f' data-slip="{html.escape(slip)}"' if count and count[0] else ""
    seen = f' <span class="cj-count"{some}>{share_of(*count)}</span>' if count else ""
    return (
        f'<div class="cj-mistake"><h5>{title}{seen}</h5>{"".join(_recorded(each) for each in recorded)}'
        "<details><summary>What the student is told, and the code</summary>"
        f"{''.join(_told(each, len(recorded) > 1) for each in recorded)}</details></div>"
    )


def _recorded(mistake: "Mistake") -> str:
    earns = "is not marked" if mistake.points is None else f"earns {points(mistake.points)}"
    slip = "" if mistake.slip in mistake.slips else _lost(mistake)
    shown = readable(mistake.value or "none")
    value = f"<span>Value</span> <code>{html.escape(shown)}</code> " if shown else ""
    return (
        f'<p class="cj-value">{value}<span>{earns}</span></p>'
        f"{_trouble(mistake.points, mistake.recorded)}{slip}"
    )


def _told(mistake: "Mistake", several: bool) -> str:
    """Return a recorded answer's code and its message; of several, with the value that tells them apart."""
    told = "".join(html.paragraph(line) for line in mistake.message.split("\n") if line.strip())
    value = readable(mistake.value) if several else ""
    which = f'<p class="cj-label">Value {html.escape(value)}</p>' if value else ""
    return (
        f'<div class="cj-answer">{which}{code_html(mistake.code.strip())}'
        f'<div class="cj-told">{told}</div></div>'
    )


def _lost(mistake: "Mistake") -> str:
    seen = ", ".join(mistake.slips) or "none"
    said = f"This misconception is no longer recognised. Recognised: {html.escape(seen)}."
    return f'<p class="cj-wrong">{said}</p>'


def _rubric(levels: "Iterable[str]") -> str:
    rows = "".join(f"<li>{html.escape(level)}</li>" for level in levels)
    return f'<ol class="cj-rubric" start="0">{rows}</ol>' if rows else ""


def _sample(level: int, text: str) -> str:
    drawn = harmless_markdown(text)
    return f'<details><summary>Level {level}</summary><div class="cj-written">{drawn}</div></details>'


def side_by_side(model: "ItemModel", answer: "StudentAnswer") -> str:
    """Return the model answer and a student's answer side by side, each with its value, outputs and mark.

    Parameters
    ----------
    model : ItemModel
        The item.
    answer : StudentAnswer
        What a student answered to it.

    Returns
    -------
    str
        HTML without a style; what the student wrote has been made harmless.
    """
    return f'<div class="cj-review cj-beside">{model_side(model)}{answer_side(answer)}</div>'


def model_side(model: "ItemModel") -> str:
    """Return the half with the model answer."""
    worth = f"Worth {points(model.points)}."
    return f'<section class="cj-side"><h4>Model answer</h4>{_model(model)}<p>{worth}</p></section>'


def answer_side(answer: "StudentAnswer") -> str:
    """Return the half with the student's answer."""
    said = "".join(f'<div class="cj-comment">{each}</div>' for each in answer.comments)
    comments = f'<p class="cj-label">Comment by whoever marked it</p>{said}' if said else ""
    return (
        f'<section class="cj-side"><h4>The student’s answer</h4>{answer.drawn}{_value(answer.value)}'
        f"{answer.notice}{comments}</section>"
    )


def table(frame: "pd.DataFrame", caption: str) -> str:
    """Return a table of numbers and names, escaped; the first column heads its rows.

    Parameters
    ----------
    frame : pandas.DataFrame
        Column names are the headers. Missing values are left blank.
    caption : str
        What the table shows.

    Returns
    -------
    str

    Examples
    --------
    >>> import pandas as pd
    >>> "<td>0.33</td>" in table(pd.DataFrame({"item": ["a"], "mean": [1 / 3]}), "Means")
    True
    """
    rows = [[cell(value) for value in row] for row in frame.itertuples(index=False, name=None)]
    return html.table([str(name).replace("_", " ") for name in frame.columns], rows, caption)


def cell(value: Any) -> str:
    """Write a value as a table has it: a number with two decimals at most, nothing for a missing one."""
    # Only a missing number is unequal to itself, whatever its type.
    if value is None or value != value or str(value) == "<NA>":
        return ""
    if isinstance(value, bool) or not isinstance(value, Number):
        return str(value)
    return f"{round(float(value), 2):,g}" if abs(float(value)) < 100_000 else f"{float(value):,.0f}"  # type: ignore[arg-type]


def figure_html(figure: "Figure") -> str:
    """Return a figure: its drawing, what is to be seen, how to read it, and its table.

    Parameters
    ----------
    figure : Figure
        Of a class.

    Returns
    -------
    str
        HTML without a style. The drawing is a picture in the text itself, in the colours of the course's
        charts, and needs no script.

    Raises
    ------
    CourseError
        If vl-convert, which draws it, is not installed.
    """
    name = html.escape(f"figure-{figure.id}")
    reading = f'<p class="cj-reading">{html.escape(figure.reading)}</p>' if figure.reading else ""
    return (
        f'<figure class="cj-review cj-figure" id="{name}">'
        f'<div class="cj-drawing" data-scrolls="{html.escape(f"Chart: {figure.title}")}">'
        f'<img src="data:image/svg+xml;base64,{b64encode(drawn(figure).encode()).decode()}" '
        f'alt="{html.escape(f"Chart: {figure.title}")}" aria-describedby="{name}-says"></div>'
        f'<figcaption><p id="{name}-says">{html.escape(figure.description)}</p>{reading}'
        f"<details><summary>The numbers</summary>{table(figure.table, figure.title)}</details>"
        "</figcaption></figure>"
    )


def drawn(figure: "Figure") -> str:
    """Return a figure's chart as SVG."""
    try:
        import vl_convert
    except ImportError as error:
        raise CourseError(
            "The review's charts need the package vl-convert-python. Run `make setup` in the course's clone."
        ) from error
    themed_altair()
    spec = {key: value for key, value in figure.chart.to_dict().items() if key != "$schema"}
    return str(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[]))
