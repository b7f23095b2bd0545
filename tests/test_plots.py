"""Figures: what is drawn is what was given, and none goes without words."""

import subprocess
import sys

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
from matplotlib.offsetbox import AnnotationBbox
from matplotlib.text import Text
from PIL import Image

from clipkit import plots
from clipkit.pictures import PictureError, open_picture

RED, GREY = Image.new("RGB", (20, 20), "red"), Image.new("L", (20, 10), 128)


@pytest.fixture(autouse=True)
def no_figure_stays_open():
    yield
    plt.close("all")


class Screen:
    """Stands in for a notebook: keeps what is displayed, and what takes its place later."""

    def __init__(self):
        self.shown = []

    def display(self, thing, display_id=None):
        self.shown.append(thing)
        return self

    def update(self, thing):
        self.shown[0] = thing


@pytest.fixture
def screen(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(plots, "display", screen.display)
    return screen


def test_show_displays_one_png_with_its_text_and_closes_the_figure(screen):
    figure, _ = plt.subplots()
    plots.show(figure, alt="An empty axis, for a test.")
    (picture,) = screen.shown
    data, metadata = picture._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"] == "An empty axis, for a test."
    assert metadata["image/png"]["alt"] == "An empty axis, for a test."
    assert not plt.fignum_exists(figure.number)


def test_importing_plots_leaves_the_style_of_others_alone():
    code = (
        "import matplotlib; before = dict(matplotlib.rcParams); import clipkit.plots; "
        "after = dict(matplotlib.rcParams); print([k for k in before if before[k] != after[k]])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("[]", "['backend']")  # pyplot chooses a backend


def test_every_figure_is_drawn_and_shown_in_the_style_of_the_workbook(screen):
    def draw():
        return plots.curves([1, 2], {"a": [1, 2]}, xlabel="x", ylabel="y")

    plots.show(draw(), alt="Without a style of one's own.")
    with plt.style.context("dark_background"):
        plots.show(draw(), alt="Within another style.")
        assert plt.rcParams["axes.facecolor"] == "black"
    with plots.style():
        plots.show(draw(), alt="Within the workbook's style.")
    assert len({picture.png for picture in screen.shown}) == 1


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_show_refuses_a_figure_without_words(alt):
    with pytest.raises(ValueError, match="alternative text is empty"):
        plots.show(plt.figure(), alt=alt)


def test_slide_draws_at_the_value_and_again_when_the_slider_moves(screen):
    drawn = []

    def draw(value):
        drawn.append(value)
        return plots.bars({"a": value}, xlabel="x")

    slider = ipywidgets.FloatSlider(2.0, min=0, max=4)
    plots.slide(draw, slider, alt="A figure that follows its slider.")
    first, below = screen.shown
    assert drawn == [2.0] and below is slider
    slider.value = 3.0
    assert drawn == [2.0, 3.0]
    assert screen.shown[0].png != first.png
    assert screen.shown[0].alt == first.alt == "A figure that follows its slider."


def test_pictures_grid_draws_each_picture_once_below_its_title():
    figure = plots.pictures_grid([RED, GREY, RED], titles=["a", "b", "c"], columns=2)
    assert [axis.get_title() for axis in figure.axes] == ["a", "b", "c"]
    assert figure.axes[1].images[0].get_array().shape == (10, 20, 3)
    boxes = [axis.get_position() for axis in figure.axes]
    assert boxes[0].x1 < boxes[1].x0 and boxes[2].y1 < boxes[0].y0
    wide = figure.get_size_inches()[0] * boxes[1].width
    assert wide == pytest.approx(1.25) == 2 * figure.get_size_inches()[1] * boxes[1].height


def test_pictures_grid_names_its_rows():
    figure = plots.pictures_grid([RED] * 4, rows=["mugs", "sofas"], columns=2)
    for text, axis in zip(figure.texts, figure.axes[::2], strict=True):
        box = axis.get_position()
        assert box.y0 < text.get_position()[1] < box.y1 and text.get_position()[0] < box.x0
    assert [text.get_text() for text in figure.texts] == ["mugs", "sofas"]


@pytest.mark.parametrize("long", ["a", "a title of many words that needs several lines " * 2])
def test_rows_of_pictures_lie_as_close_as_their_titles_allow(long):
    figure = plots.pictures_grid([RED] * 4, titles=[long, "b", "c", "d"], columns=2)
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    first, _, below, _ = figure.axes
    title = first.title.get_window_extent(renderer)
    gap = title.y0 - below.get_window_extent(renderer).y1
    assert -1 <= gap <= 0.25 * figure.dpi  # pixels


def test_pictures_grid_is_no_wider_than_a_notebook():
    figure = plots.pictures_grid([RED] * 8, titles=["a"] * 8, size=3)
    assert figure.get_size_inches()[0] <= plots.WIDTH


FILM = np.linspace(0, 65535, 400).reshape(20, 20).astype(np.uint16)
CORNERS = Image.new("RGBA", (20, 20), (0, 0, 0, 0))


@pytest.mark.parametrize(
    "picture, pixel",
    [
        (CORNERS, [255] * 3),
        (FILM, [0] * 3),
        (FILM / 65535, [0] * 3),
        (FILM[::-1, ::-1], [255] * 3),
        (torch.full((3, 4, 4), 0.2), [51] * 3),
        (Image.fromarray(FILM), [0] * 3),
    ],
)
def test_pictures_are_drawn_as_the_model_sees_them(picture, pixel):
    assert plots.as_array(picture)[0, 0].tolist() == pixel
    (axis,) = plots.pictures_grid([picture]).axes
    drawn = axis.images[0].get_array()
    np.testing.assert_array_equal(drawn, np.asarray(open_picture(picture)))


def test_pictures_are_taken_by_position():
    shuffled = pd.Series([RED, GREY], index=[1, 0])
    figure = plots.pictures_grid(shuffled, titles=pd.Series(["a", "b"], index=[1, 0]))
    assert [axis.get_title() for axis in figure.axes] == ["a", "b"]
    assert [axis.images[0].get_array().shape[0] for axis in figure.axes] == [20, 10]
    plots.similarity_heatmap(np.eye(2), pictures=shuffled, texts=shuffled.index.astype(str))
    plots.curve_strip({"a": [1, 2]}, shuffled, ylabel="y", ticks="xy")
    (ax,) = plots.histograms({"a": [0, 1]}, xlabel="x", marks=[0.2, 0.7], pictures=shuffled).axes
    assert [box.offsetbox.get_data().shape[0] for box in ax.artists] == [20, 10]
    (ax,) = plots.thumbnails_map([[0, 0], [1, 1]], shuffled).axes
    assert [box.offsetbox.get_data().shape[0] for box in ax.artists] == [20, 10]


def test_a_damaged_picture_is_named_by_its_place():
    with pytest.raises(PictureError, match="picture number 1.*no such file"):
        plots.pictures_grid([RED, "nowhere.jpg"])


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ValueError, match="1 titles for 2 pictures"):
        plots.pictures_grid([RED, GREY], titles=["a"])
    with pytest.raises(ValueError, match="3 labels for 2 points"):
        plots.scatter_map([[0, 0], [1, 1]], ["a", "b", "c"])
    with pytest.raises(ValueError, match="1 names for 2 classes"):
        plots.confusion_heatmap(np.eye(2), ["mug"])


def smallest_letters(figure):
    """Points of the smallest text, at the size at which a notebook shows the figure."""
    figure.canvas.draw()
    shown = min(1, plots.WIDTH / figure.get_size_inches()[0])
    texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    return shown * min(text.get_fontsize() for text in texts)


def many(n):
    return {f"name {number}": (0.5, 0.4, 0.6) for number in range(n)}


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plots.pictures_grid([RED] * 16, titles=["a"] * 16, columns=16, rows=["b"]),
        lambda: plots.similarity_heatmap(np.eye(30), texts=["text"] * 30),
        lambda: plots.confusion_heatmap(np.eye(40), [f"class {i}" for i in range(40)]),
        lambda: plots.confusion_heatmap(np.eye(12), [f"class {i}" for i in range(12)]),
        lambda: plots.scatter_map(np.zeros((40, 2)), [f"label {i}" for i in range(40)]),
        lambda: plots.thumbnails_map(np.eye(2), [RED] * 2),
        lambda: plots.estimates(many(20), xlabel="x"),
        lambda: plots.paired_dots({"a": (0.1, 0.2)}, xlabel="x"),
        lambda: plots.curve_strip({"a": range(20)}, [RED] * 20, ticks=range(20), ylabel="y"),
        lambda: plots.ranking_curves({"a": [0, 1]}, {"a": [0.1, 0.2]}),
        lambda: plots.arrows({"a": [1, 0]}),
    ],
)
def test_no_letter_is_smaller_than_8_points_where_it_is_read(draw):
    assert smallest_letters(draw()) >= 8


