"""The review as pages that open from disk: the class, and each assignment with its items and answers."""

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import ndiff
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from cjpolicy import html
from cjpolicy.errors import CourseError
from cjpolicy.folders import replaced
from cjpolicy.grading.export import safe_csv
from cjpolicy.grading.release import stale
from cjpolicy.grading.returned import number, points
from cjpolicy.grading.workshop import Workshop, sources
from cjpolicy.site.pages import site_name

from . import cards, measures
from .answers import WORDS, Distinct, StudentAnswer, distinct
from .book import Book
from .changes import CellChange, Effect, recorded_effects, release_diff, since_release
from .figures import Figure, assignment_figures, class_figures, whole
from .models import ItemModel, read_models
from .words import called, counted, spoken

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Made", "make_demo", "make_review"]

MARK = "assets/made-by-cjpolicy-review.txt"
COMMAND = "cjpolicy review"
SAYS = "`cjpolicy review` made this folder from a class's results, and replaces it when it is run again.\n"
NOTHING: dict[str, Any] = {"changes": [], "effects": [], "stale": ""}
# The statuses of answers to an item that a person marks.
BY_HAND = (WORDS["waits"], WORDS["marked"])
# Of an answer, in its row of the list.
PREVIEW = 1_200


@dataclass(frozen=True)
class Made:
    """What `make_review` has made.

    Parameters
    ----------
    assignments, students, files : int
        How many assignments and students the pages are about, and how many files there are.
    """

    assignments: int
    students: int
    files: int


def make_review(
    root: Path,
    output: Path,
    names: bool = False,
    *,
    course: Path | None = None,
    simulated: bool = False,
    progress: Callable[[str], None] = lambda said: None,
) -> Made:
    """Make the review in a folder, replacing the one made there before.

    Parameters
    ----------
    root : Path
        The class: the course's clone, or another folder with its nbgrader_config.py.
    output : Path
        Where the pages go: a new folder, an empty one, or one that this made.
    names : bool
        Whether students' names are shown in place of their codes.
    course : Path, optional
        The clone that has the solutions; by default `root`.
    simulated : bool
        Whether every page says that the class is simulated.
    progress : callable, optional
        Told what is being made, one thing at a time: "the page of the class".

    Returns
    -------
    Made

    Raises
    ------
    CourseError
        If `output` holds something else, or the class or an assignment cannot be read.
    """
    with replaced(output, MARK, COMMAND) as folder:
        return _fill(folder, root, course or root, names, simulated, progress)


def make_demo(
    course: Path,
    output: Path,
    students: int = 60,
    seed: int = 1,
    *,
    names: bool = False,
    progress: Callable[[str], None] = lambda said: None,
) -> Made:
    """Make the review of a class that is simulated in a folder of its own, which goes afterwards.

    Parameters
    ----------
    course : Path
        The course's clone.
    output : Path
        As for `make_review`.
    students, seed : int
        How many, and what chance is made from.
    names : bool
        Whether the invented names are shown.
    progress : callable, optional
        As for `make_review`.

    Returns
    -------
    Made

    Raises
    ------
    CourseError
        As `make_review` does.
    """
    from .demo import simulate

    with (
        replaced(output, MARK, COMMAND) as folder,
        tempfile.TemporaryDirectory(prefix="cjpolicy-", ignore_cleanup_errors=True) as aside,
    ):
        root = Path(aside).resolve() / "class"
        progress(f"a class of {students}: the first time takes about a minute")
        simulate(root, course, students, seed)
        return _fill(folder, root, course, names, True, progress)


def _fill(
    folder: Path, root: Path, course: Path, names: bool, simulated: bool, progress: Callable[[str], None]
) -> Made:
    with Book.open(root) as book:
        review = _Review(book, course, folder, names, simulated, progress)
        review.make()
        count = sum(path.is_file() for path in folder.rglob("*"))
        return Made(len(review.assignments), review.students, count)


