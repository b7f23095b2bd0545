"""Findings and devices: what they add to the healthy chest, and what they push aside.

`phantom` first asks every finding what it moves (`displacement`), then builds the organs where
they now stand, then lets every finding add its own parts.  Details of a finding (where exactly,
how irregular) come from a random stream of its own, so growing a finding moves nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from clipstudio import anatomy as an
from clipstudio.anatomy import (
    AERATED,
    GAS,
    LEFT,
    RIGHT,
    SIDE_SIGN,
    TISSUE,
    VESSEL,
    Cloud,
    Displacement,
    Phantom,
    Plan,
    add,
    chain,
    clip,
    curve,
    cut,
    of_side,
    plan_of,
    solid,
)
from clipstudio.chest import Finding, Findings, Patient, stream
from clipstudio.scene import box, ellipsoid, half_space
from clipstudio.xray_kernels import ADDS, LUNG, PLEURAL, SOFT, STRAND

ZONE_HEIGHT = {"upper": 7.2, "middle": 1.4, "lower": -4.6}
METAL = 2.4


def displacement(p: Plan, findings: Findings) -> Displacement:
    """Return what the findings move, taken together."""
    shift, factor, upper = 0.0, 1.0, 1.0
    raised, hilum = {LEFT: 0.0, RIGHT: 0.0}, {LEFT: 0.0, RIGHT: 0.0}
    for f in findings:
        for name in f.sides or ("",):
            side = SIDE_SIGN.get(name, 0)
            if f.name == "pleural effusion":  # a large one pushes to the other side
                shift -= side * 2.6 * max(f.size - 0.45, 0)
            elif f.name == "pneumothorax":
                shift -= side * (0.25 + 1.1 * f.size**2)
            elif f.name == "atelectasis":
                shift += side * 1.5 * f.size**1.5 * (0.5 if f.zone == "middle" else 1)
                raised[side] += f.size * {"upper": 0.7, "middle": 0.6, "lower": 2.0}[f.zone]
                hilum[side] += f.size * {"upper": 1.6, "middle": 0.0, "lower": -1.4}[f.zone]
        if f.name == "cardiomegaly":
            factor = (0.515 + 0.16 * f.size) / p.ratio
        elif f.name == "oedema":
            upper = 1.25 + 0.45 * f.size
    return Displacement(
        shift, max(factor, 1.0), (raised[RIGHT], raised[LEFT]), (hilum[RIGHT], hilum[LEFT]), upper
    )


def _append(store: dict[str, np.ndarray], name: str, *rows: np.ndarray) -> None:
    store[name] = np.concatenate([store.get(name, np.zeros((0, STRAND))), *rows])


def details(p: Plan, f: Finding, side: int = 0) -> np.random.Generator:
    """Return the finding's own random stream: the same at every size."""
    return stream(p.patient.seed, "finding", f.name, str(side), f.zone or "")


def spot(p: Plan, f: Finding, side: int, radius: float) -> np.ndarray:
    """Return a place in the lung for something round, clear of heart, domes and ribs' edge."""
    r = details(p, f, side)
    y = ZONE_HEIGHT[f.zone] * p.height + r.uniform(-1.2, 1.2)
    y = max(y, of_side(p.domes, side) + 1.8 + 0.8 * radius)
    inner = 4.6 if y > -2 or side < 0 else 7.6
    wall, deep = p.wall_at(np.array([y]))
    outer = wall[0] - 1.0 - 0.9 * radius
    inner = min(inner + 0.6 * radius, outer)
    x = inner + r.uniform(0.1, 0.95) * (outer - inner)
    room = np.sqrt(max(1 - (x / wall[0]) ** 2, 0)) * deep[0] - 0.8 * radius
    z = np.clip(r.uniform(-0.7, 0.4) * deep[0], -max(room, 0), max(room, 0))
    return np.array([side * x, y, z])


