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
    for path in [*ROOT.glob("*.csv"), ROOT / "datapackage.json"]:
        text = path.read_text(encoding="utf-8")
        changed = (
            text.replace("plan-violence-fell-31", "no-such-excerpt") if path.name == "claims.csv" else text
        )
        (tmp_path / path.name).write_text(changed, encoding="utf-8")
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
        for source in resource["sources"]:
            assert source["title"] == titles[source["document"]], resource["name"]


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
