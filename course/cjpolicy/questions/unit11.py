"""The questions of unit 11, did treatment make it worse."""

from __future__ import annotations

from math import exp

from ..answers import Choice, Interval, Number, Verdicts
from ..catalogue import figure
from . import Question

# How far a 95 per cent interval reaches, in standard errors.
SURE = 1.96
# A rate printed to one decimal place stands for up to so much more or less, in percentage points.
HALF = 0.05
BLANKS = (
    "that no rates are printed for these outcomes",
    "that nobody had any of these events",
    "that the rates were the same in both groups",
)
MEANINGS = (
    "the chance that the programme does nothing",
    "how often chance alone would make a difference at least this large, if there were none",
    "how large the difference is",
    "the chance that the study is wrong",
)
REQUESTS = (
    "the results for all twenty outcomes",
    "a smaller p value for the same outcome",
    "more people who say that the scheme helped them",
)
STUDY = (
    'treated = cj.figure("sotp-treated-10-0").value\n'
    'matched = cj.figure("sotp-comparison-8-0").value\n'
    'treated_all = cj.figure("sotp-treated-2562").value\n'
    'matched_all = cj.figure("sotp-comparison-13219").value\n'
)
IMPORT = "from statsmodels.stats import proportion\n\n"


def odds(percent: float) -> float:
    """Return how many with the event there are for each without it.

    Examples
    --------
    >>> odds(20)
    0.25
    """
    return percent / (100 - percent)


def difference_error(first: float, first_all: float, second: float, second_all: float) -> float:
    """Return the standard error of the difference between two shares, all in per cent, not pooled.

    Examples
    --------
    >>> round(difference_error(50, 100, 50, 100), 2)
    7.07
    """
    return float((first * (100 - first) / first_all + second * (100 - second) / second_all) ** 0.5)


def p_value(first: float, first_all: float, second: float, second_all: float) -> tuple[float, float]:
    """Return z and the two-sided p value of two shares in per cent, pooled.

    Examples
    --------
    >>> [round(number, 3) for number in p_value(60, 100, 50, 100)]
    [1.421, 0.155]
    """
    from math import erfc, sqrt

    pooled = (first * first_all + second * second_all) / (first_all + second_all)
    z = (first - second) / sqrt(pooled * (100 - pooled) * (1 / first_all + 1 / second_all))
    return z, erfc(abs(z) / sqrt(2))


