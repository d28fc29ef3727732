"""Does every explorer made of dials do as dials promise, in each version of Vega that may draw it?"""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

import pytest
import vl_convert

from cjpolicy import explore
from cjpolicy.errors import UnknownName
from cjpolicy.explorers import (
    NAMES,
    Explorer,
    areas,
    attrition,
    cases,
    cohorts,
    dials,
    followup,
    recording,
    risks,
    totals,
)
from cjpolicy.explorers.dials import Dropdown, Slider
from cjpolicy.explorers.view import RESET
from tests.explorers.support import VERSIONS, in_browser, page, signals, spec

WIDEST = 640


@dataclass(frozen=True)
class Dials:
    """An explorer as its module has it, and what must be so whatever its module says.

    Attributes
    ----------
    controls, settings, buttons, cells : mapping
        The module's own.
    kinds : mapping of str to str
        By control, in the order in which they stand: a slider is a "range", a list a "select".
    names : tuple of str
        The settings that a lesson can start it with, the usual one first.
    said : str
        How its text begins.
    only_reset : mapping of str to str
        The controls that no button but the last one sets, and where they are at first.
    """

    controls: dials.Controls
    settings: Mapping[str, Any]
    buttons: Mapping[str, str]
    cells: Mapping[str, Any]
    kinds: Mapping[str, str]
    names: tuple[str, ...]
    said: str
    only_reset: Mapping[str, str] = field(default_factory=dict)

    def values(self, setting: str) -> dict[str, Any]:
        """Return where a setting puts the controls."""
        found = self.settings[setting]
        return dict(found) if isinstance(found, dict) else asdict(found)

    def presses(self, start: str) -> list[dict[str, Any]]:
        """Return what each button sets, in an explorer that starts at a setting."""
        return [*map(self.values, self.settings), {**self.only_reset, **self.values(start)}]


EXPLORERS = {
    "recording": Dials(
        recording.SLIDERS,
        recording.settings(),
        recording.BUTTONS,
        recording.CELLS,
        kinds={
            "true_change": "range",
            "coverage_change": "range",
            "standard_change": "range",
            "reported_before": "range",
            "reported_after": "range",
        },
        names=("plan", "nothing changed", "recording unchanged", "violence rose"),
        said="Survey: 69.",
    ),
    "totals": Dials(
        totals.CONTROLS,
        totals.settings(),
        totals.BUTTONS,
        {},
        kinds={"total": "range", "rule": "select"},
        names=("text", "highest", "lowest", "twice"),
        said="757: 7 of 9",
    ),
    "attrition": Dials(
        attrition.CONTROLS,
        attrition.SETTINGS,
        attrition.BUTTONS,
        attrition.CELLS,
        kinds={
            "whole": "select",
            "reported": "range",
            "recorded": "range",
            "charged": "range",
            "convicted": "range",
        },
        names=("start", "more reports", "surest charged", "fewer recorded", "more of both"),
        said="Of every 100 recorded, 10",
        only_reset={"whole": "recorded"},
    ),
    "cohorts": Dials(
        cohorts.CONTROLS,
        cohorts.SETTINGS,
        cohorts.BUTTONS,
        cohorts.cells(),
        kinds={"show": "select", "ends": "select", "offences": "range"},
        names=("printed", "one clock", "whole months", "beside", "with counts"),
        said="Fall, programme against comparison areas: November 2004 21%",
    ),
    "areas": Dials(
        areas.CONTROLS,
        areas.SETTINGS,
        areas.BUTTONS,
        areas.CELLS,
        kinds={"how": "select", "number": "range", "works": "range"},
        names=(
            "worst, nothing",
            "three years, nothing",
            "worst, works",
            "lot, works",
            "half of the worst, works",
            "ten by lot, nothing",
        ),
        said="Credited: 23%. What it does: 0%.",
    ),
    "followup": Dials(
        followup.CONTROLS,
        followup.settings(),
        followup.BUTTONS,
        followup.cells(),
        kinds={"first": "range", "kept": "range", "window": "range", "kind": "select"},
        names=("newspaper", "evaluation", "falling", "bound", "unknown"),
        said="Suppose 13.2% in every year: 68.7%",
    ),
    "cases": Dials(
        cases.CONTROLS,
        cases.settings(),
        cases.BUTTONS,
        cases.cells(),
        kinds={"found": "range", "looked": "select", "alike": "range", "margin": "range"},
        names=("two", "none", "many", "alike"),
        said="2 of 98 is 2.0%.",
    ),
    "risks": Dials(
        risks.controls(),
        risks.settings(),
        risks.BUTTONS,
        risks.cells(),
        kinds={"matched": "range", "treated": "range", "size": "select"},
        names=("study", "rarer", "commoner", "points", "few", "none"),
        said="Of 200 in each group, 20 treated and 16 matched",
    ),
}

