"""T-shirts, long-sleeved tops, shirts, pullovers, hoodies, jackets and coats."""

from clipstudio.products.tailoring import (
    Bodice,
    button_row,
    draw_sleeves,
    drawstrings,
    flipped,
    garment,
    hanger,
    hem_rib,
    high_neck,
    hood,
    lapels,
    lay_front,
    lay_sleeves,
    mirrored,
    neck_back,
    neckband,
    open_neck,
    over_body,
    patch_pocket,
    rectangle,
    resized,
    shirt_collar,
    slanted_pocket,
    stand_collar,
    zip_line,
)
from clipstudio.scene import box

DENIMS = ("blue", "navy", "black", "grey", "blue", "white")
JERSEY = ("cotton",)
SOBER = ("plain", "striped", "checked", "plaid", "speckled")
SHIRTING = ("cotton", "cotton", "satin", "denim")
WOOLLY = ("knit", "wool")

TOP = dict(
    length=(0.92, 1.2),
    chest=(0.36, 0.45),
    shoulder=(0.88, 1.0),
    neck=(0.115, 0.155),
    scoop=(0.09, 0.17),
    drop=(0.05, 0.11),
    armhole=(0.31, 0.4),
    waist=(0.9, 1.03),
    hem=(0.94, 1.08),
    hem_drop=(-0.01, 0.04),
)
SHIRT = dict(length=(1.02, 1.28), neck=(0.12, 0.14), scoop=(0.08, 0.12), hem_drop=(0.0, 0.1))
KNITWEAR = dict(
    chest=(0.39, 0.46),
    shoulder=(0.86, 0.98),
    hem=(0.86, 0.97),
    armhole=(0.36, 0.44),
    hem_drop=0.005,
)
JACKET = dict(
    chest=(0.38, 0.45),
    shoulder=(0.9, 0.99),
    length=(1.0, 1.25),
    armhole=(0.38, 0.45),
    scoop=(0.08, 0.13),
    hem=(0.94, 1.04),
    hem_drop=0.01,
)
COAT = {
    **JACKET,
    "length": (1.4, 1.9),
    "waist": (0.9, 1.0),
    "waist_at": 0.72,
    "hem": (1.0, 1.3),
    "hem_drop": 0.02,
}
NAMES = {
    "scoop": "neck depth",
    "drop": "shoulder slope",
    "hem_drop": "hem curve",
    "waist_at": "waist height",
}


def draw_bodice(tailor, *kinds, **ranges):
    """Measurements of a top, each a fixed value or a range to draw from.

    `kinds` are sets of such values that replace those of an ordinary top, and so do `ranges`. The
    widths of shoulder, waist and hem are given as shares of the chest's.
    """
    values = dict(TOP)
    for changes in (*kinds, ranges):
        values.update(changes)
    for part, value in values.items():
        if isinstance(value, tuple):
            values[part] = tailor.draw(NAMES.get(part, part), *value)
    for part in ("shoulder", "waist", "hem"):
        values[part] *= values["chest"]
    return Bodice(**values)


# -------------------------------------------------------------------------------------- t-shirts
def tee(tailor, body, length=(0.2, 0.35), cloth=None, cuff=None, band=None, wide=1.0):
    """Any t-shirt: a body, two short sleeves, a neckband. Returns the front."""
    cloth = tailor.cloth if cloth is None else cloth
    neck_back(tailor, body, cloth)
    opening = wide * tailor.draw("sleeve opening", 0.11, 0.15)
    limbs = draw_sleeves(tailor, body, tailor.draw("sleeve length", *length), opening)
    lay_sleeves(tailor, limbs, cloth if cuff is None else cuff)
    hanger(tailor, body)
    front = lay_front(tailor, body, cloth)
    neckband(
        tailor, front, body, cloth if band is None else band, tailor.draw("neckband", 0.018, 0.036)
    )
    return front


@garment("t-shirt", "crew neck", JERSEY)
def crew_neck_tee(tailor):
    "A plain t-shirt with a round ribbed neck and short set-in sleeves."
    tee(tailor, draw_bodice(tailor))


@garment("t-shirt", "v-neck", JERSEY)
def v_neck_tee(tailor):
    "A t-shirt with a V-shaped neck."
    tee(tailor, draw_bodice(tailor, scoop=(0.17, 0.28), neckline="v"))


@garment("t-shirt", "boxy", JERSEY)
def boxy_tee(tailor):
    "A short, wide t-shirt with dropped shoulders and sleeves to the elbow."
    body = draw_bodice(tailor, chest=(0.45, 0.54), shoulder=0.99, length=(0.82, 1.02))
    tee(tailor, body, (0.24, 0.36), wide=1.25)


@garment("t-shirt", "long line", JERSEY)
def long_line_tee(tailor):
    "A long t-shirt with a curved hem and a scooped neck."
    body = draw_bodice(tailor, length=(1.15, 1.35), hem_drop=(0.05, 0.11))
    tee(tailor, body)


