"""Loading and encoding: the same numbers as plain Hugging Face code, whatever the form."""

import copy
import gc
import gzip
import html
import io
import json
import os
import pickle
import pkgutil
import shutil
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import clipkit
from clipkit.hub import CheckpointError
from clipkit.model import Clip
from clipkit.pictures import PictureError
from clipkit.pixels import Pixels
from clipkit.texts import words_of

SIZES = [
    (32, 32),
    (1, 1),
    (31, 32),
    (33, 100),
    (100, 33),
    (75, 50),
    (320, 240),
    (47, 300),
    (64, 65),
]
TEXTS = [
    "a red mug",
    "",
    "A  RED Mug",
    "a photo of a very long red mug, striped",
    "mug",
    "émaillé 42!",
]


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(0)
    return [
        Image.fromarray(rng.integers(0, 256, (4, 4, 3), np.uint8)).resize(size) for size in SIZES
    ]


@pytest.fixture(scope="module")
def plain(tiny_checkpoint):
    """What code without clipkit gives for the same checkpoint."""
    from transformers import CLIPModel, CLIPProcessor

    model = CLIPModel.from_pretrained(tiny_checkpoint).eval()
    processor = CLIPProcessor.from_pretrained(tiny_checkpoint)
    return model, processor


def unit(output):
    return output.pooler_output / output.pooler_output.norm(dim=-1, keepdim=True)


def close(a, b, tolerance=1e-5):
    return a.shape == b.shape and (a - b).abs().max().item() < tolerance


