"""Excerpts and claims: are they the documents' own words, short, and linked to the right figures?"""

from pathlib import Path

import pytest

from cjpolicy import catalogue, datapackage
from tests.datasets.verbatim import line_of, post_date, verbatim

EXCERPTS = datapackage.records("excerpts")
FIGURES = datapackage.records("figures")
CLAIMS = datapackage.records("claims")
ANATOMY = ("measure", "population", "period", "place", "source", "comparison")

# What the lessons and their assignments cannot do without: document and line of each passage.
NEEDED = {
    "unit 01": "001:28 001:32 001:169 001:335 003:277 003:727 004:529 004:550 004:565",
    "unit 02": "003:15 003:145 003:149 003:155 003:158 003:260 003:277",
    "unit 03": "003:15 003:166 003:173 003:182 003:232 003:245 003:396 003:691",
    "unit 07": "001:44 003:372 003:378 003:380 003:644 003:859 003:893",
    "unit 09": "001:15 001:21 001:169 001:207 001:313 003:475",
    "unit 11": "001:17 001:21 001:27 001:28 001:30 001:34 001:276",
}


def words(row: datapackage.Record, field: str) -> str:
    return str(row[field])


def ids(rows: list[datapackage.Record], field: str) -> list[str]:
    return [words(row, field) for row in rows]


@pytest.mark.parametrize("row", EXCERPTS, ids=ids(EXCERPTS, "excerpt_id"))
def test_excerpt_stands_word_for_word_at_its_line(row: datapackage.Record, documents: Path) -> None:
    line = line_of(documents, words(row, "document_id"), int(words(row, "line")))
    assert words(row, "text") in line


@pytest.mark.parametrize("row", EXCERPTS, ids=ids(EXCERPTS, "excerpt_id"))
def test_excerpt_is_short_and_its_words_are_counted(row: datapackage.Record) -> None:
    counted = len(words(row, "text").split())
    assert counted == row["words"]
    assert counted <= 80
    assert words(row, "text") == verbatim(words(row, "text"))


@pytest.mark.parametrize("row", EXCERPTS, ids=ids(EXCERPTS, "excerpt_id"))
def test_excerpt_names_exactly_the_figures_whose_quotes_lie_inside_it(row: datapackage.Record) -> None:
    inside = {
        words(figure, "figure_id")
        for figure in FIGURES
        if (figure["document_id"], figure["line"]) == (row["document_id"], row["line"])
        and figure["quote"]
        and verbatim(words(figure, "quote")) in words(row, "text")
    }
    assert set(words(row, "figure_ids").split()) == inside


def test_excerpt_quotes_nothing_that_figures_keep_as_a_value_only() -> None:
    for figure in FIGURES:
        for row in EXCERPTS if figure["show"] == "value" else []:
            if (figure["document_id"], figure["line"]) == (row["document_id"], row["line"]):
                assert words(figure, "stated_as") not in words(row, "text"), row["excerpt_id"]


def test_excerpts_share_no_text_and_no_dangling_quotation_mark() -> None:
    texts = ids(EXCERPTS, "text")
    assert len(set(texts)) == len(texts)
    assert [text for text in texts if text.count("“") != text.count("”")] == []


def test_there_are_enough_excerpts_from_every_document_and_from_many_kinds_of_source() -> None:
    assert len(EXCERPTS) >= 64
    assert {row["document_id"] for row in EXCERPTS} == {"000", "001", "002", "003", "004"}
    kinds = set(ids(EXCERPTS, "kind"))
    official = {"government plan", "official evaluation", "inspection", "government statement"}
    critical = {"newspaper", "trade union", "campaigner", "blog comment"}
    assert official | critical <= kinds


@pytest.mark.parametrize("unit", NEEDED)
def test_the_passages_that_a_unit_needs_are_there(unit: str) -> None:
    there = {f"{row['document_id']}:{row['line']}" for row in EXCERPTS}
    assert set(NEEDED[unit].split()) - there == set()


def test_topics_are_those_of_the_figures() -> None:
    assert set(ids(EXCERPTS, "topic")) <= set(ids(FIGURES, "topic"))


@pytest.mark.parametrize("row", EXCERPTS, ids=ids(EXCERPTS, "excerpt_id"))
def test_date_is_that_of_the_post_or_of_the_plan(row: datapackage.Record, documents: Path) -> None:
    published = {one["document_id"]: words(one, "date") for one in datapackage.records("documents")}
    posted = post_date(documents, words(row, "document_id"), int(words(row, "line")))
    expected = posted or catalogue.written_date(published[row["document_id"]])
    assert catalogue.written_date(words(row, "date")) == expected


@pytest.mark.parametrize("row", CLAIMS, ids=ids(CLAIMS, "claim_id"))
def test_claim_and_its_parts_are_the_documents_words(row: datapackage.Record, documents: Path) -> None:
    excerpt = catalogue.excerpt(words(row, "excerpt_id"))
    assert words(row, "claim") in excerpt.text
    line = line_of(documents, excerpt.document_id, excerpt.line)
    assert [part for part in ANATOMY if words(row, part) not in line] == []


@pytest.mark.parametrize("row", CLAIMS, ids=ids(CLAIMS, "claim_id"))
def test_claim_carries_its_figure(row: datapackage.Record) -> None:
    figure = catalogue.figure(words(row, "figure_id"))
    excerpt = catalogue.excerpt(words(row, "excerpt_id"))
    assert (figure.document_id, figure.line) == (excerpt.document_id, excerpt.line)
    assert figure.stated_as in words(row, "claim")


def test_claims_set_side_by_side_differ_in_at_least_one_part() -> None:
    alike: dict[str, list[datapackage.Record]] = {}
    for row in CLAIMS:
        alike.setdefault(words(row, "pair"), []).append(row)
    for name, rows in alike.items():
        assert len(rows) in (2, 3), name
        assert len({tuple(words(row, part) for part in ANATOMY) for row in rows}) == len(rows), name


def test_claims_are_from_official_and_from_critical_sources() -> None:
    kinds = {catalogue.excerpt(words(row, "excerpt_id")).kind for row in CLAIMS}
    assert {"government plan", "official evaluation", "newspaper", "trade union"} <= kinds
