"""Shoes: sneakers, sandals, ankle boots and high-heeled shoes.

A shoe is built as a shoemaker builds it, on a *last*, the form of a foot. The heel lies at
x = -0.8, the toe at x = +0.8, y points up and the foot bed is at y = 0. Each part is drawn as
it looks from the side, and the last gives it the width that a foot has there: the part is
where the outlines from the side, from above and from the front agree. A raised heel lifts the
whole last along the arch of the foot, so that one set of drawings serves flat shoes and
stilettos alike.
"""

import numpy as np

from clipstudio.product import design
from clipstudio.products.forms import ellipse, one_of, rectangle
from clipstudio.scene import (
    box,
    capsule,
    cylinder,
    ellipsoid,
    extrude,
    smooth_curve,
    torus,
    tube,
)

UPPERS = ("leather", "canvas", "suede", "knit")
PLAIN = ("plain",)
BOOT = {  # boots are mostly sold plain, in the colours of leather
    "patterns": ("plain",),
    "colours": ("black", "brown", "beige", "grey", "navy", "burgundy", "olive", "white"),
}
DRESSY = ("leather", "suede", "satin")
WIDE = 0.42  # half depth of an extrusion that reaches beyond any foot
SIDE = {  # mostly from the side, also from the front and the back; level, from above, from high up
    "pose": "side",
    "yaw": ((-45, 45), (-30, 30), (135, 225), (150, 210), (50, 130), (230, 310)),
    "pitch": ((2, 16), (10, 30), (30, 72)),
}
LOW_FRONT = ((0.33, -0.2), (0.33, 0.1), (0.27, 0.22), (0.2, 0.38), (0.16, 0.62), (0.15, 1.0))
BOOT_FRONT = ((0.33, -0.2), (0.33, 0.1), (0.27, 0.22), (0.2, 0.36), (0.165, 0.55), (0.185, 1.4))


def foot_outline(width, toe):
    """Outline of the left foot from above, (x, z); toe 0 is round, 1 is pointed."""
    tip = 0.8 + 0.1 * toe
    points = [
        (-0.8, 0),
        (-0.73, 0.13),
        (-0.5, 0.185),
        (-0.1, 0.19),
        (0.25, 0.265 - 0.03 * toe),
        (0.5, 0.26 - 0.08 * toe),
        (0.7, 0.17 - 0.09 * toe),
        (tip, 0.0 - 0.03 * (1 - toe)),
        (0.73, -0.15 + 0.09 * toe),
        (0.52, -0.225 + 0.06 * toe),
        (0.25, -0.235),
        (-0.1, -0.16),
        (-0.5, -0.175),
        (-0.73, -0.13),
    ]
    return smooth_curve(points, 5, closed=True) * (1, width)


def divided(outline, longest, closed):
    """Return the same outline with more points, so that no part is longer than `longest`."""
    start, end = (outline, np.roll(outline, -1, 0)) if closed else (outline[:-1], outline[1:])
    pieces = np.ceil(np.hypot(*(end - start).T) / longest).clip(1).astype(int)
    finer = [
        a + (b - a) * np.arange(n)[:, None] / n for a, b, n in zip(start, end, pieces, strict=True)
    ]
    return np.concatenate(finer if closed else [*finer, end[-1:]])


def from_above(outline, half_height=1.5):
    """Everything that has this (x, z) outline seen from above."""
    return extrude(outline, half_height).rotate(pitch=90)


def from_the_front(half, half_length=1.1):
    """Everything that has this symmetric outline seen from the front: right half as (z, y)."""
    right = smooth_curve(half, 4)
    return extrude(np.vstack([right, right[::-1] * (-1, 1)]), half_length).rotate(yaw=90)


