"""A very small grammar: templates with alternatives and slots, and the rules of written English.

A template is a plain string. ``[soft|warm|]`` stands for one of its alternatives (here: soft, warm
or nothing; they may be nested) and ``{noun}`` for a slot. A slot's words may be a string, a
sequence to choose from, or a function that makes a string; they may hold templates in turn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")
Words = str | Sequence[str] | Callable[[], str]

_ALTERNATIVES = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_ARTICLE = re.compile(r"(?<![\w-])([Aa])n? (?=([\w-]+))")
_CONSONANT_SOUND = re.compile(r"(?:uni|us[aeiu]|eu|one\b|once|ut[ei])", re.IGNORECASE)
_SILENT_OR_SPELT = re.compile(r"(?:hour|honest|heir|x-?ray|8|11\b|18\b|AP\b|[AEFILMNORSX]-)")


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """Choose one of ``options``, each equally likely."""
    return options[int(rng.random() * len(options))]


def expand(template: str, rng: np.random.Generator, words: Mapping[str, Words]) -> str:
    """Write a template out.

    Parameters
    ----------
    template : str
        Text with ``[a|b]`` alternatives and ``{slot}`` slots.
    rng : numpy.random.Generator
        Chooses.
    words : mapping
        What each slot may stand for.

    Returns
    -------
    str
        The text, not yet tidied.

    Raises
    ------
    KeyError
        If a slot has no words.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> expand("a [soft|soft] {noun}", rng, {"noun": "scarf"})
    'a soft scarf'
    """
    while match := _ALTERNATIVES.search(template):
        chosen = pick(rng, match[1].split("|"))
        template = template[: match.start()] + chosen + template[match.end() :]

    def fill(match: re.Match[str]) -> str:
        value = words[match[1]]
        if callable(value):
            value = value()
        elif not isinstance(value, str):
            value = pick(rng, value)
        return expand(value, rng, words) if "{" in value or "[" in value else value

    return _SLOT.sub(fill, template)


def slots_of(template: str) -> set[str]:
    """Return the names of a template's slots.

    Parameters
    ----------
    template : str
        As for `expand`.

    Returns
    -------
    set of str

    Raises
    ------
    ValueError
        If a bracket or brace is left open, or a bar stands outside of brackets.

    Examples
    --------
    >>> slots_of("a [soft|warm|] {noun}")
    {'noun'}
    """
    bare = _SLOT.sub("", template)
    while _ALTERNATIVES.search(bare):
        bare = _ALTERNATIVES.sub("", bare)
    if set("[]{}|") & set(bare):
        raise ValueError(f"brackets, braces or bars do not match in {template!r}")
    return set(_SLOT.findall(template))


def article(word: str) -> str:
    """Return "a" or "an", whichever is spoken before ``word``.

    >>> [article(word) for word in ("mug", "umbrella", "used", "hour", "AP", "8")]
    ['a', 'an', 'a', 'an', 'an', 'an']
    """
    if _SILENT_OR_SPELT.match(word):
        return "an"
    return "an" if word[0] in "aeiouAEIOU" and not _CONSONANT_SOUND.match(word) else "a"


def tidy(text: str, sentence: bool = False) -> str:
    """Mend spaces and articles; with ``sentence``, capitals and the full stop as well.

    >>> tidy("a  orange mug , made of glass")
    'an orange mug, made of glass'
    >>> tidy("it is a tee. wear it often", sentence=True)
    'It is a tee. Wear it often.'
    """
    text = " ".join(text.split())
    text = re.sub(r" ([,.;:])", r"\1", text)
    text = _ARTICLE.sub(lambda m: m[1] + article(m[2])[1:] + " ", text)
    if sentence:
        text = text if text.endswith("?") else text.rstrip(".") + "."
        text = re.sub(r"(^|[.?] )([a-z])", lambda m: m[1] + m[2].upper(), text)
    return text


def capital(text: str) -> str:
    """Make the first letter a capital and leave the rest as it is."""
    return text[:1].upper() + text[1:]
