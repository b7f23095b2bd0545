"""Open pictures of every kind, as upright RGB pictures on white.

A picture may be a PIL image of any mode, a path, encoded bytes, a numpy array, a torch tensor or
an undecoded row of a `datasets` column. Many pictures may be a list, an array with one more
dimension, a column of a data set (read row by row) or a generator. This module knows pictures
only; what a model makes of them stands in `clipkit.model`.
"""

import io
import os
import threading
from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageCms, ImageOps

EXIF_ORIENTATION = 0x0112
# PIL decodes a lazily opened image in place; two threads must not do so to the same one.
_LOADING = threading.Lock()


class PictureError(ValueError):
    """A picture that cannot be read; the message names it and says why."""


def open_picture(picture, name="the picture"):
    """Return one picture as an upright RGB image.

    Transparency is laid onto white, EXIF rotation is applied, 16-bit and floating-point values
    are scaled to 8 bits, and an animation gives its first frame.

    Parameters
    ----------
    picture : PIL.Image.Image, str, os.PathLike, bytes, numpy.ndarray, torch.Tensor or dict
        Arrays are (H, W), (H, W, 1), (H, W, 3) or (H, W, 4): channels last, as matplotlib and
        scikit-image have them. Tensors are (H, W) or (1, 3 or 4, H, W): channels first, as torch
        has them. Values are uint8 or uint16 over their range, bool, or floats from 0 to 1. A
        dict holds "bytes" or "path", as `datasets` stores an undecoded image.
    name : str
        What messages call the picture when it has no file name of its own.

    Returns
    -------
    PIL.Image.Image
        Mode RGB.

    Raises
    ------
    PictureError
        If the file is missing or damaged, or the values cannot be a picture.

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
        if isinstance(picture, Image.Image):
            with _LOADING:
                picture.load()
            return _to_rgb(picture)
        if isinstance(picture, (str, os.PathLike)):
            return _open_file(picture, name)
        if isinstance(picture, (bytes, bytearray)):
            return _open_stream(io.BytesIO(picture))
        if isinstance(picture, dict) and {"bytes", "path"} & picture.keys():
            if picture.get("bytes") is not None:
                return _open_stream(io.BytesIO(picture["bytes"]))
            return _open_file(picture["path"], name)
        if isinstance(picture, np.ndarray):
            return Image.fromarray(_array_to_rgb(picture, name))
        if _is_tensor(picture):
            array = picture.detach().cpu()
            array = array.float().numpy() if array.is_floating_point() else array.numpy()
            return Image.fromarray(_array_to_rgb(_channels_last(array, name), name))
    except PictureError:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        path = os.fspath(picture) if _is_path(picture) else getattr(picture, "filename", "")
        label = f'{name} ("{path}")' if path else name
        raise PictureError(f"{label} cannot be read: {_reason(error)}") from error
    raise PictureError(
        f"{name} is a {type(picture).__name__}, but a picture is a PIL image, a path, bytes, "
        "a numpy array or a torch tensor"
    )


def is_one_picture(pictures):
    """Whether the argument is a single picture rather than many.

    Examples
    --------
    >>> is_one_picture("mug.jpg"), is_one_picture(["mug.jpg"])
    (True, False)
    """
    if isinstance(pictures, np.ndarray) or _is_tensor(pictures):
        return pictures.ndim in (2, 3)
    return isinstance(pictures, (Image.Image, str, os.PathLike, bytes, bytearray, dict))


def getters(pictures):
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
    """
    if is_one_picture(pictures):
        yield lambda: open_picture(pictures)
        return
    if isinstance(pictures, Iterable) and not isinstance(pictures, (set, frozenset)):
        if hasattr(pictures, "__len__") and hasattr(pictures, "__getitem__"):
            if hasattr(pictures, "column_names"):
                raise PictureError(
                    "pictures is a whole data set; give its column of pictures, for example "
                    'dataset["image"]'
                )
            for index in range(len(pictures)):
                yield lambda index=index: open_picture(
                    _take(pictures, index), f"picture number {index}"
                )
        else:
            for index, picture in enumerate(pictures):
                yield lambda picture=picture, index=index: open_picture(
                    picture, f"picture number {index}"
                )
        return
    raise PictureError(
        f"pictures is a {type(pictures).__name__}, but it should be a picture, a list of pictures, "
        "a column of a data set or a generator"
    )


