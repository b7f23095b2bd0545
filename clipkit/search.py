"""Search by embeddings: what is nearest to a text or a picture."""

from __future__ import annotations

import torch


class Index:
    """Embeddings that can be searched, exactly, by cosine.

    Parameters
    ----------
    embeddings : torch.Tensor of float32, shape (n, d)
        Rows of unit length, as `Clip.encode_images` and `Clip.encode_texts` give them.

    Examples
    --------
    >>> index = Index(torch.eye(3))
    >>> scores, rows = index.search(torch.tensor([[0.6, 0.8, 0.0]]), k=2)
    >>> rows.tolist()
    [[1, 0]]
    """

    def __init__(self, embeddings: torch.Tensor):
        if embeddings.ndim != 2:
            raise ValueError(
                f"embeddings have the shape {tuple(embeddings.shape)}; an index takes (n, d), a "
                "row an item"
            )
        self.embeddings = embeddings

    def __len__(self) -> int:
        return len(self.embeddings)

    def search(self, queries: torch.Tensor, k: int = 10) -> tuple[torch.Tensor, torch.Tensor]:
        """The k nearest items of each query, best first.

        Parameters
        ----------
        queries : torch.Tensor of float32, shape (m, d)
            Rows of unit length.
        k : int
            How many; fewer if the index holds fewer.

        Returns
        -------
        scores : torch.Tensor of float32, shape (m, k)
            Cosines.
        rows : torch.Tensor of int64, shape (m, k)
            Which items, by row number.
        """
        d = self.embeddings.shape[1]
        if queries.ndim != 2 or queries.shape[1] != d:
            raise ValueError(
                f"queries have the shape {tuple(queries.shape)}; this index takes (m, {d})"
            )
        if k < 1:
            raise ValueError(f"k is {k}; it should be at least 1")
        return tuple((queries @ self.embeddings.T).topk(min(k, len(self)), dim=1))
