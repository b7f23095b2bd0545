"""Accessories: hats, caps, beanies, scarves, belts, bags, watches and sunglasses.

Soft things are drawn as outlines and profiles and given thickness; hardware (buckles, clasps,
rings) comes from a handful of small functions shared by all of them. Fronts face +z.
"""

import numpy as np

from clipkit.studio.product import design
from clipkit.studio.scene import (
    box, capsule, cloth, cylinder, ellipsoid, extrude, ring, revolve, smooth_curve, sphere, torus,
    tube,
)

FELT = ("wool", "suede", "canvas", "cotton", "leather")
WOVEN = ("cotton", "canvas", "denim", "wool")
YARN = ("knit", "wool")
HIDES = ("leather", "suede", "canvas")


# ------------------------------------------------------------------------- shared constructions
def sheet(points, thickness):
    """Closed outline of a thin sheet whose outer side runs through `points`."""
    line = smooth_curve(points, 6)
    along = np.gradient(line, axis=0)
    inward = np.column_stack([along[:, 1], -along[:, 0]])
    inward /= np.linalg.norm(inward, axis=1, keepdims=True) + 1e-9
    return np.vstack([line, (line + thickness * inward)[::-1]])


def mirrored(right):
    """Closed outline that is symmetric about x = 0, from its right half (top to bottom)."""
    right = np.asarray(right, float)
    return np.vstack([right, (right * (-1, 1))[::-1]])


def ellipse(rx, ry, n=40):
    """Outline of an ellipse about the origin."""
    t = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.column_stack([rx * np.cos(t), ry * np.sin(t)])


def rectangle(x, y, half_width, half_height):
    """Outline of a rectangle about (x, y)."""
    signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    return signs * (half_width, half_height) + (x, y)


def rounded(half_width, half_height, corner):
    """Outline of a rectangle with round corners about the origin."""
    t = np.linspace(0, np.pi / 2, 6)
    arc = corner * np.column_stack([np.cos(t), np.sin(t)])
    centre = np.array([half_width - corner, half_height - corner])
    quarter = arc + centre
    half = np.vstack([quarter, (quarter * (-1, 1))[::-1]])
    return np.vstack([half, half[::-1] * (1, -1)])


def lying(piece):
    """Turn a piece drawn in the xy plane so that it lies flat, its y axis towards the viewer."""
    return piece.rotate(pitch=90)


def arch(half_width, height, thickness, corner=0.5):
    """Outline of a handle: a band that rises from both feet and runs over the top."""
    t = np.linspace(0, np.pi, 28)
    line = np.column_stack([np.cos(t), np.sin(t) ** corner])
    outer = line * (half_width, height)
    inner = line * (half_width - thickness, height - thickness)
    return np.vstack([outer, inner[::-1]])


def buckle(scene, metal, x, y, z, half_width, half_height, place=lambda piece: piece):
    """A frame buckle with its prong, facing +z."""
    bar = min(half_width, half_height) * 0.28
    frame = [rounded(half_width, half_height, bar),
             rounded(half_width - bar, half_height - bar, bar * 0.5)]
    scene.add(place(extrude(frame, 0.016, 0.008).at(x, y, z)), metal)
    prong = capsule((-half_width, 0, 0.016), (half_width, 0, 0.016), bar * 0.42)
    scene.add(place(prong.at(x, y, z)), metal)


def one_of(look, shape, part, colours, material):
    """A part's material: one of a few colours, where "accent" is the product's second."""
    colour = shape.choice(part, colours)
    return look.accent(material) if colour == "accent" else look.plain(colour, material)


def metal(look, shape):
    """Chrome or gold hardware."""
    return look.gold() if shape.choice("hardware", ("gold", "chrome")) == "gold" else look.chrome()


# ------------------------------------------------------------------------------------------ hats
def crown(scene, material, radius, height, *, top=0.85, squash=1.2, dome=0.0):
    """The part of a hat that covers the head; `top` is its relative width above."""
    side = [(radius, -0.02, 1), (radius * (1 + top) / 2 * 1.02, height * 0.5),
            (radius * top, height * (0.9 - 0.25 * dome)), (radius * top * 0.8, height * (1 - 0.1 * dome)),
            (0.0, height, 1), (-0.05, height, 1), (-0.05, -0.02, 1)]
    scene.add(revolve(smooth_curve(side, 6), squash), material, 0.03)


def hat_band(scene, material, radius, low, high, squash=1.2, slope=0.0, bow=True):
    """A ribbon round the crown, with a flat bow at one side."""
    thick = 0.012
    profile = [(radius - 0.06, low), (radius + thick, low), (radius + thick - slope, high),
               (radius - 0.06 - slope, high)]
    scene.add(revolve(np.array(profile), squash), material)
    if bow:
        middle, half = (low + high) / 2, (high - low) / 2
        scene.add(box(0.014, half * 1.05, 0.1, 0.01).at(radius + thick, middle, 0), material)
        scene.add(box(0.022, half * 0.9, 0.025, 0.01).at(radius + thick, middle, 0), material)


def flat_brim(inner, outer, squash, thickness, droop=0.0, roll=0.0):
    """A brim that droops at front and back (`droop`) or rolls up at the sides (`roll`)."""
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
    scene.add(flat_brim(radius - 0.06, radius + brim, 1.2, 0.013,
                        shape("droop", 0.0, 0.16)), main, 0.04)
    hat_band(scene, look.accent("satin"), radius, 0.015, shape("band", 0.09, 0.15), slope=0.012)


@design("hat", "sun hat", pose="standing", materials=("straw", "cotton", "canvas"),
        patterns="all", pitch=(10, 55))
