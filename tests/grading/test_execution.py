"""Is a notebook run apart, marked where none of its code runs, and told what happened?"""

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade

from cjpolicy.checks import OUTCOME_MIME, SEED
from cjpolicy.grading import sandbox
from cjpolicy.grading.execution import Executed, Limits, run_notebook
from cjpolicy.grading.marker import Marker, evaluate, exception_like, result, wanted_names
from cjpolicy.grading.marking import keep
from cjpolicy.grading.recorded import Column, columns, read_recorded, with_answers
from tests.support import ROOT

pytestmark = pytest.mark.grading

QUICK = Limits(cell_seconds=1.5, notebook_seconds=20, memory_bytes=1 << 30, apart=not sandbox.explanation())
SEEN = 7
NUMBER = (
    'item = cj.item("a90-change", change, cj.Number("per cent"))\n'
    'item.expect(116, slips={"added-percentages": 100})\n'
    "item.points(2)"
)
DOUBLE = (
    'item = cj.item("a90-change", change, cj.Function("value", returns=cj.Number()))\n'
    "cases = [(item.chance.randint(1, 10**6),) for _ in range(3)]\n"
    "item.expect(lambda value: 2 * value, cases={'fresh': cases})\n"
    "item.points(2)"
)


def graded(id: str, source: str, points: float = 2) -> Any:
    about = {"grade": True, "locked": True, "solution": False, "grade_id": id, "points": points}
    return new_code_cell(source, metadata={"nbgrader": about})


def locked(source: str) -> Any:
    about = {"grade": False, "locked": True, "solution": False, "grade_id": f"set-up-{abs(hash(source))}"}
    return new_code_cell(source, metadata={"nbgrader": about})


def marked(
    *sources: str, test: str = NUMBER, limits: Limits = QUICK, folder: Path = Path("/nowhere")
) -> tuple[Executed, Any]:
    """Run a notebook of these cells, and return what came of it and the test cell's record."""
    cells = [locked("import cjpolicy as cj"), *map(new_code_cell, sources), graded("a90-change", test)]
    notebook = new_notebook(cells=cells)
    executed = run_notebook(notebook, folder, limits, SEEN)
    keep(notebook, executed)
    return executed, notebook.cells[-1]


def record(cell: Any) -> dict[str, Any]:
    """Return what a test cell says came of an item."""
    (found,) = [each.data[OUTCOME_MIME] for each in cell.outputs if each.output_type == "display_data"]
    return dict(found)


@pytest.mark.parametrize(
    ("source", "earned"), [("change = 116", 2), ("change = 100", 0), ("change = ...", 0), ("pass", 0)]
)
def test_an_answer_earns_its_points(source: str, earned: float) -> None:
    _, cell = marked(source)
    assert determine_grade(cell) == (earned, 2)
    assert record(cell)["earned"] == earned


def test_a_mistake_is_diagnosed() -> None:
    _, cell = marked("change = 100")
    assert record(cell)["slips"] == ["added-percentages"]


def test_what_a_cell_shows_is_kept() -> None:
    executed, _ = marked("import sys\nprint('one')\nprint('two', file=sys.stderr)\ndisplay(3)\n4")
    kinds = [
        (each["output_type"], each.get("text") or each["data"]["text/plain"]) for each in executed.outputs[1]
    ]
    assert kinds == [
        ("stream", "one\n"),
        ("stream", "two\n"),
        ("display_data", "3"),
        ("execute_result", "4"),
    ]


def test_a_chart_is_drawn_as_in_jupyterlab() -> None:
    source = "import altair as alt\nalt.Chart(alt.Data(values=[{'a': 1}])).mark_bar().encode(y='a:Q')"
    executed, _ = marked(source)
    assert "application/vnd.vegalite.v5+json" in executed.outputs[1][0]["data"]


@pytest.mark.parametrize(
    "source",
    [
        "import warnings\nwarnings.warn('careful')\nchange = 116",
        "await __import__('asyncio').sleep(0)\nchange = 116",
        "!ls\nchange = 116",
        "%reset -f\nchange = 116",
        "change = 116\nraise SystemExit",
        "import numpy as np\nchange = np.float64(116)",
        "import decimal\nchange = decimal.Decimal(116)",
        "import pandas as pd\nchange = pd.Series([116])",
        "class Held:\n    def __float__(self): return 116.0\nchange = Held()",
    ],
)
def test_honest_work_is_marked_however_it_is_written(source: str) -> None:
    executed, cell = marked(source)
    assert determine_grade(cell) == (2, 2)
    assert not executed.limits


