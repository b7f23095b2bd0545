"""Wrong answers to the exercises of notebooks 02 and 03, each a misconception of real learners.

An entry: the exercise, the misconception that its check must recognise, and the function.
"""

import numpy as np
import torch

WRONG_ANSWERS = []


def wrong(exercise, misconception):
    return lambda function: WRONG_ANSWERS.append((exercise, misconception, function)) or function


# prompts


@wrong("zero_shot.prompts", "grouped by template")
def loops_exchanged(labels, templates):
    return [[template.format(label) for label in labels] for template in templates]


@wrong("zero_shot.prompts", "flat list")
def flat(labels, templates):
    return [template.format(label) for label in labels for template in templates]


@wrong("zero_shot.prompts", "pairs only")
def pairs(labels, templates):
    return [template.format(label) for label, template in zip(labels, templates, strict=False)]


@wrong("zero_shot.prompts", "placeholder left")
def appended(labels, templates):
    return [[template + " " + label for template in templates] for label in labels]


@wrong("zero_shot.prompts", "letters changed")
def lower_case(labels, templates):
    return [[template.format(label).lower() for template in templates] for label in labels]


@wrong("zero_shot.prompts", "template forgotten")
def labels_alone(labels, templates):
    return [[label for _ in templates] for label in labels]


@wrong("zero_shot.prompts", "dict for lists")
def dictionary(labels, templates):
    return {label: [template.format(label) for template in templates] for label in labels}


@wrong("zero_shot.prompts", "dict for lists")
def list_of_dictionaries(labels, templates):
    return [{template: template.format(label) for template in templates} for label in labels]


@wrong("zero_shot.prompts", "generator for lists")
def generator_of_rows(labels, templates):
    return ([template.format(label) for template in templates] for label in labels)


@wrong("zero_shot.prompts", "generator for lists")
def rows_of_generators(labels, templates):
    return [(template.format(label) for template in templates) for label in labels]


@wrong("zero_shot.prompts", "generator for lists")
def mapped(labels, templates):
    return [map(lambda template, label=label: template.format(label), templates)
            for label in labels]  # fmt: skip


# classify


@wrong("zero_shot.classify", "values and indices")
def max_without_argmax(image_embeddings, class_embeddings):
    return (image_embeddings @ class_embeddings.T).max(dim=1)


@wrong("zero_shot.classify", "not transposed")
def transpose_forgotten(image_embeddings, class_embeddings):
    return (image_embeddings @ class_embeddings).argmax(dim=1)


@wrong("zero_shot.classify", "pictures for classes")
def classes_choose(image_embeddings, class_embeddings):
    return (image_embeddings @ class_embeddings.T).argmax(dim=0)


@wrong("zero_shot.classify", "one index for all")
def no_dim(image_embeddings, class_embeddings):
    return (image_embeddings @ class_embeddings.T).argmax()


@wrong("zero_shot.classify", "values for indices")
def highest_cosine(image_embeddings, class_embeddings):
    return (image_embeddings @ class_embeddings.T).max(dim=1).values


@wrong("zero_shot.classify", "one-hot")
def probabilities(image_embeddings, class_embeddings):
    return torch.softmax(100 * image_embeddings @ class_embeddings.T, dim=1)


@wrong("zero_shot.classify", "least similar")
def smallest(image_embeddings, class_embeddings):
    return (image_embeddings @ class_embeddings.T).argmin(dim=1)


@wrong("zero_shot.classify", "least similar")
def largest_distance(image_embeddings, class_embeddings):
    return torch.cdist(image_embeddings, class_embeddings).argmax(dim=1)


# ensemble


@wrong("zero_shot.ensemble", "not normalised again")
def only_the_mean(text_embeddings):
    return text_embeddings.mean(dim=1)


@wrong("zero_shot.ensemble", "averaged over classes")
def mean_over_classes(text_embeddings):
    means = text_embeddings.mean(dim=0)
    return means / means.norm(dim=1, keepdim=True)


@wrong("zero_shot.ensemble", "one template")
def first_template(text_embeddings):
    return text_embeddings[:, 0]


@wrong("zero_shot.ensemble", "sum")
def only_the_sum(text_embeddings):
    return text_embeddings.sum(dim=1)


@wrong("zero_shot.ensemble", "wrong axis normalised")
def columns_normalised(text_embeddings):
    means = text_embeddings.mean(dim=1)
    return means / means.norm(dim=0)


@wrong("zero_shot.ensemble", "averaged over dimensions")
def mean_over_dimensions(text_embeddings):
    return text_embeddings.mean(dim=2)


