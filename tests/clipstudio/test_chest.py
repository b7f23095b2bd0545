"""Patients and findings are plain, checked and drawn as a ward would have them."""

import json
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from clipstudio.anatomy import RIGHT, plan_of, rib_curve, vessel_tree
from clipstudio.chest import (
    DEVICES,
    FINDINGS,
    KINDS,
    ONE_SIDE,
    ZONES,
    Finding,
    Findings,
    Patient,
    stream,
)
from clipstudio.pathology import displacement, phantom


@pytest.mark.parametrize("seed", range(5))
def test_json_round_trip(seed):
    patient, findings = Patient.random(seed), Findings.random(seed, normal=0)
    assert Patient.from_dict(json.loads(json.dumps(patient.to_dict()))) == patient
    assert Findings.from_dict(json.loads(json.dumps(findings.to_dict()))) == findings


def test_specifications_are_frozen_and_hashable():
    with pytest.raises(FrozenInstanceError):
        Patient().age = 3
    with pytest.raises(FrozenInstanceError):
        Finding("oedema").size = 1
    assert len({Patient(seed=1), Patient(seed=1), Patient(seed=2)}) == 2
    assert Findings([Finding("oedema")]) in {Findings((Finding("oedema", "both"),))}


@pytest.mark.parametrize(
    "make, message",
    [
        (
            lambda: Finding("flu"),
            "unknown finding 'flu'; findings are: pleural effusion, .*; "
            "devices are: pacemaker, central line, chest tube",
        ),
        (
            lambda: Finding("pneumothorax", "both"),
            "pneumothorax: side is 'both', but must be one of: left, right",
        ),
        (
            lambda: Finding("pneumothorax"),
            "pneumothorax: side is None, but must be one of: left, right",
        ),
        (lambda: Finding("cardiomegaly", "left"), "cardiomegaly: it has no side, but side='left'"),
        (
            lambda: Finding("nodule", "left", 0.5, "top"),
            "nodule: zone is 'top', but must be one of: upper, middle, lower",
        ),
        (lambda: Finding("pneumothorax", "left", 0.5, "upper"), "pneumothorax: it has no zone"),
        (
            lambda: Finding("oedema", size=1.2),
            "oedema: size is 1.2, but must be a number from 0 to 1",
        ),
        (lambda: Finding("oedema", size="big"), "oedema: size is 'big', but must be a number"),
        (lambda: Finding("oedema", size=float("nan")), "oedema: size is nan"),
        (lambda: Patient(seed=-1), "Patient: seed is -1, but must be 0 or more"),
        (lambda: Patient(age=7), "Patient: age is 7, but must be a number from 18 to 100"),
        (
            lambda: Patient(projection="lateral"),
            "Patient: projection is 'lateral', but must be one of: PA, AP",
        ),
        (lambda: Patient.from_dict({"weight": 3}), "Patient: unknown 'weight'; possible are: seed"),
        (
            lambda: Findings([Finding("oedema"), Finding("oedema", size=0.1)]),
            r"oedema is given twice for the same place \(left\)",
        ),
        (lambda: Findings(["oedema"]), "Findings takes Finding objects, got 'oedema'"),
        (
            lambda: Findings(
                [Finding("pleural effusion", "both"), Finding("pleural effusion", "left")]
            ),
            r"pleural effusion is given twice for the same place \(left\)",
        ),
    ],
)
def test_bad_input_gets_one_clear_sentence(make, message):
    with pytest.raises((ValueError, TypeError), match="^" + message) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_what_can_be_drawn_is_possible_and_everything_occurs():
    rng = np.random.default_rng(0)
    drawn = [Findings.random(rng) for _ in range(3000)]
    seen = {item.name for findings in drawn for item in findings}
    assert seen == set(KINDS)
    for item in (item for findings in drawn for item in findings):
        assert Finding(item.name, item.side, item.size, item.zone) == item
    normal = np.mean([len(findings) == 0 for findings in drawn])
    assert abs(normal - 1 / 3) < 0.04


