"""Wrong answers to the exercises on the contrastive loss, in notebook 05.

An entry: the exercise, the misconception that its check must recognise, and the function.
"""

import torch
from torch.nn.functional import cross_entropy, logsigmoid, normalize

from clipkit.losses import contrastive_loss

WRONG_ANSWERS = []


def wrong(exercise, misconception):
    return lambda function: WRONG_ANSWERS.append((exercise, misconception, function)) or function


def logits_of(pictures, texts, scale):
    return scale * normalize(pictures, dim=1) @ normalize(texts, dim=1).T


def both_ways(logits):
    own = torch.arange(len(logits))
    return (cross_entropy(logits, own) + cross_entropy(logits.T, own)) / 2


# contrastive


@wrong("loss.contrastive", "one direction")
def pictures_only(pictures, texts, scale):
    return cross_entropy(logits_of(pictures, texts, scale), torch.arange(len(texts)))


@wrong("loss.contrastive", "one direction")
def columns_twice(pictures, texts, scale):
    losses = -logits_of(pictures, texts, scale).softmax(dim=0).diag().log()
    return ((losses.mean() + losses.mean()) / 2).item()


@wrong("loss.contrastive", "not normalised")
def dot_products(pictures, texts, scale):
    return both_ways(scale * pictures @ texts.T)


@wrong("loss.contrastive", "not normalised")
def one_side(pictures, texts, scale):
    return both_ways(scale * normalize(pictures, dim=1) @ texts.T)


@wrong("loss.contrastive", "scale forgotten")
def bare_cosines(pictures, texts, scale):
    return both_ways(logits_of(pictures, texts, 1))


@wrong("loss.contrastive", "scale turned round")
def as_a_temperature(pictures, texts, scale):
    return both_ways(logits_of(pictures, texts, 1 / scale))


@wrong("loss.contrastive", "whole matrix")
def over_all_entries(pictures, texts, scale):
    logits = logits_of(pictures, texts, scale)
    return -logits.flatten().softmax(dim=0).view_as(logits).diag().log().mean()


@wrong("loss.contrastive", "sum for mean")
def not_halved(pictures, texts, scale):
    return 2 * both_ways(logits_of(pictures, texts, scale))


@wrong("loss.contrastive", "sum for mean")
def summed(pictures, texts, scale):
    own, logits = torch.arange(len(texts)), logits_of(pictures, texts, scale)
    ways = [cross_entropy(table, own, reduction="sum") for table in (logits, logits.T)]
    return sum(ways) / 2


@wrong("loss.contrastive", "sigmoid")
def each_pair_alone(pictures, texts, scale):
    signs = 2 * torch.eye(len(texts)) - 1
    return -logsigmoid(signs * logits_of(pictures, texts, scale)).mean()


@wrong("loss.contrastive", "softmax twice")
def probabilities_for_logits(pictures, texts, scale):
    own, logits = torch.arange(len(texts)), logits_of(pictures, texts, scale)
    ways = [cross_entropy(table.softmax(dim=1), own) for table in (logits, logits.T)]
    return sum(ways) / 2


@wrong("loss.contrastive", "sign turned round")
def log_likelihood(pictures, texts, scale):
    return -both_ways(logits_of(pictures, texts, scale))


# accumulated


def both_ways_of_units(pictures, texts, scale):
    return both_ways(scale * pictures @ texts.T)


def pieces_of(pictures, texts, size):
    return zip(pictures.split(size), texts.split(size), strict=True)


@wrong("loss.accumulated", "whole batch")
def not_cut(pictures, texts, scale, size):
    return both_ways_of_units(pictures, texts, scale)


@wrong("loss.accumulated", "sum for mean")
def pieces_summed(pictures, texts, scale, size):
    return sum(both_ways_of_units(*piece, scale) for piece in pieces_of(pictures, texts, size))


@wrong("loss.accumulated", "sum for mean")
def divided_by_pairs(pictures, texts, scale, size):
    return pieces_summed(pictures, texts, scale, size) / len(texts)


@wrong("loss.accumulated", "one piece")
def first_piece(pictures, texts, scale, size):
    return both_ways_of_units(pictures[:size], texts[:size], scale)


@wrong("loss.accumulated", "one piece")
def last_piece(pictures, texts, scale, size):
    for piece in pieces_of(pictures, texts, size):
        loss = both_ways_of_units(*piece, scale)
    return loss


@wrong("loss.accumulated", "one direction")
def one_way_each(pictures, texts, scale, size):
    own = torch.arange(size)
    losses = [
        cross_entropy(scale * some @ words.T, own)
        for some, words in pieces_of(pictures, texts, size)
    ]
    return torch.stack(losses).mean()


@wrong("loss.accumulated", "every so many")
def strided(pictures, texts, scale, size):
    count = len(pictures) // size
    losses = [
        both_ways_of_units(pictures[start::count], texts[start::count], scale)
        for start in range(count)
    ]
    return torch.stack(losses).mean()


# step


def gradient(weight, pictures, texts, scale):
    moving = weight.clone().requires_grad_()
    rows = normalize(pictures @ moving.T, dim=1)
    loss = contrastive_loss(rows, texts, torch.tensor(scale), torch.arange(len(texts)))
    return torch.autograd.grad(loss, moving)[0]


@wrong("loss.step", "uphill")
def uphill(weight, pictures, texts, scale, rate):
    return weight + rate * gradient(weight, pictures, texts, scale)


@wrong("loss.step", "rate forgotten")
def whole_gradient(weight, pictures, texts, scale, rate):
    return weight - gradient(weight, pictures, texts, scale)


@wrong("loss.step", "gradient for weight")
def gradient_alone(weight, pictures, texts, scale, rate):
    return gradient(weight, pictures, texts, scale)


@wrong("loss.step", "not moved")
def new_name_for_the_old(weight, pictures, texts, scale, rate):
    moved = weight - rate * gradient(weight, pictures, texts, scale)
    del moved
    return weight


@wrong("loss.step", "not normalised")
def lengths_left(weight, pictures, texts, scale, rate):
    moving = weight.clone().requires_grad_()
    both_ways(scale * pictures @ moving.T @ texts.T).backward()
    return weight - rate * moving.grad


@wrong("loss.step", "one direction")
def one_question(weight, pictures, texts, scale, rate):
    moving = weight.clone().requires_grad_()
    logits = scale * normalize(pictures @ moving.T, dim=1) @ texts.T
    cross_entropy(logits, torch.arange(len(texts))).backward()
    return weight - rate * moving.grad