class Last:
    """The form on which one shoe, or a mirror-image pair, is made.

    Parameters
    ----------
    scene : Scene
    shape : callable
        The product's free shape parameters.
    lift : float
        Height of the heel of the foot above its ball.
    sole : float
        Thickness under the ball of the foot; the whole last stands this high.
    toe : float
        0 for a round toe, 1 for a pointed one.
    width : float
        Factor of the width.
    """

    def __init__(self, scene, shape, *, lift=0.0, sole=0.08, toe=0.0, width=1.0):
        self.scene, self.lift, self.sole = scene, lift, sole
        self.width = width * shape("width", 0.92, 1.08)
        self.plan = foot_outline(self.width, toe)
        self.pair = shape.choice("count", ("one", "pair")) == "pair"
        self.spacing = shape("spacing", 0.36, 0.5)
        self.splay = shape("splay", -8.0, 3.0)

    def place(self, piece):
        """Stand a finished piece where it belongs: on its sole, in its half of the pair."""
        piece = piece.at(0, self.sole, 0)
        if self.pair:
            piece = piece.rotate(yaw=self.splay).at(0, 0, self.spacing).mirror("z")
        return piece

    def arch(self, x):
        """Height that the raised heel gives to the foot bed at `x`."""
        t = np.clip((0.34 - np.asarray(x, float)) / 0.86, 0, 1)
        return self.lift * t * t * (3 - 2 * t)

    def curve(self, points, closed=True):
        """Smooth side view through `points`, lifted along the arch."""
        outline = smooth_curve(points, 4, closed)
        if self.lift > 0.1:  # long straight lines must be able to follow the arch
            outline = divided(outline, 0.1, closed)
        return np.column_stack([outline[:, 0], outline[:, 1] + self.arch(outline[:, 0])])

    def side(self, points):
        """All that lies within a side view, however wide."""
        return self.place(extrude(self.curve(points), WIDE))

    def add(self, piece, material, smooth=0.0):
        """Add a piece given in the coordinates of the last."""
        self.scene.add(self.place(piece), material, smooth)

    def clip(self, front=None, grow=0.0, round=0.02):
        """Give the open part the outline of the foot from above and from the front."""
        self.scene.clip(self.place(from_above(self.plan).grow(grow)), round)
        if front is not None:
            half = [(z * self.width, y + (0.8 * self.lift if y > 0 else 0)) for z, y in front]
            self.scene.clip(self.place(from_the_front(half).grow(grow)), round)

    def open(self, back, front, lining, half_width=1.0, bottom=0.02, wall=0.024):
        """Cut the opening for the foot, from above: inside the edge of the foot, round ends."""
        x = np.linspace(back, front, 24)
        ends = np.sqrt(np.clip(1 - np.linspace(-1, 1, 24) ** 4, 0, 1))
        edge = np.minimum(self.reach(x) - wall, half_width * self.width) * ends
        outline = np.vstack([np.column_stack([x, edge]), np.column_stack([x, -edge])[::-1]])
        self.scene.cut(self.place(from_above(outline, 1.0).at(0, bottom + 1.0, 0)), lining, 0.02)

    def reach(self, x):
        """Half the width of the foot at `x` (of its narrower, inner half)."""
        inner = self.plan[self.plan[:, 1] <= 0]
        order = np.argsort(inner[:, 0])
        return -np.interp(x, inner[order, 0], inner[order, 1])

    def panel(self, points, material, height=0.012):
        """Add a piece sewn on the open part, drawn from the side."""
        self.scene.paint(self.side(points), material, height, 0.012)

    def strip(self, x0, x1, half_width, material, height=0.0):
        """Add a strip along the middle of the open part, seen from above."""
        strip = box((x1 - x0) / 2, 1.5, half_width, half_width * 0.9).at((x0 + x1) / 2, 0, 0)
        self.scene.paint(self.place(strip), material, height, 0.012)

    def layer(self, points, material, grow=0.02, round=0.015, panels=()):
        """Add a part of the sole, drawn from the side, as wide as the foot or a little more.

        Each of `panels` is the arguments of a `panel` that goes on it.
        """
        with self.scene.group():
            self.scene.add(self.side(points), material)
            self.clip(grow=grow, round=round)
            for panel in panels:
                self.panel(*panel)

    def foot_bed(self, material, grow=-0.012):
        """Add the insole, which also closes the bottom of a shoe that is open far down."""
        self.layer(band(-0.78, 0.78, -0.03, 0.02), material, grow)

    def laces(self, instep, count, material, reach=0.1, thickness=0.017, tied=False):
        """Laces across the instep, the line of (x, y) points from the toe end upwards."""
        line = self.curve(instep, closed=False)
        slope = np.gradient(line, axis=0)
        outward = np.column_stack([slope[:, 1], -slope[:, 0]])
        outward *= -np.sign(slope[:, :1]) / np.linalg.norm(slope, axis=1, keepdims=True)
        place = np.linspace(0.04, 0.96, count) * (len(line) - 1)
        for i in place.round().astype(int):
            (x, y), (u, v) = line[i], outward[i]
            low = (x - 0.055 * u, y - 0.055 * v)
            self.add(
                tube((*low, -reach), (x + 0.095 * u, y + 0.095 * v, 0), (*low, reach), thickness),
                material,
            )
        if tied:
            self.bow(*(line[-2] + 0.02 * outward[-2]), material)

    def bow(self, x, y, material, size=0.13):
        """Add the loops and ends of tied laces."""
        for side in (-1, 1):
            loop = tube(
                (x, y, 0),
                (x + 0.7 * size, y + size, side * size * 1.5),
                (x + 0.3 * size, y - 0.8 * size, side * size * 1.4),
                0.016,
            )
            self.add(loop, material)


def band(x0, x1, low, high):
    """Return a strip of the side view between two heights."""
    return [(x0, low, 1), (x1, low, 1), (x1, high, 1), (x0, high, 1)]


def lace_colour(look, shape):
    """Laces: white, black or in the second colour."""
    return one_of(look, shape, "laces", ("white", "black", "accent"), "cotton")


# ---------------------------------------------------------------------------------- sneakers
def cup_sole(last, material, stripe, heel=0.1, toe=0.1, wall=0.06):
    """Add the flat rubber sole of a sneaker, with a thin stripe round its edge."""
    bottom = -last.sole
    last.layer(
        [
            (-0.86, bottom, 1),
            (0.45, bottom, 1),
            (0.86, bottom + 0.07),
            (0.86, toe, 1),
            (0.3, wall),
            (-0.4, wall),
            (-0.86, heel, 1),
        ],
        material,
        0.022,
        panels=[(band(-0.95, 0.95, 0.0, 0.028), stripe, 0.004)],
    )


def low_upper(shape, collar, instep=0.4):
    """Side view of a low shoe with a tongue: heel counter, dipped top line, instep, toe box."""
    dip = collar - shape("dip", 0.04, 0.09)
    toe = shape("toe_height", 0.17, 0.23)
    return [
        (-0.77, -0.02, 1),
        (-0.81, 0.1),
        (-0.785, 0.26),
        (-0.80, collar + 0.02),
        (-0.75, collar + 0.05),
        (-0.6, collar),
        (-0.42, dip),
        (-0.26, dip + 0.04),
        (-0.16, instep + 0.06),
        (-0.02, instep),
        (0.2, 0.31),
        (0.38, 0.25),
        (0.56, toe),
        (0.72, toe - 0.045),
        (0.81, 0.07),
        (0.8, -0.02, 1),
    ]


def tongue(last, top, material, instep=0.4):
    """Add the tongue that stands up behind the laces; `top` is its highest point."""
    x, y = top
    with last.scene.group(0.01):
        last.scene.add(
            last.side(
                [
                    (x - 0.03, y - 0.02),
                    (x + 0.02, y),
                    (-0.1, instep + 0.02),
                    (0.1, 0.32),
                    (0.05, 0.27),
                    (-0.16, instep - 0.04),
                ]
            ),
            material,
        )
        strip = box(0.5, 1.5, 0.11, 0.08)
        last.scene.clip(last.place(strip), 0.03)


