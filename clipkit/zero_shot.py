"""Prompts, and classifiers that no one trained: what notebook 02 teaches."""

from __future__ import annotations

import torch

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

FINDING_TEMPLATES = ("chest x-ray with {}", "a chest radiograph showing {}", "{}")
ABSENT_TEMPLATES = ("chest x-ray without {}", "a chest radiograph with no {}", "no {}")


def finding_scores(clip, pictures, findings: list[str]) -> torch.Tensor:
    """How much more each radiograph is like a statement of the finding than like its denial.

    Softmax over the pair of prompts "with ..." and "without ...", as CheXzero does (Tiu et al.
    2022, Nature Biomedical Engineering 6, 1399).

    Parameters
    ----------
    clip : clipkit.model.Clip
    pictures : pictures, or torch.Tensor of float32, shape (n, d), of their embeddings
    findings : list of str, length m

    Returns
    -------
    torch.Tensor of float32, shape (n, m)
        Between 0 and 1: a score to rank films by, not a probability of disease.
    """
    if not isinstance(pictures, torch.Tensor):
        pictures = clip.encode_images(pictures)
    present = pictures @ clip.encode_labels(findings, FINDING_TEMPLATES).T
    absent = pictures @ clip.encode_labels(findings, ABSENT_TEMPLATES).T
    return torch.sigmoid(clip.logit_scale * (present - absent))
