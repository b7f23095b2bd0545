"""Products: what a specification says, who draws it, and its photograph.

A `Product` is plain data.  A *design* is a function that turns it into a scene; designs register
themselves with the decorator `design` (they live in `clipstudio.products`).
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np
from PIL import Image

from clipstudio import camera
from clipstudio.camera import BACKGROUNDS, LIGHTS, POSES, Samples, Shot
from clipstudio.lettering import Lettering, contrast
from clipstudio.materials import (
    COLOURS,
    MATERIALS,
    PATTERNS,
    WOOD_TONES,
    Material,
    check_name,
    chrome,
    gold,
    plain,
    surface,
    wood,
)
from clipstudio.scene import Scene, SceneTable
from clipstudio.signs import WRITTEN, inscribe

Range = tuple[float, float]
LEGIBLE_YAW = ((-20.0, 20.0),)
"""Camera angles from which words on the front can be read."""
DEFAULT_YAW = {
    "standing": (-40, 40),
    "side": (-35, 35),
    "flat": (-4, 4),
    "hanging": (-14, 14),
    "worn": (-24, 24),
}
DEFAULT_PITCH = {
    "standing": (6, 26),
    "side": (6, 24),
    "flat": (-6, 6),
    "hanging": (-3, 8),
    "worn": (-2, 8),
}


# --------------------------------------------------------------------------------------- registry
@dataclass(frozen=True)
class Design:
    """One way to build a category's products."""

    category: str
    name: str
    about: str
    build: Callable
    poses: tuple[str, ...]
    materials: tuple[str, ...]
    patterns: tuple[str, ...]
    yaw: tuple[Range, ...] | None
    pitch: tuple[Range, ...] | None
    colours: tuple[str, ...] = ()
    tailor: Callable | None = None

    def yaw_ranges(self, pose: str) -> tuple[Range, ...]:
        """Camera angles around the product from which it is well seen, degrees."""
        return self.yaw or (DEFAULT_YAW[pose],)

    def pitch_ranges(self, pose: str) -> tuple[Range, ...]:
        """Camera angles above the product from which it is well seen, degrees."""
        return self.pitch or (DEFAULT_PITCH[pose],)


@dataclass(frozen=True)
class Category:
    """A kind of product and its designs by name."""

    name: str
    designs: dict[str, Design] = field(default_factory=dict)


CATEGORIES: dict[str, Category] = {}


def _ranges(angles: Range | tuple[Range, ...] | None) -> tuple[Range, ...] | None:
    """One range or several, as a tuple of ranges."""
    if angles is None:
        return None
    several = angles if np.ndim(angles) == 2 else (angles,)
    return tuple((float(low), float(high)) for low, high in several)


def design(
    category: str,
    name: str,
    pose: str | tuple[str, ...] = "standing",
    materials: tuple[str, ...] = ("cotton",),
    patterns: str | tuple[str, ...] = "all",
    yaw: Range | tuple[Range, ...] | None = None,
    pitch: Range | tuple[Range, ...] | None = None,
    colours: tuple[str, ...] = (),
    tailor: Callable | None = None,
) -> Callable:
    """Register the decorated function as a design.

    The function gets (scene, look, shape) and adds shapes to the scene.  Its geometry may depend
    on `shape(...)` and on the material, never on colours or patterns.

    Parameters
    ----------
    category, name : str
    pose : str or tuple of str
        One or several of POSES; of several, the product's seed draws one (`shape.pose`).
    materials : tuple of str
        Names in MATERIALS that suit the design, most typical first.
    patterns : "all" or tuple of str
    yaw, pitch : (low, high) or a tuple of such ranges, optional
        Camera angles from which the product is well seen, in degrees; by default the pose's.
    colours : tuple of str, optional
        The colours in which such a product is mostly sold: most random products get one of them.
    tailor : callable, optional
        What cuts the pieces of clothes, given a `tailoring.Tailor`: it also dresses a figure.
    """
    poses = (pose,) if isinstance(pose, str) else tuple(pose)
    for name_ in poses:
        check_name("pose", name_, POSES)
    for material in materials:
        check_name("material", material, MATERIALS)
    patterns = tuple(PATTERNS) if patterns == "all" else tuple(patterns)
    for pattern in patterns:
        check_name("pattern", pattern, PATTERNS)
    for colour in colours:
        check_name("colour", colour, COLOURS)

    def register(build: Callable) -> Callable:
        about = (build.__doc__ or name).strip().splitlines()[0]
        new = Design(
            category,
            name,
            about,
            build,
            poses,
            tuple(materials),
            patterns,
            _ranges(yaw),
            _ranges(pitch),
            tuple(colours),
            tailor,
        )
        CATEGORIES.setdefault(category, Category(category)).designs[name] = new
        return build

    return register


