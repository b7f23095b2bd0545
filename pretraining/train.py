"""The training loop: interruptible, resumable, the same on a CPU, a GPU or several processes."""

from __future__ import annotations

import hashlib
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import nn
from torch.nn.functional import cross_entropy, normalize
from transformers import CLIPModel

from clipkit.losses import contrastive_loss
from clipkit.runs import Interrupt, whole
from clipkit.texts import words_of
from pretraining.corpus import Batch, Corpus
from pretraining.towers import begun, fresh, small_processor

SAVE_EVERY = 60.0
"""Seconds between two checkpoints: what a `kill -9` loses at most."""
PATCH_LABELS = ("category", "pattern")
"""What a patch can show by itself: a piece of a sleeve, a piece of a stripe."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the result, apart from the corpus.

    Attributes
    ----------
    views : int
        Augmented picture-caption pairs that the model sees.
    batch_size : int
        Pairs in a step, over all processes.
    muon_learning_rate, adam_learning_rate : float
        Peak learning rates of Muon (the matrices; Jordan et al. 2024) and of AdamW (the rest).
    warm_up, cool_down : float
        Shares of the steps in which the rate rises from zero, and falls back to it.
    patches_kept : float
        Share of the patches that the vision tower sees (Li et al. 2023, FLIP, arXiv 2212.00794)
        until the last quarter of the cool-down, when it sees all.
    label_weight, label_share : float
        Weight of a cross-entropy on the renderer's own labels from linear heads on the vision
        tower, and the share of the steps that have it. 0 trains on captions alone.
    seed : int
    start : str
        Folder of a model to train on, with its tokenizer; empty for random weights.
    """

    views: int = 2_000_000
    batch_size: int = 128
    muon_learning_rate: float = 0.002
    adam_learning_rate: float = 1e-3
    warm_up: float = 0.02
    cool_down: float = 0.35
    patches_kept: float = 0.5
    label_weight: float = 4.0
    label_share: float = 0.85
    seed: int = 0
    start: str = ""

    @property
    def steps(self) -> int:
        return math.ceil(self.views / self.batch_size)

    def schedule(self, step: int) -> float:
        """Share of the peak learning rate at a step."""
        done = step / self.steps
        return max(min(1.0, (done + 1e-4) / self.warm_up, (1 - done) / self.cool_down), 0.0)

    def patches(self, step: int) -> float:
        return self.patches_kept if step < (1 - self.cool_down / 4) * self.steps else 1.0

    def labels(self, step: int) -> float:
        return self.label_weight if step < self.label_share * self.steps else 0.0


class Learner(nn.Module):
    """A ``CLIPModel``, and the linear heads that help it at first and are then thrown away.

    One head for each kind of label reads the class token. Two more read every patch and learn
    which category and which pattern, or none, the patch shows (token labelling: Jiang et al. 2021,
    arXiv 2104.10858).
    """

    def __init__(self, model: CLIPModel, classes: dict[str, int]):
        super().__init__()
        self.model = model
        width = model.config.vision_config.hidden_size
        self.heads = nn.ModuleDict({name: nn.Linear(width, n) for name, n in classes.items()})
        self.patch_heads = nn.ModuleDict(
            {name: nn.Linear(width, classes[name] + 1) for name in PATCH_LABELS}
        )

    def forward(self, batch: Batch, patches_kept: float = 1.0) -> Outputs:
        pooled, patches, kept = self.look(batch.pixels, patches_kept)
        pictures = normalize(self.model.visual_projection(pooled).float(), dim=1)
        texts = self.model.get_text_features(batch.input_ids, batch.attention_mask).pooler_output
        texts = normalize(texts.float(), dim=1)
        logits = {name: head(pooled).float() for name, head in self.heads.items()}
        patch_logits = {name: head(patches).float() for name, head in self.patch_heads.items()}
        scale = self.model.logit_scale.exp()
        return Outputs(pictures, texts, scale, logits, patch_logits, batch.cover.gather(1, kept))

    def look(self, pixels: torch.Tensor, patches_kept: float):
        """Return the vision tower on a random part of the patches, others for each picture.

        Returns
        -------
        pooled : torch.Tensor of float32, shape (n, width)
        patches : torch.Tensor of float32, shape (n, kept, width)
        kept : torch.Tensor of int64, shape (n, kept)
            The numbers of these patches.
        """
        vision = self.model.vision_model
        states = vision.embeddings(pixels)
        n, patches = len(states), states.shape[1] - 1
        kept = torch.rand(n, patches, device=states.device).argsort(dim=1)
        kept = kept[:, : round(patches_kept * patches)]
        if patches_kept < 1:
            places = nn.functional.pad(1 + kept, (1, 0))  # the class token, number 0, always stays
            states = states.gather(1, places[:, :, None].expand(-1, -1, states.shape[2]))
        else:
            kept = torch.arange(patches, device=states.device).expand(n, -1)
        states = vision.encoder(inputs_embeds=vision.pre_layrnorm(states)).last_hidden_state
        return vision.post_layernorm(states[:, 0]), vision.post_layernorm(states[:, 1:]), kept