@design("sneaker", "low court", **SIDE, materials=UPPERS, patterns="all")
def court_sneaker(scene, look, shape):
    "A low leather or canvas court shoe with laces and a flat rubber sole."
    last = Last(scene, shape, sole=shape("sole", 0.06, 0.11))
    collar = shape("collar", 0.36, 0.44)
    sole = look.rubber(shape.choice("sole_colour", ("white", "white", "black", "beige")))
    with scene.group():
        scene.add(last.side(low_upper(shape, collar)), look.main(mapping="front"))
        last.clip(LOW_FRONT, round=0.09)
        if shape.choice("toe_cap", ("sewn", "rubber", "none")) == "rubber":
            last.panel(band(0.5, 0.9, -0.1, 0.4), sole)
        last.panel(
            [(-0.9, 0.02), (-0.9, 0.5), (-0.66, 0.46), (-0.52, 0.2), (-0.48, 0.02)],
            look.accent("leather"),
        )
        side_mark(last, look, shape)
        last.panel(
            [(-0.2, 0.44), (-0.05, 0.5), (0.38, 0.3), (0.36, 0.19), (0.1, 0.24), (-0.16, 0.33)],
            look.main(mapping="front"),
            0.014,
        )
        last.strip(-0.2, 0.3, 0.05, look.lining(), -0.01)
        last.open(-0.76, -0.14, look.lining(), 0.115)
    tongue(last, (-0.26, shape("tongue", 0.5, 0.58)), look.main(mapping="front"))
    cup_sole(last, sole, look.accent("rubber"))
    last.laces(
        [(0.3, 0.29), (0.14, 0.34), (-0.04, 0.42), (-0.14, 0.47)],
        int(shape.choice("eyelets", (4, 5, 6))),
        lace_colour(look, shape),
        tied=shape.choice("bow", ("tied", "open")) == "tied",
    )


def side_mark(last, look, shape):
    """Add the maker's mark on the side of a sports shoe: stripes, a swoosh, a patch or nothing."""
    mark = shape.choice("mark", ("stripes", "swoosh", "patch", "none"))
    if mark == "stripes":
        for x in (-0.2, -0.06, 0.08):
            last.panel(
                [(x, 0.06, 1), (x + 0.06, 0.06, 1), (x - 0.06, 0.36, 1), (x - 0.12, 0.36, 1)],
                look.accent("leather"),
                0.008,
            )
    elif mark == "swoosh":
        last.panel(
            [(-0.5, 0.24), (-0.2, 0.16), (0.28, 0.26, 1), (-0.1, 0.08), (-0.38, 0.09)],
            look.accent("leather"),
            0.008,
        )
    elif mark == "patch":
        last.panel(
            [(-0.3, 0.1), (-0.12, 0.22), (-0.02, 0.16), (-0.12, 0.07)],
            look.accent("leather"),
            0.008,
        )


@design("sneaker", "high-top", **SIDE, materials=("canvas", "leather", "suede"), patterns="all")
def high_top(scene, look, shape):
    "A sneaker that laces up over the ankle, with a rubber toe cap."
    last = Last(scene, shape, sole=shape("sole", 0.06, 0.1))
    top = shape("shaft", 0.74, 0.92)
    main, rubber = look.main(mapping="front"), look.rubber("white")
    with scene.group():
        scene.add(
            last.side(
                [
                    (-0.77, -0.02, 1),
                    (-0.81, 0.1),
                    (-0.77, 0.34),
                    (-0.755, 0.5),
                    (-0.79, top, 1),
                    (-0.36, top + 0.04, 1),
                    (-0.26, 0.62),
                    (-0.16, 0.47),
                    (0.0, 0.38),
                    (0.2, 0.3),
                    (0.38, 0.24),
                    (0.56, 0.2),
                    (0.72, 0.155),
                    (0.81, 0.07),
                    (0.8, -0.02, 1),
                ]
            ),
            main,
        )
        last.clip(BOOT_FRONT, round=0.09)
        if shape.choice("toe_cap", ("rubber", "rubber", "none")) == "rubber":
            last.panel([(0.48, -0.05), (0.44, 0.3), (0.9, 0.3), (0.9, -0.05)], rubber)
        last.panel(
            [
                (-0.9, 0.02),
                (-0.9, top - 0.1),
                (-0.74, top - 0.1),
                (-0.68, 0.3),
                (-0.5, 0.1),
                (-0.48, 0.02),
            ],
            look.accent("leather"),
        )
        if shape.choice("badge", ("yes", "no")) == "yes":
            scene.paint(
                last.place(cylinder(0.085, 0.085, WIDE).rotate(pitch=90).at(-0.55, top - 0.24, 0)),
                rubber,
                0.012,
                0.01,
            )
        last.strip(-0.45, 0.3, 0.045, look.lining(), -0.012)
        last.open(-0.75, -0.33, look.lining(), 0.11, 0.3)
    last.add(box(0.022, 0.1, 0.08, 0.02).rotate(roll=10).at(-0.36, top + 0.03, 0), main)
    cup_sole(last, rubber, look.accent("rubber"))
    last.laces(
        [(0.3, 0.28), (0.1, 0.345), (-0.08, 0.43), (-0.2, 0.54), (-0.28, 0.7), (-0.33, top - 0.03)],
        7,
        lace_colour(look, shape),
        0.095,
    )


