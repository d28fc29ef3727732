"""Reading what students hand in: any bytes become a valid notebook, or are refused with a reason."""

import json
import math
import os
import re
import stat
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat.notebooknode import NotebookNode, from_dict

from cjpolicy.errors import CourseError

__all__ = [
    "Found",
    "SubmissionExporter",
    "UnreadableSubmission",
    "find_notebook",
    "ids_of",
    "printable",
    "read_file",
    "read_notebook",
    "take_in",
]

LARGEST_FILE = 64 * 1024 * 1024
MOST_CELLS = 2_000
# Objects and lists take far more room in memory than in a file: this many take about half a gigabyte.
MOST_PARTS = 2_000_000
# Files and folders looked at in one submission.
MOST_FILES = 10_000

ASK = "Ask the student for the notebook itself: the file that ends in .ipynb (in JupyterLab: File, Download)."
AGAIN = "Ask the student to open their own copy, to save it and to hand it in again."
SMALLER = (
    "Ask the student to clear its outputs (in JupyterLab: Edit, Clear Outputs of All Cells) "
    "and to hand it in again."
)

CELL_TYPES = ("code", "markdown", "raw")
VALID_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
SURROGATES = re.compile("[\ud800-\udfff]")
# What nbgrader keeps about a cell.
NBGRADER = {
    "schema_version",
    "grade",
    "locked",
    "solution",
    "task",
    "grade_id",
    "points",
    "checksum",
    "cell_type",
}

SIGNATURES = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed archive"),
    (b"Rar!", "a compressed archive"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
)
SCRIPT = re.compile(
    r"^(import \w|from [\w.]+ import |def \w+\(|class \w|print\(|# ?%%|# In\[|#!.*python)", re.MULTILINE
)
PAGE = re.compile(r"<!doctype html|<html|<head|<body", re.IGNORECASE)
CONFLICT = re.compile(r"^(<{7} |>{7} )", re.MULTILINE)

# Cell by cell, told once with their number.
CELL_REPAIRS = {
    "id": "Cells that were given a new id, for theirs was missing, repeated or not allowed",
    "parts": "Cells in which parts were missing, which were filled in",
    "text": "Cells whose text was missing or of a wrong kind",
    "type": "Cells that did not say whether they are code or text",
    "halves": "Cells with broken characters, which are shown as \ufffd",
}


class UnreadableSubmission(CourseError):
    """What was handed in cannot be read as a notebook; the message says what it is and what to ask for."""


def read_notebook(content: bytes) -> tuple[NotebookNode, list[str]]:
    """Read a notebook from whatever was handed in.

    The notebook is built anew from the fields that marking needs: type, id, text, attachments and nbgrader's
    data of each cell, and the kernel's name. Outputs and all other metadata are left out.

    Parameters
    ----------
    content : bytes
        The file's content.

    Returns
    -------
    notebook : NotebookNode
        Valid, of nbformat 4.5, and writable as UTF-8.
    repairs : list of str
        What had to be repaired, in sentences for the teacher.

    Raises
    ------
    UnreadableSubmission
        If it is no notebook, or one too damaged or too large. No other error, whatever the bytes.

    Examples
    --------
    >>> notebook, repairs = read_notebook(b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "1"}]}')
    >>> notebook.cells[0].source, notebook.cells[0].id
    ('1', 'cell-1')
    >>> read_notebook(b"%PDF-1.7")
    Traceback (most recent call last):
    ...
    cjpolicy.grading.reading.UnreadableSubmission: It is a PDF, not a notebook. Ask the student for ...
    """
    _refuse_what_is_no_text(content)
    text, repairs = _decoded(content)
    try:
        document = _parsed(text)
        given = _given_cells(document, repairs)
        cells, faults = _cells(given)
    except RecursionError:
        raise UnreadableSubmission(
            f"It is JSON nested too deeply to be a notebook: no notebook program writes such a file. {ASK}"
        ) from None
    except MemoryError:
        raise UnreadableSubmission(f"It is too large to be read. {SMALLER}") from None
    repairs += [f"{sentence}: {faults[kind]}." for kind, sentence in CELL_REPAIRS.items() if faults[kind]]
    notebook = {"cells": cells, "metadata": _about(document), "nbformat": 4, "nbformat_minor": 5}
    return from_dict(notebook), repairs