every_explorer = pytest.mark.parametrize("name", EXPLORERS)
every_start = pytest.mark.parametrize(
    ("name", "setting"), [(name, setting) for name, each in EXPLORERS.items() for setting in each.names]
)
every_version = pytest.mark.parametrize("version", VERSIONS)


@cache
def made(name: str, **start: str) -> Explorer:
    """Return an explorer, made once for all that look at it."""
    return explore(name, **start)


@cache
def compiled(name: str, version: str) -> list[dict[str, Any]]:
    """Return the signals of an explorer's chart, in the order in which `patch` counts them."""
    return signals(spec(made(name)), version)


def places(name: str, version: str) -> dict[str, int]:
    """Return by control which of the chart's signals it is."""
    at = {signal["name"]: place for place, signal in enumerate(compiled(name, version))}
    return {control: at[control] for control in EXPLORERS[name].kinds}


def page_id(explorer: Explorer) -> str:
    """Return what the ids of an explorer's elements begin with."""
    (found,) = re.findall(r'id="([^"]+)-sliders"', page(explorer))
    return str(found)


def changes(explorer: Explorer) -> dict[str, Any]:
    """Return what is changed in the compiled chart, by its path, but for what is put at the end."""
    found = spec(explorer)["usermeta"]["embedOptions"]["patch"]
    return {change["path"]: change["value"] for change in found if not change["path"].endswith("/-")}


def shown(explorer: Explorer) -> list[dict[str, Any]]:
    """Return the signals put at the end, each of which shows its value in an element of the page."""
    found = spec(explorer)["usermeta"]["embedOptions"]["patch"]
    return [change["value"] for change in found if change["path"] == "/signals/-"]


def test_every_explorer_made_of_dials_is_tested_here() -> None:
    modules = {name: import_module(f"cjpolicy.explorers.{name}") for name in NAMES}
    assert list(EXPLORERS) == [name for name, module in modules.items() if hasattr(module, "dials")]


@every_explorer
def test_every_setting_has_a_button_that_says_what_it_is(name: str) -> None:
    each, explorer = EXPLORERS[name], made(name)
    assert list(each.settings) == list(each.buttons) == list(each.names)
    drawn = re.findall(rf'<button [^>]*id="{page_id(explorer)}-(\d+)"[^>]*>([^<]*)<', page(explorer))
    labels = [*each.buttons.values(), RESET]
    assert drawn == [(str(number), html.escape(label)) for number, label in enumerate(labels)]


@every_version
@every_explorer
def test_the_controls_are_the_signals_they_are_taken_for(name: str, version: str) -> None:
    each, explorer = EXPLORERS[name], made(name)
    box, found = f"#{page_id(explorer)}-sliders", places(name, version)
    assert list(each.controls) == list(each.kinds)
    # One beside another: `patch` counts from the first.
    assert list(found.values()) == list(range(min(found.values()), min(found.values()) + len(found)))
    patched = changes(explorer)
    listening = [path for path in patched if path.endswith("/on")]
    assert listening == [f"/signals/{at}/on" for at in found.values()]
    for control, at in found.items():
        bind, kind = compiled(name, version)[at]["bind"], each.kinds[control]
        assert bind["input"] == kind
        value = "toNumber(event.target.value)" if kind == "range" else "event.target.value"
        assert patched[f"/signals/{at}/on"][-1] == {
            "events": {"source": box, "type": "input"},
            "update": f"event.target.name == '{control}' ? {value} : {control}",
        }
        assert patched[f"/signals/{at}/bind/element"] == box
        offered = each.controls[control]
        if isinstance(offered, Dropdown):
            assert (bind["options"], bind["labels"]) == (
                list(offered.options),
                list(offered.options.values()),
            )
        else:
            assert (bind["min"], bind["max"], bind["step"]) == (offered.low, offered.high, offered.step)


@every_version
@every_explorer
def test_the_buttons_reach_the_right_signals(name: str, version: str) -> None:
    each, explorer = EXPLORERS[name], made(name)
    for control, at in places(name, version).items():
        *pressed, _ = changes(explorer)[f"/signals/{at}/on"]
        sets = {
            f"#{page_id(explorer)}-{number}": setting[control]
            for number, setting in enumerate(each.presses(each.names[0]))
            if control in setting
        }
        assert [click["events"] for click in pressed] == [
            {"source": button, "type": "click"} for button in sets
        ]
        assert [json.loads(click["update"]) for click in pressed] == list(sets.values())


