"""Prints: flat inks inside dark outlines, the same every time."""

from dataclasses import replace

import numpy as np
import pytest

from clipstudio import Product, Shot, print_of, product_mask
from clipstudio.materials import COLOURS, plain
from clipstudio.prints import BACKDROPS, INKS, SCREENS, Press, _in_ink

MUG = Product("mug", "straight", "red", "white", "plain", "ceramic", 3)
SIZE = 64


def ink_of(product, shot):
    """The commonest colour of the product's surface in a print."""
    pixels = np.asarray(print_of(product, shot, SIZE))[product_mask(product, shot, SIZE)]
    values, counts = np.unique(pixels // 12, axis=0, return_counts=True)
    return 12 * values[counts.argmax()] + 6


def test_the_same_product_and_shot_give_the_same_print():
    first, second = (np.asarray(print_of(MUG, Shot(seed=4), SIZE)) for _ in range(2))
    assert first.shape == (SIZE, SIZE, 3) and (first == second).all()
    other = np.asarray(print_of(MUG, Shot(seed=5), SIZE))
    assert (first != other).any()


def test_every_studio_colour_has_an_ink_of_its_own():
    assert INKS.keys() == COLOURS.keys()
    inks = np.array(list(INKS.values()), float)
    apart = np.linalg.norm(inks[:, None] - inks, axis=2)[np.triu_indices(len(inks), 1)]
    assert apart.min() > 30


@pytest.mark.parametrize("colour", ["red", "teal", "yellow", "navy"])
def test_a_product_is_printed_in_the_ink_of_its_colour(colour):
    shot = Shot(seed=2)
    press = Press.of(shot)
    expected = np.array(INKS[colour]) * np.array(press.paper) / 255
    assert np.abs(ink_of(replace(MUG, colour=colour), shot) - expected).max() < 16


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("substance", ["cotton", "metal", "glass", "wood"])
def test_a_colour_keeps_its_ink_in_every_substance(colour, substance):
    ink = np.array(_in_ink(plain(colour, substance)).colour) ** (1 / 2.2) * 255
    assert np.abs(ink - INKS[colour]).max() < 1


def test_the_light_changes_shadows_but_not_inks():
    soft, hard = (ink_of(MUG, Shot(seed=2, light=light)) for light in ("soft", "hard"))
    assert np.abs(soft - hard).max() <= 12


def test_an_outline_runs_round_the_product():
    shot = Shot(seed=2)
    mask = product_mask(MUG, shot, SIZE)
    shifts = [np.roll(mask, step, axis) for axis in (0, 1) for step in (-1, 1)]
    rim = mask & ~np.logical_and.reduce(shifts)
    grey = np.asarray(print_of(replace(MUG, colour="white"), shot, SIZE).convert("L"), float)
    inside = mask & np.logical_and.reduce([np.roll(s, 2, 0) & np.roll(s, 2, 1) for s in shifts])
    assert np.median(grey[rim]) < np.median(grey[inside]) - 40


def test_presses_differ_and_are_within_their_ranges():
    presses = [Press.of(Shot(seed=seed)) for seed in range(60)]
    assert {press.backdrop for press in presses} == set(BACKDROPS)
    assert {press.screen for press in presses} == set(SCREENS)
    slips = np.array([press.slip for press in presses])
    assert np.abs(slips).max() <= 1.5 and slips.std(axis=0).min() > 0.5


def test_sizes_out_of_range_are_refused():
    with pytest.raises(ValueError, match="between 4 and 512"):
        print_of(MUG, size=600)
