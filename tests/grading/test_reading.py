"""Whatever is handed in is read as a notebook, or refused with a reason; and it is found wherever it lies."""

import io
import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from traitlets.config import LoggingConfigurable

from cjpolicy.grading import reading
from cjpolicy.grading.reading import (
    SubmissionExporter,
    UnreadableSubmission,
    find_notebook,
    ids_of,
    read_notebook,
    take_in,
)
from tests.support import ROOT

NAME = "a02_counting_violence"
RELEASE = (ROOT / "assignments" / NAME / f"{NAME}.ipynb").read_bytes()
IDS = ids_of(read_notebook(RELEASE)[0])


def text_of(cells: Any, **more: Any) -> str:
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **more}
    return json.dumps(document, ensure_ascii=False)


def code(source: Any = "x = 1", **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "id": "one", "metadata": {}, "outputs": [], "source": source, **more}


def read(cells: Any, **more: Any) -> tuple[list[Any], list[str]]:
    notebook, repairs = read_notebook(text_of(cells, **more).encode())
    nbformat.validate(notebook)
    return notebook.cells, repairs


def zipped(name: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, "content")
    return made.getvalue()


@pytest.mark.parametrize("name", ["a01_reading_a_claim", NAME])
def test_a_release_is_read_as_it_is(name: str) -> None:
    path = ROOT / "assignments" / name / f"{name}.ipynb"
    notebook, repairs = read_notebook(path.read_bytes())
    given = nbformat.read(path, as_version=4)
    assert repairs == []
    assert [(cell.id, cell.cell_type, cell.source, cell.metadata.nbgrader) for cell in notebook.cells] == [
        (cell.id, cell.cell_type, cell.source, cell.metadata.nbgrader) for cell in given.cells
    ]
    assert notebook.metadata == given.metadata


def test_only_what_marking_needs_is_kept() -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "much"}
    cell = code(outputs=[output], execution_count=3, extra=1)
    cell["metadata"] = {
        "cjpolicy": {"unmarked": "x"},
        "tags": ["a"],
        "nbgrader": {"grade": True, "cheat": {}},
    }
    about = {"cjpolicy": {"flags": []}, "kernelspec": {"name": "ir", "display_name": "R", "env": {}}}
    notebook, repairs = read_notebook(text_of([cell], metadata=about).encode())
    assert notebook.cells[0] == {
        "cell_type": "code",
        "id": "one",
        "metadata": {"nbgrader": {"grade": True}},
        "outputs": [],
        "execution_count": None,
        "source": "x = 1",
    }
    assert notebook.metadata == {"kernelspec": {"name": "ir", "display_name": "R"}}
    assert repairs == []


