"""Is a step remembered when a reader took it, and only then; and does a check survive a full disk?"""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

import cjpolicy as cj
from cjpolicy import checks
from cjpolicy.desk import lab_environment
from cjpolicy.errors import CourseError
from cjpolicy.journal import session
from cjpolicy.journal import store as module
from cjpolicy.journal.store import Store
from tests.journal.support import FROM_NBCLIENT, FROM_WIDGET, ask
from tests.support import ROOT

QUESTION = "02-two-changes"
ALL = (
    "import cjpolicy as cj",
    f"cj.check('{QUESTION}', 100)",
    f"cj.hint('{QUESTION}')",
    f"cj.solution('{QUESTION}')",
    "cj.predict('02-guess', 'it fell')",
    "cj.item('a02-two', 3, cj.Number()).points(1)",
    "cj.progress()",
)


@pytest.fixture(autouse=True)
def new_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_hints_given", {})
    monkeypatch.setattr(checks, "_predictions", {})


def take_every_step() -> None:
    cj.check(QUESTION, 100)
    cj.hint(QUESTION)
    cj.solution(QUESTION)
    cj.predict("02-guess", 31)
    cj.item("a02-two", 3, cj.Number())._form_only(1)


# When


def test_each_step_of_a_reader_is_remembered(store: Store, reader: None) -> None:
    take_every_step()
    assert [(event.kind, event.about, dict(event.detail)) for event in store.events()] == [
        ("check", QUESTION, {"status": "not yet", "slips": ["added-percentages"], "share": 0.0}),
        ("hint", QUESTION, {"number": 1}),
        ("solution", QUESTION, {}),
        ("predict", "02-guess", {"said": "31"}),
        ("item", "a02-two", {"status": "correct"}),
    ]


@pytest.mark.parametrize("asked", [FROM_NBCLIENT, {}, {"header": {"msg_type": "execute_request"}}])
def test_nothing_is_remembered_where_no_reader_is(
    store: Store, monkeypatch: pytest.MonkeyPatch, asked: Mapping[str, Any]
) -> None:
    ask(monkeypatch, asked)
    take_every_step()
    assert session.events() == ([], [])
    assert not store.path.exists()


def test_nothing_is_remembered_outside_a_kernel(store: Store) -> None:
    take_every_step()
    assert not store.path.exists()


def test_a_press_on_a_button_is_a_readers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(monkeypatch, FROM_WIDGET)
    cj.hint(QUESTION)
    assert [event.kind for event in store.events()] == ["hint"]


