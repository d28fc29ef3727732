"""Measures what readers wait for; prints tables and keeps the numbers."""

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.benchmarks import latency, lessons, marking, opening, review
from tests.benchmarks.tables import show
from tests.browser.lab import served, start_chromium
from tests.grading.clones import clone_to
from tests.support import ROOT

KINDS = ("latency", "opening", "lessons", "marking", "review")


def main() -> None:
    """Run the benchmarks asked for."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__)
    parser.add_argument("--only", choices=KINDS, help="measure only this")
    parser.add_argument("--presses", type=int, default=80, help="arrow keys for each chart (default 80)")
    parser.add_argument("--repeats", type=int, default=5, help="of all else (default 5)")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks", help="the folder for the numbers")
    arguments = parser.parse_args()
    kinds = (arguments.only,) if arguments.only else KINDS
    before = os.getloadavg()[0]
    found = measure(kinds, arguments.presses, arguments.repeats)
    load = {"load before": before, "load after": os.getloadavg()[0], "cores": os.cpu_count()}
    print(f"Load before {before:.1f} and after {load['load after']:.1f}, on {load['cores']} cores.")
    arguments.output.mkdir(parents=True, exist_ok=True)
    kept = arguments.output / "latest.json"
    kept.write_text(json.dumps(load | found, indent=1) + "\n", encoding="utf-8")
    print(f"All numbers: {kept}")


def measure(kinds: Sequence[str], presses: int, repeats: int) -> dict[str, list[dict[str, Any]]]:
    """Measure each kind in a copy of the course, and print its table."""
    found = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        if "opening" in kinds:
            found["opening"] = rows = opening.measure(playwright, Path(folder), repeats)
            show("Command to usable page (s)", ("command", "start"), "seconds", rows)
        if "marking" in kinds:
            found["marking"] = rows = marking.measure(Path(folder) / "marking", repeats)
            show("Marking one submission, start of the command included (s)", ("way",), "seconds", rows)
        if "review" in kinds:
            found["review"] = rows = review.measure(Path(folder) / "review", repeats)
            show("Reviewing 3,000 students in 17 assignments (ms)", ("way",), "milliseconds", rows)
        if not {"latency", "lessons"} & set(kinds):
            return found
        clone = clone_to(Path(folder) / "reader")
        clone.environment.pop("PYTHONDONTWRITEBYTECODE")
        with served(clone, "study") as desk:
            browser = start_chromium(playwright)
            if "lessons" in kinds:
                found["lessons"] = rows = lessons.measure(browser, desk, repeats)
                show("Run All, kernel start included (s)", ("lesson",), "seconds", rows)
            if "latency" in kinds:
                found["latency"] = rows = latency.measure(browser, desk, presses)
                show("Arrow key to first changed frame (ms)", ("explorer", "way"), "milliseconds", rows)
            browser.close()
    return found


if __name__ == "__main__":
    main()
