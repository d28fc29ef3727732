"""What a Vega-Lite chart computes while it is drawn, as far as it can be worked out here."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean, median
from typing import Any

Row = dict[str, Any]
Definition = dict[str, Any]

SUMMARIES: dict[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "mean": fmean,
    "average": fmean,
    "median": median,
    "min": min,
    "max": max,
    "count": len,
}


def numbers_in(values: Iterable[Any]) -> list[float]:
    """Keep the numbers among some values."""
    return [float(each) for each in values if isinstance(each, (int, float)) and not isinstance(each, bool)]


def grouped(rows: Sequence[Row], names: Sequence[str]) -> list[list[Row]]:
    """Group rows that agree in some columns, in the order they come."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(repr([row.get(name) for name in names]), []).append(row)
    return list(groups.values())


def summarised(
    encoding: dict[str, Definition], rows: list[Row]
) -> tuple[dict[str, Definition], list[Row], list[str]]:
    """Carry out the summaries an encoding asks for, such as mean(index).

    Returns
    -------
    encoding, rows, beyond
        The encoding with each summary as a column, a row for each group, and what could not be worked out.

    Examples
    --------
    >>> encoding, rows, _ = summarised({"y": {"aggregate": "sum", "field": "a"}}, [{"a": 1}, {"a": 2}])
    >>> encoding["y"]["field"], rows[0]["Sum of a"]
    ('Sum of a', 3.0)
    """
    wanted = {channel: each for channel, each in encoding.items() if "aggregate" in each}
    beyond = [name for each in encoding.values() for name in ("bin", "timeUnit") if each.get(name)]
    beyond += [str(each["aggregate"]) for each in wanted.values() if str(each["aggregate"]) not in SUMMARIES]
    if beyond:
        # What such a channel draws is not what its column holds.
        return hidden(encoding), rows, [f"{name} in the encoding" for name in beyond]
    if not wanted:
        return encoding, rows, []
    names = [each["field"] for each in encoding.values() if "field" in each and "aggregate" not in each]
    columns = [{**each, "field": summary_name(each)} for each in wanted.values()]
    summed_up = []
    for group in grouped(rows, names):
        summaries = {summary_name(each): summary_of(group, each) for each in wanted.values()}
        summed_up.append({**group[0], **summaries})
    return {**encoding, **dict(zip(wanted, columns, strict=True))}, summed_up, []


def hidden(encoding: dict[str, Definition]) -> dict[str, Definition]:
    """Take away the columns of channels that sum up, bin or round to a unit of time."""
    return {
        channel: {key: each for key, each in definition.items() if key != "field"}
        if set(definition) & {"aggregate", "bin", "timeUnit"}
        else definition
        for channel, definition in encoding.items()
    }


def summary_of(group: Sequence[Row], definition: Definition) -> float | None:
    """Sum up one group of rows as a definition asks."""
    if definition["aggregate"] == "count":
        return len(group)
    found = numbers_in(row.get(definition.get("field", "")) for row in group)
    return SUMMARIES[definition["aggregate"]](found) if found else None


def summary_name(definition: Definition) -> str:
    """Name a summary as its axis would: "Mean of index"."""
    return f"{str(definition['aggregate']).capitalize()} of {definition.get('field', 'Records')}"


def transformed(transform: Mapping[str, Any], rows: list[Row]) -> tuple[list[Row], list[str]]:
    """Carry out a transform that can be worked out here; name any other, and leave the rows as they are."""
    try:
        if "fold" in transform:
            key, value = transform.get("as", ["key", "value"])
            return [
                {**row, key: name, value: row.get(name)} for row in rows for name in transform["fold"]
            ], []
        if "calculate" in transform:
            return [{**row, transform["as"]: evaluated(transform["calculate"], row)} for row in rows], []
        if "filter" in transform:
            return [row for row in rows if passes(transform["filter"], row)], []
    except (SyntaxError, TypeError, ValueError, ArithmeticError, KeyError):
        pass  # an expression beyond plain arithmetic and comparison
    return rows, [f"transform_{next((name for name in TRANSFORMS if name in transform), 'other')}"]


TRANSFORMS = (
    *("aggregate", "bin", "calculate", "density", "extent", "filter", "flatten", "impute", "joinaggregate"),
    *("loess", "lookup", "pivot", "quantile", "regression", "sample", "stack", "timeUnit", "window"),
)
OPERATIONS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "equal": operator.eq,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "oneOf": lambda value, options: value in options,
    "range": lambda value, ends: ends[0] <= value <= ends[1],
}


def passes(predicate: Any, row: Row) -> bool:
    """Say whether a row passes a filter.

    Raises
    ------
    ValueError
        If the filter is of a kind not known here.
    """
    if isinstance(predicate, str):
        return bool(evaluated(predicate, row))
    if "not" in predicate:
        return not passes(predicate["not"], row)
    for together, joined in (("and", all), ("or", any)):
        if together in predicate:
            return joined(passes(each, row) for each in predicate[together])
    for name, compare in COMPARISONS.items():
        if name in predicate and "timeUnit" not in predicate:
            return compare(row.get(predicate["field"]), predicate[name])
    raise ValueError(f"unknown filter {predicate}")


def evaluated(expression: Any, row: Row) -> Any:
    """Work out a Vega expression of plain arithmetic and comparison.

    Raises
    ------
    SyntaxError, ValueError
        If it holds anything else.

    Examples
    --------
    >>> evaluated("(datum.index * 2) - 1", {"index": 50})
    99
    """
    text = str(expression).replace("!==", "!=").replace("===", "==")
    text = text.replace("&&", " and ").replace("||", " or ").strip()
    return value_of(ast.parse(text, mode="eval").body, row)


def value_of(node: ast.AST, row: Row) -> Any:
    """Work out one piece of an expression."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Attribute(value=ast.Name(id="datum"), attr=name):
            return row[name]
        case ast.Subscript(value=ast.Name(id="datum"), slice=ast.Constant(value=str(name))):
            return row[name]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATIONS:
            return OPERATIONS[type(op)](value_of(operand, row))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATIONS:
            return OPERATIONS[type(op)](value_of(left, row), value_of(right, row))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in OPERATIONS:
            return OPERATIONS[type(op)](value_of(left, row), value_of(right, row))
        case ast.BoolOp(op=op, values=values):
            each = (bool(value_of(value, row)) for value in values)
            return all(each) if isinstance(op, ast.And) else any(each)
    raise ValueError(f"not plain arithmetic: {ast.dump(node)}")
