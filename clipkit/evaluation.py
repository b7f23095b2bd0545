"""Measures, each with an interval: what notebook 02 teaches by hand and every later one uses.

Each agrees with scikit-learn's where it has the same measure (a test compares them); what this
module adds are the intervals, and statistics fast enough to be computed a thousand times for one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp
from scipy.stats import rankdata


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
        return format(self, ".3f")

    def __format__(self, spec: str) -> str:
        # Adding 0.0 turns the -0.00 of a rounded difference into 0.00.
        value, low, high = (format(_rounded(number, spec), spec) for number in self)
        return f"{value} [{low}, {high}]"


def _rounded(number: float, spec: str) -> float:
    return 0.0 if float(format(number, spec or "g")) == 0 else number


def bootstrap(
    statistic: Callable[..., float], *columns, n_resamples: int = 1000, seed: int = 0, groups=None
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
    n_resamples : int
        How often is drawn again.
    seed : int
        Of the resampling: the same seed gives the same interval.
    groups : array-like, shape (n,), optional
        Items with the same entry are drawn together, such as the films of one patient, which are
        alike: drawn one by one they would pass for more evidence than they are.

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
    0.750 [0.660, 0.830]
    """
    arrays = _equally_long(*columns)
    rng = np.random.default_rng(seed)
    draw = _rows_drawn(len(arrays[0]), groups)
    values = []
    for _ in range(n_resamples):
        rows = draw(rng)
        try:
            values.append(float(statistic(*(array[rows] for array in arrays))))
        except ValueError:
            continue
    low, high = np.nanpercentile(values, [2.5, 97.5]) if values else (np.nan, np.nan)
    return Estimate(float(statistic(*arrays)), float(low), float(high))


def _equally_long(*columns) -> list[np.ndarray]:
    """The columns as arrays, once they are known to belong together."""
    arrays = [np.asarray(column) for column in columns]
    lengths = [len(array) for array in arrays]
    if lengths[0] == 0 or len(set(lengths)) > 1:
        raise ValueError(
            f"The columns have {', '.join(map(str, lengths))} rows; they must be equally long and "
            "not empty."
        )
    return arrays


def _rows_drawn(n: int, groups) -> Callable[[np.random.Generator], np.ndarray]:
    """What draws the rows of a resample: n items, or as many groups as there are."""
    if groups is None:
        return lambda rng: rng.integers(n, size=n)
    groups = np.asarray(groups)
    if len(groups) != n:
        raise ValueError(f"There are {len(groups)} groups for {n} rows; each row needs one.")
    members = [np.flatnonzero(groups == name) for name in np.unique(groups)]
    return lambda rng: np.concatenate(
        [members[drawn] for drawn in rng.integers(len(members), size=len(members))]
    )


