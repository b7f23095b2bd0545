"""Texts as a model reads them: as tokens, of which it knows some and cuts off others."""

from __future__ import annotations

import io
import itertools
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import torch

from clipkit.notes import quoted, warn

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

REMEMBERED = 20_000  # texts; 10 to 40 MB of embeddings


def read_texts(texts: str | Iterable[str], name: str = "texts") -> list[str]:
    """Return one or many texts as a list, by position.

    Parameters
    ----------
    texts : str or iterable of str
        A list, tuple, array, column, Series or generator.
    name : str
        What messages call the argument.

    Raises
    ------
    TypeError
        If it is something else: a set, for example, whose order changes from run to run, or a
        dictionary, a table or an open file, of which it is not clear what is meant.
    ValueError
        If a text cannot be written as UTF-8.

    Examples
    --------
    >>> read_texts("a mug")
    ['a mug']
    >>> read_texts({"mug", "sofa"}, "labels")
    Traceback (most recent call last):
    ...
    TypeError: labels is a set, which has no order; give a list
    """
    if isinstance(texts, str):
        texts = [texts]
    for kinds, advice in _NOT_TEXTS.items():
        if isinstance(texts, kinds):
            raise TypeError(f"{name} is a {type(texts).__name__}, {advice}")
    if hasattr(texts, "columns") or hasattr(texts, "column_names"):
        raise TypeError(f"{name} is a whole table; give its column of texts")
    if not isinstance(texts, Iterable) or getattr(texts, "shape", None) == ():
        raise TypeError(
            f"{name} is a {type(texts).__name__}, but it should be a text or a list of texts"
        )
    texts = list(texts)
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"{name}[{i}] is a {type(text).__name__}, but it should be a str")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"{name}[{i}] holds half a character at position {error.start} (a lone surrogate, "
                "U+D800 to U+DFFF); remove it, or read the file again as UTF-8"
            ) from None
    return texts


def read_templates(templates: str | Iterable[str]) -> list[str]:
    """Return one or many templates of prompts as a list.

    Raises
    ------
    TypeError, ValueError
        As `read_texts`, or if a template has not one {}.

    Examples
    --------
    >>> read_templates("a photo of a {}")
    ['a photo of a {}']
    """
    read = read_texts(templates, "templates")
    for template in read:
        if template.count("{}") != 1:
            raise ValueError(
                f"the template {quoted(template)} should have {{}} once, where the label goes"
            )
    return read


_NOT_TEXTS = {
    (bytes, bytearray, memoryview): "but it should be a text or a list of texts; decode it first",
    (set, frozenset): "which has no order; give a list",
    (Mapping,): "of which the keys or the values may be meant; give a list of one of them",
    (io.IOBase,): "an open file; give a list of its lines, such as file.read().splitlines()",
}


def is_blank(text: str) -> bool:
    """Whether there is nothing to see in a text.

    Examples
    --------
    >>> is_blank(" " + chr(0x200B)), is_blank("!")
    (True, False)
    """
    return not any(c.isprintable() and not c.isspace() for c in text)


def words_of(text: str) -> list[str]:
    """Return the lower-case words of a text: runs of letters, so that "T-shirt" is two.

    This is also how the list ``words.txt`` of a checkpoint is made: the words of its training
    captions, one a line.

    Examples
    --------
    >>> words_of("Two red T-shirts, size 38")
    ['two', 'red', 't', 'shirts', 'size']
    """
    return re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text).lower())


def unknown_words(texts: Iterable[str], known: Collection[str]) -> list[str]:
    """Return what in some texts is not among the known words, each once, in order.

    Besides words these are symbols, such as "🍕", and texts that hold no word at all, such as
    "12345". The figures and the punctuation of a text that holds words are passed over.

    Examples
    --------
    >>> unknown_words(["a red mug, size 38", "a zebra 🍕", "!!!", ""], {"a", "red", "mug", "size"})
    ['zebra', '🍕', '!!!']
    """
    found: dict[str, None] = {}
    for text in texts:
        words = words_of(text)
        symbols = [c for c in text if _is_symbol(c)]
        if not words and not symbols and not is_blank(text):
            symbols = [text.strip()]
        found |= dict.fromkeys([*(word for word in words if word not in known), *symbols])
    return list(found)


