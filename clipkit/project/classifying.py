"""Classifiers on embeddings: a row of numbers for each label, from prompts or from a probe."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from datasets import Dataset
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import save_file
from sklearn.linear_model import LogisticRegression

from clipkit.data import readable
from clipkit.evaluation import balanced_accuracy
from clipkit.fine_tune import sentences
from clipkit.hub import is_id
from clipkit.model import Clip
from clipkit.runs import whole
from clipkit.zero_shot import FINDING_TEMPLATES, TEMPLATES

FILE = "classifier.safetensors"
PROMPTS = {
    "the word alone": ("{}",),
    "a photo of a ...": ("a photo of a {}",),
    "seven templates": TEMPLATES,
}
FILM_PROMPTS = {
    "the word alone": ("{}",),
    "chest radiograph with ...": ("chest radiograph with {}",),
    "three templates": FINDING_TEMPLATES,
}
"""The same for radiographs."""


class LinearClassifier:
    """A row of weights and a bias for each label; the highest score wins.

    Zero-shot and a linear probe differ only in where the rows come from: texts, or training.

    Parameters
    ----------
    labels : sequence of c str
    weight : torch.Tensor of float32, shape (c, d)
    bias : torch.Tensor of float32, shape (c,)

    Examples
    --------
    >>> classifier = LinearClassifier(["mug", "vase"], torch.eye(2), torch.zeros(2))
    >>> classifier.predict(torch.tensor([[0.6, 0.8]])).tolist()
    ['vase']
    """

    def __init__(self, labels: Sequence[str], weight: torch.Tensor, bias: torch.Tensor) -> None:
        self.labels = list(labels)
        self.weight, self.bias = weight.float(), bias.float()
        if len(self.labels) != len(weight) or len(weight) != len(bias):
            raise ValueError(
                f"there are {len(self.labels)} labels, {len(weight)} rows of weights and "
                f"{len(bias)} biases; each label needs one of each"
            )

    @classmethod
    def from_words(
        cls, clip: Clip, words: Mapping[str, str], templates: str | Sequence[str] = TEMPLATES
    ) -> LinearClassifier:
        """Make a zero-shot classifier.

        Parameters
        ----------
        clip : clipkit.model.Clip
        words : dict of str to str
            What the prompts say for each label.
        templates : sequence of str
            With {} where the words go; their embeddings are averaged.
        """
        clip.distinct_labels(words.values())
        rows = clip.encode_labels(list(words.values()), templates)
        bias = torch.full((len(words),), clip.logit_bias)
        return cls(list(words), clip.logit_scale * rows, bias)

    @classmethod
    def from_probe(cls, probe: LogisticRegression) -> LinearClassifier:
        """Take over what `clipkit.fine_tune.linear_probe` has fitted."""
        weight, bias = torch.tensor(probe.coef_), torch.tensor(probe.intercept_)
        if len(probe.classes_) == 2:  # scikit-learn keeps the row of the second class alone
            weight = torch.cat([torch.zeros_like(weight), weight])
            bias = torch.cat([torch.zeros_like(bias), bias])
        return cls([str(name) for name in probe.classes_], weight, bias)

    def scores(self, embeddings: torch.Tensor) -> torch.Tensor:
        """Return (n, c) scores for (n, d) embeddings; their softmax are shares."""
        return torch.as_tensor(embeddings).float() @ self.weight.T + self.bias

    def predict(self, embeddings: torch.Tensor) -> NDArray[np.str_]:
        """Return the label with the highest score for each row."""
        return np.array(self.labels)[self.scores(embeddings).argmax(dim=1).numpy()]

    def margins(self, embeddings: torch.Tensor, label: str) -> NDArray[np.floating]:
        """Return by how much a label scores above the best other one, (n,): a score to rank by."""
        if label not in self.labels:
            raise ValueError(f"there is no label {label!r}, but {', '.join(self.labels)}")
        scores, own = self.scores(embeddings), self.labels.index(label)
        others = torch.cat([scores[:, :own], scores[:, own + 1 :]], dim=1)
        return (scores[:, own] - others.max(dim=1).values).numpy()

    def save(self, folder: str | os.PathLike) -> None:
        """Write the classifier into a folder, such as that of its model."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {"weight": self.weight.contiguous(), "bias": self.bias.contiguous()}
        with whole(folder / FILE) as part:
            save_file(tensors, part, metadata={"labels": json.dumps(self.labels)})

    @classmethod
    def load(cls, folder: str | os.PathLike) -> LinearClassifier:
        """Read the classifier that `save` has written.

        Parameters
        ----------
        folder : path-like
            That of the model, or its id on the Hub.

        Raises
        ------
        FileNotFoundError, ValueError
            If there is none, or the file is none.
        """
        file = Path(folder) / FILE
        if not Path(folder).is_dir() and is_id(os.fspath(folder)):
            file = _fetched(os.fspath(folder))
        if not file.is_file():
            raise FileNotFoundError(
                f"There is no {FILE} in {folder}; LinearClassifier.save makes it."
            )
        try:
            with safe_open(file, "pt") as opened:
                labels = json.loads(opened.metadata()["labels"])
                return cls(labels, opened.get_tensor("weight"), opened.get_tensor("bias"))
        except Exception as error:  # safetensors has an exception of its own for a damaged file
            raise ValueError(f"{file} is not a classifier: {error}") from error


