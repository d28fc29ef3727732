"""Notebooks that are damaged, of another age, or none at all."""

import copy
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from .assignment import NAME, RIGHT
from .kinds import (
    ALL_OR_NONE,
    ANY_STATUS,
    FLAGGED,
    FULL,
    GRADED,
    NOTEBOOK,
    REPAIRED,
    WAITS,
    Files,
    Kind,
    Scene,
    answered,
    as_file,
    cell_of,
    edited,
    points,
    written,
)


def refused(name: str, tries: str, content: bytes, says: str) -> Kind:
    """Return a kind whose file is no notebook at all: it waits for a person, with a reason."""
    return Kind(name, tries, lambda scene: {NOTEBOOK: content}, WAITS, FLAGGED, says)


def damaged(name: str, tries: str, damage: Callable[[bytes], bytes], says: str) -> Kind:
    """Return a kind whose notebook was right, until its bytes were damaged beyond reading."""
    return Kind(name, tries, as_file(damage), WAITS, FLAGGED, says)


def encoded(name: str, tries: str, write: Callable[[bytes], bytes]) -> Kind:
    """Return a kind whose notebook is whole, in other bytes than usual."""
    return Kind(name, tries, as_file(write), FULL, REPAIRED)


def repaired(name: str, tries: str, edit: Callable[[Any], Any], statuses: frozenset[str] = REPAIRED) -> Kind:
    """Return a kind whose notebook can be put right without guessing: all its marks stay."""
    return Kind(name, tries, edited(edit), FULL, statuses)


