"""Patients and findings: the specification from which a chest radiograph is made.

A `Patient` fixes the anatomy and how the film was taken; `Findings` say what is wrong and which
devices lie in the chest.  Both are plain, immutable and go to JSON and back; the same pair always
gives the same film.  Anatomy, findings and noise are drawn from separate random streams, so two
films of one patient differ in the findings alone.

"left" and "right" are the patient's own: the patient's left is on the right of the picture.

All radiographs made from these are synthetic and for teaching. Nothing here is for diagnosis.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields

import numpy as np

SEXES = ("female", "male")
PROJECTIONS = ("PA", "AP")
ZONES = ("upper", "middle", "lower")
ONE_SIDE = ("left", "right")
HOSPITALS = ("A", "B")
AP_SHARE = {"A": 0.25, "B": 0.55}  # films taken from the front, lying or sitting in bed


@dataclass(frozen=True)
class Kind:
    """What a finding may say: its possible sides and zones (empty: it has none)."""

    sides: tuple[str, ...]
    zones: tuple[str, ...]
    legend: str


FINDINGS: dict[str, Kind] = {
    "pleural effusion": Kind(
        (*ONE_SIDE, "both"),
        (),
        "white at the base of the lung, its upper border curving up along the chest wall",
    ),
    "pneumothorax": Kind(
        ONE_SIDE, (), "a fine white line inside the ribs, and beyond it black without any vessels"
    ),
    "cardiomegaly": Kind((), (), "the heart is wider than half of the chest"),
    "consolidation": Kind(
        ONE_SIDE, ZONES, "a cloudy white patch with a soft, uneven border inside the lung"
    ),
    "nodule": Kind(ONE_SIDE, ZONES, "one small round white spot in the lung, at most 3 cm wide"),
    "mass": Kind(ONE_SIDE, ZONES, "a round, lobed white lump in the lung, more than 3 cm wide"),
    "oedema": Kind(
        ("both",),
        (),
        "both lungs hazy around their roots like the wings of a bat, with wide upper vessels and "
        "short lines at the lower edges",
    ),
    "atelectasis": Kind(
        ONE_SIDE,
        ZONES,
        "a dense band or wedge where the lung has collapsed, pulling its surroundings towards it",
    ),
    "rib fracture": Kind(ONE_SIDE, ZONES, "a gap and a step in the outline of one or more ribs"),
    "hiatal hernia": Kind(
        (), (), "a round shadow behind the heart with air above a level line of fluid"
    ),
}
DEVICES: dict[str, Kind] = {
    "pacemaker": Kind(
        ONE_SIDE, (), "a bright box under the collarbone with leads running into the heart"
    ),
    "central line": Kind(
        ONE_SIDE, (), "a thin bright line from the neck or collarbone down beside the spine"
    ),
    "chest tube": Kind(
        ONE_SIDE, (), "a bright-edged tube that enters between the ribs and lies in the chest"
    ),
}
KINDS = {**FINDINGS, **DEVICES}


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the random stream of that name for that seed; another name, an independent stream.

    Examples
    --------
    >>> stream(7, "noise").random() == stream(7, "noise").random()
    True
    >>> stream(7, "noise").random() == stream(7, "anatomy").random()
    False
    """
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


