"""What every form of answer shares: reading what a student gave, and saying what came of it."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from math import fsum
from typing import Any, Literal

from .. import misconceptions

Status = Literal["correct", "not yet", "not attempted", "cannot check"]

PLACEHOLDERS = ("", "...", "…", "____", "___", "__", "_", "?")

# What a student's code may raise when it is looked at or called.
# An interrupt is not theirs: it stops the marking.
FAILURES = (Exception, SystemExit)


class NotAttemptedError(Exception):
    """The answer is still the empty place the question came with."""


class UnreadableError(Exception):
    """The answer is not of the form asked for; the message says what arrived and what to do."""


@dataclass(frozen=True)
class Outcome:
    """What came of one answer.

    Parameters
    ----------
    status
        "correct", "not yet" (readable, but not right or only partly right), "not attempted" or
        "cannot check" (not of the form asked for).
    share
        Share of the points earned, 0 to 1.
    message
        What arrived, what kind of mistake it was and the next step. Never the expected value.
    slip
        Misconception id, with a variant after a colon where there is one; "" when none was recognised.
    parts
        Outcomes of the named parts, where the answer has parts.
    """

    status: Status
    share: float = 0.0
    message: str = ""
    slip: str = ""
    parts: tuple[tuple[str, Outcome], ...] = ()

    @property
    def slips(self) -> tuple[str, ...]:
        """Misconception ids recognised in this answer and its parts, without repeats."""
        own = (self.slip,) if self.slip else ()
        return tuple(dict.fromkeys([*own, *(slip for _, part in self.parts for slip in part.slips)]))


CORRECT = Outcome("correct", 1.0, "Correct.")


def diagnosed(arrived: str, slip: str, share: float = 0.0) -> Outcome:
    """Build the outcome for an answer whose mistake was recognised.

    Raises
    ------
    UnknownName
        If the vocabulary has no such misconception.
    """
    known = misconceptions.explain(slip)
    message = f"You gave {arrived}. {known.diagnosis} Next: {known.next_step}"
    return Outcome("not yet", share, message, slip)


def unrecognised(arrived: str, expected_form: str) -> Outcome:
    """Build the outcome for a wrong answer of the right form whose mistake is not one we know."""
    return Outcome(
        "not yet",
        message=f"You gave {arrived}. The form is right: {expected_form}. The answer is not the right one "
        "yet. Next: say in words what each number or word in your line stands for, then read the question "
        "again.",
    )


def is_blank(answer: Any) -> bool:
    """Say whether an answer is still the empty place it came with."""
    if answer is None or answer is ...:
        return True
    # Not `isinstance`, which asks the answer itself for its class: a student's object may refuse.
    return issubclass(type(answer), str) and str.strip(answer) in PLACEHOLDERS


def shown(answer: Any, limit: int = 80) -> str:
    """Give a short, one-line, harmless text of anything a student gave."""
    try:
        plain_number = type(answer).__module__ == "numpy" and not getattr(answer, "shape", None)
        text = " ".join((str if plain_number else repr)(answer).split())
    except FAILURES:
        text = f"something of type {type_name(answer)}"
    return text if len(text) <= limit else text[: limit - 1] + "…"


def type_name(answer: Any) -> str:
    """Name the type of anything, even where the type will not say."""
    return str(type.__getattribute__(type(answer), "__name__"))


WORDS_FOR_TYPES = {
    "str": "text",
    "NoneType": "nothing (None)",
    "bool": "True or False",
    "complex": "a complex number",
    "bytes": "raw bytes",
    "dict": "a dictionary",
    "Index": "a table's index",
    "DataFrame": "a table",
    "Series": "a column",
    "ndarray": "an array",
    "type": "a class",
    "module": "a module (a whole library)",
    "function": "a function (did you forget the brackets that call it?)",
    "method": "a method (did you forget the brackets that call it?)",
    "builtin_function_or_method": "a function (did you forget the brackets that call it?)",
}


def kind_of(answer: Any) -> str:
    """Name the type of what arrived in a beginner's words.

    Examples
    --------
    >>> kind_of("31"), kind_of([31]), kind_of(int)
    ('text', 'a list', 'a class')
    """
    name = "type" if issubclass(type(answer), type) else type_name(answer)
    article = "an" if name[:1].lower() in "aeiou" else "a"
    return WORDS_FOR_TYPES.get(name, f"{article} {name}")


@contextmanager
def quietly() -> Iterator[None]:
    """Drop what a student's code prints or warns of: nbgrader gives no points to a cell that warns."""
    with warnings.catch_warnings(), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        warnings.simplefilter("ignore")
        yield


