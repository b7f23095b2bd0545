"""The scene language: compiled against readable, and what its words promise."""

import numpy as np
import pytest

from clipstudio import kernels as k
from clipstudio import reference
from clipstudio.materials import chrome, plain
from clipstudio.scene import (
    Scene,
    box,
    capsule,
    cloth,
    cylinder,
    ellipsoid,
    extrude,
    half_space,
    outline_grid,
    revolve,
    ring,
    smooth_curve,
    sphere,
    torus,
    tube,
)

RED, STEEL = plain("red"), chrome()
SQUARE = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
HOLE = [(-0.2, -0.2), (0.2, -0.2), (0.2, 0.2), (-0.2, 0.2)]


def random_outline(rng):
    angles = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    radii = rng.uniform(0.3, 0.8, 9)
    points = np.stack([radii * np.cos(angles), radii * np.sin(angles), rng.integers(2, size=9)], 1)
    return smooth_curve(points.tolist(), 5, closed=True)


def random_primitive(rng, kind):
    u = rng.uniform
    a, b, c = u(-0.8, 0.8, (3, 3))
    profile = [(0, 0), (u(0.2, 0.6), 0.05), (u(0.2, 0.7), 0.6), (0.1, 0.9), (0, 0.9)]
    return {
        "ellipsoid": lambda: ellipsoid(*u(0.1, 0.6, 3)),
        "box": lambda: box(*u(0.1, 0.6, 3), round=u(0, 0.08)),
        "capsule": lambda: capsule(a, b, *u(0.05, 0.3, 2)),
        "tube": lambda: tube(a, b, c, *u(0.03, 0.2, 2)),
        "cylinder": lambda: cylinder(*u(0.1, 0.5, 3), round=u(0, 0.05)),
        "torus": lambda: torus(u(0.3, 0.6), u(0.03, 0.1), rng.choice([360, 90, 250])),
        "ring": lambda: ring(*u(0.3, 0.7, 2), *u(0.02, 0.08, 2), u(0, 40), u(90, 180)),
        "revolve": lambda: revolve(profile, u(0.6, 1.2), rng.choice([0, 9]), u(0, 0.05)),
        "extrude": lambda: extrude([random_outline(rng), HOLE], u(0.05, 0.4), u(0, 0.05)),
        "cloth": lambda: cloth(random_outline(rng), pulls=[(0, 0)], seams=[[(-1, 0), (1, 0.1)]]),
        "half space": lambda: half_space().rotate(pitch=u(-60, 60)),
    }[kind]()


KINDS = [
    "ellipsoid",
    "box",
    "capsule",
    "tube",
    "cylinder",
    "torus",
    "ring",
    "revolve",
    "extrude",
    "cloth",
    "half space",
]
CHANGES = [
    lambda s: s,
    lambda s: s.bend(x=0.2, z=-0.1),
    lambda s: s.taper(0.3),
    lambda s: s.shell(0.02),
    lambda s: s.grow(0.03),
    lambda s: s.wrinkle(0.03, 11),
    lambda s: s.lumps(0.04, 4),
    lambda s: s.ribbed(0.01, 40),
    lambda s: s.fluted(0.02, 12),
    lambda s: s.mirror("xz"),
    lambda s: s.at(0.5, 0, 0).repeat_around(5).rotate(roll=30),
    lambda s: s.scaled_step(0.7),
]


def random_scene(rng):
    """A few shapes joined in every way, some in groups."""
    scene = Scene()
    scene.add(box(0.4, 0.4, 0.4), RED)

    def step():
        shape = random_primitive(rng, KINDS[rng.integers(len(KINDS) - 1)])
        shape = CHANGES[rng.integers(len(CHANGES))](shape)
        shape = shape.rotate(*rng.uniform(-180, 180, 3)).at(*rng.uniform(-0.6, 0.6, 3))
        how, smooth = rng.integers(4), rng.choice([0.0, 0.1])
        if how == 0:
            scene.cut(shape, STEEL if rng.random() < 0.5 else None, smooth=smooth)
        elif how == 1:
            scene.paint(shape, STEEL, height=rng.uniform(-0.02, 0.02), edge=0.03)
        else:
            scene.add(shape, STEEL, smooth=smooth)

    for _ in range(3):
        step()
    with scene.group(smooth=rng.choice([0.0, 0.08])):
        scene.add(sphere(0.5).at(0.4, 0.2, 0.1), RED)
        step()
        scene.clip(box(0.6, 0.5, 0.4).at(0.3, 0, 0), smooth=rng.choice([0.0, 0.05]))
    with scene.group():
        scene.add(capsule((0, 0, 0), (1, 1, 1), 0.1), RED)
    step()
    if rng.random() < 0.5:
        scene.clip(ellipsoid(1.2, 1.2, 1.0))
    return scene


