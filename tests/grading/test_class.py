"""A class of six, from release to returned feedback: by nbgrader's exchange, and again by zip files."""

import csv
import html
import json
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest

from cjpolicy import misconceptions
from cjpolicy.grading.keys import assignment_keys
from cjpolicy.grading.recorded import columns, read_recorded, with_answers
from cjpolicy.grading.results import ItemResult, read_results
from cjpolicy.grading.workshop import Workshop
from tests.grading.clones import Clone, clone_to
from tests.support import ROOT

pytestmark = [pytest.mark.grading, pytest.mark.slow]

NAME = "a02_counting_violence"
BROKEN = "a02-two-changes"
RECORDED = read_recorded(ROOT / "solutions" / f"{NAME}.toml")
WRITTEN = next(item for item in RECORDED.items.values() if item.written)
BY_NAME = {column.name: column for column in columns(RECORDED)}

# Who hands in what: ada all right, ben and cat misconceptions (cat late), dev nothing, eve one cell that is
# not Python, fay twice: at first nothing, then all right in another way.
NAMES = {
    "ada": ("Ada", "Byron"),
    "ben": ("Ben", "Okri"),
    "cat": ("Cat", "Ng"),
    "dev": ("Dev", "Rao"),
    "eve": ("Eve", "Lund"),
    "fay": ("Fay", "Diaz"),
}


def answers(student: str) -> dict[str, str]:
    right = dict(BY_NAME["right-1"].answers)
    return {
        "ada": {**right, WRITTEN.id: WRITTEN.samples[0].text},
        "ben": dict(BY_NAME["wrong-1"].answers),
        "cat": dict(BY_NAME["wrong-2"].answers),
        "dev": {},
        "eve": {**right, BROKEN: "this is = = not Python"},
        "fay": dict(BY_NAME["right-2"].answers),
    }[student]


def expected(student: str) -> dict[str, float]:
    machine = {item.id: item.points for item in RECORDED.items.values() if not item.written}
    return {
        "ada": machine,
        "ben": {id: BY_NAME["wrong-1"].points[id] for id in machine},
        "cat": {id: BY_NAME["wrong-2"].points[id] for id in machine},
        "dev": dict.fromkeys(machine, 0.0),
        "eve": {**machine, BROKEN: 0.0},
        "fay": machine,
    }[student]


def filled(release: Path, student: str) -> str:
    """Return what a student hands in: the release, filled in."""
    return nbformat.writes(with_answers(nbformat.read(release, as_version=4), answers(student)))


def as_student(student: str, home: Path) -> list[str]:
    """Return the options that make nbgrader take this machine's one user for a student."""
    return [f"--student={student}", f"--Exchange.cache={home / 'cache'}"]


@dataclass
class Class:
    """A class after the marks are in, with what it took to get there."""

    clone: Clone
    results: dict[str, dict[str, ItemResult]]
    grades: dict[str, dict[str, str]]
    late: dict[str, bool]
    pages: dict[str, str]


def prepare(clone: Clone) -> None:
    """Open the gradebook and name the class, as steps 3 and 4 of the teacher's guide do."""
    clone.run("nbgrader", "generate_assignment", NAME, "--force")
    lines = [f"{id},{first},{last},{id}@example.org" for id, (first, last) in NAMES.items()]
    (clone.root / "classroom/roster.csv").write_text("\n".join(["id,first_name,last_name,email", *lines]))
    clone.run("cjpolicy", "roster", "classroom/roster.csv")


def set_due(clone: Clone, due: datetime) -> None:
    (clone.root / "classroom/due.csv").write_text(f"assignment,due\na02,{due.isoformat()}\n")
    clone.run("cjpolicy", "due", "classroom/due.csv")


def finish(clone: Clone) -> Class:
    """Autograde, mark the one written answer by hand, write feedback and export."""
    clone.run("nbgrader", "autograde", NAME)
    course = Workshop(clone.root)
    with course.api.gradebook as gradebook:
        gradebook.find_grade(WRITTEN.id, NAME, NAME, "ada").manual_score = 3.0
        gradebook.db.commit()
        late = {id: gradebook.find_submission(NAME, id).total_seconds_late > 0 for id in NAMES}
    clone.run("nbgrader", "generate_feedback", NAME)
    clone.run("nbgrader", "export")
    with (clone.root / "classroom/grades.csv").open(encoding="utf-8", newline="") as exported:
        grades = {row["student_id"]: row for row in csv.DictReader(exported)}
    pages = {
        id: (clone.root / f"classroom/feedback/{id}/{NAME}/{NAME}.html").read_text(encoding="utf-8")
        for id in NAMES
    }
    return Class(clone, {id: read_results(course, NAME, id) for id in NAMES}, grades, late, pages)


