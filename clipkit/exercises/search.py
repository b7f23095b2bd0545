"""The checks of notebook 04, search and recommendation.

The references take other roads than the notebook: sums over pairs and sets of Python's own, one
item after the other, where the notebook sorts and multiplies whole arrays.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clipkit.exercises.engine import Answer, Confusion, Wrong, agree, exercise, explain, require
from clipkit.exercises.inputs import unit

Array = NDArray[Any]
Case = tuple[Any, ...]


def _until(good: Callable[..., bool], draw: Callable[[], Case]) -> Case:
    """Draw a case until a right answer differs from what is mistaken for it."""
    while not good(*(case := draw())):
        pass
    return case


def _best(scores: Array, k: int) -> list[int]:
    return sorted(range(len(scores)), key=lambda i: -scores[i])[:k]


# nDCG


def _dcg(gains: Any, worth: Callable[[int], float] = lambda rank: 1 / math.log2(rank + 1)) -> float:
    return sum(gain * worth(rank) for rank, gain in enumerate(gains, start=1))


def _ndcg_cases(rng: np.random.Generator) -> list[Case]:
    def draw(m: int, k: int) -> Case:
        gains = rng.integers(0, 4, m).astype(float)
        return gains, rng.permutation(m) / m + 0.05, k

    def good(gains: Array, scores: Array, k: int) -> bool:
        found = gains[_best(scores, k)]
        return bool(found.any()) and sorted(found) != sorted(gains)[-k:] and max(found) > 1

    return [_until(good, partial(draw, m, k)) for m, k in ((5, 3), (12, 5), (40, 10))]


@exercise(
    "search.ndcg",
    _ndcg_cases,
    "Gains are taken in the order of the scores, discounted by rank, and divided by the best that "
    "any order of all items reaches.",
)
def ndcg(answer: Answer, gains: Array, scores: Array, k: int) -> None:
    found, ideal = gains[_best(scores, k)], sorted(gains, reverse=True)[:k]

    def by(worth: Callable[[int], float]) -> float:
        return _dcg(found, worth) / _dcg(ideal, worth)

    confusions = [
        Confusion(
            "not normalised",
            "This is the DCG. Divide it by the DCG of the best order, so that 1 is the best.",
            lambda: _dcg(found),
        ),
        Confusion(
            "no discount",
            "All ranks count the same here. Divide the gain at rank r by log2(r + 1).",
            lambda: by(lambda rank: 1.0),
        ),
        Confusion(
            "reciprocal rank as discount",
            "You divided by the rank itself. The discount is log2(rank + 1), which falls more "
            "slowly.",
            lambda: by(lambda rank: 1 / rank),
        ),
        Confusion(
            "rank from zero",
            "Your ranks are one too high: the first has rank 1 and its discount is log2(2) = 1.",
            lambda: by(lambda rank: 1 / math.log2(rank + 2)),
        ),
        Confusion(
            "scores ignored",
            "You took the gains as they stand. Sort them by the scores first, highest first.",
            lambda: _dcg(gains[:k]) / _dcg(ideal),
        ),
        Confusion(
            "scores ascending",
            "Your first answer is the one with the lowest score. `np.argsort(-scores)` puts the "
            "highest first.",
            lambda: _dcg(gains[_best(-scores, k)]) / _dcg(ideal),
        ),
        Confusion(
            "ideal of the answers",
            "Your best order knows only the k answers. The best order is that of *all* items: a "
            "good item that was not found is a loss.",
            lambda: _dcg(found) / _dcg(sorted(found, reverse=True)),
        ),
        Confusion(
            "exponential gains",
            "You took 2 to the power of the gain, minus 1. That is another convention; take the "
            "gains as they are.",
            lambda: _dcg(2**found - 1) / _dcg([2**gain - 1 for gain in ideal]),
        ),
    ]
    require(
        answer.number(gains, scores, k, confusions=confusions),
        by(lambda rank: 1 / math.log2(rank + 1)),
        "Your number is not the discounted gain of the first k answers divided by the best one.",
        confusions,
    )


# Reciprocal rank fusion


def _fuse_cases(rng: np.random.Generator) -> list[Case]:
    return [
        (rng.permutation(n) / n, rng.permutation(n) * 1.5, constant)
        for n, constant in ((4, 1), (9, 5), (25, 10))
    ]


@exercise(
    "search.fuse",
    _fuse_cases,
    "Each search gives an item 1 / (constant + rank), whatever the scale of its scores.",
)
def fuse(answer: Answer, first: Array, second: Array, constant: int) -> None:
    both = (first, second)
    ranks = [np.array([1 + sum(s > own for s in scores) for own in scores]) for scores in both]
    orders = [np.argsort(-scores) for scores in both]
    confusions = [
        Confusion(
            "rank from zero",
            "Your best item has rank 0. Ranks count from 1.",
            lambda: sum(1 / (constant + rank - 1) for rank in ranks),
        ),
        Confusion(
            "ranks ascending",
            "Your rank 1 is the *lowest* score. Sort with the highest first: `-scores`.",
            lambda: sum(1 / (constant + len(rank) + 1 - rank) for rank in ranks),
        ),
        Confusion(
            "order for ranks",
            "`argsort` says which item comes first, second, third; you need which place each item "
            "has. Sort the order once more: `np.argsort(np.argsort(-scores))`.",
            lambda: sum(1 / (constant + order + 1) for order in orders),
        ),
        Confusion(
            "order for ranks",
            "`argsort` says which item comes first, second, third; you need which place each item "
            "has. Sort the order once more: `np.argsort(np.argsort(-scores))`.",
            lambda: sum(1 / (constant + order) for order in orders),
        ),
        Confusion(
            "scores for ranks",
            "You put the scores where the ranks belong. Only the order of a search counts.",
            lambda: sum(1 / (constant + scores) for scores in both),
        ),
        Confusion(
            "scores added",
            "You added the scores. Cosines and BM25's scores have no common scale: use ranks.",
            lambda: first + second,
        ),
        Confusion(
            "mean of ranks",
            "The sum of the ranks is lowest for the best. Take 1 / (constant + rank) of each, "
            "then add.",
            lambda: ranks[0] + ranks[1],
        ),
        Confusion(
            "reciprocal of the sum",
            "You added the ranks and then took the reciprocal. Each search gives its own "
            "1 / (constant + rank).",
            lambda: 1 / (constant + ranks[0] + ranks[1]),
        ),
        Confusion(
            "one search only",
            "Only one of the two searches counts in your result.",
            lambda: 1 / (constant + ranks[0]),
        ),
    ]
    got = answer.array(first, second, constant, shape=first.shape, confusions=confusions)
    require(
        got,
        1 / (constant + ranks[0]) + 1 / (constant + ranks[1]),
        "An item's score is not the sum of 1 / (constant + rank) over the two searches.",
        confusions,
    )


# Recall of an approximate index


def _recall_cases(rng: np.random.Generator) -> list[Case]:
    def draw(n: int, k: int, m: int) -> Case:
        exact = np.array([rng.permutation(m)[:k] for _ in range(n)])
        found = exact.copy()
        for row in found:
            lost = rng.random(k) < rng.choice([0, 0.5, 0.9])
            row[lost] = rng.choice(np.setdiff1d(np.arange(m), row), lost.sum(), replace=False)
            rng.shuffle(row)
        return found, exact

    def good(found: Array, exact: Array) -> bool:
        shares = np.array(_shares(found, exact))
        values = (
            shares.mean(),
            (shares > 0).mean(),
            (shares == 1).mean(),
            np.isin(found, exact).mean(),
            np.mean(found == exact),
            np.mean(found[:, 0] == exact[:, 0]),
            np.mean([row[0] in found[i] for i, row in enumerate(exact)]),
        )
        return len(set(np.round(values, 9))) == len(values)

    sizes = ((5, 3, 12), (8, 4, 40), (20, 5, 200))
    return [_until(good, partial(draw, *size)) for size in sizes]


def _shares(found: Array, exact: Array) -> list[float]:
    pairs = zip(found.tolist(), exact.tolist(), strict=True)
    return [len(set(a) & set(b)) / len(b) for a, b in pairs]


@exercise(
    "search.recall",
    _recall_cases,
    "It is the share of the true neighbours that were found, query by query, in whatever order.",
)
def recall(answer: Answer, found: Array, exact: Array) -> None:
    shares = _shares(found, exact)
    confusions = [
        Confusion(
            "same place",
            "You compare place with place. A neighbour that was found counts wherever it stands: "
            "compare the two rows as sets.",
            lambda: np.mean([a == b for a, b in zip(found.flat, exact.flat, strict=True)]),
        ),
        Confusion(
            "first only",
            "You ask only for the first neighbour. All k of them count.",
            lambda: np.mean([row[0] in found[i] for i, row in enumerate(exact)]),
        ),
        Confusion(
            "first only",
            "You compare only the first of each row. All k of them count.",
            lambda: np.mean(found[:, 0] == exact[:, 0]),
        ),
        Confusion(
            "all or nothing",
            "A query counts here only if all of its neighbours were found. Nine of ten are 0.9.",
            lambda: np.mean([share == 1 for share in shares]),
        ),
        Confusion(
            "any",
            "A query counts here as soon as one of its neighbours was found. One of ten is 0.1.",
            lambda: np.mean([share > 0 for share in shares]),
        ),
        Confusion(
            "queries mixed",
            "You put all queries into one set. A neighbour of one query, found by another, is not "
            "found: go row by row.",
            lambda: len(set(found.flat) & set(exact.flat)) / len(set(exact.flat)),
        ),
        Confusion(
            "queries mixed",
            "An item counts for you if it is anywhere in `exact`. Go row by row.",
            lambda: np.isin(found, exact).mean(),
        ),
        Confusion(
            "not divided",
            "This is how many were found. Divide by how many there are.",
            lambda: sum(shares) * exact.shape[1],
        ),
        Confusion(
            "not divided",
            "This is how many were found for a query. Divide by k.",
            lambda: np.mean(shares) * exact.shape[1],
        ),
    ]
    require(
        answer.number(found, exact, confusions=confusions),
        np.mean(shares),
        "Your number is not the mean share of the true neighbours that were found.",
        confusions,
    )


# A profile


def _profile_cases(rng: np.random.Generator) -> list[Case]:
    def bought(n: int, k: int) -> Array:
        chosen = rng.permutation(n)[:k]
        return rng.permutation(np.append(chosen, chosen[:1]))  # one of them twice

    return [(unit(rng, n, d), bought(n, k)) for n, d, k in ((4, 2, 2), (9, 9, 3), (30, 8, 5))]


@exercise(
    "search.profile",
    _profile_cases,
    "It is the direction of the mean of what was bought, of unit length; what was bought twice "
    "counts twice.",
    given="torch",
)
def profile(answer: Answer, embeddings: Array, bought: Array) -> None:
    def unit(row: Array) -> Array:
        return row / np.sqrt(row @ row)

    total = np.zeros(embeddings.shape[1])
    for product in bought:
        total = total + embeddings[product]
    once = embeddings[np.unique(bought)].astype(float)
    confusions = [
        Confusion(
            "not normalised",
            "The mean of unit vectors is shorter than 1. Divide it by its length, so that its dot "
            "products are cosines.",
            lambda: total / len(bought),
        ),
        Confusion(
            "not normalised",
            "This is the sum. Divide it by its length, so that its dot products are cosines.",
            lambda: total,
        ),
        Confusion(
            "each once",
            "What was bought twice counts once here. Index with `bought` as it is.",
            lambda: unit(once.mean(axis=0)),
        ),
        Confusion(
            "all products",
            "You averaged all products. Take the rows that were bought: `embeddings[bought]`.",
            lambda: unit(embeddings.astype(float).mean(axis=0)),
        ),
        Confusion(
            "one product only",
            "Only the last purchase counts here. Average over all of them.",
            lambda: embeddings[bought[-1]],
        ),
        Confusion(
            "one product only",
            "Only the first purchase counts here. Average over all of them.",
            lambda: embeddings[bought[0]],
        ),
        Confusion(
            "wrong axis",
            "You averaged within each product. Average over the products: `dim=0`.",
            lambda: embeddings[bought].mean(axis=1),
        ),
        Confusion(
            "wrong axis",
            "You averaged within each product. Average over the products: `dim=0`.",
            lambda: unit(embeddings[bought].astype(float).mean(axis=1)),
        ),
    ]
    shape = (embeddings.shape[1],)
    got = answer.array(embeddings, bought, shape=shape, confusions=confusions)
    require(
        got,
        unit(total),
        "Your row is not the mean of what was bought, brought to unit length.",
        confusions,
    )


# What was bought already


def _hit_rate_cases(rng: np.random.Generator) -> list[Case]:
    def draw(n: int, m: int, b: int, k: int) -> Case:
        drawn = np.array([rng.permutation(m) for _ in range(n)])
        bought, later = drawn[:, :b], drawn[:, b : b + 2]
        # What was bought lies near the top, as it does for a recommender that was trained on it.
        worth = rng.random((n, m))
        np.put_along_axis(worth, bought, rng.uniform(0.6, 1.2, bought.shape), axis=1)
        scores = np.argsort(np.argsort(worth, axis=1), axis=1) / m - 0.9
        return scores, bought, later, k

    def good(scores: Array, bought: Array, later: Array, k: int) -> bool:
        values = [_hits(scores, bought, later, k, seen).mean() for seen in SEEN]
        each = [_hits(scores, bought, later[:, [i]], k).mean() for i in range(later.shape[1])]
        values += [np.mean(each), np.sum(each) / k]
        return 0 < values[0] < 1 and len(set(np.round(values, 6))) >= len(values) - (k == 2)

    sizes = ((4, 7, 2, 2), (12, 15, 3, 3), (40, 30, 4, 5))
    return [_until(good, partial(draw, *size)) for size in sizes]


SEEN = ("left out", "recommended", "zero")


def _hits(scores: Array, bought: Array, later: Array, k: int, seen: str = "left out") -> Array:
    """Whether each shopper finds something bought later among k recommendations."""
    hits = []
    for row, before, after in zip(scores, bought, later, strict=True):
        worth = {i: row[i] for i in range(len(row))}
        for i in before:
            if seen == "left out":
                del worth[i]
            elif seen == "zero":
                worth[i] = 0.0
        shown = sorted(worth, key=lambda i: -worth[i])[:k]
        hits.append(bool(set(shown) & set(after.tolist())))
    return np.array(hits)


@exercise(
    "search.hit_rate",
    _hit_rate_cases,
    "Nothing that was bought already is recommended or counted, and a shopper counts once.",
)
def hit_rate(answer: Answer, scores: Array, bought: Array, later: Array, k: int) -> None:
    def shares(truth: Array, seen: str) -> list[float]:
        """Return the share of each shopper's true products that is among the k."""
        found = [_hits(scores, bought, truth[:, [i]], k, seen) for i in range(truth.shape[1])]
        return list(np.mean(found, axis=0))

    everything = np.concatenate([bought, later], axis=1)
    confusions = [
        Confusion(
            "the leak",
            "You count what was bought already as a hit. The recommender has seen it: that "
            "measures memory. Only `later` is the truth.",
            lambda: _hits(scores, bought, everything, k, "recommended").mean(),
        ),
        Confusion(
            "the leak",
            "You ask whether what was bought already is recommended. The truth is `later`.",
            lambda: _hits(scores, bought, bought, k, "recommended").mean(),
        ),
        Confusion(
            "bought is recommended",
            "Products that were bought already take places among your k. Leave them out first.",
            lambda: _hits(scores, bought, later, k, "recommended").mean(),
        ),
        Confusion(
            "zero is not last",
            "You set the scores of what was bought to 0, but scores may be negative, and 0 is then "
            "the best. Use -inf, on a copy.",
            lambda: _hits(scores, bought, later, k, "zero").mean(),
        ),
        Confusion(
            "recall",
            "This is the mean share of the later purchases that is found. A shopper counts as a "
            "hit when at least one is.",
            lambda: np.mean(shares(later, "left out")),
        ),
        Confusion(
            "precision",
            "You divided by k. A shopper is a hit or not, and the hit rate is the share of "
            "shoppers.",
            lambda: np.mean(shares(later, "left out")) * later.shape[1] / k,
        ),
        Confusion(
            "count",
            "This is how many shoppers are hits. Their share was asked for.",
            lambda: _hits(scores, bought, later, k).sum(),
        ),
        Confusion(
            "lowest scores",
            "You recommend the lowest scores. Sort with the highest first: `-scores`.",
            lambda: _hits(-scores, bought, later, k).mean(),
        ),
    ]
    require(
        answer.number(scores, bought, later, k, confusions=confusions),
        _hits(scores, bought, later, k).mean(),
        "Your number is not the share of the shoppers who find a later purchase among k products "
        "that they have not bought yet.",
        confusions,
    )


