"""Hats, caps and beanies: a crown turned about the y axis, with what goes round it.

The front faces +z.
"""

import numpy as np

from clipstudio.product import design
from clipstudio.products.forms import ellipse, lying, one_of, rectangle, sheet
from clipstudio.scene import box, ellipsoid, extrude, revolve, ring, smooth_curve

FELT = ("wool", "suede", "canvas", "cotton", "leather")
WOVEN = ("cotton", "canvas", "denim", "wool")
YARN = ("knit", "wool")


# ------------------------------------------------------------------------------------------ hats
def crown(scene, material, radius, height, *, top=0.85, squash=1.2, dome=0.0):
    """Add the part of a hat that covers the head; `top` is its relative width above."""
    side = [
        (radius, -0.02, 1),
        (radius * (1 + top) / 2 * 1.02, height * 0.5),
        (radius * top, height * (0.9 - 0.25 * dome)),
        (radius * top * 0.8, height * (1 - 0.1 * dome)),
        (0.0, height, 1),
        (-0.05, height, 1),
        (-0.05, -0.02, 1),
    ]
    scene.add(revolve(smooth_curve(side, 6), squash), material, 0.03)


def hat_band(scene, material, radius, low, high, squash=1.2, slope=0.0, bow=True):
    """Add a ribbon round the crown, with a flat bow at one side."""
    thick = 0.012
    profile = [
        (radius - 0.06, low),
        (radius + thick, low),
        (radius + thick - slope, high),
        (radius - 0.06 - slope, high),
    ]
    scene.add(revolve(np.array(profile), squash), material)
    if bow:
        middle, half = (low + high) / 2, (high - low) / 2
        scene.add(box(0.014, half * 1.05, 0.1, 0.01).at(radius + thick, middle, 0), material)
        scene.add(box(0.022, half * 0.9, 0.025, 0.01).at(radius + thick, middle, 0), material)


def flat_brim(inner, outer, squash, thickness, droop=0.0, roll=0.0):
    """Return a brim that droops at front and back (`droop`) or rolls up at the sides (`roll`)."""
    rim = [ellipse(outer, outer * squash * 0.97), ellipse(inner, inner * squash)]
    if roll:
        rim = [np.column_stack([contour[:, 1], contour[:, 0]]) for contour in rim]
        return lying(extrude(rim, thickness, thickness * 0.9).bend(z=-roll)).rotate(yaw=90)
    return lying(extrude(rim, thickness, thickness * 0.9).bend(z=droop))


@design("hat", "fedora", pose="standing", materials=FELT, patterns="all", pitch=(8, 45))
def fedora(scene, look, shape):
    "A felt hat with a creased, pinched crown, a ribbon and a medium brim."
    radius, height = 0.36, shape("crown", 0.36, 0.46)
    main = look.main(mapping="around")
    with scene.group(0.03):
        crown(scene, main, radius, height, top=shape("taper", 0.72, 0.86))
        scene.cut(ellipsoid(0.09, 0.1, 0.3).at(0, height + 0.02, 0), smooth=0.08)
        scene.cut(ellipsoid(0.1, 0.16, 0.12).at(0.3, height * 0.95, 0.28).mirror("x"), smooth=0.1)
    brim = shape("brim", 0.2, 0.3)
    scene.add(
        flat_brim(radius - 0.06, radius + brim, 1.2, 0.013, shape("droop", 0.0, 0.16)), main, 0.04
    )
    hat_band(scene, look.accent("satin"), radius, 0.015, shape("band", 0.09, 0.15), slope=0.012)


@design(
    "hat",
    "sun hat",
    pose="standing",
    materials=("straw", "cotton", "canvas"),
    patterns="all",
    pitch=(10, 55),
)
def sun_hat(scene, look, shape):
    "A hat with a round crown and a very wide, wavy brim."
    radius, height = 0.34, shape("crown", 0.26, 0.36)
    main = look.main(mapping="around")
    crown(scene, main, radius, height, top=0.86, squash=1.1, dome=0.8)
    brim, drop = shape("brim", 0.42, 0.62), shape("drop", 0.06, 0.2)
    profile = sheet(
        [(radius - 0.05, 0.02), (radius + brim * 0.5, -drop * 0.3), (radius + brim, -drop)], 0.022
    )
    waves = int(shape.choice("waves", (0, 3, 4, 5)))
    scene.add(revolve(profile, 1.06, waves, shape("wave_depth", 0.02, 0.05)), main, 0.04)
    if shape.choice("ribbon", ("yes", "yes", "no")) == "yes":
        hat_band(scene, look.accent("satin"), radius, 0.02, shape("band", 0.08, 0.14), 1.1)


