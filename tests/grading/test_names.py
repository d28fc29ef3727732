"""Assignments by the beginning of their names, and submissions by the names campus systems give them."""

import re
from pathlib import Path

import pytest
from traitlets.config.loader import PyFileConfigLoader

from cjpolicy.errors import UnknownName
from cjpolicy.grading.names import one_assignment
from cjpolicy.grading.workshop import SETTINGS
from tests.support import ROOT

THERE = ["a01_claim", "a02_counting", "a02_counting_again"]


def test_a_whole_name_wins_over_a_longer_one() -> None:
    assert one_assignment("a02_counting", THERE) == "a02_counting"


@pytest.mark.parametrize(
    ("prefix", "said"), [("a0", "Give more"), ("b", "There are: a01"), ("", "There are: a01")]
)
def test_no_one_assignment(prefix: str, said: str) -> None:
    with pytest.raises(UnknownName, match=said):
        one_assignment(prefix, THERE)


@pytest.fixture
def pattern(tmp_path: Path) -> str:
    (tmp_path / SETTINGS).write_bytes((ROOT / SETTINGS).read_bytes())
    found: str = (
        PyFileConfigLoader(SETTINGS, str(tmp_path)).load_config().FileNameCollectorPlugin.named_regexp
    )
    return found


@pytest.mark.parametrize(
    ("name", "student", "time"),
    [
        ("Byron, Ada_12345_a02_counting_violence_2026-10-01.ipynb", "12345", "2026-10-01"),
        (
            "Byron, Ada_ada@x.org_a02_counting_violence_2026-10-01-15-30-00.ipynb",
            "ada@x.org",
            "2026-10-01-15-30-00",
        ),
        ("O'Neil-Ng,Zoë Anne_z.1_a02_counting_violence (1).ipynb", "z.1", None),
        ("a zip of mine/Byron, Ada_12345_file_/a02_counting_violence.ipynb", "12345", None),
        ("Byron, Ada_12345_/a02_counting_violence-2.ipynb", "12345", None),
    ],
)
def test_submissions_are_told_apart(name: str, student: str, time: str | None, pattern: str) -> None:
    for separator in ("/", "\\"):
        path = f"/tmp/a class_of 2026/downloaded/a02_counting_violence/extracted/{name}".replace(
            "/", separator
        )
        found = re.match(pattern, path)
        assert found and found["file_id"] == "a02_counting_violence"
        assert (found["student_id"], found["timestamp"]) == (student, time)


@pytest.mark.parametrize(
    "name", ["a02_counting_violence.ipynb", "Byron, Ada_1_a02_counting_violence.txt", "x.ipynb"]
)
def test_what_names_no_student_is_not_taken(name: str, pattern: str) -> None:
    assert re.match(pattern, f"/tmp/downloaded/a02_counting_violence/extracted/{name}") is None
