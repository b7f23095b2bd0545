"""The X-ray camera: from a patient and findings to a radiograph, and to masks of the findings.

Every ray from the tube to a pixel loses intensity by the law of Beer and Lambert:
I = I0 exp(-integral of the attenuation along the ray).  `attenuation` computes the integrals,
`film` turns them into a picture as a digital unit does: scatter, quantum noise, logarithm,
sharpening, a display window.  The window is taken from the patient's film *without* findings, so
that brightness gives nothing away.

All radiographs made here are synthetic and for teaching. Nothing here is for diagnosis.
"""

from __future__ import annotations

import functools
import math
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from clipstudio import xray_kernels as xk
from clipstudio.anatomy import Phantom, Solid, plan_of
from clipstudio.chest import DEVICES, Findings, Patient, check_hospital, stream
from clipstudio.pathology import phantom

STEP = 0.5  # cm between the samples in a cloud
SHORTEST = 0.35  # cm, least step along a ray
SEEN = 0.45  # cm of a finding on the way of a ray from which on its pixel belongs to the mask
SEEN_AIR = 2.5  # ... of free air: a little of it also lies before and behind the fallen lung
CACHE_BYTES = 160_000_000


# ----------------------------------------------------------------------------------- the geometry
def view_of(patient: Patient, size: int) -> np.ndarray:
    """Tube, picture centre and pixel steps in the patient's own frame (see `xray_kernels.VIEW`)."""
    p, r = plan_of(patient), stream(patient.seed, "view")
    supine = patient.projection == "AP"
    distance, depth = (105.0, -14.5) if supine else (168.0, 14.0)
    tube_z = 90.0 + r.uniform(-8, 8) if supine else -distance + depth
    magnified = abs(depth - tube_z) / abs(tube_z)
    across = p.chest_width + 2 * p.wall + r.uniform(-4.5, 4)
    low = min(p.domes) - 4.6 - r.uniform(0, 4.5)
    high = p.apex + 1.6 + r.uniform(0, 3)
    field = max(across, high - low) * magnified * r.uniform(0.98, 1.05)
    middle = 0.5 * (high + low) * magnified + r.normal(0, 0.4)
    tilt = r.normal(3, 5) if supine else r.normal(0, 1.5)  # the tube's height over the film's
    roll = math.radians(r.normal(0, 2.2 if supine else 1.0))
    right = np.array([math.cos(roll), math.sin(roll), 0]) * field / size
    up = np.array([-math.sin(roll), math.cos(roll), 0]) * field / size
    source = np.array([r.normal(0, 1.2), middle + tilt, tube_z])
    centre = np.array([r.normal(0, 0.6), middle, depth])
    turn = math.radians(patient.rotation)
    turned = np.array(
        [[math.cos(turn), 0, math.sin(turn)], [0, 1, 0], [-math.sin(turn), 0, math.cos(turn)]]
    )
    return np.concatenate([turned @ v for v in (source, centre, right, up)])


class _Kept:
    """What was computed last, up to so many bytes."""

    def __init__(self, most: int) -> None:
        self.most, self.bytes = most, 0
        self.store: OrderedDict[tuple, np.ndarray] = OrderedDict()

    def get(self, key: tuple, compute) -> np.ndarray:
        if key in self.store:
            self.store.move_to_end(key)
            return self.store[key]
        value = self.store[key] = compute()
        self.bytes += value.nbytes
        while self.bytes > self.most and len(self.store) > 1:
            self.bytes -= self.store.popitem(last=False)[1].nbytes
        return value


_kept = _Kept(CACHE_BYTES)