def _refuse_what_is_no_text(content: bytes) -> None:
    if len(content) > LARGEST_FILE or content.count(b"{") + content.count(b"[") > MOST_PARTS:
        raise UnreadableSubmission(f"It is too large ({len(content) / 1024**2:.1f} MB). {SMALLER}")
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        empty = "is empty" if content.strip(b"\x00") or not content else "holds nothing but zeros"
        raise UnreadableSubmission(f"The file {empty}: it was not saved or sent as a whole. {AGAIN}")
    kind = _kind_of_binary(content)
    if kind:
        raise UnreadableSubmission(f"It is {kind}, not a notebook. {ASK}")


def _kind_of_binary(content: bytes) -> str | None:
    if content.startswith(b"PK\x03\x04"):
        for part, kind in ((b"word/", "a Word document"), (b"xl/", "a spreadsheet")):
            if part in content:
                return kind
        return "a zip file" + (" with a notebook in it" if b".ipynb" in content else "")
    if content[0] == 0x80 and content[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "a file of Python objects (pickle)"
    return next((kind for signature, kind in SIGNATURES if content.startswith(signature)), None)


def _decoded(content: bytes) -> tuple[str, list[str]]:
    # json's own rule: UTF-16 and UTF-32 are told by their marks, or by where the zeros are.
    encoding = json.detect_encoding(content)
    if not encoding.startswith("utf-8"):
        text = content.decode(encoding, "replace")
        return _stripped(text), [f"The file was saved as {encoding[:6].upper()}. It was read as that."]
    text, repairs = _decoded_bytewise(content)
    if text.startswith("\ufeff"):
        repairs.append("The file began with a byte-order mark, which was left out.")
    return _stripped(text), repairs


def _stripped(text: str) -> str:
    return text.lstrip("\ufeff").strip("\x00 \t\r\n")


def _decoded_bytewise(content: bytes) -> tuple[str, list[str]]:
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    # Letters beyond ASCII that are sound UTF-8 tell that the file is UTF-8, with a few broken places.
    if len(re.findall("[^\x00-\x7f\ufffd]", text)) >= broken:
        return text, [f"Characters that could not be read, and are shown as \ufffd: {broken}."]
    try:
        return content.decode("cp1252"), ["The file was saved as Windows-1252. It was read as that."]
    except UnicodeDecodeError:
        return content.decode("latin-1"), ["The file was saved as Latin-1. It was read as that."]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_int=_whole_number, strict=False)
    except json.JSONDecodeError as fault:
        raise UnreadableSubmission(_why_not_json(text, fault)) from None


def _whole_number(digits: str) -> int | None:
    # Python refuses to read thousands of digits; no number of a notebook has more than a few.
    return int(digits) if len(digits) < 19 else None


def _why_not_json(text: str, fault: json.JSONDecodeError) -> str:
    if text.startswith("version https://git-lfs"):
        return f"It is a Git LFS pointer, which only names a file kept elsewhere. {ASK}"
    if CONFLICT.search(text):
        return (
            "It has Git's conflict marks in it (<<<<<<<): two versions were never put together. "
            "Ask the student to choose one, and to hand that in."
        )
    if text.startswith("<"):
        page = "It is a web page, not a notebook: it was saved as one from the browser."
        return f"{page if PAGE.search(text[:2000]) else 'It is XML or HTML, not a notebook.'} {ASK}"
    if text.startswith(("{", "[")):
        if fault.pos >= len(text) - 6 or fault.msg.startswith("Unterminated string"):
            return f"The file is cut off: it ends in the middle of the notebook. {AGAIN}"
        return f"The file is damaged: from line {fault.lineno} on it is not what a notebook should be. {ASK}"
    if SCRIPT.search(text[:20_000]):
        return f"It is a Python script, not a notebook. {ASK}"
    sort = "a file of an unknown kind" if re.search("[\x00-\x08\ufffd]", text[:2000]) else "plain text"
    return f"It is {sort}, not a notebook. {ASK}"


