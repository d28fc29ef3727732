"""A reader's desk and a teacher's: the notebooks on it, and JupyterLab opened there with the right pages."""

import hashlib
import json
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.journal import session

__all__ = [
    "Course",
    "Delivery",
    "copy_notebooks",
    "delivery_report",
    "exchange_folder",
    "find_course",
    "lab_environment",
    "open_study",
    "open_teaching",
    "take_update",
    "write_lab_settings",
]

FIRST_LESSON = "lessons/00_start_here.ipynb"
RECORD = ".course.json"
SETTINGS = ".jupyter"

# nbgrader's pages by the name of their plugin in the browser, and the server's half of those that have one.
TEACHING_PAGES = ("formgrader", "course-list", "create-assignment")
SERVER_OF_PAGE = {
    "assignment-list": "nbgrader.server_extensions.assignment_list",
    "course-list": "nbgrader.server_extensions.course_list",
    "formgrader": "nbgrader.server_extensions.formgrader",
}
DEFAULT_EXCHANGE = "/usr/local/share/nbgrader/exchange"

# JupyterLab takes a key meant for a slider or a list in an output as one of its own: arrows move between
# cells, and letters insert, cut or delete them.
CELL_SELECTOR = ".jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus"
NOT_IN_CONTROLS = ":not([type=range]):not(select)"
TEACHERS_PAGES = Path(__file__).parent / "pages"
NOTEBOOK_SETTINGS = "share/jupyter/lab/schemas/@jupyterlab/notebook-extension/tracker.json"


@dataclass(frozen=True)
class Course:
    """Where the parts of the course are, in a clone or in a class's handout.

    Attributes
    ----------
    root : Path
        The clone's or the handout's folder.
    lessons : Path
        The folder of lesson notebooks.
    """

    root: Path
    lessons: Path

    @property
    def assignments(self) -> Path:
        """The folder of release notebooks, one folder an assignment."""
        return self.root / "assignments"

    @property
    def work(self) -> Path:
        """The folder of the reader's own copies."""
        return self.root / "my-work"

    @property
    def classroom(self) -> Path:
        """The folder of what students hand in and of what is made from it."""
        return self.root / "classroom"

    @property
    def is_clone(self) -> bool:
        """Whether this is the whole repository rather than a handout."""
        return self.lessons.parent != self.root


