"""What the widgets share: merged moves, bars, pictures for a page, and the still strip.

What moves with every key stands in `views`; the HTML here is for what changes seldom.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import html
import io
import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import ipywidgets
import numpy as np
import torch
from IPython.display import display
from matplotlib.figure import Figure
from PIL import Image

import clipstudio
from clipkit import texts as reading
from clipkit.loading import load
from clipkit.model import Clip, check_model
from clipkit.pictures import open_picture
from clipkit.widgets.views import Answer, Frame

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SOON, REST, STILL = 0.01, 0.04, 0.8
"""Seconds: to let waiting moves arrive, after which the hand rests (a key that is held down comes
again every 0.033), after which it has left."""


# ----------------------------------------------------------------------------- the model's answers
@functools.lru_cache(maxsize=2)
def _loaded(name: str | None) -> Clip:
    return load(name)


def shared_clip(clip: Clip | None = None) -> Clip:
    """Return the model given, or else the notebook's chosen one, loaded once for all widgets."""
    if clip is None:
        return _loaded(os.environ.get("CLIPKIT_MODEL") or None)
    check_model(clip)
    return clip


def lines_of(text: str) -> list[str]:
    """Return the lines of a text that say something, each once, in order.

    Examples
    --------
    >>> lines_of(" a mug\\n\\na vase \\na mug")
    ['a mug', 'a vase']
    """
    return list(dict.fromkeys(all_lines(text)))


def all_lines(text: str) -> list[str]:
    """Return the lines of a text that say something, in order, however often each stands there."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def encode_texts(clip: Clip, texts: Sequence[str]) -> torch.Tensor:
    """`clip.encode_texts` without its warnings, which a page shows in a place of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return clip.encode_texts(texts)


def answers(clip: Clip, picture: Any, texts: Sequence[str]) -> list[Answer]:
    """Cosine and probability of each text for one picture.

    Parameters
    ----------
    clip : Clip
    picture : picture, or torch.Tensor of float32, shape (d,), its embedding
    texts : sequence of str

    Returns
    -------
    list of Answer
        CLIP's probabilities are shares that sum to 1 (softmax of the scaled cosines); SigLIP's
        stand each by itself (sigmoid).
    """
    if not texts:
        return []
    if not isinstance(picture, torch.Tensor):
        picture = clip.encode_images([picture])[0]
    rows = encode_texts(clip, texts)
    cosines, shares = rows @ picture, clip.probabilities(clip.logits(picture, rows))
    return [Answer(*row) for row in zip(texts, cosines.tolist(), shares.tolist(), strict=True)]


def unknown_words(clip: Clip, texts: Iterable[str]) -> list[str]:
    """Return the words of some texts that the model never saw in training, where that is known."""
    return [] if clip.words is None else reading.unknown_words(texts, clip.words)


def note_on_words(clip: Clip, texts: Iterable[str]) -> str:
    """One sentence that names the unknown words, or nothing."""
    unknown = unknown_words(clip, texts)
    if not unknown:
        return ""
    listed = ", ".join(f"“{word}”" for word in unknown)
    return f"The model has never seen {listed}: its answers for such texts mean little."


# ------------------------------------------------------------------------------------------- moves
class Moves:
    """Draws the latest state in steps, coarse first; moves that come meanwhile are merged.

    The work is done on the kernel's own loop, between cells and never beside one, so that no two
    threads meet in the studio or the model. A move only asks for a drawing; the drawing happens
    when the messages that wait have been read, and takes the state as it then is.

    Parameters
    ----------
    draw : callable
        Called with the number of the step: 0 for the coarsest.
    waits : sequence of float
        Seconds before each step; the last step is the sharpest.
    """

    def __init__(self, draw: Callable[[int], None], waits: Sequence[float] = (SOON, REST, STILL)):
        self._draw, self._waits = draw, tuple(waits)
        self._timer: asyncio.TimerHandle | None = None
        self._step = 0

    def ask(self, *_: object) -> None:
        """Something moved: draw soon. Without a running loop, draw the last step at once."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            self._draw(len(self._waits) - 1)
            return
        if self._timer is None or self._step > 0:
            self._wait_for(0)

    def refine(self) -> None:
        """Let what was drawn at first stay; only the sharpest step follows, where a loop runs."""
        with contextlib.suppress(RuntimeError):
            self._wait_for(len(self._waits) - 1)

    def _wait_for(self, step: int) -> None:
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            self._timer.cancel()
        self._step, self._timer = step, loop.call_later(self._waits[step], self._run, step)

    def _run(self, step: int) -> None:
        self._timer = None
        self._draw(step)
        if self._timer is None and step + 1 < len(self._waits):
            self._wait_for(step + 1)


# ---------------------------------------------------------------------------------- parts of a page
def page(content: str = "") -> ipywidgets.HTML:
    """Return an HTML part of a widget."""
    return ipywidgets.HTML(wrapped(content))


def wrapped(content: str) -> str:
    """HTML in the widgets' own style."""
    return f'<div class="ck">{content}</div>'


def status(text: str) -> str:
    """Return a line that a screen reader speaks when it changes."""
    return wrapped(f'<div role="status" aria-live="polite">{html.escape(text)}</div>')


