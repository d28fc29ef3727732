"""Areas in which nothing changes but chance: the table simulated_areas, for regression to the mean."""

import random

SEED = 21
AREAS = 200
YEARS = ("year_1", "year_2", "year_3", "year_4")
# Ours: how many offences a year are usual in the quietest area and in the busiest. No document says this.
QUIETEST, BUSIEST = 25, 45


def areas(seed: int = SEED) -> list[dict[str, int]]:
    """Simulate four years of offences in areas whose usual level never changes.

    Parameters
    ----------
    seed : int
        The same seed gives the same rows.

    Returns
    -------
    list of dict
        200 rows: `area` (a number from 1), `usual` (offences a year, on average for ever), the offences of
        each of `YEARS`, drawn independently around it, and `lot` (the area's place in a lottery, from 1).

    Examples
    --------
    >>> rows = areas()
    >>> len(rows), rows == areas(), rows == areas(seed=22)
    (200, True, False)
    """
    chance = random.Random(seed)
    lots = list(range(1, AREAS + 1))
    chance.shuffle(lots)
    rows = []
    for area, lot in enumerate(lots, start=1):
        usual = chance.randint(QUIETEST, BUSIEST)
        counts = {year: events(usual, chance) for year in YEARS}
        rows.append({"area": area, "usual": usual, **counts, "lot": lot})
    return rows


def events(usual: float, chance: random.Random) -> int:
    """Draw how many events a year holds, when they come one by one and `usual` come in an average year.

    Parameters
    ----------
    usual : float
        Events a year.
    chance : random.Random

    Examples
    --------
    >>> events(0, random.Random(1))
    0
    """
    # Waiting times between such events are exponential: count those that fit into the year.
    count, time = 0, chance.expovariate(usual) if usual else 1.0
    while time < 1:
        count += 1
        time += chance.expovariate(usual)
    return count