@pytest.fixture(scope="module")
def by_exchange(tmp_path_factory: pytest.TempPathFactory) -> Class:
    folder = tmp_path_factory.mktemp("exchange")
    clone = clone_to(folder)
    prepare(clone)
    clone.run("nbgrader", "release_assignment", NAME)

    def hand_in(student: str) -> None:
        home = folder / "homes" / student
        clone.run("nbgrader", "submit", NAME, *as_student(student, home), folder=home)

    def work(student: str) -> None:
        home = folder / "homes" / student
        home.mkdir(parents=True)
        clone.run("nbgrader", "fetch_assignment", NAME, folder=home)
        # nbgrader hands in whatever is there; a first, empty submission is not to count.
        if student == "fay":
            hand_in(student)
        notebook = home / NAME / f"{NAME}.ipynb"
        notebook.write_text(filled(notebook, student), encoding="utf-8")
        if student != "cat":
            hand_in(student)

    with ThreadPoolExecutor(2) as two:
        list(two.map(work, NAMES))
    set_due(clone, datetime.now(UTC))
    hand_in("cat")
    clone.run("nbgrader", "collect", NAME, "--update")
    return finish(clone)


@pytest.fixture(scope="module")
def by_zip(tmp_path_factory: pytest.TempPathFactory) -> Class:
    folder = tmp_path_factory.mktemp("zip")
    clone = clone_to(folder)
    prepare(clone)
    set_due(clone, datetime(2026, 10, 9, 16, tzinfo=UTC))
    release = clone.root / "assignments" / NAME / f"{NAME}.ipynb"
    archive = clone.root / "classroom" / "downloaded" / NAME / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "Violence-2026.zip", "w") as download:
        download.writestr(SENT_AS["fay"].replace("10-02", "10-01"), release.read_text(encoding="utf-8"))
        for student, name in SENT_AS.items():
            download.writestr(name, filled(release, student))
    clone.run("nbgrader", "zip_collect", NAME)
    return finish(clone)


SENT_AS = {
    "ada": f"Byron, Ada_ada_{NAME}_2026-10-01.ipynb",
    "ben": f"Okri, Ben_ben_assignsubmission_file/{NAME}.ipynb",
    "cat": f"Ng, Cat_cat_{NAME}_2026-10-10-09-00-00.ipynb",
    "dev": f"Rao, Dev_dev_{NAME}.ipynb",
    "eve": f"Lund, Eve_eve_{NAME}_2026-10-01 (1).ipynb",
    "fay": f"Diaz, Fay_fay_{NAME}_2026-10-02.ipynb",
}


@pytest.fixture(scope="module", params=["by_exchange", "by_zip"])
def marked(request: pytest.FixtureRequest) -> Class:
    found: Class = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("student", NAMES)
def test_marks_by_item(marked: Class, student: str) -> None:
    found = {id: each.earned for id, each in marked.results[student].items() if not each.written}
    assert found == pytest.approx(expected(student))


def test_each_student_is_told_what_was_wrong(marked: Class) -> None:
    for student, name in {"ben": "wrong-1", "cat": "wrong-2"}.items():
        shown = text_of(marked.pages[student])
        for slip in filter(None, BY_NAME[name].slips.values()):
            assert folded(misconceptions.explain(slip).diagnosis) in shown
    assert "when this is marked. Either the cell that makes it stopped" in text_of(marked.pages["eve"])
    assert f"{sum(expected('ada').values()) + 3:g} of 20 points" in text_of(marked.pages["ada"])


def test_feedback_shows_no_key(marked: Class) -> None:
    keys = {key: origin for key, origin in assignment_keys(ROOT, span=1).items() if "recorded" not in origin}
    for student, page in marked.pages.items():
        own = folded(" ".join(answers(student).values()))
        shown = text_of(page)
        assert "HIDDEN TESTS" not in shown
        assert not [origin for key, origin in keys.items() if key in shown and key not in own]


