"""What a class's results come to: each measure a table, summed up in SQL."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cjpolicy.errors import CourseError, UnknownName
from cjpolicy.transactions import writing

from .book import stamp
from .masking import anonymous
from .words import called

if TYPE_CHECKING:
    from .book import Book

__all__ = [
    "answers",
    "items",
    "marks",
    "misconceptions",
    "missed_by_strong",
    "progress",
    "shares",
    "standing",
    "tests",
    "time",
    "totals",
    "trouble",
]

# Under so many marks of an item, a correlation or a group of the class says more of chance than of the item.
FEW = 10
# Columns that hold text, and those that count; all others hold numbers with a fraction.
TEXTS = {
    "assignment", "item", "code", "id", "name", "status", "slip", "slips", "kind", "text", "test",
    "unit", "question", "first", "last", "at",
}  # fmt: skip
COUNTS: dict[str, Any] = dict.fromkeys(
    (
        *("place", "marked", "waiting", "again", "students", "of", "items", "strong", "missed", "handed_in"),
        *("submissions", "limits", "repairs", "flags", "tries", "by_hand"),
    ),
    "int64",
) | {"written": "Int64"}  # which may be missing

# The marks of an item, in heaps of one rest each. The rest is the share that a student earned of the points
# of the assignment's other marked items. It is counted in billionths, so that equal rests are equal whatever
# the order they were summed in. `below` and `above` count the marks with a lower and a higher rest.
HEAPS = """
WITH pair AS (
    SELECT m.item, m.earned, m.earned < i.worth / 2 AS missed,
        CAST((s.raw - m.earned) / (s.marked_worth - i.worth) * 1e9 + 0.5 AS INTEGER) AS rest
    FROM item AS i
    CROSS JOIN mark AS m ON m.item = i.number
    CROSS JOIN submission AS s ON s.assignment = i.assignment AND s.student = m.student
    WHERE m.earned IS NOT NULL AND (:assignment IS NULL OR i.assignment = :assignment)
), pile AS (
    SELECT item, rest, count(*) AS marks, sum(missed) AS missed,
        total(earned) AS earned, total(earned * earned) AS squares
    FROM pair GROUP BY item, rest
), counted AS (
    SELECT *, sum(marks) FILTER (WHERE rest IS NOT NULL) OVER (PARTITION BY item) AS whole,
        sum(marks) FILTER (WHERE rest IS NOT NULL) OVER (PARTITION BY item ORDER BY rest) AS upto
    FROM pile
), heap AS (
    SELECT *, upto - marks AS below, whole - upto AS above FROM counted
)
"""


def _frame(book: Book, sql: str, assignment: str | None = None, **given: Any) -> pd.DataFrame:
    """Return a statement's result."""
    given["assignment"] = None if assignment is None else book.number(assignment)
    try:
        cursor = book.connection.execute(sql, given)
        rows = cursor.fetchall()
    except sqlite3.DatabaseError as fault:
        raise CourseError(
            f"The class's results cannot be read from {book.root / 'classroom' / 'review.db'} ({fault}). "
            "Delete that file and open the review again: it is made anew."
        ) from fault
    names = [each[0] for each in cursor.description]
    # The same kinds whether or not there are rows.
    kinds = {name: "str" if name in TEXTS else COUNTS.get(name, "float64") for name in names}
    return pd.DataFrame(rows, columns=names).astype(kinds)


def _who(names: bool) -> str:
    """Return the columns that say who; `p` is the student."""
    full = "trim(coalesce(p.first_name, '') || ' ' || coalesce(p.last_name, ''))"
    return f"p.code, p.id, {full} AS name" if names else "p.code"


