"""A class in which nearly everybody cheats, breaks something or is odd, marked in one run."""

import json
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.grading.hostile.assignment import NAME, WORTH
from tests.grading.hostile.catalogue import KINDS
from tests.grading.hostile.classroom import Marked, mark_the_class
from tests.grading.hostile.honest import CLASS, Honest
from tests.grading.hostile.kinds import Kind, Points, holds, matches
from tests.grading.hostile.pages import SCRIPT
from tests.grading.hostile.resources import NOTEBOOK_SECONDS
from tests.support import need

pytestmark = [
    pytest.mark.grading,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux"),
]

LARGEST_NOTEBOOK = 40_000_000
LARGEST_OUTPUTS = 6_000_000
LARGEST_PAGE = 20_000_000
# What no page may hold as a tag or in one; in a text it stands with its angle brackets written out.
HARMFUL = (
    rf"<script[^>]*>[^<]*{SCRIPT}",
    r"<(?:iframe|object|embed|base|form|link|meta[^>]*refresh)\b",
    r"<[a-z][^<>]*\son\w+\s*=",
    r"<[a-z][^<>]*\b(?:href|src|srcdoc|action)\s*=\s*[\"']?(?:javascript:|//evil)",
)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Marked:
    found = shutil.which("bwrap")
    need("bubblewrap, without which no student's code is run here", Path(found) if found else None)
    return mark_the_class(tmp_path_factory.mktemp("hostile"))


