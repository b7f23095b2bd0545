"""A product is called by the colour that covers more of it: counted in pictures, pixel by pixel."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from clipstudio import CATEGORIES, PATTERNS, Product, photographs, random_shot

FIRST, SECOND = "olive", "pink"


def cover(product, shot, patterns):
    """Share of the first colour in each pattern, among the product's pixels that show a colour.

    A pixel counts for the colour in which the whole product looks more like it.
    """
    patterned = [
        replace(product, colour=FIRST, second_colour=SECOND, pattern=pattern)
        for pattern in patterns
    ]
    whole = [
        replace(product, colour=colour, second_colour=colour, pattern="plain")
        for colour in (FIRST, SECOND)
    ]
    taken = [(each, shot) for each in [*patterned, *whole]]
    *pictures, first, second = photographs(taken, 48, antialias=1, matt=True).astype(float)
    coloured = (first[..., 3] > 127) & (np.abs(first - second)[..., :3].sum(axis=-1) > 40)
    for picture in pictures:
        nearer = (picture - first)[..., :3] ** 2 < (picture - second)[..., :3] ** 2
        yield (nearer.sum(axis=-1) >= 2)[coloured].mean()


@pytest.fixture(scope="module")
def shares():
    """Of every design in all its patterns, in one view."""
    rng = np.random.default_rng(0)
    found = defaultdict(dict)
    for category, kind in CATEGORIES.items():
        for name, design in kind.designs.items():
            product = Product.random(rng, category=category, design=name)
            shot = replace(random_shot(rng, product), background="white")
            for pattern, share in zip(
                design.patterns, cover(product, shot, design.patterns), strict=True
            ):
                found[pattern][category, name] = share
    return found


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_first_colour_covers_more_than_the_second(shares, pattern):
    covered = np.array(list(shares[pattern].values()))
    assert len(covered) > 100 and np.mean(covered) > (0.9 if pattern == "plain" else 0.6)
    # Of a few broad stripes the second colour may by chance have one more in the picture.
    less = {design for design, share in shares[pattern].items() if share <= 0.5}
    assert len(less) <= 0.03 * len(covered) and min(covered) > 0.35, less
