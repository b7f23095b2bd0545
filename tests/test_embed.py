"""Many pictures become files of embeddings: the same whatever interrupts, dies or is damaged."""

import functools
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pyarrow
import pyarrow.parquet as parquet
import pytest
import torch
from PIL import Image

import clipkit
from clipkit import embed
from clipkit.embed import cluster, files, sources
from clipkit.embed.__main__ import main
from clipkit.search import Index

ray = pytest.importorskip("ray")

N = 60
here = functools.partial(embed.run, workers=0)


def picture(number, size=48):
    """Return a picture of its own, as the bytes of a JPEG."""
    pixels = np.random.default_rng(number).integers(0, 255, (6, 6, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize((size, size)).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of pictures in two subfolders, two of them no pictures."""
    place = tmp_path_factory.mktemp("pictures")
    for name in ("a", "b", ".thumbs"):
        (place / name).mkdir()
    for number in range(N):
        (place / "ab"[number % 2] / f"{number:03d}.jpg").write_bytes(picture(number))
    (place / "a" / "001.jpg").write_bytes(b"no picture")
    (place / "b" / "empty.png").touch()
    (place / "notes.txt").write_text("no picture and no error")
    (place / ".thumbs" / "x.jpg").write_bytes(picture(0))
    return place


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A parquet file of pictures with products' numbers and titles, in small row groups."""
    path = tmp_path_factory.mktemp("table") / "shop.parquet"
    pictures = [{"bytes": picture(number), "path": None} for number in range(N)]
    pictures[7] = {"bytes": b"no picture", "path": "seven.jpg"}
    pictures[11] = None
    rows = pyarrow.table(
        {
            "sku": [1000 + number for number in range(N)],
            "photo": pictures,
            "title": [f"product {number}" if number % 3 else None for number in range(N)],
        }
    )
    parquet.write_table(rows, path, row_group_size=8)
    return path


@pytest.fixture(scope="module")
def two_cores():
    """A cluster of Ray on this machine, small, for the tests in this process."""
    cluster.start(cluster._ray(), num_cpus=2, object_store_memory=80_000_000)
    yield
    ray.shutdown()


@pytest.fixture
def done(monkeypatch):
    """The numbers of the pieces that are done in this process, as they are done."""
    numbers, real = [], cluster.Encoder.__call__
    monkeypatch.setattr(
        cluster.Encoder,
        "__call__",
        lambda self, task: numbers.append(task["number"]) or real(self, task),
    )
    return numbers


@pytest.fixture(scope="module")
def expected(folder, tiny_checkpoint):
    """Ids and embeddings of the folder by `encode_images` in this process."""
    files = sorted((file.relative_to(folder).as_posix(), file) for file in folder.glob("[ab]/*.*g"))
    skipped = []
    with pytest.warns(UserWarning, match="2 pictures|b/empty"):
        rows = clipkit.load(tiny_checkpoint).encode_images(
            [file for _, file in files], skipped=skipped
        )
    left_out = {index for index, _ in skipped}
    return [name for i, (name, _) in enumerate(files) if i not in left_out], rows


def same(got, expected):
    return got.ids == expected[0] and torch.allclose(got.embeddings, expected[1], atol=1e-6)


def command(*arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "clipkit.embed", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TQDM_DISABLE": "1", **environment},
    )


def wait_for(condition, seconds=600):  # a busy machine starts Ray in minutes
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def workers():
    """The processes in which copies of the model run."""
    ours = psutil.Process().children(recursive=True)
    return [p for p in ours if p.is_running() and p.name().startswith("ray::MapWorker")]


def test_ray_gives_what_one_process_gives(two_cores, folder, expected, tiny_checkpoint, tmp_path):
    done = embed.run(folder, tmp_path / "out", str(tiny_checkpoint), rows=9, workers=2)
    got = embed.read(tmp_path / "out")
    assert same(got, expected)
    assert done == embed.Summary(pictures=N + 2, unread=2, shards=7, before=0)
    assert list(got.errors) == ["a/001.jpg", "b/empty.png"]
    assert got.errors["a/001.jpg"].startswith("cannot be read: it is not a picture")
    index = Index(got.embeddings, got.ids)
    assert index.ids[int(index.search(expected[1][3:4], k=1)[1])] == expected[0][3]
    left = {path.name for path in (tmp_path / "out").iterdir()}
    assert left == {"recipe.json", *map(files.name_of, range(7))}


def test_a_killed_worker_costs_nothing(two_cores, folder, expected, tiny_checkpoint, tmp_path):
    out, address = tmp_path / "out", ray.get_runtime_context().gcs_address
    run = command(
        folder, out, "--model", tiny_checkpoint, "--rows", 1, "--workers", 2, RAY_ADDRESS=address
    )
    wait_for(lambda: len(list(out.glob("part-*"))) >= 4)
    victim = wait_for(workers)[0]
    done = len(list(out.glob("part-*")))
    victim.send_signal(signal.SIGKILL)
    printed, problems = run.communicate(timeout=600)
    assert run.returncode == 0 and done < N, problems
    assert not victim.is_running()
    assert same(embed.read(out), expected)
    assert f"{N + 2} pictures in " in printed and "of which 2 could not be read" in printed
    assert not list(out.glob(".part*"))


def test_the_command_starts_a_cluster_of_its_own_and_is_quiet(tmp_path, tiny_checkpoint):
    (tmp_path / "few").mkdir()
    for number in range(3):
        (tmp_path / "few" / f"{number}.jpg").write_bytes(picture(number))
    run = command(tmp_path / "few", tmp_path / "out", "--model", tiny_checkpoint, RAY_ADDRESS="")
    printed, problems = run.communicate(timeout=600)
    assert re.fullmatch(r"3 pictures in \d+ s; 1 file in .*out\.\n", printed), problems
    assert not problems
    assert embed.read(tmp_path / "out").ids == ["0.jpg", "1.jpg", "2.jpg"]


def test_a_table_gives_ids_and_columns(table, tiny_checkpoint, tmp_path):
    out = tmp_path / "out"
    options = {"picture": "photo", "id": "sku", "columns": ["title"], "rows": 20}
    summary = here(table, out, str(tiny_checkpoint), **options)
    assert summary == (N, 2, 4, 0)  # groups of 8 are not cut: 16, 16, 16, 12
    got = embed.read(out)
    assert got.ids == [str(1000 + number) for number in range(N) if number not in (7, 11)]
    good = [picture(number) for number in range(N) if number not in (7, 11)]
    assert torch.allclose(
        got.embeddings, clipkit.load(tiny_checkpoint).encode_images(good), atol=1e-6
    )
    assert list(got.errors) == ["1007", "1011"] and "is missing" in got.errors["1011"]
    held = pyarrow.concat_tables(parquet.read_table(path) for path in sorted(out.glob("part*")))
    assert held.column_names == ["id", "embedding", "error", "title"]
    assert held["title"].to_pylist() == parquet.read_table(table)["title"].to_pylist()
    assert held["embedding"].is_valid().to_pylist() == [i not in (7, 11) for i in range(N)]


def test_a_table_without_ids_counts_its_rows(table, tiny_checkpoint, tmp_path):
    here(table.parent, tmp_path / "out", str(tiny_checkpoint), picture="photo", rows=10)
    got = embed.read(tmp_path / "out")
    assert got.ids[:8] == [f"shop.parquet/{number}" for number in (*range(7), 8)]
    assert got.ids[-1] == f"shop.parquet/{N - 1}"


def test_paths_in_a_table_begin_at_its_folder(folder, tiny_checkpoint, tmp_path):
    path = folder.parent / f"{folder.name}.parquet"
    names = [f"{folder.name}/b/{number:03d}.jpg" for number in (1, 3, 5)]
    parquet.write_table(pyarrow.table({"file_name": names, "id": ["x", "y", None]}), path)
    here(path, tmp_path / "out", str(tiny_checkpoint))
    got = embed.read(tmp_path / "out")
    assert got.ids == ["x", "y", f"{path.name}/2"] and not got.errors


@pytest.fixture
def hub(monkeypatch, table, tmp_path):
    """A data set "shop/photos" of three files, which `datasets` streams from this disk."""
    import datasets

    real, files = datasets.load_dataset, []
    rows = datasets.Dataset.from_parquet(str(table), cache_dir=str(tmp_path / "cache"))
    rows = rows.cast_column("photo", datasets.Image(decode=False)).rename_column("sku", "id")
    for start in (0, 20, 40):
        files.append(str(tmp_path / f"{start:02d}.parquet"))
        part = rows.select(range(start, start + 20)).cast_column("photo", datasets.Image())
        part.to_parquet(files[-1])

    def load(path, name, split, revision, streaming):
        if (path, split, streaming) != ("shop/photos", "test", True):
            raise FileNotFoundError(f"there is no data set {path}, {split}\nand more")
        return real("parquet", data_files={"test": files}, split="test", streaming=True)

    monkeypatch.setattr(datasets, "load_dataset", load)


def test_a_data_set_of_the_hub_is_streamed_file_by_file(hub, tiny_checkpoint, tmp_path):
    options = {"picture": "photo", "split": "test", "columns": ["title"]}
    summary = here("shop/photos", tmp_path / "out", str(tiny_checkpoint), **options)
    assert summary == (N, 2, 3, 0)
    got = embed.read(tmp_path / "out")
    assert got.ids == [str(1000 + number) for number in range(N) if number not in (7, 11)]
    assert list(got.errors) == ["1007", "1011"]
    with pytest.raises(FileNotFoundError, match='"shop/photos", and it cannot be read') as caught:
        here("shop/photos", tmp_path / "other", str(tiny_checkpoint))
    assert "\n" not in str(caught.value)


def test_it_goes_on_where_it_was_interrupted(
    done, folder, expected, tiny_checkpoint, tmp_path, monkeypatch
):
    out, real = tmp_path / "out", files.write

    def interrupted(path, *rest):
        if path.name == files.name_of(4) and not (tmp_path / "once").exists():
            (tmp_path / "once").touch()
            path.with_name(f".{path.name}.of-a-killed-worker").write_bytes(b"half of it")
            raise KeyboardInterrupt
        return real(path, *rest)

    monkeypatch.setattr(files, "write", interrupted)
    arguments = [
        str(folder),
        str(out),
        "--model",
        str(tiny_checkpoint),
        "--rows",
        "9",
        "--workers",
        "0",
    ]
    assert main(arguments) == 130
    assert len(list(out.glob("part-*"))) == 4
    with pytest.raises(ValueError, match="lacks 3 of 7 files, such as part-000004.parquet; run"):
        embed.read(out)
    before = {path: path.stat().st_mtime_ns for path in out.glob("part-*")}
    done.clear()
    assert main(arguments) == 0
    assert done == [4, 5, 6]
    assert before.items() <= {p: p.stat().st_mtime_ns for p in out.glob("part-*")}.items()
    assert same(embed.read(out), expected) and not list(out.glob(".part*"))
    done.clear()
    assert here(folder, out, str(tiny_checkpoint), rows=9) == (0, 0, 7, 7)
    assert done == []


@pytest.fixture
def finished(done, folder, tiny_checkpoint, tmp_path):
    here(folder, tmp_path / "out", str(tiny_checkpoint), rows=9)
    done.clear()
    return tmp_path / "out"


def test_what_was_made_from_something_else_is_refused(
    finished, folder, table, tiny_checkpoint, make_checkpoint, tmp_path
):
    def differs(source, model, **options):
        with pytest.raises(ValueError, match="keeps a run that differs in: ") as caught:
            here(source, finished, str(model), **{"rows": 9, **options})
        return re.search("differs in: (.*?);", str(caught.value))[1].split(", ")

    model = clipkit.load(make_checkpoint(tmp_path / "other"))
    model.model.logit_scale.data += 1
    model.model.save_pretrained(tmp_path / "other")
    assert differs(folder, tmp_path / "other") == ["model", "weights"]
    assert "source" in differs(table, tiny_checkpoint, picture="photo")
    assert differs(folder, tiny_checkpoint, rows=8) == ["rows", "shards"]
    (folder / "a" / "new.jpg").write_bytes(picture(99))
    try:
        assert differs(folder, tiny_checkpoint) == ["pictures"]
    finally:
        (folder / "a" / "new.jpg").unlink()


def test_damage_is_seen_and_mended(finished, done, folder, expected, tiny_checkpoint):
    path, rng = finished / files.name_of(2), np.random.default_rng(0)
    whole = path.read_bytes()
    seen = 0
    for place in rng.integers(len(whole), size=60):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        try:
            assert same(embed.read(finished), expected)  # the byte says nothing of the rows
        except ValueError as error:
            seen += 1
            assert f"{path} is damaged; remove it and run the same command again" in str(error)
            assert "\n" not in str(error)
    assert seen > 20
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="is damaged"):
        embed.read(finished)
    with pytest.warns(UserWarning, match="part-000002.parquet is damaged and made anew"):
        here(folder, finished, str(tiny_checkpoint), rows=9)
    assert done == [2] and same(embed.read(finished), expected)


def test_a_piece_that_kills_its_workers_is_named(tmp_path):
    for number in range(files.TRIES):
        (tmp_path / f".part-000003.parquet.{number}").touch()
    with pytest.raises(RuntimeError, match="part-000003.parquet was begun 3 times, and each time"):
        files.write(tmp_path / files.name_of(3), [], None, 16, pyarrow.schema([]))
    assert files.write(tmp_path / files.name_of(4), [], None, 16, pyarrow.schema([])) == (0, 0)


def test_a_worker_says_what_is_wrong(folder, tiny_checkpoint, tmp_path):
    task = {"number": 0, "piece": sources.Files(str(folder), ("a/000.jpg",)), "others": []}
    weights = cluster.fingerprint(clipkit.load(tiny_checkpoint))
    other = cluster.Encoder(str(tiny_checkpoint), weights + 1, str(tmp_path), None, 1)
    assert "is another model on" in other(task)["problem"]
    none = cluster.Encoder(str(tmp_path / "none"), weights, str(tmp_path), None, 1)
    assert "there is no folder" in none(task)["problem"]
    full = cluster.Encoder(str(tiny_checkpoint), weights, str(tmp_path / "gone"), None, 1)
    problem = full(task)["problem"]
    assert problem.startswith("part-000000.parquet cannot be made on") and "\n" not in problem
    well = cluster.Encoder(str(tiny_checkpoint), weights, str(tmp_path), 4, 1)
    assert well(task) == {"pictures": 1, "unread": 0, "problem": ""}


def said(capsys, *arguments, workers="0"):
    assert main([*map(str, arguments), "--workers", workers]) == 1
    text = capsys.readouterr().err
    assert text.startswith("python -m clipkit.embed: ") and text.count("\n") == 1
    return text


def test_bad_input_is_one_sentence(folder, table, tiny_checkpoint, tmp_path, capsys, monkeypatch):
    out, model = tmp_path / "out", ["--model", tiny_checkpoint]
    assert f"there is no {tmp_path}/none; give a folder" in said(capsys, tmp_path / "none", out)
    (tmp_path / "empty").mkdir()
    assert "holds no picture and no parquet file; known" in said(capsys, tmp_path / "empty", out)
    (tmp_path / "t.csv").write_text("a,b")
    assert "pandas turns other tables into parquet" in said(capsys, tmp_path / "t.csv", out)
    (tmp_path / "t.parquet").write_text("no table")
    assert "t.parquet cannot be read: " in said(capsys, tmp_path / "t.parquet", out)
    assert "has the columns sku, photo, title; say which of" in said(capsys, table, out)
    wrong = ["--picture", "photo", "--columns", "price"]
    assert "has the columns sku, photo, title, but not price" in said(capsys, table, out, *wrong)
    assert "has no columns to name" in said(capsys, folder, out, "--id", "sku")
    assert "rows is 0, but it should be" in said(capsys, folder, out, "--rows", 0)
    assert 'there is no folder "no model"' in said(capsys, folder, out, "--model", "no model")
    assert "lies in the source, where" in said(capsys, folder, folder / "out", *model)
    assert "lies in the source, where" in said(capsys, folder, folder, *model)
    assert not out.exists()  # nothing was begun
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "x.jpg").write_bytes(b"no picture")
    assert "none of the pictures of " in said(capsys, tmp_path / "bad", out, *model)
    (folder / "t.parquet").write_bytes(table.read_bytes())
    try:
        assert "holds pictures and parquet files" in said(capsys, folder, out)
    finally:
        (folder / "t.parquet").unlink()
    with pytest.raises(ValueError, match="holds no embeddings that python -m clipkit.embed"):
        embed.read(tmp_path)
    assert "workers is -1, but it should be" in said(capsys, folder, out, workers="-1")
    monkeypatch.setitem(sys.modules, "ray.data", None)
    assert 'this needs Ray: pip install "clipkit[ray]"' in said(capsys, folder, out, workers="2")


