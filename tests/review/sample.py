"""The sample assignment with questions, a quotation, a chart and recorded answers."""

from pathlib import Path

import nbformat

from tests.grading.sample import NAME, cell, sample, sample_course, write

RECORDED = """
[items.a90-two-changes]
points = 2
ideas = ["changes multiply"]
figures = ["v31-bcs"]
right = ["change = 116", "change = 116.0  # another way"]
[[items.a90-two-changes.wrong]]
code = "change = 100"
slip = "added-percentages"
points = 0

[items.a90-level]
points = 2
ideas = ["a level is no change"]
figures = []
right = ["level = 69"]
[[items.a90-level.wrong]]
code = "level = 100"
slip = "added-percentages"
points = 0

[items.a90-chart]
points = 1
ideas = ["a picture"]
figures = []
right = ["picture = bars"]

[items.a90-brief]
points = 3
ideas = ["say what is counted"]
figures = []
written = true
rubric = ["Nothing.", "Something.", "Most.", "All."]
[[items.a90-brief.samples]]
level = 2
text = "A middling answer."
"""

ASKED = "## 1. Two changes (2 points)\n\nBy how much? <script>alert(1)</script>"
CHART = """
picture = ...
### BEGIN SOLUTION
picture = bars
### END SOLUTION
picture
""".strip()
CHART_TEST = '''
"""The chart shows three."""
item = cj.item("a90-chart", picture, cj.Chart())
### BEGIN HIDDEN TESTS
from cjpolicy.answers import charts as needs

item.expect({"three": [needs.shows([3])]})
### END HIDDEN TESTS
item.points(1)
'''.strip()
DATA = """
import altair as alt
import pandas as pd

bars = alt.Chart(pd.DataFrame({"n": [3]})).mark_bar().encode(y="n")
""".strip()


def given(id: str, source: str, kind: str = "code") -> nbformat.NotebookNode:
    return cell(kind, id, source, locked=True, grade_id=id)


def notebook() -> nbformat.NotebookNode:
    """Return the source notebook."""
    made = sample()
    imports, first, first_test, level, level_test, brief = made.cells
    made.cells = [
        imports,
        given("a90-before", 'cj.excerpt("plan-day-of-action")'),
        given("a90-two-changes-ask", ASKED, "text"),
        given("a90-quoted", 'cj.excerpt("plan-violence-fell-31")'),
        first,
        first_test,
        level,
        level_test,
        given("a90-bars", DATA),
        cell("code", "a90-picture", CHART, solution=True, grade_id="a90-chart-answer"),
        cell(
            "code", "a90-picture-check", CHART_TEST, grade=True, locked=True, points=1.0, grade_id="a90-chart"
        ),
        brief,
    ]
    return made


def review_course(root: Path) -> Path:
    """Make a clone that holds only the sample, and return its source notebook."""
    sample_course(root)
    (root / "solutions" / f"{NAME}.toml").write_text(RECORDED)
    return write(notebook(), root / "solutions" / NAME / f"{NAME}.ipynb")


def edit(path: Path, old: str, new: str) -> None:
    """Change some words of a file that stand there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
