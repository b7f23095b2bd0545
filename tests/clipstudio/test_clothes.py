"""Clothes: every design can be built, and each has the shape that its name promises."""

import numpy as np
import pytest
from scipy import ndimage

from clipstudio import CATEGORIES, Product, product_mask
from clipstudio.product import build
from clipstudio.products.tailoring import POSES, Bodice, Legs, mirrored, sleeve

CLOTHES = (
    "t-shirt", "long-sleeved top", "shirt", "pullover", "hoodie", "jacket", "coat", "dress",
    "skirt", "trousers", "jeans", "shorts",
)  # fmt: skip
DESIGNS = [(c, d) for c in CLOTHES for d in CATEGORIES[c].designs]
FLAT, HANGING, WORN = (POSES.index(pose) for pose in ("flat", "hanging", "worn"))


def garment(category, design=None, seed=0, **parameters):
    """A plain garment, lying flat unless `pose` says otherwise."""
    design = design or next(iter(CATEGORIES[category].designs))
    material = CATEGORIES[category].designs[design].materials[0]
    given = {"pose": FLAT, **{name.replace("_", " "): v for name, v in parameters.items()}}
    return Product(category, design, material=material, shape=seed, parameters=given)


def extent(product, size=48):
    """Width and height of a garment in pixels of its picture."""
    rows, columns = np.nonzero(product_mask(product, size=size))
    return np.ptp(columns) + 1, np.ptp(rows) + 1


def tallness(category, design=None, seeds=range(4), **parameters):
    """Median height over width of a few garments of a design, from their masks."""
    sizes = [extent(garment(category, design, seed, **parameters)) for seed in seeds]
    return np.median([height / width for width, height in sizes])


@pytest.mark.parametrize("category", CLOTHES)
def test_enough_designs_each_described(category):
    designs = CATEGORIES[category].designs
    assert len(designs) >= 4
    assert len({made.about for made in designs.values()}) == len(designs)


@pytest.mark.parametrize(("category", "design"), DESIGNS)
def test_ten_seeds_make_ten_different_garments(category, design):
    tables = [build(Product(category, design, shape=seed)).table for seed in range(10)]
    assert len({table.key for table in tables}) == 10
    for table in tables:
        width, height, depth = table.box[3:] - table.box[:3]
        assert 0.3 < width < 2.8 and 0.4 < height < 2.8 and 0.02 < depth < 0.9
        assert len(table.rows) <= 36, "a garment should stay fast to render"


@pytest.mark.parametrize(("category", "design"), DESIGNS)
def test_a_garment_is_one_piece_that_fills_the_picture(category, design):
    mask = product_mask(garment(category, design, 3), size=48)
    assert 0.1 < mask.mean() < 0.8
    pieces, count = ndimage.label(mask, np.ones((3, 3)))
    largest = np.bincount(pieces.ravel())[1:].max()
    assert largest > 0.97 * mask.sum(), f"{count} pieces"


@pytest.mark.parametrize("category", CLOTHES)
def test_designs_of_a_category_differ(category):
    keys = {build(garment(category, name)).table.key for name in CATEGORIES[category].designs}
    assert len(keys) == len(CATEGORIES[category].designs)


@pytest.mark.parametrize("category", CLOTHES)
def test_colour_and_pattern_leave_the_geometry_alone(category):
    one = garment(category, seed=5).to_dict()
    other = {**one, "colour": "yellow", "second_colour": "teal", "pattern": "floral"}
    tables = [build(Product.from_dict(values)).table for values in (one, other)]
    assert tables[0].key == tables[1].key


@pytest.mark.parametrize("pose", [FLAT, HANGING, WORN])
def test_poses_differ(pose):
    product = garment("shirt", "classic", 2, pose=pose)
    assert build(product).pose == POSES[pose]
    depth = np.ptp(build(product).table.box.reshape(2, 3)[:, 2])
    assert (depth > 0.2) == (pose == WORN)


