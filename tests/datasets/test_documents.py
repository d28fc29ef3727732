"""Are the five documents described, dated and fingerprinted as they are?"""

import hashlib
import re
from pathlib import Path

import pytest

from tests.datasets.text import table

DOCUMENTS = table("documents")


def test_there_are_five_in_order_and_every_cell_is_filled() -> None:
    assert [row["document_id"] for row in DOCUMENTS] == ["000", "001", "002", "003", "004"]
    assert [name for row in DOCUMENTS for name, cell in row.items() if not cell.strip()] == []


def test_dates_are_iso_and_no_more_exact_than_the_document() -> None:
    # The plan prints no day of publication, only the years it covers.
    dates = {row["document_id"]: row["date"] for row in DOCUMENTS}
    assert dates.pop("003") == "2008"
    assert [date for date in dates.values() if not re.fullmatch(r"20\d\d-[01]\d-[0-3]\d", date)] == []


def test_titles_tell_them_apart_and_are_short() -> None:
    titles = [row["title"] for row in DOCUMENTS]
    assert len(set(titles)) == len(titles)
    assert max(map(len, titles)) <= 80


def test_every_figure_comes_from_a_document_listed() -> None:
    listed = {row["document_id"] for row in DOCUMENTS}
    assert {row["document_id"] for row in table("figures")} <= listed


@pytest.mark.parametrize("row", DOCUMENTS, ids=lambda row: row["document_id"])
def test_the_fingerprint_is_of_the_text_the_figures_were_read_from(
    row: dict[str, str], documents: Path
) -> None:
    (path,) = documents.glob(f"{row['document_id']}_*.txt")
    content = path.read_bytes()
    assert hashlib.sha256(content).hexdigest() == row["sha256"]
    assert len(content.decode("utf-8")) == int(row["characters"])
