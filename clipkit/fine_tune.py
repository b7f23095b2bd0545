"""Fine-tune a CLIP model on pictures with texts: thin over `transformers.Trainer`.

>>> from clipkit import fine_tune
>>> fine_tune.sentences("Findings: The heart is enlarged. No effusion.")
['The heart is enlarged.', 'No effusion.']
"""

from __future__ import annotations

import copy
import gc
import json
import math
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from accelerate import PartialState
from numpy.typing import ArrayLike
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from torch import nn
from torch.nn.functional import normalize
from torch.utils.data import Dataset
from transformers import (
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from clipkit import checks
from clipkit.augmentation import apply_movement, draw_movement
from clipkit.losses import contrastive_loss, sigmoid_loss
from clipkit.model import Clip
from clipkit.notes import warn
from clipkit.pictures import getters
from clipkit.runs import (
    Interrupt,
    checksum,
    model_checksums,
    remove,
    same_run,
    saving,
    seal,
    sealed,
)

FEWEST_PAIRS = 8
TOWERS = {
    "vision": ("vision_model", "visual_projection"),
    "text": ("text_model", "text_projection"),
}
"""The parts of each tower, as far as a model has them: SigLIP has no projections."""
OURS = (
    *("output_dir", "num_train_epochs", "per_device_train_batch_size", "learning_rate", "seed"),
    *("remove_unused_columns", "use_cpu", "save_strategy", "save_total_limit", "save_only_model"),
    *("eval_strategy", "load_best_model_at_end", "metric_for_best_model", "greater_is_better"),
)
"""Arguments of the Trainer that `contrastive` sets itself."""


def sentences(report: str) -> list[str]:
    """Split a report into its sentences, without the headings.

    A sentence says one thing, and fits into the few tokens that a text tower reads; a whole report
    often does not. Training on one random sentence at a time is what ConVIRT does (Zhang et al.
    2020, arXiv 2010.00747).

    Parameters
    ----------
    report : str

    Returns
    -------
    list of str
        At least one, unless the report says nothing.
    """
    parts = re.split(r"(?<=[.;])\s+|\n+", report)
    parts = [re.sub(r"^[A-Z][A-Za-z]+:\s*", "", part).strip() for part in parts]
    return [part for part in parts if re.search("[A-Za-z]", part)]  # not the "2." of a list


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
    TypeError
        If `pixels` is no whole number.
    ValueError
        If it is not a multiple of the patch size.

    Examples
    --------
    >>> import clipkit
    >>> larger = resize_positions(clipkit.load(), 160)
    >>> larger.pixels.size, larger.model.config.vision_config.image_size
    (160, 160)
    """
    if isinstance(pixels, bool) or not isinstance(pixels, int | np.integer):
        raise TypeError(f"pixels is {pixels!r}, but must be a whole number.")
    patch = clip.model.config.vision_config.patch_size
    if pixels < patch or pixels % patch:
        near = sorted({max(pixels // patch, 1) * patch, (max(pixels, 0) // patch + 1) * patch})
        raise ValueError(
            f"pixels is {pixels}, but must be a multiple of the patch size, {patch}, such as "
            f"{' or '.join(map(str, near))}."
        )
    model, processor = copy.deepcopy((clip.model, clip.processor))
    vision, embeddings = model.config.vision_config, model.vision_model.embeddings
    pixels, old = int(pixels), vision.image_size
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


class Pairs(Dataset):
    """Pictures with texts, as the training loop reads them.

    The pictures lie in a temporary file, at the model's size, so that a hundred thousand of them
    take no more memory than a hundred.

    Parameters
    ----------
    clip : clipkit.model.Clip
        Its processor prepares the pictures and texts, once.
    pictures : iterable of pictures
        As `Clip.encode_images` takes them.
    texts : iterable of str or of sequences of str, length n
        The text of each picture, or several of which each step draws one. Like the pictures, they
        are read in their order, whatever labels a table has for its rows.
    texts_each : int
        How many of its texts a picture is contrasted with in one step. The text tower costs little
        beside the vision tower, which sees the picture once for all of them.
    move_pictures : bool
        Crop, shift and turn each picture a little, differently each time it is seen. Nothing is
        mirrored: a radiograph has a left and a right.

    Attributes
    ----------
    texts : list of list of str
    pixels : int
        Side of the pictures.

    Raises
    ------
    ValueError
        If a text is missing or empty, if there are not as many texts as pictures, if there are too
        few pairs to contrast, or if `texts_each` is not a whole number of at least 1.
    clipkit.pictures.PictureError
        If a picture cannot be read.
    """

    def __init__(
        self,
        clip: Clip,
        pictures: Iterable[Any],
        texts: Iterable[str | Iterable[str]],
        *,
        texts_each: int = 1,
        move_pictures: bool = False,
    ) -> None:
        self.texts_each = _whole_number("texts_each", texts_each, 1)
        self.move_pictures = bool(move_pictures)
        if isinstance(texts, str):
            raise ValueError("texts is one text, but each picture needs one: a list of them.")
        self.texts = [_alternatives(text, row) for row, text in enumerate(texts)]
        if hasattr(pictures, "__len__"):
            self._check_numbers(len(pictures))
        # Numbered once for all, so that processes agree on which captions are equal.
        every = dict.fromkeys(text for options in self.texts for text in options)
        self.numbers = {text: number for number, text in enumerate(every)}
        self.ids, self.pad = clip.tokens.ids(list(every)), clip.tokens.pad
        self.pixels, self.finish = clip.pixels.size, clip.pixels.finish
        # Written past the memory, and then mapped: what the system reads of it, it can drop again.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115, open as long as the pairs are used
        sums = []
        for get in getters(pictures):
            picture = np.ascontiguousarray(clip.pixels.read(get))
            sums.append(checksum(picture))
            self._file.write(picture.data)
        self._check_numbers(len(sums))
        self._file.flush()
        shape = (len(sums), *picture.shape)
        self.resized = np.memmap(self._file, picture.dtype, "r", shape=shape)
        self.checksums = {"pictures": checksum(sums), "texts": checksum(self.texts)}

    def _check_numbers(self, pictures: int) -> None:
        if pictures != len(self.texts):
            raise ValueError(
                f"There are {pictures} pictures but {len(self.texts)} texts; each picture needs "
                "one."
            )
        if pictures < FEWEST_PAIRS:
            raise ValueError(
                f"{pictures} pairs are too few to contrast with each other; at least "
                f"{FEWEST_PAIRS} are needed."
            )

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, row: int) -> dict[str, int]:
        return {"row": row}

    def batch(self, items: Sequence[Mapping[str, int]]) -> dict[str, torch.Tensor]:
        """Return what the model needs of some rows; chance comes from torch's seed.

        How the pictures are to be moved is drawn here and done later, on the model's device.

        Returns
        -------
        dict of str to torch.Tensor
            Pixel values, tokens and the numbers of the captions (equal ones have the same);
            `texts_each` texts for each picture, one picture's after the other's.
        """
        rows = [item["row"] for item in items]
        numbers = [self.numbers[text] for row in rows for text in self._drawn(row)]
        batch = {
            "pixel_values": self.finish(self.resized[rows]),
            **self.pad([self.ids[number] for number in numbers]),
            "caption_ids": torch.tensor(numbers),
        }
        if self.move_pictures:
            never = torch.zeros(len(rows), dtype=torch.bool)
            batch["theta"], _ = draw_movement(never, torch.default_generator)
        return batch

    def _drawn(self, row: int) -> list[str]:
        """Some of the picture's texts; one comes twice only where there are too few."""
        options = self.texts[row]
        order = torch.randperm(len(options)).tolist()
        return [options[order[number % len(options)]] for number in range(self.texts_each)]


def _alternatives(text: Any, row: int) -> list[str]:
    """The texts of one picture, which may be one or several."""
    several = not isinstance(text, str) and isinstance(text, Iterable)
    options = list(text) if several else [text]
    if not options or not all(isinstance(option, str) and option.strip() for option in options):
        raise ValueError(
            f"The picture in row {row} has no text, or an empty one ({text!r}); give it a caption, "
            "or leave the row out."
        )
    return options


def _whole_number(name: str, value: Any, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ValueError(f"{name} is {value!r}, but must be a whole number, and at least {least}.")
    return int(value)


def _positive(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < value < math.inf:
        raise ValueError(f"{name} is {value!r}, but must be a number above 0.")
    return float(value)


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
    plain = getattr(model, "module", model)  # DistributedDataParallel keeps the model there
    scale = plain.logit_scale.exp()
    if getattr(plain, "logit_bias", None) is not None:
        return sigmoid_loss(pictures, texts, scale, plain.logit_bias, caption_ids)
    # A picture with several texts stands beside each of them: its rows are equal, so their mean
    # asks it to be near all of its texts, and none of them is its negative.
    pictures = pictures.repeat_interleave(len(texts) // len(pictures), dim=0)
    return contrastive_loss(pictures, texts, scale, caption_ids)


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
        num_items_in_batch: torch.Tensor | None = None,
    ) -> torch.Tensor:
        loss = pairs_loss(model, inputs)
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"The loss is not a number after step {self.state.global_step}; the learning rate "
                f"{self.args.learning_rate:g} may be too high. The model you passed in is "
                "unchanged; try a smaller rate, in another folder if you gave one."
            )
        return loss

    def evaluate(self, *args: Any, **options: Any) -> dict[str, float]:
        metrics = {"eval_validation": self.measure()}
        self.log(dict(metrics))
        handler = self.callback_handler
        self.control = handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def measure(self) -> float:
        """Return what `validate` says of the model as it stands."""
        training = self.model.training
        value = float(
            self.validate(Clip(self.model, self.processing_class, device=self.args.device))
        )
        self.model.train(training)
        if not math.isfinite(value):
            raise ValueError(f"validate returned {value}, but must return a number.")
        return value

    def _save_checkpoint(self, *args: Any, **options: Any) -> None:
        folder = Path(self.args.output_dir)
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


class _Stops(TrainerCallback):
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
        control.should_training_stop |= has_fallen(_validated(state), self.patience)


def _validated(state: TrainerState) -> list[float]:
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


class LivePlot(TrainerCallback):
    """The loss, a metric and the time left, drawn again and again in one place of the notebook.

    Outside a notebook it prints a line now and then. Where ``TQDM_DISABLE`` is set, as in tests,
    it draws once, at the end.

    Parameters
    ----------
    metric : callable, optional
        Takes the model as it stands, a `clipkit.model.Clip`, and returns a float. It is measured
        before the first step and after each epoch: on a validation split, since one looks at it.
        Without one, what `contrastive` validates with is drawn.
    name : str
        What the metric is called.

    Attributes
    ----------
    values : list of float
        What the metric was, the first before training.
    """

    seconds_between = 1.0

    def __init__(self, metric: Callable[[Clip], float] | None = None, name: str = "metric") -> None:
        self.metric, self.name = metric, name
        self.key = "eval_validation" if metric is None else "metric"
        self.handle: Any = None
        self.values: list[float] = []

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self.began, self.first, self.told = time.monotonic(), state.global_step, 0.0
        if not any("metric" in entry for entry in state.log_history):
            self._measure(args, state, **kwargs)

    def on_epoch_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._measure(args, state, **kwargs)

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        in_notebook = _in_notebook()
        wait = self.seconds_between if in_notebook else 10 * self.seconds_between
        quiet = os.environ.get("TQDM_DISABLE", "0") not in ("", "0")
        if quiet or not state.is_world_process_zero or time.monotonic() - self.told < wait:
            return
        self.told = time.monotonic()
        left = self._time_left(state)
        if in_notebook:
            self._draw(state, f"step {state.global_step} of {state.max_steps}, {left} left")
        else:
            loss = next(entry["loss"] for entry in reversed(state.log_history) if "loss" in entry)
            line = f"step {state.global_step}/{state.max_steps}  loss {loss:.3f}  {left} left"
            print(line, flush=True)

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        # The history of a run that goes on includes what was measured before the interruption.
        self.values = [entry[self.key] for entry in state.log_history if self.key in entry]
        if state.is_world_process_zero and _in_notebook():
            self._draw(state, f"{state.global_step} steps")

    def _measure(
        self,
        args: TrainingArguments,
        state: TrainerState,
        model: nn.Module,
        processing_class: Any,
        **_: Any,
    ) -> None:
        if self.metric is None or not state.is_world_process_zero:
            return
        training = model.training
        value = float(self.metric(Clip(model, processing_class, device=args.device)))
        model.train(training)
        state.log_history.append({"metric": value, "step": state.global_step})

    def _time_left(self, state: TrainerState) -> str:
        done = max(state.global_step - self.first, 1)
        left = (time.monotonic() - self.began) / done * (state.max_steps - state.global_step)
        return f"{left:.0f} s" if left < 100 else f"{left / 60:.0f} min"

    def _draw(self, state: TrainerState, title: str) -> None:
        from clipkit import plots  # brings matplotlib, which training alone does not need

        with plots.style():
            figure, left = plots.plt.subplots(figsize=(7, 3))
            alt = "The training loss, step by step"
            drawn = {"loss": ("training loss", plots.COLOURS[0])}
            if any(self.key in entry for entry in state.log_history):
                drawn[self.key] = (self.name, plots.COLOURS[3])
                alt += f", and {self.name} after each epoch"
            for key, (label, colour) in drawn.items():
                axis = left if key == "loss" else left.twinx()
                entries = [entry for entry in state.log_history if key in entry]
                steps, values = [entry["step"] for entry in entries], [e[key] for e in entries]
                axis.plot(steps, values, color=colour, marker="o" if key == self.key else None)
                axis.set_ylabel(label, color=colour)
            left.set(xlabel="step", xlim=(0, max(state.max_steps, 1)))
            left.set_title(title, fontsize=10)
        self.handle = plots.redraw(figure, f"{alt}.", self.handle)


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


def default_learning_rate(clip: Clip) -> float:
    """Return a learning rate to begin with: the larger the model, the smaller.

    1500 divided by the number of parameters, at most 1e-3: 3e-4 for the bundled model, 1e-5 for
    ViT-B/32 and 3.5e-6 for ViT-L/14. The first is what this workbook measured; 1e-5 is what FLYP
    fine-tunes CLIP with (Goyal et al. 2023, arXiv 2212.00638), and WiSE-FT takes 3e-5 (Wortsman et
    al. 2022, arXiv 2109.01903). LoRA gets ten times as much, since few numbers carry the whole
    change. With a few hundred pairs a smaller one is often better: see `learning_rate_range`, and
    the option `validate` of `contrastive`.

    Parameters
    ----------
    clip : clipkit.model.Clip

    Returns
    -------
    float

    Examples
    --------
    >>> import clipkit
    >>> round(default_learning_rate(clipkit.load()), 5)
    0.00031
    """
    lora = hasattr(clip.model, "peft_config")
    numbers = sum(p.numel() for name, p in clip.model.named_parameters() if "lora_" not in name)
    return min(1500 / numbers, 1e-3) * (10 if lora else 1)


class RangeTest(NamedTuple):
    """What `learning_rate_range` saw.

    Attributes
    ----------
    learning_rates, losses : list of float
        The rate of each step, and the loss after it, smoothed.
    suggestion : float
        A tenth of the rate at which the loss was lowest.
    """

    learning_rates: list[float]
    losses: list[float]
    suggestion: float


def learning_rate_range(
    clip: Clip,
    pairs: Pairs,
    *,
    lowest: float = 1e-6,
    highest: float = 0.1,
    steps: int = 60,
    batch_size: int = 64,
    lock: str | None = None,
    seed: int = 0,
) -> RangeTest:
    """Raise the learning rate step by step and see at which the loss falls, and at which it rises.

    The range test of Smith 2017 (arXiv 1506.01186). It takes as long as `steps` steps of training,
    and finds the order of magnitude, not more: what is best for the *validation* split, and for a
    long run, may well be lower.

    Parameters
    ----------
    clip : clipkit.model.Clip
        It stays as it is.
    pairs : Pairs
    lowest, highest : float
        The rates of the first and of the last step; they rise by the same factor each time.
    steps : int
        It ends earlier where the loss has risen to four times the lowest.
    batch_size : int
    lock : {"vision", "text"}, optional
        A tower that stays as it is.
    seed : int

    Returns
    -------
    RangeTest
        `clipkit.plots.learning_rate_range` draws it.

    Raises
    ------
    ValueError
        As `contrastive`.
    """
    lowest, highest = _positive("lowest", lowest), _positive("highest", highest)
    steps = _whole_number("steps", steps, 3)
    if lowest >= highest:
        raise ValueError(f"lowest is {lowest:g}, but must be less than highest, {highest:g}.")
    _check(clip, pairs, batch_size, lock)
    rates = np.geomspace(lowest, highest, steps).tolist()
    model, _ = _to_train(clip, lock)
    optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=lowest)
    smooth, losses = 0.0, []
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        batches = _endless(pairs, batch_size)
        for step, rate in enumerate(rates, start=1):
            optimizer.param_groups[0]["lr"] = rate
            batch = {name: value.to(clip.device) for name, value in next(batches).items()}
            loss = pairs_loss(model, batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # as the Trainer does
            optimizer.step()
            smooth = 0.9 * smooth + 0.1 * float(loss.detach())
            losses.append(smooth / (1 - 0.9**step))  # the mean of the steps so far, at first
            if not losses[-1] <= 4 * min(losses):
                break
    best = rates[int(np.nanargmin(losses))]
    return RangeTest(rates[: len(losses)], losses, max(best / 10, lowest))


def _endless(pairs: Pairs, batch_size: int) -> Iterator[dict[str, torch.Tensor]]:
    """Batches of pairs in another order each time round."""
    while True:
        for rows in torch.randperm(len(pairs)).split(min(batch_size, len(pairs))):
            if len(rows) == min(batch_size, len(pairs)):
                yield pairs.batch([pairs[int(row)] for row in rows])


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
    epochs = _positive("epochs", epochs)
    rate = default_learning_rate(clip) if learning_rate is None else learning_rate
    rate, seed = _positive("learning_rate", rate), _whole_number("seed", seed, 0)
    patience = _whole_number("patience", patience, 1)
    _check(clip, pairs, batch_size, lock)
    _check_arguments(arguments)
    model, trainable = _to_train(clip, lock)
    on_cpu = clip.device.type == "cpu"
    processes = PartialState(cpu=on_cpu)
    # One process that sees several GPUs uses all of them.
    gpus = 1 if on_cpu else torch.cuda.device_count()
    devices = processes.num_processes if processes.num_processes > 1 else max(gpus, 1)
    batch = batch_size * devices
    steps = epochs * len(pairs) / batch / arguments.get("gradient_accumulation_steps", 1)
    last = None
    if folder:
        folder = Path(folder).expanduser().absolute()
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
            callbacks=[_Stops(interrupt, patience), *callbacks],
            validate=validate,
        )
        trainer.remove_callback(PrinterCallback)  # raw dictionaries between a learner's outputs
        try:
            _train(trainer, last, patience)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_stopped(trainer.state, folder)) from None
        device, values = trainer.args.device, _validated(trainer.state)
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


