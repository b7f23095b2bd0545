"""Training, validation and test, with whole groups on one side."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import GroupShuffleSplit

from clipkit import checks
from clipkit.evaluation.intervals import Integers


class Split(NamedTuple):
    """The rows of each part, in ascending order."""

    train: Integers
    validation: Integers
    test: Integers


def split_by_group(
    groups: ArrayLike, validation: float = 0.15, test: float = 0.15, seed: int = 0
) -> Split:
    """Split rows so that no group, such as a patient, has rows in two parts.

    Parameters
    ----------
    groups : array-like of str or int, shape (n,)
        The group of each row.
    validation, test : float
        The share of the groups that goes into each, above 0; at least one group each.
    seed : int

    Returns
    -------
    Split
        For a data set: ``{part: films.select(rows) for part, rows in split._asdict().items()}``.

    Raises
    ------
    ValueError
        If a group is missing, there are fewer than three, or the shares leave nothing to train on.

    Examples
    --------
    >>> split = split_by_group(["Ann", "Ann", "Bob", "Cem", "Cem", "Dee"], 0.25, 0.25)
    >>> sorted(len(rows) for rows in split)
    [1, 2, 3]
    """
    names = checks.labels(groups, "groups")
    checks.numbers([validation, test], "validation and test", low=0, high=1)
    n = len(np.unique(names))
    sizes = [max(round(n * part), 1) for part in (validation, test)]
    if min(validation, test) <= 0 or sum(sizes) >= n:
        raise ValueError(
            f"{n} groups cannot be split into validation ({validation}), test ({test}) and a rest "
            "for training; each part needs at least one group"
        )
    seed = checks.seed(seed)
    rest, tested = _set_apart(names, np.arange(len(names)), sizes[1], seed)
    train, validated = _set_apart(names, rest, sizes[0], seed)
    return Split(train, validated, tested)


def _set_apart(names: NDArray, rows: Integers, n: int, seed: int) -> tuple[Integers, Integers]:
    """Return some rows without those of n groups, and the rows of these."""
    splitter = GroupShuffleSplit(1, test_size=n, random_state=seed)
    stay, go = next(splitter.split(rows, groups=names[rows]))
    return rows[stay], rows[go]
