"""A notebook that attacks whoever opens it: on formgrader's page, on the feedback page, as a file served."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from urllib.request import urlopen

import nbformat
import pytest

from cjpolicy.grading.harmless import PLAIN_FILES, quieten_files
from cjpolicy.grading.recorded import with_answers
from cjpolicy.grading.workshop import Workshop
from tests.browser.lab import MARKS, Desk, faults, leave, served
from tests.grading import sample
from tests.grading.clones import Clone, clone_to

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [*MARKS, pytest.mark.grading]

# What an attack leaves behind if it runs, and what every address it fetches has in it.
RUN = "document.documentElement.dataset.hostile='ran'"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUN}"><script>{RUN}</script></svg>'
ATTACKS = f"""
Fell by **31** per cent.

<script>{RUN}</script>
<img src="/hostile.png" onerror="{RUN}"><img src=x onerror={RUN}>
{SVG}<math><mtext><style><img src=x onerror="{RUN}"></style></mtext></math>
<a href="javascript:{RUN}" class="press">Press me</a> [me](javascript:{RUN}) [too](&#106;avascript:{RUN})
<a href="data:text/html,<script>{RUN}</script>" class="press">data</a>
<iframe src="/hostile.html" srcdoc="<script>parent.{RUN}</script>"></iframe>
<object data="/hostile.swf"></object><embed src="/hostile.swf"><video src="/hostile.mp4" autoplay></video>
<meta http-equiv="refresh" content="0;url=/hostile.html"><base href="/hostile/">
<link rel="stylesheet" href="/hostile.css">
<style>body {{ display: none }} @import "/hostile.css";</style>
<p style="position: fixed; inset: 0; background: url(/hostile.png)">cover</p>
<div class="modal-backdrop navbar-fixed-top help" id="statusmessage">cover</div>
<div class="nbgrader_cell"><input class="score tabbable" id="a90-brief"></div>
<textarea id="a90-brief-comment"></textarea>
<span class="full-credit press">Read on</span><button class="full-credit" onclick="{RUN}">Read on</button>
<form action="/hostile" id="formgrader"><input name="submission_id" autofocus onfocus="{RUN}"></form>
<details open ontoggle="{RUN}"><summary>More</summary>x</details>
<noscript><p title="</noscript><img src=x onerror={RUN}>"></noscript>
$\\href{{javascript:{RUN}}}{{x}}$ and $$\\unicode{{x}}\\style{{background:url(/hostile.png)}}{{y}}$$

![gone](attachment:nothing.png) ![drawn](attachment:drawn.svg) ![out](/hostile.png)

```mermaid
graph LR; A["<img src=x onerror={RUN}>"]
```
</div></div></div></body>
"""


def shown(**data: Any) -> dict[str, Any]:
    """Return an output by MIME type; names are written with two underscores for a slash."""
    data = {name.replace("__", "/"): content for name, content in data.items()}
    return {"output_type": "display_data", "data": data, "metadata": {}}


def hostile_outputs() -> list[dict[str, Any]]:
    pixel = base64.b64encode(Path(__file__).read_bytes()[:40]).decode()
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "hostile"}, "text/plain": "widget"}
    return [
        shown(text__html=ATTACKS),
        {**shown(text__html=ATTACKS), "metadata": {"text/html": {"isolated": True}}},
        shown(application__javascript=RUN),
        shown(text__markdown=ATTACKS),
        shown(text__latex=f"<img src=x onerror={RUN}>"),
        {**shown(), "data": {"image/svg+xml": SVG}},
        {**shown(), "data": view},
        {**shown(image__png=pixel), "metadata": {"image/png": {"width": f"1 onerror={RUN}"}}},
        shown(image__png=f'"><script>{RUN}</script>'),
        {"output_type": "stream", "name": "stdout", "text": f"<script>{RUN}</script>\x1b[31m<b>red"},
        {"output_type": "error", "ename": "<script>", "evalue": ATTACKS, "traceback": [ATTACKS]},
    ]


def hostile(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    """Return a marked notebook in which a student has written attacks wherever there is room for them."""
    made: dict[str, Any] = json.loads(nbformat.writes(notebook))
    made["metadata"]["language_info"] = {
        "name": f'"><script>{RUN}</script>',
        "pygments_lexer": f"<img onerror={RUN}>",
    }
    made["metadata"]["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {"state": {}, "x": f"</script><script>{RUN}"}
    }
    made["metadata"]["cjpolicy"] = {
        "flags": [f"<script>{RUN}</script>"],
        "repairs": [ATTACKS],
        "run": {"limits": [3]},
    }
    for cell in made["cells"]:
        if cell["id"] == "a90-brief":
            cell["source"] = ATTACKS
            cell["attachments"] = {"drawn.svg": {"image/svg+xml": base64.b64encode(SVG.encode()).decode()}}
        if cell["cell_type"] == "code":
            cell["outputs"] = hostile_outputs()
    grader = {"solution": True, "grade_id": f'"><script>{RUN}', "schema_version": 3}
    about = {"tags": [f'"><script>{RUN}</script>'], "nbgrader": grader}
    own = {"cell_type": "markdown", "id": "own", "metadata": about, "source": ATTACKS}
    raw = {"cell_type": "raw", "id": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": ATTACKS}
    made["cells"] += [own, raw]
    return made


@dataclass
class Marking:
    """A teacher's JupyterLab, with one hostile submission to mark."""

    clone: Clone
    desk: Desk
    submission: str

    @property
    def folder(self) -> Path:
        return self.clone.root / "classroom" / "autograded" / "eve" / sample.NAME

    def address(self, path: str = "") -> str:
        return (
            f"{self.desk.base}/formgrader/submissions/{self.submission}/{quote(path)}?token={self.desk.token}"
        )

    def marks(self) -> tuple[float | None, str | None]:
        """Return the written answer's points and the comment on it."""
        with Workshop(self.clone.root).api.gradebook as gradebook:
            where = ("a90-brief", sample.NAME, sample.NAME, "eve")
            return gradebook.find_grade(*where).manual_score, gradebook.find_comment(*where).manual_comment


@pytest.fixture(scope="module")
def marking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marking]:
    clone = clone_to(tmp_path_factory.mktemp("marking"))
    sample.write(sample.sample(), clone.root / "solutions" / sample.NAME / f"{sample.NAME}.ipynb")
    course = Workshop(clone.root)
    release = nbformat.read(course.generate(sample.NAME), as_version=4)
    handed_in = with_answers(release, {"a90-level": "level = 69", "a90-brief": "It fell."})
    sample.write(handed_in, clone.root / f"classroom/submitted/eve/{sample.NAME}/{sample.NAME}.ipynb")
    clone.run("nbgrader", "autograde", sample.NAME)
    path = course.autograded(sample.NAME, "eve")
    path.chmod(0o644)
    path.write_text(json.dumps(hostile(nbformat.read(path, as_version=4))), encoding="utf-8")
    with course.api.gradebook as gradebook:
        submission = gradebook.find_submission_notebook(sample.NAME, sample.NAME, "eve").id
    with served(clone, "teach") as desk:
        yield Marking(clone, desk, submission)
        assert desk.outside.read_text() == ""