def _check(clip: Clip, pairs: Pairs, batch_size: int, lock: str | None) -> None:
    """Refuse what cannot be trained."""
    if not hasattr(clip.model, "logit_scale"):
        raise ValueError(
            f"{clip.name} has no logit scale, as CLIP and SigLIP have; its loss is another one."
        )
    if lock is not None and lock not in TOWERS:
        raise ValueError(f"lock is {lock!r}, but must be one of: {', '.join(TOWERS)}, or None.")
    if _whole_number("batch_size", batch_size, 1) < 2:
        raise ValueError(
            f"batch_size is {batch_size}, but a pair is contrasted with the others of its batch: "
            "at least 2."
        )
    if pairs.pixels != clip.pixels.size:
        raise ValueError(
            f"The pairs hold pictures of {pairs.pixels} px, but the model takes "
            f"{clip.pixels.size}; make them with the model that you train."
        )


def _check_arguments(arguments: Mapping[str, Any]) -> None:
    known = TrainingArguments.__dataclass_fields__
    for name in arguments:
        if name in OURS:
            raise TypeError(f"{name} is set by contrastive itself; see its own parameters.")
        if name not in known:
            raise TypeError(
                f"{name} is a parameter neither of contrastive nor of "
                "transformers.TrainingArguments."
            )


