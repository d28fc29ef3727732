"""What is kept of a student's markup, outputs, notebooks and files."""

import base64
import os
import struct
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cjpolicy import html
from cjpolicy.checks import OUTCOME_MIME
from cjpolicy.grading.harmless import (
    LARGEST_CELL,
    ForMarking,
    Harmless,
    clean_html,
    harmless,
    harmless_markdown,
    harmless_outputs,
    is_picture,
    quieten_files,
)

TABLE = '<table class="dataframe"><tbody><tr><td>8</td></tr></tbody></table>'
CHART = "application/vnd.vegalite.v5+json"
SPEC = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {"name": "seen"},
    "datasets": {"seen": [{"url": "a column", "y": 2, "tooltip": "b"}]},
    "mark": "bar",
    "encoding": {"x": {"field": "url", "type": "nominal"}, "y": {"field": "y", "type": "quantitative"}},
}


def png(width: int = 1, height: int = 1) -> str:
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    return base64.b64encode(head + b"\x08\x02\x00\x00\x00").decode()


def jpeg(width: int, height: int) -> str:
    frame = b"\xff\xc0" + struct.pack(">HBHH", 11, 8, height, width) + b"\x01\x01\x11\x00"
    return base64.b64encode(b"\xff\xd8\xff\xe0" + struct.pack(">H", 4) + b"JF" + frame).decode()


@pytest.mark.parametrize(
    ("markup", "left"),
    [
        ("<p>5 &lt; 6</p>", "<p>5 &lt; 6</p>"),
        ("<style>@import 'http://x.example'</style><b>x</b>", "<b>x</b>"),
        ("<style>body{display:none}", ""),
        ('<img src="http://x.example/a.png">x', "x"),
        ('<img src="data:image/svg+xml;base64,PHN2Zz4=">x', "x"),
        (
            f'<img src="data:image/png;base64,{png()}" onload="x()">',
            f'<img src="data:image/png;base64,{png()}">',
        ),
        ('<svg onload="x()"><b>y</b></svg>', "<b>y</b>"),
        ('<a href="javascript:x()">z</a>', "<a>z</a>"),
        ('<a href="java&#115;cript:x()">z</a>', "<a>z</a>"),
        ('<a href="data:text/html,x">z</a>', "<a>z</a>"),
        ('<a href="/hub/logout">z</a>', "<a>z</a>"),
        ('<a href="https://x.example">z</a>', '<a href="https://x.example" rel="noopener noreferrer">z</a>'),
        ('<iframe srcdoc="&lt;script&gt;"></iframe>', ""),
        ('<p id="a90-x" style="position: fixed" data-toggle="modal">x</p>', "<p>x</p>"),
        ('<p class="full-credit cj-title navbar-fixed-top">x</p>', '<p class="cj-title">x</p>'),
        ('<form action="http://x.example"><input name="a"></form>', ""),
        (TABLE.replace("class", 'border="1" class'), TABLE),
        ("</div></main>x", "x"),
    ],
)
def test_markup(markup: str, left: str) -> None:
    assert harmless(markup) == left


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 20_000,
        '<b title="</b>"><p>' * 15_000,
        "".join(f"<i title={number}><p>" for number in range(10_000)),
        "<a " + " ".join(f"a{number}" for number in range(40_000)) + ">x</a>",
        "<td>" * 100_000,
        "x" * 1_000_000,
    ],
)
def test_markup_that_takes_long_to_mend_is_not_mended(markup: str) -> None:
    began = time.process_time()
    assert "too large or too tangled" in harmless(markup)
    assert time.process_time() - began < 3


def test_the_course_and_pandas_are_shown_as_they_are() -> None:
    card = html.card("Homicide", html.table(["field", "unit"], [["value", "per cent"]], "Fields"))
    without_style = card.removeprefix(html.STYLE)
    assert harmless(without_style) == without_style


def test_markdown() -> None:
    pasted = {"a.png": {"image/png": png()}, "b.svg": {"image/svg+xml": "PHN2Zz4="}}
    images = "![it](attachment:a.png) ![b](attachment:b.svg) ![c](attachment:c.png)"
    drawn = harmless_markdown(f"# Fell\n\n{images} $x_1$ [z](javascript:x)", pasted)
    assert drawn.count("<img") == 1 and f'src="data:image/png;base64,{png()}"' in drawn
    assert "<h1>Fell</h1>" in drawn and "$x_1$" in drawn and "<a>z</a>" in drawn


def test_long_markdown_is_shown_as_text() -> None:
    began = time.process_time()
    assert harmless_markdown("\\begin{a}" * 20_000 + "<b>").endswith("&lt;b&gt;</pre>")
    assert time.process_time() - began < 3