def assert_quiet(page: "Page", asked: list[str]) -> None:
    """Fail if anything of the student's has run or been fetched, or would be by a click."""
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.dataset.hostile ?? ''") == ""
    assert [url for url in asked if "hostile" in url] == []
    assert (
        page.locator(
            "iframe, object, embed, form, base, meta[http-equiv=refresh], link[href*=hostile]"
        ).count()
        == 0
    )
    links = page.locator("#notebook-container a, main a").evaluate_all(
        "all => all.map(it => it.getAttribute('href'))"
    )
    assert [link for link in links if link and not link.startswith(("#", "https://", "http://"))] == []
    handlers = "all => all.flatMap(it => it.getAttributeNames()).filter(name => name.startsWith('on'))"
    assert page.locator("#notebook-container *, main *").evaluate_all(handlers) == []


def requests(page: "Page") -> list[str]:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def test_nothing_of_the_students_runs_on_the_page_for_marking(marking: Marking, page: "Page") -> None:
    asked = requests(page)
    page.goto(marking.address())
    page.locator("input.score").last.wait_for()
    assert_quiet(page, asked)
    for place in page.get_by_text("Press me").all() + page.get_by_text("Read on").all():
        place.click()
    assert_quiet(page, asked)
    assert marking.marks()[0] is None
    fixed = "all => all.filter(it => getComputedStyle(it).position === 'fixed').map(it => it.outerHTML)"
    assert page.locator("#notebook-container *").evaluate_all(fixed) == []
    assert page.locator("nav").is_visible()
    assert page.get_by_text("31", exact=True).count() > 1
    assert page.get_by_text("For you, who mark this").is_visible()


def test_the_hostile_answer_can_be_marked_and_commented(marking: Marking, page: "Page") -> None:
    # The page's own requests come without the token: the server's first page leaves a cookie for them.
    page.goto(f"{marking.desk.base}/login?token={marking.desk.token}")
    page.goto(marking.address())
    score, words = page.locator("input.score").last, page.locator("textarea.comment").last
    page.locator("textarea.comment[placeholder]").last.wait_for()
    with page.expect_response(lambda got: "/api/grade/" in got.url):
        score.fill("2")
        score.press("Tab")
    with page.expect_response(lambda got: "/api/comment/" in got.url):
        words.fill("Fair.")
        words.press("Tab")
    assert marking.marks() == (2, "Fair.")
    page.keyboard.press("Control+.")
    page.wait_for_url("**/formgrader/gradebook/**")
    leave(page)


def test_nothing_of_the_students_runs_on_their_feedback(marking: Marking, page: "Page") -> None:
    marking.clone.run("nbgrader", "generate_feedback", sample.NAME, "--force")
    asked = requests(page)
    page.goto((marking.clone.root / f"classroom/feedback/eve/{sample.NAME}/{sample.NAME}.html").as_uri())
    page.locator("details").evaluate_all("all => all.forEach(it => { it.open = true; })")
    assert_quiet(page, asked)
    assert page.locator("script").count() == 0
    assert faults(page, "html") == []


def test_a_file_that_a_browser_would_run_is_served_as_text(marking: Marking, page: "Page") -> None:
    attack = f"<!DOCTYPE html><script>{RUN}</script>"
    folder = marking.folder
    (folder / "more").mkdir()
    for name in ("x.csv.html", "more/x.HTML", "page.xhtml", "x"):
        (folder / name).write_text(attack)
    page.goto(marking.address("x.csv.html"))
    assert page.evaluate("document.documentElement.dataset.hostile") == "ran"
    for name in quieten_files(folder).values():
        page.goto(marking.address(name))
        assert page.evaluate("document.contentType") == "text/plain"
        assert page.evaluate("document.documentElement.dataset.hostile ?? ''") == ""


@pytest.mark.parametrize("suffix", sorted(PLAIN_FILES))
def test_what_keeps_its_name_is_served_as_what_no_browser_runs(marking: Marking, suffix: str) -> None:
    name = f"data{suffix}"
    (marking.folder / name).write_text("<script>")
    assert quieten_files(marking.folder) == {}
    with urlopen(marking.address(name)) as answer:
        kind = answer.headers.get_content_type()
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"html|[/+]xml|script|svg|pdf", kind)
