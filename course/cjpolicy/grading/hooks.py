"""What nbgrader calls before and after it marks one student's submission."""

from pathlib import Path
from typing import Any

from .harmless import quieten_files
from .reading import UnreadableSubmission, ids_of, read_file, read_notebook, take_in

__all__ = ["after_marking", "before_marking"]


def before_marking(notebooks: list[str], releases: Path, **_: Any) -> None:
    """Find a notebook that was handed in under another name; the student's own file stays as it came.

    Parameters
    ----------
    notebooks : list of str
        Paths of the notebooks that nbgrader is about to mark; the one that is found is added.
    releases : Path
        The folder of the release notebooks, by which a misnamed one is known.
    """
    folder = Path(notebooks[0]).parent
    name = folder.name
    own = str(folder / f"{name}.ipynb")
    if own in notebooks:
        return
    try:
        release, _repairs = read_notebook(read_file(releases / name / f"{name}.ipynb"))
        take_in(folder, name, ids_of(release))
    except (OSError, UnreadableSubmission):
        return  # nbgrader says of this student's work that it has no notebook to mark
    notebooks.append(own)


def after_marking(notebooks: list[str], autograded: Path, **_: Any) -> None:
    """Rename those of a student's files that a browser would run, where formgrader would show them.

    Parameters
    ----------
    notebooks : list of str
        Paths of the notebooks that nbgrader has marked.
    autograded : Path
        The folder of what has been marked.
    """
    folder = Path(notebooks[0]).parent
    quieten_files(autograded / folder.parent.name / folder.name)
