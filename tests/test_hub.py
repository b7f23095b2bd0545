"""Fetching checkpoints, against a local stand-in that speaks the Hub's protocol.

The client runs in a process of its own, because huggingface_hub reads its settings when it is
imported.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

import clipkit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """A server on this machine that answers as the Hub does for the repositories it is given.

    Attributes
    ----------
    repositories : dict
        Id to folder.
    gated : set
        Ids whose files need an accepted licence.
    cut : dict
        File name to the number of bytes after which the connection breaks.
    cuts : int
        How often it does so before it holds; always, without one.
    stall : dict
        File name to the number of bytes after which nothing more comes.
    down : bool
        Every connection breaks at once.
    silent : bool
        No question is ever answered.
    portal : bool
        Every question is answered with the log-in page of a network.
    circle : bool
        Every question is answered with another address of this server.
    status : int, optional
        What every question is answered with.
    odd : bytes, optional
        What stands where the list of a model's files should.
    flipped : set
        Files of which a byte arrives as another.
    dripping : set
        Files of which a byte comes now and then, without end.
    asked : list
        (method, path, first byte) of every request.
    """

    def __init__(self):
        self.repositories, self.gated, self.cut, self.stall = {}, set(), {}, {}
        self.down, self.asked, self.cuts = False, [], None
        self.silent, self.status, self.odd = False, None, None
        self.portal, self.circle = False, False
        self.flipped, self.dripping = set(), set()
        self.released = threading.Event()
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                hub.answer(self)

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        start = int((re.match(r"bytes=(\d+)-", request.headers.get("Range", "")) or [0, 0])[1])
        self.asked.append((request.command, request.path, start))
        if self.down:
            request.close_connection = True
            return
        if self.silent:
            self.released.wait(60)
            request.close_connection = True
            return
        if self.status:
            return self.refuse(request, self.status)
        if self.circle:
            request.send_response(302)
            request.send_header("Location", f"{self.address}/login?from={request.path}"[:200])
            request.send_header("Content-Length", "0")
            return request.end_headers()
        if self.portal:
            return self.send(request, b"<!doctype html><title>Hotel</title>", "text/html")
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(/revision/\w+)?", request.path):
            self.answer_model(request, found[1])
        elif found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/(\w+)/(.+)", request.path):
            self.answer_file(request, found[1], found[3], start)
        else:
            self.refuse(request, 404)

    def refuse(self, request, status, code=None):
        request.send_response(status)
        if code:
            request.send_header("X-Error-Code", code)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def answer_model(self, request, name):
        if name not in self.repositories:
            return self.refuse(request, 401, "RepoNotFound")
        folder = self.repositories[name]
        paths = [path for path in folder.rglob("*") if path.is_file()]
        files = sorted(path.relative_to(folder).as_posix() for path in paths)
        body = json.dumps(
            {"id": name, "sha": COMMIT, "siblings": [{"rfilename": file} for file in files]}
        ).encode()
        if self.odd is not None:
            body = self.odd
        self.send(request, body, "application/json")

    def send(self, request, body, kind):
        request.send_response(200)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)

    def answer_file(self, request, name, file, start):
        if name not in self.repositories:
            return self.refuse(request, 404, "RepoNotFound")
        if name in self.gated:
            return self.refuse(request, 401, "GatedRepo")
        path = self.repositories[name] / file
        if not path.is_file() or path.stat().st_size == 0:  # an empty file stands for a lost one
            return self.refuse(request, 404, "EntryNotFound")
        content = path.read_bytes()
        checksum = hashlib.sha256(content).hexdigest()
        if file in self.flipped:
            content = content[:-1] + bytes([content[-1] ^ 1])
        request.send_response(206 if start else 200)
        request.send_header("X-Repo-Commit", COMMIT)
        request.send_header("ETag", f'"{checksum}"')
        request.send_header("X-Linked-Size", str(len(content)))
        request.send_header("Accept-Ranges", "bytes")
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        request.send_header("Content-Length", str(len(content) - start))
        request.end_headers()
        if request.command == "HEAD":
            return
        while file in self.dripping and not self.released.wait(0.1):
            request.wfile.write(b"x")
            request.wfile.flush()
        end = min(self.cut.get(file, len(content)), self.stall.get(file, len(content)))
        request.wfile.write(content[start : max(start, end)])
        request.wfile.flush()
        if end < len(content):
            if file in self.stall:
                self.released.wait(60)
            if self.cuts is not None:
                self.cuts -= 1
                if self.cuts == 0:
                    self.cut.clear()
            request.close_connection = True

    def downloads(self, file):
        """The first byte of every GET of a file."""
        return [s for method, path, s in self.asked if method == "GET" and path.endswith(file)]


@pytest.fixture
def hub(tiny_checkpoint):
    server = Hub()
    server.repositories["shop/tiny-clip"] = tiny_checkpoint
    yield server
    server.close()


@pytest.fixture
def fetch(hub, tmp_path):
    """A function that finds a checkpoint in another process: (folder, what went wrong)."""

    def run(name, wait=True, **settings):
        process = subprocess.Popen(
            [sys.executable, "-c", CLIENT, name],
            env=environment(hub.address, tmp_path / "cache", **settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if not wait:
            return process
        out, run.err = process.communicate(timeout=60)
        assert process.returncode == 0, run.err
        answer = json.loads(out.splitlines()[-1])
        return answer["folder"], answer["error"]

    return run


# Waiting between attempts is left out, and since the weights are small, they come in smaller steps
# than the 10 MB that huggingface_hub takes at a time.
CLIENT = """
import json, os, sys, time
import huggingface_hub.constants
import clipkit.hub
clipkit.hub.STALLED = float(os.environ.get("STALLED", clipkit.hub.STALLED))
clipkit.hub.WORD_AFTER = 1
time.sleep = lambda seconds: None
huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE = 10_000
from clipkit.hub import CheckpointError, find_checkpoint
try:
    print(json.dumps({"folder": str(find_checkpoint(sys.argv[1])), "error": None}))
