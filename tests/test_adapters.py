"""A cache votes as defined, and a model with LoRA learns, merges, and forgets nothing it should
keep."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import normalize

from clipkit import adapters, fine_tune

NAMES = ["alpha", "beta", "gamma"]


@pytest.fixture(scope="module")
def clusters():
    """Embeddings of three classes that lie apart, and prompts that know nothing of them."""
    generator = torch.Generator().manual_seed(0)
    centres = normalize(torch.randn(3, 16, generator=generator), dim=1)
    labels = np.array(NAMES * 20)
    rows = centres.repeat(20, 1) + 0.15 * torch.randn(60, 16, generator=generator)
    prompts = normalize(torch.randn(3, 16, generator=generator), dim=1)
    return normalize(rows, dim=1), labels, prompts


def fitted(clusters, **options):
    rows, labels, prompts = clusters
    adapter = adapters.TipAdapter(prompts, NAMES, scale=10)
    return adapter.fit(rows[:12], labels[:12], (rows[12:30], labels[12:30]), **options)


def test_the_votes_are_those_of_the_paper(clusters):
    adapter, query = fitted(clusters), clusters[0][30]
    adapter.alpha, adapter.beta = 2.0, 5.0
    expected = [10.0 * float(query @ prompt) for prompt in clusters[2]]
    for key, label in zip(clusters[0][:12], clusters[1][:12], strict=True):
        distance = float((query - key).norm())
        expected[NAMES.index(label)] += 2.0 * np.exp(-5.0 * distance**2 / 2)
    assert np.allclose(adapter.logits(query[None])[0], expected, atol=1e-4)


@pytest.mark.parametrize("epochs", [0, 10])
def test_examples_repair_prompts_that_know_nothing(clusters, epochs):
    rows, labels, prompts = clusters
    said = fitted(clusters, epochs=epochs).predict(rows[30:])
    assert (said == labels[30:]).mean() > 0.9
    blind = np.array(NAMES)[(rows[30:] @ prompts.T).argmax(1)]
    assert (blind == labels[30:]).mean() < 0.7


def test_the_cache_is_left_alone_where_it_only_harms(clusters):
    rows, labels, _ = clusters
    right = normalize(torch.stack([rows[labels == name].mean(0) for name in NAMES]), dim=1)
    wrong = np.roll(labels[:12], 1)
    adapter = adapters.TipAdapter(right, NAMES, scale=10)
    adapter.fit(rows[:12], wrong, (rows[12:30], labels[12:30]))
    assert (adapter.predict(rows[30:]) == labels[30:]).all()


def test_training_moves_the_keys_the_same_way_each_time(clusters):
    plain, one, two = (fitted(clusters, epochs=epochs) for epochs in (0, 5, 5))
    assert torch.equal(plain.keys, clusters[0][:12])
    assert torch.equal(one.keys, two.keys) and not torch.equal(one.keys, plain.keys)
    assert not one.keys.requires_grad


def test_an_unknown_label_is_named(clusters):
    rows, _, prompts = clusters
    adapter = adapters.TipAdapter(prompts, NAMES, scale=10)
    with pytest.raises(ValueError, match="'delta' is none of the classes"):
        adapter.fit(rows[:1], ["delta"], (rows, clusters[1]))


@pytest.fixture
def pictures():
    return [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue", "white")]


def test_lora_begins_where_the_model_is_and_trains_only_additions(tiny_clip, pictures):
    adapted = adapters.add_lora(tiny_clip, rank=2)
    assert torch.allclose(
        adapted.encode_images(pictures), tiny_clip.encode_images(pictures), atol=1e-6
    )
    trainable = [name for name, p in adapted.model.named_parameters() if p.requires_grad]
    assert trainable and all("lora_" in name for name in trainable)
    layers = [
        layer
        for name, layer in tiny_clip.model.named_modules()
        if name.split(".")[-1] in adapters.LORA_LAYERS
    ]
    sides = sum(layer.in_features + layer.out_features for layer in layers)
    assert adapters.trainable_parameters(adapted.model) == 2 * sides


def test_lora_learns_and_merges_into_a_plain_model(tiny_clip, pictures):
    pairs = fine_tune.Pairs(tiny_clip, pictures * 4, ["red mug", "mug", "of red", "red of"] * 4)
    adapted = adapters.add_lora(tiny_clip, rank=4)
    tuned = fine_tune.contrastive(adapted, pairs, epochs=4, learning_rate=1e-2)
    merged = adapters.merge_lora(tuned)
    for features in (pictures, ["red mug", "of red"]):
        encode = "encode_images" if features is pictures else "encode_texts"
        rows = [getattr(clip, encode)(features) for clip in (merged, tuned, tiny_clip)]
        assert torch.allclose(rows[0], rows[1], atol=1e-4)
        assert not torch.allclose(rows[0], rows[2], atol=1e-2)
    old, new = tiny_clip.model.state_dict(), merged.model.state_dict()
    assert old.keys() == new.keys()
    changed = {name.split(".")[-2] for name in old if not torch.equal(old[name], new[name])}
    assert changed <= set(adapters.LORA_LAYERS)


def test_what_lora_cannot_do_is_said(tiny_clip):
    with pytest.raises(ValueError, match="at least 1"):
        adapters.add_lora(tiny_clip, rank=0)
    with pytest.raises(ValueError, match="no_such_layer"):
        adapters.add_lora(tiny_clip, layers=["no_such_layer"])
    with pytest.raises(ValueError, match="no LoRA to merge"):
        adapters.merge_lora(tiny_clip)
