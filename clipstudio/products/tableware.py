"""Tableware: mugs, teapots, vases and bottles.

They are turned on the y axis from a profile of (radius, height) points, as on a potter's wheel.
Things stand on y = 0; handles point to +x.
"""

import numpy as np

from clipstudio.product import design
from clipstudio.scene import (
    box,
    capsule,
    cylinder,
    ellipsoid,
    extrude,
    revolve,
    ring,
    smooth_curve,
    sphere,
    torus,
    tube,
)

GLAZED = ("ceramic",)
HANDLE_IN_SIGHT = ((-35, 52), (128, 215))  # camera angles that show a handle at +x
SPOUT_IN_SIGHT = ((-42, 42), (138, 222))


# ------------------------------------------------------------------------- shared constructions
def turned(points):
    """Turn a solid from (radius, height) points, bottom to top; a third value 1 is a corner."""
    line = smooth_curve(points, 14)
    return revolve(np.vstack([(-0.06, line[0, 1]), line, (-0.06, line[-1, 1])]))


def hollow(scene, points, wall, inside, floor=0.05):
    """Hollow a turned pot out, leaving a wall of this thickness."""
    line = smooth_curve(points, 6)
    line = line[np.searchsorted(line[:, 1], floor + 0.01) :] - (wall, 0.0)
    bottom = np.array([(-0.06, floor), (max(line[0, 0] - 0.05, 0.01), floor)])
    top = np.array([(line[-1, 0], line[-1, 1] + 0.2), (-0.06, line[-1, 1] + 0.2)])
    scene.cut(revolve(np.vstack([bottom, line, top])), inside)


def radius_at(points, height):
    """Radius of a turned profile at a height."""
    line = smooth_curve(points, 6)
    return float(np.interp(height, line[:, 1], line[:, 0]))


def ear(scene, material, top, bottom, reach, thick, lift=0.0, smooth=0.03):
    """Add a bowed handle from the point `top` to `bottom` (x, y), reaching out to +x."""
    middle = (top[1] + bottom[1]) / 2 + lift
    control = 2 * reach - (top[0] + bottom[0]) / 2
    bow = tube((*top, 0), (control, middle, 0), (*bottom, 0), thick, thick * 0.9)
    scene.add(bow, material, smooth)


def part(look, shape, name, options, material="plastic"):
    """Return the material of a part: "same" or "second" colour, a metal, "wood", or a colour."""
    kind = shape.choice(name, options)
    if kind == "same":
        return look.solid()
    if kind == "second":
        return look.accent(material)
    if kind in ("steel", "brass", "wood"):
        return {"steel": look.chrome, "brass": look.gold, "wood": look.wood}[kind]()
    return look.plain(kind, material)


def wall_of(look, thin):
    """Thickness of a pot's wall; glass is thicker, or its colour would hardly show."""
    return 0.075 if look.material == "glass" else thin


def inner_glaze(look, shape):
    """Return the inside of a pot: white or as the outside."""
    if shape.choice("inside", ("white", "coloured")) == "white":
        return look.plain("white", "ceramic")
    return look.solid(material="ceramic")


# ------------------------------------------------------------------------------------------ mugs
def mug_body(scene, look, shape, profile, wall=0.035):
    """Add a mug's pot and its handle, which is joined before the pot is hollowed."""
    height = profile[-1][1]
    belly = max(point[0] for point in profile)
    body = look.main(8, mapping="around", around=belly)
    scene.add(turned(profile), body)
    reach, thick = shape("handle reach", 0.20, 0.28), shape("handle thickness", 0.038, 0.056)
    high, low = height * shape("handle top", 0.78, 0.88), height * shape("handle bottom", 0.16, 0.3)
    handle = part(look, shape, "handle", ("same", "same", "second"), look.material)
    top = (radius_at(profile, high) - 0.02, high)
    bottom = (radius_at(profile, low) - 0.02, low)
    ear(scene, handle, top, bottom, belly + reach, thick, 0.04)
    hollow(scene, profile, wall, inner_glaze(look, shape))