def items(book: Book, assignment: str | None = None) -> pd.DataFrame:
    """Say how every item was answered.

    Parameters
    ----------
    book : Book
        The class's results.
    assignment : str, optional
        One assignment; all when left out.

    Returns
    -------
    DataFrame
        A row an item, in the order of the notebooks:

        assignment, item : names;
        place : in the notebook, from 1;
        written : 1 where a person marks it; missing where no gradebook says;
        points : what it is worth;
        marked, waiting : submissions with a mark, and without one yet;
        again : marked submissions that nbgrader asks a person to look at again;
        mean : points earned, of those marked;
        facility : the mean as a share of the points, 0 to 1 (more with extra credit);
        discrimination : correlation, -1 to 1, of the item's points with the rest: the share earned of the
        points of all other marked items of the assignment; missing where fewer than 10 are marked, or where
        the item's points or the rests are all the same;
        upper, lower : the facility among the 27 per cent with the highest and the lowest rest (rounded up;
        all who tie with the last of them are taken in); missing where fewer than 10 are marked.

    Raises
    ------
    UnknownName
        If the class has no such assignment.
    """
    frame = _frame(
        book,
        HEAPS
        + """
        , sums AS (
            SELECT item, sum(marks) AS marked, sum(earned) AS earned, max(whole) AS pairs,
                total(earned) FILTER (WHERE rest IS NOT NULL) AS x,
                total(squares) FILTER (WHERE rest IS NOT NULL) AS xx,
                total(marks * (rest / 1e9)) AS y,
                total(marks * (rest / 1e9) * (rest / 1e9)) AS yy,
                total(earned * (rest / 1e9)) AS xy,
                sum(earned) FILTER (WHERE above < (27 * whole + 99) / 100) AS upper_earned,
                sum(marks) FILTER (WHERE above < (27 * whole + 99) / 100) AS upper_marks,
                sum(earned) FILTER (WHERE below < (27 * whole + 99) / 100) AS lower_earned,
                sum(marks) FILTER (WHERE below < (27 * whole + 99) / 100) AS lower_marks
            FROM heap GROUP BY item
        )
        SELECT a.name AS assignment, i.id AS item, i.place, i.written, i.worth AS points,
            coalesce(t.marked, 0) AS marked,
            (SELECT count(*) FROM submission WHERE assignment = i.assignment)
                - coalesce(t.marked, 0) AS waiting,
            (SELECT total(again) FROM mark WHERE item = i.number) AS again,
            t.earned / t.marked AS mean,
            t.earned / t.marked / nullif(i.worth, 0) AS facility,
            NULL AS discrimination,
            t.upper_earned / t.upper_marks / nullif(i.worth, 0) AS upper,
            t.lower_earned / t.lower_marks / nullif(i.worth, 0) AS lower,
            t.pairs, t.x, t.xx, t.y, t.yy, t.xy
        FROM item AS i JOIN assignment AS a ON a.number = i.assignment
        LEFT JOIN sums AS t ON t.item = i.number
        WHERE :assignment IS NULL OR i.assignment = :assignment
        ORDER BY i.assignment, i.place
        """,
        assignment,
    )
    enough = frame["pairs"] >= FEW
    frame["discrimination"] = _correlation(frame).where(enough)
    frame[["upper", "lower"]] = frame[["upper", "lower"]].where(enough)
    return frame.drop(columns=["pairs", "x", "xx", "y", "yy", "xy"])


def _correlation(sums: pd.DataFrame) -> pd.Series[float]:
    """Return a correlation from its sums; missing without spread."""
    n = sums["pairs"]
    # As means, whose squares do not grow with the class.
    x, y = sums["x"] / n, sums["y"] / n
    across, along = sums["xx"] / n - x**2, sums["yy"] / n - y**2
    # What is left of sums of equal numbers is not quite nought.
    spread = (across > 1e-12 * (sums["xx"] / n)) & (along > 1e-12 * (sums["yy"] / n))
    return ((sums["xy"] / n - x * y) / (across * along).where(spread) ** 0.5).clip(-1, 1)


