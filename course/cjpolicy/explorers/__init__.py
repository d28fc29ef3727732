"""Explorers: small models that a reader moves, each a tested calculation with a thin view on it."""

from importlib import import_module

from cjpolicy.errors import UnknownName
from cjpolicy.explorers.view import Explorer

__all__ = ["Explorer", "explore"]

NAMES = ("figures", "claims", "recording")


def explore(name: str, **start: str) -> Explorer:
    """Return an explorer, which a notebook shows with its controls and anything else shows as text.

    Parameters
    ----------
    name : str
        "figures" (which numbers do the documents state?), "claims" (what does a claim say, and leave
        out?) or "recording" (why do records and survey part?).
    **start : str
        What it shows first: `topic`, `unit`, `document` for "figures"; `first`, `second` (ids of claims)
        for "claims"; `setting` for "recording".

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
    if name not in NAMES:
        raise UnknownName(f"There is no explorer {name!r}. There are: {', '.join(NAMES)}.")
    module = import_module(f"{__name__}.{name}")
    unknown = [option for option in start if option not in module.OPTIONS]
    if unknown:
        has = ", ".join(module.OPTIONS)
        raise UnknownName(f"The explorer {name!r} has no option {unknown[0]!r}. It has: {has}.")
    explorer: Explorer = module.view(**start)
    return explorer
