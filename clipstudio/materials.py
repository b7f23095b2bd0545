"""Colours, patterns and materials: what a surface looks like, apart from its shape."""

from __future__ import annotations

import difflib
import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from clipstudio import kernels as k

RGB = tuple[float, float, float]

COLOURS: dict[str, RGB] = {  # linear light, 0 to 1
    "white": (0.86, 0.86, 0.84),
    "black": (0.022, 0.022, 0.025),
    "grey": (0.29, 0.30, 0.32),
    "red": (0.60, 0.025, 0.03),
    "blue": (0.035, 0.12, 0.50),
    "navy": (0.014, 0.026, 0.105),
    "green": (0.03, 0.30, 0.08),
    "olive": (0.16, 0.17, 0.05),
    "yellow": (0.85, 0.58, 0.03),
    "orange": (0.82, 0.22, 0.02),
    "pink": (0.82, 0.28, 0.42),
    "purple": (0.20, 0.045, 0.37),
    "brown": (0.19, 0.08, 0.032),
    "beige": (0.62, 0.48, 0.32),
    "teal": (0.015, 0.30, 0.32),
    "burgundy": (0.22, 0.012, 0.035),
}
PATTERNS: dict[str, int] = {
    "plain": k.PLAIN,
    "striped": k.STRIPED,
    "checked": k.CHECKED,
    "dotted": k.DOTTED,
    "floral": k.FLORAL,
    "plaid": k.PLAID,
    "speckled": k.SPECKLED,
    "zigzag": k.ZIGZAG,
    "camouflage": k.CAMOUFLAGE,
}
_OTHER_PATTERNS = {  # used by designs, not chosen by name
    "two-tone": k.TWO_TONE,
    "wood grain": k.GRAIN,
    "dial": k.DIAL,
    "sectors": k.SECTORS,
    "faded": k.FADED,
}
MAPPINGS = {"front": k.FRONT, "around": k.ROUND, "box": k.BY_NORMAL, "top": k.TOP}
WEAVES = {"": k.SMOOTH_FACE, "woven": k.WOVEN, "twill": k.TWILL, "knit": k.KNITTED}


def check_name(kind: str, name: str, possible: Iterable[str]) -> str:
    """Return `name` if it is one of `possible`, otherwise raise with the list.

    Raises
    ------
    ValueError
        One sentence that names the nearest match and everything that is possible.
    """
    possible = list(possible)
    if name in possible:
        return name
    near = difflib.get_close_matches(str(name), possible, n=1, cutoff=0.6)
    guess = f" (did you mean {near[0]!r}?)" if near else ""
    raise ValueError(f"unknown {kind} {name!r}{guess}: choose from {', '.join(possible)}")


@dataclass(frozen=True)
class Material:
    """The look of a surface.

    Parameters
    ----------
    colour, second : RGB
        Linear colours; the pattern mixes the second into the first.
    pattern : str
        One of PATTERNS, or "two-tone", "wood grain", "dial", "sectors", "faded".
    frequency : float
        Repeats of the pattern per unit of length.
    mapping : str
        "front": the pattern lies in the xy plane; "around": it is wrapped about the y axis at
        the radius `around`; "box": on the coordinate plane that the surface faces; "top": xz.
    angle : float
        Degrees by which the pattern is turned (90: upright stripes).
    around, aux : float
        Further numbers of a pattern: the radius of "around" and of a dial, the height at which
        "two-tone" changes, the number of "sectors".
    roughness, metal, sheen, transmission, coat, glow : float, 0 to 1
        Blurred or sharp reflections; metallic; fuzzy rim of cloth; glass; varnish; own light.
    bump, bump_frequency, bump_stretch : float
        Fine irregular relief: strength, grains per unit, and stretch of its height.
    weave, weave_frequency : str, float
        "woven", "twill" or "knit" threads, per unit of length.
    reflectance : float
        Mirrored share of light that falls straight on a non-metal (0.02 to 0.08).
    frame : tuple of 13 floats, optional
        Where the object stands on which the pattern lies: a matrix (9) and an origin (3) that
        lead from the scene to the object's own coordinates, and how much larger lengths are
        there.  None: the scene's own coordinates.
    """

    colour: RGB = (0.5, 0.5, 0.5)
    second: RGB | None = None
    pattern: str = "plain"
    frequency: float = 8.0
    mapping: str = "front"
    angle: float = 0.0
    around: float = 0.4
    aux: float = 0.0
    roughness: float = 0.5
    metal: float = 0.0
    sheen: float = 0.0
    transmission: float = 0.0
    bump: float = 0.0
    bump_frequency: float = 20.0
    bump_stretch: float = 1.0
    coat: float = 0.0
    glow: float = 0.0
    reflectance: float = 0.04
    weave: str = ""
    weave_frequency: float = 60.0
    frame: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        check_name("pattern", self.pattern, [*PATTERNS, *_OTHER_PATTERNS])
        check_name("mapping", self.mapping, MAPPINGS)
        check_name("weave", self.weave, WEAVES)

    def but(self, **changes) -> Material:
        """Return a copy with some fields changed."""
        return replace(self, **changes)

    @functools.cached_property
    def row(self) -> np.ndarray:
        """The material as the numbers that the shader reads, float64, shape (MATERIAL_ROW,)."""
        row = np.zeros(k.MATERIAL_ROW)
        row[k.COLOUR : k.COLOUR + 3] = self.colour
        row[k.SECOND : k.SECOND + 3] = self.colour if self.second is None else self.second
        if self.frame is not None:
            row[k.FRAME :] = self.frame
        row[k.PATTERN : k.FRAME] = (
            {**PATTERNS, **_OTHER_PATTERNS}[self.pattern],
            self.frequency,
            MAPPINGS[self.mapping],
            math.radians(self.angle),
            self.around,
            self.aux,
            self.roughness,
            self.metal,
            self.sheen,
            self.transmission,
            self.bump,
            self.bump_frequency,
            self.bump_stretch,
            self.coat,
            self.glow,
            self.reflectance,
            WEAVES[self.weave],
            self.weave_frequency,
        )
        return row