except CheckpointError as error:
    print(json.dumps({"folder": None, "error": str(error)}))
"""


def environment(address, cache, **settings):
    """The environment for a client that knows this stand-in and nothing else."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "HUGGING", "CLIPKIT"))}
    hub = {"HF_ENDPOINT": address, "HF_HOME": str(cache), "HF_HUB_DISABLE_TELEMETRY": "1"}
    return {**kept, **hub, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **settings}


def same_weights(folder, other):
    names = {path.name for path in Path(folder).iterdir()}
    file = "model.safetensors" if "model.safetensors" in names else "pytorch_model.bin"
    return (Path(folder) / file).read_bytes() == (other / file).read_bytes()


def test_download_then_cache(hub, fetch, tiny_checkpoint):
    folder, error = fetch("shop/tiny-clip")
    assert error is None
    assert same_weights(folder, tiny_checkpoint)
    assert Path(folder).parts[-4:-1] == ("hub", "models--shop--tiny-clip", "snapshots")
    assert clipkit.load(folder).encode_texts(["a mug"]).shape == (1, 16)

    hub.asked.clear()  # the second time, two questions and no download
    assert fetch("shop/tiny-clip") == (folder, None)
    assert len(hub.asked) <= 2
    assert not hub.downloads("model.safetensors")

    hub.down = True  # without the Hub, what is in the cache serves
    assert fetch("shop/tiny-clip") == (folder, None)
    asked = len(hub.asked)
    assert fetch("shop/tiny-clip", HF_HUB_OFFLINE="1") == (folder, None)
    assert len(hub.asked) == asked


