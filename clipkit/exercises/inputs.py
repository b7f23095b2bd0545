"""What the checks of several lessons draw and measure: random vectors, lengths and distances."""

import math
from typing import Any

import numpy as np


def whole(rng: np.random.Generator, *shape: int) -> Any:
    """Draw different small whole numbers (float32): vectors that one can check by hand."""
    drawn = rng.permutation(np.arange(1, 10))[: math.prod(shape)].reshape(shape)
    return (drawn * rng.choice([-1, 1], shape)).astype(np.float32)


def vectors(rng: np.random.Generator, *shape: int) -> Any:
    """Draw vectors (float32) whose lengths differ by a factor of up to ten."""
    lengths = 10 ** rng.uniform(-0.5, 0.5, (*shape[:-1], 1))
    return (unit(rng, *shape) * lengths).astype(np.float32)


def unit(rng: np.random.Generator, *shape: int) -> Any:
    """Draw vectors (float32) of unit length, spread evenly over all directions."""
    drawn = rng.normal(size=shape)
    return (drawn / np.linalg.norm(drawn, axis=-1, keepdims=True)).astype(np.float32)


def distances(a: Any, b: Any) -> Any:
    """Return the (n, m) Euclidean distances between the rows of `a` and of `b`."""
    return np.linalg.norm(a[:, None].astype(float) - b[None].astype(float), axis=-1)


def unit_rows(array: Any) -> Any:
    """Return the rows of an array, each divided by its length."""
    return array / np.linalg.norm(array, axis=-1, keepdims=True)