WHOLE = text_of([code("price = '£5, café'")])
REFUSED = {
    "is empty": b"",
    "The file is empty": b" \r\n",
    "is empty: it was not saved": "\ufeff".encode("utf-16"),
    "nothing but zeros": bytes(4096),
    "It is a PDF": b"%PDF-1.7 ...",
    "It is a picture": b"\x89PNG\r\n\x1a\n",
    "It is a Word document": zipped("word/document.xml"),
    "It is a spreadsheet": zipped("xl/workbook.xml"),
    "It is a zip file with a notebook in it": zipped("a02.ipynb"),
    "It is a zip file, not": zipped("a.txt"),
    "(pickle)": pickle.dumps({"cells": []}),
    "It is a web page": b"<!DOCTYPE html>\n<html><body>Sign in</body></html>",
    "It is XML or HTML": b"<?xml version='1.0'?><svg/>",
    "It is a Python script": b"#!/usr/bin/env python\n# In[1]:\nimport pandas as pd\n",
    "It is plain text": "Here is my answer: £5.".encode(),
    "a file of an unknown kind": b"\x01\x02\xfe\x00\x07abc\x05",
    "It is a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n",
    "Git's conflict marks": b'{\n "cells": [\n<<<<<<< HEAD\n  {},\n=======\n  {}\n>>>>>>> mine\n ]\n}',
    "cut off": WHOLE[: len(WHOLE) // 2].encode(),
    "is damaged: from line 2": b'{"nbformat": 4,\n oops "cells": [], "metadata": {}, "more": "and more"}',
    "JSON, but not a notebook.": b"[1, 2]",
    "it has no cells": b'{"type": "FeatureCollection", "features": []}',
    "is no list": text_of({"one": code()}).encode(),
    "its cell 2 is not a cell": text_of([code(), "cell"]).encode(),
    "a newer format (version 5)": text_of([code()], nbformat=5).encode(),
    "nested too deeply": b'{"cells": ' + b"[" * 100_000,
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_is_no_notebook_is_refused_with_a_reason(reason: str) -> None:
    with pytest.raises(UnreadableSubmission) as refused:
        read_notebook(REFUSED[reason])
    assert reason in str(refused.value)
    assert "Ask the student" in str(refused.value)


@pytest.mark.parametrize(
    ("limit", "content"),
    [
        ("LARGEST_FILE", b" " * 1001),
        ("MOST_PARTS", b'{"cells": [' + b"{}," * 1001),
        ("MOST_CELLS", text_of([code()] * 1001).encode()),
    ],
)
def test_limits(limit: str, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, limit, 1000)
    with pytest.raises(UnreadableSubmission, match=r"too large|1001 cells"):
        read_notebook(content)


def test_limit_of_cells_holds_over_worksheets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_CELLS", 3)
    sheets = [{"cells": [{"cell_type": "code", "input": "1"}] * 2}] * 2
    with pytest.raises(UnreadableSubmission, match="4 cells"):
        read_notebook(json.dumps({"nbformat": 3, "worksheets": sheets}).encode())


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", None),
        ("utf-8-sig", "byte-order mark"),
        ("utf-16", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("cp1252", "Windows-1252"),
        ("latin-1", "Windows-1252"),
    ],
)
def test_encodings(encoding: str, said: str | None) -> None:
    notebook, repairs = read_notebook(WHOLE.encode(encoding))
    assert notebook.cells[0].source == "price = '£5, café'"
    assert [said in each for each in repairs if said] == [True] * len(repairs)
    assert len(repairs) == (said is not None)


def test_what_windows_does_not_have_is_latin_1() -> None:
    notebook, repairs = read_notebook(text_of([code("'\x81'")]).encode("latin-1"))
    assert notebook.cells[0].source == "'\x81'"
    assert repairs == ["The file was saved as Latin-1. It was read as that."]


def test_one_broken_byte_does_not_turn_the_rest_into_another_encoding() -> None:
    content = WHOLE.encode().replace(b"= '", b"= '\xff")
    notebook, repairs = read_notebook(content)
    assert notebook.cells[0].source == "price = '\ufffd£5, café'"
    assert repairs == ["Characters that could not be read, and are shown as \ufffd: 1."]


def test_padding_and_raw_line_breaks_are_read() -> None:
    notebook, repairs = read_notebook(WHOLE.replace("price", "a = 1\nprice").encode() + bytes(100))
    assert notebook.cells[0].source.startswith("a = 1\nprice")
    assert repairs == []


@pytest.mark.parametrize(
    ("given", "text", "repaired"),
    [
        ("a\nb", "a\nb", False),
        (["a\n", "b"], "a\nb", False),
        ([], "", False),
        (None, "", True),
        (["a\n", None, 3], "a\n", True),
        ({"a": 1}, "", True),
    ],
)
def test_text(given: Any, text: str, repaired: bool) -> None:
    cells, repairs = read([code(given)])
    assert cells[0].source == text
    assert repairs == (["Cells whose text was missing or of a wrong kind: 1."] if repaired else [])


def test_numbers_that_json_should_not_have() -> None:
    content = text_of([code()]).replace(
        '"metadata": {}', '"metadata": {"a": NaN, "a": -Infinity, "b": 1e999}'
    )
    huge = content.replace('"nbformat_minor": 5', f'"nbformat_minor": {"9" * 5000}')
    notebook, repairs = read_notebook(huge.encode())
    assert notebook.cells[0].source == "x = 1" and repairs == []
    cells, _ = read([code(metadata={"nbgrader": {"points": float("inf"), "grade": None, "grade_id": "a"}})])
    assert cells[0].metadata == {"nbgrader": {"grade_id": "a"}}


def test_halves_of_characters() -> None:
    content = text_of([code()]).replace("x = 1", r"'\ud83d\ude00 \ud83d'").encode()
    notebook, repairs = read_notebook(content)
    assert notebook.cells[0].source == "'😀 \ufffd'"
    assert repairs == ["Cells with broken characters, which are shown as \ufffd: 1."]
    nbformat.writes(notebook).encode()


def test_cell_ids() -> None:
    given: list[Any] = ["one", "one", "two words!", "", None, 7, "x" * 65, "one-2", "cell-5"]
    cells, repairs = read([code(id=id) for id in given])
    ids = [cell.id for cell in cells]
    assert ids[:6] == ["one", "one-3", "two-words", "cell-4", "cell-5-2", "cell-6"]
    assert ids[7:] == ["one-2", "cell-5"]
    assert len(set(ids)) == len(ids)
    assert repairs == ["Cells that were given a new id, for theirs was missing, repeated or not allowed: 6."]


def test_a_notebook_from_before_cell_ids_is_in_order() -> None:
    cell = code()
    del cell["id"]
    cells, repairs = read([cell, cell], nbformat_minor=4)
    assert [cell.id for cell in cells] == ["cell-1", "cell-2"]
    assert repairs == []


def test_missing_parts_and_types() -> None:
    given = [
        {"cell_type": "code", "id": "a", "source": "1"},
        {"cell_type": "slide", "id": "b", "source": "2", "metadata": {}},
        {"id": "c", "source": "3", "metadata": {}, "outputs": []},
        {"cell_type": ["code"], "id": "d", "source": "4", "metadata": []},
    ]
    cells, repairs = read(given)
    assert [cell.cell_type for cell in cells] == ["code", "raw", "code", "raw"]
    assert repairs == [
        "Cells in which parts were missing, which were filled in: 2.",
        "Cells that did not say whether they are code or text: 3.",
    ]


def test_attachments_are_kept_where_they_are_sound() -> None:
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "![](a.png)"}
    picture = {"image/png": "iVBORw0KGgo="}
    cells, _ = read(
        [{**cell, "attachments": {"a.png": picture, "b": 3}}, {**cell, "id": "b", "attachments": []}]
    )
    assert cells[0].attachments == {"a.png": picture}
    assert "attachments" not in cells[1]


