"""Examine a set-up and say in plain words what is in order, what is worth knowing and what is wrong."""

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from cjpolicy.desk import Course, exchange_folder
from cjpolicy.grading import sandbox

__all__ = ["Finding", "differences", "examine", "locked"]

Level = Literal["ok", "note", "problem"]

OLDEST, NEWEST = (3, 11), (3, 14)
ENOUGH_DISK = 1_000_000_000
LONGEST_PATH = 120
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]+?))?\s*\\?$", re.M
)


@dataclass(frozen=True)
class Finding:
    """One thing that was examined: how it stands, and what to do where it is not in order.

    Examples
    --------
    >>> print(Finding("note", "Exchange", "there is none"))
    note     Exchange: there is none
    """

    level: Level
    subject: str
    message: str

    def __str__(self) -> str:
        return f"{self.level:<8} {self.subject}: {self.message}"


def examine(course: Course) -> list[Finding]:
    """Examine everything that studying, teaching or marking needs.

    Parameters
    ----------
    course : Course
        The clone or handout to examine.

    Returns
    -------
    list of Finding
        One for each thing, in the order in which to mend them.
    """
    return [_carefully(examination, course) for examination in EXAMINATIONS]


def locked(lock: Path) -> dict[str, str]:
    """Return the version that a lock asks for here, by package name.

    Parameters
    ----------
    lock : Path
        A requirements file with one `name==version` a package, with hashes or without.

    Returns
    -------
    dict of str to str
        Only the packages this Python and this system need.
    """
    from packaging.markers import Marker

    pins = PIN.finditer(lock.read_text(encoding="utf-8"))
    return {
        pin["name"]: pin["version"] for pin in pins if not pin["marker"] or Marker(pin["marker"]).evaluate()
    }


def differences(wanted: dict[str, str]) -> list[str]:
    """Return what is installed in another version than wanted, or not at all, a phrase each.

    Examples
    --------
    >>> differences({"no-such-package": "1.0"})
    ['no-such-package is missing (wanted 1.0)']
    """
    found = []
    for name, version in wanted.items():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            found.append(f"{name} is missing (wanted {version})")
            continue
        if installed != version:
            found.append(f"{name} is {installed} (wanted {version})")
    return found


def _carefully(examination: Callable[[Course], Finding], course: Course) -> Finding:
    """Run one examination; a set-up may be broken in ways that stop it."""
    try:
        return examination(course)
    except Exception as error:
        subject = examination.__name__.strip("_").replace("_", " ").capitalize()
        return Finding("problem", subject, f"could not be examined: {error}. Try `make setup` again.")


def _python(course: Course) -> Finding:
    version = sys.version_info[:2]
    said = f"{sys.version.split()[0]} at {sys.executable}"
    if version < OLDEST:
        return Finding(
            "problem", "Python", f"{said}; the course needs 3.11 or newer. Install one, then `make setup`."
        )
    if version > NEWEST:
        return Finding("note", "Python", f"{said}; the locked packages are for 3.11 to 3.14.")
    return Finding("ok", "Python", said)


def _packages(course: Course) -> Finding:
    lock = course.root / "requirements.lock"
    if not lock.is_file():
        return Finding("note", "Packages", "no requirements.lock here to compare them with.")
    wanted = locked(lock)
    wrong = differences(wanted)
    if not wrong:
        return Finding("ok", "Packages", f"all {len(wanted)} are the locked ones")
    return Finding(
        "problem",
        "Packages",
        f"{len(wrong)} of {len(wanted)} differ from requirements.lock: {_some(wrong)}. Run `make setup`.",
    )


def _course_package(course: Course) -> Finding:
    here = Path(__file__).resolve().parent
    if course.is_clone and here != (course.root / "course" / "cjpolicy").resolve():
        return Finding(
            "problem", "Package cjpolicy", f"comes from {here}, not from this clone. Run `make setup` here."
        )
    return Finding("ok", "Package cjpolicy", f"from {here}")


def _datasets(course: Course) -> Finding:
    from cjpolicy.catalogue import root

    folder = root()
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    paths = [resource["path"] for resource in package["resources"]]
    missing = [path for path in paths if not (folder / path).is_file()]
    if missing:
        return Finding(
            "problem", "Datasets", f"{folder} lacks {_some(missing)}. Get them again: git restore datasets"
        )
    return Finding("ok", "Datasets", f"{len(paths)} tables in {folder}")


def _documents(course: Course) -> Finding:
    from cjpolicy.catalogue import root

    place = os.environ.get("CJPOLICY_DOCUMENTS")
    if not place:
        return Finding("ok", "Documents", "not needed here; only tests of the transcription read them")
    with (root() / "documents.csv").open(encoding="utf-8", newline="") as file:
        wanted = {row["document_id"]: row["sha256"] for row in csv.DictReader(file)}
    texts = (path.read_bytes() for path in Path(place).glob("*.txt"))
    present = {hashlib.sha256(text).hexdigest() for text in texts}
    missing = [document for document, digest in wanted.items() if digest not in present]
    if missing:
        return Finding("problem", "Documents", f"{place} lacks, or has changed, {', '.join(missing)}.")
    return Finding("ok", "Documents", f"all {len(wanted)} in {place} are the ones that were transcribed")


