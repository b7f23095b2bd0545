"""Prompts and classifiers, on a stand-in whose right answers are known."""

import numpy as np
import pytest
import torch
from PIL import Image

from clipkit import Clip, zero_shot


class Sorted(Clip):
    """A stand-in whose embeddings say what is asked for: a text has the direction of its word."""

    logit_scale = 10.0
    dimension = 3
    name = "the stand-in"
    words = ("mug", "sofa", "hat")

    def __init__(self):
        pass

    def distinct_labels(self, labels):
        return list(labels)

    def logits(self, pictures, texts):
        return self.logit_scale * pictures @ texts.T

    def encode_images(self, pictures):
        return torch.stack([self._direction(picture) for picture in pictures])

    def encode_labels(self, labels, templates):
        sign = -1.0 if all(" no " in f" {t} " or "without" in t for t in templates) else 1.0
        return torch.stack([sign * self._direction(label) for label in labels])

    def encode_texts(self, texts):
        return self.encode_labels([text.split()[-1] for text in texts], texts[:1])

    def _direction(self, word):
        return torch.eye(3)[self.words.index(word)]


@pytest.fixture
def clip():
    return Sorted()


def test_predict_takes_pictures_and_their_embeddings_alike(clip):
    pictures = ["hat", "mug", "hat"]
    answers = zero_shot.predict(clip, pictures, ["mug", "hat"])
    assert answers.tolist() == ["hat", "mug", "hat"]
    again = zero_shot.predict(clip, clip.encode_images(pictures), ["mug", "hat"])
    assert again.tolist() == answers.tolist()


def test_predict_gives_one_of_the_labels_whatever_is_shown(clip):
    assert zero_shot.predict(clip, ["sofa"], ["mug", "hat"])[0] in ("mug", "hat")


@pytest.mark.parametrize(
    ("labels", "error", "said"),
    [
        ("mug", TypeError, "should be a list"),
        (["mug", "hat", "mug"], ValueError, "given twice"),
        ({"mug", "hat"}, TypeError, "has no order"),
        ({"mug": 1}, TypeError, "keys or the values"),
        (["hat", "mug", "Mug"], ValueError, 'label "Mug" is to the model the same as "mug"'),
        (["mug", "mug "], ValueError, "the same as"),
        (["caf\u00e9", "cafe\u0301"], ValueError, "the same as"),
    ],
)
def test_labels_are_different_to_the_model_and_in_an_order(tiny_clip, labels, error, said):
    rows = torch.zeros(1, tiny_clip.dimension)
    for choose in (zero_shot.predict, lambda clip, *rest: clip.zero_shot(*rest)):
        with pytest.raises(error, match=said):
            choose(tiny_clip, rows, labels)


def test_predict_names_the_largest_share(tiny_clip):
    labels = ["mug", "red sofa", "hat"]
    pictures = [Image.new("RGB", (40, 40), colour) for colour in ("red", "white", "green", "navy")]
    best = tiny_clip.zero_shot(pictures, labels, "a {}").argmax(1)
    said = zero_shot.predict(tiny_clip, tiny_clip.encode_images(pictures), labels, ["a {}"])
    assert said.tolist() == [labels[i] for i in best]
    assert zero_shot.predict(tiny_clip, pictures, iter(labels), "a {}").tolist() == said.tolist()


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([[1, 0, 0], [0, NAN, 0]], "row 1 of pictures holds NaN"),
        ([[INF, 0, 0]], "row 0 of pictures holds NaN or infinity"),
        ([[0, 0, 0]], "row 0 of pictures is all zeros"),
        ([1, 0, 0], "should be \\(n, d\\)"),
        ([[1, 0]], "have 2 columns, but embeddings of the stand-in have 3"),
    ],
)
def test_embeddings_that_cannot_be_compared_are_named(clip, rows, said):
    for form in (torch.Tensor, lambda values: np.array(values, dtype=float)):
        with pytest.raises(ValueError, match=said):
            zero_shot.predict(clip, form(rows), ["mug", "hat"])
        with pytest.raises(ValueError, match=said):
            zero_shot.finding_scores(clip, form(rows), ["mug"])
        with pytest.raises(ValueError, match=said):
            zero_shot.sentence_scores(clip, form(rows), ["a mug"], ["a hat"])


@pytest.mark.parametrize(
    "form",
    [
        torch.Tensor.double,
        torch.Tensor.half,
        lambda rows: rows.clone().requires_grad_(),
        lambda rows: 7 * rows,
        torch.Tensor.numpy,
        lambda rows: rows.numpy().astype("float64"),
    ],
)
def test_embeddings_may_be_of_any_kind_of_numbers(clip, form):
    rows = clip.encode_images(["hat", "mug", "sofa"])
    assert zero_shot.predict(clip, form(rows), ["mug", "hat", "sofa"]).tolist() == [
        "hat",
        "mug",
        "sofa",
    ]
    expected = zero_shot.finding_scores(clip, rows, ["mug"])
    torch.testing.assert_close(zero_shot.finding_scores(clip, form(rows), ["mug"]), expected)


