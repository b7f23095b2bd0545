"""The X-ray camera against plain numpy, and what a film and a mask must hold to."""

import numpy as np
import pytest

from clipstudio import xray, xray_kernels, xray_reference
from clipstudio.anatomy import Phantom, chain, plan_of, rods
from clipstudio.chest import DEVICES, FINDINGS, KINDS, Finding, Findings, Patient
from clipstudio.pathology import phantom
from clipstudio.xray import attenuation, film, finding_masks, radiograph, view_of

SIZE = 64
ANYWHERE = [
    Finding(
        name, kind.sides[0] if kind.sides else None, 0.6, kind.zones[-1] if kind.zones else None
    )
    for name, kind in KINDS.items()
]


def without_strands(chest):
    """The same chest, its solids and clouds alone."""
    return Phantom(chest.patient, chest.solids, chest.clouds)


def compare(chest, size=96, count=60):
    """The compiled camera and small steps on random rays: two arrays (count,)."""
    pixels = np.random.default_rng(0).choice(size * size, count, replace=False)
    chest = without_strands(chest)
    fast = attenuation(chest, size).total.ravel()[pixels]
    return fast, xray_reference.attenuation(chest, size, pixels)


@pytest.mark.parametrize(
    "seed, findings",
    [
        (
            1,
            [
                Finding("pleural effusion", "left", 0.5),
                Finding("mass", "right", 0.6, "upper"),
                Finding("oedema", size=0.5),
                Finding("hiatal hernia"),
            ],
        ),
        (
            4,
            [
                Finding("pneumothorax", "right", 0.6),
                Finding("consolidation", "left", 0.8, "upper"),
                Finding("pacemaker", "left"),
            ],
        ),
    ],
)
def test_line_integrals_agree_with_small_steps(seed, findings):
    fast, slow = compare(phantom(Patient.random(seed), Findings(findings)))
    assert np.abs(fast - slow).mean() < 0.03  # of about 3
    assert np.quantile(np.abs(fast - slow), 0.9) < 0.06
    assert slow.max() > 3  # the rays did go through a body


def test_strands_agree_with_small_steps():
    angle = np.linspace(0, 2.4, 9)
    bow = np.column_stack([8 * np.cos(angle), 8 * np.sin(angle) - 3, 3 * angle - 4])
    strands = np.concatenate(
        [
            chain(bow, 1.2, 2.1, 0.3, (0, 0, 1)),
            rods((-6, 2, 0), (-6.2, 9, 5), 1.5, None, 0.4),
        ]
    )
    view = view_of(Patient(seed=9), 48)
    fast = np.zeros((48, 48))
    xray_kernels.add_strands(fast, strands, view, 48)
    source, directions = xray_reference.rays(view, 48)
    step, slow = 0.04, np.zeros(48 * 48)
    near = np.flatnonzero(xray.blur(fast, 2).ravel() > 1e-9)
    for n in near:
        along = np.arange(145, 175, step)
        points = source + np.outer(along, directions[n])
        slow[n] = step * sum(xray_reference.strand_at(s, points).sum() for s in strands)
    assert slow.max() > 0.8
    assert np.abs(fast.ravel() - slow).max() < 0.05 * slow.max()


def test_a_bent_strand_has_neither_gaps_nor_doubled_joints():
    """Along its middle a mitred pipe of radius 1 absorbs about its diameter everywhere."""
    angle = np.linspace(0, np.pi, 40)
    bow = np.column_stack([9 * np.cos(angle), 9 * np.sin(angle) - 4, np.zeros(40)])
    view = view_of(Patient(seed=9), 200)
    out = np.zeros((200, 200))
    xray_kernels.add_strands(out, chain(bow, 1.0), view, 200)
    places = [xray_kernels.project(view, 200, *point)[:2] for point in bow[2:-2]]
    middle = np.array([out[int(row), int(column)] for column, row in places])
    assert middle.min() > 1.9 and middle.max() < 2.1


def test_a_thin_strand_keeps_its_mass_at_every_size():
    line = rods((-5, 6, 0), (5, -4, 2), 0.05, None, 1.0)
    sums = []
    for size in (48, 96, 192, 384):
        view = view_of(Patient(seed=3), size)
        out = np.zeros((size, size))
        xray_kernels.add_strands(out, line, view, size)
        pixel = np.linalg.norm(view[6:9])
        sums.append(out.sum() * pixel**2)
    assert max(sums) / min(sums) < 1.1


