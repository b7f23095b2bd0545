"""The checks of notebook 01, similarity.

Each compares with a reference computed by another road than the one the notebook teaches:
cosines by the law of cosines, rankings by Euclidean distance, and so on.
"""

from functools import partial
from typing import Any

import numpy as np

from clipkit.exercises.engine import (
    Answer,
    Confusion,
    Wrong,
    agree,
    as_array,
    as_number,
    exercise,
    explain,
    require,
)
from clipkit.exercises.inputs import distances, unit, unit_rows, vectors, whole

MILLIONTH = 1e-6  # two cosines that differ by less are a tie


def _normalise_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [(whole(rng, 2, 2),), *((vectors(rng, n, d),) for n, d in ((3, 4), (30, 8), (8, 8)))]


@exercise(
    "similarity.normalise",
    _normalise_cases,
    "Every row has length 1 and still points the way it did, and the input is unchanged.",
    given="torch",
)
def normalise(answer: Answer, rows: Any) -> None:
    lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows, dtype=float))[:, None]
    confusions = [
        Confusion(
            "lengths returned",
            "You return the lengths. Divide the vectors by them.",
            lambda: lengths[:, 0],
        ),
        Confusion(
            "lengths returned",
            "You return the lengths. Divide the vectors by them.",
            lambda: lengths,
        ),
        Confusion(
            "columns",
            "You took the length of each column. A row is one vector: sum over `dim=1`.",
            lambda: rows / np.linalg.norm(rows, axis=0),
        ),
        Confusion(
            "whole matrix",
            "You divided by one number, the length of the whole matrix. Each row has its own: "
            "`norm(dim=1, keepdim=True)`.",
            lambda: rows / np.linalg.norm(rows),
        ),
        Confusion(
            "sum of entries",
            "You divided by the sum of the entries, which makes them sum to 1. The length is "
            "the square root of the sum of squares.",
            lambda: rows / rows.sum(1, keepdims=True),
        ),
        Confusion(
            "sum of entries",
            "You divided by the sum of the absolute entries. The length is the square root of "
            "the sum of squares.",
            lambda: rows / np.abs(rows).sum(1, keepdims=True),
        ),
        Confusion(
            "square root forgotten",
            "You divided by the squared length. Take its square root first.",
            lambda: rows / lengths**2,
        ),
        Confusion(
            "largest entry",
            "You divided by the largest entry. The length is the square root of the sum of "
            "squares.",
            lambda: rows / np.abs(rows).max(1, keepdims=True),
        ),
        Confusion(
            "largest entry",
            "You divided by the largest entry. The length is the square root of the sum of "
            "squares.",
            lambda: rows / rows.max(1, keepdims=True),
        ),
        Confusion(
            "largest entry",
            "You divided by the largest entry of the whole matrix. Each row has a length of its "
            "own, the square root of its sum of squares.",
            lambda: rows / rows.max(),
        ),
        Confusion(
            "lengths not aligned",
            "The length of row 1 went to column 1. `keepdim=True` keeps the lengths in a "
            "column, so that each divides its own row.",
            lambda: rows / lengths[:, 0],
        ),
        Confusion("unchanged", "You return the input as it came.", lambda: rows),
    ]
    got = answer.array(rows, shape=rows.shape, confusions=confusions)
    if not agree(np.hypot.reduce(got, axis=1), np.ones(len(rows))):  # large entries squared: inf
        raise explain(got, confusions, "The rows of your result do not all have length 1.")
    require(got * lengths, rows, "The rows of your result do not point where they pointed before.")


def _cosine_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [
        (whole(rng, 1, 2), whole(rng, 3, 2)),  # m is not d, so that a forgotten `.T` shows
        (vectors(rng, 3, 3), vectors(rng, 2, 3)),
        (vectors(rng, 7, 16), vectors(rng, 5, 16)),
        (vectors(rng, 6, 6), vectors(rng, 6, 6)),
    ]


