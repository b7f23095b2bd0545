"""The checks of notebook 05, fine-tuning on a catalogue.

The references take other roads than the notebook: sums of vectors for mean cosines, loops over
pictures for the cache, outer products for the low rank.
"""

import math
from functools import partial
from typing import Any

import numpy as np

from clipkit.exercises.engine import (
    Answer,
    Confusion,
    Wrong,
    agree,
    as_array,
    exercise,
    explain,
    require,
)
from clipkit.exercises.inputs import unit, vectors, whole


def _shots_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    small = rng.permutation([0, 0, 0, 1, 1, 1])
    large = rng.permutation(np.repeat(np.arange(6), 12))
    uneven = rng.permutation(np.repeat([3, 5, 9], [15, 2, 12]))
    seeds = [int(seed) for seed in rng.choice(10**6, 60, replace=False)]
    return [(small, 2, seeds), (large, 5, seeds), (uneven, 4, seeds)]


@exercise(
    "fine_tuning.shots",
    _shots_cases,
    "k different items of every class, all of a rarer one, drawn by chance and again with the "
    "same seed.",
)
def shots(answer: Answer, labels: Any, k: int, seeds: Any) -> None:
    names, counts = np.unique(labels, return_counts=True)
    expected = int(np.minimum(counts, k).sum())
    confusions = [
        Confusion(
            "k altogether",
            "You drew k items in all. Draw k of each class.",
            lambda: k,
        ),
        Confusion(
            "with replacement",
            "A class with fewer than k items gives all it has, once: a picture drawn twice "
            "teaches nothing new.",
            lambda: k * len(names),
        ),
        Confusion(
            "all items",
            "You return every item. Keep k of each class.",
            lambda: len(labels),
        ),
    ]
    draws = [_rows(answer(labels, k, seed), expected, len(labels), confusions) for seed in seeds]
    for rows in draws:
        if len(np.unique(rows)) < len(rows):
            raise Wrong(
                "An item is drawn twice.",
                "with replacement",
                "Draw without replacement: `rng.permutation`, or `rng.choice(..., replace=False)`.",
            )
        drawn = [(labels[rows] == name).sum() for name in names]
        if not np.array_equal(drawn, np.minimum(counts, k)):
            raise Wrong(
                "The classes do not have k items each.",
                "classes mixed",
                "You drew from all items at once. Go through the classes, `np.unique(labels)`, "
                "and draw from the items of each: `np.flatnonzero(labels == name)`.",
            )
    if len({tuple(sorted(rows)) for rows in draws}) < 2:
        raise Wrong(
            "Every seed gives the same items.",
            "not by chance",
            "You take the first items of each class, or ignore `seed`. A catalogue is often "
            "sorted, and its first items are alike: draw with `np.random.default_rng(seed)`.",
        )
    if _rows(answer(labels, k, seeds[0]), expected, len(labels), ()).tolist() != draws[0].tolist():
        raise Wrong(
            "The same seed gives other items the second time.",
            "seed ignored",
            "Make a generator inside the function, `np.random.default_rng(seed)`.",
        )
    for name, count in zip(names, counts, strict=True):
        inside = {tuple(sorted(rows[labels[rows] == name])) for rows in draws}
        many = math.comb(count, min(k, count)) > 10 * len(seeds)
        if many and len(inside) < len(seeds) / 2:
            raise Wrong(
                "Of the many sets of k items that a class has, only a few are ever drawn.",
                "block for items",
                "You draw where to begin, and take the items from there on. Items that stand "
                "together in a catalogue are alike: shuffle all items of a class.",
            )
    if len(np.unique(np.concatenate(draws))) < len(labels):
        raise Wrong(
            "Some items are never drawn, whatever the seed.",
            "not by chance",
            "Shuffle all items of a class before you take k of them.",
        )


