"""Buttons for a hint and the solution beneath a check's result, in a notebook that a reader has open."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import ipywidgets
from IPython.display import display

from . import checks, html
from .questions import find

# A kernel forgets its widgets when it stops. Opened again, the notebook would say so beneath every result.
STYLE = """<style>
.jp-OutputArea-child:has(.cj-notice) + .jp-OutputArea-child .jp-OutputArea-output.lm-Panel:not(:has(*)) {
  display: none;
}
</style>"""


class Panel:
    """The buttons of one question, and the place beneath them where what they give appears.

    Parameters
    ----------
    question_id : str
        The question's id.

    Attributes
    ----------
    hint, solution : ipywidgets.Button
        Each says what a press gives next.
    shown : ipywidgets.HTML
        Hints and solution, those read before too; a screen reader is told of the newest.
    box : ipywidgets.VBox
        All of it.
    """

    def __init__(self, question_id: str) -> None:
        self.question = find(question_id)
        self.notes = [self._hint(number + 1) for number in range(checks.hints_read(question_id))]
        self.solved = False
        looks = _looks()
        self.hint = ipywidgets.Button(tooltip=f"Hint: {question_id}", **looks["button"])
        self.solution = ipywidgets.Button(tooltip=f"Solution: {question_id}", **looks["button"])
        self.shown = ipywidgets.HTML(self._drawn(), layout=looks["whole"])
        # A test has no worked solution, so its panel has no button for one.
        pressed = [self.hint, self.solution] if self.question.solution else [self.hint]
        row = ipywidgets.HBox(pressed, layout=looks["row"])
        self.box = ipywidgets.VBox([row, self.shown], layout=looks["whole"])
        self.hint.on_click(self.give_hint)
        self.solution.on_click(self.give_solution)
        self._label()

    def give_hint(self, _: object = None) -> None:
        """Show the next hint, if there is one."""
        if checks.hints_read(self.question.id) < len(self.question.hints):
            checks.hint(self.question.id)
            self._say(self._hint(checks.hints_read(self.question.id)))

    def give_solution(self, _: object = None) -> None:
        """Show the solution, once."""
        if not self.solved:
            self.solved = True
            self._say(checks.solution(self.question.id))

    def _hint(self, number: int) -> html.Note:
        return html.Note(f"Hint {number} of {len(self.question.hints)}", self.question.hints[number - 1])

    def _say(self, note: html.Note) -> None:
        self.notes.append(replace(note, after=""))
        self.shown.value = self._drawn(new=True)
        self._label()

    def _drawn(self, new: bool = False) -> str:
        drawn = [note._repr_html_() for note in self.notes]
        if new:
            # The page is given all of it anew. Of what is put into a page, readers hear reliably of an alert.
            drawn[-1] = f'<div role="alert">{drawn[-1]}</div>'
        return "".join(drawn)

    def _label(self) -> None:
        given, last = checks.hints_read(self.question.id), len(self.question.hints)
        # A button that is switched off loses the keyboard's place, so it says that it has no more to give.
        self.hint.description = f"Hint {given + 1} of {last}" if given < last else "No more hints"
        offered = "Solution" if given else "Show the solution anyway"
        self.solution.description = "Solution shown" if self.solved else offered


def show(result: checks.Result) -> None:
    """Display a check's result, with a panel beneath it unless the answer was right.

    The panel is an output of its own: the result stays readable when the notebook is opened without a kernel.

    Parameters
    ----------
    result : Result
        As `check` returns it.
    """
    display({"text/plain": repr(result), "text/html": result._repr_html_() + STYLE}, raw=True)
    if result.status != "correct":
        display({**Panel(result.id).box._repr_mimebundle_(), "text/plain": ""}, raw=True)


@cache
def _looks() -> dict[str, Any]:
    """Return the layouts and styles that all panels share: one of each for a kernel, not for a widget."""
    return {
        "button": {"layout": ipywidgets.Layout(width="auto"), "style": ipywidgets.ButtonStyle()},
        "row": ipywidgets.Layout(flex_flow="row wrap"),
        "whole": ipywidgets.Layout(margin="0"),
    }