def _given_cells(document: Any, repairs: list[str]) -> list[dict[str, Any]]:
    """Return a notebook's cells as they came, those of versions 2 and 3 in the form of version 4."""
    if not isinstance(document, dict):
        raise UnreadableSubmission(f"It is JSON, but not a notebook. {ASK}")
    version = _version(document.get("nbformat"))
    if version is not None and version > 4:
        raise UnreadableSubmission(
            f"It is a notebook of a newer format (version {version}). "
            "Ask the student to save it as version 4, or update this program."
        )
    if "cells" not in document and isinstance(document.get("worksheets"), list):
        repairs.append("The notebook was of an older format. It was converted.")
        return [_converted(cell) for sheet in document["worksheets"] for cell in _checked(sheet)]
    if "cells" not in document:
        raise UnreadableSubmission(f"It is JSON, but not a notebook: it has no cells. {ASK}")
    if version != 4:
        repairs.append("The notebook did not say rightly of which format it is. It was read as version 4.")
    return _checked(document)


def _version(given: Any) -> int | None:
    if isinstance(given, str) and re.fullmatch("[0-9]{1,3}", given):
        return int(given)
    if isinstance(given, float) and math.isfinite(given):
        return int(given)
    return given if isinstance(given, int) and not isinstance(given, bool) else None


def _checked(holder: Any) -> list[dict[str, Any]]:
    cells = holder.get("cells") if isinstance(holder, dict) else None
    if not isinstance(cells, list):
        raise UnreadableSubmission(f"It is a damaged notebook: what should be its cells is no list. {ASK}")
    if len(cells) > MOST_CELLS:
        raise UnreadableSubmission(
            f"It has {len(cells)} cells, and no more than {MOST_CELLS} are read. "
            "Ask the student whether it is the right notebook."
        )
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict):
            raise UnreadableSubmission(f"It is a damaged notebook: its cell {number} is not a cell. {ASK}")
    return cells


def _converted(cell: dict[str, Any]) -> dict[str, Any]:
    """Give a cell of nbformat 2 or 3 the form of version 4, as nbformat's own converter does."""
    kind, text = cell.get("cell_type"), cell.get("source")
    if kind == "code":
        text = cell.get("input")
    elif kind == "heading":
        level = cell.get("level")
        hashes = "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1)
        text = f"{hashes} {' '.join(_text(text, Counter()).splitlines())}"
    if kind in ("heading", "html"):
        kind = "markdown"
    return {"outputs": [], "metadata": {}, **cell, "cell_type": kind, "source": "" if text is None else text}


def _cells(given: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], Counter[str]]:
    if len(given) > MOST_CELLS:
        raise UnreadableSubmission(
            f"It has {len(given)} cells, and no more than {MOST_CELLS} are read. {ASK}"
        )
    faults: Counter[str] = Counter()
    ids = _ids([cell.get("id") for cell in given])
    # Before version 4.5 no cell had an id: that is no fault.
    if any("id" in cell for cell in given):
        faults["id"] = sum(cell.get("id") != id for cell, id in zip(given, ids, strict=True))
    return [_cell(cell, id, faults) for cell, id in zip(given, ids, strict=True)], faults


def _ids(given: list[Any]) -> list[str]:
    """Keep every valid id where it first stands, and make one for each other cell."""
    ids: list[str] = []
    taken: set[str] = set()
    for id in given:
        good = isinstance(id, str) and VALID_ID.fullmatch(id) and id not in taken
        ids.append(id if good else "")
        taken.add(ids[-1])
    for place, id in enumerate(given):
        if not ids[place]:
            words = re.sub("[^A-Za-z0-9_-]+", "-", id[:50]).strip("-") if isinstance(id, str) else ""
            ids[place] = free_id(words or f"cell-{place + 1}", taken)
            taken.add(ids[place])
    return ids


