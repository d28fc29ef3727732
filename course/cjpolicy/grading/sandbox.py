"""A sandbox for code nobody here wrote: bubblewrap with nothing in it but Python and the course's package."""

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, Any, cast

import cjpolicy
from cjpolicy import datapackage
from cjpolicy.errors import CourseError

from . import seccomp
from .channel import Channel, ChannelError

__all__ = ["Gone", "NoSandboxError", "Worker", "explanation", "stop_all", "version"]

PACKAGE = Path(cjpolicy.__file__).resolve().parent
SCRATCH_BYTES = 64 << 20
START_SECONDS = 60.0
# Where a submission's own files are, inside.
DESK = "/submission"
INSTALL = (
    "Install bubblewrap (on Debian and Ubuntu: sudo apt install bubblewrap). Where it is installed but may "
    "not make its namespaces, the machine's keeper has to allow unprivileged user namespaces."
)


class NoSandboxError(CourseError):
    """Code was to be run apart from everything, and this machine cannot do it."""


_running: set["Worker"] = set()


def stop_all() -> None:
    """End every worker of this process."""
    for worker in list(_running):
        worker.stop()


atexit.register(stop_all)


class Gone(Exception):
    """A worker has ended.

    Parameters
    ----------
    late : bool
        Whether it was stopped because it took too long.
    """

    def __init__(self, late: bool) -> None:
        super().__init__("took too long" if late else "ended")
        self.late = late


def _program() -> str:
    return shutil.which("bwrap") or ""


def version() -> str:
    """Return bubblewrap's name and version, or "" where there is none."""
    return _version(_program()) if sys.platform == "linux" else ""


@functools.cache
def _version(program: str) -> str:
    if not program:
        return ""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return said.stdout.strip()


def explanation() -> str:
    """Say why code cannot be run apart on this machine; "" where it can.

    Returns
    -------
    str
        The reason and what to install, for a teacher.
    """
    if sys.platform != "linux":
        return "Running students' code apart from everything else needs Linux, with bubblewrap."
    if not version():
        return f"Running students' code apart from everything else needs bubblewrap. {INSTALL}"
    return _trial(_program())


@functools.cache
def _trial(program: str) -> str:
    with _walls() as (words, descriptors):
        trial = [*words, sys.executable, "-I", "-S", "-c", "pass"]
        done = subprocess.run(
            trial, capture_output=True, text=True, check=False, env={}, pass_fds=descriptors, cwd="/"
        )
    if done.returncode == 0:
        return ""
    return f"{program} is here but cannot make a sandbox: {done.stderr.strip()[:300]}. {INSTALL}"


def _pipe(content: bytes) -> int:
    """Return the descriptor of a pipe that holds some bytes: no more than fit into one, 64 kilobytes."""
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return reading


@contextmanager
def _walls() -> Iterator[tuple[list[str], list[int]]]:
    """Give the words that put a command into the sandbox, and the descriptors that have to be passed on."""
    options = list(_options())
    descriptors = []
    program = seccomp.program()
    if program is not None:
        descriptors.append(_pipe(program))
        options += ["--seccomp", str(descriptors[-1])]
    # Inside, bubblewrap's own command line can be read: the places outside are kept out of it.
    descriptors.append(_pipe("\0".join(options).encode()))
    try:
        yield [_program(), "--args", str(descriptors[-1])], descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _visible() -> Iterator[tuple[Path, Path]]:
    """Yield what is seen inside, read-only: the place outside, and the place inside."""
    seen: list[Path] = [Path("/usr")]
    for folder in (Path(sys.base_prefix), Path(sys.prefix)):
        for place in dict.fromkeys([folder, folder.resolve()]):
            if not any(place.is_relative_to(above) for above in seen):
                seen.append(place)
                yield place, place
    yield PACKAGE, Path("/course/cjpolicy")
    yield datapackage.root(), Path("/course/datasets")


ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/home",
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "IPYTHONDIR": "/tmp/ipython",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "CJPOLICY_DATASETS": "/course/datasets",
    "PYTHONPATH": "/course",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "NBGRADER_EXECUTION": "autograde",
    # Arithmetic in one thread: less memory, and the same last digit everywhere.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