# choose_template


@wrong("zero_shot.choose_template", "chosen on the test split")
def best_on_test(validation_accuracies, test_accuracies):
    best = test_accuracies.argmax()
    return best, test_accuracies[best]


@wrong("zero_shot.choose_template", "validation accuracy reported")
def flattering(validation_accuracies, test_accuracies):
    best = validation_accuracies.argmax()
    return best, validation_accuracies[best]


@wrong("zero_shot.choose_template", "best test accuracy reported")
def somebody_elses_accuracy(validation_accuracies, test_accuracies):
    return validation_accuracies.argmax(), test_accuracies.max()


@wrong("zero_shot.choose_template", "mean reported")
def mean_of_all(validation_accuracies, test_accuracies):
    return validation_accuracies.argmax(), test_accuracies.mean()


@wrong("zero_shot.choose_template", "chosen on the test split")
def both_splits(validation_accuracies, test_accuracies):
    best = (validation_accuracies + test_accuracies).argmax()
    return best, test_accuracies[best]


@wrong("zero_shot.choose_template", "pair exchanged")
def accuracy_first(validation_accuracies, test_accuracies):
    best = validation_accuracies.argmax()
    return test_accuracies[best], best


# bootstrap


@wrong("zero_shot.bootstrap", "without replacement")
def shuffled(correct, n_resamples=1000, seed=0):
    rng = np.random.default_rng(seed)
    means = [rng.permutation(correct).mean() for _ in range(n_resamples)]
    return np.quantile(means, 0.025), np.quantile(means, 0.975)


@wrong("zero_shot.bootstrap", "90 % interval")
def five_percent_each_side(correct, n_resamples=1000, seed=0):
    rng = np.random.default_rng(seed)
    means = rng.choice(correct, (n_resamples, len(correct))).mean(axis=1)
    return np.quantile(means, 0.05), np.quantile(means, 0.95)


@wrong("zero_shot.bootstrap", "one standard error")
def plus_minus_one(correct, n_resamples=1000, seed=0):
    rng = np.random.default_rng(seed)
    means = rng.choice(correct, (n_resamples, len(correct))).mean(axis=1)
    return correct.mean() - means.std(), correct.mean() + means.std()


@wrong("zero_shot.bootstrap", "too wide")
def lowest_and_highest(correct, n_resamples=1000, seed=0):
    rng = np.random.default_rng(seed)
    means = rng.choice(correct, (n_resamples, len(correct))).mean(axis=1)
    return means.min(), means.max()


@wrong("zero_shot.bootstrap", "spread of the items")
def items_not_means(correct, n_resamples=1000, seed=0):
    return np.quantile(correct, 0.025), np.quantile(correct, 0.975)


@wrong("zero_shot.bootstrap", "spread of the items")
def standard_deviation_of_items(correct, n_resamples=1000, seed=0):
    return correct.mean() - correct.std(), correct.mean() + correct.std()


@wrong("zero_shot.bootstrap", "seed ignored")
def fresh_every_time(correct, n_resamples=1000, seed=0):
    means = np.random.default_rng().choice(correct, (n_resamples, len(correct))).mean(axis=1)
    return np.quantile(means, 0.025), np.quantile(means, 0.975)


@wrong("zero_shot.bootstrap", "seed ignored")
def seed_written_in(correct, n_resamples=1000, seed=0):
    means = np.random.default_rng(0).choice(correct, (n_resamples, len(correct))).mean(axis=1)
    return np.quantile(means, 0.025), np.quantile(means, 0.975)


@wrong("zero_shot.bootstrap", "not a share")
def percentages(correct, n_resamples=1000, seed=0):
    rng = np.random.default_rng(seed)
    means = 100 * rng.choice(correct, (n_resamples, len(correct))).mean(axis=1)
    return np.quantile(means, 0.025), np.quantile(means, 0.975)


@wrong("zero_shot.bootstrap", "nothing drawn")
def normal_approximation(correct, n_resamples=1000, seed=0):
    error = (correct.mean() * (1 - correct.mean()) / len(correct)) ** 0.5
    return correct.mean() - 1.96 * error, correct.mean() + 1.96 * error


@wrong("zero_shot.bootstrap", "percentiles for quantiles")
def percentile_of_shares(correct, n_resamples=1000, seed=0):
    rng = np.random.default_rng(seed)
    means = rng.choice(correct, (n_resamples, len(correct))).mean(axis=1)
    return tuple(np.percentile(means, [0.025, 0.975]))


