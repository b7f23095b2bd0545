"""Files from the learner's own computer: what comes through, and what is wrong with the rest."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable

import ipywidgets as w
from PIL import Image

from clipkit.pictures import PictureError, open_picture

from . import parts

MOST_BYTES = 10_000_000  # Jupyter's server closes the connection on longer messages
MOST_PIXELS = Image.MAX_IMAGE_PIXELS  # 89 million: Pillow's own limit against traps
KEPT_SIDE = 1024  # pixels; no model looks at more


def read_picture(content: bytes, name: str) -> Image.Image:
    """One uploaded file as an RGB picture of at most 1,024 pixels a side.

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
    if not content:
        raise PictureError(f"{name} is empty; choose a file that holds a picture.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as opened:
                width, height = opened.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, Image.DecompressionBombError):
            raise PictureError(_too_large(name)) from error
        raise PictureError(
            f"{name} cannot be read: it is not a picture in a format that Pillow knows; JPEG, PNG, "
            "WebP, GIF, BMP and TIFF are."
        ) from error
    if width * height > MOST_PIXELS:
        raise PictureError(_too_large(name, f"{width} x {height}"))
    try:
        picture = open_picture(content, name)
    except PictureError as error:
        raise PictureError(f"{name}: {error}") from error
    picture.thumbnail((KEPT_SIDE, KEPT_SIDE))
    return picture


def _too_large(name: str, size: str = "") -> str:
    shown = f" ({size} pixels)" if size else ""
    return (
        f"{name} is too large{shown}; scale it down to at most {MOST_PIXELS / 1e6:.0f} million "
        "pixels."
    )


def read_uploads(files: Iterable[dict]) -> tuple[list[tuple[str, Image.Image]], list[str]]:
    """What a file upload holds: pictures by name, and a sentence for each bad file.

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
    """A button that asks for picture files."""
    button = w.FileUpload(
        accept="image/*", multiple=several, description=description, layout={"width": "auto"}
    )
    return parts.spoken(
        button, f"Choose pictures on your computer, up to {MOST_BYTES // 1_000_000} MB at once"
    )
