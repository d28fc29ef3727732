"""Tampering with the notebook: its test cells, their metadata, its set-up and what it remembers of marks."""

import copy
from collections.abc import Callable
from typing import Any

from nbformat.v4 import new_code_cell

from .assignment import BLANK_BRIEF, MACHINE, PLAIN, RIGHT, WORTH
from .kinds import (
    ANY_STATUS,
    FLAGGED,
    FULL,
    GRADED,
    REPAIRED,
    Allowed,
    Kind,
    cell_of,
    edited,
    place_of,
    points,
)

# The first answer is wrong and stays so, whatever is done to its test.
WRONG_CHANGE = {**RIGHT, "change": "change = 1"}
NO_GAIN = points(change=0.0)
Edit = Callable[[Any], Any]


def honest(name: str, tries: str, edit: Edit, says: str = "", statuses: frozenset[str] = REPAIRED) -> Kind:
    """Return a kind with right answers in a notebook that came to harm: it is put right, all marks stay."""
    return Kind(name, tries, edited(edit), FULL, statuses, says)


def forged(
    name: str, tries: str, edit: Edit, statuses: frozenset[str] = REPAIRED | FLAGGED, says: str = ""
) -> Kind:
    """Return a kind with a wrong first answer and a notebook changed to hide that: it gains nothing."""
    return Kind(name, tries, edited(edit, WRONG_CHANGE), NO_GAIN, statuses, says)


def about(notebook: Any, id: str) -> Any:
    return cell_of(notebook, id).metadata.nbgrader


def delete(*ids: str) -> Edit:
    def edit(notebook: Any) -> None:
        notebook.cells = [cell for cell in notebook.cells if cell.id not in ids]

    return edit


def source(id: str, text: str) -> Edit:
    def edit(notebook: Any) -> None:
        cell_of(notebook, id).source = text

    return edit


def metadata(id: str, **changed: Any) -> Edit:
    def edit(notebook: Any) -> None:
        about(notebook, id).update(changed)

    return edit


def both(*edits: Edit) -> Edit:
    def edit(notebook: Any) -> None:
        for each in edits:
            each(notebook)

    return edit


def again(id: str, behind: str, text: str | None = None, **named: Any) -> Edit:
    """Paste a copy of a cell, with its metadata, behind another cell."""

    def edit(notebook: Any) -> None:
        pasted = copy.deepcopy(cell_of(notebook, id))
        pasted["id"] = f"{id}-pasted"
        if text is not None:
            pasted.source = text
        pasted.metadata.nbgrader.update(named)
        notebook.cells.insert(place_of(notebook, behind) + 1, pasted)

    return edit


def kind_of_cell(id: str, kind: str) -> Edit:
    def edit(notebook: Any) -> None:
        cell = cell_of(notebook, id)
        cell["cell_type"] = kind
        if kind == "code":
            cell |= {"outputs": [], "execution_count": None}
        else:
            for name in ("outputs", "execution_count"):
                cell.pop(name, None)

    return edit


def move(id: str, to: int) -> Edit:
    def edit(notebook: Any) -> None:
        cell = notebook.cells.pop(place_of(notebook, id))
        notebook.cells.insert(to, cell)

    return edit


def tagged(id: str, *tags: str) -> Edit:
    def edit(notebook: Any) -> None:
        cell_of(notebook, id).metadata["tags"] = list(tags)

    return edit


def saved_marks(notebook: Any) -> None:
    """Save outputs of full marks in each test cell, as if it had been run so."""
    for name in MACHINE:
        record = {"id": f"a91-{name}", "status": "correct", "slips": [], "earned": 2.0, "worth": 2.0}
        data = {"application/vnd.cjpolicy.outcome+json": record, "text/plain": "correct"}
        points = {"text/plain": "2.0"}
        cell_of(notebook, f"a91-{name}-check")["outputs"] = [
            {"output_type": "display_data", "data": data, "metadata": {}},
            {"output_type": "execute_result", "data": points, "metadata": {}, "execution_count": 1},
        ]


def forged_record(notebook: Any) -> None:
    """Write what the marking itself keeps in a notebook, with words of its own."""
    notebook.metadata["cjpolicy"] = {
        "repairs": ["HOSTILE: nothing to see here."],
        "flags": ["HOSTILE: the teacher owes me two points."],
        "run": {"seed": 1, "sandbox": "HOSTILE", "seconds": -1, "limits": ["HOSTILE"]},
        "executed": {"outputs": {}, "unmarked": {}},
    }
    for cell in notebook.cells:
        cell.metadata["cjpolicy"] = {"unmarked": "HOSTILE", "marked": True, "points": 99}


