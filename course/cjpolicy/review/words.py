"""How the review writes what it speaks of: an assignment, a number of things, a misconception."""

from cjpolicy.errors import UnknownName
from cjpolicy.misconceptions import explain

__all__ = ["called", "counted", "share_of", "spoken"]


def spoken(assignment: str) -> str:
    """Write an assignment's name as words.

    Examples
    --------
    >>> spoken("a03_homicide_and_weapons")
    'a03 homicide and weapons'
    """
    return assignment.replace("_", " ")


def counted(many: int, what: str) -> str:
    """Write how many of what.

    Examples
    --------
    >>> counted(1, "answer"), counted(3, "answer")
    ('1 answer', '3 answers')
    """
    return f"{many} {what}" if many == 1 else f"{many} {what}s"


def share_of(students: int, of: int, did: str = "") -> str:
    """Write how many of how many.

    Examples
    --------
    >>> share_of(11, 30, "added percentages"), share_of(1, 1)
    ('11 of 30 students added percentages', '1 of 1 student')
    """
    who = f"{students} of {counted(of, 'student')}"
    return f"{who} {did}" if did else who


def called(slip: str) -> str:
    """Return what a misconception is called, with its variant; where the course does not know it, its id.

    Examples
    --------
    >>> called("wrong-base:new"), called("of-old")
    ('Per cent of the wrong base (new)', 'of-old')
    """
    try:
        name = explain(slip).name
    except UnknownName:
        return slip
    variant = slip.partition(":")[2]
    return f"{name} ({variant})" if variant else name