def _is_symbol(character: str) -> bool:
    """Whether a character is a sign beyond those of a keyboard, or one that cannot be seen."""
    if character.isspace():
        return False
    sign = unicodedata.category(character)[0] == "S" and not character.isascii()
    return sign or not character.isprintable()


class Tokens:
    """A checkpoint's own tokenizer: from texts to what its text tower takes.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerBase
    context : int
        The number of tokens, start and end included, after which a text is cut.
    to_full_length : bool
        Pad every text to the whole context, as SigLIP was trained, and not only to the longest.
    with_mask : bool
        Tell the tower which tokens are padding. CLIP's need not know: it looks only backwards
        from the first end token. SigLIP was trained to see its padding.
    """

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        context: int,
        to_full_length: bool = False,
        with_mask: bool = False,
    ) -> None:
        self.tokenizer, self.context = tokenizer, context
        self.to_full_length, self.with_mask = to_full_length, with_mask
        self._said: set[str] = set()

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the token ids of each text, cut to the context; say once what was cut.

        What looks like a special token, such as "<|endoftext|>", is read as the characters that
        it consists of: as a token, it would end the text there.
        """
        if not texts:
            return []
        read = self.tokenizer(list(texts), verbose=False, split_special_tokens=True)
        ids = read["input_ids"]
        for i, row in enumerate(ids):
            if len(row) > self.context:
                if texts[i] not in self._said:
                    self._said.add(texts[i])
                    warn(
                        f"a text of {len(row)} tokens was cut to the {self.context} that the model "
                        f"reads: {quoted(texts[i])}"
                    )
                ids[i] = row[: self.context - 1] + row[-1:]  # the last is the end token
        return ids

    def pad(self, ids: Sequence[list[int]]) -> dict[str, torch.Tensor]:
        """Return ids as the text tower takes them: ``input_ids``, (n, length), and the mask."""
        length = self.context if self.to_full_length else max(map(len, ids), default=0)
        if not ids:
            return {"input_ids": torch.empty(0, length, dtype=torch.int64)}
        padded = self.tokenizer.pad(
            {"input_ids": list(ids)}, padding="max_length", max_length=length, return_tensors="pt"
        )
        names = ("input_ids", "attention_mask") if self.with_mask else ("input_ids",)
        return {name: padded[name] for name in names}


class TextMemory:
    """The embeddings of texts, as long as the tower that computed them stays as it is.

    Examples
    --------
    >>> tower = torch.nn.Linear(2, 2)
    >>> memory = TextMemory()
    >>> memory.rows_of(tower)["a mug"] = torch.ones(2)
    >>> list(memory.rows_of(tower))
    ['a mug']
    >>> _ = tower.bias.data.add_(1)
    >>> list(memory.rows_of(tower))
    []
    """

    def __init__(self) -> None:
        self._rows: dict[str, torch.Tensor] = {}
        self._marks = torch.empty(0)

    def rows_of(self, model: torch.nn.Module) -> dict[str, torch.Tensor]:
        """Return what is remembered of a model's text tower; forget it first if it has changed.

        A tower has changed when the mark of any row of its weights has. This notices whatever way
        they were changed, and takes less than a millisecond for a million of them.
        """
        marks = torch.cat([torch.empty(0), *_marks(model)])
        # Adapters can be switched on and off without a trace in the weights.
        switched = hasattr(model, "peft_config")
        if switched or not torch.equal(marks, self._marks):
            self._rows, self._marks = {}, marks
        for text in list(itertools.islice(self._rows, max(0, len(self._rows) - REMEMBERED))):
            del self._rows[text]  # the oldest
        return self._rows


def _marks(model: torch.nn.Module) -> Iterator[torch.Tensor]:
    """Yield, for each row of weights, their sum; each counts differently, so that order matters."""
    for name, weights in model.named_parameters():
        if not name.startswith(("vision", "visual")):
            rows = torch.atleast_1d(weights.detach()).float()
            yield (rows @ torch.arange(1, rows.shape[-1] + 1, device=rows.device).sqrt()).flatten()
