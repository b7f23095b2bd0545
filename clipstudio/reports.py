"""Radiology reports, made from a patient's findings, and read back. Nothing here is for diagnosis.

`report` writes findings and impression as one of two hospitals does: "A" in full sentences, "B" in
telegraphic style with abbreviations. Every finding of the specification is reported, with its side
and a word for its size; much of what is absent is denied; small findings are sometimes hedged.
`read_report` finds the facts in such a text by rules of its own: tests compare the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from clipstudio.grammar import expand, pick, tidy

STYLES = ("A", "B")
SIZES = ("small", "moderate", "large")
DEVICES = ("pacemaker", "central line", "chest tube")


@dataclass(frozen=True)
class Report:
    """A report's two sections.

    Attributes
    ----------
    findings, impression : str
        What is seen, and what it means.
    style : {"A", "B"}
        The hospital that writes it.
    """

    findings: str
    impression: str
    style: str = "A"

    @property
    def text(self) -> str:
        """The whole report, with the hospital's headings."""
        first, last = ("Findings", "Impression") if self.style == "A" else ("REPORT", "CONCLUSION")
        return f"{first}: {self.findings}\n{last}: {self.impression}"


class Fact(NamedTuple):
    """What a report says of one finding; ``None`` where it does not say.

    ``status`` is "present", "uncertain" or "absent"; ``size`` is a word of `SIZES`.
    """

    name: str
    status: str
    side: str | None = None
    size: str | None = None
    zone: str | None = None


def size_class(size: float) -> str:
    """Return the word for a size between 0 and 1.

    >>> [size_class(size) for size in (0.1, 0.5, 0.9)]
    ['small', 'moderate', 'large']
    """
    return SIZES[min(int(size * 3), 2)]


@dataclass(frozen=True)
class _Term:
    """How hospitals speak of a finding.

    ``names`` in full and ``short`` for hospital B; ``article`` where the name takes "a"; ``sizes``
    are the adjectives for small, moderate and large; ``signs`` are sentences of hospital A that
    describe what is seen before they name it, ``hints`` hedge it.
    """

    names: tuple[str, ...]
    plural: tuple[str, ...]
    short: tuple[str, ...]
    article: bool
    sizes: tuple[tuple[str, ...], ...]
    signs: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    denials: tuple[str, ...] = ()


_EXTENT = (
    ("small", "small", "minor"),
    ("moderate", "moderate-sized"),
    ("large", "large", "sizeable"),
)
_DEGREE = (("mild", "mild", "slight"), ("moderate",), ("severe", "marked"))

