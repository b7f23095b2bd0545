"""Furniture: chairs, stools and sofas.

Legs and rails are tubes, seats and cushions are soft boxes.  Fronts face +z, floors are at y = 0.
"""

import numpy as np

from clipstudio.product import design
from clipstudio.products.tableware import part, turned
from clipstudio.scene import (
    box,
    capsule,
    cloth,
    cylinder,
    extrude,
    ring,
    smooth_curve,
    sphere,
    tube,
)

UPHOLSTERY = ("cotton", "wool", "leather", "canvas", "suede")
TURNED = ((15, 58), (-58, -15))  # camera angles: furniture is shown from a corner
RAISED = (8, 24)


# ------------------------------------------------------------------------- shared constructions
def legs(scene, material, x, z, height, radius, splay=0.05, foot=0.75):
    """Four round legs under the corners (+-x, +-z), spread towards the floor."""
    scene.add(
        capsule((x, height, z), (x + splay, 0.01, z + splay), radius, radius * foot).mirror("xz"),
        material,
    )


def stretchers(scene, material, x, z, y, radius):
    """Rails between the legs: two across and two along."""
    scene.add(capsule((-x, y, z), (x, y, z), radius).mirror("z"), material)
    scene.add(capsule((x, y, -z), (x, y, z), radius).mirror("x"), material)


def cushion(hx, hy, hz, dents=0.012):
    """Return a soft box."""
    return box(hx, hy, hz, 0.85 * min(hx, hy, hz)).lumps(dents, 4.0)


def frame_material(look, shape):
    """Wood or steel, for legs and rails."""
    return part(look, shape, "frame", ("wood", "wood", "steel", "black"), "metal")


# ---------------------------------------------------------------------------------------- chairs
@design("chair", "slat back", materials=("wood",), patterns=("plain",), yaw=TURNED, pitch=RAISED)
def slat_back_chair(scene, look, shape):
    """A wooden chair with slats across or upright in its back."""
    x, z, seat = shape("width", 0.30, 0.37), 0.31, shape("seat height", 0.50, 0.58)
    top = seat + shape("back height", 0.50, 0.68)
    lean = shape("lean", 0.03, 0.12)
    r = shape("leg", 0.022, 0.034)
    wood = look.main(mapping="front")
    scene.add(box(x, 0.022, z, 0.018).at(0, seat, 0), wood)
    if shape.choice("seat pad", ("none", "pad")) == "pad":
        pad = look.accent("cotton")
        scene.add(cushion(x * 0.88, 0.035, z * 0.88, 0.008).at(0, seat + 0.045, 0), pad)
    scene.add(capsule((x - r, seat, z - r), (x - r, 0.01, z), r, r * 0.8).mirror("x"), wood)
    post = tube((x - r, 0.01, -z - 0.04), (x - r, seat, -z + 0.06), (x - r, top, -z - lean), r)
    scene.add(post.mirror("x"), wood)
    stretchers(scene, wood, x - r, z - r, seat * shape("rail", 0.3, 0.6), r * 0.6)
    back_z = -z - lean * 0.6
    scene.add(box(x, 0.04, 0.016, 0.014).at(0, top - 0.05, -z - lean * 0.92), wood)
    if shape.choice("slats", ("across", "upright")) == "across":
        for i in range(2):
            y = seat + (top - seat) * (0.34 + 0.27 * i)
            scene.add(box(x - r, 0.036, 0.013, 0.01).at(0, y, back_z + 0.05 - 0.03 * i), wood)
        return
    for side in np.linspace(-0.62, 0.62, 5):
        rod = capsule((side * x, seat, -z + 0.03), (side * x, top - 0.05, -z - lean * 0.9), 0.013)
        scene.add(rod, wood)


@design("chair", "upholstered", materials=UPHOLSTERY, yaw=TURNED, pitch=RAISED)
def upholstered_chair(scene, look, shape):
    """A dining chair with a padded seat and a padded back."""
    x, z, seat = shape("width", 0.31, 0.38), 0.31, shape("seat height", 0.46, 0.54)
    half = shape("back height", 0.27, 0.38)
    cover = look.main(6)
    scene.add(cushion(x, 0.075, z, 0.01).at(0, seat, 0.02), cover)
    back = cushion(x * shape("back width", 0.85, 1.02), half, 0.06, 0.01)
    scene.add(back.rotate(pitch=-shape("lean", 5, 13)).at(0, seat + half + 0.02, -z), cover, 0.03)
    legs(
        scene, frame_material(look, shape), x * 0.82, z * 0.8, seat, 0.03, shape("splay", 0.0, 0.09)
    )