def test_maps_say_what_their_axes_are():
    for figure in (
        plots.scatter_map(np.eye(2), "ab", xlabel="first axis", ylabel="second axis"),
        plots.thumbnails_map(np.eye(2), [RED] * 2, xlabel="first axis", ylabel="second axis"),
    ):
        assert figure.axes[0].get_xlabel() == "first axis"
        assert figure.axes[0].get_ylabel() == "second axis"
    assert plots.scatter_map(np.eye(2), "ab").axes[0].get_xlabel() == "first coordinate"


def test_paired_dots_stand_on_one_line_each_joined():
    values = {"oedema": (0.5, 0.75), "mass": (0.6, 0.55)}
    (ax,) = plots.paired_dots(values, labels=("zero-shot", "trained"), xlabel="AUROC").axes
    joins, (before, after) = ax.lines[:2], ax.lines[2:4]
    assert before.get_xdata().tolist() == [0.5, 0.6] and after.get_xdata().tolist() == [0.75, 0.55]
    assert before.get_ydata().tolist() == after.get_ydata().tolist() == [0, 1]
    assert [line.get_xdata().tolist() for line in joins] == [[0.5, 0.75], [0.6, 0.55]]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["oedema", "mass"]
    assert ax.yaxis_inverted()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["zero-shot", "trained"]


