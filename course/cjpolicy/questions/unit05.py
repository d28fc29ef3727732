"""The questions of unit 05, from a report to a conviction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..answers import Chart, Choice, Frame, Number, Parts, Verdicts
from ..answers.charts import says, shows, starts_at_zero, uses_bars
from ..catalogue import figure, load
from . import Question

if TYPE_CHECKING:
    import pandas as pd

WHOLES = ("recorded offences", "prosecutions", "everyone accused", "it does not say")
KINDS = ("bicycle", "car", "garden", "phone")
REACHED = ("reported", "recorded", "charged", "convicted")
# The town of the last step but one: how many recorded thefts it has, and how many draws are looked at.
TOWN, DRAWS = 50, 200

COUNTING = """thefts = cj.load("simulated_thefts")
stages = thefts.groupby("kind").agg(
    happened=("theft", "count"),
    recorded=("recorded", "sum"),
    charged=("charged", "sum"),
    convicted=("convicted", "sum"),
)"""
RATING = f"""{COUNTING}
rates = stages.assign(
    per_charge=100 * stages["convicted"] / stages["charged"],
    per_record=100 * stages["convicted"] / stages["recorded"],
    per_theft=100 * stages["convicted"] / stages["happened"],
)"""


def counted(thefts: pd.DataFrame) -> dict[str, list[float]]:
    """Count the thefts that came to each stage, in the order of `KINDS`."""
    rows = [thefts[thefts["kind"] == kind] for kind in KINDS]
    stages = {stage: [float(each[stage].sum()) for each in rows] for stage in REACHED}
    return {"happened": [float(len(each)) for each in rows], **stages}


def percent(parts: list[float], wholes: list[float]) -> list[float]:
    """Divide part by whole, in per cent."""
    return [100 * part / whole for part, whole in zip(parts, wholes, strict=True)]


def convicted_by_chance(thefts: pd.DataFrame) -> list[int]:
    """Draw a town's recorded thefts again and again; count the convictions in each draw."""
    recorded = thefts[thefts["recorded"] == 1]
    return [int(recorded.sample(TOWN, random_state=seed)["convicted"].sum()) for seed in range(DRAWS)]


def questions() -> list[Question]:
    """Build the unit's questions from the plan's figures and the simulated thefts."""
    return [*printed_rates(), *followed_thefts(), *rates_and_numbers(), *chance_and_verdicts()]


def printed_rates() -> list[Question]:
    """Build the questions on the rates that the plan prints."""
    rape, serious = figure("rape-conv-under6-s17").value, figure("serious-conv-14").value
    domestic = figure("dv-success-65-2").value
    other = {"wrong-denominator:words": ["recorded offences", "prosecutions", "everyone accused"]}
    return [
        Question(
            "05-out-of",
            Parts(foreword=Choice(WHOLES), section=Choice(WHOLES), domestic=Choice(WHOLES)),
            {
                "foreword": "it does not say",
                "section": "recorded offences",
                "domestic": "prosecutions",
            },
            hints=(
                "Take one sentence at a time. Put your finger on the words that stand beside the number.",
                "One of the three gives a number and no whole at all. One names what the police did, one what a court did.",
            ),
            solution=(
                'answer = {\n    "foreword": "it does not say",\n    "section": "recorded offences",\n'
                '    "domestic": "prosecutions",\n}'
            ),
            why="Three sentences, and no two of them say that they share a whole.",
            options={
                "slips": {
                    "foreword": {"wrong-denominator:unsaid": other["wrong-denominator:words"]},
                    "section": {
                        "wrong-denominator:words": ["prosecutions", "everyone accused"],
                        "wrong-denominator:said": "it does not say",
                    },
                    "domestic": {
                        "wrong-denominator:words": ["recorded offences", "everyone accused"],
                        "wrong-denominator:said": "it does not say",
                    },
                }
            },
        ),
        Question(
            "05-times",
            Number("times"),
            serious / rape,
            hints=(
                "Which two rates stand side by side in section 1.7? Only those may be divided.",
                "They are the two that the step names. The larger one goes above the line.",
            ),
            solution=(
                'serious = cj.figure("serious-conv-14").value\n'
                'rape = cj.figure("rape-conv-under6-s17").value\nanswer = serious / rape'
            ),
            why='We read both as out of recorded offences. "Less than 6" makes the true ratio larger; "approximately 14" can move it either way.',
            options={
                "within": 0.05,
                "slips": {
                    "wrong-denominator:unlike": [domestic / rape, domestic / serious],
                    "wrong-denominator:upside-down": rape / serious,
                    "change-for-level:apart": serious - rape,
                    "change-for-level": 100 * (serious / rape - 1),
                },
            },
        ),
    ]