@garment("t-shirt", "ringer", JERSEY)
def ringer_tee(tailor):
    "A t-shirt whose neckband and sleeves are in a second colour."
    cuff = tailor.contrast("sleeves")
    tee(tailor, draw_bodice(tailor), cuff=cuff, band=tailor.accent)


@garment("t-shirt", "fitted scoop neck", JERSEY)
def fitted_tee(tailor):
    "A narrow t-shirt with a wide scooped neck, a waist and small cap sleeves."
    body = draw_bodice(
        tailor,
        chest=(0.33, 0.38),
        waist=(0.8, 0.9),
        neck=(0.15, 0.2),
        scoop=(0.16, 0.27),
    )
    tee(tailor, body, (0.12, 0.2))


@garment("t-shirt", "chest pocket", JERSEY)
def pocket_tee(tailor):
    "A t-shirt with one small pocket on the chest."
    body = draw_bodice(tailor)
    front = tee(tailor, body)
    material = tailor.contrast("pocket")
    patch_pocket(tailor, front, 0.19, -0.34, 0.075, 0.085, material, pointed=0.25)


@garment("t-shirt", "graphic print", JERSEY)
def printed_tee(tailor):
    "A t-shirt with a large print on the chest."
    body = draw_bodice(tailor)
    front = tee(tailor, body)
    y, size = -tailor.draw("print height", 0.4, 0.55), tailor.draw("print size", 0.1, 0.19)
    kind = tailor.pick("print", ("disc", "block", "bars", "triangle"))
    if kind == "bars":
        shapes = [
            rectangle(0, y + 0.09 * i, size * w, 0.026) for i, w in ((1, 1), (0, 0.7), (-1, 0.9))
        ]
    elif kind == "triangle":
        shapes = [[(-size, y - size * 0.8, 1), (size, y - size * 0.8, 1), (0, y + size, 1)]]
    else:
        shapes = [rectangle(0, y, size, size * (1.0 if kind == "disc" else 1.2), kind == "block")]
    for outline in shapes:
        tailor.sew(front, outline, tailor.accent, 0.002)


# ----------------------------------------------------------------------------- long-sleeved tops
def long_top(
    tailor,
    body,
    sleeve=(0.78, 0.98),
    wrist=(0.065, 0.085),
    cuff=None,
    band=None,
    sleeves=None,
    ribbed=True,
):
    """Any thin top with long sleeves. Returns the front."""
    cloth = tailor.cloth
    neck_back(tailor, body, cloth)
    limbs = draw_sleeves(
        tailor, body, tailor.draw("sleeve length", *sleeve), tailor.draw("wrist", *wrist)
    )
    above = over_body(tailor)
    material = cloth if sleeves is None else sleeves
    if not above:
        lay_sleeves(tailor, limbs, material, cuff)
    hanger(tailor, body)
    front = lay_front(tailor, body, cloth)
    if ribbed:
        width = tailor.draw("neckband", 0.016, 0.032)
        neckband(tailor, front, body, cloth if band is None else band, width)
    if above:
        lay_sleeves(tailor, limbs, material, cuff, on_top=True)
    return front


@garment("long-sleeved top", "crew neck", JERSEY)
def crew_long_top(tailor):
    "A thin jersey top with a round neck and long narrow sleeves."
    long_top(tailor, draw_bodice(tailor))


@garment("long-sleeved top", "raglan", JERSEY)
def raglan_top(tailor):
    "A baseball top: long sleeves and neckband in a second colour."
    accent = tailor.accent
    long_top(tailor, draw_bodice(tailor), (0.6, 0.82), sleeves=accent, band=accent)


@garment("long-sleeved top", "boat neck", JERSEY)
def boat_neck_top(tailor):
    "A top with a wide shallow neck, as sailors wear it."
    body = draw_bodice(tailor, neck=(0.19, 0.25), scoop=(0.05, 0.09))
    long_top(tailor, body, ribbed=False)


@garment("long-sleeved top", "fitted scoop neck", JERSEY)
def fitted_long_top(tailor):
    "A narrow, long top with a scooped neck and tight sleeves."
    body = draw_bodice(
        tailor,
        chest=(0.32, 0.37),
        waist=(0.82, 0.92),
        scoop=(0.15, 0.24),
        neck=(0.14, 0.19),
        length=(1.0, 1.3),
    )
    long_top(tailor, body, wrist=(0.05, 0.065))


@garment("long-sleeved top", "v-neck tunic", JERSEY)
def tunic_top(tailor):
    "A loose top with a V-neck, a wide hem and sleeves that may end below the elbow."
    body = draw_bodice(
        tailor,
        neckline="v",
        scoop=(0.16, 0.26),
        hem=(1.05, 1.3),
        hem_drop=(0.0, 0.08),
    )
    long_top(tailor, body, (0.52, 0.8), (0.08, 0.13))