def free_id(wanted: str, taken: Collection[str]) -> str:
    """Return the id wanted, or where it is taken the same with a number.

    Parameters
    ----------
    wanted : str
        A cell id of up to 58 characters.
    taken : collection of str
        Ids that other cells have.

    Returns
    -------
    str

    Examples
    --------
    >>> free_id("claim", {"claim", "claim-2"})
    'claim-3'
    """
    id, number = wanted, 1
    while id in taken:
        number += 1
        id = f"{wanted}-{number}"
    return id


def _cell(given: dict[str, Any], id: str, faults: Counter[str]) -> dict[str, Any]:
    kind = given.get("cell_type")
    if kind not in CELL_TYPES:
        faults["type"] += 1
        kind = "code" if "outputs" in given or "execution_count" in given else "raw"
    found: Counter[str] = Counter()
    cell = {"cell_type": kind, "id": id, "source": _text(given.get("source"), found)}
    metadata = given.get("metadata")
    if not isinstance(metadata, dict) or (kind == "code" and not isinstance(given.get("outputs"), list)):
        found["parts"] += 1
    cell["metadata"] = _nbgrader(metadata)
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    elif kind == "markdown" and (attachments := _attachments(given.get("attachments"), found)):
        cell["attachments"] = attachments
    faults.update(set(+found))
    return cell


def _text(given: Any, faults: Counter[str]) -> str:
    lines = given if isinstance(given, list) else [given]
    sound = [line for line in lines if isinstance(line, str)]
    if len(sound) < len(lines):
        faults["text"] += 1
    return _whole("".join(sound), faults)


def _whole(text: str, faults: Counter[str]) -> str:
    """Replace halves of characters (lone surrogates), which no file can hold."""
    text, halves = SURROGATES.subn("\ufffd", text)
    faults["halves"] += halves
    return text


def _nbgrader(metadata: Any) -> dict[str, Any]:
    given = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if not isinstance(given, dict):
        return {}
    return {
        "nbgrader": {
            name: _plain(value) for name, value in given.items() if name in NBGRADER and _is_plain(value)
        }
    }


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int)) or (isinstance(value, float) and math.isfinite(value))


def _plain(value: Any) -> Any:
    return _whole(value, Counter()) if isinstance(value, str) else value


def _attachments(given: Any, faults: Counter[str]) -> dict[str, dict[str, str]]:
    """Keep the pictures pasted into a text cell: by name, and for each its content by media type."""
    if not isinstance(given, dict):
        return {}
    return {
        _whole(name, faults): {_whole(kind, faults): _text(data, faults) for kind, data in bundle.items()}
        for name, bundle in given.items()
        if isinstance(bundle, dict)
    }


def _about(document: dict[str, Any]) -> dict[str, Any]:
    metadata = document.get("metadata")
    kept = {}
    for name, fields in (("kernelspec", ("name", "display_name", "language")), ("language_info", ("name",))):
        given = metadata.get(name) if isinstance(metadata, dict) else None
        if isinstance(given, dict) and all(isinstance(given.get(each), str) for each in fields[:2]):
            kept[name] = {each: _plain(given[each]) for each in fields if isinstance(given.get(each), str)}
    return kept


def read_file(path: Path) -> bytes:
    """Return a file's content; links, devices, pipes and folders are not opened.

    Parameters
    ----------
    path : Path
        A file that a student handed in.

    Returns
    -------
    bytes

    Raises
    ------
    UnreadableSubmission
        If it is not a plain file, is too large, or cannot be opened.
    """
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise UnreadableSubmission(f"{printable(path.name)} is a link or a folder, not a file. {ASK}")
        # What a name stands for may change in between: no link is followed, and no pipe waited for.
        flags = sum(getattr(os, name, 0) for name in ("O_RDONLY", "O_BINARY", "O_NOFOLLOW", "O_NONBLOCK"))
        with open(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableSubmission(f"{printable(path.name)} is not a file. {ASK}")
            # One more than is read: read_notebook then says that it is too large.
            return file.read(LARGEST_FILE + 1)
    except OSError as fault:
        raise UnreadableSubmission(
            f"{printable(path.name)} cannot be opened ({fault.strerror}). "
            "See to it that the person who marks may read it."
        ) from None


def printable(text: str) -> str:
    r"""Return text from a student fit to stand in a sentence: one line, up to 60 characters.

    Parameters
    ----------
    text : str
        Such as a file's name, which may hold anything.

    Returns
    -------
    str

    Examples
    --------
    >>> printable("a\nb\udcff.ipynb")
    'a\ufffdb\ufffd.ipynb'
    """
    shown = "".join(character if character.isprintable() else "\ufffd" for character in text[:61])
    return shown if len(shown) <= 60 else f"{shown[:59]}…"


@dataclass(frozen=True)
class Found:
    """A student's notebook for an assignment.

    Parameters
    ----------
    path : Path
        Where it is.
    repairs : list of str
        What had to be repaired to find it.
    flags : list of str
        What a person must look at.
    """

    path: Path
    repairs: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)


