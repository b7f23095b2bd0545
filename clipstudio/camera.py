"""The photo camera: from a scene's table to a picture, in two steps.

`trace` finds out what every sample of the picture sees and how much light reaches it; it knows
the geometry only.  `shade` gives the samples their colours.  Traces are kept, so that another
colour, pattern, light or background costs shading alone.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import asdict, dataclass

import numpy as np

from clipstudio import kernels as k
from clipstudio.materials import COLOURS, WOOD_TONES, Material, check_name
from clipstudio.scene import SceneTable

FOCAL = 3.0  # in half picture widths: a moderate telephoto lens
FILL = 0.86  # share of the picture that the product takes at zoom 1

POSES: dict[str, str] = {
    "standing": "on a surface, seen from a little above",
    "side": "on a surface, seen from the side (shoes)",
    "flat": "lying on a surface, seen from above",
    "hanging": "in front of a wall",
    "worn": "on an invisible mannequin, free in front of a wall",
}


# ----------------------------------------------------------------------------- lights and backdrops
@dataclass(frozen=True)
class Light:
    """A way to light a scene; angles are relative to the camera, in degrees.

    Attributes
    ----------
    key : (azimuth, elevation)
        Where the main light stands; the side (left or right) comes from the shot's seed.
    size : (half width, half height) of its face, seen from the product at distance 1
    sharpness : float
        Of its shadow: 3 is very soft, 20 hard.
    strength, fill, rim : float
        Of the main light, the one opposite, and the one behind.
    ambient : float
    tint, fill_tint : RGB
    falloff : float
        How unevenly the background is lit.
    exposure : float
    """

    key: tuple[float, float] = (42.0, 48.0)
    size: tuple[float, float] = (0.42, 0.42)
    sharpness: float = 7.0
    strength: float = 2.65
    fill: float = 1.0
    rim: float = 1.3
    ambient: float = 1.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    fill_tint: tuple[float, float, float] = (1.0, 1.0, 1.03)
    falloff: float = 0.05
    exposure: float = 0.80


LIGHTS: dict[str, Light] = {
    "studio": Light(),
    "soft": Light((30.0, 62.0), (0.8, 0.8), 4.0, 1.35, 0.9, 0.7, 1.25, falloff=0.03),
    "hard": Light((52.0, 40.0), (0.16, 0.16), 18.0, 11.0, 0.35, 0.4, 0.62, falloff=0.12),
    "warm evening": Light(
        (58.0, 28.0),
        (0.3, 0.3),
        9.0,
        4.4,
        0.5,
        0.6,
        0.62,
        (1.16, 0.92, 0.62),
        (0.85, 0.9, 1.05),
        0.20,
        0.78,
    ),
    "window": Light(
        (72.0, 26.0),
        (0.45, 0.6),
        5.0,
        2.7,
        0.25,
        0.3,
        0.72,
        (0.96, 1.0, 1.06),
        (1.0, 0.97, 0.92),
        0.30,
        0.85,
    ),
    "mixed": Light(
        (40.0, 55.0),
        (0.35, 0.35),
        6.0,
        2.2,
        1.5,
        0.6,
        0.95,
        (1.10, 0.98, 0.80),
        (0.80, 0.95, 1.20),
        0.15,
        0.82,
    ),
    "dim": Light(
        (25.0, 60.0),
        (0.4, 0.4),
        6.0,
        1.9,
        0.5,
        0.3,
        0.8,
        (1.05, 0.98, 0.86),
        (1.0, 0.95, 0.9),
        0.22,
        0.52,
    ),
}

BACKGROUNDS: dict[str, str] = {
    "white": "white studio sweep",
    "grey": "grey studio sweep",
    "warm": "cream studio sweep",
    "dark": "nearly black studio sweep",
    "coloured": "studio sweep in a pastel colour",
    "wooden floor": "floor boards",
    "table top": "wood or marble",
    "wall": "painted plaster",
    "cloth": "a rumpled sheet",
    "carpet": "a plain carpet",
    "rug": "a patterned rug",
    "tiles": "floor tiles",
    "concrete": "concrete",
    "grass": "a lawn",
}
_SWEEPS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "white": ((0.86, 0.86, 0.86), (0.93, 0.93, 0.93)),
    "grey": ((0.40, 0.41, 0.42), (0.52, 0.53, 0.54)),
    "warm": ((0.66, 0.58, 0.48), (0.80, 0.74, 0.66)),
    "dark": ((0.055, 0.055, 0.06), (0.022, 0.022, 0.026)),
}


# ------------------------------------------------------------------------------------------- shot
@dataclass(frozen=True)
class Shot:
    """How a product is photographed.

    Parameters
    ----------
    yaw, pitch, roll : float or None, float
        Where the camera stands, in degrees: to the product's right (its left is negative),
        above it, and the tilt of the picture.  None: the middle of the design's own range.
    light, background : str
        Names in LIGHTS and BACKGROUNDS.
    zoom : float, 0.4 to 4
        1 shows the whole product with a margin; more crops.
    shift_x, shift_y : float
        Moves the product in the picture, in half picture widths.
    seed : int
        Details of the background and the side from which the light comes.
    """

    yaw: float | None = None
    pitch: float | None = None
    roll: float = 0.0
    light: str = "studio"
    background: str = "white"
    zoom: float = 1.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        check_name("light", self.light, LIGHTS)
        check_name("background", self.background, BACKGROUNDS)
        if not 0.4 <= self.zoom <= 4:
            raise ValueError(f"zoom must lie between 0.4 and 4, got {self.zoom}")
        for name in ("yaw", "pitch", "roll", "shift_x", "shift_y"):
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                raise ValueError(f"{name} must be a finite number, got {value}")

    def to_dict(self) -> dict:
        """Plain values, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict) -> Shot:
        """Return the shot that `to_dict` described."""
        for name in values:
            check_name("field of a shot", name, cls.__dataclass_fields__)
        return cls(**values)