def python(code, *arguments):
    """What a program prints in a process of its own."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_importing_the_package_is_cheap():
    code = "import sys, clipkit; print(sorted({'torch', 'transformers', 'PIL'} & set(sys.modules)))"
    assert python(code) == "[]"
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = clipkit.nothing_of_the_kind


def test_every_module_and_shortcut_is_reachable():
    here = Path(clipkit.__file__).parent
    modules = {m.name for m in pkgutil.iter_modules([str(here)]) if not m.name.startswith("_")}
    assert set(dir(clipkit)) == modules | {"load", "Clip"}
    assert python("import clipkit; print(clipkit.losses.__name__)") == "clipkit.losses"


def test_encoding_needs_neither_the_studio_nor_a_compiler(tiny_checkpoint):
    code = (
        "import sys, clipkit; from PIL import Image; clip = clipkit.load(sys.argv[1]);"
        "clip.zero_shot([Image.new('RGB', (9, 9))], ['a mug', 'a sofa']);"
        "print(sorted({'numba', 'clipstudio', 'matplotlib', 'IPython'} & set(sys.modules)))"
    )
    assert python(code, tiny_checkpoint) == "[]"


def test_images_as_with_plain_code(tiny_clip, plain, pictures):
    model, processor = plain
    with torch.no_grad():
        expected = torch.cat(
            [
                unit(model.get_image_features(**processor(images=[p], return_tensors="pt")))
                for p in pictures
            ]
        )
    result = tiny_clip.encode_images(pictures)
    assert close(result, expected)
    assert result.dtype == torch.float32
    assert torch.allclose(result.norm(dim=1), torch.ones(len(pictures)), atol=1e-6)
    # the test would be empty if the model gave every picture the same row
    assert (result @ result.T).min() < 0.99


def test_texts_as_with_plain_code(tiny_clip, plain):
    model, processor = plain
    with torch.no_grad():
        inputs = processor(text=TEXTS, padding=True, return_tensors="pt")
        expected = unit(model.get_text_features(**inputs))
    result = tiny_clip.encode_texts(TEXTS)
    assert close(result, expected)
    assert result.dtype == torch.float32
    assert torch.equal(result[0], result[2])  # case and spaces do not count
    assert (result @ result.T).min() < 0.99


@pytest.mark.parametrize("batch_size", [1, 2, 4, 1000])
def test_batch_size_does_not_matter(tiny_checkpoint, pictures, batch_size):
    one, other = clipkit.load(tiny_checkpoint), clipkit.load(tiny_checkpoint)
    assert close(one.encode_images(pictures), other.encode_images(pictures, batch_size))
    assert close(one.encode_texts(TEXTS), other.encode_texts(TEXTS, batch_size))
    for odd in (1.5, True, "8"):
        with pytest.raises(ValueError, match=f"batch_size is {odd!r}, but it should be a whole"):
            one.encode_texts(["a"], odd)
    with pytest.raises(ValueError, match="batch_size is 0"):
        one.encode_images(pictures, 0) if batch_size == 1 else one.encode_texts(["a"], 0)


def test_forms_of_input(tiny_clip, pictures, tmp_path):
    paths = []
    for i, picture in enumerate(pictures):
        paths.append(tmp_path / f"{i}.png")
        picture.save(paths[-1])
    expected = tiny_clip.encode_images(pictures)
    assert torch.equal(tiny_clip.encode_images(paths), expected)
    assert torch.equal(tiny_clip.encode_images(p for p in pictures), expected)
    assert torch.equal(tiny_clip.encode_images([np.asarray(p) for p in pictures]), expected)
    assert close(tiny_clip.encode_images(paths[0]), expected[:1])
    assert close(tiny_clip.encode_texts("a red mug"), tiny_clip.encode_texts(["a red mug"]))
    assert tiny_clip.encode_images([]).shape == (0, tiny_clip.dimension)
    assert tiny_clip.encode_images(iter([])).dtype == torch.float32
    assert tiny_clip.encode_texts([]).shape == (0, tiny_clip.dimension)
    with pytest.raises(TypeError, match=r"texts\[1\] is a int"):
        tiny_clip.encode_texts(["a", 3])


PROCESSORS = {
    "shortest edge": {},
    "resize beyond the crop": {"size": {"shortest_edge": 40}},
    "bilinear, other statistics": {"resample": 2, "image_mean": [0.5, 0.4, 0.3]},
    "oblong crop": {"crop_size": {"height": 24, "width": 32}},
    "fixed size": {"size": {"height": 32, "width": 40}, "do_center_crop": False},
    "no normalisation": {"do_normalize": False},
    "crop beyond the picture": {"crop_size": {"height": 48, "width": 48}},
    "fixed size, then a crop": {"size": {"height": 48, "width": 40}},
}


@pytest.mark.parametrize("kind", PROCESSORS)
def test_pixel_values_are_those_of_the_processor(kind, pictures):
    from transformers import CLIPImageProcessorPil

    small = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}
    processor = CLIPImageProcessorPil(**{**small, **PROCESSORS[kind]})
    expected = processor(images=pictures, return_tensors="pt")["pixel_values"]
    result = Pixels(processor)(pictures)
    assert close(result, expected, 1e-5)


def test_unreadable_pictures_raise_or_are_left_out(tiny_clip, pictures, tmp_path):
    paths = []
    for i, picture in enumerate(pictures[:6]):
        paths.append(tmp_path / f"{i}.png")
        picture.save(paths[-1])
    paths[2].write_bytes(b"broken")
    paths[5].unlink()
    with pytest.raises(PictureError, match=r"picture number 2 .*2\.png.*cannot be read"):
        tiny_clip.encode_images(paths)
    skipped = []
    with pytest.warns(UserWarning, match=r"2 left out: .*2\.png.*5\.png") as caught:
        rows = tiny_clip.encode_images(paths, batch_size=2, skipped=skipped)
    assert caught[0].filename == __file__
    assert [index for index, _ in skipped] == [2, 5]
    assert "there is no such file" in skipped[1][1]
    with pytest.raises(TypeError, match="skipped is a tuple"):
        tiny_clip.encode_images(paths, skipped=())
    kept = [p for i, p in enumerate(pictures[:6]) if i not in (2, 5)]
    assert close(rows, tiny_clip.encode_images(kept))


class Late(list):
    """Pictures of which the first takes its time."""

    def __getitem__(self, index):
        if index == 0:
            time.sleep(0.3)
        return super().__getitem__(index)


def test_what_was_left_out_is_told_in_order(tiny_clip):
    usual, skipped = torch.get_num_threads(), []
    torch.set_num_threads(3)
    try:
        with pytest.warns(UserWarning, match="6 left out: picture number 0 "):
            tiny_clip.encode_images(Late([b"broken"] * 6), batch_size=1, skipped=skipped)
    finally:
        torch.set_num_threads(usual)
    assert [index for index, _ in skipped] == list(range(6))


def test_an_interruption_leaves_nothing_running(tiny_clip, pictures):
    def interrupted():
        for i in range(1000):
            if i == 40:
                raise KeyboardInterrupt
            yield pictures[i % len(pictures)]

    tiny_clip.model.train()
    with pytest.raises(KeyboardInterrupt):
        tiny_clip.encode_images(interrupted(), batch_size=4)
    gc.collect()
    assert not [t for t in threading.enumerate() if t.name.startswith("clipkit")]
    assert tiny_clip.model.training  # as it was before
    assert len(tiny_clip.encode_images(pictures)) == len(pictures)


@pytest.mark.parametrize("threads", [1, 2])
def test_few_pictures_are_held_at_a_time(tiny_clip, pictures, threads):
    """A generator is taken only a few batches ahead of the model."""
    taken, ahead, usual = 0, [], torch.get_num_threads()
    tiny_clip.model.vision_model.register_forward_hook(lambda *_: ahead.append(taken))

    def stream():
        nonlocal taken
        for _ in range(80):
            taken += 1
            yield pictures[0]

    torch.set_num_threads(threads)
    try:
        tiny_clip.encode_images(stream(), batch_size=4)
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(usual)
    assert len(ahead) == 20
    assert all(read - 4 * done <= 4 * (threads + 3) for done, read in enumerate(ahead))


def test_the_number_of_threads_does_not_matter(tiny_checkpoint, pictures):
    usual, results = torch.get_num_threads(), []
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            clip = clipkit.load(tiny_checkpoint)
            results.append((clip.encode_images(pictures, 2), clip.encode_texts(TEXTS, 2)))
    finally:
        torch.set_num_threads(usual)
    for images, texts in results[1:]:
        assert torch.equal(images, results[0][0])
        assert torch.equal(texts, results[0][1])


def test_embeddings_can_be_trained_on(tiny_clip, pictures):
    rows = tiny_clip.encode_images(pictures)
    assert not rows.requires_grad
    probe = torch.nn.Linear(tiny_clip.dimension, 2)
    probe(rows).sum().backward()
    assert probe.weight.grad is not None


def test_dropout_is_off_while_encoding(tiny_clip, pictures):
    expected = tiny_clip.encode_images(pictures)
    for module in tiny_clip.model.modules():
        if hasattr(module, "dropout") and isinstance(module.dropout, float):
            module.dropout = 0.9
    tiny_clip.model.train()
    assert torch.equal(tiny_clip.encode_images(pictures), expected)


def test_long_texts_are_cut_like_the_tokenizer_cuts_and_said_once(tiny_clip, plain):
    model, processor = plain
    long = "a red mug with " + "many " * 50 + "dots"
    with pytest.warns(UserWarning, match="cut to the 40") as caught:
        result = tiny_clip.encode_texts(["a red mug", long])
    assert len(caught) == 1
    assert f'"{long[:60]}…"' in str(caught[0].message)  # and no more of it
    assert caught[0].filename == __file__
    inputs = processor.tokenizer(long, truncation=True, max_length=40, return_tensors="pt")
    with torch.no_grad():
        assert close(result[1:], unit(model.get_text_features(**inputs)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tiny_clip.encode_texts([long])
        tiny_clip.encode_texts(["a red mug"])


def test_words_never_seen_are_named_once(tiny_checkpoint, tmp_path):
    folder = shutil.copytree(tiny_checkpoint, tmp_path / "clip")
    (folder / "words.txt").write_text("a\nred\nmug\nt\nshirt\nof\nphoto\n")
    clip = clipkit.load(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clip.encode_texts(["A red mug.", "a T-shirt, 42"])
    with pytest.warns(UserWarning, match='words "zebra", "okapi"') as caught:
        clip.zero_shot(Image.new("RGB", (40, 40)), ["zebra", "mug", "red okapi"])
    assert len(caught) == 1
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clip.encode_texts(["a zebra"])
    assert words_of("Søren's T-shirt") == ["søren", "s", "t", "shirt"]


@pytest.mark.parametrize("texts", ["", ["a red mug", " "]])
def test_an_empty_text_is_said_once(tiny_clip, texts):
    with pytest.warns(UserWarning, match="text number . is empty") as caught:
        tiny_clip.encode_texts(texts)
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tiny_clip.encode_texts(texts)


def test_an_import_leaves_the_warnings_of_others_as_they_are():
    code = (
        "import warnings; usual = warnings.formatwarning, warnings.showwarning\n"
        "import clipkit; clipkit.load, clipkit.data, clipkit.zero_shot\n"
        "print((warnings.formatwarning, warnings.showwarning) == usual)"
    )
    assert python(code) == "True"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("\U0001f355", '"\U0001f355"'),
        ("a mug with a \U0001f355", '"\U0001f355"'),
        ("12345", '"12345"'),
        ("!!!", '"!!!"'),
        ("mug \u2260 mug", '"\u2260"'),
        ("mug\0", '"<U\\+0000>"'),
        ("mug\u200b", '"<U\\+200B>"'),
        ("\u676f\u5b50", '"\u676f\u5b50"'),
        ("cafe\u0301", '"caf\u00e9"'),
    ],
)
def test_what_is_no_known_word_is_named(tiny_clip, text, named):
    tiny_clip.words = frozenset(["a", "mug", "with", "photo", "of", "sofa"])
    with pytest.warns(UserWarning, match=f"never seen the word {named}"):
        tiny_clip.encode_texts([text])
    tiny_clip._said.clear()
    with pytest.warns(UserWarning, match=f"never seen the word {named}"):
        tiny_clip.encode_labels([text, "sofa"])


def test_figures_and_punctuation_beside_words_are_passed_over(tiny_clip):
    tiny_clip.words = frozenset(["a", "red", "mug"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tiny_clip.encode_texts(["a red mug, 12 - 45!", "Mug (red)"])


def test_many_unknown_words_are_counted(tiny_clip):
    tiny_clip.words = frozenset(["a"])
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [f"{first}{second}" for first in letters for second in "xyz"]
    with pytest.warns(UserWarning, match="and 68 more") as caught:
        tiny_clip.encode_texts(words)
    assert len(str(caught[0].message)) < 250


def test_a_million_characters_are_not_quoted(tiny_clip):
    with pytest.warns(UserWarning, match="cut to the 40") as caught:
        tiny_clip.encode_texts("mug " * 250_000)
    assert len(str(caught[0].message)) < 200


def test_a_special_token_in_a_text_does_not_end_it(tiny_clip):
    start = "a red mug"
    for token in ("<|endoftext|>", "<|startoftext|>"):
        row, other = tiny_clip.encode_texts([start, f"{start} {token} of"])
        assert row @ other < 0.999
        ids = tiny_clip.tokenize(f"{start} {token} of")[0].tolist()
        end = tiny_clip.processor.tokenizer.eos_token_id
        assert ids.index(end) == len(ids) - 1
        assert ids.count(tiny_clip.processor.tokenizer.bos_token_id) == 1


def test_texts_are_taken_by_position_and_only_where_they_have_one(tiny_clip):
    pandas = pytest.importorskip("pandas")
    texts = ["a red mug", "mug", "a sofa", "hat"]
    expected = tiny_clip.encode_texts(texts)
    column = pandas.Series(texts, index=[3, 1, 0, 2])
    for given in (column, np.array(texts), tuple(texts), (t for t in texts), pandas.Index(texts)):
        assert torch.equal(tiny_clip.encode_texts(given), expected)
    assert torch.equal(tiny_clip.encode_texts(column[column != "mug"]), expected[[0, 2, 3]])
    assert tiny_clip.tokenize("a red mug").shape[0] == 1
    assert tiny_clip.tokenize([]).shape[0] == 0


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"mug", "sofa"}, "texts is a set, which has no order"),
        ({"mug": "a mug"}, "texts is a dict, of which the keys or the values"),
        (b"mug", "texts is a bytes, .* decode it first"),
        (memoryview(b"mug"), "texts is a memoryview, .* decode it first"),
        (io.StringIO("mug\nsofa\n"), "an open file"),
        (3, "texts is a int, but it should be a text or a list of texts"),
        (None, "texts is a NoneType"),
        (np.array("mug"), "texts is a ndarray"),
        (["mug", None], r"texts\[1\] is a NoneType"),
        (["mug", float("nan")], r"texts\[1\] is a float"),
        ([["mug"], ["sofa"]], r"texts\[0\] is a list"),
    ],
)
def test_what_is_no_list_of_texts_is_named(tiny_clip, texts, said):
    for take in (tiny_clip.encode_texts, tiny_clip.tokenize):
        with pytest.raises(TypeError, match=said):
            take(texts)


def test_a_whole_table_is_no_list_of_texts(tiny_clip):
    datasets, pandas = pytest.importorskip("datasets"), pytest.importorskip("pandas")
    frame = pandas.DataFrame({"text": ["mug", "sofa"]})
    dataset = datasets.Dataset.from_pandas(frame)
    for table in (frame, dataset, dataset.to_iterable_dataset()):
        with pytest.raises(TypeError, match="whole table; give its column"):
            tiny_clip.encode_texts(table)
    assert tiny_clip.encode_texts(dataset["text"]).shape == (2, 16)


def test_half_a_character_is_named_by_its_text(tiny_clip):
    with pytest.raises(ValueError, match=r"texts\[1\] holds half a character at position 4"):
        tiny_clip.encode_texts(["mug", "mug \ud83c"])


@pytest.mark.parametrize("way", [copy.deepcopy, lambda clip: pickle.loads(pickle.dumps(clip))])
def test_a_copy_answers_alike_and_is_one_of_its_own(tiny_clip, pictures, way):
    texts = tiny_clip.encode_texts(TEXTS[:1])
    other = way(tiny_clip)
    assert close(other.encode_texts(TEXTS[:1]), texts, 1e-6)
    assert close(other.encode_images(pictures), tiny_clip.encode_images(pictures), 1e-6)
    with torch.no_grad():
        other.model.text_projection.weight.add_(1)
    assert not close(other.encode_texts(TEXTS[:1]), texts, 1e-3)
    assert torch.equal(tiny_clip.encode_texts(TEXTS[:1]), texts)


def test_no_text_is_computed_twice(tiny_clip):
    seen = []
    tiny_clip.model.text_model.register_forward_pre_hook(
        lambda _, args, kwargs: seen.append(len(kwargs["input_ids"])), with_kwargs=True
    )
    first = tiny_clip.encode_texts(["a mug", "a sofa", "a mug", "a mug"])
    assert sum(seen) == 2
    assert torch.equal(first[0], first[3])
    again = tiny_clip.encode_texts(["a sofa", "a hat"])
    assert sum(seen) == 3
    assert torch.equal(again[0], first[1])
    again.zero_()  # a caller's change does not reach what is remembered
    assert torch.equal(tiny_clip.encode_texts("a sofa")[0], first[1])


@pytest.mark.parametrize(
    "way",
    ["optimiser", "data", "one row", "signs", "swapped", "load_state_dict", "replaced", "peft"],
)
def test_training_is_never_answered_from_memory(tiny_checkpoint, plain, way):
    clip = clipkit.load(tiny_checkpoint)
    before = clip.encode_texts(["a red mug"])
    tower = clip.model.text_model
    if way == "optimiser":
        clip.model.get_text_features(
            input_ids=clip.tokenize(["mug"])
        ).pooler_output.sum().backward()
        torch.optim.AdamW(clip.model.parameters(), 0.1).step()
    elif way == "data":
        for parameter in tower.parameters():
            parameter.data = parameter.data * 1.3
            parameter.data.add_(0.1 * torch.randn(parameter.shape))
    elif way == "one row":  # the smallest step: one word's embedding
        ids = clip.tokenize(["a red mug"])[0]
        tower.embeddings.token_embedding.weight.data[ids[1]] *= 1.5
    elif way == "signs":
        clip.model.text_projection.weight.data[:8] *= -1
    elif way == "swapped":  # two words change places
        table = tower.embeddings.token_embedding.weight.data
        first, second = clip.tokenize(["a red mug"])[0][1:3].tolist()
        table[[first, second]] = table[[second, first]]
    elif way == "load_state_dict":
        tower.load_state_dict(
            {k: v + 0.2 * torch.randn(v.shape) for k, v in tower.state_dict().items()}
        )
    elif way == "replaced":
        torch.manual_seed(5)
        clip.model = type(clip.model)(clip.model.config).eval()
    else:
        peft = pytest.importorskip("peft")
        config = peft.LoraConfig(target_modules=["q_proj", "v_proj"], init_lora_weights=False)
        clip.model = peft.get_peft_model(clip.model, config)
    after = clip.encode_texts(["a red mug"])
    assert not close(after, before, 1e-3)
    with torch.no_grad():
        inputs = plain[1](text=["a red mug"], return_tensors="pt")
        clip.model.eval()
        assert close(after, unit(clip.model.get_text_features(**inputs)))
    if way == "peft":
        with clip.model.disable_adapter():
            assert close(clip.encode_texts(["a red mug"]), before)


def test_similarity_and_logit_scale(tiny_clip, plain, pictures):
    model, processor = plain
    inputs = processor(text=TEXTS, images=pictures, padding=True, return_tensors="pt")
    with torch.no_grad():
        logits = model(**inputs).logits_per_image
    cosines = tiny_clip.similarity(pictures, TEXTS)
    assert close(cosines * tiny_clip.logit_scale, logits, 1e-4)
    assert isinstance(tiny_clip.logit_scale, float)


def test_zero_shot_as_the_pipeline_answers(tiny_clip, plain, pictures):
    from transformers import pipeline

    model, processor = plain
    pipe = pipeline(
        "zero-shot-image-classification",
        model=model,
        image_processor=processor.image_processor,
        tokenizer=processor.tokenizer,
    )
    labels = ["mug", "red sofa", "t-shirt"]
    answers = pipe(pictures, candidate_labels=labels, hypothesis_template="this is a {}")
    expected = [
        [{a["label"]: a["score"] for a in one}[label] for label in labels] for one in answers
    ]
    result = tiny_clip.zero_shot(pictures, labels, templates="this is a {}")
    assert close(result, torch.tensor(expected))
    assert close(result.sum(1), torch.ones(len(pictures)))


def test_several_templates_are_averaged(tiny_clip, pictures):
    labels, templates = ["mug", "sofa"], ["a photo of a {}.", "a {}", "{}"]
    rows = []
    for label in labels:
        mean = tiny_clip.encode_texts([t.format(label) for t in templates]).mean(0)
        rows.append(mean / mean.norm())
    expected = tiny_clip.encode_images(pictures) @ torch.stack(rows).T * tiny_clip.logit_scale
    assert close(tiny_clip.zero_shot(pictures, labels, templates), expected.softmax(1))


@pytest.mark.parametrize(
    ("labels", "templates", "said"),
    [
        (["mug"], "a photo", "should have {} once"),
        (["mug"], "{} and {}", "should have {} once"),
        ([], "a {}", "at least one"),
        (["mug"], [], "at least one"),
        (["mug", " "], "a {}", r"labels\[1\] is blank"),
        (["mug", "sofa", "mug"], "a {}", '"mug" is given twice'),
    ],
)
def test_wrong_labels_and_templates(tiny_clip, labels, templates, said):
    with pytest.raises(ValueError, match=said):
        tiny_clip.zero_shot([], labels, templates)
    braces = tiny_clip.encode_labels(["{mug}"], "a {}")  # braces in a label are harmless
    assert close(braces, tiny_clip.encode_texts(["a {mug}"]))


def test_a_text_is_no_list_of_labels_and_one_label_is_no_choice(tiny_clip):
    picture = Image.new("RGB", (40, 40))
    with pytest.raises(TypeError, match="should be a list"):
        tiny_clip.zero_shot([picture], "mug")
    with pytest.warns(UserWarning, match="its share is 1 whatever"):
        assert tiny_clip.zero_shot([picture], ["mug"]).tolist() == [[1.0]]


def test_the_model_is_chosen_by_argument_then_environment(tiny_checkpoint, monkeypatch, tmp_path):
    monkeypatch.setattr(clipkit.hub, "_named", set())
    monkeypatch.setenv("CLIPKIT_MODEL", str(tiny_checkpoint))
    with pytest.warns(clipkit.notes.ClipWarning, match="those of the bundled model"):
        assert clipkit.load().name == str(tiny_checkpoint)
    with warnings.catch_warnings():  # said once
        warnings.simplefilter("error")
        assert clipkit.load().name == str(tiny_checkpoint)
    monkeypatch.setenv("CLIPKIT_MODEL", str(tmp_path / "nowhere"))
    assert clipkit.load(tiny_checkpoint).dimension == 16
    with pytest.raises(CheckpointError, match="there is no folder"):
        clipkit.load()
    clip = clipkit.load(tiny_checkpoint, device="cpu")
    assert repr(clip).startswith("Clip(")
    assert not clip.model.training
    assert next(clip.model.parameters()).dtype == torch.float32


def test_half_precision_on_disk_is_read_as_float32(tiny_clip, tmp_path, pictures):
    tiny_clip.processor.save_pretrained(tmp_path)
    expected = tiny_clip.encode_images(pictures)
    tiny_clip.model.half().save_pretrained(tmp_path)
    clip = clipkit.load(tmp_path)
    assert next(clip.model.parameters()).dtype == torch.float32
    assert close(clip.encode_images(pictures), expected, 2e-3)


def test_loading_prints_nothing(tiny_checkpoint, capfd):
    clipkit.load(tiny_checkpoint).encode_texts(["a mug"])
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


class Exploit:
    """Unpickling this writes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_pickled_weights_load_but_never_run_code(make_checkpoint, tmp_path, tiny_clip, pictures):
    folder = make_checkpoint(tmp_path / "clip", safe=False)
    assert close(clipkit.load(folder).encode_images(pictures), tiny_clip.encode_images(pictures))
    torch.save({"logit_scale": Exploit(tmp_path / "ran")}, folder / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match="weights of .* cannot be read"):
        clipkit.load(folder)
    assert not (tmp_path / "ran").exists()


