"""The widgets without a browser: their plain functions, their logic, and their still strips."""

import asyncio
import base64
import io
import json
import re
import struct
import zlib
from dataclasses import replace

import ipywidgets
import nbformat.v4 as v4
import numpy as np
import pytest
import torch
from nbconvert import HTMLExporter
from PIL import Image

import clipkit
import clipstudio
from clipkit import widgets
from clipkit.evaluation import paired_difference
from clipkit.notes import ClipWarning
from clipkit.pictures import PictureError
from clipkit.search import Index
from clipkit.widgets import finder, own, parts, product, prompts, radiograph, uploads, views
from clipstudio import Finding, Findings, Patient, Product, Shot


def file_of(mode="RGB", kind="PNG", size=(40, 30), **options):
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, kind, **options)
    return buffer.getvalue()


def shown(live):
    """The picture on the page."""
    return Image.open(io.BytesIO(live.image.png))


def bomb(width=30_000, height=30_000):
    """A PNG that says it is enormous and holds nothing."""

    def chunk(name, content):
        check = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


# ------------------------------------------------------------ search
def test_the_index_finds_what_sorting_all_cosines_finds():
    torch.manual_seed(0)
    rows = torch.nn.functional.normalize(torch.randn(50, 8), dim=1)
    queries = torch.nn.functional.normalize(torch.randn(5, 8), dim=1)
    scores, found = Index(rows).search(queries, k=7)
    for query, score, row in zip(queries.numpy(), scores.numpy(), found.numpy(), strict=True):
        cosines = [float(np.dot(query, other)) for other in rows.numpy()]
        expected = sorted(range(50), key=lambda i: -cosines[i])[:7]
        assert row.tolist() == expected
        assert np.allclose(score, [cosines[i] for i in expected], atol=1e-6)


# ------------------------------------------------------------ answers
def test_answers_agree_with_similarity_and_zero_shot(tiny_clip):
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8))
    texts = ["a red mug", "mug", "of"]
    rows = parts.answers(tiny_clip, picture, texts)
    cosines = tiny_clip.similarity([picture], texts)[0]
    shares = tiny_clip.zero_shot([picture], texts, "{}")[0]
    assert [row.text for row in rows] == texts
    assert np.allclose([row.cosine for row in rows], cosines, atol=1e-6)
    assert np.allclose([row.probability for row in rows], shares, atol=1e-5)
    assert parts.answers(tiny_clip, picture, []) == []


def test_unknown_words_are_named_each_time(tiny_clip):
    tiny_clip.words = frozenset({"a", "mug"})
    assert parts.unknown_words(tiny_clip, ["a gnu", "a mug", "a gnu"]) == ["gnu"]
    for _ in range(2):
        assert "“gnu”" in parts.note_on_words(tiny_clip, ["a gnu"])
    assert parts.note_on_words(tiny_clip, ["a mug"]) == ""


def test_what_the_learner_writes_is_never_read_as_html():
    # The pages' own modules set text, never HTML; the browser's tests type some.
    assert not any("innerHTML" in file.read_text() for file in views.STATIC.glob("*.js"))
    points = {0.5: [parts.Answer("<b>&", 0.5, 1.0)]}
    assert "<b>" not in radiograph.curve_html(points)


# ------------------------------------------------------------ moves
def test_moves_are_merged_and_the_latest_state_is_drawn():
    state, drawn = {"value": 0}, []

    async def play():
        moves = parts.Moves(lambda step: drawn.append((step, state["value"])), (0.02, 0.05, 0.1))
        for value in range(1, 101):  # all before the first drawing
            state["value"] = value
            moves.ask()
        while (2, 100) not in drawn:
            await asyncio.sleep(0.01)

    asyncio.run(play())
    assert drawn == [(0, 100), (1, 100), (2, 100)]