def sun_hat(scene, look, shape):
    "A hat with a round crown and a very wide, wavy brim."
    radius, height = 0.34, shape("crown", 0.26, 0.36)
    main = look.main(mapping="around")
    crown(scene, main, radius, height, top=0.86, squash=1.1, dome=0.8)
    brim, drop = shape("brim", 0.42, 0.62), shape("drop", 0.06, 0.2)
    profile = sheet([(radius - 0.05, 0.02), (radius + brim * 0.5, -drop * 0.3),
                     (radius + brim, -drop)], 0.022)
    waves = int(shape.choice("waves", (0, 4, 5, 7)))
    scene.add(revolve(profile, 1.06, waves, shape("wave_depth", 0.03, 0.08)), main, 0.04)
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
        profile = sheet([(radius - 0.03, 0.03), (radius + 0.03, 0.0),
                         (radius + brim, -slope * brim)], 0.026)
        scene.add(revolve(profile, 1.08), main, 0.02)
        for t in (0.3, 0.5, 0.7, 0.9):
            stitch = ring(radius + brim * t, (radius + brim * t) * 1.08, 0.008, 0.05)
            scene.paint(stitch.at(0, -slope * brim * t, 0), None, -0.006)
        scene.paint(box(1, 0.008, 1).at(0, height - 0.035, 0), None, -0.008)


@design("hat", "boater", pose="standing", materials=("straw",), patterns=("plain",),
        pitch=(8, 40))
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
    brim = flat_brim(radius - 0.06, radius + shape("brim", 0.3, 0.4), 1.25, 0.016,
                     roll=shape("roll", 0.35, 0.75))
    scene.add(brim, main, 0.05)
    hat_band(scene, look.accent("leather"), radius, 0.02, 0.075, 1.25, bow=False)


# ------------------------------------------------------------------------------------------ caps
def dome(scene, material, height, squash=1.12, radius=0.38):
    """The rounded top of a cap, standing on y = 0."""
    side = [(radius, 0, 1), (radius * 1.01, height * 0.35), (radius * 0.86, height * 0.74),
            (radius * 0.5, height * 0.95), (0, height, 1), (-0.05, height, 1), (-0.05, 0, 1)]
    scene.add(revolve(smooth_curve(side, 6), squash), material)


def visor(length, half_width, curve, thickness=0.014, root=0.3):
    """The peak of a cap, pointing to +z, bent down at its sides by `curve`."""
    t = np.linspace(-np.pi / 2, np.pi / 2, 24)
    front = np.column_stack([root + length * np.cos(t) ** 0.75, half_width * np.sin(t)])
    back = np.array([(root - 0.12, half_width * 0.75), (root - 0.05, 0), (root - 0.12, -half_width * 0.75)])
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
        "letters": [rectangle(x, y, w, h) for x, w, h in
                    ((-0.1, 0.018, size), (-0.03, 0.018, size), (0.05, 0.03, size), (0.12, 0.015, size))],
        "shield": smooth_curve([(-size, y + size, 1), (size, y + size, 1), (size * 0.9, y - size * 0.3),
                                (0, y - size, 1), (-size * 0.9, y - size * 0.3)], 5, True),
        "bar": rectangle(0, y, 0.16, size * 0.45),
    }
    if kind != "none":
        scene.paint(extrude(outlines[kind], reach).at(0, 0, reach), look.accent("cotton"), 0.012)


@design("cap", "baseball", pose="standing", materials=WOVEN, patterns="all", yaw=(-80, 80),
        pitch=(5, 50))
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
    scene.add(tip.rotate(pitch=shape("tilt", 0, 8)).at(0, 0.04, 0),
              look.accent("cotton"), 0.01)
    scene.add(ellipsoid(0.032, 0.02, 0.032).at(0, height + 0.006, 0), look.accent("cotton"))


@design("cap", "flat cap", pose="standing", materials=("wool", "cotton", "leather", "denim"),
        patterns="all", yaw=(-80, 80), pitch=(4, 35))
def flat_cap(scene, look, shape):
    "A flat cap: low, drawn forward and sewn to a short stiff peak."
    height = shape("height", 0.26, 0.34)
    main = look.main(mapping="box")
    side = [(-0.4, 0.0, 1), (-0.46, height * 0.45), (-0.34, height * 0.9), (-0.05, height),
            (0.28, height * 0.78), (0.52, 0.14), (0.55, 0.05), (0.44, 0.0, 1)]
    with scene.group():
        scene.add(extrude(smooth_curve(side, 6, True), 0.6).rotate(yaw=-90).wrinkle(0.006, 10), main)
        scene.clip(lying(extrude(ellipse(0.41, 0.53), 1.0)).at(0, 0, 0.05), 0.16)
        scene.paint(box(0.006, 1, 1), None, -0.008)
    tip = visor(0.3, 0.33, shape("curve", 0.5, 0.9), 0.016, 0.34)
    scene.add(tip.rotate(pitch=shape("tilt", 6, 14)).at(0, 0.1, 0), main, 0.02)


# --------------------------------------------------------------------------------------- beanies
def beanie_body(scene, material, height, shape, top=0.42):
    """The knitted tube of a beanie with its rounded end; narrower for one that lies flat."""
    squash = 0.42 if shape.pose == "flat" else 0.9
    profile = [(0.4, 0, 1), (0.42, height * 0.3), (0.385, height * 0.6), (top * 0.62, height * 0.88),
               (0.0, height, 1), (-0.05, height, 1), (-0.05, 0, 1)]
    ribs = int(shape.choice("ribs", (0, 36, 48, 60)))
    body = revolve(smooth_curve(profile, 6), squash)
    scene.add(body.fluted(0.008, ribs) if ribs else body.lumps(0.012, 6), material)
    return squash


def cuff(scene, material, squash, height, radius=0.46, ribs=44):
    """The turned-up edge of a beanie."""
    profile = [(-0.1, 0), (-0.03, 0.0), (-0.005, 0.02), (0, height * 0.5), (-0.01, height - 0.02),
               (-0.03, height), (-0.1, height)]
    around = np.array(profile) + (radius, 0)
    scene.add(revolve(around, squash * 1.02).fluted(0.009, ribs), material)


def bobble(scene, material, y, size, squash=1.0):
    """A fluffy ball on top."""
    scene.add(ellipsoid(size, size * 0.92, size * max(squash, 0.7)).lumps(0.03, 16).at(0, y, 0),
              material)


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
    profile = [(0.36, 0, 1), (0.38, 0.1), (0.45, length * 0.45), (0.4, length * 0.74),
               (0.22, length * 0.96), (0.0, length, 1), (-0.05, length, 1), (-0.05, 0, 1)]
    scene.add(revolve(smooth_curve(profile, 6), squash).bend(x=lean).wrinkle(0.02, 7), main)
    cuff(scene, main, squash, shape("cuff", 0.1, 0.16), 0.405)


