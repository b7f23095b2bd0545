"""Load a CLIP checkpoint and encode pictures and texts with it.

>>> import clipkit
>>> clip = clipkit.load()                                        # doctest: +SKIP
>>> pictures = clip.encode_images(["mug.jpg", "sofa.jpg"])       # doctest: +SKIP
>>> texts = clip.encode_texts(["a red mug", "a grey sofa"])      # doctest: +SKIP
>>> pictures @ texts.T                                           # doctest: +SKIP
"""

import contextlib
import ctypes
import itertools
import os
import re
import sys
import threading
import warnings
from collections import OrderedDict, deque
from concurrent.futures import ThreadPoolExecutor

import torch
from tqdm.auto import tqdm

from clipkit.hub import CheckpointError, find_checkpoint, weights_of
from clipkit.pictures import PictureError, getters
from clipkit.pixels import Pixels

TEMPLATE = "a photo of a {}."
REMEMBERED_TEXTS = 20_000  # 10 to 40 MB
SECONDS_UNTIL_BAR = 3.0  # shorter work prints nothing
CPU_BATCH = 16  # for one core; more is no faster there
GPU_BATCH = 64


class ClipWarning(UserWarning):
    """What to know of a text or a picture; shown as its one sentence, without file and line."""


def _in_one_sentence(message, category, *place, _others=warnings.formatwarning, **options):
    if issubclass(category, ClipWarning):
        return f"Note: {message}.\n"
    return _others(message, category, *place, **options)


warnings.formatwarning = _in_one_sentence


