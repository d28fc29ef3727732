"""Odd but honest: whatever nbgrader as it comes gives, this gives, and there is no word about it."""

from dataclasses import dataclass

from .assignment import RIGHT
from .kinds import Kind, Special, work


@dataclass(frozen=True)
class Odd:
    """One way to be odd: its answers by short item name, its spare cells and its files."""

    name: str
    tries: str
    answers: dict[str, str]
    spare: dict[str, str]
    files: dict[str, bytes | Special]
    shows: str = ""

    @property
    def takes(self) -> set[str]:
        """What two of them cannot both have in one notebook."""
        return {*self.answers, *(f"spare {where}" for where in self.spare), *self.files}

    def kind(self) -> Kind:
        """Return it as a submission of its own."""
        return together([self], self.name)


def odd(
    name: str,
    tries: str,
    spare: dict[str, str] | None = None,
    files: dict[str, bytes | Special] | None = None,
    shows: str = "",
    **answers: str,
) -> Odd:
    """Return one way of honest work, right in its own way."""
    return Odd(name, tries, answers, spare or {}, files or {}, shows)


def together(ways: list[Odd], name: str) -> Kind:
    """Return a submission that is odd in several ways, each in another answer."""
    answers = {item: code for way in ways for item, code in way.answers.items()}
    spare = {where: code for way in ways for where, code in way.spare.items()}
    files = {path: content for way in ways for path, content in way.files.items()}
    tries = " ".join(f"{way.tries} ({way.name})" if len(ways) > 1 else way.tries for way in ways)
    shows = "".join(way.shows for way in ways)
    return Kind(name, tries, work(RIGHT, spare, files, **answers), shows=shows, as_stock=True, quiet=True)


def packed(ways: list[Odd]) -> list[Kind]:
    """Put ways that do not hinder each other into as few submissions as there can be: each takes a second."""
    packs: list[list[Odd]] = []
    for way in ways:
        room = (pack for pack in packs if not any(way.takes & other.takes for other in pack))
        pack = next(room, None)
        if pack is None:
            packs.append([way])
        else:
            pack.append(way)
    return [together(pack, f"odd-values-{number}") for number, pack in enumerate(packs, 1)]


NUMBERS = [
    odd("numpy-float", "Gives a numpy float.", change="import numpy as np\nchange = np.float64(116)"),
    odd(
        "numpy-small-float",
        "Gives a numpy float of half precision.",
        change="import numpy as np\nchange = np.float16(116)",
    ),
    odd("numpy-integer", "Gives a numpy integer.", change="import numpy as np\nchange = np.int64(116)"),
    odd(
        "numpy-array",
        "Gives an array without dimensions.",
        change="import numpy as np\nchange = np.array(116.0)",
    ),
    odd(
        "decimal", "Gives a decimal number.", change="from decimal import Decimal\nchange = Decimal('116.0')"
    ),
    odd("fraction", "Gives a fraction.", change="from fractions import Fraction\nchange = Fraction(348, 3)"),
    odd(
        "column-of-one",
        "Gives a column that holds only the answer.",
        change="change = pd.Series([116.0], index=['x'])",
    ),
    odd(
        "table-of-one",
        "Gives a table that holds only the answer.",
        change="change = pd.DataFrame({'rise': [116]})",
    ),
    odd("list-of-one", "Gives a list that holds only the answer.", change="change = [116]"),
    odd(
        "integer-of-pandas",
        "Gives a number of a column that may miss values.",
        change="change = pd.array([116], dtype='Int64')[0]",
    ),
    odd(
        "own-float",
        "Gives a float of its own class.",
        change="""
        class PerCent(float):
            pass

        change = PerCent(116)
        """,
    ),
    odd(
        "own-enumeration",
        "Gives a member of an enumeration of its own.",
        source="""
        import enum

        class Source(enum.StrEnum):
            SURVEY = 'survey'

        source = Source.SURVEY
        """,
        change="""
        import enum

        class Answer(enum.IntEnum):
            CHANGE = 116

        change = Answer.CHANGE
        """,
    ),
    odd(
        "own-number",
        "Gives an object of its own class that can be made a float.",
        change="""
        class Share:
            def __init__(self, value):
                self.value = value

            def __float__(self):
                return self.value

        change = Share(116.0)
        """,
    ),
    odd(
        "figure-itself",
        "Gives one of the course's figures, not its value.",
        change="import dataclasses\n\nchange = dataclasses.replace(cj.figure('ncrs-20'), value=116.0)",
    ),
    odd("numpy-text", "Gives a numpy text.", source="import numpy as np\nsource = np.array(['survey'])[0]"),
    odd(
        "text-in-a-column",
        "Gives a column that holds only the answer.",
        source="source = pd.Series(['Survey'])",
    ),
    odd(
        "text-of-categories",
        "Gives a value out of categories.",
        source="source = pd.Categorical(['survey', 'police records'])[0]",
    ),
    odd("text-with-spaces", "Writes the option in its own way.", source="source = '  SURVEY. '"),
]

