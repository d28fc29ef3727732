"""Explorer of unit 01: the parts of a claim, and where two claims differ or do not say."""

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

from cjpolicy import catalogue, html
from cjpolicy.explorers.view import Choice, Explorer, Lists, Options, Panel, choose, frame, joined

if TYPE_CHECKING:
    import pandas as pd

OPTIONS = ("first", "second")
PARTS = ("measure", "population", "period", "place", "source", "comparison")
NONE = ""
TITLE = "Explorer: two claims side by side"
HOW = "Choose two claims, or a pair to try. The table says where they differ, and what they do not state."
TRIES = {
    "31 per cent, twice": {"first": "fall-31-foreword", "second": "fall-31-survey"},
    "25 per cent, twice": {"first": "mail-at-least-25", "second": "mail-25-higher"},
    "80 per cent: done or wanted?": {"first": "reports-80-required", "second": "reports-80-target"},
}
SILENT = "(it does not say)"


def compare(claims: "pd.DataFrame", first: str, second: str = NONE) -> "pd.DataFrame":
    """Return the parts of one claim or of two, and how they compare, as the documents word them.

    Parameters
    ----------
    claims : pandas.DataFrame
        The dataset "claims".
    first, second : str
        Ids of claims; `second` may be "".

    Returns
    -------
    pandas.DataFrame
        One row a part; columns `part`, `first`, `second` (what each claim says, "" if nothing) and
        `compared`: "same", "differs" or "not stated" (by one of them, or by both).

    Raises
    ------
    UnknownName
        If there is no such claim.

    Examples
    --------
    >>> compare(catalogue.load("claims"), "fall-31-foreword", "fall-31-survey")["compared"].tolist()
    ['differs', 'not stated', 'differs', 'not stated', 'not stated', 'same']
    """
    import pandas as pd

    rows = {row["claim_id"]: row for row in claims.to_dict("records")}
    chosen = [rows[choose(name, list(rows), "claim")] for name in (first, second) if name]
    table = []
    for part in PARTS:
        said = [str(row[part]) for row in chosen]
        kinds = {" ".join(words.casefold().split()) for words in said}
        compared = (
            "not stated"
            if "" in kinds
            else ""
            if len(said) == 1
            else "same"
            if len(kinds) == 1
            else "differs"
        )
        table.append({"part": part, "first": said[0], "second": "".join(said[1:]), "compared": compared})
    return pd.DataFrame(table)


def sentence(parts: "pd.DataFrame", two: bool) -> str:
    """Return the result of `compare` in words.

    Parameters
    ----------
    parts : pandas.DataFrame
        As `compare` returns it.
    two : bool
        Whether it is of two claims.

    Examples
    --------
    >>> sentence(compare(catalogue.load("claims"), "fall-31-foreword", "fall-31-survey"), two=True)
    'These two differ in measure and period, ... does not state its population, place and source.'
    """
    listed = {kind: list(group["part"]) for kind, group in parts.groupby("compared")}
    differs, silent = listed.get("differs", []), listed.get("not stated", [])
    if not two:
        return (
            f"This claim does not state its {joined(silent)}." if silent else "This claim states every part."
        )
    if differs:
        result = f"These two differ in {joined(differs)}, as worded: they cannot be compared as they stand."
    elif silent:
        result = "What both state is the same, but that is not enough to compare them."
    else:
        result = "These two state the same parts in the same words."
    return f"{result} At least one does not state its {joined(silent)}." if silent else result


def view(first: str | None = None, second: str | None = None) -> Explorer:
    """Return the explorer, with two lists of claims to choose from.

    Parameters
    ----------
    first, second : str, optional
        Ids of claims shown first; the first two of the dataset otherwise, and "" for no second.

    Returns
    -------
    Explorer

    Raises
    ------
    UnknownName
        If there is no such claim.
    """
    import ipywidgets

    claims = catalogue.load("claims")
    lists = _lists(claims, first, second, [("(none: look at one claim)", NONE)])
    shown = ipywidgets.HTML()

    def answer(chosen: Choice) -> tuple[str, str]:
        shown.value = draw(claims, **chosen)
        return _result(claims, **chosen), shown.value

    start = dict(lists.start)
    parts = compare(claims, **start).replace("", "-").to_string(index=False)
    return Panel(lists, answer, [shown]).explorer(f"{_result(claims, **start)}\n{parts}")


