"""Every two-tower type of transformers gives through clipkit what it gives by itself."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
import transformers
from PIL import Image

import clipkit
from clipkit import zero_shot
from clipkit.hub import CheckpointError
from clipkit.pixels import Pixels

TOWER = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_attention_heads": 2,
    "num_hidden_layers": 2,
}
VISION = {**TOWER, "image_size": 32, "patch_size": 8}
TEXTS = ["a red mug", "mug", "a photo of a very long red mug"]
LETTERS = [*"abcdefghijklmnopqrstuvwxyz"]


def bert_tokenizer(folder):
    """Words of single letters, as BERT's tokenizer reads what it has no word for."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = [*special, *LETTERS, *(f"##{letter}" for letter in LETTERS), "red", "mug"]
    (folder / "vocab.txt").write_text("\n".join(words))
    return transformers.BertTokenizerFast(
        vocab={word: i for i, word in enumerate(words)}, model_max_length=40
    )


def byte_tokenizer(folder):
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    vocabulary = {token: i for i, token in enumerate([*special, *LETTERS, "mug"])}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="<unk>", continuing_subword_prefix=""))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=40,
    )


def square(kind, **options):
    """An image processor for 32 x 32 pixels."""
    edge = {"height": 32, "width": 32}
    sizes = {"size": {"shortest_edge": 32}, "crop_size": edge}
    return kind(**(options or sizes))