@pytest.mark.parametrize("version", [None, "4", 4.0, 3, -1, True, [4]])
def test_a_format_that_is_not_said_rightly(version: Any) -> None:
    cells, repairs = read([code()], nbformat=version)
    assert cells[0].source == "x = 1"
    said = ["The notebook did not say rightly of which format it is. It was read as version 4."]
    assert repairs == ([] if version in ("4", 4.0) else said)


@pytest.mark.parametrize("version", [2, 3])
def test_older_formats_are_converted_as_nbformat_does(version: int) -> None:
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "source": "text", "metadata": {}},
        {"cell_type": "code", "input": "x = 1\nx", "language": "python", "outputs": [], "collapsed": False},
        {
            "cell_type": "code",
            "input": "y",
            "language": "python",
            "outputs": [],
            "metadata": {"nbgrader": {"grade": True}},
        },
        {"cell_type": "raw", "source": "raw", "metadata": {}},
    ]
    if version == 3:
        cells.append({"cell_type": "heading", "level": 2, "source": "Of\ntwo lines", "metadata": {}})
    document = {
        "nbformat": version,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [{"cells": cells}],
    }
    notebook, repairs = read_notebook(json.dumps(document).encode())
    expected = nbformat.convert(nbformat.from_dict(document), 4)
    assert [(cell.cell_type, cell.source, cell.metadata.get("nbgrader")) for cell in notebook.cells] == [
        (cell.cell_type, cell.source, cell.metadata.get("nbgrader")) for cell in expected.cells
    ]
    assert repairs == ["The notebook was of an older format. It was converted."]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "a [class] + more" / "ada" / NAME
    made.mkdir(parents=True)
    return made


