"""What a learner looks at: figures of one style, each with a text that says what it shows.

Every function takes the data first and everything else by keyword, and returns the
`matplotlib.figure.Figure`; `show` displays it with its alternative text. No figure is wider than
Jupyter shows it at its own size, and no text in it smaller than 8 points.
"""

from __future__ import annotations

import functools
import io
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import DisplayHandle, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from matplotlib.patches import Circle
from numpy.typing import ArrayLike
from PIL import Image

from clipkit import checks
from clipkit.pictures import getters, open_picture, open_pictures

if TYPE_CHECKING:
    from clipkit.evaluation import Reliability
    from clipkit.fine_tune import RangeTest

Parameters = ParamSpec("Parameters")
MOST_PIXELS = 4096
"""A side of what `patches` draws."""
WIDTH = 9.0
"""Inches: what is wider, at 100 pixels an inch, is shrunk by a notebook, its letters too."""
STYLE = Path(__file__).parent / "assets" / "clipkit.mplstyle"
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#333333")
"""Okabe and Ito's colours and a dark grey, which colour-blind readers tell apart."""


def style() -> AbstractContextManager[None]:
    """Return the context in which the workbook's figures are drawn, whatever the style around it.

    Every function here that draws uses it; what is drawn by hand goes into a `with` block.

    Examples
    --------
    >>> with style():
    ...     figure, ax = plt.subplots()
    >>> [round(float(inches), 1) for inches in figure.get_size_inches()]
    [7.0, 4.0]
    >>> plt.close(figure)
    """
    return plt.style.context(["default", STYLE])


def _styled(draw: Callable[Parameters, Figure]) -> Callable[Parameters, Figure]:
    """Let a function draw in the workbook's style, whatever the style around it."""

    @functools.wraps(draw)
    def drawn(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Figure:
        with style():
            return draw(*args, **kwargs)

    return drawn


class Picture:
    """A figure as PNG with the text that a screen reader speaks; Jupyter displays it."""

    def __init__(self, png: bytes, alt: str):
        self.png, self.alt = png, alt

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"image/png": self.png, "text/plain": self.alt}, {"image/png": {"alt": self.alt}}


def show(figure: Figure, alt: str) -> None:
    """Display a figure with its alternative text, and close it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        One sentence that states the finding, for those who cannot see the figure.

    Raises
    ------
    ValueError
        If the text is empty.
    """
    display(_developed(figure, alt))


def _developed(figure: Figure, alt: str) -> Picture:
    """Return a figure as a `Picture`; the figure is closed."""
    if not isinstance(figure, Figure):
        raise TypeError(f"figure is a {type(figure).__name__}, but it should be a figure of plots")
    if not checks.text(alt, "alt").strip():
        raise ValueError("The figure's alternative text is empty; say in a sentence what it shows.")
    buffer = io.BytesIO()
    with style():  # ticks are made as late as here
        figure.savefig(buffer, format="png", bbox_inches="tight")
    plt.close(figure)
    return Picture(buffer.getvalue(), alt)


def redraw(figure: Figure, alt: str, handle: DisplayHandle | None = None) -> DisplayHandle:
    """Display a figure, or put it where another one stands.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        One sentence that holds for every figure in this place.
    handle : IPython.display.DisplayHandle, optional
        What the call that displayed the figure before returned.

    Returns
    -------
    IPython.display.DisplayHandle
        For the next call.
    """
    if handle is None:
        return display(_developed(figure, alt), display_id=True)
    handle.update(_developed(figure, alt))
    return handle


def slide(draw: Callable[[float], Figure], slider: Any, alt: str) -> None:
    """Show a figure with a slider that draws it again.

    Without a running kernel the figure stays as it was drawn last.

    Parameters
    ----------
    draw : callable
        Takes the slider's value and returns a figure.
    slider : ipywidgets slider
    alt : str
        One sentence that holds for every value, or for the one that is drawn first.

    Raises
    ------
    ValueError
        If the text is empty.
    """
    shown = redraw(draw(slider.value), alt)
    slider.observe(lambda change: redraw(draw(change["new"]), alt, shown), "value")
    display(slider)


