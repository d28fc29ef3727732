"""How the suite compares quoted words with a document."""

import re
from pathlib import Path


def verbatim(text: str) -> str:
    """Return text with white space closed up and the asterisks of emphasis taken out; nothing else changes.

    Examples
    --------
    >>> verbatim("the absolute *number*  of\\nviolent incidents")
    'the absolute number of violent incidents'
    """
    return re.sub(r"\s+", " ", text.replace("*", "")).strip()


def lines_of(documents: Path, document_id: str) -> list[str]:
    """Return the lines of a document, ready to be compared."""
    (path,) = documents.glob(f"{document_id}_*.txt")
    return [verbatim(line) for line in path.read_text(encoding="utf-8").split("\n")]


def line_of(documents: Path, document_id: str, line: int) -> str:
    """Return a line of a document, counted from 1, ready to be compared."""
    return lines_of(documents, document_id)[line - 1]


def post_date(documents: Path, document_id: str, line: int) -> str:
    """Return the date of the blog post that a line stands in, as "5 May 2017"; empty in the plan."""
    dates = [
        re.fullmatch(r"\w+day,? (\d+ \w+ \d{4})", text) for text in lines_of(documents, document_id)[:line]
    ]
    return next((found[1] for found in reversed(dates) if found), "")
