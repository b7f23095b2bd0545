"""Judge an answer: the registry of exercises, what a check may use, and the verdict.

An exercise has a function that draws cases, ``cases(rng)``, the smallest first, and a check,
``check(answer, *case)``, that calls ``answer(...)`` and raises `Wrong` at the first property that
fails. It never shows the expected value.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from clipkit.exercises.calling import LARGEST, Outcome, call, is_blank

SHOWN = 30  # an input of at most so many numbers is shown in full
ROUNDS = 2  # a right answer passes so many times, on fresh inputs
VOTES = 5  # a wrong one is diagnosed on so many
NOT_COMPUTED = (ValueError, TypeError, LookupError, ArithmeticError)  # shapes, places, 10**400


@dataclass(frozen=True)
class Result:
    """The verdict on one answer.

    Attributes
    ----------
    name : str
        The exercise.
    status : str
        ``"right"``, ``"wrong"``, ``"error"``, ``"too slow"`` or ``"not started"``.
    message : str
        What was shown to hold, or the property that fails.
    misconception : str or None
        The short name of a misconception that explains the answer, if one does.
    hint : str or None
        What to tell a learner who has it.
    tried, returned, printed : str
        The call that failed, for the learner to repeat.
    """

    name: str
    status: str
    message: str = ""
    misconception: str | None = None
    hint: str | None = None
    tried: str = ""
    returned: str = ""
    printed: str = ""

    def __str__(self) -> str:
        if self.status == "not started":
            return f"{self.name}: not started"
        if self.status == "right":
            return f"{self.name}: right. {self.message}"
        message, *detail = self.message.splitlines()
        lines = [f"{self.name}: not yet. {message}", *(f"    {line}" for line in detail)]
        for label in ("tried", "returned", "printed", "hint"):
            if text := getattr(self, label):
                first, *rest = text.strip().splitlines()
                lines += [f"    {label:<9} {first}", *(f"    {'':<9} {line}" for line in rest)]
        return "\n".join(lines)


class Wrong(Exception):
    """The property that fails, and the misconception that explains it if one does."""

    def __init__(
        self,
        message: str,
        misconception: str | None = None,
        hint: str | None = None,
        status: str = "wrong",
    ):
        super().__init__(message)
        self.message, self.misconception, self.hint = message, misconception, hint
        self.status = status


@dataclass(frozen=True)
class Confusion:
    """A known misconception and the value that it leads to on the input at hand.

    `value` is compared only after the answer has been found wrong, so it may be costly. It is a
    function, so that it is computed only then.
    """

    name: str
    hint: str
    value: Callable[[], object]


@dataclass(frozen=True)
class Exercise:
    """An entry of the registry: a name, its cases and check, and what a right answer has shown."""

    name: str
    cases: Callable
    check: Callable
    shows: str
    given: str


EXERCISES: dict[str, Exercise] = {}


def exercise(name: str, cases: Callable, shows: str, given: str = "numpy") -> Callable:
    """Register the decorated check under `name`.

    Parameters
    ----------
    name : str
        ``"module.function"``: the notebook's module of checks and the learner's function.
    cases : callable
        ``cases(rng)`` returns the cases, each a tuple of what the check takes besides the answer.
    shows : str
        One sentence, printed after "right.": what the check has shown to hold.
    given : {"numpy", "torch"}
        What the learner's function receives arrays as.
    """

    def register(check: Callable) -> Callable:
        EXERCISES[name] = Exercise(name, cases, check, shows, given)
        return check

    return register


class Answer:
    """The learner's function as a check sees it: call it, and get a plain value or `Wrong`.

    Parameters
    ----------
    name : str
        The exercise.
    reach : callable
        ``reach(inputs, given) -> Outcome``; calls the learner's function, here or elsewhere.
    """

    def __init__(self, name: str, reach: Callable[[tuple, str], Outcome], given: str):
        self.name, self.reach, self.given = name, reach, given
        self.tried = self.returned = self.printed = ""

    def __call__(self, *inputs: object) -> Any:
        """Call the learner's function; return its plain value, or raise `Wrong` with the reason."""
        self.tried = f"{self.name.split('.')[-1]}({', '.join(show(item) for item in inputs)})"
        self.returned = ""
        outcome = self.reach(inputs, self.given)
        self.printed = outcome.printed
        if outcome.problem is not None:
            if outcome.problem == "not callable":
                self.tried = ""
            raise _trouble(outcome)
        for number, (before, after) in enumerate(zip(inputs, outcome.after, strict=True), start=1):
            if not _same(before, after):
                raise _changed(number)
        self.returned = show(outcome.value)
        if outcome.value is None or str(outcome.value) == "<ellipsis>":
            raise Wrong(
                "Your function returns nothing.", "no return", "End the function with `return ...`."
            )
        return outcome.value

    def array(
        self,
        *inputs: object,
        shape: tuple[int, ...],
        of: str = "numbers",
        confusions: Iterable[Confusion] = (),
    ) -> np.ndarray:
        """Call, and require an array of `shape`; `of` is "numbers" or "indices"."""
        return as_array(self(*inputs), shape, of, confusions)

    def number(self, *inputs: object, confusions: Iterable[Confusion] = ()) -> float:
        """Call, and require one number."""
        return as_number(self(*inputs), confusions)

    def pair(self, *inputs: object) -> tuple:
        """Call, and require two things."""
        value = self(*inputs)
        if isinstance(value, np.ndarray):
            value = value.tolist()
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise Wrong("Your function should return two things: `return first, second`.")
        return tuple(value)


