"""Build the bundled data sets from their seeds: `python -m clipstudio.build`.

Each row is a function of its split and number alone, so that any one can be made again.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from datasets import Dataset, Features, Image, List, Value
from PIL.Image import Image as Picture

from clipstudio import (
    CATEGORIES,
    Findings,
    Patient,
    Product,
    Shot,
    captions,
    photograph,
    print_of,
    radiograph,
    random_shot,
    reports,
    supplier,
)
from clipstudio.chest import KINDS, PREVALENCE
from clipstudio.splits import HELD_OUT_PAIRS, KEPT_BACK, SEEDS, is_held_out

FOLDER = Path(__file__).parents[1] / "clipkit" / "assets" / "data"
SPLITS = ("train", "validation", "test")
PRODUCTS = {"train": 2400, "validation": 600, "test": 600}
HELD_OUT_IN_TEST = 3
"""Products of each held-out colour-category pair, all in the test split."""
CATALOG_PIXELS, CATALOG_QUALITY = 192, 82


@dataclass(frozen=True)
class Archive:
    """The films of one hospital.

    Attributes
    ----------
    hospital : {"A", "B"}
        Whose X-ray unit takes the films, and who writes the reports.
    stream : int
        Second word of the seeds: no two archives draw the same numbers.
    patients : dict of str to int
        How many are in each split.
    normal : float
        Share of films without any finding.
    prevalence : dict of str to float
        Chance of each finding in a patient who is not normal; others never occur.
    pixels, quality : int
        Side of the square films, and the quality of their JPEG.
    """

    hospital: str
    stream: int
    patients: dict
    normal: float
    prevalence: dict
    pixels: int
    quality: int

    @property
    def kept_back(self) -> tuple[str, ...]:
        """Findings that never occur, and that no report names or denies."""
        return tuple(name for name in KINDS if name not in self.prevalence)


KNOWN_PREVALENCE = {name: chance for name, chance in PREVALENCE.items() if name not in KEPT_BACK}
# A ward with an intensive care unit: more films in bed, fluid and devices, fewer chance findings.
WARD_PREVALENCE = {
    **PREVALENCE,
    **{"pleural effusion": 0.32, "pneumothorax": 0.15, "oedema": 0.2, "atelectasis": 0.22},
    **{"central line": 0.2, "chest tube": 0.06, "pacemaker": 0.12, "nodule": 0.07, "mass": 0.06},
    "hiatal hernia": 0.1,
}
ARCHIVES = {
    "A": Archive(
        "A", 20, {"train": 720, "validation": 240, "test": 240}, 0.33, KNOWN_PREVALENCE, 160, 85
    ),
    "B": Archive(
        "B", 30, {"train": 600, "validation": 200, "test": 200}, 0.25, WARD_PREVALENCE, 128, 80
    ),
}

SUPPLIED = {"train": 40, "validation": 12, "test": 12}
"""Prints of each of the supplier's lines."""
SUPPLIER_PIXELS, SUPPLIER_QUALITY = 128, 76

CATALOG_FEATURES = Features(
    {
        "image": Image(),
        "title": Value("string"),
        "description": Value("string"),
        "category": Value("string"),
        "design": Value("string"),
        "colour": Value("string"),
        "second_colour": Value("string"),
        "pattern": Value("string"),
        "material": Value("string"),
        "held_out_pair": Value("bool"),
        "specification": Value("string"),
    }
)
SUPPLIER_FEATURES = Features(
    {
        "image": Image(),
        **{
            name: Value("string")
            for name in (
                "title",
                "description",
                "line",
                "gloss",
                "category",
                "design",
                "colour",
                "specification",
            )
        },
    }
)
RADIOGRAPH_FEATURES = Features(
    {
        "image": Image(),
        "report": Value("string"),
        "findings": List(Value("string")),
        "patient": Value("string"),
        "sex": Value("string"),
        "age": Value("int32"),
        "projection": Value("string"),
        "specification": Value("string"),
    }
)