def test_a_move_during_the_rest_begins_again_with_the_coarse_step():
    drawn = []

    async def play():
        def draw(step):
            drawn.append(step)
            if len(drawn) == 1:  # move again when the sharp step already waits
                asyncio.get_running_loop().call_soon(moves.ask)

        moves = parts.Moves(draw, (0.01, 0.5))
        moves.ask()
        while 1 not in drawn:
            await asyncio.sleep(0.01)

    asyncio.run(play())
    assert drawn == [0, 0, 1]


def test_without_a_loop_the_last_step_is_drawn_at_once():
    drawn = []
    parts.Moves(drawn.append, (0, 0, 0)).ask()
    assert drawn == [2]


# ------------------------------------------------------------ ProductStudio
@pytest.fixture
def product_studio(tiny_clip):
    return widgets.ProductStudio(tiny_clip, size=32)


def test_every_category_can_be_chosen_and_drawn_from_its_range(tiny_clip):
    start = Product.random(3, category="mug", colour="red")
    for category in clipstudio.CATEGORIES:
        other = product.with_category(start, category)
        made = clipstudio.CATEGORIES[category].designs[other.design]
        assert other.material in made.materials and other.pattern in made.patterns
        low, high = product.yaw_range(other)
        assert low <= product.resting_yaw(other) <= high


def test_controls_and_specification_agree_after_every_move(product_studio):
    live = product_studio
    moves = {
        "category": "t-shirt",
        "colour": "navy",
        "yaw": 12,
        "light": "hard",
        "background": "wall",
        "second_colour": "yellow",
    }
    for name, value in moves.items():
        before = live.picture
        getattr(live, name).value = value
        assert live.picture.tobytes() != before.tobytes() or name == "second_colour", name
    live.pattern.value = "striped"
    assert live.product.category == "t-shirt" and live.product.second_colour == "yellow"
    assert live.product.design in live.design.options
    assert live.shot == Shot(yaw=12, light="hard", background="wall")
    expected = clipstudio.photograph(live.product, live.shot, live.picture.width)
    assert live.picture.tobytes() == expected.tobytes()
    assert shown(live).tobytes() == live.picture.tobytes()
    assert live.image.alt.startswith("t-shirt, navy and yellow, striped")


def test_the_bars_show_what_the_plain_function_gives(product_studio):
    live = product_studio
    live.captions.value = "mug\na red mug\n\nmug"
    rows = parts.answers(live.clip, live.picture, ["mug", "a red mug"])
    assert live.bars.rows == [[row.text, row.cosine, row.probability] for row in rows]
    live.captions.value = "  \n"
    assert live.bars.rows == []


def test_a_kept_picture_can_be_made_again_from_its_specification(product_studio):
    live, n = product_studio, len(widgets.kept)
    live.category.value = "sofa"
    live.keep.click()
    kept = widgets.kept[-1]
    assert len(widgets.kept) == n + 1 and f"kept[{n}]" in live.message.value
    live.category.value = "mug"
    again = clipstudio.photograph(kept.product, kept.shot, kept.picture.width)
    assert again.tobytes() == kept.picture.tobytes()
    live.details.value = True
    text = re.search(r"<pre>(.*)</pre>", live.specification.value, re.DOTALL).group(1)
    whole = json.loads(text)
    assert Product.from_dict(whole["product"]) == live.product
    assert Shot.from_dict(whole["shot"]) == live.shot
    live.details.value = False
    assert "<pre>" not in live.specification.value


def test_surprises_are_products_of_their_own_and_fit_the_controls(product_studio):
    seen = set()
    for _ in range(4):
        product_studio.again.click()
        seen.add(product_studio.product)
        assert product_studio.design.value == product_studio.product.design
        assert product_studio.material.value == product_studio.product.material
    assert len(seen) == 4


