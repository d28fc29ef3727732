"""The Python that the course has taught so far, unit by unit, each new thing with a worked line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import html
from .errors import UnknownName

__all__ = ["ENTRIES", "Card", "Entry", "Known", "known", "python_card"]


@dataclass(frozen=True)
class Entry:
    """One new thing of Python, as a unit teaches it.

    Parameters
    ----------
    unit
        Two digits: "02".
    title
        What it is called in the lesson.
    line
        A worked line, or a few.
    does
        What the line does, in a sentence or two.
    syntax
        Kinds of syntax it brings, by the names of the `ast` module: "FunctionDef", "Return".
    builtins
        Names that Python has of its own.
    attributes
        What may stand after a dot: "head". Of a module, with the module: "alt.Chart".
    modules
        Modules that may be imported from here on.
    """

    unit: str
    title: str
    line: str
    does: str
    syntax: tuple[str, ...] = ()
    builtins: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()


ENTRIES = (
    Entry(
        "00",
        "names",
        "courts_in_2011 = 2 * courts",
        "Keeps a value under a name. A value is a number, a text in quotation marks, a list in [ ] or a "
        "dictionary "
        "in { }; square brackets after a name take one out.",
        syntax=(
            *("Assign", "List", "Dict", "Subscript"),
            *("BinOp Add", "BinOp Sub", "BinOp Mult", "BinOp Div", "UnaryOp USub"),
        ),
    ),
    Entry(
        "00",
        "calls",
        "round(100 * part / whole, 1)",
        "Runs a function on what stands in the brackets and hands back a value. What belongs to a thing "
        "stands after a "
        "dot: table.head(3), figure.value.",
        syntax=("Call", "Attribute"),
        builtins=("len", "max", "min", "print", "round", "sum"),
        attributes=("columns", "head"),
    ),
    Entry(
        "00",
        "errors",
        'cj.figure("wands")',
        "There is no figure of that name, so Python stops and says so. Read the last line first: the "
        "kind of error "
        "(NameError, SyntaxError, KeyError), then what arrived.",
    ),
    Entry(
        "01",
        "rows and columns",
        'figures[["figure_id", "value"]].iloc[0]',
        "Takes columns by their names, and a row by its number, from 0. The table has as many rows and "
        "columns as its "
        "shape says.",
        attributes=("iloc", "loc", "shape", "tail", "pd.DataFrame"),
        modules=("pandas",),
    ),
    Entry(
        "01",
        "filter",
        'figures[figures["topic"] == "cost"]',
        "Keeps the rows for which the comparison is true.",
        syntax=("Compare",),
    ),
    Entry(
        "01",
        "value_counts",
        'figures["unit"].value_counts()',
        "Counts how often each value stands in a column.",
        attributes=("value_counts",),
    ),
    Entry(
        "02",
        "def and return",
        "def change(before, after):\n    return 100 * (after / before - 1)",
        "Makes a function of one's own: what it takes stands in the brackets, what it hands back after "
        "return. With if "
        "and raise it can refuse an input that makes no sense.",
        syntax=("FunctionDef", "Return", "If", "Raise", "BoolOp", "UnaryOp Not"),
        builtins=("ValueError",),
    ),
    Entry(
        "02",
        "assign and cumprod",
        'steps.assign(index=100 * steps["factor"].cumprod())',
        "Gives back the table with a column added; cumprod multiplies down the rows.",
        attributes=("assign", "cumprod"),
    ),
    Entry(
        "02",
        "a chart of one's own",
        'alt.Chart(steps).mark_bar().encode(x="index", y=alt.Y("step", sort=None))',
        "Draws the rows of a table: a mark for each, its place and length given by columns. A plus sign "
        "lays one chart "
        "over another.",
        attributes=(
            *("encode", "mark_bar", "mark_line", "mark_point", "mark_rule", "mark_tick", "properties"),
            *(
                "alt.Chart",
                "alt.X",
                "alt.Y",
                "alt.XDatum",
                "alt.YDatum",
                "alt.datum",
                "alt.Title",
                "alt.value",
            ),
        ),
        modules=("altair",),
    ),
    Entry(
        "03",
        "range and for",
        "for count in range(700, 741):\n    print(count)",
        "Does the indented lines once for each value; range gives the whole numbers, the last left out.",
        syntax=("For", "AugAssign Add", "JoinedStr", "Tuple"),
        builtins=("list", "range", "zip"),
        attributes=("append",),
    ),
    Entry(
        "03",
        "all",
        'all(round(100 * methods["count"] / total) == methods["percent"])',
        "True when every comparison is true.",
        builtins=("all", "any"),
    ),
    Entry(
        "03",
        "boolean mask",
        'methods[(methods["count"] > 10) & (methods["count"] < 100)]',
        "Keeps the rows where both hold; | is for either, ~ for not.",
        syntax=("BinOp BitAnd", "BinOp BitOr", "UnaryOp Invert"),
        attributes=("between", "isin", "sum"),
    ),
    Entry(
        "04",
        "sort_values and cumsum",
        'areas.sort_values("offences")["offences"].cumsum()',
        "Puts rows in order, then adds up down the rows.",
        attributes=("cumsum", "sort_values"),
    ),
    Entry(
        "04",
        "layered chart",
        "band + alt.Chart(known).mark_point()",
        "Lays a chart over another on the same axes.",
        attributes=("mark_area", "mark_text", "alt.X2", "alt.Y2", "alt.layer"),
    ),
    Entry(
        "04",
        "median",
        'victims["incidents"].median()',
        "The middle value: half of the rows lie below it.",
        attributes=("mean", "median"),
    ),
    Entry(
        "05",
        "groupby and agg",
        'outcomes.groupby("offence").agg(total=("cases", "sum"))',
        "Puts rows together that share a value, and works out one number for each group.",
        attributes=("agg", "groupby", "reset_index"),
    ),
    Entry(
        "05",
        "merge",
        'recorded.merge(convicted, on="offence")',
        "Joins two tables on a column that both have. Rows without a partner are dropped; "
        'with how="left" those of the first table stay.',
        attributes=("merge",),
    ),
    Entry(
        "05",
        "sample with a seed",
        "recorded.sample(50, random_state=1)",
        "Draws rows by chance. random_state is the seed: the same seed draws the same rows again.",
        attributes=("sample",),
    ),
    Entry(
        "06",
        "weighted mean",
        '(table["months"] * table["cases"]).sum() / table["cases"].sum()',
        "A mean in which each group counts as often as it has cases.",
    ),
    Entry(
        "06",
        "melt",
        'lengths.melt("offence", var_name="year", value_name="months")',
        "Turns columns into rows, so that each row holds one value.",
        attributes=("melt",),
    ),
    Entry(
        "07",
        "seeded random numbers",
        "import numpy as np\n\nchance = np.random.default_rng(7)",
        "Starts a series of random numbers that is the same each time it is started with the same seed.",
        attributes=("binomial", "default_rng", "normal", "permutation", "poisson", "np.random"),
        modules=("numpy",),
    ),
    Entry(
        "07",
        "a function called many times",
        "[simulate(seed) for seed in range(1000)]",
        "Keeps what the function gives back each time, in a list.",
        syntax=("GeneratorExp", "ListComp"),
    ),
    Entry(
        "08",
        "pivot",
        'people.pivot(index="flagged", columns="outcome", values="people")',
        "Turns rows into a table with one row and one column for each value.",
        attributes=("pivot",),
    ),
    Entry(
        "09",
        "powers on a column",
        '1 - (1 - risk) ** table["years"]',
        "Raises a number to a power for every row at once.",
        syntax=("BinOp Pow",),
    ),
    Entry(
        "09",
        "log axis",
        'alt.Y("rate", scale=alt.Scale(type="log"))',
        "An axis on which equal steps are equal multiples.",
        attributes=("alt.Scale",),
    ),
    Entry(
        "10",
        "an interval for a share",
        "from statsmodels.stats import proportion\n\n"
        'low, high = proportion.proportion_confint(found, looked, method="wilson")',
        "The shares that fit what was seen in a sample of this size.",
        attributes=("proportion_confint",),
        modules=("statsmodels.stats",),
    ),
    Entry(
        "11",
        "two-sample interval",
        "proportion.confint_proportions_2indep(\n    treated, treated_all, others, others_all\n)",
        "An interval for the difference between two shares.",
        attributes=("confint_proportions_2indep",),
    ),
    Entry(
        "11",
        "p value",
        "z, p = proportion.proportions_ztest(\n    [treated, others], [treated_all, others_all]\n)",
        "How often chance alone would make a difference at least this large.",
        attributes=("proportions_ztest",),
    ),
    Entry(
        "12",
        "smf.logit",
        'import statsmodels.formula.api as smf\n\nsmf.logit("reoffended ~ treated + age", men).fit()',
        "Fits how the odds of an outcome go with several things at once.",
        attributes=("fit", "params", "predict", "smf.logit"),
        modules=("statsmodels.formula.api",),
    ),
    Entry(
        "12",
        "a given matching helper",
        'match(men, on=["age", "convictions"])',
        "Puts beside each treated person an untreated one who is alike in what is named. The lesson "
        "gives it.",
    ),
    Entry(
        "13",
        "cleaning numbers",
        'pd.to_numeric(staff["number"].str.replace(",", ""))',
        "Turns text such as 1,234 into numbers.",
        attributes=("astype", "replace", "str", "pd.to_numeric"),
    ),
    Entry(
        "13",
        "rebasing",
        '100 * staff["number"] / staff["number"].iloc[0]',
        "Sets the first row to 100 and every other in proportion.",
    ),
    Entry(
        "15",
        ".str cleaning",
        'actions["owner"].str.strip().str.lower()',
        "Treats the text of every row in the same way.",
        attributes=("contains", "lower", "split", "startswith", "strip"),
    ),
    Entry(
        "15",
        "explode",
        'actions.assign(owner=actions["owner"].str.split(";")).explode("owner")',
        "Gives each item of a list a row of its own.",
        attributes=("explode",),
    ),
)


@dataclass(frozen=True)
class Known:
    """All the Python a reader has met by the end of a unit; the parts are those of `Entry`."""

    syntax: frozenset[str]
    builtins: frozenset[str]
    attributes: frozenset[str]
    modules: frozenset[str]


@dataclass(frozen=True)
class Card:
    """The Python met so far, shown as a card in a notebook and as text elsewhere."""

    entries: tuple[Entry, ...]

    def units(self) -> dict[str, list[Entry]]:
        """Give the entries by unit, in order."""
        return {
            unit: [each for each in self.entries if each.unit == unit]
            for unit in dict.fromkeys(each.unit for each in self.entries)
        }

    def __repr__(self) -> str:
        lines = ["Python so far"]
        for unit, entries in self.units().items():
            lines.append(f"Unit {unit}")
            for entry in entries:
                code = entry.line.replace("\n", "\n      ")
                lines += [f"  {entry.title}", f"      {code}", f"    {entry.does}"]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return html.card(
            "Python so far", *(_section(unit, entries) for unit, entries in self.units().items())
        )


def _section(unit: str, entries: list[Entry]) -> str:
    rows = "".join(
        f"<dt>{html.escape(entry.title)}</dt>"
        f'<dd><pre style="margin: 0.2em 0; color: inherit"><code>{html.escape(entry.line)}</code></pre></dd>'
        f"<dd>{html.escape(entry.does)}</dd>"
        for entry in entries
    )
    return f"<p>Unit {html.escape(unit)}</p><dl>{rows}</dl>"


def python_card(unit: str | int | None = None) -> Card:
    """Return what Python the course has taught, up to and including a unit.

    Parameters
    ----------
    unit
        A unit's number, "02" or 2; all of the course when left out.

    Returns
    -------
    Card

    Raises
    ------
    UnknownName
        If there is no such unit.

    Examples
    --------
    >>> [entry.title for entry in python_card("00").entries]
    ['names', 'calls', 'errors']
    """
    last = "17" if unit is None else _unit(unit)
    return Card(tuple(entry for entry in ENTRIES if entry.unit <= last))


def known(unit: str | int) -> Known:
    """Return the syntax, names and modules that a unit's notebooks may use.

    Parameters
    ----------
    unit
        A unit's number, "02" or 2.

    Returns
    -------
    Known

    Raises
    ------
    UnknownName
        If there is no such unit.

    Examples
    --------
    >>> "groupby" in known("02").attributes, "groupby" in known("05").attributes
    (False, True)
    """
    entries = python_card(_unit(unit)).entries
    return Known(
        syntax=frozenset(name for entry in entries for name in entry.syntax),
        builtins=frozenset(name for entry in entries for name in entry.builtins),
        attributes=frozenset(name for entry in entries for name in entry.attributes),
        modules=frozenset(name for entry in entries for name in entry.modules),
    )


def _unit(unit: str | int) -> str:
    text = f"{unit:02d}" if isinstance(unit, int) and not isinstance(unit, bool) else str(unit)
    if not re.fullmatch(r"0\d|1[0-7]", text):
        raise UnknownName(f'There is no unit {unit!r}. Units are "00" to "17": cj.python_card("02").')
    return text