def make(kind, folder):
    """Write a tiny model of random weights, and return its class."""
    t = transformers
    text = {**TOWER, "max_position_embeddings": 40}
    if kind == "metaclip_2":
        tokenizer = byte_tokenizer(folder)
        text |= {"vocab_size": len(tokenizer), "bos_token_id": 0, "eos_token_id": 2}
        config = t.MetaClip2Config(text_config=text, vision_config=VISION, projection_dim=16)
        model = t.MetaClip2Model(config)
        processor = t.CLIPProcessor(square(t.CLIPImageProcessorPil), tokenizer)
    elif kind == "chinese_clip":
        tokenizer = bert_tokenizer(folder)
        text |= {"vocab_size": len(tokenizer)}
        config = t.ChineseCLIPConfig(text_config=text, vision_config=VISION, projection_dim=16)
        model = t.ChineseCLIPModel(config)
        images = square(t.ChineseCLIPImageProcessorPil)
        processor = t.ChineseCLIPProcessor(images, tokenizer)
    elif kind == "altclip":
        tokenizer = byte_tokenizer(folder)
        text |= {"vocab_size": len(tokenizer), "project_dim": 24, "pad_token_id": 1}
        text |= {"max_position_embeddings": 42}  # its positions begin behind the padding's number
        config = t.AltCLIPConfig(text_config=text, vision_config=VISION, projection_dim=16)
        model = t.AltCLIPModel(config)
        processor = t.AltCLIPProcessor(square(t.CLIPImageProcessorPil), tokenizer)
    elif kind == "blip":
        tokenizer = bert_tokenizer(folder)
        text |= {"vocab_size": len(tokenizer), "encoder_hidden_size": 32}
        text |= {"bos_token_id": 2, "eos_token_id": 3, "pad_token_id": 0}
        config = t.BlipConfig(text_config=text, vision_config=VISION, projection_dim=16)
        model = t.BlipModel(config)
        images = t.BlipImageProcessorPil(size={"height": 32, "width": 32})
        processor = t.BlipProcessor(images, tokenizer)
    elif kind == "align":
        tokenizer = bert_tokenizer(folder)
        text |= {"vocab_size": len(tokenizer)}
        vision = {"image_size": 32, "width_coefficient": 0.1, "depth_coefficient": 0.1}
        vision |= {"hidden_dim": 64}
        config = t.AlignConfig(text_config=text, vision_config=vision, projection_dim=32)
        model = t.AlignModel(config)
        for weights in model.vision_model.parameters():  # the usual small start dies out in it
            if weights.ndim == 4:
                torch.nn.init.kaiming_normal_(weights)
        images = square(t.EfficientNetImageProcessorPil, size={"height": 32, "width": 32})
        processor = t.AlignProcessor(images, tokenizer)
    elif kind in ("clipseg", "groupvit", "owlvit"):
        tokenizer = byte_tokenizer(folder)
        text |= {"vocab_size": len(tokenizer), "bos_token_id": 0, "eos_token_id": 2}
        text |= {"pad_token_id": 1}
        parts = {"text_config": text, "vision_config": VISION, "projection_dim": 16}
        exact = {"size": {"height": 32, "width": 32}}
        if kind == "clipseg":
            model = t.CLIPSegModel(t.CLIPSegConfig(**parts))
            processor = t.CLIPSegProcessor(t.ViTImageProcessorPil(**exact), tokenizer)
        elif kind == "groupvit":
            stages = {"depths": [1, 1, 1], "num_group_tokens": [4, 2, 0], "num_hidden_layers": 3}
            parts["vision_config"] = VISION | stages | {"num_output_groups": [4, 2, 2]}
            config = t.GroupViTConfig(**parts, projection_intermediate_dim=32)
            model = t.GroupViTModel(config)
            processor = t.CLIPProcessor(square(t.CLIPImageProcessorPil), tokenizer)
        else:
            model = t.OwlViTModel(t.OwlViTConfig(**parts))
            images = t.OwlViTImageProcessorPil(**exact, do_center_crop=False)
            processor = t.OwlViTProcessor(images, tokenizer)
    elif kind == "vision-text-dual-encoder":
        tokenizer = bert_tokenizer(folder)
        model = t.VisionTextDualEncoderModel(
            vision_model=t.ViTModel(t.ViTConfig(**VISION)),
            text_model=t.BertModel(t.BertConfig(**text, vocab_size=len(tokenizer))),
        )
        images = t.ViTImageProcessorPil(size={"height": 32, "width": 32})
        processor = t.VisionTextDualEncoderProcessor(images, tokenizer)
    elif kind == "siglip2":
        tokenizer = byte_tokenizer(folder)
        text |= {"vocab_size": len(tokenizer) + 8, "projection_size": 32}
        text |= {"bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}
        vision = {**TOWER, "patch_size": 8, "num_patches": 16}
        model = t.Siglip2Model(t.Siglip2Config(text_config=text, vision_config=vision))
        model.logit_scale.data.fill_(1.5)
        model.logit_bias.data.fill_(-2.5)
        images = t.Siglip2ImageProcessorPil(patch_size=8, max_num_patches=16)
        processor = t.Siglip2Processor(images, tokenizer)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return type(model)


KINDS = [
    "metaclip_2",
    "chinese_clip",
    "altclip",
    "blip",
    "align",
    "siglip2",
    "clipseg",
    "groupvit",
    "owlvit",
    "vision-text-dual-encoder",
]


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(0)
    sizes = [(40, 60), (64, 32), (33, 33)]
    noise = [rng.integers(0, 256, (4, 4, 3), np.uint8) for _ in sizes]
    return [Image.fromarray(a).resize(size) for a, size in zip(noise, sizes, strict=True)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_gives_what_plain_code_gives(kind, tmp_path, pictures):
    torch.manual_seed(0)
    model_class = make(kind, tmp_path)
    clip = clipkit.load(tmp_path)
    processor = transformers.AutoProcessor.from_pretrained(tmp_path, backend="pil")
    model = model_class.from_pretrained(tmp_path).eval()
    images = processor.image_processor(images=pictures, return_tensors="pt")
    full = {"padding": "max_length", "max_length": clip.context_length}
    texts = processor.tokenizer(
        TEXTS, return_tensors="pt", **(full if kind == "siglip2" else {"padding": True})
    )
    if kind == "siglip2":  # was trained to see its padding
        del texts["attention_mask"]
    with torch.no_grad():
        seen = model.get_image_features(**images).pooler_output
        read = model.get_text_features(**texts).pooler_output
    seen, read = (torch.nn.functional.normalize(rows, dim=-1) for rows in (seen, read))
    torch.testing.assert_close(clip.encode_images(pictures), seen, atol=1e-5, rtol=0)
    torch.testing.assert_close(clip.encode_texts(TEXTS), read, atol=1e-5, rtol=0)
    if kind not in ("blip", "clipseg", "owlvit"):  # these answer otherwise to the whole call
        with torch.no_grad():
            logits = model(**images, **texts).logits_per_image
        ours = clip.logits(clip.encode_images(pictures), clip.encode_texts(TEXTS))
        torch.testing.assert_close(ours, logits, atol=1e-3, rtol=0)
    assert clip.is_siglip == (kind == "siglip2")
    assert clip.zero_shot(pictures, ["mug", "red"]).shape == (3, 2)
    said = zero_shot.predict(clip, pictures, ["mug", "red"])
    assert said.shape == (3,)


def edited(folder, file, **changes):
    path = folder / file
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def change_weights(folder, **changes):
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    for name, value in changes.items():
        tensors[name.replace("__", ".")] = value
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def tamper(folder, how):
    """Make a checkpoint odd in one way, as a hand, a broken disk or a stranger may."""
    processor = json.loads((folder / "processor_config.json").read_text())
    images = processor["image_processor"]
    square = {"size": {"shortest_edge": 0}, "crop_size": {"height": 0, "width": 0}}
    if how == "another size":
        images |= {"size": {"shortest_edge": 24}, "crop_size": {"height": 24, "width": 24}}
    elif how == "a crop of another size":
        images["crop_size"] = {"height": 24, "width": 32}
    elif how == "size 0":
        images |= square
    elif how == "size of a million":
        million = {"height": 10**6, "width": 10**6}
        images |= {"size": {"shortest_edge": 10**6}, "crop_size": million}
    elif how == "two means":
        images["image_mean"] = [0.5, 0.5]
    elif how == "mean of text":
        images["image_mean"] = ["a", "b", "c"]
    elif how == "deviation of 0":
        images["image_std"] = [0.0, 0.2, 0.2]
    elif how == "unknown resampling":
        images["resample"] = 17
    elif how == "words in Latin-1":
        (folder / "words.txt").write_bytes("é\nà\n".encode("latin-1"))
    elif how == "NaN weights":
        change_weights(folder, text_projection__weight=torch.full((16, 32), float("nan")))
    elif how == "infinite scale":
        change_weights(folder, logit_scale=torch.tensor(1000.0))
    elif how == "weights of zeros":
        change_weights(folder, visual_projection__weight=torch.zeros(16, 32))
    elif how == "an index that is a list":
        (folder / "model.safetensors").unlink()
        (folder / "model.safetensors.index.json").write_text("[]")
    elif how == "an index that is empty":
        (folder / "model.safetensors").unlink()
        (folder / "model.safetensors.index.json").write_text('{"weight_map": {}}')
    elif how == "few known tokens":
        config = json.loads((folder / "config.json").read_text())
        edited(folder, "config.json", text_config=config["text_config"] | {"vocab_size": 40})
    elif how == "no padding token":
        edited(folder, "tokenizer_config.json", pad_token=None)
    elif how == "a foreign processor":
        processor["processor_class"] = "Wav2Vec2Processor"
        edited(folder, "tokenizer_config.json", processor_class="Wav2Vec2Processor")
    elif how == "a configuration that is a list":
        (folder / "config.json").write_text("[]")
    elif how == "text only":
        edited(folder, "config.json", model_type="clip_text_model")
    (folder / "processor_config.json").write_text(json.dumps(processor))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("another size", "makes pictures of 24 x 24 px, but the model takes 32 x 32"),
        ("a crop of another size", "makes pictures of 24 x 32 px"),
        ("size 0", "makes pictures of 0 x 0 px|cannot be read"),
        ("size of a million", "makes pictures of 1000000 x 1000000 px"),
        ("two means", "image_mean .* 3 numbers"),
        ("mean of text", "cannot be read"),
        ("deviation of 0", "image_std .* holds a 0"),
        ("unknown resampling", "resample|cannot be read"),
        ("words in Latin-1", "list of words"),
        ("NaN weights", "text_projection.weight holds NaN"),
        ("infinite scale", "logit scale .* is inf"),
        ("weights of zeros", "gives a picture no embedding"),
        ("an index that is a list", "names no files of weights"),
        ("an index that is empty", "names no files of weights"),
        ("few known tokens", "but the model knows 40"),
        ("no padding token", "no padding token"),
        ("a foreign processor", "processor"),
        ("a configuration that is a list", "configuration of .* cannot be read"),
        ("text only", "picture and a text tower"),
    ],
)
def test_a_tampered_checkpoint_is_refused_in_a_sentence(tiny_checkpoint, tmp_path, how, said):
    folder = shutil.copytree(tiny_checkpoint, tmp_path / "clip")
    tamper(folder, how)
    with pytest.raises(CheckpointError, match=said) as caught:
        clipkit.load(folder)
    assert "\n" not in str(caught.value)


