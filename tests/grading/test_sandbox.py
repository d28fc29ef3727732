"""Does the sandbox keep in what runs in it, wherever it can be had, and say so where it cannot?"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cjpolicy.grading import sandbox, seccomp
from cjpolicy.grading.channel import HEADER, LONGEST, Channel, ChannelError
from cjpolicy.grading.sandbox import Gone, NoSandboxError, Worker
from tests.support import ROOT, need

pytestmark = pytest.mark.grading

PLAYER = "cjpolicy.grading.player"


@pytest.fixture(scope="module")
def player() -> Iterator[Worker]:
    """A process in the sandbox that plays cells."""
    need("bubblewrap (install the package bubblewrap)", Path(shutil.which("bwrap") or "/no/bwrap"))
    worker = Worker(PLAYER, str(2 << 30), "60")
    yield worker
    worker.stop()


def said(worker: Worker, source: str) -> str:
    """Play a cell, and return what it printed."""
    answer = worker.ask({"do": "cell", "source": source, "seconds": 20}, 30)
    errors = [each for each in answer["outputs"] if each["output_type"] == "error"]
    assert not errors, errors
    return "".join(each.get("text", "") for each in answer["outputs"])


def test_only_python_and_the_package_are_seen(player: Worker) -> None:
    listed = said(
        player, "import os; print(*os.listdir('/'), *os.listdir('.'), *os.listdir('/home'))"
    ).split()
    assert {"course", "usr", "submission"} <= set(listed)
    assert not {"boot", "etc/passwd", "var", "mnt"} & set(listed)
    assert said(player, "import os; print(*sorted(os.listdir('/course')))").split() == [
        "cjpolicy",
        "datasets",
    ]


@pytest.mark.parametrize("place", ["solutions", "classroom", "tests", "nbgrader_config.py", ".git"])
def test_the_course_itself_is_not_seen(player: Worker, place: str) -> None:
    assert (ROOT / place).exists() or place == "classroom"
    assert said(player, f"import os; print(os.path.exists({str(ROOT / place)!r}))") == "False\n"


def test_the_environment_is_not_the_graders(player: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "canary-5124")
    worker = Worker(PLAYER, str(2 << 30), "60")
    try:
        source = (
            "import os\n"
            "print(sorted(os.environ.values()))\n"
            "for name in ('environ', 'cmdline'):\n"
            "    print(open(f'/proc/1/{name}').read())"
        )
        found = said(worker, source)
    finally:
        worker.stop()
    assert "canary-5124" not in found
    assert "--ro-bind" not in found


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET", "AF_VSOCK"])
def test_there_is_no_network_of_any_kind(player: Worker, family: str) -> None:
    source = (
        "import socket\n"
        f"try: socket.socket(socket.{family}, socket.SOCK_RAW)\n"
        "except OSError as why: print(why.strerror)"
    )
    assert said(player, source) == "Permission denied\n"


@pytest.mark.parametrize(
    "attempt",
    [
        "os.fork()",
        "subprocess.run(['/usr/bin/true'])",
        "os.posix_spawn('/usr/bin/true', ['true'], {})",
        "libc.unshare(0x10000000) and fail()",
        "libc.ptrace(0, 0, 0, 0) and fail()",
        "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None) and fail()",
        "os.memfd_create('x')",
        "libc.shmget(0, 4096, 0o1600) < 0 and fail()",
        "open('/dev/new', 'w')",
        "open('/course/cjpolicy/new.py', 'w')",
        "open('/usr/new', 'w')",
        "os.setuid(0) or os.chown('/usr', 0, 0)",
        "os.kill(1, 9) or open('/nothing')",
    ],
)
def test_what_marked_work_never_needs_is_refused(player: Worker, attempt: str) -> None:
    source = (
        "import ctypes, os, subprocess\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "def fail(): raise OSError(ctypes.get_errno(), 'refused')\n"
        f"try: {attempt}\n"
        "except OSError: print('refused')"
    )
    assert said(player, source) == "refused\n"


def test_threads_are_left(player: Worker) -> None:
    source = "import threading\none = threading.Thread(target=lambda: print('here'))\none.start(); one.join()"
    assert said(player, source) == "here\n"


def test_scratch_space_has_an_end(player: Worker) -> None:
    source = (
        "held = 0\n"
        "for folder in ('/tmp', '/dev/shm', '/home', '.'):\n"
        "    try:\n"
        "        for number in range(400):\n"
        "            with open(f'{folder}/{number}', 'wb') as file: held += file.write(bytes(1 << 20))\n"
        "    except OSError: pass\n"
        "    for name in os.listdir(folder):\n"
        "        if name.isdigit(): os.remove(f'{folder}/{name}')\n"
        "print(held >> 20)"
    )
    assert 0 < int(said(player, source)) <= 4 * 64


def test_limits_cannot_be_raised_again(player: Worker) -> None:
    source = (
        "import resource\n"
        "try: resource.setrlimit(resource.RLIMIT_AS, (-1, -1))\n"
        "except (ValueError, OSError): print('refused')"
    )
    assert said(player, source) == "refused\n"


def test_the_system_call_filter_is_on(player: Worker) -> None:
    if seccomp.program() is None:
        pytest.fail("This architecture has no filter here: add its numbers to seccomp.MACHINES.")
    status = said(player, "print(open('/proc/self/status').read())")
    assert "Seccomp:\t2" in status
    assert "NoNewPrivs:\t1" in status
    assert "CapEff:\t0000000000000000" in status


def test_who_starts_it_may_be_an_ordinary_user(tmp_path: Path) -> None:
    """As root this process first becomes nobody; otherwise it is an ordinary user already."""
    need("bubblewrap (install the package bubblewrap)", Path(shutil.which("bwrap") or "/no/bwrap"))
    python = need("Debian's own Python, which every user may read", Path("/usr/bin/python3"))
    source = (
        "import os, subprocess, sys\n"
        "from cjpolicy.grading import sandbox\n"
        f"sys.executable, sys.prefix, sys.base_prefix = {str(python)!r}, '/usr', '/usr'\n"
        "sandbox._visible = lambda: iter(())\n"
        "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "assert os.getuid() != 0\n"
        "assert not sandbox.explanation(), sandbox.explanation()\n"
        "with sandbox._walls() as (words, passed):\n"
        f"    look = [*words, {str(python)!r}, '-I', '-S', '-c', 'import os; print(os.listdir(\"/\"))']\n"
        "    print(subprocess.run(look, capture_output=True, text=True, pass_fds=passed, cwd='/').stdout)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.returncode == 0, done.stderr
    assert "'submission'" in done.stdout
    assert "'root'" not in done.stdout


def test_without_bubblewrap_it_refuses_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSandboxError, match="apt install bubblewrap"):
        Worker(PLAYER, str(2 << 30), "60")


def test_a_bubblewrap_that_may_not_make_namespaces_is_no_sandbox(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "bwrap"
    program.write_text(
        '#!/bin/sh\nif [ "$1" = --version ]; then echo bubblewrap 9; exit 0; fi\n'
        "echo 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "No permissions to create new namespace" in sandbox.explanation()
    assert "user namespaces" in sandbox.explanation()


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_than_on_linux_there_is_none(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert "needs Linux" in sandbox.explanation()


def test_a_worker_that_takes_too_long_is_ended() -> None:
    worker = Worker(PLAYER, str(2 << 30), "60", apart=not sandbox.explanation())
    source = "import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0)\ntime.sleep(60)"
    with pytest.raises(Gone) as gone:
        worker.ask({"do": "cell", "source": source, "seconds": 60}, 1)
    assert gone.value.late
    worker.stop()


def test_a_worker_that_ends_is_noticed_and_leaves_nothing() -> None:
    worker = Worker(PLAYER, str(2 << 30), "60", apart=not sandbox.explanation())
    with pytest.raises(Gone) as gone:
        worker.ask({"do": "cell", "source": "import os; os._exit(0)", "seconds": 5}, 10)
    assert not gone.value.late
    worker.stop()


def pipes() -> tuple[Channel, Any]:
    """Return a channel, and the file with which to write to it."""
    reading, writing = os.pipe()
    return Channel(os.fdopen(reading, "rb"), open(os.devnull, "wb")), os.fdopen(writing, "wb")


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0", HEADER.pack(LONGEST + 1), HEADER.pack(3) + b"ab", HEADER.pack(3) + b"abc"],
    ids=["nothing", "half a header", "too long", "cut off", "not JSON"],
)
def test_what_is_no_message_is_refused(content: bytes) -> None:
    channel, file = pipes()
    file.write(content)
    file.close()
    with pytest.raises(ChannelError):
        channel.receive()


def test_a_message_that_is_nested_without_end_is_refused() -> None:
    channel, file = pipes()
    content = b"[" * 20_000
    file.write(HEADER.pack(len(content)) + content)
    file.close()
    with pytest.raises(ChannelError):
        channel.receive()


def test_what_is_too_long_is_not_sent() -> None:
    channel, _ = pipes()
    with pytest.raises(ChannelError, match="too long to send"):
        channel.send("a" * (LONGEST + 1))


def test_the_filter_knows_its_architectures() -> None:
    for machine in seccomp.MACHINES:
        program = seccomp.program(machine)
        assert program is not None
        assert len(program) % 8 == 0
    assert seccomp.program("riscv64") is None
