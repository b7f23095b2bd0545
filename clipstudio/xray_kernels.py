"""The compiled half of the X-ray camera: where rays enter and leave, and what they lose on the way.

Solids are shapes of the scene language: `trace_spans` walks each ray along the same compiled
distance that the photo camera uses, and notes where it enters and leaves.  `add_strands` knows
long thin things (ribs, vessels, leads) as chains of elliptic cylinders and adds the exact length
of ray inside each.  `add_cloud` integrates what has no surface, such as pus in the air spaces.
`xray.reference_attenuation` says the same in plain numpy.
"""

import math

import numpy as np

from clipstudio.kernels import (
    CUT,
    JOIN,
    SMOOTH,
    SMOOTH_CUT,
    SMOOTH_UNION,
    blend,
    box_span,
    fractal,
    jit,
    lattice,
    making,
    row_distance,
    smoothstep,
)

MOST_SPANS = 3  # a ray may cross one solid that many times
LUNG_SPANS = 4  # aerated stretches kept for each ray
NOTHING_IN_BETWEEN = 0.02  # cm: shorter gaps are closed
COARSE = 4  # pixels between the rays that are walked in any case
SMOOTH_ENOUGH = 1.2  # cm by which two rays may differ for the one between to be their mean

# What a point may be, as bits: a solid says over which it paints and what it leaves behind.
OUTSIDE, SOFT, LUNG, PLEURAL = 1, 2, 4, 8
ADDS = 0  # becomes nothing: its attenuation is added to whatever is there

# view: source (3), picture centre (3), one pixel to the right (3), one pixel up (3)
VIEW = 12


@jit
def part_distance(T, textures, x, y, z):
    """Distance to one solid: all its rows joined in order.

    Unlike `scene_distance` it takes no short cut by bounding balls: those are right for what a
    photo shows, the surface, but a blend as wide as an organ's would be felt far from it.
    """
    d = row_distance(T, textures, 0, x, y, z)
    for i in range(1, T.shape[0]):
        e = row_distance(T, textures, i, x, y, z)
        join = int(T[i, JOIN])
        k = T[i, SMOOTH]  # hardly above 0 where nothing is blended
        if join <= SMOOTH_UNION:
            d = blend(d, e, k)
        elif CUT <= join <= SMOOTH_CUT:
            d = -blend(-d, e, k)
        else:
            d = -blend(-d, -e, k)
    return d


@jit
def pixel_direction(view, size, row, column):
    """Return the unit vector from the source to the middle of a pixel."""
    u = column + 0.5 - 0.5 * size
    v = 0.5 * size - row - 0.5
    dx = view[3] + view[6] * u + view[9] * v - view[0]
    dy = view[4] + view[7] * u + view[10] * v - view[1]
    dz = view[5] + view[8] * u + view[11] * v - view[2]
    n = 1 / math.sqrt(dx * dx + dy * dy + dz * dz)
    return dx * n, dy * n, dz * n


@jit
def project(view, size, x, y, z):
    """Column, row and magnification of a point on the picture (pixels, pixel centres at .5)."""
    px, py, pz = x - view[0], y - view[1], z - view[2]
    cx, cy, cz = view[3] - view[0], view[4] - view[1], view[5] - view[2]
    nx = view[7] * view[11] - view[8] * view[10]
    ny = view[8] * view[9] - view[6] * view[11]
    nz = view[6] * view[10] - view[7] * view[9]
    scale = (cx * nx + cy * ny + cz * nz) / (px * nx + py * ny + pz * nz)
    px, py, pz = px * scale - cx, py * scale - cy, pz * scale - cz
    pixel2 = view[6] * view[6] + view[7] * view[7] + view[8] * view[8]
    u = (px * view[6] + py * view[7] + pz * view[8]) / pixel2
    v = (px * view[9] + py * view[10] + pz * view[11]) / pixel2
    return u + 0.5 * size, 0.5 * size - v, scale


