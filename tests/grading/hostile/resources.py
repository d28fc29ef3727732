"""Using up time, memory, room and patience."""

from dataclasses import dataclass
from pathlib import Path

import nbformat

from .assignment import RIGHT
from .kinds import (
    ANY_STATUS,
    FULL,
    LOST,
    MADE,
    Allowed,
    Kind,
    Maker,
    Scene,
    add_cell,
    attack,
    edited,
    kept_or_lost,
    points,
    work,
)

# Set for the class in its nbgrader_config.py: small, so that many such submissions take little time.
CELL_SECONDS = 6.0
NOTEBOOK_SECONDS = 24.0
MEMORY_BYTES = 2 << 30

LATE = r"second|time|too long"


def stops(name: str, tries: str, code: str) -> Kind:
    """Return a kind whose first answer never comes, and whose others are right."""
    return Kind(name, tries, work(change=code), points=points(change=0.0), statuses=ANY_STATUS, says=LATE)


def floods(name: str, tries: str, code: str) -> Kind:
    """Return a kind that puts out too much once all is answered: all its marks stay."""
    return Kind(name, tries, attack(code, "last"), statuses=ANY_STATUS)


@dataclass(frozen=True)
class TooMuch:
    """An answer too large to be one: the item it is given for, and the code of the whole cell."""

    name: str
    tries: str
    item: str
    code: str


def packed(answers: list[TooMuch]) -> list[Kind]:
    """Put answers to different items into one submission, as few submissions as there can be."""
    packs: list[dict[str, TooMuch]] = []
    for each in answers:
        free = next((pack for pack in packs if each.item not in pack), None)
        if free is None:
            packs.append({each.item: each})
        else:
            free[each.item] = each
    return [
        Kind(
            f"too-much-{number}",
            " ".join(f"{each.tries} ({each.name})" for each in pack.values()),
            work({**RIGHT, **{item: each.code for item, each in pack.items()}}),
            points={**FULL, **dict.fromkeys(pack, 0.0)},
            statuses=ANY_STATUS,
        )
        for number, pack in enumerate(packs, 1)
    ]


def many_cells(number: int, source: str) -> Maker:
    """Make a right notebook with many spare cells before its last test."""

    def edit(notebook: nbformat.NotebookNode) -> None:
        for _ in range(number):
            add_cell(notebook, "function", source)

    return edited(edit)


TIME = [
    stops("endless-loop", "Never finishes a cell.", "while True:\n    pass\nchange = 116"),
    stops("endless-sleep", "Sleeps for good.", "import time\ntime.sleep(10**6)\nchange = 116"),
    Kind(
        "deaf-loop",
        "Never finishes a cell, and takes no notice of being interrupted.",
        work(
            chart="""
            import signal

            for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    pass
            """
        ),
        points=points(chart=0.0),
        statuses=ANY_STATUS,
        says="time",
    ),
    Kind(
        "one-endless-operation",
        "Starts a single operation of arithmetic that Python cannot interrupt.",
        work(chart="picture = 9**9**9"),
        points=points(chart=0.0),
        statuses=ANY_STATUS,
        says=LATE,
    ),
    Kind(
        "stops-itself",
        "Sends its own process the signal to stop, without ending it.",
        work(chart="import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"),
        points=points(chart=0.0),
        statuses=ANY_STATUS,
        says="time",
    ),
    Kind(
        "function-that-never-returns",
        "Gives a function that loops for good.",
        work(
            function="def overall_change(levels):\n    while True:\n        levels.append(1) or levels.pop()"
        ),
        points=points(function=0.0),
        statuses=ANY_STATUS,
        says=LATE,
    ),
    Kind(
        "function-that-cannot-be-interrupted",
        "Gives a function that loops for good and catches every interruption.",
        work(
            function="""
            def overall_change(levels):
                while True:
                    try:
                        while True:
                            pass
                    except BaseException:
                        continue
            """
        ),
        points=points(function=LOST, chart=kept_or_lost(2.0)),
        statuses=ANY_STATUS,
        says=LATE,
    ),
    Kind(
        "many-slow-cells",
        "Stays within each cell's limit, with so many cells that the notebook's is passed.",
        many_cells(9, "import time\ntime.sleep(5)"),
        points=points(chart=LOST),
        statuses=ANY_STATUS,
        says=LATE,
    ),
    Kind(
        "slow-to-be-looked-at",
        "Gives objects that take for ever when they are printed, measured, compared or copied.",
        work(
            change="""
            class Slow:
                def __len__(self):
                    while True:
                        pass

                __iter__ = __repr__ = __float__ = __eq__ = __hash__ = __getstate__ = __len__

            change = Slow()
            """
        ),
        points=points(change=0.0, source=kept_or_lost(1.0)),
        statuses=ANY_STATUS,
    ),
]


