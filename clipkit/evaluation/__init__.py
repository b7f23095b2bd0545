"""Measures, each with an interval: what notebook 02 teaches by hand and every later one uses.

Each agrees with scikit-learn's where it has the same measure (a test compares them); what this
module adds are the intervals, and statistics fast enough to be computed a thousand times for one.
Arguments are taken by position, whatever index a column brings along, and are checked: a measure
of NaN or of labels that do not match is a ValueError that names the argument and the row.
"""

from clipkit.evaluation.calibration import (
    Reliability,
    calibration_error,
    coverage_curve,
    fit_temperature,
    reliability,
)
from clipkit.evaluation.classes import (
    Confusion,
    accuracy,
    balanced_accuracy,
    balanced_accuracy_difference,
    confusion_matrix,
    top_k_accuracy,
)
from clipkit.evaluation.decisions import (
    auroc,
    auroc_difference,
    average_precision,
    best_threshold,
    sensitivity,
    sensitivity_at_specificity,
    specificity,
    threshold_at_specificity,
)
from clipkit.evaluation.intervals import (
    Estimate,
    Resampling,
    bootstrap,
    paired_difference,
    share,
)
from clipkit.evaluation.rankings import (
    average_precision_at_k,
    ndcg_at_k,
    precision_at_k,
    recall_at_k,
    reciprocal_rank,
)
from clipkit.evaluation.splits import Split, split_by_group

__all__ = [
    "Confusion",
    "Estimate",
    "Reliability",
    "Resampling",
    "Split",
    "accuracy",
    "auroc",
    "auroc_difference",
    "average_precision",
    "average_precision_at_k",
    "balanced_accuracy",
    "balanced_accuracy_difference",
    "best_threshold",
    "bootstrap",
    "calibration_error",
    "confusion_matrix",
    "coverage_curve",
    "fit_temperature",
    "ndcg_at_k",
    "paired_difference",
    "precision_at_k",
    "recall_at_k",
    "reciprocal_rank",
    "reliability",
    "sensitivity",
    "sensitivity_at_specificity",
    "share",
    "specificity",
    "split_by_group",
    "threshold_at_specificity",
    "top_k_accuracy",
]