def find_course(start: Path | None = None) -> Course:
    """Find the course this package belongs to, or else the one around a folder.

    Parameters
    ----------
    start : Path, optional
        Where to look from, upwards; the working directory by default.

    Returns
    -------
    Course
        The clone that holds this package, or the nearest clone or handout.

    Raises
    ------
    CourseError
        Where no lessons are found.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (Path(__file__).resolve().parents[2], start, *start.parents):
        for lessons in (folder / "course" / "lessons", folder / "lessons"):
            if lessons.is_dir():
                return Course(folder, lessons)
    raise CourseError(
        f"There are no lessons in {start} or in a folder above it. "
        "Go to the course's folder, the one with assignments in it, and run this again."
    )


@dataclass(frozen=True)
class Delivery:
    """What happened to one notebook on its way to the reader.

    Attributes
    ----------
    name : str
        The notebook's path below my-work, such as "lessons/00_start_here.ipynb".
    state : str
        "new" (copied), "updated" (the reader's copy was untouched), "waiting" (the reader has edited the
        copy and the course has a newer one) or "kept" (nothing to do).
    """

    name: str
    state: str


def copy_notebooks(course: Course) -> list[Delivery]:
    """Bring the reader's copies up to date without touching anything the reader has edited.

    A copy counts as edited when the text of a cell, or the cells there are, have changed; running cells is
    no edit. A copy that the reader has deleted is made again.

    Parameters
    ----------
    course : Course
        The course to copy from and the folder of copies.

    Returns
    -------
    list of Delivery
        One for each notebook of the course.
    """
    record = _read_record(course)
    deliveries = []
    for name, source in _notebooks(course).items():
        state = _state(source, course.work / name, record.get(name, {}))
        if state in ("new", "updated"):
            _copy(source, course.work / name)
        if state != "waiting":
            record[name] = {"course": _digest(source.read_bytes()), "cells": _cells(source)}
        deliveries.append(Delivery(name, state))
    _write_record(course, record)
    return deliveries


def delivery_report(deliveries: Iterable[Delivery]) -> Iterator[str]:
    """Yield what the reader needs to know about new and changed notebooks, a line each.

    Examples
    --------
    >>> list(delivery_report([Delivery("lessons/00_start_here.ipynb", "new")]))
    ['New in my-work: lessons/00_start_here.ipynb']
    """
    for delivery in deliveries:
        if delivery.state == "new":
            yield f"New in my-work: {delivery.name}"
        elif delivery.state == "updated":
            yield f"Updated in my-work, where you had not edited it: {delivery.name}"
        elif delivery.state == "waiting":
            yield (
                f"The course has a newer {delivery.name}; your edited copy stays. To take the new one "
                f"and keep yours beside it: cjpolicy study --update {Path(delivery.name).stem}"
            )


def take_update(course: Course, name: str) -> str:
    """Replace one of the reader's notebooks by the course's, after saving the reader's beside it.

    Parameters
    ----------
    course : Course
        The course to copy from and the folder of copies.
    name : str
        The notebook's name, or the beginning of it, such as "03" or "a02".

    Returns
    -------
    str
        What was done, in a sentence.

    Raises
    ------
    UnknownName
        Where no notebook, or more than one, has such a name.
    """
    full = _one_named(name, _notebooks(course))
    target = course.work / full
    said = f"my-work/{full} is now the course's version."
    if target.exists():
        saved = _free_name(target)
        shutil.copy2(target, saved)
        said += f" Yours is saved as {saved.relative_to(course.work).as_posix()}."
    source = _notebooks(course)[full]
    _copy(source, target)
    record = _read_record(course)
    record[full] = {"course": _digest(source.read_bytes()), "cells": _cells(source)}
    _write_record(course, record)
    return said


def open_study(course: Course, *, browser: bool = True, port: int = 8888) -> int:
    """Open JupyterLab on the reader's copies, with only the pages of nbgrader a reader can use.

    Parameters
    ----------
    course : Course
        The course whose my-work folder is opened.
    browser : bool
        Whether to open a browser.
    port : int
        The port to serve on; the next free one is taken where it is in use.

    Returns
    -------
    int
        JupyterLab's exit status.
    """
    hidden = list(TEACHING_PAGES)
    if exchange_folder(course.work) is None:
        hidden += ["assignment-list", "menu"]
    settings = write_lab_settings(course.work / SETTINGS, hidden)
    first = FIRST_LESSON if (course.work / FIRST_LESSON).exists() else ""
    return _open_lab(course.work, settings, first, browser=browser, port=port)


def open_teaching(course: Course, *, browser: bool = True, port: int = 8888) -> int:
    """Open JupyterLab on the whole course, with all of nbgrader's pages, and make the classroom's folders.

    Parameters
    ----------
    course : Course
        The clone to open.
    browser : bool
        Whether to open a browser.
    port : int
        The port to serve on; the next free one is taken where it is in use.

    Returns
    -------
    int
        JupyterLab's exit status.

    Raises
    ------
    CourseError
        In a handout, which has no solutions to teach from.
    """
    if not course.is_clone:
        raise CourseError(f"{course.root} is a handout. Teaching needs the whole repository: use its clone.")
    for name in ("submitted", "autograded", "feedback"):
        (course.classroom / name).mkdir(parents=True, exist_ok=True)
    settings = write_lab_settings(course.classroom / SETTINGS, ())
    return _open_lab(course.root, settings, "", browser=browser, port=port, pages=TEACHERS_PAGES)


def exchange_folder(start: Path) -> Path | None:
    """Return nbgrader's exchange, where one exists that this user can write to.

    Parameters
    ----------
    start : Path
        The folder whose own nbgrader_config.py is read before the user's and the machine's.

    Returns
    -------
    Path or None
        None also on Windows, where nbgrader has no exchange.
    """
    if sys.platform == "win32":
        return None
    folder = Path(_configured_exchange(start))
    return folder if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK) else None


def write_lab_settings(folder: Path, hidden: Iterable[str]) -> Path:
    """Write JupyterLab's settings for one desk; the environment's and the user's own stay as they are.

    Parameters
    ----------
    folder : Path
        Where to write; goes first in JUPYTER_CONFIG_PATH.
    hidden : iterable of str
        nbgrader's pages to leave out, by their names in the browser, such as "formgrader".

    Returns
    -------
    Path
        The same folder.
    """
    hidden = list(hidden)
    pages = {f"@jupyter/nbgrader:{page}": True for page in hidden}
    servers = {SERVER_OF_PAGE[page]: False for page in hidden if page in SERVER_OF_PAGE}
    if hidden:
        # For authors: a reader's desk is as plain as it can be.
        pages |= {"jupyterlab-jupytext": True, "@jupyterlab/extensionmanager-extension": True}
        servers["jupyterlab_jupytext"] = False
    files: dict[str, Any] = {
        "labconfig/page_config.json": {"disabledExtensions": pages},
        "labconfig/default_setting_overrides.json": _setting_overrides(),
        "jupyter_server_config.json": {"ServerApp": {"jpserver_extensions": servers}},
    }
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return folder


def lab_environment(
    settings: Path, environment: Mapping[str, str], pages: Path | None = None
) -> dict[str, str]:
    """Return the environment variables JupyterLab runs with at a desk.

    Parameters
    ----------
    settings : Path
        The folder that `write_lab_settings` wrote.
    environment : mapping of str to str
        The variables to start from.
    pages : Path, optional
        A folder of page templates to use before nbconvert's own.

    Returns
    -------
    dict of str to str
        Those variables with this environment's programs first on PATH (nbgrader runs `alembic` by name),
        its kernels before the user's, the desk's settings before the user's, and the file of the reader's
        progress.
    """
    changed = dict(environment)
    changed.pop("JUPYTER_NO_CONFIG", None)
    changed["JUPYTER_PREFER_ENV_PATH"] = "1"
    if kept := session.place(environment):
        # Also says that what nbgrader validates here is validated by a reader.
        changed[session.VARIABLE] = str(kept)
    firsts = {"PATH": sysconfig.get_path("scripts"), "JUPYTER_CONFIG_PATH": str(settings)}
    if pages:
        firsts["JUPYTER_PATH"] = str(pages)
    for name, first in firsts.items():
        changed[name] = os.pathsep.join(part for part in (first, environment.get(name)) if part)
    return changed


def _open_lab(
    folder: Path, settings: Path, first: str, *, browser: bool, port: int, pages: Path | None = None
) -> int:
    environment = lab_environment(settings, os.environ, pages)
    os.environ.clear()
    os.environ.update(environment)
    # nbgrader's pages read nbgrader_config.py in the working directory.
    os.chdir(folder)
    # Imported here: Jupyter reads the variables above while it is imported.
    from jupyterlab.labapp import LabApp

    print(f"JupyterLab is opening on {folder}. To stop it, press Ctrl-C twice here.", flush=True)
    options = [
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.port={port}",
        f"--LabApp.default_url={f'/lab/tree/{first}' if first else '/lab'}",
        f"--LabApp.workspaces_dir={settings / 'workspaces'}",
        # The course works without a network: no news, no updates, no list of extensions to fetch.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        "--log-level=WARN",
    ]
    if not browser:
        options.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    return int(LabApp.launch_instance(options) or 0)


def _setting_overrides() -> dict[str, Any]:
    return {
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
        "@jupyterlab/shortcuts-extension:shortcuts": {"shortcuts": _shortcuts()},
    }


def _shortcuts() -> list[dict[str, Any]]:
    """Return JupyterLab's own shortcuts of a selected cell, each kept out of sliders and lists."""
    settings = json.loads(Path(sysconfig.get_path("data"), NOTEBOOK_SETTINGS).read_text(encoding="utf-8"))
    own = [each for each in settings["jupyter.lab.shortcuts"] if each["selector"] == CELL_SELECTOR]
    narrowed = [{**each, "selector": CELL_SELECTOR + NOT_IN_CONTROLS} for each in own]
    return [{**each, "disabled": True} for each in own] + narrowed