def encoded(picture: Image.Image, kind: str = "PNG") -> bytes:
    """Return a picture as a file's bytes; PNG is packed lightly, because it is sent but once."""
    buffer = io.BytesIO()
    options = {"compress_level": 1} if kind == "PNG" else {"quality": 85}
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def thumbnail(picture: Any, side: int = 96) -> str:
    """Return a small square-bounded JPEG of a picture as an address for <img src=...>."""
    small = open_picture(picture).copy()
    small.thumbnail((side, side))
    return "data:image/jpeg;base64," + base64.b64encode(encoded(small, "JPEG")).decode()


def figure(address: str, alt: str, lines: Sequence[str], classes: str = "") -> str:
    """Return a picture of a grid; `lines` are HTML."""
    return (
        f'<figure class="{classes}"><img src="{address}" alt="{html.escape(alt, quote=True)}">'
        f"<figcaption>{'<br>'.join(lines)}</figcaption></figure>"
    )


def grid(figures: Iterable[str]) -> str:
    """Figures side by side."""
    return wrapped(f"<div class=grid>{''.join(figures)}</div>")


def spoken(control: ipywidgets.DOMWidget, text: str) -> ipywidgets.DOMWidget:
    """Give a control a text that screen readers speak and the mouse shows."""
    control.tooltip = text
    return control


def text_area(
    description: str, lines: Sequence[str], tooltip: str, rows: int = 5
) -> ipywidgets.Textarea:
    """Return a box for the learner's own lines, with its label above it."""
    area = ipywidgets.Textarea(
        "\n".join(reading.read_texts(lines, description)),
        rows=rows,
        continuous_update=True,
        layout={"width": "calc(100% - 8px)"},
        description=description,
        style={"description_width": "initial"},
    )
    return spoken(area, tooltip)


# ---------------------------------------------------------------------------------- a whole widget
def compile_studio() -> None:
    """Compile the studio if this machine has not yet, and say so first: it takes a while."""
    if not clipstudio.is_compiled():
        clipstudio.warm_up(functools.partial(print, flush=True))


def figure_png(draw: Callable[[], Figure]) -> bytes:
    """Return the PNG of a matplotlib figure that `draw` returns, in the workbook's style."""
    from matplotlib import pyplot as plt

    from clipkit.plots import style

    with style():
        drawn = draw()
        buffer = io.BytesIO()
        drawn.savefig(buffer, format="png", bbox_inches="tight")
        plt.close(drawn)
    return buffer.getvalue()


class Live(ipywidgets.VBox):
    """A widget that leaves a still strip where there is no kernel.

    The strip is an output of its own before the live view, so that GitHub, nbviewer, nbconvert
    and a printed page show it: in one output with the view they would choose the view, which is
    blank there. JupyterLab hides the strip while the widget lives (see `widgets.css`). With the
    environment variable CLIPKIT_STILL=1 there is only the strip, as for a notebook that is
    executed to be read.
    """

    title = "live widget"

    def __init__(self, children: Sequence[ipywidgets.Widget]):
        super().__init__([Frame(), *children])
        self.add_class("clipkit-widget")

    def still(self) -> tuple[bytes, str]:
        """Return the strip as PNG, and the text that says what it shows."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        data = super()._repr_mimebundle_(**kwargs) or {}
        if os.environ.get("CLIPKIT_STILL"):
            data.pop("application/vnd.jupyter.widget-view+json", None)
        data["text/plain"] = f"{self.title} (it moves in Jupyter, once its cell has run)"
        return data

    def _ipython_display_(self) -> None:
        png, alt = self.still()
        if png:
            display({"image/png": png}, metadata={"image/png": {"alt": alt}}, raw=True)
        display(self._repr_mimebundle_(), raw=True)


def side_by_side(*boxes: ipywidgets.Widget) -> ipywidgets.HBox:
    """Boxes beside each other, below each other where the page is narrow."""
    return ipywidgets.HBox(boxes, layout={"flex_flow": "row wrap", "grid_gap": "16px"})


def answer_strip(
    pictures: Sequence[Image.Image], columns: Sequence[Sequence[Answer]], titles: Sequence[str]
) -> bytes:
    """Pictures in a row, each with the probabilities of its captions as bars below."""
    from matplotlib import pyplot as plt

    def draw() -> Figure:
        drawn, axes = plt.subplots(
            2,
            len(pictures),
            figsize=(2.1 * len(pictures) + 1.2, 2.2 + 0.28 * len(columns[0])),
            height_ratios=[2, 0.28 * len(columns[0])],
            squeeze=False,
        )
        for column, (picture, rows) in enumerate(zip(pictures, columns, strict=True)):
            above, below = axes[0, column], axes[1, column]
            above.imshow(np.asarray(picture.convert("RGB")))
            above.axis("off")
            above.set_title(titles[column], fontsize=9)
            places = range(len(rows))
            below.barh(places, [row.probability for row in rows], color=BLUE)
            below.grid(False)
            below.tick_params(labelsize=8)
            below.set(xlim=(0, 1), xticks=[0, 1], ylim=(len(rows) - 0.5, -0.5))
            below.set_yticks(places, [row.text if column == 0 else "" for row in rows], fontsize=8)
            below.set_xlabel("probability", fontsize=8)
        return drawn

    return figure_png(draw)
