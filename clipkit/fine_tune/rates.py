"""Which learning rate: a default by the size of the model, and a short test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from clipkit import checks
from clipkit.fine_tune.pairs import Pairs
from clipkit.fine_tune.trainable import check_pairs, to_train
from clipkit.fine_tune.trainer import guessed_among, pairs_loss
from clipkit.model import Clip, check_model


def default_learning_rate(clip: Clip) -> float:
    """Return a learning rate to begin with: the larger the model, the smaller.

    1500 divided by the number of parameters, at most 1e-3: 3e-4 for the bundled model, 1e-5 for
    ViT-B/32 and 3.5e-6 for ViT-L/14. The first is what this workbook measured; 1e-5 is what FLYP
    fine-tunes CLIP with (Goyal et al. 2023, arXiv 2212.00638), and WiSE-FT takes 3e-5 (Wortsman et
    al. 2022, arXiv 2109.01903). LoRA gets ten times as much, since few numbers carry the whole
    change. With a few hundred pairs a smaller one is often better: see `learning_rate_range`, and
    the option `validate` of `contrastive`.

    Parameters
    ----------
    clip : clipkit.model.Clip

    Returns
    -------
    float

    Examples
    --------
    >>> import clipkit
    >>> round(default_learning_rate(clipkit.load()), 5)
    0.00031
    """
    check_model(clip)
    lora = hasattr(clip.model, "peft_config")
    numbers = sum(p.numel() for name, p in clip.model.named_parameters() if "lora_" not in name)
    return min(1500 / numbers, 1e-3) * (10 if lora else 1)


class RangeTest(NamedTuple):
    """What `learning_rate_range` saw.

    Attributes
    ----------
    learning_rates, losses : list of float
        The rate of each step, and the loss after it, smoothed.
    suggestion : float
        A tenth of the rate at which the loss was lowest.
    guessed_among : int, optional
        The number of texts in a step, whose logarithm is the loss of guessing; none for a sigmoid.
    """

    learning_rates: list[float]
    losses: list[float]
    suggestion: float
    guessed_among: int | None = None


def learning_rate_range(
    clip: Clip,
    pairs: Pairs,
    *,
    lowest: float = 1e-6,
    highest: float = 0.1,
    steps: int = 60,
    batch_size: int = 64,
    lock: str | None = None,
    seed: int = 0,
) -> RangeTest:
    """Raise the learning rate step by step and see at which the loss falls, and at which it rises.

    The range test of Smith 2017 (arXiv 1506.01186). It takes as long as `steps` steps of training,
    and finds the order of magnitude, not more: what is best for the *validation* split, and for a
    long run, may well be lower.

    Parameters
    ----------
    clip : clipkit.model.Clip
        It stays as it is.
    pairs : Pairs
    lowest, highest : float
        The rates of the first and of the last step; they rise by the same factor each time.
    steps : int
        It ends earlier where the loss has risen to four times the lowest.
    batch_size : int
    lock : {"vision", "text"}, optional
        A tower that stays as it is.
    seed : int

    Returns
    -------
    RangeTest
        `clipkit.plots.learning_rate_range` draws it.

    Raises
    ------
    ValueError
        As `contrastive`.
    """
    lowest, highest = checks.positive(lowest, "lowest"), checks.positive(highest, "highest")
    steps = checks.whole(steps, "steps", 3)
    if lowest >= highest:
        raise ValueError(f"lowest is {lowest:g}, but must be less than highest, {highest:g}.")
    check_pairs(clip, pairs, batch_size, lock)
    rates = np.geomspace(lowest, highest, steps).tolist()
    model, _ = to_train(clip, lock)
    optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=lowest)
    smooth, losses = 0.0, []
    with torch.random.fork_rng():
        torch.manual_seed(checks.seed(seed))
        batches = _endless(pairs, batch_size)
        for step, rate in enumerate(rates, start=1):
            optimizer.param_groups[0]["lr"] = rate
            batch = {name: value.to(clip.device) for name, value in next(batches).items()}
            loss = pairs_loss(model, batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # as the Trainer does
            optimizer.step()
            smooth = 0.9 * smooth + 0.1 * float(loss.detach())
            losses.append(smooth / (1 - 0.9**step))  # the mean of the steps so far, at first
            if not losses[-1] <= 4 * min(losses):
                break
    best = rates[int(np.nanargmin(losses))]
    among = guessed_among(model, pairs, batch_size)
    return RangeTest(rates[: len(losses)], losses, max(best / 10, lowest), among)


def _endless(pairs: Pairs, batch_size: int) -> Iterator[dict[str, torch.Tensor]]:
    """Batches of pairs in another order each time round."""
    while True:
        for rows in torch.randperm(len(pairs)).split(min(batch_size, len(pairs))):
            if len(rows) == min(batch_size, len(pairs)):
                yield pairs.batch([pairs[int(row)] for row in rows])
