"""What a training run does and keeps: its steps, its folder, LoRA, SigLIP, early stopping."""

import base64
import copy
import json
import math
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import cross_entropy, logsigmoid, normalize
from transformers import CLIPModel, TrainerCallback

import clipkit
from clipkit import adapters, fine_tune, plots, runs
from clipkit.hub import CheckpointError

COLOURS = ((220, 30, 30), (30, 200, 30), (30, 30, 220), (250, 250, 250))
NAMES = ["alpha mug", "beta mug", "gamma mug", "delta mug"]


@pytest.fixture(scope="module")
def clip(tiny_checkpoint):
    return clipkit.load(tiny_checkpoint, device="cpu")


@pytest.fixture(scope="module")
def pictures():
    return [Image.new("RGB", (32, 32), colour) for colour in COLOURS * 4]


@pytest.fixture(scope="module")
def pairs(clip, pictures):
    return fine_tune.Pairs(clip, pictures, NAMES * 4)


def weights(clip):
    return torch.cat([value.float().flatten() for value in clip.model.state_dict().values()])


def names_right(clip, pictures):
    return clip.similarity(pictures[:4], NAMES).argmax(1).tolist() == [0, 1, 2, 3]


class Watch(TrainerCallback):
    """What each step was taken with."""

    def on_train_begin(self, args, state, control, optimizer, **kwargs):
        self.max_steps, self.rates = state.max_steps, []
        self.decays = {group["weight_decay"] for group in optimizer.param_groups}

    def on_pre_optimizer_step(self, args, state, control, optimizer, **kwargs):
        self.rates.append(optimizer.param_groups[0]["lr"])


# ------------------------------------------------------------------------------- the steps


def test_the_learning_rate_rises_over_a_tenth_of_the_steps_and_falls_as_a_cosine(clip, pairs):
    watch = Watch()
    options = {"epochs": 10, "learning_rate": 1e-3, "batch_size": 8, "callbacks": [watch]}
    fine_tune.contrastive(clip, pairs, **options)
    cosine = [(1 + math.cos(math.pi * step / 18)) / 2 for step in range(18)]
    assert watch.rates == pytest.approx([1e-3 * share for share in (0, 0.5, *cosine)])
    assert watch.decays == {0.05, 0.0}  # the latter for biases and norms


def test_a_last_batch_that_is_not_full_is_left_out_where_there_are_others(clip, pictures):
    pairs = fine_tune.Pairs(clip, pictures + pictures[:2], [*NAMES * 4, "one", "two"])
    for batch_size, steps in ((8, 2), (64, 1)):
        watch = Watch()
        options = {"epochs": 1, "batch_size": batch_size, "callbacks": [watch]}
        fine_tune.contrastive(clip, pairs, **options)
        assert watch.max_steps == steps


def test_the_trainers_own_arguments_are_passed_on(clip, pairs):
    watch = Watch()
    options = {"epochs": 3, "batch_size": 4, "callbacks": [watch]}
    fine_tune.contrastive(clip, pairs, **options, gradient_accumulation_steps=2, weight_decay=0.3)
    assert watch.max_steps == 6 and watch.decays == {0.3, 0.0}
    with pytest.raises(TypeError, match="max_stepz is a parameter neither"):
        fine_tune.contrastive(clip, pairs, max_stepz=1)
    with pytest.raises(TypeError, match="num_train_epochs is set by contrastive itself"):
        fine_tune.contrastive(clip, pairs, num_train_epochs=1)


def test_what_is_computed_again_for_the_way_back_gives_the_same_steps(clip, pairs):
    options = {"epochs": 1, "learning_rate": 1e-3, "batch_size": 8}
    kept = weights(fine_tune.contrastive(clip, pairs, **options))
    again = weights(fine_tune.contrastive(clip, pairs, **options, gradient_checkpointing=True))
    assert torch.allclose(kept, again, atol=1e-6) and not torch.equal(kept, weights(clip))