@design("mug", "straight", materials=GLAZED, yaw=HANDLE_IN_SIGHT, pitch=(12, 36))
def straight_mug(scene, look, shape):
    """A straight mug."""
    r, height = shape("radius", 0.37, 0.46), shape("height", 0.80, 1.05)
    foot = shape("foot", 0.02, 0.06)
    mug_body(
        scene,
        look,
        shape,
        [(0.0, 0.0, 1), (r - foot, 0.0, 1), (r, foot * 1.2), (r, 0.5), (r, height, 1)],
    )


@design("mug", "tapered", materials=GLAZED, yaw=HANDLE_IN_SIGHT, pitch=(12, 36))
def tapered_mug(scene, look, shape):
    """A tall mug that widens to its rim."""
    base, rim = shape("base", 0.24, 0.30), shape("rim", 0.38, 0.47)
    height, curve = shape("height", 0.90, 1.15), shape("curve", -0.05, 0.04)
    mug_body(
        scene,
        look,
        shape,
        [
            (0.0, 0.0, 1),
            (base - 0.02, 0.0, 1),
            (base, 0.03),
            ((base + rim) / 2 + curve, height * 0.5),
            (rim, height, 1),
        ],
    )


@design("mug", "barrel", materials=GLAZED, yaw=HANDLE_IN_SIGHT, pitch=(12, 36))
def barrel_mug(scene, look, shape):
    """A mug with a round belly and a narrower rim."""
    base, belly = shape("base", 0.24, 0.32), shape("belly", 0.44, 0.52)
    rim, height = shape("rim", 0.33, 0.41), shape("height", 0.76, 0.92)
    mug_body(
        scene,
        look,
        shape,
        [
            (0.0, 0.0, 1),
            (base, 0.0, 1),
            (base + 0.05, 0.06),
            (belly, height * 0.42),
            (rim, height * 0.9),
            (rim, height, 1),
        ],
    )


@design("mug", "espresso cup with saucer", materials=GLAZED, yaw=HANDLE_IN_SIGHT, pitch=(16, 42))
def espresso_cup(scene, look, shape):
    """A small round cup on its saucer."""
    base, rim = shape("base", 0.17, 0.22), shape("rim", 0.34, 0.42)
    height, plate = shape("height", 0.48, 0.64), shape("saucer", 0.56, 0.68)
    saucer = [
        (0.0, 0.0, 1),
        (0.30, 0.0, 1),
        (plate * 0.75, 0.035),
        (plate, 0.10, 1),
        (plate - 0.02, 0.12),
        (plate * 0.7, 0.06),
        (0.28, 0.03),
        (0.0, 0.03, 1),
    ]
    line = smooth_curve(saucer, 5)
    below = part(look, shape, "saucer colour", ("same", "second"), "ceramic")
    scene.add(revolve(np.vstack([(-0.05, 0.0), line, (-0.05, 0.03)])), below)
    cup = [
        (0.0, 0.03, 1),
        (base, 0.03, 1),
        (base + 0.03, 0.07),
        (rim * 0.92, height * 0.5),
        (rim, height, 1),
    ]
    with scene.group():
        body = look.main(8, mapping="around", around=rim)
        scene.add(turned(cup), body)
        ear(
            scene,
            look.solid(),
            (rim * 0.93, height * 0.82),
            (rim * 0.75, height * 0.35),
            rim + shape("handle reach", 0.13, 0.19),
            0.034,
            0.03,
            0.02,
        )
        hollow(scene, cup, 0.028, inner_glaze(look, shape), 0.09)
        if shape.choice("coffee", ("coffee", "empty")) == "coffee":
            drink = cylinder(rim - 0.04, rim - 0.04, 0.02).at(0, height * 0.8, 0)
            scene.add(drink, look.plain((0.05, 0.02, 0.008), "ceramic"))


