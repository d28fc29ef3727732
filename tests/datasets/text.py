"""How the tests read tables and find words in the source documents."""

import csv
import re
from functools import cache
from pathlib import Path

from tests.support import ROOT

DATASETS = ROOT / "datasets"


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a dataset as printed, every cell a string."""
    with (DATASETS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain(text: str) -> str:
    """Make every run of white space one space: the only liberty a quote takes with its document.

    >>> plain("Rape\\t77.8\\t81.1")
    'Rape 77.8 81.1'
    """
    return " ".join(text.split())


@cache
def lines(folder: Path, document_id: str) -> tuple[str, ...]:
    """Return a document's lines; the first is line 1, so line n is at n - 1."""
    (path,) = folder.glob(f"{document_id}_*.txt")
    return tuple(path.read_text(encoding="utf-8").split("\n"))


def starts_at(quote: str, source: tuple[str, ...], line: int) -> bool:
    """Say whether the quote is in the document word for word and begins on that line, wherever it ends."""
    begun = len(plain(source[line - 1]))
    return 0 <= plain("\n".join(source[line - 1 :])).find(quote) < begun


def has_words(words: str, text: str) -> bool:
    """Say whether the words stand in the text as they are, not as part of a longer word or number.

    >>> has_words("5%", "5% of women"), has_words("5%", "0.5% of men")
    (True, False)
    """
    return re.search(rf"(?<![\w£])(?<!\d[.,]){re.escape(words)}(?![\w%]|[.,]\d)", text) is not None
