"""The hostile class, handed in and marked in one run of `cjpolicy grade`, with everything that is watched."""

import ctypes
import hashlib
import json
import os
import re
import secrets
import signal
import socket
import stat
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat

from tests.grading.clones import Clone, clone_to

from .assignment import NAME, WORTH, source_notebook
from .catalogue import seats
from .honest import Honest
from .kinds import Files, Kind, Scene
from .resources import CELL_SECONDS, MEMORY_BYTES, NOTEBOOK_SECONDS

CANARY = "HOSTILE-CANARY"
TOKEN = "cjsecret-{}-{}"
LIMITS = f"""
c.RunApart.cell_seconds = {CELL_SECONDS}
c.RunApart.notebook_seconds = {NOTEBOOK_SECONDS}
c.RunApart.memory_bytes = {MEMORY_BYTES}
"""
# As nbgrader comes: the student's code runs as the teacher, and its own process marks it.
STOCK = """
for name in list(c.Autograde):
    del c.Autograde[name]
"""
SUBREAPER = 36


@dataclass
class Watched:
    """What happened while the class was marked, besides its marks."""

    connections: list[str] = field(default_factory=list)
    left_running: list[str] = field(default_factory=list)
    decoy_alive: bool = False
    changed: list[str] = field(default_factory=list)
    canaries: list[str] = field(default_factory=list)


@dataclass
class Marked:
    """The class after it was marked.

    Parameters
    ----------
    clone
        The course.
    scene
        What the students knew of it.
    tokens
        The secrets, by the place they were kept at.
    ids
        From a kind's or an honest student's name to the student's id.
    done
        The run of `cjpolicy grade`.
    seconds
        How long it took.
    watched
        What happened besides.
    feedback
        The run of `cjpolicy feedback`.
    report
        The report after the first run.
    again
        A second run, when some folders with names that are nobody's were there as well.
    """

    clone: Clone
    scene: Scene
    tokens: Mapping[str, str]
    ids: Mapping[str, str]
    done: subprocess.CompletedProcess[str]
    seconds: float
    watched: Watched
    feedback: subprocess.CompletedProcess[str]
    report: dict[str, Any]
    again: subprocess.CompletedProcess[str]

    @cached_property
    def second_report(self) -> dict[str, Any]:
        """The report after the second run."""
        return read_report(self.clone)

    def entry(self, who: str) -> dict[str, Any]:
        """Give what the report says of one student."""
        found: dict[str, Any] = self.report["submissions"][self.ids[who]]
        return found

    def points(self, who: str) -> dict[str, float | None]:
        """Give the report's points by short item name."""
        held = self.entry(who)["points"]
        assert set(held) == {f"a91-{name}" for name in WORTH}, held
        return {id.removeprefix("a91-"): earned for id, earned in held.items()}

    def said(self, who: str) -> str:
        """Give every sentence the report has for the teacher."""
        entry = self.entry(who)
        return "\n".join([*entry["repairs"], *entry["flags"], *entry["limits"]])

    def _made(self, folder: str, who: str, suffix: str) -> Path:
        return self.clone.root / "classroom" / folder / self.ids[who] / NAME / f"{NAME}{suffix}"

    def marked_notebook(self, who: str) -> Any:
        """Give the marked notebook, or None where there was nothing to mark."""
        path = self._made("autograded", who, ".ipynb")
        return nbformat.read(path, as_version=4) if path.is_file() else None

    def outputs(self, who: str) -> str:
        """Give all outputs of the marked notebook, as text."""
        notebook = self.marked_notebook(who)
        cells = notebook.cells if notebook else []
        return json.dumps([cell.outputs for cell in cells if cell.cell_type == "code"], ensure_ascii=False)

    def page(self, who: str) -> str:
        """Give the page of feedback; "" where there is none."""
        path = self._made("feedback", who, ".html")
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    @cached_property
    def grades(self) -> dict[str, dict[str, tuple[float | None, bool]]]:
        """The gradebook: by student and item, the score and whether a person is asked for."""
        return read_grades(self.clone)


