"""Write a model for ONNX Runtime and transformers.js, in full and in 8 bits, and measure it.

On the command line::

    python -m clipkit.export my-clip                         # writes my-clip-onnx
    python -m clipkit.export my-clip --pictures shop/test    # and measures it on labelled pictures

The folder is read by ``clipkit.load(folder, backend="onnx")``, by transformers.js, and by anything
else that knows ONNX.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import json
import logging
import math
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from PIL import Image

from clipkit import data, onnx
from clipkit.adapters import merge_lora
from clipkit.evaluation import accuracy
from clipkit.loading import load
from clipkit.model import TEMPLATE, Clip
from clipkit.pictures import getters
from clipkit.runs import whole
from clipkit.texts import read_templates
from clipkit.zero_shot import predict

LARGEST = 2 * 10**9
"""Bytes of weights that an ONNX file holds; those of a larger tower lie in a file beside it."""

QUANTISED = ["MatMul", "Gemm", "Gather"]
"""The products and the table of tokens. The patches' convolution is small, and not every version
of ONNX Runtime has it in 8 bits."""

SENTENCES = (
    "a photo of a dog",
    "two people on a bench in the park",
    "a red mug",
    "an old map of the city, drawn by hand and coloured, in a wooden frame",
)


def export(
    model: Clip | str | os.PathLike[str],
    out: str | os.PathLike[str],
    pictures: Any = None,
    labels: Sequence[str] | None = None,
    templates: str | Sequence[str] = TEMPLATE,
) -> pd.DataFrame:
    """Write both towers as ONNX, in float32 and int8, and return what that changed.

    The weights of int8 are whole numbers from -64 to 63, with a scale for each row; what passes
    between the layers is rounded to 8 bits as it comes ("dynamic"), so no pictures are needed to
    choose its range. That is a quarter of the size.

    Parameters
    ----------
    model : clipkit.model.Clip, str or path-like
        A model, or what `clipkit.load` takes. LoRA is merged first.
    out : str or path-like
        A folder that does not exist yet, or is empty.
    pictures : pictures, optional
        To measure on, as for `Clip.encode_images`. By default the validation split of the
        catalogue with its categories, for a model that was trained on the words of the catalogue;
        for another, none.
    labels : sequence of str, optional
        What each picture shows: then the accuracy is measured, too.
    templates : str or sequence of str
        Prompts for the labels, with {} where the label goes.

    Returns
    -------
    pandas.DataFrame
        A row for torch, ONNX and ONNX in int8. ``MB``: both towers. ``picture cosine`` and
        ``worst picture``: between torch's embedding of a picture and this one's, the mean and the
        least; ``text cosine`` and ``worst text`` of the prompts. ``accuracy``, zero-shot, with its
        95 % interval, and ``same answers``, a share. Without pictures or labels, without theirs.

    Raises
    ------
    FileExistsError
        If the folder holds something.
    ImportError
        If onnx, onnxscript or onnxruntime is not installed.
    ValueError
        If the model cannot be exported, there is not one label for each picture, or a template
        has not one {}.
    OSError
        If the model cannot be loaded, or the folder cannot be written.
    """
    if pictures is not None and labels is not None and len(labels) != len(pictures):
        raise ValueError(f"there are {len(labels)} labels for {len(pictures)} pictures")
    templates = read_templates(templates)  # a slip is said before the long work
    clip = write(model, out)
    if pictures is None and labels is None and clip.words is not None:
        split = data.load_catalog()["validation"]
        pictures, labels = split["image"], split["category"]
    return _compare(clip, Path(out).expanduser(), pictures, labels, templates)


def write(model: Clip | str | os.PathLike[str], out: str | os.PathLike[str]) -> Clip:
    """Write both towers as ONNX, as `export` does, and measure nothing but that it is the same.

    Parameters
    ----------
    model : clipkit.model.Clip, str or path-like
    out : str or path-like

    Returns
    -------
    clipkit.model.Clip
        What was exported: the model in float32, with LoRA merged.

    Raises
    ------
    FileExistsError, ImportError, ValueError, OSError
        As `export`.
    """
    onnx.needed("onnx", "onnxscript")
    folder = Path(out).expanduser()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} is there already and not empty; choose another folder")
    clip = _plain(model if isinstance(model, Clip) else load(model, device="cpu"))
    with whole(folder) as part:
        part.mkdir()
        _write(clip, part)
        _check(clip, part)
    return clip


def _plain(clip: Clip) -> Clip:
    """Return a copy of the model as transformers made it, in float32 on the CPU."""
    if hasattr(clip.model, "peft_config"):
        clip = merge_lora(clip)
    if not hasattr(clip.model, "save_pretrained") or isinstance(clip.model, onnx.Towers):
        raise ValueError(
            f"{clip.name} is no model of transformers, which alone can be exported; "
            "load the checkpoint in the Hugging Face format"
        )
    network = copy.deepcopy(clip.model).float()
    return Clip(network, clip.processor, clip.words, clip.name, "cpu")


class _Tower(torch.nn.Module):
    """One side of a model, which torch can export by itself."""

    def __init__(self, model: torch.nn.Module, method: str, names: Sequence[str]) -> None:
        super().__init__()
        self.model, self.method, self.names = model, method, list(names)

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        output = getattr(self.model, self.method)(**dict(zip(self.names, inputs, strict=True)))
        return getattr(output, "pooler_output", output)


def _write(clip: Clip, folder: Path) -> None:
    """Write the files of an exported model into an empty folder."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    (folder / onnx.FOLDER).mkdir()
    pictures, texts = _trial(clip)
    siglip = clip.is_siglip  # transformers.js asks it for other names
    towers = {
        "vision": ("get_image_features", "pooler_output" if siglip else "image_embeds", pictures),
        "text": ("get_text_features", "pooler_output" if siglip else "text_embeds", texts),
    }
    for name, (method, output, inputs) in towers.items():
        tower = _Tower(clip.model, method, list(inputs))
        size = sum(p.numel() * 4 for key, p in clip.model.named_parameters() if name in key)
        full, small = (
            folder / onnx.FOLDER / f"{name}_model{ending}.onnx" for ending in onnx.ENDINGS.values()
        )
        try:
            with _quiet():
                program: Any = torch.onnx.export(
                    tower,
                    tuple(inputs.values()),
                    input_names=list(inputs),
                    output_names=[output],
                    dynamic_shapes={"inputs": _free(clip, inputs)},
                    dynamo=True,
                    verbose=False,
                )
                assert program is not None, "torch's exporter gives a program"
                for node in program.model.graph:  # notes where on this machine each came from
                    node.metadata_props.clear()
                program.save(full, external_data=size > LARGEST)
                quantize_dynamic(
                    full,
                    small,
                    op_types_to_quantize=QUANTISED,
                    per_channel=True,
                    # 7 bits of 8: processors without an instruction for it add two products in
                    # 16 bits, where larger ones would overflow.
                    reduce_range=True,
                    weight_type=QuantType.QInt8,
                    use_external_data_format=size > LARGEST,
                )
        except Exception as error:  # torch.export and the quantiser raise of all kinds
            cause = error.__cause__ or error
            reason = (str(cause).strip() or type(cause).__name__).splitlines()[0].rstrip(":")
            raise ValueError(
                f"the {name} tower of {clip.name} cannot be exported: torch.onnx does not take a "
                f'model of type "{clip.model.config.model_type}" ({reason})'
            ) from error
    config = clip.model.config.to_dict()
    config["logit_scale"] = math.log(clip.logit_scale)
    config["logit_bias"] = clip.logit_bias if siglip else None
    text = json.dumps(config, indent=2, sort_keys=True, default=str) + "\n"
    (folder / "config.json").write_text(text, encoding="utf-8")
    tokenizer = copy.deepcopy(clip.processor.tokenizer)
    tokenizer.model_max_length = clip.context_length  # where others than clipkit cut a text
    tokenizer.save_pretrained(folder)
    clip.processor.image_processor.save_pretrained(folder)
    if clip.words is not None:
        words = "\n".join(sorted(clip.words)) + "\n"
        (folder / "words.txt").write_text(words, encoding="utf-8")