MEMORY = [
    Kind(
        "memory-bomb",
        "Takes memory until there is none, in lists, arrays and mapped files, after lifting its own limits.",
        attack(
            """
            import mmap, resource

            for name in ("AS", "CPU", "FSIZE", "NOFILE"):
                limit = getattr(resource, f"RLIMIT_{name}")

                @attempt
                def lift():
                    resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                    tell(limit)

            taken = []

            @attempt
            def take():
                while len(taken) < 60:
                    taken.append(bytearray(100_000_000))
                tell(len(taken))

            taken.clear()

            @attempt
            def map():
                while len(taken) < 60:
                    taken.append(mmap.mmap(-1, 100_000_000))
                    taken[-1].write(b"x" * 100_000_000)
                tell(len(taken))

            taken.clear()
            """,
            "function",
        ),
        points=points(chart=kept_or_lost(2.0)),
        statuses=ANY_STATUS,
        never=["GOT-IN"],
    ),
    Kind(
        "disk-bomb",
        "Fills every folder it can write to, with large files, many files and one that claims ten terabytes.",
        attack(
            """
            for folder in (".", "/tmp", "/home", "/dev/shm", "/var/tmp", PLACES["tmp"]):

                @attempt
                def fill():
                    with open(os.path.join(folder, "large"), "wb") as file:
                        for _ in range(300):
                            file.write(bytes(1_000_000))
                    tell(folder)

                @attempt
                def count():
                    for number in range(20_000):
                        open(os.path.join(folder, f"small-{number}"), "w").write("x")

                @attempt
                def claim():
                    with open(os.path.join(folder, "sparse"), "wb") as file:
                        file.truncate(10 * 2**40)
                    tell(folder)
            """,
            "function",
        ),
        points=points(chart=kept_or_lost(2.0)),
        statuses=ANY_STATUS,
        shows=MADE,
        never=["GOT-IN"],
    ),
    Kind(
        "process-bomb",
        "Starts processes without end, each of which starts more.",
        attack(
            """
            import subprocess, time

            @attempt
            def fork():
                for _ in range(500):
                    if os.fork() == 0:
                        time.sleep(900)
                        os._exit(0)
                tell("forked")

            @attempt
            def spawn():
                for _ in range(200):
                    subprocess.Popen(["sleep", "900"])
                tell("spawned")
            """,
            "last",
        ),
        statuses=ANY_STATUS,
        shows=MADE,
        never=["GOT-IN"],
    ),
    Kind(
        "thread-bomb",
        "Starts threads until no more can be had.",
        attack(
            """
            import threading, time

            @attempt
            def start():
                for _ in range(5000):
                    threading.Thread(target=time.sleep, args=(900,), daemon=True).start()
            """,
            "last",
        ),
        statuses=ANY_STATUS,
    ),
]

OUTPUT = [
    floods("print-flood", "Prints a hundred megabytes.", 'for _ in range(100_000):\n    print("x" * 1000)'),
    floods("endless-print-flood", "Prints for ever.", 'while True:\n    print("x" * 1000)'),
    floods(
        "one-huge-line", "Prints one line of three hundred million characters.", 'print("x" * 300_000_000)'
    ),
    floods(
        "error-flood",
        "Writes a hundred megabytes to the error stream, and fails with an error as long.",
        """
        import sys
        for _ in range(100):
            sys.stderr.write("x" * 10**6)
        raise ValueError("y" * 10**8)
        """,
    ),
    floods(
        "display-flood",
        "Displays twenty thousand pages of HTML, and changes and clears them as often.",
        """
        from IPython.display import HTML, clear_output, display, update_display

        for number in range(20_000):
            display(HTML("<b>" * 50 + "x" * 1000), display_id=str(number % 7))
            update_display(HTML("y"), display_id=str(number % 7))
            if number % 1000 == 0:
                clear_output()
        """,
    ),
    floods(
        "huge-page",
        "Displays one page of HTML of fifty megabytes, and a picture as large.",
        """
        from IPython.display import HTML, display

        display(HTML("<table>" + "<tr><td>x" * 5_000_000))
        display({"image/png": "A" * 50_000_000, "text/plain": "B" * 50_000_000}, raw=True)
        """,
    ),
]