@exercise(
    "similarity.cosine",
    _cosine_cases,
    "Every entry is the cosine of its pair, whatever the lengths of the vectors.",
    given="torch",
)
def cosine(answer: Answer, a: Any, b: Any) -> None:
    na, nb = np.linalg.norm(a, axis=1)[:, None], np.linalg.norm(b, axis=1)[None]
    apart = distances(a, b)
    expected = (na**2 + nb**2 - apart**2) / (2 * na * nb)  # the law of cosines
    one_side = "You normalised one side only. The length of the other still scales the result."
    confusions = [
        Confusion(
            "not normalised",
            "This is the dot product. It grows with the length of the vectors; divide by both "
            "lengths.",
            lambda: expected * na * nb,
        ),
        Confusion("one side only", one_side, lambda: expected * nb),
        Confusion("one side only", one_side, lambda: expected * na),
        Confusion(
            "transposed",
            "Rows and columns are exchanged: row i should belong to row i of `a`.",
            lambda: expected.T,
        ),
        Confusion(
            "distance",
            "This is the Euclidean distance, which is small where two vectors agree. A cosine "
            "is large there.",
            lambda: apart,
        ),
        Confusion(
            "distance",
            "This is the Euclidean distance of unit vectors, which is small where they agree. "
            "A cosine is large there.",
            lambda: np.sqrt(np.maximum(0, 2 - 2 * expected)),
        ),
        Confusion(
            "distance",
            "One minus the cosine is the cosine distance. The similarity was asked for.",
            lambda: 1 - expected,
        ),
        Confusion(
            "distance",
            "One minus the distance of two vectors is not their cosine, even at unit length: "
            "cosine = 1 - distance² / 2.",
            lambda: 1 - np.sqrt(np.maximum(0, 2 - 2 * expected)),
        ),
        Confusion(
            "angle",
            "This is the angle. Its cosine was asked for.",
            lambda: np.arccos(np.clip(expected, -1, 1)),
        ),
        Confusion(
            "pairs only",
            "You compared row 1 with row 1, row 2 with row 2, as "
            "`torch.nn.functional.cosine_similarity(a, b)` does. Compare every row of `a` with "
            "every row of `b`: one matrix product of both, normalised.",
            lambda: expected[0] if len(expected) == 1 else np.diag(expected),
        ),
        Confusion(
            "whole matrix",
            "You divided a matrix by one number, the length of the whole of it. Each row has its "
            "own: `norm(dim=1, keepdim=True)`.",
            lambda: (a / np.linalg.norm(a)) @ (b / np.linalg.norm(b)).T,
        ),
        Confusion(
            "columns",
            "You took the length of the columns. A row is one vector: `dim=1`.",
            lambda: (a / np.linalg.norm(a, axis=0)) @ (b / np.linalg.norm(b, axis=0)).T,
        ),
    ]
    got = answer.array(a, b, shape=expected.shape, confusions=confusions)
    require(
        got,
        expected,
        "An entry is not the cosine of its pair of rows (a cosine lies between -1 and 1 and "
        "does not change when a vector is made longer).",
        confusions,
    )


def _pad_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    shapes = ((3, 1), (2, 4), (3, 3), (7, 4), (5, 12))
    return [
        (rng.permutation(256)[: h * w * 3].reshape(h, w, 3).astype(np.uint8),) for h, w in shapes
    ]