def test_mixed_precision_learns_and_ends_with_its_run(clip, pairs, pictures):
    options = {"epochs": 1, "learning_rate": 1e-3, "batch_size": 8}
    before = weights(fine_tune.contrastive(clip, pairs, **options))
    mixed = fine_tune.contrastive(clip, pairs, **options, bf16=True)
    assert next(mixed.model.parameters()).dtype == torch.float32
    assert not torch.equal(weights(mixed), before)
    assert torch.allclose(weights(mixed), before, atol=1e-2)
    assert torch.equal(weights(fine_tune.contrastive(clip, pairs, **options)), before)


def test_the_seed_deals_the_batches(clip, pairs):
    options = {"epochs": 1, "batch_size": 8}
    one, two = (fine_tune.contrastive(clip, pairs, seed=seed, **options) for seed in (0, 1))
    assert not torch.equal(weights(one), weights(two))


@pytest.mark.parametrize("texts_each", [1, 3])
def test_each_picture_is_paired_with_its_own_texts(clip, pictures, texts_each):
    texts = [[f"{name} {number}" for number in range(texts_each)] for name in "abcdefghijklmnop"]
    pairs = fine_tune.Pairs(clip, pictures, texts, texts_each=texts_each)
    batch = pairs.batch([pairs[row] for row in range(5)])
    with torch.no_grad():
        loss = fine_tune.pairs_loss(clip.model, batch)
        embedded = clip.encode_images(pictures[:5])
        every = list(pairs.numbers)
        written = clip.encode_texts([every[number] for number in batch["caption_ids"]])
    logits = clip.logit_scale * embedded @ written.T
    own = [logits[i, i * texts_each + k] for i in range(5) for k in range(texts_each)]
    to_text = logits.logsumexp(dim=1).mean() - torch.stack(own).mean()
    # Seen from a text, its picture stands there as often as it has texts.
    to_picture = cross_entropy(logits.T, torch.arange(5).repeat_interleave(texts_each))
    expected = (to_text + to_picture + math.log(texts_each)) / 2
    assert float(loss) == pytest.approx(float(expected), abs=1e-4)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"epochs": -1}, "epochs is -1, but it should be a number above 0"),
        ({"epochs": float("nan")}, "epochs is nan"),
        ({"epochs": "3"}, "epochs is '3'"),
        ({"learning_rate": 0}, "learning_rate is 0"),
        ({"learning_rate": float("inf")}, "learning_rate is inf"),
        ({"batch_size": 2.5}, "batch_size is 2.5, but it should be a whole number"),
        ({"seed": None}, "seed is None"),
        ({"patience": 0}, "patience is 0"),
        ({"epochs": 10**400}, "epochs is a int, but it should be a number above 0"),
        ({"batch_size": 10**400}, "batch_size is a int, but it should be a whole number from 1 to"),
        ({"gradient_accumulation_steps": [1]}, "gradient_accumulation_steps is a list"),
        ({"max_steps": "3"}, "max_steps is '3', but it should be a number"),
        ({"weight_decay": np.eye(2)}, "weight_decay is a ndarray, but it should be a number"),
        ({"lock": "middle"}, "lock is 'middle', but it should be one of: vision, text"),
        ({"lock": ["vision"]}, "lock is a list, but it should be one of: vision, text"),
        ({"folder": ""}, "folder is empty"),
        ({"folder": "a\ud800"}, "holds a character that no path may hold"),
        ({"callbacks": 3}, "callbacks is a int, not a list"),
    ],
)
def test_numbers_out_of_range_are_named(clip, pairs, options, message):
    with pytest.raises(ValueError, match=message):
        fine_tune.contrastive(clip, pairs, **options)


@pytest.mark.parametrize("callbacks", [["plot"], [None], [fine_tune.LivePlot], "plot"])
def test_what_is_no_callback_is_named(clip, pairs, callbacks):
    with pytest.raises(
        (TypeError, ValueError), match="callbacks(\\[0\\])? is a (str|NoneType|type)"
    ):
        fine_tune.contrastive(clip, pairs, callbacks=callbacks)


def test_embeddings_of_a_probe_are_checked():
    rows, labels = np.eye(6), np.arange(6) % 2
    bad = rows.copy()
    bad[4, 1] = np.nan
    for arguments, message in (
        ((bad, labels, (rows, labels)), "embeddings holds nan in row 4"),
        ((rows, labels, (bad, labels)), "validation.0. holds nan in row 4"),
        ((rows, labels[:5], (rows, labels)), "labels has 5"),
        ((rows, labels, (rows[:, :3], labels)), "validation.0. has 3"),
        ((rows, labels, (rows, labels.astype(str))), "numbers, which are never equal"),
    ):
        with pytest.raises(ValueError, match=message):
            fine_tune.linear_probe(*arguments)


