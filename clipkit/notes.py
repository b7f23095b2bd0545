"""Warnings: what to know of an input besides the result, in one sentence.

>>> import warnings
>>> with warnings.catch_warnings(record=True) as caught:
...     warnings.simplefilter("always")
...     warn("text number 3 is empty; what the model answers to it means nothing")
>>> print(caught[0].message)
text number 3 is empty; what the model answers to it means nothing
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from types import FrameType

SHOWN = 3  # so many of a list are named, and the others counted
LONGEST = 60  # characters of a text that a message quotes


class ClipWarning(UserWarning):
    """What to know of a text or a picture that was taken nevertheless."""


def warn(sentence: str) -> None:
    """Warn of something, at the line outside clipkit that led here."""
    frame: FrameType | None = sys._getframe(1)
    level = 2
    while frame and frame.f_globals.get("__name__", "").split(".")[0] == "clipkit":
        frame, level = frame.f_back, level + 1
    warnings.warn(sentence, ClipWarning, stacklevel=level)


def warn_of_skipped(skipped: Sequence[tuple[int | str, str]]) -> None:
    """Say in one warning what was left out and why; say nothing where nothing was.

    Parameters
    ----------
    skipped : sequence of tuple
        Pairs (which, reason): the number of a picture or the name of a file, and a sentence.
    """
    if skipped:
        warn(f"{len(skipped)} left out: {listed([reason for _, reason in skipped], '; ')}")


def listed(items: Sequence[str], separator: str = ", ", shown: int = SHOWN) -> str:
    """Join the first of some items and count the others.

    Examples
    --------
    >>> listed(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    more = f" and {len(items) - shown} more" if len(items) > shown else ""
    return separator.join(items[:shown]) + more


def quoted(text: str) -> str:
    r"""Return a text in quotation marks, cut where it is long, its invisible characters named.

    Examples
    --------
    >>> quoted("mug" + chr(0x200B))
    '"mug<U+200B>"'
    >>> len(quoted("mug " * 1000))
    63
    """
    start = "".join(c if c.isprintable() else f"<U+{ord(c):04X}>" for c in text[:LONGEST])
    return f'"{start}…"' if len(text) > LONGEST else f'"{start}"'