def assert_parity(scene, rng, n=2000):
    points = np.concatenate([rng.uniform(-1.3, 1.3, (n, 3)), rng.uniform(-4, 4, (n // 10, 3))])
    table = scene.table()
    np.testing.assert_allclose(
        scene.distance(points), reference.distance(table, points), rtol=0, atol=2e-9
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_primitive_matches_the_reference(kind):
    rng = np.random.default_rng(KINDS.index(kind))
    for _ in range(4):
        scene = Scene()
        scene.add(random_primitive(rng, kind).at(*rng.uniform(-0.2, 0.2, 3)), RED)
        assert_parity(scene, rng)


@pytest.mark.parametrize("change", range(len(CHANGES)))
def test_every_change_matches_the_reference(change):
    rng = np.random.default_rng(change)
    for kind in ("box", "cylinder", "capsule"):
        scene = Scene()
        scene.add(CHANGES[change](random_primitive(rng, kind)), RED)
        assert_parity(scene, rng)


@pytest.mark.parametrize("seed", range(30))
def test_random_scenes_match_the_reference(seed):
    rng = np.random.default_rng(1000 + seed)
    assert_parity(random_scene(rng), rng)


def test_distances_that_can_be_computed_by_hand():
    point = [[2.0, 0.0, 0.0]]
    by_hand = [
        (sphere(0.5), 1.5),
        (box(0.5, 1, 1), 1.5),
        (capsule((0, 0, 0), (0, 1, 0), 0.25), 1.75),
        (tube((0, -1, 0), (0, 0, 0.001), (0, 1, 0), 0.25), 1.75),
        (cylinder(0.5, 0.5, 1), 1.5),
        (torus(1.0, 0.25), 0.75),
        (extrude(SQUARE, 1.0).at(1.45, 0, 0), 0.05),
        (revolve([(0, -1), (0.5, -1), (0.5, 1), (0, 1)]).at(1.45, 0, 0), 0.05),
        (sphere(0.5).at(1, 0, 0), 0.5),
        (sphere(0.5).at(0, 1, 0).rotate(roll=-90), 0.5),
        (sphere(0.5).at(1, 0, 0).rotate(roll=180).mirror("x"), 2.5),
        (sphere(0.5).at(1, 0, 0).repeat_around(4).rotate(yaw=90), 0.5),
        (sphere(0.5).shell(0.1).at(1.75, 0, 0), 0.15),
        (box(0.5, 0.5, 0.5).grow(0.25), 1.25),
    ]
    for shape, expected in by_hand:
        table_row = shape.row(k.UNION, 0, 0, 0)[None]
        grids = (
            np.array([g.values for g in shape.grids])
            if shape.grids
            else np.zeros((1, k.GRID, k.GRID), np.float32)
        )
        got = k.row_distance(table_row, grids, 0, *point[0])
        assert got == pytest.approx(expected, abs=0.012), (shape.op, expected)


def test_outline_grid_is_the_exact_distance():
    rng = np.random.default_rng(3)
    outline = random_outline(rng)
    grid, _, _ = outline_grid([outline, HOLE])
    at = rng.integers(0, k.GRID, (300, 2))
    points = np.stack([grid.x0 + grid.cell * at[:, 1], grid.y0 + grid.cell * at[:, 0]], 1)
    starts = np.concatenate([outline, HOLE])
    ends = np.concatenate([np.roll(outline, -1, 0), np.roll(HOLE, -1, 0)])
    side = ends - starts
    t = np.einsum("psi,si->ps", points[:, None] - starts, side) / (side**2).sum(1)
    nearest = starts + np.clip(t, 0, 1)[..., None] * side
    exact = np.linalg.norm(points[:, None] - nearest, axis=2).min(1)
    values = grid.values[at[:, 0], at[:, 1]]
    np.testing.assert_allclose(np.abs(values), exact, atol=2e-3)
    assert np.quantile(np.abs(np.abs(values) - exact), 0.95) < 1e-6
    centre = grid(np.array([0.0]), np.array([0.0]))
    assert centre > 0.1  # inside the hole is outside the shape


def test_cuts_in_a_group_touch_only_the_group():
    inside = [[0.0, 0.0, 0.0]]
    scene = Scene()
    scene.add(sphere(1), RED)
    with scene.group():
        scene.add(sphere(0.5).at(2, 0, 0), RED)
        scene.cut(sphere(3))
    assert scene.distance(inside)[0] < 0 < scene.distance([[2.0, 0, 0]])[0]
    scene.cut(sphere(3))
    assert scene.distance(inside)[0] > 0


def test_paint_changes_material_and_height_only_where_it_lies():
    scene = Scene()
    scene.add(sphere(1), RED)
    scene.paint(box(0.5, 0.5, 2), STEEL, height=0.05, edge=0.01)
    painted, bare = scene.distance([[0, 0, 1.0], [0, 1.0, 0]])
    assert painted == pytest.approx(-0.05, abs=1e-6)
    assert bare == pytest.approx(0, abs=1e-6)


def test_cloth_folds_never_move_the_outline():
    flat = cloth(SQUARE, folds=0)
    folded = cloth(SQUARE, folds=0.08, crumple=1, seed=4)
    assert np.array_equal(flat.grids[0].values, folded.grids[0].values)
    assert np.abs(flat.grids[1].values - folded.grids[1].values).max() > 0.03


def test_cloth_on_cloth_follows_its_folds():
    body = cloth(SQUARE, folds=0.06, seed=2)
    pocket = cloth(HOLE, thickness=0.003, puff=0, folds=0, on=body, lift=0.005)
    x, y = np.meshgrid(np.linspace(-0.15, 0.15, 9), np.linspace(-0.15, 0.15, 9))
    above = pocket.grids[1](x, y) - body.grids[1](x, y)
    assert above.min() > 0.004 and above.max() < 0.012


def test_bounds_enclose_the_solid_tightly():
    scene = Scene()
    scene.add(ellipsoid(1.0, 0.5, 0.3).at(0.2, 1.0, 0), RED)
    scene.cut(half_space().at(0, 1.0, 0))
    low, high = scene.bounds()
    np.testing.assert_allclose(low, [-0.8, 1.0, -0.3], atol=0.09)
    np.testing.assert_allclose(high, [1.2, 1.5, 0.3], atol=0.09)


def test_shapes_are_immutable_and_tables_repeatable():
    ball = sphere(1)
    ball.at(1, 0, 0).grow(0.2)
    assert np.array_equal(ball.origin, np.zeros(3)) and ball.columns == ()
    a, b = (random_scene(np.random.default_rng(5)).table() for _ in range(2))
    assert a.key == b.key and a.rows.tobytes() == b.rows.tobytes()
    assert random_scene(np.random.default_rng(6)).table().key != a.key


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda: Scene().table(), "add a shape first"),
        (lambda: extrude([(0, 0), (1, 1)], 1), "at least three"),
        (lambda: sphere(1).mirror("y"), '"x", "z" or "xz"'),
        (lambda: sphere(1).repeat_around(3).repeat_around(2), "only once"),
        (lambda: sphere(1).scaled_step(0), "above 0"),
        (lambda: Scene().add("ball", RED), "expected a Shape"),
        (lambda: Scene().add(sphere(1), None), "needs a Material"),
    ],
)
def test_mistakes_are_named(wrong, message):
    with pytest.raises((ValueError, TypeError), match=message):
        wrong()


def test_groups_cannot_be_nested_or_empty():
    scene = Scene()
    with pytest.raises(ValueError, match="inside a group"), scene.group():
        scene.add(sphere(1), RED)
        with scene.group():
            pass
    with pytest.raises(ValueError, match="at least one shape"), scene.group():
        scene.cut(sphere(1))
