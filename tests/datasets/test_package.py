"""The data package: is it valid, complete, described, and equal to the figures it is taken from?"""

import json
from collections.abc import Iterator
from typing import Any

import frictionless
import pytest

from cjpolicy import catalogue, datapackage

ROOT = datapackage.root()
DECLARED = json.loads((ROOT / "datapackage.json").read_text(encoding="utf-8"))
RESOURCES: list[dict[str, Any]] = DECLARED["resources"]
NAMES = [resource["name"] for resource in RESOURCES]
FALLS = ("fell", "fall", "fallen", "reduced", "reduction", "decrease")


def fields() -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in RESOURCES:
        for field in resource["schema"]["fields"]:
            yield resource["name"], field


def test_frictionless_finds_nothing_to_report() -> None:
    report = frictionless.Package(str(ROOT / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "type", "note"])


def test_frictionless_would_report_a_broken_link(tmp_path: Any) -> None:
    for path in [*ROOT.rglob("*.csv"), ROOT / "datapackage.json"]:
        text = path.read_text(encoding="utf-8")
        changed = (
            text.replace("plan-violence-fell-31", "no-such-excerpt") if path.name == "claims.csv" else text
        )
        there = tmp_path / path.relative_to(ROOT)
        there.parent.mkdir(exist_ok=True)
        there.write_text(changed, encoding="utf-8")
    report = frictionless.Package(str(tmp_path / "datapackage.json")).validate()
    assert {error[0] for error in report.flatten(["type"])} == {"foreign-key"}


def test_every_csv_is_a_resource_and_every_resource_a_csv() -> None:
    assert {str(path.relative_to(ROOT)) for path in ROOT.rglob("*.csv")} == {r["path"] for r in RESOURCES}


@pytest.mark.parametrize("resource", RESOURCES, ids=NAMES)
def test_resource_says_what_a_reader_needs(resource: dict[str, Any]) -> None:
    for key in ("title", "description", "row", "caveats", "sources", "licenses"):
        assert resource[key], key
    assert resource["kind"] in {"transcribed", "derived", "simulated", "catalogue"}
    assert resource["rows"] == len(datapackage.records(resource["name"]))
    assert (resource["kind"] == "derived") == any("formula" in f for f in resource["schema"]["fields"])


@pytest.mark.parametrize(
    ("name", "field"), list(fields()), ids=lambda value: value if isinstance(value, str) else value["name"]
)
def test_field_has_a_meaning_a_unit_and_a_type(name: str, field: dict[str, Any]) -> None:
    assert field["description"].endswith(".")
    assert field["unit"]
    assert field["type"] in datapackage.READERS


def test_sources_are_named_as_in_the_catalogue_of_documents() -> None:
    titles = {row["document_id"]: row["title"] for row in datapackage.records("documents")}
    for resource in RESOURCES:
        named = [source for source in resource["sources"] if "document" in source]
        assert [source["title"] for source in named] == [titles[source["document"]] for source in named]
        assert bool(named) == (resource["kind"] != "simulated"), resource["name"]


def test_what_is_simulated_says_so_everywhere() -> None:
    for resource in RESOURCES:
        simulated = resource["kind"] == "simulated"
        assert resource["name"].startswith("simulated_") == simulated
        assert resource["path"].startswith("simulated/") == simulated
        assert resource["title"].startswith("Simulated: ") == simulated


def test_lists_of_figures_name_figures_that_exist() -> None:
    known = {row["figure_id"] for row in datapackage.records("figures")}
    named = {
        figure_id
        for name in NAMES
        for row in datapackage.records(name)
        for figure_id in str(row.get("figure_ids") or "").split()
    }
    assert named - known == set()


def signed(figure_id: str) -> float:
    figure = catalogue.figure(figure_id)
    said = f"{figure.quote} {figure.measure}".lower().split()
    return -figure.value if set(FALLS) & set(said) else figure.value


@pytest.mark.parametrize("row", datapackage.records("violence_trends"), ids=lambda row: row["figure_id"])
def test_trend_equals_its_figure(row: datapackage.Record) -> None:
    figure = catalogue.figure(str(row["figure_id"]))
    assert row["change"] == signed(figure.figure_id)
    assert row["unit"] == figure.unit