@dataclass(frozen=True)
class _Review:
    """One making of the pages."""

    book: Book
    course: Path
    folder: Path
    names: bool
    simulated: bool
    progress: Callable[[str], None]

    @cached_property
    def assignments(self) -> list[str]:
        return sorted({*self.book.assignments, *self.sources})

    @cached_property
    def sources(self) -> dict[str, Path]:
        return sources(self.course)

    @cached_property
    def stale(self) -> list[str]:
        """The assignments whose release is not what their source makes now."""
        try:
            return stale(self.course, self.sources) if self.sources else []
        except (CourseError, ValueError, OSError):
            return list(self.sources)  # each then says itself what cannot be read

    @cached_property
    def students(self) -> int:
        return int(self.book.connection.execute("SELECT count(*) FROM student").fetchone()[0])

    @cached_property
    def shown(self) -> dict[str, str]:
        """How each student is called here, by id."""
        rows = self.book.connection.execute("SELECT id, code, first_name, last_name FROM student")
        return {
            id: " ".join(filter(None, (first, last))) or id if self.names else code
            for id, code, first, last in rows
        }

    def make(self) -> None:
        """Write everything."""
        _write_assets(self.folder / "assets")
        for name in self.assignments:
            self.progress(f"the pages of {spoken(name)}")
            self._assignment(name)
        self.progress("the page of the class")
        self._class()

    # --- The class

    def _class(self) -> None:
        figures = {figure.id: figure for figure in class_figures(self.book)}
        sections = [
            ("Marks", "in-all", self._some(figures, "marks", "progress", "tests"), self._no_tests(figures)),
            ("Items", "items", self._some(figures, "difficulty", "hardest", "strong"), ""),
            ("Misconceptions", "mistakes", self._some(figures, "misconceptions"), ""),
            ("Marking itself", "marking", self._some(figures, "time"), ""),
        ]
        for figure in figures.values():
            self._csv(f"class-{figure.id}", figure.table)
        overview = measures.progress(self.book)
        self._csv("class-assignments", overview)
        students = self._list("class", "students", self._shares(), "handed in")
        trouble = self._list("class", "trouble", measures.trouble(self.book, names=self.names), "kind")
        headings = [(2, "assignments", "Assignments")]
        for heading, anchor, inner, _ in sections:
            headings += [(2, anchor, heading), *map(_heading, inner)]
        headings += [(2, "students", "Student by student"), (2, "trouble", "Repaired and flagged")]
        self._page(
            "class",
            "index.html",
            title="The class",
            here="",
            headings=headings,
            lead=self._lead(),
            notes=self.book.messages,
            overview=Markup(self._overview(overview)),
            sections=sections,
            students=students,
            trouble=trouble,
        )

    def _shares(self) -> "pd.DataFrame":
        """Return the students' shares of the points, in per cent."""
        rows, there = measures.shares(self.book, self.names), self.book.assignments
        rows["handed_in"] = [f"{count} of {len(there)}" for count in rows["handed_in"]]
        rows[there] = (100 * rows[there]).round(1)
        short = {name: f"{name.partition('_')[0]} (%)" for name in there}
        return rows.rename(columns={"handed_in": "handed in", **short})

    def _some(self, figures: Mapping[str, Figure], *ids: str) -> list[Figure]:
        return [figures[id] for id in ids if id in figures]

    def _no_tests(self, figures: Mapping[str, Figure]) -> str:
        return "" if "tests" in figures else " ".join(measures.tests(self.book).attrs["notes"])

    def _lead(self) -> str:
        marked = len(self.book.assignments)
        return (
            f"{counted(self.students, 'student')}, {counted(marked, 'marked assignment')}"
            f"{'' if marked == len(self.assignments) else f' of {len(self.assignments)}'}. "
            f"{'Students are named.' if self.names else 'Students have codes instead of names.'}"
        )

    def _overview(self, progress: "pd.DataFrame") -> str:
        known = {row["assignment"]: row for row in progress.to_dict("records")}
        rows = "".join(_overview_row(name, known.get(name)) for name in self.assignments)
        head = "".join(
            f'<th scope="col">{each}</th>'
            for each in (
                "Assignment",
                "Handed in",
                "Wait for marks",
                "Median of those wholly marked",
                "Middle half of those wholly marked",
            )
        )
        return (
            '<div class="cj-scroll" data-scrolls="Assignments"><table><caption>Assignments, '
            "with marks as shares of the points</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    # --- An assignment

    def _assignment(self, name: str) -> None:
        marked = name in self.book.assignments
        known = name in self.sources
        models, fault = self._models(name) if known else ([], "")
        figures = assignment_figures(self.book, name) if marked else []
        for figure in figures:
            self._csv(f"{name}-{figure.id}", figure.table)
        if marked:
            self._csv(f"{name}-marks-by-item", measures.marks(self.book, name, self.names))
        handed_in, trouble = self._submissions(name) if marked else (0, 0)
        items = self._items(name, models, distinct(self.book, name, self.names) if marked else {})
        headings = [(2, "results", "Results"), *map(_heading, figures)] if figures else []
        headings += [(2, "submissions", "Submissions")] if handed_in else []
        headings += [(2, "changes", "Changed since the release"), (2, "items", "Items")]
        self._page(
            "assignment",
            f"{name}.html",
            title=spoken(name).partition(" ")[2].capitalize() or name,
            here=name,
            headings=[*headings, *((3, item["id"], item["title"]) for item in items)],
            lead=(
                self._summary(name, handed_in)
                if marked
                else "Nothing of this assignment has been marked yet."
            )
            + fault,
            figures=figures,
            data=f"data/{name}",
            handed_in=handed_in,
            trouble=trouble,
            items=items,
            **self._changes(name),
        )

    def _models(self, name: str) -> tuple[list[ItemModel], str]:
        """Return an assignment's models, or why there are none: the rest is shown."""
        try:
            return read_models(self.course, name), ""
        except CourseError as fault:
            return [], f" What solutions/ has of its items cannot be shown. {fault}"

    def _changes(self, name: str) -> dict[str, Any]:
        """Say what has changed since the release, or why that cannot be said."""
        if name not in self.sources:
            return {"unknown": f"There is no solutions/{name} to compare with.", **NOTHING}
        try:
            changes = since_release(Workshop(self.course), name)
            stale = release_diff(self.course, name) if name in self.stale else ""
            effects = recorded_effects(self.course, name)
        except CourseError as fault:
            return {"unknown": str(fault), **NOTHING}
        return {"unknown": "", "changes": changes, "effects": effects, "stale": stale}

    def _summary(self, name: str, handed_in: int) -> str:
        rows = measures.progress(self.book).to_dict("records")
        row = next(each for each in rows if each["assignment"] == name)
        said = f"{counted(handed_in, 'submission')}, {int(row['marked'])} wholly marked."
        failed = self._not_marked_by_machine(name)
        by_hand = handed_in - int(row["marked"]) - failed
        waiting = [
            *([f"{by_hand} {'waits' if by_hand == 1 else 'wait'} for marks by hand"] if by_hand else []),
            *([f"{failed} could not be marked"] if failed else []),
        ]
        if waiting:
            said += f" {', '.join(waiting)}: a mark that is missing counts nowhere as zero."
        if row["median"] == row["median"]:
            said += f" The median is {whole(row['median'])}% of the points."
        return said

    def _not_marked_by_machine(self, name: str) -> int:
        """Return how many submissions lack a mark that no person has to give."""
        return int(
            self.book.connection.execute(
                """
                SELECT count(*) FROM submission AS s WHERE s.assignment = ? AND EXISTS (
                    SELECT 1 FROM item AS i
                    LEFT JOIN mark AS m ON m.item = i.number AND m.student = s.student
                    WHERE i.assignment = s.assignment AND i.written = 0 AND m.earned IS NULL)
                """,
                [self.book.number(name)],
            ).fetchone()[0]
        )

    def _submissions(self, name: str) -> tuple[int, int]:
        """Write the list of submissions and that of troubles; return how long they are."""
        standing = self._standing(name)
        trouble = measures.trouble(self.book, name, names=self.names)
        return (
            self._list(name, "submissions", standing, "status"),
            self._list(name, "trouble", trouble.drop(columns="assignment"), "kind"),
        )

    def _standing(self, name: str) -> "pd.DataFrame":
        """Return the submissions; one of which nothing is marked yet has no points, and not none of them."""
        rows = measures.standing(self.book, name, names=self.names)
        rows["score"] = rows["score"].where(rows["waiting"] < len(measures.items(self.book, name)))
        rows["at"] = rows["at"].str.replace("T", " ").str[: len("2026-10-01 12:00")]
        named = {
            "score": "points so far",
            "worth": "of",
            "waiting": "items that wait",
            "late": "late (hours)",
            "at": "handed in (UTC)",
            "seconds": "ran (s)",
            "limits": "limits hit",
        }
        return rows.rename(columns=named)

    def _items(
        self, name: str, models: Sequence[ItemModel], given: Mapping[str, Sequence[Distinct]]
    ) -> list[dict[str, Any]]:
        known = {model.id: model for model in models}
        ids = [*known, *(id for id in given if id not in known)]
        counts = self._counts(name, models) if given else {}
        return [self._item(name, id, known.get(id), given.get(id, ()), counts.get(id, {})) for id in ids]

    def _counts(self, name: str, models: Sequence[ItemModel]) -> dict[str, dict[str, tuple[int, int]]]:
        """Return by item, of each misconception that is known of it or was seen, how many showed it."""
        marked = measures.items(self.book, name).set_index("item")["marked"]
        counts = {
            model.id: {each.slip: (0, int(marked[model.id])) for each in model.misconceptions}
            for model in models
            if marked.get(model.id)
        }
        for row in measures.misconceptions(self.book, name).to_dict("records"):
            counts.setdefault(row["item"], {})[row["slip"]] = (int(row["students"]), int(row["of"]))
        return counts

    def _item(
        self,
        name: str,
        id: str,
        model: ItemModel | None,
        answers: Sequence[Distinct],
        counts: Mapping[str, tuple[int, int]],
    ) -> dict[str, Any]:
        students = sum(len(each.students) for each in answers)
        file = f"data/{name}/{id}.js"
        if answers:
            shown = [self._answer(each) for each in answers]
            by_hand = model.written if model else all(each["status"] in BY_HAND for each in shown)
            self._data(file, {"names": _names(answers), "written": by_hand, "answers": shown})
        return {
            "id": id,
            "model": model,
            "title": model.title if model else id,
            "facts": f"{points(model.points)}, marked {'by hand' if model.written else 'by machine'}. {id}"
            if model
            else id,
            "card": Markup(cards.item_card(model, counts)) if model else "",
            "side": Markup(cards.model_side(model)) if model else "",
            "file": file,
            "count": len(answers),
            "summary": f"{counted(len(answers), 'different one')} by {counted(students, 'student')}",
        }

    def _answer(self, each: Distinct) -> dict[str, Any]:
        answer = each.answer
        return {
            "students": sorted((self.shown[id] for id in each.students), key=_natural),
            "text": answer.text[:PREVIEW],
            "value": cards.readable(answer.value),
            "mark": "no mark yet"
            if answer.earned is None
            else f"{number(answer.earned)} of {points(answer.worth)}",
            "status": answer.status,
            "slips": list(answer.slips),
            "kind": _kind(answer),
            "html": cards.answer_side(answer),
        }

    # --- Files

    def _page(self, template: str, file: str, **parts: Any) -> None:
        text = _templates().get_template(f"{template}.html.j2").render(
            site=site_name()[0],
            assignments=self.assignments,
            simulated=self.simulated,
            names=self.names,
            made=f"{datetime.now():%d %B %Y, %H:%M}".lstrip("0"),
            **parts,
        )  # fmt: skip
        _write(self.folder / file, text)

    def _csv(self, name: str, frame: "pd.DataFrame") -> None:
        path = self.folder / "csv" / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(safe_csv(frame))

    def _list(self, folder: str, name: str, frame: "pd.DataFrame", filter: str) -> int:
        """Write a table as CSV, and for the list on the page that is filtered by one of its columns."""
        self._csv(f"{folder}-{name}", frame)
        rows = [[cards.cell(value) for value in row] for row in frame.itertuples(index=False, name=None)]
        columns = [each.replace("_", " ") for each in frame.columns]
        self._data(f"data/{folder}/{name}.js", {"columns": columns, "rows": rows, "filter": filter})
        return len(rows)

    def _data(self, file: str, content: Any) -> None:
        said = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, f"cjReview({json.dumps(file)},{said});\n")


