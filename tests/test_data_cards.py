"""The data cards say of the bundled data sets what is so."""

import re
from pathlib import Path

import numpy as np
import pytest

from clipkit import data
from clipstudio import COLOURS, MATERIALS, PATTERNS
from clipstudio.build import DATA_SETS, HELD_OUT_IN_TEST
from clipstudio.chest import AP_SHARE, KINDS
from clipstudio.splits import HELD_OUT_PAIRS, KEPT_BACK
from clipstudio.supplier import HOUSE_COLOURS, LINES, NOUN_SHARE

CARDS = (Path(__file__).parents[1] / "docs" / "data_cards.md").read_text(encoding="utf-8")
INTRODUCTION, *SECTIONS = re.split(r"^## ", CARDS, flags=re.MULTILINE)
CARD = {section.split("\n", 1)[0]: " ".join(section.split()) for section in SECTIONS}
LOADERS = {
    "catalog": data.load_catalog,
    "supplier": data.load_supplier,
    "radiographs": data.load_radiographs,
    "radiographs_b": lambda: data.load_radiographs("B"),
}


@pytest.fixture(scope="module")
def loaded():
    return {name: load() for name, load in LOADERS.items()}


def table(text):
    """The cells of a Markdown table, a list a row, numbers as numbers."""
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip("` ") for cell in row] for row in rows]


def number(cell):
    return int(cell.replace(",", ""))


def test_every_data_set_has_a_card():
    assert list(CARD) == list(DATA_SETS) == [row[0] for row in table(INTRODUCTION)]


def test_rows_sizes_and_loaders(loaded):
    for name, rows, picture, disk, loader in table(INTRODUCTION):
        splits = loaded[name]
        assert number(rows) == sum(map(len, splits.values()))
        image = splits["test"][0]["image"]
        side, kind = re.fullmatch(r"(\d+) x \1, (colour|grey)", picture).groups()
        assert image.size == (int(side), int(side)) and (image.mode == "L") == (kind == "grey")
        size = sum(path.stat().st_size for path in (data.ASSETS / name).glob("*.parquet")) / 1e6
        assert disk == f"{size:.1f} MB"
        assert hasattr(data, re.search(r"data\.(\w+)\(", loader)[1])


def test_tables_of_splits(loaded):
    for section in SECTIONS:
        name = section.split("\n", 1)[0]
        for split, rows, last in table(section):
            films = loaded[name][split]
            assert number(rows) == len(films)
            if name == "catalog":
                assert number(last) == sum(films["held_out_pair"])
            elif name == "supplier":
                assert set(np.unique(films["line"], return_counts=True)[1]) == {number(last)}
            else:
                assert number(last) == len(set(films["patient"]))


def test_columns(loaded):
    for name in ("catalog", "supplier", "radiographs"):
        listed = re.search(r"\*\*Columns\.\*\* (.*?)\*\*Limits", CARD[name])[1]
        assert re.findall(r"`(\w+)`", listed) == loaded[name]["train"].column_names
    assert loaded["radiographs_b"]["train"].column_names == (
        loaded["radiographs"]["train"].column_names
    )


def test_counts_in_the_text(loaded):
    # Of the data, not of the studio: a design drawn tomorrow is not in them.
    rows = [
        row
        for split in loaded["catalog"].values()
        for row in zip(split["category"], split["design"], strict=True)
    ]
    designs, categories = len(set(rows)), len({category for category, _ in rows})
    assert f"{categories} categories" in CARD["catalog"]
    assert (
        f"in {designs} designs, {len(COLOURS)} colours, {len(PATTERNS)} patterns and "
        in (CARD["catalog"])
    )
    assert f"and {len(MATERIALS)} materials" in CARD["catalog"]
    assert f"({len(HELD_OUT_PAIRS)} x {HELD_OUT_IN_TEST} rows" in CARD["catalog"]
    assert HELD_OUT_IN_TEST == 3 and "three times" in CARD["catalog"]
    assert f"{len(LINES)} lines" in CARD["supplier"]
    assert f"in {len(HOUSE_COLOURS)} colours" in CARD["supplier"]
    assert NOUN_SHARE == 0.3 and "Three descriptions in ten" in CARD["supplier"]
    assert f"{len(KINDS)} findings and devices" in CARD["radiographs"]
    assert (
        f"{AP_SHARE['B'] * 100:.0f} instead of {AP_SHARE['A'] * 100:.0f} AP"
        in (CARD["radiographs_b"])
    )


def test_what_is_said_of_the_films(loaded):
    films = loaded["radiographs"]["train"]
    normal = np.mean([not findings for findings in films["findings"]])
    assert 0.28 < normal < 0.38 and "about a third of the films without any" in CARD["radiographs"]
    shown = {
        name for split in loaded["radiographs"].values() for f in split["findings"] for name in f
    }
    assert f"them: {', '.join(KEPT_BACK)}." in CARD["radiographs"]
    assert ("still show them" in CARD["radiographs"]) == bool(shown & set(KEPT_BACK))
    for name in ("radiographs", "radiographs_b"):
        assert "Nothing here is for diagnosis." in CARD[name]
