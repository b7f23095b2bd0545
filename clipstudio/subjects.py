"""What a picture shows besides one product: who wears it, what stands beside it, what is written.

Everything here is plain data, as a `Product` is: the one source of picture, caption and masks.
`figure` dresses persons, `staging` sets several products up, `lettering` draws words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from clipstudio.lettering import (
    PRINTED,
    Lettering,
    contrast,
    random_lettering,
    readable_ink,
    supports_for,
)
from clipstudio.materials import COLOURS, RGB, check_name
from clipstudio.product import CATEGORIES, Product, _pick, build

SKINS: dict[str, RGB] = {  # linear light
    "porcelain": (0.78, 0.56, 0.45),
    "fair": (0.70, 0.46, 0.34),
    "light": (0.60, 0.37, 0.25),
    "olive": (0.48, 0.29, 0.175),
    "tan": (0.38, 0.21, 0.12),
    "brown": (0.26, 0.13, 0.068),
    "dark brown": (0.145, 0.068, 0.036),
    "deep": (0.070, 0.033, 0.020),
}
"""Tones of a person's skin, from pale to dark."""
MANNEQUINS: dict[str, RGB] = {
    "white": (0.80, 0.79, 0.77),
    "linen": (0.60, 0.52, 0.41),
    "grey": (0.30, 0.30, 0.31),
    "black": (0.030, 0.030, 0.032),
}
"""What a mannequin is covered with."""
HAIR_COLOURS: dict[str, RGB] = {
    "black": (0.012, 0.010, 0.010),
    "dark brown": (0.040, 0.020, 0.012),
    "brown": (0.095, 0.046, 0.023),
    "auburn": (0.17, 0.050, 0.020),
    "blonde": (0.46, 0.30, 0.13),
    "grey": (0.34, 0.34, 0.34),
}
HAIRS: tuple[str, ...] = ("none", "cropped", "short", "bob", "long", "ponytail", "bun", "curly")
STANCES: dict[str, str] = {
    "arms down": "both arms hang beside the body",
    "arms apart": "both arms hang a little away from the body",
    "hand on hip": "one hand on the hip, the other arm down",
    "hands on hips": "both hands on the hips",
    "arm bent": "one forearm held in front of the body",
    "striding": "one foot forward, the arms swinging",
}
CROPS: dict[str, str] = {
    "whole figure": "from the head to the feet",
    "headless": "from the chin to the feet",
    "upper body": "from the head to the hips",
    "torso": "from the chin to the hips",
    "lower body": "from the waist to the feet",
    "hips": "from the waist to the knees",
    "portrait": "head and shoulders",
    "feet": "from the knees down",
    "wrist": "a forearm",
}
TOPS = ("t-shirt", "long-sleeved top", "shirt", "pullover", "hoodie")
OUTERWEAR = ("jacket", "coat")
BOTTOMS = ("trousers", "jeans", "skirt", "shorts")
SHOES = ("sneaker", "sandal", "ankle boot", "high-heeled shoe")
HATS = ("hat", "cap", "beanie")
WEARABLE: tuple[str, ...] = (
    *TOPS,
    *OUTERWEAR,
    "dress",
    *BOTTOMS,
    *SHOES,
    *HATS,
    "scarf",
    "belt",
    "handbag",
    "backpack",
    "watch",
    "sunglasses",
)
"""Categories that a person can wear or carry."""
PRINTED_CLOTHES: tuple[str, ...] = tuple(c for c in TOPS if c in PRINTED)
"""Clothes that are worn with words on them."""
WORN_DESIGNS: dict[str, tuple[str, ...]] = {
    "scarf": ("looped", "snood"),
    "belt": ("buckled",),
}
"""The designs that can be worn, where not all of a category can: no scarf in its folds."""
ARRANGEMENTS: dict[str, str] = {
    "side by side": "in a row, the first at the left",
    "two rows": "one row behind (or above) the other, the first at its left",
    "in front": "the first before the second",
    "on top": "the first on top of the second",
}


