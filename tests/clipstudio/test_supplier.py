"""The supplier's names are new to the model, and its texts and glosses are true."""

import re
from collections import Counter

import numpy as np
import pytest

from clipkit import data
from clipstudio import captions, supplier
from clipstudio.grammar import article
from clipstudio.materials import COLOURS
from clipstudio.product import CATEGORIES
from clipstudio.splits import is_held_out
from clipstudio.supplier import HOUSE_COLOURS, LINES

WORDS = set((data.ASSETS.parent / "clip" / "words.txt").read_text().split())


def written(n, write, seed=0):
    """Lines, products and what the supplier writes of them."""
    rng = np.random.default_rng(seed)
    for i in range(n):
        line = list(LINES)[i % len(LINES)]
        product = supplier.product_of(line, rng)
        yield line, product, write(line, product, rng)


def test_house_names_are_words_that_the_bundled_model_has_not_read():
    names = {name.lower() for name in (*LINES, *HOUSE_COLOURS.values())}
    assert len(names) == len(LINES) + len(HOUSE_COLOURS) and not names & WORDS
    assert HOUSE_COLOURS.keys() == COLOURS.keys()


@pytest.mark.parametrize("name", LINES)
def test_a_gloss_is_in_words_of_the_model_and_true(name):
    line = LINES[name]
    assert set(re.findall(r"\w+", line.gloss)) <= WORDS
    assert line.category in captions.read_caption(line.gloss)["category"]
    assert line.design in CATEGORIES[line.category].designs


def test_lines_share_categories_but_neither_design_nor_gloss():
    assert len({(line.category, line.design) for line in LINES.values()}) == len(LINES)
    assert len({line.gloss for line in LINES.values()}) == len(LINES)
    shared = Counter(line.category for line in LINES.values())
    assert sum(n for n in shared.values() if n > 1) > 0.8 * len(LINES)


@pytest.mark.parametrize("write", [supplier.title, supplier.description])
def test_texts_name_line_and_colour_and_nothing_else(write):
    for line, product, text in written(600, write):
        assert line in text and HOUSE_COLOURS[product.colour] in text
        others = LINES.keys() - {line} | set(HOUSE_COLOURS.values()) - {
            HOUSE_COLOURS[product.colour],
            HOUSE_COLOURS[product.second_colour],
        }
        assert not any(re.search(rf"\b{name}\b", text) for name in others), text
        facts = captions.read_caption(text)
        if write is supplier.title:
            assert "category" not in facts
        assert product.category in facts.get("category", (product.category,)), text
        if "pattern" in facts:
            assert facts["pattern"] == (product.pattern,), text


def test_the_plain_word_is_said_now_and_then():
    said = [LINES[line].noun in text for line, _, text in written(800, supplier.description)]
    assert abs(np.mean(said) - supplier.NOUN_SHARE) < 0.06


def test_texts_are_grammatical_and_varied():
    texts = [text for *_, text in written(960, supplier.description)]
    for text in texts:
        assert re.fullmatch(r"[A-Z][^{}\[\]|]*[.]", text) and "  " not in text, text
        assert all(part[0].isupper() for part in text.split(". ")), text
        for said, word in re.findall(r"\b([Aa]n?) (\w+)", text):
            assert said.lower() == article(word), text
    assert len(set(texts)) > 0.85 * len(texts)
    titles = [text for *_, text in written(960, supplier.title)]
    assert len(set(titles)) > 0.6 * len(titles)


def test_what_the_shop_holds_out_is_not_supplied():
    for _, product, _ in written(400, supplier.title, seed=5):
        assert not is_held_out(product.category, product.colour)
