"""The widgets as a learner meets them: in JupyterLab, in a browser, by keyboard and mouse."""

import base64
import io
import json
import os
import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import clipkit
import clipstudio
from clipkit.widgets import parts, uploads
from clipstudio import Finding, Findings, Patient, Product, Shot

try:
    from playwright.sync_api import expect
except ImportError:  # then the fixtures skip, or fail where a browser is required
    expect = None

SECONDS = 180_000
CELLS = (
    "import clipkit\nclip = clipkit.load()",
    "clipkit.widgets.ProductStudio(clip)",
    "clipkit.widgets.RadiographStudio(clip)",
    "shop = clipkit.data.load_catalog()\nclipkit.widgets.PromptLab(clip, shop, pictures=40)",
    "few = shop['test'].select(range(300, 340))\n"
    "clipkit.widgets.SearchBox(clip, few['image'], few['title'])",
    "clipkit.widgets.OwnPictures(clip)",
)
SHOTS = os.environ.get("CLIPKIT_SCREENSHOTS")  # a folder that gets a picture of every widget


@pytest.fixture(scope="module")
def clip():
    return clipkit.load()


@pytest.fixture(scope="module")
def notebook(page, lab):
    """The notebook with all widgets, run in a page."""
    page.set_default_timeout(SECONDS)
    lab.write("widgets.ipynb", *CELLS)
    lab.open(page, "widgets.ipynb")
    lab.run_all(page)
    expect(page.locator(".jp-CodeCell .clipkit-widget")).to_have_count(5, timeout=SECONDS)
    return page


def widget(page, number):
    found = page.locator(".jp-CodeCell .clipkit-widget").nth(number)
    found.scroll_into_view_if_needed()
    return found


def numbers(box, name):
    return [
        float(re.sub(r"[^\d.-]", "", text)) for text in box.locator(f".{name}").all_inner_texts()
    ]


def settled(box, read, wanted, tries=600):
    """Wait until a reading is what is wanted; return the last one."""
    for _ in range(tries):
        got = read()
        if wanted(got):
            return got
        box.page.wait_for_timeout(200)
    raise AssertionError(f"it stays at {got}")


def slider(box, name):
    return box.locator(".widget-slider", has_text=name).locator(".noUi-handle")


def shown_picture(box):
    """The picture of a widget, as the page has it."""
    content = box.locator("img.picture").evaluate(
        """async image => {
             const content = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
             return btoa(Array.from(content, byte => String.fromCharCode(byte)).join('')); }"""
    )
    return Image.open(io.BytesIO(base64.b64decode(content)))


def specification(box):
    return json.loads(box.locator("pre").inner_text())


def near(values, rows, name, scale=1, digits=3):
    expected = [scale * getattr(row, name) for row in rows]
    return len(values) == len(rows) and np.allclose(values, expected, atol=0.6 * 10**-digits)


def agrees(box, clip, captions):
    """Whether page, picture, specification and plain functions all say the same."""
    whole = specification(box)
    picture = clipstudio.photograph(
        Product.from_dict(whole["product"]), Shot.from_dict(whole["shot"]), 256
    )
    rows = parts.answers(clip, picture, captions)
    same = np.array_equal(np.asarray(shown_picture(box)), np.asarray(picture))
    return (
        same
        and near(numbers(box, "cosine"), rows, "cosine")
        and near(numbers(box, "probability"), rows, "probability", 100, 1)
    )


def test_product_studio_follows_keyboard_and_mouse(notebook, clip):
    box = widget(notebook, 0)
    captions = ["a red mug", "a blue mug", "a red vase", "a photo of a chair"]
    box.get_by_role("button", name="Show the specification").click()
    settled(box, lambda: agrees(box, clip, captions), bool)
    handle = slider(box, "yaw")
    start = specification(box)["shot"]["yaw"]
    handle.focus()
    for _ in range(5):
        notebook.keyboard.press("ArrowRight")
    settled(box, lambda: specification(box)["shot"]["yaw"], lambda yaw: yaw == start + 5)
    settled(box, lambda: agrees(box, clip, captions), bool)
    place = handle.bounding_box()
    notebook.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    notebook.mouse.down()
    notebook.mouse.move(place["x"] + 40, place["y"] + 5, steps=20)
    notebook.mouse.up()
    settled(box, lambda: specification(box)["shot"]["yaw"], lambda yaw: yaw > start + 10)
    settled(box, lambda: agrees(box, clip, captions), bool)
    box.get_by_label("category").select_option("sofa")
    box.get_by_label("colour", exact=True).select_option("green")
    box.get_by_label("captions").fill("a green sofa\n<b>a gnu</b>")
    settled(box, lambda: agrees(box, clip, ["a green sofa", "<b>a gnu</b>"]), bool)
    assert specification(box)["product"]["category"] == "sofa"
    expect(box).to_contain_text("“gnu”")
    assert box.locator("img.picture").get_attribute("alt").startswith("sofa, green")