@design("beanie", "skull cap", pose=("standing", "flat"), materials=("knit", "cotton", "wool"),
        patterns="all")
def skull_cap(scene, look, shape):
    "A plain, close-fitting beanie, often with stripes round its edge."
    height = shape("height", 0.5, 0.62)
    with scene.group():
        beanie_body(scene, look.main(mapping="around"), height, shape, 0.4)
        if shape.choice("edge", ("stripes", "plain")) == "stripes":
            for y in (0.1, 0.17):
                scene.paint(box(1, 0.02, 1).at(0, y, 0), look.accent("knit"), 0.004)


# --------------------------------------------------------------------------------------- scarves
def tail(scene, shape, material, x, width, top, bottom, z, lean=0.0, seed=0, fringe=None):
    """One hanging end of a scarf, mostly with a fringe."""
    body = np.array([(x - width * 0.4 - lean, top), (x - width / 2, bottom), (x + width / 2, bottom),
                     (x + width * 0.4 - lean, top)])
    scene.add(cloth(body, 0.02, 0.035, 0.08, 0.03, drape=1.0, crumple=0.2, frequency=16,
                    seed=seed).at(0, 0, z), material)
    length, strands = fringe or shape("fringe", 0.06, 0.14), int(shape.choice("strands", (7, 9, 12)))
    combs = [rectangle(u, bottom - length / 2, width / strands * 0.3, length / 2 + 0.02)
             for u in np.linspace(x - width * 0.46, x + width * 0.46, strands)]
    if fringe or shape.choice("fringed", ("yes", "yes", "no")) == "yes":
        scene.add(extrude(combs, 0.018, 0.015).at(0, 0, z), material)


@design("scarf", "looped", pose="worn", materials=("knit", "wool", "cotton", "satin"),
        patterns="all")
def looped_scarf(scene, look, shape):
    "A scarf looped round the neck, both ends hanging down in front."
    main = look.main(mapping="front")
    thick = shape("thickness", 0.09, 0.14)
    width, length = shape("end_width", 0.24, 0.34), shape("length", 0.75, 1.1)
    for y, r, tilt, f in ((0.02, 0.3, 16, 1.0), (-0.1, 0.35, 24, 1.1)):
        scene.add(ring(r, r * 0.8, thick * 0.75, thick * f).rotate(pitch=tilt)
                  .wrinkle(0.025, 11).at(0, y, 0), main, 0.03)
    z = 0.3
    tail(scene, shape, main, -0.12, width, -0.15, -length, z, 0.04, 1)
    tail(scene, shape, main, 0.14, width, -0.15, -length * shape("uneven", 0.75, 1.0), z - 0.05,
         -0.04, 2)
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
        tail(scene, shape, main, x, 2 * width, height / 2, y - height / 2, 0.09 * i,
             seed=7 + i, fringe=fringe)
    bend = capsule((-width * 0.86, 0, 0), (width * 0.86, 0, 0), 0.075).wrinkle(0.01, 9)
    scene.add(bend.at(0.0, height / 2 - 0.02, 0.06), main, 0.03)


@design("scarf", "hanging", pose="hanging", materials=("wool", "knit", "satin", "cotton"),
        patterns="all")
def hanging_scarf(scene, look, shape):
    "A long scarf hung over a peg, its two fringed ends side by side."
    main = look.main(mapping="front")
    width, length = shape("end_width", 0.26, 0.4), shape("length", 1.2, 1.7)
    spread = shape("spread", 0.1, 0.2)
    tail(scene, shape, main, -spread, width, 0.0, -length, 0.0, -spread * 0.6, 3)
    tail(scene, shape, main, spread, width, 0.0, -length * shape("uneven", 0.7, 0.95), 0.07,
         spread * 0.6, 4)
    scene.add(tube((-spread - 0.02, -0.12, 0.02), (0, 0.2, 0.04), (spread + 0.02, -0.12, 0.05),
                   0.1, 0.1).wrinkle(0.02, 12), main, 0.05)
    scene.add(sphere(0.05).at(0, 0.06, 0.1), look.wood())


@design("scarf", "snood", pose="worn", materials=("knit", "wool"), patterns="all", pitch=(12, 40))
def snood(scene, look, shape):
    "A snood: an endless knitted loop wound twice round the neck."
    main = look.main(mapping="box")
    thick, gape = shape("thickness", 0.1, 0.14), shape("gape", 0.0, 0.06)
    for y, r, tilt, roll in ((0.1, 0.34, 10, 7), (-0.06, 0.37, 22, -9), (-0.18, 0.42, 36, 5)):
        coil = ring(r + gape, (r + gape) * 0.86, thick * 0.75, thick).rotate(pitch=tilt, roll=roll)
        scene.add(coil.wrinkle(0.03, 10).at(0, y, 0.04), main, 0.02)


# ----------------------------------------------------------------------------------------- belts
def spiral(turns, inner, gap, thickness):
    """Outline of a band rolled up from the centre outwards."""
    t = np.linspace(0, 2 * np.pi * turns, int(40 * turns))
    radius = inner + gap * t / (2 * np.pi)
    direction = np.column_stack([np.cos(t), np.sin(t)])
    return np.vstack([direction * radius[:, None], (direction * (radius - thickness)[:, None])[::-1]])


def belt_holes(scene, x, y, z, step, count=5, radius=0.013):
    """A row of punched holes, along x, through to the back."""
    holes = [ellipse(radius, radius, 10) + (x + i * step, y) for i in range(count)]
    scene.cut(extrude(holes, 0.2).at(0, 0, z))


@design("belt", "rolled", pose="standing", materials=HIDES, patterns="all", yaw=(-50, 50),
        pitch=(15, 60))
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
    scene.add(box(0.03, half * 1.08, 0.04, 0.01).at(-0.1, half, radius - 0.03),
              look.plain("black", "leather"))


