"""Words as shapes: letters cut from a font, and the tags, cards, stickers and boxes they are on.

Letters are painted onto surfaces, as labels and prints are, so they follow every curve and fold.
"""

from __future__ import annotations

import functools

import numpy as np

from clipstudio import kernels as k
from clipstudio.lettering import Lettering
from clipstudio.materials import Material, plain
from clipstudio.scene import Scene, SceneTable, Shape, box, extrude, rotation, tube

WRITTEN, BESIDE = 100, 200
"""Owners of words on product number n are WRITTEN + n where they are on the product itself, and
BESIDE + n where a tag, a card or a box carries them (see `Scene.owned`)."""
DEEP = 3.0  # deeper than any product


@functools.lru_cache(maxsize=256)
def _word(text: str) -> tuple[np.ndarray, ...]:
    """Return the contours of one line of text, one unit high, starting at the origin."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    path = TextPath((0, 0), text, size=1, prop=FontProperties(family="DejaVu Sans", weight="bold"))
    contours = [np.array(c[:-1], float) for c in path.to_polygons() if len(c) > 3]
    return tuple(contours)


def letters(text: str, half_width: float, half_height: float) -> list[np.ndarray]:
    r"""Return the contours of one or two lines of text, filling a box about the origin.

    Parameters
    ----------
    text : str
        Lines are parted by "\n".
    half_width, half_height : float
        Of the box; the text keeps its proportions.

    Returns
    -------
    list of numpy.ndarray, each of shape (m, 2)
        Closed contours; what lies in an odd number of them is inked.

    Examples
    --------
    >>> contours = letters("MUG", 1.0, 0.5)
    >>> float(np.concatenate(contours)[:, 0].max().round(2))
    1.0
    """
    lines = []
    for i, line in enumerate(text.split("\n")):
        contours = _word(line)
        points = np.concatenate(contours)
        middle = (points[:, 0].min() + points[:, 0].max()) / 2
        lines += [contour - (middle, 1.15 * i) for contour in contours]
    points = np.concatenate(lines)
    low, high = points.min(0), points.max(0)
    size = min(2 * half_width / (high[0] - low[0]), 2 * half_height / (high[1] - low[1]))
    return [(contour - (low + high) / 2) * size for contour in lines]


def rounded(half_width: float, half_height: float, corner: float) -> np.ndarray:
    """Outline of a rectangle with round corners about the origin."""
    t = np.linspace(0, np.pi / 2, 6)
    arc = corner * np.column_stack([np.cos(t), np.sin(t)])
    quarter = arc + (half_width - corner, half_height - corner)
    half = np.vstack([quarter, (quarter * (-1, 1))[::-1]])
    return np.vstack([half, half[::-1] * (1, -1)])


def front_of(table: SceneTable, x: float, y: float) -> float | None:
    """Return the z of the foremost surface at (x, y), or None where there is none."""
    z = np.linspace(table.box[5] + 0.01, table.box[2] - 0.01, 400)
    line = np.column_stack([np.full_like(z, x), np.full_like(z, y), z])
    inside = np.flatnonzero(k.distances(table.rows, table.textures, line) < 0)
    return float(z[inside[0]]) if len(inside) else None


def before(outline: np.ndarray | list[np.ndarray], x: float, y: float) -> Shape:
    """Everything before the plane z = 0 within an outline that is moved to (x, y)."""
    return extrude(outline, DEEP / 2).at(x, y, DEEP / 2)


def inscribe(scene: Scene, lettering: Lettering, pose: str, number: int = 1) -> None:
    """Add words to a product's finished scene; those printed on clothes are the tailor's work."""
    table = scene.table()
    draw = {
        "print": _print,
        "sticker": _sticker,
        "hang-tag": _hang_tag,
        "price label": _price_label,
        "box": _cardboard_box,
    }[lettering.on]
    own = lettering.on in ("print", "sticker")
    with scene.owned((WRITTEN if own else BESIDE) + number):
        draw(scene, lettering, table, pose)


def _middle(table: SceneTable) -> tuple[float, float, float]:
    """Where to write on a product: x, y, and half the width that its front has there."""
    low, high = table.box[:3], table.box[3:]
    y = float(low[1] + 0.48 * (high[1] - low[1]))
    around = np.linspace(low[0], high[0], 41)
    fronts = [front_of(table, float(x), y) for x in around]
    reach = np.array([-1e3 if z is None else z for z in fronts])
    wide = around[reach > 0.35 * reach.max()]  # where it faces the camera: no handle, no edge
    x = 0.0 if wide.min() < 0 < wide.max() else float(wide.mean())
    half = min(x - wide.min(), wide.max() - x)
    return x, y, max(float(half), 0.1)


def _print(scene: Scene, lettering: Lettering, table: SceneTable, pose: str) -> None:
    """Words on the front of a mug or a bag."""
    x, y, half = _middle(table)
    tall = 0.24 * float(table.box[4] - table.box[1])
    text = letters(lettering.text, 0.86 * half, tall)
    scene.paint(before(text, x, y), plain(lettering.ink, "ceramic"), 0.001, 0.003)


def _sticker(scene: Scene, lettering: Lettering, table: SceneTable, pose: str) -> None:
    """Draw a round or a wide sticker on the front, with its words."""
    x, y, half = _middle(table)
    tall = 0.3 * float(table.box[4] - table.box[1])
    half = 0.9 * half
    round_one = len(lettering.text) <= 5 or "\n" in lettering.text
    radius = min(half, tall)
    outline = (
        rounded(radius, radius, radius * 0.99)
        if round_one
        else rounded(half, min(0.45 * half, tall), 0.1 * half)
    )
    scene.paint(before(outline, x, y), plain(lettering.ground, "plastic"), 0.004, 0.004)
    size = (0.72 * radius, 0.5 * radius) if round_one else (0.84 * half, 0.28 * half)
    scene.paint(before(letters(lettering.text, *size), x, y), plain(lettering.ink), 0.0)


def _card(lettering: Lettering, half_width: float, half_height: float, hole: bool = False) -> Scene:
    """Return a card in the xy plane about the origin, with its words on its front."""
    card = Scene()
    outline: list[np.ndarray] = [rounded(half_width, half_height, 0.18 * half_height)]
    shift = 0.0
    if hole:
        shift = 0.14 * half_width
        t = np.linspace(0, 2 * np.pi, 16, endpoint=False)
        ring = 0.13 * half_height * np.column_stack([np.cos(t), np.sin(t)])
        outline.append(ring - (half_width * 0.86, 0))
    with card.group():
        card.add(extrude(outline, 0.012, 0.006), plain(lettering.ground, "canvas"))
        text = letters(lettering.text, 0.84 * half_width - shift, 0.62 * half_height)
        card.paint(before(text, shift, 0), plain(lettering.ink), 0.0)
    return card


def _size(table: SceneTable) -> float:
    """How large a product is in the picture's plane."""
    return float(max(table.box[3] - table.box[0], table.box[4] - table.box[1]))


