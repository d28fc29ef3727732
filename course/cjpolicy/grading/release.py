"""Make the release notebooks in assignments/ from solutions/: `python -m cjpolicy.grading.release`."""

import argparse
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from cjpolicy.desk import find_course
from cjpolicy.errors import CourseError, UnknownName

from .workshop import sources, temporary_course

__all__ = ["generated", "main", "stale", "write"]


def generated(root: Path, names: Iterable[str] = ()) -> dict[str, bytes]:
    """Make release notebooks aside, with nbgrader, and give their bytes: the same each time.

    Parameters
    ----------
    root : Path
        The clone's folder.
    names : iterable of str
        Assignments; all of them when empty.

    Returns
    -------
    dict of str to bytes
        By assignment.

    Raises
    ------
    UnknownName
        If there is no such assignment.
    CourseError
        If solutions/ holds what it must not, or nbgrader refuses a notebook.
    """
    there = sources(root)
    wanted = list(names) or list(there)
    unknown = [name for name in wanted if name not in there]
    if unknown:
        raise UnknownName(f"solutions/ has no {', '.join(unknown)}. It has: {', '.join(there) or 'nothing'}.")
    with temporary_course(root) as course:
        return {name: course.generate(course.add(there[name])).read_bytes() for name in wanted}


def stale(root: Path, names: Iterable[str] = ()) -> list[str]:
    """Name the assignments whose release is not what their source makes now, and releases without a source.

    Parameters
    ----------
    root : Path
        The clone's folder.
    names : iterable of str
        Assignments to look at; all of them when empty.

    Returns
    -------
    list of str
    """
    names = list(names)
    made = generated(root, names)
    old = [name for name, content in made.items() if not _is(root / "assignments" / name, content)]
    return old if names else old + _orphans(root, made)


def write(root: Path, names: Iterable[str] = ()) -> list[str]:
    """Bring assignments/ up to date; nothing there changes unless every notebook could be made.

    Parameters
    ----------
    root : Path
        The clone's folder.
    names : iterable of str
        Assignments to make; all of them when empty, and then releases without a source are removed.

    Returns
    -------
    list of str
        Those that changed.
    """
    names = list(names)
    made = generated(root, names)
    changed = [name for name, content in made.items() if not _is(root / "assignments" / name, content)]
    for name in changed:
        _swap(root / "assignments" / name, made[name])
    gone = [] if names else _orphans(root, made)
    for name in gone:
        shutil.rmtree(root / "assignments" / name)
    return changed + gone


def _is(folder: Path, content: bytes) -> bool:
    notebook = folder / f"{folder.name}.ipynb"
    held = [path for path in folder.glob("*") if path.name != ".ipynb_checkpoints"]
    return held == [notebook] and notebook.read_bytes() == content


def _swap(folder: Path, content: bytes) -> None:
    aside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    (aside / f"{folder.name}.ipynb").write_bytes(content)
    if folder.exists():
        shutil.rmtree(folder)
    aside.replace(folder)


def _orphans(root: Path, made: Iterable[str]) -> list[str]:
    there = sorted(path.name for path in (root / "assignments").glob("[!.]*") if path.is_dir())
    return [name for name in there if name not in set(made)]


def main(words: Sequence[str] | None = None) -> int:
    """Make the releases, or with --check say which are stale.

    Parameters
    ----------
    words : sequence of str, optional
        The words after the module's name; by default those this process was started with.

    Returns
    -------
    int
        1 where --check finds a stale release, 2 where the releases could not be made, else 0.
    """
    parser = argparse.ArgumentParser(prog="python -m cjpolicy.grading.release", description=main.__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="ASSIGNMENT", help="such as a02_counting_violence; all by default"
    )
    parser.add_argument("--check", action="store_true", help="change nothing; say which are stale")
    asked = parser.parse_args(words)
    try:
        root = find_course().root
        found = (stale if asked.check else write)(root, asked.names)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 2
    for name in found:
        print(f"{'Stale' if asked.check else 'Made'}: assignments/{name}")
    if asked.check and found:
        print("Run `make assignments`, and commit what it makes.")
        return 1
    if not found:
        print("assignments/ is up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