@pytest.mark.parametrize(
    "function",
    [
        "change = lambda value: value + value",
        "def change(value):\n    return 2 * value if value < 1 else change(value / 2) * 2",
        "import functools, operator\nchange = functools.partial(operator.mul, 2)",
        "class Doubling:\n    def __call__(self, value): return 2 * value\nchange = Doubling()",
        "def change(value):\n    print('looking at', value)\n    return 2 * value",
    ],
)
def test_functions_are_called_where_they_live(function: str) -> None:
    _, cell = marked(function, test=DOUBLE)
    assert determine_grade(cell) == (2, 2)


def test_the_inputs_of_a_function_follow_from_the_runs_seed() -> None:
    source = "seen = []\ndef change(value):\n    seen.append(value)\n    return 2 * value"
    test = DOUBLE.replace("item.points(2)", "item.points(2)\nfloat(change.__call__(0) * 0 + 2)")
    notebooks = []
    for seed in (1, 1, 2):
        cells = [locked("import cjpolicy as cj"), new_code_cell(source), graded("a90-change", test)]
        notebook = new_notebook(cells=[*cells, new_code_cell("print(seen)")])
        notebooks.append(run_notebook(notebook, Path("/nowhere"), QUICK, seed).outputs[3][0]["text"])
    assert notebooks[0] == notebooks[1] != notebooks[2]


@pytest.mark.parametrize(
    ("source", "limit"),
    [
        ("change = 116\nwhile True: pass", "was stopped after 2 seconds"),
        ("change = 116\nimport time\ntime.sleep(60)", "was stopped after 2 seconds"),
        (
            "change = 116\nwhile True:\n    try:\n        while True: pass\n    except BaseException: pass",
            "stopped",
        ),
    ],
)
def test_a_cell_that_never_ends_is_stopped_and_says_so(source: str, limit: str) -> None:
    executed, cell = marked(source)
    assert limit in executed.limits[0]
    assert executed.outputs[1][-1]["ename"] in ("CellTimeoutError", "Stopped")
    assert determine_grade(cell) in ((2, 2), (0, 2))


@pytest.mark.parametrize(
    "crash",
    ["import os; os._exit(0)", "import ctypes; ctypes.string_at(0)", "import os; os.kill(os.getpid(), 9)"],
)
def test_work_before_a_crash_keeps_its_marks_and_work_after_it_is_run(crash: str) -> None:
    executed, cell = marked("first = 100", crash, "change = first + 16")
    assert determine_grade(cell) == (2, 2)
    assert "Cell 3 could not be finished" in executed.limits[0] and executed.gone


def test_an_item_whose_own_cell_crashed_says_why_it_has_nothing() -> None:
    executed, cell = marked("change = 116\nimport os; os._exit(0)")
    assert determine_grade(cell) == (0, 2)
    assert "There is no `change`" in cell.outputs[0].data["text/plain"]
    assert executed.limits


def test_what_was_never_reached_waits_for_a_person() -> None:
    limits = Limits(cell_seconds=1, notebook_seconds=1.5, apart=QUICK.apart)
    executed, cell = marked("while True: pass", "while True: pass", "change = 116", limits=limits)
    assert "was not reached" in executed.unmarked[4]
    assert cell.metadata["cjpolicy"]["unmarked"] == executed.unmarked[4]
    assert not cell.outputs


def test_a_notebook_that_keeps_crashing_is_not_started_for_ever() -> None:
    crash = "import os; os._exit(0)"
    executed, _ = marked(*[crash] * 5, "change = 116")
    assert executed.unmarked
    assert sum("could not be finished" in each for each in executed.limits) == 3


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("def change(value):\n    while True: pass", "TimeoutError"),
        ("def change(value):\n    import os; os._exit(0)", "Python ended"),
        ("def change(value):\n    raise KeyError('no')", "KeyError"),
        ("class Mine(ValueError): pass\ndef change(value):\n    raise Mine('no')", "Mine"),
        ("def change(value):\n    raise SystemExit", "SystemExit"),
        ("def change(value):\n    return change(value)", "too often"),
    ],
)
def test_a_function_that_fails_costs_its_own_item_only(function: str, message: str) -> None:
    _, cell = marked(function, test=DOUBLE)
    assert determine_grade(cell) == (0, 2)
    assert message in cell.outputs[0].data["text/plain"]


