"""A copy of the course in a folder of its own, in which nbgrader and cjpolicy run as for a teacher."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import ROOT, need


@dataclass
class Clone:
    """A copy of the working tree with an environment in which its own package is the one imported."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, folder: Path | None = None, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, such as nbgrader, and insist on its exit status."""
        program = Path(sysconfig.get_path("scripts")) / words[0]
        done = subprocess.run(
            [str(program), *words[1:]],
            cwd=folder or self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
        return done


def clone_to(folder: Path) -> Clone:
    """Copy the working tree, without what git ignores, and keep the user's Jupyter settings out."""
    need("git's record of what belongs to the course", ROOT / ".git")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    root = folder / "a class" / "cjpolicy"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, root / name)
    return Clone(root, environment(root, folder, os.environ))


def environment(root: Path, folder: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the variables for programs run in a clone: its package first, and an exchange of its own."""
    site = folder / "site"
    site.mkdir()
    (folder / "exchange").mkdir()
    (site / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        f"c.Exchange.root = {str(folder / 'exchange')!r}\n"
        f"c.Exchange.cache = {str(folder / 'cache')!r}\n"
        "c.CourseDirectory.course_id = 'cjpolicy'\n"
    )
    return {
        **inherited,
        "PYTHONPATH": str(root / "course"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder),
        "USERPROFILE": str(folder),
        "JUPYTER_CONFIG_PATH": str(site),
        "JUPYTER_CONFIG_DIR": str(folder / "no-settings"),
    }


def environment_of_links(clone: Clone) -> None:
    """Give a clone a .venv that `make setup` finds up to date: links to the one the tests run in."""
    # Links within a real folder: were it cleared, only the links would go.
    folder = clone.root / ".venv"
    folder.mkdir()
    for entry in Path(sys.prefix).iterdir():
        if entry.name != ".set-up":
            (folder / entry.name).symlink_to(entry)
    (folder / ".set-up").write_text(str(clone.root))