_TERMS = {
    "pleural effusion": _Term(
        ("pleural effusion", "pleural effusion", "effusion"),
        ("pleural effusions", "effusions"),
        ("effusion", "pl effusion", "pleural effusion"),
        True,
        _EXTENT,
        (
            "blunting of the {side} costophrenic angle in keeping with a {size} pleural effusion",
            "dense opacity with a meniscus at the {side} base, consistent with a {size} effusion",
            "a {size} amount of pleural fluid [is seen|layers|is present] on the {side}",
        ),
        (
            "subtle blunting of the {side} costophrenic angle, "
            "which may represent a {size} effusion",
            "a {size} {side} pleural effusion cannot be excluded",
        ),
        ("the costophrenic angles are [sharp|clear]", "no pleural effusion", "no pleural fluid"),
    ),
    "pneumothorax": _Term(
        ("pneumothorax",),
        ("pneumothoraces",),
        ("PTX", "PTX", "pneumothorax"),
        True,
        _EXTENT,
        (
            "a visceral pleural line is seen on the {side}, in keeping with a {size} pneumothorax",
            "absent lung markings at the {side} lung edge, consistent with a {size} pneumothorax",
            "a {size} pneumothorax on the {side} with a visible pleural edge",
        ),
        (
            "a faint line along the {side} chest wall may represent a {size} pneumothorax",
            "a {size} {side} pneumothorax cannot be excluded",
        ),
        ("no pneumothorax", "no evidence of pneumothorax", "no pneumothorax is seen"),
    ),
    "cardiomegaly": _Term(
        ("cardiomegaly", "enlargement of the heart", "cardiac enlargement"),
        (),
        ("CM", "cardiomegaly"),
        False,
        _DEGREE,
        (
            "the heart is {sizely} enlarged",
            "the cardiac silhouette is {sizely} enlarged",
            "the cardiothoracic ratio is increased, in keeping with {size} cardiomegaly",
        ),
        (
            "the heart is at the upper limit of normal in size; {size} cardiomegaly is possible",
            "possible {size} cardiomegaly",
        ),
        (
            "the heart is [normal in size|not enlarged|of normal size]",
            "heart size is normal",
            "the cardiac silhouette is [normal|within normal limits]",
            "no cardiomegaly",
            "the cardiomediastinal contour is normal",
        ),
    ),
    "consolidation": _Term(
        ("consolidation", "airspace consolidation", "airspace opacity"),
        (),
        ("consolidation", "airspace opacity"),
        False,
        (("small", "minor", "small patchy"), ("moderate",), ("large", "extensive")),
        ("{size} opacity with air bronchograms {place}, consistent with consolidation",),
        (
            "{size} ill-defined opacity {place}, which may represent early consolidation",
            "{size} consolidation {place} cannot be excluded",
        ),
        ("no focal consolidation", "no consolidation", "no airspace opacity"),
    ),
    "nodule": _Term(
        ("nodule", "pulmonary nodule", "lung nodule"),
        ("nodules", "pulmonary nodules"),
        ("nodule", "pulm nodule"),
        True,
        (("small", "tiny"), ("moderate-sized", "medium-sized"), ("large",)),
        (
            "a {size} rounded opacity {place}, in keeping with a nodule",
            "a {size} well-defined nodular opacity {place}",
        ),
        (
            "a {size} rounded density {place} may represent a nodule",
            "a possible {size} nodule {place}",
        ),
        ("no nodule", "no pulmonary nodule", "no suspicious nodule"),
    ),
    "mass": _Term(
        ("mass", "lung mass", "pulmonary mass"),
        ("masses",),
        ("mass", "pulm mass"),
        True,
        (("small",), ("moderate-sized", "medium-sized"), ("large", "sizeable")),
        (
            "a {size} lobulated opacity {place}, in keeping with a mass",
            "a {size} soft-tissue mass {place}",
        ),
        ("a {size} density {place}, which may represent a mass", "a possible {size} mass {place}"),
        ("no mass", "no pulmonary mass", "no mass lesion"),
    ),
    "oedema": _Term(
        ("pulmonary oedema", "oedema", "interstitial oedema"),
        (),
        ("pulm oedema", "oedema"),
        False,
        _DEGREE,
        (
            "hazy perihilar opacity on both sides, in keeping with {size} pulmonary oedema",
            "vascular congestion on both sides with {size} pulmonary oedema",
        ),
        (
            "slight blurring of the vessels on both sides, which may represent {size} oedema",
            "{size} bilateral pulmonary oedema cannot be excluded",
        ),
        ("no pulmonary oedema", "no oedema", "no sign of congestion or oedema"),
    ),
    "atelectasis": _Term(
        ("atelectasis", "linear atelectasis", "atelectatic change"),
        (),
        ("atelectasis", "atelectatic change"),
        False,
        (("mild", "minor", "small"), ("moderate",), ("marked", "severe")),
        ("linear opacity with volume loss {place}, in keeping with {size} atelectasis",),
        (
            "linear density {place}, possibly {size} atelectasis",
            "{size} atelectasis {place} cannot be excluded",
        ),
        ("no atelectasis", "no volume loss"),
    ),
    "rib fracture": _Term(
        ("rib fracture",),
        ("rib fractures",),
        ("rib #", "rib fracture"),
        True,
        (
            ("subtle", "minimally displaced"),
            ("moderately displaced",),
            ("markedly displaced", "widely displaced"),
        ),
        (
            "a step in the contour of a rib {place}, in keeping with a {size} fracture",
            "a {size} fracture of a rib {place}",
        ),
        (
            "cortical irregularity of a rib {place}, which may represent a {size} fracture",
            "a {size} rib fracture {place} cannot be excluded",
        ),
        (
            "no rib fracture",
            "no fracture",
            "no acute fracture",
            "the ribs are intact",
            "the bones are [intact|unremarkable]",
        ),
    ),
    "hiatal hernia": _Term(
        ("hiatal hernia", "hiatus hernia"),
        (),
        ("hiatal hernia", "HH"),
        True,
        _EXTENT,
        (
            "a retrocardiac air-fluid level in keeping with a {size} hiatal hernia",
            "a {size} hiatal hernia is [seen|projected] behind the heart",
        ),
        (
            "a retrocardiac lucency may represent a {size} hiatal hernia",
            "a possible {size} hiatal hernia",
        ),
        ("no hiatal hernia",),
    ),
}

