"""Handbags and backpacks: an outline given depth, with flaps, pockets, handles and straps.

The front faces +z.
"""

import numpy as np

from clipstudio.product import design
from clipstudio.products.forms import arch, buckle, metal, mirrored, rounded
from clipstudio.scene import box, capsule, cylinder, extrude, smooth_curve, sphere, torus, tube

HIDES = ("leather", "suede", "canvas")


# ---------------------------------------------------------------------------------------- handbags
def bag_body(scene, outline, depth, material, taper=0.0, soft=0.01, round=0.05):
    """Add the body of a bag: its front outline, with depth; narrower above if tapered."""
    scene.add(extrude(outline, depth, round).lumps(soft, 3.0), material)
    if taper:
        height = outline[:, 1].max()
        side = np.array(
            [
                (-depth * 1.2, -0.2),
                (depth * 1.2, -0.2),
                (depth, 0.1),
                (depth * (1 - taper), height + 0.1),
                (-depth * (1 - taper), height + 0.1),
                (-depth, 0.1),
            ]
        )
        scene.clip(extrude(side, 2.0).rotate(yaw=90), 0.03)


def handle_rings(scene, steel, x, y, z, radius=0.035):
    """Rings that fix a handle, at both sides."""
    scene.add(torus(radius, 0.01).at(x, y, z).mirror("x"), steel)


def trapezium(bottom, top, height, bulge=0.0):
    """Front outline of a bag standing on y = 0 with rounded corners."""
    right = [
        (0.0, 0.0),
        (bottom - 0.05, 0.0),
        (bottom, 0.05),
        ((bottom + top) / 2 + bulge, height / 2),
        (top, height - 0.05),
        (top - 0.05, height),
        (0.0, height),
    ]
    return mirrored(smooth_curve(right, 5)[::-1])


@design(
    "handbag",
    "tote",
    pose="standing",
    materials=("canvas", "leather", "cotton"),
    patterns="all",
    yaw=(-45, 45),
    pitch=(2, 25),
)
def tote(scene, look, shape):
    "A tote bag: a large open bag with two long handles."
    bottom, height = shape("bottom", 0.42, 0.55), shape("height", 0.75, 1.0)
    top, depth = bottom * shape("flare", 1.0, 1.2), shape("depth", 0.12, 0.2)
    outline = trapezium(bottom, top, height)
    with scene.group():
        bag_body(scene, outline, depth, look.main(mapping="front"), 0.3, 0.015)
        scene.cut(
            box(top * 0.9, 0.4, depth * 0.55, 0.05).at(0, height + 0.1, 0), look.lining(), 0.02
        )
        if shape.choice("base", ("accent", "plain")) == "accent":
            scene.paint(box(2, 0.14, 2), look.accent("leather"), 0.008)
        scene.paint(box(2, 0.004, 2).at(0, height - 0.08, 0), None, -0.006)
    rise, gap = shape("handle", 0.3, 0.6), shape("handle_gap", 0.18, 0.26)
    strap = extrude(arch(gap, rise, 0.045, 0.6), 0.014, 0.01)
    material = (
        look.accent("leather")
        if shape.choice("handles", ("accent", "main")) == "accent"
        else look.main(mapping="front")
    )
    for z in (-0.62, 0.62):
        scene.add(strap.at(0, height - 0.06, z * depth), material)
        for x in (-1, 1):
            patch = box(0.03, 0.09, 0.02, 0.01)
            scene.add(patch.at(x * (gap - 0.022), height - 0.1, z * depth * 1.1), material)


