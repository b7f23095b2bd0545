"""RadiographStudio: let a finding grow, and see when the model notices. Not for diagnosis."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import ipywidgets as w
import numpy as np
from PIL import Image

import clipstudio
from clipkit.model import Clip
from clipkit.widgets import parts
from clipkit.widgets.views import Answer, BarsView, PictureView
from clipstudio.chest import KINDS, Finding, Findings, Patient

WARNING = (
    "These films are synthetic and for teaching: nothing here is for diagnosis, and the numbers "
    "are no probabilities of a disease."
)
NORMAL = "nothing (normal)"
STATEMENTS = (
    "left pleural effusion",
    "right pleural effusion",
    "no pleural effusion",
)
SIDE = 280  # CSS pixels, as wide as the film is shown
TINT = (230, 159, 0)
LINES = (
    (parts.BLUE, ""),
    (parts.VERMILION, "6 3"),
    (parts.GREEN, "2 3"),
    (parts.ORANGE, "8 3 2 3"),
    ("#CC79A7", "1 4"),
    ("#56B4E9", "12 4"),
)
"""Colours and dashes of the curve: either alone tells the lines apart."""


def findings_of(name: str, side: str | None, zone: str | None, size: float) -> Findings:
    """One finding, or none for `NORMAL`; a side or zone that it does not have is left out.

    Examples
    --------
    >>> findings_of("cardiomegaly", "left", None, 0.5).items
    (Finding(name='cardiomegaly', side=None, size=0.5, zone=None),)
    """
    if name == NORMAL:
        return Findings()
    kind = KINDS[name]
    side = side if side in kind.sides else (kind.sides or (None,))[0]
    zone = zone if zone in kind.zones else (kind.zones or (None,))[0]
    return Findings((Finding(name, side, size, zone),))


def with_masks(film: Image.Image, masks: dict[str, np.ndarray]) -> Image.Image:
    """Return the film with the masks laid over it in orange, half transparent: RGB."""
    picture = np.asarray(film.convert("RGB")).astype(float)
    for mask in masks.values():
        picture[mask] = 0.55 * picture[mask] + 0.45 * np.array(TINT)
    return Image.fromarray(picture.round().astype(np.uint8))


def curve_html(
    points: Mapping[float, Sequence[Answer]], width: int = 420, height: int = 170
) -> str:
    """Return the probability of each statement against the finding's size, as a drawing for a page.

    Parameters
    ----------
    points : dict of float to sequence of Answer
        For each size that was visited, 0 to 1, the answers to the same statements.
    """
    if not points:
        return parts.wrapped("")
    left, top, right, bottom = 34, 8, width - 8, height - 30

    def at(size: float, probability: float) -> str:
        return f"{left + size * (right - left):.1f},{bottom - probability * (bottom - top):.1f}"

    sizes = sorted(points)
    texts = [answer.text for answer in points[sizes[0]]]
    drawn, legend = [], []
    for number, text in enumerate(texts):
        colour, dash = LINES[number % len(LINES)]
        line = [at(size, points[size][number].probability) for size in sizes]
        stroke = f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}" fill="none"'
        drawn.append(f'<polyline points="{" ".join(line)}" {stroke}/>')
        drawn += [
            f'<circle cx="{x}" cy="{y}" r="2.5" fill="{colour}"/>'
            for x, y in (point.split(",") for point in line)
        ]
        legend.append(
            f'<div><svg width="36" height="10" aria-hidden="true"><line x1="0" x2="36" y1="5" '
            f'y2="5" {stroke}/></svg> {html.escape(text)}</div>'
        )
    first, last = points[sizes[0]], points[sizes[-1]]
    spoken = "; ".join(
        f"{text}: {100 * a.probability:.0f} % at size {sizes[0]:g}, "
        f"{100 * b.probability:.0f} % at size {sizes[-1]:g}"
        for text, a, b in zip(texts, first, last, strict=True)
    )
    axes = (
        f'<path d="M{left} {top}V{bottom}H{right}" fill="none" '
        'stroke="var(--jp-ui-font-color2, #555)"/>'
        f'<text x="{left - 6}" y="{top + 8}" text-anchor="end">1</text>'
        f'<text x="{left - 6}" y="{bottom}" text-anchor="end">0</text>'
        f'<text x="{left}" y="{bottom + 13}">0</text>'
        f'<text x="{right}" y="{bottom + 13}" text-anchor="end">1</text>'
        f'<text x="{(left + right) / 2}" y="{bottom + 26}" text-anchor="middle">'
        "size of the finding</text>"
        f'<text transform="translate({left - 18} {(top + bottom) / 2}) rotate(-90)" '
        'text-anchor="middle">probability</text>'
    )
    return parts.wrapped(
        f'<svg width="{width}" height="{height}" role="img" '
        f'aria-label="{html.escape(spoken, quote=True)}">{axes}{"".join(drawn)}</svg>'
        f"{''.join(legend)}"
    )


class RadiographStudio(parts.Live):
    """A chest film whose finding grows, and the model's answers. Nothing here is for diagnosis.

    Parameters
    ----------
    clip : Clip, optional
        By default the bundled model, or the one that CLIPKIT_MODEL names.
    statements : sequence of str
        What the statements' box starts with.
    size : int
        Pixels of the film.

    Attributes
    ----------
    picture : PIL.Image.Image
        The film on the page, without the mask.
    patient, findings
        Its specification.
    answers : list of Answer
        What the bars show.
    curve : dict of float to list of Answer
        The answers at each size that was visited, for this patient, finding and place.
    """

    title = "RadiographStudio: a finding that grows, and when the model notices. Not for diagnosis"

    def __init__(
        self, clip: Clip | None = None, statements: Sequence[str] = STATEMENTS, size: int = 160
    ) -> None:
        parts.compile_studio()
        self.clip = parts.shared_clip(clip)
        self.pixels = size
        self.answers: list[Answer] = []
        self.curve: dict[float, list[Answer]] = {}
        self._of: tuple | None = None
        self._make_controls(statements)
        self.moves = parts.Moves(self._draw, (parts.SOON,))  # a film of full size is quick enough
        super().__init__(
            [
                parts.page(f'<p class="notice">{html.escape(WARNING)}</p>'),
                parts.side_by_side(
                    w.VBox(
                        [self.number, self.finding, self.side, self.zone, self.extent, self.mask],
                        layout={"width": "320px"},
                    ),
                    w.VBox([self.image, self.message], layout={"width": "292px"}),
                    w.VBox(
                        [self.statements, self.bars, self.note],
                        layout={"flex": "1 1 340px", "min_width": "320px"},
                    ),
                ),
                self.chart,
            ]
        )
        self._offer_places()
        self.finding.observe(self._offer_places, "value")
        for control in (
            self.number,
            self.finding,
            self.side,
            self.zone,
            self.extent,
            self.mask,
            self.statements,
        ):
            control.observe(self.moves.ask, "value")
        self._draw()

    def _make_controls(self, statements: Sequence[str]) -> None:
        wide = {"width": "310px"}
        self.number = parts.spoken(
            w.IntSlider(description="patient", min=0, max=99, value=7, layout=wide),
            "Which patient; every number is another one",
        )
        self.finding = parts.spoken(
            w.Dropdown(
                description="finding",
                options=[NORMAL, *KINDS],
                value="pleural effusion",
                layout=wide,
            ),
            "What is to be seen on the film",
        )
        self.side = parts.spoken(
            w.Dropdown(description="side", layout=wide),
            "The patient's own side: their left is on the right of the picture",
        )
        self.zone = parts.spoken(
            w.Dropdown(description="zone", layout=wide), "How high in the lung"
        )
        self.extent = parts.spoken(
            w.FloatSlider(
                description="size",
                min=0,
                max=1,
                step=0.05,
                value=0.5,
                layout=wide,
                readout_format=".2f",
            ),
            "From just visible, 0, to as large as it gets, 1; arrow keys move it",
        )
        self.mask = parts.spoken(
            w.Checkbox(description="show the true mask", value=False, layout=wide),
            "Lay over the film, in orange, where the finding really is",
        )
        self.statements = parts.text_area(
            "statements", statements, "Your statements, one a line; the model compares them all"
        )
        self.image, self.bars = PictureView(side=SIDE), BarsView()
        self.message, self.note, self.chart = parts.page(), parts.page(), parts.page()

    def _offer_places(self, _: object = None) -> None:
        """Sides and zones that the finding can have."""
        kind = KINDS.get(self.finding.value)
        for control, options in (
            (self.side, kind.sides if kind else ()),
            (self.zone, kind.zones if kind else ()),
        ):
            value = control.value
            control.options = options or ["-"]
            control.value = value if value in control.options else control.options[0]
            control.disabled = len(control.options) < 2
        self.extent.disabled = self.finding.value not in clipstudio.FINDINGS

    @property
    def patient(self) -> Patient:
        """The patient of the number chosen."""
        return Patient.random(self.number.value)

    @property
    def findings(self) -> Findings:
        """What the controls say."""
        size = self.extent.value
        return findings_of(self.finding.value, self.side.value, self.zone.value, size)

    def _draw(self, _step: int = 0) -> None:
        statements = parts.lines_of(self.statements.value)
        self.picture = clipstudio.radiograph(self.patient, self.findings, self.pixels)
        self.answers = parts.answers(self.clip, self.picture, statements)
        self._remember(statements)
        shown = self.picture
        if self.mask.value and self.findings:
            masks = clipstudio.finding_masks(self.patient, self.findings, self.pixels)
            shown = with_masks(shown, masks)
        self.image.alt = self._in_words()
        self.image.png = parts.encoded(shown)
        self.bars.show(self.answers)
        self.chart.value = curve_html(self.curve)
        self.note.value = parts.status(parts.note_on_words(self.clip, statements))
        self.message.value = parts.status("")

    def _remember(self, statements: Sequence[str]) -> None:
        """Add the answers to the curve; of another finding, place or statement, begin anew."""
        places = [(finding.name, finding.side, finding.zone) for finding in self.findings]
        of = (self.number.value, places, statements)
        if of != self._of:
            self._of, self.curve = of, {}
        if self.findings and statements and not self.extent.disabled:
            self.curve[round(self.extent.value, 3)] = self.answers

    def _in_words(self) -> str:
        found = ", ".join(
            " ".join(str(word) for word in (finding.side, finding.zone, finding.name) if word)
            + f" of size {finding.size:g}"
            for finding in self.findings
        )
        return f"Synthetic chest film: {found or 'normal'}"

    def still(self) -> tuple[bytes, str]:
        """Return the finding at four sizes with the answers to the statements."""
        statements = parts.lines_of(self.statements.value)
        alt = (
            f"Four synthetic chest films with a growing {self.finding.value}, and bars for the "
            "probability of each statement. Nothing here is for diagnosis."
        )
        if not statements or not self.findings:
            return b"", alt
        sizes = (0.1, 0.4, 0.7, 1.0)
        films = [
            clipstudio.radiograph(
                self.patient,
                findings_of(self.finding.value, self.side.value, self.zone.value, size),
                self.pixels,
            )
            for size in sizes
        ]
        rows = [parts.answers(self.clip, film, statements) for film in films]
        titles = [f"size {size:g}, not for diagnosis" for size in sizes]
        return parts.answer_strip(films, rows, titles), alt
