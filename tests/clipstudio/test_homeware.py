"""Homeware and furniture: every design is whole, varied, and has what its name promises."""

import numpy as np
import pytest
from scipy import ndimage

from clipstudio import CATEGORIES, Product, Shot, parameters, product_mask
from clipstudio.kernels import distances
from clipstudio.product import build

NAMES = (
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
)
DESIGNS = [(category, name) for category in NAMES for name in CATEGORIES[category].designs]
ids = [f"{category}, {name}" for category, name in DESIGNS]


def made(category, design, seed=0, **parameters):
    material = CATEGORIES[category].designs[design].materials[0]
    return Product(category, design, "blue", "white", "plain", material, seed, parameters)


def inside(product, x, y, z):
    """Whether points (broadcast) lie inside the product."""
    table = build(product).table
    points = np.stack(np.broadcast_arrays(x, y, z), -1).astype(float)
    flat = distances(table.rows, table.textures, points.reshape(-1, 3))
    return (flat < 0).reshape(points.shape[:-1])


def level(product, y, reach=1.6, n=161):
    """The product's cross-section at a height: bool, rows along z, columns along x."""
    line = np.linspace(-reach, reach, n)
    return inside(product, line[None, :], y, line[:, None])


def extent(product):
    box = build(product).table.box
    return box[3:] - box[:3]


def pieces(mask):
    """Sizes of the connected pieces, largest first."""
    labels, n = ndimage.label(mask, np.ones((3, 3)))
    return sorted(np.bincount(labels.ravel())[1:], reverse=True) if n else []


@pytest.mark.parametrize("category", NAMES)
def test_each_category_has_three_designs(category):
    assert len(CATEGORIES[category].designs) >= 3


@pytest.mark.parametrize(("category", "design"), DESIGNS, ids=ids)
def test_builds_at_any_seed(category, design):
    boxes = []
    for seed in range(10):
        table = build(made(category, design, seed)).table
        assert len(table.rows) <= 40
        assert np.isfinite(table.rows).all()
        boxes.append(table.box)
        size = table.box[3:] - table.box[:3]
        assert 0.7 < size.max() < 3.2
    assert np.std(boxes, axis=0).max() > 0.01, "ten seeds look alike"


@pytest.mark.parametrize(("category", "design"), DESIGNS, ids=ids)
def test_geometry_knows_no_colour(category, design):
    kind = CATEGORIES[category].designs[design]
    pattern = kind.patterns[-1]
    one = Product(category, design, "red", "white", "plain", kind.materials[0], 5)
    two = Product(category, design, "black", "yellow", pattern, kind.materials[0], 5)
    assert build(one).table.key == build(two).table.key


@pytest.mark.parametrize(("category", "design"), DESIGNS, ids=ids)
def test_fills_the_picture_in_one_piece(category, design):
    for seed in (1, 2):
        mask = product_mask(made(category, design, seed), Shot(), 48)
        assert 0.03 < mask.mean() < 0.75
        sizes = pieces(ndimage.binary_dilation(mask))  # a rod thinner than a pixel leaves gaps
        assert sizes[0] > 0.85 * sum(sizes)


@pytest.mark.parametrize("category", NAMES)
def test_designs_differ(category):
    masks = [
        product_mask(made(category, name, 3), Shot(), 48) for name in CATEGORIES[category].designs
    ]
    for i, one in enumerate(masks):
        for two in masks[:i]:
            assert (one & two).sum() < 0.95 * (one | two).sum()


@pytest.mark.parametrize("design", list(CATEGORIES["mug"].designs))
def test_a_mug_can_be_held(design):
    """Cut through its handle: this encloses a hole for a finger, to the right of the pot."""
    line = np.linspace(0, 1.6, 161)
    for seed in range(4):
        section = inside(made("mug", design, seed), line[None, :], line[:, None], 0.0)
        holes = ndimage.binary_fill_holes(section) & ~section
        assert pieces(holes)[0] > (40 if "saucer" in design else 150)  # square hundredths
        assert np.flatnonzero(holes.any(0)).min() > 25


def test_the_background_shows_through_a_handle():
    for design in ("straight", "tapered", "barrel", "enamel"):
        mask = product_mask(made("mug", design, 1), Shot(yaw=0, pitch=5), 96)
        holes = ndimage.binary_fill_holes(mask) & ~mask
        assert pieces(holes)[0] > 40


@pytest.mark.parametrize("design", ["straight", "tapered", "barrel", "enamel"])
def test_a_mug_holds_a_drink(design):
    mug = made("mug", design, 1)
    height = build(mug).table.box[4]
    assert not inside(mug, 0, height * np.array([0.3, 0.6, 0.95]), 0).any()
    assert inside(mug, 0, 0.015, 0)
    assert pieces(level(mug, height * 0.5))[0] > 40  # its wall


