"""Worn clothes: what is in the specification is in the picture, in its place, and fits."""

import hashlib
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import clipstudio
from clipstudio import CATEGORIES, Product, Shot, Wearer, Worn, camera, object_masks, product_mask
from clipstudio import product as products
from clipstudio.figure import COVERED, CROTCH, UP, WAIST, Figure
from clipstudio.materials import COLOURS
from clipstudio.subjects import CROPS, HATS, SHOES, SKINS, STANCES, WEARABLE, WORN_DESIGNS

SIZE = 64
STRAIGHT = Shot(yaw=0.0, pitch=0.0, light="soft")


def worn(category, design=None, seed=0, crop=None, **wearer):
    """One product worn by a person, with a whole outfit."""
    rng = np.random.default_rng([seed, 5])
    fixed = {"category": category} | ({"design": design} if design else {})
    made = Worn.random(rng, **fixed)
    return replace(
        made,
        wearer=replace(made.wearer, **wearer) if wearer else made.wearer,
        crop=crop or made.crop,
    )


def rows_of(mask):
    """First and last row of a mask, as shares of the picture's height."""
    rows = np.flatnonzero(mask.any(1))
    return rows[0] / len(mask), (rows[-1] + 1) / len(mask)


@pytest.mark.parametrize("category", WEARABLE)
def test_every_category_is_seen_when_somebody_wears_it(category):
    designs = WORN_DESIGNS.get(category, tuple(CATEGORIES[category].designs))
    for i, design in enumerate(designs):
        made = worn(category, design, seed=i)
        table = products.build(made).table
        assert np.isfinite(table.rows).all()
        mask = product_mask(made, size=SIZE)
        small = ("watch", "sunglasses", "belt", "handbag", *HATS, *SHOES)
        least = 0.008 if category in small else 0.03
        assert least < mask.mean() < 0.75, (category, design)


def test_no_pixel_belongs_to_two_garments_and_the_body_to_none():
    rng = np.random.default_rng(11)
    for _ in range(6):
        made = Worn.random(rng, category="jacket")
        samples = products.trace_product(made, STRAIGHT, SIZE)
        masks = object_masks(made, STRAIGHT, SIZE)
        assert masks.shape == (len(made.products), SIZE, SIZE)
        assert masks.sum(0).max() <= 1
        assert (masks[0] == product_mask(made, STRAIGHT, SIZE)).all()
        # Something solid that is no garment: the person.
        assert (samples.mask() & ~masks.any(0)).mean() > 0.005


def test_the_mask_is_what_takes_the_colour_of_the_product():
    red, blue = (worn("t-shirt", "crew neck", 3, "torso", stance="arms down") for _ in range(2))
    red, blue = (
        replace(w, product=replace(w.product, colour=c, pattern="plain"))
        for w, c in ((red, "red"), (blue, "blue"))
    )
    a, b = (np.asarray(clipstudio.photograph(w, STRAIGHT, SIZE)).astype(int) for w in (red, blue))
    changed = np.abs(a - b).max(2) > 25
    assert (changed == product_mask(red, STRAIGHT, SIZE)).mean() > 0.97


def test_the_outfit_is_in_its_place():
    made = worn("t-shirt", "crew neck", 1, "whole figure", stance="arms down")
    made = replace(made, outfit=tuple(p for p in made.outfit if p.category != "handbag"))
    masks = dict(
        zip((p.category for p in made.products), object_masks(made, STRAIGHT, 128), strict=True)
    )
    lower = next(m for c, m in masks.items() if c in ("jeans", "trousers", "skirt", "shorts"))
    shoes = next(m for c, m in masks.items() if c in ("sneaker", "ankle boot", "high-heeled shoe"))
    assert rows_of(masks["t-shirt"])[0] < rows_of(lower)[0] < rows_of(shoes)[0]
    assert rows_of(shoes)[1] > 0.85


def test_a_hat_sits_above_sunglasses_and_they_above_the_clothes():
    hat = worn("hat", "fedora", 2, "portrait")
    glasses = Product.random(1, category="sunglasses", design="wayfarer")
    outfit = tuple(p for p in hat.outfit if p.category != "sunglasses")
    made = replace(hat, outfit=(*outfit, glasses))
    masks = object_masks(made, STRAIGHT, 96)
    middle = [np.flatnonzero(m.any(1)).mean() for m in (masks[0], masks[-1], masks[1])]
    assert middle[0] < middle[1] < middle[2]


