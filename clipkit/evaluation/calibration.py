"""Whether confidence can be believed, and what is left when only sure answers count."""

from __future__ import annotations

from typing import NamedTuple, Unpack

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from clipkit import checks
from clipkit.evaluation.intervals import Estimate, Floats, Resampling, bootstrap
from clipkit.evaluation.rankings import ranking


class Reliability(NamedTuple):
    """Predictions by confidence: the share in each bin, its mean confidence, how many are right."""

    share: Floats
    confidence: Floats
    accuracy: Floats


def _confident(confidence: ArrayLike, correct: ArrayLike) -> tuple[Floats, Floats]:
    said = checks.numbers(confidence, "confidence", low=0, high=1)
    was = checks.binary(correct, "correct")
    checks.same_length(confidence=said, correct=was)
    return said.astype(float), was.astype(float)


def reliability(confidence: ArrayLike, correct: ArrayLike, bins: int = 10) -> Reliability:
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

    Examples
    --------
    >>> reliability([0.5, 0.75, 1.0], [0, 1, 1], bins=2).accuracy.round(2)
    array([0.67])
    """
    return _reliability(*_confident(confidence, correct), checks.whole(bins, "bins", 1))


def _reliability(confidence: Floats, correct: Floats, bins: int) -> Reliability:
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)  # confidence 1 is in the last
    full, bin_of, items = np.unique(bin_of, return_inverse=True, return_counts=True)
    mean_confidence = np.bincount(bin_of, confidence) / items
    mean_correct = np.bincount(bin_of, correct) / items
    return Reliability(items / len(confidence), mean_confidence, mean_correct)


def calibration_error(
    confidence: ArrayLike, correct: ArrayLike, bins: int = 10, **options: Unpack[Resampling]
) -> Estimate:
    """Return the expected calibration error: how far confidence and accuracy lie apart, on average
    over bins.

    It is biased upwards: noise in a bin counts as an error, the more so the fewer predictions.

    Parameters
    ----------
    confidence, correct, bins
        As for `reliability`.
    **options
        For `bootstrap`.

    References
    ----------
    Guo et al. 2017, On calibration of modern neural networks, arXiv 1706.04599.

    Examples
    --------
    >>> calibration_error([0.9] * 10, [1] * 9 + [0]).value < 1e-9
    True
    """
    said, was = _confident(confidence, correct)
    bins = checks.whole(bins, "bins", 1)

    def score(said: Floats, was: Floats) -> float:
        groups = _reliability(said, was, bins)
        return (groups.share * np.abs(groups.confidence - groups.accuracy)).sum()

    return bootstrap(score, said, was, **options)


def fit_temperature(logits: ArrayLike, y_true: ArrayLike) -> float:
    """Return the temperature by which to divide logits so that softmax fits the truth best.

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

    Raises
    ------
    ValueError
        If no temperature fits best, because every item is right or the right classes score no
        higher than the rest, or an argument is not as above.

    References
    ----------
    Guo et al. 2017, arXiv 1706.04599, section 4.2.
    """
    scores = checks.numbers(logits, "logits", "n, m").astype(float)
    right = checks.columns(y_true, "y_true", scores.shape[1])
    checks.same_length(logits=scores, y_true=right)
    rows = np.arange(len(right))
    own = scores[rows, right]
    if (own == scores.max(axis=1)).all() or own.mean() <= scores.mean():
        few = own.mean() <= scores.mean()
        why = "the right classes score no higher than the rest" if few else "every item is right"
        raise ValueError(f"no temperature fits logits and y_true best: {why}; fit on other items")

    def loss(log_temperature: float) -> float:
        scaled = scores / np.exp(log_temperature)
        return (logsumexp(scaled, axis=1) - scaled[rows, right]).mean()

    def between(low: float, high: float) -> float:
        options = {"xatol": 1e-8}
        return minimize_scalar(loss, bounds=(low, high), method="bounded", options=options).x

    best, edge = between(-5, 5), 5
    while abs(best) > edge - 0.01 and edge < 700:  # logits of another scale than a model's
        best = between(edge - 1, edge + 9) if best > 0 else between(-edge - 9, 1 - edge)
        edge += 9
    return float(np.exp(best))


def coverage_curve(confidence: ArrayLike, correct: ArrayLike) -> tuple[Floats, Floats]:
    """Return what answering only when sure is worth.

    Parameters
    ----------
    confidence : array-like of float, shape (n,)
        Of any scale; equally confident items share their places.
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
    said, was = checks.numbers(confidence, "confidence"), checks.binary(correct, "correct")
    checks.same_length(confidence=said, correct=was)
    answered = np.arange(1, len(said) + 1)
    return answered / len(said), np.cumsum(ranking(was, said).gains) / answered