@garment("long-sleeved top", "high neck", JERSEY)
def high_neck_top(tailor):
    "A close-fitting thin top with a collar that covers the neck."
    body = draw_bodice(tailor, chest=(0.33, 0.39), waist=(0.85, 0.95))
    front = long_top(tailor, body, wrist=(0.05, 0.07), ribbed=False)
    high_neck(tailor, front, body, tailor.cloth, tailor.draw("collar", 0.07, 0.11))


# ---------------------------------------------------------------------------------------- shirts
def shirt(
    tailor,
    body,
    long=True,
    collar="leaves",
    contrast=False,
    buttons=7,
    weight=0.008,
    sleeve=None,
):
    """Any buttoned shirt. Returns the front."""
    tailor.fabric(weight, stiff=1.2)
    cloth = tailor.cloth
    trim = tailor.accent if contrast else cloth
    neck_back(tailor, body, cloth)
    if long:
        limbs = draw_sleeves(
            tailor,
            body,
            tailor.draw("sleeve length", 0.82, 1.0),
            tailor.draw("wrist", 0.075, 0.095),
        )
        cuff, depth = trim, 0.085
    else:
        limbs = draw_sleeves(
            tailor,
            body,
            tailor.draw("sleeve length", *(sleeve or (0.22, 0.34))),
            tailor.draw("sleeve opening", 0.13, 0.17),
        )
        cuff, depth = trim, 0.035
    above = long and over_body(tailor)
    if not above:
        lay_sleeves(tailor, limbs, cloth, cuff, depth)
    hanger(tailor, body)
    yoke = [
        (-body.shoulder, -body.drop - 0.09),
        (0, -body.drop - 0.1),
        (body.shoulder, -body.drop - 0.09),
    ]
    front = lay_front(tailor, body, cloth, [yoke] if contrast else ())
    bottom = -body.length - body.hem_drop
    middle, half = (bottom - body.scoop) / 2, (-bottom - body.scoop) / 2 - 0.004
    tailor.sew(front, rectangle(0, middle, 0.034, half), trim)
    dots = tailor.look.plain(
        tailor.pick("buttons", ("white", "white", "brown", "black")), "plastic"
    )
    button_row(tailor, front, 0, -body.scoop - 0.06, bottom + 0.15, buttons, dots)
    if collar == "leaves":
        shirt_collar(
            tailor,
            (front, front),
            body,
            trim,
            tailor.draw("collar", 0.1, 0.17),
            0.05,
            tailor.draw("collar spread", 0.03, 0.1),
        )
    elif collar == "open":
        open_neck(tailor, (front, front), body, trim, tailor.draw("collar", 0.12, 0.2))
    elif collar == "band":
        stand_collar(tailor, (front, front), body, trim, tailor.draw("collar", 0.03, 0.05))
    if above:
        lay_sleeves(tailor, limbs, cloth, cuff, depth, on_top=True)
    return front


@garment("shirt", "classic", SHIRTING)
def classic_shirt(tailor):
    "A long-sleeved shirt with a turned-down collar, a button front and cuffs."
    shirt(tailor, draw_bodice(tailor, SHIRT))


@garment("shirt", "short-sleeved", SHIRTING)
def short_shirt(tailor):
    "A shirt with collar, buttons and short sleeves, and one pocket on the chest."
    body = draw_bodice(tailor, SHIRT)
    front = shirt(tailor, body, long=False)
    if tailor.pick("pocket", ("yes", "no")) == "yes":
        patch_pocket(tailor, front, 0.2, -0.36, 0.08, 0.09, tailor.cloth, pointed=0.2)


@garment("shirt", "work shirt", ("cotton", "denim", "canvas"))
def work_shirt(tailor):
    "A sturdy long-sleeved shirt with two chest pockets with flaps."
    body = draw_bodice(tailor, SHIRT, chest=(0.4, 0.47))
    front = shirt(tailor, body, weight=0.011)
    for side in (-1, 1):
        patch_pocket(
            tailor, front, side * 0.2, -0.38, 0.085, 0.095, tailor.cloth, tailor.cloth, 0.15
        )


@garment("shirt", "camp collar", ("cotton", "satin"))
def camp_shirt(tailor):
    "A loose holiday shirt with short sleeves, whose collar lies open."
    body = draw_bodice(
        tailor,
        SHIRT,
        chest=(0.42, 0.5),
        length=(0.9, 1.08),
        scoop=(0.16, 0.24),
        neckline="v",
        hem_drop=0.01,
    )
    shirt(tailor, body, long=False, collar="open", buttons=5, sleeve=(0.26, 0.36))


@garment("shirt", "band collar", ("cotton",))
def band_collar_shirt(tailor):
    "A long-sleeved shirt with a small standing collar."
    body = draw_bodice(tailor, SHIRT, hem_drop=(0.06, 0.12))
    shirt(tailor, body, collar="band", buttons=8)


