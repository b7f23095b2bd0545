"""Configuration, tokenizer and processor of the small ``CLIPModel``: all Hugging Face's own."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import torch
from torch.nn.functional import interpolate
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPProcessor, CLIPTokenizer

PATCHES = 8
"""Patches along each side of a picture."""
CONTEXT_LENGTH = 77
VOCABULARY_SIZE = 4096
KERNELS = "vision_model.embeddings.patch_embedding.weight"
# Each printable ASCII character, and letters whose UTF-8 code ends in each continuation byte: a
# tokenizer that has met them as words of their own has a token for the last byte of any word.
EVERY_LAST_BYTE = " ".join(map(chr, [*range(33, 127), *range(0x100, 0x140)]))


def train_tokenizer(texts: Iterable[str], vocabulary_size: int = VOCABULARY_SIZE) -> CLIPTokenizer:
    """Learn CLIP's byte-level BPE from texts.

    Parameters
    ----------
    texts : iterable of str
        Captions and reports.
    vocabulary_size : int
        Tokens, the two special ones included.

    Returns
    -------
    transformers.CLIPTokenizer
        No character is unknown to it.

    Examples
    --------
    >>> tokenizer = train_tokenizer(["a red mug", "a blue mug"] * 5, 600)
    >>> tokenizer.tokenize("A red MUG")
    ['a</w>', 'red</w>', 'mug</w>']
    """
    corpus = [*texts, *[EVERY_LAST_BYTE] * 2]
    tokenizer = CLIPTokenizer().train_new_from_iterator(corpus, vocabulary_size)
    tokenizer.model_max_length = CONTEXT_LENGTH
    return tokenizer


def small_config(tokenizer: CLIPTokenizer, pixels: int = 80, **vision) -> CLIPConfig:
    """Return the bundled model's configuration: 8 x 8 patches, six layers and three.

    Parameters
    ----------
    tokenizer : transformers.CLIPTokenizer
        Gives the vocabulary's size and the special tokens.
    pixels : int
        Side of the square input picture; a multiple of 8.
    **vision
        Overrides of the vision tower's fields, for smaller trials.
    """
    special = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    text_config = {
        "vocab_size": len(tokenizer),
        "max_position_embeddings": CONTEXT_LENGTH,
        "hidden_size": 192,
        "intermediate_size": 768,
        "num_hidden_layers": 3,
        "num_attention_heads": 3,
        "hidden_act": "gelu",
        **special,
    }
    vision_config = {
        "image_size": pixels,
        "patch_size": pixels // PATCHES,
        "hidden_size": 192,
        "intermediate_size": 768,
        "num_hidden_layers": 6,
        "num_attention_heads": 3,
        "hidden_act": "gelu",
        **vision,
    }
    return CLIPConfig(text_config=text_config, vision_config=vision_config, projection_dim=192)


@torch.no_grad()
def mimetic(model: CLIPModel) -> None:
    """Start the vision tower's attention as trained ones are found to look: each patch attends to
    itself and its neighbours, and values come out with their sign turned.

    Trockman and Kolter 2023, *Mimetic Initialization of Self-Attention Layers*, arXiv 2305.09828.
    """
    vision = model.vision_model
    width = model.config.vision_config.hidden_size
    heads = model.config.vision_config.num_attention_heads
    side = model.config.vision_config.image_size // model.config.vision_config.patch_size
    places = vision.embeddings.position_embedding.weight
    places[1:] = 0.5 * sinusoids(side, width)  # as large as what a patch looks like
    for layer in vision.encoder.layers:
        attention, k = layer.self_attn, width // heads
        query, key = attention.q_proj.weight, attention.k_proj.weight
        for head in range(heads):
            u, s, v = torch.linalg.svd(0.7 * _noise(width) + 0.7 * torch.eye(width))
            rows = slice(head * k, (head + 1) * k)
            query[rows] = (u[:, :k] * s[:k].sqrt()).T
            key[rows] = s[:k, None].sqrt() * v[:k]
        u, s, v = torch.linalg.svd(0.4 * _noise(width) - 0.4 * torch.eye(width))
        attention.v_proj.weight.copy_(s.sqrt()[:, None] * v)
        attention.out_proj.weight.copy_(u * s.sqrt())


def _noise(width: int) -> torch.Tensor:
    return torch.randn(width, width) / math.sqrt(width)


def sinusoids(side: int, width: int) -> torch.Tensor:
    """Where a patch is, as sines and cosines of its row and column: float32, (side ** 2, width)."""
    rates = 10_000 ** (-torch.arange(width // 4) / (width // 4))
    angles = torch.arange(side)[:, None] * rates
    along = torch.cat([angles.sin(), angles.cos()], dim=1)
    row, column = along.repeat_interleave(side, dim=0), along.repeat(side, 1)
    return torch.cat([row, column], dim=1)


def fresh(tokenizer: CLIPTokenizer, pixels: int = 80) -> CLIPModel:
    """Return the small model with random weights, the vision tower's attention `mimetic`."""
    # On a CPU the plain attention is faster backwards than the fused one.
    config = small_config(tokenizer, pixels)
    model = CLIPModel._from_config(config, attn_implementation="eager")
    mimetic(model)
    return model


def begun(folder: Path, pixels: int) -> CLIPModel:
    """Load a model to train on, for pictures of another size in as many patches.

    Parameters
    ----------
    folder : Path
        A `CLIPModel` with its tokenizer, such as a run's ``model``.
    pixels : int
        Side of the square input picture. The first layer's kernels are stretched to the new
        patches and keep their sums, so that an even picture looks as it did before.

    Returns
    -------
    transformers.CLIPModel
        In float32.
    """
    old = CLIPModel.from_pretrained(folder, dtype=torch.float32)
    config = CLIPConfig.from_dict(old.config.to_dict())
    side, before = pixels // PATCHES, old.config.vision_config.patch_size
    config.vision_config.image_size, config.vision_config.patch_size = pixels, side
    weights = old.state_dict()
    kernels = weights[KERNELS]
    stretched = interpolate(kernels, (side, side), mode="bicubic", antialias=side < before)
    weights[KERNELS] = stretched * (before / side) ** 2
    model = CLIPModel._from_config(config, attn_implementation="eager")
    model.load_state_dict(weights)
    return model


def small_processor(tokenizer: CLIPTokenizer, pixels: int = 80) -> CLIPProcessor:
    """Return the processor of `small_config`: shortest side to `pixels`, centre crop."""
    pictures = CLIPImageProcessorPil(
        size={"shortest_edge": pixels}, crop_size={"height": pixels, "width": pixels}
    )
    return CLIPProcessor(image_processor=pictures, tokenizer=tokenizer)
