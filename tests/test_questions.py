"""Is every question of every lesson answerable, diagnosed and helped, without being given away?"""

import re
from collections.abc import Iterator
from typing import Any

import altair as alt
import pandas as pd
import pytest

import cjpolicy as cj
from cjpolicy import misconceptions
from cjpolicy.answers import Chart, Choice, Form, Frame, Function, Interval, Number, Outcome, Parts
from cjpolicy.answers.frames import columns_of
from cjpolicy.answers.numbers import as_values, pairs_of
from cjpolicy.errors import UnknownName, WrongType
from cjpolicy.questions import Question, find, unit_questions, units
from cjpolicy.questions.unit00 import BeforeTest

QUESTIONS = {question.id: question for unit in units() for question in unit_questions(unit).values()}


def solved(question: Question) -> Any:
    """Run a question's solution, and give the answer it leaves; the before-test has none to give away."""
    if isinstance(question.form, BeforeTest):
        return question.form.key()
    names: dict[str, Any] = {"cj": cj, "pd": pd, "alt": alt}
    exec(question.solution, names)
    return names["answer"]


def judged(question: Question, answer: Any) -> Outcome:
    return question.form.judge(answer, question.expected, **question.options)


def wrong_answers(form: Form, slips: Any) -> Iterator[tuple[str, Any]]:
    """Give each recorded mistake and each answer it leads to."""
    for slip, wrong in (slips or {}).items():
        match form:
            case Number():
                yield from ((slip, value) for value in as_values(wrong))
            case Choice():
                yield from ((slip, word) for word in ([wrong] if isinstance(wrong, str) else wrong))
            case Interval():
                yield from ((slip, pair) for pair in pairs_of(wrong))
            case Function():
                yield slip, wrong


def mistakes() -> Iterator[Any]:
    """Give each question with each recorded wrong answer, the other parts of it right."""
    for question in QUESTIONS.values():
        slips = question.options.get("slips", {})
        if isinstance(question.form, Parts):
            for name, form in question.form.forms.items():
                for slip, wrong in wrong_answers(form, slips.get(name)):
                    yield pytest.param(
                        question, slip, {**question.expected, name: wrong}, id=f"{question.id}-{slip}"
                    )
        elif isinstance(question.form, Frame):
            for name, wrongs in slips.items():
                for slip, wrong in wrongs.items():
                    for column in columns_of(wrong):
                        table = {**question.expected, name: column}
                        yield pytest.param(question, slip, table, id=f"{question.id}-{slip}")
        else:
            for slip, wrong in wrong_answers(question.form, slips):
                yield pytest.param(question, slip, wrong, id=f"{question.id}-{slip}")


every_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)


def test_the_first_three_units_ask() -> None:
    assert units()[:3] == ["00", "01", "02"]
    for unit in units():
        assert len(unit_questions(unit)) >= 6


@every_question
def test_a_question_is_whole(question: Question) -> None:
    assert re.fullmatch(r"\d\d(-[a-z]+)+", question.id)
    assert question.id[:2] in units()
    assert find(question.id) is question
    assert len(question.hints) >= 2
    assert all(hint.strip()[-1] in ".?:" for hint in question.hints)
    assert len(set(question.hints)) == len(question.hints)
    assert question.why.strip()


@every_question
def test_the_expected_answer_is_right(question: Question) -> None:
    if isinstance(question.form, Chart):
        assert judged(question, solved(question)).status == "correct"
    else:
        assert judged(question, question.expected).status == "correct"


@every_question
def test_the_solution_leaves_a_right_answer(question: Question) -> None:
    outcome = judged(question, solved(question))
    assert outcome.status == "correct", outcome
    assert question.form.inspect(solved(question)).status == "correct"


@every_question
@pytest.mark.parametrize("blank", [None, ..., ""])
def test_an_empty_answer_is_not_attempted(question: Question, blank: Any) -> None:
    assert judged(question, blank).status == "not attempted"


