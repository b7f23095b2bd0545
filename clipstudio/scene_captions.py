"""Captions of pictures with more than one product by itself: worn, several at once, with words.

`subject_caption` writes about whatever can be photographed. The facts are the specification's; the
words stand in `words/scenes.toml`.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import model_validator

from clipstudio.captions import FACTS, SHORT_WORDS, Writer, caption
from clipstudio.grammar import expand, pick, tidy
from clipstudio.lettering import SUPPORTS
from clipstudio.materials import check_name
from clipstudio.product import Product, Subject
from clipstudio.subjects import ARRANGEMENTS, Group, Worn, parts_of
from clipstudio.vocabulary import SHOP
from clipstudio.words import Phrase, Phrases, Templates, Words, read, slots

LAID = ("belt", "scarf")
"""Categories whose designs say how they lie ("rolled up"), which is not so where they are worn."""
VISIBLE: dict[str, tuple[str, ...]] = {
    "whole figure": ("upper", "outer", "lower", "foot", "head", "sunglasses", "handbag"),
    "headless": ("upper", "outer", "lower", "foot", "handbag"),
    "upper body": ("upper", "outer", "head", "sunglasses"),
    "torso": ("upper", "outer"),
    "lower body": ("lower",),
    "hips": ("upper", "lower"),
    "portrait": ("head", "sunglasses"),
    "feet": (),
    "wrist": (),
}
"""What of an outfit is in the picture for certain, by the crop."""


class _Lettering(Words):
    short: Annotated[Templates, slots("a", "text")]
    said: Annotated[Templates, slots("text")]


class _Scenes(Words):
    """The words of `scenes.toml`, which says what each is for."""

    numbers: Annotated[Phrases, slots()]
    worn: Annotated[Templates, slots("wearer", "a")]
    clothed: Annotated[Templates, slots("wearer", "a")]
    carried: Annotated[Templates, slots("wearer", "a")]
    outfit: Annotated[Templates, slots("others")]
    counted: Annotated[Templates, slots("n", "things", "arranged")]
    listed: Annotated[Templates, slots("n", "all", "arranged")]
    wearers: dict[Phrase, Phrases]
    arranged: dict[Phrase, Phrases]
    relations: dict[Phrase, Annotated[Templates, slots("one", "other")]]
    lettering: dict[Phrase, _Lettering]

    @model_validator(mode="after")
    def _references_resolve(self) -> _Scenes:
        for name in self.arranged:
            check_name("arrangement", name, ARRANGEMENTS)
        for support in SUPPORTS:
            check_name("support of a lettering", support, self.lettering)
        return self


_WORDS = read(_Scenes, "scenes.toml")


def subject_caption(
    subject: Subject,
    rng: np.random.Generator,
    length: str | None = None,
    grey: bool = False,
) -> str:
    """Write a caption of a product, of a worn product, or of several.

    Parameters
    ----------
    subject : Product, Worn or Group
        The specification. Words in the picture, the person and the outfit are mentioned at times.
    rng : numpy.random.Generator
        Chooses the form and the words.
    length : {"short", "long"}, optional
        As for `clipstudio.captions.caption`; a group has short captions alone.
    grey : bool
        Whether the picture is black and white: then no colour is named.

    Returns
    -------
    str
        A true caption; facts are dropped by chance.

    Raises
    ------
    ValueError
        If ``length`` is none of those listed.
    TypeError
        If ``subject`` is something else.

    Examples
    --------
    >>> mug = Product("mug", "straight", "red", material="ceramic")
    >>> subject_caption(Group((mug, mug, mug)), np.random.default_rng(1))
    'a picture of three red mugs'
    """
    if length not in ("short", "long", None):
        raise ValueError(f"A caption's length is 'short', 'long' or None, not {length!r}.")
    while True:
        if isinstance(subject, Group):
            text = _group_caption(subject, rng, length, grey)
        elif isinstance(subject, Worn):
            text = _worn_caption(subject, rng, length, grey)
        elif isinstance(subject, Product):
            text = _lettered_caption(subject, rng, length, grey)
        else:
            kind = type(subject).__name__
            raise TypeError(f"a caption is written of a Product, Worn or Group, not of a {kind}")
        if length != "short" or len(text.split()) <= SHORT_WORDS:
            return text


def _named(
    product: Product, rng: np.random.Generator, grey: bool, facts: tuple[str, ...] = FACTS
) -> str:
    """Return "a blue striped mug", with as many facts as chance says."""
    writer = Writer(product, rng, [f for f in facts if not (grey and f == "colour")], general=0.05)
    return writer.with_article(writer.phrase(praise=0.05))


# -- words in pictures -----------------------------------------------------------------------------


def _lettered_caption(
    product: Product, rng: np.random.Generator, length: str | None, grey: bool
) -> str:
    """Write about a product, three times in five with the words in the picture."""
    if product.lettering is None or rng.random() < 0.4:
        return caption(product, rng, length=length, grey=grey)
    words, templates = product.lettering.words(), _WORDS.lettering[product.lettering.on]
    text = {"text": words if rng.random() < 0.6 else f'"{words}"'}
    if length == "long" or (length is None and rng.random() < 0.3):
        said = tidy(expand(pick(rng, templates.said), rng, text), sentence=True)
        return f"{caption(product, rng, length='long', grey=grey)} {said}"
    slots = {**text, "a": _named(product, rng, grey)}
    return tidy(expand(pick(rng, templates.short), rng, slots))


# -- worn ------------------------------------------------------------------------------------------


def visible_outfit(worn: Worn) -> list[Product]:
    """Return what else is worn and certainly in the picture: not cropped, not under a coat.

    Examples
    --------
    >>> jeans, shoes = Product("jeans", "straight"), Product("sneaker", "runner")
    >>> worn = Worn(Product("coat", "wool"), outfit=(jeans, shoes))
    >>> [product.category for product in visible_outfit(worn)]
    ['sneaker']
    """
    hidden: set[str] = set()
    if any(product.category in ("jacket", "coat") for product in worn.products):
        hidden.add("upper")
    if any(product.category == "coat" for product in worn.products):
        hidden.add("lower")
    seen = set(VISIBLE[worn.crop]) - hidden
    return [product for product in worn.outfit if set(parts_of(product.category)) <= seen]


def _worn_caption(worn: Worn, rng: np.random.Generator, length: str | None, grey: bool) -> str:
    """Write about the product on sale, twice in three with the person, at times with the outfit."""
    product = worn.product
    facts = tuple(fact for fact in FACTS if fact != "design" or product.category not in LAID)
    if rng.random() < 1 / 3:
        if product.lettering is None:
            return caption(product, rng, mention=facts, length=length, grey=grey)
        return _lettered_caption(product, rng, length, grey)
    forms = _WORDS.worn
    if product.category in ("handbag", "backpack"):
        forms = _WORDS.carried
    elif SHOP.categories[product.category].group in ("clothes", "footwear", "headwear"):
        forms += _WORDS.clothed
    words = {"wearer": _WORDS.wearers[worn.wearer.kind], "a": _named(product, rng, grey, facts)}
    text = expand(pick(rng, forms), rng, words)
    others = visible_outfit(worn)
    if others and rng.random() < 0.35:
        chosen = [others[i] for i in rng.permutation(len(others))[: 1 + int(rng.random() * 2)]]
        named = " and ".join(_things([other], rng, True, grey) for other in chosen)
        text += " " + expand(pick(rng, _WORDS.outfit), rng, {"others": named})
    if length == "long" or (length is None and rng.random() < 0.3):
        more = caption(product, rng, mention=facts, length="long", grey=grey)
        return f"{tidy(text, sentence=True)} {more}"
    return tidy(text)


# -- several products ------------------------------------------------------------------------------


def plural(noun: str) -> str:
    """Return the plural of a name.

    Examples
    --------
    >>> [plural(noun) for noun in ("mug", "dress", "watch", "scarf", "hoody")]
    ['mugs', 'dresses', 'watches', 'scarves', 'hoodies']
    """
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun[:-1] + "ves" if noun.endswith("arf") else noun + "s"


def _things(
    products: list[Product], rng: np.random.Generator, colour: bool, grey: bool, noun: str = ""
) -> str:
    """Return "a red mug", "two striped mugs", "red sneakers": products that are called alike.

    Shoes are not counted: one product may be a shoe or a pair.
    """
    first = products[0]
    entry = SHOP.categories[first.category]
    writer = Writer(first, rng, ("category",), general=0.0)
    adjectives = []
    if colour and not grey:
        adjectives.append(writer.colour())
    if first.pattern != "plain" and all(p.pattern == first.pattern for p in products):
        adjectives += [pick(rng, writer.pattern.before)] if rng.random() < 0.4 else []
    name = noun or (entry.many or entry.one or entry.pair)[0]
    if entry.many:
        return " ".join([*adjectives, name])
    if len(products) == 1:
        return " ".join(["a pair of" if entry.pair else "a", *adjectives, name])
    number = _WORDS.numbers[len(products) - 2]
    things = f"pairs of {' '.join([*adjectives, name])}" if entry.pair else ""
    return f"{number} {things or ' '.join([*adjectives, plural(name)])}"


def _listing(group: Group, rng: np.random.Generator, colours: bool, grey: bool) -> str:
    """Name all products, those that are called alike together: "two red mugs and a vase"."""
    alike: dict[tuple[str, str | None], list[Product]] = {}
    for product in group.products:
        alike.setdefault((product.category, product.colour if colours else None), []).append(
            product
        )
    named = [_things(products, rng, colours, grey) for products in alike.values()]
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def _group_caption(group: Group, rng: np.random.Generator, length: str | None, grey: bool) -> str:
    """Count the products, list them, or say where two of them stand."""
    categories = {product.category for product in group.products}
    colours = not grey and rng.random() < 0.7
    words = {
        "n": _WORDS.numbers[len(group.products) - 2],
        "arranged": _WORDS.arranged.get(group.arrangement, ("",)),
    }
    form = rng.random()
    entry = SHOP.categories[group.products[0].category]
    if len(categories) == 1 and form < 0.5 and not entry.many:
        names = entry.pair or tuple(name for name in entry.one[:3] if " with " not in name)
        name = names[0] if rng.random() < 0.6 else pick(rng, names[:2])
        same = len({product.colour for product in group.products}) == 1
        things = _things(list(group.products), rng, colours and same, grey, name)
        words["things"] = things.split(" ", 1)[1]
        return tidy(expand(pick(rng, _WORDS.counted), rng, words))
    relations = group.relations()
    one, relation, other = relations[int(rng.random() * len(relations))]
    pair = [group.products[one], group.products[other]]
    if form < 0.75 and (
        pair[0].category != pair[1].category or (colours and pair[0].colour != pair[1].colour)
    ):
        named = [_things([product], rng, colours, grey) for product in pair]
        template = pick(rng, _WORDS.relations[relation])
        return tidy(expand(template, rng, {"one": named[0], "other": named[1]}))
    words["all"] = _listing(group, rng, colours, grey)
    several = " and " in words["all"]
    forms = [form for form in _WORDS.listed if several or "{n}" not in form]
    return tidy(expand(pick(rng, forms), rng, words))