def test_a_hanger_rises_above_a_hanging_garment():
    lying, hanging = (extent(garment("t-shirt", seed=1, pose=p)) for p in (FLAT, HANGING))
    mask = product_mask(garment("t-shirt", seed=1, pose=HANGING), size=96)
    top = np.nonzero(mask.any(1))[0][0]
    assert mask[top + 2].sum() < 12, "the topmost thing is the thin hook"
    assert hanging[1] / hanging[0] > lying[1] / lying[0]


def test_long_sleeves_reach_farther_than_short_ones():
    for seed in range(4):
        short = garment("t-shirt", "crew neck", seed, sleeve_angle=60)
        long = garment("long-sleeved top", "crew neck", seed, sleeve_angle=60)
        (short_width, short_height), (long_width, long_height) = extent(short), extent(long)
        assert long_width / long_height > 1.15 * short_width / short_height


def test_trousers_are_longer_than_shorts():
    assert tallness("trousers", "chinos") > 1.6 * tallness("shorts", "bermuda")
    assert tallness("jeans", "straight") > 1.6 * tallness("shorts", "denim")


def test_coats_are_longer_than_jackets_and_dresses_than_skirts():
    assert tallness("coat", "wool", pose=HANGING) > 1.2 * tallness("jacket", "blazer", pose=HANGING)
    assert tallness("dress", "slip") > 1.4 * tallness("skirt", "a-line")


def test_flared_jeans_widen_below_and_skinny_ones_narrow():
    def ankle_over_knee(design):
        mask = product_mask(garment("jeans", design, 1, legs_apart=0.0, legs_uneven=0.0), size=96)
        rows = np.nonzero(mask.any(1))[0]
        at = lambda share: mask[int(rows[0] + share * np.ptp(rows))].sum()  # noqa: E731
        return at(0.95) / at(0.6)

    assert ankle_over_knee("flared") > 1.2
    assert ankle_over_knee("skinny") < 0.95


def test_hoods_stand_above_the_shoulders():
    assert tallness("hoodie", "pullover") > 1.15 * tallness("pullover", "sweatshirt")


def test_a_parameter_does_what_it_says():
    heights = [extent(garment("t-shirt", length=length))[1] for length in (0.92, 1.2)]
    widths = [extent(garment("t-shirt", length=length))[0] for length in (0.92, 1.2)]
    assert heights[1] / widths[1] > 1.1 * heights[0] / widths[0]


def test_outlines_are_symmetric_and_measured():
    body = Bodice(length=1.1, chest=0.4, shoulder=0.36)
    outline = np.array([point[:2] for point in body.front()])
    assert outline[:, 1].min() == pytest.approx(-1.12)
    assert sorted(outline[:, 0].round(6)) == sorted((-outline[:, 0]).round(6))
    assert len(mirrored([(0, 1), (1, 0), (0, -1)])) == 4


def test_a_sleeve_is_as_long_as_asked():
    body = Bodice(length=1.1, chest=0.4, shoulder=0.36)
    straight = sleeve(body, 0.9, 30)
    assert np.hypot(*np.subtract(straight.at(1), straight.start)) == pytest.approx(0.9)
    assert np.linalg.norm(np.subtract(straight.at(1, 1), straight.at(1, -1))) == pytest.approx(0.2)
    bent = sleeve(body, 0.9, 30, bend=60)
    assert bent.at(1)[0] < straight.at(1)[0]


def test_legs_end_where_they_should():
    legs = Legs(length=1.6, waist=0.3, hip=0.35, rise=0.45, knee=0.15, hem=0.12)
    outline = np.array([point[:2] for point in legs.outline()])
    assert outline[:, 1].min() == pytest.approx(-1.6)
    ends = outline[np.isclose(outline[:, 1], -1.6)][:, 0]
    assert len(ends) == 4 and np.ptp(ends[ends > 0]) == pytest.approx(0.24)