def _options() -> Iterator[str]:
    """Yield bubblewrap's options: namespaces of its own, no rights, and little to see."""
    yield from ("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts")
    yield from ("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--hostname", "marking")
    yield from ("--uid", "1000", "--gid", "1000", "--cap-drop", "ALL", "--disable-userns", "--clearenv")
    yield from ("--ro-bind", "/usr", "/usr")
    for name in ("lib", "lib32", "lib64", "bin", "sbin"):
        place = Path("/", name)
        if place.is_symlink():
            yield from ("--symlink", os.readlink(place), str(place))
        elif place.is_dir():
            yield from ("--ro-bind", str(place), str(place))
    yield from ("--proc", "/proc", "--dev", "/dev")
    for scratch in ("/tmp", "/home", "/dev/shm", DESK):
        yield from ("--size", str(SCRATCH_BYTES), "--tmpfs", scratch)
    for outside, inside in _visible():
        yield from ("--ro-bind", str(outside), str(inside))
    for cache in ("/etc/ld.so.cache", "/etc/localtime"):
        yield from ("--ro-bind-try", cache, cache)
    yield from ("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", DESK)
    for name, value in ENVIRONMENT.items():
        yield from ("--setenv", name, value)


class Worker:
    """A module of this package run in a process of its own, to be talked to in messages.

    Parameters
    ----------
    module : str
        The module's full name; it reads messages from its standard input and answers on standard output.
    *words : str
        Its arguments.
    apart : bool
        Whether it runs in the sandbox.

    Raises
    ------
    NoSandboxError
        If it has to run in the sandbox, and there is none here; or if it did not start.
    """

    def __init__(self, module: str, *words: str, apart: bool = True) -> None:
        if apart and explanation():
            raise NoSandboxError(explanation())
        # -P: the folder it starts in has no say in what is imported. -s: nor has the user's own.
        command = [sys.executable, "-P", "-s", "-m", module, *words]
        self._folder = None if apart else tempfile.mkdtemp(prefix="cjpolicy-work-")
        self._late = threading.Event()
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed by stop)
        outside: AbstractContextManager[tuple[list[str], list[int]]] = nullcontext(([], []))
        with _walls() if apart else outside as (before, descriptors):
            options: dict[str, Any] = {"pass_fds": descriptors} if descriptors else {}
            self._process = subprocess.Popen(
                [*before, *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                cwd="/" if apart else self._folder,
                # bubblewrap's own environment can be read inside; it gets none.
                env={} if apart else _own_environment(),
                start_new_session=True,
                **options,
            )
        incoming, outgoing = self._process.stdout, self._process.stdin
        self._channel = Channel(cast(Any, incoming), cast(Any, outgoing))
        _running.add(self)
        try:
            with self.within(START_SECONDS):
                self.receive()
        except Gone:
            said = self._complaint()
            self.stop()
            raise NoSandboxError(f"{module} did not start: {said or 'it said nothing'}") from None

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Stop the worker if the block takes longer than this; its next message then raises `Gone`."""
        watch = threading.Timer(seconds, self._stop_late)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def send(self, message: Any) -> None:
        """Send a message.

        Raises
        ------
        Gone
            If the worker has ended.
        """
        try:
            self._channel.send(message)
        except ChannelError:
            raise self._gone() from None

    def receive(self) -> Any:
        """Wait for a message.

        Raises
        ------
        Gone
            If the worker has ended, or what it sent is no message; it is stopped then.
        """
        try:
            return self._channel.receive()
        except ChannelError:
            raise self._gone() from None

    def ask(self, message: Any, seconds: float) -> Any:
        """Send a message and wait for the answer to it.

        Parameters
        ----------
        message
            Anything that JSON can say.
        seconds : float
            How long it may take.

        Raises
        ------
        Gone
            If the worker has ended, or was stopped for taking too long.
        """
        with self.within(seconds):
            self.send(message)
            return self.receive()

    @property
    def alive(self) -> bool:
        """Whether it is still there."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the worker, and all that it started."""
        if self not in _running:
            return
        _running.discard(self)
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what was written last never left
                cast(Any, pipe).close()
        self._complaints.close()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _complaint(self) -> str:
        self._complaints.seek(0)
        return self._complaints.read(4000).decode(errors="replace").strip()[-500:]

    def _stop_late(self) -> None:
        self._late.set()
        self._process.kill()

    def _gone(self) -> Gone:
        self._process.kill()
        self._process.wait()
        return Gone(self._late.is_set())


def _own_environment() -> dict[str, str]:
    """Return the variables for a worker that runs without the sandbox, which was asked for by name."""
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("CJPOLICY", "PYTHON"))}
    threads = {name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")}
    return {
        **keep,
        **threads,
        "PYTHONPATH": str(PACKAGE.parent),
        "CJPOLICY_DATASETS": str(datapackage.root()),
        "NBGRADER_EXECUTION": "autograde",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PYTHONHASHSEED": "0",
    }
