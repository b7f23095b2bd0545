"""Wrong answers to the exercises of notebook 01, each a misconception that real learners have.

An entry: the exercise, the misconception that its check must recognise, and the function.
"""

import numpy as np
import torch

WRONG_ANSWERS = []


def wrong(exercise, misconception):
    return lambda function: WRONG_ANSWERS.append((exercise, misconception, function)) or function


def unit(x):
    return x / x.norm(dim=1, keepdim=True)


# normalise


@wrong("similarity.normalise", "columns")
def columns_normalised(vectors):
    return vectors / vectors.norm(dim=0, keepdim=True)


@wrong("similarity.normalise", "whole matrix")
def one_length_for_all(vectors):
    return vectors / vectors.norm()


@wrong("similarity.normalise", "sum of entries")
def rows_sum_to_one(vectors):
    return vectors / vectors.sum(dim=1, keepdim=True)


@wrong("similarity.normalise", "square root forgotten")
def squared_length(vectors):
    return vectors / (vectors**2).sum(dim=1, keepdim=True)


@wrong("similarity.normalise", "lengths returned")
def lengths(vectors):
    return vectors.norm(dim=1)


@wrong("similarity.normalise", "lengths not aligned")
def without_keepdim(vectors):
    return vectors / vectors.norm(dim=1)


@wrong("similarity.normalise", "changes input")
def in_place(vectors):
    vectors /= vectors.norm(dim=1, keepdim=True)
    return vectors


@wrong("similarity.normalise", "largest entry")
def scaled_by_largest(vectors):
    return vectors / vectors.abs().max(dim=1, keepdim=True).values


@wrong("similarity.normalise", "largest entry")
def scaled_by_maximum(vectors):
    return vectors / vectors.max(dim=1, keepdim=True).values


@wrong("similarity.normalise", "largest entry")
def scaled_by_largest_of_all(vectors):
    return vectors / vectors.max()


# cosine


@wrong("similarity.cosine", "not normalised")
def dot_product(a, b):
    return a @ b.T


@wrong("similarity.cosine", "one side only")
def only_a_normalised(a, b):
    return unit(a) @ b.T


@wrong("similarity.cosine", "one side only")
def only_b_normalised(a, b):
    return a @ unit(b).T


@wrong("similarity.cosine", "transposed")
def rows_of_b_first(a, b):
    return unit(b) @ unit(a).T


@wrong("similarity.cosine", "distance")
def euclidean(a, b):
    return torch.cdist(a, b)


@wrong("similarity.cosine", "distance")
def one_minus_distance(a, b):
    return 1 - torch.cdist(unit(a), unit(b))


@wrong("similarity.cosine", "distance")
def cosine_distance(a, b):
    return 1 - unit(a) @ unit(b).T


@wrong("similarity.cosine", "angle")
def angle(a, b):
    return torch.arccos((unit(a) @ unit(b).T).clamp(-1, 1))


@wrong("similarity.cosine", "columns")
def columns_of_both(a, b):
    return (a / a.norm(dim=0)) @ (b / b.norm(dim=0)).T


@wrong("similarity.cosine", "pairs only")
def row_by_row(a, b):
    return torch.nn.functional.cosine_similarity(a, b)


@wrong("similarity.cosine", "whole matrix")
def one_length_for_each_matrix(a, b):
    return (a / a.norm()) @ (b / b.norm()).T


# probabilities


@wrong("similarity.probabilities", "wrong axis")
def texts_choose_pictures(cosines, logit_scale):
    return torch.softmax(logit_scale * cosines, dim=0)


@wrong("similarity.probabilities", "logit scale forgotten")
def no_logit_scale(cosines, logit_scale):
    return torch.softmax(cosines, dim=1)


@wrong("similarity.probabilities", "divided by logit scale")
def as_a_temperature(cosines, logit_scale):
    return torch.softmax(cosines / logit_scale, dim=1)


