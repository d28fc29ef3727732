"""The catalogue: does it load what is there, and explain in one message what is not?"""

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cjpolicy import catalogue, datapackage, html
from cjpolicy.errors import CourseError, DamagedData, UnknownName, WrongType

NAMES = catalogue.names()
COURSE = Path(datapackage.__file__).resolve().parents[1]
VOID = {"br", "hr", "img", "input", "meta", "link"}


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data that a test may damage, and that the catalogue reads."""
    folder = tmp_path / "datasets"
    shutil.copytree(catalogue.root(), folder)
    monkeypatch.setenv("CJPOLICY_DATASETS", str(folder))
    return folder


class Balanced(HTMLParser):
    """Reads HTML and fails on a tag that is not closed in its place."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)


def shown(text: str) -> str:
    return "".join(Balanced(text).words)


# Loading


@pytest.mark.parametrize("name", NAMES)
def test_every_dataset_loads_with_its_declared_columns_types_and_rows(name: str) -> None:
    resource = datapackage.resources()[name]
    table = catalogue.load(name)
    fields = resource["schema"]["fields"]
    assert list(table.columns) == [field["name"] for field in fields]
    assert len(table) == resource["rows"]
    for field in fields:
        numeric = pd.api.types.is_numeric_dtype(table[field["name"]])
        assert numeric == (field["type"] in {"integer", "number"}), field["name"]


@pytest.mark.parametrize("name", NAMES)
def test_attrs_say_where_the_table_is_from(name: str) -> None:
    resource = datapackage.resources()[name]
    attrs = catalogue.load(name).attrs
    for key in ("name", "title", "kind", "row", "caveats"):
        assert attrs[key] == resource[key], key
    titles = set(catalogue.documents()["title"])
    if attrs["kind"] == "simulated":
        assert attrs["document"].startswith("Simulated by the course")
    else:
        assert set(attrs["document"].split("; ")) <= titles
    assert {"heading", "unit", "units", "lost"} <= set(attrs)
    assert "none" not in attrs["units"].values()


def test_attrs_of_a_table_from_one_section() -> None:
    attrs = catalogue.load("recording_practice").attrs
    assert attrs["heading"] == "1.2 The overall picture, and footnotes 9 and 10"
    assert attrs["units"]["before"] == "percent"


def test_attrs_survive_a_filter() -> None:
    figures = catalogue.load("figures")
    assert figures[figures["unit"] == "percent"].attrs["name"] == "figures"


def test_a_reader_may_change_a_table_without_changing_the_next() -> None:
    first = catalogue.load("figures")
    first.loc[0, "value"] = -1.0
    first.attrs["caveats"].append("changed")
    again = catalogue.load("figures")
    assert again.loc[0, "value"] != -1.0
    assert "changed" not in again.attrs["caveats"]


def test_an_empty_text_cell_is_an_empty_text_and_an_empty_number_is_missing() -> None:
    table = catalogue.load("recording_practice").set_index("effect_id")
    assert table.loc["standard", "qualifier"] == ""
    assert table["change"].isna().to_dict() == {
        "true-level": False,
        "coverage": False,
        "standard": False,
        "reporting": True,
    }


def test_documents_is_the_table_of_that_name() -> None:
    pd.testing.assert_frame_equal(catalogue.documents(), catalogue.load("documents"))


def test_the_working_folder_plays_no_part(tmp_path: Path) -> None:
    code = "from cjpolicy import catalogue; print(len(catalogue.load('documents')))"
    environment = {**os.environ, "PYTHONPATH": str(COURSE)}
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "5"


def test_an_excerpt_is_read_without_pandas() -> None:
    code = "import sys; from cjpolicy.catalogue import describe, excerpt; excerpt('plan-recorded-rise')"
    environment = {**os.environ, "PYTHONPATH": str(COURSE)}
    run = [sys.executable, "-c", f"{code}; describe('claims'); print('pandas' in sys.modules)"]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_changed_file_is_read_again(copy: Path) -> None:
    before = catalogue.figure("v31-bcs").value
    path = copy / "figures.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",31%,31,", ",31%,33.25,"), encoding="utf-8")
    assert (before, catalogue.figure("v31-bcs").value) == (31, 33.25)
    assert 33.25 in set(catalogue.load("figures")["value"])