@exercise(
    "similarity.pad",
    _pad_cases,
    "The whole picture lies in the middle of a square, and its border fills what is new.",
)
def pad(answer: Answer, picture: Any) -> None:
    height, width, _ = picture.shape
    side, short = max(height, width), min(height, width)
    top, left = (side - height) // 2, (side - width) // 2

    def placed(top: int, left: int) -> Any:
        """Return the square whose pixels are the nearest of a picture that begins there."""
        places = np.arange(side)[:, None]
        rows = np.abs(places - top - np.arange(height)).argmin(axis=1)
        columns = np.abs(places - left - np.arange(width)).argmin(axis=1)
        return picture[np.ix_(rows, columns)]

    def filled(value: int) -> Any:
        square = np.full((side, side, 3), value)
        square[top : top + height, left : left + width] = picture
        return square

    ends = [(top, side - height - top), (left, side - width - left)]

    def padded(mode: Any) -> Any:
        return np.pad(picture, (*ends, (0, 0)), mode=mode)

    at_the_edge = (
        "All new pixels lie on one side of your picture. It belongs in the middle, with half of "
        "them on either side."
    )
    mirrored = (
        "The new pixels mirror or repeat the picture. A second sleeve beside the first would "
        "mislead a model: only the border is repeated."
    )
    confusions = [
        *(
            Confusion(
                "one colour",
                "You filled the new pixels with one colour. Each should repeat the pixel of the "
                "picture that lies nearest.",
                partial(filled, value),
            )
            for value in (0, 255)
        ),
        Confusion("at the edge", at_the_edge, lambda: placed(0, 0)),
        Confusion("at the edge", at_the_edge, lambda: placed(side - height, side - width)),
        *(
            Confusion("mirrored", mirrored, partial(padded, mode))
            for mode in ("symmetric", "reflect", "wrap")
        ),
        Confusion(
            "stretched",
            "You stretched the picture to a square, and with it everything that it shows.",
            lambda: picture[np.arange(side) * height // side][:, np.arange(side) * width // side],
        ),
        Confusion(
            "cropped",
            "You cut the picture to its middle, as the processor does. Nothing of it should be "
            "lost: the side of the square is the longer side.",
            lambda: picture[
                (height - short) // 2 : (height + short) // 2,
                (width - short) // 2 : (width + short) // 2,
            ],
        ),
        Confusion(
            "wrong axis",
            "You added rows where columns were missing, or columns where rows were. The first "
            "axis counts rows, from top to bottom; the second counts columns.",
            lambda: np.pad(picture, (*ends[::-1], (0, 0)), mode="edge"),
        ),
        Confusion("unchanged", "You return the picture as it came.", lambda: picture),
    ]
    got = answer.array(picture, shape=(side, side, 3), confusions=confusions)
    # If the number of new pixels is odd, either side may have one more.
    if not agree(got, placed(top, left)):
        require(
            got,
            placed((side - height + 1) // 2, (side - width + 1) // 2),
            "This is not the picture in the middle of a square, its border repeated.",
            confusions,
        )


def _probabilities_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    return [
        (np.abs(whole(rng, 2, 3)) / 10, 10.0),
        (rng.uniform(0.1, 0.4, (4, 4)).astype(np.float32), 20.0),
        (rng.uniform(0.1, 0.4, (5, 9)).astype(np.float32), float(rng.uniform(30, 60))),
        (rng.uniform(0.9, 1.0, (6, 3)).astype(np.float32), 100.0),
    ]


def _softmax(x: Any, axis: Any) -> Any:
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


@exercise(
    "similarity.probabilities",
    _probabilities_cases,
    "Each picture's probabilities sum to 1 over the texts, the logit scale sharpens them, and "
    "large logits do no harm.",
    given="torch",
)
def probabilities(answer: Answer, cosines: Any, scale: Any) -> None:
    logits = scale * cosines.astype(float)
    expected = 1 / np.exp(logits[:, None, :] - logits[:, :, None]).sum(2)
    exponential = (
        "You took the exponential of the scale. `clip.logit_scale` is the factor itself; only the "
        "parameter `model.logit_scale` inside the model is kept as a logarithm."
    )
    confusions = [
        Confusion(
            "wrong axis",
            "Your columns sum to 1: a share of the pictures for each text. Each picture (a "
            "row) chooses among the texts: `dim=1`.",
            lambda: _softmax(logits, 0),
        ),
        Confusion(
            "whole matrix",
            "Your whole matrix sums to 1. Each row should, on its own.",
            lambda: _softmax(logits.ravel(), 0).reshape(logits.shape),
        ),
        Confusion(
            "logit scale forgotten",
            "You left out the logit scale. Cosines differ by little, so that without it all "
            "texts look equally likely.",
            lambda: _softmax(cosines.astype(float), 1),
        ),
        Confusion(
            "divided by logit scale",
            "You divided by the logit scale. It multiplies; its inverse is the temperature.",
            lambda: _softmax(cosines / scale, 1),
        ),
        Confusion(
            "exponential of the scale",
            "In each row one text gets everything. You return which is best, or your logits are "
            "far too large: `clip.logit_scale` is the factor itself, not its logarithm.",
            lambda: _softmax(np.exp(scale) * cosines, 1),
        ),
        Confusion(
            "no exponential",
            "You divided by the sum without taking exponentials: that is no softmax, and a "
            "negative cosine would give a negative probability.",
            lambda: logits / logits.sum(1, keepdims=True),
        ),
        Confusion(
            "logarithm",
            "These are logarithms of the probabilities: use `softmax`, not `log_softmax`.",
            lambda: np.log(expected),
        ),
        Confusion(
            "sigmoid",
            "A sigmoid judges each text on its own, and its rows need not sum to 1. A softmax "
            "was asked for.",
            lambda: 1 / (1 + np.exp(-logits)),
        ),
    ]
    try:
        got = answer.array(cosines, scale, shape=cosines.shape, confusions=confusions)
    except Wrong as wrong:
        if "has no attribute 'exp'" in wrong.message:
            wrong.hint = exponential
        if wrong.misconception == "not finite":
            wrong.misconception = "overflow"
            wrong.hint = (
                "exp(100) does not fit into a float32. Subtract each row's largest logit "
                "before you take exponentials (it cancels), or use `torch.softmax`."
            )
        raise
    if not agree(got.sum(1), np.ones(len(got))):
        raise explain(got, confusions, "The rows of your result do not sum to 1.")
    require(
        got,
        expected,
        "The rows sum to 1, but one text's share divided by another's is not exp(logit scale x "
        "difference of their cosines).",
        confusions,
    )


def _modality_gap_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = []
    for n, m, d in ((2, 2, 2), (3, 2, 3), (20, 31, 8), (12, 12, 12)):
        texts = unit_rows(unit(rng, m, d) + 2 * unit(rng, 1, d))
        cases.append((unit(rng, n, d), texts.astype(np.float32)))
    return cases


@exercise(
    "similarity.modality_gap",
    _modality_gap_cases,
    "It is the distance between the two centres, for any number of pictures and of texts.",
    given="torch",
)
def modality_gap(answer: Answer, images: Any, texts: Any) -> None:
    across, within = distances(images, texts), distances(images, images)
    within_texts = distances(texts, texts)
    # Squared distances between and within the clouds give that of their centres.
    squared = (across**2).mean() - (within**2).mean() / 2 - (within_texts**2).mean() / 2
    expected = np.sqrt(squared)
    centres = [images.astype(float).mean(0), texts.astype(float).mean(0)]
    confusions = [
        Confusion(
            "mean of distances",
            "This is the mean distance between a picture and a text. Two clouds round the same "
            "centre would get more than 0. Average first, then take the distance.",
            lambda: across.mean(),
        ),
        Confusion(
            "mean of distances",
            "This is the mean distance between picture i and text i. Average the pictures and "
            "the texts first, then take the distance of the two means.",
            lambda: np.diag(across).mean(),
        ),
        Confusion(
            "mean cosine",
            "One minus the mean cosine is no distance between the centres: spread-out clouds "
            "with the same centre would get more than 0.",
            lambda: 1 - (images @ texts.T).mean(),
        ),
        Confusion(
            "squared",
            "This is the square of the distance: the root is missing.",
            lambda: squared,
        ),
        Confusion(
            "no distance",
            "This is the difference of the centres, a vector. Its length was asked for.",
            lambda: centres[0] - centres[1],
        ),
        Confusion(
            "one centre only",
            "This compares each picture with the centre of the texts. Average the pictures too.",
            lambda: np.linalg.norm(images - centres[1], axis=1),
        ),
        Confusion(
            "centres normalised",
            "You normalised the centres. How far they lie inside the sphere is part of the gap.",
            lambda: np.linalg.norm(unit_rows(centres[0]) - unit_rows(centres[1])),
        ),
        Confusion(
            "cosine of centres",
            "This is the cosine of the two centres. Their distance was asked for.",
            lambda: unit_rows(centres[0]) @ unit_rows(centres[1]),
        ),
        Confusion(
            "cosine of centres",
            "This is one minus the cosine of the two centres. Their Euclidean distance was asked "
            "for.",
            lambda: 1 - unit_rows(centres[0]) @ unit_rows(centres[1]),
        ),
        Confusion(
            "one number for all",
            "`mean()` without `dim` makes one number of the whole matrix. A centre is a vector, "
            "the mean over the rows: `mean(dim=0)`.",
            lambda: np.abs(images.mean(dtype=float) - texts.mean(dtype=float)),
        ),
        Confusion(
            "city block",
            "This adds the absolute differences. The Euclidean distance is the root of the sum "
            "of squares.",
            lambda: np.abs(centres[0] - centres[1]).sum(),
        ),
        Confusion(
            "wrong axis",
            "You averaged within each vector. A centre is the mean over the rows: `dim=0`.",
            lambda: np.linalg.norm(images.mean(1) - texts.mean(1)),
        ),
    ]
    require(
        answer.number(images, texts, confusions=confusions),
        expected,
        "Your number is not the distance between the centre of the pictures and the centre of "
        "the texts.",
        confusions,
    )


def _require_best(chosen: Any, apart: Any, k: int, message: str, confusions: Any) -> None:
    """Require that each row of `chosen` names the `k` nearest columns of `apart`, nearest first.

    Distances are compared, not indices, so that either order of a tie is right.
    """
    given, chosen, apart = chosen, np.atleast_2d(chosen), np.atleast_2d(apart)
    inside = (chosen >= 0) & (chosen < apart.shape[1])
    best = np.sort(apart, axis=1)[:, :k]
    reached = np.take_along_axis(apart, np.where(inside, chosen, 0), axis=1)
    repeated = any(len(set(row)) < len(row) for row in chosen.tolist())
    if not inside.all() or repeated or not agree(reached, best):
        raise explain(given, confusions, message, same=np.array_equal)


def _neighbours_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = [(unit(rng, n, d), int(rng.integers(n)), k) for n, d, k in ((5, 2, 3), (6, 3, 5))]
    cases.append((unit(rng, 40, 16), 7, 4))
    for n, d, k in ((7, 8, 1), (30, 8, 3), (30, 8, 4)):
        for place in range(3):  # the catalogue holds one product three times
            items, same = unit(rng, n, d), np.sort(rng.choice(n, 3, replace=False))
            items[same] = items[same[0]]
            cases.append((items, int(same[place]), k))
    return cases


@exercise(
    "similarity.neighbours",
    _neighbours_cases,
    "It finds the k most similar other items, the best first, and tells an item from its twin.",
    given="torch",
)
def neighbours(answer: Answer, items: Any, index: Any, k: int) -> None:
    twins = set(np.flatnonzero((items == items[index]).all(1)).tolist()) - {index}
    apart = distances(items[[index]], items)[0]
    order = np.argsort(apart, kind="stable")
    others = order[order != index]
    zeroed = np.where(np.arange(len(items)) == index, 0, 1 - apart**2 / 2)
    confusions = [
        Confusion(
            "itself",
            "The item itself is among its neighbours: it is always its own best match. Take it "
            "out before you choose.",
            lambda: order[:k],
        ),
        Confusion(
            "zero for the item",
            "You set the item's own cosine to 0, but 0 is not the lowest cosine: items that are "
            "opposed have less. Use `-inf`.",
            lambda: np.argsort(-zeroed, kind="stable")[:k],
        ),
        Confusion(
            "shifted",
            "You took the item's row away before you searched. Every index behind it is then one "
            "too small.",
            lambda: np.argsort(np.delete(apart, index), kind="stable")[:k],
        ),
        Confusion(
            "worst first",
            "These are the least similar items. Sorting goes from low to high unless you ask "
            "otherwise.",
            lambda: others[::-1][:k],
        ),
        Confusion(
            "worst first",
            "You sorted from the least similar up, and left out the first of those. Sorting goes "
            "from low to high unless you ask otherwise; and the item itself is the last.",
            lambda: order[::-1][1 : k + 1],
        ),
        Confusion(
            "best last",
            "These are the right items in the wrong order: the best comes first.",
            lambda: others[:k][::-1],
        ),
        Confusion(
            "one too many",
            "You return k + 1 items, the item itself among them.",
            lambda: order[: k + 1],
        ),
        Confusion(
            "one too few",
            "You return k - 1 items: take out the item itself first, then choose k.",
            lambda: order[1:k],
        ),
    ]
    got = answer.array(items, index, k, shape=(k,), of="indices", confusions=confusions)
    if index in got and twins:
        raise Wrong(
            "The item itself is among its neighbours when the catalogue holds it twice.",
            "first one dropped",
            "You dropped the best match, taking it for the item itself. A twin is just as "
            "near, and may come first. Take out the item by its index.",
        )
    if twins and not twins & set(got.tolist()):
        raise Wrong(
            "The catalogue holds the same product twice, and the twin is not recommended.",
            "twin dropped",
            "Leave out the item by its index, not everything whose cosine is 1.",
        )
    apart[index] = np.inf
    message = "These are not the k most similar other items, best first."
    if index in got:
        message = "The item itself is among its neighbours."
    _require_best(got, apart, k, message, confusions)


def _captions_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    sizes = ((2, 7, 2, 2), (3, 8, 4, 1), (12, 30, 16, 5), (10, 10, 8, 10))
    return [(unit(rng, n, d), unit(rng, m, d), k) for n, m, d, k in sizes]


@exercise(
    "similarity.captions",
    _captions_cases,
    "Each picture gets its k nearest texts, the nearest first.",
    given="torch",
)
def captions(answer: Answer, pictures: Any, texts: Any, k: int) -> None:
    apart = distances(pictures, texts)
    cosines = 1 - apart**2 / 2
    order = np.argsort(apart, axis=1)
    confusions = [
        Confusion(
            "worst first",
            "These are the least similar texts. Sorting goes from low to high unless you ask "
            "otherwise (`descending=True`, or `topk`).",
            lambda: order[:, ::-1][:, :k],
        ),
        Confusion(
            "best last",
            "These are the right texts in the wrong order: the best comes first.",
            lambda: order[:, :k][:, ::-1],
        ),
        Confusion(
            "pictures for texts",
            "You chose the best pictures for each text. Choose the best texts for each "
            "picture: rows of the similarity matrix, `dim=1`.",
            lambda: np.argsort(apart, axis=0)[:k].T,
        ),
        Confusion(
            "pictures for texts",
            "You chose along the columns of the similarity matrix. A row holds one picture: "
            "`dim=1`.",
            lambda: np.argsort(apart, axis=0)[:k],
        ),
        Confusion(
            "only one text",
            "You chose one text for each picture; `k` were asked for.",
            lambda: order[:, 0],
        ),
        Confusion(
            "only one text",
            "You chose one text for each picture; `k` were asked for.",
            lambda: order[:, :1],
        ),
        Confusion(
            "k ignored", "You return all texts; only the best `k` were asked for.",
            lambda: order,
        ),
        *(
            Confusion(
                "k ignored",
                f"You return {n} texts for each picture, whatever `k` is. Use `k`.",
                partial(lambda width: order[:, :width], n),
            )
            for n in (3, 5)
        ),
        Confusion(
            "values and indices",
            "`topk` returns two things, the values and where they are. Return its `.indices`.",
            lambda: np.stack([np.sort(cosines, axis=1)[:, ::-1][:, :k], order[:, :k]]),
        ),
        Confusion(
            "first k",
            "You return the first `k` texts whatever the picture shows.",
            lambda: np.tile(np.arange(k), (len(pictures), 1)),
        ),
    ]  # fmt: skip
    got = answer.array(
        pictures, texts, k, shape=(len(pictures), k), of="indices", confusions=confusions
    )
    _require_best(got, apart, k, "These are not the k best texts, best first.", confusions)


def _match_reports_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    blind = np.tile(_halves(rng, 1), (8, 1))
    return [
        _studies(rng, 3),
        _studies(rng, 6),
        _studies(rng, 24),
        _studies(rng, 24, (8, 5)),
        (blind, blind),
        _nearly_tied(*_studies(rng, 24, (8, 5))),
    ]


@exercise(
    "similarity.match_reports",
    _match_reports_cases,
    "Every film gets a nearest report, and reports that tie share the credit: a model that sees "
    "nothing scores 1/n.",
    given="torch",
)
def match_reports(answer: Answer, films: Any, reports: Any) -> None:
    n = len(films)
    cosines = films.astype(float) @ reports.T.astype(float)

    def credit(tolerance: Any) -> Any:
        top = cosines >= cosines.max(1, keepdims=True) - tolerance
        return np.where(np.diag(top), 1 / top.sum(1), 0)

    top = cosines >= cosines.max(1, keepdims=True) - MILLIONTH
    share = credit(MILLIONTH)
    expected = share.sum() / n
    best, recall = answer.pair(films, reports)
    if isinstance(best, float) and agree(recall, recall) and np.shape(recall) == (n,):
        raise Wrong(
            "The first thing returned is one number, the second an index for each film.",
            "exchanged",
            "The indices come first, then recall@1: `return best, recall`.",
        )
    best = as_array(best, (n,), "indices")
    if ((best < 0) | (best >= n)).any():
        raise Wrong("An index is no report: indices run from 0 to n - 1.", "out of range")
    if not top[np.arange(n), best].all():
        raise explain(
            best,
            [
                Confusion(
                    "films for reports",
                    "You chose the best film for each report. Choose the best report for each "
                    "film: `argmax(dim=1)` of films x reports.",
                    lambda: cosines.max(0),
                ),
                Confusion(
                    "least similar",
                    "You chose the least similar report: a high cosine is a good match.",
                    lambda: cosines.min(1),
                ),
                Confusion(
                    "own report",
                    "You gave each film its own report. Which one is nearest?",
                    lambda: np.diag(cosines),
                ),
            ],
            "The report of a film is not one of the nearest.",
            same=lambda chosen, reached: _reaches(cosines, chosen, reached),
        )
    found = as_number(recall)
    if agree(found, expected):
        return
    confusions = [
        Confusion(
            "count",
            "This counts the films; recall@1 is their share, between 0 and 1.",
            lambda: share.sum(),
        ),
        Confusion(
            "ties all right",
            "A tie counts as fully right in your result. A model for which all reports look "
            "alike would get recall 1. If t reports tie, the film counts 1/t.",
            lambda: np.diag(top).mean(),
        ),
        Confusion(
            "ties all wrong",
            "A tie counts as wrong in your result. If t reports tie, the film counts 1/t.",
            lambda: (np.diag(top) & (top.sum(1) == 1)).mean(),
        ),
        Confusion(
            "too exact",
            "You ask whether cosines are exactly equal. Rounding alone makes equal ones differ in "
            "the last digit: less than a millionth apart is a tie.",
            lambda: credit(0).mean(),
        ),
        Confusion(
            "too tolerant",
            "You call cosines tied that differ by more than a millionth.",
            lambda: credit(1e-3).mean(),
        ),
        Confusion(
            "first of a tie",
            "Of several reports that tie, `argmax` takes one, and the position in the list "
            "decides whether the film counts. If t reports tie, the film counts 1/t.",
            lambda: (best == np.arange(len(best))).mean(),
        ),
        Confusion(
            "credit without the own report",
            "You shared the credit of a tie without asking whether the film's own report is "
            "part of it.",
            lambda: (1 / top.sum(1)).mean(),
        ),
        Confusion(
            "mean cosine",
            "This is the mean cosine of the pairs that belong together, not how often the own "
            "report comes first.",
            lambda: np.diag(cosines).mean(),
        ),
    ]
    raise explain(
        found, confusions, "Your recall is not the share of films whose own report is nearest."
    )


def _nearly_tied(films: Any, reports: Any) -> Any:
    """Turn every third report by an angle that is a tie still, every third by one that is none.

    The films of the first third are confused, so that it matters who shares a tie.
    """
    turned = np.sqrt([0, 1.2e-6, 1.2e-4])[np.arange(len(reports)) % 3, None]  # sine of the angle
    reports = np.hstack([reports * np.sqrt(1 - turned**2), turned]).astype(np.float32)
    films = np.pad(films, ((0, 0), (0, 1)))  # they have nothing in the new dimension
    films[1::3] = films[0]
    return films, reports


def _reaches(cosines: Any, chosen: Any, reached: Any) -> Any:
    """Tell whether `chosen` takes film i (or report i) to the cosine ``reached[i]``."""
    rows = np.arange(len(chosen))
    by_film = np.array_equal(cosines[rows, chosen], reached)
    return by_film or np.array_equal(cosines[chosen, rows], reached)


def _halves(rng: np.random.Generator, n: int) -> Any:
    """Draw unit vectors with four entries of one half, the others 0: their cosines are exact."""
    places = rng.random((n, 40)).argsort(axis=1)[:, :4]
    drawn = np.zeros((n, 40), np.float32)
    np.put_along_axis(drawn, places, rng.choice([-0.5, 0.5], (n, 4)), axis=1)
    return drawn


def _studies(rng: np.random.Generator, n: int, normal: Any = (0, 0)) -> Any:
    """Draw films and their reports; some films lie nearer to another film's report.

    Of the last studies, ``normal[0]`` share one report and ``normal[1]`` another. Of the first
    group, the first film is confused, so that taking the first of a tie gives the wrong recall.
    """
    reports = _halves(rng, n)
    first, second = n - sum(normal), n - normal[1]
    reports[first:second] = reports[first:][:1]
    reports[second:] = reports[second:][:1]
    confused = rng.choice(first, max(1, first // 3), replace=False)
    source = np.arange(n)
    source[confused] = (confused + 1) % first
    if normal[0]:
        source[first] = 0
    films = reports[source].copy()
    rows, order = np.arange(n), rng.random((n, 40))
    taken = np.where(films != 0, order, 0).argmax(axis=1)  # a film is never quite its report:
    free = np.where(films == 0, order, 0).argmax(axis=1)  # one entry moves elsewhere
    films[rows, free], films[rows, taken] = films[rows, taken], 0
    return films, reports
