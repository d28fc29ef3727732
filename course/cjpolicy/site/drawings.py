"""Charts on the site: the specification that draws itself in the browser, its words and its data."""

from collections.abc import Iterator, Mapping
from typing import Any

from cjpolicy import html
from cjpolicy.charts import MIME
from cjpolicy.errors import CourseError

__all__ = ["data_tables", "drawing", "vega_script"]

# The version that Altair writes for. JupyterLab's own is older, which is what the charts' $schema says.
VEGA_LITE = "6.4"
INNER = ("layer", "hconcat", "vconcat", "concat")
Spec = Mapping[str, Any]


def vega_script() -> str:
    """Return Vega, Vega-Lite and vega-embed as one script that any page can load from disk.

    Raises
    ------
    CourseError
        If vl-convert, which carries them, is not installed.
    """
    try:
        import vl_convert
    except ImportError as error:
        raise CourseError(
            "The site's charts need the package vl-convert-python. Run `make setup` in the course's clone."
        ) from error
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    # A browser loads no module from disk, so what is written as one becomes a function.
    return f'(() => {{"use strict";\n{bundle}\n}})();\n'


def drawing(data: Spec) -> str:
    """Return a chart's output as a figure: drawn where scripts run, in words everywhere.

    Parameters
    ----------
    data : mapping
        An output by MIME type, as `charts.mimebundle` gives it.
    """
    spec = {key: value for key, value in data[MIME].items() if key != "$schema"}
    words = spec["description"]
    tables = "".join(html.table(*table) for table in data_tables(spec))
    summary = "The chart in words and numbers" if tables else "The chart in words"
    return (
        f'<figure class="chart"><div class="wide" data-scrolls="{html.escape(_name(spec))}">'
        f'<div class="drawing">{html.paragraph(words)}</div></div>{html.data(spec)}'
        f"<details><summary>{summary}</summary>{html.paragraph(words)}{tables}</details></figure>"
    )


def _name(spec: Spec) -> str:
    title = spec.get("title", "")
    text = title.get("text", "") if isinstance(title, Mapping) else title
    text = " ".join(text) if isinstance(text, list) else text
    return f"Chart: {text}" if text and isinstance(text, str) else "Chart"


def data_tables(spec: Spec) -> list[tuple[list[str], list[list[str]], str]]:
    """Return the data behind a chart: the columns it draws, a table for each of its sources.

    A chart with controls has none: what it draws is computed as it is moved, and its explorer has a table.

    Parameters
    ----------
    spec : mapping
        A Vega-Lite specification with its data inside.

    Returns
    -------
    list of (headers, rows, caption)
        As `html.table` takes them.
    """
    if any("bind" in parameter for parameter in spec.get("params", ())):
        return []
    drawn: dict[str, list[str]] = {}
    for name, column in _drawn(spec, ""):
        known = drawn.setdefault(name, [])
        known += [] if column in known else [column]
    tables: list[tuple[list[str], list[list[str]], str]] = []
    for name, columns in drawn.items():
        rows = spec["datasets"][name]
        headers = [column for column in columns if rows and column in rows[0]]
        if headers:
            cells = [[_written(row[header]) for header in headers] for row in rows]
            tables.append(
                (headers, cells, "Data of the chart" if not tables else "Further data of the chart")
            )
    return tables


def _drawn(spec: Spec, inherited: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each dataset with each column that is drawn from it."""
    name = spec.get("data", {}).get("name", inherited)
    for channel in spec.get("encoding", {}).values():
        for definition in channel if isinstance(channel, list) else [channel]:
            field = definition.get("field") if isinstance(definition, Mapping) else None
            if name and isinstance(field, str):
                # Vega-Lite writes a dot in a name as "\.".
                yield name, field.replace("\\", "")
    inner = [each for key in INNER for each in spec.get(key, ())] + ([spec["spec"]] if "spec" in spec else [])
    for each in inner:
        yield from _drawn(each, name)


def _written(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
