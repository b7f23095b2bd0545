"""Where pictures come from, cut into pieces that can be done apart and that are always the same."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import datasets
import pyarrow
import pyarrow.parquet as parquet

from clipkit import data, hub, runs
from clipkit.notes import listed
from clipkit.pictures import picture_endings

OURS = ("id", "embedding", "error")
"""The columns of every file of embeddings."""
READ = 128
"""Rows that are read at once: a picture of 1 MB each fills 128 MB."""


class Row(NamedTuple):
    """A picture, and what is known of it."""

    id: str
    picture: Any
    """What `pictures.open_picture` takes; None where the source has none."""
    others: dict[str, Any]


class Piece(Protocol):
    """A part of a source that becomes one file of embeddings."""

    def rows(self) -> Iterator[Row]:
        """Yield its pictures, always the same in the same order."""


class Source(NamedTuple):
    """Pictures in pieces.

    Attributes
    ----------
    pieces : list of Piece
    others : pyarrow.Schema
        The columns that are carried along.
    recipe : dict
        What tells this source from others, by names that a reader understands.
    """

    pieces: Sequence[Piece]
    others: pyarrow.Schema
    recipe: dict[str, Any]


@dataclass(frozen=True)
class Columns:
    """Which columns of a table are read."""

    picture: str
    id: str | None
    others: tuple[str, ...]

    @classmethod
    def among(
        cls, names: Sequence[str], where: str, picture: str | None, id: str | None,
        others: Iterable[str],
    ) -> Columns:  # fmt: skip
        """Choose among a table's columns, or say which there are."""
        picture = picture or next((name for name in data.PICTURE_COLUMNS if name in names), None)
        id = id or ("id" if "id" in names else None)
        columns = cls(picture or "", id, tuple(others))
        there = f"{where} has the columns {listed(list(names), shown=12)}"
        if picture is None:
            raise ValueError(f"{there}; say which of them holds the pictures: --picture NAME")
        for name in (picture, *([id] if id else []), *columns.others):
            if name not in names:
                raise ValueError(f"{there}, but not {name}")
        if taken := set(OURS) & set(columns.others):
            raise ValueError(
                f"the column {min(taken)} cannot be carried along: files of embeddings have their "
                "own of that name"
            )
        return columns

    @property
    def needed(self) -> list[str]:
        """The columns to read, each once."""
        return list(dict.fromkeys([self.picture, *([self.id] if self.id else []), *self.others]))

    def row(self, cells: dict[str, Any], otherwise: str, folder: Path) -> Row:
        """Make a row of a table's cells; `otherwise` is its id if the table has none."""
        picture = cells[self.picture]
        if picture is None or isinstance(picture, (str, bytes, dict)):
            picture = data.picture_cell(picture, folder)[0]
        id = otherwise if self.id is None or cells[self.id] is None else str(cells[self.id])
        return Row(id, picture, {name: cells[name] for name in self.others})


@dataclass(frozen=True)
class Files:
    """Some of the pictures in a folder."""

    folder: str
    names: tuple[str, ...]

    def rows(self) -> Iterator[Row]:
        """Yield the pictures; their ids are their paths below the folder."""
        for name in self.names:
            yield Row(name, os.path.join(self.folder, name), {})


@dataclass(frozen=True)
class Groups:
    """Some row groups of parquet files, each a triple (file, group, number of its first row)."""

    folder: str
    groups: tuple[tuple[str, int, int], ...]
    columns: Columns

    def rows(self) -> Iterator[Row]:
        """Yield the pictures; without a column of ids, their ids are file and number of row."""
        folder = Path(self.folder)
        for name, group, number in self.groups:
            with parquet.ParquetFile(folder / name) as file:
                for batch in file.iter_batches(READ, [group], self.columns.needed):
                    for cells in batch.to_pylist():
                        yield self.columns.row(cells, f"{name}/{number}", folder)
                        number += 1


@dataclass(frozen=True)
class Streamed:
    """A file of a data set of the Hub, read while it comes."""

    asked: dict[str, Any]
    number: int
    of: int
    columns: Columns

    def rows(self) -> Iterator[Row]:
        """Yield the pictures; without a column of ids, their ids are numbers of file and row."""
        rows = _stream(self.asked, self.columns.picture).shard(self.of, self.number)
        for i, cells in enumerate(rows):
            row = self.columns.row(cells, f"{self.number}/{i}", Path())
            if isinstance(row.picture, str) and "://" in row.picture:
                row = row._replace(picture=_fetched(row.picture))
            yield row


