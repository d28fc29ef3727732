"""Generators of the simulated tables in datasets/simulated, each seeded: the same seed, the same rows."""

import csv
import io
from collections.abc import Mapping, Sequence

__all__ = ["as_csv"]


def as_csv(rows: Sequence[Mapping[str, str | int]]) -> str:
    r"""Return rows as the text of their table in datasets/simulated.

    Parameters
    ----------
    rows : sequence of mapping
        From column to value; all with the same columns.

    Returns
    -------
    str

    Examples
    --------
    >>> as_csv([{"area": 1, "usual": 30}])
    'area,usual\n1,30\n'
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
