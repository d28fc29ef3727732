"""Does the solution review know all of an item, and run the model and the recorded answers?"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cjpolicy.errors import UnknownName
from cjpolicy.grading import sandbox
from cjpolicy.grading.execution import Executed
from cjpolicy.review import runs
from cjpolicy.review.models import ItemModel, read_models
from tests.grading.sample import NAME
from tests.review.sample import edit, review_course
from tests.support import ROOT


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[ItemModel]]:
    """The sample's clone and its items, read once."""
    root = tmp_path_factory.mktemp("clone")
    review_course(root)
    before = set(sandbox._running)
    items = read_models(root, NAME)
    assert not sandbox._running - before, "A process was left."
    return root, items


@pytest.fixture
def clone(reviewed: tuple[Path, list[ItemModel]], tmp_path: Path) -> Path:
    """A copy of that clone, to be changed."""
    return Path(shutil.copytree(reviewed[0], tmp_path / "clone"))


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is run."""

    def run(*given: Any) -> None:
        raise InterruptedError("something was run")

    monkeypatch.setattr(runs, "run_notebook", run)


@pytest.mark.grading
def test_an_item_has_its_question_and_what_it_rests_on(reviewed: tuple[Path, list[ItemModel]]) -> None:
    item = reviewed[1][0]
    assert (item.id, item.number, item.title, item.points) == ("a90-two-changes", 1, "1. Two changes", 2)
    assert "By how much?" in item.prompt and "<script" not in item.prompt
    (excerpt,) = item.excerpts
    assert excerpt.id == "plan-violence-fell-31" and excerpt.text[:40] in item.prompt
    assert "Home Office" in excerpt.document and "line " in excerpt.place
    (figure,) = item.figures
    assert (figure.id, figure.value, figure.unit, figure.amount) == ("v31-bcs", 31, "per cent", "31 per cent")
    assert "31%" in figure.sentence and "line " in figure.place
    assert item.ideas == ("changes multiply",)


@pytest.mark.grading
def test_answers_are_run_and_marked(reviewed: tuple[Path, list[ItemModel]]) -> None:
    first, level, *_ = reviewed[1]
    assert (first.answer, first.value, first.earned, first.slips) == ("change = 116", "116", 2, ())
    assert [(each.value, each.points, each.status) for each in first.alternatives] == [
        ("116", 2, "correct"),
        ("116.0", 2, "correct"),
    ]
    (mistake,) = first.misconceptions
    assert (mistake.code, mistake.value, mistake.points, mistake.recorded) == ("change = 100", "100", 0, 0)
    assert (mistake.slip, mistake.slips) == ("added-percentages", ("added-percentages",))
    assert mistake.message.startswith("You gave 100") and "Next: " in mistake.message
    assert "points" not in mistake.message.splitlines()[-1]
    assert [each.value for each in level.alternatives] == ["69"]


@pytest.mark.grading
def test_a_chart_is_drawn_and_named(reviewed: tuple[Path, list[ItemModel]]) -> None:
    chart = reviewed[1][2]
    assert (chart.value, chart.earned) == ("a Chart", 1)
    assert '<img class="picture" src="data:image/png;base64,' in chart.outputs


@pytest.mark.grading
def test_a_written_item_has_its_rubric_and_samples(reviewed: tuple[Path, list[ItemModel]]) -> None:
    brief = reviewed[1][-1]
    assert (brief.id, brief.written, brief.answer, brief.earned) == (
        "a90-brief",
        True,
        "A model answer.",
        None,
    )
    assert "<p>A model answer.</p>" in brief.outputs
    assert brief.rubric[2] == "Most."
    assert [(each.level, each.text) for each in brief.samples] == [(2, "A middling answer.")]


@pytest.mark.grading
def test_nothing_is_run_again_while_nothing_changes(
    reviewed: tuple[Path, list[ItemModel]], clone: Path, idle: None
) -> None:
    assert read_models(clone, NAME) == reviewed[1]


@pytest.mark.grading
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (f"solutions/{NAME}.toml", "A middling answer.", "Another answer."),
        (f"solutions/{NAME}/{NAME}.ipynb", "By how much?", "How much?"),
        (f"classroom/review-models/{NAME}.json", '"items"', '"item'),
        (f"classroom/review-models/{NAME}.json", '"executed"', '"done"'),
    ],
)
def test_what_was_kept_is_not_used_when_something_changed(
    clone: Path, idle: None, file: str, old: str, new: str
) -> None:
    edit(clone / file, old, new)
    with pytest.raises(InterruptedError):
        read_models(clone, NAME)


@pytest.mark.grading
def test_what_cannot_be_read_of_an_item_is_written_again_from_what_was_run(
    reviewed: tuple[Path, list[ItemModel]], clone: Path, idle: None
) -> None:
    path = clone / "classroom" / "review-models" / f"{NAME}.json"
    whole = path.read_text()
    edit(path, '"ideas"', '"notions"')
    assert read_models(clone, NAME) == reviewed[1]
    assert path.read_text() == whole


@pytest.mark.parametrize(("explanation", "apart"), [("", True), ("There is no sandbox here.", False)])
def test_it_runs_apart_wherever_that_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, explanation: str, apart: bool
) -> None:
    seen = []

    def run(notebook: Any, folder: Path, limits: Any, seed: int) -> None:
        seen.append(limits.apart)
        raise InterruptedError

    review_course(tmp_path)
    monkeypatch.setattr(sandbox, "explanation", lambda: explanation)
    monkeypatch.setattr(runs, "run_notebook", run)
    with pytest.raises(InterruptedError):
        read_models(tmp_path, NAME)
    assert set(seen) == {apart}
    assert not (tmp_path / "classroom" / "review-models").exists()


@pytest.mark.grading
def test_an_answer_that_cannot_be_marked_is_shown_with_the_reason(tmp_path: Path) -> None:
    path = review_course(tmp_path)
    edit(path, "item.points(1)", "item.pints(1)")
    edit(path.parent.with_suffix(".toml"), "picture = bars", "picture = None")
    first, _, chart, _ = read_models(tmp_path, NAME)
    assert first.earned == 2
    assert chart.earned is None
    assert [(each.points, each.status) for each in chart.alternatives] == [(None, "unmarked")]
    assert "pints" in chart.message


@pytest.mark.grading
def test_a_run_whose_process_was_ended_from_elsewhere_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    review_course(tmp_path)
    run = runs.run_notebook
    damaged: list[Executed] = []

    def disturbed(*given: Any) -> Executed:
        executed = run(*given)
        if not damaged:
            damaged.append(executed)
            executed.gone = True
        return executed

    with monkeypatch.context() as patch:
        patch.setattr(runs, "run_notebook", disturbed)
        read_models(tmp_path, NAME)
    held = json.loads((tmp_path / "classroom" / "review-models" / f"{NAME}.json").read_bytes())
    assert damaged and held["items"] == [] and not any(each["executed"]["gone"] for each in held["runs"])
    ran: list[Executed] = []

    def counted(*given: Any) -> Executed:
        ran.append(run(*given))
        return ran[-1]

    monkeypatch.setattr(runs, "run_notebook", counted)
    for _ in range(2):
        read_models(tmp_path, NAME)
        assert len(ran) == 1


def test_an_unknown_assignment_gets_one_clear_message(tmp_path: Path) -> None:
    review_course(tmp_path)
    with pytest.raises(UnknownName, match=rf"has no a91\. It has: {NAME}"):
        read_models(tmp_path, "a91")


@pytest.mark.slow
@pytest.mark.grading
def test_a_real_assignment_is_known_whole(tmp_path: Path) -> None:
    name = "a01_reading_a_claim"
    for part in (f"{name}/{name}.ipynb", f"{name}.toml"):
        (tmp_path / "solutions" / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "solutions" / part, tmp_path / "solutions" / part)
    items = read_models(tmp_path, name)
    assert sum(item.points for item in items) == 20
    for item in items:
        assert item.title and item.prompt and item.answer, item.id
        if item.written:
            assert item.outputs and item.rubric and item.samples
        else:
            assert item.value and item.earned == item.points, item.id
        for ran in (*item.alternatives, *item.misconceptions):
            assert ran.points == ran.recorded, (item.id, ran.code)
    assert sum(len(item.excerpts) for item in items) > 5
