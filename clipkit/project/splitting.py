"""The split of a project: whole groups on one side, drawn once and kept."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from datasets import Dataset
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import StratifiedGroupKFold

from clipkit.data import SPLITS
from clipkit.notes import listed, quoted
from clipkit.project.copies import Copy
from clipkit.project.settings import Settings
from clipkit.runs import whole

FILE = "splits.csv"
DRAWS = 20  # how often is drawn until every label is in every part


def keep_together(rows: Dataset, copies: Sequence[Copy] = ()) -> NDArray[np.intp]:
    """Return a number for each row; rows that share one belong on the same side of a split.

    Rows belong together if they have the same group or are copies of each other, and so do all
    that are connected by such pairs.

    Parameters
    ----------
    rows : datasets.Dataset
        With a column group, or without.
    copies : sequence of Copy

    Returns
    -------
    numpy.ndarray of int, shape (n,)
    """
    n = len(rows)
    own = rows["group"] if "group" in rows.column_names else range(n)
    _, groups = np.unique(np.asarray(own), return_inverse=True)
    ends = np.array([[copy.first, copy.second] for copy in copies], int).reshape(-1, 2)
    pairs = groups[ends]
    size = int(groups.max()) + 1
    links = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), (size, size))
    return connected_components(links, directed=False)[1][groups]


def split_data(
    rows: Dataset, copies: Sequence[Copy], settings: Settings
) -> dict[str, NDArray[np.intp]]:
    """Split a project's rows into train, validation and test, the same way each time.

    The split is drawn with whole groups (see `keep_together`) and with about the same share of
    each label in every part, and is kept in splits.csv beside the settings. When it is there, it
    holds: pictures that came later go to their group's part, or to train, so that the test split
    stays the one that was drawn. A split that comes with the data is taken as it is; one of train
    and test alone gives some of train to validation.

    Parameters
    ----------
    rows : datasets.Dataset
        As `read_data` gives them.
    copies : sequence of Copy
        As `near_duplicates` finds them.
    settings : Settings

    Returns
    -------
    dict of str to numpy.ndarray of int
        The rows of train, validation and test, ascending.

    Raises
    ------
    ValueError
        If a label has too few groups for three parts, or splits.csv is damaged.
    """
    together, labels = keep_together(rows, copies), np.asarray(rows["label"])
    given = np.array(rows["split"] if "split" in rows.column_names else [""] * len(rows), object)
    file = settings.folder / FILE
    if file.is_file():
        parts = _kept(file, rows, together)
    elif set(given) >= set(SPLITS):
        parts = given
    else:
        parts = _drawn(given, together, labels, settings)
    found = {part: np.flatnonzero(parts == part) for part in SPLITS}
    for part, members in found.items():
        if lacking := sorted(set(labels) - set(labels[members])):
            raise ValueError(
                f"the {part} split has no picture of {listed([quoted(name) for name in lacking])}; "
                "add pictures, give the label another name under [labels] in project.toml, or "
                f"remove {FILE} to draw anew"
            )
    if not file.is_file():
        table = pd.DataFrame({"file": rows["file"], "split": parts})
        with whole(file) as beside:
            table.to_csv(beside, index=False)
    return found


def _kept(file: Path, rows: Dataset, together: NDArray[np.intp]) -> NDArray:
    """Return the parts that a file keeps, and for rows that it does not know their group's."""
    try:
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        kept = dict(zip(table["file"], table["split"], strict=True))
    except (ValueError, KeyError, UnicodeDecodeError):
        kept = {"": ""}
    if not set(kept.values()) <= set(SPLITS):
        raise ValueError(
            f"{file.name} is damaged: it should have the columns file and split, and say train, "
            "validation or test in each row; remove it to draw anew"
        )
    of_group = {
        group: kept[name]
        for name, group in zip(rows["file"], together, strict=True)
        if name in kept
    }
    return np.array(
        [
            kept.get(name, of_group.get(group, "train"))
            for name, group in zip(rows["file"], together, strict=True)
        ],
        object,
    )


def _drawn(
    given: NDArray, together: NDArray[np.intp], labels: NDArray, settings: Settings
) -> NDArray:
    """Draw what is not given: test if there is none, and validation from the rest."""
    parts = given.copy()
    shares = {"validation": settings.split.validation, "test": settings.split.test}
    if sum(shares.values()) >= 1:
        raise ValueError("the shares of validation and test leave nothing to train on")
    parts[(parts != "validation") & (parts != "test")] = "train"
    missing = [part for part in ("test", "validation") if part not in parts]
    _refuse_few(parts, together, labels, 1 + len(missing))
    for part in missing:
        rest = np.flatnonzero(parts == "train")
        share = shares[part] * len(parts) / len(rest)
        chosen = _fold(together[rest], labels[rest], share, settings.split.seed)
        parts[rest[chosen]] = part
    return parts


def _refuse_few(parts: NDArray, together: NDArray[np.intp], labels: NDArray, needed: int) -> None:
    for label in np.unique(labels):
        groups = np.unique(together[(labels == label) & (parts == "train")])
        if len(groups) < needed:
            raise ValueError(
                f"the label {quoted(str(label))} has pictures of {len(groups)} "
                f"group{'s' * (len(groups) != 1)} to split, but {needed} parts need one each; add "
                "pictures, or give the label another name under [labels] in project.toml"
            )


def _fold(groups: NDArray[np.intp], labels: NDArray, share: float, seed: int) -> NDArray[np.intp]:
    """Return the rows of about a share of the groups, with every label on both sides."""
    most = max(len(np.unique(groups[labels == label])) for label in np.unique(labels))
    folds, classes = min(max(round(1 / share), 2), most), set(labels)
    best: tuple[int, NDArray[np.intp]] | None = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of labels rarer than folds: looked at here
        for draw in range(DRAWS):
            splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed + draw)
            for rest, chosen in splitter.split(labels, labels, groups):
                lacking = len(classes - set(labels[chosen])) + len(classes - set(labels[rest]))
                if best is None or lacking < best[0]:
                    best = lacking, chosen
                if lacking == 0:
                    return chosen
    return best[1] if best else np.arange(0)
