"""A picture as other cameras, rooms and websites would have shown it.

The model is judged on photographs it has never seen the like of, so it must learn form rather than
our renderer's ways: products are cut out and laid on other backgrounds, cropped, turned, blurred,
made small, grey or inverted. Everything works on a whole batch of tensors.
"""

from __future__ import annotations

import torch
from torch.nn.functional import interpolate

from clipkit.augmentation import apply_movement, coarse_noise, draw_movement, smooth, uniform

GREY, INVERTED, CUT_OUT = 0.12, 0.3, 0.4
"""Shares: of grey pictures; of inverted ones among the grey; of products on another background."""


def draw_grey(n: int, generator: torch.Generator) -> torch.Tensor:
    """Which of n pictures lose their colour: their captions must not name it. Bool, shape (n,)."""
    return torch.rand(n, generator=generator) < GREY


def backgrounds(n: int, pixels: int, generator: torch.Generator) -> torch.Tensor:
    """Smooth random colour fields, from plain to blotchy. Float32 in 0..1, shape (n, 3, p, p)."""
    fields = []
    for cells in (1, 2, 5, pixels // 3):
        noise = torch.rand(n, 3, cells, cells, generator=generator)
        # Half of all walls and floors are grey or nearly so.
        colourful = torch.rand(n, 1, 1, 1, generator=generator)
        noise = torch.lerp(noise.mean(1, keepdim=True), noise, colourful)
        fields.append(interpolate(noise, size=(pixels, pixels), mode="bilinear"))
    weights = torch.rand(n, len(fields), generator=generator) ** 3
    weights = weights / weights.sum(1, keepdim=True)
    return torch.einsum("nk,knchw->nchw", weights, torch.stack(fields))


def cut_out(rgba: torch.Tensor, alone: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Lay some of the products on another background. (n, 4, p, p) -> the same, 0..1."""
    mask = rgba[:, 3:]
    chosen = torch.rand(len(rgba), generator=generator) < CUT_OUT
    chosen &= alone & mask.flatten(1).any(dim=1)
    other = backgrounds(int(chosen.sum()), rgba.shape[-1], generator)
    kind = torch.rand(len(other), generator=generator)
    other[kind < 0.25] = 1.0  # the white of a web shop
    other[kind > 0.85] = 0.0
    laid = rgba.clone()
    laid[chosen, :3] = torch.lerp(other, rgba[chosen, :3], mask[chosen])
    return laid


def develop(pictures: torch.Tensor, grey: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Exposure, contrast, tint, uneven light, low resolution, noise, and the loss of colour.

    Parameters
    ----------
    pictures : torch.Tensor of float32 in 0..1, shape (n, 3, p, p)
    grey : torch.Tensor of bool, shape (n,)
        Pictures to turn grey; some of them are inverted, as small web thumbnails are.
    """
    n, _, pixels, _ = pictures.shape

    def column(low, high, channels=1):
        return uniform(n * channels, low, high, generator).view(n, channels, 1, 1)

    pictures = pictures.clamp(0, 1) ** torch.exp(column(-0.35, 0.35))
    pictures = (pictures - 0.5) * column(0.7, 1.25) + 0.5 + column(-0.12, 0.12)
    pictures = pictures * column(0.92, 1.08, channels=3)
    # Rooms are lit unevenly.
    pictures = pictures * (1 + column(0, 0.18) * smooth(coarse_noise(n, 1, generator), pixels))
    low = torch.rand(n, generator=generator) < 0.25
    small = int(torch.randint(pixels // 3, pixels, (1,), generator=generator))
    coarse = interpolate(pictures[low], size=(small, small), mode="bilinear", antialias=True)
    pictures[low] = interpolate(coarse, size=(pixels, pixels), mode="bilinear")
    lightness = pictures.mean(dim=1, keepdim=True).expand_as(pictures)
    lightness = torch.where(column(0, 1) < INVERTED, 1 - lightness, lightness)
    pictures = torch.where(grey[:, None, None, None], lightness, pictures)
    # Most cameras are quiet, a few are not.
    noise = torch.randn(n, 1, pixels, pixels, generator=generator) * 0.05 * column(0, 1) ** 4
    return (pictures + noise).clamp(0, 1)


def augment(
    rgba: torch.Tensor,
    grey: torch.Tensor,
    turn: torch.Tensor,
    alone: torch.Tensor,
    generator: torch.Generator,
) -> tuple[torch.Tensor, torch.Tensor]:
    """All of the above, in the order in which it happens to a photograph.

    Parameters
    ----------
    rgba : torch.Tensor of uint8, shape (n, 4, p, p)
        Pictures with the product's mask as fourth channel (all zero: no mask).
    grey, turn : torch.Tensor of bool, shape (n,)
        See `develop` and `draw_movement`.
    alone : torch.Tensor of bool, shape (n,)
        Which pictures may get another background: those whose mask is all that a caption speaks
        of. Who wears a product, and the tag beside it, would go with the background.
    generator : torch.Generator
        Two calls with generators in the same state give the same pictures.

    Returns
    -------
    pictures : torch.Tensor of float32 in 0..1, shape (n, 3, p, p)
    masks : torch.Tensor of float32 in 0..1, shape (n, p, p)
        How much of each pixel the product covers, wherever it has been moved.
    """
    laid = cut_out(rgba.float() / 255, alone, generator)
    moved = apply_movement(laid, *draw_movement(turn, generator))
    return develop(moved[:, :3], grey, generator), moved[:, 3]
