"""Does a test that lacks its material skip at a desk and fail in continuous integration?"""

from pathlib import Path

import pytest

from tests.support import beside, need


def test_what_is_there_is_returned(tmp_path: Path) -> None:
    assert need("a folder", tmp_path) == tmp_path


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
@pytest.mark.parametrize("nowhere", [None, Path("nowhere")])
def test_what_is_missing_skips_or_fails_and_says_what(
    ci: str, outcome: type[BaseException], nowhere: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="a folder not found"):
        need("a folder", nowhere)


def test_the_environment_says_where_before_the_neighbouring_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOMEWHERE", str(tmp_path))
    assert beside("SOMEWHERE", "documents") == tmp_path
    monkeypatch.delenv("SOMEWHERE")
    assert beside("SOMEWHERE", "documents").parts[-2:] == ("shared", "documents")
