"""Tailoring: the parts that all garments share, from a bodice to a button.

A garment is cut from flat outlines, as a tailor cuts cloth, and laid down piece by piece: the
back of the neck, the sleeves, the body, then what is sewn onto them. Coordinates: y = 0 at the
top of the shoulder or at the waist, the garment hangs down to negative y and faces +z; half the
width of a chest is about 0.4. Outlines list (x, y) points, or (x, y, 1) for a sharp corner.
"""

from __future__ import annotations

import contextlib
import functools
from dataclasses import dataclass, field, replace

import numpy as np

from clipstudio.materials import Material
from clipstudio.product import design
from clipstudio.scene import (
    Shape,
    box,
    capsule,
    cloth,
    ellipsoid,
    extrude,
    smooth_curve,
    torus,
    tube,
)
from clipstudio.signs import WRITTEN, ink_of, letters

#: How garments are shown; a pose is drawn from the tuple, so the flat one is the most common.
POSES = ("flat", "flat", "flat", "flat", "hanging", "hanging", "worn")


@dataclass(frozen=True)
class Bodice:
    """Measurements of a body piece: half widths, and depths below the top of the shoulder.

    `neckline` is "round", "v" or "square"; `hem_drop` lowers the middle of the hem.
    """

    length: float
    chest: float
    shoulder: float
    neck: float = 0.13
    scoop: float = 0.14
    drop: float = 0.07
    armhole: float = 0.34
    waist: float | None = None
    waist_at: float = 0.6
    hem: float | None = None
    hem_drop: float = 0.02
    neckline: str = "round"

    def neck_points(self, scoop=None, widen=0.0):
        """Neckline from the middle of the front to the top of the right shoulder."""
        scoop = self.scoop if scoop is None else scoop
        neck = self.neck + widen
        if self.neckline == "v" and scoop > 0.08:
            return [(0, -scoop, 1), (neck * 0.55, -scoop * 0.5), (neck, 0, 1)]
        if self.neckline == "square" and scoop > 0.08:
            return [(0, -scoop), (neck * 0.9, -scoop, 1), (neck, 0, 1)]
        return [(0, -scoop), (neck * 0.5, -scoop * 0.9), (neck * 0.88, -scoop * 0.5), (neck, 0, 1)]

    def side_points(self):
        """Right side from the tip of the shoulder down to the hem."""
        waist = self.chest if self.waist is None else self.waist
        hem = waist if self.hem is None else self.hem
        bottom = -self.length
        return [
            (self.shoulder, -self.drop, 1),
            (min(self.shoulder, self.chest) - 0.025, -(self.drop + self.armhole) * 0.55),
            (self.chest, -self.armhole, 1),
            (waist, -self.waist_at),
            (hem, bottom, 1),
        ]

    def hem_points(self):
        """Right half of the hem, from the side to the middle."""
        hem = self.side_points()[-1][0]
        return [(hem * 0.5, -self.length - self.hem_drop * 0.9), (0, -self.length - self.hem_drop)]

    def front(self, scoop=None):
        """Outline of the whole front."""
        return mirrored(self.neck_points(scoop) + self.side_points() + self.hem_points())

    def half(self, gap_top, gap_bottom, overlap=0.0):
        """Outline of the right half of a front that is open down the middle."""
        neck = [p for p in self.neck_points() if p[0] > gap_top + 0.01]
        points = [(gap_top - overlap, -self.scoop, 1), *neck, *self.side_points()]
        bottom = -self.length - self.hem_drop
        return [*points, (max(gap_bottom, 0) + 0.12, bottom), (gap_bottom - overlap, bottom, 1)]


def mirrored(half):
    """Return the closed symmetric outline from its right half, listed from top to bottom."""
    left = [(-x, y, *corner) for x, y, *corner in reversed(half) if x > 1e-9]
    return [*half, *left]


def flipped(points):
    """Return the same outline on the other side."""
    return [(-x, y, *corner) for x, y, *corner in points]


def rectangle(x, y, half_width, half_height, corner=1):
    """Outline of a rectangle about (x, y); `corner` 0 rounds it."""
    return [
        (x - half_width, y - half_height, corner),
        (x + half_width, y - half_height, corner),
        (x + half_width, y + half_height, corner),
        (x - half_width, y + half_height, corner),
    ]


