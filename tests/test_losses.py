"""The two losses are those of their papers, alone and over several processes."""

import numpy as np
import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch.nn.functional import cross_entropy, normalize
from torch.nn.parallel import DistributedDataParallel
from transformers import CLIPConfig, CLIPModel, SiglipConfig, SiglipModel

from clipkit.losses import contrastive_loss, positives, sigmoid_loss


def rows(n, d=6, seed=0):
    return normalize(torch.randn(n, d, generator=torch.Generator().manual_seed(seed)), dim=1)


def test_loss_equals_two_plain_cross_entropies_when_captions_differ():
    pictures, texts, scale = rows(5), rows(5, seed=1), torch.tensor(7.0)
    logits = scale * pictures @ texts.T
    right = torch.arange(5)
    expected = (cross_entropy(logits, right) + cross_entropy(logits.T, right)) / 2
    assert torch.allclose(contrastive_loss(pictures, texts, scale, right), expected)


def test_equal_captions_are_no_negatives():
    texts = rows(4)
    texts[3] = texts[0]
    ids = torch.tensor([0, 1, 2, 0])
    pictures, scale = texts.clone(), torch.tensor(60.0)
    # Two pictures share caption 0: the best that any model can do is to halve its probability.
    entropy = 2 * np.log(2) / 4
    assert float(contrastive_loss(pictures, texts, scale, ids)) == pytest.approx(entropy, abs=1e-3)
    naive = contrastive_loss(pictures, texts, scale, torch.arange(4))
    pulled_apart = torch.autograd.functional.jacobian(
        lambda p: contrastive_loss(p, texts, scale, ids), pictures
    )
    assert pulled_apart.abs().max() < 1e-2 < float(naive)
    assert torch.equal(positives(ids)[0], positives(ids)[3])


TOWER = {"hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2}
TOWER["num_hidden_layers"] = 1
TEXT = {**TOWER, "vocab_size": 20, "max_position_embeddings": 6}
VISION = {**TOWER, "image_size": 16, "patch_size": 8}


def model_of(kind):
    torch.manual_seed(0)
    if kind == "clip":
        text = {**TEXT, "bos_token_id": 0, "eos_token_id": 19, "pad_token_id": 19}
        return CLIPModel(CLIPConfig(text_config=text, vision_config=VISION, projection_dim=8))
    text = {**TEXT, "projection_size": 16}
    model = SiglipModel(SiglipConfig(text_config=text, vision_config=VISION))
    torch.nn.init.constant_(model.logit_bias, -2.0)
    torch.nn.init.constant_(model.logit_scale, 1.5)
    return model


@pytest.mark.parametrize("kind", ["clip", "siglip"])
def test_loss_and_gradients_are_those_of_transformers(kind):
    inputs = {
        "pixel_values": torch.randn(5, 3, 16, 16, generator=torch.Generator().manual_seed(1)),
        "input_ids": torch.tensor([[0, n, n + 5, 19, 19, 19] for n in range(1, 6)]),
    }
    theirs, ours = model_of(kind), model_of(kind)
    expected = theirs(**inputs, return_loss=True).loss
    expected.backward()
    outputs = ours(**inputs)
    pictures, texts = (normalize(outputs[name], dim=1) for name in ("image_embeds", "text_embeds"))
    scale, ids = ours.logit_scale.exp(), torch.arange(5)
    if kind == "clip":
        loss = contrastive_loss(pictures, texts, scale, ids)
    else:
        loss = sigmoid_loss(pictures, texts, scale, ours.logit_bias, ids)
    loss.backward()
    assert torch.allclose(loss, expected, atol=1e-5)
    learnt = {name: p.grad for name, p in theirs.named_parameters() if p.grad is not None}
    for name, parameter in ours.named_parameters():
        if name in learnt:
            assert torch.allclose(parameter.grad, learnt[name], atol=1e-5), name


def sigmoid_by_hand(pictures, texts, scale, bias, belongs):
    total = 0.0
    for i, picture in enumerate(pictures):
        for j, text in enumerate(texts):
            logit = scale * float(picture @ text) + bias
            total += np.log1p(np.exp(-logit if belongs[i][j] else logit))
    return total / len(texts)


def test_in_the_sigmoid_loss_a_text_belongs_to_all_pictures_with_its_caption():
    pictures, texts = rows(3), rows(6, seed=1)
    # The first and the last picture share caption 7; each picture has two texts.
    ids = torch.tensor([7, 1, 2, 3, 4, 7])
    belongs = [[1, 1, 0, 0, 0, 1], [0, 0, 1, 1, 0, 0], [1, 0, 0, 0, 1, 1]]
    found = sigmoid_loss(pictures, texts, torch.tensor(3.0), torch.tensor(-1.0), ids)
    assert float(found) == pytest.approx(sigmoid_by_hand(pictures, texts, 3.0, -1.0, belongs))


class Embeddings(torch.nn.Module):
    """Two tables of embeddings in the place of towers, with scale and bias."""

    def __init__(self):
        super().__init__()
        self.tables = torch.nn.Parameter(torch.stack([rows(6), rows(6, seed=1)]))
        self.numbers = torch.nn.Parameter(torch.tensor([4.0, -1.0]))

    def forward(self, which):
        pictures, texts = normalize(self.tables[:, which], dim=2)
        return pictures, texts, *self.numbers


IDS = torch.tensor([0, 1, 2, 0, 4, 5])


def both_losses(model, which):
    pictures, texts, scale, bias = model(which)
    ids = IDS[which]
    return contrastive_loss(pictures, texts, scale, ids) + sigmoid_loss(
        pictures, texts, scale, bias, ids
    )


def one_of_two(rank, folder):
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)
    model = DistributedDataParallel(Embeddings())
    loss = both_losses(model, torch.arange(6)[rank::2])
    loss.backward()
    torch.save((float(loss.detach()), [p.grad for p in model.parameters()]), f"{folder}/{rank}.pt")
    dist.destroy_process_group()


def test_two_processes_with_half_a_batch_each_are_one_with_all(tmp_path):
    mp.start_processes(one_of_two, args=(str(tmp_path),), nprocs=2, start_method="spawn")
    model = Embeddings()
    loss = both_losses(model, torch.arange(6))
    loss.backward()
    for rank in range(2):
        other, gradients = torch.load(tmp_path / f"{rank}.pt")
        assert other == pytest.approx(float(loss.detach()), abs=1e-6)
        for gradient, parameter in zip(gradients, model.parameters(), strict=True):
            assert torch.allclose(gradient, parameter.grad, atol=1e-6)
