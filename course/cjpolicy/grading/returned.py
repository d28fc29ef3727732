"""A student's page of feedback, read from the marked notebook: its items in order, and the rest."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from bs4 import BeautifulSoup
from markupsafe import Markup
from nbconvert.filters import strip_ansi
from nbformat import from_dict
from nbgrader import utils
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from cjpolicy import html
from cjpolicy.checks import OUTCOME_MIME, SIGNS

from .harmless import harmless_markdown, is_chart
from .pictures import draw_charts

__all__ = ["Cell", "Item", "Page", "number", "places", "points", "read_page"]

TITLE = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*$", re.MULTILINE)
WORTH = re.compile(r"\s*\(\d+ points?\b[^)]*\)$")
HEADING = re.compile(r"<(/?)h[1-6]\b")
LONG, LONGEST_CODE = 40, 50_000
PICTURES = ("image/png", "image/jpeg")

WAITS = "waits for your teacher"
# How an item's status reads, by the kind that gives it its colour.
WORDS = {
    "correct": "correct",
    "not-yet": "not yet",
    "not-attempted": "not attempted",
    "cannot-check": "could not be checked",
    "stopped": "stopped",
    "waits": WAITS,
    "marked": "marked by your teacher",
}
NOTICES = {"stopped": "cannot-check", "waits": "note", "marked": "note"}
SIGN = {"correct": "✓", "not-yet": "→", "not-attempted": "…", "cannot-check": "?", "stopped": "?"}


@dataclass(frozen=True)
class Cell:
    """One cell on the page: what stands in it and what came of it, both HTML."""

    source: str
    outputs: Sequence[Markup] = ()
    model: str = ""


@dataclass(frozen=True)
class Item:
    """One marked item on the page."""

    number: int
    title: str
    question: Sequence[Markup]
    answers: Sequence[Cell]
    kind: str
    score: float
    worth: float
    comments: Sequence[Markup]
    words: str
    notice: str = ""


@dataclass(frozen=True)
class Page:
    """All that the template of the feedback page puts on it."""

    title: str
    student: str
    score: float
    worth: float
    late: float
    repairs: Sequence[str]
    limits: Sequence[str]
    items: Sequence[Item]
    rest: Sequence[Cell]

    @property
    def waiting(self) -> list[Item]:
        """The items that nobody has marked yet."""
        return [item for item in self.items if item.kind == "waits"]


def read_page(
    notebook: Any, marks: Mapping[str, Any], models: Mapping[str, str], words: Mapping[str, str] = WORDS
) -> Page:
    """Read a student's page from the marked notebook.

    Parameters
    ----------
    notebook : NotebookNode
        Made harmless, with marks and comments in its cells' metadata. The charts in it are drawn.
    marks : mapping
        Names and totals: "assignment", "student", "score", "max_score", "late_penalty".
    models : mapping of str to str
        Model answers to show, by the grade ids of the answers' cells.
    words : mapping of str to str, optional
        How an item's status reads, by its kind; by default, to the student.

    Returns
    -------
    Page
    """
    cells = notebook.cells
    _draw(cells)
    reader = _Reader(models, words)
    items: list[Item] = []
    rest: list[Any] = []
    end = -1
    for start, begin, end in places(cells):
        own = [each for each in cells[begin:end] if not (_is_given(each) or utils.is_solution(each))]
        rest += [*cells[start:begin], *own]
        items.append(reader.item(len(items) + 1, cells[begin:end], cells[end]))
    rest += cells[end + 1 :]
    notes = notebook.metadata.get("cjpolicy", {})
    return Page(
        title=_title(cells) or str(marks.get("assignment", "")),
        student=str(marks.get("student", "")),
        score=float(marks.get("score", 0)),
        worth=float(marks.get("max_score", 0)),
        late=float(marks.get("late_penalty", 0)),
        repairs=notes.get("repairs", []),
        limits=notes.get("run", {}).get("limits", []),
        items=items,
        rest=[reader.cell(each) for each in rest if each.source.strip()],
    )


def places(cells: Sequence[Any]) -> Iterator[tuple[int, int, int]]:
    """Find an assignment's items among its cells.

    Parameters
    ----------
    cells : sequence of NotebookNode
        All of a notebook's.

    Yields
    ------
    tuple of int
        Of each item: the place after the item before, where its question begins, and its marked cell.
    """
    start = 0
    for place, cell in enumerate(cells):
        if utils.is_grade(cell) or utils.is_task(cell):
            before = cells[start:place]
            yield start, start + _question_begins(before, cell.metadata.nbgrader.grade_id), place
            start = place + 1


@dataclass(frozen=True)
class _Reader:
    """Reads items and cells, each with its model answer where there is one to show."""

    models: Mapping[str, str]
    words: Mapping[str, str]

    def item(self, number: int, before: list[Any], cell: Any) -> Item:
        """Read one item: what stands before the cell that is marked, and that cell."""
        about = cell.metadata.nbgrader
        given = [each for each in before if _is_given(each)]
        written = utils.is_solution(cell) or utils.is_task(cell)
        answers = [each for each in before if utils.is_solution(each)] + ([cell] if written else [])
        title, given = _headed(given)
        score, worth = float(about.get("score") or 0), float(about.get("points") or 0)
        kind, lines = _status(cell, score, worth)
        said = [each.metadata.nbgrader.get("comment") for each in answers]
        item = Item(
            number=number,
            title=title or f"Item {about.grade_id}",
            question=[part for each in given for part in self.given(each)],
            answers=[self.cell(each) for each in answers],
            kind=kind,
            score=score,
            worth=worth,
            comments=[_settled(harmless_markdown(each)) for each in said if each],
            words="partly right" if kind == "not-yet" and score else self.words[kind],
        )
        return replace(item, notice=_notice(item, lines))

    def given(self, cell: Any) -> Iterator[Markup]:
        """Yield what a student was given: text, and what comes of code, but not the code."""
        if cell.cell_type == "code":
            yield from (self.output(output) for output in cell.outputs)
        elif cell.source.strip():
            yield _settled(_same_markdown(cell.source))

    def cell(self, cell: Any) -> Cell:
        """Return a cell as its author wrote it, with what came of it."""
        model = self.models.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""), "")
        if cell.cell_type == "code":
            outputs = [self.output(output) for output in cell.outputs]
            return Cell(_code(cell.source), outputs, _code(model) if model else "")
        if cell.cell_type == "raw":
            return Cell(_text(cell.source))
        drawn = harmless_markdown(cell.source, cell.get("attachments"))
        return Cell(_settled(drawn), (), _settled(harmless_markdown(model)) if model else "")

    def output(self, output: Any) -> Markup:
        """Return one output, already harmless, as HTML."""
        if output.output_type == "stream":
            return _text(output.text)
        if output.output_type == "error":
            return _error(output)
        words = str(output.data.get("text/plain", ""))
        for kind in PICTURES:
            if kind in output.data:
                return _picture(kind, output.data[kind], words)
        if "text/html" in output.data:
            return _settled(output.data["text/html"])
        return _text(words)


def _is_given(cell: Any) -> bool:
    """Say whether a cell came with the assignment and is neither an answer nor a test."""
    return bool(cell.metadata.get("nbgrader", {}).get("locked")) and not utils.is_grade(cell)


def _question_begins(before: Sequence[Any], id: str) -> int:
    """Return where an item's question begins in the cells before it: ID-ask, or else the last heading."""
    headed: list[int] = []
    answers: list[int] = []
    for place, cell in enumerate(before):
        if cell.metadata.get("nbgrader", {}).get("grade_id") == f"{id}-ask":
            return place
        if _is_given(cell) and cell.cell_type == "markdown" and TITLE.match(cell.source.lstrip()):
            headed.append(place)
        if utils.is_solution(cell):
            answers.append(place)
    return (headed[-1:] or answers[:1] or [len(before)])[0]


