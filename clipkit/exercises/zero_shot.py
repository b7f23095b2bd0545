"""The checks of notebooks 02 and 03, zero-shot classification.

The references take other roads than the notebook: the binomial distribution for the bootstrap,
midranks for the area under the curve, signed sums of each bin for the calibration error.
"""

import math
import re
from functools import partial
from typing import Any

import numpy as np

from clipkit.exercises.engine import (
    Answer,
    Confusion,
    Wrong,
    agree,
    as_number,
    exercise,
    explain,
    require,
)
from clipkit.exercises.inputs import distances, unit, unit_rows

LABELS = ["mug", "sofa", "red dress", "ankle boot", "Table lamp", "umbrella", "vase", "belt"]
TEMPLATES = [
    "a photo of a {}.",
    "{}",
    "a picture of the {} in a shop window",
    "{}, seen from the side",
    "one {} on a table",
    "a small {}",
]


def _prompts_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = []
    for n, m in ((2, 3), (4, 2), (3, 3)):
        labels = [str(label) for label in rng.permutation(LABELS)[: n - 1]]
        labels.insert(int(rng.integers(n)), "T-shirt")
        cases.append((labels, [str(template) for template in rng.permutation(TEMPLATES)[:m]]))
    return cases


@exercise(
    "zero_shot.prompts",
    _prompts_cases,
    "Every label stands in every template, grouped by label, letter for letter.",
)
def prompts(answer: Answer, labels: Any, templates: Any) -> None:
    expected = [[t.replace("{}", label) for t in templates] for label in labels]
    confusions = [
        Confusion(
            "grouped by template",
            "The outer list has an entry for each template; it should have one for each label. "
            "Exchange the two loops.",
            lambda: [list(column) for column in zip(*expected, strict=True)],
        ),
        Confusion(
            "flat list",
            "You return one flat list. Keep the prompts of a label together in a list of their "
            "own: their embeddings are averaged later.",
            lambda: sum(expected, []),
        ),
        Confusion(
            "flat list",
            "You return one flat list. Keep the prompts of a label together in a list of their "
            "own: their embeddings are averaged later.",
            lambda: sum(map(list, zip(*expected, strict=True)), []),
        ),
        Confusion(
            "pairs only",
            "You paired label 1 with template 1, label 2 with template 2. Every label goes into "
            "every template.",
            lambda: [t.replace("{}", label) for label, t in zip(labels, templates, strict=False)],
        ),
        Confusion(
            "pairs only",
            "You used one template for each label. Every label goes into every template.",
            lambda: [[templates[0].replace("{}", label)] for label in labels],
        ),
        Confusion(
            "placeholder left",
            "The {} still stands in your prompts: `template.format(label)` puts the label there.",
            lambda: [[t for t in templates] for _ in labels],
        ),
        Confusion(
            "placeholder left",
            "The {} still stands in your prompts: do not add the label behind the template, put "
            "it in its place with `template.format(label)`.",
            lambda: [[t + label for t in templates] for label in labels],
        ),
        Confusion(
            "placeholder left",
            "The {} still stands in your prompts: do not add the label behind the template, put "
            "it in its place with `template.format(label)`.",
            lambda: [[t + " " + label for t in templates] for label in labels],
        ),
        Confusion(
            "letters changed",
            "You changed capital letters. Leave the labels and templates as they are.",
            lambda: [[text.lower() for text in row] for row in expected],
        ),
        Confusion(
            "template forgotten",
            "You return the labels alone. Put each into every template.",
            lambda: [[label] * len(templates) for label in labels],
        ),
    ]
    got = _as_lists(answer(labels, templates))
    _require_lists(got)
    if got != expected:
        message = "`result[i][j]` should be label i in template j, with nothing else changed."
        raise explain(got, confusions, message, same=lambda a, b: a == b)


