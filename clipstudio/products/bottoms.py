"""Dresses, skirts, trousers, jeans and shorts."""

import numpy as np

from clipstudio.products.tailoring import (
    Legs,
    band,
    belt_loops,
    button_row,
    clip_hanger,
    draw_sleeves,
    flipped,
    fly,
    garment,
    hanger,
    lay_front,
    lay_sleeves,
    mirrored,
    neck_back,
    neckband,
    patch_pocket,
    rectangle,
    resized,
    round_pockets,
    shirt_collar,
    slant_pockets,
    waist_back,
    waistband,
)
from clipstudio.products.tops import DENIMS, SOBER, draw_bodice
from clipstudio.scene import box

DRESSY = ("cotton", "cotton", "satin", "knit", "denim")
SKIRTS = ("cotton", "wool", "satin", "leather")


# --------------------------------------------------------------------------------------- dresses
DRESS = dict(
    chest=(0.32, 0.38),
    shoulder=(0.84, 0.98),
    length=(1.35, 1.85),
    neck=(0.13, 0.2),
    scoop=(0.1, 0.22),
    armhole=(0.32, 0.38),
    waist=(0.76, 0.92),
    waist_at=(0.6, 0.74),
    hem=(1.35, 2.2),
    hem_drop=(0.0, 0.07),
)


def waist_seam(body, sag=0.015):
    """Return the line where the skirt of a dress is sewn to its top."""
    return [(-body.waist, -body.waist_at), (0, -body.waist_at - sag), (body.waist, -body.waist_at)]


def dress(
    tailor,
    body,
    sleeve=None,
    opening=0.12,
    seam=True,
    cuff=None,
    stiff=1.0,
    collar=True,
):
    """Any dress cut from one front; `sleeve` is the range of its sleeves' length, if it has any."""
    tailor.fabric(stiff=stiff)
    cloth = tailor.cloth
    if collar:
        neck_back(tailor, body, cloth)
    if sleeve is not None:
        limbs = draw_sleeves(tailor, body, tailor.draw("sleeve length", *sleeve), opening)
        lay_sleeves(tailor, limbs, cloth, cuff, 0.05)
    hanger(tailor, body)
    front = lay_front(tailor, body, cloth, [waist_seam(body)] if seam else ())
    return front


def gathers(tailor, waist, top, hem, low):
    """Creases that fan out from a gathered waist, each to a depth of its own."""
    lines = []
    for i in range(int(tailor.draw("creases", 5, 12))):
        share = tailor.draw(f"crease {i}", -0.92, 0.92)
        reach = tailor.draw(f"crease {i} length", 0.3, 1.0)
        end = (share * (waist + (hem - waist) * reach), top + (low - top) * reach)
        lines.append([(share * waist, top), end])
    return lines


def full_skirt(
    tailor, body, material, hem, length, folds=(0.03, 0.07), frequency=(10, 20), wave=0.02
):
    """Return a gathered skirt sewn to the waist of a dress, falling in folds. Returns it."""
    y = -body.waist_at
    low = -length
    half = [
        (0, y + 0.012),
        (body.waist, y + 0.012, 1),
        ((body.waist + hem) * 0.5 + 0.04, (y + low) * 0.5),
    ]
    steps = np.linspace(1, 0, 7)
    phase = tailor.draw("hem wave", 0, 6.28)
    ripple = [low - 0.06 * (1 - s * s) + wave * np.sin(9 * s + phase) for s in steps]
    half += [
        (hem * s, r, 1) if s == 1 else (hem * s, r) for s, r in zip(steps, ripple, strict=True)
    ]
    amount = tailor.draw("gathers", *folds)
    return tailor.lay(
        mirrored(half),
        material,
        0.006,
        gathers(tailor, body.waist, y, hem, low),
        seam_depth=0.012,
        folds=amount,
        drape=1.4,
        crumple=0.3,
        frequency=tailor.draw("gather frequency", *frequency),
    )


@garment("dress", "a-line sleeveless", DRESSY)
def sleeveless_dress(tailor):
    "A sleeveless dress that widens from the waist to the hem."
    body = draw_bodice(tailor, DRESS, shoulder=(0.7, 0.8), drop=0.06)
    front = dress(tailor, body)
    neckband(tailor, front, body, tailor.cloth, 0.018)


@garment("dress", "short-sleeved sheath", DRESSY)
def sheath_dress(tailor):
    "A close, straight dress with short sleeves and a hem at the knee."
    body = draw_bodice(tailor, DRESS, hem=(1.02, 1.2), length=(1.45, 1.75), hem_drop=0.0)
    front = dress(tailor, body, (0.16, 0.34), tailor.draw("opening", 0.1, 0.13))
    neckband(tailor, front, body, tailor.cloth, 0.018)


