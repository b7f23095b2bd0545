"""Yes or no per item, by a score: areas under curves, thresholds, sensitivity, specificity."""

from __future__ import annotations

from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from clipkit import checks
from clipkit.evaluation.intervals import (
    Booleans,
    Estimate,
    Floats,
    Integers,
    Resampling,
    bootstrap,
    share,
)


def _scored(y_true: ArrayLike, measure: str, **scores: ArrayLike) -> tuple[Booleans, list[Floats]]:
    """Truth and scores, once there are items of both kinds."""
    true = checks.binary(y_true, "y_true")
    checked = {name: checks.numbers(values, name) for name, values in scores.items()}
    checks.same_length(y_true=true, **checked)
    if true.all() or not true.any():
        kind = "positive" if true.all() else "negative"
        raise ValueError(
            f"y_true holds {kind} items only; {measure} needs both positive and negative ones"
        )
    return true, list(checked.values())


def _ranks(scores: Floats) -> Integers:
    """Whole numbers in the order of the scores: compared faster, a thousand times."""
    return np.unique(scores, return_inverse=True)[1]


def _auroc(positive: Booleans, ranks: Integers) -> float:
    """Return the area by the rank sum of Mann and Whitney; undefined where one class is missing."""
    n_positive = int(positive.sum())
    n_negative = len(positive) - n_positive
    if n_positive == 0 or n_negative == 0:
        return np.nan
    total = rankdata(ranks)[positive].sum()
    return (total - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative)


def auroc(y_true: ArrayLike, y_score: ArrayLike, **options: Unpack[Resampling]) -> Estimate:
    """Return the area under the ROC curve: how often a positive item scores above a negative one.

    Parameters
    ----------
    y_true : array-like of bool or of 0 and 1, shape (n,)
    y_score : array-like of float, shape (n,)
    **options
        For `bootstrap`.

    Raises
    ------
    ValueError
        If there are no positive or no negative items, or an argument is not as above.

    Examples
    --------
    >>> auroc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).value
    0.75
    """
    positive, (scores,) = _scored(y_true, "AUROC", y_score=y_score)
    return bootstrap(_auroc, positive, _ranks(scores), **options)


def auroc_difference(
    y_true: ArrayLike, first: ArrayLike, second: ArrayLike, **options: Unpack[Resampling]
) -> Estimate:
    """Return how much larger the AUROC of `second` is than that of `first`, on the same items.

    With `groups`, such as patients, all films of a patient are drawn together.

    Parameters
    ----------
    y_true : array-like of bool or of 0 and 1, shape (n,)
    first, second : array-like of float, shape (n,)
        The scores of two models.
    **options
        For `bootstrap`.

    Examples
    --------
    >>> auroc_difference([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], [0.1, 0.2, 0.35, 0.8]).value
    0.25
    """
    positive, (a, b) = _scored(y_true, "AUROC", first=first, second=second)

    def difference(positive: Booleans, a: Integers, b: Integers) -> float:
        return _auroc(positive, b) - _auroc(positive, a)

    return bootstrap(difference, positive, _ranks(a), _ranks(b), **options)


def average_precision(
    y_true: ArrayLike, y_score: ArrayLike, **options: Unpack[Resampling]
) -> Estimate:
    """Return the area under the precision-recall curve, as a sum of steps.

    A classifier that knows nothing gets the share of positives.

    Parameters
    ----------
    y_true : array-like of bool or of 0 and 1, shape (n,)
    y_score : array-like of float, shape (n,)
    **options
        For `bootstrap`.

    Examples
    --------
    >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).value, 3)
    0.833
    """
    positive, (scores,) = _scored(y_true, "average precision", y_score=y_score)

    def score(positive: Booleans, ranks: Integers) -> float:
        order = np.argsort(-ranks, kind="stable")
        positive, ranks = positive[order], ranks[order]
        last = np.append(ranks[1:] != ranks[:-1], True)  # equal scores are one step
        found, shown = np.cumsum(positive)[last], np.flatnonzero(last) + 1
        if found[-1] == 0:
            return np.nan
        return (np.diff(found, prepend=0) * found / shown).sum() / found[-1]

    return bootstrap(score, positive, _ranks(scores), **options)


def best_threshold(y_true: ArrayLike, y_score: ArrayLike) -> float:
    """Return the t for which `score >= t` has the best balanced accuracy; choose on validation.

    Parameters
    ----------
    y_true : array-like of bool or of 0 and 1, shape (n,)
    y_score : array-like of float, shape (n,)

    Raises
    ------
    ValueError
        If there are no positive or no negative items, or an argument is not as above.

    Examples
    --------
    >>> best_threshold([0, 0, 1], [0.1, 0.2, 0.7])
    0.7
    """
    positive, (scores,) = _scored(y_true, "a threshold", y_score=y_score)
    thresholds, found, spared = _rates(positive, scores)
    return float(thresholds[np.argmax(found + spared)])


