"""How long marking a class takes: with `cjpolicy grade`, and as nbgrader does it of itself."""

import shutil
import time
from pathlib import Path
from typing import Any

import nbformat

from cjpolicy.grading.recorded import columns, read_recorded, with_answers
from tests.grading.clones import Clone, clone_to

NAME = "a02_counting_violence"
STOCK = """
from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde

c.Autograde.exporter_class = NotebookExporter
c.Autograde.pre_convert_hook = c.Autograde.post_convert_hook = None
c.Autograde.sanitize_preprocessors = Autograde.sanitize_preprocessors.default()
c.Autograde.autograde_preprocessors = Autograde.autograde_preprocessors.default()
"""


def measure(folder: Path, repeats: int, students: int = 12) -> list[dict[str, Any]]:
    """Mark the same class both ways, one after the other, again and again; return seconds a submission."""
    ways = {
        "cjpolicy grade, two at a time": (clone_to(folder / "ours"), ["cjpolicy", "grade", NAME, "--jobs=2"]),
        "cjpolicy grade, one at a time": (clone_to(folder / "one"), ["cjpolicy", "grade", NAME, "--jobs=1"]),
        "stock nbgrader, unprotected": (clone_to(folder / "stock"), ["nbgrader", "autograde", NAME]),
    }
    for way, (clone, _) in ways.items():
        if way.startswith("stock"):
            with (clone.root / "nbgrader_config.py").open("a", encoding="utf-8") as settings:
                settings.write(STOCK)
        hand_in(clone, students)
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(repeats):
        for way, (clone, command) in ways.items():
            for left in ("autograded", "reports"):
                shutil.rmtree(clone.root / "classroom" / left, ignore_errors=True)
            (clone.root / "classroom" / "gradebook.db").unlink(missing_ok=True)
            clone.run("nbgrader", "generate_assignment", NAME, "--force")
            started = time.perf_counter()
            clone.run(*command)
            seconds[way].append((time.perf_counter() - started) / students)
    return [{"way": way, "seconds": taken} for way, taken in seconds.items()]


def hand_in(clone: Clone, students: int) -> None:
    """Hand in the recorded answers, as many times as there are students."""
    release = nbformat.read(clone.root / "assignments" / NAME / f"{NAME}.ipynb", as_version=4)
    recorded = columns(read_recorded(clone.root / "solutions" / f"{NAME}.toml"))
    for number in range(students):
        folder = clone.root / "classroom" / "submitted" / f"student{number:03}" / NAME
        folder.mkdir(parents=True)
        answers = recorded[number % len(recorded)].answers
        nbformat.write(with_answers(release, answers), folder / f"{NAME}.ipynb")