@garment("dress", "fit and flare", DRESSY)
def flared_dress(tailor):
    "A dress with a narrow top and a wide gathered skirt."
    body = draw_bodice(tailor, DRESS, waist=(0.74, 0.86))
    top = resized(body, length=body.waist_at + 0.03, hem=body.waist, hem_drop=0.01)
    sleeve = tailor.pick("sleeves", ("none", "short"))
    if sleeve == "none":
        top = resized(top, shoulder=top.shoulder * 0.82)
    front = dress(tailor, top, None if sleeve == "none" else (0.12, 0.28), seam=False)
    neckband(tailor, front, top, tailor.cloth, 0.02)
    below = full_skirt(
        tailor, top, tailor.cloth, tailor.draw("skirt", 0.55, 0.85), tailor.draw("length", 1.4, 1.8)
    )
    if tailor.pick("belt", ("yes", "no")) == "yes":
        strip = [
            (-top.waist - 0.01, -top.waist_at),
            (0, -top.waist_at - 0.01),
            (top.waist + 0.01, -top.waist_at),
        ]
        tailor.sew(below, band(strip, 0.05), tailor.accent, 0.015)


@garment("dress", "wrap", ("cotton", "satin"))
def wrap_dress(tailor):
    "A dress whose front crosses over, tied at the waist."
    body = draw_bodice(tailor, DRESS, neckline="v", scoop=(0.34, 0.46))
    front = dress(tailor, body, (0.14, 0.62), tailor.draw("opening", 0.11, 0.15), seam=False)
    low = -body.length
    cross = [
        (body.neck, 0, 1),
        (body.neck * 0.3, -0.2),
        (-body.waist * 0.55, -body.waist_at, 1),
        (-body.hem * 0.1, low * 0.8),
        (0.02, low - body.hem_drop, 1),
        (0.05, low - body.hem_drop, 1),
        (-body.hem * 0.06, low * 0.8),
        (-body.waist * 0.48, -body.waist_at - 0.03, 1),
        (body.neck * 0.6, -0.2),
        (body.neck + 0.035, -0.02, 1),
    ]
    tailor.sew(front, cross, tailor.cloth, 0.006)
    tie = [
        (-body.waist - 0.005, -body.waist_at),
        (0, -body.waist_at - 0.012),
        (body.waist + 0.005, -body.waist_at),
    ]
    tailor.sew(front, band(tie, 0.045), tailor.cloth, 0.008)
    for sway in (-0.05, 0.08):
        end = (-body.waist * 0.5 + sway, -body.waist_at - 0.36)
        knot = (-body.waist * 0.55, -body.waist_at - 0.02)
        tailor.sew(
            front,
            band([knot, ((knot[0] + end[0]) / 2 - 0.02, -body.waist_at - 0.2), end], 0.035),
            tailor.cloth,
            0.008,
        )


@garment("dress", "shirt dress", ("cotton", "denim", "satin"))
def shirt_dress(tailor):
    "A long shirt worn as a dress: collar, a row of buttons, a belt."
    body = draw_bodice(
        tailor,
        DRESS,
        neck=0.13,
        scoop=(0.1, 0.16),
        hem=(1.08, 1.5),
        chest=(0.35, 0.41),
    )
    long = tailor.pick("sleeve", ("long", "short")) == "long"
    cuff = tailor.cloth
    front = dress(
        tailor,
        body,
        (0.68, 0.8) if long else (0.2, 0.32),
        0.09 if long else 0.13,
        False,
        cuff,
        1.2,
    )
    low = -body.length - body.hem_drop
    strip = rectangle(0, (low - body.scoop) / 2, 0.032, (-low - body.scoop) / 2 - 0.004)
    tailor.sew(front, strip, tailor.cloth, 0.003)
    button_row(tailor, front, 0, -body.scoop - 0.07, low + 0.25, 8, tailor.white)
    shirt_collar(tailor, (front, front), body, tailor.cloth, tailor.draw("collar", 0.12, 0.18))
    if tailor.pick("belt", ("yes", "no")) == "yes":
        strap = rectangle(0, -body.waist_at, body.waist + 0.012, 0.03)
        tailor.sew(front, strap, tailor.accent, 0.01)
        tailor.put(front, 0.0, -body.waist_at, box(0.035, 0.04, 0.012, 0.008), tailor.metal, 0.01)


