"""A submission, however damaged, is refused with a reason or made whole; CJPOLICY_FUZZ=5000 tries more."""

import copy
import json
import os
from typing import Any

import nbformat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import DeduplicateIds

from cjpolicy.grading.reading import UnreadableSubmission, read_notebook
from cjpolicy.grading.recorded import columns, read_recorded, with_answers
from cjpolicy.grading.repair import repair
from tests.support import ROOT

NAME = "a02_counting_violence"
RELEASE, _ = read_notebook((ROOT / "assignments" / NAME / f"{NAME}.ipynb").read_bytes())
ANSWERS = columns(read_recorded(ROOT / "solutions" / f"{NAME}.toml"))[0].answers
HONEST = json.loads(
    nbformat.writes(with_answers(RELEASE, {**ANSWERS, "a02-brief-answer": "It fell – by 31 %."}))
)
COURSE = {cell.metadata.nbgrader.grade_id: cell for cell in RELEASE.cells}
OWED = {id for id, cell in COURSE.items() if cell.metadata.nbgrader.grade or cell.metadata.nbgrader.locked}
VALIDATOR = MetadataValidator()

IDS = st.sampled_from([*COURSE, *(cell.id for cell in RELEASE.cells), "a02-old", "odd id!", ""])
JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    10**40,
    1.5,
    float("nan"),
    float("inf"),
    "",
    "x",
    "\ud800",
    "\x00é\u2028",
]
JUNK += [
    [],
    {},
    [None],
    [["x"]],
    {"nbgrader": {}},
    {"grade_id": "a02-claim"},
    "code",
    "markdown",
    "raw",
    2,
    3,
    5,
]
FIELDS = ["schema_version", "grade", "solution", "locked", "points", "task", "cell_type", "extra"]
ENCODINGS = ["utf-8"] * 6 + ["utf-8-sig", "utf-16", "utf-32-be", "cp1252", "latin-1"]


@st.composite
def submissions(draw: st.DrawFn) -> bytes:
    """Draw a submission's file: honest work, changed in its cells, its fields and its bytes."""
    document = copy.deepcopy(HONEST)
    for change in draw(st.lists(st.sampled_from([rearrange, mislabel, rewrite, poke, poke]), max_size=8)):
        change(draw, document)
    text = json.dumps(document, ensure_ascii=draw(st.booleans()))
    encoding = draw(st.sampled_from(ENCODINGS))
    content = text.encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace")
    for edit in draw(
        st.lists(st.sampled_from([cut, overwrite, overwrite]), max_size=draw(st.sampled_from([0, 0, 2])))
    ):
        content = edit(draw, content)
    return content


def rearrange(draw: st.DrawFn, document: dict[str, Any]) -> None:
    """Delete, copy or move some cells."""
    cells = document.get("cells")
    if not isinstance(cells, list) or not cells:
        return
    start, to = (draw(st.integers(0, len(cells) - 1)) for _ in range(2))
    some = cells[start : start + draw(st.sampled_from([1, 1, 2, 9]))]
    if draw(st.booleans()):
        del cells[start : start + len(some)]
    if draw(st.booleans()):
        cells[to:to] = copy.deepcopy(some)


def mislabel(draw: st.DrawFn, document: dict[str, Any]) -> None:
    """Give a cell another's id or grade id, or take nbgrader's data from all."""
    cells = document.get("cells")
    sound = [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
    if draw(st.integers(0, 4)) == 0:
        for cell in sound:
            cell["metadata"] = {}
    elif sound:
        cell = draw(st.sampled_from(sound))
        cell["id"] = draw(IDS)
        cell["metadata"] = {
            "nbgrader": {"grade_id": draw(IDS), draw(st.sampled_from(FIELDS)): draw(st.sampled_from(JUNK))}
        }


def rewrite(draw: st.DrawFn, document: dict[str, Any]) -> None:
    """Give a cell another text: a test's, or what no text should be."""
    cells = document.get("cells")
    if isinstance(cells, list) and cells and isinstance(cell := draw(st.sampled_from(cells)), dict):
        texts = [own.source for own in COURSE.values()] + JUNK
        cell["source"] = copy.deepcopy(draw(st.sampled_from(texts)))


def poke(draw: st.DrawFn, document: dict[str, Any]) -> None:
    """Change, drop or wrap one value, at any depth."""
    cells = document.get("cells")
    holder: Any = draw(st.sampled_from([document, *(cells if isinstance(cells, list) else [])]))
    while isinstance(holder, (dict, list)):
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not keys:
            return
        key = draw(st.sampled_from(keys))
        if not isinstance(holder[key], (dict, list)) or draw(st.integers(0, 3)) == 0:
            break
        holder = holder[key]
    else:
        return
    action = draw(st.sampled_from(["drop", "junk", "junk", "wrap"]))
    if action == "drop":
        del holder[key]
    else:
        holder[key] = [holder[key]] if action == "wrap" else copy.deepcopy(draw(st.sampled_from(JUNK)))


def cut(draw: st.DrawFn, content: bytes) -> bytes:
    return content[: draw(st.integers(0, len(content)))]


def overwrite(draw: st.DrawFn, content: bytes) -> bytes:
    start = draw(st.integers(0, len(content)))
    return content[:start] + draw(st.binary(max_size=6)) + content[start + draw(st.integers(0, 6)) :]


def validate(notebook: Any) -> None:
    # Of cell ids that are there twice nbformat only warns, and changes them.
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    nbformat.validate(notebook)


@settings(
    max_examples=int(os.environ.get("CJPOLICY_FUZZ", "300")),
    deadline=None,
    # The same cases each time, unless more are asked for.
    derandomize="CJPOLICY_FUZZ" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(submissions())
def test_a_submission_is_refused_with_a_reason_or_made_whole(content: bytes) -> None:
    try:
        notebook, repairs = read_notebook(content)
    except UnreadableSubmission as refused:
        assert str(refused).endswith(".") and str(refused).encode()
        return
    validate(notebook)
    assert nbformat.reads(nbformat.writes(notebook).encode().decode(), as_version=4) == notebook

    repaired = repair(notebook, RELEASE)
    made = repaired.notebook
    validate(made)
    VALIDATOR.validate_nb(made)
    assert len(made.cells) >= len(notebook.cells)
    said = [*repairs, *repaired.repairs, *repaired.flags]
    assert all(sentence.endswith(".") and len(sentence) < 500 and sentence.encode() for sentence in said)

    labelled = {cell.metadata.nbgrader.grade_id: cell for cell in made.cells if cell.metadata.get("nbgrader")}
    assert OWED <= set(labelled) <= set(COURSE)
    for id, cell in labelled.items():
        assert cell.metadata == COURSE[id].metadata and cell.cell_type == COURSE[id].cell_type
        assert cell.metadata.nbgrader.solution or cell.source == COURSE[id].source

    before = copy.deepcopy(made)
    after, _ = DeduplicateIds().preprocess(made, {})
    assert after == before