def test_load_with_an_id(hub, tiny_clip, tmp_path):
    code = (
        "import clipkit; clip = clipkit.load('shop/tiny-clip'); "
        "print(clip.name, clip.encode_texts(['a mug']).sum().item())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(hub.address, tmp_path / "cache"),
        capture_output=True,
        text=True,
        check=True,
    )
    name, total = done.stdout.split()
    assert name == "shop/tiny-clip"
    assert float(total) == pytest.approx(tiny_clip.encode_texts(["a mug"]).sum().item(), abs=1e-5)


REAL = """
import json
import matplotlib
matplotlib.use("agg")
names = {"__name__": "__main__"}
for cell in json.load(open("07_your_project.ipynb", encoding="utf-8"))["cells"]:
    source = "".join(cell["source"])
    if source.startswith("## 4"):
        break
    if cell["cell_type"] == "code":
        exec(source, names)
print("itself:", names["verdict"](names["published"], names["published"], 0.01))
"""


def test_notebook_07_takes_the_real_clip_where_the_hub_has_it(hub, tiny_checkpoint, tmp_path):
    hub.repositories["openai/clip-vit-base-patch32"] = tiny_checkpoint
    settings = {"http_proxy": "http://127.0.0.1:9"}  # the photograph of two cats is out of reach
    done = subprocess.run(
        [sys.executable, "-c", REAL],
        env=environment(hub.address, tmp_path / "cache", **settings),
        cwd=Path(__file__).parents[1] / "notebooks",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "this notebook has loaded: openai/clip-vit-base-patch32" in done.stdout
    parameters = sum(p.numel() for p in clipkit.load(tiny_checkpoint).model.parameters())
    assert re.search(rf"parameters +published +151,277,313 +here +{parameters:,}\n", done.stdout)
    assert re.search(r"own captions: differs by up to \d", done.stdout)
    assert "itself: as published" in done.stdout
    assert len(hub.downloads("model.safetensors")) == 1  # half precision comes from the cache


def test_only_needed_files_are_fetched_safetensors_first(hub, fetch, tiny_checkpoint, tmp_path):
    both = shutil.copytree(tiny_checkpoint, tmp_path / "both")
    for file in ("pytorch_model.bin", "flax_model.msgpack", "tf_model.h5", "setup.py"):
        (both / file).write_bytes(b"x" * 100)
    hub.repositories["shop/both"] = both
    folder, _ = fetch("shop/both")
    names = {path.name for path in Path(folder).iterdir()}
    assert "model.safetensors" in names
    assert not names & {"pytorch_model.bin", "flax_model.msgpack", "tf_model.h5", "setup.py"}


def test_a_checkpoint_that_has_only_pickled_weights(hub, fetch, make_checkpoint, tmp_path):
    hub.repositories["old/clip"] = make_checkpoint(tmp_path / "old", safe=False)
    folder, error = fetch("old/clip")
    assert error is None
    assert (Path(folder) / "pytorch_model.bin").is_file()
    assert clipkit.load(folder).dimension == 16


def test_divided_weights(hub, fetch, tiny_clip, tmp_path):
    folder = tmp_path / "shards"
    tiny_clip.model.save_pretrained(folder, max_shard_size="60KB")
    tiny_clip.processor.save_pretrained(folder)
    parts = sorted(folder.glob("model-*.safetensors"))
    assert len(parts) > 1
    hub.repositories["shop/shards"] = folder
    found, _ = fetch("shop/shards")
    expected = tiny_clip.encode_texts(["a mug"])
    assert (clipkit.load(found).encode_texts(["a mug"]) - expected).abs().max() < 1e-6


def test_a_missing_file(hub, fetch, tiny_checkpoint, tmp_path):
    for file, said in [
        ("model.safetensors", "has no weights"),
        ("config.json", "has no config.json"),
        ("tokenizer.json", "has no tokenizer"),
    ]:
        name = f"shop/without-{file.split('.')[0]}"
        hub.repositories[name] = shutil.copytree(tiny_checkpoint, tmp_path / name)
        (hub.repositories[name] / file).unlink()
        folder, error = fetch(name)
        assert folder is None
        assert said in error
    # listed, but gone when it is asked for
    hub.repositories["shop/lost"] = shutil.copytree(tiny_checkpoint, tmp_path / "lost")
    (tmp_path / "lost" / "model.safetensors").write_bytes(b"")
    _, error = fetch("shop/lost")
    assert "incomplete on the Hub" in error
    assert "model.safetensors" in error


def test_a_connection_that_breaks_once_goes_on_where_it_stopped(hub, fetch, tiny_checkpoint):
    hub.cut["model.safetensors"], hub.cuts = 100_000, 1
    folder, error = fetch("shop/tiny-clip")
    assert error is None
    assert same_weights(folder, tiny_checkpoint)
    assert hub.downloads("model.safetensors") == [0, 100_000]


def test_a_broken_download_is_repaired_by_the_next_call(hub, fetch, tiny_checkpoint):
    hub.cut["model.safetensors"] = 100_000
    folder, error = fetch("shop/tiny-clip")
    assert folder is None
    assert "broke off; run this again" in error
    assert "\n" not in error
    _, offline = fetch("shop/tiny-clip", HF_HUB_OFFLINE="1")  # half a model is no model
    assert "neither a folder nor in the cache" in offline

    hub.cut.clear()
    hub.asked.clear()
    folder, error = fetch("shop/tiny-clip")
    assert error is None
    assert same_weights(folder, tiny_checkpoint)
    assert not hub.downloads("tokenizer.json")  # complete already


def test_a_killed_download_is_repaired_too(hub, fetch, tiny_checkpoint):
    hub.stall["model.safetensors"] = 20_000
    process = fetch("shop/tiny-clip", wait=False)
    deadline = time.monotonic() + 60
    while not hub.downloads("model.safetensors") and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    hub.stall.clear()
    folder, error = fetch("shop/tiny-clip")
    assert error is None
    assert same_weights(folder, tiny_checkpoint)


def test_mistyped_ids(hub, fetch):
    _, error = fetch("openai/clip-vit-base-pach32")
    assert error == (
        'the Hub knows no model "openai/clip-vit-base-pach32"; did you mean '
        '"openai/clip-vit-base-patch32"?'
    )
    _, error = fetch("somebody/something-else-entirely")
    assert "knows no model" in error
    assert "hf auth login" in error
    for name in ("no such folder/at all", "a/b/c", "--"):
        _, error = fetch(name)
        assert f'"{name}"' in error
        assert "\n" not in error


def test_gated_models_say_how_to_get_access(hub, fetch):
    hub.gated.add("shop/tiny-clip")
    _, error = fetch("shop/tiny-clip")
    assert "accept them on https://huggingface.co/shop/tiny-clip" in error


def test_no_network(hub, fetch):
    fetch("shop/tiny-clip")
    hub.close()
    _, error = fetch("shop/another")
    assert "the Hub cannot be reached" in error
    assert "connect to the network once" in error
    assert "'shop/tiny-clip'" in error  # what is in the cache is offered
    _, error = fetch("shop/another", HF_HUB_OFFLINE="1")
    assert "HF_HUB_OFFLINE is set" in error
    assert "unset it" in error


@pytest.mark.parametrize(
    "body",
    [
        *(b"<!doctype html><title>Hotel</title>", b"{", b"[]", b"", b"null", b"\xff\xfe", b"3"),
        b'{"id": "shop/tiny-clip"}',
        *(b'{"id": "a/b", "siblings": %s}' % siblings
          for siblings in (b"[]", b"{}", b"[1]", b'"all"', b"[{}]", b'[{"rfilename": null}]')),
    ],
)  # fmt: skip
def test_an_odd_answer_leaves_the_cache_usable(hub, fetch, body):
    hub.odd = body
    folder, error = fetch("shop/tiny-clip")
    assert folder is None
    assert "what answers is not the Hub" in error and "\n" not in error
    hub.odd = None
    folder, _ = fetch("shop/tiny-clip")
    hub.odd = body
    assert fetch("shop/tiny-clip") == (folder, None)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "knows no model|refuses it"),
        (403, "the Hub refuses it (status 403): log in"),
        (404, "knows no model|status 404"),
        (429, "too many requests from here (status 429): wait"),
        (500, "the Hub answers with status 500"),
    ],
)
def test_a_refusal_is_told_by_its_status(hub, fetch, status, said):
    hub.status = status
    folder, error = fetch("shop/tiny-clip")
    assert folder is None
    assert any(part in error for part in said.split("|")), error
    assert "cannot be reached" not in error and "\n" not in error
    if status in (403, 429, 500):
        hub.status = None
        folder, _ = fetch("shop/tiny-clip")
        hub.status = status
        assert fetch("shop/tiny-clip") == (folder, None)


