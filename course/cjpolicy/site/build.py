"""Makes the site: runs the lessons, writes a page for each, the contents, the search and what they share."""

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from jupyterlab_pygments import JupyterStyle
from pygments.formatters import HtmlFormatter

from cjpolicy.folders import replaced
from cjpolicy.site.drawings import vega_script
from cjpolicy.site.exporter import LessonExporter
from cjpolicy.site.lessons import Lesson, read_lessons, run
from cjpolicy.site.pages import Section, headings, page, sections

__all__ = ["make_site"]

MARK = "assets/made-by-cjpolicy.txt"
SAYS = "`cjpolicy site` made this folder from course/lessons, and replaces it when it is run again.\n"


def make_site(lessons: Path, output: Path) -> int:
    """Make the reading edition in a folder, replacing the one made there before.

    Parameters
    ----------
    lessons : Path
        The folder of lesson notebooks.
    output : Path
        Where the pages go: a new folder, an empty one, or one that this made.

    Returns
    -------
    int
        How many lessons it holds.

    Raises
    ------
    CourseError
        If `output` holds something else, a lesson cannot be run, or a package is missing.
    """
    with replaced(output, MARK, "cjpolicy site") as made:
        return _fill(made, read_lessons(lessons))


def _fill(folder: Path, lessons: list[Lesson]) -> int:
    run(lessons)
    _write_assets(folder / "assets")
    index: list[dict[str, str]] = []
    for place, lesson in enumerate(lessons):
        body, styles = LessonExporter().body(lesson.notebook)
        index += _entries(lesson, sections(body))
        around = {
            "previous": lessons[place - 1] if place else None,
            "following": lessons[place + 1] if place + 1 < len(lessons) else None,
        }
        text = page(
            "reading", lesson.title, lessons, body=body, styles=styles, lesson=lesson,
            headings=headings(body), **around,
        )  # fmt: skip
        _write(folder / lesson.file, text)
    _write(folder / "index.html", page("contents", "Contents", lessons))
    _write(folder / "search.html", page("search", "Search", lessons))
    said = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    _write(folder / "assets" / "search-index.js", f"window.searchIndex = {said};\n")
    return len(lessons)


def _entries(lesson: Lesson, parts: Sequence[Section]) -> list[dict[str, str]]:
    return [
        {
            "page": lesson.file,
            "lesson": f"{lesson.unit} {lesson.title}",
            "anchor": part.heading.anchor,
            "heading": part.heading.text,
            "text": part.text,
        }
        for part in parts
    ]


def _write_assets(folder: Path) -> None:
    folder.mkdir(parents=True)
    for asset in files("cjpolicy.site").joinpath("assets").iterdir():
        _write(folder / asset.name, asset.read_text(encoding="utf-8"))
    colours = HtmlFormatter(style=JupyterStyle).get_style_defs(".highlight")
    with (folder / "site.css").open("a", encoding="utf-8", newline="\n") as sheet:
        sheet.write(f"{colours}\n")
    _write(folder / "vega.js", vega_script())
    _write(folder.parent / MARK, SAYS)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
