"""Tables, whatever their row or column order where order carries no meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .base import (
    CORRECT,
    FAILURES,
    Form,
    NotAttemptedError,
    Outcome,
    UnreadableError,
    check_names,
    combined,
    diagnosed,
    is_blank,
    kind_of,
    shown,
    well_formed_parts,
)
from .numbers import Number, close
from .words import label, plain

if TYPE_CHECKING:
    import pandas as pd

ROWS = "Next: print your table, and ask of each row whether the question asks for it."
HOLDERS = (list, tuple, dict, set, range, str, bytes)


def is_plain_holder(value: Any) -> bool:
    """Say whether a value is text or one of the usual holders, whose end is known."""
    kind = type(value)
    return issubclass(kind, HOLDERS) or kind.__module__.partition(".")[0] in ("numpy", "pandas")


class Frame(Form):
    """A table with named columns, its rows known by one of them.

    Parameters
    ----------
    by
        Column that names the rows. Rows are matched by it, whatever their order; the table's index
        will do instead.
    **columns
        Column name to the form of one cell.

    Examples
    --------
    >>> import pandas as pd
    >>> form = Frame(by="step", index=Number("1997 = 100"))
    >>> given = pd.DataFrame({"index": [120, 100], "step": ["later", "start"]})
    >>> form.judge(given, {"step": ["start", "later"], "index": [100, 120]}).status
    'correct'
    """

    def __init__(self, by: str, **columns: Form) -> None:
        self.by = by
        self.columns = columns

    @property
    def wanted(self) -> str:
        """Say what form is expected."""
        names = ", ".join(f"`{name}`" for name in (self.by, *self.columns))
        return f"a table (DataFrame) with the columns {names}"

    def read(self, answer: Any) -> pd.DataFrame:
        """Turn an answer into a table indexed by the folded row names; its columns as asked for."""
        if is_blank(answer):
            raise NotAttemptedError
        table = self._table(answer)
        if table.columns.nlevels > 1:
            raise UnreadableError(
                f"The columns of your table have {table.columns.nlevels} names each, such as "
                f"{shown(table.columns[-1])}. Give each one name. Give {self.wanted}."
            )
        table = self._with_names_as_column(table)
        named = [str(name) for name in table.columns]
        have = [plain(name) for name in named]
        table = table.set_axis(have, axis=1)
        absent = [name for name in (self.by, *self.columns) if plain(name) not in have]
        if self.by in absent or len(absent) == len(self.columns):
            raise UnreadableError(
                f"Your table lacks `{absent[0]}`: it has {listed(named)}. Give {self.wanted}."
            )
        # A column that is not there yet is an unanswered part; it does not spoil the others.
        table = table.assign(**{plain(name): None for name in absent})
        for name in (self.by, *self.columns):
            if have.count(plain(name)) > 1:
                raise UnreadableError(f"Your table has several columns called `{name}`. Give {self.wanted}.")
        names = [label(each) for each in table[plain(self.by)]]
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise UnreadableError(
                f"The row {shown(twice[0])} stands twice. Give each row of `{self.by}` once."
            )
        wanted = table[[plain(name) for name in self.columns]]
        return wanted.set_axis(list(self.columns), axis=1).set_axis(names, axis=0)

    def _table(self, answer: Any) -> pd.DataFrame:
        import pandas as pd

        if isinstance(answer, pd.DataFrame):
            return answer
        if not isinstance(answer, (list, dict, pd.Series)) or len(answer) == 0:
            raise UnreadableError(f"You gave {kind_of(answer)}, {shown(answer)}. Give {self.wanted}.")
        within = answer.values() if isinstance(answer, dict) else answer
        strange = [each for each in within if hasattr(type(each), "__iter__") and not is_plain_holder(each)]
        if strange:
            # pandas would go through it to the end, which it may not have.
            raise UnreadableError(
                f"Your table holds {kind_of(strange[0])}, {shown(strange[0])}. Give each column as a list."
            )
        try:
            return answer.to_frame() if isinstance(answer, pd.Series) else pd.DataFrame(answer)
        except FAILURES as why:  # pandas raises many kinds
            raise UnreadableError(
                f"You gave {kind_of(answer)} that makes no table ({shown(str(why))}). Give {self.wanted}."
            ) from why

    def _with_names_as_column(self, table: pd.DataFrame) -> pd.DataFrame:
        """Take the row names out of the index, where they stand there."""
        if plain(self.by) in [plain(str(name)) for name in table.columns]:
            return table
        names = [plain(str(name)) for name in table.index.names]
        if plain(self.by) in names:
            level = table.index.get_level_values(names.index(plain(self.by)))
        elif names == ["none"] and len(table) and all(isinstance(name, str) for name in table.index):
            level = table.index
        else:
            return table
        return table.reset_index(drop=True).assign(**{self.by: list(level)})

    def _well_formed(self, value: pd.DataFrame) -> Outcome:
        parts = []
        for name, form in self.columns.items():
            outcomes = [form.inspect(cell) for cell in value[name]]
            fine = Outcome("correct", 1.0, "Every cell has the right form.")
            parts.append((name, first_fault(list(value.index), outcomes) or fine))
        return well_formed_parts(parts)

    def mark(
        self,
        value: pd.DataFrame,
        expected: Any,
        *,
        worth: Mapping[str, float] | None = None,
        slips: Mapping[str, Mapping[str, Any]] | None = None,
        within: Mapping[str, float] | None = None,
        carried: Mapping[str, Callable[[pd.DataFrame], Any]] | None = None,
    ) -> Outcome:
        """Compare each column with the key, row by row.

        Parameters
        ----------
        expected
            Column name to right values, the naming column among them.
        worth
            Column name to points.
        slips
            Column name to misconception id to the wrong column (or a list of wrong columns), in the
            key's row order.
        within
            Column name to absolute tolerance.
        carried
            Column name to a function that takes the student's own table (rows in the key's order) and
            gives the right column for it, so that no mistake costs twice.
        """
        for option, by_column in {"slips": slips, "within": within, "carried": carried}.items():
            check_names(option, by_column, list(self.columns))
        rows = [label(name) for name in expected[self.by]]
        fault = row_fault(rows, list(value.index))
        if fault:
            return Outcome("not yet", message=f"{fault} {ROWS}")
        own = value.loc[rows]
        parts = []
        for name in self.columns:
            tolerance = (within or {}).get(name)
            outcome = self._column(own, name, list(expected[name]), (slips or {}).get(name, {}), tolerance)
            if outcome.status != "correct" and name in (carried or {}):
                outcome = self._carried_on(own, name, (carried or {})[name], tolerance) or outcome
            parts.append((name, outcome))
        return combined(parts, worth)

    def _column(
        self, own: pd.DataFrame, name: str, right: list[Any], slips: Mapping[str, Any], within: float | None
    ) -> Outcome:
        """Compare one column: first whole with each known mistake, then cell by cell."""
        options = {} if within is None else {"within": within}
        pairs = zip(own[name], right, strict=True)
        outcomes = [self.columns[name].judge(cell, target, **options) for cell, target in pairs]
        fault = first_fault(list(own.index), outcomes)
        if fault is None:
            return CORRECT
        for slip, wrong in slips.items():
            if any(self._same(own, name, column, within) for column in columns_of(wrong)):
                return diagnosed(f"the column {shown(own[name].to_list())}", slip)
        return fault

    def _same(self, own: pd.DataFrame, name: str, column: Sequence[Any], within: float | None) -> bool:
        """Say whether the student's column agrees with another, cell by cell."""
        form = self.columns[name]
        pairs = list(zip(own[name], column, strict=True))
        try:
            if isinstance(form, Number):
                slack = form.tolerance(within)
                return all(
                    close(form.read(cell), float(each), slack if each else None) for cell, each in pairs
                )
            return all(plain(str(cell)) == plain(str(each)) for cell, each in pairs)
        except FAILURES:  # a cell may hold anything; one that cannot be read agrees with nothing
            return False

    def _carried_on(
        self, own: pd.DataFrame, name: str, rule: Callable[[pd.DataFrame], Any], within: float | None
    ) -> Outcome | None:
        """Give the marks for a column that follows rightly from the student's own earlier one."""
        try:
            follows = list(rule(own))
        except FAILURES:  # the earlier column may hold anything
            return None
        # A column of one value follows from a column nobody filled in.
        if len({shown(cell) for cell in own[name]}) > 1 and self._same(own, name, follows, within):
            return Outcome("correct", 1.0, "This follows rightly from your own earlier column.")
        return None


