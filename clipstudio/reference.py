"""The scene language in plain numpy: what each shape, change and join means.

`kernels` computes the same numbers compiled, one point at a time; a test holds the two to each
other.  Read this one.  Every function takes points as three arrays x, y, z of shape (n,).
"""

from __future__ import annotations

import numpy as np

from clipstudio import kernels as k
from clipstudio.scene import SceneTable

FAR_AWAY = k.NOTHING


# ------------------------------------------------------------------------------------------ noise
def lattice(i, j, k_):
    """Return a number in [0, 1] that looks random for each point of the integer lattice."""
    n = (i * 374761393 + j * 668265263 + k_ * 2147483647) & 0xFFFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((n ^ (n >> 16)) & 0xFFFF) / 65535.0


def noise(x, y, z):
    """Random numbers on the integer lattice, joined smoothly (value noise)."""
    i, j, m = (np.floor(v).astype(np.int64) for v in (x, y, z))
    u, v, w = (t * t * (3 - 2 * t) for t in (x - i, y - j, z - m))
    total = 0.0
    for a, b, c in np.ndindex(2, 2, 2):
        share = (u if a else 1 - u) * (v if b else 1 - v) * (w if c else 1 - w)
        total = total + share * lattice(i + a, j + b, m + c)
    return total


def fractal(x, y, z):
    """Three octaves of noise."""
    return (
        0.5 * noise(x, y, z)
        + 0.3 * noise(2.1 * x + 7, 2.1 * y + 3, 2.1 * z + 1)
        + 0.2 * noise(4.3 * x, 4.3 * y + 5, 4.3 * z)
    )


# ----------------------------------------------------------------------------------------- shapes
def length(*components):
    return np.sqrt(sum(c * c for c in components))


def outside_corner(a, b, r):
    """Distance to the corner between two half planes at distances a and b, rounded by r."""
    a, b = a + r, b + r
    return length(np.maximum(a, 0), np.maximum(b, 0)) + np.minimum(np.maximum(a, b), 0) - r


def ellipsoid(v, grids, x, y, z):
    rx, ry, rz = v[:3]
    k0 = length(x / rx, y / ry, z / rz)
    k1 = length(x / rx**2, y / ry**2, z / rz**2)
    return np.where(k0 < 1e-3, -min(rx, ry, rz), k0 * (k0 - 1) / (k1 + 1e-9))


def box(v, grids, x, y, z):
    q = np.abs([x, y, z]) - v[:3, None] + v[3]
    return length(*np.maximum(q, 0)) + np.minimum(q.max(0), 0) - v[3]


def capsule(v, grids, x, y, z):
    a, b, ra, rb = v[0:3], v[3:6], v[6], v[7]
    p = np.stack([x, y, z], 1) - a
    t = np.clip(p @ (b - a) / ((b - a) @ (b - a) + 1e-12), 0, 1)
    return np.linalg.norm(p - t[:, None] * (b - a), axis=1) - (ra * (1 - t) + rb * t)


def tube(v, grids, x, y, z):
    """Return the nearest point of a quadratic Bezier curve, a root of a cubic (after Quilez)."""
    a, b, c, ra, rb = v[0:3], v[3:6], v[6:9], v[9], v[10]
    u, w = b - a, a - 2 * b + c
    d = a - np.stack([x, y, z], 1)
    scale = 1 / (w @ w + 1e-9)
    kx = scale * (u @ w)
    ky = scale * (2 * (u @ u) + d @ w) / 3
    kz = scale * (d @ u)
    p = ky - kx**2
    q = kx * (2 * kx**2 - 3 * ky) + kz
    h = q**2 + 4 * p**3
    root = np.sqrt(np.maximum(h, 0))
    one = np.cbrt((root - q) / 2) + np.cbrt((-root - q) / 2)
    m = np.sqrt(np.maximum(-p, 1e-300))
    angle = np.arccos(np.clip(q / (2 * p * m + (p == 0)), -1, 1)) / 3
    roots = np.where(
        h >= 0,
        [one, one],
        [2 * np.cos(angle) * m, (-np.sqrt(3) * np.sin(angle) - np.cos(angle)) * m],
    )
    ts = np.clip(roots - kx, 0, 1)
    apart = [np.linalg.norm(d + (2 * u + w * t[:, None]) * t[:, None], axis=1) for t in ts]
    t = np.where(apart[1] < apart[0], ts[1], ts[0])
    return np.minimum(*apart) - (ra * (1 - t) + rb * t)


def cylinder(v, grids, x, y, z):
    bottom, top, half, r = v[:4]
    t = np.clip((y + half) / (2 * half), 0, 1)
    slope = (top - bottom) / (2 * half)
    side = (length(x, z) - (bottom + (top - bottom) * t)) / np.sqrt(1 + slope**2)
    return outside_corner(side, np.abs(y) - half, r)


