"""Search gives the nearest by cosine, whatever carries the rows, or says what is wrong."""

import json
import math
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import clipkit
from clipkit import recommend, search
from clipkit.search import BM25, Index, recall, reciprocal_rank_fusion

ROOT = Path(__file__).parents[1]


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
    assert len(Index(rows)) == 40
    assert [tuple(x.shape) for x in Index(rows).search(rows[:0], k=4)] == [(0, 4)] * 2


@pytest.mark.parametrize("ids", [None, range(40), [f"{i}.jpg" for i in range(40)], "numpy"])
def test_an_index_is_there_tomorrow(rows, queries, ids, tmp_path):
    ids = np.arange(40) * 3 if isinstance(ids, str) else ids
    index = Index(rows, ids)
    index.save(tmp_path / "new" / "shop.safetensors")
    again = Index.load(str(tmp_path / "new" / "shop.safetensors"))
    assert again.embeddings.equal(index.embeddings)
    assert again.ids == index.ids == list(range(40) if ids is None else ids)
    assert again.search(queries)[1].equal(index.search(queries)[1])
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["shop.safetensors"]


def test_an_interrupted_save_leaves_the_old_index(rows, tmp_path, monkeypatch):
    Index(rows).save(tmp_path / "shop")

    def stopped(tensors, path, metadata):
        path.write_bytes(b"half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(search, "save_file", stopped)
    with pytest.raises(KeyboardInterrupt):
        Index(rows[:3]).save(tmp_path / "shop")
    assert len(Index.load(tmp_path / "shop")) == 40


def test_every_damage_to_a_saved_index_is_seen(rows, tmp_path):
    path = tmp_path / "shop.safetensors"
    Index(rows).save(path)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    damaged = [whole[:n] for n in (0, 5, 60, len(whole) // 2, len(whole) - 1)]
    for place in rng.integers(len(whole), size=200):
        damaged.append(whole[:place] + bytes([whole[place] ^ 1 << rng.integers(8)])
                       + whole[place + 1 :])  # fmt: skip
    for content in damaged:
        path.write_bytes(content)
        with pytest.raises(ValueError, match="shop.safetensors is damaged") as caught:
            Index.load(path)
        assert "\n" not in str(caught.value)
    path.write_bytes(whole)
    assert len(Index.load(path)) == 40
    with pytest.raises(FileNotFoundError, match="there is no file .*; Index.save writes one"):
        Index.load(tmp_path / "none")


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (["a", "b"], "2 ids for 40 embeddings"),
        ([*range(39), 7], "ids hold 7 in rows 7 and 39"),
        (["mug"] * 40, "ids hold 'mug' in rows 0 and 1"),
        ([*map(str, range(39)), None], "ids holds None in row 39"),
        (np.linspace(0, 1, 40), "ids hold float64"),
    ],
)
def test_there_is_one_id_of_its_own_for_each_row(rows, ids, said):
    with pytest.raises(ValueError, match=said):
        Index(rows, ids)


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


def test_nothing_cannot_be_searched():
    with pytest.raises(ValueError, match="embeddings have no rows; there is nothing to search"):
        Index(torch.empty(0, 8))


@pytest.mark.parametrize("m", range(1, 12))
def test_few_queries_and_many_have_the_same_answers(rows, m):
    asked = torch.randn(m, 8, generator=torch.Generator().manual_seed(m))
    scores, found = Index(rows).search(asked[:, None].expand(-1, 2, -1)[:, 0], k=4)
    assert scores.is_contiguous()
    assert np.allclose(scores, -np.sort(-cosines(asked, rows), axis=1)[:, :4], atol=1e-6)
    assert found.tolist() == np.argsort(-cosines(asked, rows), axis=1)[:, :4].tolist()


def test_other_widths_name_both(rows):
    with pytest.raises(ValueError, match="queries have 5 columns, but this index has 8"):
        Index(rows).search(rows[:, :5])


@pytest.mark.parametrize("k", [0, -1, 2.5, "3", None, True, np.nan])
def test_k_is_a_count(rows, k):
    with pytest.raises(ValueError, match="k is"):
        Index(rows).search(rows, k=k)
    assert Index(rows).search(rows, k=np.int64(3))[1].shape == (40, 3)


# By words

SHOP = [
    "a red mug",
    "a red sofa of red leather",
    "Blue mug, with dots",
    "a lamp",
    "mug mug mug mug",
    "a blue sofa for a very large living room with many people in it",
]


def score_by_formula(query, text, texts, k1=1.2, b=0.75):
    """BM25 word by word, as Lucene documents it."""
    split = {t: [w for w in re.findall(r"\w+", t.lower()) if len(w) > 1] for t in texts}
    mean = sum(map(len, split.values())) / len(texts)
    total = 0.0
    for word in re.findall(r"\w+", query.lower()):
        holding = sum(word in words for words in split.values())
        rarity = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
        often = split[text].count(word)
        if often:
            total += rarity * often / (often + k1 * (1 - b + b * len(split[text]) / mean))
    return total


@pytest.mark.parametrize(("k1", "b"), [(1.2, 0.75), (2.0, 0.0), (0.0, 1.0), (0.5, 1.0)])
def test_bm25_is_its_formula(k1, b):
    queries = ["red mug", "blue", "sofa for people", "unknown words"]
    expected = [[score_by_formula(q, t, SHOP, k1, b) for t in SHOP] for q in queries]
    assert np.allclose(BM25(SHOP, k1=k1, b=b).scores(queries), expected, atol=1e-6)


def test_a_rare_word_counts_more_and_a_repeated_one_less_each_time():
    shop = BM25(SHOP, b=0.0)
    assert shop.scores(["lamp"]).max() > shop.scores(["mug"])[0, 0]
    assert shop.scores(["mug"])[0, 0] < shop.scores(["mug"])[0, 4] < 4 * shop.scores(["mug"])[0, 0]
    assert len(shop) == 6 and shop.scores([]).shape == (0, 6)
    assert not shop.scores(["", "zebra"]).any()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: BM25([]), "texts is empty"),
        (lambda: BM25("a mug"), "texts is a single text"),
        (lambda: BM25(["a mug", None]), "texts holds None in row 1"),
        (lambda: BM25(["a", "-"]), "texts hold no word"),
        (lambda: BM25(SHOP, k1=-1), "k1 is -1, but it should be a number of at least 0"),
        (lambda: BM25(SHOP, k1=np.ones(2)), "k1 is a ndarray"),
        (lambda: BM25(SHOP, b=2), "b is 2, but it should be a number from 0 to 1"),
        (lambda: BM25([np.eye(3)]), "texts holds a ndarray in row 0"),
        (lambda: BM25(None), "texts is a NoneType, not a list"),
        (lambda: BM25(SHOP, k1=np.nan), "k1 is nan"),
        (lambda: BM25(SHOP).scores("mug"), "queries is a single text"),
        (lambda: BM25(SHOP).scores([3]), "queries holds 3 in row 0"),
    ],
)
def test_what_cannot_be_searched_by_words_is_named(wrong, said):
    with pytest.raises(ValueError, match=said) as caught:
        wrong()
    assert "\n" not in str(caught.value)


