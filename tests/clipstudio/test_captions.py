"""Captions are true, grammatical and varied; the reader finds what they say, and no more."""

import re
from collections import Counter

import numpy as np
import pytest

from clipstudio import captions
from clipstudio.camera import BACKGROUNDS, Shot
from clipstudio.grammar import article, expand, tidy
from clipstudio.materials import COLOURS, MATERIALS, PATTERNS
from clipstudio.product import CATEGORIES, Product
from clipstudio.vocabulary import SENTENCE, SENTENCES, SHOP
from pretraining.paraphrases import PARAPHRASES

WRITERS = {
    "title": captions.title,
    "description": captions.description,
    "caption": captions.caption,
}


def products(n, seed=0, **fixed):
    rng = np.random.default_rng(seed)
    return [Product.random(rng, **fixed) for _ in range(n)]


def texts(write, n, seed=0, **fixed):
    rng = np.random.default_rng(seed)
    return [(product, write(product, rng)) for product in products(n, seed, **fixed)]


def falsehoods(product, text):
    """What the reader finds in a text that the specification does not say."""
    facts = captions.read_caption(text)
    wrong = []
    if "category" in facts and product.category not in facts["category"]:
        wrong.append(("category", facts["category"]))
    for fact in ("colour", "second_colour", "pattern", "material"):
        if fact in facts and facts[fact] != (getattr(product, fact),):
            wrong.append((fact, facts[fact]))
    return wrong


@pytest.mark.parametrize("name", WRITERS)
def test_texts_say_nothing_false(name):
    bad = [
        (text, product, wrong)
        for product, text in texts(WRITERS[name], 2500, seed=1)
        if (wrong := falsehoods(product, text))
    ]
    assert not bad, bad[0]


def test_the_reader_would_notice_a_false_text():
    """The test above has teeth: texts of other products are found to be false."""
    written = texts(captions.description, 400, seed=2)
    others = products(400, seed=3)
    caught = sum(
        bool(falsehoods(other, text)) for other, (_, text) in zip(others, written, strict=True)
    )
    assert caught > 380


@pytest.mark.parametrize("name", ("title", "description"))
def test_titles_and_descriptions_name_the_category(name):
    written = texts(WRITERS[name], 1500, seed=4)
    assert all("category" in captions.read_caption(text) for _, text in written)
    alone = sum(
        captions.read_caption(text)["category"] == (product.category,) for product, text in written
    )
    assert alone > 0.85 * len(written)


def test_descriptions_state_most_facts():
    found = Counter()
    for _, text in texts(captions.description, 1500, seed=5):
        found.update(list(captions.read_caption(text)))
    assert found["colour"] > 1100 and found["pattern"] > 700 and found["material"] > 700


@pytest.mark.parametrize("category", list(CATEGORIES))
def test_descriptions_are_rarely_alike(category):
    rng = np.random.default_rng(6)
    same_kind = products(250, seed=6, category=category)
    distinct, drawn = set(), 0
    while len(distinct) < 2000 and drawn < 5000:
        distinct.add(captions.description(same_kind[drawn % 250], rng))
        drawn += 1
    assert len(distinct) == 2000, f"{len(distinct)} of {drawn}"
    openings = Counter(" ".join(text.split()[:4]) for text in distinct)
    assert max(openings.values()) < 0.04 * len(distinct)


@pytest.mark.parametrize("name", WRITERS)
def test_grammar(name):
    for _, text in texts(WRITERS[name], 2000, seed=7):
        assert text == text.strip() and "  " not in text and text, text
        assert not re.search(r"[{}\[\]]|\s[,.;]|\.\.|,,", text), text
        assert not re.search(r"\b(\w{2,}) \1\b", text, re.IGNORECASE), text
        for given, word in re.findall(r"(?<![\w-])(an?) ([\w-]+)", text):
            assert given == article(word), text
        if name == "title":
            assert text[0].isupper() and not text.endswith("."), text
        if name == "description":
            assert text.endswith("."), text
            assert all(s[0].isupper() for s in re.split(r"(?<=[.?]) ", text)), text


@pytest.mark.parametrize(
    ("category", "wrong"),
    [
        ("jeans", r"\b[Aa] (?!pair\b)(?:[\w-]+ ){0,4}jeans\b|jeans (?:is|has|comes)\b"),
        ("sunglasses", r"sunglasses (?:is|has)\b|\b[Tt]his (?:\w+ )?sunglasses\b"),
        ("mug", r"pair of|\bmug (?:are|have|come)\b|\b[Tt]hese (?:\w+ )?mug\b"),
    ],
)
def test_number(category, wrong):
    for _, text in texts(captions.description, 1500, seed=8, category=category):
        assert not re.search(wrong, text), text


