"""ProductStudio: move a product, and see live what the model says of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import ipywidgets as w
from PIL import Image

import clipstudio
from clipkit.model import Clip
from clipkit.widgets import parts
from clipkit.widgets.views import Answer, BarsView, PictureView
from clipstudio.camera import Shot
from clipstudio.product import Product, build, design_of

DRAFT, FINE = 64, 256  # pixels, while the hand moves and when it has left
SIDE = 260  # CSS pixels, as wide as the picture is shown
CAPTIONS = ("a red mug", "a blue mug", "a red vase", "a photo of a chair")
STARTS = {"category": "mug", "colour": "red", "pattern": "plain"}
TURN = {"standing": 180, "side": 180, "worn": 60, "hanging": 40, "flat": 30}
"""How far the camera goes round a product, in degrees, before it sees it edge on or not at all."""


class Kept(NamedTuple):
    """A picture that the learner kept, and what it shows."""

    picture: Image.Image
    product: Product
    shot: Shot


kept: list[Kept] = []
"""What the button "Keep this picture" put aside, oldest first."""


def fitting(product: Product) -> Product:
    """Return the product with a design, material and pattern that its category has.

    Examples
    --------
    >>> fitting(Product("mug", "straight", material="wool")).material
    'ceramic'
    """
    made = design_of(product)
    material = product.material if product.material in made.materials else made.materials[0]
    pattern = product.pattern if product.pattern in made.patterns else made.patterns[0]
    return replace(product, material=material, pattern=pattern)


def with_category(product: Product, category: str) -> Product:
    """Return the same look as another kind of product, in that category's first design."""
    design = next(iter(clipstudio.CATEGORIES[category].designs))
    return fitting(replace(product, category=category, design=design, parameters={}))


def yaw_range(product: Product) -> tuple[int, int]:
    """How far the camera may go round a product, degrees."""
    made, pose = design_of(product), build(product).pose
    most = TURN[pose]
    if most == 180:
        return -180, 180
    ends = [end for ends in made.yaw_ranges(pose) for end in ends]
    return int(min(-most, *ends)), int(max(most, *ends))


def resting_yaw(product: Product) -> int:
    """Return the camera angle from which the design is seen, whole degrees, -180 to 180."""
    middle = round(sum(design_of(product).yaw_ranges(build(product).pose)[0]) / 2)
    return (middle + 180) % 360 - 180


def picture_of(product: Product, shot: Shot, size: int) -> Image.Image:
    """Return the studio's photograph; a small one is a draft without fine edges and grain."""
    draft = size <= DRAFT
    return clipstudio.photograph(product, shot, size, antialias=1 if draft else 3, matt=draft)


def in_words(product: Product, shot: Shot) -> str:
    """Return what a picture shows, in one line for those who cannot see it.

    Examples
    --------
    >>> in_words(Product("mug", "straight", "red", "white", "plain", "ceramic"), Shot(yaw=30))
    'mug, red, plain, ceramic, seen from 30 degrees, studio light, white background'
    """
    colours = product.colour
    if product.pattern != "plain":
        colours += f" and {product.second_colour}"
    where = "the front" if shot.yaw is None else f"{shot.yaw:g} degrees"
    return (
        f"{product.category}, {colours}, {product.pattern}, {product.material}, seen from {where}, "
        f"{shot.light} light, {shot.background} background"
    )


