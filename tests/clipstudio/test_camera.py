"""The photo camera: framing, anti-aliasing, light and backgrounds."""

import numpy as np
import pytest

from clipstudio import camera, reference
from clipstudio.camera import BACKGROUNDS, LIGHTS, POSES, Shot
from clipstudio.materials import MATERIALS, PATTERNS, Material, chrome, plain, surface
from clipstudio.scene import Scene, box, cylinder, sphere

SHADED = {"seed": 3, "yaw": 25.0, "matt": True}


@pytest.fixture(scope="module")
def table():
    scene = Scene()
    scene.add(box(0.5, 0.4, 0.3, round=0.05), surface("red", "cotton", "white", "striped"))
    scene.add(sphere(0.3).at(0, 0.6, 0), chrome())
    scene.add(cylinder(0.1, 0.1, 0.4).at(-0.6, 0, 0.2), plain("blue", "glass"))
    return scene.table()


def traced(table, size=48, antialias=3, pose="standing", shot=None):
    view = camera.frame(table.box, 25.0, 15.0, shot or Shot())
    return camera.trace(table, view, camera.stage_for(pose, table.box), size, antialias)


def test_the_product_fills_the_frame_and_zoom_crops_it(table):
    mask = traced(table).mask()
    rows, columns = np.nonzero(mask)
    extent = max(np.ptp(rows), np.ptp(columns)) / 48
    assert 0.7 < extent < 0.95
    assert not (mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any())
    assert traced(table, shot=Shot(zoom=2)).mask().mean() > 1.6 * mask.mean()
    right = np.nonzero(traced(table, shot=Shot(shift_x=0.3)).mask())[1].mean()
    assert right - columns.mean() == pytest.approx(0.3 * 24, abs=1.5)
    higher = np.nonzero(traced(table, shot=Shot(shift_y=0.3)).mask())[0].mean()
    assert rows.mean() - higher == pytest.approx(0.3 * 24, abs=1.5)


def test_roll_turns_the_picture(table):
    upright = traced(table).mask()
    over = traced(table, shot=Shot(roll=180)).mask()
    assert (upright[::-1, ::-1] == over).mean() > 0.96


def test_antialiasing_comes_close_to_supersampling(table):
    """Edge samples against the mean of the same picture at four times the size."""
    unpatterned = tuple(m.but(pattern="plain") for m in table.materials)
    fine, smooth, raw = (
        camera.shade(traced(table, size, antialias), unpatterned, **SHADED).astype(float)
        for size, antialias in ((192, 1), (48, 3), (48, 1))
    )
    fine = fine.reshape(48, 4, 48, 4, 3).mean((1, 3))
    error, without = (np.abs(p - fine).mean() for p in (smooth, raw))
    assert error < 1.7
    assert error < 0.6 * without


def test_rays_walked_in_numpy_meet_the_same_surface(table):
    samples = traced(table, 48, antialias=1)
    eye = samples.view[:3]
    direction = samples.position - eye
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    t = np.full(48 * 48, 2.0)
    for _ in range(120):
        t = np.minimum(t + reference.distance(table, eye + direction * t[:, None]), 20.0)
    met = np.abs(reference.distance(table, eye + direction * t[:, None])) < 5e-3
    assert (met == (samples.material >= 0)).mean() > 0.99
    both = met & (samples.material >= 0)
    depth = np.linalg.norm(samples.position - eye, axis=1)
    assert np.quantile(np.abs(depth - t)[both], 0.98) < 0.02  # a ninth of a pixel


def test_weights_of_a_pixel_add_up_to_one(table):
    samples = traced(table)
    total = np.bincount(samples.pixel, samples.weight)
    np.testing.assert_allclose(total, 1, atol=1e-9)
    assert len(samples.pixel) < 0.5 * 9 * 48 * 48  # only edges are refined