def _rows(value: Any, expected: Any, n: int, confusions: Any) -> Any:
    """Return the row numbers that an answer gave, or say what is wrong with them."""
    try:
        rows = as_array(value, (expected,), "indices")
    except Wrong as wrong:
        if wrong.misconception == "wrong shape" and np.size(value) == expected:
            wrong.hint = "Return one flat array: `np.concatenate` joins the rows of the classes."
        elif wrong.misconception == "wrong shape":
            raise explain(np.size(value), confusions, wrong.message) from None
        raise
    if rows.min() < 0 or rows.max() >= n:
        raise Wrong("A row number lies outside the labels.")
    return rows


def _mean_cosine_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    crowded = vectors(rng, 30, 8) + 4 * np.abs(vectors(rng, 1, 8))
    cases = [whole(rng, 3, 2), vectors(rng, 4, 3), vectors(rng, 30, 8), crowded]
    return [(rows.astype(np.float32),) for rows in cases]


@exercise(
    "fine_tuning.mean_cosine",
    _mean_cosine_cases,
    "It is the mean over all pairs of different pictures, whatever the lengths of the vectors.",
    given="torch",
)
def mean_cosine(answer: Answer, rows: Any) -> None:
    n, wide = len(rows), rows.astype(float)
    turned = wide / np.sqrt(np.einsum("nd,nd->n", wide, wide))[:, None]
    total = turned.sum(0) @ turned.sum(0)  # of all n x n cosines, the n ones of the diagonal too
    plain = wide.sum(0) @ wide.sum(0)
    squares = (wide**2).sum()
    pairs = n * (n - 1)
    confusions = [
        Confusion(
            "diagonal counted",
            "You counted each picture with itself, where the cosine is always 1. Take the "
            "diagonal out.",
            lambda: total / n**2,
        ),
        Confusion(
            "diagonal counted",
            "You took the n ones of the diagonal out of the sum, but still divide by all n x n "
            "entries. n (n - 1) are left.",
            lambda: (total - n) / n**2,
        ),
        Confusion(
            "not normalised",
            "This is the mean dot product. Divide each row by its length first.",
            lambda: (plain - squares) / pairs,
        ),
        Confusion(
            "not normalised",
            "This is the mean dot product. Divide each row by its length first, and leave the "
            "diagonal out.",
            lambda: plain / n**2,
        ),
        Confusion(
            "sum",
            "This is the sum over the pairs. Divide by how many there are.",
            lambda: total - n,
        ),
        Confusion(
            "sum",
            "This is the sum over the pairs. Divide by how many there are.",
            lambda: (total - n) / 2,
        ),
        Confusion(
            "absolute values",
            "You took absolute values. Opposite directions are far apart, not alike.",
            lambda: (np.abs(turned @ turned.T).sum() - n) / pairs,
        ),
        Confusion(
            "neighbours only",
            "You compared each row with the next one. Compare every pair.",
            lambda: np.mean(np.einsum("nd,nd->n", turned[1:], turned[:-1])),
        ),
        Confusion(
            "cosine with the mean",
            "You compared with the mean picture, which is nearer to all than they are to each "
            "other. Compare pairs.",
            lambda: np.mean(turned @ turned.mean(0)) / np.linalg.norm(turned.mean(0)),
        ),
    ]
    require(
        answer.number(rows, confusions=confusions),
        (total - n) / pairs,
        "Your number is not the mean cosine of the pairs of different rows.",
        confusions,
    )


CAPTIONS = ["a red mug", "a blue mug", "a tall vase", "an oak stool", "a wool hat", "a canvas bag"]


def _targets_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    texts = [str(text) for text in rng.permutation(CAPTIONS)]
    some = [[0, 1, 0], [0, 1, 2, 1, 1], [0, 1, 2, 3, 4], [0, 0, 0, 0], [3, 1, 3, 1, 5, 0]]
    return [([texts[number] for number in numbers],) for numbers in some]


