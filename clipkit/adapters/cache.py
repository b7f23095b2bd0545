"""Tip-Adapter: the prompts, and a cache of labelled pictures that vote."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
from numpy.typing import ArrayLike
from torch.nn.functional import cross_entropy, normalize, one_hot

from clipkit.adapters.classifier import FewShotClassifier, recipe, train

ALPHAS = (0, 0.3, 1, 3, 10, 30)
BETAS = (1, 3, 10, 30)


class TipAdapter(FewShotClassifier):
    """A classifier made of prompts and of a cache of labelled pictures.

    Each cached picture votes for its class, with a weight that falls with its distance from the
    picture in question; the votes are added to the logits of the prompts (Zhang et al. 2022,
    *Tip-Adapter*, arXiv 2111.03930).

    Parameters
    ----------
    class_embeddings, names, scale
        As for `FewShotClassifier`.

    Attributes
    ----------
    keys, values : torch.Tensor of float32, shapes (n, d) and (n, c)
        The cache: embeddings, and labels as one-hot rows.
    alpha, beta : float
        The weight of the cache, and how quickly a vote falls off with distance.
    """

    alpha: float
    beta: float

    def fit(
        self,
        embeddings: ArrayLike,
        labels: Sequence[str],
        validation: tuple[ArrayLike, ArrayLike],
        *,
        epochs: int = 0,
        learning_rate: float = 1e-3,
        seed: int = 0,
    ) -> TipAdapter:
        """Fill the cache, choose alpha and beta on validation, and train the keys if asked to.

        Parameters
        ----------
        embeddings : torch.Tensor of float32, shape (n, d)
            Rows of unit length.
        labels : sequence of n str
        validation : tuple
            Embeddings and labels of other pictures.
        epochs : int
            0 is the adapter without training. More train the keys (Tip-Adapter-F); a picture does
            not vote for itself then, since it would always be right.
        learning_rate : float
            Peak learning rate of AdamW.
        seed : int
            Of the order in which pictures are met.

        Returns
        -------
        TipAdapter
            Itself.

        Raises
        ------
        ValueError
            If a label is none of the names, if an embedding is missing, infinite or not of unit
            length, if they do not fit each other, or if a number is out of range.
        """
        epochs, rate, seed = recipe(epochs, learning_rate, seed, fewest=0)
        (rows, target), others = self._both(embeddings, labels, validation)
        self.keys = rows.clone()
        self.values = one_hot(target, len(self.names)).float()
        self._choose(*others)
        if epochs:
            self._train(rows, target, epochs, rate, seed)
            self._choose(*others)
        return self

    def logits(self, embeddings: ArrayLike) -> torch.Tensor:
        """Return how well each class fits each picture: (n, d) embeddings to (n, c) logits."""
        if not hasattr(self, "alpha"):
            raise ValueError("this adapter has seen no pictures yet; call its fit first")
        rows = self._rows(embeddings, "embeddings")
        return self._prompts(rows) + self.alpha * self._votes(rows, self.beta)

    def _votes(
        self, rows: torch.Tensor, beta: float, spared: torch.Tensor | None = None
    ) -> torch.Tensor:
        near = torch.exp(-beta * (1 - rows @ normalize(self.keys, dim=1).T))
        return (near if spared is None else near * ~spared) @ self.values

    def _choose(self, rows: torch.Tensor, truth: torch.Tensor) -> None:
        best, chosen = -1.0, (0.0, 1.0)
        for self.beta, self.alpha in itertools.product(BETAS, ALPHAS):
            right = self._right(rows, truth)
            if right > best:
                best, chosen = right, (self.alpha, self.beta)
        self.alpha, self.beta = chosen

    def _train(
        self, rows: torch.Tensor, target: torch.Tensor, epochs: int, rate: float, seed: int
    ) -> None:
        """Move the keys so that each picture is named by the prompts and the others' votes."""
        self.alpha = self.alpha or 1.0  # else nothing would be learnt
        self.keys.requires_grad_(True)
        own = torch.eye(len(target), dtype=torch.bool)

        def loss(some: torch.Tensor) -> torch.Tensor:
            votes = self._votes(rows[some], self.beta, own[some])
            return cross_entropy(self._prompts(rows[some]) + self.alpha * votes, target[some])

        options = {"epochs": epochs, "seed": seed}
        for _ in train([self.keys], loss, len(target), learning_rate=rate, **options):
            pass
        self.keys = self.keys.detach()
