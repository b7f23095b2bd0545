"""Several products in a picture, and words: all there, apart, in their place, readable."""

from dataclasses import replace

import numpy as np
import pytest

import clipstudio
from clipstudio import Group, Lettering, Product, Shot, object_masks, product_mask, words_mask
from clipstudio import product as products
from clipstudio.lettering import PRINTED, STUCK, SUPPORTS
from clipstudio.materials import COLOURS, plain
from clipstudio.scene import Scene, box, rotation, sphere
from clipstudio.signs import letters
from clipstudio.subjects import ARRANGEMENTS, LAID_OUT, LYING, STANDING, lettered

SIZE = 96


def centres(masks):
    """Middle of each mask, (x, y) in pixels."""
    return [np.argwhere(mask)[:, ::-1].mean(0) for mask in masks]


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_every_product_of_a_group_is_seen_and_none_shares_a_pixel(arrangement):
    rng = np.random.default_rng(1)
    for _ in range(5):
        group = Group.random(rng, arrangement=arrangement)
        shot = clipstudio.random_shot(rng, group)
        masks = object_masks(group, replace(shot, shift_x=0, shift_y=0), SIZE)
        assert len(masks) == len(group.products)
        assert masks.sum(0).max() <= 1
        assert min(mask.sum() for mask in masks) >= 12, group
        # What belongs to any of them is what is solid: nothing else is in the picture.
        solid = products.trace_product(group, replace(shot, shift_x=0, shift_y=0), SIZE).mask()
        assert (solid == masks.any(0)).mean() > 0.99


def test_as_many_separate_things_are_seen_as_the_group_has():
    """Counted in the picture itself: where clothes lie apart, each is one connected patch."""
    rng = np.random.default_rng(2)
    for count in range(2, 6):
        group = Group.random(rng, count, "side by side", True, ("t-shirt",))
        solid = products.trace_product(group, Shot(), SIZE).mask()
        columns = np.diff(np.concatenate([[0], solid.any(0).astype(int), [0]]))
        assert (columns == 1).sum() == count


@pytest.mark.parametrize("seed", range(6))
def test_things_stand_where_the_relations_say(seed):
    rng = np.random.default_rng([seed, 3])
    for arrangement in ARRANGEMENTS:
        group = Group.random(rng, arrangement=arrangement)
        shot = replace(clipstudio.random_shot(rng, group), roll=0.0)
        masks = object_masks(group, shot, SIZE)
        samples = products.trace_product(group, shot, SIZE)
        where = centres(masks)
        lowest = [np.flatnonzero(mask.any(1)).max() for mask in masks]
        depth = samples.position[: SIZE * SIZE].reshape(SIZE, SIZE, 3) @ samples.view[9:12]
        for i, relation, j in group.relations():
            if relation == "left of":
                assert where[i][0] < where[j][0]
            elif relation == "above":
                assert where[i][1] < where[j][1]
            elif relation == "in front of":
                assert np.median(depth[masks[i]]) < np.median(depth[masks[j]])
            else:
                assert lowest[i] < lowest[j]
                assert masks[j][:, masks[i].any(0)].any()  # nothing beside it, but below


def test_each_object_has_its_own_colour():
    """The mask of the red mug is where red is seen, that of the blue one where blue is."""
    mug = Product.random(4, category="mug", design="straight", pattern="plain", material="ceramic")
    group = Group((replace(mug, colour="red"), replace(mug, colour="blue")))
    picture = np.asarray(clipstudio.photograph(group, Shot(light="soft"), SIZE)).astype(int)
    red, blue = object_masks(group, Shot(light="soft"), SIZE)
    # The middle of the outside: handles and the inside may have another colour.
    assert np.median(picture[red], 0).argmax() == 0
    assert np.median(picture[blue], 0).argmax() == 2
    swapped = Group(group.products[::-1], group.arrangement, group.seed)
    again = np.asarray(clipstudio.photograph(swapped, Shot(light="soft"), SIZE)).astype(int)
    assert np.median(again[red], 0).argmax() == 2


def test_a_group_keeps_the_words_of_its_products():
    mug = Product.random(1, category="mug", design="straight")
    words = replace(mug, lettering=Lettering("HELLO", "sticker"))
    group = Group((mug, words))
    mask, masks = words_mask(group, Shot(), SIZE), object_masks(group, Shot(), SIZE)
    assert mask.sum() > 20
    assert (masks[1][mask]).mean() > 0.9 and not (masks[0] & mask).any()


