"""The lock: whole, free of addresses, and installable from wheels on every system the course names."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cjpolicy import doctor
from tests.support import ROOT

LOCK = ROOT / "requirements.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SYSTEMS = ["x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc", "aarch64-apple-darwin"]
UV = [sys.executable, "-m", "uv", "pip"]


def entries() -> list[str]:
    """Return the lock's entries, each with its hashes."""
    return re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8").strip())


def asked_for() -> list[Requirement]:
    """Return everything that pyproject.toml asks for by name."""
    project = PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"]
    groups = [line for group in PROJECT["dependency-groups"].values() for line in group]
    return [Requirement(line) for line in project + groups]


def test_everything_asked_for_is_pinned_to_a_version_that_will_do() -> None:
    pins = doctor.locked(LOCK)
    unmet = [
        str(wish) for wish in asked_for() if pins.get(canonicalize_name(wish.name), "0") not in wish.specifier
    ]
    assert unmet == []


def test_every_entry_is_one_version_with_hashes() -> None:
    wrong = [
        entry.splitlines()[0] for entry in entries() if "--hash=sha256:" not in entry or "==" not in entry
    ]
    assert wrong == []


def test_the_lock_holds_no_address_and_not_the_slow_grammar() -> None:
    text = LOCK.read_text(encoding="utf-8")
    assert "://" not in text
    assert "rfc3987" not in text


def test_this_environment_is_the_locked_one() -> None:
    assert doctor.differences(doctor.locked(LOCK)) == []


@pytest.mark.network
def test_the_lock_is_what_pyproject_asks_for(tmp_path: Path) -> None:
    copy = tmp_path / LOCK.name
    shutil.copy(LOCK, copy)
    groups = [word for group in PROJECT["dependency-groups"] for word in ("--group", group)]
    options = ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
    words = [*UV, "compile", *options, *groups, "pyproject.toml", "--output-file", str(copy)]
    subprocess.run(words, cwd=ROOT, check=True)
    assert copy.read_text(encoding="utf-8") == LOCK.read_text(encoding="utf-8"), "run `make lock`"


@pytest.mark.network
@pytest.mark.parametrize("python", ["3.11", "3.14"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_lock_installs_from_wheels_alone(system: str, python: str, tmp_path: Path) -> None:
    place = ["--target", str(tmp_path), "--python-platform", system, "--python-version", python]
    options = ["--dry-run", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    words = [*UV, "install", *options, *place, "--requirements", str(LOCK)]
    tried = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert "Would install" in tried.stderr
