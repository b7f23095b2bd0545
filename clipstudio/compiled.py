"""The studio's compiled parts: whether they are on disk, and how to make them so."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from clipstudio import kernels, xray_kernels
from clipstudio.chest import Patient
from clipstudio.product import Product, photograph
from clipstudio.xray import radiograph


def is_compiled() -> bool:
    """Whether this machine has compiled the studio before (numba's cache files exist).

    Examples
    --------
    >>> import clipstudio
    >>> clipstudio.warm_up(print)
    >>> clipstudio.is_compiled()
    True
    """
    used = (kernels.shade_samples, kernels.trace_samples, xray_kernels.distances_to_part)
    return all(any(Path(f.stats.cache_path).glob(f"*{f.py_func.__qualname__}-*.nbi")) for f in used)


def _to_terminal(message: str) -> None:
    """Say something to a person at a terminal; notebooks and logs stay as they are."""
    if sys.stderr.isatty():
        print(message, file=sys.stderr)


def warm_up(tell: Callable[[str], object] = _to_terminal) -> None:
    """Compile the studio, or load what was compiled before.

    The first picture on a machine compiles about 100 small functions; they are kept on disk.
    Call this to have the wait where you want it.

    Parameters
    ----------
    tell : callable
        Gets one sentence if something has to be compiled; by default it goes to the terminal, if
        there is one.
    """
    if not is_compiled():
        tell("Compiling the studio's renderer, once on this machine: one to two minutes.")
    photograph(Product.random(0, category="mug"), size=16)
    photograph(Product.random(0, category="t-shirt"), size=16)
    radiograph(Patient.random(0), size=16)