@design("chair", "wingback armchair", materials=UPHOLSTERY, yaw=TURNED, pitch=RAISED)
def wingback_armchair(scene, look, shape):
    """A deep armchair with a high back and wings beside the head."""
    x, seat = shape("width", 0.36, 0.46), 0.36
    half = shape("back height", 0.40, 0.52)
    cover = look.main(5)
    scene.add(box(x, 0.13, 0.38, 0.05).at(0, 0.24, 0), cover)
    scene.add(cushion(x * 0.92, 0.08, 0.34).at(0, seat + 0.06, 0.06), cover)
    scene.add(box(x, half, 0.08, 0.07).rotate(pitch=-9).at(0, seat + half, -0.33), cover, 0.02)
    wing = smooth_curve(
        [(-0.16, -half * 0.55), (0.10, -half * 0.5), (0.17, 0.1), (0.12, half), (-0.14, half)],
        5,
        closed=True,
    )
    wing = extrude(wing, 0.045, 0.04).rotate(yaw=-90).at(x, seat + half * 1.02, -0.22)
    scene.add(wing.mirror("x"), cover, 0.03)
    arm = shape("arm", 0.055, 0.085)
    scene.add(box(arm, 0.20, 0.34, 0.05).at(x + arm * 0.6, 0.33, 0.03).mirror("x"), cover, 0.02)
    roll = capsule((0, 0, -0.26), (0, 0, 0.30), arm * 1.15).at(x + arm * 0.8, 0.53, 0.04)
    scene.add(roll.mirror("x"), cover, 0.03)
    legs(scene, look.wood(), x * 0.9, 0.30, 0.13, 0.04, 0.02, 0.6)


@design("chair", "director", materials=("canvas", "cotton", "leather"), yaw=TURNED, pitch=RAISED)
def director_chair(scene, look, shape):
    """A folding director's chair: crossed wooden legs, a canvas seat and a canvas back."""
    x, z = shape("width", 0.34, 0.42), shape("depth", 0.24, 0.30)
    seat, arm = shape("seat height", 0.50, 0.60), shape("arm height", 0.20, 0.26)
    top = seat + arm + shape("back height", 0.30, 0.38)
    wood, canvas = look.wood(), look.main(7, mapping="box")
    r = 0.022
    for lean in (-1, 1):  # the crossed legs, in front and behind
        scene.add(capsule((-lean * x, 0.03, z), (lean * x, seat, z), r).mirror("z"), wood)
    scene.add(capsule((x, 0.02, -z - 0.03), (x, 0.02, z + 0.03), r).mirror("x"), wood)
    scene.add(capsule((x, seat, -z - 0.03), (x, seat, z + 0.03), r * 1.1).mirror("x"), wood)
    scene.add(capsule((x, seat, z), (x, seat + arm, z), r).mirror("x"), wood)
    scene.add(capsule((x, seat, -z), (x, top, -z - 0.05), r).mirror("x"), wood)
    arms = box(0.045, 0.016, z + 0.08, 0.012).at(x, seat + arm, 0.02)
    scene.add(arms.mirror("x"), wood)
    sag = box(x, 0.010, z * 0.98, 0.006).bend()
    scene.add(sag.at(0, seat, 0), canvas)
    back = box(x + 0.02, (top - seat - arm) * 0.38, 0.012, 0.008)
    scene.add(back.at(0, top - (top - seat - arm) * 0.45, -z - 0.045), canvas)