class ProductStudio(parts.Live):
    """Sliders for a product, its picture, and the model's answers to the learner's captions.

    Parameters
    ----------
    clip : Clip, optional
        By default the bundled model, or the one that CLIPKIT_MODEL names.
    captions : sequence of str
        What the captions' box starts with.
    size : int
        Pixels of the picture that the model answers to while the sliders rest.

    Attributes
    ----------
    picture : PIL.Image.Image
        The one on the page.
    product, shot
        Its specification.
    answers : list of Answer
        What the bars show.

    Examples
    --------
    >>> ProductStudio()  # doctest: +SKIP
    """

    title = "ProductStudio: a product, your captions, and what the model says"

    def __init__(
        self, clip: Clip | None = None, captions: Sequence[str] = CAPTIONS, size: int = 128
    ) -> None:
        parts.compile_studio()
        self.clip = parts.shared_clip(clip)
        self.size = size
        self.answers: list[Answer] = []
        self.product = fitting(Product.random(3, **STARTS))
        self.shot = Shot(yaw=resting_yaw(self.product))
        self._busy = False
        self._make_controls(captions)
        self.moves = parts.Moves(self._draw)
        self._show_options()
        controls = w.VBox(
            [
                *(getattr(self, name) for name in self.fields),
                w.HBox([self.again, self.keep]),
                self.details,
            ],
            layout={"width": "320px"},
        )
        super().__init__(
            [
                parts.side_by_side(
                    controls,
                    w.VBox([self.image, self.message], layout={"width": "272px"}),
                    w.VBox(
                        [self.captions, self.bars, self.note],
                        layout={"flex": "1 1 340px", "min_width": "320px"},
                    ),
                ),
                self.specification,
            ]
        )
        self._listen()
        self._draw(1)
        self.moves.refine()

    fields = (
        "category",
        "design",
        "colour",
        "second_colour",
        "pattern",
        "material",
        "yaw",
        "light",
        "background",
    )

    def _make_controls(self, captions: Sequence[str]) -> None:
        def choose(name: str, options: Iterable[str], tooltip: str) -> w.Dropdown:
            control = w.Dropdown(description=name, options=list(options), layout={"width": "310px"})
            return parts.spoken(control, tooltip)

        self.category = choose("category", clipstudio.CATEGORIES, "What the product is")
        self.design = choose("design", (), "Which design of this category")
        self.colour = choose("colour", clipstudio.COLOURS, "The product's main colour")
        self.second_colour = choose("2nd colour", clipstudio.COLOURS, "The colour of its pattern")
        self.pattern = choose("pattern", (), "The product's pattern")
        self.material = choose("material", (), "What it is made of")
        self.yaw = parts.spoken(
            w.IntSlider(description="yaw", min=-180, max=180, layout={"width": "310px"}),
            "Where the camera stands, in degrees round the product; arrow keys turn it",
        )
        self.light = choose("light", clipstudio.LIGHTS, "How the product is lit")
        self.background = choose("background", clipstudio.BACKGROUNDS, "What lies behind it")
        self.again = w.Button(
            description="Surprise me", icon="refresh", tooltip="Another product, drawn at random"
        )
        self.keep = w.Button(
            description="Keep this picture",
            icon="download",
            tooltip="Put the picture into clipkit.widgets.kept",
        )
        self.details = w.ToggleButton(
            description="Show the specification",
            icon="code",
            tooltip="Show what the picture is made from",
            layout={"width": "auto"},
        )
        self.captions = parts.text_area(
            "captions", captions, "Your captions, one a line; the model compares them all"
        )
        self.image, self.bars = PictureView(side=SIDE), BarsView()
        self.message, self.note = parts.page(), parts.page()
        self.specification = parts.page()

    def _listen(self) -> None:
        for name in self.fields:
            getattr(self, name).observe(self._moved, "value")
        self.captions.observe(self.moves.ask, "value")
        self.again.on_click(self._surprise)
        self.keep.on_click(self._keep)
        self.details.observe(self._show_specification, "value")

    # ------------------------------------------------------------------------------------- moves
    def _moved(self, change: dict[str, Any]) -> None:
        """Bring the specification after a control that moved, and the other controls after that."""
        if self._busy:
            return
        product, shot = self.product, self.shot
        name = next(n for n in self.fields if getattr(self, n) is change["owner"])
        if name == "category":
            product = with_category(product, change["new"])
        elif name == "design":
            product = fitting(replace(product, design=change["new"], parameters={}))
        elif name in ("yaw", "light", "background"):
            shot = replace(shot, **{name: change["new"]})
        else:
            product = replace(product, **{name: change["new"]})
        if name in ("category", "design"):
            shot = replace(shot, yaw=resting_yaw(product))
        self.show(product, shot)

    def show(self, product: Product, shot: Shot | None = None) -> None:
        """Bring a product and a shot to the page."""
        self.product = product
        self.shot = shot or Shot(yaw=resting_yaw(product))
        self._show_options()
        self.moves.ask()

    def _show_options(self) -> None:
        """Set every control to the specification, with the options that its design has."""
        made = design_of(self.product)
        options = {
            "design": list(clipstudio.CATEGORIES[self.product.category].designs),
            "pattern": list(made.patterns),
            "material": list(made.materials),
        }
        self._busy = True  # the controls' own events are none of the learner's
        try:
            for name, names in options.items():
                control = getattr(self, name)
                value = getattr(self.product, name)
                if value not in names:
                    names = [*names, value]
                if list(control.options) != names:
                    control.options = names
            yaw = 0 if self.shot.yaw is None else round(self.shot.yaw)
            low, high = yaw_range(self.product)
            low, high = min(low, yaw), max(high, yaw)
            if (self.yaw.min, self.yaw.max) != (low, high):
                self.yaw.min, self.yaw.max = min(low, self.yaw.max), max(high, low)
                self.yaw.min = low
            values = {**self.product.to_dict(), **self.shot.to_dict(), "yaw": yaw}
            for name in self.fields:
                getattr(self, name).value = values[name]
        finally:
            self._busy = False
        self._show_specification()

    def _surprise(self, _: object = None) -> None:
        product = Product.random(self.product.shape + 1)
        self.show(product, replace(self.shot, yaw=resting_yaw(product)))

    def _keep(self, _: object = None) -> None:
        kept.append(Kept(self.picture, self.product, self.shot))
        self.message.value = parts.status(
            f"Kept: clipkit.widgets.kept[{len(kept) - 1}].picture in your own cells."
        )

    def _show_specification(self, _: object = None) -> None:
        text = ""
        if self.details.value:
            whole = {"product": self.product.to_dict(), "shot": self.shot.to_dict()}
            text = f"<pre>{json.dumps(whole, indent=1)}</pre>"
        self.specification.value = parts.wrapped(text)

    # ------------------------------------------------------------------------------------ drawing
    def _draw(self, step: int) -> None:
        size = (DRAFT, self.size, max(FINE, self.size))[step]
        captions = parts.lines_of(self.captions.value)
        self.picture = picture_of(self.product, self.shot, size)
        self.answers = parts.answers(self.clip, self.picture, captions)
        self.image.alt = in_words(self.product, self.shot)
        self.image.png = parts.encoded(self.picture)
        self.bars.show(self.answers)
        note = parts.note_on_words(self.clip, captions)
        self.note.value = parts.status(note)
        if step:
            self.message.value = parts.status("")

    def still(self) -> tuple[bytes, str]:
        """Four views of the product with the answers to the captions."""
        captions = parts.lines_of(self.captions.value)
        alt = (
            f"Four views of a product ({in_words(self.product, replace(self.shot, yaw=None))}), "
            "with bars for the probability of each caption below."
        )
        if not captions:
            return b"", alt
        low, high = yaw_range(self.product)
        reach = min(-low, high, 120)
        shots = [replace(self.shot, yaw=round(reach * share)) for share in (-1, -0.4, 0.2, 0.8)]
        pictures = [picture_of(self.product, shot, self.size) for shot in shots]
        rows = [parts.answers(self.clip, picture, captions) for picture in pictures]
        titles = [f"yaw {shot.yaw}°" for shot in shots]
        return parts.answer_strip(pictures, rows, titles), alt
