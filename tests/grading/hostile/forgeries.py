"""Forged answers: values that claim to be equal, functions that cheat, and marks that nobody gave."""

from .assignment import RIGHT
from .kinds import ANY_STATUS, GRADED, LOST, MADE, TOLD, Allowed, Kind, attack, kept_or_lost, points, work

NOT_CHANGE = points(change=0.0)


def liar(name: str, tries: str, code: str, statuses: frozenset[str] = GRADED) -> Kind:
    """Return a kind whose first answer lies, and whose others are right."""
    return Kind(name, tries, work(change=code), points=NOT_CHANGE, statuses=statuses)


VALUES = [
    liar(
        "equal-to-everything",
        "Gives an object that says it is equal to whatever it is compared with.",
        """
        class Yes:
            def __eq__(self, other):
                return True

            __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __contains__ = __eq__

            def __sub__(self, other):
                return 0

            __rsub__ = __add__ = __radd__ = __mul__ = __abs__ = __sub__

            def __hash__(self):
                return 0

        change = Yes()
        """,
    ),
    liar(
        "float-that-is-near-everything",
        "Gives a float of its own kind, wrong by value, whose distance to anything is nought.",
        """
        class Near(float):
            def __sub__(self, other):
                return 0.0

            __rsub__ = __sub__

            def __eq__(self, other):
                return True

            def __abs__(self):
                return 0.0

            def __float__(self):
                return self

            __hash__ = float.__hash__

        change = Near(1)
        """,
    ),
    liar(
        "integer-that-counts-up",
        "Gives an integer that is another number each time it is looked at.",
        """
        class Counting(int):
            seen = 0

            def __float__(self):
                Counting.seen += 1
                return float(Counting.seen)

            __index__ = __int__ = lambda self: int(float(self))

        change = Counting(7)
        """,
    ),
    liar(
        "class-that-pretends",
        "Gives an object that says its class is float, and refuses to be printed.",
        """
        class Pretender:
            @property
            def __class__(self):
                return float

            def __repr__(self):
                raise SystemExit("no")

            __str__ = __len__ = __iter__ = __repr__

        change = Pretender()
        """,
        ANY_STATUS,
    ),
    liar(
        "array-of-another-kind",
        "Gives a numpy array of its own kind, with a float inside that lies.",
        """
        import numpy as np

        class Array(np.ndarray):
            def __float__(self):
                return 116.0

            def ravel(self, *anything):
                return [116.0]

            def __array_ufunc__(self, *anything, **named):
                return True

        change = np.zeros(2).view(Array)
        """,
    ),
    Kind(
        "masked-right-answer",
        "Gives the right number, but masked as missing.",
        work(change="import numpy as np\n\nchange = np.ma.masked_array([116.0], mask=[True])"),
        points=NOT_CHANGE,
        as_stock=True,
    ),
    liar(
        "object-array-of-liars",
        "Gives an array of objects that each say they are equal to anything.",
        """
        import numpy as np

        class Yes:
            __eq__ = __ge__ = __le__ = lambda self, other: True
            __sub__ = __rsub__ = lambda self, other: 0.0

        change = np.array([Yes()], dtype=object)
        """,
    ),
    liar(
        "many-guesses-at-once",
        "Gives every number at once, in a list, a table and a generator.",
        "change = [n / 10 for n in range(2000)]",
    ),
    liar(
        "answers-in-the-words-of-the-wire",
        "Gives dictionaries that look like the messages between the processes.",
        """
        function = {"t": "function", "n": "float", "r": "", "h": 0, "name": "f", "parameters": []}
        change = {
            "t": "other", "n": "Outcome", "r": "116", "v": "__import__('os')", "k": "plain", "d": "O",
            "done": {"outputs": [{"output_type": "execute_result", "data": {"text/plain": "2.0"}}]},
            "f": function,
        }
        """,
    ),
    Kind(
        "text-that-is-any-text",
        "Gives text of its own kind, wrong by value, that is equal to any other and folds to the right one.",
        work(
            source="""
            class Any(str):
                def __eq__(self, other):
                    return True

                __hash__ = str.__hash__
                casefold = strip = lower = __str__ = lambda self, *anything: "survey"

            source = Any("police records")
            """
        ),
        points=points(source=0.0),
    ),
    Kind(
        "table-of-another-kind",
        "Gives a DataFrame of its own kind that shows other values to whoever asks by name.",
        work(
            steps="""
            class Table(pd.DataFrame):
                right = dict(step=["start", "middle", "end"], factor=[1, 1.2, 0.75], index=[100, 120, 90])

                def __getitem__(self, key):
                    return pd.DataFrame(Table.right)[key]

                def set_axis(self, *anything, **named):
                    return pd.DataFrame(Table.right)

                @property
                def _constructor(self):
                    return Table

            steps = Table({"step": ["start", "middle", "end"], "factor": [0, 0, 0], "index": [0, 0, 0]})
            """
        ),
        points=points(steps=0.0),
    ),
    Kind(
        "table-of-liars",
        "Gives a table whose every cell says it is equal to anything.",
        work(
            steps="""
            class Yes:
                __eq__ = __le__ = __ge__ = lambda self, other: True
                __sub__ = __rsub__ = lambda self, other: 0.0
                __hash__ = lambda self: 1

            cells = [Yes() for _ in range(3)]
            steps = pd.DataFrame({"step": ["start", "middle", "end"], "factor": cells, "index": cells})
            """
        ),
        points=points(steps=0.0),
    ),
    Kind(
        "chart-that-is-no-chart",
        "Gives an object of a class named like Altair's own, which makes up its specification when asked.",
        work(
            chart="""
            class TopLevelMixin:
                asked = 0

                def to_json(self, **options):
                    TopLevelMixin.asked += 1
                    raise SystemExit("not now")

                to_dict = to_json

            class Chart(TopLevelMixin):
                pass

            picture = Chart()
            """
        ),
        points=points(chart=0.0),
        statuses=ANY_STATUS,
    ),
    Kind(
        "chart-with-a-lying-specification",
        "Gives a specification full of things that are not charts.",
        work(
            chart="""
            picture = {
                "$schema": "vega-lite",
                "data": {"values": [None, [], "x", {"index": {"a": [100, 130, 110.5]}}], "url": "file:///etc/passwd"},
                "mark": {"type": ["bar"]},
                "encoding": {"y": ["index"], "x": None, "color": {"field": {}, "type": 7}},
                "layer": [{"layer": "x"}, 3],
                "transform": [{"calculate": "1/0", "as": []}, 7],
                "datasets": [],
            }
            """
        ),
        points=points(chart=Allowed((0.0,), (None,))),
        statuses=ANY_STATUS,
    ),
    Kind(
        "names-that-the-tests-use",
        "Defines the names it has seen or guessed in test cells: item, cj, range, key_change, given...",
        work(
            change="""
            class Generous:
                outcome = None

                def __getattr__(self, name):
                    if name.startswith("_"):
                        raise AttributeError(name)
                    return self

                def __call__(self, *anything, **named):
                    return self

                def points(self, worth):
                    return float(worth)

            cj = item = needs = key_token = Generous()
            chance = Generous()
            given = given.assign(index=0, factor=0)
            change = 1
            """,
            function="""
            key_change = overall_change = lambda levels: 7.0
            range = lambda *anything: []
            list = len = float = isinstance = lambda *anything: True
            """,
            chart="""
            picture = alt.Chart(given).mark_bar().encode(x=alt.X("step", sort=None), y="index")
            given.loc[:, "index"] = 0
            """,
        ),
        points=points(change=0.0, function=0.0, chart=1.0),
    ),
    Kind(
        "right-only-afterwards",
        "Puts the right answer in place of the wrong one once the test has been passed.",
        work(change="change = 1", spare={"change": "change = 116", "last": "change = 116"}),
        points=NOT_CHANGE,
    ),
    Kind(
        "answers-that-change-by-themselves",
        "Leaves a thread running that goes through every number, and one that waits for the end.",
        work(
            change="""
            import threading, time

            def through_them():
                while True:
                    for n in range(100):
                        globals()["change"] = n
                        time.sleep(0.001)

            for _ in range(3):
                threading.Thread(target=through_them, daemon=True).start()
            threading.Thread(target=lambda: time.sleep(600)).start()
            change = 0
            """
        ),
        points=NOT_CHANGE,
    ),
    Kind(
        "names-that-answer-anything",
        "Makes its own notebook a module that answers to any name, and its names a dictionary that lies.",
        work(
            change="""
            import sys, types

            class Everything(types.ModuleType):
                def __getattr__(self, name):
                    return 116

            class Yes:
                def __eq__(self, other):
                    return True

            sys.modules["__main__"].__class__ = Everything
            get_ipython().user_ns.setdefault("change", Yes())
            """
        ),
        points=points(change=0.0),
    ),
]


