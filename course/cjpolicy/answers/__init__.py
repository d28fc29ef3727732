"""Forms of answer, each compared with its key by meaning."""

from .base import Form, NotAttemptedError, Outcome, UnreadableError
from .charts import Chart
from .frames import Frame
from .functions import Function
from .numbers import Interval, Number
from .words import Choice, Parts, Verdicts

__all__ = [
    "Chart",
    "Choice",
    "Form",
    "Frame",
    "Function",
    "Interval",
    "NotAttemptedError",
    "Number",
    "Outcome",
    "Parts",
    "UnreadableError",
    "Verdicts",
]