def _configured_exchange(start: Path) -> str:
    # Read as traitlets would; importing nbgrader for one setting takes over a second.
    from jupyter_core.paths import jupyter_config_path
    from traitlets.config.loader import JSONFileConfigLoader, PyFileConfigLoader

    for folder in (str(start), *jupyter_config_path()):
        for loader, suffix in ((JSONFileConfigLoader, "json"), (PyFileConfigLoader, "py")):
            name = f"nbgrader_config.{suffix}"
            if not Path(folder, name).is_file():
                continue
            root = loader(name, path=folder).load_config().get("Exchange", {}).get("root")
            if isinstance(root, str):
                return root
    return DEFAULT_EXCHANGE


def _notebooks(course: Course) -> dict[str, Path]:
    """Return the course's notebooks by their path below my-work."""
    lessons = {f"lessons/{path.name}": path for path in sorted(course.lessons.glob("*.ipynb"))}
    assignments = {
        f"assignments/{path.parent.name}/{path.name}": path
        for path in sorted(course.assignments.glob("*/*.ipynb"))
        if not path.parent.name.startswith(".")
    }
    return lessons | assignments


def _state(source: Path, target: Path, known: Mapping[str, str]) -> str:
    if not target.exists():
        return "new"
    in_course, mine = _digest(source.read_bytes()), _cells(target)
    if in_course == known.get("course"):
        return "kept"
    if mine == known.get("cells"):
        return "updated"
    # A copy with the same cells as the course's new version, however it came there, has nothing to wait for.
    return "kept" if mine == _cells(source) else "waiting"


