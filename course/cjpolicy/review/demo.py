"""A class made by chance, of which everything is known: to try the review with, and to test it by."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cjpolicy import questions
from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.grading.recorded import Item, read_recorded
from cjpolicy.grading.workshop import SETTINGS, sources
from cjpolicy.questions.unit00 import IDEAS

if TYPE_CHECKING:
    from .demo_forms import Shape

__all__ = ["Answer", "Handed", "Truth", "is_simulated", "simulate"]

BEFORE_TEST = "00-before-test"
# A line in the settings of every simulated class.
SIMULATED = "# This class is simulated."
FIRST_DUE = datetime(2026, 10, 9, 16, tzinfo=UTC)
# How likely each is, of a submission; the others are as they should be. demo_forms.py makes them.
ODD = {
    "utf-16": 0.015,
    "byte-order mark": 0.01,
    "other name": 0.015,
    "locked text": 0.015,
    "points": 0.01,
    "test deleted": 0.01,
    "not a notebook": 0.008,
    "cut off": 0.008,
    "written cell lost": 0.012,
    "loop": 0.02,
    "crash": 0.01,
}
UNREADABLE = ("not a notebook", "cut off")
# By how much a misconception makes the items harder that it bears on, in standard deviations of ability.
HARDER = 0.7


@dataclass(frozen=True)
class Answer:
    """What one student gave to one item, and what came of it.

    Parameters
    ----------
    assignment, item, student : str
        Their ids.
    given : str
        "right 1" or "wrong 2": which of the recorded answers, counted from 1; "sample 1" of a written
        item's; "blank", "loop" (it was stopped), "crash" (Python ended), "unread" (no notebook was there).
    earned : float or None
        Points that marking gave; None where it left the item to a person.
    slips : tuple of str
        Ids of the misconceptions that marking recognised.
    by_hand : float or None
        Points that a person gave; they come before `earned`.
    extra : float or None
        Extra credit.

    Examples
    --------
    >>> Answer("a02_counting_violence", "a02-claim", "demo0001", "wrong 1", 1.0, by_hand=2.0).mark
    2.0
    """

    assignment: str
    item: str
    student: str
    given: str
    earned: float | None
    slips: tuple[str, ...] = ()
    by_hand: float | None = None
    extra: float | None = None

    @property
    def mark(self) -> float | None:
        """Points as they count; None where a person has yet to give them."""
        points = self.earned if self.by_hand is None else self.by_hand
        return None if points is None else points + (self.extra or 0.0)


@dataclass(frozen=True)
class Handed:
    """One submission.

    Parameters
    ----------
    assignment, student : str
        Their ids.
    odd : str
        What was wrong with it, as `ODD` has it; "" where nothing was.
    handed_in : datetime or None
        When, in UTC; None where nothing says so.
    late : bool
        Whether that was after the assignment was due.
    seconds : float
        How long its code ran.
    repairs, flags, limits : tuple of str
        What marking says of it.
    """

    assignment: str
    student: str
    odd: str
    handed_in: datetime | None
    late: bool
    seconds: float
    repairs: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """As a report has it."""
        return "flagged" if self.flags else "repaired" if self.repairs else "graded"


@dataclass
class Truth:
    """All that a simulated class was made from, and what every student gave.

    Parameters
    ----------
    names : dict of str to (str, str)
        From a student's id to first and last name.
    abilities : dict of str to float
        By student, drawn from a normal distribution with mean 0 and standard deviation 1.
    worth : dict of (str, str) to float
        By assignment and item, in their order: points for a wholly right answer.
    difficulties, discriminations : dict of (str, str) to float
        By assignment and item: the ability at which half answer it rightly, and how sharply it divides.
    prevalences : dict of str to float
        By misconception, without its variant: the share of the class that holds it.
    holders : dict of str to frozenset of str
        By misconception: the students who hold it. Few of the able do.
    due : dict of str to datetime
        By assignment, in UTC.
    submissions : list of Handed
        By assignment and then student.
    answers : list of Answer
        By assignment, student and then item; none for who handed in nothing.
    before : dict of str to int
        By student who took the test before the course and passed on a copy: how many of its items were right.
    """

    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    abilities: dict[str, float] = field(default_factory=dict)
    worth: dict[tuple[str, str], float] = field(default_factory=dict)
    difficulties: dict[tuple[str, str], float] = field(default_factory=dict)
    discriminations: dict[tuple[str, str], float] = field(default_factory=dict)
    prevalences: dict[str, float] = field(default_factory=dict)
    holders: dict[str, frozenset[str]] = field(default_factory=dict)
    due: dict[str, datetime] = field(default_factory=dict)
    submissions: list[Handed] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    before: dict[str, int] = field(default_factory=dict)


def simulate(
    root: Path,
    course: Path,
    students: int = 60,
    seed: int = 1,
    assignments: Sequence[str] | None = None,
    notebooks: bool = True,
) -> Truth:
    """Write a class made by chance into an empty folder, in the forms that marking leaves.

    Each answer is one of those recorded for its item, so that every mark, diagnosis and text is one that
    marking gives. What the recorded answers come to is kept in the course's classroom/review-models.

    Parameters
    ----------
    root : Path
        The folder; made if it is not there.
    course : Path
        The course's clone, whose settings and solutions are copied.
    students : int
        How many.
    seed : int
        What chance is made from: the same gives the same class.
    assignments : sequence of str, optional
        Which; all that the course has by default.
    notebooks : bool
        Whether to write what was handed in, and the marked notebooks. Without them nothing is run, and an
        answer has the points and the one diagnosis that are recorded for it.

    Returns
    -------
    Truth

    Raises
    ------
    CourseError
        If the folder is not empty, or the course lacks something.
    UnknownName
        If the course has no such assignment.
    """
    from .demo_forms import Forms

    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise CourseError(f"{root} is not empty. Name a new folder for the simulated class.")
    if not (course / SETTINGS).is_file():
        raise CourseError(
            f"{course} has no {SETTINGS}: it is a handout, not the course's clone. Use the clone."
        )
    there = sources(course)
    names = list(there if assignments is None else assignments)
    if missing := [name for name in names if name not in there]:
        raise UnknownName(f"There is no assignment {missing[0]!r}. There are: {', '.join(there)}.")
    root.mkdir(parents=True, exist_ok=True)
    recorded = {name: read_recorded(course / "solutions" / f"{name}.toml").items for name in names}
    forms = Forms(root.resolve(), course.resolve(), names, seed, notebooks)
    drawn = _Class(students, seed, recorded)
    for name in names:
        forms.write(name, drawn.assignment(name, forms.shape(name)), drawn.truth)
    forms.finish(drawn.truth, drawn.before_test())
    return drawn.truth


def is_simulated(root: Path) -> bool:
    """Say whether the class in a folder is one that `simulate` has made.

    Parameters
    ----------
    root : Path
        The folder.

    Returns
    -------
    bool
    """
    settings = root / SETTINGS
    return settings.is_file() and SIMULATED in settings.read_text(encoding="utf-8").splitlines()


@dataclass
class Sheet:
    """What one student hands in for an assignment, before it is marked.

    Parameters
    ----------
    student : str
        Whose.
    handed_in : datetime or None
        When, in UTC.
    late : bool
        Whether that is after it was due.
    odd : str
        As in `Handed`.
    seconds : float
        How long its code runs.
    given : dict of str to str
        By item, as in `Answer`.
    by_hand : dict of str to float
        By item: points that a person has given since.
    extra : dict of str to float
        By item: extra credit.
    comments : dict of str to str
        By item: what that person wrote.
    """

    student: str
    handed_in: datetime | None
    late: bool
    odd: str
    seconds: float
    given: dict[str, str]
    by_hand: dict[str, float] = field(default_factory=dict)
    extra: dict[str, float] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)


class _Class:
    """The drawing of a class: who they are, and what they give."""

    def __init__(self, students: int, seed: int, recorded: Mapping[str, Mapping[str, Item]]) -> None:
        self.seed = seed
        self.recorded = recorded
        self.truth = truth = Truth()
        chance = self._chance("class")
        for number in range(1, students + 1):
            letter = chr(ord("A") + (number - 1) % 26)
            truth.names[f"demo{number:04}"] = (f"Student {letter}.", f"Demo {number}")
        truth.abilities = {student: chance.gauss() for student in truth.names}
        # A few never hand in anything.
        count = round(students * 0.03)
        weak = sorted(truth.names, key=lambda student: truth.abilities[student] + chance.gauss(0, 2))
        self.absent = set(weak[:count])
        for number, name in enumerate(recorded):
            truth.due[name] = FIRST_DUE + timedelta(weeks=number)
            for item in recorded[name].values():
                truth.worth[name, item.id] = item.points
                self._describe(name, item)

    def _chance(self, *about: str) -> random.Random:
        """Give chance of its own to each thing, so that one more assignment changes no other."""
        return random.Random(" ".join([str(self.seed), *about]))

    def _describe(self, name: str, item: Item) -> None:
        """Draw how hard an item is, and who holds the misconceptions that it has wrong answers for."""
        chance = self._chance("item", name, item.id)
        self.truth.difficulties[name, item.id] = chance.gauss(-0.7, 0.9)
        self.truth.discriminations[name, item.id] = math.exp(chance.gauss(0.25, 0.25))
        for slip in {_kind(wrong.slip): None for wrong in item.wrong if wrong.slip}:
            if slip not in self.truth.holders:
                self._spread(slip)

    def _spread(self, slip: str) -> None:
        chance = self._chance("slip", slip)
        share = chance.uniform(0.1, 0.4)
        order = sorted(
            self.truth.abilities, key=lambda student: self.truth.abilities[student] + chance.gauss(0, 1.2)
        )
        holders = order[: round(share * len(order))]
        self.truth.holders[slip] = frozenset(holders)
        self.truth.prevalences[slip] = len(holders) / len(order) if order else 0.0

    # --- one assignment

    def assignment(self, name: str, shape: Shape) -> list[Sheet]:
        """Draw what everybody hands in."""
        return [sheet for student in self.truth.names if (sheet := self._sheet(name, student, shape))]

    def _sheet(self, name: str, student: str, shape: Shape) -> Sheet | None:
        chance = self._chance("sheet", name, student)
        number, ability = list(self.recorded).index(name), self.truth.abilities[student]
        if student in self.absent or chance.random() > _logistic(3.4 + 0.7 * ability - 0.12 * number):
            return None
        (odd,) = chance.choices([*ODD, ""], [*ODD.values(), 1 - sum(ODD.values())])
        # A day may be good or bad. What ends Python stands in one and the same item, so that it is run once.
        today = ability + chance.gauss(0, 0.3)
        stopped = {"loop": chance.choice(shape.plain), "crash": shape.plain[0]}.get(odd, "")
        given: dict[str, str] = {}
        for item in self.recorded[name].values():
            without = any(
                not given[need].startswith(("right", "wrong")) for need in shape.needs.get(item.id, ())
            )
            answer = self._given(name, item, student, today, chance)
            given[item.id] = odd if item.id == stopped else "blank" if without else answer
        due, late = self.truth.due[name], chance.random() < 0.08
        away = timedelta(minutes=1 + round(60 * chance.expovariate(1 / (12 if late else 30))))
        when = None if chance.random() < 0.02 else due + away if late else due - away
        seconds = round(0.2 + chance.lognormvariate(-0.9, 0.35), 3)
        sheet = Sheet(student, when, late and when is not None, odd, seconds, given)
        self._mark_by_hand(name, sheet, chance)
        return sheet

    def _given(self, name: str, item: Item, student: str, ability: float, chance: random.Random) -> str:
        """Draw one answer to one item."""
        sharp, hard = self.truth.discriminations[name, item.id], self.truth.difficulties[name, item.id]
        if item.written:
            return _written(item, sharp * (ability - hard) + chance.gauss(0, 0.8), chance)
        held = [student in self.truth.holders.get(_kind(wrong.slip), ()) for wrong in item.wrong]
        if chance.random() < _logistic(sharp * (ability - hard - HARDER * any(held))):
            others = max(len(item.right) - 1, 1)
            (number,) = chance.choices(range(len(item.right)), [3.0, *[2.0 / others] * (len(item.right) - 1)])
            return f"right {number + 1}"
        if not item.wrong or chance.random() < 0.03 + 0.2 * _logistic(-1 - ability):
            return "blank"
        (number,) = chance.choices(range(len(item.wrong)), [12.0 if holds else 1.0 for holds in held])
        return f"wrong {number + 1}"

    # --- marks by hand

    def _mark_by_hand(self, name: str, sheet: Sheet, chance: random.Random) -> None:
        """Let a person mark what waits, up to the last assignment, which they are in the middle of."""
        share = 0.5 if name == list(self.recorded)[-1] else 0.95
        for item in self.recorded[name].values():
            given, lucky = sheet.given[item.id], chance.random()
            if sheet.odd in UNREADABLE:
                continue
            if given.startswith("sample") and lucky < share:
                self._mark_written(item, sheet, chance)
            elif given.startswith("wrong") and lucky < 0.004:
                sheet.by_hand[item.id] = item.points
                sheet.comments[item.id] = "The question can be read in this way too."

    def _mark_written(self, item: Item, sheet: Sheet, chance: random.Random) -> None:
        top = max(len(item.rubric) - 1, 1)
        level = item.samples[int(sheet.given[item.id].split()[1]) - 1].level
        sheet.by_hand[item.id] = round(item.points * level / top, 2)
        if level < top and chance.random() < 0.4:
            next_level = f"For more points: {item.rubric[level + 1]}"
            sheet.comments[item.id] = chance.choice([*item.comments, next_level])
        elif level == top and chance.random() < 0.1:
            sheet.extra[item.id] = 0.5

    # --- the test before the course

    def before_test(self) -> dict[str, dict[str, str]]:
        """Draw who passes on a copy of their progress, and the letters that they gave in the test."""
        key = questions.find(BEFORE_TEST).expected
        hard = {number: self._chance("before", number).gauss(0.2, 0.8) for number in key}
        given = {}
        for student, ability in self.truth.abilities.items():
            chance = self._chance("before", student)
            if student in self.absent or chance.random() > 0.7:
                continue
            letters = {}
            for number, right in key.items():
                knows = chance.random() < _logistic(1.2 * (ability - hard[number]))
                letters[number] = right if knows else chance.choice([x for x in "ABCD" if x != right])
            given[student] = letters
            self.truth.before[student] = sum(letters[str(k)] == idea.right for k, idea in IDEAS.items())
        return given


def _kind(slip: str) -> str:
    """Return a misconception without its variant."""
    return slip.partition(":")[0]


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _written(item: Item, reached: float, chance: random.Random) -> str:
    """Choose the sample whose level is nearest to what the student has reached."""
    if not item.samples or chance.random() < 0.02 + 0.2 * _logistic(-1.5 - 2 * reached):
        return "blank"
    level = sum(reached > bound for bound in (-1.2, -0.3, 0.7))
    away = [abs(sample.level - level) for sample in item.samples]
    return f"sample {chance.choice([k for k, far in enumerate(away, 1) if far == min(away)])}"