@exercise(
    "fine_tuning.targets",
    _targets_cases,
    "Equal captions share their row, whatever their number, and different ones stay negatives.",
)
def targets(answer: Answer, captions: Any) -> None:
    n = len(captions)
    same = np.array([[first == second for second in captions] for first in captions], float)
    first = np.array([captions.index(text) for text in captions])
    confusions = [
        Confusion(
            "equal captions as negatives",
            "This is the identity: each picture belongs to its own text alone, and an equal "
            "text is a negative. Compare the captions.",
            lambda: np.eye(n),
        ),
        Confusion(
            "rows sum to more than 1",
            "A row is a distribution over texts and sums to 1: share it among the equal ones.",
            lambda: same,
        ),
        Confusion(
            "whole matrix",
            "You divided by the sum of the whole matrix. Each row sums to 1.",
            lambda: same / same.sum(),
        ),
        Confusion(
            "whole matrix",
            "You divided every row by n. Divide by the number of equal captions in the row.",
            lambda: same / n,
        ),
        Confusion(
            "first one only",
            "You point at the first of the equal captions. Its copies are just as right, and "
            "would be pushed away.",
            lambda: np.eye(n)[first],
        ),
        Confusion(
            "indices for rows",
            "You return one index for each picture. A row of n shares was asked for.",
            lambda: np.arange(n),
        ),
        Confusion(
            "indices for rows",
            "You return one index for each picture. A row of n shares was asked for.",
            lambda: first,
        ),
        Confusion(
            "softmax of zeros and ones",
            "Softmax leaves a share for texts that are wrong. Divide by the sum of the row.",
            lambda: np.exp(same) / np.exp(same).sum(1, keepdims=True),
        ),
        Confusion(
            "turned round",
            "You share the row among the captions that differ.",
            lambda: (1 - same) / np.maximum(1, (1 - same).sum(1, keepdims=True)),
        ),
    ]
    got = answer.array(captions, shape=(n, n), confusions=confusions)
    require(
        got,
        same / same.sum(1, keepdims=True),
        "A row is not shared equally among the texts that equal the picture's own.",
        confusions,
    )


def _tip_adapter_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = []
    # The last class of some has no picture in the cache.
    for n, c, cached, d in ((1, 2, [0, 1], 2), (2, 2, [0, 0], 3), (4, 3, [0, 0, 1], 6),
                            (9, 4, [0, 1, 2, 3] * 3, 12)):  # fmt: skip
        labels = rng.permutation(cached)
        scale, alpha, beta = (round(float(x), 1) for x in rng.uniform([7, 2, 2], [12, 6, 5]))
        keys = unit(rng, len(labels), d)
        cases.append((unit(rng, n, d), unit(rng, c, d), keys, labels, scale, alpha, beta))
    return cases


