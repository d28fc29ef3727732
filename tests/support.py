"""What the tests share: how to go without material that a checkout may not have."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def must_have(environment: Mapping[str, str]) -> bool:
    """Say whether missing material is a failure, as in continuous integration, or a reason to skip."""
    return environment.get("CI", "").lower() == "true"


def need(what: str, found: Path | None) -> Path:
    """Return `found`, or leave the test: skipped at a desk, failed where CI=true.

    Parameters
    ----------
    what : str
        What is needed and how to supply it, for the reader of the report.
    found : Path or None
        Where it should be.
    """
    if found is not None and found.exists():
        return found
    message = f"{what} not found at {found}" if found else f"{what} not found"
    if must_have(os.environ):
        pytest.fail(message)
    pytest.skip(message)


def beside(variable: str, name: str) -> Path:
    """Return the path in the environment's `variable`, or else `../shared/<name>` beside the repository."""
    return Path(os.environ.get(variable) or ROOT.parent / "shared" / name)