# -------------------------------------------------------------------------------- what they build
def effusion(p: Plan, moved: Displacement, f: Finding, side: int, out: Phantom) -> None:
    """Fluid round a bowl of lung: level in the middle, climbing the wall on all sides."""
    r = details(p, f, side)
    floor = of_side(p.domes, side) + of_side(moved.raised, side) - 3.6
    level = floor - 0.6 + 14.0 * f.size**1.1
    rise = 3.4 + 3.2 * f.size**0.5 + (2.5 if p.supine else 0) + r.uniform(0, 0.8)
    wall, deep = p.wall_at(np.array([level + rise]))
    x = 3.2 + r.uniform(0, 1.0)
    forward = 2.6 if p.supine else r.uniform(-0.4, 1.0)  # lying, fluid gathers at the back
    bowl = ellipsoid(wall[0] - x + 0.7, rise * 1.02, deep[0] + abs(forward) + 0.8)
    bowl = bowl.at(side * x, level + rise, forward)
    above = half_space().at(0, level + rise, 0)
    room = box(10, 20, 14).at(side * 9.2, level + rise - 20, 0)
    out.solids.append(
        solid(
            f"effusion {side}",
            TISSUE * 1.0,
            add(room),
            clip(above),
            cut(bowl),
            over=LUNG | PLEURAL,
            becomes=SOFT,
            finding=f.name,
            limits=an.lung_limits(side),
        )
    )


def pneumothorax(p: Plan, moved: Displacement, f: Finding, side: int, out: Phantom) -> None:
    """Air round a lung that has fallen towards its root, with the pleura as its rim."""
    collapse = 0.12 + 0.88 * f.size**1.15
    limits = an.lung_limits(side)
    out.solids += [
        solid(
            f"free air {side}",
            GAS,
            *an.lung_steps(p, side),
            over=LUNG,
            becomes=PLEURAL,
            finding=f.name,
            limits=limits,
        ),
        solid(
            f"pleura {side}",
            TISSUE,
            *an.lung_steps(p, side, collapse, 0.07),
            over=PLEURAL,
            becomes=PLEURAL,
            limits=limits,
        ),
        # The same blood and tissue in less room: a collapsed lung is denser.
        solid(
            f"fallen lung {side}",
            AERATED * (1 + 0.9 * collapse**1.5),
            *an.lung_steps(p, side, collapse),
            over=PLEURAL,
            becomes=LUNG,
            limits=limits,
        ),
    ]


def consolidation(p: Plan, moved: Displacement, f: Finding, side: int, out: Phantom) -> None:
    """Air spaces filled in patches; the larger airways stay open and show dark."""
    r = details(p, f, side)
    size = 2.0 + 3.1 * f.size
    centre = spot(p, f, side, 1.5)
    steps = [add(ellipsoid(size, size * r.uniform(0.75, 0.95), size).at(*centre))]
    for _ in range(3):
        push = r.normal(0, 0.55, 3) * size
        steps.append(add(ellipsoid(*(size * r.uniform(0.4, 0.7, 3))).at(*(centre + push)), 1.5))
    shape = solid("consolidation", 0, *steps, finding=f.name, limits=an.lung_limits(side))
    edge = 1.0
    shape = _widened(shape, edge)
    out.clouds.append(
        Cloud(shape, 0.125 + 0.03 * f.size, edge, 0.6, r.uniform(0.42, 0.6), r.uniform(0, 40))
    )
    root = np.array([2.8 * side, of_side(p.hila, side), -1.0])
    rows = []
    for _ in range(4):
        tip = centre + r.normal(0, 0.42, 3) * size
        middle = (root * 0.45 + tip * 0.55) + r.normal(0, 0.5, 3)
        path = curve([root, middle, tip], 6)[5:]
        rows.append(chain(path, np.linspace(0.2, 0.1, len(path) - 1), None, -0.6 * VESSEL * f.size))
    _append(out.extras, "airways", *rows)


def _widened(shape: an.Solid, edge: float) -> an.Solid:
    """Return the same solid with room in its box for a soft edge."""
    reach = 2.2 * edge
    wider = shape.box + np.array([-reach] * 3 + [reach] * 3)
    return replace(shape, box=wider)