# By both


@pytest.mark.parametrize("block", [1, 16 * 50, 2**24])
def test_fusion_is_the_sum_of_reciprocal_ranks(block, monkeypatch):
    monkeypatch.setattr(search, "BLOCK", block)
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 5, 20))
    ranks = [np.argsort(np.argsort(-table, axis=1), axis=1) + 1 for table in (first, second)]
    expected = 2 / (60 + ranks[0]) + 0.5 / (60 + ranks[1])
    assert np.allclose(reciprocal_rank_fusion([first, second], [2, 0.5]), expected)
    scaled = reciprocal_rank_fusion([np.exp(first), 9 * second - 4], [2, 0.5])
    assert np.allclose(scaled, expected), "only the order matters"
    alone = reciprocal_rank_fusion([first, second], [1, 0])
    assert np.argsort(-alone, axis=1).tolist() == np.argsort(-first, axis=1).tolist()


def test_items_that_tie_share_their_mean_rank():
    fused = reciprocal_rank_fusion([[[1.0, 1.0, 0.0]]], constant=0)
    assert np.allclose(fused, [[1 / 1.5, 1 / 1.5, 1 / 3]])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([np.ones((2, 3)), np.ones((2, 4))],), "shapes .*; all searches"),
        (([],), "no scores at all"),
        (([np.ones((2, 3))], [1, 2]), "2 weights for 1 searches"),
        (([np.ones((2, 3))], [-1]), "weights holds -1"),
        (([np.full((2, 3), np.nan)],), r"scores\[0\] holds nan in row 0"),
        (([np.ones((2, 3))], None, -1), "constant is -1"),
        (([np.ones((2, 3))], None, 10**400), "constant is a int, but it should be a number"),
        (([np.ones(3)],), r"scores\[0\] has the shape \(3,\), but it should be \(n, m\)"),
        ((3,), "scores is a int, not a list"),
    ],
)
def test_what_cannot_be_fused_is_named(arguments, said):
    with pytest.raises(ValueError, match=said):
        reciprocal_rank_fusion(*arguments)