_DEVICE_NAMES = {
    "pacemaker": (("pacemaker", "cardiac pacemaker", "pacing device"), ("PPM", "pacemaker")),
    "central line": (
        ("central line", "central venous catheter", "central venous line"),
        ("CVC", "central line"),
    ),
    "chest tube": (("chest tube", "chest drain", "intercostal drain"), ("IC drain", "chest drain")),
}

_SYSTEMS = {
    "heart": ("cardiomegaly",),
    "lungs": ("consolidation", "mass", "nodule", "oedema", "atelectasis"),
    "pleura": ("pleural effusion", "pneumothorax"),
    "bones": ("rib fracture",),
    "hiatus": ("hiatal hernia",),
}
_URGENCY = (
    "pneumothorax",
    "oedema",
    "consolidation",
    "mass",
    "pleural effusion",
    "nodule",
    "rib fracture",
    "atelectasis",
    "cardiomegaly",
    "hiatal hernia",
    *DEVICES,
)
_CLEAR_LUNGS = (
    "the lungs are clear",
    "both lungs are clear",
    "clear lungs",
    "the lung fields are clear",
    "the lungs are well aerated and clear",
)
_NORMAL = {
    "A": (
        "normal chest radiograph",
        "no abnormality [seen|detected|is seen]",
        "normal study",
        "normal appearances of the chest",
        "no significant abnormality",
        "the chest radiograph is normal",
        "unremarkable chest radiograph",
    ),
    "B": (
        "NAD",
        "normal CXR",
        "no acute cardiopulmonary process",
        "no abnormality",
        "unremarkable CXR",
        "clear chest",
        "normal",
    ),
}