def test_marking_never_remembers(store: Store, reader: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    item = cj.item("a02-two", 3, cj.Number())
    item.expect(3)
    item.points(1)
    cj.check(QUESTION, 116)
    assert not store.path.exists()


def test_a_marked_item_is_no_step_of_the_readers(store: Store, reader: None) -> None:
    item = cj.item("a02-two", 3, cj.Number())
    item.expect(3)
    item.points(1)
    assert store.events() == []


def test_validating_at_a_desk_is_remembered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    cj.item("a02-two", 3, cj.Number()).points(1)
    with pytest.raises(checks.WrongForm):
        cj.item("a02-three", "3", cj.Number()).points(1)
    seen = [(event.kind, event.about, event.detail["status"]) for event in store.events()]
    assert seen == [("validated", "a02-two", "correct"), ("validated", "a02-three", "cannot check")]


def test_validating_elsewhere_is_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    monkeypatch.delenv(session.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    cj.item("a02-two", 3, cj.Number()).points(1)
    assert list(tmp_path.iterdir()) == []


# Where


def test_it_can_be_switched_off(reader: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(session.VARIABLE, "off")
    monkeypatch.chdir(tmp_path)
    take_every_step()
    assert session.events() == ([], [])
    assert list(tmp_path.iterdir()) == []
    assert "CJPOLICY_PROGRESS is 'off'" in repr(cj.progress())
    with pytest.raises(CourseError, match="switched off"):
        session.store()


def test_it_is_kept_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if sys.platform == "linux":
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
        assert session.place({}) == tmp_path / "cjpolicy" / "progress.sqlite3"
    place = session.place({})
    assert place is not None and place.is_absolute() and not place.is_relative_to(ROOT)


def test_another_place_may_be_below_home_or_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert session.place({session.VARIABLE: "mine.db"}) == tmp_path / "mine.db"
    assert session.place({session.VARIABLE: "~/mine.db"}) == Path.home() / "mine.db"
    assert session.place({session.VARIABLE: "OFF"}) is None


# What if it cannot be written?


def test_a_folder_that_cannot_be_made_costs_one_line(
    reader: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(session.VARIABLE, str(tmp_path / "file" / "progress.sqlite3"))
    assert cj.check(QUESTION, 116).status == "correct"
    said = capsys.readouterr().out
    assert said.startswith("Your progress is not being saved: ")
    assert said.endswith("All else works as ever.\n")
    assert said.count("\n") == 1
    cj.check(QUESTION, 100)
    cj.hint(QUESTION)
    assert capsys.readouterr() == ("", "")


@pytest.fixture
def read_only(store: Store, reader: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Yield a manager within which the disk can be read only."""
    connect = sqlite3.connect

    @contextmanager
    def held() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(
                module.sqlite3,
                "connect",
                lambda path, **options: connect(f"{path.as_uri()}?mode=ro", uri=True, **options),
            )
            yield

    yield held


def test_what_cannot_be_written_waits_until_it_can(
    store: Store, read_only: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    cj.check(QUESTION, 100)
    with read_only():
        cj.hint(QUESTION)
        assert "readonly database" in capsys.readouterr().out
        events, notes = session.events()
        assert [event.kind for event in events] == ["check", "hint"]
        assert notes == [
            "The newest steps could not be saved: they are lost when this notebook's kernel stops."
        ]
        assert notes[0] in repr(cj.progress())
    cj.solution(QUESTION)
    assert [event.kind for event in store.events()] == ["check", "hint", "solution"]
    assert session.events()[1] == []


def test_a_damaged_file_is_told_of_once_and_the_step_is_kept(
    store: Store, reader: None, capsys: pytest.CaptureFixture[str]
) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(b"spoilt " * 400)
    cj.check(QUESTION, 100)
    cj.check(QUESTION, 116)
    said = capsys.readouterr().out
    assert said.count("The file with your progress was damaged") == said.count("\n") == 1
    assert len(store.events()) == 2


def test_a_newer_file_stops_no_check(store: Store, reader: None, capsys: pytest.CaptureFixture[str]) -> None:
    cj.check(QUESTION, 100)
    connection = sqlite3.connect(store.path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert cj.check(QUESTION, 116).status == "correct"
    assert "written by a newer version of the course" in capsys.readouterr().out
    assert "written by a newer version of the course" in cj.progress()._repr_html_()


def test_validating_prints_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(session.VARIABLE, str(tmp_path / "file" / "progress.sqlite3"))
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    monkeypatch.setattr(session, "_waiting", [])
    assert cj.item("a02-two", 3, cj.Number()).points(1) == 1.0
    assert capsys.readouterr() == ("", "")


# In real kernels


class Kernel:
    """A kernel as a page uses it: it offers to ask its reader."""

    def __init__(self) -> None:
        self.manager, self.client = start_new_kernel(kernel_name="python3", cwd=str(ROOT))

    def run(self, code: str) -> list[dict[str, Any]]:
        shown: list[dict[str, Any]] = []

        def keep(message: dict[str, Any]) -> None:
            assert message["msg_type"] != "error", message["content"]["traceback"]
            if "data" in message["content"] and "text/plain" in message["content"]["data"]:
                shown.append(message["content"]["data"])

        self.client.execute_interactive(
            code, allow_stdin=True, output_hook=keep, stdin_hook=print, timeout=60
        )
        return shown

    def stop(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@contextmanager
def kernel() -> Iterator[Kernel]:
    running = Kernel()
    try:
        yield running
    finally:
        running.stop()


def test_a_reader_is_remembered_from_one_kernel_to_the_next(store: Store) -> None:
    with kernel() as first:
        for line in ALL:
            last = first.run(line)
    assert "1 hint, 1 solution" in last[0]["text/plain"]
    assert {event.kind for event in store.events()} == {"check", "hint", "solution", "predict", "item"}
    with kernel() as second:
        second.run(ALL[0])
        (guess,) = second.run("cj.predict('02-guess')")
        (both,) = second.run("cj.predict('02-guess', turned_out='It rose.')")
        assert second.run("cj.progress()")[0]["text/plain"] == last[0]["text/plain"]
    assert guess["text/plain"].startswith("Before the data you said, on ")
    assert "it fell" in guess["text/plain"]
    assert both["text/plain"].endswith(": it fell\nIt turned out: It rose.")


def test_a_notebook_run_by_a_program_is_nobodys(store: Store) -> None:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(line) for line in ALL])
    ran = NotebookClient(made, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    assert not store.path.exists()
    result = ran.cells[1].outputs
    assert [output.output_type for output in result] == ["execute_result"]
    assert set(result[0].data) == {"text/plain", "text/html"}
    assert "A clean page." in ran.cells[-1].outputs[0].data["text/plain"]
    assert not any(output.output_type == "stream" for cell in ran.cells for output in cell.outputs)


def test_without_a_reader_neither_widgets_nor_a_database_is_loaded() -> None:
    heavy = ["ipywidgets", "sqlite3", "platformdirs", "cjpolicy.panel", "cjpolicy.journal.store"]
    program = (
        f"import sys, cjpolicy as cj; cj.check('{QUESTION}', 1)._repr_html_(); "
        f"cj.hint('{QUESTION}'); print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_desk_names_the_file_for_what_runs_beside_the_notebooks(tmp_path: Path) -> None:
    named = lab_environment(tmp_path, {session.VARIABLE: "~/mine.db"})[session.VARIABLE]
    assert named == str(Path.home() / "mine.db")
    assert lab_environment(tmp_path, {session.VARIABLE: "off"})[session.VARIABLE] == "off"
    assert Path(lab_environment(tmp_path, {})[session.VARIABLE]).is_absolute()