def totals(book: Book, assignment: str | None = None) -> pd.DataFrame:
    """Count wholly marked submissions by the share of the points that they earned.

    Parameters
    ----------
    book : Book
        The class's results.
    assignment : str, optional
        One assignment; all when left out.

    Returns
    -------
    DataFrame
        A row for each bin that anybody is in:

        assignment : its name;
        share : the bin's lower end, 0 to 1 in steps of 0.05; the bin of 1 holds those who earned all points,
        or more with extra credit. What lateness costs is taken off;
        students : how many.

    Raises
    ------
    UnknownName
        If the class has no such assignment.
    """
    return _frame(
        book,
        """
        SELECT a.name AS assignment,
            CAST(min(s.score / s.worth, 1) * 20 + 1e-9 AS INTEGER) / 20.0 AS share, count(*) AS students
        FROM assignment AS a JOIN submission AS s ON s.assignment = a.number
        WHERE s.waiting = 0 AND s.worth > 0 AND (:assignment IS NULL OR a.number = :assignment)
        GROUP BY a.number, share ORDER BY a.number, share
        """,
        assignment,
    )


def misconceptions(
    book: Book, assignment: str | None = None, item: str | None = None, by_slip: bool = False
) -> pd.DataFrame:
    """Say which misconceptions were recognised in which items, and what they cost.

    Parameters
    ----------
    book : Book
        The class's results.
    assignment : str, optional
        One assignment; all when left out.
    item : str, optional
        One item.
    by_slip : bool
        Whether to sum each misconception up over all these items.

    Returns
    -------
    DataFrame
        A row for each misconception and item, in the order of the notebooks, the most frequent first:

        slip, name : its id, with the variant where there is one ("wrong-base:new"), and what it is called;
        assignment, item, place : where, and the item's place in the notebook; with `by_slip` instead items,
        in how many it was recognised;
        students : how many have it there; "11 of 30 added percentages" is a row with 11 here, and
        of : 30, how many have a mark for the item, or with `by_slip` for any of those items;
        points_lost : what they earned less than the worth of the items in which they have it, in points. Who
        has two misconceptions in one item counts for both.

        With `by_slip` a row for each misconception, those that cost most first.

    Raises
    ------
    UnknownName
        If the class has no such assignment, or the assignment no such item.
    """
    _check_item(book, assignment, item)
    frame = _frame(book, FOUND + (BY_SLIP if by_slip else BY_ITEM), assignment, item=item)
    return frame.assign(name=frame["slip"].map(called).astype("str"))


FOUND = """
WITH found AS MATERIALIZED (
    SELECT l.slip, i.number AS item, l.student, max(i.worth - m.earned, 0) AS lost
    FROM item AS i
    CROSS JOIN slip AS l ON l.item = i.number
    CROSS JOIN mark AS m ON m.item = l.item AND m.student = l.student
    WHERE m.earned IS NOT NULL AND (:assignment IS NULL OR i.assignment = :assignment)
        AND (:item IS NULL OR i.id = :item)
), there AS MATERIALIZED (
    SELECT slip, item, count(*) AS students, total(lost) AS lost FROM found GROUP BY slip, item
)
"""
BY_ITEM = """
, marked AS MATERIALIZED (
    SELECT item, count(earned) AS marks FROM mark
    WHERE :assignment IS NULL OR item IN (SELECT number FROM item WHERE assignment = :assignment)
    GROUP BY item
)
SELECT t.slip, t.slip AS name, a.name AS assignment, i.id AS item, i.place, t.students, k.marks AS of,
    t.lost AS points_lost
FROM there AS t JOIN marked AS k ON k.item = t.item
JOIN item AS i ON i.number = t.item JOIN assignment AS a ON a.number = i.assignment
ORDER BY i.assignment, i.place, t.students DESC, t.slip
"""
BY_SLIP = """
SELECT f.slip, f.slip AS name, count(DISTINCT f.item) AS items, count(DISTINCT f.student) AS students,
    (SELECT count(*) FROM student AS s WHERE EXISTS (
        SELECT 1 FROM there AS t CROSS JOIN mark AS m ON m.item = t.item AND m.student = s.number
        WHERE t.slip = f.slip AND m.earned IS NOT NULL)) AS of,
    total(f.lost) AS points_lost
FROM found AS f GROUP BY f.slip ORDER BY points_lost DESC, f.slip
"""