def _to_train(clip: Clip, lock: str | None) -> tuple[nn.Module, set[str]]:
    """A copy of the model with a tower locked, and the names of what was trainable before."""
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


def _go_on(folder: Path, options: dict[str, Any], model: nn.Module, pairs: Pairs) -> Path | None:
    """The checkpoint to go on from, if any; refuses a folder in which another run was kept."""
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
        if has_fallen(_validated(state), patience):
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


MODEL_FILES = (
    *("config.json", "adapter_config.json", "base", "words.txt", "generation_config.json"),
    *("*.safetensors", "*.safetensors.index.json", "*.bin", "*.bin.index.json"),
    *("preprocessor_config.json", "processor_config.json", "tokenizer*", "vocab.*", "merges.txt"),
    *("special_tokens_map.json", "added_tokens.json", "spiece.model", "chat_template*"),
)
"""The files that a saved model may have, as patterns: those of another one have to go."""
DOORS = ("config.json", "adapter_config.json")
"""Without one of these a folder is no model."""


def save(clip: Clip, folder: str | Path) -> None:
    """Write a model with its processor, so that `clipkit.load(folder)` and Hugging Face read it.

    A model with LoRA is written as peft does, the additions in `folder`, and the model that they
    were added to in `folder/base`.

    All is written beside the folder's files first and takes the place of an earlier model, of
    which no file stays, when it is complete; a folder in which this was cut off is refused by
    `clipkit.load`. Of several processes, one writes.

    Parameters
    ----------
    clip : clipkit.model.Clip
    folder : path-like
        Made if it is missing. Files in it that are not a model's stay.

    Raises
    ------
    OSError
        If it cannot be written, for example because the disk is full.
    """
    state, folder = PartialState(), Path(folder).expanduser()
    if state.is_main_process:
        part = folder / ".part"
        try:
            with saving(folder):
                remove(part)
                part.mkdir(parents=True)
                _write(clip, part)
                _exchange(part, folder)
        finally:
            remove(part)
    state.wait_for_everyone()