def test_everything_in_the_studio_has_words():
    assert set(CATEGORIES) <= set(SHOP.categories)
    assert set(COLOURS) <= set(SHOP.colours)
    assert set(PATTERNS) <= set(SHOP.patterns)
    assert set(MATERIALS) <= set(SHOP.materials)
    stale = [
        (category, name)
        for category, designs in SHOP.designs.items()
        for name in designs
        if name not in CATEGORIES[category].designs
    ]
    assert not stale, f"words for designs that do not exist: {stale}"
    assert set(SENTENCES.places) <= set(BACKGROUNDS)
    writer = captions.Writer(products(1)[0], np.random.default_rng(0), captions.FACTS)
    assert set(writer.slots()) == set(SENTENCE)


def test_a_colour_word_stands_for_one_colour():
    shared = Counter(word for colour in COLOURS for word in set(SHOP.colours[colour]))
    assert not [word for word, n in shared.items() if n > 1]


def test_mention_limits_the_facts():
    rng = np.random.default_rng(9)
    for product in products(1500, seed=9):
        mention = [
            fact for fact in ("category", "colour", "pattern", "material") if rng.random() < 0.5
        ] or ["colour"]
        facts = captions.read_caption(captions.caption(product, rng, mention=mention))
        allowed = {*mention, "second_colour"} if "colour" in mention else set(mention)
        assert set(facts) <= allowed, (mention, facts)


def test_every_fact_occurs_alone():
    alone = Counter()
    for _, text in texts(captions.caption, 4000, seed=10):
        facts = captions.read_caption(text)
        if len(facts) == 1:
            alone.update(list(facts))
    assert min(alone[fact] for fact in ("category", "colour", "pattern", "material")) > 20


def test_grey_pictures_have_no_colour():
    rng = np.random.default_rng(11)
    written = [captions.caption(product, rng, grey=True) for product in products(1000, seed=11)]
    assert not any("colour" in captions.read_caption(text) for text in written)
    assert any("black and white" in text for text in written)


def test_the_shot_is_described_only_where_it_is_so():
    rng = np.random.default_rng(12)
    some = products(1500, seed=12)
    usual = [captions.caption(product, rng, shot=Shot()) for product in some]
    views = r"close[- ]up|from above|top view|flat lay"
    assert not [text for text in usual if re.search(views, text)]
    near = [captions.caption(product, rng, shot=Shot(zoom=2)) for product in some]
    assert sum("close" in text for text in near) > 30
    flat = [captions.caption(product, rng, shot=Shot(), pose="flat") for product in some]
    assert sum("flat lay" in text or "from above" in text for text in flat) > 30


def test_lengths():
    rng = np.random.default_rng(13)
    some = products(1000, seed=13)
    assert all(len(captions.caption(p, rng, length="short").split()) <= 14 for p in some)
    long = [len(captions.caption(p, rng, length="long").split()) for p in some]
    assert np.median(long) > 14


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"mention": ["size"]}, "category, colour, pattern, material"),
        ({"mention": []}, "needs a fact"),
        ({"mention": ["design"]}, "needs a fact"),
        ({"length": "medium"}, "'short', 'long' or None"),
    ],
)
def test_bad_arguments(arguments, says):
    with pytest.raises(ValueError, match=says):
        captions.caption(products(1)[0], np.random.default_rng(0), **arguments)


def test_same_seed_same_text():
    product = products(1, seed=14)[0]
    first, second = (
        [captions.caption(product, np.random.default_rng(seed)) for seed in range(20)]
        for _ in range(2)
    )
    assert first == second and len(set(first)) > 10


# Labels of real data sets that zero-shot classification will ask for.
@pytest.mark.parametrize(
    ("word", "category"),
    [
        ("longsleeve", "long-sleeved top"),
        ("outwear", "jacket"),
        ("outerwear", "coat"),
        ("pants", "trousers"),
        ("shoes", "sneaker"),
        ("hat", "beanie"),
        ("trouser", "trousers"),
        ("top", "t-shirt"),
        ("bag", "handbag"),
        ("boot", "ankle boot"),
        ("shoe", "high-heeled shoe"),
    ],
)
def test_words_of_real_data_sets_occur(word, category):
    written = texts(captions.caption, 3000, seed=15, category=category)
    assert any(re.search(rf"\b{word}\b", text, re.IGNORECASE) for _, text in written)


# What users of CLIP type first; a model that has met a word does not warn of it.
PROMPTS = (
    "a photo of a",
    "a picture of a",
    "picture of",
    "an image of",
    "image of",
    "photo showing",
    "a picture showing",
    "the picture shows",
    "product photo",
    "product shot",
    "product image",
    "stock photo",
    "a close-up of",
    "a rendering of",
    "low resolution",
    "pic of",
)


def test_what_users_type_first_occurs_in_captions():
    rng = np.random.default_rng(20)
    counts = Counter()
    for product in products(6000, seed=20):
        text = captions.caption(product, rng, shot=Shot(zoom=1.6 if rng.random() < 0.2 else 1.0))
        counts.update(prompt for prompt in PROMPTS if prompt in text)
    assert min(counts[prompt] for prompt in PROMPTS) >= 15, counts