def test_a_trace_is_kept_and_repainting_does_not_trace_again(table, monkeypatch):
    samples = traced(table)
    monkeypatch.setattr(camera, "_trace", lambda *a: pytest.fail("traced twice"))
    assert traced(table) is samples
    blue = tuple(m.but(colour=(0.0, 0.0, 0.9), second=None) for m in table.materials)
    before = camera.shade(samples, table.materials, **SHADED).astype(int)
    after = camera.shade(samples, blue, **SHADED).astype(int)
    mask = samples.mask()
    assert np.abs(after - before)[mask].mean() > 20
    bare = (samples.cover() == 0)[..., None]
    assert (np.abs(after - before) * bare).max() == 0


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("pose", POSES)
def test_every_background_in_every_pose(table, pose, background):
    samples = traced(table, 32, 1, pose)
    pictures = [
        camera.shade(samples, table.materials, light, background, seed=4).astype(float)
        for light in LIGHTS
    ]
    around = ~samples.mask()
    for picture in pictures:
        assert np.isfinite(picture).all() and picture.max() > 15
        if background not in ("dark", "cloth", "carpet", "rug"):
            assert picture[around].mean() > 20
    assert len({p.tobytes() for p in pictures}) == len(LIGHTS)


@pytest.mark.parametrize("material", MATERIALS)
def test_every_material_shows_its_colour(material):
    scene = Scene()
    scene.add(sphere(1), plain("red", material))
    table = scene.table()
    picture = camera.shade(traced(table, 32), table.materials).astype(float)
    red, green, _ = picture[traced(table, 32).mask()].mean(0)
    assert red > 1.15 * green


@pytest.mark.parametrize("pattern", [p for p in PATTERNS if p != "plain"])
def test_every_pattern_shows_both_colours_and_fades_to_their_mean(pattern):
    def colours(frequency):
        scene = Scene()
        paint = surface("black", "plastic", "white", pattern, frequency=frequency)
        scene.add(box(1, 1, 0.1), paint)
        table = scene.table()
        view = camera.frame(table.box, 0.0, 0.0, Shot())
        samples = camera.trace(table, view, camera.stage_for("flat", table.box), 64, 1)
        inside = samples.mask()
        inside[:12] = inside[-12:] = inside[:, :12] = inside[:, -12:] = False
        return camera.shade(samples, table.materials, "soft")[inside].mean(1)

    coarse = colours(2.5)
    assert np.quantile(coarse, 0.98) - np.quantile(coarse, 0.02) > 90
    if pattern in ("striped", "checked"):
        assert colours(200.0).std() < 12  # thin stripes turn grey instead of moire


def test_shadow_falls_away_from_the_light(table):
    samples = traced(table, 64, 1)
    for seed in (1, 2):
        direction, sharpness = camera.light_direction("hard", 25.0, seed)
        shadow = samples.shadow(direction, sharpness)[: 64 * 64]
        dark = (samples.material == camera.k.BACKDROP) & (shadow < 0.5)
        assert dark.sum() > 20
        beside = (samples.position[dark] - (table.box[:3] + table.box[3:]) / 2) @ direction
        assert beside.mean() < 0


def test_glass_lets_the_background_through(table):
    scene = Scene()
    scene.add(sphere(1), Material(colour=(0.9, 0.9, 0.9), transmission=0.93, roughness=0.05))
    glass = scene.table()
    samples = traced(glass, 32)
    dark, light = (
        camera.shade(samples, glass.materials, background=name)[samples.mask()].mean()
        for name in ("dark", "white")
    )
    assert light > 1.5 * dark


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"light": "studios"}, "did you mean 'studio'.*window"),
        ({"background": "moon"}, "choose from white, grey"),
        ({"zoom": 9}, "between 0.4 and 4"),
        ({"yaw": float("nan")}, "yaw must be a finite number"),
    ],
)
def test_mistakes_in_a_shot_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        Shot(**wrong)
    with pytest.raises(ValueError, match="unknown field of a shot 'jaw'"):
        Shot.from_dict({"jaw": 3})