@design("hat", "bucket", pose="standing", materials=WOVEN, patterns="all", pitch=(4, 40))
def bucket_hat(scene, look, shape):
    "A bucket hat: soft, with a flat top and a stitched brim that slopes down."
    radius, height = 0.37, shape("crown", 0.34, 0.44)
    main = look.main(mapping="around")
    brim, slope = shape("brim", 0.16, 0.26), shape("slope", 0.5, 1.1)
    with scene.group():
        crown(scene, main, radius, height, top=shape("taper", 0.8, 0.9), squash=1.1)
        profile = sheet(
            [(radius - 0.03, 0.03), (radius + 0.03, 0.0), (radius + brim, -slope * brim)], 0.026
        )
        scene.add(revolve(profile, 1.08), main, 0.02)
        for t in (0.3, 0.5, 0.7, 0.9):
            stitch = ring(radius + brim * t, (radius + brim * t) * 1.08, 0.008, 0.05)
            scene.paint(stitch.at(0, -slope * brim * t, 0), None, -0.006)
        scene.paint(box(1, 0.008, 1).at(0, height - 0.035, 0), None, -0.008)


@design("hat", "boater", pose="standing", materials=("straw",), patterns=("plain",), pitch=(8, 40))
def boater(scene, look, shape):
    "A stiff boater: a flat, cylindrical crown, a flat brim and a broad ribbon."
    radius, height = 0.36, shape("crown", 0.2, 0.3)
    main = look.main(mapping="top")
    crown_profile = [(0, 0), (radius, 0), (radius * 0.98, height), (0, height)]
    scene.add(revolve(np.array(crown_profile), 1.15).ribbed(0.004, 110), main)
    scene.add(flat_brim(radius - 0.05, radius + shape("brim", 0.2, 0.32), 1.12, 0.016), main, 0.01)
    hat_band(scene, look.accent("satin"), radius, 0.02, shape("band", 0.1, 0.16), 1.15)


@design("hat", "cowboy", pose="standing", materials=("leather", "suede", "wool"), pitch=(4, 35))
def cowboy_hat(scene, look, shape):
    "A cowboy hat: a tall creased crown and a wide brim rolled up at the sides."
    radius, height = 0.34, shape("crown", 0.42, 0.54)
    main = look.main(mapping="around")
    with scene.group(0.04):
        crown(scene, main, radius, height, top=0.8, squash=1.25)
        scene.cut(ellipsoid(0.08, 0.14, 0.36).at(0, height + 0.03, 0), smooth=0.1)
        scene.cut(ellipsoid(0.1, 0.2, 0.14).at(0.31, height * 0.9, 0.26).mirror("x"), smooth=0.1)
    brim = flat_brim(
        radius - 0.06, radius + shape("brim", 0.3, 0.4), 1.25, 0.016, roll=shape("roll", 0.35, 0.75)
    )
    scene.add(brim, main, 0.05)
    hat_band(scene, look.accent("leather"), radius, 0.02, 0.075, 1.25, bow=False)


# ------------------------------------------------------------------------------------------ caps
def dome(scene, material, height, squash=1.12, radius=0.38):
    """Add the rounded top of a cap, standing on y = 0."""
    side = [
        (radius, 0, 1),
        (radius * 1.01, height * 0.35),
        (radius * 0.86, height * 0.74),
        (radius * 0.5, height * 0.95),
        (0, height, 1),
        (-0.05, height, 1),
        (-0.05, 0, 1),
    ]
    scene.add(revolve(smooth_curve(side, 6), squash), material)


def visor(length, half_width, curve, thickness=0.014, root=0.3):
    """Return the peak of a cap, pointing to +z, bent down at its sides by `curve`."""
    t = np.linspace(-np.pi / 2, np.pi / 2, 24)
    front = np.column_stack([root + length * np.cos(t) ** 0.75, half_width * np.sin(t)])
    back = np.array(
        [(root - 0.12, half_width * 0.75), (root - 0.05, 0), (root - 0.12, -half_width * 0.75)]
    )
    outline = np.vstack([front, back])
    return lying(extrude(outline, thickness, thickness * 0.8).bend(z=curve)).rotate(yaw=-90)


