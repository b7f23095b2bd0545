"""Measures, each with an interval: what notebook 02 teaches by hand and every later one uses.

Each agrees with scikit-learn's where it has the same measure (a test compares them); what this
module adds are the intervals, and statistics fast enough to be computed a thousand times for one.
Arguments are taken by position, whatever index a column brings along, and are checked: a measure
of NaN or of labels that do not match is a ValueError that names the argument and the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp
from scipy.stats import binomtest, rankdata
from sklearn import metrics
from sklearn.model_selection import GroupShuffleSplit

from clipkit import checks

Floats = NDArray[np.floating]
Booleans = NDArray[np.bool_]
Integers = NDArray[np.intp]


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
    """A number in words of the format; a rounded difference of -0.00 is 0.00."""
    text = format(number, spec)
    vanishes = np.isfinite(number) and not any(digit in text for digit in "123456789")
    return format(0.0, spec) if vanishes else text


class Resampling(TypedDict, total=False):
    """The options of `bootstrap`, which every measure with an interval hands on."""

    n_resamples: int
    seed: int
    groups: ArrayLike | None


# Intervals


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
    n_resamples = checks.whole(n_resamples, "n_resamples", 0)
    members = _members(groups, len(arrays[0]))
    n = len(arrays[0]) if members is None else len(members)
    try:
        value = statistic(*arrays)
    except TypeError as error:
        raise ValueError(f"the statistic cannot be computed of such columns: {error}") from error
    if np.ndim(value) or not np.isfinite(value):
        raise ValueError(f"the statistic of all {len(arrays[0])} items is {value}, not a number")
    values = []
    rng = np.random.default_rng(seed)
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
    """The rows of each group, or None where every row stands for itself."""
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
    return _share(checks.binary(correct, "correct").astype(float), **options)


def _share(values: Floats, **options: Unpack[Resampling]) -> Estimate:
    """The share of what is right (1), wrong (0) or, where scores tie, in between."""
    if options.get("groups") is not None:
        return bootstrap(np.mean, values, **options)
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


# Classes


def _classes(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, NDArray]:
    """True and predicted labels, once they are known to belong together."""
    true, said = checks.labels(y_true, "y_true"), checks.labels(y_pred, "y_pred")
    checks.same_length(y_true=true, y_pred=said)
    checks.same_kind(true, said, ("y_true", "y_pred"))
    return true, said


def accuracy(y_true: ArrayLike, y_pred: ArrayLike, **options: Unpack[Resampling]) -> Estimate:
    """Return the share of right predictions, with the interval of `share`.

    Parameters
    ----------
    y_true, y_pred : array-like of str or int, shape (n,)

    Examples
    --------
    >>> print(accuracy(["mug"] * 10, ["mug"] * 9 + ["vase"]))
    0.900 [0.596, 0.982]
    """
    true, said = _classes(y_true, y_pred)
    return share(true == said, **options)


def balanced_accuracy(
    y_true: ArrayLike, y_pred: ArrayLike, **options: Unpack[Resampling]
) -> Estimate:
    """Return the accuracy averaged over the true classes: a frequent one counts no more than a
    rare one.

    Parameters
    ----------
    y_true, y_pred : array-like of str or int, shape (n,)
    **options
        For `bootstrap`.

    Examples
    --------
    >>> balanced_accuracy(["well"] * 9 + ["ill"], ["well"] * 10).value
    0.5
    """
    true, said = _classes(y_true, y_pred)
    _, classes = np.unique(true, return_inverse=True)

    def score(classes: Integers, right: Booleans) -> float:
        items = np.bincount(classes)
        found = np.bincount(classes, weights=right)
        return (found[items > 0] / items[items > 0]).mean()

    return bootstrap(score, classes, true == said, **options)


class Confusion(NamedTuple):
    """How often each class (row) was taken for each other (column)."""

    counts: Integers
    labels: NDArray

    def worst(self, n: int = 3) -> list[tuple[Any, Any, int]]:
        """Return the most frequent confusions: true class, predicted class, how often."""
        beside = self.counts - np.diag(np.diag(self.counts))
        order = np.argsort(-beside, axis=None, kind="stable")[: checks.whole(n, "n", 1)]
        places = (np.unravel_index(cell, beside.shape) for cell in order)
        return [
            (self.labels[row], self.labels[column], int(beside[row, column]))
            for row, column in places
            if beside[row, column] > 0
        ]


def confusion_matrix(
    y_true: ArrayLike, y_pred: ArrayLike, labels: ArrayLike | None = None
) -> Confusion:
    """Count how often each class was taken for each other.

    Parameters
    ----------
    y_true, y_pred : array-like of str or int, shape (n,)
    labels : array-like of str or int, shape (c,), optional
        The classes in the order of rows and columns; by default all that occur, sorted.

    Raises
    ------
    ValueError
        As the other measures, and if a label is not among `labels`.

    Examples
    --------
    >>> confusion = confusion_matrix(["mug", "mug", "vase"], ["mug", "vase", "vase"])
    >>> confusion.counts
    array([[1, 1],
           [0, 1]])
    >>> [f"{true} taken for {said}: {times}" for true, said, times in confusion.worst()]
    ['mug taken for vase: 1']
    """
    true, said = _classes(y_true, y_pred)
    names = np.union1d(true, said) if labels is None else _known(labels, y_true=true, y_pred=said)
    codes = _codes(names, true), _codes(names, said)
    counts = metrics.confusion_matrix(*codes, labels=np.arange(len(names)))
    return Confusion(counts, names)


def _codes(names: NDArray, column: NDArray) -> Integers:
    """The place of each entry among the names."""
    order = np.argsort(names, kind="stable")
    return order[np.searchsorted(names, column, sorter=order)]


def _known(labels: ArrayLike, **columns: NDArray) -> NDArray:
    """The labels, each once, when every entry of the columns is among them."""
    names = checks.labels(labels, "labels")
    if len(np.unique(names)) < len(names):
        raise ValueError("labels holds an entry twice; each class should be there once")
    for name, column in columns.items():
        checks.same_kind(column, names, (name, "labels"))
        checks.refuse_where(~np.isin(column, names), column, name, "labels should hold every class")
    return names


def top_k_accuracy(
    y_true: ArrayLike, y_score: ArrayLike, labels: ArrayLike, k: int, **options: Unpack[Resampling]
) -> Estimate:
    """Return the share of the items whose true class is among the k with the highest scores.

    Equal scores share their places, as if their order were drawn: a class that ties with another
    one for the last place counts one half.

    Parameters
    ----------
    y_true : array-like of str or int, shape (n,)
    y_score : array-like of float, shape (n, c)
    labels : array-like of str or int, shape (c,)
        The class of each column.
    k : int
        From 1 to c.

    Examples
    --------
    >>> top_k_accuracy(["b"], [[0.5, 0.4, 0.1]], ["a", "b", "c"], k=2).value
    1.0
    """
    true, scores = checks.labels(y_true, "y_true"), checks.numbers(y_score, "y_score", "n, m")
    checks.same_length(y_true=true, y_score=scores)
    names = _known(labels, y_true=true)
    if len(names) != scores.shape[1]:
        raise ValueError(f"there are {len(names)} labels for {scores.shape[1]} columns of y_score")
    return _share(
        _within(scores, _codes(names, true), checks.whole(k, "k", 1, scores.shape[1])), **options
    )


def _within(scores: Floats, columns: Integers, k: int) -> Floats:
    """How likely the given column of each row is among the k highest, ties in random order."""
    own = np.take_along_axis(scores, columns[:, None], axis=1)
    higher = np.count_nonzero(scores > own, axis=1)
    tied = np.count_nonzero(scores == own, axis=1)
    return np.clip((k - higher) / tied, 0, 1)


# Scores of positive and negative items


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
    """The area by the rank sum of Mann and Whitney; undefined where one class is missing."""
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
    return _share_of(positive, scores >= threshold, options)


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
    return _share_of(~positive, scores < threshold, options)


def _share_of(chosen: Booleans, held: Booleans, options: Resampling) -> Estimate:
    """The share among some of the items, and of their groups."""
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


# Search


def recall_at_k(
    similarity: ArrayLike, k: int, y_true: ArrayLike | None = None, **options: Unpack[Resampling]
) -> Estimate:
    """Return the share of the queries whose own item is among the k most similar.

    Equal scores share their places, as if their order were drawn: if everything is equally
    similar, k of m items are as good as chance, k/m.

    Parameters
    ----------
    similarity : array-like of float, shape (n, m)
        Row i holds the similarity of query i to all items.
    k : int
        How many answers count, from 1 to m.
    y_true : array-like of int, shape (n,), optional
        The column of each query's own item. By default item i belongs to query i, which needs as
        many items as queries.
    **options
        For `share`.

    Raises
    ------
    ValueError
        If the matrix is not square and `y_true` is not given, or an argument is not as above.

    Examples
    --------
    >>> recall_at_k(np.eye(4), 1).value
    1.0
    >>> recall_at_k([[0.9, 0.1, 0.2], [0.3, 0.1, 0.8]], 1, y_true=[0, 2]).value
    1.0
    """
    scores = checks.numbers(similarity, "similarity", "n, m")
    n, m = scores.shape
    if y_true is None and n != m:
        raise ValueError(
            f"similarity is {n} x {m}, so that item i cannot be the one of query i; y_true should "
            "say which column belongs to each row"
        )
    own = np.arange(n) if y_true is None else checks.columns(y_true, "y_true", m)
    checks.same_length(similarity=scores, y_true=own)
    return _share(_within(scores, own, checks.whole(k, "k", 1, m)), **options)


class _Ranking(NamedTuple):
    """A query's answers, best first; answers with equal scores lie in one tie."""

    gains: Floats  # expected at each rank, as if the order within a tie were drawn
    start: Integers  # how many answers lie before the tie
    size: Integers
    before: Integers  # relevant answers before the tie
    within: Integers  # relevant answers in it


