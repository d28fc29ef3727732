"""Do sentences of marking, and comments, say who they are about to those who did not ask?"""

from pathlib import Path

import pytest

from cjpolicy.grading.reading import UnreadableSubmission, find_notebook
from cjpolicy.review.masking import anonymous, without_names

NAME = "a01_x"
OWN = ("al17", "Ada", "Lovelace")


def said(folder: Path, *files: str) -> list[str]:
    """Return what marking says of a folder with these files."""
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    try:
        return find_notebook(folder, NAME).repairs
    except UnreadableSubmission as fault:
        return [str(fault)]


@pytest.mark.parametrize(
    "files",
    [
        ["Ada_Lovelace.ipynb"],
        ["work of Ada, final. Lovelace/al17.ipynb"],
        ["Ada Lovelace, my work.docx", "al17.pdf"],
        ["Ada 1.ipynb", "Lovelace.ipynb"],
    ],
)
def test_no_file_of_a_students_is_named(tmp_path: Path, files: list[str]) -> None:
    (sentence,) = said(tmp_path, *files)
    assert "Ada" in sentence or "al17" in sentence
    # Whoever it is about: the name of a friend may stand there.
    shown = anonymous(sentence, NAME)
    assert not any(word in shown for word in (*OWN, "docx", "pdf", "work of", "my work"))
    assert "a file" in shown
    assert (f"{NAME}.ipynb" in shown) == (f"{NAME}.ipynb" in sentence)


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        (
            "It could not be marked (FileNotFoundError: no /c/submitted/bo/my file.ipynb). The file is kept "
            "as it came. More is in classroom/reports/a01_x.log.",
            "It could not be marked (FileNotFoundError). The file is kept as it came. "
            "More is in classroom/reports/a01_x.log.",
        ),
        (
            "The file my data/Bo.csv was left out: the files are too large.",
            "A file was left out: the files are too large.",
        ),
        ("Bo.ipynb cannot be opened (denied). See to it.", "a file cannot be opened (denied). See to it."),
        ("Cell 3 (a01-sum) was stopped after 20 seconds.", "Cell 3 (a01-sum) was stopped after 20 seconds."),
        ("Read as UTF-16. Ask al17.", "Read as UTF-16. Ask …."),
    ],
)
def test_what_names_nobody_stays(sentence: str, shown: str) -> None:
    assert anonymous(sentence, NAME, OWN) == shown


def test_names_go_as_words_alone() -> None:
    assert without_names("Well done, ada lovelace! Read Adams, al17.", OWN) == "Well done, …! Read Adams, …."
    assert without_names("Well done.", ["s1", None, ""]) == "Well done."
