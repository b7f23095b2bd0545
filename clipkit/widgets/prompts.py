"""PromptLab: change labels and templates, and see which predictions change."""

from __future__ import annotations

import html
import warnings
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import ipywidgets as w
import numpy as np
import torch
from datasets import Dataset, DatasetDict
from matplotlib.figure import Figure

from clipkit import data, zero_shot
from clipkit.evaluation import Estimate, accuracy, paired_difference
from clipkit.model import TEMPLATE, Clip
from clipkit.pictures import getters, open_pictures
from clipkit.widgets import parts

SPLITS = ("validation", "test")
SHOWN = 24


def parse_labels(text: str, classes: Sequence[str]) -> dict[str, str]:
    """Return the learner's labels: for each class the words that go into the prompt.

    A line is a class, or "class = other words for it".

    Parameters
    ----------
    text : str
    classes : sequence of str
        The classes there are.

    Returns
    -------
    dict of str to str
        Class to words, in the order of the lines.

    Raises
    ------
    ValueError
        If a line names no class, has nothing behind its "=", or names a class again.

    Examples
    --------
    >>> parse_labels("mug = coffee cup\\nvase", ["mug", "vase", "sofa"])
    {'mug': 'coffee cup', 'vase': 'vase'}
    """
    labels: dict[str, str] = {}
    for line in parts.all_lines(text):
        name, equals, words = (part.strip() for part in line.partition("="))
        if name not in classes:
            raise ValueError(
                f"“{name}” is none of the classes; write “class = {name}” with one of: "
                f"{', '.join(classes)}."
            )
        if name in labels:
            raise ValueError(f"The class “{name}” has two lines; keep one.")
        if equals and not words:
            raise ValueError(f"Nothing stands behind “{name} =”; write other words for it there.")
        labels[name] = words or name
    if len(labels) < 2:
        raise ValueError("Write at least two labels, one a line.")
    return labels


def parse_templates(text: str) -> list[str]:
    """Return the learner's templates, one a line, each with {} once.

    Examples
    --------
    >>> parse_templates("a photo of a {}\\n{}")
    ['a photo of a {}', '{}']
    """
    templates = parts.all_lines(text)
    if not templates:
        raise ValueError("Write at least one template, with {} where the label goes.")
    for template in templates:
        if template.count("{}") != 1:
            raise ValueError(f"“{template}” should have {{}} once, where the label goes.")
        if templates.count(template) > 1:
            raise ValueError(f"The template “{template}” has two lines; keep one.")
    return templates


