"""How long exact and approximate search take, and what the approximate ones lose.

    python benchmarks/search.py                   # 1,000,000 vectors, some minutes
    python benchmarks/search.py --vectors 100000

The vectors are the catalogue's pictures mixed in pairs, with noise; queries are pictures and titles
of the test split, apart, for they lose differently. All ways stand side by side in one run on one
thread, and the table gives the median over the rounds.
"""

import argparse
import statistics
import time

import faiss
import numpy as np
import torch

import clipkit
from clipkit.search import Index

K = 10


def vectors(source, n):
    """Return n unit vectors (float32), each a mixture of two rows of the source and noise."""
    rng = np.random.default_rng(0)
    first, second = rng.integers(len(source), size=(2, n))
    rows = source[first] + 0.5 * rng.random((n, 1), dtype=np.float32) * source[second]
    rows += rng.normal(0, 0.03, rows.shape).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def approximate(kind, rows, nprobe):
    """Return a faiss index and the seconds that it took to build."""
    start = time.perf_counter()
    index = faiss.index_factory(rows.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
    index.train(rows[: 50 * 1024])
    index.add(rows)
    index.nprobe = nprobe
    return index, time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--vectors", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    torch.set_num_threads(1)
    catalog, clip = clipkit.data.load_catalog(), clipkit.load(device="cpu")
    rows = vectors(clip.encode_images(catalog["train"]["image"]).numpy(), options.vectors)
    test = catalog["test"].select(range(options.queries))
    asked = {
        "pictures": clip.encode_images(test["image"]).numpy(),
        "titles": clip.encode_texts(test["title"]).numpy(),
    }
    flat = faiss.IndexFlatIP(rows.shape[1])
    flat.add(rows)
    ours = Index(torch.from_numpy(rows))
    ways = {
        "faiss flat": (lambda q: flat.search(q, K)[1], 0.0, rows.nbytes),
        "clipkit.search.Index": (lambda q: ours.search(q, K)[1].numpy(), 0.0, rows.nbytes),
    }
    cells = 1024 if options.vectors >= 200_000 else 256
    for kind, nprobe in (("Flat", 32), ("Flat", 64), ("SQ8", 64)):
        index, seconds = approximate(f"IVF{cells},{kind}", rows, nprobe)
        size = len(faiss.serialize_index(index))
        name = f"faiss IVF{cells},{kind} nprobe {nprobe}"
        ways[name] = (lambda q, index=index: index.search(q, K)[1], seconds, size)
    exact = {kind: flat.search(queries, K)[1] for kind, queries in asked.items()}
    times = {name: [] for name in ways}
    recalls = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, (search, _, _) in ways.items():
            start = time.perf_counter()
            found = [search(queries) for queries in asked.values()]
            times[name].append((time.perf_counter() - start) / (2 * options.queries) * 1000)
            recalls[name] = [
                np.mean([len(set(a) & set(b)) / K for a, b in zip(rows_, true, strict=True)])
                for rows_, true in zip(found, exact.values(), strict=True)
            ]
    print(f"{options.vectors:,} x {rows.shape[1]}, recall@{K} for pictures and titles, one thread")
    for name, (_, seconds, size) in ways.items():
        pictures, titles = recalls[name]
        print(
            f"{name:32} {statistics.median(times[name]):8.2f} ms   recall {pictures:.3f} "
            f"{titles:.3f}   {size / 1e6:6.0f} MB   built in {seconds:.0f} s"
        )


if __name__ == "__main__":
    main()