def test_the_still_strip_hides_while_the_widget_lives(notebook):
    strips = notebook.locator(".jp-OutputArea-child:has(> .jp-RenderedImage)")
    expect(strips).to_have_count(4)  # OwnPictures has none
    for strip in strips.all():
        expect(strip).to_be_hidden()


def test_a_picture_is_kept_for_the_notebook(notebook):
    box = widget(notebook, 0)
    box.get_by_role("button", name="Keep this picture").click()
    expect(box).to_contain_text("clipkit.widgets.kept[0].picture")


def test_every_control_is_reached_by_tab_and_named(notebook):
    box = widget(notebook, 0)
    box.get_by_label("category").focus()
    reached = []
    for _ in range(14):
        reached.append(
            notebook.evaluate(
                """() => { const e = document.activeElement;
                 const label = e.labels && e.labels[0] ? e.labels[0].innerText : '';
                 return label || e.getAttribute('aria-label') || e.innerText || e.title; }"""
            )
        )
        notebook.keyboard.press("Tab")
    names = " | ".join(reached)
    for control in (
        "category",
        "design",
        "pattern",
        "material",
        "light",
        "background",
        "Surprise",
        "Keep",
        "specification",
        "captions",
        "yaw: Where the camera",
    ):
        assert control in names, f"{control} is not among {names}"
    assert all(name.strip() for name in reached)


def test_radiograph_studio_shows_film_mask_and_curve(notebook, clip):
    box = widget(notebook, 1)
    expect(box).to_contain_text("nothing here is for diagnosis")
    handle = slider(box, "size")
    handle.focus()
    for size in ("0.55", "0.60", "0.65"):
        notebook.keyboard.press("ArrowRight")
        expect(box.locator("svg[role=img]")).to_have_attribute(
            "aria-label", re.compile(f"at size {size.rstrip('0')};"), timeout=SECONDS
        )
    points = box.locator("svg[role=img] polyline").first.get_attribute("points")
    assert len(points.split()) == 4
    side = box.get_by_label("side").evaluate("e => e.selectedOptions[0].text")
    findings = Findings([Finding("pleural effusion", side, 0.65)])
    film = clipstudio.radiograph(Patient.random(7), findings, 160)
    assert shown_picture(box).tobytes() == film.tobytes()
    statements = parts.lines_of(box.get_by_label("statements").input_value())
    rows = parts.answers(clip, film, statements)
    assert near(numbers(box, "cosine"), rows, "cosine")
    box.get_by_label("show the true mask").check()
    settled(box, lambda: shown_picture(box).mode, lambda mode: mode == "RGB")
    assert near(numbers(box, "cosine"), rows, "cosine")


def test_prompt_lab_marks_what_an_edit_changes(notebook):
    box = widget(notebook, 2)
    before = box.locator(".accuracy").inner_text()
    assert re.fullmatch(r"0\.\d{3} \[0\.\d{3}, [01]\.\d{3}\]|1\.000 .*", before)
    box.get_by_label("templates").fill("{}\na {} in blue")
    expect(box).to_contain_text("The last edit changed", timeout=SECONDS)
    text = box.inner_text()
    changed = re.search(r"changed (\d+) predictions: (\d+) became right, (\d+)", text)
    if changed:
        n, repaired, broken = map(int, changed.groups())
        assert box.locator("figure.changed").count() == min(n, 24) and repaired + broken <= n
        after = float(box.locator(".accuracy").inner_text().split()[0])
        assert after - float(before.split()[0]) == pytest.approx((repaired - broken) / 40, abs=2e-3)
    box.get_by_label("labels").fill("mug\nfrog")
    expect(box).to_contain_text("“frog” is none of the classes", timeout=SECONDS)