# ------------------------------------------------------------------------------------ whole scenes
def test_a_placed_scene_is_the_scene_moved_turned_and_scaled():
    """Distances of the placed scene at moved points are those of the scene, times its scale."""
    rng = np.random.default_rng(5)
    scene = Scene()
    red = plain("red")
    with scene.group():
        scene.add(box(0.5, 0.3, 0.2, 0.05), red)
        scene.cut(sphere(0.2).at(0.5, 0.3, 0.0).mirror("x"))
        scene.paint(box(0.1, 1, 1).at(0.3, 0, 0).mirror("x"), plain("blue"), 0.02, 0.01)
    scene.add(sphere(0.15).at(0.7, 0.5, 0.4).mirror("xz"), red, smooth=0.05)
    with scene.group():
        scene.add(box(0.1, 0.4, 0.1).at(0, 0.5, 0.5).mirror("z"), red)
        scene.clip(sphere(0.4).at(0, 0.4, 0.5).mirror("z"))
    turn, at, scale = rotation(30.0, 20.0, -15.0), np.array([0.4, -0.2, 1.0]), 0.6
    placed = Scene()
    placed.place(scene, at, turn, scale)
    points = rng.uniform(-1, 1, (12000, 3))
    moved = points @ turn.T * scale + at
    alone, together = scene.distance(points), placed.distance(moved) / scale
    near = np.abs(alone) < 0.012  # further away both are no more than safe steps
    assert near.sum() > 100
    assert np.abs(alone - together)[near].max() < 2e-3
    assert (np.sign(alone) == np.sign(together))[np.abs(alone) > 1e-3].all()
    low, high = placed.bounds()
    assert (high > low).all() and np.linalg.norm(high - low) < 3


def test_what_cuts_or_paints_one_placed_scene_leaves_the_others_alone():
    """Outside all groups a cut, a clip and paint act on all before them: of their own scene."""
    ball, red, blue = Scene(), plain("red"), plain("blue")
    ball.add(sphere(0.5), red)
    cup = Scene()
    with cup.group():
        cup.add(box(0.5, 0.2, 0.2), red)
    cup.add(box(0.2, 0.5, 0.2).at(0, 0.3, 0), red)
    cup.cut(box(0.1, 3, 0.1))
    cup.clip(box(3, 0.6, 3))
    cup.paint(box(9, 9, 9).at(0, 9.1, 0), blue, 0.01)
    both, alone = Scene(), Scene()
    both.place(ball, (0.0, 1.6, 0.0))
    both.place(cup)
    alone.place(cup)
    rng = np.random.default_rng(9)
    points = rng.uniform(-0.8, 0.8, (6000, 3)) * (1, 1, 0.5)
    first, near = cup.distance(points), np.abs(cup.distance(points)) < 0.01
    assert near.sum() > 50
    assert np.abs(first - alone.distance(points))[near].max() < 1e-9
    above = points + (0.0, 1.6, 0.0)
    near = np.abs(ball.distance(points)) < 0.01
    assert np.abs(ball.distance(points) - both.distance(above))[near].max() < 1e-9


def test_a_pattern_goes_with_what_it_is_on():
    """A striped mug looks the same alone and placed elsewhere, seen from the same side."""
    mug = Product.random(3, category="mug", design="straight", pattern="striped")
    built = products.build(mug)
    moved = Scene()
    moved.place(built.scene, (3.0, 1.0, -2.0), rotation(yaw=40.0), 0.5)
    table = moved.table()
    shot = Shot(yaw=10.0, pitch=15.0, seed=1)
    alone = np.asarray(clipstudio.photograph(mug, shot, SIZE)).astype(int)
    turned = replace(shot, yaw=50.0)
    box_of = built.table.box
    corners = np.array([[x, y, z] for x in (0, 3) for y in (1, 4) for z in (2, 5)])
    points = box_of[corners] @ rotation(yaw=40.0).T * 0.5 + (3.0, 1.0, -2.0)
    around = np.concatenate([points.min(0), points.max(0)])
    view = clipstudio.camera.frame(around, 50.0, 15.0, turned)
    samples = clipstudio.camera.trace(
        table, view, clipstudio.camera.stage_for("standing", table.box), SIZE
    )
    colours = [
        samples.mask(),
        clipstudio.product_mask(mug, shot, SIZE),
    ]
    picture = clipstudio.camera.shade(samples, table.materials, "studio", "white", 1, 50.0)
    # The view of a turned box differs a little: compare how much of each colour is seen.
    a, b = (p[m].mean(0) for p, m in ((picture.astype(int), colours[0]), (alone, colours[1])))
    assert np.abs(a - b).max() < 12


