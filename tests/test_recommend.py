"""Shoppers buy what they like, with noise; profiles and variety do what they say."""

import numpy as np
import pytest
import torch

from clipkit.recommend import maximal_marginal_relevance, profiles, simulate

PRODUCTS = {
    "category": np.repeat(["mug", "sofa", "hat", "coat"], 25),
    "colour": np.tile(["red", "blue", "green", "black", "white"], 20),
}
TASTES = {"category": 2.0, "colour": 1.0}


def test_the_same_seed_gives_the_same_shoppers_and_none_buys_twice():
    one, same = (simulate(PRODUCTS, TASTES, 50, 10, seed=3) for _ in range(2))
    other = simulate(PRODUCTS, TASTES, 50, 10, seed=4)
    assert np.array_equal(one.purchases, same.purchases)
    assert np.array_equal(one.utility, same.utility)
    assert not np.array_equal(one.purchases, other.purchases)
    assert one.utility.shape == (50, 100) and one.purchases.shape == (50, 10)
    assert all(len(set(row)) == 10 for row in one.purchases.tolist())
    everything = simulate(PRODUCTS, TASTES, 2, 100)
    assert np.sort(everything.purchases, axis=1).tolist() == [list(range(100))] * 2


def test_the_first_purchase_follows_the_logit():
    shoppers = simulate({"kind": ["a", "b", "c"]}, {"kind": 0.0}, 20_000, 1, appeal=1.0)
    expected = np.exp(shoppers.utility[0]) / np.exp(shoppers.utility[0]).sum()
    seen = np.bincount(shoppers.purchases[:, 0], minlength=3) / 20_000
    assert np.allclose(seen, expected, atol=0.015)


def test_who_has_no_taste_buys_at_random_and_appeal_makes_best_sellers():
    flat = simulate(PRODUCTS, {"category": 0, "colour": 0}, 2000, 5, appeal=0)
    assert not flat.utility.any()
    counts = np.bincount(flat.purchases.ravel(), minlength=100)
    assert counts.max() < 2 * counts.mean()
    sellers = simulate(PRODUCTS, {"category": 0, "colour": 0}, 2000, 5, appeal=2)
    assert np.bincount(sellers.purchases.ravel(), minlength=100).max() > 4 * counts.mean()


def test_the_spread_of_a_taste_is_the_one_asked_for():
    liked = simulate(PRODUCTS, {"category": 2.0, "colour": 0.0}, 4000, 1, appeal=0).utility
    assert np.allclose(liked.std(axis=0), 2.0, rtol=0.05)
    assert np.allclose(liked[:, 0], liked[:, 24]) and not np.allclose(liked[:, 0], liked[:, 25])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"tastes": {"category": 1.0}}, "there should be a taste for each attribute"),
        ({"products": {}, "tastes": {}}, "products is empty"),
        ({"tastes": {"category": -1.0, "colour": 1.0}}, "the spread of category is -1.0"),
        ({"appeal": np.nan}, "the spread of appeal is nan"),
        ({"appeal": np.ones(3)}, "the spread of appeal is a ndarray"),
        ({"n_shoppers": 0}, "n_shoppers is 0"),
        ({"n_shoppers": 10**12}, "n_shoppers is 1000000000000, but .* from 1 to 1000000"),
        ({"n_purchases": 101}, "n_purchases is 101.*from 1 to 100"),
        (
            {"products": {"category": ["a"], "colour": ["b", "c"]}},
            "category has 1 rows and colour has 2",
        ),
    ],
)
def test_shoppers_that_cannot_be_drawn(changed, said):
    asked = {"products": PRODUCTS, "tastes": TASTES, "n_shoppers": 2, "n_purchases": 3} | changed
    with pytest.raises(ValueError, match=said):
        simulate(**asked)


@pytest.fixture
def rows():
    drawn = torch.randn(30, 6, generator=torch.Generator().manual_seed(0))
    return torch.nn.functional.normalize(drawn, dim=1)


def test_a_profile_is_the_direction_of_the_mean(rows):
    got = profiles(rows, [[0, 1, 2], [5, 5, 5]])
    mean = rows[:3].numpy().sum(axis=0)
    assert np.allclose(got[0], mean / np.linalg.norm(mean), atol=1e-6)
    assert torch.allclose(got[1], rows[5], atol=1e-6)
    assert torch.allclose(profiles(rows * 7, [[0, 1, 2], [5, 5, 5]]), got, atol=1e-6)


def test_profiles_that_cannot_be_made(rows):
    with pytest.raises(ValueError, match="histories"):
        profiles(rows, [[0, 30]])
    with pytest.raises(ValueError, match="a row for each shopper"):
        profiles(rows, [0, 1])
    with pytest.raises(ValueError, match="row 0 of profiles is all zeros"):
        profiles([[1.0, 0.0], [-1.0, 0.0]], [[0, 1]])


def best_by_definition(scores, rows, k, diversity):
    """MMR with every cosine computed anew at every step."""
    chosen = []
    while len(chosen) < k:
        worth = {}
        for i in set(range(len(scores))) - set(chosen):
            alike = max((float(rows[i] @ rows[j]) for j in chosen), default=0.0)
            worth[i] = (1 - diversity) * scores[i] - (diversity * alike if chosen else 0)
        if not chosen:
            worth = dict(enumerate(scores))
        chosen.append(max(worth, key=worth.get))
    return chosen


@pytest.mark.parametrize("diversity", [0.0, 0.3, 0.7, 1.0])
def test_mmr_is_its_definition(rows, diversity):
    scores = np.random.default_rng(1).normal(size=30)
    got = maximal_marginal_relevance(scores, rows, k=12, diversity=diversity)
    assert got.tolist() == best_by_definition(scores, rows, 12, diversity)


def test_mmr_without_diversity_is_the_ranking_and_with_it_leaves_no_twin(rows):
    scores = np.random.default_rng(2).normal(size=30)
    plain = maximal_marginal_relevance(scores, rows, k=30, diversity=0)
    assert plain.tolist() == np.argsort(-scores).tolist()
    twins = torch.cat([rows[:5], rows[:5]])
    once = maximal_marginal_relevance(np.ones(10), twins, k=5, diversity=1)
    assert len({i % 5 for i in once.tolist()}) == 5


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"k": 31}, "k is 31"),
        ({"k": 0}, "k is 0"),
        ({"diversity": 1.5}, "diversity is 1.5"),
        ({"diversity": np.nan}, "diversity is nan"),
        ({"scores": np.ones(29)}, "scores has 29 rows and embeddings has 30"),
        ({"scores": np.full(30, np.nan)}, "scores holds nan"),
    ],
)
def test_mmr_that_cannot_be_computed(rows, changed, said):
    with pytest.raises(ValueError, match=said):
        maximal_marginal_relevance(**({"scores": np.ones(30), "embeddings": rows} | changed))


def test_histories_as_masks_or_of_two_lengths_are_refused():
    with pytest.raises(ValueError, match="histories"):
        profiles(np.eye(3), [[True, False, True]])
    with pytest.raises(ValueError, match="histories cannot be read as an array"):
        profiles(np.eye(3), [[0, 1], [2]])