@pytest.mark.parametrize("answer", ["portal", "circle"])
@pytest.mark.parametrize("when", ["before the list", "before the files"])
def test_the_log_in_page_of_a_network(hub, fetch, answer, when):
    if when == "before the files":
        listing = hub.answer_model

        def then_the_page(*arguments):
            listing(*arguments)
            setattr(hub, answer, True)

        hub.answer_model = then_the_page
    else:
        setattr(hub, answer, True)
    folder, error = fetch("shop/tiny-clip")
    assert folder is None and "\n" not in error
    setattr(hub, answer, False)
    hub.__dict__.pop("answer_model", None)
    folder, error = fetch("shop/tiny-clip")
    assert error is None  # nothing of the page stays in the cache
    setattr(hub, answer, True)
    assert fetch("shop/tiny-clip") == (folder, None)


def test_lora_is_loaded_by_its_name(hub, fetch, tiny_clip, tmp_path, monkeypatch):
    """Both as `save` writes it, with its model, and as peft does, with the name of the model."""
    lora = clipkit.adapters.add_lora(tiny_clip, rank=2)
    for name, weights in lora.model.named_parameters():
        if "lora_B" in name:
            weights.data.normal_()
    rows = lora.encode_texts(["a red mug"])
    clipkit.fine_tune.save(lora, tmp_path / "whole")
    alone = shutil.copytree(tmp_path / "whole", tmp_path / "alone", ignore=lambda *_: ["base"])
    hub.repositories |= {"me/whole": tmp_path / "whole", "me/alone": alone}

    def named(base):
        settings = json.loads((alone / "adapter_config.json").read_text())
        settings["base_model_name_or_path"] = base
        (alone / "adapter_config.json").write_text(json.dumps(settings))

    named("shop/tiny-clip")
    base, _ = fetch("shop/tiny-clip")
    for name in ("me/whole", "me/alone"):
        folder, error = fetch(name)
        assert error is None
        assert fetch(name, HF_HUB_OFFLINE="1") == (folder, None)
        if name == "me/alone":  # what is fetched in another process is not in this one's cache
            places = {"shop/tiny-clip": base}
            find = lambda name, places=places: Path(places.get(name, name))  # noqa: E731
            monkeypatch.setattr(clipkit.loading, "find_checkpoint", find)
        loaded = clipkit.load(folder)
        assert torch.allclose(loaded.encode_texts(["a red mug"]), rows, atol=1e-6)
        assert clipkit.adapters.trainable_parameters(loaded.model) > 0
    monkeypatch.undo()
    for base, said in [(None, "does not say to which model"), (str(alone), "does not say to which"),
                       ("no such/model", "no folder")]:  # fmt: skip
        named(base)
        with pytest.raises(clipkit.hub.CheckpointError, match=said):
            clipkit.load(alone)
    named(str(tmp_path / "whole" / "base"))
    assert clipkit.load(alone).dimension == tiny_clip.dimension
    (alone / "adapter_model.safetensors").unlink()
    with pytest.raises(clipkit.hub.CheckpointError, match="but no adapter_model.safetensors"):
        clipkit.load(alone)


