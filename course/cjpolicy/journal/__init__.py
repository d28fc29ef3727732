"""What a reader has done, remembered on their own disk and nowhere else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..errors import CourseError, WrongType
from . import session

if TYPE_CHECKING:
    from ..html import Note
    from .card import Progress

__all__ = ["progress"]


def progress(
    *,
    export: str | os.PathLike[str] | None = None,
    restore: str | os.PathLike[str] | None = None,
    erase: bool = False,
) -> Progress | Note:
    """Show what you have done in the course and where to go on; or save a copy of it, or erase it.

    It is kept in one file on your own disk, and nothing of it leaves the machine. Minutes are estimated: the
    time between one step and the next counts, but never more than ten minutes, since a longer one is a break.

    Parameters
    ----------
    export : path, optional
        Save a copy as a new JSON file of this name.
    restore : path, optional
        Take in such a copy. What is remembered already is not taken in twice.
    erase : bool
        Forget everything. With `export` as well, a copy is saved first.

    Returns
    -------
    Progress or Note
        A note says what was saved, taken in or erased.

    Raises
    ------
    CourseError
        If a file cannot be written or read, or if no reader is there to ask for it.

    Examples
    --------
    >>> progress()
    Your progress
    ...
    """
    from . import card, copies

    if not isinstance(erase, bool):
        raise WrongType(f"progress() takes erase=True or erase=False. It was given erase={erase!r}.")
    if not (export or restore or erase):
        return card.of_reader()
    if not session.reader_is_there():
        raise CourseError(
            "Progress is saved, taken in or erased from a notebook that you have open. "
            "In a terminal: cjpolicy progress --export FILE, --restore FILE or --erase."
        )
    return copies.change(session.store(), export, restore, erase)
