"""Scarves, belts, watches and sunglasses.

The front faces +z.
"""

import numpy as np

from clipstudio.product import design
from clipstudio.products.forms import (
    buckle,
    ellipse,
    lying,
    metal,
    mirrored,
    one_of,
    rectangle,
    rounded,
)
from clipstudio.scene import (
    box,
    capsule,
    cloth,
    cylinder,
    ellipsoid,
    extrude,
    ring,
    smooth_curve,
    sphere,
    torus,
    tube,
)

HIDES = ("leather", "suede", "canvas")
BELT = {
    "materials": HIDES,
    "colours": ("black", "brown", "beige", "burgundy", "navy", "grey", "white", "red"),
}


# --------------------------------------------------------------------------------------- scarves
def tail(scene, shape, material, x, width, top, bottom, z, lean=0.0, seed=0, fringe=None):
    """One hanging end of a scarf, mostly with a fringe."""
    body = np.array(
        [
            (x - width * 0.4 - lean, top),
            (x - width / 2, bottom),
            (x + width / 2, bottom),
            (x + width * 0.4 - lean, top),
        ]
    )
    scene.add(
        cloth(body, 0.02, 0.035, 0.08, 0.03, drape=1.0, crumple=0.2, frequency=16, seed=seed).at(
            0, 0, z
        ),
        material,
    )
    length = fringe or shape("fringe", 0.06, 0.14)
    strands = int(shape.choice("strands", (7, 9, 12)))
    combs = [
        rectangle(u, bottom - length / 2, width / strands * 0.3, length / 2 + 0.02)
        for u in np.linspace(x - width * 0.46, x + width * 0.46, strands)
    ]
    if fringe or shape.choice("fringed", ("yes", "yes", "no")) == "yes":
        scene.add(extrude(combs, 0.018, 0.015).at(0, 0, z), material)


@design(
    "scarf", "looped", pose="worn", materials=("knit", "wool", "cotton", "satin"), patterns="all"
)
def looped_scarf(scene, look, shape):
    "A scarf looped round the neck, both ends hanging down in front."
    main = look.main(mapping="front")
    thick = shape("thickness", 0.09, 0.14)
    width, length = shape("end_width", 0.24, 0.34), shape("length", 0.75, 1.1)
    for y, r, tilt, f in ((0.02, 0.3, 16, 1.0), (-0.1, 0.35, 24, 1.1)):
        scene.add(
            ring(r, r * 0.8, thick * 0.75, thick * f)
            .rotate(pitch=tilt)
            .wrinkle(0.025, 11)
            .at(0, y, 0),
            main,
            0.03,
        )
    z = 0.3
    tail(scene, shape, main, -0.06, width, -0.15, -length, z, 0.02, 1)
    tail(
        scene,
        shape,
        main,
        0.1,
        width,
        -0.15,
        -length * shape("uneven", 0.7, 0.95),
        z - 0.07,
        -0.03,
        2,
    )
    knot = ellipsoid(0.15, 0.13, 0.1).wrinkle(0.03, 12).at(0, -0.2, z + 0.02)
    scene.add(knot, main, 0.04)


@design("scarf", "folded", pose="flat", materials=("wool", "knit", "cotton"), patterns="all")
def folded_scarf(scene, look, shape):
    "A scarf folded into a neat rectangle, its fringe showing along one edge."
    main = look.main(mapping="front")
    width, height = shape("end_width", 0.3, 0.42), shape("height", 0.8, 1.1)
    fringe = shape("fringe", 0.1, 0.18)
    for i in range(2):  # the lower half looks out on one side and below
        x, y = (-0.05, -0.09) if i == 0 else (0.03, 0.0)
        tail(
            scene,
            shape,
            main,
            x,
            2 * width,
            height / 2,
            y - height / 2,
            0.09 * i,
            seed=7 + i,
            fringe=fringe,
        )
    bend = capsule((-width * 0.86, 0, 0), (width * 0.86, 0, 0), 0.075).wrinkle(0.01, 9)
    scene.add(bend.at(0.0, height / 2 - 0.02, 0.06), main, 0.03)


