"""T-shirts, long-sleeved tops, shirts, pullovers, hoodies, jackets and coats."""

from clipkit.studio.product import design

from .tailoring import (
    POSES,
    Bodice,
    Tailor,
    button_row,
    draw_sleeves,
    drawstrings,
    flipped,
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
    patch_pocket,
    rectangle,
    resized,
    shirt_collar,
    stand_collar,
    zip_line,
)

JERSEY = ("cotton",)
SHIRTING = ("cotton", "cotton", "satin", "denim")
WOOLLY = ("knit", "wool")
OUTER = ("cotton", "canvas", "satin", "leather", "wool")


def draw_bodice(shape, **given):
    """Measurements of an ordinary top; `given` fixes some of them."""
    chest = given.get("chest", shape("chest", 0.36, 0.45))
    values = dict(
        length=shape("length", 0.92, 1.2),
        chest=chest,
        shoulder=chest * shape("shoulder", 0.88, 1.0),
        neck=shape("neck", 0.115, 0.155),
        scoop=shape("neck depth", 0.09, 0.17),
        drop=shape("shoulder slope", 0.05, 0.11),
        armhole=shape("armhole", 0.31, 0.4),
        waist=chest * shape("waist", 0.9, 1.03),
        hem=chest * shape("hem", 0.94, 1.08),
        hem_drop=shape("hem curve", -0.01, 0.04),
    )
    return Bodice(**{**values, **given})


def on_top(tailor):
    """Whether the sleeves lie over the body or under it."""
    return tailor.shape.choice("sleeves lie", ("under", "under", "over")) == "over"


# -------------------------------------------------------------------------------------- t-shirts
def tee(scene, look, shape, body, length=(0.18, 0.32), cloth=None, cuff=None, band=None, wide=1.0):
    """Any t-shirt: a body, two short sleeves, a neckband. Returns the tailor and the front."""
    tailor = Tailor(scene, look, shape)
    cloth = look.main() if cloth is None else cloth
    neck_back(tailor, body, cloth)
    opening = wide * shape("sleeve opening", 0.11, 0.15)
    limbs = draw_sleeves(tailor, body, shape("sleeve length", *length), opening)
    lay_sleeves(tailor, limbs, cloth if cuff is None else cuff)
    hanger(tailor, body)
    front = lay_front(tailor, body, cloth)
    neckband(tailor, front, body, cloth if band is None else band, shape("neckband", 0.018, 0.036))
    return tailor, front


@design("t-shirt", "crew neck", pose=POSES, materials=JERSEY)
def crew_neck_tee(scene, look, shape):
    "A plain t-shirt with a round ribbed neck and short set-in sleeves."
    tee(scene, look, shape, draw_bodice(shape))


@design("t-shirt", "v-neck", pose=POSES, materials=JERSEY)
def v_neck_tee(scene, look, shape):
    "A t-shirt with a V-shaped neck."
    depth = shape("neck depth", 0.17, 0.28)
    tee(scene, look, shape, draw_bodice(shape, scoop=depth, neckline="v"))


@design("t-shirt", "boxy", pose=POSES, materials=JERSEY)
def boxy_tee(scene, look, shape):
    "A short, wide t-shirt with dropped shoulders and sleeves to the elbow."
    chest = shape("chest", 0.45, 0.54)
    body = draw_bodice(shape, chest=chest, shoulder=chest * 0.99, length=shape("length", 0.8, 1.0))
    tee(scene, look, shape, body, (0.24, 0.36), wide=1.25)


@design("t-shirt", "long line", pose=POSES, materials=JERSEY)
def long_line_tee(scene, look, shape):
    "A long t-shirt with a curved hem and a scooped neck."
    body = draw_bodice(
        shape, length=shape("length", 1.15, 1.35), hem_drop=shape("hem curve", 0.05, 0.11)
    )
    tee(scene, look, shape, body)


@design("t-shirt", "ringer", pose=POSES, materials=JERSEY)
def ringer_tee(scene, look, shape):
    "A t-shirt whose neckband and sleeves are in a second colour."
    cuff = look.accent() if shape.choice("sleeves", ("same", "contrast")) == "contrast" else None
    tee(scene, look, shape, draw_bodice(shape), cuff=cuff, band=look.accent())


@design("t-shirt", "fitted scoop neck", pose=POSES, materials=JERSEY)
def fitted_tee(scene, look, shape):
    "A narrow t-shirt with a wide scooped neck, a waist and small cap sleeves."
    chest = shape("chest", 0.33, 0.38)
    body = draw_bodice(
        shape,
        chest=chest,
        waist=chest * shape("waist", 0.8, 0.9),
        neck=shape("neck", 0.15, 0.2),
        scoop=shape("neck depth", 0.16, 0.27),
    )
    tee(scene, look, shape, body, (0.12, 0.2))


