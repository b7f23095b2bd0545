"""Wrong answers to the exercises of notebook 05, each a misconception that real learners have.

An entry: the exercise, the misconception that its check must recognise, and the function.
"""

import numpy as np
import torch
from torch.nn.functional import normalize, one_hot

WRONG_ANSWERS = []


def wrong(exercise, misconception):
    return lambda function: WRONG_ANSWERS.append((exercise, misconception, function)) or function


# shots


@wrong("fine_tuning.shots", "not by chance")
def first_ones(labels, k, seed):
    return np.concatenate([np.flatnonzero(labels == name)[:k] for name in np.unique(labels)])


@wrong("fine_tuning.shots", "with replacement")
def drawn_again(labels, k, seed):
    rng = np.random.default_rng(seed)
    groups = [np.flatnonzero(labels == name) for name in np.unique(labels)]
    return np.concatenate([rng.choice(group, min(k, len(group))) for group in groups])


@wrong("fine_tuning.shots", "k altogether")
def k_in_all(labels, k, seed):
    return np.random.default_rng(seed).permutation(len(labels))[:k]


@wrong("fine_tuning.shots", "classes mixed")
def by_chance_over_all(labels, k, seed):
    n = int(np.minimum(np.unique(labels, return_counts=True)[1], k).sum())
    return np.random.default_rng(seed).permutation(len(labels))[:n]


@wrong("fine_tuning.shots", "seed ignored")
def fresh_generator(labels, k, seed):
    rng = np.random.default_rng()
    groups = [rng.permutation(np.flatnonzero(labels == name))[:k] for name in np.unique(labels)]
    return np.concatenate(groups)


@wrong("fine_tuning.shots", "not by chance")
def seed_written_in(labels, k, seed):
    rng = np.random.default_rng(0)
    groups = [rng.permutation(np.flatnonzero(labels == name))[:k] for name in np.unique(labels)]
    return np.concatenate(groups)


@wrong("fine_tuning.shots", "block for items")
def contiguous_block(labels, k, seed):
    rng, rows = np.random.default_rng(seed), []
    for name in np.unique(labels):
        group = np.flatnonzero(labels == name)
        start = rng.integers(max(1, len(group) - k + 1))
        rows.append(group[start : start + k])
    return np.concatenate(rows)


@wrong("fine_tuning.shots", "block for items")
def rolled(labels, k, seed):
    rng = np.random.default_rng(seed)
    groups = [np.flatnonzero(labels == name) for name in np.unique(labels)]
    return np.concatenate([np.roll(rows, rng.integers(len(rows)))[:k] for rows in groups])


