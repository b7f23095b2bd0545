"""The scene language: shapes, how they are placed, and how they are joined.

A shape is a signed distance function: negative inside, zero on the surface, positive outside.
A `Scene` flattens its shapes into one table of numbers, a row a shape, which the compiled
interpreter in `kernels` and the readable numpy one in `reference` both evaluate.  Because the
table is data, a new object never needs new code to be compiled.

Coordinates: x to the right, y up, z towards the viewer.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from clipstudio import kernels as k
from clipstudio.materials import Material

GRID = k.GRID  # outlines are sampled on GRID x GRID points


# ------------------------------------------------------------------------------ grids of numbers
@dataclass(frozen=True, eq=False)
class Grid:
    """A function of two variables sampled on a square: `values[row (y), column (x)]`."""

    values: np.ndarray
    x0: float
    y0: float
    cell: float
    key: bytes  # the same for grids made alike

    def __call__(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Bilinear value at the points (x, y), held constant outside the square."""
        u = np.clip((x - self.x0) / self.cell, 0, GRID - 1.001)
        v = np.clip((y - self.y0) / self.cell, 0, GRID - 1.001)
        i, j = u.astype(int), v.astype(int)
        u, v = u - i, v - j
        g = self.values
        below = g[j, i] * (1 - u) + g[j, i + 1] * u
        above = g[j + 1, i] * (1 - u) + g[j + 1, i + 1] * u
        return below * (1 - v) + above * v


@functools.cache
def _hermite(n: int) -> np.ndarray:
    """Shares of start, departure, end and arrival at n steps of a cubic curve, shape (n, 4)."""
    t = np.arange(n) / n
    cubes = np.array([[2, -3, 0, 1], [1, -2, 1, 0], [-2, 3, 0, 0], [1, -1, 0, 0]])
    return np.stack([t**3, t**2, t, np.ones(n)], axis=1) @ cubes.T


def smooth_curve(points: Sequence, n: int = 8, closed: bool = False) -> np.ndarray:
    """Return a smooth (Catmull-Rom) curve through points; a third value of 1 marks a sharp corner.

    Parameters
    ----------
    points : sequence of (x, y) or (x, y, corner)
    n : int
        Segments between two points.
    closed : bool
        Whether the curve returns to its first point (which is then not repeated).

    Returns
    -------
    numpy.ndarray, shape (m, 2)

    Examples
    --------
    >>> smooth_curve([(0, 0), (1, 1), (2, 0)], n=2).round(2).tolist()
    [[0.0, 0.0], [0.44, 0.56], [1.0, 1.0], [1.56, 0.56], [2.0, 0.0]]
    """
    xy = np.array([p[:2] for p in points], float)
    corner = np.array([len(p) > 2 and bool(p[2]) for p in points])
    count = len(xy)
    segments = count if closed else count - 1
    a = np.arange(segments)
    b = (a + 1) % count
    before = (a - 1) % count if closed else np.maximum(a - 1, 0)
    after = (a + 2) % count if closed else np.minimum(a + 2, count - 1)
    straight = xy[b] - xy[a]
    leave = np.where(corner[a][:, None], 0.6 * straight, (xy[b] - xy[before]) / 2)
    arrive = np.where(corner[b][:, None], 0.6 * straight, (xy[after] - xy[a]) / 2)
    curve = (_hermite(n) @ np.stack([xy[a], leave, xy[b], arrive], axis=1)).reshape(-1, 2)
    return curve if closed else np.vstack([curve, xy[-1]])


def _contours(outline: Sequence) -> list[np.ndarray]:
    """One contour or a list of contours, as float arrays of shape (m, 2)."""
    several = isinstance(outline, (list, tuple)) and np.ndim(outline[0]) == 2
    contours = [np.asarray(c, float) for c in (outline if several else [outline])]
    for contour in contours:
        if contour.ndim != 2 or contour.shape[1] != 2 or len(contour) < 3:
            raise ValueError(
                f"an outline needs at least three (x, y) points, got an array of shape "
                f"{contour.shape}"
            )
    return contours


def _digest(*parts) -> bytes:
    """Return a fingerprint of numbers and bytes."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).digest()


@functools.lru_cache(maxsize=512)
def _outline_grid(points: bytes, starts: tuple[int, ...]) -> Grid:
    pts = np.frombuffer(points).reshape(-1, 2)
    low, high = pts.min(0), pts.max(0)
    width = float((high - low).max()) * 1.16
    x0, y0 = (low + high) / 2 - width / 2
    cell = width / (GRID - 1)
    values = k.outline_distance(pts, np.array(starts), x0, y0, cell)
    values.flags.writeable = False
    return Grid(values, float(x0), float(y0), cell, _digest(points, starts))


def outline_grid(outline: Sequence) -> tuple[Grid, np.ndarray, np.ndarray]:
    """Signed distance to a closed outline on a grid, and the outline's low and high corners."""
    contours = _contours(outline)
    pts = np.concatenate(contours)
    starts = tuple(int(s) for s in np.cumsum([0] + [len(c) for c in contours]))
    return _outline_grid(pts.tobytes(), starts), pts.min(0), pts.max(0)


# ----------------------------------------------------------------------------------------- shapes
_WITH_GRIDS = (k.REVOLVE, k.EXTRUDE, k.CLOTH)


