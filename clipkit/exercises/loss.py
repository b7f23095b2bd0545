"""The checks of the contrastive loss, section 3 of notebook 05.

The references take other roads than the notebook: sums of exponentials for the loss, and a
gradient worked out on paper where the learner's comes from torch.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from clipkit.exercises.engine import Answer, Confusion, exercise, require
from clipkit.exercises.inputs import unit, unit_rows, vectors, whole

Array = NDArray[np.float64]


def _scale(rng: np.random.Generator) -> float:
    return round(float(rng.uniform(2, 6)), 1)


def _surprise(logits: Array, axis: int) -> Array:
    """Minus the logarithm of the softmax of `logits` along `axis`."""
    highest = logits.max(axis=axis, keepdims=True)
    total = np.log(np.exp(logits - highest).sum(axis=axis, keepdims=True))
    return total + highest - logits


def _contrastive_cases(rng: np.random.Generator) -> list[tuple]:
    sizes = ((3, 4), (4, 6), (9, 5))
    pairs = [(whole(rng, 2, 2), whole(rng, 2, 2))]
    pairs += [(vectors(rng, n, d), vectors(rng, n, d)) for n, d in sizes]
    return [(pictures, texts, _scale(rng)) for pictures, texts in pairs]


@exercise(
    "loss.contrastive",
    _contrastive_cases,
    "It is the mean of both directions' cross-entropies, for vectors of any length.",
    given="torch",
)
def contrastive(answer: Answer, pictures: Array, texts: Array, scale: float) -> None:
    a, b = pictures.astype(float), texts.astype(float)
    n, cosines = len(a), unit_rows(a) @ unit_rows(b).T

    def surprises(logits: Array) -> tuple[Array, Array]:
        """Return what each picture's text and each text's picture cost."""
        return np.diag(_surprise(logits, 1)), np.diag(_surprise(logits, 0))

    def loss(logits: Array) -> float:
        return float(np.mean(surprises(logits)))

    def judged_alone() -> Array:
        """Return the cost of each pair as a question of its own, yes or no."""
        return np.logaddexp(0, -np.where(np.eye(n) == 1, 1, -1) * scale * cosines)

    to_text, to_picture = surprises(scale * cosines)
    one_direction = (
        "You asked one question only. Each picture chooses among the texts, and each text among "
        "the pictures: the second cross-entropy is that of the transposed logits."
    )
    not_normalised = (
        "These logits are dot products. Divide each picture and each text by its length first."
    )
    sigmoid = (
        "You judged each pair by itself: that is SigLIP's loss. Here the texts of a row compete, "
        "through a softmax."
    )
    summed = "This is a sum. Take the mean over the pairs, and the mean of the two directions."
    confusions = [
        Confusion("one direction", one_direction, lambda: to_text.mean()),
        Confusion("one direction", one_direction, lambda: to_picture.mean()),
        Confusion("not normalised", not_normalised, lambda: loss(scale * a @ b.T)),
        Confusion("not normalised", not_normalised, lambda: loss(scale * unit_rows(a) @ b.T)),
        Confusion("not normalised", not_normalised, lambda: loss(scale * a @ unit_rows(b).T)),
        Confusion(
            "scale forgotten",
            "You compared the bare cosines. The logits are the cosines times the scale.",
            lambda: loss(cosines),
        ),
        Confusion(
            "scale turned round",
            "You divided by the scale. It multiplies the cosines; its inverse is the temperature.",
            lambda: loss(cosines / scale),
        ),
        Confusion(
            "scale exponentiated again",
            "The scale that you are given is the multiplier itself, already exponentiated.",
            lambda: loss(np.exp(scale) * cosines),
        ),
        Confusion(
            "whole matrix",
            "Your softmax runs over the whole matrix. Each row is a question of its own, and so "
            "is each column.",
            lambda: float(
                np.mean(np.diag(_surprise(scale * cosines.reshape(1, -1), 1).reshape(n, n)))
            ),
        ),
        Confusion("sum for mean", summed, lambda: to_text.mean() + to_picture.mean()),
        Confusion("sum for mean", summed, lambda: (to_text.sum() + to_picture.sum()) / 2),
        Confusion("sum for mean", summed, lambda: to_text.sum() + to_picture.sum()),
        Confusion("sum for mean", summed, lambda: to_text.sum()),
        Confusion("sigmoid", sigmoid, lambda: judged_alone().sum() / n),
        Confusion("sigmoid", sigmoid, lambda: judged_alone().mean()),
        Confusion("sigmoid", sigmoid, lambda: judged_alone().sum()),
        Confusion(
            "sign turned round",
            "This is the mean logarithm of the probabilities, which training would lower. The "
            "loss is minus that.",
            lambda: -loss(scale * cosines),
        ),
        Confusion(
            "logarithm forgotten",
            "You averaged the probabilities themselves. Take minus their logarithm: a text that "
            "is given 1 in 1,000 costs far more than one that is given 1 in 10.",
            lambda: -np.mean(np.exp([-to_text, -to_picture])),
        ),
        Confusion(
            "softmax twice",
            "`cross_entropy` takes logits and does the softmax itself: you have done it twice.",
            lambda: (
                (
                    np.diag(_surprise(np.exp(-_surprise(scale * cosines, 1)), 1)).mean()
                    + np.diag(_surprise(np.exp(-_surprise(scale * cosines, 0)), 0)).mean()
                )
                / 2
            ),
        ),
        Confusion(
            "negatives counted",
            "You averaged over the whole matrix. Only the diagonal holds the true pairs.",
            lambda: np.mean([_surprise(scale * cosines, axis) for axis in (0, 1)]),
        ),
    ]
    require(
        answer.number(pictures, texts, scale, confusions=confusions),
        loss(scale * cosines),
        "Your number is not the mean of the two cross-entropies.",
        confusions,
    )


def _accumulated_cases(rng: np.random.Generator) -> list[tuple]:
    cases = [(unit(rng, 4, 2), unit(rng, 4, 2), 2.0, 2)]
    for n, d, size in ((6, 5, 2), (12, 6, 4), (12, 5, 3)):
        cases.append((unit(rng, n, d), unit(rng, n, d), _scale(rng), size))
    return cases


@exercise(
    "loss.accumulated",
    _accumulated_cases,
    "Each piece asks its own question, with its own negatives, and the mean is taken of all.",
    given="torch",
)
def accumulated(answer: Answer, pictures: Array, texts: Array, scale: float, size: int) -> None:
    logits = scale * pictures.astype(float) @ texts.astype(float).T
    n, pieces = len(logits), len(logits) // size
    rows = np.arange(n)
    blocks = rows.reshape(pieces, size)

    def mean_of(groups: Iterable[NDArray[np.integer]]) -> float:
        return float(np.mean([_loss_of(logits[np.ix_(group, group)]) for group in groups]))

    expected = mean_of(blocks)
    to_text, to_picture = ([np.diag(_surprise(logits[np.ix_(b, b)], axis)) for b in blocks]
                           for axis in (1, 0))  # fmt: skip
    confusions = [
        Confusion(
            "whole batch",
            "This is the loss of the whole batch. With accumulation a picture meets only the texts "
            "of its own piece.",
            lambda: mean_of([rows]),
        ),
        Confusion(
            "sum for mean",
            "You added the pieces' losses. Take their mean, as the Trainer does.",
            lambda: pieces * expected,
        ),
        Confusion(
            "sum for mean",
            "You divided by the size of a piece. Divide by the number of pieces.",
            lambda: pieces * expected / size,
        ),
        Confusion(
            "sum for mean",
            "You divided by the number of pairs. A piece's loss is a mean already: divide by the "
            "number of pieces.",
            lambda: pieces * expected / n,
        ),
        Confusion(
            "one piece",
            "You return the loss of one piece. Take the mean over all of them.",
            lambda: mean_of(blocks[:1]),
        ),
        Confusion(
            "one piece",
            "You return the loss of one piece. Take the mean over all of them.",
            lambda: mean_of(blocks[-1:]),
        ),
        Confusion(
            "size for number",
            "You cut the batch into `size` pieces. `size` says how many pairs a piece holds: "
            "`rows.split(size)`, where `chunk` would take the number of pieces.",
            lambda: mean_of(np.array_split(rows, size)),
        ),
        Confusion(
            "every so many",
            "A piece holds pairs that follow each other; you took every so many.",
            lambda: mean_of(rows.reshape(size, pieces).T),
        ),
        Confusion(
            "one direction",
            "You asked one question only. The loss of a piece has two directions, as before.",
            lambda: np.mean(to_text),
        ),
        Confusion(
            "one direction",
            "You asked one question only. The loss of a piece has two directions, as before.",
            lambda: np.mean(to_picture),
        ),
    ]
    require(
        answer.number(pictures, texts, scale, size, confusions=confusions),
        expected,
        "Your number is not the mean of the pieces' contrastive losses.",
        confusions,
    )


def _loss_of(logits: Array) -> float:
    return float(np.mean([np.diag(_surprise(logits, axis)) for axis in (0, 1)]))


def _step_cases(rng: np.random.Generator) -> list[tuple]:
    cases = [(whole(rng, 2, 2), whole(rng, 2, 2), unit(rng, 2, 2), 2.0, 4.0)]
    for n, d, f in ((3, 2, 4), (6, 4, 5)):
        rate = round(float(rng.uniform(0.3, 0.8)), 1)
        weight, pictures = vectors(rng, d, f), vectors(rng, n, f)
        cases.append((weight, pictures, unit(rng, n, d), _scale(rng), rate))
    return cases


@exercise(
    "loss.step",
    _step_cases,
    "The projection has moved downhill, by the rate times the gradient of the contrastive loss.",
    given="torch",
)
def step(
    answer: Answer, weight: Array, pictures: Array, texts: Array, scale: float, rate: float
) -> None:
    w, x, t = (array.astype(float) for array in (weight, pictures, texts))
    n, projected = len(x), x @ w.T
    lengths = np.linalg.norm(projected, axis=1, keepdims=True)

    def gradient(rows: float = 0.5, columns: float = 0.5, normalised: bool = True) -> Array:
        """Of `rows` times the loss from picture to text and `columns` times the other one."""
        turned = projected / lengths if normalised else projected
        logits = scale * turned @ t.T
        to_text, to_picture = (np.exp(-_surprise(logits, axis)) for axis in (1, 0))
        wrong = rows * (to_text - np.eye(n)) + columns * (to_picture - np.eye(n))
        back = scale / n * wrong @ t
        if normalised:  # only what is perpendicular to the embedding turns it
            back = (back - turned * (turned * back).sum(axis=1, keepdims=True)) / lengths
        return back.T @ x

    one_direction = (
        "Your gradient is that of one direction only. The loss has two: each picture chooses "
        "among the texts, and each text among the pictures."
    )
    confusions = [
        Confusion(
            "uphill",
            "You added the gradient, which leads uphill. Subtract it: the loss should fall.",
            lambda: w + rate * gradient(),
        ),
        Confusion(
            "rate forgotten",
            "You took the whole gradient for the step. Multiply it by the rate.",
            lambda: w - gradient(),
        ),
        Confusion(
            "gradient for weight",
            "You return the gradient. Subtract the rate times the gradient from the weight.",
            lambda: gradient(),
        ),
        Confusion(
            "gradient for weight",
            "You return the step alone. Add it to the weight.",
            lambda: -rate * gradient(),
        ),
        Confusion(
            "gradient for weight",
            "You return the step alone, with its sign turned round. Subtract it from the weight.",
            lambda: rate * gradient(),
        ),
        Confusion(
            "not moved",
            "The weight is as it was. `weight - rate * gradient` makes a new one: return it.",
            lambda: w,
        ),
        Confusion("one direction", one_direction, lambda: w - rate * gradient(1, 0)),
        Confusion("one direction", one_direction, lambda: w - rate * gradient(0, 1)),
        Confusion(
            "not normalised",
            "You left the projected pictures at their lengths. The loss compares directions: "
            "normalise them, inside the part of which the gradient is taken.",
            lambda: w - rate * gradient(normalised=False),
        ),
        Confusion(
            "sum for mean",
            "You added the two directions. The loss is their mean.",
            lambda: w - rate * gradient(1, 1),
        ),
        Confusion(
            "sum for mean",
            "You added the losses of the pairs. The loss is their mean.",
            lambda: w - rate * n * gradient(),
        ),
    ]
    require(
        answer.array(weight, pictures, texts, scale, rate, shape=w.shape, confusions=confusions),
        w - rate * gradient(),
        "Your weight is not the old one minus the rate times the gradient of the loss.",
        confusions,
    )