def _write(clip: Clip, folder: Path) -> None:
    """Write the files of a model into an empty folder."""
    if hasattr(clip.model, "peft_config"):
        # Not to be asked for at the Hub: whether embeddings were trained too.
        clip.model.save_pretrained(folder, save_embedding_layers=False)
        (folder / "README.md").unlink(missing_ok=True)
        config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        config["base_model_name_or_path"] = "base"
        text = json.dumps(config, indent=2, sort_keys=True)
        (folder / "adapter_config.json").write_text(text, encoding="utf-8")
        base = copy.deepcopy(clip.model).unload()
        _write(Clip(base, clip.processor, clip.words, clip.name, clip.device), folder / "base")
        return
    clip.model.save_pretrained(folder)
    clip.processor.save_pretrained(folder)
    if clip.words is not None:
        words = "\n".join(sorted(clip.words)) + "\n"
        (folder / "words.txt").write_text(words, encoding="utf-8")


def _exchange(new: Path, folder: Path) -> None:
    """Put the files of a new model in the place of an old one's: doors go first and come last."""
    for name in DOORS:
        remove(folder / name)
    for pattern in MODEL_FILES:
        for path in folder.glob(pattern):
            remove(path)
    for path in sorted(new.iterdir(), key=lambda path: path.name in DOORS):
        os.replace(path, folder / path.name)