def test_paired_estimates_keep_their_intervals_apart():
    values = {"a": ((0.5, 0.4, 0.6), (0.7, 0.65, 0.8))}
    (ax,) = plots.paired_dots(values, xlabel="x", reference=0.5).axes
    segments = [part.get_segments()[0] for part in ax.collections]
    assert [part[:, 0].tolist() for part in segments] == [[0.4, 0.6], [0.65, 0.8]]
    assert segments[0][0, 1] < segments[1][0, 1]
    assert ax.lines[-1].get_xdata() == [0.5, 0.5]


def test_the_worst_block_of_a_confusion_matrix_is_drawn_large_with_its_counts():
    matrix = np.diag(np.full(30, 10))
    matrix[3, 20], matrix[20, 7], matrix[1, 2] = 5, 4, 1
    (ax, _) = plots.confusion_heatmap(matrix, [f"class {i}" for i in range(30)], worst=3).axes
    assert [text.get_text() for text in ax.get_yticklabels()] == ["class 3", "class 7", "class 20"]
    counts = [text.get_text() for text in ax.texts]
    assert counts == ["10", "0", "5", "0", "10", "0", "0", "4", "10"]
    np.testing.assert_allclose(ax.images[0].get_array()[0], [10 / 15, 0, 5 / 15])
    assert ax.get_title("left") == "the 3 classes most confused, of 30"


def test_lines_keep_to_a_given_axis():
    lines = {"a": [0.74, 0.765]}
    assert plots.curves([1, 2], lines, xlabel="x", ylabel="y", ylim=(0, 1)).axes[0].get_ylim() == (
        0,
        1,
    )
    series = {"a": [(0.74, 0.7, 0.8), (0.76, 0.7, 0.8)]}
    drawn = plots.bands([1, 2], series, xlabel="x", ylabel="y", ylim=(0, 1))
    assert drawn.axes[0].get_ylim() == (0, 1)


