"""What nbgrader runs in place of its own marking: notebooks apart, tests where no student's code runs."""

import secrets
from pathlib import Path
from typing import Any

from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Bool, Float, Int

from . import sandbox
from .execution import Executed, Limits, run_notebook
from .harmless import harmless_outputs

__all__ = ["RunApart", "SaveMarks"]


class RunApart(NbGraderPreprocessor):
    """Run a submission's cells in the sandbox, and its tests where none of them runs."""

    cell_seconds = Float(
        60.0, help="Seconds that one cell may take, or all that one test asks of a function."
    ).tag(config=True)
    notebook_seconds = Float(300.0, help="Seconds that a whole notebook may take.").tag(config=True)
    memory_bytes = Int(3 << 30, help="Bytes of memory that a notebook's Python may use.").tag(config=True)
    without_sandbox = Bool(
        False,
        help="Where there is no sandbox, run students' code with your own rights. Reports say that you did.",
    ).tag(config=True)
    seed = Int(
        None, allow_none=True, help="What the inputs of students' functions are drawn from; new each time."
    ).tag(config=True)

    @property
    def limits(self) -> Limits:
        """What a notebook may use, as these settings have it."""
        apart = not (self.without_sandbox and sandbox.explanation())
        return Limits(self.cell_seconds, self.notebook_seconds, self.memory_bytes, apart)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Run and mark one notebook, unless whoever calls nbgrader has done so already.

        Raises
        ------
        NoSandboxError
            If there is no sandbox here, and nobody said to go without.
        """
        executed = resources.get("cjpolicy", {}).get("executed")
        if executed is None:
            folder = self._handed_in(resources)
            seed = secrets.randbits(32) if self.seed is None else self.seed
            executed = run_notebook(nb, folder, self.limits, seed)
        keep(nb, executed)
        return nb, resources

    def _handed_in(self, resources: Any) -> Path:
        """Say where the student's own files are: not the copies that nbgrader made, for it follows links."""
        coursedir = getattr(getattr(self.parent, "parent", None), "coursedir", None)
        if coursedir is None:
            return Path(resources.get("metadata", {}).get("path") or ".")
        about = resources["nbgrader"]
        folder = coursedir.format_path(coursedir.submitted_directory, about["student"], about["assignment"])
        return Path(folder)


def keep(notebook: Any, executed: Executed) -> None:
    """Put what came of running a notebook into it.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook that was run; its outputs are replaced.
    executed : Executed
        What came of it.
    """
    code = [(place, cell) for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for number, (place, cell) in enumerate(code, start=1):
        marked = utils.is_grade(cell) and utils.is_locked(cell)
        outputs = executed.outputs.get(place, [])
        cell.execution_count = number
        # What a test shows was made where no student's code runs.
        sound = _sound(outputs)
        cell.outputs = [new_output(**each) for each in sound] if marked else harmless_outputs(sound)
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number
        if place in executed.unmarked:
            cell.metadata["cjpolicy"] = {"unmarked": _sound(executed.unmarked[place])}
    notebook.metadata.setdefault("cjpolicy", {})["run"] = {
        "seed": executed.seed,
        "sandbox": executed.sandbox,
        "seconds": executed.seconds,
        "limits": executed.limits,
    }
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}


def _sound(part: Any) -> Any:
    """Replace halves of characters (lone surrogates), which no file can hold, in all texts of an output."""
    if isinstance(part, str):
        return part.encode("utf-8", "replace").decode()
    if isinstance(part, dict):
        return {_sound(key): _sound(each) for key, each in part.items()}
    return [_sound(each) for each in part] if isinstance(part, list) else part


class SaveMarks(SaveAutoGrades):
    """Save marks as nbgrader does, but leave an item that could not be marked for a person."""

    def _add_score(self, cell: Any, resources: Any) -> None:
        super()._add_score(cell, resources)
        if utils.is_locked(cell) and not _was_marked(cell):
            grade = self.gradebook.find_grade(
                cell.metadata["nbgrader"]["grade_id"], self.notebook_id, self.assignment_id, self.student_id
            )
            grade.auto_score = None
            grade.needs_manual_grade = True
            self.gradebook.db.commit()


def _was_marked(cell: Any) -> bool:
    """Say whether a test was run to its end: nbgrader takes one that said nothing for one that passed."""
    return any(output.output_type == "execute_result" for output in cell.get("outputs", ()))