def ids_of(notebook: NotebookNode) -> frozenset[str]:
    """Return the cell ids and grade ids of a notebook.

    Parameters
    ----------
    notebook : NotebookNode
        As `read_notebook` gives it.

    Returns
    -------
    frozenset of str
    """
    grade_ids = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells}
    ids = {cell.id for cell in notebook.cells} | {id for id in grade_ids if isinstance(id, str)}
    return frozenset(ids)


def find_notebook(folder: Path, name: str, ids: Collection[str] = ()) -> Found:
    """Find the notebook of an assignment in what a student handed in.

    It is NAME.ipynb; or else the only notebook, under whatever name and in whatever folder within; or else
    the only one of that name in a folder within; or else the only one with cells of the assignment.

    Parameters
    ----------
    folder : Path
        The student's folder for this assignment.
    name : str
        The assignment.
    ids : collection of str
        Cell ids and grade ids of the release notebook, from `ids_of`. Without them, several notebooks of
        other names are not told apart.

    Returns
    -------
    Found

    Raises
    ------
    UnreadableSubmission
        If there is no notebook, or it cannot be told which of several is meant.
    """
    own = folder / f"{name}.ipynb"
    if os.path.lexists(own) and not _is_file(own):
        raise UnreadableSubmission(f"{own.name} is a link or a folder, not a file. {ASK}")
    candidates = _candidates(folder)
    path = _chosen(candidates, own, ids)
    return Found(path, _moved(path, own, candidates), _rivals(path, candidates, folder, ids))


def take_in(folder: Path, name: str, ids: Collection[str] = ()) -> Found:
    """Find a student's notebook, and put a copy where nbgrader looks for it; the original stays as it came.

    Parameters
    ----------
    folder, name, ids
        As for `find_notebook`.

    Returns
    -------
    Found
        With the path `folder`/`name`.ipynb.

    Raises
    ------
    UnreadableSubmission
        As `find_notebook`, and if the copy cannot be read or written.
    """
    found = find_notebook(folder, name, ids)
    own = folder / f"{name}.ipynb"
    if found.path != own:
        content = read_file(found.path)
        try:
            _write(own, content, found.path.stat().st_mtime_ns)
        except OSError as fault:
            raise UnreadableSubmission(
                f"{own.name} cannot be written ({fault.strerror}). "
                "See to it that the person who marks may write in the student's folder."
            ) from None
    return Found(own, found.repairs, found.flags)