@design("belt", "buckled", pose="standing", materials=HIDES, patterns="all", yaw=(-40, 40),
        pitch=(10, 50))
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
        scene.add(extrude(rounded(0.16, half * 1.15, 0.05), 0.02, 0.012).at(0, half, rz + 0.02),
                  metal(look, shape))
    scene.add(box(0.022, half * 1.08, 0.035, 0.008).rotate(yaw=12).at(0.24, half, rz - 0.015), main)


@design("belt", "laid out", pose="flat", materials=HIDES, patterns="all")
def laid_out_belt(scene, look, shape):
    "A belt laid in a wide curve, with its buckle at one end and holes at the other."
    half = shape("width", 0.05, 0.085)
    main = look.main(mapping="front")
    turn = shape("sweep", 200, 300)
    t = np.radians(np.linspace(90 - turn / 2, 90 + turn / 2, 60))
    arc = np.column_stack([np.cos(t) * 0.7, np.sin(t) * shape("height", 0.45, 0.7)])
    normal = np.column_stack([np.cos(t), np.sin(t)])
    strip = np.vstack([arc + half * normal, (arc - half * normal)[::-1]])
    with scene.group():
        scene.add(extrude(strip, 0.022, 0.012), main)
        holes = [ellipse(0.014, 0.014, 10) + arc[i] for i in (3, 5, 7, 9, 11)]
        scene.cut(extrude(holes, 0.2))
    end = arc[-1]
    angle = float(np.degrees(np.arctan2(*(arc[-1] - arc[-3])[::-1])))
    steel = metal(look, shape)
    buckle(scene, steel, 0, 0, 0, 0.1, half * 1.55,
           lambda piece: piece.rotate(roll=angle).at(end[0], end[1], 0.02))
    keeper = box(0.025, half * 1.15, 0.036, 0.01).rotate(roll=angle)
    x, y = arc[-6]
    scene.add(keeper.at(x, y, 0), main)


# ---------------------------------------------------------------------------------------- handbags
def bag_body(scene, outline, depth, material, taper=0.0, soft=0.01, round=0.05):
    """The body of a bag: its front outline, with depth; narrower above if tapered."""
    scene.add(extrude(outline, depth, round).lumps(soft, 3.0), material)
    if taper:
        height = outline[:, 1].max()
        side = np.array([(-depth * 1.2, -0.2), (depth * 1.2, -0.2), (depth, 0.1),
                         (depth * (1 - taper), height + 0.1), (-depth * (1 - taper), height + 0.1),
                         (-depth, 0.1)])
        scene.clip(extrude(side, 2.0).rotate(yaw=90), 0.03)


def handle_rings(scene, steel, x, y, z, radius=0.035):
    """Rings that fix a handle, at both sides."""
    scene.add(torus(radius, 0.01).at(x, y, z).mirror("x"), steel)


def trapezium(bottom, top, height, bulge=0.0):
    """Front outline of a bag standing on y = 0 with rounded corners."""
    right = [(0.0, 0.0), (bottom - 0.05, 0.0), (bottom, 0.05), ((bottom + top) / 2 + bulge, height / 2),
             (top, height - 0.05), (top - 0.05, height), (0.0, height)]
    return mirrored(smooth_curve(right, 5)[::-1])


@design("handbag", "tote", pose="standing", materials=("canvas", "leather", "cotton"),
        patterns="all", yaw=(-45, 45), pitch=(2, 25))
def tote(scene, look, shape):
    "A tote bag: a large open bag with two long handles."
    bottom, height = shape("bottom", 0.42, 0.55), shape("height", 0.75, 1.0)
    top, depth = bottom * shape("flare", 1.0, 1.2), shape("depth", 0.12, 0.2)
    outline = trapezium(bottom, top, height)
    with scene.group():
        bag_body(scene, outline, depth, look.main(mapping="front"), 0.3, 0.015)
        scene.cut(box(top * 0.9, 0.4, depth * 0.55, 0.05).at(0, height + 0.1, 0), look.lining(), 0.02)
        if shape.choice("base", ("accent", "plain")) == "accent":
            scene.paint(box(2, 0.14, 2), look.accent("leather"), 0.008)
        scene.paint(box(2, 0.004, 2).at(0, height - 0.08, 0), None, -0.006)
    rise, gap = shape("handle", 0.3, 0.6), shape("handle_gap", 0.18, 0.26)
    strap = extrude(arch(gap, rise, 0.045, 0.6), 0.014, 0.01)
    material = look.accent("leather") if shape.choice("handles", ("accent", "main")) == "accent" \
        else look.main(mapping="front")
    for z in (-0.62, 0.62):
        scene.add(strap.at(0, height - 0.06, z * depth), material)
        for x in (-1, 1):
            scene.add(box(0.03, 0.09, 0.02, 0.01).at(x * (gap - 0.022), height - 0.1, z * depth * 1.1),
                      material)


@design("handbag", "flap satchel", pose="standing", materials=HIDES, patterns="all",
        yaw=(-45, 45), pitch=(2, 22))
def flap_satchel(scene, look, shape):
    "A satchel with a broad flap over its front, buckled straps and a top handle."
    half, height = shape("half_width", 0.46, 0.58), shape("height", 0.55, 0.72)
    depth = shape("depth", 0.12, 0.18)
    main, trim = look.main(mapping="front"), look.accent("leather")
    flap = shape("flap", 0.45, 0.7)
    with scene.group():
        bag_body(scene, trapezium(half, half * 0.97, height), depth, main, 0.1, 0.008, 0.03)
        cover = smooth_curve([(-half * 1.1, height + 0.1, 1), (-half * 1.02, height * (1 - flap) + 0.1),
                              (-half * 0.85, height * (1 - flap)), (half * 0.85, height * (1 - flap)),
                              (half * 1.02, height * (1 - flap) + 0.1), (half * 1.1, height + 0.1, 1)],
                             6, True)
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
        scene.add(extrude(arch(half + 0.02, height * 0.4 + rise, 0.022, 0.55), 0.03, 0.01)
                  .at(0, height * 0.6, 0), trim)


