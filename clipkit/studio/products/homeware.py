"""Homeware: mugs, teapots, vases, bottles, table lamps, umbrellas and headphones.

Most of it is turned on the y axis from a profile of (radius, height) points, as on a potter's
wheel.  Things stand on y = 0; handles point to +x, fronts face +z.
"""

import math

import numpy as np

from clipkit.studio.product import design
from clipkit.studio.scene import (
    box, capsule, cylinder, ellipsoid, extrude, revolve, ring, smooth_curve, sphere, torus, tube,
)

GLAZED = ("ceramic",)
HANDLE_IN_SIGHT = ((-35, 52), (128, 215))  # camera angles that show a handle at +x
SPOUT_IN_SIGHT = ((-42, 42), (138, 222))


# ------------------------------------------------------------------------- shared constructions
def turned(points):
    """A solid turned from (radius, height) points, bottom to top; a third value 1 is a corner."""
    line = smooth_curve(points, 14)
    return revolve(np.vstack([(-0.06, line[0, 1]), line, (-0.06, line[-1, 1])]))


def vessel(scene, outside, points, wall, inside, floor=0.05):
    """A turned pot: the profile `points`, hollowed from its rim down to `floor`."""
    scene.add(turned(points), outside)
    hollow(scene, points, wall, inside, floor)


def hollow(scene, points, wall, inside, floor=0.05):
    """Hollow a turned pot out, leaving a wall of this thickness."""
    line = smooth_curve(points, 6)
    line = line[np.searchsorted(line[:, 1], floor + 0.01):] - (wall, 0.0)
    bottom = np.array([(-0.06, floor), (max(line[0, 0] - 0.05, 0.01), floor)])
    top = np.array([(line[-1, 0], line[-1, 1] + 0.2), (-0.06, line[-1, 1] + 0.2)])
    scene.cut(revolve(np.vstack([bottom, line, top])), inside)


def radius_at(points, height):
    """Radius of a turned profile at a height."""
    line = smooth_curve(points, 6)
    return float(np.interp(height, line[:, 1], line[:, 0]))


def ear(scene, material, top, bottom, reach, thick, lift=0.0, smooth=0.03):
    """A bowed handle from the point `top` to `bottom` (x, y), reaching out to +x."""
    middle = (top[1] + bottom[1]) / 2 + lift
    control = 2 * reach - (top[0] + bottom[0]) / 2
    bow = tube((*top, 0), (control, middle, 0), (*bottom, 0), thick, thick * 0.9)
    scene.add(bow, material, smooth)


def wall_of(look, thin):
    """Thickness of a pot's wall; glass is thicker, or its colour would hardly show."""
    return 0.075 if look.material == "glass" else thin


def inner_glaze(look, shape):
    """The inside of a pot: white or as the outside."""
    if shape.choice("inside", ("white", "coloured")) == "white":
        return look.plain("white", "ceramic")
    return look.solid(material="ceramic")


# ------------------------------------------------------------------------------------------ mugs
def mug_body(scene, look, shape, profile, wall=0.035):
    """A mug's pot and its handle, which is joined before the pot is hollowed."""
    height = profile[-1][1]
    belly = max(point[0] for point in profile)
    body = look.main(8, mapping="around", around=belly)
    scene.add(turned(profile), body)
    reach, thick = shape("handle reach", 0.20, 0.28), shape("handle thickness", 0.038, 0.056)
    high, low = height * shape("handle top", 0.78, 0.88), height * shape("handle bottom", 0.16, 0.3)
    handle = look.accent() if shape.choice("handle", ("same", "same", "second")) == "second" else (
        look.solid())
    top = (radius_at(profile, high) - 0.02, high)
    bottom = (radius_at(profile, low) - 0.02, low)
    ear(scene, handle, top, bottom, belly + reach, thick, 0.04)
    hollow(scene, profile, wall, inner_glaze(look, shape))


@design("mug", "straight", materials=GLAZED, yaw=HANDLE_IN_SIGHT, pitch=(8, 34))
def straight_mug(scene, look, shape):
    """A straight mug."""
    r, height = shape("radius", 0.37, 0.46), shape("height", 0.80, 1.05)
    foot = shape("foot", 0.02, 0.06)
    mug_body(scene, look, shape, [(0.0, 0.0, 1), (r - foot, 0.0, 1), (r, foot * 1.2), (r, 0.5),
                                  (r, height, 1)])


@design("mug", "tapered", materials=GLAZED, yaw=HANDLE_IN_SIGHT, pitch=(8, 34))
def tapered_mug(scene, look, shape):
    """A tall mug that widens to its rim."""
    base, rim = shape("base", 0.24, 0.30), shape("rim", 0.38, 0.47)
    height, curve = shape("height", 0.90, 1.15), shape("curve", -0.05, 0.04)
    mug_body(scene, look, shape, [(0.0, 0.0, 1), (base - 0.02, 0.0, 1), (base, 0.03),
                                  ((base + rim) / 2 + curve, height * 0.5), (rim, height, 1)])


