"""What explorers share: their frame, lists and buttons, the sentence read out, what is kept when saved."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from cjpolicy import html
from cjpolicy.errors import UnknownName

if TYPE_CHECKING:
    import ipywidgets

Bundle = tuple[Mapping[str, Any], Mapping[str, Any]]
Choice = Mapping[str, str]
Options = Sequence[tuple[str, str]]

TRY, RESET = "Try this:", "Reset"
ASLEEP = "The lists and buttons need Python: run the cell above to use them. This is what was shown last."

STYLE = """<style>
.cj-button {
  font: inherit; min-height: 2.2em; margin: 0 0.5em 0.5em 0; padding: 0.2em 0.8em; cursor: pointer;
  color: var(--jp-content-font-color1, #1f1f1f); background: var(--jp-layout-color2, #eeeeee);
  border: 1px solid var(--jp-content-font-color2, #6b6b6b); border-radius: 4px;
}
.cj-tries > span { font-weight: 600; margin-right: 0.75em; }
.cj-awake .cj-tries { flex-flow: row wrap; gap: 0.25em; margin: 0.25em 0; }
.cj-awake .cj-tries button {
  height: auto; min-height: 2.2em; color: var(--jp-content-font-color1);
  background: var(--jp-layout-color2); border: 1px solid var(--jp-content-font-color2); border-radius: 4px;
}
.cj-awake .cj-tries button:focus-visible { outline: 2px solid var(--jp-brand-color1); outline-offset: 2px; }
.cj-awake .cj-tries > .widget-label { font-weight: 600; }
.cj-awake .cj-scroll { max-height: 30em; overflow: auto; }
[data-jp-theme-light="false"] .cj-awake { --jp-widgets-dropdown-arrow: url("data:image/svg+xml,\
%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 18 18'%3E\
%3Cpath fill='%23e0e0e0' d='M5.2 5.9 9 9.7l3.8-3.8 1.2 1.2-4.9 5-5-5z'/%3E%3C/svg%3E"); }
.cj-said p { font-weight: 600; line-height: 1.5; margin: 0.25em 0; }
.jp-RenderedHTMLCommon .cj-card > p:last-child { margin-bottom: 0; }
.jp-OutputArea:has(.cj-awake) .jp-OutputArea-child:has(.cj-asleep),
.jp-OutputArea:has(.cj-asleep)
  .jp-OutputArea-child:has(> .jp-OutputArea-output.jupyter-widgets):not(:has(.cj-awake)) {
  display: none;
}
</style>"""

# A widget of HTML replaces all that is in it, so a live region inside would be a new one each time, which
# screen readers may pass over. The widget's own element stays; only a script can give it the role.
LIVE = """<script>
window.cjLive ??= (() => {
  const said = document.getElementsByClassName("cj-said");
  const mark = () => { for (const it of said) it.setAttribute("role", "status"); };
  mark();
  const watch = new MutationObserver(mark);
  watch.observe(document.body, { childList: true, subtree: true });
  return watch;
})();
</script>"""


@dataclass(frozen=True, repr=False)
class Explorer:
    """Something to explore: outputs for a notebook, one under another, and a text for anything else.

    Attributes
    ----------
    text : str
        What it shows at the start, in words.
    outputs : sequence of (data, metadata)
        By MIME type, as IPython's display takes them.
    panel : Panel, optional
        What answers, where Python does.
    """

    text: str
    outputs: Sequence[Bundle]
    panel: "Panel | None" = None

    def __repr__(self) -> str:
        return self.text

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for data, metadata in self.outputs:
            display(dict(data), metadata=dict(metadata), raw=True)
        if self.panel:
            self.panel.display_kept()


@dataclass(frozen=True)
class Lists:
    """The lists of an explorer and the settings that its buttons give them.

    Attributes
    ----------
    title, how : str
        Its name, and a sentence on how to use it.
    offered : mapping of str to (label, options)
        By the name of each choice; options are pairs of what is said and what it stands for.
    start : mapping of str to str
        The choices at first, which "Reset" restores.
    tries : mapping of str to mapping
        By the label of a button, the choices it makes.
    """

    title: str
    how: str
    offered: Mapping[str, tuple[str, Options]]
    start: Choice
    tries: Mapping[str, Choice]

    def buttons(self) -> Mapping[str, Choice]:
        """Return every button's choices by its label, "Reset" last."""
        return {**self.tries, RESET: self.start}


class Panel:
    """Lists and buttons as widgets, answered by Python, above the parts that show the answer.

    Parameters
    ----------
    lists : Lists
    answer : callable
        Takes the choices, sets the parts, and returns the result: a sentence, and the parts as HTML.
    parts : sequence of ipywidgets.Widget
        What stands under the sentence.
    """

    def __init__(
        self,
        lists: Lists,
        answer: Callable[[Choice], tuple[str, str]],
        parts: Sequence["ipywidgets.Widget"],
    ) -> None:
        import ipywidgets

        self.answer, self.lists = answer, lists
        self.controls = {
            name: dropdown(label, options, lists.start[name])
            for name, (label, options) in lists.offered.items()
        }
        self.buttons = {label: self._button(label, choice) for label, choice in lists.buttons().items()}
        self.said = ipywidgets.HTML().add_class("cj-said")
        row = ipywidgets.Box([ipywidgets.Label(TRY), *self.buttons.values()]).add_class("cj-tries")
        self.box = ipywidgets.VBox([row, *self.controls.values(), self.said, *parts]).add_class("cj-awake")
        self._kept, self._kept_as, self._busy = "", "", False
        for control in self.controls.values():
            control.observe(self.refresh, "value")
        self.refresh()

    def _button(self, label: str, choice: Choice) -> "ipywidgets.Button":
        import ipywidgets

        button = ipywidgets.Button(description=label, layout=ipywidgets.Layout(width="auto"))
        button.on_click(lambda _: self.set(choice))
        return button

    def set(self, choice: Choice) -> None:
        """Make several choices at once, and answer once."""
        self._busy = True
        try:
            for name, value in choice.items():
                self.controls[name].value = value
        finally:
            self._busy = False
        self.refresh()

    def refresh(self, _: object = None) -> None:
        """Answer what is chosen now, unless this is already being done."""
        if self._busy:
            return
        self._busy = True
        try:
            said, drawn = self.answer({name: control.value for name, control in self.controls.items()})
            self.said.value = html.paragraph(said)
            self._keep(said, drawn)
        finally:
            self._busy = False

    def display_kept(self) -> None:
        """Display, hidden while the widgets live, what a notebook reopened without a kernel shows."""
        from IPython.display import display

        self._kept_as = f"cj-{token_hex(8)}"
        display(self._kept_data(), raw=True, display_id=self._kept_as)

    def _keep(self, said: str, drawn: str) -> None:
        from IPython.display import update_display

        self._kept = html.paragraph(said) + drawn
        if self._kept_as:
            update_display(self._kept_data(), raw=True, display_id=self._kept_as)

    def _kept_data(self) -> dict[str, str]:
        drawn = f'<div class="cj-asleep">{html.paragraph(ASLEEP)}{self._kept}</div>'
        return {"text/html": drawn, "text/plain": ""}

    def explorer(self, text: str) -> Explorer:
        """Return the explorer, with a text for where widgets are not shown."""
        head = STYLE + html.card(self.lists.title, html.paragraph(self.lists.how)) + LIVE
        widgets: Bundle = ({**self.box._repr_mimebundle_(), "text/plain": text}, {})
        return Explorer(text, [markup(head, self.lists.title), widgets], self)


def frame(name: str, lists: Lists, said: str, *parts: str) -> str:
    """Return an explorer as HTML for a page without a kernel, whose script answers the lists and buttons.

    Parameters
    ----------
    name : str
        The explorer's, by which the script finds it.
    lists : Lists
    said : str
        The result at first.
    *parts : str
        HTML to stand under the result.
    """
    boxes = "".join(
        select_list(label, key, options, lists.start[key]) for key, (label, options) in lists.offered.items()
    )
    buttons = [
        (label, f'data-sets="{html.escape(json.dumps(choice))}"') for label, choice in lists.buttons().items()
    ]
    title = html.escape(lists.title)
    return (
        f'{STYLE}<div class="explorer" data-explorer="{name}" role="group" aria-label="{title}">'
        f'<p class="explorer-title">{title}</p>{html.paragraph(lists.how)}{try_buttons(buttons)}'
        f'<div class="choices">{boxes}</div><div role="status">{html.paragraph(said)}</div>'
        f"{''.join(parts)}</div>"
    )


def try_buttons(buttons: Iterable[tuple[str, str]]) -> str:
    """Return a row of buttons as HTML, from their labels and further attributes.

    Examples
    --------
    >>> '<button type="button" class="cj-button" id="b">Reset</button>' in try_buttons([("Reset", 'id="b"')])
    True
    """
    drawn = "".join(
        f'<button type="button" class="cj-button" {attributes}>{html.escape(label)}</button>'
        for label, attributes in buttons
    )
    return f'<div class="cj-tries" role="group" aria-label="Settings to try"><span>{TRY}</span>{drawn}</div>'


def folded(summary: str, *parts: str) -> str:
    """Return HTML that a reader unfolds."""
    return f"<details><summary>{html.escape(summary)}</summary>{''.join(parts)}</details>"


def markup(drawn: str, text: str = "") -> Bundle:
    """Return an output of HTML, with a text for where HTML is not shown."""
    return {"text/html": drawn, "text/plain": text}, {}


def choose(wanted: str, known: Sequence[str], noun: str) -> str:
    """Return `wanted` if it is known.

    Raises
    ------
    UnknownName
        If it is not; the message lists what is.

    Examples
    --------
    >>> choose("plan", ["plan", "other"], "setting")
    'plan'
    """
    if wanted not in known:
        raise UnknownName(f"There is no {noun} {wanted!r}. There are: {', '.join(map(repr, known))}.")
    return wanted


def dropdown(label: str, options: Options, value: str | None) -> "ipywidgets.Dropdown":
    """Return a labelled list to choose from, wide enough to read."""
    import ipywidgets

    return ipywidgets.Dropdown(
        description=label,
        options=list(options),
        value=value,
        style={"description_width": "8em"},
        layout=ipywidgets.Layout(width="auto", max_width="44em"),
    )


def select_list(label: str, name: str, options: Options, value: str) -> str:
    """Return a labelled list to choose from, as HTML for a page without a kernel.

    Examples
    --------
    >>> select_list("Topic", "topic", [("cost (24)", "cost")], "cost")
    '<label>Topic <select name="topic"><option value="cost" selected>cost (24)</option></select></label>'
    """
    chosen = {value: " selected"}
    offered = "".join(
        f'<option value="{html.escape(key)}"{chosen.get(key, "")}>{html.escape(said)}</option>'
        for said, key in options
    )
    return f'<label>{html.escape(label)} <select name="{html.escape(name)}">{offered}</select></label>'


def joined(words: Sequence[str]) -> str:
    """Return words as a list in a sentence.

    Examples
    --------
    >>> joined(["measure", "period", "place"])
    'measure, period and place'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))