@exercise(
    "fine_tuning.tip_adapter",
    _tip_adapter_cases,
    "The prompts' logits and the cache's votes are added, and a near picture's vote counts most.",
    given="torch",
)
def tip_adapter(
    answer: Answer,
    pictures: Any,
    classes: Any,
    keys: Any,
    labels: Any,
    scale: float,
    alpha: float,
    beta: float,
) -> None:
    n, c = len(pictures), len(classes)
    cosines = np.array([[p @ q for q in classes.astype(float)] for p in pictures])
    prompts = scale * cosines
    squared = np.array([[((p - q) ** 2).sum() for q in keys.astype(float)] for p in pictures])
    near = np.exp(-beta * squared / 2)  # for unit vectors, 1 - cosine = distance² / 2

    def votes(weights: Any) -> Any:
        return np.stack([weights[:, labels == name].sum(1) for name in range(c)], axis=1)

    expected = prompts + alpha * votes(near)
    shots_of = np.bincount(labels, minlength=c)
    confusions = [
        Confusion(
            "prompts forgotten",
            "You return the votes of the cache alone. Add the logits of the prompts: with few "
            "shots they know more.",
            lambda: alpha * votes(near),
        ),
        Confusion(
            "prompts forgotten",
            "You return the votes of the cache alone. Add the logits of the prompts.",
            lambda: votes(near),
        ),
        Confusion(
            "cache forgotten",
            "You return the logits of the prompts alone. Add the votes of the cache.",
            lambda: prompts,
        ),
        Confusion(
            "cache forgotten",
            "You return the cosines with the texts alone. Multiply them by the scale, and add the "
            "votes of the cache.",
            lambda: cosines,
        ),
        Confusion(
            "scale forgotten",
            "You added the votes to bare cosines, which differ by tenths only: the cache drowns "
            "them. The prompts' logits are the cosines times the scale.",
            lambda: cosines + alpha * votes(near),
        ),
        Confusion(
            "scale at the votes",
            "You scaled the sum of both. The scale belongs to the cosines with the texts; the "
            "votes have alpha.",
            lambda: scale * (cosines + alpha * votes(near)),
        ),
        Confusion(
            "scale at the votes",
            "You scaled the votes. The scale belongs to the cosines with the texts.",
            lambda: cosines + scale * alpha * votes(near),
        ),
        Confusion(
            "alpha forgotten",
            "The votes are added without their weight alpha.",
            lambda: prompts + votes(near),
        ),
        Confusion(
            "classes without pictures",
            "`one_hot(labels)` ends with the highest label. A class without a picture in the cache "
            "needs its column too: `one_hot(labels, len(classes))`.",
            lambda: prompts + alpha * near[:, labels == labels.max()].sum(1, keepdims=True),
        ),
        Confusion(
            "alpha at the prompts",
            "alpha is the weight of the cache, not of the prompts.",
            lambda: alpha * prompts + votes(near),
        ),
        Confusion(
            "no exponential",
            "You let each cached picture vote with its bare cosine, so that far ones count too. "
            "The weight is exp(-beta (1 - cosine)).",
            lambda: prompts + alpha * votes(1 - squared / 2),
        ),
        Confusion(
            "no exponential",
            "You let each cached picture vote with beta times its cosine. The weight is "
            "exp(-beta (1 - cosine)).",
            lambda: prompts + alpha * beta * votes(1 - squared / 2),
        ),
        Confusion(
            "sign turned round",
            "In your result the far pictures vote most: the exponent is -beta (1 - cosine).",
            lambda: prompts + alpha * votes(np.exp(beta * squared / 2)),
        ),
        Confusion(
            "sign turned round",
            "In your result the far pictures vote most: the exponent is -beta (1 - cosine).",
            lambda: prompts + alpha * votes(np.exp(-beta * (1 - squared / 2))),
        ),
        Confusion(
            "exponent not zero for the same picture",
            "exp(beta cosine) is exp(beta) times too large: for the picture itself, the weight "
            "should be 1.",
            lambda: prompts + alpha * votes(np.exp(beta * (1 - squared / 2))),
        ),
        Confusion(
            "averaged",
            "You averaged the votes of a class. They are added: three near pictures say more "
            "than one.",
            lambda: prompts + alpha * votes(near) / shots_of,
        ),
        Confusion(
            "votes not grouped",
            "You return a column for each cached picture. Sum the votes of a class: multiply by "
            "the one-hot labels, `one_hot(labels, c).float()`.",
            lambda: near,
        ),
    ]
    got = answer.array(
        pictures, classes, keys, labels, scale, alpha, beta, shape=(n, c), confusions=confusions
    )
    require(
        got,
        expected,
        "A logit is not the scaled cosine with the class's text plus alpha times the sum of its "
        "votes.",
        confusions,
    )


def _lora_layer_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = [(whole(rng, 1, 2), whole(rng, 2, 2), whole(rng, 1, 2), whole(rng, 2, 1), 3.0)]
    for n, o, i, r, alpha in ((4, 5, 3, 2, 6.0), (3, 6, 12, 4, 10.0), (6, 8, 8, 4, 16.0)):
        sides = ((n, i), (o, i), (r, i), (o, r))
        cases.append((*(vectors(rng, *shape) for shape in sides), alpha))
    return cases


