"""How many pictures a second a checkpoint's picture tower encodes, with random weights of its size.

    python benchmarks/checkpoints.py            # all, some minutes; writes nothing
    python benchmarks/checkpoints.py --write    # also renews the package's figures and the page

Speed does not depend on what the weights are, so nothing is downloaded. Of checkpoints whose
picture towers are of one shape, one is measured. Each round measures all towers one after the
other, so that a busy machine disturbs all alike, and the median over the rounds counts. Compare the
towers with each other; on another machine all numbers are others, and their ratios nearly the same.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from pathlib import Path

import torch
import transformers
from transformers import AutoConfig
from transformers.utils import logging

import clipkit
from clipkit import checkpoints
from clipkit.hub import BUNDLED

RESULTS = checkpoints.ASSETS / "results" / "checkpoints.json"
PAGE = Path(__file__).parents[1] / "docs" / "checkpoints.md"
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"  # what lies between is written anew


def towers():
    """Return the picture tower of each checkpoint that transformers has a model for, by id."""
    built, of = {}, {}
    for checkpoint in checkpoints.read_catalogue().checkpoint:
        if checkpoint.architecture is None:
            continue
        vision = AutoConfig.for_model(**checkpoint.architecture).vision_config
        key = vision.to_json_string().replace("quick_gelu", "gelu")
        if key not in built:
            model = getattr(transformers, type(vision).__name__.replace("Config", "Model"))
            built[key] = model(vision).eval()
        of[checkpoint.id] = built[key]
    of["bundled"] = clipkit.load(BUNDLED, device="cpu").model.vision_model
    return of


def speed(tower, batch):
    """Return pictures a second for one batch of noise."""
    pixels = torch.randn(batch, 3, tower.config.image_size, tower.config.image_size)
    start = time.perf_counter()
    with torch.no_grad():
        tower(pixel_values=pixels)
    return batch / (time.perf_counter() - start)


def measure(of, batch, rounds):
    """Return the median speed of each tower, by id."""
    different = {id(tower): tower for tower in of.values()}
    found = {key: [] for key in different}
    for tower in different.values():
        speed(tower, 1)  # warms up
    for _ in range(rounds):
        for key, tower in different.items():
            found[key].append(speed(tower, batch))
    return {name: statistics.median(found[id(tower)]) for name, tower in of.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    logging.set_verbosity_error()
    torch.manual_seed(0)
    speeds = measure(towers(), options.batch, options.rounds)
    base = speeds["openai/clip-vit-base-patch32"]
    for name, value in speeds.items():
        print(f"{name:58} {value:8.2f} pictures/s   {value / base:6.3f} of ViT-B/32")
    if options.write:
        machine = f"{platform.machine()}, torch {torch.__version__.split('+')[0]}, float32, "
        machine += f"{torch.get_num_threads()} thread(s)"
        rounded = {name: float(f"{value:.3g}") for name, value in speeds.items()}
        RESULTS.write_text(
            json.dumps({"machine": machine, "pictures_per_second": rounded}, indent=1) + "\n"
        )
        head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        tail = rest.partition(END)[2]
        PAGE.write_text(f"{head}{BEGIN}\n{checkpoints.markdown()}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