def push_to_hub(clip: Clip, name: str, *, private: bool = True, token: str | None = None) -> str:
    """Upload a model to the Hugging Face Hub, in the place of what was there.

    One with LoRA is uploaded as `save` writes it; merged, it is loaded by its name alone.

    Parameters
    ----------
    clip : clipkit.model.Clip
    name : str
        Such as "your-name/your-model". The repository is made if it is missing.
    private : bool
        Whether a new one is for you alone.
    token : str, optional
        By default the one of `hf auth login`, or in the environment variable ``HF_TOKEN``.

    Returns
    -------
    str
        The address of the repository.

    Raises
    ------
    OSError
        If the Hub cannot be reached, or does not let you write there.
    """
    import httpx
    from huggingface_hub import HfApi, errors

    with tempfile.TemporaryDirectory() as scratch:
        _write(clip, Path(scratch))
        try:
            api = HfApi(token=token)
            repository = api.create_repo(name, private=private, exist_ok=True)
            api.upload_folder(
                repo_id=repository.repo_id,
                folder_path=scratch,
                delete_patterns=[*MODEL_FILES, "base/*"],
                commit_message=f"Upload {clip.name}",
            )
        except (errors.HfHubHTTPError, errors.HFValidationError, httpx.HTTPError) as error:
            reason = str(error).strip().splitlines()[0].rstrip(".")
            raise OSError(
                f'"{name}" could not be uploaded to the Hub: {reason} (log in with `hf auth '
                "login`, and check that the name begins with your own or your organisation's)."
            ) from error
    return str(repository)


