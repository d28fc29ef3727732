"""How long after an arrow key the chart of an explorer changes, beside the same chart under `interact`."""

from typing import TYPE_CHECKING, Any

from tests.browser.lab import Desk, Notebook, open_notebook, small_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Each explorer with a slider in its chart: the name of one slider, and the same chart redrawn by Python.
EXPLORERS = {
    "recording": (
        "true_change",
        """
from dataclasses import replace

import ipywidgets
from IPython.display import display

from cjpolicy import charts
from cjpolicy.explorers import recording

plan = recording.settings()["plan"]


def redraw(true_change):
    data, metadata = charts.mimebundle(recording.draw(replace(plan, true_change=true_change)))
    for parameter in data[charts.MIME]["params"]:
        parameter.pop("bind", None)
    display(data, metadata=metadata, raw=True)


ipywidgets.interact(redraw, true_change=ipywidgets.IntSlider(-31, -60, 60))
""",
    ),
    "totals": (
        "total",
        """
import ipywidgets
from IPython.display import display

from cjpolicy import charts
from cjpolicy.explorers import totals


def redraw(total):
    drawn = totals.draw(totals.surviving_rows(), {"total": total, "rule": totals.ONCE})
    data, metadata = charts.mimebundle(drawn)
    for parameter in data[charts.MIME]["params"]:
        parameter.pop("bind", None)
    display(data, metadata=metadata, raw=True)


ipywidgets.interact(redraw, total=ipywidgets.IntSlider(757, 690, 790))
""",
    ),
    "attrition": (
        "recorded",
        """
from dataclasses import replace

import ipywidgets
from IPython.display import display

from cjpolicy import charts
from cjpolicy.explorers import attrition

start = attrition.SETTINGS["start"]


def redraw(recorded):
    data, metadata = charts.mimebundle(attrition.draw(replace(start, recorded=recorded), "recorded"))
    for parameter in data[charts.MIME]["params"]:
        parameter.pop("bind", None)
    display(data, metadata=metadata, raw=True)


ipywidgets.interact(redraw, recorded=ipywidgets.IntSlider(300, 0, 400, 10))
""",
    ),
    "cohorts": (
        "offences",
        """
from dataclasses import replace

import ipywidgets
from IPython.display import display

from cjpolicy import charts
from cjpolicy.explorers import cohorts

start = cohorts.SETTINGS["with counts"]


def redraw(offences):
    data, metadata = charts.mimebundle(cohorts.draw(replace(start, offences=offences)))
    for parameter in data[charts.MIME]["params"]:
        parameter.pop("bind", None)
    display(data, metadata=metadata, raw=True)


ipywidgets.interact(redraw, offences=ipywidgets.IntSlider(1000, 0, 5000, 100))
""",
    ),
    "areas": (
        "works",
        """
from dataclasses import replace

import ipywidgets
from IPython.display import display

from cjpolicy import charts
from cjpolicy.explorers import areas

start = areas.SETTINGS["worst, works"]


def redraw(works):
    data, metadata = charts.mimebundle(areas.draw(replace(start, works=works)))
    for parameter in data[charts.MIME]["params"]:
        parameter.pop("bind", None)
    display(data, metadata=metadata, raw=True)


ipywidgets.interact(redraw, works=ipywidgets.IntSlider(20, 0, 40, 5))
""",
    ),
    "followup": (
        "first",
        """
from dataclasses import replace

import ipywidgets
from IPython.display import display

from cjpolicy import charts
from cjpolicy.explorers import followup

start = followup.settings()["newspaper"]


def redraw(first):
    data, metadata = charts.mimebundle(followup.draw(replace(start, first=first)))
    for parameter in data[charts.MIME]["params"]:
        parameter.pop("bind", None)
    display(data, metadata=metadata, raw=True)


ipywidgets.interact(redraw, first=ipywidgets.FloatSlider(13.2, min=0, max=30, step=0.05))
""",
    ),
    "cases": (
        "found",
        """
from dataclasses import replace

import ipywidgets
from IPython.display import display

from cjpolicy import charts
from cjpolicy.explorers import cases

start = cases.settings()["two"]


def redraw(found):
    data, metadata = charts.mimebundle(cases.draw(replace(start, found=found)))
    for parameter in data[charts.MIME]["params"]:
        parameter.pop("bind", None)
    display(data, metadata=metadata, raw=True)


ipywidgets.interact(redraw, found=ipywidgets.IntSlider(2, min=0, max=100))
""",
    ),
    "risks": (
        "treated",
        """
from dataclasses import replace

import ipywidgets
from IPython.display import display

from cjpolicy import charts
from cjpolicy.explorers import risks

start = risks.settings()["study"]


def redraw(treated):
    data, metadata = charts.mimebundle(risks.draw(replace(start, treated=treated)))
    for parameter in data[charts.MIME]["params"]:
        parameter.pop("bind", None)
    display(data, metadata=metadata, raw=True)


ipywidgets.interact(redraw, treated=ipywidgets.FloatSlider(10, min=0.5, max=60, step=0.5))
""",
    ),
}
SETTLED = 400

# Notes, for one chart at a time, the first frame after a key in which its marks are others than before.
WATCH = """() => {
    let key = null;
    const drawn = () => window.cjChart()?.innerHTML ?? null;
    document.addEventListener('keydown', event => {
        key = event.key.startsWith('Arrow') ? {at: event.timeStamp, before: drawn()} : key;
    }, true);
    const frame = now => {
        const marks = key && drawn();
        if (key && marks !== null && marks !== key.before) {
            window.cjWaited = performance.now() - key.at;
            key = null;
        }
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
}"""


def measure(browser: "Browser", desk: Desk, presses: int) -> list[dict[str, Any]]:
    """Press an arrow key in turn at each explorer and at its twin; return the waits in milliseconds."""
    rows = []
    for name, (slider, twin) in EXPLORERS.items():
        page = browser.new_page(viewport={"width": 1300, "height": 2_400})
        sources = (f'import cjpolicy as cj\ncj.explore("{name}")', twin)
        notebook = open_notebook(page, desk, desk.write(f"benchmarks/{name}.ipynb", small_notebook(*sources)))
        notebook.run_all()
        page.wait_for_timeout(2_000)
        page.evaluate(WATCH)
        ways = {"bound parameter": (0, f"input[name={slider}]"), "interact": (1, "[role=slider]")}
        waits: dict[str, list[float]] = {way: [] for way in ways}
        for press in range(presses + 5):
            for way, (cell, control) in ways.items():
                wait = wait_for(notebook, cell, control, "ArrowRight" if press % 20 < 10 else "ArrowLeft")
                # The first presses warm both up.
                if press >= 5:
                    waits[way].append(wait)
        rows += [{"explorer": name, "way": way, "milliseconds": waits[way]} for way in ways]
        page.close()
        desk.close_kernels()
    return rows


def wait_for(notebook: Notebook, cell: int, control: str, key: str) -> float:
    """Press a key at a control; return how long its chart took to change, in milliseconds."""
    page = notebook.page
    index = f"[data-windowed-list-index='{cell}']"
    page.evaluate(f"""() => {{
        window.cjWaited = null;
        window.cjChart = () => document.querySelector("{index} svg.marks");
    }}""")
    notebook.cell(cell).locator(control).first.focus()
    page.keyboard.press(key)
    page.wait_for_function("window.cjWaited !== null", timeout=10_000)
    # What still moves must not be counted with the next key.
    page.wait_for_timeout(SETTLED)
    return float(page.evaluate("window.cjWaited"))