def edited(folder, file, **changes):
    content = json.loads((folder / file).read_text())
    content.update(changes)
    (folder / file).write_text(json.dumps(content))


def break_checkpoint(folder, how):
    config, weights = folder / "config.json", folder / "model.safetensors"
    if how == "no configuration":
        config.unlink()
    elif how == "no weights":
        weights.unlink()
    elif how == "damaged weights":
        weights.write_bytes(weights.read_bytes()[:5000])
    elif how == "damaged configuration":
        config.write_text("{")
    elif how == "another model":
        edited(folder, "config.json", model_type="bert")
    elif how == "own code":
        (folder / "mine.py").write_text(f"open({str(folder / 'ran')!r}, 'w')\n")
        auto_map = {"AutoConfig": "mine.Config", "AutoModel": "mine.Model"}
        edited(folder, "config.json", model_type="mine", auto_map=auto_map)
    elif how == "parameters missing":
        from safetensors.torch import load_file, save_file

        tensors = load_file(weights)
        del tensors["visual_projection.weight"]
        save_file(tensors, weights, metadata={"format": "pt"})
    elif how == "shard missing":
        weights.unlink()
        index = {"weight_map": {"logit_scale": "model-00001-of-00002.safetensors"}}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    elif how == "no tokenizer":
        (folder / "tokenizer.json").unlink()
    elif how == "no processor":
        (folder / "processor_config.json").unlink()
    elif how == "foreign tokenizer":
        text = json.loads(config.read_text())["text_config"]
        edited(folder, "config.json", text_config={**text, "eos_token_id": 7})


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("no configuration", "has no config.json"),
        ("no weights", "has no weights"),
        ("damaged weights", "weights of .* cannot be read"),
        ("damaged configuration", "configuration of .* cannot be read"),
        ("another model", 'of type "bert"'),
        ("own code", "configuration of .* cannot be read"),
        ("parameters missing", "lack 1 of .*visual_projection.weight"),
        ("shard missing", "model-00001-of-00002.safetensors is missing"),
        ("no tokenizer", "has no tokenizer"),
        ("no processor", "has no picture processor"),
        ("foreign tokenizer", "looks for 7"),
    ],
)
def test_broken_checkpoints_get_one_sentence(tiny_checkpoint, tmp_path, how, said):
    folder = shutil.copytree(tiny_checkpoint, tmp_path / "clip")
    break_checkpoint(folder, how)
    with pytest.raises(CheckpointError, match=said) as caught:
        clipkit.load(folder)
    assert "\n" not in str(caught.value)
    assert not (folder / "ran").exists()


