"""Is progress shown, saved, taken in and erased as a reader would want it?"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import cjpolicy as cj
from cjpolicy import cli
from cjpolicy.errors import CourseError, WrongType
from cjpolicy.journal import card, contents, session
from cjpolicy.journal.store import Event, Store
from cjpolicy.questions import unit_questions, units
from tests.courses import notebook
from tests.journal.support import check, step
from tests.support import ROOT

LESSONS = ROOT / "course" / "lessons"
FIRST, SECOND = list(unit_questions("00"))[:2]


def lesson(title: str, *asked: str) -> str:
    """Return a lesson's notebook that asks these, each in a cell of its own."""
    made = json.loads(notebook(*(f'answer = ...\ncj.check("{name}", answer)' for name in asked)))
    heading = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": f"Welcome.\n\n# {title}\n"}
    return json.dumps({**made, "cells": [heading, *made["cells"]]})


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader's desk, seen from its lessons: unit 00 with two of its checks, and one assignment."""
    root = tmp_path / "my-work"
    (root / "lessons").mkdir(parents=True)
    (root / "lessons" / "00_start_here.ipynb").write_text(lesson("Start <here>", SECOND, FIRST))
    (root / "lessons" / "00_start_here.mine-1.ipynb").write_text(lesson("Mine", FIRST))
    (root / "lessons" / "01_broken.ipynb").write_text("{")
    folder = root / "assignments" / "a01_counts"
    folder.mkdir(parents=True)
    source = 'item = cj.item(\n    "a01-x", x, cj.Number())\nitem.points(1)'
    (folder / "a01_counts.ipynb").write_text(notebook(source, 'cj.item("a01-y", y, cj.Number()).points(1)'))
    monkeypatch.chdir(root / "lessons")
    return root


def shown(events: Iterable[Event], here: Path | None = None) -> card.Progress:
    return card.of_events(list(events), here or Path.cwd())


# What is shown


def test_a_blank_page_invites(work: Path) -> None:
    text = repr(shown([]))
    assert text.splitlines()[1] == (
        "A clean page. Your first question is here: unit 00 Start <here>, check 1 of 15. "
        "Guess, look, and see what it says."
    )
    assert "00 Start <here>: checks: 15" in text
    assert "a01" not in text and "erase" not in text


def test_what_was_done_is_shown_in_words_and_numbers(work: Path) -> None:
    events = [
        check(SECOND, 0),
        step("hint", FIRST, 2, number=1),
        step("item", "a01-x", 7, status="correct"),
        step("validated", "a01-x", 8, status="correct"),
        step("validated", "a01-y", 8, status="cannot check"),
    ]
    assert repr(shown(events)).splitlines()[1:5] == [
        "Continue where you left off: unit 00 Start <here>, check 2 of 15.",
        f"1 of {sum(len(unit_questions(number)) for number in units())} checks passed, in about 8 min.",
        "00 Start <here>: checks passed: 1 of 15; help taken: 1 hint; time: about 2 min",
        "01: checks passed: 0 of 14; help taken: none; time: no time yet",
    ]
    said = "a01 a01_counts: opened: 2 March 2026; validated: 1 of 2 items right in form, 2 March 2026"
    assert f"\n{said}; time: about 6 min\n" in repr(shown(events))


def test_the_card_is_escaped_and_its_tables_have_names(work: Path) -> None:
    drawn = shown([check(FIRST)])._repr_html_()
    assert "Start &lt;here&gt;" in drawn and "<here>" not in drawn
    for name in ("Units", "Assignments"):
        assert f"<caption>{name}</caption>" in drawn
    assert '<th scope="row">00 Start &lt;here&gt;</th><td>1 of 15</td><td>none</td>' in drawn


@pytest.mark.parametrize("place", ["lessons", "", "assignments/a01_counts"])
def test_the_link_leads_to_the_cell_from_wherever_it_is_shown(work: Path, place: str) -> None:
    drawn = shown([check(SECOND)], work / place)._repr_html_()
    link = drawn.partition('<a href="')[2].partition('"')[0]
    path, _, cell = link.partition("#cell-id=")
    assert (work / place / path).resolve() == work / "lessons" / "00_start_here.ipynb"
    assert cell == "step-1"


def test_without_notebooks_there_is_no_link(tmp_path: Path) -> None:
    progress = shown([step("item", "a01-x", status="correct")], tmp_path)
    assert "<a " not in progress._repr_html_()
    assert "unit 00, check 1 of 15" in repr(progress)
    assert "a01: opened: 2 March 2026; validated: not yet" in repr(progress)


def test_checks_of_other_courses_and_removed_ones_are_no_trouble(work: Path) -> None:
    events = [check("77-x"), check("00-gone"), check("", 1), step("dance", FIRST, 2), step("item", "zz", 3)]
    assert "0 of 15" in repr(shown(events))
    assert "zz" not in repr(shown(events))


def test_when_all_is_done_nothing_is_next(work: Path) -> None:
    every = [check(name) for number in units() for name in unit_questions(number)]
    assert shown(every).next is None
    assert "Every check of every unit is passed." in shown(every)._repr_html_()