@garment("shirt", "contrast collar", ("cotton", "satin"))
def contrast_shirt(tailor):
    "A shirt whose collar, button front and cuffs are in a second colour."
    long = tailor.pick("sleeve", ("long", "long", "short")) == "long"
    shirt(tailor, draw_bodice(tailor, SHIRT), long, contrast=True)


@garment("shirt", "fitted blouse", ("cotton", "satin"))
def fitted_blouse(tailor):
    "A narrow shirt with a waist and a small collar."
    body = draw_bodice(tailor, SHIRT, chest=(0.33, 0.38), waist=(0.82, 0.9), length=(0.95, 1.1))
    long = tailor.pick("sleeve", ("long", "short")) == "long"
    shirt(tailor, body, long, buttons=8, sleeve=(0.14, 0.28))


# ------------------------------------------------------------------------------------- pullovers
def pullover(tailor, body, cuff=None, neck="crew", sleeve=(0.8, 0.98)):
    """Any thick knitted pullover. Returns the front."""
    tailor.fabric(0.02, 1.4)
    cloth = tailor.cloth
    trim = cloth if cuff is None else cuff
    neck_back(tailor, body, cloth)
    limbs = draw_sleeves(
        tailor, body, tailor.draw("sleeve length", *sleeve), tailor.draw("wrist", 0.085, 0.11), 0.14
    )
    above = over_body(tailor)
    depth = tailor.draw("rib", 0.06, 0.11)
    if not above:
        lay_sleeves(tailor, limbs, cloth, trim, depth)
    hanger(tailor, body)
    front = lay_front(tailor, body, cloth)
    hem_rib(tailor, front, body, trim, depth)
    if neck == "crew":
        neckband(tailor, front, body, trim, tailor.draw("neckband", 0.04, 0.06))
    else:
        high_neck(tailor, front, body, trim, tailor.draw("collar", 0.1, 0.19))
    if above:
        lay_sleeves(tailor, limbs, cloth, trim, depth, on_top=True)
    return front


@garment("pullover", "crew neck", WOOLLY)
def crew_pullover(tailor):
    "A thick knitted pullover with a round neck and ribbed hem and cuffs."
    pullover(tailor, draw_bodice(tailor, KNITWEAR))


@garment("pullover", "v-neck", WOOLLY)
def v_neck_pullover(tailor):
    "A knitted pullover with a deep V-neck."
    body = draw_bodice(tailor, KNITWEAR, neckline="v", scoop=(0.2, 0.32))
    trim = tailor.contrast("ribs")
    pullover(tailor, body, trim)


@garment("pullover", "turtleneck", WOOLLY)
def turtleneck(tailor):
    "A thick pullover with a high rolled collar."
    body = draw_bodice(tailor, KNITWEAR, neck=(0.13, 0.16))
    pullover(tailor, body, neck="high")


@garment("pullover", "cable knit", ("knit",))
def cable_pullover(tailor):
    "A chunky pullover with raised cables running down the front."
    body = draw_bodice(tailor, KNITWEAR)
    front = pullover(tailor, body)
    low = -body.length + 0.12
    for x in (-0.2, 0.0, 0.2):
        top = -body.scoop - 0.07 if x == 0 else -0.12
        twists = [[(x - 0.03, y), (x + 0.03, y - 0.05)] for y in _steps(top, low, 0.06)]
        outline = rectangle(x, (top + low) / 2, 0.034, (top - low) / 2)
        tailor.sew_ribbed(front, outline, tailor.cloth, twists)


@garment("pullover", "sweatshirt", JERSEY)
def sweatshirt(tailor):
    "A smooth cotton sweatshirt with a round neck and ribbed hem and cuffs."
    pullover(tailor, draw_bodice(tailor, KNITWEAR, length=(0.95, 1.15)))


@garment("pullover", "oversized", WOOLLY)
def oversized_pullover(tailor):
    "A very wide pullover with dropped shoulders."
    body = draw_bodice(tailor, KNITWEAR, chest=(0.47, 0.54), shoulder=0.98, armhole=(0.4, 0.5))
    pullover(tailor, body, sleeve=(0.6, 0.75))


def _steps(top, bottom, step):
    """Heights from the top to the bottom, a step apart."""
    return [top - step * i for i in range(int((top - bottom) / step))]