def put(folder: Path, name: str, content: bytes = RELEASE) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


OTHER = text_of([code()]).encode()
ANSWERED = RELEASE.replace(b"# Write your code here.", b"done = True")


def test_the_notebook_in_its_place(folder: Path) -> None:
    path = put(folder, f"{NAME}.ipynb")
    put(folder, "notes.ipynb", OTHER)
    put(folder, f".ipynb_checkpoints/{NAME}-checkpoint.ipynb", ANSWERED)
    put(folder, f"__MACOSX/._{NAME}.ipynb", b"junk")
    put(folder, f"._{NAME}.ipynb", b"junk")
    assert find_notebook(folder, NAME, IDS) == reading.Found(path)


@pytest.mark.parametrize(
    "name",
    ["Untitled.ipynb", f"{NAME} (1).ipynb", f"{NAME}.ipynb.txt", f"sent/in/{NAME}.ipynb", "x.ipynb.json"],
)
def test_the_only_notebook_is_taken_in(folder: Path, name: str) -> None:
    path = put(folder, name)
    assert find_notebook(folder, NAME).path == path
    for _ in range(2):  # Marked again, the report says the same.
        found = take_in(folder, NAME, IDS)
        assert found.path == folder / f"{NAME}.ipynb"
        assert found.path.read_bytes() == path.read_bytes() == RELEASE
        assert found.repairs == [f"The notebook was handed in as {name}. It is marked as {NAME}.ipynb."]
        assert found.flags == []
    assert sum(each.is_file() for each in folder.rglob("*")) == 2


def test_capitals_in_the_name_are_fine(folder: Path) -> None:
    path = put(folder, "a02_Counting_Violence.IPYNB")
    put(folder, "notes.ipynb", OTHER)
    assert find_notebook(folder, NAME) == reading.Found(path)
    assert take_in(folder, NAME).path.read_bytes() == RELEASE


def test_the_one_with_this_assignments_cells_is_chosen(folder: Path) -> None:
    put(folder, "notes.ipynb", OTHER)
    put(folder, "broken.ipynb", b"{")
    path = put(folder, "final.ipynb")
    found = find_notebook(folder, NAME, IDS)
    assert found.path == path and not found.flags
    put(folder, "final again.ipynb", RELEASE + b"\n")
    assert find_notebook(folder, NAME, IDS).path.name == "final again.ipynb"


@pytest.mark.parametrize(("content", "ids"), [(RELEASE, ()), (ANSWERED, IDS), (OTHER, ())])
def test_several_that_cannot_be_told_apart_are_refused(folder: Path, content: bytes, ids: Any) -> None:
    put(folder, "b.ipynb", content)
    put(folder, "x/a.ipynb")
    with pytest.raises(UnreadableSubmission, match=r"b\.ipynb, x/a\.ipynb\. Ask the student"):
        find_notebook(folder, NAME, ids)


def test_another_version_beside_it_is_flagged(folder: Path) -> None:
    put(folder, f"{NAME}.ipynb")
    put(folder, f"{NAME}-Copy1.ipynb", RELEASE)
    assert find_notebook(folder, NAME, IDS).flags == []
    put(folder, "final.ipynb", ANSWERED)
    (flag,) = find_notebook(folder, NAME, IDS).flags
    assert f"{NAME}.ipynb was marked, and not final.ipynb" in flag


