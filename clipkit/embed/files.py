"""Files of embeddings: written as a whole or not at all, and read again."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow
import pyarrow.parquet as parquet
import torch

from clipkit.embed.sources import READ, Row

TRIES = 3
"""How often a piece is begun again whose worker died; then the piece may be what kills it."""


class Embedded(NamedTuple):
    """Pictures by their embeddings.

    Attributes
    ----------
    ids : list of str, length n
    embeddings : torch.Tensor of float32, shape (n, d)
        Rows of unit length, as `search.Index` takes them with the ids.
    errors : dict of str to str
        Why the others could not be read, by id.
    """

    ids: list[str]
    embeddings: torch.Tensor
    errors: dict[str, str]


def name_of(number: int) -> str:
    """Return the file name of a shard.

    Examples
    --------
    >>> name_of(7)
    'part-000007.parquet'
    """
    return f"part-{number:06d}.parquet"


def write(
    path: Path,
    rows: Iterable[Row],
    encode: Callable[[list[Any], list[tuple[int, str]]], torch.Tensor],
    dimension: int,
    others: pyarrow.Schema,
) -> tuple[int, int]:
    """Encode a piece into a file, a batch at a time.

    Parameters
    ----------
    path : Path
        The file; until it is whole, another name stands for it.
    rows : iterable of Row
    encode : callable
        Called with pictures and a list for the unreadable, as `Clip.encode_images` is.
    dimension : int
        Columns of an embedding.
    others : pyarrow.Schema
        The columns that are carried along.

    Returns
    -------
    pictures, unread : int

    Raises
    ------
    RuntimeError
        If the piece has cost several workers their lives already.
    """
    begun = sum(1 for _ in path.parent.glob(f".{path.name}.*"))
    if begun >= TRIES:
        raise RuntimeError(
            f"{path.name} was begun {begun} times, and each time its worker died: its pictures or "
            "the batches may be too large for the memory"
        )
    schema = pyarrow.schema(
        [
            ("id", pyarrow.string()),
            ("embedding", pyarrow.list_(pyarrow.float32(), dimension)),
            ("error", pyarrow.string()),
            *others,
        ]
    )
    pictures = unread = 0
    # A name of its own: a worker that was taken for dead may still be writing the same shard.
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        # Sums over the pages, so that damage is seen when they are read.
        with parquet.ParquetWriter(part, schema, write_page_checksum=True) as file:
            for batch in _batches(rows):
                table, failed = _encoded(batch, encode, schema)
                file.write_table(table)
                pictures, unread = pictures + len(batch), unread + failed
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return pictures, unread


def tidy(folder: Path) -> None:
    """Remove what workers that were killed have left unfinished."""
    for part in folder.glob(".part-*.parquet.*"):
        part.unlink(missing_ok=True)


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while batch := list(itertools.islice(iterator, READ)):
        yield batch


def _encoded(batch: list[Row], encode: Callable, schema: pyarrow.Schema) -> tuple[Any, int]:
    skipped: list[tuple[int, str]] = []
    embeddings = encode([row.picture for row in batch], skipped)
    errors: list[str | None] = [None] * len(batch)
    for index, reason in skipped:
        # The id says which picture it is; its number within the batch says nothing to anybody.
        errors[index] = re.sub(r'^picture number \d+ (\(".*?"\) )?', "", reason)
    values = np.zeros((len(batch), embeddings.shape[1]), np.float32)
    read = np.array([error is None for error in errors])
    values[read] = embeddings.numpy()
    vectors = pyarrow.FixedSizeListArray.from_arrays(
        pyarrow.array(values.ravel()), values.shape[1], mask=pyarrow.array(~read)
    )
    columns = [[row.id for row in batch], vectors, errors]
    columns += [[row.others[name] for row in batch] for name in schema.names[3:]]
    arrays = [
        column if isinstance(column, pyarrow.Array) else pyarrow.array(column, field.type)
        for column, field in zip(columns, schema, strict=True)
    ]
    return pyarrow.table(arrays, schema=schema), len(skipped)


def is_whole(path: Path) -> bool:
    """Return whether a shard is there and ends as it should."""
    try:
        return parquet.read_metadata(path) is not None
    except (pyarrow.ArrowException, OSError):
        return False


def shards(out: str | os.PathLike[str]) -> Iterator[Embedded]:
    """Yield the embeddings of each finished file, one after the other.

    For an index that is larger than the memory: add one part at a time.

    Parameters
    ----------
    out : str or path-like
        The folder OUT of `python -m clipkit.embed`.

    Raises
    ------
    ValueError
        If the folder holds no embeddings, the run has not come to its end, or a file is damaged.
    """
    folder = Path(out).expanduser()
    count = None
    with contextlib.suppress(OSError, ValueError, KeyError):
        count = int(json.loads((folder / "recipe.json").read_text(encoding="utf-8"))["shards"])
    if count is None:
        raise ValueError(f"{folder} holds no embeddings that python -m clipkit.embed has made")
    lacking = [name for name in map(name_of, range(count)) if not (folder / name).is_file()]
    if lacking:
        raise ValueError(
            f"{folder} lacks {len(lacking)} of {count} files, such as {lacking[0]}; run the same "
            "command again to go on"
        )
    for name in map(name_of, range(count)):
        yield _read(folder / name)


def _read(path: Path) -> Embedded:
    try:
        table = parquet.read_table(
            path, columns=["id", "embedding", "error"], page_checksum_verification=True
        )
        ids, errors = table["id"].to_pylist(), table["error"].to_pylist()
        column = table["embedding"].combine_chunks()
        width, good = column.type.list_size, column.is_valid().to_numpy(zero_copy_only=False)
        values = column.drop_null().flatten().to_numpy().reshape(-1, width)
    except (pyarrow.ArrowException, OSError, KeyError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise ValueError(
            f"{path} is damaged; remove it and run the same command again, which makes this file "
            f"alone anew ({reason})"
        ) from error
    return Embedded(
        [id for id, read in zip(ids, good, strict=True) if read],
        torch.from_numpy(values.copy()),
        {id: error for id, error in zip(ids, errors, strict=True) if error is not None},
    )


def read(out: str | os.PathLike[str]) -> Embedded:
    """Return all embeddings of a finished run.

    Parameters
    ----------
    out : str or path-like
        The folder OUT of `python -m clipkit.embed`.

    Returns
    -------
    Embedded
        In the order of the source.

    Raises
    ------
    ValueError
        As `shards`.

    Examples
    --------
    >>> ids, embeddings, errors = read("shop-embeddings")             # doctest: +SKIP
    >>> index = search.Index(embeddings, ids)                         # doctest: +SKIP
    """
    parts = list(shards(out))
    return Embedded(
        [id for part in parts for id in part.ids],
        torch.cat([part.embeddings for part in parts]),
        {id: error for part in parts for id, error in part.errors.items()},
    )
