"""The explorers' benchmark moves every slider up and down, and has a twin to draw the same chart."""

from dataclasses import replace
from importlib import import_module
from typing import Any

import ipywidgets
import pytest

from cjpolicy import charts
from cjpolicy.explorers import explore
from tests.benchmarks.latency import EXPLORERS, OPENED, SWING


@pytest.mark.parametrize("explorer", EXPLORERS)
def test_both_sliders_have_room_for_every_step_of_the_benchmark(explorer: str) -> None:
    slider, start, chart, control = EXPLORERS[explorer]
    module = import_module(f"cjpolicy.explorers.{explorer}")
    known: dict[str, Any] = {explorer: module, "replace": replace}
    known["start"] = eval(start, known)
    twin = eval(control, vars(ipywidgets).copy())
    data, _ = charts.mimebundle(eval(chart, known | {slider: twin.value}))
    (bound,) = (each for each in data[charts.MIME]["params"] if each["name"] == slider)
    bind = bound["bind"]
    assert bind["min"] <= bound["value"] and bound["value"] + SWING * bind["step"] <= bind["max"]
    assert twin.min <= twin.value and twin.value + SWING * twin.step <= twin.max
    opened = explore(explorer, **OPENED.get(explorer, {})).outputs[1][0][charts.MIME]["params"]
    (shown,) = (each["value"] for each in opened if each["name"] == slider)
    assert shown == bound["value"] == pytest.approx(twin.value)
    moved, _ = charts.mimebundle(eval(chart, known | {slider: twin.value + twin.step}))
    assert moved != data
