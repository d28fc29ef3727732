"""The rule that turns the words a document states a figure in into a value and a qualifier."""

import re

QUALIFIERS = (
    "",
    "around",
    "nearly",
    "more than",
    "at least",
    "under",
    "up to",
    "lower bound",
    "upper bound",
    "order of magnitude",
)
"""How the words bound the number; empty where it is stated outright."""

UNITS = (
    "count",
    "percent",
    "percentage_points",
    "ratio",
    "rank",
    "GBP",
    "hours",
    "days",
    "weeks",
    "months",
    "years",
    "year",
    "kilogrammes",
)
"""What `value` is counted in; a ratio is a share of one or a number of times, a year is a date."""

_BEFORE = {
    "well over": "more than",
    "just over": "more than",
    "more than": "more than",
    "over": "more than",
    "at least": "at least",
    "just under": "under",
    "less than": "under",
    "under": "under",
    "no more than": "up to",
    "as high as": "up to",
    "up to": "up to",
    "approximately": "around",
    "around": "around",
    "about": "around",
    "fairly": "around",
    "some": "around",
    "nearly": "nearly",
    "almost": "nearly",
}
_AFTER = {"or more": "at least", "and over": "at least"}
_PLURAL_SCALES = {
    "tens of thousands": 10_000.0,
    "thousands": 1_000.0,
    "many hundreds": 100.0,
    "hundreds": 100.0,
}
_WORDS = """
    zero one two three four five six seven eight nine ten
    eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty
"""
_SMALL = {word: float(number) for number, word in enumerate(_WORDS.split())}
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_NTHS = "first second third fourth fifth sixth seventh eighth ninth tenth"
_ORDINALS = {word: float(number) for number, word in enumerate(_NTHS.split(), 1)}
_PARTS = {"half": 2.0, "quarter": 4.0} | {word: n for word, n in _ORDINALS.items() if n > 2}
_TIMES = {
    "halved": 0.5,
    "even split": 0.5,
    "twice": 2.0,
    "double": 2.0,
    "doubled": 2.0,
    "doubling": 2.0,
    "quadrupled": 4.0,
}
_PERIODS = {"hour": "hours", "day": "days", "week": "weeks", "month": "months", "year": "years"}

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|" + "|".join(sorted(_SMALL, key=len, reverse=True))
_RANGE = re.compile(
    rf"(?P<mark>£?)(?P<low>{_NUMBER})(?:-| to )£?(?P<high>{_NUMBER})(?P<rest>%|k|m|bn|[ -]\D+|)"
)


def qualifier_of(stated_as: str) -> str:
    """Return how the words bound the number, one of `QUALIFIERS`; a range has no single answer and gives "".

    Examples
    --------
    >>> qualifier_of("more than halved"), qualifier_of("16 and over"), qualifier_of("31%")
    ('more than', 'at least', '')
    """
    return _qualified(stated_as)[0]


def value_of(stated_as: str, unit: str, qualifier: str = "") -> float:
    """Return the number that the words state, in `unit`.

    Parameters
    ----------
    stated_as : str
        The words that carry the number, with any qualifier: "nearly 40%", "a third", "£1.75 million".
    unit : str
        One of `UNITS`. Money is in pounds, a percentage is 31 and not 0.31, "two decades" is 20 years.
    qualifier : str
        "lower bound" or "upper bound" says which end of a range to read; any other goes with one number.

    Raises
    ------
    ValueError
        If the words are not a number of that unit, or a range comes without the end to read.

    Examples
    --------
    >>> value_of("£175-190m", "GBP", "upper bound")
    190000000.0
    """
    if unit not in UNITS:
        raise ValueError(f"unknown unit {unit!r}; use one of {', '.join(UNITS)}")
    words = _qualified(stated_as)[1]
    bounded = qualifier in ("lower bound", "upper bound")
    between = _RANGE.fullmatch(words)
    if bool(between) != bounded:
        raise ValueError(f"{stated_as!r}, {qualifier!r}: a range, and only a range, is read at a bound")
    if between:
        end = between["low" if qualifier == "lower bound" else "high"]
        words = between["mark"] + end + between["rest"]
    value = _READERS[unit](words, unit)
    if value is None:
        raise ValueError(f"{stated_as!r} does not read as {unit}")
    return value