def test_feedback_fetches_nothing_and_runs_nothing(marked: Class) -> None:
    for page in marked.pages.values():
        page = re.sub(r'<img [^>]*src="data:image/png;base64,[^>]*>', "", page)
        assert not re.search(r"<script|<img|<iframe|https?://[^\s\"'<]+\.js|\bsrc=|\bon\w+=", page)
        assert not re.search(r"(?:href|src|url)\s*[=(]\s*[\"']?https?:", page)


def test_only_late_work_is_late(marked: Class) -> None:
    assert [student for student, late in marked.late.items() if late] == ["cat"]


def test_export(marked: Class) -> None:
    assert set(marked.grades) == set(NAMES)
    for student, row in marked.grades.items():
        by_hand = 3 if student == "ada" else 0
        assert float(row["score"]) == pytest.approx(sum(expected(student).values()) + by_hand)
        assert float(row["max_score"]) == 20
        assert (row["first_name"], row["last_name"]) == NAMES[student]
        assert row["assignment"] == NAME and row["duedate"]


def test_students_fetch_their_own_feedback(by_exchange: Class) -> None:
    clone = by_exchange.clone
    home = clone.root.parents[1] / "homes" / "ben"
    listed = clone.run("nbgrader", "list", folder=home)
    assert NAME in listed.stdout + listed.stderr
    clone.run("nbgrader", "release_feedback", NAME)
    clone.run("nbgrader", "fetch_feedback", NAME, *as_student("ben", home), folder=home)
    (page,) = (home / NAME / "feedback").rglob("*.html")
    assert page.read_text(encoding="utf-8") == by_exchange.pages["ben"]


@contextmanager
def server(clone: Clone) -> Iterator[str]:
    """Serve a clone with Formgrader from its own folder, as `cjpolicy teach` does; give the address."""
    runtime = clone.root.parents[1] / "runtime"
    extension = "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}"
    command = [sys.executable, "-m", "jupyter_server", extension, "--port=0", "--no-browser", "--allow-root"]
    environment = {**clone.environment, "JUPYTER_RUNTIME_DIR": str(runtime)}
    with subprocess.Popen(command, cwd=clone.root, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 60
            while not (found := list(runtime.glob("jpserver-*.json"))):
                assert process.poll() is None and time.monotonic() < until, "the server did not start"
                time.sleep(0.2)
            about = json.loads(found[0].read_text())
            yield f"{about['url']}formgrader/{{}}?token={about['token']}"
        finally:
            process.terminate()


def test_formgrader_shows_the_class(by_exchange: Class) -> None:
    with server(by_exchange.clone) as address:
        with urlopen(address.format(f"api/submissions/{NAME}")) as answer:
            scores = {each["student"]: each["score"] for each in json.load(answer)}
        with urlopen(address.format("")) as answer:
            assert "not a subdirectory" not in answer.read().decode()
    assert scores == {student: float(row["score"]) for student, row in by_exchange.grades.items()}


def test_feedback_goes_back_under_the_names_the_system_gave(by_zip: Class) -> None:
    by_zip.clone.run("cjpolicy", "feedback-zip", "a02")
    with zipfile.ZipFile(by_zip.clone.root / "classroom" / f"feedback_{NAME}.zip") as packed:
        assert {name: packed.read(name).decode() for name in packed.namelist()} == {
            name.replace(".ipynb", ".html"): by_zip.pages[student] for student, name in SENT_AS.items()
        }


def test_feedback_without_a_download_is_named_by_student(by_exchange: Class) -> None:
    by_exchange.clone.run("cjpolicy", "feedback-zip", "a02")
    with zipfile.ZipFile(by_exchange.clone.root / "classroom" / f"feedback_{NAME}.zip") as packed:
        assert packed.namelist() == [f"{student}_{NAME}.html" for student in NAMES]


def test_nothing_of_the_class_is_left_outside_the_classroom(marked: Class) -> None:
    made = {path.name for path in marked.clone.root.iterdir()} - {path.name for path in ROOT.iterdir()}
    assert made <= {"classroom", "assignments"}
    released = marked.clone.root / "assignments" / NAME
    assert [path.name for path in released.iterdir()] == [f"{NAME}.ipynb"]


def text_of(page: str) -> str:
    """Return what a page's reader sees, its white space folded."""
    body = re.sub(r"<(style|script|head)\b.*?</\1>", "", page, flags=re.DOTALL)
    return folded(html.unescape(re.sub(r"<[^>]+>", "", body)))


def folded(text: str) -> str:
    return " ".join(text.split())