def jpeg(picture: Picture, quality: int) -> dict:
    """Return a PIL picture as the cell of an `Image` column."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, optimize=True)
    return {"bytes": buffer.getvalue(), "path": None}


def catalog_product(split: str, number: int) -> tuple[Product, Shot, np.random.Generator]:
    """Return the product and the shot of a row; the generator goes on to write its texts.

    The first rows of the test split are the held-out pairs, three of each; every other row cycles
    through the categories and avoids them.
    """
    rng = np.random.default_rng([SEEDS[split], 10, number])
    names = list(CATEGORIES)
    category = names[number % len(names)]
    product = Product.random(rng, category=category)
    if split == "test" and number < HELD_OUT_IN_TEST * len(names):
        colour = HELD_OUT_PAIRS[category]
        while product.colour != colour or product.second_colour == colour:
            product = Product.random(rng, category=category)
    else:
        while is_held_out(category, product.colour):
            product = Product.random(rng, category=category)
    return product, random_shot(rng, product), rng


def catalog_row(split: str, number: int) -> dict:
    """Return a row of the catalogue."""
    product, shot, rng = catalog_product(split, number)
    facts = product.to_dict()
    kept = ("category", "design", "colour", "second_colour", "pattern", "material")
    return {
        "image": jpeg(photograph(product, shot, CATALOG_PIXELS), CATALOG_QUALITY),
        "title": captions.title(product, rng),
        "description": captions.description(product, rng),
        **{name: facts[name] for name in kept},
        "held_out_pair": is_held_out(product.category, product.colour),
        "specification": json.dumps({"product": facts, "shot": shot.to_dict()}),
    }


def supplier_row(split: str, number: int) -> dict:
    """Return a row of the supplier's catalogue; rows cycle through its lines."""
    rng = np.random.default_rng([SEEDS["supplier"], SEEDS[split], number])
    line = list(supplier.LINES)[number % len(supplier.LINES)]
    product = supplier.product_of(line, rng)
    shot = supplier.shot_of(product, rng)
    picture = print_of(product, shot, SUPPLIER_PIXELS)
    return {
        "image": jpeg(picture, SUPPLIER_QUALITY),
        "title": supplier.title(line, product, rng),
        "description": supplier.description(line, product, rng),
        "line": line,
        "gloss": supplier.LINES[line].gloss,
        "category": product.category,
        "design": product.design,
        "colour": supplier.HOUSE_COLOURS[product.colour],
        "specification": json.dumps({"product": product.to_dict(), "shot": shot.to_dict()}),
    }


def films_of(split: str, number: int, hospital: str = "A") -> int:
    """How many films a patient has: one, two or three."""
    rng = np.random.default_rng([SEEDS[split], ARCHIVES[hospital].stream, number])
    return int(rng.choice([1, 2, 3], p=[0.5, 0.3, 0.2]))


def radiograph_row(split: str, number: int, film: int, hospital: str = "A") -> dict:
    """Return a film of a patient, each film with findings of its own."""
    archive = ARCHIVES[hospital]
    rng = np.random.default_rng([SEEDS[split], archive.stream + 1, number])
    patient = Patient.random(rng, hospital)
    rng = np.random.default_rng([SEEDS[split], archive.stream + 2, number, film])
    findings = Findings.random(rng, archive.normal, archive.prevalence)
    prefix = "" if hospital == "A" else f"{hospital}-"
    return {
        "image": jpeg(radiograph(patient, findings, archive.pixels, hospital), archive.quality),
        "report": reports.report(patient, findings, rng, hospital, archive.kept_back).text,
        "findings": [finding.name for finding in findings.items],
        "patient": f"{prefix}{split}-{number:04d}",
        "sex": patient.sex,
        "age": patient.age,
        "projection": patient.projection,
        "specification": json.dumps({"patient": patient.to_dict(), "findings": findings.to_dict()}),
    }


def catalog_rows(split: str) -> list[tuple]:
    """Return the arguments of `catalog_row` for a split."""
    return [(split, number) for number in range(PRODUCTS[split])]


def supplier_rows(split: str) -> list[tuple]:
    """Return the arguments of `supplier_row` for a split."""
    return [(split, number) for number in range(SUPPLIED[split] * len(supplier.LINES))]


def radiograph_rows(split: str, hospital: str = "A") -> list[tuple]:
    """Return the arguments of `radiograph_row` for a split."""
    patients = range(ARCHIVES[hospital].patients[split])
    return [
        (split, number, film, hospital)
        for number in patients
        for film in range(films_of(split, number, hospital))
    ]


DATA_SETS: dict[str, tuple[Callable[..., dict], Callable[[str], list[tuple]], Features]] = {
    "catalog": (catalog_row, catalog_rows, CATALOG_FEATURES),
    "supplier": (supplier_row, supplier_rows, SUPPLIER_FEATURES),
    "radiographs": (radiograph_row, radiograph_rows, RADIOGRAPH_FEATURES),
    "radiographs_b": (radiograph_row, partial(radiograph_rows, hospital="B"), RADIOGRAPH_FEATURES),
}


def build(folder: Path = FOLDER, processes: int = 2, only: str | None = None) -> None:
    """Write the data sets as one parquet file a split.

    Parameters
    ----------
    folder : Path
        Gets `NAME/SPLIT.parquet`, and `SHA256` with the checksums of all.
    processes : int
        Renderers at work; one a core.
    only : {"catalog", "supplier", "radiographs", "radiographs_b"}, optional
        By default all.
    """
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for name in [only] if only else DATA_SETS:
            make_row, numbers_of, features = DATA_SETS[name]
            for split in SPLITS:
                numbers = zip(*numbers_of(split), strict=True)
                rows = list(pool.map(make_row, *numbers, chunksize=20))
                _write(rows, features, folder / name / f"{split}.parquet")
    checksums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.glob("*/*.parquet"))
    ]
    (folder / "SHA256").write_text("".join(checksums), encoding="utf-8")  # clipkit.doctor compares


def _write(rows: list[dict], features: Features, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Dataset.from_list(rows, features=features).to_parquet(path)
    print(f"{path.name}: {len(rows)} rows, {path.stat().st_size / 1e6:.1f} MB", flush=True)


if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="python -m clipstudio.build", description=__doc__)
    options.add_argument("--folder", type=Path, default=FOLDER)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--only", choices=list(DATA_SETS))
    build(**vars(options.parse_args()))
