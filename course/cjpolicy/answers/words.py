"""Words chosen from a list, answers with named parts, and verdicts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from .base import (
    CORRECT,
    Form,
    NotAttemptedError,
    Outcome,
    UnreadableError,
    check_names,
    combined,
    diagnosed,
    is_blank,
    kind_of,
    shown,
    type_name,
    unrecognised,
    well_formed_parts,
)

VERDICTS = ("supported", "contradicted", "cannot tell")


def plain(text: str) -> str:
    """Fold case, white space, hyphens and outer punctuation: texts that read alike become the same.

    Examples
    --------
    >>> plain(' Cannot  Tell. '), plain("can't-tell"), plain("-31")
    ('cannot tell', 'cannot tell', '-31')
    """
    joined = re.sub(r"(?<=[^\W\d])[-–](?=[^\W\d])", " ", text)
    joined = re.sub(r"\bcan(?:['’]?t| not)\b", "cannot", joined, flags=re.IGNORECASE)
    return re.sub(r"[\s_]+", " ", joined).strip(" .,;:\"'’‘“”").casefold()


def label(name: Any) -> str:
    """Fold the name of a row or of a mark, so that 1997, 1997.0 and "1997" are the same one.

    Examples
    --------
    >>> label(1997.0), label(" Coverage ")
    ('1997', 'coverage')
    """
    if hasattr(name, "is_integer") and name.is_integer():
        return str(int(name))
    return plain(str(name))


class Choice(Form):
    """One of a printed list of words.

    Examples
    --------
    >>> Choice(["survey", "police records"]).judge("Survey", "survey").status
    'correct'
    """

    def __init__(self, options: Sequence[str]) -> None:
        self.options = tuple(options)

    @property
    def wanted(self) -> str:
        """Say what form is expected."""
        return "one of " + ", ".join(f'"{option}"' for option in self.options)

    def read(self, answer: Any) -> str:
        """Turn an answer into the option it means."""
        word = only_word(answer)
        if is_blank(word):
            raise NotAttemptedError
        if isinstance(word, int):  # a year without its quotation marks, say
            word = str(word)
        if not isinstance(word, str):
            raise UnreadableError(
                f"You gave {kind_of(answer)}, {shown(answer)}. Give {self.wanted}, in quotation marks."
            )
        matches = [option for option in self.options if self._folded(option) == self._folded(word)]
        if not matches:
            raise UnreadableError(f"You gave {shown(word)}, which is not on the list. Give {self.wanted}.")
        return matches[0]

    def _folded(self, text: str) -> str:
        """Fold a text as `plain` does; a comma more or less makes no other option."""
        return plain(text).replace(",", "")

    def mark(self, value: str, expected: Any, *, slips: Mapping[str, Any] | None = None) -> Outcome:
        """Compare a chosen option with the key.

        Parameters
        ----------
        expected
            The right option.
        slips
            Misconception id to the option, or options, it leads to.
        """
        if plain(value) == plain(expected):
            return CORRECT
        for slip, wrong in (slips or {}).items():
            options = [wrong] if isinstance(wrong, str) else wrong
            if plain(value) in {plain(option) for option in options}:
                return diagnosed(f'"{value}"', slip)
        return unrecognised(f'"{value}"', "one of the words on the list")


def only_word(answer: Any) -> Any:
    """Take the single element of a list, Series, array or table; anything else stays as it is."""
    if isinstance(answer, (str, dict)) or not hasattr(answer, "__len__") or len(answer) != 1:
        return answer
    cells = answer.to_numpy().ravel() if hasattr(answer, "to_numpy") else answer
    elements = list(islice(cells, 2))
    return elements[0] if len(elements) == 1 else answer


class Parts(Form):
    """An answer made of named parts, each with its own form.

    Parameters
    ----------
    **forms
        Part name to form.

    Examples
    --------
    >>> from cjpolicy.answers import Number
    >>> form = Parts(points=Number("percentage points"), percent=Number("per cent"))
    >>> form.judge({"points": 8, "percent": ...}, {"points": 8, "percent": 22.9}).share
    0.5
    """

    def __init__(self, **forms: Form) -> None:
        self.forms = forms

    @property
    def wanted(self) -> str:
        """Say what form is expected."""
        return "; ".join(f"`{name}`: {form.wanted}" for name, form in self.forms.items())

    def read(self, answer: Any) -> dict[str, Any]:
        """Turn a dictionary, a one-row table or a Series into parts; a missing part is `...`."""
        if is_blank(answer):
            raise NotAttemptedError
        given = self._mapping(answer)
        named = {plain(str(key)): value for key, value in given.items()}
        parts = {name: named.get(plain(name), ...) for name in self.forms}
        strangers = [str(key) for key in given if plain(str(key)) not in {plain(name) for name in self.forms}]
        if strangers and all(part is ... for part in parts.values()):
            raise UnreadableError(f"You gave the keys {shown(strangers)}. Give {self._names()}.")
        if all(is_blank(part) for part in parts.values()):
            raise NotAttemptedError
        return parts

    def _mapping(self, answer: Any) -> dict[Any, Any]:
        if type_name(answer) == "DataFrame":
            if len(answer) != 1:
                raise UnreadableError(
                    f"You gave a table of {len(answer)} rows. Give one row, or a dictionary, "
                    f"with {self._names()}."
                )
            answer = answer.iloc[0]
        if type_name(answer) == "Series":
            answer = answer.to_dict()
        if not isinstance(answer, dict):
            raise UnreadableError(
                f"You gave {kind_of(answer)}, {shown(answer)}. Give a dictionary with {self._names()}."
            )
        return answer

    def _names(self) -> str:
        return ", ".join(f'"{name}"' for name in self.forms)

    def _well_formed(self, value: dict[str, Any]) -> Outcome:
        return well_formed_parts([(name, form.inspect(value[name])) for name, form in self.forms.items()])

    def mark(
        self,
        value: dict[str, Any],
        expected: Any,
        *,
        worth: Mapping[str, float] | None = None,
        **options: Any,
    ) -> Outcome:
        """Compare each part with its key.

        Parameters
        ----------
        expected, worth
            By part name: the right value, the points.
        **options
            What the parts' own forms take, by part name: slips, within, either...
        """
        for option, by_part in options.items():
            check_names(option, by_part, list(self.forms))
        outcomes = []
        for name, form in self.forms.items():
            own = {option: by_part[name] for option, by_part in options.items() if name in (by_part or {})}
            outcomes.append((name, form.judge(value[name], expected[name], **own)))
        return combined(outcomes, worth)


class Verdicts(Parts):
    """A verdict on each of several claims: supported, contradicted or cannot tell.

    Takes a dictionary by letter or a list in order. The same verdict for every claim earns nothing.

    Examples
    --------
    >>> key = {"A": "supported", "B": "cannot tell"}
    >>> Verdicts("A", "B").judge(["supported", "Cannot tell"], key).status
    'correct'
    >>> Verdicts("A", "B").judge(["supported", "supported"], key).share
    0.0
    """

    def __init__(self, *claims: str) -> None:
        super().__init__(**{claim: Choice(VERDICTS) for claim in claims})

    @property
    def wanted(self) -> str:
        """Say what form is expected."""
        verdicts = ", ".join(f'"{verdict}"' for verdict in VERDICTS)
        return f"a verdict for each of {', '.join(self.forms)}, each one of {verdicts}"

    def read(self, answer: Any) -> dict[str, Any]:
        """Turn verdicts in order, or by letter, into parts."""
        if in_order(answer):
            verdicts = list(answer)
            if len(verdicts) != len(self.forms):
                raise UnreadableError(
                    f"You gave {len(verdicts)} verdict{'' if len(verdicts) == 1 else 's'} for "
                    f"{len(self.forms)} claims. Give one for each of {', '.join(self.forms)}."
                )
            answer = dict(zip(self.forms, verdicts, strict=True))
        return super().read(answer)

    def mark(self, value: dict[str, Any], expected: Any, **options: Any) -> Outcome:
        """Compare each verdict with its key; the same one every time earns nothing, unless it is right."""
        outcome = super().mark(value, expected, **options)
        read = [claim for claim, part in outcome.parts if part.status in ("correct", "not yet")]
        given = {self.forms[claim].read(value[claim]) for claim in read}
        # One verdict left blank does not make the rest weighed; two alike among many may be honest work.
        most = len(self.forms) > 1 and 2 * len(read) > len(self.forms)
        wrong = any(part.status == "not yet" for _, part in outcome.parts)
        if most and wrong and len(given) == 1:
            return diagnosed(f'"{given.pop()}" every time', "slip-same-verdict")
        return outcome


def in_order(answer: Any) -> bool:
    """Say whether verdicts come in the order of the claims, not by letter."""
    if isinstance(answer, (list, tuple)) or type_name(answer) == "ndarray":
        return True
    # A column that was never given letters has the index 0, 1, 2...
    return type_name(answer) == "Series" and list(answer.index) == list(range(len(answer)))