def test_arrays_of_pictures_and_of_paths_are_pictures(tiny_clip, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)
    paths = []
    for i, array in enumerate(pixels):
        paths.append(str(tmp_path / f"{i}.png"))
        Image.fromarray(array).save(paths[-1])
    labels = ["mug", "red sofa", "hat"]
    expected = zero_shot.predict(tiny_clip, tiny_clip.encode_images(pixels), labels).tolist()
    for pictures in (pixels, list(pixels), paths, np.array(paths), np.array(paths, dtype=object)):
        assert zero_shot.predict(tiny_clip, pictures, labels).tolist() == expected


@pytest.mark.parametrize(
    ("labels", "k", "said"),
    [
        (["mug", "hat"], -1, "k is -1"),
        (["mug", "hat"], 0, "k is 0"),
        (["mug", "hat"], 1.5, "k is 1.5"),
        ([["mug"], ["hat"]], 1, "shape \\(2, 1\\)"),
        ({"mug", "hat"}, 1, "labels is a set, which has no order"),
        ("mug", 1, "labels is a str, not a list"),
        ([], 1, "labels is empty"),
        (["mug", None], 1, "labels holds None in row 1"),
        ([1.0, float("nan")], 1, "labels holds nan in row 1"),
    ],
)
def test_shots_refuses_what_draws_nothing(labels, k, said):
    with pytest.raises(ValueError, match=said):
        zero_shot.shots(labels, k)


def test_a_finding_scores_above_half_where_it_is_stated_and_a_stranger_in_between(clip):
    scores = zero_shot.finding_scores(clip, ["mug", "sofa"], ["mug"])
    assert scores.shape == (2, 1)
    assert scores[0, 0] > 0.99 and scores[1, 0] == pytest.approx(0.5)


def test_finding_scores_are_the_softmax_of_the_pair(clip):
    pictures = clip.encode_images(["mug", "hat"])
    score = zero_shot.finding_scores(clip, pictures, ["mug", "sofa"], ["{}"], ["no {}"])
    for k, name in enumerate(("mug", "sofa")):
        pair = torch.stack([clip._direction(name), -clip._direction(name)])
        expected = (clip.logit_scale * pictures @ pair.T).softmax(dim=1)[:, 0]
        torch.testing.assert_close(score[:, k], expected)


def test_sentence_scores_are_the_softmax_over_all_sentences(clip):
    pictures = clip.encode_images(["mug", "hat"])
    stated, denied = ["a mug", "large mug"], ["a hat", "a sofa", "a mug"]
    score = zero_shot.sentence_scores(clip, pictures, stated, denied)
    logits = clip.logit_scale * pictures @ clip.encode_texts(stated + denied).T
    torch.testing.assert_close(score, logits.softmax(dim=1)[:, :2].sum(dim=1))
    assert score[0] == pytest.approx(2 / 3, abs=1e-3)  # two of the three sentences about mugs


def test_sentence_scores_need_both_kinds_of_sentences(clip):
    for stated, denied in (([], ["a mug"]), (["a mug"], [])):
        with pytest.raises(ValueError, match="is empty; give at least one sentence"):
            zero_shot.sentence_scores(clip, ["mug"], stated, denied)


def test_shots_are_k_of_each_label_and_the_same_for_a_seed():
    labels = np.array(["mug"] * 9 + ["hat"] * 7 + ["sofa"] * 2)
    rows = zero_shot.shots(labels, 4, seed=3)
    names, counts = np.unique(labels[rows], return_counts=True)
    assert dict(zip(names.tolist(), counts.tolist(), strict=True)) == {
        "mug": 4,
        "hat": 4,
        "sofa": 2,
    }
    assert len(set(rows.tolist())) == len(rows)
    assert rows.tolist() == zero_shot.shots(labels, 4, seed=3).tolist()
    assert rows.tolist() != zero_shot.shots(labels, 4, seed=4).tolist()


def test_more_shots_hold_the_fewer_ones():
    labels = np.repeat(["mug", "hat"], 20)
    assert set(zero_shot.shots(labels, 2, seed=1)) <= set(zero_shot.shots(labels, 8, seed=1))


@pytest.mark.parametrize(
    "templates",
    [
        zero_shot.TEMPLATES,
        zero_shot.COLOUR_TEMPLATES,
        zero_shot.PATTERN_TEMPLATES,
        zero_shot.MATERIAL_TEMPLATES,
        zero_shot.FINDING_TEMPLATES,
        zero_shot.ABSENT_TEMPLATES,
    ],
)
def test_every_template_has_one_place_for_the_label(templates):
    assert all(template.count("{}") == 1 for template in templates)
    assert len(set(templates)) == len(templates)


def test_a_seed_of_shots_is_named():
    with pytest.raises(ValueError, match="seed is -1"):
        zero_shot.shots(["a", "b"], 1, seed=-1)


@pytest.mark.parametrize("kind", [np.zeros, torch.zeros])
def test_three_dimensions_are_a_picture_and_no_embeddings(clip, monkeypatch, kind):
    monkeypatch.setattr(clip, "encode_images", lambda pictures: torch.eye(3)[:1])
    assert zero_shot.predict(clip, kind((3, 8, 3)), ["hat", "mug"]).tolist() == ["mug"]