# --------------------------------------------------------------------------------------- hoodies
def hoodie(tailor, body, zipped=False, lining=None, opening=(0.45, 0.66)):
    """Any hooded sweatshirt. Returns the front."""
    tailor.fabric(0.016, 1.3)
    cloth = tailor.cloth
    limbs = draw_sleeves(
        tailor,
        body,
        tailor.draw("sleeve length", 0.8, 0.98),
        tailor.draw("wrist", 0.08, 0.1),
        0.14,
    )
    hood(
        tailor,
        body,
        cloth,
        lining or tailor.lining,
        tailor.draw("hood height", 0.28, 0.42),
        tailor.draw("hood width", 0.22, 0.3),
        tailor.draw("hood opening", *opening),
    )
    above = over_body(tailor)
    if not above:
        lay_sleeves(tailor, limbs, cloth, cloth, 0.08)
    front = lay_front(tailor, body, cloth)
    hem_rib(tailor, front, body, cloth, 0.08)
    low, width = -body.length + 0.1, tailor.draw("pocket", 0.2, 0.27)
    tall = tailor.draw("pocket height", 0.22, 0.3)
    half = [
        (0.012 * zipped, low + tall, 1),
        (width * 0.6, low + tall, 1),
        (width, low + tall * 0.4, 1),
        (width, low, 1),
        (0.012 * zipped, low, 1),
    ]
    if zipped:
        tailor.sew(front, half, cloth, 0.014)
        tailor.sew(front, flipped(half), cloth, 0.014)
        zip_line(tailor, front, body, tailor.metal)
    else:
        tailor.sew(
            front,
            mirrored([(0, y, *c) if x == 0 else (x, y, *c) for x, y, *c in half]),
            cloth,
            0.006,
        )
    cord = tailor.look.plain(tailor.pick("cords", ("white", "black", "white")))
    drawstrings(tailor, front, body, cord, tailor.draw("cord length", 0.2, 0.4))
    if above:
        lay_sleeves(tailor, limbs, cloth, cloth, 0.08, on_top=True)
    return front


@garment("hoodie", "pullover", ("cotton", "wool"))
def pullover_hoodie(tailor):
    "A hooded sweatshirt with drawstrings and a kangaroo pocket."
    hoodie(tailor, draw_bodice(tailor, KNITWEAR))


@garment("hoodie", "zipped", ("cotton", "wool"))
def zip_hoodie(tailor):
    "A hooded sweatshirt that opens with a zip down the front."
    hoodie(tailor, draw_bodice(tailor, KNITWEAR), zipped=True)


@garment("hoodie", "cropped", ("cotton",))
def cropped_hoodie(tailor):
    "A short, wide hoodie that ends at the waist."
    body = draw_bodice(tailor, KNITWEAR, chest=(0.43, 0.5), length=(0.78, 0.92))
    hoodie(tailor, body)


@garment("hoodie", "contrast lining", ("cotton",))
def lined_hoodie(tailor):
    "A hoodie with a wide open hood that is lined in a second colour."
    zipped = tailor.pick("zip", ("no", "yes")) == "yes"
    hoodie(tailor, draw_bodice(tailor, KNITWEAR), zipped, tailor.accent, (0.62, 0.8))


# ------------------------------------------------------------------------------- jackets and coats
def outer(
    tailor,
    body,
    front,
    weight=0.016,
    full=1.3,
    cuff=None,
    cuff_depth=0.07,
    wrist=0.1,
    opened=0.5,
    quilting=0.0,
    hooded=False,
    sleeve=(0.82, 1.0),
):
    """Any jacket or coat: closed (one front) or open (two panels over the lining).

    `front` is called as front(piece, side) for each panel, to sew on what belongs there;
    `side` is 0 for a closed front. Returns the right and the left front (closed: twice the same).
    """
    tailor.fabric(weight, full, stiff=1.3)
    cloth = tailor.cloth
    limbs = draw_sleeves(
        tailor,
        body,
        tailor.draw("sleeve length", *sleeve),
        wrist * tailor.draw("wrist", 0.9, 1.15),
        0.145,
    )
    if hooded:
        hood(
            tailor,
            body,
            cloth,
            tailor.lining,
            tailor.draw("hood height", 0.26, 0.38),
            tailor.draw("hood width", 0.22, 0.29),
            tailor.draw("hood opening", 0.5, 0.7),
        )
    open_front = tailor.draw("open", 0, 1) < opened
    above = over_body(tailor)
    if not above:
        lay_sleeves(tailor, limbs, cloth, cuff, cuff_depth, quilting=quilting)
    hanger(tailor, body)
    if open_front:
        inside = resized(body, scoop=0.0, chest=body.chest - 0.02)
        tailor.lay_inside(inside.front(0.02), tailor.lining, -0.5 * tailor.puff - 0.02, puff=0.01)
        gaps = tailor.draw("gap top", 0.01, 0.05), tailor.draw("gap bottom", 0.03, 0.22)
        right = tailor.lay(body.half(*gaps), cloth, quilting=quilting)
        left = tailor.lay(flipped(body.half(*gaps)), cloth, quilting=quilting)
        front(right, 1)
        front(left, -1)
    else:
        neck_back(tailor, body, tailor.lining)
        right = left = lay_front(tailor, body, cloth, quilting=quilting)
        front(right, 0)
    if above:
        lay_sleeves(tailor, limbs, cloth, cuff, cuff_depth, on_top=True, quilting=quilting)
    return right, left