class Form(ABC):
    """The form an answer must have, and how to compare it with a key by meaning."""

    @property
    @abstractmethod
    def wanted(self) -> str:
        """Say what form is expected, in words that follow 'Give'."""

    @abstractmethod
    def read(self, answer: Any) -> Any:
        """Turn an answer into a plain value.

        Raises
        ------
        NotAttemptedError
            If nothing was filled in.
        UnreadableError
            If it is not of this form.
        """

    @abstractmethod
    def mark(self, value: Any, expected: Any, *args: Any, **options: Any) -> Outcome:
        """Compare a value that was read with the key."""

    def inspect(self, answer: Any) -> Outcome:
        """Check the form alone: what a released assignment can say without a key."""
        return self._read_then(answer, self._well_formed)

    def judge(self, answer: Any, expected: Any, **options: Any) -> Outcome:
        """Read an answer and compare it with the key.

        Parameters
        ----------
        answer
            Anything at all: whatever it is or does, an outcome comes back.
        expected
            The right answer, as the form's `mark` takes it.
        **options
            What the form's `mark` takes besides: slips, within, worth, cases...

        Raises
        ------
        TypeError
            If the form takes no such option: the question is at fault, not the answer.
        """
        return self._read_then(answer, lambda value: self.mark(value, expected, **options))

    def _well_formed(self, value: Any) -> Outcome:
        return Outcome("correct", 1.0, "This has the right form.")

    def _read_then(self, answer: Any, then: Callable[[Any], Outcome]) -> Outcome:
        with quietly():
            try:
                value = self.read(answer)
            except NotAttemptedError:
                return Outcome("not attempted", message=f"Nothing here yet. Give {self.wanted}.")
            except UnreadableError as why:
                return Outcome("cannot check", message=str(why))
            except FAILURES as why:
                return Outcome(
                    "cannot check",
                    message=f"You gave {kind_of(answer)} that cannot be read ({type_name(why)}). "
                    f"Give {self.wanted}.",
                )
            return then(value)


def well_formed_parts(parts: Sequence[tuple[str, Outcome]]) -> Outcome:
    """Sum up whether every part has the right form."""
    if all(part.status == "correct" for _, part in parts):
        return Outcome("correct", 1.0, "Every part has the right form.", parts=tuple(parts))
    return Outcome("cannot check", 0.0, "Not every part has the right form yet.", parts=tuple(parts))


def combined(parts: Sequence[tuple[str, Outcome]], worth: Mapping[str, float] | None = None) -> Outcome:
    """Add up the outcomes of parts into one, keeping each part's own message.

    Parameters
    ----------
    parts
        Name and outcome of each part.
    worth
        Points of each part; equal when left out.

    Raises
    ------
    ValueError
        If `worth` does not name exactly the parts there are.

    Examples
    --------
    >>> combined([("a", CORRECT), ("b", Outcome("not yet"))], {"a": 1, "b": 3}).share
    0.25
    """
    names = [name for name, _ in parts]
    worth = worth or dict.fromkeys(names, 1.0)
    if set(worth) != set(names):
        raise ValueError(f"worth names {sorted(worth)}, but the parts are {names}.")
    statuses = {part.status for _, part in parts}
    if statuses == {"correct"}:
        return Outcome("correct", 1.0, "Correct in every part.", parts=tuple(parts))
    share = fsum(worth[name] * part.share for name, part in parts) / fsum(worth.values())
    status: Status = statuses.pop() if len(statuses) == 1 else "not yet"
    right = sum(part.status == "correct" for _, part in parts)
    count = f"{right} of {len(parts)} parts {'is' if right == 1 else 'are'} right."
    message = count if len(parts) > 1 else ""
    return Outcome(status, share, message, parts=tuple(parts))


def check_names(option: str, given: Mapping[str, Any] | None, parts: Sequence[str]) -> None:
    """Refuse an option of a question that names a part it does not have.

    Raises
    ------
    ValueError
        If it does: a name misspelled would otherwise leave a mistake undiagnosed.
    """
    unknown = sorted(set(given or {}) - set(parts))
    if unknown:
        raise ValueError(f"{option} names {unknown}, but the parts are {list(parts)}.")