def test_a_refused_pickle_is_not_recommended(make_checkpoint, tmp_path):
    folder = make_checkpoint(tmp_path / "clip", safe=False)
    torch.save({"logit_scale": np.random.default_rng}, folder / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match="something else than weights") as caught:
        clipkit.load(folder)
    assert "weights_only" not in str(caught.value) and "trust" not in str(caught.value)


@pytest.mark.parametrize("dtype", ["bfloat16", torch.float16])
def test_half_precision(tiny_checkpoint, tiny_clip, pictures, dtype):
    clip = clipkit.load(tiny_checkpoint, dtype=dtype)
    assert str(next(clip.model.parameters()).dtype).endswith(str(dtype).split(".")[-1])
    for rows, exact in [
        (clip.encode_images(pictures), tiny_clip.encode_images(pictures)),
        (clip.encode_texts(TEXTS), tiny_clip.encode_texts(TEXTS)),
    ]:
        assert rows.dtype == torch.float32
        assert (rows * exact).sum(1).min() > 0.999
    assert clip.logit_scale == pytest.approx(tiny_clip.logit_scale, rel=0.02)
    assert torch.isfinite(clip.zero_shot(pictures, TEXTS)).all()


def test_devices_and_dtypes_that_there_are_not(tiny_checkpoint):
    for options, said in [
        ({"device": "gpu"}, "device is 'gpu'"),
        ({"device": "cuda:99"}, 'device is "cuda:99"'),
        ({"device": "meta"}, 'device is "meta", but torch cannot use it here'),
        ({"dtype": "int8"}, "dtype is 'int8', but"),
        ({"dtype": "float64"}, "one of: float32, float16, bfloat16"),
    ]:
        with pytest.raises(ValueError, match=said):
            clipkit.load(tiny_checkpoint, **options)
    if not torch.backends.mps.is_available():
        with pytest.raises(ValueError, match='device is "mps", but torch cannot use it'):
            clipkit.load(tiny_checkpoint, device="mps")


