"""`clipkit.project`: from a folder or table of one's own to a measured model with a card."""

import ast
import importlib.util
import json
import os
import re
import tomllib
from collections import Counter
from pathlib import Path

import datasets
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
import torch
from huggingface_hub import ModelCard
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

import clipkit
from clipkit import evaluation, project, zero_shot
from clipkit.project import __main__ as command
from clipkit.project.card import markdown
from clipkit.project.settings import Settings, Source, as_toml

SHARED = os.environ.get("CLIPKIT_SHARED")
EXTRAS = {"project-export": ["onnx"], "project-serve": ["onnx", "gradio"]}
"""Cells that need what not everybody has installed."""
COLOURS = {"red_mug": 0, "vase": 1, "desk_lamp": 2}


def picture(seed, channel=0, size=96):
    """A smooth picture, different for each seed, in which one colour leads."""
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 160, (5, 5, 3), dtype=np.uint8)
    values[..., channel] += 90
    return Image.fromarray(values).resize((size, size), Image.Resampling.BICUBIC)


def write(path, seed, channel=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture(seed, channel).save(path)


@pytest.fixture
def shop(tmp_path):
    """A folder with a folder for each of three labels, twelve pictures in each."""
    for label, channel in COLOURS.items():
        for number in range(12):
            write(tmp_path / "shop" / label / f"{number:02}.png", 100 * channel + number, channel)
    return tmp_path / "shop"


@pytest.fixture
def ward(tmp_path):
    """A table of 40 films of 20 patients, with reports; a third have an effusion."""
    rows = []
    for number in range(40):
        name, patient = f"{number:02}.png", f"p{number // 2:02}"
        ill = number // 2 % 3 == 0
        write(tmp_path / "ward" / name, number, int(ill))
        finding, said = ("effusion", "Small effusion.") if ill else ("none", "Lungs clear.")
        rows.append((name, patient, finding, f"Well centred. {said}"))
    table = pd.DataFrame(rows, columns=["file", "patient", "label", "report"])
    table.to_csv(tmp_path / "ward" / "films.csv", index=False)
    return tmp_path / "ward" / "films.csv"


def made(folder, **source):
    """The settings and rows of a project that `new_project` has made."""
    project.new_project(folder, **source)
    settings = project.read_settings(folder)
    return settings, *project.read_data(settings)


def encoded(clip, rows):
    embeddings = clip.encode_images(rows["image"])
    return embeddings, project.near_duplicates(clip, rows["image"], embeddings)


# What `new` writes


def test_new_writes_settings_and_a_notebook_that_is_read_easily(shop, tmp_path):
    said = project.new_project(tmp_path / "my-shop", pictures=shop)
    assert "36 pictures with 3 labels" in said[0]
    found = tomllib.loads((tmp_path / "my-shop" / "project.toml").read_text(encoding="utf-8"))
    assert found["name"] == "My shop" and found["data"]["pictures"] == "../shop"
    assert found["words"] == {"desk_lamp": "desk lamp", "red_mug": "red mug", "vase": "vase"}
    notebook = nbformat.read(tmp_path / "my-shop" / "project.ipynb", as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[0].source.startswith("# My shop")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 8, cell.id
            ast.parse(cell.source)
        assert max(map(len, cell.source.splitlines())) <= 100
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


def test_the_rubric_of_the_teaching_page_stands_in_the_notebook(shop, tmp_path):
    project.new_project(tmp_path / "p", pictures=shop)
    asked = project.answers(tmp_path / "p" / "project.ipynb")
    assert list(asked) == ["Question", "Data", "Split", "Method", "Result", "Errors", "Limits"]
    assert set(asked.values()) == {""}
    page = (Path(__file__).parents[1] / "docs" / "teaching.md").read_text(encoding="utf-8")
    rubric = re.findall(r"^\| \*\*(\w+)\*\* \|", page, re.MULTILINE)
    notebook = nbformat.read(tmp_path / "p" / "project.ipynb", as_version=4)
    first = notebook.cells[0].source
    named = {"Measurement": "measure", "Claims": "Limits", "Form": "stranger can run it"}
    assert all(named.get(criterion, criterion) in first for criterion in rubric)


def test_nothing_is_overwritten(shop, tmp_path):
    project.new_project(tmp_path / "p", pictures=shop)
    (tmp_path / "p" / "project.ipynb").write_text("mine", encoding="utf-8")
    for folder in (tmp_path / "p", tmp_path / "p" / "project.toml"):
        with pytest.raises(FileExistsError, match="another folder"):
            project.new_project(folder, pictures=shop)
    assert (tmp_path / "p" / "project.ipynb").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("inside", ["", "vase/mine", "mine"])
def test_a_project_is_not_written_among_the_pictures(inside, shop):
    with pytest.raises(ValueError, match="lies in the folder of pictures.*beside them"):
        project.new_project(shop / inside, pictures=shop)
    assert not list(shop.rglob("project.*"))


def test_a_column_called_patient_makes_it_a_clinic(ward, tmp_path):
    settings, rows, _ = made(tmp_path / "p", table=ward)
    assert settings.clinic and settings.data.group == "patient" and settings.positive == "effusion"
    assert settings.data.title == "report" and rows.column_names[1:] == [
        "file", "label", "group", "title"
    ]  # fmt: skip
    ids = [c.id for c in nbformat.read(tmp_path / "p" / "project.ipynb", as_version=4).cells]
    assert {"project-patients", "project-decision", "project-texts"} <= set(ids)
    assert "project-prompts" not in ids and "project-write-many" not in ids


def test_settings_come_back_whatever_is_in_them():
    settings = Settings(
        name='A "name" \\ with é and \x7f',
        data=Source(pictures="a\tb", label="la bel"),
        labels={"": "x", "a.b": "", 'q"': "y"},
        words={"schön": "beautiful\nthing"},
    )
    assert Settings.model_validate(tomllib.loads(as_toml(settings))) == settings


# It runs


def run(folder, monkeypatch):
    """Run the code cells of a project's notebook, in this process; return its names."""
    monkeypatch.chdir(folder)
    names = {}
    monkeypatch.setattr("clipkit.plots.show", lambda figure, alt: plt.close(figure))
    for cell in nbformat.read("project.ipynb", as_version=4).cells:
        needed = EXTRAS.get(cell.id, ())
        if cell.cell_type == "code" and all(map(importlib.util.find_spec, needed)):
            exec(compile(cell.source, cell.id, "exec"), names)
    return names


def answer_all(folder):
    path = folder / "project.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace("answer:** …", f"answer:** I say {cell.id}.")
    nbformat.write(notebook, path)


def test_the_notebook_of_a_shop_runs_from_top_to_bottom(
    shop, tmp_path, tiny_checkpoint, monkeypatch, capsys
):
    monkeypatch.setenv("CLIPKIT_MODEL", str(tiny_checkpoint))
    project.new_project(tmp_path / "p", pictures=shop)
    names = run(tmp_path / "p", monkeypatch)
    assert set(names["results"]) == {"zero-shot", "linear probe", "fine-tuned"}
    assert "the saved model gives the same answers: 1.0" in capsys.readouterr().out
    card = ModelCard.load(tmp_path / "p" / "model" / "README.md")
    best = names["results"][names["chosen"]].balanced_accuracy
    assert card.data.eval_results[0].metric_value == round(best.value, 4)
    assert f"**{best:.2f}**" in card.text and card.text.count("(not answered yet)") == 7
    clipkit.load(tmp_path / "p" / "model")
    if importlib.util.find_spec("onnx") and importlib.util.find_spec("gradio"):
        assert (tmp_path / "p" / "model-onnx" / "config.json").is_file()
        assert (tmp_path / "p" / "search" / "app.py").is_file()
    before = (tmp_path / "p" / "splits.csv").read_bytes()
    assert run(tmp_path / "p", monkeypatch)["chosen"] == names["chosen"]
    assert (tmp_path / "p" / "splits.csv").read_bytes() == before


def test_the_notebook_of_a_clinic_runs_and_its_answers_stand_in_the_card(
    ward, tmp_path, make_siglip, monkeypatch
):
    siglip = str(make_siglip(tmp_path / "siglip"))
    project.new_project(tmp_path / "p", table=ward, name="Effusions", model=siglip)
    answer_all(tmp_path / "p")
    file = tmp_path / "p" / "project.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("epochs = 10", "epochs = 0"))
    names = run(tmp_path / "p", monkeypatch)
    assert names["tuned"] is names["clip"] and names["missing"] == []
    assert names["decision"].positive == "effusion"
    text = (tmp_path / "p" / "model" / "README.md").read_text(encoding="utf-8")
    for part in ("question", "data", "split-answer", "method-answer", "result-answer", "limits"):
        assert f"I say project-{part}" in text
    assert "Nothing here is for diagnosis" in text and "I say project-patients" in text
    assert f"AUROC {names['decision'].auroc:.2f}" in text and "(not answered" not in text
    assert "| groups |" in text
    groups = np.array(names["rows"]["group"])
    sides = [set(groups[members]) for members in names["parts"].values()]
    assert sum(map(len, sides)) == len(set().union(*sides)) == 20


@pytest.mark.skipif(not SHARED, reason="CLIPKIT_SHARED names no folder")
def test_real_clothes_are_told_apart_better_than_by_guessing(tmp_path):
    clothing = Path(SHARED) / "real-photos" / "clothing"
    settings, rows, skipped = made(tmp_path / "p", pictures=clothing)
    assert len(rows) == 341 and skipped == []
    clip = clipkit.load()
    embeddings, copies = encoded(clip, rows)
    assert copies == []  # looked through by eye: every photograph is there once
    parts = project.split_data(rows, copies, settings)
    x, y = embeddings[parts["validation"]], np.array(rows["label"])[parts["validation"]]
    prompts = project.choose_prompts(clip, x, y, settings.words)
    classifier = project.LinearClassifier.from_words(clip, prompts.words, prompts.templates)
    test = parts["test"]
    truth = np.array(rows["label"])[test]
    found = project.compare(truth, {"zero-shot": classifier.predict(embeddings[test])})
    assert found["zero-shot"].balanced_accuracy.low > 0.2


# Sources


def test_a_table_may_hold_numbers_and_gaps(shop, tmp_path):
    files = [f"vase/{n:02}.png" for n in range(8)]
    table = pd.DataFrame({"photo": files, "kind": [0, 1, 0, 1, 0, 1, np.nan, 1], "title": "a"})
    table.loc[3, "title"] = np.nan
    table.to_csv(tmp_path / "t.csv", index=False)
    source = Source(table="t.csv", pictures="shop", picture="photo", label="kind")
    rows, skipped = project.read_data(Settings(data=source, folder=tmp_path))
    assert rows["label"][:] == ["0", "1", "0", "1", "0", "1", "1"]
    assert rows["title"][3] == "" and skipped == [(files[6], f'"{files[6]}" has no label')]


def test_a_table_without_labels_takes_the_folders(shop, tmp_path):
    files = [f"{label}/{n:02}.png" for label in COLOURS for n in range(3)]
    pd.DataFrame({"file": files, "title": files}).to_csv(shop / "t.csv", index=False)
    rows, _ = project.read_data(Settings(data=Source(table="shop/t.csv"), folder=tmp_path))
    assert Counter(rows["label"]) == dict.fromkeys(COLOURS, 3)


def test_labels_are_joined_and_left_out_by_the_settings(shop, tmp_path):
    labels = {"red_mug": "vessel", "vase": "vessel"}
    source = Source(pictures="shop")
    rows, _ = project.read_data(Settings(data=source, folder=tmp_path, labels=labels))
    assert Counter(rows["label"]) == {"vessel": 24, "desk_lamp": 12}
    without = Settings(data=source, folder=tmp_path, labels={"vase": ""})
    rows, skipped = project.read_data(without)
    assert Counter(rows["label"]) == {"red_mug": 12, "desk_lamp": 12} and len(skipped) == 12


@pytest.fixture
def hub(tmp_path):
    """A data set as it lies on the Hub: parquet files of two splits, with numbers for labels."""
    features = datasets.Features(
        {"img": datasets.Image(), "label": datasets.ClassLabel(names=["mug", "vase"])}
    )
    for split, n in {"train": 16, "test": 8}.items():
        images = [picture(number, number % 2) for number in range(n)]
        rows = {"img": images, "label": [number % 2 for number in range(n)]}
        part = datasets.Dataset.from_dict(rows, features=features)
        (tmp_path / "hub" / "data").mkdir(parents=True, exist_ok=True)
        part.to_parquet(tmp_path / "hub" / "data" / f"{split}-00000-of-00001.parquet")
    return tmp_path / "hub"


def test_a_data_set_of_the_hub_keeps_its_test_split(hub, tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    settings, rows, _ = made(tmp_path / "p", hub=str(hub))
    assert set(rows["label"]) == {"mug", "vase"} and rows["file"][0] == "train/0"
    parts = project.split_data(rows, [], settings)
    assert {rows["file"][int(i)].split("/")[0] for i in parts["test"]} == {"test"}
    assert len(parts["test"]) == 8 and 2 <= len(parts["validation"]) <= 6
    assert sum(map(len, parts.values())) == 24


def test_a_broken_picture_of_the_hub_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    data = tmp_path / "hub"
    for label in ("a", "b"):
        for number in range(4):
            write(data / "train" / label / f"{number}.png", number, ord(label) % 2)
    (data / "train" / "a" / "0.png").write_bytes(b"no picture")
    rows, skipped = project.read_data(Settings(data=Source(hub="hub"), folder=tmp_path))
    assert len(rows) == 7 and len(skipped) == 1 and "train/0" in skipped[0][0]


def only(label):
    return lambda folder: [write(folder / label / f"{n}.png", n) for n in range(4)]


def flat(folder):
    for n in range(4):
        write(folder / f"{n}.png", n)


def two_labels(folder):
    only("a")(folder)
    only("b")(folder)


def single(folder):
    only("a")(folder)
    write(folder / "b" / "0.png", 9)


def table_with(**columns):
    def make(folder):
        flat(folder)
        table = pd.DataFrame({"file": [f"{n}.png" for n in range(4)], **columns})
        table.to_csv(folder / "t.csv", index=False)

    return make


BAD = {
    "missing folder": (lambda f: None, ["--pictures", "{}/nowhere"], "There is no folder"),
    "missing table": (lambda f: None, ["--table", "{}/t.csv"], "There is no table"),
    "empty folder": (lambda f: f.mkdir(), ["--pictures", "{}"], "holds no readable picture"),
    "no source": (lambda f: None, [], "one source of pictures"),
    "two sources": (flat, ["--pictures", "{}", "--hub", "a/b"], "one source of pictures"),
    "no labels": (flat, ["--pictures", "{}"], "has no labels: put the pictures into a folder"),
    "one label": (only("a"), ["--pictures", "{}"], "have the label \"a\"; a project compares"),
    "a lone picture": (single, ["--pictures", "{}"], r"b \(1\): a split into three needs 3"),
    "one label and gaps": (
        table_with(label=["a", "a", "a", ""]),
        ["--table", "{0}/t.csv"],
        "all 3 labelled pictures of .*/in/t.csv have",
    ),
    "no such model": (
        two_labels, ["--pictures", "{}", "--model", "./nowhere"], "There is no folder ./nowhere"
    ),
    "a folder for a table": (lambda f: f.mkdir(), ["--table", "{}"], "in is a folder; pass"),
    "files elsewhere": (
        table_with(label=["a", "b"] * 2),
        ["--table", "{0}/t.csv", "--pictures", "{0}/photos"],
        "files are looked for in .*/in/photos",
    ),
    "no such label": (
        table_with(kind="a"),
        ["--table", "{}/t.csv", "--label", "sort"],
        'there is no column "sort" for the labels; the columns are kind',
    ),
    "no such group": (
        table_with(label=["a", "b"] * 2),
        ["--table", "{}/t.csv", "--group", "person"],
        'no column "person" for the groups',
    ),
    "no such pictures": (
        table_with(label="a"), ["--table", "{}/t.csv", "--picture", "photo"], "which of them names"
    ),
    "one group": (
        table_with(label=["a", "b"] * 2, patient="Ann"),
        ["--table", "{}/t.csv"],
        'are of one group, "Ann"',
    ),
    "no groups": (
        table_with(label=["a", "b"] * 2, patient=""), ["--table", "{}/t.csv"], "has no labels|group"
    ),
    "empty table": (
        lambda f: (f.mkdir(), (f / "t.csv").write_text("file,label\n")),
        ["--table", "{}/t.csv"],
        "names no readable picture",
    ),
    "no such data set": (lambda f: f.mkdir(), ["--hub", "{}"], "cannot be loaded: .*datasets"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_data_are_one_sentence_and_nothing_is_written(case, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    make, options, message = BAD[case]
    make(tmp_path / "in")
    options = [option.format(tmp_path / "in") for option in options]
    assert command.main(["new", str(tmp_path / "p"), *options]) == 1
    err = capsys.readouterr().err
    assert re.search(message, err), err
    assert len(err.strip().splitlines()) == 1 and "Traceback" not in err
    assert not (tmp_path / "p").exists()


def test_a_project_that_cannot_be_written_leaves_nothing(shop, tmp_path, capsys, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(nbformat, "writes", full)
    assert command.main(["new", str(tmp_path / "p"), "--pictures", str(shop)]) == 1
    err = capsys.readouterr().err
    assert err.count("Nothing could be saved in") == 1 and "No space left" in err
    assert not list((tmp_path / "p").iterdir()), "the same command can be given again"


def test_a_model_is_named_as_the_notebook_sees_it(shop, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-clip").mkdir()
    project.new_project("p", pictures=shop, model="my-clip")
    assert project.read_settings("p").model == "../my-clip"
    with pytest.raises(ValueError, match="folder is empty"):
        project.new_project("", pictures=shop)


def test_the_command_says_what_it_found_and_wrote(shop, tmp_path, capsys):
    (shop / "vase" / "broken.jpg").write_bytes(b"no picture")
    write(shop / "rare" / "0.png", 7)
    assert command.main(["new", str(tmp_path / "p"), "--pictures", str(shop)]) == 0
    out = capsys.readouterr().out
    assert "37 pictures with 4 labels" in out and "broken.jpg" in out
    assert 'too few pictures to split: "rare"' in out
    settings = project.read_settings(tmp_path / "p")
    assert settings.labels == {"rare": ""} and "rare" not in settings.words
    rows, _ = project.read_data(settings)
    assert "rare" not in rows["label"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("seed = 0", "seed = -1"), "split.seed is not right"),
        (("seed = 0", "sed = 0"), "split.sed is no setting"),
        (('name = "P"', "name = P"), "is no TOML.*texts stand in quotes"),
        (('label = "label"', "label = 3"), "data.label is not right"),
        (("[data]", "[date]"), "data is not right|date is no setting"),
    ],
)
def test_a_slip_in_the_settings_is_named(change, message, shop, tmp_path):
    project.new_project(tmp_path / "p", pictures=shop, name="P")
    file = tmp_path / "p" / "project.toml"
    text = file.read_text(encoding="utf-8")
    assert change[0] in text
    file.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        project.read_settings(file)


def test_missing_settings_say_how_to_make_them(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"clipkit\.project new"):
        project.read_settings(tmp_path)


# Copies and what the check finds


def spoil(shop):
    """Plant an equal picture, a copy saved anew, and a copy under another label."""
    (shop / "vase" / "90.png").write_bytes((shop / "vase" / "00.png").read_bytes())
    saved = Image.open(shop / "vase" / "01.png").crop((1, 1, 95, 95)).resize((60, 60))
    saved.save(shop / "vase" / "91.jpg", quality=70)
    (shop / "red_mug" / "92.png").write_bytes((shop / "vase" / "02.png").read_bytes())


def test_copies_are_found_and_nothing_else_is(shop, tmp_path, tiny_clip):
    spoil(shop)
    _, rows, _ = made(tmp_path / "p", pictures=shop)
    _, copies = encoded(tiny_clip, rows)
    found = {(rows["file"][c.first], rows["file"][c.second]): c.exact for c in copies}
    assert found == {
        ("vase/00.png", "vase/90.png"): True,
        ("vase/01.png", "vase/91.jpg"): False,
        ("red_mug/92.png", "vase/02.png"): True,
    }


def test_one_picture_has_no_copies(tiny_clip):
    assert project.near_duplicates(tiny_clip, [picture(0)], torch.eye(16)[:1]) == []


def test_the_check_names_what_was_planted(shop, tmp_path, tiny_clip):
    spoil(shop)
    (shop / "vase" / "broken.jpg").write_bytes(b"no picture")
    for number in range(3):
        write(shop / "Red mug" / f"{number}.png", 500 + number)
    _, rows, skipped = made(tmp_path / "p", pictures=shop)
    _, copies = encoded(tiny_clip, rows)
    found = {f.what: f for f in project.check_data(tiny_clip, rows, copies, skipped)}
    for words, file in {
        "left out": "broken.jpg",
        "equal point by point": "vase/00.png = vase/90.png",
        "copies of each other": "vase/01.png = vase/91.jpg",
        "under another label": "red_mug/92.png = vase/02.png",
    }.items():
        (finding,) = [f for what, f in found.items() if words in what]
        assert file in str(finding) and finding.advice in str(finding)
    assert any("fewer than 10 pictures: Red mug (3)" in what for what in found)
    assert any('"Red mug", "red_mug" read the same' in what for what in found)
    assert len(found) == 6


def test_clean_data_give_no_finding(shop, tmp_path, tiny_clip):
    _, rows, skipped = made(tmp_path / "p", pictures=shop)
    _, copies = encoded(tiny_clip, rows)
    assert project.check_data(tiny_clip, rows, copies, skipped) == []


def titled(titles, labels):
    files = [f"{number}.png" for number in range(len(titles))]
    return datasets.Dataset.from_dict({"file": files, "label": labels, "title": titles})


def test_texts_that_are_missing_too_long_or_name_the_label_are_found(tiny_clip, recwarn):
    titles = ["a desk lamp", "two Desk Lamps!", "lampshade", "", "x " * 60, "for a desk"] * 2
    rows = titled(titles, ["desk_lamp"] * 6 + ["mugs"] * 6)
    found = project.check_data(tiny_clip, rows, [])
    by_words = {
        words: f.files
        for f in found
        for words in ("no text", "tokens that", "name their label")
        if words in f.what
    }
    assert by_words["no text"] == ["3.png", "9.png"]
    assert by_words["tokens that"] == ["4.png", "10.png"]
    assert by_words["name their label"] == [
        '0.png: "a desk lamp"', '1.png: "two Desk Lamps!"'
    ]  # fmt: skip
    assert not recwarn.list


def test_a_frequent_label_and_an_empty_column_are_found(tiny_clip):
    found = project.check_data(tiny_clip, titled([""] * 30, ["a"] * 20 + ["b"] * 10), [])
    assert any("67% of the pictures are" in f.what for f in found)
    assert any("No picture has a text" in f.what for f in found)


def test_what_stands_in_two_given_splits_is_found(tiny_clip):
    rows = datasets.Dataset.from_dict(
        {
            "file": [f"{n}.png" for n in range(30)],
            "label": ["a", "b"] * 15,
            "group": [f"p{n // 3}" for n in range(30)],
            "split": ["train"] * 16 + ["validation"] * 2 + ["test"] * 12,
        }
    )
    copies = [project.Copy(0, 29, 0.99, False), project.Copy(1, 3, 0.99, False)]
    found = project.check_data(tiny_clip, rows, copies)
    (copied,) = [f for f in found if "copy in another" in f.what]
    (torn,) = [f for f in found if "in two splits" in f.what]
    assert copied.files == ["0.png = 29.png"] and torn.files == ["p5"]


# Splits


def connected(groups, copies):
    """The same by walking from row to row."""
    numbers = list(range(len(groups)))
    pairs = [(i, j) for i in numbers for j in range(i) if groups[i] == groups[j]] + copies
    for _ in range(len(groups)):
        for i, j in pairs:
            numbers[i] = numbers[j] = min(numbers[i], numbers[j])
    return numbers


@pytest.mark.parametrize("seed", range(5))
def test_rows_that_are_connected_stay_together(seed):
    rng = np.random.default_rng(seed)
    groups = [f"p{n}" for n in rng.integers(12, size=20)]
    copies = [tuple(sorted(rng.choice(20, 2, replace=False).tolist())) for _ in range(5)]
    rows = datasets.Dataset.from_dict({"group": groups, "label": ["a"] * 20})
    found = project.keep_together(rows, [project.Copy(a, b, 1.0, True) for a, b in copies])
    wanted = np.array(connected(groups, copies))
    assert ((found[:, None] == found) == (wanted[:, None] == wanted)).all()


def many(n=120, labels=("a", "b", "c"), each=2):
    return datasets.Dataset.from_dict(
        {
            "file": [f"{i}.png" for i in range(n)],
            "label": [labels[i // each % len(labels)] for i in range(n)],
            "group": [f"p{i // each}" for i in range(n)],
        }
    )


def settings_in(folder, **split):
    return Settings(data=Source(pictures="."), folder=folder, split=split or {})


def test_a_split_keeps_groups_copies_and_shares(tmp_path):
    rows, copies = many(), [project.Copy(0, 119, 1.0, True), project.Copy(7, 60, 1.0, False)]
    parts = project.split_data(rows, copies, settings_in(tmp_path, validation=0.1, test=0.3))
    assert project.leaks(rows, copies, parts) == []
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(120))
    assert len(parts["test"]) / 120 == pytest.approx(0.3, abs=0.06)
    assert len(parts["validation"]) / 120 == pytest.approx(0.1, abs=0.04)
    for members in parts.values():
        counts = Counter(np.array(rows["label"])[members])
        assert max(counts.values()) - min(counts.values()) <= 4
    other = project.split_data(rows, copies, settings_in(tmp_path / "x", seed=1))
    assert not np.array_equal(other["test"], parts["test"])


def test_a_kept_split_holds_when_pictures_come_and_go(tmp_path):
    settings = settings_in(tmp_path)
    before = project.split_data(many(120), [], settings)
    files = {part: {many(120)["file"][int(i)] for i in rows} for part, rows in before.items()}
    grown = many(150).select([i for i in range(150) if i != 3])
    after = project.split_data(grown, [], settings)
    names = np.array(grown["file"])
    assert set(names[after["test"]]) == files["test"] - {"3.png"}
    assert set(names[after["train"]]) >= {f"{i}.png" for i in range(120, 150)}
    # A copy of a test picture goes to where its original is.
    twin = [project.Copy(int(before["test"][0]), 121, 1.0, True)]
    again = project.split_data(many(122), twin, settings)
    assert 121 in again["test"] and 120 in again["test"]  # 120 is of the same group


def test_a_damaged_split_is_refused(tmp_path):
    (tmp_path / "splits.csv").write_text("file,split\n0.png,tset\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"splits\.csv is damaged.*remove it"):
        project.split_data(many(), [], settings_in(tmp_path))


def test_a_label_of_two_groups_is_refused_before_anything_is_kept(tmp_path):
    rows = many(64).select([*range(60)])
    labels = [*rows["label"]]
    labels[-4:] = ["rare"] * 4
    rows = rows.remove_columns("label").add_column("label", labels)
    with pytest.raises(ValueError, match='"rare" has pictures of 2 groups to split, but 3 parts'):
        project.split_data(rows, [], settings_in(tmp_path))
    with pytest.raises(ValueError, match="leave nothing to train on"):
        project.split_data(many(), [], settings_in(tmp_path, validation=0.5, test=0.5))
    assert not (tmp_path / "splits.csv").exists()


def test_three_groups_of_a_label_are_enough(tmp_path):
    parts = project.split_data(many(18), [], settings_in(tmp_path))
    assert all(len(set(np.array(many(18)["label"])[rows])) == 3 for rows in parts.values())


# Classifiers


def test_a_classifier_of_words_is_the_zero_shot_one(tiny_clip, tmp_path):
    words = {"desk_lamp": "red mug", "vase": "blue vase", "c": "chair"}
    classifier = project.LinearClassifier.from_words(tiny_clip, words, ("{}", "a {}"))
    embeddings = tiny_clip.encode_images([picture(n) for n in range(12)])
    said = zero_shot.predict(tiny_clip, embeddings, list(words.values()), ("{}", "a {}"))
    assert [words[label] for label in classifier.predict(embeddings)] == said.tolist()
    classifier.save(tmp_path / "model")
    again = project.LinearClassifier.load(tmp_path / "model")
    assert again.labels == list(words)
    assert torch.equal(again.scores(embeddings), classifier.scores(embeddings))


def test_a_classifier_is_read_from_the_hub(tmp_path, monkeypatch):
    project.LinearClassifier(["a", "b"], torch.eye(2), torch.zeros(2)).save(tmp_path)
    there = {("me/mug", "classifier.safetensors"): str(tmp_path / "classifier.safetensors")}
    monkeypatch.setattr("huggingface_hub.hf_hub_download", lambda *asked: there[asked])
    assert project.LinearClassifier.load("me/mug").labels == ["a", "b"]
    with pytest.raises(FileNotFoundError, match='no folder "me/cup", and the Hub gives no'):
        project.LinearClassifier.load("me/cup")


@pytest.mark.parametrize("classes", [2, 3])
def test_a_classifier_of_a_probe_is_the_probe(classes):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(90, 5)), np.array([f"c{n}" for n in range(classes)])[
        rng.integers(classes, size=90)
    ]  # fmt: skip
    probe = LogisticRegression().fit(x, y)
    classifier = project.LinearClassifier.from_probe(probe)
    assert (classifier.predict(torch.tensor(x)) == probe.predict(x)).all()
    shares = classifier.scores(torch.tensor(x)).softmax(dim=1)
    assert np.allclose(shares, probe.predict_proba(x), atol=1e-5)
    margins = classifier.margins(torch.tensor(x), "c1")
    assert ((margins > 0) == (probe.predict(x) == "c1")).all()


def test_a_damaged_or_missing_classifier_is_one_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no classifier\.safetensors"):
        project.LinearClassifier.load(tmp_path)
    (tmp_path / "classifier.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match="is not a classifier"):
        project.LinearClassifier.load(tmp_path)
    with pytest.raises(ValueError, match="each label needs one"):
        project.LinearClassifier(["a"], torch.eye(2), torch.zeros(2))
    with pytest.raises(ValueError, match="no label 'c', but a, b"):
        project.LinearClassifier(["a", "b"], torch.eye(2), torch.zeros(2)).margins(
            torch.eye(2), "c"
        )


def test_prompts_are_chosen_by_what_they_reach_on_validation(tiny_clip):
    embeddings = tiny_clip.encode_images([picture(n, n % 2) for n in range(20)])
    labels = [("red_mug", "b_vase")[n % 2] for n in range(20)]
    own = {"red_mug": "phone of red", "b_vase": "mug"}
    chosen = project.choose_prompts(tiny_clip, embeddings, labels, own)
    said = zero_shot.predict(tiny_clip, embeddings, ["mug", "phone of red"], "a photo of a {}")
    names = {word: name for name, word in own.items()}
    wanted = balanced_accuracy_score(labels, [names[word] for word in said])
    assert chosen.table.loc["your words", "a photo of a ..."] == pytest.approx(wanted)
    classifier = project.LinearClassifier.from_words(tiny_clip, chosen.words, chosen.templates)
    reached = balanced_accuracy_score(labels, classifier.predict(embeddings))
    assert reached == pytest.approx(chosen.table.to_numpy().max())


def test_captions_are_sentences_or_prompts():
    prompts = project.Prompts({"a": "an apple"}, ("{}", "a photo of {}"), pd.DataFrame())
    rows = titled(["Findings: Small effusion. No nodule.", ""], ["a", "a"])
    assert project.captions(rows, prompts) == [
        ["Small effusion.", "No nodule."],
        ["an apple", "a photo of an apple"],
    ]


# Results and the card


def test_results_agree_with_scikit_learn_and_are_paired(tmp_path):
    rng = np.random.default_rng(0)
    truth = rng.choice(["a", "b", "c"], 90, p=[0.6, 0.3, 0.1])
    good, bad = truth.copy(), truth.copy()
    good[:10], bad[:40] = "a", "c"
    found = project.compare(truth, {"bar": bad, "new": good})
    assert found["bar"].gain is None
    assert found["new"].balanced_accuracy.value == pytest.approx(
        balanced_accuracy_score(truth, good)
    )
    gain = balanced_accuracy_score(truth, good) - balanced_accuracy_score(truth, bad)
    assert found["new"].gain.value == pytest.approx(gain) and found["new"].gain.low > 0
    table = project.as_table(found)
    assert table.loc["bar", "gain"] == "" and table.loc["new", "gain"].startswith("+")


def test_a_threshold_is_chosen_on_validation_and_measured_on_test():
    rng = np.random.default_rng(0)
    labels = ["ill"] * 40 + ["well"] * 160
    scores = [rng.normal(size=200) + 2 * (np.array(labels) == "ill") for _ in range(2)]
    found = project.decide("ill", (labels, scores[0]), (labels, scores[1]), 0.9)
    assert (scores[0][40:] < found.threshold).mean() == pytest.approx(0.9, abs=0.01)
    assert found.sensitivity.value == (scores[1][:40] >= found.threshold).mean()
    assert found.specificity.value == (scores[1][40:] < found.threshold).mean()
    assert found.auroc.value == pytest.approx(roc_auc_score(np.array(labels) == "ill", scores[1]))


def test_slices_name_where_it_fails():
    rng = np.random.default_rng(0)
    weak = np.arange(100) < 30
    correct = rng.random(100) < np.where(weak, 0.3, 0.9)
    masks = {"weak": weak, "tiny": np.arange(100) < 4, "all": np.ones(100, bool)}
    found = project.slices(masks, correct)
    assert set(found) == {"weak", "tiny"} and found["tiny"].difference is None
    assert found["weak"].there.value == correct[:30].mean()
    assert found["weak"].difference.high < 0 and found["weak"].n == 30
    by_group = project.slices(masks, correct, groups=np.repeat(np.arange(50), 2))
    assert by_group["weak"].difference.value == pytest.approx(found["weak"].difference.value)


def test_hard_pictures_are_the_dark_grey_blurred_small_and_rare():
    rng = np.random.default_rng(0)
    sharp = [
        Image.fromarray(rng.integers(100, 255, (80, 80, 3), dtype=np.uint8)) for _ in range(16)
    ]
    shown = list(sharp)
    shown[0:3] = [p.point(lambda v: v // 5) for p in sharp[0:3]]
    shown[3:6] = [p.convert("L").convert("RGB") for p in sharp[3:6]]
    shown[6:9] = [p.resize((10, 10)).resize((80, 80)) for p in sharp[6:9]]
    shown[9:12] = [p.resize((60, 60)) for p in sharp[9:12]]
    masks = project.hard_pictures(shown, ["a"] * 15 + ["b"], ["a"] * 20 + ["b"] * 3)
    for name, rows in {"dark": 0, "grey": 3, "blurred": 6, "small": 9}.items():
        assert masks[name][rows : rows + 3].all(), name
    assert masks["rare label"].nonzero()[0].tolist() == [15]
    same = project.hard_pictures([sharp[0]] * 4, ["a"] * 4, ["a"])
    assert list(same) == ["rare label"]


def test_a_card_without_its_model_or_notebook_is_refused(shop, tmp_path):
    settings, rows, _ = made(tmp_path / "p", pictures=shop)
    parts = project.split_data(rows, [], settings)
    results = project.compare(["a", "b"] * 6, {"bar": ["a", "b"] * 6})
    with pytest.raises(ValueError, match="chosen is 'other', but must be one of: bar"):
        project.write_card(tmp_path, settings, rows, parts, results, "other")
    with pytest.raises(FileNotFoundError, match="the project's notebook"):
        project.write_card(tmp_path, settings, rows, parts, results, "bar", notebook="x.ipynb")


def test_a_table_in_markdown_keeps_its_columns():
    table = pd.DataFrame({"a|b": ["x|y"]}, index=["r"])
    assert markdown(table).splitlines()[2] == "| r | x\\|y |"


def test_the_base_model_and_data_set_stand_in_the_metadata(shop, tmp_path):
    settings, rows, _ = made(tmp_path / "p", pictures=shop, model="openai/clip-vit-base-patch32")
    settings = settings.model_copy(update={"license": "cc-by-4.0"})
    parts = project.split_data(rows, [], settings)
    results = project.compare(["a", "b"] * 6, {"bar": ["a", "b"] * 6})
    notebook = tmp_path / "p" / "project.ipynb"
    file = project.write_card(
        tmp_path / "m", settings, rows, parts, results, "bar", notebook=notebook
    )
    card = ModelCard.load(file)
    assert card.data.base_model == "openai/clip-vit-base-patch32"
    assert card.data.license == "cc-by-4.0"
    assert card.data.pipeline_tag == "zero-shot-image-classification"
    assert {result.metric_type for result in card.data.eval_results} == {
        "balanced_accuracy", "accuracy"
    }  # fmt: skip


def test_the_answers_survive_a_platform_that_drops_metadata(shop, tmp_path):
    project.new_project(tmp_path / "p", pictures=shop)
    answer_all(tmp_path / "p")
    path = tmp_path / "p" / "project.ipynb"
    stripped = json.loads(path.read_text(encoding="utf-8"))
    for cell in stripped["cells"]:
        cell["metadata"] = {}
    path.write_text(json.dumps(stripped), encoding="utf-8")
    assert project.answers(path)["Limits"] == "I say project-limits"


def test_accuracy_of_the_bar_is_that_of_the_evaluation():
    truth, said = ["a", "b", "b"] * 8, ["a", "b", "a"] * 8
    found = project.compare(truth, {"bar": said}, groups=[f"p{n // 3}" for n in range(24)])
    wanted = evaluation.accuracy(truth, said, groups=[f"p{n // 3}" for n in range(24)])
    assert found["bar"].accuracy == wanted