def test_a_probes_penalty_is_chosen_by_the_scorer_on_validation():
    rng = np.random.default_rng(0)
    labels = np.arange(200) < 20
    rows = rng.normal(size=(200, 5)) + 1.2 * labels[:, None]
    validation = (rows[::2], labels[::2])
    candidates = (1e-6, 1)  # the first ranks rightly, but calls nobody positive
    probe = fine_tune.linear_probe(rows[1::2], labels[1::2], validation, candidates)
    assert probe.C == 1
    probe = fine_tune.linear_probe(
        rows[1::2], labels[1::2], validation, candidates, scoring="balanced_accuracy"
    )
    assert probe.C == 1
    probe = fine_tune.linear_probe(rows[1::2], ~labels[1::2], validation, (1e-6, 1))
    assert probe.C == 1e-6  # on training it would be the other


# ------------------------------------------------------------------------------- the pairs


def test_tables_are_read_by_position(clip, pictures):
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"picture": pictures, "text": [f"{n} mug" for n in range(16)]})
    shuffled = table.sample(frac=1, random_state=0)
    pairs = fine_tune.Pairs(clip, shuffled["picture"], shuffled["text"])
    assert pairs.texts == [[text] for text in shuffled["text"]]
    assert np.array_equal(pairs.resized[0], np.asarray(shuffled["picture"].iloc[0]))
    some = table[table.index % 2 == 1]
    assert len(fine_tune.Pairs(clip, some["picture"], some["text"])) == 8


@pytest.mark.parametrize("missing", [float("nan"), None, 3, [float("nan")], np.array(["a", ""])])
def test_a_missing_title_is_named_by_its_row(clip, pictures, missing):
    with pytest.raises(ValueError, match="row 3 has no text"):
        fine_tune.Pairs(clip, pictures, ["a mug"] * 3 + [missing] + ["a mug"] * 12)


def test_pictures_from_a_generator_are_counted_and_lie_in_a_file(clip, pictures):
    pairs = fine_tune.Pairs(clip, (picture for picture in pictures), iter(NAMES * 4))
    assert isinstance(pairs.resized, np.memmap) and len(pairs) == 16
    assert np.array_equal(pairs.resized[1], np.asarray(pictures[1]))
    with pytest.raises(ValueError, match="16 pictures but 12 texts"):
        fine_tune.Pairs(clip, (picture for picture in pictures), NAMES * 3)
    with pytest.raises(ValueError, match="texts is one text"):
        fine_tune.Pairs(clip, pictures, "a mug")


# -------------------------------------------------------------------------- the learning rate


def test_the_larger_the_model_the_smaller_the_learning_rate(clip):
    bundled = clipkit.load(device="cpu")
    numbers = sum(p.numel() for p in bundled.model.parameters())
    rate = fine_tune.default_learning_rate(bundled)
    assert rate == pytest.approx(1500 / numbers)
    assert fine_tune.default_learning_rate(clip) == 1e-3
    lora = adapters.add_lora(bundled, rank=1)
    assert fine_tune.default_learning_rate(lora) == pytest.approx(10 * rate, rel=1e-6)


def test_a_range_test_finds_where_the_loss_falls(clip, pairs):
    before = weights(clip)
    state = torch.get_rng_state()
    found = fine_tune.learning_rate_range(clip, pairs, lowest=1e-5, highest=10, steps=25)
    assert torch.equal(weights(clip), before) and torch.equal(torch.get_rng_state(), state)
    ratios = np.divide(found.learning_rates[1:], found.learning_rates[:-1])
    assert np.allclose(ratios, ratios[0]) and found.learning_rates[0] == pytest.approx(1e-5)
    best = found.learning_rates[int(np.argmin(found.losses))]
    assert found.suggestion == pytest.approx(best / 10) and 1e-5 < found.suggestion < 0.1
    assert min(found.losses) < min(found.losses[0], found.losses[-1]) - 0.5
    figure = plots.learning_rate_range(found)
    assert figure.axes[0].get_xscale() == "log"
    (guessing,) = [line for line in figure.axes[0].lines if line.get_linestyle() == ":"]
    assert set(guessing.get_ydata()) == {np.log(len(pairs))}  # the batch of 64 holds all of them
    plots.plt.close(figure)
    with pytest.raises(ValueError, match="lowest is 1, but must be less than highest"):
        fine_tune.learning_rate_range(clip, pairs, lowest=1, highest=0.1)


