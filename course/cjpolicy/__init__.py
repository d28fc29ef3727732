"""Read criminal justice policy with data: documents, figures, charts, explorers and checks."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import charts

if TYPE_CHECKING:
    from .answers import Chart, Choice, Frame, Function, Interval, Number, Parts, Verdicts
    from .catalogue import describe, documents, excerpt, figure, load
    from .checks import check, hint, item, predict, solution
    from .explorers import explore
    from .journal import progress
    from .pythoncard import python_card

__version__ = "0.1.0"

_HOMES = {
    "answers": ("Chart", "Choice", "Frame", "Function", "Interval", "Number", "Parts", "Verdicts"),
    "catalogue": ("describe", "documents", "excerpt", "figure", "load"),
    "checks": ("check", "hint", "item", "predict", "solution"),
    "explorers": ("explore",),
    "journal": ("progress",),
    "pythoncard": ("python_card",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

# Grouped by what a reader does with them.
__all__ = [
    *("load", "describe", "excerpt", "figure", "documents"),
    *("charts", "explore"),
    *("predict", "check", "hint", "solution", "item", "python_card", "progress"),
    *("Number", "Choice", "Parts", "Verdicts", "Interval", "Frame", "Function", "Chart"),
]


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first used, so that importing cjpolicy is quick."""
    if name not in _HOME_OF:
        raise AttributeError(f"cjpolicy has no {name!r}. It has: {', '.join(__all__)}.")
    return getattr(import_module(f".{_HOME_OF[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


charts.register()
