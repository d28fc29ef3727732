"""The instructor's review: solutions and a class's answers, in JupyterLab and as pages."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .desk import classroom, marking, regrading, solutions, use, use_demo

__all__ = ["classroom", "marking", "regrading", "solutions", "use", "use_demo"]


def __getattr__(name: str) -> Any:
    """Import a view when it is first asked for, so that what needs no widgets loads none."""
    if name not in __all__:
        raise AttributeError(f"cjpolicy.review has no {name!r}. It has: {', '.join(__all__)}.")
    return getattr(import_module(".desk", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
