"""Thefts in an invented county, each followed from the event to a conviction: the table simulated_thefts."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

SEED = 1
STAGES = ("reported", "recorded", "charged", "convicted")


@dataclass(frozen=True)
class Kind:
    """One kind of theft, and what is assumed of it.

    Attributes
    ----------
    name : str
        What was stolen, or where from.
    number : int
        How many thefts there are.
    north : float
        Chance that one is in the north of the county; the others are in the south.
    chances : tuple of float
        Chance of each stage in `STAGES`, for a theft that has come through the stage before.
    """

    name: str
    number: int
    north: float
    chances: tuple[float, float, float, float]


# Ours, chosen so that each way of counting puts another kind first. No document says any of this.
KINDS = (
    Kind("car", 800, 0.70, (0.95, 0.95, 0.16, 0.48)),
    Kind("bicycle", 1_800, 0.25, (0.45, 0.90, 0.08, 0.80)),
    Kind("phone", 1_240, 0.75, (0.25, 0.88, 0.20, 0.68)),
    Kind("garden", 160, 0.50, (0.30, 0.85, 0.02, 0.30)),
)


def thefts(seed: int = SEED) -> list[dict[str, str | int]]:
    """Simulate the thefts of one year.

    Parameters
    ----------
    seed : int
        The same seed gives the same rows.

    Returns
    -------
    list of dict
        4,000 rows in an order of chance: `theft` (a number from 1), `kind`, `area`, and for each of
        `STAGES` 1 if the theft came so far, else 0.

    Examples
    --------
    >>> rows = thefts()
    >>> len(rows), rows == thefts(), rows == thefts(seed=2)
    (4000, True, False)
    """
    chance = random.Random(seed)
    rows = [row for kind in KINDS for row in _of(kind, chance)]
    chance.shuffle(rows)
    return [{"theft": number, **row} for number, row in enumerate(rows, start=1)]


def _of(kind: Kind, chance: random.Random) -> Iterator[dict[str, str | int]]:
    for _ in range(kind.number):
        row: dict[str, str | int] = {"kind": kind.name}
        row["area"] = "north" if chance.random() < kind.north else "south"
        so_far = 1
        for stage, chance_of_stage in zip(STAGES, kind.chances, strict=True):
            so_far = int(so_far and chance.random() < chance_of_stage)
            row[stage] = so_far
        yield row
