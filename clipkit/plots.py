"""What a learner looks at: figures of one style, each with a text that says what it shows.

Every function takes the data first and everything else by keyword, and returns the
`matplotlib.figure.Figure`; `show` displays it with its alternative text.
"""

from __future__ import annotations

import functools
import io
import textwrap
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import ParamSpec

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import DisplayHandle, display
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from PIL import Image

Parameters = ParamSpec("Parameters")
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

    def _repr_mimebundle_(self, include=None, exclude=None):
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
    """A figure as a `Picture`; the figure is closed."""
    if not alt.strip():
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


def slide(draw: Callable[[float], Figure], slider, alt: str) -> None:
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


def as_array(picture) -> np.ndarray:
    """A PIL picture or an array as uint8 RGB, shape (height, width, 3)."""
    if not isinstance(picture, Image.Image):
        picture = Image.fromarray(np.asarray(picture))
    return np.asarray(picture.convert("RGB"))


@_styled
def pictures_grid(
    pictures, *, titles=None, rows=(), columns: int = 8, size: float = 1.25
) -> Figure:
    """Pictures side by side, row after row.

    Parameters
    ----------
    pictures : sequence of PIL.Image.Image or arrays
    titles : sequence of str, optional
        One below each picture; long ones are wrapped.
    rows : sequence of str
        One to the left of each row.
    columns : int
        Pictures in a row.
    size : float
        Inches of a picture's side.
    """
    pictures = list(pictures)
    columns = min(columns, len(pictures))
    n = -(-len(pictures) // columns)
    height = size * (1.45 if titles is not None else 1.0)
    figure, axes = plt.subplots(n, columns, figsize=(columns * size, n * height), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for (axis, *_), name in zip(axes, rows, strict=False):
        axis.text(-0.1, 0.5, name, transform=axis.transAxes, ha="right", va="center")
    for number, (axis, picture) in enumerate(zip(axes.flat, pictures, strict=False)):
        axis.imshow(as_array(picture))
        if titles is not None:
            text = wrapped(titles[number], int(15 * size))
            axis.set_title(text, fontsize=8, y=-0.03, pad=0, va="top", loc="center")
    return figure


def wrapped(text: str, width: int) -> str:
    """A text in lines of at most `width` characters.

    Examples
    --------
    >>> print(wrapped("a red mug with stripes", 12))
    a red mug
    with stripes
    """
    return "\n".join(textwrap.wrap(str(text), width))


@_styled
def similarity_heatmap(similarity, *, pictures=None, texts=None, digits: int = 2) -> Figure:
    """A matrix of cosines: a row a picture, a column a text.

    Parameters
    ----------
    similarity : array-like of float, shape (n, m)
    pictures : sequence of n pictures, optional
        Drawn at the left edge.
    texts : sequence of m str, optional
        Written below the columns.
    digits : int
        Decimals written into the cells.
    """
    similarity = np.asarray(similarity)
    n, m = similarity.shape
    figure, axis = plt.subplots(figsize=(1.8 + 0.85 * m, 1.6 + 0.7 * n))
    axis.imshow(similarity, aspect="auto")
    middle = (similarity.min() + similarity.max()) / 2
    for (row, column), value in np.ndenumerate(similarity):
        colour = "black" if value > middle else "white"
        axis.text(
            column, row, f"{value:z.{digits}f}", ha="center", va="center", color=colour, fontsize=9
        )
    axis.grid(False)
    axis.set_yticks(range(n), [""] * n if pictures is not None else range(n))
    axis.set_xticks(range(m))
    if texts is not None:
        labels = [wrapped(text, 28) for text in texts]
        axis.set_xticklabels(labels, rotation=40, ha="right", fontsize=9)
    for row, picture in enumerate(pictures if pictures is not None else []):
        thumbnail = OffsetImage(as_array(picture), zoom=42 / max(as_array(picture).shape[:2]))
        place = AnnotationBbox(
            thumbnail, (-0.5, row), xybox=(-26, 0), boxcoords="offset points", frameon=False
        )
        axis.add_artist(place)
    return figure


@_styled
def curves(x, lines: dict, *, xlabel: str, ylabel: str, ax=None) -> Figure:
    """Named lines over a common axis, each in its own colour.

    Parameters
    ----------
    x : array-like, shape (n,)
    lines : dict of str to array-like, shape (n,)
    xlabel, ylabel : str
    ax : matplotlib.axes.Axes, optional
        Draw here instead of in a new figure.
    """
    figure, ax = (ax.figure, ax) if ax is not None else plt.subplots()
    for name, values in lines.items():
        ax.plot(x, np.asarray(values), label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if len(lines) > 1:
        ax.legend()
    return figure


@_styled
def bars(
    values: dict,
    *,
    xlabel: str,
    intervals: dict | None = None,
    xlim: tuple | None = None,
    reference: float | None = None,
    ax=None,
) -> Figure:
    """Named values as horizontal bars, the first on top.

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
    height = 0.7 + 0.34 * len(values)
    figure, ax = (ax.figure, ax) if ax is not None else plt.subplots(figsize=(7, height))
    names, lengths = list(values), np.array(list(values.values()), float)
    whiskers = None
    if intervals is not None:
        ends = np.array([intervals[name] for name in names], float)
        whiskers = np.abs(ends.T - lengths)
    ax.barh(names, lengths, xerr=whiskers, error_kw={"elinewidth": 1.5, "capsize": 3})
    if reference is not None:
        ax.axvline(reference, color="#666666", linestyle="--", linewidth=1)
    ax.invert_yaxis()
    ax.set(xlabel=xlabel, xlim=xlim)
    return figure


@_styled
def scatter_map(
    points, labels, *, palette: dict | None = None, ax=None, size: float = 12
) -> Figure:
    """Points in the plane, coloured by label; the legend stands beside.

    Parameters
    ----------
    points : array-like of float, shape (n, 2)
    labels : sequence of n str
    palette : dict of str to colour, optional
        Where a label has a colour of its own, such as "red". By default colours and markers are
        given out in order.
    ax : matplotlib.axes.Axes, optional
        Draw here instead of in a new figure.
    size : float
        Area of a point, in square points.
    """
    figure, ax = (ax.figure, ax) if ax is not None else plt.subplots(figsize=(7, 5))
    points, labels = np.asarray(points), np.asarray(labels)
    names = sorted(set(labels.tolist()))
    markers = "os^vDPX*"
    for number, name in enumerate(names):
        chosen = points[labels == name]
        colour, marker = COLOURS[number % 7], markers[number // 7 % len(markers)]
        look = {"color": colour, "marker": marker}
        if palette is not None:
            look = {"color": palette[name], "edgecolors": "#666666", "linewidths": 0.5}
        ax.scatter(chosen[:, 0], chosen[:, 1], s=size, label=name, **look)
    ax.set(xticks=[], yticks=[])
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize=8, ncols=1 + len(names) // 18)
    return figure


@_styled
def thumbnails_map(points, pictures, *, pixels: int = 28) -> Figure:
    """A map whose points are the pictures themselves; none hides an earlier one.

    Parameters
    ----------
    points : array-like of float, shape (n, 2)
    pictures : sequence of n pictures
        One for which there is no room is left out.
    pixels : int
        Side of a thumbnail.

    Raises
    ------
    ValueError
        If there are not as many points as pictures.
    """
    figure, ax = plt.subplots(figsize=(8, 6.5))
    points = np.asarray(points, float)
    if len(points) != len(pictures):
        raise ValueError(f"There are {len(points)} points for {len(pictures)} pictures.")
    # The map is a little larger than its points, so that no picture hangs over the edge.
    room = 72 * figure.get_size_inches() / pixels - 1.2  # in thumbnails
    low, high = points.min(axis=0), points.max(axis=0)
    placed = (points - low) / np.maximum(high - low, 1e-12) * room
    drawn = []
    for number, place in enumerate(placed):
        if all(np.abs(place - placed[other]).max() >= 1 for other in drawn):
            drawn.append(number)
            small = Image.fromarray(as_array(pictures[number]))
            small.thumbnail((2 * pixels, 2 * pixels))
            thumbnail = OffsetImage(np.asarray(small), zoom=pixels / max(small.size))
            ax.add_artist(AnnotationBbox(thumbnail, points[number], frameon=False))
    margin = 0.6 * (high - low) / room
    ax.set(xlim=(low[0] - margin[0], high[0] + margin[0]))
    ax.set(ylim=(low[1] - margin[1], high[1] + margin[1]))
    ax.axis("off")
    return figure


@_styled
def arrows(vectors: dict, *, ax=None) -> Figure:
    """Named vectors of the plane as arrows from the origin, with the circle of unit length.

    Parameters
    ----------
    vectors : dict of str to array-like of float, shape (2,)
    """
    figure, ax = (ax.figure, ax) if ax is not None else plt.subplots(figsize=(5, 5))
    ax.add_patch(plt.Circle((0, 0), 1, fill=False, color="#999999", linestyle="--"))
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
    return figure


@_styled
def patches(picture, *, pixels: int, patch: int) -> Figure:
    """A picture as the model sees it, and the same cut into its patches.

    Parameters
    ----------
    picture : PIL.Image.Image or array
        Square.
    pixels : int
        The side of what the model sees.
    patch : int
        The side of a patch, in pixels of what the model sees.
    """
    seen = as_array(Image.fromarray(as_array(picture)).resize((pixels, pixels), Image.BICUBIC))
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
    lines, pictures, *, ticks=None, xlabel: str = "", ylabel: str, ylim: tuple | None = None
) -> Figure:
    """What a model says along a series of pictures, with the pictures below.

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
    n = len(pictures)
    figure, ax = plt.subplots(figsize=(9, 4))
    for name, values in lines.items():
        ax.plot(range(n), np.asarray(values), "o-", label=name)
    ax.set(xlim=(-0.5, n - 0.5), xlabel=xlabel, ylabel=ylabel, ylim=ylim)
    ax.set_xticks(range(n), [""] * n if ticks is None else list(ticks))
    ax.tick_params(axis="x", length=0, pad=9 + 500 / n)
    for number, picture in enumerate(pictures):
        thumbnail = OffsetImage(as_array(picture), zoom=500 / n / max(as_array(picture).shape[:2]))
        place = AnnotationBbox(
            thumbnail,
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
    values: dict, *, xlabel: str, bins: int = 40, marks=(), pictures=(), ax=None
) -> Figure:
    """Distributions over common bins, each scaled to the same area and drawn with its outline.

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
    figure, ax = (ax.figure, ax) if ax is not None else plt.subplots()
    everything = np.concatenate([np.ravel(v) for v in values.values()])
    edges = np.linspace(everything.min(), everything.max(), bins + 1)
    for name, numbers in values.items():
        # Faint areas and full outlines: overlapping areas alone would mix to a further colour.
        heights, _, bars = ax.hist(np.ravel(numbers), edges, density=True, alpha=0.3, label=name)
        colour = bars[0].get_facecolor()[:3]
        ax.step(edges, np.append(heights, 0), where="post", color=colour, linewidth=1.5)
    ax.set(xlabel=xlabel, ylabel="density", yticks=[])
    marks = np.asarray(marks, float)
    ax.plot(
        marks, np.full(len(marks), 0.03), "k|", markersize=12, transform=ax.get_xaxis_transform()
    )
    for rank, number in enumerate(np.argsort(marks[: len(pictures)])):
        picture = as_array(pictures[number])
        thumbnail = OffsetImage(picture, zoom=36 / max(picture.shape[:2]))
        place = AnnotationBbox(
            thumbnail,
            (marks[number], 0),
            xybox=(marks[number], 1.12 + 0.2 * (rank % 4)),
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
def confusion_heatmap(matrix, names) -> Figure:
    """How often each class (row) was taken for each other (column), as shares of the row.

    Of up to twelve classes the counts are written into the cells, as a row may hold few items.

    Parameters
    ----------
    matrix : array-like of int, shape (c, c)
        As `sklearn.metrics.confusion_matrix` counts it.
    names : sequence of c str
    """
    matrix = np.asarray(matrix, float)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    few = len(names) <= 12
    side = 2 + (0.33 if few else 0.2) * len(names)
    figure, axis = plt.subplots(figsize=(side, side))
    image = axis.imshow(shares, vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(matrix) if few else ():
        colour = "black" if shares[row, column] > 0.5 else "white"
        axis.text(column, row, f"{count:.0f}", ha="center", va="center", color=colour, fontsize=8)
    axis.grid(False)
    axis.set_xticks(range(len(names)), names, rotation=90, fontsize=8)
    axis.set_yticks(range(len(names)), names, fontsize=8)
    axis.set(xlabel="predicted", ylabel="true")
    figure.colorbar(image, ax=axis, shrink=0.6, label="share of the row")
    return figure


@_styled
def estimates(values: dict, *, xlabel: str, reference: float | None = None, ax=None) -> Figure:
    """Named estimates as points with their 95 % intervals, the first on top.

    Parameters
    ----------
    values : dict of str to (value, low, high)
    xlabel : str
    reference : float, optional
        A value to compare with, such as 0 for differences or 0.5 for AUROC.
    """
    height = 0.9 + 0.34 * len(values)
    figure, ax = (ax.figure, ax) if ax is not None else plt.subplots(figsize=(7, height))
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
def bands(x, lines: dict, *, xlabel: str, ylabel: str, ax=None) -> Figure:
    """Named estimates along a common axis, as lines with the band of their 95 % intervals.

    Parameters
    ----------
    x : array-like, shape (n,)
    lines : dict of str to n estimates (value, low, high)
    xlabel, ylabel : str
    """
    figure, ax = (ax.figure, ax) if ax is not None else plt.subplots()
    for name, series in lines.items():
        value, low, high = np.array(series, float).T
        (line,) = ax.plot(x, value, "o-", markersize=4, label=name)
        ax.fill_between(x, low, high, color=line.get_color(), alpha=0.2, linewidth=0)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if len(lines) > 1:
        ax.legend()
    return figure


@_styled
def reliability_diagram(groups: dict) -> Figure:
    """Accuracy against confidence; a point's area is the share of predictions in its bin.

    Parameters
    ----------
    groups : dict of str to `clipkit.evaluation.Reliability`
    """
    figure, ax = plt.subplots(figsize=(5, 5))
    ax.plot([0, 1], [0, 1], color="#666666", linestyle="--", linewidth=1, label="calibrated")
    for name, group in groups.items():
        (line,) = ax.plot(group.confidence, group.accuracy, label=name)
        ax.scatter(
            group.confidence,
            group.accuracy,
            s=20 + 400 * group.share,
            color=line.get_color(),
            alpha=0.6,
        )
    ax.set(xlabel="confidence", ylabel="accuracy", xlim=(0, 1.03), ylim=(0, 1.03), aspect="equal")
    ax.legend()
    return figure


@_styled
def ranking_curves(y_true, y_score: dict) -> Figure:
    """ROC curve and precision-recall curve of one or more scores, with what guessing would give.

    Parameters
    ----------
    y_true : dict of str to array-like of bool, shape (n,)
        For each name of `y_score`.
    y_score : dict of str to array-like of float, shape (n,)
    """
    from sklearn.metrics import precision_recall_curve, roc_curve

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4.2))
    for name, values in y_score.items():
        false_alarms, found, _ = roc_curve(y_true[name], values)
        left.plot(false_alarms, found, label=name)
        precision, recall, _ = precision_recall_curve(y_true[name], values)
        (line,) = right.plot(recall[:-1], precision[:-1], label=name)
        right.axhline(np.mean(y_true[name]), color=line.get_color(), linestyle="--", linewidth=1)
    left.plot([0, 1], [0, 1], color="#666666", linestyle="--", linewidth=1)
    left.set(xlabel="false alarms (1 - specificity)", ylabel="found (sensitivity)")
    right.set(xlabel="found (recall)", ylabel="precision", ylim=(0, 1.03))
    right.legend()
    return figure
