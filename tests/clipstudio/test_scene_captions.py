"""Captions of worn products, of several and of words in pictures agree with the specification."""

import re
from collections import Counter

import numpy as np
import pytest

from clipstudio import captions
from clipstudio.grammar import article
from clipstudio.lettering import SUPPORTS
from clipstudio.product import CATEGORIES, Product
from clipstudio.scene_captions import _WORDS, plural, subject_caption, visible_outfit
from clipstudio.subjects import ARRANGEMENTS, Group, Worn, lettered
from clipstudio.vocabulary import SHOP

KINDS = {
    "worn": Worn.random,
    "group": Group.random,
    "lettered": lambda rng: lettered(rng, Product.random(rng)),
}
WEARERS = "|".join(name for names in _WORDS.wearers.values() for name in names)


def written(kind, n, seed=0, **options):
    rng = np.random.default_rng(seed)
    for _ in range(n):
        subject = KINDS[kind](rng)
        yield subject, subject_caption(subject, rng, **options)


def agrees(text, product):
    """Whether a product is one that a phrase may speak of."""
    facts = captions.read_caption(text)
    own = {**vars(product), "category": product.category}
    return all(
        own[fact] in values if fact == "category" else values == (own[fact],)
        for fact, values in facts.items()
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", ["short", None])
def test_grammar_and_length(kind, length):
    for _, text in written(kind, 700, seed=1, length=length):
        assert text == text.strip() and "  " not in text, text
        assert not re.search(r"[{}\[\]]|\s[,.;]|,,", text), text
        assert not re.search(r"\b(\w{2,}) \1\b", text, re.IGNORECASE), text
        for given, word in re.findall(r"(?<![\w-])(an?) ([\w-]+)", text):
            assert given == article(word), text
        assert length is None or len(text.split()) <= 14, text


def test_a_worn_product_is_told_truly_and_its_outfit_is_in_the_picture():
    said = Counter()
    for worn, text in written("worn", 2500, seed=2, length="short"):
        if not re.search(WEARERS, text):
            continue  # a caption of the product by itself
        first, _, others = re.sub(rf"(?:{WEARERS})(?: with)?", "", text).partition(
            " together with "
        )
        if not others:
            first, others = (re.split(r" (?:worn|combined) with ", first, maxsplit=1) + [""])[:2]
        if not others:  # "with" may follow the product or join the outfit: names settle it
            names = captions._categories(captions._IGNORED.sub(";", captions._spelling(first)))
            shown = {worn.product.category, *(p.category for p in visible_outfit(worn))}
            assert all(found & shown for found in names), text
            said["alone"] += len(names) == 1
            assert len(names) > 1 or agrees(first, worn.product), text
            continue
        said["outfit"] += 1
        assert agrees(first, worn.product), text
        for phrase in others.split(" and a ") if " and a " in others else others.split(" and "):
            assert any(agrees(phrase, product) for product in visible_outfit(worn)), text
    assert said["outfit"] > 40 and said["alone"] > 1000


def test_who_wears_it_is_said_and_mannequins_are_no_persons():
    named = Counter()
    for worn, text in written("worn", 1500, seed=3, length="short"):
        for kind, names in _WORDS.wearers.items():
            if re.search("|".join(names), text):
                named[kind] += 1
                assert worn.wearer.kind == kind, text
    assert named["person"] > 500 and named["mannequin"] > 100


def test_what_is_worn_does_not_lie():
    rng = np.random.default_rng(4)
    for category in ("belt", "scarf"):
        for _ in range(300):
            text = subject_caption(Worn.random(rng, category=category), rng)
            assert not re.search("rolled|laid out|neatly folded|closed into", text), text


def test_counts_are_right():
    counted = Counter()
    for group, text in written("group", 2500, seed=5):
        for number in re.findall(r"\b(two|three|four|five) (?!rows)", text.split(":")[-1]):
            n = _WORDS.numbers.index(number) + 2
            told = re.search(rf"\b{number} (.*?)(?:,| and |$| side| in | next| for)", text)[1]
            same = [p for p in group.products if agrees(re.sub("^pairs of ", "", told), p)]
            assert len(same) >= n if "products" not in told else len(group.products) == n, text
            counted[n] += 1
        if (found := re.search(r"\b(\w+) products", text)) and found[1] in _WORDS.numbers:
            assert len(group.products) == _WORDS.numbers.index(found[1]) + 2, text
    assert set(counted) == {2, 3, 4, 5} and min(counted.values()) > 50


def test_alike_products_are_counted_in_full():
    rng = np.random.default_rng(6)
    for n in (2, 3, 4, 5):
        for _ in range(60):
            group = Group.random(rng, count=n, alike=True)
            text = subject_caption(group, rng)
            if match := re.search(r"^(?:.* of |.* showing |.* shows )?(\w+) \w+$", text):
                assert match[1] not in _WORDS.numbers or match[1] == _WORDS.numbers[n - 2], text


def test_relations_are_right():
    rules = {
        r"(.+?) (?:to the )?left of (.+)": ("left of", False),
        r"(.+?) (?:to the )?right of (.+)": ("left of", True),
        r"(.+?) in front of (.+)": ("in front of", False),
        r"(.+?) behind (.+)": ("in front of", True),
        r"(.+?) above (.+)": ("above", False),
        r"(.+?) below (.+)": ("above", True),
        r"(.+?) under (.+)": ("on top of", True),
        r"(.+?) on (?:top of )?(.+)": ("on top of", False),
    }
    found = Counter()
    for group, text in written("group", 2500, seed=7):
        for rule, (relation, turned) in rules.items():
            if match := re.fullmatch(rule, text):
                first, second = match.groups()[::-1] if turned else match.groups()
                assert any(
                    agrees(first, group.products[i]) and agrees(second, group.products[j])
                    for i, name, j in group.relations()
                    if name == relation
                ), (text, group)
                found[relation, turned] += 1
                break
    assert set(found) == set(rules.values()) and min(found.values()) > 10, found


def test_arrangements_are_right():
    ways = {way: name for name, ways in _WORDS.arranged.items() for way in ways}
    seen = Counter()
    for group, text in written("group", 1500, seed=8):
        for way, name in ways.items():
            if way in text:
                assert group.arrangement == name, text
                seen[name] += 1
    assert set(seen) == set(_WORDS.arranged) <= set(ARRANGEMENTS)


def test_words_in_the_picture_are_told_with_what_they_stand_on():
    nouns = {"hang-tag": "tag", "price label": "label|card", "sticker": "sticker", "box": "box"}
    told = Counter()
    for product, text in written("lettered", 2500, seed=9):
        words = product.lettering.words()
        if words not in text:
            assert not re.search(r"\b(?:tag|label|sticker|box) that|says\b", text), text
            continue
        told[product.lettering.on] += 1
        rest = text.replace(words, "")
        assert not re.search(r"\b[A-Z]{3,}", rest), text
        for support, noun in nouns.items():
            if re.search(rf"\b(?:{noun}) (?:that|says|reads)\b|\b(?:{noun})$", rest):
                assert product.lettering.on == support, text
        assert agrees(re.sub(r"\b(?:card|box|tag|label)\b", "", rest), product), text
    assert set(told) == set(SUPPORTS) and sum(told.values()) > 1200


@pytest.mark.parametrize("kind", KINDS)
def test_grey_pictures_have_no_colour(kind):
    rng = np.random.default_rng(10)
    for _ in range(600):
        subject = KINDS[kind](rng)
        text = subject_caption(subject, rng, grey=True)
        if kind == "lettered":
            text = text.replace(subject.lettering.words(), "")
        assert "colour" not in captions.read_caption(text), text


def test_plurals_of_all_names():
    for entry in SHOP.categories.values():
        assert not entry.many or plural(entry.one[0]) in entry.many
        for name in entry.one:
            assert re.search(r"[a-z](?:s|ves)$", plural(name)), name
    assert plural("watch") == "watches" and plural("dress") == "dresses"
    assert set(SHOP.categories) == set(CATEGORIES)


def test_bad_arguments():
    with pytest.raises(TypeError, match="a Product, Worn or Group, not of a str"):
        subject_caption("mug", np.random.default_rng(0))
    with pytest.raises(ValueError, match="'short', 'long' or None"):
        subject_caption(Product("mug", "straight"), np.random.default_rng(0), length="medium")