def missed_by_strong(book: Book, assignment: str | None = None) -> pd.DataFrame:
    """Find the items that strong students got wrong: a sign that the item, not the student, is at fault.

    Strong, for an item, is the quarter of those marked who earned the highest share of the points of the
    assignment's other marked items (rounded up; all who tie with the last of them are taken in). Missed is an
    item that earned less than half of its points.

    Parameters
    ----------
    book : Book
        The class's results.
    assignment : str, optional
        One assignment; all when left out.

    Returns
    -------
    DataFrame
        A row for each item that any of them missed, first those where the strong did worst against the
        others:

        assignment, item : names;
        place : in the notebook, from 1;
        strong : how many students are strong;
        missed : how many of them missed it;
        share : `missed` of `strong`, 0 to 1;
        against : the share of all others marked who missed it; missing where there are none.

    Raises
    ------
    UnknownName
        If the class has no such assignment.
    """
    return _frame(
        book,
        HEAPS
        + """
        , sides AS (
            SELECT item, above < (whole + 3) / 4 AS strong, marks, missed FROM heap WHERE rest IS NOT NULL
        ), sums AS (
            SELECT item, sum(marks * strong) AS strong, sum(missed * strong) AS missed,
                sum(marks * (1 - strong)) AS others, sum(missed * (1 - strong)) AS others_missed
            FROM sides GROUP BY item
        )
        SELECT a.name AS assignment, i.id AS item, i.place, t.strong, t.missed,
            1.0 * t.missed / t.strong AS share, 1.0 * t.others_missed / nullif(t.others, 0) AS against
        FROM sums AS t JOIN item AS i ON i.number = t.item JOIN assignment AS a ON a.number = i.assignment
        WHERE t.missed > 0
        ORDER BY share - coalesce(against, 0) DESC, share DESC, i.assignment, i.place
        """,
        assignment,
    )


def _quantile(share: float, value: str) -> str:
    """Return SQL for a quantile, between the two values next to it as far as it lies between their places.

    It needs each value's place, `k` from 0, and the number of values, `n`.
    """
    return f"sum({value} * max(0.0, 1 - abs(k - {share} * (n - 1))))"


def progress(book: Book) -> pd.DataFrame:
    """Follow the class over the assignments.

    Parameters
    ----------
    book : Book
        The class's results.

    Returns
    -------
    DataFrame
        A row an assignment, in order:

        assignment : its name;
        handed_in : submissions;
        marked : those that are wholly marked;
        mean, lower_quartile, median, upper_quartile : of their shares of the points, 0 to 1, with what
        lateness costs taken off; missing where there are none.
    """
    return _frame(
        book,
        f"""
        WITH placed AS (
            SELECT assignment, score / worth AS share,
                row_number() OVER (PARTITION BY assignment ORDER BY score / worth) - 1 AS k,
                count(*) OVER (PARTITION BY assignment) AS n
            FROM submission WHERE waiting = 0 AND worth > 0
        )
        SELECT a.name AS assignment,
            (SELECT count(*) FROM submission WHERE assignment = a.number) AS handed_in,
            count(p.share) AS marked, avg(p.share) AS mean,
            {_quantile(0.25, "share")} AS lower_quartile,
            {_quantile(0.5, "share")} AS median,
            {_quantile(0.75, "share")} AS upper_quartile
        FROM assignment AS a LEFT JOIN placed AS p ON p.assignment = a.number
        GROUP BY a.number ORDER BY a.number
        """,
    )


