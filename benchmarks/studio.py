"""How fast the studio is: medians of processor time on one core, in milliseconds.

    python benchmarks/studio.py

Processor time rather than the clock's, because machines are shared; the ratio to the numpy
reference, measured in the same run, does not depend on the machine.
"""

import os

os.environ["NUMBA_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import statistics  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from dataclasses import replace  # noqa: E402

import numpy as np  # noqa: E402

import clipkit.studio as studio  # noqa: E402
from clipkit.studio import camera, reference, scene  # noqa: E402
from clipkit.studio import product as products  # noqa: E402

PRODUCTS = 20


def milliseconds(work: Callable[[], object]) -> float:
    """Processor time of one call."""
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


def forget() -> None:
    """Drop everything that the studio keeps between pictures."""
    products.build.cache_clear()
    scene._outline_grid.cache_clear()
    scene._bake_cloth.cache_clear()
    scene._BOXES.clear()
    camera._TRACES.clear()


def report(name: str, times: list[float], limit: float | None = None) -> None:
    """One line: median, 90th percentile, and what we promise."""
    promise = f"(at most {limit:g})" if limit else ""
    high = np.quantile(times, 0.9)
    print(f"{name:<52}{statistics.median(times):8.1f}{high:8.1f}  {promise}")


def photographs() -> None:
    """Photographs of random products, new and repainted."""
    rng = np.random.default_rng(0)
    chosen = [studio.Product.random(rng) for _ in range(PRODUCTS)]
    shots = [studio.random_shot(rng, product) for product in chosen]
    times = {name: [] for name in ("new 96", "repaint 96", "light 96", "new 224", "train", "again")}
    for product, shot in zip(chosen, shots, strict=True):
        other = replace(product, colour="teal" if product.colour != "teal" else "red")
        relit = replace(shot, background="grey" if shot.background != "grey" else "white")

        def measure(name, *arguments):
            times[name].append(milliseconds(lambda: studio.photograph(*arguments)))

        forget()
        measure("new 96", product, shot, 96)
        measure("repaint 96", other, shot, 96)
        measure("light 96", product, relit, 96)
        forget()
        measure("new 224", product, shot, 224)
        forget()
        measure("train", product, shot, 64, 1, True)
        measure("again", other, shot, 64, 1, True)
    report("photograph, 96 px, new product", times["new 96"], 60)
    report("photograph, 96 px, another colour", times["repaint 96"], 25)
    report("photograph, 96 px, another background", times["light 96"], 25)
    report("photograph, 224 px, new product", times["new 224"], 350)
    report("fast picture for training, 64 px, new product", times["train"])
    report("fast picture for training, 64 px, another colour", times["again"], 3)


def radiographs() -> None:
    """Radiographs of random patients, and the same patient with a finding that grows."""
    new, changed = [], []
    for seed in range(12):
        patient = studio.Patient.random(seed)
        new.append(milliseconds(lambda p=patient: studio.radiograph(p, size=96)))
        finding = studio.Finding("pleural effusion", "left", 0.3 + 0.05 * seed)
        findings = studio.Findings((finding,))
        changed.append(
            milliseconds(lambda p=patient, f=findings: studio.radiograph(p, f, size=96))
        )
    report("radiograph, 96 px, new patient", new, 90)
    report("radiograph, 96 px, another finding", changed, 60)


def against_numpy() -> None:
    """Distances at random points, compiled and in numpy."""
    rng = np.random.default_rng(1)
    ratios = []
    for _ in range(10):
        table = products.build(studio.Product.random(rng)).table
        points = rng.uniform(table.box[:3], table.box[3:], (20_000, 3))
        slow = milliseconds(lambda t=table, p=points: reference.distance(t, p))
        fast = milliseconds(lambda t=table, p=points: camera.k.distances(t.rows, t.textures, p))
        ratios.append(slow / max(fast, 1e-3))
    print(f"compiled distances are {statistics.median(ratios):.0f} times as fast as numpy's")


if __name__ == "__main__":
    studio.warm_up(print)
    print(f"{'milliseconds of processor time':<52}{'median':>8}{'90 %':>8}")
    photographs()
    radiographs()
    against_numpy()
