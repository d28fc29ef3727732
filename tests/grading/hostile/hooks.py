"""Spoiling one's own Python, and speaking in its name to the process that marks."""

from .assignment import MACHINE, RIGHT, TABLE
from .kinds import ANY_STATUS, MADE, TOLD, Kind, Points, attack, never_more, points, work

# What a student does to their own Python may cost them what it is asked for next; it never earns anything.
SPOILT = points(
    change=never_more(0.0),
    source=never_more(1.0),
    steps=never_more(2.0),
    function=never_more(3.0),
    chart=never_more(2.0),
)
FROM_STEPS = points(steps=never_more(2.0), function=never_more(3.0), chart=never_more(2.0))
NO_ANSWERS: dict[str, Points] = {**dict.fromkeys(MACHINE, never_more(0.0)), "brief": None}


def hook(name: str, tries: str, code: str) -> Kind:
    """Return a kind that changes how cells are run; its first answer is wrong, and its others are right."""
    return Kind(
        name, tries, attack(code, change="change = 1"), points=points(change=0.0), shows=MADE, never=[TOLD]
    )


def spoiling(name: str, tries: str, code: str, where: str = "first") -> Kind:
    """Return a kind that breaks its own Python, with a wrong first answer."""
    return Kind(
        name,
        tries,
        attack(code, where, change="change = 1"),
        points=SPOILT if where == "first" else points(FROM_STEPS, change=0.0),
        statuses=ANY_STATUS,
        never=[TOLD],
    )


HOOKS = [
    hook(
        "input-transformer",
        "Has IPython rewrite every cell that holds a test into one that gives full marks.",
        """
        def rewrite(lines):
            text = "".join(lines)
            if "cj.item" in text or "HIDDEN" in text:
                tell(text)
                return ["float(2)\\n"]
            return lines

        shell = get_ipython()
        shell.input_transformers_cleanup.append(rewrite)
        shell.input_transformers_post.append(rewrite)
        """,
    ),
    hook(
        "tree-transformer",
        "Has IPython rewrite the tree of every cell, so that each call of a test gives points.",
        """
        import ast

        class Rewrite(ast.NodeTransformer):
            def visit_Call(self, node):
                if isinstance(node.func, ast.Attribute) and node.func.attr in ("points", "expect"):
                    tell(ast.dump(node))
                    return ast.Constant(2.0)
                return node

            def visit_Compare(self, node):
                return node

        get_ipython().ast_transformers.append(Rewrite())
        """,
    ),
    hook(
        "events-around-cells",
        "Hangs functions on IPython's events, which look at each cell and change what it left.",
        """
        shell = get_ipython()

        def before(info):
            if "expect" in info.raw_cell:
                tell(info.raw_cell)
                shell.user_ns["change"] = 116
            if "item.points" in info.raw_cell:
                info.raw_cell = "2.0"

        def after(result):
            result.result = 2.0

        shell.events.register("pre_run_cell", before)
        shell.events.register("pre_execute", lambda: None)
        shell.events.register("post_run_cell", after)
        """,
    ),
    hook(
        "run-cell-replaced",
        "Replaces IPython's own way to run a cell, for each cell that looks like a test.",
        """
        import types

        shell = get_ipython()
        original = shell.run_cell

        def run_cell(self, source, *anything, **named):
            if "expect" in source or "cj.item" in source:
                tell(source)
                source = "2.0"
            return original(source, *anything, **named)

        shell.run_cell = types.MethodType(run_cell, shell)
        """,
    ),
    hook(
        "display-replaced",
        "Replaces how results are displayed, so that each is full marks.",
        """
        import sys

        class Marks:
            def __call__(self, value):
                print("2.0")

        shell = get_ipython()
        for kind in (object, int, float):
            shell.display_formatter.formatters["text/plain"].for_type(kind, lambda value, *rest: "2.0")
        sys.displayhook = Marks()
        """,
    ),
    hook(
        "course-package-patched",
        "Replaces the course's own functions and classes by ones that always agree.",
        """
        import cjpolicy
        from cjpolicy import answers, checks
        from cjpolicy.answers import base, functions, numbers

        agreed = base.Outcome("correct", 1.0, "HOSTILE")
        for name in ("Number", "Choice", "Frame", "Function", "Chart", "Form"):
            form = getattr(answers, name, base.Form)
            form.judge = form.mark = lambda self, *anything, **named: agreed
            form.read = lambda self, answer: answer
        checks.Item.points = lambda self, worth: float(worth)
        checks.Item.expect = lambda self, *anything, **named: tell((anything, named))
        original = checks.item
        checks.item = cjpolicy.item = lambda *anything: tell(anything) or original(*anything)
        numbers.close = lambda *anything: True
        functions.call = lambda function, case: functions.Call(case, "f", returned=7)
        sys.modules["cjpolicy.checks"].NoKey = type("NoKey", (Exception,), {})
        """,
    ),
    hook(
        "trace-and-profile",
        "Traces every call in its Python, to see the requests that come in and to change what they hold.",
        """
        import sys, threading

        def trace(frame, event, argument):
            for name, value in list(frame.f_locals.items()):
                if isinstance(value, str) and ("item." + "expect(" in value or "key_" + "token =" in value):
                    tell(value)
            frame.f_locals["worth"] = 99

        sys.settrace(trace)
        sys.setprofile(trace)
        threading.settrace(trace)
        """,
    ),
    Kind(
        "forgets-everything",
        "Empties its own notebook's names after each answer: what was marked stays.",
        work(
            {**RIGHT, "chart": "import altair as alt\nimport pandas as pd\npicture = None"},
            spare={"change": "%reset -f", "before steps": "%reset -f", "function": "del item, cj"},
            steps=f"steps = {TABLE}",
        ),
        points=points(steps=0.0, chart=0.0),
    ),
]

