"""Table lamps, umbrellas and headphones.  Things stand on y = 0; fronts face +z."""

import math

import numpy as np

from clipstudio.product import design
from clipstudio.products.tableware import part, turned
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

# ----------------------------------------------------------------------------------------- lamps
SHADES = ("cotton", "canvas", "satin")


def lamp_base(look, shape):
    """Return the material of a lamp's foot."""
    return part(look, shape, "base", ("steel", "brass", "wood", "black", "second"), "ceramic")


def foot_and_rod(scene, material, height, radius=0.27, rod=0.02):
    """Add a round foot with an upright rod."""
    profile = [
        (0.0, 0.0, 1),
        (radius, 0.0, 1),
        (radius, 0.025),
        (radius * 0.4, 0.05),
        (rod * 1.2, 0.09),
        (rod, 0.2),
        (rod, height, 1),
    ]
    scene.add(turned(profile), material)


def shade(scene, material, low, high, bottom, top):
    """Add a lampshade: an open cone of cloth."""
    half = (high - low) / 2
    t = 0.012
    wall = [(bottom, low), (top, high), (top - t, high), (bottom - t, low)]
    scene.add(revolve(np.array(wall)), material)
    bulb = ellipsoid(0.09, 0.11, 0.09).at(0, low + half, 0)
    scene.add(bulb, material.but(pattern="plain", colour=(1.0, 0.95, 0.85), glow=1.0))


@design("table lamp", "cone shade", materials=SHADES, yaw=(-60, 60), pitch=(0, 16))
def cone_shade_lamp(scene, look, shape):
    """A lamp with a cloth shade on a turned foot or a rod."""
    height = shape("height", 0.52, 0.80)
    base = lamp_base(look, shape)
    foot = shape.choice("foot", ("turned", "rod", "ball"))
    belly = shape("belly", 0.19, 0.30)
    if foot == "turned":
        profile = [
            (0.0, 0.0, 1),
            (belly * 0.8, 0.0, 1),
            (belly * 0.8, 0.04),
            (belly * 0.55, 0.08),
            (belly, height * 0.45),
            (belly * 0.35, height * 0.85),
            (0.04, height),
            (0.02, height + 0.12, 1),
        ]
        scene.add(turned(profile), base)
    else:
        foot_and_rod(scene, base, height + 0.12)
    if foot == "ball":
        scene.add(sphere(belly).at(0, belly + 0.03, 0), base)
    low = height + 0.02
    bottom = shape("shade", 0.34, 0.46)
    shade(
        scene,
        look.main(8, mapping="around", around=bottom, glow=shape("glow", 0.1, 0.5)),
        low,
        low + shape("shade height", 0.36, 0.56),
        bottom,
        bottom * shape("shade top", 0.5, 1.0),
    )


@design(
    "table lamp",
    "globe",
    materials=("glass", "ceramic"),
    patterns=("plain",),
    yaw=(-60, 60),
    pitch=(3, 20),
)
def globe_lamp(scene, look, shape):
    """A glowing ball of coloured glass on a small foot."""
    r, neck = shape("radius", 0.30, 0.42), shape("neck", 0.03, 0.45)
    base = lamp_base(look, shape)
    foot_and_rod(scene, base, 0.1 + neck, shape("foot", 0.20, 0.28), 0.03)
    scene.add(cylinder(0.06, 0.12, 0.03).at(0, 0.1 + neck, 0), base)
    ball = look.solid(material="plastic", glow=shape("glow", 0.5, 0.9), roughness=0.2, coat=0.6)
    scene.add(sphere(r).at(0, 0.11 + neck + r, 0), ball)