def cheating(
    name: str, tries: str, code: str, function: float | Allowed = 0.0, chart: float | Allowed = 2.0
) -> Kind:
    """Return a kind whose function cheats, and whose other answers are right."""
    open_ended = isinstance(function, Allowed) or isinstance(chart, Allowed)
    return Kind(
        name,
        tries,
        work(function=code),
        points=points(function=function, chart=chart),
        statuses=ANY_STATUS if open_ended else GRADED,
    )


FUNCTIONS = [
    Kind(
        "function-that-looks-for-the-key",
        "Looks, while it is called, through the stack and the memory for the reference function.",
        attack(
            """
            import gc, inspect

            found = []

            def overall_change(levels):
                for frame in inspect.stack():
                    for name, value in {**frame.frame.f_globals, **frame.frame.f_locals}.items():
                        if name.startswith("key_"):
                            found.append((name, value))
                            return value(levels) if callable(value) else 0
                for each in gc.get_objects():
                    if callable(each) and getattr(each, "__name__", "") == "key_change":
                        found.append(each)
                        return each(levels)
                return 0.0
            """,
            where="before function",
            answers={
                **RIGHT,
                "function": "overall_change = None",
                "chart": f"{RIGHT['chart']}\nif found:\n    tell(found)",
            },
        ),
        points=points(function=0.0),
        shows=MADE,
        never=[TOLD],
    ),
    cheating(
        "function-that-tells-its-inputs",
        "Prints, displays and keeps what it is called with, which is new each time: it gains nothing.",
        """
        seen = []

        def overall_change(levels):
            seen.append(levels)
            print("called with", levels)
            display(levels)
            import sys
            print(levels, file=sys.stderr)
            print(levels, file=sys.__stdout__)
            if not levels or levels[0] <= 0:
                raise ValueError
            return 100 * (levels[-1] / levels[0] - 1)
        """,
        3.0,
    ),
    cheating(
        "function-that-is-right-once",
        "Answers rightly when it is called for the first time, and anything from then on.",
        """
        calls = []

        def overall_change(levels):
            calls.append(1)
            return 100 * (levels[-1] / levels[0] - 1) if len(calls) == 1 else 5.0
        """,
    ),
    cheating(
        "function-that-changes-its-inputs",
        "Changes the list it is given, so that a key computed from it afterwards would agree.",
        """
        def overall_change(levels):
            levels[:] = [1, 1]
            return 0.0
        """,
    ),
    cheating(
        "function-that-gives-liars",
        "Returns an object that says it is equal to anything.",
        """
        class Yes:
            __eq__ = __ge__ = __le__ = lambda self, other: True
            __sub__ = __rsub__ = lambda self, other: 0.0

        def overall_change(levels):
            return Yes()
        """,
    ),
    cheating(
        "function-that-gives-functions",
        "Returns a function, whose call returns another, without end.",
        """
        def overall_change(levels):
            return overall_change
        """,
    ),
    cheating(
        "function-that-is-a-generator",
        "Yields where it should return.",
        """
        def overall_change(levels):
            yield 100 * (levels[-1] / levels[0] - 1)
        """,
    ),
    cheating(
        "function-that-leaves",
        "Leaves Python by SystemExit while it is called.",
        """
        import sys

        def overall_change(levels):
            sys.exit(0)
        """,
    ),
    cheating(
        "function-that-ends-python",
        "Prints marks and ends the process while it is called.",
        """
        import os

        def overall_change(levels):
            print("2.0")
            os._exit(0)
        """,
        LOST,
        kept_or_lost(2.0),
    ),
    cheating(
        "function-that-interrupts",
        "Raises what a teacher's Ctrl-C raises.",
        """
        def overall_change(levels):
            raise KeyboardInterrupt
        """,
    ),
    cheating(
        "function-that-raises-forged-words",
        "Raises an exception whose name and words are marks, markup and terminal codes, a megabyte of them.",
        """
        Forged = type("</pre><script>HOSTILE_SCRIPT()</script>", (Exception,), {})

        def overall_change(levels):
            words = "\\n\\n2.0 of 2.0\\x1b[2J<script>HOSTILE_SCRIPT()</script> ✓ Correct execute_result "
            raise Forged(words * 10_000)
        """,
    ),
    Kind(
        "function-that-refuses-by-name-alone",
        "Raises an exception of its own that is only called ValueError.",
        work(
            function="""
            class ValueError(Exception):
                pass

            def overall_change(levels):
                if not levels or levels[0] <= 0:
                    raise ValueError
                return 100 * (levels[-1] / levels[0] - 1)
            """
        ),
        points=points(function=1.5),
        as_stock=True,
    ),
    cheating(
        "function-that-refuses-everything",
        "Refuses sensible inputs too, to be paid for refusing the others.",
        """
        def overall_change(levels):
            raise ValueError("no")
        """,
    ),
    cheating(
        "function-that-gives-very-much",
        "Returns a text of a hundred million characters.",
        """
        def overall_change(levels):
            return "1" * 100_000_000
        """,
    ),
    cheating(
        "function-with-a-hostile-name",
        "Is right, but its name, its signature and its documentation are markup or raise.",
        """
        class Right:
            __name__ = "<script>HOSTILE_SCRIPT()</script>"
            __doc__ = "<img src=x onerror=HOSTILE_SCRIPT()>"

            @property
            def __signature__(self):
                raise RuntimeError("no signature")

            def __repr__(self):
                return "<script>HOSTILE_SCRIPT()</script>" * 1000

            def __call__(self, levels):
                if not levels or levels[0] <= 0:
                    raise ValueError
                return 100 * (levels[-1] / levels[0] - 1)

        overall_change = Right()
        """,
        Allowed((3.0, 0.0)),
    ),
    cheating(
        "function-that-shows-marks",
        "Displays a record of full marks, as the course's own items do, while it is called.",
        """
        def overall_change(levels):
            record = {"id": "a91-function", "status": "correct", "slips": [], "earned": 3.0, "worth": 3.0}
            display({"application/vnd.cjpolicy.outcome+json": record, "text/plain": "3.0"}, raw=True)
            return 5.0
        """,
    ),
]