START = 'dict(step=["start", "middle", "end"], factor=[1, 1.2, 0.75], index=[100, 120, 90])'

TABLES = [
    odd("table-as-a-dictionary", "Gives a dictionary of columns.", steps=f"steps = {START}"),
    odd(
        "table-as-an-ordered-dictionary",
        "Gives dictionaries of the library's own kinds.",
        steps=f"""
        import collections
        steps = collections.defaultdict(list)
        steps.update(collections.OrderedDict({START}))
        """,
    ),
    odd("table-as-rows", "Gives a list of rows.", steps=f"steps = pd.DataFrame({START}).to_dict('records')"),
    odd(
        "table-by-its-index",
        "Names the rows in the index, in another order.",
        steps=f"steps = pd.DataFrame({START}).set_index('step').loc[['end', 'start', 'middle']]",
    ),
    odd(
        "table-of-new-types",
        "Gives columns of pandas' newer types.",
        steps=f"""
        steps = pd.DataFrame({START}).convert_dtypes()
        steps = steps.astype({{'step': 'category', 'factor': 'Float32'}})
        """,
    ),
    odd(
        "table-of-objects", "Gives columns of objects.", steps=f"steps = pd.DataFrame({START}, dtype=object)"
    ),
    odd(
        "table-with-more-in-it",
        "Gives further columns, of functions, objects, dates, periods, intervals and lists.",
        steps=f"""
        steps = pd.DataFrame({START})
        steps["why"] = [print, object(), lambda: 1]
        steps["when"] = pd.Timestamp("2006-04-01", tz="Europe/London")
        steps["year"] = pd.Period("2006", "Y-MAR")
        steps["span"] = pd.Interval(0, 1)
        steps["list"] = [[1], (2,), {{3}}]
        steps["missing"] = [None, float("nan"), pd.NaT]
        steps["deep"] = [pd.DataFrame(), pd.Series([1]), {{"a": 1}}]
        steps["kind"] = pd.Categorical(["a", None, "b"])
        """,
    ),
    odd(
        "table-with-levels-behind",
        "Gives a table that was grouped and pivoted.",
        steps=f"""
        steps = pd.DataFrame({START}).groupby('step', sort=False).sum().reset_index()
        steps.columns.name = 'what'
        """,
    ),
    odd(
        "table-that-is-a-view",
        "Gives a part of a larger table.",
        steps=f"steps = pd.concat([pd.DataFrame({START})] * 3).iloc[3:6, ::-1]",
    ),
    odd(
        "table-with-attributes",
        "Gives a table with attributes and flags of its own.",
        steps=f"""
        steps = pd.DataFrame({START})
        steps.attrs = {{'source': object()}}
        steps.flags.allows_duplicate_labels = False
        """,
    ),
]

