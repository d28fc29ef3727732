"""nbgrader's own steps for one student at a time, in folders and for students of any name."""

import json
import os
import shutil
import tempfile
from contextlib import chdir, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from nbconvert.writers import FilesWriter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log, parse_utc, rmtree

from cjpolicy.errors import CourseError

from .reading import take_in
from .report import write_whole
from .submitted import digest, support_files
from .workshop import MarkingStoppedError, Workshop

__all__ = ["Marking", "Taken", "generate", "give_feedback"]

# A time is short; what is longer is not read.
LONGEST_TIME = 100


class Folders(CourseDirectory):
    """nbgrader's folders, in which a missing or damaged time of handing in is no trouble."""

    def get_existing_timestamp(self, dest_path: str) -> datetime | None:
        """Return when a submission was handed in, in UTC; None where its folder does not say."""
        try:
            text = (Path(dest_path) / "timestamp.txt").read_bytes()[:LONGEST_TIME].decode("utf-8-sig").strip()
            found: datetime | None = parse_utc(text) if text else None
        except (OSError, ValueError, OverflowError):
            return None
        return found


class Releasing(GenerateAssignment):
    """nbgrader's making of a release, in folders with any name."""

    def init_notebooks(self) -> None:
        """Name the one notebook there is: nbgrader would look for it by a pattern, and misread brackets."""
        _name_notebook(self)


def _name_notebook(converter: Any) -> None:
    name = converter.coursedir.assignment_id
    folder = converter._format_source(name, converter.coursedir.student_id)
    converter.notebooks = [os.path.join(folder, f"{name}.ipynb")]
    converter.assignments = {folder: list(converter.notebooks)}


@dataclass
class Taken:
    """A submission that has been read and repaired.

    Parameters
    ----------
    student : str
        Whose.
    notebook : str
        The repaired notebook, as JSON.
    resources : dict
        nbconvert's, which go with it.
    repairs, flags : list of str
        What is to be said about its files.
    digest : str
        Of its files and the assignment's source.
    """

    student: str
    notebook: str
    resources: Any
    repairs: list[str]
    flags: list[str]
    digest: str