def _headed(given: list[Any]) -> tuple[str, list[Any]]:
    """Take the question's heading off its first cell, for it heads the item."""
    if given and (found := TITLE.match(first := given[0].source.lstrip())):
        without = from_dict({**given[0], "source": first[found.end() :]})
        return WORTH.sub("", _plain(found[1])), [without, *given[1:]]
    return "", given


def _title(cells: list[Any]) -> str:
    found = (TITLE.search(cell.source) for cell in cells if cell.cell_type == "markdown" and _is_given(cell))
    return next((_plain(each[1]) for each in found if each), "")


def _plain(source: str) -> str:
    """Return a line of Markdown as text; "1." at its beginning makes no list of it."""
    line = re.sub(r"^(\d+)\.", r"\1\\.", source)
    return BeautifulSoup(harmless_markdown(line), "html.parser").get_text().strip()


def _status(cell: Any, score: float, worth: float) -> tuple[str, list[str]]:
    """Return an item's kind of outcome, and what is said of it."""
    about = cell.metadata.nbgrader
    if about.get("waits", False):
        return "waits", ["A person marks this, and has not done so yet."]
    if utils.is_solution(cell) or utils.is_task(cell):
        kind, lines = "not-attempted", ["The place for your answer was left as it was."]
    else:
        kind, lines = _outcome(cell, score, worth)
    if about.get("by_hand", False):
        # What the machine found still helps; its verdict gives way to the person's.
        return "marked", [] if kind == "not-attempted" else lines
    return kind, lines