@design("handbag", "top handle", pose="standing", materials=("leather", "suede"), patterns="all",
        yaw=(-45, 45), pitch=(2, 22))
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
        scene.add(tube((-gap, height - 0.02, z * depth), (-gap * 0.9, height + rise * 1.3, z * depth),
                       (0.01, height + rise, z * depth), 0.026), trim)
        scene.add(tube((gap, height - 0.02, z * depth), (gap * 0.9, height + rise * 1.3, z * depth),
                       (-0.01, height + rise, z * depth), 0.026), trim)
        handle_rings(scene, steel, gap, height - 0.0, z * depth * 1.2)
    scene.add(box(0.05, 0.04, 0.02, 0.01).at(0, height * 0.82, depth * 0.62), steel)
    for x in (-1, 1):
        for z in (-1, 1):
            scene.add(sphere(0.025).at(x * bottom * 0.85, 0.0, z * depth * 0.75), steel)


@design("handbag", "clutch", pose="standing", materials=("leather", "satin", "suede"),
        patterns="all", yaw=(-40, 40), pitch=(4, 35))
def clutch(scene, look, shape):
    "A clutch: a small flat evening bag without a handle, closed by an envelope flap."
    half, height = shape("half_width", 0.5, 0.65), shape("height", 0.5, 0.62)
    depth = shape("depth", 0.06, 0.1)
    point = shape("point", 0.25, 0.5)
    with scene.group():
        bag_body(scene, trapezium(half, half * 0.98, height), depth, look.main(mapping="front"),
                 0.35, 0.004, 0.04)
        flap = np.array([(-half * 1.1, height + 0.1), (-half * 1.02, height * 0.88),
                         (-0.06, height * point), (0.06, height * point), (half * 1.02, height * 0.88),
                         (half * 1.1, height + 0.1)])
        accent = shape.choice("flap_colour", ("main", "main", "accent")) == "accent"
        scene.paint(extrude(flap, 1.0).at(0, 0, 0.99),
                    look.accent("leather") if accent else None, 0.024, 0.015)
    scene.add(cylinder(0.035, 0.035, 0.02, 0.008).rotate(pitch=90)
              .at(0, height * point + 0.06, depth + 0.015), metal(look, shape))
    if shape.choice("wrist", ("strap", "none")) == "strap":
        scene.add(torus(0.14, 0.016).rotate(yaw=60).at(-half - 0.08, height * 0.72, 0.02),
                  look.main(mapping="box"))


@design("handbag", "crossbody", pose="standing", materials=("leather", "suede", "canvas"),
        patterns="all", yaw=(-45, 45), pitch=(2, 22))
def crossbody(scene, look, shape):
    "A small rounded bag on a long chain or strap worn across the body."
    half, height = shape("half_width", 0.36, 0.46), shape("height", 0.46, 0.6)
    depth, steel = shape("depth", 0.1, 0.15), metal(look, shape)
    corner = shape("corner", 0.1, 0.22)
    outline = rounded(half, height / 2, corner) + (0, height / 2)
    main = look.main(mapping="front")
    with scene.group():
        bag_body(scene, outline, depth, main, 0.15, 0.008, 0.05)
        flap = mirrored(smooth_curve([(0, height * 0.34), (half * 0.5, height * 0.38),
                                      (half * 0.95, height * 0.55), (half * 1.1, height + 0.1, 1),
                                      (0, height + 0.1, 1)], 5)[::-1])
        scene.paint(extrude(flap, 1.0).at(0, 0, 0.99), None, 0.022, 0.015)
        if shape.choice("quilted", ("yes", "no")) == "yes":
            for angle in (45, -45):
                for offset in (-0.3, -0.1, 0.1, 0.3):
                    scene.paint(box(0.006, 2, 1).at(offset, 0, 0.98).rotate(roll=angle)
                                .at(0, height * 0.5, 0), None, -0.01, 0.01)
    scene.add(extrude(rounded(0.06, 0.045, 0.02), 0.015, 0.008).at(0, height * 0.4, depth + 0.03), steel)
    rise = shape("strap_rise", 0.7, 1.1)
    chain = shape.choice("strap", ("chain", "leather")) == "chain"
    strap = extrude(arch(half * 0.96, rise, 0.03 if chain else 0.025, 0.7), 0.014 if chain else 0.03,
                    0.01)
    scene.add(strap.ribbed(0.006, 90).at(0, height - 0.1, 0) if chain
              else strap.at(0, height - 0.1, 0), steel if chain else main)
    handle_rings(scene, steel, half * 0.93, height - 0.08, 0.0)


@design("handbag", "hobo", pose="standing", materials=("leather", "suede", "canvas"),
        patterns="all", yaw=(-45, 45), pitch=(2, 20))
def hobo(scene, look, shape):
    "A soft hobo bag: a crescent that hangs from one broad shoulder strap."
    half, height = shape("half_width", 0.5, 0.62), shape("height", 0.5, 0.65)
    sag, depth = shape("sag", 0.08, 0.2), shape("depth", 0.14, 0.2)
    main = look.main(mapping="front")
    body = mirrored(smooth_curve([(0, height - sag), (half * 0.5, height - sag * 0.6),
                                  (half * 0.85, height + 0.05), (half * 0.98, height * 0.7),
                                  (half * 0.92, height * 0.25), (half * 0.5, 0.01), (0, 0.0)], 6))
    with scene.group(0.02):
        bag_body(scene, body, depth, main, 0.75, 0.02, 0.08)
        scene.paint(box(2, 0.01, 0.012).at(0, height - 0.05, 0), None, -0.01)
    rise = shape("strap_rise", 0.45, 0.7)
    strap = extrude(arch(half * 0.86, rise, 0.035, 0.8), shape("strap", 0.03, 0.07), 0.012)
    scene.add(strap.at(0, height - 0.05, 0), look.main(mapping="box"), 0.03)
    handle_rings(scene, metal(look, shape), half * 0.84, height - 0.02, 0.03, 0.05)


# --------------------------------------------------------------------------------------- backpacks
def pack_straps(scene, material, half, height, depth):
    """The two padded shoulder straps behind, and the loop on top."""
    scene.add(tube((half * 0.45, height * 0.94, -depth * 0.9), (half * 1.5, height * 0.75, -depth * 3.2),
                   (half * 0.85, height * 0.1, -depth * 0.9), 0.05, 0.034).mirror("x"), material)
    scene.add(torus(0.09, 0.018, 190).at(0, height - 0.03, -depth * 0.5), material)