@design("sneaker", "runner", **SIDE, materials=("knit", "canvas", "leather"), patterns="all")
def runner(scene, look, shape):
    "A running shoe with a thick, sculpted sole and a padded collar."
    thick = shape("sole", 0.1, 0.17)
    last = Last(scene, shape, sole=thick, lift=shape("drop", 0.03, 0.08))
    collar = shape("collar", 0.38, 0.46)
    foam = look.rubber(shape.choice("foam", ("white", "white", "grey", "black")))
    with scene.group():
        scene.add(last.side(low_upper(shape, collar, 0.42)), look.main(mapping="front"))
        last.clip(LOW_FRONT, round=0.1)
        last.panel(
            [(-0.9, 0.05), (-0.9, 0.6), (-0.7, 0.5), (-0.6, 0.24), (-0.36, 0.1), (-0.36, 0.02)],
            look.accent("leather"),
        )
        last.panel(
            [(0.44, -0.1), (0.56, 0.12), (0.62, 0.3), (0.9, 0.3), (0.9, -0.1)],
            look.accent("leather"),
            0.008,
        )
        side_mark(last, look, shape)
        last.strip(-0.2, 0.28, 0.05, look.lining(), -0.01)
        last.open(-0.75, -0.16, look.lining(), 0.11, wall=0.035)
    tongue(last, (-0.27, shape("tongue", 0.54, 0.62)), look.accent("knit"), 0.42)
    flare = shape("flare", 0.02, 0.08)
    last.layer(
        [
            (-0.84 - flare, -thick + 0.1),
            (-0.7, -thick - 0.04),
            (-0.2, -thick + 0.0),
            (0.45, -thick),
            (0.8, -thick + 0.1),
            (0.87, 0.0),
            (0.8, 0.08),
            (0.4, 0.04),
            (-0.1, 0.07),
            (-0.5, 0.1),
            (-0.84, 0.17),
            (-0.9, 0.06),
        ],
        foam,
        0.035,
        0.04,
        panels=[
            (
                [
                    (-1.0, -thick - 0.2),
                    (0.5, -thick - 0.1),
                    (1.0, -thick + 0.05),
                    (1.0, -thick + 0.14),
                    (0.45, -thick + 0.03),
                    (-0.3, -thick + 0.02),
                    (-1.0, -thick + 0.04),
                ],
                look.rubber("black"),
                0.0,
            )
        ],
    )
    last.laces(
        [(0.28, 0.3), (0.14, 0.35), (-0.04, 0.43), (-0.14, 0.48)], 5, lace_colour(look, shape), 0.09
    )


@design("sneaker", "slip-on", **SIDE, materials=("canvas", "knit", "suede"), patterns="all")
def slip_on(scene, look, shape):
    "A canvas slip-on without laces, with elastic at the sides and a flat sole."
    last = Last(scene, shape, sole=shape("sole", 0.05, 0.1))
    collar = shape("collar", 0.33, 0.4)
    vamp = shape("vamp", 0.36, 0.44)
    with scene.group():
        scene.add(
            last.side(
                [
                    (-0.77, -0.02, 1),
                    (-0.81, 0.1),
                    (-0.785, 0.24),
                    (-0.78, collar),
                    (-0.72, collar + 0.03),
                    (-0.5, collar - 0.06),
                    (-0.24, collar - 0.04),
                    (-0.05, vamp),
                    (0.16, 0.33),
                    (0.38, 0.245),
                    (0.56, 0.2),
                    (0.72, 0.15),
                    (0.81, 0.07),
                    (0.8, -0.02, 1),
                ]
            ),
            look.main(mapping="front"),
        )
        last.clip(LOW_FRONT, round=0.09)
        last.panel(
            [(-0.22, 0.5), (-0.2, 0.16), (-0.12, 0.13), (-0.06, 0.2), (-0.08, 0.5)],
            look.plain("black", "knit"),
            -0.006,
        )
        last.panel(
            [(-0.9, 0.02), (-0.9, 0.5), (-0.7, 0.42), (-0.58, 0.02)], look.accent("leather"), 0.008
        )
        last.open(-0.76, 0.0, look.lining(), 0.14)
    cup_sole(last, look.rubber("white"), look.accent("rubber"))


# ----------------------------------------------------------------------------------- sandals
def strap(last, x, height, half_width, material, lean=0.0, thickness=0.022):
    """Add a strap over the foot at `x`: an arch from one edge of the foot bed to the other."""
    inside = last.plan[np.abs(last.plan[:, 0] - x) < 0.16, 1]
    low, high = inside.min() + 0.005, inside.max() - 0.005
    t = np.linspace(0, np.pi, 20)
    arc = np.column_stack([-np.cos(t) * (high - low) / 2, np.sin(t) ** 0.8])
    foot = -0.04 / height
    outer = np.vstack([[(arc[0, 0], foot)], arc, [(arc[-1, 0], foot)]])
    inner = outer * (1 - thickness / ((high - low) / 2), 1)
    outline = np.vstack([outer * (1, height), (inner * (1, height - thickness))[::-1]])
    band = extrude(outline, half_width, 0.008).rotate(yaw=90).at(0, 0, 0)
    centre = (low + high) / 2
    base = float(last.arch(x))
    last.add(band.rotate(roll=lean).at(x, base, centre), material)


def ankle_strap(last, y, material, front=-0.28, rise=0.04, half_height=0.035):
    """Add a strap round the ankle, with a buckle on the outer side."""
    base = float(last.arch(-0.5))
    half = (front + 0.78) / 2
    oval = ellipse(half, 0.15)
    hoop = extrude([oval, oval * (1 - 0.02 / half, 1 - 0.02 / 0.15)], half_height, 0.008)
    angle = np.degrees(np.arctan2(rise, 2 * half))
    last.add(hoop.rotate(pitch=90).rotate(roll=angle).at(front - half, base + y, 0), material)


def buckle(last, x, y, z, metal, size=0.05):
    """Add a small frame buckle standing on the outer side of a strap."""
    frame = [rectangle(0, 0, size, size), rectangle(0, 0, size * 0.62, size * 0.62)]
    last.add(extrude(frame, 0.012, 0.005).at(x, y + float(last.arch(x)), z), metal)


