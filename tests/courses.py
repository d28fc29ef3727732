"""A course of one lesson and one assignment, for the tests of what is done with a course's notebooks."""

import json
from pathlib import Path
from typing import Any

from cjpolicy.desk import Course


def notebook(*sources: str, outputs: bool = False) -> str:
    """Return a notebook of code cells as text."""
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": f"step-{number}",
            "metadata": {},
            "execution_count": 1 if outputs else None,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}] if outputs else [],
            "source": source,
        }
        for number, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return json.dumps(
        {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    )


def small_course(folder: Path) -> Course:
    """Make the folders and notebooks of a small clone."""
    course = Course(folder, folder / "course" / "lessons")
    (course.assignments / "a01_counts").mkdir(parents=True)
    course.lessons.mkdir(parents=True)
    (course.lessons / "00_start_here.ipynb").write_text(notebook("'welcome'"))
    (course.assignments / "a01_counts" / "a01_counts.ipynb").write_text(notebook("answer = None"))
    return course