@wrong("similarity.probabilities", "no exponential")
def shares(cosines, logit_scale):
    logits = logit_scale * cosines
    return logits / logits.sum(dim=1, keepdim=True)


@wrong("similarity.probabilities", "whole matrix")
def everything_sums_to_one(cosines, logit_scale):
    return torch.softmax((logit_scale * cosines).flatten(), dim=0).reshape(cosines.shape)


@wrong("similarity.probabilities", "overflow")
def naive_exponentials(cosines, logit_scale):
    e = torch.exp(logit_scale * cosines)
    return e / e.sum(dim=1, keepdim=True)


@wrong("similarity.probabilities", "sigmoid")
def sigmoid(cosines, logit_scale):
    return torch.sigmoid(logit_scale * cosines)


@wrong("similarity.probabilities", "logarithm")
def logarithms(cosines, logit_scale):
    return torch.log_softmax(logit_scale * cosines, dim=1)


@wrong("similarity.probabilities", "exponential of the scale")
def scale_taken_for_a_logarithm(cosines, logit_scale):
    return torch.softmax(torch.tensor(logit_scale).exp() * cosines, dim=1)


# modality_gap


@wrong("similarity.modality_gap", "mean of distances")
def mean_of_distances(image_embeddings, text_embeddings):
    return torch.cdist(image_embeddings, text_embeddings).mean()


@wrong("similarity.modality_gap", "mean cosine")
def one_minus_mean_cosine(image_embeddings, text_embeddings):
    return 1 - (image_embeddings @ text_embeddings.T).mean().item()


@wrong("similarity.modality_gap", "squared")
def squared_distance(image_embeddings, text_embeddings):
    return ((image_embeddings.mean(0) - text_embeddings.mean(0)) ** 2).sum()


@wrong("similarity.modality_gap", "no distance")
def difference_vector(image_embeddings, text_embeddings):
    return image_embeddings.mean(0) - text_embeddings.mean(0)


@wrong("similarity.modality_gap", "centres normalised")
def normalised_centres(image_embeddings, text_embeddings):
    centres = unit(torch.stack([image_embeddings.mean(0), text_embeddings.mean(0)]))
    return (centres[0] - centres[1]).norm()


@wrong("similarity.modality_gap", "cosine of centres")
def cosine_of_centres(image_embeddings, text_embeddings):
    return torch.cosine_similarity(image_embeddings.mean(0), text_embeddings.mean(0), dim=0)


@wrong("similarity.modality_gap", "wrong axis")
def mean_within_vectors(image_embeddings, text_embeddings):
    return (image_embeddings.mean(1) - text_embeddings.mean(1)).norm()


@wrong("similarity.modality_gap", "mean of distances")
def mean_of_own_distances(image_embeddings, text_embeddings):
    n = min(len(image_embeddings), len(text_embeddings))
    return (image_embeddings[:n] - text_embeddings[:n]).norm(dim=1).mean()


@wrong("similarity.modality_gap", "one number for all")
def mean_of_everything(image_embeddings, text_embeddings):
    return (image_embeddings.mean() - text_embeddings.mean()).norm()


@wrong("similarity.modality_gap", "cosine of centres")
def one_minus_cosine_of_centres(image_embeddings, text_embeddings):
    return 1 - torch.cosine_similarity(image_embeddings.mean(0), text_embeddings.mean(0), dim=0)


# pad


def around(picture):
    """How many new rows above and below, and columns to the left and to the right."""
    height, width, _ = picture.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    return (top, side - height - top), (left, side - width - left), (0, 0)


@wrong("similarity.pad", "one colour")
def white_bars(picture):
    return np.pad(picture, around(picture), constant_values=255)


@wrong("similarity.pad", "one colour")
def black_bars(picture):
    return np.pad(picture, around(picture))


@wrong("similarity.pad", "mirrored")
def mirrored_bars(picture):
    return np.pad(picture, around(picture), mode="symmetric")


