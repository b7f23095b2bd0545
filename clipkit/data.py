"""The bundled data sets, own folders and Hub data sets: all as `datasets.Dataset`."""

from __future__ import annotations

import mimetypes
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow
import pyarrow.parquet as parquet
from datasets import ClassLabel, Dataset, DatasetDict, Image, Value

from clipkit import checks
from clipkit.notes import listed, quoted, warn, warn_of_skipped
from clipkit.pictures import picture_endings, problem_with

ASSETS = Path(__file__).parent / "assets" / "data"
SPLITS = ("train", "validation", "test")
FOLDERS_OF_SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
OTHERS_FOLDERS = (
    "__MACOSX", "@eaDir", "__pycache__", "$RECYCLE.BIN", "System Volume Information", "lost+found"
)  # fmt: skip
"""What systems put beside pictures, apart from hidden folders."""
OTHER_FILES = {
    b"PK": "an Excel workbook or another zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "compressed",
    b"SQLite": "a database",
    b"%PDF": "a PDF",
    b"<": "a web page or XML",
}
"""How files begin that are called tables and are none that is read here."""
PICTURE_COLUMNS = ("file_name", "image", "picture", "file", "filename", "path", "image_path")
"""What a table's column of pictures is called; the first is the name in `imagefolder`."""


def load_catalog() -> DatasetDict:
    """Return the shop's catalogue: about 3,600 products, rendered by the studio.

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
    """Return a supplier's catalogue: about 1,500 prints of 24 lines under house names.

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
    return _bundled(folders[checks.one_of(hospital, "hospital", folders)])


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


def from_folder(
    path: str | os.PathLike, skipped: list[tuple[str, str]] | None = None
) -> Dataset | DatasetDict:
    """Return own pictures as a data set: from one folder, or from a folder for each label.

    The folders of labels may stand in folders of splits: train, validation (or valid, val, dev)
    and test. Links are followed. Hidden files and folders are passed over. A file that cannot be
    read is left out, so that one broken download does not lose the other thousand; it is named in
    a warning. Pictures are looked over here and decoded when they are used.

    Parameters
    ----------
    path : str or path-like
        The folder.
    skipped : list, optional
        What was left out is appended to it as pairs (file, reason), as `Clip.encode_images` does.

    Returns
    -------
    datasets.Dataset, or datasets.DatasetDict if there are folders of splits
        Columns image, file (path relative to the folder) and, where most pictures lie in
        subfolders, label (the name of the subfolder); sorted by file. Pictures that then lie
        beside the folders of labels are left out.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If the folder is missing or is a file.
    ValueError
        If it holds no readable picture.

    See Also
    --------
    from_table : pictures with titles in a table, such as the metadata.csv of `imagefolder`.

    Notes
    -----
    ``datasets.load_dataset("imagefolder", data_dir=path)`` reads the same folders; it copies the
    list of files to its cache, stops at the first damaged picture that is used, and gives labels
    as numbers, which `named_labels` turns into names.
    """
    _refuse_no_list(skipped)
    folder = checks.path(path, "path")
    if not folder.exists():
        raise FileNotFoundError(f"There is no folder {folder}; pass the path of one with pictures.")
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; pass the folder that holds the pictures.")
    left_out: list[tuple[str, str]] = []
    files = []
    for file in sorted(files_below(folder)):
        problem = _problem_of_file(file)
        name = file.relative_to(folder).as_posix()
        if problem:
            left_out.append((_printable(name), f"{quoted(_printable(name))} {problem}"))
        elif problem is None:
            files.append(file.relative_to(folder))
    within = [file for file in files if len(file.parts) > 1]
    splits = {FOLDERS_OF_SPLITS.get(file.parts[0].lower()) for file in within}
    deeper = bool(within) and all(len(file.parts) > 2 for file in within)
    if None not in splits and (len(splits) > 1 or deeper):  # a lone folder "test" may be a label
        parts: dict[str, list[Path]] = {}
        beside = [file for file in files if len(file.parts) == 1]
        left_out += _beside(beside, "splits")
        for file in files:
            if len(file.parts) > 1:
                parts.setdefault(FOLDERS_OF_SPLITS[file.parts[0].lower()], []).append(file)
        result: Any = DatasetDict(
            {
                split: _labelled(folder, parts[split], 1, left_out)
                for split in SPLITS
                if split in parts
            }
        )
    elif files:
        if None in splits and (split := next((f for f in within if _of_split(f)), None)):
            warn(f"{quoted(split.parts[0])} lies beside folders of other names: all are labels")
        result = _labelled(folder, files, 0, left_out)
    else:
        why = f": {listed([reason for _, reason in left_out], '; ')}" if left_out else ""
        raise ValueError(
            f"{folder} holds no readable picture{why}; known endings are "
            f"{', '.join(sorted(picture_endings()))}."
        )
    _report(left_out, skipped)
    return result