# Maximal marginal relevance


def _mmr(scores: Array, embeddings: Array, k: int, diversity: float, alike: Callable[[list[float]],
         float] = max, swap: bool = False, sign: int = -1) -> list[int]:  # fmt: skip
    """Return the greedy choice, every cosine anew; or, with other arguments, a mistaken one."""
    ours, theirs = (diversity, 1 - diversity) if swap else (1 - diversity, diversity)
    chosen = [_best(scores, 1)[0]]
    while len(chosen) < k:
        worth = {
            i: ours * scores[i]
            + sign * theirs * alike([float(embeddings[i] @ embeddings[j]) for j in chosen])
            for i in range(len(scores))
            if i not in chosen
        }
        chosen.append(max(worth, key=lambda i: worth[i]))
    return chosen


def _mmr_cases(rng: np.random.Generator) -> list[Case]:
    def draw(n: int, d: int, k: int) -> Case:
        scores = rng.permutation(np.linspace(0.2, 0.9, n))
        return scores, unit(rng, n, d), k, float(rng.choice([0.35, 0.4, 0.6]))

    def good(*case: Any) -> bool:
        mistaken = ({"alike": np.mean}, {"alike": _first}, {"swap": True}, {"sign": 1})
        others = [_mmr(*case, **way) for way in mistaken]
        return _mmr(*case) not in [_best(case[0], case[2]), *others]

    sizes = ((6, 2, 4), (12, 3, 6), (20, 4, 8))
    return [_until(good, partial(draw, *size)) for size in sizes]