def _rankings(y_true: ArrayLike, y_score: ArrayLike, graded: bool = False) -> Iterator[_Ranking]:
    """Each query's ranking, one after the other, so that memory does not grow with queries."""
    check = checks.numbers if graded else checks.binary
    gains = check(y_true, "y_true", "n, m")
    scores = checks.numbers(y_score, "y_score", "n, m")
    if gains.shape != scores.shape:
        raise ValueError(
            f"y_true is {gains.shape[0]} x {gains.shape[1]} and y_score {scores.shape[0]} x "
            f"{scores.shape[1]}; both should have a row for each query and a column for each item"
        )
    if graded:
        checks.refuse_where(gains < 0, gains, "y_true", "a gain should be 0 or more")
    nothing = np.asarray(~(gains > 0).any(axis=1))
    checks.refuse_where(
        nothing, nothing, "y_true", "a query needs a relevant item", "nothing relevant"
    )
    return (_ranking(*query) for query in zip(gains, scores, strict=True))


def _ranking(gains: NDArray, scores: Floats) -> _Ranking:
    order = np.argsort(-scores, kind="stable")
    gains, scores = gains[order].astype(float), scores[order]
    starts = np.flatnonzero(np.append(True, scores[1:] != scores[:-1]))
    sizes = np.diff(np.append(starts, len(scores)))
    relevant = np.add.reduceat((gains > 0).astype(int), starts)
    columns = (
        np.add.reduceat(gains, starts) / sizes,
        starts,
        sizes,
        np.cumsum(relevant) - relevant,
        relevant,
    )
    return _Ranking(*(np.repeat(column, sizes) for column in columns))


