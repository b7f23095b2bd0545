"""One class per item: accuracy, balanced accuracy, confusion."""

from __future__ import annotations

from typing import Any, NamedTuple, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import metrics

from clipkit import checks
from clipkit.evaluation.intervals import (
    Booleans,
    Estimate,
    Floats,
    Integers,
    Resampling,
    bootstrap,
    share,
    share_of_values,
)


def _classes(y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return true and predicted labels, once they are known to belong together."""
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
    return bootstrap(_balanced, classes, true == said, **options)


def _balanced(classes: Integers, right: Booleans) -> float:
    """Return the mean over the classes that occur of the share that is right."""
    items = np.bincount(classes)
    found = np.bincount(classes, weights=right)
    return (found[items > 0] / items[items > 0]).mean()


def balanced_accuracy_difference(
    y_true: ArrayLike, first: ArrayLike, second: ArrayLike, **options: Unpack[Resampling]
) -> Estimate:
    """Return how much larger the balanced accuracy of `second` is than that of `first`, on the
    same items.

    With `groups`, such as patients, all films of a patient are drawn together.

    Parameters
    ----------
    y_true, first, second : array-like of str or int, shape (n,)
        The truth, and the predictions of two models.
    **options
        For `bootstrap`.

    Examples
    --------
    >>> first, second = ["well", "well", "well"], ["well", "well", "ill"]
    >>> balanced_accuracy_difference(["well", "well", "ill"], first, second).value
    0.5
    """
    true, a = _classes(y_true, first)
    _, b = _classes(y_true, second)
    _, classes = np.unique(true, return_inverse=True)

    def difference(classes: Integers, a: Booleans, b: Booleans) -> float:
        return _balanced(classes, b) - _balanced(classes, a)

    return bootstrap(difference, classes, true == a, true == b, **options)


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
    """Return the place of each entry among the names."""
    order = np.argsort(names, kind="stable")
    return order[np.searchsorted(names, column, sorter=order)]


def _known(labels: ArrayLike, **columns: NDArray) -> NDArray:
    """Return the labels, each once, when every entry of the columns is among them."""
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
    return share_of_values(
        chance_within(scores, _codes(names, true), checks.whole(k, "k", 1, scores.shape[1])),
        **options,
    )


def chance_within(scores: Floats, columns: Integers, k: int) -> Floats:
    """Return how likely each row's given column is among the k highest, ties in random order."""
    own = np.take_along_axis(scores, columns[:, None], axis=1)
    higher = np.count_nonzero(scores > own, axis=1)
    tied = np.count_nonzero(scores == own, axis=1)
    return np.clip((k - higher) / tied, 0, 1)