def followed_thefts() -> list[Question]:
    """Build the questions on the simulated thefts, where every theft is known."""
    thefts = load("simulated_thefts")
    stages = counted(thefts)
    rows = stages["happened"]
    per_charge = percent(stages["convicted"], stages["charged"])
    per_record = percent(stages["convicted"], stages["recorded"])
    per_theft = percent(stages["convicted"], rows)
    car = KINDS.index("car")
    shares = {stage: 100 * counts[car] / sum(counts) for stage, counts in stages.items()}
    return [
        Question(
            "05-reported",
            Frame(by="kind", reported=Number("thefts")),
            {"kind": list(KINDS), "reported": stages["reported"]},
            hints=(
                "Take the worked line, and leave one column of the four. Call it reported.",
                "In the brackets stand the column to use, and what to do with it. A column of ones and zeros is added up.",
            ),
            solution=(
                'thefts = cj.load("simulated_thefts")\n'
                'answer = thefts.groupby("kind").agg(reported=("reported", "sum"))'
            ),
            why="The first step of the path is taken by the public. What follows can only work on what they bring.",
            options={
                "within": {"reported": 0.5},
                "slips": {
                    "reported": {
                        "slip-other-rows:count": rows,
                        "slip-other-rows:column": [
                            stages["recorded"],
                            stages["charged"],
                            stages["convicted"],
                        ],
                    },
                },
            },
        ),
        Question(
            "05-rates",
            Frame(by="kind", per_record=Number("per cent"), per_theft=Number("per cent")),
            {"kind": list(KINDS), "per_record": per_record, "per_theft": per_theft},
            hints=(
                "Above the line nothing changes: the convictions. Below it stands what the rate is out of.",
                "Out of every 100 recorded thefts, so many ended in a conviction. Then the same for all that happened.",
            ),
            solution=f'{RATING}\nanswer = rates[["per_record", "per_theft"]]',
            why="The same convictions, three wholes, three different winners.",
            options={
                "within": {"per_record": 0.06, "per_theft": 0.06},
                "slips": {
                    "per_record": {
                        "wrong-denominator": [
                            per_charge,
                            per_theft,
                            percent(stages["convicted"], stages["reported"]),
                        ],
                        "unit-slip": [rate / 100 for rate in per_record],
                    },
                    "per_theft": {
                        "wrong-denominator": [
                            per_charge,
                            per_record,
                            percent(stages["convicted"], stages["reported"]),
                        ],
                        "unit-slip": [rate / 100 for rate in per_theft],
                    },
                },
            },
        ),
        Question(
            "05-chart",
            Chart(),
            {
                "the rate for each kind": [shows(per_record), uses_bars(), starts_at_zero()],
                "says out of what": [
                    says("recorded", "records", name="says that its rates are out of recorded thefts"),
                    says("simulated", "invented", name="says that its figures are simulated"),
                ],
            },
            hints=(
                "The table to draw is rates.reset_index(): then kind is a column like any other.",
                "One bar a kind. Give the axis a title that ends the sentence: out of every 100 ...",
            ),
            solution=(
                f"{RATING}\n"
                'answer = alt.Chart(rates.reset_index(), title="Simulated thefts").mark_bar().encode(\n'
                '    x="kind", y=alt.Y("per_record", title="convicted, of every 100 recorded")\n)'
            ),
            why="A rate without its whole is a number without a unit. A chart should never leave it out.",
            options={"slips": {"wrong-denominator": per_theft}},
        ),
        Question(
            "05-car-share",
            Parts(of_convicted=Number("per cent", decimals=1), of_all=Number("per cent", decimals=1)),
            {"of_convicted": shares["convicted"], "of_all": shares["happened"]},
            hints=(
                "value_counts() says how many of each kind there are. Add them up for the whole.",
                "For the first, the list of convictions is the whole. For the second, all 4,000 thefts are.",
            ),
            solution=(
                'thefts = cj.load("simulated_thefts")\nconvicted = thefts[thefts["convicted"] == 1]\n'
                'car_convicted = convicted["kind"].value_counts()["car"]\n'
                'car_all = thefts["kind"].value_counts()["car"]\n'
                'answer = {\n    "of_convicted": 100 * car_convicted / len(convicted),\n'
                '    "of_all": 100 * car_all / len(thefts),\n}'
            ),
            why="Cars are reported more often than any other, and charged more often than bicycles, so cars lead the list of convictions. That list is not what happened.",
            options={
                "within": {"of_convicted": 0.1, "of_all": 0.1},
                "slips": {
                    "of_convicted": {
                        "inverse-conditional:cases": [per_theft[car], per_record[car], per_charge[car]],
                        "wrong-denominator": 100 * stages["convicted"][car] / len(thefts),
                    },
                    "of_all": {"seen-as-whole": [shares["recorded"], shares["convicted"], shares["charged"]]},
                },
            },
        ),
        Question(
            "05-lost",
            Choice(KINDS),
            "garden",
            hints=(
                "Print both tables and read the names in the first column of each.",
                "The court's table is made from convictions. Which kind never came to one?",
            ),
            solution='answer = "garden"',
            why="A kind with no convictions has no row in the court's table, and a plain merge drops it without a word.",
        ),
    ]


