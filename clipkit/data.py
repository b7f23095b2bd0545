"""The bundled data sets, own folders and Hub data sets: all as `datasets.Dataset`."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow
import pyarrow.parquet as parquet
from datasets import Dataset, DatasetDict, Image
from PIL import Image as PillowImage
from PIL import UnidentifiedImageError

ASSETS = Path(__file__).parent / "assets" / "data"
SPLITS = ("train", "validation", "test")
ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}


def load_catalog() -> DatasetDict:
    """The shop's catalogue: about 3,600 products, rendered by the studio.

    Returns
    -------
    datasets.DatasetDict
        Splits train, validation and test; columns image (192 px), title, description, category,
        design, colour, second_colour, pattern, material, held_out_pair (this colour never occurs
        with this category outside the test split) and specification (JSON, what
        `clipstudio.Product.from_dict` and `Shot.from_dict` read).

    Examples
    --------
    >>> catalog = load_catalog()
    >>> list(catalog)
    ['train', 'validation', 'test']
    """
    return _bundled("catalog")


def load_supplier() -> DatasetDict:
    """A supplier's catalogue: about 1,500 prints of 24 lines under house names.

    The products are of the studio's kinds, but drawn in ink and a few flat colours, and described
    in words that the bundled model has never read.

    Returns
    -------
    datasets.DatasetDict
        Splits train, validation and test; columns image (128 px), title, description, line (the
        supplier's name for this kind of thing), gloss (the line in plain English), category,
        design, colour (a house name) and specification (JSON, as in `load_catalog`).

    Examples
    --------
    >>> supplier = load_supplier()
    >>> supplier["test"][0]["line"], supplier["test"][0]["gloss"]
    ('Velmora', 'a wooden chair with slats in the back')
    """
    return _bundled("supplier")


def load_radiographs(hospital: str = "A") -> DatasetDict:
    """Synthetic chest radiographs with their reports. Nothing here is for diagnosis.

    Parameters
    ----------
    hospital : {"A", "B"}
        A: about 2,000 films of 1,200 patients at 160 px, reported in full sentences; the bundled
        model has seen films of its kind. B: films of 1,000 other patients at 128 px, taken by
        another X-ray unit, more often in bed, of a ward with more fluid and devices, reported in
        telegraphic style; the bundled model has seen none.

    Returns
    -------
    datasets.DatasetDict
        Splits train, validation and test, no patient in two of them; columns image (grey), report,
        findings (list of names), patient, sex, age (years), projection and specification (JSON).

    Raises
    ------
    ValueError
        If there is no such hospital.
    """
    folders = {"A": "radiographs", "B": "radiographs_b"}
    if hospital not in folders:
        raise ValueError(f"hospital is {hospital!r}, but must be one of: {', '.join(folders)}.")
    return _bundled(folders[hospital])


def _bundled(name: str) -> DatasetDict:
    splits = {}
    for split in SPLITS:
        path = ASSETS / name / f"{split}.parquet"
        if not path.exists():
            raise FileNotFoundError(
                f"The bundled data set {path} is missing; `python -m clipstudio.build` makes "
                "it again."
            )
        # Read into memory: `load_dataset` would write a second copy to the cache of the user.
        splits[split] = Dataset(parquet.read_table(path))
    # The reader's scratch space, half as large again as the data: a laptop has better use for it.
    pyarrow.default_memory_pool().release_unused()
    return DatasetDict(splits)


def from_folder(path: str | os.PathLike) -> Dataset:
    """Own pictures as a data set: one folder of pictures, or a folder for each label.

    A file that cannot be read is left out and named in the attribute `skipped` of the result, so
    that one broken download does not lose the other thousand.

    Parameters
    ----------
    path : str or path-like
        The folder. Files whose ending is not that of a picture are ignored.

    Returns
    -------
    datasets.Dataset
        Columns image, file (path relative to the folder) and, where there are subfolders, label
        (the subfolder's name); sorted by file.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If the folder is missing or is a file.
    ValueError
        If it holds no readable picture.
    """
    folder = Path(path).expanduser()
    if not folder.exists():
        raise FileNotFoundError(f"There is no folder {folder}; pass the path of one with pictures.")
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; pass the folder that holds the pictures.")
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS)
    skipped = {}
    for file in files:
        problem = _problem(file)
        if problem:
            skipped[str(file.relative_to(folder))] = problem
    kept = [file for file in files if str(file.relative_to(folder)) not in skipped]
    if not kept:
        raise ValueError(
            f"{folder} holds no readable picture ({len(skipped)} unreadable); "
            f"known endings are {', '.join(sorted(ENDINGS))}."
        )
    columns = {
        "image": [str(file) for file in kept],
        "file": [file.relative_to(folder).as_posix() for file in kept],
    }
    if all(file.parent != folder for file in kept):
        columns["label"] = [file.relative_to(folder).parts[0] for file in kept]
    dataset = Dataset.from_dict(columns).cast_column("image", Image())
    dataset.skipped = skipped
    return dataset


def _problem(file: Path) -> str | None:
    """Why a picture cannot be read, or None."""
    try:
        with PillowImage.open(file) as picture:
            picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, PillowImage.DecompressionBombError) as e:
        return str(e)
    return None