@garment("dress", "slip", ("satin", "satin", "cotton"))
def slip_dress(tailor):
    "A light dress on two thin straps."
    chest, low = tailor.draw("chest", 0.27, 0.33), -tailor.draw("length", 1.4, 1.95)
    hem, waist = tailor.draw("hem", 0.38, 0.62), tailor.draw("waist", 0.82, 0.95)
    dip, point = tailor.draw("neck depth", 0.06, 0.16), chest * 0.5
    half = [
        (0, -0.24 - dip, 0),
        (point * 0.5, -0.26 - dip * 0.3),
        (point, -0.22, 1),
        (chest * 0.8, -0.32),
        (chest, -0.4, 1),
        (chest * waist, -0.68),
        (hem, low, 1),
        (hem * 0.5, low - 0.03),
        (0, low - 0.04),
    ]
    back = [
        (0, -0.34),
        (point, -0.34),
        (chest * 0.95, -0.38, 1),
        (chest * 0.8, -0.55, 1),
        (0, -0.55),
    ]
    tailor.lay_inside(mirrored(back), tailor.cloth, -0.03, puff=0.0, folds=0.004)
    front = tailor.lay(mirrored(half), tailor.cloth, pulls=[(chest, -0.4), (-chest, -0.4)])
    for side in (-1, 1):
        for inward, z in ((0.0, -0.02), (0.03, 0.0)):
            strap = [
                (side * point, -0.23),
                (side * (point - 0.02), -0.1),
                (side * (point - inward), 0.0),
            ]
            tailor.lay(band(strap, 0.022), tailor.cloth, z, puff=0.004, folds=0.0, edge=0.02)
    hanger(tailor, resized(draw_bodice(tailor, DRESS), shoulder=0.32))
    if tailor.pick("waist seam", ("no", "yes")) == "yes":
        line = [(-chest * 0.85, -0.68), (0, -0.7), (chest * 0.85, -0.68)]
        tailor.sew(front, band(line, 0.03), tailor.cloth)


@garment("dress", "maxi", ("cotton", "satin"))
def maxi_dress(tailor):
    "A very long dress, its skirt falling in folds to the ankles."
    body = draw_bodice(
        tailor, DRESS, length=(0.7, 0.75), neckline=tailor.pick("neckline", ("v", "round"))
    )
    body = resized(body, waist_at=body.length - 0.03, hem=body.waist, hem_drop=0.01)
    sleeve = tailor.pick("sleeves", ("none", "short", "long"))
    if sleeve == "none":
        body = resized(body, shoulder=body.shoulder * 0.8)
    reach = {"none": None, "short": (0.15, 0.3), "long": (0.6, 0.8)}[sleeve]
    front = dress(tailor, body, reach, seam=False)
    neckband(tailor, front, body, tailor.cloth, 0.018)
    full_skirt(
        tailor,
        body,
        tailor.cloth,
        tailor.draw("skirt", 0.45, 0.7),
        tailor.draw("length", 2.0, 2.4),
        wave=0.012,
    )


@garment("dress", "tiered", ("cotton", "satin"))
def tiered_dress(tailor):
    "A loose dress with a short yoke and two or three gathered tiers."
    body = draw_bodice(tailor, DRESS, length=(0.42, 0.56), waist=(0.98, 1.08))
    body = resized(body, waist_at=body.length - 0.02, hem=body.waist, hem_drop=0.0)
    sleeve = tailor.pick("sleeves", ("short", "elbow", "none"))
    if sleeve == "none":
        body = resized(body, shoulder=body.shoulder * 0.8)
    reach = {"none": None, "short": (0.16, 0.28), "elbow": (0.45, 0.62)}[sleeve]
    length, hem, tiers = (
        tailor.draw("length", 1.35, 1.85),
        tailor.draw("skirt", 0.55, 0.78),
        int(tailor.draw("tiers", 2, 4)),
    )
    front = dress(tailor, body, reach, tailor.draw("opening", 0.12, 0.17), seam=False)
    neckband(tailor, front, body, tailor.cloth, 0.018)
    lay_tiers(tailor, body.waist, -body.waist_at, hem, -length, tiers)


def lay_tiers(tailor, waist, top, hem, low, tiers):
    """Gathered tiers from a waist down to a hem, each a little wider than the one above."""
    z = tailor.puff * 0.2
    for i in reversed(range(tiers)):
        a, b = i / tiers, (i + 1) / tiers
        upper, lower = waist + (hem - waist) * a, waist + (hem - waist) * b + 0.02
        y, end = top + (low - top) * a, top + (low - top) * b - 0.02
        half = [
            (0, y - 0.01),
            (upper, y, 1),
            (lower, end, 1),
            (lower * 0.5, end - 0.025),
            (0, end - 0.03),
        ]
        tailor.lay(
            mirrored(half),
            tailor.cloth,
            z + 0.02 * (tiers - i),
            drape=1.0,
            folds=tailor.draw("gathers", 0.015, 0.03),
            crumple=0.3,
            frequency=16,
        )


@garment("dress", "long-sleeved", ("knit", "cotton", "wool"))
def long_sleeved_dress(tailor):
    "A straight or slightly flared dress with long sleeves."
    body = draw_bodice(tailor, DRESS, hem=(1.05, 1.7), length=(1.45, 1.85))
    front = dress(tailor, body, (0.55, 0.82), tailor.draw("opening", 0.07, 0.12))
    neckband(tailor, front, body, tailor.cloth, 0.025)