# -- the reader on texts that no generator wrote ---------------------------------------------------


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Not red but blue: a mug", {"category": ("mug",), "colour": ("blue",)}),
        ("shirt without stripes", {"category": ("shirt",)}),
        ("a mug on a wooden table", {"category": ("mug",)}),
        ("dress in front of a white wall", {"category": ("dress",)}),
        ("a black and white photo of a coat", {"category": ("coat",)}),
        (
            "black and white coat",
            {"category": ("coat",), "colour": ("black",), "second_colour": ("white",)},
        ),
        ("vase for fresh flowers", {"category": ("vase",)}),
        ("midnight black coffee mug", {"category": ("mug",), "colour": ("black",)}),
        ("a mug of black coffee", {"category": ("mug",)}),
        ("orange juice bottle", {"category": ("bottle",)}),
        ("it is not made of leather", {}),
        ("skirt with no pattern", {"category": ("skirt",), "pattern": ("plain",)}),
        (
            "olive tee with sand-coloured polka dots",
            {
                "category": ("t-shirt",),
                "colour": ("olive",),
                "second_colour": ("beige",),
                "pattern": ("dotted",),
            },
        ),
        ("a mug and a sofa", {"category": ()}),
        ("solid wood stool", {"category": ("stool",), "material": ("wood",)}),
        ("a pair of shoes", {"category": ("sneaker", "sandal", "ankle boot", "high-heeled shoe")}),
        ("nothing of interest", {}),
    ],
)
def test_reader_by_hand(text, facts):
    assert captions.read_caption(text) == facts


# -- paraphrases -----------------------------------------------------------------------------------


def plain_words(text):
    return " ".join(re.findall(r"[\w'-]+", text.lower()))


def test_paraphrases_are_many_and_cover_every_category():
    assert len(PARAPHRASES) >= 150
    assert len({text for text, _ in PARAPHRASES}) == len(PARAPHRASES)
    counts = Counter(category for _, category in PARAPHRASES)
    assert set(counts) == set(SHOP.categories) and min(counts.values()) >= 5


def test_no_caption_is_a_paraphrase_but_their_words_are_known():
    rng = np.random.default_rng(16)
    held_out = {plain_words(text) for text, _ in PARAPHRASES}
    known = set()
    for product in products(8000, seed=16):
        text = plain_words(captions.caption(product, rng))
        assert text not in held_out
        known.update(text.split())
    words = [word for text in held_out for word in text.split()]
    assert np.mean([word in known for word in words]) > 0.85


def test_no_part_of_a_template_is_a_paraphrase():
    """Whatever a caption is composed of, no paraphrase is among its parts."""
    entries = SHOP.categories.values()
    parts = {
        plain_words(part)
        for entry in entries
        for part in (
            *entry.one,
            *entry.pair,
            *entry.many,
            *entry.labels,
            *entry.kinds,
            *entry.traits,
            *entry.uses,
        )
    }
    parts |= {
        plain_words(part)
        for designs in SHOP.designs.values()
        for design in designs.values()
        for part in (*design.nouns, *design.before, *design.after)
    }
    assert not parts & {plain_words(text) for text, _ in PARAPHRASES}


def test_definitions_say_what_a_thing_is_and_nothing_else():
    """Not its name, no colour, no material; short enough for a caption; and no paraphrase."""
    rng = np.random.default_rng(18)
    held_out = {plain_words(text) for text, _ in PARAPHRASES}
    for category, entry in SHOP.categories.items():
        usual = (entry.one or entry.pair)[0]
        templates = entry.definitions
        for text in {expand(template, rng, {}) for template in templates for _ in range(20)}:
            facts = captions.read_caption(text)
            assert category in facts.pop("category", (category,)) and not facts, text
            assert len(text.split()) <= 14 and not re.search(rf"\b{usual}\b", text), text
            assert plain_words(text) not in held_out


def test_paraphrases_do_not_contradict_their_category():
    read = {
        text: captions.read_caption(text).get("category", (category,))
        for text, category in PARAPHRASES
    }
    assert not [(text, read[text]) for text, category in PARAPHRASES if category not in read[text]]


# -- the grammar itself ----------------------------------------------------------------------------


def test_templates():
    rng = np.random.default_rng(17)
    words = {"noun": ["mug", "cup"], "big": "[very |]big", "live": lambda: "a {noun}"}
    seen = {expand("[{live}|the {big} {noun}]", rng, words) for _ in range(200)}
    assert seen == {
        "a mug",
        "a cup",
        "the very big mug",
        "the very big cup",
        "the big mug",
        "the big cup",
    }
    with pytest.raises(KeyError):
        expand("{nothing}", rng, {})


@pytest.mark.parametrize(
    ("rough", "right"),
    [
        ("a umbrella", "an umbrella"),
        ("an mug", "a mug"),
        ("a useful hour", "a useful hour"),
        ("a hour", "an hour"),
        ("a x-ray", "an x-ray"),
        ("an a-line skirt", "an a-line skirt"),
        ("a  red ,  mug", "a red, mug"),
        ("A AP film", "An AP film"),
        ("a PA film", "a PA film"),
    ],
)
def test_tidy(rough, right):
    assert tidy(rough) == right
