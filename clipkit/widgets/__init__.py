"""Live widgets: what a learner moves, and what the model says to it.

Each is thin: what it shows comes from plain functions of the same module.

>>> import clipkit
>>> clipkit.widgets.ProductStudio()  # doctest: +SKIP
"""

from .product import Kept, ProductStudio, kept

__all__ = ["Kept", "ProductStudio", "kept"]