def both(side):
    """Return the sides of a front that one call of a front builder covers."""
    return (side,) if side else (1, -1)


@garment("jacket", "denim", ("denim",), colours=DENIMS, patterns=("plain",))
def denim_jacket(tailor):
    "A short jacket with a collar, metal buttons and two chest pockets with flaps."
    body = draw_bodice(tailor, JACKET, length=(0.88, 1.06))
    cloth, metal, thread = tailor.cloth, tailor.metal, tailor.look.plain("yellow")

    def front(piece, side):
        for s in both(side):
            patch_pocket(tailor, piece, s * 0.22, -0.37, 0.085, 0.08, cloth, cloth, 0.3)
            for x in (0.1, 0.3):
                line = [
                    (s * x, -0.46, 1),
                    (s * (x + 0.012), -0.46, 1),
                    (s * x * 0.85, -body.length + 0.08, 1),
                    (s * (x * 0.85 - 0.012), -body.length + 0.08, 1),
                ]
                tailor.sew(piece, line, thread, 0.001)
        hem_half = body.hem * 0.98
        low = -body.length
        if side == 0:
            tailor.sew(piece, rectangle(0, low + 0.035, hem_half, 0.04), cloth)
            button_row(tailor, piece, 0, -body.scoop - 0.05, low + 0.04, 6, metal, 0.02)
        elif side == 1:
            button_row(tailor, piece, 0.09, -body.scoop - 0.07, low + 0.06, 6, metal, 0.02)

    fronts = outer(tailor, body, front, 0.014, cuff=cloth)
    shirt_collar(tailor, fronts, body, cloth, 0.17, 0.05, 0.07)


@garment(
    "jacket", "bomber", ("satin", "cotton", "canvas", "leather"), patterns=("plain", "camouflage")
)
def bomber_jacket(tailor):
    "A short full jacket with a zip and ribbed collar, cuffs and hem."
    body = draw_bodice(tailor, JACKET, length=(0.9, 1.1))
    body = resized(body, hem=body.chest * 0.88)
    rib = tailor.contrast("ribs")

    def front(piece, side):
        if side == 0:
            hem_rib(tailor, piece, body, rib, 0.085)
            zip_line(tailor, piece, body, tailor.metal)
        for s in both(side):
            slanted_pocket(tailor, piece, s, (0.2, -0.62), (0.27, -0.8), tailor.black)

    fronts = outer(tailor, body, front, 0.018, 1.6, rib, 0.08, 0.1, opened=0.3)
    stand_collar(tailor, fronts, body, rib, 0.06)


@garment("jacket", "blazer", ("wool", "cotton", "satin"), patterns=SOBER)
def blazer(tailor):
    "A tailored jacket with lapels, two buttons and pockets with flaps."
    body = draw_bodice(
        tailor, JACKET, length=(1.1, 1.28), scoop=(0.42, 0.62), neckline="v", hem_drop=0.03
    )
    depth = -body.scoop
    body = resized(body, waist=body.chest * 0.92)
    cloth, dots = tailor.cloth, tailor.black

    def front(piece, side):
        for s in both(side):
            tailor.sew(piece, rectangle(s * 0.25, -0.8, 0.085, 0.028), cloth, 0.006)
        if side == 0:
            opening = [
                (0.006, depth, 1),
                (0.006, -body.length - 0.05, 1),
                (-0.006, -body.length - 0.05, 1),
                (-0.006, depth, 1),
            ]
            tailor.sew(piece, opening, tailor.black, -0.002)
            button_row(tailor, piece, 0.02, depth - 0.04, depth - 0.2, 2, dots, 0.022)

    fronts = outer(tailor, body, front, 0.014, 1.1, wrist=0.1, opened=0.25)
    lapels(tailor, fronts, body, cloth, depth, tailor.draw("lapel", 0.11, 0.18))


@garment("jacket", "puffer", ("satin", "cotton"), patterns=("plain", "camouflage", "checked"))
def puffer_jacket(tailor):
    "A quilted down jacket with a zip and a standing collar or a hood."
    body = draw_bodice(tailor, JACKET, length=(1.0, 1.2))
    hooded = tailor.pick("collar", ("standing", "hood")) == "hood"
    rows = tailor.draw("quilting", 34, 52)

    def front(piece, side):
        if side == 0:
            zip_line(tailor, piece, body, tailor.accent, 0.02)
        for s in both(side):
            slanted_pocket(tailor, piece, s, (0.22, -0.66), (0.29, -0.84), tailor.accent)

    fronts = outer(tailor, body, front, 0.03, 2.0, quilting=rows, opened=0.2, hooded=hooded)
    if not hooded:
        stand_collar(tailor, fronts, body, tailor.cloth, tailor.draw("collar height", 0.08, 0.13))


