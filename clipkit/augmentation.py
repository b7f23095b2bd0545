"""Pictures moved a little, differently each time they are seen: what training calls augmentation.

Everything works on a whole batch of tensors, on the device where they are.
"""

from __future__ import annotations

import math

import torch
from torch.nn.functional import affine_grid, grid_sample, interpolate


def uniform(n: int, low: float, high: float, generator: torch.Generator) -> torch.Tensor:
    """Draw random numbers between low and high: float32, (n,)."""
    return low + (high - low) * torch.rand(n, generator=generator)


def coarse_noise(n: int, channels: int, generator: torch.Generator) -> torch.Tensor:
    """Draw normal noise on five by five points, for `smooth`: float32, (n, channels, 5, 5)."""
    return torch.randn(n, channels, 5, 5, generator=generator)


def smooth(coarse: torch.Tensor, pixels: int) -> torch.Tensor:
    """Return waves through coarse noise, about as high as it: (n, c, 5, 5) -> (n, c, p, p)."""
    return interpolate(coarse, size=(pixels, pixels), mode="bicubic")


def draw_movement(
    turn: torch.Tensor, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw by how much each of n pictures is cropped, stretched, shifted, turned and bent.

    Parameters
    ----------
    turn : torch.Tensor of bool, shape (n,)
        Which pictures may be mirrored, turned far and bent: a radiograph has a left and a right.
    generator : torch.Generator

    Returns
    -------
    theta : torch.Tensor of float32, shape (n, 2, 3)
        As `torch.nn.functional.affine_grid` takes it.
    bend : torch.Tensor of float32, shape (n, 2, 5, 5)
        A coarse field of shifts, in halves of the picture's side; zero where `turn` is False.
    """
    n = len(turn)
    wide = torch.where(turn, 1.0, 0.3)
    scale = 1 + wide * uniform(n, -0.5, 0.2, generator)
    aspect = torch.exp(wide * uniform(n, -0.25, 0.25, generator))
    angle = wide * uniform(n, -1, 1, generator) ** 3 * math.radians(50)
    mirror = torch.where(turn & (torch.rand(n, generator=generator) < 0.5), -1.0, 1.0)
    cos, sin = torch.cos(angle), torch.sin(angle)
    room = 0.12 + 0.5 * (1 - scale).clamp(min=0)
    shift_x, shift_y = (room * wide * uniform(n, -1, 1, generator) for _ in range(2))
    theta = torch.stack(
        [
            torch.stack([mirror * scale * aspect * cos, -scale * sin, shift_x], dim=1),
            torch.stack([mirror * scale * sin, scale / aspect * cos, shift_y], dim=1),
        ],
        dim=1,
    )
    # Cloth lies crumpled and sags: bend what is no radiograph.
    amount = 0.07 * torch.rand(n, 1, 1, 1, generator=generator) ** 2 * turn[:, None, None, None]
    return theta, amount * coarse_noise(n, 2, generator)


def apply_movement(
    pictures: torch.Tensor, theta: torch.Tensor, bend: torch.Tensor | None = None
) -> torch.Tensor:
    """Move pictures, (n, c, p, p), as `draw_movement` says, on the device where they all are."""
    grid = affine_grid(theta, list(pictures.shape), align_corners=False)
    if bend is not None:
        grid = grid + smooth(bend, pictures.shape[-1]).permute(0, 2, 3, 1)
    return grid_sample(pictures, grid, padding_mode="reflection", align_corners=False)
