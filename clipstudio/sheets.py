"""Contact sheets: what the studio can draw, on a few pages.

    python -m clipstudio.sheets docs/images

draws every kind of product, what is worn, products together, words in pictures, a supplier's
prints, every finding with and without, and three sliders as JPEG files.
The same command gives the same pictures.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from clipstudio import supplier
from clipstudio.camera import Shot
from clipstudio.chest import KINDS, Finding, Findings, Patient
from clipstudio.lettering import PRINTED, STUCK, SUPPORTS
from clipstudio.prints import print_of
from clipstudio.product import CATEGORIES, Product, Subject, build, photograph, random_shot
from clipstudio.subjects import ARRANGEMENTS, PRINTED_CLOTHES, WEARABLE, Group, Worn, lettered
from clipstudio.xray import finding_masks, radiograph

SEED = 20
COLUMNS = 9
GAP = 4
MARGIN = 118  # for a row's name
INK, PAPER, MARK = (40, 40, 40), (255, 255, 255), (255, 140, 0)

GROUPS: dict[str, tuple[str, ...]] = {
    "clothes": (
        "t-shirt",
        "long-sleeved top",
        "shirt",
        "pullover",
        "hoodie",
        "jacket",
        "coat",
        "dress",
        "skirt",
        "trousers",
        "jeans",
        "shorts",
    ),
    "accessories": (
        "sneaker",
        "sandal",
        "ankle boot",
        "high-heeled shoe",
        "hat",
        "cap",
        "beanie",
        "scarf",
        "belt",
        "handbag",
        "backpack",
        "watch",
        "sunglasses",
    ),
    "homeware": (
        "mug",
        "teapot",
        "vase",
        "bottle",
        "table lamp",
        "chair",
        "stool",
        "sofa",
        "umbrella",
        "headphones",
    ),
}
# A patient in whom each finding shows well; side and zone where the finding has them.
SHOWN: dict[str, tuple[str | None, str | None, float]] = {
    "pleural effusion": ("left", None, 0.55),
    "pneumothorax": ("right", None, 0.6),
    "cardiomegaly": (None, None, 0.7),
    "consolidation": ("right", "lower", 0.6),
    "nodule": ("left", "upper", 0.6),
    "mass": ("right", "middle", 0.5),
    "oedema": ("both", None, 0.6),
    "atelectasis": ("right", "upper", 0.6),
    "rib fracture": ("left", "middle", 0.7),
    "hiatal hernia": (None, None, 0.7),
    "pacemaker": ("left", None, 0.5),
    "central line": ("right", None, 0.5),
    "chest tube": ("left", None, 0.5),
}


def sheet(rows: Sequence[tuple[str, Sequence[Image.Image]]], tile: int) -> Image.Image:
    """Lay rows of square pictures out under each other, each with its name to the left.

    Examples
    --------
    >>> sheet([("one", [Image.new("RGB", (20, 20))] * 3)], 20).size == (MARGIN + 3 * 24, 24)
    True
    """
    step = tile + GAP
    columns = max(len(pictures) for _, pictures in rows)
    page = Image.new("RGB", (MARGIN + columns * step, len(rows) * step), PAPER)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(14)
    for i, (name, pictures) in enumerate(rows):
        words = "\n".join(name.split("|"))
        pen.multiline_text((4, i * step + tile / 2), words, INK, font, anchor="lm", spacing=3)
        for j, picture in enumerate(pictures):
            page.paste(picture.convert("RGB"), (MARGIN + j * step, i * step))
    return page


def steady(shot: Shot, background: str = "white") -> Shot:
    """Return the shot in studio light on a plain background, the whole product in the middle."""
    return replace(shot, background=background, light="studio", zoom=1.05, shift_x=0, shift_y=0)


def product_rows(group: str, tile: int) -> list[tuple[str, list[Image.Image]]]:
    """Return a row a category: its designs in turn, half on plain backgrounds, half anywhere."""
    rows = []
    for category in GROUPS[group]:
        designs = list(CATEGORIES[category].designs)
        pictures = []
        for i in range(COLUMNS):
            rng = np.random.default_rng([SEED, i, *category.encode()])
            product = Product.random(rng, category=category, design=designs[i % len(designs)])
            shot = random_shot(rng, product)
            if i <= COLUMNS // 2:
                shot = steady(shot, ("white", "warm", "grey")[rng.integers(3)])
            pictures.append(photograph(product, replace(shot, zoom=max(shot.zoom, 0.9)), tile))
        rows.append((category, pictures))
    return rows


def _pictures(draw: Callable[[np.random.Generator, int], Subject], name: str, tile: int) -> list:
    """Return a row of subjects, drawn by number: half on plain backgrounds, half anywhere."""
    pictures = []
    for i in range(COLUMNS):
        rng = np.random.default_rng([SEED, i, *name.encode()])
        subject = draw(rng, i)
        shot = random_shot(rng, subject)
        if i <= COLUMNS // 2:
            shot = steady(shot, ("white", "warm", "grey")[rng.integers(3)])
        pictures.append(photograph(subject, shot, tile))
    return pictures


def worn_rows(categories: Sequence[str], tile: int) -> list[tuple[str, list[Image.Image]]]:
    """Return a row a category that is worn: persons and mannequins in the crops of shops."""
    return [
        (category, _pictures(lambda rng, i, c=category: Worn.random(rng, category=c), name, tile))
        for category in categories
        for name in (f"worn {category}",)
    ]


def group_rows(tile: int) -> list[tuple[str, list[Image.Image]]]:
    """Two rows an arrangement: of products of one category, and of several."""
    rows = []
    for arrangement in ARRANGEMENTS:
        for alike in (True, False) if arrangement != "on top" else (False,):

            def draw(
                rng: np.random.Generator, i: int, a: str = arrangement, same: bool = alike
            ) -> Group:
                return Group.random(rng, arrangement=a, alike=same)

            name = f"{arrangement},|{'alike' if alike else 'of all kinds'}"
            rows.append((name, _pictures(draw, name, tile)))
    return rows


def word_rows(tile: int) -> list[tuple[str, list[Image.Image]]]:
    """Return a row for each thing that words are written on, and one of worn clothes."""
    rows = []
    for on in SUPPORTS:
        options = {"print": PRINTED, "sticker": STUCK}.get(on, tuple(CATEGORIES))

        def draw(
            rng: np.random.Generator, i: int, on: str = on, options: tuple[str, ...] = options
        ) -> Product:
            while True:
                product = Product.random(rng, category=options[rng.integers(len(options))])
                if on in ("print", "sticker", "hang-tag") or build(product).pose == "standing":
                    return lettered(rng, product, on=on)

        rows.append((on, _pictures(draw, on, tile)))

    def worn(rng: np.random.Generator, i: int) -> Worn:
        made = Worn.random(rng, category=PRINTED_CLOTHES[rng.integers(len(PRINTED_CLOTHES))])
        return replace(made, product=lettered(rng, made.product, on="print"), crop="torso")

    return [*rows, ("print, worn", _pictures(worn, "print, worn", tile))]


def supplier_sheet(tile: int) -> Image.Image:
    """Four prints of each of the supplier's lines, in two columns."""
    rows = []
    for line, made in supplier.LINES.items():
        pictures = []
        for i in range(4):
            rng = np.random.default_rng([SEED, i, *line.encode()])
            product = supplier.product_of(line, rng)
            pictures.append(print_of(product, supplier.shot_of(product, rng), tile))
        rows.append((f"{line}|{made.category}", pictures))
    half = (len(rows) + 1) // 2
    return Image.fromarray(np.hstack([sheet(rows[:half], tile), sheet(rows[half:], tile)]))