def test_the_oldest_checkpoints_name_no_end_token(tiny_checkpoint, tmp_path, tiny_clip):
    """OpenAI's configurations say eos_token_id 2 and mean the highest id."""
    folder = shutil.copytree(tiny_checkpoint, tmp_path / "clip")
    text = json.loads((folder / "config.json").read_text())["text_config"]
    edited(folder, "config.json", text_config={**text, "eos_token_id": 2})
    assert close(clipkit.load(folder).encode_texts(TEXTS), tiny_clip.encode_texts(TEXTS))


@pytest.fixture(scope="module")
def siglip(tmp_path_factory):
    """A tiny SigLIP with a sentencepiece tokenizer, as Google's checkpoints have."""
    sentencepiece = pytest.importorskip("sentencepiece")
    from transformers import (
        SiglipConfig,
        SiglipImageProcessorPil,
        SiglipModel,
        SiglipProcessor,
        SiglipTokenizer,
    )

    folder = tmp_path_factory.mktemp("siglip")
    sentences = [f"a photo of a {c} {p}" for c in ("red", "blue") for p in ("mug", "sofa", "hat")]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences * 20),
        model_prefix=str(folder / "spiece"),
        vocab_size=40,
        hard_vocab_limit=False,
        bos_id=-1,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        minloglevel=2,
    )
    tokenizer = SiglipTokenizer(
        str(folder / "spiece.model"), model_max_length=12, model_input_names=["input_ids"]
    )
    tower = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2}
    tower["num_hidden_layers"] = 2
    text = {"vocab_size": 40, "max_position_embeddings": 12, "projection_size": 32}
    config = SiglipConfig(
        text_config={**tower, **text, "bos_token_id": None, "eos_token_id": 1, "pad_token_id": 1},
        vision_config={**tower, "image_size": 32, "patch_size": 8},
    )
    torch.manual_seed(0)
    model = SiglipModel(config)
    model.logit_scale.data.fill_(1.5)  # both are 0 at first, and would then not be noticed
    model.logit_bias.data.fill_(-2.5)
    images = SiglipImageProcessorPil(size={"height": 32, "width": 32})
    SiglipProcessor(image_processor=images, tokenizer=tokenizer).save_pretrained(folder)
    model.save_pretrained(folder)
    return folder