def _as_lists(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    return [_as_lists(item) for item in value] if isinstance(value, list | tuple) else value


def _require_lists(got: Any) -> None:
    parts = [got, *got] if isinstance(got, list) else [got]
    if any(isinstance(part, dict) for part in parts):
        raise Wrong(
            "Your function should return a list of lists; there is a dict in your result.",
            "dict for lists",
            "The place in the list says which label it is: `result[0]` belongs to `labels[0]`.",
        )
    if any(part in ("<generator>", "<map>") for part in parts if isinstance(part, str)):
        raise Wrong(
            "Your function should return a list of lists; there is a generator in your result.",
            "generator for lists",
            "Round brackets and `map` make something that computes later. Use square brackets, or "
            "`list(...)`, for both loops.",
        )


NOT_TRANSPOSED = (
    "A cosine multiplies a row of the pictures with a row of the classes: transpose the classes, "
    "`class_embeddings.T`."
)


def _classify_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    # The first has as many classes as dimensions, so that a forgotten .T gives a wrong answer
    # that can be explained, and no error.
    sizes = ((4, 3, 3), (4, 6, 4), (60, 12, 16), (12, 12, 16))
    return [(unit(rng, n, d), unit(rng, c, d)) for n, c, d in sizes]


@exercise(
    "zero_shot.classify",
    _classify_cases,
    "Each picture gets the class with the highest cosine.",
    given="torch",
)
def classify(answer: Answer, pictures: Any, classes: Any) -> None:
    n, c = len(pictures), len(classes)
    apart = distances(pictures, classes)
    confusions = [
        Confusion(
            "one-hot",
            "You return a row of numbers for each picture. One index was asked for: "
            "`argmax(dim=1)`.",
            lambda: 1 - apart**2 / 2,
        ),
        Confusion(
            "pictures for classes",
            "You chose the best picture of each class. Choose the best class of each picture: "
            "`argmax(dim=1)` of pictures x classes.",
            lambda: apart.argmin(0),
        ),
        Confusion(
            "one index for all",
            "`argmax()` without `dim` gives the place of the one highest number in the whole "
            "matrix.",
            lambda: apart.argmin(),
        ),
        Confusion(
            "values for indices",
            "You return the highest cosine. The class that reaches it was asked for: `argmax`.",
            lambda: 1 - apart.min(1) ** 2 / 2,
        ),
        Confusion(
            "values and indices",
            "`max(dim=1)` returns two things, the highest values and where they are. "
            "`argmax(dim=1)` returns only the second.",
            lambda: np.stack([1 - apart.min(1) ** 2 / 2, apart.argmin(1)]),
        ),
        Confusion(
            "not transposed",
            NOT_TRANSPOSED,
            lambda: (pictures @ classes).argmax(1) if len(classes) == len(classes.T) else None,
        ),
        Confusion(
            "least similar",
            "These are the least similar classes. A high cosine is a good match (a high "
            "distance is not).",
            lambda: apart.argmax(1),
        ),
    ]
    try:
        got = answer.array(pictures, classes, shape=(n,), of="indices", confusions=confusions)
    except Wrong as wrong:
        if wrong.misconception == "wrong shape" and f"({n}, {c})" in wrong.message:
            wrong.misconception, wrong.hint = confusions[0].name, confusions[0].hint
        if wrong.status == "error" and "cannot be multiplied" in wrong.message:
            wrong.hint = NOT_TRANSPOSED
        raise
    inside = ((got >= 0) & (got < c)).all()
    if not inside or not agree(apart[np.arange(n), got], apart.min(1)):
        raise explain(got, confusions, "A picture has a class with a higher cosine.")


def _ensemble_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = []
    for c, t, d in ((1, 2, 2), (3, 2, 4), (5, 7, 16), (6, 6, 6)):
        texts = unit_rows(unit(rng, c, t, d) + 1.5 * unit(rng, c, 1, d))
        cases.append((texts.astype(np.float32),))
    return cases


@exercise(
    "zero_shot.ensemble",
    _ensemble_cases,
    "One vector for each class, of length 1, that points in the mean direction of its templates.",
    given="torch",
)
def ensemble(answer: Answer, texts: Any) -> None:
    c, _, d = texts.shape
    total = np.einsum("ctd->cd", texts.astype(float))
    expected = total / np.sqrt(np.einsum("cd,cd->c", total, total))[:, None]
    confusions = [
        Confusion(
            "not normalised again",
            "The mean of unit vectors is shorter than 1, and shorter where the templates "
            "disagree. Divide by its length.",
            lambda: texts.mean(1),
        ),
        Confusion(
            "sum",
            "You added the templates up. Bring the sum to length 1.",
            lambda: total,
        ),
        Confusion(
            "averaged over classes",
            "You averaged over the classes. Average over the templates, the middle axis: `dim=1`.",
            lambda: unit_rows(texts.mean(0)),
        ),
        Confusion(
            "averaged over classes",
            "You averaged over the classes. Average over the templates, the middle axis: `dim=1`.",
            lambda: texts.mean(0),
        ),
        Confusion(
            "averaged over dimensions",
            "You averaged over the numbers of each vector. Average over the templates: `dim=1`.",
            lambda: texts.mean(2),
        ),
        Confusion(
            "one template",
            "You kept the first template only.",
            lambda: texts[:, 0],
        ),
        Confusion(
            "median",
            "You took the median of the templates, number by number. The mean was asked for.",
            lambda: np.sort(texts, axis=1)[:, (texts.shape[1] - 1) // 2],
        ),
        Confusion(
            "wrong axis normalised",
            "You divided by the length of each column. A class is a row.",
            lambda: total / np.linalg.norm(total, axis=0),
        ),
        Confusion(
            "whole matrix",
            "You divided by the length of the whole matrix. Each class has its own length.",
            lambda: texts.mean(1) / np.linalg.norm(texts.mean(1)),
        ),
        Confusion(
            "largest entry",
            "You took the largest entry over the templates. The mean was asked for.",
            lambda: unit_rows(texts.max(1)),
        ),
    ]
    got = answer.array(texts, shape=(c, d), confusions=confusions)
    if not agree(np.hypot.reduce(got, axis=1), np.ones(c)):  # large entries squared: inf
        raise explain(got, confusions, "The vector of a class does not have length 1.")
    require(
        got, expected, "A class does not point in the mean direction of its templates.",
        confusions,
    )  # fmt: skip


def _choose_template_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    cases = []
    for n in (3, 4, 12):
        best, lucky = (int(i) for i in rng.choice(n, 2, replace=False))
        validation, test = (np.round(rng.uniform(0.5, 0.6, n), 3) for _ in range(2))
        validation[best], validation[lucky] = np.round(rng.uniform([0.70, 0.61], [0.75, 0.69]), 3)
        # The best on validation is not the best on test.
        test[best], test[lucky] = np.round(rng.uniform([0.61, 0.71], [0.68, 0.75]), 3)
        cases.append((validation, test))
    return cases


@exercise(
    "zero_shot.choose_template",
    _choose_template_cases,
    "The validation split chooses, the test split only reports.",
)
def choose_template(answer: Answer, validation: Any, test: Any) -> None:
    best, lucky = int(validation.argmax()), int(test.argmax())
    first, second = answer.pair(validation, test)
    index, accuracy = as_number(first), as_number(second)
    if index == lucky:
        raise Wrong(
            "Your template is not the one that the validation split prefers.",
            "chosen on the test split",
            "You let the test split choose. What is then reported is luck in part, and too "
            "high. The validation split chooses.",
        )
    if index == int(np.argmax(validation + test)) and index != best:
        raise Wrong(
            "Your template is not the one that the validation split prefers.",
            "both splits",
            "You let both splits choose. The test split must have no say.",
        )
    if index != best:
        confusions = [
            Confusion("worst", "You chose the lowest accuracy.", lambda: validation.argmin()),
            Confusion(
                "pair exchanged",
                "The index comes first, the accuracy second.",
                lambda: test[best],
            ),
            Confusion(
                "accuracy for index",
                "You return the validation accuracy; the index of the template was asked for.",
                lambda: validation[best],
            ),
        ]
        raise explain(
            index, confusions, "Your template is not the one that the validation split prefers."
        )
    require(
        accuracy,
        test[best],
        "The accuracy you report is not the chosen template's on the test split.",
        [
            Confusion(
                "validation accuracy reported",
                "You report the accuracy on the validation split. It was chosen for being high "
                "there, and flatters.",
                lambda: validation[best],
            ),
            Confusion(
                "best test accuracy reported",
                "You report the best accuracy on the test split, which belongs to another "
                "template.",
                lambda: test.max(),
            ),
            Confusion(
                "mean reported",
                "You report the mean over all templates. Report that of the chosen one.",
                lambda: test.mean(),
            ),
            Confusion(
                "mean reported",
                "You report the mean of both splits. Report the test split alone.",
                lambda: (validation[best] + test[best]) / 2,
            ),
        ],
    )


def _bootstrap_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    draws = []
    for n in (300, 300, 300, 300, 1200, 1200, 1200, 1200):
        right = round(rng.uniform(0.4, 0.6) * n)
        draws.append(rng.permutation(np.arange(n) < right).astype(float))
    return [(draws, [int(seed) for seed in rng.choice(10**6, len(draws), replace=False)])]


@exercise(
    "zero_shot.bootstrap",
    _bootstrap_cases,
    "It covers the middle 95 % of resampled means, narrows as items are added, and repeats with "
    "its seed.",
)
def bootstrap(answer: Answer, draws: Any, seeds: Any) -> None:
    sides = []  # of each draw: how far the ends lie from the mean, in standard errors
    for correct, seed in zip(draws, seeds, strict=True):
        n, mean = len(correct), correct.mean()
        low, high = _interval(answer.pair(correct, 1000, seed))
        if high > 1.5:
            raise Wrong(
                "The interval does not lie between 0 and 1.",
                "not a share",
                "Work with the share that is correct, not with its percentage or the count.",
            )
        error = math.sqrt(mean * (1 - mean) / n)
        if 1.5 < (mean - high) / error < 4:
            raise Wrong(
                "The interval does not contain the mean of `correct`.",
                "percentiles for quantiles",
                "`np.percentile` counts from 0 to 100, `np.quantile` from 0 to 1: these are the "
                "lowest percent of the means.",
            )
        if high < mean or low > mean:
            raise Wrong("The interval does not contain the mean of `correct`.")
        if high - low < 1e-9:
            raise Wrong(
                "The interval has no width.",
                "without replacement",
                "Drawing n of n items without replacement gives the same items each time. Draw "
                "with replacement.",
            )
        expected = _binomial_interval(n, mean)
        sides.append([(mean - low) / error, (high - mean) / error])
        reference = [(mean - expected[0]) / error, (expected[1] - mean) / error]
        sides[-1] += reference
    low, high, low_reference, high_reference = np.mean(sides, axis=0)
    widths = np.array(sides)[:, :2].sum(1)
    width, reference = low + high, low_reference + high_reference
    # A mean of `n_resamples` items has its spread, whatever the number of items that there are.
    sizes = np.array([len(correct) for correct in draws])
    if np.allclose(widths / (2 * 1.96), np.sqrt(sizes / 1000), rtol=0.15):
        raise Wrong(
            "The interval does not narrow as it should when there are four times as many items.",
            "n_resamples for items",
            "You draw `n_resamples` items for a mean. Draw as many as there are, `len(correct)`, "
            "and do so `n_resamples` times.",
        )
    if widths[4:].mean() > 1.5 * widths[:4].mean():
        raise Wrong(
            "The interval does not narrow as it should when there are four times as many items.",
            "spread of the items",
            "You describe how single items spread. The interval is about their mean: resample, "
            "and take quantiles of the means.",
        )
    if abs((high - low) - (high_reference - low_reference)) > 0.22:
        raise Wrong(
            "The interval leaves out unequal shares of the means below and above.",
            "unequal ends",
            "The middle 95 % leaves out 2.5 % of the means below and 2.5 % above.",
        )
    if abs(width - reference) > 0.3:
        raise _wrong_width(width)
    first, again = ([_interval(answer.pair(draws[0], 50, s)) for s in seeds] for _ in range(2))
    if first != again:
        raise Wrong(
            "The same seed gives another interval the second time.",
            "seed ignored",
            "Draw from `np.random.default_rng(seed)`, made inside the function.",
        )
    few, many = ([answer.pair(correct, n_resamples, 0) for correct in draws[:4]]
                 for n_resamples in (50, 200))  # fmt: skip
    if few == many and len(set(first)) > 1:
        raise Wrong(
            "Another number of resamples gives the same interval.",
            "n_resamples ignored",
            "How many means are taken is written into your function: use `n_resamples`.",
        )
    if few == many:
        raise Wrong(
            "Neither the seed nor the number of resamples changes the interval.",
            "nothing drawn",
            "A formula draws nothing. Resample `correct` `n_resamples` times, with "
            "`np.random.default_rng(seed)`.",
        )
    if len(set(first)) == 1:
        raise Wrong(
            "Every seed gives the same interval.",
            "seed ignored",
            "The seed is written into your function: use the argument `seed`.",
        )


def _interval(pair: Any) -> Any:
    low, high = (as_number(end) for end in pair)
    if low > high:
        raise Wrong("The lower end comes first, the upper end second.", "ends exchanged")
    return low, high


def _binomial_interval(n: int, mean: Any) -> Any:
    """Return the 2.5 % and 97.5 % points of the mean of n draws with replacement: a binomial."""
    k = np.arange(n + 1)
    log_choose = math.lgamma(n + 1) - np.array([math.lgamma(i + 1) + math.lgamma(n - i + 1)
                                                for i in k])  # fmt: skip
    mass = np.exp(log_choose + k * math.log(mean) + (n - k) * math.log(1 - mean))
    below = np.cumsum(mass)
    return np.searchsorted(below, 0.025) / n, np.searchsorted(below, 0.975) / n


def _wrong_width(width: Any) -> Any:
    known = [
        (3.29, "90 % interval", "This leaves out 5 % on each side; a 95 % interval leaves out "
         "2.5 %."),
        (2.0, "one standard error", "This is the mean plus and minus one standard error, which "
         "holds about 68 %."),
        (1.35, "quartiles", "This is the middle half. The middle 95 % was asked for."),
        (5.15, "99 % interval", "This leaves out half a percent on each side; a 95 % interval "
         "leaves out 2.5 %."),
        (5.54, "half as many", "Draw as many items as there are for a mean, not half as many."),
    ]  # fmt: skip
    expected, name, hint = min(known, key=lambda entry: abs(math.log(width / entry[0])))
    if abs(width / expected - 1) < 0.1:
        return Wrong("The interval does not hold the middle 95 % of the means.", name, hint)
    if width > 5.8:
        return Wrong(
            "The interval is too wide for the middle 95 % of the means.",
            "too wide",
            "Do not take the lowest and the highest mean, and resample as many items as there are.",
        )
    return Wrong("The interval does not hold the middle 95 % of the means.")


def _classes(rng: np.random.Generator, n: int, labels: Any, weights: Any) -> Any:
    """Draw true labels, each at least twice, and predictions that favour the common ones."""
    truth = np.concatenate([labels, labels, rng.choice(labels, n - 2 * len(labels), p=weights)])
    predicted = np.where(rng.random(n) < 0.6, truth, rng.choice(labels, n, p=weights))
    order = rng.permutation(n)
    return truth[order], predicted[order]


def _balanced_accuracy_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    order, rare = rng.permutation(5), np.repeat([3, 4, 6], [90, 8, 2])
    return [
        (np.array([0, 0, 0, 0, 1])[order], np.array([0, 0, 0, 1, 1])[order]),
        _classes(rng, 40, np.array([0, 1]), [0.85, 0.15]),
        _classes(rng, 200, np.array([2, 5, 7, 11]), [0.7, 0.2, 0.07, 0.03]),
        (rare, np.full(100, 3)),
        (rare, rng.choice([3, 4, 6, 9], 100)),
    ]


@exercise(
    "zero_shot.balanced_accuracy",
    _balanced_accuracy_cases,
    "Every class counts the same, however rare, and a constant answer scores one over the number "
    "of classes.",
)
def balanced_accuracy(answer: Answer, truth: Any, predicted: Any) -> None:
    labels, code = np.unique(np.concatenate([truth, predicted]), return_inverse=True)
    table = np.zeros((len(labels), len(labels)))
    np.add.at(table, (code[: len(truth)], code[len(truth) :]), 1)
    true, found = table.sum(1), table.sum(0)
    hits = np.diag(table)
    expected = (hits[true > 0] / true[true > 0]).mean()
    confusions = [
        Confusion(
            "accuracy",
            "This is plain accuracy: the common class decides nearly alone. Take the share "
            "found of each class, then the mean over classes.",
            lambda: hits.sum() / true.sum(),
        ),
        Confusion(
            "precision",
            "You divided by how often a class was predicted: that is precision. Divide by how "
            "often it is true.",
            lambda: np.nanmean(hits / found),
        ),
        Confusion(
            "precision",
            "You divided by how often a class was predicted: that is precision. Divide by how "
            "often it is true.",
            lambda: (hits / np.maximum(found, 1))[true > 0].mean(),
        ),
        Confusion(
            "classes that are never true",
            "You also averaged over a class that was predicted and never occurs in `y_true`.",
            lambda: (hits / np.maximum(true, 1)).mean(),
        ),
        Confusion(
            "two classes only",
            "This holds for the classes 0 and 1 only. `np.unique(truth)` lists the classes.",
            lambda: (
                ((predicted == 1) & (truth == 1)).sum() / max(1, (truth == 1).sum())
                + ((predicted == 0) & (truth == 0)).sum() / max(1, (truth == 0).sum())
            ) / 2,
        ),
        Confusion(
            "predicted classes",
            "You averaged over the classes that were predicted. One that is never predicted counts "
            "too, with nothing found: take the classes from `y_true`.",
            lambda: (hits / true)[found > 0].mean(),
        ),
        Confusion(
            "divided by all items",
            "You divided what was found of a class by the number of all items. Divide by how often "
            "that class is true.",
            lambda: hits.sum() / true.sum() / (true > 0).sum(),
        ),
        Confusion(
            "sum", "You added the classes up. Take their mean.",
            lambda: expected * (true > 0).sum(),
        ),
        Confusion(
            "one class only",
            "This is the share found of one class (sensitivity). Take the mean over all.",
            lambda: (predicted[truth == 1] == 1).mean() if (truth == 1).any() else np.nan,
        ),
    ]  # fmt: skip
    try:
        value = answer.number(truth, predicted)
    except Wrong as wrong:
        if wrong.misconception == "not finite":
            wrong.hint = (
                "The mean of nothing is nan: average only over classes that occur in `y_true`."
            )
        raise
    require(
        value,
        expected,
        "Your number is not the mean, over the classes in `y_true`, of the share found.",
        confusions,
    )


def _scores(rng: np.random.Generator, n: int, rare: Any, ties: Any = False) -> Any:
    """Draw scores of rare positives and common negatives, off centre; perhaps with ties."""
    truth = np.zeros(n, int)
    truth[: max(2, round(rare * n))] = 1
    scores = rng.normal(size=n) * 0.05 + 0.2 + 0.06 * truth
    scores = np.round(scores, 1 if n < 10 else 2) if ties else np.round(scores, 6)
    order = rng.permutation(n)
    return scores[order], truth[order]


ZEROS_AND_ONES = (
    "`scores[truth]` with 0 and 1 takes the scores at places 0 and 1. Compare first: "
    "`scores[truth == 1]`."
)


def _with_booleans(answer: Answer, is_right: Any, scores: Any, truth: Any) -> Any:
    """Tell whether the learner's function is right if the truth is given as booleans."""
    shown = answer.tried, answer.returned, answer.printed
    try:
        return is_right(answer.number(scores, truth))
    except Wrong:
        return False
    finally:  # the failed call is shown, not this one
        answer.tried, answer.returned, answer.printed = shown


def _threshold_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    small = np.sort(rng.choice(np.arange(10, 40), 6, replace=False)) / 100
    return [
        (small, np.array([0, 0, 0, 0, 1, 1])),
        _scores(rng, 60, 0.3),
        *(_scores(rng, 400, 0.06) for _ in range(3)),
        *(_scores(rng, 300, 0.15, ties=True) for _ in range(3)),
    ]


@exercise(
    "zero_shot.threshold",
    _threshold_cases,
    "No other threshold has a better balanced accuracy on the validation split.",
)
def threshold(answer: Answer, scores: Any, truth: Any) -> None:
    def is_best(t: Any) -> Any:
        return rates(t).sum() >= highest - 1e-9

    levels = np.unique(scores)
    edges = np.append(levels, np.inf)

    def rates(t: Any) -> Any:
        called = np.digitize(scores, [t]) == 1  # score >= t
        return np.array([called[truth == 1].mean(), 1 - called[truth == 0].mean()])

    def accuracy(t: Any) -> Any:
        return np.mean((scores >= t) == truth)

    highest = max(rates(t).sum() for t in edges)
    got = answer.number(scores, truth)
    reached = rates(got).sum()
    if is_best(got):
        return
    above = levels[min(int(np.searchsorted(levels, got, "right")), len(levels) - 1)]
    confusions = [
        Confusion(
            "zeros and ones as places",
            ZEROS_AND_ONES,
            lambda: _with_booleans(answer, is_best, scores, truth == 1),
        ),
        Confusion(
            "accuracy for score",
            "This is how good the best threshold is. Return the threshold itself, a score.",
            lambda: any(agree(got, value, 1e-6) for value in (highest / 2, highest, highest - 1)),
        ),
        Confusion(
            "place for score",
            "This is a place in your list of candidates. Return the score that stands there.",
            lambda: got == round(got) and got > 0,
        ),
        Confusion(
            "accuracy",
            "Your threshold has the best plain accuracy. Where positives are rare, that means "
            "calling almost nothing. Weigh sensitivity and specificity the same.",
            lambda: accuracy(got) == max(accuracy(t) for t in edges),
        ),
        Confusion(
            "fixed at one half",
            "One half means nothing to a cosine or an uncalibrated score. Try the scores that "
            "occur.",
            lambda: got == 0.5,
        ),
        Confusion(
            "mean of the scores",
            "The mean of the scores lies among the negatives where positives are rare. Try all "
            "thresholds and compare.",
            lambda: agree(got, scores.mean(), 1e-6) or agree(got, np.median(scores), 1e-6),
        ),
        Confusion(
            "one side too low",
            "A threshold at the highest wrong score still calls that score positive: `>=` "
            "counts the threshold itself. Go up to the next score.",
            lambda: is_best(above),
        ),
        Confusion(
            "sensitivity only",
            "You call everything positive: sensitivity is 1 and specificity 0. Weigh both.",
            lambda: rates(got)[1] == 0,
        ),
        Confusion(
            "specificity only",
            "You call (nearly) nothing positive. Weigh sensitivity and specificity the same.",
            lambda: rates(got)[0] < 0.1,
        ),
        Confusion(
            "turned round",
            "You turned a comparison round: this threshold does worse than no threshold.",
            lambda: reached < 1,
        ),
        Confusion(
            "midpoint of the means",
            "The midpoint between the two means is best only for two equal, symmetric groups. "
            "Try all thresholds and compare.",
            lambda: agree(2 * got, scores[truth == 1].mean() + scores[truth == 0].mean(), 1e-6),
        ),
    ]  # fmt: skip
    raise explain(
        got,
        confusions,
        "Another threshold has a better balanced accuracy on these scores.",
        same=lambda value, holds: bool(holds),
    )


def _calibration_error_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    # Six answers for which every known mistake gives a number of its own.
    small = np.array([0.14, 0.31, 0.54, 0.58, 0.71, 0.79]) + rng.uniform(-0.004, 0.004, 6)
    order = rng.permutation(6)
    cases = [(np.round(small, 3)[order], np.array([1.0, 0.0, 1.0, 0.0, 0.0, 1.0])[order], 2)]
    for n, bins, low in ((60, 10, 0.0), (300, 10, 0.4), (300, 15, 0.0), (300, 7, 0.3)):
        confidence = _inside_bins(rng.uniform(low, 1, n), bins)
        too_sure = np.where(confidence < 0.6, 0.25, -0.3) + confidence
        cases.append((confidence, (rng.random(n) < too_sure).astype(float), bins))
    certain = _inside_bins(rng.uniform(0.5, 1, 50), 10)
    certain[:20] = 1.0
    return [*cases, (certain, (rng.random(50) < 0.5).astype(float), 10)]


def _inside_bins(values: Any, bins: int) -> Any:
    """Move values away from the edges of the bins: which bin an edge belongs to is convention."""
    cell = np.floor(values * bins)
    return np.round((cell + 0.1 + 0.8 * (values * bins - cell)) / bins, 4)


@exercise(
    "zero_shot.calibration_error",
    _calibration_error_cases,
    "Bins count by their size, too sure and too unsure do not cancel, and empty bins and "
    "confidence 1 do no harm.",
)
def calibration_error(answer: Answer, confidence: Any, correct: Any, bins: int) -> None:
    cell = np.minimum(np.floor(confidence * bins), bins - 1).astype(int)
    count = np.bincount(cell, minlength=bins)
    sums = np.bincount(cell, confidence, bins), np.bincount(cell, correct, bins)
    expected = np.abs(sums[0] - sums[1]).sum() / len(cell)
    gaps = [(a - b) / max(1, c) for a, b, c in zip(*sums, count, strict=True)]
    inside = confidence < 1
    confusions = [
        Confusion(
            "bins not weighted",
            "You averaged over the bins. A bin with three predictions counts less than one "
            "with a hundred: weigh by their share.",
            lambda: np.abs(gaps)[count > 0].mean(),
        ),
        Confusion(
            "bins not weighted",
            "You averaged over the bins, empty ones too. Weigh each by its share of the "
            "predictions.",
            lambda: np.abs(gaps).mean(),
        ),
        Confusion(
            "bins not weighted",
            "You added the gaps of the bins up. Weigh each by its share of the predictions.",
            lambda: np.abs(gaps).sum(),
        ),
        Confusion(
            "signs cancel",
            "Too sure in one bin and too unsure in another cancel in your result, as if there "
            "were no bins. Take the absolute value of each bin's gap.",
            lambda: abs((sums[0] - sums[1]).sum()) / len(cell),
        ),
        Confusion(
            "signs cancel",
            "Too sure in one bin and too unsure in another cancel in your result. Take the "
            "absolute value of each bin's gap.",
            lambda: -abs((sums[1] - sums[0]).sum()) / len(cell),
        ),
        Confusion(
            "single predictions",
            "You compared each confidence with 0 or 1. Even a perfectly calibrated model would "
            "have an error. Compare means within a bin.",
            lambda: np.abs(confidence - correct).mean(),
        ),
        Confusion(
            "squared",
            "You squared the gaps (or the Brier score's differences). Absolute gaps were asked "
            "for.",
            lambda: (np.square(gaps) * count).sum() / count.sum(),
        ),
        Confusion(
            "squared",
            "This is the Brier score. Compare mean confidence with accuracy within bins.",
            lambda: ((confidence - correct) ** 2).mean(),
        ),
        Confusion(
            "largest gap",
            "This is the largest gap (maximum calibration error). Take the weighted mean.",
            lambda: np.abs(gaps).max(),
        ),
        Confusion(
            "confidence 1 dropped",
            "A prediction with confidence exactly 1 falls out of your last bin. It belongs to "
            "it.",
            lambda: (
                np.abs(np.bincount(cell[inside], (confidence - correct)[inside], bins)).sum()
                / len(confidence)
            ),
        ),
        *(
            Confusion(
                "bins of equal count",
                "Your bins hold equally many answers each. Bins of equal width were asked for: "
                "with ten, a confidence of 0.87 belongs to the one from 0.8 to 0.9.",
                partial(lambda cut: _gaps(cut(confidence, bins), confidence, correct), split),
            )
            for split in (_equal_count, _between_quantiles)
        ),
        Confusion(
            "rounded to an edge",
            "`round` takes a confidence to the nearest edge, so that your bins lie around the "
            "edges. A bin lies between two of them: cut the decimals off, `astype(int)`.",
            lambda: _gaps(_around_edges(confidence, bins), confidence, correct),
        ),
        Confusion(
            "middle for mean",
            "You compared the middle of the bin with the share that is correct. Compare the mean "
            "of the confidences that fall into it.",
            lambda: np.abs(count * (np.arange(bins) + 0.5) / bins - sums[1]).sum() / len(cell),
        ),
        Confusion(
            "bins ignored",
            "You always use ten bins. Use the argument `bins`.",
            lambda: np.abs(
                np.bincount(np.minimum(confidence * 10, 9).astype(int), confidence - correct)
            ).sum() / len(confidence),
        ),
    ]  # fmt: skip
    try:
        value = answer.number(confidence, correct, bins)
    except Wrong as wrong:
        if wrong.misconception == "not finite":
            wrong.misconception = "empty bin"
            wrong.hint = "The mean of an empty bin is nan. Leave empty bins out."
        raise
    require(
        value,
        expected,
        "Your number is not the weighted mean gap between confidence and accuracy in the bins.",
        confusions,
    )


def _gaps(groups: Any, confidence: Any, correct: Any) -> Any:
    return sum(abs((confidence - correct)[rows].sum()) for rows in groups) / len(confidence)


def _around_edges(confidence: Any, bins: int) -> Any:
    edge = np.round(confidence * bins)
    return [edge == k for k in range(bins + 1)]


def _equal_count(confidence: Any, bins: int) -> Any:
    return np.array_split(np.argsort(confidence), bins)


def _between_quantiles(confidence: Any, bins: int) -> Any:
    inner = np.quantile(confidence, np.arange(1, bins) / bins)
    cell = np.searchsorted(inner, confidence, "right")
    return [cell == k for k in range(bins)]


FILM = r"(?:chest|film|study|radiograph|x-?ray)"
NEGATIONS = (
    r"(?<!\w)(?:no|not|none|nil|nothing|without|absence|absent|(?:free|clear) of|-ve"
    rf"|negative(?! {FILM})|never|non|lacks?|lacking|denies|excluded|ruled out)\b"
)
DOUBTS = r"\b(?:possibl[ey]|probabl[ey]|likely|perhaps|maybe|may|might|could|suspected)\b|\?"
HEALTHY = rf"\b(?:normal|clear|healthy|unremarkable|negative {FILM})\b"
FINDINGS = (
    r"\b(?:findings?|abnormal\w*|disease[sd]?|patholog\w+|process(?:es)?|lesions?|opacit\w+|sick|ill"
    r"|(?:some|no)thing|effusion|pneumothorax|pneumonia|consolidation|nodule|mass|o?edema"
    r"|cardiomegaly|fracture)\b"
)


def _prompt_pair_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    names = ["pleural effusion", "Pneumothorax", "cardiomegaly", "Nodule", "rib fracture"]
    ordinary = [(str(name),) for name in rng.permutation(names)[:3]]
    return [*ordinary, ("No Finding",), ("no finding",), ("No finding",)]


@exercise(
    "zero_shot.prompt_pair",
    _prompt_pair_cases,
    'The first text affirms and the second denies, for "No Finding" too, and none says "no no".',
)
def prompt_pair(answer: Answer, finding: str) -> None:
    positive, negative = _texts(answer.pair(finding))
    if finding.lower() == "no finding":
        _require_puzzle_solved(positive, negative, finding)
    else:
        _require_denial(positive, negative, finding)


def _require_denial(positive: Any, negative: Any, finding: str) -> None:
    if finding.lower() not in positive.lower() or finding.lower() not in negative.lower():
        raise Wrong(
            "One of the two texts does not name the finding.",
            "finding not named",
            "Put the finding into both: one says that it is there, the other that it is not.",
        )
    if positive == negative:
        raise Wrong(
            "Both texts are the same, so that no film can prefer one of them.",
            "same text twice",
            'The second text denies the finding: "no ...".',
        )
    if _denials(positive) and not _denials(negative):
        raise Wrong(
            "The first text denies the finding and the second affirms it.",
            "pair exchanged",
            "The positive text comes first.",
        )
    if _denials(positive):
        raise Wrong("The positive text denies the finding.", "positive denies")
    if not _denials(negative):
        raise Wrong(
            "The negative text does not deny the finding.",
            "negative does not deny",
            'A radiologist writes "no pleural effusion", or "without ...".',
        )


def _require_puzzle_solved(positive: Any, negative: Any, finding: str) -> None:
    if _findings_said(positive) != {False}:
        raise Wrong(
            "The positive text of a film without any finding does not say so.",
            "No Finding ignored",
            '"No Finding" is true of a healthy chest: the positive text describes that.',
        )
    clauses = _clauses(negative)
    if any(re.search(r"\b(no|not|without)\b.*\bno\b", clause) for clause in clauses):
        published = (
            '"no No Finding" is what the published prompts said, and the AUROC was .070. The '
            'denial of "No Finding" is a text that says something was found.'
        )
        capitals = "Compare `finding.lower()`: the label may be written without capitals."
        hint = published if finding == "No Finding" else capitals
        raise Wrong("The negative text denies twice.", "no No Finding", hint)
    if any(_denials(clause) > 1 for clause in clauses):
        raise Wrong(
            "The negative text denies twice.",
            "double denial",
            "Two denials cancel in grammar, and hardly in a model that reads words. Say what was "
            'found: "abnormal chest".',
        )
    if True not in _findings_said(negative):
        raise Wrong(
            "The negative text does not say that something was found.",
            "negative says healthy",
            'The denial of "No Finding" says that something was found: "abnormal chest".',
        )


def _texts(pair: Any) -> Any:
    for text in pair:
        if not isinstance(text, str) or not text.strip() or text.startswith("<"):
            raise Wrong("Your function should return two texts.", "wrong type")
        if re.search(DOUBTS, text.lower()):
            raise Wrong(
                "One of the two texts leaves it open whether the finding is there.",
                "doubt for statement",
                '"Possible" says neither yes nor no, and radiologists write it where they are not '
                "sure. State in the first text that it is there, in the second that it is not.",
            )
    return pair


def _denials(text: str) -> Any:
    return len(re.findall(NEGATIONS, text.lower()))


def _clauses(text: str) -> Any:
    return re.split(r"[,.;:]|\bwith\b|\bbut\b", text.lower())


def _findings_said(text: str) -> Any:
    """Return what the clauses of a text say of findings: True, there are some; False, none."""
    said, denied = set(), False
    for clause in _clauses(text):
        if _denials(clause):  # it holds on: "no effusion, nodule or fracture"
            denied = _denials(clause) % 2 == 1
        if re.search(FINDINGS, clause):
            said.add(not denied)
        elif re.search(HEALTHY, clause):
            said.add(_denials(clause) % 2 == 1)
    return said


def _auroc_cases(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    small = np.round(rng.choice(np.arange(1, 10), 5, replace=False) / 10, 1)
    scores, truth = _scores(rng, 80, 0.3)
    return [
        (small, rng.permutation([0, 0, 0, 1, 1])),
        _scores(rng, 60, 0.3),
        _scores(rng, 400, 0.05),
        _scores(rng, 300, 0.2, ties=True),
        (np.full(20, 0.3), rng.permutation(np.arange(20) < 6).astype(int)),
        (-40 * scores, truth),
    ]


@exercise(
    "zero_shot.auroc",
    _auroc_cases,
    "It is the share of pairs ranked right, with half a point for a tie, at any scale of the "
    "scores.",
)
def auroc(answer: Answer, scores: Any, truth: Any) -> None:
    ordered = np.sort(scores)
    left, right = (np.searchsorted(ordered, scores, side) for side in ("left", "right"))
    ranks = (left + right + 1) / 2  # midranks
    positives, negatives = int(truth.sum()), int((1 - truth).sum())
    won = ranks[truth == 1].sum() - positives * (positives + 1) / 2
    expected = won / (positives * negatives)
    difference = scores[truth == 1][:, None] - scores[truth == 0][None]
    got = answer.number(scores, truth)
    confusions = [
        Confusion(
            "zeros and ones as places",
            ZEROS_AND_ONES,
            lambda: (
                got if _with_booleans(answer, lambda n: agree(n, expected), scores, truth == 1)
                else None
            ),
        ),
        Confusion(
            "ties lost",
            "A tie counts one half; in your result it counts nothing. Equal scores throughout "
            "should give 0.5.",
            lambda: (difference > 0).mean(),
        ),
        Confusion(
            "ties won",
            "A tie counts one half; in your result it counts as won. Equal scores throughout "
            "should give 0.5.",
            lambda: (difference >= 0).mean(),
        ),
        Confusion(
            "turned round",
            "You count the pairs in which the negative scores higher.",
            lambda: 1 - expected,
        ),
        Confusion(
            "turned round",
            "You count the pairs in which the negative scores higher.",
            lambda: (difference < 0).mean(),
        ),
        Confusion(
            "accuracy",
            "This is the accuracy at one threshold, such as 0.5. AUROC needs none: count pairs.",
            lambda: ((scores >= 0.5) == truth).mean(),
        ),
        Confusion(
            "count",
            "This is the number of pairs. Divide by how many there are.",
            lambda: won,
        ),
        Confusion(
            "divided by all pairs",
            "You divided by all n x n pairs. Only pairs of a positive with a negative count.",
            lambda: won / len(scores)**2,
        ),
        Confusion(
            "divided by all pairs",
            "You divided by all pairs of items. Only pairs of a positive with a negative count.",
            lambda: won / (len(scores) * (len(scores) - 1) / 2),
        ),
        Confusion(
            "neighbours only",
            "You compared positive 1 with negative 1, and so on. Compare every positive with "
            "every negative.",
            lambda: np.mean([
                (a > b) + (a == b) / 2
                for a, b in zip(scores[truth == 1], scores[truth == 0], strict=False)
            ]),
        ),
        Confusion(
            "difference of means",
            "This is the difference between the mean scores. It changes with the scale of the "
            "scores; count pairs.",
            lambda: difference.mean(),
        ),
    ]  # fmt: skip
    require(
        got,
        expected,
        "Your number is not the share of (positive, negative) pairs in which the positive "
        "scores higher.",
        confusions,
    )
