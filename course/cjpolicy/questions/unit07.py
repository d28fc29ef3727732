"""The questions of unit 07, did the programme work."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from ..answers import Choice, Function, Number, Parts, Verdicts
from ..catalogue import figure, load
from . import Question

if TYPE_CHECKING:
    import pandas as pd

WORLDS, WORST = 1_000, 20
ROLES = ("confounder", "mediator", "collider")
WHOSE = ("the evaluation of November 2006", "the Home Office", "it does not say")
REMEDIES = (
    "areas that had an equally bad year and did not join",
    "areas that had a good year and did not join",
    "the same areas in the year before",
)
FAIR = (
    "the worst areas join",
    "more areas join",
    "more years are looked at",
    "chance decides who joins",
)
AREAS = 'areas = cj.load("simulated_areas")\n'
WORLD = (
    "import numpy as np\n\n"
    f"{AREAS}\n\n"
    "def fall_{name}(seed):\n"
    "    chance = np.random.default_rng(seed)\n"
    '    world = areas.assign(before=chance.poisson(areas["usual"]), after=chance.poisson(areas["usual"]))\n'
    "    picked = {picked}\n"
    '    return 100 * (1 - picked["after"].sum() / picked["before"].sum())\n\n'
)


def steady_yearly_fall(fall: float, months: int) -> float:
    """Give the fall in a year, in per cent, when a fall over some months took the same share each month."""
    return float(100 * (1 - (1 - fall / 100) ** (12 / months)))


@cache
def _areas() -> pd.DataFrame:
    return load("simulated_areas")


def falls_in_world(seed: int) -> tuple[float, float]:
    """Give the falls, in per cent, of the worst 20 areas and of 20 by lot, in a fresh pair of years.

    Examples
    --------
    >>> worst, lot = falls_in_world(1)
    >>> worst == falls_in_world(1)[0], worst == falls_in_world(2)[0]
    (True, False)
    """
    import numpy as np

    chance = np.random.default_rng(seed)
    usual = _areas()["usual"].to_numpy()
    before, after = chance.poisson(usual), chance.poisson(usual)
    worst, lot = before.argsort()[-WORST:], _areas()["lot"].to_numpy().argsort()[:WORST]
    first, second = (float(100 * (1 - after[rows].sum() / before[rows].sum())) for rows in (worst, lot))
    return first, second


def one_area(usual: float, years: int, seed: int) -> Any:
    """Give the offences of an area, year by year, when only chance differs."""
    import numpy as np

    return np.random.default_rng(seed).poisson(usual, years)


def questions() -> list[Question]:
    """Build the unit's questions from the plan's own figures and the simulated areas."""
    fall, comparison = figure("tvcp-nov04-treated-21").value, figure("tvcp-nov04-comparison-15").value
    later = figure("tvcp-may05-comparison-1").value
    further = fall - comparison
    left, comparison_left = 100 - fall, 100 - comparison
    relative = 100 * (1 - left / comparison_left)
    months = 28
    yearly = steady_yearly_fall(fall, months)
    by_may = 100 - 100 * comparison_left / (100 - later)

    areas = _areas().sort_values("year_3")
    (worst_before, worst_after), (rest_before, rest_after), (all_before, all_after) = (
        (float(rows["year_3"].sum()), float(rows["year_4"].sum()))
        for rows in (areas.tail(WORST), areas.head(len(areas) - WORST), areas)
    )
    worst_fall = 100 * (1 - worst_after / worst_before)
    worst = areas.tail(WORST)
    luck = float(worst["year_3"].mean() - worst["usual"].mean())
    years = one_area(30, 20, seed=3)
    how_many = sum(falls_in_world(seed)[0] >= 15 for seed in range(WORLDS))

    return [
        Question(
            "07-source",
            Choice(WHOSE),
            WHOSE[2],
            hints=(
                "The evaluation has a date. Each fall has a last month. Which comes first?",
                "If the first cannot be the source of the second, do the words of the box name another?",
            ),
            solution=f'answer = "{WHOSE[2]}"',
            why="The box does not say who worked these figures out, or how. The department that printed them could be asked.",
            options={
                "slips": {"definition-drift:period": WHOSE[0], "definition-drift:publisher": WHOSE[1]},
            },
        ),
        Question(
            "07-further",
            Number("percentage points"),
            further,
            hints=(
                "Both groups begin at the same level. Where does each of them end?",
                "Take the fall that came without the programme away from the fall that came with it.",
            ),
            solution="answer = 21 - 15",
            why="Whatever the comparison areas had too, the programme did not bring.",
            options={
                "within": 0.05,
                "slips": {
                    "before-after-as-effect": fall,
                    "points-for-percent": [
                        relative,
                        round(relative, 1),
                        100 * further / comparison,
                        100 * further / fall,
                    ],
                },
            },
        ),
        Question(
            "07-relative",
            Number("per cent"),
            relative,
            hints=(
                "How many of every 100 offences were left in each group? The question compares what was left.",
                "What would have been left anyway is the base. How far below it is what was left in fact?",
            ),
            solution="answer = 100 * (1 - 79 / 85)",
            why="It compares with what would have been left, not with what there was at the start.",
            options={
                "within": 0.1,
                "slips": {
                    "points-for-percent": further,
                    # With the two figures swapped the formula gives the same with a minus.
                    "wrong-base:new": [
                        100 * (comparison_left / left - 1),
                        100 * (1 - comparison_left / left),
                    ],
                    "change-for-level:factor": 100 * left / comparison_left,
                    "wrong-denominator": [100 * further / fall, 100 * further / comparison],
                    "before-after-as-effect": fall,
                },
            },
        ),
        Question(
            "07-yearly",
            Number("per cent", decimals=1),
            yearly,
            hints=(
                "How many of 100 are left at the end of the period? Let the loop try monthly falls below 1 "
                "until so many are left.",
                "When you have the monthly fall, let the same function run for a year, and take what is left "
                "from 100.",
            ),
            solution=(
                "def left_after(fall, months):\n"
                "    left = 100\n"
                "    for month in range(months):\n"
                "        left = left * (1 - fall / 100)\n"
                "    return left\n\n\n"
                "# Of the falls tried, 0.84 leaves nearest to 79 after 28 months: left_after(0.84, 28).\n"
                "answer = 100 - left_after(0.84, 12)"
            ),
            why="Equal shares are not equal slices: each month works on what the one before left.",
            options={
                "within": 0.1,
                "slips_within": 0.04,
                "either": [steady_yearly_fall(fall, months + 1)],
                "slips": {
                    # The right fall in a month, twelve times over.
                    "divided-compound": [12 * 0.84, 12 * 0.838, 12 * 0.81],
                    "divided-compound:fall": [12 * fall / months, 12 * fall / (months + 1)],
                    "unlike-follow-up:whole": fall,
                    "unlike-follow-up:month": [0.84, 0.838],
                    "change-for-level:factor": 100 - yearly,
                },
            },
        ),
        Question(
            "07-by-may",
            Number("points, November 2004 = 100", decimals=1),
            by_may,
            hints=(
                "Work backwards. Where did these areas stand in March 2007, with November 2004 at 100?",
                "From May 2005 they lost only a hundredth of what they had in May. So where did they stand in "
                "May?",
            ),
            solution="may = 85 / 0.99\nanswer = 100 - may",
            why="Two printed figures, set end to end, can say something that neither says alone.",
            options={
                "within": 0.06,
                "slips": {
                    "added-percentages": comparison - later,
                    "change-for-level": [100 - by_may, comparison_left, comparison_left + later],
                    "slip-other-rows:part": comparison - by_may,
                    # The one per cent put back as if it had been taken of November.
                    "wrong-base": 100 - comparison_left * (1 - later / 100),
                    "unlike-follow-up": comparison,
                },
            },
        ),
        Question(
            "07-remedy",
            Choice(REMEDIES),
            REMEDIES[0],
            hints=(
                "Go through the arrows. Which box should be alike in both groups, so that it explains no difference?",
                "Whoever is compared should be due the same return of luck.",
            ),
            solution=f'answer = "{REMEDIES[0]}"',
            why="Where the confounder is alike in both groups, it cannot be what sets them apart.",
            options={
                "slips": {
                    "before-after-as-effect:unlike": REMEDIES[1],
                    "before-after-as-effect": REMEDIES[2],
                },
            },
        ),
        Question(
            "07-roles",
            Parts(walkers=Choice(ROLES), paper=Choice(ROLES), complaints=Choice(ROLES)),
            {"walkers": "mediator", "paper": "collider", "complaints": "confounder"},
            hints=(
                "Put lamps on the left, thefts on the right, and the third thing above them.",
                "Take one sentence at a time, and write its two arrows. Where does each begin, where does it end?",
                "Do both arrows leave the third box, do both end in it, or does one end and one leave?",
            ),
            solution='answer = {"walkers": "mediator", "paper": "collider", "complaints": "confounder"}',
            why="The same third thing calls for opposite care: compare alike, leave alone, or do not choose by it.",
            options={
                "slips": {
                    "walkers": {"before-after-as-effect:arrows": ["confounder", "collider"]},
                    "paper": {"before-after-as-effect:arrows": ["confounder", "mediator"]},
                    "complaints": {"before-after-as-effect:arrows": ["mediator", "collider"]},
                },
            },
        ),
        Question(
            "07-worst-fall",
            Number("per cent", decimals=1),
            worst_fall,
            hints=(
                "Add up one column of the picked rows for each of the two years: sum does it.",
                "A fall in per cent is measured against the year it starts from.",
            ),
            solution=(
                f"{AREAS}"
                'worst = areas.sort_values("year_3").tail(20)\n'
                'answer = 100 * (1 - worst["year_4"].sum() / worst["year_3"].sum())'
            ),
            why="It looks like a success, and there is nothing behind it but how the areas were picked.",
            options={
                "within": 0.06,
                "slips": {
                    "slip-other-rows": [
                        100 * (1 - all_after / all_before),
                        100 * (1 - rest_after / rest_before),
                    ],
                    "unweighted-mean": float(100 * (1 - worst["year_4"] / worst["year_3"]).mean()),
                    "wrong-base:new": [
                        100 * (worst_before / worst_after - 1),
                        100 * (1 - worst_before / worst_after),
                    ],
                    "change-for-level:factor": 100 - worst_fall,
                    "change-for-level": [worst_before - worst_after, (worst_before - worst_after) / WORST],
                },
            },
        ),
        Question(
            "07-luck",
            Number("offences an area", decimals=1),
            luck,
            hints=(
                "You need two means over the same 20 rows: of what came in year 3, and of what is usual there.",
                "Take the second from the first: what lies above the usual level is luck.",
            ),
            solution=(
                f"{AREAS}"
                'worst = areas.sort_values("year_3").tail(20)\n'
                'answer = worst["year_3"].mean() - worst["usual"].mean()'
            ),
            why="Picking the highest count picks busy areas and unlucky ones, and does not tell them apart.",
            options={
                "within": 0.06,
                "slips": {
                    "slip-other-rows": [
                        float(worst["year_3"].mean() - areas["usual"].mean()),
                        float(areas["year_3"].mean() - areas["usual"].mean()),
                    ],
                    "slip-other-rows:column": float(worst["year_3"].mean() - worst["year_4"].mean()),
                    "change-for-level": [worst_before / WORST, float(worst["usual"].mean())],
                    "unit-slip": WORST * luck,
                },
            },
        ),
        Question(
            "07-worst-year",
            Number("offences"),
            float(years.max()),
            hints=(
                "default_rng takes the seed. poisson takes the average year first, then how many years.",
                "max finds the largest of what was drawn.",
            ),
            solution="import numpy as np\n\nchance = np.random.default_rng(3)\nanswer = max(chance.poisson(30, 20))",
            why="Nothing changed in that area in twenty years, and still one year stands out.",
            options={
                "within": 0.5,
                "slips": {
                    "slip-other-rows:average": 30,
                    "slip-other-rows:draws": [
                        float(years.min()),
                        float(years[-1]),
                        float(one_area(30, 20, seed=7).max()),
                        float(one_area(30, 10, seed=3).max()),
                    ],
                },
            },
        ),
        Question(
            "07-how-many",
            Number("worlds"),
            how_many,
            hints=(
                "The table worlds has one row a world. Keep the rows you want with a comparison.",
                'Put worlds["fall"] >= 15 in worlds[ ], then count the rows with len.',
            ),
            solution=(
                WORLD.format(name="in_world", picked='world.sort_values("before").tail(20)')
                + f"\nfalls = [fall_in_world(seed) for seed in range({WORLDS})]\n"
                'worlds = pd.DataFrame({"fall": falls})\n'
                'answer = len(worlds[worlds["fall"] >= 15])'
            ),
            why="What looks like a striking result can be the ordinary result of picking by a bad year.",
            options={
                # Other seeds are as good: three standard errors of such a count.
                "within": 45,
                "slips_within": 5,
                "slips": {
                    "slip-complement:misses": [*range(WORLDS - how_many - 45, WORLDS - how_many + 46)],
                    "unit-slip": 100 * how_many / WORLDS,
                    "before-after-as-effect": WORLDS,
                },
            },
        ),
        Question(
            "07-by-lot",
            Function("seed", returns=Number("per cent")),
            lambda seed: falls_in_world(seed)[1],
            hints=(
                "The line to return is the same as in the function before.",
                "Nothing in that line depends on how the areas were picked: picked is already the right rows.",
            ),
            solution=WORLD.format(name="by_lot", picked='world.sort_values("lot").head(20)')
            + "\nanswer = fall_by_lot",
            why="A lottery does not know who had a bad year, so luck does not run one way after it.",
            options={
                "cases": {"some worlds": [(seed,) for seed in (1, 2, 3, 11, 12)]},
                "within": 0.05,
                "slips": {
                    "slip-other-rows": lambda seed: falls_in_world(seed)[0],
                    "slip-sign": lambda seed: -falls_in_world(seed)[1],
                    "change-for-level:factor": lambda seed: 100 - falls_in_world(seed)[1],
                    "unit-slip": lambda seed: falls_in_world(seed)[1] / 100,
                },
            },
        ),
        Question(
            "07-design",
            Choice(FAIR),
            FAIR[3],
            hints=(
                "Two settings of the explorer credit about what the programme does. What do their names share?",
                "In which of them could luck before the start differ between the two groups, except by accident?",
            ),
            solution=f'answer = "{FAIR[3]}"',
            why="Chance favours neither group, also in what nobody thought of measuring. The more areas there are, the more alike it makes them.",
            options={
                "slips": {
                    "before-after-as-effect:unlike": FAIR[0],
                    "before-after-as-effect:choosing": list(FAIR[1:3]),
                },
            },
        ),
        Question(
            "07-halved",
            Parts(
                **{name: Choice(["could", "could not"]) for name in ("picked", "silent", "shorter", "many")}
            ),
            {"picked": "could", "silent": "could", "shorter": "could", "many": "could not"},
            hints=(
                "Take them one at a time, and suppose that nothing else is true.",
                "For each: would the count after the meeting come out lower, though nobody was helped?",
            ),
            solution='answer = {"picked": "could", "silent": "could", "shorter": "could", "many": "could not"}',
            why="A fall can have many causes. In how many places a meeting is held says nothing about what it does.",
            options={
                "slips": {
                    "picked": {"seen-as-whole:picked": "could not"},
                    "silent": {"seen-as-whole": "could not"},
                    "shorter": {"unlike-follow-up": "could not"},
                    "many": {"output-for-outcome": "could"},
                },
            },
        ),
        Question(
            "07-voices",
            Verdicts("A", "B", "C", "D"),
            {"A": "cannot tell", "B": "supported", "C": "supported", "D": "contradicted"},
            hints=(
                "Which of the claims only say what happened, and which says why?",
                "For the claims on what happened, put the two falls of each cohort side by side.",
            ),
            solution='answer = {"A": "cannot tell", "B": "supported", "C": "supported", "D": "contradicted"}',
            why="What happened can be read off. Why it happened needs to know what would have happened anyway.",
            options={
                "slips": {
                    "A": {"before-after-as-effect": "supported", "absence-as-evidence": "contradicted"},
                    "B": {"slip-other-rows:pairs": "contradicted", "absence-as-evidence:bare": "cannot tell"},
                    "C": {"slip-other-rows:pairs": "contradicted", "absence-as-evidence:bare": "cannot tell"},
                    "D": {"slip-other-rows:pairs": "supported", "absence-as-evidence:bare": "cannot tell"},
                }
            },
        ),
    ]