# --------------------------------------------------------------------------------------- persons
@dataclass(frozen=True)
class Wearer:
    """Somebody who wears clothes: a person, calm and anonymous, or a mannequin.

    Parameters
    ----------
    kind : {"person", "mannequin"}
    skin : str
        A name in SKINS, or for a mannequin in MANNEQUINS.
    hair, hair_colour : str
        Names in HAIRS and HAIR_COLOURS; a mannequin has none.
    build : float
        From -1 (slender) to 1 (broad).
    figure : float
        From 0 (straight hips and shoulders) to 1 (a waist, a bust and hips).
    stance : str
        A name in STANCES.
    seed : int
        How the arms are held and the head turned, to a few degrees.
    """

    kind: str = "person"
    skin: str = "light"
    hair: str = "short"
    hair_colour: str = "brown"
    build: float = 0.0
    figure: float = 0.5
    stance: str = "arms down"
    seed: int = 0

    def __post_init__(self) -> None:
        check_name("kind of wearer", self.kind, ("person", "mannequin"))
        tones = SKINS if self.kind == "person" else MANNEQUINS
        check_name(f"skin of a {self.kind}", self.skin, tones)
        check_name("hair", self.hair, HAIRS if self.kind == "person" else ("none",))
        check_name("hair colour", self.hair_colour, HAIR_COLOURS)
        check_name("stance", self.stance, STANCES)
        for name, low in (("build", -1), ("figure", 0)):
            if not low <= getattr(self, name) <= 1:
                raise ValueError(
                    f"{name} must lie between {low} and 1, got {getattr(self, name):g}"
                )

    @classmethod
    def random(cls, rng: np.random.Generator | int, **fixed: object) -> Wearer:
        """Draw a wearer at random, four in five a person; any field can be fixed by name."""
        rng = np.random.default_rng(rng)
        for name in fixed:
            check_name("field of a wearer", name, cls.__dataclass_fields__)
        drawn = {
            "kind": "person" if rng.random() < 0.8 else "mannequin",
            "skin": None,
            "hair": _pick(rng, HAIRS),
            "hair_colour": _pick(rng, HAIR_COLOURS),
            "build": round(float(rng.uniform(-1, 1)), 2),
            "figure": round(float(rng.uniform(0, 1)), 2),
            "stance": _pick(rng, STANCES),
            "seed": int(rng.integers(2**31)),
            **fixed,
        }
        tone = _pick(rng, SKINS if drawn["kind"] == "person" else MANNEQUINS)
        drawn["skin"] = fixed.get("skin", tone)
        if drawn["kind"] == "mannequin":
            drawn["hair"] = fixed.get("hair", "none")
        return cls(**drawn)