@wrong("zero_shot.bootstrap", "n_resamples for items")
def as_many_items_as_resamples(correct, n_resamples=1000, seed=0):
    rng = np.random.default_rng(seed)
    means = [rng.choice(correct, size=n_resamples).mean() for _ in range(n_resamples)]
    return np.quantile(means, 0.025), np.quantile(means, 0.975)


@wrong("zero_shot.bootstrap", "n_resamples for items")
def axes_exchanged(correct, n_resamples=1000, seed=0):
    rng = np.random.default_rng(seed)
    means = rng.choice(correct, size=(len(correct), n_resamples)).mean(axis=1)
    return np.quantile(means, 0.025), np.quantile(means, 0.975)


@wrong("zero_shot.bootstrap", "unequal ends")
def lowest_95_percent(correct, n_resamples=1000, seed=0):
    rng = np.random.default_rng(seed)
    means = rng.choice(correct, (n_resamples, len(correct))).mean(axis=1)
    return tuple(np.percentile(means, [0, 95]))


@wrong("zero_shot.bootstrap", "unequal ends")
def highest_95_percent(correct, n_resamples=1000, seed=0):
    rng = np.random.default_rng(seed)
    means = rng.choice(correct, (n_resamples, len(correct))).mean(axis=1)
    return tuple(np.percentile(means, [5, 100]))


@wrong("zero_shot.bootstrap", "n_resamples ignored")
def always_a_thousand(correct, n_resamples=1000, seed=0):
    means = np.random.default_rng(seed).choice(correct, (1000, len(correct))).mean(axis=1)
    return np.quantile(means, 0.025), np.quantile(means, 0.975)


