"""Settings of nbgrader for this course, so that plain `nbgrader ...` works from this folder."""

import os
import sysconfig
import warnings
from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import GetGrades
from sqlalchemy.exc import SAWarning

from cjpolicy.grading.feedback import FeedbackPage, HideKeys

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
c.CsvExportPlugin.to = str(CLASSROOM / "grades.csv")

# The exchange is the machine's, not the course's. Where it is not nbgrader's usual folder, name it in the
# machine's own nbgrader_config.py (in /etc/jupyter or ~/.jupyter): c.Exchange.root = "/srv/exchange"

# What students find in place of a solution.
c.ClearSolutions.code_stub = {"python": "# Write your code here."}
c.ClearSolutions.text_stub = "*Write your answer here.*"

# Seconds a cell may take; one that takes longer is interrupted, and the marking goes on with the next.
c.Execute.timeout = 60

# The second argument keeps kernels from saying, once a student, that they talk over TCP on this machine.
c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"]

# Feedback shows no key and no hidden test, runs nothing of the student's, and asks nothing of the network.
c.GenerateFeedback.preprocessors = [GetGrades, HideKeys, CSSHTMLHeaderPreprocessor]
c.GenerateFeedback.exporter_class = FeedbackPage

# `nbgrader zip_collect`: put a campus system's download in classroom/downloaded/ASSIGNMENT/archive.
c.ZipCollectApp.downloaded_directory = "classroom/downloaded"

# How the campus system names what it hands out, so that nbgrader can tell who sent what, and when. It is
# matched with the whole path. This one reads both
#   Surname, First_12345_a02_counting_violence_2026-10-01.ipynb  (without the date, or with -15-30-00 too)
#   Surname, First_12345_anything/a02_counting_violence.ipynb    (a folder for each student)
# and sees past what browsers add to a name, such as " (1)". Yours is different? Keep the groups' names and
# change what is around them; course/teaching.md has examples.
c.FileNameCollectorPlugin.named_regexp = (
    r".*[/\\](?P<last_name>[^/\\_,]+), ?(?P<first_name>[^/\\_]+)_(?P<student_id>[^/\\_]+)_"
    r"(?:[^/\\]*[/\\])?(?P<file_id>a\d\d(?:_[a-z]+)+)"
    r"(?:_(?P<timestamp>\d{4}-\d\d-\d\d(?:-\d\d-\d\d-\d\d)?))?[^/\\]*\.ipynb$"
)