ANSWERS = [
    TooMuch(
        "text-of-a-gigabyte",
        "Gives a text of a thousand million characters.",
        "source",
        'source = "x" * 10**9',
    ),
    TooMuch(
        "text-that-tires-patterns",
        "Gives a text made to keep patterns busy: blanks, hyphens, quotation marks, letters that grow.",
        "source",
        """
        source = " -" * 200_000 + "'" * 200_000 + "can't" * 50_000
        source += "\\ufb03\\u0130" * 100_000 + "_ " * 200_000
        """,
    ),
    TooMuch(
        "integer-of-ten-million-digits",
        "Gives an integer of ten million digits.",
        "change",
        "change = 1 << 33_000_000",
    ),
    TooMuch(
        "decimal-beyond-all-bounds",
        "Gives a decimal number with an exponent no integer can hold.",
        "change",
        'from decimal import Decimal\n\nchange = Decimal("1e999999999")',
    ),
    TooMuch(
        "list-as-deep-as-a-well",
        "Gives lists within lists, a hundred thousand deep.",
        "steps",
        "steps = []\nfor _ in range(100_000):\n    steps = [steps]",
    ),
    TooMuch(
        "list-that-doubles",
        "Gives a list that holds the same list twice, and so on, forty times over.",
        "steps",
        "steps = ['x']\nfor _ in range(40):\n    steps = [steps, steps]",
    ),
    TooMuch(
        "list-that-holds-itself",
        "Gives a list and a dictionary that hold themselves and each other.",
        "steps",
        "steps = {'step': []}\nsteps['step'].append(steps)\nsteps['factor'] = steps['index'] = steps",
    ),
    TooMuch(
        "dictionary-of-millions",
        "Gives a dictionary of three million numbers.",
        "change",
        "change = dict.fromkeys(range(3_000_000), 116)",
    ),
    TooMuch(
        "count-without-end",
        "Gives an iterator that never ends.",
        "change",
        "import itertools\nchange = itertools.count()",
    ),
    TooMuch(
        "table-of-ten-million-rows",
        "Gives a table of ten million rows.",
        "steps",
        "steps = pd.DataFrame({'step': range(10_000_000)}).assign(factor=1.0, index=2.0)",
    ),
    TooMuch(
        "table-of-a-billion-rows",
        "Gives a table that has a billion rows and takes no room.",
        "steps",
        "steps = pd.DataFrame(index=pd.RangeIndex(10**9, name='step'))",
    ),
    TooMuch(
        "array-that-is-one-number",
        "Gives an array of ten thousand million elements that are all the same place in memory.",
        "change",
        "import numpy as np\nchange = np.broadcast_to(np.float64(116), (10**10,))",
    ),
    TooMuch(
        "table-of-very-many-columns",
        "Gives a table of three hundred thousand columns, in as many levels as fit.",
        "steps",
        """
        import numpy as np

        names = pd.MultiIndex.from_product([range(300)] * 2 + [["step", "factor", "index"]])
        steps = pd.DataFrame(np.zeros((2, len(names))), columns=names)
        """,
    ),
    TooMuch(
        "column-of-categories",
        "Gives three rows with two million categories behind them.",
        "steps",
        """
        rows = ["start", "middle", "end"]
        kinds = pd.Categorical(rows, [*map(str, range(2_000_000)), *rows])
        steps = pd.DataFrame({"step": kinds, "factor": [1, 1.2, 0.75], "index": [100, 120, 90]})
        """,
    ),
    TooMuch(
        "chart-of-a-million-points",
        "Gives a chart with a million rows in it.",
        "chart",
        """
        alt.data_transformers.disable_max_rows()
        many = pd.DataFrame({"a": range(1_000_000)}).assign(b=1.0)
        picture = alt.Chart(many).mark_bar().encode(x="a:O", y=alt.Y("b", scale=alt.Scale(zero=False)))
        """,
    ),
]

TANGLED = [
    Kind(
        "columns-without-end",
        "Gives a table whose columns are iterators that never end.",
        work(
            steps="""
            import itertools

            steps = {"step": itertools.count(), "factor": itertools.cycle([1]), "index": range(10**12)}
            """
        ),
        points=points(steps=Allowed((0.0,), (None,))),
        statuses=ANY_STATUS,
    ),
    Kind(
        "chart-of-charts",
        "Gives a chart of fifty charts side by side, each of fifty layers.",
        work(
            chart="""
            one = alt.Chart(given).mark_bar().encode(x="step", y=alt.Y("factor", scale=alt.Scale(zero=False)))
            picture = alt.hconcat(*[alt.layer(*[one] * 50)] * 50)
            None
            """
        ),
        points=points(chart=Allowed((0.0,), (None,))),
        statuses=ANY_STATUS,
    ),
]


def large_file(path: Path, scene: Scene) -> None:
    with path.open("wb") as file:
        file.truncate(150 << 20)


def many_files(path: Path, scene: Scene) -> None:
    path.mkdir()
    for number in range(3000):
        (path / f"{number:04}.txt").write_bytes(b"x")


def deep_folders(path: Path, scene: Scene) -> None:
    """Make folders in folders, so deep that a slightly longer beginning makes the path too long to open."""
    longest = 4095
    path.mkdir()
    while len(str(path)) + 100 < longest:
        path = path / ("d" * 90)
        path.mkdir()
    (path / ("f" * (longest - len(str(path)) - 1))).write_bytes(b"deep")


FILES = [
    Kind(
        "large-and-many-files",
        "Hands in a file of 150 megabytes, three thousand small ones, and folders as deep as a path can be.",
        work(files={"large.bin": large_file, "many": many_files, "deep": deep_folders}),
        statuses=ANY_STATUS,
    ),
]

KINDS = [*TIME, *MEMORY, *OUTPUT, *packed(ANSWERS), *TANGLED, *FILES]
