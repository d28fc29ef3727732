"""How tests reach the controls of an explorer made of widgets."""

from typing import Any

from cjpolicy.explorers import Explorer
from cjpolicy.explorers.view import Panel


def panel(explorer: Explorer) -> Panel:
    """Return what answers an explorer."""
    assert explorer.panel is not None
    return explorer.panel


def parts(explorer: Explorer) -> list[Any]:
    """Return what stands under the sentence, in the order it is shown."""
    children = list(panel(explorer).box.children)
    return children[children.index(panel(explorer).said) + 1 :]