class _Reporter:
    """Composes the sentences of one report."""

    def __init__(self, findings, rng: np.random.Generator, style: str):
        self.items = sorted(findings, key=lambda item: _URGENCY.index(item.name))
        self.rng = rng
        self.style = style
        self.present = {item.name for item in self.items}
        self.hedges = [
            item
            for item in self.items
            if item.name not in DEVICES and size_class(item.size) == "small" and self.chance(0.3)
        ]

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    # -- words for one finding -----------------------------------------------------------------

    def side(self, side: str | None) -> str:
        if side is None:
            return ""
        if self.style == "B":
            return {
                "left": pick(self.rng, ("L", "L", "left")),
                "right": pick(self.rng, ("R", "R", "right")),
                "both": pick(self.rng, ("bilat", "bilateral", "B/L")),
            }[side]
        return {"both": "bilateral"}.get(side) or pick(self.rng, (side, side, f"{side}-sided"))

    def place(self, item) -> str:
        """Return "on the left", "in the right upper zone", ..., or nothing."""
        side, zone = item.side, item.zone
        if self.style == "B":
            area = {"upper": "UZ", "middle": "MZ", "lower": "LZ", None: ""}[zone]
            return f"{self.side(side)} {area}"
        if zone is None:
            return {None: "", "both": "on both sides"}.get(side, f"on the {side}")
        name = pick(
            self.rng,
            {
                "upper": ("upper zone",),
                "middle": ("mid zone", "middle zone"),
                "lower": ("lower zone", "base"),
            }[zone],
        )
        if item.name == "rib fracture":
            return f"in the {side} {zone} chest wall"
        preposition = "at" if name == "base" else "in"
        if side == "both":
            return f"{preposition} both {name}s"
        where = f"{side} {name}" if side else name
        if self.chance(0.3) and side and name != "base":
            return f"in the {name} of the {side} lung"
        return f"{preposition} the {where}"

    def size(self, item) -> str:
        return pick(self.rng, _TERMS[item.name].sizes[SIZES.index(size_class(item.size))])

    def phrase(self, item) -> str:
        """Return a noun phrase with size and place: "a small effusion on the left"."""
        if item.name in DEVICES:
            return self.device(item)
        term = _TERMS[item.name]
        both = item.side == "both" and term.plural
        names = term.plural if both else term.short if self.style == "B" else term.names
        name = pick(self.rng, names)
        if item.zone is not None or (self.chance(0.4) and self.style == "A" and not both):
            phrase = f"{self.size(item)} {name} {self.place(item)}"
        else:
            phrase = f"{self.size(item)} {self.side(item.side)} {name}"
        bare = both or not term.article or self.style == "B"
        return phrase if bare else f"a {phrase}"

    def device(self, item) -> str:
        name = pick(self.rng, _DEVICE_NAMES[item.name][STYLES.index(self.style)])
        phrase = f"{self.side(item.side)} {name}"
        return phrase if self.style == "B" else f"a {phrase}"

    def statement(self, item) -> str:
        """Return a sentence, without capital and full stop, that reports a finding."""
        if item.name in DEVICES:
            return self._frame(item, ("in place", "in situ", "noted", "seen"))
        term = _TERMS[item.name]
        if self.style == "A" and (item.side != "both" or item.name == "oedema"):
            slots = {
                "side": item.side or "",
                "place": self.place(item),
                "size": self.size(item),
                "sizely": {"small": "mildly", "moderate": "moderately", "large": "markedly"}[
                    size_class(item.size)
                ],
            }
            if self.hedged(item):
                return expand(pick(self.rng, term.hints), self.rng, slots)
            if self.chance(0.35):
                return expand(pick(self.rng, term.signs), self.rng, slots)
        elif self.hedged(item):
            return pick(self.rng, ("?", "possible ", "? ")) + self.phrase(item)
        return self._frame(item, ("seen", "noted", "present", "visible", "demonstrated"))

    def hedged(self, item) -> bool:
        """Tell whether a finding is reported as uncertain: a small one, now and then."""
        return item in self.hedges

    def _frame(self, item, verbs: tuple[str, ...]) -> str:
        phrase = self.phrase(item)
        be = "are" if item.side == "both" and _TERMS[item.name].plural else "is"
        if self.style == "B":
            return pick(self.rng, (phrase, phrase, f"{phrase} {pick(self.rng, verbs[:3])}"))
        return pick(
            self.rng, (f"there {be} {phrase}", f"{phrase} {be} {pick(self.rng, verbs)}", phrase)
        )

    # -- what is not there ---------------------------------------------------------------------

    def denials(self, rate: float) -> list[str]:
        """Return statements of what is absent, some of them for several findings at once."""
        absent = [name for name in _TERMS if name not in self.present and self.chance(rate)]
        absent = [absent[i] for i in self.rng.permutation(len(absent))]
        lines = []
        if not self.present & set(_SYSTEMS["lungs"]) and self.chance(0.6):
            lines.append(pick(self.rng, _CLEAR_LUNGS if self.style == "A" else ("lungs clear",)))
            absent = [name for name in absent if name not in _SYSTEMS["lungs"]]
        while absent:
            n = min(len(absent), 1 + int(self.rng.random() * 3))
            group, absent = absent[:n], absent[n:]
            if n == 1 and self.style == "A":
                lines.append(expand(pick(self.rng, _TERMS[group[0]].denials), self.rng, {}))
                continue
            names = [
                pick(self.rng, _TERMS[name].names if self.style == "A" else _TERMS[name].short)
                for name in group
            ]
            no = pick(
                self.rng,
                ("no", "no", "no evidence of", "no sign of")
                if self.style == "A"
                else ("no", "no", "nil", "-ve for"),
            )
            joined = " or ".join([", ".join(names[:-1]), names[-1]] if n > 1 else names)
            lines.append(f"{no} {joined}")
        if self.chance(0.15):
            lines += self._other_side()
        return lines

    def _other_side(self) -> list[str]:
        """Deny a one-sided finding for the other side."""
        other = {"left": "right", "right": "left"}
        for item in self.items:
            sides = {each.side for each in self.items if each.name == item.name}
            if item.name in ("pleural effusion", "pneumothorax") and len(sides - {"both"}) == 1:
                side = other.get(item.side)
                if side and "both" not in sides:
                    return [f"no {self.side(side)} {_TERMS[item.name].names[0]}"]
        return []