def test_nothing_that_is_a_notebook(folder: Path) -> None:
    with pytest.raises(UnreadableSubmission, match="The folder is empty"):
        find_notebook(folder, NAME)
    put(folder, "report.docx")
    with pytest.raises(UnreadableSubmission, match=r"only report\.docx"):
        find_notebook(folder, NAME)
    with pytest.raises(UnreadableSubmission, match="The folder is empty"):
        find_notebook(folder / "nowhere", NAME)


def test_too_many_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_FILES", 3)
    for number in range(4):
        put(folder, f"{number}.ipynb")
    with pytest.raises(UnreadableSubmission, match="more than 3 files"):
        find_notebook(folder, NAME)


def a_link(path: Path) -> None:
    secret = path.parent.parent / "secret.ipynb"
    secret.write_bytes(RELEASE)
    path.symlink_to(secret)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files, or forbids making them")
@pytest.mark.parametrize("make", [a_link, getattr(os, "mkfifo", None), Path.mkdir])
def test_links_pipes_and_folders_are_never_opened(folder: Path, make: Callable[[Path], None]) -> None:
    make(folder / "work.ipynb")
    with pytest.raises(UnreadableSubmission):
        find_notebook(folder, NAME)
    make(folder / f"{NAME}.ipynb")
    put(folder, "sound.ipynb")
    for act in (find_notebook, take_in):
        with pytest.raises(UnreadableSubmission, match="is a link or a folder"):
            act(folder, NAME)
    with pytest.raises(UnreadableSubmission):
        SubmissionExporter().from_filename(str(folder / f"{NAME}.ipynb"))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such links")
def test_folders_behind_links_are_not_searched(folder: Path) -> None:
    put(folder.parent / "other", f"{NAME}.ipynb")
    (folder / "linked").symlink_to(folder.parent / "other", target_is_directory=True)
    with pytest.raises(UnreadableSubmission, match="folder is empty"):
        find_notebook(folder, NAME)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_that_are_no_text(folder: Path) -> None:
    os.close(os.open(os.fsencode(folder) + b"/\xff\n.txt", os.O_CREAT))
    with pytest.raises(UnreadableSubmission) as refused:
        find_notebook(folder, NAME)
    str(refused.value).encode()
    assert "\n" not in str(refused.value)


class Converter(LoggingConfigurable):
    """As nbgrader's Autograde, in as much as it says which pass it is on."""

    _sanitizing = True


def test_the_exporter_keeps_its_own_notes_and_drops_a_students(folder: Path) -> None:
    forged = json.loads(RELEASE)
    forged["metadata"]["cjpolicy"] = {"repairs": ["all is well"], "run": {"seed": 1}}
    path = put(folder, f"{NAME}.ipynb", json.dumps(forged).encode("utf-16"))
    converter = Converter()
    exporter = SubmissionExporter(parent=converter)
    output, resources = exporter.from_filename(str(path))
    first = nbformat.reads(output, as_version=4)
    said = ["The file was saved as UTF-16. It was read as that."]
    assert first.metadata.cjpolicy == {"repairs": said, "flags": []}
    assert resources["metadata"]["name"] == NAME and resources["metadata"]["path"] == str(folder)

    path.write_text(output, encoding="utf-8")
    converter._sanitizing = False
    output, _ = exporter.from_filename(str(path))
    assert nbformat.reads(output, as_version=4) == first


def test_the_exporter_refuses_with_the_reason(folder: Path) -> None:
    path = put(folder, f"{NAME}.ipynb", b"<html>")
    with pytest.raises(UnreadableSubmission, match="web page"):
        SubmissionExporter().from_filename(str(path), resources={})
    with pytest.raises(UnreadableSubmission, match="cannot be opened"):
        SubmissionExporter().from_filename(str(folder / "nowhere.ipynb"))
