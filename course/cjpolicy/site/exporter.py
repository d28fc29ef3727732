"""A lesson's notebook as the body of a page, by nbconvert; formulas become MathML, which needs no script."""

from typing import Any

from jinja2 import PackageLoader
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from cjpolicy.site.reading import Reading

__all__ = ["LessonExporter", "markdown"]


class Renderer(IPythonRenderer):
    """Markdown as nbconvert draws it, but with formulas drawn when the page is made."""

    def inline_math(self, body: str) -> str:
        return _formula(body, "inline")

    def block_math(self, body: str) -> str:
        return _formula(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        return _formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")


def _formula(latex: str, display: str) -> str:
    # Few lessons have a formula: the rest are made without this package.
    from latex2mathml.converter import convert

    return str(convert(latex.strip(), display=display))


def markdown(source: str) -> str:
    """Return a Markdown cell as HTML; headings get the ids that links between cells use in JupyterLab.

    Examples
    --------
    >>> markdown("## The tour")
    '<h2 id="The-tour">The tour</h2>'
    >>> "<math" in markdown("So $x = 2$.")
    True
    """
    drawn = str(MarkdownWithMath(renderer=Renderer(escape=False, anchor_link_text="")).render(source))
    return _without_anchors(drawn)


def _without_anchors(drawn: str) -> str:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(drawn, "html.parser")
    for anchor in soup.select("a.anchor-link"):
        anchor.decompose()
    return str(soup)


class LessonExporter(HTMLExporter):
    """Turns a notebook that was run into the body of its page."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            extra_loaders=[PackageLoader("cjpolicy.site")],
            template_name="base",
            template_file="lesson.html.j2",
            preprocessors=[Reading],
            **options,
        )
        self.register_filter("reading_markdown", markdown)

    def body(self, notebook: NotebookNode) -> tuple[str, list[str]]:
        """Return the body of the page, and the style sheets its outputs bring."""
        body, resources = self.from_notebook_node(notebook)
        return body, list(resources["styles"])