def test_the_snippet_of_the_page_on_scale_runs(finished, expected, monkeypatch):
    pytest.importorskip("faiss")
    page = (Path(__file__).parents[1] / "docs" / "scale.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    finished.rename(finished.with_name("embeddings"))
    monkeypatch.chdir(finished.parent)
    exec(compile(snippet, "scale.md", "exec"), names := {})
    assert names["index"].ids == expected[0] and names["smaller"].ntotal == len(expected[0])
    nearest = names["smaller"].search(expected[1].numpy(), 1)[1][:, 0]
    assert (nearest == np.arange(len(nearest))).mean() > 0.9


def test_the_arithmetic_of_the_page_on_scale():
    page = (Path(__file__).parents[1] / "docs" / "scale.md").read_text(encoding="utf-8")

    def numbers(beginning):
        line = next(line for line in page.splitlines() if line.startswith(f"| {beginning} |"))
        return [float(n.replace(",", "")) for n in re.findall(r"[\d.,]*\d", line)]

    for tower, patch in (("ViT-B/32", 32), ("ViT-L/14", 14)):
        _, weights, tokens, operations, core, gpu = numbers(tower)
        assert tokens == (224 // patch) ** 2 + 1
        assert operations == pytest.approx(2 * weights * tokens / 1000, rel=0.01)
        assert gpu == pytest.approx(0.4 * 312e12 / operations / 1e9, rel=0.03)
    _, days, hours, minutes, size = numbers("10 million pictures")
    assert days == pytest.approx(1e7 / core / 86_400, rel=0.01)
    assert hours == pytest.approx(1e7 / gpu / 3600, rel=0.02)
    assert minutes == pytest.approx(1e7 / gpu / 60 / 64, rel=0.2)
    assert size == pytest.approx(1e7 * 768 * 4 / 1e9, rel=0.02)
    _, years, days, hours, size = numbers("1 billion pictures")
    assert years == pytest.approx(1e9 / core / 86_400 / 365.25, rel=0.02)
    assert days == pytest.approx(1e9 / gpu / 86_400, rel=0.02)
    assert hours == pytest.approx(1e9 / gpu / 3600 / 64, rel=0.02)
    assert size == pytest.approx(1e9 * 768 * 4 / 1e12, rel=0.02)


@pytest.mark.parametrize(
    ("machines", "workers", "room"),
    [
        ([{"CPU": 2}], None, (1, 2, 0)),
        ([{"CPU": 2}], 2, (2, 1, 0)),
        ([{"CPU": 16}, {"CPU": 8}, {}], None, (6, 4, 0)),
        ([{"CPU": 16}, {"CPU": 8}], 3, (3, 8, 0)),
        ([{"CPU": 5}, {"CPU": 5}], 3, (3, 2, 0)),
        ([{"CPU": 2, "GPU": 1}], None, (1, 2, 1)),
        ([{"CPU": 64, "GPU": 8}, {"CPU": 16}, {"CPU": 48, "GPU": 8}], None, (16, 6, 1)),
        ([{"CPU": 64, "GPU": 8}], 3, (3, 8, 1)),
    ],
)
def test_copies_of_the_model_fill_the_machines(machines, workers, room):
    class Ray:
        nodes = staticmethod(
            lambda: [
                *({"Alive": True, "Resources": machine} for machine in machines),
                {"Alive": False, "Resources": {"CPU": 99, "GPU": 9}},
            ]
        )

    assert tuple(cluster._room(Ray, workers).values()) == room
    with pytest.raises(ValueError, match="workers is 999"):
        cluster._room(Ray, 999)


@pytest.mark.parametrize("wrong", [{"rows": 0}, {"batch_size": 0}, {"workers": -1}])
def test_a_size_that_is_none_is_refused_before_anything_is_written(tmp_path, wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=f"^{name} is "):
        embed.run(tmp_path, tmp_path / "out", **{"workers": 0, **wrong})
    assert not (tmp_path / "out").exists()


def test_a_start_of_ray_that_comes_too_late_is_tried_again(monkeypatch):
    class Busy:
        tries = 0

        def init(self, **options):
            Busy.tries += 1
            if Busy.tries < 3:
                raise Exception("The current node timed out during startup. This could happen")

        def shutdown(self):
            pass

    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    cluster.start(Busy())
    assert Busy.tries == 3
    Busy.tries = -5
    with pytest.raises(RuntimeError, match="Ray cannot be used on this machine: The current node"):
        cluster.start(Busy())
    assert Busy.tries == -2
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    monkeypatch.setattr(Busy, "init", lambda self, **options: 1 / 0)
    with pytest.raises(RuntimeError, match="cannot be used on 10.0.0.1:6379: division by zero"):
        cluster.start(Busy())


def test_the_recipe_says_with_which_model_to_ask(finished, tiny_checkpoint):
    recipe = json.loads((finished / "recipe.json").read_text())
    assert recipe["model"] == str(tiny_checkpoint) and recipe["shards"] == 7
