"""Which pairs meet in a batch, where it is not chance alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from torch.utils.data import Sampler


class GroupedBatches(Sampler[int]):
    """Rows in an order in which those of a group fill whole batches; another order in each pass.

    Parameters
    ----------
    groups : sequence of str, length n
    batch_size : int
    seed : int

    Examples
    --------
    >>> order = list(GroupedBatches(["hat", "bag", "hat", "bag"], batch_size=2, seed=0))
    >>> sorted([sorted(order[:2]), sorted(order[2:])])
    [[0, 2], [1, 3]]
    """

    def __init__(self, groups: Sequence[str], batch_size: int, seed: int) -> None:
        self.numbers = np.unique(np.asarray(groups), return_inverse=True)[1]
        self.batch_size, self.seed, self.epoch = batch_size, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Tell which pass begins, as the Trainer does: a run that goes on has the same order."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[int]:
        chance = np.random.default_rng((self.seed, self.epoch))
        rows, place = chance.permutation(len(self)), chance.permutation(self.numbers.max() + 1)
        rows = rows[np.argsort(place[self.numbers[rows]], kind="stable")]
        # Group after group would be one long lesson about hats, and then one about bags.
        whole = len(rows) // self.batch_size * self.batch_size
        batches = rows[:whole].reshape(-1, self.batch_size)
        yield from chance.permutation(batches).ravel().tolist()
        yield from rows[whole:].tolist()