@every_version
@every_explorer
def test_the_announcement_and_the_numbers_reach_their_elements(name: str, version: str) -> None:
    explorer = made(name)
    assert [each["name"] for each in shown(explorer)] == [
        "page_result",
        *(f"page_{cell}" for cell in EXPLORERS[name].cells),
    ]
    for each in shown(explorer):
        cell = each["name"].removeprefix("page_")
        assert each["bind"] == {"element": f"#{page_id(explorer)}-{cell}", "event": f"shown-{cell}"}
    known = [signal["name"] for signal in compiled(name, version)]
    assert "result" in known
    assert not {each["name"] for each in shown(explorer)} & set(known)


@every_explorer
def test_every_element_the_chart_looks_for_is_on_the_page_once(name: str) -> None:
    each, explorer = EXPLORERS[name], made(name)
    ids = set(re.findall(r'"#(cj-[\w-]+)"', json.dumps(spec(explorer))))
    # A button a setting and one to reset, the box of controls, the result and the numbers of the table.
    assert len(ids) == len(each.settings) + 3 + len(each.cells)
    assert [wanted for wanted in ids if page(explorer).count(f'id="{wanted}"') != 1] == []


@every_explorer
def test_two_explorers_on_one_page_do_not_share_elements(name: str) -> None:
    one, other = (set(re.findall(r'id="([^"]+)"', page(each))) for each in (made(name), explore(name)))
    assert one and one.isdisjoint(other)


@every_explorer
def test_every_setting_lies_where_its_controls_can_be_put(name: str) -> None:
    each = EXPLORERS[name]
    for setting in each.presses(each.names[0]):
        for control, value in setting.items():
            offered = each.controls[control]
            if isinstance(offered, Slider):
                assert offered.low <= value <= offered.high
                steps = (value - offered.low) / offered.step
                assert steps == pytest.approx(round(steps), abs=1e-9)
            else:
                assert value in offered.options


@every_start
def test_each_setting_can_be_the_start(name: str, setting: str) -> None:
    each, explorer = EXPLORERS[name], made(name, setting=setting)
    chart = spec(explorer)
    said = repr(explorer).splitlines()[0]
    assert f"At first: {said} " in f"{chart['description']} "
    *_, reset = each.presses(setting)
    assert {param["name"]: param["value"] for param in chart["params"] if "bind" in param} == reset
    for control, at in places(name, VERSIONS[0]).items():
        *_, last, _ = changes(explorer)[f"/signals/{at}/on"]
        assert json.loads(last["update"]) == reset[control]


@every_version
@every_start
def test_the_browser_shows_at_first_what_python_put_there(name: str, setting: str, version: str) -> None:
    explorer = made(name, setting=setting)
    said = {each["name"].removeprefix("page_"): each["update"] for each in shown(explorer)}
    written = re.findall(rf'<output id="{page_id(explorer)}-([\w-]+)"[^>]*>([^<]*)<', page(explorer))
    expected = {cell: html.unescape(text) for cell, text in written}
    # The result is on the chart; its element on the page is there to be read out when it changes.
    assert expected["result"] == ""
    expected["result"] = repr(explorer).splitlines()[0]
    assert in_browser(spec(explorer), said, version) == expected


@every_explorer
def test_an_unknown_setting_is_refused_with_those_there_are(name: str) -> None:
    there_are = ", ".join(map(repr, EXPLORERS[name].names))
    with pytest.raises(UnknownName, match=f"no setting 'best'. There are: {there_are}"):
        explore(name, setting="best")


@every_explorer
def test_outputs_are_plain_json(name: str) -> None:
    explorer = made(name)
    read = json.loads(json.dumps([data for data, _ in explorer.outputs]))
    assert read == [data for data, _ in explorer.outputs]
    assert read[0]["text/plain"] == repr(explorer)
    assert repr(explorer).startswith(EXPLORERS[name].said)


@every_explorer
def test_the_chart_fits_an_ordinary_page(name: str) -> None:
    drawn = vl_convert.vegalite_to_svg(json.dumps(spec(made(name))), vl_version=VERSIONS[0])
    (width,) = re.findall(r'^<svg [^>]*?\bwidth="([\d.]+)"', drawn)
    assert float(width) <= WIDEST
