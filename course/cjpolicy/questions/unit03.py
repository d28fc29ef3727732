"""The questions of unit 03, homicide and weapons."""

from __future__ import annotations

from ..answers import Choice, Frame, Interval, Number, Parts, Verdicts
from ..catalogue import figure
from ..explorers.totals import fitting_totals, surviving_rows
from . import Question

WITHIN, MORE = "within chance", "more than chance"


def chance(*counts: float) -> float:
    """Give how far chance alone may move a count, or the difference of two: 2 times the root of their sum."""
    return 2.0 * sum(counts) ** 0.5


def questions() -> list[Question]:
    """Build the unit's questions from the plan's own figures."""
    return [*_table_questions(), *_total_questions(), *_year_questions(), *_noise_questions()]


def _table_questions() -> list[Question]:
    """Build the questions on the table as it reached us."""
    rows = surviving_rows()
    surviving = sum(count for count, _ in rows)
    headline = figure("homicide-757").value
    largest, share = max(rows)
    refused = [(count, percent) for count, percent in rows if round(100 * count / headline) != percent]
    return [
        Question(
            "03-surviving",
            Number("homicides"),
            surviving,
            hints=(
                "The cell above adds up one column of the table. You need the other column of numbers.",
                'The column is called "count".',
            ),
            solution='methods = cj.load("homicide_method")\nanswer = methods["count"].sum()',
            why="So many deaths are in the rows that reached us. The rest stand in rows that did not.",
            options={
                "slips": {
                    "seen-as-whole:text": headline,
                    "slip-other-rows:column": sum(percent for _, percent in rows),
                }
            },
        ),
        Question(
            "03-share-of",
            Choice(
                [
                    "all homicides",
                    "the homicides in the rows we have",
                    "the homicides in the rows that are lost",
                ]
            ),
            "the homicides in the rows we have",
            hints=(
                "What did they divide by, and what does that number count?",
                "You have just worked out what 381 counts.",
            ),
            solution='answer = "the homicides in the rows we have"',
            why="The printed share is of all homicides. A share of what survived is about twice as large.",
            options={"slips": {"seen-as-whole": "all homicides"}},
        ),
        Question(
            "03-refused",
            Frame(by="count", percent=Number("per cent, as printed")),
            {"count": [count for count, _ in refused], "percent": [percent for _, percent in refused]},
            hints=(
                "The mask you saw says where rounded and printed are equal. You want the rows where they are not.",
                "Write it with != in place of ==, and put the mask in methods[ ].",
            ),
            solution=(
                'methods = cj.load("homicide_method")\n'
                'rounded = round(100 * methods["count"] / 757)\n'
                'answer = methods[rounded != methods["percent"]]'
            ),
            why="Seven rows agree with 757. It takes only one that does not to rule a total out.",
        ),
        Question(
            "03-once",
            Number("per cent, as printed"),
            round(100 * largest / headline),
            hints=(
                "The share to three decimals is above. Is it nearer to the whole number below, or the one above?",
                "A share is printed one higher only if it has reached the half. Has it?",
            ),
            solution="answer = round(100 * 140 / 757)",
            why="18.494 has not reached the half. Only by rounding it first to 18.5 does it seem to.",
            options={
                "slips": {
                    "rounded-as-exact:twice": share,
                }
            },
        ),
    ]