def rates_and_numbers() -> list[Question]:
    """Build the questions on a rate and a number of cases that both change."""
    before, after = figure("dv-success-59-7").value, figure("dv-success-65-2").value
    cases = figure("dv-prosecutions-up-15").value
    more = 1 + cases / 100
    # Another route: invented burglaries, 40 to 50 per cent, 10 per cent more cases.
    successes = 100 * (more * after / before - 1)
    rest = 100 * (more * (100 - after) / (100 - before) - 1)
    rate_change = 100 * (after / before - 1)
    rest_change = 100 * ((100 - after) / (100 - before) - 1)
    return [
        Question(
            "05-successes",
            Number("per cent", decimals=1),
            successes,
            hints=(
                "Take 100 prosecutions in the first year. How many are there in the second, and how many succeed in each?",
                "The number of successes is cases times rate. So its change is a factor for the cases times a factor for the rate.",
            ),
            solution="answer = 100 * (1.15 * 65.2 / 59.7 - 1)",
            why="A rate and a number can both rise. The number moves by both factors, multiplied.",
            options={
                "within": 0.1,
                "either": [100 * (1.1 * 50 / 40 - 1)],
                "slips": {
                    "added-percentages": [cases + rate_change, 10 + 25],
                    "added-percentages:points": [cases + after - before, 10 + 10],
                    "points-for-percent": [100 * (more * (1 + (after - before) / 100) - 1), 21],
                    "change-for-level:factor": [successes + 100, 137.5],
                    "share-for-number": rate_change,
                    "share-for-number:two-routes": 25,
                },
            },
        ),
        Question(
            "05-rest",
            Number("per cent", decimals=1),
            rest,
            hints=(
                "What did not succeed is the rest of 100 in each year.",
                "Again cases times rate, with the rates of the rest. The number of cases rose as before.",
            ),
            solution="answer = 100 * (1.15 * 34.8 / 40.3 - 1)",
            why="By the plan's figures these hardly changed in number, so all of the growth was in successes. The invented force left fewer burglaries without a charge, though it recorded more.",
            options={
                "within": 0.1,
                "either": [100 * (1.1 * 50 / 60 - 1)],
                "slips": {
                    "added-percentages": [cases + rest_change, 10 - 100 / 6],
                    "added-percentages:points": [cases - (after - before)],
                    "share-for-number": [rest_change, -100 / 6],
                    "change-for-level:factor": [rest + 100, 110 * 50 / 60],
                },
            },
        ),
        Question(
            "05-more-reports",
            Parts(
                convictions_change=Number("per cent"),
                rate_before=Number("per cent"),
                rate_after=Number("per cent"),
            ),
            {"convictions_change": 25.0, "rate_before": 6.0, "rate_after": 5.0},
            hints=(
                "Three questions, three wholes: last year's convictions, last year's records, this year's records.",
                "For each rate, divide the convictions of a year by what was recorded in that same year.",
            ),
            solution=(
                'answer = {\n    "convictions_change": 100 * (75 / 60 - 1),\n'
                '    "rate_before": 100 * 60 / 1000,\n    "rate_after": 100 * 75 / 1500,\n}'
            ),
            why="More people came forward, more convictions followed, and the printed rate fell. The rate cannot tell success from failure here.",
            options={
                "within": {"convictions_change": 0.05, "rate_before": 0.05, "rate_after": 0.05},
                "slips": {
                    "convictions_change": {"wrong-base:new": 20, "change-for-level:factor": 125},
                    "rate_before": {"wrong-denominator": 100 * 60 / 1500},
                    "rate_after": {"wrong-denominator": 100 * 75 / 1000},
                },
            },
        ),
    ]