def _overview_row(name: str, row: Any) -> str:
    link = f'<th scope="row"><a href="{escape(name)}.html">{escape(spoken(name))}</a></th>'
    if row is None:
        return f'<tr>{link}<td colspan="4">not marked yet</td></tr>'
    shares = [row[each] for each in ("median", "lower_quartile", "upper_quartile")]
    median, low, high = ("" if share != share else f"{whole(share)}%" for share in shares)
    handed_in = int(row["handed_in"])
    cells = [handed_in, handed_in - int(row["marked"]), median, f"{low} to {high}" if low else ""]
    return f"<tr>{link}{''.join(f'<td>{each}</td>' for each in cells)}</tr>"


def _kind(answer: StudentAnswer) -> str:
    """Return what the list of misconceptions calls an answer that shows none."""
    if answer.status == "not attempted":
        return "(blank)"
    if answer.earned is None:
        return "(waits)"
    return "(right)" if answer.earned >= answer.worth else "(none)"


def _short(figure: Figure) -> str:
    """Return a figure's heading, or what stands before the colon of its title."""
    return figure.heading or figure.title.partition(":")[0]


def _heading(figure: Figure) -> tuple[int, str, str]:
    return 3, f"chart-{figure.id}", _short(figure)


def _names(answers: Iterable[Distinct]) -> dict[str, str]:
    """Return what the misconceptions that were recognised are called, by id."""
    slips = {slip for each in answers for slip in each.answer.slips}
    return {slip: called(slip) for slip in sorted(slips)}


