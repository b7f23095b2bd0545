"""OwnPictures: classify, search and compare the learner's own pictures."""

from __future__ import annotations

import html
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import ipywidgets as w
import torch
from datasets import DatasetDict
from matplotlib.figure import Figure
from PIL import Image

from clipkit import data
from clipkit.model import Clip
from clipkit.notes import ClipWarning
from clipkit.pictures import PictureError
from clipkit.widgets import parts
from clipkit.widgets.uploads import MOST_BYTES, read_picture, read_uploads, upload_box
from clipkit.widgets.views import Answer, DropZone

MOST = 200
LABELS = ("a mug", "a shoe", "a dress", "a chair", "a bag")
TASKS = ("classify", "search", "compare")


def read_folder(path: str) -> tuple[list[tuple[str, Image.Image]], list[str]]:
    """Return the pictures of a folder by file name, and a sentence for each that cannot be read."""
    skipped: list[tuple[str, str]] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ClipWarning)  # the widget says it itself
            rows = data.from_folder(path, skipped)
    except (OSError, ValueError) as error:
        return [], [str(error)]
    splits = rows.values() if isinstance(rows, DatasetDict) else [rows]
    files = [file for split in splits for file in split["file"]]
    problems = [reason for _, reason in skipped]
    if len(files) > MOST:
        problems.append(f"{len(files)} pictures; the first {MOST} are taken.")
    pictures = []
    for file in files[:MOST]:
        try:
            pictures.append((file, read_picture(Path(path).expanduser() / file, file)))
        except PictureError as problem:
            problems.append(str(problem))
    return pictures, problems


def classify(clip: Clip, embeddings: torch.Tensor, labels: Sequence[str]) -> list[Answer]:
    """Return the best label of each picture, with cosine and probability."""
    rows = [parts.answers(clip, embedding, labels) for embedding in embeddings]
    return [max(row, key=lambda answer: answer.probability) for row in rows]


def matrix_html(names: Sequence[str], cosines: torch.Tensor) -> str:
    """Return a table of the cosines between pictures."""
    names = [html.escape(name) for name in names]
    head = "".join(f"<th scope=col>{name}</th>" for name in names)
    body = "".join(
        f"<tr><th scope=row>{name}</th>"
        + "".join(f"<td class='number cosine'>{value:.2f}</td>" for value in row)
        + "</tr>"
        for name, row in zip(names, cosines.tolist(), strict=True)
    )
    return parts.wrapped(
        f"<table><caption>cosine of every two pictures</caption><thead><tr><th></th>{head}</tr>"
        f"</thead><tbody>{body}</tbody></table>"
    )


