"""Every snippet of docs/own_pictures.md runs, on a made-up shop, and does what the page says.

So does notebook 01's section on own pictures, whatever the folder holds.
"""

import json
import os
import re
import shutil
from pathlib import Path

import ipywidgets
import pandas as pd
import pytest
import torch

import clipkit
import clipstudio
from clipkit import data, evaluation, plots

PAGE = (Path(__file__).parents[1] / "docs" / "own_pictures.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
LABELS = {"mug": "mug", "sofa": "sofa", "table lamp": "table_lamp", "dress": "dress"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A folder with shop/SPLIT/LABEL/N.jpg, products.csv and film.dcm."""
    from pydicom.data import get_testdata_file

    folder = tmp_path_factory.mktemp("own")
    catalog = data.load_catalog()
    for split, each in {"train": 6, "validation": 2, "test": 5}.items():
        rows = catalog[split]
        for category, label in LABELS.items():
            numbers = [i for i, name in enumerate(rows["category"]) if name == category][:each]
            (folder / "shop" / split / label).mkdir(parents=True)
            for i in numbers:
                rows[i]["image"].convert("RGB").save(folder / f"shop/{split}/{label}/{i}.jpg")
    (folder / "shop/train/mug/broken.jpg").write_bytes(b"no picture")
    files = sorted((folder / "shop/test").rglob("*.jpg"))
    table = {
        "photo": [str(file.relative_to(folder)) for file in files],
        "title": [catalog["test"][int(file.stem)]["title"] for file in files],
    }
    pd.DataFrame(table).to_csv(folder / "products.csv", index=False)
    shutil.copy(get_testdata_file("CT_small.dcm", download=False), folder / "film.dcm")
    return folder


@pytest.fixture(scope="module")
def names(shop):
    """What the page's names stand for after all snippets have run one after the other."""
    import huggingface_hub

    calls, here = [], Path.cwd()
    names = {"calls": calls}
    with pytest.MonkeyPatch.context() as patch:
        for method in ("create_repo", "upload_folder"):
            patch.setattr(
                huggingface_hub.HfApi, method, lambda self, *a, m=method, **k: calls.append((m, k))
            )
        os.chdir(shop)
        try:
            with pytest.warns(UserWarning, match="broken.jpg"):
                for snippet in SNIPPETS:
                    exec(compile(snippet, "own_pictures.md", "exec"), names)
        finally:
            os.chdir(here)
    return names


def test_ten_lines_each():
    assert len(SNIPPETS) == 7
    for snippet in SNIPPETS:
        assert 5 <= len([line for line in snippet.splitlines() if line.strip()]) <= 10, snippet


def test_the_folder_is_read_and_what_was_left_out_is_said(names):
    assert list(names["shop"]) == ["train", "validation", "test"]
    assert len(names["train"]) == 24 and set(names["train"]["label"]) == set(LABELS.values())
    assert [file for file, _ in names["skipped"]] == ["train/mug/broken.jpg"]


def test_search_finds_what_was_asked_for(names):
    assert len(names["products"]) == len(names["index"]) == 20
    assert sum("mug" in title for title in names["found"]) >= 2
    assert 0 not in names["alike"] and len(names["alike"]) == 3


def test_zero_shot_is_better_than_chance(names):
    assert names["words"]["table_lamp"] == "table lamp"
    assert names["bar"].low > 1 / len(LABELS)


def test_the_saved_model_is_the_trained_one_and_is_shared_whole(names, shop):
    pictures = names["test"]["image"]
    tuned, again = (names[name].encode_images(pictures) for name in ("tuned", "again"))
    assert (tuned - again).abs().max() < 1e-6
    assert (tuned - names["clip"].encode_images(pictures)).abs().max() > 1e-4
    assert names["calls"][1] == (
        "upload_folder",
        {"repo_id": "you/my-clip", "folder_path": "my-clip"},
    )
    assert {"config.json", "model.safetensors"} <= {
        file.name for file in (shop / "my-clip").iterdir()
    }


def test_the_exported_model_answers_as_the_trained_one(names):
    rows = names["tuned"].encode_images(names["test"]["image"])
    for name, least in (("fast", 0.9999), ("small", 0.99)):
        assert (names[name].encode_images(names["test"]["image"]) * rows).sum(1).min() > least
    assert len(names["predicted"]) == len(names["test"])


def test_a_dicom_file_becomes_a_picture_over_the_whole_range(names):
    picture = clipkit.pictures.window(names["values"])
    assert picture.min() == 0 and picture.max() == 255 and picture.std() > 20
    assert (names["bone"] == 255).mean() < 0.2 < (names["bone"] == 0).mean()


def section_of_own_pictures():
    """The code of notebook 01's last section."""
    notebook = Path(__file__).parents[1] / "notebooks" / "01_similarity.ipynb"
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    texts = ["".join(cell["source"]) for cell in cells]
    (start,) = (i for i, text in enumerate(texts) if "## 10. Your own pictures" in text)
    (end,) = (i for i, text in enumerate(texts) if text.startswith("## Recap"))
    return [texts[i] for i in range(start, end) if cells[i]["cell_type"] == "code"]


@pytest.fixture(scope="module")
def before_the_section():
    """What the notebook's cells before it have made, of a part of the shop."""
    clip, pictures = clipkit.load(), data.load_catalog()["validation"].select(range(20))
    kinds = list(clipstudio.CATEGORIES)
    return {
        "clip": clip, "clipkit": clipkit, "torch": torch, "plots": plots, "ipywidgets": ipywidgets,
        "evaluation": evaluation, "kinds": kinds, "kind_embeddings": clip.encode_labels(kinds),
        "image_embeddings": clip.encode_images(pictures["image"]),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("below", "n", "labels"),
    [("shop", 52, 4), ("shop/test", 20, 4), ("shop/test/mug", 5, 0), (None, 8, 0)],
)
def test_the_lesson_takes_any_folder(
    below, n, labels, shop, before_the_section, monkeypatch, capsys
):
    monkeypatch.setenv("CLIPKIT_PICTURES", str(shop / below) if below else "")
    shown = []
    names = {**before_the_section, "display": lambda widget: None}
    names["show"] = lambda figure, alt: shown.append(alt) or plots.plt.close(figure)
    for source in section_of_own_pictures():
        exec(compile(source, "01_similarity.ipynb", "exec"), names)
    assert len(names["mine"]) == n and len(set(names["labels"])) == labels and len(shown) == 3
    said = capsys.readouterr().out
    if labels:
        found = re.search(r"right label: (\S+) \[", said)
        assert 0.5 < float(found[1]) <= 1 and "4 labels" in said
        assert names["my_words"] == sorted(LABELS)
    else:
        assert "no labels, so nothing to count" in said