def shares(book: Book, names: bool = False) -> pd.DataFrame:
    """Follow each student over the assignments.

    Parameters
    ----------
    book : Book
        The class's results.
    names : bool
        Whether to say who they are.

    Returns
    -------
    DataFrame
        A row a student, by code:

        code : "Student 17"; with `names` also id and name;
        handed_in : how many assignments;
        waiting : how many of these are not wholly marked;
        one column an assignment, under its name and in order : the share of its points, 0 to 1, with what
        lateness costs taken off; missing where nothing was handed in, and until all of it is marked.
    """
    rows = book.connection.execute("SELECT number, name FROM assignment ORDER BY number")
    names_of = {number: name.replace('"', '""') for number, name in rows}
    share = "max(s.score / s.worth) FILTER (WHERE s.waiting = 0 AND s.worth > 0 AND s.assignment"
    columns = [f'{share} = {number}) AS "{name}"' for number, name in names_of.items()]
    counts = ["count(s.student) AS handed_in", "count(*) FILTER (WHERE s.waiting > 0) AS waiting"]
    return _frame(
        book,
        f"""
        SELECT {", ".join([_who(names), *counts, *columns])}
        FROM student AS p LEFT JOIN submission AS s ON s.student = p.number
        GROUP BY p.number ORDER BY p.number
        """,
    )


def standing(book: Book, assignment: str, names: bool = False) -> pd.DataFrame:
    """List the submissions of an assignment.

    Parameters
    ----------
    book : Book
        The class's results.
    assignment : str
        The assignment.
    names : bool
        Whether to say who they are.

    Returns
    -------
    DataFrame
        A row a submission, by code:

        code : "Student 17"; with `names` also id and name (the id, and the first and last name);
        status : "graded", "repaired" or "flagged" as the report has it; "unmarked" where the folder's name
        is no student's id; "no report" where only the gradebook knows of it;
        score, worth : points so far, with what lateness costs taken off, and points of all items;
        waiting : items without a mark;
        late : hours; 0 in time, or where nothing says when;
        at : when it was handed in, in UTC; missing where nothing says when;
        seconds : that the student's code ran; missing where none was run;
        limits, repairs, flags : how many sentences of each kind marking left; `trouble` has them.

    Raises
    ------
    UnknownName
        If the class has no such assignment.
    """
    return _frame(
        book,
        f"""
        SELECT {_who(names)}, s.status, s.score, s.worth, s.waiting, s.late, s.handed_in AS at, s.seconds,
            count(*) FILTER (WHERE n.kind = 'limit') AS limits,
            count(*) FILTER (WHERE n.kind = 'repaired') AS repairs,
            count(*) FILTER (WHERE n.kind = 'flagged') AS flags
        FROM submission AS s JOIN student AS p ON p.number = s.student
        LEFT JOIN note AS n ON n.assignment = s.assignment AND n.student = s.student
        WHERE s.assignment = :assignment GROUP BY p.number ORDER BY p.number
        """,
        assignment,
    )


def marks(book: Book, assignment: str, names: bool = False) -> pd.DataFrame:
    """List what each student earned on each item of an assignment.

    Parameters
    ----------
    book : Book
        The class's results.
    assignment : str
        The assignment.
    names : bool
        Whether to say who they are.

    Returns
    -------
    DataFrame
        A row for each student who handed in, by code:

        code : "Student 17"; with `names` also id and name;
        one column an item, under its id and in the notebook's order : points, with extra credit and without
        what lateness costs; missing while it waits for a mark.

    Raises
    ------
    UnknownName
        If the class has no such assignment.
    """
    rows = book.connection.execute(
        "SELECT number, id FROM item WHERE assignment = ? ORDER BY place", [book.number(assignment)]
    )
    names_of = {number: id.replace('"', '""') for number, id in rows}
    columns = [f'max(m.earned) FILTER (WHERE m.item = {each}) AS "{id}"' for each, id in names_of.items()]
    return _frame(
        book,
        f"""
        SELECT {", ".join([_who(names), *columns])}
        FROM submission AS s JOIN student AS p ON p.number = s.student
        LEFT JOIN item AS i ON i.assignment = s.assignment
        LEFT JOIN mark AS m ON m.item = i.number AND m.student = s.student
        WHERE s.assignment = :assignment GROUP BY p.number ORDER BY p.number
        """,
        assignment,
    )


