"""A model in ONNX answers as the model does, whatever comes together, and says what it is not."""

import json
import runpy
import shutil
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

import clipkit
from clipkit import adapters, export, fine_tune
from clipkit.hub import CheckpointError

TEXTS = ["a red mug", "mug", "a photo of a very long red mug, striped", "of"]
LABELS = ["mug", "sofa", "red_hat", "lamp"] * 2


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (8, 6, 6, 3), np.uint8)
    return [Image.fromarray(square).resize((50, 40)) for square in small]


def siglip(checkpoint):
    """A tiny SigLIP of random weights, with the tokenizer of the tiny CLIP."""
    import transformers as t

    tokenizer = t.AutoTokenizer.from_pretrained(checkpoint)
    tower = {"hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2}
    tower |= {"num_hidden_layers": 2}
    text = {"vocab_size": len(tokenizer), "max_position_embeddings": 16, "projection_size": 32}
    vision = {"image_size": 32, "patch_size": 8}
    torch.manual_seed(0)
    config = t.SiglipConfig(text_config=tower | text, vision_config=tower | vision)
    model = t.SiglipModel(config)
    for weights in model.parameters():  # the usual small start makes all embeddings alike
        weights.data.add_(torch.randn_like(weights) * 0.05)
    model.logit_scale.data.fill_(1.5)
    model.logit_bias.data.fill_(-2.5)
    images = t.SiglipImageProcessorPil(size={"height": 32, "width": 32})
    processor = t.SiglipProcessor(image_processor=images, tokenizer=tokenizer)
    return clipkit.Clip(model, processor, name="a tiny SigLIP", device="cpu")


@pytest.fixture(scope="module", params=["clip", "siglip"])
def exported(request, tmp_path_factory, tiny_checkpoint, pictures):
    """A model, the folder that it was exported to, and the table."""
    clip = clipkit.load(tiny_checkpoint) if request.param == "clip" else siglip(tiny_checkpoint)
    clip.words = {"mug", "red", "a", "photo", "of", "very", "long", "striped", "sofa", "hat"}
    out = tmp_path_factory.mktemp("exported") / request.param
    return clip, out, export.export(clip, out, pictures, LABELS)


def cosines(first, second):
    return (first * second).sum(1)


def test_float32_is_the_same_model(exported, pictures):
    clip, out, _ = exported
    loaded = clipkit.load(out, backend="onnx")
    assert torch.allclose(loaded.encode_images(pictures), clip.encode_images(pictures), atol=1e-5)
    assert torch.allclose(loaded.encode_texts(TEXTS), clip.encode_texts(TEXTS), atol=1e-5)
    assert loaded.logit_scale == pytest.approx(clip.logit_scale)
    assert loaded.logit_bias == pytest.approx(clip.logit_bias)
    assert (loaded.is_siglip, loaded.dimension) == (clip.is_siglip, clip.dimension)
    assert loaded.context_length == clip.context_length and loaded.words == clip.words
    names = ["mug", "sofa", "hat"]
    shares = loaded.zero_shot(pictures, names)
    assert torch.allclose(shares, clip.zero_shot(pictures, names), atol=1e-5)
    # the test would be empty if all rows were alike
    rows = loaded.encode_images(pictures)
    assert (rows @ rows.T).min() < 0.99


def test_int8_is_near_and_keeps_to_itself(exported, pictures):
    clip, out, _ = exported
    loaded = clipkit.load(out, backend="onnx", dtype="int8")
    rows, texts = loaded.encode_images(pictures), loaded.encode_texts(TEXTS)
    assert cosines(rows, clip.encode_images(pictures)).min() > 0.98
    assert cosines(texts, clip.encode_texts(TEXTS)).min() > 0.98
    assert not torch.allclose(rows, clip.encode_images(pictures), atol=1e-5)  # it is another file
    for i, picture in enumerate(pictures):  # company does not change an embedding, not by a bit
        assert torch.equal(loaded.encode_images([picture])[0], rows[i])
    fresh = clipkit.load(out, backend="onnx", dtype="int8")
    assert torch.equal(fresh.encode_texts(TEXTS[:1])[0], texts[0])
    assert torch.equal(loaded.encode_images(pictures, batch_size=3), rows)


def test_the_table_is_what_a_reader_would_measure(exported, pictures):
    clip, out, table = exported
    assert list(table.index) == ["torch float32", "ONNX float32", "ONNX int8"]
    loaded = clipkit.load(out, backend="onnx", dtype="int8")
    found = cosines(loaded.encode_images(pictures), clip.encode_images(pictures))
    row = table.loc["ONNX int8"]
    assert row["picture cosine"] == pytest.approx(found.mean().item(), abs=1e-6)
    assert row["worst picture"] == pytest.approx(found.min().item(), abs=1e-6)
    names = ["lamp", "mug", "red hat", "sofa"]
    said = [names[i] for i in loaded.zero_shot(pictures, names).argmax(1)]
    before = [names[i] for i in clip.zero_shot(pictures, names).argmax(1)]
    truth = [label.replace("_", " ") for label in LABELS]
    assert float(row["accuracy"].split()[0]) == np.mean(np.array(said) == truth)
    assert row["same answers"] == np.mean(np.array(said) == before)
    assert table.loc["torch float32", "same answers"] == 1
    files = (out / "onnx").glob("*_int8.onnx")
    assert row["MB"] == pytest.approx(sum(file.stat().st_size for file in files) / 1e6)


def test_the_folder_is_as_transformers_js_and_onnx_runtime_expect(exported, pictures):
    clip, out, _ = exported
    towers = ["text_model.onnx", "text_model_int8.onnx", "vision_model.onnx"]
    assert sorted(p.name for p in (out / "onnx").iterdir()) == [*towers, "vision_model_int8.onnx"]
    files = {"config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"}
    assert files <= {path.name for path in out.iterdir()}
    assert not [p for p in out.parent.iterdir() if p.name.endswith(".part")]
    here = str(Path(clipkit.__file__).parent).encode()
    for path in out.rglob("*"):  # nothing tells on whose machine it was made
        assert path.is_dir() or (
            here not in path.read_bytes() and b"site-packages" not in path.read_bytes()
        )
    images = json.loads((out / "preprocessor_config.json").read_text())
    assert images["image_processor_type"] in ("CLIPImageProcessor", "SiglipImageProcessor")
    vision = onnxruntime.InferenceSession(out / "onnx" / "vision_model.onnx")
    text = onnxruntime.InferenceSession(out / "onnx" / "text_model.onnx")
    names = [
        [value.name for value in values]
        for session in (vision, text)
        for values in (session.get_inputs(), session.get_outputs())
    ]
    outputs = (["pooler_output"],) * 2 if clip.is_siglip else (["image_embeds"], ["text_embeds"])
    assert names == [["pixel_values"], outputs[0], ["input_ids"], outputs[1]]
    # plain code, without clipkit
    import transformers

    processor = transformers.AutoImageProcessor.from_pretrained(out, backend="pil")
    pixels = processor(pictures, return_tensors="np")["pixel_values"]
    rows = torch.from_numpy(vision.run(None, {"pixel_values": pixels})[0])
    rows = torch.nn.functional.normalize(rows, dim=-1)
    assert torch.allclose(rows, clip.encode_images(pictures), atol=1e-5)


def test_a_fine_tuned_folder_and_lora_are_exported_as_they_answer(tmp_path, tiny_clip, pictures):
    adapted = adapters.add_lora(tiny_clip, rank=2)
    for name, weights in adapted.model.named_parameters():
        if "lora_B" in name:  # 0 at first
            torch.nn.init.normal_(weights, std=0.1)
    fine_tune.save(adapted, tmp_path / "lora")
    table = export.export(tmp_path / "lora", tmp_path / "out")
    assert "accuracy" not in table and "picture cosine" not in table  # no pictures, no number
    assert table.loc["ONNX float32", "worst text"] > 0.9999
    rows = clipkit.load(tmp_path / "out", backend="onnx").encode_images(pictures)
    assert torch.allclose(rows, adapted.encode_images(pictures), atol=1e-5)
    assert not torch.allclose(rows, tiny_clip.encode_images(pictures), atol=1e-2)
    assert hasattr(adapted.model, "peft_config")  # and is what it was


def test_large_towers_keep_their_weights_beside_them(tmp_path, tiny_clip, pictures, monkeypatch):
    monkeypatch.setattr(export, "LARGEST", 10)
    table = export.export(tiny_clip, tmp_path / "out")
    files = list((tmp_path / "out" / "onnx").glob("*_model.onnx*"))
    assert "vision_model.onnx.data" in [file.name for file in files]
    size = sum(file.stat().st_size for file in files)
    assert table.loc["ONNX float32", "MB"] == pytest.approx(size / 1e6)
    for dtype in ("float32", "int8"):
        rows = clipkit.load(tmp_path / "out", backend="onnx", dtype=dtype).encode_images(pictures)
        assert cosines(rows, tiny_clip.encode_images(pictures)).min() > 0.98


def test_a_type_with_an_attention_mask(tmp_path, pictures):
    make = runpy.run_path(str(Path(__file__).parent / "test_loading.py"))["make"]
    make("chinese_clip", tmp_path)
    clip = clipkit.load(tmp_path)
    export.export(clip, tmp_path / "out")
    loaded = clipkit.load(tmp_path / "out", backend="onnx")
    assert torch.allclose(loaded.encode_texts(TEXTS), clip.encode_texts(TEXTS), atol=1e-5)


def test_what_torch_cannot_export_leaves_nothing(tmp_path, tiny_clip, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("no such operator\nand forty lines more")

    monkeypatch.setattr(torch.onnx, "export", fails)
    with pytest.raises(ValueError, match=r'type "clip" \(no such operator\)$'):
        export.export(tiny_clip, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_exported_model_that_answers_otherwise_is_refused(tmp_path, tiny_clip, monkeypatch):
    from onnxruntime import quantization

    other = clipkit.load(tiny_clip.name)
    other.model.text_projection.weight.data.neg_()
    export.export(other, tmp_path / "other")

    def exchange(full, small, **_):
        shutil.copy(full, small)
        if "text" in full.name:
            shutil.copy(tmp_path / "other" / "onnx" / full.name, full)

    monkeypatch.setattr(quantization, "quantize_dynamic", exchange)
    with pytest.raises(
        ValueError, match="is another model: its embedding of a text has a cosine of -1"
    ):
        export.export(tiny_clip, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.fixture
def copied(exported, tmp_path):
    return shutil.copytree(exported[1], tmp_path / "copy")


def test_a_folder_that_cannot_be_loaded_is_refused_in_a_sentence(exported, copied, tiny_checkpoint):
    def refused(error, match, folder=copied, **options):
        with pytest.raises(error, match=match) as caught:
            clipkit.load(folder, **{"backend": "onnx", **options})
        assert len(str(caught.value).splitlines()) == 1

    refused(ValueError, "backend is 'tensorrt'", backend="tensorrt")
    refused(ValueError, "runs on the CPU", device="cuda")
    refused(ValueError, "dtype is 'float16'.*float32, int8", dtype="float16")
    refused(CheckpointError, r"no folder with a model in ONNX.*clipkit.export", "nowhere")
    refused(CheckpointError, "no folder with a model in ONNX", tiny_checkpoint)
    refused(CheckpointError, r'no weights.*load it with backend="onnx"', backend="torch")
    (copied / "onnx" / "vision_model_int8.onnx").unlink()
    refused(CheckpointError, "there is no vision_model_int8.onnx", dtype="int8")
    whole = (copied / "onnx" / "text_model.onnx").read_bytes()
    (copied / "onnx" / "text_model.onnx").write_bytes(whole[: len(whole) // 2])
    refused(CheckpointError, "the ONNX model of .* cannot be read")
    shutil.copy(exported[1] / "onnx" / "text_model.onnx", copied / "onnx")
    config = json.loads((copied / "config.json").read_text())
    del config["logit_scale"]
    (copied / "config.json").write_text(json.dumps(config))
    refused(CheckpointError, "does not hold logit_scale")


def test_a_model_in_onnx_says_what_it_cannot_do(exported, pictures, tmp_path):
    loaded = clipkit.load(exported[1], backend="onnx")
    with pytest.raises(AttributeError, match="in ONNX has no vision_model, for it encodes"):
        _ = loaded.model.vision_model
    pairs = fine_tune.Pairs(loaded, pictures, ["mug"] * 8)
    with pytest.raises(TypeError, match="in ONNX cannot be copied or trained"):
        fine_tune.contrastive(loaded, pairs, epochs=1, learning_rate=1e-4)
    with pytest.raises(AttributeError, match="in ONNX has no save_pretrained"):
        fine_tune.save(loaded, tmp_path / "saved")
    with pytest.raises(ValueError, match="no model of transformers"):
        export.export(loaded, tmp_path / "again")


def test_wrong_arguments_are_refused_before_anything_is_written(tmp_path, tiny_clip, pictures):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="not empty; choose another folder"):
        export.export(tiny_clip, tmp_path / "full")
    with pytest.raises(ValueError, match="there are 2 labels for 8 pictures"):
        export.export(tiny_clip, tmp_path / "out", pictures, ["mug", "sofa"])
    with pytest.raises(CheckpointError, match="there is no folder"):
        export.export(tmp_path / "no where", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert (tmp_path / "full" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("package", ["onnx", "onnxscript", "onnxruntime"])
def test_a_missing_package_is_named_with_the_extra(tmp_path, tiny_clip, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf'{package}.*pip install "clipkit\[export\]"$'):
        export.export(tiny_clip, tmp_path / "out")
    if package == "onnxruntime":
        with pytest.raises(ImportError, match="clipkit.export"):
            clipkit.load(tmp_path, backend="onnx")


def test_what_torch_has_quantised_is_not_saved(tiny_clip, tmp_path):
    clip = clipkit.Clip(tiny_clip.model, tiny_clip.processor, device="cpu")
    clip.model = torch.ao.quantization.quantize_dynamic(clip.model, {torch.nn.Linear})
    with pytest.raises(ValueError, match="quantised by torch.*clipkit.export"):
        fine_tune.save(clip, tmp_path / "saved")
    assert not list((tmp_path / "saved").glob("*"))


def test_the_command_line(tmp_path, tiny_checkpoint, pictures, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for i, picture in enumerate(pictures):
        path = tmp_path / "shop" / LABELS[i] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path)
    shutil.copytree(tiny_checkpoint, "models/mine")
    export.main(["models/mine"])
    assert clipkit.load("models/mine-onnx", backend="onnx").dimension == 16
    export.main([str(tiny_checkpoint), "--out", "small", "--pictures", "shop"])
    printed = capsys.readouterr().out.split("models/mine-onnx")[-1]
    assert "accuracy" in printed and 'clipkit.load("small", backend="onnx")' in printed
    with pytest.raises(SystemExit, match="^export: small is there already"):
        export.main([str(tiny_checkpoint), "--out", "small"])
    with pytest.raises(SystemExit, match="^export: the template .no place. should have {} once"):
        export.main([str(tiny_checkpoint), "--out", "new", "--template", "no place"])
    assert not Path("new").exists(), "after a slip, the same command can be given again"
    shutil.copytree("shop", "splits/train")
    shutil.copytree("shop", "splits/test")
    with pytest.raises(SystemExit, match="^export: splits holds splits; give one of them"):
        export.main([str(tiny_checkpoint), "--out", "other", "--pictures", "splits"])
    with pytest.raises(SystemExit, match="^export: There is no table nowhere"):
        export.main([str(tiny_checkpoint), "--out", "other", "--pictures", "nowhere"])
