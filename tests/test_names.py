"""Is anyone named whom the course has promised not to name?"""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support import ROOT, beside, need


def names(path: Path) -> list[str]:
    """Read one name a line; a line that begins with # is a remark."""
    listed = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [name for name in listed if name and not name.startswith("#")]


def pattern(names: list[str]) -> re.Pattern[str]:
    """Match any of the names as whole words, however capitals and white space fall."""
    phrases = (r"\s+".join(map(re.escape, name.split())) for name in names)
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)


def texts() -> dict[str, str]:
    """Return the text of every file that is, or would be, committed; binary files are not text."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    found = {}
    for name in filter(None, listed):
        path = ROOT / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            found[name] = content.decode("utf-8", errors="replace")
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("said Ann\n  Example, 40", True),
        ("ANN EXAMPLE'S case", True),
        ("Joann Example", False),
        ("Ann Examples", False),
        ("Ann of Example", False),
    ],
)
def test_a_name_is_found_whole_whatever_its_capitals(text: str, found: bool) -> None:
    assert bool(pattern(["Ann Example"]).search(text)) is found


def test_nobody_on_the_list_is_named_in_any_file() -> None:
    listed = names(need("names to keep out (CJPOLICY_DO_NOT_NAME)", do_not_name()))
    assert listed, "the list of names is empty"
    found = pattern(listed)
    searched = texts()
    assert "datasets/figures.csv" in searched
    # A report of the failure must not spread the name: it gives the file only.
    assert [name for name, text in searched.items() if found.search(text) or found.search(name)] == []


def do_not_name() -> Path:
    """Return where the list should be; it is kept out of the project, since it names people itself."""
    return beside("CJPOLICY_DO_NOT_NAME", "reference/do-not-name.txt")