def test_siglip(siglip, pictures):
    from transformers import SiglipModel, SiglipProcessor

    clip = clipkit.load(siglip)
    model = SiglipModel.from_pretrained(siglip).eval()
    processor = SiglipProcessor.from_pretrained(siglip)
    labels = ["mug", "blue sofa", "hat"]
    inputs = processor(
        text=[f"a {label}" for label in labels],
        images=pictures,
        padding="max_length",
        max_length=12,
        truncation=True,
        return_tensors="pt",
    )
    with torch.no_grad():
        expected = model(**inputs)
    assert close(clip.encode_images(pictures), expected.image_embeds)
    assert close(clip.encode_texts([f"a {label}" for label in labels]), expected.text_embeds)
    assert close(clip.zero_shot(pictures, labels, "a {}"), expected.logits_per_image.sigmoid())
    assert clip.logit_bias == pytest.approx(-2.5)
    assert clip.encode_images([]).shape == (0, 32)
    long = "a photo of a red mug of a blue sofa of a hat of a mug"
    with pytest.warns(UserWarning, match="cut to the 12"):
        result = clip.encode_texts(long)
    cut = processor.tokenizer(long, truncation=True, max_length=12, return_tensors="pt")
    with torch.no_grad():
        assert close(result, unit(model.get_text_features(input_ids=cut["input_ids"])))