def _rates(positive: Booleans, scores: Floats) -> tuple[Floats, Floats, Floats]:
    """Each score as a threshold, ascending, with the sensitivity and specificity that it gives."""
    thresholds = np.unique(scores)
    ill, well = np.sort(scores[positive]), np.sort(scores[~positive])
    found = 1 - np.searchsorted(ill, thresholds) / len(ill)
    spared = np.searchsorted(well, thresholds) / len(well)
    return thresholds, found, spared


def threshold_at_specificity(
    y_true: ArrayLike, y_score: ArrayLike, specificity: float = 0.9
) -> float:
    """Return the lowest t for which `score >= t` spares this share of the negative items.

    Choose it on validation, then report `sensitivity` and `specificity` of the test split at it.

    Parameters
    ----------
    y_true : array-like of bool or of 0 and 1, shape (n,)
    y_score : array-like of float, shape (n,)
    specificity : float
        From 0 to 1.

    Examples
    --------
    >>> threshold_at_specificity([0, 0, 0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4, 0.35, 0.8], 0.75)
    0.35
    """
    positive, (scores,) = _scored(y_true, "a threshold", y_score=y_score)
    (wanted,) = checks.numbers([specificity], "specificity", low=0, high=1)
    thresholds, _, spared = _rates(positive, scores)
    enough = np.flatnonzero(spared >= wanted - 1e-12)
    # Where the highest score of all is a negative's, only a threshold above it spares all.
    return float(thresholds[enough[0]] if len(enough) else np.nextafter(scores.max(), np.inf))


def sensitivity(
    y_true: ArrayLike, y_score: ArrayLike, threshold: float, **options: Unpack[Resampling]
) -> Estimate:
    """Return the share of the positive items that score at least `threshold`.

    Parameters
    ----------
    y_true : array-like of bool or of 0 and 1, shape (n,)
    y_score : array-like of float, shape (n,)
    threshold : float
        Chosen on other items, such as by `threshold_at_specificity` on validation.
    **options
        For `share`; `groups` has an entry for each of the n items.

    Examples
    --------
    >>> sensitivity([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.3).value
    1.0
    """
    positive, (scores,) = _scored(y_true, "sensitivity", y_score=y_score)
    return _share_of(positive, scores >= checks.number(threshold, "threshold"), options)


def specificity(
    y_true: ArrayLike, y_score: ArrayLike, threshold: float, **options: Unpack[Resampling]
) -> Estimate:
    """Return the share of the negative items that score below `threshold`.

    Parameters
    ----------
    y_true : array-like of bool or of 0 and 1, shape (n,)
    y_score : array-like of float, shape (n,)
    threshold : float
    **options
        For `share`; `groups` has an entry for each of the n items.

    Examples
    --------
    >>> specificity([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.3).value
    0.5
    """
    positive, (scores,) = _scored(y_true, "specificity", y_score=y_score)
    return _share_of(~positive, scores < checks.number(threshold, "threshold"), options)


def _share_of(chosen: Booleans, held: Booleans, options: Resampling) -> Estimate:
    """Return the share among some of the items, and of their groups."""
    if (given := options.get("groups")) is not None:
        groups = checks.labels(given, "groups")
        checks.same_length(groups=groups, y_true=chosen)
        options["groups"] = groups[chosen]
    return share(held[chosen], **options)


def sensitivity_at_specificity(
    y_true: ArrayLike,
    y_score: ArrayLike,
    specificity: float = 0.9,
    **options: Unpack[Resampling],
) -> Estimate:
    """Return the largest sensitivity among the thresholds that reach a specificity.

    The point of the ROC curve, which is read off the same items: what a ranking allows. What one
    threshold gives on new items is for `threshold_at_specificity` and `sensitivity`.

    Parameters
    ----------
    y_true : array-like of bool or of 0 and 1, shape (n,)
    y_score : array-like of float, shape (n,)
    specificity : float
        From 0 to 1.
    **options
        For `bootstrap`; every resample has a threshold of its own.

    Examples
    --------
    >>> sensitivity_at_specificity([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.9).value
    0.5
    """
    positive, (scores,) = _scored(y_true, "sensitivity", y_score=y_score)
    threshold_at_specificity(positive, scores, specificity)  # checks the specificity

    def reached(positive: Booleans, ranks: Floats) -> float:
        if positive.all() or not positive.any():
            return np.nan
        _, found, spared = _rates(positive, ranks)
        return found[spared >= specificity - 1e-12].max(initial=0)

    return bootstrap(reached, positive, _ranks(scores), **options)