class Outputs(NamedTuple):
    """What a `Learner` says of a batch.

    Attributes
    ----------
    pictures, texts : torch.Tensor of float32, shape (n, d)
        Embeddings; rows of unit length.
    scale : torch.Tensor, scalar
        The logit scale, exponentiated.
    logits : dict of str to torch.Tensor of float32, shape (n, classes)
    patch_logits : dict of str to torch.Tensor of float32, shape (n, kept, classes + 1)
        The last column stands for no product.
    cover : torch.Tensor of float32, shape (n, kept)
        How much of each of these patches the product covers.
    """

    pictures: torch.Tensor
    texts: torch.Tensor
    scale: torch.Tensor
    logits: dict[str, torch.Tensor]
    patch_logits: dict[str, torch.Tensor]
    cover: torch.Tensor


def total_loss(
    outputs: Outputs, batch: Batch, label_weight: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the loss to minimise and, within it, the contrastive loss alone."""
    contrastive = contrastive_loss(
        outputs.pictures, outputs.texts, outputs.scale, batch.caption_ids
    )
    extra = [
        cross_entropy(logits, batch.labels[name], ignore_index=-100)
        for name, logits in outputs.logits.items()
    ]
    extra += [
        patch_loss(logits, outputs.cover, batch.labels[name])
        for name, logits in outputs.patch_logits.items()
    ]
    # A head without a single label in the batch gives NaN; adding 0 times all heads keeps every
    # parameter in the graph, as DistributedDataParallel expects.
    extra = [loss.nan_to_num() for loss in extra]
    return contrastive + label_weight * sum(extra) / len(extra), contrastive


def patch_loss(logits: torch.Tensor, cover: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of the patches of products; a patch half covered is half of the product's
    class and half of none."""
    products = labels >= 0
    log_shares = logits[products].log_softmax(dim=2)
    places = labels[products, None, None].expand(-1, log_shares.shape[1], 1)
    of_product = log_shares.gather(2, places).squeeze(2)
    cover = cover[products]
    return -(cover * of_product + (1 - cover) * log_shares[:, :, -1]).mean()


def optimisers(learner: Learner, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the towers, AdamW for everything else."""
    matrices, rest = [], []
    for name, parameter in learner.named_parameters():
        inside = parameter.ndim == 2 and ".encoder." in name
        (matrices if inside else rest).append(parameter)
    return [
        torch.optim.Muon(
            matrices,
            lr=recipe.muon_learning_rate,
            weight_decay=0.05,
            adjust_lr_fn="match_rms_adamw",
        ),
        torch.optim.AdamW(rest, lr=recipe.adam_learning_rate, weight_decay=0.02, betas=(0.9, 0.98)),
    ]


def report(step: int, recipe: Recipe, losses: list, scale: float, seconds: float, done: int) -> str:
    """One line of progress: mean losses since the last line, and the time left at this speed."""
    total, contrastive = torch.tensor(losses).mean(dim=0).tolist()
    speed = done * recipe.batch_size / max(seconds, 1e-9)
    left = (recipe.steps - step) * recipe.batch_size / max(speed, 1e-9)
    return (
        f"step {step}/{recipe.steps}  views {step * recipe.batch_size:,}  "
        f"contrastive loss {contrastive:.3f}  labels {total - contrastive:.3f}  "
        f"logit scale {scale:.1f}  {speed:.0f} views/s  {left / 60:.0f} min left"
    )


def bf16_pays(device: torch.device) -> bool:
    """Tell whether a device computes in bf16 at least as fast as in float32.

    A processor without AVX-512 emulates it, which takes several times as long.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and torch.backends.cpu.get_cpu_capability().startswith("AVX512")


def train(corpus: Corpus, recipe: Recipe, out: Path, minutes: float = math.inf) -> bool:
    """Train, or go on from the last checkpoint, and write the finished model to ``out``.

    Parameters
    ----------
    corpus : Corpus
        Gives the batch of any step, so that a resumed run sees what an unbroken one would.
    recipe : Recipe
    out : Path
        ``out/checkpoint.pt`` is kept at most a minute behind; the finished ``CLIPModel`` and its
        processor go to ``out/model``.
    minutes : float
        Stop after this long; call again to go on.

    Returns
    -------
    bool
        Whether training came to its end.

    Raises
    ------
    ValueError
        If `out` holds the run of another recipe or corpus, or a damaged checkpoint.
    KeyboardInterrupt
        If you stop it: after the step in hand, which is kept.
    OSError
        If a checkpoint cannot be written; the one before it is whole.
    """
    accelerator = Accelerator()
    set_seed(recipe.seed)
    with accelerator.main_process_first():  # one process makes them, the others read them
        corpus.texts(), corpus.tokenizer  # noqa: B018
    if recipe.start:
        model = begun(Path(recipe.start), corpus.pixels)
    else:
        model = fresh(corpus.tokenizer, corpus.pixels)
    learner = Learner(model, corpus.classes)
    steppers = optimisers(learner, recipe)
    checkpoint = Path(out) / "checkpoint.pt"
    step = 0
    if checkpoint.exists():
        step = _restore(checkpoint, learner, steppers, recipe, corpus)
        accelerator.print(f"going on from step {step} of {recipe.steps}")
    learner, *steppers = accelerator.prepare(learner, *steppers)

    def save() -> None:
        if accelerator.is_main_process:
            plain = accelerator.unwrap_model(learner)
            state = {
                "step": step,
                "recipe": asdict(recipe),
                "corpus": corpus.fingerprint,
                "learner": plain.state_dict(),
                "optimisers": [stepper.state_dict() for stepper in steppers],
            }
            with whole(checkpoint) as part:
                torch.save(state, part)

    began = saved = told = time.monotonic()
    first, losses = step, []
    batches = corpus.batches(recipe, step, accelerator.process_index, accelerator.num_processes)
    bf16 = bf16_pays(accelerator.device)
    with Interrupt() as interrupt:
        for batch in batches:
            for stepper, peak in zip(
                steppers, (recipe.muon_learning_rate, recipe.adam_learning_rate), strict=True
            ):
                for group in stepper.param_groups:
                    group["lr"] = peak * recipe.schedule(step)
            torch.manual_seed(recipe.seed * 1_000_003 + step * 31 + accelerator.process_index)
            # Not by the Accelerator, whose precision is fixed for a whole process by whoever makes
            # the first one.
            with torch.autocast(accelerator.device.type, torch.bfloat16, enabled=bf16):
                outputs = learner(batch.to(accelerator.device), recipe.patches(step))
            loss, contrastive = total_loss(outputs, batch, recipe.labels(step))
            accelerator.backward(loss)
            for stepper in steppers:
                stepper.step()
                stepper.zero_grad()
            with torch.no_grad():  # the limit of Radford et al. 2021: a scale of 100
                accelerator.unwrap_model(learner).model.logit_scale.clamp_(max=math.log(100))
            step += 1
            losses.append((float(loss.detach()), float(contrastive.detach())))
            now = time.monotonic()
            if now - told > 20 or step == recipe.steps:
                told = now
                scale = float(outputs.scale.detach())
                line = report(step, recipe, losses, scale, now - began, step - first)
                accelerator.print(line, flush=True)
                losses.clear()
            if now - saved > SAVE_EVERY:
                saved = now
                save()
            if interrupt.asked or now - began > 60 * minutes:
                break
    # Not where a step was broken off by an error: some weights would have taken it, some not.
    save()
    if interrupt.asked:
        raise KeyboardInterrupt(
            f"Stopped at step {step} of {recipe.steps}, which {checkpoint} keeps."
        )
    if step < recipe.steps:
        return False
    if accelerator.is_main_process:
        export(accelerator.unwrap_model(learner).model, corpus, Path(out) / "model")
    return True


def _restore(
    path: Path,
    learner: Learner,
    steppers: list[torch.optim.Optimizer],
    recipe: Recipe,
    corpus: Corpus,
) -> int:
    """Load a checkpoint and return its step."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        old = {**state["recipe"], "corpus": state["corpus"]}
        weights, optimisers, step = state["learner"], state["optimisers"], int(state["step"])
    except Exception as error:  # a zip that ends early, a pickle that is none, a missing key ...
        raise ValueError(
            f"{path} is damaged; remove it to start anew ({type(error).__name__})."
        ) from error
    wanted = {**asdict(recipe), "corpus": corpus.fingerprint}
    differing = sorted(key for key in wanted if key != "views" and wanted[key] != old.get(key))
    if differing:
        raise ValueError(
            f"{path} was made by a recipe with another {', '.join(differing)}; pass the same "
            "values to go on, or another --out to start anew."
        )
    learner.load_state_dict(weights)
    for stepper, saved in zip(steppers, optimisers, strict=True):
        stepper.load_state_dict(saved)
    return step


def export(model: CLIPModel, corpus: Corpus, folder: Path) -> None:
    """Write what `from_pretrained` reads: weights in half precision, tokenizer, processor."""
    # A copy: the caller may go on training in full precision.
    half = CLIPModel(model.config)
    half.load_state_dict(model.state_dict())
    # Training pads and cuts; whoever loads the tokenizer decides that anew.
    corpus.tokenizer.backend_tokenizer.no_truncation()
    corpus.tokenizer.backend_tokenizer.no_padding()
    words = sorted({word for text in corpus.texts() for word in words_of(text)})
    with whole(folder) as part:
        half.half().save_pretrained(part)
        small_processor(corpus.tokenizer, corpus.pixels).save_pretrained(part)
        (part / "words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
        checksum = hashlib.sha256((part / "model.safetensors").read_bytes()).hexdigest()
        (part / "SHA256").write_text(f"{checksum}  model.safetensors\n")
