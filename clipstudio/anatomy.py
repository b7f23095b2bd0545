"""The healthy chest: organs as shapes of the scene language, ribs and vessels as strands.

Lengths are centimetres, x to the patient's left (right of the picture), y up, z to the front; the
roots of the lungs lie near the origin.  An organ is a `Solid`; ribs, vertebrae, vessels and leads
are rows of a strand table; what has no surface is a `Cloud`.  A `Phantom` is all of them in the
order in which they are painted over each other.

Attenuations (per cm) are those of water, lung and bone for the filtered spectrum of a chest unit
(about 60 keV effective; after the NIST tables), bone as the excess over soft tissue.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clipstudio import kernels as k
from clipstudio.chest import Patient, stream
from clipstudio.scene import Shape, capsule, ellipsoid, extrude, half_space, smooth_curve, tube
from clipstudio.xray_kernels import (
    ADDS,
    LUNG,
    OUTSIDE,
    PLEURAL,
    SOFT,
    STRAND,
    distances_to_part,
    grow_vessels,
)

TISSUE, AERATED, GAS = 0.185, 0.052, 0.004
VESSEL = TISSUE - AERATED  # blood against the lung around it
CORTEX, MARROW = 0.42, 0.09
INSIDE = SOFT | LUNG | PLEURAL
RIGHT, LEFT = -1, 1
SIDE_SIGN = {"right": RIGHT, "left": LEFT}
ANY_SIDE = (0.31, 0.17, 0.94)  # normal of a round strand: any direction will do


# ------------------------------------------------------------------------------------ the pieces
@dataclass(frozen=True, eq=False)
class Solid:
    """An organ: rows of a scene table, what it absorbs and over what it is painted.

    `over` and `becomes` are the bits of `xray_kernels`; `finding` names the finding whose mask it
    belongs to.
    """

    name: str
    rows: np.ndarray
    textures: np.ndarray
    box: np.ndarray  # low and high corner, float64 (6,)
    attenuation: float
    over: int = INSIDE
    becomes: int = SOFT
    finding: str | None = None

    def distance(self, points: np.ndarray) -> np.ndarray:
        """Signed distance at points (n, 3), shape (n,)."""
        return distances_to_part(self.rows, self.textures, np.ascontiguousarray(points, float))

    def holds(self, points: np.ndarray, depth: float = 0.0) -> np.ndarray:
        """Which points (n, 3) lie inside, at least `depth` cm below the surface."""
        inside = ((points > self.box[:3]) & (points < self.box[3:])).all(axis=1)
        inside[inside] = self.distance(points[inside]) < -depth
        return inside


@dataclass(frozen=True, eq=False)
class Cloud:
    """Lung whose air has given way: its `attenuation` is the excess where it is dense.

    `edge` (cm) is how softly it fades, `grain` (0 to 1) how patchy it is, `frequency` the grains
    per cm, `offset` moves the pattern.
    """

    solid: Solid
    attenuation: float
    edge: float
    grain: float = 0.0
    frequency: float = 0.5
    offset: float = 0.0

    @property
    def numbers(self) -> np.ndarray:
        return np.array([self.edge, self.grain, self.frequency, self.offset])


@dataclass(eq=False)
class Phantom:
    """A whole chest, ready for the X-ray camera.

    Attributes
    ----------
    patient : Patient
    solids : list of Solid
        In painting order.
    clouds : list of Cloud
    bones, vessels : numpy.ndarray, float64, shape (n, 18)
        Strands (see `chain` and `xray_kernels.STRAND`).
    extras : dict of str to numpy.ndarray
        Strands that belong to a finding or device.
    marks : dict of str to numpy.ndarray
        Invisible strands that say where a finding lies which is not made of parts of its own.
    """

    patient: Patient
    solids: list[Solid] = field(default_factory=list)
    clouds: list[Cloud] = field(default_factory=list)
    bones: np.ndarray = field(default_factory=lambda: np.zeros((0, STRAND)))
    vessels: np.ndarray = field(default_factory=lambda: np.zeros((0, STRAND)))
    extras: dict[str, np.ndarray] = field(default_factory=dict)
    marks: dict[str, np.ndarray] = field(default_factory=dict)


Step = tuple[int, Shape, float]


def add(shape: Shape, smooth: float = 0.0) -> Step:
    """Join a shape to the solid."""
    return (k.SMOOTH_UNION if smooth else k.UNION, shape, smooth)


def cut(shape: Shape, smooth: float = 0.0) -> Step:
    """Take a shape away from the solid so far."""
    return (k.SMOOTH_CUT if smooth else k.CUT, shape, smooth)


def clip(shape: Shape, smooth: float = 0.0) -> Step:
    """Keep only what lies inside the shape."""
    return (k.SMOOTH_CLIP if smooth else k.CLIP, shape, smooth)


def solid(
    name: str,
    attenuation: float,
    *steps: Step,
    over: int = INSIDE,
    becomes: int = SOFT,
    finding: str | None = None,
    limits: Sequence[float] = (-60, -60, -60, 60, 60, 60),
) -> Solid:
    """Return a solid from steps made by `add`, `cut` and `clip`, within the box `limits`."""
    grids: list = []
    rows = np.empty((len(steps), k.ROW))
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for n, (join, shape, smooth) in enumerate(steps):
        rows[n] = shape.row(join, smooth, 0, len(grids))
        grids.extend(shape.grids)
        if join in (k.UNION, k.SMOOTH_UNION):
            bottom, top = shape.box()
            low, high = np.minimum(low, bottom), np.maximum(high, top)
            reach = 0.25 * smooth
            low, high = low - reach, high + reach
    for join, shape, _ in steps:
        if join in (k.CLIP, k.SMOOTH_CLIP) and shape.op != k.HALF_SPACE:
            bottom, top = shape.box()
            low, high = np.maximum(low, bottom), np.minimum(high, top)
    limits = np.asarray(limits, float)
    box = np.concatenate([np.maximum(low, limits[:3]), np.minimum(high, limits[3:])])
    textures = np.zeros((max(len(grids), 1), k.GRID, k.GRID), np.float32)
    for n, grid in enumerate(grids):
        textures[n] = grid.values
    return Solid(name, rows, textures, box, attenuation, over, becomes, finding)


def beyond(side: int) -> Shape:
    """Everything on one side of the midline."""
    return half_space().rotate(roll=90 * side)


def rods(
    begin: np.ndarray,
    end: np.ndarray,
    thick: float | np.ndarray,
    high: float | np.ndarray | None = None,
    attenuation: float | np.ndarray = 1.0,
    normals: np.ndarray | None = None,
) -> np.ndarray:
    """Strand rows of straight rods from `begin` to `end` (n, 3), shape (n, 18).

    thick, high : half thickness along the normal and half height across it, one number or one
    for each rod; without `high` the rod is round.
    """
    begin, end = np.atleast_2d(begin), np.atleast_2d(end)
    rows = np.empty((len(begin), STRAND))
    rows[:, 0:3], rows[:, 3:6] = begin, end
    rows[:, 6:9] = ANY_SIDE if normals is None else normals
    rows[:, 9] = thick
    rows[:, 10] = thick if high is None else high
    rows[:, 11] = attenuation
    rows[:, 12:15] = rows[:, 15:18] = rows[:, 3:6] - rows[:, 0:3]
    return rows


def chain(
    points: np.ndarray,
    thick: float | np.ndarray,
    high: float | np.ndarray | None = None,
    attenuation: float | np.ndarray = 1.0,
    normals: np.ndarray | None = None,
) -> np.ndarray:
    """Rods along a polyline of shape (n, 3), mitred where they meet, shape (n - 1, 18)."""
    points = np.asarray(points, float)
    rows = rods(points[:-1], points[1:], thick, high, attenuation, normals)
    along = rows[:, 12:15] / np.sqrt((rows[:, 12:15] ** 2).sum(1, keepdims=True) + 1e-12)
    rows[1:, 12:15] = rows[:-1, 15:18] = along[:-1] + along[1:]
    return rows


def curve(points: Sequence, n: int = 6) -> np.ndarray:
    """Return a smooth curve through points in space, shape (m, 3)."""
    points = np.asarray(points, float)
    xy = smooth_curve(points[:, :2], n)
    return np.column_stack([xy, smooth_curve(points[:, [2, 2]], n)[:, 0]])


# ------------------------------------------------------------------------------------- the plan
@dataclass(frozen=True)
class Displacement:
    """What findings move: all in cm except factors.

    shift : of the mediastinum to the patient's left; heart : factor on its size; raised : of each
    dome of the diaphragm (right, left); hilum : up or down of each lung root (right, left);
    upper_vessels : factor on the calibre of the vessels of the upper zones.
    """

    shift: float = 0.0
    heart: float = 1.0
    raised: tuple[float, float] = (0.0, 0.0)
    hilum: tuple[float, float] = (0.0, 0.0)
    upper_vessels: float = 1.0


def of_side(pair: tuple[float, float], side: int) -> float:
    """Return the value for the right (-1) or the left (1)."""
    return pair[0] if side < 0 else pair[1]


class Plan:
    """Every measure of one patient's chest, drawn once from the patient and its seed."""

    def __init__(self, patient: Patient) -> None:
        r = stream(patient.seed, "anatomy")
        female, supine = patient.sex == "female", patient.projection == "AP"
        old = (patient.age - 50) / 40  # -0.8 to 1.2
        self.patient, self.supine = patient, supine
        build = patient.build
        self.width = (0.915 if female else 1.0) * r.uniform(0.94, 1.06) * (1 + 0.025 * build)
        self.height = (0.94 if female else 1.0) * r.uniform(0.94, 1.06) - 0.02 * build
        self.depth = (0.92 if female else 1.0) * r.uniform(0.94, 1.06) * (1 + 0.06 * build)
        self.apex = 13.2 * self.height
        self.apex_width = r.uniform(9.2, 10.9) * self.width
        self.flare = r.uniform(11.6, 12.5) * self.width
        self.wall = 1.7 + 1.5 * (build + 1) * r.uniform(0.8, 1.2)  # flesh over the ribs
        # Deep breath: the domes stand at the tenth rib; shallow or lying: at the eighth.
        right = -5.4 - 4.4 * patient.inspiration + (1.0 if supine else 0.0) + r.normal(0, 0.4)
        right += 0.6 * build
        self.domes = (right, right - r.uniform(0.2, 2.0))
        self.dome_width = r.uniform(9.8, 11.2) * self.width
        self.dome_height = r.uniform(12, 16)
        self.ratio = r.uniform(0.405, 0.475) + 0.012 * old + 0.018 * build
        self.ratio += 0.02 if supine else 0.0
        # Lying hearts in stout patients and shallow breath, upright ones in slender.
        steep = 31 - 9 * build + 12 * (patient.inspiration - 0.5) + r.normal(0, 4)
        self.heart_roll = -float(np.clip(steep, 16, 48))
        self.heart_left = r.uniform(0.62, 0.68)  # share of the heart left of the midline
        self.atrium = r.uniform(0.85, 1.12)
        self.appendage = r.uniform(0.7, 1.2)
        self.unfolded = max(0.0, old + r.normal(0.25, 0.3))
        self.knob = 1.35 + 0.22 * max(old, -0.5) + r.uniform(-0.12, 0.15)
        self.upper = 2.15 + 0.18 * (build + 1) + r.uniform(-0.2, 0.35)
        self.upper += 0.4 if supine else 0.0
        self.trunk = r.uniform(1.1, 1.45)
        self.hila = (r.uniform(-0.2, 1.0), r.uniform(1.0, 2.2))
        self.slope = (1.0 + 0.12 * old - (0.12 if supine else 0.0)) * r.uniform(0.82, 1.15)
        self.rib_height = r.uniform(0.54, 0.68) * (0.92 if female else 1.0)
        self.rib_thick = r.uniform(0.33, 0.42)
        self.bone = (1.0 - 0.18 * max(old, 0)) * r.uniform(0.85, 1.1)
        self.collar = r.uniform(-0.8, 0.9) + (0.9 if supine else 0.0)
        self.collar_rise = r.uniform(0.6, 3.0) - (0.9 if supine else 0.0)
        self.scapula = r.uniform(0.0, 1.6) - (3.4 if supine else 0.0)
        self.scapula_roll = r.uniform(-5, 9) - (0 if supine else 10)
        self.breast = r.uniform(0.55, 1.25) * (1 + 0.35 * build) if female else 0.0
        self.breast_y = r.uniform(-7.5, -4.5) - 1.2 * max(old, 0)
        self.pectoral = r.uniform(0.3, 1.0) * (0.0 if female else 1.0)
        self.bubble = r.random() < (0.35 if supine else 0.75)
        self.bubble_size = r.uniform(0.6, 1.3)
        self.bowel = r.random() < 0.45
        self.curve_at = r.uniform(-6, 4)
        self.markings = r.uniform(0.85, 1.2)
        self.trachea = r.uniform(0.85, 1.1)
        self.arms = r.uniform(0, 1)
        self.r = r

    # Height of the parts of the lung: an apical and a basal ellipsoid, joined smoothly.
    def lung_ellipsoids(self, side: int) -> tuple[tuple, tuple]:
        """(centre, half axes) of the apical and of the basal part of one lung."""
        tall = 15 * self.height
        apical = (
            (2.6 * side * self.width, self.apex - tall, -0.8),
            (self.apex_width, tall, 8.8 * self.depth),
        )
        basal = (
            (2.0 * side * self.width, -8.0, 0.0),
            (self.flare, 13.5 * self.height, 9.3 * self.depth),
        )
        return apical, basal

    def wall_at(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Half width and half depth of the rib cage's inside at height y."""
        across = np.full_like(np.asarray(y, float), 4.6 * self.width)
        deep = np.full_like(across, 3.4 * self.depth)
        for (x, cy, _), (rx, ry, rz) in self.lung_ellipsoids(LEFT):
            level = np.sqrt(np.clip(1 - ((y - cy) / ry) ** 2, 0, 1))
            across, deep = np.maximum(across, x + rx * level), np.maximum(deep, rz * level)
        below = np.asarray(y) < -8  # the cage does not close below the lungs
        across = np.where(below, np.maximum(across, 0.93 * (2.0 * self.width + self.flare)), across)
        return across, np.where(below, np.maximum(deep, 8.2 * self.depth), deep)

    def spine_x(self, y: np.ndarray) -> np.ndarray:
        """Sideways place of the spine at height y."""
        bow = np.exp(-(((np.asarray(y, float) - self.curve_at) / 9) ** 2))
        return 1.5 * self.patient.scoliosis * (bow - 0.4)

    @property
    def chest_width(self) -> float:
        """Widest inside of the rib cage."""
        return 2 * (2.0 * self.width + self.flare)

    @property
    def heart(self) -> float:
        """Size of the heart, 1 being 13.4 cm wide, that gives the patient's ratio."""
        return self.ratio * self.chest_width / 13.4


@functools.lru_cache(maxsize=64)
def plan_of(patient: Patient) -> Plan:
    """Return the patient's plan, made once."""
    return Plan(patient)


# ------------------------------------------------------------------------------------- the organs
@functools.lru_cache(maxsize=64)
def body(p: Plan) -> tuple[Solid, ...]:
    """Skin and everything under it."""
    build, wide = p.patient.build, p.chest_width / 2
    half = wide + p.wall
    shoulder = wide + 2.6
    out = 1.0 if p.supine else 3.0 + 5 * p.arms  # elbows: at the sides in bed, turned out standing
    steps = [
        add(ellipsoid(half, 36, 9.6 * p.depth + p.wall).at(0, -12, 0)),
        add(capsule((2, 11, -2), (shoulder, 10.2, -1.5), 5.6 + 0.6 * build, 5.6).mirror("x"), 4),
        add(capsule((0, 11, -1.5), (0, 30, 1), 6.3 + 0.7 * build), 3.5),
        add(capsule((3, 18.5, -3), (shoulder - 2, 14.2, -2.5), 2.6, 1.8).mirror("x"), 2.5),
    ]
    arms = capsule((shoulder + 1.2, 10.5, -1), (shoulder + out, -18, 0), 4.9 + 0.6 * build, 4.2)
    if p.breast:
        size = p.breast
        steps.append(
            add(
                ellipsoid(6.0 * size**0.4, 6.6 * size**0.5, 2.6 * size)
                .rotate(pitch=-22)
                .at(8.4 * p.width, p.breast_y, 7.6 * p.depth + 0.6 * p.wall)
                .mirror("x"),
                4.0,
            )
        )
    if p.pectoral:
        steps.append(
            add(
                ellipsoid(5.2, 4.0, 1.0 + p.pectoral)
                .rotate(roll=-18)
                .at(6.6 * p.width, 5.0, 7.6 * p.depth)
                .mirror("x"),
                3.0,
            )
        )
    limits = (-27, -26, -17, 27, 26, 17)
    return (
        solid("body", TISSUE, *steps, over=OUTSIDE, limits=limits),
        solid(
            "right arm",
            TISSUE,
            add(arms.mirror("x")),
            clip(beyond(RIGHT)),
            over=OUTSIDE,
            limits=(-27, -20, -17, 0, 26, 17),
        ),
        solid("left arm", TISSUE, add(arms), over=OUTSIDE, limits=limits),
    )


def lung_steps(p: Plan, side: int, collapse: float = 0.0, grow: float = 0.0) -> list[Step]:
    """One lung; `collapse` (0 to 1) draws it towards its root, most at the apex."""
    apical, basal = p.lung_ellipsoids(side)
    steps = []
    for (centre, axes), fall, smooth in ((apical, 1.0, 0.0), (basal, 0.62, 5.0)):
        root = (1.2 * side, -3.0, -1.0)
        keep = 1 - 0.56 * collapse * fall - (0.035 * fall if collapse else 0)
        up = 1 - 0.46 * collapse * fall - (0.04 * fall if collapse else 0)
        place = [c * q + o * (1 - q) for c, q, o in zip(centre, (keep, up, up), root, strict=True)]
        shape = ellipsoid(axes[0] * keep, axes[1] * up, axes[2] * (1 - 0.12 * collapse)).at(*place)
        if collapse:
            shape = shape.lumps(0.19, 0.45)
        steps.append(add(shape.grow(grow) if grow else shape, smooth))
    return [*steps, clip(beyond(side).at(0.9 * side, 0, 0), 2.5)]


def lung_limits(side: int) -> tuple[float, ...]:
    return (0, -24, -14, 18, 17, 14) if side > 0 else (-18, -24, -14, 0, 17, 14)


@functools.lru_cache(maxsize=64)
def lung(p: Plan, side: int) -> Solid:
    """Return the aerated room of one side, down to the depth of the costophrenic angle."""
    return solid(
        f"lung {side}",
        AERATED,
        *lung_steps(p, side),
        over=SOFT,
        becomes=LUNG,
        limits=lung_limits(side),
    )


@functools.lru_cache(maxsize=64)
def diaphragm(p: Plan, moved: Displacement) -> tuple[Solid, ...]:
    """Both domes with what lies below them, and the gas of stomach and bowel."""
    out = []
    tops = []
    for side in (RIGHT, LEFT):
        top = of_side(p.domes, side) + of_side(moved.raised, side)
        tops.append(top)
        tall = p.dome_height
        dome = ellipsoid(p.dome_width, tall, 11.0 * p.depth)
        out.append(
            solid(f"dome {side}", TISSUE, add(dome.at(6.9 * p.width * side, top - tall, 0.8)))
        )
    middle = min(tops) + 0.3
    out.append(
        solid(
            "below the heart",
            TISSUE,
            add(ellipsoid(8.5 * p.width, 11, 8.6 * p.depth).at(0.6, middle - 11, 0.5)),
        )
    )
    r = stream(p.patient.seed, "gas")
    if p.bubble:
        size, x = p.bubble_size, r.uniform(5.0, 7.6) * p.width
        y = tops[1] - 1.0 - 1.5 * size + r.uniform(-0.5, 0.1)
        steps = [
            add(
                ellipsoid(2.5 * size, 1.6 * size, 2.0 * size)
                .rotate(roll=r.uniform(-15, 10))
                .at(x, y, 1.5)
            )
        ]
        if not p.supine:  # standing, the gas floats on a level of fluid
            steps.append(clip(half_space().rotate(roll=180).at(0, y - 0.35 * size, 0)))
        out.append(solid("stomach gas", GAS, *steps, over=SOFT))
    if p.bowel:
        x, y = r.uniform(9, 11.5) * p.width, tops[1] - r.uniform(3.6, 5.5)
        out.append(
            solid(
                "bowel gas",
                0.06,
                add(ellipsoid(r.uniform(1.2, 2.2), r.uniform(0.8, 1.4), 1.6).at(x, y, 3)),
                add(ellipsoid(1.2, 0.9, 1.4).at(x - 2.2, y - 0.8, 3)),
                over=SOFT,
            )
        )
    return tuple(out)


@functools.lru_cache(maxsize=64)
def mediastinum(p: Plan, moved: Displacement) -> tuple[Solid, ...]:
    """Return what lies between the lungs, apart from the heart."""
    x, upper, far = moved.shift, p.upper, p.unfolded
    knob = p.knob
    arch_y = 5.9 * p.height
    centre = solid(
        "mediastinum",
        TISSUE,
        add(ellipsoid(upper, 17, 4.6).at(0.45 * x, 3.5, 0.2)),
        add(ellipsoid(3.7, 9.5, 3.4).at(0.5 + 0.7 * x, -5.0, -3.2), 2.0),
        add(capsule((-1.35 * upper / 2.2, 13, 0), (-2.15 + x, -3, 1.2), 1.05, 1.25), 1.2),
        add(capsule((1.7 + x, 6, -1), (3.4, 14, -2.0), 1.0, 1.0), 1.2),
        add(capsule((2.8, 13.5, -1), (3.8, 17, -2), 1.5, 2.4).mirror("x"), 1.5),
    )
    column = solid("spinal column", TISSUE, add(capsule((0, 18, -6.3), (0, -22, -6.3), 2.25)))
    side = 2.35 + 0.75 * far
    aorta = solid(
        "aorta",
        TISSUE * 1.05,
        add(
            tube(
                (-0.4 + x, -4, 2.4),
                (-1.5 - 0.9 * far + x, 2, 2.4),
                (-0.4 + x, arch_y, 1.2),
                1.45,
                1.4,
            )
        ),
        add(
            tube(
                (-0.4 + x, arch_y, 1.2),
                (1.5 + x, arch_y + 2.2, -0.4),
                (side - 0.25 + x, arch_y - 0.4, -3),
                knob * 0.96,
                knob,
            ),
            0.4,
        ),
        add(
            tube(
                (side - 0.25 + x, arch_y - 0.4, -3),
                (side + 0.8 * far + 0.6 * x, -3, -4.8),
                (1.0, -15, -5.2),
                knob * 0.98,
                1.1,
            ),
            0.3,
        ),
    )
    left = p.hila[1] + moved.hilum[1]
    trunk = solid(
        "pulmonary trunk",
        TISSUE,
        add(tube((1.2 + x, -2, 3), (2.7 + x, 1.2, 2), (2.7 + x, left + 1.1, -0.8), 1.5, p.trunk)),
    )
    windpipe = solid(
        "trachea",
        GAS,
        add(capsule((0.15 + 0.3 * x, 18, -1), (0.35 + x, 4.4, -2.2), p.trachea)),
        add(tube((0.35 + x, 4.6, -2.2), (-1.2 + x, 3.2, -2.2), (-3.2 + x, 1.2, -2.2), 0.72, 0.5)),
        add(tube((0.35 + x, 4.6, -2.2), (1.8 + x, 3.0, -2.2), (4.0 + x, 1.2, -2.4), 0.62, 0.45)),
        over=SOFT,
    )
    return centre, column, aorta, trunk, windpipe


def heart_places(p: Plan, moved: Displacement) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Centre and half axes of the heart's parts."""
    size = p.heart * moved.heart
    tall = p.heart * moved.heart**0.55
    deep = p.heart * moved.heart**0.4
    # `heart_left` of the width lies left of the midline; an enlarged heart grows mostly leftwards.
    x = (p.heart_left - 0.655) * 13.4 * size + 0.1 + moved.shift
    y = 0.5 * sum(p.domes) - 0.9
    return {
        "ventricle": (
            np.array([x + 2.7 * size, y + 4.3 * tall, 2.6]),
            np.array([6.5 * size, 4.1 * tall, 5.6 * deep]),
        ),
        "atrium": (
            np.array([x - 1.55 * size, y + 4.5 * tall, 1.6]),
            np.array([3.05 * size, 4.6 * tall * p.atrium, 4.2 * deep]),
        ),
        "base": (
            np.array([x + 0.9 * size, y + 8.0 * tall, 1.4]),
            np.array([3.0 * size, 4.6 * tall, 3.8 * deep]),
        ),
        "appendage": (
            np.array([x + 2.7 * size, y + 8.6 * tall, 0.4]),
            np.array([1.7, 2.9, 2.2]) * p.appendage * size,
        ),
    }


@functools.lru_cache(maxsize=64)
def heart(p: Plan, moved: Displacement, finding: str | None = None) -> Solid:
    """Return the heart's shadow as one smooth solid."""
    parts = heart_places(p, moved)
    shapes = {name: ellipsoid(*axes) for name, (_, axes) in parts.items()}
    shapes["ventricle"] = shapes["ventricle"].rotate(roll=p.heart_roll)
    shapes["base"] = shapes["base"].rotate(roll=12)
    shapes["appendage"] = shapes["appendage"].rotate(roll=14)
    steps = [add(shape.at(*parts[name][0]), 2.4) for name, shape in shapes.items()]
    return solid("heart", TISSUE * 1.04, *steps, finding=finding)


# -------------------------------------------------------------------------------------- the bones
def spine(p: Plan) -> np.ndarray:
    """Vertebrae from the neck to the loins: bodies, end plates, arches and processes."""
    n = np.arange(17)
    tall, wide, deep = 1.62 + 0.05 * n, 1.22 + 0.052 * n, 1.0 + 0.045 * n
    y = 17.2 - np.concatenate([[0], np.cumsum(tall + 0.42 + 0.016 * n)[:-1]])
    slant = p.spine_x(y + 0.5) - p.spine_x(y - 0.5)
    middle = np.column_stack([p.spine_x(y), y, np.full(17, -6.6)])
    up = np.column_stack([slant * tall / 2, tall / 2, 0 * y])

    def piece(a: Sequence, b: Sequence, thick: Any, high: Any, density: float, normal: Sequence):
        """One rod a vertebra, from middle + a to middle + b."""
        return rods(middle + a, middle + b, thick, high, density * p.bone, normal)

    front, side_on = (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)
    rows = [
        piece(-up, up, deep, wide, 0.75 * MARROW, front),
        piece(-up, -0.84 * up, deep, wide * 1.06, 0.12, front),
        piece(0.84 * up, up, deep, wide * 1.06, 0.12, front),
        piece((0, -0.2, -2.0), (0, -1.3, -3.6), 0.2, 0.42, 0.10, side_on),
    ]
    for side in (RIGHT, LEFT):
        arch = np.column_stack([0.72 * wide * side, np.full(17, 0.25), np.full(17, -1.0)])
        rows.append(piece(arch, arch - (0, 0, 1.0), 0.26, 0.36, 0.16, side_on))
        rows.append(
            piece(arch - (0, 0, 1.0), arch + (1.7 * side, 0.25, -1.6), 0.3, 0.36, 0.09, ANY_SIDE)
        )
    return np.concatenate(rows)


RIB_DROP = (4.6, 5.0, 6.2, 7.2, 8.0, 8.6, 9.0, 9.1, 8.8, 8.4, 7.6, 6.0)  # back to front, cm
RIB_END = (150, 146, 143, 140, 138, 136, 132, 126, 118, 108, 80, 55)  # degrees from the back


def rib_curve(p: Plan, number: int, side: int, n: int = 26) -> tuple[np.ndarray, np.ndarray]:
    """Centre line (n, 3) of a rib (0 to 11) and the outward normals of its pieces (n - 1, 3)."""
    r = stream(p.patient.seed, "ribs", f"{number} {side}")
    end = math.radians(RIB_END[number] + r.normal(0, 3))
    angle = np.linspace(math.radians(9), end, n)
    top = (14.6 - 2.42 * number - 0.035 * number**2) * p.height + r.normal(0, 0.08)
    drop = RIB_DROP[number] * p.slope
    share = (1 - np.cos(angle)) / 2
    # From the spine a rib first rises a little, then falls ever more steeply towards the front.
    y = top - drop * (0.5 * share + 0.62 * angle / np.pi)
    y += 0.6 * np.sin(np.minimum(2.6 * angle, np.pi))
    across, deep = p.wall_at(y)
    across, deep = across + 0.42, deep + 0.42
    if number == 0:
        across, deep = np.full(n, 5.0 * p.width), np.full(n, 4.2 * p.depth)
        y = y - 0.9
    x = side * across * np.sin(angle) ** 0.9
    x = x + p.spine_x(y) * np.cos(angle).clip(0)
    z = -deep * np.cos(angle) - 0.4
    z = np.maximum(z, -9.4 * p.depth) if number else z - 2.0
    points = np.column_stack([x, y, z])
    middle = (angle[1:] + angle[:-1]) / 2
    normals = np.column_stack(
        [side * np.sin(middle) / across[:-1], 0 * middle, -np.cos(middle) / deep[:-1]]
    )
    return points, normals


def rib(p: Plan, points: np.ndarray, normals: np.ndarray, number: int) -> np.ndarray:
    """Strands of a rib: a dense shell round spongy bone."""
    thick, high = p.rib_thick, p.rib_height * (1.12 if number == 0 else 1 - 0.02 * abs(number - 5))
    swell = 1 + 0.12 * np.linspace(0, 1, len(points) - 1) ** 2
    # Where a rib turns forward the beam runs along it; its shell is thinner there.
    cortex = CORTEX * p.bone * (1 - 0.4 * np.abs(normals[:, 0]) ** 2 / (normals**2).sum(1))
    shell = chain(points, thick, high * swell, cortex, normals)
    core = chain(points, thick - 0.09, high * swell - 0.12, MARROW * p.bone - cortex, normals)
    return np.concatenate([shell, core])


def ribs(p: Plan, without: Sequence[tuple[int, int]] = ()) -> np.ndarray:
    """All ribs but those named as (number, side)."""
    return np.concatenate(
        [
            rib(p, *rib_curve(p, number, side), number)
            for number in range(12)
            for side in (RIGHT, LEFT)
            if (number, side) not in without
        ]
    )


def shoulder_girdle(p: Plan) -> np.ndarray:
    """Collarbones and upper arm bones."""
    wide = p.chest_width / 2
    rows = []
    for side in (RIGHT, LEFT):
        line = curve(
            [
                (1.7 * side, 10.1 + p.collar, 5.6),
                (5.4 * side, 10.5 + p.collar, 6.9),
                (9.8 * side * p.width, 10.8 + p.collar + 0.55 * p.collar_rise, 4.2),
                ((wide + 1.2) * side, 11.2 + p.collar + p.collar_rise, -0.6),
            ],
            7,
        )
        calibre = 0.55 + 0.13 * np.cos(np.linspace(0, 2 * np.pi, len(line) - 1))
        calibre = calibre * (0.9 if p.patient.sex == "female" else 1.02)
        rows.append(chain(line, calibre, None, 0.27 * p.bone))
        rows.append(chain(line, calibre - 0.15, None, -0.18 * p.bone))
        head = np.array([(wide + 2.7) * side, 10.6, -1.0])
        out = np.array([(0.6 if p.supine else 2.5 + 5 * p.arms) * side, -26, 0.5])
        arm = head + np.linspace(0.02, 1, 8)[:, None] * out
        rows.append(chain(arm, 1.15, None, 0.2 * p.bone))
        rows.append(chain(arm, 0.75, None, -0.14 * p.bone))
    return np.concatenate(rows)


SCAPULA = smooth_curve(
    [
        (-1.6, 4.6),
        (2.6, 5.6),
        (5.0, 4.0),
        (4.4, 2.4),
        (2.9, 0.2),
        (0.9, -4.5),
        (-0.3, -6.4),
        (-1.2, -6.0),
        (-2.0, -1.0),
        (-2.2, 3.0),
    ],
    4,
    closed=True,
)


@functools.lru_cache(maxsize=64)
def flat_bones(p: Plan) -> tuple[Solid, ...]:
    """Shoulder blades, heads of the upper arms and breastbone: they add to what is there."""
    wide = p.chest_width / 2
    blade = (
        extrude(SCAPULA, 0.2, 0.1)
        .rotate(roll=p.scapula_roll)
        .at(wide - 1.2 + p.scapula, 6.2, -8.6 * p.depth)
        .mirror("x")
    )
    rim = tube((-2.4, 3.2, 0), (2, 4.4, -1.2), (5.4, 5.6, 0.4), 0.3, 0.5)
    rim = (
        rim.rotate(roll=p.scapula_roll).at(wide - 1.2 + p.scapula, 6.2, -8.9 * p.depth).mirror("x")
    )
    head = ellipsoid(2.3, 2.35, 2.2).at(wide + 2.7, 10.9, -1.0).mirror("x")
    return (
        solid("shoulder blades", 0.30 * p.bone, add(blade), over=0, becomes=ADDS),
        solid("shoulder spines", 0.22 * p.bone, add(rim), over=0, becomes=ADDS),
        solid("arm heads", 0.07 * p.bone, add(head), over=0, becomes=ADDS),
    )


# ------------------------------------------------------------------------------------ the vessels
@functools.lru_cache(maxsize=64)
def vessel_tree(patient: Patient) -> np.ndarray:
    """Branches (n, 7) of both lungs in the undisturbed chest: from, to, radius."""
    p = plan_of(patient)
    out = []
    for side in (RIGHT, LEFT):
        r = stream(patient.seed, "vessels", str(side))
        y = of_side(p.hila, side)
        angles = np.radians([75, 55, 34, 12, -8, -24, -38, -52, -64, -76, -88])
        angles = angles + r.normal(0, 0.1, len(angles))
        lower = angles < 0.1
        calibre = np.where(lower, 0.40, 0.27) * r.uniform(0.8, 1.2, len(angles)) * p.markings
        calibre = calibre * (1.25 if p.supine else 1) ** np.where(lower, 0, 1)
        spread = np.column_stack(
            [side * np.cos(angles).clip(0.22), np.sin(angles), r.normal(0, 0.45, len(angles))]
        )
        spread /= np.linalg.norm(spread, axis=1, keepdims=True)
        start = np.array([3.1 * side, y, -0.6]) + np.column_stack(
            [np.zeros(len(angles)), 1.3 * np.sin(angles) - 0.8 * lower, 0.5 * spread[:, 2]]
        )
        room = lung(p, side)
        dice = r.normal(size=(2400, 8))
        out.append(grow_vessels(start, spread, calibre, dice, room.rows, room.textures, side, 2200))
    return np.concatenate(out)


def hilar_arteries(p: Plan, moved: Displacement) -> np.ndarray:
    """Return the trunks at the lung roots."""
    rows = []
    x = moved.shift
    for side in (RIGHT, LEFT):
        y = of_side(p.hila, side) + of_side(moved.hilum, side)
        top = y + 0.6 + (0.7 if side > 0 else 0.0)  # the left one rides over its bronchus
        down = curve(
            [
                (1.8 * side + x, top, -0.5),
                (3.4 * side + x, top + 0.1, -0.8),
                (4.5 * side + x, y - 1.2, -1.2),
                (5.3 * side + x, y - 4.4, -1.8),
            ],
            5,
        )
        up = curve(
            [
                (2.4 * side + x, y + 0.8, 0),
                (3.7 * side + x, y + 1.7, 0.3),
                (4.8 * side + x, y + 3.9, 0.4),
            ],
            5,
        )
        rows.append(chain(down, p.markings * np.linspace(0.9, 0.36, len(down) - 1), None, VESSEL))
        rows.append(chain(up, p.markings * np.linspace(0.66, 0.26, len(up) - 1), None, VESSEL))
    return np.concatenate(rows)


def vessels(p: Plan, moved: Displacement) -> np.ndarray:
    """Strands of all lung vessels, moved and widened as the findings ask."""
    tree = vessel_tree(p.patient)
    rows = np.empty((len(tree), STRAND))
    rows[:, 0:6] = tree[:, 0:6]
    rows[:, 12:15] = rows[:, 15:18] = tree[:, 3:6] - tree[:, 0:3]
    for column in (0, 3):
        near = np.exp(-((rows[:, column] / 7) ** 2))
        pull = np.where(rows[:, column] < 0, *moved.hilum)
        rows[:, column + 1] += pull * near
        rows[:, column] += moved.shift * near
    rows[:, 6:9] = ANY_SIDE
    upper = np.clip((rows[:, 1] - 0.5) / 2.5, 0, 1)
    calibre = tree[:, 6] * (1 + (moved.upper_vessels - 1) * upper)
    rows[:, 9] = rows[:, 10] = calibre
    rows[:, 11] = VESSEL
    return np.concatenate([hilar_arteries(p, moved), rows])


def in_air(
    strands: np.ndarray, rooms: Sequence[Solid], dense: Sequence[Solid], depth: float = 0.3
) -> np.ndarray:
    """Return the strands whose middle lies in a room and not deep (cm) in a dense solid."""
    middle = (strands[:, 0:3] + strands[:, 3:6]) / 2
    keep = np.zeros(len(strands), bool)
    for room in rooms:
        keep |= room.holds(middle)
    for organ in dense:
        keep[keep] = ~organ.holds(middle[keep], depth)
    return strands[keep]


@functools.lru_cache(maxsize=64)
def skeleton(patient: Patient, broken: tuple[tuple[int, int], ...] = ()) -> np.ndarray:
    """Strands of all bones but the broken ribs."""
    p = plan_of(patient)
    return np.concatenate([spine(p), ribs(p, broken), shoulder_girdle(p)])
