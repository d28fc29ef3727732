"""Functions, tried on inputs the student has not seen."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .base import (
    CORRECT,
    FAILURES,
    Form,
    NotAttemptedError,
    Outcome,
    UnreadableError,
    combined,
    diagnosed,
    is_blank,
    kind_of,
    shown,
    type_name,
)
from .numbers import Number

Case = Sequence[Any]
# One function, or several, that one misconception leads to.
Mistaken = Callable[..., Any] | Sequence[Callable[..., Any]]
REFUSALS = "refuses nonsense"
FORGETS_TO_RETURN = "slip-no-return"
TOO_STRICT = "But these inputs can happen. Next: look at the edges of your conditions."


@dataclass(frozen=True)
class Call:
    """One call of a student's function and what came of it.

    Parameters
    ----------
    case
        The arguments.
    name
        The function's name, or "your function" where it has none.
    returned
        What it gave back.
    failure
        What it raised, if it did.
    """

    case: Case
    name: str
    returned: Any = None
    failure: BaseException | None = None

    @property
    def text(self) -> str:
        """The call as a student would write it."""
        return f"{self.name}({', '.join(map(shown, self.case))})"

    @property
    def answered(self) -> bool:
        """Say whether anything came back."""
        return self.failure is None and self.returned is not None


class Function(Form):
    """A function of named arguments that returns one value.

    Parameters
    ----------
    *parameters
        What the arguments stand for, in order.
    returns
        Form of what it returns.

    Examples
    --------
    >>> form = Function("old", "new", returns=Number("per cent"))
    >>> rise = lambda old, new: 100 * (new - old) / old
    >>> form.judge(lambda a, b: 100 * (b / a - 1), rise, cases={"fresh inputs": [(4, 5)]}).status
    'correct'
    """

    def __init__(self, *parameters: str, returns: Form | None = None) -> None:
        self.parameters = parameters
        self.returns = returns or Number()

    @property
    def wanted(self) -> str:
        """Say what form is expected."""
        return f"a function of ({', '.join(self.parameters)}) that returns {self.returns.wanted}"

    def read(self, answer: Any) -> Callable[..., Any]:
        """Check that an answer is a function with a body that takes the arguments asked for."""
        if is_blank(answer) or is_stub(answer):
            raise NotAttemptedError
        if isinstance(answer, type) or not callable(answer):
            raise UnreadableError(
                f"You gave {kind_of(answer)}, {shown(answer)}. Give {self.wanted}: its name, without a call."
            )
        try:
            inspect.signature(answer).bind(*self.parameters)
        except TypeError as why:
            raise UnreadableError(f"{self._misfit(answer, why)} Give {self.wanted}.") from why
        except ValueError:  # some built-in functions do not show their arguments
            pass
        return answer

    def _misfit(self, answer: Callable[..., Any], why: TypeError) -> str:
        """Say why a function cannot be called with the arguments asked for."""
        parameters = inspect.signature(answer).parameters.values()
        if any(each.kind is each.KEYWORD_ONLY and each.default is each.empty for each in parameters):
            return "Your function has arguments after a *, which can only be given by name. Take the * out."
        count = len(parameters)
        return (
            f"Your function is written for {count} argument{'' if count == 1 else 's'} "
            f"({', '.join(each.name for each in parameters)}), not for {len(self.parameters)}."
        )

    def _well_formed(self, value: Callable[..., Any]) -> Outcome:
        return Outcome("correct", 1.0, "This is a function of the right arguments.")

    def mark(
        self,
        value: Callable[..., Any],
        expected: Any,
        *,
        cases: Mapping[str, Sequence[Case]] = MappingProxyType({}),
        refuses: Sequence[Case] = (),
        error: type[Exception] = ValueError,
        within: float | None = None,
        slips: Mapping[str, Mistaken] | None = None,
        worth: Mapping[str, float] | None = None,
    ) -> Outcome:
        """Call the function and compare what it returns with the key.

        Parameters
        ----------
        expected
            The reference function.
        cases
            Name of a group to the argument lists in it; a group is right when all its cases are.
        refuses
            Argument lists that must raise `error`; the group is called "refuses nonsense", and earns
            nothing for a function that refuses everything.
        within
            Absolute tolerance of what it returns.
        slips
            Misconception id to the function it leads to, or to several.
        worth
            Group name to points.
        """
        groups = {name: [call(value, case) for case in group] for name, group in cases.items()}
        tried = [each for group in groups.values() for each in group]
        if tried and all(isinstance(each.failure, NotImplementedError) for each in tried):
            return Outcome("not attempted", message=f"The function is still empty. Give {self.wanted}.")
        slip = self._slip(tried, expected, slips or {}, within)
        refusal = (error,) if refuses else ()
        parts = [
            (name, self._group(group, expected, slip, within, refusal)) for name, group in groups.items()
        ]
        if refuses:
            # Whoever refuses sensible inputs too has not told sense from nonsense.
            useless = bool(tried) and not any(each.answered for each in tried)
            parts.append((REFUSALS, refusals([call(value, case) for case in refuses], error, useless)))
        return combined(parts, worth)

    def _agrees(self, got: Call, function: Callable[..., Any], within: float | None) -> bool:
        return self._compared(got, function, within).status == "correct"

    def _compared(self, got: Call, function: Callable[..., Any], within: float | None) -> Outcome:
        options = {} if within is None else {"within": within}
        return self.returns.judge(got.returned, function(*deepcopy(got.case)), **options)

    def _slip(
        self,
        tried: Sequence[Call],
        expected: Callable[..., Any],
        slips: Mapping[str, Mistaken],
        within: float | None,
    ) -> str:
        """Name the first mistake that explains every case the function got wrong; "" if none does."""
        if self._constant(tried, expected):
            return "slip-constant"
        wrong = [each for each in tried if each.answered and not self._agrees(each, expected, within)]
        for slip, mistakes in slips.items():
            for mistaken in [mistakes] if callable(mistakes) else mistakes:
                if wrong and all(self._agrees(each, mistaken, within) for each in wrong):
                    return slip
        return ""

    def _constant(self, tried: Sequence[Call], expected: Callable[..., Any]) -> bool:
        """Say whether it returned the same thing for inputs that call for different answers."""
        if not all(each.answered for each in tried):
            return False
        rights = {shown(expected(*deepcopy(each.case))) for each in tried}
        try:
            return len(rights) > 1 and len({self.returns.read(each.returned) for each in tried}) == 1
        except FAILURES:  # what it returned cannot be read, which is said where it is marked
            return False

    def _group(
        self,
        group: Sequence[Call],
        expected: Callable[..., Any],
        slip: str,
        within: float | None,
        refusal: tuple[type[Exception], ...],
    ) -> Outcome:
        """Report the first case of a group that went wrong; `refusal` is how nonsense is to be refused."""
        for each in group:
            if isinstance(each.failure, refusal):
                return Outcome("not yet", message=f"{each.text} was refused. {TOO_STRICT}")
            if each.failure is not None:
                return Outcome("not yet", message=stopped(each))
            if each.returned is None:
                return diagnosed(f"nothing back from {each.text}", FORGETS_TO_RETURN)
            outcome = self._compared(each, expected, within)
            if outcome.status != "correct" and slip:
                return diagnosed(f"{shown(each.returned)} for {each.text}", slip)
            if outcome.status != "correct":
                return Outcome(outcome.status, 0.0, f"For {each.text}: {outcome.message}", outcome.slip)
        return CORRECT


def call(function: Callable[..., Any], case: Case) -> Call:
    """Call a student's function with a copy of the arguments, so that it cannot spoil the next case."""
    name = name_of(function)
    try:
        return Call(case, name, returned=function(*deepcopy(case)))
    except FAILURES as failure:
        return Call(case, name, failure=failure)


