"""Products: every design, and the promises of a specification."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import clipstudio
from clipstudio import CATEGORIES, COLOURS, PATTERNS, Product, Shot, camera
from clipstudio import product as products
from clipstudio.camera import POSES
from clipstudio.materials import plain
from clipstudio.scene import Scene, sphere

DESIGNS = [(c, d) for c in CATEGORIES for d in CATEGORIES[c].designs]
WANTED = """t-shirt, long-sleeved top, shirt, pullover, hoodie, jacket, coat, dress, skirt,
trousers, jeans, shorts, sneaker, sandal, ankle boot, high-heeled shoe, hat, cap, beanie, scarf,
belt, handbag, backpack, watch, sunglasses, mug, teapot, vase, bottle, table lamp, chair, stool,
sofa, umbrella, headphones"""


def small(product, shot=None, size=32):
    return np.asarray(clipstudio.photograph(product, shot, size, antialias=1))


def test_the_range_of_products():
    assert set(WANTED.replace("\n", " ").split(", ")) <= set(CATEGORIES)
    assert all(len(category.designs) >= 3 for category in CATEGORIES.values())
    assert len(COLOURS) >= 14 and len(PATTERNS) >= 8 and len(clipstudio.MATERIALS) >= 8


@pytest.mark.parametrize("category, design", DESIGNS)
def test_every_design(category, design):
    """Builds, is seen, has parameters, and its geometry ignores colour and pattern."""
    made = CATEGORIES[category].designs[design]
    assert made.about and made.about[0].isupper()
    for seed in (1, 2):
        common = {"material": made.materials[0], "shape": seed}
        one = Product(category, design, "red", "white", "plain", **common)
        other = Product(category, design, "black", "teal", made.patterns[-1], **common)
        tables = [products.build(p).table for p in (one, other)]
        assert tables[0].key == tables[1].key
        assert np.isfinite(tables[0].rows).all()
        size = tables[0].box[3:] - tables[0].box[:3]
        assert 0.2 < size.max() < 4.5
    assert len(clipstudio.parameters(one)) >= 2
    cover = products.trace_product(one, Shot(), 24, antialias=1).cover()
    assert 0.02 < cover.mean() < 0.9


def in_pose(pose, count):
    """Products of different categories in a pose; neither glass nor mirrors."""
    found = {}
    for category, name in DESIGNS:
        made = CATEGORIES[category].designs[name]
        if pose not in made.poses or category in found or len(found) == count:
            continue
        for seed in range(8):
            product = Product(category, name, material=made.materials[0], shape=seed)
            if product.material not in ("glass", "metal") and products.build(product).pose == pose:
                found[category] = product
                break
    return list(found.values())


def empty_stage(product):
    """The product's scene with nothing to be seen in it, in the same box."""
    scene = Scene()
    scene.add(sphere(1e-3).at(0, 0, -400), plain("white"))
    return replace(scene.table(), box=products.build(product).table.box)


@pytest.mark.parametrize("pose", POSES)
def test_the_mask_is_where_the_picture_changes(pose):
    chosen = in_pose(pose, 3)
    assert chosen, f"no product in the pose {pose}"
    for product in chosen:
        shot = Shot(background="white", light="soft")
        samples = products.trace_product(product, shot, 48)
        materials = products.build(product).table.materials
        # Made to glow red, then blue: exactly the product changes.
        red, blue = (
            camera.shade(
                samples, tuple(m.but(glow=30.0, colour=c, second=None) for m in materials), "soft"
            ).astype(int)
            for c in ((1, 0, 0), (0, 0, 1))
        )
        changed = np.abs(red - blue).max(2) > 0.5 * np.abs(red - blue).max()
        mask = clipstudio.product_mask(product, shot, 48)
        assert mask.dtype == bool and mask.shape == (48, 48)
        assert (changed == mask).mean() > 0.985
        # Taken away: beyond the mask only its shadow goes.
        bare = camera.trace(empty_stage(product), samples.view, samples.stage, 48)
        empty = camera.shade(bare, (plain("white"),), "soft").astype(int)
        full = np.asarray(clipstudio.photograph(product, shot, 48)).astype(int)
        difference = np.abs(full - empty).max(2)
        assert difference[~mask].mean() < 0.35 * difference[mask].mean()


