"""The commands of the Makefile: what they offer, how they refuse a Python, and a set-up from nothing."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import ROOT, need

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
LEFT_BEHIND = (".*", "my-work", "classroom", "__pycache__")


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = need("make", Path(shutil.which("make") or "make"))
    return subprocess.run([program, *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a set-up reads, in a folder with spaces in its name."""
    folder = tmp_path / "a folder with spaces"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    return folder


def test_help_explains_every_command() -> None:
    offered = re.findall(r"^\.PHONY: (help .*)$", MAKEFILE, re.M)[0].split()
    explained = re.findall(r"^  make (\w+) +\S", make(ROOT, "help").stdout, re.M)
    assert sorted(explained) == sorted(offered)


@pytest.mark.parametrize(
    ("fails_on", "said"),
    [
        ("version_info < (3, 11)", "needs Python 3.11 or newer"),
        ("ensurepip", "sudo apt install python3-venv"),
    ],
)
def test_a_python_that_will_not_do_is_named(clone: Path, fails_on: str, said: str) -> None:
    python = clone / "unfit-python"
    python.write_text(
        f'#!/bin/sh\ncase "$*" in *"{fails_on}"*) exit 1;; --version) echo Python 3.9.1;; esac\n'
    )
    python.chmod(0o755)
    tried = make(clone, "setup", "PYTHON=./unfit-python")
    assert tried.returncode != 0
    assert said in tried.stderr
    assert not (clone / ".venv").exists()


@pytest.mark.slow
@pytest.mark.network
def test_a_set_up_from_nothing_works_and_is_not_done_twice(clone: Path) -> None:
    first = make(clone, "setup")
    assert first.returncode == 0, first.stderr
    python = clone / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    asked = [str(python), "-c", "import cjpolicy.desk as desk; print(desk.find_course().root)"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip() == str(
        clone.resolve()
    )
    assert "Nothing to be done" in make(clone, "setup").stdout


def test_a_set_up_that_was_moved_is_made_again(clone: Path) -> None:
    (clone / ".venv").mkdir()
    (clone / ".venv" / ".set-up").write_text("/somewhere/else")
    assert "--clear .venv" in make(clone, "--dry-run", "setup").stdout
