"""What the course holds, as far as the reader's own notebooks show it: units, checks, assignments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path
from urllib.parse import quote

LESSON = re.compile(r"(\d\d)_\w+\.ipynb")
ASSIGNMENT = re.compile(r"(a\d\d)_\w+\.ipynb")
CHECK = re.compile(r'\bcheck\(\s*["\']([^"\']+)["\']')
ITEM = re.compile(r'\bitem\(\s*["\']([^"\']+)["\']')
# How far above a notebook its course begins: my-work/assignments/a01_name is two folders down.
LEVELS = 3


@dataclass(frozen=True)
class Page:
    """A lesson or an assignment on the reader's disk.

    Attributes
    ----------
    title : str
        Its first heading.
    cells : dict of str to str
        The cell that asks each check or item, by its id, in the order of the notebook.
    link : str
        The notebook's address from the working directory, as a link in a notebook needs it.
    """

    title: str
    cells: dict[str, str]
    link: str

    def link_to(self, question_id: str) -> str:
        """Return a link to the cell that asks a question, or else to the notebook."""
        cell = self.cells.get(question_id)
        return f"{self.link}#cell-id={quote(cell)}" if cell else self.link


def lessons(here: Path) -> dict[str, Page]:
    """Return the lessons of the course around a folder, by unit.

    Parameters
    ----------
    here : Path
        Where a notebook runs: its own folder.

    Returns
    -------
    dict of str to Page
        Empty where there are none.
    """
    folders = [here, *(above / name for above in _upwards(here) for name in ("lessons", "course/lessons"))]
    return _first_with_pages(LESSON, CHECK, here, ([folder] for folder in folders))


def assignments(here: Path) -> dict[str, Page]:
    """Return the assignments of the course around a folder, by the beginning of their names."""
    folders = (sorted((above / "assignments").glob("[!.]*/")) for above in _upwards(here))
    return _first_with_pages(ASSIGNMENT, ITEM, here, folders)


def _upwards(here: Path) -> list[Path]:
    return [here, *here.parents][: LEVELS + 1]


def _first_with_pages(
    named: re.Pattern[str], asks: re.Pattern[str], here: Path, choices: Iterable[list[Path]]
) -> dict[str, Page]:
    """Return the pages of the first choice of folders that has any."""
    for folders in choices:
        pages = {}
        for path in (path for folder in folders for path in sorted(folder.glob("*.ipynb"))):
            found = named.fullmatch(path.name)
            page = _read(path, asks, here) if found else None
            if found and page:
                pages[found[1]] = page
        if pages:
            return pages
    return {}


def _read(path: Path, asks: re.Pattern[str], here: Path) -> Page | None:
    """Return a notebook's page, or None where it is not a notebook."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts = [(cell.get("id", ""), cell["cell_type"], "".join(cell["source"])) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    said = "\n".join(text for _, kind, text in texts if kind == "markdown")
    heading = re.search(r"^# (.+)$", said, re.MULTILINE)
    asked = {id: cell for cell, kind, text in texts if kind == "code" for id in asks.findall(text)}
    link = quote(Path(relpath(path, here)).as_posix())
    return Page(heading[1].strip() if heading else path.stem, asked, link)