def _total_questions() -> list[Question]:
    """Build the questions on which totals fit, and on what is lost."""
    rows = surviving_rows()
    largest = max(rows)
    low, high = fitting_totals(rows)
    alone = fitting_totals([largest])
    others = [fitting_totals([row]) for row in rows if row[0] >= 25]
    surviving = sum(count for count, _ in rows)
    headline = int(figure("homicide-757").value)
    three_areas = [figure(f"fig6-region-{share}").value for share in (9, 3, 2)]
    outside = figure("fig6-none-41").value
    return [
        Question(
            "03-smallest",
            Number("homicides"),
            alone[0],
            hints=(
                "In the worked loop, which two numbers belong to the row of 70? Put those of the other row.",
                "A smaller total makes a larger share. min( ) takes the smallest total that your list holds.",
            ),
            solution=(
                "fitting = []\n"
                "for total in range(600, 900):\n"
                "    if round(100 * 140 / total) == 19:\n"
                "        fitting.append(total)\n"
                "answer = min(fitting)"
            ),
            why="One row sets a floor, the other a ceiling. Between them they leave little room.",
            options={
                "slips": {
                    "rounded-as-exact:other-end": alone[1],
                    "rounded-as-exact": [736.84, 737],
                    "slip-other-rows": fitting_totals([rows[0]])[0],
                }
            },
        ),
        Question(
            "03-totals",
            Interval("homicides"),
            (low, high),
            hints=(
                "It is the loop of step 4 with another question after the word if. What does fits(total) give back?",
                "if fits(total): keeps the totals that all nine rows allow. Then min( ) and max( ) of the list.",
            ),
            solution=(
                'methods = cj.load("homicide_method")\n\n\n'
                "def fits(total):\n"
                '    return all(round(100 * methods["count"] / total) == methods["percent"])\n\n\n'
                "totals = []\n"
                "for total in range(600, 900):\n"
                "    if fits(total):\n"
                "        totals.append(total)\n"
                "answer = (min(totals), max(totals))"
            ),
            why="Rounding hides a little of each share. Nine shares together leave only a narrow gap for the total.",
            options={
                "slips": {
                    "slip-range-end": (low, high - 1),
                    "slip-other-rows:one-row": [span for span in others if span != (low, high)],
                    "rounded-as-exact": [(600, 899), (surviving, surviving)],
                }
            },
        ),
        Question(
            "03-lost",
            Interval("homicides"),
            (low - surviving, high - surviving),
            hints=(
                "Lost and surviving rows together make the total. You know two of the three, one of them within limits.",
                "Take what the nine rows hold from the lowest total, then from the highest.",
            ),
            solution="answer = (718 - 381, 736 - 381)",
            why="We can count, within limits, what we never saw: because the rest of the table remembers the total.",
            options={
                "slips": {
                    "wrong-denominator:total": (headline - surviving, headline - surviving),
                }
            },
        ),
        Question(
            "03-areas",
            Number("per cent of homicides"),
            100 - outside - sum(three_areas),
            hints=(
                "Everything together is 100: inside the circles and outside them.",
                "Three numbers inside survive and one outside. What is left of the 100?",
            ),
            solution="answer = 100 - 41 - 9 - 3 - 2",
            why="Their sum is known. How it divides among the four is not, and nothing on the page will tell.",
            options={
                "within": 0.05,
                "slips": {
                    "seen-as-whole:outside": 100 - sum(three_areas),
                    "slip-other-rows:part": [100 - outside, sum(three_areas)],
                },
            },
        ),
    ]


def _year_questions() -> list[Question]:
    """Build the questions on base years and on what a year leaves out."""
    first, peak, last = (figure(f"homicide-{count}").value for count in (729, 875, 757))
    peak_with = peak + figure("homicide-excluded-172").value
    up, down = 100 * (peak / first - 1), 100 * (last / peak - 1)
    return [
        Question(
            "03-nine-years",
            Number("per cent", decimals=1),
            100 * (last / first - 1),
            hints=(
                "How many times the earlier count is the later one? And how much more than once is that?",
                "Divide the later count by the earlier, take away 1, and multiply by 100.",
            ),
            solution="answer = 100 * (757 / 729 - 1)",
            why="From this base the count is up, from the peak it is down. Ask of any change: since when?",
            options={
                "within": 0.05,
                "slips": {
                    "added-percentages": up + down,
                    # With the two counts swapped the formula gives the same with a minus.
                    "wrong-base:new": [100 * (last - first) / last, 100 * (first - last) / last],
                    "change-for-level:difference": last - first,
                    "change-for-level:factor": 100 * last / first,
                    "chosen-base-year": [down, -down],
                },
            },
        ),
        Question(
            "03-with-inquiry",
            Number("per cent", decimals=1),
            100 * (1 - last / peak_with),
            hints=(
                "First the count of 2002/03 as it would have been: what is printed, and the 172 besides.",
                "Then the fall from that count to 757, as a per cent of where it started. Give it without a minus.",
            ),
            solution="with_them = 875 + 172\nanswer = 100 * (1 - 757 / with_them)",
            why="One inquiry would have doubled the fall. Before you trust a fall, look at where it starts.",
            options={
                "within": 0.1,
                "slips": {
                    "chosen-base-year:as-printed": -down,
                    "wrong-base:new": [100 * (peak_with - last) / last, 100 * (last - peak_with) / last],
                    "definition-drift:both-years": 100 * (1 - (last + peak_with - peak) / peak_with),
                    "change-for-level:factor": 100 * last / peak_with,
                },
            },
        ),
    ]