@design("mug", "travel", materials=("metal", "plastic"), yaw=HANDLE_IN_SIGHT, pitch=(6, 26))
def travel_mug(scene, look, shape):
    """A tall travel mug with a lid and a handle."""
    base, rim = shape("base", 0.24, 0.30), shape("rim", 0.33, 0.40)
    height = shape("height", 1.05, 1.3)
    profile = [
        (0.0, 0.0, 1),
        (base - 0.02, 0.0, 1),
        (base, 0.03),
        (base + 0.01, height * 0.3),
        (rim, height * 0.6),
        (rim, height, 1),
    ]
    scene.add(turned(profile), look.main(8, mapping="around", around=rim))
    dark = look.plain("black", "plastic")
    trim = part(look, shape, "trim", ("black", "second"))
    outer = rim + shape("handle reach", 0.20, 0.27)
    thick = shape("handle thickness", 0.04, 0.052)
    handle = smooth_curve(
        [
            (rim - 0.05, height * 0.93),
            (outer, height * 0.88),
            (outer, height * 0.6),
            (outer - 0.06, height * 0.38),
            (rim - 0.08, height * 0.36),
        ],
        6,
    )
    inner = smooth_curve(
        [
            (rim - 0.05, height * 0.84),
            (outer - 0.09, height * 0.80),
            (outer - 0.09, height * 0.6),
            (outer - 0.13, height * 0.46),
            (rim - 0.08, height * 0.45),
        ],
        6,
    )
    scene.add(extrude(np.vstack([handle, inner[::-1]]), thick, thick * 0.7), trim, 0.01)
    lid = [
        (0.0, height, 1),
        (rim + 0.012, height, 1),
        (rim + 0.012, height + 0.05),
        (rim - 0.03, height + 0.09),
        (0.0, height + 0.09, 1),
    ]
    scene.add(turned(lid), trim)
    scene.add(box(0.06, 0.022, 0.09, 0.015).at(0.0, height + 0.10, rim * 0.5), dark)
    scene.paint(cylinder(1, 1, 0.02).at(0, height * 0.12, 0), look.chrome(), 0.006)


@design("mug", "enamel", materials=("metal",), yaw=HANDLE_IN_SIGHT, pitch=(12, 36))
def enamel_mug(scene, look, shape):
    """A camping mug of enamelled steel with a dark rolled rim."""
    r, height = shape("radius", 0.38, 0.46), shape("height", 0.70, 0.86)
    profile = [(0.0, 0.0, 1), (r - 0.06, 0.0, 1), (r, 0.07), (r, 0.4), (r, height, 1)]
    enamel = look.main(8, mapping="around", around=r, material="ceramic")
    rim = part(look, shape, "rim", ("black", "navy", "white"), "ceramic")
    scene.add(turned(profile), enamel)
    thick = 0.026
    top, bottom = height * 0.82, height * 0.22
    handle = look.solid(material="ceramic")
    ear(
        scene,
        handle,
        (r - 0.01, top),
        (r - 0.01, bottom),
        r + shape("handle reach", 0.2, 0.27),
        thick,
        0.05,
        0.015,
    )
    hollow(scene, profile, 0.02, look.plain("white", "ceramic"), 0.03)
    scene.add(ring(r - 0.004, r - 0.004, 0.022, 0.022).at(0, height, 0), rim)


# --------------------------------------------------------------------------------------- teapots
def pot_with_lid(scene, material, profile, rim, top, knob_material, knob=0.06):
    """Add a closed pot, its lid with a groove around it, and a knob."""
    height = profile[-1][1]
    scene.add(turned(profile), material)
    lid = [
        (0.0, height - 0.02, 1),
        (rim, height - 0.02, 1),
        (rim + 0.01, height + 0.015),
        (rim * 0.6, height + top * 0.75),
        (0.0, height + top, 1),
    ]
    scene.add(turned(lid), material)
    scene.add(
        ellipsoid(knob, knob * 0.9, knob).at(0, height + top + knob * 0.7, 0), knob_material, 0.02
    )


def spout(scene, material, start, bend, end, wide, narrow, smooth=0.08):
    """Add a curved spout towards +x, cut level at its mouth."""
    scene.add(tube((*start, 0), (*bend, 0), (*end, 0), wide, narrow), material, smooth)
    mouth = capsule(
        (end[0] - 0.02, end[1] - 0.08, 0), (end[0] + 0.02, end[1] + 0.1, 0), narrow * 0.6
    )
    scene.cut(mouth)
    scene.cut(box(0.2, 0.1, 0.2).rotate(roll=-12).at(end[0], end[1] + 0.105, 0))


