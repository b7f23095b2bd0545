"""Every figure of the model card, with 95 % intervals: `python -m pretraining evaluate`."""

from __future__ import annotations

import json
import os
import statistics
import time
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset

import clipkit
from clipkit import data
from clipkit.evaluation import Estimate, balanced_accuracy, bootstrap, recall_at_k, share
from clipkit.model import Clip
from clipkit.zero_shot import COLOUR_TEMPLATES, PATTERN_TEMPLATES, TEMPLATES, finding_scores
from clipstudio import CATEGORIES, COLOURS, FINDINGS, PATTERNS
from pretraining.paraphrases import PARAPHRASES
from pretraining.scenes import scene_figures

REAL_LABELS = {
    "dress": "dress",
    "hat": "hat",
    "longsleeve": "long-sleeved top",
    "outwear": "jacket",
    "pants": "trousers",
    "shirt": "shirt",
    "shoes": "shoes",
    "shorts": "shorts",
    "skirt": "skirt",
    "t-shirt": "t-shirt",
}
"""What each folder of the real photographs is called in words."""


def best(scores: torch.Tensor, names: list[str]) -> np.ndarray:
    """Return the name with the highest score of each row."""
    return np.array(names)[scores.argmax(dim=1).numpy()]


def studio_figures(clip: Clip, test: Dataset) -> dict[str, Estimate]:
    """Zero-shot accuracy and retrieval on the catalogue's test split."""
    pictures = clip.encode_images(test["image"])
    seen = ~np.array(test["held_out_pair"])
    figures, right, said = {}, {}, {}
    for column, names, templates in (
        ("category", list(CATEGORIES), TEMPLATES),
        ("colour", list(COLOURS), COLOUR_TEMPLATES),
        ("pattern", list(PATTERNS), PATTERN_TEMPLATES),
    ):
        truth = np.array(test[column])
        said[column] = best(pictures @ clip.encode_labels(names, templates).T, names)
        right[column] = truth == said[column]
        figures[f"{column}, zero-shot, macro"] = balanced_accuracy(truth[seen], said[column][seen])
    # Which of two colours is the main one is hard to say of a tartan.
    second = (np.array(test["second_colour"]) == said["colour"]) & (
        np.array(test["pattern"]) != "plain"
    )
    figures["colour, one of the product's two"] = share((right["colour"] | second)[seen])
    both = right["category"] & right["colour"]
    figures["category and colour, seen pairs"] = share(both[seen])
    figures["category and colour, pairs never seen"] = share(both[~seen])
    for text in ("description", "title"):
        similarity = clip.encode_texts(test[text]) @ pictures.T
        for k in (1, 5):
            figures[f"{text} to picture, recall@{k} of {len(test)}"] = recall_at_k(similarity, k)
    return figures


def paraphrase_figure(clip: Clip, validation: Dataset) -> Estimate:
    """Share of the paraphrases whose nearest category (mean picture of each) is theirs."""
    pictures = clip.encode_images(validation["image"])
    names = list(CATEGORIES)
    of = np.array(validation["category"])
    centres = torch.stack([pictures[torch.from_numpy(of == name)].mean(dim=0) for name in names])
    # Without their common mean the centres differ by what tells categories apart.
    centres = torch.nn.functional.normalize(centres - centres.mean(dim=0), dim=1)
    texts = clip.encode_texts([text for text, _ in PARAPHRASES])
    truth = np.array([category for _, category in PARAPHRASES])
    return share(best(texts @ centres.T, names) == truth)


def real_figure(clip: Clip, folder: Path) -> Estimate:
    """Zero-shot accuracy on real photographs of clothes, a folder a class; none was trained on."""
    photographs = data.from_folder(folder)
    labels = list(REAL_LABELS)
    texts = clip.encode_labels(list(REAL_LABELS.values()), TEMPLATES)
    predicted = best(clip.encode_images(photographs["image"]) @ texts.T, labels)
    return share(np.array(photographs["label"]) == predicted)