def test_pictures() -> None:
    assert is_picture("image/png", png()) and is_picture("image/png", png() + "\n")
    assert is_picture("image/jpeg", jpeg(640, 480))
    assert not is_picture("image/jpeg", png())
    assert not is_picture("image/png", png(50_000, 50_000)) and not is_picture(
        "image/jpeg", jpeg(65_000, 65_000)
    )
    assert not is_picture("image/png", 'x" onerror="y') and not is_picture("image/png", None)
    assert not is_picture("image/svg+xml", "PHN2Zz4=")


def shown(data: dict[str, Any], **about: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": about}


def test_text_errors_and_pictures_are_kept() -> None:
    outputs = [
        new_output("stream", name="stderr", text="\x1b[31mred\x1b[0m <b>"),
        new_output("error", ename="ValueError", evalue="no", traceback=["a", "b"]),
        new_output("execute_result", data={"text/plain": "8", "text/html": TABLE}, execution_count=3),
        new_output("display_data", data={"image/png": png(), "text/plain": "<Figure>"}),
    ]
    *same, picture = harmless_outputs(outputs)
    assert same == outputs[:3]
    assert picture.data == outputs[3].data


def test_only_known_fields_are_kept() -> None:
    about = {"image/png": {"width": "1 onerror=x()", "height": 20}, "text/html": {"isolated": True}}
    (kept,) = harmless_outputs([{**shown({"image/png": png()}, **about), "transient": {}, "x": "y"}])
    assert kept == {
        "output_type": "display_data",
        "data": {"image/png": png()},
        "metadata": {"image/png": {"height": 20}},
    }


def test_what_could_run_is_left_out_and_named() -> None:
    kinds = {
        "application/javascript": "x()",
        "image/svg+xml": "<svg/>",
        "text/latex": "$x$",
        "text/markdown": "x",
        "application/vnd.jupyter.widget-view+json": {"model_id": "x"},
        OUTCOME_MIME: {"id": "a90-x", "status": "correct"},
        "text/plain": "what it says",
    }
    kept = harmless_outputs([shown(kinds)])
    assert [output.get("data", output.get("text")) for output in kept] == [
        {"text/plain": "what it says"},
        f"(Left out here: {', '.join(list(kinds)[:-1])}.)\n",
    ]
    assert harmless_outputs(kept) == kept


@pytest.mark.parametrize(
    "output", [None, "x", {}, {"output_type": "odd"}, {"output_type": "display_data", "data": 3}]
)
def test_what_is_no_output_is_left_out(output: Any) -> None:
    assert [kept.text for kept in harmless_outputs([output])] == [
        "(Left out here: an output of an unknown kind.)\n"
    ]


def test_a_chart_is_kept_without_what_reaches_out_of_it() -> None:
    tooltip = {"tooltip": {"field": "y"}}
    spec = {
        **SPEC,
        "usermeta": {"embedOptions": {"patch": "http://x"}},
        "mark": {"type": "bar", "cursor": "x", **tooltip},
    }
    (kept,) = harmless_outputs([shown({CHART: spec}, **{CHART: {"embed_options": {"loader": {}}}})])
    assert kept.data[CHART] == {**SPEC, "mark": {"type": "bar"}}
    assert kept.metadata == {CHART: {"embed_options": {"renderer": "svg", "actions": False}}}


@pytest.mark.parametrize(
    "fetching",
    [
        {"data": {"url": "http://x.example/a.csv"}},
        {"mark": {"type": "image", "url": "http://x.example/a.png"}},
        {"encoding": {"url": {"field": "y"}}},
        {"encoding": {"href": {"field": "y"}}},
        {"layer": [{"transform": [{"lookup": "y", "from": {"data": {"url": "x"}}}]}]},
        {"config": {"mark": {"fill": "URL(http://x.example/a.svg#b)"}}},
        {"params": [{"bind": {"input": "range", "element": "body"}}]},
        {"datasets": {"seen": [{"colour": "url(//x.example/a)"}]}},
        {"$schema": "http://x.example/vega-lite/v5.json"},
        {"mark": float},
    ],
)
def test_a_chart_that_fetches_is_left_out(fetching: dict[str, Any]) -> None:
    kept = harmless_outputs([shown({CHART: {**SPEC, **fetching}, "text/plain": "Chart: bars"})])
    assert [output.get("data", output.get("text")) for output in kept] == [
        {"text/plain": "Chart: bars"},
        f"(Left out here: {CHART}.)\n",
    ]


def test_a_cell_holds_only_so_much() -> None:
    long = new_output("stream", name="stdout", text="x" * (LARGEST_CELL // 2))
    kept = harmless_outputs([long] * 4)
    assert sum(len(output.text) for output in kept) < LARGEST_CELL + 100
    assert kept[-1].text == "(Left out here: the rest of a very long output.)\n"
    many = harmless_outputs([new_output("stream", name="stdout", text="x")] * 100_000)
    assert len(many) < 25_000


def test_a_notebook_is_made_anew() -> None:
    script = "<script>x()</script>"
    grader = {
        "grade": True,
        "locked": True,
        "solution": False,
        "grade_id": "a90-x",
        "points": 2,
        "schema_version": 3,
    }
    record = {"id": "a90-x", "status": "correct", "slips": []}
    test = new_code_cell("test", id="test", metadata={"nbgrader": grader, "tags": [script]})
    test.outputs = [new_output("display_data", data={OUTCOME_MIME: record, "text/plain": "✓"})]
    test.execution_count = script
    own = new_markdown_cell("x", id="own", metadata={"nbgrader": {**grader, "grade_id": f'"{script}'}})
    own.id = f'"{script}'
    own.attachments = {"a.svg": {"image/svg+xml": "PHN2Zz4="}, "b.png": {"image/png": png()}}
    odd = nbformat.from_dict({"cell_type": "odd", "type": script, "metadata": {}})
    told = {"flags": ["Look."], "repairs": "no list", "run": {"limits": ["Stopped.", 3]}}
    notebook = new_notebook(metadata={"widgets": {"x": script}, "cjpolicy": told})
    notebook.cells = [test, own, odd]
    made, _ = Harmless().preprocess(notebook, {})
    assert script not in nbformat.writes(made)
    nbformat.validate(made)
    assert [cell.metadata for cell in made.cells] == [{"nbgrader": {**grader, "task": False}}, {}]
    assert made.cells[0].id == "test" and made.cells[0].outputs[0].data[OUTCOME_MIME] == record
    assert made.cells[1].attachments == {"b.png": {"image/png": png()}}
    assert made.metadata.cjpolicy == {"flags": ["Look."], "repairs": [], "run": {"limits": ["Stopped."]}}


def test_whoever_marks_is_told_what_was_noted() -> None:
    grader = {
        "grade": True,
        "locked": True,
        "solution": False,
        "grade_id": "a90-x",
        "points": 2,
        "schema_version": 3,
    }
    about = {"nbgrader": grader, "cjpolicy": {"unmarked": "It took too long."}}
    told = {"flags": ["Look at <b>a90-x</b>."], "repairs": ["Put back\n\na test."], "run": {"limits": []}}
    notebook = new_notebook(cells=[new_code_cell("test", metadata=about)], metadata={"cjpolicy": told})
    made, _ = ForMarking().preprocess(notebook, {})
    first, test = made.cells
    drawn = harmless_markdown(first.source)
    assert "<li>Look at &lt;b&gt;a90-x&lt;/b&gt;.</li><li>Put back a test.</li>" in drawn
    assert test.outputs[0].text == "Not marked by machine, so it waits for you. It took too long.\n"
    assert clean_html(first.source).startswith(html.STYLE)


def test_a_notebook_without_notes_has_no_card() -> None:
    made, _ = ForMarking().preprocess(new_notebook(cells=[new_markdown_cell("x")]), {})
    assert [cell.source for cell in made.cells] == ["x"]


def test_files_that_a_browser_would_run_are_renamed(tmp_path: Path) -> None:
    kept = ["data.csv", "more/DATA.CSV", "notes.md", "a90.ipynb", "x.html.txt"]
    renamed = {
        "x.csv.html": "x.csv.html.txt",
        "x.html": "x.html.2.txt",
        "x.HTML": "x.HTML.txt",
        "x": "x.txt",
        ".htaccess": ".htaccess.txt",
        "more/x.svg": "more/x.svg.txt",
        "more/page.csv ": "more/page.csv .txt",
        "more/a.txt.": "more/a.txt..txt",
        ".txt": ".txt.txt",
        "a.html.gz": "a.html.gz.txt",
    }
    (tmp_path / "more").mkdir()
    for name in [*kept, *renamed]:
        (tmp_path / name).write_text(name)
    assert quieten_files(tmp_path) == renamed
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {*kept, *renamed.values()}
    assert (tmp_path / "x.html.txt").read_text() == "x.html.txt"
    assert quieten_files(tmp_path) == {}


@pytest.mark.skipif(os.name == "nt", reason="Windows makes links for administrators only")
def test_links_and_special_files_are_removed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "key.txt").write_text("key")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "data.csv").symlink_to(outside / "key.txt")
    (folder / "all").symlink_to(outside)
    (folder / "gone.txt").symlink_to(tmp_path / "nothing")
    os.mkfifo(folder / "pipe.txt")
    assert quieten_files(folder) == {"all": "", "data.csv": "", "gone.txt": "", "pipe.txt": ""}
    assert list(folder.iterdir()) == []
    assert (outside / "key.txt").read_text() == "key"