@design("chair", "bentwood", materials=("wood",), patterns=("plain",), yaw=TURNED, pitch=RAISED)
def bentwood_chair(scene, look, shape):
    """A café chair of bent wood: a round seat and a back of two loops."""
    radius, seat = shape("seat radius", 0.29, 0.34), shape("seat height", 0.54, 0.60)
    rise = shape("back height", 0.48, 0.60)
    wood = look.main(mapping="front")
    r = shape("leg", 0.020, 0.028)
    scene.add(cylinder(radius, radius, 0.028, 0.02).at(0, seat, 0), wood)
    if shape.choice("seat", ("cane", "pad")) == "pad":
        pad = look.accent("cotton")
    else:
        pad = look.plain((0.60, 0.42, 0.22), "straw")
    scene.add(cylinder(radius * 0.8, radius * 0.8, 0.02, 0.015).at(0, seat + 0.02, 0), pad)
    scene.add(
        tube(
            (radius * 0.7, seat, radius * 0.65),
            (radius * 0.75, seat * 0.5, radius * 0.7),
            (radius * 0.9, 0.01, radius * 0.95),
            r,
            r * 0.8,
        ).mirror("x"),
        wood,
    )
    scene.add(
        tube(
            (radius * 0.7, seat, -radius * 0.7),
            (radius * 0.7, seat * 0.4, -radius * 0.7),
            (radius * 0.85, 0.01, -radius * 1.25),
            r,
            r * 0.8,
        ).mirror("x"),
        wood,
    )
    scene.add(ring(radius * 0.85, radius * 0.85, r * 0.6, r * 0.6).at(0, seat * 0.5, 0), wood)
    for width, height in ((1.0, 1.0), (0.55, 0.78)):
        side = radius * 0.72 * width
        corner = seat + rise * height
        arm = tube(
            (side, seat, -radius * 0.7),
            (side * 1.25, corner, -radius * 0.95),
            (0, corner, -radius * 1.0),
            r * 0.9,
        )
        scene.add(arm.mirror("x"), wood)


@design(
    "chair",
    "shell",
    materials=("plastic",),
    patterns=("plain", "speckled", "dotted"),
    yaw=TURNED,
    pitch=RAISED,
)
def shell_chair(scene, look, shape):
    """A seat and back moulded in one piece, on slim splayed legs."""
    x, seat = shape("width", 0.32, 0.38), shape("seat height", 0.48, 0.55)
    rise = shape("back height", 0.42, 0.55)
    side = [
        (0.36, seat - 0.05),
        (0.30, seat + 0.01),
        (0.0, seat - 0.02),
        (-0.22, seat + 0.02),
        (-0.31, seat + rise * 0.4),
        (-0.38, seat + rise),
    ]
    line = smooth_curve(side, 6)
    along = np.gradient(line, axis=0)
    normal = np.column_stack([-along[:, 1], along[:, 0]])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    sheet = np.vstack([line + 0.014 * normal, (line - 0.014 * normal)[::-1]])
    front = smooth_curve(
        [
            (-x * 0.9, seat - 0.2, 1),
            (x * 0.9, seat - 0.2, 1),
            (x, seat + 0.1),
            (x * 0.92, seat + rise * 0.75),
            (x * 0.45, seat + rise),
            (-x * 0.45, seat + rise),
            (-x * 0.92, seat + rise * 0.75),
            (-x, seat + 0.1),
        ],
        6,
        closed=True,
    )
    with scene.group():
        scene.add(extrude(sheet, x * 1.1, 0.01).rotate(yaw=-90), look.main(mapping="front"))
        scene.clip(extrude(front, 1.0), smooth=0.01)
    frame = frame_material(look, shape)
    legs(scene, frame, x * 0.55, 0.16, seat, 0.022, shape("splay", 0.08, 0.16), 0.6)
    stretchers(scene, frame, x * 0.68, 0.22, seat * 0.55, 0.008)


# ---------------------------------------------------------------------------------------- stools
@design("stool", "round bar", materials=("leather", "wood", "cotton"), yaw=(-45, 45), pitch=(6, 26))
def round_bar_stool(scene, look, shape):
    """A high bar stool with a round seat and a ring for the feet."""
    radius, height = shape("seat radius", 0.24, 0.31), shape("height", 0.95, 1.2)
    thick = shape("seat thickness", 0.03, 0.06)
    frame = frame_material(look, shape)
    seat = cylinder(radius, radius, thick, thick * 0.8).at(0, height, 0)
    scene.add(seat, look.main(7, mapping="box"))
    spread = shape("spread", 0.04, 0.14)
    legs(scene, frame, radius * 0.6, radius * 0.6, height - 0.02, 0.024, spread, 0.85)
    reach = (radius * 0.6 + spread * 0.65) * 1.414
    scene.add(ring(reach, reach, 0.012, 0.014).at(0, height * 0.35, 0), frame)


