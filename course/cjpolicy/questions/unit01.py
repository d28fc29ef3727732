"""Unit 01, reading a claim: the questions of its lesson."""

from __future__ import annotations

from ..answers import Choice, Interval, Number, Parts, Verdicts
from ..catalogue import figure, load
from . import Question

HALF = 50.0
JUST_UNDER_HALF = 49.0
ROUNDED_TO_ONE = 0.5
ROUNDED_TO_A_TENTH = 0.05
RISE = 2.0


def questions() -> list[Question]:
    """Build the unit's questions from the claims and the figures."""
    return [*_table_questions(), *_reading_questions(), *_scale_questions(), *_rounding_questions()]


def _table_questions() -> list[Question]:
    """Build the questions answered by picking and counting rows."""
    claims, figures = load("claims"), load("figures")
    alcohol = figures[figures["topic"] == "alcohol"]
    percents = alcohol[alcohol["unit"] == "percent"]
    falls = percents[percents["measure"].str.startswith("fall ")]
    silent = claims[claims["source"] == ""]
    return [
        Question(
            "01-no-source",
            Number("rows"),
            len(silent),
            hints=(
                'The column you need is "source". Show it beside "pair".',
                "Run your finger down the column and count the empty places.",
            ),
            solution='claims = cj.load("claims")\nanswer = len(claims[claims["source"] == ""])',
            why="A claim that names no source cannot be checked by the person who hears it.",
        ),
        Question(
            "01-no-place",
            Number("rows"),
            len(claims[claims["place"] == ""]),
            hints=(
                "It is the line of the worked example, with another column.",
                'The column is called "place".',
            ),
            solution='claims = cj.load("claims")\nanswer = len(claims[claims["place"] == ""])',
            why=(
                "Nobody leaves the place out to deceive: the title of the page says it. "
                "The sentence that is repeated does not."
            ),
        ),
        Question(
            "01-alcohol-rows",
            Number("rows"),
            len(alcohol),
            hints=(
                "Filter first: the table's name, square brackets, and in them a comparison of one column.",
                'The comparison is figures["topic"] == "alcohol". Put len( ) round the whole.',
            ),
            solution='figures = cj.load("figures")\nanswer = len(figures[figures["topic"] == "alcohol"])',
            why="A filter and a count: that is most of what you need to question a table.",
        ),
        Question(
            "01-alcohol-percents",
            Number("rows"),
            len(percents),
            hints=(
                "Count the units of the smaller table, alcohol, not of figures.",
                'value_counts of alcohol["unit"] lists every unit. Read off the line for percent.',
            ),
            solution=(
                'figures = cj.load("figures")\n'
                'alcohol = figures[figures["topic"] == "alcohol"]\n'
                'answer = len(alcohol[alcohol["unit"] == "percent"])'
            ),
            why="The same unit does not make figures alike, as the next chart shows.",
        ),
        Question(
            "01-changes",
            Number("bars"),
            len(falls),
            hints=(
                "For each bar finish: out of every hundred ... Where you cannot, it is a change.",
                "The labels of the changes begin with the same word.",
            ),
            solution=(
                'figures = cj.load("figures")\n'
                'alcohol = figures[figures["topic"] == "alcohol"]\n'
                'percents = alcohol[alcohol["unit"] == "percent"]\n'
                'percents["measure"]  # three of these begin with "fall in"\n'
                "answer = 3"
            ),
            why=(
                "A share says how much there is. A change says how much less there is than before. "
                "One axis cannot carry both."
            ),
            options={"slips": {"change-for-level": len(percents)}},
        ),
    ]


