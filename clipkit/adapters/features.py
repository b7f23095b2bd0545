"""CLIP-Adapter: two small layers behind the picture tower."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from numpy.typing import ArrayLike
from torch import nn
from torch.nn.functional import cross_entropy, normalize

from clipkit import checks
from clipkit.adapters.classifier import FewShotClassifier, recipe, train

MIXES = (0, 0.2, 0.4, 0.6, 0.8)


class ClipAdapter(FewShotClassifier):
    """A classifier made of prompts and of two small layers that bend the pictures' embeddings.

    An embedding f becomes ``alpha * layers(f) + (1 - alpha) * f``, of unit length again, before it
    is compared with the prompts (Gao et al. 2021, *CLIP-Adapter*, arXiv 2110.04544). At alpha 0 it
    is the zero-shot classifier.

    Parameters
    ----------
    class_embeddings, names, scale
        As for `FewShotClassifier`.

    Attributes
    ----------
    layers : torch.nn.Sequential
        d to d / `reduction` numbers and back, each step with a ReLU, as in the paper.
    alpha : float
        The share of what the layers add.
    """

    layers: nn.Sequential
    alpha: float

    def fit(
        self,
        embeddings: ArrayLike,
        labels: Sequence[str],
        validation: tuple[ArrayLike, ArrayLike],
        *,
        epochs: int = 100,
        learning_rate: float = 1e-3,
        reduction: int = 4,
        seed: int = 0,
    ) -> ClipAdapter:
        """Train the layers once for each alpha, and keep those that do best on validation.

        Parameters
        ----------
        embeddings : torch.Tensor of float32, shape (n, d)
            Rows of unit length.
        labels : sequence of n str
        validation : tuple
            Embeddings and labels of other pictures.
        epochs : int
            Passes over the pictures.
        learning_rate : float
            Peak learning rate of AdamW.
        reduction : int
            How much narrower the embedding is between the two layers.
        seed : int
            Of the layers' first weights, and of the order in which pictures are met.

        Returns
        -------
        ClipAdapter
            Itself.

        Raises
        ------
        ValueError
            If a label is none of the names, if an embedding is missing, infinite or not of unit
            length, if they do not fit each other, or if a number is out of range.
        """
        epochs, rate, seed = recipe(epochs, learning_rate, seed, fewest=1)
        (rows, target), others = self._both(embeddings, labels, validation)
        width = rows.shape[1]
        narrow = max(width // checks.whole(reduction, "reduction", 1, width), 1)
        best, chosen = -1.0, (nn.Sequential(), 0.0)

        def loss(some: torch.Tensor) -> torch.Tensor:
            return cross_entropy(self._prompts(self._bent(rows[some])), target[some])

        for self.alpha in MIXES:
            self.layers = _two_layers(width, narrow, seed)
            weights, options = list(self.layers.parameters()), {"epochs": epochs, "seed": seed}
            for _ in train(weights, loss, len(target), learning_rate=rate, **options):
                pass
            right = self._right(*others)
            if right > best:
                best, chosen = right, (self.layers.requires_grad_(False), self.alpha)
        self.layers, self.alpha = chosen
        return self

    def logits(self, embeddings: ArrayLike) -> torch.Tensor:
        """Return how well each class fits each picture: (n, d) embeddings to (n, c) logits."""
        if not hasattr(self, "alpha"):
            raise ValueError("this adapter has seen no pictures yet; call its fit first")
        with torch.no_grad():
            return self._prompts(self._bent(self._rows(embeddings, "embeddings")))

    def _bent(self, rows: torch.Tensor) -> torch.Tensor:
        return normalize(self.alpha * self.layers(rows) + (1 - self.alpha) * rows, dim=1)


def _two_layers(width: int, narrow: int, seed: int) -> nn.Sequential:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        first, second = (
            nn.Linear(*sides, bias=False) for sides in ((width, narrow), (narrow, width))
        )
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU())
