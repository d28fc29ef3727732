"""The review in JupyterLab: which class it shows, and its four views."""

import atexit
import shutil
import tempfile
from pathlib import Path

from cjpolicy import desk
from cjpolicy.errors import CourseError
from cjpolicy.grading.workshop import SETTINGS
from cjpolicy.html import Note

from .book import Book
from .desk_class import Classroom
from .desk_items import Solutions
from .desk_marking import Marking
from .desk_regrading import Regrading
from .view import View
from .words import counted

__all__ = ["classroom", "marking", "regrading", "solutions", "use", "use_demo"]


class _Chosen:
    """Which class the views show: the course's own, unless another is chosen."""

    root: Path | None = None


def use(root: Path | str | None = None) -> Note:
    """Choose the class that the views show.

    Parameters
    ----------
    root : Path or str, optional
        A clone of the course, or another folder with its nbgrader_config.py; by default the clone that this
        package belongs to.

    Returns
    -------
    Note
        Which class it is.

    Raises
    ------
    CourseError
        If the folder has no such file.
    """
    folder = Path(root or desk.find_course().root).expanduser().resolve()
    if not (folder / SETTINGS).is_file():
        raise CourseError(
            f"{folder} has no {SETTINGS}. Give the course's clone in which the class was marked."
        )
    _Chosen.root = folder
    with Book.open(folder) as book:
        (students,) = book.connection.execute("SELECT count(DISTINCT student) FROM submission").fetchone()
        said = f"{counted(students, 'student')}, {counted(len(book.assignments), 'assignment')} so far."
    return Note("The class that the review shows", f"It is in {folder}. {said}", "Run the views you need.")


def use_demo(students: int = 60, seed: int = 1) -> Note:
    """Have the views show a class made by chance, in a temporary folder, to try them on.

    Parameters
    ----------
    students : int
        How many are in it.
    seed : int
        What chance is made from: the same class each time.

    Returns
    -------
    Note
        Where it is.
    """
    from .demo import simulate

    print(f"Making a class of {students}. This takes up to a minute.", flush=True)
    folder = tempfile.TemporaryDirectory(prefix="cjpolicy-class-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    root = Path(folder.name).resolve()
    course = desk.find_course().root
    simulate(root, course, students, seed)
    # Their model answers are the course's, and need not be run again.
    for path in (course / "classroom" / "review-models").glob("a*.json"):
        (root / "classroom" / "review-models").mkdir(exist_ok=True)
        shutil.copyfile(path, root / "classroom" / "review-models" / path.name)
    _Chosen.root = root
    return Note(
        "The review shows a simulated class",
        f"Its {students} students, their answers and their marks are made by chance (seed {seed}).",
        "Run the views you need. review.use() goes back to your own class. This one goes when the notebook's "
        "kernel stops.",
    )


def solutions() -> View:
    """Return the solutions, item by item, with what the class answered and what has changed."""
    return Solutions(class_root())


def classroom() -> View:
    """Return the class in figures and tables, over the course or in one assignment."""
    return Classroom(class_root())


def marking() -> View:
    """Return how many written answers wait for a person, with a way to the first of each item."""
    return Marking(class_root())


def regrading() -> View:
    """Return the view that marks an assignment again: first on a copy, then with a reason."""
    return Regrading(class_root())


def class_root() -> Path:
    """Return the folder of the class that the views show."""
    return _Chosen.root or desk.find_course().root
