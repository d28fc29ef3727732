"""What a solution review says of an item: its question, the model answer run live, and what others get."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cjpolicy import catalogue
from cjpolicy.checks import OUTCOME_MIME
from cjpolicy.errors import UnknownName
from cjpolicy.grading.execution import Executed
from cjpolicy.grading.feedback import model_answer
from cjpolicy.grading.harmless import Harmless
from cjpolicy.grading.marking import keep
from cjpolicy.grading.recorded import Item, Recorded, Sample
from cjpolicy.grading.returned import places, read_page
from cjpolicy.grading.workshop import sources

from .runs import Runs

__all__ = ["Excerpt", "Figure", "ItemModel", "Mistake", "Ran", "read_models"]

SHOWN = re.compile(r"""\bexcerpt\(\s*["']([\w-]+)["']""")


@dataclass(frozen=True)
class Excerpt:
    """A passage that an item shows.

    Parameters
    ----------
    id : str
        As `cjpolicy.excerpt` takes it.
    text : str
        The words of the document.
    document : str
        The document's title.
    place : str
        Where in it: heading and line.
    """

    id: str
    text: str
    document: str
    place: str


@dataclass(frozen=True)
class Figure:
    """A number that an item rests on.

    Parameters
    ----------
    id : str
        As `cjpolicy.figure` takes it.
    value : float
        In the unit.
    unit : str
        In words; empty for a count.
    amount : str
        Value and unit as a reader writes them: "about 31 per cent".
    sentence : str
        The document's own words that state it.
    document : str
        The document's title.
    place : str
        Where in it: heading and line.
    """

    id: str
    value: float
    unit: str
    amount: str
    sentence: str
    document: str
    place: str


@dataclass(frozen=True)
class Ran:
    """An answer of the course's own, marked as a student's would be.

    Parameters
    ----------
    code : str
        What stands in place of the solution.
    value : str
        The answer that the test saw, in words; empty where it saw none.
    points : float or None
        What it earns now; None where it could not be marked.
    recorded : float
        What it is recorded to earn.
    status : str
        "correct", "not yet", "not attempted", "cannot check", or "unmarked".
    slips : tuple of str
        Ids of the misconceptions recognised.
    message : str
        What a student reads, over one or more lines, without status and points.
    """

    code: str
    value: str
    points: float | None
    recorded: float
    status: str
    slips: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Mistake(Ran):
    """A recorded wrong answer.

    Parameters
    ----------
    slip : str
        Id of the misconception that it is recorded to show.
    """

    slip: str


@dataclass(frozen=True)
class ItemModel:
    """What the solution review says of one item.

    Parameters
    ----------
    id : str
        Its grade id.
    number : int
        Its place among the items, from 1.
    title : str
        The heading of its question, as text.
    prompt : str
        The question as harmless HTML: text, quotations and tables, charts drawn.
    points : float
        What it is worth.
    answer : str
        The model answer: code, or the text of a written one as Markdown.
    value : str
        The model answer's value in words; empty for a written one.
    outputs : str
        What the answer's cell shows when it is run, as harmless HTML, charts drawn; a written answer, drawn.
    earned : float or None
        What the model answer earns; None for a written one, and where it could not be marked.
    slips : tuple of str
        Misconceptions recognised in the model answer: there should be none.
    message : str
        What a student who gave the model answer would read.
    excerpts : tuple of Excerpt
        The passages that its cells show.
    figures : tuple of Figure
        The numbers that it rests on.
    alternatives : tuple of Ran
        Recorded right answers.
    misconceptions : tuple of Mistake
        Recorded wrong answers.
    rubric : tuple of str
        What each level asks for, from level 0 up.
    samples : tuple of Sample
        Written answers with their levels.
    written : bool
        Whether it is marked by hand.
    ideas : tuple of str
        What it teaches.
    """

    id: str
    number: int
    title: str
    prompt: str
    points: float
    answer: str
    value: str
    outputs: str
    earned: float | None
    slips: tuple[str, ...]
    message: str
    excerpts: tuple[Excerpt, ...]
    figures: tuple[Figure, ...]
    alternatives: tuple[Ran, ...]
    misconceptions: tuple[Mistake, ...]
    rubric: tuple[str, ...]
    samples: tuple[Sample, ...]
    written: bool
    ideas: tuple[str, ...]


def read_models(root: Path, name: str) -> list[ItemModel]:
    """Read all that the course says of an assignment's items.

    The source notebook is run, and so is each column of recorded answers, in the sandbox where there is one.
    What comes of them is kept in classroom/review-models until the source, the recorded answers, the
    datasets or the package change.

    Parameters
    ----------
    root : Path
        The course's clone.
    name : str
        The assignment.

    Returns
    -------
    list of ItemModel
        In the notebook's order.

    Raises
    ------
    UnknownName
        If solutions/ has no such assignment.
    CourseError
        If its recorded answers cannot be read.
    """
    source = source_of(root, name)
    runs = Runs(root, source)
    try:
        if runs.described:
            return [_restored(entry) for entry in runs.described]
    except (KeyError, TypeError, AttributeError):
        pass  # they can be made again
    columns = runs.columns
    executed, *others = runs.run([runs.model, *columns.values()])
    ran = {name: _outcomes(runs.notebook, each) for name, each in zip(columns, others, strict=True)}
    models = list(_described(runs.notebook, executed, runs.recorded, ran))
    runs.described = [asdict(model) for model in models]
    runs.keep()
    return models


def source_of(root: Path, name: str) -> Path:
    """Return an assignment's source notebook.

    Parameters
    ----------
    root : Path
        The course's clone.
    name : str
        The assignment.

    Returns
    -------
    Path

    Raises
    ------
    UnknownName
        If solutions/ has no such assignment.
    """
    there = sources(root)
    if name not in there:
        raise UnknownName(
            f"{root / 'solutions'} has no {name}. It has: {', '.join(there) or 'no assignments'}."
        )
    return there[name]


# --- What is kept from one time to the next


def _restored(entry: Mapping[str, Any]) -> ItemModel:
    kinds = {"excerpts": Excerpt, "figures": Figure, "samples": Sample, "alternatives": Ran}
    made = {name: tuple(kind(**_tuples(each)) for each in entry[name]) for name, kind in kinds.items()}
    mistakes = tuple(Mistake(**_tuples(each)) for each in entry["misconceptions"])
    return ItemModel(**{**_tuples(entry), **made, "misconceptions": mistakes})


def _tuples(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(part) if isinstance(part, list) else part for name, part in entry.items()}


# --- What came of the tests


def _is_test(cell: Any) -> bool:
    """Say whether a cell is an item's test, which a machine marks."""
    return bool(_about(cell).get("grade") and _about(cell).get("locked"))


def _about(cell: Any) -> Mapping[str, Any]:
    return cell.metadata.get("nbgrader", {})


def _outcomes(notebook: Any, executed: Executed) -> dict[str, dict[str, Any]]:
    """Return what came of each item that a machine marks."""
    return {
        cell.metadata.nbgrader.grade_id: _outcome(executed, place, cell.metadata.nbgrader.grade_id)
        for place, cell in enumerate(notebook.cells)
        if _is_test(cell)
    }


def _outcome(executed: Executed, place: int, id: str) -> dict[str, Any]:
    """Return value, points, status, slips and message of one item, as `Ran` takes them."""
    found = {"value": "", "points": None, "status": "unmarked", "slips": (), "message": ""}
    for output in executed.outputs.get(place, ()):
        data = output.get("data", {})
        record = data.get(OUTCOME_MIME)
        if record and record["id"] == id:
            # The first line is the status and the last the points.
            message = "\n".join(data["text/plain"].split("\n")[1:-1])
            return {
                "value": record.get("answer", ""),
                "points": record["earned"],
                "status": record["status"],
                "slips": tuple(record["slips"]),
                "message": message,
            }
        if output["output_type"] == "execute_result":  # a plain test that says nothing has passed
            return {**found, "points": float(data["text/plain"]), "status": "correct"}
    return {**found, "message": executed.unmarked.get(place, "The test was not reached.")}


# --- Describing


def _described(
    notebook: Any, executed: Executed, recorded: Recorded, ran: Mapping[str, Mapping[str, dict[str, Any]]]
) -> Iterator[ItemModel]:
    """Yield the items, as the source notebook has them once it was run."""
    own = _outcomes(notebook, executed)
    keep(notebook, executed)
    notebook, _ = Harmless().preprocess(notebook, {})
    page = read_page(notebook, {}, {})
    for shown, (_, begin, end) in zip(page.items, places(notebook.cells), strict=True):
        cells = notebook.cells[begin : end + 1]
        about = notebook.cells[end].metadata.nbgrader
        item = recorded.items.get(about.grade_id) or Item(about.grade_id, about.points, (), ())
        written = not _is_test(notebook.cells[end])
        outcome = own.get(item.id, {})
        drawn = [each.source for each in shown.answers] if written else []
        drawn += [output for each in shown.answers for output in each.outputs]
        yield ItemModel(
            id=item.id,
            number=shown.number,
            title=shown.title,
            prompt="\n".join(shown.question),
            points=about.points,
            answer="\n\n".join(model_answer(cell.source) for cell in cells if _about(cell).get("solution")),
            value=outcome.get("value", ""),
            outputs="\n".join(drawn),
            earned=outcome.get("points"),
            slips=outcome.get("slips", ()),
            message=outcome.get("message", ""),
            excerpts=tuple(_excerpts(cells)),
            figures=tuple(map(_figure, item.figures)),
            alternatives=tuple(_alternatives(item, ran)),
            misconceptions=tuple(_mistakes(item, ran)),
            rubric=item.rubric,
            samples=item.samples,
            written=written,
            ideas=item.ideas,
        )


def _alternatives(item: Item, ran: Mapping[str, Mapping[str, dict[str, Any]]]) -> Iterator[Ran]:
    for k, code in enumerate(item.right, 1):
        yield Ran(code=code.strip("\n"), recorded=item.points, **ran[f"right-{k}"][item.id])


def _mistakes(item: Item, ran: Mapping[str, Mapping[str, dict[str, Any]]]) -> Iterator[Mistake]:
    for k, wrong in enumerate(item.wrong, 1):
        outcome = ran[f"wrong-{k}"][item.id]
        yield Mistake(code=wrong.code.strip("\n"), recorded=wrong.points, slip=wrong.slip, **outcome)


def _excerpts(cells: Sequence[Any]) -> Iterator[Excerpt]:
    """Yield the passages that an item's cells ask for, each once."""
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    for id in dict.fromkeys(SHOWN.findall(code)):
        row = catalogue.excerpt(id)
        yield Excerpt(id, row.text, row.document, _place(row))


def _figure(id: str) -> Figure:
    row = catalogue.figure(id)
    unit = catalogue.UNIT_WORDS.get(row.unit, row.unit)
    return Figure(id, row.value, unit, row._amount(), row.quote or row.stated_as, row.document, _place(row))


def _place(row: catalogue.Excerpt | catalogue.Figure) -> str:
    """Say where in its document something stands."""
    return "; ".join(part for part in (row.heading, f"line {row.line}") if part)