def paired_difference(first, second, **options) -> Estimate:
    """How much better `second` does than `first` on the same items, on average.

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
    first, second = np.asarray(first, float), np.asarray(second, float)
    return bootstrap(lambda a, b: b.mean() - a.mean(), first, second, **options)


def accuracy(y_true, y_pred, **options) -> Estimate:
    """Share of right predictions; `options` go to `bootstrap`.

    Examples
    --------
    >>> print(accuracy(["mug"] * 10, ["mug"] * 9 + ["vase"]))
    0.900 [0.700, 1.000]
    """
    y_true, y_pred = _equally_long(y_true, y_pred)
    return bootstrap(np.mean, y_true == y_pred, **options)


def balanced_accuracy(y_true, y_pred, **options) -> Estimate:
    """Accuracy averaged over the true classes, so that a frequent class counts no more than a
    rare one.

    Examples
    --------
    >>> balanced_accuracy(["well"] * 9 + ["ill"], ["well"] * 10).value
    0.5
    """
    y_true, y_pred = _equally_long(y_true, y_pred)
    _, classes = np.unique(y_true, return_inverse=True)

    def score(classes, right):
        items = np.bincount(classes)
        found = np.bincount(classes, weights=right)
        return (found[items > 0] / items[items > 0]).mean()

    return bootstrap(score, classes, y_true == y_pred, **options)


def top_k_accuracy(y_true, y_score, labels, k: int, **options) -> Estimate:
    """Share of the items whose true class is among the k with the highest scores.

    Parameters
    ----------
    y_true : sequence of n str
    y_score : array-like of float, shape (n, c)
    labels : sequence of c str
        The class of each column.
    k : int

    Examples
    --------
    >>> top_k_accuracy(["b"], [[0.5, 0.4, 0.1]], ["a", "b", "c"], k=2).value
    1.0
    """
    (y_true, y_score), labels = _equally_long(y_true, y_score), np.asarray(labels)
    best = labels[np.argsort(-y_score, axis=1, kind="stable")[:, :k]]
    return bootstrap(np.mean, (best == y_true[:, None]).any(axis=1), **options)


def auroc(y_true, y_score, **options) -> Estimate:
    """Area under the ROC curve: how often a positive item scores above a negative one.

    Parameters
    ----------
    y_true : array-like of bool or of 0 and 1, shape (n,)
    y_score : array-like of float, shape (n,)
    **options
        For `bootstrap`.

    Examples
    --------
    >>> auroc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).value
    0.75
    """
    # A bootstrap's resample does not change which scores are equal or higher, so they are ranked
    # once, and whole numbers are compared ever after.
    _, order = np.unique(np.asarray(y_score), return_inverse=True)

    def score(y_true, order):
        positives = int(y_true.sum())
        negatives = len(y_true) - positives
        if positives == 0 or negatives == 0:
            raise ValueError("AUROC needs both positive and negative items.")
        ranks = rankdata(order)[y_true].sum()
        return (ranks - positives * (positives + 1) / 2) / (positives * negatives)

    return bootstrap(score, np.asarray(y_true).astype(bool), order, **options)


def average_precision(y_true, y_score, **options) -> Estimate:
    """Area under the precision-recall curve, as a sum of steps.

    A classifier that knows nothing gets the share of positives.

    Examples
    --------
    >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).value, 3)
    0.833
    """

    def score(y_true, y_score):
        if not y_true.any():
            raise ValueError("Average precision needs positive items.")
        order = np.argsort(-y_score, kind="stable")
        y_true, y_score = y_true[order], y_score[order]
        last = np.append(y_score[1:] != y_score[:-1], True)  # equal scores are one step
        found, shown = np.cumsum(y_true)[last], np.flatnonzero(last) + 1
        return (np.diff(found, prepend=0) * found / shown).sum() / found[-1]

    return bootstrap(score, np.asarray(y_true).astype(bool), np.asarray(y_score), **options)


def best_threshold(y_true, y_score) -> float:
    """The t for which `score >= t` has the best balanced accuracy; to be chosen on validation.

    Parameters
    ----------
    y_true : array-like of bool, shape (n,)
    y_score : array-like of float, shape (n,)

    Examples
    --------
    >>> best_threshold([0, 0, 1], [0.1, 0.2, 0.7])
    0.7
    """
    y_true, y_score = np.asarray(y_true).astype(bool), np.asarray(y_score)
    candidates = np.unique(y_score)
    positive, negative = np.sort(y_score[y_true]), np.sort(y_score[~y_true])
    missed = np.searchsorted(positive, candidates) / len(positive)
    spared = np.searchsorted(negative, candidates) / len(negative)
    return float(candidates[np.argmax(spared - missed)])


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


class Reliability(NamedTuple):
    """Predictions by confidence: the share in each bin, its mean confidence, how many are right."""

    share: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray


def reliability(confidence, correct, bins: int = 10) -> Reliability:
    """Group predictions by confidence.

    Parameters
    ----------
    confidence : array-like of float, shape (n,)
        From 0 to 1.
    correct : array-like of bool, shape (n,)
    bins : int
        Of equal width, from 0 to 1; empty ones are left out.

    Returns
    -------
    Reliability
        A row for each bin that is not empty, the least confident first.
    """
    confidence, correct = np.asarray(confidence, float), np.asarray(correct, float)
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)  # confidence 1 is in the last
    items = np.bincount(bin_of, minlength=bins)
    full = items > 0
    mean_confidence = np.bincount(bin_of, confidence, bins)[full] / items[full]
    mean_correct = np.bincount(bin_of, correct, bins)[full] / items[full]
    return Reliability(items[full] / len(confidence), mean_confidence, mean_correct)


def calibration_error(confidence, correct, bins: int = 10, **options) -> Estimate:
    """Expected calibration error: how far confidence and accuracy lie apart, on average over bins.

    It is biased upwards: noise in a bin counts as an error, the more so the fewer predictions.

    References
    ----------
    Guo et al. 2017, On calibration of modern neural networks, arXiv 1706.04599.

    Examples
    --------
    >>> calibration_error([0.9] * 10, [1] * 9 + [0]).value < 1e-9
    True
    """

    def score(confidence, correct):
        share, said, was = reliability(confidence, correct, bins)
        return (share * np.abs(said - was)).sum()

    return bootstrap(score, np.asarray(confidence), np.asarray(correct), **options)


def fit_temperature(logits, y_true) -> float:
    """The temperature by which to divide logits so that softmax fits the truth best.

    One number, fitted by maximum likelihood on held-out items; it changes no decision.

    Parameters
    ----------
    logits : array-like of float, shape (n, c)
    y_true : array-like of int, shape (n,)
        The column of the right class.

    Returns
    -------
    float
        Above 1 where the model was too sure.

    References
    ----------
    Guo et al. 2017, arXiv 1706.04599, section 4.2.
    """
    logits, y_true = np.asarray(logits, float), np.asarray(y_true)
    rows = np.arange(len(y_true))

    def loss(log_temperature):
        scaled = logits / np.exp(log_temperature)
        return (logsumexp(scaled, axis=1) - scaled[rows, y_true]).mean()

    best = minimize_scalar(loss, bounds=(-5, 5), method="bounded", options={"xatol": 1e-8})
    return float(np.exp(best.x))


def coverage_curve(confidence, correct) -> tuple[np.ndarray, np.ndarray]:
    """What answering only when sure is worth.

    Parameters
    ----------
    confidence : array-like of float, shape (n,)
    correct : array-like of bool, shape (n,)

    Returns
    -------
    coverage, accuracy : numpy.ndarray, shape (n,)
        The share of items that is answered, and the accuracy among them, the most confident first.

    Examples
    --------
    >>> coverage, right = coverage_curve([0.9, 0.5, 0.7, 0.6], [1, 0, 1, 1])
    >>> coverage.tolist(), right.tolist()
    ([0.25, 0.5, 0.75, 1.0], [1.0, 1.0, 1.0, 0.75])
    """
    order = np.argsort(-np.asarray(confidence), kind="stable")
    answered = np.arange(1, len(order) + 1)
    return answered / len(order), np.cumsum(np.asarray(correct, float)[order]) / answered
