"""Load a checkpoint into a `Clip`, and refuse in one sentence what cannot work.

What a checkpoint's files say is checked before it is believed, and one picture and one text are
encoded on trial: a model that loads can be used.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from PIL import Image

from clipkit import checks, onnx, openclip
from clipkit.hub import (
    ADAPTER,
    BUNDLED,
    CheckpointError,
    discard_damaged,
    find_checkpoint,
    is_adapter,
    is_open_clip,
    named_by_environment,
    weights_of,
)
from clipkit.model import Clip, usable_device
from clipkit.pixels import Pixels

if TYPE_CHECKING:
    from transformers import PretrainedConfig

DTYPES = ("float32", "float16", "bfloat16")
BACKENDS = ("torch", "onnx")


def load(
    name: str | os.PathLike[str] | None = None,
    device: str | torch.device | None = None,
    dtype: str | torch.dtype = "float32",
    backend: str = "torch",
) -> Clip:
    """Load a checkpoint of any model with a picture and a text tower.

    These are the types of transformers that have ``get_image_features`` and
    ``get_text_features``: CLIP, SigLIP, MetaCLIP 2, Chinese-CLIP, AltCLIP and others.

    Parameters
    ----------
    name : str or os.PathLike, optional
        An id on the Hugging Face Hub or a folder, also one with LoRA, as `clipkit.fine_tune.save`
        or peft write it. Without one, the environment variable ``CLIPKIT_MODEL`` decides; without
        that, it is the small model that comes with clipkit, which needs no network. A checkpoint of
        OpenCLIP is loaded by open_clip, if that is installed: an id with "hf-hub:" before it, or a
        folder with an ``open_clip_config.json``.
    device : str or torch.device, optional
        Where the model runs, for example "cpu", "cuda:1" or "mps". By default a GPU if there is
        one.
    dtype : {"float32", "float16", "bfloat16"} or torch.dtype
        Of the weights while the model runs. Half precision halves the memory, and is faster on a
        GPU; embeddings are float32 all the same. With ONNX, "float32" or "int8".
    backend : {"torch", "onnx"}
        "onnx" reads a folder that `clipkit.export` wrote and encodes with ONNX Runtime on the CPU:
        faster, but there is nothing to train.

    Returns
    -------
    clipkit.model.Clip

    Raises
    ------
    clipkit.hub.CheckpointError
        If the checkpoint cannot be found, fetched, read or used; the message says what to do.
    ValueError
        If there is no such device here, no such dtype or no such backend.
    ImportError
        If ONNX Runtime is asked for and not installed.

    Notes
    -----
    Weights are read from safetensors, or with torch's weights-only reader where a checkpoint has
    nothing else; code that comes with a checkpoint is never run.
    """
    checks.one_of(backend, "backend", BACKENDS)
    if name is None:
        name = named_by_environment()
    if backend == "onnx":
        return _from_onnx(name, device, str(dtype).removeprefix("torch."))
    device, dtype = (None if device is None else usable_device(device)), _dtype(dtype)
    folder = find_checkpoint(name)
    label = str(name or "the bundled model")
    if is_adapter(folder):
        return _with_lora(folder, label, device, dtype)
    try:
        if is_open_clip(label, folder):
            with _reading(label, "OpenCLIP checkpoint"):
                model, processor = openclip.load(folder, dtype)
        else:
            model, processor = _from_transformers(folder, label, dtype)
        clip = Clip(model, processor, words=_words(folder, label), name=label, device=device)
        _check_weights(clip)
        _try(clip)
    except CheckpointError as error:
        removed = discard_damaged(folder)
        if removed:
            raise CheckpointError(
                f'"{label}" came damaged from the Hub; {", ".join(removed)} has been removed from '
                "the cache, so run this again to fetch it"
            ) from error
        raise
    return clip


def _from_onnx(
    name: str | os.PathLike[str] | None, device: str | torch.device | None, precision: str
) -> Clip:
    """Load what `clipkit.export` wrote."""
    if device is not None and str(device) != "cpu":
        raise ValueError(f'device is "{device}", but backend="onnx" runs on the CPU; leave it out')
    if precision not in onnx.ENDINGS:
        raise ValueError(
            f'dtype is {precision!r}, but with backend="onnx" it should be one of '
            f"{', '.join(onnx.ENDINGS)}"
        )
    onnx.needed()
    folder = Path(name or BUNDLED).expanduser()
    if not (folder / onnx.FOLDER).is_dir() or not (folder / "config.json").is_file():
        raise CheckpointError(
            f'"{folder}" is no folder with a model in ONNX; write one with '
            f"python -m clipkit.export {name or ''}".rstrip()
        )
    label = str(folder)
    config, processor = _read_processor(folder, label)
    with _reading(label, "ONNX model"):
        model = onnx.Towers(folder, config, precision)
    clip = Clip(model, processor, _words(folder, label), f"{label} in {precision}", "cpu")
    _check_weights(clip)
    _try(clip)
    return clip


def _from_transformers(folder: Path, label: str, dtype: torch.dtype) -> tuple[Any, Any]:
    transformers = _transformers()
    config, processor = _read_processor(folder, label)
    with _reading(label, "weights"):
        model, loading = transformers.AutoModel.from_pretrained(
            folder,
            config=config,
            dtype=dtype,
            use_safetensors="safetensors" in (weights_of(folder) or ""),
            weights_only=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    lacking = sorted(loading["missing_keys"])
    if lacking:
        raise CheckpointError(
            f'the weights of "{label}" lack {len(lacking)} of the model\'s parameters, for example '
            f"{lacking[0]}; use a complete checkpoint"
        )
    known = {_any_layer(key) for key in model.state_dict()}
    beyond = sorted(key for key in loading["unexpected_keys"] if _any_layer(key) in known)
    if beyond:  # what else is too many, such as a head of another task, is not missed
        raise CheckpointError(
            f'the weights of "{label}" hold layers that its config.json does not count, for '
            f"example {beyond[0]}; correct the configuration"
        )
    return model, processor


def _read_processor(folder: Path, label: str) -> tuple[PretrainedConfig, Any]:
    """Return the configuration of a model of two towers and the processor that fits it."""
    transformers = _transformers()
    with _reading(label, "configuration"):
        config = transformers.AutoConfig.from_pretrained(folder, trust_remote_code=False)
    kind = transformers.MODEL_MAPPING.get(type(config), object)
    if not all(hasattr(kind, f"get_{what}_features") for what in ("image", "text")):
        raise CheckpointError(
            f'"{label}" is a model of type "{config.model_type}", but clipkit loads those with a '
            "picture and a text tower, such as CLIP and SigLIP"
        )
    with _reading(label, "tokenizer or processor"):
        # always PIL: torchvision resizes a little differently, and results should not depend
        # on what else is installed
        processor = transformers.AutoProcessor.from_pretrained(
            folder, backend="pil", trust_remote_code=False
        )
        _check_processor(processor, config, label)
        _check_tokenizer(processor, config, label)
    return config, processor


def _any_layer(key: str) -> str:
    return re.sub(r"\.\d+\.", ".0.", key)


def _transformers() -> Any:
    """Import what is needed of transformers, or say what hinders it."""
    try:
        import transformers

        _ = transformers.AutoProcessor, transformers.AutoModel
    except (ImportError, RuntimeError) as error:
        problem = torchvision_problem()
        raise ImportError(
            problem or f"transformers cannot be imported ({_first_line(error)}); install it again"
        ) from error
    return transformers


def torchvision_problem() -> str | None:
    """Return what is wrong with an installed torchvision, which transformers imports, or None."""
    import importlib.metadata as metadata

    try:
        version = metadata.version("torchvision")
        import torchvision  # noqa: F401
    except metadata.PackageNotFoundError:
        return None
    except Exception as error:  # its compiled part fails in many ways
        return (
            f"torchvision {version} does not fit torch {torch.__version__} "
            f"({_first_line(error)}), and transformers stumbles over it; clipkit does not need it: "
            "run pip uninstall torchvision, or install the version that belongs to this torch"
        )
    return None


def _dtype(dtype: str | torch.dtype) -> torch.dtype:
    name = str(dtype).removeprefix("torch.") if isinstance(dtype, torch.dtype) else dtype
    return getattr(torch, checks.one_of(name, "dtype", DTYPES))


def _with_lora(folder: Path, label: str, device: torch.device | None, dtype: torch.dtype) -> Clip:
    """Load LoRA with the model that it was added to, to be used or trained on."""
    with _reading(label, "configuration of the LoRA adapter"):
        settings = dict(json.loads((folder / ADAPTER[0]).read_text(encoding="utf-8")))
    base = folder / "base"
    if not base.is_dir():  # as peft alone writes it: the model by its name
        named = str(settings.get("base_model_name_or_path") or "")
        base = find_checkpoint(named) if named else folder
        if is_adapter(base):
            raise CheckpointError(
                f'"{label}" is a LoRA adapter that does not say to which model it belongs; load '
                f'that one and add it: peft.PeftModel.from_pretrained(clip.model, "{folder}")'
            )
    from peft import PeftModel

    clip = load(base, device, dtype)
    with _reading(label, "LoRA adapter"):
        if not (folder / ADAPTER[1]).is_file():
            raise CheckpointError(f'"{label}" has the settings of LoRA but no {ADAPTER[1]}')
        model = PeftModel.from_pretrained(clip.model, folder, is_trainable=True)
    return Clip(model, clip.processor, clip.words, label, clip.device)


def _words(folder: Path, label: str) -> frozenset[str] | None:
    """Return the words that the model has seen in training, where the checkpoint lists them."""
    if not (folder / "words.txt").is_file():
        return None
    with _reading(label, "list of words (words.txt)"):
        return frozenset((folder / "words.txt").read_text(encoding="utf-8").split())


@contextlib.contextmanager
def _reading(label: str, what: str) -> Iterator[None]:
    """Turn what transformers raises about a broken checkpoint into one sentence."""
    from transformers.utils import logging

    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    except CheckpointError:
        raise
    except Exception as error:  # unpickling, missing tokenizers, unknown types, shapes ...
        reason = f"{type(error).__name__}: {_first_line(error)}"
        if "weights_only" in str(error):  # torch advises to switch its protection off
            reason = "they hold something else than weights, which clipkit never runs"
        raise CheckpointError(
            f'the {what} of "{label}" cannot be read; delete the folder or fetch it again, or use '
            f"another checkpoint ({reason})"
        ) from error
    finally:
        if bars:
            logging.enable_progress_bar()


def _check_processor(processor: Any, config: PretrainedConfig, label: str) -> None:
    """Refuse pictures in another size, or with other channels, than the model takes."""
    images = getattr(processor, "image_processor", None)
    if images is None or not hasattr(processor, "tokenizer"):
        raise CheckpointError(
            f'the processor of "{label}" is a {type(processor).__name__}, but it should have a '
            "tokenizer and an image processor"
        )
    channels = getattr(config.vision_config, "num_channels", 3)
    for name in ("image_mean", "image_std") if getattr(images, "do_normalize", False) else ():
        values = getattr(images, name)
        if len(values) != channels or not all(map(math.isfinite, values)):
            raise CheckpointError(
                f'{name} in the processor of "{label}" is {list(values)}, but it should hold '
                f"{channels} numbers, one for each channel"
            )
        if name == "image_std" and 0 in values:
            raise CheckpointError(
                f'image_std in the processor of "{label}" holds a 0, by which pixels would be '
                "divided"
            )
    if getattr(images, "do_resize", False) and images.resample not in list(Image.Resampling):
        raise CheckpointError(
            f'resample in the processor of "{label}" is {images.resample!r}, but Pillow knows '
            f"{min(Image.Resampling):d} to {max(Image.Resampling):d}"
        )
    wanted = getattr(config.vision_config, "image_size", None)
    if not hasattr(config.vision_config, "patch_size") or wanted is None:
        return  # without a table of positions, pictures may be of any size
    wanted = tuple(wanted) if isinstance(wanted, (list, tuple)) else (wanted, wanted)
    given = _shape(images)
    if given not in (None, wanted):
        raise CheckpointError(
            f'the processor of "{label}" makes pictures of {given[0]} x {given[1]} px, but the '
            f"model takes {wanted[0]} x {wanted[1]}; correct the processor's configuration"
        )


def _shape(images: Any) -> tuple[int, int] | None:
    """Return the height and width of what an image processor makes, if that is fixed."""
    pixels = Pixels(images)
    for height, width in (pixels.crop, pixels.shape, (pixels.edge, pixels.edge)):
        if height is not None and width is not None:
            return height, width
    return None


def _check_tokenizer(processor: Any, config: PretrainedConfig, label: str) -> None:
    """Refuse tokens that the text tower does not know, or would not find.

    CLIP reads a text's embedding at its end token; with another tokenizer's, it silently reads
    the first token, which is the same for every text.
    """
    tokenizer, text = processor.tokenizer, config.text_config
    if tokenizer.pad_token_id is None:
        raise CheckpointError(f'the tokenizer of "{label}" has no padding token (pad_token)')
    highest = max(tokenizer.get_vocab().values())
    if highest >= text.vocab_size:
        raise CheckpointError(
            f'the tokenizer of "{label}" gives tokens up to {highest}, but the model knows '
            f"{text.vocab_size}; use the tokenizer that the model was trained with"
        )
    configured, end = getattr(text, "eos_token_id", None), tokenizer.eos_token_id
    oldest = configured == 2 and end == len(tokenizer) - 1  # they mean the highest id
    if config.model_type in ("clip", "metaclip_2") and configured != end and not oldest:
        raise CheckpointError(
            f'the tokenizer of "{label}" ends a text with token {end}, but the model looks for '
            f"{configured}; use the tokenizer that the model was trained with, or set eos_token_id "
            "in its text_config"
        )


def _check_weights(clip: Clip) -> None:
    """Refuse weights that are not numbers: every embedding would be NaN."""
    for name, weights in clip.model.named_parameters():
        if not torch.isfinite(weights).all():
            raise CheckpointError(
                f'the weights of "{clip.name}" are damaged: {name} holds NaN or infinity; fetch '
                "them again, or use another dtype"
            )
    if not 0 < clip.logit_scale < math.inf:
        raise CheckpointError(
            f'the logit scale of "{clip.name}" is {clip.logit_scale:g}; use another checkpoint'
        )


def _try(clip: Clip) -> None:
    """Encode a picture and a text, so that what fails fails here and says whose fault it is."""
    trial = Clip(clip.model, clip.processor, device=clip.device)  # its warnings are nobody's
    with _reading(clip.name, "model"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = {
            "picture": trial.encode_images([Image.linear_gradient("L")]),
            "text": trial.encode_texts(["a " * clip.context_length]),
        }
    for what, row in rows.items():
        if row.shape != (1, clip.dimension) or not abs(row.norm() - 1) < 1e-3:
            raise CheckpointError(
                f'"{clip.name}" gives a {what} no embedding of length 1 with {clip.dimension} '
                f"numbers, but one of length {row.norm():.3g} and shape {tuple(row.shape)}; use "
                "another checkpoint"
            )


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