# ------------------------------------------------------------------------------ what builders get
def _unit(seed: int, name: str) -> float:
    """Return a number in [0, 1) that depends on seed and name alone."""
    digest = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") / 2**64


@dataclass(frozen=True)
class Parameter:
    """A free number of a design: its range and its value in a product."""

    name: str
    low: float
    high: float
    value: float
    options: tuple[str, ...] = ()


class Shape:
    """Free parameters of a design, by name: drawn from the seed unless the product fixes them."""

    def __init__(
        self, seed: int, parameters: dict[str, float], poses: tuple[str, ...] = ("standing",)
    ) -> None:
        self._seed, self._fixed = seed, dict(parameters)
        self.drawn: dict[str, Parameter] = {}
        self.pose: str = self.choice("pose", poses) if len(poses) > 1 else poses[0]

    def __call__(self, name: str, low: float, high: float) -> float:
        """Return the parameter `name`, between low and high."""
        value = self._fixed.get(name)
        if value is None:
            value = low + (high - low) * _unit(self._seed, name)
        elif not low <= value <= high:
            raise ValueError(f"{name} must lie between {low:g} and {high:g}, got {value:g}")
        self.drawn[name] = Parameter(name, float(low), float(high), float(value))
        return float(value)

    def choice(self, name: str, options: tuple[str, ...]):
        """One of a few options; a product fixes it by the option's number, 0, 1, ..."""
        options = tuple(options)
        number = self._fixed.get(name)
        if number is None:
            number = int(_unit(self._seed, name) * len(options))
        elif number not in range(len(options)):
            listed = ", ".join(f"{i} ({option})" for i, option in enumerate(options))
            raise ValueError(f"{name} must be one of {listed}, got {number:g}")
        self.drawn[name] = Parameter(
            name, 0.0, len(options) - 1.0, float(number), tuple(str(o) for o in options)
        )
        return options[int(number)]

    def unknown(self) -> list[str]:
        """Names that the product fixes but the design does not have."""
        return [name for name in self._fixed if name not in self.drawn]


BROAD_ACCENTS = {
    ("long-sleeved top", "raglan"),
    *(("sneaker", design) for design in ("low court", "runner")),
    ("sandal", "flip-flop"),
    ("high-heeled shoe", "peep-toe platform"),
    *(("cap", design) for design in ("baseball", "trucker")),
    *(("beanie", design) for design in ("cuffed", "bobble")),
    ("handbag", "top handle"),
    *(("backpack", design) for design in ("school", "leather flap")),
    *(("watch", design) for design in ("round leather", "square")),
    *(("headphones", design) for design in ("over-ear", "on-ear slim", "studio")),
    *(("mug", design) for design in ("espresso cup with saucer", "travel")),
    ("bottle", "sports"),
}
"""Designs whose trimmings are so large that in the second colour they would outdo the first, by
which the product is called."""


