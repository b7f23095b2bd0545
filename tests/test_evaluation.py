"""The measures against scikit-learn and plain loops, and intervals against what they promise."""

import numpy as np
import pytest
from sklearn import metrics

from clipkit import evaluation
from clipkit.evaluation import Estimate


def value(estimate):
    """The estimate without its interval, which one resample is enough for."""
    return estimate.value


@pytest.fixture(params=range(5))
def rng(request):
    return np.random.default_rng(request.param)


def scored(rng, n=80, ties=False):
    """Truth with positives that score a little higher than negatives."""
    truth = rng.random(n) < 0.3
    truth[:2] = True, False
    scores = rng.normal(size=n) + truth
    return truth, np.round(scores) if ties else scores


@pytest.mark.parametrize("ties", [False, True])
def test_auroc_and_average_precision_are_scikit_learns(rng, ties):
    truth, scores = scored(rng, ties=ties)
    assert value(evaluation.auroc(truth, scores, n_resamples=1)) == pytest.approx(
        metrics.roc_auc_score(truth, scores)
    )
    assert value(evaluation.average_precision(truth, scores, n_resamples=1)) == pytest.approx(
        metrics.average_precision_score(truth, scores)
    )


def test_accuracies_are_scikit_learns(rng):
    truth, predicted = rng.choice(list("abcd"), 90), rng.choice(list("abcd"), 90)
    assert value(evaluation.accuracy(truth, predicted, n_resamples=1)) == pytest.approx(
        metrics.accuracy_score(truth, predicted)
    )
    assert value(evaluation.balanced_accuracy(truth, predicted, n_resamples=1)) == pytest.approx(
        metrics.balanced_accuracy_score(truth, predicted)
    )


@pytest.mark.parametrize("k", [1, 2, 4])
def test_top_k_accuracy_is_scikit_learns(rng, k):
    truth, scores = rng.integers(5, size=70), rng.normal(size=(70, 5))
    ours = evaluation.top_k_accuracy(truth, scores, range(5), k, n_resamples=1)
    theirs = metrics.top_k_accuracy_score(truth, scores, k=k, labels=range(5))
    assert value(ours) == pytest.approx(theirs)


def test_balanced_accuracy_in_resamples_is_scikit_learns(rng):
    truth, predicted = rng.choice(list("aaaabc"), 60), rng.choice(list("abc"), 60)
    ours = evaluation.balanced_accuracy(truth, predicted, n_resamples=50, seed=3)
    theirs = evaluation.bootstrap(
        metrics.balanced_accuracy_score, truth, predicted, n_resamples=50, seed=3
    )
    assert ours == pytest.approx(theirs)


def test_the_best_threshold_beats_every_other(rng):
    truth, scores = scored(rng, ties=True)
    chosen = evaluation.best_threshold(truth, scores)

    def balanced(threshold):
        return metrics.balanced_accuracy_score(truth, scores >= threshold)

    assert balanced(chosen) == pytest.approx(max(balanced(t) for t in np.linspace(-4, 5, 200)))


def test_calibration_error_is_that_of_a_plain_loop(rng):
    confidence = np.append(rng.random(60), [0.0, 1.0])
    correct = rng.random(62) < confidence**2
    total = 0.0
    for i in range(10):
        inside = [
            (c, r)
            for c, r in zip(confidence, correct, strict=True)
            if i / 10 <= c < (i + 1) / 10 or (i == 9 and c == 1)
        ]
        if inside:
            said = sum(c for c, _ in inside) / len(inside)
            was = sum(r for _, r in inside) / len(inside)
            total += len(inside) / 62 * abs(said - was)
    assert value(evaluation.calibration_error(confidence, correct)) == pytest.approx(total)


def test_reliability_shares_sum_to_one_and_average_to_the_accuracy(rng):
    confidence, correct = rng.random(50), rng.random(50) < 0.5
    share, said, was = evaluation.reliability(confidence, correct)
    assert share.sum() == pytest.approx(1)
    assert (share * was).sum() == pytest.approx(correct.mean())
    assert (share * said).sum() == pytest.approx(confidence.mean())


def test_the_temperature_that_spoilt_logits_is_found():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(4000, 6)) * 2
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = np.array([rng.choice(6, p=row) for row in shares])
    assert evaluation.fit_temperature(logits * 3, truth) == pytest.approx(3, rel=0.1)
    assert evaluation.fit_temperature(logits / 4, truth) == pytest.approx(0.25, rel=0.1)


