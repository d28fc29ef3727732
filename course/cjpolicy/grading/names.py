"""Assignments by as much of their name as tells them apart."""

from collections.abc import Iterable

from cjpolicy.errors import UnknownName

__all__ = ["one_assignment"]


def one_assignment(prefix: str, names: Iterable[str]) -> str:
    """Find the one assignment whose name begins as asked.

    Parameters
    ----------
    prefix : str
        Such as "a02".
    names : iterable of str
        All the names there are.

    Returns
    -------
    str

    Raises
    ------
    UnknownName
        If none, or more than one, begins so.

    Examples
    --------
    >>> one_assignment("a02", ["a01_reading_a_claim", "a02_counting_violence"])
    'a02_counting_violence'
    """
    there = sorted(set(names))
    if prefix in there:
        return prefix
    found = [name for name in there if prefix and name.startswith(prefix)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownName(f"{prefix!r} fits {', '.join(found)}. Give more of the name.")
    raise UnknownName(f"There is no assignment {prefix!r}. There are: {', '.join(there) or 'none'}.")