class Look:
    """A product's materials, for the function that builds it."""

    def __init__(self, product: Product, shape: Shape) -> None:
        self._product = product
        self._scale = shape("pattern scale", 0.7, 1.5)
        upright = product.pattern == "striped" and _unit(product.shape, "upright stripes") < 0.35
        self._angle = 90.0 if upright else 0.0
        self.material: str = product.material
        self.lettering = product.lettering

    def main(self, frequency: float = 8.0, **changes) -> Material:
        """Return the product's colours, pattern and material; frequency: repeats per length."""
        p = self._product
        fields = {"angle": self._angle, "frequency": frequency / self._scale, **changes}
        if "mapping" not in fields:
            fields["mapping"] = "box"
        material = fields.pop("material", p.material)
        if p.material == "wood" and material == "wood" and p.pattern == "plain":
            return self._painted_wood(**changes)
        return surface(p.colour, material, p.second_colour, p.pattern, **fields)

    def _painted_wood(self, **changes) -> Material:
        """Wood stained in the product's colour."""
        stain = np.array(COLOURS[self._product.colour])
        dark = tuple(float(v) for v in 0.6 * stain)
        fields = {"frequency": 3.0, "mapping": "box", **changes}
        fields["pattern"] = "wood grain"
        return surface(tuple(float(v) for v in stain), "wood", dark, **fields)

    def solid(self, material: str | None = None, **changes) -> Material:
        """Return the product's first colour without its pattern."""
        return plain(self._product.colour, material or self._product.material, **changes)

    def accent(self, material: str | None = None, **changes) -> Material:
        """Return the second colour, plain; a darker first one where such parts are broad."""
        if (self._product.category, self._product.design) in BROAD_ACCENTS:
            return self.darker(0.5, material, **changes)
        return plain(self._product.second_colour, material or self._product.material, **changes)

    def plain(self, colour, material: str = "plastic", **changes) -> Material:
        """Any colour in any material, plain."""
        return plain(colour, material, **changes)

    def lining(self, darkness: float = 0.5, **changes) -> Material:
        """Return the inside of a garment or bag: the first colour, darker, dull."""
        rgb = tuple(v * darkness + 0.004 for v in COLOURS[self._product.colour])
        return plain(rgb, "cotton", **changes)

    def darker(self, by: float = 0.6, material: str | None = None, **changes) -> Material:
        """Return the first colour, darker: seams, thread, hems."""
        rgb = tuple(v * by + 0.004 for v in COLOURS[self._product.colour])
        return plain(rgb, material or self._product.material, **changes)

    def wood(self, tone: str | None = None, **changes) -> Material:
        """Wood; without a name one of the tones by the product's seed."""
        tones = list(WOOD_TONES)
        drawn = tones[int(_unit(self._product.shape, "wood") * len(tones))]
        return wood(tone or drawn, **changes)

    def chrome(self, **changes) -> Material:
        """Polished steel."""
        return chrome(**changes)

    def gold(self, **changes) -> Material:
        """Polished brass."""
        return gold(**changes)

    def rubber(self, colour="black", **changes) -> Material:
        """Rubber, for soles and grips."""
        return plain(colour, "rubber", **changes)


# ---------------------------------------------------------------------------------------- product
@dataclass(frozen=True)
class Product:
    """What a product is: the one source of its picture, caption, labels and mask.

    Parameters
    ----------
    category, design : str
        A name in CATEGORIES and one of its designs.
    colour, second_colour : str
        Names in COLOURS.
    pattern, material : str
        Names in PATTERNS and MATERIALS.
    shape : int
        Seed of every free parameter that `parameters` does not fix.
    parameters : dict of str to float
        Free parameters fixed by name (`clipstudio.parameters` lists them).
    lettering : Lettering, optional
        Words that are printed on it or stand by it.

    Examples
    --------
    >>> import clipstudio
    >>> mug = clipstudio.Product.random(0, category="mug")
    >>> mug == Product.from_dict(mug.to_dict())
    True
    """

    category: str
    design: str
    colour: str = "blue"
    second_colour: str = "white"
    pattern: str = "plain"
    material: str = "cotton"
    shape: int = 0
    parameters: dict[str, float] = field(default_factory=dict)
    lettering: Lettering | None = None

    def __post_init__(self) -> None:
        check_name("category", self.category, CATEGORIES)
        check_name(f"design of a {self.category}", self.design, CATEGORIES[self.category].designs)
        check_name("colour", self.colour, COLOURS)
        check_name("second colour", self.second_colour, COLOURS)
        check_name("pattern", self.pattern, PATTERNS)
        check_name("material", self.material, MATERIALS)
        if not isinstance(self.shape, (int, np.integer)):
            raise ValueError(f"shape is a seed, a whole number, got {self.shape!r}")
        if self.parameters:
            known = {p.name for p in parameters(self)}
            for name in self.parameters:
                check_name(f"parameter of this {self.category}", name, sorted(known))

    def __hash__(self) -> int:
        return hash((*self._plain(), *sorted(self.parameters.items())))

    @property
    def products(self) -> tuple[Product, ...]:
        """The product itself, as every subject lists its products."""
        return (self,)

    def on_sale(self) -> tuple[int, ...]:
        """Return the numbers of what a mask of the product shows (see `Scene.owned`)."""
        return (1,)

    def _plain(self) -> tuple:
        return (
            self.category,
            self.design,
            self.colour,
            self.second_colour,
            self.pattern,
            self.material,
            self.shape,
            self.lettering,
        )

    def to_dict(self) -> dict:
        """Plain values, ready for JSON; without the field `lettering` where there is none."""
        values = asdict(self)
        if self.lettering is None:
            del values["lettering"]
        return values

    @classmethod
    def from_dict(cls, values: dict) -> Product:
        """Return the product that `to_dict` described."""
        for name in values:
            check_name("field of a product", name, cls.__dataclass_fields__)
        lettering = values.get("lettering")
        if isinstance(lettering, dict):
            values = {**values, "lettering": Lettering(**lettering)}
        return cls(**values)

    @classmethod
    def random(cls, rng: np.random.Generator | int, **fixed) -> Product:
        """Return a product drawn at random: any field can be fixed by name.

        Categories, designs, colours and patterns are drawn evenly; about a third are plain, and
        designs that name their usual colours mostly get one of them.
        """
        rng = np.random.default_rng(rng)
        return cls(**_draw(rng, fixed))


