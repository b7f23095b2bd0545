"""Fine-tune a CLIP model on pictures with texts: thin over `transformers.Trainer`.

>>> from clipkit import fine_tune
>>> fine_tune.sentences("Findings: The heart is enlarged. No effusion.")
['The heart is enlarged.', 'No effusion.']
"""

from __future__ import annotations

import contextlib
import copy
import gc
import json
import os
import re
import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from accelerate import PartialState
from safetensors import SafetensorError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer
from torch.nn.functional import normalize
from torch.utils.data import Dataset
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from clipkit.augmentation import apply_movement, draw_movement
from clipkit.losses import contrastive_loss
from clipkit.model import Clip
from clipkit.pictures import getters

FEWEST_PAIRS = 8
TOWERS = {
    "vision": ("vision_model", "visual_projection"),
    "text": ("text_model", "text_projection"),
}


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
    """The same model for larger or smaller pictures: it then sees more or fewer patches.

    A vision transformer takes any number of patches; only the table of their positions has a fixed
    size, and is interpolated here, as in Dosovitskiy et al. 2021 (arXiv 2010.11929, section 3.2).
    The model needs some training before it is at home at the new size.

    Parameters
    ----------
    clip : clipkit.model.Clip
        A CLIP model; it stays as it is.
    pixels : int
        Side of the square pictures: a multiple of the patch size.

    Returns
    -------
    clipkit.model.Clip
        A copy, with a processor for the new size.

    Raises
    ------
    TypeError
        If `pixels` is no whole number.
    ValueError
        If it is not a multiple of the patch size, or the model is a SigLIP model.

    Examples
    --------
    >>> import clipkit
    >>> larger = resize_positions(clipkit.load(), 160)
    >>> larger.pixels.size, larger.model.config.vision_config.image_size
    (160, 160)
    """
    if clip.is_siglip:
        raise ValueError(f"{clip.name} is a SigLIP model; resize_positions takes CLIP models.")
    if not isinstance(pixels, int | np.integer):
        raise TypeError(f"pixels is {pixels!r}, but must be a whole number.")
    model, processor = copy.deepcopy((clip.model, clip.processor))
    vision, embeddings = model.config.vision_config, model.vision_model.embeddings
    if pixels < vision.patch_size or pixels % vision.patch_size:
        raise ValueError(
            f"pixels is {pixels}, but must be a multiple of the patch size, {vision.patch_size}."
        )
    pixels, old = int(pixels), vision.image_size
    count = (pixels // vision.patch_size) ** 2 + 1  # of the patches, and one for the whole picture
    with torch.no_grad():
        blank = torch.empty(1, count, vision.hidden_size)
        positions = embeddings.interpolate_pos_encoding(blank, pixels, pixels)[0].clone()
    embeddings.position_embedding = torch.nn.Embedding.from_pretrained(positions, freeze=False)
    embeddings.position_ids = torch.arange(count, device=positions.device)[None]
    embeddings.num_positions, embeddings.num_patches = count, count - 1
    embeddings.image_size = vision.image_size = pixels
    images = processor.image_processor
    for name in ("size", "crop_size"):
        sides = {key: side for key, side in dict(getattr(images, name) or {}).items() if side}
        setattr(images, name, {key: round(side * pixels / old) for key, side in sides.items()})
    return Clip(model, processor, clip.words, f"{clip.name} at {pixels} px", clip.device)


class Pairs(Dataset):
    """Pictures with texts, as the training loop reads them.

    Parameters
    ----------
    clip : clipkit.model.Clip
        Its processor prepares the pictures and texts, once.
    pictures : iterable of pictures
        As `Clip.encode_images` takes them. What is kept of each are the bytes at the model's size.
    texts : sequence of str or of sequences of str, length n
        The text of each picture, or several of which each step draws one.
    texts_each : int
        How many of its texts a picture is contrasted with in one step. The text tower costs little
        beside the vision tower, which sees the picture once for all of them.
    move_pictures : bool
        Crop, shift and turn each picture a little, differently each time it is seen. Nothing is
        mirrored: a radiograph has a left and a right.

    Raises
    ------
    ValueError
        If a text is missing or empty, if there are not as many texts as pictures, if there are too
        few pairs to contrast, or if `texts_each` is less than 1.
    clipkit.pictures.PictureError
        If a picture cannot be read.
    """

    def __init__(
        self,
        clip: Clip,
        pictures: Iterable,
        texts: Sequence,
        *,
        texts_each: int = 1,
        move_pictures: bool = False,
    ):
        if texts_each < 1:
            raise ValueError(
                f"texts_each is {texts_each}, but each picture needs a text: 1 or more."
            )
        if not hasattr(pictures, "__len__"):
            pictures = list(pictures)
        if len(pictures) != len(texts):
            raise ValueError(
                f"There are {len(pictures)} pictures but {len(texts)} texts; each picture needs "
                "one."
            )
        if len(pictures) < FEWEST_PAIRS:
            raise ValueError(
                f"{len(pictures)} pairs are too few to contrast with each other; at least "
                f"{FEWEST_PAIRS} are needed."
            )
        self.texts = [_alternatives(text, row) for row, text in enumerate(texts)]
        # Numbered once for all, so that processes agree on which captions are equal.
        every = dict.fromkeys(text for options in self.texts for text in options)
        self.numbers = {text: number for number, text in enumerate(every)}
        self.tokens = clip.processor.tokenizer(
            list(every),
            padding=True,
            truncation=True,
            max_length=clip.context_length,
            return_tensors="pt",
        )
        self.texts_each, self.move_pictures = texts_each, move_pictures
        self.pixels, self.finish = clip.pixels.size, clip.pixels.finish
        # Bytes, and one array from the start: as floating-point numbers, ready for the model, they
        # would take four times as much.
        for row, get in enumerate(getters(pictures)):
            picture = clip.pixels.read(get)
            if row == 0:
                self.resized = np.empty((len(pictures), *picture.shape), picture.dtype)
            self.resized[row] = picture

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, row: int) -> dict:
        return {"row": row}

    def batch(self, rows: list[dict]) -> dict:
        """Pixels, tokens and caption numbers of some rows; chance comes from torch's seed.

        How the pictures are to be moved is drawn here and done later, on the model's device.
        """
        rows = [item["row"] for item in rows]
        numbers = [self.numbers[text] for row in rows for text in self._drawn(row)]
        mask = self.tokens["attention_mask"][numbers]
        length = int(mask.sum(dim=1).max())
        batch = {
            "pixel_values": self.finish(self.resized[rows]),
            "input_ids": self.tokens["input_ids"][numbers, :length],
            "attention_mask": mask[:, :length],
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


def _alternatives(text, row: int) -> list[str]:
    options = [text] if isinstance(text, str) else list(text or [])
    if not options or not all(isinstance(option, str) and option.strip() for option in options):
        raise ValueError(
            f"The picture in row {row} has no text, or an empty one; give it a caption, or leave "
            "the row out."
        )
    return options


class ContrastiveTrainer(Trainer):
    """`Trainer` with the loss that does not call equal captions negatives of each other."""

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        caption_ids = inputs.pop("caption_ids")
        if "theta" in inputs:
            inputs["pixel_values"] = apply_movement(inputs["pixel_values"], inputs.pop("theta"))
        outputs = model(**inputs)
        pictures = normalize(outputs.image_embeds.float(), dim=1)
        texts = normalize(outputs.text_embeds.float(), dim=1)
        # A picture with several texts stands beside each of them: its rows are equal, so their
        # mean asks it to be near all of its texts, and none of them is its negative.
        pictures = pictures.repeat_interleave(len(texts) // len(pictures), dim=0)
        scale = self.accelerator.unwrap_model(model).logit_scale.exp()
        loss = contrastive_loss(pictures, texts, scale, caption_ids)
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"The loss is not a number after step {self.state.global_step}; the learning rate "
                f"{self.args.learning_rate:g} may be too high. The model you passed in is "
                "unchanged; try a smaller rate, in another folder if you gave one."
            )
        return (loss, outputs) if return_outputs else loss

    def _save_checkpoint(self, *args, **kwargs):
        with _saving(self.args.output_dir):
            super()._save_checkpoint(*args, **kwargs)


class LivePlot(TrainerCallback):
    """The loss, a metric and the time left, drawn again and again in one place of the notebook.

    Outside a notebook it prints a line now and then. Where ``TQDM_DISABLE`` is set, as in tests,
    it draws once, at the end.

    Parameters
    ----------
    metric : callable, optional
        Takes the model as it stands, a `clipkit.model.Clip`, and returns a float. It is measured
        before the first step and after each epoch: on a validation split, since one looks at it.
    name : str
        What the metric is called.

    Attributes
    ----------
    values : list of float
        What the metric was, the first before training.
    """

    seconds_between = 1.0

    def __init__(self, metric: Callable[[Clip], float] | None = None, name: str = "metric"):
        self.metric, self.name = metric, name
        self.handle, self.values = None, []

    def on_train_begin(self, args, state, control, **kwargs):
        self.began, self.first, self.told = time.monotonic(), state.global_step, 0.0
        if not any("metric" in entry for entry in state.log_history):
            self._measure(args, state, **kwargs)

    def on_epoch_end(self, args, state, control, **kwargs):
        self._measure(args, state, **kwargs)

    def on_log(self, args, state, control, **kwargs):
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

    def on_train_end(self, args, state, control, **kwargs):
        # The history of a run that goes on includes what was measured before the interruption.
        self.values = [entry["metric"] for entry in state.log_history if "metric" in entry]
        if state.is_world_process_zero and _in_notebook():
            self._draw(state, f"{state.global_step} steps")

    def _measure(self, args, state, model, processing_class, **kwargs):
        if self.metric is None or not state.is_world_process_zero:
            return
        training = model.training
        value = float(self.metric(Clip(model, processing_class, device=args.device)))
        model.train(training)
        state.log_history.append({"metric": value, "step": state.global_step})

    def _time_left(self, state) -> str:
        done = max(state.global_step - self.first, 1)
        left = (time.monotonic() - self.began) / done * (state.max_steps - state.global_step)
        return f"{left:.0f} s" if left < 100 else f"{left / 60:.0f} min"

    def _draw(self, state, title: str) -> None:
        from clipkit import plots  # brings matplotlib, which training alone does not need

        with plots.style():
            figure, left = plots.plt.subplots(figsize=(7, 3))
            alt = "The training loss, step by step"
            for key, axis, colour, label in (
                ("loss", left, plots.COLOURS[0], "training loss"),
                ("metric", left.twinx() if self.metric else None, plots.COLOURS[3], self.name),
            ):
                entries = [entry for entry in state.log_history if key in entry]
                if axis is None or not entries:
                    continue
                steps, values = zip(
                    *((entry["step"], entry[key]) for entry in entries), strict=True
                )
                axis.plot(steps, values, color=colour, marker="o" if key == "metric" else None)
                axis.set_ylabel(label, color=colour)
                alt += f", and {self.name} after each epoch" if key == "metric" else ""
            left.set(xlabel="step", xlim=(0, max(state.max_steps, 1)))
            left.set_title(title, fontsize=10)
        self.handle = plots.redraw(figure, f"{alt}.", self.handle)


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


def contrastive(
    clip: Clip,
    pairs: Pairs,
    *,
    epochs: float = 5,
    learning_rate: float = 3e-4,
    batch_size: int = 64,
    lock: str | None = None,
    folder: str | Path | None = None,
    seed: int = 0,
    callbacks: Sequence[TrainerCallback] = (),
) -> Clip:
    """Train a copy of a model on pairs, with the symmetric contrastive loss.

    Uses a GPU if there is one, and all processes that `accelerate launch` starts.

    Parameters
    ----------
    clip : clipkit.model.Clip
        A CLIP model; it stays as it is.
    pairs : Pairs
    epochs : float
        Passes over the pairs.
    learning_rate : float
        Peak learning rate of AdamW: it rises over the first tenth of the steps and then falls as a
        half cosine to zero.
    batch_size : int
        Pairs in a step on each process or GPU; they are contrasted with those of all.
    lock : {"vision", "text"}, optional
        A tower that stays as it is. "vision" is locked-image tuning (Zhai et al. 2022, LiT,
        arXiv 2111.07991).
    folder : path-like, optional
        Keeps a checkpoint after each epoch, and goes on from the last one found there, to the same
        result as without the interruption. Without one nothing is kept.
    seed : int
    callbacks : sequence of transformers.TrainerCallback
        For example a `LivePlot`.

    Returns
    -------
    clipkit.model.Clip
        The trained copy.

    Raises
    ------
    ValueError
        For an unknown tower, a batch without negatives, pairs of another resolution, or a folder
        that holds another run.
    FloatingPointError
        If the loss is no longer a number.
    KeyboardInterrupt
        If you stop it; the message says how to go on.
    OSError
        If a checkpoint cannot be written; the one before it is whole.
    """
    if lock is not None and lock not in TOWERS:
        raise ValueError(f"lock is {lock!r}, but must be one of: {', '.join(TOWERS)}, or None.")
    if batch_size < 2:
        raise ValueError(
            f"batch_size is {batch_size}, but a pair is contrasted with the others of its batch: "
            "at least 2."
        )
    if pairs.pixels != clip.pixels.size:
        raise ValueError(
            f"The pairs hold pictures of {pairs.pixels} px, but the model takes "
            f"{clip.pixels.size}; make them with the model that you train."
        )
    model = copy.deepcopy(clip.model)
    for part in TOWERS.get(lock, ()):
        getattr(model, part).requires_grad_(False)
    processes = PartialState(cpu=clip.device.type == "cpu")
    # One process that sees several GPUs uses all of them.
    gpus = torch.cuda.device_count() if clip.device.type == "cuda" else 1
    devices = processes.num_processes if processes.num_processes > 1 else max(gpus, 1)
    batch = batch_size * devices
    last = None
    if folder:
        options = {
            "epochs": epochs,
            "learning_rate": learning_rate,
            "batch_size": batch_size,
            "lock": lock,
        }
        last = _go_on(Path(folder), options | {"seed": seed}, clip, pairs)
    with tempfile.TemporaryDirectory() as scratch:
        arguments = TrainingArguments(
            output_dir=str(folder or scratch),
            num_train_epochs=epochs,
            per_device_train_batch_size=batch_size,
            learning_rate=learning_rate,
            lr_scheduler_type="cosine",
            warmup_steps=int(0.1 * epochs * len(pairs) / batch),
            weight_decay=0.05,
            logging_steps=5,
            save_strategy="epoch" if folder else "no",
            save_total_limit=1,
            seed=seed,
            report_to=[],
            disable_tqdm=True,
            remove_unused_columns=False,
            dataloader_pin_memory=False,
            dataloader_drop_last=len(pairs) > batch,
            use_cpu=clip.device.type == "cpu",
        )
        trainer = ContrastiveTrainer(
            model,
            arguments,
            train_dataset=pairs,
            data_collator=pairs.batch,
            processing_class=clip.processor,  # so that every checkpoint can be loaded by itself
            callbacks=list(callbacks),
        )
        trainer.remove_callback(PrinterCallback)  # raw dictionaries between a learner's outputs
        try:
            trainer.train(resume_from_checkpoint=last)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_stopped(trainer.state, folder)) from None
        device = trainer.args.device
        # A trainer refers to itself: without this, the optimizer's state, twice the size of the
        # model, would stay in memory until Python happens to look for such circles.
        del trainer
        gc.collect()
    model.requires_grad_(True)
    return Clip(model, clip.processor, name=f"{clip.name}, fine-tuned", device=device)


