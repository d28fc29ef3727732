"""Are tables compared by meaning, whatever their row or column order?"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cjpolicy.answers import Choice, Frame, Number
from tests.answers.samples import BLANKS, HOSTILE

STEPS = ["1997", "coverage", "standard", "true level"]
FORM = Frame(by="step", factor=Number("factor"), index=Number("index, 1997 = 100"))
KEY = {"step": STEPS, "factor": [1, 1.8, 1.2, 0.69], "index": [100, 180, 216, 149.04]}
WITHIN = {"factor": 0.005, "index": 0.05}
RIGHT = pd.DataFrame(KEY)
ENDLESS = HOSTILE["endless"]


def carried(own: pd.DataFrame) -> Any:
    return 100 * own["factor"].astype(float).cumprod()


def judge(answer: Any, **options: Any) -> Any:
    return FORM.judge(answer, KEY, within=WITHIN, **options)


@pytest.mark.parametrize(
    "answer",
    {
        "as asked": RIGHT,
        "rows turned round": RIGHT[::-1],
        "rows in another order": RIGHT.sort_values("index"),
        "columns in another order": RIGHT[["index", "step", "factor"]],
        "other capitals and spaces": RIGHT.rename(columns={"index": " Index ", "step": "STEP"}),
        "row names in other capitals": RIGHT.assign(step=[" 1997", "Coverage", "STANDARD", "True_level."]),
        "named by its index": RIGHT.set_index("step"),
        "an index without a name": RIGHT.set_index("step").rename_axis(None),
        "an index of two levels": RIGHT.assign(year=1).set_index(["year", "step"]),
        "odd labels": RIGHT.set_index(pd.Index([9, 9, 3, "x"])),
        "extra columns": RIGHT.assign(note="mine"),
        "list of dictionaries": RIGHT.to_dict("records"),
        "dictionary of lists": KEY,
        "dictionary of dictionaries": RIGHT.to_dict(),
        "categories": RIGHT.astype({"step": "category"}),
        "ordered categories": RIGHT.assign(step=pd.Categorical(STEPS, STEPS[::-1], ordered=True)),
        "objects": RIGHT.astype(object),
        "nullable": RIGHT.convert_dtypes(),
        "year as a number": RIGHT.assign(step=[1997.0, *STEPS[1:]]),
        "rounded": RIGHT.round(1).assign(factor=RIGHT["factor"]),
        "numpy": {
            "step": np.array(STEPS),
            "factor": np.array(KEY["factor"]),
            "index": np.array(KEY["index"]),
        },
    }.items(),
    ids=lambda pair: pair[0],
)
def test_a_table_however_it_is_written(answer: tuple[str, Any]) -> None:
    assert judge(answer[1]).status == "correct"
    assert FORM.inspect(answer[1]).status == "correct"


@pytest.mark.parametrize("blank", BLANKS)
def test_no_table_is_not_attempted(blank: Any) -> None:
    assert judge(blank).status == "not attempted"


def test_a_column_that_is_not_there_yet_does_not_spoil_the_others() -> None:
    outcome = FORM.judge(RIGHT.drop(columns="index"), KEY)
    assert {name: part.status for name, part in outcome.parts} == {
        "factor": "correct",
        "index": "not attempted",
    }
    assert outcome.share == 0.5


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (3, "You gave an int, 3."),
        ("steps", "You gave text"),
        ([], "You gave a list, []."),
        ({}, "You gave a dictionary"),
        (RIGHT["index"], "lacks `step`"),
        (np.array([[1, 2]]), "You gave an array"),
        (pd.DataFrame, "You gave a class"),
        ({"step": "a", "factor": 1, "index": 1}, "that makes no table"),
        ({"step": ["a"], "factor": [1, 2], "index": [1]}, "that makes no table"),
        (pd.DataFrame(), "it has nothing"),
        (RIGHT[["step"]], "Your table lacks `factor`: it has `step`"),
        (RIGHT.drop(columns="step"), "Your table lacks `step`"),
        (RIGHT.rename(columns={"step": "Index"}), "lacks `step`"),
        (RIGHT.assign(Index=1), "several columns called `index`"),
        (pd.concat([RIGHT, RIGHT]), "stands twice"),
        (RIGHT.assign(step="coverage"), "The row 'coverage' stands twice"),
        (RIGHT.T, "Your table lacks `factor`"),
        (RIGHT[["step"]].rename(columns={"step": "The_Step"}), "it has `The_Step`"),
        (RIGHT.groupby("step").agg({"factor": ["sum"]}), "have 2 names each, such as ('factor', 'sum')"),
    ],
)
def test_what_is_no_such_table_cannot_be_checked(answer: Any, says: str) -> None:
    outcome = judge(answer)
    assert outcome.status == "cannot check"
    assert says in outcome.message
    assert FORM.inspect(answer) == outcome


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (pd.concat([RIGHT, pd.DataFrame([{"step": "more"}])]), "rows that are not asked for, such as 'more'"),
        (RIGHT.replace("coverage", "covrage"), "rows that are not asked for, such as 'covrage'"),
        (RIGHT.head(2), "lacks rows that are asked for: it has `1997`, `coverage`"),
    ],
)
def test_rows_too_many_or_too_few(answer: Any, says: str) -> None:
    outcome = judge(answer)
    assert (outcome.status, outcome.share) == ("not yet", 0.0)
    assert says in outcome.message
    assert "standard" not in outcome.message


@pytest.mark.parametrize("cell", ["180", None, float("nan"), pd.NA, [1, 2], True, abs])
def test_a_cell_that_cannot_be_read_costs_only_its_column(cell: Any) -> None:
    table = RIGHT.astype(object)
    table.at[1, "index"] = cell
    outcome = judge(table)
    assert (outcome.status, outcome.share) == ("not yet", 0.5)
    assert dict(outcome.parts)["index"].message.startswith("Row 'coverage': ")
    assert dict(FORM.inspect(table).parts)["factor"].status == "correct"
    assert FORM.inspect(table).status == "cannot check"


SLIPS = {
    "factor": {"change-for-level": [[0, 80, 20, -31], [1, 0.8, 0.2, -0.31]]},
    "index": {
        "added-percentages": [100, 180, 200, 169],
        "change-for-level:not-cumulated": [[100, 180, 120, 69]],
    },
}


def test_each_column_is_diagnosed_as_a_whole() -> None:
    wrong = RIGHT.assign(factor=[1, 0.8, 0.2, -0.31], index=[100, 180, 200, 169])
    outcome = judge(wrong[::-1], slips=SLIPS)
    assert (outcome.share, outcome.slips) == (0.0, ("change-for-level", "added-percentages"))
    assert judge(RIGHT.assign(index=[100, 180, 120, 69]), slips=SLIPS).slips == (
        "change-for-level:not-cumulated",
    )
    assert judge(RIGHT.assign(index=[100, 180, 200, 1]), slips=SLIPS).slips == ()


def test_no_mistake_costs_twice() -> None:
    factors = [1, 1.8, 1.3, 0.69]
    own = RIGHT.assign(factor=factors, index=100 * np.cumprod(factors))
    assert judge(own).share == 0.0
    outcome = judge(own, carried={"index": carried}, worth={"factor": 1, "index": 3})
    assert outcome.share == 0.75
    assert "follows rightly from your own" in dict(outcome.parts)["index"].message


@pytest.mark.parametrize("factor", [["a", "b", "c", "d"], [None] * 4, [0, 0, 0, 0], [1, 1, 1, 1]])
def test_nothing_follows_from_a_column_that_says_nothing(factor: list[Any]) -> None:
    index = [100] * 4 if factor[0] == 1 else [0] * 4
    assert judge(RIGHT.assign(factor=factor, index=index), carried={"index": carried}).share == 0.0


def test_columns_of_words() -> None:
    form = Frame(by="claim", verdict=Choice(["supported", "contradicted"]))
    key = {"claim": ["A", "B"], "verdict": ["supported", "contradicted"]}
    assert form.judge(
        [{"claim": "b", "verdict": "Contradicted"}, {"claim": "a", "verdict": "supported"}], key
    ).share
    slips = {"verdict": {"definition-drift": ["contradicted", "supported"]}}
    swapped = {"claim": ["A", "B"], "verdict": ["contradicted", "supported"]}
    assert form.judge(swapped, key, slips=slips).slips == ("definition-drift",)


def test_an_option_for_no_column_is_refused() -> None:
    with pytest.raises(ValueError, match="the parts are"):
        judge(RIGHT, slips={"indx": {}})


def test_the_students_own_table_is_left_as_it_was() -> None:
    own = RIGHT.copy()
    judge(own, carried={"index": lambda table: table.insert(0, "new", 1)})
    pd.testing.assert_frame_equal(own, RIGHT)


@pytest.mark.parametrize(
    "answer", [{"step": ["a"], "factor": ENDLESS}, [ENDLESS], {"step": ENDLESS, "index": 1}]
)
def test_a_column_without_end_is_not_read(answer: Any) -> None:
    outcome = FORM.judge(answer, KEY)
    assert outcome.status == "cannot check"
    assert "Give each column as a list" in outcome.message
