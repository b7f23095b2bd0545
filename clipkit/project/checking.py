"""What to know of one's pictures and texts before anything is measured on them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from datasets import Dataset
from numpy.typing import NDArray

from clipkit.data import SPLITS, readable
from clipkit.model import Clip
from clipkit.notes import listed, quoted
from clipkit.project.copies import Copy

FEW = 10  # pictures of a label, below which its own accuracy says next to nothing


@dataclass(frozen=True)
class Finding:
    """Something to know of the data, or to mend.

    Attributes
    ----------
    what : str
        A sentence that says what was found.
    advice : str
        What to do.
    files : list of str
        The files it is about; two that belong together are joined by " = ".
    """

    what: str
    advice: str
    files: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        about = f"\n    {listed(self.files, shown=6)}" if self.files else ""
        return f"{self.what}{about}\n    {self.advice}"


def check_data(
    clip: Clip, rows: Dataset, copies: Sequence[Copy], skipped: Sequence[tuple[str, str]] = ()
) -> list[Finding]:
    """Look for what would make a measurement wrong, before anything is measured.

    Parameters
    ----------
    clip : clipkit.model.Clip
        Its tokenizer says which texts are too long.
    rows, skipped
        As `read_data` gives them.
    copies : sequence of Copy
        As `near_duplicates` finds them.

    Returns
    -------
    list of Finding
        Pictures left out; copies, and copies under two labels; labels with few pictures, and
        labels that read the same; texts that are missing, too long or name the label; and, where
        the data come in splits, what stands in two of them.
    """
    found = [*_left_out(skipped), *_copies(rows, copies), *_labels(rows)]
    if "title" in rows.column_names:
        found += _texts(clip, rows)
    if "split" in rows.column_names:
        splits = np.asarray(rows["split"])
        given = {part: np.flatnonzero(splits == part) for part in SPLITS}
        found += leaks(rows, copies, given)
    return found


def leaks(
    rows: Dataset, copies: Sequence[Copy], parts: Mapping[str, NDArray[np.intp]]
) -> list[Finding]:
    """Find what stands in two splits at once: copies of a picture, and groups.

    Parameters
    ----------
    rows : datasets.Dataset
    copies : sequence of Copy
    parts : dict of str to array of int
        The rows of each split.

    Returns
    -------
    list of Finding
        Empty if nothing leaks.
    """
    files, part_of = rows["file"], {int(row): part for part in parts for row in parts[part]}
    found = []
    across = [c for c in copies if part_of.get(c.first) != part_of.get(c.second)]
    if across:
        found.append(
            Finding(
                f"{_count(len(across), 'picture')} of one split "
                f"{'have copies' if len(across) > 1 else 'has a copy'} in another: "
                "what was learnt by heart passes for knowledge.",
                "Delete one of the two, or draw a new split without the folders of splits: copies "
                "then stay together.",
                [f"{files[c.first]} = {files[c.second]}" for c in across],
            )
        )
    if "group" in rows.column_names:
        places = defaultdict(set)
        for row, group in enumerate(rows["group"]):
            places[group].add(part_of.get(row))
        torn = sorted(group for group, where in places.items() if len(where) > 1)
        if torn:
            found.append(
                Finding(
                    f"{_count(len(torn), 'group')} {_have(torn)} pictures in two splits: a model "
                    "can score by recognising the patient or product.",
                    "Draw a new split; it keeps groups whole.",
                    torn,
                )
            )
    return found


def _left_out(skipped: Sequence[tuple[str, str]]) -> list[Finding]:
    if not skipped:
        return []
    return [
        Finding(
            f"{_count(len(skipped), 'row')} left out.",
            "Mend the file or its row in the table, or delete it.",
            [reason for _, reason in skipped],
        )
    ]


def _copies(rows: Dataset, copies: Sequence[Copy]) -> list[Finding]:
    files, labels = rows["file"], rows["label"]
    found = []
    for exact, words in ((True, "equal point by point"), (False, "copies of each other")):
        same = [c for c in copies if c.exact == exact and labels[c.first] == labels[c.second]]
        if same:
            found.append(
                Finding(
                    f"{_count(len(same), 'pair')} of pictures {_are(same)} {words}.",
                    "They stay on the same side of the split. Delete one of each pair unless it "
                    "is there on purpose.",
                    [f"{files[c.first]} = {files[c.second]}" for c in same],
                )
            )
    unlike = [c for c in copies if labels[c.first] != labels[c.second]]
    if unlike:
        found.append(
            Finding(
                f"{_count(len(unlike), 'picture')} {_have(unlike)} a copy under another label: one "
                "of the two labels is wrong, or both hold.",
                "Look at both, and move or delete one.",
                [f"{files[c.first]} = {files[c.second]}" for c in unlike],
            )
        )
    return found


def _labels(rows: Dataset) -> list[Finding]:
    counts, found = Counter(rows["label"]), []
    few = {label: n for label, n in counts.items() if n < FEW}
    if few:
        found.append(
            Finding(
                f"{_count(len(few), 'label')} {_have(few)} fewer than {FEW} pictures: "
                f"{listed([f'{label} ({n})' for label, n in few.items()], shown=8)}.",
                "Nothing can be claimed of them alone. Add pictures, or join labels under [labels] "
                "in project.toml.",
            )
        )
    label, n = counts.most_common(1)[0]
    if n > 0.5 * len(rows):
        found.append(
            Finding(
                f"{n / len(rows):.0%} of the pictures are {quoted(label)}: who always says so is "
                "right that often.",
                "Report balanced accuracy or AUROC, not accuracy.",
            )
        )
    read = defaultdict(list)
    for name in counts:
        read[readable(name)].append(name)
    for names in read.values():
        if len(names) > 1:
            found.append(
                Finding(
                    f"The labels {listed([quoted(name) for name in names])} read the same.",
                    f"Make them one under [labels] in project.toml: {quoted(names[1])} = "
                    f"{quoted(names[0])}.",
                )
            )
    return found


def _texts(clip: Clip, rows: Dataset) -> list[Finding]:
    texts, files, labels = rows["title"][:], rows["file"], rows["label"]
    written = [i for i, text in enumerate(texts) if text]
    empty = [files[i] for i, text in enumerate(texts) if not text]
    found = []
    if not written:
        return [Finding("No picture has a text.", "Name another column under title, or none.")]
    if empty:
        found.append(
            Finding(
                f"{_count(len(empty), 'picture')} {_have(empty)} no text.",
                "They are trained on with a prompt of their label instead.",
                empty,
            )
        )
    ids = clip.processor.tokenizer([texts[i] for i in written], verbose=False)["input_ids"]
    full = [i for i, own in zip(written, ids, strict=True) if len(own) > clip.context_length]
    if full:
        found.append(
            Finding(
                f"{_count(len(full), 'text')} {_have(full)} more than the {clip.context_length} "
                "tokens that the model reads.",
                "Long texts are trained on sentence by sentence; for search, put what matters "
                "first.",
                [files[i] for i in full],
            )
        )
    naming = [i for i in written if _names(texts[i], labels[i])]
    if naming:
        found.append(
            Finding(
                f"{len(naming)} of {len(texts)} texts name their label.",
                "Good to train on. But a classifier that reads the text needs no picture: give it "
                "pictures alone, and compare with a baseline of texts alone.",
                [f"{files[i]}: {quoted(texts[i])}" for i in naming],
            )
        )
    return found


def _names(text: str, label: str) -> bool:
    """Tell whether a text holds the words of a label, in the singular or with an s."""
    words = readable(label)
    stem = re.escape(words.removesuffix("s"))
    return bool(words) and re.search(rf"\b{stem}(e?s)?\b", text.lower()) is not None


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _are(items: Sequence | Mapping) -> str:
    return "is" if len(items) == 1 else "are"


def _have(items: Sequence | Mapping) -> str:
    return "has" if len(items) == 1 else "have"