def _first(cosines: list[float]) -> float:
    return cosines[0]


@exercise(
    "search.mmr",
    _mmr_cases,
    "Each choice is the best mixture of its score and of its distance from all that were chosen.",
)
def mmr(answer: Answer, scores: Array, embeddings: Array, k: int, diversity: float) -> None:
    case = scores, embeddings, k, diversity
    confusions = [
        Confusion(
            "no diversity",
            "These are the k highest scores. From the second on, subtract the similarity to what "
            "was chosen already.",
            lambda: _best(scores, k),
        ),
        Confusion(
            "mean similarity",
            "You subtract the mean similarity to what was chosen. One twin among them is enough: "
            "take the maximum.",
            lambda: _mmr(*case, alike=np.mean),
        ),
        Confusion(
            "first choice only",
            "You compare with the first choice only. Compare with all that were chosen so far.",
            lambda: _mmr(*case, alike=_first),
        ),
        Confusion(
            "last choice only",
            "You compare with the last choice only. Compare with all that were chosen so far.",
            lambda: _mmr(*case, alike=lambda cosines: cosines[-1]),
        ),
        Confusion(
            "weights exchanged",
            "You gave `diversity` to the score. At diversity 0 the highest scores should win.",
            lambda: _mmr(*case, swap=True),
        ),
        Confusion(
            "sign",
            "You add the similarity, which prefers twins. Subtract it.",
            lambda: _mmr(*case, sign=1),
        ),
    ]
    got = answer.array(*case, shape=(k,), of="indices", confusions=confusions)
    if len(set(got.tolist())) < k:
        raise Wrong(
            "Your result holds an item twice.",
            "chosen again",
            "An item that was chosen stays the best by its score. Leave it out of what is left.",
        )
    if not agree(got, _mmr(*case)):
        raise explain(
            got,
            confusions,
            "A choice is not the best of those left by (1 - diversity) x score - diversity x its "
            "highest cosine with those chosen before.",
        )


