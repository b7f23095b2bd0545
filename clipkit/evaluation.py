"""Measures, each with an interval: what notebook 02 teaches by hand and every later one uses.

Where scikit-learn has the measure, this module calls it; what it adds are the intervals.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from sklearn.metrics import balanced_accuracy_score, roc_auc_score


class Estimate(NamedTuple):
    """A measured value and its 95 % interval.

    Examples
    --------
    >>> print(Estimate(0.9, 0.85, 0.94))
    0.900 [0.850, 0.940]
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def bootstrap(
    statistic: Callable[..., float], *columns, repeats: int = 1000, seed: int = 0
) -> Estimate:
    """A statistic of some columns, with the percentile bootstrap's 95 % interval.

    The items (rows) are drawn again with replacement, the same ones from every column; a resample
    in which the statistic is not defined (AUROC of one class alone) is left out.

    Parameters
    ----------
    statistic : callable
        Takes the columns and returns a float; may raise ValueError or return NaN where undefined.
    *columns : array-like, shape (n, ...)
        Of equal length.
    repeats : int
        Resamples.
    seed : int
        Of the resampling: the same seed gives the same interval.

    Returns
    -------
    Estimate

    Raises
    ------
    ValueError
        If the columns are empty or differ in length.

    References
    ----------
    Efron and Tibshirani 1993, *An Introduction to the Bootstrap*, chapter 13.

    Examples
    --------
    >>> print(bootstrap(np.mean, [1, 1, 1, 0] * 25))
    0.750 [0.670, 0.830]
    """
    arrays = [np.asarray(column) for column in columns]
    n = len(arrays[0])
    if n == 0 or any(len(array) != n for array in arrays):
        lengths = ", ".join(str(len(array)) for array in arrays)
        raise ValueError(
            f"The columns have {lengths} rows; they must be equally long and not empty."
        )
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(repeats):
        rows = rng.integers(n, size=n)
        try:
            values.append(float(statistic(*(array[rows] for array in arrays))))
        except ValueError:
            continue
    low, high = np.nanpercentile(values, [2.5, 97.5]) if values else (np.nan, np.nan)
    return Estimate(float(statistic(*arrays)), float(low), float(high))


def accuracy(truth, predicted, **options) -> Estimate:
    """Share of right predictions; `options` go to `bootstrap`.

    Examples
    --------
    >>> print(accuracy(["mug"] * 10, ["mug"] * 9 + ["vase"]))
    0.900 [0.700, 1.000]
    """
    return bootstrap(np.mean, np.asarray(truth) == np.asarray(predicted), **options)


def balanced_accuracy(truth, predicted, **options) -> Estimate:
    """Accuracy averaged over the true classes, so that a frequent class counts no more than a rare
    one (scikit-learn's `balanced_accuracy_score`)."""

    def score(truth, predicted):
        import warnings

        with warnings.catch_warnings():  # a resample may miss a class that was predicted
            warnings.simplefilter("ignore", UserWarning)
            return balanced_accuracy_score(truth, predicted)

    return bootstrap(score, truth, predicted, **options)


def auroc(truth, scores, **options) -> Estimate:
    """Area under the ROC curve: how often a positive item scores above a negative one."""

    def score(truth, scores):
        if truth.min() == truth.max():
            raise ValueError("AUROC needs both positive and negative items.")
        return roc_auc_score(truth, scores)

    return bootstrap(score, np.asarray(truth).astype(int), scores, **options)


def recall_at_k(similarity, k: int, **options) -> Estimate:
    """Share of the queries whose own item is among the k most similar.

    Parameters
    ----------
    similarity : array-like of float, shape (n, n)
        Row i holds the similarity of query i to all items; item i is the right one.
    k : int
        How many answers count.

    Examples
    --------
    >>> recall_at_k(np.eye(4), 1).value
    1.0
    """
    similarity = np.asarray(similarity)
    own = np.diagonal(similarity)[:, None]
    # Ties count against the query, or equal scores for everything would be perfect.
    better = (similarity >= own).sum(axis=1) - 1
    return bootstrap(np.mean, better < k, **options)