def pocket(scene, outline, depth, material, soft=0.015):
    """A pocket bulging from the front of a bag."""
    scene.add(extrude(outline, depth, depth * 0.75).lumps(soft, 4), material, 0.012)


def zip_line(scene, look, x, y, z, half):
    """A short straight zip with its puller."""
    scene.add(box(half, 0.01, 0.01, 0.005).at(x, y, z), look.plain("black", "plastic"))
    scene.add(box(0.014, 0.04, 0.008, 0.004).at(x + half * 0.7, y - 0.035, z + 0.008), look.chrome())


@design("backpack", "school", pose="standing", materials=("canvas", "denim", "leather"),
        patterns="all", yaw=(-55, 55), pitch=(2, 22))
def school_backpack(scene, look, shape):
    "A school backpack: rounded above, with a zip all round and a front pocket."
    half, height, depth = shape("half_width", 0.34, 0.42), shape("height", 0.95, 1.15), shape("depth", 0.15, 0.21)
    main, trim = look.main(mapping="front"), look.accent("canvas")
    body = mirrored(smooth_curve([(0, height), (half * 0.45, height * 0.99), (half * 0.88, height * 0.85),
                                  (half, height * 0.5), (half, 0.08), (half * 0.85, 0.0), (0, 0, 1)], 6))
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
        scene.add(box(0.05, height * 0.15, depth * 0.6, 0.045).at(half + 0.01, height * 0.2, 0)
                  .mirror("x"), trim)
    pack_straps(scene, trim, half, height, depth)


@design("backpack", "roll-top", pose="standing", materials=("canvas", "leather", "denim"),
        patterns="all", yaw=(-55, 55), pitch=(2, 20))
def roll_top_backpack(scene, look, shape):
    "A roll-top backpack: a tall pack whose top is rolled down and clipped by straps."
    half, height, depth = shape("half_width", 0.33, 0.4), shape("height", 0.9, 1.05), shape("depth", 0.15, 0.2)
    main, trim = look.main(mapping="front"), look.accent("leather")
    outline = trapezium(half, half * 1.02, height)
    with scene.group():
        scene.add(extrude(outline, depth, 0.07).lumps(0.02, 3), main)
        side = np.array([(-depth * 1.3, -0.1), (depth * 1.3, -0.1), (depth * 1.1, height * 0.65),
                         (depth * 0.35, height + 0.1), (-depth, height + 0.1), (-depth * 1.1, 0.4)])
        scene.clip(extrude(side[:, :] * (-1, 1), 2).rotate(yaw=90), 0.06)
    roll = shape("roll", 0.07, 0.11)
    scene.add(capsule((-half * 0.98, 0, 0), (half * 0.98, 0, 0), roll).at(0, height + roll * 0.4, -depth * 0.2),
              main, 0.02)
    pocket(scene, rounded(half * 0.75, height * 0.2, 0.03) + (0, height * 0.27), depth + 0.05, main)
    z = depth + 0.03
    straps = shape.choice("closure", ("one", "two"))
    for x in ((0.0,) if straps == "one" else (-half * 0.55, half * 0.55)):
        scene.add(tube((x, height + roll * 1.3, -depth * 0.2), (x, height + roll, depth * 1.1),
                       (x, height * 0.62, z), 0.024), trim)
        scene.add(box(0.035, height * 0.09, 0.012, 0.01).at(x, height * 0.56, z + 0.005), trim)
        buckle(scene, metal(look, shape), x, height * 0.58, z + 0.03, 0.055, 0.045)
    pack_straps(scene, trim, half, height, depth)


@design("backpack", "leather flap", pose="standing", materials=("leather", "suede", "canvas"),
        patterns="all", yaw=(-55, 55), pitch=(2, 20))
def flap_backpack(scene, look, shape):
    "A rucksack with a large flap, two buckled straps and pockets at the sides."
    half, height, depth = shape("half_width", 0.34, 0.42), shape("height", 0.85, 1.0), shape("depth", 0.15, 0.21)
    main, trim, steel = look.main(mapping="front"), look.accent("leather"), metal(look, shape)
    drop = shape("flap", 0.4, 0.55)
    with scene.group():
        scene.add(extrude(trapezium(half * 1.05, half * 0.9, height, 0.03), depth, 0.1).lumps(0.02, 3), main)
        cover = mirrored(smooth_curve([(0, height * (1 - drop)), (half * 0.7, height * (1 - drop) + 0.02),
                                       (half * 1.05, height * (1 - drop) + 0.12), (half * 1.2, height * 1.2, 1),
                                       (0, height * 1.2, 1)], 6)[::-1])
        same = shape.choice("flap_colour", ("main", "accent")) == "main"
        scene.paint(extrude(cover, 1.0).at(0, 0, 0.96), main if same else trim, 0.035, 0.02)
    pocket(scene, rounded(half * 0.7, height * 0.17, 0.06) + (0, height * 0.22), depth + 0.06, main)
    scene.add(extrude(rounded(0.05, height * 0.14, 0.05), depth * 0.62, 0.04)
              .at(half * 1.06, height * 0.24, 0).mirror("x"), main)
    for x in (-0.5, 0.5):
        scene.add(box(0.032, height * 0.22, 0.012, 0.01).at(x * half, height * 0.46, depth + 0.075), trim)
        buckle(scene, steel, x * half, height * 0.36, depth + 0.09, 0.052, 0.042)
    pack_straps(scene, trim, half, height, depth)


# ----------------------------------------------------------------------------------------- watches
def facing(piece):
    """Turn a piece built round the y axis so that its top faces +z."""
    return piece.rotate(pitch=90)


