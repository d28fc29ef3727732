"""Fixtures of the tests of marking."""

from pathlib import Path

import pytest

from tests.grading.clones import Clone, clone_to


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A fresh copy of the course."""
    return clone_to(tmp_path)
