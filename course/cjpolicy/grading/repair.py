"""Putting a notebook in order before it is marked: the course's cells as released, the rest as it came."""

import copy
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from cjpolicy.errors import CourseError

from .reading import UnreadableSubmission, free_id, printable, read_notebook

__all__ = ["Repair", "Repaired", "repair"]

SCHEMA = 3
ROLES = ("grade", "solution", "locked", "task")
SETTINGS = ("grade", "solution", "locked", "points")
TEXT = ("markdown", "raw")
MENTION = re.compile(r"""\bcj\.item\(\s*["']([^"']+)["']""")

# What was done, in the order in which it is told: {ids} are grade ids, {s} makes a plural.
SENTENCES = {
    "version": "The notebook's nbgrader data was of {ids} version.",
    "lost": "Cells that had lost nbgrader's data were recognised by their id, text or place: {ids}.",
    "settings": "Points, cell types or locks had been changed, and were set back: {ids}.",
    "wording": "Locked cells had another text. The course's own was put in its place: {ids}.",
    "copies": "These stood there more than once. One of each counts, the others are ordinary cells: {ids}.",
    "moved": "Moved the test{s} {ids} to below the answer{s}.",
    "tests": "Put back the test{s} {ids}, which had been deleted.",
    "locked": "Put back the locked cell{s} {ids}, which had been deleted.",
    "answers": "The answer cell{s} {ids} had been deleted, or cannot be recognised.",
    "written": "The written answer{s} {ids} had been deleted. A blank one was put in its place.",
    "unknown": "Cells with grade ids that the course does not have are ordinary cells now: {ids}.",
    "kernel": "The notebook was made for another kernel, {ids}. It was marked with the course's.",
}
ANOTHER = "This looks like another notebook: none of its cells is an answer or a test of this assignment."
GUESSED = (
    "{id}: the cell of this written answer is known only by where it stands. Look whether it is the answer."
)
SEVERAL = "{id}: this written answer stood there more than once, with different texts. The first was taken."
ELSEWHERE = "{id}: this written answer's cell was not there. Look whether another text cell holds the answer."
BLANKED = "{id}: this answer stood there more than once, and the one last run is blank. Look at the others."


@dataclass(frozen=True)
class Repaired:
    """A notebook that nbgrader can mark, and what was done to it.

    Parameters
    ----------
    notebook : NotebookNode
        With each of the assignment's locked cells and written answers once.
    repairs : list of str
        What was repaired without guessing, in sentences for the teacher.
    flags : list of str
        What a person must look at.
    """

    notebook: NotebookNode
    repairs: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)


def repair(notebook: NotebookNode, release: NotebookNode) -> Repaired:
    """Put a student's notebook in order.

    A cell is known by its grade id, or else by its cell id, its text or its place. Locked cells get the text
    of the release and are put back where they are missing; nbgrader's data is the release's throughout.
    Everything else is the student's, and stays as it came.

    Parameters
    ----------
    notebook : NotebookNode
        As `read_notebook` gives it. It is not changed.
    release : NotebookNode
        The notebook that students got, read in the same way.

    Returns
    -------
    Repaired
        Work that nobody tampered with comes back with the same cells, and with nothing to tell.
    """
    mending = _Mending(notebook, release)
    mending.recognise()
    mending.choose()
    mending.note_changes()
    made = copy.deepcopy(release)
    made.cells = mending.in_order()
    if not any(id in mending.answers or _is_answer(mending.course[id]) for id in mending.places.values()):
        return Repaired(made, [], [ANOTHER])
    return Repaired(made, mending.sentences(), mending.flags)


