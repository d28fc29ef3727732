"""Feedback packed for a campus system: one page a student, under the name the system gave the submission."""

import re
import zipfile
from pathlib import Path

from cjpolicy.errors import CourseError

from .workshop import Workshop

__all__ = ["pack_feedback"]


def pack_feedback(course: Workshop, name: str) -> tuple[Path, int]:
    """Pack an assignment's feedback in one zip file for upload.

    Each page has the path its submission had in the campus system's download, with .html at the end. Where
    nothing was downloaded, as with nbgrader's exchange, it is STUDENT_ASSIGNMENT.html.

    Parameters
    ----------
    course : Workshop
        The course.
    name : str
        The assignment.

    Returns
    -------
    tuple of (Path, int)
        The zip file, and how many pages are in it.

    Raises
    ------
    CourseError
        If there is no feedback on this assignment yet.
    """
    classroom = course.root / "classroom"
    pages = {
        path.parents[1].name: path for path in sorted((classroom / "feedback").glob(f"*/{name}/{name}.html"))
    }
    if not pages:
        raise CourseError(
            f"There is no feedback on {name} yet. Run `nbgrader generate_feedback {name}` first."
        )
    sent_as = _download_names(course, name)
    target = classroom / f"feedback_{name}.zip"
    aside = target.with_suffix(".part")
    with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as packed:
        for student, page in pages.items():
            packed.write(page, sent_as.get(student, f"{student}_{name}.html"))
    aside.replace(target)
    return target, len(pages)


def _download_names(course: Workshop, name: str) -> dict[str, str]:
    """Return what each student's page is to be called, by student."""
    folder = course.root / "classroom" / "downloaded" / name
    # nbgrader unpacks each zip file into a folder of its name, which the campus system knows nothing of.
    unpacked = {path.stem for path in (folder / "archive").glob("*")}
    pattern = re.compile(course.api.config.FileNameCollectorPlugin.named_regexp)
    names = {}
    for path in sorted((folder / "extracted").rglob("*.ipynb")):
        found = pattern.match(str(path))
        if found:
            within = path.relative_to(folder / "extracted").with_suffix(".html")
            parts = within.parts[1:] if within.parts[0] in unpacked else within.parts
            names[found["student_id"]] = "/".join(parts)
    return names
