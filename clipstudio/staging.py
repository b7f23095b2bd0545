"""Several products in one picture: each built as if alone, then set up beside the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from clipstudio import kernels as k
from clipstudio.product import Built, Product, assemble, construct, design_of
from clipstudio.scene import Scene, SceneTable, rotation
from clipstudio.subjects import Group

SIZES: dict[str, float] = {
    "mug": 0.62,
    "teapot": 0.85,
    "vase": 0.95,
    "bottle": 1.0,
    "table lamp": 1.25,
    "watch": 0.6,
    "sunglasses": 0.75,
    "headphones": 0.85,
    "hat": 0.9,
    "cap": 0.75,
    "beanie": 0.75,
    "handbag": 1.0,
    "backpack": 1.15,
    "chair": 1.6,
    "stool": 1.25,
    "sofa": 2.0,
}
"""How large products stand beside each other: nearer to one size than they are."""
USUAL = 0.9  # ... the size of any other


@dataclass
class Piece:
    """A product that is turned and scaled, ready to be put down.

    Attributes
    ----------
    scene, table : Scene, SceneTable
        Of the product alone.
    turn : numpy.ndarray, shape (3, 3)
    scale : float
    low, high : numpy.ndarray, shape (3,)
        Corners of the box around it after turning and scaling, before it is moved.
    """

    scene: Scene
    table: SceneTable
    turn: np.ndarray
    scale: float
    low: np.ndarray
    high: np.ndarray

    @property
    def size(self) -> np.ndarray:
        """Width, height and depth."""
        return self.high - self.low

    def resized(self, by: float) -> Piece:
        """Return the same piece, `by` times as large."""
        return replace(self, scale=by * self.scale, low=by * self.low, high=by * self.high)

    @property
    def middle(self) -> np.ndarray:
        """Of the box around it."""
        return (self.low + self.high) / 2


def prepare(product: Product, lies: bool, rng: np.random.Generator, size: float) -> Piece:
    """Build a product and turn one of its good sides to the front."""
    made = design_of(product)
    pose = "flat" if lies else next(p for p in made.poses if p in ("standing", "side"))
    scene, _ = construct(product, (pose,))
    table = scene.table()
    yaw = made.yaw_ranges(pose)
    if product.lettering is not None:
        yaw = ((-15.0, 15.0),)
    low, high = yaw[rng.integers(len(yaw))]
    towards = float(np.clip(rng.uniform(low, high), low + 2, high - 2)) if high - low > 4 else 0.0
    turn = rotation(roll=float(rng.uniform(-9, 9))) if lies else rotation(yaw=-towards)
    extent = table.box[3:] - table.box[:3]
    scale = size * float(rng.uniform(0.92, 1.08)) / float(max(extent[:2].max(), 0.7 * extent[2]))
    corners = np.array([[x, y, z] for x in (0, 3) for y in (1, 4) for z in (2, 5)])
    points = table.box[corners] @ turn.T * scale
    return Piece(scene, table, turn, scale, points.min(0), points.max(0))


def _row(pieces: Sequence[Piece], gap: float, rng: np.random.Generator) -> np.ndarray:
    """Left edge to right edge: the x to which each piece's middle comes, about x = 0."""
    widths = [piece.size[0] for piece in pieces]
    gaps = rng.uniform(0.8, 1.4, len(pieces)) * gap
    right = np.cumsum(widths) + np.cumsum(gaps)
    middles = right - np.array(widths) / 2
    return middles - (right[-1] + gaps[0]) / 2


