"""What the recipe renders: products alone, with words, worn and among others, and their labels."""

import json
from collections import Counter

import numpy as np
import pytest
import torch

from clipstudio import Group, Lettering, Product, Worn, photographs, random_shot, subject_from_dict
from clipstudio.splits import is_held_out
from pretraining import corpus
from pretraining.augment import augment
from pretraining.corpus import Corpus, random_subject, recoloured

MUG = Product("mug", "straight", "red", material="ceramic")
TEE = Product("t-shirt", "crew neck", "blue")


def kind_of(subject):
    if isinstance(subject, Product):
        return "lettered" if subject.lettering else "product"
    return "worn" if isinstance(subject, Worn) else "group"


def test_subjects_are_drawn_in_their_shares_and_none_is_held_out():
    rng = np.random.default_rng(0)
    drawn = [random_subject(rng) for _ in range(500)]
    counts = Counter(kind_of(subject) for subject in drawn)
    for kind, share in corpus.SUBJECTS.items():
        assert abs(counts[kind] / len(drawn) - share) < 0.07, kind
    products = [product for subject in drawn for product in subject.products]
    assert not any(is_held_out(product.category, product.colour) for product in products)


@pytest.mark.parametrize("kind", corpus.SUBJECTS)
def test_another_colouring_has_the_same_geometry(kind, monkeypatch):
    monkeypatch.setattr(corpus, "SUBJECTS", {kind: 1.0})
    rng = np.random.default_rng(1)
    changed = 0
    for _ in range(4):
        subject = random_subject(rng)
        twin = recoloured(subject, rng)
        shot = random_shot(rng, subject)
        first, second = photographs([(subject, shot), (twin, shot)], 32)
        assert (first[..., 3] == second[..., 3]).all()
        changed += (first[..., :3] != second[..., :3]).any()
        assert [p.category for p in twin.products] == [p.category for p in subject.products]
    assert changed == 4


def test_a_shard_holds_pictures_masks_and_specifications_of_every_kind(tmp_path, monkeypatch):
    monkeypatch.setattr(corpus, "PICTURES_IN_SHARD", 72)
    corpus.render_shard(tmp_path, 1, 24)
    pictures = np.load(tmp_path / "00001.npy")
    lines = (tmp_path / "00001.jsonl").read_text().splitlines()
    assert pictures.shape == (72, 24, 24, 4) and len(lines) == 72
    kinds = {kind_of(subject_from_dict(json.loads(line)["product"])) for line in lines}
    assert len(kinds) >= 3
    assert (pictures[..., 3] > 127).any((1, 2)).mean() > 0.95
    made = Corpus(tmp_path)
    assert made.shares.sum() == pytest.approx(1.0)
    rng = np.random.default_rng(2)
    texts = [corpus.write_caption(s, rng, length="short") for s in made.specifications]
    assert all(texts)


def test_labels_say_what_is_true_of_all_products_and_nothing_else():
    other = Product("mug", "straight", "green", material="ceramic")
    specifications = [
        {"product": subject.to_dict()}
        for subject in (MUG, Worn(TEE, outfit=(Product("jeans", "straight"),)), Group((MUG, other)))
    ] + [{"patient": {}, "findings": []}]
    labels = corpus._labels(specifications, torch.tensor([False, True, False, False]))
    categories = corpus.CLASSES["category"]
    assert labels["category"].tolist() == [
        categories.index("mug"),
        categories.index("t-shirt"),
        categories.index("mug"),
        -100,
    ]
    red = corpus.CLASSES["colour"].index("red")
    assert labels["colour"].tolist() == [red, -100, -100, -100]  # grey; two colours; a film


def test_groups_and_films_have_the_share_of_what_is_drawn_that_they_should():
    mugs = {"product": Group((MUG, MUG)).to_dict()}
    specifications = [{"product": MUG.to_dict()}] * 30 + [{"product": TEE.to_dict()}] * 10
    specifications += [mugs] * 3 + [{"patient": {}}] * 2
    shares = corpus._shares(specifications)
    assert shares[40:43].sum() == pytest.approx(corpus.LIKE_GROUPS)
    assert shares[43:].sum() == pytest.approx(corpus.LIKE_FILMS)
    assert shares[30:40].sum() / shares[:30].sum() == pytest.approx(corpus.OFTEN)


def test_words_and_sides_are_not_mirrored_and_persons_not_cut_out():
    tagged = Product("mug", "straight", lettering=Lettering("SALE", "hang-tag"))
    printed = Product("mug", "straight", lettering=Lettering("SALE", "print"))
    cases = {  # may it be mirrored, may it be cut out
        MUG: (True, True),
        printed: (False, True),
        tagged: (False, False),
        Worn(TEE): (True, False),
        Group((MUG, MUG)): (False, True),
    }
    for subject, wanted in cases.items():
        specification = {"product": subject.to_dict()}
        assert (corpus._may_turn(specification), corpus._is_alone(specification)) == wanted
    assert not corpus._may_turn({"patient": {}})


def test_what_is_not_alone_keeps_its_surroundings():
    rgba = torch.zeros(40, 4, 16, 16, dtype=torch.uint8)
    rgba[:, 1] = 200  # a green room
    rgba[:, 3, 6:10, 6:10] = 255
    still, alone = torch.zeros(40, dtype=torch.bool), torch.arange(40) < 20
    generator = torch.Generator().manual_seed(0)
    pictures, _ = augment(rgba, still, still, alone, generator)
    corner = pictures[:, :, 0, 0]
    green = (corner[:, 1] > corner[:, 0] + 0.2) & (corner[:, 1] > corner[:, 2] + 0.2)
    assert green[20:].all() and not green[:20].all()