def nodule(p: Plan, moved: Displacement, f: Finding, side: int, out: Phantom) -> None:
    """One round spot, 1 to 3 cm wide."""
    r = details(p, f, side)
    radius = 0.5 + 0.95 * f.size
    centre = spot(p, f, side, radius)
    shape = solid(
        "nodule",
        0,
        add(
            ellipsoid(radius, radius * r.uniform(0.88, 1), radius)
            .rotate(roll=r.uniform(0, 180))
            .at(*centre)
        ),
        finding=f.name,
    )
    out.clouds.append(Cloud(_widened(shape, 0.2), VESSEL * 1.7, 0.2, 0.12, 1.3, r.uniform(0, 40)))


def mass(p: Plan, moved: Displacement, f: Finding, side: int, out: Phantom) -> None:
    """Draw a lobed lump, 3.4 to 9 cm wide."""
    r = details(p, f, side)
    radius = 1.7 + 2.5 * f.size
    centre = spot(p, f, side, 1.8)
    steps = [add(ellipsoid(radius, radius * 0.94, radius).at(*centre))]
    for _ in range(3):
        turn = r.normal(size=3)
        turn *= 0.55 * radius / np.linalg.norm(turn)
        steps.append(add(ellipsoid(*([0.62 * radius] * 3)).at(*(centre + turn)), 0.4 * radius))
    shape = solid("mass", 0, *steps, finding=f.name)
    out.clouds.append(
        Cloud(_widened(shape, 0.28), VESSEL * 1.15, 0.28, 0.10, 0.8, r.uniform(0, 40))
    )


def oedema(p: Plan, moved: Displacement, f: Finding, side: int, out: Phantom) -> None:
    """Haze round the root, thick airway walls, and short lines of fluid at the base."""
    r = details(p, f, side)
    y, size = of_side(p.hila, side), 4.6 + 2.0 * f.size
    wing = solid(
        "oedema",
        0,
        add(ellipsoid(size * 0.95, size * 1.05, 6.5).at(side * (3.6 + 0.25 * size), y - 1.0, -0.5)),
        add(ellipsoid(size * 0.75, size * 0.8, 6).at(side * 6.4, y - 4.2, -1.0), 2.0),
        finding=f.name,
        limits=an.lung_limits(side),
    )
    out.clouds.append(
        Cloud(
            _widened(wing, 1.8),
            0.022 + 0.062 * f.size,
            1.8,
            0.42,
            r.uniform(0.45, 0.65),
            r.uniform(0, 40),
        )
    )
    rows = []
    base = of_side(p.domes, side)
    for n in range(7):  # septal lines end at the chest wall
        line_y = base - 2.2 + 0.85 * n + r.normal(0, 0.1)
        wall, _ = p.wall_at(np.array([line_y]))
        outer = np.array([side * (wall[0] - 0.2), line_y, r.uniform(-1, 2)])
        inner = outer + (-side * r.uniform(1.0, 2.0), r.uniform(-0.15, 0.25), 0)
        rows.append(chain([outer, inner], 0.06, 0.9, 0.12 * (0.4 + f.size), (0, 1, 0)))
    for _ in range(2):  # cuffs: airways seen end on
        at = np.array([side * r.uniform(3.8, 5.6), y + r.uniform(-2.0, 2.6), r.uniform(-1, 1)])
        end = at + (side * 0.3, r.uniform(-0.3, 0.3), 0.9)
        rows.append(chain([at, end], 0.36 + 0.1 * f.size, None, 0.8 * VESSEL))
        rows.append(chain([at, end], 0.22, None, -0.8 * VESSEL))
    _append(out.extras, "septa", *rows)