# ------------------------------------------------------------------------------------------- words
def test_letters_fill_their_box_and_keep_their_proportions():
    contours = np.concatenate(letters("SALE\n-50%", 0.4, 0.2))
    low, high = contours.min(0), contours.max(0)
    assert high[0] <= 0.4 + 1e-9 and high[1] <= 0.2 + 1e-9
    assert np.allclose(low, -high)
    assert max(high[0] / 0.4, high[1] / 0.2) == pytest.approx(1.0)


def ink_seen(product, shot, text):
    """Where the picture changes when the words on a product change to a full block."""
    other = replace(product, lettering=replace(product.lettering, text=text))
    pictures = [
        np.asarray(clipstudio.photograph(p, shot, 128)).astype(int) for p in (product, other)
    ]
    return np.abs(pictures[0] - pictures[1]).max(2) > 30


@pytest.mark.parametrize("on", SUPPORTS)
def test_words_are_seen_on_what_carries_them(on):
    category = "mug" if on in ("print", "sticker", "box", "price label") else "t-shirt"
    product = Product.random(2, category=category, pattern="plain", colour="yellow")
    shown = replace(product, lettering=Lettering("MUG", on, "black", "white"))
    shot = Shot(light="soft")
    mask = words_mask(shown, shot, 128)
    assert 0.002 < mask.mean() < 0.4
    assert not words_mask(product, shot, 128).any()
    changed = ink_seen(shown, shot, "SOFA")
    assert changed.sum() > 20, "other words look the same"
    assert mask[changed].mean() > 0.7 or on == "print"
    own = product_mask(shown, shot, 128)
    if on in ("print", "sticker"):
        assert own[mask].mean() > 0.95, "words on a product are part of it"
    else:
        assert not (own & mask).any(), "a tag is not the product"


@pytest.mark.parametrize("category", sorted({*PRINTED, *STUCK}))
def test_words_face_the_camera_on_every_design(category):
    for i, design in enumerate(clipstudio.CATEGORIES[category].designs):
        for on in [s for s, where in (("print", PRINTED), ("sticker", STUCK)) if category in where]:
            product = Product.random(i, category=category, design=design)
            product = replace(product, lettering=Lettering("NEW", on, "black", "white"))
            assert words_mask(product, size=SIZE).sum() > 15, (design, on)


def test_the_order_of_letters_is_that_of_reading():
    """Every letter for itself is where it belongs: L of "LI" left of its I, not mirrored."""
    product = Product.random(2, category="mug", design="straight", pattern="plain", colour="white")
    masks = {}
    for text in ("LO", "L", "O"):
        shown = replace(product, lettering=Lettering(text, "box", "black", "white"))
        masks[text] = np.asarray(clipstudio.photograph(shown, None, 160).convert("L")).astype(int)
    assert (masks["LO"] != masks["L"]).any() and (masks["L"] != masks["O"]).any()
    contours = letters("LO", 1.0, 1.0)
    left, right = contours[0], np.concatenate(contours[1:])
    assert left[:, 0].max() < right[:, 0].min()
    # An L has its foot to the right: the lower half of its outline reaches further right.
    assert left[left[:, 1] < 0, 0].max() > left[left[:, 1] > 0.2 * left[:, 1].max(), 0].max()


def test_random_words_can_be_read():
    """Ink and what it is on differ, in the specification as in the picture."""
    rng = np.random.default_rng(6)
    for _ in range(60):
        product = lettered(rng, Product.random(rng))
        words = product.lettering
        ground = product.colour if words.on == "print" else words.ground
        apart = np.subtract(COLOURS[words.ink], COLOURS[ground])
        assert words.ink != ground
        assert np.abs(apart).max() > 0.15
        assert words.on != "print" or product.category in PRINTED
        assert words.on != "sticker" or product.category in STUCK


def test_groups_are_made_of_what_stands_or_lies():
    rng = np.random.default_rng(8)
    for _ in range(60):
        group = Group.random(rng)
        kinds = {product.category for product in group.products}
        assert kinds <= set(LYING if group.lies else STANDING)
        assert not group.lies or group.arrangement in LAID_OUT
