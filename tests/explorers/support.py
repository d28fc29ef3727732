"""How tests reach the controls of an explorer made of widgets."""

from typing import Any

from ipywidgets.widgets import widget

from cjpolicy.explorers import Explorer

VIEW = "application/vnd.jupyter.widget-view+json"


def controls(explorer: Explorer) -> list[Any]:
    """Return the controls, in the order they are shown."""
    return list(widget._instances[explorer.outputs[0][0][VIEW]["model_id"]].children)
