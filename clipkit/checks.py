"""What measures accept: each argument checked, and named with its row where it is wrong.

A measure of NaN, of labels that are no labels, or of columns that do not belong together would
come out as a plausible number. These functions turn what a caller hands over (lists, arrays,
columns of a table or of a data set, tensors) into plain arrays, by position, or say in a sentence
why they cannot. scikit-learn checks the same things, but does not say in which row.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def numbers(values: ArrayLike, name: str, shape: str = "n", low: float = -np.inf,
            high: float = np.inf) -> NDArray[np.floating]:  # fmt: skip
    """Return values as an array of finite floats.

    Parameters
    ----------
    values : array-like of float, int or bool
        float32 and float64 are kept, so that a large matrix is not copied; all else becomes
        float64.
    name : str
        The argument's name, for the error.
    shape : {"n", "n, m"}
        One value an item, or a row of values an item.
    low, high : float
        The range; what leaves it by a rounding error is set to its end.

    Raises
    ------
    ValueError
        If there are none, if the shape is another one, or if a value is missing, infinite, out of
        range or not a number.

    Examples
    --------
    >>> numbers([1, 2.5], "y_score")
    array([1. , 2.5])
    >>> numbers([1, float("nan")], "y_score")
    Traceback (most recent call last):
    ...
    ValueError: y_score holds nan in row 1; every value should be a finite number
    """
    array = as_array(values, name)
    _refuse_other_shapes(array, name, shape)
    if array.dtype.kind == "O":
        _refuse_odd_entries(array, name, (Real, np.bool_), "a number")
    if array.dtype.kind not in "biufO":
        kinds = {"U": "text", "T": "text", "S": "bytes", "c": "complex numbers"}
        raise ValueError(
            f"{name} holds {kinds.get(array.dtype.kind, array.dtype)}, but it should hold numbers"
        )
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float64)
    with np.errstate(all="ignore"):
        total = array.sum(dtype=np.float64)  # needs no memory of the matrix's size
    if not np.isfinite(total):
        refuse_where(~np.isfinite(array), array, name, "every value should be a finite number")
    if low > -np.inf or high < np.inf:
        slack = 1e-6 * max(1.0, *(abs(end) for end in (low, high) if np.isfinite(end)))
        outside = (array < low - slack) | (array > high + slack)
        refuse_where(outside, array, name, f"every value should be from {low:g} to {high:g}")
        array = np.clip(array, low, high)
    return array


def binary(values: ArrayLike, name: str, shape: str = "n") -> NDArray[np.bool_]:
    """Return values that are True or False, or 1 and 0, as booleans.

    Raises
    ------
    ValueError
        As `numbers`, and if a value is neither 0 nor 1.

    Examples
    --------
    >>> binary([0, -1, 1], "y_true")
    Traceback (most recent call last):
    ...
    ValueError: y_true holds -1 in row 1; every value should be True or False, or 1 or 0
    """
    array = numbers(values, name, shape)
    wanted = "every value should be True or False, or 1 or 0"
    refuse_where((array != 0) & (array != 1), array, name, wanted)
    return array == 1


def labels(values: ArrayLike, name: str) -> NDArray:
    """Return the labels of n items, all text or all whole numbers.

    Raises
    ------
    ValueError
        If there are none, if the shape is not (n,), or if a label is missing or of another kind
        than the rest.

    Examples
    --------
    >>> labels(["mug", None], "y_true")
    Traceback (most recent call last):
    ...
    ValueError: y_true holds None in row 1; every entry should be text, as the first one is
    """
    values = list(values) if isinstance(values, Iterator) else values  # is read twice
    array = as_array(values, name)
    if array.dtype.kind in "US" and not isinstance(values, np.ndarray):
        # NumPy has made text of all entries, of a missing one too; as objects they are themselves.
        array = as_array(values, name, object)
    _refuse_other_shapes(array, name, "n")
    if array.dtype.kind == "O" and isinstance(array[0], str):
        _refuse_odd_entries(array, name, str, "text, as the first one is")
    elif array.dtype.kind not in "UTbiu":  # whole numbers stay whole: a patient's may be long
        array = numbers(array, name)
    return array


def same_kind(first: NDArray, second: NDArray, names: tuple[str, str]) -> None:
    """Refuse labels of which one is text and the other a number: they never agree.

    Raises
    ------
    ValueError
        If they are of different kinds.
    """
    text = [array.dtype.kind in "UTO" for array in (first, second)]
    if text[0] != text[1]:
        a, b = names if text[0] else names[::-1]
        raise ValueError(
            f"{a} holds text and {b} numbers, which are never equal; for a column of class labels, "
            "dataset.features[column].int2str(numbers) gives the names"
        )


def same_length(**arrays: NDArray) -> None:
    """Refuse arrays that do not have a row for each item.

    Raises
    ------
    ValueError
        If their lengths differ.

    Examples
    --------
    >>> same_length(y_true=np.zeros(3), y_pred=np.zeros(2))
    Traceback (most recent call last):
    ...
    ValueError: y_true has 3 rows and y_pred has 2; there should be one for each item
    """
    if len({len(array) for array in arrays.values()}) > 1:
        (first, n), *others = ((name, len(array)) for name, array in arrays.items())
        rest = " and ".join(f"{name} has {count}" for name, count in others)
        raise ValueError(f"{first} has {n} rows and {rest}; there should be one for each item")


def whole(value: int, name: str, low: int, high: int | None = None) -> int:
    """Return a whole number within its range.

    Raises
    ------
    ValueError
        If it is not a whole number, or out of range.

    Examples
    --------
    >>> whole(0, "k", 1, 5)
    Traceback (most recent call last):
    ...
    ValueError: k is 0, but it should be a whole number from 1 to 5
    """
    wanted = f"of at least {low}" if high is None else f"from {low} to {high}"
    try:
        number = operator.index(value)
    except TypeError:
        number = low - 1
    if isinstance(value, (bool, np.bool_)) or number < low or (high is not None and number > high):
        raise ValueError(f"{name} is {shown(value)}, but it should be a whole number {wanted}")
    return number


def shown(value: object) -> str:
    """Return what a message calls a value: itself if it is short, else its type.

    Examples
    --------
    >>> shown(-1), shown("mug"), shown(np.eye(3)), shown(10**400)
    ('-1', "'mug'", 'a ndarray', 'a int')
    """
    plain = value is None or isinstance(value, (str, bytes, Real))
    try:
        text = repr(value) if plain else ""
    except ValueError:  # a whole number of thousands of digits
        text = ""
    return text if 0 < len(text) <= 60 else f"a {type(value).__name__}"


def seed(value: int) -> int:
    """Return a seed that NumPy, scikit-learn and PyTorch all take.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> seed(-1)
    Traceback (most recent call last):
    ...
    ValueError: seed is -1, but it should be a whole number from 0 to 4294967295
    """
    return whole(value, "seed", 0, 2**32 - 1)


def number(value: float, name: str, low: float | None = None, high: float | None = None) -> float:
    """Return a single number, which may be infinite where no range is given.

    Raises
    ------
    ValueError
        If it is none (text, NaN or an array), or out of range.

    Examples
    --------
    >>> number(float("nan"), "threshold")
    Traceback (most recent call last):
    ...
    ValueError: threshold is nan, but it should be a number
    >>> number(1.5, "diversity", 0, 1)
    Traceback (most recent call last):
    ...
    ValueError: diversity is 1.5, but it should be a number from 0 to 1
    """
    try:
        alone = np.ndim(value) == 0 and not isinstance(value, (str, bytes))
        single = float(value) if alone else np.nan
    except (TypeError, ValueError, RuntimeError, OverflowError):
        single = np.nan
    outside = low is not None and not (
        np.isfinite(single) and low <= single <= (np.inf if high is None else high)
    )
    if np.isnan(single) or outside:
        wanted = "" if low is None else f" of at least {low:g}"
        wanted = wanted if high is None else f" from {low:g} to {high:g}"
        raise ValueError(f"{name} is {shown(value)}, but it should be a number{wanted}")
    return single


def positive(value: float, name: str) -> float:
    """Return a finite number above 0.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> positive(-1, "epochs")
    Traceback (most recent call last):
    ...
    ValueError: epochs is -1, but it should be a number above 0
    """
    try:
        single = np.nan if isinstance(value, bool) or not isinstance(value, Real) else float(value)
    except OverflowError:
        single = np.inf
    if not 0 < single < np.inf:
        raise ValueError(f"{name} is {shown(value)}, but it should be a number above 0")
    return single


def one_of(value: Any, name: str, options: Iterable[str]) -> str:
    """Return one of some words.

    Raises
    ------
    ValueError
        If it is another.

    Examples
    --------
    >>> one_of("C", "hospital", ["A", "B"])
    Traceback (most recent call last):
    ...
    ValueError: hospital is 'C', but it should be one of: A, B
    """
    options = list(options)
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name} is {shown(value)}, but it should be one of: {', '.join(options)}")
    return value


def by_name(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a dict that is not empty.

    Raises
    ------
    TypeError
        If it is none.
    ValueError
        If it is empty.

    Examples
    --------
    >>> by_name([1, 2], "lines")
    Traceback (most recent call last):
    ...
    TypeError: lines is a list, but it should be a dict by name
    """
    if not hasattr(value, "items"):  # a column or a table of pandas has names, too
        raise TypeError(f"{name} is a {type(value).__name__}, but it should be a dict by name")
    if not len(value):
        raise ValueError(f"{name} is empty; it should hold at least one name")
    return value


