"""Shoes have the shape of shoes: measured on the scenes themselves."""

import numpy as np
import pytest
from scipy import ndimage

from clipstudio import CATEGORIES, Product, product_mask
from clipstudio import kernels as k
from clipstudio.product import build

SHOES = ("sneaker", "sandal", "ankle boot", "high-heeled shoe")
DESIGNS = [(category, name) for category in SHOES for name in CATEGORIES[category].designs]


def made(category, design, seed=0, **parameters):
    """A plain black product of this design."""
    material = CATEGORIES[category].designs[design].materials[0]
    return Product(category, design, "black", "white", "plain", material, seed, parameters)


def one(category, design, seed=0, **parameters):
    """The scene's table of a single shoe."""
    return build(made(category, design, seed, count=0, **parameters)).table


def distance(table, points):
    """Signed distance to the scene at points of shape (n, 3)."""
    return k.distances(table.rows, table.textures, np.atleast_2d(np.asarray(points, float)))


def height_of(table):
    return table.box[4] - table.box[1]


@pytest.mark.parametrize("category", SHOES)
def test_every_kind_of_shoe_has_several_designs_that_say_what_they_are(category):
    designs = CATEGORIES[category].designs
    assert len(designs) >= 4
    assert len({design.about for design in designs.values()}) == len(designs)
    assert all(design.about.endswith(".") for design in designs.values())


@pytest.mark.parametrize(("category", "design"), DESIGNS)
def test_every_design_builds_from_any_seed_and_stands_on_the_ground(category, design):
    for seed in range(10):
        box = one(category, design, seed).box
        length, height, width = box[3:] - box[:3]
        assert 1.55 < length < 2.1
        assert 0.15 < height < 2.0
        assert 0.3 < width < 0.75
        assert abs(box[1]) < 0.09


@pytest.mark.parametrize(("category", "design"), DESIGNS)
def test_a_single_shoe_fills_a_fair_part_of_the_picture_in_one_piece(category, design):
    for seed in (1, 2):
        mask = product_mask(made(category, design, seed, count=0), size=64)
        assert 0.04 < mask.mean() < 0.7
        pieces, count = ndimage.label(mask, np.ones((3, 3)))
        assert np.bincount(pieces[mask]).max() > 0.9 * mask.sum(), f"{count} pieces"


@pytest.mark.parametrize(("category", "design"), DESIGNS)
def test_a_pair_is_a_left_and_a_right_shoe(category, design):
    table = build(made(category, design, 3, count=1)).table
    points = np.random.default_rng(0).uniform(table.box[:3], table.box[3:], (400, 3))
    there = distance(table, points)
    np.testing.assert_allclose(there, distance(table, points * (1, 1, -1)), atol=1e-9)
    assert (distance(table, [[0.1, y, 0.0] for y in (0.05, 0.1, 0.2)]) > 0).all()


@pytest.mark.parametrize(("category", "design"), DESIGNS)
def test_colour_and_pattern_leave_the_shape_alone(category, design):
    plain = made(category, design, 5)
    other = Product(category, design, "red", "teal", "dotted", plain.material, 5)
    assert np.array_equal(build(plain).table.rows, build(other).table.rows)


@pytest.mark.parametrize(
    "design", ["pump", "slingback stiletto", "block heel", "peep-toe platform"]
)
@pytest.mark.parametrize("seed", range(4))
def test_a_high_heel_leaves_a_gap_under_the_arch_and_stands_on_its_heel(design, seed):
    table = one("high-heeled shoe", design, seed)
    assert distance(table, (-0.25, 0.1, 0.0)) > 0.04
    heel = distance(table, [(x, 0.06, 0.0) for x in np.linspace(-0.85, -0.5, 30)])
    ball = distance(table, [(x, 0.02, 0.0) for x in np.linspace(0.2, 0.6, 30)])
    assert heel.min() < 0 and ball.min() < 0.01


@pytest.mark.parametrize("design", ["low court", "slip-on", "runner"])
def test_a_sneaker_rests_on_the_whole_length_of_its_sole(design):
    table = one("sneaker", design, 1)
    along = distance(table, [(x, 0.06, 0.0) for x in np.linspace(-0.7, 0.6, 20)])
    assert (along < 0).all()


def test_a_wedge_is_filled_where_a_heel_leaves_a_gap():
    assert distance(one("high-heeled shoe", "wedge", 2), (-0.25, 0.1, 0.0)) < 0


@pytest.mark.parametrize("seed", range(5))
def test_high_tops_and_boots_rise_over_the_ankle(seed):
    low = height_of(one("sneaker", "low court", seed))
    assert height_of(one("sneaker", "high-top", seed)) > low + 0.15
    for design in CATEGORIES["ankle boot"].designs:
        assert height_of(one("ankle boot", design, seed)) > low + 0.05
    assert height_of(one("sandal", "flip-flop", seed)) < low


@pytest.mark.parametrize("design", ["chelsea", "lace-up", "heeled", "hiking", "winter"])
def test_a_boot_has_a_hollow_shaft_and_a_closed_toe(design):
    table = one("ankle boot", design, 4)
    inside = (-0.53, table.box[4] - 0.1, 0.0)
    assert distance(table, inside) > 0.02
    assert distance(table, (0.45, 0.22, 0.0)) < 0
    wall = distance(table, [(x, inside[1] - 0.05, 0.0) for x in np.linspace(-0.95, -0.2, 60)])
    assert (np.diff(wall < 0).nonzero()[0].size) >= 3, "back wall, hollow, front wall"


def test_free_parameters_do_what_they_say():
    assert (
        one("ankle boot", "chelsea", 0, shaft=1.0).box[4]
        > one("ankle boot", "chelsea", 0, shaft=0.84).box[4] + 0.1
    )
    assert (
        one("high-heeled shoe", "pump", 0, heel=0.66).box[4]
        > one("high-heeled shoe", "pump", 0, heel=0.44).box[4] + 0.15
    )
    wide, slim = (one("sneaker", "low court", 0, width=w).box for w in (1.07, 0.93))
    assert wide[5] - wide[2] > slim[5] - slim[2] + 0.03


def test_open_shoes_show_the_foot_bed():
    def cover(category, design):
        table = one(category, design, 6)
        above = [(x, table.box[4] * 0.3 + 0.12, 0.0) for x in np.linspace(-0.5, 0.5, 30)]
        return (distance(table, above) < 0.05).mean()

    assert cover("sandal", "slide") < 0.6
    assert cover("sneaker", "slip-on") > cover("sandal", "flip-flop")