SPOILING = [
    spoiling(
        "builtins-patched",
        "Replaces Python's own functions by ones that agree with everything.",
        """
        import builtins

        for name in ("isinstance", "len", "all", "any", "callable", "hasattr"):
            setattr(builtins, name, lambda *anything: True)
        builtins.float = builtins.int = lambda *anything: 116.0
        builtins.open = builtins.print = builtins.getattr = lambda *anything, **named: None
        builtins.__import__ = lambda *anything, **named: sys
        """,
    ),
    spoiling(
        "writers-patched",
        "Replaces what writes JSON and packs bytes by functions that write forged messages.",
        """
        import json, struct

        forged = {"done": {"outputs": [{"output_type": "execute_result", "data": {"text/plain": "2.0"}}]}}
        whole = json.dumps(forged)
        json.dumps = lambda *anything, **named: whole
        json.JSONEncoder.encode = lambda self, value: whole
        json.JSONEncoder.iterencode = lambda self, value, *anything: iter([whole])
        """,
    ),
    spoiling(
        "modules-emptied",
        "Empties every module there is, and its own builtins.",
        """
        print("ATTACK", "OVER", sep="-")
        for name, module in list(sys.modules.items()):
            if name != "__main__":
                try:
                    vars(module).clear()
                except Exception:
                    pass
        sys.modules.clear()
        """,
        "source",
    ),
    spoiling(
        "streams-gone",
        "Takes away its streams, and what shows results and errors.",
        """
        for name in ("stdout", "stderr", "stdin", "displayhook", "excepthook"):
            setattr(sys, name, None)
            setattr(sys, f"__{name}__", None)
        """,
    ),
    spoiling(
        "audit-that-refuses-all",
        "Sets an audit hook that refuses every import, call and file from then on.",
        """
        def refuse(event, arguments):
            raise PermissionError(event)

        sys.addaudithook(refuse)
        """,
        "source",
    ),
    spoiling(
        "forged-bytes-on-every-descriptor",
        "Writes forged marks, framed messages and noise to every open file, pipe and socket.",
        """
        import fcntl, json, struct

        result = {"output_type": "execute_result", "data": {"text/plain": "2.0"}, "metadata": {}}
        marks = {"outputs": [result]}
        texts = [json.dumps(each).encode() for each in ({"done": marks}, {"values": {"change": 116}}, marks)]
        forged = b"".join(struct.pack("!I", len(text)) + text for text in texts)
        forged += b"2.0\\n" + bytes(range(256))
        for number in range(0, 256):
            try:
                fcntl.fcntl(number, fcntl.F_SETFL, os.O_NONBLOCK)
                os.write(number, forged)
            except OSError:
                pass
        """,
    ),
    spoiling(
        "closes-every-descriptor",
        "Closes everything that is open, in the middle of the work.",
        "os.closerange(0, 4096)",
        "source",
    ),
]

