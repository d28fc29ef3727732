"""Are quotes found where they are, and only there?"""

import pytest

from tests.datasets.text import has_words, starts_at

SOURCE = ("One in ten", "", "Rape\t77.8\t81.1", "and so on")


@pytest.mark.parametrize(
    ("quote", "line", "found"),
    [
        ("Rape 77.8", 3, True),
        ("81.1 and so", 3, True),
        ("and so on", 3, False),
        ("One in ten", 3, False),
        ("one in ten", 1, False),
        ("Rape 77.8", 2, False),
    ],
)
def test_a_quote_begins_on_its_line_word_for_word(quote: str, line: int, found: bool) -> None:
    assert starts_at(quote, SOURCE, line) is found


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("10", "10 percent", True),
        ("10", "10% of", False),
        ("10", "1,100 and 10,000", False),
        ("8", "8.2 years", False),
        ("£45", "now its £45 and", True),
        ("45", "£45", False),
        ("no", "found no cases", True),
        ("no", "not known", False),
    ],
)
def test_words_stand_alone(words: str, text: str, found: bool) -> None:
    assert has_words(words, text) is found
