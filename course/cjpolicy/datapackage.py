"""Reads the course's data package from disk, with the standard library only, and refuses what is damaged."""

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from cjpolicy.errors import DamagedData

PACKAGE = Path(__file__).resolve().parent
REPAIR = (
    "Put it back as it came: in a clone, run `git restore datasets`; elsewhere, install the course again."
)
EXPECTED = ("path", "title", "description", "row", "kind", "sources", "schema")

Cell = str | int | float | bool | date | None
Record = dict[str, Cell]


def root() -> Path:
    """Return the folder that holds the course's data.

    Returns
    -------
    pathlib.Path
        The folder named by the environment variable CJPOLICY_DATASETS if that is set; else `datasets` of
        the clone that the package stands in; else the copy inside the installed package. The working
        directory plays no part.

    Raises
    ------
    DamagedData
        If there is no such folder.

    Examples
    --------
    >>> root().is_dir()
    True
    """
    chosen = os.environ.get("CJPOLICY_DATASETS")
    if chosen:
        folder = Path(chosen).expanduser().resolve()
        if not folder.is_dir():
            msg = f"CJPOLICY_DATASETS names {chosen!r}, which is not a folder. Unset it, or name one."
            raise DamagedData(msg)
        return folder
    clone = PACKAGE.parents[1] / "datasets"
    if PACKAGE.parent.name == "course" and clone.is_dir():
        return clone
    if (PACKAGE / "datasets").is_dir():
        return PACKAGE / "datasets"
    raise DamagedData(f"The course's data folder `datasets` is missing. {REPAIR}")


def resources() -> dict[str, dict[str, Any]]:
    """Return what datapackage.json declares, one entry a dataset.

    Returns
    -------
    dict of str to dict
        From a dataset's name to its resource, in the order of the file.

    Raises
    ------
    DamagedData
        If the file is missing or is not a data package.

    Examples
    --------
    >>> "figures" in resources()
    True
    """
    path = root() / "datapackage.json"
    return _resources(path, _stamp(path))


def records(name: str) -> list[Record]:
    """Return the rows of a declared dataset, each cell turned into its declared type.

    Parameters
    ----------
    name : str
        The name of a resource of datapackage.json.

    Returns
    -------
    list of dict
        One dict a row. An empty cell is "" in a text field and None in any other. The list is shared:
        do not change it.

    Raises
    ------
    DamagedData
        If the file is missing, or does not hold what the data package declares.

    Examples
    --------
    >>> records("documents")[0]["document_id"]
    '000'
    """
    return list(_records(name, *stamps(name)))


def stamps(name: str) -> tuple[Path, tuple[int, int], tuple[int, int]]:
    """Return what a stored reading of a dataset depends on: its folder, and the state of its two files.

    Parameters
    ----------
    name : str
        The name of a resource of datapackage.json.

    Returns
    -------
    tuple of (pathlib.Path, (int, int), (int, int))
        The data folder; then time changed and size, of the CSV and of datapackage.json.

    Raises
    ------
    DamagedData
        If one of the files is missing.

    Examples
    --------
    >>> stamps("documents")[0] == root()
    True
    """
    folder = root()
    return folder, _stamp(folder / resources()[name]["path"]), _stamp(folder / "datapackage.json")


def _stamp(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError:
        raise DamagedData(f"datasets/{path.name} is missing. {REPAIR}") from None
    return state.st_mtime_ns, state.st_size


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        msg = (
            f"datasets/{path.name} is damaged: byte {fault.start + 1} is not UTF-8 text. "
            f"A spreadsheet may have saved it in another encoding. {REPAIR}"
        )
        raise DamagedData(msg) from None
    except OSError as fault:
        raise DamagedData(f"datasets/{path.name} cannot be read ({fault.strerror}). {REPAIR}") from None


@lru_cache(maxsize=8)
def _resources(path: Path, _: tuple[int, int]) -> dict[str, dict[str, Any]]:
    try:
        declared = json.loads(_text(path))
        found = {entry["name"]: entry for entry in declared["resources"]}
        whole = all(set(EXPECTED) <= set(entry) and entry["schema"]["fields"] for entry in found.values())
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise _damaged(path, "it is not a list of datasets with their titles, fields and sources")
    return found


@lru_cache(maxsize=64)
def _records(
    name: str, folder: Path, csv_stamp: tuple[int, int], package_stamp: tuple[int, int]
) -> tuple[Record, ...]:
    resource = resources()[name]
    path = folder / resource["path"]
    fields = resource["schema"]["fields"]
    lines = _lines(path)
    _, header = next(lines, (0, []))
    expected = [field["name"] for field in fields]
    if header != expected:
        raise _damaged(path, f"its columns are {_listed(header)}, but {_listed(expected)} were expected")
    rows = tuple(_record(path, number, line, fields) for number, line in lines)
    if "rows" in resource and len(rows) != resource["rows"]:
        raise _damaged(path, f"it has {len(rows)} rows, but {resource['rows']} were expected")
    return rows


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    text = _text(path)
    if not text.endswith("\n"):
        raise _damaged(path, "it is empty, or its last line is cut short")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as fault:
        raise _damaged(path, f"line {reader.line_num} is not well-formed CSV ({fault})") from None


def _record(path: Path, number: int, cells: list[str], fields: list[dict[str, Any]]) -> Record:
    if len(cells) != len(fields):
        raise _damaged(path, f"line {number} has {len(cells)} cells, but {len(fields)} were expected")
    return {
        field["name"]: _cell(path, number, cell, field) for cell, field in zip(cells, fields, strict=True)
    }


def _cell(path: Path, number: int, cell: str, field: dict[str, Any]) -> Cell:
    name, kind = field["name"], field["type"]
    if cell == "":
        if field.get("constraints", {}).get("required"):
            raise _damaged(path, f'line {number}, column "{name}" is empty, but a value is required')
        return "" if kind == "string" else None
    try:
        return READERS[kind](cell)
    except (KeyError, ValueError):
        fault = f'line {number}, column "{name}" holds {cell!r}, but its type is {kind}'
        raise _damaged(path, fault) from None


def _damaged(path: Path, fault: str) -> DamagedData:
    return DamagedData(f"datasets/{path.name} is damaged: {fault}. {REPAIR}")


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"


def _integer(cell: str) -> int:
    # int() would also take "1_000" and " 1 ", which the data package does not.
    if not re.fullmatch(r"[+-]?\d+", cell, re.ASCII):
        raise ValueError(cell)
    return int(cell)


def _number(cell: str) -> float:
    # float() would also take "nan", "inf" and "1_000".
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", cell, re.ASCII):
        raise ValueError(cell)
    return float(cell)


def _boolean(cell: str) -> bool:
    return {"true": True, "false": False}[cell]


READERS: dict[str, Callable[[str], Cell]] = {
    "string": str,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": date.fromisoformat,
}