def chance_and_verdicts() -> list[Question]:
    """Build the question on chance, and the verdicts."""
    convictions = convicted_by_chance(load("simulated_thefts"))
    at_most_one = sum(count <= 1 for count in convictions)
    return [
        Question(
            "05-chance",
            Number("of the 200 draws"),
            at_most_one,
            hints=(
                "The table draws has one row a town. Keep the rows you want with a comparison, as in unit 01.",
                'Put draws["convictions"] <= 1 in draws[ ], then count the rows with len.',
            ),
            solution=(
                'thefts = cj.load("simulated_thefts")\nrecorded = thefts[thefts["recorded"] == 1]\ncounts = []\n'
                "for seed in range(200):\n    town = recorded.sample(50, random_state=seed)\n"
                '    counts.append(town["convicted"].sum())\ndraws = pd.DataFrame({"convictions": counts})\n'
                'answer = len(draws[draws["convictions"] <= 1])'
            ),
            why="Nothing differs between these towns but chance, and some still look bad.",
            options={
                "within": 0.4,
                "slips": {
                    "slip-edge": [
                        sum(count < 1 for count in convictions),
                        sum(count == 1 for count in convictions),
                    ],
                    "slip-other-rows:part": DRAWS - at_most_one,
                },
            },
        ),
        Question(
            "05-voices",
            Verdicts("A", "B", "C", "D"),
            {"A": "supported", "B": "cannot tell", "C": "supported", "D": "contradicted"},
            hints=(
                "For each claim, say out of what its rate is. Is that rate printed? Are both rates it compares out of the same?",
                "For the last one, look for the sentence that says what happened to the number of cases.",
            ),
            solution='answer = {"A": "supported", "B": "cannot tell", "C": "supported", "D": "contradicted"}',
            why="A claim about rates holds only as far as its wholes do, whoever makes it.",
            options={
                "slips": {
                    "B": {"wrong-denominator:unlike": "supported", "absence-as-evidence": "contradicted"},
                    "D": {"share-for-number:cases": ["supported", "cannot tell"]},
                }
            },
        ),
    ]
