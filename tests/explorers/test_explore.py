"""Does `explore` find its explorers, refuse others plainly, and run where nobody looks?"""

import nbformat
import pytest
from nbclient import NotebookClient

from cjpolicy import explore
from cjpolicy.errors import UnknownName
from cjpolicy.explorers import NAMES


def test_an_unknown_explorer_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownName, match="no explorer 'maps'. There are: " + ", ".join(NAMES)):
        explore("maps")


def test_an_unknown_option_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownName, match="'recording' has no option 'colour'. It has: setting"):
        explore("recording", colour="red")


@pytest.mark.parametrize("name", NAMES)
def test_the_text_is_short_and_in_words(name: str) -> None:
    said = repr(explore(name))
    assert said.splitlines()[0].endswith(".")
    assert len(said) < 2000


def test_every_explorer_runs_without_a_browser_an_error_or_a_warning() -> None:
    cells = [nbformat.v4.new_code_cell(f"import cjpolicy as cj\ncj.explore({name!r})") for name in NAMES]
    ran = NotebookClient(nbformat.v4.new_notebook(cells=cells), timeout=60, kernel_name="python3").execute()
    outputs = [output for cell in ran.cells for output in cell.outputs]
    assert {output.output_type for output in outputs} == {"display_data"}
    # A title, the explorer, and for those made of widgets what a notebook without a kernel shows.
    assert len(outputs) == 3 + 3 + 2 + 2 + 3 + 2 + 2 + 2 + 2 + 2 + 2