# Quantise and rescore


def _rescored(query: Array, codes: Array, rows: Array, k: int, candidates: int) -> list[int]:
    near = _best(codes.astype(float) @ query, candidates)
    return sorted(near, key=lambda i: -float(rows[i].astype(float) @ query))[:k]


def _rescore_cases(rng: np.random.Generator) -> list[Case]:
    def draw(n: int, d: int, k: int, candidates: int) -> Case:
        rows = unit(rng, n, d)
        return unit(rng, 1, d)[0], np.round(2 * rows).astype(np.int8), rows, k, candidates

    def good(query: Array, codes: Array, rows: Array, k: int, candidates: int) -> bool:
        coarse, exact = codes.astype(float) @ query, rows.astype(float) @ query
        apart = min(np.diff(np.sort(coarse)).min(), np.diff(np.sort(exact)).min()) > 1e-4
        wanted = _rescored(query, codes, rows, k, candidates)
        return apart and wanted not in (_best(coarse, k), _best(exact, k))

    sizes = ((6, 3, 2, 3), (12, 6, 3, 5), (25, 12, 5, 8))
    return [_until(good, partial(draw, *size)) for size in sizes]


@exercise(
    "search.rescore",
    _rescore_cases,
    "The codes choose the candidates, the full rows put them in order, and the numbers are those "
    "of the items.",
)
def rescore(
    answer: Answer, query: Array, codes: Array, rows: Array, k: int, candidates: int
) -> None:
    coarse, exact = codes.astype(float) @ query, rows.astype(float) @ query
    near = _best(coarse, candidates)
    confusions = [
        Confusion(
            "codes only",
            "This is the order of the codes. Score the candidates again with their full rows.",
            lambda: _best(coarse, k),
        ),
        Confusion(
            "full search",
            "You searched all full rows. That is what the codes should save: rescore the "
            "candidates only.",
            lambda: _best(exact, k),
        ),
        Confusion(
            "places among candidates",
            "These are places in the list of candidates. Look up which items stand there: "
            "`near[order]`.",
            lambda: _best(exact[near], k),
        ),
        Confusion(
            "worst first",
            "You return the candidates with the lowest scores. Sort with the highest first.",
            lambda: sorted(near, key=lambda i: exact[i])[:k],
        ),
        Confusion(
            "worst candidates",
            "Your candidates are those with the *lowest* code scores. `np.argsort(-scores)`.",
            lambda: sorted(_best(-coarse, candidates), key=lambda i: -exact[i])[:k],
        ),
        Confusion(
            "too few candidates",
            "You kept only k candidates before you rescored: their order can change, but no other "
            "item can come in. Keep `candidates` of them.",
            lambda: sorted(near[:k], key=lambda i: -exact[i]),
        ),
    ]
    case = query, codes, rows, k, candidates
    got = answer.array(*case, shape=(k,), of="indices", confusions=confusions)
    require(
        got,
        _rescored(*case),
        "Your items are not the k best of the candidates by their full rows, best first.",
        confusions,
    )