def as_array(picture: Any) -> np.ndarray:
    """Return a picture as the model sees it: upright uint8 RGB, shape (height, width, 3).

    Parameters
    ----------
    picture : PIL.Image.Image, path, array or tensor
        Whatever `clipkit.pictures.open_picture` opens.
    """
    return np.asarray(open_picture(picture))


def _opened(pictures: Any) -> list[np.ndarray]:
    """Pictures by position, each as `as_array` gives it."""
    return [np.asarray(picture) for picture in open_pictures(pictures)]


def _thumbnail(picture: np.ndarray, points: float) -> OffsetImage:
    """Return a picture whose longer side has that many points."""
    return OffsetImage(picture, zoom=points / max(picture.shape[:2]))


def _named(names: Iterable[Any], n: int, what: str, things: str) -> list[Any]:
    """Return the names by position, once there is one for each thing."""
    named = list(names)
    if len(named) != n:
        raise ValueError(f"there are {len(named)} {what} for {n} {things}; each needs one")
    return named


@_styled
def pictures_grid(
    pictures: Any,
    *,
    titles: Iterable[str] | None = None,
    rows: Iterable[str] = (),
    columns: int = 8,
    size: float = 1.25,
) -> Figure:
    """Draw pictures side by side, row after row.

    Parameters
    ----------
    pictures : sequence of pictures
        Whatever `clipkit.pictures.open_picture` opens.
    titles : sequence of str, optional
        One below each picture; long ones are wrapped.
    rows : sequence of str
        One to the left of each row.
    columns : int
        Pictures in a row.
    size : float
        Inches of a picture's longer side, if there is room for all columns.
    """
    shown = _opened(pictures)
    if not shown:
        raise ValueError("pictures is empty; there is nothing to draw")
    columns = min(checks.whole(columns, "columns", 1), len(shown))
    size, gap, line = min(checks.positive(size, "size"), WIDTH / columns - 0.05), 0.05, 0.14
    texts = None
    if titles is not None:
        names = _named(titles, len(shown), "titles", "pictures")
        texts = [wrapped(title, int(15 * size)) for title in names]
    # Each row is as high as its highest picture and its longest title need.
    starts = range(0, len(shown), columns)
    highest = [max(_inches(a, size)[1] for a in shown[i : i + columns]) for i in starts]
    lines = [max(t.count("\n") + 1 for t in texts[i : i + columns]) if texts else 0 for i in starts]
    heights = [
        high + line * n + gap * (2 if n else 1) for high, n in zip(highest, lines, strict=True)
    ]
    width, height = columns * (size + gap) - gap, sum(heights)
    figure = plt.figure(figsize=(width, height), layout="none")
    below = np.cumsum(heights)  # inches from the top
    for number, picture in enumerate(shown):
        row, column = divmod(number, columns)
        wide, high = _inches(picture, size)
        left = column * (size + gap) + (size - wide) / 2
        base = height - below[row] + heights[row] - highest[row]
        axis = figure.add_axes((left / width, base / height, wide / width, high / height))
        axis.imshow(picture)
        axis.axis("off")
        if texts is not None:
            axis.set_title(texts[number], fontsize=8, y=-gap / high, pad=0, va="top", loc="center")
    names_of_rows = checks.items(rows, "rows")
    if len(names_of_rows) > len(starts):
        raise ValueError(
            f"rows names {len(names_of_rows)} rows, but the pictures fill {len(starts)}"
        )
    for row, name in enumerate(names_of_rows):
        middle = height - below[row] + heights[row] - highest[row] / 2
        figure.text(-0.1 / width, middle / height, name, ha="right", va="center")
    return figure


def _inches(picture: np.ndarray, size: float) -> tuple[float, float]:
    """Width and height of a picture whose longer side is `size`."""
    height, width = picture.shape[:2]
    longer = max(height, width)
    return size * width / longer, size * height / longer


def wrapped(text: str, width: int) -> str:
    """Return a text in lines of at most `width` characters.

    Examples
    --------
    >>> print(wrapped("a red mug with stripes", 12))
    a red mug
    with stripes
    """
    return "\n".join(textwrap.wrap(str(text), width))


