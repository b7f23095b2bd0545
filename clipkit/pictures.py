"""Open pictures of every kind, as upright RGB pictures on white.

A picture may be a PIL image of any mode, a path, encoded bytes, an open binary file, a numpy
array, a torch tensor or an undecoded row of a `datasets` column. Many pictures may be a list, a
pandas Series, an array with one more dimension, a column of a data set (read row by row) or a
generator; they are taken by position. Everything that shows, encodes or trains on a picture opens
it here, so that what a reader sees is what the model sees. This module knows pictures only; what a
model makes of them stands in `clipkit.model`.
"""

from __future__ import annotations

import io
import os
import re
import stat
import sys
import threading
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, cast

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from clipkit import checks
from clipkit.notes import warn

BUFFERS = (bytes, bytearray, memoryview, array)
"""What may hold a picture's file in memory."""
FORMATS = (
    "JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "AVIF", "JPEG2000", "PPM",
    "HEIF", "JXL",
)  # fmt: skip
"""What is opened: formats of pictures that Pillow decodes itself (HEIF and JXL by plug-ins).

Pillow knows others, for some of which it starts another program.
"""
MOST_PIXELS = 50_000_000
"""A picture's conversion takes up to 8 bytes a pixel: this many fill 400 MB."""
MOST_SIDE = 65_535
"""Pixels; no JPEG is longer. A strip that is longer fills the memory when it is resized."""
MOST_BYTES = 500_000_000
"""Of a file; 50 million pixels have 400 MB in the largest form there is, 16-bit RGBA."""
TOLERANCE = 0.01
"""By how much floats from 0 to 1 may miss that range: bfloat16 rounds 1 to 1.008."""
FOREIGN = (
    (0, rb"%!PS", "it holds PostScript (EPS); save it as PNG"),
    (0, rb"%PDF", "it holds a PDF; save its page as PNG"),
    (0, rb"\s*(<\?xml|<svg)", "it holds SVG, which is a drawing; save it as PNG"),
    (0, rb"\s*<", "it holds a web page; perhaps the download of the picture failed"),
    (4, rb"ftyp(hei|hev|mif1|msf1)", "it holds HEIC; save it as JPEG, or install pillow-heif and "
     "call pillow_heif.register_heif_opener()"),
    (0, rb"\xff\x0a|\0\0\0\x0cJXL ", "it holds JPEG XL; save it as JPEG or PNG"),
    (128, rb"DICM", "it holds DICOM; read it with pydicom, window its values and give the array"),
    (0, rb"version https://git-lfs", "it holds a pointer of Git LFS; `git lfs pull` fetches the "
     "picture"),
)  # fmt: skip
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
EXIF_ORIENTATION = 0x0112
_BAND = 2**20  # pixels that are converted at once
_LONGEST_TEXT = 160  # characters of a path or a reason in a message
# PIL decodes a lazily opened image in place; two threads must not do so to the same one.
_LOADING = threading.Lock()


class PictureError(ValueError):
    """A picture that cannot be read; the message names it and says why."""


