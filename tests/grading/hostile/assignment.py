"""A small assignment with every form of answer that crosses to the tests: its source, and right answers."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cjpolicy.grading.recorded import TEXT_STUB

NAME = "a91_hostile"

# Points of each item, by its short name; its grade id is a91- and that name.
WORTH = {"change": 2.0, "source": 1.0, "steps": 2.0, "function": 3.0, "chart": 2.0, "brief": 3.0}
MACHINE = tuple(name for name in WORTH if name != "brief")

SETUP = "import altair as alt\nimport pandas as pd\n\nimport cjpolicy as cj"
GIVEN = """\
given = pd.DataFrame(
    {
        "step": ["start", "wider coverage", "true level"],
        "factor": [1, 1.3, 0.85],
        "index": [100, 130, 110.5],
    }
)
given"""

STUBS = {
    "change": "change = ...",
    "source": "source = ...",
    "steps": "steps = ...",
    "function": 'def overall_change(levels):\n    """Give the change from the first level to the last."""',
    "chart": "picture = ...",
}

# What a student who has understood everything writes, the whole cell each time.
RIGHT = {
    "change": "change = 100 * (2 * 1.08 - 1)",
    "source": 'source = "survey"',
    "steps": (
        'steps = pd.DataFrame({"step": ["start", "middle", "end"], "factor": [1, 1.2, 0.75]})\n'
        'steps["index"] = 100 * steps["factor"].cumprod()'
    ),
    "function": (
        "def overall_change(levels):\n"
        '    """Give the change from the first level to the last."""\n'
        "    if not levels or levels[0] <= 0:\n"
        '        raise ValueError("There is no level to start from.")\n'
        "    return 100 * (levels[-1] / levels[0] - 1)"
    ),
    "chart": 'picture = alt.Chart(given).mark_bar().encode(x=alt.X("step", sort=None), y="index")\npicture',
    "brief": "The survey and the records count different things.",
}

TABLE = '{"step": ["start", "middle", "end"], "factor": [1, 1.2, 0.75], "index": [100, 120, 90]}'

# The same without pandas, Altair or the given table, for those who have spoilt them.
PLAIN = {
    **RIGHT,
    "steps": f"steps = {TABLE}",
    "chart": (
        "picture = {\n"
        '    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",\n'
        '    "data": {"values": [{"a": "x", "b": 100}, {"a": "y", "b": 130}, {"a": "z", "b": 110.5}]},\n'
        '    "mark": "bar",\n'
        '    "encoding": {\n'
        '        "x": {"field": "a", "type": "nominal"}, "y": {"field": "b", "type": "quantitative"}\n'
        "    },\n"
        "}"
    ),
}

# Each earns nothing.
WRONG = {
    "change": "change = 108",
    "source": 'source = "police records"',
    "steps": 'steps = {"step": ["start", "middle", "end"], "factor": [3, 3, 3], "index": [7, 7, 7]}',
    "function": "def overall_change(levels):\n    return levels[-1] - levels[0]",
    "chart": (
        'cut = alt.Y("b", scale=alt.Scale(zero=False))\n'
        'picture = alt.Chart(pd.DataFrame({"a": ["x"], "b": [4]})).mark_bar().encode(x="a", y=cut)'
    ),
    "brief": "",
}

TESTS = {
    "change": """\
\"\"\"Two changes in a row multiply.\"\"\"
item = cj.item("a91-change", change, cj.Number("per cent"))
### BEGIN HIDDEN TESTS
key_token = "TOKEN"
item.expect(116, slips={"added-percentages": 108})
### END HIDDEN TESTS
item.points(2)""",
    "source": """\
\"\"\"Who counted is told apart.\"\"\"
item = cj.item("a91-source", source, cj.Choice(["survey", "police records"]))
### BEGIN HIDDEN TESTS
key_token = "TOKEN"
item.expect("survey", slips={"definition-drift:source": "police records"})
### END HIDDEN TESTS
item.points(1)""",
    "steps": """\