BODY = """
    if not levels or levels[0] <= 0:
        raise ValueError("no level")
    return 100 * (levels[-1] / levels[0] - 1)
"""

FUNCTIONS = [
    odd(
        "function-as-a-partial",
        "Gives a function with one argument filled in.",
        function="""
        import functools

        def change_of(scale, levels):
            if not levels or levels[0] <= 0:
                raise ValueError("no level")
            return 100 * (levels[-1] / levels[0] - 1)

        overall_change = functools.partial(change_of, 100)
        """,
    ),
    odd(
        "function-as-a-lambda",
        "Gives a function in one line.",
        function="""
        def refuse():
            raise ValueError

        overall_change = lambda a: 100 * (a[-1] / a[0] - 1) if a and a[0] else refuse()
        """,
    ),
    odd(
        "function-as-an-object",
        "Gives an object that can be called.",
        function="""
        class Change:
            def __call__(self, levels):
                if not levels or not levels[0]:
                    raise ValueError
                return 100 * (levels[-1] / levels[0] - 1)

        overall_change = Change()
        """,
    ),
    odd(
        "function-as-a-method",
        "Gives a method of a class and of an object.",
        function="""
        class Tools:
            @staticmethod
            def change(levels):
                if not levels or not levels[0]:
                    raise ValueError
                return 100 * (levels[-1] / levels[0] - 1)

            def bound(self, levels):
                return self.change(levels)

        overall_change = Tools().bound
        """,
    ),
    odd(
        "function-in-a-function",
        "Gives a function made by another.",
        function="""
        def made(scale):
            def change(levels):
                if not levels or not levels[0]:
                    raise ValueError
                return scale * (levels[-1] / levels[0] - 1)

            return change

        overall_change = made(100)
        """,
    ),
    odd(
        "function-with-a-decorator",
        "Wraps the function in another that counts and times its calls.",
        function="""
        import functools, time

        def timed(function):
            @functools.wraps(function)
            def inner(*anything, **named):
                time.sleep(0.05)
                return function(*anything, **named)

            return inner

        @timed
        def overall_change(levels):
            if not levels or levels[0] <= 0:
                raise ValueError("no level")
            return 100 * (levels[-1] / levels[0] - 1)
        """,
    ),
    odd(
        "function-that-calls-itself",
        "Goes through the list by calling itself.",
        function="""
        def last(levels):
            return levels[0] if len(levels) == 1 else last(levels[1:])

        def overall_change(levels):
            if not levels or levels[0] <= 0:
                raise ValueError
            return 100 * (last(levels) / levels[0] - 1)
        """,
    ),
    odd(
        "function-with-defaults",
        "Takes further arguments that may be left out.",
        function="""
        def overall_change(levels, digits=None, *rest, **named):
            if not levels or levels[0] <= 0:
                raise ValueError("no level")
            return 100 * (levels[-1] / levels[0] - 1)
        """,
    ),
    odd(
        "function-with-helpers",
        "Uses names, classes and functions of other cells, and changes one of them.",
        spare={
            "steps": """
            calls = 0

            class Empty(ValueError):
                pass

            def check(levels):
                if not levels or levels[0] <= 0:
                    raise Empty('nothing')
            """
        },
        function="""
        def overall_change(levels):
            global calls
            calls += 1
            check(levels)
            return 100 * (levels[-1] / levels[0] - 1)
        """,
    ),
    odd(
        "function-that-gives-numpy",
        "Computes with numpy and statistics, and returns a numpy float.",
        function="""
        import math
        import statistics

        import numpy as np

        def overall_change(levels):
            if len(levels) == 0 or levels[0] == 0:
                raise ValueError
            first, last = np.array(levels)[[0, -1]]
            return math.fsum([np.divide(last, first), -1]) * np.float64(100) + statistics.mean([0, 0])
        """,
    ),
    odd(
        "function-that-gives-a-fraction",
        "Returns a fraction.",
        function="""
        from fractions import Fraction

        def overall_change(levels):
            if not levels or not levels[0]:
                raise ValueError
            return 100 * (Fraction(levels[-1], levels[0]) - 1)
        """,
    ),
    odd(
        "function-that-gives-a-column",
        "Returns a column of one.",
        function="""
        def overall_change(levels):
            if not levels or not levels[0]:
                raise ValueError
            column = pd.Series(levels)
            return 100 * (column.iloc[[-1]] / column.iloc[0] - 1)
        """,
    ),
    odd(
        "function-that-prints",
        "Prints, displays and warns while it is called.",
        function="""
        def overall_change(levels):
            print('levels:', levels)
            display(levels)
            if not levels or levels[0] <= 0:
                raise ValueError("no level")
            return 100 * (levels[-1] / levels[0] - 1)
        """,
    ),
    odd(
        "function-that-raises-by-itself",
        "Lets Python raise the error that was asked for.",
        function="""
        def overall_change(levels):
            [first, *_, last] = levels
            int('x') if first == 0 else None
            return 100 * (last / first - 1)
        """,
    ),
    odd(
        "function-in-a-module-of-its-own",
        "Keeps the function in a module handed in beside the notebook.",
        files={
            "helper.py": f"def overall_change(levels):{BODY}".encode(),
            "tools/__init__.py": b"SCALE = 100\n",
        },
        function="from helper import overall_change\nfrom tools import *",
    ),
    odd(
        "function-written-to-a-file",
        "Writes the function to a module with a magic, and imports it.",
        spare={
            "steps": """
        %%writefile written_here.py
        def overall_change(levels):
            if not levels or levels[0] <= 0:
                raise ValueError("no level")
            return 100 * (levels[-1] / levels[0] - 1)
        """
        },
        function="import importlib\nimportlib.invalidate_caches()\nfrom written_here import overall_change",
    ),
]