def _noise_questions() -> list[Question]:
    """Build the questions on chance, and the verdicts."""
    first, last = figure("homicide-729").value, figure("homicide-757").value
    band = (last - chance(last), last + chance(last))
    one_root = chance(last) / 2
    return [
        Question(
            "03-give-or-take",
            Interval("deaths"),
            band,
            hints=(
                "27 times 27 is too small, 28 times 28 too large. Try a number between, times itself.",
                "Twice the root is how far. Go that far down from the count, then that far up.",
            ),
            solution="root = 27.5  # 27.5 * 27.5 is 756.25, near enough\nanswer = (757 - 2 * root, 757 + 2 * root)",
            why="Lived again, the same year could well show some fifty deaths more or fewer. A change between two years may wobble further: that comes next.",
            options={
                "within": 0.6,
                "slips": {
                    "slip-other-rows:example": (first - 2 * 27, first + 2 * 27),
                    "noise-as-change:one-root": (last - one_root, last + one_root),
                    "noise-as-change": [(last, last), (last - 0.5, last + 0.5)],
                },
            },
        ),
        Question(
            "03-moved",
            Parts(**dict.fromkeys(("nine_years", "four_years", "last_year"), Choice([MORE, WITHIN]))),
            {"nine_years": WITHIN, "four_years": MORE, "last_year": WITHIN},
            hints=(
                "For each: how large is the difference, and how far can chance move it? Which is larger?",
                "875 less 757 is the second difference. Twice 40.4 is what chance allows for it.",
            ),
            solution=(
                'answer = {\n    "nine_years": "within chance",\n    "four_years": "more than chance",\n'
                '    "last_year": "within chance",\n}'
            ),
            why="A change in a count means something only beside the change that chance makes.",
            options={
                "slips": {
                    "nine_years": {"noise-as-change:difference": MORE},
                    "four_years": {"noise-as-change:reverse": WITHIN},
                    "last_year": {"noise-as-change:difference": MORE},
                }
            },
        ),
        Question(
            "03-voices",
            Verdicts("A", "B", "C", "D", "E"),
            {
                "A": "supported",
                "B": "cannot tell",
                "C": "contradicted",
                "D": "supported",
                "E": "contradicted",
            },
            hints=(
                "For each, name the number that would settle it. Do you have that number, or did it go missing?",
                "For A and E: the difference against 2 times the root of the sum. For C: what did the loop find?",
            ),
            solution=(
                'answer = {\n    "A": "supported",  # up 146; chance moves it by 80\n'
                '    "B": "cannot tell",  # three of the eight years did not reach us\n'
                '    "C": "contradicted",  # 757 does not fit\n'
                '    "D": "supported",  # 59 of at least 718\n'
                '    "E": "contradicted",  # down 118; chance moves it by 81\n}'
            ),
            why="Three were settled by arithmetic on what survived, one by a share that the table prints. One needs years that did not reach us.",
            options={
                "slips": {
                    "A": {
                        "noise-as-change:reverse": "contradicted",
                        "noise-as-change:rule-settles": "cannot tell",
                    },
                    "B": {"seen-as-whole:years": "supported", "absence-as-evidence": "contradicted"},
                    "C": {"wrong-denominator:total": ["supported", "cannot tell"]},
                    "D": {"seen-as-whole:printed": ["contradicted", "cannot tell"]},
                    "E": {
                        "noise-as-change:reverse": "supported",
                        "noise-as-change:rule-settles": "cannot tell",
                    },
                }
            },
        ),
    ]