@pytest.mark.parametrize("crop", CROPS)
def test_a_crop_shows_what_it_says(crop):
    """Each crop's edges lie where the figure's landmarks do."""
    category = {"feet": "sneaker", "wrist": "watch"}.get(crop, "shirt")
    made = worn(category, seed=4, crop=crop)
    mask = products.trace_product(made, STRAIGHT, SIZE, 1).mask()
    reaches_top = mask[0].any()
    reaches_bottom = mask[-1].any()
    wanted = {
        "whole figure": (False, False),
        "headless": (True, False),
        "upper body": (False, True),
        "torso": (True, True),
        "lower body": (True, False),
        "hips": (True, True),
        "portrait": (False, True),
        "feet": (True, False),
        "wrist": (True, True),
    }
    assert (reaches_top, reaches_bottom) == wanted[crop]


def test_clothes_hide_the_body_they_cover():
    """Straight before trunk and thighs no skin is seen: it would be a hole in the clothes."""
    rng = np.random.default_rng(12)
    for _ in range(12):
        upper = Product.random(rng, category="t-shirt")
        lower = Product.random(rng, category="trousers", design="chinos")
        wearer = Wearer.random(rng, stance="arms down")
        made = Worn(upper, wearer, (lower,), "headless")
        masks = object_masks(made, STRAIGHT, 96)
        samples = products.trace_product(made, STRAIGHT, 96)
        x, y = (samples.position[: 96 * 96, i].reshape(96, 96) for i in (0, 1))
        trunk = samples.mask() & (abs(x) < 0.15) & (y < -0.4) & (y > CROTCH)
        assert (masks.any(0)[trunk]).mean() > 0.995


def test_every_layer_lies_over_the_one_below():
    figure = Figure(Wearer(seed=3))
    bare = figure.front.copy()
    made = worn("coat", "wool", 5, "headless")
    table = products.build(made).table
    assert table.box[5] > bare.max()
    masks = object_masks(made, STRAIGHT, 96)
    coat, shirt = masks[0], masks[1]
    assert coat.sum() > shirt.sum()


def test_a_tucked_shirt_ends_at_the_waist_and_a_loose_one_covers_it():
    shirt = Product.random(3, category="shirt", design="classic")
    jeans = Product.random(4, category="jeans", design="straight")
    tops = set()
    for seed in range(12):
        made = Worn(shirt, Wearer(seed=seed, stance="arms down"), (jeans,), "headless")
        masks = object_masks(made, STRAIGHT, 96)
        samples = products.trace_product(made, STRAIGHT, 96)
        y = samples.position[: 96 * 96, 1].reshape(96, 96)
        tops.add(bool(y[masks[1]].max() > COVERED + 0.02))
        if y[masks[1]].max() > COVERED + 0.02:
            assert abs(y[masks[1]].max() - WAIST) < 0.08
    assert tops == {True, False}


def test_a_broader_wearer_is_broader_and_stances_differ():
    slim, broad = (Figure(Wearer(build=b)).width[np.searchsorted(UP, -0.3)] for b in (-1, 1))
    assert broad > 1.15 * slim
    pictures = {
        products.trace_product(
            worn("t-shirt", "crew neck", 1, "whole figure", stance=s), STRAIGHT, 48
        )
        .mask()
        .tobytes()
        for s in STANCES
    }
    assert len(pictures) == len(STANCES)


def test_an_open_cardigan_is_worn_over_a_shirt_that_nobody_sells():
    """Between its two halves there is cloth, neither skin nor the product."""
    for seed in range(40):
        cardigan = Product("pullover", "cardigan", "red", material="wool", shape=seed)
        opened = next(p for p in clipstudio.parameters(cardigan) if p.name == "open")
        if opened.value < 0.3:
            break
    wearer = Wearer(skin="deep", stance="arms down", figure=0.0)
    made = Worn(cardigan, wearer, (Product("jeans", "straight", "black"),), "torso")
    samples = products.trace_product(made, STRAIGHT, SIZE)
    x, y = (samples.position[: SIZE * SIZE, i].reshape(SIZE, SIZE) for i in (0, 1))
    chest = samples.mask() & (abs(x) < 0.012) & (y < -0.2) & (y > -0.5)
    assert chest.any() and not (product_mask(made, STRAIGHT, SIZE) & chest).any()
    picture = np.asarray(clipstudio.photograph(made, STRAIGHT, SIZE))
    assert picture[chest].min() > 120


