"""The tables of words are checked when they are loaded: a fault in one is told with its place."""

import tomllib

import pytest

from clipstudio import scene_captions, supplier, vocabulary
from clipstudio.grammar import slots_of
from clipstudio.reports import _Reports
from clipstudio.words import FOLDER, read
from pretraining.paraphrases import _ByCategory

SHOP = ("categories.toml", "designs.toml", "surfaces.toml")
TABLES = {
    vocabulary.Shop: SHOP,
    vocabulary.Sentences: ("sentences.toml",),
    supplier._Supplier: ("supplier.toml",),
    scene_captions._Scenes: ("scenes.toml",),
    _Reports: ("reports.toml",),
}


def test_every_table_is_read():
    assert {name for names in TABLES.values() for name in names} == {
        path.name for path in FOLDER.glob("*.toml")
    }
    for schema, names in TABLES.items():
        assert read(schema, *names)


@pytest.mark.parametrize(
    ("schema", "file", "right", "wrong", "says"),
    [
        # A text where alternatives belong: its letters would be drawn one by one.
        (
            vocabulary.Shop,
            "designs.toml",
            'after = ["with toggles and a hood"]',
            'after = "with toggles and a hood"',
            "designs.coat.duffle.after: .*tuple",
        ),
        (vocabulary.Shop, "designs.toml", '"duffle coat"', '"d"', "duffle.nouns.*two letters"),
        (vocabulary.Shop, "designs.toml", '["with toggles', '[" with toggles', "no space"),
        (vocabulary.Shop, "designs.toml", '["with toggles', '["with {it}', "no template"),
        (vocabulary.Shop, "designs.toml", "[designs.coat.duffle]", "[designs.cloak.x]", "cloak"),
        (vocabulary.Shop, "designs.toml", '    "squat",', '    "squattish",', "'squattish'"),
        (vocabulary.Shop, "categories.toml", 'part = "strap"', 'parts = "strap"', "watch.parts"),
        (vocabulary.Shop, "categories.toml", 'one = ["chair"]', "one = []", "at least 1 item"),
        (vocabulary.Shop, "categories.toml", 'one = ["chair"]', "", "a category has names"),
        (vocabulary.Shop, "categories.toml", 'group = "bags"', 'group = "sacks"', "group 'sacks'"),
        (vocabulary.Shop, "categories.toml", '"audio gear",', '"audio", ', "kind 'audio'"),
        (vocabulary.Shop, "categories.toml", "Wear {it} [", "Wear {it} ", "do not match"),
        (vocabulary.Shop, "categories.toml", "Wear {it}", "Wear {that}", "no slot {that}"),
        (vocabulary.Shop, "surfaces.toml", "cloth = true", 'cloth = "so"', "cotton.cloth"),
        (vocabulary.Sentences, "sentences.toml", "meet our {np}", "meet {tail}", "no slot {tail}"),
        (supplier._Supplier, "supplier.toml", '"clutch"', '"clutches"', "did you mean 'clutch'"),
        (supplier._Supplier, "supplier.toml", 'red = "Ember"', "", "unknown house colour 'red'"),
        (_Reports, "reports.toml", 'scale = "degree"', 'scale = "degrees"', "'degrees'"),
        (_Reports, "reports.toml", '    "chest tube",\n', "", "urgency names every"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path, schema, file, right, wrong, says):
    text = (FOLDER / file).read_text(encoding="utf-8")
    assert right in text
    (tmp_path / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    names = [tmp_path / name if name == file else name for name in TABLES[schema]]
    with pytest.raises(ValueError, match=says) as error:
        read(schema, *names)
    assert file in str(error.value) and "\n" not in str(error.value)


def test_slots_and_brackets_of_a_template():
    assert slots_of("[a {big}|the [old|]] {noun}, {noun}") == {"big", "noun"}
    for broken in ("[a|b", "a|b", "{noun", "noun}", "{two words}", "a] [b"):
        with pytest.raises(ValueError, match="do not match"):
            slots_of(broken)


def test_paraphrases_are_checked_too(tmp_path):
    path = tmp_path / "paraphrases.toml"
    path.write_text('[texts]\nmug = "a cup"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"paraphrases.toml: texts.mug: .*tuple"):
        read(_ByCategory, path)


def test_a_file_that_is_no_toml_says_so(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("[texts\n", encoding="utf-8")
    with pytest.raises(tomllib.TOMLDecodeError):
        read(_ByCategory, path)
