"""A reader's progress as a card in a notebook, and as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import html
from ..errors import CourseError
from ..questions import unit_questions, units
from . import contents, session
from .store import TROUBLE, Event, Store, explained
from .summary import Assignment, Unit, assignment, day, find_page, unit, where_next

TITLE = "Your progress"
ALL_DONE = "Every check of every unit is passed. What would you tell somebody who is about to begin?"
KEPT = "What you do is kept on your own disk, in {place}, and goes nowhere else."
HOW = (
    "Minutes are estimated from the time between one step and the next. "
    'To save a copy: cj.progress(export="my-progress.json"). To forget everything: cj.progress(erase=True).'
)
UNIT_HEADERS = ("Unit", "Checks passed", "Help taken", "Time")
WORK_HEADERS = ("Assignment", "Opened", "Validated", "Time")
SWITCHED_OFF = f"Nothing is kept: {session.VARIABLE} is {session.OFF!r}."


@dataclass(frozen=True, repr=False)
class Progress:
    """What a reader has done.

    Attributes
    ----------
    units : sequence of Unit
    assignments : sequence of Assignment
    next : (Unit, str) or None
        Where to go on: a unit and a check.
    begun : bool
        Whether there are any steps at all.
    place : str
        The file it is kept in; "" where progress is switched off.
    notes : sequence of str
        What the reader must know about that file.
    """

    units: Sequence[Unit]
    assignments: Sequence[Assignment]
    next: tuple[Unit, str] | None
    begun: bool
    place: str
    notes: Sequence[str] = ()

    def __repr__(self) -> str:
        rows = [_line(headers, cells) for headers, rows, _ in self._tables() for cells in rows]
        lead = "".join(self._lead())
        return "\n".join([TITLE, *self.notes, lead, self._total(), *rows, *self._foot()])

    def _repr_html_(self) -> str:
        parts = [*map(html.paragraph, self.notes), self._lead_with_link(), html.paragraph(self._total())]
        parts += [html.table(*table) for table in self._tables()]
        parts += map(html.paragraph, self._foot())
        return html.card(TITLE, *parts)

    def _tables(self) -> Iterator[tuple[Sequence[str], Sequence[Sequence[str]], str]]:
        """Yield headers, rows and caption of each table; before the first step there is little to list."""
        if not self.begun:
            rows = [(_name(each.number, each.page.title), str(len(each.checks))) for each in self.units]
            yield ("Unit", "Checks"), rows, "What there is"
            return
        yield UNIT_HEADERS, [_unit_row(each) for each in self.units], "Units"
        if self.assignments:
            yield WORK_HEADERS, [_assignment_row(each) for each in self.assignments], "Assignments"

    def _lead(self) -> tuple[str, str, str]:
        """Say where to go on, in a sentence: before its link, the words of the link, and after it."""
        if self.next is None:
            return ALL_DONE, "", ""
        unit, check = self.next
        number = unit.checks.index(check) + 1
        where = f"unit {_name(unit.number, unit.page.title)}, check {number} of {len(unit.checks)}"
        if self.begun:
            return "Continue where you left off: ", where, "."
        return "A clean page. Your first question is here: ", where, ". Guess, look, and see what it says."

    def _lead_with_link(self) -> str:
        before, where, after = map(html.escape, self._lead())
        if self.next and self.next[0].page.link:
            unit, check = self.next
            link = html.escape(unit.page.link_to(check))
            where = f'<a href="{link}" style="text-decoration:underline">{where}</a>'
        return f"<p>{before}{where}{after}</p>"

    def _total(self) -> str:
        passed = sum(len(unit.passed) for unit in self.units)
        checks = sum(len(unit.checks) for unit in self.units)
        if not self.begun:
            return f"{len(self.units)} units with {checks} checks wait for you, to be done at your own pace."
        spent = sum(unit.minutes for unit in self.units) + sum(each.minutes for each in self.assignments)
        return f"{passed} of {checks} checks passed, in {_minutes(spent) if spent else 'under a minute'}."

    def _foot(self) -> list[str]:
        if not self.place:
            return [SWITCHED_OFF]
        return [KEPT.format(place=self.place), *([HOW] if self.begun else [])]


def of_reader() -> Progress:
    """Return the progress of the reader who is there; a blank one where nobody is."""
    events, notes = session.events()
    return of_events(events, Path.cwd(), notes)


def of_store(store: Store, here: Path) -> Progress:
    """Return what a store holds, whoever asks.

    Raises
    ------
    CourseError
        If it cannot be read.
    """
    try:
        events = store.events()
    except TROUBLE as trouble:
        raise CourseError(explained(trouble)) from None
    return of_events(events, here, store.notes)


def of_events(events: Sequence[Event], here: Path, notes: Sequence[str] = ()) -> Progress:
    """Return what steps come to.

    Parameters
    ----------
    events : sequence of Event
        Oldest first.
    here : Path
        The folder that links start from.
    notes : sequence of str
        What the reader must know about their file.
    """
    lessons, releases = contents.lessons(here), contents.assignments(here)
    done = []
    for number in units():
        questions, page = unit_questions(number), find_page(lessons, number)
        asked = [check for check in page.cells if check in questions]
        checks = [*asked, *(check for check in questions if check not in page.cells)]
        tests = [check for check, question in questions.items() if not question.solution]
        done.append(unit(number, page, checks, tests, events))
    # Where no notebook is found, what the reader has opened still counts.
    names = sorted(releases) or sorted({e.group for e in events if e.kind in ("item", "validated")})
    work = [assignment(name, find_page(releases, name), events) for name in names]
    place = session.place()
    return Progress(done, work, where_next(done, events), bool(events), _shown(place) if place else "", notes)


def _line(headers: Sequence[str], cells: Sequence[str]) -> str:
    """Return a row of a table as a line of text."""
    said = (f"{header.lower()}: {cell}" for header, cell in zip(headers[1:], cells[1:], strict=True))
    return f"{cells[0]}: {'; '.join(said)}"


def _unit_row(unit: Unit) -> tuple[str, ...]:
    passed = f"{len(unit.passed)} of {len(unit.checks)}"
    return _name(unit.number, unit.page.title), passed, _help(unit), _minutes(unit.minutes)


def _assignment_row(each: Assignment) -> tuple[str, ...]:
    right = f"{each.right} of {each.items} items right in form"
    return (
        # The heading begins with "Assignment 01: ", which the name says already.
        _name(each.name, each.page.title.rpartition(": ")[2]),
        day(each.opened) if each.opened else "not yet",
        f"{right}, {day(each.validated)}" if each.validated else "not yet",
        _minutes(each.minutes),
    )


def _help(unit: Unit) -> str:
    said = [(unit.hints, "hint"), (unit.solutions, "solution")]
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in said if count) or "none"


def _name(number: str, title: str) -> str:
    return f"{number} {title}".strip()


def _minutes(spent: float) -> str:
    if not spent:
        return "no time yet"
    return f"about {round(spent)} min" if spent >= 1 else "under a minute"


def _shown(path: Path) -> str:
    """Return a path with the home folder as ~: a lesson that is shared should not name its reader."""
    return f"~/{path.relative_to(Path.home()).as_posix()}" if path.is_relative_to(Path.home()) else str(path)