def _pick(rng: np.random.Generator, options: Iterable[Any]) -> Any:
    options = list(options)
    return options[rng.integers(len(options))]


def _draw(rng: np.random.Generator, fixed: dict) -> dict:
    for name in fixed:
        check_name("field of a product", name, Product.__dataclass_fields__)
    drawn = dict(fixed)
    # Each draw happens whether or not it is used, so that fixing one field keeps the others.
    category = _pick(rng, CATEGORIES)
    category = check_name("category", drawn.setdefault("category", category), CATEGORIES)
    designs = CATEGORIES[category].designs
    name = drawn.setdefault("design", _pick(rng, designs))
    made = designs[check_name(f"design of a {category}", name, designs)]
    drawn.setdefault("material", _pick(rng, made.materials))
    is_plain = rng.random() < 0.33 or made.patterns == ("plain",)
    patterned = [p for p in made.patterns if p != "plain"] or ["plain"]
    pattern = _pick(rng, patterned)
    drawn.setdefault("pattern", "plain" if is_plain and "plain" in made.patterns else pattern)
    any_colour, usual = _pick(rng, COLOURS), _pick(rng, made.colours or COLOURS)
    colour = drawn.setdefault("colour", usual if rng.random() < 0.8 else any_colour)
    check_name("colour", colour, COLOURS)
    unlike = [c for c in COLOURS if contrast(c, colour) > 0.45]
    drawn.setdefault("second_colour", _pick(rng, unlike))
    drawn.setdefault("shape", int(rng.integers(2**31)))
    return drawn


def design_of(product: Product) -> Design:
    """Return the design that builds a product."""
    return CATEGORIES[product.category].designs[product.design]


# --------------------------------------------------------------------------------------- building
class Subject(Protocol):
    """Whatever can be photographed: a product, a worn one, or several (see `subjects`)."""

    @property
    def products(self) -> tuple[Product, ...]:
        """What is in the picture, in the order of `object_masks`."""

    def on_sale(self) -> tuple[int, ...]:
        """Return the numbers of what a mask of the product shows: 1 for the first of `products`."""


@dataclass(frozen=True, eq=False)
class Built:
    """A subject's scene, and how it wants to be seen.

    Attributes
    ----------
    scene : Scene
    table : SceneTable
    pose : str
    parameters : tuple of Parameter
        Those that a product's design asked for.
    yaw, pitch : tuple of (low, high)
        Camera angles from which it is well seen, degrees.
    view : numpy.ndarray, shape (6,)
        The box that a picture at zoom 1 shows.
    zoom : (low, high)
        How near the camera comes in random shots.
    """

    scene: Scene
    table: SceneTable
    pose: str
    parameters: tuple[Parameter, ...]
    yaw: tuple[Range, ...]
    pitch: tuple[Range, ...]
    view: np.ndarray
    zoom: Range


@functools.singledispatch
def assemble(subject: object) -> Built:
    """Build a subject's scene; every kind of subject registers its own way."""
    raise TypeError(f"expected a product or what is made of products, got {subject!r}")


@functools.lru_cache(maxsize=64)
def build(subject: Subject) -> Built:
    """Build a subject's scene (kept for the next call)."""
    return assemble(subject)


