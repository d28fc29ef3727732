"""Does the store lose nothing: to two writers, to a killed one, to damage, to other versions?"""

import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cjpolicy.errors import CourseError
from cjpolicy.journal import store as module
from cjpolicy.journal.store import Event, NewerStoreError, Store
from tests.journal.support import check, step
from tests.support import ROOT

MANY = 300
KILLS = 12
BATCH = 3
NEXT = "ALTER TABLE event ADD COLUMN place TEXT NOT NULL DEFAULT ''"


def write_many(path: Path, name: str) -> None:
    for number in range(MANY):
        Store(path).append([step("check", f"{name}-{number}")], patience=60)


def fill(store: Store, count: int = 400) -> list[Event]:
    """Write enough for a file of many pages."""
    events = [check(f"02-{number:04}", number, "not yet " * 20) for number in range(count)]
    assert store.append(events) == count
    return events


def damaged_files(store: Store) -> list[Path]:
    return sorted(store.path.parent.glob("progress.sqlite3.damaged-*"))


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_what_is_written_is_read_in_the_order_of_its_time(store: Store) -> None:
    late, early, same = check("02-b", 5), check("02-a", 1), check("02-c", 5)
    store.append([late])
    store.append([early, same])
    assert store.events() == [early, late, same]


def test_a_step_is_written_once(store: Store) -> None:
    event = check("02-a")
    assert store.append([event]) == 1
    assert store.append([event, check("02-b")]) == 1
    assert len(store.events()) == 2


def test_nothing_is_made_by_reading(store: Store) -> None:
    assert store.events() == []
    assert not store.path.parent.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_file_is_its_owners_alone(store: Store) -> None:
    store.append([check("02-a")])
    assert store.path.stat().st_mode & 0o777 == 0o600


def test_odd_texts_are_kept_as_far_as_they_can_be(store: Store) -> None:
    store.append([step("predict", "a\udcff", said="\udcff 5 µ\x00 “x”"), step("predict", "", said=None)])
    odd, empty = store.events()
    assert (odd.about, odd.detail["said"]) == ("a?", "\udcff 5 µ\x00 “x”")
    assert (empty.about, empty.detail["said"]) == ("", None)


def test_two_programs_writing_at_once_lose_nothing(store: Store) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(store.path, name)) for name in ("one", "two")]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        store.events()
    assert [writer.exitcode for writer in writers] == [0, 0]
    expected = {f"{name}-{number}" for name in ("one", "two") for number in range(MANY)}
    assert sorted(event.about for event in store.events()) == sorted(expected)
    assert damaged_files(store) == []