def rotation(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> np.ndarray:
    """Matrix that turns by roll about z, then pitch about x, then yaw about y (degrees)."""
    a, b, c = np.radians([yaw, pitch, roll])
    about_y = np.array([[math.cos(a), 0, math.sin(a)], [0, 1, 0], [-math.sin(a), 0, math.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, math.cos(b), -math.sin(b)], [0, math.sin(b), math.cos(b)]])
    about_z = np.array([[math.cos(c), -math.sin(c), 0], [math.sin(c), math.cos(c), 0], [0, 0, 1]])
    return about_y @ about_x @ about_z


def _array(*values: float) -> np.ndarray:
    return np.array(values, float)


@dataclass(frozen=True, eq=False)
class Shape:
    """A solid: a primitive, where it stands, and what has been done to it.

    Shapes are immutable: every method returns a new one.  `at`, `rotate` and `repeat_around`
    act in the order in which they are written; `mirror` is about the scene's own planes;
    everything else (`bend`, `taper`, `shell`, `grow`, `wrinkle` ...) acts on the primitive in
    its own frame.
    """

    op: int
    values: tuple[float, ...]
    low: np.ndarray  # the primitive's own box
    high: np.ndarray
    grids: tuple[Grid, ...] = ()
    rotation: np.ndarray = field(default_factory=lambda: np.eye(3))
    origin: np.ndarray = field(default_factory=lambda: np.zeros(3))
    inner_rotation: np.ndarray = field(default_factory=lambda: np.eye(3))
    inner_origin: np.ndarray = field(default_factory=lambda: np.zeros(3))
    columns: tuple[tuple[int, float], ...] = ()  # modifiers, as columns of the table

    def _with(self, **columns: float) -> Shape:
        new = dict(self.columns)
        new.update({getattr(k, name): float(value) for name, value in columns.items()})
        return replace(self, columns=tuple(sorted(new.items())))

    def _column(self, column: int) -> float:
        return dict(self.columns).get(column, 0.0)

    def at(self, x: float, y: float, z: float = 0.0) -> Shape:
        """Return the shape moved by (x, y, z)."""
        return replace(self, origin=self.origin + _array(x, y, z))

    def rotate(self, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Shape:
        """Return the shape turned about the origin: roll about z, pitch about x, yaw about y.

        Angles are in degrees.  Rotate first and move afterwards to turn a shape in its place.
        """
        turn = rotation(yaw, pitch, roll)
        return replace(self, rotation=turn @ self.rotation, origin=turn @ self.origin)

    def turned(self, matrix: np.ndarray) -> Shape:
        """Return the shape turned about the scene's origin by a rotation matrix."""
        return replace(self, rotation=matrix @ self.rotation, origin=matrix @ self.origin)

    def mirror(self, axes: str = "x") -> Shape:
        """Also seen in the plane x = 0 ("x"), z = 0 ("z") or both ("xz"); keep it on the + side."""
        if axes not in ("x", "z", "xz"):
            raise ValueError(f'mirror takes "x", "z" or "xz", got {axes!r}')
        return self._with(MIRROR=("x" in axes) + 2 * ("z" in axes))

    def repeat_around(self, n: int) -> Shape:
        """n copies around the y axis, the first where the shape stands (keep it near +x)."""
        if self._column(k.REPEAT):
            raise ValueError("a shape can be repeated around the axis only once")
        moved = replace(
            self,
            inner_rotation=self.rotation,
            inner_origin=self.origin,
            rotation=np.eye(3),
            origin=np.zeros(3),
        )
        return moved._with(REPEAT=int(n))

    def bend(self, x: float = 0.0, z: float = 0.0) -> Shape:
        """Bent along its height: shifted by x * y**2 and z * y**2."""
        return self._with(BEND_X=x, BEND_Z=z)

    def taper(self, t: float) -> Shape:
        """Width and depth multiplied by 1 + t * y (never below a fifth)."""
        return self._with(TAPER=t)

    def shell(self, thickness: float) -> Shape:
        """Hollow: only a skin of this half thickness about the surface is left."""
        return self._with(SHELL=thickness)

    def grow(self, r: float) -> Shape:
        """Fatter by r everywhere, corners rounded; a negative r makes it thinner."""
        return self._with(GROW=r)

    def wrinkle(self, amount: float, frequency: float = 12.0) -> Shape:
        """Cloth folds, mostly vertical."""
        return self._with(DETAIL=k.WRINKLE, DETAIL_AMOUNT=amount, DETAIL_FREQUENCY=frequency)

    def lumps(self, amount: float, frequency: float = 3.0) -> Shape:
        """Soft irregular dents and bumps, as of a cushion."""
        return self._with(DETAIL=k.LUMPS, DETAIL_AMOUNT=amount, DETAIL_FREQUENCY=frequency)

    def ribbed(self, amount: float, frequency: float = 40.0) -> Shape:
        """Horizontal ribs; frequency in radians per unit of height."""
        return self._with(DETAIL=k.RIBBED, DETAIL_AMOUNT=amount, DETAIL_FREQUENCY=frequency)

    def fluted(self, amount: float, n: int = 16) -> Shape:
        """n upright flutes around the y axis."""
        return self._with(DETAIL=k.FLUTED, DETAIL_AMOUNT=amount, DETAIL_FREQUENCY=int(n))

    def scaled_step(self, s: float) -> Shape:
        """Distances times s (0 < s <= 1), for a shape so distorted that rays would step over it."""
        if not 0 < s <= 1:
            raise ValueError(f"scaled_step takes a factor above 0 and up to 1, got {s}")
        return self._with(STEP=s)

    # ------------------------------------------------------------------------- bounding volumes
    def _margin(self) -> float:
        return (
            abs(self._column(k.SHELL))
            + max(self._column(k.GROW), 0.0)
            + abs(self._column(k.DETAIL_AMOUNT))
        )

    def local_box(self) -> tuple[np.ndarray, np.ndarray]:
        """Low and high corner in the primitive's own frame, bends and growth included."""
        low, high = self.low - self._margin(), self.high + self._margin()
        tallest = max(abs(low[1]), abs(high[1]))
        taper = self._column(k.TAPER)
        if taper:
            widest = max(1 + taper * low[1], 1 + taper * high[1], 0.2)
            low, high = low * _array(widest, 1, widest), high * _array(widest, 1, widest)
        for axis, bend in ((0, self._column(k.BEND_X)), (2, self._column(k.BEND_Z))):
            low[axis] += min(bend * tallest**2, 0)
            high[axis] += max(bend * tallest**2, 0)
        return low, high

    def box(self) -> tuple[np.ndarray, np.ndarray]:
        """Low and high corner in the scene's frame (mirrored and repeated copies included)."""
        low, high = self.local_box()
        corners = np.array(
            [
                [x, y, z]
                for x in (low[0], high[0])
                for y in (low[1], high[1])
                for z in (low[2], high[2])
            ]
        )
        if self._column(k.REPEAT):
            corners = corners @ self.inner_rotation.T + self.inner_origin
            reach = np.hypot(corners[:, 0], corners[:, 2]).max()
            bottom, top = corners[:, 1].min(), corners[:, 1].max()
            corners = np.array(
                [[x, y, z] for x in (-reach, reach) for y in (bottom, top) for z in (-reach, reach)]
            )
        corners = corners @ self.rotation.T + self.origin
        low, high = corners.min(0), corners.max(0)
        mirror = int(self._column(k.MIRROR))
        for axis, bit in ((0, 1), (2, 2)):
            if mirror & bit:
                high[axis] = max(high[axis], 0.0)
                low[axis] = -high[axis]
        return low, high

    def ball(self) -> tuple[np.ndarray, float]:
        """Return a ball around the shape in the scene's frame, before mirroring."""
        low, high = self.local_box()
        centre, radius = (low + high) / 2, float(np.linalg.norm(high - low)) / 2
        if self.op in (k.ELLIPSOID, k.HALF_SPACE):
            radius = float((high - low).max()) / 2 + 1e-6
        if self._column(k.REPEAT):
            centre = self.inner_rotation @ centre + self.inner_origin
            radius += math.hypot(centre[0], centre[2])
            centre = centre * _array(0, 1, 0)
        return self.rotation @ centre + self.origin, radius * 1.01 + 1e-3

    def row(self, join: int, smooth: float, material: int, first_grid: int) -> np.ndarray:
        """Return the shape as one row of the scene's table."""
        row = np.zeros(k.ROW)
        row[k.STEP] = 1.0
        row[k.OP], row[k.JOIN], row[k.MATERIAL] = self.op, join, material
        row[k.SMOOTH] = max(smooth, 1e-4)
        row[k.ROTATION : k.ROTATION + 9] = self.rotation.T.ravel()
        row[k.ORIGIN : k.ORIGIN + 3] = self.origin
        row[k.INNER_ROTATION : k.INNER_ROTATION + 9] = self.inner_rotation.T.ravel()
        row[k.INNER_ORIGIN : k.INNER_ORIGIN + 3] = self.inner_origin
        for column, value in self.columns:
            row[column] = value
        row[k.BALL : k.BALL + 3], row[k.BALL_RADIUS] = self.ball()
        row[k.VALUES : k.VALUES + len(self.values)] = self.values
        if self.grids:
            grid = self.grids[0]
            row[k.GRID_AT : k.GRID_AT + 4] = first_grid, grid.x0, grid.y0, 1 / grid.cell
        return row


def ellipsoid(rx: float, ry: float, rz: float) -> Shape:
    """Ellipsoid with the half axes rx, ry, rz."""
    reach = _array(rx, ry, rz)
    return Shape(k.ELLIPSOID, (rx, ry, rz), -reach, reach)


def sphere(r: float) -> Shape:
    """Ball of radius r."""
    return ellipsoid(r, r, r)


def box(hx: float, hy: float, hz: float, round: float = 0.0) -> Shape:
    """Box with half sizes hx, hy, hz; edges rounded by `round` (inside the box)."""
    reach = _array(hx, hy, hz)
    return Shape(k.BOX, (hx, hy, hz, min(round, hx, hy, hz)), -reach, reach)


def capsule(a: Sequence[float], b: Sequence[float], ra: float, rb: float | None = None) -> Shape:
    """Round cone from point a (radius ra) to point b (radius rb, by default ra)."""
    rb = ra if rb is None else rb
    a, b = np.asarray(a, float), np.asarray(b, float)
    low = np.minimum(a - ra, b - rb)
    return Shape(k.CAPSULE, (*a, *b, ra, rb), low, np.maximum(a + ra, b + rb))


def tube(
    a: Sequence[float],
    b: Sequence[float],
    c: Sequence[float],
    ra: float,
    rb: float | None = None,
) -> Shape:
    """Round tube along the quadratic Bezier curve from a to c with control point b.

    The radius goes from ra at a to rb at c.  The distance is exact for a constant radius
    (I. Quilez, "Distance to a quadratic Bezier").
    """
    rb = ra if rb is None else rb
    a, b, c = (np.asarray(p, float) for p in (a, b, c))
    if np.linalg.norm(a - 2 * b + c) < 1e-3:  # a straight curve has no unique control point
        b = b + _array(0.7, 1.1, 0.9) * 1e-2
    points = np.array([a, b, c])
    # The curve stays inside the box of its ends and its extreme points per axis.
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.clip(np.nan_to_num((a - b) / (a - 2 * b + c)), 0, 1)
    turning = (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c
    points = np.array([a, c, turning])
    r = max(ra, rb)
    return Shape(k.TUBE, (*a, *b, *c, ra, rb), points.min(0) - r, points.max(0) + r)


def cylinder(r_bottom: float, r_top: float, half_height: float, round: float = 0.0) -> Shape:
    """Upright (capped) cone about the y axis, centred on the origin."""
    r = max(r_bottom, r_top)
    reach = _array(r, half_height, r)
    round = min(round, half_height, max(r_bottom, r_top))
    return Shape(k.CYLINDER, (r_bottom, r_top, half_height, round), -reach, reach)


def torus(R: float, r: float, arc: float = 360.0) -> Shape:
    """Ring of radius R and thickness r in the xy plane; an arc is centred on +y (degrees)."""
    reach = _array(R + r, R + r, r)
    low = -reach
    half = math.radians(min(arc, 360.0)) / 2
    if half < math.pi:
        widest = R if half > math.pi / 2 else R * math.sin(half)
        low = _array(-widest - r, R * math.cos(half) - r, -r)
        reach = _array(widest + r, R + r, r)
    return Shape(k.TORUS, (R, r, half), low, reach)


def ring(
    rx: float, rz: float, r_radial: float, r_y: float, start: float = 0.0, stop: float = 180.0
) -> Shape:
    """Elliptic ring in the xz plane with an elliptic section (a rib, a strap, a hem).

    `start` and `stop` are angles in degrees from the back (-z), the same on both sides: 0 to 180
    is the whole ring, 0 to 90 its back half.
    """
    reach = _array(rx + r_radial, r_y, rz + r_radial)
    values = (rx, rz, r_radial, r_y, math.radians(start), math.radians(stop))
    return Shape(k.RING, values, -reach, reach)


def revolve(
    profile: Sequence, squash: float = 1.0, pleats: int = 0, pleat_depth: float = 0.0
) -> Shape:
    """Return the closed profile of (radius, y) points turned about the y axis.

    Parameters
    ----------
    profile : sequence of (r, y)
        Points with r <= 0 close the shape on the axis.
    squash : float
        Scales the depth (z): below 1 the shape is flatter seen from the side.
    pleats : int
        Number of folds around; they grow from the profile's top to its bottom (skirts).
    pleat_depth : float
        How far the folds go in and out at the bottom.
    """
    grid, low, high = outline_grid(profile)
    r = float(high[0]) + abs(pleat_depth)
    values = (0, 0, 0, 0, squash, pleats, pleat_depth, float(high[1]), float(low[1]))
    reach = _array(r, 0, r * squash)
    return Shape(
        k.REVOLVE, values, _array(0, low[1], 0) - reach, _array(0, high[1], 0) + reach, (grid,)
    )


def extrude(outline: Sequence, half_depth: float, round: float = 0.0) -> Shape:
    """Return a closed (x, y) outline, or a list of contours (even-odd), made solid along z."""
    grid, low, high = outline_grid(outline)
    values = (0, 0, 0, 0, half_depth, min(round, half_depth))
    return Shape(k.EXTRUDE, values, _array(*low, -half_depth), _array(*high, half_depth), (grid,))


def half_space() -> Shape:
    """Everything below y = 0; rotate and move it to cut or clip."""
    reach = np.full(3, 1e3)
    return Shape(k.HALF_SPACE, (), -reach, reach)


def cloth(
    outline: Sequence,
    thickness: float = 0.02,
    puff: float = 0.08,
    edge: float = 0.16,
    folds: float = 0.03,
    *,
    drape: float = 1.0,
    crumple: float = 0.5,
    wrinkles: float = 0.35,
    frequency: float = 9.0,
    angle: float = 0.0,
    pulls: Sequence[tuple[float, float]] = (),
    seams: Sequence = (),
    seam_depth: float = 0.008,
    back: float = 0.4,
    on: Shape | None = None,
    over: tuple[Grid, Grid] | None = None,
    lift: float = 0.0,
    seed: int = 0,
) -> Shape:
    """Return a piece of a garment: an outline, thin at its hem, softly filled, with folds.

    The folds move the front and the back along z only, so the outline stays as drawn.  Both
    surfaces are computed once on a grid, so any amount of folds costs nothing while rendering.

    Parameters
    ----------
    outline : sequence of (x, y), or a list of contours (even-odd)
    thickness : float
        Half thickness at the hem, which is rolled a little.
    puff : float
        How far the front rises above the hem towards the middle.
    edge : float
        Distance from the outline over which it rises.
    folds : float
        Height of the large folds (0 = ironed).  0.01 is a pressed shirt, 0.05 a heap.
    drape, crumple : float
        Share of folds that hang down (vertical, growing towards the bottom) and of irregular
        creases (as of a garment thrown on a floor).
    wrinkles : float
        Fine wrinkles, as a fraction of `folds`.
    frequency : float
        Number of hanging folds, roughly in radians per unit of width.
    angle : float
        Degrees by which folds and creases are turned (90: they run across).
    pulls : sequence of (x, y)
        Points from which folds radiate: armpits, crotch, a button under tension.
    seams : sequence of polylines of (x, y) points
        Grooves of `seam_depth` pressed into the front, as sewn seams are.
    seam_depth : float
    back : float
        Puff of the back as a fraction of the front's: small lying flat, 1 worn.
    on : Shape, optional
        Another cloth on which this one lies (a pocket, a placket): its front is followed.
    over : (front, back), optional
        Two grids of heights that the front and the back follow: the body of who wears it.
    lift : float
        How far above the surface of `on` this piece lies.
    seed : int
        Another seed, other folds.
    """
    grid, low, high = outline_grid(outline)
    lines = [np.asarray(line, float) for line in seams]
    seam_points = np.concatenate(lines) if lines else np.zeros((0, 2))
    seam_starts = tuple(int(s) for s in np.cumsum([0] + [len(line) for line in lines]))
    numbers = (
        thickness,
        puff,
        edge,
        folds,
        drape,
        crumple,
        wrinkles,
        frequency,
        seam_depth,
        back,
        seed,
        math.radians(angle),
    )
    front, behind, slope = _bake_cloth(
        grid,
        tuple(float(v) for v in numbers),
        (float(low[1]), float(high[1])),
        np.asarray(pulls, float).reshape(-1, 2).tobytes(),
        seam_points.tobytes(),
        seam_starts,
        over if on is None else (on.grids[1], on.grids[1]),
        float(lift),
    )
    values = (0, 0, 0, 0, slope)
    bottom, top = float(behind.values.min()), float(front.values.max())
    return Shape(k.CLOTH, values, _array(*low, bottom), _array(*high, top), (grid, front, behind))


def _steepness(heights: np.ndarray, inside: np.ndarray, cell: float) -> float:
    """Return the slope that only 2 % of the points inside exceed, none at the grid's edge."""
    inner = inside[1:-1, 1:-1]
    if not inner.any():
        return 0.0
    across = (heights[1:-1, 2:] - heights[1:-1, :-2])[inner]
    up = (heights[2:, 1:-1] - heights[:-2, 1:-1])[inner]
    return math.sqrt(np.quantile(across**2 + up**2, 0.98)) / (2 * cell)


@functools.lru_cache(maxsize=256)
def _bake_cloth(
    grid: Grid,
    numbers: tuple[float, ...],
    span: tuple[float, float],
    pulls: bytes,
    seam_points: bytes,
    seam_starts: tuple[int, ...],
    base: tuple[Grid, Grid] | None,
    lift: float,
) -> tuple[Grid, Grid, float]:
    """Front and back height of a cloth on its outline's grid, and a safe step for its slopes."""
    front, behind = k.cloth_heights(
        grid.values,
        grid.x0,
        grid.y0,
        grid.cell,
        np.array(numbers),
        np.array(span),
        np.frombuffer(pulls).reshape(-1, 2),
        np.frombuffer(seam_points).reshape(-1, 2),
        np.array(seam_starts),
    )
    if base is not None:
        steps = grid.cell * np.arange(GRID)
        points = (grid.x0 + steps)[None, :], (grid.y0 + steps)[:, None]
        frame = (grid.x0, grid.y0, grid.cell)
        under = [
            (below.values if (below.x0, below.y0, below.cell) == frame else below(*points)) + lift
            for below in base
        ]
        front, behind = (
            (a + b).astype(np.float32) for a, b in zip((front, behind), under, strict=True)
        )
    inside = grid.values < 0
    steepest = max(_steepness(heights, inside, grid.cell) for heights in (front, behind))
    for values in (front, behind):
        values.flags.writeable = False
    made_of = (grid.key, numbers, pulls, seam_points, seam_starts, base and base[0].key, lift)
    if base is not None and base[0] is not base[1]:
        made_of = (*made_of, base[1].key)
    frame = (grid.x0, grid.y0, grid.cell)
    slope = max(0.4, 1 / math.sqrt(1 + steepest**2))
    return (
        Grid(front, *frame, _digest("front", *made_of)),
        Grid(behind, *frame, _digest("back", *made_of)),
        slope,
    )


# ------------------------------------------------------------------------------------------ scene
@dataclass(frozen=True, eq=False)
class SceneTable:
    """A scene as numbers, ready for the kernels.

    Attributes
    ----------
    rows : numpy.ndarray, float64, shape (n, ROW)
    textures : numpy.ndarray, float32, shape (k, GRID, GRID)
    materials : tuple of Material
    box : numpy.ndarray, float64, shape (6,)
        Low and high corner of what is solid.
    key : bytes
        A fingerprint that two scenes share exactly if their geometry is the same.
    owners : numpy.ndarray, int64, shape (m,)
        The number of the object to which each of the materials belongs (see `Scene.owned`).
    """

    rows: np.ndarray
    textures: np.ndarray
    materials: tuple[Material, ...]
    box: np.ndarray
    key: bytes
    owners: np.ndarray


Box = tuple[np.ndarray, np.ndarray]  # low and high corner
_BOXES: dict[bytes, np.ndarray] = {}  # of scenes seen before


@dataclass(frozen=True, eq=False)
class _Placing:
    """How an object's own points p become the scene's: q = matrix @ p + origin."""

    matrix: np.ndarray
    origin: np.ndarray

    @functools.cached_property
    def inverse(self) -> np.ndarray:
        return np.linalg.inv(self.matrix)

    @functools.cached_property
    def scales(self) -> tuple[float, float]:
        """The most and the least by which lengths grow."""
        stretch = np.linalg.svd(self.matrix, compute_uv=False)
        return float(stretch[0]), float(stretch[-1])

    def points(self, p: np.ndarray) -> np.ndarray:
        return p @ self.matrix.T + self.origin

    def box(self, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the scene's box around a box of the object."""
        middle = self.points((low + high) / 2)
        half = np.abs(self.matrix) @ ((high - low) / 2)
        return middle - half, middle + half

    def row(self, row: np.ndarray, reflect: int = 0) -> np.ndarray:
        """One row of a table; `reflect` takes one of its mirrored copies, as a bit set (x, z)."""
        flip = np.array([-1.0 if reflect & 1 else 1.0, 1.0, -1.0 if reflect & 2 else 1.0])
        most, least = self.scales
        new = row.copy()
        own = row[k.ROTATION : k.ROTATION + 9].reshape(3, 3)
        new[k.ROTATION : k.ROTATION + 9] = (own * flip @ self.inverse).ravel()
        new[k.ORIGIN : k.ORIGIN + 3] = self.points(flip * row[k.ORIGIN : k.ORIGIN + 3])
        new[k.BALL : k.BALL + 3] = self.points(flip * row[k.BALL : k.BALL + 3])
        new[k.BALL_RADIUS] *= most
        new[[k.STEP, k.SMOOTH, k.GROUP_SMOOTH, k.RAISE, k.RAISE_EDGE]] *= least
        new[k.MIRROR] = 0
        if row[k.GROUP] > 0:
            centre = row[k.GROUP_CENTRE : k.GROUP_CENTRE + 3]  # of all mirrored copies
            half = np.abs(self.matrix) @ row[k.GROUP_HALF : k.GROUP_HALF + 3]
            new[k.GROUP_CENTRE : k.GROUP_CENTRE + 3] = self.points(centre)
            new[k.GROUP_HALF : k.GROUP_HALF + 3] = half
            new[k.GROUP_RADIUS] = np.linalg.norm(half)
        return new

    def material(self, material: Material) -> Material:
        """Return the material, its pattern going with the object."""
        matrix, origin, scale = self.inverse, self.origin, 1 / math.prod(self.scales) ** 0.5
        if material.frame is not None:  # an object that stands in another one
            inner, start = np.reshape(material.frame[:9], (3, 3)), np.array(material.frame[9:12])
            matrix, origin, scale = inner @ matrix, self.points(start), scale * material.frame[12]
        return material.but(frame=(*matrix.ravel().tolist(), *origin.tolist(), scale))


def _surround(rows: list[np.ndarray], low: np.ndarray, high: np.ndarray) -> None:
    """Write a box around a group, so that rays can pass it by, into the group's rows."""
    raised = sum(max(row[k.RAISE], 0.0) for row in rows if row[k.JOIN] == k.PAINT)
    blended = max(row[k.SMOOTH] for row in rows)
    half = (high - low) / 2 + raised + blended / 4 + 1e-3
    for row in rows:
        row[k.GROUP_CENTRE : k.GROUP_CENTRE + 3] = (low + high) / 2
        row[k.GROUP_HALF : k.GROUP_HALF + 3] = half
        row[k.GROUP_RADIUS] = np.linalg.norm(half)


def _copies(mirror: int) -> list[int]:
    """Return the reflections of a mirrored shape, as bit sets (x, z), itself first."""
    return [bits for bits in range(4) if bits & mirror == bits]


class Scene:
    """Shapes joined one after the other.

    Examples
    --------
    >>> from clipstudio.materials import plain
    >>> scene = Scene()
    >>> scene.add(box(1, 1, 1), plain("red"))
    >>> scene.cut(sphere(0.5).at(0, 1, 0))
    >>> scene.distance([[0, 0, 0], [1.5, 0, 0]]).round(2).tolist()
    [-0.5, 0.5]
    """

    def __init__(self) -> None:
        self._rows: list[np.ndarray] = []
        self._grids: list[Grid] = []
        self._grid_at: dict[int, int] = {}
        self._materials: list[Material] = []
        self._kept: list[Scene] = []
        self._owners: list[int] = []
        self._owner = 1
        self._boxes: list[tuple[np.ndarray, np.ndarray]] = []
        self._group = 0  # the open group's number, 0 outside
        self._groups = 0
        self._group_smooth = 0.0
        self._clips: list[tuple[np.ndarray, np.ndarray]] = []  # of the open group
        self._first_box = 0  # of the open group

    def add(self, shape: Shape, material: Material, smooth: float = 0.0) -> None:
        """Join a shape to the scene; `smooth` > 0 blends it in over that radius."""
        self._append(shape, k.SMOOTH_UNION if smooth > 0 else k.UNION, material, smooth)
        self._boxes.append(shape.box())

    def cut(self, shape: Shape, material: Material | None = None, smooth: float = 0.0) -> None:
        """Take a shape away from everything so far (in a group: from the group so far).

        The walls of the hole have `material` where one is given.
        """
        self._append(shape, k.SMOOTH_CUT if smooth > 0 else k.CUT, material, smooth)

    def clip(self, shape: Shape, smooth: float = 0.0) -> None:
        """Keep only what lies inside the shape, of everything so far (in a group: of the group)."""
        self._append(shape, k.SMOOTH_CLIP if smooth > 0 else k.CLIP, None, smooth)
        self._clips.append(shape.box())

    def paint(
        self,
        shape: Shape,
        material: Material | None = None,
        height: float = 0.0,
        edge: float = 0.006,
    ) -> None:
        """Where the surface so far lies inside a shape, give it a material and raise it.

        Follows any fold or curve exactly: pockets, plackets, hems, panels, stitched grooves.

        Parameters
        ----------
        shape : Shape
            Any volume, such as an extruded outline.
        material : Material, optional
            None keeps the surface's own.
        height : float
            How far the surface is raised; negative presses it in.
        edge : float
            Width over which it rises, inwards from the shape's surface.
        """
        self._append(shape, k.PAINT, material, 0.0)
        row = self._rows[-1]
        row[k.RAISE], row[k.RAISE_EDGE] = height, max(edge, 1e-4)
        painted = self._boxes[self._first_box :]
        if painted and not row[k.MIRROR]:  # a long shape matters only where there is a surface
            low, high = shape.box()
            low = np.maximum(low, np.min([b[0] for b in painted], axis=0) - 0.05)
            high = np.maximum(low, np.minimum(high, np.max([b[1] for b in painted], axis=0) + 0.05))
            radius = np.linalg.norm(high - low) / 2
            if radius < row[k.BALL_RADIUS]:
                row[k.BALL : k.BALL + 3], row[k.BALL_RADIUS] = (low + high) / 2, radius

    @contextlib.contextmanager
    def group(self, smooth: float = 0.0) -> Iterator[None]:
        """Shapes of their own: cuts and clips inside touch only the group; then it is joined.

        Groups cannot contain groups.
        """
        if self._group:
            raise ValueError("a group inside a group is not possible: close the outer one first")
        self._groups += 1
        self._group, self._group_smooth = self._groups, smooth
        first_row, first_box = len(self._rows), len(self._boxes)
        self._clips, self._first_box = [], first_box
        try:
            yield
        finally:
            self._group, self._group_smooth, self._first_box = 0, 0.0, 0
        if len(self._boxes) == first_box:
            raise ValueError("a group needs at least one shape that is added")
        self._close_group(first_row, first_box)

    def _close_group(self, first_row: int, first_box: int) -> None:
        """Give the group's rows a box around the group, so that rays can pass it by."""
        low = np.min([b[0] for b in self._boxes[first_box:]], axis=0)
        high = np.max([b[1] for b in self._boxes[first_box:]], axis=0)
        for clip_low, clip_high in self._clips:
            low, high = np.maximum(low, clip_low), np.minimum(high, clip_high)
        high = np.maximum(low, high)
        self._boxes[first_box:] = [(low, high)]
        _surround(self._rows[first_row:], low, high)

    @contextlib.contextmanager
    def owned(self, number: int) -> Iterator[None]:
        """Let what is added inside belong to the object of this number; by default it is 1."""
        before, self._owner = self._owner, number
        try:
            yield
        finally:
            self._owner = before

    def place(
        self,
        other: Scene,
        at: Sequence[float] = (0.0, 0.0, 0.0),
        turn: np.ndarray | None = None,
        scale: float | Sequence[float] = 1.0,
        first: int | None = None,
    ) -> None:
        """Put a whole scene into this one, scaled, then turned, then moved.

        Parameters
        ----------
        other : Scene
            Is left as it is.
        at : (x, y, z)
            Where its origin comes to lie.
        turn : numpy.ndarray, shape (3, 3), optional
            From `rotation`; a reflection is possible too.
        scale : float or three floats
            Along its own axes; uneven ones cost more steps of the rays.
        first : int, optional
            The number that its object 1 gets, and its further ones after it; by default all
            belongs to the open `owned` block.
        """
        if self._group:
            raise ValueError("a scene cannot be placed inside a group: close the group first")
        matrix = (np.eye(3) if turn is None else turn) * np.broadcast_to(scale, 3)
        placing = _Placing(matrix, np.asarray(at, float))
        materials = []
        for material, owner in zip(other._materials, other._owners, strict=True):
            own = self._owner if first is None else owner + first - 1 if owner else 0
            with self.owned(own):
                materials.append(self._material_at(placing.material(material)))
        if id(other) not in self._grid_at:
            self._grid_at[id(other)] = len(self._grids)
            self._grids.extend(other._grids)
            self._kept.append(other)  # so that no other scene gets its id
        for rows, boxes in other._parts():
            for row, box in self._placed(rows, boxes, placing):
                if row[k.MATERIAL] >= 0:
                    row[k.MATERIAL] = materials[int(row[k.MATERIAL])]
                if int(row[k.OP]) in _WITH_GRIDS:
                    row[k.GRID_AT] += self._grid_at[id(other)]
                self._rows.append(row)
                self._boxes += [] if box is None else [box]

    def _parts(self) -> list[tuple[list[np.ndarray], list[Box]]]:
        """Return the rows and boxes in parts that no cut, clip or paint of another scene changes.

        Groups, and what stands between them.  A cut, a clip or paint that stands outside all groups
        acts on everything before it: each part before gets it, and becomes a group of its own.
        """
        parts: list[tuple[list[np.ndarray], list[Box]]] = []
        left, loose = iter(self._boxes), False
        for row in self._rows:
            row, group = row.copy(), row[k.GROUP]
            if not parts or parts[-1][0][0][k.GROUP] != group:
                parts.append(([], [next(left)] if group > 0 else []))
            if group == 0 and row[k.JOIN] <= k.SMOOTH_UNION:
                parts[-1][1].append(next(left))
            elif group == 0:
                loose = True
                for rows, _ in parts[:-1]:
                    rows.append(row.copy())
            parts[-1][0].append(row)
        if not loose:
            return parts
        parts = [(rows, boxes) for rows, boxes in parts if boxes]
        for number, (rows, boxes) in enumerate(parts, start=1):
            smooth = rows[0][k.GROUP_SMOOTH]
            if rows[0][k.GROUP] == 0 and rows[0][k.JOIN] == k.SMOOTH_UNION:
                smooth = rows[0][k.SMOOTH]
            low, high = np.min([b[0] for b in boxes], 0), np.max([b[1] for b in boxes], 0)
            boxes[:] = [(low, high)]
            for row in rows:
                row[k.GROUP], row[k.GROUP_SMOOTH] = number, smooth
            _surround(rows, low, high)
        return parts

    def _placed(
        self, rows: list[np.ndarray], boxes: list[Box], placing: _Placing
    ) -> Iterator[tuple[np.ndarray, Box | None]]:
        """Yield the rows of a part, placed, each with its box where it or its group starts one.

        Mirrored copies become rows of their own.  What clips a group clips each of its mirrored
        copies, so then the group is copied.
        """
        grouped = rows[0][k.GROUP] > 0
        clips = [int(r[k.MIRROR]) for r in rows if r[k.JOIN] in (k.CLIP, k.SMOOTH_CLIP)]
        mirror = max(clips, default=0)
        around = [placing.box(low, high) for low, high in boxes]
        for whole in _copies(mirror):
            self._groups += grouped
            starts = True
            for i, row in enumerate(rows):
                for reflect in _copies(int(row[k.MIRROR]) & ~mirror):
                    new = placing.row(row, reflect | (whole & int(row[k.MIRROR])))
                    if grouped:
                        new[k.GROUP] = self._groups
                    yield new, (around[0] if starts else None) if grouped else around[i]
                    starts = False

    def _append(self, shape: Shape, join: int, material: Material | None, smooth: float) -> None:
        if not isinstance(shape, Shape):
            raise TypeError(f"expected a Shape such as box(1, 1, 1), got {shape!r}")
        if material is None and join in (k.UNION, k.SMOOTH_UNION):
            raise TypeError("add needs a Material, such as plain('red')")
        row = shape.row(join, smooth, self._material_at(material), self._texture_at(shape.grids))
        row[k.GROUP], row[k.GROUP_SMOOTH] = self._group, self._group_smooth
        row[k.CLEAR] = material is not None and material.transmission > 0
        self._rows.append(row)

    def _material_at(self, material: Material | None) -> int:
        if material is None:
            return -1
        for i, known in enumerate(self._materials):
            if known is material and self._owners[i] == self._owner:
                return i
        self._materials.append(material)
        self._owners.append(self._owner)
        return len(self._materials) - 1

    def _texture_at(self, grids: tuple[Grid, ...]) -> int:
        if not grids:
            return 0
        last = id(grids[-1])
        if last not in self._grid_at:
            self._grid_at[last] = len(self._grids)
            self._grids.extend(grids)
        return self._grid_at[last]

    def table(self) -> SceneTable:
        """Return the scene as numbers."""
        if not self._boxes:
            raise ValueError("the scene is empty: add a shape first")
        rows = np.array(self._rows)
        textures = np.zeros((max(len(self._grids), 1), GRID, GRID), np.float32)
        for i, grid in enumerate(self._grids):
            textures[i] = grid.values
        low = np.min([b[0] for b in self._boxes], axis=0)
        high = np.max([b[1] for b in self._boxes], axis=0)
        key = _digest(rows.tobytes(), *(grid.key for grid in self._grids))
        if key not in _BOXES:
            if len(_BOXES) > 500:
                _BOXES.clear()
            _BOXES[key] = k.solid_box(rows, textures, np.concatenate([low, high]))
        owners = np.array(self._owners, np.int64)
        return SceneTable(rows, textures, tuple(self._materials), _BOXES[key], key, owners)

    def distance(self, points: np.ndarray) -> np.ndarray:
        """Signed distance at points of shape (n, 3), shape (n,).

        Far from the surface it is a lower bound: enough to walk along a ray safely.
        """
        table = self.table()
        return k.distances(table.rows, table.textures, np.asarray(points, float))

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Low and high corner of what is solid, to within a few hundredths of the size."""
        solid = self.table().box
        return solid[:3], solid[3:]
