"""Right answers to the exercises in other words than the notebooks' solutions.

Learners write loops, numpy, einsum or whole libraries; a check accepts whatever is right. An
entry: the exercise and the function.
"""

import itertools
import math
import random
import re

import numpy as np
import torch
from sklearn.metrics import recall_score, roc_auc_score, roc_curve
from sklearn.model_selection import GroupShuffleSplit
from torch.nn import functional

RIGHT_ANSWERS = []


def right(exercise):
    return lambda function: RIGHT_ANSWERS.append((exercise, function)) or function


# similarity


@right("similarity.normalise")
def normalise_by_loop(vectors):
    return torch.stack([row / math.sqrt(sum(float(x) ** 2 for x in row)) for row in vectors])


@right("similarity.normalise")
def normalise_by_einsum(vectors):
    return vectors * torch.einsum("nd,nd->n", vectors, vectors).rsqrt()[:, None]


@right("similarity.normalise")
def normalise_as_lists(vectors):
    return [[x / math.hypot(*row) for x in row] for row in vectors.tolist()]


@right("similarity.cosine")
def cosine_by_two_loops(a, b):
    return [[functional.cosine_similarity(x, y, dim=0).item() for y in b] for x in a]


@right("similarity.cosine")
def cosine_by_outer_product(a, b):
    return torch.einsum("nd,md->nm", a, b) / torch.outer(a.norm(dim=1), b.norm(dim=1))


@right("similarity.cosine")
def cosine_by_numpy(a, b):
    a, b = a.numpy().astype(float), b.numpy().astype(float)
    return (a @ b.T) / np.linalg.norm(a, axis=1)[:, None] / np.linalg.norm(b, axis=1)


@right("similarity.probabilities")
def probabilities_by_hand(cosines, scale):
    weights = (scale * (cosines - cosines.max(dim=1, keepdim=True).values)).exp()
    return weights / weights.sum(dim=1, keepdim=True)


@right("similarity.probabilities")
def probabilities_in_double(cosines, scale):
    weights = np.exp(scale * cosines.numpy().astype(float))
    return weights / weights.sum(axis=1, keepdims=True)


@right("similarity.probabilities")
def probabilities_by_logarithm(cosines, scale):
    return (cosines * scale).log_softmax(-1).exp()


@right("similarity.modality_gap")
def gap_by_sums(images, texts):
    difference = images.sum(0) / len(images) - texts.sum(0) / len(texts)
    return torch.sqrt((difference**2).sum())


@right("similarity.modality_gap")
def gap_by_distance(images, texts):
    return math.dist(images.mean(dim=0).tolist(), texts.mean(dim=0).tolist())


