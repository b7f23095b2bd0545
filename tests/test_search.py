"""Search gives the nearest by cosine, whatever carries the rows, or says what is wrong."""

import numpy as np
import pandas as pd
import pytest
import torch

from clipkit import search
from clipkit.search import Index


@pytest.fixture
def rows():
    return torch.randn(40, 8, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def queries():
    return torch.randn(9, 8, generator=torch.Generator().manual_seed(1))


def cosines(queries, rows):
    a, b = (np.asarray(x, np.float64) for x in (queries, rows))
    return a @ b.T / np.linalg.norm(a, axis=1)[:, None] / np.linalg.norm(b, axis=1)


CARRIERS = {
    "tensor": lambda x: x,
    "numpy": lambda x: x.numpy(),
    "double": lambda x: x.numpy().astype(np.float64),
    "list": lambda x: x.tolist(),
    "list of tensors": list,
    "list of arrays": lambda x: list(x.numpy()),
    "frame, by position": lambda x: pd.DataFrame(x.numpy(), index=range(len(x), 0, -1)),
    "gradient": lambda x: x.clone().requires_grad_(),
    "read only": lambda x: np.broadcast_to(x.numpy(), x.shape),
    "strided": lambda x: x.repeat(1, 2)[:, ::2] * 0 + x,
}


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("k", [1, 7, 40])
def test_the_nearest_by_cosine_best_first(rows, queries, carrier, k):
    scores, found = Index(CARRIERS[carrier](rows)).search(CARRIERS[carrier](queries), k=k)
    expected = np.argsort(-cosines(queries, rows), axis=1)[:, :k]
    assert found.tolist() == expected.tolist() and found.dtype == torch.int64
    assert np.allclose(scores, np.take_along_axis(cosines(queries, rows), expected, 1), atol=1e-6)
    assert scores.dtype == torch.float32 and not scores.requires_grad


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_are_compared_in_single_precision(rows, kind):
    scores, found = Index(rows.to(kind)).search(rows.to(kind), k=1)
    assert found[:, 0].tolist() == list(range(40))
    assert torch.allclose(scores, torch.ones(40, 1), atol=1e-5)


def test_rows_of_unit_length_are_kept_to_the_last_digit(rows):
    unit = torch.nn.functional.normalize(rows, dim=1)
    assert Index(unit).embeddings.equal(unit)
    lengths = Index(rows * 9).embeddings.norm(dim=1)
    assert torch.allclose(lengths, torch.ones(40))
    one_long = unit.clone()
    one_long[3] *= 9
    assert Index(one_long).search(unit, k=1)[0].max() < 1.001


@pytest.mark.parametrize("block", [1, 40, 100, 10**6])
def test_blocks_of_queries_change_nothing(rows, queries, block, monkeypatch):
    whole = Index(rows).search(queries, k=5)
    monkeypatch.setattr(search, "BLOCK", block)
    parts = Index(rows).search(queries, k=5)
    assert parts[1].equal(whole[1]) and torch.allclose(parts[0], whole[0], atol=1e-6)


def test_the_scores_of_all_queries_are_never_held_at_once(rows, queries, monkeypatch):
    monkeypatch.setattr(search, "BLOCK", 80)
    seen, real = [], torch.Tensor.topk
    monkeypatch.setattr(
        torch.Tensor, "topk", lambda self, *a, **k: seen.append(self.numel()) or real(self, *a, **k)
    )
    Index(rows).search(queries, k=2)
    assert max(seen) <= 80 and sum(seen) == 9 * 40


def test_few_items_and_few_queries(rows):
    assert Index(rows[:3]).search(rows[:2], k=10)[1].shape == (2, 3)
    empty = Index(torch.empty(0, 8))
    assert len(empty) == 0 and len(Index(rows)) == 40
    assert [x.shape for x in empty.search(rows[:2])] == [(2, 0)] * 2
    assert [tuple(x.shape) for x in Index(rows).search(rows[:0], k=4)] == [(0, 4)] * 2


def with_value(rows, row, value):
    rows = rows.clone()
    rows[row, 2] = value
    return rows


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda r: with_value(r, 5, torch.nan), "row 5 of {} holds NaN or infinity"),
        (lambda r: with_value(r, 6, torch.inf), "row 6 of {} holds NaN or infinity"),
        (lambda r: r * (torch.arange(len(r)) != 7)[:, None], "row 7 of {} is all zeros"),
        (lambda r: r[0], r"{} have the shape \(8,\).*{}\[None\]"),
        (lambda r: r[None], r"{} have the shape \(1, 40, 8\)"),
        (lambda r: [], r"{} have the shape \(0,\)"),
        (lambda r: torch.empty(3, 0), r"{} have the shape \(3, 0\)"),
        (lambda r: "a red mug", "{} are texts; encode them first"),
        (lambda r: ["a red mug", "a sofa"], "{} are texts; encode them first"),
        (lambda r: [[1.0, 2.0], [3.0]], "{} should be a matrix of numbers"),
        (lambda r: [["a", "b"]], "{} should be a matrix of numbers"),
        (lambda r: None, r"{} have the shape \(\)"),
        (lambda r: object(), "{} should be a matrix of numbers"),
        (lambda r: [r[0], r[1][:3]], "{} should be a matrix of numbers"),
        (lambda r: r.to(torch.complex64), "{} should be a matrix of numbers"),
    ],
)
@pytest.mark.parametrize("name", ["embeddings", "queries"])
def test_what_cannot_be_compared_is_named(rows, wrong, said, name):
    with pytest.raises(ValueError, match=said.replace("{}", name)) as caught:
        Index(wrong(rows)) if name == "embeddings" else Index(rows).search(wrong(rows))
    assert "\n" not in str(caught.value)


def test_other_widths_name_both(rows):
    with pytest.raises(ValueError, match="queries have 5 columns, but this index has 8"):
        Index(rows).search(rows[:, :5])


@pytest.mark.parametrize("k", [0, -1, 2.5, "3", None, True, np.nan])
def test_k_is_a_count(rows, k):
    with pytest.raises(ValueError, match="k is"):
        Index(rows).search(rows, k=k)
    assert Index(rows).search(rows, k=np.int64(3))[1].shape == (40, 3)