def test_heatmap_writes_every_value_into_its_cell():
    matrix = np.array([[0.11, 0.22, 0.33], [0.44, 0.55, 0.66]])
    figure = plots.similarity_heatmap(matrix, pictures=[RED, GREY], texts=["x", "y", "z"])
    (axis,) = figure.axes
    cells = {(t.get_position()[1], t.get_position()[0]): t.get_text() for t in axis.texts}
    assert cells == {place: f"{value:.2f}" for place, value in np.ndenumerate(matrix)}
    assert [label.get_text() for label in axis.get_xticklabels()] == ["x", "y", "z"]
    assert sum(isinstance(artist, AnnotationBbox) for artist in axis.artists) == 2


def test_heatmap_letters_stand_out_from_their_cells():
    figure = plots.similarity_heatmap([[0.0, 1.0]])
    assert [text.get_color() for text in figure.axes[0].texts] == ["white", "black"]


def test_curves_draw_into_a_given_axis():
    _, ax = plt.subplots()
    figure = plots.curves([1, 2], {"a": [3, 4], "b": [5, 6]}, xlabel="x", ylabel="y", ax=ax)
    assert figure is ax.figure
    assert [line.get_ydata().tolist() for line in ax.lines] == [[3, 4], [5, 6]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]


def test_bars_stand_in_order_with_their_intervals():
    intervals = {"a": (0.4, 0.7), "b": (0.6, 0.9)}
    figure = plots.bars({"a": 0.5, "b": 0.7}, xlabel="x", intervals=intervals)
    (ax,) = figure.axes
    assert [round(bar.get_width(), 6) for bar in ax.patches] == [0.5, 0.7]
    assert ax.yaxis_inverted()
    ends = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
    np.testing.assert_allclose(ends, [[0.4, 0.7], [0.6, 0.9]])


def test_bars_keep_to_a_given_axis_and_show_a_reference():
    (ax,) = plots.bars({"a": 0.5}, xlabel="x", xlim=(0, 1), reference=0.25).axes
    assert ax.get_xlim() == (0, 1)
    assert ax.lines[0].get_xdata() == [0.25, 0.25]


def test_scatter_map_gives_each_label_a_look_of_its_own():
    labels = [f"label {number:02d}" for number in range(20)]
    figure = plots.scatter_map(np.random.default_rng(0).normal(size=(20, 2)), labels)
    looks = {
        (tuple(points.get_facecolor()[0]), points.get_paths()[0].vertices.tobytes())
        for points in figure.axes[0].collections
    }
    assert len(looks) == 20


def test_scatter_map_takes_colours_by_name():
    figure = plots.scatter_map([[0, 0], [1, 1]], ["red", "blue"], palette={"red": "r", "blue": "b"})
    colours = {p.get_label(): p.get_facecolor()[0].tolist() for p in figure.axes[0].collections}
    assert colours == {"red": [1, 0, 0, 1], "blue": [0, 0, 1, 1]}


def test_thumbnails_lie_on_their_points():
    points = [[0.0, 1.0], [2.0, 3.0]]
    figure = plots.thumbnails_map(points, [RED, GREY], pixels=12)
    boxes = [artist for artist in figure.axes[0].artists if isinstance(artist, AnnotationBbox)]
    assert [list(box.xy) for box in boxes] == points


def test_no_thumbnail_hides_another_or_hangs_over_the_edge():
    points = np.random.default_rng(0).normal(size=(300, 2))
    figure = plots.thumbnails_map(points, [RED, GREY] * 150, pixels=28)
    figure.canvas.draw()
    (ax,) = figure.axes
    boxes = [box.get_window_extent() for box in ax.artists]
    assert 20 < len(boxes) < 300
    places = np.array([(box.x0 + box.x1, box.y0 + box.y1) for box in boxes]) / 2
    side = 28 * figure.dpi / 72
    for number, place in enumerate(places):
        apart = np.abs(places[:number] - place).max(axis=1)
        assert (apart > 0.9 * side).all()
    assert figure.bbox.x0 <= min(box.x0 for box in boxes)
    assert figure.bbox.x1 >= max(box.x1 for box in boxes)


