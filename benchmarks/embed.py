"""What it costs to embed pictures: in a loop, into files, and by Ray on this machine.

    python benchmarks/embed.py                     # 1,200 JPEG files
    python benchmarks/embed.py --pictures 4000 --model openai/clip-vit-base-patch32
    python benchmarks/embed.py --core              # what one core does: the basis of docs/scale.md

All ways stand side by side in one run: pictures a second by the clock, and seconds of processor
time for 1,000 pictures, of this process and all that it starts. The first two count everything
from the call on, with the start of Ray and its processes; the last begins when each copy of the
model has finished a file, and says what a long run comes to. On a machine that does other things as
well, believe the processor time.
"""

import argparse
import bisect
import io
import os
import tempfile
import threading
import time
from pathlib import Path

os.environ.setdefault("TQDM_DISABLE", "1")

import numpy as np
import psutil
import torch
from PIL import Image
from transformers import CLIPImageProcessorPil, CLIPVisionConfig, CLIPVisionModel

import clipkit
from clipkit import embed
from clipkit.pictures import getters
from clipkit.pixels import Pixels

FILES = 24


class ProcessorTime(threading.Thread):
    """Looks five times a second what this process and its descendants have used so far."""

    def __init__(self):
        super().__init__(daemon=True)
        self.stop, self.times, self.used = threading.Event(), [], []

    def run(self):
        ours, seen = psutil.Process(), {}
        while not self.stop.wait(0.2):
            for process in [ours, *ours.children(recursive=True)]:
                try:
                    spent = process.cpu_times()
                except psutil.Error:
                    continue
                seen[process.pid] = spent.user + spent.system
            self.times.append(time.time())
            self.used.append(sum(seen.values()))

    def between(self, start, end):
        places = [bisect.bisect_left(self.times, moment) for moment in (start, end)]
        first, last = (min(place, len(self.used) - 1) for place in places)
        return self.used[last] - self.used[first]


def processor_time(function, times=3):
    """Return the least seconds of processor time of a few calls."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        function()
        spent.append(time.process_time() - start)
    return min(spent)


def core():
    """Say what one core encodes with two picture towers, and reads of two sizes of files."""
    torch.set_num_threads(1)
    towers = {
        "ViT-B/32": CLIPVisionConfig(patch_size=32),
        "ViT-L/14": CLIPVisionConfig(
            hidden_size=1024,
            intermediate_size=4096,
            num_hidden_layers=24,
            num_attention_heads=16,
            patch_size=14,
        ),
    }
    print("one core, processor time")
    for name, config in towers.items():
        tower, pixels = CLIPVisionModel(config).eval(), torch.randn(2, 3, 224, 224)
        with torch.no_grad():
            seconds = processor_time(lambda run=tower, x=pixels: run(pixel_values=x)) / 2
        weights = sum(p.numel() for p in tower.parameters())
        tokens = (224 // config.patch_size) ** 2 + 1
        print(
            f"{name}: {1 / seconds:6.2f} pictures/s, {weights / 1e6:.0f} million weights, "
            f"{2 * weights * tokens / 1e9:.1f} billion operations each, "
            f"{2 * weights * tokens / seconds / 1e9:.0f} billion a second"
        )
    size = {"height": 224, "width": 224}
    pixels = Pixels(CLIPImageProcessorPil(size={"shortest_edge": 224}, crop_size=size))
    shop = clipkit.data.load_catalog()["test"].select(range(16))["image"]
    noise = np.random.default_rng(0)
    for width, height in ((533, 400), (1600, 1200)):
        files = []
        for picture in shop:
            values = np.asarray(picture.convert("RGB").resize((width, height)), np.float32)
            grained = np.clip(values + noise.normal(0, 3, values.shape), 0, 255).astype(np.uint8)
            Image.fromarray(grained).save(file := io.BytesIO(), "JPEG", quality=85)
            files.append(file.getvalue())
        seconds = processor_time(lambda files=files: [pixels.read(get) for get in getters(files)])
        kilobytes = sum(map(len, files)) / len(files) / 1000
        print(
            f"JPEG of {width} x {height}, {kilobytes:.0f} kB: {len(files) / seconds:.0f} read and "
            "scaled to 224 a second"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pictures", type=int, default=1200)
    parser.add_argument("--model")
    parser.add_argument("--core", action="store_true")
    options = parser.parse_args()
    if options.core:
        return core()
    shop = clipkit.data.load_catalog()["train"]
    clip = clipkit.load(options.model)
    n, rows = options.pictures, -(-options.pictures // FILES)
    print(f"{n:,} pictures, {os.cpu_count()} cores, {clip.device}")
    print(f"{'':34}{'pictures/s':>12}{'CPU s/1,000':>13}{'once started':>14}")
    clock = ProcessorTime()
    clock.start()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "shop"
        folder.mkdir()
        for number in range(n):
            shop[number % len(shop)]["image"].save(folder / f"{number:05d}.jpg")
        start = time.time()
        clip.encode_images(sorted(folder.iterdir()))
        end = time.time()
        time.sleep(0.3)
        spent = 1000 * clock.between(start, end) / n
        print(
            f"{'encode_images in this process':34}{n / (end - start):12.0f}{spent:13.1f}",
            flush=True,
        )
        for name, workers in (
            ("embed, in this process", 0),
            ("embed, Ray, 1 copy of the model", 1),
            ("embed, Ray, 2 copies", 2),
        ):
            out, copies = Path(place) / str(workers), max(workers, 1)
            start = time.time()
            embed.run(folder, out, options.model, rows=rows, workers=workers)
            end = time.time()
            time.sleep(0.3)
            done = sorted(path.stat().st_mtime for path in out.glob("part-*"))
            steady = clock.between(done[copies - 1], done[-1]) / (n - copies * rows)
            whole = clock.between(start, end) / n
            print(
                f"{name:34}{n / (end - start):12.0f}{1000 * whole:13.1f}{1000 * steady:14.1f}",
                flush=True,
            )
    clock.stop.set()


if __name__ == "__main__":
    main()