@design(
    "stool", "square", materials=("wood", "metal"), patterns=("plain",), yaw=TURNED, pitch=RAISED
)
def square_stool(scene, look, shape):
    """A plain stool with a square seat, four legs and rails."""
    x, height = shape("width", 0.21, 0.28), shape("height", 0.62, 0.95)
    body = look.main(mapping="box")
    scene.add(box(x, shape("seat thickness", 0.025, 0.05), x, 0.02).at(0, height, 0), body)
    if shape.choice("hand hole", ("none", "slot")) == "slot":
        scene.cut(box(0.08, 0.2, 0.024, 0.02).at(0, height, 0), look.darker(0.4))
    splay, r = shape("splay", 0.0, 0.07), shape("leg", 0.024, 0.036)
    if shape.choice("legs", ("round", "square")) == "round":
        legs(scene, body, x * 0.8, x * 0.8, height, r, splay)
    else:
        leg = box(r, height / 2, r, 0.006).at(x * 0.85, height / 2, x * 0.85)
        scene.add(leg.mirror("xz"), body)
        splay = 0.0
    y = shape("rail", 0.2, 0.5)
    at = x * 0.83 + splay * (1 - y)
    stretchers(scene, body, at, at, height * y, r * 0.6)


@design("stool", "milking", materials=("wood",), patterns=("plain",), yaw=(-60, 60), pitch=(10, 30))
def milking_stool(scene, look, shape):
    """A low stool with a thick round seat on three splayed legs."""
    radius, height = shape("seat radius", 0.27, 0.35), shape("height", 0.62, 0.78)
    body = look.main(mapping="box")
    thick = shape("seat thickness", 0.045, 0.075)
    scene.add(cylinder(radius * 0.96, radius, thick, 0.02).at(0, height, 0), body)
    scene.cut(sphere(1.6).at(0, height + thick + 1.6 - shape("hollow", 0.0, 0.02), 0))
    out = radius * shape("spread", 0.95, 1.2)
    leg = capsule((radius * 0.6, height, 0), (out, 0.02, 0), shape("leg", 0.034, 0.05), 0.028)
    scene.add(leg.repeat_around(3).rotate(yaw=-90), body)


@design("stool", "swivel", materials=("leather", "plastic", "wood"), yaw=(-45, 45), pitch=(6, 26))
def swivel_stool(scene, look, shape):
    """A padded seat on one steel column with a wide round foot."""
    radius, height = shape("seat radius", 0.26, 0.34), shape("height", 0.8, 1.15)
    thick = shape("seat thickness", 0.05, 0.085)
    steel = part(look, shape, "column", ("steel", "black"), "metal")
    scene.add(
        cylinder(radius, radius, thick, thick * 0.75).at(0, height, 0), look.main(7, mapping="box")
    )
    scene.add(cylinder(radius * 0.9, radius * 0.95, 0.012).at(0, height - thick, 0), steel)
    foot = turned(
        [
            (0.0, 0.0, 1),
            (radius * 1.05, 0.0, 1),
            (radius * 1.05, 0.02),
            (0.12, 0.055),
            (0.035, 0.12),
            (0.03, 0.2, 1),
        ]
    )
    scene.add(foot, steel)
    scene.add(cylinder(0.035, 0.03, height / 2).at(0, height / 2, 0), steel)
    y = height * shape("foot rest", 0.3, 0.45)
    scene.add(ring(0.17, 0.13, 0.013, 0.013).at(0, y, 0.11), steel)


# ----------------------------------------------------------------------------------------- sofas
def seat_row(scene, material, half_width, n, y, z, depth, back_top):
    """n seat cushions side by side and a back cushion behind each."""
    half = half_width / n
    rise = (back_top - y) / 2
    for i in range(n):
        x = (2 * i - n + 1) * half
        seat = cushion(half - 0.006, 0.085, depth)
        scene.add(seat.at(x, y, z), material)
        back = cushion(half - 0.012, rise, 0.085).rotate(pitch=-13)
        scene.add(back.at(x, y + 0.06 + rise, z - depth * 0.72), material)


