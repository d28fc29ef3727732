"""How measurements are shown."""

from collections.abc import Sequence
from statistics import median, quantiles
from typing import Any


def show(title: str, names: Sequence[str], values: str, rows: Sequence[dict[str, Any]]) -> None:
    """Print a table: what was measured, how often, the median and the 95th percentile.

    Examples
    --------
    >>> show("Waits", ("way",), "ms", [{"way": "a", "ms": [1.0, 2.0, 3.0]}])
    <BLANKLINE>
    Waits
    <BLANKLINE>
    | way | times | median | 95th percentile |
    |---|---|---|---|
    | a | 3 | 2.0 | 2.9 |
    <BLANKLINE>
    """
    print(f"\n{title}\n\n| {' | '.join(names)} | times | median | 95th percentile |")
    print("|---" * (len(names) + 3) + "|")
    for row in rows:
        numbers = row[values]
        high = quantiles(numbers, n=20, method="inclusive")[-1] if len(numbers) > 1 else numbers[0]
        said = " | ".join(str(row[name]) for name in names)
        print(f"| {said} | {len(numbers)} | {median(numbers):.1f} | {high:.1f} |")
    print(flush=True)