def open_picture(picture: object, name: str = "the picture") -> Image.Image:
    """Return one picture as an upright RGB image.

    Transparency is laid onto white, EXIF rotation is applied, 16-bit and floating-point values
    are scaled to 8 bits, and an animation gives its first frame. A JPEG of more than 50 million
    pixels is read at half its size.

    Parameters
    ----------
    picture : PIL.Image.Image, str, os.PathLike, bytes, file, numpy.ndarray, torch.Tensor or dict
        Arrays are (H, W), (H, W, 1), (H, W, 3) or (H, W, 4): channels last, as matplotlib and
        scikit-image have them. Tensors are (H, W) or (1, 3 or 4, H, W): channels first, as torch
        has them. Values are uint8 or uint16 over their range, bool, or floats from 0 to 1. A
        file is open in binary mode and read from its start. A dict holds "bytes" or "path", as
        `datasets` stores an undecoded image.
    name : str
        What messages call the picture; its file name is added if it has one.

    Returns
    -------
    PIL.Image.Image
        Mode RGB.

    Raises
    ------
    PictureError
        If the file is missing, damaged, of another format or no ordinary file, if the picture has
        more than 50 million pixels, or if the values cannot be a picture.

    Warns
    -----
    clipkit.notes.ClipWarning
        If 16-bit values use less than a quarter of their range, as a 12-bit film does: the
        picture is nearly black. `window` brings it to the full range.

    Examples
    --------
    >>> import numpy as np
    >>> open_picture(np.zeros((4, 6)))
    <PIL.Image.Image image mode=RGB size=6x4 ...>
    >>> open_picture(np.full((4, 6, 3), 255.0))
    Traceback (most recent call last):
    ...
    clipkit.pictures.PictureError: the picture holds values from 255 to 255, but ...
    """
    try:
        return _opened(picture)
    except PictureError as refusal:
        raise PictureError(f"{_label(picture, name)} {refusal}") from None
    except Exception as error:  # whatever a damaged file makes a decoder do
        raise PictureError(f"{_label(picture, name)} cannot be read: {_reason(error)}") from error


def open_pictures(pictures: Any) -> list[Image.Image]:
    """Return one picture or many as a list of upright RGB images.

    Parameters
    ----------
    pictures : one picture or many
        See the module's description.

    Raises
    ------
    PictureError
        If one cannot be read; the message says which.
    """
    return [get() for get in getters(pictures)]


def is_one_picture(pictures: Any) -> bool:
    """Return whether the argument is a single picture rather than many.

    Examples
    --------
    >>> is_one_picture("mug.jpg"), is_one_picture(["mug.jpg"])
    (True, False)
    """
    if isinstance(pictures, np.ndarray):
        return pictures.ndim != 4 and (pictures.ndim != 1 or pictures.dtype.kind in "biufc")
    if _is_tensor(pictures):
        return pictures.ndim != 4
    return isinstance(pictures, (Image.Image, str, os.PathLike, *BUFFERS, Mapping)) or hasattr(
        pictures, "read"
    )


def getters(pictures: Any) -> Iterator[Callable[[], Image.Image]]:
    """Yield, for each picture, a function that opens it as RGB.

    The work of opening lies in the function, so that it can be done in another thread; only a
    generator is advanced here.

    Parameters
    ----------
    pictures : one picture or many
        See the module's description.

    Yields
    ------
    callable
        Called without arguments; returns a PIL image of mode RGB or raises `PictureError`.

    Raises
    ------
    PictureError
        If the argument is neither a picture nor many: a whole table, a set, a number.
    """
    if hasattr(pictures, "column_names") or hasattr(pictures, "columns"):
        raise PictureError(
            f"pictures is a whole {type(pictures).__name__}; give its column of pictures, for "
            'example dataset["image"]'
        )
    if is_one_picture(pictures):
        yield partial(open_picture, pictures)
        return
    pictures = _undecoded(pictures)
    if isinstance(pictures, Sequence) or not isinstance(pictures, Iterable):
        if not (hasattr(pictures, "__len__") and hasattr(pictures, "__getitem__")):
            raise PictureError(
                f"pictures is a {type(pictures).__name__}, but it should be a picture, a list of "
                "pictures, a column of a data set or a generator"
            )
        for index in range(len(pictures)):
            yield partial(_open_at, pictures, index)
        return
    if isinstance(pictures, (set, frozenset)):
        raise PictureError(
            f"pictures is a {type(pictures).__name__}, which has no order, but it should be a "
            "picture, a list of pictures, a column of a data set or a generator"
        )
    for index, picture in enumerate(pictures):
        yield partial(open_picture, picture, f"picture number {index}")