@dataclass(frozen=True)
class Worn:
    """A product worn by somebody, with what else completes the outfit.

    Parameters
    ----------
    product : Product
        The product on sale, of one of the categories WEARABLE.
    wearer : Wearer
    outfit : tuple of Product
        What else is worn; at most one for each part of the body.
    crop : str
        A name in CROPS: what of the figure is in the picture.

    Examples
    --------
    >>> worn = Worn.random(0, category="jeans")
    >>> worn.product.category, worn == Worn.from_dict(worn.to_dict())
    ('jeans', True)
    """

    product: Product
    wearer: Wearer = field(default_factory=Wearer)
    outfit: tuple[Product, ...] = ()
    crop: str = "whole figure"

    def __post_init__(self) -> None:
        check_name("crop", self.crop, CROPS)
        parts: dict[str, str] = {}
        for product in self.products:
            check_name("category to wear", product.category, WEARABLE)
            designs = WORN_DESIGNS.get(product.category, CATEGORIES[product.category].designs)
            check_name(f"design of a {product.category} to wear", product.design, designs)
            words = product.lettering
            if words is not None and not (
                words.on == "print" and product.category in PRINTED_CLOTHES
            ):
                raise ValueError(
                    f"what is worn can have words printed on clothes, got a {words.on} "
                    f"on a {product.category}"
                )
            for part in parts_of(product.category):
                if part in parts:
                    raise ValueError(
                        f"one {part} garment can be worn at a time, got {parts[part]!r} and "
                        f"{product.category!r}"
                    )
                parts[part] = product.category

    @property
    def products(self) -> tuple[Product, ...]:
        """The product on sale, then the rest of the outfit."""
        return (self.product, *self.outfit)

    def on_sale(self) -> tuple[int, ...]:
        """Return the number of the product on sale."""
        return (1,)

    def to_dict(self) -> dict:
        """Plain values, ready for JSON."""
        return {
            "product": self.product.to_dict(),
            "wearer": asdict(self.wearer),
            "outfit": [product.to_dict() for product in self.outfit],
            "crop": self.crop,
        }

    @classmethod
    def from_dict(cls, values: dict) -> Worn:
        """Return the picture that `to_dict` described."""
        for name in values:
            check_name("field of something worn", name, cls.__dataclass_fields__)
        return cls(
            Product.from_dict(values["product"]),
            Wearer(**values["wearer"]),
            tuple(Product.from_dict(other) for other in values["outfit"]),
            values["crop"],
        )

    @classmethod
    def random(
        cls, rng: np.random.Generator | int, product: Product | None = None, **fixed: object
    ) -> Worn:
        """Draw somebody who wears a product; the product's fields can be fixed by name.

        Parameters
        ----------
        rng : numpy.random.Generator or int
        product : Product, optional
            The product on sale; by default drawn evenly over WEARABLE.
        **fixed
            Fields of the product that is drawn.
        """
        rng = np.random.default_rng(rng)
        category = _pick(rng, WEARABLE)
        if product is None:
            category = check_name("category to wear", fixed.get("category", category), WEARABLE)
            designs = WORN_DESIGNS.get(category, CATEGORIES[category].designs)
            design = _pick(rng, designs)
            product = Product.random(rng, **{"design": design, **fixed, "category": category})
        crop = _pick(rng, _CROPS_FOR[product.category])
        stances = list(STANCES)
        if product.category in ("watch", "belt"):
            stances = ["arm bent"] if product.category == "watch" else ["arms apart"]
        elif product.category in ("handbag", "backpack", *SHOES):
            stances = ["arms down", "arms apart", "striding"]
        wearer = Wearer.random(rng, stance=_pick(rng, stances))
        return cls(product, wearer, tuple(_companions(rng, product)), crop)


def parts_of(category: str) -> tuple[str, ...]:
    """Return the parts of the body that a category of clothes takes: two outfits cannot share one.

    Examples
    --------
    >>> parts_of("dress")
    ('upper', 'lower')
    """
    if category == "dress":
        return "upper", "lower"
    for part, categories in (
        ("upper", TOPS),
        ("outer", OUTERWEAR),
        ("lower", BOTTOMS),
        ("foot", SHOES),
        ("head", HATS),
    ):
        if category in categories:
            return (part,)
    return (category,)


_CROPS_FOR: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(TOPS, ("torso", "torso", "torso", "upper body", "upper body", "whole figure")),
    **dict.fromkeys(OUTERWEAR, ("torso", "upper body", "headless", "whole figure")),
    **dict.fromkeys(BOTTOMS, ("lower body", "lower body", "lower body", "headless")),
    **dict.fromkeys(SHOES, ("feet",)),
    **dict.fromkeys(HATS, ("portrait",)),
    **dict.fromkeys(("skirt", "shorts"), ("hips", "hips", "lower body")),
    "coat": ("headless", "headless", "whole figure", "upper body"),
    "dress": ("headless", "headless", "whole figure"),
    "scarf": ("portrait", "upper body"),
    "belt": ("hips",),
    "handbag": ("hips", "hips", "headless"),
    "backpack": ("upper body", "torso"),
    "watch": ("wrist",),
    "sunglasses": ("portrait",),
}
_QUIET = ("white", "black", "grey", "navy", "beige", "blue", "brown")


_SHORT_OR_NARROW: dict[str, tuple[str, ...]] = {
    "jeans": ("skinny",),
    "trousers": ("chinos", "leggings"),
    "skirt": ("pencil", "a-line"),
    "shorts": ("bermuda", "denim"),
}
"""Designs that leave shoes in sight."""


