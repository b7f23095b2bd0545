"""What more films, larger pictures and other questions bring: `python benchmarks/more_films.py`.

It renders films of more patients of hospital B with their reports, fine-tunes on them without a
label, measures on the test split of notebook 06, and writes what the notebook shows to
clipkit/assets/results/more_films.json. Rendering takes two cores about half an hour. The trainings
took an H200 four and a half minutes, four at a time (`--render` first, then `--only` each); two
cores would need some 40 hours. Stopped and called again, it goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pyarrow.parquet as parquet
import torch
from datasets import Dataset, Features, concatenate_datasets
from radiographs import (
    MODEL,
    STYLES,
    Films,
    gained,
    mean_auroc,
    path,
    probes,
    rounded,
    sensitivity,
    texts_of,
)

import clipkit
from clipkit import evaluation, fine_tune
from clipstudio.build import ARCHIVES, RADIOGRAPH_FEATURES, films_of, radiograph_row

RESULTS = Path(clipkit.__file__).parent / "assets" / "results" / "more_films.json"
CACHE = Path.home() / ".cache" / "clipkit" / "hospital-b"
SHARD = 250  # patients in a file of the cache
BUNDLED = ARCHIVES["B"].patients["train"]
FEATURES = Features({name: RADIOGRAPH_FEATURES[name] for name in ("image", "report")})
LARGE = {"batch_size": 256, "learning_rate": 1e-3, "texts_each": 6}
SMALL = {"batch_size": 64, "learning_rate": 5e-4, "texts_each": 3}
RUNS = {
    "600-80": {"patients": 600, "pixels": 80, "epochs": 20, **SMALL},
    "600-160": {"patients": 600, "pixels": 160, "epochs": 40, **SMALL},
    "2500-160": {"patients": 2500, "pixels": 160, "epochs": 30, **LARGE},
    "7500-80": {"patients": 7500, "pixels": 80, "epochs": 30, **LARGE},
    "7500-160": {"patients": 7500, "pixels": 160, "epochs": 30, **LARGE},
    "15000-160": {"patients": 15000, "pixels": 160, "epochs": 15, **LARGE},
}


def shards(patients: int) -> range:
    """First numbers of the files that hold the patients behind the bundled ones."""
    return range(BUNDLED // SHARD * SHARD if patients > BUNDLED else patients, patients, SHARD)


def render_shard(first: int) -> None:
    """Films and reports of the patients from number `first` on; no label is kept."""
    rows = [
        {name: row[name] for name in FEATURES}
        for number in range(max(first, BUNDLED), first + SHARD)
        for film in range(films_of("train", number, "B"))
        for row in [radiograph_row("train", number, film, "B")]
    ]
    part = CACHE / f"{first:06d}.{os.getpid()}"
    Dataset.from_list(rows, features=FEATURES).to_parquet(part)
    os.replace(part, CACHE / f"{first:06d}.parquet")


def render(patients: int, processes: int) -> None:
    """Render what is missing of the first so many patients of the train split."""
    CACHE.mkdir(parents=True, exist_ok=True)
    missing = [first for first in shards(patients) if not (CACHE / f"{first:06d}.parquet").exists()]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for number, _ in enumerate(pool.map(render_shard, missing), start=1):
            print(f"rendered {number} of {len(missing)} files", flush=True)


def training_films(films: Films, patients: int) -> Dataset:
    """The bundled train split, and behind it films of more patients."""
    bundled = films.splits["train"].select_columns(list(FEATURES))
    files = [CACHE / f"{first:06d}.parquet" for first in shards(patients)]
    return concatenate_datasets([bundled, *(Dataset(parquet.read_table(file)) for file in files)])


def run(name: str, films: Films, folder: Path) -> None:
    """Fine-tune as `RUNS` says, and write the model and what it reaches to the folder."""
    recipe = dict(RUNS[name])
    patients, pixels, texts_each = (recipe.pop(key) for key in ("patients", "pixels", "texts_each"))
    start = fine_tune.resize_positions(clipkit.load(), pixels)
    start.words = None
    rows = training_films(films, patients)
    pairs = fine_tune.Pairs(
        start,
        rows["image"],
        [texts_of(report, "sentences") for report in rows["report"]],
        texts_each=texts_each,
        move_pictures=True,
    )
    live = fine_tune.LivePlot()
    checkpoints = folder / "checkpoints"
    tuned = fine_tune.contrastive(start, pairs, folder=checkpoints, callbacks=[live], **recipe)
    fine_tune.save(tuned, folder / "model")
    result = {"model": MODEL, **RUNS[name], "films": len(rows), **measured(tuned, films)}
    (folder / "result.json").write_text(json.dumps(rounded(result)))
    print(name, result["films"], "films:", evaluation.Estimate(*result["mean AUROC"]), flush=True)


def result_of(name: str, folder: Path) -> dict | None:
    """What a run reached, if it was made with today's model and recipe."""
    if not (folder / "result.json").exists():
        return None
    result = json.loads((folder / "result.json").read_text())
    wanted = {"model": MODEL, **RUNS[name]}
    return result if all(result.get(key) == value for key, value in wanted.items()) else None


def measured(model, films: Films) -> dict:
    """What a model reaches on test, asked in the way that is best on validation."""
    encoded, truth = films.encoded(model), films.truth["test"]
    on_validation = films.styles(model, encoded)
    asked = max(on_validation, key=on_validation.get)
    test = {style: films.scores(model, encoded["test"], style) for style in STYLES}
    return {
        "asked": asked,
        "on validation": on_validation,
        "mean AUROC": films.interval(mean_auroc, truth, test[asked]),
        "by style": {
            style: films.interval(mean_auroc, truth, values) for style, values in test.items()
        },
        "own sentences instead of full ones": films.interval(
            gained, truth, test["full sentences"], test["own sentences"]
        ),
        "AUROC": films.by_finding(test[asked]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--render", action="store_true", help="render the films, and no more")
    parser.add_argument("--only", choices=list(RUNS), help="one of the runs, and no summary")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "clipkit-more-films"
    )
    chosen = parser.parse_args()
    torch.set_float32_matmul_precision("high")  # on a GPU that has it, faster and good enough
    films = Films()
    names = [chosen.only] if chosen.only else list(RUNS)
    render(max(RUNS[name]["patients"] for name in names), chosen.processes)
    if chosen.render:
        return
    for name in names:
        if not result_of(name, chosen.folder / name):
            run(name, films, chosen.folder / name)
    if chosen.only:
        return
    results = {name: result_of(name, chosen.folder / name) for name in names}
    best = max(names, key=lambda name: max(results[name]["on validation"].values()))
    asked = results[best]["asked"]
    start = fine_tune.resize_positions(clipkit.load(), RUNS[best]["pixels"])
    tuned = clipkit.load(chosen.folder / best / "model")
    encoded = films.encoded(tuned)
    ranked = {part: films.scores(tuned, encoded[part], asked) for part in ("validation", "test")}
    summary = {
        "command": "python benchmarks/more_films.py",
        "model": MODEL,
        "runs": results,
        "best": best,
        "sensitivity": sensitivity(films, ranked["validation"], ranked["test"]),
        "probes": probes(films, encoded),
        "path": path(start, tuned, films, asked),
    }
    RESULTS.write_text(json.dumps(rounded(summary), indent=1) + "\n")
    print(f"wrote {RESULTS}; the best on validation is {best}")


if __name__ == "__main__":
    main()
