"""Live widgets: what a learner moves, and what the model says to it.

Each is thin: what it shows comes from plain functions of the same module.

>>> import clipkit
>>> clipkit.widgets.ProductStudio()  # doctest: +SKIP
"""

from .finder import SearchBox
from .own import OwnPictures
from .product import Kept, ProductStudio, kept
from .prompts import PromptLab
from .radiograph import RadiographStudio

__all__ = [
    "Kept",
    "OwnPictures",
    "ProductStudio",
    "PromptLab",
    "RadiographStudio",
    "SearchBox",
    "kept",
]
