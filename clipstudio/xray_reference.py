"""What the X-ray camera computes, said plainly in numpy: many small equal steps along every ray.

Slow and easy to read; tests hold the compiled camera to it.
"""

from __future__ import annotations

import numpy as np

from clipstudio import kernels as k
from clipstudio.anatomy import Cloud, Phantom, Solid
from clipstudio.reference import blend, fractal, shape_distance
from clipstudio.xray import view_of
from clipstudio.xray_kernels import ADDS, LUNG, OUTSIDE


def rays(view: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Source (3,) and unit directions (size * size, 3) of the pixels, row by row."""
    source, centre, right, up = view.reshape(4, 3)
    row, column = np.mgrid[0:size, 0:size].reshape(2, -1)
    target = centre + np.outer(column + 0.5 - size / 2, right) + np.outer(size / 2 - row - 0.5, up)
    direction = target - source
    return source, direction / np.linalg.norm(direction, axis=1, keepdims=True)


def solid_distance(solid: Solid, points: np.ndarray) -> np.ndarray:
    """Distance of points (n, 3) to a solid: its rows joined in order."""
    total = None
    for row in solid.rows:
        x, y, z = points.T
        if int(row[k.MIRROR]) & 1:
            x = np.abs(x)
        if int(row[k.MIRROR]) & 2:
            z = np.abs(z)
        d = shape_distance(row, solid.textures, x, y, z)
        smooth, join = row[k.SMOOTH], int(row[k.JOIN])
        if total is None:
            total = d
        elif join in (k.UNION, k.SMOOTH_UNION):
            total = blend(total, d, smooth)
        elif join in (k.CUT, k.SMOOTH_CUT):
            total = -blend(-total, d, smooth)
        else:
            total = -blend(-total, -d, smooth)
    return total


def inside_box(solid: Solid, points: np.ndarray) -> np.ndarray:
    return ((points >= solid.box[:3]) & (points <= solid.box[3:])).all(axis=1)


def smoothstep(a: float, b: float, x: np.ndarray) -> np.ndarray:
    t = np.clip((x - a) / (b - a), 0, 1)
    return t * t * (3 - 2 * t)


def cloud_density(cloud: Cloud, points: np.ndarray) -> np.ndarray:
    """How much of the air at points (n, 3) has given way, 0 to 1."""
    d = solid_distance(cloud.solid, points)
    x, y, z = points.T
    f, at, grain = cloud.frequency, cloud.offset, cloud.grain
    far = d > cloud.edge
    if grain > 0:
        d = d + 3.4 * cloud.edge * grain * (fractal(x * f + at, y * f + 0.7 * at, z * f) - 0.5)
    body = smoothstep(cloud.edge, -cloud.edge, d)
    if grain > 0:
        fine = fractal(2.3 * x * f + at, 2.3 * y * f, 2.3 * z * f - at)
        body = body * (1 - grain * smoothstep(0.55, 0.35, fine))
    return np.where(far | ~inside_box(cloud.solid, points), 0, body)


def strand_at(strand: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Attenuation of one strand at points (n, 3): an elliptic cylinder between two planes."""
    begin, end, normal = strand[0:3], strand[3:6], strand[6:9]
    along = (end - begin) / np.linalg.norm(end - begin)
    flat = normal - (normal @ along) * along
    flat = flat / np.linalg.norm(flat)
    across = np.cross(along, flat)
    q = points - begin
    inside = (q @ flat / strand[9]) ** 2 + (q @ across / strand[10]) ** 2 < 1
    inside &= (q @ strand[12:15] > 0) & ((points - end) @ strand[15:18] < 0)
    return strand[11] * inside


def attenuation(
    chest: Phantom, size: int, pixels: np.ndarray | None = None, step: float = 0.1
) -> np.ndarray:
    """Line integrals through the solids and clouds of a phantom, shape (len(pixels),).

    pixels : numbers of the pixels, counted row by row; all by default. Strands are left to
    `strand_at`: there are thousands.
    """
    source, directions = rays(view_of(chest.patient, size), size)
    directions = directions if pixels is None else directions[pixels]
    total = np.empty(len(directions))
    for n, direction in enumerate(directions):
        along = np.arange(60.0, 220.0, step)
        along = along[np.abs(source[2] + along * direction[2]) < 18]
        points = source + np.outer(along, direction)
        total[n] = step * local_attenuation(chest, points).sum()
    return total


def local_attenuation(chest: Phantom, points: np.ndarray) -> np.ndarray:
    """Attenuation per cm at points (n, 3): the later solid paints over the earlier."""
    here = np.full(len(points), OUTSIDE)
    mu, added = np.zeros(len(points)), np.zeros(len(points))
    for solid in chest.solids:
        within = inside_box(solid, points)
        within[within] = solid_distance(solid, points[within]) < 0
        if solid.becomes == ADDS:
            added += solid.attenuation * within
            continue
        painted = within & ((here & solid.over) > 0)
        here[painted], mu[painted] = solid.becomes, solid.attenuation
    for cloud in chest.clouds:
        air = here == LUNG
        added[air] += cloud.attenuation * cloud_density(cloud, points[air])
    return mu + added