def test_search_box_finds_as_one_types_and_by_picture(notebook, clip):
    few = clipkit.data.load_catalog()["test"].select(range(300, 340))
    rows = clip.encode_images(few["image"])
    box = widget(notebook, 3)
    field = box.get_by_placeholder("type what you look for")
    field.fill("")
    field.press_sequentially("a blue chair", delay=30)
    best = (rows @ clip.encode_texts(["a blue chair"])[0]).sort(descending=True)
    settled(
        box,
        lambda: numbers(box, "cosine"),
        lambda got: len(got) == 12 and np.allclose(got, best.values[:12], atol=6e-4),
    )
    expect(box.locator("figcaption").first).to_contain_text(few["title"][int(best.indices[0])][:30])
    box.get_by_label("like result").select_option("2")
    expect(box).to_contain_text("You may also like, after 1 that you liked", timeout=SECONDS)
    expect(box.locator("figure")).to_have_count(12 + 6, timeout=SECONDS)
    box.get_by_role("button", name="Forget what I liked").click()
    expect(box.locator("figure")).to_have_count(12, timeout=SECONDS)
    content = few["image"][7]
    buffer = io.BytesIO()
    content.save(buffer, "PNG")
    with notebook.expect_file_chooser() as chooser:
        box.get_by_role("button", name="Search with a picture").click()
    chooser.value.set_files(
        [{"name": "mine.png", "mimeType": "image/png", "buffer": buffer.getvalue()}]
    )
    expect(box).to_contain_text("like mine.png", timeout=SECONDS)
    expect(box.locator("figcaption").first).to_contain_text(few["title"][7][:30], timeout=SECONDS)


def encoded(mode="RGB", kind="PNG", size=(60, 40), colour=None, **options):
    buffer = io.BytesIO()
    Image.new(mode, size, colour or 0).save(buffer, kind, **options)
    return buffer.getvalue()


def bomb():
    """A PNG that says it has 30,000 by 30,000 pixels."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = b""
    for name, content in ((b"IHDR", head), (b"IDAT", b""), (b"IEND", b"")):
        check = struct.pack(">I", zlib.crc32(name + content))
        chunks += struct.pack(">I", len(content)) + name + content + check
    return b"\x89PNG\r\n\x1a\n" + chunks


def test_own_pictures_takes_good_files_and_names_bad_ones(notebook, clip):
    moving = io.BytesIO()
    Image.new("RGB", (30, 30), "red").save(
        moving, "GIF", save_all=True, append_images=[Image.new("RGB", (30, 30), "blue")]
    )
    good = {
        "cmyk.jpg": encoded("CMYK", "JPEG", colour=(0, 200, 200, 0)),
        "moving.gif": moving.getvalue(),
        "big.png": encoded(size=(3000, 2000)),
    }
    whole = encoded(kind="JPEG", size=(400, 400))
    bad = {"cut.jpg": whole[: len(whole) // 2], "notes.png": b"just some words", "huge.png": bomb()}
    box = widget(notebook, 4)
    files = [
        {"name": name, "mimeType": "image/png", "buffer": content}
        for name, content in {**good, **bad}.items()
    ]
    with notebook.expect_file_chooser() as chooser:
        box.get_by_role("button", name="Choose pictures").click()
    chooser.value.set_files(files)
    expect(box).to_contain_text("3 read, 3 in all.", timeout=SECONDS)
    for name in bad:
        expect(box).to_contain_text(name)
    expect(box).to_contain_text("more than 50 million pixels")
    pictures = [uploads.read_picture(content, name) for name, content in good.items()]
    box.get_by_label("labels").fill("a mug\na red shoe")
    shares = clip.zero_shot(pictures, ["a mug", "a red shoe"], "{}").amax(1)
    settled(
        box,
        lambda: numbers(box, "probability"),
        lambda got: np.allclose(got, 100 * shares, atol=0.06) if len(got) == 3 else False,
    )
    box.get_by_role("button", name="compare").click()
    rows = clip.encode_images(pictures)
    settled(
        box,
        lambda: numbers(box, "cosine"),
        lambda got: len(got) == 9 and np.allclose(got, (rows @ rows.T).flatten(), atol=0.006),
    )


def drop(box, files):
    """Drop files onto a widget's field, as a hand would."""
    box.locator(".drop").evaluate(
        """(field, files) => {
             const data = new DataTransfer();
             for (const [name, size, bytes] of files)
               data.items.add(new File([bytes.length ? new Uint8Array(bytes)
                                                     : new Uint8Array(size)], name));
             field.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true,
                                                        cancelable: true})); }""",
        [[name, size, list(content)] for name, size, content in files],
    )