def _reading_questions() -> list[Question]:
    """Build the questions answered by reading a sentence closely."""
    return [
        Question(
            "01-gun",
            Parts(
                measure=Choice(["owning a gun", "saying that one owns a gun", "being arrested with a gun"]),
                population=Choice(["everyone", "gang members", "people who were arrested"]),
            ),
            {"measure": "saying that one owns a gun", "population": "people who were arrested"},
            hints=(
                "Find the verb that stands before “owning a gun”.",
                "Find the words that say whose answers were analysed. They stand near the start.",
            ),
            solution=(
                "answer = {\n"
                '    "measure": "saying that one owns a gun",\n'
                '    "population": "people who were arrested",\n'
                "}"
            ),
            why=(
                "Five times as likely to say so, among people arrested: a smaller claim than it seemed. "
                "(Strictly, five times more would be six times as likely. We read it as most writers mean it.)"
            ),
            options={
                "slips": {
                    "measure": {"definition-drift": ["owning a gun", "being arrested with a gun"]},
                    "population": {"seen-as-whole": "everyone", "definition-drift": "gang members"},
                }
            },
        ),
        Question(
            "01-three-twos",
            Choice(["A and B", "B and C", "all three", "none"]),
            "none",
            hints=(
                "Fill the six parts for each. Whom does A follow, and for how long? Whom does B?",
                "Was C measured, or only supposed, to test how firm a result is?",
            ),
            solution='answer = "none"',
            why=(
                "A is about high-risk men over two years, in another study. B is a difference found over "
                "8.2 years on average. C is a supposed reduction, used as a test: nobody found it."
            ),
            options={"slips": {"definition-drift": ["A and B", "B and C", "all three"]}},
        ),
        Question(
            "01-words-hold",
            Verdicts("A", "B", "C", "D"),
            {"A": "supported", "B": "contradicted", "C": "supported", "D": "cannot tell"},
            hints=(
                "For A to C say the words as a number first. How far is the printed figure from that?",
                "For D ask who answered the survey. Does the sentence say how many staff did not?",
            ),
            solution='answer = {"A": "supported", "B": "contradicted", "C": "supported", "D": "cannot tell"}',
            why=(
                "89 is 90 to the nearest ten, and 39 is nearer to 40 than to 50. "
                "The survey speaks for those who answered: how many did is not printed."
            ),
            options={
                "slips": {
                    "A": {"rounded-as-exact": "contradicted"},
                    "B": {"definition-drift:words": ["supported", "cannot tell"]},
                    "D": {"seen-as-whole": "supported", "absence-as-evidence": "contradicted"},
                }
            },
        ),
    ]