@design("t-shirt", "chest pocket", pose=POSES, materials=JERSEY)
def pocket_tee(scene, look, shape):
    "A t-shirt with one small pocket on the chest."
    body = draw_bodice(shape)
    tailor, front = tee(scene, look, shape, body)
    material = look.accent() if shape.choice("pocket", ("same", "contrast")) == "contrast" else look.main()
    patch_pocket(tailor, front, 0.19, -0.34, 0.075, 0.085, material, pointed=0.25)


@design("t-shirt", "graphic print", pose=POSES, materials=JERSEY)
def printed_tee(scene, look, shape):
    "A t-shirt with a large print on the chest."
    body = draw_bodice(shape)
    tailor, front = tee(scene, look, shape, body)
    y, size = -shape("print height", 0.4, 0.55), shape("print size", 0.1, 0.19)
    kind = shape.choice("print", ("disc", "block", "bars", "triangle"))
    if kind == "bars":
        shapes = [rectangle(0, y + 0.09 * i, size * w, 0.026) for i, w in ((1, 1), (0, 0.7), (-1, 0.9))]
    elif kind == "triangle":
        shapes = [[(-size, y - size * 0.8, 1), (size, y - size * 0.8, 1), (0, y + size, 1)]]
    else:
        shapes = [rectangle(0, y, size, size * (1.0 if kind == "disc" else 1.2), kind == "block")]
    for outline in shapes:
        tailor.sew(front, outline, look.accent(), lift=0.001, thickness=0.002)


# ----------------------------------------------------------------------------- long-sleeved tops
def long_top(scene, look, shape, body, sleeve=(0.72, 0.86), wrist=(0.065, 0.085), cuff=None, band=None,
             sleeves=None, ribbed=True):
    """Any thin top with long sleeves. Returns the tailor and the front."""
    tailor = Tailor(scene, look, shape)
    cloth = look.main()
    neck_back(tailor, body, cloth)
    limbs = draw_sleeves(tailor, body, shape("sleeve length", *sleeve), shape("wrist", *wrist))
    above = on_top(tailor)
    material = cloth if sleeves is None else sleeves
    if not above:
        lay_sleeves(tailor, limbs, material, cuff)
    hanger(tailor, body)
    front = lay_front(tailor, body, cloth)
    if ribbed:
        width = shape("neckband", 0.016, 0.032)
        neckband(tailor, front, body, cloth if band is None else band, width)
    if above:
        lay_sleeves(tailor, limbs, material, cuff, on_top=True)
    return tailor, front


@design("long-sleeved top", "crew neck", pose=POSES, materials=JERSEY)
def crew_long_top(scene, look, shape):
    "A thin jersey top with a round neck and long narrow sleeves."
    long_top(scene, look, shape, draw_bodice(shape))


@design("long-sleeved top", "raglan", pose=POSES, materials=JERSEY)
def raglan_top(scene, look, shape):
    "A baseball top: long sleeves and neckband in a second colour."
    accent = look.accent()
    long_top(scene, look, shape, draw_bodice(shape), (0.6, 0.82), sleeves=accent, band=accent)


@design("long-sleeved top", "boat neck", pose=POSES, materials=JERSEY)
def boat_neck_top(scene, look, shape):
    "A top with a wide shallow neck, as sailors wear it."
    body = draw_bodice(shape, neck=shape("neck", 0.19, 0.25), scoop=shape("neck depth", 0.05, 0.09))
    long_top(scene, look, shape, body, ribbed=False)


@design("long-sleeved top", "fitted scoop neck", pose=POSES, materials=JERSEY)
def fitted_long_top(scene, look, shape):
    "A narrow, long top with a scooped neck and tight sleeves."
    chest = shape("chest", 0.32, 0.37)
    body = draw_bodice(
        shape,
        chest=chest,
        waist=chest * shape("waist", 0.82, 0.92),
        scoop=shape("neck depth", 0.15, 0.24),
        neck=shape("neck", 0.14, 0.19),
        length=shape("length", 1.0, 1.3),
    )
    long_top(scene, look, shape, body, wrist=(0.05, 0.065))


@design("long-sleeved top", "v-neck tunic", pose=POSES, materials=JERSEY)
def tunic_top(scene, look, shape):
    "A loose top with a V-neck, a wide hem and sleeves that may end below the elbow."
    body = draw_bodice(
        shape,
        neckline="v",
        scoop=shape("neck depth", 0.16, 0.26),
        hem=shape("hem", 0.44, 0.54),
        hem_drop=shape("hem curve", 0.0, 0.08),
    )
    long_top(scene, look, shape, body, (0.52, 0.8), (0.08, 0.13))


@design("long-sleeved top", "high neck", pose=POSES, materials=JERSEY)
def high_neck_top(scene, look, shape):
    "A close-fitting thin top with a collar that covers the neck."
    chest = shape("chest", 0.33, 0.39)
    body = draw_bodice(shape, chest=chest, waist=chest * shape("waist", 0.85, 0.95))
    tailor, _ = long_top(scene, look, shape, body, wrist=(0.05, 0.07), ribbed=False)
    high_neck(tailor, body, look.main(), shape("collar", 0.07, 0.11))