def _write(path: Path, content: bytes, time: int) -> None:
    """Write a file whole or not at all, with the time of the file it is a copy of."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as aside:
        aside.write(content)
    os.chmod(aside.name, 0o644)
    os.utime(aside.name, ns=(time, time))
    os.replace(aside.name, path)


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def _candidates(folder: Path) -> list[Path]:
    others = []
    found = []
    for path in _files(folder):
        # Some browsers and systems save a notebook as .ipynb.txt or .ipynb.json.
        if re.search(r"\.ipynb(\.txt|\.json)?$", path.name, re.IGNORECASE):
            found.append(path)
        else:
            others.append(printable(path.name))
    if found:
        return sorted(found, key=lambda path: (len(path.parts), path))
    there = f"There is only {_listed(others)}" if others else "The folder is empty"
    raise UnreadableSubmission(f"No notebook was handed in. {there}. {ASK}")


def _files(folder: Path) -> Iterator[Path]:
    """Yield the plain files of a submission, without hidden ones and copies that programs made."""
    seen = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith(".") and each != "__MACOSX")
        seen += len(folders) + len(names)
        if seen > MOST_FILES:
            raise UnreadableSubmission(f"It has more than {MOST_FILES} files. {ASK}")
        for name in sorted(names):
            if not name.startswith(".") and _is_file(Path(place, name)):
                yield Path(place, name)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _chosen(candidates: list[Path], own: Path, ids: Collection[str]) -> Path:
    named = [path for path in candidates if path.name.casefold() == own.name.casefold()]
    if own in candidates:
        return own
    for several in (candidates, named):
        if len(several) == 1:
            return several[0]
    works = {path: work for path in named or candidates if (work := _work(path, ids))}
    # Copies of one and the same work are no reason to ask.
    if works and all(work == next(iter(works.values())) for work in works.values()):
        return next(iter(works))
    raise UnreadableSubmission(
        f"None of the notebooks is {own.name}, and it cannot be told which one is meant: "
        f"{_listed([_within(path, own.parent) for path in candidates])}. "
        f"Ask the student, and give that one the name {own.name}."
    )


def _work(path: Path, ids: Collection[str]) -> list[str] | None:
    """Return the texts of a notebook that has cells of the assignment."""
    try:
        notebook, _ = read_notebook(read_file(path))
    except UnreadableSubmission:
        return None
    return [cell.source for cell in notebook.cells] if ids_of(notebook) & set(ids) else None


def _moved(path: Path, own: Path, candidates: list[Path]) -> list[str]:
    # Marked again, the copy that `take_in` made is there: the report is to say the same as at first.
    origin = next((each for each in candidates if _is_copy(own, each)), path) if path == own else path
    if origin.parent == own.parent and origin.name.casefold() == own.name.casefold():
        return []
    return [f"The notebook was handed in as {_within(origin, own.parent)}. It is marked as {own.name}."]


def _is_copy(path: Path, origin: Path) -> bool:
    one, other = os.lstat(path), os.lstat(origin)
    same = (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)
    return path != origin and same and read_file(path) == read_file(origin)


def _rivals(path: Path, candidates: list[Path], folder: Path, ids: Collection[str]) -> list[str]:
    if len(candidates) == 1 or not ids:
        return []
    own = _work(path, ids)
    rivals = [each for each in candidates if each != path and _work(each, ids) not in (None, own)]
    if not rivals:
        return []
    shown = _listed([_within(each, folder) for each in rivals])
    return [
        f"More than one notebook has cells of this assignment, and they differ: "
        f"{_within(path, folder)} was marked, and not {shown}."
    ]


def _within(path: Path, folder: Path) -> str:
    return printable(path.relative_to(folder).as_posix())


class SubmissionExporter(NotebookExporter):
    """nbgrader's reader of submissions, which reads anything that can be read.

    On nbgrader's first pass over a submission it keeps what was repaired in the notebook's metadata, as
    `cjpolicy`. A student's own metadata of that name does not get through.
    """

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert the notebook in a file.

        Parameters
        ----------
        filename : str
            The file.
        resources : dict, optional
            What preprocessors share.
        **kw
            Passed on.

        Returns
        -------
        output : str
            The notebook as text.
        resources : dict

        Raises
        ------
        UnreadableSubmission
            If it cannot be read as a notebook.
        """
        # On its second pass nbgrader reads what it has just written, with the first pass's notes.
        if not getattr(self.parent, "_sanitizing", True):
            return super().from_filename(filename, resources=resources, **kw)
        path = Path(filename)
        notebook, repairs = read_notebook(read_file(path))
        notebook.metadata["cjpolicy"] = {"repairs": repairs, "flags": []}
        resources = ResourcesDict() if resources is None else resources
        date = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        resources["metadata"] = ResourcesDict(
            name=path.stem, path=str(path.parent), modified_date=f"{date:%B} {date.day}, {date.year}"
        )
        return self.from_notebook_node(notebook, resources=resources, **kw)
