"""Pictures with texts, as the training loop reads them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence, Sized
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from clipkit import checks
from clipkit.augmentation import draw_movement
from clipkit.model import Clip, check_model
from clipkit.pictures import getters
from clipkit.runs import checksum

FEWEST_PAIRS = 8


def sentences(report: str) -> list[str]:
    """Split a report into its sentences, without the headings.

    A sentence says one thing, and fits into the few tokens that a text tower reads; a whole report
    often does not. Training on one random sentence at a time is what ConVIRT does (Zhang et al.
    2020, arXiv 2010.00747).

    Parameters
    ----------
    report : str

    Returns
    -------
    list of str
        At least one, unless the report says nothing.

    Raises
    ------
    TypeError
        If the report is no text.
    """
    checks.text(report, "report")
    parts = re.split(r"(?<=[.;])\s+|\n+", report)
    parts = [re.sub(r"^[A-Z][A-Za-z]+:\s*", "", part).strip() for part in parts]
    return [part for part in parts if re.search("[A-Za-z]", part)]  # not the "2." of a list


class Pairs(Dataset):
    """Pictures with texts, as the training loop reads them.

    The pictures lie in a temporary file, at the model's size, so that a hundred thousand of them
    take no more memory than a hundred.

    Parameters
    ----------
    clip : clipkit.model.Clip
        Its processor prepares the pictures and texts, once.
    pictures : iterable of pictures
        As `Clip.encode_images` takes them.
    texts : iterable of str or of sequences of str, length n
        The text of each picture, or several of which each step draws one. Like the pictures, they
        are read in their order, whatever labels a table has for its rows.
    texts_each : int
        How many of its texts a picture is contrasted with in one step. The text tower costs little
        beside the vision tower, which sees the picture once for all of them.
    move_pictures : bool
        Crop, shift and turn each picture a little, differently each time it is seen. Nothing is
        mirrored: a radiograph has a left and a right.
    groups : sequence of str, length n, optional
        Pairs of the same group meet in a batch, so that each is told from others that resemble it:
        hard negatives. By default chance alone decides.
    groups_in_batch : int
        How many groups share a batch. With 1 all negatives are hard ones, and what tells one group
        from another is no longer asked for, and forgotten.

    Attributes
    ----------
    texts : list of list of str
    pixels : int
        Side of the pictures.

    Raises
    ------
    ValueError
        If a text is missing or empty, if there are not as many texts as pictures, if there are too
        few pairs to contrast, if `texts_each` or `groups_in_batch` is not a whole number of at
        least 1, or if there are not as many groups as pairs.
    clipkit.pictures.PictureError
        If a picture cannot be read.
    """

    def __init__(
        self,
        clip: Clip,
        pictures: Iterable[Any],
        texts: Iterable[str | Iterable[str]],
        *,
        texts_each: int = 1,
        move_pictures: bool = False,
        groups: Sequence[str] | None = None,
        groups_in_batch: int = 4,
    ) -> None:
        check_model(clip)
        self.texts_each = checks.whole(texts_each, "texts_each", 1)
        self.move_pictures = bool(move_pictures)
        if isinstance(texts, str):
            raise ValueError("texts is one text, but each picture needs one: a list of them.")
        listed = checks.items(texts, "texts")
        self.texts = [_alternatives(text, row) for row, text in enumerate(listed)]
        self.groups = None if groups is None else checks.labels(groups, "groups").tolist()
        if self.groups is not None:
            checks.same_length(texts=np.array(range(len(self.texts))), groups=np.array(self.groups))
        self.groups_in_batch = checks.whole(groups_in_batch, "groups_in_batch", 1)
        if isinstance(pictures, Sized):
            self._check_numbers(len(pictures))
        # Numbered once for all, so that processes agree on which captions are equal.
        every = dict.fromkeys(text for options in self.texts for text in options)
        self.numbers = {text: number for number, text in enumerate(every)}
        self.ids, self.pad = clip.tokens.ids(list(every)), clip.tokens.pad
        self.pixels, self.finish = clip.pixels.size, clip.pixels.finish
        # Written past the memory, and then mapped: what the system reads of it, it can drop again.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115, open as long as the pairs are used
        sums = []
        for get in getters(pictures):
            picture = np.ascontiguousarray(clip.pixels.read(get))
            sums.append(checksum(picture))
            self._file.write(picture.data)
        self._check_numbers(len(sums))
        self._file.flush()
        shape = (len(sums), *picture.shape)
        self.resized = np.memmap(self._file, picture.dtype, "r", shape=shape)
        self.checksums = {"pictures": checksum(sums), "texts": checksum(self.texts)}
        if self.groups:
            self.checksums["groups"] = checksum([*self.groups, str(self.groups_in_batch)])

    def _check_numbers(self, pictures: int) -> None:
        if pictures != len(self.texts):
            raise ValueError(
                f"There are {pictures} pictures but {len(self.texts)} texts; each picture needs "
                "one."
            )
        if pictures < FEWEST_PAIRS:
            raise ValueError(
                f"{pictures} pairs are too few to contrast with each other; at least "
                f"{FEWEST_PAIRS} are needed."
            )

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, row: int) -> dict[str, int]:
        return {"row": row}

    def batch(self, items: Sequence[Mapping[str, int]]) -> dict[str, torch.Tensor]:
        """Return what the model needs of some rows; chance comes from torch's seed.

        How the pictures are to be moved is drawn here and done later, on the model's device.

        Returns
        -------
        dict of str to torch.Tensor
            Pixel values, tokens and the numbers of the captions (equal ones have the same);
            `texts_each` texts for each picture, one picture's after the other's.
        """
        rows = [item["row"] for item in items]
        numbers = [self.numbers[text] for row in rows for text in self._drawn(row)]
        batch = {
            "pixel_values": self.finish(self.resized[rows]),
            **self.pad([self.ids[number] for number in numbers]),
            "caption_ids": torch.tensor(numbers),
        }
        if self.move_pictures:
            never = torch.zeros(len(rows), dtype=torch.bool)
            batch["theta"], _ = draw_movement(never, torch.default_generator)
        return batch

    def _drawn(self, row: int) -> list[str]:
        """Return some of the picture's texts; one comes twice only where there are too few."""
        options = self.texts[row]
        order = torch.randperm(len(options)).tolist()
        return [options[order[number % len(options)]] for number in range(self.texts_each)]


def _alternatives(text: Any, row: int) -> list[str]:
    """Return the texts of one picture, which may be one or several."""
    several = not isinstance(text, str) and isinstance(text, Iterable)
    options = list(text) if several else [text]
    if not options or not all(isinstance(option, str) and option.strip() for option in options):
        raise ValueError(
            f"The picture in row {row} has no text, or an empty one ({checks.shown(text)}); give "
            "it a caption, or leave the row out."
        )
    return options
