"""Names: of assignments, by as much as tells them apart; of students, by what they may hold."""

from collections.abc import Iterable

from cjpolicy.errors import UnknownName

__all__ = ["MARKUP", "has_markup", "one_assignment"]

# nbgrader's pages write students' names and ids as they are: with these they would become part of the page.
MARKUP = '<>&"'


def has_markup(name: str) -> bool:
    """Say whether a student's name or id could become part of a page that shows it.

    Examples
    --------
    >>> has_markup("Zoë O'Brien-Smith"), has_markup("<b>Zoë</b>")
    (False, True)
    """
    return bool(set(name) & set(MARKUP))


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