def _go_on(folder: Path, options: dict, clip: Clip, pairs: Pairs) -> str | None:
    """The checkpoint to go on from, if any; refuses a folder in which another run was kept."""
    small = [p.detach().cpu().numpy().tobytes() for p in clip.model.parameters() if p.ndim < 2]
    recipe = options | {
        "texts": zlib.crc32("\n".join(pairs.numbers).encode()),
        "pairs": len(pairs),
        "pixels": pairs.pixels,
        "texts_each": pairs.texts_each,
        "move_pictures": pairs.move_pictures,
        "model": zlib.crc32(b"".join(small)),
    }
    path = folder / "recipe.json"
    if path.exists():
        old = json.loads(path.read_text())
        other = [name for name, value in recipe.items() if old.get(name) != value]
        if other:
            raise ValueError(
                f"{folder} keeps a run with another {', '.join(other)}; pass the same to go on "
                "with it, or another folder to begin anew."
            )
    elif PartialState().is_main_process:
        with _saving(folder):
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(recipe))
    # A checkpoint's trainer_state.json is written last: without it, the save was cut off.
    whole = [
        file.parent for file in folder.glob("checkpoint-*/trainer_state.json") if _is_json(file)
    ]
    return str(max(whole, key=lambda path: int(path.name.split("-")[1]))) if whole else None