@design("mug", "barrel", materials=GLAZED, yaw=HANDLE_IN_SIGHT, pitch=(8, 34))
def barrel_mug(scene, look, shape):
    """A mug with a round belly and a narrower rim."""
    base, belly = shape("base", 0.24, 0.32), shape("belly", 0.44, 0.52)
    rim, height = shape("rim", 0.33, 0.41), shape("height", 0.76, 0.92)
    mug_body(scene, look, shape, [(0.0, 0.0, 1), (base, 0.0, 1), (base + 0.05, 0.06),
                                  (belly, height * 0.42), (rim, height * 0.9), (rim, height, 1)])


@design("mug", "espresso cup with saucer", materials=GLAZED, yaw=HANDLE_IN_SIGHT,
        pitch=(16, 42))
def espresso_cup(scene, look, shape):
    """A small round cup on its saucer."""
    base, rim = shape("base", 0.17, 0.22), shape("rim", 0.34, 0.42)
    height, plate = shape("height", 0.42, 0.56), shape("saucer", 0.64, 0.78)
    saucer = [(0.0, 0.0, 1), (0.30, 0.0, 1), (plate * 0.75, 0.035), (plate, 0.10, 1),
              (plate - 0.02, 0.12), (plate * 0.7, 0.06), (0.28, 0.03), (0.0, 0.03, 1)]
    line = smooth_curve(saucer, 5)
    below = look.accent() if shape.choice("saucer colour", ("same", "second")) == "second" else (
        look.main(8, mapping="top"))
    scene.add(revolve(np.vstack([(-0.05, 0.0), line, (-0.05, 0.03)])), below)
    cup = [(0.0, 0.03, 1), (base, 0.03, 1), (base + 0.03, 0.07), (rim * 0.92, height * 0.5),
           (rim, height, 1)]
    with scene.group():
        body = look.main(8, mapping="around", around=rim)
        scene.add(turned(cup), body)
        ear(scene, look.solid(), (rim * 0.93, height * 0.82), (rim * 0.75, height * 0.35),
            rim + shape("handle reach", 0.13, 0.19), 0.034, 0.03, 0.02)
        hollow(scene, cup, 0.028, inner_glaze(look, shape), 0.09)
        if shape.choice("coffee", ("coffee", "empty")) == "coffee":
            drink = cylinder(rim - 0.04, rim - 0.04, 0.02).at(0, height * 0.8, 0)
            scene.add(drink, look.plain((0.05, 0.02, 0.008), "ceramic"))


@design("mug", "travel", materials=("metal", "plastic"), yaw=HANDLE_IN_SIGHT, pitch=(6, 26))
def travel_mug(scene, look, shape):
    """A tall travel mug with a lid and a handle."""
    base, rim = shape("base", 0.24, 0.30), shape("rim", 0.33, 0.40)
    height = shape("height", 1.05, 1.3)
    profile = [(0.0, 0.0, 1), (base - 0.02, 0.0, 1), (base, 0.03), (base + 0.01, height * 0.3),
               (rim, height * 0.6), (rim, height, 1)]
    scene.add(turned(profile), look.main(8, mapping="around", around=rim))
    dark = look.plain("black", "plastic")
    trim = dark if shape.choice("trim", ("black", "second")) == "black" else (
        look.accent("plastic"))
    outer = rim + shape("handle reach", 0.20, 0.27)
    thick = shape("handle thickness", 0.04, 0.052)
    handle = smooth_curve([(rim - 0.05, height * 0.93), (outer, height * 0.88), (outer, height * 0.6),
                           (outer - 0.06, height * 0.38), (rim - 0.08, height * 0.36)], 6)
    inner = smooth_curve([(rim - 0.05, height * 0.84), (outer - 0.09, height * 0.80),
                          (outer - 0.09, height * 0.6), (outer - 0.13, height * 0.46),
                          (rim - 0.08, height * 0.45)], 6)
    scene.add(extrude(np.vstack([handle, inner[::-1]]), thick, thick * 0.7), trim, 0.01)
    lid = [(0.0, height, 1), (rim + 0.012, height, 1), (rim + 0.012, height + 0.05),
           (rim - 0.03, height + 0.09), (0.0, height + 0.09, 1)]
    scene.add(turned(lid), trim)
    scene.add(box(0.06, 0.022, 0.09, 0.015).at(0.0, height + 0.10, rim * 0.5), dark)
    scene.paint(cylinder(1, 1, 0.02).at(0, height * 0.12, 0), look.chrome(), 0.006)


@design("mug", "enamel", materials=("metal",), yaw=HANDLE_IN_SIGHT, pitch=(8, 34))
def enamel_mug(scene, look, shape):
    """A camping mug of enamelled steel with a dark rolled rim."""
    r, height = shape("radius", 0.38, 0.46), shape("height", 0.70, 0.86)
    profile = [(0.0, 0.0, 1), (r - 0.06, 0.0, 1), (r, 0.07), (r, 0.4), (r, height, 1)]
    enamel = look.main(8, mapping="around", around=r, material="ceramic")
    rim = look.plain(shape.choice("rim", ("black", "navy", "white")), "ceramic")
    scene.add(turned(profile), enamel)
    thick = 0.026
    top, bottom = height * 0.82, height * 0.22
    handle = look.solid(material="ceramic")
    ear(scene, handle, (r - 0.01, top), (r - 0.01, bottom), r + shape("handle reach", 0.2, 0.27),
        thick, 0.05, 0.015)
    hollow(scene, profile, 0.02, look.plain("white", "ceramic"), 0.03)
    scene.add(ring(r - 0.004, r - 0.004, 0.022, 0.022).at(0, height, 0), rim)