@_styled
def similarity_heatmap(
    similarity: ArrayLike,
    *,
    pictures: Any = None,
    texts: Iterable[str] | None = None,
    digits: int = 2,
) -> Figure:
    """Draw a matrix of cosines: a row for each picture, a column for each text.

    Parameters
    ----------
    similarity : array-like of float, shape (n, m)
    pictures : sequence of n pictures, optional
        Drawn at the left edge.
    texts : sequence of m str, optional
        Written below the columns.
    digits : int
        Decimals written into the cells, where there is room for them.
    """
    cosines = checks.numbers(similarity, "similarity", "n, m")
    digits = checks.whole(digits, "digits", 0, 9)
    n, m = cosines.shape
    figure, axis = plt.subplots(figsize=(min(1.8 + 0.85 * m, WIDTH), 1.6 + 0.7 * n))
    axis.imshow(cosines, aspect="auto")
    middle = (cosines.min() + cosines.max()) / 2
    cell = min(0.85, (WIDTH - 1.8) / m)  # inches
    room = cell > 0.13 * (digits + 2)  # inches of its letters
    for (row, column), value in np.ndenumerate(cosines) if room else ():
        colour = "black" if value > middle else "white"
        axis.text(
            column, row, f"{value:z.{digits}f}", ha="center", va="center", color=colour, fontsize=9
        )
    axis.grid(False)
    axis.set_yticks(range(n), [""] * n if pictures is not None else [str(row) for row in range(n)])
    axis.set_xticks(range(m))
    if texts is not None:
        named = _named(texts, m, "texts", "columns")
        # Two lines side by side need 0.4 inches; narrower columns have one line, cut if need be.
        one_line = textwrap.shorten if cell < 0.6 else wrapped
        labels = [one_line(str(text), 28) for text in named]
        axis.set_xticklabels(labels, rotation=40, ha="right", fontsize=9)
    shown = _named(_opened(pictures), n, "pictures", "rows") if pictures is not None else []
    for row, picture in enumerate(shown):
        place = AnnotationBbox(
            _thumbnail(picture, 42),
            (-0.5, row),
            xybox=(-26, 0),
            boxcoords="offset points",
            frameon=False,
        )
        axis.add_artist(place)
    return figure


def _drawing(ax: Axes | None, **options: Any) -> tuple[Figure, Axes]:
    """Return the given axes with their figure, or new ones."""
    if ax is None:
        return plt.subplots(**options)
    figure = ax.get_figure(root=True)
    assert figure is not None, "axes that a caller holds have a figure"
    return figure, ax