class _Mending:
    """One notebook being repaired.

    `course` holds the release's cells by grade id, in their order. `places` tells which of them each place
    of the student's notebook holds, copies included; `kept` the one place that counts for each; and `moved`
    the tests among them that stood above their answers.
    """

    def __init__(self, notebook: NotebookNode, release: NotebookNode) -> None:
        self.cells: list[NotebookNode] = copy.deepcopy(notebook.cells)
        self.course = {
            _about(cell)["grade_id"]: cell
            for cell in release.cells
            if any(_about(cell).get(role) for role in ROLES)
        }
        self.taken = {own.id for own in self.course.values()}
        self.answers = _answers_by_test(self.course)
        self.places: dict[int, str] = {}
        self.kept: dict[str, int] = {}
        self.moved: set[str] = set()
        self.notes: dict[str, list[str]] = defaultdict(list)
        self.flags: list[str] = []
        kernel, own = (each.metadata.get("kernelspec", {}).get("name") for each in (notebook, release))
        if kernel and kernel != own:
            self.notes["kernel"].append(printable(kernel))

    def spots(self, id: str) -> list[int]:
        return [place for place, each in sorted(self.places.items()) if each == id]

    def recognise(self) -> None:
        for place, cell in enumerate(self.cells):
            id = _about(cell).get("grade_id")
            if isinstance(id, str) and id in self.course:
                self.places[place] = id
        for known_by in (self._by_cell_id, self._by_text, self._by_place):
            settled = set(self.places.values())
            found = {k: id for k, id in known_by().items() if k not in self.places and id not in settled}
            self.places |= found
            self.notes["lost"] += found.values()

    def _by_cell_id(self) -> dict[int, str]:
        ids = {own.id: id for id, own in self.course.items()}
        return {place: ids[cell.id] for place, cell in enumerate(self.cells) if cell.id in ids}

    def _by_text(self) -> dict[int, str]:
        """Know locked cells by their whole text, and tests by the item that they ask for."""
        texts: dict[str, list[str]] = defaultdict(list)
        for id, own in self.course.items():
            if not _is_answer(own):
                texts[_plain(own.source)].append(id)
        found = {}
        for place, cell in enumerate(self.cells):
            # A cell that has a grade id of its own is another assignment's, or an older one's.
            text = "" if _about(cell).get("grade_id") else _plain(cell.source)
            # Every test opens with a docstring; what does not may be an answer with its test pasted below.
            asked = set(MENTION.findall(text)) & set(self.answers) if text.startswith('"""') else set()
            ids = texts.get(text, []) or list(asked)
            if len(ids) == 1:
                found[place] = ids[0]
        return found

    def _by_place(self) -> dict[int, str]:
        """Know an answer as the only cell of its kind between the course's cells around it."""
        found = {}
        ids = list(self.course)
        for number, id in enumerate(ids):
            if _is_answer(own := self.course[id]):
                kinds = TEXT if _is_written(own) else ("code",)
                between = self._between(ids[:number][-1:], ids[number + 1 :])
                fit = [k for k in between if _is(self.cells[k], kinds)]
                if len(fit) == 1:
                    found[fit[0]] = id
        self.flags += [GUESSED.format(id=id) for id in found.values() if _is_written(self.course[id])]
        return found

    def _between(self, before: list[str], after: list[str]) -> range:
        """Return the places of an answer: from the cell before it to the first there is after it.

        There are none if the cell before it is missing, or if they could hold another missing answer.
        """
        start = max(self.spots(before[0]), default=None) if before else -1
        end = len(self.cells)
        for id in after:
            if spots := self.spots(id):
                end = spots[0]
                break
            if _is_answer(self.course[id]):
                return range(0)
        if start is None or any(start < place < end for place in self.places):
            return range(0)
        return range(start + 1, end)

    def choose(self) -> None:
        """Choose the copy of each cell that counts; tests first, as answers depend on where they stand."""
        there = {id: spots for id in self.course if (spots := self.spots(id))}
        self.notes["copies"] += [id for id, spots in there.items() if len(spots) > 1]
        for id in sorted(there, key=lambda id: id not in self.answers):
            own = self.course[id]
            if _is_written(own):
                self.kept[id] = self._written(id, there[id])
            elif _is_answer(own):
                self.kept[id] = self._answer(id, there[id])
            else:
                unchanged = [k for k in there[id] if _plain(self.cells[k].source) == _plain(own.source)]
                spots = unchanged or there[id]
                self.kept[id] = self._test(id, spots) if id in self.answers else spots[0]

    def _test(self, id: str, spots: list[int]) -> int:
        """Choose the test nearest below the last answer that has one below it: there the values exist."""
        answers = [found for answer in self.answers[id] if (found := self.spots(answer))]
        first = max((found[0] for found in answers), default=-1)
        for answer in sorted((k for found in answers for k in found if k >= first), reverse=True):
            if below := [k for k in spots if k > answer]:
                return below[0]
        if answers:
            self.moved.add(id)
            self.notes["moved"].append(id)
        return spots[-1]

    def _answer(self, id: str, spots: list[int]) -> int:
        """Choose the answer last given before the test. The other copies run too, wherever they stand."""
        test = next((test for test, answers in self.answers.items() if id in answers), "")
        end = len(self.cells) if test in self.moved else self.kept.get(test, len(self.cells))
        run = [k for k in spots if k < end] or spots
        given = self._given(id, run)
        if given and given[-1] != run[-1]:
            self.flags.append(BLANKED.format(id=id))
        return (given or run)[-1]

    def _written(self, id: str, spots: list[int]) -> int:
        given = self._given(id, spots)
        if len({_plain(self.cells[k].source) for k in given}) > 1:
            self.flags.append(SEVERAL.format(id=id))
        return (given or spots)[0]

    def _given(self, id: str, spots: list[int]) -> list[int]:
        blank = ("", _plain(self.course[id].source))
        return [k for k in spots if _plain(self.cells[k].source) not in blank]

    def note_changes(self) -> None:
        for id in (id for id in self.course if id in self.kept):
            cell, own = self.cells[self.kept[id]], self.course[id]
            if _about(cell).get("grade_id") == id:
                self._note_settings(id, _about(cell), _about(own))
            if cell.cell_type != own.cell_type:
                self.notes["settings"].append(id)
            if not _is_answer(own) and _plain(cell.source) != _plain(own.source):
                self.notes["wording"].append(id)
        ordinary = [cell for place, cell in enumerate(self.cells) if place not in self.places]
        theirs = [_about(cell).get("grade_id") for cell in ordinary]
        self.notes["unknown"] += [printable(name) for name in theirs if isinstance(name, str) and name]

    def _note_settings(self, id: str, about: dict[str, Any], own: dict[str, Any]) -> None:
        version = about.get("schema_version", 0)
        if version != SCHEMA:
            newer = isinstance(version, int) and version > SCHEMA
            self.notes["version"] = ["a newer" if newer else "an older"]
        elif any(about.get(name) != own.get(name) for name in SETTINGS):
            self.notes["settings"].append(id)

    def in_order(self) -> list[NotebookNode]:
        """Return all cells: the student's in their order, with the course's restored among them."""
        put = self._put_back()
        order: list[NotebookNode] = []
        for place, cell in enumerate([*self.cells, None]):
            order += put[place]
            id = self.places.get(place, "")
            counts = self.kept.get(id) == place
            if cell is not None and not (counts and id in self.moved):
                order.append(self._restored(id, cell) if counts else self._ordinary(cell))
        return order

    def _put_back(self) -> dict[int, list[NotebookNode]]:
        """Return the cells that are missing, or to be moved, by the place before which each goes."""
        put: dict[int, list[NotebookNode]] = defaultdict(list)
        end = 0
        for id, own in self.course.items():
            if id in self.kept and id not in self.moved:
                end = self.kept[id] + 1
            elif _is_answer(own) and not _is_written(own):
                self.notes["answers"].append(id)
            else:
                end = self._slot(id, end)
                put[end].append(self._restored(id, own))
                self._note_missing(id)
        return put

    def _slot(self, id: str, end: int) -> int:
        """Say before which place a missing cell goes; `end` is where the course's cell before it ends."""
        ids = list(self.course)
        if id in self.answers:
            answers = [k for answer in self.answers[id] for k in self.spots(answer)]
            slot = max(answers) + 1 if answers else end
            # Where the student went on in cells of their own, the test sees what these came to.
            while slot < len(self.cells) and slot not in self.places:
                slot += 1
            return slot
        # What other cells need stands above all that comes after it.
        return min([end, *(self.kept[later] for later in ids[ids.index(id) :] if later in self.kept)])

    def _note_missing(self, id: str) -> None:
        if id in self.moved:
            return
        own = self.course[id]
        self.notes["written" if _is_written(own) else "tests" if id in self.answers else "locked"].append(id)
        others = [cell for place, cell in enumerate(self.cells) if place not in self.places]
        if _is_written(own) and any(_is(cell, TEXT) for cell in others):
            self.flags.append(ELSEWHERE.format(id=id))

    def _restored(self, id: str, cell: NotebookNode) -> NotebookNode:
        restored = copy.deepcopy(self.course[id])
        if _is_answer(restored):
            restored.source = cell.source
            if "attachments" in cell and restored.cell_type == "markdown":
                restored.attachments = cell.attachments
        return restored

    def _ordinary(self, cell: NotebookNode) -> NotebookNode:
        """Return a cell of the student's own, or a copy that does not count, without nbgrader's data."""
        cell.metadata.pop("nbgrader", None)
        if cell.id in self.taken:
            cell.id = free_id(cell.id[:50], self.taken)
        self.taken.add(cell.id)
        return cell

    def sentences(self) -> list[str]:
        told = []
        for kind, sentence in SENTENCES.items():
            if ids := list(dict.fromkeys(self.notes[kind])):
                shown = ", ".join(ids[:6]) + (f" and {len(ids) - 6} more" if len(ids) > 6 else "")
                told.append(sentence.format(ids=shown, s="s" if len(ids) > 1 else ""))
        return told