def window(values: Any, low: float | None = None, high: float | None = None) -> np.ndarray:
    """Return values as 8 bits: `low` becomes black, `high` white, what lies beyond is cut off.

    A film of 12 bits, a scan in Hounsfield units or any other measurement is brought to the range
    of a picture so.

    Parameters
    ----------
    values : array_like of int or float
    low, high : float, optional
        By default the smallest and the largest finite value.

    Returns
    -------
    numpy.ndarray of uint8
        Of the same shape.

    Raises
    ------
    PictureError
        If `low` is not below `high`, or the values are no numbers.

    Examples
    --------
    >>> window([[-1000, 0, 500, 2000]], low=-500, high=500)
    array([[  0, 128, 255, 255]], dtype=uint8)
    """
    values = np.asarray(values.detach().cpu() if _is_tensor(values) else values)
    if values.dtype.kind not in "biuf" or not values.size:
        raise PictureError(f"values are {values.size} of {values.dtype}, but should be numbers")
    values = values.astype(np.float64)
    finite = values[np.isfinite(values)]
    low = float(finite.min(initial=np.inf)) if low is None else checks.number(low, "low")
    high = float(finite.max(initial=-np.inf)) if high is None else checks.number(high, "high")
    if not low < high:
        raise PictureError(f"low is {low:g} and high is {high:g}, but low should be below high")
    # Halves, which are exact, so that the whole range of floats fits into a float.
    share = (np.nan_to_num(values, nan=low) / 2 - low / 2) / (high / 2 - low / 2)
    return np.rint(share.clip(0, 1) * 255).astype(np.uint8)


def picture_endings() -> frozenset[str]:
    """Return the endings of the files that are opened, in lower case, each with its dot.

    Examples
    --------
    >>> {".jpg", ".jfif", ".avif"} <= picture_endings(), ".eps" in picture_endings()
    (True, False)
    """
    endings = Image.registered_extensions().items()
    return frozenset(ending for ending, kind in endings if kind in FORMATS)


def problem_with(file: str | os.PathLike | bytes) -> str | None:
    """Return what is wrong with a picture's file, or None if it seems whole.

    A JPEG that has its end and a PNG whose check sums are right are not decoded: to look over a
    folder costs little more than to list it.

    Parameters
    ----------
    file : str, os.PathLike or bytes
        A path, or what the file holds.

    Examples
    --------
    >>> problem_with("nowhere/mug.jpg")
    'cannot be read: there is no such file'
    """
    try:
        if not _seems_whole(file):
            _opened(file)
    except PictureError as refusal:
        return str(refusal)
    except Exception as error:
        return f"cannot be read: {_reason(error)}"
    return None


def _seems_whole(file: str | os.PathLike | bytes) -> bool:
    source: Any = io.BytesIO(file) if isinstance(file, bytes) else _regular_file(file)
    try:
        opened = Image.open(source, formats=_formats())
    except UnidentifiedImageError:  # opening it says what it is instead
        return False
    with opened as image:
        if image.format in ("JPEG", "MPO"):
            end = image.fp
            if end is None:
                return False
            end.seek(-2, os.SEEK_END)
            return end.read() == b"\xff\xd9"
        if image.format == "PNG" and _fits(*image.size):
            image.verify()
            return True
    return False


