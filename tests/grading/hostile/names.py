"""Awkward names: of students, notebooks, folders, support files and times."""

import os
from pathlib import Path

from .assignment import NAME, RIGHT
from .kinds import (
    ALL_OR_NONE,
    ANY_STATUS,
    FLAGGED,
    FULL,
    GRADED,
    LOST,
    NOTEBOOK,
    REPAIRED,
    WAITS,
    Files,
    Kind,
    Maker,
    Scene,
    answered,
    as_file,
    link_to,
    work,
    written,
)


def student(name: str, tries: str, id: str, bare: bool = False) -> Kind:
    """Return an honest student with an awkward id: no trouble at all."""
    return Kind(name, tries, work(), id=id, bare=bare, quiet=True)


def called(name: str, tries: str, path: str, statuses: frozenset[str] = REPAIRED) -> Kind:
    """Return a kind whose one notebook stands elsewhere: it is found, and the report says so."""
    return Kind(name, tries, as_file(lambda text: text, path), FULL, statuses)


def right(scene: Scene) -> bytes:
    return written(answered(scene, RIGHT))


def beside(*others: str) -> Maker:
    """Make the right notebook, with copies of the blank release under other names beside it."""

    def make(scene: Scene) -> Files:
        return {NOTEBOOK: right(scene), **{other: written(scene.release) for other in others}}

    return make


def only(*names: str) -> Maker:
    """Make no notebook of the right name, but these."""

    def make(scene: Scene) -> Files:
        return {name: right(scene) for name in names}

    return make


def two_others(scene: Scene) -> Files:
    """Make two notebooks of other names, with other answers, of which either may be meant."""
    other = written(answered(scene, {**RIGHT, "change": "change = 7"}))
    return {"one.ipynb": right(scene), "two.ipynb": other}


def stamped(content: bytes) -> Maker:
    return work(files={"timestamp.txt": content})


def folder(path: Path, scene: Scene) -> None:
    path.mkdir()


def odd_file_names(path: Path, scene: Scene) -> None:
    """Make files whose names are no text, hold line ends, or look like options and patterns."""
    path.mkdir()
    for name in (
        b"\xff\xfe.txt",
        b"two\nlines.txt",
        b"-rf",
        b"*",
        b"[a]",
        b"{b}",
        b"$(touch c)",
        b"x" * 255,
        b"a\\b",
    ):
        (path / os.fsdecode(name)).write_bytes(b"odd")


def unreadable(path: Path, scene: Scene) -> None:
    path.write_bytes(right(scene))
    path.chmod(0)


STUDENTS = [
    student("id-with-brackets", "Is called by a name with brackets of every kind.", "[b](r){a}"),
    student(
        "id-with-plus", "Is called by a name with a plus, as mail addresses have.", "ann+course@example.org"
    ),
    student("id-with-quotes", "Is called by a name with quotation marks.", "o'neill `bo’s`"),
    student("id-with-spaces", "Is called by a name with spaces and a comma.", "Ng, Cat Lee"),
    student("id-of-many-alphabets", "Is called by a name of several alphabets.", "Zoë-Łukasz-王芳-عمر"),
    student(
        "id-in-two-parts-of-letters",
        "Is called by a name whose accents are characters of their own.",
        "Zoe\u0308",
    ),
    student("id-with-emoji", "Is called by an emoji.", "🦊"),
    student("id-with-patterns", "Is called by a name of wildcards.", "a*b?c"),
    student("id-with-a-backslash", "Is called by a name with a backslash and an escape.", "a\\nb\\1%s%(x)s"),
    student("id-with-a-command", "Is called by a command of the shell.", "$(touch HOSTILE-CANARY);`id`|#"),
    student(
        "id-with-a-statement",
        "Is called by a statement of the database's language.",
        "x'; drop table grade; --",
    ),
    student("id-with-a-dash", "Is called by an option of the command line.", "--force", bare=True),
    student("id-that-is-a-number", "Is called by a number that begins with noughts.", "00123", bare=True),
    student("id-that-is-nothing", "Is called by a word that means nothing to computers.", "null", bare=True),
    student("id-of-braces", "Is called by a place of a template.", "{student_id}{0}"),
    student("id-that-is-long", "Is called by a name of a hundred letters.", "n" * 100),
    Kind(
        "id-with-markup",
        "Has a folder whose name is markup.",
        work(),
        id='<b onclick="HOSTILE_SCRIPT()">x&y',
        set_aside=True,
    ),
    Kind(
        "id-with-a-line-end",
        "Has a folder whose name holds a line end and a terminal's code.",
        work(),
        id="two\nlines\x1b[2J",
        set_aside=True,
    ),
    Kind(
        "id-with-a-space-behind",
        "Has a folder whose name ends with a space.",
        work(),
        id="space ",
        set_aside=True,
    ),
]

