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

import clipstudio  # noqa: E402
from clipstudio import camera, reference, scene  # noqa: E402
from clipstudio import product as products  # noqa: E402

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
    chosen = [clipstudio.Product.random(rng) for _ in range(PRODUCTS)]
    shots = [clipstudio.random_shot(rng, product) for product in chosen]
    times = {name: [] for name in ("new 96", "repaint 96", "light 96", "new 224", "train", "again")}
    for product, shot in zip(chosen, shots, strict=True):
        other = replace(product, colour="teal" if product.colour != "teal" else "red")
        relit = replace(shot, background="grey" if shot.background != "grey" else "white")

        def measure(name, *arguments):
            times[name].append(milliseconds(lambda: clipstudio.photograph(*arguments)))

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


def subjects() -> None:
    """Worn clothes, groups and words: as large in a picture as one product, built of several."""
    kinds = {
        "worn": (clipstudio.Worn.random, 120),
        "a group": (clipstudio.Group.random, 90),
        "with words": (lambda rng: clipstudio.lettered(rng, clipstudio.Product.random(rng)), 60),
    }
    for name, (draw, limit) in kinds.items():
        rng = np.random.default_rng(2)
        new, again, train = [], [], []
        for _ in range(PRODUCTS):
            subject = draw(rng)
            shot = clipstudio.random_shot(rng, subject)
            relit = replace(shot, background="grey" if shot.background != "grey" else "white")
            forget()
            new.append(milliseconds(lambda s=subject, v=shot: clipstudio.photograph(s, v, 96)))
            again.append(milliseconds(lambda s=subject, v=relit: clipstudio.photograph(s, v, 96)))
            forget()
            train.append(
                milliseconds(lambda s=subject, v=shot: clipstudio.photograph(s, v, 64, 1, True))
            )
        report(f"photograph, 96 px, {name}", new, limit)
        report(f"photograph, 96 px, {name}, another background", again, 25)
        report(f"fast picture for training, 64 px, {name}", train)


def radiographs() -> None:
    """Radiographs of random patients, and the same patient with a finding that grows."""
    new, changed = [], []
    for seed in range(12):
        patient = clipstudio.Patient.random(seed)
        new.append(milliseconds(lambda p=patient: clipstudio.radiograph(p, size=96)))
        finding = clipstudio.Finding("pleural effusion", "left", 0.3 + 0.05 * seed)
        findings = clipstudio.Findings((finding,))
        changed.append(
            milliseconds(lambda p=patient, f=findings: clipstudio.radiograph(p, f, size=96))
        )
    report("radiograph, 96 px, new patient", new, 90)
    report("radiograph, 96 px, another finding", changed, 60)


def numpy_trace(samples: camera.Samples) -> np.ndarray:
    """Which first samples meet the product: every ray walked at once with the reference."""
    table, size = samples.table, samples.size
    eye, seen = samples.view[:3], samples.position[: size * size] - samples.view[:3]
    direction = seen / np.linalg.norm(seen, axis=1, keepdims=True)
    middle = (table.box[:3] + table.box[3:]) / 2
    reach = np.linalg.norm(table.box[3:] - table.box[:3])
    t = np.full(size * size, max(np.linalg.norm(middle - eye) - reach, 0.0))
    hit, walking = np.zeros(size * size, bool), np.arange(size * size)
    for _ in range(100):
        step = reference.distance(table, eye + direction[walking] * t[walking, None])
        t[walking] += step
        hit[walking[step < 1e-3]] = True
        walking = walking[(step >= 1e-3) & (t[walking] < t.min() + 3 * reach)]
        if not len(walking):
            break
    return hit


def against_numpy() -> None:
    """The first hit of every ray of a picture, compiled and in numpy."""
    rng = np.random.default_rng(1)
    ratios = []
    for _ in range(8):
        product = clipstudio.Product.random(rng)
        samples = products.trace_product(product, clipstudio.Shot(), 48, antialias=1)
        rays = samples.table, samples.view, samples.stage, 48, samples.places
        fast = statistics.median(milliseconds(lambda r=rays: camera._see(*r)) for _ in range(5))
        ratios.append(milliseconds(lambda s=samples: numpy_trace(s)) / fast)
    print(f"compiled rays are {statistics.median(ratios):.0f} times as fast as numpy's")


if __name__ == "__main__":
    clipstudio.warm_up(print)
    print(f"{'milliseconds of processor time':<52}{'median':>8}{'90 %':>8}")
    photographs()
    subjects()
    radiographs()
    against_numpy()