# ------------------------------------------------------------------------------ early stopping


def scripted(values):
    """A validation that says one value after the other, and keeps the weights it was asked of."""
    seen = []

    def validate(model):
        seen.append(weights(model))
        return values[len(seen) - 1]

    return validate, seen


@pytest.mark.parametrize("kept", [False, True])
def test_training_ends_when_validation_falls_and_the_best_is_returned(clip, pairs, tmp_path, kept):
    folder = tmp_path / "run" if kept else None
    options = {"epochs": 6, "learning_rate": 1e-3, "batch_size": 8, "folder": folder}
    validate, seen = scripted([0.5, 0.6, 0.7, 0.65, 0.9])
    plot = fine_tune.LivePlot(name="validation")
    tuned = fine_tune.contrastive(clip, pairs, validate=validate, callbacks=[plot], **options)
    assert len(seen) == 4 and torch.equal(weights(tuned), seen[2])
    assert plot.values == [0.5, 0.6, 0.7, 0.65]
    if kept:  # called again, it is at its end
        validate, seen = scripted([])
        again = fine_tune.contrastive(clip, pairs, validate=validate, **options)
        assert not seen and torch.equal(weights(again), weights(tuned))


def test_with_patience_one_bad_epoch_is_forgiven(clip, pairs):
    validate, seen = scripted([0.5, 0.6, 0.55, 0.7, 0.6, 0.6, 0.6])
    options = {"epochs": 6, "learning_rate": 1e-3, "batch_size": 8, "patience": 2}
    tuned = fine_tune.contrastive(clip, pairs, validate=validate, **options)
    assert len(seen) == 6 and torch.equal(weights(tuned), seen[3])


def test_training_that_only_harms_returns_the_model_as_it_was(clip, pairs):
    validate, seen = scripted([0.5, 0.4])
    with pytest.warns(UserWarning, match="never better than the 0.5 of before"):
        tuned = fine_tune.contrastive(clip, pairs, validate=validate, learning_rate=1e-3)
    assert len(seen) == 2 and torch.equal(weights(tuned), weights(clip))
    with pytest.raises(ValueError, match="validate returned is nan"):
        fine_tune.contrastive(clip, pairs, validate=lambda model: float("nan"))


# ---------------------------------------------------------------------- is it the same run?


OPTIONS = {"epochs": 2, "learning_rate": 1e-3, "batch_size": 8}


def test_a_run_of_other_data_or_of_another_model_is_refused(clip, pairs, pictures, tmp_path):
    fine_tune.contrastive(clip, pairs, folder=tmp_path, **OPTIONS)
    other = fine_tune.Pairs(clip, pictures[::-1], NAMES * 4)
    turned = fine_tune.Pairs(clip, pictures, [*NAMES[::-1], *NAMES * 3])
    tuned = fine_tune.contrastive(clip, pairs, epochs=1)
    half = clipkit.Clip(copy.deepcopy(clip.model), clip.processor, device="cpu")
    half.model.text_model.requires_grad_(False)
    for arguments, options, what in (
        ((clip, other), {}, "pictures"),
        ((clip, turned), {}, "texts"),
        ((tuned, pairs), {}, "weights"),
        ((half, pairs), {}, "trainable parameters"),
        ((clip, pairs), {"weight_decay": 0.2}, "weight_decay"),
        ((clip, pairs), {"seed": 1}, "seed"),
    ):
        with pytest.raises(ValueError, match=f"a run that differs in: {what}; pass the same"):
            fine_tune.contrastive(*arguments, folder=tmp_path, **OPTIONS, **options)