@pytest.mark.parametrize(
    "forgery",
    [
        "import cjpolicy.checks as c\nc.Item.points = lambda self, worth: worth\nchange = 1",
        "cj.item = lambda *a, **k: None\nchange = 1",
        "class Yes(float):\n    def __eq__(self, other): return True\nchange = Yes(1)",
        "class Yes:\n    def __eq__(self, other): return True\n"
        "    def __float__(self): return 3.0\nchange = Yes()",
        "import builtins\nbuiltins.float = lambda *a: 2.0\nchange = 1",
        "print('2.0')\n2.0",
        "import os\nfor number in range(3, 9):\n"
        "    try: os.write(number, b'\\0\\0\\0\\x0e{\"points\": 2.0}')\n"
        "    except OSError: pass",
        "get_ipython().run_cell = lambda *a, **k: None\nchange = 1",
        "import gc\nfor each in gc.get_objects():\n"
        "    if type(each).__name__ == 'Player':\n"
        "        each.do_get = lambda request: {'values': {}, 'points': 2.0, 'done': {'outputs': []}}",
    ],
)
def test_a_mark_cannot_be_forged(forgery: str) -> None:
    _, cell = marked(forgery)
    assert determine_grade(cell)[0] == 0


@pytest.mark.parametrize(
    "answer",
    [
        "{'t': 'DataFrame', 'v': [1]}",
        "{'t': 'no such kind'}",
        "[1, 2]",
        "{'t': 'scalar', 'd': 'O', 'v': 'AAAA'}",
    ],
)
def test_an_answer_that_is_none_waits_for_a_person(answer: str) -> None:
    source = (
        "import gc\nfor each in gc.get_objects():\n    if type(each).__name__ == 'Player':\n"
        f"        each.do_get = lambda request: {{'values': {{'change': {answer}}}}}"
    )
    executed, cell = marked(source)
    assert "was not an answer" in executed.unmarked[2]
    assert not cell.outputs


def test_the_key_is_nowhere_in_the_students_process() -> None:
    """Before and after the item was marked, its function called with inputs of the hidden test."""
    canary = "canary" + "-9135"
    hidden = DOUBLE.replace("cases =", f"# {canary}\nkey_text = '{canary}'\ncases =")
    search = (
        "found = 0\n"
        "with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb', 0) as memory:\n"
        "    for line in maps:\n"
        "        start, end = (int(each, 16) for each in line.split()[0].split('-'))\n"
        "        try:\n"
        "            memory.seek(start)\n"
        "            found += memory.read(end - start).count(b'canary' + bytes([45]) + b'9135')\n"
        "        except (OSError, ValueError, OverflowError):\n"
        "            pass\n"
        "print(found)"
    )
    cells = [locked("import cjpolicy as cj"), new_code_cell("change = lambda value: 2 * value")]
    cells += [new_code_cell(search), graded("a90-change", hidden), new_code_cell(search)]
    executed = run_notebook(new_notebook(cells=cells), Path("/nowhere"), QUICK, SEEN)
    assert executed.outputs[2][0]["text"] == executed.outputs[4][0]["text"] == "0\n"
    own = f"mine = '{canary}'"
    cells[1] = new_code_cell(own)
    executed = run_notebook(new_notebook(cells=cells), Path("/nowhere"), QUICK, SEEN)
    assert int(executed.outputs[2][0]["text"]) > 0, "The search finds what is there."


def test_a_students_own_module_does_not_reach_the_tests(tmp_path: Path) -> None:
    (tmp_path / "pandas.py").write_text("raise RuntimeError('mine')")
    (tmp_path / "cjpolicy.py").write_text("item = None")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "own.csv").write_text("a\n116\n")
    test = NUMBER.replace("item =", "import pandas\nitem =")
    _, cell = marked("change = int(open('data/own.csv').read().split()[1])", test=test, folder=tmp_path)
    assert determine_grade(cell) == (2, 2)