# ---------------------------------------------------------------------------------------- patient
@dataclass(frozen=True)
class Patient:
    """Who is on the film and how it was taken.

    Attributes
    ----------
    seed : int
        Every detail that has no attribute of its own (shape of the heart, slope of the ribs ...)
        is drawn from it. At least 0.
    sex : {"female", "male"}
    age : float
        Years, 18 to 100: the aorta unfolds and the ribs slope more with age.
    build : float
        -1 slender to 1 stout.
    inspiration : float
        0 shallow to 1 deep: how low the diaphragm stands.
    rotation : float
        Degrees, -10 to 10, by which the patient has turned about the long axis.
    projection : {"PA", "AP"}
        PA: standing, the beam enters through the back. AP: in bed, through the front; the heart
        is magnified and the shoulder blades lie over the lungs.
    exposure : float
        -1 pale to 1 dark.
    scoliosis : float
        -1 to 1: sideways curve of the spine, 0 straight.

    Examples
    --------
    >>> patient = Patient(seed=3, sex="female", age=71, projection="AP")
    >>> Patient.from_dict(patient.to_dict()) == patient
    True
    >>> Patient(seed=3, sex="child")
    Traceback (most recent call last):
        ...
    ValueError: Patient: sex is 'child', but must be one of: female, male
    """

    seed: int = 0
    sex: str = "male"
    age: float = 50.0
    build: float = 0.0
    inspiration: float = 0.7
    rotation: float = 0.0
    projection: str = "PA"
    exposure: float = 0.0
    scoliosis: float = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.seed, bool) or not isinstance(self.seed, (int, np.integer)):
            raise ValueError(f"Patient: seed is {self.seed!r}, but must be a whole number")
        if self.seed < 0:
            raise ValueError(f"Patient: seed is {self.seed}, but must be 0 or more")
        object.__setattr__(self, "seed", int(self.seed))
        for name, options in (("sex", SEXES), ("projection", PROJECTIONS)):
            if getattr(self, name) not in options:
                raise ValueError(
                    f"Patient: {name} is {getattr(self, name)!r}, but must be one of: "
                    f"{_listed(options)}"
                )
        for name, (low, high) in PATIENT_RANGES.items():
            object.__setattr__(
                self, name, _number(f"Patient: {name}", getattr(self, name), low, high)
            )

    @classmethod
    def random(cls, rng: np.random.Generator | int, hospital: str = "A") -> Patient:
        """Return a patient as they come to that hospital.

        Parameters
        ----------
        rng : numpy.random.Generator or int
            An int is the seed of a new generator.
        hospital : {"A", "B"}
            Hospital B takes more of its films in bed.
        """
        rng = np.random.default_rng(rng)
        check_hospital(hospital)
        supine = rng.random() < AP_SHARE[hospital]
        return cls(
            seed=int(rng.integers(2**31)),
            sex=SEXES[int(rng.random() < 0.55)],
            age=round(float(np.clip(rng.normal(64 if supine else 55, 18), 18, 97))),
            build=round(float(np.clip(rng.normal(0.05, 0.45), -1, 1)), 2),
            inspiration=round(float(rng.beta(*((2, 3) if supine else (5, 2)))), 2),
            rotation=round(float(np.clip(rng.normal(0, 4.5 if supine else 2.2), -10, 10)), 1),
            projection="AP" if supine else "PA",
            exposure=round(float(np.clip(rng.normal(0, 0.4), -1, 1)), 2),
            scoliosis=round(float(np.clip(rng.normal(0, 0.3), -1, 1)), 2),
        )

    def to_dict(self) -> dict:
        """Plain values, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict) -> Patient:
        """Return the patient that `to_dict` described."""
        return cls(**_known_fields(cls, values))


PATIENT_RANGES = {
    "age": (18, 100),
    "build": (-1, 1),
    "inspiration": (0, 1),
    "rotation": (-10, 10),
    "exposure": (-1, 1),
    "scoliosis": (-1, 1),
}


def _number(what: str, value: float, low: float, high: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = np.nan
    if not low <= number <= high:
        raise ValueError(f"{what} is {value!r}, but must be a number from {low} to {high}")
    return number


def _known_fields(cls: type, values: dict) -> dict:
    known = [f.name for f in fields(cls)]
    unknown = [name for name in values if name not in known]
    if unknown:
        raise ValueError(
            f"{cls.__name__}: unknown {_listed(map(repr, unknown))}; possible are: {_listed(known)}"
        )
    return values


def check_hospital(hospital: str) -> str:
    """Return `hospital` if there is one of that name, otherwise raise ValueError."""
    if hospital not in HOSPITALS:
        raise ValueError(f"hospital is {hospital!r}, but must be one of: {_listed(HOSPITALS)}")
    return hospital


# --------------------------------------------------------------------------------------- findings
@dataclass(frozen=True)
class Finding:
    """One finding or device.

    Attributes
    ----------
    name : str
        A key of `FINDINGS` or `DEVICES`.
    side : {"left", "right", "both"} or None
        The patient's side, where the finding has one (see `KINDS[name].sides`).
    size : float
        0, just visible, to 1, as large as it gets. A device has no size: it is ignored.
    zone : {"upper", "middle", "lower"} or None
        Height in the lung, where the finding has one.

    Examples
    --------
    >>> Finding("pleural effusion", "left", 0.4)
    Finding(name='pleural effusion', side='left', size=0.4, zone=None)
    >>> Finding("nodule", "both", zone="upper")
    Traceback (most recent call last):
        ...
    ValueError: nodule: side is 'both', but must be one of: left, right
    """

    name: str
    side: str | None = None
    size: float = 0.5
    zone: str | None = None

    def __post_init__(self) -> None:
        if self.name not in KINDS:
            raise ValueError(
                f"unknown finding {self.name!r}; findings are: {_listed(FINDINGS)}; "
                f"devices are: {_listed(DEVICES)}"
            )
        kind = KINDS[self.name]
        for what, options in (("side", kind.sides), ("zone", kind.zones)):
            value = getattr(self, what)
            if value is None and len(options) == 1:  # oedema is always on both sides
                object.__setattr__(self, what, options[0])
            elif not options and value is not None:
                raise ValueError(f"{self.name}: it has no {what}, but {what}={value!r} was given")
            elif options and value not in options:
                raise ValueError(
                    f"{self.name}: {what} is {value!r}, but must be one of: {_listed(options)}"
                )
        size = _number(f"{self.name}: size", self.size, 0, 1)
        object.__setattr__(self, "size", size)

    @property
    def sides(self) -> tuple[str, ...]:
        """The single sides it lies on: "both" counts as two."""
        return ONE_SIDE if self.side == "both" else (self.side,) if self.side else ()

    @classmethod
    def random(
        cls,
        rng: np.random.Generator,
        name: str | None = None,
        side: str | None = None,
        size: float | None = None,
    ) -> Finding:
        """Return a finding with everything that is not given drawn at random."""
        name = str(rng.choice(list(KINDS))) if name is None else name
        if name not in KINDS:
            return cls(name)  # raises, with the list
        kind = KINDS[name]
        if side is None and kind.sides:
            odds = np.array(_SIDE_ODDS.get(name, [1.0] * len(kind.sides)))
            side = str(rng.choice(kind.sides, p=odds / odds.sum()))
        zone = None
        if kind.zones:
            odds = np.array(_ZONE_ODDS.get(name, (1.0, 1.0, 1.0)))
            zone = str(rng.choice(kind.zones, p=odds / odds.sum()))
        if size is None:
            size = round(float(rng.beta(1.5, 1.7)), 2)
        return cls(name, side, size, zone)


_SIDE_ODDS = {
    "pleural effusion": (0.35, 0.35, 0.3),
    "pacemaker": (0.85, 0.15),
    "central line": (0.25, 0.75),
}
_ZONE_ODDS = {
    "consolidation": (0.2, 0.3, 0.5),
    "atelectasis": (0.15, 0.2, 0.65),
    "nodule": (0.45, 0.3, 0.25),
    "mass": (0.45, 0.35, 0.2),
}

# How often each occurs among patients who are not normal, and what one brings along.
PREVALENCE = {
    "pleural effusion": 0.24,
    "pneumothorax": 0.10,
    "cardiomegaly": 0.22,
    "consolidation": 0.18,
    "nodule": 0.10,
    "mass": 0.08,
    "oedema": 0.13,
    "atelectasis": 0.16,
    "rib fracture": 0.07,
    "hiatal hernia": 0.05,
    "pacemaker": 0.07,
    "central line": 0.07,
    "chest tube": 0.02,
}
COMPANIONS = {
    "pleural effusion": {"atelectasis": 0.2, "cardiomegaly": 0.12},
    "cardiomegaly": {"oedema": 0.15, "pacemaker": 0.12, "pleural effusion": 0.1},
    "oedema": {"cardiomegaly": 0.5, "pleural effusion": 0.35, "central line": 0.15},
    "pneumothorax": {"chest tube": 0.3, "rib fracture": 0.15},
    "rib fracture": {"pneumothorax": 0.12, "pleural effusion": 0.1},
    "consolidation": {"pleural effusion": 0.15},
    "mass": {"pleural effusion": 0.12, "atelectasis": 0.1},
}


@dataclass(frozen=True)
class Findings:
    """Everything that is to be seen on one film; empty is a normal one.

    Attributes
    ----------
    items : tuple of Finding

    Examples
    --------
    >>> findings = Findings([Finding("cardiomegaly", size=0.3), Finding("oedema")])
    >>> "cardiomegaly" in findings, "nodule" in findings, len(findings)
    (True, False, 2)
    >>> Findings.from_dict(findings.to_dict()) == findings
    True
    """

    items: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))
        for item in self.items:
            if not isinstance(item, Finding):
                raise TypeError(f"Findings takes Finding objects, got {item!r}")
        places = [(f.name, side, f.zone) for f in self.items for side in (f.sides or (None,))]
        twice = [place for place in places if places.count(place) > 1]
        if twice:
            name, side, zone = twice[0]
            where = " ".join(word for word in (side, zone) if word) or "it has only one"
            raise ValueError(f"{name} is given twice for the same place ({where})")

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, name: object) -> bool:
        return any(item.name == name for item in self.items)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of what is there, each once, in the order of `KINDS`."""
        return tuple(name for name in KINDS if name in self)

    def without(self, name: str) -> Findings:
        """All but the findings of that name."""
        return Findings(item for item in self.items if item.name != name)

    @classmethod
    def random(
        cls,
        rng: np.random.Generator | int,
        normal: float = 0.33,
        prevalence: dict[str, float] = PREVALENCE,
    ) -> Findings:
        """Return what a patient of a mixed ward has.

        Parameters
        ----------
        rng : numpy.random.Generator or int
        normal : float
                Share of films without any finding or device.
        prevalence : dict of str to float
            Chance of each finding in a patient who is not normal; companions come on top
            (`COMPANIONS`), of those that are listed here.
        """
        rng = np.random.default_rng(rng)
        if rng.random() < normal:
            return cls()
        names = [name for name, chance in prevalence.items() if rng.random() < chance]
        if not names:
            odds = np.array(list(prevalence.values()))
            names = [str(rng.choice(list(prevalence), p=odds / odds.sum()))]
        for name in list(names):
            for other, chance in COMPANIONS.get(name, {}).items():
                if other in prevalence and other not in names and rng.random() < chance:
                    names.append(other)
        items: list[Finding] = []
        for name in names:
            side = None
            if name == "chest tube":  # it drains the side that needs it
                drained = [i.side for i in items if i.name in ("pneumothorax", "pleural effusion")]
                side = next((s for s in drained if s in ONE_SIDE), None)
            item = Finding.random(rng, name, side)
            if not _clash(item, items):
                items.append(item)
        return cls(items)

    def to_dict(self) -> dict:
        """Plain values, ready for JSON."""
        return {"items": [asdict(item) for item in self.items]}

    @classmethod
    def from_dict(cls, values: dict) -> Findings:
        """Return the findings that `to_dict` described."""
        _known_fields(cls, values)
        return cls(Finding(**_known_fields(Finding, item)) for item in values["items"])


def _clash(item: Finding, others: list[Finding]) -> bool:
    """Whether two findings would hide each other: a lung cannot drown and collapse at once."""
    rivals = {"pleural effusion", "pneumothorax"}
    return item.name in rivals and any(
        other.name in rivals and set(item.sides) & set(other.sides) for other in others
    )
