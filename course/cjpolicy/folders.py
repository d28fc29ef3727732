"""Folders that a command makes whole, in place of the one it made before."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cjpolicy.errors import CourseError

__all__ = ["replaced"]


@contextmanager
def replaced(output: Path, mark: str, command: str) -> Iterator[Path]:
    """Have a folder filled aside, and put it in its place once all of it is there.

    Parameters
    ----------
    output : Path
        The place: nothing, an empty folder, or a folder that the same command made.
    mark : str
        A file within the folder, which the block writes: it tells such a folder from others.
    command : str
        What makes it: "cjpolicy site".

    Yields
    ------
    Path
        Where to make the folder; nothing is there yet.

    Raises
    ------
    CourseError
        If something else is at the place, before anything is made.
    """
    if output.exists() and not (output / mark).exists() and (output.is_file() or any(output.iterdir())):
        raise CourseError(
            f"{output} holds something that `{command}` did not make, and would be replaced. "
            "Give another folder with --output."
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".making-") as aside:
        made = Path(aside) / "made"
        yield made
        if output.exists():
            shutil.rmtree(output)
        made.replace(output)
