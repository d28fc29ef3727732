"""What has been handed in for an assignment: whose it is, and whether it has changed since it was marked."""

import fnmatch
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .names import MARKUP, has_markup

__all__ = ["Submitted", "digest", "submitted", "support_files"]

LONGEST_ID = 128


@dataclass
class Submitted:
    """What is in the folder of submissions.

    Parameters
    ----------
    students : dict of str to Path
        From a student's id to the folder with their submission, in order.
    unmarked : dict of str to str
        Folders that hold a submission under a name that cannot be a student's id, with the reason.
    left_out : dict of str to str
        Files, and hidden folders, with the reason.
    """

    students: dict[str, Path] = field(default_factory=dict)
    unmarked: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def submitted(folder: Path, name: str) -> Submitted:
    """Look through the folder of submissions.

    Parameters
    ----------
    folder : Path
        With a folder for each student; it need not be there.
    name : str
        The assignment.

    Returns
    -------
    Submitted
    """
    found = Submitted()
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        # A name that is not text, as a file system may hold, cannot be written anywhere else.
        shown = os.fsencode(path.name).decode(errors="replace")
        if not path.is_dir():
            if not path.name.startswith("."):
                found.left_out[shown] = "It is a file. A submission is a folder STUDENT/ASSIGNMENT."
        elif not os.path.lexists(path / name):
            continue
        elif path.name.startswith("."):
            found.left_out[shown] = "It is a hidden folder, not a student's."
        elif fault := _unfit(path.name):
            found.unmarked[shown] = f"A student's id {fault}. Rename the folder to the student's id."
        else:
            found.students[path.name] = path / name
    return found


def _unfit(id: str) -> str:
    """Say why a folder's name cannot be a student's id; "" where it can."""
    if len(id) > LONGEST_ID:
        return f"has at most {LONGEST_ID} characters, and this has {len(id)}"
    if id != id.strip():
        return "cannot begin or end with a space"
    if not id.isprintable():
        return "cannot hold characters that are no text"
    if has_markup(id):
        return f"cannot hold any of {' '.join(MARKUP)}"
    return ""


def support_files(folder: Path, ignored: Iterable[str]) -> Iterator[Path]:
    """Yield the ordinary files in a folder, relative to it; no link is followed.

    Parameters
    ----------
    folder : Path
        Where to look.
    ignored : iterable of str
        Patterns of the names of files and folders to pass by.

    Yields
    ------
    Path
    """
    patterns = list(ignored)

    def kept(names: Iterable[str]) -> list[str]:
        return [each for each in sorted(names) if not any(fnmatch.fnmatch(each, one) for one in patterns)]

    for parent, folders, files in os.walk(folder):
        folders[:] = kept(folders)
        for path in (Path(parent, each) for each in kept(files)):
            if stat.S_ISREG(path.lstat().st_mode):
                yield path.relative_to(folder)


def digest(folder: Path, release: str) -> str:
    """Return what tells one state of a submission from another, and one state of the assignment's source.

    Parameters
    ----------
    folder : Path
        With the submission.
    release : str
        Digest of the assignment's source.

    Returns
    -------
    str
        In hexadecimal digits.
    """
    whole = hashlib.sha256(release.encode())
    for path in support_files(folder, [".ipynb_checkpoints"]):
        name = os.fsencode(path.as_posix())
        with (folder / path).open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        whole.update(len(name).to_bytes(8, "big") + name + content)
    return whole.hexdigest()