def text(value: str, name: str) -> str:
    """Return a text.

    Raises
    ------
    TypeError
        If it is none.

    Examples
    --------
    >>> text(None, "report")
    Traceback (most recent call last):
    ...
    TypeError: report is a NoneType, but it should be a text
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} is a {type(value).__name__}, but it should be a text")
    return value


def path(value: str | os.PathLike, name: str) -> Path:
    """Return a path, "~" replaced by the home folder.

    Raises
    ------
    TypeError
        If it is neither a text nor a path.
    ValueError
        If it is empty, which Python takes for the folder in which it runs, or cannot be a path.

    Examples
    --------
    >>> path("", "folder")
    Traceback (most recent call last):
    ...
    ValueError: folder is empty; "." is the folder in which Python runs
    """
    if not isinstance(value, (str, bytes, os.PathLike)):
        raise TypeError(f"{name} is a {type(value).__name__}, but it should be a text or a path")
    written = os.fsdecode(value)
    if not written.strip():
        raise ValueError(f'{name} is empty; "." is the folder in which Python runs')
    try:
        encoded = os.fsencode(written)
    except UnicodeEncodeError:
        encoded = b"\0"
    if b"\0" in encoded:
        raise ValueError(f"{name} is {written!r}, which holds a character that no path may hold")
    try:
        return Path(written).expanduser()
    except RuntimeError as error:  # no home is known
        raise ValueError(f'{name} is "{written}", but {error}') from None


def pair(value: Any, name: str) -> None:
    """Refuse what is no pair of embeddings and labels.

    Raises
    ------
    ValueError
        If it is none.
    """
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        kind = type(value).__name__
        raise ValueError(f"{name} is a {kind}, but it should be a pair (embeddings, labels)")


def columns(values: ArrayLike, name: str, n_columns: int) -> NDArray[np.intp]:
    """Return the numbers of columns, counted from 0.

    Raises
    ------
    ValueError
        If one is not a whole number, or there is no such column; also of True and False, which
        say of each column whether it is meant, and would be taken for the first two.
    """
    given = as_array(values, name)
    array = numbers(given, name)
    if given.dtype.kind == "b":
        raise ValueError(
            f"{name} holds True and False, but it should hold numbers of columns, from 0 to "
            f"{n_columns - 1}; np.flatnonzero(mask) gives those of a mask"
        )
    wrong = (array != np.floor(array)) | (array < 0) | (array >= n_columns)
    wanted = f"every value should be the number of a column, from 0 to {n_columns - 1}"
    refuse_where(wrong, array, name, wanted)
    return array.astype(np.intp)


def refuse_where(
    wrong: NDArray[np.bool_], array: NDArray, name: str, wanted: str, entry: str = ""
) -> None:
    """Raise for the first wrong entry, which is named by its row (and column).

    Parameters
    ----------
    wrong : array of bool
        Of the array's shape.
    array : array
    name : str
        The argument's name.
    wanted : str
        What every entry should be.
    entry : str
        What the wrong entry is called; by default by its value.

    Raises
    ------
    ValueError
        If an entry is wrong.
    """
    if wrong.any():
        place = tuple(int(number) for number in np.argwhere(wrong)[0])
        value = array[place]
        entry = entry or (f"{value:g}" if isinstance(value, np.number) else repr(value))
        where = " and column ".join(map(str, place))
        raise ValueError(f"{name} holds {entry:.40} in row {where}; {wanted}")


def as_array(values: Any, name: str, dtype: type | None = None) -> NDArray:
    """Return values as an array, by position; a tensor is taken off its graph and its device.

    Raises
    ------
    ValueError
        If they are one value, have no order, or are masked in part.

    Examples
    --------
    >>> as_array({"mug", "vase"}, "y_true")
    Traceback (most recent call last):
    ...
    ValueError: y_true is a set, which has no order; give a list or an array
    """
    if hasattr(values, "detach"):
        try:
            tensor = values.detach().cpu()
        except NotImplementedError as error:  # one of shapes alone
            raise ValueError(f"{name} cannot be read as an array: {error}") from error
        values = tensor.float() if tensor.is_floating_point() and tensor.itemsize < 4 else tensor
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        row = int(np.argwhere(np.ma.getmaskarray(values))[0][0])
        raise ValueError(f"{name} is masked in row {row}; every value should be there")
    _refuse_no_items(values, name)
    if not hasattr(values, "__array__") and not isinstance(values, Sequence):
        values = list(values)
    try:
        entries = np.asarray(values, dtype)
    except (ValueError, TypeError, RuntimeError) as error:
        raise ValueError(f"{name} cannot be read as an array: {error}") from error
    if entries.ndim == 0 or len(entries) == 0:
        raise ValueError(f"{name} is empty; a measure needs at least one item")
    return entries


def items(values: Iterable[Any], name: str) -> list[Any]:
    """Return anything that holds items in an order as a list, by position.

    Raises
    ------
    ValueError
        If it is one value, or has no order.

    Examples
    --------
    >>> items({"mug", "vase"}, "names")
    Traceback (most recent call last):
    ...
    ValueError: names is a set, which has no order; give a list or an array
    """
    _refuse_no_items(values, name)
    return list(values)


def _refuse_no_items(values: Any, name: str) -> None:
    kind = type(values).__name__
    if isinstance(values, (set, frozenset, Mapping)):
        raise ValueError(f"{name} is a {kind}, which has no order; give a list or an array")
    single = isinstance(values, (str, bytes, type)) or getattr(values, "shape", None) == ()
    if single or not hasattr(values, "__iter__"):
        raise ValueError(f"{name} is a {kind}, not a list or an array of values")


def _refuse_other_shapes(array: NDArray, name: str, shape: str) -> None:
    if array.ndim != len(shape.split(",")):
        wanted = {"n": "(n,), a value for each item", "n, m": "(n, m), a row for each item"}[shape]
        advice = "; .ravel() makes a column flat" if array.ndim == 2 and 1 in array.shape else ""
        raise ValueError(f"{name} has the shape {array.shape}, but it should be {wanted}{advice}")
    if array.size == 0:
        raise ValueError(f"{name} has the shape {array.shape}, without a column")


def _refuse_odd_entries(
    array: NDArray, name: str, kind: type | tuple[type, ...], wanted: str
) -> None:
    wrong = [not isinstance(entry, kind) for entry in array.flat]
    refuse_where(np.reshape(wrong, array.shape), array, name, f"every entry should be {wanted}")
