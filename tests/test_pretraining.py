"""The pretraining recipe: on one process and on two, and runs that are broken off."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch.nn.parallel import DistributedDataParallel
from transformers import CLIPModel, CLIPProcessor, CLIPTokenizer

import clipkit
from clipkit.augmentation import apply_movement, draw_movement
from clipkit.evaluation import Estimate
from clipkit.hub import find_checkpoint
from pretraining import corpus as corpus_module
from pretraining import evaluate, scenes, towers
from pretraining import train as training
from pretraining.augment import augment, draw_grey
from pretraining.corpus import CLASSES, Batch, Corpus
from pretraining.towers import PATCHES, mimetic, small_config, train_tokenizer

WORDS = ["red", "blue", "green", "white"]
THINGS = ["mug", "sofa", "shirt", "boot"]


# ---------------------------------------------------------------------------- two processes


def fake_batch(tokenizer, n, pixels=16):
    generator = torch.Generator().manual_seed(5)
    texts = [f"a {WORDS[i % 4]} {THINGS[i % 3]}" for i in range(n)]
    tokens = tokenizer(texts, padding=True, return_tensors="pt")
    ids = torch.tensor([texts.index(text) for text in texts])
    labels = {name: torch.arange(n) % 3 for name in CLASSES}
    pixels = torch.randn(n, 3, pixels, pixels, generator=generator)
    cover = torch.rand(n, PATCHES**2, generator=generator)
    return Batch(pixels, tokens.input_ids, tokens.attention_mask, ids, labels, cover)


def part(batch, rank, ranks):
    def cut(t):
        return t[rank::ranks]

    return Batch(
        cut(batch.pixels),
        cut(batch.input_ids),
        cut(batch.attention_mask),
        cut(batch.caption_ids),
        {name: cut(values) for name, values in batch.labels.items()},
        cut(batch.cover),
    )


def tiny_learner(tokenizer):
    torch.manual_seed(3)
    small = {"hidden_size": 64, "intermediate_size": 64, "num_attention_heads": 2}
    config = small_config(tokenizer, 16, **small)
    config.vision_config.num_hidden_layers = config.text_config.num_hidden_layers = 1
    return training.Learner(CLIPModel(config), {name: 3 for name in CLASSES})


def loss_and_gradients(learner, batch):
    loss, _ = training.total_loss(learner(batch), batch, label_weight=0.5)
    loss.backward()
    return float(loss.detach()), {
        name.removeprefix("module."): p.grad.clone()
        for name, p in learner.named_parameters()
        if p.grad is not None
    }


def one_of_two(rank, folder):
    torch.set_num_threads(1)
    os.environ.update(MASTER_ADDR="127.0.0.1")
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    learner = DistributedDataParallel(tiny_learner(tokenizer), find_unused_parameters=True)
    result = loss_and_gradients(learner, part(fake_batch(tokenizer, 8), rank, 2))
    torch.save(result, f"{folder}/{rank}.pt")
    dist.destroy_process_group()


def test_two_processes_agree_with_one(tmp_path):
    tokenizer = train_tokenizer(WORDS + THINGS, 600)
    tokenizer.save_pretrained(tmp_path)
    mp.start_processes(one_of_two, args=(str(tmp_path),), nprocs=2, start_method="spawn")
    batch = fake_batch(tokenizer, 8)
    # Gathering puts the rows of process 0 first: the order of a batch does not matter.
    loss, gradients = loss_and_gradients(tiny_learner(tokenizer), batch)
    losses = []
    for rank in range(2):
        other_loss, other = torch.load(tmp_path / f"{rank}.pt")
        losses.append(other_loss)
        assert other.keys() == gradients.keys()
        for name, gradient in gradients.items():
            assert torch.allclose(gradient, other[name], atol=2e-6), name
    # The label loss is each process's own; their mean is that of the whole batch.
    assert np.mean(losses) == pytest.approx(loss, abs=1e-6)


def test_patches_learn_what_they_show():
    logits = torch.zeros(3, 2, 5)  # three pictures, two patches, four categories and none
    logits[0, 0, 1], logits[0, 1, 4] = 40.0, 40.0
    cover = torch.tensor([[1.0, 0.0], [0.5, 0.5], [0.3, 0.3]])
    categories = torch.tensor([1, 2, -100])

    def loss(rows):
        return float(training.patch_loss(logits[rows], cover[rows], categories[rows]))

    assert loss([0]) == pytest.approx(0, abs=1e-6)
    assert loss([1]) == pytest.approx(np.log(5))
    assert loss([0, 2]) == loss([0])  # a radiograph shows no product: it does not count


def test_attention_starts_by_looking_at_the_patch_itself():
    torch.manual_seed(0)
    model = CLIPModel(small_config(train_tokenizer(WORDS, 600), 80))
    tokens = torch.nn.functional.layer_norm(torch.randn(1, 64, 192), (192,))

    def own_share():
        attention = model.vision_model.encoder.layers[0].self_attn
        query, key = (part(tokens).view(64, 3, 64) for part in (attention.q_proj, attention.k_proj))
        shares = torch.einsum("qhd,khd->hqk", query, key).div(8).softmax(dim=2)
        return float(shares.diagonal(dim1=1, dim2=2).mean().detach())

    before = own_share()
    mimetic(model)
    assert own_share() > 10 * before


# --------------------------------------------------------------------------------- the pictures


def test_augmented_pictures_are_pictures_and_repeat():
    rgba = torch.randint(0, 256, (8, 4, 24, 24), dtype=torch.uint8)
    turn = torch.ones(8, dtype=torch.bool)

    def once(seed):
        generator = torch.Generator().manual_seed(seed)
        return augment(rgba, draw_grey(8, generator), turn, turn, generator)

    for part in once(1):
        assert part.min() >= 0 and part.max() <= 1
    assert once(1)[0].shape == (8, 3, 24, 24) and once(1)[1].shape == (8, 24, 24)
    assert torch.equal(once(1)[0], once(1)[0])
    assert not torch.equal(once(1)[0], once(2)[0])


def test_the_mask_moves_with_the_product():
    rgba = torch.zeros(32, 4, 40, 40, dtype=torch.uint8)
    rgba[:, :3] = 30  # a dark room with a bright product
    rgba[:, :, 12:22, 16:30] = 255
    generator = torch.Generator().manual_seed(0)
    movement = draw_movement(torch.ones(32, dtype=torch.bool), generator)
    moved = apply_movement(rgba.float() / 255, *movement)
    inside = moved[:, 3] > 0.99
    assert inside.any() and (moved[:, 0][inside] > 0.95).all()
    assert (moved[:, 0][moved[:, 3] < 0.01] < 0.2).all()
    assert not torch.equal(moved[0], moved[1])


def test_grey_pictures_lose_their_colour():
    generator = torch.Generator().manual_seed(0)
    rgba = torch.zeros(4, 4, 16, 16, dtype=torch.uint8)
    rgba[:, 0] = 200
    grey = torch.tensor([True, True, False, False])
    pictures, _ = augment(rgba, grey, *torch.ones(2, 4, dtype=torch.bool), generator)
    spread = (pictures.amax(dim=1) - pictures.amin(dim=1)).flatten(1).mean(dim=1)
    assert (spread[:2] < 0.1).all() and (spread[2:] > 0.3).all()


# ------------------------------------------------------------------------------------ the loop


class FakeCorpus(Corpus):
    """Coloured squares instead of rendered pictures; the loop cannot tell."""

    def __init__(self):
        self.pixels, self.fingerprint = 16, 1
        self.classes = {name: 4 for name in CLASSES}
        self.tokenizer = train_tokenizer(WORDS + THINGS, 600)

    def batch(self, step, size, seed, rank=0, ranks=1):
        generator = torch.Generator().manual_seed(seed * 1000 + step)
        which = torch.randint(0, 4, (size,), generator=generator)[rank::ranks]
        colours = torch.tensor([[1.0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 1, 1]])[which]
        pixels = colours[:, :, None, None].expand(-1, -1, 16, 16).contiguous()
        texts = [WORDS[i] for i in which]
        tokens = self.tokenizer(texts, padding=True, return_tensors="pt")
        labels = {name: which for name in CLASSES}
        cover = torch.ones(len(which), PATCHES**2)
        return Batch(pixels, tokens.input_ids, tokens.attention_mask, which, labels, cover)

    def texts(self):
        return WORDS


RECIPE = training.Recipe(views=30 * 16, batch_size=16, patches_kept=0.5)


def weights(folder):
    return CLIPModel.from_pretrained(folder / "model").state_dict()


def smallest(tokenizer, pixels):
    """Narrow towers of two layers: Muon computes in bf16, which some processors emulate slowly."""
    narrow = {"hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 2}
    config = small_config(tokenizer, pixels, **narrow)
    for name, value in narrow.items():
        setattr(config.text_config, name, value)
    return config


def run_until_killed(folder):
    """In a process of its own: train, saving all the time, until somebody kills it."""
    torch.set_num_threads(1)
    towers.small_config = smallest
    training.SAVE_EVERY = 0.0
    training.train(FakeCorpus(), RECIPE, folder)


@pytest.fixture
def one_thread(monkeypatch):
    """What a small training needs: a thread, and towers that suit it."""
    monkeypatch.setattr(towers, "small_config", smallest)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_a_run_that_was_killed_ends_as_an_unbroken_one(tmp_path, one_thread, capsys):
    assert training.train(FakeCorpus(), RECIPE, tmp_path / "whole")
    child = mp.get_context("spawn").Process(target=run_until_killed, args=(tmp_path / "broken",))
    child.start()
    checkpoint = tmp_path / "broken" / "checkpoint.pt"
    deadline = time.monotonic() + 300
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    child.join()
    assert 0 < torch.load(checkpoint, weights_only=True)["step"] < RECIPE.steps
    assert training.train(FakeCorpus(), RECIPE, tmp_path / "broken")
    assert "going on from step" in capsys.readouterr().out
    whole, broken = weights(tmp_path / "whole"), weights(tmp_path / "broken")
    assert all(torch.equal(whole[name], broken[name]) for name in whole)


def test_training_goes_on_from_a_finished_model_with_larger_pictures(tmp_path, one_thread):
    training.train(FakeCorpus(), RECIPE, tmp_path)
    old = CLIPModel.from_pretrained(tmp_path / "model", dtype=torch.float32)
    new = towers.begun(tmp_path / "model", 24)
    assert new.config.vision_config.patch_size == 3
    even = torch.tensor([0.2, -1.0, 0.7])[:, None, None]  # nothing but a colour
    features = [
        model.get_image_features(even.expand(1, 3, side, side)).pooler_output
        for model, side in ((old, 16), (new, 24))
    ]
    assert torch.allclose(*features, atol=1e-4)

    again = replace(RECIPE, views=16, start=str(tmp_path / "model"), adam_learning_rate=0.0)
    assert training.train(FakeCorpus(), again, tmp_path / "again")
    before, after = (
        CLIPModel.from_pretrained(folder / "model", dtype=torch.float32)
        for folder in (tmp_path, tmp_path / "again")
    )
    # Half precision on disk, and a single step of Muon on the rest.
    for name, weight in before.named_parameters():
        inside = weight.ndim == 2 and ".encoder." in name
        assert inside or torch.equal(weight, after.get_parameter(name)), name


def test_the_model_reads_back_as_plain_hugging_face_code_expects(tmp_path, one_thread):
    training.train(FakeCorpus(), RECIPE, tmp_path)
    processor = CLIPProcessor.from_pretrained(tmp_path / "model")
    # Training's padding and cutting are not baked in: one text is as long as it is.
    assert len(processor.tokenizer("red")["input_ids"]) == 3
    checksum, name = (tmp_path / "model" / "SHA256").read_text().split()
    content = (tmp_path / "model" / name).read_bytes()
    assert checksum == hashlib.sha256(content).hexdigest()
    assert (tmp_path / "model" / "words.txt").read_text().split() == sorted(WORDS)


def test_training_learns(tmp_path, one_thread):
    recipe = training.Recipe(views=60 * 16, batch_size=16, label_weight=0.0)
    corpus = FakeCorpus()
    training.train(corpus, recipe, tmp_path)
    model = CLIPModel.from_pretrained(tmp_path / "model").eval()
    batch = corpus.batch(999, 16, 0)
    with torch.inference_mode():
        texts = corpus.tokenizer(WORDS, padding=True, return_tensors="pt")
        logits = model(**texts, pixel_values=batch.pixels).logits_per_image
    assert (logits.argmax(dim=1) == batch.caption_ids).float().mean() > 0.9


def test_another_recipe_does_not_go_on_from_a_checkpoint(tmp_path, one_thread):
    training.train(FakeCorpus(), RECIPE, tmp_path, minutes=0)
    other = training.Recipe(views=30 * 16, batch_size=16, patches_kept=0.5, seed=1)
    with pytest.raises(ValueError, match="another seed"):
        training.train(FakeCorpus(), other, tmp_path)


def test_a_run_stopped_by_hand_takes_the_step_in_hand_and_ends_as_an_unbroken_one(
    tmp_path, one_thread
):
    class Stopped(FakeCorpus):
        """Ctrl-C while a batch is made, in another thread than the one that trains."""

        def batch(self, step, *args, **options):
            if step == 7:
                signal.raise_signal(signal.SIGINT)
            return super().batch(step, *args, **options)

    assert training.train(FakeCorpus(), RECIPE, tmp_path / "whole")
    with pytest.raises(
        KeyboardInterrupt, match=r"Stopped at step [678] of 30, which .*checkpoint.pt"
    ):
        training.train(Stopped(), RECIPE, tmp_path / "broken")
    assert training.train(FakeCorpus(), RECIPE, tmp_path / "broken")
    whole, broken = weights(tmp_path / "whole"), weights(tmp_path / "broken")
    assert all(torch.equal(whole[name], broken[name]) for name in whole)


def test_a_step_that_breaks_off_is_not_kept(tmp_path, one_thread, monkeypatch):
    training.train(FakeCorpus(), RECIPE, tmp_path, minutes=0)
    before = (tmp_path / "checkpoint.pt").read_bytes()
    step = torch.optim.AdamW.step

    def broken(self, *args):
        step(self, *args)
        raise RuntimeError("half a step")

    monkeypatch.setattr(torch.optim.AdamW, "step", broken)
    with pytest.raises(RuntimeError, match="half a step"):
        training.train(FakeCorpus(), RECIPE, tmp_path)
    assert (tmp_path / "checkpoint.pt").read_bytes() == before


def test_another_corpus_and_a_damaged_checkpoint_are_refused(tmp_path, one_thread):
    training.train(FakeCorpus(), RECIPE, tmp_path, minutes=0)
    other = FakeCorpus()
    other.fingerprint = 2
    with pytest.raises(ValueError, match="another corpus"):
        training.train(other, RECIPE, tmp_path)
    content = (tmp_path / "checkpoint.pt").read_bytes()
    for damaged in (b"", content[: len(content) // 2], b"x" * 100):
        (tmp_path / "checkpoint.pt").write_bytes(damaged)
        with pytest.raises(ValueError, match=r"checkpoint.pt is damaged; remove it to start anew"):
            training.train(FakeCorpus(), RECIPE, tmp_path)


def test_what_a_corpus_keeps_is_whole_or_absent(tmp_path, monkeypatch):
    pictures = np.zeros((4, 16, 16, 4), np.uint8)
    np.save(tmp_path / "00000.npy", pictures)
    specification = {"product": corpus_module.Product.random(np.random.default_rng(0)).to_dict()}
    (tmp_path / "00000.jsonl").write_text((json.dumps(specification) + "\n") * 4)
    corpus = Corpus(tmp_path)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(corpus_module, "sample_texts", lambda: WORDS)
        patch.setattr(corpus_module, "train_tokenizer", killed)
        with pytest.raises(KeyboardInterrupt):
            corpus.tokenizer  # noqa: B018
        with patch.context() as half:
            half.setattr(corpus_module.json, "dumps", killed)
            (tmp_path / "texts.json").unlink()
            with pytest.raises(KeyboardInterrupt):
                corpus.texts()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00000.jsonl", "00000.npy"]
    (tmp_path / "00000.jsonl").write_text((json.dumps(specification) + " \n") * 4)
    assert Corpus(tmp_path).fingerprint == corpus.fingerprint
    (tmp_path / "00000.jsonl").write_text((json.dumps(specification) + "\n") * 3)
    assert Corpus(tmp_path).fingerprint != corpus.fingerprint


def test_the_learning_rate_rises_stays_and_falls():
    recipe = training.Recipe(views=1000 * 16, batch_size=16)
    shares = [recipe.schedule(step) for step in range(recipe.steps)]
    assert shares[0] < 0.01 and max(shares) == 1 and shares[-1] < 0.01
    assert shares.index(1) == pytest.approx(20, abs=1) and shares[650] == 1 > shares[651]


def test_an_empty_cache_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="pretraining render"):
        Corpus(tmp_path)


def test_the_card_shows_what_was_measured_and_measuring_repeats_it():
    folder = find_checkpoint()
    measured = json.loads((folder / "evaluation.json").read_text())
    card = (folder / "README.md").read_text()
    for name, value in measured.items():
        shown = f"{Estimate(*value):.3f}" if isinstance(value, list) else f"{value:.0f}"
        assert f"| {name} | {shown} |" in card
    again = evaluate.studio_figures(clipkit.load(), clipkit.data.load_catalog()["test"])
    for name, estimate in again.items():
        assert estimate.value == pytest.approx(measured[name][0], abs=0.01), name


class Witness:
    """Stands for a model: its answers to lists of texts are given, the lists are remembered."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def encode_images(self, pictures):
        return torch.eye(len(pictures))

    def encode_texts(self, texts):
        self.asked.append(texts)
        return self.answers.pop(0)


