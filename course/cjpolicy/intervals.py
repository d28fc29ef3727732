"""Intervals for a share seen in a sample, and the sample that a wanted precision takes."""

from __future__ import annotations

import math
from collections.abc import Callable

Z = 1.96
"""How many standard errors hold 95 per cent of a bell curve, either side."""


def wilson(found: float, looked: float) -> tuple[float, float]:
    """Return Wilson's 95% interval for a share, in per cent.

    Parameters
    ----------
    found, looked : float
        How many, of how many. They need not be whole: cases that are alike count for fewer.

    Examples
    --------
    >>> [round(end, 1) for end in wilson(2, 98)]
    [0.6, 7.1]
    """
    share = found / looked
    middle = share + Z**2 / (2 * looked)
    reach = Z * math.sqrt(share * (1 - share) / looked + Z**2 / (4 * looked**2))
    whole = 1 + Z**2 / looked
    return max(0.0, 100 * (middle - reach) / whole), min(100.0, 100 * (middle + reach) / whole)


def plain(found: int, looked: int) -> tuple[float, float]:
    """Return the share plus and minus 1.96 standard errors, in per cent; it may pass 0 or 100.

    Examples
    --------
    >>> [round(end, 1) for end in plain(1, 98)]
    [-1.0, 3.0]
    """
    share = found / looked
    reach = Z * math.sqrt(share * (1 - share) / looked)
    return 100 * (share - reach), 100 * (share + reach)


def at_most(found: int, looked: int, share: float) -> float:
    """Return the chance of seeing so many or fewer, in cases drawn one by one.

    Parameters
    ----------
    found, looked : int
    share : float
        The true share, of one.

    Examples
    --------
    >>> round(at_most(1, 2, 0.5), 9)
    0.75
    """
    if found >= looked:
        return 1.0
    if found < 0 or share >= 1:
        return 0.0
    if share <= 0:
        return 1.0
    if found >= looked * share:
        # The shorter tail loses no digits, and ends soon.
        return 1 - at_most(looked - found - 1, looked, 1 - share)
    ways = math.lgamma(looked + 1) - math.lgamma(found + 1) - math.lgamma(looked - found + 1)
    term = math.exp(ways + found * math.log(share) + (looked - found) * math.log1p(-share))
    total = 0.0
    for count in range(found, -1, -1):
        total += term
        term *= count / (looked - count + 1) * (1 - share) / share
        if term < 1e-17 * total:
            break
    return total


def exact(found: int, looked: int) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) 95% interval for a share, in per cent.

    Examples
    --------
    >>> [round(end, 1) for end in exact(0, 98)], [round(end, 1) for end in exact(2, 98)]
    ([0.0, 3.7], [0.2, 7.2])
    """
    low = 0.0 if found == 0 else _where(lambda share: at_most(found - 1, looked, share) > 0.975)
    high = 100.0 if found == looked else _where(lambda share: at_most(found, looked, share) > 0.025)
    return low, high


def _where(below: Callable[[float], bool]) -> float:
    """Return the share, in per cent, up to which something holds."""
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return 100 * low


def rule_of_three(looked: int) -> float:
    """Return the ceiling that seeing none of so many leaves, in per cent.

    Examples
    --------
    >>> round(rule_of_three(98), 2)
    3.06
    """
    return 100 * 3 / looked


def cases_needed(margin: float, share: float = 50) -> int:
    """Return how many cases drawn one by one give a share to within a margin, 95 times in 100.

    Parameters
    ----------
    margin : float
        Percentage points, either side.
    share : float
        The share expected, in per cent; 50 takes the most cases.

    Examples
    --------
    >>> cases_needed(3)
    1068
    """
    return math.ceil(Z**2 * share * (100 - share) / margin**2 - 1e-9)


def worth(looked: float, together: float, alike: float) -> float:
    """Return how many independent cases are as good as so many in clusters.

    Parameters
    ----------
    looked : float
        Cases.
    together : float
        Cases in a cluster.
    alike : float
        How alike cases of a cluster are: 0 is not at all, 1 is altogether.

    Examples
    --------
    >>> worth(99, 11, 0), worth(99, 11, 0.1), worth(99, 11, 1)
    (99.0, 49.5, 9.0)
    """
    return looked / (1 + (together - 1) * alike)