# A threshold for duplicates


def _precision(cosines: Array, same: Array, threshold: float) -> float:
    held = [bool(s) for c, s in zip(cosines, same, strict=True) if c >= threshold]
    return sum(held) / len(held)


def _lowest(cosines: Array, same: Array, precision: float) -> float:
    return min(t for t in cosines if _precision(cosines, same, t) >= precision)


def _down_to_first_failure(cosines: Array, same: Array, precision: float) -> float:
    kept = math.inf
    for threshold in sorted(cosines, reverse=True):
        if _precision(cosines, same, threshold) < precision:
            break
        kept = threshold
    return kept


def _threshold_cases(rng: np.random.Generator) -> list[Case]:
    def draw(n: int) -> Case:
        cosines = np.linspace(0.5, 0.99, n)
        same = (rng.random(n) < cosines**2).astype(int)
        same[-1] = 1
        order = rng.permutation(n)
        return cosines[order], same[order], float(rng.choice([0.75, 0.8, 0.9]))

    def good(*case: Any) -> bool:
        cosines, same, precision = case
        found = cosines[same == 1].min()
        enough = max(t for t in cosines if same[cosines >= t].sum() >= precision * same.sum())
        mistaken = (_down_to_first_failure(*case), cosines.min(), found)
        return _lowest(*case) not in mistaken and found not in (cosines.min(), enough)

    return [_until(good, partial(draw, n)) for n in (8, 15, 25)]