def _cells(path: Path) -> str:
    """Return a digest of what a notebook's cells say, whatever they have printed."""
    content = path.read_bytes()
    try:
        cells = json.loads(content)["cells"]
        said = [[cell["cell_type"], "".join(cell["source"])] for cell in cells]
    except (ValueError, KeyError, TypeError):
        # Not a notebook any more: then any change to it is an edit.
        return _digest(content)
    return _digest(json.dumps(said).encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(target.name + ".part")
    shutil.copyfile(source, aside)
    aside.replace(target)


def _free_name(target: Path) -> Path:
    number = 1
    while (saved := target.with_name(f"{target.stem}.mine-{number}.ipynb")).exists():
        number += 1
    return saved


def _one_named(name: str, notebooks: Mapping[str, Path]) -> str:
    wanted = name.removeprefix("my-work/").removesuffix(".ipynb")
    found = [full for full in notebooks if wanted in (full.removesuffix(".ipynb"), Path(full).stem)]
    found = found or [full for full in notebooks if Path(full).stem.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownName(f"{name!r} fits several notebooks: {', '.join(found)}. Give more of the name.")
    raise UnknownName(f"The course has no notebook {name!r}. It has: {', '.join(notebooks)}.")


def _read_record(course: Course) -> dict[str, dict[str, str]]:
    try:
        record: dict[str, dict[str, str]] = json.loads((course.work / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Lost or damaged: what the reader has then counts as edited, which is the safe side.
        return {}
    return record


def _write_record(course: Course, record: Mapping[str, Mapping[str, str]]) -> None:
    course.work.mkdir(parents=True, exist_ok=True)
    aside = course.work / (RECORD + ".part")
    aside.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    aside.replace(course.work / RECORD)