def trouble(book: Book, assignment: str | None = None, names: bool = False) -> pd.DataFrame:
    """List what marking says of submissions that were repaired, flagged or cut short.

    Parameters
    ----------
    book : Book
        The class's results.
    assignment : str, optional
        One assignment; all when left out.
    names : bool
        Whether to say who they are. Without, sentences have no names of files, which students choose.

    Returns
    -------
    DataFrame
        A row a sentence, by assignment, kind and code:

        assignment : its name;
        code : "Student 17", missing where it is about no student; with `names` also id and name;
        kind : "flagged" (somebody must look at it), "repaired", "limit" (cut short), "unmarked" (under a
        name that is no student's id), "gone" (the submission is no longer there), "left out" (no submission);
        text : the sentence.

    Raises
    ------
    UnknownName
        If the class has no such assignment.
    """
    found = _frame(
        book,
        f"""
        SELECT a.name AS assignment, {_who(names)}, n.kind, n.text
        FROM note AS n JOIN assignment AS a ON a.number = n.assignment
        LEFT JOIN student AS p ON p.number = n.student
        WHERE :assignment IS NULL OR a.number = :assignment
        ORDER BY a.number, n.kind, p.number, n.rowid
        """,
        assignment,
    )
    if not names:
        rows = book.connection.execute("SELECT code, id, first_name, last_name FROM student")
        people = {code: known for code, *known in rows}
        found["text"] = [
            anonymous(str(text), str(about), people.get(code, ()))
            for text, about, code in zip(found["text"], found["assignment"], found["code"], strict=True)
        ]
        found["text"] = found["text"].astype("str")
    return found


def time(book: Book, assignment: str | None = None) -> pd.DataFrame:
    """Say how long students' code ran.

    Parameters
    ----------
    book : Book
        The class's results.
    assignment : str, optional
        One assignment; all when left out.

    Returns
    -------
    DataFrame
        A row an assignment, in order:

        assignment : its name;
        submissions : how many were run;
        median, p95, longest : seconds; missing where none was run;
        limits : how many submissions, run or not, were cut short by a limit.

    Raises
    ------
    UnknownName
        If the class has no such assignment.
    """
    return _frame(
        book,
        f"""
        WITH placed AS (
            SELECT assignment, seconds,
                row_number() OVER (PARTITION BY assignment ORDER BY seconds) - 1 AS k,
                count(*) OVER (PARTITION BY assignment) AS n
            FROM submission
            WHERE seconds IS NOT NULL AND (:assignment IS NULL OR assignment = :assignment)
        )
        SELECT a.name AS assignment, count(p.seconds) AS submissions,
            {_quantile(0.5, "seconds")} AS median, {_quantile(0.95, "seconds")} AS p95,
            max(p.seconds) AS longest,
            (SELECT count(DISTINCT student) FROM note
             WHERE assignment = a.number AND kind = 'limit') AS limits
        FROM assignment AS a LEFT JOIN placed AS p ON p.assignment = a.number
        WHERE :assignment IS NULL OR a.number = :assignment
        GROUP BY a.number ORDER BY a.number
        """,
        assignment,
    )


