"""Radiology reports, made from a patient's findings, and read back. Nothing here is for diagnosis.

`report` writes findings and impression as one of two hospitals does: "A" in full sentences, "B" in
telegraphic style with abbreviations. Every finding of the specification is reported, with its side
and a word for its size; much of what is absent is denied; small findings are sometimes hedged.
`read_report` finds the facts in such a text by rules of its own: tests compare the two.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import model_validator

from clipstudio.chest import HOSPITALS, Finding, Findings, Patient
from clipstudio.grammar import expand, pick, tidy
from clipstudio.materials import check_name
from clipstudio.words import Phrase, Phrases, Templates, Words, read, slots


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
        words = _WORDS.hospitals[self.style]
        return f"{words.findings}: {self.findings}\n{words.impression}: {self.impression}"


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


class _Scale(Words):
    small: Phrases
    moderate: Phrases
    large: Phrases


class _Term(Words):
    """How hospitals speak of a finding; `words/reports.toml` says what each field is for."""

    article: bool
    scale: Phrase
    names: Phrases
    plain: Phrases = ()
    plural: Phrases = ()
    short: Phrases
    signs: Annotated[Templates, slots("side", "size", "sizely", "place")]
    hints: Annotated[Templates, slots("side", "size", "place")]
    denials: Annotated[Templates, slots()]


class _Device(Words):
    names: Phrases
    short: Phrases


class _Quality(Words):
    shallow: Phrases
    deep: Phrases
    rotated: Phrases
    straight: Phrases
    dark: Phrases
    pale: Phrases
    curved: Phrases


class _Zones(Words):
    upper: Phrases
    middle: Phrases
    lower: Phrases


class _Hospital(Words):
    findings: Phrase
    impression: Phrase
    views: Annotated[Templates, slots("view", "posture", "age", "person", "initial")]
    priors: Phrases
    normal: Annotated[Templates, slots()]
    no_other: Phrase
    clear_lungs: Phrases
    no: Phrases
    quality: _Quality


class _Reports(Words):
    """All words of the reports; whatever an entry names exists."""

    urgency: Phrases
    lungs: Phrases
    films: Annotated[Templates, slots("view", "person")]
    normal_films: Annotated[Templates, slots("film", "person", "absent")]
    found_films: Annotated[Templates, slots("film", "told", "bare", "absent")]
    hospitals: dict[str, _Hospital]
    zones: _Zones
    scales: dict[Phrase, _Scale]
    terms: dict[Phrase, _Term]
    devices: dict[Phrase, _Device]

    @model_validator(mode="after")
    def _references_resolve(self) -> _Reports:
        for name, term in self.terms.items():
            check_name(f"scale of {name}", term.scale, self.scales)
        for name in self.lungs:
            check_name("finding of the lungs", name, self.terms)
        if list(self.hospitals) != list(HOSPITALS):
            raise ValueError(f"the hospitals are {', '.join(HOSPITALS)}")
        if sorted(self.urgency) != sorted([*self.terms, *self.devices]):
            raise ValueError("urgency names every finding and device once")
        return self


_WORDS = read(_Reports, "reports.toml")
STYLES = tuple(_WORDS.hospitals)
SIZES = tuple(_Scale.model_fields)
DEVICES = tuple(_WORDS.devices)


class _Reporter:
    """Composes the sentences of one report."""

    def __init__(
        self,
        findings: Findings,
        rng: np.random.Generator,
        style: str,
        kept_back: Collection[str] = (),
    ) -> None:
        self.items = sorted(findings, key=lambda item: _WORDS.urgency.index(item.name))
        self.words = _WORDS.hospitals[style]
        self.rng = rng
        self.style = style
        self.present = {item.name for item in self.items}
        self.absent = [
            name for name in _WORDS.terms if name not in self.present and name not in kept_back
        ]
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

    def place(self, item: Finding) -> str:
        """Return "on the left", "in the right upper zone", ..., or nothing."""
        side, zone = item.side, item.zone
        if self.style == "B":
            area = f"{zone[0].upper()}Z" if zone else ""
            return f"{self.side(side)} {area}"
        if zone is None:
            return {None: "", "both": "on both sides"}.get(side, f"on the {side}")
        name = pick(self.rng, getattr(_WORDS.zones, zone))
        if item.name == "rib fracture":
            return f"in the {side} {zone} chest wall"
        preposition = "at" if name == "base" else "in"
        if side == "both":
            return f"{preposition} both {name}s"
        where = f"{side} {name}" if side else name
        if self.chance(0.3) and side and name != "base":
            return f"in the {name} of the {side} lung"
        return f"{preposition} the {where}"

    def size(self, item: Finding) -> str:
        scale = _WORDS.scales[_WORDS.terms[item.name].scale]
        return pick(self.rng, getattr(scale, size_class(item.size)))

    def phrase(self, item: Finding) -> str:
        """Return a noun phrase with size and place: "a small effusion on the left"."""
        if item.name in DEVICES:
            return self.device(item)
        term = _WORDS.terms[item.name]
        both = item.side == "both" and term.plural
        names = term.plural if both else term.short if self.style == "B" else term.names
        name = pick(self.rng, names)
        if item.zone is not None or (self.chance(0.4) and self.style == "A" and not both):
            phrase = f"{self.size(item)} {name} {self.place(item)}"
        else:
            phrase = f"{self.size(item)} {self.side(item.side)} {name}"
        bare = both or not term.article or self.style == "B"
        return phrase if bare else f"a {phrase}"

    def device(self, item: Finding) -> str:
        words = _WORDS.devices[item.name]
        name = pick(self.rng, words.short if self.style == "B" else words.names)
        phrase = f"{self.side(item.side)} {name}"
        return phrase if self.style == "B" else f"a {phrase}"

    def statement(self, item: Finding) -> str:
        """Return a sentence, without capital and full stop, that reports a finding."""
        if item.name in DEVICES:
            return self._frame(item, ("in place", "in situ", "noted", "seen"))
        term = _WORDS.terms[item.name]
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

    def hedged(self, item: Finding) -> bool:
        """Tell whether a finding is reported as uncertain: a small one, now and then."""
        return item in self.hedges

    def _frame(self, item: Finding, verbs: tuple[str, ...]) -> str:
        phrase = self.phrase(item)
        be = "are" if item.side == "both" and _WORDS.terms[item.name].plural else "is"
        if self.style == "B":
            return pick(self.rng, (phrase, phrase, f"{phrase} {pick(self.rng, verbs[:3])}"))
        return pick(
            self.rng, (f"there {be} {phrase}", f"{phrase} {be} {pick(self.rng, verbs)}", phrase)
        )

    # -- what is not there ---------------------------------------------------------------------

    def denials(self, rate: float) -> list[str]:
        """Return statements of what is absent, some of them for several findings at once."""
        absent = [name for name in self.absent if self.chance(rate)]
        absent = [absent[i] for i in self.rng.permutation(len(absent))]
        lines = []
        if not self.present & set(_WORDS.lungs) and self.chance(0.6):
            lines.append(pick(self.rng, self.words.clear_lungs))
            absent = [name for name in absent if name not in _WORDS.lungs]
        while absent:
            n = min(len(absent), 1 + int(self.rng.random() * 3))
            group, absent = absent[:n], absent[n:]
            if n == 1 and self.style == "A":
                lines.append(expand(pick(self.rng, _WORDS.terms[group[0]].denials), self.rng, {}))
                continue
            names = [
                pick(
                    self.rng,
                    _WORDS.terms[name].names if self.style == "A" else _WORDS.terms[name].short,
                )
                for name in group
            ]
            no = pick(self.rng, self.words.no)
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
                side = other.get(item.side or "")
                if side and "both" not in sides:
                    return [f"no {self.side(side)} {_WORDS.terms[item.name].names[0]}"]
        return []


def _quality(patient: Patient, words: _Quality) -> list[tuple[str, ...]]:
    """Return the remarks on how the film was taken that are true of it."""
    remarks = []
    if patient.inspiration < 0.35 or patient.inspiration > 0.7:
        remarks.append(words.shallow if patient.inspiration < 0.35 else words.deep)
    if abs(patient.rotation) > 5 or abs(patient.rotation) < 1:
        remarks.append(words.rotated if abs(patient.rotation) > 5 else words.straight)
    if abs(patient.exposure) > 0.6:
        remarks.append(words.dark if patient.exposure > 0 else words.pale)
    if abs(patient.scoliosis) > 0.5:
        remarks.append(words.curved)
    return remarks


def _person(patient: Patient) -> str:
    return {"female": "woman", "male": "man"}[patient.sex]


def _technique(patient: Patient, rng: np.random.Generator, words: _Hospital) -> list[str]:
    """Return the opening remarks: view, patient, quality, comparison."""
    facts = {
        "view": patient.projection,
        "posture": "supine" if patient.projection == "AP" else "erect",
        "age": str(int(patient.age)),
        "person": _person(patient),
        "initial": patient.sex[0].upper(),
    }
    lines = [expand(pick(rng, words.views), rng, facts)] if rng.random() < 0.75 else []
    remarks = _quality(patient, words.quality)
    lines += [pick(rng, options) for options in remarks if rng.random() < 0.4]
    return lines + ([pick(rng, words.priors)] if rng.random() < 0.2 else [])


def _prose(lines: list[str]) -> str:
    return " ".join(tidy(line, sentence=True) for line in lines)


def report(
    patient: Patient,
    findings: Findings,
    rng: np.random.Generator,
    style: str = "A",
    kept_back: Collection[str] = (),
) -> Report:
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
    kept_back : collection of str
        Findings of which the hospital does not know: they are never denied.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If there is no such style.

    Examples
    --------
    >>> from clipstudio.chest import HOSPITALS, Finding, Findings, Patient
    >>> found = Findings([Finding("pleural effusion", "left", 0.9)])
    >>> written = report(Patient(), found, np.random.default_rng(0))
    >>> read_report(written.impression)
    [Fact(name='pleural effusion', status='present', side='left', size='large', zone=None)]
    """
    if style not in STYLES:
        raise ValueError(f"A report's style is one of {', '.join(STYLES)}, not {style!r}.")
    writer = _Reporter(findings, rng, style, kept_back)
    statements = [writer.statement(item) for item in writer.items]
    denials = writer.denials(0.55 if writer.items else 0.7)
    body = statements + denials
    if writer.chance(0.6):
        body = [body[i] for i in rng.permutation(len(body))]
    if not body:
        body = [expand(pick(rng, writer.words.normal), rng, {})]
    return Report(_prose(_technique(patient, rng, writer.words) + body), _impression(writer), style)


