"""`transformers.Trainer` with the losses of CLIP and SigLIP, and when it stops."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.functional import normalize
from torch.utils.data import Sampler
from transformers import (
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from clipkit import checks
from clipkit.augmentation import apply_movement
from clipkit.evaluation import Estimate
from clipkit.fine_tune.batches import GroupedBatches
from clipkit.losses import contrastive_loss, sigmoid_loss
from clipkit.model import Clip
from clipkit.runs import (
    Interrupt,
    remove,
    saving,
    seal,
)

OURS = (
    *("output_dir", "num_train_epochs", "per_device_train_batch_size", "learning_rate", "seed"),
    *("remove_unused_columns", "use_cpu", "save_strategy", "save_total_limit", "save_only_model"),
    *("eval_strategy", "load_best_model_at_end", "metric_for_best_model", "greater_is_better"),
)
"""Arguments of the Trainer that `contrastive` sets itself."""


def pairs_loss(model: nn.Module, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Return the loss of a batch of `Pairs`: CLIP's softmax, or SigLIP's sigmoid.

    Parameters
    ----------
    model : torch.nn.Module
        A two-tower model of transformers, which peft, accelerate or torch may have wrapped.
    batch : mapping
        As `Pairs.batch` gives it, on the model's device.

    Returns
    -------
    torch.Tensor, scalar
    """
    inputs = dict(batch)
    caption_ids, theta = inputs.pop("caption_ids"), inputs.pop("theta", None)
    if theta is not None:
        inputs["pixel_values"] = apply_movement(inputs["pixel_values"], theta)
    outputs = model(**inputs)
    pictures = normalize(outputs.image_embeds.float(), dim=1)
    texts = normalize(outputs.text_embeds.float(), dim=1)
    plain: Any = getattr(model, "module", model)  # DistributedDataParallel keeps the model there
    scale = plain.logit_scale.exp()
    if getattr(plain, "logit_bias", None) is not None:
        return sigmoid_loss(pictures, texts, scale, plain.logit_bias, caption_ids)
    # A picture with several texts stands beside each of them: its rows are equal, so their mean
    # asks it to be near all of its texts, and none of them is its negative.
    pictures = pictures.repeat_interleave(len(texts) // len(pictures), dim=0)
    return contrastive_loss(pictures, texts, scale, caption_ids)


def guessed_among(model: nn.Module, pairs: Any, batch_size: int) -> int | None:
    """Return among how many texts a picture's own is looked for in a step.

    The loss of guessing is the logarithm of it. A sigmoid looks for none, but judges each text by
    itself: None.

    Parameters
    ----------
    model : torch.nn.Module
    pairs : Pairs
    batch_size : int
        Pairs in a step, on all processes together.

    Returns
    -------
    int or None
    """
    if getattr(model, "logit_bias", None) is not None:
        return None
    return min(batch_size, len(pairs)) * int(pairs.texts_each)


class ContrastiveTrainer(Trainer):
    """`Trainer` with the loss of pairs, and checkpoints that are known to be whole.

    Parameters
    ----------
    validate : callable, optional
        Takes a `clipkit.model.Clip` and returns a number, the larger the better.
    *args, **options
        As for `Trainer`.
    """

    def __init__(
        self, *args: Any, validate: Callable[[Clip], float] | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.validate = validate

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> torch.Tensor:
        loss = pairs_loss(model, inputs)
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"The loss is not a number after step {self.state.global_step}; the learning rate "
                f"{self.args.learning_rate:g} may be too high. The model you passed in is "
                "unchanged; try a smaller rate, in another folder if you gave one."
            )
        return loss

    def _get_train_sampler(self, train_dataset: Any = None) -> Sampler[int] | None:
        pairs: Any = self.train_dataset if train_dataset is None else train_dataset
        if pairs.groups is None:
            return super()._get_train_sampler(train_dataset)
        together = max(self.args.train_batch_size // pairs.groups_in_batch, 2)
        return GroupedBatches(pairs.groups, together, self.args.seed)

    def evaluate(self, *args: Any, **options: Any) -> dict[str, float]:
        metrics = {"eval_validation": self.measure()}
        self.log(dict(metrics))
        handler = self.callback_handler
        self.control = handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def measure(self) -> float:
        """Return what `validate` says of the model as it stands."""
        if self.validate is None or self.model is None:
            raise ValueError("there is no `validate` to measure with")
        training = self.model.training
        value = self.validate(Clip(self.model, self.processing_class, device=self.args.device))
        self.model.train(training)
        if isinstance(value, Estimate):
            raise ValueError(f"validate returned the estimate {value}; let it return its .value.")
        value = checks.number(value, "what validate returned")
        if not math.isfinite(value):
            raise ValueError(f"validate returned {value}, but must return a number.")
        return value

    def _save_checkpoint(self, *args: Any, **options: Any) -> None:
        folder = Path(str(self.args.output_dir))
        newest = folder / f"checkpoint-{self.state.global_step}"
        with saving(folder):
            if self.is_world_process_zero():
                remove(newest)  # one that was cut off
            self.accelerator.wait_for_everyone()
            super()._save_checkpoint(*args, **options)
            self.accelerator.wait_for_everyone()
            if self.is_world_process_zero():
                seal(newest)
                best = self.state.best_model_checkpoint
                for older in folder.glob("checkpoint-*"):
                    if older != newest and (best is None or older.name != Path(best).name):
                        remove(older)


class Stops(TrainerCallback):
    """Stops between two steps if asked to, and after an epoch if validation has fallen."""

    def __init__(self, interrupt: Interrupt, patience: int) -> None:
        self.interrupt, self.patience = interrupt, patience

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        if self.interrupt.asked:
            raise KeyboardInterrupt

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        control.should_training_stop |= has_fallen(validated(state), self.patience)


def validated(state: TrainerState) -> list[float]:
    key = "eval_validation"
    return [float(entry[key]) for entry in state.log_history if key in entry]


def has_fallen(values: Sequence[float], patience: int = 1) -> bool:
    """Tell whether the best of some values lies `patience` values back.

    Examples
    --------
    >>> has_fallen([0.6, 0.7, 0.69]), has_fallen([0.6, 0.7, 0.69], patience=2)
    (True, False)
    """
    return len(values) - int(np.argmax(values)) > patience if values else False
