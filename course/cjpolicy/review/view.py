"""What the review's views share: their frame, controls that say what went wrong, and long work."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets

from cjpolicy import html
from cjpolicy.errors import CourseError
from cjpolicy.explorers.view import LIVE, STYLE, Options, dropdown

from . import cards
from .demo import is_simulated
from .tasks import Tasks
from .words import spoken

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["View", "messages_html", "named", "part", "rows_of", "who"]

ASLEEP = "Run the cell above to see the review. What it shows of students is not kept in the notebook."
SIMULATED = "This class is simulated. Nobody in it is real."
DESK_STYLE = """<style>
.cj-desk { max-width: 66rem; }
.cj-desk button.jupyter-button {
  height: auto; min-height: 2.2em; color: var(--jp-content-font-color1);
  background: var(--jp-layout-color2); border: 1px solid var(--jp-content-font-color2); border-radius: 4px;
}
.cj-desk button.jupyter-button:focus-visible {
  outline: 2px solid var(--jp-brand-color1); outline-offset: 2px;
}
.cj-desk .cj-work {
  align-items: center; gap: 0.5em; flex-flow: row wrap; margin: 0.25em 0; overflow: visible;
}
.cj-desk h3 { font-size: 1.2rem; margin: 1rem 0 0.5rem; line-height: 1.3; }
.cj-desk a { color: var(--jp-content-link-color); text-decoration: underline; }
.cj-desk .widget-html, .cj-desk .widget-html-content { min-width: 0; max-width: 100%; }
.cj-idle { color: var(--jp-content-font-color2); }
.cj-work progress { width: 12em; vertical-align: middle; }
/* JupyterLab's green of numbers is legible on its plain background alone. */
.cj-desk .cj-review .highlight {
  background: var(--jp-layout-color1); border: 1px solid var(--jp-border-color1);
}
.cj-desk pre.cj-diff {
  max-height: 30em; overflow: auto; padding: 0.5em; white-space: pre-wrap;
  background: var(--jp-layout-color2);
}
</style>"""
LABELLED = {"description_width": "8em"}
WIDE = {"width": "auto", "max_width": "44em"}


def part(heading: str, *shown: str) -> str:
    """Return a part of what a view shows, as HTML; nothing where there is nothing to show.

    Examples
    --------
    >>> part("Marks", "<p>None.</p>"), part("Marks", "")
    ('<section class="cj-review cj-part"><h3>Marks</h3><p>None.</p></section>', '')
    """
    body = "".join(shown)
    return (
        f'<section class="cj-review cj-part"><h3>{html.escape(heading)}</h3>{body}</section>' if body else ""
    )


class View:
    """A view: a title, controls, the sentence that is read out, and what they show.

    Parameters
    ----------
    root : Path
        The class's folder.
    title, how : str
        Its name, and a sentence on how to use it.

    Attributes
    ----------
    box : ipywidgets.VBox
        All of it but the title.
    said : ipywidgets.HTML
        The sentence.
    tasks : Tasks
        What takes long.
    """

    def __init__(self, root: Path, title: str, how: str) -> None:
        self.root, self.title, self.how = root, title, how
        self.said = ipywidgets.HTML().add_class("cj-said")
        self.tasks = Tasks(self.say, self.fail)
        self.box = ipywidgets.VBox().add_class("cj-awake").add_class("cj-desk")
        self._busy = False

    def __repr__(self) -> str:
        return f"{self.title}. {self.how}"

    def _ipython_display_(self) -> None:
        from IPython.display import display

        about = html.paragraph(SIMULATED) if is_simulated(self.root) else ""
        card = html.card(self.title, html.paragraph(self.how))
        head = STYLE + cards.style() + DESK_STYLE + about + card + LIVE
        asleep = f'<div class="cj-asleep">{html.paragraph(ASLEEP)}</div>'
        display({"text/html": head, "text/plain": self.title}, raw=True)
        display({"text/html": asleep, "text/plain": ""}, raw=True)
        display({**self.box._repr_mimebundle_(), "text/plain": self.how}, raw=True)

    def say(self, sentence: str) -> None:
        """Show a sentence, which a screen reader reads out."""
        self.said.value = html.paragraph(sentence)

    def fail(self, fault: Exception) -> None:
        """Say what went wrong, in place of an error that nobody would see."""
        reason = str(fault) if isinstance(fault, CourseError) else f"{type(fault).__name__}: {fault}"
        self.say(f"That could not be done. {reason}")

    def told(self, action: Callable[[], object]) -> Callable[[object], None]:
        """Return what a control calls: the action, with its errors said; nothing while controls are set."""

        def act(_: object) -> None:
            with self.tasks.lock:
                if self._busy:
                    return
                try:
                    action()
                except Exception as fault:
                    self.fail(fault)

        return act

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Set controls without their doing anything."""
        before, self._busy = self._busy, True
        try:
            yield
        finally:
            self._busy = before

    def button(self, label: str, action: Callable[[], object]) -> ipywidgets.Button:
        """Return a button."""
        # In a column it would be as wide as the page.
        layout = ipywidgets.Layout(width="auto", align_self="flex-start")
        made = ipywidgets.Button(description=label, layout=layout)
        made.on_click(self.told(action))
        return made

    def row(self, *controls: ipywidgets.Widget) -> ipywidgets.HBox:
        """Return buttons in a row, with what stops long work and says how far it is."""
        return ipywidgets.HBox([*controls, self.tasks.button, self.tasks.bar]).add_class("cj-work")

    def choice(self, label: str, options: Options, action: Callable[[], object]) -> ipywidgets.Dropdown:
        """Return a list to choose from, its first option chosen."""
        made = dropdown(label, options, options[0][1] if options else None)
        made.observe(self.told(action), "value")
        return made

    def long_choice(self, label: str, action: Callable[[], object]) -> ipywidgets.Select:
        """Return a list of which several lines are in sight, empty at first."""
        made = ipywidgets.Select(
            description=label, options=[], rows=8, style=LABELLED, layout=ipywidgets.Layout(**WIDE)
        )
        made.observe(self.told(action), "value")
        return made

    def tick(self, label: str, action: Callable[[], object]) -> ipywidgets.Checkbox:
        """Return a box to tick, which is not."""
        made = ipywidgets.Checkbox(description=label, indent=False, layout=ipywidgets.Layout(width="auto"))
        made.observe(self.told(action), "value")
        return made

    def names_tick(self, action: Callable[[], object]) -> ipywidgets.Checkbox:
        """Return the box that has names shown in place of codes."""
        return self.tick("Show students’ names", action)

    def offer(self, control: Any, options: Options) -> None:
        """Give a list other options; what was chosen stays so where it is still there."""
        values = [value for _, value in options]
        with self.quietly():
            chosen = control.value
            if list(control.options) != list(options):
                control.options = list(options)
            control.value = chosen if chosen in values else values[0] if values else None


def named(names: Sequence[str]) -> Options:
    """Return assignments as the options of a list."""
    return [(spoken(name), name) for name in names]


def rows_of(frame: "pd.DataFrame") -> list[Mapping[Any, Any]]:
    """Return a table's rows, by the names of its columns."""
    return list(frame.to_dict("records"))


def who(row: Mapping[Any, Any]) -> str:
    """Return what to call a student in a list: the name, where a measure gives names, or else the id or code.

    Examples
    --------
    >>> who({"code": "Student 7"}), who({"code": "Student 7", "id": "ada", "name": "Ada Byron"})
    ('Student 7', 'Ada Byron')
    """
    return str(row.get("name") or row.get("id") or row["code"])


def messages_html(messages: Sequence[str]) -> str:
    """Return what the instructor must know of a class's results, as HTML."""
    return (
        html.notice("cannot-check", "To know", listed=messages).removeprefix(html.STYLE) if messages else ""
    )
