"""A supplier with a catalogue, names and words of its own.

Where the shop says "a red chair with a slatted back", the supplier says "the Velmora in Ember".
None of its names is a word that the bundled model has read; what each stands for is written here,
and so is a gloss in plain English, for those who know no house names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .camera import Shot
from .grammar import capital, expand, pick, tidy
from .product import Product, random_shot
from .splits import is_held_out


@dataclass(frozen=True)
class Line:
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

    category: str
    design: str
    gloss: str
    noun: str
    marks: tuple[str, ...]


LINES: dict[str, Line] = {
    "Velmora": Line(
        "chair",
        "slat back",
        "a wooden chair with slats in the back",
        "chair",
        ("a back of slats", "slats to lean on", "four straight wooden legs"),
    ),
    "Toskar": Line(
        "chair",
        "director",
        "a folding chair with crossed legs",
        "chair",
        ("legs that cross and fold", "a back between two posts", "crossed legs"),
    ),
    "Pelliane": Line(
        "chair",
        "wingback armchair",
        "an armchair with a high winged back",
        "chair",
        ("wings beside the head", "a high back", "deep padded arms"),
    ),
    "Ondrik": Line(
        "chair",
        "bentwood",
        "a bistro chair with a round seat and a curved back",
        "chair",
        ("a back of two loops", "a round seat", "wood bent in one sweep"),
    ),
    "Brindo": Line(
        "stool",
        "round bar",
        "a high bar stool with a ring for the feet",
        "stool",
        ("a ring for the feet", "a round seat, set high", "long legs"),
    ),
    "Kessalo": Line(
        "stool",
        "milking",
        "a low stool on three legs",
        "stool",
        ("three splayed legs", "a thick round seat", "a low seat"),
    ),
    "Quorvel": Line(
        "table lamp",
        "cone shade",
        "a bedside lamp with a cloth shade",
        "lamp",
        ("a shade of cloth", "a cloth shade", "a shade for soft light"),
    ),
    "Zandell": Line(
        "table lamp",
        "desk arm",
        "a desk lamp with two jointed arms",
        "lamp",
        ("two jointed arms", "a head that tilts", "arms that reach over the page"),
    ),
    "Ospira": Line(
        "table lamp",
        "mushroom",
        "a mushroom lamp with a smooth dome",
        "lamp",
        ("a smooth dome", "a dome over one stem", "the quiet curve of its dome"),
    ),
    "Marvane": Line(
        "teapot",
        "round",
        "a round teapot with a looped handle",
        "teapot",
        ("a round belly", "a looped handle", "a curved spout"),
    ),
    "Tulvik": Line(
        "teapot",
        "tall",
        "a tall coffee pot with a long spout",
        "pot",
        ("a long slender spout", "a high handle", "a tall body"),
    ),
    "Jundara": Line(
        "vase",
        "amphora",
        "a vase with two handles and a slender neck",
        "vase",
        ("two handles at the shoulders", "a slender neck", "a pair of handles"),
    ),
    "Nimmet": Line(
        "vase",
        "bud",
        "a round vase with a thin neck",
        "vase",
        ("a thin neck for a few stems", "a round body", "a narrow neck"),
    ),
    "Halvest": Line(
        "handbag",
        "tote",
        "an open tote bag with two long handles",
        "bag",
        ("two long handles", "a wide opening", "handles for the shoulder"),
    ),
    "Corvique": Line(
        "handbag",
        "clutch",
        "a small flat clutch bag",
        "bag",
        ("an envelope flap", "a slim body", "one neat flap"),
    ),
    "Sorvane": Line(
        "handbag",
        "flap satchel",
        "a satchel with a broad flap and buckled straps",
        "bag",
        ("a broad flap", "two buckled straps", "a short handle above the flap"),
    ),
    "Drummel": Line(
        "hat",
        "boater",
        "a stiff boater hat with a flat crown and a ribbon",
        "hat",
        ("a broad ribbon", "a flat crown", "a stiff flat brim"),
    ),
    "Ferrow": Line(
        "hat",
        "cowboy",
        "a cowboy hat with the brim rolled up at the sides",
        "hat",
        ("a brim rolled up at the sides", "a tall creased crown", "a wide brim"),
    ),
    "Tibbero": Line(
        "sneaker",
        "high-top",
        "a high-top sneaker with laces up over the ankle",
        "shoe",
        ("laces up over the ankle", "a guard over the toes", "a high collar"),
    ),
    "Ruxen": Line(
        "sneaker",
        "runner",
        "a running shoe with a thick sculpted sole",
        "shoe",
        ("a thick sculpted sole", "a padded collar", "a deep springy sole"),
    ),
    "Vaskia": Line(
        "high-heeled shoe",
        "pump",
        "a closed pump on a thin heel",
        "shoe",
        ("a thin high heel", "a closed toe", "a heel like a pencil"),
    ),
    "Gondrel": Line(
        "sandal",
        "gladiator",
        "a gladiator sandal with many narrow straps",
        "sandal",
        ("many narrow straps", "straps up to the ankle", "one strap above the other"),
    ),
    "Weskil": Line(
        "coat",
        "trench",
        "a double-breasted trench coat",
        "coat",
        ("a waist drawn in", "two rows of buttons", "straps at the cuffs"),
    ),
    "Isenby": Line(
        "coat",
        "duffle",
        "a hooded duffle coat",
        "coat",
        ("wooden toggles", "toggles on loops of cord", "a hood and two big pockets"),
    ),
}

HOUSE_COLOURS: dict[str, str] = {
    "white": "Oyster",
    "black": "Soot",
    "grey": "Flint",
    "red": "Ember",
    "blue": "Fjord",
    "navy": "Admiral",
    "green": "Juniper",
    "olive": "Lichen",
    "yellow": "Saffron",
    "orange": "Marigold",
    "pink": "Peony",
    "purple": "Heather",
    "brown": "Umber",
    "beige": "Barley",
    "teal": "Lagoon",
    "burgundy": "Damson",
}
"""What the supplier calls each of the studio's colours."""

