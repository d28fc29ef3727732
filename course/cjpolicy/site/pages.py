"""The pages of the site: a lesson's body put in its frame, the contents, and the search."""

from dataclasses import dataclass
from functools import cache
from importlib.metadata import metadata
from typing import Any

from bs4 import BeautifulSoup, NavigableString, Tag
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cjpolicy.site.lessons import Lesson

__all__ = ["Heading", "Section", "headings", "page", "sections", "site_name"]

# What a search would find twice, or find and not be able to show.
UNSEARCHED = "script, style, .explorer, .chart, .try"
TITLES = ["h1", "h2", "h3"]
INLINE = {"a", "b", "code", "em", "i", "span", "strong"}


@dataclass(frozen=True)
class Heading:
    """A heading within a page: how deep it stands, what links to it, and what it says."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Section:
    """What stands under a heading, as plain text."""

    heading: Heading
    text: str


def site_name() -> tuple[str, str]:
    """Return the course's name and what it is about, from the package's own summary.

    Examples
    --------
    >>> site_name()[0]
    'Reading Criminal Justice Policy with Data'
    """
    name, _, about = metadata("cjpolicy")["Summary"].partition(": ")
    return name, f"{about[:1].upper()}{about[1:]}"


@cache
def _frames() -> Environment:
    return Environment(
        loader=PackageLoader("cjpolicy.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(template: str, title: str, lessons: list[Lesson], **parts: Any) -> str:
    """Return a whole page.

    Parameters
    ----------
    template : str
        "contents", "reading" or "search".
    title : str
        Shown in the browser's title bar, before the course's name.
    lessons : list of Lesson
        In order, for contents and for previous and next.
    **parts : Any
        What the template takes besides; `body`, if there is one, is HTML.
    """
    name, about = site_name()
    parts |= {"body": Markup(parts["body"])} if "body" in parts else {}
    return (
        _frames()
        .get_template(f"{template}.html.j2")
        .render(site=name, about=about, title=title, lessons=lessons, **parts)
    )


def headings(body: str) -> list[Heading]:
    """Return the headings of a page's body below its title.

    Examples
    --------
    >>> headings('<h1 id="A">A</h1><h2 id="B">B</h2>')
    [Heading(level=2, anchor='B', text='B')]
    """
    return [_heading(tag) for tag in BeautifulSoup(body, "html.parser").select("h2, h3")]


def _heading(tag: Tag) -> Heading:
    return Heading(int(tag.name[1]), str(tag["id"]), tag.get_text(" ", strip=True))


def sections(body: str) -> list[Section]:
    """Return the text of a page's body, in the parts that its headings make.

    Examples
    --------
    >>> [section.text for section in sections('<h1 id="A">A</h1><p>One <b>two</b>.</p>')]
    ['One two.']
    """
    soup = BeautifulSoup(body, "html.parser")
    for tag in soup.select(UNSEARCHED):
        tag.decompose()
    found: list[tuple[Heading, list[str]]] = []
    for node in soup.descendants:
        if isinstance(node, Tag):
            if node.name in TITLES:
                found.append((_heading(node), []))
            elif found and node.name not in INLINE:
                found[-1][1].append(" ")
        elif found and isinstance(node, NavigableString) and not node.find_parent(TITLES):
            found[-1][1].append(str(node))
    return [Section(heading, " ".join("".join(words).split())) for heading, words in found]