def construct(product: Product, poses: tuple[str, ...] | None = None) -> tuple[Scene, Shape]:
    """Return a product's own scene, with the words on it, and its free parameters.

    `poses` replaces those of its design.
    """
    made, words = design_of(product), product.lettering
    shape = Shape(product.shape, product.parameters, poses or made.poses)
    scene = Scene()
    made.build(scene, Look(product, shape), shape)
    if words is not None and not (words.on == "print" and made.tailor):
        inscribe(scene, words, shape.pose)
    return scene, shape


@assemble.register(Product)
def _(product: Product) -> Built:
    scene, shape = construct(product)
    made, pose = design_of(product), shape.pose
    yaw, pitch = made.yaw_ranges(pose), made.pitch_ranges(pose)
    if product.lettering is not None:
        yaw, pitch = LEGIBLE_YAW, tuple((low, min(high, 30.0)) for low, high in pitch)
    table, drawn = scene.table(), tuple(shape.drawn.values())
    return Built(scene, table, pose, drawn, yaw, pitch, table.box, _zooms(pose))


def parameters(product: Product) -> list[Parameter]:
    """Return the free parameters of a product's design: name, range and value in this product.

    Examples
    --------
    >>> import clipstudio
    >>> mug = clipstudio.Product.random(0, category="mug")
    >>> any(p.name == "pattern scale" for p in clipstudio.parameters(mug))
    True
    """
    return list(build(product).parameters)


def _yaw(subject: Subject, shot: Shot) -> float:
    return sum(build(subject).yaw[0]) / 2 if shot.yaw is None else shot.yaw


def _pitch(subject: Subject, shot: Shot) -> float:
    return sum(build(subject).pitch[0]) / 2 if shot.pitch is None else shot.pitch


def trace_product(product: Subject, shot: Shot, size: int, antialias: int = 3) -> Samples:
    """Trace a subject's picture without colouring it (see `camera.trace`)."""
    if not 8 <= size <= 1024:
        raise ValueError(f"size must lie between 8 and 1024 pixels, got {size}")
    made, yaw = build(product), _yaw(product, shot)
    view = camera.frame(made.view, yaw, _pitch(product, shot), shot)
    stage = camera.stage_for(made.pose, made.table.box)
    light = camera.light_direction(shot.light, yaw, shot.seed)
    return camera.trace(made.table, view, stage, size, antialias, light)


def photograph(
    product: Subject,
    shot: Shot | None = None,
    size: int = 192,
    antialias: int = 3,
    matt: bool = False,
) -> Image.Image:
    """Return a photograph of a product, of somebody who wears it, or of several products.

    Parameters
    ----------
    product : Product, Worn or Group
    shot : Shot, optional
        By default from the middle of the subject's range of views, on a white sweep.
    size : int, 8 to 1024
        Width and height in pixels.
    antialias : int
        Edge pixels are averaged over antialias x antialias samples; 1 for none (fast).
    matt : bool
        Leave out threads and grain (fast).

    Returns
    -------
    PIL.Image.Image
        RGB.  The same product and shot always give the same picture.

    Examples
    --------
    >>> import clipstudio
    >>> clipstudio.photograph(clipstudio.Product.random(0, category="mug"), size=32).size
    (32, 32)
    """
    shot = shot or Shot()
    samples = trace_product(product, shot, size, antialias)
    picture = camera.shade(
        samples,
        build(product).table.materials,
        shot.light,
        shot.background,
        shot.seed,
        _yaw(product, shot),
        matt,
    )
    return Image.fromarray(picture)


def photographs(
    pairs: Iterable[tuple[Subject, Shot]], size: int = 80, antialias: int = 1, matt: bool = True
) -> np.ndarray:
    """Many small photographs with their masks, as fast as the studio can.

    Pictures that share geometry and view (other colours, patterns, lights, backgrounds) are
    traced once if they follow each other.

    Parameters
    ----------
    pairs : iterable of (Product, Worn or Group; Shot)
    size : int
    antialias, matt
        As in `photograph`; the defaults are the fast ones.

    Returns
    -------
    numpy.ndarray, uint8, shape (n, size, size, 4)
        Red, green, blue, and how much of the pixel the product (or all of a group) covers.
    """
    out = []
    for product, shot in pairs:
        picture = np.asarray(photograph(product, shot, size, antialias, matt))
        cover = _cover(product, trace_product(product, shot, size, antialias))
        out.append(np.dstack([picture, (cover * 255 + 0.5).astype(np.uint8)]))
    return np.array(out, np.uint8).reshape(-1, size, size, 4)


