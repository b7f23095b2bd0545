"""The same model for larger or smaller pictures."""

from __future__ import annotations

import copy

import torch
from torch import nn

from clipkit import checks
from clipkit.model import Clip, check_model

MOST_PATCHES = 256
"""Along one side: attention compares every patch with every other."""


def resize_positions(clip: Clip, pixels: int) -> Clip:
    """Return the same model for larger or smaller pictures: it then sees more or fewer patches.

    A vision transformer takes any number of patches; only the table of their positions has a fixed
    size, and is interpolated here, as in Dosovitskiy et al. 2021 (arXiv 2010.11929, section 3.2).
    The model needs some training before it is at home at the new size.

    Parameters
    ----------
    clip : clipkit.model.Clip
        It stays as it is.
    pixels : int
        Side of the square pictures: a multiple of the patch size. ``2 * clip.pixels.size`` is one
        for every model.

    Returns
    -------
    clipkit.model.Clip
        A copy, with a processor for the new size.

    Raises
    ------
    ValueError
        If `pixels` is not a multiple of the patch size, or too many of them, or the model has no
        table of positions that could be interpolated.

    Examples
    --------
    >>> import clipkit
    >>> larger = resize_positions(clipkit.load(), 160)
    >>> larger.pixels.size, larger.model.config.vision_config.image_size
    (160, 160)
    """
    check_model(clip)
    tower = getattr(getattr(clip.model, "vision_model", None), "embeddings", None)
    if not hasattr(tower, "interpolate_pos_encoding"):
        raise ValueError(f"{clip.name} has no table of positions that could be interpolated.")
    patch = clip.model.config.vision_config.patch_size
    pixels = checks.whole(pixels, "pixels", 1, MOST_PATCHES * patch)
    if pixels % patch:
        near = sorted({max(pixels // patch, 1) * patch, (pixels // patch + 1) * patch})
        raise ValueError(
            f"pixels is {pixels}, but must be a multiple of the patch size, {patch}, such as "
            f"{' or '.join(map(str, near))}."
        )
    model, processor = copy.deepcopy((clip.model, clip.processor))
    vision, embeddings = model.config.vision_config, model.vision_model.embeddings
    old = vision.image_size
    patches = (pixels // patch) ** 2
    count = patches + hasattr(embeddings, "class_embedding")  # CLIP has one for the whole picture
    with torch.no_grad():
        blank = torch.empty(1, count, vision.hidden_size)
        positions = embeddings.interpolate_pos_encoding(blank, pixels, pixels)[0].clone()
    embeddings.position_embedding = nn.Embedding.from_pretrained(positions, freeze=False)
    embeddings.position_ids = torch.arange(count, device=positions.device)[None]
    embeddings.num_positions, embeddings.num_patches = count, patches
    embeddings.image_size = vision.image_size = pixels
    images = processor.image_processor
    for name in ("size", "crop_size"):
        sides = {key: side for key, side in dict(getattr(images, name, {}) or {}).items() if side}
        if sides:
            setattr(images, name, {key: round(side * pixels / old) for key, side in sides.items()})
    return Clip(model, processor, clip.words, f"{clip.name} at {pixels} px", clip.device)
