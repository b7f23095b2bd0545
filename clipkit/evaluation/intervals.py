"""A measured value with its 95 % interval: the bootstrap, Wilson's interval, paired differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binomtest

from clipkit import checks

Floats = NDArray[np.floating]
Booleans = NDArray[np.bool_]
Integers = NDArray[np.intp]

MOST_RESAMPLES = 1_000_000
"""An interval does not gain from more, and they would take hours."""


class Estimate(NamedTuple):
    """A measured value and its 95 % interval.

    A format such as ``.2f`` is applied to all three numbers.

    Examples
    --------
    >>> print(Estimate(0.9, 0.85, 0.94))
    0.900 [0.850, 0.940]
    >>> f"{Estimate(0.9, 0.85, 0.94):+.1f}"
    '+0.9 [+0.8, +0.9]'
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return format(self)

    def __format__(self, spec: str) -> str:
        value, low, high = (_formatted(number, spec or ".3f") for number in self)
        return f"{value} [{low}, {high}]"


def _formatted(number: float, spec: str) -> str:
    """Return a number in words of the format; a rounded difference of -0.00 is 0.00."""
    text = format(number, spec)
    vanishes = np.isfinite(number) and not any(digit in text for digit in "123456789")
    return format(0.0, spec) if vanishes else text


class Resampling(TypedDict, total=False):
    """The options of `bootstrap`, which every measure with an interval hands on."""

    n_resamples: int
    seed: int
    groups: ArrayLike | None


def bootstrap(
    statistic: Callable[..., float],
    *columns: ArrayLike,
    n_resamples: int = 1000,
    seed: int = 0,
    groups: ArrayLike | None = None,
) -> Estimate:
    """Return a statistic of some columns, with the percentile bootstrap's 95 % interval.

    The items (rows) are drawn again with replacement, the same ones from every column; a resample
    in which the statistic is not defined (AUROC of one class alone) is left out.

    Parameters
    ----------
    statistic : callable
        Takes the columns and returns a float; may raise ValueError or return NaN where undefined.
    *columns : array-like, shape (n, ...)
        Of equal length.
    n_resamples : int
        How often is drawn again; 0 gives the value alone, and an interval of NaN.
    seed : int
        Of the resampling: the same seed gives the same interval.
    groups : array-like of str or int, shape (n,), optional
        Items with the same entry are drawn together, such as the films of one patient, which are
        alike: drawn one by one they would pass for more evidence than they are.

    Returns
    -------
    Estimate
        Its interval is NaN where there is one item or one group alone: nothing can be said of how
        others would differ.

    Raises
    ------
    ValueError
        If the columns are empty or differ in length, a group is missing, or the statistic of all
        items is not a finite number.

    References
    ----------
    Efron and Tibshirani 1993, *An Introduction to the Bootstrap*, chapter 13.

    Examples
    --------
    >>> print(bootstrap(np.mean, [1, 1, 1, 0] * 25))
    0.750 [0.660, 0.830]
    """
    if not columns:
        raise ValueError("bootstrap has no column to draw from; give it at least one")
    arrays = [checks.as_array(column, f"column {i}") for i, column in enumerate(columns)]
    checks.same_length(**{f"column {i}": array for i, array in enumerate(arrays)})
    n_resamples = checks.whole(n_resamples, "n_resamples", 0, MOST_RESAMPLES)
    members = _members(groups, len(arrays[0]))
    n = len(arrays[0]) if members is None else len(members)
    try:
        value = statistic(*arrays)
    except TypeError as error:
        raise ValueError(f"the statistic cannot be computed of such columns: {error}") from error
    try:
        finite = not np.ndim(value) and np.isfinite(float(value))
    except (TypeError, ValueError):
        finite = False
    if not finite:
        raise ValueError(f"the statistic of all {len(arrays[0])} items is {value}, not a number")
    values = []
    rng = np.random.default_rng(checks.seed(seed))
    for _ in range(n_resamples if n > 1 else 0):
        rows = rng.integers(n, size=n)
        if members is not None:
            rows = np.concatenate([members[group] for group in rows])
        try:
            values.append(float(statistic(*(array[rows] for array in arrays))))
        except ValueError:
            continue
    defined = np.array(values)[np.isfinite(values)]
    low, high = np.percentile(defined, [2.5, 97.5]) if len(defined) else (np.nan, np.nan)
    return Estimate(float(value), float(low), float(high))


def _members(groups: ArrayLike | None, n: int) -> list[Integers] | None:
    """Return the rows of each group, or None where every row stands for itself."""
    if groups is None:
        return None
    names = checks.labels(groups, "groups")
    if len(names) != n:
        raise ValueError(f"there are {len(names)} groups for {n} rows; each row needs one")
    _, codes, counts = np.unique(names, return_inverse=True, return_counts=True)
    return np.split(np.argsort(codes, kind="stable"), np.cumsum(counts)[:-1])


def share(correct: ArrayLike, **options: Unpack[Resampling]) -> Estimate:
    """Return the share of items for which something holds.

    Where items are independent the interval is Wilson's, which knows that ten of ten may have been
    luck; with `groups` it is the bootstrap's.

    Parameters
    ----------
    correct : array-like of bool, shape (n,)
    **options
        For `bootstrap`; without `groups` nothing is drawn.

    References
    ----------
    Wilson 1927, Probable inference, the law of succession, and statistical inference.

    Examples
    --------
    >>> print(share([True] * 10))
    1.000 [0.722, 1.000]
    """
    return share_of_values(checks.binary(correct, "correct").astype(float), **options)


def share_of_values(values: Floats, **options: Unpack[Resampling]) -> Estimate:
    """Return the share of what is right (1), wrong (0) or, where scores tie, in between."""
    if options.get("groups") is not None:
        return bootstrap(np.mean, values, **options)
    if unknown := options.keys() - Resampling.__annotations__:
        raise TypeError(
            f"{min(unknown)} is no option; these are {', '.join(Resampling.__annotations__)}"
        )
    interval = binomtest(round(values.sum()), len(values)).proportion_ci(method="wilson")
    return Estimate(float(values.mean()), float(interval.low), float(interval.high))


def paired_difference(
    first: ArrayLike, second: ArrayLike, **options: Unpack[Resampling]
) -> Estimate:
    """Return how much better `second` does than `first` on the same items, on average.

    Easy items are easy for both; drawn in pairs, they cancel, and the interval is narrower than
    two separate ones suggest.

    Parameters
    ----------
    first, second : array-like of float or bool, shape (n,)
        A score for each item, such as right or wrong.
    **options
        For `bootstrap`.

    Examples
    --------
    >>> print(paired_difference([0, 0, 1, 1] * 25, [0, 1, 1, 1] * 25))
    0.250 [0.160, 0.330]
    """
    a, b = checks.numbers(first, "first"), checks.numbers(second, "second")
    checks.same_length(first=a, second=b)
    return bootstrap(lambda a, b: b.mean() - a.mean(), a, b, **options)
