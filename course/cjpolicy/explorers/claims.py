"""Explorer of unit 01: the parts of a claim, and where two claims differ or do not say."""

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

from cjpolicy import catalogue, html
from cjpolicy.explorers.view import Explorer, choose, dropdown, joined, live, of_widgets

if TYPE_CHECKING:
    import pandas as pd

OPTIONS = ("first", "second")
PARTS = ("measure", "population", "period", "place", "source", "comparison")
NONE = ""
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
    ids = list(claims["claim_id"])
    start = [ids[0] if first is None else first, ids[1] if second is None else second]
    parts = compare(claims, *start)
    labels = [(f"{row['pair']}: {row['claim']}", row["claim_id"]) for row in claims.to_dict("records")]
    one = dropdown("First claim", labels, start[0])
    other = dropdown("Second claim", [("(none: look at one claim)", NONE), *labels], start[1])
    reset = ipywidgets.Button(description="Reset")
    shown = ipywidgets.HTML(value=draw(claims, *start))

    def update(_: object) -> None:
        shown.value = draw(claims, one.value, other.value)

    def restart(_: object) -> None:
        one.value, other.value = start

    for control in (one, other):
        control.observe(update, "value")
    reset.on_click(restart)
    text = f"{sentence(parts, bool(start[1]))}\n{parts.replace('', '-').to_string(index=False)}"
    return Explorer(text, [of_widgets(ipywidgets.VBox([one, other, reset, shown]), text)])


def draw(claims: "pd.DataFrame", first: str, second: str) -> str:
    """Return the result, the quotations and the parts of the claims, as HTML."""
    parts = compare(claims, first, second)
    names = [name for name in (first, second) if name]
    chosen = [claims[claims["claim_id"] == name].iloc[0] for name in names]
    quotes = "".join(f'<div style="flex:1 1 20em">{_quotation(row)}</div>' for row in chosen)
    sides = ("first", "second", "compared") if second else ("first",)
    rows = [(row["part"], *(_cell(row, side) for side in sides)) for row in parts.to_dict("records")]
    rows.append(("left out", *(row["missing"] for row in chosen), *([""] if second else [])))
    headers = ("part", "first claim", "second claim", "compared") if second else ("part", "the claim")
    result = html.paragraph(sentence(parts, two=bool(second)))
    table = html.table(headers, rows, "The parts of the claims" if second else "The parts of the claim")
    title = "Two claims, part by part" if second else "One claim, part by part"
    return f'<div style="display:flex;flex-wrap:wrap;gap:0 1em">{quotes}</div>' + html.card(
        title, live(result), table
    )


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
