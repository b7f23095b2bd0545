"""Prints: a product as an old mail-order catalogue would draw it.

The photo camera's samples say what is seen where, and a print needs no more.  A plate of flat
colours and a key plate, with the outlines and the screen of the shadows, are printed one over the
other on tinted paper, a little out of register.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from clipstudio import kernels as k
from clipstudio.camera import Samples, Shot, light_direction
from clipstudio.materials import Material, in_material
from clipstudio.product import Product, _yaw, build, trace_product

FINE = 2  # plates are cut this much finer than the print
RGB = tuple[int, int, int]

INKS: dict[str, RGB] = {
    "white": (250, 245, 232),
    "black": (58, 54, 58),
    "grey": (158, 158, 152),
    "red": (214, 72, 44),
    "blue": (72, 116, 176),
    "navy": (48, 66, 104),
    "green": (66, 134, 92),
    "olive": (146, 144, 74),
    "yellow": (238, 190, 68),
    "orange": (232, 134, 46),
    "pink": (230, 138, 146),
    "purple": (128, 92, 150),
    "brown": (126, 82, 56),
    "beige": (222, 190, 142),
    "teal": (52, 148, 146),
    "burgundy": (134, 42, 58),
}
"""The ink in which each of the studio's colours is printed, as it looks on white paper."""
PAPERS = ((246, 238, 218), (240, 232, 214), (247, 240, 228), (236, 230, 206), (242, 228, 210))
TINTS = ((196, 216, 208), (240, 208, 190), (206, 214, 226), (240, 220, 164), (214, 216, 190))
KEY_INKS = ((44, 36, 40), (36, 40, 58), (58, 38, 32))
BACKDROPS = ("bare", "panel", "disc", "floor")
SCREENS = {"lines": (0.7, 0.5), "dots": (0.7, 0.5), "wash": (0.35, 0.21)}
"""How the key plate darkens what lies in the shade, and how much: on the product and beside it."""
SLIP = 1.5  # hundredths of the picture's width


@dataclass(frozen=True)
class Press:
    """How a sheet is printed.

    Attributes
    ----------
    paper, tint, ink : (red, green, blue), 0 to 255
        The paper, the colour printed behind the product, and the ink of the key plate.
    backdrop : str
        One of BACKDROPS: the form in which the tint is printed.
    screen : str
        One of SCREENS: what the key plate prints on the shade.
    slip : (right, down)
        By how much the colours miss their outlines, in hundredths of the picture's width.
    """

    paper: RGB
    tint: RGB
    ink: RGB
    backdrop: str
    screen: str
    slip: tuple[float, float]

    @classmethod
    def of(cls, shot: Shot) -> Press:
        """Return the press that prints a shot: it depends on the shot's seed alone."""
        rng = np.random.default_rng([shot.seed, 83])
        tables = (PAPERS, TINTS, KEY_INKS, BACKDROPS, list(SCREENS))
        chosen = [options[rng.integers(len(options))] for options in tables]
        return cls(*chosen, slip=tuple(rng.uniform(-SLIP, SLIP, 2).tolist()))


def print_of(product: Product, shot: Shot | None = None, size: int = 128) -> Image.Image:
    """Return a product in ink outlines and a few flat colours, on old paper.

    Parameters
    ----------
    product : Product
    shot : Shot, optional
        View and light; by default from the middle of the design's range of views.  Its seed
        chooses the press as well; its background is not used.
    size : int, 4 to 512
        Width and height in pixels.

    Returns
    -------
    PIL.Image.Image
        RGB.  The same product and shot always give the same print.

    Raises
    ------
    ValueError
        If the size is out of range.

    Examples
    --------
    >>> import clipstudio
    >>> clipstudio.print_of(clipstudio.Product.random(0, category="mug"), size=32).size
    (32, 32)
    """
    if not 4 <= size <= 512:
        raise ValueError(f"size must lie between 4 and 512 pixels, got {size}")
    shot = shot or Shot()
    press = Press.of(shot)
    paper, tint, ink = (np.array(c) / 255 for c in (press.paper, press.tint, press.ink))
    samples = trace_product(product, shot, FINE * size, antialias=1)
    covered = _grid(samples, samples.material >= 0)

    sheet = np.where(_backdrop(press.backdrop, FINE * size), paper * tint, paper)
    colours, printed = (_slipped(p, press.slip) for p in (_colours(samples, product), covered))
    sheet = np.where(printed, paper * colours, sheet)
    strength = np.where(covered, *SCREENS[press.screen])
    shade = strength * _screen(press.screen, _darkness(samples, shot, product))
    sheet = np.where(_outlines(samples), ink, sheet * (1 - shade * (1 - ink)))
    grain = np.random.default_rng([shot.seed, 84]).random(covered.shape)
    sheet = sheet * (1 - 0.02 * grain)
    picture = Image.fromarray((255 * np.clip(sheet, 0, 1) + 0.5).astype(np.uint8))
    return picture.resize((size, size), Image.Resampling.BOX)