def band(curve, width):
    """Outline of a strip of cloth of a given width along an open curve, on its right side."""
    curve = smooth_curve(curve, 5)
    along = np.gradient(curve, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    across = np.column_stack([along[:, 1], -along[:, 0]])
    return np.vstack([curve - 0.15 * width * across, (curve + 0.85 * width * across)[::-1]])


@dataclass(frozen=True)
class Limb:
    """A sleeve: a bent tube of cloth, drawn as its outline.

    `start` is the middle of its upper edge; `angles` are those of its upper and lower half,
    in degrees from straight down, outwards positive; `widths` are half widths at the top, in the
    middle and at the end.
    """

    start: tuple[float, float]
    length: float
    angles: tuple[float, float]
    widths: tuple[float, float, float]
    top: tuple = ()  # points that join it to the body, from its inner to its outer edge

    def at(self, t, across=0.0):
        """Point at the share t of the length, `across` from -1 (inner) to 1 (outer edge)."""
        first, second = np.radians(self.angles)
        down = [np.array([np.sin(a), -np.cos(a)]) for a in (first, second)]
        blend = np.clip((t - 0.35) / 0.3, 0, 1)
        along = down[0] * (1 - blend) + down[1] * blend
        point = np.array(self.start) + self.length * (
            down[0] * min(t, 0.5) + down[1] * max(t - 0.5, 0)
        )
        width = np.interp(t, (0, 0.5, 1), self.widths)
        return tuple(point + across * width * np.array([-along[1], along[0]]))

    def outline(self):
        """Return the limb's outline."""
        short = self.length < 0.45
        outer = [self.at(t, 1) for t in ((0.5,) if short else (0.28, 0.5, 0.72))]
        inner = [self.at(t, -1) for t in ((0.5,) if short else (0.72, 0.5))]
        return [*self.top, *outer, (*self.at(1, 1), 1), (*self.at(1, -1), 1), *inner]

    def cuff(self, depth, wider=1.03):
        """Outline of the last `depth` of the limb, as cuffs and turn-ups are."""
        t = 1 - depth / self.length
        edges = [(t, -wider), (t, wider), (1.006, wider), (1.006, -wider)]
        return [(*self.at(*edge), 1) for edge in edges]


def sleeve(body, length, angle, bend=0.0, wrist=0.1, elbow=None):
    """Return the right sleeve of a bodice.

    Parameters
    ----------
    body : Bodice
    length : float
        From the shoulder to the hem of the sleeve.
    angle : float
        Degrees between the upper arm and straight down: 10 hangs, 80 is spread out.
    bend : float
        Degrees by which the forearm turns inwards.
    wrist, elbow : float
        Half widths at the end and in the middle.
    """
    tip = np.array([body.shoulder, -body.drop])
    pit = np.array([body.chest, -body.armhole])
    top = 0.46 * np.linalg.norm(tip - pit)
    outwards = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    start = tip - (0.65 + 0.3 * np.sin(np.radians(max(angle, 0)))) * top * outwards
    elbow = (0.55 * top + 0.45 * wrist) if elbow is None else elbow
    inside = 0.06
    join = (
        (*pit,),
        (pit[0] - inside, pit[1] + 0.03, 1),
        (tip[0] - inside, tip[1], 1),
        (tip[0] + 0.01, tip[1] - 0.015),
    )
    return Limb(tuple(start), length, (angle, angle - bend), (top, elbow, wrist), join)


@dataclass(frozen=True)
class Legs:
    """Measurements of trousers, shorts: half widths and depths below the waist.

    `knee` and `hem` are half widths of one leg, `spread` moves its end outwards.
    """

    length: float
    waist: float
    hip: float
    rise: float
    knee: float
    hem: float
    spread: tuple[float, float] = (0.0, 0.0)
    dip: float = 0.03
    hip_at: float = 0.26

    def axis(self, t, spread):
        """x of the middle of the right leg at the share t from crotch to hem."""
        return self.hip * 0.52 + spread * t

    def leg(self, spread):
        """Right half of the outline: waist, hip, outer edge, hem, inner edge, crotch."""
        below = self.length - self.rise
        knee_y = -self.rise - 0.45 * below
        knee, end = self.axis(0.45, spread), self.axis(1.0, spread)
        slope = spread / max(below, 0.1) * 0.6 * self.hem
        points = [(0, -self.dip), (self.waist * 0.6, -self.dip * 0.7), (self.waist, 0, 1)]
        points.append((self.hip, -min(self.hip_at, self.rise * 0.75)))
        if below > 0.45:
            points += [(knee + self.knee, knee_y)]
        points += [
            (end + self.hem, -self.length + slope, 1),
            (end - self.hem, -self.length - slope, 1),
        ]
        if below > 0.45:
            points += [(max(knee - self.knee, 0.012), knee_y)]
        return [*points, (0.012, -self.rise - 0.05), (0, -self.rise, 1)]

    def outline(self):
        """Outline of the pair of legs."""
        left = flipped(self.leg(self.spread[0]))
        return [*self.leg(self.spread[1]), *reversed(left[1:-1])]

    def hem_band(self, side, depth, wider=1.04):
        """Outline of the last `depth` of the right (1) or left (-1) leg."""
        spread = self.spread[1] if side > 0 else self.spread[0]
        below = self.length - self.rise
        lean, end = spread / max(below, 0.1), self.axis(1.0, spread)
        up, across = np.array([-lean, 1.0]), np.array([1.0, lean * 0.6])
        low = np.array([end, -self.length])
        corners = [low - across * self.hem * wider - 0.01 * up, low + across * self.hem * wider]
        corners += [corners[1] + depth * up, corners[0] + (depth + 0.01) * up]
        return [(side * x, y, 1) for x, y in corners]


@dataclass
class Piece:
    """A piece of cloth that has been laid down, with what is sewn onto it."""

    shape: Shape
    material: Material
    z: float
    details: list = field(default_factory=list)
    outline: np.ndarray = field(default_factory=lambda: np.zeros((1, 2)))

    def height(self, x, y):
        """z of the piece's front at (x, y)."""
        return float(self.shape.grids[1](np.array([x]), np.array([y]))[0]) + self.z


def washed(denim, paler, x=0.17, y=-0.75):
    """Denim as indigo leaves it: greyed, and where it is plain, paler about (x, y)."""
    colour = np.array(denim.colour)
    dull = 0.7 * colour + 0.3 * colour.mean()
    pale = dull + 0.5 * paler * (1 - dull)
    denim = denim.but(colour=tuple(dull))
    if denim.pattern != "plain":
        return denim
    return denim.but(pattern="faded", second=tuple(pale), around=x, aux=y)


class Tailor:
    """Cuts and lays the pieces of one garment, all pulled about by hand in the same way.

    Parameters
    ----------
    scene, look, shape
        As every design gets them.

    Attributes
    ----------
    cloth, accent, lining, black, white, metal : Material
        The garment's main material, its second colour, its inside, and common trimmings.
    pose : str
        "flat", "hanging" or "worn".
    """

    def __init__(self, scene, look, shape):
        self.scene, self.look, self.shape = scene, look, shape
        self.number = 1  # of the product in its picture
        self.pose, self.cloth, self.accent = shape.pose, look.main(), look.accent()
        self.black, self.white = look.plain("black"), look.plain("white")
        self.metal, self.lining = look.chrome(), look.lining()
        if look.material == "denim":
            self.cloth = washed(self.cloth, shape("wash", 0.1, 0.65))
        self.pieces: list[Piece] = []
        self.fabric()
        pulled = 1.0 if self.pose == "flat" else 0.5
        self.lean = pulled * shape("lean", -0.05, 0.05)
        self.bow = pulled * shape("bow", -0.05, 0.05)
        self.waves = pulled * shape("waves", 0.002, 0.014)
        self.phase = [shape(f"wave {i}", 0, 6.28) for i in range(4)]

    def fabric(self, weight=0.009, full=1.0, stiff=1.0):
        """Say what the cloth is like, before cutting it.

        Parameters
        ----------
        weight : float
            Half thickness: 0.008 jersey, 0.014 denim, 0.03 quilted.
        full : float
            How much the garment is filled out.
        stiff : float
            Above 1 the folds are flatter.
        """
        shape, flat = self.shape, self.pose == "flat"
        self.weight = weight
        self.puff = full * {"flat": 0.05, "hanging": 0.08, "worn": 0.13}[self.pose]
        self.edge = {"flat": 0.1, "hanging": 0.18, "worn": 0.24}[self.pose]
        self.style = {
            "folds": shape("folds", 0.008, 0.028) / stiff,
            "drape": 0.25 if flat else 1.0,
            "crumple": shape("crumple", 0.1, 1.2) * (1.0 if flat else 0.35),
            "wrinkles": shape("wrinkles", 0.2, 0.5),
            "frequency": shape("fold frequency", 6, 13),
            "back": 1.0 if self.pose == "worn" else 0.15,
            "seed": int(shape("fold seed", 0, 9999)),
        }

    def draw(self, name, low, high):
        """Return a free number of the garment."""
        return self.shape(name, low, high)

    def pick(self, name, options):
        """Return a free choice of the garment."""
        return self.shape.choice(name, options)

    def contrast(self, name):
        """Return the material of a detail: the garment's own or the second colour."""
        return self.accent if self.pick(name, ("same", "contrast")) == "contrast" else self.cloth

    def pulled(self, points):
        """Points after the garment has been pulled about: leaning, bowed, its edges wavy."""
        points = np.asarray(points, float)
        x, y = points[:, 0], points[:, 1]
        a, b, c, d = self.phase
        across = self.lean * y + self.bow * (y + 0.5) ** 2
        across += self.waves * (np.sin(5 * y + a) + 0.6 * np.sin(11 * y + 3 * x + b))
        down = self.waves * (np.sin(4.5 * x + c) + 0.7 * np.sin(10 * x - 2 * y + d))
        return np.column_stack([x + across, y + down])

    def curve(self, points, closed=True):
        """Smooth curve through points, pulled about like the rest of the garment."""
        if isinstance(points, np.ndarray):
            return self.pulled(points)
        angular = all(len(p) > 2 and p[2] for p in points)
        steps = 1 if len(points) == 2 else 2 if angular or not closed else 5
        return self.pulled(smooth_curve(points, steps, closed))

    def lay_inside(self, outline, material, z=0.0, **style):
        """Lay a piece of the inside of the back, which is seen where the front is cut out."""
        return self.lay(outline, material, z, **style)

    def write(self):
        """Print the product's words, if it has any, on the chest of its largest piece."""
        words = self.look.lettering
        if words is None or words.on != "print":
            return
        area = [float(np.prod(np.ptp(piece.outline, axis=0))) for piece in self.pieces]
        piece = self.pieces[int(np.argmax(area))]
        low, high = piece.outline.min(0), piece.outline.max(0)
        half = 0.3 * min(high[0] - low[0], 0.9)
        middle = ((low[0] + high[0]) / 2, high[1] - 0.36 * min(high[1] - low[1], 1.3))
        contours = [
            self.pulled(contour + self.unpulled(middle))
            for contour in letters(words.text, half, 0.55 * half)
        ]
        piece.details.append((self.print, (extrude(contours, 1.0).at(0, 0, 1.0), ink_of(words))))

    def unpulled(self, point):
        """About where a point lay before the garment was pulled about."""
        guess = np.asarray(point, float)
        for _ in range(4):
            guess = guess + point - self.pulled(guess[None])[0]
        return guess

    def print(self, shape, ink):
        """Paint with ink, as words on the product."""
        with self.scene.owned(WRITTEN + self.number):
            self.scene.paint(shape, ink, 0.0006, 0.004)

    def cut(self, outline, seams=(), pulls=(), **style):
        """Cut a piece of cloth; `seams` are lines of points pressed into it."""
        values = {"thickness": self.weight, "puff": self.puff, "edge": self.edge, **self.style}
        values.update(style)
        outline = outline if isinstance(outline[0], np.ndarray) else self.curve(outline)
        return cloth(
            outline,
            seams=[self.curve(line, False) for line in seams],
            pulls=self.pulled(pulls) if len(pulls) else (),
            **values,
        )

    def lay(self, outline, material, z=0.0, seams=(), pulls=(), quilting=0.0, **style):
        """Cut a piece and lay it down at height z; `quilting` is the number of its padded rows."""
        piece = Piece(self.cut(outline, seams, pulls, **style), material, z)
        piece.outline = np.array([piece.shape.low[:2], piece.shape.high[:2]])
        self.pieces.append(piece)
        if quilting:
            piece.shape = piece.shape.ribbed(0.012, quilting)
        return piece

    def lay_on(self, piece, outline, material, lift=0.012, seams=(), puff=0.008):
        """Lay a smooth second layer (a collar, a lapel) on a piece, following its surface."""
        style = {"puff": puff, "edge": 0.05, "folds": 0.002, "on": piece.shape, "lift": lift}
        return self.lay(outline, material, piece.z, seams, **style)

    def sleeves(self, limbs, material, cuff, cuff_depth, on_top, **style):
        """Lay the left and the right sleeve."""
        z = self.puff * 0.75 + self.weight if on_top else -0.2 * self.puff
        puff = self.puff * (0.6 if self.pose == "flat" else 0.75)
        for limb, side in zip(limbs, (-1, 1), strict=True):
            turn = flipped if side < 0 else list
            seams = [turn([limb.at(0.93, -1), limb.at(0.93, 1)])] if cuff is None else []
            outline = turn(limb.outline())
            piece = self.lay(outline, material, z, seams, puff=puff, edge=0.08, **style)
            if cuff is not None:
                self.sew(piece, turn(limb.cuff(cuff_depth)), cuff)

    def hood(self, body, material, lining, height, width, opening):
        """Add a hood that lies up behind the neck, its opening showing the lining."""
        z = -0.3 * self.puff - 0.01
        dome = [
            (0, height),
            (width * 0.62, height * 0.92),
            (width, height * 0.5),
            (body.neck + 0.06, -0.04, 1),
            (body.neck * 0.5, -body.scoop - 0.03),
            (0, -body.scoop - 0.04),
        ]
        face = [
            (0, height * 0.8),
            (width * opening * 0.7, height * 0.68),
            (width * opening, height * 0.35),
            (body.neck * 0.7, -body.scoop * 0.3),
            (0, -body.scoop - 0.01, 1),
        ]
        rim = [self.curve(mirrored(dome)), self.curve(mirrored(face))]
        self.lay(mirrored(dome), lining, z - 0.03, puff=0.0, folds=0.006)
        self.lay(rim, material, z + 0.05, puff=self.puff * 0.7, edge=0.08)

    def sew(self, piece, outline, material, height=0.008):
        """Sew a flat detail (a pocket, a placket, a hem) onto a piece; below 0 it is a slit."""
        detail = extrude(self.curve(outline), 1.0)
        piece.details.append((self.scene.paint, (detail, material, height, 0.008)))

    def sew_ribbed(self, piece, outline, material, ribs):
        """Sew a band onto a piece, with ribs along lines of points."""
        band = self.cut(
            outline,
            ribs,
            thickness=0.012,
            puff=0.0,
            edge=0.02,
            folds=0.0,
            on=piece.shape,
            lift=0.004,
        )
        piece.details.append((self.scene.add, (band.at(0, 0, piece.z), material)))

    def put(self, piece, x, y, part, material, lift=0.009):
        """Fasten a small solid part onto a piece at (x, y)."""
        ((x, y),) = self.pulled([(x, y)])
        part = part.at(x, y, piece.height(x, y) + lift)
        piece.details.append((self.scene.add, (part, material)))

    def button(self, piece, x, y, material, radius=0.016):
        """Fasten a button (or a rivet)."""
        dot = ellipsoid(radius, radius, max(0.008, 0.5 * radius))
        self.put(piece, x, y, dot, material)

    def cord(self, piece, points, material, radius=0.011):
        """Lay a cord over a piece, along a curve through three points."""
        ends = [(x, y, piece.height(x, y) + 1.4 * radius) for x, y in self.pulled(points)]
        piece.details.append((self.scene.add, (tube(*ends, radius), material)))

    def finish(self):
        """Put all pieces into the scene, each with what is sewn onto it."""
        for piece in self.pieces:
            placed = piece.shape.at(0, 0, piece.z)
            with self.scene.group() if piece.details else contextlib.nullcontext():
                self.scene.add(placed, piece.material)
                for put, arguments in piece.details:
                    put(*arguments)


def garment(category, name, materials, **sold):
    """Register a design whose function gets a `Tailor` in place of (scene, look, shape).

    `sold` are further arguments of `design`: its colours, its patterns.
    """

    def register(draw):
        @functools.wraps(draw)
        def build(scene, look, shape):
            tailor = Tailor(scene, look, shape)
            draw(tailor)
            tailor.write()
            tailor.finish()

        return design(category, name, POSES, materials, tailor=draw, **sold)(build)

    return register


# ------------------------------------------------------------------------------- parts of tops
def neck_back(tailor, body, material):
    """Add the inside of the back, seen through the neck, with its label."""
    inside = [
        (0, -0.03),
        (body.neck, 0, 1),
        (body.neck + 0.07, -0.06, 1),
        (body.neck + 0.02, -body.scoop - 0.05),
        (0, -body.scoop - 0.1),
    ]
    z = -0.4 * tailor.puff - 0.012
    piece = tailor.lay_inside(mirrored(inside), material, z, puff=0.0, folds=0.004)
    tailor.sew(piece, rectangle(0, -0.065, 0.026, 0.014), tailor.white)


def over_body(tailor):
    """Whether long sleeves lie over the body (or under it)."""
    return tailor.pick("sleeves lie", ("under", "under", "over")) == "over"


def draw_sleeves(tailor, body, length, wrist=0.1, elbow=None):
    """Both sleeves of a garment, in the way of its pose: hanging, spread, or folded."""
    flat = tailor.pose == "flat"
    angles = ((35, 80), (26, 50)) if length < 0.45 else ((14, 62), (10, 24))
    spread = tailor.draw("sleeve angle", *angles[not flat])
    crossed = tailor.draw("arms crossed", 0, 70) * (flat and over_body(tailor))
    pair = []
    for name in ("left", "right"):
        angle = spread + tailor.draw(f"{name} sleeve", -10, 10) * flat
        bend = tailor.draw(f"{name} elbow", -8, 30 if flat else 10) + crossed
        bend *= length > 0.45
        pair.append(sleeve(body, length, angle, bend, wrist, elbow))
    return pair


def lay_sleeves(tailor, limbs, material, cuff=None, cuff_depth=0.07, on_top=False, **style):
    """Lay the left and the right sleeve; `cuff` is the material of their ends, if they have any."""
    tailor.sleeves(limbs, material, cuff, cuff_depth, on_top, **style)


def neckband(tailor, piece, body, material, width=0.03):
    """Add a ribbed band sewn around the front of the neck."""
    half = body.neck_points()
    curve = flipped(half)[::-1] + half[1:]
    tailor.sew(piece, band(curve, width), material, 0.012)


def lay_front(tailor, body, material, seams=(), **style):
    """Return the front of a top, with its hem and the creases that pull at the armpits."""
    hem = body.side_points()[-1][0]
    low = -body.length + 0.035
    line = [(-hem, low), (-hem * 0.5, low - body.hem_drop * 0.9), (0, low - body.hem_drop)]
    line += flipped(line[:2])[::-1]
    pits = [(body.chest, -body.armhole), (-body.chest, -body.armhole)]
    pulled = tailor.pick("armpits pull", ("left", "both", "no", "no"))
    pits = {"left": pits[:1], "both": pits, "no": ()}[pulled]
    return tailor.lay(body.front(), material, 0.0, [line, *seams], pits, **style)


def hem_rib(tailor, piece, body, material, depth=0.07):
    """Add a ribbed hem, as pullovers and bombers have it."""
    half = body.side_points()[-1][0] * 0.99
    low = -body.length
    lower = [
        (0, low - body.hem_drop - 0.004),
        (half * 0.5, low - body.hem_drop),
        (half, low - 0.004, 1),
    ]
    upper = [(x, y + depth) for x, y, *_ in lower[::-1]]
    upper[0] = (*upper[0], 1)
    right = lower + upper
    left = flipped(right[1:-1])[::-1]
    ribs = [[(x, low - 0.01), (x, low + depth)] for x in np.arange(-half + 0.03, half, 0.045)]
    tailor.sew_ribbed(piece, right + left, material, ribs)


def button_row(tailor, piece, x, top, bottom, count, material, radius=0.016):
    """Add a row of buttons down a piece."""
    for y in np.linspace(top, bottom, count):
        tailor.button(piece, x, y, material, radius)


def shirt_collar(tailor, fronts, body, material, size=0.13, stand=0.05, spread=0.06):
    """Two turned-down collar leaves, with the band that stands around the back of the neck."""
    low = -body.scoop
    back = [(0, stand * 0.75), (body.neck * 0.7, stand), (body.neck + 0.015, 0.0, 1)]
    back += [(body.neck * 0.7, -0.03), (0, -0.055)]
    tailor.lay_inside(mirrored(back), material, -0.2 * tailor.puff, puff=0.0, folds=0.002)
    leaf = [
        (0.004, low + 0.012, 1),
        (body.neck * 0.62, low * 0.42),
        (body.neck * 0.8, stand * 0.9, 1),
        (body.neck + 0.035, -0.01),
        (body.neck * 0.55 + spread + 0.03, low - size * 0.32, 1),
    ]
    for piece, side in zip(fronts, (list, flipped), strict=True):
        tailor.lay_on(piece, side(leaf), material)


def open_neck(tailor, fronts, body, material, size=0.16):
    """Add a camp collar: the top of the front lies open in two flat lapels."""
    low = -body.scoop
    leaf = [
        (0.0, low, 1),
        (body.neck * 0.6, low * 0.4),
        (body.neck * 0.8, 0.04, 1),
        (body.neck + 0.06, -0.03),
        (body.neck + 0.07, low * 0.45, 1),
        (body.neck + 0.02, low * 0.5, 1),
        (body.neck + 0.01, low - size * 0.1, 1),
    ]
    back = [(0, 0.035), (body.neck * 0.8, 0.04), (body.neck + 0.02, 0.0, 1), (0, -0.06)]
    tailor.lay_inside(mirrored(back), material, -0.2 * tailor.puff, puff=0.0, folds=0.002)
    for piece, side in zip(fronts, (list, flipped), strict=True):
        tailor.lay_on(piece, side(leaf), material)


def lapels(tailor, fronts, body, material, break_at, width=0.15, notch=0.05):
    """Add the lapels and collar of a blazer or coat, folded back to the point `break_at`."""
    lapel = [
        (0.0, break_at, 1),
        (body.neck * 0.55, break_at * 0.45),
        (body.neck * 0.95, -0.03, 1),
        (body.neck + 0.02, -0.1, 1),
        (body.neck + width, -0.16, 1),
        (body.neck * 0.8 + width * 0.55, break_at * 0.6),
    ]
    collar = [
        (body.neck * 0.7, 0.03, 1),
        (body.neck * 0.95, 0.02),
        (body.neck + width * 0.75, -0.1 + notch * 0.3, 1),
        (body.neck + width * 0.65, -0.15 + notch * 0.4, 1),
        (body.neck * 0.9, -0.13, 1),
    ]
    back = [(0, 0.045), (body.neck * 0.75, 0.05), (body.neck + 0.02, 0.0, 1), (0, -0.05)]
    tailor.lay_inside(mirrored(back), material, -0.2 * tailor.puff, puff=0.0, folds=0.002)
    for piece, side in zip(fronts, (list, flipped), strict=True):
        tailor.lay_on(piece, side(lapel), material)
        tailor.lay_on(piece, side(collar), material, 0.022)


def stand_collar(tailor, fronts, body, material, height=0.09, gap=0.01):
    """Add a collar that stands up around the neck, open in front."""
    low = -body.scoop * 0.9
    half = [
        (gap, low, 1),
        (body.neck * 0.7, low * 0.45),
        (body.neck + 0.012, -0.01, 1),
        (body.neck - 0.005, height * 0.7, 1),
        (body.neck * 0.55, height * 0.3 + low * 0.25),
        (gap, low + height * 0.9, 1),
    ]
    back = [
        (0, height * 0.8),
        (body.neck * 0.9, height * 0.75, 1),
        (body.neck, -0.03, 1),
        (0, -0.1),
    ]
    tailor.lay_inside(mirrored(back), tailor.lining, -0.3 * tailor.puff - 0.01, puff=0, folds=0)
    for piece, side in zip(fronts, (list, flipped), strict=True):
        tailor.lay_on(piece, side(half), material, puff=0.02)


def high_neck(tailor, front, body, material, height=0.12):
    """Add a rolled collar that covers the neck: a turtleneck."""
    half = [
        (0, height * 0.9),
        (body.neck * 0.92, height, 1),
        (body.neck + 0.01, height * 0.4),
        (body.neck + 0.02, -0.02, 1),
        (body.neck * 0.6, -body.scoop * 0.75),
        (0, -body.scoop * 0.9),
    ]
    fold = [(-body.neck, height * 0.3), (0, -body.scoop * 0.3), (body.neck, height * 0.3)]
    tailor.lay_on(front, mirrored(half), material, seams=[fold], puff=0.03)


def zip_line(tailor, piece, body, teeth, half_width=0.014):
    """Add a zip down the front: dark tape, a row of teeth, and its puller."""
    top, bottom = -body.scoop, -body.length - body.hem_drop
    middle, half = (top + bottom) / 2, (top - bottom) / 2
    tailor.sew(piece, rectangle(0, middle, half_width, half), tailor.black, 0.004)
    tailor.sew(piece, rectangle(0, middle, half_width * 0.4, half), teeth, 0.004)
    tailor.put(piece, 0, top - 0.035, box(0.011, 0.03, 0.008, 0.005), teeth, 0.01)


def slanted_pocket(tailor, piece, side, top, bottom, material):
    """Add the opening of a slanted pocket of a jacket, edged with a material."""
    (x, y), (u, v) = top, bottom
    slit = [(x, y, 1), (x + 0.018, y, 1), (u + 0.018, v, 1), (u, v, 1)]
    tailor.sew(piece, slit if side > 0 else flipped(slit), material, 0.003)


def patch_pocket(tailor, piece, x, y, half_width, half_height, material, flap=None, pointed=0.0):
    """Add a pocket sewn on; `flap` is the material of its flap, if it has one."""
    top, low = y + half_height, y - half_height
    outline = [
        (x - half_width, top, 1),
        (x + half_width, top, 1),
        (x + half_width * 0.97, low, 1),
        (x, low - pointed * half_height),
        (x - half_width * 0.97, low, 1),
    ]
    if pointed:
        outline[3] = (*outline[3], 1)
    tailor.sew(piece, outline, material)
    tailor.sew(piece, rectangle(x, top - 0.035, half_width, 0.005), None, -0.005)
    if flap is not None:
        cover = [
            (x - half_width * 1.08, top + 0.01, 1),
            (x + half_width * 1.08, top + 0.01, 1),
            (x + half_width * 1.08, top - half_height * 0.5, 1),
            (x, top - half_height * (0.5 + 0.4 * bool(pointed)), 1),
            (x - half_width * 1.08, top - half_height * 0.5, 1),
        ]
        tailor.sew(piece, cover, flap, 0.012)


def hood(tailor, body, material, lining, height=0.36, width=0.25, opening=0.62):
    """Add a hood that lies up behind the neck, its opening showing the lining."""
    tailor.hood(body, material, lining, height, width, opening)


def drawstrings(tailor, piece, body, material, length=0.3):
    """Two cords that hang from the neck of a hoodie."""
    for side in (-1, 1):
        top = (side * body.neck * 0.45, -body.scoop - 0.0)
        sway = tailor.draw(f"cord {side}", -0.06, 0.06)
        low = -body.scoop - length
        middle = (side * 0.07 - sway, (top[1] + low) / 2)
        tailor.cord(piece, [top, middle, (side * 0.06 + sway, low)], material)


def hanger(tailor, body):
    """Add the hanger on which a hanging garment is shown (nothing in the other poses)."""
    if tailor.pose != "hanging":
        return
    wood = tailor.pick("hanger", ("wood", "chrome", "black"))
    look = tailor.look
    bar = (
        look.wood()
        if wood == "wood"
        else look.chrome()
        if wood == "chrome"
        else look.rubber("black")
    )
    metal, thick = look.chrome(), 0.02 if wood == "wood" else 0.012
    z = -0.02
    tip = body.shoulder * 0.8
    for side in (-1, 1):
        arm = tube(
            (0, 0.03, z), (side * tip * 0.4, 0.02, z), (side * tip, -body.drop - 0.05, z), thick
        )
        tailor.scene.add(arm, bar)
    tailor.scene.add(capsule((0, 0.03, z), (0, 0.09, z), 0.008), metal)
    tailor.scene.add(torus(0.05, 0.008, 230).rotate(roll=-55).at(0, 0.14, z), metal)


# --------------------------------------------------------------------------- parts of bottoms
def waist_back(tailor, half_width, dip, material, height=0.0):
    """Return the inside of the back of a waistband, seen over the front."""
    inside = [
        (0, height + 0.012),
        (half_width * 0.9, height + 0.006, 1),
        (half_width * 0.85, -0.1, 1),
    ]
    inside.append((0, -dip - 0.09))
    z = -0.3 * tailor.puff - 0.012
    return tailor.lay_inside(mirrored(inside), material, z, puff=0.0, folds=0.003)


def waistband(tailor, piece, half_width, dip, depth, material, ribs=False, wider=1.0):
    """Add the band around the waist of a skirt or trousers; `ribs` gathers it as elastic does."""
    half = half_width * 1.012 * wider
    top = [(0, -dip + 0.006), (half * 0.6, -dip * 0.7 + 0.006), (half, 0.006, 1)]
    low = [(half * 1.015, -depth, 1), (half * 0.6, -dip * 0.7 - depth), (0, -dip - depth)]
    outline = mirrored(top + low)
    if ribs:
        lines = [[(x, 0.02), (x, -depth - dip)] for x in np.arange(-half + 0.02, half, 0.035)]
        tailor.sew_ribbed(piece, outline, material, lines)
    else:
        tailor.sew(piece, outline, material, 0.01)


def belt_loops(tailor, piece, half_width, dip, depth, material):
    """Four belt loops on a waistband."""
    for share in (-0.72, -0.34, 0.34, 0.72):
        y = -dip * (1 - share**2) - depth / 2
        tailor.sew(piece, rectangle(share * half_width, y, 0.011, depth * 0.62), material)


def fly(rise, width=0.05):
    """Return the curved line of stitching beside the zip of trousers."""
    return [
        (width, -0.09),
        (width * 0.95, -rise * 0.55),
        (width * 0.3, -rise * 0.78),
        (0, -rise * 0.82),
    ]


def slant_pockets(legs, depth=0.2, reach=0.1):
    """Two slanted pocket openings at the sides."""
    line = [
        (legs.waist - reach, -0.07),
        (legs.waist - reach * 0.35, -0.07 - depth * 0.6),
        (legs.hip + 0.01, -0.07 - depth),
    ]
    return [line, flipped(line)]


def round_pockets(legs, depth=0.14, reach=0.13):
    """Two rounded pocket openings, as jeans have them."""
    line = [
        (legs.waist - reach, -0.06),
        (legs.waist - reach * 0.8, -0.06 - depth * 0.85),
        (legs.hip + 0.01, -0.06 - depth),
    ]
    return [line, flipped(line)]


def clip_hanger(tailor, half_width):
    """Add the hanger with two clips on which skirts and trousers hang (nothing in other poses)."""
    if tailor.pose != "hanging":
        return
    metal, black = tailor.look.chrome(), tailor.look.rubber("black")
    reach = half_width * 0.85
    tailor.scene.add(capsule((-reach, 0.07, 0), (reach, 0.07, 0), 0.01), metal)
    tailor.scene.add(box(0.025, 0.05, 0.03, 0.008).at(reach * 0.8, 0.03, 0).mirror("x"), black)
    tailor.scene.add(capsule((0, 0.07, 0), (0, 0.13, 0), 0.008), metal)
    tailor.scene.add(torus(0.05, 0.008, 230).rotate(roll=-55).at(0, 0.18, 0), metal)


def resized(body, **changes):
    """Return a copy of measurements with some of them changed."""
    return replace(body, **changes)
