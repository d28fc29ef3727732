"""Answers checked at once: check, hint and solution in lessons; item in assignments."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from . import html
from .answers import Chart, Form, Outcome
from .answers.base import CORRECT, is_blank, kind_of, quietly, shown
from .errors import CourseError, WrongType
from .journal import predictions, session
from .questions import find

OUTCOME_MIME = "application/vnd.cjpolicy.outcome+json"
# Where a run of marking says what its random inputs are drawn from.
SEED = "CJPOLICY_SEED"
# Of an answer in words, in characters.
LONGEST_ANSWER = 300
ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")
SIGNS = {"correct": "✓", "not yet": "→", "not attempted": "…", "cannot check": "?"}

_hints_given: dict[str, int] = {}
_predictions: dict[str, str] = {}
_collecting: list[dict[str, Any]] | None = None


class WrongForm(CourseError):
    """An answer is missing or not of the form asked for; raised only while nbgrader validates."""


class NoKey(CourseError):
    """An item was marked without its key: the release version stood where the source should."""


@dataclass(frozen=True)
class Result:
    """What a check shows: a status in words, and what to do next.

    Parameters
    ----------
    id
        The question's or item's id.
    outcome
        What came of the answer.
    afterword
        A sentence shown beneath: the point of the question, or how to ask for a hint.
    heading
        Words to use instead of the status.
    asks
        Whether hints and a solution can be had.
    """

    id: str
    outcome: Outcome
    afterword: str = ""
    heading: str = ""
    asks: bool = False

    @property
    def status(self) -> str:
        """One of "correct", "not yet", "not attempted" and "cannot check"."""
        return self.outcome.status

    @property
    def title(self) -> str:
        """The status in words, with its sign."""
        return f"{SIGNS[self.status]} {self.heading or self.status.capitalize()}"

    @property
    def lines(self) -> list[str]:
        """What came of the whole answer, where there is more to say than its status."""
        message = self.outcome.message
        return [message] if message and message != CORRECT.message else []

    @property
    def listed(self) -> list[str]:
        """A line for each part of an answer that is not wholly right."""
        return [] if self.status == "correct" else list(part_lines(self.outcome))

    def __repr__(self) -> str:
        return "\n".join(line for line in [self.title, *self.lines, *self.listed, self.afterword] if line)

    def _repr_html_(self) -> str:
        kind = self.status.replace(" ", "-")
        return html.notice(kind, self.title, *self.lines, listed=self.listed, after=self.afterword)

    def _ipython_display_(self) -> None:
        """Add buttons where a reader is there to press them; otherwise IPython shows what it always does."""
        if not (self.asks and session.reader_is_there()):
            raise NotImplementedError
        from . import panel

        panel.show(self)


def part_lines(outcome: Outcome, whole: str = "") -> Iterator[str]:
    """Write a line for each part of an answer, and for each part of a part, with its sign in words."""
    for name, part in outcome.parts:
        full_name = f"{whole}, {name}" if whole else name
        said = part.message if part.status == "correct" else f"{part.status}. {part.message}"
        yield f"{SIGNS[part.status]} {full_name}: {said}"
        yield from part_lines(part, full_name)


def check(question_id: str, answer: Any) -> Result:
    """Check an answer to a lesson's question.

    Parameters
    ----------
    question_id
        The id printed in the lesson: "02-recorded-change".
    answer
        Your answer. Compared by meaning: 31, 31.0 and a column holding only 31 are the same.

    Returns
    -------
    Result
        Correct, not yet (with what kind of mistake it was and the next step), not attempted, or cannot
        check (with the form that was expected).

    Raises
    ------
    UnknownName
        If no lesson asks this question.
    """
    question = find(question_id)
    outcome = question.form.judge(answer, question.expected, **question.options)
    share = round(outcome.share, 4)
    session.record("check", question_id, status=outcome.status, slips=list(outcome.slips), share=share)
    stuck = f'Stuck? cj.hint("{question_id}")'
    return Result(question_id, outcome, question.why if outcome.status == "correct" else stuck, asks=True)


def hint(question_id: str, number: int | None = None) -> html.Note:
    """Give the next hint for a question, each saying a little more than the last.

    Parameters
    ----------
    question_id
        The id printed in the lesson.
    number
        Which hint, from 1; the next one when left out.

    Raises
    ------
    UnknownName
        If no lesson asks this question.
    WrongType
        If there is no hint of that number.
    """
    question = find(question_id)
    last = len(question.hints)
    if number is None:
        number = min(hints_read(question_id) + 1, last)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= last:
        raise WrongType(f"{question_id} has hints 1 to {last}. You asked for {number!r}.")
    _hints_given[question_id] = max(number, hints_read(question_id))
    session.record("hint", question_id, number=number)
    after = (
        f'Another: cj.hint("{question_id}")' if number < last else f'The answer: cj.solution("{question_id}")'
    )
    return html.Note(f"Hint {number} of {last}", question.hints[number - 1], after)


def hints_read(question_id: str) -> int:
    """Return how many hints for a question this kernel has given."""
    return _hints_given.get(question_id, 0)


def solution(question_id: str) -> html.Note:
    """Show a worked answer to a lesson's question.

    Raises
    ------
    UnknownName
        If no lesson asks this question.
    """
    question = find(question_id)
    session.record("solution", question_id)
    title = "One way to do it" if question.solution else "No solution yet"
    return html.Note(title, question.why, code=question.solution)


def predict(question_id: str, guess: Any = None, turned_out: Any = None) -> html.Note:
    """Keep a guess made before the data, or show the one you made; it is remembered until you erase it.

    Parameters
    ----------
    question_id
        Any short name; the lesson gives one.
    guess
        Your guess. Left out, your earlier guess is shown again.
    turned_out
        What the data say, in a sentence or as a value, to be shown beside your guess.

    Raises
    ------
    WrongType
        If the name is not text.
    """
    if not isinstance(question_id, str):
        raise WrongType(
            f'predict() takes a name and a guess, such as predict("violence", "it fell"). '
            f"It was given {shown(question_id)} for a name."
        )
    if not is_blank(guess):
        said = _predictions[question_id] = guess if isinstance(guess, str) else shown(guess)
        session.record("predict", question_id, said=said)
        noted = f"You said: {said}. Keep it in mind; we come back to it."
        if is_blank(turned_out):
            return html.Note("Your prediction is noted", noted)
    return predictions.again(question_id, _predictions.get(question_id), turned_out)


class Item:
    """One marked item of an assignment, as its test cell uses it; made by `item`.

    Parameters
    ----------
    grade_id
        nbgrader's id of the test cell.
    answer
        What the student gave.
    form
        Form of the answer.
    """

    def __init__(self, grade_id: str, answer: Any, form: Form) -> None:
        self.grade_id = grade_id
        self.answer = answer
        self.form = form
        self.outcome: Outcome | None = None

    @cached_property
    def chance(self) -> random.Random:
        """Where a hidden test draws the inputs of a student's function from.

        A function sees what it is called with and could tell, so the inputs are new in each run of marking.
        They are the same for all of a run's students, and again wherever the run's seed is given.
        """
        return random.Random(f"{os.environ.get(SEED, '')} {self.grade_id}")

    @property
    def in_words(self) -> str:
        """The answer in words, for whoever reviews it. A chart is only named: it is seen where it is made."""
        if isinstance(self.form, Chart) and not is_blank(self.answer):
            return kind_of(self.answer)
        with quietly():
            if type(self.answer) is dict and all(type(name) is str for name in self.answer):
                said = ", ".join(
                    f"{name}: {shown(part, LONGEST_ANSWER)}" for name, part in self.answer.items()
                )
            else:
                said = shown(self.answer, LONGEST_ANSWER)
        # Where in memory a function is tells nobody anything, and two alike must read alike.
        said = ADDRESS.sub("", said)
        return said if len(said) <= LONGEST_ANSWER else f"{said[: LONGEST_ANSWER - 1]}…"

    def expect(self, expected: Any, **options: Any) -> None:
        """Compare the answer with the key; only hidden tests call this.

        Parameters
        ----------
        expected
            The right answer.
        **options
            What the form's `mark` takes besides: slips, within, worth, cases...
        """
        self.outcome = self.form.judge(self.answer, expected, **options)

    def points(self, worth: float) -> float | None:
        """Show what came of the answer, and give its points.

        Parameters
        ----------
        worth
            Points for a wholly right answer.

        Returns
        -------
        float or None
            Points earned, a plain float. None in a student's own notebook, where there is no key and
            only the form is looked at.

        Raises
        ------
        WrongForm
            While nbgrader validates, if the answer is missing or not of the right form.
        NoKey
            While nbgrader marks, if the hidden tests are not there.
        """
        if self.outcome is not None:
            earned = round(float(worth) * self.outcome.share, 6)
            result = Result(self.grade_id, self.outcome, f"{earned:g} of {worth:g} points")
            show(result, earned, worth, self.in_words)
            return earned
        return self._form_only(worth)

    def _form_only(self, worth: float) -> float | None:
        """Say whether the answer has the right form, which is all that can be said without a key."""
        if os.environ.get("NBGRADER_EXECUTION") == "autograde":
            raise NoKey(
                f"{self.grade_id} has no key here, so it was not marked. Run `nbgrader generate_assignment` "
                "in this course first, then autograde again."
            )
        outcome = self.form.inspect(self.answer)
        session.record("validated" if session.validating() else "item", self.grade_id, status=outcome.status)
        right = outcome.status == "correct"
        result = Result(self.grade_id, outcome, heading="Right form; not marked here" if right else "")
        if os.environ.get("NBGRADER_EXECUTION") != "validate":
            show(result)
            return None
        if not right:
            said = " ".join([*result.lines, *result.listed])
            raise WrongForm(f"{self.grade_id}: {outcome.status}. {said}")
        return float(worth)


def item(grade_id: str, answer: Any, form: Form) -> Item:
    """Take a student's answer to one item of an assignment.

    Parameters
    ----------
    grade_id
        The item's id: "a02-two-changes".
    answer
        The student's answer; for several parts, a dictionary of them.
    form
        Form of the answer: `Number("per cent")`, `Parts(...)`, `Chart()`...

    Returns
    -------
    Item
        On which the test cell calls `points`.

    Raises
    ------
    WrongType
        If the id is not text or the form is not a form.
    """
    if not isinstance(grade_id, str) or not isinstance(form, Form):
        raise WrongType(
            'item() takes an id, an answer and a form, such as item("a02-two-changes", change, '
            f'Number("per cent")). It was given {shown(grade_id)} and {shown(form)}.'
        )
    return Item(grade_id, answer, form)


@contextmanager
def collected() -> Iterator[list[dict[str, Any]]]:
    """Collect what items show, each as a dictionary by MIME type, in place of displaying it."""
    global _collecting
    before, _collecting = _collecting, []
    try:
        yield _collecting
    finally:
        _collecting = before


def show(
    result: Result, earned: float | None = None, worth: float | None = None, answer: str | None = None
) -> None:
    """Display a result, with a machine-readable record beside it for marking, reports and review."""
    record: dict[str, Any] = {
        "id": result.id,
        "status": result.status,
        "slips": list(result.outcome.slips),
        "earned": earned,
        "worth": worth,
        **({} if answer is None else {"answer": answer}),
    }
    bundle = {"text/plain": repr(result), "text/html": result._repr_html_(), OUTCOME_MIME: record}
    if _collecting is not None:
        _collecting.append(bundle)
        return

    from IPython.core.getipython import get_ipython
    from IPython.display import display

    if get_ipython() is None:  # a plain Python session has no display
        print(repr(result))
    else:
        display(bundle, raw=True)


__all__ = ["Item", "Result", "check", "hint", "item", "predict", "solution"]