# Says each number once its steps are written.
WRITER = f"""
import sys
from pathlib import Path
from cjpolicy.journal.store import Store
from tests.journal.support import step
for number in range(10**9):
    Store(Path(sys.argv[1])).append([step("check", f"{{number}}-{{part}}") for part in range({BATCH})])
    print(number, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing can be killed so here")
def test_a_writer_killed_at_any_moment_leaves_no_half(tmp_path: Path) -> None:
    chance = random.Random(7)
    for turn in range(KILLS):
        path = tmp_path / str(turn) / "progress.sqlite3"
        words = [sys.executable, "-c", WRITER, str(path)]
        writer = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert writer.stdout is not None
        said = [writer.stdout.readline()]
        time.sleep(chance.uniform(0, 0.03))
        os.kill(writer.pid, signal.SIGKILL)
        said += writer.communicate()[0].splitlines()
        written = Store(path).events()
        finished = len(list(filter(None, said)))
        # The last batch may have been written without its number having been said.
        assert len(written) in (BATCH * finished, BATCH * (finished + 1))
        assert Store(path).append([step("check", "after")]) == 1
        assert damaged_files(Store(path)) == []


def test_a_damaged_page_costs_only_what_stood_on_it(store: Store) -> None:
    written = fill(store)
    content = bytearray(store.path.read_bytes())
    (size,) = sqlite3.connect(store.path).execute("PRAGMA page_size").fetchone()
    middle = len(content) // size // 2 * size
    content[middle : middle + size] = b"\xff" * size
    store.path.write_bytes(content)
    kept = store.events()
    (aside,) = damaged_files(store)
    assert aside.read_bytes() == content
    assert len(written) // 2 < len(kept) < len(written)
    assert {event.id for event in kept} <= {event.id for event in written}
    (note,) = store.notes
    assert note.startswith("The file with your progress was damaged.")
    assert f"{len(kept)} steps could be read" in note and str(aside) in note
    again = Store(store.path)
    assert (again.events(), again.notes) == (kept, [])


@pytest.mark.parametrize("content", [b"not a database at all, but text " * 200, b"\x00" * 8192])
def test_a_file_of_something_else_is_set_aside_whole(store: Store, content: bytes) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(content)
    assert store.append([check("02-a")]) == 1
    (aside,) = damaged_files(store)
    assert aside.read_bytes() == content
    assert len(store.notes) == 1
    assert len(store.events()) == 1


def test_a_file_cut_short_is_set_aside_with_what_could_be_read(store: Store) -> None:
    written = fill(store)
    content = store.path.read_bytes()
    store.path.write_bytes(content[: len(content) // 2])
    kept = store.events()
    assert 0 < len(kept) < len(written)
    assert len(damaged_files(store)) == 1


def test_a_second_damaged_file_does_not_replace_the_first(store: Store) -> None:
    for text in (b"one" * 400, b"two" * 400):
        store.append([check("02-a")])
        store.path.write_bytes(text)
        store.append([check("02-b")])
    assert sorted(path.read_bytes() for path in damaged_files(store)) == [b"one" * 400, b"two" * 400]


def test_a_step_that_was_spoilt_is_passed_over(store: Store) -> None:
    events = [check("02-a", 1), check("02-b", 2), check("02-c", 3), check("02-d", 4)]
    store.append(events)
    run(
        store.path,
        "UPDATE event SET at = 'yesterday' WHERE about = '02-a'",
        "UPDATE event SET detail = '{' WHERE about = '02-b'",
        "UPDATE event SET detail = x'ff' WHERE about = '02-c'",
    )
    assert store.events() == events[3:]
    assert store.notes == []


def test_an_older_file_is_brought_up_to_date(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    written = fill(store, 5)
    monkeypatch.setattr(module, "MIGRATIONS", (*module.MIGRATIONS, NEXT))
    assert store.events() == written
    store.append([check("02-new", 99)])
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("SELECT DISTINCT place FROM event").fetchall() == [("",)]
    assert len(store.events()) == 6


def test_a_change_of_version_that_fails_changes_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = fill(store, 5)
    with monkeypatch.context() as patch:
        patch.setattr(module, "MIGRATIONS", (*module.MIGRATIONS, NEXT, "ALTER TABLE missing RENAME TO other"))
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            store.events()
    assert store.events() == written


def test_a_newer_file_is_left_as_it_is(store: Store) -> None:
    fill(store, 5)
    run(store.path, "PRAGMA user_version = 99")
    content = store.path.read_bytes()
    for use in (store.events, lambda: store.append([check("02-a")])):
        with pytest.raises(NewerStoreError, match="written by a newer version of the course"):
            use()
    assert store.path.read_bytes() == content
    store.erase()
    assert not store.path.exists()


@pytest.mark.parametrize("owner", ["PRAGMA application_id = 7", "CREATE TABLE letters (text)"])
def test_another_programs_database_is_left_alone(store: Store, owner: str) -> None:
    store.path.parent.mkdir()
    run(store.path, owner)
    content = store.path.read_bytes()
    uses: list[Any] = [store.events, store.erase, lambda: store.append([check("02-a")])]
    for use in uses:
        with pytest.raises(CourseError, match="a database of another program"):
            use()
    assert store.path.read_bytes() == content


def test_erasing_leaves_no_trace_of_what_was_said(store: Store) -> None:
    store.append([step("predict", "violence", said="it fell by a third")])
    store.path.with_name("progress.sqlite3.damaged-20260101-000000").write_text("it fell by a third")
    assert b"it fell" in store.path.read_bytes()
    assert store.erase() == 1
    assert store.events() == []
    left = b"".join(path.read_bytes() for path in store.path.parent.iterdir())
    assert b"it fell" not in left
    assert store.erase() == 0


def test_a_damaged_file_can_be_erased(store: Store) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(b"it fell " * 400)
    assert store.erase() == 0
    assert damaged_files(store) == []
    assert (store.events(), store.notes) == ([], [])


def test_a_lock_is_waited_for_no_longer_than_asked(store: Store) -> None:
    store.append([check("02-a")])
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        start = time.monotonic()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            store.append([check("02-b")], patience=0.2)
        assert 0.1 < time.monotonic() - start < 3
        other.execute("ROLLBACK")
    assert store.append([check("02-b")]) == 1


def test_a_steps_time_is_kept_in_one_zone() -> None:
    event = Event.now("check", "02-a", {})
    assert Event.of_row(event.row()) == event
    assert datetime.fromisoformat(event.row()[1]).tzinfo == UTC


@pytest.mark.parametrize(
    "row", [("i", "2026-03-02T09:00", "k", "a", "{}"), ("i", "2026-03-02T09:00+00:00", "k", "a", "[]")]
)
def test_what_is_no_step_is_refused(row: tuple[str, str, str, str, str]) -> None:
    with pytest.raises(ValueError, match="a step has"):
        Event.of_row(row)