def atelectasis(p: Plan, moved: Displacement, f: Finding, side: int, out: Phantom) -> None:
    """Collapsed lung: a plate when small or in the middle, a wedge at the base or the apex."""
    r = details(p, f, side)
    dome = of_side(p.domes, side) + of_side(moved.raised, side)
    limits = an.lung_limits(side)
    steps = []
    if f.zone == "middle" or f.size < 0.3:
        at = {"upper": 5.5 * p.height, "middle": r.uniform(-2.5, 0.5), "lower": dome + 2.2}[f.zone]
        at = max(at, dome + 2.0)
        count = 1 + int(f.zone != "upper" and r.random() < 0.5)
        for n in range(count):
            plate = ellipsoid(2.6 + 1.8 * f.size, 0.22 + 0.40 * f.size, 3.6).bend(x=0.02)
            plate = plate.rotate(roll=side * r.uniform(-28, 6), pitch=r.uniform(-4, 4))
            x = side * (r.uniform(6.6, 8.2) + 0.5 * n)
            steps.append(add(plate.at(x, at - 1.6 * n, r.uniform(-2, 2))))
    elif f.zone == "lower":  # folded back against the spine: its outer edge runs from the root
        hilum = of_side(p.hila, side) + of_side(moved.hilum, side)
        tall = hilum - dome + 3.5
        reach = 5.2 + 2.6 * f.size
        steps = [
            add(box(reach, tall, 3.4, 0.4).at(0, dome - 3.0, -4.0)),
            clip(half_space().rotate(roll=-side * 62).at(side * 1.6, hilum - 0.4, 0), 0.8),
        ]
    else:  # upper: drawn up against the apex and the midline, its lower edge concave
        edge = (9.0 - 4.2 * f.size) * p.height
        bowl = ellipsoid(9.5, 10.5, 30).rotate(roll=side * 24).at(side * 8.6, edge - 8.2, 0)
        steps = [add(box(10, 9, 9, 0.3).at(0, edge + 7.0, 0)), cut(bowl, 0.8)]
    plate = f.zone == "middle" or f.size < 0.3
    edge = 0.22 if plate else 0.45
    wedge = solid("atelectasis", 0, *steps, finding=f.name, limits=limits)
    strength = VESSEL * (1.0 if plate else 0.75 + 0.25 * f.size)
    out.clouds.append(Cloud(_widened(wedge, edge), strength, edge, 0.2, 0.6, r.uniform(0, 40)))


FRACTURED = {"upper": (2, 3), "middle": (4, 5), "lower": (6, 7)}  # ribs counted from 0


def fracture(p: Plan, moved: Displacement, f: Finding, side: int, out: Phantom) -> None:
    """Up to three neighbouring ribs in two pieces each, with a gap, a step and some blood."""
    gap, step = 0.5 + 0.6 * f.size, 0.5 + 1.1 * f.size
    for number, at in fracture_places(p, f, side):
        points, normals = an.rib_curve(p, number, side, 60)
        length = np.linalg.norm(np.diff(points, axis=0), axis=1)
        along = np.concatenate([[0], np.cumsum(length)])
        past = along - along[at]
        slip = np.where(past > 0, np.exp(-past / 7.0), 0)  # back to its place where the rib turns
        sunk = points.copy()
        sunk[:, 1] -= step * slip
        sunk[:, 0] -= 0.3 * step * slip * side
        rows = []
        for part in (past < -gap / 2, past > gap / 2):
            chosen = np.flatnonzero(part)
            rows.append(an.rib(p, sunk[chosen], normals[chosen[:-1]], number))
        near = np.flatnonzero(np.abs(past) < 1.3)
        swelling = 1.7 * p.rib_height * np.cos(np.linspace(-1.3, 1.3, len(near) - 1))
        rows.append(chain(sunk[near], swelling, None, 0.08 + 0.05 * f.size))
        _append(out.extras, "broken ribs", *rows)
        reach = np.flatnonzero(np.abs(past) < 1.7)
        _append(out.marks, f.name, chain(sunk[reach] + (0, 0.25 * step, 0), 1.25 + 0.4 * step))


def fracture_places(p: Plan, f: Finding, side: int) -> list[tuple[int, int]]:
    """Which ribs break and at which of their 60 points: the more, the larger the finding."""
    r = details(p, f, side)
    first, at = int(r.choice(FRACTURED[f.zone])), int(r.integers(13, 22))
    jitter = r.integers(-2, 3, 3)
    count = 1 + int(f.size > 0.35) + int(f.size > 0.75)
    return [(first + n, at + int(jitter[n])) for n in range(count)]