def _standing(group: Group, rng: np.random.Generator) -> tuple[list[Piece], list[np.ndarray]]:
    """Pieces and where the middle of each one's foot comes to stand (x, y, z)."""
    sizes = [SIZES.get(product.category, USUAL) ** 0.65 for product in group.products]
    if group.arrangement == "on top":
        sizes[0] = min(0.62 * sizes[0], 0.5)
    pieces = [
        prepare(product, False, rng, size)
        for product, size in zip(group.products, sizes, strict=True)
    ]
    depth = [piece.size[2] for piece in pieces]
    if group.arrangement == "on top":
        room = 0.5 * min(pieces[1].size[0], pieces[1].size[2])
        pieces[0] = pieces[0].resized(min(1.0, room / max(pieces[0].size[0], pieces[0].size[2])))
        return pieces, [_seat(pieces[1]), np.zeros(3)]
    if group.arrangement == "in front":
        side = rng.choice([-1, 1])
        apart = side * rng.uniform(0.30, 0.45) * (pieces[0].size[0] + pieces[1].size[0])
        return pieces, [np.array([apart, 0.0, sum(depth) / 2 + 0.15]), np.zeros(3)]
    if group.arrangement == "side by side":
        places = _row(pieces, 0.08, rng)
        return pieces, [np.array([x, 0.0, rng.uniform(-0.12, 0.12)]) for x in places]
    behind = (len(pieces) + 1) // 2
    rows = [*_row(pieces[:behind], 0.45, rng), *_row(pieces[behind:], 0.45, rng)]
    back = -(max(depth[:behind]) + max(depth[behind:])) / 2 - 0.35
    shift = 0.0 if behind != len(pieces) - behind else 0.3 * rng.choice([-1, 1])
    places = []
    for i, x in enumerate(rows):
        z = back if i < behind else 0.0
        places.append(np.array([x + shift * (i < behind), 0.0, z + rng.uniform(-0.06, 0.06)]))
    return pieces, places


def _seat(bearer: Piece) -> np.ndarray:
    """Return the point of a stool, a chair or a sofa on which something can stand.

    Of nine points that are tried, the one of median height: a seat may have a hole, or a cushion.
    """
    low, high = bearer.table.box[:3], bearer.table.box[3:]
    size, middle = high - low, (low + high) / 2
    y = np.linspace(high[1] + 0.01, low[1], 400)
    tops = []
    for i, j in np.ndindex(3, 3):
        x = middle[0] + 0.12 * size[0] * (i - 1)
        z = middle[2] + size[2] * (0.08 + 0.1 * (j - 1))
        line = np.column_stack([np.full_like(y, x), y, np.full_like(y, z)])
        solid = np.flatnonzero(k.distances(bearer.table.rows, bearer.table.textures, line) < 0)
        if len(solid) and y[solid[0]] > low[1] + 0.2 * size[1]:
            tops.append((float(y[solid[0]]), -abs(i - 1) - abs(j - 1), x, z))
    level = sorted(tops)[len(tops) // 2][0]
    height, _, x, z = max(
        (t for t in tops if abs(t[0] - level) < 0.02 * size[1]), key=lambda t: t[1]
    )
    top = np.array([x, height, z])
    point = bearer.turn @ top * bearer.scale
    return point - np.array([bearer.middle[0], bearer.low[1], bearer.middle[2]])


def _lying(group: Group, rng: np.random.Generator) -> tuple[list[Piece], list[np.ndarray]]:
    """Pieces and where the middle of each one's back comes to lie (x, y, z)."""
    pieces = [prepare(product, True, rng, 1.0) for product in group.products]
    if group.arrangement == "side by side":
        places = _row(pieces, 0.06, rng)
        return pieces, [np.array([x, rng.uniform(-0.08, 0.08), 0.0]) for x in places]
    above = (len(pieces) + 1) // 2
    rows = [*_row(pieces[:above], 0.12, rng), *_row(pieces[above:], 0.12, rng)]
    tall = [piece.size[1] for piece in pieces]
    step = (max(tall[:above]) + max(tall[above:])) / 2 + 0.10
    return pieces, [np.array([x, step if i < above else 0.0, 0.0]) for i, x in enumerate(rows)]


@assemble.register(Group)
def _(group: Group) -> Built:
    rng = np.random.default_rng([group.seed, 91])
    pieces, places = (_lying if group.lies else _standing)(group, rng)
    scene = Scene()
    foot = 2 if group.lies else 1  # the axis along which things rest on something
    for number, (piece, place) in enumerate(zip(pieces, places, strict=True), start=1):
        rest = piece.middle.copy()
        rest[foot] = piece.low[foot]
        scene.place(piece.scene, place - rest, piece.turn, piece.scale, first=number)
    table = scene.table()
    yaw, pitch = (((-3.0, 3.0),), ((-4.0, 4.0),)) if group.lies else (((-12.0, 12.0),), ((9, 26),))
    if group.arrangement == "two rows" and not group.lies:
        pitch = ((18.0, 34.0),)
    pose = "flat" if group.lies else "standing"
    return Built(scene, table, pose, (), yaw, pitch, table.box, (0.96, 1.12))
