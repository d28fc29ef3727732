"""Explorer of unit 00: the numbers that the documents state, each with the words that state it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cjpolicy import catalogue, html
from cjpolicy.explorers.view import Explorer, choose, dropdown, live, of_widgets

if TYPE_CHECKING:
    import pandas as pd

OPTIONS = ("topic", "unit", "document")
COLUMNS = {"topic": "topic", "unit": "unit", "document": "document_id"}
ALL = ""
WITHHELD = (
    "The course keeps only the words that carry this number. The rest of its sentence is left out, to "
    "protect people or because it distresses."
)


def select(figures: "pd.DataFrame", topic: str = ALL, unit: str = ALL, document: str = ALL) -> "pd.DataFrame":
    """Return the figures of a topic, in a unit, of a document; "" leaves a choice open.

    Parameters
    ----------
    figures : pandas.DataFrame
        The dataset "figures".
    topic, unit, document : str
        Values of its columns `topic`, `unit` and `document_id`.

    Returns
    -------
    pandas.DataFrame
        The rows that fit all three, in their order.

    Examples
    --------
    >>> chosen = select(catalogue.load("figures"), document="003", unit="percent")
    >>> sorted(set(chosen["document_id"]))
    ['003']
    """
    wanted = {"topic": topic, "unit": unit, "document_id": document}
    for column, value in wanted.items():
        if value:
            figures = figures[figures[column] == value]
    return figures


def sentence(shown: int, total: int) -> str:
    """Return how many figures fit, in words.

    Examples
    --------
    >>> sentence(3, 388)
    'Showing 3 of 388 figures.'
    """
    none = "No figure fits all three choices. Set one of them back to all."
    return f"Showing {shown} of {total} figures." if shown else none


def view(topic: str = ALL, unit: str = ALL, document: str = ALL) -> Explorer:
    """Return the explorer, with three filters and a list of the figures that fit.

    Parameters
    ----------
    topic, unit, document : str
        What the filters are set to first; "" for all.

    Returns
    -------
    Explorer

    Raises
    ------
    UnknownName
        If no figure has such a topic, unit or document.
    """
    import ipywidgets

    figures = catalogue.load("figures")
    titles = dict(catalogue.documents().set_index("document_id")["title"])
    start = {"topic": topic, "unit": unit, "document": document}
    filters = {}
    for name, column in COLUMNS.items():
        offered = _options(figures[column], titles if name == "document" else {})
        choose(start[name], [value for _, value in offered], name)
        filters[name] = dropdown(name.capitalize(), offered, start[name])
    first = select(figures, **start)
    picked = dropdown("Figure", _listed(first), _first(first))
    reset = ipywidgets.Button(description="Reset filters")
    count, shown = ipywidgets.HTML(), ipywidgets.HTML()

    def filter_figures(_: object) -> None:
        chosen = select(figures, **{name: control.value for name, control in filters.items()})
        count.value = live(html.paragraph(sentence(len(chosen), len(figures))))
        picked.options, picked.disabled = _listed(chosen), chosen.empty
        picked.value = _first(chosen)
        show(None)

    def show(_: object) -> None:
        shown.value = draw(picked.value) if picked.value else ""

    def restart(_: object) -> None:
        for control in filters.values():
            control.value = ALL

    for control in filters.values():
        control.observe(filter_figures, "value")
    picked.observe(show, "value")
    reset.on_click(restart)
    filter_figures(None)
    text = f"{sentence(len(first), len(figures))}\n" + "\n".join(label for label, _ in _listed(first)[:10])
    return Explorer(
        text, [of_widgets(ipywidgets.VBox([*filters.values(), reset, count, picked, shown]), text)]
    )


def draw(figure_id: str) -> str:
    """Return a figure with its sentence and where it comes from, as HTML."""
    figure = catalogue.figure(figure_id)
    documents = catalogue.documents().set_index("document_id")
    source = documents.loc[figure.document_id]
    note = html.paragraph(WITHHELD) if figure.show == "value" else ""
    where = html.definitions(
        [
            ("Document", source["title"]),
            ("Date", catalogue.written_date(str(source["date"]))),
            ("Kind of source", source["kind"]),
            ("Who published it", source["publisher"]),
        ]
    )
    return live(figure._repr_html_()) + html.card("Where it comes from", note, where)


def _options(values: "pd.Series[str]", names: Mapping[str, str]) -> list[tuple[str, str]]:
    counts = values.value_counts()
    return [(f"all ({len(values)})", ALL)] + [
        (f"{names.get(value, value)} ({counts[value]})", value) for value in sorted(counts.index)
    ]


def _listed(figures: "pd.DataFrame") -> list[tuple[str, str]]:
    return [
        (f"{row['stated_as']}: {row['measure']} ({row['figure_id']})", row["figure_id"])
        for row in figures.to_dict("records")
    ]


def _first(figures: "pd.DataFrame") -> str | None:
    """Return the figure shown first: one with its sentence, if there is one."""
    quoted = figures[figures["show"] == "quote"]
    ids = (figures if quoted.empty else quoted)["figure_id"]
    return None if ids.empty else str(ids.iloc[0])
