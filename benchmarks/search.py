"""How long exact and approximate search take, what they need, and what the approximate ones lose.

    python benchmarks/search.py                      # 1,000,000 vectors: some 20 minutes
    python benchmarks/search.py --vectors 100000     # a trial
    python benchmarks/search.py --write              # for notebook 04: clipkit/assets/results

The vectors are those of notebook 04: the catalogue's training pictures mixed in pairs, with noise.
Queries are pictures and titles, apart, for they lose differently, one at a time, as shoppers ask.
How hard an index looks (nprobe, ef, candidates) is chosen on queries of the validation split, as
little as leaves .95 of the neighbours of both kinds; the test split reports. All ways run on one
thread and are timed by the processor's clock, so that other work on the machine counts little; the
two exact ones stand side by side in turns, and the table gives the medians.
"""

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import faiss
import numpy as np
import psutil
import torch

import clipkit
from clipkit import evaluation
from clipkit.search import Index, recall

RESULTS = Path(clipkit.__file__).parent / "assets" / "results" / "search.json"
K, ENOUGH, ROWS = 10, 0.95, 20_000
PROBES = (1, 4, 16, 32, 64)
# How an index is built, the setting that trades time for recall and its values, and how many
# candidates are put in order again by their full vectors (0: none).
WAYS = {
    "IVF1024,Flat": ("nprobe", PROBES, (0,)),
    "IVF1024,SQ8": ("nprobe", PROBES, (0, 30)),
    "IVF1024,SQ4": ("nprobe", PROBES, (0, 100)),
    "IVF1024,PQ48": ("nprobe", PROBES, (0, 100)),
    "HNSW16,Flat": ("efSearch", (16, 64, 256, 512), (0,)),
    "signs": ("candidates", (100, 1000, 3000), (1,)),
}