def predict(
    clip: Clip, pictures: torch.Tensor, labels: dict[str, str], templates: Sequence[str]
) -> list[str]:
    """Return the class whose prompts lie nearest to each picture.

    Parameters
    ----------
    pictures : torch.Tensor of float32, shape (n, d)
        Embeddings.
    """
    names = {words: name for name, words in labels.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the page has a place of its own for unknown words
        said = zero_shot.predict(clip, pictures, list(names), templates)
    return [names[words] for words in said]


class Change(NamedTuple):
    """What an edit did."""

    changed: list[int]
    repaired: int
    broken: int


def compare(truth: Sequence[str], before: Sequence[str] | None, now: Sequence[str]) -> Change:
    """Which predictions an edit changed, and how many became right or wrong by it.

    Examples
    --------
    >>> compare(["mug", "vase"], ["vase", "vase"], ["mug", "vase"])
    Change(changed=[0], repaired=1, broken=0)
    """
    if before is None:
        return Change([], 0, 0)
    changed = [i for i, (old, new) in enumerate(zip(before, now, strict=True)) if old != new]
    repaired = sum(now[i] == truth[i] for i in changed)
    return Change(changed, repaired, sum(before[i] == truth[i] for i in changed))


class PromptLab(parts.Live):
    """Labels and templates on the left, pictures with predictions on the right.

    Parameters
    ----------
    clip : Clip, optional
        By default the bundled model, or the one that CLIPKIT_MODEL names.
    catalog : datasets.DatasetDict, optional
        Splits validation and test with columns image and `column`; by default the bundled one. Rows
        whose `held_out_pair` is true are left out: they are in test alone, and harder, so that test
        would differ from validation in more than luck.
    column : str
        Which column is predicted.
    pictures : int
        How many pictures of a split are used, evenly spread; all take a while to encode.

    Attributes
    ----------
    truth, predicted : list of str
    accuracy : Estimate
        With its 95 % interval.
    gain : Estimate or None
        Of all edits together: the paired difference from the labels and templates at the start.
    change : Change
        What the last edit did.
    looks : int
        How many wordings the learner has measured on the test split.
    """

    title = "PromptLab: your labels and templates, and which predictions they change"

    def __init__(
        self,
        clip: Clip | None = None,
        catalog: Mapping[str, Dataset] | None = None,
        column: str = "category",
        pictures: int = 210,
    ) -> None:
        self.clip = parts.shared_clip(clip)
        catalog = catalog if catalog is not None else data.load_catalog()
        if not isinstance(catalog, dict) or not {*SPLITS} <= catalog.keys():
            raise ValueError(
                f"catalog is a {type(catalog).__name__}; it should be a DatasetDict with the "
                f"splits {' and '.join(SPLITS)}"
            )
        self.catalog = data.named_labels(DatasetDict(catalog), column)
        self.column, self.most = column, pictures
        self.classes = sorted(set(self.catalog[SPLITS[0]][column]))
        self._splits: dict[str, tuple] = {}
        self._readable: dict[str, Dataset] = {}
        self.predicted: list[str] = []
        self.accuracy: Estimate | None = None
        self.gain: Estimate | None = None
        self.change = Change([], 0, 0)
        self._start = {name: name for name in self.classes}, [TEMPLATE]
        self._prompts: tuple | None = None
        self._measured_on_test: list[tuple] = []
        self.split = parts.spoken(
            w.Dropdown(description="split", options=SPLITS),
            "Choose prompts on validation; look at test once, at the end",
        )
        self.labels = parts.text_area(
            "labels", self.classes, "One class a line, or: class = other words for it", rows=12
        )
        self.templates = parts.text_area(
            "templates", [TEMPLATE], "One template a line, each with {} where the label goes", 4
        )
        self.score, self.message = parts.page(), parts.page()
        self.grid, self.note = parts.page(), parts.page()
        self.moves = parts.Moves(self._draw, (0.15,))  # typing comes in bursts
        super().__init__(
            [
                parts.side_by_side(
                    w.VBox(
                        [self.split, self.labels, self.templates, self.note],
                        layout={"width": "300px"},
                    ),
                    w.VBox([self.score, self.message, self.grid], layout={"flex": "1 1 500px"}),
                )
            ]
        )
        self._draw()
        self.split.observe(self._other_split, "value")
        for control in (self.labels, self.templates):
            control.observe(self.moves.ask, "value")

    def _pictures(self) -> tuple[torch.Tensor, list[str], list[str]]:
        """Embeddings, true classes and thumbnails of the chosen split, computed once."""
        split = self.split.value
        if split not in self._splits:
            rows = self._rows()
            skipped: list[tuple[int, str]] = []
            embeddings = self.clip.encode_images(rows["image"], skipped=skipped)
            rows = rows.select(sorted({*range(len(rows))} - {row for row, _ in skipped}))
            self._readable[split] = rows
            addresses = [parts.thumbnail(get()) for get in getters(rows["image"])]
            self._splits[split] = embeddings, list(rows[self.column]), addresses
        return self._splits[split]

    def _rows(self) -> Dataset:
        """Return the rows of the chosen split that are used, evenly spread."""
        rows = self.catalog[self.split.value]
        if "held_out_pair" in rows.column_names:
            rows = rows.select(np.flatnonzero(~np.array(rows["held_out_pair"])))
        return rows.select(
            np.linspace(0, len(rows) - 1, min(self.most, len(rows))).round().astype(int)
        )

    @property
    def truth(self) -> list[str]:
        """The true class of each picture of the chosen split."""
        return self._pictures()[1]

    @property
    def looks(self) -> int:
        """How many wordings were measured on the test split."""
        return len(self._measured_on_test)

    def _other_split(self, _: object = None) -> None:
        self.predicted, self._prompts = [], None  # nothing to compare with
        self.message.value = parts.status("Encoding the pictures of this split ...")
        self.moves.ask()

    def _draw(self, _step: int = 0) -> None:
        try:
            labels = parse_labels(self.labels.value, self.classes)
            self.clip.distinct_labels(labels.values())
            templates = parse_templates(self.templates.value)
        except ValueError as problem:
            self.note.value = parts.status(str(problem))
            return
        embeddings, truth, addresses = self._pictures()
        if (labels, templates) == self._prompts:  # a space or an empty line is no edit
            return
        before, self._prompts = self.predicted or None, (labels, templates)
        self.predicted = predict(self.clip, embeddings, labels, templates)
        self.accuracy = accuracy(truth, self.predicted)
        self.gain = self._gain(embeddings, truth)
        if self.split.value == "test" and self._prompts not in self._measured_on_test:
            self._measured_on_test.append(self._prompts)
        self.change = compare(truth, before, self.predicted)
        missing = [name for name in self.classes if name not in labels]
        words = [t.replace("{}", word) for word in labels.values() for t in templates]
        note = parts.note_on_words(self.clip, words)
        if missing:
            note += f" Without a label, so always wrong: {', '.join(missing)}."
        self.note.value = parts.status(note.strip())
        self.score.value = parts.wrapped(
            f"<p><b>accuracy <span class='number accuracy'>{self.accuracy!s}</span></b> on "
            f"{len(truth)} {self.split.value} pictures (95 % interval)</p>" + self._gain_in_words()
        )
        self.message.value = parts.status(self._in_words(before))
        self.grid.value = parts.grid(self._figures(truth, before, addresses))

    def _gain(self, embeddings: torch.Tensor, truth: list[str]) -> Estimate | None:
        """Return what the edits are worth, on the same pictures as the labels before them.

        Two separate intervals would not tell: pictures easy or hard for both cancel only in pairs.
        """
        if self._prompts == self._start:
            return None
        first = predict(self.clip, embeddings, *self._start)
        true = np.array(truth)
        return paired_difference(np.array(first) == true, np.array(self.predicted) == true)

    def _gain_in_words(self) -> str:
        if self.gain is None:
            return ""
        return (
            f"<p>all edits together: <span class='number gain'>{self.gain:+.3f}</span> "
            "(paired difference from the labels and templates at the start)</p>"
        )

    def _in_words(self, before: list[str] | None) -> str:
        return f"{self._last_edit_in_words(before)} {self._looks_in_words()}".strip()

    def _last_edit_in_words(self, before: list[str] | None) -> str:
        if before is None:
            return (
                "Edit a label or a template: what it changes is marked here."
                if self.split.value != "test" else ""
            )  # fmt: skip
        changed, repaired, broken = self.change
        if not changed:
            return "The last edit changed no prediction."
        return (
            f"The last edit changed {len(changed)} prediction{'s' if len(changed) > 1 else ''}: "
            f"{repaired} became right, {broken} became wrong."
        )

    def _looks_in_words(self) -> str:
        if self.split.value != "test":
            return ""
        if self.looks == 1:
            return "This is your one look at test: report it, and edit no more."
        return (
            f"You have measured {self.looks} wordings on test: the best of them would be chosen on "
            "test, and its accuracy there would flatter it."
        )

    def _order(self) -> list[int]:
        """Return the changed pictures first, then wrong ones, then the others."""
        n = len(self.truth)
        wrong = [i for i in range(n) if self.predicted[i] != self.truth[i]]
        return list(dict.fromkeys([*self.change.changed, *wrong, *range(n)]))

    def _figures(
        self, truth: list[str], before: list[str] | None, addresses: list[str]
    ) -> list[str]:
        changed = set(self.change.changed)
        return [
            self._figure(i, truth[i], before[i] if before and i in changed else None, addresses[i])
            for i in self._order()[:SHOWN]
        ]

    def _figure(self, i: int, truth: str, before: str | None, address: str) -> str:
        guess = self.predicted[i]
        right = guess == truth
        lines = [f"<b>{'✓' if right else '✗'} {html.escape(guess)}</b>"]
        if not right:
            lines.append(f"is: {html.escape(truth)}")
        if before is not None:
            lines.append(f"was: {html.escape(before)}")
        classes = f"{'right' if right else 'wrong'}{' changed' if before is not None else ''}"
        alt = f"picture {i}, a {truth}, taken for a {guess}"
        return parts.figure(address, alt, lines, classes)

    def still(self) -> tuple[bytes, str]:
        """Pictures spread over the split, with their predictions."""
        alt = (
            f"Accuracy {self.accuracy!s} on {len(self.truth)} {self.split.value} pictures, and "
            "eight of the pictures with their predictions."
        )
        chosen = np.linspace(0, len(self.truth) - 1, min(8, len(self.truth))).round().astype(int)

        def title(i: int) -> str:
            guess, truth = self.predicted[i], self.truth[i]
            return guess if guess == truth else f"{guess} (is: {truth})"

        def draw() -> Figure:
            from clipkit.plots import pictures_grid

            rows = self._readable[self.split.value].select(chosen)
            pictures = open_pictures(rows["image"])
            drawn = pictures_grid(pictures, titles=[title(i) for i in chosen])
            drawn.suptitle(f"accuracy {self.accuracy!s} on {self.split.value}", fontsize=10)
            return drawn

        return parts.figure_png(draw), alt