# ---------------------------------------------------------------------------------- view and stage
def _direction(azimuth: float, elevation: float) -> np.ndarray:
    a, e = math.radians(azimuth), math.radians(elevation)
    return np.array([math.sin(a) * math.cos(e), math.sin(e), math.cos(a) * math.cos(e)])


def frame(box: np.ndarray, yaw: float, pitch: float, shot: Shot) -> np.ndarray:
    """Return the view (15 numbers, see `kernels`) that shows a box at the shot's zoom and tilt."""
    centre, extent = (box[:3] + box[3:]) / 2, (box[3:] - box[:3]) / 2
    towards = _direction(yaw, min(max(pitch, -89.0), 89.0))
    forward = -towards
    right = np.cross(forward, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    up = np.cross(right, forward)
    a = math.radians(shot.roll)
    right, up = math.cos(a) * right + math.sin(a) * up, math.cos(a) * up - math.sin(a) * right
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * extent
    distance = FOCAL * float(np.linalg.norm(extent))
    for _ in range(4):  # perspective makes the size in the picture depend on the distance
        depth = distance - corners @ towards
        across, upright = FOCAL * (corners @ right) / depth, FOCAL * (corners @ up) / depth
        distance *= max(np.ptp(across), np.ptp(upright)) / 2 / FILL
    depth = distance - corners @ towards
    across, upright = FOCAL * (corners @ right) / depth, FOCAL * (corners @ up) / depth
    middle_x = (across.max() + across.min()) / 2
    middle_y = (upright.max() + upright.min()) / 2
    view = np.empty(15)
    view[:3] = centre + towards * distance
    view[3:6], view[6:9], view[9:12] = right, up, forward
    view[12] = FOCAL * shot.zoom
    view[13] = middle_x * shot.zoom - shot.shift_x
    view[14] = middle_y * shot.zoom - shot.shift_y
    return view


def stage_for(pose: str, box: np.ndarray) -> np.ndarray:
    """Return the planes around a product (8 numbers, see `kernels`): what it stands or hangs on."""
    size = float(np.linalg.norm(box[3:] - box[:3]))
    nowhere = [0.0, 0.0, 0.0, -1e6]
    if pose in ("standing", "side"):
        return np.array([0.0, 1.0, 0.0, box[1] - 0.004, 0.0, 0.0, 1.0, box[2] - 1.6 * size])
    gap = {"flat": 0.003, "hanging": 0.03, "worn": 0.30}[pose] * size
    return np.array([0.0, 0.0, 1.0, box[2] - gap, *nowhere])


# ------------------------------------------------------------------------------------------- trace
@dataclass
class Samples:
    """What the samples of a picture see: the geometry's part of a photograph.

    One sample a pixel comes first, row by row; then the further ones of pixels at edges.

    Attributes
    ----------
    size : int
    view, stage, box : numpy.ndarray
    pixel : numpy.ndarray, int64, shape (n,)
    weight : numpy.ndarray, float64, shape (n,)
        Share of its pixel; 0 for a first sample that finer ones replace.
    places : numpy.ndarray, float64, shape (n, 2)
        Where in the picture, in pixels from the top left corner.
    position, normal : numpy.ndarray, float64, shape (n, 3)
    material : numpy.ndarray, int64, shape (n,)
        Index in the scene's materials; negative for the background.
    open, glass : numpy.ndarray, float64, shape (n,)
        Openness to the surroundings, 0 to 1, and the depth of glass crossed.
    """

    table: SceneTable
    size: int
    view: np.ndarray
    stage: np.ndarray
    pixel: np.ndarray
    weight: np.ndarray
    places: np.ndarray
    position: np.ndarray
    normal: np.ndarray
    material: np.ndarray
    open: np.ndarray
    glass: np.ndarray
    _shadows: dict

    def cover(self) -> np.ndarray:
        """Share of each pixel that the product covers: float, shape (size, size)."""
        seen = np.bincount(self.pixel, self.weight * (self.material >= 0), minlength=self.size**2)
        return seen.reshape(self.size, self.size)

    def mask(self) -> np.ndarray:
        """Where the product covers at least half of a pixel: bool, shape (size, size)."""
        return self.cover() >= 0.5

    def shadow(self, direction: np.ndarray, sharpness: float) -> np.ndarray:
        """Share of a light from `direction` that reaches each sample, shape (n,); kept."""
        key = (direction.tobytes(), sharpness)
        if key not in self._shadows:
            self._shadows[key] = self._light(direction, sharpness, want_open=False)
        return self._shadows[key]

    def _light(self, direction: np.ndarray, sharpness: float, want_open: bool) -> np.ndarray:
        """Shadow of every sample, and openness too where wanted (written to `self.open`).

        The further samples of an edge pixel take theirs from like neighbours.
        """
        first = self.size**2
        shadow = np.ones(len(self.pixel))
        table, common = self.table, (self.stage, direction, sharpness)

        def compute(which) -> None:
            open_, dark = self.open[which], shadow[which]
            k.light_samples(
                table.rows,
                table.textures,
                table.box,
                *common,
                self.position[which],
                self.normal[which],
                self.material[which],
                open_,
                dark,
                want_open,
                True,
            )
            self.open[which], shadow[which] = open_, dark

        compute(slice(0, first))
        if len(self.pixel) > first:
            known = np.ones(len(self.pixel), bool)
            own = self.open if want_open else self.open.copy()
            k.borrow(self.size, first, self.pixel, self.position, self.material, own, shadow, known)
            alone = np.flatnonzero(~known)
            if len(alone):
                compute(alone)
        return shadow


_TRACES: OrderedDict[tuple, Samples] = OrderedDict()
_KEPT_TRACES = 12
_UNKNOWN = np.empty(0)


def trace(
    table: SceneTable,
    view: np.ndarray,
    stage: np.ndarray,
    size: int,
    antialias: int = 3,
    light: tuple[np.ndarray, float] | None = None,
) -> Samples:
    """Find out what every sample of a picture sees.

    Parameters
    ----------
    table : SceneTable
    view, stage : numpy.ndarray
        From `frame` and `stage_for`.
    size : int
        Width and height of the picture in pixels.
    antialias : int
        Edge pixels get antialias x antialias samples; 1 for none (fast).
    light : (direction, sharpness), optional
        A light whose shadow is traced along at once.

    Returns
    -------
    Samples
        Kept for the next call with the same arguments.
    """
    key = (table.key, view.tobytes(), stage.tobytes(), size, antialias)
    if key in _TRACES:
        _TRACES.move_to_end(key)
        return _TRACES[key]
    samples = _trace(table, view, stage, size, antialias)
    direction, sharpness = light or (_direction(42, 48), 7.0)
    shadow = samples._light(direction, sharpness, want_open=True)
    samples._shadows[(direction.tobytes(), sharpness)] = shadow
    _TRACES[key] = samples
    while len(_TRACES) > _KEPT_TRACES:
        _TRACES.popitem(last=False)
    return samples


def _see(table, view, stage, size, places, begin=_UNKNOWN):
    n = len(places)
    seen = np.empty((n, 3)), np.empty((n, 3)), np.empty(n, np.int64), np.empty(n)
    k.trace_samples(table.rows, table.textures, table.box, view, stage, size, places, begin, *seen)
    return seen


def _trace(table, view, stage, size, antialias) -> Samples:
    pixel = np.arange(size * size)
    places = np.stack([pixel % size + 0.5, pixel // size + 0.5], axis=1)
    weight = np.ones(size * size)
    seen = _see(table, view, stage, size, places)
    if antialias > 1:
        edges = np.flatnonzero(k.edge_pixels(size, *seen[:3], view))
        steps = (np.arange(antialias) + 0.5) / antialias - 0.5
        offsets = np.array([[x, y] for y in steps for x in steps])
        if antialias % 2:  # the first sample is the middle one
            offsets = np.delete(offsets, len(offsets) // 2, axis=0)
        share = 1 / antialias**2
        weight[edges] = share if antialias % 2 else 0.0
        finer = (places[edges][:, None] + offsets).reshape(-1, 2)
        begin = k.starts_around(size, view, edges, seen[0], seen[2])
        pixel = np.concatenate([pixel, np.repeat(edges, len(offsets))])
        weight = np.concatenate([weight, np.full(len(finer), share)])
        places = np.concatenate([places, finer])
        more = _see(table, view, stage, size, finer, np.repeat(begin, len(offsets)))
        seen = tuple(np.concatenate([a, b]) for a, b in zip(seen, more, strict=True))
    position, normal, material, glass = seen
    return Samples(
        table,
        size,
        view,
        stage,
        pixel,
        weight,
        places,
        position,
        normal,
        material,
        np.ones(len(pixel)),
        glass,
        {},
    )


# ------------------------------------------------------------------------------------------- shade
def light_direction(light: str, yaw: float, seed: int) -> tuple[np.ndarray, float]:
    """Direction to the main light and the sharpness of its shadow."""
    preset = LIGHTS[light]
    side = 1 if seed % 2 else -1
    return _direction(yaw + side * preset.key[0], preset.key[1]), preset.sharpness


def _light_rows(light: str, yaw: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of lights, ambient light from above and below, and the tint of the background."""
    preset, side = LIGHTS[light], 1 if seed % 2 else -1

    def row(azimuth, elevation, size, strength, tint):
        towards = _direction(yaw + azimuth, elevation)
        across = np.cross([0.0, 1.0, 0.0], towards)
        across /= np.linalg.norm(across)
        upright = np.cross(towards, across)
        return [*towards, *across, *upright, *size, *(strength * np.asarray(tint))]

    azimuth, elevation = preset.key
    rows = [
        row(side * azimuth, elevation, preset.size, preset.strength, preset.tint),
        row(-side * 62, 14, (0.22, 0.75), preset.fill, preset.fill_tint),
        row(side * 150, 38, (0.5, 0.22), preset.rim, preset.fill_tint),
    ]
    tint, fill_tint = np.array(preset.tint), np.array(preset.fill_tint)
    mean = 0.5 * (tint + fill_tint)
    ambient = preset.ambient * np.array([[0.44, 0.45, 0.47] * mean, [0.27, 0.265, 0.26] * mean])
    level = preset.exposure / 0.80
    colour = (0.65 * tint + 0.35 * fill_tint) * min(level, 1.0)
    return np.array(rows), ambient, np.append(colour, preset.falloff)


def _pastel(rng: np.random.Generator) -> np.ndarray:
    names = [n for n in COLOURS if n not in ("white", "black", "grey", "beige")]
    rgb = np.array(COLOURS[names[rng.integers(len(names))]])
    rgb = rgb / rgb.max()
    return 0.8 * (0.55 + 0.45 * rgb)


def _any_colour(rng: np.random.Generator) -> np.ndarray:
    return np.array(COLOURS[list(COLOURS)[rng.integers(len(COLOURS))]])


def _backdrop(name: str, seed: int, box: np.ndarray, stage: np.ndarray) -> np.ndarray:
    """Return the 17 numbers of a backdrop (see `kernels`), its details drawn from the seed."""
    rng = np.random.default_rng([seed, 71])
    upright = stage[1] == 0
    scale, angle, kind, shadow = 1.0, 0.0, k.SWEEP, 0.85
    wall = np.array([0.78, 0.76, 0.72]) * rng.uniform(0.55, 1.05)
    first = second = np.zeros(3)
    if name in _SWEEPS:
        first, second = (np.array(c) * rng.uniform(0.94, 1.03) for c in _SWEEPS[name])
    elif name == "coloured":
        second = _pastel(rng)
        first = second * 0.85
    elif name in ("wooden floor", "table top"):
        tones = list(WOOD_TONES.values())
        first, second = (np.array(c) for c in tones[rng.integers(len(tones))])
        kind, scale, angle = k.PLANKS, rng.uniform(2.6, 4.5), rng.uniform(-0.5, 0.5)
        if rng.random() < 0.35:  # stained grey or bleached
            grey = rng.uniform(0.25, 0.6)
            first, second = (0.25 * c + 0.75 * grey * c.max() for c in (first, second))
        if upright and rng.random() < 0.5:
            angle += math.pi / 2
        if name == "table top":
            kind, scale = k.TABLE, rng.uniform(1.2, 2.0)
            if rng.random() < 0.4:
                kind = k.MARBLE
                first, second = (np.array([0.78, 0.77, 0.75]), np.array([0.32, 0.32, 0.34]))
    elif name == "wall":
        kind = k.PLASTER
        first = (
            _pastel(rng) if rng.random() < 0.5 else np.array([0.80, 0.78, 0.74])
        ) * rng.uniform(0.6, 1.05)
        second, wall = first, first
        if not upright:  # a floor before the wall
            kind, scale = k.PLANKS, rng.uniform(2.6, 4.5)
            first, second = (np.array(c) for c in list(WOOD_TONES.values())[rng.integers(4)])
    elif name == "cloth":
        kind, scale, angle = k.SHEET, rng.uniform(1.6, 2.8), rng.uniform(0, 3.1)
        first = _any_colour(rng) if rng.random() < 0.6 else np.array([0.78, 0.76, 0.73])
        second = first
    elif name == "carpet":
        kind, scale = k.CARPET, rng.uniform(1.5, 2.5)
        first = 0.5 * _any_colour(rng) + 0.5 * np.array([0.35, 0.31, 0.27])
        second = 0.7 * first
    elif name == "rug":
        kind, scale, angle = k.RUG, rng.uniform(2.5, 5.0), rng.uniform(0, 1.5)
        first, second = _any_colour(rng), _any_colour(rng)
    elif name == "tiles":
        kind, scale, angle = k.TILES, rng.uniform(0.9, 1.8), rng.uniform(0, 1.57)
        first = np.array([0.72, 0.68, 0.62]) * rng.uniform(0.4, 1.05)
        second = first * rng.uniform(0.35, 0.8)
    elif name == "concrete":
        kind, first, second = k.CONCRETE, np.full(3, 0.42), np.full(3, 0.28)
        first = first * rng.uniform(0.7, 1.2)
    elif name == "grass":
        kind, scale = k.GRASS, rng.uniform(1.5, 2.5)
        first, second = np.array([0.035, 0.10, 0.015]), np.array([0.20, 0.33, 0.06])
    size = float(np.linalg.norm(box[3:] - box[:3]))
    return np.array(
        [
            kind,
            *first,
            *second,
            scale * 1.9 / size,
            angle,
            *rng.uniform(0, 5, 2),
            *wall,
            shadow,
            box[1],
            rng.choice([0.1, 0.3, 0.6, 1.0]),
        ]
    )


def shade(
    samples: Samples,
    materials: tuple[Material, ...],
    light: str = "studio",
    background: str = "white",
    seed: int = 0,
    yaw: float = 0.0,
    matt: bool = False,
) -> np.ndarray:
    """Colour the samples of a picture.

    Parameters
    ----------
    samples : Samples
        From `trace`.
    materials : tuple of Material
        As many as the scene has; others than the scene's own repaint it.
    light, background : str
        Names in LIGHTS and BACKGROUNDS.
    seed : int
        Details of the background; odd: light from the right, even: from the left.
    yaw : float
        Of the camera, degrees: lights go with it.
    matt : bool
        Leave out threads and grain (faster).

    Returns
    -------
    numpy.ndarray, uint8, shape (size, size, 3)
    """
    lights, ambient, tint = _light_rows(light, yaw, seed)
    direction, sharpness = light_direction(light, yaw, seed)
    shadow = samples.shadow(direction, sharpness)
    picture = k.shade_samples(
        np.array([m.row for m in materials]),
        lights,
        ambient,
        tint,
        LIGHTS[light].exposure,
        _backdrop(background, seed, samples.table.box, samples.stage),
        samples.view,
        samples.size,
        matt,
        samples.pixel,
        samples.weight,
        samples.places,
        samples.position,
        samples.normal,
        samples.material,
        samples.open,
        shadow,
        samples.glass,
    )
    return (picture * 255 + 0.5).astype(np.uint8)