def test_thumbnails_need_as_many_points_as_pictures():
    with pytest.raises(ValueError):
        plots.thumbnails_map([[0, 0], [1, 1]], [RED])


def test_arrows_all_lie_within_the_figure():
    figure = plots.arrows({"a": [3, 4], "b": [-2, 0.5]})
    (ax,) = figure.axes
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    assert left < -2 and right > 3 and bottom < -1 and top > 4
    assert {text.get_text() for text in ax.texts} == {"", "a", "b"}


def test_arrows_with_one_end_are_one_arrow_with_all_names():
    (ax,) = plots.arrows({"a": [0.6, 0.8], "b": [0.6, 0.8], "c": [0.8, 0.6]}).axes
    assert sorted(text.get_text() for text in ax.texts) == ["", "", "a, b", "c"]


def test_patches_cut_the_picture_and_lose_nothing():
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    figure = plots.patches(picture, pixels=32, patch=8)
    before, after = (axis.images[0].get_array() for axis in figure.axes)
    assert before.shape == (32, 32, 3)
    gap = 1
    starts = np.arange(4) * (8 + gap)
    kept = (starts[:, None] + np.arange(8)).ravel()
    np.testing.assert_array_equal(after[np.ix_(kept, kept)], before)


def test_curve_strip_sets_each_picture_below_its_point():
    figure = plots.curve_strip({"a": [1, 2, 3]}, [RED] * 3, ticks="xyz", ylabel="y", ylim=(0, 4))
    (ax,) = figure.axes
    boxes = [artist for artist in ax.artists if isinstance(artist, AnnotationBbox)]
    assert [box.xy[0] for box in boxes] == [0, 1, 2]
    assert ax.get_ylim() == (0, 4)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["x", "y", "z"]


def test_histograms_share_their_bins_and_have_equal_areas():
    values = {"a": [0, 0.1, 0.2], "b": np.linspace(0.5, 1, 500)}
    figure = plots.histograms(values, xlabel="x", bins=10)
    first, second = (area.get_data() for area in figure.axes[0].patches)
    np.testing.assert_allclose(first.edges, second.edges)
    for area in (first, second):
        assert (area.values * np.diff(area.edges)).sum() == pytest.approx(1)
    outline = figure.axes[0].lines[1]
    np.testing.assert_allclose(outline.get_ydata()[:-1], second.values)


def test_the_counts_of_few_classes_are_written_into_their_cells():
    matrix = np.array([[3, 1], [0, 12]])
    axis = plots.confusion_heatmap(matrix, ["mug", "sofa"]).axes[0]
    assert [text.get_text() for text in axis.texts] == ["3", "1", "0", "12"]
    assert not plots.confusion_heatmap(np.eye(13, dtype=int), "abcdefghijklm").axes[0].texts


def test_histograms_mark_single_values_with_their_pictures():
    marks = [0.5, 0.2, 0.7]
    (ax,) = plots.histograms({"a": [0, 1]}, xlabel="x", marks=marks, pictures=[RED, GREY]).axes
    assert ax.lines[-1].get_xdata().tolist() == marks
    assert sorted(box.xy[0] for box in ax.artists) == [0.2, 0.5]


def test_the_palette_can_be_told_apart_without_colour_vision():
    """The colours differ in lightness or in blue against yellow, pair by pair."""
    from matplotlib.colors import to_rgb

    def seen(colour):  # Viénot, Brettel and Mollon 1999: what a deuteranope sees, linear RGB
        red, green, blue = (v / 12.92 if v < 0.04045 else ((v + 0.055) / 1.055) ** 2.4
                            for v in to_rgb(colour))  # fmt: skip
        yellow = 0.29275 * red + 0.70725 * green
        blue = max(-0.02234 * red + 0.02234 * green + blue, 0)
        return np.array([yellow, blue]) ** (1 / 2.2)

    views = [seen(colour) for colour in plots.COLOURS]
    for i, one in enumerate(views):
        for other in views[:i]:
            assert np.abs(one - other).max() > 0.1