@design(
    "scarf",
    "hanging",
    pose="hanging",
    materials=("wool", "knit", "satin", "cotton"),
    patterns="all",
)
def hanging_scarf(scene, look, shape):
    "A long scarf hung over a peg, its two fringed ends side by side."
    main = look.main(mapping="front")
    width, length = shape("end_width", 0.26, 0.4), shape("length", 1.2, 1.7)
    spread, fringe = shape("spread", 0.1, 0.2), shape("fringe", 0.06, 0.14)
    tail(scene, shape, main, -spread, width, 0.0, -length, 0.0, -spread * 0.6, 3, fringe)
    tail(
        scene,
        shape,
        main,
        spread,
        width,
        0.0,
        -length * shape("uneven", 0.7, 0.95),
        0.07,
        spread * 0.6,
        4,
        fringe,
    )
    scene.add(
        tube(
            (-spread - 0.02, -0.12, 0.02), (0, 0.2, 0.04), (spread + 0.02, -0.12, 0.05), 0.1, 0.1
        ).wrinkle(0.02, 12),
        main,
        0.05,
    )
    scene.add(sphere(0.05).at(0, 0.06, 0.1), look.wood())


@design("scarf", "snood", pose="worn", materials=("knit", "wool"), patterns="all", pitch=(10, 38))
def snood(scene, look, shape):
    "A snood: an endless knitted loop wound twice round the neck."
    main = look.main(mapping="box")
    thick, wide = shape("thickness", 0.05, 0.08), shape("band", 0.13, 0.18)
    gape = shape("gape", 0.0, 0.08)
    for y, r, tilt, roll in ((0.1, 0.32, 8, 6), (-0.1, 0.4, 26, -10)):
        coil = ring(r + gape, (r + gape) * 0.9, thick, wide).rotate(pitch=tilt, roll=roll)
        scene.add(coil.wrinkle(0.03, 9).at(0, y, 0.05), main, 0.02)
    hanging = ring(0.34 + gape, 0.44 + gape, thick, wide).rotate(pitch=48, roll=4)
    scene.add(hanging.wrinkle(0.03, 9).at(0.02, -0.22, 0.1), main, 0.02)


# ----------------------------------------------------------------------------------------- belts
def spiral(turns, inner, gap, thickness):
    """Outline of a band rolled up from the centre outwards."""
    t = np.linspace(0, 2 * np.pi * turns, int(40 * turns))
    radius = inner + gap * t / (2 * np.pi)
    direction = np.column_stack([np.cos(t), np.sin(t)])
    return np.vstack(
        [direction * radius[:, None], (direction * (radius - thickness)[:, None])[::-1]]
    )


def belt_holes(scene, x, y, z, step, count=5, radius=0.013):
    """Add a row of punched holes, along x, through to the back."""
    holes = [ellipse(radius, radius, 10) + (x + i * step, y) for i in range(count)]
    scene.cut(extrude(holes, 0.2).at(0, 0, z))


@design("belt", "rolled", pose="standing", **BELT, patterns="all", yaw=(-50, 50), pitch=(15, 60))
def rolled_belt(scene, look, shape):
    "A leather belt rolled up on its edge, the buckle on the outside."
    turns, gap = shape("turns", 2.1, 3.2), shape("gap", 0.05, 0.1)
    half, inner = shape("width", 0.09, 0.15), shape("inner", 0.12, 0.22)
    outline = spiral(turns, inner, gap, 0.035)
    end = np.degrees(2 * np.pi * turns)
    radius = inner + gap * turns
    turn = end - 90  # brings the outer end of the spiral to the front
    coil = lying(extrude(outline, half, 0.012)).rotate(yaw=turn)
    scene.add(coil.at(0, half, 0), look.main(mapping="box"))
    steel = metal(look, shape)
    buckle(scene, steel, 0.1, half, radius - 0.01, 0.12, half * 1.25)
    scene.add(
        box(0.03, half * 1.08, 0.04, 0.01).at(-0.1, half, radius - 0.03),
        look.plain("black", "leather"),
    )


