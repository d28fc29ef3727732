"""Honest students, right and wrong: what they earn must not change, whoever sits beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .assignment import BLANK_BRIEF, PLAIN, RIGHT, STUBS, WRONG
from .kinds import FULL, Maker, Points, points, work


@dataclass(frozen=True)
class Honest:
    """One honest student.

    Parameters
    ----------
    name
        Part of the student's id.
    make
        Makes the submission.
    points
        By short item name.
    slips
        By short item name, the misconceptions that must be reported.
    """

    name: str
    make: Maker
    points: Mapping[str, Points] = field(default_factory=lambda: FULL)
    slips: Mapping[str, list[str]] = field(default_factory=dict)


WITHOUT_REFUSAL = "def overall_change(levels):\n    return 100 * (levels[-1] / levels[0] - 1)"
WRONG_BASE = """
def overall_change(levels):
    if not levels or levels[0] <= 0:
        raise ValueError("No level to start from.")
    return 100 * (levels[-1] - levels[0]) / levels[-1]
"""
FACTOR = """
def overall_change(levels):
    if len(levels) == 0 or levels[0] == 0:
        raise ValueError
    return 100 * levels[-1] / levels[0]
"""
NOT_CUMULATED = """
steps = pd.DataFrame(
    {"step": ["start", "middle", "end"], "factor": [1, 1.2, 0.75], "index": [100, 120, 75]}
)
"""
CUT_AXIS = """
scale = alt.Scale(domain=[90, 140])
picture = alt.Chart(given).mark_bar().encode(x=alt.X("step", sort=None), y=alt.Y("index", scale=scale))
"""
FACTORS_DRAWN = 'picture = alt.Chart(given).mark_bar().encode(x=alt.X("step", sort=None), y="factor")'
NOTHING = {**STUBS, "brief": BLANK_BRIEF}

# Written answers wait for a person; one left as it came earns nothing, as nbgrader has it.
BLANK = dict.fromkeys(RIGHT, 0.0)

CLASS = (
    Honest("ada-all-right", work()),
    Honest(
        "ben-all-right-in-another-way", work(PLAIN, change="change = [116.0]", source='source = " Survey"')
    ),
    Honest(
        "cat-adds-the-changes",
        work(change="change = 100 + 8"),
        points(change=0.0),
        {"change": ["added-percentages"]},
    ),
    Honest(
        "dev-takes-the-other-source",
        work(source='source = "police records"'),
        points(source=0.0),
        {"source": ["definition-drift:source"]},
    ),
    Honest(
        "eve-does-not-cumulate",
        work(steps=NOT_CUMULATED),
        points(steps=1.0),
        {"steps": ["change-for-level:not-cumulated"]},
    ),
    Honest("fay-refuses-nothing", work(function=WITHOUT_REFUSAL), points(function=1.5)),
    Honest(
        "gus-takes-the-new-base",
        work(function=WRONG_BASE, change="change = 116.0"),
        points(function=1.5),
        {"function": ["wrong-base:new"]},
    ),
    Honest("hal-cuts-the-axis", work(chart=CUT_AXIS), points(chart=1.0), {"chart": ["chart-cut-axis"]}),
    Honest(
        "ivy-draws-the-factors", work(chart=FACTORS_DRAWN), points(chart=1.0), {"chart": ["change-for-level"]}
    ),
    Honest("jon-loses-the-sign", work(change="change = -116"), points(change=1.0), {"change": ["slip-sign"]}),
    Honest("kim-hands-in-nothing", work(NOTHING), BLANK),
    Honest(
        "lea-gets-it-all-wrong",
        work({**WRONG, "brief": "I do not know."}, function=FACTOR),
        {**BLANK, "function": 1.5, "brief": None},
        {
            "change": ["added-percentages"],
            "source": ["definition-drift:source"],
            "function": ["change-for-level:factor"],
            "chart": ["chart-wrong-quantity", "chart-cut-axis"],
        },
    ),
    Honest(
        "mia-stops-half-way",
        work({**NOTHING, "change": "change = 116", "source": 'source = "survey"'}),
        {**BLANK, "change": 2.0, "source": 1.0},
    ),
    Honest("zoe-all-right", work()),
)