def test_a_flipped_byte_is_seen_and_fetched_again(hub, fetch, tiny_checkpoint):
    hub.flipped.add("model.safetensors")
    folder, error = fetch("shop/tiny-clip")
    assert folder is None
    assert 'model.safetensors of "shop/tiny-clip" came damaged' in error
    _, offline = fetch("shop/tiny-clip", HF_HUB_OFFLINE="1")
    assert "neither a folder nor in the cache" in offline
    hub.flipped.clear()
    folder, error = fetch("shop/tiny-clip")
    assert error is None
    assert same_weights(folder, tiny_checkpoint)


def test_what_is_damaged_in_the_cache_is_removed_when_it_cannot_be_read(
    hub, fetch, tiny_checkpoint
):
    folder = Path(fetch("shop/tiny-clip")[0])
    weights = (folder / "model.safetensors").resolve()
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(clipkit.hub.CheckpointError, match="model.safetensors has been removed"):
        clipkit.load(folder)
    assert same_weights(fetch("shop/tiny-clip")[0], tiny_checkpoint)
    assert clipkit.hub.discard_damaged(tiny_checkpoint) == []  # no cache, no checksums


def test_silence_has_an_end_and_a_word_meanwhile(hub, fetch):
    folder, _ = fetch("shop/tiny-clip")
    hub.silent = True
    assert fetch("shop/tiny-clip", STALLED="2.5") == (folder, None)
    assert "nothing from the Hub for 1 s" in fetch.err
    _, error = fetch("shop/another", STALLED="1")
    assert "the Hub does not answer (nothing came for 1 s)" in error


