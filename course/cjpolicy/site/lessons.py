"""The lessons as the site sees them: their titles, questions and minutes, and their notebooks as run."""

import asyncio
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from cjpolicy.errors import CourseError
from cjpolicy.journal.session import VARIABLE

__all__ = ["Lesson", "minutes", "read_lessons", "run"]

TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
QUESTION = re.compile(r"^\*\*(.+)\*\*$", re.MULTILINE)
ABOUT = re.compile(r"\bAbout (\d+) minutes\b")
AT_MOST = re.compile(r"\b(\d+) minutes\b")
LONGEST_CELL = 120


@dataclass(frozen=True, eq=False)
class Lesson:
    """One lesson.

    Attributes
    ----------
    unit : str
        Two digits.
    title, question : str
        From the notebook's first cell.
    minutes : str
        How long it takes, in words; "" where it does not say.
    file : str
        The name of its page.
    notebook : nbformat.NotebookNode
    """

    unit: str
    title: str
    question: str
    minutes: str
    file: str
    notebook: nbformat.NotebookNode


def read_lessons(folder: Path) -> list[Lesson]:
    """Return the lessons of a folder, in order.

    Parameters
    ----------
    folder : Path
        Of notebooks named `NN_slug.ipynb`.

    Raises
    ------
    CourseError
        If there are none, or one does not begin with its title and its question.
    """
    lessons = [_read(path) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))]
    if not lessons:
        raise CourseError(f"There are no lessons in {folder}: it should hold notebooks named NN_slug.ipynb.")
    return lessons


def _read(path: Path) -> Lesson:
    notebook = nbformat.read(path, as_version=4)
    first = notebook.cells[0].source if notebook.cells else ""
    title, question = TITLE.search(first), QUESTION.search(first)
    if not title or not question:
        raise CourseError(
            f"The first cell of {path.name} should hold the lesson's title (# Title) and, on a line of its "
            f"own, its question (**Question?**). It begins: {first[:60]!r}."
        )
    return Lesson(path.stem[:2], title[1], question[1], minutes(first), f"{path.stem}.html", notebook)


def minutes(text: str) -> str:
    """Return how long a lesson takes by its first cell; parts that give their own minutes are added up.

    Examples
    --------
    >>> minutes("About 90 minutes. You will be able to:")
    'about 90 minutes'
    >>> minutes("The tour, 20 minutes. Python from zero, 60 to 75 minutes.")
    'up to 95 minutes'
    """
    if whole := ABOUT.search(text):
        return f"about {whole[1]} minutes"
    parts = [int(most) for most in AT_MOST.findall(text)]
    return f"up to {sum(parts)} minutes" if parts else ""


def run(lessons: Sequence[Lesson]) -> None:
    """Run the lessons' notebooks, as many at once as there are processors, and keep their outputs in them.

    Raises
    ------
    CourseError
        If a cell fails that is not meant to.
    """
    asyncio.run(_run(lessons))


async def _run(lessons: Sequence[Lesson]) -> None:
    places = asyncio.Semaphore(os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as folder:
        await asyncio.gather(*(_run_one(lesson, folder, places) for lesson in lessons))


async def _run_one(lesson: Lesson, folder: str, places: asyncio.Semaphore) -> None:
    client = NotebookClient(
        lesson.notebook,
        timeout=LONGEST_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": folder}},
        # The kernel warns of connections that others on this machine might read: there is nothing in them.
        extra_arguments=["--log-level=ERROR"],
    )
    # What this machine's own reader did has no place on a page for everybody.
    environment = {**os.environ, VARIABLE: str(Path(folder) / "progress")}
    async with places:
        try:
            await client.async_execute(env=environment)
        except CellExecutionError as error:
            raise CourseError(
                f"A cell of {lesson.file.removesuffix('.html')} fails: {error.ename}: {error.evalue}. "
                "Run the lesson in JupyterLab and mend it, or tag the cell raises-exception."
            ) from error
