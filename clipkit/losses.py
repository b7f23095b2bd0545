"""The two contrastive losses, CLIP's softmax and SigLIP's sigmoid, over one process or many.

Radford et al. 2021, *Learning Transferable Visual Models From Natural Language Supervision*
(arXiv 2103.00020), figure 3; Zhai et al. 2023, *Sigmoid Loss for Language Image Pre-Training*
(arXiv 2303.15343), algorithm 1.
"""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch.distributed.nn.functional import all_gather
from torch.nn.functional import log_softmax, logsigmoid


def positives(caption_ids: torch.Tensor) -> torch.Tensor:
    """Which text of the batch belongs to which picture, as a distribution over texts.

    Two pictures with the very same caption are both right for it, and neither is called its
    negative: the distribution says what is true. (A softmax over texts whose embeddings are equal
    gives the same loss either way; a sigmoid loss would not.)

    Parameters
    ----------
    caption_ids : torch.Tensor of int64, shape (n,)
        Equal numbers stand for equal captions.

    Returns
    -------
    torch.Tensor of float32, shape (n, n)
        Rows sum to 1; the identity when all captions differ.

    Examples
    --------
    >>> positives(torch.tensor([4, 7, 4])).tolist()
    [[0.5, 0.0, 0.5], [0.0, 1.0, 0.0], [0.5, 0.0, 0.5]]
    """
    same = (caption_ids[:, None] == caption_ids[None, :]).float()
    return same / same.sum(dim=1, keepdim=True)


def gather(rows: torch.Tensor) -> torch.Tensor:
    """Stack the rows of all processes; gradients flow back to the process they came from."""
    if not (dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1):
        return rows
    return torch.cat(all_gather(rows.contiguous()))


def contrastive_loss(
    picture_embeddings: torch.Tensor,
    text_embeddings: torch.Tensor,
    logit_scale: torch.Tensor,
    caption_ids: torch.Tensor,
) -> torch.Tensor:
    """Mean of the two cross-entropies: picture to text and text to picture.

    In a group of processes each one passes its own rows and all get the same loss, over the rows
    of all. ``DistributedDataParallel`` then averages the gradients, which undoes the sum that the
    gathering's backward pass makes, so that the step equals that of one process with the whole
    batch.

    Parameters
    ----------
    picture_embeddings, text_embeddings : torch.Tensor of float32, shape (n, d)
        Rows of unit length; row i of one belongs to row i of the other.
    logit_scale : torch.Tensor, scalar
        The multiplier of the cosines (the inverse temperature), already exponentiated.
    caption_ids : torch.Tensor of int64, shape (n,)
        Equal numbers for equal captions, see `positives`.

    Returns
    -------
    torch.Tensor, scalar

    Examples
    --------
    >>> eye = torch.eye(3)
    >>> bool(contrastive_loss(eye, eye, torch.tensor(100.0), torch.arange(3)) < 1e-6)
    True
    """
    pictures, texts = gather(picture_embeddings), gather(text_embeddings)
    targets = positives(gather(caption_ids))
    logits = logit_scale * pictures @ texts.T
    to_text = -(targets * log_softmax(logits, dim=1)).sum(dim=1)
    to_picture = -(targets * log_softmax(logits.T, dim=1)).sum(dim=1)
    return (to_text.mean() + to_picture.mean()) / 2


def sigmoid_loss(
    picture_embeddings: torch.Tensor,
    text_embeddings: torch.Tensor,
    logit_scale: torch.Tensor,
    logit_bias: torch.Tensor,
    caption_ids: torch.Tensor,
) -> torch.Tensor:
    """Sum over all pairs of a picture and a text, each judged by itself: do they belong together?

    A softmax asks which text of the batch is the picture's, so that the texts compete; here each
    of the n x m pairs is a question of its own, with the answer yes or no. Most are no, which is
    what the bias, negative from the start, stands for. Several processes are as in
    `contrastive_loss`.

    Parameters
    ----------
    picture_embeddings : torch.Tensor of float32, shape (n, d)
        Rows of unit length.
    text_embeddings : torch.Tensor of float32, shape (m, d)
        Rows of unit length; m is a multiple of n, and the first m / n texts are the first
        picture's.
    logit_scale, logit_bias : torch.Tensor, scalar
        The multiplier of the cosines, already exponentiated, and what is added to the product.
    caption_ids : torch.Tensor of int64, shape (m,)
        Equal numbers for equal captions. A text belongs to all pictures that have its caption.

    Returns
    -------
    torch.Tensor, scalar
        The sum, divided by the number of texts.

    Examples
    --------
    >>> eye = torch.eye(3)
    >>> scale, bias = torch.tensor(100.0), torch.tensor(-50.0)
    >>> bool(sigmoid_loss(eye, eye, scale, bias, torch.arange(3)) < 1e-6)
    True
    """
    pictures, texts = gather(picture_embeddings), gather(text_embeddings)
    caption_ids = gather(caption_ids)
    logits = logit_scale * pictures @ texts.T + logit_bias
    captions = caption_ids.view(len(pictures), -1)
    belongs = (captions[:, :, None] == caption_ids).any(dim=1)
    return -logsigmoid(torch.where(belongs, logits, -logits)).sum() / len(texts)
