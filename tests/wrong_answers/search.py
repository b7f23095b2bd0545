"""Wrong answers to the exercises of notebook 04, each a misconception that real learners have.

An entry: the exercise, the misconception that its check must recognise, and the function.
"""

import numpy as np
import torch

WRONG_ANSWERS = []


def wrong(exercise, misconception):
    return lambda function: WRONG_ANSWERS.append((exercise, misconception, function)) or function


# ndcg


def dcg(gains):
    return (gains / np.log2(np.arange(2, len(gains) + 2))).sum()


@wrong("search.ndcg", "not normalised")
def dcg_alone(gains, scores, k):
    return dcg(gains[np.argsort(-scores)][:k])


@wrong("search.ndcg", "ideal of the answers")
def best_order_of_the_found(gains, scores, k):
    found = gains[np.argsort(-scores)][:k]
    return dcg(found) / dcg(np.sort(found)[::-1])


@wrong("search.ndcg", "no discount")
def plain_gain(gains, scores, k):
    return gains[np.argsort(-scores)][:k].sum() / np.sort(gains)[::-1][:k].sum()


@wrong("search.ndcg", "reciprocal rank as discount")
def divided_by_rank(gains, scores, k):
    rank = np.arange(1, k + 1)
    best = np.sort(gains)[::-1][:k]
    return (gains[np.argsort(-scores)][:k] / rank).sum() / (best / rank).sum()


@wrong("search.ndcg", "scores ascending")
def worst_first(gains, scores, k):
    return dcg(gains[np.argsort(scores)][:k]) / dcg(np.sort(gains)[::-1][:k])


@wrong("search.ndcg", "scores ignored")
def as_they_stand(gains, scores, k):
    return dcg(gains[:k]) / dcg(np.sort(gains)[::-1][:k])


@wrong("search.ndcg", "exponential gains")
def powers_of_two(gains, scores, k):
    powers = 2.0**gains - 1
    return dcg(powers[np.argsort(-scores)][:k]) / dcg(np.sort(powers)[::-1][:k])


# fuse


def ranks(scores):
    return np.argsort(np.argsort(-scores)) + 1


@wrong("search.fuse", "rank from zero")
def zero_is_best(first, second, constant):
    return sum(1 / (constant + ranks(scores) - 1) for scores in (first, second))


@wrong("search.fuse", "order for ranks")
def one_argsort(first, second, constant):
    return sum(1 / (constant + np.argsort(-scores) + 1) for scores in (first, second))


@wrong("search.fuse", "ranks ascending")
def lowest_is_best(first, second, constant):
    return sum(1 / (constant + ranks(-scores)) for scores in (first, second))


@wrong("search.fuse", "scores for ranks")
def scores_in_their_place(first, second, constant):
    return 1 / (constant + first) + 1 / (constant + second)


@wrong("search.fuse", "reciprocal of the sum")
def added_first(first, second, constant):
    return 1 / (constant + ranks(first) + ranks(second))


# recall


@wrong("search.recall", "same place")
def place_by_place(found, exact):
    return (found == exact).mean()


@wrong("search.recall", "queries mixed")
def one_set_for_all(found, exact):
    return np.isin(found, exact).mean()


@wrong("search.recall", "all or nothing")
def only_whole_rows(found, exact):
    return np.mean([set(a) == set(b) for a, b in zip(found, exact, strict=True)])


@wrong("search.recall", "not divided")
def how_many(found, exact):
    return np.mean([len(set(a) & set(b)) for a, b in zip(found, exact, strict=True)])


@wrong("search.recall", "any")
def at_least_one(found, exact):
    return np.mean([bool(set(a) & set(b)) for a, b in zip(found, exact, strict=True)])


# profile


@wrong("search.profile", "not normalised")
def mean_alone(embeddings, bought):
    return embeddings[bought].mean(dim=0)


@wrong("search.profile", "each once")
def no_product_twice(embeddings, bought):
    mean = embeddings[torch.unique(bought)].mean(dim=0)
    return mean / mean.norm()


@wrong("search.profile", "all products")
def whole_catalogue(embeddings, bought):
    mean = embeddings.mean(dim=0)
    return mean / mean.norm()


@wrong("search.profile", "one product only")
def last_purchase(embeddings, bought):
    return embeddings[bought[-1]]


@wrong("search.profile", "wrong axis")
def within_each(embeddings, bought):
    return embeddings[bought].mean(dim=1)


# hit_rate


def hits(scores, truth, k):
    shown = np.argsort(-scores, axis=1)[:, :k]
    return [
        bool(set(row) & set(own)) for row, own in zip(shown.tolist(), truth.tolist(), strict=True)
    ]


