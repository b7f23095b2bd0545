"""Plain data as messages of limited size, between the grader and a process that it does not trust.

No pickle: reading a message can build numbers, texts, arrays, lists, tuples and dicts, nothing
else. A message is two lengths, a JSON text, and the bytes of its arrays. Lengths, the number of
entries, types and shapes are checked before anything is built of them.
"""

import json
import math
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

LENGTHS = struct.Struct(">II")
TEXT = 4 * 2**20  # bytes of the JSON text
DATA = 64 * 2**20  # bytes of the arrays; a submission travels as one
ENTRIES = 250_000  # numbers, texts, lists and the like, counted by what separates them
DIMENSIONS = 8
DTYPES = frozenset(
    [
        "|b1",
        "|i1",
        "|u1",
        *(f"<{kind}{size}" for kind in "iu" for size in (2, 4, 8)),
        "<f2",
        "<f4",
        "<f8",
    ]  # fmt: skip
)


def dump(value: object) -> bytes:
    """Write `value` as one message.

    >>> dump({"call": (1, np.zeros(1, "float32"))})[LENGTHS.size:]
    b'{"dict": {"call": {"tuple": [1, {"array": "<f4", "shape": [1]}]}}}\\x00\\x00\\x00\\x00'

    Raises
    ------
    TypeError
        If it holds what cannot be sent.
    ValueError
        If it is larger than a message may be.
    """
    arrays: list[bytes] = []
    text = json.dumps(_encode(value, arrays)).encode()
    data = b"".join(arrays)
    _check_lengths(len(text), len(data))
    _check_entries(text)
    return LENGTHS.pack(len(text), len(data)) + text + data


def read(take: Callable[[int], bytes], data: int = DATA) -> object:
    """Read one message.

    Parameters
    ----------
    take : callable
        ``take(n)`` returns the next n bytes, or fewer at the end.
    data : int
        How many bytes of arrays are accepted.

    Raises
    ------
    EOFError
        If there is no further message.
    ValueError
        If the message is not one that `dump` could have written.
    """
    head = take(LENGTHS.size)
    if not head:
        raise EOFError
    if len(head) < LENGTHS.size:
        raise ValueError("the message is cut off")
    text_length, data_length = LENGTHS.unpack(head)
    _check_lengths(text_length, data_length, data)
    text, arrays = take(text_length), take(data_length)
    if len(text) < text_length or len(arrays) < data_length:
        raise ValueError("the message is cut off")
    _check_entries(text)
    rest = _Bytes(arrays)
    try:
        value = _decode(json.loads(text), rest)
    except (KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError("the message is not in the form that dump writes") from error
    if rest.left:
        raise ValueError("the message has more bytes than its arrays")
    return value


def _check_lengths(text: int, data: int, most: int = DATA) -> None:
    if text > TEXT or data > most:
        raise ValueError(f"a message holds at most {TEXT} bytes of text and {most} of arrays")


def _check_entries(text: bytes) -> None:
    if sum(map(text.count, (b",", b"[", b"{"))) > ENTRIES:
        raise ValueError(f"a message holds at most {ENTRIES} entries")


def _encode(value: Any, arrays: list[bytes]) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray) and value.dtype.kind == "U":
        return {"texts": value.tolist()}
    if isinstance(value, np.ndarray):
        value = np.ascontiguousarray(value).reshape(value.shape)
        if value.dtype.newbyteorder("<").str not in DTYPES:
            raise TypeError(f"cannot send an array of {value.dtype}")
        value = value.astype(value.dtype.newbyteorder("<"))
        arrays.append(value.tobytes())
        return {"array": value.dtype.str, "shape": list(value.shape)}
    if isinstance(value, list):
        return [_encode(item, arrays) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [_encode(item, arrays) for item in value]}
    if isinstance(value, dict):
        return {"dict": {str(key): _encode(item, arrays) for key, item in value.items()}}
    raise TypeError(f"cannot send a {type(value).__name__}")


def _decode(value: Any, rest: "_Bytes") -> object:
    if isinstance(value, list):
        return [_decode(item, rest) for item in value]
    if not isinstance(value, dict):
        return value
    (kind,) = value.keys() - {"shape"}  # exactly one; ValueError otherwise
    if kind == "array":
        return rest.array(value["array"], value["shape"])
    if kind == "texts":
        return _texts(value["texts"])
    if kind == "tuple" and isinstance(value["tuple"], list):
        return tuple(_decode(item, rest) for item in value["tuple"])
    return {key: _decode(item, rest) for key, item in value["dict"].items()}


def _texts(items: object) -> np.ndarray:
    array = np.array(items, dtype=object)
    if not all(isinstance(item, str) for item in array.flat) or array.ndim > DIMENSIONS:
        raise ValueError("an array of texts on the wire holds texts")
    longest = max(map(len, array.flat), default=1)
    if array.size * longest > DATA // 4:  # numpy gives each text the room of the longest
        raise ValueError("an array of texts on the wire is too large")
    return array.astype(str)


class _Bytes:
    """The bytes of a message's arrays, of which each array takes its part."""

    def __init__(self, data: bytes):
        self.data, self.left = data, len(data)

    def array(self, dtype: Any, shape: Any) -> np.ndarray:
        if dtype not in DTYPES:
            raise ValueError("an array on the wire holds plain numbers")
        if (
            not isinstance(shape, list)
            or len(shape) > DIMENSIONS
            or not all(type(size) is int and 0 <= size <= DATA for size in shape)
        ):
            raise ValueError("the shape of an array on the wire is a short list of lengths")
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if size > self.left:
            raise ValueError("an array on the wire has more numbers than there are bytes")
        start = len(self.data) - self.left
        self.left -= size
        return np.frombuffer(self.data, dtype, math.prod(shape), start).reshape(shape).copy()