@design(
    "table lamp",
    "desk arm",
    materials=("metal", "plastic"),
    patterns=("plain",),
    yaw=((-40, 40), (140, 220)),
    pitch=(4, 20),
)
def desk_lamp(scene, look, shape):
    """A desk lamp with two jointed arms and a tilting metal head."""
    body = look.main()
    scene.add(cylinder(0.29, 0.26, 0.03, 0.02).at(0, 0.03, 0), body)
    low, high = math.radians(shape("lower arm", 95, 118)), math.radians(shape("upper arm", 28, 58))
    first, second = shape("lower length", 0.58, 0.75), shape("upper length", 0.50, 0.68)
    ankle = np.array([0.0, 0.08, 0.0])
    elbow = ankle + first * np.array([math.cos(low), math.sin(low), 0])
    wrist = elbow + second * np.array([math.cos(high), math.sin(high), 0])
    arm = part(look, shape, "arms", ("steel", "same"))
    for a, b in ((ankle, elbow), (elbow, wrist)):
        scene.add(capsule(a - (0, 0, -0.035), b - (0, 0, -0.035), 0.014).mirror("z"), arm)
    for joint in (ankle, elbow, wrist):
        scene.add(cylinder(0.04, 0.04, 0.05, 0.01).rotate(pitch=90).at(*joint), body)
    tilt = shape("head tilt", 20, 50)
    mouth, depth = shape("head", 0.22, 0.28), 0.30
    cone = [
        (0.07, 0.0),
        (0.085, -0.10),
        (mouth, -depth),
        (mouth - 0.02, -depth),
        (0.065, -0.12),
        (-0.06, -0.10),
        (-0.06, 0.0),
    ]
    head = (wrist[0] + 0.07, wrist[1] - 0.02)
    scene.add(revolve(np.array(cone)).rotate(roll=tilt).at(*head), body)
    bulb = sphere(0.085).at(0, -0.21, 0).rotate(roll=tilt).at(*head)
    scene.add(bulb, look.plain((1.0, 0.93, 0.75), "plastic", glow=1.0))


@design(
    "table lamp",
    "mushroom",
    materials=("metal", "plastic", "ceramic"),
    patterns=("plain",),
    yaw=(-60, 60),
    pitch=(0, 14),
)
def mushroom_lamp(scene, look, shape):
    """A lamp with a smooth dome over a slender or trumpet-shaped stem."""
    height, dome = shape("height", 0.62, 0.85), shape("dome", 0.40, 0.52)
    rise = dome * shape("dome height", 0.6, 0.9)
    stem = look.main(5, mapping="around", around=dome)
    wide = shape("stem", 0.03, 0.10)
    scene.add(
        turned(
            [
                (0.0, 0.0, 1),
                (0.27, 0.0, 1),
                (0.26, 0.03),
                (wide + 0.03, 0.18),
                (wide, 0.4),
                (wide, height, 1),
            ]
        ),
        stem,
    )
    outer = smooth_curve(
        [(dome, 0.0, 1), (dome * 0.93, rise * 0.5), (dome * 0.5, rise * 0.92), (0.0, rise, 1)], 6
    )
    inner = outer * ((dome - 0.02) / dome, (rise - 0.02) / rise)
    scene.add(
        revolve(np.vstack([outer, (-0.06, rise), (-0.06, rise - 0.02), inner[::-1]])).at(
            0, height, 0
        ),
        stem,
    )
    bulb = sphere(0.1).at(0, height + 0.06, 0)
    scene.add(bulb, look.plain((1.0, 0.93, 0.75), "plastic", glow=1.0))


# ------------------------------------------------------------------------------------- umbrellas
UMBRELLA = ("satin", "cotton", "plastic")


def hook(scene, material, place, bottom, r=0.085, thick=0.027):
    """Add a crook handle, its stem on the y axis down to `bottom`; `place` puts it in the scene."""
    arc = torus(r, thick, 180).rotate(roll=180).at(r, bottom, 0)
    scene.add(place(arc), material)
    scene.add(place(capsule((0, bottom, 0), (0, bottom + 0.20, 0), thick)), material)


def open_umbrella(scene, look, shape, place):
    """Return an open umbrella, upright with its handle's end near y = 0, then moved by `place`."""
    reach, rise = shape("radius", 0.68, 0.82), shape("dome", 0.26, 0.42)
    length = shape("length", 0.92, 1.12)
    n = 8
    rim = length - rise * 0.35

    def dome(width, lower):
        points = [
            (width, rim - 0.1, 1),
            (width, rim, 1),
            (width * 0.93, rim + rise * 0.26),
            (width * 0.62, rim + rise * 0.76),
            (0.0, rim + rise, 1),
        ]
        return turned([(r, y - lower, *c) for r, y, *c in points])

    canopy = look.main(6, mapping="top")
    with scene.group():
        scene.add(place(dome(reach, 0.0).fluted(0.010, n)), canopy)
        scene.cut(place(dome(reach - 0.004, 0.018).fluted(0.010, n)), look.darker(0.7))
        half = reach * math.sin(math.pi / n)
        scallop = ellipsoid(0.35, shape("scallop", 0.05, 0.10) + 0.1, half * 1.01)
        scallop = scallop.at(reach * math.cos(math.pi / n), rim - 0.1, 0).repeat_around(n)
        scene.cut(place(scallop.rotate(yaw=180 / n)))
        scene.cut(place(box(2, 0.1, 2).at(0, rim - 0.1, 0)))
    steel = part(look, shape, "rod", ("steel", "black"), "metal")
    top = rim + rise
    scene.add(place(capsule((0, 0.12, 0), (0, top, 0), 0.016)), steel)
    scene.add(place(capsule((0, top, 0), (0, top + 0.09, 0), 0.02, 0.008)), steel)
    rib = capsule((0.02, rim + rise * 0.35, 0), (reach * 0.55, rim + rise * 0.74, 0), 0.008)
    scene.add(place(rib.repeat_around(n)), steel)
    grip = part(look, shape, "handle", ("wood", "black"), "rubber")
    if shape.choice("grip", ("crook", "crook", "straight")) == "crook":
        hook(scene, grip, place, 0.085)
    else:
        scene.add(place(capsule((0, 0.03, 0), (0, 0.22, 0), 0.035, 0.03)), grip)


