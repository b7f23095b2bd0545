"""From the move of a slider or a key press to what is seen, in milliseconds.

    python benchmarks/widgets.py              # the kernel's part, and a real browser
    python benchmarks/widgets.py --kernel     # without a browser

The kernel's part is processor time. The browser's is the clock's, from the key press to the
change of the page, JupyterLab and its connection included; run it on a machine that does nothing
else. The SearchBox searches all 3,600 products of the catalogue.
"""

import argparse
import importlib.util
import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TQDM_DISABLE", "1")

CATEGORIES = ("mug", "sneaker", "t-shirt", "sofa", "teapot", "handbag")
MOVES = 12
STEPS = ("coarse, 64 px", "sharp, 128 px", "fine, 256 px")
TYPED = "a red dress with white dots and a blue chair for the garden"
SHOP = """
import clipkit, torch
from datasets import concatenate_datasets
clip, shop = clipkit.load(), concatenate_datasets(list(clipkit.data.load_catalog().values()))
index = clipkit.search.Index(clip.encode_images(shop["image"]))
box = clipkit.widgets.SearchBox(clip, shop["image"], shop["title"], index=index, query="mug")
"""
WATCH = """
window.moved = 0; window.seen = [];
const box = document.querySelector('.clipkit-widget');
document.addEventListener('keydown', () => { window.moved = performance.now(); }, true);
const part = box.querySelector('SELECTOR');
new MutationObserver(() => requestAnimationFrame(
    () => window.seen.push(performance.now() - window.moved)
)).observe(part, {childList: true, subtree: true});
"""


def report(name, times):
    times = sorted(times)
    high = times[int(0.9 * (len(times) - 1))]
    print(f"{name:<46}{statistics.median(times):8.0f}{high:8.0f}", flush=True)


def kernel():
    """What the kernel does for a move of each kind of control."""
    from clipkit import widgets

    live = widgets.ProductStudio()
    times = {}
    for category in CATEGORIES:
        live.category.value = category
        for number in range(3):
            shots = replace(live.shot, yaw=live.shot.yaw + number + 1)
            colours = replace(live.product, colour=("teal", "red")[number % 2])
            for kind, product, shot in (("yaw", live.product, shots), ("colour", colours, shots)):
                for step, name in enumerate(STEPS):
                    live.product, live.shot = product, shot
                    start = time.process_time()
                    live._draw(step)
                    spent = 1000 * (time.process_time() - start)
                    times.setdefault(f"{kind}, {name}", []).append(spent)
    for name, values in times.items():
        report(f"product: {name}", values)
    live, times = widgets.RadiographStudio(size=128), []
    for size in range(1, 20):
        live.extent.unobserve_all()
        live.extent.value = size / 20
        start = time.process_time()
        live._draw()
        times.append(1000 * (time.process_time() - start))
    report("radiograph: size, 128 px", times)
    names = {}
    exec(SHOP, names)
    times = []
    for end in range(1, len(TYPED) + 1):
        start = time.process_time()
        names["box"].query.value = TYPED[:end]
        times.append(1000 * (time.process_time() - start))
    report("search box: a letter, 3,600 products", times)


def browser():
    """Key presses on the yaw slider in JupyterLab."""
    from playwright.sync_api import sync_playwright

    path = Path(__file__).parents[1] / "tests" / "browser" / "conftest.py"
    spec = importlib.util.spec_from_file_location("browser", path)
    tests = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tests)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        served, home = Path(folder) / "notebooks", Path(folder) / "home"
        served.mkdir()
        tests.write_settings(home)
        lab = tests.Lab(served, home)
        chromium = playwright.chromium.launch(
            executable_path=tests.chromium_path(playwright), args=["--no-sandbox"]
        )
        try:
            page = chromium.new_page(viewport={"width": 1500, "height": 1000})
            page.set_default_timeout(180_000)
            lab.write("speed.ipynb", "import clipkit\nclipkit.widgets.ProductStudio()")
            lab.open(page, "speed.ipynb")
            lab.run_all(page)
            box = page.locator(".jp-CodeCell .clipkit-widget")
            box.locator("tbody tr").first.wait_for()
            page.evaluate(WATCH.replace("SELECTOR", ".ck-bars"))
            box.locator(".widget-slider .noUi-handle").focus()
            times = [[] for _ in STEPS]
            for _ in range(MOVES):
                page.evaluate("window.seen = []")
                page.keyboard.press("ArrowRight")
                page.wait_for_function(f"window.seen.length >= {len(STEPS)}")
                for values, seen in zip(times, page.evaluate("window.seen"), strict=False):
                    values.append(seen)
            for name, values in zip(STEPS, times, strict=True):
                report(f"browser: key press to bars, {name}", values)
            page.evaluate("window.seen = []")
            for _ in range(60):
                page.keyboard.press("ArrowLeft", delay=5)
            page.wait_for_timeout(4000)
            print(
                f"60 quick key presses were merged into {len(page.evaluate('window.seen'))} "
                "drawings"
            )
            lab.write("search.ipynb", SHOP + "box")
            lab.open(page, "search.ipynb")
            lab.run_all(page)
            field = page.get_by_placeholder("type what you look for")
            field.wait_for()
            grid = page.locator(".clipkit-widget figure").first
            grid.wait_for()
            page.evaluate(WATCH.replace("SELECTOR", ".widget-html:has(figure)"))
            field.click()
            page.keyboard.press("Control+A")
            times = []
            for letter in TYPED:
                page.evaluate("window.seen = []")
                page.keyboard.type(letter)
                if letter != " ":  # nothing new to look for
                    page.wait_for_function("window.seen.length >= 1")
                    times.append(page.evaluate("window.seen[0]"))
            report("browser: key press to results, 3,600 products", times)
        finally:
            chromium.close()
            lab.stop()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kernel", action="store_true", help="leave out the browser")
    chosen = options.parse_args()
    print(
        f"{'':<46}{'median':>8}{'90 %':>8}   ({os.cpu_count()} cores, Python "
        f"{sys.version.split()[0]})"
    )
    kernel()
    if not chosen.kernel:
        browser()