class OwnPictures(parts.Live):
    """Upload pictures or name a folder; then classify, search or compare them.

    The pictures stay in this notebook's kernel. Unreadable files are named; the rest is done.

    Parameters
    ----------
    clip : Clip, optional
        By default the bundled model, or the one that CLIPKIT_MODEL names.
    labels : sequence of str
        What the labels' box starts with.

    Attributes
    ----------
    names : list of str
    pictures : list of PIL.Image.Image
    embeddings : torch.Tensor of float32, shape (n, d)
    """

    title = "OwnPictures: classify, search and compare pictures of your own"

    def __init__(self, clip: Clip | None = None, labels: Sequence[str] = LABELS):
        self.clip = parts.shared_clip(clip)
        self.names: list[str] = []
        self.pictures: list = []
        self.embeddings = torch.empty(0, self.clip.dimension)
        self._thumbnails: list[str] = []
        self._make_controls(labels)
        self.moves = parts.Moves(self._draw, (0.05,))
        super().__init__(
            [
                w.HBox(
                    [self.upload, self.drop, self.folder, self.read, self.clear],
                    layout={"flex_flow": "row wrap", "align_items": "center"},
                ),
                self.message,
                self.task,
                self.labels,
                self.query,
                self.note,
                self.results,
            ]
        )
        self.upload.observe(self._uploaded, "value")
        self.read.on_click(self._read_folder)
        self.clear.on_click(self._clear)
        for control in (self.task, self.labels, self.query):
            control.observe(self.moves.ask, "value")
        self._draw()

    def _make_controls(self, labels: Sequence[str]) -> None:
        self.upload = upload_box("Choose pictures")
        self.drop = DropZone(self._take, MOST_BYTES)
        self.folder = parts.spoken(
            w.Text(
                placeholder="or a folder, such as ~/Pictures/shop",
                description="folder",
                layout={"width": "360px"},
            ),
            "A folder of pictures on the machine where the notebook runs",
        )
        self.read = w.Button(
            description="Read folder", icon="folder-open", tooltip="Read the pictures of the folder"
        )
        self.clear = w.Button(description="Clear", icon="trash", tooltip="Forget all pictures")
        self.task = parts.spoken(
            w.ToggleButtons(options=TASKS, description="task"), "What to do with the pictures"
        )
        self.labels = parts.text_area("labels", labels, "Your labels, one a line")
        self.query = parts.spoken(
            w.Text(
                "a red mug", description="search", continuous_update=True, layout={"width": "420px"}
            ),
            "What you look for among your pictures, in words",
        )
        self.message, self.note, self.results = parts.page(), parts.page(), parts.page()

    # ---------------------------------------------------------------------------- what comes in
    def _uploaded(self, change: dict[str, Any]) -> None:
        if change["new"]:
            self._take(change["new"])
            self.upload.value = ()  # so that the same file can come again

    def _take(self, files: Iterable[dict]) -> None:
        self._add(*read_uploads(files))

    def _read_folder(self, _: object = None) -> None:
        if not self.folder.value.strip():
            self._say([], ["Write the path of a folder first."])
            return
        self._add(*read_folder(str(Path(self.folder.value.strip()))))

    def _add(self, new: list[tuple[str, Any]], problems: list[str]) -> None:
        room = MOST - len(self.names)
        if len(new) > room:
            problems = [*problems, f"More than {MOST} pictures; the first {room} new ones stay."]
            new = new[:room]
        if new:
            pictures = [picture for _, picture in new]
            self.embeddings = torch.cat([self.embeddings, self.clip.encode_images(pictures)])
            self.names += [name for name, _ in new]
            self.pictures += pictures
            self._thumbnails += [parts.thumbnail(picture) for picture in pictures]
        self._say(new, problems)
        self.moves.ask()

    def _say(self, new: Sequence[object], problems: Sequence[str]) -> None:
        lines = [f"{len(new)} read, {len(self.names)} in all."] if new else []
        lines += problems[:5]
        if len(problems) > 5:
            lines.append(f"And {len(problems) - 5} more that cannot be read.")
        text = "<br>".join(html.escape(line) for line in lines)
        self.message.value = parts.wrapped(f'<div role="status" aria-live="polite">{text}</div>')

    def _clear(self, _: object = None) -> None:
        self.names, self.pictures, self._thumbnails = [], [], []
        self.embeddings = torch.empty(0, self.clip.dimension)
        self._say([], [])
        self.moves.ask()

    # --------------------------------------------------------------------------- what comes out
    def _draw(self, _step: int = 0) -> None:
        task = self.task.value
        self.labels.layout.display = None if task == "classify" else "none"
        self.query.layout.display = None if task == "search" else "none"
        if not self.names:
            self.results.value = parts.wrapped("<p>No pictures yet: choose, drop or name some.</p>")
            return
        texts = {
            "classify": parts.lines_of(self.labels.value),
            "search": parts.lines_of(self.query.value),
        }.get(task, [])
        self.note.value = parts.status(parts.note_on_words(self.clip, texts))
        if task == "compare":
            self.results.value = matrix_html(self.names, self.embeddings @ self.embeddings.T)
        elif texts:
            show = self._classified if task == "classify" else self._searched
            self.results.value = parts.grid(show(texts))

    def _classified(self, labels: Sequence[str]) -> list[str]:
        return [
            self._figure(
                i,
                [
                    f"<b>{html.escape(best.text)}</b>",
                    f"<span class='number probability'>{100 * best.probability:.1f} %</span>, "
                    f"cosine <span class='number cosine'>{best.cosine:.3f}</span>",
                ],
            )
            for i, best in enumerate(classify(self.clip, self.embeddings, labels))
        ]

    def _searched(self, texts: Sequence[str]) -> list[str]:
        cosines = (self.embeddings @ parts.encode_texts(self.clip, texts[:1])[0]).tolist()
        order = sorted(range(len(cosines)), key=lambda i: -cosines[i])
        return [
            self._figure(i, [f"<span class='number cosine'>{cosines[i]:.3f}</span>"]) for i in order
        ]

    def _figure(self, i: int, lines: Sequence[str]) -> str:
        name = self.names[i]
        return parts.figure(self._thumbnails[i], name, [html.escape(name), *lines])

    def still(self) -> tuple[bytes, str]:
        """Return the pictures that have come so far; at first there are none."""
        alt = "A place to drop your own pictures, which the model then classifies and compares."
        if not self.pictures:
            return b"", alt

        def draw() -> Figure:
            from clipkit.plots import pictures_grid

            return pictures_grid(self.pictures[:8], titles=self.names[:8])

        return parts.figure_png(draw), alt
