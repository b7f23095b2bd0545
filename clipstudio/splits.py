"""What is kept apart: pairs that no one trains on, and seeds that no two sets share."""

from __future__ import annotations

SEEDS = {"train": 1, "validation": 2, "test": 3, "pretraining": 4, "supplier": 5}
"""First word of the seed of everything drawn for a set; no two sets share one."""

HELD_OUT_PAIRS = {
    "t-shirt": "teal",
    "long-sleeved top": "orange",
    "shirt": "burgundy",
    "pullover": "pink",
    "hoodie": "yellow",
    "jacket": "purple",
    "coat": "green",
    "dress": "brown",
    "skirt": "red",
    "trousers": "purple",
    "jeans": "white",
    "shorts": "pink",
    "sneaker": "green",
    "sandal": "blue",
    "ankle boot": "red",
    "high-heeled shoe": "teal",
    "hat": "orange",
    "cap": "beige",
    "beanie": "white",
    "scarf": "brown",
    "belt": "yellow",
    "handbag": "navy",
    "backpack": "burgundy",
    "watch": "pink",
    "sunglasses": "grey",
    "mug": "purple",
    "teapot": "orange",
    "vase": "black",
    "bottle": "red",
    "table lamp": "blue",
    "chair": "yellow",
    "stool": "beige",
    "sofa": "teal",
    "umbrella": "brown",
    "headphones": "green",
}
"""For each category a main colour that it never has in pretraining, nor in the training split of
the catalogue: these pairs appear in the catalogue's test split alone and measure composition."""


KEPT_BACK = ("pneumothorax", "pacemaker", "hiatal hernia")
"""Findings that hospital A, on whose films the model is pretrained, never shows, names or denies.
Hospital B has them: there is something for fine-tuning to teach that the model has never met."""


def is_held_out(category: str, colour: str) -> bool:
    """Whether this pair is kept for the test split.

    Examples
    --------
    >>> is_held_out("mug", "purple"), is_held_out("mug", "blue")
    (True, False)
    """
    return HELD_OUT_PAIRS.get(category) == colour
