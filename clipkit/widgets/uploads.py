"""Files from the learner's own computer: what comes through, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import ipywidgets as w
from PIL import Image

from clipkit.pictures import PictureError, open_picture
from clipkit.widgets import parts

MOST_BYTES = 10_000_000  # Jupyter's server closes the connection on longer messages
KEPT_SIDE = 1024  # pixels; no model looks at more


def read_picture(source: bytes | Path, name: str) -> Image.Image:
    """One file as an RGB picture of at most 1,024 pixels a side.

    Raises
    ------
    PictureError
        In one sentence that names the file: it is empty, no picture, damaged, or too large.

    Examples
    --------
    >>> read_picture(b"not a picture", "notes.txt")
    Traceback (most recent call last):
    ...
    clipkit.pictures.PictureError: notes.txt cannot be read: it is not a picture ...
    """
    picture = open_picture(source, name)
    picture.thumbnail((KEPT_SIDE, KEPT_SIDE))  # a hundred of a camera's would fill the memory
    return picture


def read_uploads(files: Iterable[dict]) -> tuple[list[tuple[str, Image.Image]], list[str]]:
    """Return what a file upload holds: pictures by name, and a sentence for each bad file.

    Parameters
    ----------
    files : iterable of dict
        With "name" and "content", as `ipywidgets.FileUpload.value` has them.

    Returns
    -------
    pictures : list of (str, PIL.Image.Image)
    problems : list of str
    """
    pictures, problems = [], []
    for file in files:
        try:
            pictures.append((file["name"], read_picture(bytes(file["content"]), file["name"])))
        except PictureError as problem:
            problems.append(str(problem))
    return pictures, problems


def upload_box(description: str, several: bool = True) -> w.FileUpload:
    """Return a button that asks for picture files."""
    button = w.FileUpload(
        accept="image/*", multiple=several, description=description, layout={"width": "auto"}
    )
    return parts.spoken(
        button, f"Choose pictures on your computer, up to {MOST_BYTES // 1_000_000} MB at once"
    )