@exercise(
    "fine_tuning.lora_layer",
    _lora_layer_cases,
    "The frozen weight answers, and the scaled low-rank product adds to its answer.",
    given="torch",
)
def lora_layer(answer: Answer, x: Any, weight: Any, a: Any, b: Any, alpha: float) -> None:
    n, rank, (out, into) = len(x), len(a), weight.shape
    frozen = np.array([[row @ unit for unit in weight.astype(float)] for row in x])
    added = sum(np.multiply.outer(x.astype(float) @ a[k], b[:, k]) for k in range(rank))
    confusions = [
        Confusion(
            "scale forgotten",
            "You added B A x as it is. It is scaled by alpha / r, so that another rank needs no "
            "other learning rate.",
            lambda: frozen + added,
        ),
        Confusion(
            "rank forgotten",
            "You scaled by alpha. Divide by the rank, the number of rows of A.",
            lambda: frozen + alpha * added,
        ),
        *(
            Confusion(
                "wrong rank",
                "You divided by the wrong side of a matrix. The rank is the number of rows of A "
                "and of columns of B.",
                partial(lambda side: frozen + alpha / side * added, side),
            )
            for side in (into, out, n)
        ),
        Confusion(
            "scale turned round",
            "The scale is alpha / r, not r / alpha.",
            lambda: frozen + rank / alpha * added,
        ),
        Confusion(
            "weight replaced",
            "You return the addition alone. The frozen weight still answers: "
            "W x + alpha / r B A x.",
            lambda: alpha / rank * added,
        ),
        Confusion(
            "weight replaced",
            "You return B A x alone. The frozen weight still answers: W x + alpha / r B A x.",
            lambda: added,
        ),
        Confusion(
            "subtracted",
            "You subtracted the addition.",
            lambda: frozen - alpha / rank * added,
        ),
        Confusion("unchanged", "You return what the frozen weight says alone.", lambda: frozen),
        Confusion(
            "weight scaled too",
            "You scaled the sum. Only the addition is scaled: the frozen weight answers as before.",
            lambda: alpha / rank * (frozen + added),
        ),
        Confusion(
            "turned round",
            "Rows and columns are exchanged: a row of the result belongs to a row of x.",
            lambda: (frozen + alpha / rank * added).T,
        ),
    ]
    require(
        answer.array(x, weight, a, b, alpha, shape=(n, out), confusions=confusions),
        frozen + alpha / rank * added,
        "Your output is not that of the frozen weight plus alpha / r times B A x.",
        confusions,
    )


def _lora_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = [(whole(rng, 2, 2), whole(rng, 1, 2), whole(rng, 2, 1), 3.0)]
    for o, i, r, alpha in ((5, 3, 2, 6.0), (6, 12, 4, 10.0), (8, 8, 4, 16.0)):
        cases.append((vectors(rng, o, i), vectors(rng, r, i), vectors(rng, o, r), alpha))
    return cases


@exercise(
    "fine_tuning.merge",
    _lora_cases,
    "The merged layer answers as the layer and its low-rank addition do together.",
    given="torch",
)
def merge(answer: Answer, weight: Any, a: Any, b: Any, alpha: Any) -> None:
    rank = len(a)
    update = sum(np.multiply.outer(b[:, k].astype(float), a[k]) for k in range(rank))
    confusions = [
        Confusion(
            "scale forgotten",
            "You added B A as it is. It is scaled by alpha / r, so that another rank needs no "
            "other learning rate.",
            lambda: weight + update,
        ),
        Confusion(
            "rank forgotten",
            "You scaled by alpha. Divide by the rank, the number of rows of A.",
            lambda: weight + alpha * update,
        ),
        Confusion(
            "wrong rank",
            "You divided by the wrong side of a matrix. The rank is the number of rows of A and "
            "of columns of B.",
            lambda: weight + alpha / a.shape[1] * update,
        ),
        Confusion(
            "wrong rank",
            "You divided by the wrong side of a matrix. The rank is the number of rows of A and "
            "of columns of B.",
            lambda: weight + alpha / b.shape[0] * update,
        ),
        Confusion(
            "scale turned round",
            "The scale is alpha / r, not r / alpha.",
            lambda: weight + rank / alpha * update,
        ),
        Confusion(
            "scale turned round",
            "You divided by alpha and by r. The scale is alpha / r.",
            lambda: weight + update / (alpha * rank),
        ),
        Confusion(
            "weight replaced",
            "You return the addition alone. The frozen weight stays: W + alpha / r B A.",
            lambda: alpha / rank * update,
        ),
        Confusion(
            "weight replaced",
            "You return B A alone. The frozen weight stays: W + alpha / r B A.",
            lambda: update,
        ),
        Confusion(
            "subtracted",
            "You subtracted the addition.",
            lambda: weight - alpha / rank * update,
        ),
        Confusion("unchanged", "You return the frozen weight alone.", lambda: weight),
    ]
    got = answer.array(weight, a, b, alpha, shape=weight.shape, confusions=confusions)
    require(
        got,
        weight + alpha / rank * update,
        "The merged weight is not the frozen one plus the scaled product of B and A.",
        confusions,
    )


