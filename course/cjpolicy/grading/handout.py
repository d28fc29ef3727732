"""A class's handout: what students need and nothing that gives an answer away, as a folder and a zip file."""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from cjpolicy.desk import Course
from cjpolicy.errors import CourseError

from .release import stale

__all__ = ["FOLDER", "make_handout"]

FOLDER = "cjpolicy-handout"

README = """# Policy data analysis: your copy

You need Python 3.11 to 3.14 and, for the set-up alone, a network. Open a terminal in this folder and type the
lines for your machine, one at a time. The second takes a few minutes.

macOS and Linux:

    python3 -m venv .venv
    .venv/bin/python -m pip install --require-hashes --no-deps -r requirements.lock
    .venv/bin/python -m pip install --no-deps {wheel}
    .venv/bin/cjpolicy study

Windows (PowerShell):

    py -m venv .venv
    .venv\\Scripts\\python -m pip install --require-hashes --no-deps -r requirements.lock
    .venv\\Scripts\\python -m pip install --no-deps {wheel}
    .venv\\Scripts\\cjpolicy study

The last line opens JupyterLab on your own copies, in `my-work`. From then on it is the only one you need. If
something is wrong, `cjpolicy doctor` (with the same beginning as `cjpolicy study`) says what.

- `my-work/lessons`: begin with 00_start_here. Checks, hints and solutions are in the lessons.
- `my-work/assignments`: the marked work. A check here says whether your answer has the right form, not that
  it is right. Run the whole notebook from the top and save it before you hand it in.
- To hand in, upload the one file `my-work/assignments/NAME/NAME.ipynb`, under that name. Where your class has
  a shared server, your teacher will tell you to use the Assignments page of JupyterLab instead.
"""


def make_handout(course: Course, output: Path) -> tuple[Path, Path]:
    """Build a class's handout in a folder, replacing the one made there before.

    Parameters
    ----------
    course : Course
        The clone.
    output : Path
        Where `cjpolicy-handout` and `cjpolicy-handout.zip` go.

    Returns
    -------
    tuple of (Path, Path)
        The folder and the zip file.

    Raises
    ------
    CourseError
        If this is not a clone, assignments/ is stale, or the package cannot be built.
    """
    if not course.is_clone:
        raise CourseError(
            f"{course.root} is a handout itself. Making one needs the whole repository: use its clone."
        )
    old = stale(course.root)
    if old:
        raise CourseError(f"assignments/ is not up to date ({', '.join(old)}). Run `make assignments` first.")
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output, prefix=".making-") as aside:
        folder = Path(aside) / FOLDER
        _fill(course, folder)
        packed = Path(aside) / f"{FOLDER}.zip"
        _pack(folder, packed)
        shutil.rmtree(output / FOLDER, ignore_errors=True)
        folder.replace(output / FOLDER)
        packed.replace(output / packed.name)
    return output / FOLDER, output / f"{FOLDER}.zip"


def _fill(course: Course, folder: Path) -> None:
    (folder / "lessons").mkdir(parents=True)
    for lesson in sorted(course.lessons.glob("*.ipynb")):
        shutil.copyfile(lesson, folder / "lessons" / lesson.name)
    for release in sorted(course.assignments.glob("[!.]*/*.ipynb")):
        (folder / "assignments" / release.parent.name).mkdir(parents=True)
        shutil.copyfile(release, folder / "assignments" / release.parent.name / release.name)
    for name in ("requirements.lock", "LICENSE"):
        shutil.copyfile(course.root / name, folder / name)
    wheel = _build_wheel(course.root, folder)
    (folder / "README.md").write_text(README.format(wheel=wheel), encoding="utf-8", newline="\n")


def _build_wheel(root: Path, folder: Path) -> str:
    # In this environment, which has the locked builder: building in a new one would fetch it.
    command = [
        sys.executable,
        "-m",
        "hatchling",
        "build",
        "--target",
        "wheel",
        "--directory",
        str(folder.resolve()),
    ]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    wheels = sorted(path.name for path in folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise CourseError(f"The package could not be built: {last} Run `make setup`, then this again.")
    return wheels[0]


def _pack(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            packed.write(path, Path(FOLDER) / path.relative_to(folder))