def sandal_sole(last, look, shape):
    """Foot bed with a soft edge, mid sole and tread; thicker towards the heel if lifted."""
    bed = shape.choice("foot_bed", ("beige", "brown", "black", "main"))
    top = look.main() if bed == "main" else look.plain(bed, "leather")
    side = look.rubber(shape.choice("tread", ("black", "brown", "white", "beige")))
    wedge(
        last,
        side,
        [([(-0.95, -0.018), (0.5, -0.018), (0.95, 0.022), (0.95, 0.2), (-0.95, 0.2)], top, 0.0)],
    )


def wedge(last, material, panels=()):
    """Add a sole that fills everything between the foot bed and the ground."""
    bottom = -last.sole
    low = [(x, bottom - float(last.arch(x))) for x in (-0.84, -0.5, -0.2, 0.1)]
    last.layer(
        [
            (*low[0], 1),
            *low[1:],
            (0.5, bottom),
            (0.84, bottom + 0.05),
            (0.84, 0.05),
            (0.5, 0.015),
            (-0.5, 0.015),
            (-0.84, 0.04, 1),
        ],
        material,
        0.02,
        0.02,
        panels,
    )


@design("sandal", "strappy", **SIDE, materials=("leather", "suede", "canvas"), patterns=PLAIN)
def strappy_sandal(scene, look, shape):
    "A sandal with two or three straps over the foot and one round the ankle."
    last = Last(scene, shape, sole=shape("sole", 0.06, 0.12), lift=shape("drop", 0.0, 0.08))
    sandal_sole(last, look, shape)
    main = look.main(mapping="around")
    width = shape("strap_width", 0.035, 0.08)
    strap(last, 0.42, 0.2, width, main, -12)
    strap(last, shape("second", 0.1, 0.22), 0.27, width, main, -15)
    if shape.choice("straps", ("two", "three")) == "three":
        strap(last, -0.1, 0.36, width * 0.8, main, -22)
    ankle = shape("ankle", 0.34, 0.46)
    ankle_strap(last, ankle, main)
    if shape.choice("back", ("closed", "straps")) == "closed":
        heel_cup(last, ankle, main, look.lining(), -0.56)
    else:
        for z in (-0.13, 0.13):
            last.add(capsule((-0.5, 0, z * 1.2), (-0.6, ankle, z), 0.024), main)
    buckle(last, -0.53, ankle, 0.155, look.chrome())


@design(
    "sandal", "slide", **SIDE, materials=("leather", "rubber", "canvas", "suede"), patterns="all"
)
def slide(scene, look, shape):
    "A slide: a thick foot bed with one broad band over the foot."
    last = Last(scene, shape, sole=shape("sole", 0.08, 0.16))
    sandal_sole(last, look, shape)
    main = look.main(mapping="box")
    if shape.choice("bands", ("one", "two")) == "one":
        strap(last, 0.25, 0.29, shape("band", 0.15, 0.22), main, -15)
    else:
        strap(last, 0.36, 0.235, 0.085, main, -12)
        strap(last, 0.1, 0.3, 0.085, main, -14)
        for x, y in ((0.35, 0.13), (0.08, 0.17)):
            buckle(last, x, y, 0.245 * last.width, look.gold())


@design("sandal", "flip-flop", **SIDE, materials=("rubber", "leather", "canvas"))
def flip_flop(scene, look, shape):
    "A flip-flop: a thin flat sole and a strap in a V from between the toes."
    last = Last(scene, shape, sole=shape("sole", 0.06, 0.12))
    bottom = -last.sole
    last.layer(
        [
            (-0.84, bottom, 1),
            (0.5, bottom),
            (0.84, bottom + 0.05),
            (0.84, 0.05),
            (0.5, 0.0),
            (-0.84, 0.0, 1),
        ],
        look.main(mapping="box"),
        0.03,
        0.02,
        panels=[(band(-0.95, 0.95, bottom * 0.6, bottom * 0.35), look.accent("rubber"), 0.003)],
    )
    thick = shape("strap", 0.03, 0.055)
    tip = (0.46, 0.08, -0.03)
    high = shape("rise", 0.26, 0.36)
    for z, x in ((0.225, -0.12), (-0.2, -0.08)):
        last.add(
            tube(tip, (0.2, high * 1.25, z * 0.95), (x, 0.0, z), thick, thick * 1.1),
            look.accent("rubber"),
            0.02,
        )
    last.add(capsule((0.47, 0, -0.03), (0.46, 0.1, -0.03), 0.03), look.accent("rubber"), 0.02)


@design("sandal", "gladiator", **SIDE, materials=("leather", "suede"), patterns=PLAIN)
def gladiator(scene, look, shape):
    "A gladiator sandal: many narrow straps up to the ankle, joined along the middle."
    last = Last(scene, shape, sole=shape("sole", 0.05, 0.08))
    sandal_sole(last, look, shape)
    main = look.main()
    count = int(shape.choice("straps", (4, 5, 6)))
    for x, height in np.linspace((0.5, 0.17), (-0.12, 0.4), count):
        strap(last, x, height, 0.03, main, -14)
    last.add(tube((0.52, 0.15, 0), (0.2, 0.27, 0), (-0.2, 0.52, 0), 0.032), main)
    for y in (0.46, 0.6):
        ankle_strap(last, y, main, -0.22 - 0.14 * (y - 0.46))
    with scene.group():
        scene.add(
            last.side(
                [(-0.76, 0), (-0.8, 0.2), (-0.78, 0.66), (-0.66, 0.66), (-0.6, 0.2), (-0.5, 0)]
            ),
            main,
        )
        last.clip(LOW_FRONT, round=0.06)
        last.open(-0.74, -0.2, look.lining(), 0.12)
    buckle(last, -0.4, 0.5, 0.15, look.gold())