NOTEBOOKS = [
    called("another-name", "Calls the notebook by a name of its own.", "my final version.ipynb"),
    called("a-browsers-name", "Downloaded the notebook a second time.", f"{NAME} (1).ipynb"),
    called("upper-case-suffix", "Has the notebook's suffix in capitals.", f"{NAME}.IPYNB", GRADED | REPAIRED),
    called("upper-case-name", "Has the notebook's name in capitals.", "A91_Hostile.ipynb", GRADED | REPAIRED),
    called("in-a-folder", "Has the notebook in a folder.", f"{NAME}/{NOTEBOOK}"),
    called(
        "deep-in-folders", "Has the notebook deep in folders.", f"home/ann/course/{NAME}/week 2/{NOTEBOOK}"
    ),
    Kind(
        "a-folder-called-like-the-notebook",
        "Has the notebook in a folder of its own name.",
        as_file(lambda text: text, f"{NOTEBOOK}/{NOTEBOOK}"),
        ALL_OR_NONE,
        REPAIRED | FLAGGED,
    ),
    Kind(
        "two-others",
        "Has two notebooks, neither of the right name.",
        two_others,
        WAITS,
        FLAGGED,
        r"one\.ipynb.*two\.ipynb",
    ),
    Kind(
        "one-more-notebook",
        "Has another notebook beside the right one.",
        beside("scratch.ipynb", f"old/{NOTEBOOK}"),
        FULL,
        ANY_STATUS,
    ),
    Kind(
        "what-programs-leave",
        "Has what Jupyter and the Mac leave beside a notebook, with a blank copy in it.",
        beside(
            f".ipynb_checkpoints/{NAME}-checkpoint.ipynb",
            f"__MACOSX/._{NOTEBOOK}",
            f"._{NOTEBOOK}",
            ".~lock.ipynb",
        ),
        FULL,
        GRADED,
    ),
    Kind(
        "only-a-checkpoint",
        "Has nothing but what Jupyter keeps of a notebook by itself.",
        only(f".ipynb_checkpoints/{NAME}-checkpoint.ipynb"),
        WAITS,
        FLAGGED,
        "no notebook",
    ),
    Kind(
        "no-notebook",
        "Has a document and a picture, and no notebook.",
        lambda scene: {"answers.docx": b"PK\x03\x04", "photo.png": b"\x89PNG\r\n\x1a\n"},
        WAITS,
        FLAGGED,
        "no notebook",
    ),
    Kind(
        "empty-folder", "Has an empty folder.", lambda scene: {"data": folder}, WAITS, FLAGGED, "no notebook"
    ),
    Kind(
        "other-assignment",
        "Has another assignment's notebook under the right name.",
        lambda scene: {NOTEBOOK: Path(str(scene.places["other_release"])).read_bytes()},
        dict.fromkeys(WAITS, LOST),
        FLAGGED,
        "another notebook|another assignment",
    ),
    Kind(
        "notebook-by-a-link",
        "Has a link to a notebook of its own in the same folder.",
        lambda scene: {"real.ipynb": right(scene), NOTEBOOK: lambda path, _: path.symlink_to("real.ipynb")},
        ALL_OR_NONE,
        REPAIRED | FLAGGED,
    ),
]

TIMES = [
    Kind(
        "timestamp-of-words",
        "Has a time of handing in that is no time.",
        stamped(b"yesterday, I think"),
        FULL,
        ANY_STATUS,
    ),
    Kind("timestamp-empty", "Has an empty time of handing in.", stamped(b""), FULL, ANY_STATUS),
    Kind(
        "timestamp-of-noise",
        "Has a time of handing in that is no text.",
        stamped(b"\xff\xfe\x00\x01\x80"),
        FULL,
        ANY_STATUS,
    ),
    Kind(
        "timestamp-of-the-far-future",
        "Hands in long after everything.",
        stamped(b"9999-12-31 23:59:59.999999 UTC"),
        FULL,
        ANY_STATUS,
    ),
    Kind(
        "timestamp-beyond-time",
        "Hands in in a year that no clock knows.",
        stamped(b"123456789-99-99 99:99 +99:99"),
        FULL,
        ANY_STATUS,
    ),
    Kind(
        "timestamp-is-a-folder",
        "Has a folder where the time of handing in should be.",
        work(files={"timestamp.txt": folder}),
        FULL,
        ANY_STATUS,
    ),
    Kind(
        "timestamp-is-a-link",
        "Has a link to a secret where the time should be.",
        work(files={"timestamp.txt": link_to("secret")}),
        FULL,
        ANY_STATUS,
    ),
    Kind(
        "timestamp-in-order", "Handed in at a time.", stamped(b"2026-10-01 10:00:00.000000 UTC"), quiet=True
    ),
]

FILES = [
    Kind(
        "odd-file-names",
        "Has support files with names that are no text, options or patterns.",
        work(files={"data": odd_file_names}),
        FULL,
        ANY_STATUS,
    ),
    Kind(
        "nothing-may-be-read",
        "Has files that nobody may read, in a folder nobody may open.",
        work(files={"secret.csv": unreadable}),
        FULL,
        ANY_STATUS,
    ),
]

KINDS = [*STUDENTS, *NOTEBOOKS, *TIMES, *FILES]
