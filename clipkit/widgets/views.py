"""What moves on the page, drawn in the browser: picture, bars, drop zone, and the frame of it all.

Each is an `anywidget.AnyWidget`: Python sets traits, and a small module in ``static`` draws them.
What a learner writes reaches the page as text, never as HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import anywidget
import traitlets

STATIC = Path(__file__).parent / "static"


class Answer(NamedTuple):
    """What the model says of a text before a picture."""

    text: str
    cosine: float
    probability: float


class Frame(anywidget.AnyWidget):
    """The style of a widget's parts, and names for its sliders, which ipywidgets give none."""

    _esm = STATIC / "frame.js"
    _css = STATIC / "widgets.css"


class PictureView(anywidget.AnyWidget):
    """A picture with the text that says what it shows (`ipywidgets.Image` has no such text).

    Attributes
    ----------
    png : bytes
        The file, sent as it is.
    alt : str
    side : int
        CSS pixels, its width and height on the page.
    """

    _esm = STATIC / "picture.js"
    png = traitlets.Bytes().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    side = traitlets.Int(256).tag(sync=True)


class BarsView(anywidget.AnyWidget):
    """A table of cosines and probabilities with bars; the best row is bold and marked.

    Colour carries no meaning that words and length do not carry too.

    Attributes
    ----------
    rows : list of (str, float, float)
        Text, cosine and probability; `Answer` has this form.
    """

    _esm = STATIC / "bars.js"
    rows: traitlets.List[list[Any]] = traitlets.List().tag(sync=True)

    def show(self, answers: Sequence[Answer]) -> None:
        """Bring answers to the page."""
        self.rows = [list(answer) for answer in answers]


class DropZone(anywidget.AnyWidget):
    """A field onto which files can be dropped.

    Parameters
    ----------
    take : callable
        Gets what was dropped: a list of dict with "name" and "content", as
        `ipywidgets.FileUpload.value` has them.
    most_bytes : int
        Larger drops are refused on the page: Jupyter's server would close the connection.
    """

    _esm = STATIC / "drop.js"
    most_bytes = traitlets.Int().tag(sync=True)

    def __init__(self, take: Callable[[list[dict]], object], most_bytes: int) -> None:
        super().__init__(most_bytes=most_bytes)
        self._take = take
        self.on_msg(self._dropped)

    def _dropped(self, _widget: object, names: list[str], contents: list[memoryview]) -> None:
        self._take(
            [
                {"name": name, "content": content}
                for name, content in zip(names, contents, strict=True)
            ]
        )