@design("sandal", "wedge", **SIDE, materials=("leather", "suede", "canvas"), patterns="all")
def wedge_sandal(scene, look, shape):
    "A sandal on a high wedge of cork or rope, open at the toes, with an ankle strap."
    last = Last(scene, shape, sole=shape("platform", 0.08, 0.16), lift=shape("heel", 0.25, 0.42))
    sandal_sole(last, look, shape)
    main = look.main(mapping="box")
    strap(last, 0.4, 0.2, shape("strap_width", 0.06, 0.13), main, -12)
    if shape.choice("second", ("yes", "no")) == "yes":
        strap(last, 0.08, 0.3, 0.05, main, -35)
    heel_cup(last, 0.3, main, look.lining())
    ankle_strap(last, 0.3, main, -0.26)
    buckle(last, -0.52, 0.3, 0.155, look.gold())


def heel_cup(last, height, material, lining, front=-0.5):
    """Add the back of a shoe round the heel of the foot."""
    with last.scene.group():
        last.scene.add(
            last.side(
                [
                    (-0.77, -0.01, 1),
                    (-0.81, 0.1),
                    (-0.79, height, 1),
                    (-0.7, height + 0.01),
                    (front, 0.1),
                    (front + 0.14, -0.01, 1),
                ]
            ),
            material,
        )
        last.clip(LOW_FRONT, round=0.07)
        last.open(-0.75, 0.3, lining, 0.135, -0.02)


# ------------------------------------------------------------------------------- ankle boots
def boot_upper(last, shaft, main, lining, lean=0.0):
    """Add the upper of a boot, left open as a group by the caller: foot, ankle and shaft."""
    back, front = -0.8 + lean, -0.27 + lean
    last.scene.add(
        last.side(
            [
                (-0.77, -0.02, 1),
                (-0.815, 0.1),
                (-0.785, 0.3),
                (-0.755, 0.46),
                (back, shaft, 1),
                (front, shaft - 0.01, 1),
                (-0.255, 0.66),
                (-0.19, 0.5),
                (-0.06, 0.405),
                (0.16, 0.33),
                (0.38, 0.26),
                (0.58, 0.21),
                (0.73, 0.16),
                (0.82, 0.07),
                (0.81, -0.02, 1),
            ]
        ),
        main,
    )
    last.clip(BOOT_FRONT, round=0.1)
    last.open(back + 0.07, front - 0.04, lining, 0.12, shaft - 0.26)


def heeled_sole(last, material, heel_length=0.42, welt=None, thickness=None):
    """Add a leather or rubber sole with a separate heel, reaching down to the ground."""
    ground, breast = -last.sole, -0.84 + heel_length
    thin = thickness or min(last.sole, 0.07)
    floor = [(x, ground - float(last.arch(x)), 1) for x in (-0.8, breast - 0.03)]
    last.layer(
        [
            (-0.86, 0.01, 1),
            *floor,
            (breast, -thin),
            (0.0, -thin),
            (0.25, -last.sole),
            (0.5, -last.sole),
            (0.84, -last.sole + 0.06),
            (0.86, 0.02, 1),
            (0.4, 0.0),
        ],
        material,
        0.028,
        panels=()
        if welt is None
        else [([(-0.95, -0.012), (0.95, 0.0), (0.95, 0.05), (-0.95, 0.03)], welt, 0.01)],
    )


def sole_colour(look, shape):
    """Return the colour of a boot's sole."""
    return look.rubber(shape.choice("sole_colour", ("black", "black", "brown", "beige")))


@design("ankle boot", "chelsea", **SIDE, materials=("leather", "suede"), **BOOT)
def chelsea_boot(scene, look, shape):
    "A Chelsea boot: smooth, pulled on, with an elastic panel at each side of the ankle."
    last = Last(
        scene,
        shape,
        sole=0.07,
        lift=shape("heel", 0.05, 0.14),
        toe=shape("toe", 0.0, 0.6),
        width=0.96,
    )
    shaft = shape("shaft", 0.82, 1.02)
    elastic = look.plain("black", "knit")
    with scene.group():
        boot_upper(last, shaft, look.main(mapping="front"), look.lining())
        last.panel(
            [
                (-0.66, shaft + 0.05, 1),
                (-0.62, 0.6),
                (-0.5, 0.36),
                (-0.42, 0.6),
                (-0.37, shaft + 0.05, 1),
            ],
            elastic,
            0.004,
        )
    heeled_sole(last, sole_colour(look, shape), welt=look.plain("brown", "leather"))
    last.add(torus(0.06, 0.014).rotate(yaw=90).at(-0.79, shaft + last.lift + 0.03, 0), elastic)


@design("ankle boot", "lace-up", **SIDE, materials=("leather", "suede"), **BOOT)
def lace_up_boot(scene, look, shape):
    "A lace-up boot with a toe cap, a row of laces and a low heel."
    last = Last(scene, shape, sole=shape("sole", 0.08, 0.14), lift=shape("heel", 0.04, 0.1))
    shaft = shape("shaft", 0.9, 1.15)
    main = look.main(mapping="front")
    with scene.group():
        boot_upper(last, shaft, main, look.lining())
        last.panel([(0.5, -0.05), (0.46, 0.3), (0.9, 0.3), (0.9, -0.05)], main, 0.014)
        last.panel([(-0.9, 0.02), (-0.9, 0.4), (-0.66, 0.36), (-0.52, 0.02)], main, 0.014)
        last.panel(
            [
                (-0.5, shaft + 0.1),
                (-0.42, 0.62),
                (-0.3, 0.4),
                (0.0, 0.26),
                (0.1, 0.5),
                (-0.1, shaft + 0.1),
            ],
            main,
            0.014,
        )
        last.strip(-0.4, 0.1, 0.04, look.lining(), -0.012)
    heeled_sole(last, sole_colour(look, shape), welt=look.accent("leather"), thickness=last.sole)
    last.laces(
        [(0.1, 0.37), (-0.08, 0.43), (-0.2, 0.53), (-0.25, 0.66), (-0.265, shaft - 0.05)],
        7,
        lace_colour(look, shape),
        0.09,
        tied=shape.choice("bow", ("tied", "open")) == "tied",
    )