def row_fault(wanted: Sequence[str], given: Sequence[str]) -> str:
    """Say how the rows given differ from those asked for, without naming these; "" if they agree."""
    asked = set(wanted)
    extra = [name for name in given if name not in asked]
    if extra:
        return f"Your table has rows that are not asked for, such as {shown(extra[0])}."
    if len(given) < len(asked):
        return f"Your table lacks rows that are asked for: it has {listed(given)}."
    return ""


def first_fault(rows: Sequence[str], outcomes: Sequence[Outcome]) -> Outcome | None:
    """Give the first cell's outcome that is not correct, with its row named."""
    if outcomes and all(outcome.status == "not attempted" for outcome in outcomes):
        return outcomes[0]
    for row, outcome in zip(rows, outcomes, strict=True):
        if outcome.status != "correct":
            return Outcome(outcome.status, 0.0, f"Row {shown(row)}: {outcome.message}", outcome.slip)
    return None


def columns_of(wrong: Any) -> list[Sequence[Any]]:
    """List the columns one misconception can give: a column, or several."""
    columns = list(wrong)
    return columns if isinstance(columns[0], (list, tuple)) else [columns]


def listed(names: Sequence[str]) -> str:
    """List names in a sentence, however many there are."""
    shortened = ", ".join(f"`{name}`" for name in names[:8]) + (", …" if len(names) > 8 else "")
    return shortened or "nothing"