\"\"\"Changes become factors, and the index runs on from row to row.\"\"\"
item = cj.item(
    "a91-steps", steps, cj.Frame(by="step", factor=cj.Number("factor"), index=cj.Number("index, start = 100"))
)
### BEGIN HIDDEN TESTS
key_token = "TOKEN"
item.expect(
    {"step": ["start", "middle", "end"], "factor": [1, 1.2, 0.75], "index": [100, 120, 90]},
    within={"factor": 0.005, "index": 0.05},
    slips={"index": {"change-for-level:not-cumulated": [100, 120, 75]}},
)
### END HIDDEN TESTS
item.points(2)""",
    "function": """\
\"\"\"The function compares the last level with the first, and refuses what has no level to start from.\"\"\"
item = cj.item("a91-function", overall_change, cj.Function("levels", returns=cj.Number("per cent")))
### BEGIN HIDDEN TESTS
key_token = "TOKEN"


def key_change(levels):
    return 100 * (levels[-1] / levels[0] - 1)


item.expect(
    key_change,
    cases={
        "fresh levels": [
            ([item.chance.randint(20, 90), item.chance.randint(20, 400), item.chance.randint(100, 400)],)
            for _ in range(6)
        ]
    },
    refuses=[([],), ([0, 5],)],
    within=0.05,
    slips={
        "wrong-base:new": lambda levels: 100 * (levels[-1] - levels[0]) / levels[-1],
        "change-for-level:factor": lambda levels: 100 * levels[-1] / levels[0],
    },
)
### END HIDDEN TESTS
item.points(3)""",
    "chart": """\
\"\"\"The chart shows the index, on bars that start at zero.\"\"\"
item = cj.item("a91-chart", picture, cj.Chart())
### BEGIN HIDDEN TESTS
from cjpolicy.answers import charts as needs

key_token = "TOKEN"
item.expect(
    {"the index": [needs.shows(given["index"].to_list())], "honest": [needs.starts_at_zero()]},
    slips={"change-for-level": given["factor"].to_list()},
)
### END HIDDEN TESTS
item.points(2)""",
}


def _about(grade_id: str, **about: bool | float) -> dict[str, object]:
    kind = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": {**kind, "grade_id": grade_id, **about}}


def _solution(name: str) -> str:
    """Put a right answer between the marks nbgrader looks for; a function keeps its first two lines."""
    lines = RIGHT[name].split("\n")
    kept = 2 if name == "function" else 0
    indent = "    " if kept else ""
    stub = lines[:kept] if kept else [STUBS[name]]
    marks = [f"{indent}### BEGIN SOLUTION", *lines[kept:], f"{indent}### END SOLUTION"]
    return "\n".join([*stub, *marks])


def source_notebook(token: str) -> nbformat.NotebookNode:
    """Return the source, with a secret in its hidden tests that nobody outside must ever see."""
    cells = [
        new_code_cell(SETUP, id="a91-setup", metadata=_about("a91-setup", locked=True)),
        new_code_cell(GIVEN, id="a91-given", metadata=_about("a91-given", locked=True)),
    ]
    for name in MACHINE:
        id = f"a91-{name}"
        ask = _about(f"{id}-ask", locked=True)
        cells += [
            new_markdown_cell(f"## {name.capitalize()}\n\nAnswer below.", id=f"{id}-ask", metadata=ask),
            new_code_cell(_solution(name), id=id, metadata=_about(f"{id}-answer", solution=True)),
            new_code_cell(
                TESTS[name].replace("TOKEN", token),
                id=f"{id}-check",
                metadata=_about(id, grade=True, locked=True, points=WORTH[name]),
            ),
        ]
    written = _about("a91-brief", grade=True, solution=True, points=WORTH["brief"])
    cells.append(new_markdown_cell("A model answer.", id="a91-brief", metadata=written))
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


BLANK_BRIEF = TEXT_STUB
