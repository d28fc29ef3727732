"""Everything the course reads from its data package: datasets, data cards, excerpts and figures."""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from cjpolicy import datapackage, html
from cjpolicy.datapackage import Record, root
from cjpolicy.errors import DamagedData, UnknownName, WrongType

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = [
    "DataCard",
    "Excerpt",
    "Figure",
    "describe",
    "documents",
    "excerpt",
    "figure",
    "load",
    "names",
    "root",
]

MONTHS = "January February March April May June July August September October November December"
PANDAS_COLUMN_WIDTH = 50
COLUMN_WIDTH = 90
UNIT_WORDS = {
    "percent": "per cent",
    "percentage_points": "percentage points",
    "count": "",
    "GBP": "",
    "year": "",
    "ratio": "(a ratio)",
}


@dataclass(frozen=True)
class Figure:
    """One number that a document states, with the words that state it; one row of figures.csv.

    Attributes are the columns of figures.csv. `value` is a float in the unit `unit`, so `float(figure)`
    works too. `quote` is empty where only `stated_as` is kept.
    """

    figure_id: str
    document_id: str
    line: int
    heading: str
    quote: str
    stated_as: str
    value: float
    unit: str
    qualifier: str
    measure: str
    population: str
    period: str
    place: str
    source_cited: str
    topic: str
    show: str

    @property
    def document(self) -> str:
        """The title of the document that states the figure."""
        return str(_document(self.document_id)["title"])

    def __float__(self) -> float:
        return self.value

    def __repr__(self) -> str:
        return f"{self.figure_id}: {self._amount()}, “{self.quote or self.stated_as}” ({self._source()})"

    def _repr_html_(self) -> str:
        said = html.quotation(self.quote or self.stated_as, self._source())
        facts = html.definitions(
            [
                ("Value", self._amount()),
                ("Measure", self.measure),
                ("Population", self.population),
                ("Period", self.period),
                ("Place", self.place),
                ("Source the document gives", self.source_cited),
            ]
        )
        return html.card(f"Figure {self.figure_id}", said, facts)

    def _amount(self) -> str:
        number = f"{round(self.value, 4):,.12g}"
        if self.unit == "GBP":
            number = f"£{number}"
        elif self.unit == "year":
            number = f"{self.value:.0f}"
        unit = UNIT_WORDS.get(self.unit, self.unit)
        return " ".join(part for part in (self.qualifier, number, unit) if part)

    def _source(self) -> str:
        return _joined(self.document, self.heading, f"line {self.line}")


@dataclass(frozen=True)
class Excerpt:
    """At most 80 words of a document, as they stand there; one row of excerpts.csv.

    Attributes are the columns of excerpts.csv, with `figure_ids` as a tuple, and `document`, the title of
    the document. Long white space and the asterisks of emphasis are not kept in `text`.
    """

    excerpt_id: str
    document_id: str
    line: int
    heading: str
    date: str
    speaker: str
    kind: str
    topic: str
    text: str
    words: int
    figure_ids: tuple[str, ...]
    document: str

    def __repr__(self) -> str:
        return f"“{self.text}” ({self._source()})"

    def _repr_html_(self) -> str:
        return html.quotation(self.text, self._source())

    def _source(self) -> str:
        named = self.document.startswith(self.speaker)
        speaker = "" if named else self.speaker[:1].upper() + self.speaker[1:]
        when, kind = written_date(self.date), f"kind of source: {self.kind}"
        return _joined(speaker, self.document, self.heading, when, kind)