def _qualified(stated_as: str) -> tuple[str, str]:
    """Split the words into a qualifier and the lower-case words of the number."""
    words = " ".join(stated_as.lower().replace("–", "-").split())
    if words in _PLURAL_SCALES:
        return "order of magnitude", words
    for phrase in sorted(_BEFORE, key=len, reverse=True):
        if words.startswith(phrase + " "):
            return _BEFORE[phrase], words.removeprefix(phrase + " ")
    for phrase, qualifier in _AFTER.items():
        if words.endswith(" " + phrase):
            return qualifier, words.removesuffix(" " + phrase)
    return "", words


def _number(words: str) -> float | None:
    if not re.fullmatch(_NUMBER, words):
        return None
    return _SMALL[words] if words in _SMALL else float(words.replace(",", ""))


def _scaled(words: str) -> float | None:
    found = re.fullmatch(rf"({_NUMBER}) ?({'|'.join(_SCALES)})?", words)
    if not found:
        return None
    number = _number(found[1])
    return None if number is None else round(number * _SCALES.get(found[2] or "", 1.0), 6)


def _count(words: str, unit: str) -> float | None:
    if words == "no":
        return 0.0
    return _PLURAL_SCALES[words] if words in _PLURAL_SCALES else _scaled(words)


def _percent(words: str, unit: str) -> float | None:
    if words in ("no", "all"):
        return 0.0 if words == "no" else 100.0
    found = re.fullmatch(r"(.+?) ?(?:%|percent|per cent)", words)
    return _number(found[1]) if found else None


def _points(words: str, unit: str) -> float | None:
    found = re.fullmatch(r"(.+?) percentage points?", words)
    return _number(found[1]) if found else None


def _money(words: str, unit: str) -> float | None:
    """Read pounds: a pound sign, or a bare "7k"."""
    if words.startswith("£"):
        return _scaled(words[1:])
    return _scaled(words) if re.fullmatch(r"[\d.,]+k", words) else None


def _ordinal(words: str, unit: str) -> float | None:
    return _ORDINALS.get(words)


def _date(words: str, unit: str) -> float | None:
    return float(words) if re.fullmatch(r"(?:19|20)\d\d", words) else None


def _mass(words: str, unit: str) -> float | None:
    found = re.fullmatch(r"(.+?) (?:a )?kilogrammes?", words)
    return _fraction(found[1]) or _number(found[1]) if found else None


def _duration(words: str, unit: str) -> float | None:
    """Read a length of time or an age; the word for the period may be missing, never another."""
    words = re.sub(r"^(?:the age of|aged) ", "", words)
    found = re.fullmatch(r"(.+?)[ -](hour|day|week|month|year|decade)s?", words)
    if not found:
        return _number(words)
    number = _number(found[1])
    if number is None or found[2] == "decade":
        return None if number is None or unit != "years" else 10 * number
    return number if _PERIODS[found[2]] == unit else None


def _fraction(words: str) -> float | None:
    """Read "half", "a third", "one-sixth" or "two-thirds"."""
    found = re.fullmatch(rf"(?:(a|{_NUMBER})[ -])?({'|'.join(_PARTS)})s?", words)
    if not found:
        return None
    if found[1] is None and found[2] != "half":
        return None
    over = 1.0 if found[1] in (None, "a") else _number(found[1])
    return None if over is None or over >= _PARTS[found[2]] else over / _PARTS[found[2]]


def _ratio(words: str, unit: str) -> float | None:
    """Read a share ("a third", "seven in ten") or a number of times ("doubled", "tenfold", "five times")."""
    if words in _TIMES:
        return _TIMES[words]
    if times := re.fullmatch(r"(.+?)(?: times|-?fold)", words):
        return _number(times[1])
    if share := re.fullmatch(r"(.+?)(?: in| out of| \w+ for every) (.+)", words):
        part, whole = _number(share[1]), _number(share[2])
        return part / whole if part is not None and whole else None
    return _fraction(words)


_READERS = {
    "count": _count,
    "percent": _percent,
    "percentage_points": _points,
    "ratio": _ratio,
    "rank": _ordinal,
    "GBP": _money,
    "year": _date,
    "kilogrammes": _mass,
} | dict.fromkeys(_PERIODS.values(), _duration)
