"""The book takes in what the gradebook and the reports say, whatever state they are in, and loses nothing."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.grading.report import Entry
from cjpolicy.review import book as module
from cjpolicy.review.book import Book
from tests.review.classes import DUE, HANDED_IN, ITEMS, ONE, STUDENTS, TWO, Class, Mark, full, new_class

# Making a gradebook takes nbgrader a second or two.
pytestmark = pytest.mark.grading

MARKS = """
SELECT i.id, p.id, m.earned, m.by_hand, m.again FROM mark AS m
JOIN item AS i ON i.number = m.item JOIN student AS p ON p.number = m.student
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Class:
    made = new_class(tmp_path_factory.mktemp("class") / "root")
    made.give(full(ONE) | full(TWO))
    for name in ITEMS:
        made.report(name)
    return made


@pytest.fixture
def small(sample: Class, tmp_path: Path) -> Class:
    return sample.copied(tmp_path / "class")


def held(root: Path, sql: str, *given: object) -> list[tuple[Any, ...]]:
    """Open the book, ask, and close it."""
    with Book.open(root) as book:
        return book.connection.execute(sql, given).fetchall()


def messages(root: Path) -> list[str]:
    with Book.open(root) as book:
        return book.messages


def everything(root: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that the book says of the class, without its messages."""
    with Book.open(root) as book:
        return {
            table: sorted(book.connection.execute(f"SELECT * FROM {table}"), key=repr)
            for table in module.CLASS_TABLES
        }


def test_marks_are_the_gradebooks(small: Class) -> None:
    one = STUDENTS[0]
    given = {
        "a01-sum": Mark(auto=2.0, manual=0.5, again=True),
        "a01-change": Mark(auto=1.0, extra=0.5),
        "a01-share": Mark(auto=0.0),
        "a01-essay": Mark(extra=1.0),
    }
    small.give({(ONE, item, one): mark for item, mark in given.items()})
    found = {item: rest for item, _, *rest in held(small.root, f"{MARKS} WHERE p.id = ?", one)}
    assert {item: found[item] for item in given} == {
        "a01-sum": [0.5, 1, 1],
        "a01-change": [1.5, 0, 0],
        "a01-share": [0.0, 0, 0],
        "a01-essay": [None, 0, 0],
    }
    ((score, worth, marked, waiting),) = held(
        small.root,
        "SELECT score, worth, marked_worth, waiting FROM submission "
        "WHERE assignment = 1 AND student = (SELECT number FROM student WHERE id = ?)",
        one,
    )
    assert (score, worth, marked, waiting) == (2.0, 10.0, 6.0, 1)


def test_scores_and_lateness_are_those_that_nbgrader_works_out(small: Class) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(small.url) as gradebook:
        for student, hours in zip(STUDENTS, (-1, 0, 0.5, 30, 47.9999), strict=False):
            submission = gradebook.find_submission(ONE, student)
            submission.timestamp = DUE + timedelta(hours=hours)
            submission.extension = timedelta(days=1) if student in ("s03", "s04") else None
        submission.notebooks[0].late_submission_penalty = 2.5
        gradebook.find_submission(ONE, "s05").timestamp = None
        gradebook.find_submission(ONE, "s06").notebooks[0].late_submission_penalty = 99.0
        gradebook.db.commit()
        expected = {
            each.student_id: (
                max(0.0, each.score - (each.late_submission_penalty or 0.0)),
                each.max_score,
                pytest.approx(each.total_seconds_late / 3600, abs=0.001),
                each.timestamp and str(each.timestamp)[:19],
            )
            for each in gradebook.find_assignment(ONE).submissions
        }
    gradebook.engine.dispose()
    found = held(
        small.root,
        "SELECT p.id, s.score, s.worth, s.late, s.handed_in FROM submission AS s "
        "JOIN student AS p ON p.number = s.student WHERE s.assignment = 1",
    )
    assert {id: tuple(rest) for id, *rest in found} == expected
    assert expected["s06"][0] == 0.0


def test_reports_tell_all_else(small: Class) -> None:
    points: dict[str, float | None] = dict.fromkeys(ITEMS[ONE], 0.0)
    small.report(
        ONE,
        {
            "s01": Entry(
                points, {"a01-sum": ["unit-slip", "wrong-base:new"]}, ["Read as UTF-16."], seconds=3.5, seed=7
            ),
            "s02": Entry(points, flags=["Look."], limits=["Cell 3 was stopped.", "So was cell 4."]),
        },
        unmarked={"Smith ": "A student's id cannot end with a space."},
        left_out={"s01.zip": "It is a file."},
        gone=["s04"],
    )
    statuses = held(
        small.root,
        "SELECT p.id, s.status, s.seconds FROM submission AS s JOIN student AS p ON p.number = s.student "
        "WHERE s.assignment = 1 AND p.id IN ('s00', 's01', 's02', 'Smith ')",
    )
    assert sorted(statuses) == [
        ("Smith ", "unmarked", None),
        ("s00", "graded", 1.0),
        ("s01", "repaired", 3.5),
        ("s02", "flagged", None),
    ]
    notes = held(
        small.root,
        "SELECT p.id, n.kind, n.text FROM note AS n LEFT JOIN student AS p ON p.number = n.student "
        "WHERE n.assignment = 1 ORDER BY n.kind, n.rowid",
    )
    assert notes == [
        ("s02", "flagged", "Look."),
        ("s04", "gone", "What was handed in is no longer there. The marks stay."),
        (None, "left out", "It is a file."),
        ("s02", "limit", "Cell 3 was stopped."),
        ("s02", "limit", "So was cell 4."),
        ("s01", "repaired", "Read as UTF-16."),
        ("Smith ", "unmarked", "A student's id cannot end with a space."),
    ]
    assert held(
        small.root, "SELECT i.id, s.slip FROM slip AS s JOIN item AS i ON i.number = s.item ORDER BY 2"
    ) == [("a01-sum", "unit-slip"), ("a01-sum", "wrong-base:new")]


def test_items_stand_in_the_notebooks_order(small: Class) -> None:
    found = held(small.root, "SELECT id, place, worth, written FROM item WHERE assignment = 1 ORDER BY place")
    assert found == [
        ("a01-sum", 1, 2.0, 0),
        ("a01-change", 2, 3.0, 0),
        ("a01-share", 3, 1.0, 0),
        ("a01-essay", 4, 4.0, 1),
    ]


def test_opening_again_writes_nothing(small: Class) -> None:
    Book.open(small.root).close()
    path = small.root / "classroom" / "review.db"
    before = path.stat().st_mtime_ns, path.read_bytes()
    Book.open(small.root).close()
    assert (path.stat().st_mtime_ns, path.read_bytes()) == before


def test_a_mark_given_since_is_seen_even_where_the_files_time_is_the_same(small: Class) -> None:
    Book.open(small.root).close()
    about = small.gradebook.stat()
    small.give({(ONE, "a01-sum", "s03"): Mark(auto=2.0, manual=1.25)})
    os.utime(small.gradebook, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert small.gradebook.stat().st_size == about.st_size
    assert held(small.root, f"{MARKS} WHERE p.id = 's03' AND i.id = 'a01-sum'")[0][2] == 1.25


def test_a_report_written_since_is_seen(small: Class) -> None:
    Book.open(small.root).close()
    small.report(TWO, {"s01": Entry({"a02-base": 2.0}, flags=["Look."])})
    assert held(small.root, "SELECT text FROM note") == [("Look.",)]
    (small.root / "classroom" / "reports" / f"{TWO}.json").unlink()
    assert held(small.root, "SELECT DISTINCT status FROM submission WHERE assignment = 2") == [("no report",)]


def codes(root: Path) -> dict[str, str]:
    return dict(held(root, "SELECT id, code FROM student"))


def test_codes_stay_and_lead_back(small: Class) -> None:
    before = codes(small.root)
    assert set(before.values()) == {f"Student {number}" for number in range(1, 15)}
    (small.root / "classroom" / "review.db").unlink()
    small.report(ONE, {"late-comer": Entry(dict.fromkeys(ITEMS[ONE], 1.0))})
    after = codes(small.root)
    assert after.pop("late-comer") == "Student 15"
    assert after == before
    with Book.open(small.root) as book:
        assert all(book.student(code) == id for id, code in before.items())
        with pytest.raises(UnknownName, match="Student 99"):
            book.student("Student 99")


def test_codes_are_by_lot(small: Class) -> None:
    drawn = set()
    for _ in range(3):
        for name in ("review.db", module.CODES):
            (small.root / "classroom" / name).unlink(missing_ok=True)
        drawn.add(tuple(sorted(codes(small.root).items())))
    # That all three orders of fourteen be the same, or the first that of the ids, is out of the question.
    assert len(drawn) > 1


def test_a_damaged_list_of_codes_is_not_drawn_anew_in_silence(small: Class) -> None:
    (small.root / "classroom" / module.CODES).write_text('["s01", ')
    with pytest.raises(CourseError, match=f"{module.CODES} is damaged.*delete it"):
        Book.open(small.root)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def other_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.executescript("DROP TABLE mark; CREATE TABLE other (x); PRAGMA user_version = 999")


def without_a_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TABLE fact")


@pytest.mark.parametrize(
    "damage",
    [
        Path.unlink,
        cut,
        other_version,
        without_a_table,
        lambda path: path.write_bytes(b"no database at all" * 1000),
        lambda path: path.write_bytes(b""),
    ],
)
def test_a_missing_or_damaged_copy_is_made_anew(small: Class, damage: Any) -> None:
    before = everything(small.root)
    damage(small.root / "classroom" / "review.db")
    assert everything(small.root) == before


def test_a_copy_whose_making_was_killed_is_whole(small: Class) -> None:
    before = everything(small.root)
    path = small.root / "classroom" / "review.db"
    # Little memory has SQLite write to the file itself before the end.
    killed = f"""
import os, sqlite3
file = sqlite3.connect({str(path)!r}, isolation_level=None)
file.execute("PRAGMA cache_size = 1")
file.execute("BEGIN IMMEDIATE")
file.execute("DELETE FROM mark WHERE earned >= 0")
file.execute("CREATE TABLE junk (x)")
file.executemany("INSERT INTO junk VALUES (hex(randomblob(100)))", [()] * 5000)
os._exit(1)
"""
    size = path.stat().st_size
    subprocess.run([sys.executable, "-c", killed], check=False)
    assert path.stat().st_size > size and Path(f"{path}-journal").exists()
    assert everything(small.root) == before


def test_several_may_open_a_class_at_once(small: Class) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: everything(small.root), range(4)))
    assert all(each == found[0] for each in found)
    assert len(found[0]["mark"]) == sum(len(HANDED_IN[name]) * len(ITEMS[name]) for name in ITEMS)


def test_a_reader_is_not_disturbed_by_another(small: Class) -> None:
    with Book.open(small.root) as book:
        rows = book.connection.execute("SELECT * FROM mark")
        rows.fetchone()
        rows.close()
        small.give({(ONE, "a01-sum", "s03"): Mark(auto=0.0)})
        Book.open(small.root).close()
        assert book.connection.execute("SELECT count(*) FROM mark WHERE earned = 0").fetchone() == (1,)


def test_the_gradebook_is_only_read_so_that_marking_need_not_wait(
    small: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    with closing(sqlite3.connect(small.gradebook, isolation_level=None)) as marking:
        marking.execute("BEGIN IMMEDIATE")
        marking.execute("UPDATE grade SET manual_score = 0")
        assert held(small.root, "SELECT count(*) FROM mark WHERE earned = 0") == [(0,)]
        marking.execute("COMMIT")
    assert held(small.root, "SELECT count(*) FROM mark WHERE earned > 0") == [(0,)]


def test_a_gradebook_that_stays_locked_is_explained(small: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    with closing(sqlite3.connect(small.gradebook, isolation_level=None)) as marking:
        marking.execute("BEGIN EXCLUSIVE")
        with pytest.raises(CourseError, match=r"database is locked.*If marking is under way, wait"):
            Book.open(small.root)


def test_without_a_gradebook_the_reports_are_shown(small: Class) -> None:
    small.gradebook.unlink()
    with Book.open(small.root) as book:
        assert book.assignments == [ONE, TWO]
        assert book.messages == [
            f"There is no gradebook {small.gradebook}. Marks are those of the reports, "
            "without any that were given by hand."
        ]
        found = book.connection.execute(f"{MARKS} WHERE p.id = 's00' AND i.assignment = 1").fetchall()
        assert sorted(found) == [
            ("a01-change", "s00", 3.0, 0, 0),
            ("a01-essay", "s00", None, 0, 0),
            ("a01-share", "s00", 1.0, 0, 0),
            ("a01-sum", "s00", 2.0, 0, 0),
        ]
    assert not small.gradebook.exists()


def without_marks(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TABLE grade")


@pytest.mark.parametrize(
    "damage", [cut, without_marks, lambda path: path.write_bytes(b"no gradebook" * 1000)]
)
def test_a_damaged_gradebook_is_told_of_and_left_alone(small: Class, damage: Any) -> None:
    damage(small.gradebook)
    before = small.gradebook.read_bytes()
    (said,) = messages(small.root)
    assert said.startswith(f"The gradebook {small.gradebook} cannot be read (") and "by hand" in said
    assert held(small.root, "SELECT count(*) FROM submission") == [(20,)]
    assert small.gradebook.read_bytes() == before


def test_a_gradebook_without_assignments(small: Class) -> None:
    with closing(sqlite3.connect(small.gradebook)) as file, file:
        for (table,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if table != "alembic_version":
                file.execute(f"DELETE FROM {table}")
    for path in (small.root / "classroom" / "reports").iterdir():
        path.unlink()
    with Book.open(small.root) as book:
        assert book.assignments == []
        assert book.messages == [
            "The gradebook has no assignment yet. `cjpolicy grade ASSIGNMENT` puts it there."
        ]
        with pytest.raises(UnknownName, match="no assignment 'a01_one'. There are: none yet"):
            book.number(ONE)


@pytest.mark.parametrize("content", ['{"assignment": ', "[]", '{"submissions": {"s01": {"half": 1}}}'])
def test_a_damaged_report_is_told_of_every_time_and_the_rest_is_shown(small: Class, content: str) -> None:
    small.report(TWO, {"s01": Entry({"a02-base": 2.0}, flags=["Look."])})
    (small.root / "classroom" / "reports" / f"{ONE}.json").write_text(content)
    for _ in range(2):
        (said,) = messages(small.root)
        assert (
            f"The report classroom/reports/{ONE}.json is damaged" in said
            and f"`cjpolicy grade {ONE}`" in said
        )
    assert held(
        small.root, "SELECT count(*), sum(status = 'no report') FROM submission WHERE assignment = 1"
    ) == [(14, 14)]
    assert held(small.root, "SELECT text FROM note") == [("Look.",)]


def test_who_is_in_a_report_and_not_in_the_gradebook_keeps_the_reports_marks(small: Class) -> None:
    points = {"a01-sum": 2.0, "a01-change": 1.5, "a01-share": None, "a01-essay": None}
    small.report(ONE, {"ghost": Entry(points, {"a01-change": ["unit-slip"]}, seconds=2.0, seed=1)})
    assert sorted(held(small.root, f"{MARKS} WHERE p.id = 'ghost'")) == [
        ("a01-change", "ghost", 1.5, 0, 0),
        ("a01-essay", "ghost", None, 0, 0),
        ("a01-share", "ghost", None, 0, 0),
        ("a01-sum", "ghost", 2.0, 0, 0),
    ]
    (said,) = messages(small.root)
    assert said == (
        f"Of {ONE}, submissions that are in its report and not in the gradebook: 1. "
        "Their marks are those of the report."
    )


def test_an_item_that_only_the_gradebook_has_comes_last_with_its_marks(small: Class) -> None:
    small.report(ONE, items={id: worth for id, worth in ITEMS[ONE].items() if id != "a01-change"})
    assert held(small.root, "SELECT id FROM item WHERE assignment = 1 ORDER BY place") == [
        ("a01-sum",),
        ("a01-share",),
        ("a01-essay",),
        ("a01-change",),
    ]
    assert held(small.root, f"SELECT count(*) FROM ({MARKS} WHERE i.id = 'a01-change')") == [(14,)]
    (said,) = messages(small.root)
    assert said.startswith(f"Of {ONE}, the gradebook has items that its report lacks: a01-change.")


def test_an_item_that_only_the_report_has_keeps_the_reports_marks(small: Class) -> None:
    entry = Entry({**dict.fromkeys(ITEMS[ONE], 1.0), "a01-new": 3.0}, {"a01-gone": ["unit-slip"]})
    small.report(ONE, {"s01": entry}, items={**ITEMS[ONE], "a01-new": 5.0})
    assert held(small.root, f"{MARKS} WHERE i.id = 'a01-new'") == [("a01-new", "s01", 3.0, 0, 0)]
    # The others have no mark for it, so they wait.
    assert held(
        small.root, "SELECT waiting, count(*) FROM submission WHERE assignment = 1 GROUP BY waiting"
    ) == [(0, 1), (1, 13)]
    (said,) = messages(small.root)
    assert said.startswith(f"Of {ONE}, its report has items that the gradebook lacks: a01-new.")


def test_messages_name_no_student(small: Class) -> None:
    small.report(ONE, {"ghost": Entry(dict.fromkeys(ITEMS[ONE], 1.0))}, unmarked={"Smith ": "A space."})
    (small.root / "classroom" / "reports" / f"{TWO}.json").write_text("half")
    said = " ".join(messages(small.root))
    assert said and not any(name in said for name in ("ghost", "Smith", *STUDENTS))


def test_a_gradebook_that_a_server_keeps_gives_the_same(
    small: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(small.url) as gradebook:
        gradebook.find_submission(ONE, "s03").extension = timedelta(hours=5)
        gradebook.find_submission(ONE, "s03").timestamp = DUE + timedelta(hours=8)
        gradebook.db.commit()
    gradebook.engine.dispose()
    expected = everything(small.root)
    (small.root / "classroom" / "review.db").unlink()
    monkeypatch.setattr(module, "_file", lambda root, url: None)
    assert everything(small.root) == expected
    # A server does not say what has changed, so each opening asks.
    small.give({(ONE, "a01-sum", "s03"): Mark(auto=0.5)})
    assert everything(small.root) != expected
    # Its address may hold a password.
    assert b"sqlite:" not in (small.root / "classroom" / "review.db").read_bytes()


def test_what_a_server_gives_is_kept_as_nbgraders_file_would() -> None:
    assert module._plain([datetime(2026, 10, 1, 12), timedelta(days=1, hours=2), True, None, 0.5]) == [
        "2026-10-01 12:00:00",
        "1970-01-02 02:00:00",
        True,
        None,
        0.5,
    ]


def test_a_server_that_cannot_be_reached_is_told_of(small: Class) -> None:
    (small.root / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.db_url = "nosuch://teacher:secret@localhost/marks"\n'
    )
    (said,) = messages(small.root)
    assert said.startswith("The gradebook's database cannot be read (") and "secret" not in said
    assert held(small.root, "SELECT count(*) FROM submission") == [(20,)]


@pytest.fixture
def elsewhere(small: Class) -> Iterator[Path]:
    """Another gradebook of the class, in which one mark differs."""
    aside = small.gradebook.with_name("other.db")
    kept = small.gradebook.read_bytes()
    small.give({(ONE, "a01-sum", "s03"): Mark(auto=0.25)})
    aside.write_bytes(small.gradebook.read_bytes())
    small.gradebook.write_bytes(kept)
    yield aside


def test_settings_that_name_another_gradebook_are_obeyed(
    small: Class, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_mark = f"{MARKS} WHERE p.id = 's03' AND i.id = 'a01-sum'"
    settings = small.root / "nbgrader_config.py"
    settings.write_text(
        f'import os\nc = get_config()\nc.CourseDirectory.db_url = os.environ["MARKS"]\n# {elsewhere}'
    )
    monkeypatch.setenv("MARKS", small.url)
    assert held(small.root, one_mark)[0][2] == 2.0
    monkeypatch.setenv("MARKS", f"sqlite:///{elsewhere.as_posix()}")
    assert held(small.root, one_mark)[0][2] == 0.25
    settings.write_text(f"c = get_config()\nc.CourseDirectory.db_url = {small.url!r}\n")
    assert held(small.root, one_mark)[0][2] == 2.0


def test_settings_are_not_read_again_while_they_are_the_same(
    small: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    from traitlets.config.loader import PyFileConfigLoader

    Book.open(small.root).close()
    monkeypatch.setattr(PyFileConfigLoader, "load_config", lambda self: pytest.fail("read again"))
    Book.open(small.root).close()


def test_settings_without_an_address_mean_nbgraders_own(small: Class) -> None:
    (small.root / "nbgrader_config.py").write_text("c = get_config()\n")
    (said,) = messages(small.root)
    assert said.startswith(f"There is no gradebook {small.root / 'gradebook.db'}.")


def test_a_folder_without_settings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="has no nbgrader_config.py, so it is no course's folder"):
        Book.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_explained(small: Class) -> None:
    (small.root / "classroom" / "review.db").mkdir()
    with pytest.raises(
        CourseError, match=r"review.db could not be made .*see that the folder can be written"
    ):
        Book.open(small.root)


def test_a_folder_of_any_name_will_do(sample: Class, tmp_path: Path) -> None:
    odd = sample.copied(tmp_path / "100% of a #class? 'quoted' é")
    # nbgrader itself cannot have a question mark in the address of its gradebook.
    (odd.root / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.db_url = "sqlite:///classroom/gradebook.db"\n'
    )
    assert held(odd.root, "SELECT count(*) FROM submission") == [(20,)]


def test_a_copy_of_a_report_is_left_out(small: Class) -> None:
    report = small.root / "classroom" / "reports" / f"{TWO}.json"
    report.with_name(f"{TWO} (1).json").write_bytes(report.read_bytes())
    with Book.open(small.root) as book:
        assert book.assignments == [ONE, TWO]
        assert any(f"{TWO} (1).json is about {TWO}" in said for said in book.messages)


def test_of_two_items_with_one_id_the_first_is_shown(small: Class) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(small.url) as gradebook:
        gradebook.add_notebook("other", ONE)
        gradebook.add_grade_cell("a01-sum", "other", ONE, max_score=2.0, cell_type="code")
    with Book.open(small.root) as book:
        ids = [id for (id,) in book.connection.execute("SELECT id FROM item WHERE assignment = 1")]
        assert sorted(ids) == sorted(ITEMS[ONE])
        assert any(ONE in said and "a01-sum" in said for said in book.messages)