def _companion(rng: np.random.Generator, category: str, product: Product) -> Product:
    """Return a quiet garment that goes with a product, unlike it, and does not hide it."""
    colours = [c for c in _QUIET if contrast(c, product.colour) > 0.3]
    designs: Sequence[str] = tuple(CATEGORIES[category].designs)
    if product.category in SHOES:
        designs = _SHORT_OR_NARROW.get(category, designs)
    design = _pick(rng, designs)
    patterns = CATEGORIES[category].designs[design].patterns
    quiet = "plain" if "plain" in patterns and rng.random() < 0.85 else _pick(rng, patterns)
    return Product.random(
        rng, category=category, design=design, colour=_pick(rng, colours), pattern=quiet
    )


def _companions(rng: np.random.Generator, product: Product) -> list[Product]:
    """Return what else is worn with a product."""
    wanted = []
    taken = parts_of(product.category)
    if "upper" not in taken:
        hidden = product.category in OUTERWEAR
        plain = ("t-shirt", "shirt") if hidden else ("t-shirt", "shirt", "pullover")
        if product.category in (*BOTTOMS, "belt"):
            plain = ("t-shirt", "shirt", "long-sleeved top")
        plain = ("t-shirt",) if product.category == "watch" else plain
        dressed = product.category in SHOES + HATS + ("handbag", "sunglasses", "scarf")
        wanted.append(
            "dress" if dressed and rng.random() < 0.15 else _pick(rng, ("t-shirt", *plain))
        )
    if "lower" not in taken and "dress" not in wanted:
        choice = ("jeans", "jeans", "trousers", "trousers", "skirt", "shorts")
        wanted.append("jeans" if product.category == "belt" else _pick(rng, choice))
    if "foot" not in taken:
        wanted.append(_pick(rng, ("sneaker", "sneaker", "ankle boot", "high-heeled shoe")))
    wanted += [
        extra
        for extra, chance in (("sunglasses", 0.06), ("handbag", 0.06), ("watch", 0.1))
        if extra != product.category and rng.random() < chance
    ]
    return [_companion(rng, category, product) for category in wanted]


