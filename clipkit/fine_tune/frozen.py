"""Without a step of training: between two models, and on frozen embeddings."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer

from clipkit import checks
from clipkit.model import Clip, check_model


def wise_ft(old: Clip, new: Clip, alpha: float) -> Clip:
    """Return the model on the straight line between two sets of weights.

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
        If alpha is outside 0..1, the two models do not have the same weights' shapes, or one has
        LoRA.
    """
    if not 0 <= checks.number(alpha, "alpha") <= 1:
        raise ValueError(f"alpha is {alpha}, but must be between 0 (old) and 1 (new).")
    for name, clip in (("old", old), ("new", new)):
        check_model(clip, name)
        if hasattr(clip.model, "peft_config"):
            raise ValueError(
                f"{clip.name} has LoRA, whose product of two matrices is no straight line; make it "
                "a plain model first, with merge_lora."
            )
    before, after = old.model.state_dict(), new.model.state_dict()
    if {k: v.shape for k, v in before.items()} != {k: v.shape for k, v in after.items()}:
        raise ValueError("The two models differ in their layers; pass one and its fine-tuned copy.")
    model = copy.deepcopy(new.model)
    model.load_state_dict(
        {
            key: torch.lerp(value, after[key].to(value.device), alpha)
            if value.is_floating_point()
            else value
            for key, value in before.items()
        }
    )
    return Clip(model, new.processor, name=f"WiSE-FT {alpha:g}", device=new.device)


def linear_probe(
    embeddings: ArrayLike,
    labels: ArrayLike,
    validation: tuple[ArrayLike, ArrayLike],
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
        If the labels are all of one class, an embedding or a label is missing, or their numbers
        or kinds do not fit.
    """
    checks.pair(validation, "validation")
    for c in checks.numbers(candidates, "candidates").tolist():
        checks.positive(c, "a candidate")
    rows, truth = checks.numbers(embeddings, "embeddings", "n, m"), checks.labels(labels, "labels")
    others, wanted = (
        checks.numbers(validation[0], "validation[0]", "n, m"),
        checks.labels(validation[1], "validation[1]"),
    )
    checks.same_length(embeddings=rows, labels=truth)
    checks.same_length(**{"validation[0]": others, "validation[1]": wanted})
    checks.same_kind(truth, wanted, ("labels", "validation[1]"))
    if rows.shape[1] != others.shape[1]:
        raise ValueError(
            f"embeddings has {rows.shape[1]} columns and validation[0] has {others.shape[1]}; both "
            "must come from the same model."
        )
    if len(np.unique(truth)) < 2:
        raise ValueError(f"All labels are {truth[0]!r}; a probe needs at least two classes.")
    probes = [LogisticRegression(C=c, max_iter=2000).fit(rows, truth) for c in candidates]
    score = get_scorer(scoring)
    scores = [score(probe, others, wanted) for probe in probes]
    return probes[int(np.argmax(scores))]
