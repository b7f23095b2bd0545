"""How many pictures a second are embedded: in a loop, into files, and by Ray.

    python benchmarks/embed.py                     # 1,200 JPEG files
    python benchmarks/embed.py --pictures 4000 --model openai/clip-vit-base-patch32

All ways stand side by side in one run. The first number counts everything from the call on, with
the start of Ray and its processes; the second begins when each copy of the model has finished its
first file, and says what a long run comes to.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TQDM_DISABLE", "1")

import clipkit
from clipkit import embed

FILES = 24


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pictures", type=int, default=1200)
    parser.add_argument("--model")
    options = parser.parse_args()
    shop = clipkit.data.load_catalog()["train"]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "shop"
        folder.mkdir()
        for number in range(options.pictures):
            shop[number % len(shop)]["image"].save(folder / f"{number:05d}.jpg")
        files = sorted(folder.iterdir())
        clip = clipkit.load(options.model)
        start = time.perf_counter()
        clip.encode_images(files)
        seconds = time.perf_counter() - start
        print(f"{len(files):,} pictures, {os.cpu_count()} cores, {clip.device}: a second")
        print(f"{'encode_images in this process':34}{len(files) / seconds:8.0f}", flush=True)
        rows = -(-len(files) // FILES)
        for name, workers in (
            ("embed, in this process", 0),
            ("embed, Ray, 1 copy of the model", 1),
            ("embed, Ray, 2 copies", 2),
        ):
            out = Path(place) / str(workers)
            start = time.perf_counter()
            embed.run(folder, out, options.model, rows=rows, workers=workers)
            seconds = time.perf_counter() - start
            ends = sorted(path.stat().st_mtime for path in out.glob("part-*"))
            copies = max(workers, 1)
            steady = (len(files) - copies * rows) / (ends[-1] - ends[copies - 1])
            print(f"{name:34}{len(files) / seconds:8.0f}{steady:8.0f}", flush=True)


if __name__ == "__main__":
    main()
