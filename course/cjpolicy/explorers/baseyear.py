"""Explorer of unit 03: one count of homicides measured from one base year or another, beside chance."""

from dataclasses import dataclass
from math import floor, sqrt
from typing import TYPE_CHECKING

from cjpolicy import catalogue, html
from cjpolicy.explorers.view import Choice, Explorer, Lists, Panel, choose, frame

if TYPE_CHECKING:
    import pandas as pd

OPTIONS = ("base", "later", "inquiry")
OUT, IN = "out", "in"
TITLE = "Explorer: since when?"
HOW = (
    "Choose a base year and a later one, or press a setting. A line through a square shows what chance alone "
    "may do to that count. The axis does not start at zero."
)
INQUIRY = "172 victims of one inquiry"
TRIES = {
    "From 1997/98": {"base": "1997/98", "later": "2006/07", "inquiry": OUT},
    "From the peak": {"base": "2002/03", "later": "2006/07", "inquiry": OUT},
    "Up to the peak": {"base": "1997/98", "later": "2002/03", "inquiry": OUT},
    "The peak with the 172": {"base": "2002/03", "later": "2006/07", "inquiry": IN},
}
# The height of the drawing and its margins, and the counts it has room for: points need no zero.
HEIGHT, TOP, BOTTOM = 280, 14, 36
LEAST, MOST, STEP = 600, 1_200, 100
COLUMN, AXIS = 150, 46
PAPER = "var(--jp-layout-color1, #ffffff)"


@dataclass(frozen=True)
class Comparison:
    """Two yearly counts of homicides.

    Attributes
    ----------
    base, later : str
        Financial years.
    before, after : int
        Their counts.
    uneven : bool
        Whether one of the counts holds deaths that came in together, to which the rule of chance does not
        apply.
    """

    base: str
    later: str
    before: int
    after: int
    uneven: bool = False

    @property
    def difference(self) -> int:
        """How many more deaths the later year has."""
        return self.after - self.before

    @property
    def percent(self) -> float:
        """How many per cent of the base year that is."""
        return 100 * self.difference / self.before

    @property
    def chance(self) -> float:
        """How far chance alone may move the difference: 2 times the root of the counts' sum."""
        return 2 * sqrt(self.before + self.after)


def yearly(counts: "pd.DataFrame", inquiry: str = OUT) -> dict[str, int]:
    """Return the counts by year, with or without what the plan leaves out.

    Parameters
    ----------
    counts : pandas.DataFrame
        The dataset "homicide_counts".
    inquiry : str
        "out", as printed, or "in".

    Examples
    --------
    >>> yearly(catalogue.load("homicide_counts"), "in")["2002/03"]
    1047
    """
    left_out = counts["left_out"].fillna(0) if inquiry == IN else 0
    totals = (counts["count"] + left_out).astype(int)
    return dict(zip(counts["year"], totals.tolist(), strict=True))


def compare(counts: "pd.DataFrame", base: str, later: str, inquiry: str = OUT) -> Comparison:
    """Return two years' counts, set beside each other.

    Examples
    --------
    >>> round(compare(catalogue.load("homicide_counts"), "1997/98", "2006/07").percent, 1)
    3.8
    """
    known = yearly(counts, inquiry)
    uneven = bool(_mixed(counts, inquiry) & {base, later})
    return Comparison(base, later, known[base], known[later], uneven)


def _mixed(counts: "pd.DataFrame", inquiry: str) -> set[str]:
    """Return the years whose counts hold deaths that came in together: the rule of chance fails there."""
    return set(counts.loc[counts["left_out"].notna(), "year"]) if inquiry == IN else set()


def sentence(compared: Comparison) -> str:
    """Return a comparison in words.

    Examples
    --------
    >>> sentence(Comparison("2002/03", "2006/07", 875, 757))
    'From 875 in 2002/03 to 757 in 2006/07: 118 fewer, a fall of 13.5%. ... more than 81: more than chance.'
    """
    if compared.base == compared.later:
        return f"{compared.base} is both years: choose two. A year measured from itself has not changed."
    fell = compared.difference < 0
    moved = (
        f"From {compared.before:,} in {compared.base} to {compared.after:,} in {compared.later}: "
        f"{abs(compared.difference)} {'fewer' if fell else 'more'}, "
        f"a {'fall' if fell else 'rise'} of {abs(compared.percent):.1f}%."
    )
    if compared.uneven:
        return f"{moved} The rule for chance does not hold here: {INQUIRY} come into one year together."
    limit = floor(compared.chance + 0.5)
    verdict = "within chance" if abs(compared.difference) <= compared.chance else "more than chance"
    return f"{moved} Chance alone seldom moves the difference by more than {limit}: {verdict}."


def view(base: str | None = None, later: str | None = None, inquiry: str = OUT) -> Explorer:
    """Return the explorer, with lists of years to choose from.

    Parameters
    ----------
    base, later : str, optional
        Financial years shown first; the first and the last of the dataset otherwise.
    inquiry : str
        "out" or "in".

    Returns
    -------
    Explorer

    Raises
    ------
    UnknownName
        If a year is not in the dataset, or `inquiry` is neither.
    """
    import ipywidgets

    counts = catalogue.load("homicide_counts")
    lists = _lists(counts, base, later, inquiry)
    shown = ipywidgets.HTML()

    def answer(chosen: Choice) -> tuple[str, str]:
        compared = compare(counts, **chosen)
        shown.value = draw(counts, compared, chosen["inquiry"])
        return sentence(compared), shown.value

    start = dict(lists.start)
    listed = "\n".join(f"{year}: {count:,}" for year, count in yearly(counts, start["inquiry"]).items())
    return Panel(lists, answer, [shown]).explorer(f"{sentence(compare(counts, **start))}\n{listed}")


