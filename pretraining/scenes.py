"""What the bundled test splits do not ask: binding, counting, reading, findings kept back.

Each measure renders its own pictures, from seeds that no training uses, and asks zero-shot: of a
few captions, which fits the picture best? Chance is stated beside each.
"""

from __future__ import annotations

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from clipkit.evaluation import Estimate, bootstrap, share
from clipkit.model import Clip
from clipkit.zero_shot import finding_scores
from clipstudio import (
    COLOURS,
    Findings,
    Group,
    Lettering,
    Patient,
    Product,
    photograph,
    radiograph,
    random_shot,
)
from clipstudio.build import KNOWN_PREVALENCE, WARD_PREVALENCE
from clipstudio.lettering import contrast
from clipstudio.product import Subject
from clipstudio.scene_captions import plural
from clipstudio.splits import KEPT_BACK, SEEDS
from clipstudio.subjects import SHOES, STANDING

PICTURES, FILMS, PIXELS = 200, 300, 128
NUMBERS = ("one", "two", "three", "four", "five")
WORDS = (
    *("SALE", "NEW", "LAST ONE", "19.90", "49.00", "HELLO", "LOVE", "SUMMER", "COFFEE", "MUSIC"),
    *("PARIS", "TENNIS", "DREAM", "OCEAN", "PIZZA", "MONDAY", "GARDEN", "LUCKY", "MUG", "JACKET"),
)
"""Twenty words for a tag, all of which training writes, too."""
PAIRS = (*SHOES, "sunglasses", "headphones")
THINGS = tuple(name for name in STANDING if name not in PAIRS)
"""Categories of which one is one: they are counted one by one, and stand."""


def scene_figures(clip: Clip) -> dict[str, Estimate]:
    """All measures of this module.

    Parameters
    ----------
    clip : Clip

    Returns
    -------
    dict of str to Estimate
        By the name of the measure, which says how high chance is.
    """
    known, unknown = list(KNOWN_PREVALENCE), ", ".join(KEPT_BACK)
    return {
        "colours bound to the right of two objects (chance .5)": bound(clip),
        "how many of one to five (chance .2)": counted(clip),
        "which of 20 words stands on a tag (chance .05)": read_off(clip),
        "films of hospital B, other findings, AUROC": films_figure(clip, known),
        f"films of hospital B, {unknown}, AUROC": films_figure(clip, KEPT_BACK),
    }


def a(word: str) -> str:
    """Return a word with its article."""
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _rng(measure: int) -> np.random.Generator:
    return np.random.default_rng([SEEDS["test"], 88, measure])


def _taken(subject: Subject, rng: np.random.Generator):
    return photograph(subject, random_shot(rng, subject), PIXELS)


def _plain(rng: np.random.Generator, category: str, colour: str) -> Product:
    """Return a plain product: nothing but its colour tells it from others of its kind."""
    while True:
        product = Product.random(rng, category=category)
        if product.pattern == "plain":
            return Product(category, product.design, colour, material=product.material)


def bound(clip: Clip) -> Estimate:
    """Share of pictures of two objects whose caption beats the one with their colours swapped."""
    rng = _rng(1)
    pictures, right, swapped = [], [], []
    while len(pictures) < PICTURES:
        one, other = rng.choice(THINGS, 2, replace=False)
        first, second = rng.choice(list(COLOURS), 2, replace=False)
        if contrast(first, second) < 0.4:  # navy and black look alike
            continue
        pair = (_plain(rng, one, first), _plain(rng, other, second))
        pictures.append(_taken(Group(pair, seed=int(rng.integers(2**31))), rng))
        right.append(f"{a(first)} {one} and {a(second)} {other}")
        swapped.append(f"{a(second)} {one} and {a(first)} {other}")
    seen = clip.encode_images(pictures)
    margin = seen * (clip.encode_texts(right) - clip.encode_texts(swapped))
    return share((margin.sum(dim=1) > 0).numpy())


def counted(clip: Clip) -> Estimate:
    """Share of pictures of one to five alike whose number is named rightly."""
    rng = _rng(2)
    pictures, texts, truth = [], [], []
    for i in range(PICTURES):
        number, category = i % 5, str(rng.choice(THINGS))
        product = Product.random(rng, category=category)
        alike = (product,) * (number + 1)
        subject = Group(alike, seed=int(rng.integers(2**31))) if number else product
        pictures.append(_taken(subject, rng))
        truth.append(number)
        texts += [f"{word} {category if word == 'one' else plural(category)}" for word in NUMBERS]
    seen = clip.encode_images(pictures)
    scores = torch.einsum("nd,nkd->nk", seen, clip.encode_texts(texts).view(PICTURES, 5, -1))
    return share(scores.argmax(dim=1).numpy() == np.array(truth))


def read_off(clip: Clip) -> Estimate:
    """Share of hang-tags whose word, of twenty, is named rightly."""
    rng = _rng(3)
    pictures, truth = [], []
    for i in range(PICTURES):
        text = WORDS[i % len(WORDS)].replace(" ", "\n")
        tag = Lettering(text, "hang-tag")
        product = Product.random(rng)
        plain = Product(product.category, product.design, product.colour, lettering=tag)
        pictures.append(_taken(plain, rng))
        truth.append(i % len(WORDS))
    texts = clip.encode_texts([f"a tag that says {word}" for word in WORDS])
    scores = clip.encode_images(pictures) @ texts.T
    return share(scores.argmax(dim=1).numpy() == np.array(truth))


def films_figure(clip: Clip, names: list[str] | tuple[str, ...]) -> Estimate:
    """Zero-shot AUROC on films of hospital B, a patient each, averaged over findings."""
    rng = _rng(4)
    films, truth = [], []
    for _ in range(FILMS):
        patient = Patient.random(rng, "B")
        findings = Findings.random(rng, prevalence=WARD_PREVALENCE)
        films.append(radiograph(patient, findings, PIXELS, "B"))
        truth.append([name in findings for name in names])
    y_true, y_score = np.array(truth), finding_scores(clip, films, list(names)).numpy()

    def mean_auroc(rows):
        aurocs = [
            roc_auc_score(y_true[rows, k], y_score[rows, k])
            for k in range(len(names))
            if 0 < y_true[rows, k].sum() < len(rows)
        ]
        return float(np.mean(aurocs))

    return bootstrap(mean_auroc, np.arange(FILMS), n_resamples=300)
