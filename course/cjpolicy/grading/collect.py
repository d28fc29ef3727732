"""Collecting from the exchange without what a student's links lead to."""

import shutil
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect

__all__ = ["CollectFilesOnly"]


class CollectFilesOnly(ExchangeCollect):
    """nbgrader's collecting, which follows links: one that leads to the solutions would hand them in."""

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy a submission, and leave out what is only a link.

        Parameters
        ----------
        src, dest : str
            The folder in the exchange, and the one in the course.
        log : Logger, optional
            As nbgrader has it.
        """
        links = [path.relative_to(src) for path in sorted(Path(src).rglob("*")) if path.is_symlink()]
        super().do_copy(src, dest, log)
        for link in links:
            copied = Path(dest) / link
            if copied.is_dir():
                shutil.rmtree(copied)
            else:
                copied.unlink(missing_ok=True)
            self.log.warning("%s is a link and was left out of %s", link, dest)