def outlined(film: Image.Image, mask: np.ndarray) -> Image.Image:
    """Return a film with the border of a mask drawn on it."""
    picture = np.array(film.convert("RGB"))
    inner = mask.copy()
    for axis in (0, 1):
        for shift in (-1, 1):
            inner &= np.roll(mask, shift, axis)
    picture[mask & ~inner] = MARK
    return Image.fromarray(picture)


def finding_rows(tile: int) -> list[tuple[str, list[Image.Image]]]:
    """Return a row a finding, for two patients: without, with, and where it is."""
    rows = []
    for number, name in enumerate(KINDS):
        side, zone, size = SHOWN[name]
        pictures = []
        for k, projection in enumerate(("PA", "AP")):
            patient = replace(Patient.random(SEED + 2 * number + k), projection=projection)
            findings = Findings([Finding(name, side, size, zone)])
            film = radiograph(patient, findings, tile)
            mask = finding_masks(patient, findings, tile)[name]
            pictures += [radiograph(patient, size=tile), film, outlined(film, mask)]
        rows.append((name.replace(" ", "|"), pictures))
    return rows


def slider_rows(tile: int, steps: int = 8) -> list[tuple[str, list[Image.Image]]]:
    """Return a mug that turns, a sneaker that changes its colour, an effusion that grows."""
    mug = Product("mug", "straight", "teal", "yellow", "dotted", "ceramic", 3)
    yaws = np.linspace(-60, 115, steps)
    turning = [photograph(mug, Shot(float(yaw), 18.0), tile) for yaw in yaws]
    design = next(iter(CATEGORIES["sneaker"].designs))
    shoe = Product("sneaker", design, "red", "white", "plain", "canvas", 4)
    shot = Shot(-28.0, 16.0)
    names = ("red", "orange", "yellow", "green", "teal", "blue", "purple", "black")
    coloured = [photograph(replace(shoe, colour=colour), shot, tile) for colour in names[:steps]]
    patient = replace(Patient.random(SEED), projection="PA")
    growing = [radiograph(patient, size=tile)]
    for size in np.linspace(0.05, 1.0, steps - 1):
        findings = Findings([Finding("pleural effusion", "left", float(size))])
        growing.append(radiograph(patient, findings, tile))
    return [
        ("one mug,|turning", turning),
        ("one sneaker,|other colours", coloured),
        ("one patient,|an effusion|grows", growing),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw the sheets into the folder named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    sheets = [*GROUPS, "worn", "carried", "several", "words", "supplier", "findings", "sliders"]
    parser.add_argument("--only", choices=sheets, help="one sheet")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    draw = {name: lambda name=name: sheet(product_rows(name, 96), 96) for name in GROUPS}
    clothes = [name for name in WEARABLE if name in GROUPS["clothes"]]
    others = [name for name in WEARABLE if name not in clothes]
    draw["worn"] = lambda: sheet(worn_rows(clothes, 96), 96)
    draw["carried"] = lambda: sheet(worn_rows(others, 96), 96)
    draw["several"] = lambda: sheet(group_rows(112), 112)
    draw["words"] = lambda: sheet(word_rows(112), 112)
    draw["supplier"] = lambda: supplier_sheet(96)
    draw["findings"] = lambda: sheet(finding_rows(150), 150)
    draw["sliders"] = lambda: sheet(slider_rows(112), 112)
    for name in [options.only] if options.only else draw:
        path = options.folder / f"{name}.jpg"
        draw[name]().save(path, quality=80, optimize=True)
        print(f"{path}: {path.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main()
