"""Adapt a model by training little or nothing of it: Tip-Adapter and LoRA.

A Tip-Adapter remembers the embeddings of some labelled pictures and asks them as well as the
prompts. LoRA adds two narrow matrices to each layer and trains those alone.

>>> import torch
>>> names, texts = ["mug", "vase"], torch.eye(2)
>>> pictures = torch.tensor([[0.6, 0.8], [0.8, 0.6]])     # the prompts alone get both wrong
>>> adapter = TipAdapter(texts, names, scale=1).fit(pictures, names, (pictures, names))
>>> adapter.predict(pictures).tolist()
['mug', 'vase']
"""

from __future__ import annotations

import copy
import itertools
import warnings
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.nn.functional import cross_entropy, normalize, one_hot

from clipkit import checks
from clipkit.model import Clip

ALPHAS = (0, 0.3, 1, 3, 10, 30)
BETAS = (1, 3, 10, 30)
LORA_LAYERS = ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2")
"""The linear layers of a transformer block in CLIP's two towers."""


class TipAdapter:
    """A classifier made of prompts and of a cache of labelled pictures.

    Each cached picture votes for its class, with a weight that falls with its distance from the
    picture in question; the votes are added to the logits of the prompts (Zhang et al. 2022,
    *Tip-Adapter*, arXiv 2111.03930).

    Parameters
    ----------
    class_embeddings : torch.Tensor of float32, shape (c, d)
        As `Clip.encode_labels` gives them: the zero-shot classifier that it starts from.
    names : sequence of c str
        The classes.
    scale : float
        The model's logit scale.

    Attributes
    ----------
    keys, values : torch.Tensor of float32, shapes (n, d) and (n, c)
        The cache: embeddings, and labels as one-hot rows.
    alpha, beta : float
        The weight of the cache, and how quickly a vote falls off with distance.
    """

    def __init__(self, class_embeddings: ArrayLike, names: Sequence[str], *, scale: float) -> None:
        self.class_embeddings = _unit_rows(class_embeddings, "class_embeddings")
        self.names, self.scale = list(names), checks.positive(float(scale), "scale")
        if len(set(self.names)) < len(self.names):
            raise ValueError("names holds a name twice; each class should be there once")
        if len(self.names) != len(self.class_embeddings):
            raise ValueError(
                f"There are {len(self.names)} names but {len(self.class_embeddings)} rows of class "
                "embeddings; each class needs one."
            )

    def fit(
        self,
        embeddings: ArrayLike,
        labels: Sequence[str],
        validation: tuple[ArrayLike, Sequence[str]],
        *,
        epochs: int = 0,
        learning_rate: float = 1e-3,
        seed: int = 0,
    ) -> TipAdapter:
        """Fill the cache, choose alpha and beta on validation, and train the keys if asked to.

        Parameters
        ----------
        embeddings : torch.Tensor of float32, shape (n, d)
            Rows of unit length.
        labels : sequence of n str
        validation : tuple
            Embeddings and labels of other pictures.
        epochs : int
            0 is the adapter without training. More train the keys (Tip-Adapter-F); a picture does
            not vote for itself then, since it would always be right.
        learning_rate : float
            Peak learning rate of AdamW.
        seed : int
            Of the order in which pictures are met.

        Returns
        -------
        TipAdapter
            Itself.

        Raises
        ------
        ValueError
            If a label is none of the names, if an embedding is missing, infinite or not of unit
            length, if they do not fit each other, or if a number is out of range.
        """
        checks.whole(epochs, "epochs", 0)
        rate = float(checks.numbers([learning_rate], "learning_rate")[0])
        if rate <= 0:
            raise ValueError(f"learning_rate is {rate:g}, but must be above 0.")
        seed = checks.seed(seed)
        checks.pair(validation, "validation")
        rows, target = self._items(embeddings, labels, ("embeddings", "labels"))
        others = self._items(*validation, ("validation[0]", "validation[1]"))
        self.keys = rows.clone()
        self.values = one_hot(target, len(self.names)).float()
        self._choose(*others)
        if epochs:
            self._train(rows, target, epochs, rate, seed)
            self._choose(*others)
        return self

    def logits(self, embeddings: ArrayLike) -> torch.Tensor:
        """Return how well each class fits each picture: (n, d) embeddings to (n, c) logits."""
        if not hasattr(self, "alpha"):
            raise ValueError("this adapter has seen no pictures yet; call its fit first")
        rows = self._rows(embeddings, "embeddings")
        return self._prompts(rows) + self.alpha * self._votes(rows, self.beta)

    def predict(self, embeddings: ArrayLike) -> np.ndarray:
        """Return the name of the best class of each picture."""
        return np.array(self.names)[self.logits(embeddings).argmax(dim=1).numpy()]

    def _items(
        self, embeddings: ArrayLike, labels: Sequence[str], names: tuple[str, str]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Rows and the numbers of their classes, checked."""
        rows, target = self._rows(embeddings, names[0]), self._numbers(labels, names[1])
        checks.same_length(**{names[0]: rows.numpy(), names[1]: target.numpy()})
        return rows, target

    def _rows(self, embeddings: ArrayLike, name: str) -> torch.Tensor:
        rows, dimension = _unit_rows(embeddings, name), self.class_embeddings.shape[1]
        if rows.shape[1] != dimension:
            raise ValueError(
                f"{name} has {rows.shape[1]} columns, but the classes have {dimension}; both must "
                "come from the same model."
            )
        return rows

    def _prompts(self, embeddings: torch.Tensor) -> torch.Tensor:
        return self.scale * embeddings @ self.class_embeddings.T

    def _votes(
        self, embeddings: torch.Tensor, beta: float, spared: torch.Tensor | None = None
    ) -> torch.Tensor:
        near = torch.exp(-beta * (1 - embeddings @ normalize(self.keys, dim=1).T))
        return (near if spared is None else near * ~spared) @ self.values

    def _choose(self, embeddings: torch.Tensor, truth: torch.Tensor) -> None:
        prompts, best = self._prompts(embeddings), -1.0
        for beta, alpha in itertools.product(BETAS, ALPHAS):
            logits = prompts + alpha * self._votes(embeddings, beta)
            right = (logits.argmax(dim=1) == truth).float().mean().item()
            if right > best:
                best, self.alpha, self.beta = right, alpha, beta

    def _train(
        self,
        embeddings: torch.Tensor,
        target: torch.Tensor,
        epochs: int,
        learning_rate: float,
        seed: int,
    ) -> None:
        """Move the keys so that each picture is named by the prompts and the others' votes."""
        self.alpha = self.alpha or 1.0  # else nothing would be learnt
        self.keys.requires_grad_(True)
        optimizer = torch.optim.AdamW([self.keys], lr=learning_rate, eps=1e-4)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
        generator = torch.Generator().manual_seed(seed)
        own = torch.eye(len(target), dtype=torch.bool)
        for _ in range(epochs):
            for rows in torch.randperm(len(target), generator=generator).split(256):
                votes = self._votes(embeddings[rows], self.beta, own[rows])
                logits = self._prompts(embeddings[rows]) + self.alpha * votes
                optimizer.zero_grad()
                cross_entropy(logits, target[rows]).backward()
                optimizer.step()
            schedule.step()
        self.keys = self.keys.detach()

    def _numbers(self, labels: Sequence[str], name: str) -> torch.Tensor:
        labels = checks.labels(labels, name).tolist()
        unknown = [label for label in labels if label not in self.names]
        if unknown:
            raise ValueError(
                f"The label {unknown[0]!r} is none of the classes; they are {self.names}."
            )
        return torch.tensor([self.names.index(label) for label in labels])


def _unit_rows(embeddings: ArrayLike, name: str) -> torch.Tensor:
    """Embeddings as float32 rows without gradients; refuses rows that are not of unit length."""
    rows = torch.from_numpy(checks.numbers(embeddings, name, "n, m")).float()
    lengths = rows.norm(dim=1)
    wrong = torch.nonzero((lengths - 1).abs() > 0.01)
    if len(wrong):
        row = int(wrong[0])
        raise ValueError(
            f"{name} has a row of length {lengths[row]:.3g}, row {row}; every row should be of "
            "length 1, as encode_images gives them."
        )
    return rows


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

    rank = checks.whole(rank, "rank", 1)
    layers = [layers] if isinstance(layers, str) else list(layers)
    if not layers:
        raise ValueError("layers is empty; name at least one kind of layer, such as q_proj")
    names = [f".{name}" for name, _ in clip.model.named_modules()]
    for layer in layers:
        if not any(name.endswith(f".{layer}") for name in names):
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
