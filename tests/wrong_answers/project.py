"""Wrong answers to the exercises on a project of one's own, each a misconception of learners.

An entry: the exercise, the misconception that its check must recognise, and the function.
"""

import numpy as np
import torch
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from torch.nn.functional import normalize

WRONG_ANSWERS = []


def wrong(exercise, misconception):
    return lambda function: WRONG_ANSWERS.append((exercise, misconception, function)) or function


# choose


@wrong("project.choose", "unpublished wins")
def nan_is_largest(accuracy, megabytes, allowed, limit):
    return np.where(allowed & (megabytes <= limit), accuracy, -1).argmax()


@wrong("project.choose", "limit ignored")
def whatever_it_weighs(accuracy, megabytes, allowed, limit):
    return np.nanargmax(np.where(allowed, accuracy, -1))


@wrong("project.choose", "not allowed")
def licence_unread(accuracy, megabytes, allowed, limit):
    return np.nanargmax(np.where(megabytes <= limit, accuracy, -1))


@wrong("project.choose", "place among the rest")
def number_in_the_short_list(accuracy, megabytes, allowed, limit):
    left = accuracy[allowed & (megabytes <= limit) & ~np.isnan(accuracy)]
    return left.argmax()


@wrong("project.choose", "largest")
def bigger_is_better(accuracy, megabytes, allowed, limit):
    return np.where(allowed & (megabytes <= limit), megabytes, -1).argmax()


@wrong("project.choose", "smallest")
def lightest(accuracy, megabytes, allowed, limit):
    return np.where(allowed & (megabytes <= limit), megabytes, np.inf).argmin()


@wrong("project.choose", "the accuracy itself")
def best_accuracy(accuracy, megabytes, allowed, limit):
    return np.nanmax(accuracy[allowed & (megabytes <= limit)])


# keep_together


def _first_rows(groups):
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    return first[inverse]


@wrong("project.keep_together", "copies ignored")
def groups_alone(groups, copies):
    return _first_rows(groups)


@wrong("project.keep_together", "groups ignored")
def copies_alone(groups, copies):
    together = np.arange(len(groups))
    for a, b in copies:
        low, high = sorted((together[a], together[b]))
        together[together == high] = low
    return together


@wrong("project.keep_together", "a row without its group")
def two_rows_moved(groups, copies):
    together = _first_rows(groups)
    for a, b in copies:
        together[a] = together[b] = min(together[a], together[b])
    return together


@wrong("project.keep_together", "a chain not followed")
def numbers_of_the_beginning(groups, copies):
    first = _first_rows(groups)
    together = first.copy()
    for a, b in copies:
        together[first == max(first[a], first[b])] = min(first[a], first[b])
    return together


@wrong("project.keep_together", "another number")
def names_for_rows(groups, copies):
    together = groups.copy()
    for a, b in copies:
        together[together == together[b]] = together[a]
    return together


@wrong("project.keep_together", "another number")
def numbered_from_one(groups, copies):
    _, codes = np.unique(groups, return_inverse=True)
    pairs, size = codes[copies], codes.max() + 1
    links = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), (size, size))
    return connected_components(links, directed=False)[1][codes] + 100


# leaks


def _cosines(train, test):
    return normalize(test, dim=1) @ normalize(train, dim=1).T


@wrong("project.leaks", "not normalised")
def dot_products(train, test, threshold):
    return torch.nonzero((test @ train.T).amax(dim=1) >= threshold).flatten()


@wrong("project.leaks", "rows of train")
def copied_rows(train, test, threshold):
    return torch.nonzero(_cosines(train, test).amax(dim=0) >= threshold).flatten()


@wrong("project.leaks", "rows of train")
def nearest_rows(train, test, threshold):
    highest = _cosines(train, test).max(dim=1)
    return highest.indices[highest.values >= threshold]


@wrong("project.leaks", "clean rows")
def rows_that_stay(train, test, threshold):
    return torch.nonzero(_cosines(train, test).amax(dim=1) < threshold).flatten()


@wrong("project.leaks", "a row twice")
def all_pairs(train, test, threshold):
    return torch.nonzero(_cosines(train, test) >= threshold)[:, 0]


@wrong("project.leaks", "mask for rows")
def mask(train, test, threshold):
    return _cosines(train, test).amax(dim=1) >= threshold


@wrong("project.leaks", "mean for highest")
def mean_cosine(train, test, threshold):
    return torch.nonzero(_cosines(train, test).mean(dim=1) >= threshold).flatten()


# int8


def rounded(weights, largest, steps=127):
    return (weights / (largest / steps)).round() * (largest / steps)


@wrong("project.int8", "nothing rounded")
def there_and_back(weights):
    scale = weights.abs().amax(dim=1, keepdim=True) / 127
    return weights / scale * scale


@wrong("project.int8", "not brought back")
def whole_numbers(weights):
    scale = weights.abs().amax(dim=1, keepdim=True) / 127
    return (weights / scale).round()


@wrong("project.int8", "cut off, not rounded")
def cast(weights):
    scale = weights.abs().amax(dim=1, keepdim=True) / 127
    return (weights / scale).to(torch.int8) * scale


@wrong("project.int8", "one scale for all")
def per_tensor(weights):
    return rounded(weights, weights.abs().max())


@wrong("project.int8", "a scale for each column")
def per_column(weights):
    return rounded(weights, weights.abs().amax(dim=0, keepdim=True))


@wrong("project.int8", "sign forgotten")
def largest_of_all(weights):
    return rounded(weights, weights.amax(dim=1, keepdim=True))


@wrong("project.int8", "other steps")
def by_128(weights):
    return rounded(weights, weights.abs().amax(dim=1, keepdim=True), 128)


@wrong("project.int8", "other steps")
def by_255(weights):
    return rounded(weights, weights.abs().amax(dim=1, keepdim=True), 255)