@design("belt", "buckled", pose="standing", **BELT, patterns="all", yaw=(-40, 40), pitch=(10, 50))
def buckled_belt(scene, look, shape):
    "A belt closed into a loop, its buckle in front and its end through a keeper."
    half = shape("width", 0.07, 0.16)
    rx, rz = shape("girth", 0.55, 0.75), shape("depth", 0.38, 0.5)
    main = look.main(mapping="box")
    loop = [ellipse(rx, rz, 60), ellipse(rx - 0.03, rz - 0.03, 60)]
    with scene.group():
        scene.add(lying(extrude(loop, half, 0.01)).at(0, half, 0), main)
        for y in (0.16, 1.84):
            scene.paint(box(2, 0.004, 2).at(0, half * y, 0), look.accent("cotton"), 0.003, 0.003)
        belt_holes(scene, 0.2, half, rz, 0.06)
    tongue = extrude(rounded(0.24, half * 0.97, half * 0.6), 0.012, 0.008)
    scene.add(tongue.rotate(yaw=14).at(0.24, half, rz - 0.01), main)
    big = shape.choice("buckle", ("frame", "plate"))
    if big == "frame":
        buckle(scene, metal(look, shape), 0, half, rz + 0.02, 0.12, half * 1.3)
    else:
        scene.add(
            extrude(rounded(0.16, half * 1.15, 0.05), 0.02, 0.012).at(0, half, rz + 0.02),
            metal(look, shape),
        )
    scene.add(box(0.022, half * 1.08, 0.035, 0.008).rotate(yaw=12).at(0.24, half, rz - 0.015), main)


@design("belt", "laid out", pose="flat", **BELT, patterns="all")
def laid_out_belt(scene, look, shape):
    "A belt laid in a wide curve, with its buckle at one end and holes at the other."
    half = shape("width", 0.045, 0.075)
    main = look.main(mapping="front")
    t = np.linspace(-1, 1, 70)
    if shape.choice("lie", ("curve", "wave")) == "curve":
        turn, tall = np.radians(shape("sweep", 105, 160)), shape("height", 0.5, 0.8)
        arc = np.column_stack([-np.sin(turn * t) * 0.8, np.cos(turn * t) * tall])
    else:
        arc = np.column_stack([t, shape("wave", 0.2, 0.4) * np.sin(np.pi * t * 1.2)])
    along = np.gradient(arc, axis=0)
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
    strip = np.vstack([arc + half * normal, (arc - half * normal)[::-1]])
    with scene.group():
        scene.add(extrude(strip, 0.022, 0.012), main)
        holes = [ellipse(0.014, 0.014, 10) + arc[i] for i in (4, 7, 10, 13, 16)]
        scene.cut(extrude(holes, 0.2))
    end = arc[-1]
    angle = float(np.degrees(np.arctan2(*(arc[-1] - arc[-3])[::-1])))
    steel = metal(look, shape)
    buckle(
        scene,
        steel,
        0,
        0,
        0,
        0.1,
        half * 1.55,
        lambda piece: piece.rotate(roll=angle).at(end[0], end[1], 0.02),
    )
    keeper = box(0.025, half * 1.15, 0.036, 0.01).rotate(roll=angle)
    x, y = arc[-6]
    scene.add(keeper.at(x, y, 0), main)


# ----------------------------------------------------------------------------------------- watches
def facing(piece):
    """Turn a piece built round the y axis so that its top faces +z."""
    return piece.rotate(pitch=90)