CHARTS = [
    odd(
        "chart-in-layers",
        "Lays a rule and text over the bars.",
        chart="""
        bars = alt.Chart(given).mark_bar().encode(x=alt.X('step', sort=None), y='index')
        rule = alt.Chart().mark_rule().encode(y=alt.datum(100))
        text = bars.mark_text(dy=-5).encode(text='index')
        picture = (bars + rule + text).properties(width=300)
        picture
        """,
    ),
    odd(
        "chart-beside-another",
        "Puts two charts side by side.",
        chart="""
        bars = alt.Chart(given).mark_bar().encode(x='step', y='index')
        picture = bars | bars.mark_line()
        picture
        """,
    ),
    odd(
        "chart-that-moves",
        "Makes the chart zoom and its bars light up.",
        chart="""
        pick = alt.selection_point()
        colour = alt.condition(pick, 'step', alt.value('grey'))
        bars = alt.Chart(given).mark_bar().encode(x='step', y='index', color=colour)
        picture = bars.add_params(pick)
        """,
    ),
    odd(
        "chart-as-a-specification",
        "Gives the specification as a dictionary.",
        chart="picture = alt.Chart(given).mark_bar().encode(x='step', y='index').to_dict()",
    ),
    odd(
        "chart-from-other-data",
        "Draws a table of its own, sideways.",
        chart="""
        own = pd.DataFrame({'a': ['x', 'y', 'z'], 'b': [100, 130, 110.5]})
        picture = alt.Chart(own).mark_bar().encode(y='a', x='b:Q')
        """,
    ),
    odd(
        "chart-without-a-limit",
        "Switches off Altair's limit, and its theme on.",
        chart="""
        alt.data_transformers.disable_max_rows()
        alt.theme.enable('dark')
        alt.renderers.enable('html')
        picture = alt.Chart(given).mark_bar().encode(x='step', y='index')
        """,
    ),
]

