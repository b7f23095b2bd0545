"""Search by embeddings: what is nearest to a text or a picture."""

from __future__ import annotations

import numbers
from typing import Any

import torch

from clipkit.embeddings import unit_rows

BLOCK = 2**24
"""Scores that are held at once: 64 MB."""


class Index:
    """Embeddings that can be searched, exactly, by cosine.

    Parameters
    ----------
    embeddings : torch.Tensor or array_like of float, shape (n, d)
        A row an item. Rows of unit length, as `Clip.encode_images` and `Clip.encode_texts` give
        them, are kept as they are; others are brought to unit length.

    Attributes
    ----------
    embeddings : torch.Tensor of float32, shape (n, d)
        Rows of unit length.

    Raises
    ------
    ValueError
        If there are no columns, or a row is all zeros or holds NaN or infinity.

    Examples
    --------
    >>> index = Index(torch.eye(3))
    >>> scores, rows = index.search([[0.6, 0.8, 0.0]], k=2)
    >>> rows.tolist()
    [[1, 0]]
    """

    def __init__(self, embeddings: Any):
        self.embeddings = unit_rows(embeddings, "embeddings")

    def __len__(self) -> int:
        return len(self.embeddings)

    def search(self, queries: Any, k: int = 10) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the k nearest items of each query, best first.

        Parameters
        ----------
        queries : torch.Tensor or array_like of float, shape (m, d)
            As `embeddings`.
        k : int
            How many; fewer if the index holds fewer.

        Returns
        -------
        scores : torch.Tensor of float32, shape (m, k)
            Cosines.
        rows : torch.Tensor of int64, shape (m, k)
            Which items, by row number.

        Raises
        ------
        ValueError
            If the queries have another width than the index or cannot be compared, or k is not
            an integer of at least 1.
        """
        if isinstance(k, bool) or not isinstance(k, numbers.Integral) or k < 1:
            raise ValueError(f"k is {k!r}; it should be an integer of at least 1")
        queries = unit_rows(queries, "queries").to(self.embeddings.device)
        if queries.shape[1] != self.embeddings.shape[1]:
            raise ValueError(
                f"queries have {queries.shape[1]} columns, but this index has "
                f"{self.embeddings.shape[1]}; both should come from the same model"
            )
        k = min(int(k), len(self))
        # A block of queries at a time: all scores of a large index do not fit into the memory.
        blocks = queries.split(max(BLOCK // max(len(self), 1), 1))
        best = [(block @ self.embeddings.T).topk(k, dim=1) for block in blocks]
        scores, rows = zip(*best, strict=True)
        return torch.cat(scores), torch.cat(rows)