@design(
    "handbag",
    "flap satchel",
    pose="standing",
    materials=HIDES,
    patterns="all",
    yaw=(-45, 45),
    pitch=(2, 22),
)
def flap_satchel(scene, look, shape):
    "A satchel with a broad flap over its front, buckled straps and a top handle."
    half, height = shape("half_width", 0.46, 0.58), shape("height", 0.55, 0.72)
    depth = shape("depth", 0.12, 0.18)
    main, trim = look.main(mapping="front"), look.accent("leather")
    flap = shape("flap", 0.45, 0.7)
    with scene.group():
        bag_body(scene, trapezium(half, half * 0.97, height), depth, main, 0.1, 0.008, 0.03)
        cover = smooth_curve(
            [
                (-half * 1.1, height + 0.1, 1),
                (-half * 1.02, height * (1 - flap) + 0.1),
                (-half * 0.85, height * (1 - flap)),
                (half * 0.85, height * (1 - flap)),
                (half * 1.02, height * (1 - flap) + 0.1),
                (half * 1.1, height + 0.1, 1),
            ],
            6,
            True,
        )
        cover_colour = trim if shape.choice("flap_colour", ("main", "accent")) == "accent" else main
        scene.paint(extrude(cover, 1.0).at(0, 0, 0.98), cover_colour, 0.03, 0.02)
    steel, z = metal(look, shape), depth + 0.035
    for x in (-0.55, 0.55):
        scene.add(box(0.04, height * 0.3, 0.012, 0.01).at(x * half, height * 0.45, z), trim)
        buckle(scene, steel, x * half, height * 0.36, z + 0.015, 0.055, 0.045)
    handle = extrude(arch(0.18, 0.16, 0.04), 0.035, 0.015)
    scene.add(handle.at(0, height - 0.01, 0), trim)
    handle_rings(scene, steel, 0.165, height + 0.01, 0.0)
    if shape.choice("strap", ("shoulder", "none")) == "shoulder":
        rise = shape("strap_rise", 0.4, 0.7)
        scene.add(
            extrude(arch(half + 0.02, height * 0.4 + rise, 0.022, 0.55), 0.03, 0.01).at(
                0, height * 0.6, 0
            ),
            trim,
        )


@design(
    "handbag",
    "top handle",
    pose="standing",
    materials=("leather", "suede"),
    patterns="all",
    yaw=(-45, 45),
    pitch=(2, 22),
)
def top_handle_bag(scene, look, shape):
    "A structured handbag, narrower above, with two stiff handles and a clasp."
    bottom, height = shape("bottom", 0.5, 0.6), shape("height", 0.52, 0.7)
    top, depth = bottom * shape("taper", 0.72, 0.95), shape("depth", 0.16, 0.22)
    main, trim, steel = look.main(mapping="front"), look.accent("leather"), metal(look, shape)
    with scene.group():
        bag_body(scene, trapezium(bottom, top, height), depth, main, 0.5, 0.006, 0.03)
        scene.paint(box(2, 0.05, 2), trim, 0.008)
        scene.paint(box(2, 0.03, 2).at(0, height - 0.02, 0), trim, 0.008)
        for x in (-0.62, 0.62):
            scene.paint(box(0.035, 2, 2).at(x * top, 0, 0), trim, 0.008)
    gap, rise = shape("handle_gap", 0.2, 0.28), shape("handle", 0.24, 0.38)
    for z in (-0.45, 0.45):
        scene.add(
            tube(
                (-gap, height - 0.02, z * depth),
                (-gap * 0.9, height + rise * 1.3, z * depth),
                (0.01, height + rise, z * depth),
                0.026,
            ),
            trim,
        )
        scene.add(
            tube(
                (gap, height - 0.02, z * depth),
                (gap * 0.9, height + rise * 1.3, z * depth),
                (-0.01, height + rise, z * depth),
                0.026,
            ),
            trim,
        )
        handle_rings(scene, steel, gap, height - 0.0, z * depth * 1.2)
    scene.add(box(0.05, 0.04, 0.02, 0.01).at(0, height * 0.82, depth * 0.62), steel)
    for x in (-1, 1):
        for z in (-1, 1):
            scene.add(sphere(0.025).at(x * bottom * 0.85, 0.0, z * depth * 0.75), steel)


