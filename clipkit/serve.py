"""Make a page that searches own pictures: a folder that a Hugging Face Space runs as it is.

On the command line::

    python -m clipkit.serve new my-search --pictures shop
    python -m clipkit.serve new my-search --pictures shop/photos --table shop/products.csv
    python my-search/app.py
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from clipkit import data, onnx
from clipkit.export import write
from clipkit.loading import load
from clipkit.model import Clip
from clipkit.pictures import getters
from clipkit.runs import whole
from clipkit.search import Index

ASSETS = Path(__file__).parent / "assets" / "space"
NEEDS = ("gradio", "numpy", "onnxruntime", "pillow", "safetensors", "transformers")
EDGE = 400
"""Pixels of the longer side of the copies that the page shows."""
TITLES = ("title", "caption", "name", "description", "text", "label", "file")
"""The columns that are taken for titles, the first that is there."""


def new(
    folder: str | os.PathLike[str],
    model: Clip | str | os.PathLike[str] | None,
    pictures: Any,
    titles: Sequence[str],
    heading: str = "Search",
    dtype: str = "float32",
) -> Path:
    """Write a search page with all that it needs: model, index and small copies of the pictures.

    Parameters
    ----------
    folder : str or path-like
        One that does not exist yet, or is empty.
    model : clipkit.model.Clip, str, path-like or None
        A model, or what `clipkit.load` takes; it is exported to ONNX.
    pictures : pictures
        As for `Clip.encode_images`. Unreadable ones are left out and named in a warning.
    titles : sequence of str
        What the page shows below each picture.
    heading : str
        What stands above it all.
    dtype : {"float32", "int8"}
        Of the model on the page; the index is made with the same.

    Returns
    -------
    pathlib.Path
        The folder; ``python FOLDER/app.py`` starts the page.

    Raises
    ------
    FileExistsError
        If the folder holds something.
    ImportError
        If a package of the extras export and serve is not installed.
    ValueError
        If there is no picture, not one title for each, or the model cannot be exported.
    OSError
        If the model cannot be loaded, or the folder cannot be written.
    """
    onnx.needed("onnx", "onnxscript")
    pinned = _pinned()
    place, titles = Path(folder).expanduser(), [str(title) for title in titles]
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise FileExistsError(f"{place} is there already and not empty; choose another folder")
    if dtype not in onnx.ENDINGS:
        raise ValueError(f"dtype is {dtype!r}, but it should be one of {', '.join(onnx.ENDINGS)}")
    gets = list(getters(pictures))
    if not gets or len(gets) != len(titles):
        raise ValueError(f"there are {len(titles)} titles for {len(gets)} pictures")
    clip = model if isinstance(model, Clip) else load(model, device="cpu")
    with whole(place) as part:
        (part / "pictures").mkdir(parents=True)
        write(clip, part / "model")
        for ending in set(onnx.ENDINGS.values()) - {onnx.ENDINGS[dtype]}:
            for file in (part / "model" / onnx.FOLDER).glob(f"*_model{ending}.onnx*"):
                file.unlink()
        page = load(part / "model", backend="onnx", dtype=dtype)
        skipped: list[tuple[int, str]] = []
        rows = page.encode_images(pictures, skipped=skipped)
        kept = sorted(set(range(len(gets))) - {number for number, _ in skipped})
        if not kept:
            raise ValueError(f"there is no readable picture: {skipped[0][1]}")
        names = [f"{number:06}.jpg" for number in kept]
        Index(rows, ids=names).save(part / "index.safetensors")
        for number, name in zip(kept, names, strict=True):
            copy = gets[number]().copy()  # it may be the caller's own
            copy.thumbnail((EDGE, EDGE))
            copy.save(part / "pictures" / name, quality=85)
        with open(part / "items.csv", "w", encoding="utf-8", newline="") as listing:
            lines = csv.writer(listing)
            lines.writerow(["file", "title"])
            lines.writerows(zip(names, [titles[number] for number in kept], strict=True))
        (part / "requirements.txt").write_text("\n".join(pinned) + "\n", encoding="utf-8")
        words = {
            '"@TITLE@"': json.dumps(heading, ensure_ascii=False),
            '"# @TITLE@"': json.dumps(f"# {heading}", ensure_ascii=False),
            "@TITLE_JSON@": json.dumps(heading, ensure_ascii=False),
            "@GRADIO@": version("gradio"),
        }
        for name in ("app.py", "README.md"):
            text = (ASSETS / name).read_text(encoding="utf-8")
            for mark, word in words.items():
                text = text.replace(mark, word)
            (part / name).write_text(text, encoding="utf-8")
    return place


def _pinned() -> list[str]:
    """Return what the page needs, in the versions that are installed here."""
    try:
        return [f"{name}=={version(name).split('+')[0]}" for name in NEEDS]
    except ImportError as error:
        raise ImportError(
            f"a search page needs {error.name}, which is not installed; run "
            'pip install "clipkit[export,serve]"'
        ) from error


def _read(
    pictures: Path | None, table: Path | None, column: str | None, titles: str | None
) -> tuple[Any, list[str]]:
    """Return the pictures of a folder or a table, and their titles."""
    if table is not None:
        read = data.from_table(table, column, pictures)
    elif pictures is not None:
        read = data.from_folder(pictures)
    else:
        raise ValueError("give the folder of the pictures (--pictures), a table, or both")
    if isinstance(read, dict):
        one = os.path.join(str(pictures), min(read))
        raise ValueError(f"{pictures} holds splits; give one of them, such as {one}")
    if "label" in read.column_names:
        read = data.named_labels(read)
    chosen = titles or next(name for name in TITLES if name in read.column_names)
    columns = [name for name in read.column_names if name != "image"]
    if chosen not in columns:
        raise ValueError(
            f"there is no column {chosen}; the titles may be one of {', '.join(columns)}"
        )
    return read["image"], [str(title) for title in read[chosen]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and write the page."""
    parser = argparse.ArgumentParser("python -m clipkit.serve", description=__doc__.split("\n")[0])
    made = parser.add_subparsers(required=True).add_parser("new", help="write a search page")
    made.add_argument("folder", metavar="FOLDER")
    made.add_argument("--pictures", type=Path, metavar="FOLDER", help="where the pictures lie")
    made.add_argument("--table", type=Path, help="a CSV or parquet file that names and titles them")
    made.add_argument("--column", help="the table's column of pictures, if it is not found")
    made.add_argument("--titles", help="the column of titles, if it is not found")
    made.add_argument("--model", help="a folder or an id; by default the bundled model")
    made.add_argument("--heading", default="Search", help='default: "%(default)s"')
    made.add_argument("--dtype", choices=list(onnx.ENDINGS), default="float32")
    asked = parser.parse_args(arguments)
    try:
        pictures, titles = _read(asked.pictures, asked.table, asked.column, asked.titles)
        place = new(asked.folder, asked.model, pictures, titles, asked.heading, asked.dtype)
    except (OSError, ValueError, TypeError, ImportError) as error:
        sys.exit(f"serve: {error}")
    app = place / "app.py"
    print(f'Written to {place}; start it with: python "{app}"')


if __name__ == "__main__":
    main()