def test_dropped_files_take_the_same_road_and_too_many_bytes_are_refused(notebook):
    box = widget(notebook, 4)
    box.get_by_role("button", name="Clear").click()
    expect(box).to_contain_text("No pictures yet", timeout=SECONDS)
    drop(box, [("dropped.png", 0, encoded(colour="red")), ("second.png", 0, encoded())])
    expect(box).to_contain_text("2 read, 2 in all.", timeout=SECONDS)
    drop(box, [("endless.tif", uploads.MOST_BYTES + 1, b"")])
    expect(box).to_contain_text("too large together", timeout=SECONDS)


def test_a_second_run_and_a_second_notebook_disturb_nothing(notebook, lab, chromium, clip):
    cell = notebook.locator(".jp-CodeCell").nth(1)
    cell.locator(".cm-content").click()
    notebook.keyboard.press("Control+Enter")
    box = widget(notebook, 0)
    settled(
        box,
        lambda: box.get_by_label("category").input_value() if box.count() else "",
        lambda value: (
            "mug" in box.get_by_label("category").evaluate("e => e.selectedOptions[0].text")
        ),
    )
    expect(notebook.locator(".jp-CodeCell .clipkit-widget")).to_have_count(5, timeout=SECONDS)
    lab.write("second.ipynb", "import clipkit\nclipkit.widgets.ProductStudio()")
    other = notebook.context.new_page()
    other.set_default_timeout(SECONDS)
    try:
        lab.open(other, "second.ipynb")
        lab.run_all(other)
        there = widget(other, 0)
        there.get_by_label("category").select_option("vase")
        there.get_by_role("button", name="Show the specification").click()
        captions = parts.lines_of(there.get_by_label("captions").input_value())
        settled(there, lambda: agrees(there, clip, captions), bool)
        assert specification(there)["product"]["category"] == "vase"
    finally:
        other.close()
    assert box.get_by_label("category").evaluate("e => e.selectedOptions[0].text") == "mug"


def contrast(box, selector):
    """The contrast of a text with the page behind it, by the rule of WCAG 2."""
    colours = box.locator(selector).first.evaluate(
        """e => { const rgb = c => c.match(/[\\d.]+/g).map(Number);
             let back = e; let colour = [0, 0, 0, 0];
             while (back) { const c = rgb(getComputedStyle(back).backgroundColor);
               if (c.length === 3 || c[3] > 0) { colour = c; break; } back = back.parentElement; }
             return [rgb(getComputedStyle(e).color), colour]; }"""
    )

    def luminance(rgb):
        c = np.array(rgb[:3]) / 255
        c = np.where(c <= 0.03928, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
        return float(c @ [0.2126, 0.7152, 0.0722])

    light, dark = sorted(map(luminance, colours), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_texts_are_readable_in_both_themes(notebook, lab, theme):
    lab.do(notebook, "apputils:change-theme", theme=f"JupyterLab {theme}")
    expect(notebook.locator("body")).to_have_attribute(
        "data-jp-theme-light", "true" if theme == "Light" else "false", timeout=SECONDS
    )
    for number, selector in (
        (0, ".cosine"),
        (0, "tbody th"),
        (0, "caption"),
        (1, ".notice"),
        (2, "figcaption"),
        (3, "figcaption"),
        (4, "[role=status]"),
    ):
        assert contrast(widget(notebook, number), selector) > 4.5, (theme, number, selector)
    if SHOTS:
        for number in range(5):
            path = Path(SHOTS) / f"{theme.lower()}-{number}.png"
            widget(notebook, number).screenshot(path=path)