def _lora_parameters_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = [([(4, 3)], 2), ([(192, 192)] * 4 + [(768, 192), (192, 768)], 8)]
    for count, rank in ((3, 4), (7, 16)):
        sides = rng.choice(np.arange(20, 999), (count, 2), replace=False)
        cases.append(([(int(o), int(i)) for o, i in sides], rank))
    return cases


@exercise(
    "fine_tuning.lora_parameters",
    _lora_parameters_cases,
    "Each layer costs rank numbers for every row and every column of its weight.",
)
def lora_parameters(answer: Answer, shapes: Any, rank: Any) -> None:
    out, into = np.array(shapes, float).T
    confusions = [
        Confusion(
            "the whole weight",
            "These are the weights themselves, which stay frozen. A and B were asked for.",
            lambda: out @ into,
        ),
        Confusion(
            "the whole weight",
            "You multiplied the weights by the rank. A and B are narrow: rank x in and out x rank.",
            lambda: rank * (out @ into),
        ),
        Confusion(
            "one matrix",
            "You counted A alone. B has numbers too: out x rank.",
            lambda: rank * into.sum(),
        ),
        Confusion(
            "one matrix",
            "You counted B alone. A has numbers too: rank x in.",
            lambda: rank * out.sum(),
        ),
        Confusion(
            "multiplied",
            "You multiplied the sizes of A and B. They lie beside each other: add.",
            lambda: rank**2 * (out @ into),
        ),
        Confusion(
            "rank forgotten",
            "You added the sides of the weights. Each counts rank times.",
            lambda: (out + into).sum(),
        ),
        Confusion(
            "one layer",
            "You counted the first layer only. Add all of them up.",
            lambda: rank * (out + into)[0],
        ),
        Confusion(
            "one layer",
            "You counted the last layer only. Add all of them up.",
            lambda: rank * (out + into)[-1],
        ),
        Confusion(
            "frozen ones counted",
            "You counted the frozen weights too. Only A and B are trained.",
            lambda: rank * (out + into).sum() + out @ into,
        ),
    ]
    require(
        answer.number(shapes, rank, confusions=confusions),
        rank * (out.sum() + into.sum()),
        "Your number is not how many numbers A and B hold in all layers.",
        confusions,
    )


def _rehearsed_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = [(30, 0.25), (960, 1 / 3)]
    for share in rng.choice([0.1, 0.2, 0.4, 0.6, 0.75], 3, replace=False):
        cases.append((int(rng.integers(20, 90)) * 12, float(share)))
    return cases