# ---------------------------------------------------------------------------------------- shirts
def shirt(scene, look, shape, body, long=True, collar="leaves", contrast=False, buttons=7, weight=0.008,
          sleeve=None):
    """Any buttoned shirt. Returns the tailor and the front."""
    tailor = Tailor(scene, look, shape, weight, stiff=1.2)
    cloth = look.main()
    trim = look.accent() if contrast else cloth
    neck_back(tailor, body, cloth, rise=0.0)
    if long:
        limbs = draw_sleeves(tailor, body, shape("sleeve length", 0.72, 0.86), shape("wrist", 0.075, 0.095))
        cuff, depth = trim, 0.085
    else:
        limbs = draw_sleeves(
            tailor, body, shape("sleeve length", *(sleeve or (0.22, 0.34))), shape("sleeve opening", 0.13, 0.17)
        )
        cuff, depth = trim, 0.035
    above = long and on_top(tailor)
    if not above:
        lay_sleeves(tailor, limbs, cloth, cuff, depth)
    hanger(tailor, body)
    yoke = [(-body.shoulder, -body.drop - 0.09), (0, -body.drop - 0.1), (body.shoulder, -body.drop - 0.09)]
    front = lay_front(tailor, body, cloth, [yoke] if contrast else ())
    bottom = -body.length - body.hem_drop
    middle, half = (bottom - body.scoop) / 2, (-bottom - body.scoop) / 2 - 0.004
    stitching = [[(x, bottom), (x, -body.scoop)] for x in (-0.024, 0.024)]
    placket = tailor.sew(front, rectangle(0, middle, 0.034, half), trim, 0.003, seams=stitching)
    dots = look.plain(shape.choice("buttons", ("white", "white", "brown", "black")), "plastic")
    button_row(tailor, placket, 0, -body.scoop - 0.06, bottom + 0.15, buttons, dots)
    if collar == "leaves":
        shirt_collar(tailor, body, trim, shape("collar", 0.1, 0.17), 0.05, shape("collar spread", 0.03, 0.1))
    elif collar == "open":
        open_neck(tailor, body, trim, shape("collar", 0.12, 0.2))
    elif collar == "band":
        stand_collar(tailor, body, trim, shape("collar", 0.03, 0.05))
    if above:
        lay_sleeves(tailor, limbs, cloth, cuff, depth, on_top=True)
    return tailor, front


def shirt_bodice(shape, **given):
    """Measurements of a shirt: a small neck and a curved tail."""
    values = dict(
        length=shape("length", 1.02, 1.28),
        neck=shape("neck", 0.12, 0.14),
        scoop=shape("neck depth", 0.08, 0.12),
        hem_drop=shape("hem curve", 0.0, 0.1),
    )
    return draw_bodice(shape, **{**values, **given})


@design("shirt", "classic", pose=POSES, materials=SHIRTING)
def classic_shirt(scene, look, shape):
    "A long-sleeved shirt with a turned-down collar, a button front and cuffs."
    shirt(scene, look, shape, shirt_bodice(shape))


@design("shirt", "short-sleeved", pose=POSES, materials=SHIRTING)
def short_shirt(scene, look, shape):
    "A shirt with collar, buttons and short sleeves, and one pocket on the chest."
    body = shirt_bodice(shape)
    tailor, front = shirt(scene, look, shape, body, long=False)
    if shape.choice("pocket", ("yes", "no")) == "yes":
        patch_pocket(tailor, front, 0.2, -0.36, 0.08, 0.09, look.main(), pointed=0.2)


@design("shirt", "work shirt", pose=POSES, materials=("cotton", "denim", "canvas"))
def work_shirt(scene, look, shape):
    "A sturdy long-sleeved shirt with two chest pockets with flaps."
    body = shirt_bodice(shape, chest=shape("chest", 0.4, 0.47))
    tailor, front = shirt(scene, look, shape, body, weight=0.011)
    for side in (-1, 1):
        patch_pocket(tailor, front, side * 0.2, -0.38, 0.085, 0.095, look.main(), look.main(), 0.15)


@design("shirt", "camp collar", pose=POSES, materials=("cotton", "satin"))
def camp_shirt(scene, look, shape):
    "A loose holiday shirt with short sleeves, whose collar lies open."
    body = shirt_bodice(
        shape,
        chest=shape("chest", 0.42, 0.5),
        length=shape("length", 0.9, 1.08),
        scoop=shape("neck depth", 0.16, 0.24),
        neckline="v",
        hem_drop=0.01,
    )
    shirt(scene, look, shape, body, long=False, collar="open", buttons=5, sleeve=(0.26, 0.36))


@design("shirt", "band collar", pose=POSES, materials=("cotton",))
def band_collar_shirt(scene, look, shape):
    "A long-sleeved shirt with a small standing collar."
    body = shirt_bodice(shape, hem_drop=shape("hem curve", 0.06, 0.12))
    shirt(scene, look, shape, body, collar="band", buttons=8)


