"""Checkpoints of OpenCLIP, read by open_clip and given the form of transformers' models."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from clipkit.hub import CheckpointError


class TwoTowers(torch.nn.Module):
    """An open_clip model under the names that transformers gives to the same things.

    Parameters
    ----------
    model : torch.nn.Module
        With ``encode_image`` and ``encode_text``.
    dimension, context : int
        Of the embeddings, and of the texts in tokens.
    pixels : int
        The side of the pictures.
    """

    def __init__(self, model: torch.nn.Module, dimension: int, context: int, pixels: int) -> None:
        super().__init__()
        self.open_clip: Any = model
        self.config = SimpleNamespace(
            model_type="open_clip",
            projection_dim=dimension,
            text_config=SimpleNamespace(max_position_embeddings=context),
            vision_config=SimpleNamespace(image_size=pixels, hidden_size=dimension),
        )

    @property
    def logit_scale(self) -> torch.Tensor:
        """torch.Tensor: the logarithm of the scale, as in transformers."""
        return self.open_clip.logit_scale

    @property
    def logit_bias(self) -> torch.Tensor | None:
        """torch.Tensor or None: what models trained with a sigmoid loss add to their logits."""
        return getattr(self.open_clip, "logit_bias", None)

    def get_image_features(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """Return the embeddings of pictures, not yet of unit length: (n, d)."""
        return self.open_clip.encode_image(pixel_values)

    def get_text_features(self, input_ids: torch.Tensor) -> torch.Tensor:
        """Return the embeddings of texts, not yet of unit length: (n, d)."""
        return self.open_clip.encode_text(input_ids)


class Tokenizer:
    """An open_clip tokenizer, called as one of transformers.

    Parameters
    ----------
    tokenizer : callable
        From texts and a length to token ids, padded to that length.
    context : int
        How many tokens the model reads.
    """

    MUCH = 16  # times the context: a text is read so far, to say how long it was

    def __init__(self, tokenizer: Any, context: int) -> None:
        self.tokenizer, self.model_max_length = tokenizer, context
        inner = getattr(tokenizer, "tokenizer", None)
        self.pad_token_id = getattr(inner, "pad_token_id", None) or 0

    def __call__(self, texts: list[str], **_: Any) -> dict[str, list[list[int]]]:
        """Return the token ids of each text, without padding."""
        rows = self.tokenizer(texts, context_length=self.MUCH * self.model_max_length).tolist()
        for row in rows:
            while len(row) > 1 and row[-1] == self.pad_token_id:
                row.pop()
        return {"input_ids": rows}

    def pad(self, ids: dict[str, list[list[int]]], **_: Any) -> dict[str, torch.Tensor]:
        """Return the ids as a tensor, padded to the context."""
        rows = ids["input_ids"]
        filled = [[*row, *[self.pad_token_id] * (self.model_max_length - len(row))] for row in rows]
        return {"input_ids": torch.tensor(filled)}


def load(folder: Path, dtype: torch.dtype) -> tuple[Any, Any]:
    """Return the model and the processor of a folder with an ``open_clip_config.json``.

    Raises
    ------
    CheckpointError
        If open_clip is not installed, or the pictures would have to be padded.
    """
    try:
        import open_clip
    except ImportError as error:
        raise CheckpointError(
            f'"{folder}" is a checkpoint of OpenCLIP, and open_clip is not installed; run '
            "pip install open_clip_torch, or load a checkpoint in the Hugging Face format"
        ) from error
    from transformers import CLIPImageProcessorPil

    model = open_clip.create_model(f"local-dir:{folder}", require_pretrained=True)
    tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")
    settings: dict[str, Any] = {"interpolation": "bicubic", "resize_mode": "shortest"}
    settings |= open_clip.get_model_preprocess_cfg(model)
    size = settings["size"]
    height, width = (size, size) if isinstance(size, int) else size
    exact = {"height": height, "width": width}
    steps: dict[str, Any]
    if settings["resize_mode"] == "shortest" and height == width:
        steps = {"size": {"shortest_edge": height}, "crop_size": exact}
    elif settings["resize_mode"] == "squash":
        steps = {"size": exact, "do_center_crop": False}
    else:
        raise CheckpointError(
            f'"{folder}" wants pictures resized in the mode "{settings["resize_mode"]}"; clipkit '
            'knows "shortest" and "squash"'
        )
    images = CLIPImageProcessorPil(
        **steps,
        resample={"bicubic": 3, "bilinear": 2}[settings["interpolation"]],
        image_mean=list(settings["mean"]),
        image_std=list(settings["std"]),
    )
    config = json.loads((folder / "open_clip_config.json").read_text(encoding="utf-8"))
    context = int(tokenizer.context_length)
    towers = TwoTowers(model, config["model_cfg"]["embed_dim"], context, height).to(dtype)
    return towers, SimpleNamespace(image_processor=images, tokenizer=Tokenizer(tokenizer, context))
