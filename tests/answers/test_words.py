"""Are words, parts and verdicts compared by meaning?"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from cjpolicy.answers import Choice, Interval, Number, Parts, Verdicts
from tests.answers.samples import BLANKS

SOURCE = Choice(["survey", "police records"])


@pytest.mark.parametrize(
    "answer",
    [
        "police records",
        " Police  Records. ",
        "police_records",
        "police-records",
        '"police records"',
        ["police records"],
        np.array(["police records"]),
        np.str_("police records"),
        pd.Series(["police records"]),
        pd.Series(["police records"], dtype="category"),
        pd.DataFrame({"source": ["police records"]}),
    ],
)
def test_a_word_however_it_is_written(answer: Any) -> None:
    assert SOURCE.judge(answer, "police records").status == "correct"
    assert SOURCE.inspect(answer).status == "correct"


@pytest.mark.parametrize("blank", [*BLANKS, [None], pd.Series([...])])
def test_no_word_is_not_attempted(blank: Any) -> None:
    assert SOURCE.judge(blank, "survey").status == "not attempted"


@pytest.mark.parametrize(
    "answer",
    ["poll", 3, 3.5, True, ["survey", "police records"], [], {"source": "survey"}, abs, float("nan")],
)
def test_what_is_not_on_the_list_cannot_be_checked(answer: Any) -> None:
    outcome = SOURCE.judge(answer, "survey")
    assert outcome.status == "cannot check"
    assert 'Give one of "survey", "police records"' in outcome.message


def test_a_comma_or_an_apostrophe_more_or_less_is_the_same_word() -> None:
    places = Choice(["the same place, earlier", "another place"])
    assert places.judge("The same place earlier", "the same place, earlier").status == "correct"
    assert Choice(["cannot tell"]).judge("cant tell", "cannot tell").status == "correct"


def test_a_year_needs_no_quotation_marks() -> None:
    assert Choice(["1997", "2006/07"]).judge(1997, "1997").status == "correct"


def test_signs_before_numbers_are_kept() -> None:
    assert Choice(["-31", "31"]).judge("31", "-31").status == "not yet"


def test_a_recorded_wrong_word_is_diagnosed() -> None:
    slips = {"definition-drift:source": "survey", "seen-as-whole": ["neither", "both"]}
    form = Choice(["survey", "police records", "both", "none"])
    assert form.judge("Survey", "police records", slips=slips).slip == "definition-drift:source"
    assert form.judge("both", "police records", slips=slips).slip == "seen-as-whole"
    assert form.judge("none", "police records", slips=slips).slip == ""


# Parts

CLAIM = Parts(source=SOURCE, percent=Number("per cent"), points=Number("percentage points"))
KEY = {"source": "survey", "percent": 22.9, "points": 8}
RIGHT = {"source": "survey", "percent": 22.9, "points": 8}


@pytest.mark.parametrize(
    "answer",
    [
        RIGHT,
        {"POINTS": 8, " Percent ": 22.9, "Source": "Survey", "note": "other keys are left alone"},
        pd.Series(RIGHT),
        pd.DataFrame([RIGHT]),
        pd.DataFrame([RIGHT], index=["mine"]),
    ],
)
def test_parts_however_they_are_held(answer: Any) -> None:
    assert CLAIM.judge(answer, KEY).status == "correct"
    assert CLAIM.inspect(answer).status == "correct"


@pytest.mark.parametrize("answer", [*BLANKS, {}, dict.fromkeys(RIGHT, ...), dict.fromkeys(RIGHT, "")])
def test_no_part_filled_in_is_not_attempted(answer: Any) -> None:
    assert CLAIM.judge(answer, KEY).status == "not attempted"


@pytest.mark.parametrize(
    "answer", [3, "survey", ["survey", 22.9, 8], pd.DataFrame([RIGHT, RIGHT]), {"a": 1}, abs]
)
def test_what_has_no_parts_cannot_be_checked(answer: Any) -> None:
    outcome = CLAIM.judge(answer, KEY)
    assert outcome.status == "cannot check"
    assert '"source", "percent", "points"' in outcome.message


@pytest.mark.parametrize("bad", [None, "eight", [1, 2], float("nan"), abs])
def test_a_part_that_cannot_be_read_leaves_the_others_marked(bad: Any) -> None:
    outcome = CLAIM.judge({**RIGHT, "points": bad}, KEY)
    assert (outcome.status, outcome.share) == ("not yet", 2 / 3)
    assert outcome.message == "2 of 3 parts are right."
    statuses = [part.status for _, part in outcome.parts]
    assert statuses[:2] == ["correct", "correct"]
    assert statuses[2] in ("not attempted", "cannot check")
    inspected = CLAIM.inspect({**RIGHT, "points": bad})
    assert inspected.status == "cannot check"
    assert [part.status == "correct" for _, part in inspected.parts] == [True, True, False]


def test_parts_are_worth_what_is_said_and_every_slip_is_listed() -> None:
    slips = {
        "percent": {"points-for-percent": 8},
        "points": {"points-for-percent": 22.9, "wrong-base:new": 18.6},
    }
    given = {"source": "survey", "percent": 8, "points": 18.6}
    outcome = CLAIM.judge(
        given, KEY, slips=slips, within={"points": 0.1}, worth={"source": 1, "percent": 2, "points": 1}
    )
    assert (outcome.status, outcome.share) == ("not yet", 0.25)
    assert outcome.slips == ("points-for-percent", "wrong-base:new")


def test_any_option_of_a_part_is_handed_on() -> None:
    form = Parts(percent=Number("per cent"), ends=Interval("per cent"))
    key = {"percent": 22.86, "ends": (1, 2)}
    outcome = form.judge(
        {"percent": 23, "ends": (1.4, 2)}, key, either={"percent": [23]}, within={"ends": 0.5}
    )
    assert outcome.status == "correct"


@pytest.mark.parametrize(
    "options",
    [{"worth": {"percent": 1}}, {"slips": {"pecent": {"points-for-percent": 8}}}, {"within": {"point": 0.1}}],
)
def test_an_option_for_no_part_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="but the parts are"):
        CLAIM.judge(RIGHT, KEY, **options)


# Verdicts

FOUR = Verdicts("A", "B", "C", "D")
VERDICTS = {"A": "supported", "B": "contradicted", "C": "cannot tell", "D": "cannot tell"}


@pytest.mark.parametrize(
    "answer",
    [
        VERDICTS,
        {"d": "Cannot Tell", "c": "CANNOT TELL", "b": "Contradicted.", "a": " supported"},
        list(VERDICTS.values()),
        tuple(VERDICTS.values()),
        np.array(list(VERDICTS.values())),
        pd.Series(list(VERDICTS.values())),
        pd.Series(VERDICTS),
        pd.Series(VERDICTS).astype("category"),
        pd.DataFrame([VERDICTS]),
        ["supported", "contradicted", "cannot-tell", "cannot_tell"],
    ],
)
def test_verdicts_however_they_are_held(answer: Any) -> None:
    assert FOUR.judge(answer, VERDICTS).status == "correct"
    assert FOUR.inspect(answer).status == "correct"


@pytest.mark.parametrize("verdict", ["supported", "contradicted", "Cannot tell"])
@pytest.mark.parametrize("blanks", [0, 1])
def test_one_verdict_for_everything_earns_nothing(verdict: str, blanks: int) -> None:
    outcome = FOUR.judge([verdict] * (4 - blanks) + [...] * blanks, VERDICTS)
    assert (outcome.share, outcome.slips) == (0.0, ("slip-same-verdict",))


def test_two_verdicts_alike_are_marked_as_they_are() -> None:
    assert FOUR.judge([..., ..., "cannot tell", "cannot tell"], VERDICTS).share == 0.5
    assert Verdicts("A").judge(["supported"], {"A": "contradicted"}).slips == ()
    same = dict.fromkeys("ABCD", "supported")
    assert FOUR.judge(same, same).status == "correct"


@pytest.mark.parametrize("count", [0, 1, 3, 5])
def test_the_wrong_number_of_verdicts(count: int) -> None:
    outcome = FOUR.judge(["supported"] * count, VERDICTS)
    assert outcome.status == "cannot check"
    assert f"You gave {count} verdict" in outcome.message


def test_an_unknown_word_costs_only_its_own_claim() -> None:
    outcome = FOUR.judge(["supported", "contradicted", "maybe", "cannot tell"], VERDICTS)
    assert outcome.share == 0.75
    assert outcome.parts[2][1].status == "cannot check"
    unknown = FOUR.judge(["yes"] * 4, VERDICTS)
    assert (unknown.status, unknown.slips) == ("cannot check", ())


def test_slips_by_claim() -> None:
    slips = {"A": {"definition-drift": ["contradicted", "cannot tell"]}, "D": {"seen-as-whole": "supported"}}
    outcome = FOUR.judge(["contradicted", "contradicted", "cannot tell", "supported"], VERDICTS, slips=slips)
    assert (outcome.share, outcome.slips) == (0.5, ("definition-drift", "seen-as-whole"))