def read_report(clone: Clone) -> dict[str, Any]:
    """Read the report on the assignment."""
    path = clone.root / "classroom" / "reports" / f"{NAME}.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def run(
    program: Path, *words: str, clone: Clone, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program in the course, whatever its exit status."""
    return subprocess.run(
        [str(program), *words],
        cwd=clone.root,
        env=environment or clone.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def read_grades(clone: Clone) -> dict[str, dict[str, tuple[float | None, bool]]]:
    """Read the gradebook by student and short item name."""
    from nbgrader.api import Gradebook

    found: dict[str, dict[str, tuple[float | None, bool]]] = {}
    with Gradebook(f"sqlite:///{clone.root / 'classroom' / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions(NAME):
            rows = {
                grade.name.removeprefix("a91-"): (grade.auto_score, grade.needs_manual_grade)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            found[submission.student.id] = rows
    return found


def make_course(folder: Path, token: str, settings: str) -> Clone:
    """Make a clone of the course that has the small assignment, released."""
    clone = clone_to(folder)
    with (clone.root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write(settings)
    source = clone.root / "solutions" / NAME / f"{NAME}.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(source_notebook(token), source)
    clone.run("nbgrader", "generate_assignment", NAME, "--force")
    return clone


def release_of(clone: Clone) -> nbformat.NotebookNode:
    """Read the release notebook."""
    return nbformat.read(clone.root / "assignments" / NAME / f"{NAME}.ipynb", as_version=4)


def hand_in(clone: Clone, student: str, files: Files, scene: Scene) -> Path:
    """Put a submission where nbgrader looks for it."""
    folder = clone.root / "classroom" / "submitted" / student / NAME
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content(path, scene)
    return folder


def digests(*folders: Path) -> dict[str, str]:
    """Take down what is in some folders: each path, with its kind and its content."""
    found = {}
    for folder in folders:
        for parent, names, files in os.walk(folder):
            names[:] = [name for name in names if name not in ("__pycache__", ".git")]
            for name in [*names, *files]:
                path = Path(parent, name)
                about = path.lstat()
                said = oct(about.st_mode)
                if stat.S_ISREG(about.st_mode):
                    said += hashlib.sha256(path.read_bytes()).hexdigest()
                elif stat.S_ISLNK(about.st_mode):
                    said += os.readlink(path)
                found[os.fsencode(path).decode(errors="replace")] = said
    return found


@contextmanager
def server(secret: str, heard: list[str], *doors: socket.socket) -> Iterator[None]:
    """Listen at some doors, tell the secret to whoever knocks, and note each knock."""
    open_doors = True

    def serve(door: socket.socket) -> None:
        while open_doors:
            with suppress(OSError):
                talk, who = door.accept()
                heard.append(f"{door.family.name}: {who!r}")
                with talk:
                    talk.sendall(secret.encode())

    for door in doors:
        door.listen()
        threading.Thread(target=serve, args=(door,), daemon=True).start()
    try:
        yield
    finally:
        open_doors = False
        for door in doors:
            door.close()


def children() -> set[int]:
    """List the processes that are this one's own."""
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            found |= set(map(int, (task / "children").read_text().split()))
    return found


@contextmanager
def nothing_left(left: list[str]) -> Iterator[None]:
    """Note every process started in the block, by whomever, that outlives it; then end it."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = children()
    # Whoever loses their parent becomes our child, however deep they were started.
    libc.prctl(SUBREAPER, 1, 0, 0, 0)
    try:
        yield
        end = time.monotonic() + 5
        while time.monotonic() < end and (mine := running(children() - before)):
            time.sleep(0.2)
        for process in mine:
            with suppress(OSError):
                words = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ")
                left.append(words.decode(errors="replace")[:300] or str(process))
                os.kill(process, signal.SIGKILL)
    finally:
        libc.prctl(SUBREAPER, 0, 0, 0, 0)


def running(processes: set[int]) -> set[int]:
    """Leave those that have ended out, and bury them."""
    found = set()
    for process in processes:
        with suppress(ChildProcessError):
            if os.waitpid(process, os.WNOHANG)[0] == 0:
                found.add(process)
    return found


def add_key(secret: str) -> None:
    """Put a secret into the kernel's keyring of this session, where it can be had."""
    if sys.platform == "linux" and os.uname().machine == "x86_64":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.syscall(248, b"user", b"cjpolicy-hostile", secret.encode(), len(secret), -3)


def find_canaries(*folders: Path) -> list[str]:
    """Find what an attack has left outside."""
    found = []
    for folder in folders:
        for parent, names, files in os.walk(folder):
            if Path(parent).name == "submitted":  # some are handed in under such a name
                names.clear()
            found += [str(Path(parent, name)) for name in [*names, *files] if name.startswith(CANARY)]
    return found


