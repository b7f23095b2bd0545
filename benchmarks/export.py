"""What ONNX and int8 cost and gain: torch, ONNX float32 and ONNX int8, side by side.

    python benchmarks/export.py                        # the bundled model, about two minutes
    python benchmarks/export.py --models vit-b32       # random weights of ViT-B/32's size
    python benchmarks/export.py --models my-clip       # an id or a folder

Each round times every way once, one after the other, so that a busy machine disturbs all alike;
the table gives the median of processor time over the rounds, and how many times as fast as torch in
the same round (again the median). One thread. A batch of 16 in int8 is 16 pictures one by one, as
`clipkit` encodes them. Size, cosines and accuracy are those of `clipkit.export.export`, on the
catalogue's test split, for the bundled model.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import torch
from encode import vit_b32

import clipkit
from clipkit.export import export
from clipkit.hub import BUNDLED

ROUNDS, BATCHES = 15, (1, 16)


def seconds(clip, method, inputs):
    """Return how much processor time one tower takes for a batch."""
    n = len(next(iter(inputs.values())))
    size = 1 if getattr(clip.model, "alone", False) else n
    batches = [
        {name: rows[i : i + size] for name, rows in inputs.items()} for i in range(0, n, size)
    ]
    start = time.process_time()
    with torch.no_grad():
        for batch in batches:
            getattr(clip.model, method)(**batch)
    return time.process_time() - start


def report(ways, rounds):
    """Print the times of both towers."""
    first = next(iter(ways.values()))
    shop = clipkit.data.load_catalog()["test"]
    pictures, titles = shop["image"][: max(BATCHES)], list(shop["title"])[: max(BATCHES)]
    print(f"  {'':24} " + "  ".join(f"{name:>22}" for name in ways))
    for what, method in (("pictures", "get_image_features"), ("titles", "get_text_features")):
        for n in BATCHES:
            if what == "pictures":
                inputs = {"pixel_values": first.pixels(pictures[:n])}
            else:
                inputs = first.tokens.pad(first.tokens.ids(titles[:n]))
            times = {name: [] for name in ways}
            for turn in range(rounds + 2):
                for name, clip in ways.items():
                    spent = seconds(clip, method, inputs)
                    if turn >= 2:  # the first ones warm up
                        times[name].append(spent)
            torch_times = next(iter(times.values()))
            cells = []
            for spent in times.values():
                gain = statistics.median(a / b for a, b in zip(torch_times, spent, strict=True))
                cells.append(f"{statistics.median(spent) * 1000:9.2f} ms {gain:6.2f} x")
            print(f"  {n:3} {what:20} " + "  ".join(f"{cell:>22}" for cell in cells))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=["bundled"])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for kind in arguments.models:
        name = BUNDLED if kind == "bundled" else kind
        clip = vit_b32() if kind == "vit-b32" else clipkit.load(name, device="cpu")
        print(f"{clip.name}, pictures of {clip.pixels.size} px, one thread")
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "onnx"
            test = clipkit.data.load_catalog()["test"]
            measured = (test["image"], test["category"]) if kind == "bundled" else ()
            table = export(clip, out, *measured)
            print(table.to_string(float_format=lambda value: f"{value:.4f}"))
            ways = {"torch float32": clip}
            for dtype in ("float32", "int8"):
                ways[f"ONNX {dtype}"] = clipkit.load(out, backend="onnx", dtype=dtype)
            report(ways, arguments.rounds)


if __name__ == "__main__":
    main()