def test_a_dataset_may_lie_in_a_folder_of_its_own(copy: Path) -> None:
    (copy / "simulated").mkdir(exist_ok=True)
    (copy / "claims.csv").rename(copy / "simulated" / "claims.csv")
    declare(copy, "claims", lambda resource: resource.update(path="simulated/claims.csv"))
    assert len(catalogue.load("claims")) > 0


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("boolean", "true", True),
        ("boolean", "false", False),
        ("date", "2018-04-11", pd.Timestamp(2018, 4, 11)),
    ],
)
def test_other_types_are_read_as_declared(copy: Path, kind: str, cell: str, value: object) -> None:
    header = "effect_id,label"
    (copy / "recording_practice.csv").write_text(f"{header}\na,{cell}\nb,{cell}\n", encoding="utf-8")
    fields = [
        {"name": "effect_id", "type": "string", "description": "Id.", "unit": "none"},
        {"name": "label", "type": kind, "description": "Cell.", "unit": "none"},
    ]
    declare(copy, "recording_practice", lambda resource: resource.update(rows=2, schema={"fields": fields}))
    column = catalogue.load("recording_practice")["label"]
    assert column.tolist() == [value, value]


# Figures and excerpts


@pytest.mark.parametrize(
    ("cls", "name", "more"), [("Figure", "figures", set()), ("Excerpt", "excerpts", {"document"})]
)
def test_attributes_are_the_columns(cls: str, name: str, more: set[str]) -> None:
    attributes = {field.name for field in dataclasses.fields(getattr(catalogue, cls))}
    columns = {field["name"] for field in datapackage.resources()[name]["schema"]["fields"]}
    assert attributes == columns | more


def test_figure_is_a_number_with_its_words() -> None:
    figure = catalogue.figure("v31-bcs")
    assert (float(figure), figure.unit, figure.stated_as) == (31.0, "percent", "31%")
    assert isinstance(figure.value, float)
    assert figure.stated_as in figure.quote
    assert figure.quote in repr(figure)
    with pytest.raises(dataclasses.FrozenInstanceError):
        figure.value = 32.0  # type: ignore[misc]


def test_figure_that_is_shown_by_its_value_shows_the_words_that_carry_it() -> None:
    figure = catalogue.figure("express-tenfold")
    assert figure.quote == ""
    assert figure.stated_as in shown(figure._repr_html_())
    assert figure.stated_as in repr(figure)


@pytest.mark.parametrize(
    ("changes", "amount"),
    [
        ({}, "31 per cent"),
        ({"qualifier": "more than"}, "more than 31 per cent"),
        ({"unit": "percentage_points", "value": 2.0}, "2 percentage points"),
        ({"unit": "count", "value": 40161.0}, "40,161"),
        ({"unit": "GBP", "value": 17e9}, "£17,000,000,000"),
        ({"unit": "year", "value": 2013.0}, "2013"),
        ({"unit": "ratio", "value": 1 / 6}, "0.1667 (a ratio)"),
        ({"unit": "years", "value": 8.2}, "8.2 years"),
    ],
)
def test_amount_is_written_with_its_unit(changes: dict[str, Any], amount: str) -> None:
    figure = dataclasses.replace(catalogue.figure("v31-bcs"), **changes)
    assert f": {amount}, “" in repr(figure)


def test_excerpt_draws_as_a_quotation_with_its_source() -> None:
    excerpt = catalogue.excerpt("plan-recorded-rise")
    drawn = excerpt._repr_html_()
    for part in (f"“{excerpt.text}”", excerpt.document, excerpt.heading, "2008", "government plan"):
        assert part in shown(drawn)
        assert part in repr(excerpt)
    assert re.search(r"<figure [^>]*role=\"figure\"[^>]*><blockquote>.*</blockquote><figcaption>", drawn)


def test_every_excerpt_and_figure_draws_well_formed() -> None:
    for excerpt_id in catalogue.load("excerpts")["excerpt_id"]:
        excerpt = catalogue.excerpt(excerpt_id)
        assert excerpt.text in shown(excerpt._repr_html_())
    for figure_id in catalogue.load("figures")["figure_id"]:
        figure = catalogue.figure(figure_id)
        assert figure.measure in shown(figure._repr_html_())


def test_what_is_drawn_is_escaped() -> None:
    excerpt = dataclasses.replace(
        catalogue.excerpt("plan-recorded-rise"), text="<script>x</script>", heading='"><img src=x>'
    )
    drawn = excerpt._repr_html_()
    assert "<script" not in drawn
    assert "<img" not in drawn
    assert "<script>x</script>" in shown(drawn)


