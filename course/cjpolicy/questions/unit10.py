"""The questions of unit 10, ninety-eight cases."""

from __future__ import annotations

from ..answers import Choice, Frame, Interval, Number, Parts, Verdicts
from ..catalogue import figure
from ..intervals import exact, plain, rule_of_three, wilson, worth
from . import Question

SAID = ("printed", "implied", "not stated")
WAYS = ("by chance", "as the worst cases", "not said")
# What the simulations of the lesson come to with its own seed; another seed gives another count near it.
FEW_OF_1000, MISSED_OF_1000 = 125, 203
OTHER_SEEDS = {"few": 32, "missed": 40}


def others(found: int, looked: int) -> dict[str, list[tuple[float, float]]]:
    """Return the intervals that are not Wilson's, by the mistake that each is."""
    ways = (way(found, looked) for way in (wilson, exact, plain))
    shares = [(low / 100, high / 100) for low, high in ways]
    low, high = plain(found, looked)
    share = 100 * found / looked
    return {
        "unit-slip": shares,
        "noise-as-change:plain": [(low, high), (max(0.0, low), high)],
        "noise-as-change:exact": [exact(found, looked)],
        "noise-as-change": [(share, share)],
    }


def questions() -> list[Question]:
    """Build the unit's questions from the figures that the documents print."""
    cases = int(figure("ttg-sample-98").value)
    housed, mentored = int(figure("edm-2-accommodation").value), int(figure("ttg-1-mentored").value)
    prisons = figure("ttg-9-prisons").value
    # Ours: suppose that so many of the 98 had nowhere to go. No document says how many.
    in_need = 12
    three = [(0, cases), (mentored, cases), (housed, cases)]
    lows, highs = zip(*(wilson(*each) for each in three), strict=True)
    plain_lows, plain_highs = zip(*(plain(*each) for each in three), strict=True)
    exact_lows, exact_highs = zip(*(exact(*each) for each in three), strict=True)
    tenth = worth(cases, cases / prisons, 0.1)

    return [
        Question(
            "10-who",
            Parts(
                who=Choice(["all prisoners", "long-term prisoners", "homeless prisoners"]),
                chosen=Choice(list(WAYS)),
                mentored_98=Choice(list(SAID)),
                employment_98=Choice(list(SAID)),
            ),
            {
                "who": "long-term prisoners",
                "chosen": "not said",
                "mentored_98": "printed",
                "employment_98": "implied",
            },
            hints=(
                "Two excerpts and the table have it all. Which words say who the 98 are?",
                "Read the column looked_at_said for the two rows, and the card's caveats for how the cases were chosen.",
            ),
            solution=(
                "answer = {\n"
                '    "who": "long-term prisoners",\n'
                '    "chosen": "not said",\n'
                '    "mentored_98": "printed",\n'
                '    "employment_98": "implied",\n'
                "}"
            ),
            why="An interval describes a sample drawn by chance. These words do not say that this is one: keep that in mind to the end.",
            options={
                "slips": {
                    "who": {"wrong-denominator:words": ["all prisoners", "homeless prisoners"]},
                    "chosen": {"seen-as-whole:chosen": ["by chance", "as the worst cases"]},
                    "mentored_98": {"definition-drift:looked-at": ["implied", "not stated"]},
                    "employment_98": {"definition-drift:looked-at": ["printed", "not stated"]},
                }
            },
        ),
        Question(
            "10-another-sample",
            Number("inspections"),
            FEW_OF_1000,
            hints=(
                "Compare the column with two, then add up: True counts as one.",
                'How many rows have at most two? (draws["found"] <= 2) is True or False for each of them.',
            ),
            solution=(
                "import numpy as np\n"
                "import pandas as pd\n\n"
                "chance = np.random.default_rng(10)\n"
                'draws = pd.DataFrame({"found": chance.binomial(98, 0.05, 1000)})\n'
                'answer = (draws["found"] <= 2).sum()'
            ),
            why="In about one inspection in eight. Two of 98 is nothing strange where the truth is 5 per cent.",
            options={
                "within": 0.5,
                "either": range(FEW_OF_1000 - OTHER_SEEDS["few"], FEW_OF_1000 + OTHER_SEEDS["few"] + 1),
                "slips": {
                    # In per cent, though the question asks how many of the 1,000.
                    "unit-slip": [
                        each / 10
                        for each in range(
                            FEW_OF_1000 - OTHER_SEEDS["few"], FEW_OF_1000 + OTHER_SEEDS["few"] + 1
                        )
                    ],
                    "slip-edge": [*range(20, 62)],
                    "slip-other-rows:exactly": [*range(62, 93)],
                    "slip-other-rows": 1000,
                    "slip-complement:misses": [*range(1000 - 157, 1000 - 92)],
                },
            },
        ),
        Question(
            "10-mentored",
            Interval("per cent", decimals=1),
            wilson(mentored, cases),
            hints=(
                "It is the call of the example, with another number found.",
                "The function gives shares of one. Multiply each end by 100, the low end first.",
            ),
            solution=(
                "from statsmodels.stats import proportion\n\n"
                'found = cj.figure("ttg-1-mentored").value\n'
                'low, high = proportion.proportion_confint(found, 98, method="wilson")\n'
                "answer = [100 * low, 100 * high]"
            ),
            why="About one in 500 to more than one in 20: that is what one case in 98 leaves open, even if all were drawn by chance.",
            options={
                "within": 0.06,
                "slips": {**others(mentored, cases), "slip-other-rows:example": [wilson(housed, cases)]},
            },
        ),
        Question(
            "10-three-intervals",
            Frame(by="finding", low=Number("per cent", decimals=1), high=Number("per cent", decimals=1)),
            {"finding": ["employment", "mentored", "accommodation"], "low": lows, "high": highs},
            hints=(
                'The function takes a whole column: give it three["found"] in place of one number.',
                "It hands back the low ends and the high ends, each a column. Multiply both by 100.",
            ),
            solution=(
                "import pandas as pd\n"
                "from statsmodels.stats import proportion\n\n"
                'three = pd.DataFrame({"finding": ["employment", "mentored", "accommodation"], "found": [0, 1, 2]})\n'
                'low, high = proportion.proportion_confint(three["found"], 98, method="wilson")\n'
                "answer = three.assign(low=100 * low, high=100 * high)"
            ),
            why="The three overlap nearly throughout: these counts cannot rank work, mentors and accommodation among all such prisoners.",
            options={
                "within": dict.fromkeys(("low", "high"), 0.06),
                "slips": {
                    "low": {
                        "noise-as-change:plain": [plain_lows, [max(0.0, low) for low in plain_lows]],
                        "noise-as-change:exact": [exact_lows],
                        "unit-slip": [[low / 100 for low in lows]],
                    },
                    "high": {
                        "noise-as-change:plain": [plain_highs],
                        "noise-as-change:exact": [exact_highs],
                        "unit-slip": [[high / 100 for high in highs]],
                    },
                },
            },
        ),
        Question(
            "10-rule-of-three",
            Number("per cent", decimals=1),
            rule_of_three(cases),
            hints=(
                "The rule has its name from the number on top.",
                "Three, divided by how many were looked at, in per cent.",
            ),
            solution="answer = 100 * 3 / 98",
            why="None was seen. Up to three in a hundred could be there all the same.",
            options={
                "within": 0.06,
                # The chance itself, without the rule, gives 3.01.
                "either": [100 * (1 - 0.05 ** (1 / cases))],
                "slips": {
                    "absence-as-evidence:none": 0,
                    "noise-as-change:two-sided": [exact(0, cases)[1], wilson(0, cases)[1]],
                    "wrong-denominator:upside-down": [cases / 3, 100 * cases / 3],
                },
            },
        ),
        Question(
            "10-in-need",
            Interval("per cent", decimals=1),
            wilson(housed, in_need),
            hints=(
                "The same two people, out of fewer.",
                "Put 12 where 98 stood in the function. Wilson again, in per cent.",
            ),
            solution=(
                "from statsmodels.stats import proportion\n\n"
                'low, high = proportion.proportion_confint(2, 12, method="wilson")\n'
                "answer = [100 * low, 100 * high]"
            ),
            why="Our 12 is a supposition. But without the number in need, 2 per cent says little about how well those in need were served.",
            options={
                "within": 0.1,
                "slips": {"wrong-denominator:need": [wilson(housed, cases)], **others(housed, in_need)},
            },
        ),
        Question(
            "10-cases-needed",
            Number("cases"),
            1068,
            hints=(
                "Write the margin and the share as shares of one: 0.03 and 0.5.",
                "The square of 1.96, times share, times the rest, divided by the square of the margin.",
            ),
            solution="answer = 1.96**2 * 0.5 * 0.5 / 0.03**2",
            why="At least 1,068, as 1,067 falls just short. To halve the margin takes four times as many.",
            options={
                # 1,067.07 as it stands is as good as the whole number above it.
                "either": [1067, 1.96**2 * 0.25 / 0.03**2],
                "within": 0.1,
                "slips": {
                    "unit-slip": [1.96**2 * 0.25 / 9, 1.96**2 * 2500 / 0.03**2, 1.96**2 * 0.25 / 0.3**2],
                    "noise-as-change:square": [
                        1.96 * 0.5 / 0.03,
                        1.96 * 0.25 / 0.03**2,
                        1.96**2 * 0.25 / 0.03,
                    ],
                },
            },
        ),
        Question(
            "10-survey",
            Choice(["86 to 92", "none can be worked out", "none is needed"]),
            "none can be worked out",
            hints=(
                "Which two numbers did every interval of this lesson take?",
                "Look for how many people answered. And who chose to answer?",
            ),
            solution='answer = "none can be worked out"',
            why="How many answered is not printed. Even if it were, no number of answers tells what those who did not answer would have said.",
            options={
                "slips": {"seen-as-whole:answered": "none is needed", "noise-as-change:borrowed": "86 to 92"}
            },
        ),
        Question(
            "10-clusters",
            Number("inspections"),
            MISSED_OF_1000,
            hints=(
                "An interval misses if it ends below 0.05, or begins above 0.05.",
                "Count the rows for which (high < 0.05) | (low > 0.05) is True.",
            ),
            solution=(
                "import numpy as np\n"
                "import pandas as pd\n"
                "from statsmodels.stats import proportion\n\n"
                "chance = np.random.default_rng(10)\n"
                "found = []\n"
                "for inspection in range(1000):\n"
                "    works = chance.binomial(1, 0.25, 9)\n"
                "    found.append(chance.binomial(11, 0.2 * works).sum())\n"
                'clustered = pd.DataFrame({"found": found})\n'
                'low, high = proportion.proportion_confint(clustered["found"], 99, method="wilson")\n'
                "answer = ((high < 0.05) | (low > 0.05)).sum()"
            ),
            why="About one in five, where the textbook promises one in 20. The interval is too narrow: it takes 99 cases for 99 separate draws.",
            options={
                "within": 0.5,
                "either": range(
                    MISSED_OF_1000 - OTHER_SEEDS["missed"], MISSED_OF_1000 + OTHER_SEEDS["missed"] + 1
                ),
                "slips": {
                    "unit-slip": [
                        each / 10
                        for each in range(
                            MISSED_OF_1000 - OTHER_SEEDS["missed"], MISSED_OF_1000 + OTHER_SEEDS["missed"] + 1
                        )
                    ],
                    "noise-as-change:textbook": [*range(26, 71)],
                    "slip-other-rows:one-side": [*range(71, 163)],
                    "slip-complement:misses": [*range(1000 - 243, 1000 - 162)],
                },
            },
        ),
        Question(
            "10-worth",
            Number("cases"),
            tenth,
            hints=(
                "How many cases to a prison, on average? One less than that, times the likeness, plus one.",
                "Divide the 98 by that number.",
            ),
            solution=("together = 98 / 9\nanswer = 98 / (1 + (together - 1) * 0.1)"),
            why="About half as many. A likeness that nobody would notice in one prison costs half of the cases.",
            options={
                "either": [cases / 2],
                "within": 0.5,
                "slips": {
                    "noise-as-change:textbook": cases,
                    "noise-as-change:one-less": cases / (1 + cases / prisons * 0.1),
                    "wrong-denominator:upside-down": cases * (1 + (cases / prisons - 1) * 0.1),
                },
            },
        ),
        Question(
            "10-voices",
            Verdicts("A", "B", "C", "D"),
            {"A": "supported", "B": "supported", "C": "cannot tell", "D": "contradicted"},
            hints=(
                'Two of the claims say "if drawn by chance": for those, look at the two ends for 2 of 98.',
                "For the others: what does a count of those who were helped say of those who were not counted as helped?",
            ),
            solution='answer = {"A": "supported", "B": "supported", "C": "cannot tell", "D": "contradicted"}',
            why="None of 98 puts a ceiling on a share. It does not make it zero.",
            options={
                "slips": {
                    "A": {
                        "wrong-denominator:unhelped": "contradicted",
                        "absence-as-evidence:settled": "cannot tell",
                    },
                    "B": {"noise-as-change:inside": ["contradicted", "cannot tell"]},
                    "C": {"absence-as-evidence:none": "supported", "absence-as-evidence": "contradicted"},
                    "D": {"noise-as-change:outside": ["supported", "cannot tell"]},
                }
            },
        ),
    ]