def _kernel(course: Course) -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager

    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    # Jupyter runs a kernel named plainly "python" with this very interpreter.
    program = (
        sys.executable if Path(program).name.startswith("python") and not Path(program).exists() else program
    )
    tried = subprocess.run(
        [program, "-c", "import ipykernel, cjpolicy"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if tried.returncode == 0:
        return Finding("ok", "Kernel python3", f"runs {program}")
    reason = (tried.stderr.strip().splitlines() or ["no reason given"])[-1]
    return Finding(
        "problem", "Kernel python3", f"{program} cannot run the course: {reason}. Run `make setup`."
    )


def _nbgrader_pages(course: Course) -> Finding:
    from jupyter_core.paths import jupyter_path
    from jupyterlab_server.config import get_static_page_config

    places = [
        Path(folder, "@jupyter", "nbgrader", "package.json") for folder in jupyter_path("labextensions")
    ]
    if not any(place.is_file() for place in places):
        return Finding("problem", "nbgrader's pages", "are not installed. Run `make setup`.")
    disabled = get_static_page_config(level="all").get("disabledExtensions", {})
    off = [name for name, is_off in dict(disabled).items() if is_off and "nbgrader" in name]
    if off:
        return Finding(
            "note",
            "nbgrader's pages",
            f"{', '.join(off)} switched off here; `jupyter labextension enable` mends it.",
        )
    return Finding("ok", "nbgrader's pages", "installed")


def _jupyter_settings(course: Course) -> Finding:
    if os.environ.get("JUPYTER_NO_CONFIG"):
        return Finding(
            "problem",
            "Jupyter's settings",
            "JUPYTER_NO_CONFIG hides nbgrader's pages. Unset it in this terminal.",
        )
    return Finding("ok", "Jupyter's settings", "are read")


def _exchange(course: Course) -> Finding:
    folder = exchange_folder(course.root)
    if folder is None:
        return Finding(
            "ok", "Exchange", "there is none that you can write to; only a class on a shared server uses one"
        )
    return Finding("ok", "Exchange", f"{folder}")


def _programs(course: Course) -> Finding:
    scripts = Path(sysconfig.get_path("scripts"))
    found = shutil.which("alembic")
    if found and Path(found).parent.resolve() == scripts.resolve():
        return Finding("ok", "Programs", f"{scripts} is on PATH")
    return Finding(
        "note",
        "Programs",
        f"{scripts} is not first on PATH: before running nbgrader by hand, activate .venv.",
    )


def _sandbox(course: Course) -> Finding:
    reason = sandbox.explanation()
    if reason:
        return Finding("note", "Sandbox", f"other people's work cannot be marked here. {reason}")
    return Finding("ok", "Sandbox", f"{sandbox.version()} keeps students' code apart")


def _browser(course: Course) -> Finding:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return Finding("ok", "Chromium", found)
    return Finding("note", "Chromium", "not found: only the tests of the pages need it.")


def _folder(course: Course) -> Finding:
    path = str(course.root)
    odd = sorted({letter for letter in path if letter in "+[]{}*?%#"})
    if odd:
        return Finding(
            "problem",
            "Folder",
            f"{path} has {' '.join(odd)} in its name, which nbgrader cannot use. Rename it.",
        )
    if len(path) > LONGEST_PATH:
        return Finding(
            "note", "Folder", f"its path has {len(path)} characters; a shorter one is safer: {path}"
        )
    return Finding("ok", "Folder", path)


def _disk(course: Course) -> Finding:
    free = shutil.disk_usage(course.root).free
    said = f"{free / 1e9:.1f} GB free"
    if free < ENOUGH_DISK:
        return Finding("problem", "Disk", f"{said}; a set-up needs about 1 GB. Free some space.")
    return Finding("ok", "Disk", said)


def _writable(course: Course) -> Finding:
    folders = [course.work, course.classroom] if course.is_clone else [course.work]
    blocked = [folder.name for folder in folders if not os.access(_existing(folder), os.W_OK)]
    if blocked:
        return Finding(
            "problem", "Writing", f"{', '.join(blocked)} cannot be written to. Change who owns it."
        )
    return Finding("ok", "Writing", f"{' and '.join(folder.name for folder in folders)} can be written to")


def _existing(folder: Path) -> Path:
    return folder if folder.exists() else _existing(folder.parent)


def _some(phrases: Iterable[str], most: int = 4) -> str:
    phrases = list(phrases)
    rest = len(phrases) - most
    return ", ".join(phrases[:most]) + (f" and {rest} more" if rest > 0 else "")


EXAMINATIONS: tuple[Callable[[Course], Finding], ...] = (
    _python,
    _folder,
    _disk,
    _writable,
    _packages,
    _course_package,
    _datasets,
    _documents,
    _kernel,
    _jupyter_settings,
    _nbgrader_pages,
    # The exchange is looked for by running nbgrader_config.py, which may put the programs on PATH.
    _exchange,
    _programs,
    _sandbox,
    _browser,
)