# ---------------------------------------------------------------------------------------- skirts
def skirt(
    tailor,
    points,
    waist,
    dip=0.02,
    depth=0.07,
    ribs=False,
    seams=(),
    weight=0.01,
    **style,
):
    """Any skirt: its back, its front from the right half of the outline, and a waistband."""
    tailor.fabric(weight)
    cloth = tailor.cloth
    clip_hanger(tailor, waist)
    waist_back(tailor, waist, dip, cloth)
    top = [(0, -dip), (waist * 0.6, -dip * 0.7), (waist, 0, 1)]
    front = tailor.lay(mirrored(top + points), cloth, 0.0, seams, **style)
    if depth:
        waistband(tailor, front, waist, dip, depth, cloth, ribs)
    return front


def skirt_points(waist, hip, hem, length, drop=0.04, hip_at=0.22, wave=0.0, phase=0.0):
    """Right half of a skirt's outline below the waist, from hip to the middle of the hem."""
    points = [(hip, -hip_at), (hem, -length, 1)]
    for share in (0.85, 0.68, 0.5, 0.34, 0.17, 0.0):
        y = -length - drop * (1 - share**2) + wave * np.sin(11 * share + phase)
        points.append((hem * share, y))
    return points


@garment("skirt", "a-line", SKIRTS)
def a_line_skirt(tailor):
    "A skirt that widens evenly from the waistband to the hem."
    waist, length = tailor.draw("waist", 0.28, 0.34), tailor.draw("length", 0.62, 1.05)
    hem = tailor.draw("hem", 0.42, 0.62)
    points = skirt_points(
        waist, waist + (hem - waist) * 0.42, hem, length, tailor.draw("hem curve", 0.02, 0.08)
    )
    side = [(waist * 0.45, -0.08), (hem * 0.5, -length)]
    skirt(
        tailor,
        points,
        waist,
        tailor.draw("dip", 0.01, 0.04),
        tailor.draw("band", 0.05, 0.09),
        seams=[side, flipped(side)] if tailor.pick("panels", ("one", "three")) == "three" else (),
    )


@garment("skirt", "pencil", ("wool", "cotton", "leather", "denim"))
def pencil_skirt(tailor):
    "A narrow straight skirt that ends at the knee, with a slit."
    waist, length = tailor.draw("waist", 0.28, 0.33), tailor.draw("length", 0.75, 1.1)
    hip = waist * tailor.draw("hip", 1.14, 1.28)
    points = skirt_points(waist, hip, hip * tailor.draw("hem", 0.84, 1.0), length, 0.01, 0.26)
    darts = [(0.13, -0.08), (0.12, -0.24)]
    front = skirt(
        tailor,
        points,
        waist,
        0.02,
        tailor.draw("band", 0.04, 0.08),
        seams=[darts, flipped(darts)],
    )
    x = tailor.pick("slit", (0.0, 0.15, -0.15))
    slit = [
        (x - 0.004, -length + 0.2, 1),
        (x + 0.004, -length + 0.2, 1),
        (x + 0.016, -length - 0.01, 1),
        (x - 0.016, -length - 0.01, 1),
    ]
    tailor.sew(front, slit, tailor.black, -0.002)


@garment("skirt", "pleated", ("cotton", "wool", "satin"))
def pleated_skirt(tailor):
    "A skirt laid in pressed pleats from the waist to the hem."
    waist, length = tailor.draw("waist", 0.27, 0.33), tailor.draw("length", 0.5, 1.15)
    hem, pleats = tailor.draw("hem", 0.46, 0.7), int(tailor.draw("pleats", 7, 14))
    points = skirt_points(
        waist, waist + (hem - waist) * 0.35, hem, length, tailor.draw("hem curve", 0.02, 0.07)
    )
    steps = np.linspace(-0.9, 0.9, pleats)
    lines = [[(waist * s, -0.07), (hem * s, -length - 0.06)] for s in steps]
    skirt(
        tailor,
        points,
        waist,
        0.02,
        tailor.draw("band", 0.05, 0.08),
        seams=lines,
        seam_depth=0.03,
        folds=0.02,
        drape=1.2,
        crumple=0.1,
    )