@garment("jacket", "windbreaker", ("satin", "canvas"))
def windbreaker(tailor):
    "A light zipped jacket with a hood and a band of a second colour across the chest."
    body = draw_bodice(tailor, JACKET)
    drawn = tailor.pick("band", ("yes", "no"))

    def front(piece, side):
        if side == 0:
            if drawn == "yes":
                tailor.sew(
                    piece, rectangle(0, -0.42, body.chest - 0.01, 0.075), tailor.accent, 0.002
                )
            zip_line(tailor, piece, body, tailor.metal)
        for s in both(side):
            tailor.sew(piece, rectangle(s * 0.25, -0.75, 0.012, 0.09), tailor.black, 0.001)

    outer(tailor, body, front, 0.012, 1.2, tailor.cloth, 0.04, opened=0.3, hooded=True)


@garment("jacket", "biker", ("leather",), patterns=("plain",))
def biker_jacket(tailor):
    "A short leather jacket with a slanted zip and wide lapels."
    body = draw_bodice(tailor, JACKET, length=(0.88, 1.04), scoop=(0.32, 0.45), neckline="v")
    depth = -body.scoop
    metal, cloth = tailor.metal, tailor.cloth

    def front(piece, side):
        for s in both(side):
            slanted_pocket(tailor, piece, s, (0.2, -0.55), (0.285, -0.72), metal)
        if side == 0:
            line = [
                (0.05, depth, 1),
                (0.07, depth, 1),
                (-0.02, -body.length, 1),
                (-0.04, -body.length, 1),
            ]
            tailor.sew(piece, line, metal, 0.002)
            tailor.sew(piece, rectangle(0, -body.length + 0.035, body.hem * 0.98, 0.03), cloth)
            tailor.put(piece, -0.12, -body.length + 0.035, box(0.03, 0.03, 0.01, 0.005), metal)

    fronts = outer(tailor, body, front, 0.014, 1.2, cloth, 0.05, opened=0.4)
    lapels(tailor, fronts, body, cloth, depth, tailor.draw("lapel", 0.14, 0.19))


@garment("jacket", "zip cardigan", ("wool", "knit", "cotton"))
def track_jacket(tailor):
    "A soft zipped jacket with a standing collar and stripes down the sleeves' ends."
    body = draw_bodice(tailor, JACKET)

    def front(piece, side):
        if side == 0:
            hem_rib(tailor, piece, body, tailor.cloth, 0.06)
            zip_line(tailor, piece, body, tailor.metal)
        for s in both(side):
            tailor.sew(piece, rectangle(s * 0.24, -0.75, 0.01, 0.08), tailor.accent, 0.001)

    fronts = outer(tailor, body, front, 0.014, 1.2, tailor.accent, 0.06, opened=0.35)
    stand_collar(tailor, fronts, body, tailor.cloth, tailor.draw("collar height", 0.07, 0.1))


@garment("pullover", "cardigan", WOOLLY)
def cardigan(tailor):
    "A knitted cardigan with a V-neck and a row of buttons, closed or open."
    body = draw_bodice(tailor, KNITWEAR, scoop=(0.2, 0.36), neckline="v")
    dots = tailor.look.plain(tailor.pick("buttons", ("white", "brown", "black")))
    trim = tailor.contrast("trim")

    def front(piece, side):
        low = -body.length - body.hem_drop
        if side == 0:
            middle, half = (low - body.scoop) / 2, -(low + body.scoop) / 2
            hem_rib(tailor, piece, body, trim, 0.07)
            tailor.sew(piece, rectangle(0, middle, 0.045, half), trim, 0.01)
        if side >= 0:
            x = 0.0 if side == 0 else 0.2
            button_row(tailor, piece, x, -body.scoop - 0.06, low + 0.06, 6, dots, 0.022)

    outer(tailor, body, front, 0.016, 1.3, trim, 0.08, 0.095, opened=0.4)


def coat_front(tailor, body, depth, rows=1, count=3, gap=0.16, flaps=True, radius=0.026):
    """Builder of a coat's front: its edge, big buttons in one or two rows, and pockets."""
    cloth, dots = tailor.cloth, tailor.black

    def front(piece, side):
        if flaps:
            for s in both(side):
                tailor.sew(piece, rectangle(s * 0.26, -0.92, 0.09, 0.032), cloth, 0.006)
        places = (0.03,) if rows == 1 else (-0.1, 0.1)
        low = depth - 0.06 - gap * (count - 1)
        if side == 0:
            x = -0.012 if rows == 1 else -0.16
            edge = rectangle(x, (depth - body.length) / 2, 0.007, (body.length + depth) / 2)
            tailor.sew(piece, edge, tailor.black, -0.002)
            for place in places:
                button_row(tailor, piece, place, depth - 0.06, low, count, dots, radius)
        elif side == 1:
            button_row(tailor, piece, 0.12, depth - 0.06, low, count, dots, radius)

    return front