@design("shirt", "contrast collar", pose=POSES, materials=("cotton", "satin"))
def contrast_shirt(scene, look, shape):
    "A shirt whose collar, button front and cuffs are in a second colour."
    long = shape.choice("sleeve", ("long", "long", "short")) == "long"
    shirt(scene, look, shape, shirt_bodice(shape), long, contrast=True)


@design("shirt", "fitted blouse", pose=POSES, materials=("cotton", "satin"))
def fitted_blouse(scene, look, shape):
    "A narrow shirt with a waist and a small collar."
    chest = shape("chest", 0.33, 0.38)
    body = shirt_bodice(
        shape, chest=chest, waist=chest * shape("waist", 0.82, 0.9), length=shape("length", 0.95, 1.1)
    )
    long = shape.choice("sleeve", ("long", "short")) == "long"
    shirt(scene, look, shape, body, long, buttons=8, sleeve=(0.14, 0.28))


# ------------------------------------------------------------------------------------- pullovers
def pullover(scene, look, shape, body, cuff=None, neck="crew", sleeve=(0.74, 0.88)):
    """Any thick knitted pullover. Returns the tailor and the front."""
    tailor = Tailor(scene, look, shape, 0.02, body=1.4)
    cloth = look.main()
    trim = cloth if cuff is None else cuff
    neck_back(tailor, body, cloth)
    limbs = draw_sleeves(tailor, body, shape("sleeve length", *sleeve), shape("wrist", 0.085, 0.11), 0.14)
    above = on_top(tailor)
    depth = shape("rib", 0.06, 0.11)
    if not above:
        lay_sleeves(tailor, limbs, cloth, trim, depth)
    hanger(tailor, body)
    front = lay_front(tailor, body, cloth)
    hem_rib(tailor, front, body, trim, depth)
    if neck == "crew":
        neckband(tailor, front, body, trim, shape("neckband", 0.04, 0.06))
    else:
        high_neck(tailor, body, trim, shape("collar", 0.1, 0.19))
    if above:
        lay_sleeves(tailor, limbs, cloth, trim, depth, on_top=True)
    return tailor, front


def knit_bodice(shape, **given):
    """Measurements of a pullover: wide, its hem drawn in."""
    chest = given.get("chest", shape("chest", 0.4, 0.48))
    values = dict(
        chest=chest,
        shoulder=chest * shape("shoulder", 0.86, 0.98),
        hem=chest * shape("hem", 0.86, 0.97),
        armhole=shape("armhole", 0.36, 0.44),
        hem_drop=0.005,
    )
    return draw_bodice(shape, **{**values, **given})


@design("pullover", "crew neck", pose=POSES, materials=WOOLLY)
def crew_pullover(scene, look, shape):
    "A thick knitted pullover with a round neck and ribbed hem and cuffs."
    pullover(scene, look, shape, knit_bodice(shape))


@design("pullover", "v-neck", pose=POSES, materials=WOOLLY)
def v_neck_pullover(scene, look, shape):
    "A knitted pullover with a deep V-neck."
    body = knit_bodice(shape, neckline="v", scoop=shape("neck depth", 0.2, 0.32))
    trim = look.accent() if shape.choice("ribs", ("same", "contrast")) == "contrast" else None
    pullover(scene, look, shape, body, trim)


@design("pullover", "turtleneck", pose=POSES, materials=WOOLLY)
def turtleneck(scene, look, shape):
    "A thick pullover with a high rolled collar."
    body = knit_bodice(shape, neck=shape("neck", 0.13, 0.16))
    pullover(scene, look, shape, body, neck="high")


@design("pullover", "cable knit", pose=POSES, materials=("knit",))
def cable_pullover(scene, look, shape):
    "A chunky pullover with raised cables running down the front."
    body = knit_bodice(shape)
    tailor, front = pullover(scene, look, shape, body)
    low = -body.length + 0.12
    for x in (-0.2, 0.0, 0.2):
        top = -body.scoop - 0.07 if x == 0 else -0.12
        twists = [[(x - 0.03, y), (x + 0.03, y - 0.05)] for y in _steps(top, low, 0.06)]
        outline = rectangle(x, (top + low) / 2, 0.034, (top - low) / 2)
        tailor.sew(front, outline, look.main(), 0.008, 0.012, seams=twists)


@design("pullover", "oversized", pose=POSES, materials=WOOLLY)
def oversized_pullover(scene, look, shape):
    "A very wide pullover with dropped shoulders."
    chest = shape("chest", 0.5, 0.58)
    body = knit_bodice(shape, chest=chest, shoulder=chest * 0.98, armhole=shape("armhole", 0.4, 0.5))
    pullover(scene, look, shape, body, sleeve=(0.6, 0.75))


def _steps(top, bottom, step):
    """Heights from the top to the bottom, a step apart."""
    return [top - step * i for i in range(int((top - bottom) / step))]