@pytest.mark.parametrize("finding", ANYWHERE, ids=lambda f: f.name)
def test_the_mask_is_where_the_picture_changes(finding):
    """What changes strongly lies in the mask or beside it; most of the mask does change."""
    hits = []
    for seed in (11, 12):
        patient = Patient.random(seed)
        findings = Findings([finding])
        mask = finding_masks(patient, findings, SIZE)[finding.name]
        assert 0 < mask.mean() < 0.6
        change = np.abs(
            attenuation(phantom(patient, findings), SIZE).total
            - attenuation(phantom(patient), SIZE).total
        )
        assert change[mask].mean() > 2 * change[~mask].mean()
        if finding.name == "atelectasis":  # it also draws the heart and the diaphragm towards it
            continue
        strong = change > 0.5 * np.quantile(change[mask], 0.9)
        near = xray.blur(mask.astype(float), 1) > 0.01
        hits.append((near & strong).sum() / strong.sum())
        if finding.name not in ("cardiomegaly", "rib fracture"):  # there the mask is the organ
            hits.append(min((mask & (change > 0.01)).sum() / mask.sum() + 0.15, 1))
    assert not hits or np.mean(hits) > 0.7, hits


@pytest.mark.parametrize(
    "name", ["pleural effusion", "cardiomegaly", "mass", "consolidation", "nodule", "hiatal hernia"]
)
def test_a_larger_finding_covers_more(name):
    kind = KINDS[name]
    side, zone = (kind.sides or (None,))[0], (kind.zones or (None,))[0]
    patient = Patient(seed=17)
    areas = [
        finding_masks(patient, Findings([Finding(name, side, size, zone)]), SIZE)[name].sum()
        for size in (0.05, 0.35, 0.65, 0.95)
    ]
    assert areas == sorted(areas) and areas[-1] > 1.2 * areas[0]


@pytest.mark.parametrize("name", [n for n, k in KINDS.items() if "right" in k.sides])
def test_the_patients_left_is_on_the_right_of_the_picture(name):
    zone = (KINDS[name].zones or (None,))[0]
    columns = {}
    for side in ("left", "right"):
        mask = finding_masks(Patient(seed=8), Findings([Finding(name, side, 0.6, zone)]), SIZE)
        columns[side] = np.nonzero(mask[name])[1].mean()
    assert columns["right"] < columns["left"]


@pytest.mark.parametrize("name", [n for n, k in KINDS.items() if k.zones])
def test_zones_lie_above_each_other(name):
    rows = [
        np.nonzero(
            finding_masks(Patient(seed=6), Findings([Finding(name, "right", 0.5, zone)]), SIZE)[
                name
            ]
        )[0].mean()
        for zone in ("upper", "middle", "lower")
    ]
    assert rows == sorted(rows)


@pytest.mark.parametrize("seed", range(4))
def test_an_enlarged_heart_is_wider_than_half_the_chest(seed):
    """The cardiothoracic ratio, measured on the projection."""
    patient = Patient.random(seed)

    def ratio(size):
        mask = finding_masks(patient, Findings([Finding("cardiomegaly", size=size)]), 128)
        columns = np.nonzero(mask["cardiomegaly"].any(axis=0))[0]
        p = plan_of(patient)
        view = view_of(patient, 128)
        left, right = (
            xray_kernels.project(view, 128, side * p.chest_width / 2, -6.0, 0.0)[0]
            for side in (-1, 1)
        )
        return np.ptp(columns) / (right - left)

    assert 0.48 < ratio(0.1) < ratio(0.5) < ratio(1.0) < 0.75


def test_the_same_specification_gives_the_same_film():
    findings = Findings([Finding("consolidation", "left", 0.5, "upper")])
    first = radiograph(Patient(seed=3), findings, SIZE).tobytes()
    xray._kept.store.clear()
    xray._patient_window.cache_clear()
    assert radiograph(Patient(seed=3), findings, SIZE).tobytes() == first