def torus(v, grids, x, y, z):
    radius, thickness, half = v[:3]
    if half >= 3.14159:
        return length(length(x, y) - radius, z) - thickness
    sin, cos, ax = np.sin(half), np.cos(half), np.abs(x)
    along = np.where(cos * ax > sin * y, ax * sin + y * cos, length(x, y))
    square = x * x + y * y + z * z + radius**2 - 2 * radius * along
    return np.sqrt(np.maximum(square, 0)) - thickness


def ring(v, grids, x, y, z):
    rx, rz, across, upright, start, stop = v[:6]
    f, g = length(x / rx, z / rz) + 1e-9, length(x / rx**2, z / rz**2) + 1e-9
    q = f * (f - 1) / g
    k0 = length(q / across, y / upright)
    k1 = length(q / across**2, y / upright**2) + 1e-6
    d = np.where(k0 < 0.05, -min(across, upright), k0 * (k0 - 1) / k1)
    angle, reach = np.arctan2(np.abs(x) / rx, -z / rz), 0.9 * min(rx, rz)
    return np.maximum(d, np.maximum((angle - stop) * reach, (start - angle) * reach))


def sample(grid, x0, y0, inv, x, y):
    """Bilinear value of a grid, and the distance by which (x, y) lies outside it."""
    u, v = (x - x0) * inv, (y - y0) * inv
    cu, cv = np.clip(u, 0, k.GRID - 1.001), np.clip(v, 0, k.GRID - 1.001)
    i, j = cu.astype(int), cv.astype(int)
    fu, fv = cu - i, cv - j
    grid = grid.astype(float)
    below = grid[j, i] * (1 - fu) + grid[j, i + 1] * fu
    above = grid[j + 1, i] * (1 - fu) + grid[j + 1, i + 1] * fu
    return below * (1 - fv) + above * fv, length(u - cu, v - cv) / inv


def outline(v, grids, x, y):
    """Signed distance in the plane to a closed outline."""
    d, outside = sample(grids[int(v[0])], *v[1:4], x, y)
    return np.where(outside > 1e-6, length(outside, d), d)


def revolve(v, grids, x, y, z):
    squash, pleats, depth, top, bottom = v[4:9]
    r = length(x, z / squash)
    if pleats > 0:
        fall = np.clip((top - y) / (top - bottom), 0, 1)
        angle = np.arctan2(z, x)
        wave = np.cos(pleats * angle + 0.7 * np.sin(2 * angle + 2 * y)) - 0.3
        r = r - depth * fall**2 * wave * np.minimum(3 * r, 1)
    return outline(v, grids, r, y) * min(squash, 1.0)


def extrude(v, grids, x, y, z):
    return outside_corner(outline(v, grids, x, y), np.abs(z) - v[4], v[5])


def cloth(v, grids, x, y, z):
    """Between the height of the back and of the front, inside the outline."""
    front = sample(grids[int(v[0]) + 1], *v[1:4], x, y)[0]
    back = sample(grids[int(v[0]) + 2], *v[1:4], x, y)[0]
    return outside_corner(outline(v, grids, x, y), np.maximum(z - front, back - z) * v[4], 0.0)


def half_space(v, grids, x, y, z):
    return y


PRIMITIVES = {
    k.ELLIPSOID: ellipsoid,
    k.BOX: box,
    k.CAPSULE: capsule,
    k.TUBE: tube,
    k.CYLINDER: cylinder,
    k.TORUS: torus,
    k.RING: ring,
    k.REVOLVE: revolve,
    k.EXTRUDE: extrude,
    k.CLOTH: cloth,
    k.HALF_SPACE: half_space,
}


# ---------------------------------------------------------------------------------------- changes
def wrinkle(f, x, y, z):
    wave = np.sin(f * x + 4 * noise(2.3 * x + 3, 1.4 * y + 1, 2 * z)) - 0.3
    return wave * (noise(1.7 * x + 9, 1.9 * y, 2.1 * z) - 0.15)


DETAILS = {
    k.WRINKLE: wrinkle,
    k.LUMPS: lambda f, x, y, z: fractal(f * x, f * y, f * z) - 0.5,
    k.RIBBED: lambda f, x, y, z: np.sin(f * y),
    k.FLUTED: lambda f, x, y, z: np.cos(f * np.arctan2(z, x)),
}


def turned(row, at, x, y, z):
    """Coordinates after the 3 x 3 rotation that starts in column `at`."""
    return row[at : at + 9].reshape(3, 3) @ np.stack([x, y, z])


def repeated(row, x, y, z):
    """Every point brought to the sector of the first of `n` copies around the y axis."""
    sector = 2 * np.pi / row[k.REPEAT]
    angle = np.arctan2(z, x)
    angle = angle - sector * np.floor(angle / sector + 0.5)
    r, inner = length(x, z), row[k.INNER_ORIGIN : k.INNER_ORIGIN + 3]
    x, y, z = r * np.cos(angle) - inner[0], y - inner[1], r * np.sin(angle) - inner[2]
    return turned(row, k.INNER_ROTATION, x, y, z)