# --------------------------------------------------------------------------------------- teapots
def pot_with_lid(scene, material, profile, rim, top, knob_material, knob=0.06):
    """A closed pot, its lid with a groove around it, and a knob."""
    height = profile[-1][1]
    scene.add(turned(profile), material)
    lid = [(0.0, height - 0.02, 1), (rim, height - 0.02, 1), (rim + 0.01, height + 0.015),
           (rim * 0.6, height + top * 0.75), (0.0, height + top, 1)]
    scene.add(turned(lid), material)
    scene.add(ellipsoid(knob, knob * 0.9, knob).at(0, height + top + knob * 0.7, 0), knob_material,
              0.02)


def spout(scene, material, start, bend, end, wide, narrow, smooth=0.08):
    """A curved spout towards +x, cut level at its mouth."""
    scene.add(tube((*start, 0), (*bend, 0), (*end, 0), wide, narrow), material, smooth)
    mouth = capsule((end[0] - 0.02, end[1] - 0.08, 0), (end[0] + 0.02, end[1] + 0.1, 0),
                    narrow * 0.6)
    scene.cut(mouth)
    scene.cut(box(0.2, 0.1, 0.2).rotate(roll=-12).at(end[0], end[1] + 0.105, 0))


@design("teapot", "round", materials=("ceramic",), yaw=SPOUT_IN_SIGHT, pitch=(6, 30))
def round_teapot(scene, look, shape):
    """A round-bellied teapot with a curved spout and a looped handle."""
    r, height = shape("belly", 0.46, 0.58), shape("height", 0.62, 0.82)
    rim = r * shape("lid", 0.45, 0.62)
    body = look.main(7, mapping="around", around=r)
    profile = [(0.0, 0.0, 1), (r * 0.55, 0.0, 1), (r * 0.62, 0.03), (r, height * 0.45),
               (r * 0.78, height * 0.88), (rim, height, 1)]
    knob = look.wood() if shape.choice("knob", ("same", "wood")) == "wood" else look.solid()
    pot_with_lid(scene, body, profile, rim, shape("lid height", 0.06, 0.14), knob)
    out = shape("spout reach", 1.45, 1.75) * r
    spout(scene, look.solid(), (r * 0.8, height * 0.30), (r * 1.4, height * 0.30),
          (out, height * shape("spout height", 0.85, 1.0)), 0.12, 0.05)
    thick = shape("handle thickness", 0.04, 0.055)
    bow = tube((-r * 0.72, height * 0.86, 0), (-r * shape("handle reach", 1.8, 2.3), height, 0),
               (-r * 0.88, height * 0.25, 0), thick)
    scene.add(bow, look.solid(), 0.05)


@design("teapot", "cast iron", materials=("metal", "ceramic"), patterns=("plain", "dotted",
        "striped", "checked", "zigzag"), yaw=SPOUT_IN_SIGHT, pitch=(6, 28))
def cast_iron_teapot(scene, look, shape):
    """A squat Japanese teapot with a short spout and a bail handle over the lid."""
    r, height = shape("belly", 0.54, 0.66), shape("height", 0.46, 0.60)
    iron = look.main(9, mapping="around", around=r, roughness=0.5)
    side = [(0.0, 0.0, 1), (r * 0.62, 0.0, 1), (r * 0.7, 0.03), (r, height * 0.45),
            (r * 0.86, height * 0.82), (r * 0.5, height, 1)]
    line = smooth_curve(side, 6)
    pot = revolve(np.vstack([(-0.06, 0.0), line, (-0.06, height)]))
    texture = shape.choice("surface", ("ribbed", "fluted", "smooth"))
    if texture == "ribbed":
        pot = pot.ribbed(0.010, 75)
    elif texture == "fluted":
        pot = pot.fluted(0.010, 36)
    scene.add(pot, iron)
    lid = [(0.0, height - 0.01, 1), (r * 0.5, height - 0.01, 1), (r * 0.5, height + 0.02),
           (r * 0.3, height + 0.07), (0.0, height + 0.08, 1)]
    dark = look.solid(roughness=0.5)
    scene.add(turned(lid), dark)
    scene.add(ellipsoid(0.05, 0.045, 0.05).at(0, height + 0.12, 0), dark, 0.02)
    spout(scene, dark, (r * 0.8, height * 0.5), (r * 1.2, height * 0.5),
          (r * 1.42, height * 0.95), 0.10, 0.055)
    rise = shape("bail height", 0.38, 0.56)
    half = r * 0.80
    for side in (-1, 1):
        scene.add(sphere(0.05).at(side * half, height * 0.88, 0), dark, 0.02)
        scene.add(tube((side * half, height * 0.9, 0), (side * half * 1.02, height + rise, 0),
                       (0, height + rise, 0), 0.022), look.plain("black", "metal"))


