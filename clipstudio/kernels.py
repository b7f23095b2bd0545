"""The compiled half of the studio: distances, rays and light, one number at a time.

Everything here runs under numba and releases the interpreter lock.  The first call on a machine
compiles (about 20 s) and keeps the result on disk.  `reference` says the same in readable numpy;
a test holds the two to each other.

No function here calls itself: loading a recursive one from the on-disk cache crashes numba.
"""

import math

import numpy as np
from numba import njit

# Two settings halve the time of a picture.  Most kernels only fill arrays that their caller made:
# without numba's runtime (`_nrt`) they do not count references to them.  It also forbids them to
# make arrays, so those that do are marked `making`.  And `inline` is for what is called from one
# place, a million times a picture: passing 20 arguments would cost more than the work.
OPTIONS = {"cache": True, "fastmath": True, "error_model": "numpy", "nogil": True}
jit = njit(_nrt=False, **OPTIONS)
inline = njit(_nrt=False, forceinline=True, **OPTIONS)
making = njit(**OPTIONS)

# ------------------------------------------------------------------ columns of the scene's table
GRID, BLOCK = 128, 16  # points along a grid, and along a block of it
(
    OP,
    JOIN,
    SMOOTH,
    MATERIAL,
    GROUP,
    GROUP_SMOOTH,
    CLEAR,
    MIRROR,
    REPEAT,
    BEND_X,
    BEND_Z,
    TAPER,
    SHELL,
    GROW,
    DETAIL,
    DETAIL_AMOUNT,
    DETAIL_FREQUENCY,
    STEP,
    BALL_RADIUS,
) = range(19)
BALL = 19  # 3: centre of the bounding ball
ROTATION = 22  # 9: scene to shape
ORIGIN = 31  # 3
INNER_ROTATION = 34  # 9: applied after the repeat
INNER_ORIGIN = 43  # 3
RAISE, RAISE_EDGE = 46, 47  # of PAINT
GROUP_CENTRE, GROUP_HALF = 48, 51  # 3 + 3: a box around the whole group
GROUP_RADIUS = 54  # of the ball around that box
VALUES = 55  # the primitive's own numbers
GRID_AT = VALUES  # 4: first texture, x0, y0, 1 / cell
ROW = 67

(ELLIPSOID, BOX, CAPSULE, TUBE, CYLINDER, TORUS, RING, REVOLVE, EXTRUDE, CLOTH, HALF_SPACE) = range(
    11
)
UNION, SMOOTH_UNION, CUT, SMOOTH_CUT, CLIP, SMOOTH_CLIP, PAINT = range(7)
PLAIN_SURFACE, WRINKLE, LUMPS, RIBBED, FLUTED = range(5)
FAR = 0.6  # beyond this distance a shape is taken to be its ball, and nothing is cut from it
GROUP_FAR = 0.15  # ... and a group is taken to be its box
NEAR_SURFACE = 0.1  # surface detail matters only this close
PAINT_NEAR = 0.02  # ... and paint, apart from what it raises
NOTHING = 1e9


# ------------------------------------------------------------------------------------------ noise
@jit
def lattice(i, j, k):
    """Return a number in [0, 1] that looks random for each point of the integer lattice."""
    n = (i * 374761393 + j * 668265263 + k * 2147483647) & 0xFFFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((n ^ (n >> 16)) & 0xFFFF) / 65535.0


@jit
def noise(x, y, z):
    """Value noise in [0, 1], features of size 1."""
    fx = math.floor(x)
    fy = math.floor(y)
    fz = math.floor(z)
    i = int(fx)
    j = int(fy)
    k = int(fz)
    x -= fx
    y -= fy
    z -= fz
    x = x * x * (3 - 2 * x)
    y = y * y * (3 - 2 * y)
    z = z * z * (3 - 2 * z)
    a = lattice(i, j, k) * (1 - x) + lattice(i + 1, j, k) * x
    b = lattice(i, j + 1, k) * (1 - x) + lattice(i + 1, j + 1, k) * x
    c = lattice(i, j, k + 1) * (1 - x) + lattice(i + 1, j, k + 1) * x
    d = lattice(i, j + 1, k + 1) * (1 - x) + lattice(i + 1, j + 1, k + 1) * x
    return (a * (1 - y) + b * y) * (1 - z) + (c * (1 - y) + d * y) * z


@jit
def fractal(x, y, z):
    """Three octaves of noise, in [0, 1]."""
    return (
        0.5 * noise(x, y, z)
        + 0.3 * noise(2.1 * x + 7, 2.1 * y + 3, 2.1 * z + 1)
        + 0.2 * noise(4.3 * x, 4.3 * y + 5, 4.3 * z)
    )


@jit
def smoothstep(a, b, x):
    t = min(max((x - a) / (b - a), 0.0), 1.0)
    return t * t * (3 - 2 * t)


# -------------------------------------------------------------------------------- grids and cloth
@jit
def segment_distance2(px, py, ax, ay, bx, by):
    """Squared distance from a point to the segment a-b in the plane."""
    ex = bx - ax
    ey = by - ay
    t = ((px - ax) * ex + (py - ay) * ey) / (ex * ex + ey * ey + 1e-12)
    t = min(max(t, 0.0), 1.0)
    dx = px - ax - ex * t
    dy = py - ay - ey * t
    return dx * dx + dy * dy


