"""A notebook of what the course answers with: results of checks, hints, cards and quotations."""

import nbformat

from tests.browser.lab import small_notebook

SAMPLES = {
    "check, correct": 'cj.check("02-survey-index", 69)',
    "check, not yet": 'cj.check("02-survey-index", 31)',
    "check, not yet and no known mistake": 'cj.check("02-survey-index", 12)',
    "check, not attempted": 'cj.check("02-survey-index", ...)',
    "check, cannot check": 'cj.check("02-survey-index", "sixty-nine")',
    "check of parts, correct": 'cj.check("01-tenfold", {"times": 12.5, "percent_more": 1150})',
    "check of parts, one right": 'cj.check("01-tenfold", {"times": 12.5, "percent_more": 1250})',
    "check of parts, each otherwise": 'cj.check("01-tenfold", {"times": "twelve", "percent_more": ...})',
    "check of an interval, not yet": 'cj.check("01-gap-range", [19, 19])',
    "check of verdicts, not yet": 'cj.check("01-words-hold", dict.fromkeys("ABCD", "supported"))',
    "check of a function, not yet": 'cj.check("02-factor", lambda change: change / 100)',
    "check of a chart, not yet": 'import altair as alt\ncj.check("02-chart", alt.Chart().mark_bar())',
    "hint": 'cj.hint("02-two-changes")',
    "solution": 'cj.solution("02-two-changes")',
    "prediction": 'cj.predict("02-direction", "it fell")',
    "prediction, recalled": 'cj.predict("02-direction")',
    "item of an assignment": 'cj.item("a02-two-changes", 47.4, cj.Number("per cent")).points(1)',
    "excerpt": 'cj.excerpt("plan-violence-fell-31")',
    "figure": 'cj.figure("v31-bcs")',
    "data card": 'cj.describe("recording_practice")',
    "python card": 'cj.python_card("02")',
    "error": 'cj.excerpt("plan-violence-fell-13")',
}


def samples() -> nbformat.NotebookNode:
    """Return them, one a cell after the first; the last one raises an error, as it should."""
    return small_notebook("import cjpolicy as cj", *SAMPLES.values())
