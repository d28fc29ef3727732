"""Takes pictures of all that a reader sees, in the light and the dark theme, for people to look through."""

import argparse
import html
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.browser.lab import (
    PANEL,
    Desk,
    Notebook,
    open_notebook,
    served,
    small_notebook,
    start_chromium,
    switch_theme,
    unroll,
)
from tests.browser.samples import SAMPLES, samples
from tests.grading.clones import clone_to
from tests.support import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
EXPLORERS = (
    "figures",
    "claims",
    "recording",
    "totals",
    "baseyear",
    "attrition",
    "cohorts",
    "areas",
    "followup",
    "cases",
    "risks",
)
SLICE = 1_600
PAGE = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Gallery</title><style>
body {{ font-family: sans-serif; margin: 2em; }}
img {{ max-width: 48%; border: 1px solid #999; vertical-align: top; }}
</style></head><body><h1>Gallery</h1>
{sections}
</body></html>
"""


@dataclass
class Gallery:
    """Pictures on disk, by section and name, each in one or more themes."""

    folder: Path
    sections: dict[str, dict[str, list[Path]]] = field(default_factory=dict)

    def place(self, section: str, name: str, theme: str) -> Path:
        """Return where the next picture goes, and remember it."""
        words = "-".join(f"{section} {name}".replace("/", " ").replace(",", "").split())
        path = self.folder / f"{words}-{theme}.png"
        self.sections.setdefault(section, {}).setdefault(name, []).append(path)
        return path

    def write_index(self) -> Path:
        """Write the page that shows all pictures, themes side by side."""
        parts = []
        for section, pictures in self.sections.items():
            parts.append(f"<h2>{html.escape(section)}</h2>")
            for name, paths in pictures.items():
                shown = "".join(f'<img src="{path.name}" alt="{html.escape(path.stem)}">\n' for path in paths)
                parts.append(f"<h3>{html.escape(name)}</h3>\n{shown}")
        index = self.folder / "index.html"
        index.write_text(PAGE.format(sections="\n".join(parts)), encoding="utf-8")
        return index


@contextmanager
def window(browser: "Browser") -> "Iterator[Page]":
    """Open a window and close it."""
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    yield context.new_page()
    context.close()


def opened(page: "Page", desk: Desk, name: str) -> Notebook:
    """Open a notebook, run all of it, and make room for all of it."""
    desk.use_theme(THEMES["light"])
    notebook = open_notebook(page, desk, name)
    page.keyboard.press("Control+b")
    notebook.run_all()
    unroll(page)
    return notebook


def in_each_theme(page: "Page") -> Iterator[str]:
    """Switch from theme to theme; yield the short name of each."""
    for short, full in THEMES.items():
        switch_theme(page, full)
        yield short


def take_lessons(gallery: Gallery, browser: "Browser", desk: Desk) -> None:
    """Take each lesson as it is before anything is answered, slice by slice."""
    for path in sorted((desk.files / "lessons").glob("*.ipynb")):
        with window(browser) as page:
            opened(page, desk, f"lessons/{path.name}")
            for theme in in_each_theme(page):
                box = page.locator(f"{PANEL} .jp-WindowedPanel-viewport").bounding_box()
                assert box
                for number, top in enumerate(range(0, int(box["height"]), SLICE)):
                    height = min(SLICE, box["height"] - top)
                    clip = {"x": box["x"], "y": box["y"] + top, "width": box["width"], "height": height}
                    place = gallery.place(f"Lesson {path.stem[:2]}", f"part {number + 1:02d}", theme)
                    page.screenshot(path=place, clip=clip)  # type: ignore[arg-type]
        desk.close_kernels()


def take_explorers(gallery: Gallery, browser: "Browser", desk: Desk) -> None:
    """Take each explorer as it opens, at the usual size and at twice that."""
    for name in EXPLORERS:
        source = small_notebook(f'import cjpolicy as cj\ncj.explore("{name}")')
        with window(browser) as page:
            notebook = opened(page, desk, desk.write(f"gallery/{name}.ipynb", source))
            for theme in in_each_theme(page):
                notebook.cell(0).screenshot(path=gallery.place("Explorers", name, theme))
            unroll(page, width=650)
            place = gallery.place("Explorers", f"{name}, at 200 per cent", "dark")
            notebook.cell(0).screenshot(path=place)
        desk.close_kernels()


def take_samples(gallery: Gallery, browser: "Browser", desk: Desk) -> None:
    """Take each kind of answer that the course gives."""
    with window(browser) as page:
        notebook = opened(page, desk, desk.write("gallery/samples.ipynb", samples()))
        for theme in in_each_theme(page):
            for number, name in enumerate(SAMPLES, start=1):
                notebook.cell(number).screenshot(path=gallery.place("Results and cards", name, theme))
    desk.close_kernels()


def take_site(gallery: Gallery, browser: "Browser", site: Path) -> None:
    """Take the pages of the reading edition, where it has been made."""
    for path in sorted(site.rglob("*.html")):
        for theme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": 1200, "height": 900}, color_scheme="dark" if theme == "dark" else "light"
            )
            page = context.new_page()
            page.goto(path.as_uri())
            page.wait_for_timeout(1_500)
            place = gallery.place("Site", path.relative_to(site).as_posix(), theme)
            page.screenshot(path=place, full_page=True)
            context.close()


def main() -> None:
    """Take all pictures and say where they are."""
    parser = argparse.ArgumentParser(prog="tests.gallery", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "gallery", help="the folder for the pictures")
    parser.add_argument("--only", choices=["lessons", "explorers", "samples", "site"], help="take only these")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    gallery = Gallery(arguments.output.resolve())
    takes = {"lessons": take_lessons, "explorers": take_explorers, "samples": take_samples}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = start_chromium(playwright)
        with served(clone_to(Path(folder)), "study") as desk:
            for name, take in takes.items():
                if arguments.only in (None, name):
                    take(gallery, browser, desk)
        if arguments.only in (None, "site"):
            take_site(gallery, browser, ROOT / "site")
        browser.close()
    print(f"Look at {gallery.write_index()}")


if __name__ == "__main__":
    main()