def test_the_same_specification_gives_the_same_bytes_in_another_process():
    def digest():
        rng = np.random.default_rng(7)
        out = hashlib.sha256()
        for _ in range(3):
            product = Product.random(rng)
            out.update(small(product, clipstudio.random_shot(rng, product)).tobytes())
        return out.hexdigest()

    here = digest()
    products.build.cache_clear()
    camera._TRACES.clear()
    assert digest() == here
    code = (
        "import hashlib, numpy as np, clipstudio\n"
        "rng, out = np.random.default_rng(7), hashlib.sha256()\n"
        "for _ in range(3):\n"
        "    p = clipstudio.Product.random(rng); s = clipstudio.random_shot(rng, p)\n"
        "    out.update(np.asarray(clipstudio.photograph(p, s, 32, antialias=1)).tobytes())\n"
        "print(out.hexdigest())"
    )
    there = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert there.stdout.split()[-1] == here
    assert there.stderr == ""


def test_specifications_survive_json():
    rng = np.random.default_rng(0)
    for _ in range(10):
        product = Product.random(rng)
        shot = clipstudio.random_shot(rng, product)
        assert Product.from_dict(json.loads(json.dumps(product.to_dict()))) == product
        assert Shot.from_dict(json.loads(json.dumps(shot.to_dict()))) == shot


def test_fixing_a_field_keeps_the_rest_of_a_random_product():
    for seed in range(5):
        free = Product.random(seed)
        fixed = Product.random(seed, colour="teal")
        assert fixed.colour == "teal"
        assert (fixed.category, fixed.design, fixed.shape) == (
            free.category,
            free.design,
            free.shape,
        )


def test_random_products_are_balanced():
    rng = np.random.default_rng(1)
    drawn = [Product.random(rng) for _ in range(700)]
    assert len({p.category for p in drawn}) == len(CATEGORIES)
    share = np.mean([p.pattern == "plain" for p in drawn])
    assert 0.25 < share < 0.5
    assert all(p.colour != p.second_colour for p in drawn)
    colours = [sum(p.colour == c for p in drawn) for c in COLOURS]
    assert min(colours) > 15


def test_a_parameter_moves_the_picture():
    product = Product.random(3, category="mug", pattern="plain")
    free = [
        p for p in clipstudio.parameters(product) if not p.options and p.name != "pattern scale"
    ]
    low, high = (
        Product(**{**product.to_dict(), "parameters": {free[0].name: value}})
        for value in (free[0].low, free[0].high)
    )
    assert clipstudio.parameters(low) != clipstudio.parameters(high)
    assert (small(low) != small(high)).any()


def test_photographs_share_their_trace_and_carry_the_mask(monkeypatch):
    product = Product.random(4, category="backpack")
    shot = Shot(yaw=10.0, pitch=5.0)
    repainted = Product(**{**product.to_dict(), "colour": "teal", "pattern": "plain"})
    pairs = [(product, shot), (repainted, shot)]
    pictures = clipstudio.photographs(pairs, 40)
    assert pictures.shape == (2, 40, 40, 4) and pictures.dtype == np.uint8
    assert np.array_equal(pictures[0, ..., 3], pictures[1, ..., 3])
    assert (pictures[0, ..., :3] != pictures[1, ..., :3]).any()
    monkeypatch.setattr(camera, "_trace", lambda *a: pytest.fail("traced again"))
    assert np.array_equal(clipstudio.photographs(pairs, 40), pictures)


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"category": "mugg"}, "unknown category 'mugg' .did you mean 'mug'"),
        ({"design": "square wheel"}, "unknown design of a mug 'square wheel'.*choose from"),
        ({"colour": "blu"}, "unknown colour 'blu' .did you mean 'blue'.*teal"),
        ({"second_colour": "beish"}, "unknown second colour"),
        ({"pattern": "stripes"}, "unknown pattern 'stripes' .did you mean 'striped'"),
        ({"material": "steel"}, "unknown material 'steel'.*metal"),
        ({"shape": 0.5}, "whole number"),
        ({"parameters": {"hight": 1.0}}, "unknown parameter of this mug 'hight'"),
        ({"parameters": {"pattern scale": 99.0}}, "pattern scale must lie between"),
    ],
)
def test_mistakes_in_a_product_are_named(fields, message):
    good = Product.random(0, category="mug").to_dict()
    with pytest.raises(ValueError, match=message):
        Product(**{**good, **fields})


def test_sizes_out_of_range_are_named():
    with pytest.raises(ValueError, match="between 8 and 1024"):
        clipstudio.photograph(Product.random(0), size=4)
    with pytest.raises(ValueError, match="unknown field of a product 'color'"):
        Product.random(0, color="red")