def _of_split(file: Path) -> bool:
    return file.parts[0].lower() in FOLDERS_OF_SPLITS and len(file.parts) > 2


def _labelled(
    folder: Path, files: Sequence[Path], depth: int, left_out: list[tuple[str, str]]
) -> Dataset:
    """Return a data set of files, labelled by their folders below a depth if most lie in some."""
    within = [file for file in files if len(file.parts) > depth + 1]
    labelled = len(within) > len(files) / 2
    if labelled:
        left_out += _beside([file for file in files if len(file.parts) == depth + 1], "labels")
        files = within
    columns = {
        "image": [str(folder.absolute() / file) for file in files],
        "file": [file.as_posix() for file in files],
    }
    if labelled:
        columns["label"] = [file.parts[depth] for file in files]
    return Dataset.from_dict(columns).cast_column("image", Image())


def _beside(files: Sequence[Path], what: str) -> list[tuple[str, str]]:
    return [(str(file), f'"{file}" lies beside the folders of {what}') for file in files]


def _report(left_out: list[tuple[str, str]], skipped: list[tuple[str, str]] | None) -> None:
    warn_of_skipped(left_out)
    if skipped is not None:
        skipped.extend(left_out)


def _refuse_no_list(skipped: object) -> None:
    if skipped is not None and not isinstance(skipped, list):
        raise TypeError(f"skipped is a {type(skipped).__name__}, but it should be a list")


def files_below(folder: Path, above: frozenset = frozenset()) -> Iterator[Path]:
    """Yield the files in and below a folder, through links, but not in circles.

    Hidden files, and what systems put beside pictures, are passed over.
    """
    status = folder.stat()
    place = status.st_dev, status.st_ino
    if place in above:
        return
    try:
        entries = list(os.scandir(folder))
    except OSError:
        yield folder
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name in OTHERS_FOLDERS:
            continue
        if entry.is_dir():
            yield from files_below(Path(entry.path), above | {place})
        else:
            yield Path(entry.path)


def _problem_of_file(file: Path) -> str | None:
    """Return what is wrong with a file; None if it is read, "" if nobody takes it for a picture."""
    if file.is_dir():
        return "is a folder that cannot be listed"
    ending = file.suffix.lower()
    if ending not in picture_endings():
        kind = mimetypes.guess_type(file.name)[0] or ""
        looks_so = kind.startswith("image/") or kind == "application/dicom"
        return f"is not opened: {ending} is not among the known endings" if looks_so else ""
    if _printable(str(file)) != str(file):
        return "has a name that is not UTF-8; rename it"
    return problem_with(file)