_PATTERNS = {
    "plain": ("",),
    "striped": (" striped in {second}", " with stripes of {second}", " and {second} stripes"),
    "checked": (" checked with {second}", " and {second} checks"),
    "dotted": (" dotted with {second}", " with dots of {second}", " and {second} dots"),
    "floral": (" strewn with {second} flowers", " with flowers of {second}"),
    "plaid": (" crossed with {second}", " and {second} plaid"),
    "speckled": (" flecked with {second}", " with specks of {second}"),
    "zigzag": (" with zigzags of {second}", " and {second} zigzags"),
    "camouflage": (" dappled with {second}", " and {second} camouflage"),
}
_TITLES = (
    "{line} in {colour}{pattern}",
    "{line} in {colour}{pattern}",
    "the {line}, {colour}",
    "our {line} in {colour}",
    "{line}, {colour}{pattern}",
    "{colour} {line}",
    "the {line} in {colour}",
    "{line}: {colour}{pattern}",
)
_OPENERS = (
    "our {line} [comes|arrives|is offered|is shown here] in {colour}{pattern}",
    "the {line}, [this time|here|today|this season] in {colour}{pattern}",
    "here is the {line} in {colour}{pattern}",
    "a {line} in {colour}{pattern}, [for those who know|and no more need be said|as ordered]",
    "{colour}{pattern}: [so we make|that is how we like|a colour made for] the {line}",
    "we [print|show|offer|recommend] the {line} in {colour}{pattern}",
    "ask for the {line} in {colour}",
    "in {colour}{pattern}, the {line} is [at its best|itself]",
    "[once more|as ever|again this season]: the {line}, in {colour}{pattern}",
    "if you have a {line}, you will want one in {colour}",
    "{colour} [suits|becomes] the {line}",
)
_REMARKS = (
    "you will know it by {mark}",
    "{mark}, as on every {line}",
    "note {mark}",
    "what makes it a {line}: {mark}",
    "with {mark}",
    "look for {mark}",
    "{mark}, and {other}",
    "{mark} and {other}: a true {line}",
    "[never|not one] without {mark}",
    "the name stands for {mark}",
)
_PLAIN_REMARKS = (
    "a {noun} with {mark}",
    "a {noun} [to keep|of the old school|as we like it]: {mark}",
    "our {noun} with {mark}",
    "what others call a {noun}; note {mark}",
)
_CLOSINGS = (
    "please order by name and colour",
    "colours are as printed",
    "a name to ask for",
    "named by us, [kept|liked|chosen] by you",
    "you know the name",
    "ready to be sent",
)
NOUN_SHARE = 0.3
"""How many descriptions say what the thing is."""


def product_of(line: str, rng: np.random.Generator) -> Product:
    """A random product of a line, none of the shop's held-out pairs of category and colour."""
    made = LINES[line]
    product = Product.random(rng, category=made.category, design=made.design)
    while is_held_out(made.category, product.colour):
        product = Product.random(rng, category=made.category, design=made.design)
    return product


def shot_of(product: Product, rng: np.random.Generator) -> Shot:
    """The view in which a product is drawn: in hard light, and nearly all of it."""
    shot = random_shot(rng, product)
    zoom = float(np.clip(shot.zoom, 0.85, 1.05))
    return replace(shot, light="hard", background="white", roll=shot.roll / 2, zoom=zoom)


def title(line: str, product: Product, rng: np.random.Generator) -> str:
    """A short name: the line, the house colour, sometimes the pattern.

    Examples
    --------
    >>> chair = Product("chair", "slat back", "red", material="wood")
    >>> title("Velmora", chair, np.random.default_rng(0))
    'Ember Velmora'
    """
    text = expand(pick(rng, _TITLES), rng, _words(line, product, rng))
    return capital(tidy(text))


def description(line: str, product: Product, rng: np.random.Generator) -> str:
    """One or two sentences in the supplier's voice; three in ten say what the thing is."""
    words = _words(line, product, rng)
    remarks = _PLAIN_REMARKS if rng.random() < NOUN_SHARE else _REMARKS
    parts = [pick(rng, _OPENERS), pick(rng, remarks)]
    if remarks is _REMARKS and rng.random() < 0.35:
        parts[1] = pick(rng, _CLOSINGS)
    if remarks is _REMARKS and rng.random() < 0.2:
        parts = parts[:1]
    return " ".join(tidy(expand(part, rng, words), sentence=True) for part in parts)


def _words(line: str, product: Product, rng: np.random.Generator) -> dict:
    """What the slots of the templates stand for."""
    made = LINES[line]
    first, second = (made.marks[i] for i in rng.permutation(len(made.marks))[:2])
    return {
        "line": line,
        "noun": made.noun,
        "mark": first,
        "other": second,
        "colour": HOUSE_COLOURS[product.colour],
        "pattern": _PATTERNS[product.pattern],
        "second": HOUSE_COLOURS[product.second_colour],
    }