def hernia(p: Plan, moved: Displacement, f: Finding, side: int, out: Phantom) -> None:
    """Part of the stomach above the diaphragm, behind the heart, with air over fluid."""
    r = details(p, f)
    wide, tall = 2.3 + 2.1 * f.size, 2.2 + 1.8 * f.size
    x = 0.7 + r.uniform(-0.6, 1.0) + moved.shift
    y = min(p.domes) + 0.3 + 0.75 * tall
    sac = ellipsoid(wide, tall, 2.6 + f.size).at(x, y, -4.2)
    room = ellipsoid(wide - 0.4, tall - 0.4, 2.3 + f.size).at(x, y, -4.2)
    level = y + (r.uniform(-0.2, 0.25)) * tall
    air = half_space().rotate(roll=180).at(0, level, 0)
    out.solids += [
        solid("hernia", TISSUE, add(sac), finding=f.name),
        solid("hernia air", GAS, add(room), clip(air), over=SOFT, finding=f.name),
    ]


# ----------------------------------------------------------------------------------- the devices
def pacemaker(p: Plan, moved: Displacement, f: Finding, side: int, out: Phantom) -> None:
    """Return a box under the skin below the collarbone, with leads through a vein to the heart."""
    r = details(p, f, side)
    wide = p.chest_width / 2
    x, y = side * (0.64 * wide + r.uniform(-0.6, 0.6)), 6.9 + r.uniform(-0.8, 0.8) + 0.5 * p.collar
    turn, z = r.uniform(-25, 25), 8.6
    tilt = math.radians(turn)
    out.solids += [
        solid(
            "pacemaker",
            METAL,
            add(ellipsoid(2.35, 2.0, 0.5).rotate(roll=turn).at(x, y, z)),
            over=0,
            becomes=ADDS,
            finding=f.name,
        ),
        solid(
            "pacemaker head",
            1.2,
            add(
                box(1.45, 0.55, 0.32, 0.3)
                .rotate(roll=turn)
                .at(x - 1.95 * math.sin(tilt), y + 1.95 * math.cos(tilt), z)
            ),
            over=0,
            becomes=ADDS,
            finding=f.name,
        ),
    ]
    parts = an.heart_places(p, moved)
    atrium, ventricle = parts["atrium"][0], parts["ventricle"][0]
    apex = ventricle + (2.6, -2.1, 1.0)
    vein = (-2.3 + moved.shift, 6.0, 1.0)
    neck = (side * 5.2, 9.6 + 0.6 * p.collar, 3.5)
    start = (x, y + 2.1, z)
    ends = [[atrium + (0.2, -2.6, 0), apex]]
    if r.random() < 0.75:
        ends.append([atrium + (-0.6, -0.6, 0), atrium + (0.9, 1.2, 1.0)])
    rows = []
    for n, tail in enumerate(ends):
        jog = np.array([0.0, 0.35 * n, 0])
        cross = [(2.2, 9.6, 2)] if side > 0 else []
        line = curve([start, np.add(neck, jog), *cross, vein, *tail], 9)
        rows.append(chain(line, 0.1, None, METAL * 0.75))
        rows.append(chain(line[-6:], 0.16, None, METAL))
    _append(out.extras, f.name, *rows)


def central_line(p: Plan, moved: Displacement, f: Finding, side: int, out: Phantom) -> None:
    """Draw a catheter from the neck or the collarbone to just above the heart."""
    r = details(p, f, side)
    tip = (-2.3 + moved.shift, r.uniform(-1.5, 1.8), 1.2)
    vein = [(side * 2.6, 9.6, 2.0), (-2.1 + 0.5 * moved.shift, 6.2, 1.2)]
    if r.random() < 0.6:  # through the neck
        head = [(side * 5.6, 19, 2), (side * 4.4, 15, 2.4)]
    else:
        head = [(side * 11.5, 7.2, 7.5), (side * 7.4, 9.4 + 0.5 * p.collar, 5.5)]
    rows = chain(curve([*head, *vein, tip], 9), 0.15, None, 2.2)
    _append(out.extras, f.name, rows)


