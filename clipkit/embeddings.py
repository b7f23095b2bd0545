"""Embeddings as others hand them over: checked, and brought to unit length."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


def unit_rows(values: Any, name: str) -> torch.Tensor:
    """Check a matrix and return it as float32 with rows of unit length.

    Parameters
    ----------
    values : torch.Tensor or array_like of float, shape (n, d)
        Rows that are of unit length already are kept to the last digit.
    name : str
        What messages call the argument.

    Raises
    ------
    ValueError
        If it is no matrix of numbers, or a row is all zeros or holds NaN or infinity.

    Examples
    --------
    >>> unit_rows([[3, 4]], "queries")
    tensor([[0.6000, 0.8000]])
    """
    if isinstance(values, str) or (
        isinstance(values, (list, tuple)) and any(isinstance(value, str) for value in values)
    ):
        raise ValueError(f"{name} are texts; encode them first: clip.encode_texts(texts)")
    rows = as_tensor(values, name).detach()
    if rows.ndim != 2 or not rows.shape[1]:
        hint = f"; a single one is {name}[None]" if rows.ndim == 1 and len(rows) else ""
        raise ValueError(
            f"{name} have the shape {tuple(rows.shape)}, but it should be (n, d), a row an "
            f"item{hint}"
        )
    lengths = rows.norm(dim=1)
    wrong = ~(lengths.isfinite() & (lengths > 0))
    if wrong.any():
        row = int(wrong.nonzero()[0, 0])
        what = "is all zeros" if lengths[row] == 0 else "holds NaN or infinity"
        raise ValueError(f"row {row} of {name} {what}; no cosine is defined for it")
    if ((lengths - 1).abs() < 1e-3).all():
        return rows  # unchanged to the last digit
    return rows / lengths[:, None]


def as_tensor(values: Any, name: str) -> torch.Tensor:
    """Return numbers as a float32 tensor, on the device and in the graph where they are.

    Raises
    ------
    ValueError
        If they are none.
    """
    try:
        if isinstance(values, (list, tuple)) and any(map(torch.is_tensor, values)):
            values = torch.stack([torch.as_tensor(value) for value in values])
        if not torch.is_tensor(values):
            if np.ma.is_masked(values):
                raise TypeError("some of them are masked")
            if np.iscomplexobj(values):
                raise TypeError("they are complex")
            values = torch.from_numpy(np.array(values, dtype=np.float32))
        if values.is_complex():
            raise TypeError("they are complex")
        if values.is_meta:
            raise TypeError("it is a tensor of shapes alone")
        return values.to_dense().float()
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise ValueError(
            f"{name} should be a matrix of numbers, a row an item, but cannot be read as one: "
            f"{str(error).splitlines()[0]}"
        ) from None
