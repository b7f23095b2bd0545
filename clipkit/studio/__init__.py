"""The studio: a scene, two cameras, and the words that go with their pictures."""

from .camera import BACKGROUNDS, LIGHTS, POSES, Shot
from .materials import COLOURS, MATERIALS, PATTERNS
from .product import (
    CATEGORIES,
    Product,
    parameters,
    photograph,
    photographs,
    product_mask,
    random_shot,
)
from . import products  # isort: skip  (fills CATEGORIES: after product)


__all__ = [
    "BACKGROUNDS",
    "CATEGORIES",
    "COLOURS",
    "LIGHTS",
    "MATERIALS",
    "PATTERNS",
    "POSES",
    "Product",
    "Shot",
    "parameters",
    "photograph",
    "photographs",
    "product_mask",
    "random_shot",
]
