"""What it costs to embed pictures: in a loop, into files, and by Ray on this machine.

    python benchmarks/embed.py                     # 1,200 JPEG files
    python benchmarks/embed.py --pictures 4000 --model openai/clip-vit-base-patch32

All ways stand side by side in one run: pictures a second by the clock, and seconds of processor
time for 1,000 pictures, of this process and all that it starts. The first two count everything
from the call on, with the start of Ray and its processes; the last begins when each copy of the
model has finished a file, and says what a long run comes to. On a machine that does other things as
well, believe the processor time.
"""

import argparse
import bisect
import os
import tempfile
import threading
import time
from pathlib import Path

os.environ.setdefault("TQDM_DISABLE", "1")

import psutil

import clipkit
from clipkit import embed

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


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pictures", type=int, default=1200)
    parser.add_argument("--model")
    options = parser.parse_args()
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
