"""SearchBox: words or a picture in, products out, as one types; and what one may also like."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import ipywidgets as w
from matplotlib.figure import Figure

from clipkit import data, recommend
from clipkit.model import Clip
from clipkit.pictures import PictureError, getters
from clipkit.search import Index
from clipkit.widgets import parts
from clipkit.widgets.uploads import read_uploads, upload_box

QUERY = "a red dress"
ALSO = 6
"""Recommendations that are shown, chosen for variety among `NEAR` candidates."""
NEAR = 50


def find(clip: Clip, index: Index, query: Any, k: int) -> list[tuple[int, float]]:
    """Return the rows nearest to a text or a picture, with their cosines, best first.

    Parameters
    ----------
    query : str, or a picture
        As `Clip.encode_images` takes it; a str is always a text.
    """
    if isinstance(query, str):
        embedding = parts.encode_texts(clip, [query])
    else:
        embedding = clip.encode_images([query])
    scores, rows = index.search(embedding, k)
    return list(zip(rows[0].tolist(), scores[0].tolist(), strict=True))


def recommended(index: Index, liked: Sequence[int], k: int = ALSO) -> list[int]:
    """Return rows that somebody may also like, none of those that they liked already.

    Near to the mean of what they liked, and unlike each other.

    Parameters
    ----------
    liked : sequence of int
        Rows, at least one.
    """
    profile = recommend.profiles(index.embeddings, [liked])
    scores, rows = index.search(profile, len(liked) + NEAR)
    new = [place for place, row in enumerate(rows[0].tolist()) if row not in set(liked)]
    if not new:
        return []
    scores, rows = scores[0, new], rows[0, new]
    chosen = recommend.maximal_marginal_relevance(
        scores.cpu().numpy(), index.embeddings[rows], min(k, len(new))
    )
    return rows[chosen].tolist()


class SearchBox(parts.Live):
    """Search a catalogue by words, by a picture of one's own, or by one of the results.

    What one has searched with among the results is what one likes; from it comes a second row of
    pictures, of what one may also like.

    Parameters
    ----------
    clip : Clip, optional
        By default the bundled model, or the one that CLIPKIT_MODEL names.
    pictures : sequence of pictures, optional
        By default the test split of the bundled catalogue.
    titles : sequence of str, optional
        One for each picture.
    index : Index, optional
        Embeddings of the pictures, where they are there already; else they are computed.
    query : str
        What the box starts with.
    results : int

    Attributes
    ----------
    found : list of (int, float)
        Row numbers and cosines of what is shown, best first.
    rows : list of int
        Which pictures are searched: all that can be read.
    liked, also : list of int
        Row numbers of the pictures that were liked, in order, and of those that one may also like.
    """

    title = "SearchBox: words or a picture in, products out"

    def __init__(
        self,
        clip: Clip | None = None,
        pictures: Any = None,
        titles: Sequence[str] | None = None,
        index: Index | None = None,
        query: str = QUERY,
        results: int = 12,
    ) -> None:
        self.clip = parts.shared_clip(clip)
        if pictures is None:
            products = data.load_catalog()["test"]
            pictures, titles = products["image"], products["title"]
        elif not hasattr(pictures, "__len__"):
            pictures = list(pictures)
        # By position, and opened one by one when shown: a Series counts by labels.
        self.pictures = list(getters(pictures))
        self.titles = list(titles) if titles is not None else None
        if self.titles is not None and len(self.titles) != len(self.pictures):
            raise ValueError(
                f"There are {len(self.pictures)} pictures and {len(self.titles)} titles; give one "
                "each."
            )
        self.rows = list(range(len(self.pictures)))
        if index is None:
            skipped: list[tuple[int, str]] = []
            index = Index(self.clip.encode_images(pictures, skipped=skipped))
            self.rows = sorted({*self.rows} - {row for row, _ in skipped})
        if len(index) != len(self.rows):
            raise ValueError(
                f"There are {len(self.rows)} pictures and {len(index)} rows in the index; give one "
                "each."
            )
        self.index = index
        self.results = results
        self.found: list[tuple[int, float]] = []
        self.liked: list[int] = []
        self.also: list[int] = []
        self._thumbnails: dict[int, str] = {}
        self._picture: tuple[Any, str] | None = None
        self._make_controls(query)
        self.moves = parts.Moves(self._draw, (0.05,))
        super().__init__(
            [
                w.HBox([self.query, self.like, self.upload], layout={"flex_flow": "row wrap"}),
                self.message,
                self.grid,
                self.window,
                self.forget,
            ]
        )
        self._draw()
        self.query.observe(self._typed, "value")
        self.like.observe(self._like, "value")
        self.upload.observe(self._uploaded, "value")
        self.forget.on_click(self._forget)

    def _make_controls(self, query: str) -> None:
        self.query = parts.spoken(
            w.Text(
                query,
                description="search",
                continuous_update=True,
                placeholder="type what you look for",
                layout={"width": "420px"},
            ),
            "What you look for, in words",
        )
        self.like = parts.spoken(
            w.Dropdown(description="like result", options=[("-", 0)], value=0),
            "Search with one of the results: more like this",
        )
        self.upload = upload_box("Search with a picture", several=False)
        self.message, self.grid, self.window = parts.page(), parts.page(), parts.page()
        self.forget = parts.spoken(
            w.Button(
                description="Forget what I liked", layout={"width": "auto", "display": "none"}
            ),
            "Forget what I liked, and recommend nothing",
        )

    def _typed(self, _: object = None) -> None:
        if self.query.value.strip():
            self._picture = None
            self.moves.ask()

    def _like(self, change: dict[str, Any]) -> None:
        if change["new"]:
            row = self.found[change["new"] - 1][0]
            if row not in self.liked:
                self.liked.append(row)
            self._recommend()
            self._search_with(self.pictures[row](), f"like {self._title(row)}")

    def _forget(self, _: object = None) -> None:
        self.liked.clear()
        self._recommend()

    def _recommend(self) -> None:
        place = {row: number for number, row in enumerate(self.rows)}
        near = recommended(self.index, [place[row] for row in self.liked]) if self.liked else []
        self.also = [self.rows[number] for number in near]
        self.forget.layout.display = None if self.liked else "none"
        n = len(self.liked)
        head = f"You may also like, after {n} that you liked:" if n else ""
        figures = [self._figure(row, [html.escape(self._title(row))]) for row in self.also]
        self.window.value = parts.status(head) + parts.grid(figures)

    def _uploaded(self, change: dict[str, Any]) -> None:
        if not change["new"]:
            return
        read, problems = read_uploads(change["new"])
        if problems:
            self.message.value = parts.status(" ".join(problems))
        for name, picture in read[:1]:
            self._search_with(picture, f"like {name}")

    def _search_with(self, picture: Any, name: str) -> None:
        self._picture = picture, name
        self.query.value = ""
        self.moves.ask()

    def _title(self, row: int) -> str:
        return self.titles[row] if self.titles is not None else f"picture {row}"

    def _draw(self, _step: int = 0) -> None:
        query, text = self.query.value.strip(), ""
        if self._picture is not None:
            query, text = self._picture
        elif not query:
            return
        try:
            nearest = find(self.clip, self.index, query, self.results)
        except PictureError as problem:
            self.message.value = parts.status(str(problem))
            return
        self.found = [(self.rows[row], score) for row, score in nearest]
        note = text or parts.note_on_words(self.clip, [query])
        self.message.value = parts.status(note)
        self.like.options = [("-", 0), *((str(i + 1), i + 1) for i in range(len(self.found)))]
        self.like.value = 0
        self._show()

    def _show(self) -> None:
        figures = []
        for place, (row, score) in enumerate(self.found, start=1):
            number = f"{place}. <span class='number cosine'>{score:.3f}</span>"
            figures.append(self._figure(row, [number, html.escape(self._title(row))]))
        self.grid.value = parts.grid(figures)

    def _figure(self, row: int, lines: list[str]) -> str:
        if row not in self._thumbnails:
            self._thumbnails[row] = parts.thumbnail(self.pictures[row]())
        return parts.figure(self._thumbnails[row], self._title(row), lines)

    def still(self) -> tuple[bytes, str]:
        """Return the first results."""
        rows = [row for row, _ in self.found[:8]]
        alt = f"What the search “{self.query.value}” finds: " + "; ".join(map(self._title, rows))

        def draw() -> Figure:
            from clipkit.plots import pictures_grid

            titles = [f"{score:.3f}" for _, score in self.found[:8]]
            drawn = pictures_grid([self.pictures[row]() for row in rows], titles=titles)
            # Above the figure, which the pictures fill; what is saved is cut around both.
            drawn.suptitle(f"search: {self.query.value}", fontsize=10, y=1.0, va="bottom")
            return drawn

        return (parts.figure_png(draw) if rows else b""), alt
