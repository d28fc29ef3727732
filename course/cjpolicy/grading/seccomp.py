"""The system calls that marked code may not make, as a filter that bubblewrap loads."""

import platform
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["program"]

# Numbers from the kernel's own tables: name, x86_64, aarch64. None: the architecture has no such call.
REFUSED: tuple[tuple[str, int | None, int], ...] = (
    ("ptrace", 101, 117),
    ("syslog", 103, 116),
    ("personality", 135, 92),
    ("pivot_root", 155, 41),
    ("chroot", 161, 51),
    ("acct", 163, 89),
    ("mount", 165, 40),
    ("umount2", 166, 39),
    ("swapon", 167, 224),
    ("reboot", 169, 142),
    ("init_module", 175, 105),
    ("delete_module", 176, 106),
    ("finit_module", 313, 273),
    ("kexec_load", 246, 104),
    ("add_key", 248, 217),
    ("request_key", 249, 218),
    ("keyctl", 250, 219),
    ("unshare", 272, 97),
    ("setns", 308, 268),
    ("perf_event_open", 298, 241),
    ("name_to_handle_at", 303, 264),
    ("open_by_handle_at", 304, 265),
    ("process_vm_readv", 310, 270),
    ("process_vm_writev", 311, 271),
    ("kcmp", 312, 272),
    ("bpf", 321, 280),
    ("userfaultfd", 323, 282),
    ("io_uring_setup", 425, 425),
    ("io_uring_enter", 426, 426),
    ("io_uring_register", 427, 427),
    ("open_tree", 428, 428),
    ("move_mount", 429, 429),
    ("fsopen", 430, 430),
    ("fsconfig", 431, 431),
    ("fsmount", 432, 432),
    ("fspick", 433, 433),
    ("pidfd_getfd", 438, 438),
    ("mount_setattr", 442, 442),
    # Another process would have memory, and processor time, of its own.
    ("fork", 57, 0),
    ("vfork", 58, 0),
    # Memory that counts neither as the process's own nor against a size-limited folder.
    ("shmget", 29, 194),
    ("semget", 64, 190),
    ("msgget", 68, 186),
    ("memfd_create", 319, 279),
    ("memfd_secret", 447, 447),
)


@dataclass(frozen=True)
class Machine:
    """One architecture: the kernel's name for it, and the calls that are looked at more closely."""

    audit: int
    column: int
    clone: int
    socket: int
    foreign: int | None = None  # calls from here up belong to another calling convention
    clone3: int = field(default=435)


MACHINES = {
    "x86_64": Machine(0xC000003E, 1, clone=56, socket=41, foreign=0x40000000),
    "aarch64": Machine(0xC00000B7, 2, clone=220, socket=198),
}

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOSYS, EACCES = 1, 38, 13
CLONE_THREAD = 0x00010000
AF_UNIX = 1


def program(machine: str = "") -> bytes | None:
    """Return the filter as the bytes of a classic BPF program.

    It lets a process start threads but no process, talk to no network (sockets of the machine's own kind
    between its own threads are left), and touch neither mounts, nor keys, nor other processes' memory, nor
    memory that no limit counts.

    Parameters
    ----------
    machine : str
        The architecture, as `platform.machine()` names it; by default this machine's.

    Returns
    -------
    bytes or None
        Eight bytes an instruction; None for an architecture whose numbers are not known here.

    Examples
    --------
    >>> len(program("x86_64")) % 8, program("pdp11")
    (0, None)
    """
    about = MACHINES.get(machine or platform.machine())
    if about is None:
        return None
    return b"".join(struct.pack("=HBBI", *step) for step in _steps(about))


Step = tuple[int, int, int, int]


def _steps(about: Machine) -> Iterator[Step]:
    yield LOAD, 0, 0, ARCHITECTURE
    yield EQUAL, 1, 0, about.audit
    yield RETURN, 0, 0, KILL
    yield LOAD, 0, 0, NUMBER
    if about.foreign:
        yield from _when(AT_LEAST, about.foreign, [(RETURN, 0, 0, ERROR | ENOSYS)])
    yield from _when(EQUAL, about.clone3, [(RETURN, 0, 0, ERROR | ENOSYS)])
    yield from _when(EQUAL, about.clone, _unless(ANY_BIT, CLONE_THREAD, EPERM))
    yield from _when(EQUAL, about.socket, _unless(EQUAL, AF_UNIX, EACCES))
    for row in REFUSED:
        if row[about.column]:
            yield from _when(EQUAL, int(row[about.column] or 0), [(RETURN, 0, 0, ERROR | EPERM)])
    yield RETURN, 0, 0, ALLOW


def _when(test: int, value: int, then: Sequence[Step]) -> Iterator[Step]:
    """Do `then` where the number loaded passes a test, else go on behind it."""
    yield test, 0, len(then), value
    yield from then


def _unless(test: int, value: int, error: int) -> list[Step]:
    """Allow a call whose first argument passes a test, and refuse it otherwise."""
    return [
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (test, 0, 1, value),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, ERROR | error),
    ]