# --------------------------------------------------------------------------------------- hoodies
def hoodie(scene, look, shape, body, zipped=False, lining=None):
    """Any hooded sweatshirt. Returns the tailor and the front."""
    tailor = Tailor(scene, look, shape, 0.016, body=1.3)
    cloth = look.main()
    limbs = draw_sleeves(tailor, body, shape("sleeve length", 0.74, 0.88), shape("wrist", 0.08, 0.1), 0.14)
    hood(tailor, body, cloth, lining or look.lining(), shape("hood height", 0.28, 0.42),
         shape("hood width", 0.22, 0.3), shape("hood opening", 0.45, 0.68))
    above = on_top(tailor)
    if not above:
        lay_sleeves(tailor, limbs, cloth, cloth, 0.08)
    front = lay_front(tailor, body, cloth)
    hem_rib(tailor, front, body, cloth, 0.08)
    low, width = -body.length + 0.1, shape("pocket", 0.2, 0.27)
    tall = shape("pocket height", 0.22, 0.3)
    half = [(0.012 * zipped, low + tall, 1), (width * 0.6, low + tall, 1), (width, low + tall * 0.4, 1),
            (width, low, 1), (0.012 * zipped, low, 1)]
    if zipped:
        tailor.sew(front, half, cloth, 0.006)
        tailor.sew(front, flipped(half), cloth, 0.006)
        zip_line(tailor, front, -body.scoop, -body.length - body.hem_drop, look.plain("black"), look.chrome())
    else:
        tailor.sew(front, mirrored([(0, y, *c) if x == 0 else (x, y, *c) for x, y, *c in half]), cloth, 0.006)
    cord = look.plain(shape.choice("cords", ("white", "black", "white")))
    drawstrings(tailor, front, body, cord, shape("cord length", 0.2, 0.4))
    if above:
        lay_sleeves(tailor, limbs, cloth, cloth, 0.08, on_top=True)
    return tailor, front


@design("hoodie", "pullover", pose=POSES, materials=("cotton", "wool"))
def pullover_hoodie(scene, look, shape):
    "A hooded sweatshirt with drawstrings and a kangaroo pocket."
    hoodie(scene, look, shape, knit_bodice(shape))


@design("hoodie", "zipped", pose=POSES, materials=("cotton", "wool"))
def zip_hoodie(scene, look, shape):
    "A hooded sweatshirt that opens with a zip down the front."
    hoodie(scene, look, shape, knit_bodice(shape), zipped=True)


@design("hoodie", "cropped", pose=POSES, materials=("cotton",))
def cropped_hoodie(scene, look, shape):
    "A short, wide hoodie that ends at the waist."
    body = knit_bodice(shape, chest=shape("chest", 0.45, 0.52), length=shape("length", 0.72, 0.85))
    hoodie(scene, look, shape, body)


@design("hoodie", "contrast lining", pose=POSES, materials=("cotton",))
def lined_hoodie(scene, look, shape):
    "A hoodie whose hood is lined in a second colour."
    hoodie(scene, look, shape, knit_bodice(shape), shape.choice("zip", ("no", "yes")) == "yes", look.accent())


# ------------------------------------------------------------------------------- jackets and coats
def jacket_bodice(shape, **given):
    """Measurements of a jacket: wide and square."""
    chest = given.get("chest", shape("chest", 0.42, 0.5))
    values = dict(
        chest=chest,
        shoulder=chest * shape("shoulder", 0.9, 1.0),
        length=shape("length", 0.95, 1.15),
        armhole=shape("armhole", 0.38, 0.45),
        scoop=shape("neck depth", 0.08, 0.13),
        hem=chest * shape("hem", 0.94, 1.04),
        hem_drop=0.01,
    )
    return draw_bodice(shape, **{**values, **given})


def outer(scene, look, shape, body, front, weight=0.016, full=1.3, cuff=None, cuff_depth=0.07, wrist=0.1,
          opened=0.5, change=None, hooded=False, sleeve=(0.72, 0.86)):
    """Any jacket or coat: closed (one front) or open (two panels over the lining).

    `front` is called as front(tailor, piece, side) for each panel, to sew on what belongs there;
    `side` is 0 for a closed front.
    """
    tailor = Tailor(scene, look, shape, weight, body=full, stiff=1.3)
    cloth = look.main()
    limbs = draw_sleeves(tailor, body, shape("sleeve length", *sleeve), wrist * shape("wrist", 0.9, 1.15), 0.145)
    if hooded:
        hood(tailor, body, cloth, look.lining(), shape("hood height", 0.26, 0.38),
             shape("hood width", 0.22, 0.29), shape("hood opening", 0.5, 0.7))
    open_front = shape("open", 0, 1) < opened
    above = on_top(tailor)
    style = {"change": change} if change else {}
    if not above:
        lay_sleeves(tailor, limbs, cloth, cuff, cuff_depth, **style)
    hanger(tailor, body)
    if open_front:
        inside = resized(body, scoop=0.0, chest=body.chest - 0.02)
        tailor.lay(inside.front(0.02), look.lining(), -0.5 * tailor.puff - 0.02, puff=0.01)
        top, bottom = shape("gap top", 0.01, 0.05), shape("gap bottom", 0.03, 0.22)
        for side in (1, -1):
            turn = flipped if side < 0 else list
            piece = tailor.lay(turn(body.half(top, bottom)), cloth, 0.0, **style)
            front(tailor, piece, side)
    else:
        neck_back(tailor, body, look.lining())
        front(tailor, lay_front(tailor, body, cloth, **style), 0)
    if above:
        lay_sleeves(tailor, limbs, cloth, cuff, cuff_depth, on_top=True, **style)
    return tailor