@pytest.mark.parametrize(("question", "slip", "wrong"), list(mistakes()))
def test_a_recorded_mistake_is_wrong_and_is_named(question: Question, slip: str, wrong: Any) -> None:
    outcome = judged(question, wrong)
    assert outcome.status == "not yet"
    assert outcome.share < 1
    assert outcome.slips == (slip,)


RATES = {name: QUESTIONS["05-rates"].expected[name] for name in ("per_record", "per_theft")}
RATES_SWAPPED = dict(zip(RATES, reversed(RATES.values()), strict=True))
# Wrong answers that a review of the lessons tried, each once taken as right or told something untrue. Of an
# answer in parts, or a table, the parts that are not named are right.
REVIEWED: list[tuple[str, Any, list[str]]] = [
    ("03-nine-years", -3.7, ["wrong-base:new"]),
    ("03-with-inquiry", -38.3, ["wrong-base:new"]),
    ("03-with-inquiry", 28, ["slip-early-rounding"]),
    ("03-give-or-take", (703, 811), ["slip-early-rounding"]),
    ("03-voices", {"A": "contradicted"}, ["noise-as-change:reverse"]),
    ("03-voices", {"A": "cannot tell"}, ["noise-as-change:rule-settles"]),
    ("03-voices", {"C": "supported"}, ["wrong-denominator:total"]),
    ("03-voices", {"C": "cannot tell"}, ["wrong-denominator:total"]),
    ("03-voices", {"E": "supported"}, ["noise-as-change:reverse"]),
    ("03-voices", {"E": "cannot tell"}, ["noise-as-change:rule-settles"]),
    ("05-reported", {"reported": [712, 723, 45, 289]}, ["slip-other-rows:column"]),
    ("05-rates", RATES_SWAPPED, ["wrong-denominator"]),
    ("05-car-share", {"of_convicted": 40}, ["slip-early-rounding"]),
    ("07-further", 36, []),
    ("07-relative", -7.59, ["wrong-base:new"]),
    ("07-yearly", 9.72, ["divided-compound"]),
    ("07-yearly", 8.86, []),
    ("07-by-may", 0.86, ["slip-other-rows:part"]),
    ("07-by-may", 1, []),
    ("07-by-may", 15.85, ["wrong-base"]),
    ("07-roles", {"walkers": "collider", "paper": "mediator"}, ["before-after-as-effect:arrows"]),
    ("07-worst-fall", 19.35, ["unweighted-mean"]),
    ("07-worst-fall", -24.2, ["wrong-base:new"]),
    ("07-luck", 10.05, ["slip-other-rows:column"]),
    ("07-worst-year", 30, ["slip-other-rows:average"]),
    *(("07-worst-year", other, ["slip-other-rows:draws"]) for other in (21, 35, 36, 37)),
    *(("07-how-many", rest, ["slip-complement:misses"]) for rest in (300, 336, 375)),
    ("07-how-many", 100, []),
    ("07-how-many", 960, []),
    ("07-halved", {"picked": "could not"}, ["seen-as-whole:picked"]),
    ("09-spread", 0, []),
    ("09-spread", 0.5, []),
    ("09-unequal", 34.6, ["slip-other-rows:part"]),
    ("09-unequal", 85, ["slip-other-rows:part"]),
    ("09-voices", {"B": "contradicted"}, ["absence-as-evidence:bare"]),
    ("09-voices", {"B": "cannot tell"}, ["absence-as-evidence:bare"]),
    ("10-who", {"who": "homeless prisoners"}, ["wrong-denominator:words"]),
    ("10-another-sample", 12.5, ["unit-slip"]),
    ("10-clusters", 20.3, ["unit-slip"]),
    ("10-clusters", 50, ["noise-as-change:textbook"]),
    *(("10-worth", other, []) for other in (9, 10.9, 9.8)),
    ("10-voices", {"A": "cannot tell"}, ["absence-as-evidence:settled"]),
    ("11-more-likely", -20, ["wrong-base:compared"]),
    *(("11-one-in", other, []) for other in (0.25, 0.08, 0.1, 0.2, 0)),
    ("11-p-means", "how large the difference is", ["significance-for-size:number"]),
]


