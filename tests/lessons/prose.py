"""The numbers in a lesson's prose, and where each comes from."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from cjpolicy import catalogue
from cjpolicy.questions import unit_questions

DERIVED = Path(__file__).with_name("derived.toml")

# What counts nothing: links, code, years, ages of a document, and the names of units, steps and sections.
NOT_FIGURES = re.compile(
    r"\]\([^)]*\)"
    r"|\b(?:1[89]|20)\d\d(?:[/-]\d\d(?:\d\d)?)?\b"
    r"|\b(?:unit|step|section|document|item|footnote|figure|line|python)s? \d[\d.]*\b"
    r"|\b\d+(?: to \d+)?[- ](?:minutes?|hours?|words)\b",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?!\w)")
ARITHMETIC = re.compile(r"[\d.+*/() -]+")
# Labels that tell a reader that a number is nobody's: in a cell, or in all that follows under a heading.
OURS = re.compile(r"\binvented\b|\bsuppose\b", re.IGNORECASE)
ALL_OURS = re.compile(r"\ball their numbers are invented\b", re.IGNORECASE)
# Small counts, a half of a unit, and the base of every per cent.
PLAIN = {float(number) for number in range(11)} | {0.5, 100.0}


def numbers(text: str) -> set[str]:
    """Return the numbers that a text prints, without those that count nothing.

    Parameters
    ----------
    text : str
        Prose, which may hold Markdown.

    Examples
    --------
    >>> sorted(numbers("In 2006/07, unit 03: £1,500 is 12.5 times 120."))
    ['1,500', '12.5', '120']
    """
    return {found.rstrip(",") for found in NUMBER.findall(NOT_FIGURES.sub(" ", text))}


def amount(number: str) -> float:
    """Return a printed number as a float."""
    return float(number.replace(",", ""))


@cache
def derived(unit: str) -> dict[str, list[str]]:
    """Return a unit's derived numbers, each with the arithmetic behind it."""
    listed: dict[str, dict[str, list[str]]] = tomllib.loads(DERIVED.read_text(encoding="utf-8"))
    return listed.get(unit, {})


def follows(number: str, arithmetic: str) -> bool:
    """Say whether arithmetic gives a number, rounded as it is printed.

    Examples
    --------
    >>> follows("1.5", "58 / 39"), follows("1.4", "58 / 39")
    (True, False)
    """
    if not ARITHMETIC.fullmatch(arithmetic):
        return False
    decimals = len(number.partition(".")[2])
    return round(eval(arithmetic, {"__builtins__": {}}), decimals) == amount(number)


def shown(code: str) -> set[float]:
    """Return the numbers that a lesson's code shows, or takes from what it shows.

    Parameters
    ----------
    code : str
        All the lesson's code: its own numbers, the figures and excerpts it names, and its tables.

    Returns
    -------
    set of float
    """
    found = {amount(number) for number in numbers(code)}
    for figure_id in named("figure", code):
        figure = catalogue.figure(figure_id)
        found |= {figure.value, *map(amount, numbers(f"{figure.quote} {figure.stated_as}"))}
    for excerpt_id in named("excerpt", code):
        excerpt = catalogue.excerpt(excerpt_id)
        found |= {amount(number) for number in numbers(excerpt.text)}
        found |= {catalogue.figure(figure_id).value for figure_id in excerpt.figure_ids}
    for name in {*named("load", code), *named("describe", code)}:
        table = catalogue.load(name)
        found.add(float(len(table)))
        if table.attrs["kind"] != "catalogue" and name not in ("figures", "excerpts"):
            found |= {amount(number) for cell in table.to_numpy().ravel() for number in numbers(str(cell))}
    return found


def named(call: str, code: str) -> list[str]:
    """Return the ids that code gives to one of the library's functions.

    Examples
    --------
    >>> named("figure", 'cj.figure("v31-bcs").value')
    ['v31-bcs']
    """
    return re.findall(rf'\bcj\.{call}\(\s*"([^"]+)"', code)


def given_away(unit: str) -> set[float]:
    """Return the values of figures behind a unit's worked solutions: prose may name those too."""
    return shown("\n".join(question.solution for question in unit_questions(unit).values()))


def from_nowhere(text: str, known: Iterable[float], reckoned: dict[str, list[str]]) -> set[str]:
    """Return the numbers of a text that are neither known, nor reckoned, nor labelled as the course's own.

    Parameters
    ----------
    text : str
        One cell of prose.
    known : iterable of float
        What the lesson shows.
    reckoned : dict
        Derived numbers with their arithmetic.
    """
    if OURS.search(text):
        return set()
    sure = {*known, *PLAIN}
    return {number for number in numbers(text) if amount(number) not in sure and number not in reckoned}


def prose(cells: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return id and text of each cell of prose, without sections labelled as holding our own numbers."""
    found, ours = [], False
    for cell in cells:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            ours = bool(ALL_OURS.search(text)) or (ours and not text.startswith(("# ", "## ")))
            found += [] if ours else [(cell["id"], text)]
    return found