def _is_json(file: Path) -> bool:
    with contextlib.suppress(ValueError):
        return bool(json.loads(file.read_text()))
    return False


def _stopped(state, folder) -> str:
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


def save(clip: Clip, folder: str | Path) -> None:
    """Write a model with its processor, so that `clipkit.load(folder)` and Hugging Face read it.

    All is written beside the folder's files first and takes their place when it is complete:
    whatever goes wrong, a model that was there before stays whole. Of several processes, one
    writes.

    Parameters
    ----------
    clip : clipkit.model.Clip
    folder : path-like
        Made if it is missing. Files in it that are not the model's stay.

    Raises
    ------
    OSError
        If it cannot be written, for example because the disk is full.
    """
    state, folder = PartialState(), Path(folder).expanduser()
    if state.is_main_process:
        part = folder / ".part"
        try:
            with _saving(folder):
                part.mkdir(parents=True, exist_ok=True)
                clip.model.save_pretrained(part)
                clip.processor.save_pretrained(part)
                if clip.words is not None:
                    words = "\n".join(sorted(clip.words)) + "\n"
                    (part / "words.txt").write_text(words, encoding="utf-8")
                for file in part.iterdir():
                    os.replace(file, folder / file.name)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        if clip.words is None:
            (folder / "words.txt").unlink(missing_ok=True)  # an older model's
    state.wait_for_everyone()