def radiograph_figure(clip: Clip, test: Dataset) -> Estimate:
    """Zero-shot AUROC, averaged over the findings that occur."""
    from sklearn.metrics import roc_auc_score

    names = list(FINDINGS)
    truth = np.array([[name in row for name in names] for row in test["findings"]])
    scores = finding_scores(clip, test["image"], names).numpy()
    patients = np.array(test["patient"])
    films = {patient: np.flatnonzero(patients == patient) for patient in np.unique(patients)}

    def mean_auroc(drawn):
        # Films of one patient are alike: patients are drawn, not films.
        rows = np.concatenate([films[patient] for patient in drawn])
        aurocs = [
            roc_auc_score(truth[rows, k], scores[rows, k])
            for k in range(len(names))
            if 0 < truth[rows, k].sum() < len(rows)
        ]
        return float(np.mean(aurocs))

    return bootstrap(mean_auroc, np.array(list(films)), n_resamples=300)


def pictures_per_second(clip: Clip, pictures: list) -> float:
    """Median of five runs through `encode_images`."""
    clip.encode_images(pictures[:128])
    speeds = []
    for _ in range(5):
        began = time.perf_counter()
        clip.encode_images(pictures)
        speeds.append(len(pictures) / (time.perf_counter() - began))
    return statistics.median(speeds)


def evaluate(folder: Path) -> dict:
    """All figures of a model.

    Parameters
    ----------
    folder : Path
        A checkpoint.

    Returns
    -------
    dict of str to Estimate or float
        The real photographs are measured where the environment variable ``CLIPKIT_SHARED`` names
        a folder that has `real-photos/clothing`.
    """
    clip = clipkit.load(folder)
    catalog, radiographs = data.load_catalog(), data.load_radiographs()
    figures: dict = studio_figures(clip, catalog["test"])
    figures[f"paraphrases, {len(PARAPHRASES)}"] = paraphrase_figure(clip, catalog["validation"])
    shared = os.environ.get("CLIPKIT_SHARED")
    if shared and (Path(shared) / "real-photos" / "clothing").is_dir():
        real = Path(shared) / "real-photos" / "clothing"
        figures["real photographs of clothes, 10 classes"] = real_figure(clip, real)
    figures["radiographs, zero-shot AUROC, mean"] = radiograph_figure(clip, radiographs["test"])
    figures |= scene_figures(clip)
    speed = pictures_per_second(clip, list(catalog["test"]["image"]))
    figures[f"pictures per second, {torch.get_num_threads()} threads"] = speed
    return figures


def write_card(folder: Path, notes: Path | None = None) -> str:
    """Measure a model; write `evaluation.json` and the card, `README.md`, beside it."""
    figures = evaluate(folder)
    plain = {
        name: list(value) if isinstance(value, Estimate) else value
        for name, value in figures.items()
    }
    (folder / "evaluation.json").write_text(json.dumps(plain, indent=1) + "\n")
    card = card_text(figures, notes.read_text() if notes else "")
    (folder / "README.md").write_text(card)
    return card


def card_text(figures: dict, notes: str) -> str:
    """Return the model card: the figures as a table, then the notes."""
    rows = "\n".join(
        f"| {name} | {value:{'.3f' if isinstance(value, Estimate) else '.0f'}} |"
        for name, value in figures.items()
    )
    return CARD.format(rows=rows, notes=notes)


CARD = """\
---
library_name: transformers
pipeline_tag: zero-shot-image-classification
license: mit
tags: [clip]
---

# The workbook's small CLIP

A `CLIPModel` with its own byte-level BPE tokenizer, pretrained from scratch by
`python -m pretraining` on pictures of the studio alone: no photograph, and no other data. It
is made for learning how CLIP works, on a laptop and without a network. It knows the words of
`words.txt`, products of 35 categories, and a little about synthetic chest radiographs. Nothing
here is for diagnosis.

```python
from transformers import CLIPModel, CLIPProcessor

model = CLIPModel.from_pretrained(FOLDER, dtype="float32")  # the file holds half precision
processor = CLIPProcessor.from_pretrained(FOLDER)
```

## Measured, with 95 % intervals

`python -m pretraining evaluate FOLDER` repeats this table. Products: the catalogue's test
split, whose shapes, colours and shots no one trained on; accuracies are averaged over classes.
Scenes with several objects or with words, and the films of hospital B, are drawn for the purpose.

| measure | value |
| --- | --- |
{rows}

{notes}
"""