@design("umbrella", "open", pose="worn", materials=UMBRELLA, yaw=(-60, 60), pitch=(-16, 18))
def tilted_umbrella(scene, look, shape):
    """An open umbrella held upright or a little tilted."""
    tilt, nod = shape("tilt", -32, 32), shape("nod", -14, 22)
    open_umbrella(scene, look, shape, lambda piece: piece.rotate(pitch=nod, roll=tilt))


@design("umbrella", "standing open", materials=UMBRELLA, yaw=((-70, 70), (110, 250)), pitch=(6, 34))
def resting_umbrella(scene, look, shape):
    """An open umbrella put down to dry: it rests on its rim and its handle."""
    turn = shape("turn", -60, 60)
    lean = shape("lean", 46, 56)
    open_umbrella(scene, look, shape, lambda piece: piece.rotate(roll=lean).rotate(yaw=turn))


@design("umbrella", "closed", pose=("hanging", "flat"), materials=UMBRELLA, yaw=(-30, 30))
def closed_umbrella(scene, look, shape):
    """A furled umbrella with its strap closed, hanging by its crook or lying."""
    wide, length = shape("width", 0.085, 0.125), shape("length", 1.1, 1.3)
    turn = shape("lie", -40, 40) if shape.pose == "flat" else 0.0

    def place(piece):
        return piece.rotate(roll=turn)

    profile = [
        (0.015, 0.0, 1),
        (wide * 0.55, 0.14),
        (wide * 0.8, length * 0.45),
        (wide, length * 0.88),
        (wide * 0.75, length * 0.93),
        (0.025, length, 1),
    ]
    cloth_ = turned(profile).fluted(0.010, 7)
    scene.add(place(cloth_), look.main(9, mapping="front"))
    strap = ring(wide * 0.86, wide * 0.86, 0.010, 0.03).at(0, length * 0.5, 0)
    scene.add(place(strap), look.darker(0.7))
    steel = look.chrome()
    scene.add(place(capsule((0, -0.12, 0), (0, length + 0.12, 0), 0.014)), steel)
    grip = part(look, shape, "handle", ("wood", "black"), "rubber")
    scene.add(place(capsule((0, length + 0.06, 0), (0, length + 0.28, 0), 0.026)), grip)
    crook = torus(0.085, 0.026, 190).at(0.085, length + 0.28, 0)
    scene.add(place(crook), grip)


# ------------------------------------------------------------------------------------ headphones
ANGLED = ((18, 62), (-62, -18))


def headband(scene, material, radius, half_depth, thick, spread=100):
    """Add an arched band above y = 0, `spread` degrees to each side of the top."""
    angles = np.radians(np.linspace(-spread, spread, 31))
    arc = np.column_stack([np.sin(angles), np.cos(angles)])
    outline = np.vstack([(radius + thick) * arc, (radius - thick) * arc[::-1]])
    scene.add(extrude(outline, half_depth, min(half_depth, thick) * 0.8), material)


def ear_cup(scene, shell, pad, x, y, radius, deep, tall=1.0):
    """Add a shell and its cushion on both sides; cups lean in a little towards the bottom."""
    cup = cylinder(radius, radius * 0.82, deep, deep * 0.7).rotate(roll=-96)
    scene.add(cup.at(x, y, 0).mirror("x"), shell)
    cushion = torus(radius * 0.74, radius * 0.30).rotate(yaw=90).rotate(roll=-6)
    scene.add(cushion.at(x - deep - radius * 0.12, y, 0).mirror("x"), pad)