@contextlib.contextmanager
def _saving(folder):
    """Turn what the libraries raise when they cannot write into one sentence."""
    try:
        yield
    # The disk's errors reach us as OSError from Python, SafetensorError from safetensors and
    # RuntimeError from torch.save.
    except (OSError, SafetensorError, RuntimeError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise OSError(
            f"Nothing could be saved in {folder}, and what was saved there before is whole; make "
            f"room on the disk or choose another folder ({reason})."
        ) from error


def wise_ft(old: Clip, new: Clip, alpha: float) -> Clip:
    """The model on the straight line between two sets of weights.

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
        If alpha is outside 0..1 or the two models do not have the same weights' shapes.
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"alpha is {alpha}, but must be between 0 (old) and 1 (new).")
    before, after = old.model.state_dict(), new.model.state_dict()
    if {k: v.shape for k, v in before.items()} != {k: v.shape for k, v in after.items()}:
        raise ValueError("The two models differ in their layers; pass one and its fine-tuned copy.")
    model = copy.deepcopy(new.model)
    model.load_state_dict(
        {
            key: torch.lerp(value, after[key], alpha) if value.is_floating_point() else value
            for key, value in before.items()
        }
    )
    return Clip(model, new.processor, name=f"WiSE-FT {alpha:g}", device=new.device)


def linear_probe(
    embeddings,
    labels,
    validation,
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
        If the labels are all of one class.
    """
    labels = np.asarray(labels)
    if len(np.unique(labels)) < 2:
        raise ValueError(f"All labels are {labels[0]!r}; a probe needs at least two classes.")
    probes = [
        LogisticRegression(C=c, max_iter=2000).fit(np.asarray(embeddings), labels)
        for c in candidates
    ]
    score = get_scorer(scoring)
    scores = [score(probe, np.asarray(validation[0]), validation[1]) for probe in probes]
    return probes[int(np.argmax(scores))]
