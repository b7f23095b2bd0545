"""The numbers of a project: classifiers compared on test, and where the chosen one fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from scipy.ndimage import laplace

from clipkit.evaluation import (
    Estimate,
    accuracy,
    auroc,
    balanced_accuracy,
    balanced_accuracy_difference,
    bootstrap,
    sensitivity,
    share,
    specificity,
    threshold_at_specificity,
)
from clipkit.pictures import open_picture

FEW = 10  # pictures of a slice, below which no difference is computed
EYE = 128  # longer side, in pixels, at which sharpness is judged


class Measured(NamedTuple):
    """What a classifier reaches on the test split.

    Attributes
    ----------
    balanced_accuracy, accuracy : Estimate
    gain : Estimate or None
        In balanced accuracy over the bar, on the same pictures; None for the bar itself.
    """

    balanced_accuracy: Estimate
    accuracy: Estimate
    gain: Estimate | None


def compare(
    y_true: ArrayLike, predictions: Mapping[str, ArrayLike], groups: ArrayLike | None = None
) -> dict[str, Measured]:
    """Measure several classifiers on the same pictures; the first is the bar.

    Parameters
    ----------
    y_true : array-like of str, shape (n,)
    predictions : dict of str to array-like of str, shape (n,)
    groups : array-like of str, shape (n,), optional
        Patients or products, which are drawn as a whole for the intervals.

    Returns
    -------
    dict of str to Measured
        `as_table` prints it.
    """
    found: dict[str, Measured] = {}
    bar = next(iter(predictions.values()))
    for name, predicted in predictions.items():
        found[name] = Measured(
            balanced_accuracy(y_true, predicted, groups=groups),
            accuracy(y_true, predicted, groups=groups),
            balanced_accuracy_difference(y_true, bar, predicted, groups=groups) if found else None,
        )
    return found


class Decision(NamedTuple):
    """A threshold, and what it does on the test split.

    Attributes
    ----------
    positive : str
        The label that is looked for.
    threshold : float
        Chosen on validation.
    auroc, sensitivity, specificity : Estimate
        On test.
    """

    positive: str
    threshold: float
    auroc: Estimate
    sensitivity: Estimate
    specificity: Estimate


def decide(
    positive: str,
    validation: tuple[Sequence[str], ArrayLike],
    test: tuple[Sequence[str], ArrayLike],
    wanted: float = 0.9,
    groups: ArrayLike | None = None,
) -> Decision:
    """Choose a threshold that spares a share of the others on validation, and measure it on test.

    Parameters
    ----------
    positive : str
        The label that is looked for, such as "effusion".
    validation, test : (labels, scores)
        Of n pictures each; higher scores for the positive label.
    wanted : float
        The specificity, from 0 to 1.
    groups : array-like of str, shape (n,), optional
        Of the test pictures.

    Returns
    -------
    Decision
    """
    (known, seen), (labels, scores) = validation, test
    threshold = threshold_at_specificity(np.asarray(known) == positive, seen, wanted)
    truth = np.asarray(labels) == positive
    return Decision(
        positive,
        threshold,
        auroc(truth, scores, groups=groups),
        sensitivity(truth, scores, threshold, groups=groups),
        specificity(truth, scores, threshold, groups=groups),
    )


class Slice(NamedTuple):
    """How a part of the pictures does.

    Attributes
    ----------
    n : int
        Pictures in it.
    there, elsewhere : Estimate
        The share that is right, in it and in the others.
    difference : Estimate or None
        `there` minus `elsewhere`; None where one of the two has fewer than ten pictures.
    """

    n: int
    there: Estimate
    elsewhere: Estimate
    difference: Estimate | None


def slices(
    masks: Mapping[str, ArrayLike], correct: ArrayLike, groups: ArrayLike | None = None
) -> dict[str, Slice]:
    """Compare parts of the pictures with the others: where does a classifier fail?

    Parameters
    ----------
    masks : dict of str to array-like of bool, shape (n,)
        Such as `hard_pictures` gives, and your own.
    correct : array-like of bool, shape (n,)
    groups : array-like of str, shape (n,), optional

    Returns
    -------
    dict of str to Slice
        Without parts that hold none or all of the pictures. Of several slices one may look bad by
        chance: of twenty, one interval does not hold the truth.
    """
    right = np.asarray(correct, bool)
    owners = None if groups is None else np.asarray(groups)
    found = {}
    for name, given in masks.items():
        mask = np.asarray(given, bool)
        if mask.all() or not mask.any():
            continue
        there, elsewhere = (
            share(right[side], groups=None if owners is None else owners[side])
            for side in (mask, ~mask)
        )
        enough = min(mask.sum(), (~mask).sum()) >= FEW
        gap = bootstrap(_gap, right, mask, groups=owners) if enough else None
        found[name] = Slice(int(mask.sum()), there, elsewhere, gap)
    return found


def _gap(right: NDArray[np.bool_], mask: NDArray[np.bool_]) -> float:
    if mask.all() or not mask.any():
        return np.nan
    return float(right[mask].mean() - right[~mask].mean())


def hard_pictures(
    pictures: Sequence[Any], labels: Sequence[str], train_labels: Sequence[str]
) -> dict[str, NDArray[np.bool_]]:
    """Return which pictures are small, dark, grey or blurred, or have a rare label.

    Small, dark, grey and blurred are the lowest quarter of these pictures: by their shorter side,
    mean brightness, mean saturation, and the strength of edges (the standard deviation of the
    Laplacian over that of the brightness, at 128 px). Where most pictures are equal in a quality,
    such as those of one size, it is those below them, if there are any.

    Parameters
    ----------
    pictures : sequence of n pictures
    labels : sequence of n str
    train_labels : sequence of str
        A label is rare if it has less than half of an equal share of them.

    Returns
    -------
    dict of str to numpy.ndarray of bool, shape (n,)
    """
    qualities = np.array([_qualities(open_picture(picture)) for picture in pictures])
    found = {}
    for name, values in zip(("small", "dark", "grey", "blurred"), qualities.T, strict=True):
        lowest = values <= np.quantile(values, 0.25)
        if lowest.mean() > 0.5:  # most are equal, such as pictures of one size: those below
            lowest = values < np.median(values)
        if lowest.any():
            found[name] = lowest
    counts = Counter(train_labels)
    rare = {name for name in counts if counts[name] < 0.5 * len(train_labels) / len(counts)}
    found["rare label"] = np.isin(np.asarray(labels), list(rare))
    return found


def _qualities(picture: Image.Image) -> tuple[float, float, float, float]:
    """Return shorter side, brightness, saturation and sharpness of a picture."""
    small = picture.convert("RGB")
    small.thumbnail((EYE, EYE))
    _, saturation, value = (np.asarray(band, float) for band in small.convert("HSV").split())
    grey = np.asarray(small.convert("L"), float)
    sharpness = laplace(grey).std() / max(grey.std(), 1e-9)
    return min(picture.size), value.mean(), saturation.mean(), sharpness


def as_table(found: Mapping[str, NamedTuple]) -> pd.DataFrame:
    """Return results as a table to look at: a row for each name, numbers with their intervals.

    Parameters
    ----------
    found : dict
        As `compare` or `slices` gives it.
    """
    signed = ("gain", "difference")

    def shown(column: str, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, float):
            return f"{value:.2g}"
        spec = "+.2f" if column in signed else ".2f"
        return format(value, spec) if isinstance(value, Estimate) else str(value)

    return pd.DataFrame(
        {
            name: {
                column.replace("_", " "): shown(column, value)
                for column, value in entry._asdict().items()
            }
            for name, entry in found.items()
        }
    ).T
