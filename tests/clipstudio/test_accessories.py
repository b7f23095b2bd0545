"""Accessories have the shape of what they are: measured on the scenes themselves."""

import numpy as np
import pytest
from scipy import ndimage

from clipstudio import CATEGORIES, Product, product_mask
from clipstudio import kernels as k
from clipstudio.product import build

ACCESSORIES = (
    "hat",
    "cap",
    "beanie",
    "scarf",
    "belt",
    "handbag",
    "backpack",
    "watch",
    "sunglasses",
)
DESIGNS = [(category, name) for category in ACCESSORIES for name in CATEGORIES[category].designs]


def made(category, design, seed=0, **parameters):
    """A plain black product of this design."""
    material = CATEGORIES[category].designs[design].materials[0]
    return Product(category, design, "black", "white", "plain", material, seed, parameters)


def table_of(category, design, seed=0, **parameters):
    return build(made(category, design, seed, **parameters)).table


def distance(table, points):
    """Signed distance to the scene at points of shape (n, 3)."""
    return k.distances(table.rows, table.textures, np.atleast_2d(np.asarray(points, float)))


def width_at(table, y):
    """Width of what is solid in the plane z = 0 at height y."""
    x = np.linspace(-1.5, 1.5, 601)
    solid = x[distance(table, np.column_stack([x, np.full_like(x, y), np.zeros_like(x)])) < 0]
    return np.ptp(solid) if len(solid) else 0.0


@pytest.mark.parametrize("category", ACCESSORIES)
def test_every_kind_has_several_designs_that_say_what_they_are(category):
    designs = CATEGORIES[category].designs
    assert len(designs) >= 3
    assert len({design.about for design in designs.values()}) == len(designs)
    assert all(design.about.endswith(".") for design in designs.values())


@pytest.mark.parametrize(("category", "design"), DESIGNS)
def test_every_design_builds_from_any_seed(category, design):
    boxes = np.array([table_of(category, design, seed).box for seed in range(10)])
    extent = boxes[:, 3:] - boxes[:, :3]
    assert (extent.max(1) > 0.5).all() and (extent.max(1) < 3.0).all()
    assert np.ptp(extent, axis=0).max() > 0.02, "free parameters change nothing"


@pytest.mark.parametrize(("category", "design"), DESIGNS)
def test_a_product_fills_a_fair_part_of_the_picture_in_one_piece(category, design):
    for seed in (1, 2):
        mask = product_mask(made(category, design, seed), size=64)
        assert 0.03 < mask.mean() < 0.8
        pieces, count = ndimage.label(mask, np.ones((3, 3)))
        assert np.bincount(pieces[mask]).max() > 0.85 * mask.sum(), f"{count} pieces"


@pytest.mark.parametrize(("category", "design"), DESIGNS)
def test_colour_and_pattern_leave_the_shape_alone(category, design):
    plain = made(category, design, 5)
    other = Product(category, design, "red", "teal", "dotted", plain.material, 5)
    assert np.array_equal(build(plain).table.rows, build(other).table.rows)


@pytest.mark.parametrize("design", ["fedora", "sun hat", "bucket", "boater"])
@pytest.mark.parametrize("seed", range(3))
def test_the_brim_of_a_hat_is_wider_than_its_crown(design, seed):
    table = table_of("hat", design, seed)
    crown = width_at(table, 0.6 * table.box[4])
    assert 0.4 < crown < 0.8
    assert table.box[3] - table.box[0] > 1.25 * crown


def test_the_brim_of_a_cowboy_hat_rises_at_the_sides_only():
    table = table_of("hat", "cowboy", 0)

    def top(x, z):
        y = np.linspace(-0.3, 0.6, 200)
        column = np.column_stack([np.full(200, x), y, np.full(200, z)])
        return y[np.argmin(distance(table, column))]

    assert top(0.62, 0.0) > 0.1
    assert abs(top(0.0, 0.72)) < 0.06


@pytest.mark.parametrize("design", ["baseball", "trucker", "flat cap"])
def test_a_cap_has_a_visor_in_front_only(design):
    box = table_of("cap", design, 1).box
    assert box[5] > -box[2] + 0.08
    assert abs(box[0] + box[3]) < 0.05, "symmetric"