# ------------------------------------------------------------------------------ several products
@dataclass(frozen=True)
class Group:
    """Two to five products in one picture.

    Parameters
    ----------
    products : tuple of Product
        In the order that the arrangement names.
    arrangement : str
        A name in ARRANGEMENTS; "in front" and "on top" take exactly two.
    seed : int
        Where exactly they stand and how they are turned.

    Examples
    --------
    >>> pair = Group.random(0, count=2, arrangement="side by side")
    >>> pair.relations()
    [(0, 'left of', 1)]
    >>> pair == Group.from_dict(pair.to_dict())
    True
    """

    products: tuple[Product, ...]
    arrangement: str = "side by side"
    seed: int = 0

    def __post_init__(self) -> None:
        check_name("arrangement", self.arrangement, ARRANGEMENTS)
        low, high = _COUNTS[self.arrangement]
        if not low <= len(self.products) <= high:
            wanted = f"{low}" if low == high else f"{low} to {high}"
            raise ValueError(
                f"the arrangement {self.arrangement!r} takes {wanted} products, "
                f"got {len(self.products)}"
            )
        for product in self.products:
            check_name("category to put beside others", product.category, (*STANDING, *LYING))
        if {p.category for p in self.products} - set(STANDING):
            unlike = sorted({p.category for p in self.products} - set(LYING))
            if unlike:
                raise ValueError(
                    f"clothes lie on the floor, where a {unlike[0]} stands: "
                    f"a group is of one or the other"
                )
            if self.arrangement not in LAID_OUT:
                raise ValueError(
                    f"clothes are arranged {' or in '.join(LAID_OUT)}, got {self.arrangement!r}"
                )

    @property
    def lies(self) -> bool:
        """Whether the products lie flat, seen from above, rather than stand."""
        return any(product.category not in STANDING for product in self.products)

    def on_sale(self) -> tuple[int, ...]:
        """Return the numbers of all products."""
        return tuple(range(1, len(self.products) + 1))

    def relations(self) -> list[tuple[int, str, int]]:
        """Who is where: (index, "left of" | "in front of" | "above" | "on top of", index)."""
        count = len(self.products)
        if self.arrangement == "in front":
            return [(0, "in front of", 1)]
        if self.arrangement == "on top":
            return [(0, "on top of", 1)]
        if self.arrangement == "side by side":
            return [(i, "left of", j) for i in range(count) for j in range(i + 1, count)]
        behind, before = range((count + 1) // 2), range((count + 1) // 2, count)
        rows = [(i, "left of", j) for row in (behind, before) for i in row for j in row if i < j]
        if self.lies:
            return rows + [(i, "above", j) for i in behind for j in before]
        return rows + [(j, "in front of", i) for j in before for i in behind]

    def to_dict(self) -> dict:
        """Plain values, ready for JSON."""
        return {
            "products": [product.to_dict() for product in self.products],
            "arrangement": self.arrangement,
            "seed": self.seed,
        }

    @classmethod
    def from_dict(cls, values: dict) -> Group:
        """Return the group that `to_dict` described."""
        for name in values:
            check_name("field of a group", name, cls.__dataclass_fields__)
        products = tuple(Product.from_dict(product) for product in values["products"])
        return cls(products, values["arrangement"], values["seed"])

    @classmethod
    def random(
        cls,
        rng: np.random.Generator | int,
        count: int | None = None,
        arrangement: str | None = None,
        alike: bool | None = None,
        categories: Sequence[str] | None = None,
    ) -> Group:
        """Products drawn at random, in one picture.

        Parameters
        ----------
        rng : numpy.random.Generator or int
        count : int, optional
            Two to five; by default drawn.
        arrangement : str, optional
        alike : bool, optional
            Whether all are of one category (of any colours); by default drawn.
        categories : sequence of str, optional
            The categories to draw from, or with `alike` False and as many as there are products,
            those of the products in their order.
        """
        rng = np.random.default_rng(rng)
        # Each draw happens whether or not it is used, so that fixing one keeps the others.
        drawn_arrangement = _pick(rng, ("side by side",) * 3 + tuple(ARRANGEMENTS))
        drawn_count, drawn_alike = int(rng.integers(2, 6)), bool(rng.random() < 0.5)
        if arrangement is None and count is None:
            arrangement = drawn_arrangement
        elif arrangement is None:
            arrangement = "side by side" if count == 2 or rng.random() < 0.5 else "two rows"
        low, high = _COUNTS[check_name("arrangement", arrangement, ARRANGEMENTS)]
        lies = rng.random() < 0.3 and arrangement in LAID_OUT
        categories = categories or (LYING if lies else STANDING)
        count = int(np.clip(drawn_count, low, high)) if count is None else count
        alike = drawn_alike and arrangement != "on top" if alike is None else alike
        chosen = _categories(rng, count, arrangement, alike, categories)
        products: list[Product] = []
        twin = alike and rng.random() < 0.35  # the very same thing, several times
        for category in chosen:
            if twin and products:
                products.append(products[0])
                continue
            product = _grouped_product(rng, category, set(chosen) <= set(STANDING))
            colours = [p.colour for p in products]
            far = [c for c in COLOURS if all(contrast(c, other) > 0.35 for other in colours)]
            if product.colour in colours or (far and product.colour not in far):
                product = replace(product, colour=_pick(rng, far or COLOURS))
            if product.second_colour == product.colour:
                product = replace(
                    product, second_colour="black" if product.colour == "white" else "white"
                )
            products.append(product)
        return cls(tuple(products), arrangement, int(rng.integers(2**31)))


_COUNTS = {"side by side": (2, 5), "two rows": (3, 5), "in front": (2, 2), "on top": (2, 2)}
STANDING: tuple[str, ...] = (
    *SHOES,
    *HATS,
    "handbag",
    "backpack",
    "watch",
    "sunglasses",
    *("mug", "teapot", "vase", "bottle", "table lamp"),
    *("chair", "stool", "sofa", "headphones"),
)
"""Categories that stand on a table or a floor by themselves."""
LYING: tuple[str, ...] = (*TOPS, *OUTERWEAR, "dress", *BOTTOMS, "beanie", "scarf", "belt", "watch")
"""Categories that lie flat; a `Group` either stands or lies."""
LAID_OUT = ("side by side", "two rows")
"""How what lies is arranged."""
BEARERS = ("stool", "chair", "sofa")
"""What other things can be put on."""
_LIGHT = ("hat", "cap", "beanie", "handbag", "mug", "teapot", "vase", "bottle", "headphones")


def _categories(
    rng: np.random.Generator,
    count: int,
    arrangement: str,
    alike: bool,
    options: Sequence[str],
) -> list[str]:
    """Return the categories of a group's products."""
    if not alike and len(options) == count:
        return list(options)
    if arrangement == "on top":
        above = [c for c in options if c in _LIGHT] or list(_LIGHT)
        below = [c for c in options if c in BEARERS] or list(BEARERS)
        return [_pick(rng, above), _pick(rng, below)]
    if alike:
        return [_pick(rng, options)] * count
    if len(options) < count:
        return [_pick(rng, options) for _ in range(count)]
    return [str(c) for c in rng.choice(options, count, replace=False)]


def _grouped_product(rng: np.random.Generator, category: str, stands: bool) -> Product:
    """Return a product that can stand (or else lie) beside others."""
    wanted = {"standing", "side"} if stands else {"flat"}
    made = CATEGORIES[category].designs
    designs = [name for name in made if wanted & set(made[name].poses)]
    return Product.random(rng, category=category, design=_pick(rng, designs))


# -------------------------------------------------------------------------------- words in pictures
def lettered(
    rng: np.random.Generator | int,
    product: Product,
    relation: str | None = None,
    on: str | None = None,
) -> Product:
    """Return the product with words on it or beside it.

    Parameters
    ----------
    rng : numpy.random.Generator or int
    product : Product
    relation : {"agrees", "nothing", "another"}, optional
        The words name the product, have nothing to do with it, or name another product; by
        default drawn.
    on : str, optional
        A name in SUPPORTS; by default one that suits the product.

    Returns
    -------
    Product
        The same; one that gets a print loses its pattern, on which words could not be read.

    Examples
    --------
    >>> lettered(0, Product.random(0, category="mug"), "agrees").lettering.words()
    'MUG'
    """
    rng = np.random.default_rng(rng)
    supports = supports_for(product.category, build(product).pose) if on is None else [on]
    on = supports[rng.integers(len(supports))]
    patterns = CATEGORIES[product.category].designs[product.design].patterns
    if on == "print" and "plain" in patterns:
        product = replace(product, pattern="plain")
    words = random_lettering(
        rng, product.category, tuple(CATEGORIES), [on], relation, _shown(product)
    )
    return replace(product, lettering=words)


def _shown(product: Product) -> tuple[str, ...]:
    """Return the colours that show on a product."""
    plain = product.pattern == "plain"
    return (product.colour,) if plain else (product.colour, product.second_colour)


def with_readable_ink(product: Product) -> Product:
    """Return the product with its print in the ink that stands out most from its colours."""
    if product.lettering is None or product.lettering.on != "print":
        return product
    ink = readable_ink(_shown(product))
    return replace(product, lettering=replace(product.lettering, ink=ink))


def subject_from_dict(values: dict) -> Product | Worn | Group:
    """Return the product, the worn product or the group that a `to_dict` described.

    Examples
    --------
    >>> group = Group.random(1)
    >>> subject_from_dict(group.to_dict()) == group
    True
    """
    kind = Group if "products" in values else Worn if "wearer" in values else Product
    return kind.from_dict(values)


__all__ = [
    "ARRANGEMENTS",
    "CROPS",
    "Group",
    "HAIRS",
    "Lettering",
    "MANNEQUINS",
    "SKINS",
    "STANCES",
    "WEARABLE",
    "Wearer",
    "Worn",
    "lettered",
    "parts_of",
    "subject_from_dict",
]