def watch_strap(scene, shape, material, half, reach, ribbed=0.0):
    """Add the strap: a closed loop behind a standing watch, or two ends of one that lies."""
    if shape.pose == "flat":
        long, short = shape("strap_long", 0.6, 0.8), shape("strap_short", 0.42, 0.56)
        taper = shape("strap_taper", 0.7, 0.95)
        strip = smooth_curve(
            [
                (-half, reach * 0.7, 1),
                (half, reach * 0.7, 1),
                (half * taper, -reach - long + 0.06),
                (half * 0.5, -reach - long, 1),
                (-half * 0.5, -reach - long, 1),
                (-half * taper, -reach - long + 0.06),
            ],
            3,
            True,
        )
        upper = np.array(
            [
                (-half, -reach),
                (half, -reach),
                (half * taper, reach + short),
                (-half * taper, reach + short),
            ]
        )
        with scene.group():
            band = extrude(strip, 0.028, 0.018)
            scene.add(band.ribbed(ribbed, 90) if ribbed else band, material)
            scene.add(
                extrude(upper, 0.028, 0.018).ribbed(ribbed, 90)
                if ribbed
                else extrude(upper, 0.028, 0.018),
                material,
            )
            if not ribbed:
                first = 0.16 - reach - long
                holes = [ellipse(0.014, 0.014, 8) + (0, first + 0.08 * i) for i in range(5)]
                scene.cut(extrude(holes, 0.2))
        return reach + short, half * taper
    rz, ry = shape("loop_depth", 0.4, 0.48), shape("loop_height", 0.46, 0.56)
    loop = extrude([ellipse(rz, ry), ellipse(rz - 0.045, ry - 0.045)], half, 0.015).rotate(yaw=90)
    scene.add((loop.ribbed(ribbed, 80) if ribbed else loop).at(0, 0, -rz + 0.03), material)
    return None


def dial(scene, shape, face, mark, radius, z, numbers=12):
    """Face of a clock with hour marks and two or three hands."""
    scene.add(facing(cylinder(radius, radius, 0.012)).at(0, 0, z), face)
    long = shape("mark_length", 0.03, 0.06)
    tick = box(0.011, 0.006, long).at(0, 0, radius * 0.92 - long)
    scene.add(facing(tick.rotate(yaw=90).repeat_around(numbers)).at(0, 0, z + 0.014), mark)
    hour, minute = shape("hour", 0, 360), shape("minute", 0, 360)
    for angle, length, width in ((hour, 0.5, 0.02), (minute, 0.78, 0.013)):
        hand = capsule((0, -0.03, 0), (0, radius * length, 0), width, width * 0.6)
        scene.add(hand.rotate(roll=-angle).at(0, 0, z + 0.022), mark)


def face_colours(look, shape):
    """Colours of dial and hands with good contrast."""
    face = shape.choice("face", ("white", "black", "accent"))
    if face == "accent":
        return look.accent("plastic"), look.plain("white", "metal")
    ink = "black" if face == "white" else "white"
    return look.plain(face, "plastic"), look.plain(ink, "plastic")


def round_case(scene, steel, radius, lug):
    """Round case with lugs, a bezel and a crown at the side."""
    scene.add(facing(cylinder(radius, radius, 0.06, 0.025)).at(0, 0, 0.045), steel)
    scene.add(torus(radius * 0.94, 0.026).at(0, 0, 0.1), steel)
    scene.add(box(0.025, radius * 1.12, 0.035, 0.02).at(lug, 0, 0.02).mirror("x"), steel)
    scene.add(
        cylinder(0.032, 0.032, 0.03, 0.008)
        .fluted(0.003, 18)
        .rotate(roll=90)
        .at(radius + 0.035, 0, 0.05),
        steel,
    )


def strap_buckle(scene, steel, end):
    """Add the small buckle at the end of a strap that lies open."""
    if end is not None:
        y, half = end
        buckle(scene, steel, 0, y + 0.03, 0.0, half * 1.25, 0.06)


@design(
    "watch",
    "round leather",
    pose=("standing", "flat"),
    materials=("leather", "suede", "canvas"),
    yaw=(-40, 40),
    pitch=(0, 30),
)
def round_watch(scene, look, shape):
    "A wristwatch with a round dial and a leather strap."
    radius, steel = shape("radius", 0.28, 0.36), metal(look, shape)
    half = radius * shape("strap", 0.48, 0.62)
    end = watch_strap(scene, shape, look.main(mapping="front"), half, radius * 1.05)
    strap_buckle(scene, steel, end)
    round_case(scene, steel, radius, half + 0.02)
    face, mark = face_colours(look, shape)
    dial(scene, shape, face, mark, radius * 0.9, 0.096, int(shape.choice("marks", (12, 12, 4))))


