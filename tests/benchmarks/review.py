"""How long the review of a large class takes to open and to show; the class is simulated."""

import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from cjpolicy.grading.workshop import SETTINGS, sources
from cjpolicy.review import answers, figures, measures
from cjpolicy.review.book import Book
from cjpolicy.review.demo import simulate
from tests.support import ROOT

ASSIGNMENTS = 17


def measure(folder: Path, repeats: int, students: int = 3000) -> list[dict[str, Any]]:
    """Open a class's results and show them, step by step and all of it again; return milliseconds."""
    folder.mkdir(parents=True)
    names = long_course(folder / "course")
    name = names[len(names) // 2]
    simulate(folder / "class", folder / "course", students, notebooks=False)
    # Notebooks for all assignments would fill the disk; they are read one assignment at a time.
    simulate(folder / "notebooks", folder / "course", students, assignments=[name])
    taken: dict[str, list[float]] = {}
    for _ in range(repeats):
        for way, step in chain(steps(folder / "class", name), reading(folder / "notebooks", name)):
            started = time.perf_counter()
            step()
            taken.setdefault(way, []).append(1000 * (time.perf_counter() - started))
    return [{"way": way, "milliseconds": each} for way, each in taken.items()]


def reading(root: Path, name: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what is measured of an assignment's marked notebooks."""
    shutil.rmtree(root / "classroom" / "review-answers", ignore_errors=True)
    with Book.open(root) as book:
        yield "reading all answers of one assignment", partial(answers.distinct, book, name)
        yield "reading them again", partial(answers.distinct, book, name)


def steps(root: Path, name: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what is measured, in the order in which an instructor does it."""
    (root / "classroom" / "review.db").unlink(missing_ok=True)
    yield "first opening after marking", lambda: Book.open(root).close()
    yield "opening again", lambda: Book.open(root).close()
    with Book.open(root) as book:
        whole = ("items", "totals", "misconceptions", "missed_by_strong", "trouble", "time")
        for each in whole:
            yield f"{each}, all assignments", partial(getattr(measures, each), book)
        yield "misconceptions summed up", partial(measures.misconceptions, book, by_slip=True)
        yield "progress", partial(measures.progress, book)
        yield "student by student", partial(measures.shares, book)
        yield "tests", partial(measures.tests, book)
        for each in (*whole, "standing"):
            yield f"{each}, one assignment", partial(getattr(measures, each), book, name)
        item = str(measures.items(book, name)["item"].iloc[0])
        yield "answers to one item", partial(measures.answers, book, name, item)
        yield "figures of the class", partial(figures.class_figures, book)
        yield "figures of one assignment", partial(figures.assignment_figures, book, name)


def long_course(root: Path) -> list[str]:
    """Make a course of 17 assignments, the clone's own again under other names, and return these."""
    root.mkdir()
    shutil.copyfile(ROOT / SETTINGS, root / SETTINGS)
    own = list(sources(ROOT).values())
    names = []
    for number in range(1, ASSIGNMENTS + 1):
        source = own[(number - 1) % len(own)]
        old, _, rest = source.stem.partition("_")
        new = f"a{number:02}"
        name = f"{new}_{rest}"
        (root / "solutions" / name).mkdir(parents=True)
        for path, copy in (
            (source, root / "solutions" / name / f"{name}.ipynb"),
            (source.parent.with_suffix(".toml"), root / "solutions" / f"{name}.toml"),
        ):
            text = path.read_text(encoding="utf-8")
            copy.write_text(text.replace(f"{old}-", f"{new}-"), encoding="utf-8")
        names.append(name)
    return names