def _about(cell: NotebookNode) -> dict[str, Any]:
    about: dict[str, Any] = cell.metadata.get("nbgrader", {})
    return about


def _is_answer(own: NotebookNode) -> bool:
    """Tell whether the student writes the cell, be it code or a written answer."""
    return bool(_about(own)["solution"])


def _is_written(own: NotebookNode) -> bool:
    return bool(_about(own)["solution"] and _about(own)["grade"])


def _is(cell: NotebookNode, kinds: tuple[str, ...]) -> bool:
    return cell.cell_type in kinds and bool(cell.source.strip())


def _plain(text: str) -> str:
    """Return text without what editors change unasked: line ends, and white space before them."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


def _answers_by_test(course: dict[str, NotebookNode]) -> dict[str, list[str]]:
    """Return the code answers that each test looks at: those between the test before it and itself."""
    found: dict[str, list[str]] = {}
    answers: list[str] = []
    for id, own in course.items():
        if _is_answer(own):
            answers += [] if _is_written(own) else [id]
        elif _about(own)["grade"]:
            found[id], answers = answers, []
    return found


class Repair(NbGraderPreprocessor):
    """nbgrader's first step with a submission: `repair`, and a note of it in the notebook's metadata."""

    release_directory = Unicode(
        "assignments", help="The folder with the release notebooks, each in a folder of its own name."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Repair a student's notebook.

        Parameters
        ----------
        nb : NotebookNode
            From `SubmissionExporter`.
        resources : dict
            nbgrader's, which name the assignment and the notebook.

        Returns
        -------
        nb : NotebookNode
        resources : dict

        Raises
        ------
        CourseError
            If the release notebook is missing or damaged.
        """
        about = resources["nbgrader"]
        repaired = repair(nb, self._release(about["assignment"], about["notebook"]))
        noted = nb.metadata.get("cjpolicy", {})
        repaired.notebook.metadata["cjpolicy"] = {
            "repairs": [*noted.get("repairs", []), *repaired.repairs],
            "flags": [*noted.get("flags", []), *repaired.flags],
        }
        return repaired.notebook, resources

    def _release(self, assignment: str, notebook: str) -> NotebookNode:
        path = Path(self.release_directory) / assignment / f"{notebook}.ipynb"
        try:
            return read_notebook(path.read_bytes())[0]
        except (OSError, UnreadableSubmission):
            raise CourseError(
                f"There is no sound release notebook {path.name}, which submissions are compared with. "
                f"Run `nbgrader generate_assignment {assignment}`."
            ) from None