@design(
    "watch",
    "square",
    pose=("standing", "flat"),
    materials=("leather", "suede"),
    yaw=(-40, 40),
    pitch=(0, 30),
)
def square_watch(scene, look, shape):
    "A dress watch with a square or rectangular case and a narrow strap."
    wide = shape("case_width", 0.22, 0.28)
    tall, steel = wide * shape("proportion", 1.0, 1.4), metal(look, shape)
    end = watch_strap(scene, shape, look.main(mapping="front"), wide * 0.75, tall)
    strap_buckle(scene, steel, end)
    case = [rounded(wide, tall, 0.05), rounded(wide * 0.86, tall * 0.88, 0.03)]
    scene.add(extrude(case, 0.06, 0.02).at(0, 0, 0.06), steel)
    face, mark = face_colours(look, shape)
    scene.add(box(wide * 0.9, tall * 0.9, 0.05).at(0, 0, 0.04), face)
    ticks = [
        rectangle(wide * 0.72 * x, tall * 0.76 * y, 0.028 if x else 0.01, 0.01 if x else 0.04)
        for x, y in ((0, 1), (0, -1), (1, 0), (-1, 0))
    ]
    scene.add(extrude(ticks, 0.006).at(0, 0, 0.094), mark)
    for angle, length in ((shape("hour", 0, 360), 0.5), (shape("minute", 0, 360), 0.75)):
        hand = capsule((0, 0, 0), (0, wide * length, 0), 0.016, 0.009)
        scene.add(hand.rotate(roll=-angle).at(0, 0, 0.1), mark)
    scene.add(cylinder(0.028, 0.028, 0.026, 0.008).rotate(roll=90).at(wide + 0.03, 0, 0.05), steel)


SEGMENTS = {  # which of the seven bars (top, three middle left to right, ...) light for a digit
    0: "abcdef",
    1: "bc",
    2: "abged",
    3: "abgcd",
    4: "fgbc",
    5: "afgcd",
    6: "afgedc",
    7: "abc",
    8: "abcdefg",
    9: "abfgcd",
}


def digit(number, x, y, size):
    """Seven-segment outlines of a digit centred on (x, y)."""
    w, h, t = size * 0.5, size, size * 0.12
    bars = {
        "a": (0, h, w, t),
        "g": (0, 0, w, t),
        "d": (0, -h, w, t),
        "f": (-w, h / 2, t, h * 0.36),
        "b": (w, h / 2, t, h * 0.36),
        "e": (-w, -h / 2, t, h * 0.36),
        "c": (w, -h / 2, t, h * 0.36),
    }
    return [
        rectangle(
            x + bars[s][0], y + bars[s][1], bars[s][2] * (0.8 if s in "agd" else 1), bars[s][3]
        )
        for s in SEGMENTS[number]
    ]