@design("teapot", "tall", materials=("ceramic", "metal"), yaw=SPOUT_IN_SIGHT, pitch=(4, 24))
def tall_teapot(scene, look, shape):
    """A tall pot with a long slender spout and a high handle."""
    base, top = shape("base", 0.36, 0.46), shape("shoulder", 0.22, 0.30)
    height = shape("height", 0.95, 1.2)
    body = look.main(8, mapping="around", around=base)
    profile = [(0.0, 0.0, 1), (base * 0.9, 0.0, 1), (base, 0.06), (base * 0.92, height * 0.35),
               (top, height * 0.88), (top, height, 1)]
    pot_with_lid(scene, body, profile, top + 0.01, shape("lid height", 0.08, 0.16),
                 look.accent() if shape.choice("knob", ("same", "second")) == "second" else
                 look.solid(), 0.05)
    spout(scene, look.solid(), (base * 0.85, height * 0.22), (base * 1.75, height * 0.25),
          (base * 1.65, height * shape("spout height", 0.86, 0.98)), 0.085, 0.042)
    thick = shape("handle thickness", 0.035, 0.05)
    bow = tube((-top * 0.9, height * 0.92, 0), (-base * 3.0, height * 0.95, 0),
               (-base * 0.85, height * 0.2, 0), thick)
    scene.add(bow, look.solid(), 0.05)


# ----------------------------------------------------------------------------------------- vases
def stems(scene, look, shape, height, spread):
    """Perhaps a few tulips in a vase."""
    if shape.choice("flowers", ("none", "none", "tulips")) == "none":
        return
    green = look.plain((0.06, 0.20, 0.03), "rubber")
    petals = look.plain(shape.choice("petals", ("red", "yellow", "pink", "white", "purple")),
                        "satin")
    top = height + shape("stem", 0.25, 0.45)
    for x, z, drop in ((-1, 0.2, 0.08), (0.15, -0.5, 0.0), (1, 0.4, 0.13)):
        tip = (x * (spread + 0.16), top - drop, z * (spread + 0.12))
        scene.add(tube((0, height * 0.5, 0), (x * spread * 0.3, height + 0.1, 0), tip, 0.016), green)
        scene.add(ellipsoid(0.075, 0.105, 0.075).at(tip[0], tip[1] + 0.06, tip[2]), petals)


def glaze(look, shape, radius, **changes):
    """A vase's surface: shiny or matt."""
    if look.material != "glass" and shape.choice("glaze", ("shiny", "matt")) == "matt":
        changes.update(roughness=0.6, coat=0.1)
    return look.main(8, mapping="around", around=radius, **changes)


@design("vase", "amphora", materials=("ceramic",), yaw=(-50, 50), pitch=(5, 24))
def amphora(scene, look, shape):
    """A vase with a slender neck and two handles at its shoulders."""
    height, belly = shape("height", 1.2, 1.45), shape("belly", 0.34, 0.45)
    neck, foot = shape("neck", 0.10, 0.15), shape("foot", 0.16, 0.24)
    lip = neck + shape("lip", 0.05, 0.11)
    profile = [(0.0, 0.0, 1), (foot, 0.0, 1), (foot * 0.85, 0.05), (belly, height * 0.52),
               (neck, height * 0.80), (neck, height * 0.9), (lip, height, 1)]
    body = glaze(look, shape, belly)
    scene.add(turned(profile), body)
    high, low = height * 0.92, height * 0.66
    handle = tube((radius_at(profile, high) - 0.02, high, 0),
                  (belly + shape("handle reach", 0.25, 0.42), height * 0.98, 0),
                  (radius_at(profile, low) - 0.03, low, 0), shape("handle", 0.03, 0.045))
    scene.add(handle.mirror("x"), look.solid(), 0.03)
    hollow(scene, profile, 0.03, look.lining(0.4), height * 0.5)


@design("vase", "bud", materials=("ceramic", "glass"), yaw=(-50, 50), pitch=(4, 24))
def bud_vase(scene, look, shape):
    """A round vase with a thin neck for a few stems."""
    belly, height = shape("belly", 0.34, 0.46), shape("height", 0.95, 1.25)
    neck = shape("neck", 0.08, 0.13)
    middle = height * shape("middle", 0.28, 0.38)
    profile = [(0.0, 0.0, 1), (belly * 0.5, 0.0, 1), (belly * 0.6, 0.03), (belly, middle),
               (neck * 1.3, middle * 2.05), (neck, height * 0.85), (neck * 1.35, height, 1)]
    scene.add(turned(profile), glaze(look, shape, belly))
    inside = look.solid() if look.material == "glass" else look.lining(0.4)
    hollow(scene, profile, wall_of(look, 0.025), inside, 0.12)
    stems(scene, look, shape, height, neck)