def throw_pillow(scene, look, shape, x, y, z):
    """Perhaps a square pillow in the second colour."""
    where = shape.choice("pillow", ("none", "left", "right"))
    if where == "none":
        return
    side = -1 if where == "left" else 1
    pillow = box(0.16, 0.16, 0.06, 0.055).lumps(0.02, 4.0)
    pillow = pillow.rotate(roll=shape("pillow turn", -20, 20)).rotate(pitch=-22)
    scene.add(pillow.at(side * x, y, z), look.accent("cotton"))


def sofa_body(scene, look, shape, half_width, n):
    """Add base, arms, back, cushions and feet of a sofa with n seats."""
    cover = look.main(4)
    arm, top = shape("arm", 0.07, 0.14), shape("back height", 0.68, 0.82)
    scene.add(box(half_width, 0.10, 0.36, 0.04).at(0, 0.21, 0), cover)
    arms = box(arm, shape("arm height", 0.20, 0.26), 0.37, shape("arm roundness", 0.02, 0.07))
    scene.add(arms.at(half_width, 0.34, 0).mirror("x"), cover)
    back = box(half_width, (top - 0.15) / 2, 0.10, 0.07).rotate(pitch=-8)
    scene.add(back.at(0, 0.12 + top / 2, -0.30), cover)
    inside = half_width - arm
    seat_row(scene, cover, inside, n, 0.385, 0.06, 0.31, top + 0.03)
    throw_pillow(scene, look, shape, inside - 0.2, 0.62, 0.06)
    legs(scene, look.wood(), half_width - 0.06, 0.28, 0.14, 0.03, 0.0, 0.7)


@design("sofa", "two-seater", materials=UPHOLSTERY, yaw=(-35, 35), pitch=(8, 22))
def two_seater(scene, look, shape):
    """A sofa for two, with a seat and a back cushion each."""
    sofa_body(scene, look, shape, shape("width", 0.66, 0.82), 2)


@design("sofa", "three-seater", materials=UPHOLSTERY, yaw=(-35, 35), pitch=(8, 22))
def three_seater(scene, look, shape):
    """A long sofa with three seats."""
    sofa_body(scene, look, shape, shape("width", 0.98, 1.2), 3)


def tufted(half_width, half_height, cell, thickness, puff, depth=0.03):
    """Return a padded panel stitched into diamonds, facing +z."""
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (half_width, half_height)
    reach = half_width + half_height
    seams = []
    for offset in np.arange(-reach, reach, cell):
        for slope in (-1, 1):
            y = np.array([-half_height, half_height])
            seams.append(np.column_stack([offset + slope * y, y]))
    return cloth(corners, thickness, puff, 0.08, 0.0, seams=seams, seam_depth=depth)


@design(
    "sofa", "chesterfield", materials=("leather", "suede", "wool"), yaw=(-35, 35), pitch=(8, 22)
)
def chesterfield(scene, look, shape):
    """A buttoned sofa whose rolled arms are as high as its back."""
    half, top = shape("width", 0.78, 1.08), shape("back height", 0.60, 0.70)
    roll = shape("roll", 0.075, 0.105)
    cover = look.main(4)
    scene.add(box(half, 0.11, 0.36, 0.03).at(0, 0.20, 0), cover)
    scene.add(box(half, (top - 0.1) / 2, 0.07, 0.04).at(0, 0.1 + top / 2, -0.32), cover)
    scene.add(capsule((-half, top, -0.33), (half, top, -0.33), roll), cover, 0.02)
    scene.add(
        box(0.06, (top - 0.1) / 2, 0.34, 0.04).at(half, 0.1 + top / 2, 0.0).mirror("x"), cover
    )
    arm = capsule((half + 0.02, top, -0.33), (half + 0.02, top, 0.30), roll)
    scene.add(arm.mirror("x"), cover, 0.02)
    panel = tufted(half - 0.06, (top - 0.32) / 2, shape("buttons", 0.16, 0.24), 0.02, 0.06)
    scene.add(panel.rotate(pitch=-8).at(0, (top + 0.38) / 2, -0.22), cover)
    n = 2 if half < 0.9 else 3
    width = (half - 0.06) / n
    for i in range(n):
        scene.add(
            cushion(width - 0.005, 0.08, 0.31, 0.008).at((2 * i - n + 1) * width, 0.37, 0.06), cover
        )
    legs(scene, look.wood(), half - 0.04, 0.28, 0.1, 0.045, 0.0, 0.6)