def watch_strap(scene, shape, material, half, reach, ribbed=0.0):
    """The strap: a closed loop behind a standing watch, or two ends of one that lies flat."""
    if shape.pose == "flat":
        long, short = shape("strap_long", 0.6, 0.8), shape("strap_short", 0.42, 0.56)
        taper = shape("strap_taper", 0.7, 0.95)
        strip = smooth_curve([(-half, reach * 0.7, 1), (half, reach * 0.7, 1),
                              (half * taper, -reach - long + 0.06), (half * 0.5, -reach - long, 1),
                              (-half * 0.5, -reach - long, 1), (-half * taper, -reach - long + 0.06)],
                             3, True)
        upper = np.array([(-half, -reach), (half, -reach), (half * taper, reach + short),
                          (-half * taper, reach + short)])
        with scene.group():
            band = extrude(strip, 0.028, 0.018)
            scene.add(band.ribbed(ribbed, 90) if ribbed else band, material)
            scene.add(extrude(upper, 0.028, 0.018).ribbed(ribbed, 90) if ribbed
                      else extrude(upper, 0.028, 0.018), material)
            if not ribbed:
                holes = [ellipse(0.014, 0.014, 8) + (0, -reach - long + 0.16 + 0.08 * i) for i in range(5)]
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
    return look.plain(face, "plastic"), look.plain("black" if face == "white" else "white", "plastic")


def round_case(scene, steel, radius, lug):
    """Round case with lugs, a bezel and a crown at the side."""
    scene.add(facing(cylinder(radius, radius, 0.06, 0.025)).at(0, 0, 0.045), steel)
    scene.add(torus(radius * 0.94, 0.026).at(0, 0, 0.1), steel)
    scene.add(box(0.025, radius * 1.12, 0.035, 0.02).at(lug, 0, 0.02).mirror("x"), steel)
    scene.add(cylinder(0.032, 0.032, 0.03, 0.008).fluted(0.003, 18).rotate(roll=90)
              .at(radius + 0.035, 0, 0.05), steel)


def strap_buckle(scene, steel, end):
    """The small buckle at the end of a strap that lies open."""
    if end is not None:
        y, half = end
        buckle(scene, steel, 0, y + 0.03, 0.0, half * 1.25, 0.06)


@design("watch", "round leather", pose=("standing", "flat"), materials=("leather", "suede", "canvas"),
        yaw=(-40, 40), pitch=(0, 30))
def round_watch(scene, look, shape):
    "A wristwatch with a round dial and a leather strap."
    radius, steel = shape("radius", 0.28, 0.36), metal(look, shape)
    half = radius * shape("strap", 0.48, 0.62)
    end = watch_strap(scene, shape, look.main(mapping="front"), half, radius * 1.05)
    strap_buckle(scene, steel, end)
    round_case(scene, steel, radius, half + 0.02)
    face, mark = face_colours(look, shape)
    dial(scene, shape, face, mark, radius * 0.9, 0.096, int(shape.choice("marks", (12, 12, 4))))


@design("watch", "square", pose=("standing", "flat"), materials=("leather", "suede"),
        yaw=(-40, 40), pitch=(0, 30))
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
    ticks = [rectangle(wide * 0.72 * x, tall * 0.76 * y, 0.028 if x else 0.01, 0.01 if x else 0.04)
             for x, y in ((0, 1), (0, -1), (1, 0), (-1, 0))]
    scene.add(extrude(ticks, 0.006).at(0, 0, 0.094), mark)
    for angle, length in ((shape("hour", 0, 360), 0.5), (shape("minute", 0, 360), 0.75)):
        hand = capsule((0, 0, 0), (0, wide * length, 0), 0.016, 0.009)
        scene.add(hand.rotate(roll=-angle).at(0, 0, 0.1), mark)
    scene.add(cylinder(0.028, 0.028, 0.026, 0.008).rotate(roll=90).at(wide + 0.03, 0, 0.05), steel)


SEGMENTS = {  # which of the seven bars (top, three middle left to right, ...) light for a digit
    0: "abcdef", 1: "bc", 2: "abged", 3: "abgcd", 4: "fgbc", 5: "afgcd", 6: "afgedc", 7: "abc",
    8: "abcdefg", 9: "abfgcd",
}


def digit(number, x, y, size):
    """Seven-segment outlines of a digit centred on (x, y)."""
    w, h, t = size * 0.5, size, size * 0.12
    bars = {"a": (0, h, w, t), "g": (0, 0, w, t), "d": (0, -h, w, t),
            "f": (-w, h / 2, t, h * 0.36), "b": (w, h / 2, t, h * 0.36),
            "e": (-w, -h / 2, t, h * 0.36), "c": (w, -h / 2, t, h * 0.36)}
    return [rectangle(x + bars[s][0], y + bars[s][1], bars[s][2] * (0.8 if s in "agd" else 1), bars[s][3])
            for s in SEGMENTS[number]]


@design("watch", "digital", pose=("standing", "flat"), materials=("rubber", "plastic", "canvas"), patterns=("plain",),
        yaw=(-40, 40), pitch=(0, 30))