_QUALITY = {
    "A": {
        "shallow": ("the inspiration is shallow", "low lung volumes", "a poor inspiratory effort"),
        "deep": ("the lungs are well expanded", "good inspiration", "adequate inspiration"),
        "rotated": (
            "the patient is rotated",
            "the film is slightly rotated",
            "interpretation is limited by rotation",
        ),
        "straight": ("the patient is not rotated", "well-centred film"),
        "dark": ("the film is somewhat overexposed",),
        "pale": ("the film is somewhat underexposed",),
        "curved": ("scoliosis of the thoracic spine", "the spine is curved to one side"),
    },
    "B": {
        "shallow": ("poor insp", "low lung vols"),
        "deep": ("good insp",),
        "rotated": ("rotated", "pt rotated"),
        "straight": ("well centred",),
        "dark": ("overexposed",),
        "pale": ("underexposed",),
        "curved": ("scoliosis",),
    },
}


def _quality(patient, style: str) -> list[tuple[str, ...]]:
    """Return the remarks on how the film was taken that are true of it."""
    words = _QUALITY[style]
    remarks = []
    if patient.inspiration < 0.35 or patient.inspiration > 0.7:
        remarks.append(words["shallow" if patient.inspiration < 0.35 else "deep"])
    if abs(patient.rotation) > 5 or abs(patient.rotation) < 1:
        remarks.append(words["rotated" if abs(patient.rotation) > 5 else "straight"])
    if abs(patient.exposure) > 0.6:
        remarks.append(words["dark" if patient.exposure > 0 else "pale"])
    if abs(patient.scoliosis) > 0.5:
        remarks.append(words["curved"])
    return remarks


def _technique(patient, rng: np.random.Generator, style: str) -> list[str]:
    """Return the opening remarks: view, patient, quality, comparison."""
    view, age = patient.projection, int(patient.age)
    person = {"female": "woman", "male": "man"}[patient.sex]
    supine = "supine" if view == "AP" else "erect"
    if style == "B":
        views = (
            f"CXR {view}",
            f"{view} CXR",
            f"{view} {supine}",
            f"CXR {view} {supine}",
            f"{age}{patient.sex[0].upper()}, CXR {view}",
        )
        compare = ("no priors", "no prior CXR")
    else:
        views = (
            f"{view} chest radiograph",
            f"a single {view} view of the chest",
            f"chest radiograph, {view} view",
            f"{view} view of a {age}-year-old {person}",
            f"frontal ({view}) chest radiograph",
            f"{supine} {view} film",
        )
        compare = (
            "no previous films for comparison",
            "no prior study is available",
            "there are no earlier images for comparison",
        )
    lines = [pick(rng, views)] if rng.random() < 0.75 else []
    lines += [pick(rng, words) for words in _quality(patient, style) if rng.random() < 0.4]
    return lines + ([pick(rng, compare)] if rng.random() < 0.2 else [])


def _prose(lines: list[str]) -> str:
    return " ".join(tidy(line, sentence=True) for line in lines)


def report(patient, findings, rng: np.random.Generator, style: str = "A") -> Report:
    """Write the report of a chest radiograph.

    Parameters
    ----------
    patient : Patient
        Whose film it is: view, quality, sex and age may be mentioned.
    findings : Findings
        What is there; every finding is reported with its side and a word for its size.
    rng : numpy.random.Generator
        Chooses the words, which findings are denied and which small ones are hedged.
    style : {"A", "B"}
        The hospital: full sentences, or telegraphic with abbreviations.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If there is no such style.

    Examples
    --------
    >>> from clipstudio.chest import Finding, Findings, Patient
    >>> found = Findings([Finding("pleural effusion", "left", 0.9)])
    >>> written = report(Patient(), found, np.random.default_rng(0))
    >>> read_report(written.impression)
    [Fact(name='pleural effusion', status='present', side='left', size='large', zone=None)]
    """
    if style not in STYLES:
        raise ValueError(f"A report's style is one of {', '.join(STYLES)}, not {style!r}.")
    writer = _Reporter(findings, rng, style)
    statements = [writer.statement(item) for item in writer.items]
    denials = writer.denials(0.55 if writer.items else 0.7)
    body = statements + denials
    if writer.chance(0.6):
        body = [body[i] for i in rng.permutation(len(body))]
    if not body:
        body = [expand(pick(rng, _NORMAL[style]), rng, {})]
    return Report(_prose(_technique(patient, rng, style) + body), _impression(writer), style)


