"""Fine-tuning learns, resumes, refuses bad input in one sentence, and leaves its input alone."""

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import TrainerCallback

import clipkit
from clipkit import fine_tune

COLOURS = {"red": (220, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 220), "white": (250,) * 3}


@pytest.fixture(scope="module")
def clip():
    return clipkit.load(device="cpu")


@pytest.fixture(scope="module")
def pictures():
    return [Image.new("RGB", (32, 32), COLOURS[name]) for name in [*COLOURS] * 4]


@pytest.fixture(scope="module")
def pairs(clip, pictures):
    # House names of colours, which no model can know before.
    names = ["alpha mug", "beta mug", "gamma mug", "delta mug"] * 4
    return fine_tune.Pairs(clip, pictures, [[name, f"{name}, new"] for name in names])


def weights(clip):
    return torch.cat([value.float().flatten() for value in clip.model.state_dict().values()])


def top(clip, pictures):
    clip.words = None
    texts = ["alpha mug", "beta mug", "gamma mug", "delta mug"]
    return clip.similarity(pictures[:4], texts).argmax(1).tolist()


def test_house_names_are_learnt_and_the_given_model_stays(clip, pairs, pictures):
    before = weights(clip)
    tuned = fine_tune.contrastive(clip, pairs, epochs=15, rate=1e-3, batch_size=16)
    assert top(tuned, pictures) == [0, 1, 2, 3]
    assert torch.equal(weights(clip), before)


def test_an_interrupted_run_ends_like_an_unbroken_one(clip, pairs, tmp_path):
    class StopAfterTwo(TrainerCallback):
        def on_epoch_end(self, args, state, control, **kwargs):
            control.should_save = True
            control.should_training_stop = state.epoch >= 2

    options = {"epochs": 4, "rate": 1e-3, "batch_size": 8}
    whole = fine_tune.contrastive(clip, pairs, **options)
    fine_tune.contrastive(clip, pairs, folder=tmp_path, callbacks=[StopAfterTwo()], **options)
    resumed = fine_tune.contrastive(clip, pairs, folder=tmp_path, **options)
    assert torch.allclose(weights(whole), weights(resumed), atol=1e-6)


def test_a_frozen_tower_keeps_its_weights(clip, pairs):
    tuned = fine_tune.contrastive(clip, pairs, epochs=1, rate=1e-3, freeze="vision")
    for name, value in clip.model.state_dict().items():
        frozen = name.startswith(fine_tune.TOWERS["vision"])
        if frozen:
            assert torch.equal(value, tuned.model.state_dict()[name]), name
    assert not torch.equal(weights(clip), weights(tuned))


def test_a_tuned_model_is_saved_and_loaded(clip, pairs, pictures, tmp_path):
    tuned = fine_tune.contrastive(clip, pairs, epochs=1)
    tuned.model.save_pretrained(tmp_path)
    tuned.processor.save_pretrained(tmp_path)
    again = clipkit.load(tmp_path, device="cpu")
    assert torch.allclose(again.encode_images(pictures), tuned.encode_images(pictures), atol=1e-6)


def test_wise_ft_joins_the_two_models(clip, pairs):
    tuned = fine_tune.contrastive(clip, pairs, epochs=1)
    ends = [fine_tune.wise_ft(clip, tuned, share) for share in (0, 1)]
    assert torch.equal(weights(ends[0]), weights(clip))
    assert torch.allclose(weights(ends[1]), weights(tuned))
    middle = weights(fine_tune.wise_ft(clip, tuned, 0.5))
    assert torch.allclose(middle, (weights(clip) + weights(tuned)) / 2, atol=1e-6)
    with pytest.raises(ValueError, match="between 0"):
        fine_tune.wise_ft(clip, tuned, 1.5)


def test_a_probe_separates_what_can_be_separated():
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    rows = torch.tensor(np.eye(3)[labels] + 0.1 * rng.normal(size=(60, 3)))
    probe = fine_tune.linear_probe(rows[:40], labels[:40], (rows[40:50], labels[40:50]))
    assert probe.score(rows[50:], labels[50:]) == 1
    with pytest.raises(ValueError, match="at least two classes"):
        fine_tune.linear_probe(rows, np.zeros(60), (rows, labels))


@pytest.mark.parametrize(
    "texts, message",
    [
        (["a mug"] * 15 + [""], "row 15 has no text"),
        (["a mug"] * 15 + [None], "row 15 has no text"),
        (["a mug"] * 15 + [[]], "row 15 has no text"),
        (["a mug"] * 15, "16 pictures but 15 texts"),
    ],
)
def test_bad_texts_are_named(clip, pictures, texts, message):
    with pytest.raises(ValueError, match=message):
        fine_tune.Pairs(clip, pictures, texts)


def test_too_few_pairs_and_unknown_towers(clip, pairs, pictures):
    with pytest.raises(ValueError, match="too few to contrast"):
        fine_tune.Pairs(clip, pictures[:3], ["a", "b", "c"])
    with pytest.raises(ValueError, match="vision, text"):
        fine_tune.contrastive(clip, pairs, freeze="both")


def test_a_loss_that_is_not_a_number_stops_the_run(clip, pairs):
    broken = clipkit.load(device="cpu")
    with torch.no_grad():
        broken.model.logit_scale.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match="not a number"):
        fine_tune.contrastive(broken, pairs, epochs=5, batch_size=8)


def test_sentences_lose_their_headings():
    report = "REPORT: AP supine. CM, mild.\nCONCLUSION: Mild CM."
    assert fine_tune.sentences(report) == ["AP supine.", "CM, mild.", "Mild CM."]