def mark_the_class(folder: Path) -> Marked:
    """Make the course, hand everything in, mark it in one go, and watch what happens."""
    tokens = {
        place: TOKEN.format(place, secrets.token_hex(8)) for place in ("key", "env", "file", "net", "other")
    }
    add_key(tokens["file"])
    clone = make_course(folder, tokens["key"], LIMITS)
    outside = folder / "outside"
    outside.mkdir()
    (outside / "canary.txt").write_text("canary\n")
    (outside / "secret.txt").write_text(tokens["file"])
    (folder / ".bash_history").write_text(tokens["file"])
    classroom = clone.root / "classroom"
    watched = Watched()
    loopback = socket.create_server(("127.0.0.1", 0))
    abstract, named = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    abstract_name = f"cjpolicy-{secrets.token_hex(4)}"
    abstract.bind(f"\0{abstract_name}")
    named.bind(str(outside / "s"))
    decoy_word = f"decoy-{secrets.token_hex(4)}"
    decoy = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)", decoy_word])
    places = {
        "root": clone.root,
        "source": clone.root / "solutions" / NAME / f"{NAME}.ipynb",
        "solutions": clone.root / "solutions",
        "other_release": clone.root / "assignments" / "a01_reading_a_claim" / "a01_reading_a_claim.ipynb",
        "classroom": classroom,
        "reports": classroom / "reports",
        "gradebook": classroom / "gradebook.db",
        "package": clone.root / "course" / "cjpolicy",
        "site": sysconfig.get_path("purelib"),
        "outside": outside,
        "canary": outside / "canary.txt",
        "secret": outside / "secret.txt",
        "home": folder,
        "tmp": folder.parent,
        "socket": outside / "s",
    }
    facts = {
        "port": loopback.getsockname()[1],
        "abstract": abstract_name,
        "decoy": decoy.pid,
        "decoy_word": decoy_word,
        "namespace": os.readlink("/proc/self/ns/pid"),
    }
    scene = Scene(release_of(clone), {**{name: str(path) for name, path in places.items()}, **facts})
    ids = {}
    late = {}
    for student, who in seats():
        ids[who.name] = student
        files = who.make(scene)
        if isinstance(who, Kind) and who.set_aside:
            late[student] = files
            continue
        if isinstance(who, Honest):
            files = {**files, "notes.txt": tokens["other"].encode()}
        hand_in(clone, student, files, scene)
    kept = [clone.root / name for name in ("course", "datasets", "solutions", "assignments")]
    before = digests(*kept, outside, classroom / "submitted")
    environment = {**clone.environment, "CJPOLICY_HOSTILE_SECRET": tokens["env"]}
    program = Path(sysconfig.get_path("scripts"))
    with server(tokens["net"], watched.connections, loopback, abstract, named):
        with nothing_left(watched.left_running):
            started = time.monotonic()
            done = run(program / "cjpolicy", "grade", NAME, clone=clone, environment=environment)
            seconds = time.monotonic() - started
        watched.decoy_alive = decoy.poll() is None
        decoy.kill()
        decoy.wait()
    after = digests(*kept, outside, classroom / "submitted")
    watched.changed = [path for path, said in before.items() if after.get(path) != said]
    watched.changed += [path for path in after.keys() - before.keys() if not may_be_new(path)]
    searched = [folder, Path("/dev/shm"), Path(sysconfig.get_path("purelib"))]
    watched.canaries = find_canaries(*searched)
    report = read_report(clone)
    feedback = run(program / "cjpolicy", "feedback", NAME, clone=clone)
    for student, files in late.items():
        hand_in(clone, student, files, scene)
    again = run(program / "cjpolicy", "grade", NAME, clone=clone)
    return Marked(clone, scene, tokens, ids, done, seconds, watched, feedback, report, again)


def may_be_new(path: str) -> bool:
    """Say whether a file among the submissions is a notebook found elsewhere, put where it belongs."""
    return re.search(rf"/classroom/submitted/[^/]+/{NAME}/{NAME}\.ipynb$", path, re.DOTALL) is not None


def mark_as_stock(folder: Path) -> tuple[Clone, dict[str, str]]:
    """Mark the honest, and the odd ones who must earn the same, with nbgrader as it comes."""
    clone = make_course(folder, "token", STOCK)
    scene = Scene(release_of(clone), {})
    ids = {}
    for number, (_, who) in enumerate(seats()):
        if isinstance(who, Honest) or (isinstance(who, Kind) and who.as_stock):
            ids[who.name] = f"s{number:03}"
            hand_in(clone, ids[who.name], who.make(scene), scene)
    clone.run("nbgrader", "autograde", NAME)
    return clone, ids