SHARED = os.environ.get("CLIPKIT_SHARED")


@pytest.mark.skipif(not SHARED, reason="CLIPKIT_SHARED names no folder with OpenAI's vocabulary")
def test_tokens_of_openais_vocabulary(tiny_clip, tmp_path):
    """The ids that OpenAI's own tokenizer gives (openai/CLIP, clip/simple_tokenizer.py)."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import AutoTokenizer, CLIPProcessor, CLIPTokenizer

    reference = Path(SHARED) / "reference"
    with gzip.open(reference / "bpe_simple_vocab_16e6.txt.gz", "rt", encoding="utf-8") as file:
        lines = file.read().split("\n")[1 : 49152 - 256 - 2 + 1]
    merges = [tuple(line.split()) for line in lines]
    # its byte alphabet: the printable bytes in order, then the others
    letters = sorted(ByteLevel.alphabet(), key=lambda c: (ord(c) >= 256, ord(c)))
    tokens = [*letters, *(letter + "</w>" for letter in letters)]
    tokens += ["".join(pair) for pair in merges] + ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {token: i for i, token in enumerate(tokens)}
    CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77).save_pretrained(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)

    config = tiny_clip.model.config
    config.text_config.vocab_size = 49408
    config.text_config.max_position_embeddings = 77
    config.text_config.eos_token_id = 49407
    processor = CLIPProcessor(
        image_processor=tiny_clip.processor.image_processor, tokenizer=tokenizer
    )
    clip = Clip(type(tiny_clip.model)(config), processor)
    expected = json.loads((reference / "token_ids.json").read_text(encoding="utf-8"))
    assert len(expected) > 5
    for text, ids in expected.items():
        text = html.unescape(html.unescape(text))  # OpenAI's tokenizer does, Hugging Face's not
        with warnings.catch_warnings():
            warnings.simplefilter("ignore" if len(ids) >= 77 else "error")
            assert clip.tokenize([text])[0].tolist() == ids, text


def test_logits_and_probabilities_check_what_they_get(tiny_clip):
    d = tiny_clip.dimension
    one = np.eye(d)[:2]
    assert tiny_clip.logits(one, one).shape == (2, 2)
    with pytest.raises(ValueError, match="both should come from the same model"):
        tiny_clip.logits(torch.ones(2, d), torch.ones(3, d + 1))
    with pytest.raises(ValueError, match="texts hold NaN"):
        tiny_clip.logits(torch.ones(2, d), torch.full((3, d), np.nan))
    with pytest.raises(ValueError, match="logits hold NaN"):
        tiny_clip.probabilities([[1, float("nan")]])
    assert tiny_clip.probabilities([[1, 1]]).tolist() == [[0.5, 0.5]]