def name_of(function: Callable[..., Any]) -> str:
    """Give a function's name; "your function" for a lambda, or where it will not say."""
    try:
        name = str(getattr(function, "__name__", ""))
    except FAILURES:
        return "your function"
    return name if name.isidentifier() else "your function"


def stopped(failed: Call) -> str:
    """Tell a student how their function failed, and what to do."""
    if isinstance(failed.failure, RecursionError):
        return f"{failed.text} calls itself too often. Next: use a loop, or let some call return a value."
    try:
        said = " ".join(str(failed.failure).split())[:120]
    except FAILURES:
        said = ""
    why = f"{type_name(failed.failure)}: {said}" if said else type_name(failed.failure)
    return (
        f"{failed.text} stopped with {why}. Next: run that call in a cell of your own and read the last line."
    )


def refusals(calls: Sequence[Call], error: type[Exception], useless: bool) -> Outcome:
    """Report the first nonsensical case that was not refused as asked."""
    for each in calls:
        if isinstance(each.failure, error):
            continue
        came = f"returned {shown(each.returned)}"
        if each.failure is not None:
            came = f"raised {type_name(each.failure)}"
        return Outcome(
            "not yet",
            message=f"{each.text} should be refused, yet your function {came}. "
            f"Next: raise {error.__name__} with a sentence that says what is wrong.",
        )
    if useless:
        return Outcome(
            "not yet",
            message="Your function refuses every input, sensible ones too. Next: raise the error only where "
            "the values make no sense.",
        )
    return CORRECT


def is_stub(function: Any) -> bool:
    """Say whether a function has no body yet: only `...`, `pass`, a docstring or `raise NotImplementedError`.

    Examples
    --------
    >>> is_stub(lambda change: ...), is_stub(lambda change: 1 + change / 100)
    (True, False)
    """
    code = getattr(function, "__code__", None)
    if not inspect.iscode(code):
        return False
    if code.co_names == ("NotImplementedError",):
        return True
    steps = [
        step for step in dis.get_instructions(code) if step.opname not in ("RESUME", "NOP", "RETURN_VALUE")
    ]
    if len(steps) != 1 or steps[0].opname not in ("LOAD_CONST", "RETURN_CONST"):
        return False
    return steps[0].argval is None or steps[0].argval is ...
