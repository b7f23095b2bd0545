"""A supplier with a catalogue, names and words of its own.

Where the shop says "a red chair with a slatted back", the supplier says "the Velmora in Ember".
None of its names is a word that the bundled model has read; what each stands for is written in
`words/supplier.toml`, and so is a gloss in plain English, for those who know no house names.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import numpy as np
from pydantic import model_validator

from clipstudio import grammar
from clipstudio.camera import Shot
from clipstudio.grammar import capital, expand, pick, tidy
from clipstudio.materials import COLOURS, PATTERNS, check_name
from clipstudio.product import CATEGORIES, Product, random_shot
from clipstudio.splits import is_held_out
from clipstudio.words import Phrase, Phrases, Templates, Words, read, slots


class Line(Words):
    """One of the supplier's lines: a design under a name of its own.

    Attributes
    ----------
    category, design : str
        As in `clipstudio.CATEGORIES`.
    gloss : str
        What it is, in words of the shop.
    noun : str
        The plain word for it that the supplier lets slip now and then.
    marks : tuple of str
        What it is known by: true of every product of the design.
    """

    category: Phrase
    design: Phrase
    gloss: Phrase
    noun: Phrase
    marks: Phrases


_NAMES = ("line", "colour", "pattern")


class _Supplier(Words):
    """The supplier's names and templates."""

    titles: Annotated[Templates, slots(*_NAMES)]
    openers: Annotated[Templates, slots(*_NAMES)]
    remarks: Annotated[Templates, slots("line", "mark", "other")]
    plain_remarks: Annotated[Templates, slots("noun", "mark")]
    closings: Annotated[Templates, slots()]
    colours: dict[Phrase, Phrase]
    patterns: dict[Phrase, Annotated[Templates, slots("second")]]
    lines: dict[Phrase, Line]

    @model_validator(mode="after")
    def _references_resolve(self) -> _Supplier:
        for name, line in self.lines.items():
            category = check_name(f"category of {name}", line.category, CATEGORIES)
            check_name(f"design of {name}", line.design, CATEGORIES[category].designs)
        for colour in COLOURS:
            check_name("house colour", colour, self.colours)
        for pattern in PATTERNS.keys() - {"plain"}:
            check_name("house pattern", pattern, self.patterns)
        return self


_SUPPLIER = read(_Supplier, "supplier.toml")
LINES: dict[str, Line] = _SUPPLIER.lines
"""The supplier's lines by name."""
HOUSE_COLOURS: dict[str, str] = _SUPPLIER.colours
"""What the supplier calls each of the studio's colours."""
NOUN_SHARE = 0.3
"""How many descriptions say what the thing is."""


def product_of(line: str, rng: np.random.Generator) -> Product:
    """Draw a product of a line, none of the shop's held-out pairs of category and colour."""
    made = LINES[line]
    product = Product.random(rng, category=made.category, design=made.design)
    while is_held_out(made.category, product.colour):
        product = Product.random(rng, category=made.category, design=made.design)
    return product


def shot_of(product: Product, rng: np.random.Generator) -> Shot:
    """Return the view in which a product is drawn: in hard light, and nearly all of it."""
    shot = random_shot(rng, product)
    zoom = float(np.clip(shot.zoom, 0.85, 1.05))
    return replace(shot, light="hard", background="white", roll=shot.roll / 2, zoom=zoom)


def title(line: str, product: Product, rng: np.random.Generator) -> str:
    """Return a short name: the line, the house colour, sometimes the pattern.

    Examples
    --------
    >>> chair = Product("chair", "slat back", "red", material="wood")
    >>> title("Velmora", chair, np.random.default_rng(0))
    'Ember Velmora'
    """
    text = expand(pick(rng, _SUPPLIER.titles), rng, _words(line, product, rng))
    return capital(tidy(text))


def description(line: str, product: Product, rng: np.random.Generator) -> str:
    """One or two sentences in the supplier's voice; three in ten say what the thing is."""
    words = _words(line, product, rng)
    plain = rng.random() < NOUN_SHARE
    remarks = _SUPPLIER.plain_remarks if plain else _SUPPLIER.remarks
    parts = [pick(rng, _SUPPLIER.openers), pick(rng, remarks)]
    if not plain and rng.random() < 0.35:
        parts[1] = pick(rng, _SUPPLIER.closings)
    if not plain and rng.random() < 0.2:
        parts = parts[:1]
    return " ".join(tidy(expand(part, rng, words), sentence=True) for part in parts)


def _words(line: str, product: Product, rng: np.random.Generator) -> dict[str, grammar.Words]:
    """Return what the slots of the templates stand for."""
    made = LINES[line]
    first, second = (made.marks[i] for i in rng.permutation(len(made.marks))[:2])
    return {
        "line": line,
        "noun": made.noun,
        "mark": first,
        "other": second,
        "colour": HOUSE_COLOURS[product.colour],
        "pattern": _SUPPLIER.patterns.get(product.pattern, ("",)),
        "second": HOUSE_COLOURS[product.second_colour],
    }