@design(
    "handbag",
    "clutch",
    pose="standing",
    materials=("leather", "satin", "suede"),
    patterns="all",
    yaw=(-40, 40),
    pitch=(4, 35),
)
def clutch(scene, look, shape):
    "A clutch: a small flat evening bag without a handle, closed by an envelope flap."
    half, height = shape("half_width", 0.5, 0.65), shape("height", 0.5, 0.62)
    depth = shape("depth", 0.06, 0.1)
    point = shape("point", 0.25, 0.5)
    with scene.group():
        bag_body(
            scene,
            trapezium(half, half * 0.98, height),
            depth,
            look.main(mapping="front"),
            0.35,
            0.004,
            0.04,
        )
        flap = np.array(
            [
                (-half * 1.1, height + 0.1),
                (-half * 1.02, height * 0.88),
                (-0.06, height * point),
                (0.06, height * point),
                (half * 1.02, height * 0.88),
                (half * 1.1, height + 0.1),
            ]
        )
        accent = shape.choice("flap_colour", ("main", "main", "accent")) == "accent"
        scene.paint(
            extrude(flap, 1.0).at(0, 0, 0.99),
            look.accent("leather") if accent else None,
            0.024,
            0.015,
        )
    scene.add(
        cylinder(0.035, 0.035, 0.02, 0.008)
        .rotate(pitch=90)
        .at(0, height * point + 0.06, depth + 0.015),
        metal(look, shape),
    )
    if shape.choice("wrist", ("strap", "none")) == "strap":
        scene.add(
            torus(0.14, 0.016).rotate(yaw=60).at(-half - 0.08, height * 0.72, 0.02),
            look.main(mapping="box"),
        )


@design(
    "handbag",
    "crossbody",
    pose="standing",
    materials=("leather", "suede", "canvas"),
    patterns="all",
    yaw=(-45, 45),
    pitch=(2, 22),
)
def crossbody(scene, look, shape):
    "A small rounded bag on a long chain or strap worn across the body."
    half, height = shape("half_width", 0.36, 0.46), shape("height", 0.46, 0.6)
    depth, steel = shape("depth", 0.1, 0.15), metal(look, shape)
    corner = shape("corner", 0.1, 0.22)
    outline = rounded(half, height / 2, corner) + (0, height / 2)
    main = look.main(mapping="front")
    with scene.group():
        bag_body(scene, outline, depth, main, 0.15, 0.008, 0.05)
        flap = mirrored(
            smooth_curve(
                [
                    (0, height * 0.34),
                    (half * 0.5, height * 0.38),
                    (half * 0.95, height * 0.55),
                    (half * 1.1, height + 0.1, 1),
                    (0, height + 0.1, 1),
                ],
                5,
            )[::-1]
        )
        scene.paint(extrude(flap, 1.0).at(0, 0, 0.99), None, 0.022, 0.015)
        if shape.choice("quilted", ("yes", "no")) == "yes":
            for angle in (45, -45):
                for offset in (-0.3, -0.1, 0.1, 0.3):
                    scene.paint(
                        box(0.006, 2, 1)
                        .at(offset, 0, 0.98)
                        .rotate(roll=angle)
                        .at(0, height * 0.5, 0),
                        None,
                        -0.01,
                        0.01,
                    )
    scene.add(
        extrude(rounded(0.06, 0.045, 0.02), 0.015, 0.008).at(0, height * 0.4, depth + 0.03), steel
    )
    rise = shape("strap_rise", 0.7, 1.1)
    chain = shape.choice("strap", ("chain", "leather")) == "chain"
    strap = extrude(
        arch(half * 0.96, rise, 0.03 if chain else 0.025, 0.7), 0.014 if chain else 0.03, 0.01
    )
    scene.add(
        strap.ribbed(0.006, 90).at(0, height - 0.1, 0) if chain else strap.at(0, height - 0.1, 0),
        steel if chain else main,
    )
    handle_rings(scene, steel, half * 0.93, height - 0.08, 0.0)


@design(
    "handbag",
    "hobo",
    pose="standing",
    materials=("leather", "suede", "canvas"),
    patterns="all",
    yaw=(-45, 45),
    pitch=(2, 20),
)
def hobo(scene, look, shape):
    "A soft hobo bag: a crescent that hangs from one broad shoulder strap."
    half, height = shape("half_width", 0.5, 0.62), shape("height", 0.5, 0.65)
    sag, depth = shape("sag", 0.08, 0.2), shape("depth", 0.14, 0.2)
    main = look.main(mapping="front")
    body = mirrored(
        smooth_curve(
            [
                (0, height - sag),
                (half * 0.5, height - sag * 0.6),
                (half * 0.85, height + 0.05),
                (half * 0.98, height * 0.7),
                (half * 0.92, height * 0.25),
                (half * 0.5, 0.01),
                (0, 0.0),
            ],
            6,
        )
    )
    with scene.group(0.02):
        bag_body(scene, body, depth, main, 0.75, 0.02, 0.08)
        scene.paint(box(2, 0.01, 0.012).at(0, height - 0.05, 0), None, -0.01)
    rise = shape("strap_rise", 0.45, 0.7)
    strap = extrude(arch(half * 0.86, rise, 0.035, 0.8), shape("strap", 0.03, 0.07), 0.012)
    scene.add(strap.at(0, height - 0.05, 0), look.main(mapping="box"), 0.03)
    handle_rings(scene, metal(look, shape), half * 0.84, height - 0.02, 0.03, 0.05)