@design("ankle boot", "heeled", **SIDE, materials=("leather", "suede"), **BOOT)
def heeled_boot(scene, look, shape):
    "An ankle boot on a high block heel, closed with a zip."
    last = Last(
        scene,
        shape,
        sole=shape("sole", 0.04, 0.12),
        lift=shape("heel", 0.26, 0.48),
        toe=shape("toe", 0.1, 1.0),
        width=0.9,
    )
    shaft = shape("shaft", 0.62, 0.85)
    with scene.group():
        boot_upper(last, shaft, look.main(mapping="front"), look.lining())
        last.panel(
            [(-0.5, 0.1), (-0.46, shaft), (-0.44, shaft), (-0.47, 0.1)], look.chrome(), 0.006
        )
    heeled_sole(last, sole_colour(look, shape), shape("heel_length", 0.24, 0.4), thickness=0.04)


@design("ankle boot", "hiking", **SIDE, materials=("suede", "leather", "canvas"), **BOOT)
def hiking_boot(scene, look, shape):
    "A hiking boot with a deep-treaded sole, a padded collar and a rubber toe guard."
    last = Last(
        scene, shape, sole=shape("sole", 0.13, 0.19), lift=shape("drop", 0.02, 0.06), width=1.06
    )
    shaft = shape("shaft", 0.8, 0.98)
    rubber = look.rubber("black")
    with scene.group():
        boot_upper(last, shaft, look.main(mapping="front"), look.lining(), 0.03)
        last.panel([(0.5, -0.05), (0.5, 0.12), (0.66, 0.2), (0.9, 0.2), (0.9, -0.05)], rubber)
        last.panel([(-0.9, 0.0), (-0.9, 0.26), (-0.6, 0.18), (-0.4, 0.0)], rubber)
        last.panel(
            [(-0.9, shaft - 0.16), (-0.2, shaft - 0.15), (-0.2, shaft + 0.1), (-0.9, shaft + 0.1)],
            look.accent("suede"),
            0.03,
        )
        last.panel(
            [(-0.62, 0.3), (-0.34, 0.62), (-0.2, 0.6), (0.2, 0.3), (0.1, 0.2), (-0.3, 0.3)],
            look.accent("suede"),
        )
        last.strip(-0.4, 0.14, 0.04, look.lining(), -0.012)
    tread(last, rubber)
    last.laces(
        [(0.14, 0.36), (-0.06, 0.42), (-0.19, 0.52), (-0.25, 0.66), (-0.25, shaft - 0.06)],
        6,
        lace_colour(look, shape),
        0.1,
        0.02,
    )


@design("ankle boot", "winter", **SIDE, materials=("suede", "leather", "canvas"), **BOOT)
def winter_boot(scene, look, shape):
    "A warm, roomy boot with a fleece edge and a flat rubber sole."
    last = Last(scene, shape, sole=shape("sole", 0.08, 0.14), lift=0.02, width=1.1)
    shaft = shape("shaft", 0.7, 0.95)
    fleece = look.plain(shape.choice("fleece", ("white", "beige", "grey")), "wool")
    with scene.group():
        boot_upper(last, shaft, look.main(mapping="front"), fleece)
        last.panel([(-0.9, 0.02), (-0.9, 0.3), (-0.66, 0.26), (-0.52, 0.02)], look.accent("suede"))
        for seam in (band(-0.5, -0.48, 0.0, 2.0), band(-0.9, -0.2, 0.42, 0.44)):
            last.panel(seam, None, -0.01)
    oval = ellipse(0.285, 0.2 * last.width)
    edge = extrude([oval, oval * 0.62], 0.055, 0.05).lumps(0.03, 14)
    last.add(edge.rotate(pitch=90).at(-0.535, shaft + 0.03, 0), fleece)
    cup_sole(last, sole_colour(look, shape), sole_colour(look, shape), 0.06, 0.09, 0.03)


def tread(last, material):
    """Add a thick sole with blocks cut into its lower edge."""
    bottom = -last.sole
    teeth = np.linspace(-0.8, 0.72, 9)
    lower = []
    for x in teeth:
        rise = max(0.0, x - 0.4) ** 2 * 0.8
        lower += [
            (x - 0.03, bottom + rise, 1),
            (x + 0.08, bottom + rise, 1),
            (x + 0.09, bottom + rise + 0.05, 1),
            (x + 0.13, bottom + rise + 0.05, 1),
        ]
    last.layer([(-0.86, 0.05, 1), *lower, (0.87, 0.06, 1), (0.4, 0.02)], material, 0.04)


# ------------------------------------------------------------------------- high-heeled shoes
def pump_upper(last, look, shape, back=0.3, peep=False):
    """Add the upper of a pump: heel cup, low sides, toe box, with a hole in it for a peep toe."""
    vamp = shape("vamp", 0.2, 0.34)
    with last.scene.group():
        last.scene.add(
            last.side(
                [
                    (-0.77, -0.02, 1),
                    (-0.815, 0.1),
                    (-0.78, back, 1),
                    (-0.7, back - 0.01),
                    (-0.45, 0.15),
                    (-0.1, 0.115),
                    (vamp - 0.1, 0.16),
                    (vamp, 0.215),
                    (vamp + 0.2, 0.18),
                    (0.62, 0.13),
                    (0.8, 0.08),
                    (0.93, 0.02),
                    (0.9, -0.02, 1),
                ]
            ),
            look.main(mapping="front"),
        )
        last.clip(LOW_FRONT, round=0.05)
        last.open(-0.745, vamp + 0.04, look.lining(), bottom=-0.1, wall=0.042)
        if peep:
            hole = ellipsoid(0.2, 0.06, 0.1 * last.width).at(0.84, 0.07, -0.03)
            last.scene.cut(last.place(hole), look.lining(0.2), 0.02)