def test_a_download_that_drips_has_an_end(hub, fetch, tiny_checkpoint):
    hub.dripping.add("model.safetensors")
    _, error = fetch("shop/tiny-clip", STALLED="2")
    assert 'the download of "shop/tiny-clip" broke off' in error
    assert "nothing came for 2 s" in error
    hub.dripping.clear()
    folder, error = fetch("shop/tiny-clip")
    assert error is None
    assert same_weights(folder, tiny_checkpoint)


def test_a_proxy_without_its_package_does_not_hide_the_cache(hub, fetch):
    folder, _ = fetch("shop/tiny-clip")
    proxy = {"ALL_PROXY": "socks5://127.0.0.1:9", "NO_PROXY": "", "no_proxy": ""}
    assert fetch("shop/tiny-clip", **proxy) == (folder, None)
    _, error = fetch("shop/another", **proxy)
    assert "a package that the connection needs is missing" in error or "cannot be reached" in error


def test_open_clip_files_are_fetched_by_their_own_prefix(hub, fetch, tiny_checkpoint, tmp_path):
    both = shutil.copytree(tiny_checkpoint, tmp_path / "both")
    (both / "open_clip_config.json").write_text("{}")
    (both / "open_clip_model.safetensors").write_bytes(b"weights")
    hub.repositories["shop/both"] = both
    folder, error = fetch("hf-hub:shop/both")
    assert error is None
    names = {path.name for path in Path(folder).iterdir()}
    assert "open_clip_model.safetensors" in names and "model.safetensors" not in names
    (both / "config.json").unlink()
    _, error = fetch("shop/both")
    assert 'load "hf-hub:shop/both", it is a checkpoint of OpenCLIP' in error


@pytest.mark.parametrize("index", ["[]", "{", '{"weight_map": []}', '{"weight_map": {}}'])
def test_an_odd_index_of_weights_is_named(hub, fetch, tiny_checkpoint, tmp_path, index):
    odd = shutil.copytree(tiny_checkpoint, tmp_path / "odd")
    (odd / "model.safetensors").rename(odd / "model-00001-of-00001.safetensors")
    (odd / "model.safetensors.index.json").write_text(index)
    hub.repositories["shop/odd"] = odd
    _, error = fetch("shop/odd")
    assert "names no files of weights" in error