def questions() -> list[Question]:
    """Build the unit's questions from the evaluation's own figures."""
    treated, matched = figure("sotp-treated-10-0").value, figure("sotp-comparison-8-0").value
    treated_all, matched_all = figure("sotp-treated-2562").value, figure("sotp-comparison-13219").value
    points = treated - matched
    more = 100 * (treated / matched - 1)
    odds_ratio = odds(treated) / odds(matched)
    one_in = 100 / points
    extra = treated_all * points / 100

    least = 100 * ((treated - HALF) / (matched + HALF) - 1)
    most = 100 * ((treated + HALF) / (matched - HALF) - 1)
    together = [
        (100 * ((treated + one) / (matched + one) - 1), 100 * ((treated + other) / (matched + other) - 1))
        for one, other in ((HALF, -HALF), (-HALF, HALF))
    ]

    error = difference_error(treated, treated_all, matched, matched_all)
    interval = (points - SURE * error, points + SURE * error)
    reach = (
        SURE * ((100 - treated) / (treated * treated_all) + (100 - matched) / (matched * matched_all)) ** 0.5
    )
    ratio = (treated / matched * exp(-reach), treated / matched * exp(reach))
    few = 500
    few_z, few_p = p_value(treated, few, matched, few)
    z, p = p_value(treated, treated_all, matched, matched_all)
    outcomes, level = 20, 0.05
    at_least_one = 100 * (1 - (1 - level) ** outcomes)

    return [
        Question(
            "11-empty-row",
            Choice(BLANKS),
            BLANKS[0],
            hints=(
                "The row has a word in its last column. Is that word a number?",
                "A blank is what we do not have. Does it say why we do not have it?",
            ),
            solution=f'answer = "{BLANKS[0]}"',
            why="Similar is what the summary says of them, in one word for all. How alike, and how many, it leaves out.",
            options={"slips": {"absence-as-evidence:blank": list(BLANKS[1:])}},
        ),
        Question(
            "11-difference",
            Number("percentage points"),
            points,
            hints=(
                "Of 100 in each group, how many had the event? How far apart are the two numbers?",
                "Take the lower share away from the higher.",
            ),
            solution=f"{STUDY}answer = treated - matched",
            why="This is the risk difference. It counts people: so many more in every hundred.",
            options={
                "within": 0.05,
                "slips": {"relative-for-absolute:points": [more, more / 100, treated / matched]},
            },
        ),
        Question(
            "11-more-likely",
            Number("per cent"),
            more,
            hints=(
                "The matched are the base. How big is the difference beside it?",
                "Divide the one share by the other. A result of 1 would be no difference at all.",
            ),
            solution=f"{STUDY}answer = 100 * (treated / matched - 1)",
            why="This is the newspaper's number. The division itself is the relative risk.",
            options={
                "within": 0.1,
                "slips": {
                    "relative-for-absolute:more": points,
                    "change-for-level:times-as-likely": [100 * treated / matched, treated / matched],
                    "wrong-base:compared": [100 * points / treated, -100 * points / treated],
                    "definition-drift:odds": 100 * (odds_ratio - 1),
                },
            },
        ),
        Question(
            "11-odds-ratio",
            Number("times", decimals=2),
            odds_ratio,
            hints=(
                "For each group: how many had the event, for each one who had not? Those are the odds.",
                "Of 100 treated, divide those with the event by those without it. Do the same for the "
                "matched, and divide the first result by the second.",
            ),
            solution=f"{STUDY}answer = (treated / (100 - treated)) / (matched / (100 - matched))",
            why="For a rare event odds and risks are nearly alike. For a common one they part.",
            options={
                "within": 0.006,
                "slips": {
                    "definition-drift:risk": treated / matched,
                    "wrong-denominator:upside-down": 1 / odds_ratio,
                    "change-for-level": [100 * (odds_ratio - 1), odds_ratio - 1],
                    "points-for-percent:times": odds(treated) - odds(matched),
                },
            },
        ),
        Question(
            "11-one-in",
            Number("people"),
            one_in,
            hints=(
                "So many more in every hundred. For how many people is that one more?",
                "Divide a hundred by the risk difference.",
            ),
            solution=f"{STUDY}answer = 100 / (treated - matched)",
            why="It is one more with the event if the whole difference is the programme's doing. That is not shown.",
            options={
                "within": 0.4,
                "slips_within": 0.005,
                "slips": {
                    "relative-for-absolute:number": [100 / more, more],
                    "wrong-denominator:upside-down": points / 100,
                    "wrong-denominator:group-share": [100 / treated, 100 / matched],
                },
            },
        ),
        Question(
            "11-rounding",
            Interval("per cent", decimals=1),
            (least, most),
            hints=(
                "Each share stands for all that would be printed so. Which end of which makes the ratio smallest?",
                "For the lowest: the lowest that the treated share may be, over the highest that the matched "
                "share may be. For the highest, the other way round.",
            ),
            solution=("answer = (100 * (9.95 / 8.05 - 1), 100 * (10.05 / 7.95 - 1))"),
            why="The printed shares allow a little less than the newspaper's number, and a little more.",
            options={
                "within": 0.06,
                "slips": {
                    "rounded-as-exact:tenth": [
                        (more, more),
                        (more - HALF, more + HALF),
                        (more - 0.5, more + 0.5),
                        (100 * ((treated - HALF) / matched - 1), 100 * ((treated + HALF) / matched - 1)),
                        (100 * (treated / (matched + HALF) - 1), 100 * (treated / (matched - HALF) - 1)),
                    ],
                    "rounded-as-exact:ends-together": together,
                    "rounded-as-exact:last-digit": (
                        100 * ((treated - 0.5) / (matched + 0.5) - 1),
                        100 * ((treated + 0.5) / (matched - 0.5) - 1),
                    ),
                    "relative-for-absolute:more": (points - 2 * HALF, points + 2 * HALF),
                    "change-for-level:times-as-likely": [
                        (1 + least / 100, 1 + most / 100),
                        (100 + least, 100 + most),
                    ],
                },
            },
        ),
        Question(
            "11-extra",
            Number("people"),
            extra,
            hints=(
                "How many of those who started would have had the event at the rate of the matched? How many had?",
                "Take the risk difference, as a share, of all who started.",
            ),
            solution=f"{STUDY}answer = treated_all * (treated - matched) / 100",
            why="It is a number of people with the event, not of people harmed, nor of events.",
            options={
                # Whole men, from a share of each group, come out within one of it.
                "within": 1.1,
                "slips": {
                    "relative-for-absolute:everyone": [
                        treated_all * more / 100,
                        treated_all * treated / 100 * more / 100,
                    ],
                    "wrong-denominator:other-group": [
                        matched_all * points / 100,
                        (treated_all + matched_all) * points / 100,
                    ],
                    "change-for-level": treated_all * treated / 100,
                    "slip-other-rows:part": treated_all * matched / 100,
                    "count-for-rate:groups": (matched_all * matched - treated_all * treated) / 100,
                },
            },
        ),
        Question(
            "11-interval",
            Interval("percentage points", decimals=1),
            interval,
            hints=(
                "The call of the example takes four numbers: cases and all of the one group, then of the other.",
                "The function hands back shares. The question asks for percentage points: times a hundred.",
            ),
            solution=(
                f"{STUDY}\n{IMPORT}"
                "ends = proportion.confint_proportions_2indep(256, treated_all, 1058, matched_all)\n"
                "answer = (100 * ends[0], 100 * ends[1])"
            ),
            why="Differences from under one point to over three would all fit what was seen.",
            options={
                # Wide enough for the formula and for each of the library's methods.
                "within": 0.08,
                "slips": {
                    "rounded-as-exact:not-chance": (points - 2 * HALF, points + 2 * HALF),
                    "noise-as-change:one-error-of-difference": (points - error, points + error),
                    "noise-as-change:one-group": (
                        treated - SURE * (treated * (100 - treated) / treated_all) ** 0.5,
                        treated + SURE * (treated * (100 - treated) / treated_all) ** 0.5,
                    ),
                    "relative-for-absolute:ratio": [ratio, (100 * (ratio[0] - 1), 100 * (ratio[1] - 1))],
                    "unit-slip": (interval[0] / 100, interval[1] / 100),
                    "slip-sign": [
                        (-interval[1], -interval[0]),
                        (interval[1] * -1 - 0.05, -interval[0] - 0.05),
                    ],
                },
            },
        ),
        Question(
            "11-p-small",
            Number("", decimals=2),
            few_p,
            hints=(
                "Of 500 with a share of 10 per cent, how many had the event? And of 500 with 8 per cent?",
                "The call takes a list of the two counts, then a list of the two groups' sizes. It hands back "
                "z first, then p.",
            ),
            solution=f"{IMPORT}z, p = proportion.proportions_ztest([50, 40], [500, 500])\nanswer = p",
            why="The same two shares, in fewer people: chance alone would often make such a difference.",
            options={
                "within": 0.011,
                "slips": {
                    "slip-other-rows:z": few_z,
                    "slip-other-rows:one-sided": few_p / 2,
                    "slip-other-rows:study": [p, z],
                    "slip-complement:p": 1 - few_p,
                    "count-for-rate:per-cent": [p_value(2, few, 1.6, few)[1], p_value(10, 100, 8, 100)[1]],
                },
            },
        ),
        Question(
            "11-p-means",
            Choice(MEANINGS),
            MEANINGS[1],
            hints=(
                "What was supposed, before the p value was worked out?",
                "It starts from a world without a difference, and asks what would be seen there.",
            ),
            solution=f'answer = "{MEANINGS[1]}"',
            why="It starts from no difference and looks at the data. It does not start from the data.",
            options={
                "slips": {
                    "inverse-conditional:p-value": [MEANINGS[0], MEANINGS[3]],
                    "significance-for-size:number": MEANINGS[2],
                },
            },
        ),
        Question(
            "11-any-of-twenty",
            Number("per cent", decimals=1),
            at_least_one,
            hints=(
                "One test stays quiet 95 times in 100. How often do all twenty stay quiet?",
                "Multiply 0.95 by itself twenty times: a power. Then take what is left from the whole.",
            ),
            solution="answer = 100 * (1 - 0.95**20)",
            why="Whoever looks at many outcomes is likely to find something, where there is nothing to find.",
            options={
                "within": 0.2,
                "slips": {
                    "divided-compound:tests": [100 * outcomes * level, outcomes * level],
                    "slip-complement:none": 100 - at_least_one,
                    "noise-as-change:one-test": 100 * level,
                },
            },
        ),
        Question(
            "11-selective",
            Choice(REQUESTS),
            REQUESTS[0],
            hints=(
                "Twenty were looked at, one is printed. What do you not see?",
                "How unusual a result is depends on how many results there were to choose from.",
            ),
            solution=f'answer = "{REQUESTS[0]}"',
            why="One result picked out of many cannot be weighed without the many.",
            options={
                "slips": {
                    "significance-for-size:picked": REQUESTS[1],
                    "seen-as-whole:voices": REQUESTS[2],
                },
            },
        ),
        Question(
            "11-voices",
            Verdicts("A", "B", "C", "D"),
            {"A": "supported", "B": "supported", "C": "contradicted", "D": "cannot tell"},
            hints=(
                "Which of the claims only say what was found, and which says what brought it about?",
                "Put each claim beside the two shares and their interval, not beside what you think of it.",
            ),
            solution='answer = {"A": "supported", "B": "supported", "C": "contradicted", "D": "cannot tell"}',
            why="What was found can be read off. What made the difference needs more than a difference.",
            options={
                "slips": {
                    "A": {
                        "relative-for-absolute": "contradicted",
                        "absence-as-evidence:bare": "cannot tell",
                    },
                    "B": {
                        "significance-for-size:not-shown": "contradicted",
                        "absence-as-evidence:not-shown": "cannot tell",
                    },
                    "C": {
                        "significance-for-size:similar": "supported",
                        "absence-as-evidence:bare": "cannot tell",
                    },
                    "D": {
                        "before-after-as-effect:difference": "supported",
                        "absence-as-evidence": "contradicted",
                    },
                }
            },
        ),
    ]