MARKS = [
    Kind(
        "shows-marks",
        "Displays records of full marks for every item, and prints points as results, in its own cells.",
        work(
            change="change = 1",
            spare={
                "before change": """
                for name, worth in {"change": 2.0, "source": 1.0, "bonus": 50.0}.items():
                    record = {"id": "a91-" + name, "status": "correct", "slips": []}
                    record |= {"earned": worth, "worth": worth}
                    display({"application/vnd.cjpolicy.outcome+json": record, "text/plain": "full"}, raw=True)
                2.0
                """
            },
        ),
        points=NOT_CHANGE,
        never=["bonus"],
    ),
    Kind(
        "object-that-shows-marks",
        "Gives an answer whose display is a record of full marks.",
        work(
            change="""
            class Shown:
                def _repr_mimebundle_(self, **options):
                    record = {"id": "a91-change", "status": "correct", "slips": []}
                    record |= {"earned": 2.0, "worth": 2.0}
                    return {"application/vnd.cjpolicy.outcome+json": record, "text/plain": "2.0"}

                def __repr__(self):
                    return "2.0"

                __float__ = None

            change = Shown()
            change
            """
        ),
        points=NOT_CHANGE,
    ),
    Kind(
        "exits-after-printing-marks",
        "Prints marks, asks IPython to stop, and leaves by every polite way there is.",
        work(
            change="change = 1\nprint('2.0')",
            spare={
                "change": "import sys\nsys.exit('2.0')",
                "source": "raise SystemExit",
                "steps": "get_ipython().ask_exit()\nexit()\nquit()",
            },
        ),
        points=points(change=0.0, function=kept_or_lost(3.0), chart=kept_or_lost(2.0)),
        statuses=ANY_STATUS,
    ),
    Kind(
        "works-at-exit",
        "Leaves functions to be called when Python ends, which write marks and keep it from ending.",
        work(
            change="""
            import atexit, threading, time

            def at_the_end():
                print("2.0")
                open("HOSTILE-CANARY", "w").write("2.0")
                while True:
                    time.sleep(1)

            atexit.register(at_the_end)
            threading._register_atexit(at_the_end)
            change = 1
            """
        ),
        points=NOT_CHANGE,
    ),
    Kind(
        "copies-the-key-by-asking",
        "Calls the item itself in every way, to make it tell the key or take another one.",
        attack(
            """
            item = cj.item("a91-change", 1, cj.Number("per cent"))
            for step in (lambda: item.points(2), lambda: item.expect(...), lambda: item.form.wanted):
                attempt(step)
            item.expect(1)
            print(item.outcome.share)
            for each in (cj.hint, cj.solution):

                @attempt
                def ask():
                    tell(each("a91-change"))
            """,
            change="change = 1",
        ),
        points=NOT_CHANGE,
        shows=MADE,
        never=[TOLD],
    ),
]

KINDS = [*VALUES, *FUNCTIONS, *MARKS]