def _spans(part: Solid, view: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Where rays are inside a solid, and the part of the picture for which that is known."""
    frame = xk.box_on_picture(view, size, part.box)
    shape = part.rows.tobytes(), part.box.tobytes(), hash(part.textures.tobytes())
    spans = _kept.get(
        (*shape, view.tobytes(), size),
        lambda: xk.trace_spans(part.rows, part.textures, part.box, view, size, frame, SHORTEST),
    )
    return spans, frame


def _strand_picture(strands: np.ndarray, view: np.ndarray, size: int) -> np.ndarray:
    def compute() -> np.ndarray:
        out = np.zeros((size, size))
        xk.add_strands(out, strands, view, size)
        return out

    return _kept.get((strands.tobytes(), view.tobytes(), size), compute)


@dataclass(frozen=True, eq=False)
class Projection:
    """Line integrals of a phantom.

    Attributes
    ----------
    total : numpy.ndarray, float64, shape (size, size)
        Integral of the attenuation along each ray; 0 in air.
    paths : dict of str to numpy.ndarray
        For each finding the cm of it that each ray crosses.
    """

    total: np.ndarray
    paths: dict[str, np.ndarray]


def attenuation(chest: Phantom, size: int) -> Projection:
    """Line integrals through a phantom for a square picture of `size` pixels."""
    view = view_of(chest.patient, size)
    pixel = float(np.linalg.norm(view[6:9]))
    solids = chest.solids
    names = list(dict.fromkeys(s.finding for s in solids if s.finding))
    traced = [_spans(s, view, size) for s in solids]
    sizes = [spans.size for spans, _ in traced]
    total, lungs, seen = xk.paint(
        np.concatenate([spans.ravel() for spans, _ in traced]),
        np.concatenate([[0], np.cumsum(sizes)[:-1]]),
        np.array([frame for _, frame in traced]),
        np.array([s.attenuation for s in solids]),
        np.array([s.over for s in solids]),
        np.array([s.becomes for s in solids]),
        np.array([names.index(s.finding) if s.finding else -1 for s in solids]),
        len(names),
        size,
    )
    paths = {name: seen[n].astype(float) for n, name in enumerate(names)}
    for cloud in chest.clouds:
        path = paths.setdefault(cloud.solid.finding, np.zeros((size, size)))
        xk.add_cloud(
            total,
            path,
            lungs,
            cloud.solid.rows,
            cloud.solid.textures,
            cloud.solid.box,
            view,
            size,
            cloud.numbers,
            cloud.attenuation,
            STEP,
        )
    for strands in (chest.bones, chest.vessels):
        if len(strands):
            total += _strand_picture(strands, view, size)
    for name, strands in chest.extras.items():
        xk.add_strands(total, strands, view, size)
        if name in DEVICES:
            mark = strands.copy()
            mark[:, 9:11], mark[:, 11] = np.maximum(mark[:, 9:11], max(0.3, pixel)), 1.0
            chest.marks.setdefault(name, mark)
    for name, strands in chest.marks.items():
        path = paths.setdefault(name, np.zeros((size, size)))
        xk.add_strands(path, strands, view, size)
    return Projection(total, paths)


# --------------------------------------------------------------------------------------- the film
@dataclass(frozen=True)
class Unit:
    """How a hospital's X-ray unit and its software draw a film."""

    scatter: float  # share of scattered light (without findings and for standing patients)
    photons: float  # per pixel of a 224 px film, in air, thousands
    sharpen: float
    local: float  # how far local contrast is raised over coarse contrast
    slope: float  # of the display curve
    middle: float
    marker: str  # "plain", "ringed"
    border: float  # share of films with a visible collimator edge


UNITS = {
    "A": Unit(0.26, 42.0, 0.5, 0.35, 3.1, 0.42, "plain", 0.3),
    "B": Unit(0.40, 14.0, 0.15, 0.15, 4.4, 0.36, "ringed", 0.6),
}


def blur(picture: np.ndarray, sigma: float) -> np.ndarray:
    """Nearly Gaussian blur: three box filters (edges held)."""
    radius = max(int(round(sigma)), 1)
    width = 2 * radius + 1
    for axis in (0, 1):
        for _ in range(3 if sigma >= 1 else 1):
            around = [(radius + 1, radius) if a == axis else (0, 0) for a in (0, 1)]
            total = np.cumsum(np.pad(picture, around, mode="edge"), axis=axis)
            upper = np.take(total, range(width, total.shape[axis]), axis=axis)
            lower = np.take(total, range(total.shape[axis] - width), axis=axis)
            picture = (upper - lower) / width
    return picture


def _log_exposure(
    total: np.ndarray, patient: Patient, hospital: str, noise: float = 1.0
) -> np.ndarray:
    """Return what the detector's logarithm gives, sharpened: larger is whiter."""
    unit, size = UNITS[hospital], len(total)
    r = stream(patient.seed, "unit", hospital)
    scatter = unit.scatter * (1.35 if patient.projection == "AP" else 1) * r.uniform(0.85, 1.15)
    light = np.exp(-total)
    light = (1 - scatter) * light + scatter * blur(light, size / 18) * 0.9
    if noise > 0:
        dice = stream(patient.seed, "noise").normal(size=total.shape)
        dice = 0.8 * dice + 0.6 * blur(dice, 0.5) * 1.7
        # A pixel of a smaller picture gathers the light of several.
        count = unit.photons * 1e3 * math.exp(0.7 * patient.exposure) * (224 / size) ** 1.0
        light = light * (1 + noise * dice / np.sqrt(count * light + 1))
    dark = -np.log(np.maximum(light, 2e-5))
    fine = unit.sharpen * (dark - blur(dark, 1)) if size >= 112 else 0
    return dark + unit.local * (dark - blur(dark, size / 14)) + fine


def _window(dark: np.ndarray) -> tuple[float, float]:
    """Black and white point: lung and mediastinum of the middle of the film."""
    size = len(dark)
    middle = dark[int(0.12 * size) : int(0.88 * size), int(0.14 * size) : int(0.86 * size)]
    low, high = np.percentile(middle, [4, 96])
    return float(low), float(high)


@functools.lru_cache(maxsize=1024)
def _patient_window(patient: Patient, hospital: str, size: int) -> tuple[float, float]:
    """Return the window of the patient's healthy organs (bones and vessels hardly move it)."""
    total = attenuation(phantom(patient, strands=False), size).total
    return _window(_log_exposure(total, patient, hospital, noise=0.0))


def film(
    total: np.ndarray,
    patient: Patient,
    hospital: str = "A",
    window: tuple[float, float] | None = None,
    noise: float = 1.0,
) -> np.ndarray:
    """Brightness 0 to 1 of the pixels of a film from its line integrals.

    Parameters
    ----------
    total : numpy.ndarray, shape (size, size)
        Line integrals of the attenuation.
    window : (black, white), optional
        Display window; by default that of this very film.
    noise : float
        Factor on the quantum noise; 0 leaves it out.
    """
    unit, size = UNITS[hospital], len(total)
    r = stream(patient.seed, "display", hospital)
    dark = _log_exposure(total, patient, hospital, noise)
    low, high = _window(dark) if window is None else window
    x = np.clip((dark - low) / (high - low), -0.8, 1.5)
    slope = unit.slope * r.uniform(0.8, 1.25)
    middle = unit.middle + 0.10 * patient.exposure + r.normal(0, 0.03)
    y = 1 / (1 + np.exp(-slope * (x - middle)))
    black = 1 / (1 + math.exp(-slope * (-0.36 - middle)))
    white = 1 / (1 + math.exp(-slope * (1.5 - middle)))
    y = np.clip((y - black) / (white - black), 0, 1)
    return _collimate(y, unit, stream(patient.seed, "border", hospital)) if size >= 48 else y


def _collimate(y: np.ndarray, unit: Unit, r: np.random.Generator) -> np.ndarray:
    """Black outside the collimator's blades, where they are in the picture."""
    size = len(y)
    if r.random() > unit.border:
        return y
    rows, columns = np.mgrid[0:size, 0:size] / size
    soft = 0.006
    for axis, flip in ((0, 0), (0, 1), (1, 0), (1, 1)):
        width, slant = r.uniform(-0.03, 0.045), r.normal(0, 0.012)
        along, across = (rows, columns) if axis == 0 else (columns, rows)
        depth = (1 - along if flip else along) - width - slant * (across - 0.5)
        if width > 0:
            y = y * np.clip(depth / soft + 0.5, 0, 1)
    return y


LETTERS = {  # strokes in a box of width 0.6 and height 1
    "L": [[(0.05, 0), (0.05, 1), (0.6, 1)]],
    "R": [
        [(0.05, 1), (0.05, 0), (0.4, 0), (0.55, 0.12), (0.55, 0.38), (0.4, 0.5), (0.05, 0.5)],
        [(0.33, 0.5), (0.6, 1)],
    ],
}


def _mark(picture: Image.Image, letter: str, unit: Unit, r: np.random.Generator) -> None:
    """Draw the technician's lead letter, near the shoulder of that side."""
    size, zoom = picture.width, 4
    tall = size * r.uniform(0.05, 0.075)
    x = size * (r.uniform(0.86, 0.925) if letter == "L" else r.uniform(0.04, 0.10))
    y = size * r.uniform(0.04, 0.15)
    turn = r.normal(0, 5)
    box = int(2.2 * tall) + 2
    stamp = Image.new("L", (box * zoom, box * zoom))
    draw = ImageDraw.Draw(stamp)
    wide = max(int(zoom * tall * 0.17), zoom)
    for stroke in LETTERS[letter]:
        points = [
            ((box / 2 + (a - 0.3) * tall) * zoom, (box / 2 + (b - 0.5) * tall) * zoom)
            for a, b in stroke
        ]
        draw.line(points, fill=245, width=wide, joint="curve")
    if unit.marker == "ringed":
        reach = 0.92 * tall * zoom
        middle = box * zoom / 2
        draw.ellipse(
            (middle - reach, middle - reach, middle + reach, middle + reach),
            outline=235,
            width=max(wide // 2, 1),
        )
    stamp = stamp.rotate(turn, Image.Resampling.BICUBIC).resize((box, box), Image.Resampling.BOX)
    at = int(x - box / 2), int(y - box / 4)
    here = picture.crop((*at, at[0] + box, at[1] + box))
    white = Image.new("L", (box, box), int(r.integers(225, 255)))
    picture.paste(Image.composite(white, here, stamp), at)


def _check(patient: Patient, findings: Findings, size: int) -> None:
    if not isinstance(patient, Patient):
        raise TypeError(f"expected a Patient, got {patient!r}")
    if not isinstance(findings, Findings):
        raise TypeError(
            f"expected Findings, such as Findings([Finding('oedema')]), got {findings!r}"
        )
    if not 16 <= size <= 2048:
        raise ValueError(f"size is {size!r}, but must be from 16 to 2048 pixels")


def radiograph(
    patient: Patient,
    findings: Findings = Findings(),  # noqa: B008 (frozen)
    size: int = 224,
    hospital: str = "A",
    *,
    marker: str | None = "auto",
    noise: float = 1.0,
) -> Image.Image:
    """Return the frontal chest film of a patient with these findings. Not for diagnosis.

    Parameters
    ----------
    patient : Patient
    findings : Findings
    size : int
        Width and height in pixels, 16 to 2048.
    hospital : {"A", "B"}
        Whose unit took it: exposure, scatter, sharpness, noise and marker differ.
    marker : {"auto", "L", "R", None}
        The lead letter; "auto" is drawn from the patient.
    noise : float
        Factor on the quantum noise; 0 leaves it out.

    Returns
    -------
    PIL.Image.Image, mode "L"

    Examples
    --------
    >>> from clipstudio.chest import Finding
    >>> patient = Patient(seed=5)
    >>> film = radiograph(patient, Findings([Finding("cardiomegaly")]), size=64)
    >>> film.size, film.mode
    ((64, 64), 'L')
    """
    _check(patient, findings, size)
    check_hospital(hospital)
    if marker not in ("auto", "L", "R", None):
        raise ValueError(f"marker is {marker!r}, but must be one of: auto, L, R, None")
    window = _patient_window(patient, hospital, size)
    total = attenuation(phantom(patient, findings), size).total
    brightness = film(total, patient, hospital, window, noise)
    picture = Image.fromarray(np.round(255 * brightness).astype(np.uint8), "L")
    r = stream(patient.seed, "marker", hospital)
    drawn = ("L", "R", None)[int(r.choice(3, p=(0.5, 0.35, 0.15)))]
    letter = drawn if marker == "auto" else marker
    if letter and size >= 48:
        _mark(picture, letter, UNITS[hospital], r)
    return picture


def finding_masks(patient: Patient, findings: Findings, size: int = 224) -> dict[str, np.ndarray]:
    """Where each finding lies on the film.

    A pixel belongs to a finding if its ray crosses more than `SEEN` cm of it (`SEEN_AIR` of free
    air): fluid, dense lung, the heart (cardiomegaly), the hernia, the device, or the
    neighbourhood of a fracture.

    Returns
    -------
    dict of str to numpy.ndarray
        Name of the finding (each once, both sides together) to bool (size, size).
    """
    _check(patient, findings, size)
    paths = attenuation(phantom(patient, findings), size).paths
    return {
        name: paths[name] > (SEEN_AIR if name == "pneumothorax" else SEEN)
        for name in findings.names
    }
