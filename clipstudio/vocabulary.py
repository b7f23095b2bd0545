"""The words of the shop: what products, colours, patterns and materials are called.

The words themselves stand in TOML files in the folder `words`, whose heads say what each entry is
for; here is what such an entry may hold.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import model_validator

from clipstudio.words import Phrase, Phrases, Templates, Words, read, slots

AGREEMENT = ("it", "them", "its", "is", "has", "this", "s", "es")
"""Slots of words that agree with a noun in number."""
SENTENCE = (
    *AGREEMENT,
    *("a", "np", "rich", "colour", "second", "stuff", "virtue", "care", "patterned", "pattern"),
    *("marks", "kind", "trait", "use", "plain_use", "praise", "occasion", "fit", "definition"),
)
"""Slots of the shop's sentences."""
Said = Annotated[Templates, slots(*SENTENCE)]


class Category(Words):
    """How a category is spoken of.

    Attributes
    ----------
    group : str
        A key of `Shop.groups`.
    one, pair, many : tuple of str
        Names that take "a" ("mug"), that take "a pair of" ("jeans"), and plain plurals
        ("sneakers"). The first of them all is the usual name.
    kinds : tuple of str
        More general names.
    labels : tuple of str
        Names as data sets and search boxes write them, without grammar ("longsleeve").
    traits : tuple of str
        What every design has: completes "with ...".
    uses : tuple of str
        What it is for: completes "for ...".
    definitions : tuple of str
        Templates that say what the thing is without its name.
    part : str, optional
        What is made of the product's material where it is not the whole.
    """

    group: Phrase
    one: Phrases = ()
    pair: Phrases = ()
    many: Phrases = ()
    kinds: Phrases
    labels: Phrases
    traits: Phrases
    uses: Phrases
    definitions: Annotated[Templates, slots()]
    part: Phrase | None = None

    @model_validator(mode="after")
    def _has_a_name(self) -> Category:
        if not (self.one or self.pair or self.many):
            raise ValueError("a category has names: one, pair or many")
        return self


class Design(Words):
    """What one design is called, said before the noun and said after it."""

    nouns: Phrases = ()
    before: Phrases = ()
    after: Phrases = ()
    part: Phrase | None = None


class Group(Words):
    """What is said of all products of one kind."""

    praise: Phrases
    occasions: Annotated[Templates, slots(*AGREEMENT)]
    fit: Annotated[Templates, slots(*AGREEMENT)]


class Pattern(Words):
    """Words for a pattern: before the noun, after it, its marks in the second colour, its name."""

    before: Phrases
    after: Phrases
    marks: Phrases = ()
    name: Phrases = ()


class Material(Words):
    """Words for a material: before the noun, after "made of", its virtues, and how to care."""

    before: Phrases
    of: Phrases
    virtues: Phrases
    care: Annotated[Templates, slots()]
    cloth: bool = False


class Remarks(Words):
    """What may follow a first sentence, by topic."""

    trait: Said
    fit: Said
    occasion: Said
    use: Said
    praise: Said
    colour: Said
    plain: Said
    pattern: Said
    marks: Said
    material: Said
    care: Said


class Sentences(Words):
    """The shop's templates.

    Attributes
    ----------
    anything, made, available : tuple of str
        Nouns for a product that is not named; words before a material; what is always said.
    photo_of, grey_photo_of, close_up_of, from_above, flat_lay : tuple of str
        Name the medium; the last four claim something of the picture.
    places : dict of str to str
        Backgrounds on which a product may lie or stand.
    titles, openers, bare_openers, definitions, remarks
        Titles; first sentences, the bare ones without a name; forms of a definition; what follows.
    """

    anything: Phrases
    made: Phrases
    available: Phrases
    photo_of: Annotated[Templates, slots("a", "bare")]
    grey_photo_of: Annotated[Templates, slots("a")]
    close_up_of: Annotated[Templates, slots("a")]
    from_above: Annotated[Templates, slots("a")]
    flat_lay: Annotated[Templates, slots("a")]
    places: dict[Phrase, Phrase]
    titles: Annotated[Templates, slots(*SENTENCE, "noun", "tail")]
    openers: Said
    bare_openers: Annotated[Templates, slots("a", "rich")]
    definitions: Annotated[Templates, slots("definition", "colour", "patterned")]
    remarks: Remarks


class Shop(Words):
    """All words for products; whatever an entry names exists.

    Attributes
    ----------
    plural_kinds, mass_kinds : tuple of str
        The `kinds` of categories that are plurals, and those without an article.
    shapes : tuple of str
        Adjectives of size and shape: they come before the colour, the other ones after it.
    cloth_care : tuple of str
        Care for what does not go into a washing machine, though it is made of cloth.
    colours : dict of str to tuple of str
        The studio's own name first; no word fits another colour.
    groups, categories, patterns, materials : dict
        By name.
    designs : dict of str to dict of str to Design
        By category and name. A design that is missing is spoken of by its own name.
    """

    plural_kinds: Phrases
    mass_kinds: Phrases
    shapes: Phrases
    cloth_care: Phrases
    groups: dict[Phrase, Group]
    categories: dict[Phrase, Category]
    designs: dict[Phrase, dict[Phrase, Design]]
    colours: dict[Phrase, Phrases]
    patterns: dict[Phrase, Pattern]
    materials: dict[Phrase, Material]

    @model_validator(mode="after")
    def _references_resolve(self) -> Shop:
        kinds = {kind for category in self.categories.values() for kind in category.kinds}
        adjectives = {
            word
            for designs in self.designs.values()
            for design in designs.values()
            for word in design.before
        }
        groups = {category.group for category in self.categories.values()}
        for what, names, known in (
            ("group", groups, self.groups),
            ("category", self.designs, self.categories),
            ("kind", {*self.plural_kinds, *self.mass_kinds}, kinds),
            ("adjective of a design", self.shapes, adjectives),
        ):
            if unknown := set(names) - set(known):
                raise ValueError(f"there is no {what} {min(unknown)!r}")
        return self


SHOP = read(Shop, "categories.toml", "designs.toml", "surfaces.toml")
SENTENCES = read(Sentences, "sentences.toml")