def test_the_product_looks_like_its_colour_when_it_is_worn():
    """Counted in the mask: most of a plain garment is nearest to the colour that names it."""
    rng = np.random.default_rng(13)
    names = ("white", "black", "red", "blue", "green", "yellow")
    for category in ("t-shirt", "dress", "trousers", "coat"):
        design = next(iter(CATEGORIES[category].designs))
        for colour in names:
            product = Product.random(
                rng, category=category, design=design, colour=colour, pattern="plain"
            )
            made = Worn.random(rng, replace(product, material="cotton"))
            picture = np.asarray(clipstudio.photograph(made, Shot(yaw=0.0, light="soft"), SIZE))
            pixels = picture[product_mask(made, Shot(yaw=0.0, light="soft"), SIZE)] / 255.0
            tones = np.array([np.array(COLOURS[c]) ** (1 / 2.2) for c in names])
            nearest = np.linalg.norm(pixels[:, None] - tones, axis=2).argmin(1)
            assert (nearest == names.index(colour)).mean() > 0.5, (category, colour)


def test_skin_has_the_tone_that_the_specification_names():
    brightness = []
    for tone in ("porcelain", "tan", "deep"):
        wearer = Wearer(skin=tone, hair="none", stance="arms down", seed=2)
        made = Worn(Product.random(1, category="sandal"), wearer, crop="feet")
        samples = products.trace_product(made, STRAIGHT, SIZE)
        skin = samples.mask() & ~product_mask(made, STRAIGHT, SIZE)
        picture = np.asarray(clipstudio.photograph(made, STRAIGHT, SIZE)).astype(float)
        brightness.append(picture[skin].mean())
    assert brightness[0] > 1.3 * brightness[1] > 1.5 * brightness[2]
    assert len(SKINS) >= 6


def test_the_same_specification_gives_the_same_bytes_in_another_process():
    code = (
        "import hashlib, numpy as np, clipstudio\n"
        "rng, out = np.random.default_rng(7), hashlib.sha256()\n"
        "for kind in (clipstudio.Worn, clipstudio.Group):\n"
        "    s = kind.random(rng); shot = clipstudio.random_shot(rng, s)\n"
        "    out.update(np.asarray(clipstudio.photograph(s, shot, 32, antialias=1)).tobytes())\n"
        "p = clipstudio.lettered(rng, clipstudio.Product.random(rng, category='mug'))\n"
        "out.update(np.asarray(clipstudio.photograph(p, None, 32)).tobytes())\n"
        "print(out.hexdigest())"
    )
    rng, out = np.random.default_rng(7), hashlib.sha256()
    for kind in (Worn, clipstudio.Group):
        subject = kind.random(rng)
        shot = clipstudio.random_shot(rng, subject)
        picture = clipstudio.photograph(subject, shot, 32, antialias=1)
        out.update(np.asarray(picture).tobytes())
    mug = clipstudio.lettered(rng, Product.random(rng, category="mug"))
    out.update(np.asarray(clipstudio.photograph(mug, None, 32)).tobytes())
    there = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=240
    )
    assert there.stdout.split()[-1] == out.hexdigest()


def test_repainting_the_product_traces_nothing_anew(monkeypatch):
    made = worn("dress", seed=1)
    shot = Shot(yaw=5.0, pitch=2.0)
    other = replace(made, product=replace(made.product, colour="teal", second_colour="white"))
    pictures = clipstudio.photographs([(made, shot)], 40)
    monkeypatch.setattr(camera, "_trace", lambda *a: pytest.fail("traced again"))
    again = clipstudio.photographs([(other, shot)], 40)
    assert (again[..., 3] == pictures[..., 3]).all()
    assert (again[..., :3] != pictures[..., :3]).any()
