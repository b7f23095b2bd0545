"""Which pairs meet in a batch, where it is not chance alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from torch.utils.data import Sampler


class GroupedBatches(Sampler[int]):
    """Rows in an order in which those of a group stand together; another order in each pass.

    Parameters
    ----------
    groups : sequence of str, length n
    together : int
        How many rows of a group follow each other. A whole batch of them asks hard questions only.
    seed : int

    Examples
    --------
    >>> order = list(GroupedBatches(["hat", "bag", "hat", "bag"], together=2, seed=0))
    >>> sorted([sorted(order[:2]), sorted(order[2:])])
    [[0, 2], [1, 3]]
    """

    def __init__(self, groups: Sequence[str], together: int, seed: int) -> None:
        self.numbers = np.unique(np.asarray(groups), return_inverse=True)[1]
        self.together, self.seed, self.epoch = together, seed, 0

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
        whole = len(rows) // self.together * self.together
        blocks = rows[:whole].reshape(-1, self.together)
        yield from chance.permutation(blocks).ravel().tolist()
        yield from rows[whole:].tolist()
