"""What the adapters on frozen embeddings have in common: classes, checks, and one training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike

from clipkit import checks
from clipkit.embeddings import unit_rows

BATCH = 256  # pictures in a step; their embeddings are small

Items = tuple[torch.Tensor, torch.Tensor]
"""Embeddings (n, d) and the numbers of their classes (n,)."""


class FewShotClassifier:
    """The zero-shot classifier, which an adapter begins with.

    Parameters
    ----------
    class_embeddings : torch.Tensor of float32, shape (c, d)
        As `Clip.encode_labels` gives them. Like all embeddings here, they are brought to unit
        length if they are not of it.
    names : sequence of c str
        The classes.
    scale : float
        The model's logit scale.

    Raises
    ------
    ValueError
        If a class has no name or a name comes twice, a row is all zeros, or the scale is
        not above 0.
    """

    def __init__(self, class_embeddings: ArrayLike, names: Sequence[str], *, scale: float) -> None:
        self.class_embeddings = unit_rows(class_embeddings, "class_embeddings").cpu()
        self.names = checks.labels(names, "names").tolist()
        self.scale = checks.positive(scale, "scale")
        if len(set(self.names)) < len(self.names):
            raise ValueError("names holds a name twice; each class should be there once")
        if len(self.names) != len(self.class_embeddings):
            raise ValueError(
                f"There are {len(self.names)} names but {len(self.class_embeddings)} rows of class "
                "embeddings; each class needs one."
            )

    def logits(self, embeddings: ArrayLike) -> torch.Tensor:
        """Return how well each class fits each picture: (n, d) embeddings to (n, c) logits."""
        return self._prompts(self._rows(embeddings, "embeddings"))

    def predict(self, embeddings: ArrayLike) -> np.ndarray:
        """Return the name of the best class of each picture."""
        return np.array(self.names)[self.logits(embeddings).argmax(dim=1).numpy()]

    def _prompts(self, rows: torch.Tensor) -> torch.Tensor:
        return self.scale * rows @ self.class_embeddings.T

    def _right(self, rows: torch.Tensor, truth: torch.Tensor) -> float:
        """Return the share of pictures that are named right as things stand."""
        return (self.logits(rows).argmax(dim=1) == truth).float().mean().item()

    def _both(
        self, embeddings: ArrayLike, labels: Sequence[str], validation: tuple[ArrayLike, ArrayLike]
    ) -> tuple[Items, Items]:
        """Check what `fit` is given: the pictures to learn from, and those to choose on."""
        checks.pair(validation, "validation")
        learnt = self._items(embeddings, labels, ("embeddings", "labels"))
        return learnt, self._items(*validation, ("validation[0]", "validation[1]"))

    def _items(self, embeddings: ArrayLike, labels: ArrayLike, names: tuple[str, str]) -> Items:
        rows, target = self._rows(embeddings, names[0]), self._numbers(labels, names[1])
        checks.same_length(**{names[0]: rows.numpy(), names[1]: target.numpy()})
        return rows, target

    def _rows(self, embeddings: ArrayLike, name: str) -> torch.Tensor:
        rows, dimension = unit_rows(embeddings, name).cpu(), self.class_embeddings.shape[1]
        if rows.shape[1] != dimension:
            raise ValueError(
                f"{name} has {rows.shape[1]} columns, but the classes have {dimension}; both must "
                "come from the same model."
            )
        return rows

    def _numbers(self, labels: ArrayLike, name: str) -> torch.Tensor:
        given = checks.labels(labels, name).tolist()
        unknown = [label for label in given if label not in self.names]
        if unknown:
            raise ValueError(
                f"The label {unknown[0]!r} is none of the classes; they are {self.names}."
            )
        return torch.tensor([self.names.index(label) for label in given])


def train(
    parameters: Sequence[torch.Tensor],
    loss: Callable[[torch.Tensor], torch.Tensor],
    n: int,
    *,
    epochs: int,
    learning_rate: float,
    seed: int,
) -> Iterator[None]:
    """Lower a loss with AdamW, whose rate falls as a half cosine; pause after each pass.

    Parameters
    ----------
    parameters : sequence of torch.Tensor
        They alone are moved.
    loss : callable
        ``loss(rows)``, of pictures by their numbers.
    n : int
        How many pictures there are.
    epochs : int
        Passes over them.
    learning_rate : float
    seed : int
        Of the order in which pictures are met.
    """
    optimizer = torch.optim.AdamW(parameters, lr=learning_rate, eps=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(epochs, 1))
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        for rows in torch.randperm(n, generator=generator).split(BATCH):
            optimizer.zero_grad()
            loss(rows).backward(inputs=list(parameters))
            optimizer.step()
        schedule.step()
        yield


def recipe(epochs: int, learning_rate: float, seed: int, fewest: int) -> tuple[int, float, int]:
    """Check the settings of a training."""
    return (
        checks.whole(epochs, "epochs", fewest),
        checks.positive(learning_rate, "learning_rate"),
        checks.seed(seed),
    )