@exercise(
    "fine_tuning.rehearsed",
    _rehearsed_cases,
    "Old and new together, the old ones are the share that was asked for.",
)
def rehearsed(answer: Answer, new: int, share: float) -> None:
    expected = new * share / (1 - share)
    confusions = [
        Confusion(
            "share of the new ones",
            "This is a share of the new pairs. The share is meant of all pairs, old and new.",
            lambda: new * share,
        ),
        Confusion(
            "share turned round",
            "You used the share of the new ones for that of the old ones.",
            lambda: new * (1 - share) / share,
        ),
        Confusion(
            "all for old",
            "This is the number of all pairs. Take the new ones off.",
            lambda: new / (1 - share),
        ),
        Confusion(
            "new ones fewer",
            "You made room for the old ones among the new. The new ones all stay: how many old "
            "ones come to them?",
            lambda: new * (1 - share),
        ),
        Confusion(
            "divided by the share",
            "You divided by the share of the old ones. The new pairs are the other share, 1 minus "
            "that: how many are all?",
            lambda: new / share,
        ),
        Confusion(
            "share for number",
            "You return the share. The number of old pairs was asked for.",
            lambda: share,
        ),
    ]
    got = answer.number(new, share, confusions=confusions)
    if abs(got - expected) > 1:  # rounded up or down, as one likes
        message = "With so many old pairs, their share of all is another one."
        raise explain(got, confusions, message, same=lambda a, b: abs(a - b) <= 1)


def _interpolate_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = []
    for alpha in (0.25, 0.7, 0.0, 1.0):
        old = {"a": whole(rng, 2), "b": vectors(rng, 2, 3)}
        new = {key: (value + 3 * vectors(rng, *value.shape)) for key, value in old.items()}
        cases.append((old, new, alpha))
    return cases


@exercise(
    "fine_tuning.interpolate",
    _interpolate_cases,
    "Every weight lies on the line from old (alpha 0) to new (alpha 1), and none is missing.",
    given="torch",
)
def interpolate(answer: Answer, old: Any, new: Any, alpha: Any) -> None:
    value = answer(old, new, alpha)
    if not isinstance(value, dict):
        raise Wrong("Your function should return a dict with a tensor for each name.", "wrong type")
    if set(value) != set(old):
        raise Wrong(
            "The names in your dict are not those of the weights.",
            "weights missing",
            "Go through all names: `{name: ... for name in old}`. A model that lacks one weight "
            "cannot be loaded.",
        )
    shapes = [old[key].shape for key in old]
    got = np.concatenate(
        [as_array(value[key], shape).ravel() for key, shape in zip(old, shapes, strict=True)]
    )
    first, second = (np.concatenate([d[key].ravel() for key in old]) for d in (old, new))
    confusions = [
        Confusion(
            "turned round",
            "alpha 0 should give the old weights and 1 the new; yours is turned round.",
            lambda: second + alpha * (first - second),
        ),
        Confusion(
            "added on top",
            "You added a part of the new weights to the whole of the old. The two parts sum to 1.",
            lambda: first + alpha * second,
        ),
        Confusion(
            "alpha ignored",
            "You always take the middle. Use `alpha`.",
            lambda: (first + second) / 2,
        ),
        Confusion(
            "change for weight",
            "You return a part of the change. Add it to the old weights.",
            lambda: alpha * (second - first),
        ),
        Confusion(
            "one of the two",
            "You return one of the two models. Each weight lies between them.",
            lambda: second if alpha >= 0.5 else first,
        ),
        Confusion("one of the two", "You return the new model. Mix the two.", lambda: second),
        Confusion("one of the two", "You return the old model. Mix the two.", lambda: first),
    ]
    expected = (1 - alpha) * first + alpha * second
    require(
        got, expected, "A weight does not lie at `alpha` of the way to the new one.", confusions
    )