@garment("skirt", "skater", ("cotton", "satin", "knit"))
def skater_skirt(tailor):
    "A short full skirt whose hem falls in waves from an elastic waist."
    waist, length = tailor.draw("waist", 0.24, 0.31), tailor.draw("length", 0.42, 0.68)
    hem = tailor.draw("hem", 0.52, 0.76)
    points = skirt_points(
        waist,
        waist + (hem - waist) * 0.45,
        hem,
        length,
        tailor.draw("hem curve", 0.06, 0.15),
        0.2,
        tailor.draw("wave", 0.01, 0.03),
        tailor.draw("wave start", 0, 6.28),
    )
    ribs = tailor.pick("waistband", ("elastic", "plain")) == "elastic"
    skirt(
        tailor,
        points,
        waist,
        0.02,
        tailor.draw("band", 0.05, 0.1),
        ribs=ribs,
        seams=gathers(tailor, waist, 0.0, hem, -length),
        seam_depth=0.014,
        folds=tailor.draw("gathers", 0.04, 0.08),
        drape=1.5,
        crumple=0.2,
        frequency=tailor.draw("gathering", 9, 16),
    )


@garment("skirt", "denim buttoned", ("denim",), colours=DENIMS, patterns=("plain",))
def denim_skirt(tailor):
    "A denim skirt with a row of metal buttons, pockets and belt loops."
    waist, length = tailor.draw("waist", 0.29, 0.34), tailor.draw("length", 0.52, 0.9)
    hip, dip, depth = waist * tailor.draw("hip", 1.12, 1.25), 0.03, 0.065
    hem = hip * tailor.draw("hem", 0.98, 1.25)
    legs = Legs(1, waist, hip, 0.5, 0.2, 0.2)
    front = skirt(
        tailor,
        skirt_points(waist, hip, hem, length, 0.02, 0.24),
        waist,
        dip,
        depth,
        seams=round_pockets(legs),
        weight=0.013,
    )
    belt_loops(tailor, front, waist, dip, depth, tailor.cloth)
    buttoned = tailor.pick("front", ("buttons", "fly")) == "buttons"
    low = -length + 0.08 if buttoned else -dip - depth / 2
    if buttoned:
        strip = rectangle(0, -(length + 0.02) / 2 - 0.01, 0.035, (length - 0.02) / 2)
        tailor.sew(front, strip, tailor.cloth, 0.002)
    button_row(
        tailor, front, 0, -dip - depth / 2, low, 6 if buttoned else 1, tailor.look.gold(), 0.02
    )
    thread = tailor.look.plain((0.45, 0.24, 0.04), "cotton")
    tailor.sew(front, rectangle(0, -length + 0.035, hem * 0.94, 0.005), thread, 0.0)


@garment("skirt", "maxi", ("cotton", "satin"))
def maxi_skirt(tailor):
    "A long flowing skirt from an elastic waist to the ankles."
    waist, length = tailor.draw("waist", 0.25, 0.31), tailor.draw("length", 1.25, 1.6)
    hem = tailor.draw("hem", 0.42, 0.72)
    points = skirt_points(
        waist,
        waist + (hem - waist) * 0.35,
        hem,
        length,
        0.05,
        0.25,
        0.012,
        tailor.draw("wave start", 0, 6.28),
    )
    skirt(
        tailor,
        points,
        waist,
        0.015,
        tailor.draw("band", 0.05, 0.09),
        ribs=True,
        seams=gathers(tailor, waist, 0.0, hem, -length),
        seam_depth=0.012,
        folds=tailor.draw("gathers", 0.03, 0.07),
        drape=1.4,
        crumple=0.25,
        frequency=tailor.draw("gathering", 10, 18),
    )


@garment("skirt", "tiered ruffles", ("cotton", "satin"))
def ruffled_skirt(tailor):
    "A skirt of two to four gathered tiers under an elastic waist."
    waist, length = tailor.draw("waist", 0.26, 0.32), tailor.draw("length", 0.5, 1.2)
    band_material = tailor.contrast("band")
    clip_hanger(tailor, waist)
    waist_back(tailor, waist, 0.015, tailor.cloth)
    lay_tiers(
        tailor,
        waist,
        -0.03,
        tailor.draw("hem", 0.5, 0.72),
        -length,
        int(tailor.draw("tiers", 2, 5)),
    )
    strap = [(0, -0.015), (waist, 0, 1), (waist * 1.03, -0.085, 1), (0, -0.1)]
    ribs = [[(x, 0), (x, -0.1)] for x in np.arange(-waist, waist, 0.035)]
    tailor.lay(mirrored(strap), band_material, 0.1, ribs, puff=0.02, edge=0.05, folds=0.004)


@garment("skirt", "wrap", ("cotton", "wool", "satin", "leather"))
def wrap_skirt(tailor):
    "A skirt whose front panel crosses over and ends in a slanted edge."
    waist, length = tailor.draw("waist", 0.28, 0.33), tailor.draw("length", 0.5, 0.95)
    hem = tailor.draw("hem", 0.4, 0.56)
    points = skirt_points(waist, waist + (hem - waist) * 0.5, hem, length, 0.03)
    front = skirt(tailor, points, waist, 0.02, 0.0)
    end = tailor.draw("crossing", -0.25, 0.05)
    panel = [
        (waist, 0.004, 1),
        (-waist * 0.7, -0.015, 1),
        (end - 0.02, -length * 0.6),
        (end, -length - 0.05, 1),
        (hem * 0.6, -length - 0.035),
        (hem + 0.004, -length - 0.004, 1),
        (waist * 1.15, -0.24),
    ]
    tailor.sew(front, panel, tailor.cloth, 0.014)
    waistband(tailor, front, waist, 0.02, tailor.draw("band", 0.05, 0.08), tailor.cloth)


