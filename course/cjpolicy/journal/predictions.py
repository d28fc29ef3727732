"""A guess made before the data, shown again after it, beside what turned out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import html
from ..answers.base import is_blank, shown
from . import session

ASIDE_STYLE = "display:flex;flex-wrap:wrap;gap:0.5em 2em;margin:0.3em 0 0"
PART_STYLE = "flex:1 1 14em"


@dataclass(frozen=True, repr=False)
class Compared(html.Note):
    """A guess, as the note's text, and what turned out, side by side.

    Parameters
    ----------
    turned_out : str
    when : str
        The day of the guess; "" where it was made just now.
    """

    turned_out: str = ""
    when: str = ""

    @property
    def terms(self) -> tuple[str, str]:
        """What stands above each of the two."""
        return f"You said{self.when and f' on {self.when}'}", "It turned out"

    def __repr__(self) -> str:
        before, after = self.terms
        return f"{before}: {self.text}\n{after}: {self.turned_out}"

    def _repr_html_(self) -> str:
        pairs = zip(self.terms, (self.text, self.turned_out), strict=True)
        parts = "".join(
            f'<div style="{PART_STYLE}"><dt>{html.escape(term)}</dt><dd>{html.escape(said)}</dd></div>'
            for term, said in pairs
        )
        return html.card(self.title, f'<dl style="{ASIDE_STYLE}">{parts}</dl>')


def again(name: str, just_said: str | None, turned_out: Any = None) -> html.Note:
    """Show a guess again.

    Parameters
    ----------
    name : str
        The prediction's.
    just_said : str or None
        The guess this kernel knows of; an earlier session's is looked up.
    turned_out : object
        What the data say, to stand beside it.

    Returns
    -------
    Note
        A `Compared` where there is something to compare.
    """
    # Loads the database, which a guess alone does not need.
    from .summary import day, prediction

    earlier = prediction(name, session.events()[0])
    said = just_said if earlier is None else earlier.said
    when = day(earlier.at) if earlier else ""
    outcome = turned_out if isinstance(turned_out, str) else shown(turned_out, limit=200)
    if said is None and is_blank(turned_out):
        return html.Note(
            "No prediction yet",
            "Make one before you read on: a guess that turns out wrong is worth more than none.",
        )
    if said is None:
        return html.Note("You made no prediction", f"It turned out: {outcome}", "Next time, guess first.")
    if is_blank(turned_out):
        title = f"Before the data you said{when and f', on {when}'}"
        return html.Note(title, f"{said}. What would you say now?")
    return Compared("Your prediction", said, turned_out=outcome, when=when)
