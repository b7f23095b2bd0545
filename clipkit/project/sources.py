"""The pictures of a project as one data set, wherever they come from."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import datasets
import numpy as np
from datasets import ClassLabel, Dataset, DatasetDict, Image, Value, concatenate_datasets

from clipkit import data
from clipkit.notes import ClipWarning, listed, quoted
from clipkit.pictures import problem_with
from clipkit.project.settings import Settings

USUAL = {
    "label": ("label", "category", "class", "labels", "kind"),
    "group": ("patient", "patient_id", "product", "product_id", "group", "subject", "sku"),
    "title": ("title", "text", "caption", "report", "description"),
}
"""What columns are called where the settings do not say."""


def read_data(settings: Settings) -> tuple[Dataset, list[tuple[str, str]]]:
    """Return the pictures of a project, and what was left out of them.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    rows : datasets.Dataset
        Columns image, file (unique), label (str); where there are such columns group (str) and
        title (str, may be empty); and split where the data come in splits.
    skipped : list of (str, str)
        Which file or row, and why: unreadable, without a label, without a group.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If the source is missing.
    ValueError
        If it has no pictures, no labels or only one, or lacks a column; if all rows are of one
        group.
    """
    skipped: list[tuple[str, str]] = []
    rows = load_rows(settings, skipped)
    return tidied(rows, usual_columns(rows, settings), settings, skipped), skipped


def load_rows(settings: Settings, skipped: list[tuple[str, str]]) -> Dataset:
    """Return the readable pictures with all that the source says of them."""
    source = settings.data
    named = [name for name in ("pictures", "table", "hub") if getattr(source, name)]
    if not named or ("hub" in named and len(named) > 1):
        raise ValueError(
            "the project needs one source of pictures: a folder, a table (with the folder of its "
            "files if they lie elsewhere) or a data set of the Hub; there is "
            f"{listed(named) or 'none'}"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ClipWarning)  # check_data says it, with advice
        if source.hub:
            return _one(_from_hub(settings, skipped))
        if source.table:
            folder = settings.path(source.pictures) if source.pictures else None
            table = settings.path(source.table)
            return _one(data.from_table(table, source.picture or None, folder, skipped))
        return _one(data.from_folder(settings.path(source.pictures), skipped))


def _from_hub(settings: Settings, skipped: list[tuple[str, str]]) -> DatasetDict:
    """Load a data set of the Hub, give each picture a name, and say which cannot be read."""
    name = settings.data.hub
    local = settings.path(name)
    try:
        found = datasets.load_dataset(str(local) if local.is_dir() else name)
    except Exception as error:  # whatever the connection, the files or their format may do
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(
            f"the data set {quoted(name)} cannot be loaded: {reason} (check its name on "
            "https://huggingface.co/datasets, and the network)"
        ) from error
    parts = {}
    for split, rows in found.items():
        column = settings.data.picture or next(
            (name for name, kind in rows.features.items() if isinstance(kind, Image)), "image"
        )
        if not isinstance(rows.features.get(column), Image):
            raise ValueError(
                f"the data set {quoted(name)} has no column {quoted(column)} of pictures; its "
                f"columns are {listed(rows.column_names, shown=12)}"
            )
        raw = rows.cast_column(column, Image(decode=False))
        problems = [problem_with(cell["bytes"] or cell["path"]) for cell in raw[column]]
        files = [f"{split}/{number}" for number in range(len(rows))]
        skipped += [
            (file, f"{quoted(file)} {problem}")
            for file, problem in zip(files, problems, strict=True)
            if problem
        ]
        rows = rows.remove_columns([c for c in ("file",) if c in rows.column_names])
        rows = rows.rename_column(column, "image") if column != "image" else rows
        rows = rows.add_column("file", files, feature=Value("string"))
        parts[split] = rows
    return DatasetDict(parts)


def _one(rows: Dataset | DatasetDict) -> Dataset:
    """Put splits below each other; a column says which is which."""
    if isinstance(rows, Dataset):
        return rows
    parts = []
    for name, part in rows.items():
        split = data.FOLDERS_OF_SPLITS.get(str(name).lower(), "train")
        part = part.remove_columns([c for c in ("split",) if c in part.column_names])
        parts.append(part.add_column("split", [split] * len(part), feature=Value("string")))
    both = concatenate_datasets(parts)
    return both if len(set(both["split"])) > 1 else both.remove_columns("split")


def usual_columns(rows: Dataset, settings: Settings) -> dict[str, str]:
    """Return the columns of label, group and title, where there are any."""
    found = {role: _column(rows, role, getattr(settings.data, role)) for role in USUAL}
    return {role: column for role, column in found.items() if column}


def tidied(
    rows: Dataset,
    columns: Mapping[str, str],
    settings: Settings,
    skipped: list[tuple[str, str]],
) -> Dataset:
    """Return columns of texts under our names, without the rows that lack a label or a group."""
    found: dict[str, list[str]] = {"file": [str(file) for file in rows["file"]]}
    found |= {role: _texts(rows, column) for role, column in columns.items()}
    if "label" not in found:
        found["label"] = _folders(found["file"])
    found["label"] = [settings.labels.get(label, label) for label in found["label"]]
    if "split" in rows.column_names:
        splits = [data.FOLDERS_OF_SPLITS.get(str(s).lower(), "") for s in rows["split"]]
        if all(splits):
            found["split"] = splits
    kept, unreadable = [], {file for file, _ in skipped}
    for number, file in enumerate(found["file"]):
        if file in unreadable:
            continue
        lacks = [role for role in ("label", "group") if role in found and not found[role][number]]
        if lacks:
            skipped.append((file, f"{quoted(file)} has no {lacks[0]}"))
        else:
            kept.append(number)
    _refuse(found, kept, settings)
    result = rows.select_columns(["image"])
    for name, values in found.items():
        result = result.add_column(name, values, feature=Value("string"))
    return result.select(kept)


def _column(rows: Dataset, role: str, wanted: str) -> str | None:
    """Return the column for a role: the one that is asked for, or the first of the usual names."""
    if wanted and wanted not in rows.column_names:
        columns = [c for c in rows.column_names if c not in ("image", "file", "split")]
        raise ValueError(
            f"there is no column {quoted(wanted)} for the {role}s; the columns are "
            f"{listed(columns, shown=12) or 'none but the pictures'}"
        )
    there = (name for name in USUAL[role] if name in rows.column_names)
    return wanted or next(there, None)


def _texts(rows: Dataset, column: str) -> list[str]:
    """Return a column as texts: names for the numbers of labels, empty where it is missing."""
    if isinstance(rows.features[column], ClassLabel):
        rows = data.named_labels(rows, column)
    return ["" if _is_missing(value) else _text(value) for value in rows[column]]


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


def _text(value: Any) -> str:
    """Return a cell as a text; a whole number stays one, whatever pandas has made of it."""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value).strip()


def _folders(files: Sequence[str]) -> list[str]:
    """Return the folder of each file, as its label."""
    return [PurePosixPath(file.replace("\\", "/")).parent.name for file in files]


def _refuse(found: dict[str, list[str]], kept: Sequence[int], settings: Settings) -> None:
    """Refuse data of which no project can be made."""
    source = settings.data
    place = source.hub or str(settings.path(source.table or source.pictures))
    labels = sorted({found["label"][i] for i in kept})
    if not labels:
        raise ValueError(
            f"{place} has no labels: put the pictures into a folder for each label, or name the "
            "column of a table that holds them (--label)"
        )
    if len(labels) == 1:
        raise ValueError(
            f"all {len(kept)} labelled pictures of {place} have the label "
            f"{quoted(labels[0])}; a project compares at least two labels"
        )
    if "group" in found and len({found["group"][i] for i in kept}) == 1:
        raise ValueError(
            f"all pictures of {place} are of one group, {quoted(found['group'][kept[0]])}; "
            "what is learnt of one cannot be tested on another"
        )