def test_a_text_without_words_keeps_its_place():
    shop = BM25(["red mug", "!", "blue mug", "-"])
    assert len(shop) == 4
    assert shop.scores(["mug"]).shape == (1, 4)
    assert (shop.scores(["mug"]) > 0).tolist() == [[True, False, True, False]]


def test_accents_are_found_however_they_are_written():
    shop = BM25(["caf\u00e9 table", "kitchen table"])
    assert shop.scores(["cafe\u0301"])[0].argmax() == 0
    assert (shop.scores(["cafe\u0301"]) == shop.scores(["caf\u00e9"])).all()


@pytest.mark.parametrize("texts", [{"red mug", "sofa"}, {"a": "red mug"}])
def test_texts_without_an_order_are_refused(texts):
    with pytest.raises(ValueError, match="has no order; give a list"):
        BM25(texts)


@pytest.mark.parametrize(
    ("values", "why"),
    [(np.ones((2, 2), complex), "complex"), (np.ma.array(np.eye(2), mask=np.eye(2)), "masked")],
)
def test_masked_and_complex_embeddings_are_refused(values, why):
    with pytest.raises(ValueError, match=f"embeddings should be a matrix of numbers.*{why}"):
        Index(values)


# What an approximate search loses


def test_recall_is_the_share_of_each_querys_own_neighbours():
    rng = np.random.default_rng(0)
    exact = np.array([rng.permutation(30)[:6] for _ in range(50)])
    found = np.array([rng.permutation(30)[:9] for _ in range(50)])
    expected = [len({*a} & {*b}) / 6 for a, b in zip(exact.tolist(), found.tolist(), strict=True)]
    assert recall(found, exact).tolist() == expected
    assert recall(torch.from_numpy(found), exact.tolist()).tolist() == expected
    assert recall(exact[:, ::-1], exact).tolist() == [1.0] * 50


def test_what_an_engine_fills_up_with_is_no_neighbour():
    assert recall([[2, -1, -1]], [[2, 5, -1]]).tolist() == [0.5]
    with pytest.raises(ValueError, match="row 1 of exact holds no true neighbour"):
        recall([[2], [3]], [[2], [-1]])


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([1, 2], r"found should hold row numbers, .* shape \(2,\)"),
        ([[0.5, 1.0]], "found should hold row numbers, .* type float64"),
        (np.empty((1, 0), int), r"found should hold row numbers, .* shape \(1, 0\)"),
        ([[1], [2]], "found has 2 rows and exact has 1"),
    ],
)
def test_recall_names_what_it_cannot_compare(found, said):
    with pytest.raises(ValueError, match=said):
        recall(found, [[1]])


# On a folder of one's own


def lesson(*cells):
    """Return the source of cells of notebook 04."""
    notebook = json.loads((ROOT / "notebooks" / "04_search.ipynb").read_text(encoding="utf-8"))
    return "\n".join("".join(c["source"]) for c in notebook["cells"] if c["id"] in cells)


@pytest.mark.skipif("CLIPKIT_SHARED" not in os.environ, reason="needs real photographs")
def test_the_lessons_ten_lines_search_and_recommend_in_a_folder_of_photographs(tmp_path):
    folder = Path(os.environ["CLIPKIT_SHARED"]) / "real-photos" / "clothing"
    photos = sorted(folder.glob("*/*.jpg"))[::3]
    titles = [f"a {photo.parent.name} like new" for photo in photos]
    table = pd.DataFrame({"file": [str(photo) for photo in photos], "title": titles})
    table.to_csv(tmp_path / "titles.csv", index=False)
    shop = {"clipkit": clipkit, "search": search, "recommend": recommend, "np": np}
    shop |= {"clip": clipkit.load(), "window_folder": tmp_path}
    ten_lines = lesson("search-window-03", "search-window-04").split("\n\nbasket = ")[0]
    assert len([line for line in ten_lines.splitlines() if line.strip()]) <= 12
    exec(ten_lines, shop)
    kinds = sorted({photo.parent.name for photo in photos})
    right = [kind in titles[row] for kind in kinds for row in shop["find"](f"a {kind}")]
    assert len(right) == 50 and np.mean(right) > 0.8
    bought = shop["find"]("shoes", k=3)
    liked = shop["like"](bought)
    assert len(set(liked)) == 5 and not set(liked) & set(bought)