# ------------------------------------------------------------ RadiographStudio
def test_the_film_and_its_curve_follow_the_controls(tiny_clip):
    live = widgets.RadiographStudio(tiny_clip, ["mug", "of"], size=48)
    assert "nothing here is for diagnosis" in live.children[1].value
    for size in (0.1, 0.9):
        live.extent.value = size
    assert sorted(live.curve) == [0.1, 0.5, 0.9]
    expected = clipstudio.radiograph(
        Patient.random(live.number.value),
        Findings([Finding("pleural effusion", live.side.value, 0.9)]),
        48,
    )
    assert live.picture.tobytes() == expected.tobytes()
    assert live.curve[0.9] == parts.answers(tiny_clip, expected, ["mug", "of"])
    assert live.chart.value.count("<polyline") == 2 and "at size 0.9" in live.chart.value
    live.finding.value = "nodule"
    assert sorted(live.curve) == [0.9] and live.zone.value in ("upper", "middle", "lower")
    live.statements.value = "mug"
    assert live.chart.value.count("<polyline") == 1
    live.finding.value = radiograph.NORMAL
    assert not live.findings and not live.curve and "<polyline" not in live.chart.value


def test_the_true_mask_is_laid_over_the_film_on_request_only(tiny_clip):
    live = widgets.RadiographStudio(tiny_clip, size=48)
    plain = np.asarray(shown(live).convert("RGB")).astype(int)
    answers = live.answers
    live.mask.value = True
    marked = np.asarray(shown(live)).astype(int)
    mask = clipstudio.finding_masks(live.patient, live.findings, 48)["pleural effusion"]
    assert mask.any() and (np.abs(marked - plain).sum(axis=2)[~mask] == 0).all()
    assert (np.abs(marked - plain).sum(axis=2)[mask] > 0).all()
    assert live.answers == answers  # the model never sees the mask


# ------------------------------------------------------------ PromptLab
CLASSES = ["mug", "red mug", "of"]


@pytest.fixture(scope="module")
def small_catalog():
    from datasets import Dataset, DatasetDict

    rng = np.random.default_rng(0)

    def split(n):
        pictures = [Image.fromarray(rng.integers(0, 255, (32, 32, 3), np.uint8)) for _ in range(n)]
        classes = [CLASSES[i % 3] for i in range(n)]
        return Dataset.from_dict({"image": pictures, "category": classes})

    return DatasetDict(validation=split(15), test=split(9))


def test_the_lab_marks_what_an_edit_changed(tiny_clip, small_catalog):
    lab = widgets.PromptLab(tiny_clip, small_catalog)
    first = lab.predicted
    rows = tiny_clip.encode_images(small_catalog["validation"]["image"])
    names = sorted(CLASSES)
    best = tiny_clip.zero_shot(small_catalog["validation"]["image"], names).argmax(1)
    assert first == [names[i] for i in best]
    lab.labels.value = "mug = red\nred mug = of a mug\nof = a photo of a red mug"
    labels = dict(
        zip(("mug", "red mug", "of"), ("red", "of a mug", "a photo of a red mug"), strict=True)
    )
    assert lab.predicted == prompts.predict(tiny_clip, rows, labels, ["a photo of a {}."])
    truth = small_catalog["validation"]["category"]
    changed = [i for i in range(15) if lab.predicted[i] != first[i]]
    assert lab.change.changed == changed
    before = sum(a == b for a, b in zip(truth, first, strict=True))
    after = sum(a == b for a, b in zip(truth, lab.predicted, strict=True))
    assert lab.change.repaired - lab.change.broken == after - before
    assert lab.grid.value.count("changed") == len(changed) == lab.grid.value.count("was: ")
    assert str(lab.accuracy) in lab.score.value and lab.accuracy.value == pytest.approx(after / 15)


def test_the_lab_says_what_is_wrong_and_keeps_what_it_had(tiny_clip, small_catalog):
    lab = widgets.PromptLab(tiny_clip, small_catalog)
    shown = lab.grid.value
    lab.labels.value = "mug\nfrog"
    assert "“frog” is none of the classes" in lab.note.value and lab.grid.value == shown
    lab.labels.value = "mug\nred mug"
    assert "always wrong: of" in lab.note.value
    lab.templates.value = "a photo"
    assert "should have {} once" in lab.note.value
    lab.templates.value = "{}"
    lab.split.value = "test"
    assert len(lab.truth) == len(lab.predicted) == 9 and lab.change.changed == []


