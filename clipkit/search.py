"""Search: by embeddings, by words, and by both together; and what a quicker search loses."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from scipy.sparse import csr_matrix
from scipy.stats import rankdata
from sklearn.feature_extraction.text import CountVectorizer

from clipkit import checks, runs
from clipkit.embeddings import unit_rows

BLOCK = 2**24
"""Scores that are held at once: 64 MB."""
FEW = 8
"""So many queries at most are multiplied from the right, which is faster for few."""


class Index:
    """Embeddings that can be searched, exactly, by cosine.

    Parameters
    ----------
    embeddings : torch.Tensor or array_like of float, shape (n, d)
        A row an item. Rows of unit length, as `Clip.encode_images` and `Clip.encode_texts` give
        them, are kept as they are; others are brought to unit length.
    ids : sequence of str or int, optional
        What each row stands for, such as file names or product numbers, none twice. By default
        the row numbers.

    Attributes
    ----------
    embeddings : torch.Tensor of float32, shape (n, d)
        Rows of unit length.
    ids : list of str or int, length n

    Raises
    ------
    ValueError
        If there are no rows or no columns, a row is all zeros or holds NaN or infinity, or there is
        not one id of its own for each row.

    Examples
    --------
    >>> index = Index(torch.eye(3), ids=["mug", "sofa", "lamp"])
    >>> scores, rows = index.search([[0.6, 0.8, 0.0]], k=2)
    >>> [index.ids[row] for row in rows[0]]
    ['sofa', 'mug']
    """

    def __init__(self, embeddings: Any, ids: Iterable[str] | Iterable[int] | None = None):
        self.embeddings = unit_rows(embeddings, "embeddings")
        if not len(self.embeddings):
            raise ValueError("embeddings have no rows; there is nothing to search")
        self.ids = _ids(range(len(self.embeddings)) if ids is None else ids)
        if len(self.ids) != len(self.embeddings):
            raise ValueError(
                f"there are {len(self.ids)} ids for {len(self.embeddings)} embeddings; there "
                "should be one for each"
            )

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
            a whole number of at least 1.
        """
        k = checks.whole(k, "k", 1)
        queries = unit_rows(queries, "queries").to(self.embeddings.device)
        if queries.shape[1] != self.embeddings.shape[1]:
            raise ValueError(
                f"queries have {queries.shape[1]} columns, but this index has "
                f"{self.embeddings.shape[1]}; both should come from the same model"
            )
        k = min(k, len(self))
        # A block of queries at a time: all scores of a large index do not fit into the memory.
        blocks = queries.split(max(BLOCK // len(self), 1))
        best = [self._cosines(block).topk(k, dim=1) for block in blocks]
        scores, rows = zip(*best, strict=True)
        return torch.cat(scores), torch.cat(rows)

    def _cosines(self, queries: torch.Tensor) -> torch.Tensor:
        if len(queries) > FEW:
            return queries @ self.embeddings.T
        # For few queries all time goes into reading the items, and libraries of matrices differ
        # most: this order is up to three times as fast, if there are at least two queries.
        columns = queries.repeat(2, 1) if len(queries) == 1 else queries.contiguous()
        return (self.embeddings @ columns.T).T[: len(queries)].contiguous()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the index to a file, which is whole or as it was before, whatever interrupts.

        Parameters
        ----------
        path : str or path-like
            In the format safetensors: such as "shop.safetensors".

        Raises
        ------
        OSError
            If it cannot be written.
        """
        path = checks.path(path, "path")
        # As bytes, since the header, where safetensors keeps texts, ends at 100 MB.
        ids = torch.frombuffer(bytearray(json.dumps(self.ids).encode()), dtype=torch.uint8)
        tensors = {"embeddings": self.embeddings.cpu().contiguous(), "ids": ids}
        with runs.whole(path) as part:
            save_file(tensors, part, {"checksum": str(runs.checksum(*tensors.values()))})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Index:
        """Return the index that `save` wrote.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is no index, or damaged.
        """
        path = checks.path(path, "path")
        if not path.is_file():
            raise FileNotFoundError(f"there is no file {path}; Index.save writes one")
        try:
            with safe_open(path, "pt") as file:
                embeddings, ids = file.get_tensor("embeddings"), file.get_tensor("ids")
                noted = (file.metadata() or {}).get("checksum")
        except SafetensorError as error:
            raise ValueError(
                f"{path} is damaged, or no index that Index.save wrote ({error}); build it anew"
            ) from error
        if noted != str(runs.checksum(embeddings, ids)):
            raise ValueError(f"{path} is damaged: its checksum is another; build the index anew")
        return cls(embeddings, json.loads(ids.numpy().tobytes()))


def _ids(ids: Iterable[str] | Iterable[int]) -> list[Any]:
    """Return ids as plain texts or whole numbers, once each is known to stand there once."""
    listed: list[Any] = list(ids)
    if not listed or isinstance(ids, range):
        return listed
    column = checks.labels(listed, "ids")
    if column.dtype.kind not in "UTOiu":
        raise ValueError(f"ids hold {column.dtype}, but they should be texts or whole numbers")
    read = column.tolist()
    seen: dict[Any, int] = {}
    for row, value in enumerate(read):
        if (first := seen.setdefault(value, row)) != row:
            raise ValueError(f"ids hold {value!r} in rows {first} and {row}; each should be once")
    return read


class BM25:
    """Texts that can be searched by their words.

    A word of the query counts the more, the fewer texts hold it, and the more often it stands in
    a text, each further time less; long texts are not preferred. Unlike the best known form, the
    weight of a word is never negative, as in Lucene.

    Parameters
    ----------
    texts : iterable of str, length n
        One an item. Words are lower-cased runs of two or more letters or digits.
    k1 : float
        0 or more. How much further occurrences count: at 0 nothing.
    b : float
        From 0 to 1. How far a text's length is set off: at 0 not at all.

    Raises
    ------
    ValueError
        If there are no texts or no words in them, a text is none, or k1 or b are out of range.

    References
    ----------
    Robertson and Zaragoza 2009, The probabilistic relevance framework: BM25 and beyond.

    Examples
    --------
    >>> shop = BM25(["red mug", "red sofa", "blue mug with red dots"])
    >>> shop.scores(["blue sofa"]).round(2)
    array([[0.  , 0.52, 0.35]], dtype=float32)
    """

    def __init__(self, texts: Iterable[str], k1: float = 1.2, b: float = 0.75):
        k1, b = checks.number(k1, "k1", 0), checks.number(b, "b", 0, 1)
        self._counter = CountVectorizer()
        try:
            counts = self._counter.fit_transform(_texts(texts, "texts")).astype(np.float64)
        except ValueError as error:
            if "empty vocabulary" not in str(error):
                raise
            raise ValueError("texts hold no word of two or more letters") from error
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        holding = np.bincount(counts.indices, minlength=counts.shape[1])
        rarity = np.log1p((counts.shape[0] - holding + 0.5) / (holding + 0.5))
        rows, words = counts.nonzero()
        often = counts.data
        damped = often / (often + k1 * (1 - b + b * lengths[rows] / lengths.mean()))
        self._weights = csr_matrix((rarity[words] * damped, (rows, words)), shape=counts.shape)

    def __len__(self) -> int:
        return int(self._weights.shape[0])

    def scores(self, queries: Iterable[str]) -> NDArray[np.float32]:
        """Return how well each text fits each query.

        Parameters
        ----------
        queries : iterable of str, length m
            Words that no text holds count nothing; a word that is there twice counts twice.

        Returns
        -------
        numpy.ndarray of float32, shape (m, n)
            0 where a text holds no word of the query.

        Raises
        ------
        ValueError
            If a query is not a text.
        """
        asked = self._counter.transform(_texts(queries, "queries"))
        return (asked @ self._weights.T).toarray().astype(np.float32)


def _texts(texts: Iterable[str], name: str) -> list[str]:
    """Return the texts as a list, once each is known to be one."""
    if isinstance(texts, str):
        raise ValueError(f"{name} is a single text; put it into a list: [{texts!r}]")
    read = checks.items(texts, name)
    for row, text in enumerate(read):
        if not isinstance(text, str):
            held = checks.shown(text)
            raise ValueError(f"{name} holds {held} in row {row}; every entry should be a text")
    if name == "texts" and not read:
        raise ValueError("texts is empty; there is nothing to search")
    return [unicodedata.normalize("NFC", text) for text in read]  # one way to write an accent


def reciprocal_rank_fusion(
    scores: Sequence[ArrayLike], weights: Sequence[float] | None = None, constant: float = 60
) -> NDArray[np.floating]:
    """Return one score for each item from the rankings of several searches.

    Scores of different kinds, cosines and BM25's, have no common scale; ranks have. An item gets
    weight / (constant + rank) from each search, rank 1 being the best.

    Parameters
    ----------
    scores : sequence of array-like of float, each of shape (n_queries, n_items)
        Higher is better. Items with equal scores share their mean rank.
    weights : sequence of float, optional
        Of each search, 0 or more; by default all are 1.
    constant : float
        0 or more. The larger, the less the first few ranks stand out.

    Returns
    -------
    numpy.ndarray of float, shape (n_queries, n_items)

    Raises
    ------
    ValueError
        If the shapes differ, there is not one weight for each search, or a number is out of range.

    References
    ----------
    Cormack, Clarke and Büttcher 2009, Reciprocal rank fusion outperforms Condorcet and individual
    rank learning methods (SIGIR).

    Examples
    --------
    >>> fused = reciprocal_rank_fusion([[[0.9, 0.8, 0.1]], [[0.0, 7.0, 0.5]]])
    >>> (-fused).argsort()
    array([[1, 0, 2]])
    """
    tables = [
        checks.numbers(table, f"scores[{i}]", "n, m")
        for i, table in enumerate(checks.items(scores, "scores"))
    ]
    if len({table.shape for table in tables}) != 1:
        shapes = " and ".join(str(table.shape) for table in tables) or "no scores at all"
        raise ValueError(f"scores have the shapes {shapes}; all searches should have the same one")
    shares = np.ones(len(tables)) if weights is None else checks.numbers(weights, "weights", low=0)
    if len(shares) != len(tables):
        raise ValueError(f"there are {len(shares)} weights for {len(tables)} searches")
    constant = checks.number(constant, "constant", 0)
    fused = np.zeros(tables[0].shape)
    step = max(
        BLOCK // 16 // tables[0].shape[1], 1
    )  # ranking takes many times the memory of a block
    for start in range(0, len(fused), step):
        rows = slice(start, start + step)
        for share, table in zip(shares, tables, strict=True):
            fused[rows] += share / (constant + rankdata(-table[rows], axis=1))
    return fused


def recall(found: ArrayLike, exact: ArrayLike) -> NDArray[np.float64]:
    """Return, for each query, the share of its true neighbours that a search has found.

    Parameters
    ----------
    found : array-like of int, shape (m, k)
        What an approximate search answers, by row number, in any order. Engines fill up with -1
        where they find fewer than k.
    exact : array-like of int, shape (m, j)
        What an exact search answers, filled up in the same way.

    Returns
    -------
    numpy.ndarray of float64, shape (m,)
        From 0 to 1; a value for each query, so that `evaluation.bootstrap` and
        `evaluation.paired_difference` can give the intervals.

    Raises
    ------
    ValueError
        If the two are no matrices of whole numbers with a row for each query, or a query has no
        true neighbour.

    Examples
    --------
    >>> recall([[3, 1, -1], [4, 5, 6]], [[1, 2, 3], [6, 5, 4]])
    array([0.66666667, 1.        ])
    """
    answers, truth = (_row_numbers(v, n) for v, n in ((found, "found"), (exact, "exact")))
    checks.same_length(found=answers, exact=truth)
    there = truth >= 0
    if not there.any(axis=1).all():
        query = int(np.argmin(there.any(axis=1)))
        raise ValueError(f"row {query} of exact holds no true neighbour: there is nothing to find")
    hits = [np.isin(row, answer) for row, answer in zip(truth, answers, strict=True)]
    shares: NDArray[np.float64] = (np.array(hits) & there).sum(axis=1) / there.sum(axis=1)
    return shares


def _row_numbers(values: ArrayLike, name: str) -> NDArray[np.integer]:
    table = checks.as_array(values, name)
    if table.ndim != 2 or not table.size or table.dtype.kind not in "iu":
        raise ValueError(
            f"{name} should hold row numbers, a row of them for each query, but has the shape "
            f"{table.shape} and the type {table.dtype}"
        )
    return table