@pytest.mark.parametrize("name", [3, b"clip", ["clip"]])
def test_a_name_that_is_none(name):
    with pytest.raises(TypeError, match="it should be an id or a folder"):
        clipkit.load(name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", 'name is empty; "." is the folder'),
        (" ", "name is empty"),
        ("a\0b", "holds a character that no path may hold"),
        ('"openai/clip-vit-base-patch32"', 'mean "openai/clip-vit-base-patch32"'),
        ("https://huggingface.co/openai/clip-vit-base-patch32", 'mean "openai/clip-vit-base-patch'),
        ("'https://hf.co/me/clip/tree/main?x=1'", 'did you mean "me/clip"'),
        ("https://example.org/a/b/c", "there is no folder .*, and it is not an id"),
    ],
)
def test_a_name_with_something_around_it(name, said, monkeypatch):
    with pytest.raises(CheckpointError, match=said) as caught:
        clipkit.load(name)
    if name.strip():
        monkeypatch.setenv("CLIPKIT_MODEL", name.replace("\0", "//"))
        with pytest.raises(CheckpointError):
            clipkit.load()
    assert '""' not in str(caught.value)


@pytest.mark.parametrize("model", [None, [], "clip", object()])
def test_what_is_no_model_and_no_processor(tiny_clip, model):
    kind = type(model).__name__
    with pytest.raises(TypeError, match=f"model is a {kind}, but it should have get_image"):
        clipkit.Clip(model, tiny_clip.processor)
    with pytest.raises(TypeError, match=f"processor is a {kind}, but it should have image_proc"):
        clipkit.Clip(tiny_clip.model, model)
    with pytest.raises(TypeError, match=f"image_processor is a {kind}, but it should be a check"):
        Pixels(model)


def test_a_torchvision_that_does_not_fit_is_named(tiny_checkpoint, tmp_path):
    """As a torchvision for CUDA beside a torch for the CPU, which comes with some packages."""
    package = tmp_path / "torchvision"
    (tmp_path / "torchvision-0.99.0.dist-info").mkdir()
    meta = "Metadata-Version: 2.1\nName: torchvision\nVersion: 0.99.0\n"
    (tmp_path / "torchvision-0.99.0.dist-info" / "METADATA").write_text(meta)
    package.mkdir()
    broken = 'raise RuntimeError("operator torchvision::nms does not exist")'
    (package / "__init__.py").write_text(broken)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import clipkit\n"
        "try: print(clipkit.load(sys.argv[2]).encode_texts('a mug').shape)\n"
        "except ImportError as error: print(error)\n"
        "print(clipkit.doctor.report().problems)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(tiny_checkpoint)],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded, problems = done.stdout.splitlines()
    assert "torch.Size" in loaded or "torchvision 0.99.0 does not fit torch" in loaded
    assert "pip uninstall torchvision" in problems
    assert "install clipkit again" not in problems