def precision_at_k(y_true: ArrayLike, y_score: ArrayLike, k: int) -> Floats:
    """Return, for each query, the share of the first k answers that is relevant.

    In this and the other measures of rankings, answers with equal scores share their places, as if
    their order were drawn. `bootstrap(np.mean, ...)` and `paired_difference` take what they return.

    Parameters
    ----------
    y_true : array-like of bool or of 0 and 1, shape (n_queries, n_items)
        Whether an item is relevant to a query.
    y_score : array-like of float, shape (n_queries, n_items)
        An item that should be left out, such as the query itself, is left out of both.
    k : int
        From 1 to n_items.

    Returns
    -------
    numpy.ndarray of float, shape (n_queries,)

    Raises
    ------
    ValueError
        If nothing is relevant to a query, or an argument is not as above.

    Examples
    --------
    >>> precision_at_k([[1, 0, 1]], [[0.9, 0.8, 0.1]], 2)
    array([0.5])
    """
    rankings = _rankings(y_true, y_score)
    return np.array([ranking.gains[:k].mean() for ranking in _within_k(rankings, k)])


def _within_k(rankings: Iterator[_Ranking], k: int) -> Iterator[_Ranking]:
    """The rankings, once it is known that each has k answers."""
    for ranking in rankings:
        checks.whole(k, "k", 1, len(ranking.gains))
        yield ranking


def average_precision_at_k(y_true: ArrayLike, y_score: ArrayLike, k: int) -> Floats:
    """Return, for each query, the average precision of its first k answers.

    The precision at the rank of each relevant answer among the first k, summed, and divided by
    the sum that is possible: k, or the number of relevant items if that is smaller.

    Parameters
    ----------
    y_true, y_score, k
        As for `precision_at_k`.

    Returns
    -------
    numpy.ndarray of float, shape (n_queries,)

    References
    ----------
    McSherry and Najork 2008, Computing information retrieval performance measures efficiently in
    the presence of tied scores (ECIR): the expectation over the order of ties.

    Examples
    --------
    >>> average_precision_at_k([[1, 0, 1]], [[0.9, 0.8, 0.1]], 3).round(3)
    array([0.833])
    """
    return np.array([_average(r, k) for r in _within_k(_rankings(y_true, y_score), k)])


def _average(ranking: _Ranking, k: int) -> float:
    rank = np.arange(1, len(ranking.gains) + 1)
    # Given that this answer is relevant, how many relevant ones are expected up to it: those
    # before the tie, itself, and its share of the other relevant ones in the tie.
    others = (rank - ranking.start - 1) * (ranking.within - 1) / np.maximum(ranking.size - 1, 1)
    precision = (ranking.before + 1 + others) / rank
    relevant = ranking.before[-1] + ranking.within[-1]
    return (ranking.gains * precision)[:k].sum() / min(k, relevant)