def both(side):
    """The sides of a front that one call of a front builder covers."""
    return (side,) if side else (1, -1)


@design("jacket", "denim", pose=POSES, materials=("denim",))
def denim_jacket(scene, look, shape):
    "A short jacket with a collar, metal buttons and two chest pockets with flaps."
    body = jacket_bodice(shape, length=shape("length", 0.82, 0.98))
    cloth, metal, thread = look.main(), look.chrome(), look.plain("yellow")

    def front(tailor, piece, side):
        for s in both(side):
            patch_pocket(tailor, piece, s * 0.22, -0.37, 0.085, 0.08, cloth, cloth, 0.3)
            for x in (0.1, 0.3):
                line = [(s * x, -0.46, 1), (s * (x + 0.012), -0.46, 1), (s * x * 0.85, -body.length + 0.08, 1),
                        (s * (x * 0.85 - 0.012), -body.length + 0.08, 1)]
                tailor.sew(piece, line, thread, 0.001, 0.003)
        hem_half = body.hem * 0.98
        low = -body.length
        if side == 0:
            tailor.sew(piece, rectangle(0, low + 0.035, hem_half, 0.04), cloth)
            button_row(tailor, piece, 0, -body.scoop - 0.05, low + 0.04, 6, metal, 0.02)
        elif side == 1:
            button_row(tailor, piece, 0.09, -body.scoop - 0.07, low + 0.06, 6, metal, 0.02)

    tailor = outer(scene, look, shape, body, front, 0.014, cuff=cloth)
    shirt_collar(tailor, body, cloth, 0.17, 0.05, 0.07)


@design("jacket", "bomber", pose=POSES, materials=("satin", "cotton", "canvas", "leather"))
def bomber_jacket(scene, look, shape):
    "A short full jacket with a zip and ribbed collar, cuffs and hem."
    body = jacket_bodice(shape, length=shape("length", 0.85, 1.02))
    body = resized(body, hem=body.chest * 0.88)
    rib = look.accent() if shape.choice("ribs", ("same", "contrast")) == "contrast" else look.main()

    def front(tailor, piece, side):
        if side == 0:
            hem_rib(tailor, piece, body, rib, 0.085)
            zip_line(tailor, piece, -body.scoop, -body.length, look.plain("black"), look.chrome())
        for s in both(side):
            slit = [(s * 0.2, -0.62, 1), (s * 0.22, -0.61, 1), (s * 0.29, -0.8, 1), (s * 0.27, -0.81, 1)]
            tailor.sew(piece, slit, look.plain("black"), 0.002, 0.004)

    tailor = outer(scene, look, shape, body, front, 0.018, 1.6, rib, 0.08, 0.1, opened=0.3)
    stand_collar(tailor, body, rib, 0.06)


@design("jacket", "blazer", pose=POSES, materials=("wool", "cotton", "satin"))
def blazer(scene, look, shape):
    "A tailored jacket with lapels, two buttons and pockets with flaps."
    depth = -shape("break", 0.42, 0.62)
    body = jacket_bodice(
        shape, length=shape("length", 1.05, 1.2), scoop=-depth, neckline="v", hem_drop=0.03
    )
    body = resized(body, waist=body.chest * 0.92)
    cloth, dots = look.main(), look.plain("black", "plastic")

    def front(tailor, piece, side):
        for s in both(side):
            tailor.sew(piece, rectangle(s * 0.25, -0.8, 0.085, 0.028), cloth, 0.006)
        if side == 0:
            opening = [(0.006, depth, 1), (0.006, -body.length - 0.05, 1), (-0.006, -body.length - 0.05, 1),
                       (-0.006, depth, 1)]
            tailor.sew(piece, opening, look.plain("black"), -0.002, 0.003)
            button_row(tailor, piece, 0.02, depth - 0.04, depth - 0.2, 2, dots, 0.022)

    tailor = outer(scene, look, shape, body, front, 0.014, 1.1, wrist=0.1, opened=0.25)
    lapels(tailor, body, cloth, depth, shape("lapel", 0.11, 0.18))


@design("jacket", "puffer", pose=POSES, materials=("satin", "cotton"))
def puffer_jacket(scene, look, shape):
    "A quilted down jacket with a zip and a standing collar or a hood."
    body = jacket_bodice(shape, length=shape("length", 0.92, 1.12))
    hooded = shape.choice("collar", ("standing", "hood")) == "hood"
    rows = shape("quilting", 42, 62)

    def front(tailor, piece, side):
        if side == 0:
            zip_line(tailor, piece, -body.scoop, -body.length, look.plain("black"), look.accent(), half_width=0.02)
        for s in both(side):
            slit = [(s * 0.22, -0.66, 1), (s * 0.24, -0.66, 1), (s * 0.31, -0.84, 1), (s * 0.29, -0.85, 1)]
            tailor.sew(piece, slit, look.accent(), 0.004, 0.004)

    def quilted(piece):
        return piece.ribbed(0.02, rows)

    tailor = outer(scene, look, shape, body, front, 0.03, 2.0, change=quilted, opened=0.2, hooded=hooded)
    if not hooded:
        stand_collar(tailor, body, look.main(), shape("collar height", 0.08, 0.13))