def _outcome(cell: Any, score: float, worth: float) -> tuple[str, list[str]]:
    """Return what came of a machine's test, from the record it left, its error, or else its points."""
    for output in cell.outputs:
        record = output.get("data", {}).get(OUTCOME_MIME, {})
        if record.get("id") == cell.metadata.nbgrader.grade_id and record.get("status") in SIGNS:
            # The first line is the status and the last the points: the page says both itself.
            return record["status"].replace(" ", "-"), output.data.get("text/plain", "").split("\n")[1:-1]
    for output in cell.outputs:
        if output.output_type == "error":
            why = "The cell with your answer did not run to its end, or lacks this name."
            return "stopped", [f"{output.ename}: {output.evalue}", why if output.ename == "NameError" else ""]
    return ("correct" if score >= worth else "not-yet"), []


def _notice(item: Item, lines: list[str]) -> Markup:
    worth = points(item.worth)
    said = f"worth {worth}" if item.kind == "waits" else f"{number(item.score)} of {worth}"
    title = f"{SIGN.get(item.kind, '')} {item.words.capitalize()}: {said}".strip()
    listed = [line for line in lines if line[:1] in SIGNS.values()]
    others = [line for line in lines if line[:1] not in SIGNS.values()]
    card = html.notice(NOTICES.get(item.kind, item.kind), title, *others, listed=listed)
    # It is there from the start, so it is no announcement.
    return Markup(card.removeprefix(html.STYLE).replace(' role="status"', "", 1))


def number(value: float) -> str:
    """Write a number with two decimal places at most.

    Examples
    --------
    >>> number(2.0), number(1 / 3)
    ('2', '0.33')
    """
    return f"{round(value, 2):g}"


def points(value: float) -> str:
    """Write points with their unit.

    Examples
    --------
    >>> points(1.0), points(2.5)
    ('1 point', '2.5 points')
    """
    return f"{number(value)} {'point' if value == 1 else 'points'}"


@lru_cache(maxsize=256)
def _same_markdown(source: str) -> str:
    """Draw a text that every student was given, once."""
    return harmless_markdown(source)


def _settled(markup: str) -> Markup:
    """Fit harmless HTML into the page: headings below the page's own, tables in boxes that scroll."""
    soup = BeautifulSoup(HEADING.sub(r"<\1h4", markup), "html.parser")
    for table in soup.find_all("table"):
        if not table.find_parent(class_="cj-scroll"):
            about = {"class": "cj-scroll", "role": "group", "tabindex": "0", "aria-label": "Table"}
            table.wrap(soup.new_tag("div", attrs=about))
    for corner in soup.find_all("th"):
        if not corner.get_text(strip=True):
            corner.name = "td"
    return Markup(str(soup))


def _code(source: str) -> Markup:
    if len(source) > LONGEST_CODE:
        return _text(source)
    return Markup(highlight(source, PythonLexer(), HtmlFormatter()))


def _text(said: str) -> Markup:
    """Return plain text as it stands; folded where it is long."""
    lines = strip_ansi(said).rstrip("\n")
    shown = Markup('<pre class="text">{}</pre>').format(lines)
    if (count := lines.count("\n") + 1) <= LONG:
        return shown
    return Markup("<details><summary>{} lines of output</summary>{}</details>").format(count, shown)


def _error(output: Any) -> Markup:
    trace = strip_ansi("\n".join(output.traceback)).strip("\n")
    said = Markup('<pre class="error">{}: {}</pre>').format(output.ename, output.evalue)
    if not trace or trace == f"{output.ename}: {output.evalue}":
        return said
    where = '<details><summary>Where it stopped</summary><pre class="text">{}</pre></details>'
    return said + Markup(where).format(trace)


def _picture(kind: str, content: str, words: str) -> Markup:
    said = words.removeprefix("Chart: ")
    # What Python calls a figure or a chart, as in <Figure size 640x480>, tells nobody anything.
    alt = "A picture that the code made" if not said or said[0] == "<" or said.startswith("alt.") else said
    drawn = Markup('<img class="picture" src="data:{};base64,{}" alt="{}">')
    return drawn.format(kind, "".join(content.split()), alt)


def _draw(cells: list[Any]) -> None:
    """Put a picture beside each Vega-Lite chart among the cells' outputs that can be drawn."""
    shown = [
        (output, spec)
        for cell in cells
        if cell.cell_type == "code" and not utils.is_grade(cell)
        for output in cell.outputs
        for mime, spec in output.get("data", {}).items()
        if is_chart(mime) and "vegalite" in mime
    ]
    for (output, _), picture in zip(shown, draw_charts([spec for _, spec in shown]), strict=True):
        if picture:
            output.data["image/png"] = picture