@design("teapot", "round", materials=("ceramic",), yaw=SPOUT_IN_SIGHT, pitch=(6, 30))
def round_teapot(scene, look, shape):
    """A round-bellied teapot with a curved spout and a looped handle."""
    r, height = shape("belly", 0.46, 0.58), shape("height", 0.62, 0.82)
    rim = r * shape("lid", 0.45, 0.62)
    body = look.main(7, mapping="around", around=r)
    profile = [
        (0.0, 0.0, 1),
        (r * 0.55, 0.0, 1),
        (r * 0.62, 0.03),
        (r, height * 0.45),
        (r * 0.78, height * 0.88),
        (rim, height, 1),
    ]
    knob = part(look, shape, "knob", ("same", "wood"))
    pot_with_lid(scene, body, profile, rim, shape("lid height", 0.06, 0.14), knob)
    out = shape("spout reach", 1.45, 1.75) * r
    spout(
        scene,
        look.solid(),
        (r * 0.8, height * 0.30),
        (r * 1.4, height * 0.30),
        (out, height * shape("spout height", 0.85, 1.0)),
        0.12,
        0.05,
    )
    thick = shape("handle thickness", 0.04, 0.055)
    bow = tube(
        (-r * 0.72, height * 0.86, 0),
        (-r * shape("handle reach", 1.8, 2.3), height, 0),
        (-r * 0.88, height * 0.25, 0),
        thick,
    )
    scene.add(bow, look.solid(), 0.05)


@design(
    "teapot",
    "cast iron",
    materials=("metal", "ceramic"),
    patterns=("plain", "dotted", "striped", "checked", "zigzag"),
    yaw=SPOUT_IN_SIGHT,
    pitch=(6, 28),
)
def cast_iron_teapot(scene, look, shape):
    """A squat Japanese teapot with a short spout and a bail handle over the lid."""
    r, height = shape("belly", 0.54, 0.66), shape("height", 0.46, 0.60)
    iron = look.main(9, mapping="around", around=r, roughness=0.5)
    side = [
        (0.0, 0.0, 1),
        (r * 0.62, 0.0, 1),
        (r * 0.7, 0.03),
        (r, height * 0.45),
        (r * 0.86, height * 0.82),
        (r * 0.5, height, 1),
    ]
    line = smooth_curve(side, 6)
    pot = revolve(np.vstack([(-0.06, 0.0), line, (-0.06, height)]))
    texture = shape.choice("surface", ("ribbed", "fluted", "smooth"))
    if texture == "ribbed":
        pot = pot.ribbed(0.010, 75)
    elif texture == "fluted":
        pot = pot.fluted(0.010, 36)
    scene.add(pot, iron)
    lid = [
        (0.0, height - 0.01, 1),
        (r * 0.5, height - 0.01, 1),
        (r * 0.5, height + 0.02),
        (r * 0.3, height + 0.07),
        (0.0, height + 0.08, 1),
    ]
    dark = look.solid(roughness=0.5)
    scene.add(turned(lid), dark)
    scene.add(ellipsoid(0.05, 0.045, 0.05).at(0, height + 0.12, 0), dark, 0.02)
    spout(
        scene,
        dark,
        (r * 0.8, height * 0.5),
        (r * 1.2, height * 0.5),
        (r * 1.42, height * 0.95),
        0.10,
        0.055,
    )
    rise = shape("bail height", 0.38, 0.56)
    half = r * 0.80
    for side in (-1, 1):
        scene.add(sphere(0.05).at(side * half, height * 0.88, 0), dark, 0.02)
        scene.add(
            tube(
                (side * half, height * 0.9, 0),
                (side * half * 1.02, height + rise, 0),
                (0, height + rise, 0),
                0.022,
            ),
            look.plain("black", "metal"),
        )


@design("teapot", "tall", materials=("ceramic", "metal"), yaw=SPOUT_IN_SIGHT, pitch=(4, 24))
def tall_teapot(scene, look, shape):
    """A tall pot with a long slender spout and a high handle."""
    base, top = shape("base", 0.36, 0.46), shape("shoulder", 0.22, 0.30)
    height = shape("height", 0.95, 1.2)
    body = look.main(8, mapping="around", around=base)
    profile = [
        (0.0, 0.0, 1),
        (base * 0.9, 0.0, 1),
        (base, 0.06),
        (base * 0.92, height * 0.35),
        (top, height * 0.88),
        (top, height, 1),
    ]
    knob = part(look, shape, "knob", ("same", "second"), look.material)
    pot_with_lid(scene, body, profile, top + 0.01, shape("lid height", 0.08, 0.16), knob, 0.05)
    spout(
        scene,
        look.solid(),
        (base * 0.85, height * 0.22),
        (base * 1.75, height * 0.25),
        (base * 1.65, height * shape("spout height", 0.86, 0.98)),
        0.085,
        0.042,
    )
    thick = shape("handle thickness", 0.035, 0.05)
    bow = tube(
        (-top * 0.9, height * 0.92, 0),
        (-base * 3.0, height * 0.95, 0),
        (-base * 0.85, height * 0.2, 0),
        thick,
    )
    scene.add(bow, look.solid(), 0.05)