def _choose_alpha_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Draw paths on which what is forgotten goes up and down, and is negative twice.

    So those within the limit are no unbroken stretch from the start, the best of them is not the
    last, and each known mistake leads to a place of its own.
    """
    cases = []
    for more, limit, best in ((0, 0.03, 7), (1, 0.05, 7), (0, 0.02, 2), (4, 0.1, 7)):
        forgotten = np.array([0, 0.4, -1.5, 2.5, 2.7, 0.6, -0.6, 0.95, 0.5, 0.3, 3])  # in limits
        accuracy = np.array([0, 0.52, 0, 0.85, 0.8, 0, 0.55, 0, 0.57, 0, 0.9])
        accuracy[best] = 0.6
        accuracy += rng.uniform(-0.005, 0.005, 11)
        accuracy = np.where(accuracy < 0.1, rng.uniform(0.3, 0.45, 11), accuracy)
        early = np.ones(more, int)  # models right behind the start, within the limit
        old = rng.uniform(0.7, 0.8) - limit * np.insert(forgotten, early, rng.uniform(0, 0.8, more))
        new = np.insert(accuracy, early, rng.uniform(0.3, 0.45, more))
        cases.append((np.round(new, 3), np.round(old, 3), limit))
    return cases


@exercise(
    "fine_tuning.choose_alpha",
    _choose_alpha_cases,
    "Of the models that forget no more than allowed, the best on the new task is chosen.",
)
def choose_alpha(answer: Answer, new: Any, old: Any, limit: Any) -> None:
    def best(kept: Any) -> Any:
        return np.where(kept, new, -np.inf).argmax()

    allowed = old[0] - old <= limit + 1e-9
    expected = best(allowed)
    places = np.arange(len(new))
    confusions = [
        Confusion(
            "forgetting ignored",
            "You chose the best on the new task, whatever it forgets. Keep to the limit first.",
            lambda: new.argmax(),
        ),
        Confusion(
            "least forgotten",
            "You chose the model that is best on the old task. Among all within the limit, take "
            "the best on the new task.",
            lambda: old.argmax(),
        ),
        Confusion(
            "last within the limit",
            "You went along the path as far as the limit allows. The best on the new task may "
            "come earlier: compare those within the limit.",
            lambda: np.flatnonzero(allowed)[-1],
        ),
        Confusion(
            "index within the kept ones",
            "You return the place among the models that were kept. Return the place in the "
            "whole path.",
            lambda: new[allowed].argmax(),
        ),
        Confusion(
            "both added",
            "You chose the best sum, which may forget more than is allowed. The limit comes first.",
            lambda: (new + old).argmax(),
        ),
        Confusion(
            "limit not compared with the start",
            "The limit is on the fall from the old model's accuracy, `old[0]`.",
            lambda: np.where(old >= 1 - limit, new, 0).argmax(),
        ),
        Confusion(
            "stopped too early",
            "You stopped at the first model that forgets too much. One behind it may forget less "
            "again: look at all of them.",
            lambda: best(np.logical_and.accumulate(allowed)),
        ),
        *(
            Confusion(
                "cut for mask",
                "You cut the path off and took the best of everything before. A model in between "
                "may forget too much: keep only those within the limit.",
                partial(lambda last: best(places < last), end),
            )
            for end in (allowed.sum(), np.flatnonzero(allowed)[-1] + 1)
        ),
        Confusion(
            "step by step",
            "You compare each model with the one before. The limit is on the fall from the old "
            "model's accuracy, `old[0]`.",
            lambda: best(np.append(True, old[:-1] - old[1:] <= limit)),
        ),
        Confusion(
            "limit not compared with the start",
            "You compare with the best accuracy on the old task along the path. The limit is on "
            "the fall from the old model's, `old[0]`.",
            lambda: best(old.max() - old <= limit),
        ),
        Confusion(
            "improvement refused",
            "You refuse a model that is better on the old task than the old model was: `abs` also "
            "counts a gain as forgetting.",
            lambda: best(np.abs(old[0] - old) <= limit),
        ),
        Confusion(
            "limit as a share",
            "You took the limit as a share of the old model's accuracy. It is a difference: "
            "`old[0] - old <= limit`.",
            lambda: best(old >= old[0] * (1 - limit)),
        ),
        Confusion("values for indices", "The index was asked for.", lambda: new[expected]),
    ]
    got = answer.number(new, old, limit, confusions=confusions)
    if not agree(got, expected):
        raise explain(got, confusions, "Another model within the limit is better on the new task.")
