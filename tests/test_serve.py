"""A search page holds all that it needs, and is refused in a sentence where it cannot be made."""

import csv
import json
import os
import runpy
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import clipkit
from clipkit import serve
from clipkit.search import Index

TITLES = ["a mug", "a sofa, grey", 'a "hat"', "eine Schüssel", "lamp", "chair"]


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (6, 6, 6, 3), np.uint8)
    return [Image.fromarray(square).resize((600, 450)) for square in small]


@pytest.fixture(scope="module")
def page(tmp_path_factory, tiny_checkpoint, pictures):
    place = tmp_path_factory.mktemp("pages") / "page"
    return serve.new(place, tiny_checkpoint, pictures, TITLES, heading='My "shop"', dtype="int8")


def test_a_page_is_whole(page, pictures):
    names = {path.relative_to(page).as_posix() for path in page.rglob("*") if path.is_file()}
    towers = {f"model/onnx/{tower}_model_int8.onnx" for tower in ("text", "vision")}
    wanted = {"app.py", "README.md", "requirements.txt", "index.safetensors", "items.csv", *towers}
    assert wanted <= names and not [name for name in names if name.endswith("_model.onnx")]
    with open(page / "items.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["title"] for row in rows] == TITLES
    index = Index.load(page / "index.safetensors")
    assert index.ids == [row["file"] for row in rows]
    clip = clipkit.load(page / "model", backend="onnx", dtype="int8")
    assert (index.embeddings - clip.encode_images(pictures)).abs().max() < 1e-6
    assert {picture.size for picture in pictures} == {(600, 450)}  # the caller's stay as they are
    for row, picture in zip(rows, pictures, strict=True):
        copy = Image.open(page / "pictures" / row["file"])
        assert copy.size == (serve.EDGE, 300)
        near = np.asarray(picture.resize(copy.size), float) - np.asarray(copy, float)
        assert np.abs(near).mean() < 12  # JPEG, and another way to resize


def test_its_texts_are_those_of_a_space(page):
    app = (page / "app.py").read_text(encoding="utf-8")
    compile(app, "app.py", "exec")
    assert 'title="My \\"shop\\""' in app and "@TITLE" not in app
    head = (page / "README.md").read_text(encoding="utf-8").split("---")[1]
    lines = dict(line.split(": ", 1) for line in head.strip().splitlines())
    assert json.loads(lines["title"]) == 'My "shop"'
    assert (lines["sdk"], lines["app_file"]) == ("gradio", "app.py")
    required = (page / "requirements.txt").read_text().split()
    assert f"gradio=={lines['sdk_version']}" in required
    imported = {
        line.split()[1].split(".")[0]
        for line in app.splitlines()
        if line.startswith(("import", "from"))
    }
    names = {"PIL": "pillow"}
    needed = {names.get(name, name) for name in imported - sys.stdlib_module_names}
    assert needed == {line.split("==")[0] for line in required}


@pytest.mark.parametrize("kind", ["clip", "siglip"])
def test_the_page_encodes_as_clipkit_does(tmp_path, tiny_clip, pictures, monkeypatch, kind):
    """app.py stands alone: it reads the same files with transformers and ONNX Runtime."""
    if kind == "siglip":
        siglip = runpy.run_path(str(Path(__file__).parent / "test_export.py"))["siglip"]
        tiny_clip = siglip(tiny_clip.name)
    monkeypatch.setattr(os, "environ", os.environ.copy())  # app.py sets two variables
    serve.new(tmp_path / "page", tiny_clip, pictures, TITLES)
    model = runpy.run_path(str(tmp_path / "page" / "app.py"))["Model"](tmp_path / "page" / "model")
    for text in ("a red mug", "MUG", "of <|endoftext|> red", "a very long text " * 20):
        with warnings.catch_warnings(action="ignore"):  # that it is cut
            expected = tiny_clip.encode_texts(text)[0].numpy()
        assert np.abs(model.of_text(text) - expected).max() < 1e-5
    clear = Image.new("RGBA", (60, 60), (255, 0, 0, 90))
    clear.save(tmp_path / "clear.png")
    opened = runpy.run_path(str(tmp_path / "page" / "app.py"))["opened"]
    for picture in (*pictures, clear):
        row = model.of_picture(picture if picture is not clear else opened(tmp_path / "clear.png"))
        assert np.abs(row - tiny_clip.encode_images([picture])[0].numpy()).max() < 1e-5


def test_an_index_of_another_model_is_refused_at_the_start(page, tmp_path, monkeypatch):
    other = shutil.copytree(page, tmp_path / "other")
    Index(np.ones((6, 5)), ids=list("abcdef")).save(other / "index.safetensors")
    run = subprocess.run(
        [sys.executable, str(other / "app.py")], capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 1
    assert run.stderr.strip().splitlines()[-1] == (
        "the index holds 6 x 5 numbers, but there are 6 items and the model gives 16; make the "
        "folder anew"
    )


def test_what_cannot_be_served_is_refused(tmp_path, tiny_clip, pictures, monkeypatch):
    place = tmp_path / "page"
    with pytest.raises(ValueError, match="there are 1 titles for 6 pictures"):
        serve.new(place, tiny_clip, pictures, ["a mug"])
    with pytest.raises(ValueError, match="there are 0 titles for 0 pictures"):
        serve.new(place, tiny_clip, [], [])
    with pytest.raises(ValueError, match="dtype is 'float16'.*float32, int8"):
        serve.new(place, tiny_clip, pictures, TITLES, dtype="float16")
    with pytest.raises(FileExistsError, match="not empty; choose another folder"):
        (tmp_path / "mine.txt").write_text("mine")
        serve.new(tmp_path, tiny_clip, pictures, TITLES)
    monkeypatch.setattr(serve, "NEEDS", ("numpy", "a-package-that-is-missing"))
    with pytest.raises(ImportError, match=r"a-package-that-is-missing.*clipkit\[export,serve\]"):
        serve.new(place, tiny_clip, pictures, TITLES)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_line_reads_folders_and_tables(
    tmp_path, tiny_checkpoint, pictures, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    for number, picture in enumerate(pictures):
        picture.save(f"photos/{number}.png")
    Path("photos/5.png").write_bytes(b"no picture")
    lines = ["photo,title", *(f"{number}.png,thing {number}" for number in range(6))]
    Path("products.csv").write_text("\n".join(lines))
    asked = ["new", "page", "--pictures", "photos", "--table", "products.csv"]
    asked += ["--column", "photo", "--model", str(tiny_checkpoint)]
    with pytest.warns(UserWarning, match="1 left out"):
        serve.main(asked)
    assert 'start it with: python "page/app.py"' in capsys.readouterr().out
    with open("page/items.csv", newline="") as file:
        rows = [[row["file"], row["title"]] for row in csv.DictReader(file)]
    assert rows == [[f"00000{number}.jpg", f"thing {number}"] for number in range(5)]
    with pytest.warns(UserWarning), pytest.raises(SystemExit, match="^serve: page is there"):
        serve.main(asked)
    with pytest.warns(UserWarning), pytest.raises(SystemExit, match="no column price; .*title"):
        serve.main([*asked, "--titles", "price"])
    with pytest.raises(SystemExit, match="^serve: give the folder of the pictures"):
        serve.main(["new", "other"])
    with pytest.raises(SystemExit, match="^serve: There is no folder nowhere"):
        serve.main(["new", "other", "--pictures", "nowhere"])
