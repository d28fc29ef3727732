"""Small pieces of accessible HTML that read well in the light and the dark theme of JupyterLab."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape as _escape
from typing import Any

# Colours come from the theme, so that text keeps its contrast; the second value is for pages without one.
STYLE = """<style>
.cj-card, .cj-quotation {
  color: var(--jp-content-font-color1, #1f1f1f); background: var(--jp-layout-color1, #ffffff);
  border: 1px solid var(--jp-border-color1, #8a8a8a); border-left-width: 4px; border-radius: 4px;
  margin: 0.5em 0; padding: 0.75em 1em; max-width: 48em; line-height: 1.5;
}
.cj-card .cj-title { font-size: 1.15em; font-weight: 600; margin: 0 0 0.5em; }
.cj-card dl { margin: 0.5em 0; }
.cj-card dt { font-weight: 600; float: none; width: auto; }
.cj-card dd { margin: 0 0 0.4em 1.25em; float: none; width: auto; }
.cj-card .cj-scroll { overflow-x: auto; }
.cj-card table { border-collapse: collapse; margin: 0.5em 0; }
.cj-card caption { text-align: left; font-weight: 600; color: inherit; padding: 0.25em 0; caption-side: top; }
.cj-card table th, .cj-card table td { text-align: left !important; vertical-align: top; }
.cj-card table th, .cj-card table td { padding: 0.25em 0.75em 0.25em 0; }
.cj-card th, .cj-card td { white-space: normal; border-bottom: 1px solid var(--jp-border-color2, #c4c4c4); }
.cj-notice { padding: 0.5em 1em; }
.cj-notice .cj-title { font-size: 1.05em; margin: 0; }
.cj-notice p { margin: 0.3em 0 0; }
.cj-notice ul { margin: 0.3em 0 0; padding: 0; list-style: none; }
.cj-notice li { margin: 0.2em 0 0; padding-left: 1.4em; text-indent: -1.4em; }
.cj-notice pre { margin: 0.4em 0; padding: 0.5em; color: inherit; overflow-x: auto; }
.cj-notice pre { background: var(--jp-layout-color2, #f3f3f3); }
.cj-correct { border-left-color: #1b7f4b; }
.cj-not-yet { border-left-color: #b45f06; }
.cj-cannot-check, .cj-not-attempted { border-left-color: #5f6b7a; }
.cj-note { border-left-color: #0b66b0; }
.cj-quotation blockquote { margin: 0 0 0.5em; padding: 0; border: 0; color: inherit; font-size: 1.05em; }
.cj-quotation figcaption { color: inherit; font-size: 0.95em; }
</style>"""


def escape(value: object) -> str:
    """Return the text of a value, safe to place in HTML or in a quoted attribute.

    Parameters
    ----------
    value : object
        Anything; it is turned into text first.

    Returns
    -------
    str

    Examples
    --------
    >>> escape('<b>"5 & 6"</b>')
    '&lt;b&gt;&quot;5 &amp; 6&quot;&lt;/b&gt;'
    """
    return _escape(str(value), quote=True)


def paragraph(text: object) -> str:
    """Return one escaped paragraph.

    Parameters
    ----------
    text : object

    Returns
    -------
    str

    Examples
    --------
    >>> paragraph("5 < 6")
    '<p>5 &lt; 6</p>'
    """
    return f"<p>{_with_code(text)}</p>"


def _with_code(text: object) -> str:
    """Escape a text, and set what stands between backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def bullets(items: Iterable[object]) -> str:
    """Return an escaped bulleted list.

    Parameters
    ----------
    items : iterable of object

    Returns
    -------
    str
        An empty string where there are no items.

    Examples
    --------
    >>> bullets(["one", "two"])
    '<ul><li>one</li><li>two</li></ul>'
    """
    rows = "".join(f"<li>{_with_code(item)}</li>" for item in items)
    return f"<ul>{rows}</ul>" if rows else ""


def definitions(pairs: Iterable[tuple[object, object]]) -> str:
    """Return an escaped list of terms and what is said of each; pairs that say nothing are left out.

    Parameters
    ----------
    pairs : iterable of (term, text) or (term, list of texts)

    Returns
    -------
    str

    Examples
    --------
    >>> definitions([("Unit", "per cent"), ("Note", "")])
    '<dl><dt>Unit</dt><dd>per cent</dd></dl>'
    """
    parts = []
    for term, said in pairs:
        texts = list(said) if isinstance(said, (list, tuple)) else [said]
        rows = "".join(f"<dd>{escape(text)}</dd>" for text in texts if str(text))
        if rows:
            parts.append(f"<dt>{escape(term)}</dt>{rows}")
    return f"<dl>{''.join(parts)}</dl>" if parts else ""


def table(headers: Sequence[object], rows: Iterable[Sequence[object]], caption: str) -> str:
    """Return an escaped table whose first column heads its rows; wide tables scroll, by keyboard too.

    Parameters
    ----------
    headers : sequence of object
        One header a column.
    rows : iterable of sequence of object
        Each as long as `headers`.
    caption : str
        What the table shows; it is its name for a screen reader.

    Returns
    -------
    str

    Examples
    --------
    >>> "<caption>Fields</caption>" in table(["field", "unit"], [["value", "per cent"]], "Fields")
    True
    """
    head = "".join(f'<th scope="col">{escape(header)}</th>' for header in headers)
    body = "".join(_table_row(row) for row in rows)
    return (
        f'<div class="cj-scroll" role="group" tabindex="0" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _table_row(row: Sequence[object]) -> str:
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
    return f'<tr><th scope="row">{escape(row[0])}</th>{cells}</tr>'


def data(values: Any) -> str:
    r"""Return values as JSON in an element that a page's script reads and that cannot end early.

    Parameters
    ----------
    values : Any
        Lists, dictionaries, texts and numbers.

    Returns
    -------
    str

    Examples
    --------
    >>> data({"said": "</script>"})
    '<script type="application/json">{"said":"<\\/script>"}</script>'
    """
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return f'<script type="application/json">{text}</script>'


def card(title: object, *parts: str) -> str:
    """Return a titled box.

    Parameters
    ----------
    title : object
        Escaped here.
    *parts : str
        HTML, as the other functions of this module return it.

    Returns
    -------
    str

    Examples
    --------
    >>> "Homicide" in card("Homicide", paragraph("757 deaths"))
    True
    """
    name = escape(title)
    return (
        f'{STYLE}<div class="cj-card" role="group" aria-label="{name}">'
        f'<p class="cj-title">{name}</p>{"".join(parts)}</div>'
    )


def quotation(text: object, source: object) -> str:
    """Return a quotation in quotation marks, with its source beneath.

    Parameters
    ----------
    text : object
        The words quoted, without quotation marks.
    source : object
        Who says it, where and when.

    Returns
    -------
    str

    Examples
    --------
    >>> "<blockquote><p>“Crime fell.”</p></blockquote>" in quotation("Crime fell.", "A plan, 2008")
    True
    """
    where = escape(source)
    return (
        f'{STYLE}<figure class="cj-quotation" role="figure" aria-label="Quotation: {where}">'
        f"<blockquote><p>“{escape(text)}”</p></blockquote><figcaption>{where}</figcaption></figure>"
    )


def notice(
    kind: str, title: object, *lines: object, listed: Iterable[object] = (), after: object = ""
) -> str:
    """Return a short message whose kind shows in words and in the colour of its edge.

    Parameters
    ----------
    kind : str
        "correct", "not-yet", "not-attempted", "cannot-check" or "note".
    title : object
        The message in a few words, its sign included.
    *lines : object
        Sentences beneath; empty ones are left out.
    listed : iterable of object
        Short lines beneath these, as a list; each brings its own sign.
    after : object
        A last sentence.

    Returns
    -------
    str

    Examples
    --------
    >>> "Not yet" in notice("not-yet", "→ Not yet", "You gave 8.")
    True
    """
    body = "".join(paragraph(line) for line in lines if str(line)) + bullets(listed)
    body += paragraph(after) if str(after) else ""
    return (
        f'{STYLE}<div class="cj-card cj-notice cj-{escape(kind)}" role="status">'
        f'<p class="cj-title">{escape(title)}</p>{body}</div>'
    )


@dataclass(frozen=True)
class Note:
    """A titled message, drawn in a notebook and readable as text.

    Parameters
    ----------
    title : str
    text : str
    after : str
        What can be done next.
    code : str
        Lines of Python to show.
    """

    title: str
    text: str
    after: str = ""
    code: str = ""

    def __repr__(self) -> str:
        return "\n".join(part for part in (self.title, self.code, self.text, self.after) if part)

    def _repr_html_(self) -> str:
        lines = "".join(paragraph(line) for line in (self.text, self.after) if line)
        code = f"<pre><code>{escape(self.code)}</code></pre>" if self.code else ""
        return (
            f'{STYLE}<div class="cj-card cj-notice cj-note">'
            f'<p class="cj-title">{escape(self.title)}</p>{code}{lines}</div>'
        )