def archive(content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr(NOTEBOOK, content)
    return held.getvalue()


def latin(content: bytes) -> bytes:
    """Write the notebook as an old Windows editor would, with letters that are no UTF-8."""
    notebook = json.loads(content)
    notebook["cells"][-1]["source"] = "Le relevé compte les faits déclarés, à £5 près."
    return json.dumps(notebook, ensure_ascii=False).encode("cp1252")


def random_bytes() -> bytes:
    return bytes((k * k * 31 + k * 7) % 256 for k in range(20_000))


NO_NOTEBOOK = [
    refused("empty-file", "Hands in an empty file.", b"", "empty"),
    refused(
        "only-blanks",
        "Hands in a file of blanks and line ends.",
        b"  \n\n\t\r\n",
        "empty|not a notebook|blank",
    ),
    refused(
        "web-page",
        "Hands in the page the browser saved.",
        b"<!DOCTYPE html>\n<html><head><title>a91_hostile</title></head><body>...</body></html>",
        "web page|html",
    ),
    refused("random-bytes", "Hands in noise.", random_bytes(), "not a notebook|cannot be read|damaged"),
    refused(
        "pdf", "Hands in a printed copy.", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "pdf|not a notebook"
    ),
    refused(
        "python-script", "Hands in a script.", b"change = 116\nprint(change)\n", "not a notebook|json|python"
    ),
    refused("top-level-list", "Hands in a list where the notebook should be.", b"[1, 2, 3]", "notebook"),
    refused("top-level-null", "Hands in nothing, in JSON.", b"null", "notebook"),
    refused(
        "cells-as-a-dictionary",
        "Hands in a notebook whose cells are no list.",
        b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": {"0": "change = 116"}}',
        "cell",
    ),
    refused("no-cells", "Hands in a notebook without cells.", b'{"nbformat": 4, "metadata": {}}', "cell"),
    refused(
        "deep-json",
        "Hands in brackets within brackets, without end.",
        b"[" * 500_000,
        "notebook|json|nest|damaged",
    ),
    Kind(
        "zip-archive",
        "Hands in a zip archive under the notebook's name.",
        as_file(archive),
        WAITS,
        FLAGGED,
        "zip|archive",
    ),
    damaged(
        "truncated",
        "Hands in the first half of the file.",
        lambda text: text[: len(text) // 2],
        "cut|end|json|damaged",
    ),
    damaged(
        "conflict-marks",
        "Hands in what git left of a merge.",
        lambda text: b"<<<<<<< HEAD\n" + text[:300] + b"=======\n" + text + b">>>>>>> theirs\n",
        "json|merge|conflict|damaged|not a notebook",
    ),
]

ENCODED = [
    encoded(
        "byte-order-mark",
        "Was saved by Notepad, with a byte-order mark.",
        lambda text: b"\xef\xbb\xbf" + text,
    ),
    encoded("utf-16", "Was saved in UTF-16.", lambda text: text.decode().encode("utf-16")),
    encoded("old-windows-encoding", "Was saved in the encoding of an old Windows.", latin),
    Kind(
        "windows-line-ends",
        "Has Windows line ends in the file, and in every cell.",
        as_file(lambda text: text.replace(b"\\n", b"\\r\\n").replace(b"\n", b"\r\n")),
        FULL,
        GRADED | REPAIRED,
    ),
    Kind(
        "trailing-rubbish",
        "Has a second notebook glued to its end.",
        as_file(lambda text: text + b"\n" + text),
        ALL_OR_NONE,
        ANY_STATUS,
    ),
]


def down_to_three(notebook: Any) -> Any:
    """Write the notebook as Jupyter did before 2014: one sheet of cells that have `input`."""
    sheet = []
    for cell in notebook.cells:
        old = {"cell_type": cell.cell_type, "metadata": dict(cell.metadata)}
        if cell.cell_type == "code":
            old |= {"input": cell.source, "outputs": [], "language": "python", "collapsed": False}
            old["prompt_number"] = 1
        else:
            old["source"] = cell.source
        sheet.append(old)
    worksheets = [{"cells": sheet, "metadata": {}}]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": NAME}, "worksheets": worksheets}


def from_the_future(notebook: Any) -> None:
    notebook["nbformat"], notebook["nbformat_minor"] = 5, 0


def graders(notebook: Any) -> list[Any]:
    return [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]


def schema(version: int) -> Callable[[Any], None]:
    """Write nbgrader's metadata in another of its versions."""

    def edit(notebook: Any) -> None:
        for about in graders(notebook):
            about["schema_version"] = version
            if version < 3:
                about.pop("task", None)
            if version < 2:
                about.pop("cell_type", None)
            if version == 0:
                del about["schema_version"]
            if version > 3:
                about["rubric"] = {"levels": 4}

    return edit


def without_metadata(notebook: Any) -> None:
    for cell in notebook.cells:
        cell.metadata = {}


def without_metadata_and_ids(notebook: Any) -> None:
    without_metadata(notebook)
    for cell in notebook.cells:
        del cell["id"]
    notebook["nbformat_minor"] = 4


def spoilt_metadata(notebook: Any) -> None:
    """Put something else in each place where nbgrader's metadata has a word, a number or a truth."""
    odd: list[Any] = ["yes", None, [], {"a": 1}, "3", 7, True, "", {"grade": "perhaps"}, -1]
    for place, cell in enumerate(notebook.cells):
        about = cell.metadata.get("nbgrader", {})
        if place % 3 == 0:
            cell.metadata["nbgrader"] = odd[place % len(odd)]
        elif place % 3 == 1:
            about |= {"points": odd[place % len(odd)], "grade": "no", "locked": "yes"}
        else:
            about.pop("grade_id", None)
            about["schema_version"] = "three"


def no_ids(notebook: Any) -> None:
    for cell in notebook.cells:
        del cell["id"]


def one_id(notebook: Any) -> None:
    for cell in notebook.cells:
        cell["id"] = "a91-change"


def odd_ids(notebook: Any) -> None:
    for place, cell in enumerate(notebook.cells):
        cell["id"] = [place, "", "a b ü/../..", "x" * 300, None][place % 5]


def odd_kernel(notebook: Any) -> None:
    notebook.metadata = {
        "kernelspec": {"name": "../../bin/sh", "display_name": "Julia 1.9", "language": "julia"},
        "language_info": {"name": "julia", "file_extension": ".jl"},
    }


def no_kernel(notebook: Any) -> None:
    notebook.metadata = {}


def listed_metadata(notebook: Any) -> None:
    notebook.metadata = [1, 2]


def odd_outputs(notebook: Any) -> None:
    """Leave outputs that no notebook has: all are made anew when the work is marked."""
    cell_of(notebook, "a91-change")["outputs"] = {"text": "no list"}
    cell_of(notebook, "a91-source")["outputs"] = [{"output_type": "hologram"}, 7, None]
    cell_of(notebook, "a91-steps")["execution_count"] = "many"
    del cell_of(notebook, "a91-function")["outputs"]


def huge_outputs(notebook: Any) -> None:
    data = {"image/png": "A" * 8_000_000, "text/html": "<p>" * 1_000_000}
    output = {"output_type": "display_data", "metadata": {}, "data": data}
    cell_of(notebook, "a91-change")["outputs"] = [output] * 4


def extra_cells(*cells: Any) -> Callable[[Any], None]:
    def edit(notebook: Any) -> None:
        notebook.cells.extend(copy.deepcopy(list(cells)))

    return edit


def many_cells(number: int) -> Callable[[Any], None]:
    """Add empty cells of code and notes in turn."""

    def edit(notebook: Any) -> None:
        for k in range(number):
            note = {"cell_type": "markdown", "id": f"n{k}", "metadata": {}, "source": f"Note {k}."}
            notebook.cells.append(note if k % 2 else {**code(""), "id": f"n{k}"})

    return edit


def code(source: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": "odd",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": source,
    }


def as_lines(notebook: Any) -> None:
    for cell in notebook.cells:
        cell["source"] = cell["source"].splitlines(keepends=True)


def from_colab(notebook: Any) -> None:
    """Write the notebook as Colab does: ids in the metadata, and metadata of its own."""
    notebook.metadata["colab"] = {"provenance": []}
    notebook["nbformat_minor"] = 0
    for place, cell in enumerate(notebook.cells):
        del cell["id"]
        cell.metadata["id"] = f"Yx{place}abc"
        if cell.cell_type == "code":
            cell.metadata |= {"colab": {"base_uri": "https://localhost:8080/"}, "outputId": f"{place}"}


def huge_number(scene: Scene) -> Files:
    text = written(answered(scene, RIGHT))
    return {NOTEBOOK: text.replace(b'"execution_count": null', b'"execution_count": 1' + b"0" * 6000, 1)}


def odd_json(scene: Scene) -> Files:
    """Write JSON that Python reads and no other program does."""
    text = written(answered(scene, RIGHT)).decode().rstrip().removesuffix("}")
    return {NOTEBOOK: (text.rstrip() + ', "metadata": {"a": NaN, "b": -Infinity}, "nbformat": 4}').encode()}


OTHER_AGES = [
    Kind(
        "format-3",
        "Is a notebook of the format before this one.",
        edited(down_to_three),
        FULL,
        GRADED | REPAIRED,
    ),
    Kind(
        "format-5",
        "Says it is of a format that does not exist yet.",
        edited(from_the_future),
        ALL_OR_NONE,
        REPAIRED | FLAGGED,
    ),
    repaired("schema-0", "Has nbgrader's metadata without a version.", schema(0)),
    repaired("schema-1", "Has nbgrader's metadata of version 1.", schema(1)),
    repaired("schema-2", "Has nbgrader's metadata of version 2.", schema(2)),
    repaired("schema-99", "Has nbgrader's metadata of a version to come.", schema(99)),
    repaired("no-metadata", "Has lost all metadata; its cells' ids are there.", without_metadata),
    Kind(
        "no-metadata-and-no-ids",
        "Has lost all metadata and the cells' ids; what its test cells say is there.",
        edited(without_metadata_and_ids),
        points(brief=None),
        REPAIRED | FLAGGED,
    ),
    repaired("spoilt-metadata", "Has nonsense in nbgrader's metadata.", spoilt_metadata),
    repaired("no-cell-ids", "Has no cell ids, in a format that asks for them.", no_ids, GRADED | REPAIRED),
    repaired("one-id-for-all", "Has the same id on every cell.", one_id, GRADED | REPAIRED),
    repaired(
        "odd-cell-ids", "Has cell ids that are numbers, empty, too long or paths.", odd_ids, GRADED | REPAIRED
    ),
    repaired(
        "wrong-kernel", "Asks for the kernel of another language, by a path.", odd_kernel, GRADED | REPAIRED
    ),
    repaired("no-kernel", "Asks for no kernel.", no_kernel, GRADED | REPAIRED),
    repaired("metadata-is-a-list", "Has a list for its metadata.", listed_metadata, GRADED | REPAIRED),
    repaired("odd-outputs", "Holds outputs that are none.", odd_outputs, GRADED | REPAIRED),
    repaired("huge-outputs", "Holds forty megabytes of saved outputs.", huge_outputs, GRADED | REPAIRED),
    repaired(
        "sources-as-lines", "Has its cells' sources as lists of lines, as files have them.", as_lines, GRADED
    ),
    repaired(
        "from-colab",
        "Went through Colab, which renames cells and adds its own metadata.",
        from_colab,
        GRADED | REPAIRED,
    ),
    repaired("fifteen-hundred-cells", "Has fifteen hundred cells.", many_cells(1500), GRADED),
    Kind(
        "five-thousand-cells", "Has five thousand cells.", edited(many_cells(5000)), WAITS, FLAGGED, "cells"
    ),
    Kind("huge-number", "Holds a number that Python refuses to read.", huge_number, ALL_OR_NONE, ANY_STATUS),
    Kind("odd-json", "Holds keys twice, and numbers that are none.", odd_json, ALL_OR_NONE, ANY_STATUS),
]

ODD_CELLS = [
    repaired(
        "lone-surrogates",
        "Holds halves of characters, in cells and in what they print.",
        extra_cells(
            code("print('\ud800', '\\udfff')\n# \udc80"),
            {**code("# \ud83d"), "cell_type": "markdown", "id": "\udc00"},
        ),
        GRADED | REPAIRED,
    ),
    repaired(
        "null-bytes",
        "Holds null bytes and control characters.",
        extra_cells(code("x = '\0'\x08\x1b[2J\x07")),
        GRADED | REPAIRED,
    ),
    repaired(
        "very-long-line",
        "Holds a line of five million characters.",
        extra_cells(code("x = '" + "y" * 5_000_000 + "'")),
        ANY_STATUS,
    ),
    repaired(
        "very-deep-code",
        "Holds brackets that Python's parser cannot follow.",
        extra_cells(code("(" * 50_000), code("-" * 100_000 + "1")),
        ANY_STATUS,
    ),
    repaired(
        "unknown-cell",
        "Holds cells of kinds that do not exist.",
        extra_cells(
            {"cell_type": "sql", "source": "select 1"},
            {"cell_type": "heading", "level": 2, "source": "Notes", "metadata": {}},
        ),
        ANY_STATUS,
    ),
    Kind(
        "cells-that-are-none",
        "Holds a number, nothing and a list where cells should be.",
        edited(extra_cells(7, None, [])),
        ALL_OR_NONE,
        REPAIRED | FLAGGED,
        "cell",
    ),
    repaired(
        "odd-sources",
        "Holds cells whose sources are no text.",
        extra_cells(code([1, None, ["x"]]), code(None), code({"a": 1}), {"cell_type": "code"}),
        ANY_STATUS,
    ),
    repaired(
        "odd-attachments",
        "Holds attachments that are none.",
        extra_cells(
            {
                "cell_type": "markdown",
                "id": "m",
                "metadata": {},
                "source": "![x](attachment:x.png)",
                "attachments": [{"x.png": 7}],
            }
        ),
        ANY_STATUS,
    ),
]

KINDS = [*NO_NOTEBOOK, *ENCODED, *OTHER_AGES, *ODD_CELLS]