# -------------------------------------------------------------------------- trousers of all kinds
def draw_legs(
    tailor,
    knee,
    hem,
    length=(1.5, 1.75),
    waist=(0.27, 0.33),
    hip=(1.12, 1.26),
    rise=(0.42, 0.52),
    spread=(0.0, 0.24),
):
    """Measurements of a pair of legs; `knee` and `hem` are ranges of half widths."""
    half = tailor.draw("waist", *waist)
    apart = (
        tailor.draw("legs apart", *spread)
        if tailor.pose == "flat"
        else tailor.draw("legs apart", 0.0, 0.05)
    )
    skew = tailor.draw("legs uneven", -0.05, 0.05) * (tailor.pose == "flat")
    return Legs(
        length=tailor.draw("length", *length),
        waist=half,
        hip=half * tailor.draw("hip", *hip),
        rise=tailor.draw("rise", *rise),
        knee=tailor.draw("knee", *knee),
        hem=tailor.draw("hem", *hem),
        spread=(apart + skew, apart - skew),
        dip=tailor.draw("dip", 0.015, 0.045),
    )


def trousers(
    tailor,
    legs,
    band_depth=0.06,
    seams=(),
    flies=True,
    ribs=False,
    hem_band=0.0,
    hem_material=None,
    loops=True,
):
    """Any trousers or shorts: back of the waist, legs, waistband, fly, hems. Returns the front."""
    cloth = tailor.cloth
    clip_hanger(tailor, legs.waist)
    waist_back(tailor, legs.waist, legs.dip, cloth)
    lines = [[(0, -band_depth - legs.dip), (0, -legs.rise)], *seams]
    if flies:
        lines.append(fly(legs.rise))
    front = tailor.lay(
        legs.outline(), cloth, 0.0, lines, [(0, -legs.rise), (legs.hip, -0.3), (-legs.hip, -0.3)]
    )
    if band_depth:
        waistband(tailor, front, legs.waist, legs.dip, band_depth, cloth, ribs)
    if loops:
        belt_loops(tailor, front, legs.waist, legs.dip, band_depth, cloth)
    if hem_band:
        for side in (-1, 1):
            tailor.sew(
                front,
                legs.hem_band(side, hem_band),
                cloth if hem_material is None else hem_material,
                0.008,
            )
    return front


def creases(legs):
    """Return the pressed crease down the front of each leg."""
    pair = []
    for side, spread in ((-1, legs.spread[0]), (1, legs.spread[1])):
        below = legs.length - legs.rise
        pair.append(
            [(side * legs.axis(t, spread), -legs.rise - t * below) for t in (-0.2, 0.3, 0.6, 1.0)]
        )
    return pair


@garment("trousers", "straight", ("wool", "cotton"), patterns=SOBER)
def straight_trousers(tailor):
    "Dress trousers with straight legs and a pressed crease."
    tailor.fabric(stiff=1.2)
    legs = draw_legs(tailor, (0.14, 0.17), (0.11, 0.15))
    front = trousers(tailor, legs, 0.06, [*slant_pockets(legs), *creases(legs)])
    tailor.button(front, 0.0, -legs.dip - 0.03, tailor.black)


@garment("trousers", "wide leg", ("cotton", "satin", "wool"))
def wide_trousers(tailor):
    "High-waisted trousers with very wide legs that fall in folds."
    legs = draw_legs(tailor, (0.18, 0.22), (0.21, 0.3), waist=(0.26, 0.3), rise=(0.46, 0.56))
    pleat = [(legs.waist * 0.5, -0.08), (legs.waist * 0.6, -0.35)]
    ribs = tailor.pick("waistband", ("plain", "elastic")) == "elastic"
    trousers(
        tailor,
        legs,
        tailor.draw("band", 0.06, 0.1),
        [pleat, flipped(pleat)],
        ribs=ribs,
        flies=not ribs,
        loops=False,
    )


