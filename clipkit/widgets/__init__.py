"""Live widgets: what a learner moves, and what the model says to it.

Each is thin: what it shows comes from plain functions of the same module.

>>> import clipkit
>>> clipkit.widgets.ProductStudio()  # doctest: +SKIP
"""

from clipkit.widgets.finder import SearchBox
from clipkit.widgets.own import OwnPictures
from clipkit.widgets.product import Kept, ProductStudio, kept
from clipkit.widgets.prompts import PromptLab
from clipkit.widgets.radiograph import RadiographStudio

__all__ = [
    "Kept",
    "OwnPictures",
    "ProductStudio",
    "PromptLab",
    "RadiographStudio",
    "SearchBox",
    "kept",
]