def test_a_folder_that_was_damaged_says_so(clip, pairs, tmp_path):
    fine_tune.contrastive(clip, pairs, folder=tmp_path, **OPTIONS)
    (newest,) = tmp_path.glob("checkpoint-*")
    for name in ("optimizer.pt", "scheduler.pt", "model.safetensors", "trainer_state.json"):
        content = (newest / name).read_bytes()
        for damaged in (b"", content[:-1] + bytes([content[-1] ^ 1])):
            (newest / name).write_bytes(damaged)
            with pytest.raises(
                ValueError, match=rf"{newest.name} is damaged \({name}\); remove it"
            ):
                fine_tune.contrastive(clip, pairs, folder=tmp_path, **OPTIONS)
        (newest / name).unlink()
        with pytest.raises(ValueError, match=rf"is damaged \({name}\)"):
            fine_tune.contrastive(clip, pairs, folder=tmp_path, **OPTIONS)
        (newest / name).write_bytes(content)
    for text in ("", "[]", "{", "3"):
        (tmp_path / "recipe.json").write_text(text)
        with pytest.raises(ValueError, match=r"recipe.json cannot be read|differs in"):
            fine_tune.contrastive(clip, pairs, folder=tmp_path, **OPTIONS)


def test_of_several_checkpoints_the_last_is_gone_on_from(clip, pairs, tmp_path):
    options = {"epochs": 6, "learning_rate": 1e-3, "batch_size": 8}  # checkpoints 2 to 12
    whole = fine_tune.contrastive(clip, pairs, **options)

    class StopBeforeLast(TrainerCallback):
        def on_step_begin(self, args, state, control, **kwargs):
            if state.global_step == 10:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="after epoch 5"):
        fine_tune.contrastive(clip, pairs, folder=tmp_path, callbacks=[StopBeforeLast()], **options)
    assert [path.name for path in tmp_path.glob("checkpoint-*")] == ["checkpoint-10"]
    watch = Watch()
    resumed = fine_tune.contrastive(clip, pairs, folder=tmp_path, callbacks=[watch], **options)
    assert len(watch.rates) == 2 and torch.allclose(weights(resumed), weights(whole), atol=1e-6)


def test_an_interrupt_takes_effect_between_two_steps(clip, pairs):
    class PressInAStep(TrainerCallback):
        steps = 0

        def on_pre_optimizer_step(self, args, state, control, **kwargs):
            if state.global_step == 1:
                signal.raise_signal(signal.SIGINT)

        def on_optimizer_step(self, args, state, control, **kwargs):
            self.steps += 1

    press = PressInAStep()
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt, match="Stopped at step 2 of 4"):
        fine_tune.contrastive(clip, pairs, callbacks=[press], **OPTIONS)
    assert press.steps == 2 and signal.getsignal(signal.SIGINT) is before


# ------------------------------------------------------------------------------------- LoRA


@pytest.fixture
def tuned_lora(clip, pairs):
    return fine_tune.contrastive(adapters.add_lora(clip, rank=2), pairs, **OPTIONS)


def test_what_was_trainable_is_trainable_after_training(clip, pairs, tuned_lora):
    count = adapters.trainable_parameters(tuned_lora.model)
    assert count == adapters.trainable_parameters(adapters.add_lora(clip, rank=2).model)
    again = fine_tune.contrastive(tuned_lora, pairs, lock="text", **OPTIONS)
    assert adapters.trainable_parameters(again.model) == count
    old, new = tuned_lora.model.state_dict(), again.model.state_dict()
    changed = {name for name in old if not torch.equal(old[name], new[name])}
    assert changed and all("lora_" in name and "vision_model" in name for name in changed)
    locked = fine_tune.contrastive(clip, pairs, lock="vision", **OPTIONS)
    assert all(p.requires_grad for p in locked.model.parameters())


def test_a_model_without_a_trainable_parameter_is_refused(clip, pairs):
    merged = adapters.merge_lora(adapters.add_lora(clip, rank=1))
    with pytest.raises(ValueError, match="no parameter that can be trained"):
        fine_tune.contrastive(merged, pairs)


