"""Contrastive training: interruptible, resumable, on a copy of the model."""

from __future__ import annotations

import copy
import gc
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState
from torch import nn
from transformers import (
    PrinterCallback,
    TrainerCallback,
    TrainerState,
    TrainingArguments,
)

from clipkit import checks
from clipkit.fine_tune.pairs import Pairs
from clipkit.fine_tune.rates import default_learning_rate
from clipkit.fine_tune.trainable import check_pairs, to_train
from clipkit.fine_tune.trainer import OURS, ContrastiveTrainer, Stops, has_fallen, validated
from clipkit.model import Clip
from clipkit.notes import warn
from clipkit.runs import (
    Interrupt,
    model_checksums,
    same_run,
    sealed,
)


def contrastive(
    clip: Clip,
    pairs: Pairs,
    *,
    epochs: float = 5,
    learning_rate: float | None = None,
    batch_size: int = 64,
    lock: str | None = None,
    validate: Callable[[Clip], float] | None = None,
    patience: int = 1,
    folder: str | Path | None = None,
    seed: int = 0,
    callbacks: Sequence[TrainerCallback] = (),
    **arguments: Any,
) -> Clip:
    """Train a copy of a model on pairs, with the contrastive loss that it was made with.

    CLIP's is a softmax, SigLIP's a sigmoid. Uses a GPU if there is one, and all processes that
    `accelerate launch` starts.

    Parameters
    ----------
    clip : clipkit.model.Clip
        It stays as it is. Where some of its parameters are locked, as with LoRA, the others are
        trained.
    pairs : Pairs
    epochs : float
        Passes over the pairs.
    learning_rate : float, optional
        Peak learning rate of AdamW: it rises over the first tenth of the steps and then falls as a
        half cosine to zero. By default `default_learning_rate`.
    batch_size : int
        Pairs in a step on each process or GPU; they are contrasted with those of all.
    lock : {"vision", "text"}, optional
        A tower that stays as it is. "vision" is locked-image tuning (Zhai et al. 2022, LiT,
        arXiv 2111.07991).
    validate : callable, optional
        Takes the model as it stands, a `clipkit.model.Clip`, and returns a number, the larger the
        better: on a validation split, since it decides. It is asked before the first step and
        after each epoch; training ends when it has fallen, and the best model is returned.
    patience : int
        After how many epochs without a new best it ends.
    folder : path-like, optional
        Keeps a checkpoint after each epoch, and goes on from the last one found there, to the same
        result as without the interruption. Without one nothing is kept.
    seed : int
    callbacks : sequence of transformers.TrainerCallback
        For example a `LivePlot`.
    **arguments
        More arguments of `transformers.TrainingArguments`: ``bf16=True`` for mixed precision,
        ``gradient_accumulation_steps=4`` for fewer, calmer steps (each batch is contrasted by
        itself: the pool of negatives does not grow), ``weight_decay=0.2``.

    Returns
    -------
    clipkit.model.Clip
        The trained copy; what was trainable in `clip` is trainable in it.

    Raises
    ------
    TypeError
        For an argument that the Trainer does not know, or that has another name here.
    ValueError
        For an unknown tower, a number out of range, a batch without negatives, pairs of another
        resolution, a model without a trainable parameter, a folder that holds another run, or a
        damaged checkpoint.
    FloatingPointError
        If the loss is no longer a number.
    KeyboardInterrupt
        If you stop it; it ends after the step in hand, and the message says how to go on.
    OSError
        If a checkpoint cannot be written; the one before it is whole.
    """
    check_pairs(clip, pairs, batch_size, lock)
    if validate is not None and not callable(validate):
        raise TypeError(
            f"validate is {checks.shown(validate)}, but it should be a function of a model"
        )
    epochs = checks.positive(epochs, "epochs")
    rate = default_learning_rate(clip) if learning_rate is None else learning_rate
    rate, seed = checks.positive(rate, "learning_rate"), checks.seed(seed)
    patience = checks.whole(patience, "patience", 1)
    _check_arguments(arguments)
    for number, callback in enumerate(checks.items(callbacks, "callbacks")):
        if not isinstance(callback, TrainerCallback):
            raise TypeError(
                f"callbacks[{number}] is a {type(callback).__name__}, but it should be a "
                "transformers.TrainerCallback, such as LivePlot()"
            )
    model, trainable = to_train(clip, lock)
    on_cpu = clip.device.type == "cpu"
    processes = PartialState(cpu=on_cpu)
    # One process that sees several GPUs uses all of them.
    gpus = 1 if on_cpu else torch.cuda.device_count()
    devices = processes.num_processes if processes.num_processes > 1 else max(gpus, 1)
    batch = batch_size * devices
    steps = epochs * len(pairs) / batch / arguments.get("gradient_accumulation_steps", 1)
    last = None
    if folder is not None:
        folder = checks.path(folder, "folder").absolute()
        options = {"epochs": epochs, "learning_rate": rate, "batch_size": batch_size, "lock": lock}
        options |= {"seed": seed, "patience": patience if validate else None, **arguments}
        last = _go_on(folder, options, model, pairs)
    saves = bool(folder or validate)
    with tempfile.TemporaryDirectory() as scratch, Interrupt() as interrupt:
        settings = {
            "lr_scheduler_type": "cosine",
            "warmup_steps": int(0.1 * steps),
            "weight_decay": 0.05,
            "logging_steps": 5,
            "report_to": [],
            "disable_tqdm": True,
            "dataloader_pin_memory": False,
            "dataloader_drop_last": len(pairs) > batch,
        }
        if validate:
            settings |= {
                "eval_strategy": "epoch",
                "eval_on_start": last is None,
                "load_best_model_at_end": True,
                "metric_for_best_model": "eval_validation",
                "greater_is_better": True,
            }
        trainer = ContrastiveTrainer(
            model,
            TrainingArguments(
                output_dir=str(folder or scratch),
                num_train_epochs=epochs,
                per_device_train_batch_size=batch_size,
                learning_rate=rate,
                seed=seed,
                remove_unused_columns=False,
                use_cpu=on_cpu,
                save_strategy="epoch" if saves else "no",
                save_only_model=not folder,
                **{**settings, **arguments},
            ),
            train_dataset=pairs,
            eval_dataset=pairs if validate else None,  # asked for, though `evaluate` is our own
            data_collator=pairs.batch,
            processing_class=clip.processor,  # so that every checkpoint can be loaded by itself
            callbacks=[Stops(interrupt, patience), *callbacks],
            validate=validate,
        )
        trainer.remove_callback(PrinterCallback)  # raw dictionaries between a learner's outputs
        try:
            _train(trainer, last, patience)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_stopped(trainer.state, folder or None)) from None
        device, values = trainer.args.device, validated(trainer.state)
        # A trainer refers to itself: without this, the optimizer's state, twice the size of the
        # model, would stay in memory until Python happens to look for such circles.
        del trainer
        gc.collect()
    if values and values[0] == max(values):
        warn(
            f"validation was never better than the {values[0]:.3g} of before, so the model is "
            "returned as it was; try a smaller learning rate"
        )
        model = copy.deepcopy(clip.model)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name in trainable)
    return Clip(model, clip.processor, name=f"{clip.name}, fine-tuned", device=device)