@wrong("search.hit_rate", "the leak")
def memory_counts(scores, bought, later, k):
    return np.mean(hits(scores, np.concatenate([bought, later], axis=1), k))


@wrong("search.hit_rate", "bought is recommended")
def nothing_left_out(scores, bought, later, k):
    return np.mean(hits(scores, later, k))


@wrong("search.hit_rate", "zero is not last")
def zero_for_the_bought(scores, bought, later, k):
    left = scores.copy()
    np.put_along_axis(left, bought, 0, axis=1)
    return np.mean(hits(left, later, k))


@wrong("search.hit_rate", "changes input")
def in_place(scores, bought, later, k):
    np.put_along_axis(scores, bought, -np.inf, axis=1)
    return np.mean(hits(scores, later, k))


@wrong("search.hit_rate", "recall")
def share_of_the_later(scores, bought, later, k):
    left = scores.copy()
    np.put_along_axis(left, bought, -np.inf, axis=1)
    shown = np.argsort(-left, axis=1)[:, :k].tolist()
    return np.mean([np.isin(own, row).mean() for row, own in zip(shown, later, strict=True)])


# mmr


def chosen(scores, embeddings, k, worth):
    picked = [int(np.argmax(scores))]
    while len(picked) < k:
        value = worth(scores, embeddings @ embeddings[picked].T)
        value[picked] = -np.inf
        picked.append(int(np.argmax(value)))
    return picked


@wrong("search.mmr", "no diversity")
def highest_scores(scores, embeddings, k, diversity):
    return np.argsort(-scores)[:k]


@wrong("search.mmr", "mean similarity")
def mean_of_the_chosen(scores, embeddings, k, diversity):
    return chosen(
        scores, embeddings, k, lambda s, c: (1 - diversity) * s - diversity * c.mean(axis=1)
    )


@wrong("search.mmr", "first choice only")
def unlike_the_first(scores, embeddings, k, diversity):
    return chosen(scores, embeddings, k, lambda s, c: (1 - diversity) * s - diversity * c[:, 0])


@wrong("search.mmr", "weights exchanged")
def diversity_for_the_score(scores, embeddings, k, diversity):
    return chosen(
        scores, embeddings, k, lambda s, c: diversity * s - (1 - diversity) * c.max(axis=1)
    )


@wrong("search.mmr", "chosen again")
def never_taken_out(scores, embeddings, k, diversity):
    return [int(np.argmax(scores))] * k


@wrong("search.mmr", "sign")
def twins_preferred(scores, embeddings, k, diversity):
    return chosen(
        scores, embeddings, k, lambda s, c: (1 - diversity) * s + diversity * c.max(axis=1)
    )


# rescore


@wrong("search.rescore", "codes only")
def never_rescored(query, codes, rows, k, candidates):
    return np.argsort(-(codes @ query))[:k]


@wrong("search.rescore", "full search")
def all_rows(query, codes, rows, k, candidates):
    return np.argsort(-(rows @ query))[:k]


@wrong("search.rescore", "places among candidates")
def places(query, codes, rows, k, candidates):
    near = np.argsort(-(codes @ query))[:candidates]
    return np.argsort(-(rows[near] @ query))[:k]


@wrong("search.rescore", "worst first")
def ascending(query, codes, rows, k, candidates):
    near = np.argsort(-(codes @ query))[:candidates]
    return near[np.argsort(rows[near] @ query)][:k]


@wrong("search.rescore", "worst candidates")
def far_away(query, codes, rows, k, candidates):
    near = np.argsort(codes @ query)[:candidates]
    return near[np.argsort(-(rows[near] @ query))][:k]


# threshold


def reached(cosines, same):
    order = np.argsort(-cosines)
    return cosines[order], np.cumsum(same[order]) / np.arange(1, len(same) + 1)


@wrong("search.threshold", "first failure")
def stops_early(cosines, same, precision):
    values, precisions = reached(cosines, same)
    return values[np.argmax(precisions < precision) - 1]


@wrong("search.threshold", "highest")
def the_strictest(cosines, same, precision):
    values, precisions = reached(cosines, same)
    return values[precisions >= precision].max()


@wrong("search.threshold", "recall for precision")
def share_of_the_duplicates(cosines, same, precision):
    order = np.argsort(-cosines)
    recalls = np.cumsum(same[order]) / same.sum()
    return cosines[order][recalls >= precision].max()


@wrong("search.threshold", "lowest duplicate")
def finds_all(cosines, same, precision):
    return cosines[same == 1].min()
