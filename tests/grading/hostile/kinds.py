"""What a kind of submission is, how one is made, and what must come of it."""

import copy
import json
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell

from .assignment import NAME, RIGHT, WORTH

NOTEBOOK = f"{NAME}.ipynb"


@dataclass(frozen=True)
class Scene:
    """Where the class takes place: what a hostile student could know at the very most.

    Parameters
    ----------
    release
        The release notebook, as students get it.
    places
        Paths, ports and process ids by name, as JSON can say them.
    """

    release: nbformat.NotebookNode
    places: Mapping[str, Any]


Special = Callable[[Path, Scene], None]
Files = dict[str, bytes | Special]
Maker = Callable[[Scene], Files]


@dataclass(frozen=True)
class Allowed:
    """Points that may come of an item where the design leaves it open; None waits for a person.

    Parameters
    ----------
    silently
        What it may be in any case.
    said
        What it may be besides, if a sentence of the report says that something is wrong.
    """

    silently: tuple[float | None, ...] = ()
    said: tuple[float | None, ...] = ()


Points = float | None | Allowed

# What can no longer be marked earns nothing or waits for a person; either way the report says so.
LOST = Allowed(said=(0.0, None))


def kept_or_lost(points: float) -> Allowed:
    """Allow an item to keep its points, or to be lost with a sentence that says so."""
    return Allowed((points,), (0.0, None))


def never_more(points: float) -> Allowed:
    """Allow an item to keep its points, or to earn nothing as its answer was not there when asked for."""
    return Allowed((points, 0.0), (None,))


FULL: Mapping[str, Points] = {**WORTH, "brief": None}
WAITS: Mapping[str, Points] = dict.fromkeys(WORTH)
# Either everything could be read, or a person looks at all of it.
ALL_OR_NONE: Mapping[str, Points] = {
    **{name: Allowed((worth,), (None,)) for name, worth in WORTH.items()},
    "brief": None,
}
GRADED = frozenset(["graded"])
REPAIRED = frozenset(["repaired"])
FLAGGED = frozenset(["flagged"])
ANY_STATUS = GRADED | REPAIRED | FLAGGED


def points(base: Mapping[str, Points] = FULL, **changed: Points) -> Mapping[str, Points]:
    """Return the points of a submission: the base's, but for the items named."""
    assert set(changed) <= set(WORTH), changed
    return {**base, **changed}


@dataclass(frozen=True)
class Kind:
    """One kind of submission.

    Parameters
    ----------
    name
        Short, in words with hyphens; the student's id is made from it.
    tries
        What it tries, in one sentence.
    make
        Makes its files from the scene: the path below the submission's folder to the content, or to a
        function that makes something else there, such as a link.
    points
        By short item name: what it must earn.
    statuses
        Of the report, those allowed.
    says
        A pattern that the report's repairs, flags and limits must hold, taken together.
    shows
        A pattern that the outputs in the marked notebook must hold: proof that the attack was made.
    never
        Patterns that neither the report nor the outputs may hold.
    id
        The student's id without the number in front; the name when left out.
    bare
        Whether the id is taken as it is, without a number in front.
    set_aside
        Whether it belongs to no student's id, and is named with a reason outside the marked submissions.
    as_stock
        Whether nbgrader as it comes gives the same points, which a test of its own looks at.
    quiet
        Whether the report must say nothing at all about it: honest work is no trouble.
    """

    name: str
    tries: str
    make: Maker
    points: Mapping[str, Points] = field(default_factory=lambda: FULL)
    statuses: frozenset[str] = GRADED
    says: str = ""
    shows: str = ""
    never: Sequence[str] = ()
    id: str = ""
    bare: bool = False
    set_aside: bool = False
    as_stock: bool = False
    quiet: bool = False


def written(notebook: Any) -> bytes:
    """Write a notebook as JSON without looking at it twice: it may not be a valid one."""
    return json.dumps(notebook, indent=1).encode()


def answered(scene: Scene, answers: Mapping[str, str]) -> nbformat.NotebookNode:
    """Return a copy of the release with answers put in: the whole source of the cell, by short item name."""
    notebook = copy.deepcopy(scene.release)
    for name, source in answers.items():
        cell_of(notebook, f"a91-{name}").source = textwrap.dedent(source).strip("\n")
    return notebook


def cell_of(notebook: nbformat.NotebookNode, id: str) -> nbformat.NotebookNode:
    """Find a cell by its id."""
    return next(cell for cell in notebook.cells if cell.id == id)