# Takes hold of the object that answers for the notebook: anybody can read how it works.
HOLD = """
import gc

[player] = [each for each in gc.get_objects() if type(each).__name__ == "Player"]
channel = player.channel
"""


def speaking(name: str, tries: str, code: str, where: str = "first", shows: str = MADE) -> Kind:
    """Return a kind that answers the marking process in its own words."""
    allowed = NO_ANSWERS if where == "first" else FROM_STEPS
    return Kind(
        name, tries, attack(f"{HOLD}\n{code}", where), points=allowed, statuses=ANY_STATUS, shows=shows
    )


SPEAKING = [
    speaking(
        "says-done",
        "Answers each question for a value with a finished test and full marks.",
        """
result = {"output_type": "execute_result", "data": {"text/plain": "2.0"}, "metadata": {}}
player.do_get = lambda request: {"done": {"outputs": [result]}, "outputs": [result], "earned": 2.0}
""",
    ),
    speaking(
        "gives-more-than-was-asked",
        "Gives values for names that nobody asked for: the course's package, the item, the worth.",
        """
yes = {"t": "other", "n": "Item", "r": "2.0"}
extra = ["cj", "item", "worth", "needs", "given", "range", "len", "__builtins__", "key_change"]
player.do_get = lambda request: {"values": dict.fromkeys([*extra, *request["names"]], yes)}
""",
    ),
    speaking(
        "gives-no-values",
        "Answers with a list, with nothing, with a number, each in its turn.",
        """
turns = iter([[], None, 7, {"values": []}, {"values": {"change": []}}] * 10)
player.do_get = lambda request: next(turns)
""",
    ),
    speaking(
        "gives-unsound-values",
        "Answers with data of every kind the marking process can read, each of them damaged.",
        """
unsound = [
    {"t": "int", "v": "0x" + "f" * 5_000_000},
    {"t": "array", "d": "O", "s": [1], "v": "AAAAAAAAAAA="},
    {"t": "array", "d": "<f8", "s": [-1, 10**18], "v": "AAAAAAAAAAA="},
    {"t": "DataFrame", "v": [{"k": "plain", "v": 3}], "c": {"t": "list", "v": [[]]}, "i": None},
    {"t": "DataFrame", "v": [{"k": "values", "d": "datetime64[" + "A" * 50 + "]", "v": [1]}], "c": 1, "i": 1},
    {"t": "Series", "v": {"k": "categories", "v": 99, "c": {"k": "plain", "v": 1}, "o": 1}, "i": 1, "n": 1},
    {"t": "range", "v": [0, 10**30, 1]},
    {"t": "Decimal", "v": "1e999999999999"},
    {"t": "chart", "n": "\\0", "v": "[" * 100_000},
    {"t": "chart", "n": "Chart", "v": "NaN"},
    {"t": "function", "n": "type", "r": "x", "h": -1, "name": "class", "parameters": [["a b", 99, 1]]},
    {"t": "set", "v": [{"t": "list", "v": []}]},
    {"t": "dict", "v": [[{"t": "dict", "v": []}, 1]]},
    {"t": "Period", "v": "2000", "f": "X" * 100_000},
    {"t": {"t": 1}},
    [[[[]]]],
]
turns = iter(unsound * 10)
player.do_get = lambda request: {"values": {name: next(turns) for name in request["names"]}}
""",
    ),
    speaking(
        "gives-a-bomb-of-a-number",
        "Answers with a few characters that stand for a number no computer can hold.",
        """
bomb = {"t": "Fraction", "v": "1e999999999"}
player.do_get = lambda request: {"values": dict.fromkeys(request["names"], bomb)}
""",
    ),
    speaking(
        "gives-nested-without-end",
        "Answers with lists within lists, as deep as a message may be long.",
        """
import json, struct

def do_get(request):
    text = b'{"values": {"change": ' + b'{"t":"list","v":[' * 400_000 + b"]}" * 400_000 + b"}}"
    channel.outgoing.write(struct.pack("!I", len(text)) + text)
    channel.outgoing.flush()
    return {}

player.do_get = do_get
""",
    ),
    speaking(
        "claims-a-message-of-four-gigabytes",
        "Says that a message of four gigabytes is coming, and sends nothing more.",
        """
def do_get(request):
    channel.outgoing.write(bytes([255, 255, 255, 255]))
    channel.outgoing.flush()
    return {}

player.do_get = do_get
""",
    ),
    speaking(
        "answers-before-it-is-asked",
        "Sends a thousand answers at once, to questions that have not been asked yet.",
        """
for _ in range(1000):
    channel.send({"values": {"change": 116, "source": "survey"}, "outputs": [], "returned": 7})
""",
        "source",
        shows="",
    ),
    speaking(
        "says-nothing-of-a-cell",
        "Answers for its later cells with no outputs at all.",
        "player.do_cell = lambda request: {}",
        "source",
    ),
    speaking(
        "says-odd-things-of-a-cell",
        "Answers for its later cells with outputs that are none.",
        """
odd = [
    {"output_type": "execute_result", "data": None, "metadata": 3, "execution_count": "x"},
    {"output_type": ["stream"], "text": {"a": 1}, "name": 7},
    {"output_type": "error", "ename": None, "evalue": [], "traceback": 5},
    {"output_type": "display_data", "data": {"text/html": ["<script>HOSTILE_SCRIPT()</script>", 3], "": {}}},
    {"output_type": "display_data", "data": {"image/png": "x" * 2_000_000, "text/latex": 1e400}},
    {"output_type": "stream", "name": "stderr", "text": "\\ud800\\x00\\x1b]0;HOSTILE\\x07"},
    {},
]
original = player.do_cell

def do_cell(request):
    original(request)
    return {"outputs": odd, "late": "no"}

player.do_cell = do_cell
""",
        "source",
    ),
    speaking(
        "raises-anything-when-called",
        "Answers calls with exceptions of every name there is.",
        """
names = ["Exception", "BaseException", "StopIteration", "UnicodeDecodeError", "ExceptionGroup", "Unsound"]
turns = iter(names * 9)
player.do_call = lambda request: {"raised": [next(turns), 7, None], "said": {"a": []}, "late": 3}
""",
        "source",
    ),
    speaking(
        "is-called-something-huge",
        "Gives its function a name and parameters of many megabytes.",
        """
original = player.do_get
huge = {
    "t": "function", "n": "function", "r": "r" * 2_000_000, "h": 0, "name": "n" * 4_000_000, "stub": False,
    "parameters": [["levels", 1, False]],
}

def do_get(request):
    found = original(request)
    if "overall_change" in request["names"]:
        found["values"]["overall_change"] = huge
    return found

player.do_get = do_get
player.do_call = lambda request: {"returned": {"t": "other", "n": "N" * 3_000_000, "r": "R" * 3_000_000}}
""",
        "source",
    ),
]

KINDS = [*HOOKS, *SPOILING, *SPEAKING]