def _impression(writer: _Reporter) -> str:
    """Sum up: every finding again, the most urgent first, or that there is none."""
    rng, style = writer.rng, writer.style
    found = [item for item in writer.items if item.name not in DEVICES]
    devices = [item for item in writer.items if item.name in DEVICES and writer.chance(0.4)]
    if not found:
        lines = [expand(pick(rng, _NORMAL[style]), rng, {})]
        if devices:
            lines = [f"{writer.device(item)} in place" for item in devices]
            lines.append("no other abnormality" if style == "A" else "otherwise NAD")
        return _prose(lines)
    lines = []
    for item in found + devices:
        phrase = writer.phrase(item)
        if writer.hedged(item):
            phrase = f"possible {phrase.removeprefix('a ')}" if style == "A" else f"? {phrase}"
        lines.append(phrase.removeprefix("a "))
    if len(lines) > 1 and writer.chance(0.4):
        return " ".join(f"{i}. {tidy(line, sentence=True)}" for i, line in enumerate(lines, 1))
    return _prose(lines)


def radiograph_caption(
    patient, findings, rng: np.random.Generator, length: str | None = None, style: str = "A"
) -> str:
    """Write a caption of a radiograph for pretraining.

    Parameters
    ----------
    patient, findings, rng, style
        As for `report`.
    length : {"short", "long"}, optional
        "short" names a few of the findings in at most 14 words; "long" is a report's impression
        or some of its sentences; by default both occur.

    Returns
    -------
    str
        True of the picture, though it need not say all.
    """
    if length not in ("short", "long", None):
        raise ValueError(f"A caption's length is 'short', 'long' or None, not {length!r}.")
    if length == "long" or (length is None and rng.random() < 0.3):
        return _long_caption(patient, findings, rng, style)
    while True:
        text = _short_caption(patient, findings, rng, style)
        if len(text.split()) <= 14:
            return text


_FILMS = (
    "chest x-ray",
    "chest x-ray",
    "chest radiograph",
    "radiograph of the chest",
    "frontal chest film",
    "x-ray of the chest",
    "chest film",
    "{view} chest radiograph",
    "{view} chest x-ray",
    "x-ray picture of a {person}'s chest",
)


def _short_caption(patient, findings, rng, style: str) -> str:
    writer = _Reporter(findings, rng, style)
    words = {"view": patient.projection, "person": {"female": "woman", "male": "man"}[patient.sex]}
    film = expand(pick(rng, _FILMS), rng, words)
    items = [writer.items[i] for i in rng.permutation(len(writer.items))]
    items = items[: 1 + int(rng.random() * 2)]
    if not items:
        return tidy(
            pick(
                rng,
                (
                    f"normal {film}",
                    f"a normal {film}",
                    f"{film}, normal",
                    f"{film} without findings",
                    f"{film}, clear lungs",
                    f"{film} with nothing abnormal",
                    f"unremarkable {film}",
                    f"{film}, no {pick(rng, list(_TERMS))}",
                    f"{film} of a healthy {words['person']}",
                ),
            )
        )
    plain = [_plain_name(item, rng) for item in items]
    told = " and ".join(plain if writer.chance(0.5) else [writer.phrase(item) for item in items])
    absent = [name for name in _TERMS if name not in writer.present]
    form = int(rng.random() * 7)
    if form == 0:
        return tidy(told.removeprefix("a "))
    if form == 1:
        return tidy(f"{film}, {told.removeprefix('a ')}")
    if form == 2:
        return tidy(f"{told} on a {film}")
    if form == 3:
        return tidy(f"{film} with {told}, no {pick(rng, absent)}")
    if form == 4:
        return tidy(f"an x-ray that shows {told}")
    return tidy(f"{pick(rng, ('a ', ''))}{film} with {told}")


