"""Load a checkpoint into a `Clip`, and refuse in one sentence what cannot work."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import torch

from clipkit.hub import CheckpointError, find_checkpoint, weights_of
from clipkit.model import Clip


def load(
    name: str | os.PathLike[str] | None = None, device: str | torch.device | None = None
) -> Clip:
    """Load a CLIP or SigLIP checkpoint.

    Parameters
    ----------
    name : str or os.PathLike, optional
        An id on the Hugging Face Hub or a folder. Without one, the environment variable
        ``CLIPKIT_MODEL`` decides; without that, it is the small model that comes with clipkit,
        which needs no network.
    device : str or torch.device, optional
        Where the model runs, for example "cpu" or "cuda:1". By default a GPU if there is one.

    Returns
    -------
    clipkit.model.Clip

    Raises
    ------
    clipkit.hub.CheckpointError
        If the checkpoint cannot be found, fetched or read; the message says what to do.

    Notes
    -----
    Weights are read from safetensors, or with torch's weights-only reader where a checkpoint has
    nothing else; code that comes with a checkpoint is never run.
    """
    from transformers import AutoConfig, AutoModel, AutoProcessor

    folder = find_checkpoint(name)
    label = str(name or os.environ.get("CLIPKIT_MODEL") or "the bundled model")
    with _reading(label, "configuration"):
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    if config.model_type not in ("clip", "siglip"):
        raise CheckpointError(
            f'"{label}" is a model of type "{config.model_type}", but clipkit loads those of type '
            '"clip" and "siglip", which have a picture and a text tower'
        )
    with _reading(label, "weights"):
        model, loading = AutoModel.from_pretrained(
            folder,
            config=config,
            dtype=torch.float32,
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
    with _reading(label, "tokenizer or processor"):
        # always PIL: torchvision resizes a little differently, and results should not depend
        # on what else is installed
        processor = AutoProcessor.from_pretrained(folder, backend="pil", trust_remote_code=False)
    clip = Clip(model, processor, words=_words(folder), name=label, device=device)
    _check_end_of_text(clip)
    return clip


def _words(folder: Path) -> frozenset[str] | None:
    """Return the words that the model has seen in training, where the checkpoint lists them."""
    if not (folder / "words.txt").is_file():
        return None
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
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise CheckpointError(
            f'the {what} of "{label}" cannot be read; delete the folder or fetch it again, or use '
            f"another checkpoint ({type(error).__name__}: {reason})"
        ) from error
    finally:
        if bars:
            logging.enable_progress_bar()


def _check_end_of_text(clip: Clip) -> None:
    """Refuse a tokenizer whose end token the text tower would not find.

    CLIP reads a text's embedding at its end token; with another tokenizer's, it silently reads
    the first token, which is the same for every text.
    """
    configured = getattr(clip.model.config.text_config, "eos_token_id", None)
    end = clip.processor.tokenizer.eos_token_id
    if clip.model.config.model_type != "clip" or configured == end:
        return
    highest = len(clip.processor.tokenizer) - 1
    if configured == 2 and end == highest:  # the oldest checkpoints: the highest id is the end
        return
    raise CheckpointError(
        f"the tokenizer of {clip.name} ends a text with token {end}, but the model looks for "
        f"{configured}; use the tokenizer that the model was trained with, or set eos_token_id in "
        "its text_config"
    )