@right("similarity.pad")
def pad_by_numpy(picture):
    ends = [
        ((max(picture.shape) - n) // 2, (max(picture.shape) - n + 1) // 2) for n in picture.shape
    ]
    return np.pad(picture, (*ends[:2], (0, 0)), mode="edge")


@right("similarity.pad")
def pad_with_one_more_in_front(picture):
    height, width, _ = picture.shape
    side = max(height, width)
    top, left = (side - height + 1) // 2, (side - width + 1) // 2
    square = np.zeros((side, side, 3), picture.dtype)
    for row, column in np.ndindex(side, side):
        nearest = min(max(row - top, 0), height - 1), min(max(column - left, 0), width - 1)
        square[row, column] = picture[nearest]
    return square


@right("similarity.pad")
def pad_by_clipping(picture):
    side = max(picture.shape[:2])
    rows, columns = (
        np.clip(np.arange(side) - (side - n) // 2, 0, n - 1) for n in picture.shape[:2]
    )
    return picture[rows][:, columns].tolist()


@right("similarity.captions")
def captions_by_sorting(pictures, texts, k):
    return (pictures @ texts.T).argsort(dim=1, descending=True)[:, :k]


@right("similarity.captions")
def captions_by_distance(pictures, texts, k):
    return np.argsort(torch.cdist(pictures, texts).numpy(), axis=1)[:, :k].astype(float)


@right("similarity.captions")
def captions_by_loop(pictures, texts, k):
    return [
        sorted(range(len(texts)), key=lambda i: -float(picture @ texts[i]))[:k]
        for picture in pictures
    ]


@right("similarity.neighbours")
def neighbours_filtered(embeddings, index, k):
    order = (embeddings @ embeddings[index]).argsort(descending=True).tolist()
    return [i for i in order if i != index][:k]


@right("similarity.neighbours")
def neighbours_masked(embeddings, index, k):
    cosines = (embeddings @ embeddings[index]).numpy()
    others = np.flatnonzero(np.arange(len(cosines)) != index)
    return others[np.argsort(-cosines[others])][:k]


@right("similarity.match_reports")
def reports_by_loop(films, reports):
    best, credit = [], 0.0
    for i, film in enumerate(films):
        cosines = (reports @ film).tolist()
        ties = [j for j, c in enumerate(cosines) if max(cosines) - c < 1e-6]
        best.append(ties[0])
        credit += (i in ties) / len(ties)
    return best, credit / len(films)


@right("similarity.match_reports")
def reports_by_numpy(films, reports):
    cosines = films.numpy() @ reports.numpy().T
    top = np.isclose(cosines, cosines.max(1, keepdims=True), rtol=0, atol=1e-6)
    return cosines.argmax(1), np.mean(np.diag(top) / top.sum(1))


# zero_shot


@right("zero_shot.prompts")
def prompts_by_loop(labels, templates):
    result = []
    for label in labels:
        row = []
        for template in templates:
            row.append(template.replace("{}", label))
        result.append(row)
    return result


@right("zero_shot.prompts")
def prompts_by_product(labels, templates):
    flat = [t.format(label) for label, t in itertools.product(labels, templates)]
    return np.array(flat).reshape(len(labels), len(templates))


@right("zero_shot.classify")
def classify_by_loop(pictures, classes):
    return [int((classes @ picture).argmax()) for picture in pictures]


@right("zero_shot.classify")
def classify_by_max(pictures, classes):
    return torch.max(pictures @ classes.T, 1)[1]


@right("zero_shot.ensemble")
def ensemble_by_sum(texts):
    return functional.normalize(texts.sum(dim=1), dim=-1)


@right("zero_shot.ensemble")
def ensemble_by_numpy(texts):
    mean = np.mean(texts.numpy(), axis=1)
    return mean / np.sqrt((mean**2).sum(axis=1, keepdims=True))


@right("zero_shot.choose_template")
def template_by_index(validation, test):
    best = list(validation).index(max(validation))
    return [best, test[best]]


@right("zero_shot.bootstrap")
def bootstrap_by_loop(correct, n_resamples=1000, seed=0):
    rng = np.random.default_rng(seed)
    means = []
    for _ in range(n_resamples):
        means.append(correct[rng.integers(0, len(correct), len(correct))].mean())
    return tuple(np.percentile(means, [2.5, 97.5]))


@right("zero_shot.bootstrap")
def bootstrap_by_random(correct, n_resamples=1000, seed=0):
    drawn = random.Random(seed)
    values = correct.tolist()
    means = sorted(sum(drawn.choices(values, k=len(values))) for _ in range(n_resamples))
    cut = round(0.025 * n_resamples)
    return means[cut] / len(values), means[-cut - 1] / len(values)


@right("zero_shot.bootstrap")
def bootstrap_by_torch(correct, n_resamples=1000, seed=0):
    generator = torch.Generator().manual_seed(seed)
    places = torch.randint(len(correct), (n_resamples, len(correct)), generator=generator)
    means = torch.tensor(correct)[places].mean(dim=1)
    return means.quantile(0.025), means.quantile(0.975)


@right("zero_shot.balanced_accuracy")
def balanced_by_library(truth, predicted):
    labels = np.unique(truth)
    return recall_score(truth, predicted, labels=labels, average="macro", zero_division=0)


@right("zero_shot.balanced_accuracy")
def balanced_by_counting(truth, predicted):
    found, total = {}, {}
    for t, p in zip(truth.tolist(), predicted.tolist(), strict=True):
        total[t] = total.get(t, 0) + 1
        found[t] = found.get(t, 0) + (t == p)
    return sum(found[t] / total[t] for t in total) / len(total)


@right("zero_shot.threshold")
def threshold_between_scores(scores, truth):
    levels = np.unique(scores)
    edges = [levels[0] - 1, *(levels[1:] + levels[:-1]) / 2, levels[-1] + 1]
    truth = truth.astype(bool)
    return max(edges, key=lambda t: (scores[truth] >= t).mean() + (scores[~truth] < t).mean())


@right("zero_shot.threshold")
def threshold_by_roc(scores, truth):
    false, true, thresholds = roc_curve(truth, scores, drop_intermediate=False)
    return thresholds[np.argmax(true - false)]


@right("zero_shot.calibration_error")
def calibration_by_edges(confidence, correct, bins=10):
    error = 0.0
    for b in range(bins):
        above = confidence >= b / bins
        inside = above & (confidence < (b + 1) / bins) if b < bins - 1 else above
        if inside.any():
            error += inside.sum() * abs(confidence[inside].mean() - correct[inside].mean())
    return error / len(confidence)


@right("zero_shot.calibration_error")
def calibration_by_sums(confidence, correct, bins=10):
    index = np.clip(np.digitize(confidence, np.linspace(0, 1, bins + 1)) - 1, 0, bins - 1)
    return np.abs(np.bincount(index, confidence - correct)).sum() / len(correct)


@right("zero_shot.auroc")
def auroc_by_library(scores, truth):
    return roc_auc_score(truth, scores)


@right("zero_shot.auroc")
def auroc_by_loop(scores, truth):
    won = []
    for positive in scores[truth == 1]:
        for negative in scores[truth == 0]:
            won.append(1.0 if positive > negative else 0.5 if positive == negative else 0.0)
    return sum(won) / len(won)


@right("zero_shot.auroc")
def auroc_by_signs(scores, truth):
    return (1 + np.sign(np.subtract.outer(scores[truth > 0], scores[truth < 1])).mean()) / 2


# loss


@right("loss.accumulated")
def accumulated_by_slices(pictures, texts, scale, size):
    losses = []
    for start in range(0, len(pictures), size):
        logits = scale * pictures[start : start + size] @ texts[start : start + size].T
        own = torch.arange(size)
        losses += [functional.cross_entropy(table, own) for table in (logits, logits.T)]
    return torch.stack(losses).mean()


@right("loss.accumulated")
def accumulated_by_mask(pictures, texts, scale, size):
    """The whole matrix, with all that lies outside the pieces made impossible."""
    piece = torch.arange(len(pictures)) // size
    logits = scale * pictures @ texts.T
    logits = logits.masked_fill(piece[:, None] != piece[None], -torch.inf)
    ways = [table.log_softmax(dim=1).diag().mean() for table in (logits, logits.T)]
    return -(ways[0] + ways[1]).item() / 2


# fine_tuning


@right("fine_tuning.shots")
def shots_by_choice(labels, k, seed):
    rng = np.random.default_rng(seed)
    rows = []
    for name in set(labels.tolist()):
        group = np.where(labels == name)[0]
        rows.extend(rng.choice(group, size=min(k, len(group)), replace=False))
    return rows


@right("fine_tuning.shots")
def shots_by_sample(labels, k, seed):
    drawn, groups = random.Random(seed), {}
    for row, name in enumerate(labels.tolist()):
        groups.setdefault(name, []).append(row)
    return sum((drawn.sample(rows, min(k, len(rows))) for rows in groups.values()), [])


@right("fine_tuning.mean_cosine")
def mean_cosine_by_pairs(rows):
    pairs = itertools.combinations(rows, 2)
    return np.mean([functional.cosine_similarity(a, b, dim=0).item() for a, b in pairs])


@right("fine_tuning.mean_cosine")
def mean_cosine_by_triangle(rows):
    cosines = torch.corrcoef(torch.cat([rows, -rows], dim=1))  # rows of mean 0
    upper = torch.triu_indices(len(rows), len(rows), offset=1)
    return cosines[upper[0], upper[1]].mean()


@right("fine_tuning.targets")
def targets_by_count(captions):
    return [[(a == b) / captions.count(a) for b in captions] for a in captions]


@right("fine_tuning.targets")
def targets_by_numpy(captions):
    texts = np.array(captions)
    same = texts[:, None] == texts[None, :]
    return torch.tensor(same / same.sum(axis=1, keepdims=True))


@right("fine_tuning.tip_adapter")
def tip_by_index_add(pictures, classes, keys, labels, scale, alpha, beta):
    votes = (-beta * (1 - pictures @ keys.T)).exp()
    logits = scale * pictures @ classes.T
    return logits.index_add(1, labels, alpha * votes)


@right("fine_tuning.tip_adapter")
def tip_by_loop(pictures, classes, keys, labels, scale, alpha, beta):
    logits = pictures @ (scale * classes).T
    for key, label in zip(keys, labels.tolist(), strict=True):
        logits[:, label] += alpha * torch.exp(beta * (pictures @ key - 1))
    return logits


@right("fine_tuning.lora_layer")
def lora_by_linear(x, weight, a, b, alpha):
    return functional.linear(x, weight) + functional.linear(functional.linear(x, a), b) * (
        alpha / a.shape[0]
    )


@right("fine_tuning.lora_layer")
def lora_by_merging(x, weight, a, b, alpha):
    return x @ torch.addmm(weight, b, a, alpha=alpha / b.shape[1]).T


@right("fine_tuning.rehearsed")
def rehearsed_as_a_whole_number(new, share):
    return round(new / (1 - share)) - new


@right("fine_tuning.rehearsed")
def rehearsed_by_counting(new, share):
    old = 0
    while old / (old + new) < share - 1e-9:
        old += 1
    return old


@right("fine_tuning.merge")
def merge_by_einsum(weight, a, b, alpha):
    return torch.einsum("or,ri->oi", b, a).mul(alpha).div(a.size(0)).add(weight)


@right("fine_tuning.merge")
def merge_by_addmm(weight, a, b, alpha):
    return torch.addmm(weight, b, a, alpha=alpha / b.shape[1])


@right("fine_tuning.lora_parameters")
def lora_by_making_them(shapes, rank):
    return sum(np.zeros((rank, i)).size + np.zeros((o, rank)).size for o, i in shapes)


@right("fine_tuning.lora_parameters")
def lora_as_array(shapes, rank):
    return np.sum(shapes) * rank


@right("fine_tuning.interpolate")
def interpolate_by_lerp(old, new, alpha):
    return {name: torch.lerp(weight, new[name], alpha) for name, weight in old.items()}


@right("fine_tuning.interpolate")
def interpolate_by_loop(old, new, alpha):
    mixed = {}
    for name in reversed(list(old)):
        mixed[name] = old[name].numpy() + alpha * (new[name].numpy() - old[name].numpy())
    return mixed


@right("fine_tuning.choose_alpha")
def alpha_by_loop(new, old, limit):
    best = 0
    for i in range(len(new)):
        if old[0] - old[i] <= limit and new[i] > new[best]:
            best = i
    return best


@right("fine_tuning.choose_alpha")
def alpha_by_places(new, old, limit):
    kept = np.where(old + limit >= old[0])[0]
    return kept[np.argmax(new[kept])]


# radiographs


@right("radiographs.sentences")
def sentences_by_findall(report):
    text = re.sub(r"\b[A-Za-z]+:|\b\d+\.", " ", report)
    return [" ".join(part.split()) for part in re.findall(r"[^.]*[^.\s][^.]*\.", text)]


@right("radiographs.sentences")
def sentences_line_by_line(report):
    result = []
    for line in report.split("\n"):
        for part in line.split(":", 1)[1].split("."):
            if any(letter.isalpha() for letter in part):
                result.append(part.strip() + ".")
    return result


@right("radiographs.status")
def status_by_words(sentence, name):
    words = re.findall(r"[\w#?-]+", sentence.lower())
    if name.lower() not in words:
        return "not said"
    if words[0] in ("no", "nil", "-ve"):
        return "absent"
    return "uncertain" if words[0] in ("?", "possible") else "present"


@right("radiographs.status")
def status_by_regex(sentence, name):
    if not re.search(rf"(?i)(?<!\w){re.escape(name)}(?!\w)", sentence):
        return "not said"
    if re.match(r"(?i)(no|nil|-ve for)\s", sentence):
        return "absent"
    return "uncertain" if re.match(r"(?i)\?|possible\b", sentence) else "present"


@right("radiographs.split_patients")
def split_by_choice(patients, share, seed=0):
    rng = np.random.default_rng(seed)
    names = sorted(set(patients))
    chosen = rng.choice(names, round(share * len(names)), replace=False)
    return [name in chosen for name in patients]


@right("radiographs.split_patients")
def split_by_library(patients, share, seed=0):
    splitter = GroupShuffleSplit(1, test_size=share, random_state=seed)
    _, test = next(splitter.split(patients, groups=patients))
    return np.isin(np.arange(len(patients)), test).astype(int)


@right("radiographs.finding_score")
def finding_score_by_softmax(pictures, stated, denied, scale):
    centres = [functional.normalize(rows.mean(dim=0), dim=0) for rows in (stated, denied)]
    return (scale * pictures @ torch.stack(centres, dim=1)).softmax(dim=1)[:, 0]


@right("radiographs.finding_score")
def finding_score_by_loop(pictures, stated, denied, scale):
    yes, no = stated.sum(0) / stated.sum(0).norm(), denied.sum(0) / denied.sum(0).norm()
    return [1 / (1 + math.exp(-scale * float(p @ yes - p @ no))) for p in pictures]


@right("radiographs.stated_share")
def stated_share_by_logsumexp(pictures, stated, denied, scale):
    yes, no = ((scale * pictures @ rows.T).logsumexp(dim=1) for rows in (stated, denied))
    return torch.sigmoid(yes - no)


@right("radiographs.stated_share")
def stated_share_denials_last(pictures, stated, denied, scale):
    shares = (scale * pictures @ torch.cat([denied, stated]).T).softmax(dim=1)
    return 1 - shares[:, : len(denied)].sum(dim=1)


@right("radiographs.patient_interval")
def patients_by_weights(correct, patients, n_resamples=1000, seed=0):
    rng = np.random.default_rng(seed)
    _, code = np.unique(patients, return_inverse=True)
    films, hits = np.bincount(code), np.bincount(code, correct)
    drawn = rng.integers(len(films), size=(n_resamples, len(films)))
    return tuple(np.percentile(hits[drawn].sum(1) / films[drawn].sum(1), (2.5, 97.5)))


@right("radiographs.sensitivity")
def sensitivity_by_sorting(scores, truth, test_scores, test_truth, specificity=0.9):
    negatives = sorted(s for s, t in zip(scores, truth, strict=True) if t == 0)
    threshold = np.percentile(negatives, 100 * specificity)
    called = [s >= threshold for s in test_scores]
    found = [c for c, t in zip(called, test_truth, strict=True) if t == 1]
    spared = [not c for c, t in zip(called, test_truth, strict=True) if t == 0]
    return sum(found) / len(found), sum(spared) / len(spared)


@right("radiographs.sensitivity")
def sensitivity_by_higher_quantile(scores, truth, test_scores, test_truth, specificity=0.9):
    threshold = np.quantile(scores[truth == 0], specificity, method="higher")
    called = test_scores >= threshold
    ill = test_truth.astype(bool)
    return [called[ill].mean(), (~called)[~ill].mean()]


@right("radiographs.predictive_value")
def predictive_value_by_odds(sensitivity, specificity, prevalence):
    odds = prevalence / (1 - prevalence) * sensitivity / (1 - specificity)
    return odds / (1 + odds)


@right("radiographs.predictive_value")
def predictive_value_by_counts(sensitivity, specificity, prevalence):
    true, false = 1e6 * prevalence * sensitivity, 1e6 * (1 - prevalence) * (1 - specificity)
    return true / (true + false)


# project


@right("project.choose")
def choose_by_loop(accuracy, megabytes, allowed, limit):
    best = None
    for i in range(len(accuracy)):
        if not allowed[i] or megabytes[i] > limit or math.isnan(accuracy[i]):
            continue
        if best is None or accuracy[i] > accuracy[best]:
            best = i
    return best


@right("project.choose")
def choose_by_sorting(accuracy, megabytes, allowed, limit):
    order = sorted(range(len(accuracy)), key=lambda i: -np.nan_to_num(accuracy[i], nan=-1))
    return next(i for i in order if allowed[i] and megabytes[i] <= limit)


@right("project.keep_together")
def together_by_components(groups, copies):
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = len(groups)
    same = [(i, int(np.flatnonzero(groups == groups[i])[0])) for i in range(n)]
    ends = np.array([*same, *copies.tolist()])
    links = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), (n, n))
    parts = connected_components(links, directed=False)[1]
    return [parts.tolist().index(part) for part in parts]


