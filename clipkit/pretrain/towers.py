"""Configuration, tokenizer and processor of the small ``CLIPModel``: all Hugging Face's own."""

from __future__ import annotations

from collections.abc import Iterable

from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPProcessor, CLIPTokenizer

CONTEXT_LENGTH = 77
VOCABULARY_SIZE = 4096
# Each printable ASCII character, and letters whose UTF-8 code ends in each continuation byte: a
# tokenizer that has met them as words of their own has a token for the last byte of any word.
EVERY_LAST_BYTE = " ".join(map(chr, [*range(33, 127), *range(0x100, 0x140)]))


def train_tokenizer(texts: Iterable[str], vocabulary_size: int = VOCABULARY_SIZE) -> CLIPTokenizer:
    """Learn CLIP's byte-level BPE from texts.

    Parameters
    ----------
    texts : iterable of str
        Captions and reports.
    vocabulary_size : int
        Tokens, the two special ones included.

    Returns
    -------
    transformers.CLIPTokenizer
        No character is unknown to it.

    Examples
    --------
    >>> tokenizer = train_tokenizer(["a red mug", "a blue mug"] * 5, 600)
    >>> tokenizer.tokenize("A red MUG")
    ['a</w>', 'red</w>', 'mug</w>']
    """
    corpus = [*texts, *[EVERY_LAST_BYTE] * 2]
    tokenizer = CLIPTokenizer().train_new_from_iterator(corpus, vocabulary_size)
    tokenizer.model_max_length = CONTEXT_LENGTH
    return tokenizer


def small_config(tokenizer: CLIPTokenizer, pixels: int = 80, **vision) -> CLIPConfig:
    """The bundled model's configuration: 8 x 8 patches, six layers and three.

    Parameters
    ----------
    tokenizer : transformers.CLIPTokenizer
        Gives the vocabulary's size and the special tokens.
    pixels : int
        Side of the square input picture; a multiple of 8.
    **vision
        Overrides of the vision tower's fields, for smaller trials.
    """
    special = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    text_config = {
        "vocab_size": len(tokenizer),
        "max_position_embeddings": CONTEXT_LENGTH,
        "hidden_size": 192,
        "intermediate_size": 768,
        "num_hidden_layers": 3,
        "num_attention_heads": 3,
        **special,
    }
    vision_config = {
        "image_size": pixels,
        "patch_size": pixels // 8,
        "hidden_size": 192,
        "intermediate_size": 768,
        "num_hidden_layers": 6,
        "num_attention_heads": 3,
        **vision,
    }
    return CLIPConfig(text_config=text_config, vision_config=vision_config, projection_dim=192)


def small_processor(tokenizer: CLIPTokenizer, pixels: int = 80) -> CLIPProcessor:
    """The processor that goes with `small_config`: shortest side to `pixels`, centre crop."""
    pictures = CLIPImageProcessorPil(
        size={"shortest_edge": pixels}, crop_size={"height": pixels, "width": pixels}
    )
    return CLIPProcessor(image_processor=pictures, tokenizer=tokenizer)