def digital_watch(scene, look, shape):
    "A digital sports watch: a chunky case with figures on a screen, on a rubber strap."
    wide = shape("case_width", 0.27, 0.33)
    tall = wide * shape("proportion", 0.95, 1.2)
    main = look.main(mapping="front")
    end = watch_strap(scene, shape, main, wide * 0.78, tall * 1.02)
    strap_buckle(scene, look.chrome(), end)
    cut = wide * 0.35
    corners = mirrored([(wide - cut, tall), (wide, tall - cut), (wide, cut - tall), (wide - cut, -tall)])
    scene.add(extrude(corners, 0.08, 0.025).at(0, 0, 0.06), main)
    scene.add(extrude(corners * 0.86, 0.02, 0.012).at(0, 0, 0.14), look.accent("plastic"))
    light = shape.choice("screen", ("light", "dark")) == "light"
    screen, ink = ("beige", "black") if light else ("black", "white")
    scene.add(box(wide * 0.68, tall * 0.5, 0.02, 0.01).at(0, 0, 0.155), look.plain(screen, "plastic"))
    hours, minutes = int(shape("hours", 10, 24)), int(shape("minutes", 10, 60))
    size = wide * 0.2
    digits = (hours // 10, hours % 10, minutes // 10, minutes % 10)
    bars = [bar for number, x in zip(digits, (-0.48, -0.2, 0.16, 0.44), strict=True)
            for bar in digit(number, x * wide, 0, size)]
    bars += [rectangle(-0.02 * wide, y * size, 0.012, 0.012) for y in (-0.4, 0.4)]
    scene.add(extrude(bars, 0.006).at(0, 0, 0.178), look.plain(ink, "plastic"))
    for y in (-0.45, 0.45):
        scene.add(box(0.03, 0.04, 0.03, 0.012).at(wide + 0.015, y * tall, 0.06).mirror("x"), look.chrome())


@design("watch", "metal bracelet", pose=("standing", "flat"), materials=("metal",), patterns=("plain",),
        yaw=(-40, 40), pitch=(0, 30))
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
TINTS = {"grey": (0.02, 0.02, 0.022), "black": (0.006, 0.006, 0.007), "brown": (0.05, 0.022, 0.01),
         "green": (0.012, 0.03, 0.018), "blue": (0.01, 0.02, 0.06)}


def lenses(scene, look, shape, outline, rim, frame, tilt=0.0):
    """Two rims with dark lenses, mirror images of each other."""
    depth = shape("frame_depth", 0.02, 0.035)
    wrap = shape("wrap", 2, 9)
    centre = outline.mean(0)
    inner = outline - centre
    outer = centre + inner * (1 + rim / np.abs(inner).max(0))
    tint = look.plain(TINTS[shape.choice("tint", tuple(TINTS))], "plastic", roughness=0.06, coat=0.9)
    front = extrude([outer, outline], depth, depth * 0.8)
    scene.add(front.rotate(yaw=wrap).mirror("x"), frame)
    scene.add(extrude(outline, 0.01).rotate(yaw=wrap).mirror("x"), tint)
    return outer


def temples(scene, material, x, y, thickness, shape):
    """The two arms, hinged at the outer corners, bent down behind the ears."""
    length = shape("arms", 0.95, 1.15)
    z = -0.14 * x
    scene.add(box(thickness * 0.55, thickness, 0.05, 0.01).at(x, y, z).mirror("x"), material)
    scene.add(capsule((x, y, z), (x * 0.95, y, -length * 0.7), thickness * 0.75).mirror("x"), material)
    scene.add(tube((x * 0.95, y, -length * 0.7), (x * 0.93, y, -length * 0.9),
                   (x * 0.9, y - 0.2, -length), thickness * 0.75, thickness).mirror("x"), material)


@design("sunglasses", "round", pose="standing", materials=("metal", "plastic"), yaw=(-45, 45),
        pitch=(2, 30))
def round_sunglasses(scene, look, shape):
    "Sunglasses with two round lenses in thin rims."
    radius, gap = shape("lens", 0.24, 0.3), shape("bridge", 0.06, 0.1)
    frame = look.main(mapping="box")
    x = radius + gap
    lenses(scene, look, shape, ellipse(radius, radius) + (x, 0), shape("rim", 0.02, 0.05), frame)
    scene.add(tube((-gap - 0.02, 0.05, 0.01), (0, 0.13, 0.03), (gap + 0.02, 0.05, 0.01), 0.02), frame)
    temples(scene, frame, x + radius + 0.02, 0.06, 0.022, shape)


@design("sunglasses", "aviator", pose="standing", materials=("metal",), patterns=("plain",), yaw=(-45, 45),
        pitch=(2, 30))
def aviator_sunglasses(scene, look, shape):
    "Aviator sunglasses: large drop-shaped lenses in a thin metal frame with a double bridge."
    size = shape("lens", 0.9, 1.1)
    drop = smooth_curve([(0.09, 0.13), (0.3, 0.2), (0.56, 0.17), (0.62, 0.0), (0.52, -0.22),
                         (0.34, -0.3), (0.17, -0.2), (0.08, -0.02)], 6, True) * size
    frame = look.main(mapping="box")
    lenses(scene, look, shape, drop, 0.02, frame)
    scene.add(capsule((-0.14, 0.19 * size, 0), (0.14, 0.19 * size, 0), 0.016), frame)
    scene.add(tube((-0.1, 0.06, 0), (0, 0.12, 0.02), (0.1, 0.06, 0), 0.016), frame)
    temples(scene, frame, 0.63 * size, 0.12 * size, 0.018, shape)


@design("sunglasses", "wayfarer", pose="standing", materials=("plastic", "wood"), patterns="all",
        yaw=(-45, 45), pitch=(2, 30))
def wayfarer_sunglasses(scene, look, shape):
    "Wayfarer sunglasses: a thick frame, broad above, with angular lenses."
    height = shape("height", 0.85, 1.15)
    lens = smooth_curve([(0.1, 0.15), (0.36, 0.19), (0.6, 0.19), (0.6, 0.05), (0.5, -0.17),
                         (0.36, -0.21), (0.2, -0.17), (0.1, -0.02)], 6, True) * (1, height)
    frame = look.main(mapping="front")
    lenses(scene, look, shape, lens, shape("rim", 0.045, 0.075), frame)
    scene.add(box(0.1, 0.04, 0.03, 0.02).at(0, 0.12 * height, 0.0), frame, 0.03)
    scene.add(ellipsoid(0.07, 0.045, 0.03).at(0.63, 0.18 * height, -0.06).mirror("x"), frame, 0.02)
    temples(scene, frame, 0.67, 0.16 * height, 0.04, shape)


@design("sunglasses", "cat-eye", pose="standing", materials=("plastic",), patterns="all",
        yaw=(-45, 45), pitch=(2, 30))
def cat_eye_sunglasses(scene, look, shape):
    "Cat-eye sunglasses: a frame swept up to a point at the outer corners."
    sweep = shape("sweep", 0.24, 0.34)
    lens = smooth_curve([(0.1, 0.1), (0.35, 0.15), (0.56, 0.19), (0.64, sweep, 1), (0.62, 0.06),
                         (0.5, -0.13), (0.32, -0.19), (0.15, -0.13), (0.09, 0.0)], 6, True)
    frame = look.main(mapping="front")
    lenses(scene, look, shape, lens, shape("rim", 0.04, 0.07), frame)
    scene.add(box(0.1, 0.03, 0.025, 0.02).at(0, 0.08, 0.0), frame, 0.03)
    scene.add(capsule((0.6, 0.16, -0.06), (0.72, sweep + 0.06, -0.08), 0.05, 0.02).mirror("x"), frame,
              0.03)
    temples(scene, frame, 0.7, sweep - 0.02, 0.03, shape)
