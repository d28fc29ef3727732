"""Errors written for readers: one message says what arrived, what was expected and what to do next."""

from textwrap import wrap


class CourseError(Exception):
    """A mistake the course can explain; a notebook shows its message without a traceback.

    Parameters
    ----------
    message : str
        What arrived, what was expected and what to do next.

    Examples
    --------
    >>> raise CourseError("A dataset's name is needed.")
    Traceback (most recent call last):
    ...
    cjpolicy.errors.CourseError: A dataset's name is needed.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        # KeyError, a base of UnknownName, would show the message in quotation marks.
        return self.message

    def _render_traceback_(self) -> list[str]:
        """Give IPython the lines to show instead of a traceback; `nbgrader validate` cuts longer ones."""
        lines = f"{type(self).__name__}: {self.message}".splitlines()
        return ["\n".join(part) for line in lines if (part := wrap(line, width=80, break_long_words=False))]


class UnknownName(CourseError, KeyError):
    """A dataset, figure, excerpt or check of that name does not exist."""


class WrongType(CourseError, TypeError):
    """A function was given a value of a kind that it cannot use."""


class DamagedData(CourseError):
    """A file of the course is missing, or does not hold what the data package declares."""
