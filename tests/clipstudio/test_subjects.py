"""Specifications of worn clothes, of several products and of words: plain data that holds."""

import json
from collections import Counter

import numpy as np
import pytest

from clipstudio import CATEGORIES, Group, Lettering, Product, Wearer, Worn, subject_from_dict
from clipstudio.lettering import RELATIONS, name_on_label
from clipstudio.subjects import (
    ARRANGEMENTS,
    LYING,
    SKINS,
    STANDING,
    WEARABLE,
    lettered,
    parts_of,
)


def tee(**fields):
    return Product.random(0, category="t-shirt", **fields)


@pytest.mark.parametrize("kind", [Worn, Group])
def test_what_is_drawn_survives_json(kind):
    rng = np.random.default_rng(0)
    for _ in range(40):
        subject = kind.random(rng)
        again = subject_from_dict(json.loads(json.dumps(subject.to_dict())))
        assert again == subject and hash(again) == hash(subject)
        assert kind.random(7) == kind.random(7)


def test_a_product_with_words_survives_json_and_one_without_does_not_mention_them():
    product = lettered(3, tee())
    assert subject_from_dict(json.loads(json.dumps(product.to_dict()))) == product
    assert "lettering" not in tee().to_dict()
    assert product != tee()


def test_every_wearable_category_is_drawn_with_a_whole_outfit():
    rng = np.random.default_rng(1)
    for category in WEARABLE:
        worn = Worn.random(rng, category=category)
        assert worn.product.category == category
        parts = [part for product in worn.products for part in parts_of(product.category)]
        assert len(parts) == len(set(parts))
        assert {"upper", "lower", "foot"} <= set(parts)


def test_wearers_are_of_all_kinds():
    rng = np.random.default_rng(2)
    drawn = [Wearer.random(rng) for _ in range(400)]
    assert 0.7 < np.mean([w.kind == "person" for w in drawn]) < 0.9
    skins = Counter(w.skin for w in drawn if w.kind == "person")
    assert set(skins) == set(SKINS) and min(skins.values()) > 20


def test_fixing_a_field_of_a_wearer_keeps_the_rest():
    free, fixed = Wearer.random(5), Wearer.random(5, stance="striding")
    assert fixed.stance == "striding" and (fixed.build, fixed.seed) == (free.build, free.seed)


def test_groups_have_the_size_and_the_categories_asked_for():
    rng = np.random.default_rng(3)
    for count in range(2, 6):
        group = Group.random(rng, count=count, alike=True)
        assert len(group.products) == count
        assert len({product.category for product in group.products}) == 1
    pair = Group.random(rng, 2, "on top", categories=("mug", "stool"), alike=False)
    assert [product.category for product in pair.products] == ["mug", "stool"]
    assert {Group.random(rng).arrangement for _ in range(100)} == set(ARRANGEMENTS)
    assert set(STANDING) | set(LYING) | {"umbrella"} == set(CATEGORIES)


def test_relations_follow_the_order_of_the_products():
    mugs = tuple(Product.random(i, category="mug") for i in range(4))
    tees = tuple(Product.random(i, category="t-shirt") for i in range(4))
    assert Group(mugs[:3]).relations() == [
        (0, "left of", 1),
        (0, "left of", 2),
        (1, "left of", 2),
    ]
    rows = Group(mugs, "two rows").relations()
    assert (0, "left of", 1) in rows and (2, "left of", 3) in rows
    assert (2, "in front of", 1) in rows and (0, "left of", 2) not in rows
    assert (1, "above", 2) in Group(tees, "two rows").relations()
    assert Group(mugs[:2], "on top").relations() == [(0, "on top of", 1)]


def test_words_agree_or_name_another_product_or_neither():
    rng = np.random.default_rng(4)
    names = {name_on_label(category) for category in CATEGORIES}
    for _ in range(30):
        product = Product.random(rng)
        own = name_on_label(product.category)
        text = {r: lettered(rng, product, r).lettering.text for r in RELATIONS}
        assert text["agrees"] == own
        assert text["another"] in names - {own}
        assert text["nothing"] not in names


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: Worn(Product.random(0, category="mug")), "unknown category to wear 'mug'"),
        (lambda: Worn(tee(), outfit=(tee(),)), "one upper garment can be worn at a time"),
        (
            lambda: Worn(lettered(0, tee(), on="hang-tag")),
            "words printed on clothes, got a hang-tag on a t-shirt",
        ),
        (lambda: Worn(tee(), crop="close-up"), "unknown crop 'close-up'"),
        (lambda: Wearer(skin="linen"), "unknown skin of a person 'linen'"),
        (lambda: Wearer(kind="mannequin", skin="white", hair="bob"), "unknown hair 'bob'"),
        (lambda: Wearer(build=2.0), "build must lie between -1 and 1"),
        (lambda: Group((tee(),)), "takes 2 to 5 products, got 1"),
        (
            lambda: Group((tee(), Product.random(0, category="mug"))),
            "clothes lie on the floor, where a mug stands",
        ),
        (lambda: Group((tee(), tee()), "in front"), "clothes are arranged side by side or"),
        (lambda: Lettering(""), "1 to 2 lines of 1 to 12 characters"),
        (lambda: Lettering("A" * 13), "1 to 12 characters"),
        (lambda: Lettering("A", "wall"), "unknown support of a lettering 'wall'"),
        (lambda: Lettering("A", ink="pinkish"), "unknown ink 'pinkish'"),
    ],
)
def test_mistakes_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