def load(name=None, device=None):
    """Load a CLIP or SigLIP checkpoint.

    Parameters
    ----------
    name : str or os.PathLike, optional
        An id on the Hugging Face Hub or a folder. Without one, the environment variable
        ``CLIPKIT_MODEL`` decides; without that, it is the small model that comes with clipkit,
        which needs no network.
    device : str or torch.device, optional
        Where the model runs, for example "cpu" or "cuda:1". By default a GPU if there is one.

    Returns
    -------
    Clip

    Raises
    ------
    clipkit.hub.CheckpointError
        If the checkpoint cannot be found, fetched or read; the message says what to do.

    Notes
    -----
    Weights are read from safetensors, or with torch's weights-only reader where a checkpoint has
    nothing else; code that comes with a checkpoint is never run.
    """
    from transformers import AutoConfig, AutoModel, AutoProcessor

    folder = find_checkpoint(name)
    label = str(name or os.environ.get("CLIPKIT_MODEL") or "the bundled model")
    with _reading(label, "configuration"):
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    if config.model_type not in ("clip", "siglip"):
        raise CheckpointError(
            f'"{label}" is a model of type "{config.model_type}", but clipkit loads those of type '
            '"clip" and "siglip", which have a picture and a text tower'
        )
    with _reading(label, "weights"):
        model, loading = AutoModel.from_pretrained(
            folder,
            config=config,
            dtype=torch.float32,
            use_safetensors="safetensors" in weights_of(folder),
            weights_only=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    lacking = sorted(loading["missing_keys"])
    if lacking:
        raise CheckpointError(
            f'the weights of "{label}" lack {len(lacking)} of the model\'s parameters, for example '
            f"{lacking[0]}; use a complete checkpoint"
        )
    with _reading(label, "tokenizer or processor"):
        # always PIL: torchvision resizes a little differently, and results should not depend
        # on what else is installed
        processor = AutoProcessor.from_pretrained(folder, backend="pil", trust_remote_code=False)
    words = None
    if (folder / "words.txt").is_file():
        words = frozenset((folder / "words.txt").read_text(encoding="utf-8").split())
    return Clip(model, processor, words=words, name=label, device=device)


class Clip:
    """A CLIP or SigLIP model with what is needed to give it pictures and texts.

    Parameters
    ----------
    model : transformers.CLIPModel or transformers.SiglipModel
        Also one that was fine-tuned or wrapped by peft.
    processor : transformers.CLIPProcessor or transformers.SiglipProcessor
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
    dimension : int
        The number of columns of every embedding.
    context_length : int
        The number of tokens, start and end included, after which a text is cut.
    """

    def __init__(self, model, processor, words=None, name="the model", device=None):
        self.device = torch.device(device or _best_device())
        self.model = model.to(self.device).eval()
        self.processor = processor
        self.words = words
        self.name = name
        text = model.config.text_config
        self.context_length = int(
            min(text.max_position_embeddings, processor.tokenizer.model_max_length)
        )
        self.is_siglip = model.config.model_type.startswith("siglip")
        self.dimension = (
            getattr(model.config, "projection_dim", None) or model.config.vision_config.hidden_size
        )
        self.pixels = Pixels(processor.image_processor)
        self._remembered = OrderedDict()
        self._loaded_state = self._text_state()
        self._named = set()
        self._gpu = threading.Lock()
        _check_end_of_text(self)

    def __repr__(self):
        return f"Clip({self.name!r}, dimension={self.dimension}, device={str(self.device)!r})"

    @property
    def logit_scale(self):
        """float: the factor that turns cosines into logits (100 for OpenAI's models)."""
        return self.model.logit_scale.detach().exp().item()

    @property
    def logit_bias(self):
        """float: what SigLIP adds to the logits; 0 for CLIP."""
        bias = getattr(self.model, "logit_bias", None)
        return 0.0 if bias is None else bias.item()

    def encode_images(self, pictures, batch_size=None, skipped=None):
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
        failed = []

        def encode(batch):
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
            pixels = self.pixels.finish(arrays)
            return self._forward(self.model.get_image_features, pixel_values=pixels)

        total = len(pictures) if hasattr(pictures, "__len__") else None
        rows = self._in_parallel(encode, enumerate(getters(pictures)), batch_size, total)
        rows = torch.cat([torch.empty(0, self.dimension), *rows])
        if failed:
            failed.sort()
            skipped.extend(failed)
            shown = "; ".join(reason for _, reason in failed[:3])
            more = f"; and {len(failed) - 3} more" if len(failed) > 3 else ""
            warnings.warn(
                f"{len(failed)} left out: {shown}{more}", ClipWarning, stacklevel=_outside()
            )
        return rows

    def encode_texts(self, texts, batch_size=None):
        """Encode texts as rows of unit length.

        A text that was encoded before is not computed again. A text longer than the model's
        context is cut; a text that is empty, or that the bundled model has no word for, is computed
        all the same: each is said once in a warning.

        Parameters
        ----------
        texts : str or iterable of str
        batch_size : int, optional
            How many go through the model at once; it does not change the result.

        Returns
        -------
        torch.Tensor
            float32, (m, d), on the CPU.
        """
        texts = _as_texts(texts)
        self._warn_of_empty_texts(texts)
        self._warn_of_unknown_words(texts)
        # Only the tower as it was loaded is remembered: training changes its embeddings.
        rows = self._remembered if self._text_state() == self._loaded_state else OrderedDict()
        known = {text: rows[text] for text in texts if text in rows}
        new = list(OrderedDict.fromkeys(text for text in texts if text not in known))
        known.update(self._compute_texts(new, batch_size))
        for text in texts:
            rows[text] = known[text]
            rows.move_to_end(text)
        while len(rows) > REMEMBERED_TEXTS:
            rows.popitem(last=False)
        if not texts:
            return torch.empty(0, self.dimension)
        return torch.stack([known[text] for text in texts])

    def similarity(self, pictures, texts):
        """Return the cosine between every picture and every text.

        Returns
        -------
        torch.Tensor
            float32, (n, m), from -1 to 1.
        """
        return self.encode_images(pictures) @ self.encode_texts(texts).T

    def encode_labels(self, labels, templates=TEMPLATE):
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
        ValueError
            If a label is blank, there is no label or no template, or a template has not one {}.
        """
        labels, templates = _as_texts(labels, "labels"), _as_texts(templates, "templates")
        if not labels or not templates:
            raise ValueError("there should be at least one label and one template")
        for i, label in enumerate(labels):
            if not label.strip():
                raise ValueError(f"labels[{i}] is blank; a label should be at least one word")
        for template in templates:
            if template.count("{}") != 1:
                raise ValueError(
                    f'the template "{template}" should have {{}} once, where the label goes'
                )
        prompts = [template.replace("{}", label) for label in labels for template in templates]
        rows = self.encode_texts(prompts).view(len(labels), len(templates), -1).mean(1)
        return torch.nn.functional.normalize(rows, dim=-1)

    def zero_shot(self, pictures, labels, templates=TEMPLATE):
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
            If the labels are no list, or hold a blank one or one twice.
        """
        labels = distinct_labels(labels)
        classes = self.encode_labels(labels, templates)
        if len(labels) == 1 and not self.is_siglip:
            warnings.warn(
                f'"{labels[0]}" is the only label, so its share is 1 whatever the picture shows; '
                "give it another one to compare with",
                ClipWarning,
                stacklevel=_outside(),
            )
        logits = self.logit_scale * self.encode_images(pictures) @ classes.T + self.logit_bias
        return logits.sigmoid() if self.is_siglip else logits.softmax(-1)

    def tokenize(self, texts):
        """Return the token ids of texts, cut to the context length, padded to one length.

        Parameters
        ----------
        texts : list of str

        Returns
        -------
        torch.Tensor
            int64, (n, length).
        """
        return self._padded(self._token_ids(texts))

    def _padded(self, ids):
        length = self.context_length if self.is_siglip else max(map(len, ids))
        return self.processor.tokenizer.pad(
            {"input_ids": ids}, padding="max_length", max_length=length, return_tensors="pt"
        )["input_ids"]

    def _token_ids(self, texts):
        ids = self.processor.tokenizer(texts, verbose=False)["input_ids"]
        for i, row in enumerate(ids):
            if len(row) > self.context_length:
                self._warn_of_cut(texts[i], len(row))
                ids[i] = row[: self.context_length - 1] + row[-1:]  # the last is the end token
        return ids

    def _compute_texts(self, texts, batch_size):
        """Return a dict from each text to its row; texts of similar length share a batch."""
        if not texts:
            return {}
        # Tokenised here and not in the threads, so that warnings come from the caller's line.
        ids = self._token_ids(texts)
        order = sorted(range(len(texts)), key=lambda i: len(ids[i]))

        def encode(batch):
            # No attention mask: CLIP's text tower looks only backwards from the first end
            # token, and SigLIP was trained to see its padding.
            padded = self._padded([ids[i] for i in batch])
            return self._forward(self.model.get_text_features, input_ids=padded)

        rows = torch.cat(list(self._in_parallel(encode, order, batch_size, len(texts))))
        return {texts[i]: row for i, row in zip(order, rows, strict=True)}

    def _forward(self, features, **inputs):
        """Call one of the model's towers and return rows of unit length on the CPU."""
        inputs = {name: value.to(self.device) for name, value in inputs.items()}
        # One batch at a time on a GPU, whose own cores share it. Not inference_mode: learners
        # train on the embeddings, and it would forbid that.
        lock = contextlib.nullcontext() if self.device.type == "cpu" else self._gpu
        with lock, torch.no_grad():
            output = features(**inputs)
            vectors = getattr(output, "pooler_output", output)  # transformers 4 gives a tensor
            return torch.nn.functional.normalize(vectors.float(), dim=-1).cpu()

    def _in_parallel(self, function, items, batch_size, total):
        """Yield function(batch) for batches of the items, in order.

        Each core takes a batch of its own, reads it and encodes it alone. So reading overlaps
        with encoding, and no core waits for another within a layer, as it does where all work on
        one batch. A single batch gets all the cores.
        """
        if batch_size is None:
            batch_size = CPU_BATCH if self.device.type == "cpu" else GPU_BATCH
        batches = _batches(items, _positive(batch_size, "batch_size"))
        start = list(itertools.islice(batches, 2))
        training, threads = self.model.training, torch.get_num_threads()
        self.model.eval()
        try:
            if len(start) < 2:
                yield from map(function, start)
                return
            workers = threads if self.device.type == "cpu" else os.cpu_count() or 1
            pool = ThreadPoolExecutor(workers, "clipkit", torch.set_num_threads, (1,))
            running = deque()
            try:
                with _progress(total) as bar:
                    for batch in itertools.chain(start, batches, [None] * (workers + 1)):
                        if batch:
                            running.append((pool.submit(function, batch), len(batch)))
                        # one batch waits, so that no core does
                        if running and (len(running) > workers + 1 or not batch):
                            future, n = running.popleft()
                            yield future.result()
                            bar.update(n)
            finally:
                pool.shutdown(cancel_futures=True)
                torch.set_num_threads(threads)  # else later threads would take over the pool's 1
                _give_memory_back()
        finally:
            self.model.train(training)

    def _text_state(self):
        """What changes when the text tower's weights change or layers are put into it."""
        if not hasattr(self.model, "text_model") or hasattr(self.model, "peft_config"):
            return object()  # equal to no other: adapters can be switched without a trace here
        projection = getattr(self.model, "text_projection", None)
        parameters = [
            p.detach()
            for p in (
                *self.model.text_model.parameters(),
                *(projection.parameters() if projection else ()),
            )
        ]
        sample = torch.cat([p.flatten()[:8] for p in parameters]).cpu().numpy().tobytes()
        return sample, tuple((p.data_ptr(), p._version) for p in parameters)

    def _warn_of_cut(self, text, length):
        if ("cut", text) not in self._named:
            self._named.add(("cut", text))
            warnings.warn(
                f"a text of {length} tokens was cut to the {self.context_length} that the model "
                f'reads: "{text}"',
                ClipWarning,
                stacklevel=_outside(),
            )

    def _warn_of_empty_texts(self, texts):
        empty = [i for i, text in enumerate(texts) if not text.strip()]
        if empty and ("empty",) not in self._named:
            self._named.add(("empty",))
            warnings.warn(
                f"text number {empty[0]} is empty; what the model answers to it means nothing",
                ClipWarning,
                stacklevel=_outside(),
            )

    def _warn_of_unknown_words(self, texts):
        if self.words is None:
            return
        unknown = dict.fromkeys(
            word
            for text in texts
            for word in words_of(text)
            if word not in self.words and word not in self._named
        )
        if unknown:
            self._named.update(unknown)
            listed = ", ".join(f'"{word}"' for word in unknown)
            warnings.warn(
                f"{self.name} has never seen the word{'s' * (len(unknown) > 1)} {listed}; its "
                "answers for such texts mean little",
                ClipWarning,
                stacklevel=_outside(),
            )


def words_of(text):
    """Return the lower-case words of a text: runs of letters, so that "T-shirt" is two.

    This is also how the list ``words.txt`` of a checkpoint is made: the words of its training
    captions, one a line.

    Examples
    --------
    >>> words_of("Two red T-shirts, size 38")
    ['two', 'red', 't', 'shirts', 'size']
    """
    return re.findall(r"[^\W\d_]+", text.lower())


@contextlib.contextmanager
def _reading(label, what):
    """Turn what transformers raises about a broken checkpoint into one sentence."""
    from transformers.utils import logging

    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    except CheckpointError:
        raise
    except Exception as error:  # unpickling, missing tokenizers, unknown types, shapes ...
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise CheckpointError(
            f'the {what} of "{label}" cannot be read; delete the folder or fetch it again, or use '
            f"another checkpoint ({type(error).__name__}: {reason})"
        ) from error
    finally:
        if bars:
            logging.enable_progress_bar()


def _check_end_of_text(clip):
    """Refuse a tokenizer whose end token the text tower would not find.

    CLIP reads a text's embedding at its end token; with another tokenizer's, it silently reads
    the first token, which is the same for every text.
    """
    configured = getattr(clip.model.config.text_config, "eos_token_id", None)
    end = clip.processor.tokenizer.eos_token_id
    if clip.model.config.model_type != "clip" or configured == end:
        return
    highest = len(clip.processor.tokenizer) - 1
    if configured == 2 and end == highest:  # the oldest checkpoints: the highest id is the end
        return
    raise CheckpointError(
        f"the tokenizer of {clip.name} ends a text with token {end}, but the model looks for "
        f"{configured}; use the tokenizer that the model was trained with, or set eos_token_id in "
        "its text_config"
    )


def distinct_labels(labels):
    """Return the labels to choose among as a list.

    Parameters
    ----------
    labels : iterable of str

    Raises
    ------
    TypeError
        If it is one text, or holds something else than texts.
    ValueError
        If a label stands there twice: the share of what it names would be split.

    Examples
    --------
    >>> distinct_labels(("mug", "sofa"))
    ['mug', 'sofa']
    """
    if isinstance(labels, str):
        raise TypeError(f'labels is one text; it should be a list, such as ["{labels}", "..."]')
    labels = _as_texts(labels, "labels")
    for label in labels:
        if labels.count(label) > 1:
            raise ValueError(f'the label "{label}" is given twice; keep one, or its share is split')
    return labels


def _as_texts(texts, name="texts"):
    texts = [texts] if isinstance(texts, str) else list(texts)
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"{name}[{i}] is a {type(text).__name__}, but it should be a str")
    return texts


def _positive(number, name):
    if number < 1:
        raise ValueError(f"{name} is {number}, but it should be at least 1")
    return int(number)


def _best_device():
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _batches(items, size):
    """Cut anything iterable into lists of at most the given size."""
    items = iter(items)
    while batch := list(itertools.islice(items, size)):
        yield batch


def _progress(total):
    """A bar that appears only where the work takes long, and leaves nothing behind."""
    # tqdm's bar for notebooks does not read this variable by itself
    disable = os.environ.get("TQDM_DISABLE", "0") not in ("", "0")
    return tqdm(total=total, delay=SECONDS_UNTIL_BAR, leave=False, disable=disable)


def _give_memory_back():
    """Return to the system what the C library keeps of each thread's memory, about 50 MB."""
    with contextlib.suppress(AttributeError, OSError, TypeError):  # only glibc does and can
        ctypes.CDLL(None).malloc_trim(0)


def _outside():
    """The stack level of the line outside clipkit that led here, for warnings."""
    frame, level = sys._getframe(1), 1
    while frame and frame.f_globals.get("__name__", "").split(".")[0] == "clipkit":
        frame, level = frame.f_back, level + 1
    return level
