"""The measures against scikit-learn and plain loops, and intervals against what they promise."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import stats
from sklearn import metrics

from clipkit import evaluation
from clipkit.evaluation import Estimate

ONCE = {"n_resamples": 1}  # where the value alone is of interest


@pytest.fixture(params=range(5))
def rng(request):
    return np.random.default_rng(request.param)


def scored(rng, n=80, ties=False):
    """Truth with positives that score a little higher than negatives."""
    y_true = rng.random(n) < 0.3
    y_true[:2] = True, False
    y_score = rng.normal(size=n) + y_true
    return y_true, np.round(y_score) if ties else y_score


# Values, against scikit-learn and plain loops


@pytest.mark.parametrize("ties", [False, True])
def test_auroc_and_average_precision_are_scikit_learns(rng, ties):
    y_true, y_score = scored(rng, ties=ties)
    assert evaluation.auroc(y_true, y_score, **ONCE).value == pytest.approx(
        metrics.roc_auc_score(y_true, y_score)
    )
    assert evaluation.average_precision(y_true, y_score, **ONCE).value == pytest.approx(
        metrics.average_precision_score(y_true, y_score)
    )


def test_accuracies_are_scikit_learns(rng):
    y_true, y_pred = rng.choice(list("abcd"), 90), rng.choice(list("abcd"), 90)
    assert evaluation.accuracy(y_true, y_pred).value == pytest.approx(
        metrics.accuracy_score(y_true, y_pred)
    )
    assert evaluation.balanced_accuracy(y_true, y_pred, **ONCE).value == pytest.approx(
        metrics.balanced_accuracy_score(y_true, y_pred)
    )


@pytest.mark.parametrize("k", [1, 2, 4])
def test_top_k_accuracy_is_scikit_learns(rng, k):
    y_true, y_score = rng.integers(5, size=70), rng.normal(size=(70, 5))
    ours = evaluation.top_k_accuracy(y_true, y_score, range(5), k)
    theirs = metrics.top_k_accuracy_score(y_true, y_score, k=k, labels=range(5))
    assert ours.value == pytest.approx(theirs)


def test_top_k_accuracy_takes_the_classes_in_the_order_of_the_columns():
    y_score = [[0.9, 0.1, 0.0], [0.0, 0.9, 0.1], [0.0, 0.1, 0.9]]
    found = evaluation.top_k_accuracy(["vase", "mug", "sofa"], y_score, ["vase", "mug", "sofa"], 1)
    assert found.value == 1


def test_measures_in_resamples_are_scikit_learns(rng):
    y_true, y_pred = rng.choice(list("aaaabc"), 60), rng.choice(list("abc"), 60)
    positive, y_score = scored(rng, 40, ties=True)
    for ours, theirs, columns in (
        (evaluation.balanced_accuracy, metrics.balanced_accuracy_score, (y_true, y_pred)),
        (evaluation.auroc, metrics.roc_auc_score, (positive, y_score)),
        (evaluation.average_precision, metrics.average_precision_score, (positive, y_score)),
    ):
        drawn = {"n_resamples": 50, "seed": 3}
        assert ours(*columns, **drawn) == pytest.approx(
            evaluation.bootstrap(theirs, *columns, **drawn)
        )


def test_confusions_are_scikit_learns(rng):
    y_true, y_pred = rng.choice(list("abc"), 60), rng.choice(list("abcd"), 60)
    counts, labels = evaluation.confusion_matrix(y_true, y_pred)
    assert labels.tolist() == list("abcd")
    np.testing.assert_array_equal(counts, metrics.confusion_matrix(y_true, y_pred))
    turned = evaluation.confusion_matrix(y_true, y_pred, labels=list("dcba"))
    np.testing.assert_array_equal(turned.counts, counts[::-1, ::-1])


def test_the_worst_confusions_come_first_and_right_answers_are_none():
    y_true = ["mug"] * 9 + ["vase"] * 4 + ["sofa"] * 2
    y_pred = ["mug"] * 7 + ["vase"] * 2 + ["sofa"] * 3 + ["vase"] + ["sofa"] * 2
    confusion = evaluation.confusion_matrix(y_true, y_pred)
    assert confusion.worst() == [("vase", "sofa", 3), ("mug", "vase", 2)]
    assert confusion.worst(1) == [("vase", "sofa", 3)]


def test_the_best_threshold_beats_every_other(rng):
    y_true, y_score = scored(rng, ties=True)
    chosen = evaluation.best_threshold(y_true, y_score)

    def balanced(threshold):
        return metrics.balanced_accuracy_score(y_true, y_score >= threshold)

    assert balanced(chosen) == pytest.approx(max(balanced(t) for t in np.linspace(-4, 5, 200)))


@pytest.mark.parametrize("wanted", [0, 0.5, 0.8, 0.9, 1])
@pytest.mark.parametrize("ties", [False, True])
def test_a_threshold_at_a_specificity_is_the_lowest_that_reaches_it(rng, wanted, ties):
    y_true, y_score = scored(rng, ties=ties)
    chosen = evaluation.threshold_at_specificity(y_true, y_score, wanted)
    assert np.mean(y_score[~y_true] < chosen) >= wanted
    lower = y_score[y_score < chosen]
    assert not lower.size or np.mean(y_score[~y_true] < lower.max()) < wanted
    # of all points of the ROC curve that reach the specificity, the most sensitive
    false_alarms, found, _ = metrics.roc_curve(y_true, y_score, drop_intermediate=False)
    best = found[1 - false_alarms >= wanted - 1e-12].max()
    assert np.mean(y_score[y_true] >= chosen) == pytest.approx(best)
    reached = evaluation.sensitivity_at_specificity(y_true, y_score, wanted, **ONCE)
    assert reached.value == pytest.approx(best)


def test_a_specificity_of_one_needs_a_threshold_above_every_negative():
    chosen = evaluation.threshold_at_specificity([1, 0, 0], [0.2, 0.5, 0.9], 1)
    assert chosen > 0.9
    assert evaluation.sensitivity_at_specificity([1, 0, 0], [0.2, 0.5, 0.9], 1, **ONCE).value == 0


def test_sensitivity_and_specificity_are_recalls_of_the_two_classes(rng):
    y_true, y_score = scored(rng, ties=True)
    said = y_score >= 1
    found = evaluation.sensitivity(y_true, y_score, 1)
    spared = evaluation.specificity(y_true, y_score, 1)
    assert found.value == pytest.approx(metrics.recall_score(y_true, said))
    assert spared.value == pytest.approx(metrics.recall_score(y_true, said, pos_label=0))
    positives = y_score[y_true] >= 1
    assert found == evaluation.share(positives)
    groups = np.arange(80) // 4
    drawn = evaluation.sensitivity(y_true, y_score, 1, groups=groups)
    assert drawn == evaluation.share(positives, groups=groups[y_true])
    assert spared == evaluation.share(y_score[~y_true] < 1)


def test_calibration_error_is_that_of_a_plain_loop(rng):
    confidence = np.append(rng.random(60), [0.0, 1.0, 0.3])
    correct = rng.random(63) < confidence**2
    for bins in (10, 7):
        total = 0.0
        for i in range(bins):
            inside = [
                (c, r)
                for c, r in zip(confidence, correct, strict=True)
                if int(c * bins) == i or (i == bins - 1 and c == 1)
            ]
            if inside:
                said = sum(c for c, _ in inside) / len(inside)
                was = sum(r for _, r in inside) / len(inside)
                total += len(inside) / 63 * abs(said - was)
        error = evaluation.calibration_error(confidence, correct, bins, **ONCE)
        assert error.value == pytest.approx(total)


def test_reliability_shares_sum_to_one_and_average_to_the_accuracy(rng):
    confidence, correct = rng.random(50), rng.random(50) < 0.5
    share, said, was = evaluation.reliability(confidence, correct)
    assert share.sum() == pytest.approx(1)
    assert (share * was).sum() == pytest.approx(correct.mean())
    assert (share * said).sum() == pytest.approx(confidence.mean())
    assert (np.diff(said) > 0).all()


def test_reliability_has_ten_bins_and_leaves_out_the_empty_ones():
    groups = evaluation.reliability([0.05, 0.07, 0.95, 1.0, 0.45], [0, 1, 1, 1, 0])
    np.testing.assert_allclose(groups.share, [0.4, 0.2, 0.4])
    np.testing.assert_allclose(groups.confidence, [0.06, 0.45, 0.975])
    np.testing.assert_allclose(groups.accuracy, [0.5, 0, 1])
    default = evaluation.calibration_error([0.05, 0.15], [0, 1], **ONCE)
    assert default.value == pytest.approx((0.05 + 0.85) / 2)  # in two bins of ten


def test_the_temperature_that_spoilt_logits_is_found():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(4000, 6)) * 2
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    y_true = np.array([rng.choice(6, p=row) for row in shares])
    assert evaluation.fit_temperature(logits * 3, y_true) == pytest.approx(3, rel=0.1)
    assert evaluation.fit_temperature(logits / 4, y_true) == pytest.approx(0.25, rel=0.1)


def test_the_temperature_is_where_the_loss_is_lowest(rng):
    logits, y_true = rng.normal(size=(50, 3)), rng.integers(3, size=50)
    logits[np.arange(50), y_true] += 1
    best = evaluation.fit_temperature(logits, y_true)

    def loss(temperature):
        return metrics.log_loss(y_true, torch.tensor(logits / temperature).softmax(dim=1).numpy())

    assert loss(best) < min(loss(best * 1.01), loss(best / 1.01))


@pytest.mark.parametrize("sign, why", [(1, "every item is right"), (-1, "no higher than the rest")])
def test_no_temperature_is_made_up_where_none_fits_best(sign, why):
    logits = sign * np.array([[2.0, 0.0], [0.0, 2.0], [3.0, 0.0]])
    with pytest.raises(ValueError, match=f"no temperature fits.*{why}"):
        evaluation.fit_temperature(logits, [0, 1, 0])


def test_logits_that_are_all_equal_have_no_temperature():
    with pytest.raises(ValueError, match="no temperature fits"):
        evaluation.fit_temperature([[1.0, 1.0], [2.0, 2.0]], [0, 1])


def test_coverage_ends_at_the_accuracy_and_pays_where_confidence_is_informative():
    rng = np.random.default_rng(1)
    confidence = rng.random(3000)
    correct = rng.random(3000) < confidence
    coverage, accuracy = evaluation.coverage_curve(confidence, correct)
    assert coverage[-1] == 1 and accuracy[-1] == pytest.approx(correct.mean())
    assert accuracy[300] > accuracy[1500] > accuracy[-1]


def test_equally_confident_answers_share_their_places_on_the_coverage_curve():
    _, first = evaluation.coverage_curve([0.5, 0.5, 0.9], [1, 0, 1])
    _, turned = evaluation.coverage_curve([0.5, 0.5, 0.9], [0, 1, 1])
    assert first.tolist() == turned.tolist() == pytest.approx([1, 0.75, 2 / 3])


# Search


def test_recall_at_k_counts_the_queries_that_find_their_own(rng):
    similarity, own = rng.normal(size=(30, 12)), rng.integers(12, size=30)
    for k in (1, 3, 12):
        found = [own[i] in np.argsort(-row)[:k] for i, row in enumerate(similarity)]
        recall = evaluation.recall_at_k(similarity, k, y_true=own)
        assert recall == evaluation.share(found)
    assert evaluation.recall_at_k(np.eye(4), 1).value == 1
    assert evaluation.recall_at_k(-np.eye(4), 3).value == 0
    top = evaluation.top_k_accuracy(own, similarity, range(12), 3)
    assert evaluation.recall_at_k(similarity, 3, own) == top


def test_ties_share_their_places():
    assert evaluation.recall_at_k(np.ones((4, 4)), 3).value == 0.75
    assert evaluation.recall_at_k([[3, 2, 2, 1]], 2, y_true=[1]).value == 0.5
    assert evaluation.recall_at_k([[3, 2, 2, 1]], 3, y_true=[1]).value == 1
    assert evaluation.recall_at_k([[3, 2, 2, 1]], 1, y_true=[1]).value == 0
    assert evaluation.top_k_accuracy(["b"], [[1, 1, 0]], ["a", "b", "c"], 1).value == 0.5
    low, high = evaluation.recall_at_k(np.ones((4, 4)), 3)[1:]
    assert low < 0.75 < high


def test_a_matrix_that_is_not_square_has_to_say_what_belongs_to_what():
    with pytest.raises(ValueError, match="similarity is 7 x 10.*y_true should say which column"):
        evaluation.recall_at_k(np.zeros((7, 10)), 1)


def relevances(rng, queries=20, items=12):
    relevant = rng.random((queries, items)) < 0.3
    relevant[np.arange(queries), rng.integers(items, size=queries)] = True
    return relevant, rng.normal(size=(queries, items))


@pytest.mark.parametrize("k", [1, 5, 12])
def test_measures_of_rankings_are_those_of_plain_loops(rng, k):
    relevant, y_score = relevances(rng)
    for i, (hits, scores) in enumerate(zip(relevant, y_score, strict=True)):
        ranked = [bool(hits[j]) for j in sorted(range(12), key=lambda j: -scores[j])]
        precision = [sum(ranked[: r + 1]) / (r + 1) for r in range(12)]
        average = sum(p for p, hit in zip(precision[:k], ranked, strict=False) if hit)
        average /= min(k, sum(ranked))
        assert evaluation.precision_at_k(relevant, y_score, k)[i] == pytest.approx(precision[k - 1])
        assert evaluation.average_precision_at_k(relevant, y_score, k)[i] == pytest.approx(average)
        first = 1 / (ranked.index(True) + 1)
        assert evaluation.reciprocal_rank(relevant, y_score)[i] == pytest.approx(first)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("k", [1, 5, 12])
def test_ndcg_is_scikit_learns(rng, k, ties):
    gains = rng.integers(4, size=(20, 12))
    gains[:, 0] = 1
    y_score = rng.normal(size=(20, 12))
    y_score = np.round(y_score) if ties else y_score
    ours = evaluation.ndcg_at_k(gains, y_score, k)
    theirs = [metrics.ndcg_score([a], [b], k=k) for a, b in zip(gains, y_score, strict=True)]
    np.testing.assert_allclose(ours, theirs)


def test_average_precision_of_whole_rankings_is_scikit_learns(rng):
    relevant, y_score = relevances(rng)
    theirs = [metrics.average_precision_score(a, b) for a, b in zip(relevant, y_score, strict=True)]
    np.testing.assert_allclose(evaluation.average_precision_at_k(relevant, y_score, 12), theirs)


def test_mrr_of_single_relevant_items_is_scikit_learns(rng):
    _, y_score = relevances(rng)
    relevant = np.eye(12, dtype=bool)[rng.integers(12, size=20)]
    mean = evaluation.reciprocal_rank(relevant, y_score).mean()
    assert mean == pytest.approx(metrics.label_ranking_average_precision_score(relevant, y_score))


def test_measures_with_ties_are_means_over_all_orders_of_the_tied(rng):
    """The mean over every order in which equal scores can be broken, one by one."""
    relevant = np.append(rng.random((1, 5)) < 0.5, [[True]], axis=1)
    y_score = np.round(rng.normal(size=(1, 6)))
    orders = [np.array(order) / 100 for order in itertools.permutations(range(6))]
    for measure in (
        evaluation.reciprocal_rank,
        lambda a, b: evaluation.precision_at_k(a, b, 2),
        lambda a, b: evaluation.average_precision_at_k(a, b, 3),
        lambda a, b: evaluation.ndcg_at_k(a, b, 4),
    ):
        broken = [measure(relevant, y_score + order)[0] for order in orders]
        assert measure(relevant, y_score)[0] == pytest.approx(np.mean(broken))


def test_measures_of_rankings_refuse_what_cannot_be_ranked():
    relevant, y_score = np.eye(3), np.eye(3)
    with pytest.raises(ValueError, match="y_true is 3 x 3 and y_score 3 x 2"):
        evaluation.precision_at_k(relevant, y_score[:, :2], 1)
    with pytest.raises(ValueError, match="y_true holds nothing relevant in row 2"):
        evaluation.reciprocal_rank([[1, 0], [0, 1], [0, 0]], np.ones((3, 2)))
    with pytest.raises(ValueError, match="k is 4, but it should be a whole number from 1 to 3"):
        evaluation.ndcg_at_k(relevant, y_score, 4)
    with pytest.raises(ValueError, match="y_true holds -1 in row 0 and column 1; a gain"):
        evaluation.ndcg_at_k([[1, -1]], [[1, 2]], 1)
    with pytest.raises(ValueError, match="y_true holds 2 in row 0 and column 1"):
        evaluation.precision_at_k([[1, 2]], [[1, 2]], 1)


# Intervals


def test_the_bootstrap_is_scipys_percentile_interval(rng):
    values = rng.exponential(size=60)
    ours = evaluation.bootstrap(np.mean, values, n_resamples=4000)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=4000, method="percentile", rng=1
    ).confidence_interval
    spread = theirs.high - theirs.low
    # a 90 % interval would lie .08 of the width further in at each end
    assert ours.low == pytest.approx(theirs.low, abs=0.04 * spread)
    assert ours.high == pytest.approx(theirs.high, abs=0.04 * spread)


def test_intervals_hold_the_truth_as_often_as_they_promise():
    """In 95 of 100 experiments, and as wide as a normal mean: one of 90 % is .84 times as wide."""
    rng = np.random.default_rng(2)
    held, widths = [], []
    for experiment in range(400):
        sample = rng.normal(size=100)
        _, low, high = evaluation.bootstrap(np.mean, sample, n_resamples=200, seed=experiment)
        held.append(low <= 0 <= high)
        widths.append((high - low) / (2 * stats.norm.ppf(0.975) * sample.std() / 10))
    assert 0.93 <= np.mean(held) <= 0.97
    assert np.mean(widths) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("n", [10, 50, 300])
def test_shares_hold_the_truth_in_95_of_100_cases(n):
    """Without chance: over all numbers of right answers, and many true shares."""
    intervals = np.array([evaluation.share(np.arange(n) < right)[1:] for right in range(n + 1)])
    coverage = []
    for truth in np.linspace(0.02, 0.98, 97):
        holds = (intervals[:, 0] <= truth) & (truth <= intervals[:, 1])
        coverage.append(stats.binom.pmf(np.arange(n + 1), n, truth)[holds].sum())
    assert 0.94 <= np.mean(coverage) <= 0.962
    assert min(coverage) > 0.82


def test_a_share_has_wilsons_interval():
    right, n, z = 37, 50, stats.norm.ppf(0.975)
    p = right / n
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    estimate = evaluation.share([True] * right + [False] * (n - right))
    assert estimate == pytest.approx((p, centre - half, centre + half))
    assert evaluation.accuracy(["mug"] * n, ["mug"] * right + ["vase"] * (n - right)) == estimate


def test_ten_of_ten_may_have_been_luck():
    for estimate in (
        evaluation.accuracy(list("ab") * 5, list("ab") * 5),
        evaluation.top_k_accuracy(range(10), np.eye(10), range(10), 1),
        evaluation.recall_at_k(np.eye(10), 1),
        evaluation.sensitivity([1] * 10 + [0], [0.9] * 10 + [0.1], 0.5),
    ):
        assert estimate == pytest.approx((1, 0.7224672, 1))


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
    assert evaluation.share(right, groups=patients) == together


def test_groups_are_drawn_whole_wherever_their_rows_stand():
    """Each resample holds all rows of a group, or none of them, and as many groups as there are."""
    groups = np.array(["Bob", "Ann", "Bob", "Cem", "Ann", "Bob"])
    seen = []

    def recording(rows):
        seen.append(np.bincount(rows, minlength=6))
        return 0.0

    evaluation.bootstrap(recording, np.arange(6), groups=groups, n_resamples=200)
    assert len(seen) == 201
    for counts in seen[1:]:
        assert counts[0] == counts[2] == counts[5] and counts[1] == counts[4]
        assert counts[0] + counts[1] + counts[3] == 3
    assert np.mean(seen[1:]) == pytest.approx(1, abs=0.1)


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
    assert paired.value == pytest.approx(b.value - a.value) and paired.value > 0
    assert paired.high - paired.low < (a.high - a.low) / 2


def delong(y_true, first, second):
    """The standard error of a difference of two AUROCs after DeLong and others 1988."""
    parts = []
    for scores in (first, second):
        won = np.sign(scores[y_true][:, None] - scores[~y_true][None, :]) / 2 + 0.5
        parts.append((won.mean(axis=1), won.mean(axis=0)))
    spread = [np.var(b - a, ddof=1) / len(a) for a, b in zip(*parts, strict=True)]
    return math.sqrt(sum(spread))


def test_the_difference_of_two_aurocs_is_delongs():
    rng = np.random.default_rng(5)
    y_true, first = scored(rng, 400)
    second = first + 0.5 * y_true + 0.3 * rng.normal(size=400)
    gained = evaluation.auroc_difference(y_true, first, second)
    roc = metrics.roc_auc_score
    assert gained.value == pytest.approx(roc(y_true, second) - roc(y_true, first))
    width = 2 * stats.norm.ppf(0.975) * delong(y_true, first, second)
    assert gained.high - gained.low == pytest.approx(width, rel=0.1)


def test_the_difference_of_two_aurocs_draws_patients_together():
    rng = np.random.default_rng(6)
    y_true, first = scored(rng, 100)
    second = first + rng.normal(size=100)
    columns = [np.repeat(column, 4) for column in (y_true, first, second)]
    alone = evaluation.auroc_difference(y_true, first, second)
    together = evaluation.auroc_difference(*columns, groups=np.repeat(np.arange(100), 4))
    assert together == pytest.approx(alone)


def test_a_difference_of_balanced_accuracies_is_that_of_scikit_learn_and_paired():
    rng = np.random.default_rng(0)
    truth = rng.choice(["a", "b", "c"], 200, p=[0.7, 0.2, 0.1])
    first = np.where(rng.random(200) < 0.5, truth, "a")
    second = np.where(rng.random(200) < 0.5, truth, first)  # better, and wrong where first is
    gained = evaluation.balanced_accuracy_difference(truth, first, second)
    scores = [metrics.balanced_accuracy_score(truth, said) for said in (first, second)]
    assert gained.value == pytest.approx(scores[1] - scores[0]) and gained.low > 0
    one, other = (evaluation.balanced_accuracy(truth, said) for said in (first, second))
    assert gained.high - gained.low < np.hypot(one.high - one.low, other.high - other.low)
    same = evaluation.balanced_accuracy_difference(truth, first, first)
    assert same == (0, 0, 0)
    by_group = evaluation.balanced_accuracy_difference(
        truth, first, second, groups=np.repeat(np.arange(50), 4)
    )
    assert by_group.value == gained.value and by_group.low != gained.low


def test_the_same_seed_gives_the_same_interval_and_another_another(rng):
    values = rng.normal(size=50)
    first = evaluation.bootstrap(np.mean, values, seed=1)
    assert first == evaluation.bootstrap(np.mean, values, seed=1)
    assert first != evaluation.bootstrap(np.mean, values, seed=2)
    assert evaluation.bootstrap(np.mean, values) == evaluation.bootstrap(np.mean, values, seed=0)


def test_a_thousand_resamples_are_drawn():
    drawn = []
    evaluation.bootstrap(lambda x: drawn.append(1) or 0.0, [1, 2, 3])
    assert len(drawn) == 1001


def test_resamples_without_a_positive_are_left_out():
    y_score = [0.9, 0.1, 0.2, 0.3]
    for measure in (evaluation.auroc, evaluation.average_precision):
        assert measure([1, 0, 0, 0], y_score, n_resamples=100) == (1, 1, 1)
    reached = evaluation.sensitivity_at_specificity([1, 0, 0, 0], y_score, n_resamples=100)
    assert reached == (1, 1, 1)

    def picky(values):
        if values.max() < 3:
            raise ValueError("needs the three")
        return values.mean()

    low = evaluation.bootstrap(picky, [1, 2, 3], n_resamples=300).low
    assert low > 5 / 3 - 1e-9  # no mean without a three is among them


def test_nothing_is_said_of_the_spread_of_one_item_or_one_group():
    assert np.isnan(evaluation.bootstrap(np.mean, [1.0])[1:]).all()
    assert np.isnan(evaluation.bootstrap(np.mean, [1.0, 2.0], groups=["Ann"] * 2)[1:]).all()
    assert np.isnan(evaluation.bootstrap(np.mean, [1.0, 2.0], n_resamples=0)[1:]).all()
    assert not np.isnan(evaluation.bootstrap(np.mean, [1.0, 2.0])[1:]).any()


# What is refused, and what is taken


NAN, INF = float("nan"), float("inf")
FOUR = [0.1, 0.4, 0.35, 0.8]
BINARY = (evaluation.auroc, evaluation.average_precision, evaluation.best_threshold,
          evaluation.threshold_at_specificity, evaluation.sensitivity_at_specificity)  # fmt: skip


@pytest.mark.parametrize("measure", BINARY)
@pytest.mark.parametrize(
    "y_true, y_score, message",
    [
        ([0, -1, 1, 1], FOUR, "y_true holds -1 in row 1"),
        ([1, 2, 1, 2], FOUR, "y_true holds 2 in row 1"),
        ([0, 0.5, 1, 1], FOUR, "y_true holds 0.5 in row 1"),
        ([0, NAN, 1, 1], FOUR, "y_true holds nan in row 1"),
        ([0, None, 1, 1], FOUR, "y_true holds None in row 1"),
        (["no", "no", "yes", "yes"], FOUR, "y_true holds text"),
        ([[0], [0], [1], [1]], FOUR, r"y_true has the shape \(4, 1\)"),
        ([0, 0, 1], FOUR, "y_true has 3 rows and y_score has 4"),
        ([0, 0, 0, 0], FOUR, "y_true holds negative items only"),
        ([1, 1, 1, 1], FOUR, "y_true holds positive items only"),
        ([], [], "y_true is empty"),
        ({0, 1}, FOUR, "y_true is a set"),
        ("0011", FOUR, "y_true is a str"),
        ([0, 0, 1, 1], [0.1, NAN, 0.3, 0.8], "y_score holds nan in row 1"),
        ([0, 0, 1, 1], [0.1, 0.4, INF, 0.8], "y_score holds inf in row 2"),
        ([0, 0, 1, 1], [0.1, 0.4, -INF, INF], "y_score holds -inf in row 2"),
        ([0, 0, 1, 1], [0.1, 0.4, None, 0.8], "y_score holds None in row 2"),
        ([0, 0, 1, 1], ["a", "b", "c", "d"], "y_score holds text"),
        ([0, 0, 1, 1], [[0.1], [0.4], [0.3], [0.8]], r"y_score has the shape \(4, 1\)"),
        ([0, 0, 1, 1], np.full((4, 2), 0.5), r"y_score has the shape \(4, 2\)"),
        ([0, 0, 1, 1], [[0.1], [0.4, 0.5], [0.3], [0.8]], "y_score cannot be read"),
        ([0, 0, 1, 1], np.array([1j, 2, 3, 4]), "y_score holds complex numbers"),
        ([0, 0, 1, 1], np.ma.masked_greater(FOUR, 0.5), "y_score is masked in row 3"),
        ([0, 0, 1, 1], 0.5, "y_score is a float"),
    ],
)  # fmt: skip
def test_what_is_no_truth_or_no_score_is_refused_by_name(measure, y_true, y_score, message):
    with pytest.raises(ValueError, match=message):
        measure(y_true, y_score)


@pytest.mark.parametrize(
    "measure", [evaluation.accuracy, evaluation.balanced_accuracy, evaluation.confusion_matrix]
)
@pytest.mark.parametrize(
    "y_true, y_pred, message",
    [
        (["a", "b", "b"], ["a", "b"], "y_true has 3 rows and y_pred has 2"),
        ([], [], "y_true is empty"),
        ([["a"], ["b"]], ["a", "b"], r"y_true has the shape \(2, 1\).*ravel"),
        (["a", None], ["a", "b"], "y_true holds None in row 1"),
        (["a", NAN], ["a", "b"], "y_true holds nan in row 1"),
        (["a", "b"], ["a", 1], "y_pred holds 1 in row 1"),
        ([0.0, NAN], [0, 1], "y_true holds nan in row 1"),
        ([0, 1], ["mug", "vase"], "y_pred holds text and y_true numbers.*int2str"),
        (["mug", "vase"], [0, 1], "y_true holds text and y_pred numbers"),
        (pd.Series(["a", None]), ["a", "b"], "y_true holds (None|nan) in row 1"),
        (pd.array([0, None], dtype="Int64"), [0, 1], "y_true holds (<NA>|nan) in row 1"),
        ({"a", "b"}, ["a", "b"], "y_true is a set"),
    ],
)
def test_labels_that_do_not_match_are_refused(measure, y_true, y_pred, message):
    with pytest.raises(ValueError, match=message):
        measure(y_true, y_pred)


@pytest.mark.parametrize(
    "labels, message",
    [
        (["a", "c"], "y_true holds 'b' in row 1; labels should hold every class"),
        (["a", "b", "b"], "labels holds an entry twice"),
        ([0, 1], "y_true holds text and labels numbers"),
        (["a", "b"], "there are 2 labels for 3 columns"),
    ],
)
def test_top_k_needs_a_column_for_each_class(labels, message):
    with pytest.raises(ValueError, match=message):
        evaluation.top_k_accuracy(["a", "b"], np.eye(3)[:2], labels, 1)


def test_a_confusion_matrix_leaves_out_no_prediction():
    with pytest.raises(ValueError, match="y_pred holds 'c' in row 1"):
        evaluation.confusion_matrix(["a", "b"], ["a", "c"], labels=["a", "b"])


@pytest.mark.parametrize("k", [0, -1, 1.0, True, "1", 4])
def test_k_is_a_number_of_answers(k):
    with pytest.raises(ValueError, match="k is .* should be a whole number from 1 to 3"):
        evaluation.top_k_accuracy([0, 1, 2], np.eye(3), range(3), k)
    with pytest.raises(ValueError, match="k is .* should be a whole number from 1 to 3"):
        evaluation.recall_at_k(np.eye(3), k)
    for measure in (evaluation.precision_at_k, evaluation.average_precision_at_k):
        with pytest.raises(ValueError, match="k is .* should be a whole number from 1 to 3"):
            measure(np.eye(3), np.eye(3), k)


def test_similarities_that_are_none_are_refused():
    with pytest.raises(ValueError, match="similarity holds nan in row 0 and column 0"):
        evaluation.recall_at_k(np.full((3, 3), NAN), 1)
    with pytest.raises(ValueError, match="y_true holds 3 in row 1; every value should be the numb"):
        evaluation.recall_at_k(np.eye(3), 1, y_true=[0, 3, 1])
    with pytest.raises(ValueError, match="y_true holds -1 in row 1"):
        evaluation.recall_at_k(np.eye(3), 1, y_true=[0, -1, 1])
    with pytest.raises(ValueError, match="similarity has 3 rows and y_true has 2"):
        evaluation.recall_at_k(np.eye(3), 1, y_true=[0, 1])
    with pytest.raises(ValueError, match=r"similarity has the shape \(3,\)"):
        evaluation.recall_at_k([1, 2, 3], 1)
    with pytest.raises(ValueError, match=r"similarity has the shape \(3, 0\), without a column"):
        evaluation.recall_at_k(np.zeros((3, 0)), 1)


@pytest.mark.parametrize("measure", [evaluation.reliability, evaluation.calibration_error])
def test_a_confidence_is_a_share(measure):
    with pytest.raises(ValueError, match="confidence holds 90 in row 0.*from 0 to 1"):
        measure([90, 80], [1, 0])
    with pytest.raises(ValueError, match="confidence holds -0.1 in row 1"):
        measure([0.9, -0.1], [1, 0])
    with pytest.raises(ValueError, match="correct holds 2 in row 1"):
        measure([0.9, 0.8], [1, 2])
    with pytest.raises(ValueError, match="confidence has 2 rows and correct has 3"):
        measure([0.9, 0.8], [1, 0, 1])
    with pytest.raises(ValueError, match="bins is 0"):
        measure([0.9, 0.8], [1, 0], bins=0)
    measure([1 + 1e-7, -1e-7], [1, 0])  # a rounding error
    measure([0.9, 0.8], [1, 0], bins=1)


def test_coverage_is_not_drawn_of_what_is_no_number():
    with pytest.raises(ValueError, match="confidence holds nan in row 0"):
        evaluation.coverage_curve([NAN, 0.5], [1, 0])
    with pytest.raises(ValueError, match="correct holds 3 in row 1"):
        evaluation.coverage_curve([0.2, 0.5], [1, 3])
    with pytest.raises(ValueError, match="confidence has 2 rows"):
        evaluation.coverage_curve([0.2, 0.5], [1, 0, 1])


def test_a_temperature_needs_the_column_of_each_right_class():
    with pytest.raises(ValueError, match="y_true holds -1 in row 0"):
        evaluation.fit_temperature(np.eye(3), [-1, 0, 1])
    with pytest.raises(ValueError, match="y_true holds 0.5 in row 0"):
        evaluation.fit_temperature(np.eye(3), [0.5, 0, 1])
    with pytest.raises(ValueError, match="logits has 3 rows and y_true has 2"):
        evaluation.fit_temperature(np.eye(3), [0, 1])
    with pytest.raises(ValueError, match="logits holds nan in row 1 and column 2"):
        evaluation.fit_temperature([[1, 2, 3], [1, 2, NAN]], [0, 1])


@pytest.mark.parametrize(
    "groups, message",
    [
        ([1, 2], "2 groups for 3 rows"),
        ([1.0, NAN, 2.0], "groups holds nan in row 1"),
        (["Ann", None, "Bob"], "groups holds None in row 1"),
        ([["Ann"], ["Ann"], ["Bob"]], r"groups has the shape \(3, 1\)"),
    ],
)
def test_every_row_has_a_group(groups, message):
    with pytest.raises(ValueError, match=message):
        evaluation.bootstrap(np.mean, [1, 2, 3], groups=groups)


def test_groups_of_a_share_belong_to_all_items():
    with pytest.raises(ValueError, match="groups has 3 rows and y_true has 4"):
        evaluation.sensitivity([0, 0, 1, 1], FOUR, 0.5, groups=[1, 2, 3])


def test_a_bootstrap_needs_columns_of_one_length_and_a_number():
    with pytest.raises(ValueError, match="column 0 has 3 rows and column 1 has 2"):
        evaluation.bootstrap(lambda a, b: 0.0, [1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match="column 0 is empty"):
        evaluation.bootstrap(np.mean, [])
    with pytest.raises(ValueError, match="no column"):
        evaluation.bootstrap(lambda: 0.0)
    with pytest.raises(ValueError, match="cannot be computed of such columns"):
        evaluation.bootstrap(np.mean, ["a", "b"])
    with pytest.raises(ValueError, match="of all 2 items is nan"):
        evaluation.bootstrap(np.mean, [NAN, 1.0])
    with pytest.raises(ValueError, match="not a number"):
        evaluation.bootstrap(lambda a: a, [1.0, 2.0])
    with pytest.raises(ValueError, match="n_resamples is -1"):
        evaluation.bootstrap(np.mean, [1.0, 2.0], n_resamples=-1)
    with pytest.raises(ValueError, match="first has 2 rows and second has 3"):
        evaluation.paired_difference([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="second holds nan in row 0"):
        evaluation.paired_difference([1, 2], [NAN, 2])


def test_a_specificity_is_a_share():
    for measure in (evaluation.threshold_at_specificity, evaluation.sensitivity_at_specificity):
        with pytest.raises(ValueError, match="specificity holds 90 .*from 0 to 1"):
            measure([0, 0, 1, 1], FOUR, 90)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.float16, np.float32, bool])
def test_small_types_neither_wrap_nor_round(dtype):
    y_true, y_score = [0, 0, 1, 1], np.array([0, 1, 0, 1], dtype)
    assert evaluation.auroc(y_true, y_score, **ONCE).value == 0.5
    assert evaluation.average_precision(y_true, y_score, **ONCE).value == 0.5
    assert evaluation.top_k_accuracy([1, 0], [y_score[:2], y_score[1:3]], [0, 1], 1).value == 1
    _, right = evaluation.coverage_curve(y_score, [0, 1, 0, 1])
    assert right.tolist() == [1, 1, 2 / 3, 0.5]
    assert evaluation.precision_at_k([y_true[1:3]], [y_score[1:3]], 1).tolist() == [0]
    assert evaluation.paired_difference(y_score, 1 - y_score.astype(int), **ONCE).value == 0


def test_columns_of_all_kinds_are_taken_by_position():
    y_true, y_score = [0, 0, 1, 1], FOUR
    expected = evaluation.auroc(y_true, y_score)
    shuffled = pd.Series(y_score, index=[3, 1, 0, 2])
    tensor = torch.tensor(y_score, requires_grad=True)
    for scores in (tuple(y_score), shuffled, tensor, iter(y_score), np.array(y_score, object)):
        assert evaluation.auroc(pd.Series(y_true), scores) == pytest.approx(expected)
    half = torch.tensor([[1.0, 0.0], [0.0, 1.0]], dtype=torch.bfloat16)
    assert evaluation.recall_at_k(half, 1).value == 1
    category = pd.Series(["mug", "vase"], dtype="category")
    assert evaluation.accuracy(category, np.array(["mug", "vase"])).value == 1
    assert evaluation.accuracy([True, False], [1, 0]).value == 1
    assert evaluation.accuracy(np.array(["mug"], object), ["mug"]).value == 1


def test_long_numbers_of_patients_stay_apart():
    groups = [2**60, 2**60 + 1]
    assert not np.isnan(evaluation.bootstrap(np.mean, [0.0, 1.0], groups=groups).low)


def test_an_estimate_prints_without_a_negative_zero_and_with_three_digits():
    assert f"{Estimate(-0.001, -0.2, 0.1):+.2f}" == "+0.00 [-0.20, +0.10]"
    assert f"{Estimate(-0.001, -0.2, 0.1):.0%}" == "0% [-20%, 10%]"
    assert str(Estimate(1 / 2, 0.4, 2 / 3)) == "0.500 [0.400, 0.667]"
    assert f"{Estimate(1 / 3, 0.4, 0.6)}" == "0.333 [0.400, 0.600]"
    assert f"{Estimate(0.5, NAN, NAN):.1f}" == "0.5 [nan, nan]"
    assert f"{Estimate(-2e-9, 0.0, 1.0):.0e}" == "-2e-09 [0e+00, 1e+00]"


# Splits


def test_no_patient_is_in_two_parts(rng):
    patients = np.array([f"patient {number}" for number in rng.integers(40, size=200)])
    split = evaluation.split_by_group(patients, seed=7)
    assert sorted(np.concatenate(split).tolist()) == list(range(200))
    assert all((np.diff(rows) > 0).all() for rows in split)
    names = [set(patients[rows]) for rows in split]
    assert not (names[0] & names[1] or names[0] & names[2] or names[1] & names[2])
    n = len(set(patients))
    assert [len(part) for part in names[1:]] == [round(0.15 * n)] * 2
    again = evaluation.split_by_group(pd.Series(patients, index=range(200)[::-1]), seed=7)
    assert all((a == b).all() for a, b in zip(split, again, strict=True))
    other = evaluation.split_by_group(patients, seed=8)
    assert split.test.tolist() != other.test.tolist()


def test_shares_of_a_split_are_those_asked_for():
    split = evaluation.split_by_group(range(100), validation=0.1, test=0.3)
    assert [len(rows) for rows in split] == [60, 10, 30]
    smallest = evaluation.split_by_group(["Ann", "Bob", "Cem"], 0.01, 0.01)
    assert [len(rows) for rows in smallest] == [1, 1, 1]


@pytest.mark.parametrize(
    "groups, parts, message",
    [
        (["Ann", "Bob"], (0.3, 0.3), "2 groups cannot be split"),
        (range(10), (0.5, 0.5), "10 groups cannot be split"),
        (range(10), (0, 0.5), "10 groups cannot be split"),
        (range(10), (0.1, 1.5), "holds 1.5"),
        (["Ann", None, "Bob", "Cem"], (0.2, 0.2), "groups holds None in row 1"),
    ],
)
def test_a_split_that_cannot_be_made_is_refused(groups, parts, message):
    with pytest.raises(ValueError, match=message):
        evaluation.split_by_group(groups, *parts)


@pytest.mark.parametrize("threshold", [float("nan"), ".5", [0.1, 0.2, 0.3], None])
@pytest.mark.parametrize("measure", [evaluation.sensitivity, evaluation.specificity])
def test_a_threshold_that_is_no_number_is_refused(measure, threshold):
    # Otherwise NaN would be passed by no item, and an array compared with the scores one by one.
    with pytest.raises(ValueError, match="threshold is .*, but it should be a number"):
        measure([0, 0, 1], [0.1, 0.2, 0.3], threshold)


def test_a_threshold_may_be_a_tensor_or_infinite():
    assert evaluation.sensitivity([0, 1], [0.1, 0.3], torch.tensor(0.2)).value == 1
    assert evaluation.sensitivity([0, 1], [0.1, 0.3], np.inf).value == 0


def test_a_mask_is_no_list_of_columns():
    with pytest.raises(ValueError, match=r"y_true holds True and False.*np\.flatnonzero"):
        evaluation.recall_at_k(np.eye(3), 1, [True, False, True])


@pytest.mark.parametrize("seed", [-1, 2**40, "x", None, 1.5])
def test_a_seed_that_cannot_be_one_is_named(seed):
    with pytest.raises(ValueError, match="seed is .* whole number from 0 to 4294967295"):
        evaluation.auroc([0, 1], [0.1, 0.2], seed=seed)
    with pytest.raises(ValueError, match="seed is "):
        evaluation.split_by_group(range(9), seed=seed)


def test_a_misspelt_option_is_refused_where_nothing_is_drawn_too():
    with pytest.raises(TypeError, match="n_resample is no option; these are n_resamples"):
        evaluation.accuracy([1], [1], n_resample=9)


def test_labels_of_a_generator_are_read_once():
    assert evaluation.accuracy((c for c in "abc"), (c for c in "abd")).value == pytest.approx(2 / 3)


@pytest.mark.parametrize("nothing", [None, "0.5", {}])
def test_a_statistic_that_is_no_number_is_refused(nothing):
    with pytest.raises(ValueError, match="the statistic of all 3 items is"):
        evaluation.bootstrap(lambda values: nothing if nothing != "0.5" else [0.5], [1, 2, 3])


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1, 1e4, 1e9, 1e300])
def test_a_temperature_is_found_at_any_scale_of_logits(scale):
    # Three of four right: best where e^b / (e^b + 2) is 3/4, so e^b is 6.
    logits = scale * np.eye(3)[[0, 1, 2, 1]]
    best = evaluation.fit_temperature(logits, [0, 1, 2, 2])
    assert best == pytest.approx(scale / np.log(6), rel=1e-5)


def test_a_threshold_spares_nine_of_ten_unless_said_otherwise():
    truth, scores = [0] * 20 + [1], [*range(20), 30]
    assert evaluation.threshold_at_specificity(truth, scores) == 18  # 18 of 20 lie below it
    assert evaluation.threshold_at_specificity(truth, scores, 0.5) == 10