def _printable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def from_table(
    table: str | os.PathLike | pd.DataFrame,
    pictures: str | None = None,
    folder: str | os.PathLike | None = None,
    skipped: list[tuple[str, str]] | None = None,
) -> Dataset:
    """Return pictures with what a table says of them, such as titles and prices.

    Parameters
    ----------
    table : str, path-like or pandas.DataFrame
        A CSV file (comma, semicolon or tab), a parquet file or JSON lines; also the metadata.csv,
        .jsonl or .parquet that `datasets.load_dataset("imagefolder")` reads.
    pictures : str, optional
        The column of pictures: file names, or in parquet the pictures themselves. By default the
        first that is called file_name, image, picture, file, filename, path or image_path.
    folder : str or path-like, optional
        Where the files lie; by default beside the table.
    skipped : list, optional
        Rows whose picture cannot be read are left out, named in a warning, and appended to this
        list as pairs (file, reason).

    Returns
    -------
    datasets.Dataset
        Columns image, file (as the table names it) and the table's others, in its order.

    Raises
    ------
    FileNotFoundError
        If there is no such table.
    ValueError
        If it is no table, has no column of pictures, or names no readable picture.

    Examples
    --------
    >>> rows = from_table("shop/products.csv", pictures="photo")          # doctest: +SKIP
    >>> rows[0]["image"], rows[0]["title"]                                # doctest: +SKIP
    """
    _refuse_no_list(skipped)
    rows, place, name = _read_table(table)
    if folder is not None:
        place = checks.path(folder, "folder")
    if pictures is None:
        pictures = next((column for column in PICTURE_COLUMNS if column in rows.features), None)
    if not isinstance(pictures, str) or pictures not in rows.features:
        raise ValueError(
            f"{name} has the columns {listed(list(rows.column_names), shown=12)}; say which of "
            'them names the pictures, such as pictures="photo"'
        )
    if isinstance(rows.features[pictures], Image):
        rows = rows.cast_column(pictures, Image(decode=False))
    cells, left_out, kept = [], [], []
    for number, cell in enumerate(rows[pictures]):
        cell, file = picture_cell(cell, place)
        problem = problem_with(cell) if cell is not None else "names no picture"
        if problem:
            which = _printable(file or f"row {number}")
            left_out.append((which, f"{quoted(which)} {problem}"))
        else:
            kept.append(number)
            cells.append((cell if isinstance(cell, bytes) else str(cell), file or f"row {number}"))
    if not kept:
        why = f": {listed([reason for _, reason in left_out], '; ')}" if left_out else ""
        raise ValueError(f"{name} names no readable picture; files are looked for in {place}{why}.")
    rest = [c for c in rows.column_names if c not in (pictures, "image", "file")]
    columns: dict[str, list] = {
        "image": [
            {"bytes": cell, "path": None}
            if isinstance(cell, bytes)
            else {"bytes": None, "path": cell}
            for cell, _ in cells
        ],
        "file": [file for _, file in cells],
    }
    rows = rows.select_columns(rest).select(kept)
    result = Dataset.from_dict(columns).cast_column("image", Image())
    for column in rest:
        result = result.add_column(column, rows[column][:], feature=rows.features[column])
    _report(left_out, skipped)
    return result


def _read_table(table: Any) -> tuple[Dataset, Path, str]:
    """Return a table as a data set, the folder where it lies, and what messages call it."""
    if isinstance(table, pd.DataFrame):
        return _from_frame(table, "the table"), Path(), "the table"
    if isinstance(table, (Dataset, Mapping, Sequence)) and not isinstance(table, (str, bytes)):
        kind = type(table).__name__
        raise TypeError(f"table is a {kind}, but it should be a file or a pandas.DataFrame")
    path = checks.path(table, "table")
    if not path.is_file():
        what = f"{path} is a folder" if path.is_dir() else f"There is no table {path}"
        raise FileNotFoundError(f"{what}; pass the path of a CSV or parquet file.")
    with path.open("rb") as binary:
        head = binary.read(256).lstrip()
    other = next((what for magic, what in OTHER_FILES.items() if head.startswith(magic)), None)
    if other:
        raise ValueError(f"{path.name} is {other}; save the table as “CSV UTF-8” or as parquet")
    try:
        if head.startswith(b"PAR1") or path.suffix.lower() == ".parquet":
            return Dataset(parquet.read_table(path)), path.parent, path.name
        if path.suffix.lower() in (".jsonl", ".json"):
            frame = pd.read_json(path, lines=path.suffix.lower() == ".jsonl")
        else:
            with path.open(encoding="utf-8-sig") as file:
                header = file.readline()
            frame = pd.read_csv(
                path,
                sep=max(",;\t", key=header.count),
                encoding="utf-8-sig",
                keep_default_na=False,  # a title may be "None"; only an empty cell is missing
                na_values=[""],
            )
            if not isinstance(frame.index, pd.RangeIndex):  # pandas would shift the columns
                raise ValueError(
                    "its rows have more cells than its header; quote texts with commas"
                )
    except UnicodeDecodeError:
        raise ValueError(
            f"{path.name} is not UTF-8; save it as “CSV UTF-8” or as parquet"
        ) from None
    except (ValueError, pyarrow.ArrowException) as error:
        raise _no_table(path.name, error) from error
    return _from_frame(frame, path.name), path.parent, path.name