@garment("trousers", "joggers", ("cotton", "knit"))
def joggers(tailor):
    "Sweatpants with an elastic waist, a drawstring and ribbed cuffs."
    tailor.fabric(0.014, 1.2)
    legs = draw_legs(tailor, (0.15, 0.19), (0.085, 0.11))
    stripe = tailor.contrast("trim")
    front = trousers(
        tailor, legs, 0.085, slant_pockets(legs), False, True, 0.09, stripe, loops=False
    )
    cord = tailor.look.plain(tailor.pick("cord", ("white", "black")))
    for side in (-1, 1):
        low = -legs.dip - 0.1 - tailor.draw(f"cord {side}", 0.12, 0.26)
        tailor.cord(
            front,
            [(side * 0.02, -legs.dip - 0.05), (side * 0.05, low * 0.6), (side * 0.035, low)],
            cord,
        )


@garment("trousers", "chinos", ("cotton", "canvas"), patterns=("plain", "checked"))
def chinos(tailor):
    "Casual cotton trousers that narrow towards the ankle, with slanted pockets."
    legs = draw_legs(tailor, (0.13, 0.16), (0.09, 0.12))
    turned = tailor.pick("hem", ("plain", "turned up")) == "turned up"
    front = trousers(tailor, legs, 0.055, slant_pockets(legs), hem_band=0.07 if turned else 0.0)
    tailor.button(front, 0.0, -legs.dip - 0.03, tailor.look.plain("brown", "plastic"))


@garment("trousers", "cargo", ("canvas", "cotton"), patterns=("plain", "camouflage"))
def cargo_trousers(tailor):
    "Loose trousers with a big pocket with a flap on each thigh."
    tailor.fabric(0.013, 1.1)
    legs = draw_legs(tailor, (0.16, 0.2), (0.13, 0.17))
    front = trousers(tailor, legs, 0.06, slant_pockets(legs))
    for side in (-1, 1):
        x = legs.axis(0.1, legs.spread[side > 0]) + 0.05
        patch_pocket(
            tailor, front, side * x, -legs.rise - 0.25, 0.1, 0.12, tailor.cloth, tailor.cloth
        )


@garment("trousers", "leggings", ("cotton", "satin", "leather"))
def leggings(tailor):
    "Tight trousers with an elastic waist and narrow legs."
    legs = draw_legs(tailor, (0.1, 0.125), (0.065, 0.085), waist=(0.24, 0.29), spread=(0.0, 0.15))
    trousers(
        tailor,
        legs,
        tailor.draw("band", 0.05, 0.12),
        (),
        False,
        tailor.pick("waist", ("smooth", "ribbed")) == "ribbed",
        loops=False,
    )


# ----------------------------------------------------------------------------------------- jeans
def jeans(tailor, knee, hem, rolled=0.0, **ranges):
    """Any jeans, with round pockets and stitching. Returns the legs and the front."""
    tailor.fabric(0.013)
    legs = draw_legs(tailor, knee, hem, **ranges)
    return legs, denim_trousers(tailor, legs, rolled)


def denim_trousers(tailor, legs, rolled=0.0):
    """Return the parts that make jeans (and denim shorts) what they are, on a pair of legs."""
    inside = tailor.lining if rolled else None
    front = trousers(tailor, legs, 0.065, round_pockets(legs), hem_band=rolled, hem_material=inside)
    thread, metal = tailor.look.plain((0.45, 0.24, 0.04), "cotton"), tailor.look.gold()
    for line in round_pockets(legs):
        tailor.sew(front, band(line, 0.007), thread, 0.002)
    edge = fly(legs.rise)
    tailor.sew(front, band(edge, 0.007), thread, 0.002)
    tailor.button(front, 0.0, -legs.dip - 0.033, metal, 0.022)
    for side in (-1, 1):
        for x, y in ((legs.waist - 0.12, -0.085), (legs.hip - 0.02, -0.205)):
            tailor.button(front, side * x, y, metal, 0.01)
    return front


@garment("jeans", "straight", ("denim",), colours=DENIMS, patterns=("plain",))
def straight_jeans(tailor):
    "Classic jeans with straight legs."
    jeans(tailor, (0.14, 0.165), (0.12, 0.15))


@garment("jeans", "skinny", ("denim",), colours=DENIMS, patterns=("plain",))
def skinny_jeans(tailor):
    "Tight jeans that narrow to the ankle."
    jeans(tailor, (0.105, 0.13), (0.075, 0.095), spread=(0.0, 0.18))


@garment("jeans", "flared", ("denim",), colours=DENIMS, patterns=("plain",))
def flared_jeans(tailor):
    "Jeans that widen from the knee down."
    jeans(tailor, (0.115, 0.135), (0.18, 0.24))


@garment("jeans", "boyfriend", ("denim",), colours=DENIMS, patterns=("plain",))
def boyfriend_jeans(tailor):
    "Loose jeans with the hems rolled up, showing the pale inside."
    jeans(tailor, (0.15, 0.18), (0.125, 0.155), 0.085, length=(1.35, 1.55))