@right("project.keep_together")
def together_by_repeating(groups, copies):
    numbers = list(range(len(groups)))
    pairs = [(i, j) for i in range(len(groups)) for j in range(i) if groups[i] == groups[j]]
    pairs += [(int(a), int(b)) for a, b in copies]
    for _ in numbers:
        for a, b in pairs:
            numbers[a] = numbers[b] = min(numbers[a], numbers[b])
    return numbers


@right("project.leaks")
def leaks_by_loop(train, test, threshold):
    return [
        row
        for row, vector in enumerate(test)
        if any(functional.cosine_similarity(vector, other, dim=0) >= threshold for other in train)
    ]


@right("project.leaks")
def leaks_by_numpy(train, test, threshold):
    a, b = train.numpy(), test.numpy()
    cosines = b @ a.T / np.linalg.norm(b, axis=1)[:, None] / np.linalg.norm(a, axis=1)
    return np.flatnonzero((cosines >= threshold).any(axis=1))


@right("project.int8")
def int8_row_by_row(weights):
    rows = []
    for row in weights.tolist():
        step = max(map(abs, row)) / 127
        rows.append([round(value / step) * step for value in row])
    return rows


@right("project.int8")
def int8_by_torch(weights):
    scale = weights.abs().amax(dim=1).double() / 127
    zero = torch.zeros(len(weights), dtype=torch.long)
    kept = torch.quantize_per_channel(weights, scale, zero, 0, torch.qint8)
    return kept.dequantize()
