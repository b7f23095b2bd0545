"""Pictures that are there twice, found by embedding and confirmed by eye."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from clipkit.model import Clip
from clipkit.pictures import open_picture

SAMPLE = 48  # pictures of which a copy is made to see how alike copies are
NEAREST = 10  # so many neighbours of a picture are looked at
SIDE = 32  # of the grey thumbnails that confirm what embeddings suspect


class Copy(NamedTuple):
    """Two rows that show the same picture.

    Attributes
    ----------
    first, second : int
        The rows, the lower first.
    cosine : float
        Of their embeddings.
    exact : bool
        Whether they are equal point by point.
    """

    first: int
    second: int
    cosine: float
    exact: bool


def near_duplicates(
    clip: Clip, pictures: Sequence[Any], embeddings: torch.Tensor, seed: int = 0
) -> list[Copy]:
    """Find pictures that are there twice: equal, saved anew, made smaller, cropped a little.

    How alike are two embeddings of one picture? That depends on the model, so it is measured:
    some pictures are cropped by one per cent, halved in size and saved as JPEG, and compared with
    themselves. Two pictures are called copies if they are at least as alike as 95 in 100 of these,
    both by embedding and by the correlation of grey thumbnails. The embedding finds the suspects
    among all pairs; the thumbnail clears those that only show the same kind of thing. A second
    photograph of the same thing is not found: name its product or patient as the group.

    Parameters
    ----------
    clip : clipkit.model.Clip
    pictures : sequence of n pictures
    embeddings : torch.Tensor of float32, shape (n, d)
        Of these pictures.
    seed : int
        Of the draw of pictures that are copied.

    Returns
    -------
    list of Copy
        The most alike first. Of each picture the ten nearest are looked at.
    """
    n = len(embeddings)
    if n < 2:
        return []
    drawn = np.random.default_rng(seed).permutation(n)[:SAMPLE]
    originals = [open_picture(pictures[int(row)]) for row in drawn]
    changed = [_copied(picture) for picture in originals]
    cosines = (embeddings[drawn] * clip.encode_images(changed)).sum(dim=1).numpy()
    alike = [_thumbnail(a) @ _thumbnail(b) for a, b in zip(originals, changed, strict=True)]
    least_cosine, least_alike = np.quantile(cosines, 0.05), np.quantile(alike, 0.05)
    found: list[Copy] = []
    thumbnails: dict[int, NDArray[np.floating]] = {}
    for first, second, cosine in _suspects(embeddings, float(least_cosine)):
        for row in {first, second} - thumbnails.keys():
            thumbnails[row] = _thumbnail(open_picture(pictures[row]))
        if thumbnails[first] @ thumbnails[second] >= least_alike:
            exact = cosine > 0.999 and _equal(pictures[first], pictures[second])
            found.append(Copy(first, second, cosine, exact))
    return sorted(found, key=lambda copy: -copy.cosine)


def _suspects(embeddings: torch.Tensor, least: float) -> list[tuple[int, int, float]]:
    """Return the pairs of rows whose cosine is at least `least`, among each row's nearest."""
    pairs = {}
    k = min(NEAREST + 1, len(embeddings))
    for start in range(0, len(embeddings), 1024):
        cosines, rows = (embeddings[start : start + 1024] @ embeddings.T).topk(k, dim=1)
        for own, column in (cosines >= least).nonzero().tolist():
            first, second = sorted((start + own, int(rows[own, column])))
            if first != second:
                pairs[first, second] = float(cosines[own, column])
    return [(*rows, cosine) for rows, cosine in sorted(pairs.items())]


def _copied(picture: Image.Image) -> Image.Image:
    """Return a picture as it looks after a little cropping and saving."""
    width, height = picture.size
    box = (width // 100, height // 100, width - width // 100, height - height // 100)
    size = (max(width // 2, SIDE), max(height // 2, SIDE))
    file = io.BytesIO()
    picture.convert("RGB").crop(box).resize(size).save(file, "JPEG", quality=60)
    return Image.open(file)


def _thumbnail(picture: Image.Image) -> NDArray[np.floating]:
    """Return a small grey picture as a vector; the product of two is their correlation."""
    small = picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    values = np.asarray(small, float).ravel()
    values = values - values.mean()
    return values / max(float(np.linalg.norm(values)), 1e-9)


def _equal(first: Any, second: Any) -> bool:
    a, b = np.asarray(open_picture(first)), np.asarray(open_picture(second))
    return a.shape == b.shape and bool((a == b).all())
