"""Make a project: look at the data, write its settings and its notebook."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import nbformat
from datasets import Dataset
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from clipkit import checks
from clipkit.data import readable
from clipkit.hub import is_id
from clipkit.notes import listed, quoted
from clipkit.project.card import NOTEBOOK
from clipkit.project.settings import FILE, Settings, Source, as_toml
from clipkit.project.sources import load_rows, tidied, usual_columns
from clipkit.runs import whole

TEMPLATE = Path(__file__).parents[1] / "assets" / "project" / "template.md"
CELL = re.compile(r"^<!-- (markdown|code) ([\w-]+)((?: [\w-]+)*) -->\n", re.MULTILINE)
PARTS = 3  # of a split: a label needs something in each


def new_project(
    folder: str | os.PathLike,
    *,
    pictures: str | os.PathLike = "",
    table: str | os.PathLike = "",
    hub: str = "",
    name: str = "",
    model: str = "",
    clinic: bool = False,
    **columns: str,
) -> list[str]:
    """Write a project: a notebook that measures a model on your pictures, and its settings.

    Parameters
    ----------
    folder : path-like
        Made if it is missing. Nothing in it is overwritten.
    pictures : path-like
        A folder of pictures, in a folder for each label; with a table, where its files lie.
    table : path-like
        A CSV or parquet file with a column of pictures.
    hub : str
        A data set of the Hub, or a folder that `datasets.load_dataset` reads.
    name : str
        Of the project; by default from the folder's name.
    model : str
        As `clipkit.load` takes it; a folder is named in the settings as the project sees it.
    clinic : bool
        Pictures of patients: the notebook then asks what has to be asked. Also where the group is
        a column that is called patient.
    **columns : str
        ``label``, ``group``, ``title`` and ``picture``: columns of the table or data set.

    Returns
    -------
    list of str
        Sentences: what was found, and what was written.

    Raises
    ------
    FileExistsError
        If the folder holds a project already.
    OSError, ValueError
        If the data cannot be read, or no project can be made of them; nothing is written then.
    """
    folder = checks.path(folder, "folder")
    _check_place(folder, pictures if not os.fspath(table) else "")
    source = Source(
        pictures=_seen_from(folder, pictures),
        table=_seen_from(folder, table),
        hub=_seen_from(folder, hub) if _is_folder(hub) else hub,
        **columns,
    )
    called = re.sub(r"[-_]+", " ", folder.absolute().name).strip() or "My project"
    name = name or called[0].upper() + called[1:]
    if model and not _is_folder(model) and not is_id(model):
        raise FileNotFoundError(
            f"There is no folder {model}; pass that of a model, or an id on the Hub."
        )
    model = _seen_from(folder, model) if _is_folder(model) else model
    settings = Settings(name=name, model=model, data=source, folder=folder)
    skipped: list[tuple[str, str]] = []
    found = load_rows(settings, skipped)
    used = usual_columns(found, settings)
    rows = tidied(found, used, settings, skipped)
    few = _too_few(rows)
    kept = sorted(set(rows["label"]) - few.keys())
    if len(kept) < 2:
        raise ValueError(
            f"{listed([f'{label} ({n})' for label, n in few.items()])}: a split into three needs "
            f"{PARTS} pictures of a label, of {PARTS} groups where there are groups, and a project "
            "needs two labels; add pictures"
        )
    patients = used.get("group", "").lower().startswith("patient")
    settings = settings.model_copy(
        update={
            "clinic": clinic or patients,
            "data": source.model_copy(update=used),
            "labels": dict.fromkeys(few, ""),
            "words": {label: readable(label) for label in kept},
            "positive": _rarer(rows, kept) if len(kept) == 2 else "",
        }
    )
    notebook = _notebook(settings, rows, len(kept))
    _check_place(folder)  # reading the pictures takes a while
    with whole(folder / FILE) as toml, whole(folder / NOTEBOOK) as cells:  # both, or neither
        toml.write_text(as_toml(settings), encoding="utf-8")
        cells.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")
    return _said(settings, rows, skipped, few)


def _check_place(folder: Path, pictures: str | os.PathLike = "") -> None:
    """Refuse a place that holds a project, or that lies among the pictures."""
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{folder} is a file; give the project another folder.")
    there = [name for name in (FILE, NOTEBOOK) if (folder / name).exists()]
    if there:
        raise FileExistsError(
            f"{folder} holds {listed(there)} already; give the new project another folder."
        )
    if os.fspath(pictures):
        place = Path(pictures).expanduser().absolute()
        if place in (folder.absolute(), *folder.absolute().parents):
            raise ValueError(
                f"{folder} lies in the folder of pictures, where what a project writes would pass "
                "for pictures of yours; give it a folder beside them."
            )


def _is_folder(name: str) -> bool:
    return bool(name) and Path(name).expanduser().is_dir()


def _seen_from(folder: Path, path: str | os.PathLike) -> str:
    """Return a path as the settings name it: from the project if it lies near, else whole."""
    if not os.fspath(path):
        return ""
    place, project = Path(path).expanduser().absolute(), folder.absolute()
    if project.parent in place.parents:
        return Path(os.path.relpath(place, project)).as_posix()
    return place.as_posix()


def _too_few(rows: Dataset) -> dict[str, int]:
    """Return labels that cannot be in three parts, with the number of their groups."""
    owners: dict[str, set[Any]] = defaultdict(set)
    groups = rows["group"] if "group" in rows.column_names else range(len(rows))
    for label, group in zip(rows["label"], groups, strict=True):
        owners[label].add(group)
    return {label: len(own) for label, own in sorted(owners.items()) if len(own) < PARTS}


def _rarer(rows: Dataset, labels: list[str]) -> str:
    counts = Counter(rows["label"])
    return min(labels, key=lambda label: counts[label])


def _notebook(settings: Settings, rows: Dataset, n_labels: int) -> nbformat.NotebookNode:
    """Return the notebook: the template's cells, without those for other kinds of data."""
    holds = {
        "two": n_labels == 2,
        "many": n_labels > 2,
        "title": "title" in rows.column_names,
        "clinic": settings.clinic,
        "shop": not settings.clinic,
    }
    _, *pieces = CELL.split(TEMPLATE.read_text(encoding="utf-8"))
    cells = []
    for kind, name, tags, source in zip(*(pieces[i::4] for i in range(4)), strict=True):
        if all(holds[tag] for tag in tags.split()):
            make = new_code_cell if kind == "code" else new_markdown_cell
            cells.append(make(source.strip().replace("TITLE", settings.name), id=name))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _said(
    settings: Settings, rows: Dataset, skipped: list[tuple[str, str]], few: dict[str, int]
) -> list[str]:
    labels = Counter(rows["label"]).most_common()
    said = [
        f"{len(rows)} pictures with {len(labels)} labels: "
        f"{listed([f'{name} ({n})' for name, n in labels], shown=6)}"
    ]
    if "group" in rows.column_names:
        said.append(f"{len(set(rows['group']))} groups, which the split keeps whole")
    if skipped:
        said.append(f"{len(skipped)} left out: {listed([reason for _, reason in skipped], '; ')}")
    if few:
        names = listed([quoted(name) for name in few], shown=6)
        said.append(
            f"too few pictures to split: {names}; left out under [labels] in {FILE}, where you can "
            "join them with another label"
        )
    if settings.clinic:
        said.append("pictures of patients: the notebook asks what has to be asked of them")
    folder = settings.folder
    return [
        *said,
        f"written: {folder / FILE}, where the words for the labels stand; read them over",
        f'written: {folder / NOTEBOOK}; open it with: jupyter lab "{folder / NOTEBOOK}"',
    ]