def answers(
    book: Book,
    assignment: str,
    item: str,
    slip: str | None = None,
    status: str | None = None,
    names: bool = False,
) -> pd.DataFrame:
    """List who answered an item, and how.

    Parameters
    ----------
    book : Book
        The class's results.
    assignment, item : str
        The item.
    slip : str, optional
        Only answers with this misconception: its id just as `misconceptions` gives it.
    status : str, optional
        Only answers that are "full", "part", "none" or "waiting"; see below.
    names : bool
        Whether to say who they are.

    Returns
    -------
    DataFrame
        A row a submission, by code:

        code : "Student 17"; with `names` also id and name;
        earned : points; missing while it waits for a mark;
        status : "full" for all points or more, "part" for some, "none" for none or fewer, "waiting" for no
        mark yet;
        by_hand : 1 where a person gave the mark;
        slips : a tuple of the ids of the misconceptions recognised.

    Raises
    ------
    UnknownName
        If the class has no such assignment, the assignment no such item, or there is no such status.
    """
    _check_item(book, assignment, item)
    if status not in (None, "full", "part", "none", "waiting"):
        raise UnknownName(f"There is no status {status!r}. There are: full, part, none, waiting.")
    frame = _frame(
        book,
        f"""
        WITH given AS (
            SELECT s.student, i.number AS item, m.earned, coalesce(m.by_hand, 0) AS by_hand,
                CASE WHEN m.earned IS NULL THEN 'waiting' WHEN m.earned >= i.worth THEN 'full'
                     WHEN m.earned > 0 THEN 'part' ELSE 'none' END AS status,
                coalesce((SELECT group_concat(slip, ' ') FROM slip AS l
                          WHERE l.item = i.number AND l.student = s.student), '') AS slips
            FROM item AS i JOIN submission AS s ON s.assignment = i.assignment
            LEFT JOIN mark AS m ON m.item = i.number AND m.student = s.student
            WHERE i.assignment = :assignment AND i.id = :item
        )
        SELECT {_who(names)}, g.earned, g.status, g.by_hand, g.slips
        FROM given AS g JOIN student AS p ON p.number = g.student
        WHERE (:status IS NULL OR g.status = :status)
            AND (:slip IS NULL OR EXISTS (
                SELECT 1 FROM slip AS l WHERE l.item = g.item AND l.student = g.student AND l.slip = :slip))
        ORDER BY p.number
        """,
        assignment,
        item=item,
        slip=slip,
        status=status,
    )
    slips = [tuple(said.split()) for said in frame["slips"]]
    return frame.assign(slips=pd.Series(slips, dtype="object"))


def _check_item(book: Book, assignment: str | None, item: str | None) -> None:
    """Refuse an item that is not there."""
    if item is None:
        return
    number = None if assignment is None else book.number(assignment)
    rows = book.connection.execute(
        "SELECT id FROM item WHERE :a IS NULL OR assignment = :a ORDER BY assignment, place", {"a": number}
    )
    there = [id for (id,) in rows]
    if item not in there:
        where = assignment or "This class"
        raise UnknownName(f"{where} has no item {item!r}. There are: {', '.join(there) or 'none yet'}.")


# The test taken in unit 00, and the one that comes with the last unit.
MARKED = ("correct", "not yet")
TEST = re.compile(r"(?P<unit>\d\d)-(?P<test>before|after)-test")


def tests(book: Book, names: bool = False) -> pd.DataFrame:
    """Compare the test taken before the course with the one taken after it.

    Students save a copy of their progress (`cjpolicy progress --export FILE`) and hand it in. Their teacher
    puts it in classroom/progress/ID.json. A copy keeps of each try how much was right, and not the letters;
    of tries made with an older version of the course, only whether all was.

    Parameters
    ----------
    book : Book
        The class's results.
    names : bool
        Whether to say who they are, and to name files that are of no use.

    Returns
    -------
    DataFrame
        A row for each student and test that they tried, by code:

        code : "Student 17"; with `names` also id and name;
        test : "before" or "after";
        unit : two digits, from the question's id;
        question : its id, "00-before-test";
        tries : how often it was checked;
        first, last : what came of the first and of the last try: "correct" (all right), "not yet", "not
        attempted" or "cannot check";
        at : when the last was, in UTC;
        first_share, last_share : share right, 0 to 1, at the first and at the last try that could be marked;
        missing where none could, or where the copy does not say.

        Its `attrs["notes"]` are sentences on what is not there: no copies, no after-test, damaged files.
    """
    folder = book.root / "classroom" / "progress"
    _take_in(book, folder)
    frame = _frame(
        book,
        f"""
        WITH tried AS (
            SELECT file, question, at, status, count(*) OVER each AS tries,
                first_value(status) OVER (each ORDER BY at) AS first,
                first_value(share) OVER (each ORDER BY status NOT IN {MARKED}, at) AS first_share,
                first_value(share) OVER (each ORDER BY status NOT IN {MARKED}, at DESC) AS last_share,
                row_number() OVER (each ORDER BY at DESC) AS back
            FROM step WINDOW each AS (PARTITION BY file, question)
        )
        SELECT {_who(names)}, '' AS test, '' AS unit, t.question, t.tries, t.first, t.status AS last, t.at,
            t.first_share, t.last_share
        FROM tried AS t JOIN student AS p ON p.id || '.json' = t.file
        WHERE t.back = 1 ORDER BY p.number, t.question
        """,
    )
    parts = frame["question"].str.extract(TEST) if len(frame) else frame
    frame = frame.assign(test=parts["test"], unit=parts["unit"])
    frame.attrs["notes"] = _notes(book, frame, names)
    return frame