@pytest.mark.parametrize(
    ("date", "written"),
    [("2018-04-11", "11 April 2018"), ("2008-02", "February 2008"), ("2008", "2008"), ("", "")],
)
def test_date_is_written_as_far_as_it_is_known(date: str, written: str) -> None:
    assert catalogue.written_date(date) == written


# Data cards


@pytest.mark.parametrize("name", NAMES)
def test_data_card_says_all_that_a_reader_needs(name: str) -> None:
    resource = datapackage.resources()[name]
    card = catalogue.describe(name)
    needed = [
        resource["title"],
        resource["row"],
        resource["kind"],
        str(resource["rows"]),
        *resource["caveats"],
    ]
    for field in resource["schema"]["fields"]:
        needed += [field["name"], field["unit"], field["description"]]
    for text in (shown(card._repr_html_()), repr(card)):
        assert [part for part in [*needed, *resource["lost"]] if part not in text] == []


def test_data_card_gives_documents_with_date_and_kind() -> None:
    card = catalogue.describe("recording_practice")
    (document,) = [row for row in datapackage.records("documents") if row["document_id"] == "003"]
    (source,) = card.sources
    for part in (document["title"], document["date"], document["kind"], "1.2 The overall picture"):
        assert str(part) in source


def test_data_card_counts_what_is_left_out() -> None:
    left_out = datapackage.resources()["figures"]["left_out"]
    assert left_out > 0
    assert f"{left_out} rows are left out" in repr(catalogue.describe("figures"))


def test_table_of_a_card_can_be_scrolled_from_the_keyboard_and_heads_its_cells() -> None:
    drawn = catalogue.describe("claims")._repr_html_()
    assert 'tabindex="0"' in drawn
    assert '<th scope="col">unit</th>' in drawn
    assert '<th scope="row">claim_id</th>' in drawn


def test_colours_come_from_the_theme_with_a_fallback() -> None:
    colours = re.findall(r"(?<![-\w])(?:color|background): ([^;]+);", html.STYLE)
    assert colours
    assert [colour for colour in colours if not re.match(r"var\(--jp-[\w-]+, #\w+\)|inherit", colour)] == []


# Bad input


CALLS: list[Callable[[Any], object]] = [
    catalogue.load,
    catalogue.describe,
    catalogue.figure,
    catalogue.excerpt,
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
@pytest.mark.parametrize("given", [3, None, ["figures"], 2.5, b"figures", Path("figures")], ids=repr)
def test_wrong_type_is_named_with_what_is_expected(call: Callable[[Any], object], given: object) -> None:
    with pytest.raises(WrongType) as caught:
        call(given)
    message = str(caught.value)
    assert call.__name__ in message
    assert repr(given) in message
    assert type(given).__name__ in message
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize(
    ("call", "given", "meant"),
    [
        (catalogue.load, "figure", "figures"),
        (catalogue.describe, "recording_practise", "recording_practice"),
        (catalogue.figure, "v31-bsc", "v31-bcs"),
        (catalogue.excerpt, "plan-recorded-rises", "plan-recorded-rise"),
    ],
)
def test_misspelt_name_gets_the_nearest(call: Callable[[str], object], given: str, meant: str) -> None:
    with pytest.raises(UnknownName) as caught:
        call(given)
    assert repr(given) in str(caught.value)
    assert f"Did you mean '{meant}'" in str(caught.value)
    assert isinstance(caught.value, KeyError)


@pytest.mark.parametrize("given", ["", "zzzzzz", "../figures", "figures.csv/../../etc"])
def test_name_like_no_other_gets_the_list(given: str) -> None:
    with pytest.raises(UnknownName) as caught:
        catalogue.load(given)
    assert ", ".join(NAMES) in str(caught.value)


def test_unknown_id_says_how_to_see_them_all() -> None:
    with pytest.raises(UnknownName, match=re.escape("load('figures')['figure_id']")):
        catalogue.figure("zzzzzz")


def declare(folder: Path, name: str, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "datapackage.json"
    declared = json.loads(path.read_text(encoding="utf-8"))
    (resource,) = [one for one in declared["resources"] if one["name"] == name]
    change(resource)
    path.write_text(json.dumps(declared), encoding="utf-8")


def replace(old: str, new: str) -> Callable[[bytes], bytes]:
    def damage(content: bytes) -> bytes:
        assert old.encode() in content
        return content.replace(old.encode(), new.encode(), 1)

    return damage


def drop_column(content: bytes) -> bytes:
    return b"".join(line.rpartition(b",")[0] + b"\n" for line in content.splitlines())


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "column missing": (drop_column, "its columns are category, source, start, end, change, unit, but"),
    "column renamed": (replace("change", "changes"), "its columns are"),
    "not a number": (
        replace("-31,", "about 31,"),
        "line 2, column \"change\" holds 'about 31', but its type is number",
    ),
    "not a finite number": (replace("-31,", "nan,"), "line 2, column \"change\" holds 'nan'"),
    "thousands with a mark": (replace("-31,", "1_000,"), "line 2, column \"change\" holds '1_000'"),
    "value missing": (replace("-31,", ","), 'line 2, column "change" is empty, but a value is required'),
    "cell too many": (replace("-31,", "-31,5,"), "line 2 has 8 cells, but 7 were expected"),
    "cut in a line": (lambda content: content[:-10], "its last line is cut short"),
    "cut between lines": (
        lambda content: content.rpartition(b"Deaths")[0],
        "it has 4 rows, but 5 were expected",
    ),
    "cut after the header": (
        lambda content: content.splitlines(True)[0],
        "it has 0 rows, but 5 were expected",
    ),
    "empty": (lambda content: b"", "it is empty"),
    "quotation mark left open": (replace("Wounding", '"Wounding'), "is not well-formed CSV"),
    "other encoding": (lambda content: content.replace(b"Wounding", b"Wounding \xa3"), "is not UTF-8 text"),
    "saved as UTF-16": (lambda content: content.decode().encode("utf-16"), "is not UTF-8 text"),
    "zero bytes": (lambda content: b"\0" * 50 + b"\n", "damaged"),
}


@pytest.mark.parametrize("fault", DAMAGE)
def test_damaged_file_is_refused_with_the_fault_and_the_repair(fault: str, copy: Path) -> None:
    damage, said = DAMAGE[fault]
    path = copy / "violence_trends.csv"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DamagedData) as caught:
        catalogue.load("violence_trends")
    message = str(caught.value)
    assert said in message
    assert "datasets/violence_trends.csv" in message
    assert "git restore datasets" in message
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_byte_order_mark_and_windows_line_ends_do_no_harm(copy: Path) -> None:
    path = copy / "violence_trends.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert catalogue.load("violence_trends")["change"].iloc[0] == -31