@pytest.mark.parametrize(("question_id", "wrong", "slips"), REVIEWED)
def test_a_reviewed_answer_is_wrong_and_told_nothing_untrue(
    question_id: str, wrong: Any, slips: list[str]
) -> None:
    question = QUESTIONS[question_id]
    outcome = judged(question, {**question.expected, **wrong} if isinstance(wrong, dict) else wrong)
    assert outcome.status != "correct"
    assert list(outcome.slips) == slips


@pytest.mark.parametrize(
    ("mark", "status", "slips"),
    [
        ("bar", "correct", ()),
        ("line", "not yet", ("chart-no-bars",)),
        ("point", "not yet", ("chart-no-bars",)),
    ],
)
def test_a_bar_for_each_kind_is_a_bar(mark: Any, status: str, slips: tuple[str, ...]) -> None:
    table = pd.DataFrame(QUESTIONS["05-rates"].expected)
    chart = alt.Chart(table, mark=mark, title="Simulated, of every 100 recorded")
    outcome = judged(QUESTIONS["05-chart"], chart.encode(x="kind", y="per_record"))
    assert (outcome.status, outcome.slips) == (status, slips)


@pytest.mark.parametrize(
    ("names", "status", "slips"),
    [
        ({"y": "rate_id"}, "correct", ()),
        ({}, "not yet", ("chart-unlabelled:rows",)),
        ({"y": "who"}, "not yet", ("chart-unlabelled:rows",)),
    ],
)
def test_a_rate_on_the_log_axis_has_its_name(
    names: dict[str, str], status: str, slips: tuple[str, ...]
) -> None:
    printed = cj.load("reoffending_rates").dropna(subset=["percent"])
    chart = alt.Chart(printed).mark_point()
    x = alt.X("percent", scale=alt.Scale(type="log"))
    outcome = judged(QUESTIONS["09-log-chart"], chart.encode(x=x, **names))
    assert (outcome.status, outcome.slips) == (status, slips)


@every_question
def test_every_slip_has_words(question: Question) -> None:
    def ids(slips: Any) -> Iterator[str]:
        for name, inside in slips.items():
            if isinstance(question.form, (Parts, Frame)):
                yield from inside
            else:
                yield name

    for slip in ids(question.options.get("slips", {})):
        assert misconceptions.explain(slip)


def gives_away(form: Form, expected: Any, options: dict[str, Any], hint: str) -> bool:
    """Say whether some number of a hint, or a word in it, would be judged right."""
    numbers = [float(number.replace(",", "")) for number in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", hint)]
    match form:
        case Number():
            return any(form.judge(number, expected, **options).status == "correct" for number in numbers)
        case Interval():
            return any(form.judge((number, None), expected, **options).share for number in numbers)
        case Choice():
            # A letter on a list also stands in every other word.
            return (f'"{expected}"' if len(expected) == 1 else expected.casefold()) in hint.casefold()
    return False


@every_question
def test_no_hint_gives_the_value_away(question: Question) -> None:
    for hint in question.hints:
        assert not gives_away(question.form, question.expected, dict(question.options), hint)
        if isinstance(question.form, Parts):
            for name, form in question.form.forms.items():
                if isinstance(form, Number):
                    own = {option: each[name] for option, each in question.options.items() if name in each}
                    assert not gives_away(form, question.expected[name], own, hint)


@pytest.mark.parametrize(
    ("question_id", "error", "says"),
    [
        ("02-survey-indx", UnknownName, "Did you mean '02-survey-index'"),
        ("nonsense", UnknownName, "There is no question 'nonsense'. Copy the id"),
        ("", UnknownName, "There is no question ''"),
        (2, WrongType, "You gave 2. Copy the id from the lesson"),
    ],
)
def test_an_unknown_question_is_refused(question_id: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        find(question_id)


def test_a_unit_without_questions_has_none() -> None:
    assert unit_questions("99") == {}