def _take_in(book: Book, folder: Path) -> None:
    """Read the copies of progress that are new or have changed, and forget those that are gone."""
    found = {path.name: stamp(path) for path in sorted(folder.glob("*.json"))}
    connection = book.connection
    known = dict(connection.execute("SELECT file, stamp FROM copy"))
    if found == known:
        return
    with writing(connection):
        for file in (found.keys() | known.keys()) - {
            name for name in found if found[name] == known.get(name)
        }:
            connection.execute("DELETE FROM copy WHERE file = ?", [file])
            connection.execute("DELETE FROM step WHERE file = ?", [file])
            if file in found:
                steps = _steps(folder / file)
                connection.execute("INSERT INTO copy VALUES (?, ?, ?)", [file, found[file], steps is None])
                connection.executemany("INSERT INTO step VALUES (?, ?, ?, ?, ?)", steps or [])


def _steps(path: Path) -> list[tuple[str, str, str, str, float | None]] | None:
    """Return the checks of tests that a copy holds; None where it cannot be read."""
    from cjpolicy.journal.copies import read_copy

    try:
        events = read_copy(path)
    except (OSError, CourseError):
        return None
    return [
        (path.name, event.about, event.row()[1], str(event.detail.get("status", "")), _share(event.detail))
        for event in events
        if event.kind == "check" and TEST.fullmatch(event.about)
    ]


def _share(detail: Mapping[str, Any]) -> float | None:
    """Return the share right that a step says; what was not marked has none, whatever it says."""
    share = detail.get("share")
    # True and False are numbers, too, but no shares.
    sound = isinstance(share, int | float) and not isinstance(share, bool) and 0 <= share <= 1
    return share if sound and detail.get("status") in MARKED else None


def _notes(book: Book, frame: pd.DataFrame, names: bool) -> list[str]:
    rows = book.connection.execute("SELECT file, damaged FROM copy ORDER BY file").fetchall()
    ids = {f"{id}.json" for (id,) in book.connection.execute("SELECT id FROM student")}
    notes = []
    if not rows:
        notes.append(
            "There is no copy of a student's progress. Students save one with `cjpolicy progress --export "
            "FILE`. Put each in classroom/progress, named by the student's id, with .json after it."
        )
    for what, files in (
        ("cannot be read as copies of progress", [file for file, damaged in rows if damaged]),
        ("belong to nobody in the class", [file for file, _ in rows if file not in ids]),
    ):
        if files:
            named = f": {', '.join(files)}" if names else ""
            notes.append(f"Files in classroom/progress that {what}: {len(files)}{named}.")
    counts = Counter(frame["test"])
    for test, unit in (("before", "00"), ("after", "17")):
        if rows and not counts[test]:
            notes.append(f"No copy holds the {test}-test, which is in unit {unit}.")
    return notes
