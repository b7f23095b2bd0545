"""The studio: a scene, two cameras, and the words that go with their pictures."""

from clipstudio.camera import BACKGROUNDS, LIGHTS, POSES, Shot
from clipstudio.chest import DEVICES, FINDINGS, Finding, Findings, Patient
from clipstudio.lettering import Lettering
from clipstudio.materials import COLOURS, MATERIALS, PATTERNS
from clipstudio.prints import print_of
from clipstudio.product import (
    CATEGORIES,
    Product,
    object_masks,
    parameters,
    photograph,
    photographs,
    product_mask,
    random_shot,
    words_mask,
)
from clipstudio.xray import finding_masks, radiograph

from clipstudio import products  # isort: skip  # noqa: F401  (fills CATEGORIES)
from clipstudio import figure, staging  # isort: skip  # noqa: F401  (build what `subjects` says)
from clipstudio.subjects import Group, Wearer, Worn, lettered, subject_from_dict  # isort: skip
from clipstudio.compiled import is_compiled, warm_up  # isort: skip

__all__ = [
    "BACKGROUNDS",
    "CATEGORIES",
    "COLOURS",
    "DEVICES",
    "FINDINGS",
    "Finding",
    "Findings",
    "Group",
    "LIGHTS",
    "Lettering",
    "MATERIALS",
    "PATTERNS",
    "POSES",
    "Patient",
    "Product",
    "Shot",
    "Wearer",
    "Worn",
    "finding_masks",
    "is_compiled",
    "lettered",
    "object_masks",
    "parameters",
    "photograph",
    "photographs",
    "print_of",
    "product_mask",
    "radiograph",
    "random_shot",
    "subject_from_dict",
    "warm_up",
    "words_mask",
]
