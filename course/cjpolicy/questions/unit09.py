"""The questions of unit 09, which reoffending rate."""

from __future__ import annotations

from ..answers import Chart, Choice, Function, Number, Parts, Verdicts
from ..answers.charts import on_log_axis, shows, starts_at_zero, tells_apart
from ..catalogue import figure, load
from . import Question

ALIKE = ("same", "differ")


def share_after(yearly_risk: float, years: float) -> float:
    """Return the per cent who have reoffended after some years of a steady risk, in per cent."""
    return 100 * (1 - (1 - yearly_risk / 100) ** years)


def risk_behind(share: float, years: float) -> float:
    """Return the steady yearly risk, in per cent, that makes a share in some years."""
    return 100 * (1 - (1 - share / 100) ** (1 / years))


def questions() -> list[Question]:
    """Build the unit's questions from the figures that the documents print."""
    yearly, years = figure("mail-13-2").value, figure("sotp-followup-8-2").value
    sexual, bound = figure("sotp-sexual-reoffending-7-5").value, figure("mappa-0-6-s26").value
    highest = figure("express-40pc-recidivism").value
    rated = load("reoffending_rates").dropna(subset=["percent"])
    printed = [float(rate) for rate in rated["percent"]]

    by_then, risk, allowed = share_after(yearly, years), risk_behind(sexual, years), share_after(bound, years)
    # The other route of the lesson goes by the invented town's yearly risk, in steps 3 and 4.
    towns = 20.0
    towns_share = share_after(towns, years)
    short, long = 3.0, 13.4
    shares = [share_after(yearly, short), share_after(yearly, long)]
    # The invented town of step 8: at risk, and reoffended, year by year.
    watched, seen = [200, 120, 60], [40, 12, 3]
    clear = 100.0
    for at_risk, cases in zip(watched, seen, strict=True):
        clear *= 1 - cases / at_risk
    ended_clear = watched[-1] - seen[-1]

    return [
        Question(
            "09-what-differs",
            Parts(**{part: Choice(ALIKE) for part in ("who", "kind_of_event", "clock_starts", "years")}),
            {"who": "differ", "kind_of_event": "same", "clock_starts": "differ", "years": "differ"},
            hints=(
                "Read down one column at a time. Do both rows say the same there?",
                "In one column, and one only, the two rows say the same word.",
            ),
            solution=(
                'answer = {"who": "differ", "kind_of_event": "same", "clock_starts": "differ", "years": "differ"}'
            ),
            why="They share a kind of event and nothing else. Even that is a sorting of ours: only one row leaves out breaches.",
            options={
                "slips": {
                    "who": {"definition-drift": "same"},
                    "kind_of_event": {"definition-drift:column": "differ"},
                    "clock_starts": {"definition-drift": "same"},
                    "years": {"unlike-follow-up": "same"},
                }
            },
        ),
        Question(
            "09-log-chart",
            Chart(),
            {
                "the printed rates": [shows(printed), tells_apart(list(rated["rate_id"]))],
                "a log axis": [on_log_axis(printed), starts_at_zero()],
            },
            hints=(
                "Take the example's chart. Put the table of printed rates in place of the invented one, and the names of its columns in place of the example's.",
                "Three things: the mark is a point, x carries percent with a scale of type log, y carries rate_id.",
            ),
            solution=(
                'rates = cj.load("reoffending_rates")\n'
                'printed = rates[rates["percent"] > 0]\n'
                "answer = (\n"
                "    alt.Chart(printed)\n"
                "    .mark_point()\n"
                '    .encode(x=alt.X("percent", scale=alt.Scale(type="log")), y="rate_id")\n'
                ")"
            ),
            why="The small rates can now be told apart, and each step to the right is a multiple.",
        ),
        Question(
            "09-spread",
            Number("times"),
            highest / bound,
            hints=(
                "How many times the one is the other: which of the two goes under the line?",
                "Divide the highest by the lowest.",
            ),
            solution=(
                'lowest = cj.figure("mappa-0-6-s26").value\n'
                'highest = cj.figure("express-40pc-recidivism").value\n'
                "answer = highest / lowest"
            ),
            why="Figures so far apart are seldom rivals. They count different things.",
            options={
                "within": 0.5,
                "slips_within": 0.01,
                "slips": {
                    "points-for-percent:times": highest - bound,
                    "wrong-denominator:upside-down": bound / highest,
                },
            },
        ),
        Question(
            "09-share-over-years",
            Number("per cent"),
            by_then,
            hints=(
                "Start with the share that stays clear in one year. In 8.2 years it is multiplied by itself so many times.",
                "A power with 8.2 works as well as with a whole number. Then take what is left from the whole.",
            ),
            solution=(
                'yearly = cj.figure("mail-13-2").value\n'
                'years = cj.figure("sotp-followup-8-2").value\n'
                "answer = 100 * (1 - (1 - yearly / 100) ** years)"
            ),
            why="Multiplying 13.2 by the years would pass 100 per cent: a good alarm.",
            options={
                "within": 0.7,
                "either": [towns_share],
                "slips": {
                    "divided-compound": [yearly * years, towns * years],
                    "slip-complement": [100 - by_then, 100 - towns_share],
                    "unlike-follow-up": [yearly, sexual, towns],
                },
            },
        ),
        Question(
            "09-share-function",
            Function("yearly_risk", "years", returns=Number("per cent")),
            share_after,
            hints=(
                "No years should give 0. One year should give the yearly risk itself.",
                "Turn the risk into the share that stays clear, raise it to the power of the years, and take it from one. Per cent in, per cent out.",
            ),
            solution=(
                "def share_after(yearly_risk, years):\n"
                "    return 100 * (1 - (1 - yearly_risk / 100) ** years)\n\n"
                "answer = share_after"
            ),
            why="One line now answers for every risk and every length of time, whole years or not.",
            options={
                "cases": {
                    "one year, or none": [(30, 1), (4, 1), (25, 0)],
                    "several years": [(20, 3), (10, 5), (2.5, 4)],
                    "parts of a year": [(13.2, 8.2), (20, 0.5)],
                },
                "within": 0.01,
                "slips": {
                    "divided-compound": lambda yearly_risk, years: yearly_risk * years,
                    "slip-complement": lambda yearly_risk, years: 100 - share_after(yearly_risk, years),
                    "unit-slip": lambda yearly_risk, years: share_after(yearly_risk, years) / 100,
                    "unlike-follow-up": lambda yearly_risk, years: yearly_risk,
                },
            },
        ),
        Question(
            "09-yearly-risk",
            Number("per cent a year", decimals=2),
            risk,
            hints=(
                "How large a share was still clear after all the years? Take the root of that.",
                "The share clear, to the power of one divided by the years, is what stays clear in a year. The risk is the rest.",
            ),
            solution=(
                'share = cj.figure("sotp-sexual-reoffending-7-5").value\n'
                'years = cj.figure("sotp-followup-8-2").value\n'
                "answer = 100 * (1 - (1 - share / 100) ** (1 / years))"
            ),
            why="For so small a risk, dividing by the years is nearly right. For a large one it is far off.",
            options={
                "within": 0.01,
                "either": [towns],
                "slips": {
                    "divided-compound": [sexual / years, sexual * years, towns_share / years],
                    "slip-complement": [100 - risk, 100 - towns],
                    "unlike-follow-up": [sexual, towns_share],
                },
            },
        ),
        Question(
            "09-bound",
            Number("per cent", decimals=1),
            allowed,
            hints=(
                "Work with the bound as you did with a risk. What comes out is a bound as well.",
                "It is the newspaper's sum of step 3 with another yearly risk.",
            ),
            solution=(
                'bound = cj.figure("mappa-0-6-s26").value\n'
                'years = cj.figure("sotp-followup-8-2").value\n'
                "answer = 100 * (1 - (1 - bound / 100) ** years)"
            ),
            why="Say it with the word: under so many per cent. Without the word it is a figure that nobody printed.",
            options={
                "slips": {
                    "divided-compound": bound * years,
                    "slip-complement": 100 - allowed,
                    "unlike-follow-up": bound,
                },
            },
        ),
        Question(
            "09-unequal",
            Number("per cent"),
            sum(shares) / 2,
            hints=(
                "Two groups of the same size. What share of each has reoffended, at its own time?",
                "Use your function twice, then take the mean of the two shares.",
            ),
            solution=(
                'yearly = cj.figure("mail-13-2").value\n'
                "short, long = 3, 13.4\n"
                "after_short = 100 * (1 - (1 - yearly / 100) ** short)\n"
                "after_long = 100 * (1 - (1 - yearly / 100) ** long)\n"
                "answer = (after_short + after_long) / 2"
            ),
            why="A mean of times is not the time of a mean. Ask for the spread of any average follow-up.",
            options={
                "within": 0.3,
                "slips": {
                    "mean-as-typical:time": share_after(yearly, (short + long) / 2),
                    "divided-compound": yearly * (short + long) / 2,
                    "slip-complement": 100 - sum(shares) / 2,
                    "slip-other-rows:part": shares,
                },
            },
        ),
        Question(
            "09-censored",
            Number("per cent", decimals=1),
            100 - clear,
            hints=(
                "For each year: what share of those still watched stayed clear?",
                "Multiply the three shares that stay clear, one after the other. The rest of the whole have reoffended.",
            ),
            solution=(
                'ford = pd.DataFrame({"year": [1, 2, 3], "at_risk": [200, 120, 60], "reoffended": [40, 12, 3]})\n'
                'clear = (1 - ford["reoffended"] / ford["at_risk"]).cumprod()\n'
                "answer = 100 - 100 * clear.iloc[2]"
            ),
            why="Everybody counts for as long as they were watched, and no longer. It supposes that those who left were like those who stayed.",
            options={
                "slips": {
                    "absence-as-evidence:not-yet": 100 * sum(seen) / watched[0],
                    "seen-as-whole:followed": 100 * sum(seen) / (sum(seen) + ended_clear),
                    "divided-compound:added": sum(
                        100 * cases / at_risk for at_risk, cases in zip(watched, seen, strict=True)
                    ),
                    "slip-complement": clear,
                    "wrong-denominator": 100 * sum(seen) / sum(watched),
                },
            },
        ),
        Question(
            "09-voices",
            Verdicts("A", "B", "C", "D"),
            {"A": "cannot tell", "B": "supported", "C": "supported", "D": "contradicted"},
            hints=(
                "For each, find the sentence that would settle it. One of them speaks of a cause.",
                "Can a man who had reoffended after one year stop having reoffended later?",
            ),
            solution='answer = {"A": "cannot tell", "B": "supported", "C": "supported", "D": "contradicted"}',
            why="“Kept low” needs to know what the rate would have been without supervision. No row says.",
            options={
                "slips": {
                    "A": {"before-after-as-effect": "supported", "absence-as-evidence": "contradicted"},
                    "B": {"absence-as-evidence:bare": ["contradicted", "cannot tell"]},
                    "C": {"rounded-as-exact:bound": ["contradicted", "cannot tell"]},
                    "D": {"unlike-follow-up": ["supported", "cannot tell"]},
                }
            },
        ),
    ]