def test_the_lab_compares_the_edits_with_the_start_in_pairs(tiny_clip, small_catalog):
    lab = widgets.PromptLab(tiny_clip, small_catalog)
    assert lab.gain is None and "paired difference" not in lab.score.value
    truth, first = np.array(lab.truth), np.array(lab.predicted)
    lab.labels.value = "mug = red\nred mug = of a mug\nof = a photo of a red mug"
    lab.templates.value = "{}"  # the second edit: the start stays what is compared with
    expected = paired_difference(first == truth, np.array(lab.predicted) == truth)
    assert lab.gain == expected and f"{expected:+.3f}" in lab.score.value
    lab.labels.value, lab.templates.value = "\n".join(lab.classes), "a photo of a {}."
    assert lab.gain is None


def test_the_lab_counts_what_was_measured_on_test(tiny_clip, small_catalog):
    lab = widgets.PromptLab(tiny_clip, small_catalog)
    lab.templates.value = "{}"
    assert lab.looks == 0 and "test" not in lab.message.value
    lab.split.value = "test"
    assert lab.looks == 1 and "your one look" in lab.message.value
    lab.split.value = "validation"
    lab.split.value = "test"  # the same wording again is no further choice
    assert lab.looks == 1
    lab.templates.value = "a {}"
    assert lab.looks == 2 and "2 wordings" in lab.message.value


def test_the_lab_leaves_out_pairs_that_pretraining_never_had(tiny_clip, small_catalog):
    rows = small_catalog["test"]
    marked = rows.add_column("held_out_pair", [i < 4 for i in range(len(rows))])
    lab = widgets.PromptLab(tiny_clip, {**small_catalog, "test": marked})
    lab.split.value = "test"
    assert lab.truth == list(rows["category"])[4:]


def test_one_changed_prediction_is_one(tiny_clip, small_catalog):
    lab = widgets.PromptLab(tiny_clip, small_catalog)
    lab.change = prompts.Change([3], 1, 0)
    assert "changed 1 prediction:" in lab._in_words(lab.predicted)


@pytest.mark.parametrize(
    "text", ["", "mug", "mug\nmug = cup", "mug\nmug\nof", "mug = \nof", "cup = mug\nof"]
)
def test_labels_that_cannot_be_used_are_refused(text):
    with pytest.raises(ValueError):
        prompts.parse_labels(text, CLASSES)


@pytest.mark.parametrize("text", ["", "a photo", "{} or {}", "a {}\n{}\na {}"])
def test_templates_that_cannot_be_used_are_refused(text):
    with pytest.raises(ValueError):
        prompts.parse_templates(text)


# ------------------------------------------------------------ SearchBox
@pytest.fixture
def pictures():
    rng = np.random.default_rng(1)
    return [Image.fromarray(rng.integers(0, 255, (32, 32, 3), np.uint8)) for _ in range(6)]


def test_the_box_finds_by_words_by_result_and_by_picture(tiny_clip, pictures):
    box = widgets.SearchBox(tiny_clip, pictures, list("abcdef"), query="mug", results=4)
    cosines = tiny_clip.similarity(pictures, ["mug"])[:, 0]
    assert [row for row, _ in box.found] == cosines.argsort(descending=True)[:4].tolist()
    second = box.found[1][0]
    box.like.value = 2
    assert box.found[0][0] == second and box.found[0][1] == pytest.approx(1, abs=1e-4)
    assert box.query.value == "" and f"like {'abcdef'[second]}" in box.message.value
    box.query.value = "a red mug"
    assert box.found == finder.find(tiny_clip, box.index, "a red mug", 4)
    box.query.value = ""  # deleting a word to write another finds nothing new
    assert box.found == finder.find(tiny_clip, box.index, "a red mug", 4)
    file = {"name": "mine.png", "content": parts.encoded(pictures[5])}
    box._uploaded({"new": [file]})
    assert box.found[0][0] == 5
    box._uploaded({"new": [{"name": "bad.png", "content": b"nothing"}]})
    assert "bad.png cannot be read" in box.message.value and box.found[0][0] == 5