def each(people: list[Kind] | tuple[Honest, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("who", [pytest.param(one, id=one.name) for one in people])


IN_THE_REPORT = [kind for kind in KINDS if not kind.set_aside]


def check_points(marked: Marked, name: str, expected: Mapping[str, Points]) -> None:
    found, said = marked.points(name), bool(marked.said(name))
    wrong = {
        item: (found[item], allowed)
        for item, allowed in expected.items()
        if not matches(allowed, found[item], said)
    }
    assert not wrong, f"found and allowed: {wrong}\n{marked.entry(name)}"


def test_the_run_handled_every_submission(marked: Marked) -> None:
    assert marked.done.returncode == 0, marked.done.stderr[-3000:]
    named = {id for name, id in marked.ids.items() if not any(k.name == name for k in KINDS if k.set_aside)}
    assert set(marked.report["submissions"]) == named


def test_the_run_was_in_the_sandbox(marked: Marked) -> None:
    assert marked.report["run"]["sandbox"]["kind"] == "bubblewrap"
    assert isinstance(marked.report["run"]["seed"], int)


@each(CLASS)
def test_the_honest_keep_their_marks(marked: Marked, who: Honest) -> None:
    entry = marked.entry(who.name)
    check_points(marked, who.name, who.points)
    found = {id.removeprefix("a91-"): slips for id, slips in entry["diagnoses"].items() if slips}
    assert found == dict(who.slips)
    assert (entry["status"], entry["repairs"], entry["flags"], entry["limits"]) == ("graded", [], [], [])


@each(IN_THE_REPORT)
def test_each_kind(marked: Marked, who: Kind) -> None:
    entry, said, outputs = marked.entry(who.name), marked.said(who.name), marked.outputs(who.name)
    check_points(marked, who.name, who.points)
    assert entry["status"] in who.statuses, entry
    assert holds(who.says, said), f"{who.says!r} is not in {said!r}"
    assert holds(who.shows, outputs), f"{who.shows!r} is not in {outputs[:3000]}"
    for pattern in who.never:
        assert not holds(pattern, said + outputs), re.findall(
            f".{{0,200}}{pattern}.{{0,200}}", said + outputs
        )
    if who.quiet:
        assert (entry["status"], said) == ("graded", ""), entry
    assert "could not be marked (" not in said, "marking failed in a way that nobody foresaw"
    assert entry["seconds"] < NOTEBOOK_SECONDS + 30


@each([kind for kind in KINDS if kind.set_aside])
def test_what_is_nobodys_is_named(marked: Marked, who: Kind) -> None:
    id = os.fsencode(marked.ids[who.name]).decode(errors="replace")
    assert id not in marked.second_report["submissions"]
    assert marked.second_report["unmarked"][id]
    assert marked.again.returncode == 1


def test_a_second_run_marks_nothing_twice(marked: Marked) -> None:
    assert marked.second_report["submissions"] == marked.report["submissions"]


@each(IN_THE_REPORT)
def test_the_gradebook_says_what_the_report_says(marked: Marked, who: Kind) -> None:
    rows, points = marked.grades[marked.ids[who.name]], marked.points(who.name)
    assert set(rows) == set(WORTH)
    for item, earned in points.items():
        score, asked = rows[item]
        assert score == earned, f"{item}: {rows[item]} in the gradebook, {earned} in the report"
        assert asked == (earned is None), f"{item}: {rows[item]}"


@each(IN_THE_REPORT)
def test_nothing_harmful_or_huge_is_kept(marked: Marked, who: Kind) -> None:
    outputs, page = marked.outputs(who.name), marked.page(who.name)
    assert len(outputs) < LARGEST_OUTPUTS and len(page) < LARGEST_PAGE
    kinds = kinds_in(outputs)
    assert not kinds & {"application/javascript", "image/svg+xml", "text/latex", "text/markdown"}
    for markup in (page, *drawn_in(outputs)):
        for pattern in HARMFUL:
            found = re.search(pattern, markup, re.IGNORECASE)
            assert not found, markup[max(found.start() - 200, 0) : found.end() + 200]


def shown_in(outputs: str) -> Iterator[tuple[str, str]]:
    """Yield what is displayed, with its MIME type."""
    for cell in json.loads(outputs):
        for output in cell:
            for kind, value in output.get("data", {}).items():
                yield kind, value if isinstance(value, str) else json.dumps(value)


def kinds_in(outputs: str) -> set[str]:
    return {kind for kind, _ in shown_in(outputs)}


def drawn_in(outputs: str) -> list[str]:
    """List what is drawn as markup."""
    return [value for kind, value in shown_in(outputs) if kind == "text/html"]


def test_no_secret_is_out(marked: Marked) -> None:
    report = (marked.clone.root / "classroom" / "reports" / f"{NAME}.json").read_text(encoding="utf-8")
    spoken = marked.done.stdout + marked.done.stderr + marked.feedback.stdout + marked.feedback.stderr
    for place, token in marked.tokens.items():
        assert token not in report and token not in spoken, place
        for name in marked.ids:
            assert token not in marked.outputs(name), f"{name} was shown what is in {place}"
            assert token not in marked.page(name), f"{name} is given what is in {place}"


def test_no_copy_of_a_secret_lies_among_the_marked_work(marked: Marked) -> None:
    folder = marked.clone.root / "classroom" / "autograded"
    held = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".ipynb"]
    for path in held:
        content = path.read_bytes()
        for place in ("key", "file"):
            assert marked.tokens[place].encode() not in content, path
    assert not [path for path in folder.rglob("*") if path.is_symlink()]


def test_nobody_was_let_out(marked: Marked) -> None:
    watched = marked.watched
    assert watched.connections == []
    assert watched.left_running == []
    assert watched.decoy_alive
    assert watched.canaries == []
    assert watched.changed == []


def test_the_gradebook_is_whole(marked: Marked) -> None:
    with sqlite3.connect(marked.clone.root / "classroom" / "gradebook.db") as gradebook:
        assert gradebook.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert gradebook.execute("pragma foreign_key_check").fetchall() == []
        bonus = gradebook.execute("select count(*) from base_cell where name like '%bonus%'").fetchone()
    assert bonus == (0,)
    assert set(marked.grades) == set(marked.report["submissions"])


def test_the_terminal_shows_plain_text(marked: Marked) -> None:
    spoken = marked.done.stdout + marked.done.stderr + marked.again.stdout + marked.again.stderr
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", spoken)
    assert "Traceback" not in spoken


def test_feedback_was_made_for_everybody_who_was_marked(marked: Marked) -> None:
    assert marked.feedback.returncode == 0, marked.feedback.stderr[-3000:]
    without = [
        name
        for name, id in marked.ids.items()
        if id in marked.report["submissions"]
        and any(each is not None for each in marked.points(name).values())
        and not marked.page(name)
    ]
    assert without == []