def find(
    source: str | os.PathLike[str],
    rows: int,
    *,
    picture: str | None = None,
    id: str | None = None,
    columns: Iterable[str] = (),
    split: str = "train",
    config: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return the pieces of a source.

    Parameters
    ----------
    source : str or path-like
        A folder of pictures, a parquet file, a folder of parquet files, or an id on the Hub.
    rows : int
        How many pictures a piece holds, about: a row group of parquet and a file of the Hub are
        not cut.
    picture, id, columns, split, config, revision
        As in `clipkit.embed.run`.

    Raises
    ------
    FileNotFoundError
        If there is no such source.
    ValueError
        If it holds no pictures, or not the columns.
    """
    options = {"picture": picture, "id": id, "others": columns}
    path = Path(source).expanduser()
    if path.is_dir():
        names = sorted(file.relative_to(path).as_posix() for file in data.files_below(path))
        endings = picture_endings()
        pictures = [name for name in names if Path(name).suffix.lower() in endings]
        tables = [name for name in names if name.lower().endswith(".parquet")]
        if pictures and tables:
            raise ValueError(
                f"{path} holds pictures and parquet files; give a folder of one or of the other"
            )
        if tables:
            return _parquet(path, tables, rows, options)
        if not pictures:
            raise ValueError(
                f"{path} holds no picture and no parquet file; known endings are "
                f"{', '.join(sorted(endings))}"
            )
        return _folder(path, pictures, rows, options)
    if path.is_file():
        if path.suffix.lower() != ".parquet":
            raise ValueError(
                f"{path} is a file, but it should be a folder, a parquet file or an id on the Hub; "
                "pandas turns other tables into parquet: read_csv(...).to_parquet(...)"
            )
        return _parquet(path.parent, [path.name], rows, options)
    if not hub.is_id(str(source)):
        raise FileNotFoundError(
            f"there is no {path}; give a folder, a parquet file or an id on the Hub"
        )
    asked = {"path": str(source), "name": config, "split": split, "revision": revision}
    return _of_hub(asked, options)


def _folder(path: Path, names: list[str], rows: int, options: dict[str, Any]) -> Source:
    for option in ("picture", "id", "others"):
        if options[option]:
            raise ValueError(f"{path} is a folder of pictures, which has no columns to name")
    parts = [tuple(names[start : start + rows]) for start in range(0, len(names), rows)]
    pieces = [Files(str(path.absolute()), part) for part in parts]
    return Source(
        pieces,
        pyarrow.schema([]),
        {"source": str(path.absolute()), "pictures": [len(names), runs.checksum(names)]},
    )


def _parquet(folder: Path, names: list[str], rows: int, options: dict[str, Any]) -> Source:
    groups: list[tuple[str, int, int]] = []
    sizes: list[int] = []
    schema = None
    for name in names:
        try:
            with parquet.ParquetFile(folder / name) as file:
                here, meta = file.schema_arrow, file.metadata
        except (pyarrow.ArrowException, OSError) as error:
            raise ValueError(f"{folder / name} cannot be read: {_first_line(error)}") from error
        schema = schema or here
        columns = Columns.among(here.names, str(folder / name), **options)
        number = 0
        for group in range(meta.num_row_groups):
            groups.append((name, group, number))
            sizes.append(meta.row_group(group).num_rows)
            number += sizes[-1]
    if schema is None or not sum(sizes):
        raise ValueError(f"{folder / names[0]} has no rows")
    parts: list[list[tuple[str, int, int]]] = [[]]
    filled = 0
    for triple, size in zip(groups, sizes, strict=True):
        if parts[-1] and filled + size > rows:
            parts.append([])
            filled = 0
        parts[-1].append(triple)
        filled += size
    pieces = [Groups(str(folder.absolute()), tuple(part), columns) for part in parts]
    others = pyarrow.schema([schema.field(name) for name in columns.others])
    recipe = {
        "source": str(folder.absolute()),
        "pictures": [sum(sizes), runs.checksum(groups, sizes)],
        "columns": columns.needed,
    }
    return Source(pieces, others, recipe)


def _of_hub(asked: dict[str, Any], options: dict[str, Any]) -> Source:
    try:
        stream = _stream(asked, None)
        names, features = stream.column_names, stream.features
    except Exception as error:  # not there, no network, no such split, gated ...
        raise FileNotFoundError(
            f'there is no folder or file "{asked["path"]}", and it cannot be read from the Hub '
            f"either: {_first_line(error)}"
        ) from error
    if names is None or features is None:
        raise ValueError(f'"{asked["path"]}" does not say which columns it has; save it as parquet')
    columns = Columns.among(names, f'"{asked["path"]}"', **options)
    pieces = [Streamed(asked, i, stream.num_shards, columns) for i in range(stream.num_shards)]
    schema = features.arrow_schema
    return Source(
        pieces,
        pyarrow.schema([schema.field(name) for name in columns.others]),
        {
            "source": asked["path"],
            "pictures": [asked["name"], asked["split"], asked["revision"], stream.num_shards],
            "columns": columns.needed,
        },
    )


def _stream(asked: dict[str, Any], picture: str | None) -> Any:
    rows = datasets.load_dataset(**asked, streaming=True)
    if picture is not None and isinstance(rows.features[picture], datasets.Image):
        # As it is stored: a damaged picture is then one row's error, and not the end.
        rows = rows.cast_column(picture, datasets.Image(decode=False))
    return rows


def _fetched(address: str) -> Any:
    """Return a picture that a data set names by its address, or the address where it fails."""
    try:
        return datasets.Image().decode_example({"path": address, "bytes": None})
    except Exception:  # opening the address says that it is none of a file
        return address


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