def shape_distance(row, grids, x, y, z):
    """Distance to the shape of one row, with everything that was done to it."""
    origin = row[k.ORIGIN : k.ORIGIN + 3]
    x, y, z = turned(row, k.ROTATION, x - origin[0], y - origin[1], z - origin[2])
    if row[k.REPEAT] > 0:
        x, y, z = repeated(row, x, y, z)
    x, z = x - row[k.BEND_X] * y**2, z - row[k.BEND_Z] * y**2
    scale = np.maximum(1 + row[k.TAPER] * y, 0.2)
    x, z = x / scale, z / scale
    d = PRIMITIVES[int(row[k.OP])](row[k.VALUES :], grids, x, y, z) * np.minimum(scale, 1)
    if row[k.SHELL] > 0:
        d = np.abs(d) - row[k.SHELL]
    d = d - row[k.GROW]
    if row[k.DETAIL] > 0:
        relief = DETAILS[int(row[k.DETAIL])](row[k.DETAIL_FREQUENCY], x, y, z)
        d = np.where(d < k.NEAR_SURFACE, d - row[k.DETAIL_AMOUNT] * relief, d)
    return d * row[k.STEP]


# ------------------------------------------------------------------------------------------ joins
def blend(a, b, r):
    """Smooth minimum over the radius r; the plain one for r = 0."""
    if r <= 0:
        return np.minimum(a, b)
    h = np.maximum(r - np.abs(a - b), 0) / r
    return np.minimum(a, b) - 0.25 * h * h * r


def join(row, grids, d, x, y, z):
    """Return the distance so far, joined with the shape of one row."""
    how, r = int(row[k.JOIN]), row[k.SMOOTH]
    if int(row[k.MIRROR]) & 1:
        x = np.abs(x)
    if int(row[k.MIRROR]) & 2:
        z = np.abs(z)
    centre = row[k.BALL : k.BALL + 3]
    ball = length(x - centre[0], y - centre[1], z - centre[2]) - row[k.BALL_RADIUS]
    e = shape_distance(row, grids, x, y, z)
    if how in (k.UNION, k.SMOOTH_UNION):
        e = np.where(ball > k.FAR + r, ball, e)  # far away its bounding ball stands for the shape
        new = blend(d, e, r if how == k.SMOOTH_UNION else 0)
        return np.where(ball > d + r, d, new)
    if how == k.PAINT:
        raised = d - row[k.RAISE] * np.clip(-e / row[k.RAISE_EDGE], 0, 1)
        near = k.PAINT_NEAR + 2 * abs(row[k.RAISE])
        raised = np.where(d > near, d - max(row[k.RAISE], 0), raised)
        return np.where(ball > 0, d, raised)
    if how in (k.CUT, k.SMOOTH_CUT):
        new = -blend(-d, e, r if how == k.SMOOTH_CUT else 0)
        return np.where((ball > -d + r) | (d > k.FAR), d, new)
    new = -blend(-d, -e, r if how == k.SMOOTH_CLIP else 0)
    return np.where(d < k.FAR, new, d)


def group_box(row, x, y, z):
    """Distance to the box around a row's group."""
    centre = row[k.GROUP_CENTRE : k.GROUP_CENTRE + 3]
    half = row[k.GROUP_HALF : k.GROUP_HALF + 3]
    q = np.abs(np.stack([x, y, z]) - centre[:, None]) - half[:, None]
    return length(*np.maximum(q, 0))


def distance(table: SceneTable, points: np.ndarray) -> np.ndarray:
    """Signed distance of a scene at points of shape (n, 3), shape (n,).

    The rows are joined in their order; a group is joined by itself first.

    Examples
    --------
    >>> from clipstudio.scene import Scene, sphere
    >>> from clipstudio.materials import plain
    >>> scene = Scene()
    >>> scene.add(sphere(1), plain("red"))
    >>> distance(scene.table(), [[0.5, 0, 0], [0, 1.5, 0]]).round(2).tolist()
    [-0.5, 0.5]
    """
    x, y, z = np.asarray(points, float).T
    total = np.full(len(x), FAR_AWAY)
    start = 0
    while start < len(table.rows):
        first = table.rows[start]
        group, stop = first[k.GROUP], start + 1
        if group == 0:
            total = join(first, table.textures, total, x, y, z)
        else:
            while stop < len(table.rows) and table.rows[stop][k.GROUP] == group:
                stop += 1
            inner = np.full(len(x), FAR_AWAY)
            for row in table.rows[start:stop]:
                inner = join(row, table.textures, inner, x, y, z)
            away, r = group_box(first, x, y, z), first[k.GROUP_SMOOTH]
            skipped = (away > k.GROUP_FAR) | (away > total + r)
            total = np.where(skipped, np.minimum(total, away), blend(total, inner, r))
        start = stop
    return total