@exercise(
    "search.threshold",
    _threshold_cases,
    "It is the lowest cosine from which on the precision is reached, so that most duplicates are "
    "found.",
)
def threshold(answer: Answer, cosines: Array, same: Array, precision: float) -> None:
    found = same.sum()
    confusions = [
        Confusion(
            "first failure",
            "You stop where the precision first falls below the goal. Further down it may be "
            "reached again: look at all thresholds.",
            lambda: _down_to_first_failure(cosines, same, precision),
        ),
        Confusion(
            "highest",
            "The precision is reached here too, but at the highest threshold: it finds the fewest "
            "duplicates. The lowest was asked for.",
            lambda: max(t for t in cosines if _precision(cosines, same, t) >= precision),
        ),
        Confusion(
            "recall for precision",
            "You divided by the number of duplicates, which gives recall. Precision divides by the "
            "number of pairs at or above the threshold.",
            lambda: max(t for t in cosines if same[cosines >= t].sum() / found >= precision),
        ),
        Confusion(
            "recall for precision",
            "You divided by the number of duplicates, which gives recall. Precision divides by the "
            "number of pairs at or above the threshold.",
            lambda: min(t for t in cosines if same[cosines >= t].sum() / found >= precision),
        ),
        Confusion(
            "lowest duplicate",
            "This is the lowest cosine of a duplicate: all are found, at whatever precision.",
            lambda: cosines[same == 1].min(),
        ),
        Confusion(
            "position",
            "This is where the threshold stands. Its value was asked for.",
            lambda: np.flatnonzero(cosines == _lowest(cosines, same, precision))[0],
        ),
    ]
    require(
        answer.number(cosines, same, precision, confusions=confusions),
        _lowest(cosines, same, precision),
        "Your number is not the lowest of the cosines from which on the precision is reached.",
        confusions,
    )