@garment("coat", "wool", ("wool",), patterns=SOBER)
def wool_coat(tailor):
    "A long single-breasted wool coat with lapels and big buttons."
    body = draw_bodice(tailor, COAT, scoop=(0.36, 0.55), neckline="v")
    depth = -body.scoop
    front = coat_front(tailor, body, depth, count=3)
    fronts = outer(tailor, body, front, 0.018, 1.3, wrist=0.11, opened=0.3)
    lapels(tailor, fronts, body, tailor.cloth, depth, tailor.draw("lapel", 0.13, 0.2))


@garment("coat", "trench", ("cotton", "canvas", "satin"), patterns=("plain", "checked", "plaid"))
def trench_coat(tailor):
    "A long double-breasted coat with a belt, lapels and straps at the cuffs."
    body = draw_bodice(tailor, COAT, scoop=(0.3, 0.42), neckline="v")
    depth = -body.scoop
    body = resized(body, waist=body.chest * 0.88)
    buttons = coat_front(tailor, body, depth, rows=2, count=4, gap=0.2, flaps=False, radius=0.022)
    cloth = tailor.cloth

    def front(piece, side):
        buttons(piece, side)
        width = body.waist + 0.015
        x = 0 if side == 0 else side * (0.06 + width) / 2
        half = width if side == 0 else (width - 0.06) / 2
        tailor.sew(piece, rectangle(x, -0.74, half, 0.035), cloth, 0.012)
        if side == 0:
            buckle = box(0.045, 0.05, 0.012, 0.008)
            tailor.put(piece, 0.05, -0.74, buckle, tailor.look.plain("brown", "leather"), 0.015)

    fronts = outer(tailor, body, front, 0.014, 1.1, cloth, 0.03, 0.11, opened=0.2)
    lapels(tailor, fronts, body, cloth, depth, tailor.draw("lapel", 0.15, 0.2))


@garment("coat", "long puffer", ("satin", "cotton"), patterns=("plain", "camouflage"))
def puffer_coat(tailor):
    "A long quilted winter coat with a hood and a zip."
    body = draw_bodice(tailor, COAT, length=(1.35, 1.7))
    rows = tailor.draw("quilting", 30, 48)

    def front(piece, side):
        if side == 0:
            zip_line(tailor, piece, body, tailor.accent, 0.02)
        for s in both(side):
            tailor.sew(piece, rectangle(s * 0.25, -0.88, 0.012, 0.1), tailor.black, 0.004)

    outer(
        tailor,
        body,
        front,
        0.03,
        2.0,
        opened=0.15,
        hooded=True,
        quilting=rows,
    )


@garment("coat", "duffle", ("wool",), patterns=SOBER)
def duffle_coat(tailor):
    "A hooded wool coat closed by wooden toggles on loops of cord, with two big pockets."
    body = draw_bodice(tailor, COAT, length=(1.25, 1.55))
    wood, cord, cloth = tailor.look.wood(), tailor.look.plain("brown", "leather"), tailor.cloth

    def front(piece, side):
        for s in both(side):
            patch_pocket(tailor, piece, s * 0.25, -0.95, 0.11, 0.12, cloth)
        if side >= 0:
            x = 0.0 if side == 0 else 0.16
            for i in range(3):
                y = -0.3 - 0.2 * i
                tailor.cord(piece, [(x - 0.1, y, 0)[:2], (x, y + 0.01), (x + 0.1, y)], cord, 0.01)
                tailor.cord(piece, [(x - 0.035, y), (x, y), (x + 0.035, y)], wood, 0.018)
        if side == 0:
            edge = rectangle(
                -0.02, -(body.length + body.scoop) / 2, 0.006, (body.length - body.scoop) / 2
            )
            tailor.sew(piece, edge, tailor.black, -0.002)

    outer(tailor, body, front, 0.02, 1.4, wrist=0.11, opened=0.15, hooded=True)


@garment("coat", "parka", ("cotton", "canvas"), patterns=("plain", "camouflage"))
def parka(tailor):
    "A mid-length hooded coat with a zip, a drawn-in waist and four pockets."
    body = draw_bodice(tailor, COAT, length=(1.2, 1.45))
    body = resized(body, waist=body.chest * 0.93)
    cloth = tailor.cloth

    def front(piece, side):
        for s in both(side):
            patch_pocket(tailor, piece, s * 0.24, -0.42, 0.085, 0.08, cloth, cloth)
            patch_pocket(tailor, piece, s * 0.25, -0.95, 0.11, 0.12, cloth, cloth)
        if side == 0:
            zip_line(tailor, piece, body, tailor.metal, 0.03)
            tailor.sew(piece, rectangle(0, -0.72, body.waist, 0.012), cloth, 0.004)

    outer(tailor, body, front, 0.018, 1.4, cloth, 0.04, 0.11, opened=0.2, hooded=True)
