"""Explorers whose controls the browser answers: buttons and controls in the page, and what is read out."""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from cjpolicy import charts, html
from cjpolicy.explorers.view import STYLE, Explorer, markup, try_buttons

if TYPE_CHECKING:
    import altair as alt

DIAL_STYLE = """<style>
.cj-sliders label { display: grid; grid-template-columns: var(--cj-columns); gap: 0 0.75em; }
.cj-sliders label { align-items: center; min-height: 1.9em; }
.cj-card summary { padding: 0.2em 0; }
.cj-sliders select { grid-column: 2 / -1; font: inherit; min-height: 2em; max-width: 100%; }
@media (max-width: 50em) {
  .cj-sliders label { grid-template-columns: 1fr 8em 3em; }
  .cj-sliders label:has(select) { grid-template-columns: 1fr auto; }
}
</style>"""
HIDDEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"


@dataclass(frozen=True)
class Slider:
    """A number that the reader moves."""

    label: str
    low: float
    high: float
    step: float = 1

    def bind(self) -> "alt.BindRange":
        alt = charts.themed_altair()

        return alt.binding_range(min=self.low, max=self.high, step=self.step, name=self.label)


@dataclass(frozen=True)
class Dropdown:
    """A list that the reader chooses from: by what each option stands for, what is said."""

    label: str
    options: Mapping[str, str]

    def bind(self) -> "alt.BindRadioSelect":
        alt = charts.themed_altair()

        return alt.binding_select(
            options=list(self.options), labels=list(self.options.values()), name=self.label
        )


Controls = Mapping[str, Slider | Dropdown]


def params(controls: Controls, start: Mapping[str, Any]) -> list["alt.Parameter"]:
    """Return one bound parameter a control; `patch` counts on their being the chart's first.

    Parameters
    ----------
    controls : mapping of str to Slider or Dropdown
    start : mapping
        The value of each control at first.
    """
    alt = charts.themed_altair()

    return [alt.param(name=name, value=start[name], bind=each.bind()) for name, each in controls.items()]


def new_page_id() -> str:
    """Return what the ids of one explorer begin with: several notebooks share one page in JupyterLab."""
    return f"cj-{token_hex(4)}"


def explorer(
    text: str,
    top: str,
    chart: "alt.LayerChart | alt.VConcatChart",
    changes: Sequence[Mapping[str, Any]],
) -> Explorer:
    """Put an explorer together.

    Parameters
    ----------
    text : str
        What it shows at the start, in words.
    top : str
        The part above its chart, from `head`.
    chart : altair chart
    changes : sequence of mapping
        From `patch`.
    """
    patched = chart.properties(usermeta={"embedOptions": {"patch": list(changes)}})
    return Explorer(text, [markup(top, text), charts.mimebundle(patched)])


def head(
    page_id: str,
    title: str,
    how: str,
    buttons: Sequence[str],
    *more: str,
    group: str = "Sliders",
    columns: str = "27em 12em 3em",
) -> str:
    """Return the part of an explorer above its chart, as HTML.

    Parameters
    ----------
    page_id : str
        What its elements' ids begin with; `patch` must be given the same.
    title, how : str
        Its name, and a sentence on how to use it.
    buttons : sequence of str
        Their labels, in the order of the settings that `patch` is given.
    *more : str
        HTML to stand under the controls.
    group : str
        What a screen reader calls the controls together.
    columns : str
        On a wide page, how wide the labels, the controls and the sliders' values are.

    Examples
    --------
    >>> 'id="cj-1-sliders"' in head("cj-1", "Explorer: totals", "Move the slider.", ["Reset"])
    True
    """
    named = [(label, f'id="{page_id}-{number}"') for number, label in enumerate(buttons)]
    return (
        STYLE
        + DIAL_STYLE
        + html.card(
            title,
            html.paragraph(how),
            try_buttons(named),
            f'<div role="group" aria-label="{group}" id="{page_id}-sliders" class="cj-sliders"'
            f' style="--cj-columns:{columns}"></div>',
            f'<output id="{page_id}-result" style="{HIDDEN}"></output>',
            *more,
        )
    )