def soft_pad(look, shape):
    """Ear cushions: black or in the second colour."""
    return part(look, shape, "pads", ("black", "black", "second"), "leather")


@design(
    "headphones", "over-ear", materials=("plastic",), patterns=("plain",), yaw=ANGLED, pitch=(2, 20)
)
def over_ear_headphones(scene, look, shape):
    """Closed headphones with a padded band and large cushions."""
    r, cup = shape("band radius", 0.42, 0.48), shape("cup", 0.20, 0.26)
    body, pad, steel = look.main(), soft_pad(look, shape), look.chrome()
    headband(scene, body, r, shape("band width", 0.055, 0.085), 0.020)
    headband(scene, pad, r - 0.03, 0.075, 0.03, 46)
    y = shape("drop", -0.20, -0.12)
    scene.add(capsule((r, -0.02, 0), (r + 0.01, y + cup * 0.4, 0), 0.022).mirror("x"), steel)
    ear_cup(scene, body, pad, r - 0.01, y, cup, 0.05)
    badge = torus(cup * 0.52, 0.010).rotate(yaw=90).rotate(roll=-6)
    scene.add(badge.at(r + 0.042, y, 0).mirror("x"), steel)


@design(
    "headphones",
    "on-ear slim",
    materials=("plastic", "metal"),
    patterns=("plain",),
    yaw=ANGLED,
    pitch=(2, 20),
)
def slim_headphones(scene, look, shape):
    """Light headphones: a thin band and small flat cushions."""
    r, cup = shape("band radius", 0.42, 0.48), shape("cup", 0.125, 0.165)
    steel = part(look, shape, "band", ("steel", "same"))
    headband(scene, steel, r, shape("band width", 0.03, 0.045), 0.011)
    if shape.choice("sleeve", ("none", "sleeve")) == "sleeve":
        headband(scene, look.main(), r, 0.05, 0.018, 50)
    y = shape("drop", -0.22, -0.14)
    scene.add(capsule((r * 0.985, -0.06, 0), (r * 0.97, y, 0), 0.013).mirror("x"), steel)
    shell = cylinder(cup, cup * 0.92, 0.028, 0.015).rotate(roll=-94).at(r * 0.97, y, 0)
    scene.add(shell.mirror("x"), look.main())
    foam = cylinder(cup * 1.06, cup * 1.06, 0.04, 0.035).rotate(roll=-94).at(r * 0.97 - 0.06, y, 0)
    scene.add(foam.mirror("x"), soft_pad(look, shape))


@design(
    "headphones", "studio", materials=("plastic",), patterns=("plain",), yaw=ANGLED, pitch=(2, 22)
)
def studio_headphones(scene, look, shape):
    """Large studio headphones with forked yokes, two bands and a cable."""
    r, cup = shape("band radius", 0.42, 0.48), shape("cup", 0.21, 0.27)
    body, pad, steel = look.main(), soft_pad(look, shape), look.chrome()
    for z in (-0.045, 0.045):
        wire = torus(r + 0.05, 0.013, 190).at(0, 0.02, z)
        scene.add(wire, steel)
    headband(scene, look.plain("black", "leather"), r - 0.02, 0.085, 0.015, 72)
    y = shape("drop", -0.20, -0.12)
    ear_cup(scene, body, pad, r, y, cup, 0.065)
    fork = torus(cup + 0.03, 0.018, 190).rotate(yaw=90).rotate(roll=-6).at(r + 0.02, y, 0)
    scene.add(fork.mirror("x"), steel)
    scene.add(capsule((r + 0.045, 0.0, 0), (r + 0.03, y + cup, 0), 0.03).mirror("x"), body)
    grille = cylinder(cup * 0.7, cup * 0.7, 0.012).rotate(roll=-96).at(r + 0.062, y, 0)
    scene.add(grille.mirror("x"), look.accent())
    side = 1 if shape.choice("cable", ("right", "left")) == "right" else -1
    start = (side * (r - 0.02), y - cup * 0.9, 0)
    loop = tube(
        start, (side * (r + 0.05), y - cup - 0.3, 0.2), (side * 0.1, y - cup - 0.16, 0.5), 0.014
    )
    scene.add(loop, look.plain("black", "rubber"))
