"""A lock on a folder that one holder has at a time, and that goes with its process, however that ends."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cjpolicy.errors import CourseError

__all__ = ["only_one"]

# Windows keeps others from reading what is locked; so a byte is locked that nobody reads.
BYTE = 1 << 30

# What this process holds: the system's lock keeps out other processes alone.
_held: set[Path] = set()
_holding = threading.Lock()


@contextmanager
def only_one(path: Path, what: str) -> Iterator[None]:
    """Let nobody else, in this process or another, do what is done here until the block ends.

    Parameters
    ----------
    path : Path
        The lock's file: it stays, and says who holds the lock or held it last.
    what : str
        What is being done, for the message.

    Raises
    ------
    CourseError
        If somebody holds the lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path = path.resolve()
    with _holding:
        if path in _held:
            # Not to be opened: closing it would let go of the holder's lock.
            raise CourseError(
                f"This process is {what} already (process {os.getpid()}). Wait for its end, or stop it."
            )
        _held.add(path)
    try:
        with _alone(path, what):
            yield
    finally:
        with _holding:
            _held.discard(path)


@contextmanager
def _alone(path: Path, what: str) -> Iterator[None]:
    """Let no other process in."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            _lock(descriptor)
        except OSError:
            holder = os.read(descriptor, 20).decode(errors="replace").strip() or "unknown"
            raise CourseError(
                f"Another process is {what} already (process {holder}). Wait for its end, or stop it."
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        # Of the process alone: what it starts does not inherit this kind, and cannot keep it alive.
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, BYTE)
