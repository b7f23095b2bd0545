"""Contact sheets: they show everything there is, in its place."""

from pathlib import Path

import numpy as np
from PIL import Image

from clipstudio import CATEGORIES
from clipstudio.chest import KINDS, Finding
from clipstudio.lettering import SUPPORTS
from clipstudio.sheets import (
    GAP,
    GROUPS,
    MARGIN,
    SHOWN,
    group_rows,
    main,
    outlined,
    sheet,
    word_rows,
)
from clipstudio.subjects import ARRANGEMENTS


def test_every_category_and_every_finding_is_shown():
    shown = [category for group in GROUPS.values() for category in group]
    assert sorted(shown) == sorted(CATEGORIES)
    assert list(SHOWN) == list(KINDS)
    for name, (side, zone, size) in SHOWN.items():
        Finding(name, side, size, zone)  # raises where the finding cannot be there


def test_the_page_says_how_to_know_each_finding():
    page = (Path(__file__).parents[2] / "docs" / "catalogue.md").read_text()
    for name, kind in KINDS.items():
        assert f"| {name.capitalize()} | {kind.legend[:1].upper()}{kind.legend[1:]} |" in page
    assert page.count("diagnosis") >= 2


def test_pictures_lie_in_their_rows():
    colours = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    rows = [
        ("a", [Image.new("RGB", (10, 10), c) for c in colours]),
        ("b", [Image.new("L", (10, 10), 7)]),
    ]
    page = np.asarray(sheet(rows, 10))
    assert page.shape == (2 * (10 + GAP), MARGIN + 3 * (10 + GAP), 3)
    for column, colour in enumerate(colours):
        assert (page[5, MARGIN + column * (10 + GAP) + 5] == colour).all()
    assert (page[10 + GAP + 5, MARGIN + 5] == 7).all()
    assert (page[10 + GAP + 5, MARGIN + 10 + GAP + 5] == 255).all()  # nothing there


def test_an_outline_leaves_the_inside_alone():
    mask = np.zeros((20, 20), bool)
    mask[5:15, 5:15] = True
    changed = (np.asarray(outlined(Image.new("L", (20, 20)), mask)) != 0).any(-1)
    assert changed.sum() == 36  # the border of a square of ten
    assert not changed[6:14, 6:14].any()


def test_every_kind_of_picture_has_a_sheet_on_the_page(monkeypatch):
    """What is worn, products together and words: a row for each kind there is."""
    monkeypatch.setattr("clipstudio.sheets.COLUMNS", 1)
    page = (Path(__file__).parents[2] / "docs" / "catalogue.md").read_text()
    for name in ("worn", "carried", "several", "words"):
        assert f"(images/{name}.jpg)" in page
    names = [name for name, _ in group_rows(16)]
    assert {name.split(",")[0] for name in names} == set(ARRANGEMENTS)
    names = [name for name, _ in word_rows(16)]
    assert set(SUPPORTS) <= set(names)


def test_the_command_draws_the_same_picture_twice(tmp_path, monkeypatch):
    monkeypatch.setattr("clipstudio.sheets.COLUMNS", 2)
    monkeypatch.setitem(GROUPS, "homeware", ("mug", "stool"))
    for folder in ("one", "two"):
        main([str(tmp_path / folder), "--only", "homeware"])
    one, two = ((tmp_path / f / "homeware.jpg").read_bytes() for f in ("one", "two"))
    assert one == two
    assert Image.open(tmp_path / "one" / "homeware.jpg").size[1] == 200