@design("jacket", "windbreaker", pose=POSES, materials=("satin", "canvas"))
def windbreaker(scene, look, shape):
    "A light zipped jacket with a hood and a band of a second colour across the chest."
    body = jacket_bodice(shape)
    drawn = shape.choice("band", ("yes", "no"))

    def front(tailor, piece, side):
        if side == 0:
            if drawn == "yes":
                tailor.sew(piece, rectangle(0, -0.42, body.chest - 0.01, 0.075), look.accent(), 0.001, 0.003)
            zip_line(tailor, piece, -body.scoop, -body.length, look.plain("black"), look.chrome())
        for s in both(side):
            tailor.sew(piece, rectangle(s * 0.25, -0.75, 0.012, 0.09), look.plain("black"), 0.001, 0.004)

    outer(scene, look, shape, body, front, 0.012, 1.2, look.main(), 0.04, opened=0.3, hooded=True)


@design("jacket", "biker", pose=POSES, materials=("leather",))
def biker_jacket(scene, look, shape):
    "A short leather jacket with a slanted zip and wide lapels."
    depth = -shape("break", 0.32, 0.45)
    body = jacket_bodice(shape, length=shape("length", 0.82, 0.95), scoop=-depth, neckline="v")
    metal, cloth = look.chrome(), look.main()

    def front(tailor, piece, side):
        for s in both(side):
            slit = [(s * 0.2, -0.55, 1), (s * 0.215, -0.55, 1), (s * 0.3, -0.72, 1), (s * 0.285, -0.72, 1)]
            tailor.sew(piece, slit, metal, 0.002, 0.004)
        if side == 0:
            line = [(0.05, depth, 1), (0.07, depth, 1), (-0.02, -body.length, 1), (-0.04, -body.length, 1)]
            tailor.sew(piece, line, metal, 0.002, 0.005)
            tailor.sew(piece, rectangle(0, -body.length + 0.035, body.hem * 0.98, 0.03), cloth)
            tailor.box(piece, -0.12, -body.length + 0.035, 0.03, 0.03, metal)

    tailor = outer(scene, look, shape, body, front, 0.014, 1.2, cloth, 0.05, opened=0.4)
    lapels(tailor, body, cloth, depth, shape("lapel", 0.14, 0.19))


@design("jacket", "zip cardigan", pose=POSES, materials=("wool", "knit", "cotton"))
def track_jacket(scene, look, shape):
    "A soft zipped jacket with a standing collar and stripes down the sleeves' ends."
    body = jacket_bodice(shape)

    def front(tailor, piece, side):
        if side == 0:
            hem_rib(tailor, piece, body, look.main(), 0.06)
            zip_line(tailor, piece, -body.scoop, -body.length, look.plain("black"), look.chrome())
        for s in both(side):
            tailor.sew(piece, rectangle(s * 0.24, -0.75, 0.01, 0.08), look.accent(), 0.001, 0.004)

    tailor = outer(scene, look, shape, body, front, 0.014, 1.2, look.accent(), 0.06, opened=0.35)
    stand_collar(tailor, body, look.main(), shape("collar height", 0.07, 0.1))


def coat_bodice(shape, **given):
    """Measurements of a coat: long, wider at the hem."""
    chest = given.get("chest", shape("chest", 0.4, 0.47))
    values = dict(
        chest=chest,
        length=shape("length", 1.45, 1.9),
        waist=chest * shape("waist", 0.9, 1.0),
        waist_at=0.72,
        hem=chest * shape("hem", 1.0, 1.3),
        hem_drop=0.02,
    )
    return jacket_bodice(shape, **{**values, **given})


def coat_front(body, look, depth, rows=1, count=3, gap=0.16, flaps=True, radius=0.026):
    """Builder of a coat's front: its edge, big buttons in one or two rows, and pockets."""
    cloth, dots = look.main(), look.plain("black", "plastic")

    def front(tailor, piece, side):
        if flaps:
            for s in both(side):
                tailor.sew(piece, rectangle(s * 0.26, -0.92, 0.09, 0.032), cloth, 0.006)
        places = (0.03,) if rows == 1 else (-0.1, 0.1)
        low = depth - 0.06 - gap * (count - 1)
        if side == 0:
            x = -0.012 if rows == 1 else -0.16
            edge = rectangle(x, (depth - body.length) / 2, 0.007, (body.length + depth) / 2)
            tailor.sew(piece, edge, look.plain("black"), -0.002, 0.004)
            for place in places:
                button_row(tailor, piece, place, depth - 0.06, low, count, dots, radius)
        elif side == 1:
            button_row(tailor, piece, 0.12, depth - 0.06, low, count, dots, radius)

    return front