def test_lora_is_saved_loaded_trained_on_and_merged(clip, pairs, pictures, tmp_path, tuned_lora):
    from peft import PeftModel

    fine_tune.save(tuned_lora, tmp_path)
    again = clipkit.load(tmp_path, device="cpu")
    rows = tuned_lora.encode_images(pictures)
    assert torch.allclose(again.encode_images(pictures), rows, atol=1e-5)
    count = adapters.trainable_parameters(tuned_lora.model)
    assert adapters.trainable_parameters(again.model) == count
    further = fine_tune.contrastive(again, pairs, **OPTIONS)
    assert not torch.allclose(further.encode_images(pictures), rows, atol=1e-5)
    # As anybody else would read it.
    base = CLIPModel.from_pretrained(tmp_path / "base")
    plain = PeftModel.from_pretrained(base, tmp_path).eval()
    with torch.no_grad():
        seen = plain.get_image_features(pixel_values=clip.pixels(pictures)).pooler_output
    assert torch.allclose(normalize(seen, dim=1), rows, atol=1e-5)
    with torch.no_grad():  # the model that it belongs to is as it was
        assert torch.equal(weights(clipkit.load(tmp_path / "base", device="cpu")), weights(clip))


def test_no_file_of_an_earlier_model_stays(clip, pictures, tmp_path, tuned_lora):
    (tmp_path / "README.md").write_text("mine")
    (tmp_path / "pytorch_model.bin").write_bytes(b"older still")
    fine_tune.save(tuned_lora, tmp_path)
    merged = adapters.merge_lora(tuned_lora)
    fine_tune.save(merged, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert not names & {"adapter_config.json", "adapter_model.safetensors", "base"}
    assert "pytorch_model.bin" not in names and (tmp_path / "README.md").read_text() == "mine"
    again = clipkit.load(tmp_path, device="cpu")
    assert torch.allclose(again.encode_images(pictures), merged.encode_images(pictures), atol=1e-5)
    fine_tune.save(tuned_lora, tmp_path)
    assert not (tmp_path / "config.json").exists()


def test_a_save_that_is_cut_off_leaves_no_mixture(clip, tmp_path, tuned_lora, monkeypatch):
    other = adapters.merge_lora(tuned_lora)
    for broken_at in range(4):
        fine_tune.save(clip, tmp_path)
        calls, replace = [], os.replace

        def killed(*arguments, calls=calls, replace=replace, broken_at=broken_at):
            if len(calls) == broken_at:
                raise KeyboardInterrupt
            calls.append(arguments)
            replace(*arguments)

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", killed)
            with pytest.raises(KeyboardInterrupt):
                fine_tune.save(other, tmp_path)
        if not (tmp_path / "config.json").exists():
            with pytest.raises(CheckpointError, match="no config.json"):
                clipkit.load(tmp_path)


def test_a_lora_run_goes_on_and_another_rank_is_another_run(clip, pairs, tmp_path):
    class Stop(TrainerCallback):
        def on_step_begin(self, args, state, control, **kwargs):
            if state.global_step == 3:
                raise KeyboardInterrupt

    whole = fine_tune.contrastive(adapters.add_lora(clip, rank=2), pairs, **OPTIONS)
    with pytest.raises(KeyboardInterrupt, match="after epoch 1"):
        fine_tune.contrastive(
            adapters.add_lora(clip, rank=2), pairs, folder=tmp_path, callbacks=[Stop()], **OPTIONS
        )
    with pytest.raises(ValueError, match="differs in: weights, trainable parameters"):
        fine_tune.contrastive(adapters.add_lora(clip, rank=3), pairs, folder=tmp_path, **OPTIONS)
    resumed = fine_tune.contrastive(
        adapters.add_lora(clip, rank=2), pairs, folder=tmp_path, **OPTIONS
    )
    assert torch.allclose(weights(resumed), weights(whole), atol=1e-6)
    (checkpoint,) = tmp_path.glob("checkpoint-*")
    loaded = clipkit.load(checkpoint)  # with the model that it names
    assert torch.allclose(
        loaded.encode_texts(["a mug"]), resumed.encode_texts(["a mug"]), atol=1e-5
    )


def test_two_models_with_lora_are_not_averaged(clip, tuned_lora):
    with pytest.raises(ValueError, match="has LoRA, .* merge_lora"):
        fine_tune.wise_ft(adapters.add_lora(clip, rank=2), tuned_lora, 0.5)


# ----------------------------------------------------------------------------------- SigLIP


@pytest.fixture(scope="module")
def siglip(tmp_path_factory, tiny_checkpoint):
    """A tiny SigLIP of random weights, with the tokenizer of the tiny CLIP."""
    from transformers import (
        AutoTokenizer,
        SiglipConfig,
        SiglipImageProcessorPil,
        SiglipModel,
        SiglipProcessor,
    )

    tokenizer = AutoTokenizer.from_pretrained(tiny_checkpoint)
    tower = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2}
    tower["num_hidden_layers"] = 2
    text = {"vocab_size": len(tokenizer), "max_position_embeddings": 16, "projection_size": 32}
    torch.manual_seed(0)
    model = SiglipModel(
        SiglipConfig(
            text_config={**tower, **text},
            vision_config={**tower, "image_size": 32, "patch_size": 8},
        )
    )
    torch.nn.init.constant_(model.logit_scale, math.log(10))
    torch.nn.init.constant_(model.logit_bias, -10.0)
    images = SiglipImageProcessorPil(size={"height": 32, "width": 32})
    processor = SiglipProcessor(image_processor=images, tokenizer=tokenizer)
    return clipkit.Clip(model, processor, name="a tiny SigLIP", device="cpu")