# ----------------------------------------------------------------------------------------- vases
def stems(scene, look, shape, height, spread):
    """Perhaps a few tulips in a vase."""
    if shape.choice("flowers", ("none", "tulips")) == "none":
        return
    green = look.plain((0.06, 0.20, 0.03), "rubber")
    petals = part(look, shape, "petals", ("red", "yellow", "pink", "white", "purple"), "satin")
    top = height + shape("stem", 0.25, 0.45)
    for x, z, drop in ((-1, 0.2, 0.08), (0.15, -0.5, 0.0), (1, 0.4, 0.13)):
        tip = (x * (spread + 0.16), top - drop, z * (spread + 0.12))
        stem = tube((0, height * 0.5, 0), (x * spread * 0.3, height + 0.1, 0), tip, 0.016)
        scene.add(stem, green)
        scene.add(ellipsoid(0.075, 0.105, 0.075).at(tip[0], tip[1] + 0.06, tip[2]), petals)


def glaze(look, shape, radius, **changes):
    """Return a vase's surface: shiny or matt."""
    if look.material != "glass" and shape.choice("glaze", ("shiny", "matt")) == "matt":
        changes.update(roughness=0.6, coat=0.1)
    return look.main(8, mapping="around", around=radius, **changes)


@design("vase", "amphora", materials=("ceramic",), yaw=(-50, 50), pitch=(5, 24))
def amphora(scene, look, shape):
    """A vase with a slender neck and two handles at its shoulders."""
    height, belly = shape("height", 1.2, 1.45), shape("belly", 0.34, 0.45)
    neck, foot = shape("neck", 0.10, 0.15), shape("foot", 0.16, 0.24)
    lip = neck + shape("lip", 0.05, 0.11)
    profile = [
        (0.0, 0.0, 1),
        (foot, 0.0, 1),
        (foot * 0.85, 0.05),
        (belly, height * 0.52),
        (neck, height * 0.80),
        (neck, height * 0.9),
        (lip, height, 1),
    ]
    body = glaze(look, shape, belly)
    scene.add(turned(profile), body)
    high, low = height * 0.92, height * 0.66
    handle = tube(
        (radius_at(profile, high) - 0.02, high, 0),
        (belly + shape("handle reach", 0.25, 0.42), height * 0.98, 0),
        (radius_at(profile, low) - 0.03, low, 0),
        shape("handle", 0.03, 0.045),
    )
    scene.add(handle.mirror("x"), look.solid(), 0.03)
    hollow(scene, profile, 0.03, look.lining(0.4), height * 0.5)


@design("vase", "bud", materials=("ceramic", "glass"), yaw=(-50, 50), pitch=(4, 24))
def bud_vase(scene, look, shape):
    """A round vase with a thin neck for a few stems."""
    belly, height = shape("belly", 0.34, 0.46), shape("height", 0.95, 1.25)
    neck = shape("neck", 0.08, 0.13)
    middle = height * shape("middle", 0.28, 0.38)
    profile = [
        (0.0, 0.0, 1),
        (belly * 0.5, 0.0, 1),
        (belly * 0.6, 0.03),
        (belly, middle),
        (neck * 1.3, middle * 2.05),
        (neck, height * 0.85),
        (neck * 1.35, height, 1),
    ]
    scene.add(turned(profile), glaze(look, shape, belly))
    inside = look.solid() if look.material == "glass" else look.lining(0.4)
    hollow(scene, profile, wall_of(look, 0.025), inside, 0.12)
    stems(scene, look, shape, height, neck)