# ------------------------------------------------------------------------ from what is handed over
def _opened(picture: Any) -> Image.Image:
    """Open a picture; a `PictureError` raised here lacks the picture's name at its start."""
    if isinstance(picture, Image.Image):
        if picture.format not in (None, *FORMATS):
            raise PictureError(
                f"is of the format {picture.format}, which is not opened; give "
                'picture.convert("RGB")'
            )
        with _LOADING:
            picture.load()
        return _upright_rgb(picture)
    if isinstance(picture, (str, os.PathLike)):
        return _decode(_regular_file(picture))
    if isinstance(picture, BUFFERS):
        if not len(picture):
            raise PictureError("is empty and cannot be read; choose a file that holds a picture")
        return _decode(io.BytesIO(picture))
    if isinstance(picture, Mapping) and {"bytes", "path"} & picture.keys():
        content, path = picture.get("bytes"), picture.get("path")
        if content is None and path is None:
            raise PictureError('is a dict whose "bytes" and "path" are both None')
        return _opened(path if content is None else content)
    if isinstance(picture, np.ndarray):
        return _from_array(picture, _array_advice(picture.shape))
    if _is_tensor(picture):
        array = picture.detach().cpu()
        array = (array.float() if array.is_floating_point() else array).numpy()
        advice = _tensor_advice(array.shape)
        if array.ndim == 3 and array.shape[0] in (1, 3, 4):
            array, advice = np.moveaxis(array, 0, 2), ""
        elif array.ndim == 3:  # channels last, which an array may have
            raise PictureError(f"is a tensor of shape {array.shape}, but {_TENSOR}{advice}")
        return _from_array(array, advice)
    if hasattr(picture, "as_py"):  # an element of a pyarrow column
        return _opened(picture.as_py())
    if hasattr(picture, "read"):
        return _from_open_file(picture)
    raise PictureError(_is_no_picture(picture))


def _is_no_picture(value: object) -> str:
    what = f"is a {type(value).__name__}"
    if value is None or isinstance(value, float) and np.isnan(value):
        what = f"is missing ({value})"
    elif isinstance(value, Mapping):
        keys = _short(", ".join(map(str, value)))
        what = f'is a {type(value).__name__} with the keys {keys} instead of "bytes" or "path"'
    return f"{what}, but a picture is a PIL image, a path, bytes, a numpy array or a torch tensor"


def _regular_file(path: str | os.PathLike) -> str:
    path = os.path.expanduser(os.fsdecode(path))
    if re.match(r"data:|\w[\w+.-]+://", path):
        raise PictureError("is a web address; download the picture and give its file name")
    status = os.stat(path)
    if stat.S_ISDIR(status.st_mode):
        raise PictureError("is a folder; clipkit.data.from_folder reads the pictures in it")
    if not stat.S_ISREG(status.st_mode):  # reading from a pipe or a device might never end
        raise PictureError("is a pipe, a socket or a device; give a file that holds a picture")
    if status.st_size > MOST_BYTES:
        raise PictureError(
            f"has {status.st_size // 10**6:,} MB, but a picture has at most {MOST_BYTES // 10**6}"
        )
    if not status.st_size:
        raise PictureError("is empty and cannot be read; choose a file that holds a picture")
    return path


def _from_open_file(file: Any) -> Image.Image:
    if isinstance(file, io.TextIOBase):
        raise PictureError('is a file opened as text; open it with mode "rb"')
    if not (hasattr(file, "seekable") and file.seekable()):
        raise PictureError("is a stream that cannot be rewound; give what it holds, as bytes")
    with _LOADING:
        return _decode(file)