def _fetched(name: str) -> Path:
    """Return the place of the classifier of a model on the Hub, brought into its cache."""
    from huggingface_hub import hf_hub_download

    try:
        return Path(hf_hub_download(name, FILE))
    except Exception as error:  # whatever stands between here and the Hub may do
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise FileNotFoundError(
            f'There is no folder "{name}", and the Hub gives no {FILE} for it: {reason}'
        ) from error


class Prompts(NamedTuple):
    """What `choose_prompts` chose.

    Attributes
    ----------
    words : dict of str to str
        What the prompts say for each label.
    templates : tuple of str
    table : pandas.DataFrame
        Balanced accuracy on validation: a row for each wording, a column for each set of templates.
    """

    words: dict[str, str]
    templates: tuple[str, ...]
    table: pd.DataFrame


def choose_prompts(
    clip: Clip,
    embeddings: torch.Tensor,
    labels: Sequence[str],
    own: Mapping[str, str] | None = None,
    prompts: Mapping[str, Sequence[str]] = PROMPTS,
) -> Prompts:
    """Choose wording and templates on the validation split.

    A folder is called ``casual_shoes``, which no caption says. Three wordings are compared: labels
    as they come, made `clipkit.data.readable`, and your own.

    Parameters
    ----------
    clip : clipkit.model.Clip
    embeddings : torch.Tensor of float32, shape (n, d)
        Of the validation pictures.
    labels : sequence of n str
    own : dict of str to str
        Your own words for labels, as project.toml has them; readable where there are none.
    prompts : dict of str to sequence of str
        Sets of templates.

    Returns
    -------
    Prompts
        Of equally good ones the later wording, and the earlier set of templates.
    """
    names = sorted({str(label) for label in labels})
    wordings = {
        "as they come": {name: name for name in names},
        "readable": {name: readable(name) for name in names},
        "your words": {name: (own or {}).get(name) or readable(name) for name in names},
    }
    reached = pd.DataFrame(index=list(wordings), columns=list(prompts), dtype=float)
    for wording, templates in itertools.product(wordings, prompts):
        classifier = LinearClassifier.from_words(clip, wordings[wording], prompts[templates])
        predicted = classifier.predict(embeddings)
        value = balanced_accuracy(list(labels), predicted, n_resamples=0).value
        reached.loc[wording, templates] = value
    best = max(itertools.product(reversed(wordings), prompts), key=lambda pair: reached.loc[pair])
    return Prompts(wordings[best[0]], tuple(prompts[best[1]]), reached)


def captions(rows: Dataset, prompts: Prompts) -> list[list[str]]:
    """Return what each picture is trained with: the sentences of its title or report, or prompts.

    Parameters
    ----------
    rows : datasets.Dataset
        With a column title, or without one.
    prompts : Prompts
        For pictures without a title.

    Returns
    -------
    list of n lists of str
    """
    texts: Sequence[Any] = rows["title"] if "title" in rows.column_names else [""] * len(rows)
    return [
        sentences(text) or [template.format(prompts.words[label]) for template in prompts.templates]
        for text, label in zip(texts, rows["label"], strict=True)
    ]