@design("vase", "cylinder", materials=("ceramic", "glass"), yaw=(-50, 50), pitch=(5, 28))
def cylinder_vase(scene, look, shape):
    """A straight vase, wider or narrower at the top."""
    base, top = shape("base", 0.22, 0.32), shape("top", 0.24, 0.36)
    height, waist = shape("height", 1.0, 1.3), shape("waist", -0.04, 0.03)
    profile = [
        (0.0, 0.0, 1),
        (base - 0.02, 0.0, 1),
        (base, 0.03),
        ((base + top) / 2 + waist, height * 0.5),
        (top, height, 1),
    ]
    scene.add(turned(profile), glaze(look, shape, base))
    inside = look.solid() if look.material == "glass" else look.lining(0.6)
    hollow(scene, profile, wall_of(look, 0.03), inside, 0.12)
    stems(scene, look, shape, height, top * 0.6)


@design(
    "vase",
    "fluted",
    materials=("ceramic", "glass"),
    patterns=("plain", "striped", "speckled"),
    yaw=(-50, 50),
    pitch=(5, 26),
)
def fluted_vase(scene, look, shape):
    """A vase with upright flutes and a flared rim."""
    height, belly = shape("height", 1.05, 1.35), shape("belly", 0.32, 0.44)
    foot, neck = shape("foot", 0.18, 0.26), shape("neck", 0.17, 0.26)
    lip = neck + shape("lip", 0.06, 0.16)
    middle = height * shape("middle", 0.35, 0.6)
    profile = [
        (0.0, 0.0, 1),
        (foot, 0.0, 1),
        (foot + 0.01, 0.03),
        (belly, middle),
        (neck, height * 0.84),
        (lip, height, 1),
    ]
    n = shape.choice("flutes", (14, 18, 24))
    scene.add(turned(profile).fluted(shape("depth", 0.012, 0.022), n), glaze(look, shape, belly))
    inside = look.solid() if look.material == "glass" else look.lining(0.5)
    hollow(scene, profile, wall_of(look, 0.04), inside, 0.12)


@design("vase", "broad-shouldered", materials=("ceramic",), yaw=(-50, 50), pitch=(5, 26))
def shouldered_vase(scene, look, shape):
    """A vase with high broad shoulders and a short neck."""
    height, shoulder = shape("height", 1.05, 1.3), shape("shoulder", 0.38, 0.48)
    foot, neck = shape("foot", 0.20, 0.28), shape("neck", 0.16, 0.22)
    profile = [
        (0.0, 0.0, 1),
        (foot, 0.0, 1),
        (foot, 0.04),
        (shoulder, height * 0.68),
        (neck, height * 0.9),
        (neck + 0.03, height, 1),
    ]
    scene.add(turned(profile), glaze(look, shape, shoulder))
    hollow(scene, profile, 0.03, look.lining(0.4), height * 0.5)


# --------------------------------------------------------------------------------------- bottles
def label(scene, look, shape, radius, low, high):
    """Add a paper label round a bottle, with a band in the second colour."""
    paper = part(look, shape, "label", ("white", "beige", "black"), "satin")
    middle, half = (low + high) / 2, (high - low) / 2
    scene.paint(cylinder(radius + 0.05, radius + 0.05, half).at(0, middle, 0), paper, 0.003)
    band = cylinder(radius + 0.05, radius + 0.05, half * 0.16)
    scene.paint(band.at(0, middle + half * 0.55, 0), look.accent("cotton"))


@design("bottle", "wine", materials=("glass",), patterns=("plain",), yaw=(-60, 60), pitch=(2, 18))
def wine_bottle(scene, look, shape):
    """A wine bottle with a label and a capsule over its cork."""
    r, neck = shape("radius", 0.19, 0.25), shape("neck", 0.065, 0.08)
    body, shoulder = shape("body", 0.70, 0.92), shape("shoulder", 0.12, 0.34)
    height = body + shoulder + shape("neck length", 0.28, 0.42)
    profile = [
        (0.0, 0.0, 1),
        (r - 0.03, 0.0, 1),
        (r, 0.04),
        (r, body * 0.5, 1),
        (r, body),
        (neck + 0.02, body + shoulder),
        (neck, body + shoulder + 0.08, 1),
        (neck, height - 0.06, 1),
        (neck + 0.012, height - 0.055, 1),
        (neck + 0.012, height, 1),
    ]
    scene.add(turned(profile), look.main(8, mapping="around", around=r))
    label(scene, look, shape, r, body * 0.2, body * shape("label height", 0.65, 0.9))
    foil = look.accent("metal", roughness=0.35)
    scene.paint(cylinder(0.2, 0.2, 0.13).at(0, height - 0.11, 0), foil, 0.004)