def test_siglip_is_trained_with_its_own_loss_and_padding(siglip, pictures):
    pairs = fine_tune.Pairs(siglip, pictures, NAMES * 4)
    batch = pairs.batch([pairs[row] for row in range(6)])
    assert batch["input_ids"].shape == (6, 16) and "attention_mask" not in batch
    with torch.no_grad():
        loss = fine_tune.pairs_loss(siglip.model, batch)
        cosines = siglip.encode_images(pictures[:6]) @ siglip.encode_texts((NAMES * 2)[:6]).T
    logits = siglip.logit_scale * cosines + siglip.logit_bias
    same = torch.tensor([[i % 4 == j % 4 for j in range(6)] for i in range(6)])
    expected = -logsigmoid(torch.where(same, logits, -logits)).sum() / 6
    assert float(loss) == pytest.approx(float(expected), rel=1e-4)


def test_siglip_learns_whole_locked_and_with_lora(siglip, pictures):
    pairs = fine_tune.Pairs(siglip, pictures, NAMES * 4)
    options = {"epochs": 40, "learning_rate": 5e-3, "batch_size": 16}
    whole = fine_tune.contrastive(siglip, pairs, **options)
    assert names_right(whole, pictures) and whole.logit_bias != siglip.logit_bias
    locked = fine_tune.contrastive(siglip, pairs, epochs=1, learning_rate=1e-3, lock="vision")
    assert torch.equal(locked.encode_images(pictures), siglip.encode_images(pictures))
    adapted = adapters.add_lora(siglip, rank=4)
    assert not any(
        "head.attention" in name for name in adapted.model.state_dict() if "lora" in name
    )
    lora = fine_tune.contrastive(adapted, pairs, epochs=2, learning_rate=1e-2, batch_size=8)
    stuck = [name for name, p in lora.model.named_parameters() if "lora_B" in name and not p.any()]
    assert not stuck
    merged = adapters.merge_lora(lora)
    rows = lora.encode_images(pictures)
    assert torch.allclose(merged.encode_images(pictures), rows, atol=1e-4)


@pytest.mark.parametrize("kind", ["clip", "siglip"])
def test_every_model_takes_pictures_twice_as_large(clip, siglip, pictures, kind):
    model = {"clip": clip, "siglip": siglip}[kind]
    larger = fine_tune.resize_positions(model, 2 * model.pixels.size)
    pixels = larger.pixels(pictures[:2])
    assert pixels.shape[-2:] == (64, 64)
    with torch.no_grad():
        seen = model.model.get_image_features(pixels, interpolate_pos_encoding=True).pooler_output
    assert torch.allclose(larger.encode_images(pictures[:2]), normalize(seen, dim=1), atol=1e-5)
    with pytest.raises(ValueError, match="a multiple of the patch size, 8, such as 40 or 48"):
        fine_tune.resize_positions(model, 44)


