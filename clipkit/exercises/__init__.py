"""Exercises that check themselves.

>>> from clipkit import exercises
>>> def cosine(a, b):
...     "Return the (n, m) cosines between the rows of `a` and of `b`."
...     ...
>>> exercises.check("similarity.cosine", cosine)
similarity.cosine: not started
"""

import importlib

import numpy as np

from clipkit.exercises import record
from clipkit.exercises.engine import EXERCISES, Result, judge_here

LESSONS = ("similarity", "zero_shot", "search", "loss", "fine_tuning", "radiographs", "project")
"""The modules that hold the checks, in reading order."""

for _lesson in LESSONS:
    importlib.import_module(f"{__name__}.{_lesson}")

__all__ = ["check", "names", "progress", "strict", "Result"]

_met: dict[str, None] = {}  # the exercises that this notebook has checked, in their order


def names() -> list[str]:
    """Return the names of all exercises.

    >>> names()[0]
    'similarity.normalise'
    """
    return list(EXERCISES)


def strict(name: str, answer: object, seed: int | None = None) -> Result:
    """Judge an answer and return the verdict; nothing is printed or kept.

    Parameters
    ----------
    name : str
        The exercise, such as ``"similarity.cosine"``.
    answer : callable
        The learner's function; None or a stub is "not started".
    seed : int, optional
        Makes the inputs repeatable; they are fresh by default.

    Raises
    ------
    TypeError
        If the name is not a text.
    ValueError
        If there is no exercise of that name.
    """
    if not isinstance(name, str):
        raise TypeError(
            "the name of the exercise comes first, as a text, and your function second: "
            'check("similarity.cosine", cosine)'
        )
    if name not in EXERCISES:
        raise ValueError(f"no exercise is called {name!r}; there are: {', '.join(EXERCISES)}")
    return judge_here(name, answer, np.random.default_rng(seed))


def check(name: str, answer: object) -> None:
    """Judge an answer, print the verdict and keep it for `progress`.

    Parameters are those of `strict`. A wrong answer raises nothing, so that Run All goes on.
    """
    result = strict(name, answer)
    _met[name] = None
    record.note(result)
    print(result)


def progress() -> record.Progress:
    """Return the table and plot of what is done, in this notebook and altogether.

    The verdicts are kept in ``~/.clipkit/progress.json``, or in the file that the environment
    variable `CLIPKIT_PROGRESS` names.
    """
    return record.Progress(_met, record.read())