MATERIALS: dict[str, dict[str, object]] = {
    "cotton": dict(
        roughness=0.95,
        sheen=0.25,
        bump=0.06,
        bump_frequency=40.0,
        reflectance=0.02,
        weave="woven",
        weave_frequency=110.0,
    ),
    "denim": dict(
        roughness=0.95,
        sheen=0.15,
        bump=0.16,
        bump_frequency=45.0,
        reflectance=0.02,
        weave="twill",
        weave_frequency=75.0,
    ),
    "wool": dict(roughness=1.0, sheen=0.55, bump=0.28, bump_frequency=38.0, reflectance=0.015),
    "knit": dict(
        roughness=1.0,
        sheen=0.45,
        bump=0.08,
        bump_frequency=30.0,
        reflectance=0.015,
        weave="knit",
        weave_frequency=26.0,
    ),
    "leather": dict(roughness=0.42, bump=0.14, bump_frequency=42.0, coat=0.14, reflectance=0.045),
    "suede": dict(roughness=0.95, sheen=0.7, bump=0.20, bump_frequency=60.0, reflectance=0.02),
    "satin": dict(roughness=0.38, sheen=0.35, reflectance=0.075),
    "canvas": dict(
        roughness=0.9,
        sheen=0.12,
        bump=0.10,
        bump_frequency=45.0,
        reflectance=0.03,
        weave="woven",
        weave_frequency=55.0,
    ),
    "rubber": dict(roughness=0.6, bump=0.04, bump_frequency=60.0, reflectance=0.04),
    "ceramic": dict(roughness=0.18, coat=0.9),
    "glass": dict(roughness=0.05, transmission=0.93),
    "metal": dict(roughness=0.22, metal=1.0),
    "wood": dict(roughness=0.45, coat=0.18, bump=0.05, bump_frequency=20.0, bump_stretch=0.3),
    "plastic": dict(roughness=0.32, coat=0.25),
    "straw": dict(
        roughness=0.8, bump=0.1, bump_frequency=30.0, weave="woven", weave_frequency=32.0
    ),
}
WOOD_TONES: dict[str, tuple[RGB, RGB]] = {
    "oak": ((0.52, 0.33, 0.16), (0.38, 0.21, 0.09)),
    "beech": ((0.62, 0.42, 0.22), (0.50, 0.31, 0.15)),
    "teak": ((0.36, 0.18, 0.075), (0.23, 0.10, 0.04)),
    "walnut": ((0.15, 0.07, 0.032), (0.085, 0.036, 0.016)),
}


def colour_of(colour: str | RGB) -> RGB:
    """Return a colour by name, or three linear numbers as they are."""
    return COLOURS[check_name("colour", colour, COLOURS)] if isinstance(colour, str) else colour


def in_material(colour: str | RGB, material: str) -> RGB:
    """How a colour turns out in a material: metals are paler, glass is tinted."""
    rgb = colour_of(colour)
    if material == "metal":
        return tuple(min(0.95, 0.12 + 0.85 * v) for v in rgb)
    if material == "glass":
        return tuple(min(0.97, 0.02 + 1.02 * v**0.7) for v in rgb)
    return rgb


def surface(
    colour: str | RGB,
    material: str = "cotton",
    second: str | RGB | None = None,
    pattern: str = "plain",
    **changes,
) -> Material:
    """Return a material by the names of its colour, substance and pattern.

    Examples
    --------
    >>> surface("red", "ceramic", "white", "dotted", mapping="around").pattern
    'dotted'
    """
    preset = MATERIALS[check_name("material", material, MATERIALS)]
    second = None if second is None else in_material(second, material)
    fields = {"colour": in_material(colour, material), "second": second, "pattern": pattern}
    return Material(**{**fields, **preset, **changes})


def plain(colour: str | RGB, material: str = "plastic", **changes) -> Material:
    """One colour in one material."""
    return surface(colour, material, **changes)


def fabric(colour: str | RGB, **changes) -> Material:
    """Plain cotton."""
    return surface(colour, "cotton", **changes)


def wood(tone: str = "oak", **changes) -> Material:
    """Varnished wood: "oak", "beech", "teak" or "walnut"."""
    light, dark = WOOD_TONES[check_name("wood", tone, WOOD_TONES)]
    fields = {"pattern": "wood grain", "frequency": 3.0, **MATERIALS["wood"], **changes}
    return Material(colour=light, second=dark, **fields)


def chrome(**changes) -> Material:
    """Polished steel."""
    return Material(**{"colour": (0.86, 0.86, 0.88), "roughness": 0.14, "metal": 1.0, **changes})


def gold(**changes) -> Material:
    """Polished brass or gold."""
    return Material(**{"colour": (0.90, 0.66, 0.28), "roughness": 0.16, "metal": 1.0, **changes})