def cap_panels(scene, height, squash):
    """Seams between the six panels of a cap and the stitches along its edge."""
    for yaw in (0, 60, 120):
        scene.paint(box(0.007, 1, 1).rotate(yaw=yaw), None, -0.009, 0.006)
    scene.paint(box(1, 0.006, 1).at(0, 0.05, 0), None, -0.006, 0.004)


def badge(scene, look, shape, y, reach=0.5):
    """Something embroidered on the front: letters, a shield, a bar or nothing."""
    kind = shape.choice("badge", ("letters", "shield", "bar", "none"))
    size = shape("badge_size", 0.08, 0.12)
    outlines = {
        "letters": [
            rectangle(x, y, w, h)
            for x, w, h in (
                (-0.1, 0.018, size),
                (-0.03, 0.018, size),
                (0.05, 0.03, size),
                (0.12, 0.015, size),
            )
        ],
        "shield": smooth_curve(
            [
                (-size, y + size, 1),
                (size, y + size, 1),
                (size * 0.9, y - size * 0.3),
                (0, y - size, 1),
                (-size * 0.9, y - size * 0.3),
            ],
            5,
            True,
        ),
        "bar": rectangle(0, y, 0.16, size * 0.45),
    }
    if kind != "none":
        scene.paint(extrude(outlines[kind], reach).at(0, 0, reach), look.accent("cotton"), 0.012)


@design(
    "cap",
    "baseball",
    pose="standing",
    materials=WOVEN,
    patterns="all",
    yaw=(-80, 80),
    pitch=(5, 50),
)
def baseball_cap(scene, look, shape):
    "A baseball cap: six panels, a button on top and a long curved visor."
    height = shape("height", 0.36, 0.46)
    with scene.group():
        dome(scene, look.main(mapping="around"), height)
        badge(scene, look, shape, height * 0.5)
        cap_panels(scene, height, 1.12)
        scene.cut(ellipsoid(0.15, 0.13, 0.2).at(0, 0.0, -0.42), look.lining())
    two_tone = shape.choice("visor_colour", ("main", "accent")) == "accent"
    peak = look.accent("cotton") if two_tone else look.main(mapping="front")
    tip = visor(shape("visor", 0.36, 0.46), 0.36, shape("curve", 0.2, 0.9))
    scene.add(tip.rotate(pitch=shape("tilt", 4, 14)).at(0, 0.06, 0), peak, 0.015)
    scene.add(ellipsoid(0.035, 0.022, 0.035).at(0, height + 0.008, 0), peak)


@design("cap", "trucker", pose="standing", materials=WOVEN, yaw=(-80, 80), pitch=(5, 45))
def trucker_cap(scene, look, shape):
    "A trucker cap: a high foam front, mesh at the back, a flat visor."
    height = shape("height", 0.44, 0.52)
    mesh = one_of(look, shape, "mesh", ("white", "black", "accent"), "knit")
    with scene.group():
        dome(scene, mesh, height, radius=0.37)
        front = box(0.5, 1, 0.5).at(0, 0, 0.56)
        scene.paint(front, look.main(mapping="front"), 0.014, 0.02)
        badge(scene, look, shape, height * 0.52)
        cap_panels(scene, height, 1.12)
    tip = visor(shape("visor", 0.34, 0.42), 0.36, shape("curve", 0.0, 0.25))
    scene.add(tip.rotate(pitch=shape("tilt", 0, 8)).at(0, 0.04, 0), look.accent("cotton"), 0.01)
    scene.add(ellipsoid(0.032, 0.02, 0.032).at(0, height + 0.006, 0), look.accent("cotton"))


@design(
    "cap",
    "flat cap",
    pose="standing",
    materials=("wool", "cotton", "leather", "denim"),
    patterns="all",
    yaw=(-80, 80),
    pitch=(4, 35),
)
def flat_cap(scene, look, shape):
    "A flat cap: low, drawn forward and sewn to a short stiff peak."
    height = shape("height", 0.24, 0.32)
    main = look.main(mapping="box")
    side = [
        (-0.42, 0.0, 1),
        (-0.45, height * 0.5),
        (-0.3, height * 0.92),
        (-0.05, height),
        (0.25, height * 0.8),
        (0.5, height * 0.4),
        (0.6, 0.06),
        (0.56, 0.0, 1),
    ]
    with scene.group():
        body = extrude(smooth_curve(side, 6, True), 0.6).rotate(yaw=-90)
        scene.add(body.wrinkle(0.006, 10), main)
        scene.clip(lying(extrude(ellipse(0.41, 0.55), 1.0)).at(0, 0, 0.05), 0.2)
        scene.paint(box(0.006, 1, 1), None, -0.008)
    tip = visor(shape("visor", 0.3, 0.36), 0.35, shape("curve", 0.35, 0.7), 0.018, 0.34)
    scene.add(tip.rotate(pitch=shape("tilt", 3, 8)).at(0, 0.075, 0), main, 0.035)