def _plain_name(item, rng) -> str:
    """Name a finding in the studio's own words, with or without its side."""
    side = {"both": "bilateral", None: ""}.get(item.side, item.side)
    name = f"{side} {item.name}" if rng.random() < 0.6 else item.name
    mass = item.name in _TERMS and not _TERMS[item.name].article
    return name if mass or item.side == "both" else f"a {name}"


def _long_caption(patient, findings, rng, style: str) -> str:
    full = report(patient, findings, rng, style)
    if rng.random() < 0.4:
        return full.impression
    if rng.random() < 0.3:
        return full.findings
    sentences = re.findall(r"[^.]+\.", full.findings)
    start = int(rng.random() * max(len(sentences) - 3, 1))
    return "".join(sentences[start : start + 4]).strip()


# -- reading ---------------------------------------------------------------------------------------

# What names a finding, by hospital's words or by what they mean. The first rule that fits wins.
_READ_TERMS = {
    "pleural effusion": r"(?:(?:pleural|pl) )?effusions?|pleural fluid",
    "pneumothorax": r"pneumothora(?:x|ces)|ptx",
    "cardiomegaly": r"cardiomegaly|enlargement of the heart|cardiac enlargement|enlarged heart"
    r"|(?:heart|silhouette) (?:is|appears) (?:not )?(?:\w+ )?enlarged|\bcm",
    "consolidation": r"consolidations?|airspace opacit(?:y|ies)|pneumonia",
    "mass": r"mass(?:es)?(?: lesion)?",
    "nodule": r"nodules?|nodular opacity",
    "oedema": r"oedema|edema",
    "atelectasis": r"atelectasis|atelectatic changes?",
    "rib fracture": r"(?:rib )?fractures?|rib #",
    "hiatal hernia": r"hiat(?:al|us) hernia|hh",
    "pacemaker": r"pacemaker|pacing device|ppm",
    "central line": r"central (?:venous )?(?:line|catheter)|cvc",
    "chest tube": r"chest (?:tube|drain)|intercostal drain|ic drain",
}
_TERM = re.compile(
    r"(?<!\w)(?:"
    + "|".join(f"(?P<t{i}>{rule})" for i, rule in enumerate(_READ_TERMS.values()))
    + r")(?!\w)"
)
_ZONED = ("consolidation", "mass", "nodule", "atelectasis", "rib fracture")
_LUNGS = ("consolidation", "mass", "nodule", "oedema", "atelectasis")
_ALL = tuple(name for name in _READ_TERMS if name not in DEVICES)
# Statements that deny findings without naming them, or by saying what is normal.
_ALL_CLEAR = (
    (r"\blungs?(?: fields)?\b(?:(?! not ).)*\bclear\b|^clear lungs", _LUNGS),
    (r"costophrenic angles are (?:sharp|clear)", ("pleural effusion",)),
    (
        r"(?:heart|silhouette|contour)(?: size)? is (?:normal|of normal size|within normal limits)"
        r"|heart size is normal",
        ("cardiomegaly",),
    ),
    (r"(?:ribs|bones) are (?:intact|unremarkable)", ("rib fracture",)),
    (r"no volume loss", ("atelectasis",)),
    (
        r"no acute cardiopulmonary process",
        ("pneumothorax", "oedema", "consolidation", "pleural effusion"),
    ),
    (
        r"^(?:\d\. )?(?:nad|normal|clear chest|no abnormality.*|no significant abnormality"
        r"|(?:the )?(?:unremarkable|normal)? ?(?:chest radiograph|cxr|study)(?: is normal)?"
        r"|normal appearances of the chest)$",
        _ALL,
    ),
)
_READ_DENIAL = re.compile(
    r"(?<!\w)(?:no(?! (?:significant |interval )*change| longer)|not(?! only)|nil|without"
    r"|absence of|negative for|-ve for|free of|neither|nor)(?!\w)"
)
_READ_DENIED_AFTER = re.compile(
    r"(?: (?:is|are|was) (?:not|absent)| absent| excluded|: none)(?!\w)"
)
_READ_AFFIRMED = re.compile(r", (?:in keeping with|consistent with|indicating|due to) ")
_READ_EXCEPTION = re.compile(r"\b(?:but|apart from|except(?: for)?|other than|however|although)\b")
_READ_DOUBT = re.compile(
    r"\?|\b(?:possibl[ey]|probabl[ey]|may|might|could|cannot be (?:excluded|ruled out)"
    r"|not excluded|suspicious for|suspicion of|suspected|questionable|equivocal)\b"
)
_READ_SIDE = {
    "both": r"bilat(?:eral)?|b/l|both sides|both (?:upper|mid|middle|lower) zones|both bases",
    "left": r"left(?:-sided)?|l",
    "right": r"right(?:-sided)?|r",
}
_READ_SIZE = {
    "small": r"small|tiny|minor|mild(?:ly)?|slight|subtle|minimal(?:ly)?|trace",
    "moderate": r"moderate(?:ly)?(?:-sized)?|medium-sized",
    "large": r"large|sizeable|extensive|severe(?:ly)?|marked(?:ly)?|wide(?:ly)?|massive",
}
_READ_ZONE = {
    "upper": r"upper (?:zones?|chest wall)|uz|apex|apical",
    "middle": r"mid(?:dle)? (?:zones?|chest wall)|mz",
    "lower": r"lower (?:zones?|chest wall)|lz|bases?|basal|basilar",
}