def wise_ft(old: Clip, new: Clip, alpha: float) -> Clip:
    """Return the model on the straight line between two sets of weights.

    Often most of what fine-tuning gains, with little of what it forgets (Wortsman et al. 2022,
    *Robust fine-tuning of zero-shot models*, arXiv 2109.01903).

    Parameters
    ----------
    old, new : clipkit.model.Clip
        Before and after fine-tuning.
    alpha : float
        0 gives the old weights, 1 the new.

    Returns
    -------
    clipkit.model.Clip

    Raises
    ------
    ValueError
        If alpha is outside 0..1, the two models do not have the same weights' shapes, or one has
        LoRA.
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha is {alpha}, but must be between 0 (old) and 1 (new).")
    for clip in (old, new):
        if hasattr(clip.model, "peft_config"):
            raise ValueError(
                f"{clip.name} has LoRA, whose product of two matrices is no straight line; make it "
                "a plain model first, with merge_lora."
            )
    before, after = old.model.state_dict(), new.model.state_dict()
    if {k: v.shape for k, v in before.items()} != {k: v.shape for k, v in after.items()}:
        raise ValueError("The two models differ in their layers; pass one and its fine-tuned copy.")
    model = copy.deepcopy(new.model)
    model.load_state_dict(
        {
            key: torch.lerp(value, after[key].to(value.device), alpha)
            if value.is_floating_point()
            else value
            for key, value in before.items()
        }
    )
    return Clip(model, new.processor, name=f"WiSE-FT {alpha:g}", device=new.device)


def linear_probe(
    embeddings: ArrayLike,
    labels: ArrayLike,
    validation: tuple[ArrayLike, ArrayLike],
    candidates: Sequence[float] = (0.1, 1, 10, 100, 1000),
    scoring: str = "accuracy",
) -> LogisticRegression:
    """Logistic regression on frozen embeddings, its C chosen on the validation split.

    Parameters
    ----------
    embeddings : torch.Tensor of float32, shape (n, d)
    labels : sequence, length n
    validation : tuple
        Embeddings and labels of other pictures.
    candidates : sequence of float
        Values of C, the inverse strength of the penalty; the smallest of equally good ones wins.
    scoring : str
        What chooses among them: a scorer of scikit-learn, such as "roc_auc" for a rare label.

    Returns
    -------
    sklearn.linear_model.LogisticRegression
        Fitted on `embeddings` alone.

    Raises
    ------
    ValueError
        If the labels are all of one class, an embedding or a label is missing, or their numbers
        or kinds do not fit.
    """
    rows, truth = checks.numbers(embeddings, "embeddings", "n, m"), checks.labels(labels, "labels")
    others, wanted = (
        checks.numbers(validation[0], "validation[0]", "n, m"),
        checks.labels(validation[1], "validation[1]"),
    )
    checks.same_length(embeddings=rows, labels=truth)
    checks.same_length(**{"validation[0]": others, "validation[1]": wanted})
    checks.same_kind(truth, wanted, ("labels", "validation[1]"))
    if rows.shape[1] != others.shape[1]:
        raise ValueError(
            f"embeddings has {rows.shape[1]} columns and validation[0] has {others.shape[1]}; both "
            "must come from the same model."
        )
    if len(np.unique(truth)) < 2:
        raise ValueError(f"All labels are {truth[0]!r}; a probe needs at least two classes.")
    probes = [LogisticRegression(C=c, max_iter=2000).fit(rows, truth) for c in candidates]
    score = get_scorer(scoring)
    scores = [score(probe, others, wanted) for probe in probes]
    return probes[int(np.argmax(scores))]