# --------------------------------------------------------------------------------------- beanies
def beanie_body(scene, material, height, shape, top=0.42):
    """Return the knitted tube of a beanie with its rounded end; narrower for one that lies flat."""
    squash = 0.42 if shape.pose == "flat" else 0.9
    profile = [
        (0.4, 0, 1),
        (0.42, height * 0.3),
        (0.385, height * 0.6),
        (top * 0.62, height * 0.88),
        (0.0, height, 1),
        (-0.05, height, 1),
        (-0.05, 0, 1),
    ]
    ribs = int(shape.choice("ribs", (0, 36, 48, 60)))
    body = revolve(smooth_curve(profile, 6), squash)
    scene.add(body.fluted(0.008, ribs) if ribs else body.lumps(0.012, 6), material)
    return squash


def cuff(scene, material, squash, height, radius=0.46, ribs=44):
    """Add the turned-up edge of a beanie."""
    profile = [
        (-0.1, 0),
        (-0.03, 0.0),
        (-0.005, 0.02),
        (0, height * 0.5),
        (-0.01, height - 0.02),
        (-0.03, height),
        (-0.1, height),
    ]
    around = np.array(profile) + (radius, 0)
    scene.add(revolve(around, squash * 1.02).fluted(0.009, ribs), material)


def bobble(scene, material, y, size, squash=1.0):
    """Add a fluffy ball on top."""
    scene.add(
        ellipsoid(size, size * 0.92, size * max(squash, 0.7)).lumps(0.03, 16).at(0, y, 0), material
    )


@design("beanie", "cuffed", pose=("standing", "flat"), materials=YARN, patterns="all")
def cuffed_beanie(scene, look, shape):
    "A knitted beanie with a broad turned-up cuff."
    squash = beanie_body(scene, look.main(mapping="around"), shape("height", 0.62, 0.8), shape)
    plain = shape.choice("cuff_colour", ("main", "accent")) == "main"
    band = look.main(mapping="around") if plain else look.accent("knit")
    cuff(scene, band, squash, shape("cuff", 0.16, 0.26))


@design("beanie", "bobble", pose=("standing", "flat"), materials=YARN, patterns="all")
def bobble_beanie(scene, look, shape):
    "A bobble hat: a knitted beanie with a cuff and a fluffy pompom."
    height = shape("height", 0.6, 0.74)
    squash = beanie_body(scene, look.main(mapping="around"), height, shape)
    cuff(scene, look.accent("knit"), squash, shape("cuff", 0.13, 0.22))
    size = shape("bobble", 0.12, 0.19)
    bobble(scene, look.accent("wool"), height + size * 0.75, size, squash)


@design("beanie", "slouchy", pose=("standing", "flat"), materials=YARN, patterns="all")
def slouchy_beanie(scene, look, shape):
    "A slouchy beanie: long, without a cuff, its end falling to one side."
    squash = 0.42 if shape.pose == "flat" else 0.85
    length, lean = shape("height", 0.8, 1.0), shape("slouch", 0.12, 0.3)
    main = look.main(mapping="around")
    profile = [
        (0.36, 0, 1),
        (0.38, 0.1),
        (0.45, length * 0.45),
        (0.4, length * 0.74),
        (0.22, length * 0.96),
        (0.0, length, 1),
        (-0.05, length, 1),
        (-0.05, 0, 1),
    ]
    scene.add(revolve(smooth_curve(profile, 6), squash).bend(x=lean).wrinkle(0.02, 7), main)
    cuff(scene, main, squash, shape("cuff", 0.1, 0.16), 0.405)


@design(
    "beanie",
    "skull cap",
    pose=("standing", "flat"),
    materials=("knit", "cotton", "wool"),
    patterns="all",
)
def skull_cap(scene, look, shape):
    "A plain, close-fitting beanie, often with stripes round its edge."
    height = shape("height", 0.5, 0.62)
    with scene.group():
        beanie_body(scene, look.main(mapping="around"), height, shape, 0.4)
        if shape.choice("edge", ("stripes", "plain")) == "stripes":
            for y in (0.1, 0.17):
                scene.paint(box(1, 0.02, 1).at(0, y, 0), look.accent("knit"), 0.004)