def read_report(text: str) -> list[Fact]:
    """Find what a report says is present, uncertain or absent.

    Parameters
    ----------
    text : str
        A report of either style, whole or in part.

    Returns
    -------
    list of Fact
        In the order of the text; a finding that is named twice is there twice. What is denied for
        one side alone has that side.

    Examples
    --------
    >>> for fact in read_report("Small left effusion. No pneumothorax or mass. ?nodule R UZ."):
    ...     print(*fact)
    pleural effusion present left small None
    pneumothorax absent None None None
    mass absent None None None
    nodule uncertain right None upper
    """
    facts = []
    text = re.sub(r"(?im)^(?:findings|impression|report|conclusion):", "", text).lower()
    for sentence in re.split(r"(?<=[^\d\s])\.(?:\s|$)|\n|;", text):
        sentence = re.sub(r"^\s*\d+\.\s*", "", sentence).strip()
        for clause in _READ_EXCEPTION.split(sentence):
            facts += _read_clause(clause.strip(" ,"))
    return facts


def _read_clause(clause: str) -> list[Fact]:
    """Read a part of a sentence within which a denial or a doubt holds to the end."""
    for rule, names in _ALL_CLEAR:
        if re.search(rule, clause):
            return [Fact(name, "absent") for name in names]
    terms = list(_TERM.finditer(clause))
    facts = []
    start = 0
    for term, following in zip(terms, [*terms[1:], None], strict=False):
        name = list(_READ_TERMS)[int(term.lastgroup[1:])]
        # Size, side and place stand next to their finding, within commas, "and", "with", "or".
        end = len(clause) if following is None else following.start()
        if joint := re.search(r",| and | with | or ", clause[term.end() : end]):
            end = term.end() + joint.start() if following is not None else end
        near, start = clause[start:end], end
        if _READ_DOUBT.search(clause):
            status = "uncertain"
        else:
            status = "absent" if _denied(clause, term) else "present"
        zone = _first(_READ_ZONE, near) if name in _ZONED else None
        facts.append(Fact(name, status, _first(_READ_SIDE, near), _first(_READ_SIZE, near), zone))
    return facts


def _denied(clause: str, term: re.Match) -> bool:
    """Tell whether a denial before the term reaches it, or one follows it ("is not seen")."""
    if _READ_DENIED_AFTER.match(clause[term.end() :]):
        return True
    before = clause[: term.end()]
    denials = list(_READ_DENIAL.finditer(before))
    # "no markings beyond it, in keeping with a pneumothorax" affirms what it names
    return bool(denials) and not _READ_AFFIRMED.search(before[denials[-1].end() :])


def _first(rules: dict[str, str], text: str) -> str | None:
    """Return the first name in ``rules`` whose words are in the text."""
    for name, rule in rules.items():
        if re.search(rf"(?<!\w)(?:{rule})(?!\w)", text):
            return name
    return None