# --------------------------------------------------------------------------------------- backpacks
def pack_straps(scene, material, half, height, depth):
    """Add the two padded shoulder straps behind, and the loop on top."""
    scene.add(
        tube(
            (half * 0.45, height * 0.94, -depth * 0.9),
            (half * 1.5, height * 0.75, -depth * 3.2),
            (half * 0.85, height * 0.1, -depth * 0.9),
            0.05,
            0.034,
        ).mirror("x"),
        material,
    )
    scene.add(torus(0.09, 0.018, 190).at(0, height - 0.03, -depth * 0.5), material)


def pocket(scene, outline, depth, material, soft=0.015):
    """Add a pocket bulging from the front of a bag."""
    scene.add(extrude(outline, depth, depth * 0.75).lumps(soft, 4), material, 0.012)


def zip_line(scene, look, x, y, z, half):
    """Add a short straight zip with its puller."""
    scene.add(box(half, 0.01, 0.01, 0.005).at(x, y, z), look.plain("black", "plastic"))
    scene.add(
        box(0.014, 0.04, 0.008, 0.004).at(x + half * 0.7, y - 0.035, z + 0.008), look.chrome()
    )


@design(
    "backpack",
    "school",
    pose="standing",
    materials=("canvas", "denim", "leather"),
    patterns="all",
    yaw=(-55, 55),
    pitch=(2, 22),
)
def school_backpack(scene, look, shape):
    "A school backpack: rounded above, with a zip all round and a front pocket."
    half, height = shape("half_width", 0.34, 0.42), shape("height", 0.95, 1.15)
    depth = shape("depth", 0.15, 0.21)
    main, trim = look.main(mapping="front"), look.accent("canvas")
    body = mirrored(
        smooth_curve(
            [
                (0, height),
                (half * 0.45, height * 0.99),
                (half * 0.88, height * 0.85),
                (half, height * 0.5),
                (half, 0.08),
                (half * 0.85, 0.0),
                (0, 0, 1),
            ],
            6,
        )
    )
    with scene.group():
        scene.add(extrude(body, depth, 0.11).lumps(0.025, 3), main)
        arc = [body * (0.9, 0.96) + (0, 0.02), body * (0.84, 0.92) + (0, 0.04)]
        upper = extrude(arc, 0.5).at(0, 0, 0.5)
        scene.paint(upper, look.plain("black", "plastic"), 0.006, 0.006)
        if shape.choice("base", ("accent", "plain")) == "accent":
            scene.paint(box(2, 0.16, 2), look.accent("leather"), 0.01)
    low = rounded(half * 0.74, height * 0.21, 0.09) + (0, height * 0.27)
    same = shape.choice("pocket_colour", ("main", "accent")) == "main"
    pocket(scene, low, depth + 0.09, main if same else trim)
    zip_line(scene, look, 0, height * 0.4, depth + 0.085, half * 0.55)
    if shape.choice("label", ("yes", "no")) == "yes":
        scene.add(box(0.07, 0.045, 0.012, 0.008).at(0, height * 0.62, depth + 0.01), trim)
    if shape.choice("side_pockets", ("yes", "no")) == "yes":
        scene.add(
            box(0.05, height * 0.15, depth * 0.6, 0.045)
            .at(half + 0.01, height * 0.2, 0)
            .mirror("x"),
            trim,
        )
    pack_straps(scene, trim, half, height, depth)