def own_test(notebook: Any) -> None:
    """Add a test of its own, worth fifty points, and one that has a real test's id for its cell id."""
    kind = {"grade": True, "solution": False, "locked": True, "task": False, "schema_version": 3}
    bonus = {"nbgrader": {**kind, "grade_id": "a91-bonus", "points": 50.0}}
    notebook.cells.append(new_code_cell("50.0", id="a91-bonus", metadata=bonus))
    notebook.cells.append(new_code_cell("item = 1\n2.0", id="a91-change-check-2"))


def taken_over(notebook: Any) -> None:
    """Delete a test, and give its cell id to a cell of one's own that only says two."""
    delete("a91-change-check")(notebook)
    notebook.cells.insert(place_of(notebook, "a91-change") + 1, new_code_cell("2.0", id="a91-change-check"))


def swapped_ids(notebook: Any) -> None:
    one, other = about(notebook, "a91-change-check"), about(notebook, "a91-source-check")
    one["grade_id"], other["grade_id"] = other["grade_id"], one["grade_id"]


def merged(notebook: Any) -> None:
    """Merge the answer with its test, as JupyterLab does with two cells selected."""
    answer, test = cell_of(notebook, "a91-change"), cell_of(notebook, "a91-change-check")
    answer.source = f"{answer.source}\n\n{test.source}"
    delete("a91-change-check")(notebook)


def split(notebook: Any) -> None:
    """Split an answer in two, as JupyterLab does: both halves keep the metadata."""
    cell_of(notebook, "a91-change").source = "factor = 2 * 1.08"
    again("a91-change", "a91-change", "change = 100 * (factor - 1)")(notebook)


def backwards(notebook: Any) -> None:
    notebook.cells.reverse()


def other_order(notebook: Any) -> None:
    """Answer the items in another order, each test behind its answer."""
    head = notebook.cells[:2]
    groups = [notebook.cells[k : k + 3] for k in range(2, 2 + 3 * len(MACHINE), 3)]
    notebook.cells = [*head, *(cell for group in reversed(groups) for cell in group), notebook.cells[-1]]


HARM = [
    honest("test-deleted", "Deleted a test.", delete("a91-change-check"), "a91-change"),
    honest(
        "all-tests-deleted",
        "Deleted every test.",
        delete(*(f"a91-{name}-check" for name in MACHINE)),
        "a91-chart",
    ),
    honest(
        "test-pasted-twice",
        "Pasted a second copy of a test.",
        again("a91-change-check", "a91-chart-check"),
        "a91-change",
    ),
    honest(
        "test-moved-down",
        "Moved a test to the end.",
        move("a91-change-check", 99),
        statuses=GRADED | REPAIRED,
    ),
    honest(
        "test-moved-up",
        "Moved a test to the top, above its answer.",
        move("a91-change-check", 0),
        "a91-change",
    ),
    honest(
        "test-became-text",
        "Turned a test into text.",
        kind_of_cell("a91-change-check", "markdown"),
        "a91-change",
    ),
    honest(
        "answer-became-text",
        "Turned an answer into text.",
        kind_of_cell("a91-change", "markdown"),
        "a91-change",
    ),
    honest(
        "answer-became-raw",
        "Turned an answer into a raw cell.",
        kind_of_cell("a91-change", "raw"),
        "a91-change",
    ),
    honest(
        "written-answer-became-code",
        "Turned the written answer into code.",
        kind_of_cell("a91-brief", "code"),
        "a91-brief",
    ),
    honest(
        "answer-pasted-twice",
        "Pasted the answer twice above its test, and used the second copy.",
        again("a91-change", "a91-change", RIGHT["change"]),
        "a91-change",
    ),
    honest("answer-split", "Split an answer in two: both halves have its metadata.", split, "a91-change"),
    honest("answer-merged-with-test", "Merged an answer with its test.", merged, "a91-change"),
    honest(
        "set-up-deleted",
        "Deleted the cells that came filled in.",
        delete("a91-setup", "a91-given"),
        "a91-setup",
    ),
    honest(
        "set-up-edited",
        "Edited the set-up cell, so that it imports something else.",
        source("a91-setup", "import os as cj\nimport math as pd\nalt = None"),
        "a91-setup",
    ),
    honest(
        "grade-id-changed",
        "Changed the id of a test in its metadata.",
        metadata("a91-change-check", grade_id="a91-chance"),
        "a91-change",
    ),
    honest(
        "all-pasted-twice",
        "Pasted the whole notebook below itself.",
        lambda notebook: notebook.cells.extend(copy.deepcopy(notebook.cells)),
        "a91-change",
    ),
    Kind(
        "other-order",
        "Answered the items from the last to the first.",
        edited(other_order),
        as_stock=True,
        statuses=GRADED | REPAIRED,
    ),
    Kind(
        "set-up-in-another-order",
        "Dragged the table that came filled in above the imports it needs.",
        edited(move("a91-given", 0), PLAIN),
        points(chart=Allowed((2.0, 0.0))),
        ANY_STATUS,
    ),
    Kind(
        "backwards",
        "Turned the whole notebook upside down.",
        edited(backwards),
        {
            **{name: Allowed((worth, 0.0), (None,)) for name, worth in WORTH.items()},
            "brief": None,
        },
        ANY_STATUS,
    ),
    Kind(
        "written-answer-deleted",
        "Deleted the written answer.",
        edited(delete("a91-brief")),
        points(brief=Allowed((), (0.0, None))),
        REPAIRED | FLAGGED,
        "a91-brief",
    ),
    Kind(
        "answer-deleted",
        "Deleted the cell of an answer.",
        edited(delete("a91-change")),
        points(change=0.0),
        ANY_STATUS,
    ),
    Kind(
        "written-answer-blank",
        "Left the written answer as it came.",
        edited(source("a91-brief", BLANK_BRIEF)),
        points(brief=0.0),
        as_stock=True,
        quiet=True,
    ),
    honest(
        "written-answer-lost-its-metadata",
        "Lost the metadata of the written answer.",
        lambda notebook: cell_of(notebook, "a91-brief").metadata.clear(),
        "a91-brief",
    ),
]

