"""Work on batches in threads, a batch for each core."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import torch
from tqdm.auto import tqdm

SECONDS_UNTIL_BAR = 3.0  # shorter work prints nothing

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_batches(
    function: Callable[[list[Item]], Result],
    items: Iterable[Item],
    size: int,
    workers: int,
    total: int | None = None,
) -> Iterator[Result]:
    """Yield function(batch) for batches of the items, in order.

    Each worker takes a batch of its own, reads it and encodes it alone. So reading overlaps with
    encoding, and no core waits for another within a layer, as it does where all work on one batch.
    A single batch gets all the cores. Items are taken only a few batches ahead.

    Parameters
    ----------
    function : callable
        Runs in a thread in which torch uses one core.
    items : iterable
    size : int
        Of a batch.
    workers : int
    total : int, optional
        How many items there are, for the bar that appears where the work takes long.

    Examples
    --------
    >>> list(map_batches(sum, range(5), size=2, workers=2))
    [1, 5, 4]
    """
    batches = _batches(items, size)
    start = list(itertools.islice(batches, 2))
    if len(start) < 2:
        yield from map(function, start)
        return
    threads = torch.get_num_threads()
    pool = ThreadPoolExecutor(workers, "clipkit", torch.set_num_threads, (1,))
    running: deque[tuple[Future[Result], int]] = deque()
    try:
        with _progress(total) as bar:
            for batch in itertools.chain(start, batches, [[]] * (workers + 1)):
                if batch:
                    running.append((pool.submit(function, batch), len(batch)))
                # one batch waits, so that no core does
                if running and (len(running) > workers + 1 or not batch):
                    future, n = running.popleft()
                    yield future.result()
                    bar.update(n)
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(threads)  # else later threads would take over the pool's 1
        _give_memory_back()


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Cut anything iterable into lists of at most the given size."""
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


def _progress(total: int | None) -> tqdm:
    """Return a bar that appears only where the work takes long, and leaves nothing behind."""
    # tqdm's bar for notebooks does not read this variable by itself
    disable = os.environ.get("TQDM_DISABLE", "0") not in ("", "0")
    return tqdm(total=total, delay=SECONDS_UNTIL_BAR, leave=False, disable=disable)


def _give_memory_back() -> None:
    """Return to the system what the C library keeps of each thread's memory, about 50 MB."""
    with contextlib.suppress(AttributeError, OSError, TypeError):  # only glibc does and can
        ctypes.CDLL(None).malloc_trim(0)