@garment("jeans", "ripped", ("denim",), colours=DENIMS, patterns=("plain",))
def ripped_jeans(tailor):
    "Jeans with torn holes at the knees that show pale threads."
    legs, front = jeans(tailor, (0.125, 0.16), (0.1, 0.13))
    for side in (-1, 1):
        for i in range(int(tailor.draw(f"rips {side}", 1, 3.5))):
            t = tailor.draw(f"rip {side} {i}", 0.15, 0.6)
            x, y = legs.axis(t, legs.spread[side > 0]), -legs.rise - t * (legs.length - legs.rise)
            wide, tall = (
                tailor.draw(f"rip width {side} {i}", 0.05, 0.09),
                tailor.draw(f"rip height {side} {i}", 0.015, 0.045),
            )
            tailor.sew(front, rectangle(side * x, y, wide, tall, 0), tailor.white, -0.004)


# ---------------------------------------------------------------------------------------- shorts
SHORT = dict(rise=(0.4, 0.5), spread=(0.0, 0.1))


@garment("shorts", "denim", ("denim",), colours=DENIMS, patterns=("plain",))
def denim_shorts(tailor):
    "Jeans cut short, the hem rolled up or frayed."
    tailor.fabric(0.013)
    hem = tailor.draw("leg", 0.19, 0.22)
    legs = draw_legs(tailor, (0.2, 0.21), (hem, hem + 0.01), (0.58, 0.86), **SHORT)
    denim_trousers(tailor, legs, tailor.pick("hem", (0.06, 0.08, 0.0)))


@garment("shorts", "running", ("satin", "cotton"))
def running_shorts(tailor):
    "Light short shorts with an elastic waist, flared legs and a trim at the hem."
    hem = tailor.draw("leg", 0.22, 0.26)
    legs = draw_legs(tailor, (0.2, 0.21), (hem, hem + 0.01), (0.52, 0.7), **SHORT)
    trim = (
        tailor.accent
        if tailor.pick("trim", ("same", "contrast", "contrast")) == "contrast"
        else tailor.cloth
    )
    front = trousers(tailor, legs, 0.075, (), False, True, 0.022, trim, loops=False)
    cord = tailor.look.plain(tailor.pick("cord", ("white", "black")))
    for side in (-1, 1):
        low = -legs.dip - tailor.draw(f"cord {side}", 0.16, 0.26)
        tailor.cord(
            front,
            [(side * 0.015, -legs.dip - 0.04), (side * 0.06, low * 0.6), (side * 0.04, low)],
            cord,
        )


@garment("shorts", "bermuda", ("cotton", "canvas", "wool"))
def bermuda_shorts(tailor):
    "Shorts that end at the knee, with a waistband, fly and slanted pockets."
    tailor.fabric(stiff=1.2)
    hem = tailor.draw("leg", 0.175, 0.205)
    legs = draw_legs(tailor, (0.19, 0.2), (hem, hem + 0.01), (0.82, 1.02), **SHORT)
    turned = tailor.pick("hem", ("plain", "turned up")) == "turned up"
    front = trousers(tailor, legs, 0.06, slant_pockets(legs), hem_band=0.055 if turned else 0.0)
    tailor.button(front, 0.0, -legs.dip - 0.03, tailor.look.plain("brown", "plastic"))


@garment("shorts", "cargo", ("canvas", "cotton"))
def cargo_shorts(tailor):
    "Wide knee-length shorts with a pocket with a flap on each leg."
    tailor.fabric(0.013, 1.1)
    hem = tailor.draw("leg", 0.2, 0.23)
    legs = draw_legs(tailor, (0.2, 0.22), (hem, hem + 0.01), (0.85, 1.02), **SHORT)
    front = trousers(tailor, legs, 0.06, slant_pockets(legs))
    for side in (-1, 1):
        x = legs.axis(0.3, legs.spread[side > 0]) + 0.08
        patch_pocket(
            tailor, front, side * x, -legs.rise - 0.17, 0.1, 0.1, tailor.cloth, tailor.cloth
        )


@garment("shorts", "sweat", ("cotton", "knit"))
def sweat_shorts(tailor):
    "Soft loose shorts with an elastic waist and long cords."
    tailor.fabric(0.014, 1.2)
    hem = tailor.draw("leg", 0.2, 0.24)
    legs = draw_legs(tailor, (0.2, 0.22), (hem, hem + 0.01), (0.68, 0.95), **SHORT)
    front = trousers(tailor, legs, 0.085, slant_pockets(legs), False, True, loops=False)
    cord = tailor.look.plain(tailor.pick("cord", ("white", "black")))
    for side in (-1, 1):
        low = -legs.dip - 0.1 - tailor.draw(f"cord {side}", 0.12, 0.26)
        tailor.cord(
            front,
            [(side * 0.02, -legs.dip - 0.05), (side * 0.06, low * 0.6), (side * 0.04, low)],
            cord,
        )