def _grid(samples: Samples, values: np.ndarray) -> np.ndarray:
    """Values of the samples as a picture of one channel, shape (size, size, 1)."""
    return values.reshape(samples.size, samples.size, 1)


# ----------------------------------------------------------------------------- the plate of colours
def _colours(samples: Samples, product: Product) -> np.ndarray:
    """Return the inks of what is seen, without light or shade: float in 0..1, (size, size, 3)."""
    # Not the samples' own materials: traces are shared by products that differ in colour alone.
    # What glows in its ink needs no light, but the kernel asks for one: it has no strength.
    materials = np.array([_in_ink(material).row for material in build(product).table.materials])
    no_light = np.array([[0.0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0]])
    return k.shade_samples(
        materials,
        no_light,
        np.zeros((2, 3)),
        np.zeros(4),
        1.0,
        np.zeros(17),
        samples.view,
        samples.size,
        True,
        samples.pixel,
        samples.weight,
        samples.places,
        samples.position,
        samples.normal,
        samples.material,
        samples.open,
        samples.open,
        samples.glass,
    )


def _in_ink(material: Material) -> Material:
    """Return the material's pattern in the nearest inks, glowing by itself."""
    substance = "metal" if material.metal else "glass" if material.transmission else ""
    first, second = (
        None if colour is None else _nearest_ink(colour, substance)
        for colour in (material.colour, material.second)
    )
    kept = ("pattern", "frequency", "mapping", "angle", "around", "aux", "frame")
    return Material(
        first,
        second,
        glow=1.0,
        roughness=1.0,
        reflectance=0.0,
        **{name: getattr(material, name) for name in kept},
    )


def _nearest_ink(colour: tuple[float, float, float], substance: str) -> tuple[float, float, float]:
    """Return the ink of the studio's colour that looks most like this one, both linear.

    A darker tone of an ink stands for linings and seams.
    """
    eye = 1 / 2.2  # distances as the eye sees them
    tones = [(name, tone) for name in INKS for tone in (1.0, 0.7)]
    seen = [tone * np.array(in_material(name, substance)) ** eye for name, tone in tones]
    name, tone = tones[np.linalg.norm(seen - np.array(colour) ** eye, axis=1).argmin()]
    return tuple((np.array(INKS[name]) / 255 * (0.8 if tone < 1 else 1.0)) ** 2.2)


def _slipped(plate: np.ndarray, slip: tuple[float, float]) -> np.ndarray:
    """Return a plate moved by hundredths of its width; what moves in repeats the border."""
    size = len(plate)
    right, down = (round(size * share / 100) for share in slip)
    margin = max(abs(right), abs(down))
    wide = np.pad(plate, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    return wide[margin - down :, margin - right :][:size, :size]


def _backdrop(name: str, size: int) -> np.ndarray:
    """Where the tint is printed: bool, shape (size, size, 1)."""
    y, x = (np.mgrid[:size, :size, :1][:2] + 0.5) / size * 2 - 1
    forms = {
        "bare": x > 1,
        "panel": np.maximum(abs(x), abs(y)) < 0.92,
        "disc": x**2 + y**2 < 0.86**2,
        "floor": y > 0.35,
    }
    return forms[name]


# ------------------------------------------------------------------------------------ the key plate
def _outlines(samples: Samples) -> np.ndarray:
    """Where a pen would draw: at breaks of depth, normal or material; bool, (size, size, 1)."""
    breaks = k.edge_pixels(
        samples.size, samples.position, samples.normal, samples.material, samples.view
    )
    on = _grid(samples, samples.material >= 0)
    beside = [np.roll(on, step, axis) for axis in (0, 1) for step in (-1, 1)]
    return _grid(samples, breaks) & np.any([on, *beside], axis=0)  # not where floor meets wall


def _darkness(samples: Samples, shot: Shot, product: Product) -> np.ndarray:
    """How little of the light arrives: 0 in full light, 1 in the shade; shape (size, size, 1)."""
    direction, sharpness = light_direction(shot.light, _yaw(product, shot), shot.seed)
    lit = samples.shadow(direction, sharpness)
    faces = np.clip(1.8 * (samples.normal @ direction), 0, 1)
    shaded = faces * lit * (0.3 + 0.7 * samples.open)
    return _grid(samples, 1 - np.where(samples.material >= 0, shaded, lit))


def _screen(name: str, dark: np.ndarray) -> np.ndarray:
    """Where the key plate prints on the shade: bool; lines and dots swell as it gets darker."""
    size = len(dark)
    y, x = np.mgrid[:size, :size, :1][:2] / size * 36
    if name == "wash":
        return dark > 0.55
    if name == "lines":
        ramp = abs((x + y) % 1 - 0.5) * 2
    else:
        u, v = 0.7 * (x + y), 0.7 * (x - y)
        ramp = 0.5 + 0.25 * (np.cos(2 * np.pi * u) + np.cos(2 * np.pi * v))
    return ramp < 0.8 * (dark - 0.35)