def _natural(code: str) -> tuple[str, int, str]:
    """Order "Student 2" before "Student 10"."""
    words, _, last = code.rpartition(" ")
    return (words, int(last), "") if last.isdecimal() else (code, 0, "")


def _diff(before: str, after: str) -> Markup:
    """Return two texts as one, with the lines marked that were left out and put in."""
    lines = (line for line in ndiff(before.splitlines(), after.splitlines()) if line[:1] != "?")
    return _coloured((line[:1], line) for line in lines)


def _unified(text: str) -> Markup:
    return _coloured((line[:1], line) for line in text.splitlines())


def _coloured(lines: Iterable[tuple[str, str]]) -> Markup:
    tags = {"+": Markup("<ins>{}</ins>"), "-": Markup("<del>{}</del>")}
    parts = [tags.get(sign, Markup("{}\n")).format(line) for sign, line in lines]
    return Markup('<pre class="diff">{}</pre>').format(Markup("").join(parts))


def _worth_change(change: CellChange) -> str:
    if change.worth_before == change.worth_after:
        return ""
    was, now = (
        "no points" if worth is None else points(worth) for worth in (change.worth_before, change.worth_after)
    )
    return f", worth {now} instead of {was}"


def _effects_table(effects: Sequence[Effect]) -> Markup:
    rows = [
        [
            each.item,
            each.answer,
            number(each.recorded),
            "not marked" if each.points is None else number(each.points),
            each.recorded_slip,
            ", ".join(each.slips),
        ]
        for each in effects
    ]
    headers = ["Item", "Answer", "Recorded points", "Points now", "Recorded misconception", "Recognised now"]
    return Markup(html.table(headers, rows, "Recorded answers that get something else now"))


def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("cjpolicy.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "short": _short,
        "words": spoken,
        "figure_html": lambda figure: Markup(cards.figure_html(figure)),
        "cell_diff": lambda change: _diff(change.before, change.after),
        "diff": _unified,
        "worth_change": _worth_change,
        "effects_table": _effects_table,
    }
    return made


def _write_assets(folder: Path) -> None:
    folder.mkdir(parents=True)
    site, own = (files(package).joinpath("assets") for package in ("cjpolicy.site", "cjpolicy.review"))
    sheets = [site / "site.css", own / "review.css"]
    notes = html.STYLE.removeprefix("<style>").removesuffix("</style>")
    styles = [notes, cards.sheet(), *(sheet.read_text(encoding="utf-8") for sheet in sheets)]
    _write(folder / "review.css", "\n".join(styles))
    for script in (site / "site.js", own / "review.js"):
        _write(folder / script.name, script.read_text(encoding="utf-8"))
    _write(folder.parent / MARK, SAYS)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n", errors="replace")