@pytest.mark.parametrize("row", datapackage.records("recording_practice"), ids=lambda row: row["effect_id"])
def test_effect_equals_its_figures(row: datapackage.Record) -> None:
    figure_ids = str(row["figure_ids"]).split()
    printed = [row[key] for key in ("before", "after", "change") if row[key] is not None]
    assert printed == [signed(figure_id) for figure_id in figure_ids]
    assert {row["unit"]} == {catalogue.figure(figure_id).unit for figure_id in figure_ids}
    assert {row["qualifier"]} == {catalogue.figure(figure_id).qualifier for figure_id in figure_ids}


def test_effects_are_what_a_reader_can_combine() -> None:
    effects = catalogue.load("recording_practice").set_index("effect_id")
    assert effects["change"].dropna().to_dict() == {"true-level": -31, "coverage": 80, "standard": 20}
    assert effects[["before", "after"]].dropna().to_dict("index") == {
        "reporting": {"before": 35, "after": 43}
    }


@pytest.mark.parametrize("row", datapackage.records("homicide_method"), ids=lambda row: row["method"])
def test_method_equals_its_figures(row: datapackage.Record) -> None:
    for column, unit in (("count", "count"), ("percent", "percent")):
        figure = catalogue.figure(str(row[f"{column}_figure_id"]))
        assert (row[column], unit) == (figure.value, figure.unit)
        assert figure.quote.startswith(f"{row['method']}, {row['count']}, {row['percent']}%")


def test_methods_are_all_that_survive_of_figure_5_in_its_order() -> None:
    table = catalogue.load("homicide_method")
    figures = catalogue.load("figures")
    of_figure_5 = figures[figures["figure_id"].str.startswith("fig5-")]
    counts = of_figure_5[of_figure_5["unit"] == "count"]["figure_id"].tolist()
    assert table["count_figure_id"].tolist() == counts
    assert f"add up to {table['percent'].sum()} per cent" in table.attrs["caveats"][0]


@pytest.mark.parametrize("row", datapackage.records("homicide_counts"), ids=lambda row: row["year"])
def test_yearly_count_equals_its_figures(row: datapackage.Record) -> None:
    figures = [catalogue.figure(figure_id) for figure_id in str(row["figure_ids"]).split()]
    printed = [value for value in (row["count"], row["left_out"]) if value is not None]
    assert printed == [figure.value for figure in figures]
    assert {figure.period for figure in figures} == {row["year"]}


@pytest.mark.parametrize("row", datapackage.records("justice_outcomes"), ids=lambda row: row["outcome_id"])
def test_outcome_rate_equals_its_figure_and_its_words_stand_in_its_excerpt(row: datapackage.Record) -> None:
    figure, excerpt = catalogue.figure(str(row["figure_id"])), catalogue.excerpt(str(row["excerpt_id"]))
    for key in ("value", "unit", "qualifier", "period", "place"):
        assert row[key] == getattr(figure, key), key
    assert figure.figure_id in excerpt.figure_ids
    assert str(row["words"]) in excerpt.text
    # No whole is named where the plan's words give none.
    assert (row["out_of"] != "not said") == bool(row["words"])


@pytest.mark.parametrize("row", datapackage.records("programme_cohorts"), ids=lambda row: row["figure_id"])
def test_fall_equals_its_figure_and_its_months_and_words_are_the_plans(row: datapackage.Record) -> None:
    figure, excerpt = catalogue.figure(str(row["figure_id"])), catalogue.excerpt(str(row["excerpt_id"]))
    assert row["fall"] == figure.value
    assert row["unit"] == figure.unit
    assert figure.figure_id in excerpt.figure_ids
    assert str(row["words"]) in figure.quote
    assert figure.period == f"{row['cohort']} to {catalogue.written_date(str(row['end']))}"
    assert catalogue.written_date(str(row["start"])) == row["cohort"]
    # Programme areas are those that joined in the month.
    joined = "joined the programme in" in figure.population or "joined the programme in" in figure.quote
    assert row["group"] == ("programme areas" if joined else "comparison areas")


def test_each_cohort_has_programme_areas_and_comparison_areas() -> None:
    cohorts = catalogue.load("programme_cohorts").groupby("cohort")
    assert {tuple(rows["group"]) for _, rows in cohorts} == {("programme areas", "comparison areas")}
    assert len(cohorts) == 3