def page(first: str | None = None, second: str | None = None) -> str:
    """Return the explorer as HTML for a page without a kernel: any two claims, compared beforehand.

    Parameters
    ----------
    first, second : str, optional
        Ids of claims shown first; the first two of the dataset otherwise.

    Raises
    ------
    UnknownName
        If there is no such claim.
    """
    claims = catalogue.load("claims")
    ids = list(claims["claim_id"])
    lists = _lists(claims, first, second or None)
    start = dict(lists.start)
    said = {
        # The page has the style of quotations already, from the two that are shown first.
        "quotations": {
            row["claim_id"]: _quotation(row).removeprefix(html.STYLE) for _, row in claims.iterrows()
        },
        "columns": {name: _column(claims, name) for name in ids},
        "compared": {one: {other: _compared(claims, one, other) for other in ids} for one in ids},
    }
    shown = f'<div data-shown="">{draw(claims, **start)}</div>'
    return frame("claims", lists, _result(claims, **start), shown, html.data(said))


def _lists(claims: "pd.DataFrame", first: str | None, second: str | None, more: Options = ()) -> Lists:
    """Return both lists, the second with `more` options; a claim that is not named is the dataset's."""
    ids = list(claims["claim_id"])
    start = {
        "first": choose(ids[0] if first is None else first, ids, "claim"),
        "second": second if second == NONE else choose(second or ids[1], ids, "claim"),
    }
    labels = [(f"{row['pair']}: {row['claim']}", row["claim_id"]) for row in claims.to_dict("records")]
    offered = {"first": ("First claim", labels), "second": ("Second claim", [*more, *labels])}
    return Lists(TITLE, HOW, offered, start, TRIES)


def _column(claims: "pd.DataFrame", name: str) -> list[str]:
    """Return what the table's column of one claim says, row by row."""
    missing = claims.loc[claims["claim_id"] == name, "missing"].iloc[0]
    return [*(_cell(row, "first") for row in compare(claims, name).to_dict("records")), missing]


def _compared(claims: "pd.DataFrame", one: str, other: str) -> list[str]:
    """Return the result for two claims, and what the table's last column says, row by row."""
    parts = compare(claims, one, other)
    return [sentence(parts, two=True), *(_cell(row, "compared") for row in parts.to_dict("records")), ""]


def _result(claims: "pd.DataFrame", first: str, second: str) -> str:
    return sentence(compare(claims, first, second), two=bool(second))


def draw(claims: "pd.DataFrame", first: str, second: str) -> str:
    """Return the quotations and the parts of one claim or of two, as HTML."""
    parts = compare(claims, first, second)
    names = [name for name in (first, second) if name]
    chosen = [claims[claims["claim_id"] == name].iloc[0] for name in names]
    quotes = "".join(f'<div style="flex:1 1 20em">{_quotation(row)}</div>' for row in chosen)
    sides = ("first", "second", "compared") if second else ("first",)
    rows = [(row["part"], *(_cell(row, side) for side in sides)) for row in parts.to_dict("records")]
    rows.append(("left out", *(row["missing"] for row in chosen), *([""] if second else [])))
    headers = ("part", "first claim", "second claim", "compared") if second else ("part", "the claim")
    table = html.table(headers, rows, "The parts of the claims" if second else "The parts of the claim")
    title = "Two claims, part by part" if second else "One claim, part by part"
    return f'<div style="display:flex;flex-wrap:wrap;gap:0 1em">{quotes}</div>' + html.card(title, table)


def _quotation(claim: "pd.Series[str]") -> str:
    """Return the sentence around a claim where there is an excerpt of it, else the claim's own words."""
    if claim["excerpt_id"]:
        return catalogue.excerpt(claim["excerpt_id"])._repr_html_()
    figure = catalogue.figure(claim["figure_id"])
    return html.quotation(claim["claim"], f"{figure.document}, {figure.heading}, line {figure.line}")


def _cell(row: Mapping[Hashable, str], side: str) -> str:
    """Return what one cell says; a comparison has a sign too, and stays on one line."""
    if side != "compared":
        return row[side] or SILENT
    sign = {"differs": "≠ differs", "same": "= same", "not stated": "? not stated"}[row[side]]
    return sign.replace(" ", "\N{NO-BREAK SPACE}")
