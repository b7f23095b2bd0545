"""How fast a radiograph is made, beside the numpy reference in the same run.

    python benchmarks/xray.py [--rounds 15]

Medians in milliseconds on one thread. "new patient" builds the whole chest; "finding changes"
keeps the patient and moves one finding; "corpus" is a finding-free window and a film with
findings of a new patient at 80 px, as pretraining makes them. The reference walks a few rays of
the same chest in small steps; its time is scaled up to all rays.
"""

import argparse
import os

os.environ.update(OMP_NUM_THREADS="1", NUMBA_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import statistics
import time

import numpy as np

from clipstudio import xray_reference
from clipstudio.anatomy import Phantom
from clipstudio.chest import Finding, Findings, Patient
from clipstudio.pathology import phantom
from clipstudio.xray import attenuation, radiograph


def median_ms(work, arguments):
    """Median wall and processor time of work(*a), in ms."""
    wall, cpu = [], []
    for a in arguments:
        start, started = time.perf_counter(), time.process_time()
        work(*a)
        wall.append(1e3 * (time.perf_counter() - start))
        cpu.append(1e3 * (time.process_time() - started))
    return statistics.median(wall), statistics.median(cpu)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    everything = Findings.random(3, normal=0)
    for size in (80, 96):
        radiograph(Patient(seed=1), everything, size)  # compiles, if this is the first run
    seeds = iter(range(1000, 10**6))

    def fresh():
        return Patient.random(next(seeds))

    def effusions(size):
        patient = fresh()
        radiograph(patient, Findings(), size)
        levels = np.linspace(0.1, 0.9, rounds)
        return [(patient, Findings([Finding("pleural effusion", "left", s)]), size) for s in levels]

    def hearts(size):
        patient = fresh()
        radiograph(patient, Findings(), size)
        return [
            (patient, Findings([Finding("cardiomegaly", size=s)]), size)
            for s in np.linspace(0.1, 0.9, rounds)
        ]

    rows = [
        ("new patient, 96 px", [(fresh(), Findings(), 96) for _ in range(rounds)]),
        ("finding changes (effusion), 96 px", effusions(96)),
        ("finding changes (heart), 96 px", hearts(96)),
        ("corpus, 80 px", [(fresh(), Findings.random(n, normal=0), 80) for n in range(rounds)]),
        ("new patient, 224 px", [(fresh(), Findings(), 224) for _ in range(max(rounds // 2, 3))]),
    ]
    print(f"{'':36}{'wall':>8}{'processor':>11}   ms")
    for name, arguments in rows:
        wall, cpu = median_ms(radiograph, arguments)
        print(f"{name:36}{wall:8.1f}{cpu:11.1f}")

    pixels = np.random.default_rng(0).choice(96 * 96, 24, replace=False)
    slow, fast = [], []
    for _ in range(3):
        chest = phantom(fresh())
        chest = Phantom(chest.patient, chest.solids, chest.clouds)
        start = time.process_time()
        xray_reference.attenuation(chest, 96, pixels)
        slow.append((time.process_time() - start) * 96 * 96 / len(pixels))
        start = time.process_time()
        attenuation(chest, 96)
        fast.append(time.process_time() - start)
    ratio = statistics.median(s / f for s, f in zip(slow, fast, strict=True))
    print(f"line integrals at 96 px: {ratio:.0f} times as fast as the numpy reference")


if __name__ == "__main__":
    main()