@pytest.mark.parametrize("name", ["violence_trends.csv", "datapackage.json"])
def test_missing_file_is_named(name: str, copy: Path) -> None:
    (copy / name).unlink()
    with pytest.raises(DamagedData, match=re.escape(f"datasets/{name} is missing")):
        catalogue.load("violence_trends")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"resources": 3}', '{"resources": [{"name": "figures"}]}', "\udcff"]
)
def test_damaged_package_file_is_named(content: str, copy: Path) -> None:
    (copy / "datapackage.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(DamagedData, match=re.escape("datasets/datapackage.json is damaged")):
        catalogue.load("figures")


def test_a_folder_in_place_of_a_file_is_refused(copy: Path) -> None:
    (copy / "claims.csv").unlink()
    (copy / "claims.csv").mkdir()
    with pytest.raises(DamagedData, match="cannot be read"):
        catalogue.load("claims")


def test_document_that_the_catalogue_lacks_is_reported(copy: Path) -> None:
    path = copy / "excerpts.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("plan-recorded-rise,003", "plan-recorded-rise,009"),
        encoding="utf-8",
    )
    with pytest.raises(DamagedData, match="no document '009'"):
        catalogue.excerpt("plan-recorded-rise")


def test_folder_that_does_not_exist_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CJPOLICY_DATASETS", str(tmp_path / "nowhere"))
    with pytest.raises(DamagedData, match="CJPOLICY_DATASETS"):
        catalogue.load("figures")


def test_data_is_found_beside_a_clone_and_inside_a_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CJPOLICY_DATASETS", raising=False)
    package = tmp_path / "course" / "cjpolicy"
    monkeypatch.setattr(datapackage, "PACKAGE", package)
    with pytest.raises(DamagedData, match="data folder `datasets` is missing"):
        datapackage.root()
    (package / "datasets").mkdir(parents=True)
    assert datapackage.root() == package / "datasets"
    (tmp_path / "datasets").mkdir()
    assert datapackage.root() == tmp_path / "datasets"


@pytest.mark.parametrize("error", [CourseError, UnknownName, WrongType, DamagedData])
def test_error_shows_its_message_plain(error: type[CourseError]) -> None:
    raised = error("Say this.")
    assert str(raised) == "Say this."
    assert raised._render_traceback_() == [f"{error.__name__}: Say this."]