@design("vase", "cylinder", materials=("ceramic", "glass"), yaw=(-50, 50), pitch=(5, 28))
def cylinder_vase(scene, look, shape):
    """A straight vase, wider or narrower at the top."""
    base, top = shape("base", 0.22, 0.32), shape("top", 0.24, 0.36)
    height, waist = shape("height", 1.0, 1.3), shape("waist", -0.04, 0.03)
    profile = [(0.0, 0.0, 1), (base - 0.02, 0.0, 1), (base, 0.03),
               ((base + top) / 2 + waist, height * 0.5), (top, height, 1)]
    scene.add(turned(profile), glaze(look, shape, base))
    inside = look.solid() if look.material == "glass" else look.lining(0.6)
    hollow(scene, profile, wall_of(look, 0.03), inside, 0.12)
    stems(scene, look, shape, height, top * 0.6)


@design("vase", "fluted", materials=("ceramic", "glass"), patterns=("plain", "striped", "speckled"),
        yaw=(-50, 50), pitch=(5, 26))
def fluted_vase(scene, look, shape):
    """A vase with upright flutes and a flared rim."""
    height, belly = shape("height", 1.05, 1.35), shape("belly", 0.32, 0.44)
    foot, neck = shape("foot", 0.18, 0.26), shape("neck", 0.17, 0.26)
    lip = neck + shape("lip", 0.06, 0.16)
    middle = height * shape("middle", 0.35, 0.6)
    profile = [(0.0, 0.0, 1), (foot, 0.0, 1), (foot + 0.01, 0.03), (belly, middle),
               (neck, height * 0.84), (lip, height, 1)]
    n = shape.choice("flutes", (14, 18, 24))
    scene.add(turned(profile).fluted(shape("depth", 0.012, 0.022), n), glaze(look, shape, belly))
    inside = look.solid() if look.material == "glass" else look.lining(0.5)
    hollow(scene, profile, wall_of(look, 0.04), inside, 0.12)


@design("vase", "broad-shouldered", materials=("ceramic",), yaw=(-50, 50), pitch=(5, 26))
def shouldered_vase(scene, look, shape):
    """A vase with high broad shoulders and a short neck."""
    height, shoulder = shape("height", 1.05, 1.3), shape("shoulder", 0.38, 0.48)
    foot, neck = shape("foot", 0.20, 0.28), shape("neck", 0.16, 0.22)
    profile = [(0.0, 0.0, 1), (foot, 0.0, 1), (foot, 0.04), (shoulder, height * 0.68),
               (neck, height * 0.9), (neck + 0.03, height, 1)]
    scene.add(turned(profile), glaze(look, shape, shoulder))
    hollow(scene, profile, 0.03, look.lining(0.4), height * 0.5)


# --------------------------------------------------------------------------------------- bottles
def label(scene, look, shape, radius, low, high):
    """A paper label round a bottle, with a band in the second colour."""
    paper = look.plain(shape.choice("label", ("white", "beige", "black")), "cotton", weave="")
    middle, half = (low + high) / 2, (high - low) / 2
    scene.paint(cylinder(radius + 0.05, radius + 0.05, half).at(0, middle, 0), paper, 0.003)
    band = cylinder(radius + 0.05, radius + 0.05, half * 0.16)
    scene.paint(band.at(0, middle + half * 0.55, 0), look.accent("cotton"))


@design("bottle", "wine", materials=("glass",), patterns=("plain",), yaw=(-60, 60), pitch=(2, 18))
def wine_bottle(scene, look, shape):
    """A wine bottle with a label and a capsule over its cork."""
    r, neck = shape("radius", 0.19, 0.25), shape("neck", 0.065, 0.08)
    body, height = shape("body", 0.70, 0.92), 0.0
    shoulder = shape("shoulder", 0.12, 0.34)
    height = body + shoulder + shape("neck length", 0.28, 0.42)
    profile = [(0.0, 0.0, 1), (r - 0.03, 0.0, 1), (r, 0.04), (r, body * 0.5, 1), (r, body),
               (neck + 0.02, body + shoulder), (neck, body + shoulder + 0.08, 1),
               (neck, height - 0.06, 1), (neck + 0.012, height - 0.055, 1),
               (neck + 0.012, height, 1)]
    scene.add(turned(profile), look.main(8, mapping="around", around=r))
    label(scene, look, shape, r, body * 0.2, body * shape("label height", 0.65, 0.9))
    foil = look.accent("metal", roughness=0.35)
    scene.paint(cylinder(0.2, 0.2, 0.13).at(0, height - 0.11, 0), foil, 0.004)


