"""LoRA: two narrow matrices beside each layer, which alone are trained; by peft."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Sequence

import torch

from clipkit import checks
from clipkit.model import Clip, check_model
from clipkit.texts import is_blank, read_texts

LORA_LAYERS = ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2")
"""The linear layers of a transformer block in CLIP's two towers."""


def add_lora(clip: Clip, rank: int = 8, layers: Sequence[str] = LORA_LAYERS, seed: int = 0) -> Clip:
    """Return a copy of a model in which only low-rank additions can be trained.

    A layer with the weight W gets W + 2 B A, where A has `rank` rows and B as many columns (Hu et
    al. 2021, *LoRA*, arXiv 2106.09685). B starts at zero, so that at first nothing changes.

    Parameters
    ----------
    clip : clipkit.model.Clip
        It stays as it is.
    rank : int
    layers : sequence of str
        Names of linear layers, or their ends.
    seed : int
        Of the random A, so that a run that is called again is the same run.

    Returns
    -------
    clipkit.model.Clip
        Its model is a `peft.PeftModel`, ready for `clipkit.fine_tune.contrastive`.

    Raises
    ------
    ValueError
        If the rank is not a whole number of at least 1, no layer has one of the names, or the
        model has LoRA already.
    """
    from peft import LoraConfig, get_peft_model

    check_model(clip)
    rank = checks.whole(rank, "rank", 1)
    layers = read_texts(layers, "layers")
    if not layers:
        raise ValueError("layers is empty; name at least one kind of layer, such as q_proj")
    names = [f".{name}" for name, _ in clip.model.named_modules()]
    for layer in layers:
        if is_blank(layer) or not any(name.endswith(f".{layer}") for name in names):
            raise ValueError(f"layers holds {layer!r}, but {clip.name} has no such layer")
    if hasattr(clip.model, "peft_config"):
        raise ValueError(f"{clip.name} has LoRA already; train it on, or merge_lora first.")
    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        target_modules=layers,
        # SigLIP's pooling reads this weight past the layer, so that an addition would do nothing.
        exclude_modules=["head.attention.out_proj"] if clip.is_siglip else None,
    )
    with warnings.catch_warnings(), torch.random.fork_rng():
        torch.manual_seed(checks.seed(seed))
        # peft asks transformers for an attribute under the name that it had before.
        warnings.simplefilter("ignore", FutureWarning)
        model = get_peft_model(copy.deepcopy(clip.model), config)
    return Clip(model, clip.processor, clip.words, f"{clip.name}, with LoRA", clip.device)


def merge_lora(clip: Clip) -> Clip:
    """Return a plain model again, as fast as before: the low-rank products added to the weights.

    Merge after training, not before: what comes out has no parameter that is trainable.

    Parameters
    ----------
    clip : clipkit.model.Clip
        It stays as it is.

    Returns
    -------
    clipkit.model.Clip

    Raises
    ------
    ValueError
        If the model has no LoRA.
    """
    check_model(clip)
    if not hasattr(clip.model, "merge_and_unload"):
        raise ValueError(f"{clip.name} has no LoRA to merge; make one with add_lora.")
    model = copy.deepcopy(clip.model).merge_and_unload()
    return Clip(model, clip.processor, clip.words, clip.name, clip.device)


def trainable_parameters(model: torch.nn.Module) -> int:
    """Return how many numbers training would change.

    Examples
    --------
    >>> trainable_parameters(torch.nn.Linear(10, 5))
    55
    """
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"model is a {type(model).__name__}; give the network, such as clip.model")
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