def _scale_questions() -> list[Question]:
    """Build the questions on points, per cent, times and base."""
    strangers, domestic = figure("alcohol-stranger-58").value, figure("alcohol-dv-39").value
    now, planned = figure("express-120-on-treatment").value, figure("express-1500").value
    base = figure("sotp-comparison-8-0").value
    lower = 100 * (1 - domestic / strangers)
    times = planned / now
    return [
        Question(
            "01-below-half",
            Number("percentage points"),
            HALF - domestic,
            hints=(
                "A half is 50 in every hundred.",
                "Points are found by subtracting one percentage from the other.",
            ),
            solution='answer = 50 - cj.figure("alcohol-dv-39").value',
            why="“Over half” is 8 points above. “Just under half” is further below than that.",
            options={
                "slips": {
                    "points-for-percent": [
                        100 * (HALF - domestic) / HALF,
                        100 * (HALF - domestic) / domestic,
                    ],
                    "change-for-level": domestic,
                    "definition-drift:words": HALF - JUST_UNDER_HALF,
                }
            },
        ),
        Question(
            "01-other-way",
            Number("per cent", decimals=1),
            lower,
            hints=(
                "You now start from 58. So 58 is the base, and stands below the line.",
                "What share of 58 is 39? And how far is that from the whole?",
            ),
            solution=(
                'strangers = cj.figure("alcohol-stranger-58").value\n'
                'domestic = cj.figure("alcohol-dv-39").value\n'
                "answer = 100 * (1 - domestic / strangers)"
            ),
            why="Up 49 per cent one way, down 33 the other: the same gap on two bases.",
            options={
                "within": 0.3,
                "slips": {
                    "wrong-base": 100 * (strangers / domestic - 1),
                    "points-for-percent": strangers - domestic,
                    "change-for-level:factor": 100 * domestic / strangers,
                },
            },
        ),
        Question(
            "01-tenfold",
            Parts(times=Number("times"), percent_more=Number("per cent")),
            {"times": times, "percent_more": 100 * (times - 1)},
            hints=(
                "For the times, divide the planned number by the number now.",
                "Twice as many is 100 per cent more, three times as many is 200 per cent more. Go on.",
            ),
            solution='answer = {"times": 1500 / 120, "percent_more": 100 * (1500 / 120 - 1)}',
            why="Tenfold itself is 900 per cent more, not 1,000: the first of the ten was there before.",
            options={
                "within": {"times": 0.05, "percent_more": 1},
                "slips": {
                    "times": {
                        "change-for-level": [times - 1, planned - now],
                        "wrong-denominator:upside-down": now / planned,
                    },
                    "percent_more": {
                        "change-for-level:factor": 100 * times,
                        "change-for-level": [times, planned - now],
                        "wrong-base:new": 100 * (1 - now / planned),
                    },
                },
            },
        ),
        Question(
            "01-two",
            Parts(after_per_cent=Number("per cent", decimals=2), after_points=Number("per cent", decimals=1)),
            {"after_per_cent": base * (1 + RISE / 100), "after_points": base + RISE},
            hints=(
                "Points are added to a percentage as they stand.",
                "A rise of 2 per cent is 2 hundredths of what was there. What is 2 hundredths of 8?",
            ),
            solution='answer = {"after_per_cent": 8.0 * 1.02, "after_points": 8.0 + 2}',
            why="One reading adds more than twelve times as much as the other. The sentence does not choose.",
            options={
                "slips": {
                    "after_per_cent": {
                        "points-for-percent": base + RISE,
                        "change-for-level": base * RISE / 100,
                        "unit-slip": base + RISE / 100,
                    },
                    "after_points": {
                        "points-for-percent": base * (1 + RISE / 100),
                        "change-for-level": RISE,
                        "unit-slip": base + RISE / 100,
                    },
                }
            },
        ),
    ]


def _rounding_questions() -> list[Question]:
    """Build the questions on what a printed figure can stand for."""
    strangers, domestic = figure("alcohol-stranger-58").value, figure("alcohol-dv-39").value
    paperwork = figure("bwv-paperwork-22-4").value
    gap = strangers - domestic
    return [
        Question(
            "01-one-decimal",
            Interval("per cent"),
            (paperwork - ROUNDED_TO_A_TENTH, paperwork + ROUNDED_TO_A_TENTH),
            hints=(
                "For a whole number half a unit was lost. Here the last digit counts tenths.",
                "Half of a tenth is lost at most, either way.",
            ),
            solution=(
                'paperwork = cj.figure("bwv-paperwork-22-4").value\n'
                "answer = [paperwork - 0.05, paperwork + 0.05]"
            ),
            why="The last printed digit tells how much was rounded away: half of what it counts.",
            options={
                "within": 0.001,
                "slips": {
                    "rounded-as-exact:last-digit": [
                        (paperwork - ROUNDED_TO_ONE, paperwork + ROUNDED_TO_ONE),
                        (paperwork - 0.1, paperwork + 0.1),
                    ],
                    "rounded-as-exact": (paperwork, paperwork),
                },
            },
        ),
        Question(
            "01-gap-range",
            Interval("percentage points"),
            (gap - 2 * ROUNDED_TO_ONE, gap + 2 * ROUNDED_TO_ONE),
            hints=(
                "Each has a lowest and a highest value. The gap is narrowest when one is low and the other high.",
                "Narrowest: the lowest of the larger figure against the highest of the smaller.",
            ),
            solution="answer = [57.5 - 39.5, 58.5 - 38.5]",
            why="Subtracting two rounded figures adds up what both have lost.",
            options={
                "within": 0.01,
                "slips": {
                    "rounded-as-exact:ends-together": (gap, gap),
                    "rounded-as-exact": (gap - ROUNDED_TO_ONE, gap + ROUNDED_TO_ONE),
                },
            },
        ),
    ]