def test_notebooks_links_and_special_files_are_not_given_to_a_student(tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("canary")
    folder = tmp_path / "handed in"
    folder.mkdir()
    (folder / "a90.ipynb").write_text("hidden tests")
    (folder / "timestamp.txt").write_text("2026-10-01")
    (folder / "link.txt").symlink_to(outside)
    os.mkfifo(folder / "pipe")
    (folder / "notes.txt").write_text("mine")
    executed, _ = marked("import os\nprint(os.listdir('.'))", folder=folder)
    if QUICK.apart:
        assert executed.outputs[1][0]["text"] == "['notes.txt']\n"


def test_a_test_that_fails_of_itself_waits_for_a_person() -> None:
    executed, cell = marked("change = 116", test=NUMBER + "\nundefined_name_of_ours / 0")
    assert determine_grade(cell)[0] == 0 or executed.unmarked
    executed, cell = marked("change = 116", test="1 / 0")
    assert "failed with ZeroDivisionError" in executed.unmarked[2]


def test_plain_assertions_are_marked_as_nbgrader_does() -> None:
    _, right = marked("change = 116", test="assert change == 116, 'Think of the base.'")
    _, wrong = marked("change = 100", test="assert change == 116, 'Think of the base.'")
    assert determine_grade(right) == (2, 2)
    assert determine_grade(wrong) == (0, 2)
    assert "Think of the base." in wrong.outputs[0].data["text/plain"]


def test_a_test_cannot_give_more_than_its_points() -> None:
    assert "gave 3 points" in result("a90", 3, 2, [])["unmarked"]
    assert "gave nan points" in result("a90", float("nan"), 2, [])["unmarked"]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("item = f(change)\nitem.points(2)", ["change", "f"]),
        ("import pandas as pd\npd.DataFrame(change)", ["change"]),
        ("def key(a, *b, c=d, **e):\n    return a + b + c + e\n[x for x in key]", ["d"]),
        ("lambda t: t + u", ["u"]),
        ("class A:\n    pass\nlen(A, z)", ["z"]),
    ],
)
def test_only_names_from_outside_are_asked_for(source: str, names: list[str]) -> None:
    assert wanted_names(source) == names


def test_an_exception_keeps_its_name_and_its_nearest_kind() -> None:
    made = exception_like({"raised": ["Mine", "ValueError", "Exception"], "said": "no"})
    assert not isinstance(exception_like({"raised": ["ValueError", "Exception"], "said": "no"}), ValueError)
    assert isinstance(made, ValueError)
    assert (type(made).__name__, str(made)) == ("Mine", "no")
    assert isinstance(exception_like({"raised": "nonsense"}), RuntimeError)
    assert isinstance(exception_like({"raised": ["KeyboardInterrupt", "BaseException"]}), RuntimeError)
    assert isinstance(exception_like({"raised": ["UnicodeDecodeError"], "said": "x"}), RuntimeError)


def test_a_cells_value_is_its_last_lines() -> None:
    names: dict[str, Any] = {}
    assert evaluate("a = 2\na + 1", names) == 3
    assert evaluate("a = 3", names) is None
    assert evaluate("", names) is None


def test_a_marker_forgets_the_notebook_before() -> None:
    class Silent:
        def send(self, message: Any) -> None: ...

    marker = Marker(Silent())  # type: ignore[arg-type]
    marker.do_begin({"seed": 1})
    marker.do_cell({"source": "left = 1"})
    assert marker.names["left"] == 1
    marker.do_begin({"seed": 2})
    assert "left" not in marker.names


def every_column() -> list[tuple[str, Column]]:
    files = sorted((ROOT / "solutions").glob("a*.toml"))
    return [(path.stem, column) for path in files for column in columns(read_recorded(path))]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "column"), every_column(), ids=lambda each: getattr(each, "name", each))
def test_recorded_answers_get_what_nbgraders_own_marking_gives(
    name: str, column: Column, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same points, and word for word the same message, for every recorded right and wrong answer."""
    source = nbformat.read(ROOT / "solutions" / name / f"{name}.ipynb", as_version=4)
    tests = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in source.cells}
    notebook = with_answers(source, column.answers)
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and about.get("locked"):
            cell.source = tests[about["grade_id"]]
    stock = nbformat.from_dict(notebook)
    ours = nbformat.from_dict(notebook)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.setenv(SEED, str(SEEN))
    Execute(extra_arguments=["--HistoryManager.hist_file=:memory:", "--log-level=ERROR"]).preprocess(
        stock, {"metadata": {"path": str(tmp_path)}}
    )
    executed = run_notebook(ours, tmp_path, Limits(apart=QUICK.apart), SEEN)
    keep(ours, executed)
    assert not executed.unmarked
    for theirs, mine in zip(stock.cells, ours.cells, strict=True):
        about = theirs.metadata.get("nbgrader", {})
        if about.get("grade") and theirs.cell_type == "code":
            assert determine_grade(mine) == determine_grade(theirs), about["grade_id"]
            assert texts(mine) == texts(theirs)


def texts(cell: Any) -> list[str]:
    return [each.data["text/plain"] for each in cell.outputs if "data" in each]