@design("coat", "wool", pose=POSES, materials=("wool",))
def wool_coat(scene, look, shape):
    "A long single-breasted wool coat with lapels and big buttons."
    depth = -shape("break", 0.36, 0.55)
    body = coat_bodice(shape, scoop=-depth, neckline="v")
    front = coat_front(body, look, depth, count=3)
    tailor = outer(scene, look, shape, body, front, 0.018, 1.3, wrist=0.11, opened=0.3)
    lapels(tailor, body, look.main(), depth, shape("lapel", 0.13, 0.2))


@design("coat", "trench", pose=POSES, materials=("cotton", "canvas", "satin"))
def trench_coat(scene, look, shape):
    "A long double-breasted coat with a belt, lapels and straps at the cuffs."
    depth = -shape("break", 0.3, 0.42)
    body = coat_bodice(shape, scoop=-depth, neckline="v")
    body = resized(body, waist=body.chest * 0.88)
    buttons = coat_front(body, look, depth, rows=2, count=4, gap=0.2, flaps=False, radius=0.022)
    cloth = look.main()

    def front(tailor, piece, side):
        buttons(tailor, piece, side)
        width = body.waist + 0.015
        x = 0 if side == 0 else side * (0.06 + width) / 2
        half = width if side == 0 else (width - 0.06) / 2
        belt = tailor.sew(piece, rectangle(x, -0.74, half, 0.035), cloth, 0.012, 0.012)
        if side == 0:
            tailor.box(belt, 0.05, -0.74, 0.045, 0.05, look.plain("brown", "leather"))

    tailor = outer(scene, look, shape, body, front, 0.014, 1.1, cloth, 0.03, 0.11, opened=0.2)
    lapels(tailor, body, cloth, depth, shape("lapel", 0.15, 0.2))


@design("coat", "long puffer", pose=POSES, materials=("satin", "cotton"))
def puffer_coat(scene, look, shape):
    "A long quilted winter coat with a hood and a zip."
    body = coat_bodice(shape, length=shape("length", 1.35, 1.7))
    rows = shape("quilting", 36, 56)

    def front(tailor, piece, side):
        if side == 0:
            zip_line(tailor, piece, -body.scoop, -body.length, look.plain("black"), look.accent(), half_width=0.02)
        for s in both(side):
            tailor.sew(piece, rectangle(s * 0.25, -0.88, 0.012, 0.1), look.plain("black"), 0.004, 0.004)

    outer(scene, look, shape, body, front, 0.03, 2.0, opened=0.15, hooded=True,
          change=lambda piece: piece.ribbed(0.02, rows))


@design("coat", "duffle", pose=POSES, materials=("wool",))
def duffle_coat(scene, look, shape):
    "A hooded wool coat closed by wooden toggles on loops of cord, with two big pockets."
    body = coat_bodice(shape, length=shape("length", 1.25, 1.55))
    wood, cord, cloth = look.wood(), look.plain("brown", "leather"), look.main()

    def front(tailor, piece, side):
        for s in both(side):
            patch_pocket(tailor, piece, s * 0.25, -0.95, 0.11, 0.12, cloth)
        if side >= 0:
            x = 0.0 if side == 0 else 0.16
            for i in range(3):
                y = -0.3 - 0.2 * i
                tailor.cord(piece, [(x - 0.1, y, 0)[:2], (x, y + 0.01), (x + 0.1, y)], cord, 0.01)
                tailor.cord(piece, [(x - 0.035, y), (x, y), (x + 0.035, y)], wood, 0.018)
        if side == 0:
            edge = rectangle(-0.02, -(body.length + body.scoop) / 2, 0.006, (body.length - body.scoop) / 2)
            tailor.sew(piece, edge, look.plain("black"), -0.002, 0.004)

    outer(scene, look, shape, body, front, 0.02, 1.4, wrist=0.11, opened=0.15, hooded=True)


@design("coat", "parka", pose=POSES, materials=("cotton", "canvas"))
def parka(scene, look, shape):
    "A mid-length hooded coat with a zip, a drawn-in waist and four pockets."
    body = coat_bodice(shape, length=shape("length", 1.2, 1.45))
    body = resized(body, waist=body.chest * 0.93)
    cloth = look.main()

    def front(tailor, piece, side):
        for s in both(side):
            patch_pocket(tailor, piece, s * 0.24, -0.42, 0.085, 0.08, cloth, cloth)
            patch_pocket(tailor, piece, s * 0.25, -0.95, 0.11, 0.12, cloth, cloth)
        if side == 0:
            zip_line(tailor, piece, -body.scoop, -body.length, look.plain("black"), look.chrome(), half_width=0.03)
            tailor.sew(piece, rectangle(0, -0.72, body.waist, 0.012), cloth, 0.004, 0.008)

    outer(scene, look, shape, body, front, 0.018, 1.4, cloth, 0.04, 0.11, opened=0.2, hooded=True)