class Marking(Autograde):
    """nbgrader's marking of an assignment for one student at a time, in steps that others can come between.

    The steps are `take`, `place` and, when the notebook has been run, `save`. Up to `place` nothing of an
    earlier mark is touched. Only one thread may use it.

    Parameters
    ----------
    course : Workshop
        The course.
    name : str
        The assignment.

    Attributes
    ----------
    ids : frozenset of str
        Ids of the assignment's cells, by which a notebook under another name is known.
    """

    def __init__(self, course: Workshop, name: str) -> None:
        folders = Folders(config=course.api.config, assignment_id=name)
        super().__init__(coursedir=folders, parent=course.api)
        self.name = name
        self.force = True
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = self.exporter_class(parent=self, config=self.config)
        self.ids: frozenset[str] = frozenset()

    def init_notebooks(self) -> None:
        """Name the one notebook there is: nbgrader would look for it by a pattern, and misread brackets."""
        _name_notebook(self)

    def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
        """Say whose notebook this is: known here, where nbgrader reads it from the path."""
        about = {"student": self.coursedir.student_id, "assignment": self.name, "notebook": self.name}
        return {
            "unique_key": self.name,
            "output_files_dir": f"{self.name}_files",
            "nbgrader": {**about, "db_url": self.coursedir.db_url},
        }

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy the student's own files to where the notebook will run, and note the submission.

        The assignment's own folder has nothing but its notebook in it, which `sources` sees to; so there is
        nothing to copy from there. No link is followed: it could lead to the solutions.
        """
        source, target = self.submitted(student_id), self.target(student_id)
        for path in support_files(source, [*self.coursedir.ignore, "*.ipynb"]):
            # A path that just fits where it was handed in may be too long here; the run reads it there.
            with suppress(OSError):
                (target / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / path, target / path)
        with self._gradebook() as gradebook:
            self._note(gradebook, student_id)

    def take(self, student: str, release: str) -> Taken:
        """Read a submission and repair it, in memory.

        Parameters
        ----------
        student : str
            Whose.
        release : str
            Digest of the assignment's source.

        Returns
        -------
        Taken

        Raises
        ------
        UnreadableSubmission
            If there is no notebook that could be read.
        """
        self.coursedir.student_id = student
        self.init_notebooks()
        found = take_in(self.submitted(student), self.name, self.ids)
        self.run_pre_convert_hook()
        (path,) = self.notebooks
        notebook, resources = self._converted(path, self.init_single_notebook_resources(path))
        repairs = [*found.repairs, *self._about_time(student)]
        return Taken(
            student, notebook, resources, repairs, list(found.flags), digest(self.submitted(student), release)
        )

    def place(self, taken: Taken) -> None:
        """Put a submission where it will be run, in place of what an earlier marking left there."""
        self.coursedir.student_id = taken.student
        self.init_destination(self.name, taken.student)
        self.init_assignment(self.name, taken.student)
        self.write_single_notebook(taken.notebook, taken.resources)

    def save(self, taken: Taken, executed: Any) -> dict[str, Any]:
        """Save the marks of a submission that has been run.

        Parameters
        ----------
        taken : Taken
            The submission.
        executed : Executed
            What came of running it.

        Returns
        -------
        dict
            What the marked notebook says about itself: repairs, flags, and how it ran.
        """
        self.coursedir.student_id = taken.student
        self.init_notebooks()
        path = str(self.target(taken.student) / f"{self.name}.ipynb")
        resources = {**self.init_single_notebook_resources(path), "cjpolicy": {"executed": executed}}
        self._sanitizing = False
        try:
            notebook, resources = self._converted(path, resources)
            self.write_single_notebook(notebook, resources)
        finally:
            self._sanitizing = True
        self.set_permissions(self.name, taken.student)
        if self.post_convert_hook:
            # Not by nbgrader's own method, which goes on in silence where the hook fails.
            self.post_convert_hook(
                assignment=self.name, student=taken.student, notebooks=list(self.notebooks)
            )
        about: dict[str, Any] = json.loads(notebook)["metadata"].get("cjpolicy", {})
        return about

    def _converted(self, path: str, resources: dict[str, Any]) -> tuple[str, Any]:
        """Put a notebook through the steps of this pass."""
        self._init_preprocessors()
        # As nbgrader does, for settings may name folders as seen from the course's.
        with chdir(self.coursedir.root):
            notebook, resources = self.exporter.from_filename(path, resources=resources)
        return notebook, resources

    def leave_to_person(self, student: str) -> bool:
        """Note in the gradebook that a person must look at all of a submission; no mark is taken away.

        Parameters
        ----------
        student : str
            Whose.

        Returns
        -------
        bool
            Whether the gradebook has marks for it, from an earlier marking.
        """
        with self._gradebook() as gradebook:
            try:
                submission = gradebook.find_submission(self.name, student)
            except MissingEntry:
                submission = self._note(gradebook, student)
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            for grade in grades:
                grade.needs_manual_grade = True
            gradebook.db.commit()
            return any(grade.auto_score is not None or grade.manual_score is not None for grade in grades)

    def take_back(self, student: str) -> None:
        """Take back the marks of a submission whose saving did not come to its end; a person's marks stay."""
        with self._gradebook() as gradebook:
            for notebook in gradebook.find_submission(self.name, student).notebooks:
                for grade in notebook.grades:
                    grade.auto_score = None
            gradebook.db.commit()

    def clear(self, student: str) -> None:
        """Remove what a marking that did not come to its end has left: nbgrader would take it for whole."""
        if self.target(student).exists():
            rmtree(str(self.target(student)))

    def submitted(self, student: str) -> Path:
        """Say where what a student handed in is."""
        return Path(self.coursedir.format_path(self.coursedir.submitted_directory, student, self.name))

    def target(self, student: str) -> Path:
        """Say where a student's notebook is run, and stays when it has been marked."""
        return Path(self.coursedir.format_path(self.coursedir.autograded_directory, student, self.name))

    def _gradebook(self) -> Any:
        return Gradebook(self.coursedir.db_url, self.coursedir.course_id)

    def _note(self, gradebook: Any, student: str) -> Any:
        when = self.coursedir.get_existing_timestamp(str(self.submitted(student)))
        gradebook.update_or_create_student(student)
        return gradebook.update_or_create_submission(
            self.name, student, **({"timestamp": when} if when else {})
        )

    def _about_time(self, student: str) -> list[str]:
        folder = self.submitted(student)
        if not (folder / "timestamp.txt").exists() or self.coursedir.get_existing_timestamp(str(folder)):
            return []
        return ["Its timestamp.txt does not say when it was handed in; it does not count as late."]