def _take(pictures, index):
    try:
        return pictures[index]
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        # a column of a data set decodes its picture here
        raise PictureError(f"picture number {index} cannot be read: {_reason(error)}") from error


def _open_file(path, name):
    path = os.path.expanduser(os.fspath(path))
    if path.startswith(("http://", "https://")):
        raise PictureError(
            f'{name} ("{path}") is a web address; download the picture and give its file name'
        )
    if os.path.isdir(path):
        raise PictureError(
            f'{name} ("{path}") is a folder; clipkit.data.from_folder reads the pictures in it'
        )
    return _open_stream(path)


def _open_stream(source):
    with Image.open(source) as image:
        return _to_rgb(image)


def _to_rgb(image):
    image.load()
    if image.getexif().get(EXIF_ORIENTATION, 1) != 1:
        image = ImageOps.exif_transpose(image)
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        values = np.asarray(image)
        if image.mode == "F" and values.max() > 1:  # PIL's own scale for "F" is 0 to 255
            values = values / 255
        return Image.fromarray(_array_to_rgb(values, f"the picture of mode {image.mode}"))
    if image.mode == "LAB":
        srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        return ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
    if image.has_transparency_data:
        if image.mode == "La":  # PIL converts premultiplied grey only to plain LA
            image = image.convert("LA")
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _array_to_rgb(array, name):
    """Check an array (H, W) or (H, W, C) of any type and return it as (H, W, 3) uint8."""
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise PictureError(
            f"{name} is an array of shape {array.shape}, but it should be (height, width) or "
            "(height, width, 1, 3 or 4)" + _advice(array.shape)
        )
    if array.size == 0:
        raise PictureError(f"{name} is an array of shape {array.shape}: it has no pixels")
    array = _to_8_bits(array, name)
    if array.ndim == 2:
        array = array[:, :, None]
    if array.shape[2] == 4:
        return np.asarray(_to_rgb(Image.fromarray(array, "RGBA")))
    return np.ascontiguousarray(np.broadcast_to(array, (*array.shape[:2], 3)))


def _advice(shape):
    if len(shape) == 3 and shape[0] in (1, 3, 4):
        return "; np.moveaxis(array, 0, 2) moves the channels last"
    return ""


def _to_8_bits(array, name):
    kind = array.dtype.kind
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    if kind == "b":
        return array.astype(np.uint8) * 255
    if kind not in "iuf":
        raise PictureError(f"{name} holds {array.dtype}, but its values should be numbers")
    low, high = array.min(), array.max()
    if kind == "f" and low >= 0 and high <= 1:
        return np.rint(array * 255).astype(np.uint8)
    if kind in "iu" and low >= 0:
        if array.dtype.itemsize == 2 and kind == "u":
            return np.rint(array / 257).astype(np.uint8)
        if high <= 255:
            return array.astype(np.uint8)
        if high <= 65535:
            return np.rint(array / 257).astype(np.uint8)
    expected = "floats from 0 to 1" if kind == "f" else "integers from 0 to 255 (or to 65535)"
    raise PictureError(
        f"{name} holds values from {low:.4g} to {high:.4g}, but {array.dtype} values should be "
        f"{expected}; give the picture itself, not the output of a processor"
    )


def _channels_last(array, name):
    """Turn a tensor's (C, H, W) into (H, W, C)."""
    if array.ndim == 2:
        return array
    if array.ndim != 3 or array.shape[0] not in (1, 3, 4):
        advice = ""
        if array.ndim == 3 and array.shape[2] in (1, 3, 4):
            advice = "; tensor.permute(2, 0, 1) moves the channels first"
        raise PictureError(
            f"{name} is a tensor of shape {tuple(array.shape)}, but a tensor should be "
            f"(height, width) or (1, 3 or 4, height, width){advice}"
        )
    return np.moveaxis(array, 0, 2)


def _is_tensor(value):
    # by name, so that opening pictures does not need torch
    return type(value).__module__.split(".")[0] == "torch" and hasattr(value, "detach")


def _is_path(value):
    return isinstance(value, (str, os.PathLike))


def _reason(error):
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, Image.UnidentifiedImageError):
        return "it is not a picture in a format that Pillow knows"
    return str(error) or type(error).__name__