@design("bottle", "water flask", materials=("metal", "plastic"), yaw=(-60, 60), pitch=(3, 22))
def water_flask(scene, look, shape):
    """A drinking bottle of steel with a screw lid and a carrying loop."""
    r, height = shape("radius", 0.23, 0.30), shape("height", 0.95, 1.2)
    mouth = r * shape("mouth", 0.55, 0.78)
    profile = [
        (0.0, 0.0, 1),
        (r - 0.03, 0.0, 1),
        (r, 0.04),
        (r, height * 0.5, 1),
        (r, height * 0.8),
        (mouth, height * 0.97),
        (mouth, height, 1),
    ]
    scene.add(turned(profile), look.main(7, mapping="around", around=r))
    lid = part(look, shape, "lid", ("black", "second", "steel"))
    cap = cylinder(mouth + 0.02, mouth + 0.015, 0.075, 0.02).fluted(0.004, 28)
    scene.add(cap.at(0, height + 0.07, 0), lid)
    loop = torus(mouth * shape("loop", 0.5, 0.8), 0.026, 190)
    scene.add(loop.at(0, height + 0.14, 0), lid, 0.02)
    if look.material == "metal":
        scene.paint(cylinder(1, 1, 0.02).at(0, 0.03, 0), look.chrome())


@design(
    "bottle", "apothecary", materials=("glass",), patterns=("plain",), yaw=(-60, 60), pitch=(5, 24)
)
def apothecary_bottle(scene, look, shape):
    """A stout jar-like bottle with a short neck and a stopper."""
    r, height = shape("radius", 0.32, 0.42), shape("height", 0.68, 0.88)
    neck = shape("neck", 0.12, 0.18)
    top = height + shape("neck length", 0.12, 0.22)
    profile = [
        (0.0, 0.0, 1),
        (r - 0.03, 0.0, 1),
        (r, 0.04),
        (r, height * 0.5, 1),
        (r, height * 0.8),
        (neck + 0.03, height),
        (neck, height + 0.04, 1),
        (neck, top - 0.05, 1),
        (neck + 0.04, top - 0.03, 1),
        (neck + 0.04, top, 1),
    ]
    scene.add(turned(profile), look.main(8, mapping="around", around=r))
    label(scene, look, shape, r, height * 0.2, height * 0.65)
    if shape.choice("stopper", ("cork", "glass")) == "cork":
        cork = cylinder(neck - 0.03, neck + 0.01, 0.08, 0.015).at(0, top + 0.05, 0)
        scene.add(cork, look.plain((0.45, 0.27, 0.13), "suede"))
    else:
        scene.add(cylinder(neck * 0.8, neck, 0.03).at(0, top + 0.03, 0), look.solid())
        scene.add(sphere(neck * 0.85).at(0, top + neck * 0.85, 0), look.solid())


@design("bottle", "sports", materials=("plastic",), yaw=(-60, 60), pitch=(3, 22))
def sports_bottle(scene, look, shape):
    """A squeezable cyclist's bottle with a waist and a pull-up mouthpiece."""
    r, height = shape("radius", 0.24, 0.30), shape("height", 0.82, 1.0)
    waist, at = r * shape("waist", 0.74, 0.88), height * shape("waist height", 0.55, 0.68)
    profile = [
        (0.0, 0.0, 1),
        (r - 0.03, 0.0, 1),
        (r, 0.04),
        (r, at * 0.72),
        (waist, at),
        (r * 0.98, at + 0.16),
        (r * 0.94, height, 1),
    ]
    scene.add(turned(profile), look.main(7, mapping="around", around=r))
    trim = part(look, shape, "lid", ("black", "second"))
    lid = [
        (0.0, height, 1),
        (r, height, 1),
        (r, height + 0.09),
        (r * 0.75, height + 0.14),
        (0.11, height + 0.19),
        (0.10, height + 0.24, 1),
        (0.0, height + 0.24, 1),
    ]
    scene.add(turned(lid), trim)
    spout_ = cylinder(0.055, 0.065, 0.07, 0.02).at(0, height + 0.29, 0)
    scene.add(spout_, look.plain("white", "rubber"))