def test_a_pair_differs_in_the_finding_alone():
    """Far from a small nodule not a single pixel changes: window and noise are the patient's."""
    patient, findings = Patient(seed=21), Findings([Finding("nodule", "right", 0.2, "upper")])
    pair = [np.asarray(radiograph(patient, f, 96), int) for f in (Findings(), findings)]
    mask = finding_masks(patient, findings, 96)["nodule"]
    row, column = np.argwhere(mask).mean(axis=0)
    rows, columns = np.mgrid[0:96, 0:96]
    far = np.hypot(rows - row, columns - column) > 30
    difference = np.abs(pair[0] - pair[1])
    assert difference[mask].mean() > 4
    assert difference[far].mean() < 0.3


def test_brightness_gives_nothing_away():
    """A white lung must not darken the rest of the film."""
    patient = Patient(seed=14)
    plain = np.asarray(radiograph(patient, size=96, noise=0), float)
    white = np.asarray(
        radiograph(patient, Findings([Finding("pleural effusion", "left", 0.9)]), 96, noise=0),
        float,
    )
    other_side = np.s_[30:60, 12:36]
    assert white[:, 60:].mean() > plain[:, 60:].mean() + 8
    assert abs(white[other_side].mean() - plain[other_side].mean()) < 4


def test_films_look_like_films():
    """Black air, dark lungs, bright mediastinum, on every patient and in both hospitals."""
    for seed in range(3):
        for hospital in "AB":
            patient = Patient.random(seed, hospital)
            picture = np.asarray(radiograph(patient, size=96, hospital=hospital, noise=0), float)
            view = view_of(patient, 96)

            def at(x, y, picture=picture, view=view):
                column, row, _ = xray_kernels.project(view, 96, x, y, 0.0)
                return picture[
                    int(row) - 2 : int(row) + 3, int(column) - 2 : int(column) + 3
                ].mean()

            lungs = (at(-8.5, 3) + at(8.5, 4)) / 2
            assert 15 < lungs < 125
            assert at(0.5, -5) > lungs + 50
            assert at(-6, plan_of(patient).domes[0] - 3) > lungs + 40


def test_patients_differ():
    films = [
        np.asarray(radiograph(Patient.random(s), size=48, noise=0, marker=None), float)
        for s in range(8)
    ]
    distances = [np.abs(a - b).mean() for i, a in enumerate(films) for b in films[:i]]
    assert min(distances) > 5


def test_hospitals_differ_and_so_do_markers():
    patient = Patient(seed=2)
    a, b = (np.asarray(radiograph(patient, size=96, hospital=h, marker=None), float) for h in "AB")
    assert np.abs(a - b).mean() > 4
    left, right = (np.asarray(radiograph(patient, size=96, marker=m), float) for m in "LR")
    where = np.nonzero(np.abs(left - right) > 60)[1]
    assert where.min() < 20 and where.max() > 76


def test_noise_can_be_left_out_and_is_the_patients_own():
    total = attenuation(phantom(Patient(seed=5)), SIZE).total
    clean = [film(total, Patient(seed=5), noise=0) for _ in range(2)]
    noisy = film(total, Patient(seed=5))
    assert np.array_equal(*clean)
    assert 0.002 < np.abs(noisy - clean[0]).mean() < 0.05


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda p: radiograph("me"), "expected a Patient, got 'me'"),
        (lambda p: radiograph(p, [Finding("oedema")]), "expected Findings"),
        (lambda p: radiograph(p, size=5000), "size is 5000, but must be from 16 to 2048 pixels"),
        (lambda p: radiograph(p, hospital="C"), "hospital is 'C', but must be one of: A, B"),
        (lambda p: radiograph(p, marker="X"), "marker is 'X', but must be one of: auto, L, R"),
    ],
)
def test_bad_input_gets_one_clear_sentence(call, message):
    with pytest.raises((TypeError, ValueError), match="^" + message.replace("[", r"\[")):
        call(Patient(seed=1))


def test_everything_named_can_be_seen():
    assert set(KINDS) == set(FINDINGS) | set(DEVICES)
    for finding in ANYWHERE:
        patient = Patient(seed=30)
        pair = [
            np.asarray(radiograph(patient, f, SIZE, noise=0), int)
            for f in (Findings(), Findings([finding]))
        ]
        assert np.abs(pair[0] - pair[1]).max() > 12, finding.name
