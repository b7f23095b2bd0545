"""Prompts, and classifiers that no one trained: what notebook 02 teaches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from clipkit import checks
from clipkit.embeddings import unit_rows
from clipkit.model import Clip, check_model
from clipkit.texts import read_texts

TEMPLATES = (
    "{}",
    "a {}",
    "a photo of a {}",
    "a product photo of a {}",
    "a picture of a {}",
    "a close-up photo of a {}",
    "a black and white photo of a {}",
)
"""Prompts for a category, averaged in embedding space (Radford et al. 2021, section 3.1.4)."""

COLOUR_TEMPLATES = ("{}", "something {}", "a {} product", "a photo of a {} product", "in {}")
PATTERN_TEMPLATES = ("{}", "a {} product", "a photo of a {} product", "{} pattern")
MATERIAL_TEMPLATES = ("{}", "made of {}", "a {} product", "a photo of something made of {}")

FINDING_TEMPLATES = ("chest radiograph with {}", "chest film with {}", "{}")
ABSENT_TEMPLATES = ("chest radiograph, no {}", "chest film, no {}", "no {}")


def predict(
    clip: Clip, pictures: Any, labels: Sequence[str], templates: str | Sequence[str] = TEMPLATES
) -> np.ndarray:
    """Return the label with the highest cosine for each picture.

    Parameters
    ----------
    clip : clipkit.model.Clip
    pictures : pictures, or torch.Tensor or numpy.ndarray of float, shape (n, d)
        Pictures, or their embeddings.
    labels : list of str
    templates : sequence of str
        Prompts with {} where the label goes; their embeddings are averaged.

    Returns
    -------
    numpy.ndarray of str, shape (n,)

    Raises
    ------
    TypeError, ValueError
        If the labels are no list, or hold a blank one, or two that the model cannot tell apart.
    """
    check_model(clip)
    labels = clip.distinct_labels(labels)
    logits = clip.logits(_encoded(clip, pictures), clip.encode_labels(labels, templates))
    return np.array(labels)[logits.argmax(dim=1).numpy()]


def shots(labels: Sequence, k: int, seed: int = 0) -> np.ndarray:
    """Return the row numbers of k random items of each label.

    Parameters
    ----------
    labels : sequence of n str
    k : int
        Of a label with fewer items, all are taken.
    seed : int

    Returns
    -------
    numpy.ndarray of int

    Raises
    ------
    ValueError
        If k is below 1, or there is not one label for each item.

    Examples
    --------
    >>> len(shots(["mug", "mug", "mug", "vase", "vase"], 2))
    4
    """
    array, k = checks.labels(labels, "labels"), checks.whole(k, "k", 1)
    order = np.random.default_rng(checks.seed(seed)).permutation(len(array))
    return np.concatenate([order[array[order] == name][:k] for name in np.unique(array)])


def finding_scores(
    clip: Clip,
    pictures: Any,
    findings: Sequence[str],
    present: Sequence[str] = FINDING_TEMPLATES,
    absent: Sequence[str] = ABSENT_TEMPLATES,
) -> torch.Tensor:
    """Score how much more each radiograph is like a statement of the finding than its denial.

    Softmax over a pair of prompts, "with ..." and "without ...", as CheXzero does (Tiu et al.
    2022, Nature Biomedical Engineering 6, 1399).

    Parameters
    ----------
    clip : clipkit.model.Clip
    pictures : pictures, or torch.Tensor or numpy.ndarray of float, shape (n, d)
        Pictures, or their embeddings.
    findings : list of str, length m
    present, absent : sequences of str
        Templates that state the finding and that deny it.

    Returns
    -------
    torch.Tensor of float32, shape (n, m)
        Between 0 and 1: a score to rank films by, not a probability of disease.
    """
    pictures = _encoded(clip, pictures)
    stated = clip.logits(pictures, clip.encode_labels(findings, present))
    denied = clip.logits(pictures, clip.encode_labels(findings, absent))
    return torch.sigmoid(stated - denied)  # the softmax over two


def sentence_scores(
    clip: Clip, pictures: Any, stated: Sequence[str], denied: Sequence[str]
) -> torch.Tensor:
    """Return the share of a softmax over sentences that falls to those which state a finding.

    A mean of prompts, as in `finding_scores`, asks for what all sentences have in common. This asks
    whether *any* of them fits: "small nodule in the left upper zone" may, where "nodule" says
    little. It needs a model that has read such sentences.

    Parameters
    ----------
    clip : clipkit.model.Clip
    pictures : pictures, or torch.Tensor or numpy.ndarray of float, shape (n, d)
        Pictures, or their embeddings.
    stated, denied : lists of str
        Sentences of reports that state the finding, and that deny it.

    Returns
    -------
    torch.Tensor of float32, shape (n,)
        Between 0 and 1: a score to rank films by, not a probability of disease. It grows with the
        number of sentences that state the finding, so scores of two findings do not compare.

    Raises
    ------
    TypeError, ValueError
        If there is no sentence that states the finding, or none that denies it.
    """
    stated, denied = read_texts(stated, "stated"), read_texts(denied, "denied")
    for name, texts in (("stated", stated), ("denied", denied)):
        if not texts:
            raise ValueError(f"`{name}` is empty; give at least one sentence.")
    pictures = _encoded(clip, pictures)
    said, refused = (
        clip.logits(pictures, clip.encode_texts(texts)).logsumexp(dim=1)
        for texts in (stated, denied)
    )
    return torch.sigmoid(said - refused)


def _encoded(clip: Clip, pictures: Any) -> torch.Tensor:
    """Return embeddings as they are, if they can be compared, and pictures as embeddings."""
    check_model(clip)
    if not isinstance(pictures, (torch.Tensor, np.ndarray)) or pictures.ndim > 2:
        return clip.encode_images(pictures)
    if isinstance(pictures, np.ndarray) and pictures.dtype.kind not in "biuf":  # of paths
        return clip.encode_images(pictures)
    rows = unit_rows(pictures, "pictures").cpu()
    if rows.shape[1] != clip.dimension:
        raise ValueError(
            f"pictures have {rows.shape[1]} columns, but embeddings of {clip.name} have "
            f"{clip.dimension}; encode them with the same model (a single picture goes in a list)"
        )
    return rows