def _check_arguments(arguments: Mapping[str, Any]) -> None:
    known = TrainingArguments.__dataclass_fields__
    for name, value in arguments.items():
        if name in OURS:
            raise TypeError(f"{name} is set by contrastive itself; see its own parameters.")
        if name not in known:
            raise TypeError(
                f"{name} is a parameter neither of contrastive nor of "
                "transformers.TrainingArguments."
            )
        default = known[name].default
        if name == "gradient_accumulation_steps":
            checks.whole(value, name, 1, 1_000_000)
        elif isinstance(default, (int, float)) and not isinstance(default, bool):
            checks.number(value, name)


def _go_on(folder: Path, options: dict[str, Any], model: nn.Module, pairs: Pairs) -> Path | None:
    """Return the checkpoint to go on from, if any; refuse a folder that keeps another run."""
    recipe = {
        **options,
        **pairs.checksums,
        **model_checksums(model),
        "pixels": pairs.pixels,
        "texts_each": pairs.texts_each,
        "move_pictures": pairs.move_pictures,
    }
    same_run(folder, recipe, write=PartialState().is_main_process)
    complete = [path for path in folder.glob("checkpoint-*") if sealed(path)]
    return max(complete, key=lambda path: int(path.name.split("-")[1]), default=None)


def _train(trainer: ContrastiveTrainer, last: Path | None, patience: int) -> None:
    """Train from the beginning or from a checkpoint; not on from where validation had fallen."""
    if last and trainer.validate:
        state = TrainerState.load_from_json(str(last / "trainer_state.json"))
        if has_fallen(validated(state), patience):
            trainer.state = state
            trainer._load_best_model()
            return
    trainer.train(resume_from_checkpoint=str(last) if last else None)


def _stopped(state: TrainerState, folder: Path | None) -> str:
    epoch = int(state.epoch or 0)
    if not folder or not epoch:
        why = "" if folder else "; pass a `folder` to keep a checkpoint after each epoch"
        return (
            f"Stopped at step {state.global_step} of {state.max_steps}, and nothing is kept{why}."
        )
    return (
        f"Stopped at step {state.global_step} of {state.max_steps}; run the same call again to go "
        f"on after epoch {epoch}, from the checkpoint in {folder}."
    )