@wrong("zero_shot.bootstrap", "half as many")
def half_of_the_items(correct, n_resamples=1000, seed=0):
    rng = np.random.default_rng(seed)
    means = rng.choice(correct, (n_resamples, len(correct) // 2)).mean(axis=1)
    return np.quantile(means, 0.025), np.quantile(means, 0.975)


@wrong("zero_shot.bootstrap", "99 % interval")
def half_a_percent_each_side(correct, n_resamples=1000, seed=0):
    rng = np.random.default_rng(seed)
    means = rng.choice(correct, (n_resamples, len(correct))).mean(axis=1)
    return np.quantile(means, 0.005), np.quantile(means, 0.995)


@wrong("zero_shot.bootstrap", "unequal ends")
def one_end_too_low(correct, n_resamples=1000, seed=0):
    rng = np.random.default_rng(seed)
    means = rng.choice(correct, (n_resamples, len(correct))).mean(axis=1)
    return tuple(np.percentile(means, [2.5, 95]))


# balanced_accuracy


@wrong("zero_shot.balanced_accuracy", "accuracy")
def plain_accuracy(truth, predicted):
    return (truth == predicted).mean()


@wrong("zero_shot.balanced_accuracy", "precision")
def mean_precision(truth, predicted):
    return np.mean([(truth[predicted == c] == c).mean() for c in np.unique(predicted)])


@wrong("zero_shot.balanced_accuracy", "classes that are never true")
def all_labels_seen(truth, predicted):
    labels = np.unique(np.concatenate([truth, predicted]))
    hits = [((truth == c) & (predicted == c)).sum() / max(1, (truth == c).sum()) for c in labels]
    return np.mean(hits)


@wrong("zero_shot.balanced_accuracy", "two classes only")
def sensitivity_and_specificity(truth, predicted):
    sensitivity = ((predicted == 1) & (truth == 1)).sum() / max(1, (truth == 1).sum())
    specificity = ((predicted == 0) & (truth == 0)).sum() / max(1, (truth == 0).sum())
    return (sensitivity + specificity) / 2


@wrong("zero_shot.balanced_accuracy", "one class only")
def sensitivity(truth, predicted):
    return (predicted[truth == 1] == 1).mean()


@wrong("zero_shot.balanced_accuracy", "sum")
def sum_of_recalls(truth, predicted):
    return sum((predicted[truth == c] == c).mean() for c in np.unique(truth))


@wrong("zero_shot.balanced_accuracy", "predicted classes")
def classes_of_the_predictions(truth, predicted):
    shares = [(predicted[truth == c] == c).mean() for c in np.unique(predicted) if c in truth]
    return np.mean(shares)


@wrong("zero_shot.balanced_accuracy", "divided by all items")
def shares_of_all_items(truth, predicted):
    return np.mean([((truth == c) & (predicted == c)).mean() for c in np.unique(truth)])


# threshold


def balanced_by_score(scores, truth):
    candidates = np.unique(scores)
    found = [(scores[truth == 1] >= t).mean() for t in candidates]
    spared = [(scores[truth == 0] < t).mean() for t in candidates]
    return candidates, (np.array(found) + np.array(spared)) / 2


@wrong("zero_shot.threshold", "place for score")
def position(validation_scores, validation_truth):
    _, balanced = balanced_by_score(validation_scores, validation_truth)
    return int(balanced.argmax())


@wrong("zero_shot.threshold", "accuracy for score")
def how_good_the_best_is(validation_scores, validation_truth):
    _, balanced = balanced_by_score(validation_scores, validation_truth)
    return balanced.max()


@wrong("zero_shot.threshold", "zeros and ones as places")
def integers_as_a_mask(validation_scores, validation_truth):
    positive = validation_scores[validation_truth]
    negative = validation_scores[~validation_truth]
    candidates = np.unique(validation_scores)
    balanced = [(positive >= t).mean() + (negative < t).mean() for t in candidates]
    return candidates[np.argmax(balanced)]


@wrong("zero_shot.threshold", "accuracy")
def best_accuracy(validation_scores, validation_truth):
    candidates = np.append(np.unique(validation_scores), np.inf)
    accuracy = [((validation_scores >= t) == validation_truth).mean() for t in candidates]
    best = candidates[np.argmax(accuracy)]
    return min(best, validation_scores.max() + 1)


@wrong("zero_shot.threshold", "fixed at one half")
def one_half(validation_scores, validation_truth):
    return 0.5


@wrong("zero_shot.threshold", "mean of the scores")
def mean_score(validation_scores, validation_truth):
    return validation_scores.mean()


@wrong("zero_shot.threshold", "sensitivity only")
def find_them_all(validation_scores, validation_truth):
    return validation_scores.min()


@wrong("zero_shot.threshold", "midpoint of the means")
def midpoint(validation_scores, validation_truth):
    positive = validation_scores[validation_truth == 1].mean()
    return (positive + validation_scores[validation_truth == 0].mean()) / 2


@wrong("zero_shot.threshold", "one side too low")
def strictly_above(validation_scores, validation_truth):
    positive = validation_scores[validation_truth == 1]
    negative = validation_scores[validation_truth == 0]
    candidates = np.unique(validation_scores)
    balanced = [(positive > t).mean() + (negative <= t).mean() for t in candidates]
    return candidates[np.argmax(balanced)]


# calibration_error


def bins_of(confidence, correct, bins):
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    for b in np.unique(index):
        members = index == b
        yield members.mean(), confidence[members].mean() - correct[members].mean()


@wrong("zero_shot.calibration_error", "bins not weighted")
def mean_over_bins(confidence, correct, bins=10):
    return np.mean([abs(gap) for _, gap in bins_of(confidence, correct, bins)])


@wrong("zero_shot.calibration_error", "signs cancel")
def signed(confidence, correct, bins=10):
    return sum(share * gap for share, gap in bins_of(confidence, correct, bins))


@wrong("zero_shot.calibration_error", "signs cancel")
def overall_gap(confidence, correct, bins=10):
    return abs(confidence.mean() - correct.mean())


@wrong("zero_shot.calibration_error", "squared")
def brier(confidence, correct, bins=10):
    return ((confidence - correct) ** 2).mean()


@wrong("zero_shot.calibration_error", "largest gap")
def maximum(confidence, correct, bins=10):
    return max(abs(gap) for _, gap in bins_of(confidence, correct, bins))


@wrong("zero_shot.calibration_error", "single predictions")
def each_on_its_own(confidence, correct, bins=10):
    return np.abs(confidence - correct).mean()


@wrong("zero_shot.calibration_error", "confidence 1 dropped")
def last_bin_half_open(confidence, correct, bins=10):
    error = 0
    for low in np.arange(bins) / bins:
        members = (confidence >= low) & (confidence < low + 1 / bins)
        if members.any():
            error += members.mean() * abs(confidence[members].mean() - correct[members].mean())
    return error


@wrong("zero_shot.calibration_error", "empty bin")
def nan_of_an_empty_bin(confidence, correct, bins=10):
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    with np.errstate(invalid="ignore"):
        count = np.bincount(index, minlength=bins)
        gap = np.bincount(index, confidence - correct, bins) / count
    return (np.abs(gap) * count).sum() / len(correct)


@wrong("zero_shot.calibration_error", "bins ignored")
def always_ten(confidence, correct, bins=10):
    return sum(share * abs(gap) for share, gap in bins_of(confidence, correct, 10))


@wrong("zero_shot.calibration_error", "bins of equal count")
def equally_many_in_each(confidence, correct, bins=10):
    gaps = np.array_split((confidence - correct)[np.argsort(confidence)], bins)
    return sum(abs(gap.sum()) for gap in gaps) / len(confidence)


@wrong("zero_shot.calibration_error", "bins of equal count")
def between_quantiles(confidence, correct, bins=10):
    edges = np.quantile(confidence, np.linspace(0, 1, bins + 1))
    index = np.clip(np.searchsorted(edges, confidence, "right") - 1, 0, bins - 1)
    return sum(
        (index == b).mean() * abs((confidence - correct)[index == b].mean())
        for b in np.unique(index)
    )


@wrong("zero_shot.calibration_error", "rounded to an edge")
def rounded(confidence, correct, bins=10):
    index = np.round(confidence * bins)
    gaps = ((confidence - correct)[index == b].sum() for b in np.unique(index))
    return sum(map(abs, gaps)) / len(confidence)


@wrong("zero_shot.calibration_error", "middle for mean")
def middle_of_the_bin(confidence, correct, bins=10):
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for b in np.unique(index):
        members = index == b
        error += members.mean() * abs((b + 0.5) / bins - correct[members].mean())
    return error


# prompt_pair


@wrong("zero_shot.prompt_pair", "double denial")
def present_and_absent(finding):
    return f"{finding} present", f"{finding} absent"


@wrong("zero_shot.prompt_pair", "no No Finding")
def published(finding):
    return finding, f"no {finding}"


@wrong("zero_shot.prompt_pair", "no No Finding")
def only_as_shown(finding):
    if finding == "No Finding":
        return "normal chest", "abnormal chest"
    return finding, f"no {finding}"


@wrong("zero_shot.prompt_pair", "pair exchanged")
def denial_first(finding):
    return f"no {finding}", finding


@wrong("zero_shot.prompt_pair", "negative does not deny")
def different_words(finding):
    return f"{finding}", f"a chest radiograph with {finding}"


@wrong("zero_shot.prompt_pair", "same text twice")
def same_twice(finding):
    return finding, finding


@wrong("zero_shot.prompt_pair", "finding not named")
def always_normal(finding):
    return finding, "normal chest radiograph"


@wrong("zero_shot.prompt_pair", "negative says healthy")
def both_healthy(finding):
    if finding.lower() == "no finding":
        return "no finding", "normal chest"
    return finding, f"no {finding}"


@wrong("zero_shot.prompt_pair", "doubt for statement")
def possible_for_present(finding):
    if finding.lower() == "no finding":
        return "normal chest", "abnormal chest"
    return f"possible {finding}", f"no {finding}"


@wrong("zero_shot.prompt_pair", "No Finding ignored")
def normal_chest_with_something(finding):
    if finding.lower() == "no finding":
        return "normal chest with an effusion", "abnormal chest"
    return finding, f"no {finding}"


@wrong("zero_shot.prompt_pair", "negative says healthy")
def healthy_in_other_words(finding):
    if finding.lower() == "no finding":
        return "normal chest", "no acute cardiopulmonary process"
    return finding, f"no {finding}"


# auroc


@wrong("zero_shot.auroc", "zeros and ones as places")
def integers_as_a_mask_of_pairs(scores, truth):
    pairs = scores[truth][:, None] - scores[~truth]
    return ((pairs > 0) + 0.5 * (pairs == 0)).mean()


@wrong("zero_shot.auroc", "ties lost")
def strictly_higher(scores, truth):
    return (scores[truth == 1][:, None] > scores[truth == 0]).mean()


@wrong("zero_shot.auroc", "ties won")
def at_least_as_high(scores, truth):
    return (scores[truth == 1][:, None] >= scores[truth == 0]).mean()


@wrong("zero_shot.auroc", "turned round")
def negatives_win(scores, truth):
    pairs = scores[truth == 1][:, None] - scores[truth == 0]
    return ((pairs < 0) + 0.5 * (pairs == 0)).mean()


@wrong("zero_shot.auroc", "accuracy")
def accuracy_at_one_half(scores, truth):
    return ((scores >= 0.5) == truth).mean()


@wrong("zero_shot.auroc", "divided by all pairs")
def over_all_pairs(scores, truth):
    pairs = scores[truth == 1][:, None] - scores[truth == 0]
    return ((pairs > 0) + 0.5 * (pairs == 0)).sum() / len(scores) ** 2


@wrong("zero_shot.auroc", "difference of means")
def mean_difference(scores, truth):
    return scores[truth == 1].mean() - scores[truth == 0].mean()
