"""Unit 00, start here: five documents, first steps in Python, and the test taken before the course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..answers import Choice, Number, Outcome, Parts
from ..catalogue import documents, figure, load
from . import Question

ERRORS = ("NameError", "SyntaxError", "KeyError")
PURPOSES = (
    "to say what it will do",
    "to check what others do",
    "to speak for its members",
    "to argue for a change",
)


@dataclass(frozen=True)
class Idea:
    """One of the course's ideas, and its item in the test taken before it and after it.

    Parameters
    ----------
    name
        The idea in a few words.
    unit
        Two digits: where it is taught.
    right
        Letter of the right choice.
    """

    name: str
    unit: str
    right: str


IDEAS = {
    1: Idea("points and per cent", "01", "C"),
    2: Idea("one change after another", "02", "B"),
    3: Idea("per cent of what", "01", "D"),
    4: Idea("out of what", "05", "A"),
    5: Idea("the same word for different things", "01", "C"),
    6: Idea("what rounding hides", "02", "D"),
    7: Idea("surveys and records", "02", "B"),
    8: Idea("share and number", "02", "A"),
    9: Idea("a change after, and an effect", "07", "D"),
    10: Idea("the condition turned round", "08", "B"),
    11: Idea("few cases", "10", "C"),
    12: Idea("nothing seen, nothing there", "10", "A"),
}


class BeforeTest(Parts):
    """A letter for each item; says how many are right and where the others are taught, never a letter.

    Parameters
    ----------
    ideas
        Number of the item to its idea.

    Examples
    --------
    >>> form = BeforeTest({1: Idea("one", "01", "A"), 2: Idea("two", "02", "B"), 3: Idea("three", "02", "C")})
    >>> form.judge({1: "A", 2: "c"}, form.key()).message
    '1 of 3 right. The others are taught in unit 02 (items 2 and 3).'
    >>> form.judge({1: "A", 2: "B", 3: "C"}, form.key()).status
    'correct'
    >>> form.judge({1: "...", 2: "...", 3: "..."}, form.key()).status
    'not attempted'
    """

    def __init__(self, ideas: Mapping[int, Idea]) -> None:
        super().__init__(**{str(number): Choice("ABCD") for number in ideas})
        self.ideas = dict(ideas)

    @property
    def wanted(self) -> str:
        """Say what form is expected."""
        numbers = list(self.ideas)
        return f'a dictionary with a letter, "A" to "D", for each item from {numbers[0]} to {numbers[-1]}'

    def key(self) -> dict[str, str]:
        """Give the right letters, by the names of the parts."""
        return {str(number): idea.right for number, idea in self.ideas.items()}

    def mark(self, value: dict[str, Any], expected: Any, **options: Any) -> Outcome:
        """Count the right letters and name the units of the others."""
        marked = super().mark(value, expected)
        statuses = {number: part.status for number, (_, part) in zip(self.ideas, marked.parts, strict=True)}
        unread = [number for number, status in statuses.items() if status == "cannot check"]
        if unread:
            return Outcome("cannot check", message=f"Give {self.wanted}. Look again at {_items(unread)}.")
        right = sum(status == "correct" for status in statuses.values())
        message = f"{right} of {len(statuses)} right."
        if right == len(statuses):
            return Outcome("correct", 1.0, message)
        units: dict[str, list[int]] = {}
        for number, status in statuses.items():
            if status != "correct":
                units.setdefault(self.ideas[number].unit, []).append(number)
        where = ", ".join(f"unit {unit} ({_items(units[unit])})" for unit in sorted(units))
        return Outcome("not yet", marked.share, f"{message} The others are taught in {where}.")


def _items(numbers: list[int]) -> str:
    words = [str(number) for number in numbers]
    listed = " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    return f"item{'s' if len(words) > 1 else ''} {listed}"


def questions() -> list[Question]:
    """Build the unit's questions from the documents' own figures."""
    return [*_tour(), *_names(), *_calls(), *_errors(), _before_test()]


def _tour() -> list[Question]:
    titles = list(documents()["title"])
    from_the_blog = sum("blog" in title for title in titles)
    plan_figures = int((load("figures")["document_id"] == "003").sum())
    sources = Choice(["inspectors", "newspaper", "blog", "ministry"])
    return [
        Question(
            "00-from-the-blog",
            Number("documents"),
            from_the_blog,
            hints=(
                "Read down the titles in the table above.",
                "One document is a government's own plan. Count the rows whose title begins otherwise.",
            ),
            solution=f"# In the table, count the titles that begin with Probation blog.\nanswer = "
            f"{from_the_blog}",
            why="Most of what you read here was chosen by one blog. That is worth knowing before you "
            "count opinions.",
        ),
        Question(
            "00-route",
            Parts(speaker=sources, printed_by=sources, passed_on_by=sources),
            {"speaker": "inspectors", "printed_by": "newspaper", "passed_on_by": "blog"},
            hints=(
                "The line under the quotation names all three: who says it, in what, and in which document.",
                "The speaker wrote the sentence. Somebody printed it. Somebody else copied it into "
                "document 001.",
            ),
            solution='answer = {"speaker": "inspectors", "printed_by": "newspaper", "passed_on_by": "blog"}',
            why="Each hand on the way could choose and cut. None of them had to change a word to change "
            "the picture.",
        ),
        Question(
            "00-purposes",
            Parts(**{who: Choice(PURPOSES) for who in ("plan", "inspectors", "union", "commentator")}),
            dict(zip(("plan", "inspectors", "union", "commentator"), PURPOSES, strict=True)),
            hints=(
                "Ask of each: who pays for it, and whom does it answer to?",
                "A government answers for its own work. Inspectors look at other people's. A union "
                "answers to those "
                "who join. What is left for the commentator?",
            ),
            solution="answer = {\n"
            + "".join(
                f'    "{who}": "{purpose}",\n'
                for who, purpose in zip(("plan", "inspectors", "union", "commentator"), PURPOSES, strict=True)
            )
            + "}",
            why="A purpose is not a fault. It tells you what was looked for, and what nobody was paid "
            "to look for.",
        ),
        Question(
            "00-own-side",
            Choice("ABC"),
            "A",
            hints=(
                "Ask of each sentence: would its writer rather not have had to say it?",
                "One defends its writer's own work and one presses its writer's own case. The third "
                "does neither.",
            ),
            solution='answer = "A"',
            why="An admission costs its writer something, so on that point it is strong evidence. But a "
            "plan also needs a problem to solve, so even an admission can serve. And it proves nothing "
            "about the rest of the document.",
        ),
        Question(
            "00-plan-figures",
            Number("figures"),
            plan_figures,
            hints=(
                "Open the explorer's list called Document. Each line ends with a number in brackets.",
                "Choose the Home Office plan, with Topic and Unit set to all. The sentence beneath "
                "counts what fits.",
            ),
            solution="# Read it off the explorer, with Document set to the Home Office plan.\n"
            f"answer = {plan_figures}",
            why="The plan prints more figures than the other four together. A number is not truer for "
            "having company.",
        ),
    ]


def _names() -> list[Question]:
    arches, wands = figure("arches-100-foreword").value, figure("wands-400-foreword").value
    courts = figure("sdvc-64-s62").value
    ids = ("victim-support-30m", "victim-support-extra-5-6m", "victims-fund-1-75m")
    money = [figure(each).value for each in ids]
    routes = {each: "direct" if each == "003" else "blog" for each in documents()["document_id"]}
    return [
        Question(
            "00-courts-doubled",
            Number("courts"),
            2 * courts,
            hints=(
                "Doubling is multiplying by two. In Python the sign for times is *.",
                "Put a calculation in place of the three dots: two times the name on the line above.",
            ),
            solution='courts = cj.figure("sdvc-64-s62").value\nanswer = 2 * courts',
            why="The name keeps the value, so you never type the number again, and never mistype it.",
            options={"slips": {"change-for-level": [courts]}},
        ),
        Question(
            "00-wands-for-each-arch",
            Number("wands for each arch"),
            wands / arches,
            hints=(
                "Both names are still there from the worked example. Python remembers them.",
                "For each means dividing: what is shared out comes first. The sign is /.",
            ),
            solution='arches = cj.figure("arches-100-foreword").value\n'
            'wands = cj.figure("wands-400-foreword").value\nanswer = wands / arches',
            why="Say it aloud: so many wands for each arch. Turned round it would be arches for each wand.",
            options={"slips": {"wrong-denominator:upside-down": [arches / wands]}},
        ),
        Question(
            "00-money-for-victims",
            Number("pounds"),
            sum(money),
            hints=(
                "Three names hold three sums of money. A list of them stands in square brackets, with "
                "commas.",
                "sum(...) adds up a list. Put the name of your list in its brackets, or write the list "
                "there.",
            ),
            solution="".join(
                f'{name} = cj.figure("{each}").value\n'
                for name, each in zip(("yearly", "extra", "fund"), ids, strict=True)
            )
            + "answer = sum([yearly, extra, fund])",
            why="The library keeps pounds as pounds, whether the document prints m, million or a row of "
            "noughts.",
            options={"slips": {"unit-slip": [30 + 5.6 + 1.75]}},
        ),
        Question(
            "00-came-through",
            Parts(**{each: Choice(["blog", "direct"]) for each in routes}),
            routes,
            hints=(
                "You have counted this once already, in the tour: it is in the titles.",
                "Only one of the five is the publisher's own text. The others were gathered by somebody.",
            ),
            solution='answer = {"000": "blog", "001": "blog", "002": "blog", "003": "direct", "004": "blog"}',
            why="A dictionary keeps an answer beside its question. You will hand in many answers this way.",
        ),
    ]


def _calls() -> list[Question]:
    figures, excerpts = load("figures"), load("excerpts")
    plan = int((figures["document_id"] == "003").sum())
    return [
        Question(
            "00-rows",
            Number("rows"),
            len(figures),
            hints=(
                "len(...) counts things: letters in a text, items in a list, rows in a table.",
                "The table has a name, figures. It belongs in the brackets of len.",
            ),
            solution='figures = cj.load("figures")\nanswer = len(figures)',
            why="Each row is one figure, with the words that state it. Ask what one row is before you "
            "count any.",
        ),
        Question(
            "00-plan-share",
            Number("per cent", decimals=1),
            100 * plan / len(figures),
            hints=(
                "A share in per cent is 100 times the part, divided by the whole.",
                "The part is what you read off the explorer. The whole is every row, not the rows of "
                "the other "
                "documents. round(..., 1) keeps one decimal.",
            ),
            solution=f'figures = cj.load("figures")\nplan_figures = {plan}\n'
            "answer = round(100 * plan_figures / len(figures), 1)",
            why="More than half of the numbers come from one side. Keep that in mind when numbers seem "
            "to agree.",
            options={
                "slips": {
                    "wrong-denominator": [100 * plan / (len(figures) - plan)],
                    "wrong-denominator:upside-down": [100 * len(figures) / plan],
                }
            },
        ),
        Question(
            "00-longest-excerpt",
            Number("words"),
            int(excerpts["words"].max()),
            hints=(
                "The column is called words. A table's name, then the column's name in square brackets, "
                "gives it.",
                "max(...) finds the largest. Give it the column.",
            ),
            solution='excerpts = cj.load("excerpts")\nanswer = max(excerpts["words"])',
            why="A promise kept is small evidence for the next one. You did not have to take our word.",
            options={"slips": {"seen-as-whole": [int(excerpts["words"].head(8).max())]}},
        ),
    ]


def _errors() -> list[Question]:
    arches, wands = figure("arches-100-foreword").value, figure("wands-400-foreword").value
    return [
        Question(
            "00-error-kinds",
            Parts(B=Choice(ERRORS), C=Choice(ERRORS)),
            {"B": "KeyError", "C": "NameError"},
            hints=(
                "Which line is not Python at all? Which asks a dictionary for something? Which uses a name?",
                "The dictionary in B has one key. The name in C was never given a value, or not in that "
                "spelling.",
            ),
            solution='answer = {"B": "KeyError", "C": "NameError"}',
            why="The kind of error tells you where to look: at the punctuation, at the spelling, or at "
            "what is there.",
        ),
        Question(
            "00-mend",
            Number("per cent", decimals=1),
            100 * arches / (arches + wands),
            hints=(
                "Count the brackets that open and the brackets that close. Then compare each name, "
                "letter by letter, "
                "with the ones you made.",
                "Python shows one error at a time. Mend the bracket, run it, and read what it says next.",
            ),
            solution='arches = cj.figure("arches-100-foreword").value\n'
            'wands = cj.figure("wands-400-foreword").value\n'
            "equipment = arches + wands\nanswer = round(100 * arches / equipment, 1)",
            why="You read two messages and mended two faults. That is most of what programming is like.",
            options={"slips": {"wrong-denominator": [100 * arches / wands]}},
        ),
    ]


def _before_test() -> Question:
    form = BeforeTest(IDEAS)
    return Question(
        "00-before-test",
        form,
        form.key(),
        hints=(
            "This is not a mark. Where you do not know, leave the three dots: a blank tells you more "
            "than a guess.",
            "Draw ten or a hundred of whatever the item is about, and count. The letters themselves "
            "come in unit 17.",
        ),
        solution="",
        why="The twelve items come again in unit 17, and their answers with them.",
    )