FORGED = [
    forged(
        "test-edited",
        "Edited a test to give full marks.",
        source("a91-change-check", "2.0"),
        says="a91-change",
    ),
    forged(
        "test-emptied",
        "Emptied a test, which nbgrader would take for passed.",
        source("a91-change-check", ""),
        says="a91-change",
    ),
    forged(
        "test-deleted-over-a-wrong-answer",
        "Deleted the test of a wrong answer.",
        delete("a91-change-check"),
        says="a91-change",
    ),
    forged(
        "test-skipped",
        "Tagged a test to be skipped.",
        tagged("a91-change-check", "skip-execution", "raises-exception", "remove-cell", "in-student-kernel"),
        ANY_STATUS,
    ),
    forged("test-taken-over", "Put a cell of its own in a test's place, with its id.", taken_over),
    forged("tests-swapped", "Swapped the ids of two tests.", swapped_ids),
    forged(
        "test-pasted-with-another-id",
        "Pasted the test of a right answer with the id of a wrong one.",
        both(
            delete("a91-change-check"),
            again("a91-source-check", "a91-change", grade_id="a91-change", points=2.0),
        ),
    ),
    forged(
        "test-unlocked",
        "Unlocked a test and edited it.",
        both(metadata("a91-change-check", locked=False), source("a91-change-check", "2.0")),
    ),
    forged(
        "test-as-a-solution",
        "Declared a test to be a solution, and so a person's to mark.",
        metadata("a91-change-check", solution=True, locked=False),
    ),
    forged(
        "test-as-a-task",
        "Declared a test to be a task.",
        metadata("a91-change-check", task=True, grade=False),
    ),
    forged(
        "test-not-graded",
        "Declared a test to be worth nothing, and not graded.",
        metadata("a91-change-check", grade=False, points=0),
    ),
    forged(
        "points-changed",
        "Changed what each item is worth.",
        both(*(metadata(f"a91-{name}-check", points=200.0) for name in MACHINE)),
        ANY_STATUS,
    ),
    forged(
        "points-below-nothing",
        "Made the wrong item worth less than nothing, and another without end.",
        both(metadata("a91-change-check", points=-50.0), metadata("a91-source-check", points=float("inf"))),
        ANY_STATUS,
    ),
    forged(
        "checksums-changed",
        "Changed the checksums.",
        both(*(metadata(f"a91-{name}-check", checksum="0" * 32) for name in MACHINE)),
        ANY_STATUS,
    ),
    forged(
        "answer-as-a-test",
        "Declared an answer to be a locked test.",
        metadata("a91-change", grade=True, locked=True, solution=False, points=2.0),
    ),
    forged(
        "answer-with-a-tests-id",
        "Gave an answer the id of a test.",
        metadata("a91-source", grade_id="a91-change"),
    ),
    forged(
        "answer-pasted-behind-its-test",
        "Pasted a right answer, with its metadata, behind the test of a wrong one.",
        again("a91-change", "a91-change-check", "change = 116"),
    ),
    forged("test-of-its-own", "Added a test of its own, worth fifty points.", own_test),
    forged(
        "marks-saved-in-outputs",
        "Saved full marks as the outputs of its tests.",
        saved_marks,
        GRADED | REPAIRED,
    ),
    Kind(
        "record-forged",
        "Wrote the marking's own record into the notebook.",
        edited(forged_record, WRONG_CHANGE),
        NO_GAIN,
        GRADED | REPAIRED,
        never=["HOSTILE"],
    ),
    forged(
        "marks-of-hidden-tests",
        "Put the marks of hidden tests and of solutions around its own cells.",
        source(
            "a91-change",
            "### BEGIN HIDDEN TESTS\nchange = 1\n### END HIDDEN TESTS\n### BEGIN SOLUTION\n### END SOLUTION",
        ),
        GRADED,
    ),
]

KINDS = [*HARM, *FORGED]
