"""The questions of unit 02, counting violence."""

from __future__ import annotations

from ..answers import Chart, Choice, Function, Number, Verdicts
from ..answers.charts import compares_with, keeps_order, shows, starts_at_zero
from ..catalogue import figure
from . import Question

STEPS = ("start", "coverage", "standard", "reporting", "true level")


def factor(change: float) -> float:
    """Turn a change in per cent into the factor it multiplies by."""
    return 1 + change / 100


def questions() -> list[Question]:
    """Build the unit's questions from the plan's own figures."""
    fall = figure("v31-bcs").value
    coverage = figure("coverage-change-80").value
    standard = figure("ncrs-20").value
    before, after = figure("reporting-35-1999").value, figure("reporting-43-2006").value
    wounding, minor = figure("wounding-fall-28-bcs").value, figure("minor-injury-fall-52-bcs").value

    two_changes = 100 * (factor(coverage) * factor(standard) - 1)
    reporting = 100 * (after / before - 1)
    factors = [1.0, factor(coverage), factor(standard), after / before, factor(-fall)]
    index = [100.0]
    for step in factors[1:]:
        index.append(index[-1] * step)
    minor_share = 100 * (fall - wounding) / (minor - wounding)

    return [
        Question(
            "02-survey-index",
            Number("index, 1997 = 100"),
            100 - fall,
            hints=(
                "An index sets the first year at 100. Every other year is then so many per hundred of the first.",
                "A fall takes something away from the 100. What is left is the level.",
            ),
            solution='fall = cj.figure("v31-bcs").value\nanswer = 100 - fall',
            why="A change says how far; a level says where you are. Many arguments mix the two.",
            options={"within": 0.05, "slips": {"change-for-level": [fall, -fall]}},
        ),
        Question(
            "02-missing-words",
            Choice(["according to the BCS", "since 1997", "by 31 per cent", "in England and Wales"]),
            "according to the BCS",
            hints=(
                "Lay the two sentences side by side and cross out what they share.",
                "One of the two says who did the counting. The other leaves it out.",
            ),
            solution='answer = "according to the BCS"',
            why="Without those words a reader may take the figure for a count of every violent crime, by anybody.",
            options={"slips": {"definition-drift": ["since 1997", "by 31 per cent", "in England and Wales"]}},
        ),
        Question(
            "02-factor",
            Function("change", returns=Number()),
            factor,
            hints=(
                "No change at all should give 1. A rise of 100 per cent should give 2.",
                "Divide the change by 100 to make it a share of the start. The start itself is still there: add it.",
            ),
            solution="def factor(change):\n    return 1 + change / 100\n\nanswer = factor",
            why="Factors are the honest way to chain changes: whatever comes next multiplies what is there.",
            options={
                "cases": {"rises": [(80,), (20,), (150,)], "falls": [(-31,), (-100,)], "no change": [(0,)]},
                "within": 1e-6,
                "slips": {
                    "change-for-level": lambda change: change / 100,
                    "unit-slip": lambda change: 1 + change,
                    "change-for-level:factor": lambda change: 100 + change,
                },
            },
        ),
        Question(
            "02-two-changes",
            Number("per cent"),
            two_changes,
            hints=(
                "Start from 100 offences. How many are recorded after the first change? The second works on those.",
                "Multiply the two factors. Then ask how much more than the start that is.",
            ),
            solution="answer = 100 * (1.80 * 1.20 - 1)",
            why="The second change counts the newcomers too. Adding forgets them.",
            options={
                "within": 0.05,
                "slips": {
                    "added-percentages": coverage + standard,
                    "change-for-level:factor": two_changes + 100,
                    "change-for-level": (two_changes + 100) / 100,
                    "change-for-level:one-factor": 100 * (coverage / 100) * factor(standard),
                },
            },
        ),
        Question(
            "02-reporting",
            Number("per cent"),
            reporting,
            hints=(
                "Two percentages are 8 points apart. The question is how much that is, of where it started.",
                "Of every 100 incidents so many were reported at first, and so many later. How many times the first is the second?",
            ),
            solution="answer = 100 * (43 / 35 - 1)",
            why="If nothing else changes, records grow by this per cent, not by the points.",
            options={
                "within": 0.15,
                "slips": {
                    "points-for-percent": after - before,
                    "wrong-base:new": 100 * (after - before) / after,
                    "change-for-level:factor": 100 * after / before,
                },
            },
        ),
        Question(
            "02-recorded-change",
            Number("per cent"),
            index[-1] - 100,
            hints=(
                "The last row of the table is a level, with 1997 at 100.",
                "The question asks for the change from the start. What do you take away?",
            ),
            solution="index = 100 * 1.80 * 1.20 * (43 / 35) * 0.69\nanswer = index - 100",
            why="A fall of about a third, counted by ever wider and keener records, looks like a steep rise.",
            options={
                "within": 0.5,
                "slips": {
                    "change-for-level:factor": index[-1],
                    "added-percentages": [
                        coverage + standard + (after - before) - fall,
                        coverage + standard + reporting - fall,
                    ],
                    "change-for-level": index[-1] / 100,
                    "points-for-percent": index[2] * (1 + (after - before) / 100) * factor(-fall) - 100,
                },
            },
        ),
        Question(
            "02-chart",
            Chart(),
            {
                "the index, step by step": [shows(index), keeps_order(STEPS), starts_at_zero()],
                "the survey beside it": [compares_with([100 - fall])],
            },
            hints=(
                "The bars come from the table: the step along one axis, the index along the other, with sort=None.",
                "The second layer is a rule: its own little table with one row and one column. Add the two with +.",
            ),
            solution=(
                "steps = pd.DataFrame({\n"
                '    "step": ["start", "coverage", "standard", "reporting", "true level"],\n'
                '    "factor": [1, 1.80, 1.20, 43 / 35, 0.69],\n'
                "})\n"
                'steps = steps.assign(index=100 * steps["factor"].cumprod())\n'
                'bars = alt.Chart(steps).mark_bar().encode(x=alt.X("step", sort=None), y="index")\n'
                'survey = alt.Chart(pd.DataFrame({"index": [69]})).mark_rule().encode(y="index")\n'
                "answer = bars + survey"
            ),
            why="One picture now holds both sources, and the eye sees where they part.",
            options={"slips": {"change-for-level": factors}},
        ),
        Question(
            "02-minor-share",
            Number("per cent"),
            minor_share,
            hints=(
                "If all violence were wounding the whole would have fallen by 28. If all were minor injury, by 52.",
                "31 lies between the two. How far along the way from 28 to 52 is it?",
            ),
            solution="answer = 100 * (31 - 28) / (52 - 28)",
            why="A large fall in a small part moves the whole only a little. The other categories were not printed.",
            options={
                "within": 0.1,
                "slips": {
                    "unweighted-mean": [(wounding + minor) / 2, 50],
                    "wrong-denominator": [100 * (fall - wounding) / fall, 100 * (fall - wounding) / minor],
                    "points-for-percent": fall - wounding,
                },
            },
        ),
        Question(
            "02-voices",
            Verdicts("A", "B", "C", "D"),
            {"A": "supported", "B": "cannot tell", "C": "supported", "D": "contradicted"},
            hints=(
                "For each, ask which of our figures could settle it. A figure on counting settles nothing about causes.",
                "Your own chain shows what can happen to records when the true level falls. Which claim says that it cannot happen?",
            ),
            solution='answer = {"A": "supported", "B": "cannot tell", "C": "supported", "D": "contradicted"}',
            why="Nothing here shows what would have happened without the police, the powers and the sentences. That needs a comparison.",
            options={
                "slips": {
                    "A": {"absence-as-evidence": "contradicted"},
                    "B": {"before-after-as-effect": "supported", "absence-as-evidence": "contradicted"},
                    "C": {"definition-drift": "contradicted"},
                    "D": {"definition-drift": ["supported", "cannot tell"]},
                }
            },
        ),
    ]
