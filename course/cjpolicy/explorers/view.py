"""What explorers share: how one is shown in a notebook, and what it says as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cjpolicy.errors import UnknownName

if TYPE_CHECKING:
    import ipywidgets

Bundle = tuple[Mapping[str, Any], Mapping[str, Any]]


@dataclass(frozen=True, repr=False)
class Explorer:
    """Something to explore: outputs for a notebook, one under another, and a text for anything else.

    Attributes
    ----------
    text : str
        What it shows at the start, in words.
    outputs : sequence of (data, metadata)
        By MIME type, as IPython's display takes them.
    """

    text: str
    outputs: Sequence[Bundle]

    def __repr__(self) -> str:
        return self.text

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for data, metadata in self.outputs:
            display(dict(data), metadata=dict(metadata), raw=True)


def markup(html: str, text: str = "") -> Bundle:
    """Return an output of HTML, with a text for where HTML is not shown."""
    return {"text/html": html, "text/plain": text}, {}


def of_widgets(box: "ipywidgets.Widget", text: str) -> Bundle:
    """Return an output of widgets, with a text for where widgets are not shown."""
    return {**box._repr_mimebundle_(), "text/plain": text}, {}


def live(html: str) -> str:
    """Return HTML that a screen reader reads out when it changes."""
    return f'<div role="status" aria-live="polite">{html}</div>'


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


def dropdown(label: str, options: Sequence[tuple[str, str]], value: str | None) -> "ipywidgets.Dropdown":
    """Return a labelled list to choose from, wide enough to read."""
    import ipywidgets

    return ipywidgets.Dropdown(
        description=label,
        options=list(options),
        value=value,
        style={"description_width": "11em"},
        layout=ipywidgets.Layout(width="100%", max_width="44em"),
    )


def joined(words: Sequence[str]) -> str:
    """Return words as a list in a sentence.

    Examples
    --------
    >>> joined(["measure", "period", "place"])
    'measure, period and place'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))