def test_beside_the_results_stands_what_one_may_also_like(tiny_clip, pictures):
    box = widgets.SearchBox(tiny_clip, pictures, list("abcdef"), query="mug", results=4)
    assert box.also == [] and "figure" not in box.window.value
    box.like.value = 2
    first = box.found[0][0]
    assert box.liked == [first] and len(box.also) == 5 and first not in box.also
    rows = box.index.embeddings
    cosines = rows @ rows[first]
    cosines[first] = -2
    assert box.also[0] == int(cosines.argmax())
    assert "after 1 that you liked" in box.window.value
    assert box.window.value.count("<figure") == 5 and box.forget.layout.display is None
    box.like.value = 2
    assert len(box.liked) == 2 and not set(box.liked) & set(box.also) and len(box.also) == 4
    box.forget.click()
    assert box.liked == box.also == [] and "figure" not in box.window.value
    assert box.forget.layout.display == "none"


def test_recommendations_are_near_to_the_mean_and_unlike_each_other():
    rows = torch.nn.functional.normalize(torch.randn(300, 16), dim=1)
    index, liked = Index(rows), [3, 7, 200]
    got = finder.recommended(index, liked)
    profile = rows[liked].mean(dim=0)
    cosines = rows @ (profile / profile.norm())
    cosines[liked] = -2
    assert got[0] == int(cosines.argmax()) and len(set(got)) == finder.ALSO
    assert set(got) <= set(cosines.topk(finder.NEAR).indices.tolist())
    nearest = cosines.topk(finder.ALSO).indices
    pairs = ~torch.eye(finder.ALSO).bool()
    alike = [(rows[chosen] @ rows[chosen].T)[pairs].mean() for chosen in (got, nearest)]
    assert alike[0] < alike[1]
    assert finder.recommended(index, list(range(300))) == []
    assert len(finder.recommended(index, list(range(298)))) == 2


def test_titles_are_as_many_as_pictures(tiny_clip, pictures):
    with pytest.raises(ValueError, match="6 pictures and 2 titles"):
        widgets.SearchBox(tiny_clip, pictures, ["a", "b"])


