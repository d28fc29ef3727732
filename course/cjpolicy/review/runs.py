"""What comes of an assignment's model answers and recorded answers: each run once, and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

from cjpolicy import catalogue
from cjpolicy.errors import CourseError
from cjpolicy.grading import sandbox
from cjpolicy.grading.execution import Executed, Limits, end_marking, run_notebook
from cjpolicy.grading.recorded import Item, columns, read_recorded, with_answers
from cjpolicy.grading.report import write_whole

__all__ = ["CODES", "RUN_SEED", "Given", "Runs", "code_of", "read_source"]

# By item, what is given to it: "model" (the source's own), "right 1" or "wrong 2" of its recorded answers,
# "sample 1" of a written one's, "blank", or one of CODES.
Given = Mapping[str, str]
CODES = {"loop": "while True:\n    pass", "crash": "import os\n\nos._exit(1)"}
# What the inputs of students' functions are drawn from: always the same, so that what was run for one serves
# all others.
RUN_SEED = 1
AT_A_TIME = 2
PACKAGE = Path(catalogue.__file__).parent
# What answers are run with, and their charts made.
LIBRARIES = ("altair", "nbgrader", "numpy", "pandas", "statsmodels")
# Folders of the package that have no part in marking.
APART = {"journal", "review", "site"}


class Runs:
    """What came of notebooks filled with answers of the course's own.

    They are kept in one file, classroom/review-models/NAME.json, with the descriptions that are made from
    them, until the source, the recorded answers, the datasets or the package change.

    Parameters
    ----------
    root : Path
        The course's clone, whose classroom/ has the file.
    source : Path
        The assignment's source notebook; its recorded answers are beside its folder.

    Attributes
    ----------
    notebook : NotebookNode
        The source.
    recorded : Recorded
        Its recorded answers.
    described : list of dict
        The descriptions that are kept; empty where there are none.

    Raises
    ------
    CourseError
        If the recorded answers cannot be read.
    """

    def __init__(self, root: Path, source: Path) -> None:
        toml = source.parent.with_suffix(".toml")
        self.folder = source.parent
        self.path = root / "classroom" / "review-models" / f"{source.stem}.json"
        self.notebook = read_source(source)
        if not toml.is_file():
            raise CourseError(f"There is no {toml}, which records {source.stem}'s answers. Put it back.")
        self.digest = _digest([source, toml])
        self.recorded = read_recorded(toml)
        self.described: list[dict[str, Any]] = []
        self.runs: list[tuple[Given, Executed]] = []
        try:
            held = json.loads(self.path.read_bytes())
            if held["digest"] == self.digest:
                self.runs = [(each["given"], _restored(each["executed"])) for each in held["runs"]]
                self.described = held["items"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self.runs = []  # they can be made again

    @property
    def model(self) -> Given:
        """The source as it stands."""
        return dict.fromkeys(self._items(), "model")

    @property
    def columns(self) -> dict[str, Given]:
        """The recorded answers in as few notebooks as there can be: "right-1", "wrong-1"..."""
        return {each.name: self._column(each.name, each.answers) for each in columns(self.recorded)}

    def _column(self, name: str, filled: Iterable[str]) -> Given:
        kind, _, number = name.partition("-")
        answers = {id: getattr(self.recorded.items[id], kind) for id in filled}
        # Where an item has fewer, its first right answer stands in.
        own = {id: f"{kind} {number}" if int(number) <= len(answers[id]) else "right 1" for id in answers}
        return dict.fromkeys(self._items(), "blank") | own

    def _items(self) -> list[str]:
        return list(dict.fromkeys(filter(None, map(_item_of, self.notebook.cells))))

    def find(self, part: Given) -> Executed | None:
        """Return what came of a notebook in which some items were given these answers.

        Parameters
        ----------
        part : mapping of str to str
            By item.

        Returns
        -------
        Executed or None
            None where none was run.
        """
        return next((executed for given, executed in self.runs if part.items() <= given.items()), None)

    def run(self, wanted: Iterable[Given]) -> list[Executed]:
        """Say what comes of answers: those that were never run are run now, and kept.

        Parameters
        ----------
        wanted : iterable of mapping of str to str
            A notebook each, by item. The items that are missing in one are left out of it.

        Returns
        -------
        list of Executed
            In the same order.
        """
        wanted = list(wanted)
        new = [given for given in wanted if not self.find(given)]
        if new:
            done = _run_all([self._filled(given) for given in new], self.folder)
            self.runs += zip(new, done, strict=True)
            self.keep()
        return [found for found in map(self.find, wanted) if found]

    def keep(self) -> None:
        """Write the file, without the runs that lost a process: stopped from elsewhere, they say nothing."""
        whole = [each for each in self.runs if _whole(*each)]
        runs = [{"given": given, "executed": asdict(executed)} for given, executed in whole]
        items = self.described if len(whole) == len(self.runs) else []
        self.path.parent.mkdir(parents=True, exist_ok=True)
        held = {"digest": self.digest, "items": items, "runs": runs}
        write_whole(self.path, json.dumps(held).encode())

    def _filled(self, given: Given) -> Any:
        """Fill answers in, with the hidden tests, and leave out the items that are given none."""
        if given == self.model:
            return self.notebook
        codes = {id: code_of(self.recorded.items[id], each) for id, each in given.items() if each != "blank"}
        filled = with_answers(self.notebook, codes)
        for cell, own in zip(filled.cells, self.notebook.cells, strict=True):
            if own.metadata.get("nbgrader", {}).get("locked"):
                cell.source = own.source
            if (item := _item_of(own)) and item not in given:
                cell.cell_type = "raw"
        return filled


def read_source(path: Path) -> Any:
    """Read a notebook of the course's own.

    Parameters
    ----------
    path : Path
        The notebook.

    Returns
    -------
    NotebookNode

    Raises
    ------
    CourseError
        If it is missing or damaged.
    """
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, nbformat.ValidationError, AttributeError, KeyError) as fault:
        said = str(fault).strip().partition("\n")[0][:100]
        raise CourseError(
            f"{path} cannot be read as a notebook ({type(fault).__name__}: {said}). Put it back from Git, or "
            "save it again from JupyterLab."
        ) from fault


def code_of(item: Item, given: str) -> str:
    """Return the code, or the text, that stands in an answer's cell.

    Parameters
    ----------
    item : Item
        As recorded.
    given : str
        Which answer; not "blank", which leaves the cell as it is.
    """
    kind, _, number = given.partition(" ")
    if kind in CODES:
        return CODES[kind]
    place = int(number) - 1
    if kind == "sample":
        return item.samples[place].text
    return item.right[place] if kind == "right" else item.wrong[place].code


def _item_of(cell: Any) -> str:
    """Return the item that a cell answers or tests; "" where it is neither."""
    about = cell.metadata.get("nbgrader", {})
    if about.get("grade"):
        return str(about["grade_id"])
    return str(about["grade_id"]).removesuffix("-answer") if about.get("solution") else ""


def _whole(given: Given, executed: Executed) -> bool:
    """Say whether a run came to its end, or to that which its answers ask for."""
    return not executed.gone or "crash" in given.values()


def _run_all(notebooks: Sequence[Any], folder: Path) -> list[Executed]:
    """Run notebooks, two at a time, and leave no process behind."""
    # It is the course's own code: where there is no sandbox, it may be run without one.
    limits = Limits(apart=not sandbox.explanation())

    def share(first: int) -> list[Executed]:
        try:
            return [run_notebook(each, folder, limits, RUN_SEED) for each in notebooks[first::AT_A_TIME]]
        finally:
            end_marking()

    done: list[Executed] = [Executed(RUN_SEED, "")] * len(notebooks)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for first, executed in enumerate(pool.map(share, range(AT_A_TIME))):
            done[first::AT_A_TIME] = executed
    return done


def _restored(held: Mapping[str, Any]) -> Executed:
    places = {name: {int(place): each for place, each in held[name].items()} for name in PLACED}
    return Executed(**{**held, **places})


# What is kept by a cell's place, which JSON makes a text.
PLACED = ("outputs", "unmarked")


def _digest(files: Iterable[Path]) -> str:
    """Return a digest of all that the file is made from."""
    package = (path for kind in ("*.py", "*.toml") for path in sorted(PACKAGE.rglob(kind)))
    code = (path for path in package if path.relative_to(PACKAGE).parts[0] not in APART)
    # models.py describes what this runs.
    own = (Path(__file__), Path(__file__).with_name("models.py"))
    data = sorted(path for path in catalogue.root().rglob("*") if path.is_file())
    found = hashlib.sha256()
    found.update("".join(f"{name} {version(name)}\n" for name in LIBRARIES).encode())
    for path in [*files, *code, *own, *data]:
        found.update(f"{path.name} {path.stat().st_size}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()
