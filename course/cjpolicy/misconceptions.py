"""The shared vocabulary of feedback, from misconceptions.toml: what each mistake means and the next step."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from .errors import UnknownName


@dataclass(frozen=True)
class Misconception:
    """One kind of mistake.

    Parameters
    ----------
    id
        Short name used in keys, records and reports.
    name
        What it is called, for teachers.
    meaning
        What a reader with it does.
    diagnosis
        Told to the student: what the answer shows.
    next_step
        Told to the student: what to do now.
    variants
        By the word after the colon in ids such as "wrong-base:new": a closer diagnosis, and a next step of
        its own where the general one does not fit.
    """

    id: str
    name: str
    meaning: str
    diagnosis: str
    next_step: str
    variants: dict[str, dict[str, str]] = field(default_factory=dict)


@cache
def vocabulary() -> dict[str, Misconception]:
    """Read every misconception, by id."""
    text = files(__package__).joinpath("misconceptions.toml").read_text(encoding="utf-8")
    return {slip: Misconception(slip, **entry) for slip, entry in tomllib.loads(text).items()}


def explain(slip: str) -> Misconception:
    """Give the words for a misconception.

    Parameters
    ----------
    slip
        Id, with a variant after a colon where there is one: "wrong-base:new".

    Returns
    -------
    Misconception
        With the variant's own diagnosis, where one was asked for.

    Raises
    ------
    UnknownName
        If there is no such misconception, or it has no such variant.

    Examples
    --------
    >>> explain("wrong-base:new").name
    'Per cent of the wrong base'
    """
    known = vocabulary()
    base, _, variant = slip.partition(":")
    if base not in known or (variant and variant not in known[base].variants):
        ids = [*known, *(f"{each.id}:{name}" for each in known.values() for name in each.variants)]
        raise UnknownName(f"There is no misconception {slip!r}. There are: {', '.join(ids)}.")
    own = known[base].variants.get(variant, {})
    return replace(
        known[base],
        diagnosis=own.get("diagnosis", known[base].diagnosis),
        next_step=own.get("next_step", known[base].next_step),
    )
