"""clipkit: the helper package of a workbook that teaches CLIP.

>>> import clipkit
>>> clipkit.load.__name__
'load'

``import clipkit`` alone is cheap: a submodule, and with it torch, is imported when its name is
first used. The names are listed in ``__init__.pyi``, where editors and type checkers look too.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

__version__ = "0.1.0"