def _hang_tag(scene: Scene, lettering: Lettering, table: SceneTable, pose: str) -> None:
    """Draw a tag on a thread that hangs from the upper right of the product."""
    low, high = table.box[:3], table.box[3:]
    size = _size(table)
    places = [(0.62, 0.72), (0.55, 0.6), (0.5, 0.8), (0.5, 0.5), (0.7, 0.4), (0.35, 0.35)]
    for share_x, share_y in places:
        x, y = (low + (high - low) * (share_x, share_y, 0))[:2]
        z = front_of(table, float(x), float(y))
        if z is not None:
            break
    else:
        z = float(high[2])
    half_width, half_height = 0.19 * size, 0.105 * size
    centre = np.array([x + 0.05 * size, y - 0.2 * size])
    behind = [
        front_of(table, float(centre[0] + a), float(centre[1] + b))
        for a in (-half_width, 0, half_width)
        for b in (-half_height, 0, half_height)
    ]
    front = max([z, *(v for v in behind if v is not None)]) + 0.03
    card = _card(lettering, half_width, half_height, hole=True)
    turn = rotation(roll=-14.0)
    scene.place(card, (*centre, front), turn)
    hole = centre + (turn @ np.array([-0.86 * half_width, 0, 0]))[:2]
    bow = ((x + hole[0]) / 2 - 0.03 * size, (y + hole[1]) / 2, front + 0.05)
    scene.add(tube((x, y, z), bow, (*hole, front + 0.01), 0.007), plain("beige", "cotton"))


def _price_label(scene: Scene, lettering: Lettering, table: SceneTable, pose: str) -> None:
    """Draw a folded card before the product, or beside it where it lies or hangs."""
    low, high = table.box[:3], table.box[3:]
    size = _size(table)
    half_width, half_height = 0.24 * size, 0.115 * size
    card = _card(lettering, half_width, half_height)
    x = float(low[0] + high[0]) / 2 - 0.18 * size
    if pose in ("standing", "side"):
        lean = rotation(pitch=-18.0)
        at = (x, float(low[1]) + half_height * 0.95, float(high[2]) + 0.14 * size)
        scene.place(card, at, rotation(yaw=6.0) @ lean)
        return
    at = (x, float(low[1]) - half_height * 1.3, float(low[2]) + 0.02)
    scene.place(card, at, rotation(roll=4.0))


def _cardboard_box(scene: Scene, lettering: Lettering, table: SceneTable, pose: str) -> None:
    """Draw a closed cardboard box beside the product, its words on the front."""
    low, high = table.box[:3], table.box[3:]
    size = _size(table)
    half = np.array([0.36, 0.27, 0.27]) * size
    board = plain(lettering.ground, "canvas")
    carton = Scene()
    with carton.group():
        carton.add(box(*half, 0.012 * size), board)
        tape = plain((0.45, 0.30, 0.14), "plastic")
        carton.paint(box(DEEP, DEEP, 0.055 * size).at(0, DEEP + 0.6 * half[1], 0), tape, 0.0)
        words = letters(lettering.text, 0.8 * half[0], 0.45 * half[1])
        carton.paint(before(words, 0, -0.12 * half[1]), plain(lettering.ink), 0.0)
    at = (float(high[0]) + half[0] * 1.12, float(low[1]) + half[1], float(low[2]) * 0.5)
    scene.place(carton, at, rotation(yaw=-12.0))


def ink_of(lettering: Lettering) -> Material:
    """Return the ink of words that are printed on cloth."""
    return plain(lettering.ink, "cotton")