def test_what_is_saved_is_json_that_others_read(clip, pairs, tmp_path):
    fine_tune.contrastive(clip, pairs, folder=tmp_path, **OPTIONS)
    recipe = json.loads((tmp_path / "recipe.json").read_text())
    assert recipe["learning_rate"] == 1e-3 and {"pictures", "texts", "weights"} <= set(recipe)


# ---------------------------------------------------------------------------------- the Hub


class Hub(BaseHTTPRequestHandler):
    """Answers as the Hub does to somebody who uploads; keeps what came in `files`."""

    files: ClassVar[dict[str, bytes]] = {}
    status = 200

    def answer(self, content):
        body = json.dumps(content).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if "/tree/" in self.path:
            tree = [{"type": "file", "path": path, "size": 1, "oid": "0"} for path in self.files]
            self.answer(tree)
        else:
            self.answer({"id": "me/mug", "sha": "0" * 40, "siblings": []})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.endswith("/preupload/main"):
            files = [
                {"path": file["path"], "uploadMode": "regular", "shouldIgnore": False}
                for file in json.loads(body)["files"]
            ]
            self.answer({"files": files})
        elif self.path.endswith("/commit/main"):
            for line in map(json.loads, body.splitlines()):
                path = line["value"].get("path")
                if line["key"] == "file":
                    self.files[path] = base64.b64decode(line["value"]["content"])
                elif line["key"].startswith("deleted"):
                    self.files.pop(path)
            url = f"{self.server.address}/me/mug/commit/{'1' * 40}"
            self.answer({"commitUrl": url, "commitOid": "1" * 40, "success": True})
        else:
            self.answer({"url": f"{self.server.address}/me/mug", "name": "me/mug"})

    def log_message(self, *_):
        pass


@pytest.fixture
def hub(monkeypatch):
    import huggingface_hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", server.address)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(Hub, "files", {})
    yield Hub
    server.shutdown()
    server.server_close()


def test_a_model_is_pushed_in_the_place_of_another(clip, pictures, tmp_path, hub):
    hub.files.update(
        {"adapter_config.json": b"{}", "base/config.json": b"{}", "README.md": b"mine"}
    )
    fine_tune.push_to_hub(clip, "me/mug", token="hf_x")
    assert "adapter_config.json" not in hub.files and "base/config.json" not in hub.files
    assert hub.files["README.md"] == b"mine"
    for name, content in hub.files.items():
        (tmp_path / name).write_bytes(content)
    again = clipkit.load(tmp_path, device="cpu")
    assert torch.equal(again.encode_images(pictures), clip.encode_images(pictures))


def test_saving_draws_no_bar_and_leaves_others_theirs(tmp_path, monkeypatch):
    from transformers.utils import logging

    for shown in (True, False):
        monkeypatch.setattr(logging, "_tqdm_active", shown)
        with runs.saving(tmp_path):
            assert not logging.is_progress_bar_enabled()
        with pytest.raises(OSError, match="full"), runs.saving(tmp_path):
            raise OSError("the disk is full")
        assert logging.is_progress_bar_enabled() == shown


def test_a_folder_is_pushed_with_its_card(clip, pictures, tmp_path, hub):
    with pytest.raises(FileNotFoundError, match="There is no model in"):
        fine_tune.push_folder_to_hub(tmp_path, "me/mug", token="hf_x")
    assert hub.files == {}
    fine_tune.save(clip, tmp_path / "model")
    (tmp_path / "model" / "README.md").write_text("# Mugs", encoding="utf-8")
    fine_tune.push_folder_to_hub(tmp_path / "model", "me/mug", token="hf_x")
    assert hub.files["README.md"] == b"# Mugs"
    for name, content in hub.files.items():
        (tmp_path / name).write_bytes(content)
    again = clipkit.load(tmp_path, device="cpu")
    assert torch.equal(again.encode_images(pictures), clip.encode_images(pictures))


def test_what_the_hub_refuses_is_one_sentence(clip, hub, monkeypatch):
    monkeypatch.setattr(hub, "status", 403)
    with pytest.raises(
        OSError, match=r'"me/mug" could not be uploaded to the Hub: 403 .*hf auth login'
    ):
        fine_tune.push_to_hub(clip, "me/mug", token="hf_x")
    with pytest.raises(OSError, match="could not be uploaded"):
        fine_tune.push_to_hub(clip, "no name at all")