@pytest.fixture
def few(monkeypatch):
    """Twenty small pictures for each measure."""
    monkeypatch.setattr(scenes, "PICTURES", 20)
    monkeypatch.setattr(scenes, "PIXELS", 32)


def test_binding_is_asked_with_the_same_colours_swapped(few):
    alike, unlike = torch.eye(20), torch.zeros(20, 20)
    witness = Witness(alike, unlike)
    assert scenes.bound(witness).value == 1.0
    assert scenes.bound(Witness(unlike, alike)).value == 0.0
    for text, twin in zip(*witness.asked, strict=True):
        parts = [part.split(maxsplit=2)[1:] for part in (text + " and " + twin).split(" and ")]
        colours, things = zip(*parts, strict=True)
        assert things[:2] == things[2:] and things[0] != things[1]
        assert colours[:2] == colours[:1:-1] and colours[0] != colours[1]


def test_counting_asks_for_each_number_of_what_is_there(few):
    # Picture i shows i % 5 + 1 of a kind; of its five texts that one alone is like it.
    which = torch.eye(5).repeat(4, 1).flatten()
    witness = Witness(torch.eye(20).repeat_interleave(5, dim=0) * which[:, None])
    assert scenes.counted(witness).value == 1.0
    assert [text.split()[0] for text in witness.asked[0]] == list(scenes.NUMBERS) * 20


def test_each_of_the_words_is_written_on_a_tag(few):
    witness = Witness(torch.eye(20))
    assert scenes.read_off(witness).value == 1.0
    assert [text.split("says ")[1] for text in witness.asked[0]] == list(scenes.WORDS)
    assert scenes.read_off(Witness(torch.eye(20).roll(1, dims=0))).value == 0.0


def test_the_command_lists_its_commands():
    done = subprocess.run(
        [sys.executable, "-m", "pretraining", "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0 and "render" in done.stdout and "evaluate" in done.stdout
