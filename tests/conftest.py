"""Fixtures for the whole suite."""

from pathlib import Path

import pytest

from tests.support import beside, need


@pytest.fixture(scope="session")
def documents() -> Path:
    """The folder of the five source documents, which the repository does not contain."""
    return need("the source documents (set CJPOLICY_DOCUMENTS)", beside("CJPOLICY_DOCUMENTS", "documents"))