def place_of(notebook: nbformat.NotebookNode, id: str) -> int:
    """Find the place of a cell by its id."""
    return next(k for k, cell in enumerate(notebook.cells) if cell.id == id)


def add_cell(notebook: nbformat.NotebookNode, where: str, source: str, **metadata: Any) -> None:
    """Put a spare code cell in: `first` (behind the set-up), `last`, or behind the test of a short item name.

    With "before " in front of an item's name it stands between the answer and its test.
    """
    source = textwrap.dedent(source).strip("\n")
    if where == "first":
        at = place_of(notebook, "a91-given") + 1
    elif where == "last":
        at = len(notebook.cells)
    elif where.startswith("before "):
        at = place_of(notebook, f"a91-{where.removeprefix('before ')}-check")
    else:
        at = place_of(notebook, f"a91-{where}-check") + 1
    number = sum(cell.id.startswith("spare-") for cell in notebook.cells)
    notebook.cells.insert(at, new_code_cell(source, id=f"spare-{number}", metadata=metadata))


def work(
    answers: Mapping[str, str] = RIGHT,
    spare: Mapping[str, str] | None = None,
    files: Mapping[str, bytes | Special] | None = None,
    **changed: str,
) -> Maker:
    """Make a submission of answers (all right, but for those named), spare cells and support files."""

    def make(scene: Scene) -> Files:
        notebook = answered(scene, {**answers, **changed})
        for where, source in (spare or {}).items():
            add_cell(notebook, where, source)
        return {NOTEBOOK: written(notebook), **(files or {})}

    return make


def edited(
    edit: Callable[[nbformat.NotebookNode], Any], answers: Mapping[str, str] = RIGHT, **changed: str
) -> Maker:
    """Make a submission whose notebook is changed by a function after the answers are in."""

    def make(scene: Scene) -> Files:
        notebook = answered(scene, {**answers, **changed})
        new = edit(notebook)
        return {NOTEBOOK: written(notebook if new is None else new)}

    return make


def as_file(write: Callable[[bytes], bytes], name: str = NOTEBOOK) -> Maker:
    """Make a submission of a right notebook whose bytes are changed, perhaps under another name."""

    def make(scene: Scene) -> Files:
        return {name: write(written(answered(scene, RIGHT)))}

    return make


# Opens every attack. What an attack finds it tells in words that are not in its own source. Where there is no
# sandbox after all it tells that, and is not made: it would be made on the machine this runs on.
PRELUDE = """\
import json, os, sys

PLACES = json.loads({places!r})
try:
    INSIDE = os.readlink("/proc/self/ns/pid") != PLACES["namespace"]
except OSError:
    INSIDE = True


def tell(what):
    print("GOT" + "-IN:", what)


def attempt(step):
    try:
        step()
    except BaseException as why:
        print(step.__name__, "failed:", type(why).__name__, str(why)[:80])


if not INSIDE:
    tell("there is no sandbox")
"""
OVER = 'print("ATTACK", "OVER", sep="-")'
MADE = "ATTACK-OVER"
TOLD = r"GOT-IN:"


def attack(
    code: str,
    where: str = "first",
    answers: Mapping[str, str] = RIGHT,
    files: Mapping[str, bytes | Special] | None = None,
    **changed: str,
) -> Maker:
    """Make a submission with an attack in a cell of its own, behind the prelude; it ends by saying so."""

    def make(scene: Scene) -> Files:
        notebook = answered(scene, {**answers, **changed})
        add_cell(notebook, where, f"assert INSIDE\n\n{textwrap.dedent(code).strip()}\n\n{OVER}")
        add_cell(notebook, "first", PRELUDE.format(places=json.dumps(dict(scene.places))))
        return {NOTEBOOK: written(notebook), **(files or {})}

    return make


def link_to(place: str) -> Special:
    """Make a symbolic link to one of the scene's places."""

    def make(path: Path, scene: Scene) -> None:
        path.symlink_to(scene.places[place])

    return make


def matches(allowed: Points, found: float | None, said: bool) -> bool:
    """Say whether the points found are among those allowed; `said`: whether the report says anything."""
    if not isinstance(allowed, Allowed):
        allowed = Allowed((allowed,))
    values = (*allowed.silently, *(allowed.said if said else ()))
    return any(
        found is None if each is None else found is not None and abs(found - each) < 1e-6 for each in values
    )


def holds(pattern: str, text: str) -> bool:
    """Say whether a pattern is found in a text, whatever the capitals."""
    return re.search(pattern, text, re.IGNORECASE | re.DOTALL) is not None