def test_coverage_ends_at_the_accuracy_and_pays_where_confidence_is_informative():
    rng = np.random.default_rng(1)
    confidence = rng.random(3000)
    correct = rng.random(3000) < confidence
    coverage, accuracy = evaluation.coverage_curve(confidence, correct)
    assert coverage[-1] == 1 and accuracy[-1] == pytest.approx(correct.mean())
    assert accuracy[300] > accuracy[1500] > accuracy[-1]


def test_intervals_hold_the_truth_about_as_often_as_they_promise():
    rng = np.random.default_rng(2)
    held = 0
    for experiment in range(200):
        low, high = evaluation.bootstrap(
            np.mean, rng.random(100) < 0.7, n_resamples=200, seed=experiment
        )[1:]
        held += low <= 0.7 <= high
    assert 0.88 <= held / 200 <= 0.99


def test_alike_items_that_are_drawn_together_widen_the_interval():
    rng = np.random.default_rng(3)
    patients = np.repeat(np.arange(40), 5)
    right = np.repeat(rng.random(40) < 0.6, 5)
    single = evaluation.bootstrap(np.mean, right)
    together = evaluation.bootstrap(np.mean, right, groups=patients)
    assert single.value == together.value
    # five copies of a patient are one witness: the interval is sqrt(5) times as wide
    ratio = (together.high - together.low) / (single.high - single.low)
    assert ratio == pytest.approx(5**0.5, rel=0.15)


def test_groups_of_one_item_are_the_ordinary_bootstrap(rng):
    values = rng.random(30)
    alone = evaluation.bootstrap(np.mean, values, groups=np.arange(30))
    assert alone == evaluation.bootstrap(np.mean, values)


def test_a_paired_difference_is_narrower_where_the_same_items_are_hard():
    rng = np.random.default_rng(4)
    hard = rng.random(400) < 0.4
    first = ~hard & (rng.random(400) < 0.95)
    second = ~hard
    paired = evaluation.paired_difference(first, second)
    a, b = evaluation.bootstrap(np.mean, first), evaluation.bootstrap(np.mean, second)
    assert paired.value == pytest.approx(b.value - a.value)
    assert paired.high - paired.low < (a.high - a.low) / 2


def test_recall_at_k_counts_ties_against_the_query():
    assert evaluation.recall_at_k(np.ones((4, 4)), 3).value == 0
    assert evaluation.recall_at_k(np.eye(4), 1).value == 1


def test_the_same_seed_gives_the_same_interval_and_another_another(rng):
    values = rng.normal(size=50)
    assert evaluation.bootstrap(np.mean, values, seed=1) == evaluation.bootstrap(
        np.mean, values, seed=1
    )
    assert evaluation.bootstrap(np.mean, values, seed=1) != evaluation.bootstrap(
        np.mean, values, seed=2
    )


def test_resamples_without_a_positive_are_left_out():
    estimate = evaluation.auroc([1, 0, 0, 0], [0.9, 0.1, 0.2, 0.3], n_resamples=100)
    assert estimate.value == estimate.low == estimate.high == 1


@pytest.mark.parametrize("measure", [evaluation.auroc, evaluation.average_precision])
def test_a_ranking_without_positives_is_refused(measure):
    with pytest.raises(ValueError, match="positive"):
        measure([0, 0, 0], [0.1, 0.2, 0.3])


def test_columns_and_groups_of_other_lengths_are_refused():
    with pytest.raises(ValueError, match="3, 2 rows"):
        evaluation.bootstrap(lambda a, b: 0.0, [1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match="0 rows"):
        evaluation.bootstrap(np.mean, [])
    with pytest.raises(ValueError, match="2 groups for 3 rows"):
        evaluation.bootstrap(np.mean, [1, 2, 3], groups=[1, 2])


@pytest.mark.parametrize("measure", [evaluation.accuracy, evaluation.balanced_accuracy])
def test_truth_and_predictions_of_other_lengths_are_refused(measure):
    with pytest.raises(ValueError, match="3, 2 rows"):
        measure(["a", "b", "b"], ["a", "b"])
    with pytest.raises(ValueError, match="0, 0 rows"):
        measure([], [])


def test_a_top_k_with_scores_for_other_items_is_refused():
    with pytest.raises(ValueError, match="2, 3 rows"):
        evaluation.top_k_accuracy(["a", "b"], np.eye(3), ["a", "b", "c"], 1)


def test_an_estimate_prints_without_a_negative_zero():
    assert f"{Estimate(-0.001, -0.2, 0.1):+.2f}" == "+0.00 [-0.20, +0.10]"
    assert str(Estimate(0.5, 0.4, 0.6)) == "0.500 [0.400, 0.600]"