@wrong("fine_tuning.shots", "block for items")
def every_so_many(labels, k, seed):
    rng = np.random.default_rng(seed)
    groups = [np.flatnonzero(labels == name) for name in np.unique(labels)]
    spread = [np.roll(rows, rng.integers(len(rows)))[:: max(1, len(rows) // k)] for rows in groups]
    return np.concatenate([rows[:k] for rows in spread])


@wrong("fine_tuning.shots", "wrong shape")
def a_row_for_each_class(labels, k, seed):
    rng = np.random.default_rng(seed)
    return [rng.permutation(np.flatnonzero(labels == name))[:k] for name in np.unique(labels)]


# mean_cosine


@wrong("fine_tuning.mean_cosine", "diagonal counted")
def with_the_diagonal(embeddings):
    rows = normalize(embeddings, dim=1)
    return (rows @ rows.T).mean()


@wrong("fine_tuning.mean_cosine", "diagonal counted")
def divided_by_all(embeddings):
    rows = normalize(embeddings, dim=1)
    return (rows @ rows.T).fill_diagonal_(0).mean()


@wrong("fine_tuning.mean_cosine", "not normalised")
def dot_products(embeddings):
    n = len(embeddings)
    return (embeddings @ embeddings.T)[~torch.eye(n, dtype=torch.bool)].mean()


@wrong("fine_tuning.mean_cosine", "sum")
def total(embeddings):
    rows = normalize(embeddings, dim=1)
    return (rows @ rows.T).fill_diagonal_(0).sum()


@wrong("fine_tuning.mean_cosine", "neighbours only")
def neighbours(embeddings):
    rows = normalize(embeddings, dim=1)
    return (rows[1:] * rows[:-1]).sum(dim=1).mean()


@wrong("fine_tuning.mean_cosine", "cosine with the mean")
def with_the_mean(embeddings):
    rows = normalize(embeddings, dim=1)
    return (rows @ normalize(rows.mean(dim=0), dim=0)).mean()


# targets


@wrong("fine_tuning.targets", "equal captions as negatives")
def identity(captions):
    return torch.eye(len(captions))


@wrong("fine_tuning.targets", "rows sum to more than 1")
def ones_where_equal(captions):
    return [[float(a == b) for b in captions] for a in captions]


@wrong("fine_tuning.targets", "first one only")
def first_equal(captions):
    rows = torch.tensor([captions.index(caption) for caption in captions])
    return one_hot(rows, len(captions)).float()


@wrong("fine_tuning.targets", "whole matrix")
def over_the_whole(captions):
    same = torch.tensor([[float(a == b) for b in captions] for a in captions])
    return same / same.sum()


@wrong("fine_tuning.targets", "indices for rows")
def as_cross_entropy_takes_it(captions):
    return torch.arange(len(captions))


# tip_adapter


def affinities(pictures, keys, beta):
    return torch.exp(-beta * (1 - pictures @ keys.T))


@wrong("fine_tuning.tip_adapter", "prompts forgotten")
def cache_alone(pictures, classes, keys, labels, scale, alpha, beta):
    return alpha * affinities(pictures, keys, beta) @ one_hot(labels, len(classes)).float()


@wrong("fine_tuning.tip_adapter", "cache forgotten")
def prompts_alone(pictures, classes, keys, labels, scale, alpha, beta):
    return scale * pictures @ classes.T


@wrong("fine_tuning.tip_adapter", "no exponential")
def bare_cosines(pictures, classes, keys, labels, scale, alpha, beta):
    votes = (pictures @ keys.T) @ one_hot(labels, len(classes)).float()
    return scale * pictures @ classes.T + alpha * votes


@wrong("fine_tuning.tip_adapter", "sign turned round")
def far_ones_first(pictures, classes, keys, labels, scale, alpha, beta):
    votes = torch.exp(beta * (1 - pictures @ keys.T)) @ one_hot(labels, len(classes)).float()
    return scale * pictures @ classes.T + alpha * votes


@wrong("fine_tuning.tip_adapter", "alpha forgotten")
def no_alpha(pictures, classes, keys, labels, scale, alpha, beta):
    votes = affinities(pictures, keys, beta) @ one_hot(labels, len(classes)).float()
    return scale * pictures @ classes.T + votes


@wrong("fine_tuning.tip_adapter", "alpha at the prompts")
def alpha_elsewhere(pictures, classes, keys, labels, scale, alpha, beta):
    votes = affinities(pictures, keys, beta) @ one_hot(labels, len(classes)).float()
    return alpha * scale * pictures @ classes.T + votes


@wrong("fine_tuning.tip_adapter", "classes without pictures")
def as_many_columns_as_labels(pictures, classes, keys, labels, scale, alpha, beta):
    return (
        scale * pictures @ classes.T
        + alpha * affinities(pictures, keys, beta) @ one_hot(labels).float()
    )


@wrong("fine_tuning.tip_adapter", "scale forgotten")
def bare_prompts(pictures, classes, keys, labels, scale, alpha, beta):
    votes = affinities(pictures, keys, beta) @ one_hot(labels, len(classes)).float()
    return pictures @ classes.T + alpha * votes


@wrong("fine_tuning.tip_adapter", "scale at the votes")
def all_scaled(pictures, classes, keys, labels, scale, alpha, beta):
    votes = affinities(pictures, keys, beta) @ one_hot(labels, len(classes)).float()
    return scale * (pictures @ classes.T + alpha * votes)


# lora_layer


@wrong("fine_tuning.lora_layer", "scale forgotten")
def unscaled_addition(x, weight, a, b, alpha):
    return x @ weight.T + x @ a.T @ b.T


@wrong("fine_tuning.lora_layer", "rank forgotten")
def alpha_without_rank(x, weight, a, b, alpha):
    return x @ weight.T + alpha * x @ a.T @ b.T


@wrong("fine_tuning.lora_layer", "wrong rank")
def width_for_rank(x, weight, a, b, alpha):
    return x @ weight.T + alpha / len(b) * x @ a.T @ b.T


@wrong("fine_tuning.lora_layer", "weight replaced")
def product_alone(x, weight, a, b, alpha):
    return alpha / len(a) * x @ a.T @ b.T


@wrong("fine_tuning.lora_layer", "unchanged")
def frozen_alone(x, weight, a, b, alpha):
    return torch.nn.functional.linear(x, weight)


@wrong("fine_tuning.lora_layer", "turned round")
def as_columns(x, weight, a, b, alpha):
    return weight @ x.T + alpha / len(a) * b @ a @ x.T


# rehearsed


@wrong("fine_tuning.rehearsed", "share of the new ones")
def share_of_new(new, share):
    return int(new * share)


@wrong("fine_tuning.rehearsed", "share turned round")
def other_share(new, share):
    return new * (1 - share) / share


@wrong("fine_tuning.rehearsed", "all for old")
def all_of_them(new, share):
    return new / (1 - share)


@wrong("fine_tuning.rehearsed", "new ones fewer")
def what_is_left(new, share):
    return new * (1 - share)


@wrong("fine_tuning.rehearsed", "divided by the share")
def by_the_share(new, share):
    return new / share


# merge


@wrong("fine_tuning.merge", "scale forgotten")
def unscaled(weight, a, b, alpha):
    return weight + b @ a


@wrong("fine_tuning.merge", "rank forgotten")
def only_alpha(weight, a, b, alpha):
    return weight + alpha * b @ a


@wrong("fine_tuning.merge", "wrong rank")
def wrong_side(weight, a, b, alpha):
    return weight + alpha / a.shape[1] * b @ a


@wrong("fine_tuning.merge", "weight replaced")
def addition_alone(weight, a, b, alpha):
    return alpha / len(a) * b @ a


@wrong("fine_tuning.merge", "scale turned round")
def inverse_scale(weight, a, b, alpha):
    return weight + len(a) / alpha * b @ a


# lora_parameters


@wrong("fine_tuning.lora_parameters", "the whole weight")
def full_weights(shapes, rank):
    return sum(out * into for out, into in shapes)


@wrong("fine_tuning.lora_parameters", "one matrix")
def a_alone(shapes, rank):
    return sum(rank * into for _, into in shapes)


@wrong("fine_tuning.lora_parameters", "multiplied")
def product_of_sizes(shapes, rank):
    return sum(rank * out * rank * into for out, into in shapes)


@wrong("fine_tuning.lora_parameters", "rank forgotten")
def sides(shapes, rank):
    return sum(out + into for out, into in shapes)


@wrong("fine_tuning.lora_parameters", "frozen ones counted")
def everything(shapes, rank):
    return sum(out * into + rank * (out + into) for out, into in shapes)


# interpolate


@wrong("fine_tuning.interpolate", "turned round")
def turned_round(old, new, alpha):
    return {name: alpha * old[name] + (1 - alpha) * new[name] for name in old}


@wrong("fine_tuning.interpolate", "added on top")
def on_top(old, new, alpha):
    return {name: old[name] + alpha * new[name] for name in old}


@wrong("fine_tuning.interpolate", "alpha ignored")
def middle(old, new, alpha):
    return {name: (old[name] + new[name]) / 2 for name in old}


@wrong("fine_tuning.interpolate", "weights missing")
def first_weight_only(old, new, alpha):
    name = next(iter(old))
    return {name: (1 - alpha) * old[name] + alpha * new[name]}


@wrong("fine_tuning.interpolate", "change for weight")
def change_alone(old, new, alpha):
    return {name: alpha * (new[name] - old[name]) for name in old}


# choose_alpha


@wrong("fine_tuning.choose_alpha", "forgetting ignored")
def best_on_new(new, old, limit):
    return new.argmax()


@wrong("fine_tuning.choose_alpha", "least forgotten")
def best_on_old(new, old, limit):
    return old.argmax()


@wrong("fine_tuning.choose_alpha", "last within the limit")
def as_far_as_allowed(new, old, limit):
    return np.flatnonzero(old[0] - old <= limit)[-1]


@wrong("fine_tuning.choose_alpha", "limit not compared with the start")
def absolute_limit(new, old, limit):
    return np.where(old >= 1 - limit, new, 0).argmax()


@wrong("fine_tuning.choose_alpha", "index within the kept ones")
def place_among_the_kept(new, old, limit):
    return new[old >= old[0] - limit].argmax()


@wrong("fine_tuning.choose_alpha", "stopped too early")
def until_too_much_is_forgotten(new, old, limit):
    best = 0
    for i in range(len(new)):
        if old[0] - old[i] > limit:
            break
        best = i if new[i] > new[best] else best
    return best


@wrong("fine_tuning.choose_alpha", "cut for mask")
def as_many_as_are_allowed(new, old, limit):
    return new[: (old >= old[0] - limit).sum()].argmax()


@wrong("fine_tuning.choose_alpha", "cut for mask")
def up_to_the_last_allowed(new, old, limit):
    return new[: np.flatnonzero(old >= old[0] - limit)[-1] + 1].argmax()


@wrong("fine_tuning.choose_alpha", "step by step")
def against_the_one_before(new, old, limit):
    return np.where(np.diff(old, prepend=old[0]) >= -limit, new, -1).argmax()


@wrong("fine_tuning.choose_alpha", "limit not compared with the start")
def against_the_best(new, old, limit):
    return np.where(old >= old.max() - limit, new, -1).argmax()


@wrong("fine_tuning.choose_alpha", "improvement refused")
def gains_refused(new, old, limit):
    return np.where(np.abs(old - old[0]) <= limit, new, -1).argmax()


@wrong("fine_tuning.choose_alpha", "limit as a share")
def share_of_the_accuracy(new, old, limit):
    return np.where(old >= old[0] * (1 - limit), new, -1).argmax()
