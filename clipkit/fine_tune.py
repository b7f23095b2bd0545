"""Fine-tune a CLIP model on pictures with texts: thin over `transformers.Trainer`.

>>> from clipkit import fine_tune
>>> fine_tune.sentences("Findings: The heart is enlarged. No effusion.")
['The heart is enlarged.', 'No effusion.']
"""

from __future__ import annotations

import copy
import math
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch.nn.functional import normalize
from torch.utils.data import Dataset
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_utils import get_last_checkpoint

from clipkit.model import Clip
from clipkit.pretrain.loss import contrastive_loss

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
        At least one, unless the report is empty.
    """
    parts = re.split(r"(?<=[.;])\s+|\n+", report)
    parts = [re.sub(r"^[A-Z][A-Za-z]+:\s*", "", part).strip() for part in parts]
    return [part for part in parts if part]


class Pairs(Dataset):
    """Pictures with texts, as the training loop reads them.

    Parameters
    ----------
    clip : clipkit.model.Clip
        Its processor prepares the pictures, once.
    pictures : iterable of pictures
        Anything that `Clip.encode_images` takes as a list of PIL pictures.
    texts : sequence of str or of sequences of str, length n
        The text of each picture, or several of which each step draws one.

    Raises
    ------
    ValueError
        If a text is missing or empty, if there are not as many texts as pictures, or if there are
        too few pairs to contrast.
    """

    def __init__(self, clip: Clip, pictures: Iterable, texts: Sequence):
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
        self.pixels = clip.pixels([picture.convert("RGB") for picture in pictures])

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, row: int) -> dict:
        return {"row": row}

    def batch(self, tokenizer, rows: list[dict]) -> dict:
        """Pixels, tokens and caption numbers of some rows; the text is drawn with torch's seed."""
        rows = [item["row"] for item in rows]
        drawn = [int(torch.randint(len(self.texts[row]), ())) for row in rows]
        texts = [self.texts[row][number] for row, number in zip(rows, drawn, strict=True)]
        tokens = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
        numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        return {
            "pixel_values": self.pixels[rows],
            "input_ids": tokens["input_ids"],
            "attention_mask": tokens["attention_mask"],
            "caption_ids": torch.tensor([numbers[text] for text in texts]),
        }


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
        outputs = model(**inputs)
        pictures = normalize(outputs.image_embeds.float(), dim=1)
        texts = normalize(outputs.text_embeds.float(), dim=1)
        scale = self.accelerator.unwrap_model(model).logit_scale.exp()
        loss = contrastive_loss(pictures, texts, scale, caption_ids)
        return (loss, outputs) if return_outputs else loss


class StopAtNaN(TrainerCallback):
    """Stop with a clear sentence when the loss is no longer a number."""

    def on_log(self, args, state, control, logs=None, **kwargs):
        if logs and not math.isfinite(logs.get("loss", 0.0)):
            raise FloatingPointError(
                f"The loss is not a number at step {state.global_step}; the learning rate "
                f"{args.learning_rate:g} is too high. The model you passed in is unchanged."
            )