def chest_tube(p: Plan, moved: Displacement, f: Finding, side: int, out: Phantom) -> None:
    """Draw a drain between two ribs, with a dense stripe along its wall."""
    r = details(p, f, side)
    y = r.uniform(-5, -1)
    wall, _ = p.wall_at(np.array([y]))
    up = r.random() < 0.7
    enter = [(side * (wall[0] + p.wall + 2.5), y - 1.8, 1), (side * (wall[0] - 0.3), y, 0.5)]
    if up:
        path = [
            (side * (wall[0] - 2.6), y + 3.4, -1.5),
            (side * 6.2, 6.8, -3),
            (side * (3.6 + r.uniform(0, 1.5)), 9.6, -3),
        ]
    else:
        path = [(side * (wall[0] - 4), y + 0.8, -4), (side * 5.0, y - 0.5, -6)]
    line = curve([*enter, *path], 9)
    rows = [
        chain(line, 0.45, None, 0.8),
        chain(line, 0.3, None, -0.8),
        chain(line + (0, 0.32, 0), 0.11, None, 2.4),
    ]
    _append(out.extras, f.name, *rows)


BUILDERS: dict[str, Callable] = {
    "pleural effusion": effusion,
    "pneumothorax": pneumothorax,
    "consolidation": consolidation,
    "nodule": nodule,
    "mass": mass,
    "oedema": oedema,
    "atelectasis": atelectasis,
    "rib fracture": fracture,
    "hiatal hernia": hernia,
    "pacemaker": pacemaker,
    "central line": central_line,
    "chest tube": chest_tube,
}
AFTER_THE_HEART = ("hiatal hernia", "pacemaker")  # their solids paint over the mediastinum
AIRLESS = ("consolidation", "mass", "atelectasis")  # vessels do not stand out in them
FIRST = ("pneumothorax",)  # free air before fluid


def phantom(
    patient: Patient,
    findings: Findings = Findings(),  # noqa: B008 (frozen)
    strands: bool = True,
) -> Phantom:
    """Return the whole chest of a patient; without `strands` it has no bones and vessels.

    Examples
    --------
    >>> chest = phantom(Patient(seed=1), Findings([Finding("pleural effusion", "left")]))
    >>> [solid.name for solid in chest.solids if solid.finding]
    ['effusion 1']
    """
    p = plan_of(patient)
    moved = displacement(p, findings)
    out = Phantom(patient)

    def build(late: bool) -> None:
        order = sorted(findings, key=lambda f: f.name not in FIRST)
        for f in order:
            if f.name in BUILDERS and (f.name in AFTER_THE_HEART) == late:
                for name in f.sides or ("",):
                    BUILDERS[f.name](p, moved, f, SIDE_SIGN.get(name, 0), out)

    out.solids += an.body(p)
    rooms = [an.lung(p, RIGHT), an.lung(p, LEFT)]
    out.solids += rooms
    build(late=False)
    fluid = [s for s in out.solids if s.name.startswith("effusion")]
    fallen = {s.name.split()[-1]: s for s in out.solids if s.name.startswith("fallen")}
    grown = "cardiomegaly" if "cardiomegaly" in findings else None
    dense = [*an.mediastinum(p, moved), an.heart(p, moved, grown), *an.diaphragm(p, moved)]
    out.solids += dense
    out.solids += an.flat_bones(p)
    build(late=True)
    if not strands:
        return out

    broken = tuple(
        (number, SIDE_SIGN[name])
        for f in findings
        if f.name == "rib fracture"
        for name in f.sides
        for number, _ in fracture_places(p, f, SIDE_SIGN[name])
    )
    out.bones = an.skeleton(patient, broken)
    rooms = [fallen.get(room.name.split()[-1], room) for room in rooms]
    blocks = [s for s in dense if s.over == an.INSIDE] + fluid
    packed = [c.solid for c in out.clouds if c.solid.name in AIRLESS]
    out.vessels = an.in_air(an.vessels(p, moved), rooms, blocks + packed)
    if "airways" in out.extras:
        out.extras["airways"] = an.in_air(out.extras["airways"], rooms, blocks)
    return out