def page(base: str | None = None, later: str | None = None, inquiry: str = OUT) -> str:
    """Return the explorer as HTML for a page without a kernel: every choice, answered beforehand.

    Parameters
    ----------
    base, later, inquiry : str, optional
        As for `view`.

    Raises
    ------
    UnknownName
        As `view` does.
    """
    counts = catalogue.load("homicide_counts")
    lists = _lists(counts, base, later, inquiry)
    choices: list[dict[str, str]] = [{}]
    for name, (_, options) in lists.offered.items():
        choices = [{**choice, name: value} for choice in choices for _, value in options]
    answers = {}
    for choice in choices:
        compared = compare(counts, **choice)
        answers["|".join(choice.values())] = [sentence(compared), draw(counts, compared, choice["inquiry"])]
    said, drawn = answers["|".join(lists.start.values())]
    return frame("baseyear", lists, said, f'<div data-shown="">{drawn}</div>', html.data(answers))


def _lists(counts: "pd.DataFrame", base: str | None, later: str | None, inquiry: str) -> Lists:
    years = list(counts["year"])
    start = {
        "base": choose(base or years[0], years, "year"),
        "later": choose(later or years[-1], years, "year"),
        "inquiry": choose(inquiry, [OUT, IN], "choice"),
    }
    options = [(year, year) for year in years]
    offered = {
        "base": ("Base year", options),
        "later": ("Later year", options),
        "inquiry": ("In 2002/03", [(f"{INQUIRY}: left out, as printed", OUT), (f"{INQUIRY}: put in", IN)]),
    }
    return Lists(TITLE, HOW, offered, start, TRIES)


def draw(counts: "pd.DataFrame", compared: Comparison, inquiry: str) -> str:
    """Return the three counts as a drawing and as a table, each as per cent of the base year, as HTML."""
    known = yearly(counts, inquiry)
    mixed = _mixed(counts, inquiry)
    marks = "".join(
        _mark(place, year, known[year], compared, uneven=year in mixed) for place, year in enumerate(known)
    )
    width = AXIS + COLUMN * len(known)
    base = _height(compared.before)
    label = f"Three yearly counts, and a dashed line at the count of the base year, {compared.before:,}."
    drawing = (
        f'<svg role="img" aria-label="{label}" viewBox="0 0 {width} {HEIGHT}" '
        f'style="width:100%;max-width:{width}px;color:inherit" font-size="13" fill="currentColor">'
        f"{''.join(_tick(count, width) for count in range(LEAST, MOST + 1, STEP))}"
        f'<line x1="{AXIS}" x2="{width}" y1="{base}" y2="{base}" stroke="currentColor" '
        f'stroke-dasharray="6 4"/>{marks}</svg>'
    )
    rows = [
        (year, f"{count:,}", *_spread(count, compared, uneven=year in mixed)) for year, count in known.items()
    ]
    headers = ("year", "deaths recorded as homicides", "give or take chance", f"{compared.base} = 100")
    return html.card(
        f"Homicides recorded, base year {compared.base}",
        drawing,
        html.table(headers, rows, "The three years"),
    )


def _height(count: float) -> float:
    """Return how far from the top of the drawing a count stands."""
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (MOST - count) / (MOST - LEAST), 1)


def _tick(count: int, width: int) -> str:
    at = _height(count)
    return (
        f'<line x1="{AXIS}" x2="{width}" y1="{at}" y2="{at}" stroke="currentColor" opacity="0.2"/>'
        f'<text x="{AXIS - 6}" y="{at + 4}" text-anchor="end">{count:,}</text>'
    )


def _mark(place: int, year: str, count: int, compared: Comparison, *, uneven: bool) -> str:
    """Return one year's square, with its span of chance if it has one; the two years compared are filled."""
    x, y, half = AXIS + COLUMN * (place + 0.5), _height(count), 2 * sqrt(count)
    chosen = year in (compared.base, compared.later)
    colour = "currentColor"
    square = (
        f'<rect x="{x - 6}" y="{y - 6}" width="12" height="12" stroke="{colour}" stroke-width="2" '
        f'fill="{colour if chosen else PAPER}"/>'
    )
    span = (
        f'<line x1="{x}" x2="{x}" y1="{_height(count - half)}" y2="{_height(count + half)}" '
        f'stroke="{colour}" stroke-width="3"/>'
    )
    return (
        f"{'' if uneven else span}{square}"
        f'<text x="{x + 14}" y="{y - 6}">{count:,}</text>'
        f'<text x="{x}" y="{HEIGHT - 12}" text-anchor="middle">{year}</text>'
    )


def _spread(count: int, compared: Comparison, *, uneven: bool) -> tuple[str, str]:
    """Return what chance may do to a count, and the count with the base year at 100."""
    half = 2 * sqrt(count)
    span = "the rule does not hold" if uneven else f"{count - half:.0f} to {count + half:.0f}"
    return span, f"{100 * count / compared.before:.1f}"
