"""How tests reach what answers an explorer made of widgets, and the page and chart of one made of dials."""

import html
import json
import re
from collections.abc import Mapping
from typing import Any

import vl_convert

from cjpolicy.explorers import Explorer
from cjpolicy.explorers.view import Panel

# Written out: JupyterLab draws what comes under this name, whatever the package calls it.
MIME = "application/vnd.vegalite.v5+json"
# JupyterLab carries the first, and Altair writes for the second.
VERSIONS = ("5.20", "6.4")


def panel(explorer: Explorer) -> Panel:
    """Return what answers an explorer."""
    assert explorer.panel is not None
    return explorer.panel


def parts(explorer: Explorer) -> list[Any]:
    """Return what stands under the sentence, in the order it is shown."""
    children = list(panel(explorer).box.children)
    return children[children.index(panel(explorer).said) + 1 :]


def page(explorer: Explorer) -> str:
    """Return the part of an explorer above its chart, as HTML."""
    return str(explorer.outputs[0][0]["text/html"])


def spec(explorer: Explorer) -> dict[str, Any]:
    """Return the chart of an explorer, as Vega-Lite."""
    return dict(explorer.outputs[1][0][MIME])


def signals(chart: Mapping[str, Any], version: str) -> list[dict[str, Any]]:
    """Return the signals that a version of Vega-Lite makes of a chart."""
    return list(vl_convert.vegalite_to_vega(json.dumps(chart), vl_version=version)["signals"])


def in_browser(chart: Mapping[str, Any], expressions: Mapping[str, str], version: str) -> dict[str, str]:
    """Return what each expression comes to with a chart's parameters as they are at first.

    Parameters
    ----------
    chart : mapping
        As Vega-Lite.
    expressions : mapping of str to str
        By name: letters, or letters and a number: "rate-0".
    version : str
        Of Vega-Lite.
    """
    marks = [
        {"mark": {"type": "text", "text": {"expr": f"'{name}=' + ({expression})"}}}
        for name, expression in expressions.items()
    ]
    drawn = {"data": {"values": [{}]}, "params": chart["params"], "layer": marks}
    svg = vl_convert.vegalite_to_svg(json.dumps(drawn), vl_version=version)
    found = re.findall(r">([a-z]+(?:-\d+)?)=([^<]*)<", svg)
    return {name: html.unescape(text) for name, text in found}