@design("bottle", "water flask", materials=("metal", "plastic"), yaw=(-60, 60), pitch=(3, 22))
def water_flask(scene, look, shape):
    """A drinking bottle of steel with a screw lid and a carrying loop."""
    r, height = shape("radius", 0.23, 0.30), shape("height", 0.95, 1.2)
    mouth = r * shape("mouth", 0.55, 0.78)
    profile = [(0.0, 0.0, 1), (r - 0.03, 0.0, 1), (r, 0.04), (r, height * 0.5, 1), (r, height * 0.8),
               (mouth, height * 0.97), (mouth, height, 1)]
    scene.add(turned(profile), look.main(7, mapping="around", around=r))
    trim = shape.choice("lid", ("black", "second", "steel"))
    lid = {"black": look.plain("black", "plastic"), "second": look.accent("plastic"),
           "steel": look.chrome()}[trim]
    cap = cylinder(mouth + 0.02, mouth + 0.015, 0.075, 0.02).fluted(0.004, 28)
    scene.add(cap.at(0, height + 0.07, 0), lid)
    if shape.choice("loop", ("loop", "knob")) == "loop":
        scene.add(torus(mouth * 0.62, 0.026, 190).at(0, height + 0.14, 0), lid, 0.02)
    else:
        scene.add(cylinder(mouth * 0.5, mouth * 0.55, 0.05, 0.02).at(0, height + 0.18, 0), lid)
    if look.material == "metal":
        scene.paint(cylinder(1, 1, 0.02).at(0, 0.03, 0), look.chrome())


@design("bottle", "apothecary", materials=("glass",), patterns=("plain",), yaw=(-60, 60),
        pitch=(5, 24))
def apothecary_bottle(scene, look, shape):
    """A stout jar-like bottle with a short neck and a stopper."""
    r, height = shape("radius", 0.32, 0.42), shape("height", 0.68, 0.88)
    neck = shape("neck", 0.12, 0.18)
    top = height + shape("neck length", 0.12, 0.22)
    profile = [(0.0, 0.0, 1), (r - 0.03, 0.0, 1), (r, 0.04), (r, height * 0.5, 1),
               (r, height * 0.8), (neck + 0.03, height), (neck, height + 0.04, 1),
               (neck, top - 0.05, 1), (neck + 0.04, top - 0.03, 1), (neck + 0.04, top, 1)]
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
    profile = [(0.0, 0.0, 1), (r - 0.03, 0.0, 1), (r, 0.04), (r, at * 0.72), (waist, at),
               (r * 0.98, at + 0.16), (r * 0.94, height, 1)]
    scene.add(turned(profile), look.main(7, mapping="around", around=r))
    trim = look.accent() if shape.choice("lid", ("second", "black")) == "second" else (
        look.plain("black"))
    lid = [(0.0, height, 1), (r, height, 1), (r, height + 0.09), (r * 0.75, height + 0.14),
           (0.11, height + 0.19), (0.10, height + 0.24, 1), (0.0, height + 0.24, 1)]
    scene.add(turned(lid), trim)
    spout_ = cylinder(0.055, 0.065, 0.07, 0.02).at(0, height + 0.29, 0)
    scene.add(spout_, look.plain("white", "rubber"))


# ----------------------------------------------------------------------------------------- lamps
SHADES = ("cotton", "canvas", "satin")


def lamp_base(look, shape):
    """The material of a lamp's foot."""
    kind = shape.choice("base", ("steel", "brass", "wood", "black", "ceramic"))
    return {"steel": look.chrome(), "brass": look.gold(), "wood": look.wood(),
            "black": look.plain("black", "metal"), "ceramic": look.accent("ceramic")}[kind]


def foot_and_rod(scene, material, height, radius=0.27, rod=0.02):
    """A round foot with an upright rod."""
    profile = [(0.0, 0.0, 1), (radius, 0.0, 1), (radius, 0.025), (radius * 0.4, 0.05),
               (rod * 1.2, 0.09), (rod, 0.2), (rod, height, 1)]
    scene.add(turned(profile), material)


def shade(scene, material, low, high, bottom, top):
    """A lampshade: an open cone of cloth."""
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
    if shape.choice("foot", ("turned", "rod", "ball")) == "rod":
        foot_and_rod(scene, base, height + 0.1)
    elif shape.choice("foot", ("turned", "rod", "ball")) == "turned":
        r = shape("belly", 0.19, 0.30)
        scene.add(turned([(0.0, 0.0, 1), (r * 0.8, 0.0, 1), (r * 0.8, 0.04), (r * 0.55, 0.08),
                          (r, height * 0.45), (r * 0.35, height * 0.85), (0.04, height),
                          (0.02, height + 0.12, 1)]), base)
    else:
        r = shape("belly", 0.19, 0.30)
        scene.add(cylinder(r * 0.7, r * 0.65, 0.02, 0.01).at(0, 0.02, 0), base)
        scene.add(sphere(r).at(0, r + 0.03, 0), base)
        rod = cylinder(0.02, 0.02, (height + 0.1 - 2 * r) / 2 + 0.02)
        scene.add(rod.at(0, (height + 0.1) / 2 + r, 0), base)
    low = height + 0.02
    bottom = shape("shade", 0.34, 0.46)
    shade(scene, look.main(8, mapping="around", around=bottom, glow=shape("glow", 0.1, 0.5)), low,
          low + shape("shade height", 0.36, 0.56), bottom, bottom * shape("shade top", 0.5, 1.0))


@design("table lamp", "globe", materials=("glass", "ceramic"), patterns=("plain",), yaw=(-60, 60),
        pitch=(3, 20))