def _trial(clip: Clip) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """Return two pictures and two sentences as the towers take them."""
    arrays = [clip.pixels.read(get) for get in getters([Image.linear_gradient("L")] * 2)]
    return clip.pixels.inputs(arrays), clip.tokens.pad(clip.tokens.ids(SENTENCES[:2]))


def _free(clip: Clip, inputs: dict[str, torch.Tensor]) -> tuple[dict[int, Any], ...]:
    """Return which sizes may be others than on trial: the batch, and the length of texts."""
    any_size = torch.export.Dim.DYNAMIC
    text = {} if clip.tokens.to_full_length else {1: any_size}
    return tuple(
        {0: any_size, **(text if name in ("input_ids", "attention_mask") else {})}
        for name in inputs
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what torch and the quantiser tell each other to themselves."""
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)


def _check(clip: Clip, folder: Path) -> None:
    """Refuse float32 towers that answer otherwise than the model, alone or in a batch."""
    exported = load(folder, backend="onnx")
    noise = np.random.default_rng(1).integers(0, 256, (3, 8, 8, 3), np.uint8)
    trials: dict[str, Callable[[Clip], torch.Tensor]] = {
        "picture": lambda each: each.encode_images(noise, batch_size=1),
        "picture in a batch": lambda each: each.encode_images(noise),
        "text": lambda each: each.encode_texts(SENTENCES),
    }
    with _quiet():
        for what, encode in trials.items():
            least = (encode(clip) * encode(exported)).sum(1).min().item()
            if not least > 0.999:
                raise ValueError(
                    f"the exported {clip.name} is another model: its embedding of a {what} has a "
                    f"cosine of {least:.3f} with the model's own"
                )


def _compare(
    clip: Clip,
    folder: Path,
    pictures: Any,
    labels: Sequence[str] | None,
    templates: str | Sequence[str],
) -> pd.DataFrame:
    """Return the table of `export`."""
    ways = {"torch float32": clip}
    megabytes = {"torch float32": sum(p.numel() * 4 for p in clip.model.parameters()) / 1e6}
    for precision, ending in onnx.ENDINGS.items():
        name = f"ONNX {precision}"
        ways[name] = load(folder, backend="onnx", dtype=precision)
        files = (folder / onnx.FOLDER).glob(f"*_model{ending}.onnx*")
        megabytes[name] = sum(file.stat().st_size for file in files) / 1e6
    said = None if labels is None else [data.readable(label) for label in labels]
    names = list(SENTENCES) if said is None else sorted(set(said))
    texts: dict[str, torch.Tensor] = {}
    images: dict[str, torch.Tensor] = {}
    answers: dict[str, np.ndarray] = {}
    table: dict[str, dict[str, Any]] = {}
    with _quiet():
        for name, way in ways.items():
            texts[name] = way.encode_labels(names, "{}" if said is None else templates)
            table[name] = {"MB": megabytes[name], **_agreement("text", texts)}
            if pictures is not None:
                images[name] = way.encode_images(pictures)
                table[name] |= _agreement("picture", images)
            if said is not None:
                answers[name] = predict(way, images[name], names, templates)
                table[name]["accuracy"] = str(accuracy(said, answers[name]))
                table[name]["same answers"] = (answers[name] == answers["torch float32"]).mean()
    return pd.DataFrame.from_dict(table, orient="index")


def _agreement(what: str, rows: dict[str, torch.Tensor]) -> dict[str, float]:
    """Compare the last of several encodings of the same things with the first."""
    values = list(rows.values())
    cosines = (values[0] * values[-1]).sum(1)
    return {f"{what} cosine": cosines.mean().item(), f"worst {what}": cosines.min().item()}


def _read(path: Path) -> tuple[Any, list[str] | None]:
    """Return the pictures of a folder or a table, and their labels if there are any."""
    read = data.from_folder(path) if path.is_dir() else data.from_table(path)
    if not hasattr(read, "column_names") or isinstance(read.column_names, dict):
        raise ValueError(f"{path} holds splits; give one of them, such as {path / min(read)}")
    read = data.named_labels(read) if "label" in read.column_names else read
    return read["image"], list(read["label"]) if "label" in read.column_names else None


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, export, and print the table."""
    parser = argparse.ArgumentParser("python -m clipkit.export", description=__doc__.split("\n")[0])
    parser.add_argument(
        "model", nargs="?", metavar="FOLDER", help="a folder or an id; by default the bundled model"
    )
    parser.add_argument("--out", metavar="OUT", help="the folder to write (default: FOLDER-onnx)")
    parser.add_argument(
        "--pictures", type=Path, help="measure on a folder for each label, or on a table"
    )
    parser.add_argument("--template", default=TEMPLATE, help='the prompt (default: "%(default)s")')
    chosen = parser.parse_args(arguments)
    source = Path(chosen.model or "clip")
    out = chosen.out or f"{source if source.is_dir() else source.name}-onnx"
    try:
        pictures, labels = _read(chosen.pictures) if chosen.pictures else (None, None)
        table = export(chosen.model or load(), out, pictures, labels, chosen.template)
    except (OSError, ValueError, TypeError, ImportError) as error:
        sys.exit(f"export: {error}")
    print(table.to_string(float_format=lambda value: f"{value:.4g}"))
    print(f'Written to {out}; clipkit.load("{out}", backend="onnx") reads it.')


if __name__ == "__main__":
    main()