@dataclass(frozen=True)
class DataCard:
    """What a reader should know of a dataset before using it: origin, rows, units, limits and losses."""

    name: str
    title: str
    description: str
    row: str
    rows: int
    kind: str
    sources: tuple[str, ...]
    fields: tuple[tuple[str, str, str], ...]
    caveats: tuple[str, ...]
    lost: tuple[str, ...]

    def __repr__(self) -> str:
        lines = [
            f"{self.title} ({self.name})",
            self.description,
            f"One row is: {self.row} ({self.rows} rows)",
            f"Kind: {self.kind}",
        ]
        lists = {"From": self.sources, "Caveats": self.caveats, "Lost or left out": self.lost}
        for heading, items in lists.items():
            lines += [f"{heading}:", *(f"  - {item}" for item in items)] if items else []
        lines += ["Fields:", *(f"  {name} [{unit}]: {meaning}" for name, unit, meaning in self.fields)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        facts = html.definitions(
            [
                ("One row is", f"{self.row} ({self.rows} rows)"),
                ("Kind", self.kind),
                ("From", list(self.sources)),
                ("Caveats", list(self.caveats)),
                ("Lost or left out", list(self.lost)),
            ]
        )
        fields = html.table(("field", "unit", "meaning"), self.fields, f"Fields of {self.name}")
        return html.card(f"{self.title} ({self.name})", html.paragraph(self.description), facts, fields)


def names() -> list[str]:
    """Return the names of the datasets that `load` knows.

    Returns
    -------
    list of str

    Examples
    --------
    >>> "figures" in names()
    True
    """
    return list(datapackage.resources())


def load(name: str) -> "pd.DataFrame":
    """Return a dataset as a table of one's own, free to be changed.

    Parameters
    ----------
    name : str
        A name from `names()`.

    Returns
    -------
    pandas.DataFrame
        One row as the data card says. Its `attrs` hold `name`, `title`, `kind` (transcribed, derived,
        simulated or catalogue), `document` (title), `heading`, `row` (what one row is), `unit`, `units`
        (field to unit), `caveats` and `lost`. An empty text cell is "".

    Raises
    ------
    UnknownName
        If there is no dataset of that name.
    WrongType
        If `name` is not text.
    DamagedData
        If the file is missing, or does not hold what the data package declares.

    Examples
    --------
    >>> load("documents").attrs["row"]
    'one document'
    """
    resource = _resource("load", name)
    table = _frame(name, *datapackage.stamps(name)).copy()
    table.attrs.update(_attributes(resource))
    return table


def documents() -> "pd.DataFrame":
    """Return the documents behind the course, one a row.

    Returns
    -------
    pandas.DataFrame
        The same as `load("documents")`.

    Examples
    --------
    >>> len(documents())
    5
    """
    return load("documents")


def describe(name: str) -> DataCard:
    """Return the data card of a dataset.

    Parameters
    ----------
    name : str
        A name from `names()`.

    Returns
    -------
    DataCard
        Shown as a card in a notebook, as text elsewhere.

    Raises
    ------
    UnknownName, WrongType, DamagedData
        As `load` does.

    Examples
    --------
    >>> describe("documents").row
    'one document'
    """
    resource = _resource("describe", name)
    fields = resource["schema"]["fields"]
    lost = list(resource.get("lost", ()))
    if resource.get("left_out"):
        lost.append(f"{resource['left_out']} rows are left out, to protect people or because they distress.")
    return DataCard(
        name=name,
        title=resource["title"],
        description=resource["description"],
        row=resource["row"],
        rows=len(datapackage.records(name)),
        kind=resource["kind"],
        sources=tuple(_origin(source) for source in resource["sources"]),
        fields=tuple((field["name"], field["unit"], field["description"]) for field in fields),
        caveats=tuple(resource.get("caveats", ())),
        lost=tuple(lost),
    )


def excerpt(excerpt_id: str) -> Excerpt:
    """Return a short verbatim passage of a document, which a notebook draws as a quotation.

    Parameters
    ----------
    excerpt_id : str
        An id from `load("excerpts")["excerpt_id"]`.

    Returns
    -------
    Excerpt

    Raises
    ------
    UnknownName, WrongType, DamagedData
        As `load` does.

    Examples
    --------
    >>> excerpt("plan-violence-fell-31").document_id
    '003'
    """
    row = cast("dict[str, Any]", _row("excerpts", "excerpt_id", excerpt_id, "excerpt"))
    ids = tuple(row["figure_ids"].split())
    title = str(_document(row["document_id"])["title"])
    return Excerpt(**{**row, "figure_ids": ids}, document=title)


def figure(figure_id: str) -> Figure:
    """Return a number that a document states, with the words that state it.

    Parameters
    ----------
    figure_id : str
        An id from `load("figures")["figure_id"]`.

    Returns
    -------
    Figure

    Raises
    ------
    UnknownName, WrongType, DamagedData
        As `load` does.

    Examples
    --------
    >>> figure("v31-bcs").unit
    'percent'
    """
    return Figure(**cast("dict[str, Any]", _row("figures", "figure_id", figure_id, "figure")))


def written_date(date: str) -> str:
    """Return an ISO date as a reader writes it; the month or the day may be unknown.

    Parameters
    ----------
    date : str
        As "2018-04-11", "2018-04", "2018" or "".

    Returns
    -------
    str

    Examples
    --------
    >>> written_date("2018-04-11"), written_date("2008")
    ('11 April 2018', '2008')
    """
    year, *rest = date.split("-")
    parts = (
        [str(int(day)) for day in rest[1:]] + [MONTHS.split()[int(month) - 1] for month in rest[:1]] + [year]
    )
    return " ".join(parts)


@lru_cache(maxsize=64)
def _frame(
    name: str, folder: "Path", csv_stamp: tuple[int, int], package_stamp: tuple[int, int]
) -> "pd.DataFrame":
    import pandas as pd

    if pd.get_option("display.max_colwidth") == PANDAS_COLUMN_WIDTH:
        # Titles and sentences are there to be read: cut off with dots they cannot be.
        pd.set_option("display.max_colwidth", COLUMN_WIDTH)
    rows = datapackage.records(name)
    columns = {}
    for field in datapackage.resources()[name]["schema"]["fields"]:
        cells = [row[field["name"]] for row in rows]
        columns[field["name"]] = pd.Series(cells, dtype=_dtype(field["type"], None in cells))
    return pd.DataFrame(columns)


def _dtype(kind: str, gaps: bool) -> str:
    whole = "Int64" if gaps else "int64"
    known = {"integer": whole, "number": "float64", "boolean": "boolean" if gaps else "bool"}
    return {**known, "date": "datetime64[s]"}.get(kind, "str")


def _attributes(resource: dict[str, Any]) -> dict[str, Any]:
    fields = resource["schema"]["fields"]
    units = {field["name"]: field["unit"] for field in fields if field["unit"] != "none"}
    return {
        "name": resource["name"],
        "title": resource["title"],
        "kind": resource["kind"],
        "document": "; ".join(dict.fromkeys(source["title"] for source in resource["sources"])),
        "heading": "; ".join(source["heading"] for source in resource["sources"] if source.get("heading")),
        "row": resource["row"],
        "unit": ", ".join(dict.fromkeys(units.values())),
        "units": units,
        "caveats": list(resource.get("caveats", ())),
        "lost": list(resource.get("lost", ())),
    }


def _resource(caller: str, name: object) -> dict[str, Any]:
    known = datapackage.resources()
    if not isinstance(name, str):
        msg = (
            f'{caller}() takes the name of a dataset as text, such as {caller}("figures"), '
            f"but it was given {name!r}, of type {type(name).__name__}."
        )
        raise WrongType(msg)
    if name not in known:
        near = _nearest(name, known)
        raise UnknownName(f"There is no dataset {name!r}.{near} There are: {', '.join(known)}.")
    return known[name]


def _row(dataset: str, key: str, wanted: object, noun: str) -> Record:
    resource = _resource("load", dataset)
    if not isinstance(wanted, str):
        msg = (
            f"{noun}() takes an id as text, one of those in cj.load({dataset!r}), "
            f"but it was given {wanted!r}, of type {type(wanted).__name__}."
        )
        raise WrongType(msg)
    rows = _index(resource["name"], key, *datapackage.stamps(dataset))
    if wanted not in rows:
        near = _nearest(wanted, rows)
        see = f"To see them all: cj.load({dataset!r})[{key!r}]."
        raise UnknownName(f"There is no {noun} {wanted!r}.{near} {see}")
    return rows[wanted]


@lru_cache(maxsize=64)
def _index(
    name: str, key: str, folder: "Path", csv_stamp: tuple[int, int], package_stamp: tuple[int, int]
) -> dict[str, Record]:
    return {str(row[key]): row for row in datapackage.records(name)}


def _nearest(wanted: str, known: "dict[str, Any]") -> str:
    near = get_close_matches(wanted, known, n=3, cutoff=0.6)
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""


def _document(document_id: str) -> Record:
    rows = _index("documents", "document_id", *datapackage.stamps("documents"))
    if document_id not in rows:
        msg = f"datasets/documents.csv is damaged: it has no document {document_id!r}. {datapackage.REPAIR}"
        raise DamagedData(msg)
    return rows[document_id]


def _origin(source: dict[str, Any]) -> str:
    if "document" not in source:
        return str(source["title"])
    row = _document(source["document"])
    return _joined(row["title"], source.get("heading", ""), written_date(str(row["date"])), row["kind"])


def _joined(*parts: object) -> str:
    return "; ".join(str(part) for part in parts if part)