@pytest.mark.parametrize("row", datapackage.records("reoffending_rates"), ids=lambda row: row["rate_id"])
def test_reoffending_rate_equals_its_figures(row: datapackage.Record) -> None:
    figures = [catalogue.figure(name) for name in str(row["figure_ids"]).split()]
    printed = {"percent": row["percent"], "years": row["years"]}
    if row["cases"] is not None:
        assert [row["cases"], row["out_of"]] == [figure.value for figure in figures]
        assert printed == {"percent": None, "years": None}
        return
    assert row["percent"] == figures[0].value
    assert row["qualifier"] == figures[0].qualifier
    if len(figures) == 2:
        assert row["years"] == figures[1].value
    elif row["years"] is None:
        assert "not stated" in figures[0].period
        assert row["clock_starts"] == "not stated"
    else:
        # One year, in words: "within a year", or a financial year.
        assert row["years"] == 1
        assert "within one year" in figures[0].period or figures[0].period == "2006/07"


def test_every_reoffending_rate_of_the_figures_has_a_row() -> None:
    named = {
        figure
        for row in datapackage.records("reoffending_rates")
        for figure in str(row["figure_ids"]).split()
    }
    words = ("reoffen", "re-offen", "recidiv", "another sexual offence", "convicted or cautioned since")
    rates = {
        str(figure["figure_id"])
        for figure in datapackage.records("figures")
        if figure["unit"] in ("percent", "count") and any(word in str(figure["measure"]) for word in words)
    }
    # Changes of a rate or of odds, and a rate that is printed twice.
    changes = {"insidetime-2pc", "mail-25pc-higher", "mail-25pc-more-likely"}
    odds = {"sotp-sensitivity-122", "sotp-sensitivity-219"}
    assert rates - named <= changes | odds | {"mappa-0-6-s54"}
    assert named <= rates | {"sotp-followup-8-2", "suffolk-29"}


@pytest.mark.parametrize("row", datapackage.records("inspections"), ids=lambda row: row["finding_id"])
def test_inspection_finding_equals_its_figures(row: datapackage.Record) -> None:
    figures = [catalogue.figure(name) for name in str(row["figure_ids"]).split()]
    assert row["looked_at_said"] == (
        "not stated"
        if row["looked_at"] is None
        else "implied"
        if row["finding_id"] == "employment"
        else "printed"
    )
    if row["found"] is not None:
        assert [row["found"], row["looked_at"]] == [figure.value for figure in figures]
        assert row["percent"] is None
        return
    (figure,) = figures
    # A third and two-thirds, printed as words, stand in per cent to one decimal place.
    percent = figure.value if figure.unit == "percent" else round(100 * figure.value, 1)
    assert (row["percent"], row["qualifier"] or "") == (percent, figure.qualifier)


def test_the_inspections_say_where_to_read_each_finding() -> None:
    excerpts = {
        str(each["excerpt_id"]): str(each["figure_ids"] or "") for each in datapackage.records("excerpts")
    }
    for row in datapackage.records("inspections"):
        if row["excerpt_id"]:
            assert str(row["figure_ids"]).split()[0] in excerpts[str(row["excerpt_id"])].split()
        else:
            assert not any(str(row["figure_ids"]) in named.split() for named in excerpts.values())


@pytest.mark.parametrize("row", datapackage.records("sotp_outcomes"), ids=lambda row: row["outcome_id"])
def test_outcome_of_the_evaluation_equals_its_figures_and_stands_in_its_excerpt(
    row: datapackage.Record,
) -> None:
    figures = [catalogue.figure(name) for name in str(row["figure_ids"]).split()]
    columns = ("treated", "comparison", "treated_all", "comparison_all", "years")
    printed = [row[column] for column in columns if row[column] is not None]
    assert printed == [figure.value for figure in figures]
    assert [figure.unit for figure in figures[-3:]] == ["count", "count", "years"]
    excerpt = catalogue.excerpt(str(row["excerpt_id"]))
    assert str(row["words"]) in excerpt.text
    rates = {figure.figure_id for figure in figures[:-3]}
    assert rates == set(excerpt.figure_ids)
    # Which group is higher is said where the rates are printed, and nowhere else.
    assert (row["said"] == "similar") == (not rates)
    if rates:
        assert {figure.unit for figure in figures[:-3]} == {row["unit"]}
        assert figures[0].value > figures[1].value
        assert figures[0].population.startswith("treated men")
        assert figures[1].population.startswith("matched comparison men")