def reciprocal_rank(y_true: ArrayLike, y_score: ArrayLike) -> Floats:
    """Return, for each query, one divided by the rank of the first relevant answer.

    Its mean over queries is the MRR.

    Parameters
    ----------
    y_true, y_score
        As for `precision_at_k`.

    Returns
    -------
    numpy.ndarray of float, shape (n_queries,)

    Examples
    --------
    >>> reciprocal_rank([[0, 1, 1], [1, 0, 0]], [[0.9, 0.8, 0.1], [0.9, 0.8, 0.1]])
    array([0.5, 1. ])
    """
    return np.array([_reciprocal(ranking) for ranking in _rankings(y_true, y_score)])


def _reciprocal(ranking: _Ranking) -> float:
    first = int(np.flatnonzero(ranking.within)[0])  # the first rank of the first tie that counts
    size, relevant = int(ranking.size[first]), int(ranking.within[first])
    # How likely the first relevant answer of the tie lies at each of its places: all places
    # before hold one of the others.
    places = np.arange(size - relevant + 1)
    free = (size - relevant - places[:-1]) / (size - places[:-1])
    reached = np.cumprod(np.append(1.0, free))
    return (reached * relevant / (size - places) / (first + 1 + places)).sum()


def ndcg_at_k(y_true: ArrayLike, y_score: ArrayLike, k: int) -> Floats:
    """Return, for each query, the normalised discounted cumulative gain of its first k answers.

    A gain at rank r counts 1 / log2(r + 1); the sum is divided by that of the best order.

    Parameters
    ----------
    y_true : array-like of float, shape (n_queries, n_items)
        The gain of an item for a query, 0 or more: relevant or not, or a grade.
    y_score, k
        As for `precision_at_k`.

    Returns
    -------
    numpy.ndarray of float, shape (n_queries,)

    References
    ----------
    Järvelin and Kekäläinen 2002, Cumulated gain-based evaluation of IR techniques.

    Examples
    --------
    >>> ndcg_at_k([[3, 0, 1]], [[0.9, 0.8, 0.1]], 3).round(3)
    array([0.964])
    """
    rankings = list(_within_k(_rankings(y_true, y_score, graded=True), k))
    discount = 1 / np.log2(np.arange(2, k + 2))
    best = -np.sort(-checks.numbers(y_true, "y_true", "n, m"), axis=1)[:, :k] @ discount
    return np.array([ranking.gains[:k] @ discount for ranking in rankings]) / best


# Confidence


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

    best = minimize_scalar(loss, bounds=(-5, 5), method="bounded", options={"xatol": 1e-8})
    return float(np.exp(best.x))


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
    return answered / len(said), np.cumsum(_ranking(was, said).gains) / answered


# Splits


class Split(NamedTuple):
    """The rows of each part, in ascending order."""

    train: Integers
    validation: Integers
    test: Integers


def split_by_group(
    groups: ArrayLike, validation: float = 0.15, test: float = 0.15, seed: int = 0
) -> Split:
    """Split rows so that no group, such as a patient, has rows in two parts.

    Parameters
    ----------
    groups : array-like of str or int, shape (n,)
        The group of each row.
    validation, test : float
        The share of the groups that goes into each, above 0; at least one group each.
    seed : int

    Returns
    -------
    Split
        For a data set: ``{part: films.select(rows) for part, rows in split._asdict().items()}``.

    Raises
    ------
    ValueError
        If a group is missing, there are fewer than three, or the shares leave nothing to train on.

    Examples
    --------
    >>> split = split_by_group(["Ann", "Ann", "Bob", "Cem", "Cem", "Dee"], 0.25, 0.25)
    >>> sorted(len(rows) for rows in split)
    [1, 2, 3]
    """
    names = checks.labels(groups, "groups")
    checks.numbers([validation, test], "validation and test", low=0, high=1)
    n = len(np.unique(names))
    sizes = [max(round(n * part), 1) for part in (validation, test)]
    if min(validation, test) <= 0 or sum(sizes) >= n:
        raise ValueError(
            f"{n} groups cannot be split into validation ({validation}), test ({test}) and a rest "
            "for training; each part needs at least one group"
        )
    rest, tested = _set_apart(names, np.arange(len(names)), sizes[1], seed)
    train, validated = _set_apart(names, rest, sizes[0], seed)
    return Split(train, validated, tested)


def _set_apart(names: NDArray, rows: Integers, n: int, seed: int) -> tuple[Integers, Integers]:
    """Some rows without those of n groups, and the rows of these."""
    splitter = GroupShuffleSplit(1, test_size=n, random_state=seed)
    stay, go = next(splitter.split(rows, groups=names[rows]))
    return rows[stay], rows[go]