def table(
    page_id: str,
    headers: Sequence[str],
    rows: Iterable[tuple[str, Mapping[str, str]]],
    shown: Container[str],
    caption: str,
) -> str:
    """Return a table, with each number that the controls change in an element that follows them.

    Parameters
    ----------
    page_id : str
        As for `head`.
    headers : sequence of str
    rows : iterable of (name, mapping of str to str)
        Each row's name, and its numbers by column.
    shown : container of str
        The numbers that change, as column and row: "rate-0". They are a part of what `patch` is given.
    caption : str

    Examples
    --------
    >>> '<output id="cj-1-rate-0" aria-live="off">3%</output>' in table(
    ...     "cj-1", ["stage", "rate"], [("charged", {"rate": "3%"})], ["rate-0"], "Rates"
    ... )
    True
    """
    body = ""
    for place, (name, numbers) in enumerate(rows):
        body += f'<tr><th scope="row">{html.escape(name)}</th>'
        for column, number in numbers.items():
            cell = f"{column}-{place}"
            # The result is read out; these many numbers are not, each time a slider moves.
            text = html.escape(number)
            follows = f'<output id="{page_id}-{cell}" aria-live="off">{text}</output>'
            body += f"<td>{follows if cell in shown else text}</td>"
        body += "</tr>"
    return html.table(headers, [], caption).replace("<tbody></tbody>", f"<tbody>{body}</tbody>")


def patch(
    controls: Controls,
    settings: Sequence[Mapping[str, Any]],
    page_id: str,
    shown: Mapping[str, str],
    first: int = 0,
) -> list[dict[str, Any]]:
    """Return changes to a compiled chart, for what Vega-Lite cannot say but Vega can.

    The controls stand in the page's box and its buttons set them; what is shown goes to elements of the
    page, and a screen reader reads the result out. Where the box is missing the controls stand under the
    chart, and work.

    Parameters
    ----------
    controls : mapping of str to Slider or Dropdown
        As for `params`.
    settings : sequence of mapping
        By button, the value of each control that it sets.
    page_id : str
        As for `head`.
    shown : mapping of str to str
        By the end of an element's id, the expression whose value it shows; "result" is read out.
    first : int
        How many signals the chart has before those of the controls: one for each part of a chart of parts.

    Examples
    --------
    >>> total = Slider("Total", 690, 790)
    >>> changes = patch({"total": total}, [{"total": 757}], "cj-1", {"result": "said"})
    >>> [change["path"] for change in changes]
    ['/signals/0/on', '/signals/0/bind/element', '/signals/-']
    """
    box = f"#{page_id}-sliders"
    changes: list[dict[str, Any]] = []
    for place, (name, control) in enumerate(controls.items(), start=first):
        events = [
            {
                "events": {"source": f"#{page_id}-{number}", "type": "click"},
                "update": json.dumps(setting[name]),
            }
            for number, setting in enumerate(settings)
            if name in setting
        ]
        # JupyterLab may draw a chart twice at once and keep the one that cannot be seen, which then writes
        # to the page too. Both listen to the controls in the box, so that they always agree.
        value = "toNumber(event.target.value)" if isinstance(control, Slider) else "event.target.value"
        moved = {
            "events": {"source": box, "type": "input"},
            "update": f"event.target.name == '{name}' ? {value} : {name}",
        }
        changes.append({"op": "add", "path": f"/signals/{place}/on", "value": [*events, moved]})
        changes.append({"op": "add", "path": f"/signals/{place}/bind/element", "value": box})
    for cell, expression in shown.items():
        # Vega sends each element this event when it changes it, and listens for it. Where the elements are
        # missing one other stands in for all, so that each needs an event of its own.
        bind = {"element": f"#{page_id}-{cell}", "event": f"shown-{cell}"}
        signal = {"name": f"page_{cell}", "update": expression, "bind": bind}
        changes.append({"op": "add", "path": "/signals/-", "value": signal})
    return changes
