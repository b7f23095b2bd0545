"""Ways to describe a product that its training captions never use: a test of understanding.

Each text of `paraphrases.toml` fits one category and no other of the studio's. Its words mostly
occur in the captions, but the caption generator writes none of these texts: tests hold both.
"""

from __future__ import annotations

from pathlib import Path

from clipstudio.words import Phrase, Phrases, Words, read


class _ByCategory(Words):
    texts: dict[Phrase, Phrases]


PARAPHRASES: list[tuple[str, str]] = [
    (text, category)
    for category, texts in read(_ByCategory, Path(__file__).with_suffix(".toml")).texts.items()
    for text in texts
]
"""Pairs of a text and the one category that it describes."""