# ------------------------------------------------------------ OwnPictures
def test_good_files_come_through_and_bad_ones_are_named():
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    animated = io.BytesIO()
    frames[0].save(animated, "GIF", save_all=True, append_images=frames[1:])
    whole = file_of(kind="JPEG", size=(200, 200))
    files = {
        "plain.png": file_of(),
        "cmyk.jpg": file_of("CMYK", "JPEG"),
        "deep.png": file_of("I;16"),
        "moving.gif": animated.getvalue(),
        "clear.png": file_of("RGBA"),
        "wide.png": file_of(size=(4000, 10)),
        "cut.jpg": whole[: len(whole) // 2 + 200],
        "notes.txt": b"hello",
        "empty.png": b"",
        "bomb.png": bomb(),
        "large.png": bomb(10_000, 9_500),
    }
    read, problems = uploads.read_uploads(
        {"name": name, "content": memoryview(content)} for name, content in files.items()
    )
    assert [name for name, _ in read] == list(files)[:6]
    assert all(picture.mode == "RGB" and max(picture.size) <= 1024 for _, picture in read)
    assert read[3][1].getpixel((0, 0)) == (255, 0, 0)
    for name, problem in zip(list(files)[6:], problems, strict=True):
        assert name in problem and problem.count("\n") == 0
    assert "scale it down" in problems[3] and "10000 x 9500" in problems[4]


def test_own_pictures_are_classified_searched_and_compared(tiny_clip, pictures, tmp_path):
    live = widgets.OwnPictures(tiny_clip, ["mug", "of"])
    for i, picture in enumerate(pictures):
        picture.save(tmp_path / f"{i}.png")
    (tmp_path / "broken.png").write_bytes(b"no")
    live.folder.value = str(tmp_path)
    live.read.click()
    assert live.names == [f"{i}.png" for i in range(6)] and "broken.png" in live.message.value
    shares = tiny_clip.zero_shot(pictures, ["mug", "of"], "{}")
    best = [row.text for row in own.classify(tiny_clip, live.embeddings, ["mug", "of"])]
    assert best == [["mug", "of"][i] for i in shares.argmax(1)]
    shown = [float(v) for v in re.findall(r"probability'>([\d.]+) %", live.results.value)]
    assert np.allclose(shown, 100 * shares.amax(1), atol=0.051)
    live.task.value, live.query.value = "search", "mug"
    order = tiny_clip.similarity(pictures, ["mug"])[:, 0].argsort(descending=True).tolist()
    assert re.findall(r"<figcaption>(\d)\.png", live.results.value) == list(map(str, order))
    live.task.value = "compare"
    assert live.results.value.count("cosine'>") == 36
    assert live.results.value.count("cosine'>1.00<") >= 6
    live.folder.value = str(tmp_path / "missing")
    live.read.click()
    assert "There is no folder" in live.message.value and len(live.names) == 6
    live.clear.click()
    assert live.names == [] and "No pictures yet" in live.results.value


def test_dropped_files_come_as_uploaded_ones_do(tiny_clip):
    live = widgets.OwnPictures(tiny_clip)
    contents = [memoryview(file_of()), memoryview(b"no picture")]
    live.drop._handle_custom_msg(["one.png", "two.png"], contents)
    assert live.names == ["one.png"] and "two.png" in live.message.value


def test_a_folder_in_splits_with_a_damaged_picture_is_read(tiny_clip, pictures, tmp_path, recwarn):
    for part, picture in zip(("train/mug", "test/mug"), pictures, strict=False):
        (tmp_path / part).mkdir(parents=True)
        picture.resize((3000, 40)).save(tmp_path / part / "a.png")
    (tmp_path / "test/mug/b.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0")
    whole = file_of(kind="JPEG", size=(400, 400))  # its end is there, its middle is not
    (tmp_path / "test/mug/c.jpg").write_bytes(whole[:300] + whole[-2:])
    live = widgets.OwnPictures(tiny_clip)
    live.folder.value = str(tmp_path)
    live.read.click()
    assert live.names == ["train/mug/a.png", "test/mug/a.png"]
    assert "EPS" in live.message.value and "c.jpg" in live.message.value
    assert all(max(picture.size) == 1024 for picture in live.pictures) and not recwarn.list


def test_a_search_box_counts_pictures_by_position_and_passes_over_damaged_ones(tiny_clip, pictures):
    import pandas as pd

    mixed = [pictures[0], b"damaged", pictures[1], None, pictures[2]]
    with pytest.warns(ClipWarning, match="2 left out"):
        live = widgets.SearchBox(tiny_clip, pd.Series(mixed, index=[3, 1, 4, 0, 2]), list("abcde"))
    assert sorted(row for row, _ in live.found) == live.rows == [0, 2, 4]
    live._like({"new": 1})
    assert live.found[0][1] > 0.999 and live.message.value.count("like")
    assert sorted([*live.liked, *live.also]) == [0, 2, 4]
    assert live.still()[0]
    with pytest.raises(ValueError, match="5 pictures and 2 rows"):
        widgets.SearchBox(tiny_clip, mixed, index=Index(torch.eye(2)))


def test_a_prompt_lab_takes_labels_as_numbers_and_says_what_it_needs(tiny_clip, pictures):
    from datasets import ClassLabel, Dataset, DatasetDict, Features
    from datasets import Image as ImageFeature

    features = Features({"image": ImageFeature(), "category": ClassLabel(names=["mug", "red"])})
    rows = [{"bytes": file_of(), "path": None} for _ in range(4)] + [{"bytes": b"no", "path": None}]
    split = Dataset.from_dict({"image": rows, "category": [0, 1, 0, 1, 1]}, features=features)
    with pytest.warns(ClipWarning, match="1 left out"):
        lab = widgets.PromptLab(tiny_clip, DatasetDict(validation=split, test=split))
    assert lab.truth == ["mug", "red", "mug", "red"] and lab.still()[0]
    with pytest.raises(ValueError, match="catalog is a Dataset; .* validation and test"):
        widgets.PromptLab(tiny_clip, split)


def test_an_empty_upload_is_refused_in_a_sentence():
    with pytest.raises(PictureError, match="nothing.png is empty"):
        uploads.read_picture(b"", "nothing.png")


# ------------------------------------------------------------ still strips
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def outputs_of(monkeypatch):
    """What a widget puts below its cell, as a notebook keeps it."""

    def collect(live):
        kept = []

        def display(data, raw, metadata=None):
            if "image/png" in data:
                data = {"image/png": base64.b64encode(data["image/png"]).decode()}
            kept.append(v4.new_output("display_data", data, metadata=metadata or {}))

        monkeypatch.setattr(parts, "display", display)
        live._ipython_display_()
        return kept

    return collect


def test_every_widget_leaves_a_strip_with_words_for_it(
    tiny_clip, pictures, small_catalog, outputs_of, monkeypatch
):
    clipstudio.warm_up(lambda _: None)
    lives = [
        widgets.ProductStudio(tiny_clip, size=32),
        widgets.RadiographStudio(tiny_clip, size=32),
        widgets.PromptLab(tiny_clip, small_catalog),
        widgets.SearchBox(tiny_clip, pictures),
    ]
    for live in lives:
        strip, view = outputs_of(live)
        assert view.data["text/plain"].startswith(type(live).__name__)
        assert view.data[VIEW]["model_id"] == live.model_id
        assert Image.open(io.BytesIO(base64.b64decode(strip.data["image/png"]))).width > 200
        assert len(strip.metadata["image/png"]["alt"]) > 20
    assert "for diagnosis" in outputs_of(lives[1])[1].data["text/plain"]
    monkeypatch.setenv("CLIPKIT_STILL", "1")
    strip, words = outputs_of(lives[0])
    assert set(strip.data) == {"image/png"} and set(words.data) == {"text/plain"}


def test_an_exported_page_shows_the_strip_with_and_without_the_widgets_state(tiny_clip, outputs_of):
    clipstudio.warm_up(lambda _: None)
    live = widgets.ProductStudio(tiny_clip, size=32)
    strip, view = outputs_of(live)
    cell = v4.new_code_cell("studio", outputs=[strip, view])
    state = ipywidgets.Widget.get_manager_state()
    for metadata in ({}, {"widgets": {"application/vnd.jupyter.widget-state+json": state}}):
        page, _ = HTMLExporter().from_notebook_node(
            v4.new_notebook(cells=[cell], metadata=metadata)
        )
        assert f'src="data:image/png;base64,{strip.data["image/png"]}"' in page


def test_two_of_a_kind_do_not_disturb_each_other(tiny_clip):
    first, second = (widgets.ProductStudio(tiny_clip, size=32) for _ in range(2))
    first.category.value = "sofa"
    assert second.product.category == "mug" and second.category.value == "mug"
    assert first.model_id != second.model_id


def test_the_shared_model_is_loaded_once(tiny_checkpoint, monkeypatch):
    monkeypatch.setenv("CLIPKIT_MODEL", str(tiny_checkpoint))
    assert parts.shared_clip() is parts.shared_clip()
    mine = clipkit.load(tiny_checkpoint)
    assert parts.shared_clip(mine) is mine


def test_words_of_a_picture_name_both_colours_of_a_pattern():
    mug = Product("mug", "straight", "red", "white", "striped", "ceramic")
    assert "red and white, striped" in product.in_words(mug, Shot())
    assert "white," not in product.in_words(replace(mug, pattern="plain"), Shot()).split("light")[0]