@design("sofa", "chaise", materials=UPHOLSTERY, yaw=((-40, -8), (8, 40)), pitch=(12, 30))
def chaise(scene, look, shape):
    """A corner sofa: one seat reaches forward to put up the legs."""
    half, top = shape("width", 0.9, 1.1), shape("back height", 0.64, 0.76)
    side = 1 if shape.choice("long side", ("right", "left")) == "right" else -1
    reach = shape("reach", 0.28, 0.42)
    cover = look.main(4)
    third, arm = half * 0.36, 0.09
    scene.add(box(half, 0.10, 0.36, 0.04).at(0, 0.21, 0), cover)
    scene.add(box(third, 0.10, reach, 0.04).at(side * (half - third), 0.21, 0.33), cover)
    scene.add(
        box(half, (top - 0.15) / 2, 0.10, 0.07).rotate(pitch=-8).at(0, 0.12 + top / 2, -0.3), cover
    )
    scene.add(box(arm, 0.22, 0.37, 0.05).at(-side * half, 0.34, 0), cover)
    scene.add(box(arm, 0.22, 0.24, 0.05).at(side * half, 0.34, -0.13), cover)
    long_seat = cushion(third - 0.01, 0.085, 0.31 + reach / 1.2)
    scene.add(long_seat.at(side * (half - third - 0.02), 0.385, 0.06 + reach / 1.2), cover)
    width = half - third - arm / 2
    middle = -side * (half - width - arm)
    scene.add(cushion(width - 0.01, 0.085, 0.31).at(middle, 0.385, 0.06), cover)
    rise = (top - 0.36) / 2
    for x, w in ((side * (half - third - 0.02), third), (middle, width)):
        back = cushion(w - 0.015, rise, 0.085).rotate(pitch=-13)
        scene.add(back.at(x, 0.44 + rise, -0.16), cover)
    throw_pillow(scene, look, shape, half - 0.3, 0.62, 0.06)
    legs(scene, look.wood(), half - 0.06, 0.28, 0.12, 0.03, 0.0, 0.7)


@design("sofa", "daybed", materials=UPHOLSTERY, yaw=(-35, 35), pitch=(8, 24))
def daybed(scene, look, shape):
    """A chaise longue: one raised end with a sweeping back and a long seat."""
    half = shape("length", 0.85, 1.05)
    cover = look.main(4)
    rise = shape("head height", 0.32, 0.44)
    side = smooth_curve(
        [
            (-half, 0.28, 1),
            (half, 0.28, 1),
            (half, 0.42),
            (-half * 0.45, 0.43),
            (-half * 0.78, 0.55),
            (-half, 0.42 + rise),
            (-half - 0.12, 0.40 + rise),
            (-half - 0.06, 0.45),
        ],
        6,
        closed=True,
    )
    scene.add(extrude(side, 0.30, 0.06).lumps(0.008, 4.0), cover)
    back = smooth_curve(
        [
            (-half, 0.3, 1),
            (half * 0.5, 0.3, 1),
            (half * 0.45, 0.45),
            (0, 0.58),
            (-half * 0.5, 0.62 + rise * 0.3),
            (-half - 0.08, 0.44 + rise),
        ],
        6,
        closed=True,
    )
    scene.add(extrude(back, 0.05, 0.045).at(0, 0, -0.29), cover, 0.02)
    wood = look.wood()
    scene.add(box(half, 0.03, 0.29, 0.02).at(-0.02, 0.26, 0), wood)
    legs(scene, wood, half - 0.05, 0.24, 0.25, 0.035, 0.03, 0.5)
    if shape.choice("bolster", ("none", "bolster")) == "bolster":
        roll = capsule((0, 0, -0.2), (0, 0, 0.2), 0.09).at(-half * 0.72, 0.66, 0)
        scene.add(roll, look.accent("satin"))