def globe_lamp(scene, look, shape):
    """A glowing ball of coloured glass on a small foot."""
    r, neck = shape("radius", 0.30, 0.42), shape("neck", 0.03, 0.45)
    base = lamp_base(look, shape)
    foot_and_rod(scene, base, 0.1 + neck, shape("foot", 0.20, 0.28), 0.03)
    scene.add(cylinder(0.06, 0.12, 0.03).at(0, 0.1 + neck, 0), base)
    ball = look.solid(material="plastic", glow=shape("glow", 0.35, 0.75), roughness=0.2, coat=0.6)
    scene.add(sphere(r).at(0, 0.11 + neck + r, 0), ball)


@design("table lamp", "desk arm", materials=("metal", "plastic"), patterns=("plain",),
        yaw=((-40, 40), (140, 220)), pitch=(4, 20))
def desk_lamp(scene, look, shape):
    """A desk lamp with two jointed arms and a tilting metal head."""
    body, steel = look.main(), look.chrome()
    scene.add(cylinder(0.29, 0.26, 0.03, 0.02).at(0, 0.03, 0), body)
    low, high = math.radians(shape("lower arm", 95, 118)), math.radians(shape("upper arm", 28, 58))
    first, second = shape("lower length", 0.58, 0.75), shape("upper length", 0.50, 0.68)
    ankle = np.array([0.0, 0.08, 0.0])
    elbow = ankle + first * np.array([math.cos(low), math.sin(low), 0])
    wrist = elbow + second * np.array([math.cos(high), math.sin(high), 0])
    arm = steel if shape.choice("arms", ("steel", "coloured")) == "steel" else body
    for a, b in ((ankle, elbow), (elbow, wrist)):
        scene.add(capsule(a - (0, 0, -0.035), b - (0, 0, -0.035), 0.014).mirror("z"), arm)
    for joint in (ankle, elbow, wrist):
        scene.add(cylinder(0.04, 0.04, 0.05, 0.01).rotate(pitch=90).at(*joint), body)
    tilt = shape("head tilt", 20, 50)
    mouth, depth = shape("head", 0.22, 0.28), 0.30
    cone = [(0.07, 0.0), (0.085, -0.10), (mouth, -depth), (mouth - 0.02, -depth), (0.065, -0.12),
            (-0.06, -0.10), (-0.06, 0.0)]
    head = (wrist[0] + 0.07, wrist[1] - 0.02)
    scene.add(revolve(np.array(cone)).rotate(roll=tilt).at(*head), body)
    bulb = sphere(0.085).at(0, -0.21, 0).rotate(roll=tilt).at(*head)
    scene.add(bulb, look.plain((1.0, 0.93, 0.75), "plastic", glow=1.0))


@design("table lamp", "mushroom", materials=("metal", "plastic", "ceramic"), patterns=("plain",),
        yaw=(-60, 60), pitch=(0, 14))
def mushroom_lamp(scene, look, shape):
    """A lamp with a smooth dome over a slender or trumpet-shaped stem."""
    height, dome = shape("height", 0.62, 0.85), shape("dome", 0.40, 0.52)
    rise = dome * shape("dome height", 0.6, 0.9)
    stem = look.main(5, mapping="around", around=dome)
    wide = shape("stem", 0.03, 0.10)
    scene.add(turned([(0.0, 0.0, 1), (0.27, 0.0, 1), (0.26, 0.03), (wide + 0.03, 0.18), (wide, 0.4),
                      (wide, height, 1)]), stem)
    outer = smooth_curve([(dome, 0.0, 1), (dome * 0.93, rise * 0.5), (dome * 0.5, rise * 0.92),
                          (0.0, rise, 1)], 6)
    inner = outer * ((dome - 0.02) / dome, (rise - 0.02) / rise)
    scene.add(revolve(np.vstack([outer, (-0.06, rise), (-0.06, rise - 0.02), inner[::-1]]))
              .at(0, height, 0), stem)
    bulb = sphere(0.1).at(0, height + 0.06, 0)
    scene.add(bulb, look.plain((1.0, 0.93, 0.75), "plastic", glow=1.0))


# ------------------------------------------------------------------------------------- umbrellas
UMBRELLA = ("satin", "cotton", "plastic")


def hook(scene, material, place, bottom, r=0.085, thick=0.027):
    """A crook handle, its stem on the y axis down to `bottom`; `place` puts it in the scene."""
    arc = torus(r, thick, 180).rotate(roll=180).at(r, bottom, 0)
    scene.add(place(arc), material)
    scene.add(place(capsule((0, bottom, 0), (0, bottom + 0.20, 0), thick)), material)