def _decode(source: Any) -> Image.Image:
    """Open a path or a stream with Pillow."""
    try:
        opened = Image.open(source, formats=_formats())
    except UnidentifiedImageError:
        raise PictureError(f"cannot be read: {_foreign(source)}") from None
    with opened as image:
        if image.format in ("JPEG", "MPO") and image.width * image.height > MOST_PIXELS:
            image.draft(image.mode, (image.width // 2, image.height // 2))
        _fits(*image.size)
        image.load()
        return _upright_rgb(image)


def _formats() -> list[str]:
    """Those of `FORMATS` that Pillow can open here."""
    Image.init()
    return [kind for kind in FORMATS if kind in Image.OPEN]


def _foreign(source: Any) -> str:
    """Return what a file holds that is not a picture."""
    if isinstance(source, str):
        with open(source, "rb") as file:
            return _foreign(file)
    source.seek(0)
    head = source.read(256)
    for offset, magic, what in FOREIGN:
        if re.match(magic, head[offset:]):
            return what
    return "it is not a picture in a format that is opened here: JPEG, PNG, WebP, GIF, TIFF ..."


def _undecoded(pictures: Any) -> Any:
    """Return a column of pictures as it is stored, so that they are opened here and nowhere else.

    `datasets` would open any format that Pillow knows, and would stop at a damaged EXIF tag.
    """
    datasets = sys.modules.get("datasets")
    source, name = getattr(pictures, "source", None), getattr(pictures, "column_name", None)
    features = getattr(source, "features", None)
    if datasets is None or source is None or not isinstance(features, Mapping):
        return pictures
    if not hasattr(source, "cast_column"):
        return pictures
    if features.get(name) != datasets.Image() or getattr(source, "format", {}).get("type"):
        return pictures
    return source.select_columns(name).cast_column(name, datasets.Image(decode=False))[name]


def _open_at(pictures: Any, index: int) -> Image.Image:
    name = f"picture number {index}"
    try:
        picture = pictures[index]
    except Exception as error:  # a sequence that reads a picture only now
        raise PictureError(f"{name} cannot be read: {_reason(error)}") from error
    return open_picture(picture, name)


# --------------------------------------------------------------------------------- to upright RGB
def _fits(width: int, height: int) -> bool:
    """Refuse a picture that has no pixels or too many."""
    if not (width and height):
        raise PictureError(f"is {width} x {height}: it has no pixels")
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
        raise PictureError(
            f"has {width} x {height} pixels; scale it down to at most {MOST_PIXELS // 10**6} "
            f"million, and {MOST_SIDE:,} a side"
        )
    return True


def _upright_rgb(image: Image.Image) -> Image.Image:
    _fits(*image.size)
    try:
        orientation = image.getexif().get(EXIF_ORIENTATION)
    except Exception:  # damaged EXIF says nothing of the picture, which can be seen all the same
        orientation = None
    image = _to_rgb(image)
    # The pixels alone are turned. PIL's own function writes the EXIF data anew, which fails where
    # a camera has mistyped one of its tags.
    turn = UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)


def _to_rgb(image: Image.Image) -> Image.Image:
    """Convert band by band: a conversion has copies in between."""
    if image.mode == "RGB" and not image.has_transparency_data:
        return image
    rows = max(_BAND // image.width, 1)
    bands = [(0, top, image.width, min(top + rows, image.height))
             for top in range(0, image.height, rows)]  # fmt: skip
    factor = None
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        ranges = [_range(np.asarray(image.crop(band))) for band in bands]
        low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
        dtype = np.dtype(np.float32 if image.mode == "F" else np.int32)
        if image.mode == "F" and 1 + TOLERANCE < high <= 255:  # PIL's own scale for "F"
            factor = 1.0 if low >= 0 else _factor(dtype, low, high, _WINDOW)
        else:
            factor = _factor(dtype, low, high, _WINDOW, sixteen=image.mode.startswith("I;16"))
    result = Image.new("RGB", image.size)
    for band in bands:
        result.paste(_band_to_rgb(image.crop(band), factor), band[:2])
    return result


def _band_to_rgb(image: Image.Image, factor: float | None) -> Image.Image:
    if factor is not None:
        return Image.fromarray(_scaled(np.asarray(image), factor)).convert("RGB")
    if image.mode == "LAB":
        srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        return cast(Image.Image, ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB"))
    if image.has_transparency_data:
        if image.mode == "La":  # PIL converts premultiplied grey only to plain LA
            image = image.convert("LA")
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


# ------------------------------------------------------------------------------ numbers to 8 bits
_ARRAY = "it should be (height, width) or (height, width, 1, 3 or 4)"
_TENSOR = "it should be (height, width) or (1, 3 or 4, height, width)"
_WINDOW = "bring them to that range with clipkit.pictures.window(values, low, high)"
_PROCESSED = "give the picture itself, not the output of a processor"


def _from_array(array: np.ndarray, advice: str) -> Image.Image:
    """Return an array (H, W) or (H, W, C) of any type as an RGB picture."""
    array = np.asarray(array)
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise PictureError(f"is an array of shape {array.shape}, but {_ARRAY}{advice}")
    if array.size == 0:
        raise PictureError(f"is an array of shape {array.shape}: it has no pixels")
    _fits(array.shape[1], array.shape[0])
    if array.dtype.kind not in "biuf":
        raise PictureError(f"holds {array.dtype}, but its values should be numbers")
    if array.dtype != np.uint8:
        grey = array.ndim == 2 or array.shape[2] == 1
        hint = _WINDOW if grey else _PROCESSED
        array = _scaled(array, _factor(array.dtype, *_range(array), hint))
    array = np.ascontiguousarray(array[:, :, 0] if array.shape[2:] == (1,) else array)
    return _upright_rgb(Image.fromarray(array))


def _range(array: np.ndarray) -> tuple[float, float]:
    return float(array.min()), float(array.max())


def _factor(dtype: np.dtype, low: float, high: float, hint: str, sixteen: bool = False) -> float:
    """Return what values from low to high are multiplied with to be 8 bits."""
    if dtype.kind == "b" or (dtype.kind == "f" and low >= -TOLERANCE and high <= 1 + TOLERANCE):
        return 255.0
    sixteen = sixteen or dtype == np.uint16
    if dtype.kind in "iu" and low >= 0 and high <= 255 and not sixteen:
        return 1.0
    if dtype.kind in "iu" and low >= 0 and high <= 65_535:
        if 0 < high < 2**14:
            warn(
                "a picture of 16 bits uses less than a quarter of their range, as 12-bit films do, "
                f"so that it is nearly black; {_WINDOW}"
            )
        return 1 / 257
    expected = "floats from 0 to 1" if dtype.kind == "f" else "integers from 0 to 255 (or to 65535)"
    raise PictureError(
        f"holds values from {low:.4g} to {high:.4g}, but {dtype} values should be {expected}; "
        f"{hint}"
    )


def _scaled(array: np.ndarray, factor: float) -> np.ndarray:
    if factor == 1:
        return array.clip(0, 255).astype(np.uint8)
    array = array if array.dtype.kind == "f" else array.astype(np.float32)
    return np.rint(array * factor).clip(0, 255).astype(np.uint8)


def _array_advice(shape: tuple[int, ...]) -> str:
    if len(shape) == 3 and shape[0] in (1, 3, 4):
        return "; np.moveaxis(array, 0, 2) moves the channels last"
    if len(shape) == 3:
        return "; a stack of grey pictures is array[..., None]"
    return ""


def _tensor_advice(shape: tuple[int, ...]) -> str:
    if len(shape) == 3 and shape[2] in (1, 3, 4):
        return "; tensor.permute(2, 0, 1) moves the channels first"
    if len(shape) == 3:
        return "; a stack of grey pictures is tensor[:, None]"
    return ""


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")  # opening pictures does not need torch
    return torch is not None and isinstance(value, torch.Tensor)


# --------------------------------------------------------------------------------------- messages
def _label(picture: Any, name: str) -> str:
    path: Any = None
    if isinstance(picture, (str, os.PathLike)):
        path = os.fsdecode(picture)
    elif isinstance(picture, Mapping):
        path = picture.get("path")
    elif isinstance(picture, Image.Image) or hasattr(picture, "read"):
        path = getattr(picture, "filename", None) or getattr(picture, "name", None)
    return f'{name} ("{_short(str(path))}")' if path else name


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, Image.DecompressionBombError):
        return f"it has far more than {MOST_PIXELS // 10**6} million pixels; scale it down"
    if isinstance(error, MemoryError):
        return "it does not fit into the memory"
    return _short(str(error).split("\n")[0] or type(error).__name__)


def _short(text: str) -> str:
    """Return a text that can be printed on part of a line, whatever it holds."""
    text = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
