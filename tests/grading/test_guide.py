"""The teacher's guide, run as it is written: every command, in order, in a fresh copy of the course."""

import csv
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import nbformat
import pytest

from cjpolicy.grading.recorded import columns, read_recorded, with_answers
from tests.grading.clones import Clone, environment_of_links
from tests.support import ROOT, need

GUIDE = ROOT / "course" / "teaching.md"
NAME = "a02_counting_violence"


ROUTES = {"campus system": "exchange", "exchange": "campus system"}
NOTEBOOK = f"{NAME}.ipynb"
TOTAL = 17.0


def steps(route: str) -> list[str]:
    """Return each step's commands, without those for the other way that students' work may go."""
    parts = re.split(r"^## \d+\. ", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    other = re.compile(rf"^\*\*By {ROUTES[route]}\.\*\*.*?(?=^\*\*By |\Z)", re.DOTALL | re.MULTILINE)
    blocks = [
        re.findall(r"^```sh\n(.*?)^```$", other.sub("", part), re.DOTALL | re.MULTILINE) for part in parts
    ]
    return ["\n".join(block) for block in blocks]


def test_it_has_ten_steps() -> None:
    steps = re.findall(r"^## (\d+)\. ", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert steps == [str(step) for step in range(1, 11)]


def test_its_names_for_submissions_are_the_ones_it_says() -> None:
    examples = re.findall(
        r"^    # \w+: (\S.*?\.ipynb).*\n    r\"(.*)\"$", GUIDE.read_text(encoding="utf-8"), re.M
    )
    students = [re.match(pattern, f"/a/b/{name}") for name, pattern in examples]
    assert [found and found["student_id"] for found in students] == ["101", "ada"]
    assert [found and found["file_id"] for found in students] == [NAME, NAME]


def run(script: str, clone: Clone) -> None:
    """Run commands as a teacher's terminal would, and stop at the first that fails."""
    command = ["bash", "-e", "-c", script]
    done = subprocess.run(
        command, cwd=clone.root, env=clone.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


def hand_in(route: str, clone: Clone, home: Path) -> None:
    """Let two students work: ada right throughout, ben not at all."""
    source = nbformat.read(ROOT / "solutions" / NAME / NOTEBOOK, as_version=4)
    right = columns(read_recorded(ROOT / "solutions" / f"{NAME}.toml"))[0].answers
    work = {
        "ada": nbformat.writes(with_answers(source, right)),
        "ben": nbformat.writes(with_answers(source, {})),
    }
    if route == "campus system":
        (home / "Downloads").mkdir()
        with zipfile.ZipFile(home / "Downloads" / "submissions.zip", "w") as download:
            download.writestr(f"Byron, Ada_ada_{NAME}_2026-10-01.ipynb", work["ada"])
            download.writestr(f"Okri, Ben_ben_{NAME}_2026-10-10.ipynb", work["ben"])
        return
    for student, notebook in work.items():
        desk = home / student
        desk.mkdir()
        clone.run("nbgrader", "fetch_assignment", NAME, folder=desk)
        (desk / NAME / NOTEBOOK).write_text(notebook, encoding="utf-8")
        clone.run("nbgrader", "submit", NAME, f"--student={student}", folder=desk)


@pytest.mark.grading
@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES)
def test_it_works_as_written(route: str, clone: Clone, tmp_path: Path) -> None:
    for program in ("make", "bash"):
        need(program, Path(found) if (found := shutil.which(program)) else None)
    environment_of_links(clone)
    classroom = clone.root / "classroom"
    classroom.mkdir()
    (classroom / "roster.csv").write_text("id,first_name,last_name\nada,Ada,Byron\nben,Ben,Okri\n")
    (classroom / "due.csv").write_text("assignment,due\na02,2026-10-09T17:00+01:00\n")
    before, after = steps(route)[:5], steps(route)[5:]
    assert [bool(step) for step in [*before, *after]] == [True] * 7 + [False] + [True] * 2
    run("\n".join(before), clone)
    hand_in(route, clone, tmp_path)
    run("\n".join(["source .venv/bin/activate", *after]), clone)

    with (classroom / "grades.csv").open(encoding="utf-8", newline="") as exported:
        grades = {row["student_id"]: row for row in csv.DictReader(exported)}
    assert {student: float(row["score"]) for student, row in grades.items()} == {"ada": TOTAL, "ben": 0.0}
    assert grades["ada"]["duedate"] == "2026-10-09 16:00:00"
    outbound = tmp_path / "exchange" / "cjpolicy" / "outbound" / NAME / NOTEBOOK
    if route == "exchange":
        assert outbound.is_file()
        assert len(list((tmp_path / "exchange" / "cjpolicy" / "feedback").glob("*.html"))) == 2
    else:
        assert not outbound.exists()
        assert (clone.root / "handout" / "cjpolicy-handout.zip").is_file()
        with zipfile.ZipFile(classroom / f"feedback_{NAME}.zip") as packed:
            assert packed.namelist() == [
                f"Byron, Ada_ada_{NAME}_2026-10-01.html",
                f"Okri, Ben_ben_{NAME}_2026-10-10.html",
            ]
