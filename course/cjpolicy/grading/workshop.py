"""nbgrader at work: on the course itself, or on a temporary one with a gradebook of its own."""

import logging
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cjpolicy.errors import CourseError

__all__ = ["SETTINGS", "MarkingStoppedError", "Workshop", "sources", "temporary_course"]

SETTINGS = "nbgrader_config.py"


class MarkingStoppedError(CourseError):
    """A step of nbgrader failed; `log` holds what it said.

    Parameters
    ----------
    message : str
        What failed.
    log : str
        nbgrader's log and the traceback.
    """

    def __init__(self, message: str, log: str) -> None:
        super().__init__(message)
        self.log = log


def sources(root: Path) -> dict[str, Path]:
    """Find the assignments' sources by their names.

    Parameters
    ----------
    root : Path
        The clone's folder.

    Returns
    -------
    dict of str to Path
        From an assignment's name to its source notebook, in order.

    Raises
    ------
    CourseError
        If a folder of solutions/ lacks its notebook, or holds anything else, which students would get.
    """
    found = {}
    for folder in sorted(path for path in (root / "solutions").glob("[!.]*") if path.is_dir()):
        name = folder.name
        held = sorted(path.name for path in folder.iterdir() if path.name != ".ipynb_checkpoints")
        if held != [f"{name}.ipynb"]:
            raise CourseError(
                f"solutions/{name} holds {', '.join(held) or 'nothing'}. It must hold {name}.ipynb alone, "
                "for nbgrader copies all of it to students. Move the rest up to solutions/."
            )
        found[name] = folder / f"{name}.ipynb"
    return found


class Workshop:
    """nbgrader at work in one folder that has a copy of the course's settings.

    Parameters
    ----------
    root : Path
        The folder: solutions/ are read there, and assignments/ and classroom/ written.

    Raises
    ------
    CourseError
        If the folder has no settings of nbgrader, as a handout has none.
    """

    def __init__(self, root: Path) -> None:
        # Here, not above: importing nbgrader takes a second or two.
        from nbgrader.apps.api import NbGraderAPI
        from nbgrader.auth import Authenticator
        from nbgrader.coursedir import CourseDirectory
        from nbgrader.exchange import ExchangeFactory
        from traitlets.config.loader import PyFileConfigLoader

        if not (root / SETTINGS).is_file():
            raise CourseError(
                f"{root} has no {SETTINGS}: it is a handout, not the course's clone. Use the clone."
            )
        self.root = root
        config = PyFileConfigLoader(SETTINGS, path=str(root)).load_config()
        self.api = NbGraderAPI(
            CourseDirectory(config=config),
            Authenticator(config=config),
            ExchangeFactory(config=config),
            config=config,
            log_level=logging.WARNING,
        )

    def add(self, source: Path) -> str:
        """Put a source notebook in this course, and return its assignment's name."""
        name = source.stem
        (self.root / "solutions" / name).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, self.root / "solutions" / name / source.name)
        return name

    def generate(self, name: str) -> Path:
        """Make the release notebook, fill the gradebook from it, and return its path."""
        self._done(f"{name} could not be released", self.api.generate_assignment(name))
        return self.root / "assignments" / name / f"{name}.ipynb"

    def submit(self, name: str, student: str, notebook: str | bytes) -> None:
        """Put a notebook where a student's submission belongs."""
        folder = self.root / "classroom" / "submitted" / student / name
        folder.mkdir(parents=True, exist_ok=True)
        content = notebook.encode() if isinstance(notebook, str) else notebook
        (folder / f"{name}.ipynb").write_bytes(content)

    def autograde(self, name: str, student: str = "*") -> None:
        """Run and mark submissions: one student's, or everybody's."""
        self._done(f"{name} could not be marked", self.api.autograde(name, student))

    def feedback(self, name: str) -> None:
        """Write everybody's feedback."""
        self._done(f"Feedback on {name} could not be written", self.api.generate_feedback(name))

    def autograded(self, name: str, student: str) -> Path:
        """Say where a student's marked notebook is."""
        return self.root / "classroom" / "autograded" / student / name / f"{name}.ipynb"

    def _done(self, failure: str, result: dict[str, Any]) -> None:
        if not result["success"]:
            log = f"{result.get('log', '')}\n{result.get('error', '')}"
            # nbgrader's own exception only says that the reason is above it.
            reasons = [
                line.strip() for line in log.splitlines() if re.match(r"\s*[\w.]+(Error|Exception): ", line)
            ]
            told = (
                [line for line in reasons if "NbGraderException" not in line]
                or reasons
                or ["no reason given"]
            )
            raise MarkingStoppedError(f"{failure}. nbgrader says: {told[-1].rpartition('Error: ')[2]}", log)


@contextmanager
def temporary_course(root: Path) -> Iterator[Workshop]:
    """Give a course with the settings of the one in `root`, in a folder that goes when the block ends.

    Parameters
    ----------
    root : Path
        The clone's folder.

    Yields
    ------
    Workshop
        Without assignments yet.
    """
    with tempfile.TemporaryDirectory(prefix="cjpolicy-", ignore_cleanup_errors=True) as folder:
        # A link in the folder's name would make nbgrader see one file under two names.
        course = Path(folder).resolve()
        shutil.copyfile(root / SETTINGS, course / SETTINGS)
        yield Workshop(course)