@making
def box_on_picture(view, size, box):
    """First and last + 1 row and column that a box can touch."""
    top, left, bottom, right = 1e9, 1e9, -1e9, -1e9
    for n in range(8):
        column, row, _ = project(
            view, size, box[3 * (n & 1)], box[1 + 3 * (n >> 1 & 1)], box[2 + 3 * (n >> 2 & 1)]
        )
        top, bottom = min(top, row), max(bottom, row)
        left, right = min(left, column), max(right, column)
    out = np.empty(4, np.int64)
    out[0] = min(max(int(math.floor(top)), 0), size)
    out[1] = min(max(int(math.floor(left)), 0), size)
    out[2] = max(min(int(math.ceil(bottom)) + 1, size), out[0])
    out[3] = max(min(int(math.ceil(right)) + 1, size), out[1])
    return out


@jit
def ray_spans(T, textures, box, view, size, row, column, shortest, out):
    """Where one ray is inside a solid: fills `out` with pairs of distances, 0 for the rest.

    A step is as long as the distance, at least `shortest` cm; each crossing is then closed in by
    false position, because the distance of a blend or an ellipsoid is not exact.
    """
    dx, dy, dz = pixel_direction(view, size, row, column)
    t, end = box_span(box, view[0], view[1], view[2], dx, dy, dz)
    out[:] = 0
    if t >= end:
        return
    n = 0
    d = part_distance(T, textures, view[0] + dx * t, view[1] + dy * t, view[2] + dz * t)
    if d < 0:
        out[0] = t
        n = 1
    while t < end and n < 2 * MOST_SPANS:
        ahead = min(t + max(abs(d), shortest), end)
        e = part_distance(
            T, textures, view[0] + dx * ahead, view[1] + dy * ahead, view[2] + dz * ahead
        )
        if (d < 0) != (e < 0):
            a, da, b, db = t, d, ahead, e
            middle = a + (b - a) * da / (da - db)
            for _ in range(3):
                dm = part_distance(
                    T,
                    textures,
                    view[0] + dx * middle,
                    view[1] + dy * middle,
                    view[2] + dz * middle,
                )
                if abs(dm) < 2e-3:
                    break
                if (dm < 0) == (da < 0):
                    a, da, db = middle, dm, 0.5 * db
                else:
                    b, db, da = middle, dm, 0.5 * da
                middle = a + (b - a) * da / (da - db)
            out[n] = middle
            n += 1
        t, d = ahead, e
    if n % 2 == 1:
        out[n] = end


@jit
def between(a, b, out):
    """Mean of two rays' spans into `out`; False where they differ too much for that."""
    for s in range(2 * MOST_SPANS):
        if (a[s] == 0) != (b[s] == 0) or abs(a[s] - b[s]) > SMOOTH_ENOUGH:
            return False
        out[s] = 0.5 * (a[s] + b[s])
    return True


@making
def trace_spans(T, textures, box, view, size, frame, shortest):
    """Where the rays of the pixels in `frame` are inside a solid.

    Returns float32 (rows, columns, 2 * MOST_SPANS): pairs of distances from the source in cm,
    0 where there is no further pair.  Every fourth ray of every fourth row is walked; the ones
    between are the mean of their neighbours where these agree, and walked where they do not, so
    outlines are as sharp as the picture allows.
    """
    rows, columns = frame[2] - frame[0], frame[3] - frame[1]
    out = np.zeros((rows, columns, 2 * MOST_SPANS), np.float32)
    for j in range(0, rows, COARSE):
        for i in range(0, columns, COARSE):
            ray_spans(T, textures, box, view, size, frame[0] + j, frame[1] + i, shortest, out[j, i])
    stride = COARSE
    while stride > 1:
        half = stride // 2
        for j in range(half, rows, stride):
            for i in range(0, columns, stride):
                known = j + half < rows and between(out[j - half, i], out[j + half, i], out[j, i])
                if not known:
                    ray_spans(
                        T,
                        textures,
                        box,
                        view,
                        size,
                        frame[0] + j,
                        frame[1] + i,
                        shortest,
                        out[j, i],
                    )
        for j in range(0, rows, half):
            for i in range(half, columns, stride):
                known = i + half < columns and between(
                    out[j, i - half], out[j, i + half], out[j, i]
                )
                if not known:
                    ray_spans(
                        T,
                        textures,
                        box,
                        view,
                        size,
                        frame[0] + j,
                        frame[1] + i,
                        shortest,
                        out[j, i],
                    )
        stride = half
    return out