def _from_frame(frame: pd.DataFrame, name: str) -> Dataset:
    try:
        return Dataset.from_pandas(frame, preserve_index=False)
    except (ValueError, TypeError, pyarrow.ArrowException) as error:
        raise _no_table(name, error) from error


def _no_table(name: str, error: Exception) -> ValueError:
    reason = (str(error) or type(error).__name__).splitlines()[0]
    return ValueError(f"{name} cannot be read as a table: {reason}")


def picture_cell(cell: Any, folder: Path) -> tuple[Path | bytes | str | None, str | None]:
    """Return what a table's cell holds: a path or the picture's bytes, and the file's name.

    Parameters
    ----------
    cell : str, bytes, dict or None
        A path, a picture's file, or both under "path" and "bytes", as `datasets` keeps pictures.
    folder : Path
        Where paths begin.
    """
    if isinstance(cell, dict):
        content, path = cell.get("bytes"), cell.get("path")
        return (content, path) if content is not None else picture_cell(path, folder)
    if isinstance(cell, bytes):
        return cell, None
    if cell is None or cell != cell or not str(cell).strip():
        return None, None
    name = str(cell).strip()
    if name.startswith("~/"):
        return Path(name).expanduser(), name
    if "://" in name:
        return name, name  # a web address, which is refused as such
    return folder.absolute() / name.replace("\\", "/"), name


def named_labels(data: Any, column: str = "label") -> Any:
    """Return a data set whose labels are names instead of numbers.

    Data sets of the Hub and `load_dataset("imagefolder")` keep labels as numbers with a list of
    names; compared with the names that a classifier answers, every one of them would be wrong.

    Parameters
    ----------
    data : datasets.Dataset or datasets.DatasetDict
    column : str
        The column of labels; one that holds names already stays as it is.

    Returns
    -------
    datasets.Dataset or datasets.DatasetDict
        Like `data`; missing labels are None.

    Raises
    ------
    ValueError
        If there is no such column, or it holds numbers without names.
    """
    if not isinstance(data, (Dataset, DatasetDict)):
        raise TypeError(
            f"data is a {type(data).__name__}, but it should be a Dataset or a DatasetDict"
        )
    if isinstance(data, DatasetDict):
        return DatasetDict({split: named_labels(rows, column) for split, rows in data.items()})
    if column not in data.features:
        raise ValueError(f"there is no column {column}, but {', '.join(data.column_names)}")
    feature = data.features[column]
    if isinstance(feature, ClassLabel):
        numbers = data.with_format(None)[column]
        names = [None if n is None or n < 0 else feature.names[n] for n in numbers]
        place = data.column_names
        # Renamed, not removed: a data set without a column would have no rows to add one to.
        data = data.rename_column(column, f"{column} as a number")
        data = data.add_column(column, names, feature=Value("string"))
        return data.select_columns(place)
    if getattr(feature, "dtype", "") not in ("string", "large_string"):
        raise ValueError(
            f"the column {column} holds {getattr(feature, 'dtype', feature)} without names; say "
            "what they mean, for example [names[number] for number in numbers]"
        )
    return data


def readable(label: str) -> str:
    """Return a raw label in words, as a prompt needs it.

    Examples
    --------
    >>> readable("casual_shoes"), readable("casualShoes"), readable("001.Black_footed_Albatross")
    ('casual shoes', 'casual shoes', 'black footed albatross')
    >>> readable("t-shirt"), readable("T-Shirt"), readable("Women's Bags & Belts")
    ('t-shirt', 't-shirt', "women's bags & belts")
    """
    checks.text(label, "label")
    words = re.sub(r"^\d+[._ -]+(?=\D)", "", label)
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", words)
    return " ".join(re.sub(r"[_/|.+]+", " ", words).lower().split())
