"""The search page in a browser: words, a picture, and what is neither; nothing comes from afar."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import numpy as np
import pytest
from PIL import Image

import clipkit
from clipkit import serve

SLOW = 180  # seconds that a loaded machine may take to start
TITLES = [f"thing {number}" for number in range(16)]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Files, so that one can be uploaded."""
    rng, folder = np.random.default_rng(0), tmp_path_factory.mktemp("pictures")
    paths = [folder / f"{number}.png" for number in range(len(TITLES))]
    for path in paths:
        Image.fromarray(rng.integers(0, 256, (6, 6, 3), np.uint8)).resize((90, 60)).save(path)
    return paths


@pytest.fixture(scope="module")
def served(chromium, tmp_path_factory, tiny_checkpoint, pictures):
    """The folder of a page, and the address at which it runs."""
    folder = tmp_path_factory.mktemp("pages") / "page"
    serve.new(folder, tiny_checkpoint, pictures, TITLES, heading="A shop")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = {**os.environ, "GRADIO_SERVER_PORT": port}
    with open(folder.parent / "log", "w") as log:
        process = subprocess.Popen(
            [sys.executable, folder / "app.py"], env=environment, stdout=log, stderr=log
        )
    address, until = f"http://127.0.0.1:{port}", time.monotonic() + SLOW
    try:
        while True:
            try:
                urllib.request.urlopen(address, timeout=5)
                break
            except (urllib.error.URLError, OSError):
                assert process.poll() is None and time.monotonic() < until, (
                    folder.parent / "log"
                ).read_text()
                time.sleep(0.3)
        yield folder, address
    finally:
        process.terminate()
        process.wait(20)


def captions(page):
    return page.locator(".caption-label").all_inner_texts()


def test_words_and_pictures_find_what_the_model_finds(chromium, served, pictures, tmp_path):
    from playwright.sync_api import expect

    folder, address = served
    clip = clipkit.load(folder / "model", backend="onnx")
    rows = clip.encode_images(pictures)

    def best(query):
        return [TITLES[row] for row in (rows @ query).argsort(descending=True)[:12]]

    page = chromium.new_page(viewport={"width": 1200, "height": 900})
    page.set_default_timeout(SLOW * 1000)
    visited = set()
    page.on("request", lambda request: visited.add(re.match(r"\w+://[^/]*", request.url)[0]))
    page.goto(address)
    expect(page.get_by_role("heading", name="A shop")).to_be_visible()
    box = page.get_by_label("What do you look for?")
    box.fill("a red mug")
    page.get_by_role("button", name="Search").click()
    page.locator(".caption-label").nth(11).wait_for()
    by_words = best(clip.encode_texts("a red mug")[0])
    assert captions(page) == by_words
    shown = page.locator(".gallery-container img, .grid-wrap img").first
    assert shown.evaluate("image => image.complete && image.naturalWidth") == 90

    box.fill("   ")
    box.press("Enter")
    expect(page.get_by_text("Type what you look for, in a few words.").first).to_be_visible()
    assert captions(page) == by_words  # what was found stays

    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    page.locator("input[type=file]").set_input_files(tmp_path / "broken.jpg")
    expect(page.get_by_text("This file cannot be read as a picture").first).to_be_visible()
    assert captions(page) == by_words
    page.get_by_role("button", name="Clear").first.click()
    page.locator("input[type=file]").set_input_files(pictures[7])
    expect(page.locator(".caption-label").first).to_have_text(TITLES[7])
    assert captions(page) == best(rows[7])
    if shot := os.environ.get("CLIPKIT_SCREENSHOT"):
        page.screenshot(path=shot)
    page.close()
    assert visited <= {address, address.replace("http", "ws"), "data:", "blob:"}