def test_findings_keep_the_company_they_keep_on_a_ward():
    rng = np.random.default_rng(1)
    drawn = [Findings.random(rng) for _ in range(6000)]

    def share(name, given):
        among = [f for f in drawn if (given in f)]
        return np.mean([name in f for f in among])

    overall = np.mean(["cardiomegaly" in f for f in drawn])
    assert share("cardiomegaly", "oedema") > 1.8 * overall
    assert share("chest tube", "pneumothorax") > 3 * share("chest tube", "nodule")
    for findings in drawn:  # one lung is not both drowned and collapsed
        wet = {s for f in findings if f.name == "pleural effusion" for s in f.sides}
        dry = {s for f in findings if f.name == "pneumothorax" for s in f.sides}
        assert not wet & dry


def test_hospital_b_takes_more_films_in_bed():
    share = {
        h: np.mean([Patient.random(s, h).projection == "AP" for s in range(400)]) for h in "AB"
    }
    assert share["A"] < 0.33 < 0.45 < share["B"]
    with pytest.raises(ValueError, match="hospital is 'C', but must be one of: A, B"):
        Patient.random(1, "C")


def test_anatomy_follows_the_patient():
    seeds = range(25)

    def mean(measure, **changes):
        return np.mean([measure(plan_of(Patient(seed=s, **changes))) for s in seeds])

    assert mean(lambda p: p.chest_width, sex="female") < mean(lambda p: p.chest_width, sex="male")
    assert mean(lambda p: p.domes[0], inspiration=0) > mean(lambda p: p.domes[0], inspiration=1) + 3
    assert mean(lambda p: p.unfolded, age=85) > mean(lambda p: p.unfolded, age=25) + 0.5
    assert mean(lambda p: p.wall, build=1) > mean(lambda p: p.wall, build=-1) + 1
    assert mean(lambda p: p.ratio, projection="AP") > mean(lambda p: p.ratio)
    assert all(plan_of(Patient(seed=s)).ratio < 0.5 for s in seeds)


def test_ribs_hug_the_chest_and_slope_down_to_the_front():
    p = plan_of(Patient(seed=4))
    for number in range(1, 10):
        points, normals = rib_curve(p, number, RIGHT)
        assert points[-1, 1] < points[0, 1] - 2
        assert (points[:, 0] < 1).all()
        across, _ = p.wall_at(points[:, 1])
        assert (np.abs(points[:, 0]) < across + 0.6).all()
        assert len(normals) == len(points) - 1


def test_vessels_stay_in_their_lung_and_grow_thinner():
    tree = vessel_tree(Patient(seed=5))
    assert 1000 < len(tree) < 6000
    reach = np.abs(tree[:, 3])
    assert tree[reach > 10, 6].max() < 0.6 * tree[reach < 5, 6].max()
    assert np.all(tree[:, 0] * tree[:, 3] > 0)


def test_findings_move_what_they_should():
    p = plan_of(Patient(seed=6))

    def moved(*items):
        return displacement(p, Findings(items))

    assert moved().shift == 0 and moved().heart == 1
    assert moved(Finding("pleural effusion", "left", 0.9)).shift < 0  # pushed to the right
    assert moved(Finding("atelectasis", "left", 0.9, "lower")).shift > 0  # drawn to the left
    assert moved(Finding("atelectasis", "left", 0.9, "lower")).raised[1] > 1
    assert moved(Finding("atelectasis", "right", 0.9, "upper")).hilum[0] > 1
    assert moved(Finding("cardiomegaly", size=0.5)).heart > 1.1
    assert moved(Finding("oedema")).upper_vessels > 1.2
    assert moved(Finding("nodule", "left", 1, "lower")) == moved()


@pytest.mark.parametrize("name", list(FINDINGS) + list(DEVICES))
def test_every_side_and_zone_can_be_built(name):
    kind = KINDS[name]
    for side in kind.sides or (None,):
        for zone in kind.zones or (None,):
            for size in (0.0, 1.0):
                chest = phantom(Patient(seed=2), Findings([Finding(name, side, size, zone)]))
                assert all(np.isfinite(s.rows).all() for s in chest.solids)
                assert all((s.box[:3] < s.box[3:]).all() for s in chest.solids), name


def test_streams_are_separate():
    a = stream(1, "noise").random(1000)
    b = stream(1, "anatomy").random(1000)
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.1
    assert set(ONE_SIDE) == {"left", "right"} and len(ZONES) == 3
