"""Rosters and due dates: taken whole or not at all."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cjpolicy.errors import CourseError
from cjpolicy.grading.roster import read_due_dates, read_roster, take_due_dates, take_roster
from cjpolicy.grading.workshop import Workshop
from tests.grading import sample

NAMES = ["a01_claim", "a02_counting"]


def file(folder: Path, content: str | bytes) -> Path:
    path = folder / "list.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_spreadsheets_file_is_read(tmp_path: Path) -> None:
    path = file(tmp_path, "\ufeffid, first_name,last_name\r\nada,Ada,Byron\r\n\r\n 12 ,,\r\n")
    assert read_roster(path) == {
        "ada": {"first_name": "Ada", "last_name": "Byron"},
        "12": {"first_name": None, "last_name": None},
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", r"has the columns \(none\). It must have id"),
        ("id,surname\nada,Byron\n", "has the columns id, surname. It must have id, and may have first_name"),
        ("first_name\nAda\n", "It must have id"),
        ("id,id\nada,ada\n", "It must have id"),
        ("id\n", "it has no rows"),
        ("id,email\nada\n", "line 2: 1 cells, but 2 columns"),
        ("id,email\n,a@x\n", "line 2: id is empty"),
        ("id\nada\nbyron+ada\n../ada\n", r"line 3: the id 'byron\+ada'.*line 4: the id '../ada'"),
        ("id\nada\nada\n", "line 3: ada stands twice"),
        ('id,last_name\nada,"Byron, King"\n', "line 2: a comma in a name"),
        ("id,first_name\nada,<img src=x>\n", 'line 2: first_name holds one of < > & "'),
        (b"id,last_name\nada,Br\xf6n\n", "is not UTF-8 text. Save it from the spreadsheet as CSV UTF-8"),
    ],
)
def test_a_bad_roster_is_refused(content: str | bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=said):
        read_roster(file(tmp_path, content))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"list.csv cannot be read \(No such file"):
        read_roster(tmp_path / "list.csv")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a02,2026-10-09T17:00", "line 2: 2026-10-09T17:00 has no time and zone"),
        ("a02,2026-10-09", "has no time and zone"),
        ("a02,9 October", "line 2: Invalid isoformat"),
        ("a03,2026-10-09T17:00Z", "line 2: There is no assignment 'a03'"),
        ("a02,2026-10-09T17:00Z\na02_counting,2026-10-10T17:00Z", "line 3: a02_counting stands twice"),
    ],
)
def test_a_bad_due_date_is_refused(row: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=said):
        read_due_dates(file(tmp_path, f"assignment,due\n{row}\n"), NAMES)


@pytest.mark.grading
def test_both_reach_the_gradebook(tmp_path: Path) -> None:
    course = Workshop(sample.sample_course(tmp_path / "a course").root)
    first = file(tmp_path, "id,first_name,last_name,email\nada,Ada,King,a@x\nben,Ben,Okri,b@x\n")
    assert take_roster(course, first) == "2 students read, 2 of them new. The gradebook has 2."
    assert take_roster(course, file(tmp_path, "id,last_name\nada,Byron\n")).endswith("The gradebook has 2.")
    with pytest.raises(CourseError):
        take_roster(course, file(tmp_path, "id,last_name\nada,Wrong\nben,x,y\n"))
    due = file(tmp_path, "assignment,due\na90,2026-10-09T17:00+01:00\n")
    assert take_due_dates(course, due, [sample.NAME]) == ["a90_sample is due 2026-10-09 17:00+01:00."]
    course.generate(sample.NAME)
    with course.api.gradebook as gradebook:
        assert [(each.id, each.first_name, each.last_name) for each in gradebook.students] == [
            ("ada", "Ada", "Byron"),
            ("ben", "Ben", "Okri"),
        ]
        found = gradebook.find_assignment(sample.NAME)
        assert found.duedate.replace(tzinfo=UTC) == datetime(2026, 10, 9, 16, tzinfo=UTC)
        assert found.max_score == 7
