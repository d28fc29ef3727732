"""Explorer of unit 00: the numbers that the documents state, each with the words that state it."""

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from cjpolicy import catalogue, html
from cjpolicy.explorers.view import Choice, Explorer, Lists, Panel, choose, dropdown, frame

if TYPE_CHECKING:
    import pandas as pd

OPTIONS = ("topic", "unit", "document")
COLUMNS = {"topic": "topic", "unit": "unit", "document": "document_id"}
ALL = ""
TITLE = "Explorer: the figures of the documents"
HOW = "Choose by topic, unit and document, or press a setting to try."
TRIES = {
    "Topic: cost": {"topic": "cost", "unit": ALL, "document": ALL},
    "Document: the Home Office plan": {"topic": ALL, "unit": ALL, "document": "003"},
    "Unit: percent": {"topic": ALL, "unit": "percent", "document": ALL},
}
WITHHELD = (
    "The course keeps only the words that carry this number. The rest of its sentence is left out, to "
    "protect people or because it distresses."
)
# What a table shows of each figure.
PAGE_COLUMNS = {
    "stated_as": "As stated",
    "measure": "What is measured",
    "population": "Of whom or what",
    "period": "When",
    "source_cited": "Source it gives",
    "document_id": "Document",
    "quote": "Its sentence",
}
NOT_SHOWN = "not shown"
WITHHELD_NOTE = f"Sentence {NOT_SHOWN}: {WITHHELD[0].lower()}{WITHHELD[1:]}"


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
    lists = _lists(figures, topic, unit, document)
    first = select(figures, **lists.start)
    picked = dropdown("Figure", _listed(first), _first(first))
    fold = ipywidgets.Checkbox(description="Show all that fit as a table", indent=False)
    shown, table = ipywidgets.HTML(), ipywidgets.HTML()

    def answer(chosen: Choice) -> tuple[str, str]:
        found = select(figures, **chosen)
        if list(picked.options) != _listed(found):
            picked.options, picked.disabled = _listed(found), found.empty
            picked.value = _first(found)
        shown.value = draw(picked.value) if picked.value else ""
        table.value = _table(found) if fold.value else ""
        return _result(found, figures, picked.value), shown.value + table.value

    panel = Panel(lists, answer, [picked, shown, fold, table])
    for control in (picked, fold):
        control.observe(panel.refresh, "value")
    listed = "\n".join(label for label, _ in _listed(first)[:10])
    return panel.explorer(f"{sentence(len(first), len(figures))}\n{listed}")


def _result(found: "pd.DataFrame", figures: "pd.DataFrame", picked: str | None) -> str:
    """Return how many figures fit, and which of them is shown."""
    said = sentence(len(found), len(figures))
    if not picked:
        return said
    row = found[found["figure_id"] == picked].iloc[0]
    return f"{said} Below: {row['stated_as']}, {row['measure']}."


def page(topic: str = ALL, unit: str = ALL, document: str = ALL) -> str:
    """Return the explorer as HTML for a page without a kernel: every figure, of which a script shows some.

    Parameters
    ----------
    topic, unit, document : str
        What the filters are set to first; "" for all.

    Raises
    ------
    UnknownName
        If no figure has such a topic, unit or document.
    """
    figures = catalogue.load("figures")
    lists = _lists(figures, topic, unit, document)
    shown = set(select(figures, **lists.start)["figure_id"])
    rows = "".join(_page_row(row, row["figure_id"] in shown) for row in figures.to_dict("records"))
    head = "".join(f'<th scope="col">{name}</th>' for name in PAGE_COLUMNS.values())
    said = [sentence(count, len(figures)) for count in range(len(figures) + 1)]
    table = (
        '<div class="cj-scroll tall" role="group" tabindex="0" aria-label="Figures that fit">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    return frame("figures", lists, said[len(shown)], table, html.paragraph(WITHHELD_NOTE), html.data(said))


def _lists(figures: "pd.DataFrame", topic: str, unit: str, document: str) -> Lists:
    titles = dict(catalogue.documents().set_index("document_id")["title"])
    start = {"topic": topic, "unit": unit, "document": document}
    offered = {}
    for name, column in COLUMNS.items():
        options = _options(figures[column], titles if name == "document" else {})
        choose(start[name], [value for _, value in options], name)
        offered[name] = (name.capitalize(), options)
    return Lists(TITLE, HOW, offered, start, TRIES)


def _table(found: "pd.DataFrame") -> str:
    rows = ([row[column] or NOT_SHOWN for column in PAGE_COLUMNS] for row in found.to_dict("records"))
    drawn = html.table(list(PAGE_COLUMNS.values()), rows, "All the figures that fit")
    return html.card("As a table", drawn, html.paragraph(WITHHELD_NOTE))


def _page_row(row: Mapping[Hashable, Any], shown: bool) -> str:
    kept = "".join(f' data-{name}="{html.escape(row[column])}"' for name, column in COLUMNS.items())
    first, *rest = (html.escape(row[column] or NOT_SHOWN) for column in PAGE_COLUMNS)
    cells = "".join(f"<td>{cell}</td>" for cell in rest)
    return f'<tr{kept}{"" if shown else " hidden"}><th scope="row">{first}</th>{cells}</tr>'


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
    return figure._repr_html_() + html.card("Where it comes from", note, where)


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
