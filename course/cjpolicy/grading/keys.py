"""Look through what students get for anything that gives an answer away."""

import ast
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .feedback import hidden_tests
from .recorded import read_recorded, solution_of, with_answers
from .workshop import sources

__all__ = ["assignment_keys", "search_for_keys"]

# A shorter text, such as `return total`, stands in many places and gives nothing away.
SHORTEST = 16
# A few of an item's verdicts, without their claims, may well be those of another: only all of them tell.
VERDICTS = r"""[{ ]*("[A-H]": "(supported|contradicted|cannot tell)"[,} ]*)+"""
IMPORT = r"(from [\w.]+ )?import [\w., ]+"
NO_KEY = re.compile(f"{VERDICTS}|{IMPORT}")


def assignment_keys(root: Path, span: int = 3) -> dict[str, str]:
    """Collect every text that gives an assignment's answer away.

    Parameters
    ----------
    root : Path
        The clone's folder.
    span : int
        How many lines in a row make a text. One line alone, such as the first of a call, may well stand in a
        lesson too; in what is made from the assignments themselves even one is too much.

    Returns
    -------
    dict of str to str
        From the text, its white space folded, to where it comes from: hidden tests and what they expect,
        solutions, and recorded answers. What the student's own copy shows is left out, and what is too short
        to tell anything.
    """
    found: dict[str, str] = {}
    for name, path in sources(root).items():
        notebook = _notebook(path)
        shown = _folded("\n".join(cell.source for cell in with_answers(notebook, {}).cells))
        for origin, text in _secrets(root, name, notebook):
            for key in (*_spans(text, span), _folded(text)):
                if len(key) >= SHORTEST and key not in shown and not NO_KEY.fullmatch(key):
                    found.setdefault(key, f"{name}: {origin}")
    return found


def _spans(text: str, span: int) -> Iterator[str]:
    lines = [line for line in map(_folded, text.split("\n")) if line]
    for first in range(max(1, len(lines) - span + 1)):
        yield " ".join(lines[first : first + span])


def _secrets(root: Path, name: str, notebook: Any) -> Iterator[tuple[str, str]]:
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution"):
            yield f"solution of {about['grade_id']}", solution_of(cell.source)
        elif about.get("grade"):
            hidden = hidden_tests(cell.source)
            yield f"hidden test of {about['grade_id']}", hidden
            for expected in _expected(hidden):
                yield f"key of {about['grade_id']}", expected
    for item in read_recorded(root / "solutions" / f"{name}.toml").items.values():
        codes = [
            *item.right,
            *(wrong.code for wrong in item.wrong),
            *(sample.text for sample in item.samples),
        ]
        yield from ((f"recorded answer to {item.id}", code) for code in codes)


def _expected(hidden: str) -> Iterator[str]:
    """Yield the arguments of `expect`, each as it is written and on one line."""
    for node in ast.walk(ast.parse(hidden)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "expect":
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                yield " ".join((ast.get_source_segment(hidden, argument) or "").split())


def search_for_keys(place: Path, keys: dict[str, str]) -> list[str]:
    """Search a folder or an archive, archives within it too, for texts that give an answer away.

    Parameters
    ----------
    place : Path
        A folder, or a zip file or wheel.
    keys : dict of str to str
        What `assignment_keys` gave.

    Returns
    -------
    list of str
        A sentence for each key found.
    """
    files = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
    found = []
    for path in files:
        for where, text in _texts(path.name, path.read_bytes()):
            found += [f"{where} holds a key ({origin}): {key}" for key, origin in keys.items() if key in text]
    return found


def _texts(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inner in archive.namelist():
                yield from _texts(f"{name}/{inner}", archive.read(inner))
    else:
        text = content.decode("utf-8", errors="replace")
        yield name, _folded(_said(text) if name.endswith(".ipynb") else text)


def _said(notebook: str) -> str:
    """Return every string of a notebook, put together as its reader sees it."""
    parts: list[str] = []

    def gather(node: Any) -> None:
        if isinstance(node, dict):
            for value in node.values():
                gather(value)
        elif isinstance(node, list) and all(isinstance(line, str) for line in node):
            parts.append("".join(node))
        elif isinstance(node, list):
            for value in node:
                gather(value)
        elif isinstance(node, str):
            parts.append(node)

    gather(json.loads(notebook))
    return "\n".join(parts)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _notebook(path: Path) -> Any:
    import nbformat

    return nbformat.read(path, as_version=4)