@pytest.mark.parametrize("design", list(CATEGORIES["vase"].designs))
def test_a_vase_is_open_at_the_top(design):
    vase = made("vase", design, 1, **({"flowers": 0} if design in ("bud", "cylinder") else {}))
    top = build(vase).table.box[4]
    assert not inside(vase, 0, top - 0.05, 0)
    assert level(vase, top - 0.05).any()


@pytest.mark.parametrize("design", list(CATEGORIES["teapot"].designs))
def test_a_teapot_is_closed_and_pours_to_one_side(design):
    pot = made("teapot", design, 1)
    box = build(pot).table.box
    assert inside(pot, 0, box[4] * 0.3, 0)
    depth, width = box[5] - box[2], box[3] - box[0]
    assert width > 1.2 * depth  # spout and handle stick out to the sides
    middle = (box[3] + box[0]) / 2
    assert design == "cast iron" or abs(middle) < 0.3 * width


def test_a_wine_bottle_has_a_slender_neck():
    for seed in range(4):
        bottle = made("bottle", "wine", seed)
        top = build(bottle).table.box[4]
        assert level(bottle, top - 0.1).sum() * 4 < level(bottle, 0.2).sum()


@pytest.mark.parametrize(
    ("category", "design", "feet"),
    [
        ("chair", "slat back", 4),
        ("chair", "upholstered", 4),
        ("chair", "bentwood", 4),
        ("chair", "shell", 4),
        ("chair", "wingback armchair", 4),
        ("stool", "round bar", 4),
        ("stool", "square", 4),
        ("stool", "milking", 3),
        ("stool", "swivel", 1),
        ("sofa", "two-seater", 4),
        ("sofa", "three-seater", 4),
        ("sofa", "chesterfield", 4),
    ],
)
def test_furniture_stands_on_its_feet(category, design, feet):
    for seed in range(3):
        assert len(pieces(level(made(category, design, seed), 0.035, n=241))) == feet


@pytest.mark.parametrize("design", list(CATEGORIES["chair"].designs))
def test_a_chair_has_a_back_and_a_stool_has_none(design):
    chair = made("chair", design, 1)
    top = build(chair).table.box[4]
    rows = np.flatnonzero(level(chair, top - 0.08).any(1))
    z = np.linspace(-1.6, 1.6, 161)[rows]
    assert len(z) and z.max() < -0.1  # what is highest stands behind
    for stool in CATEGORIES["stool"].designs:
        product = made("stool", stool, 1)
        top = build(product).table.box[4]
        section = level(product, top - 0.03)
        assert section[80, 80] or stool in ("milking", "square")  # the seat itself


def test_a_three_seater_is_wider():
    for seed in range(3):
        two, three = (extent(made("sofa", name, seed)) for name in ("two-seater", "three-seater"))
        assert three[0] > 1.15 * two[0]


def test_umbrellas_open_and_close():
    opened, closed = extent(made("umbrella", "open", 1, tilt=0, nod=0)), None
    closed = extent(made("umbrella", "closed", 1, pose=0))
    assert opened[0] > 1.2 and opened[2] > 1.2
    assert closed[0] < 0.5 and closed[1] > 1.2


def test_an_umbrella_shelters_from_rain():
    """Straight above the handle there is canopy, and it is thin."""
    umbrella = made("umbrella", "open", 2, tilt=0, nod=0)
    y = np.linspace(0, 2, 1001)
    for x in (0.2, 0.4):
        thickness = inside(umbrella, x, y, 0.05).sum() * 0.002
        assert 0.004 < thickness < 0.08


@pytest.mark.parametrize("design", list(CATEGORIES["headphones"].designs))
def test_headphones_fit_a_head(design):
    for seed in range(3):
        pair = made("headphones", design, seed)
        box = build(pair).table.box
        assert not inside(pair, np.linspace(-0.2, 0.2, 9), 0.0, 0.0).any()
        assert inside(pair, 0, np.linspace(0.3, 0.7, 101), 0).any()  # the band over the head
        assert abs(box[0] + box[3]) < 0.05


@pytest.mark.parametrize("design", list(CATEGORIES["table lamp"].designs))
def test_a_lamp_stands_on_a_foot(design):
    lamp = made("table lamp", design, 1)
    assert len(pieces(level(lamp, 0.02))) == 1
    assert extent(lamp)[1] > 0.6


def test_parameters_shape_the_product():
    small, large = (made("mug", "straight", 0, radius=r) for r in (0.37, 0.46))
    assert extent(large)[2] > extent(small)[2] + 0.1
    with pytest.raises(ValueError, match="radius"):
        build(made("mug", "straight", 0, radius=3.0))
    assert {"radius", "height", "handle reach"} <= {p.name for p in parameters(small)}