@design(
    "backpack",
    "roll-top",
    pose="standing",
    materials=("canvas", "leather", "denim"),
    patterns="all",
    yaw=(-55, 55),
    pitch=(2, 20),
)
def roll_top_backpack(scene, look, shape):
    "A roll-top backpack: a tall pack whose top is rolled down and clipped by straps."
    half, height = shape("half_width", 0.33, 0.4), shape("height", 0.9, 1.05)
    depth = shape("depth", 0.15, 0.2)
    main, trim = look.main(mapping="front"), look.accent("leather")
    outline = trapezium(half, half * 1.02, height)
    with scene.group():
        scene.add(extrude(outline, depth, 0.07).lumps(0.02, 3), main)
        side = np.array(
            [
                (-depth * 1.3, -0.1),
                (depth * 1.3, -0.1),
                (depth * 1.1, height * 0.65),
                (depth * 0.35, height + 0.1),
                (-depth, height + 0.1),
                (-depth * 1.1, 0.4),
            ]
        )
        scene.clip(extrude(side[:, :] * (-1, 1), 2).rotate(yaw=90), 0.06)
    roll = shape("roll", 0.07, 0.11)
    rolled = capsule((-half * 0.98, 0, 0), (half * 0.98, 0, 0), roll)
    scene.add(rolled.at(0, height + roll * 0.4, -depth * 0.2), main, 0.02)
    pocket(scene, rounded(half * 0.75, height * 0.2, 0.03) + (0, height * 0.27), depth + 0.05, main)
    z = depth + 0.03
    straps = shape.choice("closure", ("one", "two"))
    for x in (0.0,) if straps == "one" else (-half * 0.55, half * 0.55):
        scene.add(
            tube(
                (x, height + roll * 1.3, -depth * 0.2),
                (x, height + roll, depth * 1.1),
                (x, height * 0.62, z),
                0.024,
            ),
            trim,
        )
        scene.add(box(0.035, height * 0.09, 0.012, 0.01).at(x, height * 0.56, z + 0.005), trim)
        buckle(scene, metal(look, shape), x, height * 0.58, z + 0.03, 0.055, 0.045)
    pack_straps(scene, trim, half, height, depth)


@design(
    "backpack",
    "leather flap",
    pose="standing",
    materials=("leather", "suede", "canvas"),
    patterns="all",
    yaw=(-55, 55),
    pitch=(2, 20),
)
def flap_backpack(scene, look, shape):
    "A rucksack with a large flap, two buckled straps and pockets at the sides."
    half, height = shape("half_width", 0.34, 0.42), shape("height", 0.85, 1.0)
    depth = shape("depth", 0.15, 0.21)
    main, trim, steel = look.main(mapping="front"), look.accent("leather"), metal(look, shape)
    drop = shape("flap", 0.4, 0.55)
    with scene.group():
        body = trapezium(half * 1.05, half * 0.9, height, 0.03)
        scene.add(extrude(body, depth, 0.1).lumps(0.02, 3), main)
        cover = mirrored(
            smooth_curve(
                [
                    (0, height * (1 - drop)),
                    (half * 0.7, height * (1 - drop) + 0.02),
                    (half * 1.05, height * (1 - drop) + 0.12),
                    (half * 1.2, height * 1.2, 1),
                    (0, height * 1.2, 1),
                ],
                6,
            )[::-1]
        )
        same = shape.choice("flap_colour", ("main", "accent")) == "main"
        scene.paint(extrude(cover, 1.0).at(0, 0, 0.96), main if same else trim, 0.035, 0.02)
    pocket(scene, rounded(half * 0.7, height * 0.17, 0.06) + (0, height * 0.22), depth + 0.06, main)
    scene.add(
        extrude(rounded(0.05, height * 0.14, 0.05), depth * 0.62, 0.04)
        .at(half * 1.06, height * 0.24, 0)
        .mirror("x"),
        main,
    )
    for x in (-0.5, 0.5):
        scene.add(
            box(0.032, height * 0.22, 0.012, 0.01).at(x * half, height * 0.46, depth + 0.075), trim
        )
        buckle(scene, steel, x * half, height * 0.36, depth + 0.09, 0.052, 0.042)
    pack_straps(scene, trim, half, height, depth)