@wrong("similarity.pad", "at the edge")
def bars_behind(picture):
    ends = [(0, sum(pair)) for pair in around(picture)]
    return np.pad(picture, ends, mode="edge")


@wrong("similarity.pad", "at the edge")
def bars_in_front(picture):
    ends = [(sum(pair), 0) for pair in around(picture)]
    return np.pad(picture, ends, mode="edge")


@wrong("similarity.pad", "stretched")
def squeezed(picture):
    height, width, _ = picture.shape
    steps = np.arange(max(height, width))
    return picture[steps * height // len(steps)][:, steps * width // len(steps)]


@wrong("similarity.pad", "cropped")
def middle_cut_out(picture):
    height, width, _ = picture.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return picture[top : top + side, left : left + side]


@wrong("similarity.pad", "wrong axis")
def rows_for_columns(picture):
    rows, columns, _ = around(picture)
    return np.pad(picture, (columns, rows, (0, 0)), mode="edge")


@wrong("similarity.pad", "unchanged")
def as_it_came(picture):
    return picture


# captions


@wrong("similarity.captions", "worst first")
def ascending(picture_embeddings, text_embeddings, k):
    return (picture_embeddings @ text_embeddings.T).argsort(dim=1)[:, :k]


@wrong("similarity.captions", "best last")
def best_at_the_end(picture_embeddings, text_embeddings, k):
    return (picture_embeddings @ text_embeddings.T).argsort(dim=1)[:, -k:]


@wrong("similarity.captions", "pictures for texts")
def texts_choose(picture_embeddings, text_embeddings, k):
    return (text_embeddings @ picture_embeddings.T).argsort(dim=1, descending=True)[:, :k]


@wrong("similarity.captions", "values for indices")
def values(picture_embeddings, text_embeddings, k):
    return (picture_embeddings @ text_embeddings.T).topk(k, dim=1).values


@wrong("similarity.captions", "only one text")
def the_single_best(picture_embeddings, text_embeddings, k):
    return (picture_embeddings @ text_embeddings.T).argmax(dim=1)


@wrong("similarity.captions", "k ignored")
def all_texts(picture_embeddings, text_embeddings, k):
    return (picture_embeddings @ text_embeddings.T).argsort(dim=1, descending=True)


@wrong("similarity.captions", "k ignored")
def always_three(picture_embeddings, text_embeddings, k):
    return (picture_embeddings @ text_embeddings.T).topk(3, dim=1).indices


@wrong("similarity.captions", "values and indices")
def both_of_topk(picture_embeddings, text_embeddings, k):
    return (picture_embeddings @ text_embeddings.T).topk(k, dim=1)


# neighbours


@wrong("similarity.neighbours", "itself")
def with_itself(embeddings, index, k):
    return (embeddings @ embeddings[index]).topk(k).indices


@wrong("similarity.neighbours", "first one dropped")
def drop_the_first(embeddings, index, k):
    return (embeddings @ embeddings[index]).topk(k + 1).indices[1:]


@wrong("similarity.neighbours", "first one dropped")
def drop_the_first_of_a_stable_sort(embeddings, index, k):
    return np.argsort(-(embeddings @ embeddings[index]).numpy(), kind="stable")[1 : k + 1]


@wrong("similarity.neighbours", "twin dropped")
def drop_all_that_are_equal(embeddings, index, k):
    cosines = embeddings @ embeddings[index]
    cosines[cosines > 0.9999] = -1
    return cosines.topk(k).indices


@wrong("similarity.neighbours", "worst first")
def least_similar(embeddings, index, k):
    order = (embeddings @ embeddings[index]).argsort()
    return order[order != index][:k]


@wrong("similarity.neighbours", "one too many")
def one_too_many(embeddings, index, k):
    return (embeddings @ embeddings[index]).topk(k + 1).indices


@wrong("similarity.neighbours", "one too few")
def one_too_few(embeddings, index, k):
    return (embeddings @ embeddings[index]).topk(k).indices[1:]


@wrong("similarity.neighbours", "changes input")
def wipes_the_item(embeddings, index, k):
    query = embeddings[index].clone()
    embeddings[index] = 0
    return (embeddings @ query).topk(k).indices


@wrong("similarity.neighbours", "shifted")
def removes_the_row(embeddings, index, k):
    rest = torch.cat([embeddings[:index], embeddings[index + 1 :]])
    return (rest @ embeddings[index]).topk(k).indices


@wrong("similarity.neighbours", "worst first")
def least_similar_without_the_first(embeddings, index, k):
    return (embeddings @ embeddings[index]).argsort()[1 : k + 1]


@wrong("similarity.neighbours", "zero for the item")
def zero_for_the_item(embeddings, index, k):
    cosines = embeddings @ embeddings[index]
    cosines[index] = 0
    return cosines.topk(k).indices


# match_reports


@wrong("similarity.match_reports", "ties all right")
def ties_are_right(film_embeddings, report_embeddings):
    cosines = film_embeddings @ report_embeddings.T
    recall = (cosines.diagonal() >= cosines.max(dim=1).values).float().mean()
    return cosines.argmax(dim=1), recall


@wrong("similarity.match_reports", "first of a tie")
def first_of_a_tie(film_embeddings, report_embeddings):
    best = (film_embeddings @ report_embeddings.T).argmax(dim=1)
    return best, (best == torch.arange(len(best))).float().mean()


@wrong("similarity.match_reports", "ties all wrong")
def ties_are_wrong(film_embeddings, report_embeddings):
    cosines = film_embeddings @ report_embeddings.T
    top = cosines >= cosines.max(dim=1, keepdim=True).values
    recall = (top.diagonal() & (top.sum(dim=1) == 1)).float().mean()
    return cosines.argmax(dim=1), recall


@wrong("similarity.match_reports", "films for reports")
def reports_choose(film_embeddings, report_embeddings):
    best = (film_embeddings @ report_embeddings.T).argmax(dim=0)
    return best, (best == torch.arange(len(best))).float().mean()


@wrong("similarity.match_reports", "count")
def number_of_films(film_embeddings, report_embeddings):
    best = (film_embeddings @ report_embeddings.T).argmax(dim=1)
    return best, (best == torch.arange(len(best))).sum()


@wrong("similarity.match_reports", "values for indices")
def best_cosines(film_embeddings, report_embeddings):
    cosines = film_embeddings @ report_embeddings.T
    return cosines.max(dim=1).values, 0.5


@wrong("similarity.match_reports", "mean cosine")
def mean_of_the_diagonal(film_embeddings, report_embeddings):
    cosines = film_embeddings @ report_embeddings.T
    return cosines.argmax(dim=1), cosines.diagonal().mean().item()


@wrong("similarity.match_reports", "exchanged")
def recall_first(film_embeddings, report_embeddings):
    cosines = film_embeddings @ report_embeddings.T
    best = cosines.argmax(dim=1)
    return (best == torch.arange(len(best))).float().mean().item(), best


def _credit(cosines, top):
    return cosines.argmax(dim=1), (top.diagonal() / top.sum(dim=1)).mean().item()


@wrong("similarity.match_reports", "too exact")
def equal_to_the_last_digit(film_embeddings, report_embeddings):
    cosines = film_embeddings @ report_embeddings.T
    return _credit(cosines, cosines == cosines.max(dim=1, keepdim=True).values)


@wrong("similarity.match_reports", "too tolerant")
def a_thousandth_is_a_tie(film_embeddings, report_embeddings):
    cosines = film_embeddings @ report_embeddings.T
    return _credit(cosines, cosines >= cosines.max(dim=1, keepdim=True).values - 1e-3)