def test_a_bobble_sits_on_top_and_a_cuff_round_the_edge():
    bobble, cuffed = (table_of("beanie", name, 2) for name in ("bobble", "cuffed"))
    top = bobble.box[4]
    assert width_at(bobble, top - 0.12) < 0.5 * width_at(bobble, 0.2)
    assert width_at(cuffed, 0.08) > width_at(cuffed, 0.45) + 0.02


def test_bags_have_handles_above_and_a_clutch_has_none():
    for design in ("tote", "top handle", "crossbody", "hobo"):
        table = table_of("handbag", design, 3)
        middle = [
            (0.0, y, z)
            for y in np.linspace(0, table.box[4], 80)
            for z in np.linspace(-0.25, 0.25, 21)
        ]
        solid = (distance(table, middle) < 0).reshape(80, 21).any(1)
        assert np.diff(solid.astype(int)).tolist().count(1) >= 1, f"{design}: no gap under a handle"
    clutch = table_of("handbag", "clutch", 3).box
    assert clutch[3] - clutch[0] > 1.4 * (clutch[4] - clutch[1])


def test_a_tote_is_open_above():
    table = table_of("handbag", "tote", 1)
    depths = distance(table, [(0.0, y, 0.0) for y in np.linspace(0.1, 1.2, 200)])
    rim = np.linspace(0.1, 1.2, 200)[depths < 0].max()
    wall = distance(table, [(0.0, rim + 0.1, z) for z in np.linspace(-0.3, 0.3, 61)])
    assert (wall < 0).any() and wall[30] > 0.02


@pytest.mark.parametrize("design", CATEGORIES["backpack"].designs)
def test_a_backpack_has_two_straps_behind(design):
    table = table_of("backpack", design, 0)
    x = np.linspace(-0.8, 0.8, 200)
    behind = np.column_stack(
        [x, np.full(200, 0.5 * table.box[4]), np.full(200, table.box[2] + 0.1)]
    )
    cuts = np.diff((distance(table, behind) < 0.03).astype(int))
    assert (cuts == 1).sum() == 2


@pytest.mark.parametrize("design", CATEGORIES["watch"].designs)
def test_a_watch_is_a_loop_on_its_edge_or_a_strip_lying_flat(design):
    boxes = {}
    for seed in range(12):
        scene = build(made("watch", design, seed))
        boxes[scene.pose] = scene.table.box
    assert set(boxes) == {"standing", "flat"}
    flat, loop = (boxes[pose][3:] - boxes[pose][:3] for pose in ("flat", "standing"))
    assert flat[1] > 2 * flat[0] > 4 * flat[2] or flat[1] > 2.5 * flat[2]
    assert loop[2] > 0.6


def test_the_hands_of_a_watch_turn_clockwise_to_where_they_are_set():
    noon, three = (table_of("watch", "round leather", 0, hour=h, minute=180) for h in (0, 90))
    above_dial = np.linspace(0.112, 0.16, 15)
    up = [(0.0, 0.1, z) for z in above_dial]
    right = [(0.1, 0.0, z) for z in above_dial]
    assert distance(noon, up).min() < 0 < distance(three, up).min()
    assert distance(three, right).min() < 0 < distance(noon, right).min()


@pytest.mark.parametrize("design", CATEGORIES["sunglasses"].designs)
def test_sunglasses_are_symmetric_with_two_arms_behind(design):
    table = table_of("sunglasses", design, 4)
    points = np.random.default_rng(0).uniform(table.box[:3], table.box[3:], (300, 3))
    np.testing.assert_allclose(
        distance(table, points), distance(table, points * (-1, 1, 1)), atol=0.02
    )
    assert table.box[2] < -0.8
    front = distance(table, [(x, 0.0, 0.0) for x in (-0.35, 0.35)])
    assert (front < 0.1).all()


@pytest.mark.parametrize("design", ["rolled", "buckled", "laid out"])
def test_a_belt_is_a_thin_band(design):
    table = table_of("belt", design, 0)
    inside = np.random.default_rng(1).uniform(table.box[:3], table.box[3:], (4000, 3))
    assert (distance(table, inside) < 0).mean() < 0.45
    assert distance(table, inside).min() > -0.09


def test_scarves_hang_longer_than_wide_and_loops_do_not():
    hanging, loop = (table_of("scarf", name, 1).box for name in ("hanging", "snood"))
    assert hanging[4] - hanging[1] > 1.4 * (hanging[3] - hanging[0])
    assert loop[4] - loop[1] < 1.2 * (loop[3] - loop[0])