def open_umbrella(scene, look, shape, place):
    """An open umbrella, upright with its handle's end near y = 0, then moved by `place`."""
    reach, rise = shape("radius", 0.68, 0.82), shape("dome", 0.26, 0.42)
    length = shape("length", 0.92, 1.12)
    n = 8
    rim = length - rise * 0.35
    def dome(width, lower):
        points = [(width, rim - 0.1, 1), (width, rim, 1), (width * 0.93, rim + rise * 0.26),
                  (width * 0.62, rim + rise * 0.76), (0.0, rim + rise, 1)]
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
    steel = look.chrome() if shape.choice("rod", ("steel", "black")) == "steel" else (
        look.plain("black", "metal"))
    top = rim + rise
    scene.add(place(capsule((0, 0.12, 0), (0, top, 0), 0.016)), steel)
    scene.add(place(capsule((0, top, 0), (0, top + 0.09, 0), 0.02, 0.008)), steel)
    rib = capsule((0.02, rim + rise * 0.35, 0), (reach * 0.55, rim + rise * 0.74, 0), 0.008)
    scene.add(place(rib.repeat_around(n)), steel)
    grip = look.wood() if shape.choice("handle", ("wood", "wood", "black")) == "wood" else (
        look.plain("black", "rubber"))
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
    profile = [(0.015, 0.0, 1), (wide * 0.55, 0.14), (wide * 0.8, length * 0.45),
               (wide, length * 0.88), (wide * 0.75, length * 0.93), (0.025, length, 1)]
    cloth_ = turned(profile).fluted(0.010, 7)
    scene.add(place(cloth_), look.main(9, mapping="front"))
    strap = ring(wide * 0.86, wide * 0.86, 0.010, 0.03).at(0, length * 0.5, 0)
    scene.add(place(strap), look.darker(0.7))
    steel = look.chrome()
    scene.add(place(capsule((0, -0.12, 0), (0, length + 0.12, 0), 0.014)), steel)
    grip = look.wood() if shape.choice("handle", ("wood", "wood", "black")) == "wood" else (
        look.plain("black", "rubber"))
    scene.add(place(capsule((0, length + 0.06, 0), (0, length + 0.28, 0), 0.026)), grip)
    crook = torus(0.085, 0.026, 190).at(0.085, length + 0.28, 0)
    scene.add(place(crook), grip)


# ------------------------------------------------------------------------------------ headphones
ANGLED = ((18, 62), (-62, -18))


def headband(scene, material, radius, half_depth, thick, spread=100):
    """An arched band above y = 0, `spread` degrees to each side of the top."""
    angles = np.radians(np.linspace(-spread, spread, 31))
    arc = np.column_stack([np.sin(angles), np.cos(angles)])
    outline = np.vstack([(radius + thick) * arc, (radius - thick) * arc[::-1]])
    scene.add(extrude(outline, half_depth, min(half_depth, thick) * 0.8), material)


def ear_cup(scene, shell, pad, x, y, radius, deep, tall=1.0):
    """A shell and its cushion on both sides; cups lean in a little towards the bottom."""
    cup = cylinder(radius, radius * 0.82, deep, deep * 0.7).rotate(roll=-96)
    scene.add(cup.at(x, y, 0).mirror("x"), shell)
    cushion = torus(radius * 0.74, radius * 0.30).rotate(yaw=90).rotate(roll=-6)
    scene.add(cushion.at(x - deep - radius * 0.12, y, 0).mirror("x"), pad)


def soft_pad(look, shape):
    """Ear cushions: black or in the second colour."""
    return look.plain("black", "leather") if shape.choice("pads", ("black", "black", "second")) == (
        "black") else look.accent("leather")


@design("headphones", "over-ear", materials=("plastic",), patterns=("plain",), yaw=ANGLED,
        pitch=(2, 20))
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


@design("headphones", "on-ear slim", materials=("plastic", "metal"), patterns=("plain",), yaw=ANGLED,
        pitch=(2, 20))
def slim_headphones(scene, look, shape):
    """Light headphones: a thin band and small flat cushions."""
    r, cup = shape("band radius", 0.42, 0.48), shape("cup", 0.125, 0.165)
    steel = look.chrome() if shape.choice("band", ("steel", "coloured")) == "steel" else look.solid()
    headband(scene, steel, r, shape("band width", 0.03, 0.045), 0.011)
    if shape.choice("sleeve", ("none", "sleeve")) == "sleeve":
        headband(scene, look.main(), r, 0.05, 0.018, 50)
    y = shape("drop", -0.22, -0.14)
    scene.add(capsule((r * 0.985, -0.06, 0), (r * 0.97, y, 0), 0.013).mirror("x"), steel)
    shell = cylinder(cup, cup * 0.92, 0.028, 0.015).rotate(roll=-94).at(r * 0.97, y, 0)
    scene.add(shell.mirror("x"), look.main())
    foam = cylinder(cup * 1.06, cup * 1.06, 0.04, 0.035).rotate(roll=-94).at(r * 0.97 - 0.06, y, 0)
    scene.add(foam.mirror("x"), soft_pad(look, shape))


@design("headphones", "studio", materials=("plastic",), patterns=("plain",), yaw=ANGLED,
        pitch=(2, 22))
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
    loop = tube(start, (side * (r + 0.05), y - cup - 0.3, 0.2), (side * 0.1, y - cup - 0.16, 0.5),
                0.014)
    scene.add(loop, look.plain("black", "rubber"))
