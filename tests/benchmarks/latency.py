"""How long after an arrow key the chart of an explorer changes, beside the same chart under `interact`."""

from typing import TYPE_CHECKING, Any

from playwright.sync_api import TimeoutError

from tests.browser.lab import Desk, Notebook, open_notebook, small_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Each explorer with a slider in its chart: the name of one slider; what its twin starts from, and how that
# draws it; the twin's slider.
EXPLORERS = {
    "recording": (
        "true_change",
        'recording.settings()["plan"]',
        "recording.draw(replace(start, true_change=true_change))",
        "IntSlider(-31, -60, 60)",
    ),
    "totals": (
        "total",
        "totals.surviving_rows()",
        'totals.draw(start, {"total": total, "rule": totals.ONCE})',
        "IntSlider(757, 690, 790)",
    ),
    "attrition": (
        "recorded",
        'attrition.SETTINGS["start"]',
        'attrition.draw(replace(start, recorded=recorded), "recorded")',
        "IntSlider(300, 0, 400, 10)",
    ),
    "cohorts": (
        "offences",
        'cohorts.SETTINGS["with counts"]',
        "cohorts.draw(replace(start, offences=offences))",
        "IntSlider(1000, 0, 5000, 100)",
    ),
    "areas": (
        "works",
        'areas.SETTINGS["worst, works"]',
        "areas.draw(replace(start, works=works))",
        "IntSlider(20, 0, 40, 5)",
    ),
    "followup": (
        "first",
        'followup.settings()["newspaper"]',
        "followup.draw(replace(start, first=first))",
        "FloatSlider(13.2, min=0, max=30, step=0.05)",
    ),
    "cases": (
        "found",
        'cases.settings()["two"]',
        "cases.draw(replace(start, found=found))",
        "IntSlider(2, 0, 100)",
    ),
    "risks": (
        "treated",
        'risks.settings()["study"]',
        "risks.draw(replace(start, treated=treated))",
        "FloatSlider(10, min=0.5, max=60, step=0.5)",
    ),
}
# Where an explorer's own start does not draw what its slider says: the setting that does.
OPENED = {"cohorts": {"setting": "with counts"}, "areas": {"setting": "worst, works"}}
# The same chart, drawn again by Python at every step of a slider.
TWIN = """
from dataclasses import replace

import ipywidgets
from IPython.display import display

from cjpolicy import charts
from cjpolicy.explorers import {explorer}

start = {start}


def redraw({slider}):
    data, metadata = charts.mimebundle({chart})
    for parameter in data[charts.MIME]["params"]:
        parameter.pop("bind", None)
    display(data, metadata=metadata, raw=True)


ipywidgets.interact(redraw, {slider}=ipywidgets.{control})
"""
# So many steps up and then as many down: the shortest slider has four steps above where it starts.
SWING = 4
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
    for name, (slider, start, chart, control) in EXPLORERS.items():
        twin = TWIN.format(explorer=name, slider=slider, start=start, chart=chart, control=control)
        page = browser.new_page(viewport={"width": 1300, "height": 2_400})
        sources = (f'import cjpolicy as cj\ncj.explore("{name}", **{OPENED.get(name, {})})', twin)
        notebook = open_notebook(page, desk, desk.write(f"benchmarks/{name}.ipynb", small_notebook(*sources)))
        notebook.run_all()
        page.wait_for_timeout(2_000)
        page.evaluate(WATCH)
        ways = {"bound parameter": (0, f"input[name={slider}]"), "interact": (1, "[role=slider]")}
        waits: dict[str, list[float]] = {way: [] for way in ways}
        for press in range(presses + 5):
            key = "ArrowRight" if press % (2 * SWING) < SWING else "ArrowLeft"
            for way, (cell, moved) in ways.items():
                wait = wait_for(notebook, cell, moved, key)
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
    try:
        page.wait_for_function("window.cjWaited !== null", timeout=10_000)
    except TimeoutError as fault:
        raise RuntimeError(f"{key} at {control} changed nothing in the chart of cell {cell}.") from fault
    # What still moves must not be counted with the next key.
    page.wait_for_timeout(SETTLED)
    return float(page.evaluate("window.cjWaited"))
