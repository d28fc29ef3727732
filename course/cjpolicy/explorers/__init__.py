"""Explorers: small models that a reader moves, each a tested calculation with a thin view on it."""

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

from cjpolicy.errors import UnknownName
from cjpolicy.explorers.view import Explorer

__all__ = ["Explorer", "explore", "page"]

NAMES = (
    *("figures", "claims", "recording", "totals", "baseyear", "attrition", "cohorts", "areas", "followup"),
    "cases",
    "risks",
)


def explore(name: str, **start: str) -> Explorer:
    """Return an explorer, which a notebook shows with its controls and anything else shows as text.

    Parameters
    ----------
    name : str
        "figures" (which numbers do the documents state?), "claims" (what does a claim say, and leave
        out?), "recording" (why do records and survey part?), "totals" (which totals fit a printed
        table?), "baseyear" (since when has a count changed?), "attrition" (convictions out of what?),
        "cohorts" (what did areas in a programme and others do?), "areas" (what is credited to a programme,
        by who joins?), "followup" (how long were they followed?), "cases" (what can so many cases tell?) or
        "risks" (what do two shares say, and what would chance?).
    **start : str
        What it shows first: `topic`, `unit`, `document` for "figures"; `first`, `second` (ids of claims)
        for "claims"; `base`, `later`, `inquiry` for "baseyear"; `setting`, `whole` for "attrition"; `setting`
        for the others.

    Returns
    -------
    Explorer

    Raises
    ------
    UnknownName
        If there is no such explorer, or it cannot start like that.

    Examples
    --------
    >>> explore("recording")
    Survey: 69. Records: 183, a rise of 83%. Rounding alone allows +76% to +90%.
    ...
    """
    explorer: Explorer = _module(name, start).view(**start)
    return explorer


def page(name: str, **start: str) -> str:
    """Return an explorer as HTML for a page without a kernel.

    Parameters
    ----------
    name, **start
        As `explore` takes them.

    Returns
    -------
    str
        Its choices are answered by the page's own script, from what Python put there; "" where what
        `explore` shows needs no kernel anyway.

    Raises
    ------
    UnknownName
        As `explore` does.

    Examples
    --------
    >>> page("recording")
    ''
    """
    module = _module(name, start)
    return str(module.page(**start)) if hasattr(module, "page") else ""


def _module(name: str, start: Mapping[str, str]) -> ModuleType:
    if name not in NAMES:
        raise UnknownName(f"There is no explorer {name!r}. There are: {', '.join(NAMES)}.")
    module = import_module(f"{__name__}.{name}")
    unknown = [option for option in start if option not in module.OPTIONS]
    if unknown:
        has = ", ".join(module.OPTIONS)
        raise UnknownName(f"The explorer {name!r} has no option {unknown[0]!r}. It has: {has}.")
    return module