class StandIn(torch.nn.Module):
    """What open_clip's models have, as far as clipkit asks for it."""

    def __init__(self, bias):
        super().__init__()
        self.visual = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * 32 * 32, 8))
        self.words = torch.nn.Embedding(50, 8)
        self.logit_scale = torch.nn.Parameter(torch.tensor(2.0))
        self.logit_bias = torch.nn.Parameter(torch.tensor(-3.0)) if bias else None

    def encode_image(self, image, normalize=False):
        return self.visual(image)

    def encode_text(self, text, normalize=False):
        return self.words(text).mean(1)


class LetterTokenizer:
    context_length = 12

    def __call__(self, texts, context_length=None):
        length = context_length or self.context_length
        rows = torch.zeros(len(texts), length, dtype=torch.long)
        for row, text in zip(rows, texts, strict=True):
            ids = [1, *(3 + ord(c) % 40 for c in text), 2][:length]
            ids[-1] = 2
            row[: len(ids)] = torch.tensor(ids)
        return rows


@pytest.mark.parametrize("bias", [False, True])
def test_an_open_clip_checkpoint(tmp_path, monkeypatch, pictures, bias):
    import types

    torch.manual_seed(0)
    model = StandIn(bias)
    asked = []
    stand_in = types.ModuleType("open_clip")
    stand_in.create_model = lambda name, **options: asked.append(name) or model
    stand_in.get_tokenizer = lambda name: LetterTokenizer()
    stand_in.get_model_preprocess_cfg = lambda model: {
        "size": 32,
        "mean": (0.5, 0.5, 0.5),
        "std": (0.25, 0.25, 0.25),
    }
    (tmp_path / "open_clip_config.json").write_text('{"model_cfg": {"embed_dim": 8}}')
    with pytest.raises(CheckpointError, match="has no weights"):
        clipkit.load(tmp_path)
    (tmp_path / "open_clip_model.safetensors").write_bytes(b"x")
    monkeypatch.setitem(sys.modules, "open_clip", None)
    with pytest.raises(CheckpointError, match="pip install open_clip_torch"):
        clipkit.load(tmp_path)
    monkeypatch.setitem(sys.modules, "open_clip", stand_in)
    clip = clipkit.load(tmp_path)
    assert asked == [f"local-dir:{tmp_path}"]
    texts = LetterTokenizer()(["a red mug", "a"])
    with torch.no_grad():
        expected = torch.nn.functional.normalize(model.encode_text(texts), dim=-1)
    torch.testing.assert_close(clip.encode_texts(["a red mug", "a"]), expected)
    with pytest.warns(UserWarning, match="a text of 23 tokens was cut to the 12"):
        rows = clip.encode_texts("a mug that is too lon")[0]
    with torch.no_grad():
        cut = model.encode_text(LetterTokenizer()(["a mug that is too lon"]))
    torch.testing.assert_close(rows, torch.nn.functional.normalize(cut, dim=-1)[0])
    assert clip.is_siglip is bias
    assert clip.logit_bias == (-3 if bias else 0)
    shares = clip.zero_shot(pictures, ["mug", "sofa"])
    logits = np.exp(2) * clip.encode_images(pictures) @ clip.encode_labels(["mug", "sofa"]).T
    torch.testing.assert_close(shares, (logits - 3).sigmoid() if bias else logits.softmax(1))
    half = clipkit.load(tmp_path, dtype="bfloat16")  # pictures are handed over in its own dtype
    assert (half.encode_images(pictures) * clip.encode_images(pictures)).sum(1).min() > 0.99


def test_weights_of_more_layers_than_configured_are_refused(tiny_checkpoint, tmp_path):
    # transformers would leave the last layer out, and the answers would be others.
    folder = shutil.copytree(tiny_checkpoint, tmp_path / "clip")
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["num_hidden_layers"] -= 1
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match=r"hold layers that its config\.json does not count"):
        clipkit.load(folder)
