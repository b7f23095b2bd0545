"""clipkit: the helper package of a workbook that teaches CLIP.

>>> import clipkit
>>> clipkit.load.__name__
'load'

``import clipkit`` alone is cheap: a submodule, and with it torch, is imported when its name is
first used.
"""

import importlib

__version__ = "0.1.0"

_MODULES = (
    "classroom",
    "data",
    "doctor",
    "evaluation",
    "exercises",
    "fine_tune",
    "model",
    "pictures",
    "pixels",
    "plots",
    "search",
    "widgets",
    "zero_shot",
)
_SHORTCUTS = {"load": "model", "Clip": "model"}

__all__ = [*_MODULES, *_SHORTCUTS]  # noqa: PLE0604 (the names exist: __getattr__ serves them)


def __getattr__(name):
    if name in _SHORTCUTS:
        return getattr(importlib.import_module(f"clipkit.{_SHORTCUTS[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"clipkit.{name}")
    raise AttributeError(f"module 'clipkit' has no attribute {name!r}")


def __dir__():
    return sorted([*globals(), *__all__])