def _trouble(outcome: Outcome) -> Wrong:
    if outcome.problem == "error":
        return Wrong(f"Your function raised an error.\n{outcome.detail}", status="error")
    if outcome.problem == "too slow":
        return Wrong(
            "Your function did not come to an end in time.",
            "endless",
            "Look for a loop whose condition never turns false.",
            status="too slow",
        )
    if outcome.problem == "too large":
        return Wrong(
            f"Your function returns more than {LARGEST / 2**20:g} MB; a right answer is small.",
            "too large",
            "Look at the shape of what you return: an axis may have come in twice.",
        )
    return Wrong(
        f"check was given a {outcome.detail}, not a function.",
        "not a function",
        "Pass the function itself, without brackets behind its name.",
    )


def _changed(number: int) -> Wrong:
    return Wrong(
        f"Your function changes argument {number}, which its caller still needs.",
        "changes input",
        "An assignment such as `x /= ...`, `x[i] = ...` or a method that ends in `_` works in "
        "place. Make a new array: `x = x / ...`, or start from `x.clone()` or `x.copy()`.",
    )


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, np.ndarray):
        numbers = before.dtype.kind in "fc"  # of these alone NaN may be one, and is not itself
        return isinstance(after, np.ndarray) and np.array_equal(before, after, equal_nan=numbers)
    if isinstance(before, dict):
        return (
            isinstance(after, dict)
            and list(before) == list(after)
            and all(_same(before[key], after[key]) for key in before)
        )
    if isinstance(before, list):
        return (
            isinstance(after, list)
            and len(before) == len(after)
            and all(_same(*pair) for pair in zip(before, after, strict=True))
        )
    return before == after


def as_array(
    value: object,
    shape: tuple[int, ...],
    of: str = "numbers",
    confusions: Iterable[Confusion] = (),
) -> np.ndarray:
    """Turn what was returned into a float64 (or int64) array of `shape`, or say what is amiss.

    A confusion that explains the wrong shape is preferred to the bare remark.
    """
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        array = np.asarray(None)
    if array.dtype.kind not in "biuf":
        raise Wrong(f"Your function should return {of}; it returned {_kind(value)}.", "wrong type")
    if array.shape != shape:
        message = f"Your result has shape {array.shape}; for these inputs it should be {shape}."
        wrong = explain(array, confusions, message)
        wrong.misconception = wrong.misconception or "wrong shape"
        raise wrong
    if of == "indices":
        if array.dtype.kind == "b" or not _are_whole(array):
            raise Wrong(
                "Your function should return indices, whole numbers that say where.",
                "values for indices",
                "You seem to return the values themselves. `argmax`, `argsort` and the `.indices` "
                "of `topk` say where they are.",
            )
        return array.astype(np.int64)
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise Wrong(
            "Your result holds numbers that are not finite (nan or inf).",
            "not finite",
            "Look for a division by zero, for the root or logarithm of a negative number, and for "
            "the exponential of a large one.",
        )
    return array


def _are_whole(array: np.ndarray) -> bool:
    wide = array.astype(np.float64)
    return np.array_equal(wide, np.round(wide)) and bool((np.abs(wide) < 2**53).all())


