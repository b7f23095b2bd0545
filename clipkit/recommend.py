"""Recommendation: shoppers whose tastes are known, a profile of what they bought, and variety."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from clipkit import checks
from clipkit.embeddings import unit_rows

MOST_SHOPPERS = 1_000_000


class Shoppers(NamedTuple):
    """What simulated shoppers like, and what they bought."""

    utility: NDArray[np.float64]
    """How much each shopper (row) likes each product (column), appeal included."""
    purchases: NDArray[np.intp]
    """The products that each shopper bought, by number, in order; none twice."""


def simulate(
    products: Mapping[str, ArrayLike],
    tastes: Mapping[str, float],
    n_shoppers: int,
    n_purchases: int,
    *,
    appeal: float = 1.0,
    seed: int = 0,
) -> Shoppers:
    """Draw shoppers with tastes, and let them buy.

    A shopper likes every value of an attribute (every colour, say) more or less, drawn from a
    normal distribution; what a product is worth to them is the sum over its attributes, and an
    appeal that is the same for all shoppers. Purchases follow the multinomial logit: the chance of
    a product grows with the exponential of its worth, so that tastes show, with noise.

    Parameters
    ----------
    products : dict of str to array-like of str or int, each of shape (n_products,)
        The attributes, such as ``{"category": ..., "colour": ...}``.
    tastes : dict of str to float
        For each attribute, 0 or more: the standard deviation of the shoppers' liking.
    n_shoppers, n_purchases : int
        At least 1; at most as many purchases as products.
    appeal : float
        0 or more: the standard deviation of the products' appeal. The larger, the more alike is
        what all buy.
    seed : int
        The same seed gives the same shoppers.

    Raises
    ------
    TypeError, ValueError
        If products or tastes are no dict, they have different names, or a number is out of range.

    References
    ----------
    McFadden 1974, Conditional logit analysis of qualitative choice behavior.

    Examples
    --------
    >>> kinds = {"category": ["mug", "mug", "sofa"]}
    >>> simulate(kinds, {"category": 1.0}, n_shoppers=2, n_purchases=3).purchases.shape
    (2, 3)
    """
    checks.by_name(products, "products"), checks.by_name(tastes, "tastes")
    if set(products) != set(tastes):
        raise ValueError(
            f"products have the attributes {sorted(products)} and tastes {sorted(tastes)}; there "
            "should be a taste for each attribute"
        )
    for name, spread in {**tastes, "appeal": appeal}.items():
        checks.number(spread, f"the spread of {name}", 0)
    columns = {name: checks.labels(column, name) for name, column in products.items()}
    checks.same_length(**columns)
    n_products = len(next(iter(columns.values())))
    n_shoppers = checks.whole(n_shoppers, "n_shoppers", 1, MOST_SHOPPERS)
    n_purchases = checks.whole(n_purchases, "n_purchases", 1, n_products)
    rng = np.random.default_rng(checks.seed(seed))
    utility = np.tile(rng.normal(0, appeal, n_products), (n_shoppers, 1))
    for name, column in columns.items():
        values, codes = np.unique(column, return_inverse=True)
        utility += rng.normal(0, tastes[name], (n_shoppers, len(values)))[:, codes]
    # The largest of utility plus Gumbel noise is a draw from the logit, the next largest a draw
    # from what is left, and so on.
    drawn = utility + rng.gumbel(size=utility.shape)
    return Shoppers(utility, np.argsort(-drawn, axis=1)[:, :n_purchases])


def profiles(embeddings: Any, histories: ArrayLike) -> torch.Tensor:
    """Return a row for each shopper: the mean of what they bought, of unit length.

    Parameters
    ----------
    embeddings : torch.Tensor or array_like of float, shape (n_products, d)
        As for `search.Index`, which finds what lies near a profile.
    histories : array-like of int, shape (n_shoppers, n_bought)
        Products by number.

    Returns
    -------
    torch.Tensor of float32, shape (n_shoppers, d)

    Raises
    ------
    ValueError
        If a number is no product's, or the products of a shopper cancel out.

    Examples
    --------
    >>> profiles([[1.0, 0.0], [0.0, 1.0]], [[0, 0], [0, 1]])
    tensor([[1.0000, 0.0000],
            [0.7071, 0.7071]])
    """
    rows = unit_rows(embeddings, "embeddings")
    bought = checks.as_array(histories, "histories")
    if bought.ndim != 2 or bought.size == 0:
        raise ValueError(
            f"histories have the shape {bought.shape}; they should have a row for each shopper"
        )
    flat = checks.columns(bought.ravel(), "histories", len(rows))
    means = rows[torch.from_numpy(flat.reshape(bought.shape))].mean(dim=1)
    return unit_rows(means, "profiles")


def maximal_marginal_relevance(
    scores: ArrayLike, embeddings: Any, k: int = 10, diversity: float = 0.3
) -> NDArray[np.intp]:
    """Return k items that score high and are unlike each other, in the order of choice.

    The first has the highest score. Each further one is the best by
    (1 - diversity) x score - diversity x (its highest cosine with those chosen so far).

    Parameters
    ----------
    scores : array-like of float, shape (n,)
        Such as cosines with a profile.
    embeddings : torch.Tensor or array_like of float, shape (n, d)
        Of the same items.
    k : int
        From 1 to n.
    diversity : float
        From 0, which gives the k highest scores, to 1, which looks at nothing but variety.

    Raises
    ------
    ValueError
        If there is not a score for each row, or a number is out of range.

    References
    ----------
    Carbonell and Goldstein 1998, The use of MMR, diversity-based reranking for reordering
    documents and producing summaries (SIGIR).

    Examples
    --------
    >>> rows = [[1.0, 0.0], [1.0, 0.01], [0.0, 1.0]]
    >>> maximal_marginal_relevance([0.9, 0.89, 0.7], rows, k=2, diversity=0.5)
    array([0, 2])
    """
    worth = checks.numbers(scores, "scores")
    rows = unit_rows(embeddings, "embeddings").cpu().numpy()
    checks.same_length(scores=worth, embeddings=rows)
    k = checks.whole(k, "k", 1, len(worth))
    diversity = checks.number(diversity, "diversity", 0, 1)
    chosen = [int(np.argmax(worth))]
    nearest = rows @ rows[chosen[0]]
    while len(chosen) < k:
        marginal = (1 - diversity) * worth - diversity * nearest
        marginal[chosen] = -np.inf
        chosen.append(int(np.argmax(marginal)))
        nearest = np.maximum(nearest, rows @ rows[chosen[-1]])
    return np.array(chosen)
