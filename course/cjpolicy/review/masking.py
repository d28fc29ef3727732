"""Sentences of marking, and comments of whoever marked, without what says who they are about."""

import re
from collections.abc import Iterable

__all__ = ["anonymous", "without_files", "without_names"]

FILE, NAME = "a file", "…"
# Where marking's own sentences name what a student has named, which may hold spaces and commas.
FORMS = [
    re.compile(form)
    for form in (
        r"(?<=was handed in as )(.+)(?=\. It is marked as )",
        r"(?<=There is only )(.+?)(?=\. [A-Z]|\.$|$)",
        r"(?<=which one is meant: )(.+)(?=\. Ask the student)",
        r"(?<=they differ: )(.+)(?= was marked, and not )",
        r"(?<= was marked, and not )(.+)(?=\.$)",
        r"(?<=^The file )(?!began with )(.+)(?= was left out)",
        r"^(.+)(?= (?:is a link or a folder, not a file|is not a file|cannot be opened \())",
    )
]
# Here as well, and these are no files: what an error says, a kernel, ids of cells.
SAID = [
    re.compile(form)
    for form in (
        r"(?<=It could not be marked \()(\w+: .*)(?=\)\. The file is kept)",
        r"(?<=made for another kernel, )(.+)(?=\. It was marked with)",
        r"(?<=that the course does not have are ordinary cells now: )(.+)(?=\.$)",
    )
]
LIKE_A_FILE = re.compile(
    r"""[^\s"'()<>,;:]*[/\\][^\s"'()<>,;:]+|[^\s"'()<>,;:]+\.[A-Za-z][A-Za-z0-9]{1,6}\b"""
)


def without_files(sentence: str, assignment: str) -> str:
    """Put "a file" for the names of files in a sentence of marking, except for the assignment's own.

    Parameters
    ----------
    sentence : str
        As marking says it.
    assignment : str
        The assignment's name.

    Returns
    -------
    str

    Examples
    --------
    >>> without_files("The notebook was handed in as Ada L.ipynb. It is marked as a01.ipynb.", "a01")
    'The notebook was handed in as a file. It is marked as a01.ipynb.'
    """
    own = {f"{assignment}.ipynb", f"classroom/reports/{assignment}.log", "STUDENT/ASSIGNMENT"}

    def masked(found: re.Match[str]) -> str:
        return found[0] if found[0].rstrip(".") in own else FILE

    for form in SAID:
        sentence = form.sub(lambda found: found[0].partition(": ")[0] if ": " in found[0] else NAME, sentence)
    for form in FORMS:
        sentence = form.sub(masked, sentence)
    return LIKE_A_FILE.sub(masked, sentence).replace("The file a file", "A file")


def without_names(text: str, names: Iterable[str | None]) -> str:
    """Leave out a student's id and names wherever they stand in a text as words.

    Parameters
    ----------
    text : str
        A sentence, or a comment.
    names : iterable of str or None
        The id, the first name, the last name.

    Returns
    -------
    str

    Examples
    --------
    >>> without_names("Well done, Ada! See unit 2.", ["s1", "Ada", None])
    'Well done, …! See unit 2.'
    """
    words = {word for name in names if name for word in (name, *name.split())}
    if not words:
        return text
    # "The student" is nobody, though somebody may be called so. The longest first, so that of "Ada King"
    # nothing is left. A file's name may join them: "ada_king".
    one = "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    whole = rf"(?<!the )(?<![^\W_])(?:{one})(?:[\s_]+(?:{one}))*(?![^\W_])"
    return re.sub(whole, NAME, text, flags=re.IGNORECASE)


def anonymous(sentence: str, assignment: str, names: Iterable[str | None] = ()) -> str:
    """Leave out of a sentence of marking the names of files, and the student's own.

    Parameters
    ----------
    sentence, assignment
        As for `without_files`.
    names
        As for `without_names`.

    Returns
    -------
    str
    """
    return without_names(without_files(sentence, assignment), names)
