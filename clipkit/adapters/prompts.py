"""CoOp: prompts of which the words before the label are learnt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch.nn.functional import cross_entropy, normalize

from clipkit.adapters.classifier import FewShotClassifier, recipe, train
from clipkit.model import Clip
from clipkit.texts import read_texts


class CoOp(FewShotClassifier):
    """A classifier by prompts of which the words before the label are learnt.

    A prompt begins with the same vectors for all labels, where words such as "a photo of" would
    stand. Only these vectors are trained; both towers stay as they are (Zhou et al. 2022, *Learning
    to Prompt for Vision-Language Models*, arXiv 2109.01134).

    Parameters
    ----------
    clip : clipkit.model.Clip
        It stays as it is.
    labels : sequence of c str
        What stands behind the context in each prompt.
    names : sequence of c str, optional
        What the classes are called, if not by their labels.
    context : str
        The words that the vectors start from, at least one.

    Attributes
    ----------
    context : torch.Tensor of float32, shape (m, width)
        One vector for each token of the context, in the space of the text tower's tokens.
    class_embeddings : torch.Tensor of float32, shape (c, d)
        What the text tower makes of the prompts.

    Raises
    ------
    ValueError
        If there is no word in the context, or two labels are the same to the model.
    """

    def __init__(
        self,
        clip: Clip,
        labels: Sequence[str],
        names: Sequence[str] | None = None,
        *,
        context: str = "a photo of",
    ) -> None:
        labels = clip.distinct_labels(labels)
        (nothing, words, *prompts) = clip.tokens.ids(
            read_texts(["", context, *(f"{context} {label}" for label in labels)])
        )
        self._clip, self._inputs = clip, clip.tokens.pad(prompts)
        # CLIP begins a text with a token of its own, SigLIP does not.
        self._first = len(nothing) - 1
        self._last = self._first + len(words) - len(nothing)
        given = words[self._first : self._last]
        if not given or any(ids[self._first : self._last] != given for ids in prompts):
            raise ValueError(f"context is {context!r}, but it should be one or more whole words")
        self._table = clip.model.text_model.get_input_embeddings()
        self.context = self._table.weight[given].detach().float()
        super().__init__(
            self._encoded(self.context).detach().cpu(),
            labels if names is None else names,
            scale=clip.logit_scale,
        )

    def fit(
        self,
        embeddings: ArrayLike,
        labels: Sequence[str],
        validation: tuple[ArrayLike, ArrayLike],
        *,
        epochs: int = 30,
        learning_rate: float = 3e-2,
        seed: int = 0,
    ) -> CoOp:
        """Train the context, and keep it as it was after the pass that is best on validation.

        Where no pass is better than the words that it starts from, it stays with them.

        Parameters
        ----------
        embeddings : torch.Tensor of float32, shape (n, d)
            Rows of unit length.
        labels : sequence of n str
            Of the names.
        validation : tuple
            Embeddings and labels of other pictures.
        epochs : int
            Passes over the pictures. Every step encodes all prompts again, which is what it costs.
        learning_rate : float
            Peak learning rate of AdamW.
        seed : int
            Of the order in which pictures are met.

        Returns
        -------
        CoOp
            Itself.

        Raises
        ------
        ValueError
            If a label is none of the names, if an embedding is missing, infinite or not of unit
            length, if they do not fit each other, or if a number is out of range.
        """
        epochs, rate, seed = recipe(epochs, learning_rate, seed, fewest=1)
        (rows, target), others = self._both(embeddings, labels, validation)
        context = self.context.clone().requires_grad_()

        def loss(some: torch.Tensor) -> torch.Tensor:
            logits = self.scale * rows[some] @ self._encoded(context).T.cpu()
            return cross_entropy(logits, target[some])

        best, chosen = self._right(*others), (self.context, self.class_embeddings)
        options = {"epochs": epochs, "seed": seed}
        for _ in train([context], loss, len(target), learning_rate=rate, **options):
            with torch.no_grad():
                self.class_embeddings = self._encoded(context).cpu()
            right = self._right(*others)
            if right > best:
                best, chosen = right, (context.detach().clone(), self.class_embeddings)
        self.context, self.class_embeddings = chosen
        return self

    def _encoded(self, context: torch.Tensor) -> torch.Tensor:
        """Encode the prompts with the vectors (m, width) in place of the words; (c, d)."""

        def put(_: Any, __: Any, tokens: torch.Tensor) -> torch.Tensor:
            same = context.to(tokens.dtype).expand(len(tokens), -1, -1)
            return torch.cat([tokens[:, : self._first], same, tokens[:, self._last :]], dim=1)

        inputs = {name: value.to(self._clip.device) for name, value in self._inputs.items()}
        handle = self._table.register_forward_hook(put)
        try:
            output = self._clip.model.get_text_features(**inputs)
        finally:
            handle.remove()
        return normalize(getattr(output, "pooler_output", output).float(), dim=1)
