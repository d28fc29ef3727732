"""What a reader's steps come to: checks passed, hints, minutes, assignments, and where to go on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from ..catalogue import written_date
from .contents import Page
from .store import Event, in_order

# A longer gap between two steps is a break, of which so much counts as reading.
LONGEST_GAP = timedelta(minutes=10)
ANSWERED = ("correct", "not yet")
EMPTY = Page("", {}, "")


@dataclass(frozen=True)
class Unit:
    """What was done in one unit.

    Attributes
    ----------
    number : str
        Two digits.
    page : Page
        Its lesson; without title and link where the notebook was not found.
    checks : tuple of str
        Ids of its checks, in the order of the lesson.
    passed : frozenset of str
        Those that were answered; for most of them, answered correctly.
    settled : frozenset of str
        Those passed, and those whose solution was read.
    hints, solutions : int
        How many different hints and solutions were read.
    minutes : float
    last : str
        The check that was last answered, or asked about; "" if none.
    """

    number: str
    page: Page
    checks: tuple[str, ...]
    passed: frozenset[str]
    settled: frozenset[str]
    hints: int
    solutions: int
    minutes: float
    last: str


@dataclass(frozen=True)
class Assignment:
    """What was done in one assignment.

    Attributes
    ----------
    name : str
        Such as "a02".
    page : Page
        Its notebook; without title and link where it was not found.
    opened, validated : datetime or None
        When one of its items was first run, and when nbgrader last validated it.
    right, items : int
        How many items had the right form when last validated, and how many there are.
    minutes : float
    """

    name: str
    page: Page
    opened: datetime | None
    validated: datetime | None
    right: int
    items: int
    minutes: float


@dataclass(frozen=True)
class Prediction:
    """A guess, and when it was first made."""

    said: str
    at: datetime


def minutes(events: Iterable[Event]) -> dict[str, float]:
    """Estimate the minutes spent on each unit and assignment.

    Parameters
    ----------
    events : iterable of Event

    Returns
    -------
    dict of str to float
        By unit or assignment. The time between two steps counts for the later one, up to ten minutes.
    """
    spent: dict[str, float] = defaultdict(float)
    for before, after in pairwise(in_order(events)):
        spent[after.group] += min(after.at - before.at, LONGEST_GAP) / timedelta(minutes=1)
    return dict(spent)


def unit(
    number: str, page: Page, checks: Sequence[str], tests: Iterable[str], events: Sequence[Event]
) -> Unit:
    """Sum up a unit.

    Parameters
    ----------
    number : str
        Two digits.
    page : Page
        Its lesson.
    checks : sequence of str
        Ids of the checks it has now, in order. Steps about others are passed over: a check may have gone.
    tests : iterable of str
        Those that any answer passes, because they measure rather than teach.
    events : sequence of Event
        All steps, oldest first.
    """
    known = set(checks)
    about = [event for event in events if event.about in known]
    answers = [event for event in about if event.kind == "check"]
    passed = {event.about for event in answers if event.detail.get("status") == "correct"}
    passed |= {event.about for event in answers if event.detail.get("status") in ANSWERED} & set(tests)
    solutions = {event.about for event in about if event.kind == "solution"}
    hints = {(event.about, event.detail.get("number")) for event in about if event.kind == "hint"}
    return Unit(
        number,
        page,
        tuple(checks),
        frozenset(passed),
        frozenset(passed | solutions),
        len(hints),
        len(solutions),
        minutes(events).get(number, 0.0),
        about[-1].about if about else "",
    )


def assignment(name: str, page: Page, events: Sequence[Event]) -> Assignment:
    """Sum up an assignment, from all steps, oldest first."""
    about = [event for event in events if event.group == name]
    checked = [event for event in about if event.kind == "validated"]
    forms = {event.about: event.detail.get("status") == "correct" for event in checked}
    items = list(page.cells) or list(dict.fromkeys(event.about for event in about))
    return Assignment(
        name,
        page,
        about[0].at if about else None,
        checked[-1].at if checked else None,
        sum(forms.get(id, False) for id in items),
        len(items),
        minutes(events).get(name, 0.0),
    )


def where_next(units: Sequence[Unit], events: Iterable[Event]) -> tuple[Unit, str] | None:
    """Return where to go on: a unit, and the first of its checks that is not answered.

    It is looked for from the check last touched to the end of the course, and then from the beginning:
    whoever passed over something is not sent back to it before the end.

    Parameters
    ----------
    units : sequence of Unit
        In order.
    events : iterable of Event
        All steps, oldest first.

    Returns
    -------
    (Unit, str) or None
        None where every check is passed.
    """
    order = [(unit, check) for unit in units for check in unit.checks]
    places = {check: place for place, (_, check) in enumerate(order)}
    start = next((places[event.about] for event in reversed(list(events)) if event.about in places), 0)
    ahead = [(unit, check) for unit, check in order[start:] if check not in unit.settled]
    behind = [(unit, check) for unit, check in order if check not in unit.passed]
    return next(iter([*ahead, *behind]), None)


def prediction(name: str, events: Iterable[Event]) -> Prediction | None:
    """Return the last guess of that name. Made again in the same words, it keeps its first date."""
    latest = None
    for event in events:
        if event.kind == "predict" and event.about == name:
            said = str(event.detail.get("said", ""))
            if latest is None or latest.said != said:
                latest = Prediction(said, event.at)
    return latest


def find_page(pages: Mapping[str, Page], name: str) -> Page:
    """Return a page by its name, or one without title and link."""
    return pages.get(name, EMPTY)


def day(when: datetime) -> str:
    """Return a moment's date, as the reader's clock has it.

    Examples
    --------
    >>> from datetime import UTC
    >>> day(datetime(2026, 3, 5, 12, tzinfo=UTC))
    '5 March 2026'
    """
    return written_date(when.astimezone().date().isoformat())
