"""A list of items per query: recall, precision, reciprocal rank and nDCG among the first k."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clipkit import checks
from clipkit.evaluation.classes import chance_within
from clipkit.evaluation.intervals import Estimate, Floats, Integers, Resampling, share_of_values


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
    return share_of_values(chance_within(scores, own, checks.whole(k, "k", 1, m)), **options)


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
    return (ranking(*query) for query in zip(gains, scores, strict=True))


def ranking(gains: NDArray, scores: Floats) -> _Ranking:
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
    """Yield the rankings, once it is known that each has k answers."""
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