CELLS = [
    odd(
        "shell-commands",
        "Runs commands of the shell in other cells.",
        spare={
            "first": """
            !ls
            files = !ls
            !pip install altair
            after = 1
            """,
            "change": "%pip list\n%cd .",
            "source": "%%bash\nls -l\n",
            "last": "%%sh\necho x",
        },
    ),
    odd(
        "magics",
        "Uses magics, in answers too.",
        spare={
            "first": """
            %matplotlib inline
            %load_ext autoreload
            %autoreload 2
            %config InlineBackend.figure_format = 'retina'
            """,
            "source": """
            %timeit -n1 -r1 sum(range(10))
            %who
            %whos
            %lsmagic
            %precision 3
            """,
        },
        change="%%time\nchange = 116",
        steps=f"%%capture said\nsteps = {START}",
    ),
    odd(
        "unknown-magics",
        "Uses magics that do not exist here.",
        spare={"first": "%load_ext nb_black\n%sql select 1", "change": "%%R\nplot(1)"},
    ),
    odd(
        "waits-for-others",
        "Waits at the top of a cell.",
        change="""
        import asyncio

        await asyncio.sleep(0.01)

        async def answer():
            await asyncio.sleep(0)
            return 116

        change = await answer()
        """,
    ),
    odd(
        "asks-a-question",
        "Asks the reader something in a spare cell.",
        spare={"first": "name = input('Your name? ')", "last": "import getpass\ngetpass.getpass()"},
    ),
    odd(
        "draws-with-what-is-not-here",
        "Imports libraries that are not here.",
        spare={
            "first": "import matplotlib.pyplot as plt\nplt.plot([1, 2])",
            "last": "import seaborn, geopandas, torch",
        },
    ),
    odd(
        "cells-of-its-own",
        "Adds cells, and shows much in them.",
        shows="a visible mark",
        spare={
            "first": "print('a visible', 'mark')\ngiven.describe()",
            "change": "change",
            "source": "source, change",
            "steps": "display(steps)\npd.DataFrame(steps).style.format(precision=1)",
            "function": "help(overall_change)\noverall_change?",
            "last": "from IPython.display import *\ndisplay(HTML('<b>x</b>'), Markdown('*x*'), Latex('$x$'))",
        },
    ),
    odd(
        "course-tools",
        "Uses the course's own checks, cards, excerpts, hints and explorers.",
        spare={
            "first": "cj.predict('violence', 'it fell')\ncj.describe('violence_trends')",
            "change": "cj.check('02-recorded-change', 1)",
            "source": "cj.explore('figures')",
            "steps": "cj.hint('02-recorded-change')",
            "last": "cj.progress()\ncj.documents()",
        },
    ),
    odd(
        "widgets",
        "Moves sliders.",
        spare={
            "last": """
            import ipywidgets as widgets

            @widgets.interact(x=(0, 10))
            def shown(x=3):
                return x

            button = widgets.Button()
            button.on_click(print)
            button
            """
        },
    ),
    odd(
        "tests-itself",
        "Copies a test into a cell of its own, and asserts.",
        spare={
            "change": 'item = cj.item("a91-change", change, cj.Number("per cent"))\nitem.points(2)',
            "source": "assert source == 'survey'\nassert change == 7, 'no'",
        },
    ),
    odd(
        "names-of-pythons-own",
        "Calls variables by the names of Python's own functions.",
        spare={
            "first": """
            list = [1]
            str = 'x'
            type = 'survey'
            max = min = sum = 3
            len = 4
            id = 5
            input = 6
            float = int = dict = set = None
            isinstance = callable = 7
            """,
            "last": "del list, str, type, max, min, sum, len, id, input, float, int, dict, set, callable",
        },
        function="""
        def overall_change(levels):
            if levels == [] or levels[0] == 0:
                raise ValueError
            return 100 * (levels[-1] / levels[0] - 1)
        """,
    ),
    odd(
        "names-of-the-tests",
        "Calls variables by the names the tests use.",
        spare={
            "first": """
            item = 'x'
            needs = key_change = chance = None
            player = channel = request = shell = outputs = 1
            """
        },
    ),
    odd(
        "stars",
        "Imports everything from everywhere.",
        spare={
            "first": """
            from numpy import *
            from math import *
            from statistics import *
            from pandas import *
            """
        },
    ),
    odd(
        "other-words",
        "Writes in other languages, directions and letters.",
        change=(
            "# Die Veränderung über zwei Jahre 🦊 \u202eabc\u202c عربي 中文\n"
            "Änderung = façon_π = 116\nprint('🦊', Änderung)\nchange = façon_π"
        ),
    ),
    odd(
        "tabs-and-feeds",
        "Indents by tabs, ends lines as Windows does, and has form feeds.",
        function=(
            "def overall_change(levels):\n\tif not levels or not levels[0]:\n\t\traise ValueError\n"
            "\x0c\n\treturn 100 * (levels[-1] / levels[0] - 1)\r\n"
        ),
    ),
    odd(
        "own-settings",
        "Changes the settings of pandas, numpy, chance, warnings, recursion and the locale.",
        spare={
            "first": """
            import random, warnings, locale, sys
            import numpy as np
            random.seed(1)
            np.random.seed(1)
            np.set_printoptions(precision=1)
            pd.set_option('display.precision', 1)
            pd.options.mode.copy_on_write = True
            sys.setrecursionlimit(200)
            locale.setlocale(locale.LC_ALL, 'C')
            warnings.simplefilter('error')
            """
        },
    ),
    odd(
        "files-of-its-own",
        "Writes files and reads them, and those handed in, in folders it makes.",
        files={"data/levels.csv": b"level\n116\n", "notes.md": b"# Notes\n"},
        spare={
            "first": """
            import os, pathlib, tempfile
            os.makedirs('made', exist_ok=True)
            given.to_csv('made/given.csv', index=False)
            with tempfile.NamedTemporaryFile('w') as file:
                file.write('x')
            os.chdir('made')
            given = pd.read_csv('given.csv')
            os.chdir('..')
            """
        },
        change="""
        notes = pathlib.Path('notes.md').read_text()
        change = pd.read_csv('data/levels.csv')['level'].iloc[0] + 0 * len(notes)
        """,
    ),
    odd(
        "threads-of-its-own",
        "Computes in threads.",
        change="""
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(4) as four:
            change = sum(four.map(float, [16, 40, 60]))
        """,
    ),
    odd(
        "classes-of-its-own",
        "Makes classes, and answers by one's attribute.",
        change="""
        from dataclasses import dataclass

        @dataclass
        class Answer:
            value: float

        change = Answer(116.0).value
        """,
    ),
    odd(
        "deletes-what-it-used",
        "Deletes the libraries once it is done with them.",
        spare={"last": "del pd, alt, cj, given, change, source, steps"},
    ),
    odd(
        "last-result",
        "Takes the last result by its underscore.",
        spare={"first": "58 * 2"},
        change="change = _",
    ),
    odd(
        "empty-cells",
        "Leaves empty cells, and cells of comments alone.",
        spare={"first": "", "change": "# nothing", "source": "   \n\n", "last": '"""Only words."""'},
    ),
    odd(
        "exits-politely",
        "Stops a cell by raising SystemExit, as some were taught.",
        spare={"change": "import sys\nif change:\n    sys.exit()", "last": "raise SystemExit(1)"},
    ),
    odd(
        "runs-as-a-program",
        "Runs what only a program would.",
        change="if __name__ == '__main__':\n    change = 116",
    ),
    odd(
        "slow-but-fine",
        "Takes three seconds over an answer.",
        change="""
        import time

        time.sleep(3)
        change = 116
        """,
    ),
    odd(
        "walks-while-it-assigns",
        "Answers in one expression with an assignment within.",
        change="print(change := 116)",
    ),
]

KINDS = [*packed([*NUMBERS, *TABLES, *FUNCTIONS, *CHARTS]), *(way.kind() for way in CELLS)]
