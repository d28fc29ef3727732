"""What is committed: notebooks without traces of a run, no path or address of a machine, no debris."""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.support import ROOT, need

LARGEST = 3_000_000
LONGEST_LESSON_CELL = 12
DEBRIS = re.compile(
    r"(^|/)(\.ipynb_checkpoints/|__pycache__/|gradebook\.db|\.nbgrader\.log$|uv\.lock$|\.DS_Store$)"
)
HOMES = re.compile(r"/home/\w|/Users/\w|/root/\w|[A-Z]:\\+Users")
REGISTRIES = re.compile(r"python[h]osted|pypi\.(org|io)|npm[j]s|deb\.debian", re.I)
MACHINE_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f-]+)?|cell-[0-9a-f]{16}")
WORDS_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LANGUAGE = {"name"}
NOTEBOOK_KEYS = {"kernelspec", "language_info"}
# Folders anyone may work in: a file may well name one of these.
COMMON_PLACES = {tempfile.gettempdir(), "/", "/home", "/opt", "/srv", "/tmp", "/usr/src"}


@cache
def committed() -> list[str]:
    """Return the paths git keeps, or would keep, of the clone the tests are in."""
    need("a git clone (the tests of what is committed need one)", ROOT / ".git")
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for path in sorted(set(listed.split("\0"))) if path and (ROOT / path).is_file()]


def texts() -> Iterator[tuple[str, str]]:
    """Yield the path and content of every file that is text."""
    for path in committed():
        try:
            yield path, (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def notebooks() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the path and content of every notebook."""
    for path in committed():
        if path.endswith(".ipynb"):
            yield path, json.loads((ROOT / path).read_text(encoding="utf-8"))


def cells() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every cell of every notebook, with a name for it."""
    for path, notebook in notebooks():
        for number, cell in enumerate(notebook["cells"]):
            yield f"{path}, cell {number} ({cell.get('id')})", cell


def holding(pattern: re.Pattern[str]) -> list[str]:
    """Return where a pattern is found, as `path: what was found`."""
    return [f"{path}: {found[0]}" for path, text in texts() if (found := pattern.search(text))]


def test_what_a_reader_starts_from_is_there() -> None:
    wanted = {
        "README.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "Makefile",
        "pyproject.toml",
        "requirements.lock",
        ".ci/run",
    }
    assert wanted - set(committed()) == set()


def test_nothing_that_a_run_leaves_behind_is_kept() -> None:
    assert [path for path in committed() if DEBRIS.search(path)] == []


def test_no_file_is_too_large() -> None:
    assert [path for path in committed() if (ROOT / path).stat().st_size > LARGEST] == []


def test_no_file_holds_a_path_of_a_machine() -> None:
    here = [str(ROOT), *([] if str(ROOT.parent) in COMMON_PLACES else [str(ROOT.parent)])]
    assert holding(re.compile("|".join(re.escape(place) + "/" for place in here))) == []
    assert holding(HOMES) == []


def test_no_file_names_a_package_registry() -> None:
    assert holding(REGISTRIES) == []


def test_lines_end_the_same_way_everywhere() -> None:
    assert [path for path in committed() if b"\r\n" in (ROOT / path).read_bytes()] == []


def test_notebooks_hold_no_outputs() -> None:
    ran = [name for name, cell in cells() if cell.get("outputs") or cell.get("execution_count")]
    assert ran == []


def test_notebooks_say_nothing_of_the_machine_they_were_written_on() -> None:
    wrong = []
    for path, notebook in notebooks():
        metadata = notebook["metadata"]
        extra = [*(set(metadata) - NOTEBOOK_KEYS), *(set(metadata.get("language_info", {})) - LANGUAGE)]
        if extra or metadata.get("kernelspec", {}).get("name") != "python3":
            wrong.append(f"{path}: {extra or metadata}")
    assert wrong == []


def test_cells_have_ids_of_words() -> None:
    ids = [(name, str(cell.get("id", ""))) for name, cell in cells()]
    wrong = [name for name, word in ids if MACHINE_ID.fullmatch(word) or not WORDS_ID.fullmatch(word)]
    assert wrong == []


def test_no_two_cells_of_a_notebook_share_an_id() -> None:
    repeated = []
    for path, notebook in notebooks():
        ids = [cell.get("id") for cell in notebook["cells"]]
        repeated += [f"{path}: {word}" for word in set(ids) if ids.count(word) > 1]
    assert repeated == []


def test_a_lessons_code_cells_fit_on_a_screen() -> None:
    lines = {name: len("".join(cell["source"]).splitlines()) for name, cell in lesson_code()}
    assert [f"{name}: {count} lines" for name, count in lines.items() if count > LONGEST_LESSON_CELL] == []


def lesson_code() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the code cells of lessons, but not those that nbgrader marks."""
    for name, cell in cells():
        marked = "nbgrader" in cell.get("metadata", {})
        if "/lessons/" in name and cell["cell_type"] == "code" and not marked:
            yield name, cell


def test_the_ignored_folders_are_ignored() -> None:
    words = ["git", "check-ignore", "my-work/x.ipynb", "classroom/gradebook.db", ".venv/x", "uv.lock"]
    listed = subprocess.run(words, cwd=need("a git clone", ROOT), capture_output=True, text=True, check=False)
    assert listed.stdout.split() == words[2:]