@_styled
def curves(
    x: ArrayLike,
    lines: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str,
    ylim: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw named lines over a common axis, each in its own colour.

    Parameters
    ----------
    x : array-like, shape (n,)
    lines : dict of str to array-like, shape (n,)
    xlabel, ylabel : str
    ylim : (low, high), optional
        The same for figures that are to be compared; (0, 1) for shares, of which an axis that fits
        their range alone makes hundredths look like leaps.
    ax : matplotlib.axes.Axes, optional
        Draw here instead of in a new figure.
    """
    figure, ax = _drawing(ax)
    for name, values in checks.by_name(lines, "lines").items():
        ax.plot(x, np.asarray(values), label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if ylim is not None:
        ax.set_ylim(ylim)
    if len(lines) > 1:
        ax.legend()
    return figure


@_styled
def learning_rate_range(found: RangeTest, *, ax: Axes | None = None) -> Figure:
    """Draw the loss against the learning rate, and the rate that a range test suggests.

    A dotted line marks the loss of guessing.

    Parameters
    ----------
    found : clipkit.fine_tune.RangeTest
        As `clipkit.fine_tune.learning_rate_range` returns it.
    ax : matplotlib.axes.Axes, optional
        Draw here instead of in a new figure.
    """
    figure, ax = _drawing(ax)
    ax.plot(found.learning_rates, found.losses)
    ax.axvline(found.suggestion, color="#666666", linestyle="--", linewidth=1)
    if found.guessed_among:
        ax.axhline(np.log(found.guessed_among), color="#666666", linestyle=":", linewidth=1)
    ax.annotate(
        f"suggested: {found.suggestion:.1g}",
        (found.suggestion, 1),
        (4, -4),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        verticalalignment="top",
    )
    ax.set(xscale="log", xlabel="learning rate", ylabel="training loss, smoothed")
    return figure


@_styled
def bars(
    values: Mapping[str, float],
    *,
    xlabel: str,
    intervals: Mapping[str, tuple[float, float]] | None = None,
    xlim: tuple[float, float] | None = None,
    reference: float | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw named values as horizontal bars, the first on top.

    Parameters
    ----------
    values : dict of str to float
    xlabel : str
    intervals : dict of str to (low, high), optional
        Drawn as whiskers.
    xlim : (low, high), optional
        The same for figures that are to be compared.
    reference : float, optional
        A value to compare with, such as an equal share.
    """
    height = 0.7 + 0.34 * len(checks.by_name(values, "values"))
    figure, ax = _drawing(ax, figsize=(7, height))
    names, lengths = list(values), np.array(list(values.values()), float)
    whiskers = None
    if intervals is not None:
        ends = np.array([intervals[name] for name in names], float)
        whiskers = np.abs(ends.T - lengths)
    ax.barh(names, lengths, xerr=whiskers, error_kw={"elinewidth": 1.5, "capsize": 3})
    if reference is not None:
        ax.axvline(reference, color="#666666", linestyle="--", linewidth=1)
    ax.invert_yaxis()
    ax.set(xlabel=xlabel)
    if xlim is not None:
        ax.set_xlim(xlim)
    return figure


def _in_the_plane(points: ArrayLike) -> np.ndarray:
    places = checks.numbers(points, "points", "n, m")
    if places.shape[1] != 2:
        raise ValueError(f"points has the shape {places.shape}, but it should be (n, 2)")
    return places


@_styled
def scatter_map(
    points: ArrayLike,
    labels: Iterable[str],
    *,
    xlabel: str = "first coordinate",
    ylabel: str = "second coordinate",
    palette: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
    size: float = 12,
) -> Figure:
    """Draw points in the plane, coloured by label; the legend stands beside.

    Parameters
    ----------
    points : array-like of float, shape (n, 2)
    labels : sequence of n str
    xlabel, ylabel : str
        What the coordinates are, such as "first principal component".
    palette : dict of str to colour, optional
        Where a label has a colour of its own, such as "red". By default colours and markers are
        given out in order.
    ax : matplotlib.axes.Axes, optional
        Draw here instead of in a new figure.
    size : float
        Area of a point, in square points.
    """
    places = _in_the_plane(points)
    figure, ax = _drawing(ax, figsize=(7, 5))
    label_of = np.array(_named(labels, len(places), "labels", "points"))
    names = sorted(set(label_of.tolist()))
    markers = "os^vDPX*"
    for number, name in enumerate(names):
        chosen = places[label_of == name]
        colour, marker = COLOURS[number % 7], markers[number // 7 % len(markers)]
        look: dict[str, Any] = {"color": colour, "marker": marker}
        if palette is not None:
            look = {"color": palette[name], "edgecolors": "#666666", "linewidths": 0.5}
        ax.scatter(chosen[:, 0], chosen[:, 1], s=size, label=name, **look)
    ax.set(xticks=[], yticks=[], xlabel=xlabel, ylabel=ylabel)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8, ncols=1 + len(names) // 18)
    return figure


@_styled
def thumbnails_map(
    points: ArrayLike,
    pictures: Any,
    *,
    xlabel: str = "first coordinate",
    ylabel: str = "second coordinate",
    pixels: int = 28,
) -> Figure:
    """Draw a map whose points are the pictures themselves; none hides an earlier one.

    Parameters
    ----------
    points : array-like of float, shape (n, 2)
    pictures : sequence of n pictures
        One for which there is no room is left out, and not opened.
    xlabel, ylabel : str
        What the coordinates are, such as "first axis of t-SNE".
    pixels : int
        Side of a thumbnail, in points.

    Raises
    ------
    ValueError
        If there are not as many points as pictures.
    """
    places, pixels = _in_the_plane(points), checks.whole(pixels, "pixels", 1)
    figure, ax = plt.subplots(figsize=(8, 6.5))
    opens = _named(getters(pictures), len(places), "pictures", "points")
    # The map is a little larger than its points, so that no picture hangs over the edge.
    room = 72 * (figure.get_size_inches() - 0.4) / pixels - 1.2  # in thumbnails; .4 for the titles
    low, high = places.min(axis=0), places.max(axis=0)
    placed = (places - low) / np.maximum(high - low, 1e-12) * room
    drawn: list[int] = []
    for number, place in enumerate(placed):
        if drawn and np.abs(placed[drawn] - place).max(axis=1).min() < 1:
            continue
        drawn.append(number)
        small = opens[number]()
        small.thumbnail((2 * pixels, 2 * pixels))
        thumbnail = _thumbnail(np.asarray(small), pixels)
        ax.add_artist(AnnotationBbox(thumbnail, tuple(places[number]), frameon=False))
    margin = 0.6 * (high - low) / room
    ax.set(xlim=(low[0] - margin[0], high[0] + margin[0]), xlabel=xlabel, xticks=[])
    ax.set(ylim=(low[1] - margin[1], high[1] + margin[1]), ylabel=ylabel, yticks=[])
    return figure


@_styled
def arrows(vectors: Mapping[str, ArrayLike], *, ax: Axes | None = None) -> Figure:
    """Draw named vectors of the plane as arrows from the origin, with the circle of unit length.

    Parameters
    ----------
    vectors : dict of str to array-like of float, shape (2,)
    """
    checks.by_name(vectors, "vectors")
    figure, ax = _drawing(ax, figsize=(5, 5))
    ax.add_patch(Circle((0, 0), 1, fill=False, color="#999999", linestyle="--"))
    ends = np.array([np.asarray(vector, float) for vector in vectors.values()])
    numbered = list(enumerate(zip(vectors, ends, strict=True)))
    # The longest first, so that a shorter one of the same direction lies on it.
    for number, (name, (x, y)) in sorted(numbered, key=lambda item: -np.hypot(*item[1][1])):
        same = [other for other, end in zip(vectors, ends, strict=True) if np.allclose(end, (x, y))]
        if name != same[0]:
            continue  # one arrow stands for all that end here
        colour = COLOURS[number % len(COLOURS)]
        style = {"arrowstyle": "-|>", "color": colour, "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (x, y), (0, 0), arrowprops=style)
        ax.annotate(
            ", ".join(same), (x, y), (6, 4), textcoords="offset points", color=colour, weight="bold"
        )
    reach = 0.25 + max(1, np.abs(ends).max())
    low = np.minimum(ends.min(axis=0), -1) - 0.25
    ax.set(xlim=(low[0], reach), ylim=(low[1], reach), aspect="equal")
    ax.set(xlabel="first number", ylabel="second number")
    return figure


@_styled
def patches(picture: Any, *, pixels: int, patch: int) -> Figure:
    """Draw a picture as the model sees it, and the same cut into its patches.

    Parameters
    ----------
    picture : PIL.Image.Image, path, array or tensor
        Square.
    pixels : int
        The side of what the model sees.
    patch : int
        The side of a patch, in pixels of what the model sees.
    """
    patch = checks.whole(patch, "patch", 1, checks.whole(pixels, "pixels", 1, MOST_PIXELS))
    seen = np.asarray(open_picture(picture).resize((pixels, pixels), Image.Resampling.BICUBIC))
    n, gap = pixels // patch, max(patch // 6, 1)
    apart = np.full((n * (patch + gap) - gap,) * 2 + (3,), 255, np.uint8)
    for row, column in np.ndindex(n, n):
        top, left = row * (patch + gap), column * (patch + gap)
        part = seen[row * patch : (row + 1) * patch, column * patch : (column + 1) * patch]
        apart[top : top + patch, left : left + patch] = part
    figure, (before, after) = plt.subplots(1, 2, figsize=(7, 3.5))
    for axis, array in ((before, seen), (after, apart)):
        axis.imshow(array)
        axis.axis("off")
    return figure


@_styled
def curve_strip(
    lines: Mapping[str, ArrayLike],
    pictures: Any,
    *,
    ticks: Iterable[Any] | None = None,
    xlabel: str = "",
    ylabel: str,
    ylim: tuple[float, float] | None = None,
) -> Figure:
    """Draw what a model says along a series of pictures, with the pictures below.

    Parameters
    ----------
    lines : dict of str to array-like of float, shape (n,)
    pictures : sequence of n pictures
    ticks : sequence of n, optional
        What each picture is called.
    xlabel, ylabel : str
    ylim : (low, high), optional
        The same for figures that are to be compared.
    """
    checks.by_name(lines, "lines")
    shown = _opened(pictures)
    n = len(shown)
    figure, ax = plt.subplots(figsize=(WIDTH, 4))
    for name, values in lines.items():
        ax.plot(range(n), np.asarray(values), "o-", label=name)
    ax.set(xlim=(-0.5, n - 0.5), xlabel=xlabel, ylabel=ylabel)
    if ylim is not None:
        ax.set_ylim(ylim)
    ax.set_xticks(range(n), [""] * n if ticks is None else _named(ticks, n, "ticks", "pictures"))
    ax.tick_params(axis="x", length=0, pad=9 + 500 / n)
    for number, picture in enumerate(shown):
        place = AnnotationBbox(
            _thumbnail(picture, 500 / n),
            (number, 0),
            xybox=(0, -5),
            boxcoords="offset points",
            frameon=False,
            xycoords=ax.get_xaxis_transform(),
            box_alignment=(0.5, 1),
            pad=0,
        )
        ax.add_artist(place)
    ax.legend()
    return figure


@_styled
def histograms(
    values: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    bins: int = 40,
    marks: ArrayLike = (),
    pictures: Any = (),
    ax: Axes | None = None,
) -> Figure:
    """Draw distributions over common bins, each scaled to the same area and drawn with its outline.

    Parameters
    ----------
    values : dict of str to array-like of float
    xlabel : str
    bins : int
    marks : array-like of float, shape (n,)
        Single values to compare with, as ticks on the axis.
    pictures : sequence of at most n pictures
        Drawn above, at the first marks.
    """
    checks.by_name(values, "values"), checks.whole(bins, "bins", 1)
    figure, ax = _drawing(ax)
    everything = np.concatenate([np.ravel(v) for v in values.values()])
    edges = np.linspace(everything.min(), everything.max(), bins + 1)
    for name, numbers in values.items():
        # Faint areas and full outlines: overlapping areas alone would mix to a further colour.
        heights, _ = np.histogram(np.ravel(numbers), edges, density=True)
        (line,) = ax.step(edges, np.append(heights, 0), where="post", linewidth=1.5)
        ax.stairs(heights, edges, fill=True, color=line.get_color(), alpha=0.3, label=name)
    ax.set(xlabel=xlabel, ylabel="density", yticks=[])
    singles = np.asarray(marks, float)
    ax.plot(
        singles,
        np.full(len(singles), 0.03),
        "k|",
        markersize=12,
        transform=ax.get_xaxis_transform(),
    )
    shown = _opened(pictures)
    for rank, number in enumerate(np.argsort(singles[: len(shown)])):
        place = AnnotationBbox(
            _thumbnail(shown[number], 36),
            (singles[number], 0),
            xybox=(singles[number], 1.12 + 0.2 * (rank % 4)),
            frameon=False,
            xycoords=ax.get_xaxis_transform(),
            boxcoords=ax.get_xaxis_transform(),
            arrowprops={"arrowstyle": "-", "color": "#BBBBBB", "relpos": (0.5, 0)},
        )
        place.set_zorder(9 - rank % 4)  # the line of a higher picture passes behind a lower one
        ax.add_artist(place)
    ax.legend()
    return figure


@_styled
def confusion_heatmap(
    matrix: ArrayLike, names: Iterable[str], *, worst: int | None = None
) -> Figure:
    """Draw how often each class (row) was taken for each other (column), as shares of the row.

    Of up to twelve classes the counts are written into the cells, as a row may hold few items.

    Parameters
    ----------
    matrix : array-like of int, shape (c, c)
        As `clipkit.evaluation.confusion_matrix` counts it.
    names : sequence of c str
    worst : int, optional
        Draw only so many classes, those with the most frequent confusions among each other.
    """
    counts = checks.numbers(matrix, "matrix", "n, m", low=0)
    if counts.shape[0] != counts.shape[1]:
        raise ValueError(f"matrix has the shape {counts.shape}, but it should be (c, c)")
    labels = _named(names, len(counts), "names", "classes")
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    most = len(labels) if worst is None else checks.whole(worst, "worst", 2)
    block = np.arange(len(labels)) if worst is None else _most_confused(counts, most)
    counts, shares = (table[np.ix_(block, block)] for table in (counts, shares))
    n = len(block)
    few = n <= 12
    side = min(2 + (0.42 if few else 0.2) * n, WIDTH)
    figure, axis = plt.subplots(figsize=(side, side))
    # White where nothing was confused: on a dark ground a few items of a row would not be seen.
    image = axis.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    for (row, column), count in np.ndenumerate(counts) if few else ():
        colour = "white" if shares[row, column] > 0.5 else "black" if count else "#767676"
        axis.text(column, row, f"{count:.0f}", ha="center", va="center", color=colour, fontsize=10)
    axis.grid(False)
    shown, size = [labels[i] for i in block], 9 if few else 8
    axis.set_xticks(range(n), shown, rotation=90, fontsize=size)
    axis.set_yticks(range(n), shown, fontsize=size)
    axis.set(xlabel="predicted", ylabel="true")
    if n < len(labels):
        axis.set_title(f"the {n} classes most confused, of {len(labels)}", fontsize=10)
    figure.colorbar(image, ax=axis, shrink=0.6, label="share of the row")
    return figure


def _most_confused(counts: np.ndarray, n: int) -> np.ndarray:
    """Return the classes, in their order, that the most frequent confusions are about."""
    beside = counts - np.diag(np.diag(counts))
    chosen: set[int] = set()
    for cell in np.argsort(-beside, axis=None, kind="stable"):
        pair = {int(i) for i in np.unravel_index(cell, beside.shape)}
        if len(chosen | pair) <= n:
            chosen |= pair
    return np.array(sorted(chosen))


@_styled
def estimates(
    values: Mapping[str, tuple[float, float, float]],
    *,
    xlabel: str,
    reference: float | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw named estimates as points with their 95 % intervals, the first on top.

    Parameters
    ----------
    values : dict of str to (value, low, high)
    xlabel : str
    reference : float, optional
        A value to compare with, such as 0 for differences or 0.5 for AUROC.
    """
    height = 0.9 + 0.34 * len(checks.by_name(values, "values"))
    figure, ax = _drawing(ax, figsize=(7, height))
    for row, (value, low, high) in enumerate(values.values()):
        ax.plot([low, high], [row, row], color=COLOURS[0], linewidth=2)
        ax.plot(value, row, "o", color=COLOURS[0])
    if reference is not None:
        ax.axvline(reference, color="#666666", linestyle="--", linewidth=1)
    ax.set_yticks(range(len(values)), [wrapped(name, 45) for name in values])
    ax.set(ylim=(len(values) - 0.5, -0.5), xlabel=xlabel)
    ax.locator_params(axis="x", nbins=6)
    return figure


@_styled
def paired_dots(
    values: Mapping[str, tuple[Any, Any]],
    *,
    labels: tuple[str, str] = ("before", "after"),
    xlabel: str,
    reference: float | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw two values of each name on one line, such as before and after, the first on top.

    Parameters
    ----------
    values : dict of str to (before, after)
        Each a float, or an estimate (value, low, high), whose 95 % interval is drawn too.
    labels : (str, str)
        What the two are called.
    xlabel : str
    reference : float, optional
        A value to compare with, such as 0.5 for AUROC.
    ax : matplotlib.axes.Axes, optional
        Draw here instead of in a new figure.
    """
    height = 0.9 + 0.36 * len(checks.by_name(values, "values"))
    figure, ax = _drawing(ax, figsize=(7, height))
    pairs = np.array([[np.ravel(value) for value in pair] for pair in values.values()], float)
    rows = np.arange(len(pairs))
    apart = 0.13 if pairs.shape[2] == 3 else 0.0  # so that two intervals do not hide each other
    for row, (before, after) in enumerate(pairs):
        ends = [before[0], after[0]], [row - apart, row + apart]
        ax.plot(*ends, color="#999999", linewidth=1.5, zorder=1)
    for side, (label, marker) in enumerate(zip(labels, "os", strict=True)):
        places, colour = rows + (2 * side - 1) * apart, COLOURS[side]
        ax.plot(pairs[:, side, 0], places, marker, color=colour, label=label)
        if apart:
            ax.hlines(places, *pairs[:, side, 1:].T, color=colour, linewidth=1.5)
    if reference is not None:
        ax.axvline(reference, color="#666666", linestyle="--", linewidth=1)
    ax.set_yticks(rows, [wrapped(name, 45) for name in values])
    ax.set(ylim=(len(pairs) - 0.5, -0.5), xlabel=xlabel)
    ax.locator_params(axis="x", nbins=6)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    return figure


@_styled
def bands(
    x: ArrayLike,
    lines: Mapping[str, Sequence[tuple[float, float, float]]],
    *,
    xlabel: str,
    ylabel: str,
    ylim: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw named estimates along a common axis, as lines with the band of their 95 % intervals.

    Parameters
    ----------
    x : array-like, shape (n,)
    lines : dict of str to n estimates (value, low, high)
    xlabel, ylabel : str
    ylim : (low, high), optional
        As for `curves`.
    """
    figure, ax = _drawing(ax)
    for name, series in checks.by_name(lines, "lines").items():
        value, low, high = np.array(series, float).T
        (line,) = ax.plot(x, value, "o-", markersize=4, label=name)
        ax.fill_between(x, low, high, color=line.get_color(), alpha=0.2, linewidth=0)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if ylim is not None:
        ax.set_ylim(ylim)
    if len(lines) > 1:
        ax.legend()
    return figure


@_styled
def reliability_diagram(
    groups: Mapping[str, Reliability], *, xlabel: str = "confidence", ylabel: str = "accuracy"
) -> Figure:
    """Draw accuracy against confidence; a point's area is the share of predictions in its bin.

    Parameters
    ----------
    groups : dict of str to `clipkit.evaluation.Reliability`
    xlabel, ylabel : str
        Of probabilities rather than answers: "stated probability" and "share that is true".
    """
    figure, ax = plt.subplots(figsize=(5, 5))
    ax.plot([0, 1], [0, 1], color="#666666", linestyle="--", linewidth=1, label="calibrated")
    for name, group in checks.by_name(groups, "groups").items():
        (line,) = ax.plot(group.confidence, group.accuracy, label=name)
        ax.scatter(
            group.confidence,
            group.accuracy,
            s=20 + 400 * group.share,
            color=line.get_color(),
            alpha=0.6,
        )
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=(0, 1.03), ylim=(0, 1.03), aspect="equal")
    ax.legend()
    return figure


@_styled
def ranking_curves(y_true: Mapping[str, ArrayLike], y_score: Mapping[str, ArrayLike]) -> Figure:
    """Draw ROC curve and precision-recall curve of one or more scores, and what guessing gives.

    Parameters
    ----------
    y_true : dict of str to array-like of bool, shape (n,)
        For each name of `y_score`.
    y_score : dict of str to array-like of float, shape (n,)
    """
    from sklearn.metrics import precision_recall_curve, roc_curve

    checks.by_name(y_true, "y_true"), checks.by_name(y_score, "y_score")
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 4.2))
    for name, values in y_score.items():
        false_alarms, found, _ = roc_curve(y_true[name], values)
        left.plot(false_alarms, found, label=name)
        precision, recall, _ = precision_recall_curve(y_true[name], values)
        (line,) = right.plot(recall[:-1], precision[:-1], label=name)
        right.axhline(
            np.asarray(y_true[name], float).mean(),
            color=line.get_color(),
            linestyle="--",
            linewidth=1,
        )
    left.plot([0, 1], [0, 1], color="#666666", linestyle="--", linewidth=1)
    left.set(xlabel="false alarms (1 - specificity)", ylabel="found (sensitivity)")
    right.set(xlabel="found (recall)", ylabel="precision", ylim=(0, 1.03))
    right.legend()
    return figure
