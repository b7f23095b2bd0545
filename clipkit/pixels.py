"""From pictures to the pixel values that a checkpoint was trained with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image

from clipkit.pictures import getters

MOST_OBLONG = 100  # times as long as wide: of a longer strip only the middle is resized


class Pixels:
    """A checkpoint's own preprocessing, in two steps that are quick and can run in threads.

    A picture is opened, resized and cropped by PIL, which works outside Python's lock; then a
    whole batch is scaled and normalised at once. The values are those of the checkpoint's image
    processor; one that does more than resize, crop, scale and normalise is called itself.

    Parameters
    ----------
    image_processor : transformers image processor

    Attributes
    ----------
    size : int
        The edge of the square that the model sees, in pixels (the shorter edge, if oblong).

    Examples
    --------
    >>> from PIL import Image
    >>> from transformers import CLIPImageProcessorPil
    >>> pixels = Pixels(CLIPImageProcessorPil())
    >>> pixels([Image.new("RGB", (640, 480)), Image.new("L", (100, 300))]).shape
    torch.Size([2, 3, 224, 224])
    """

    def __init__(self, image_processor: Any):
        if not (callable(image_processor) and hasattr(image_processor, "size")):
            raise TypeError(
                f"image_processor is a {type(image_processor).__name__}, but it should be a "
                "checkpoint's, such as processor.image_processor"
            )
        self.processor = image_processor
        # SigLIP 2 takes pictures of any shape, as patches, and is told how many there are.
        self.several = len(getattr(image_processor, "model_input_names", ())) > 1
        size = dict(image_processor.size or {})
        crop = {}
        if _does(image_processor, "center_crop"):
            crop = dict(image_processor.crop_size or {})
        self.edge: Any = size.get("shortest_edge")
        self.shape: tuple[Any, Any] = (size.get("height"), size.get("width"))
        self.crop: tuple[Any, Any] = (crop.get("height"), crop.get("width"))
        self.size = min(value for value in (*self.crop, self.edge, *self.shape, 10**6) if value)
        square = bool(self.edge and crop and max(self.crop) <= self.edge)
        fixed = bool(None not in self.shape and not crop)
        steps = ("resize", "rescale", "normalize", "convert_rgb")
        self.known = (
            (square or fixed)
            and all(_does(image_processor, step) for step in steps)
            and not _does(image_processor, "pad")
        )
        if self.known:
            mean, std = (
                torch.tensor(values, dtype=torch.float32).view(-1, 1, 1)
                for values in (image_processor.image_mean, image_processor.image_std)
            )
            self.scale = image_processor.rescale_factor / std
            self.shift = -mean / std

    def __call__(self, pictures: Any) -> torch.Tensor:
        """Return the pixel values of pictures: float32, (n, 3, height, width)."""
        return self.finish([self.read(get) for get in getters(pictures)])

    def read(self, get: Callable[[], Image.Image]) -> np.ndarray:
        """Open one picture with a function from `getters` and bring it to size.

        Returns
        -------
        numpy.ndarray
            (height, width, 3), uint8; what the processor gives where it is called itself.
        """
        image = get()
        if self.several:
            return np.asarray(image)
        if self.known and not self.edge:
            height, width = self.shape
            return np.asarray(image.resize((width, height), self.processor.resample))
        image = _middle(image)
        if not self.known:
            values = self.processor(images=[image], return_tensors="np")["pixel_values"][0]
            return np.asarray(values, dtype=np.float32)
        short, long = sorted(image.size)
        long = int(self.edge * long / short)
        width, height = (self.edge, long) if image.width <= image.height else (long, self.edge)
        image = image.resize((width, height), self.processor.resample)
        left, top = (width - self.crop[1]) // 2, (height - self.crop[0]) // 2
        return np.asarray(image.crop((left, top, left + self.crop[1], top + self.crop[0])))

    def inputs(self, arrays: Sequence[np.ndarray]) -> dict[str, torch.Tensor]:
        """Return what the picture tower takes, by name, for a batch of what `read` gave."""
        if self.several:
            return dict(self.processor(images=list(arrays), return_tensors="pt"))
        return {"pixel_values": self.finish(arrays)}

    def finish(self, arrays: Sequence[np.ndarray] | np.ndarray) -> torch.Tensor:
        """Scale and normalise what `read` gave for a batch: float32, (n, 3, height, width)."""
        values = torch.from_numpy(np.stack(list(arrays)))
        if not self.known:
            return values
        values = values.permute(0, 3, 1, 2).to(torch.float32, memory_format=torch.contiguous_format)
        return values.mul_(self.scale).add_(self.shift)


def _does(image_processor: Any, step: str) -> bool:
    return bool(getattr(image_processor, f"do_{step}", False))


def _middle(image: Image.Image) -> Image.Image:
    """Cut a long strip to its middle, the only part that a square shows.

    Brought to 224 pixels in width, a strip of 1 x 65,000 would fill gigabytes.
    """
    longest = MOST_OBLONG * min(image.size)
    if max(image.size) <= longest:
        return image
    width, height = (min(side, longest) for side in image.size)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))