def _cover(subject: Subject, samples: Samples, number: int | None = None) -> np.ndarray:
    """Share of each pixel that what is on sale covers, or one of a subject's products."""
    owners = build(subject).table.owners
    wanted = subject.on_sale() if number is None else [number + 1]
    mine = np.isin(np.append(owners, 0), [*wanted, *(WRITTEN + owner for owner in wanted)])
    seen = mine[np.maximum(samples.material, -1)]  # of the background: what was appended
    cover = np.bincount(samples.pixel, samples.weight * seen, minlength=samples.size**2)
    return cover.reshape(samples.size, samples.size)


def product_mask(product: Subject, shot: Shot | None = None, size: int = 192) -> np.ndarray:
    """Which pixels of the photograph show the product on sale, or any of a group's products.

    Returns
    -------
    numpy.ndarray, bool, shape (size, size)
    """
    return _cover(product, trace_product(product, shot or Shot(), size)) >= 0.5


def object_masks(subject: Subject, shot: Shot | None = None, size: int = 192) -> np.ndarray:
    """Which pixels of the photograph show each of a subject's products.

    Returns
    -------
    numpy.ndarray, bool, shape (n, size, size)
        In the order of the subject's `products`: no pixel belongs to two of them.
    """
    samples = trace_product(subject, shot or Shot(), size)
    return np.stack([_cover(subject, samples, i) >= 0.5 for i in range(len(subject.products))])


def words_mask(subject: Subject, shot: Shot | None = None, size: int = 192) -> np.ndarray:
    """Which pixels show words, or the tag, label, sticker or box on which they are written.

    Returns
    -------
    numpy.ndarray, bool, shape (size, size)
    """
    samples = trace_product(subject, shot or Shot(), size)
    owners = np.append(build(subject).table.owners, 0)
    seen = owners[np.maximum(samples.material, -1)] >= WRITTEN
    cover = np.bincount(samples.pixel, samples.weight * seen, minlength=size**2)
    return cover.reshape(size, size) >= 0.5


def random_shot(rng: np.random.Generator | int, product: Subject) -> Shot:
    """Draw a shot at random from the subject's own range of views; backgrounds suit its pose."""
    rng = np.random.default_rng(rng)
    made = build(product)
    pose = made.pose
    names = list(BACKGROUNDS)
    shares = np.array([_share(name, pose) for name in names], float)
    tilt = {"flat": 9.0, "hanging": 4.0}.get(pose, 2.5)
    yaw, pitch = _pick(rng, made.yaw), _pick(rng, made.pitch)
    return Shot(
        yaw=round(float(rng.uniform(*yaw)), 1),
        pitch=round(float(rng.uniform(*pitch)), 1),
        roll=round(float(np.clip(rng.normal(0, tilt), -3 * tilt, 3 * tilt)), 1),
        light=_pick(rng, LIGHTS),
        background=names[rng.choice(len(names), p=shares / shares.sum())],
        zoom=round(float(math.exp(rng.uniform(*np.log(made.zoom)))), 2),
        shift_x=round(float(rng.normal(0, 0.05)), 3),
        shift_y=round(float(rng.normal(0, 0.05)), 3),
        seed=int(rng.integers(2**31)),
    )


def _zooms(pose: str) -> Range:
    """Clothes fill most of an amateur's picture; things on a table have some room."""
    return (0.85, 1.3) if pose in ("flat", "hanging", "worn") else (0.75, 1.2)


def _share(background: str, pose: str) -> float:
    """How often a background is drawn for a pose."""
    usual = {
        "flat": ("wooden floor", "tiles", "cloth", "carpet", "rug", "table top", "white"),
        "hanging": ("wall", "white", "grey", "warm"),
        "worn": ("white", "grey", "warm", "wall", "coloured"),
        "standing": ("white", "table top", "wooden floor", "warm", "grey", "wall"),
        "side": ("white", "wooden floor", "tiles", "carpet", "grey", "concrete"),
    }
    if pose in ("hanging", "worn") and background in ("grass", "carpet", "rug", "tiles"):
        return 0.0
    return 2.0 if background in usual[pose] else 0.7