def as_number(value: object, confusions: Iterable[Confusion] = ()) -> float:
    """Turn what was returned into one finite float, or say what is amiss."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.size == 1:
        value = value.item()
    with contextlib.suppress(OverflowError):
        value = float(value) if type(value) is int else value
    if not isinstance(value, float):
        message = f"Your function should return one number; it returned {_kind(value)}."
        wrong = explain(value, confusions, message)
        wrong.misconception = wrong.misconception or "wrong type"
        raise wrong
    if not np.isfinite(value):
        raise Wrong("Your result is not a finite number.", "not finite")
    return float(value)


def agree(value: Any, expected: Any, tolerance: float = 1e-4) -> bool:
    """Tell whether two numbers or arrays agree, with float32 rounding allowed."""
    try:
        value, expected = np.asarray(value, float), np.asarray(expected, float)
    except (TypeError, ValueError, OverflowError):  # texts, rows of different lengths, 10**400
        return False
    return value.shape == expected.shape and np.allclose(value, expected, atol=tolerance, rtol=1e-4)


def explain(
    value: object,
    confusions: Iterable[Confusion],
    message: str,
    same: Callable[[Any, Any], bool] = agree,
) -> Wrong:
    """Make the `Wrong` for a wrong `value`: with the first confusion that leads to it, if any.

    A confusion that cannot be worked out for these inputs, or compared with this value, such as
    lengths of rows that do not fit the columns, is not what led to it.
    """
    for confusion in confusions:
        with contextlib.suppress(*NOT_COMPUTED), np.errstate(all="ignore"):
            if same(value, confusion.value()):
                return Wrong(message, confusion.name, confusion.hint)
    return Wrong(message)


def require(
    value: object, expected: object, message: str, confusions: Iterable[Confusion] = ()
) -> None:
    """Raise `Wrong` unless `value` agrees with `expected`."""
    if not agree(value, expected):
        raise explain(value, confusions, message)


def show(value: object) -> str:
    """Show a value on one line: small arrays in full, large ones by their shape.

    >>> show(np.array([[3.0, 0.25], [1.0, 2.0]])), show(np.zeros((5, 16))), show("mug")
    ('[[3, 0.25], [1, 2]]', '<5 x 16 numbers>', "'mug'")
    """
    if isinstance(value, np.ndarray):
        if value.size > SHOWN:
            what = "texts" if value.dtype.kind == "U" else "numbers"
            return f"<{' x '.join(map(str, value.shape))} {what}>"
        return show(value.tolist())
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        if len(value) > SHOWN:
            return f"<{type(value).__name__} of {len(value)}>"
        inner = ", ".join(show(item) for item in value)
        return f"[{inner}]" if isinstance(value, list) else f"({inner})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {show(item)}" for key, item in value.items()) + "}"
    return repr(value)[:200]


def _kind(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, str) and value.startswith("<"):
        return f"a {value.strip('<>')}"
    return {
        "str": "a text",
        "list": "a list",
        "tuple": "a tuple",
        "dict": "a dict",
        "bool": "a bool",
    }.get(type(value).__name__, f"a {type(value).__name__}")


def judge(
    name: str, reach: Callable[[tuple, str], Outcome], rng: np.random.Generator | None = None
) -> Result:
    """Run the check of exercise `name` on the function that `reach` reaches.

    Parameters
    ----------
    name : str
        The exercise.
    reach : callable
        ``reach(inputs, given) -> Outcome``.
    rng : numpy.random.Generator, optional
        Where the inputs come from; fresh entropy by default.
    """
    rng = np.random.default_rng() if rng is None else rng
    for _ in range(ROUNDS):
        result = _judge_once(name, reach, rng)
        if result.status != "right":
            break
    if result.status != "wrong":
        return result
    # On one small input two misconceptions may lead to the same value: let several inputs vote.
    ballots = [result, *(_judge_once(name, reach, rng) for _ in range(VOTES - 1))]
    ballots = [ballot for ballot in ballots if ballot.status == "wrong"]
    count = Counter(ballot.misconception for ballot in ballots)
    return next(b for b in ballots if count[b.misconception] == max(count.values()))


def _judge_once(
    name: str, reach: Callable[[tuple, str], Outcome], rng: np.random.Generator
) -> Result:
    entry = EXERCISES[name]
    answer = Answer(name, reach, entry.given)
    try:
        for case in entry.cases(rng):
            entry.check(answer, *case)
    except Wrong as wrong:
        return Result(
            name, wrong.status, wrong.message, wrong.misconception, wrong.hint,
            answer.tried, answer.returned, answer.printed,
        )  # fmt: skip
    return Result(name, "right", entry.shows)


def judge_here(name: str, answer: Any, rng: np.random.Generator | None = None) -> Result:
    """Judge a function of this process; a stub as it came is "not started"."""
    if is_blank(answer):
        return Result(name, "not started")
    return judge(name, lambda inputs, given: call(answer, inputs, given), rng)