@making
def paint(spans, starts, frames, attenuation, over, becomes, watched, watches, size):
    """Walk every ray through all solids: the later paints over the earlier.

    Parameters
    ----------
    spans : float32, flat; the spans of solid k begin at starts[k]
    frames : int64 (n, 4)
    attenuation : float64 (n,), per cm
    over, becomes : int64 (n,), bits as above
    watched : int64 (n,), number of the watch that counts this solid, -1 for none
    watches : int, how many there are

    Returns
    -------
    total : float64 (size, size), line integral of the attenuation
    lungs : float32 (size, size, 2 * LUNG_SPANS), aerated stretches, cm from the source
    seen : float32 (watches, size, size), cm of the watched solids that were not painted over
    """
    n = len(attenuation)
    total = np.zeros((size, size))
    lungs = np.zeros((size, size, 2 * LUNG_SPANS), np.float32)
    seen = np.zeros((watches, size, size), np.float32)
    most = n * MOST_SPANS
    enter, leave = np.empty(most), np.empty(most)
    who = np.empty(most, np.int64)
    cuts = np.empty(2 * most)
    for j in range(size):
        for i in range(size):
            count = 0
            for k in range(n):
                if not (frames[k, 0] <= j < frames[k, 2] and frames[k, 1] <= i < frames[k, 3]):
                    continue
                width = frames[k, 3] - frames[k, 1]
                at = starts[k] + 2 * MOST_SPANS * ((j - frames[k, 0]) * width + i - frames[k, 1])
                for s in range(MOST_SPANS):
                    a, b = spans[at + 2 * s], spans[at + 2 * s + 1]
                    if b <= a:
                        break
                    if becomes[k] == ADDS:
                        total[j, i] += attenuation[k] * (b - a)
                        if watched[k] >= 0:
                            seen[watched[k], j, i] += b - a
                        continue
                    enter[count], leave[count], who[count] = a, b, k
                    count += 1
            if count == 0:
                continue
            for c in range(2 * count):  # insertion sort: few, and nearly in order
                value = leave[c // 2] if c % 2 else enter[c // 2]
                m = c
                while m > 0 and cuts[m - 1] > value:
                    cuts[m] = cuts[m - 1]
                    m -= 1
                cuts[m] = value
            known = 0
            for c in range(2 * count - 1):
                a, b = cuts[c], cuts[c + 1]
                if b - a < 1e-4:
                    continue
                middle = 0.5 * (a + b)
                here, mu, top = OUTSIDE, 0.0, -1
                for q in range(count):
                    if enter[q] <= middle < leave[q] and over[who[q]] & here:
                        top = who[q]
                        here, mu = becomes[top], attenuation[top]
                total[j, i] += mu * (b - a)
                if top >= 0 and watched[top] >= 0:
                    seen[watched[top], j, i] += b - a
                if here == LUNG:
                    if known > 0 and a - lungs[j, i, 2 * known - 1] < NOTHING_IN_BETWEEN:
                        lungs[j, i, 2 * known - 1] = b
                    elif known < LUNG_SPANS:
                        lungs[j, i, 2 * known] = a
                        lungs[j, i, 2 * known + 1] = b
                        known += 1
    return total, lungs, seen


@jit
def cloud_density(T, textures, numbers, x, y, z):
    """How much of the air at a point has given way: 0 to 1.

    numbers: soft edge (cm), graininess 0 to 1, grains per cm, offset of the noise.
    """
    d = part_distance(T, textures, x, y, z)
    edge = numbers[0]
    if d > edge:
        return 0.0
    f, at = numbers[2], numbers[3]
    if numbers[1] > 0:
        grain = fractal(x * f + at, y * f + 0.7 * at, z * f) - 0.5
        d += 3.4 * edge * numbers[1] * grain
    body = smoothstep(edge, -edge, d)
    if numbers[1] > 0:
        fine = fractal(2.3 * x * f + at, 2.3 * y * f, 2.3 * z * f - at)
        body *= 1 - numbers[1] * smoothstep(0.55, 0.35, fine)
    return body


@jit
def add_cloud(total, path, lungs, T, textures, box, view, size, numbers, attenuation, step):
    """Add what a cloud absorbs where there is lung; `path` gets the cm of dense cloud on the way.

    Midpoint rule in stretches of about `step` cm, shifted from pixel to pixel.
    """
    frame = box_on_picture(view, size, box)
    for j in range(frame[0], frame[2]):
        for i in range(frame[1], frame[3]):
            dx, dy, dz = pixel_direction(view, size, j, i)
            low, high = box_span(box, view[0], view[1], view[2], dx, dy, dz)
            dense = 0.0
            for s in range(LUNG_SPANS):
                a, b = max(lungs[j, i, 2 * s], low), min(lungs[j, i, 2 * s + 1], high)
                if b <= a:
                    continue
                n = int((b - a) / step) + 1
                h = (b - a) / n
                shift = 0.25 + 0.5 * lattice(i, j, 7)
                for m in range(n):
                    t = a + (m + shift) * h
                    dense += h * cloud_density(
                        T,
                        textures,
                        numbers,
                        view[0] + dx * t,
                        view[1] + dy * t,
                        view[2] + dz * t,
                    )
            total[j, i] += attenuation * dense
            path[j, i] += dense


# strand row: from (3), to (3), flat side's normal (3), half thickness, half height, attenuation,
# normals of the planes in which it begins (3) and ends (3): neighbours share them, as a mitred
# pipe does, so that a bend has neither gap nor overlap
STRAND = 18


@jit
def add_strands(out, strands, view, size):
    """Add attenuation times the exact length of ray inside each elliptic cylinder.

    A cylinder thinner than a pixel is widened to it and thinned out, so that it neither
    flickers nor vanishes.
    """
    pixel = math.sqrt(view[6] * view[6] + view[7] * view[7] + view[8] * view[8])
    for k in range(strands.shape[0]):
        ax, ay, az = strands[k, 0], strands[k, 1], strands[k, 2]
        ux, uy, uz = strands[k, 3] - ax, strands[k, 4] - ay, strands[k, 5] - az
        length = math.sqrt(ux * ux + uy * uy + uz * uz)
        if length < 1e-6:
            continue
        ux, uy, uz = ux / length, uy / length, uz / length
        nx, ny, nz = strands[k, 6], strands[k, 7], strands[k, 8]
        along = nx * ux + ny * uy + nz * uz
        nx, ny, nz = nx - along * ux, ny - along * uy, nz - along * uz
        norm = math.sqrt(nx * nx + ny * ny + nz * nz)
        if norm < 1e-6:
            continue
        nx, ny, nz = nx / norm, ny / norm, nz / norm
        bx, by, bz = uy * nz - uz * ny, uz * nx - ux * nz, ux * ny - uy * nx
        ca, ra, scale = project(view, size, ax, ay, az)
        cb, rb, _ = project(view, size, strands[k, 3], strands[k, 4], strands[k, 5])
        least = 0.75 * pixel / scale
        thick, high = max(strands[k, 9], least), max(strands[k, 10], least)
        weight = strands[k, 11] * strands[k, 9] * strands[k, 10] / (thick * high)
        reach = max(thick, high) * scale / pixel + 0.5
        left, right = int(min(ca, cb) - reach), int(max(ca, cb) + reach) + 1
        top, bottom = int(min(ra, rb) - reach), int(max(ra, rb) + reach) + 1
        ox, oy, oz = view[0] - ax, view[1] - ay, view[2] - az
        qn = (ox * nx + oy * ny + oz * nz) / thick
        qb = (ox * bx + oy * by + oz * bz) / high
        for j in range(max(top, 0), min(bottom, size)):
            for i in range(max(left, 0), min(right, size)):
                dx, dy, dz = pixel_direction(view, size, j, i)
                vn = (dx * nx + dy * ny + dz * nz) / thick
                vb = (dx * bx + dy * by + dz * bz) / high
                v2 = vn * vn + vb * vb
                # Perpendicular offset first: the source is far away, the cylinder small.
                nearest = -(qn * vn + qb * vb) / max(v2, 1e-12)
                pn, pb = qn + nearest * vn, qb + nearest * vb
                inside = 1 - pn * pn - pb * pb
                if inside <= 0:
                    continue
                half = math.sqrt(inside / max(v2, 1e-12))
                a, b = nearest - half, nearest + half
                for end in range(2):
                    m = 12 + 3 * end
                    past = (
                        (view[0] - strands[k, 3 * end]) * strands[k, m]
                        + (view[1] - strands[k, 3 * end + 1]) * strands[k, m + 1]
                        + (view[2] - strands[k, 3 * end + 2]) * strands[k, m + 2]
                    )
                    rate = dx * strands[k, m] + dy * strands[k, m + 1] + dz * strands[k, m + 2]
                    if end == 1:
                        past, rate = -past, -rate
                    if abs(rate) < 1e-9:
                        if past < 0:
                            b = a
                    elif rate > 0:
                        a = max(a, -past / rate)
                    else:
                        b = min(b, -past / rate)
                if b > a:
                    out[j, i] += weight * (b - a)


@making
def distances_to_part(T, textures, points):
    """Distance of points (n, 3) to the solid of the table `T`."""
    out = np.empty(len(points))
    for n in range(len(points)):
        out[n] = part_distance(T, textures, points[n, 0], points[n, 1], points[n, 2])
    return out


@making
def grow_vessels(starts, directions, radii, dice, T, textures, side, most):
    """Branching vessels from the root of one lung to its surface.

    starts, directions (n, 3), radii (n,): the trunks.  dice: normal random numbers (m, 8), used
    one row a segment.  Returns rows of (from 3, to 3, radius): a vessel forks into two whose
    cross sections together equal its own (Murray's law with exponent 2.7), and ends where it
    would leave the lung.
    """
    stack = np.empty((4 * most, 8))  # a queue: all branches grow at once
    out = np.empty((most, 7))
    first, top, count = 0, 0, 0
    for n in range(len(radii)):
        for c in range(3):
            stack[top, c] = starts[n, c]
            stack[top, 3 + c] = directions[n, c]
        stack[top, 6] = radii[n]
        stack[top, 7] = 0
        top += 1
    roll = 0
    while first < top and count < most:
        px, py, pz = stack[first, 0], stack[first, 1], stack[first, 2]
        ux, uy, uz = stack[first, 3], stack[first, 4], stack[first, 5]
        r, age = stack[first, 6], stack[first, 7]
        first += 1
        die = dice[roll % len(dice)]
        roll += 1
        length = max((1 + 0.35 * die[0]) * (0.9 + 3.2 * r), 0.5)
        tx, ty, tz = px + ux * length, py + uy * length, pz + uz * length
        d = part_distance(T, textures, tx, ty, tz)
        near = age < 3 and abs(tx) < 6.5
        if d > -0.15 and not near:
            continue
        if tx * side < 1.2:
            continue
        out[count, 0], out[count, 1], out[count, 2] = px, py, pz
        out[count, 3], out[count, 4], out[count, 5] = tx, ty, tz
        out[count, 6] = r
        count += 1
        share = min(max(0.62 + 0.12 * die[1], 0.5), 0.85)
        for child in range(2):
            part = share if child == 0 else 1 - share
            rc = r * part ** (1 / 2.7)
            if rc < 0.05 or top >= len(stack):
                continue
            spread = 0.17 if child == 0 else 0.5
            vx = ux + spread * die[2 + 3 * child]
            vy = uy + spread * die[3 + 3 * child]
            vz = uz + spread * die[4 + 3 * child]
            n = 1 / math.sqrt(vx * vx + vy * vy + vz * vz)
            stack[top, 0], stack[top, 1], stack[top, 2] = tx, ty, tz
            stack[top, 3], stack[top, 4], stack[top, 5] = vx * n, vy * n, vz * n
            stack[top, 6], stack[top, 7] = rc, age + 1
            top += 1
    return out[:count]
