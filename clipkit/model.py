"""Encode pictures and texts with a model of two towers, and compare them.

>>> import clipkit
>>> clip = clipkit.load()                                        # doctest: +SKIP
>>> pictures = clip.encode_images(["mug.jpg", "sofa.jpg"])       # doctest: +SKIP
>>> texts = clip.encode_texts(["a red mug", "a grey sofa"])      # doctest: +SKIP
>>> pictures @ texts.T                                           # doctest: +SKIP
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

import torch
from torch.nn.functional import normalize

from clipkit import checks
from clipkit.embeddings import as_tensor
from clipkit.notes import listed, quoted, warn, warn_of_skipped
from clipkit.parallel import map_batches
from clipkit.pictures import PictureError, getters
from clipkit.pixels import Pixels
from clipkit.texts import TextMemory, Tokens, is_blank, read_templates, read_texts, unknown_words

TEMPLATE = "a photo of a {}."
CPU_BATCH = 16  # for one core; more is no faster there
GPU_BATCH = 64
UNKNOWN_SHOWN = 10  # words that one warning lists
# Text towers that were trained to see the padding, and others that do not look beyond the end.
PADDED = ("siglip", "siglip2", "open_clip")
UNMASKED = (*PADDED, "clip", "clipseg", "groupvit", "metaclip_2", "owlvit", "owlv2")
# One batch at a time on a GPU, whose own cores share it.
_GPU = threading.Lock()


class Clip:
    """A model of two towers with what is needed to give it pictures and texts.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        One with ``get_image_features`` and ``get_text_features``, such as `CLIPModel` or
        `SiglipModel`; also one that was fine-tuned or wrapped by peft.
    processor : transformers.ProcessorMixin
        Its image processor and tokenizer are used.
    words : set of str, optional
        The lower-case words that the model has seen in training; others are named in a warning.
    name : str
        What messages call the model.
    device : str or torch.device, optional
        By default a GPU if there is one, else the CPU.

    Attributes
    ----------
    model, processor
        The Hugging Face objects.
    pixels : clipkit.pixels.Pixels
        Called with pictures, it gives the pixel values for the model.
    tokens : clipkit.texts.Tokens
        The tokenizer, as the model wants its texts cut and padded.
    dimension : int
        The number of columns of every embedding.
    context_length : int
        The number of tokens, start and end included, after which a text is cut.
    is_siglip : bool
        Whether the model was trained to answer for each text by itself (a sigmoid), and not to
        choose among texts (a softmax).
    """

    def __init__(
        self,
        model: Any,
        processor: Any,
        words: Collection[str] | None = None,
        name: str = "the model",
        device: str | torch.device | None = None,
    ) -> None:
        _refuse_without(model, "model", "get_image_features", "get_text_features")
        _refuse_without(processor, "processor", "image_processor", "tokenizer")
        self.device = usable_device(_best_device() if device is None else device)
        self.model = model.to(self.device).eval()
        self.processor = processor
        self.words = words
        self.name = name
        kind, text = model.config.model_type, model.config.text_config
        self.is_siglip = getattr(model, "logit_bias", None) is not None
        self.context_length = int(
            min(text.max_position_embeddings, processor.tokenizer.model_max_length)
        )
        self.dimension = (
            getattr(model.config, "projection_dim", None) or model.config.vision_config.hidden_size
        )
        self.pixels = Pixels(processor.image_processor)
        self.tokens = Tokens(
            processor.tokenizer,
            self.context_length,
            to_full_length=kind in PADDED,
            with_mask=kind not in UNMASKED,
        )
        self._remembered = TextMemory()
        self._said: set[str] = set()

    def __repr__(self) -> str:
        return f"Clip({self.name!r}, dimension={self.dimension}, device={str(self.device)!r})"

    @property
    def logit_scale(self) -> float:
        """float: the factor that turns cosines into logits (100 for OpenAI's models)."""
        if hasattr(self.model, "temperature"):  # ALIGN divides instead
            return 1 / self.model.temperature.item()
        return self.model.logit_scale.detach().float().exp().item()

    @property
    def logit_bias(self) -> float:
        """float: what SigLIP adds to the logits; 0 for CLIP."""
        bias = getattr(self.model, "logit_bias", None)
        return 0.0 if bias is None else bias.item()

    def encode_images(
        self,
        pictures: Any,
        batch_size: int | None = None,
        skipped: list[tuple[int, str]] | None = None,
    ) -> torch.Tensor:
        """Encode pictures as rows of unit length.

        Parameters
        ----------
        pictures : picture, sequence, datasets column or iterable
            See `clipkit.pictures.open_picture` for what a picture may be.
        batch_size : int, optional
            How many go through the model at once; it does not change the result.
        skipped : list, optional
            Without one, the first unreadable picture raises. Given a list, unreadable pictures
            are left out, reported in one warning, and appended to the list as pairs
            (index, reason).

        Returns
        -------
        torch.Tensor
            float32, (n, d), on the CPU; one row for each picture that was read, in order.

        Raises
        ------
        clipkit.pictures.PictureError
            If a picture cannot be read; the message names it.
        """
        if skipped is not None and not isinstance(skipped, list):
            raise TypeError(f"skipped is a {type(skipped).__name__}, but it should be a list")
        failed: list[tuple[int, str]] = []

        def encode(batch: list[tuple[int, Callable]]) -> torch.Tensor:
            arrays = []
            for index, get in batch:
                try:
                    arrays.append(self.pixels.read(get))
                except PictureError as error:
                    if skipped is None:
                        raise
                    failed.append((index, str(error)))
            if not arrays:
                return torch.empty(0, self.dimension)
            return self._forward(self.model.get_image_features, **self.pixels.inputs(arrays))

        total = len(pictures) if hasattr(pictures, "__len__") else None
        rows = list(self._in_batches(encode, enumerate(getters(pictures)), batch_size, total))
        if skipped is not None:
            failed.sort()
            skipped.extend(failed)
            warn_of_skipped(failed)
        return torch.cat([torch.empty(0, self.dimension), *rows])

    def encode_texts(
        self, texts: str | Iterable[str], batch_size: int | None = None
    ) -> torch.Tensor:
        """Encode texts as rows of unit length.

        A text that was encoded before is not computed again, unless the model has changed. A text
        longer than the model's context is cut; a text that is empty, or that the bundled model has
        no word for, is computed all the same: each is said once in a warning.

        Parameters
        ----------
        texts : str or iterable of str
        batch_size : int, optional
            How many go through the model at once; it does not change the result.

        Returns
        -------
        torch.Tensor
            float32, (m, d), on the CPU.

        Raises
        ------
        TypeError, ValueError
            If `texts` is neither a text nor texts in an order; the message names the argument or
            the text.
        """
        texts = read_texts(texts)
        self._warn_of_empty(texts)
        self._warn_of_unknown(texts)
        rows = self._remembered.rows_of(self.model)
        rows |= self._compute_texts(
            [text for text in dict.fromkeys(texts) if text not in rows], batch_size
        )
        return (
            torch.stack([rows[text] for text in texts]) if texts else torch.empty(0, self.dimension)
        )

    def similarity(self, pictures: Any, texts: str | Iterable[str]) -> torch.Tensor:
        """Return the cosine between every picture and every text.

        Returns
        -------
        torch.Tensor
            float32, (n, m), from -1 to 1.
        """
        return self.encode_images(pictures) @ self.encode_texts(texts).T

    def encode_labels(
        self, labels: str | Iterable[str], templates: str | Iterable[str] = TEMPLATE
    ) -> torch.Tensor:
        """Encode each label as the mean of its prompts, again of unit length.

        Parameters
        ----------
        labels : iterable of str
        templates : str or iterable of str
            Each with {} where the label goes.

        Returns
        -------
        torch.Tensor
            float32, (len(labels), d).

        Raises
        ------
        TypeError, ValueError
            If a label is blank, there is no label or no template, or a template has not one {}.
        """
        labels, templates = read_texts(labels, "labels"), read_templates(templates)
        if not labels or not templates:
            raise ValueError("there should be at least one label and one template")
        for i, label in enumerate(labels):
            if is_blank(label):
                raise ValueError(f"labels[{i}] is blank; a label should be at least one word")
        self._warn_of_unknown(labels)
        prompts = [template.replace("{}", label) for label in labels for template in templates]
        rows = self.encode_texts(prompts).view(len(labels), len(templates), -1).mean(1)
        return normalize(rows, dim=-1)

    def distinct_labels(self, labels: Iterable[str]) -> list[str]:
        """Return the labels to choose among as a list.

        Raises
        ------
        TypeError
            If it is one text, or not texts in an order.
        ValueError
            If the model reads two of them as the same, such as "mug" and "Mug": the share of what
            they name would be split.
        """
        if isinstance(labels, str):
            raise TypeError(f'labels is one text; it should be a list, such as ["{labels}", "..."]')
        labels = read_texts(labels, "labels")
        seen: dict[tuple[int, ...], str] = {}
        for label, ids in zip(labels, map(tuple, self.tokens.ids(labels)), strict=True):
            if ids in seen:
                same = f"is to the model the same as {quoted(seen[ids])}"
                if label == seen[ids]:
                    same = "is given twice"
                raise ValueError(
                    f"the label {quoted(label)} {same}; keep one, or its share is split"
                )
            seen[ids] = label
        return labels

    def logits(self, pictures: torch.Tensor, texts: torch.Tensor) -> torch.Tensor:
        """Return the scaled cosines of embeddings, with SigLIP's bias.

        Parameters
        ----------
        pictures, texts : torch.Tensor
            float32, (n, d) and (m, d), rows of unit length.

        Returns
        -------
        torch.Tensor
            float32, (n, m).
        """
        a, b = as_tensor(pictures, "pictures"), as_tensor(texts, "texts")
        for name, values in (("pictures", a), ("texts", b)):
            if not (values.ndim and values.isfinite().all()):
                what = "hold NaN or infinity" if values.ndim else "is a single number"
                raise ValueError(f"{name} {what}; no cosine is defined for it")
        if a.shape[-1] != b.shape[-1]:
            raise ValueError(
                f"pictures have {a.shape[-1]} columns and texts {b.shape[-1]}; both should come "
                "from the same model"
            )
        return self.logit_scale * a @ b.T + self.logit_bias

    def probabilities(self, logits: torch.Tensor) -> torch.Tensor:
        """Turn the logits of each row into what the model was trained to answer.

        Returns
        -------
        torch.Tensor
            Of the same shape. CLIP: shares, which sum to 1 along the last dimension (softmax).
            SigLIP: each by itself from 0 to 1 (sigmoid).
        """
        logits = as_tensor(logits, "logits")
        if logits.isnan().any():
            raise ValueError("logits hold NaN; no probability is defined for it")
        return logits.sigmoid() if self.is_siglip else logits.softmax(-1)

    def zero_shot(
        self, pictures: Any, labels: Iterable[str], templates: str | Iterable[str] = TEMPLATE
    ) -> torch.Tensor:
        """Return how well each label fits each picture.

        Parameters
        ----------
        pictures
            As for `encode_images`.
        labels : iterable of str
        templates : str or iterable of str
            Prompts with {} where the label goes; the embeddings of several are averaged.

        Returns
        -------
        torch.Tensor
            float32, (n, len(labels)). CLIP: shares of each row, which sum to 1 (softmax of the
            scaled cosines). SigLIP: each label by itself from 0 to 1 (sigmoid), as it was trained.

        Raises
        ------
        TypeError, ValueError
            If the labels are no list, or hold a blank one, or two that the model cannot tell apart.
        """
        labels = self.distinct_labels(labels)
        classes = self.encode_labels(labels, templates)
        if len(labels) == 1 and not self.is_siglip:
            warn(
                f"{quoted(labels[0])} is the only label, so its share is 1 whatever the picture "
                "shows; give it another one to compare with"
            )
        return self.probabilities(self.logits(self.encode_images(pictures), classes))

    def tokenize(self, texts: str | Iterable[str]) -> torch.Tensor:
        """Return the token ids of texts, cut to the context length, padded to one length.

        Parameters
        ----------
        texts : str or iterable of str

        Returns
        -------
        torch.Tensor
            int64, (n, length).
        """
        return self.tokens.pad(self.tokens.ids(read_texts(texts)))["input_ids"]

    def _compute_texts(self, texts: list[str], batch_size: int | None) -> dict[str, torch.Tensor]:
        """Return the row of each text; texts of similar length share a batch."""
        # Tokenised here and not in the threads, so that warnings come from the caller's line.
        ids = self.tokens.ids(texts)
        order = sorted(range(len(texts)), key=lambda i: len(ids[i]))

        def encode(batch: list[int]) -> torch.Tensor:
            padded = self.tokens.pad([ids[i] for i in batch])
            return self._forward(self.model.get_text_features, **padded)

        rows = [
            row for rows in self._in_batches(encode, order, batch_size, len(texts)) for row in rows
        ]
        return {texts[i]: row for i, row in zip(order, rows, strict=True)}

    def _forward(self, features: Callable[..., Any], **inputs: torch.Tensor) -> torch.Tensor:
        """Call one of the model's towers and return rows of unit length on the CPU."""
        dtype = next(self.model.parameters()).dtype
        inputs = {
            name: value.to(self.device, dtype if value.is_floating_point() else None)
            for name, value in inputs.items()
        }
        lock = contextlib.nullcontext() if self.device.type == "cpu" else _GPU
        # Not inference_mode: learners train on the embeddings, and it would forbid that.
        with lock, torch.no_grad():
            output = features(**inputs)
            vectors = getattr(output, "pooler_output", output)
            return normalize(vectors.float(), dim=-1).cpu()

    def _in_batches(
        self,
        function: Callable[[list], torch.Tensor],
        items: Iterable,
        batch_size: int | None,
        total: int | None,
    ) -> Iterator[torch.Tensor]:
        """Yield function(batch) for batches of the items, in order, with dropout off."""
        on_cpu = self.device.type == "cpu"
        if batch_size is None:
            batch_size = CPU_BATCH if on_cpu else GPU_BATCH
        batch_size = checks.whole(batch_size, "batch_size", 1, 1_000_000)
        if getattr(self.model, "alone", False):
            batch_size = 1
        workers = torch.get_num_threads() if on_cpu else os.cpu_count() or 1
        training = self.model.training
        self.model.eval()
        try:
            yield from map_batches(function, items, batch_size, workers, total)
        finally:
            self.model.train(training)

    def _warn_of_empty(self, texts: Sequence[str]) -> None:
        empty = [i for i, text in enumerate(texts) if is_blank(text)]
        if empty and "" not in self._said:
            self._said.add("")
            warn(f"text number {empty[0]} is empty; what the model answers to it means nothing")

    def _warn_of_unknown(self, texts: Iterable[str]) -> None:
        if self.words is None:
            return
        unknown = [word for word in unknown_words(texts, self.words) if word not in self._said]
        if unknown:
            self._said.update(unknown)
            named = listed([quoted(word) for word in unknown], shown=UNKNOWN_SHOWN)
            warn(
                f"{self.name} has never seen the word{'s' * (len(unknown) > 1)} {named}; its "
                "answers for such texts mean little"
            )


def check_model(value: Any, name: str = "clip") -> None:
    """Refuse what is no `Clip`.

    Raises
    ------
    TypeError
        If it is none.
    """
    if not isinstance(value, Clip):
        kind = type(value).__name__
        raise TypeError(f"{name} is a {kind}, but it should be a model of clipkit.load")


def usable_device(device: str | torch.device) -> torch.device:
    """Return a device on which torch can compute here.

    Raises
    ------
    ValueError
        If there is none of this name.
    """
    try:
        named = torch.device(device)
    except (RuntimeError, TypeError, ValueError):
        given = checks.shown(device)
        raise ValueError(f'device is {given}, but it should be like "cpu" or "cuda"') from None
    try:
        torch.zeros(1, device=named).item()
    except Exception as error:  # each kind of device fails in its own way
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(
            f'device is "{named}", but torch cannot use it here ({reason}); use "cpu"'
        ) from error
    return named


def _refuse_without(value: Any, name: str, *parts: str) -> None:
    if not all(hasattr(value, part) for part in parts):
        kind = type(value).__name__
        raise TypeError(f"{name} is a {kind}, but it should have {' and '.join(parts)}")


def _best_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