def _impression(writer: _Reporter) -> str:
    """Sum up: every finding again, the most urgent first, or that there is none."""
    rng, style = writer.rng, writer.style
    found = [item for item in writer.items if item.name not in DEVICES]
    devices = [item for item in writer.items if item.name in DEVICES and writer.chance(0.4)]
    if not found:
        lines = [expand(pick(rng, writer.words.normal), rng, {})]
        if devices:
            lines = [f"{writer.device(item)} in place" for item in devices]
            lines.append(writer.words.no_other)
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
    patient: Patient,
    findings: Findings,
    rng: np.random.Generator,
    length: str | None = None,
    style: str = "A",
    kept_back: Collection[str] = (),
) -> str:
    """Write a caption of a radiograph for pretraining.

    Parameters
    ----------
    patient, findings, rng, style, kept_back
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
        return _long_caption(patient, findings, rng, style, kept_back)
    while True:
        text = _short_caption(patient, findings, rng, style, kept_back)
        if len(text.split()) <= 14:
            return text


def _short_caption(
    patient: Patient,
    findings: Findings,
    rng: np.random.Generator,
    style: str,
    kept_back: Collection[str],
) -> str:
    writer = _Reporter(findings, rng, style, kept_back)
    words = {"view": patient.projection, "person": _person(patient)}
    words["film"] = expand(pick(rng, _WORDS.films), rng, words)
    items = [writer.items[i] for i in rng.permutation(len(writer.items))]
    items = items[: 1 + int(rng.random() * 2)]
    if not items:
        words["absent"] = pick(rng, writer.absent)
        return tidy(expand(pick(rng, _WORDS.normal_films), rng, words))
    plain = [_plain_name(item, rng) for item in items]
    told = " and ".join(plain if writer.chance(0.5) else [writer.phrase(item) for item in items])
    found = {**words, "told": told, "bare": re.sub("^an? ", "", told), "absent": writer.absent}
    return tidy(expand(pick(rng, _WORDS.found_films), rng, found))


def _plain_name(item: Finding, rng: np.random.Generator) -> str:
    """Name a finding in the studio's own words, with or without its side, or in plain ones."""
    term = _WORDS.terms.get(item.name)
    if term and term.plain and rng.random() < 0.25:
        return pick(rng, term.plain)
    side = {"both": "bilateral", None: ""}.get(item.side, item.side)
    name = f"{side} {item.name}" if rng.random() < 0.6 else item.name
    mass = term is not None and not term.article
    return name if mass or item.side == "both" else f"a {name}"


def _long_caption(
    patient: Patient,
    findings: Findings,
    rng: np.random.Generator,
    style: str,
    kept_back: Collection[str],
) -> str:
    full = report(patient, findings, rng, style, kept_back)
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
    "pleural effusion": r"(?:(?:pleural|pl) )?effusions?|pleural fluid|fluid around the lung",
    "pneumothorax": r"pneumothora(?:x|ces)|ptx",
    "cardiomegaly": r"cardiomegaly|enlargement of the heart|cardiac enlargement|enlarged heart"
    r"|(?:heart|silhouette) (?:is|appears) (?:not )?(?:\w+ )?enlarged|\bcm",
    "consolidation": r"consolidations?|airspace opacit(?:y|ies)|pneumonia",
    "mass": r"mass(?:es)?(?: lesion)?",
    "nodule": r"nodules?|nodular opacity",
    "oedema": r"oedema|edema",
    "atelectasis": r"atelectasis|atelectatic changes?",
    "rib fracture": r"(?:rib )?fractures?|rib #|broken ribs?",
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
        name = list(_READ_TERMS)[int((term.lastgroup or "")[1:])]
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