def test_the_file_is_named_without_the_readers_name(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(session.VARIABLE, str(Path.home() / "data" / "progress.sqlite3"))
    assert "in ~/data/progress.sqlite3, and goes nowhere else" in repr(shown([]))


@pytest.mark.parametrize("number", units())
def test_the_course_has_the_cell_of_every_check(number: str) -> None:
    page = contents.lessons(LESSONS)[number]
    assert page.title
    assert set(unit_questions(number)) <= set(page.cells)
    cells = json.loads((LESSONS / page.link).read_text(encoding="utf-8"))["cells"]
    assert set(page.cells.values()) <= {cell["id"] for cell in cells}


def test_the_course_has_the_items_of_every_assignment() -> None:
    found = contents.assignments(LESSONS)
    assert len(found) == len(list((ROOT / "assignments").glob("a*/*.ipynb")))
    assert all(page.cells for page in found.values())


# What a reader can do with it


def test_a_reader_sees_their_own(store: Store, reader: None, work: Path) -> None:
    store.append([check(SECOND)])
    assert "check 2 of 15" in repr(cj.progress())


def test_saved_erased_and_taken_in_again(store: Store, reader: None, tmp_path: Path) -> None:
    # The last as it is remembered now, the others as older copies have them.
    second = step("check", SECOND, 5, status="not yet", slips=[], share=0.5833)
    steps = [check(FIRST), step("predict", "00-trust", 3, said="003 – “first”"), second]
    store.append(steps)
    path = tmp_path / "copy.json"
    assert "A copy of 3 steps is saved as" in repr(cj.progress(export=path))
    assert "erased: 3 steps" in repr(cj.progress(erase=True))
    assert store.events() == []
    assert "3 steps taken in from" in repr(cj.progress(restore=str(path)))
    assert "0 steps taken in from" in repr(cj.progress(restore=path))
    assert store.events() == steps
    cj.progress(export=tmp_path / "again.json", erase=True)
    assert store.events() == []
    before, after = (json.loads((tmp_path / name).read_text()) for name in ("copy.json", "again.json"))
    assert before["steps"] == after["steps"]
    assert (before["format"], before["version"]) == ("cjpolicy-progress", 1)


def test_what_waits_is_erased_too(store: Store, reader: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_waiting", [check(FIRST)])
    cj.progress(erase=True)
    assert session.events() == ([], [])


def test_a_copy_replaces_no_file_and_nothing_is_erased_then(
    store: Store, reader: None, tmp_path: Path
) -> None:
    store.append([check(FIRST)])
    path = tmp_path / "work.ipynb"
    path.write_text("mine")
    with pytest.raises(CourseError, match="already. Give another name"):
        cj.progress(export=path, erase=True)
    assert path.read_text() == "mine"
    assert len(store.events()) == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "is not a copy of progress"),
        ("[]", "is not a copy of progress"),
        ('{"format": "other", "version": 1, "steps": []}', "is not a copy of progress"),
        ('{"format": "cjpolicy-progress", "version": 1, "steps": [{"id": 1}]}', "is not a copy of progress"),
        ('{"format": "cjpolicy-progress", "version": "1", "steps": []}', "is not a copy of progress"),
        ('{"format": "cjpolicy-progress", "version": 2, "steps": []}', "a newer version"),
    ],
)
def test_what_is_no_copy_is_not_taken_in(
    store: Store, reader: None, tmp_path: Path, content: str, says: str
) -> None:
    path = tmp_path / "copy.json"
    path.write_text(content)
    with pytest.raises(CourseError, match=says):
        cj.progress(restore=path)
    assert store.events() == []


def test_a_missing_copy_is_said_in_a_line(store: Store, reader: None, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="No such file"):
        cj.progress(restore=tmp_path / "none.json")


def test_only_a_reader_can_erase(store: Store, tmp_path: Path) -> None:
    store.append([check(FIRST)])
    options: list[Any] = [{"erase": True}, {"export": tmp_path / "x.json"}, {"restore": tmp_path / "x.json"}]
    for option in options:
        with pytest.raises(CourseError, match="from a notebook that you have open"):
            cj.progress(**option)
    assert len(store.events()) == 1


def test_erasing_takes_a_plain_answer() -> None:
    with pytest.raises(WrongType, match="erase='no'"):
        cj.progress(erase="no")  # type: ignore[arg-type]


# The command


def test_the_command_shows_saves_erases_and_takes_in(
    store: Store, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store.append([check(SECOND)])
    for words in ([], ["--export", "copy.json", "--erase"], ["--restore", "copy.json"]):
        assert cli.main(["progress", *words]) == 0
    said = capsys.readouterr().out
    assert "Continue where you left off: unit 00 Start <here>, check 2 of 15." in said
    assert "A copy of 1 step is saved as copy.json. Your progress is erased: 1 step." in said
    assert "1 step taken in from copy.json, of 1 that it holds." in said
    assert len(store.events()) == 1


def test_the_command_says_what_is_wrong_in_a_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").mkdir()
    monkeypatch.setenv(session.VARIABLE, str(tmp_path / "file"))
    assert cli.main(["progress"]) == 2
    assert capsys.readouterr().err == "cjpolicy: unable to open database file.\n"
    monkeypatch.setenv(session.VARIABLE, "off")
    assert cli.main(["progress", "--erase"]) == 2
    assert "switched off" in capsys.readouterr().err
