"""A run of marking is killed again and again, and still marks everybody once and as if undisturbed."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest

from cjpolicy.grading.recorded import with_answers
from cjpolicy.grading.workshop import Workshop
from tests.grading import sample
from tests.grading.clones import Clone, clone_to

pytestmark = [
    pytest.mark.grading,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox, and what is left of it, is Linux's"),
]

NAME = sample.NAME
KILLS = 6
SEED = 20261121
PATIENCE = 120.0

RIGHT = {"a90-two-changes": "change = 116", "a90-level": "level = 69"}
ANSWERS = {
    **{f"s{number}": RIGHT for number in range(4)},
    **{f"s{number}": {**RIGHT, "a90-two-changes": "change = 100", "a90-brief": "It."} for number in (4, 5)},
    "s6": {},
    "s7": {**RIGHT, "a90-two-changes": "import os\nos._exit(1)"},
    "s8": {**RIGHT, "a90-two-changes": "import time\ntime.sleep(1)\nchange = 116"},
}
BROKEN = "s9"
STUDENTS = {*ANSWERS, BROKEN}


@dataclass
class Killed:
    """A class whose marking can be started and killed."""

    clone: Clone
    whole: dict[str, Any] = field(default_factory=dict)

    @property
    def reports(self) -> Path:
        return self.clone.root / "classroom" / "reports"

    @property
    def marked(self) -> Path:
        return self.clone.root / "classroom" / "autograded"

    def start(self) -> "subprocess.Popen[str]":
        program = Path(sysconfig.get_path("scripts")) / "cjpolicy"
        return subprocess.Popen(
            [str(program), "grade", "a90", f"--seed={SEED}"],
            cwd=self.clone.root,
            env=self.clone.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def report(self) -> dict[str, Any]:
        return json.loads((self.reports / f"{NAME}.json").read_bytes())

    def finished(self) -> set[str]:
        """Name those in the journal's whole lines."""
        journal = self.reports / f"{NAME}.journal"
        lines = journal.read_text(encoding="utf-8").split("\n")[1:-1] if journal.exists() else []
        return {json.loads(line)["student"] for line in lines}

    def times(self) -> dict[str, int]:
        """Say when each finished student's notebook was marked."""
        found = {student: self.marked / student / NAME / f"{NAME}.ipynb" for student in self.finished()}
        return {student: path.stat().st_mtime_ns for student, path in found.items() if path.exists()}

    def forget(self) -> None:
        """Undo all marking."""
        for folder in (self.reports, self.marked):
            shutil.rmtree(folder, ignore_errors=True)
        (self.clone.root / "classroom" / "gradebook.db").unlink(missing_ok=True)

    def left_running(self) -> list[str]:
        """Return the commands of sandboxes of this clone that still run."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            except OSError:
                continue
            if str(self.clone.root) in command:
                found.append(command)
        return found


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Killed:
    """A class of ten that was marked once without disturbance, and then all marking undone."""
    clone = clone_to(tmp_path_factory.mktemp("killed"))
    sample.write(sample.sample(), clone.root / "solutions" / NAME / f"{NAME}.ipynb")
    course = Workshop(clone.root)
    release = nbformat.read(course.generate(NAME), as_version=4)
    for student, answers in ANSWERS.items():
        course.submit(NAME, student, nbformat.writes(with_answers(release, answers)))
    course.submit(NAME, BROKEN, "not a notebook")
    made = Killed(clone)
    made.forget()
    with made.start() as run:
        assert run.wait(PATIENCE) == 0, run.communicate()[0]
    made.whole = made.report()
    entries = made.whole["submissions"]
    assert {student: entries[student]["status"] for student in ANSWERS} == dict.fromkeys(ANSWERS, "graded")
    assert entries["s0"]["points"] == {"a90-two-changes": 2.0, "a90-level": 2.0, "a90-brief": 0.0}
    assert entries[BROKEN]["status"] == "flagged"
    return made


def kill_group(run: "subprocess.Popen[str]") -> None:
    os.killpg(run.pid, signal.SIGKILL)


def kill_parent(run: "subprocess.Popen[str]") -> None:
    run.kill()


def sound(killed: Killed) -> bool:
    """Say whether the gradebook, where there is one, is whole."""
    path = killed.clone.root / "classroom" / "gradebook.db"
    if not path.exists():
        return True
    with sqlite3.connect(path) as gradebook:
        return gradebook.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("kill", [kill_group, kill_parent])
def test_killed_at_random_moments(killed: Killed, kill: Callable[["subprocess.Popen[str]"], None]) -> None:
    chance = random.Random(f"{SEED} {kill.__name__}")
    killed.forget()
    times: dict[str, int] = {}
    # Once before anything is marked; then when so many are done, and a moment later.
    for done in [0, *sorted(chance.sample(range(len(STUDENTS) - 1), KILLS - 1))]:
        with killed.start() as run:
            until(lambda: len(killed.finished()) >= done or run.poll() is not None, "no progress")  # noqa: B023
            time.sleep(chance.uniform(0, 0.6 if done else 3))
            assert run.poll() is None, f"it had ended before it could be killed: {run.communicate()[0]}"
            kill(run)
        until(lambda: not killed.left_running(), f"still running: {killed.left_running()}")
        assert sound(killed)
        times = {**killed.times(), **times}
    with killed.start() as run:
        assert run.wait(PATIENCE) == 0, run.communicate()[0]
    assert not killed.left_running()

    report = killed.report()
    assert {**report["run"], "started": "", "finished": ""} == {
        **killed.whole["run"],
        "started": "",
        "finished": "",
    }
    assert marks(report) == marks(killed.whole)
    assert not list(killed.reports.glob("*.journal"))
    now = {path.parents[1].name: path.stat().st_mtime_ns for path in killed.marked.glob(f"*/{NAME}/*.ipynb")}
    assert set(now) == set(ANSWERS)
    assert times and times == {student: now[student] for student in times}
    assert sound(killed)
    assert gradebook(killed) == {student: entry["points"] for student, entry in report["submissions"].items()}


def marks(report: dict[str, Any]) -> dict[str, Any]:
    """Return everything about each student but how long it took."""
    return {student: {**entry, "seconds": 0} for student, entry in report["submissions"].items()}


def gradebook(killed: Killed) -> dict[str, dict[str, float | None]]:
    """Return the gradebook's marks, and insist that everybody has one submission with all its grades."""
    with Workshop(killed.clone.root).api.gradebook as found:
        submissions = found.find_assignment(NAME).submissions
        students = [each.student_id for each in submissions]
        assert sorted(students) == sorted(STUDENTS)
        grades = {each.student_id: [(grade.name, grade.auto_score) for grade in each.notebooks[0].grades]
                  for each in submissions}  # fmt: skip
        assert {len(each.notebooks) for each in submissions} == {1}
    assert {len(each) for each in grades.values()} == {3}
    return {student: dict(each) for student, each in grades.items()}


def test_stopped_with_control_c(killed: Killed) -> None:
    killed.forget()
    with killed.start() as run:
        until(lambda: len(killed.finished()) >= 2, "no progress")
        run.send_signal(signal.SIGINT)
        said, _ = run.communicate(timeout=20)
    assert run.returncode == 1
    assert "run the same command again" in said and "Traceback" not in said
    until(lambda: not killed.left_running(), "still running")
    # nbgrader would take a notebook that is left half marked for one that is done.
    assert {path.parents[1].name for path in killed.marked.glob(f"*/{NAME}/*.ipynb")} <= killed.finished()
    with killed.start() as run:
        assert run.wait(PATIENCE) == 0
    assert marks(killed.report()) == marks(killed.whole)