def block(source, number):
    """Return the block of that number: unit vectors, each a mixture of two rows and noise."""
    rng = np.random.default_rng([4, number])
    first, second = rng.integers(len(source), size=(2, ROWS))
    mixed = source[first] + 0.5 * rng.random((ROWS, 1), dtype=np.float32) * source[second]
    mixed += 0.03 * rng.standard_normal(mixed.shape, dtype=np.float32)
    return mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def vectors(source, n):
    rows = np.empty((n, source.shape[1]), np.float32)
    for start in range(0, n, ROWS):
        rows[start : start + ROWS] = block(source, start // ROWS)[: n - start]
    return rows


class Signs:
    """One bit for each number: its sign. The Hamming distance orders as the angle does, roughly."""

    def __init__(self, rows):
        self.index = faiss.IndexBinaryFlat(rows.shape[1])
        for part in np.array_split(rows, max(len(rows) // ROWS, 1)):
            self.index.add(np.packbits(part > 0, axis=1))

    def search(self, query, k):
        return self.index.search(np.packbits(query > 0, axis=1), k)


def built(kind, rows):
    """Return an index and the seconds of processor time that it took."""
    start = time.process_time()
    if kind == "signs":
        index = Signs(rows)
    else:
        index = faiss.index_factory(rows.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
        index.train(rows[: 50 * 1024])
        for part in np.array_split(rows, max(len(rows) // ROWS, 1)):
            index.add(part)
    return index, time.process_time() - start


def stored(index):
    """Return the bytes that an index takes when it is written."""
    if isinstance(index, Signs):
        return len(faiss.serialize_index_binary(index.index))
    return len(faiss.serialize_index(index))


def one_by_one(index, rows, queries, setting, value, rescored):
    """Return what is found (m, K), and the milliseconds of processor time a query."""
    candidates = value if setting == "candidates" else rescored or K
    if setting == "nprobe":
        index.nprobe = value
    elif setting == "efSearch":
        index.hnsw.efSearch = value
    found, start = [], time.process_time()
    for query in queries:
        near = index.search(query[None], candidates)[1][0]
        if rescored:
            near = near[np.argsort(-(rows[near] @ query), kind="stable")][:K]
        found.append(near)
    return np.array(found), (time.process_time() - start) / len(queries) * 1000


def measured(index, rows, asked, exact, setting, value, rescored):
    """Return recall with its interval and time, by kind of query, on the test split."""
    point, each = {setting: value}, {}
    for kind, queries in asked["test"].items():
        found, milliseconds = one_by_one(index, rows, queries, setting, value, rescored)
        each[kind] = recall(found, exact["test"][kind])
        point[kind] = rounded(evaluation.bootstrap(np.mean, each[kind]))
        point[f"{kind} ms"] = round(milliseconds, 3)
    # A picture and a title of the same product make a pair.
    point["titles over pictures"] = rounded(evaluation.paired_difference(*each.values()))
    on_validation = [
        recall(one_by_one(index, rows, queries, setting, value, rescored)[0], true).mean()
        for queries, true in zip(
            asked["validation"].values(), exact["validation"].values(), strict=True
        )
    ]
    point["on validation"] = [round(float(share), 4) for share in on_validation]
    return point


def rounded(estimate):
    return [round(float(number), 4) for number in estimate]


def exact_times(rows, queries, rounds):
    """Return the milliseconds a query of the two exact searches, one at a time and all at once."""
    flat = faiss.IndexFlatIP(rows.shape[1])
    flat.add(rows)
    ours = Index(torch.from_numpy(rows))
    ways = {"faiss flat": flat.search, "clipkit.search.Index": ours.search}
    times = {(name, how): [] for name in ways for how in ("one at a time", "100 at once")}
    for _ in range(rounds):
        for name, search in ways.items():
            start = time.process_time()
            for query in queries[:10]:
                search(query[None], K)
            times[name, "one at a time"].append((time.process_time() - start) / 10)
            start = time.process_time()
            search(queries[:100], K)
            times[name, "100 at once"].append((time.process_time() - start) / 100)
    return flat, {
        name: {how: round(statistics.median(times[name, how]) * 1000, 2) for _, how in times}
        for name in ways
    }


def memory(name, n):
    """Return how many bytes a vector holding n of them and searching takes, in a fresh process."""
    command = [sys.executable, __file__, "--memory", name, "--vectors", str(n)]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def print_memory(name, n):
    source = np.random.default_rng(0).standard_normal((2400, 192), dtype=np.float32)
    queries = source[:100] / np.linalg.norm(source[:100], axis=1, keepdims=True)
    Index(queries).search(queries, K)  # what the libraries themselves need is no part of it
    faiss.IndexFlatIP(192).search(queries, K)
    before = resident()
    rows = vectors(source, n)
    if name == "faiss flat":
        index = faiss.IndexFlatIP(192)
        index.add(rows)
        del rows
    else:
        index = Index(torch.from_numpy(rows))
    print((peak_during(lambda: index.search(queries, K)) - before) / n)


def resident():
    return psutil.Process().memory_info().rss


def peak_during(work):
    """Return the most memory that this process held while it did some work."""
    seen, done = [resident()], threading.Event()

    def watch():
        while not done.wait(0.005):
            seen.append(resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    work()
    done.set()
    watcher.join()
    return max(seen)


def table(points, setting, chosen):
    for point in points:
        told = f"   {setting} {point[setting]:5} recall {point['pictures'][0]:.3f} "
        told += f"{point['titles'][0]:.3f}   {point['titles ms']:8.2f} ms"
        print(told, "  chosen" if point in chosen else "", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--vectors", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ways", nargs="*", default=list(WAYS), help="some of the indexes only")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    parser.add_argument("--memory", help=argparse.SUPPRESS)
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    torch.set_num_threads(1)
    if options.memory:
        return print_memory(options.memory, options.vectors)
    catalog, clip = clipkit.data.load_catalog(), clipkit.load(device="cpu")
    rows = vectors(clip.encode_images(catalog["train"]["image"]).numpy(), options.vectors)
    asked = {}
    for split in ("validation", "test"):
        some = catalog[split].select(range(options.queries))
        asked[split] = {
            "pictures": clip.encode_images(some["image"]).numpy(),
            "titles": clip.encode_texts(some["title"]).numpy(),
        }
    flat, exact_milliseconds = exact_times(rows, asked["test"]["titles"], options.rounds)
    exact = {s: {k: flat.search(q, K)[1] for k, q in kinds.items()} for s, kinds in asked.items()}
    del flat
    results = {
        "command": " ".join(["python benchmarks/search.py", *sys.argv[1:]]),
        "vectors": options.vectors,
        "exact ms": exact_milliseconds,
        "exact bytes": {name: round(memory(name, options.vectors)) for name in exact_milliseconds},
        "ways": {},
    }
    print(json.dumps(results, indent=1), flush=True)
    for kind in options.ways:
        setting, values, candidates = WAYS[kind]
        index, seconds = built(kind, rows)
        print(f"{kind}: built in {seconds:.0f} s, {stored(index) / len(rows):.0f} bytes a vector")
        for rescored in candidates:
            points = [measured(index, rows, asked, exact, setting, v, rescored) for v in values]
            enough = [p for p in points if min(p["on validation"]) >= ENOUGH]
            results["ways"][f"{kind}, rescored" if rescored else kind] = {
                "build s": round(seconds),
                "bytes": round(stored(index) / len(rows)),
                "setting": setting,
                "points": points,
                "chosen": enough[0][setting] if enough else None,
            }
            table(points, setting, enough[:1])
        del index
        if options.write:  # what is measured stays, whatever stops the rest
            RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