class Returning(GenerateFeedback):
    """nbgrader's feedback, for students and in folders of any name."""

    def init_notebooks(self) -> None:
        """Name every marked notebook: nbgrader would look for them by a pattern, and misread brackets."""
        name = self.coursedir.assignment_id
        marked = Path(self.coursedir.format_path(self.coursedir.autograded_directory, ".", "."))
        found = sorted(marked.glob(f"*/{name}/{name}.ipynb"))
        self.assignments = {str(path.parent): [str(path)] for path in found}
        self.notebooks: list[str] = []

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy what nbgrader's exchange knows a submission by; a student has their own files."""
        source = Path(self._format_source(assignment_id, student_id))
        target = Path(self._format_dest(assignment_id, student_id))
        target.mkdir(parents=True, exist_ok=True)
        for name in ("timestamp.txt", "submission_secret.txt"):
            if (source / name).is_file():
                shutil.copyfile(source / name, target / name)


def give_feedback(course: Workshop, name: str, with_answers: bool = False) -> int:
    """Write everybody's feedback on an assignment anew.

    Parameters
    ----------
    course : Workshop
        The course.
    name : str
        The assignment.
    with_answers : bool
        Whether it shows the model answers.

    Returns
    -------
    int
        How many pages there are.

    Raises
    ------
    CourseError
        If nothing has been marked.
    MarkingStoppedError
        If a page could not be written; the others are.
    """
    folders = Folders(config=course.api.config, assignment_id=name)
    returning = Returning(coursedir=folders, parent=course.api, force=True)
    if with_answers:
        returning.config.FeedbackPage.model_answers = [name]
    returning.init_notebooks()
    if not returning.assignments:
        raise CourseError(f"Nothing of {name} has been marked yet. Run `cjpolicy grade {name}` first.")
    done = capture_log(returning)
    if not done["success"]:
        log = f"{done.get('log', '')}\n{done['error']}"
        raise MarkingStoppedError(f"Feedback on {name} could not be written for everybody: {log[-500:]}", log)
    return len(returning.assignments)


def generate(course: Workshop, name: str) -> None:
    """Fill the gradebook from an assignment's source; the release changes only if nbgrader accepts it.

    Parameters
    ----------
    course : Workshop
        The course.
    name : str
        The assignment.

    Raises
    ------
    CourseError
        If nbgrader refuses; so it does where graded cells came or went after submissions were marked.
    """
    folders = Folders(config=course.api.config, assignment_id=name)
    with tempfile.TemporaryDirectory(prefix="cjpolicy-", ignore_cleanup_errors=True) as aside:
        folders.release_directory = str(Path(aside).resolve())
        done = capture_log(Releasing(coursedir=folders, parent=course.api))
        if not done["success"]:
            log = f"{done.get('log', '')}\n{done['error']}"
            if "Cannot add or remove cells" in log:
                raise CourseError(
                    f"solutions/{name} has more or fewer graded cells than when its submissions were first "
                    "marked. nbgrader refuses that. Put them back; to be rid of an item, give it zero points."
                )
            raise MarkingStoppedError(
                f"{name} could not be released. nbgrader's reason is in classroom/reports/{name}.log.", log
            )
        made = (Path(folders.release_directory) / name / f"{name}.ipynb").read_bytes()
    release = course.root / "assignments" / name / f"{name}.ipynb"
    if not release.is_file() or release.read_bytes() != made:
        release.parent.mkdir(parents=True, exist_ok=True)
        write_whole(release, made)
