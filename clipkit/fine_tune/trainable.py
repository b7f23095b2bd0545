"""Which parameters are trained, and whether that can be done."""

from __future__ import annotations

import copy

from torch import nn

from clipkit import checks
from clipkit.fine_tune.pairs import Pairs
from clipkit.model import Clip, check_model

TOWERS = {
    "vision": ("vision_model", "visual_projection"),
    "text": ("text_model", "text_projection"),
}
"""The parts of each tower, as far as a model has them: SigLIP has no projections."""


def check_pairs(clip: Clip, pairs: Pairs, batch_size: int, lock: str | None) -> None:
    """Refuse what cannot be trained."""
    check_model(clip)
    if not isinstance(pairs, Pairs):
        raise TypeError(
            f"pairs is a {type(pairs).__name__}, but it should be Pairs(clip, pictures, texts)"
        )
    if not hasattr(clip.model, "logit_scale"):
        raise ValueError(
            f"{clip.name} has no logit scale, as CLIP and SigLIP have; its loss is another one."
        )
    if lock is not None:
        checks.one_of(lock, "lock", TOWERS)
    if checks.whole(batch_size, "batch_size", 1, 1_000_000) < 2:
        raise ValueError(
            f"batch_size is {batch_size}, but a pair is contrasted with the others of its batch: "
            "at least 2."
        )
    if pairs.pixels != clip.pixels.size:
        raise ValueError(
            f"The pairs hold pictures of {pairs.pixels} px, but the model takes "
            f"{clip.pixels.size}; make them with the model that you train."
        )


def to_train(clip: Clip, lock: str | None) -> tuple[nn.Module, set[str]]:
    """Return a copy of the model with a tower locked, and the names of what was trainable."""
    # In float32, whose steps may be small; `bf16=True` computes faster, and keeps these weights.
    model = copy.deepcopy(clip.model).float()
    trainable = {name for name, p in model.named_parameters() if p.requires_grad}
    for part in TOWERS.get(lock or "", ()):
        if hasattr(model, part):
            getattr(model, part).requires_grad_(False)
    if not any(p.requires_grad for p in model.parameters()):
        raise ValueError(
            f"{clip.name} has no parameter that can be trained: all are locked, as merge_lora "
            "leaves them; clip.model.requires_grad_(True) opens them, and add_lora adds new ones."
        )
    return model, trainable
