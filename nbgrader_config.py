"""Settings of nbgrader for this course, so that plain `nbgrader ...` works from this folder."""

import os
import sysconfig
import warnings
from functools import partial
from pathlib import Path

from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
)
from sqlalchemy.exc import SAWarning

from cjpolicy.grading.collect import CollectFilesOnly
from cjpolicy.grading.export import MarksExport
from cjpolicy.grading.feedback import FeedbackPage, GetMarks, HideKeys
from cjpolicy.grading.harmless import ForMarking, clean_html, markdown2html
from cjpolicy.grading.hooks import after_marking, before_marking
from cjpolicy.grading.marking import RunApart, SaveMarks
from cjpolicy.grading.marking_aids import MARKING_PAGE, MarkingAids
from cjpolicy.grading.reading import SubmissionExporter
from cjpolicy.grading.repair import Repair

c = get_config()  # noqa: F821  (traitlets gives this file the name)

ROOT = Path(__file__).resolve().parent
CLASSROOM = ROOT / "classroom"
CLASSROOM.mkdir(exist_ok=True)

# nbgrader runs `alembic` by name when it makes a gradebook.
programs = sysconfig.get_path("scripts")
if programs not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", "")])

# nbgrader's own queries set off warnings of its database library; nobody here can act on them.
warnings.filterwarnings("ignore", message="Object of type <Submitted", category=SAWarning)

# Where things are. What students hand in, and all that is made from it, stays in classroom/: git ignores it.
c.CourseDirectory.course_id = "cjpolicy"
c.CourseDirectory.root = str(ROOT)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.submitted_directory = "classroom/submitted"
c.CourseDirectory.autograded_directory = "classroom/autograded"
c.CourseDirectory.feedback_directory = "classroom/feedback"
c.CourseDirectory.db_url = f"sqlite:///{(CLASSROOM / 'gradebook.db').as_posix()}"

# The exchange is the machine's, not the course's. Where it is not nbgrader's usual folder, name it in the
# machine's own nbgrader_config.py (in /etc/jupyter or ~/.jupyter): c.Exchange.root = "/srv/exchange"
c.ExchangeFactory.collect = CollectFilesOnly

# What students find in place of a solution.
c.ClearSolutions.code_stub = {"python": "# Write your code here."}
c.ClearSolutions.text_stub = "*Write your answer here.*"

# Marking: a submission is read whatever its form, repaired where nothing has to be guessed, and run in a
# sandbox; its tests are evaluated where none of its code runs. course/marking.md says what that promises.
c.Autograde.exporter_class = SubmissionExporter
c.Autograde.pre_convert_hook = partial(before_marking, releases=ROOT / "assignments")
c.Autograde.sanitize_preprocessors = [
    Repair,
    ClearOutput,
    DeduplicateIds,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    RunApart,
    LimitOutput,
    SaveMarks,
    AssignLatePenalties,
    CheckCellMetadata,
]
c.Autograde.post_convert_hook = partial(after_marking, autograded=CLASSROOM / "autograded")
c.Repair.release_directory = str(ROOT / "assignments")

# Seconds and memory a notebook may take. A cell that takes longer is stopped; the next are run all the same.
c.RunApart.cell_seconds = 60
c.RunApart.notebook_seconds = 300
c.RunApart.memory_bytes = 3 * 1024**3
# Where there is no sandbox, nothing is run. To run students' code with your own rights all the same:
# c.RunApart.without_sandbox = True

# Feedback shows no key and no hidden test, runs nothing of the student's, and asks nothing of the network.
# To show model answers too, name the assignments: c.FeedbackPage.model_answers = ["a02_counting_violence"]
c.GenerateFeedback.preprocessors = [GetMarks, HideKeys]
c.GenerateFeedback.exporter_class = FeedbackPage
c.FeedbackPage.source_directory = str(ROOT / "solutions")

# Formgrader's page for marking by hand runs nothing of the student's either. It has the rubric, samples and
# comments to choose from under each written answer, and the student's name only on demand.
c.HTMLExporter.preprocessors = [ForMarking, MarkingAids]
c.HTMLExporter.template_file = str(MARKING_PAGE)
c.HTMLExporter.sanitize_html = True
c.HTMLExporter.filters = {"clean_html": clean_html, "markdown2html": markdown2html}

# `nbgrader export`: a mark that nobody has given yet is left blank, and is no zero.
c.ExportApp.plugin_class = MarksExport
c.ExportPlugin.to = str(CLASSROOM / "grades.csv")

# `nbgrader zip_collect`: put a campus system's download in classroom/downloaded/ASSIGNMENT/archive.
c.ZipCollectApp.downloaded_directory = "classroom/downloaded"

# How the campus system names what it hands out, so that nbgrader can tell who sent what, and when. It is
# matched with the whole path. This one reads both
#   Surname, First_12345_a02_counting_violence_2026-10-01.ipynb  (without the date, or with -15-30-00 too)
#   Surname, First_12345_anything/a02_counting_violence.ipynb    (a folder for each student)
# and sees past what browsers add to a name, such as " (1)". Yours is different? Keep the groups' names and
# what they may not hold (nbgrader's pages write names as they are), and change what is around them;
# course/teaching.md has examples.
c.FileNameCollectorPlugin.named_regexp = (
    r".*[/\\](?P<last_name>[^/\\_,<>&\"]+), ?(?P<first_name>[^/\\_<>&\"]+)_"
    r"(?P<student_id>[^/\\_<>&\"]+)_"
    r"(?:[^/\\]*[/\\])?(?P<file_id>a\d\d(?:_[a-z]+)+)"
    r"(?:_(?P<timestamp>\d{4}-\d\d-\d\d(?:-\d\d-\d\d-\d\d)?))?[^/\\]*\.ipynb$"
)