@making
def nearest_segments(segments, x0, y0, cell):
    """Squared distance from each grid point to the nearest of the segments (ax, ay, bx, by).

    Block by block: a segment is measured only where it may be the nearest of some point.
    """
    best = np.full((GRID, GRID), NOTHING)
    middle = np.empty(len(segments))
    half = 0.5 * (BLOCK - 1) * cell
    for block in range((GRID // BLOCK) ** 2):
        top = block // (GRID // BLOCK) * BLOCK
        left = block % (GRID // BLOCK) * BLOCK
        x = x0 + left * cell
        y = y0 + top * cell
        nearest = NOTHING
        for s in range(len(segments)):
            ax, ay, bx, by = segments[s]
            middle[s] = segment_distance2(x + half, y + half, ax, ay, bx, by)
            nearest = min(nearest, middle[s])
        # Two points of a block lie at most its diagonal apart.
        reach = (math.sqrt(nearest) + 2.001 * math.sqrt(2.0) * half) ** 2
        for s in range(len(segments)):
            if middle[s] > reach:
                continue
            ax, ay, bx, by = segments[s]
            for i in range(BLOCK):
                for j in range(BLOCK):
                    d = segment_distance2(x + j * cell, y + i * cell, ax, ay, bx, by)
                    best[top + i, left + j] = min(best[top + i, left + j], d)
    return best


@making
def closed_segments(pts, starts):
    """Return the sides of a polygon of several closed contours, shape (n, 4)."""
    segments = np.empty((len(pts), 4))
    for c in range(len(starts) - 1):
        j = starts[c + 1] - 1
        for i in range(starts[c], starts[c + 1]):
            segments[i] = (pts[j, 0], pts[j, 1], pts[i, 0], pts[i, 1])
            j = i
    return segments


@making
def outline_distance(pts, starts, x0, y0, cell):
    """Signed distance to a polygon of several contours (even-odd), on the GRID x GRID points."""
    segments = closed_segments(pts, starts)
    square = nearest_segments(segments, x0, y0, cell)
    out = np.empty((GRID, GRID), np.float32)
    cross = np.empty(len(pts))
    for row in range(GRID):
        y = y0 + row * cell
        crossings = 0
        for s in range(len(segments)):
            ax, ay, bx, by = segments[s]
            if (ay > y) != (by > y):
                cross[crossings] = ax + (bx - ax) / (by - ay) * (y - ay)
                crossings += 1
        for column in range(GRID):
            x = x0 + column * cell
            inside = False
            for i in range(crossings):
                if x < cross[i]:
                    inside = not inside
            d = math.sqrt(square[row, column])
            out[row, column] = -d if inside else d
    return out


@making
def open_segments(pts, starts):
    """Return the pieces of several polylines, shape (n, 4)."""
    segments = np.empty((max(len(pts) - len(starts) + 1, 0), 4))
    n = 0
    for c in range(len(starts) - 1):
        for i in range(starts[c] + 1, starts[c + 1]):
            segments[n] = (pts[i - 1, 0], pts[i - 1, 1], pts[i, 0], pts[i, 1])
            n += 1
    return segments


@jit
def crease(x, y, z):
    """Noise with sharp ridges, in [0, 1]: how cloth breaks into creases."""
    n = 1 - abs(2 * noise(x, y, z) - 1)
    return n * n


@jit
def fold_height(x, y, low, high, inward, numbers, pulls):
    """Folds of a cloth at (x, y), about -1 to 1: hanging, irregular, radiating and fine ones."""
    drape = numbers[4]
    crumple = numbers[5]
    wrinkles = numbers[6]
    frequency = numbers[7]
    z = 7.3 * numbers[10] + 0.5
    cos = math.cos(numbers[11])
    sin = math.sin(numbers[11])
    fall = min(max((high - y) / (high - low + 1e-6), 0.0), 1.0)
    x, y = cos * x + sin * y, cos * y - sin * x
    warp = noise(1.7 * x + 3, 1.2 * y + 1, z)
    spread = x * (1 + 0.25 * (1 - fall))
    hang = math.sin(frequency * spread + 6 * warp) * (0.3 + 0.7 * fall)
    hang *= 0.25 + noise(2.2 * x + 9, 0.8 * y, z + 3)
    wx = x + 0.35 * (noise(2.3 * x, 2.3 * y, z + 11) - 0.5)
    wy = y + 0.35 * (noise(2.3 * x + 5, 2.3 * y, z + 13) - 0.5)
    heap = 1.3 * (noise(2.1 * wx + 4, 1.8 * wy, z + 17) - 0.5)
    heap += 0.9 * (crease(2.6 * wx, 3.4 * wy + 1, z + 19) - 0.4)
    total = drape * hang + crumple * heap
    fine = crease(6 * wx + 2, 8 * wy, z + 29) + 0.6 * crease(13 * wx, 11 * wy + 3, z + 31) - 0.5
    patchy = smoothstep(0.35, 0.75, noise(1.6 * x + 1, 1.6 * y, z + 37))
    total += wrinkles * fine * patchy
    x, y = cos * x - sin * y, cos * y + sin * x
    for i in range(pulls.shape[0]):
        dx = x - pulls[i, 0]
        dy = y - pulls[i, 1]
        r = math.sqrt(dx * dx + dy * dy)
        angle = math.atan2(dy, dx)
        ray = math.sin(11 * angle + 5 * noise(3 * x + i, 3 * y, z + 23))
        total += 0.8 * ray * math.exp(-r / 0.22) * smoothstep(0.0, 0.09, r)
    return total * smoothstep(-0.02, 0.10, inward)


@making
def cloth_heights(outline, x0, y0, cell, numbers, span, pulls, seam_points, seam_starts):
    """Front and back height of a cloth on its outline's grid (see `scene.cloth`)."""
    thickness = numbers[0]
    puff = numbers[1]
    edge = numbers[2]
    folds = numbers[3]
    depth = numbers[8]
    back = numbers[9]
    front = np.empty((GRID, GRID), np.float32)
    behind = np.empty((GRID, GRID), np.float32)
    width = max(1.3 * cell, 0.008)
    segments = open_segments(seam_points, seam_starts)
    seam = nearest_segments(segments, x0, y0, cell) if len(segments) else np.empty((1, 1))
    for row in range(GRID):
        y = y0 + row * cell
        for column in range(GRID):
            x = x0 + column * cell
            inward = -outline[row, column]
            rise = 1 - min(max(inward / edge, 0.0), 1.0)
            rise = math.sqrt(max(1 - rise * rise, 0.0))
            roll = 0.35 * thickness * math.exp(-(((inward - 0.02) / 0.012) ** 2))
            fold = 0.0
            if folds > 0 and inward > -0.02:
                fold = folds * fold_height(x, y, span[0], span[1], inward, numbers, pulls)
            groove = 0.0
            if len(segments):
                groove = depth * math.exp(-seam[row, column] / (width * width))
            front[row, column] = thickness + roll + puff * rise + fold - groove
            behind[row, column] = -thickness - back * puff * rise + 0.5 * fold
    return front, behind


@jit
def bilinear(textures, index, u, v):
    """Value of a texture at grid coordinates (u, v), which must lie inside."""
    i = int(u)
    j = int(v)
    fu = u - i
    fv = v - j
    below = textures[index, j, i] * (1 - fu) + textures[index, j, i + 1] * fu
    above = textures[index, j + 1, i] * (1 - fu) + textures[index, j + 1, i + 1] * fu
    return below * (1 - fv) + above * fv


@jit
def outline_at(T, textures, i, x, y):
    """Signed distance in the plane to the outline of row i; exact enough outside its grid too."""
    inv = T[i, GRID_AT + 3]
    u = (x - T[i, GRID_AT + 1]) * inv
    v = (y - T[i, GRID_AT + 2]) * inv
    cu = min(max(u, 0.0), GRID - 1.001)
    cv = min(max(v, 0.0), GRID - 1.001)
    d = bilinear(textures, int(T[i, GRID_AT]), cu, cv)
    ou = (u - cu) / inv
    ov = (v - cv) / inv
    outside = ou * ou + ov * ov
    if outside > 1e-12:
        d = math.sqrt(outside + d * d)
    return d


# ------------------------------------------------------------------------------------- primitives
@jit
def ellipsoid_distance(x, y, z, rx, ry, rz):
    """First-order distance to an ellipsoid (I. Quilez)."""
    k0 = math.sqrt((x / rx) ** 2 + (y / ry) ** 2 + (z / rz) ** 2)
    k1 = math.sqrt((x / (rx * rx)) ** 2 + (y / (ry * ry)) ** 2 + (z / (rz * rz)) ** 2)
    if k0 < 1e-3:
        return -min(rx, min(ry, rz))
    return k0 * (k0 - 1) / (k1 + 1e-9)


@jit
def rounded(a, b, r):
    """Distance to a corner formed by two half planes at distances a and b, rounded by r."""
    a += r
    b += r
    c = max(a, 0.0)
    d = max(b, 0.0)
    return math.sqrt(c * c + d * d) + min(max(a, b), 0.0) - r


@jit
def box_distance(x, y, z, hx, hy, hz, r):
    qx = abs(x) - hx + r
    qy = abs(y) - hy + r
    qz = abs(z) - hz + r
    mx = max(qx, 0.0)
    my = max(qy, 0.0)
    mz = max(qz, 0.0)
    return math.sqrt(mx * mx + my * my + mz * mz) + min(max(qx, max(qy, qz)), 0.0) - r


@jit
def capsule_distance(T, i, x, y, z):
    """Ball swept from a to b, its radius changing evenly (a lower bound for a strong taper)."""
    p = VALUES
    ex = T[i, p + 3] - T[i, p]
    ey = T[i, p + 4] - T[i, p + 1]
    ez = T[i, p + 5] - T[i, p + 2]
    x -= T[i, p]
    y -= T[i, p + 1]
    z -= T[i, p + 2]
    t = (x * ex + y * ey + z * ez) / (ex * ex + ey * ey + ez * ez + 1e-12)
    t = min(max(t, 0.0), 1.0)
    x -= ex * t
    y -= ey * t
    z -= ez * t
    return math.sqrt(x * x + y * y + z * z) - (T[i, p + 6] * (1 - t) + T[i, p + 7] * t)


@jit
def tube_distance(T, i, x, y, z):
    """Distance to a quadratic Bezier curve by the roots of a cubic (I. Quilez), less the radius."""
    p = VALUES
    ux = T[i, p + 3] - T[i, p]
    uy = T[i, p + 4] - T[i, p + 1]
    uz = T[i, p + 5] - T[i, p + 2]
    vx = T[i, p] - 2 * T[i, p + 3] + T[i, p + 6]
    vy = T[i, p + 1] - 2 * T[i, p + 4] + T[i, p + 7]
    vz = T[i, p + 2] - 2 * T[i, p + 5] + T[i, p + 8]
    dx = T[i, p] - x
    dy = T[i, p + 1] - y
    dz = T[i, p + 2] - z
    kk = 1 / (vx * vx + vy * vy + vz * vz + 1e-9)
    kx = kk * (ux * vx + uy * vy + uz * vz)
    ky = kk * (2 * (ux * ux + uy * uy + uz * uz) + dx * vx + dy * vy + dz * vz) / 3
    kz = kk * (dx * ux + dy * uy + dz * uz)
    a = ky - kx * kx
    b = kx * (2 * kx * kx - 3 * ky) + kz
    h = b * b + 4 * a * a * a
    if h >= 0:
        h = math.sqrt(h)
        s = (h - b) / 2
        e = (-h - b) / 2
        root = math.copysign(abs(s) ** (1 / 3), s) + math.copysign(abs(e) ** (1 / 3), e)
        t = min(max(root - kx, 0.0), 1.0)
        other = t
    else:
        m = math.sqrt(-a)
        angle = math.acos(min(max(b / (a * m * 2), -1.0), 1.0)) / 3
        cos = math.cos(angle)
        sin = math.sin(angle) * 1.7320508075688772
        t = min(max(2 * cos * m - kx, 0.0), 1.0)
        other = min(max((-sin - cos) * m - kx, 0.0), 1.0)
    qx = dx + (2 * ux + vx * t) * t
    qy = dy + (2 * uy + vy * t) * t
    qz = dz + (2 * uz + vz * t) * t
    d = qx * qx + qy * qy + qz * qz
    if other != t:
        qx = dx + (2 * ux + vx * other) * other
        qy = dy + (2 * uy + vy * other) * other
        qz = dz + (2 * uz + vz * other) * other
        d2 = qx * qx + qy * qy + qz * qz
        if d2 < d:
            d = d2
            t = other
    return math.sqrt(d) - (T[i, p + 9] * (1 - t) + T[i, p + 10] * t)


@jit
def torus_distance(x, y, z, radius, thickness, half):
    """Ring in the xy plane about z; `half` is half the arc in radians about +y."""
    ax = abs(x)
    if half < 3.14159:
        sin = math.sin(half)
        cos = math.cos(half)
        along = ax * sin + y * cos if cos * ax > sin * y else math.sqrt(ax * ax + y * y)
        square = x * x + y * y + z * z + radius * radius - 2 * radius * along
        return math.sqrt(max(square, 0.0)) - thickness
    q = math.sqrt(x * x + y * y) - radius
    return math.sqrt(q * q + z * z) - thickness


@jit
def ring_distance(x, y, z, rx, rz, across, upright, start, stop):
    """Elliptic ring in the xz plane of elliptic section, between two angles from the back."""
    f = math.sqrt((x / rx) ** 2 + (z / rz) ** 2) + 1e-9
    g = math.sqrt((x / (rx * rx)) ** 2 + (z / (rz * rz)) ** 2) + 1e-9
    q = f * (f - 1) / g
    k0 = math.sqrt((q / across) ** 2 + (y / upright) ** 2)
    k1 = math.sqrt((q / (across * across)) ** 2 + (y / (upright * upright)) ** 2) + 1e-6
    d = -min(across, upright) if k0 < 0.05 else k0 * (k0 - 1) / k1
    angle = math.atan2(abs(x) / rx, -z / rz)
    reach = 0.9 * min(rx, rz)
    return max(d, max((angle - stop) * reach, (start - angle) * reach))


@jit
def revolve_distance(T, textures, i, x, y, z):
    p = VALUES
    squash = T[i, p + 4]
    r = math.sqrt(x * x + (z / squash) ** 2)
    if T[i, p + 5] > 0:
        fall = (T[i, p + 7] - y) / (T[i, p + 7] - T[i, p + 8])
        fall = min(max(fall, 0.0), 1.0)
        angle = math.atan2(z, x)
        wave = math.cos(T[i, p + 5] * angle + 0.7 * math.sin(2 * angle + 2 * y)) - 0.3
        r -= T[i, p + 6] * fall * fall * wave * min(3 * r, 1.0)
    return outline_at(T, textures, i, r, y) * min(squash, 1.0)


@jit
def cloth_distance(T, textures, i, x, y, z):
    """Between the back and the front surface, inside the outline (see `scene.cloth`)."""
    inv = T[i, GRID_AT + 3]
    u = min(max((x - T[i, GRID_AT + 1]) * inv, 0.0), GRID - 1.001)
    v = min(max((y - T[i, GRID_AT + 2]) * inv, 0.0), GRID - 1.001)
    first = int(T[i, GRID_AT])
    along = max(z - bilinear(textures, first + 1, u, v), bilinear(textures, first + 2, u, v) - z)
    along *= T[i, VALUES + 4]
    across = outline_at(T, textures, i, x, y)
    a = max(across, 0.0)
    b = max(along, 0.0)
    return math.sqrt(a * a + b * b) + min(max(across, along), 0.0)


@inline
def primitive(T, textures, i, x, y, z):
    """Distance to the primitive of row i at a point of its own frame."""
    op = int(T[i, OP])
    a = T[i, VALUES]
    b = T[i, VALUES + 1]
    c = T[i, VALUES + 2]
    e = T[i, VALUES + 3]
    if op == CLOTH:
        return cloth_distance(T, textures, i, x, y, z)
    if op == TUBE:
        return tube_distance(T, i, x, y, z)
    if op == CAPSULE:
        return capsule_distance(T, i, x, y, z)
    if op == ELLIPSOID:
        return ellipsoid_distance(x, y, z, a, b, c)
    if op == BOX:
        return box_distance(x, y, z, a, b, c, e)
    if op == CYLINDER:
        t = min(max((y + c) / (2 * c), 0.0), 1.0)
        slope = (b - a) / (2 * c)
        side = (math.sqrt(x * x + z * z) - (a + (b - a) * t)) / math.sqrt(1 + slope * slope)
        return rounded(side, abs(y) - c, e)
    if op == REVOLVE:
        return revolve_distance(T, textures, i, x, y, z)
    if op == EXTRUDE:
        side = outline_at(T, textures, i, x, y)
        return rounded(side, abs(z) - T[i, VALUES + 4], T[i, VALUES + 5])
    if op == TORUS:
        return torus_distance(x, y, z, a, b, c)
    if op == RING:
        return ring_distance(x, y, z, a, b, c, e, T[i, VALUES + 4], T[i, VALUES + 5])
    return y  # HALF_SPACE


@jit
def detail_depth(kind, amount, frequency, x, y, z):
    """How far a surface detail moves the surface outwards at a point."""
    if kind == WRINKLE:
        wave = math.sin(frequency * x + 4 * noise(2.3 * x + 3, 1.4 * y + 1, 2 * z)) - 0.3
        return amount * wave * (noise(1.7 * x + 9, 1.9 * y, 2.1 * z) - 0.15)
    if kind == LUMPS:
        return amount * (fractal(frequency * x, frequency * y, frequency * z) - 0.5)
    if kind == RIBBED:
        return amount * math.sin(frequency * y)
    return amount * math.cos(frequency * math.atan2(z, x))  # FLUTED


@inline
def shape_distance(T, textures, i, x, y, z):
    """Distance to the shape of row i at a point of the scene, modifiers included, unmirrored."""
    x -= T[i, ORIGIN]
    y -= T[i, ORIGIN + 1]
    z -= T[i, ORIGIN + 2]
    lx = T[i, ROTATION] * x + T[i, ROTATION + 1] * y + T[i, ROTATION + 2] * z
    ly = T[i, ROTATION + 3] * x + T[i, ROTATION + 4] * y + T[i, ROTATION + 5] * z
    z = T[i, ROTATION + 6] * x + T[i, ROTATION + 7] * y + T[i, ROTATION + 8] * z
    x = lx
    y = ly
    copies = T[i, REPEAT]
    if copies > 0:
        r = math.sqrt(x * x + z * z)
        sector = 2 * math.pi / copies
        angle = math.atan2(z, x)
        angle -= sector * math.floor(angle / sector + 0.5)
        x = r * math.cos(angle) - T[i, INNER_ORIGIN]
        y -= T[i, INNER_ORIGIN + 1]
        z = r * math.sin(angle) - T[i, INNER_ORIGIN + 2]
        q = INNER_ROTATION
        lx = T[i, q] * x + T[i, q + 1] * y + T[i, q + 2] * z
        ly = T[i, q + 3] * x + T[i, q + 4] * y + T[i, q + 5] * z
        z = T[i, q + 6] * x + T[i, q + 7] * y + T[i, q + 8] * z
        x = lx
        y = ly
    if T[i, BEND_X] != 0:
        x -= T[i, BEND_X] * y * y
    if T[i, BEND_Z] != 0:
        z -= T[i, BEND_Z] * y * y
    scale = 1.0
    if T[i, TAPER] != 0:
        scale = max(1 + T[i, TAPER] * y, 0.2)
        x /= scale
        z /= scale
        scale = min(scale, 1.0)
    d = primitive(T, textures, i, x, y, z) * scale
    if T[i, SHELL] > 0:
        d = abs(d) - T[i, SHELL]
    d -= T[i, GROW]
    kind = int(T[i, DETAIL])
    if kind > 0 and d < NEAR_SURFACE:
        d -= detail_depth(kind, T[i, DETAIL_AMOUNT], T[i, DETAIL_FREQUENCY], x, y, z)
    return d * T[i, STEP]


@jit
def row_distance(T, textures, i, x, y, z):
    """Distance to the shape of row i at a point of the scene, mirrored copies included."""
    mirror = int(T[i, MIRROR])
    if mirror & 1:
        x = abs(x)
    if mirror & 2:
        z = abs(z)
    return shape_distance(T, textures, i, x, y, z)


# ------------------------------------------------------------------------------------ whole scene
@jit
def blend(a, b, k):
    """Smooth minimum: the smaller of two distances, blended over the radius k."""
    h = max(k - abs(a - b), 0.0) / k
    return min(a, b) - 0.25 * h * h * k


@jit
def group_box(T, i, x, y, z):
    """Distance to the box around the group of row i, 0 inside."""
    x = max(abs(x - T[i, GROUP_CENTRE]) - T[i, GROUP_HALF], 0.0)
    y = max(abs(y - T[i, GROUP_CENTRE + 1]) - T[i, GROUP_HALF + 1], 0.0)
    z = max(abs(z - T[i, GROUP_CENTRE + 2]) - T[i, GROUP_HALF + 2], 0.0)
    return math.sqrt(x * x + y * y + z * z)


@jit
def scene_distance(T, textures, active, count, x, y, z):
    """Distance and material at a point, of the first `count` rows named in `active`."""
    d = NOTHING
    m = -1
    parked = NOTHING  # what stood before the open group
    parked_m = -1
    group = 0
    skipped = 0  # a group that is too far away to matter
    group_smooth = 0.0
    behind = NOTHING  # what is this far away in the open group cannot matter to the whole
    for a in range(count):
        i = active[a]
        mine = int(T[i, GROUP])
        if mine != 0 and mine == skipped:
            continue
        if mine != group:
            if group != 0:
                if parked < d:
                    m = parked_m
                d = blend(parked, d, group_smooth) if group_smooth > 0 else min(parked, d)
                group = 0
                behind = NOTHING
            if mine != 0:
                away = group_box(T, i, x, y, z)
                if away > GROUP_FAR or away > d + T[i, GROUP_SMOOTH]:
                    d = min(d, away)
                    skipped = mine
                    continue
                parked = d
                parked_m = m
                d = NOTHING
                m = -1
                group_smooth = T[i, GROUP_SMOOTH]
                behind = parked + group_smooth + 0.1
            group = mine
        mirror = int(T[i, MIRROR])
        px = abs(x) if mirror & 1 else x
        pz = abs(z) if mirror & 2 else z
        join = int(T[i, JOIN])
        k = T[i, SMOOTH]
        bx = px - T[i, BALL]
        by = y - T[i, BALL + 1]
        bz = pz - T[i, BALL + 2]
        ball = math.sqrt(bx * bx + by * by + bz * bz) - T[i, BALL_RADIUS]
        # What cannot matter here is passed by, before its distance costs anything.
        if join <= SMOOTH_UNION:
            if ball > d + k or ball > behind:
                continue
        elif join == PAINT:
            if ball > 0:
                continue
            if d > PAINT_NEAR + 2 * abs(T[i, RAISE]) or d > behind:
                d -= max(T[i, RAISE], 0.0)
                continue
        elif d > FAR or d > behind or (join <= SMOOTH_CUT and ball > k - d):
            continue
        if join <= SMOOTH_UNION and ball > FAR + k:
            e = ball
        else:
            e = shape_distance(T, textures, i, px, y, pz)
        if join <= SMOOTH_UNION:
            if e < d:
                m = int(T[i, MATERIAL])
            d = blend(d, e, k) if join == SMOOTH_UNION else min(d, e)
        elif join <= SMOOTH_CUT:
            if -e > d and T[i, MATERIAL] >= 0:
                m = int(T[i, MATERIAL])
            d = -blend(-d, e, k) if join == SMOOTH_CUT else max(d, -e)
        elif join == PAINT:
            if e < 0:
                d -= T[i, RAISE] * min(-e / T[i, RAISE_EDGE], 1.0)
                if T[i, MATERIAL] >= 0:
                    m = int(T[i, MATERIAL])
        else:
            d = -blend(-d, -e, k) if join == SMOOTH_CLIP else max(d, e)
    if group != 0:
        if parked < d:
            m = parked_m
        d = blend(parked, d, group_smooth) if group_smooth > 0 else min(parked, d)
    return d, m


@making
def every_row(T):
    return np.arange(T.shape[0])


@making
def distances(T, textures, points):
    """Scene distance at points of shape (n, 3)."""
    active = every_row(T)
    out = np.empty(len(points))
    for n in range(len(points)):
        out[n] = scene_distance(
            T, textures, active, len(active), points[n, 0], points[n, 1], points[n, 2]
        )[0]
    return out


@making
def solid_box(T, textures, around):
    """Box of what is solid within the box `around` (low corner, high corner)."""
    everything = every_row(T)
    active = every_row(T)
    coarse = 8
    fine = 4
    out = np.array([NOTHING, NOTHING, NOTHING, -NOTHING, -NOTHING, -NOTHING])
    step = (around[3:] - around[:3]) / coarse
    half = 0.5 * math.sqrt(step[0] ** 2 + step[1] ** 2 + step[2] ** 2)
    centre = np.empty(3)
    for n in range(coarse**3):
        big = (n // (coarse * coarse), n // coarse % coarse, n % coarse)
        for c in range(3):
            centre[c] = around[c] + (big[c] + 0.5) * step[c]
        d, _ = scene_distance(
            T, textures, everything, len(everything), centre[0], centre[1], centre[2]
        )
        if d > half:
            continue
        count = rows_near(T, centre[0], centre[1], centre[2], 2.2 * half, True, active)
        inside = True
        for c in range(3):
            low = centre[c] - 0.5 * step[c]
            inside = inside and low >= out[c] and low + step[c] <= out[c + 3]
        if inside:
            continue
        for s in range(fine**3):
            small = (s // (fine * fine), s // fine % fine, s % fine)
            x = centre[0] + ((small[0] + 0.5) / fine - 0.5) * step[0]
            y = centre[1] + ((small[1] + 0.5) / fine - 0.5) * step[1]
            z = centre[2] + ((small[2] + 0.5) / fine - 0.5) * step[2]
            d, _ = scene_distance(T, textures, active, count, x, y, z)
            if d > half / fine:
                continue
            point = (x, y, z)
            for c in range(3):
                reach = 0.5 * step[c] / fine
                out[c] = min(out[c], max(point[c] - reach, around[c]))
                out[c + 3] = max(out[c + 3], min(point[c] + reach, around[c + 3]))
    if out[0] > out[3]:
        out[:] = around
    return out


# ------------------------------------------------------------------------------------------- rays
@jit
def ball_in_cone(x, y, z, reach, dx, dy, dz, spread, secant):
    """Whether a ball at (x, y, z), seen from the cone's tip, meets the cone."""
    along = x * dx + y * dy + z * dz
    off = math.sqrt(max(x * x + y * y + z * z - along * along, 0.0))
    return along > -reach and off <= max(along, 0.0) * spread + reach * secant


@jit
def rows_in_cone(T, ox, oy, oz, dx, dy, dz, spread, paint, active):
    """Rows whose ball meets the cone from o along d that widens by `spread` a unit; their count.

    Rows that clip are always kept: they matter where they are not.  Paint only if wanted: it is
    too thin to throw a shadow.
    """
    count = 0
    secant = math.sqrt(1 + spread * spread)
    for i in range(T.shape[0]):
        if T[i, JOIN] == PAINT and not paint:
            continue
        if T[i, GROUP] > 0:
            reach = T[i, GROUP_RADIUS] + T[i, GROUP_SMOOTH]
            q = GROUP_CENTRE
            if not ball_in_cone(
                T[i, q] - ox, T[i, q + 1] - oy, T[i, q + 2] - oz, reach, dx, dy, dz, spread, secant
            ):
                continue
        keep = T[i, JOIN] == CLIP or T[i, JOIN] == SMOOTH_CLIP
        mirror = int(T[i, MIRROR])
        for copy in range(4):
            if keep or copy & mirror != copy:
                continue
            x = (-T[i, BALL] if copy & 1 else T[i, BALL]) - ox
            y = T[i, BALL + 1] - oy
            z = (-T[i, BALL + 2] if copy & 2 else T[i, BALL + 2]) - oz
            reach = T[i, BALL_RADIUS] + T[i, SMOOTH] + T[i, GROUP_SMOOTH]
            keep = ball_in_cone(x, y, z, reach, dx, dy, dz, spread, secant)
        if keep:
            active[count] = i
            count += 1
    return count


@jit
def rows_near(T, x, y, z, reach, paint, active):
    """Rows whose ball comes within `reach` of a point, paint only if wanted; their count."""
    count = 0
    for i in range(T.shape[0]):
        if T[i, JOIN] == PAINT and not paint:
            continue
        if T[i, GROUP] > 0 and group_box(T, i, x, y, z) > reach + T[i, GROUP_SMOOTH]:
            continue
        mirror = int(T[i, MIRROR])
        bx = (abs(x) if mirror & 1 else x) - T[i, BALL]
        by = y - T[i, BALL + 1]
        bz = (abs(z) if mirror & 2 else z) - T[i, BALL + 2]
        far = reach + T[i, BALL_RADIUS] + T[i, SMOOTH] + T[i, GROUP_SMOOTH]
        clips = T[i, JOIN] == CLIP or T[i, JOIN] == SMOOTH_CLIP
        if clips or bx * bx + by * by + bz * bz < far * far:
            active[count] = i
            count += 1
    return count


@jit
def box_span(box, ox, oy, oz, dx, dy, dz):
    """Where a ray enters and leaves a box; the first is larger if it misses."""
    near = 0.0
    far = NOTHING
    for c in range(3):
        o = (ox, oy, oz)[c]
        d = (dx, dy, dz)[c]
        if abs(d) < 1e-9:
            if o < box[c] or o > box[c + 3]:
                return 1.0, 0.0
        else:
            a = (box[c] - o) / d
            b = (box[c + 3] - o) / d
            near = max(near, min(a, b))
            far = min(far, max(a, b))
    return near, far


@jit
def march(T, textures, active, count, box, start, blur, ox, oy, oz, dx, dy, dz):
    """Distance to the first surface along a ray and its material; (-1, -1) for a miss.

    Steps are stretched while successive balls of empty space overlap (Keinert et al., "Enhanced
    sphere tracing", 2014); a surface counts as reached within `blur` times the distance.
    """
    t, end = box_span(box, ox, oy, oz, dx, dy, dz)
    if t > end or count == 0 or start > end:
        return -1.0, -1
    t = max(t, start)
    stretch = 1.3
    last = 0.0
    step = 0.0
    for _ in range(110):
        d, m = scene_distance(T, textures, active, count, ox + dx * t, oy + dy * t, oz + dz * t)
        if stretch > 1 and d + last < step:
            t -= step - last  # stretched too far: the balls do not touch
            step = last = 0.0
            stretch = 1.0
            continue
        if d < max(0.0006, blur * t):
            return t, m
        last = d
        step = d * stretch
        t += step
        if t > end:
            break
    return -1.0, -1


@jit
def soft_shadow(T, textures, active, box, ox, oy, oz, dx, dy, dz, sharpness):
    """Share of a broad light that reaches a point, 0 to 1 (I. Quilez, S. Aaltonen)."""
    radius = 0.5 * math.sqrt(
        (box[3] - box[0]) ** 2 + (box[4] - box[1]) ** 2 + (box[5] - box[2]) ** 2
    )
    cx = 0.5 * (box[0] + box[3]) - ox
    cy = 0.5 * (box[1] + box[4]) - oy
    cz = 0.5 * (box[2] + box[5]) - oz
    middle = cx * dx + cy * dy + cz * dz
    off = math.sqrt(max(cx * cx + cy * cy + cz * cz - middle * middle, 0.0))
    t = max(middle - radius, 0.015)
    end = middle + radius
    if t > end or off > radius + max(middle, 0.0) / sharpness:  # half shadow reaches this far
        return 1.0
    count = rows_in_cone(T, ox, oy, oz, dx, dy, dz, 1 / sharpness, False, active)
    if count == 0:
        return 1.0
    light = 1.0
    for _ in range(40):
        d, _m = scene_distance(T, textures, active, count, ox + dx * t, oy + dy * t, oz + dz * t)
        light = min(light, sharpness * d / t)
        if light < -1:
            break
        t += min(max(d, 0.012), 0.14)
        if t > end:
            break
    light = max(light, -1.0)
    return 0.25 * (1 + light) * (1 + light) * (2 - light)


@jit
def openness(T, textures, active, x, y, z, nx, ny, nz, reach, strength, stage):
    """How open a point is to its surroundings, 0 to 1: contact occlusion by five probes."""
    count = rows_near(T, x, y, z, reach, False, active)
    open_ = 1.0
    for k in range(1, 5):
        h = reach * (k * k) / 16
        px = x + nx * h
        py = y + ny * h
        pz = z + nz * h
        d = h
        if count > 0:
            d, _ = scene_distance(T, textures, active, count, px, py, pz)
        d = min(d, px * stage[0] + py * stage[1] + pz * stage[2] - stage[3])
        open_ -= max(h - d, 0.0) / h * strength / k**0.7
    return max(open_, 0.05)


# The view is 15 numbers: eye, right, up, forward (3 each), focal length, shift x, shift y.
# The stage is 8: the plane on which or before which the product stands (normal, offset), then a
# second plane behind it (normal, offset), whose normal is zero where there is none.
@jit
def pixel_ray(view, size, px, py):
    """Direction through the picture's point (px, py), in pixels from the top left corner."""
    u = (2 * px - size) / size + view[13]
    v = (size - 2 * py) / size + view[14]
    dx = view[9] * view[12] + view[3] * u + view[6] * v
    dy = view[10] * view[12] + view[4] * u + view[7] * v
    dz = view[11] * view[12] + view[5] * u + view[8] * v
    q = 1 / math.sqrt(dx * dx + dy * dy + dz * dz)
    return dx * q, dy * q, dz * q


@jit
def plane_hit(stage, at, ox, oy, oz, dx, dy, dz):
    """Distance along a ray to a plane of the stage, or NOTHING."""
    towards = stage[at] * dx + stage[at + 1] * dy + stage[at + 2] * dz
    if towards > -1e-4:
        return NOTHING
    height = stage[at] * ox + stage[at + 1] * oy + stage[at + 2] * oz - stage[at + 3]
    return -height / towards if height > 0 else NOTHING


BACKDROP = -1  # material of a sample that shows the plane under or behind the product
BEHIND = -2  # ... or what lies beyond it


@jit
def surface_normal(T, textures, active, x, y, z, e, out):
    count = rows_near(T, x, y, z, 2 * e + 0.002, True, active)
    a, _ = scene_distance(T, textures, active, count, x + e, y - e, z - e)
    b, _ = scene_distance(T, textures, active, count, x - e, y - e, z + e)
    c, _ = scene_distance(T, textures, active, count, x - e, y + e, z - e)
    d, _ = scene_distance(T, textures, active, count, x + e, y + e, z + e)
    nx = a - b - c + d
    ny = -a - b + c + d
    nz = -a + b - c + d
    q = 1 / (math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12)
    out[0] = nx * q
    out[1] = ny * q
    out[2] = nz * q


@jit
def glass_depth(T, textures, active, x, y, z, dx, dy, dz, nx, ny, nz):
    """How much glass a bent ray crosses after it enters at a point."""
    ior = 1 / 1.35
    cos = max(-(nx * dx + ny * dy + nz * dz), 0.02)
    bend = ior * cos - math.sqrt(1 - ior * ior * (1 - cos * cos))
    dx = ior * dx + bend * nx
    dy = ior * dy + bend * ny
    dz = ior * dz + bend * nz
    count = rows_in_cone(T, x, y, z, dx, dy, dz, 0.05, False, active)
    s = 0.01
    depth = 0.0
    for _ in range(60):
        d, _ = scene_distance(T, textures, active, count, x + dx * s, y + dy * s, z + dz * s)
        step = max(abs(d), 0.006)
        if d < 0:
            depth += step
        s += step
        if s > 1.6:
            break
    return depth


@making
def tile_starts(T, textures, box, view, size, tile, tiles, lists, counts, block):
    """How far all rays of a block of pixels can go at once: one value a block, NOTHING for a miss.

    A cone around the block's middle ray is walked until something may be inside it.
    """
    blocks = (size + block - 1) // block
    out = np.empty(blocks * blocks)
    ox = view[0]
    oy = view[1]
    oz = view[2]
    for n in range(blocks * blocks):
        left = (n % blocks) * block
        top = (n // blocks) * block
        middle_x = left + 0.5 * block
        middle_y = top + 0.5 * block
        dx, dy, dz = pixel_ray(view, size, middle_x, middle_y)
        ex, ey, ez = pixel_ray(view, size, left, top)
        spread = 1.1 * math.sqrt((dx - ex) ** 2 + (dy - ey) ** 2 + (dz - ez) ** 2)
        which = top // tile * tiles + left // tile
        t, end = widened_span(box, ox, oy, oz, dx, dy, dz, spread)
        out[n] = NOTHING
        if counts[which] == 0 or t > end:
            continue
        for _ in range(60):
            d, _m = scene_distance(
                T, textures, lists[which], counts[which], ox + dx * t, oy + dy * t, oz + dz * t
            )
            d -= spread * t
            if d < 0.01:
                out[n] = t
                break
            t += d / (1 + spread)
            if t > end:
                break
        else:
            out[n] = t
    return out


@jit
def widened_span(box, ox, oy, oz, dx, dy, dz, spread):
    """Where a cone may first touch a box and when its axis has certainly left it."""
    cx = 0.5 * (box[0] + box[3]) - ox
    cy = 0.5 * (box[1] + box[4]) - oy
    cz = 0.5 * (box[2] + box[5]) - oz
    radius = 0.5 * math.sqrt(
        (box[3] - box[0]) ** 2 + (box[4] - box[1]) ** 2 + (box[5] - box[2]) ** 2
    )
    along = cx * dx + cy * dy + cz * dz
    return max(along - 1.1 * radius, 0.0), along + 1.1 * radius


@making
def tile_rows(T, view, size, tile, active):
    """Rows that can be seen in each tile of `tile` x `tile` pixels: counts; `active` is filled."""
    tiles = (size + tile - 1) // tile
    counts = np.empty(tiles * tiles, np.int64)
    for n in range(tiles * tiles):
        left = (n % tiles) * tile
        top = (n // tiles) * tile
        dx, dy, dz = pixel_ray(view, size, left + 0.5 * tile, top + 0.5 * tile)
        ex, ey, ez = pixel_ray(view, size, left, top)
        fx, fy, fz = pixel_ray(view, size, left + tile, top)
        cos = min(dx * ex + dy * ey + dz * ez, dx * fx + dy * fy + dz * fz) - 1e-6
        spread = math.sqrt(1 - cos * cos) / cos * 1.05
        counts[n] = rows_in_cone(T, view[0], view[1], view[2], dx, dy, dz, spread, True, active[n])
    return counts


@making
def starts_around(size, view, pixels, position, material):
    """Where to start the finer rays of some pixels: a little before the nearest surface that the
    first samples of the pixel and its neighbours saw; one distance a pixel."""
    out = np.empty(len(pixels))
    for n in range(len(pixels)):
        row = pixels[n] // size
        column = pixels[n] % size
        nearest = NOTHING
        for r in range(max(row - 1, 0), min(row + 2, size)):
            for c in range(max(column - 1, 0), min(column + 2, size)):
                q = r * size + c
                if material[q] >= 0:
                    apart = 0.0
                    for k in range(3):
                        apart += (position[q, k] - view[k]) ** 2
                    nearest = min(nearest, math.sqrt(apart))
        out[n] = nearest * (1 - 8 * 2 / (size * view[12])) if nearest < NOTHING else 0.0
    return out


@making
def trace_samples(
    T, textures, box, view, stage, size, places, begin, position, normal, material, glass
):
    """Find what each sample sees.

    `places` (n, 2) are points of the picture in pixels, `begin` (n) how far their rays may go
    unchecked (empty: not known).  Fills position (n, 3), normal (n, 3),
    material (n) (BACKDROP or BEHIND for a miss) and glass (n), the depth of glass crossed.
    """
    tile = 8
    tiles = (size + tile - 1) // tile
    lists = np.empty((tiles * tiles, T.shape[0]), np.int64)
    counts = tile_rows(T, view, size, tile, lists)
    block = 4
    blocks = (size + block - 1) // block
    starts = np.empty(1)
    if len(begin) == 0:
        starts = tile_starts(T, textures, box, view, size, tile, tiles, lists, counts, block)
    near = np.empty(T.shape[0], np.int64)
    blur = 0.07 * 2 / (size * view[12])
    ox = view[0]
    oy = view[1]
    oz = view[2]
    for n in range(len(places)):
        dx, dy, dz = pixel_ray(view, size, places[n, 0], places[n, 1])
        row = int(places[n, 1])
        column = int(places[n, 0])
        which = row // tile * tiles + column // tile
        start = begin[n] if len(begin) else starts[row // block * blocks + column // block]
        t, m = march(
            T, textures, lists[which], counts[which], box, start, blur, ox, oy, oz, dx, dy, dz
        )
        floor = plane_hit(stage, 0, ox, oy, oz, dx, dy, dz)
        wall = plane_hit(stage, 4, ox, oy, oz, dx, dy, dz)
        glass[n] = 0.0
        if t < 0 or min(floor, wall) < t:
            t = min(min(floor, wall), 60.0)
            m = BACKDROP if floor < wall else BEHIND
            at = 0 if floor < wall else 4
            for c in range(3):
                normal[n, c] = stage[at + c]
        x = ox + dx * t
        y = oy + dy * t
        z = oz + dz * t
        position[n, 0] = x
        position[n, 1] = y
        position[n, 2] = z
        material[n] = m
        if m >= 0:
            e = max(0.001, 0.35 * t * 2 / (size * view[12]))
            surface_normal(T, textures, near, x, y, z, e, normal[n])
            clear = False
            for a in range(counts[which]):
                i = lists[which, a]
                if T[i, CLEAR] > 0 and int(T[i, MATERIAL]) == m:
                    clear = True
                    break
            if clear:
                glass[n] = glass_depth(
                    T,
                    textures,
                    near,
                    x,
                    y,
                    z,
                    dx,
                    dy,
                    dz,
                    normal[n, 0],
                    normal[n, 1],
                    normal[n, 2],
                )


@making
def light_samples(
    T,
    textures,
    box,
    stage,
    light,
    sharpness,
    position,
    normal,
    material,
    open_,
    shadow,
    want_open,
    want_shadow,
):
    """Occlusion and shadow of each sample (arrays of length n are filled where wanted)."""
    near = np.empty(T.shape[0], np.int64)
    cx = 0.5 * (box[0] + box[3])
    cy = 0.5 * (box[1] + box[4])
    cz = 0.5 * (box[2] + box[5])
    radius = 0.5 * math.sqrt(
        (box[3] - box[0]) ** 2 + (box[4] - box[1]) ** 2 + (box[5] - box[2]) ** 2
    )
    for n in range(len(position)):
        x = position[n, 0]
        y = position[n, 1]
        z = position[n, 2]
        nx = normal[n, 0]
        ny = normal[n, 1]
        nz = normal[n, 2]
        m = material[n]
        away = math.sqrt((x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2) / radius
        if m < 0 and (m == BEHIND or away > 2.8):
            open_[n] = 1.0
            shadow[n] = 1.0
            continue
        if want_open:
            reach = 0.35 if m >= 0 else 0.5
            open_[n] = openness(
                T,
                textures,
                near,
                x,
                y,
                z,
                nx,
                ny,
                nz,
                reach,
                0.30 if m >= 0 else 0.24,
                stage if m >= 0 else stage[4:],
            )
        if want_shadow:
            facing = nx * light[0] + ny * light[1] + nz * light[2]
            if facing < -0.3:
                shadow[n] = 0.0
            else:
                lit = soft_shadow(
                    T,
                    textures,
                    near,
                    box,
                    x + nx * 0.006,
                    y + ny * 0.006,
                    z + nz * 0.006,
                    light[0],
                    light[1],
                    light[2],
                    sharpness,
                )
                fade = 1 - smoothstep(1.7, 2.7, away) if m < 0 else 1.0
                shadow[n] = 1 - fade * (1 - lit)


@making
def edge_pixels(size, position, normal, material, view):
    """Pixels at which material, depth or normal jump to a neighbour: bool, shape (size * size,)."""
    out = np.zeros(size * size, np.bool_)
    for row in range(size):
        for column in range(size):
            a = row * size + column
            for step in range(2):
                if (step == 0 and column + 1 >= size) or (step == 1 and row + 1 >= size):
                    continue
                b = a + 1 if step == 0 else a + size
                if material[a] < 0 and material[b] < 0:
                    differs = material[a] != material[b]
                else:
                    same = (
                        normal[a, 0] * normal[b, 0]
                        + normal[a, 1] * normal[b, 1]
                        + normal[a, 2] * normal[b, 2]
                    )
                    apart = 0.0
                    for c in range(3):
                        apart += (position[a, c] - position[b, c]) ** 2
                    far = 0.0
                    for c in range(3):
                        far += (position[a, c] - view[c]) ** 2
                    footprint = 2 * math.sqrt(far) / (size * view[12])
                    differs = (
                        material[a] != material[b]
                        or same < 0.75
                        or math.sqrt(apart) > 6 * footprint
                    )
                if differs:
                    out[a] = True
                    out[b] = True
    return out


@jit
def borrow(size, first, pixel, position, material, open_, shadow, known):
    """Light of the extra samples from the nearest like sample of the pixels around.

    Samples from index `first` on are the extra ones; `known[n]` tells which found a lender.
    """
    for n in range(first, len(pixel)):
        row = pixel[n] // size
        column = pixel[n] % size
        best = NOTHING
        for dr in range(-1, 2):
            for dc in range(-1, 2):
                r = row + dr
                c = column + dc
                if r < 0 or c < 0 or r >= size or c >= size:
                    continue
                q = r * size + c
                if material[q] != material[n]:
                    continue
                apart = 0.0
                for k in range(3):
                    apart += (position[q, k] - position[n, k]) ** 2
                if apart < best:
                    best = apart
                    open_[n] = open_[q]
                    shadow[n] = shadow[q]
        known[n] = best < NOTHING


# ---------------------------------------------------------------------------------------- shading
# Columns of a material's row (see `materials.Material.row`)
(
    COLOUR,
    SECOND,
    PATTERN,
    FREQUENCY,
    MAPPING,
    ANGLE,
    AROUND,
    AUX,
    ROUGHNESS,
    METAL,
    SHEEN,
    TRANSMISSION,
    BUMP,
    BUMP_FREQUENCY,
    BUMP_STRETCH,
    COAT,
    GLOW,
    REFLECTANCE,
    WEAVE,
    WEAVE_FREQUENCY,
) = (0, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23)
FRAME = 24  # 12: from the scene to the object on which the pattern lies: matrix, origin
FRAMED = 36  # how much larger things are in the object's own units; 0: those of the scene
MATERIAL_ROW = 37
(
    PLAIN,
    STRIPED,
    CHECKED,
    DOTTED,
    FLORAL,
    PLAID,
    SPECKLED,
    ZIGZAG,
    CAMOUFLAGE,
    TWO_TONE,
    GRAIN,
    DIAL,
    SECTORS,
    FADED,
) = range(14)
FRONT, ROUND, BY_NORMAL, TOP = range(4)
SMOOTH_FACE, WOVEN, TWILL, KNITTED = range(4)


@jit
def wave(v):
    """Triangle wave of period 1: 0 at the integers' halves, 1 at the integers."""
    return abs(v - math.floor(v) - 0.5) * 2


@jit
def stripes(v, w, share):
    """Share of the second colour in stripes of period 1, averaged over a footprint w.

    The stripes of the second colour are `share` wide.
    """
    if w > 0.9:
        return share
    s = smoothstep(1 - share - w, 1 - share + w, wave(v))
    fade = smoothstep(0.5, 0.9, w)
    return s * (1 - fade) + share * fade


@jit
def mix(first, second, w):
    """Mixture of two linear lights that looks as far from both as w says: halfway at 0.5."""
    root = math.sqrt(max(first, 0.0)) * (1 - w) + math.sqrt(max(second, 0.0)) * w
    return root * root


@jit
def cell_offset(v):
    """Row number and x offset of staggered rows."""
    r = math.floor(v)
    return r, 0.5 * (r - 2 * math.floor(0.5 * r))


@jit
def flower(u, v, w):
    r, shift = cell_offset(v)
    column = math.floor(u + shift)
    h = lattice(int(column), int(r), 3)
    a = u + shift - column - 0.5 + 0.16 * (h - 0.5)
    b = v - r - 0.5 + 0.16 * (lattice(int(r), int(column), 5) - 0.5)
    radius = math.sqrt(a * a + b * b)
    petal = 0.25 + 0.12 * math.cos(5 * math.atan2(b, a) + 30 * h)
    best = 1 - smoothstep(petal - 0.6 * w, petal + 0.6 * w, radius)
    heart = 1 - smoothstep(0.08 - 0.5 * w, 0.08 + 0.5 * w, radius)
    return best - 0.75 * heart


@jit
def tartan(u, v, w):
    a = wave(u)
    b = wave(v)
    s = 0.34 * stripes(u, w, 0.42) + 0.34 * stripes(v, w, 0.42)
    line = 0.35 * 0.06 / (0.06 + w)  # a blurred line is wider, and paler
    s += line * (1 - smoothstep(0.06, 0.06 + 2 * w, abs(a - 0.25)))
    s += line * (1 - smoothstep(0.06, 0.06 + 2 * w, abs(b - 0.25)))
    return min(s, 1.0)


@jit
def pattern_coordinates(mapping, around, x, y, z, nx, ny, nz):
    if mapping == ROUND:
        return math.atan2(x, z) * around, y
    if mapping == BY_NORMAL:
        ax = abs(nx)
        ay = abs(ny)
        az = abs(nz)
        if az >= ax and az >= ay:
            return x, y
        if ax >= ay:
            return z, y
        return x, z
    if mapping == TOP:
        return x, z
    return x + 0.2 * z, y + 0.2 * z  # a pattern on cloth goes with its folds


@jit
def pattern_weight(M, m, x, y, z, nx, ny, nz, footprint):
    """Share of the second colour at a point, 0 to 1, averaged over a pixel's footprint.

    In every pattern that is chosen by name the first colour covers more than the second.
    """
    kind = int(M[m, PATTERN])
    if kind == PLAIN:
        return 0.0
    u, v = pattern_coordinates(int(M[m, MAPPING]), M[m, AROUND], x, y, z, nx, ny, nz)
    if M[m, ANGLE] != 0:
        c = math.cos(M[m, ANGLE])
        s = math.sin(M[m, ANGLE])
        u, v = c * u - s * v, s * u + c * v
    f = M[m, FREQUENCY]
    w = max(footprint * f * 0.8, 0.02)
    if kind == TWO_TONE:
        return smoothstep(M[m, AUX] - footprint, M[m, AUX] + footprint, v)
    u *= f
    v *= f
    if kind == STRIPED:
        return stripes(v + 0.5, w, 0.34)  # the first colour in the middle
    if kind == CHECKED:
        a = stripes(u + 0.5, w, 0.42)
        b = stripes(v + 0.5, w, 0.42)
        return 0.4 * (a + b) + 0.2 * a * b
    if kind == DOTTED:
        r, shift = cell_offset(v)
        a = u + shift - math.floor(u + shift) - 0.5
        b = v - r - 0.5
        return 1 - smoothstep(0.27 - 0.6 * w, 0.27 + 0.6 * w, math.sqrt(a * a + b * b))
    if kind == FLORAL:
        return flower(u, v, w)
    if kind == PLAID:
        return tartan(u, v, w)
    if kind == SPECKLED:
        blot = fractal(3 * u, 3 * v, 1.5)
        return smoothstep(0.60 - 0.3 * w, 0.64 + 0.3 * w, blot)
    if kind == ZIGZAG:
        return stripes(v + 0.5 + 0.5 * wave(u), 1.2 * w, 0.35)
    if kind == CAMOUFLAGE:
        a = smoothstep(0.48 - 0.1 * w, 0.51 + 0.1 * w, fractal(0.8 * u, 1.1 * v, 2.5))
        b = smoothstep(0.56 - 0.1 * w, 0.59 + 0.1 * w, fractal(0.9 * u + 31, v, 7.5))
        return max(0.38 * a, b)
    if kind == GRAIN:
        q = math.sqrt((u + 0.3 * noise(2 * u, 0.4 * v, 2 * z)) ** 2 + (0.7 * z * f + 0.35) ** 2)
        q = 5 * q + 0.8 * noise(3 * u, 0.6 * v, 3 * z)
        q -= math.floor(q)
        return 0.8 * q * q + 0.25 * noise(60 * x, 6 * y, 60 * z)
    if kind == DIAL:
        y = y - M[m, AUX]
        around = M[m, AROUND]
        radius = math.sqrt(x * x + y * y)
        q = math.atan2(x, y) * 6 / math.pi
        q = abs(q - math.floor(q + 0.5)) * math.pi / 6 * radius
        tick = 1 - smoothstep(0.035 * around, 0.035 * around + footprint, q)
        tick *= smoothstep(0.7 * around - footprint, 0.7 * around, radius)
        return tick * (1 - smoothstep(0.88 * around, 0.88 * around + footprint, radius))
    if kind == SECTORS:
        return stripes(math.atan2(x, z) * M[m, AUX] / (2 * math.pi), 0.03, 0.5)
    if kind == FADED:  # washed denim: paler where thighs and knees rub
        a = math.exp(-(((abs(x) - M[m, AROUND]) / 0.10) ** 2 + ((y - M[m, AUX]) / 0.42) ** 2))
        return min(0.65 * a + 0.35 * fractal(9 * x, 3 * y, 0.5), 1.0)
    return 0.0


@jit
def weave_height(kind, u, v):
    """Height of threads at (u, v), a thread a unit."""
    if kind == WOVEN:
        over = math.floor(u) + math.floor(v)
        a = math.sin(math.pi * (u - math.floor(u)))
        b = math.sin(math.pi * (v - math.floor(v)))
        return a if over - 2 * math.floor(0.5 * over) < 0.5 else b
    if kind == TWILL:
        return wave(u + 0.5 * v)
    column = u - math.floor(u) - 0.5  # KNITTED: rows of little vs
    return wave(v + 0.8 * abs(column)) * (0.4 + 0.6 * (1 - 2 * abs(abs(column) - 0.25)))


@jit
def weave_normal(M, m, x, y, z, gx, gy, gz, footprint, n):
    """Tilt the normal n by the threads of a fabric; fades out where threads are under a pixel."""
    kind = int(M[m, WEAVE])
    f = M[m, WEAVE_FREQUENCY]
    strength = 1 - smoothstep(0.25, 0.7, footprint * f)
    if kind == SMOOTH_FACE or strength <= 0:
        return
    mapping = BY_NORMAL
    if int(M[m, MAPPING]) == ROUND:
        mapping = ROUND
    u, v = pattern_coordinates(mapping, M[m, AROUND], x, y, z, gx, gy, gz)
    u *= f
    v *= f
    h = 0.2
    here = weave_height(kind, u, v)
    du = (weave_height(kind, u + h, v) - here) / h
    dv = (weave_height(kind, u, v + h) - here) / h
    k = 0.16 * strength
    if abs(gx) > abs(gz) and mapping == BY_NORMAL:
        n[2] -= k * du
    else:
        n[0] -= k * du
    n[1] -= k * dv
    q = 1 / math.sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2])
    n[0] *= q
    n[1] *= q
    n[2] *= q


@jit
def bump_normal(M, m, x, y, z, footprint, n):
    """Tilt the normal n by a noisy relief; fades out where the relief is under a pixel."""
    f = M[m, BUMP_FREQUENCY]
    amount = M[m, BUMP] * (1 - smoothstep(0.5, 2.0, footprint * f))
    if amount <= 0:
        return
    fy = f * M[m, BUMP_STRETCH]
    h = 0.15
    here = fractal(x * f, y * fy, z * f)
    bx = fractal(x * f + h, y * fy, z * f) - here
    by = fractal(x * f, y * fy + h, z * f) - here
    bz = fractal(x * f, y * fy, z * f + h) - here
    g = bx * n[0] + by * n[1] + bz * n[2]
    k = amount / h
    n[0] -= k * (bx - g * n[0])
    n[1] -= k * (by - g * n[1])
    n[2] -= k * (bz - g * n[2])
    q = 1 / math.sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2])
    n[0] *= q
    n[1] *= q
    n[2] *= q


# A light's row: direction (3), two axes of its face (3 each), half width, half height, colour (3).
@jit
def reflection(lights, ambient, x, y, z, rough, out):
    """Return what a surface of this roughness mirrors from a direction: sky and soft boxes."""
    t = 0.5 + 0.5 * y
    for c in range(3):
        out[c] = ambient[0, c] * t + ambient[1, c] * (1 - t)
    w = 0.04 + 1.3 * rough
    for i in range(lights.shape[0]):
        f = x * lights[i, 0] + y * lights[i, 1] + z * lights[i, 2]
        if f > 0.05:
            u = abs(x * lights[i, 3] + y * lights[i, 4] + z * lights[i, 5]) / f
            v = abs(x * lights[i, 6] + y * lights[i, 7] + z * lights[i, 8]) / f
            hu = lights[i, 9]
            hv = lights[i, 10]
            g = (1 - smoothstep(hu - w, hu + w, u)) * (1 - smoothstep(hv - w, hv + w, v))
            g *= min(1.0, hu / (hu + 0.5 * w)) * min(1.0, hv / (hv + 0.5 * w))
            for c in range(3):
                out[c] += g * lights[i, 11 + c]


@jit
def irradiance(lights, ambient, nx, ny, nz, open_, shadow, wrap, out):
    """Light that falls on a matt surface."""
    t = 0.5 + 0.5 * ny
    for c in range(3):
        out[c] = (ambient[0, c] * t + ambient[1, c] * (1 - t)) * open_
    for i in range(lights.shape[0]):
        facing = nx * lights[i, 0] + ny * lights[i, 1] + nz * lights[i, 2]
        f = max((facing + wrap) / (1 + wrap), 0.0) ** 1.3
        area = 4 * lights[i, 9] * lights[i, 10]
        f *= area / (1 + 0.25 * area)
        f *= shadow if i == 0 else 0.35 + 0.65 * open_
        for c in range(3):
            out[c] += 0.36 * f * lights[i, 11 + c]


# The backdrop is 17 numbers: kind, two colours (3 each), scale, angle, two offsets, wall colour
# (3), strength of shadows, height of the floor, strength of relief.
(SWEEP, PLANKS, MARBLE, PLASTER, SHEET, CARPET, CONCRETE, GRASS, TABLE, TILES, RUG) = range(11)


@jit
def plank_weight(u, v, w):
    """Floor boards along u: relief of the joints, tone of each board, grain."""
    row = math.floor(v)
    shift = 3.7 * lattice(int(row), 3, 1)
    board = math.floor(u / 4 + shift)
    tone = lattice(int(row), int(board), 7)
    across = v - row
    along = u / 4 + shift - board
    joint = min(min(across, 1 - across), 4 * min(along, 1 - along))
    gap = 1 - smoothstep(0.012, 0.03 + w, joint)
    gap *= min(1.0, 0.04 / max(w, 0.04))
    grain = fractal(1.3 * u + 17 * tone, 9 * v, 3.0 + 9 * tone)
    grain = grain * (1 - smoothstep(0.1, 0.5, w)) + 0.5 * smoothstep(0.1, 0.5, w)
    return gap, tone, grain


@jit
def backdrop_colour(B, x, y, z, nx, ny, nz, sky, footprint, behind, out):
    """Colour of the backdrop at a point of its plane; `sky` is its height in the picture, 0..1."""
    kind = int(B[0])
    if kind == SWEEP:
        for c in range(3):
            out[c] = B[1 + c] * (1 - sky) + B[4 + c] * sky
        return
    if behind:
        skirting = 0.0 if abs(ny) > 0.5 else smoothstep(0.0, 0.02, 0.22 - (y - B[15]))
        for c in range(3):
            out[c] = B[11 + c] * (0.85 + 0.2 * sky) * (1 - skirting) + 0.75 * skirting
        return
    if abs(ny) > 0.5:
        u = x
        v = z
    else:
        u = x
        v = y
    cos = math.cos(B[8])
    sin = math.sin(B[8])
    u, v = cos * u - sin * v + B[9], sin * u + cos * v + B[10]
    f = B[7]
    u *= f
    v *= f
    w = footprint * f
    fade = 1 - smoothstep(0.15, 0.8, w)
    s = 0.0
    light = 1.0
    if kind == PLANKS:
        gap, tone, grain = plank_weight(u, v, w)
        s = 0.55 * tone + 0.45 * grain
        light = (1 - 0.65 * gap) * (0.92 + 0.16 * tone)
    elif kind == TABLE:
        q = 2.5 * v + 1.2 * noise(0.5 * u, 1.3 * v, 0.5) + 0.15 * fractal(2 * u, 12 * v, 1.5)
        s = 0.5 + (0.5 * wave(q) + 0.5 * fractal(0.9 * u, 11 * v, 2.5) - 0.5) * fade
    elif kind == MARBLE:
        q = fractal(1.2 * u, 1.2 * v, 3.5)
        vein = abs(2 * noise(1.1 * u + 2 * q, 1.1 * v + 2 * q, 0.5) - 1)
        s = math.exp(-14 * vein) * 0.8 + 0.25 * q
    elif kind == PLASTER:
        light = 1 + 0.05 * (fractal(9 * u, 9 * v, 0.5) - 0.5) * fade
        light *= 1 + 0.14 * (noise(0.5 * u, 0.5 * v, 1.5) - 0.5)
    elif kind == SHEET:
        h = 0.06
        a = u + 0.5 * noise(u, v, 2.5)
        b = v + 0.5 * noise(u + 7, v, 2.5)
        here = crease(a, b, 0.5) + 0.5 * crease(2.3 * a, 1.9 * b, 4.5)
        du = crease(a + h, b, 0.5) + 0.5 * crease(2.3 * (a + h), 1.9 * b, 4.5) - here
        dv = crease(a, b + h, 0.5) + 0.5 * crease(2.3 * a, 1.9 * (b + h), 4.5) - here
        light = min(max(1 + B[16] * (0.12 * du - 0.16 * dv) / h, 0.45), 1.35)
        light *= 1 + B[16] * (0.2 * here - 0.1)
    elif kind == CARPET:
        tuft = fractal(14 * u, 14 * v, 0.5)
        light = 0.95 + (0.75 * (tuft - 0.5) * fade + 0.15 * (noise(u, v, 1.5) - 0.5))
        s = 0.4 * noise(3 * u, 3 * v, 5.5)
    elif kind == CONCRETE:
        s = fractal(1.5 * u, 1.5 * v, 0.5)
        light = 0.95 + 0.25 * (fractal(10 * u, 10 * v, 3.5) - 0.5) * fade
    elif kind == GRASS:
        blade = fractal(22 * u, 7 * v, 0.5) + 0.6 * (fractal(9 * u, 21 * v, 2.5) - 0.5)
        s = 0.5 + (blade - 0.5) * fade
        light = 0.85 + 0.9 * (blade - 0.5) * fade + 0.25 * (noise(u, v, 4.5) - 0.5)
    elif kind == TILES:
        across = min(u - math.floor(u), 1 - (u - math.floor(u)))
        along = min(v - math.floor(v), 1 - (v - math.floor(v)))
        s = 1 - smoothstep(0.012, 0.022 + w, min(across, along))
        light = 0.97 + 0.06 * lattice(int(math.floor(u)), int(math.floor(v)), 2)
        light += 0.06 * (fractal(3 * u, 3 * v, 1.5) - 0.5)
    elif kind == RUG:
        s = flower(u, v, max(w, 0.03))
        s = max(s, 0.7 * (1 - smoothstep(0.05, 0.08 + w, abs(wave(0.5 * u + 0.5 * v) - 0.5))))
        light = 0.95 + 0.3 * (fractal(16 * u, 16 * v, 0.5) - 0.5) * fade
    for c in range(3):
        out[c] = (B[1 + c] * (1 - s) + B[4 + c] * s) * light


@jit
def shade_backdrop(B, lights, tint, position, normal, m, open_, shadow, sky, footprint, n, out):
    backdrop_colour(
        B,
        position[n, 0],
        position[n, 1],
        position[n, 2],
        normal[n, 0],
        normal[n, 1],
        normal[n, 2],
        sky,
        footprint,
        m == BEHIND,
        out,
    )
    keep = 1 - B[14] * (1 - (0.5 + 0.5 * shadow) * (0.4 + 0.6 * open_))
    fall = 1.0
    if int(B[0]) != SWEEP:
        # Light falls off across a real room; a studio sweep is lit evenly.
        x = position[n, 0] * lights[0, 0] + position[n, 1] * lights[0, 1]
        fall = min(max(1 + tint[3] * (x + 0.5 * position[n, 2] * lights[0, 2]), 0.45), 1.4)
    for c in range(3):
        out[c] *= keep * fall * tint[c]


@jit
def shade_product(
    M,
    lights,
    ambient,
    B,
    m,
    x,
    y,
    z,
    gx,
    gy,
    gz,
    dx,
    dy,
    dz,
    open_,
    shadow,
    glass,
    sky,
    footprint,
    matt,
    n,
    light,
    mirror,
    out,
):
    """Colour of a product's surface; n, light, mirror are work space of 3 numbers each."""
    n[0] = gx
    n[1] = gy
    n[2] = gz
    ox = x  # the point in the object's own coordinates, in which patterns are drawn
    oy = y
    oz = z
    own = footprint
    if M[m, FRAMED] > 0:
        f = FRAME
        ax = x - M[m, f + 9]
        ay = y - M[m, f + 10]
        az = z - M[m, f + 11]
        ox = M[m, f] * ax + M[m, f + 1] * ay + M[m, f + 2] * az
        oy = M[m, f + 3] * ax + M[m, f + 4] * ay + M[m, f + 5] * az
        oz = M[m, f + 6] * ax + M[m, f + 7] * ay + M[m, f + 8] * az
        ax = M[m, f] * gx + M[m, f + 1] * gy + M[m, f + 2] * gz
        ay = M[m, f + 3] * gx + M[m, f + 4] * gy + M[m, f + 5] * gz
        gz = M[m, f + 6] * gx + M[m, f + 7] * gy + M[m, f + 8] * gz
        gx = ax
        gy = ay
        own = footprint * M[m, FRAMED]
    if not matt:
        weave_normal(M, m, ox, oy, oz, gx, gy, gz, own, n)
        bump_normal(M, m, ox, oy, oz, own, n)
    w = pattern_weight(M, m, ox, oy, oz, gx, gy, gz, own)
    cos = max(-(n[0] * dx + n[1] * dy + n[2] * dz), 0.02)
    rough = M[m, ROUGHNESS]
    metal = M[m, METAL]
    sheen = M[m, SHEEN]
    irradiance(lights, ambient, n[0], n[1], n[2], open_, shadow, 0.2 + 0.15 * sheen, light)
    rx = dx + 2 * cos * n[0]
    ry = dy + 2 * cos * n[1]
    rz = dz + 2 * cos * n[2]
    grazing = (1 - cos) ** 5
    clear = M[m, TRANSMISSION]
    coat = M[m, COAT]
    visible = min(max((cos + open_) ** 2 - 1 + open_, 0.0), 1.0)
    if rx * lights[0, 0] + ry * lights[0, 1] + rz * lights[0, 2] > 0.6:
        visible *= 0.4 + 0.6 * shadow
    reflection(lights, ambient, rx, ry, rz, rough, mirror)
    smoothness = 1 - rough
    for c in range(3):
        base = mix(M[m, COLOUR + c], M[m, SECOND + c], w)
        f0 = M[m, REFLECTANCE] * (1 - metal) + base * metal
        spec = f0 * (0.25 + 0.75 * (1 - 0.45 * rough))
        spec += (max(smoothness, f0) - f0) * grazing * 0.9
        diffuse = base * (1 - metal) * light[c] * (1 - 0.6 * spec)
        fuzz = sheen * (0.75 * base + 0.12) * light[c] * (1 - cos) ** 3
        out[c] = diffuse + mirror[c] * spec * visible + fuzz + M[m, GLOW] * base
    if coat > 0 or clear > 0:
        reflection(lights, ambient, rx, ry, rz, 0.05, mirror)
        f = (0.04 + 0.96 * grazing) * coat * visible
        for c in range(3):
            out[c] = out[c] * (1 - f) + mirror[c] * f
    if clear > 0:
        backdrop_colour(B, x, y, z, 0.0, 0.0, 1.0, min(max(sky, 0.0), 1.0), 1.0, True, light)
        rim = (1 - cos) ** 2.2
        f = 0.04 + 0.9 * grazing
        for c in range(3):
            base = mix(M[m, COLOUR + c], M[m, SECOND + c], w)
            through = light[c] * (1 - 0.45 * rim) * math.exp(-(1 - base) * (0.25 + 5 * glass))
            through = through * (1 - f) + mirror[c] * f * 1.1
            out[c] = out[c] * (1 - clear) + through * clear


@jit
def tone(v):
    """Display value of linear light: highlights rolled off above 0.65, then the sRGB curve."""
    v = max(v, 0.0)
    if v > 0.65:
        v = 0.65 + 0.35 * (1 - math.exp(-(v - 0.65) / 0.35))
    return 1.055 * v ** (1 / 2.4) - 0.055 if v > 0.0031308 else 12.92 * v


@jit
def srgb(v):
    v = min(max(v, 0.0), 1.0)
    return 1.055 * v ** (1 / 2.4) - 0.055 if v > 0.0031308 else 12.92 * v


@making
def shade_samples(
    M,
    lights,
    ambient,
    tint,
    exposure,
    B,
    view,
    size,
    matt,
    pixel,
    weight,
    places,
    position,
    normal,
    material,
    open_,
    shadow,
    glass,
):
    """Return the picture, float64 in 0 to 1, shape (size, size, 3)."""
    out = np.zeros((size, size, 3))
    colour = np.empty(3)
    n_work = np.empty(3)
    light = np.empty(3)
    mirror = np.empty(3)
    for n in range(len(pixel)):
        if weight[n] == 0:
            continue
        x = position[n, 0]
        y = position[n, 1]
        z = position[n, 2]
        dx, dy, dz = pixel_ray(view, size, places[n, 0], places[n, 1])
        t = (x - view[0]) * dx + (y - view[1]) * dy + (z - view[2]) * dz
        footprint = 2 * t / (size * view[12])
        sky = 1 - places[n, 1] / size
        m = material[n]
        if m < 0:
            facing = -(normal[n, 0] * dx + normal[n, 1] * dy + normal[n, 2] * dz)
            shade_backdrop(
                B,
                lights,
                tint,
                position,
                normal,
                m,
                open_[n],
                shadow[n],
                sky,
                footprint / max(facing, 0.15),
                n,
                colour,
            )
        else:
            shade_product(
                M,
                lights,
                ambient,
                B,
                m,
                x,
                y,
                z,
                normal[n, 0],
                normal[n, 1],
                normal[n, 2],
                dx,
                dy,
                dz,
                open_[n],
                shadow[n],
                glass[n],
                sky,
                footprint,
                matt,
                n_work,
                light,
                mirror,
                colour,
            )
        row = pixel[n] // size
        column = pixel[n] % size
        for c in range(3):
            v = srgb(colour[c]) if m < 0 else tone(colour[c] * exposure)
            out[row, column, c] += v * weight[n]
    return out