@design(
    "watch",
    "digital",
    pose=("standing", "flat"),
    materials=("rubber", "plastic", "canvas"),
    patterns=("plain",),
    yaw=(-40, 40),
    pitch=(0, 30),
)
def digital_watch(scene, look, shape):
    "A digital sports watch: a chunky case with figures on a screen, on a rubber strap."
    wide = shape("case_width", 0.27, 0.33)
    tall = wide * shape("proportion", 0.95, 1.2)
    main = look.main(mapping="front")
    end = watch_strap(scene, shape, main, wide * 0.78, tall * 1.02)
    strap_buckle(scene, look.chrome(), end)
    cut = wide * 0.35
    corners = mirrored(
        [(wide - cut, tall), (wide, tall - cut), (wide, cut - tall), (wide - cut, -tall)]
    )
    scene.add(extrude(corners, 0.08, 0.025).at(0, 0, 0.06), main)
    scene.add(extrude(corners * 0.86, 0.02, 0.012).at(0, 0, 0.14), look.accent("plastic"))
    light = shape.choice("screen", ("light", "dark")) == "light"
    screen, ink = ("beige", "black") if light else ("black", "white")
    scene.add(
        box(wide * 0.68, tall * 0.5, 0.02, 0.01).at(0, 0, 0.155), look.plain(screen, "plastic")
    )
    hours, minutes = int(shape("hours", 10, 24)), int(shape("minutes", 10, 60))
    size = wide * 0.2
    digits = (hours // 10, hours % 10, minutes // 10, minutes % 10)
    bars = [
        bar
        for number, x in zip(digits, (-0.48, -0.2, 0.16, 0.44), strict=True)
        for bar in digit(number, x * wide, 0, size)
    ]
    bars += [rectangle(-0.02 * wide, y * size, 0.012, 0.012) for y in (-0.4, 0.4)]
    scene.add(extrude(bars, 0.006).at(0, 0, 0.178), look.plain(ink, "plastic"))
    for y in (-0.45, 0.45):
        scene.add(
            box(0.03, 0.04, 0.03, 0.012).at(wide + 0.015, y * tall, 0.06).mirror("x"), look.chrome()
        )


@design(
    "watch",
    "metal bracelet",
    pose=("standing", "flat"),
    materials=("metal",),
    patterns=("plain",),
    yaw=(-40, 40),
    pitch=(0, 30),
)
def bracelet_watch(scene, look, shape):
    "A watch on a bracelet of metal links, with a rotating bezel."
    radius, steel = shape("radius", 0.29, 0.36), look.main(mapping="front")
    half = radius * shape("strap", 0.5, 0.6)
    end = watch_strap(scene, shape, steel, half, radius * 1.05, 0.005)
    strap_buckle(scene, steel, end)
    round_case(scene, steel, radius, half + 0.02)
    bezel = torus(radius * 0.93, 0.035)
    scene.add(bezel.at(0, 0, 0.1), one_of(look, shape, "bezel", ("black", "accent"), "metal"))
    face, mark = face_colours(look, shape)
    dial(scene, shape, face, mark, radius * 0.86, 0.1)


# -------------------------------------------------------------------------------------- sunglasses
TINTS = {
    "grey": (0.02, 0.02, 0.022),
    "black": (0.006, 0.006, 0.007),
    "brown": (0.05, 0.022, 0.01),
    "green": (0.012, 0.03, 0.018),
    "blue": (0.01, 0.02, 0.06),
}


def lenses(scene, look, shape, outline, rim, frame):
    """Two rims with dark lenses, mirror images of each other."""
    depth = shape("frame_depth", 0.02, 0.035)
    wrap = shape("wrap", 2, 9)
    centre = outline.mean(0)
    inner = outline - centre
    outer = centre + inner * (1 + rim / np.abs(inner).max(0))
    tint = look.plain(
        TINTS[shape.choice("tint", tuple(TINTS))], "plastic", roughness=0.06, coat=0.9
    )
    front = extrude([outer, outline], depth, depth * 0.8)
    scene.add(front.rotate(yaw=wrap).mirror("x"), frame)
    scene.add(extrude(outline, 0.01).rotate(yaw=wrap).mirror("x"), tint)


def temples(scene, material, x, y, thickness, shape):
    """Add the two arms, hinged at the outer corners, bent down behind the ears."""
    length = shape("arms", 0.95, 1.15)
    z = -0.14 * x
    scene.add(box(thickness * 0.55, thickness, 0.05, 0.01).at(x, y, z).mirror("x"), material)
    scene.add(
        capsule((x, y, z), (x * 0.95, y, -length * 0.7), thickness * 0.75).mirror("x"), material
    )
    scene.add(
        tube(
            (x * 0.95, y, -length * 0.7),
            (x * 0.93, y, -length * 0.9),
            (x * 0.9, y - 0.2, -length),
            thickness * 0.75,
            thickness,
        ).mirror("x"),
        material,
    )


@design(
    "sunglasses",
    "round",
    pose="standing",
    materials=("metal", "plastic"),
    yaw=(-45, 45),
    pitch=(2, 30),
)
def round_sunglasses(scene, look, shape):
    "Sunglasses with two round lenses in thin rims."
    radius, gap = shape("lens", 0.24, 0.3), shape("bridge", 0.06, 0.1)
    frame = look.main(mapping="box")
    x = radius + gap
    lenses(scene, look, shape, ellipse(radius, radius) + (x, 0), shape("rim", 0.02, 0.05), frame)
    scene.add(
        tube((-gap - 0.02, 0.05, 0.01), (0, 0.13, 0.03), (gap + 0.02, 0.05, 0.01), 0.02), frame
    )
    temples(scene, frame, x + radius + 0.02, 0.06, 0.022, shape)


@design(
    "sunglasses",
    "aviator",
    pose="standing",
    materials=("metal",),
    patterns=("plain",),
    yaw=(-45, 45),
    pitch=(2, 30),
)
def aviator_sunglasses(scene, look, shape):
    "Aviator sunglasses: large drop-shaped lenses in a thin metal frame with a double bridge."
    size = shape("lens", 0.9, 1.1)
    drop = (
        smooth_curve(
            [
                (0.09, 0.13),
                (0.3, 0.2),
                (0.56, 0.17),
                (0.62, 0.0),
                (0.52, -0.22),
                (0.34, -0.3),
                (0.17, -0.2),
                (0.08, -0.02),
            ],
            6,
            True,
        )
        * size
    )
    frame = look.main(mapping="box")
    lenses(scene, look, shape, drop, 0.02, frame)
    scene.add(capsule((-0.14, 0.19 * size, 0), (0.14, 0.19 * size, 0), 0.016), frame)
    scene.add(tube((-0.1, 0.06, 0), (0, 0.12, 0.02), (0.1, 0.06, 0), 0.016), frame)
    temples(scene, frame, 0.63 * size, 0.12 * size, 0.018, shape)


@design(
    "sunglasses",
    "wayfarer",
    pose="standing",
    materials=("plastic", "wood"),
    patterns="all",
    yaw=(-45, 45),
    pitch=(2, 30),
)
def wayfarer_sunglasses(scene, look, shape):
    "Wayfarer sunglasses: a thick frame, broad above, with angular lenses."
    height = shape("height", 0.85, 1.15)
    lens = smooth_curve(
        [
            (0.1, 0.15),
            (0.36, 0.19),
            (0.6, 0.19),
            (0.6, 0.05),
            (0.5, -0.17),
            (0.36, -0.21),
            (0.2, -0.17),
            (0.1, -0.02),
        ],
        6,
        True,
    ) * (1, height)
    frame = look.main(mapping="front")
    lenses(scene, look, shape, lens, shape("rim", 0.045, 0.075), frame)
    scene.add(box(0.1, 0.04, 0.03, 0.02).at(0, 0.12 * height, 0.0), frame, 0.03)
    scene.add(ellipsoid(0.07, 0.045, 0.03).at(0.63, 0.18 * height, -0.06).mirror("x"), frame, 0.02)
    temples(scene, frame, 0.67, 0.16 * height, 0.04, shape)


@design(
    "sunglasses",
    "cat-eye",
    pose="standing",
    materials=("plastic",),
    patterns="all",
    yaw=(-45, 45),
    pitch=(2, 30),
)
def cat_eye_sunglasses(scene, look, shape):
    "Cat-eye sunglasses: a frame swept up to a point at the outer corners."
    sweep = shape("sweep", 0.24, 0.34)
    lens = smooth_curve(
        [
            (0.1, 0.1),
            (0.35, 0.15),
            (0.56, 0.19),
            (0.64, sweep, 1),
            (0.62, 0.06),
            (0.5, -0.13),
            (0.32, -0.19),
            (0.15, -0.13),
            (0.09, 0.0),
        ],
        6,
        True,
    )
    frame = look.main(mapping="front")
    lenses(scene, look, shape, lens, shape("rim", 0.04, 0.07), frame)
    scene.add(box(0.1, 0.03, 0.025, 0.02).at(0, 0.08, 0.0), frame, 0.03)
    scene.add(
        capsule((0.6, 0.16, -0.06), (0.72, sweep + 0.06, -0.08), 0.05, 0.02).mirror("x"),
        frame,
        0.03,
    )
    temples(scene, frame, 0.7, sweep - 0.02, 0.03, shape)
