"""Crashes and mistakes: what was done before them keeps its marks, and so does what comes after."""

from .assignment import RIGHT
from .kinds import ANY_STATUS, Kind, kept_or_lost, points, work

ENDED = r"end|crash|stop"


def crash(name: str, tries: str, code: str) -> Kind:
    """Return a kind whose Python ends in the middle of the work, in the cell of its third answer."""
    return Kind(
        name,
        tries,
        work(steps=code),
        points=points(steps=0.0, function=kept_or_lost(3.0), chart=kept_or_lost(2.0)),
        statuses=ANY_STATUS,
        says=ENDED,
    )


def mistake(name: str, tries: str, code: str) -> Kind:
    """Return a kind whose first answer fails as beginners' do: it costs that item, and nothing else."""
    return Kind(name, tries, work(change=code), points=points(change=0.0), as_stock=True, quiet=True)


ENDS = [
    crash("segfault", "Reads from an address that is not there.", "import ctypes\nctypes.string_at(0)"),
    crash("abort", "Aborts.", "import os\nos.abort()"),
    crash("exit-at-once", "Ends its process without a word.", "import os\nos._exit(0)"),
    crash("kill-itself", "Kills its own process.", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"),
    crash(
        "becomes-another-program",
        "Replaces its process by another program.",
        "import os\nos.execv('/bin/sleep', ['sleep', '900'])",
    ),
    Kind(
        "stack-overflow",
        "Shows a list within lists, so deep that the stack is full, with Python's own limit lifted.",
        work(
            steps="""
            import sys

            sys.setrecursionlimit(10**9)
            deep = None
            for _ in range(10**6):
                deep = [deep]
            repr(deep)
            """
        ),
        points=points(steps=0.0, function=kept_or_lost(3.0), chart=kept_or_lost(2.0)),
        statuses=ANY_STATUS,
    ),
    Kind(
        "ends-in-the-first-cell",
        "Ends its process in the first cell of its own, before anything is answered.",
        work(spare={"first": "import os\nos._exit(1)"}),
        points=points(
            change=kept_or_lost(2.0),
            source=kept_or_lost(1.0),
            steps=kept_or_lost(2.0),
            function=kept_or_lost(3.0),
            chart=kept_or_lost(2.0),
        ),
        statuses=ANY_STATUS,
        says=ENDED,
    ),
    Kind(
        "ends-again-and-again",
        "Ends its process in a cell between any two answers.",
        work(
            spare={
                where: "import os\nos._exit(1)"
                for where in ("first", "change", "source", "steps", "function")
            }
        ),
        points=points(
            change=kept_or_lost(2.0),
            source=kept_or_lost(1.0),
            steps=kept_or_lost(2.0),
            function=kept_or_lost(3.0),
            chart=kept_or_lost(2.0),
        ),
        statuses=ANY_STATUS,
        says=ENDED,
    ),
    Kind(
        "ends-at-the-very-end",
        "Ends its process when everything has been answered.",
        work(spare={"last": "import os\nos._exit(1)"}),
        statuses=ANY_STATUS,
        says=ENDED,
    ),
    Kind(
        "interrupts-itself",
        "Sends its own process the signal of Ctrl-C, and one that it handles.",
        work(
            spare={
                "change": "import os, signal\nos.kill(os.getpid(), signal.SIGINT)",
                "source": """
                signal.signal(signal.SIGUSR1, lambda *_: print('x'))
                os.kill(os.getpid(), signal.SIGUSR1)
                """,
            }
        ),
        statuses=ANY_STATUS,
    ),
    Kind(
        "crash-while-called",
        "Gives a function that reads from an address that is not there.",
        work(
            function="""
        import ctypes

        def overall_change(levels):
            return ctypes.string_at(0)
        """
        ),
        points=points(function=kept_or_lost(0.0), chart=kept_or_lost(2.0)),
        statuses=ANY_STATUS,
        says=ENDED,
    ),
]

MISTAKES = [
    mistake("syntax-error", "Writes a cell that is not Python.", "change = = 116"),
    mistake(
        "indentation-error",
        "Indents a line by a mixture of tabs and spaces.",
        "if True:\n\tchange = 116\n        x = 1",
    ),
    mistake("division-by-zero", "Divides by nought before the answer is there.", "change = 116 / 0"),
    mistake("misspelt-name", "Uses a name that does not exist.", "chnge = 116\nchange = chagne"),
    mistake(
        "error-after-nothing",
        "Raises an error of its own in the answer.",
        'raise RuntimeError("not finished")\nchange = 116',
    ),
    mistake("answer-as-text", "Gives the right number as text with a sign behind it.", 'change = "116%"'),
    mistake("answer-not-a-number", "Gives a number that is none.", 'change = float("nan")'),
    Kind(
        "endless-recursion",
        "Gives a function that calls itself without end.",
        work(function="def overall_change(levels):\n    return overall_change(levels)"),
        points=points(function=0.0),
        as_stock=True,
        quiet=True,
    ),
    Kind(
        "error-after-the-answer",
        "Gives the right answer, and fails behind it in the same cell.",
        work(change=f"{RIGHT['change']}\nprint(undefined)"),
        as_stock=True,
        quiet=True,
    ),
    Kind(
        "function-without-return",
        "Prints where it should return.",
        work(function="def overall_change(levels):\n    print(100 * (levels[-1] / levels[0] - 1))"),
        points=points(function=0.0),
        as_stock=True,
        quiet=True,
    ),
    # nbgrader as it comes gives nothing for a test during which anything was logged.
    Kind(
        "noise-on-the-error-stream",
        "Warns, logs and writes to the error stream, in cells and in a called function.",
        work(
            change=f"import warnings\nwarnings.warn('careful')\n{RIGHT['change']}",
            function="""
            import logging, sys, warnings
            import numpy as np

            logging.basicConfig(level=logging.DEBUG)

            def overall_change(levels):
                warnings.warn("careful", FutureWarning)
                logging.warning("careful")
                print("careful", file=sys.stderr)
                np.log(np.array([-1.0, 0.0]))
                if not levels or levels[0] <= 0:
                    raise ValueError
                return 100 * (np.float64(levels[-1]) / levels[0] - 1)
            """,
        ),
        quiet=True,
    ),
]

KINDS = [*ENDS, *MISTAKES]