def arched_sole(last, material):
    """Add the thin sole that follows the arch, with a platform under the ball if there is one."""
    bottom = -last.sole
    last.layer(
        [
            (-0.82, -0.035),
            (-0.4, -0.035),
            (0.05, -0.035),
            (0.24, bottom),
            (0.55, bottom),
            (0.8, bottom + 0.035),
            (0.93, 0.0),
            (0.9, 0.015),
            (0.4, 0.005),
            (-0.4, 0.005),
            (-0.82, 0.01),
        ],
        material,
        0.012,
    )


def stiletto(last, material, tip=0.028):
    """Add a thin heel, slightly curved, from under the heel of the foot to the ground."""
    top, ground = last.lift - 0.03, -last.sole + tip
    last.add(capsule((-0.62, top - 0.02, 0), (-0.66, top * 0.55, 0), 0.13, 0.055), material, 0.05)
    last.add(
        tube((-0.66, top * 0.62, 0), (-0.7, top * 0.3, 0), (-0.69, ground, 0), 0.052, tip),
        material,
        0.03,
    )


def block_heel(last, length, material):
    """Add a solid heel, straight at the back and a little narrower towards the ground."""
    top, ground = last.lift - 0.02, -last.sole
    outline = [
        (-0.81, top, 1),
        (-0.79, ground, 1),
        (-0.79 + 0.85 * length, ground, 1),
        (-0.8 + length, top - 0.06),
        (-0.7 + length, top - 0.04, 1),
    ]
    with last.scene.group():
        last.scene.add(last.place(extrude(smooth_curve(outline, 5, True), WIDE)), material)
        last.clip(grow=0.0, round=0.03)


def lifted_last(scene, shape, low, high, width=0.86):
    """Return the last of a high-heeled shoe: shorter, narrower, raised."""
    return Last(
        scene,
        shape,
        sole=shape("platform", 0.02, 0.1),
        lift=shape("heel", low, high),
        toe=shape("toe", 0.2, 1.0),
        width=width,
    )


@design("high-heeled shoe", "pump", **SIDE, materials=DRESSY, patterns="all")
def pump(scene, look, shape):
    "A closed pump on a thin, high heel."
    last = lifted_last(scene, shape, 0.42, 0.68)
    pump_upper(last, look, shape, shape("back", 0.26, 0.34))
    last.foot_bed(look.plain("beige", "leather"))
    heel = shape.choice("heel_colour", ("main", "accent", "black"))
    under = {
        "main": look.main(mapping="front"),
        "accent": look.accent("leather"),
        "black": look.plain("black", "leather"),
    }[heel]
    arched_sole(last, under)
    stiletto(last, under)


@design("high-heeled shoe", "slingback stiletto", **SIDE, materials=DRESSY, patterns=PLAIN)
def slingback(scene, look, shape):
    "An open stiletto sandal: straps over the toes and the ankle, on a very thin heel."
    last = lifted_last(scene, shape, 0.5, 0.72, 0.84)
    main = look.main()
    arched_sole(last, main)
    last.foot_bed(look.plain("beige", "leather"), 0.0)
    strap(last, 0.5, 0.16, shape("strap", 0.04, 0.08), main, -8)
    if shape.choice("straps", ("two", "one")) == "two":
        strap(last, 0.3, 0.21, 0.045, main, -16)
    ankle = shape("ankle", 0.26, 0.4)
    heel_cup(last, ankle, main, look.lining(), -0.62)
    ankle_strap(last, ankle, main, -0.26, 0.05, 0.025)
    buckle(last, -0.52, ankle, 0.155, look.gold(), 0.035)
    stiletto(last, main, 0.022)


@design("high-heeled shoe", "block heel", **SIDE, materials=DRESSY, patterns="all")
def block_heeled_pump(scene, look, shape):
    "A pump on a sturdy block heel, often with a strap over the instep."
    last = lifted_last(scene, shape, 0.3, 0.52, 0.9)
    pump_upper(last, look, shape, shape("back", 0.24, 0.3))
    last.foot_bed(look.plain("beige", "leather"))
    arched_sole(last, look.plain("black", "leather"))
    covered = shape.choice("covered", ("yes", "no")) == "yes"
    heel = look.main(mapping="front") if covered else look.wood()
    block_heel(last, shape("heel_length", 0.22, 0.36), heel)
    if shape.choice("strap", ("instep", "none")) == "instep":
        strap(last, -0.22, 0.36, 0.035, look.main(), -22)
        buckle(last, -0.19, 0.2, 0.175, look.gold(), 0.035)


@design("high-heeled shoe", "peep-toe platform", **SIDE, materials=DRESSY, patterns="all")
def platform_shoe(scene, look, shape):
    "A high heel on a thick platform, with a small opening at the toes."
    last = Last(
        scene,
        shape,
        sole=shape("platform", 0.14, 0.24),
        lift=shape("heel", 0.48, 0.66),
        toe=0.1,
        width=0.88,
    )
    pump_upper(last, look, shape, 0.3, peep=True)
    last.foot_bed(look.plain("beige", "leather"))
    arched_sole(last, look.accent("leather"))
    if shape.choice("heel_type", ("thin", "block")) == "thin":
        stiletto(last, look.accent("leather"), 0.035)
    else:
        block_heel(last, 0.24, look.accent("leather"))


@design("high-heeled shoe", "wedge", **SIDE, materials=DRESSY, patterns="all")
def wedge_pump(scene, look, shape):
    "A closed shoe on a solid wedge, high under the heel."
    last = Last(
        scene,
        shape,
        sole=shape("platform", 0.04, 0.1),
        lift=shape("heel", 0.36, 0.55),
        toe=shape("toe", 0.0, 0.7),
        width=0.9,
    )
    pump_upper(last, look, shape, 0.28)
    last.foot_bed(look.plain("beige", "leather"))
    covered = shape.choice("covered", ("yes", "no")) == "yes"
    wedge(last, look.main(mapping="front") if covered else look.plain("beige", "wood"))