def contrastive(
    clip: Clip,
    pairs: Pairs,
    *,
    epochs: float = 5,
    rate: float = 3e-4,
    batch_size: int = 64,
    freeze: str | None = None,
    folder: str | Path | None = None,
    seed: int = 0,
    callbacks: Sequence[TrainerCallback] = (),
) -> Clip:
    """Train a copy of a model on pairs, with the symmetric contrastive loss.

    Parameters
    ----------
    clip : clipkit.model.Clip
        A CLIP model; it stays as it is.
    pairs : Pairs
    epochs : float
        Passes over the pairs.
    rate : float
        Peak learning rate of AdamW: it rises over the first tenth of the steps and then falls as a
        half cosine to zero.
    batch_size : int
        Pairs contrasted with each other in a step, on each process.
    freeze : {"vision", "text"}, optional
        A tower that stays as it is. "vision" is locked-image tuning (Zhai et al. 2022, LiT,
        arXiv 2111.07991).
    folder : path-like, optional
        Keeps a checkpoint after each epoch, and goes on from the last one found there, to the same
        result as without the interruption. Without one nothing is kept.
    seed : int
    callbacks : sequence of transformers.TrainerCallback
        For example a plot of the loss.

    Returns
    -------
    clipkit.model.Clip
        The trained copy.

    Raises
    ------
    ValueError
        For an unknown tower.
    FloatingPointError
        If the loss is no longer a number.
    """
    if freeze is not None and freeze not in TOWERS:
        raise ValueError(f"freeze is {freeze!r}, but must be one of: {', '.join(TOWERS)}, or None.")
    model = copy.deepcopy(clip.model)
    for part in TOWERS.get(freeze, ()):
        getattr(model, part).requires_grad_(False)
    with tempfile.TemporaryDirectory() as scratch:
        arguments = TrainingArguments(
            output_dir=str(folder or scratch),
            num_train_epochs=epochs,
            per_device_train_batch_size=batch_size,
            learning_rate=rate,
            lr_scheduler_type="cosine",
            warmup_steps=int(0.1 * epochs * len(pairs) / batch_size),
            weight_decay=0.05,
            logging_steps=10,
            logging_nan_inf_filter=False,  # else the Trainer shows 0 for a loss that is NaN
            save_strategy="epoch" if folder else "no",
            save_total_limit=1,
            seed=seed,
            report_to=[],
            disable_tqdm=True,
            remove_unused_columns=False,
            dataloader_pin_memory=False,
            dataloader_drop_last=len(pairs) > batch_size,
            use_cpu=clip.device.type == "cpu",
        )
        trainer = ContrastiveTrainer(
            model,
            arguments,
            train_dataset=pairs,
            data_collator=lambda rows: pairs.batch(clip.processor.tokenizer, rows),
            callbacks=[StopAtNaN(), *callbacks],
        )
        trainer.remove_callback(PrinterCallback)  # raw dictionaries between a learner's outputs
        last = get_last_checkpoint(str(folder)) if folder and Path(folder).is_dir() else None
        trainer.train(resume_from_checkpoint=last)
    model.requires_grad_(True)
    return Clip(model, clip.processor, name=f"{clip.name}, fine-tuned", device=clip.device)


def wise_ft(old: Clip, new: Clip, share: float) -> Clip:
    """The model on the straight line between two sets of weights.

    Often most of what fine-tuning gains, with little of what it forgets (Wortsman et al. 2022,
    *Robust fine-tuning of zero-shot models*, arXiv 2109.01903).

    Parameters
    ----------
    old, new : clipkit.model.Clip
        Before and after fine-tuning.
    share : float
        0 gives the old weights, 1 the new.

    Returns
    -------
    clipkit.model.Clip

    Raises
    ------
    ValueError
        If the share is outside 0..1 or the two models do not have the same weights' shapes.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share}, but must be between 0 (old) and 1 (new).")
    before, after = old.model.state_dict(), new.model.state_dict()
    if {k: v.shape for k, v in before.items()} != {k: v.shape for k, v in after.items()}:
        raise ValueError("The two models differ in their layers; pass one and its fine-tuned copy.")
    model = copy.deepcopy(new.model)
    model.load_state_dict(
        {
            key: torch.lerp(value, after[key], share) if value.is_floating_point() else value
            for key, value in before.items()
        }
    )
    return Clip(model, new.processor, name=f"WiSE-FT {share:g}", device=new.device)


def linear_probe(
    embeddings, labels, validation, candidates: Sequence[float] = (0.1, 1, 10, 100, 1000)
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
    scores = [probe.score(np.asarray(validation[0]), validation[1]) for probe in probes]
    return probes[int(np.argmax(scores))]
