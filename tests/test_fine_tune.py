"""Fine-tuning learns, resumes, refuses bad input in one sentence, and leaves its input alone."""

import copy
import json
import re
import subprocess
import sys
from importlib.resources import files

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from PIL import Image
from transformers import TrainerCallback, TrainerState

import clipkit
from clipkit import fine_tune, plots
from clipkit.augmentation import apply_movement
from clipkit.evaluation import Estimate
from clipkit.fine_tune import batches, live_plot
from clipkit.hub import CheckpointError

COLOURS = {"red": (220, 30, 30), "green": (30, 200, 30), "blue": (30, 30, 220), "white": (250,) * 3}


@pytest.fixture(scope="module")
def clip(tiny_checkpoint):
    """Small enough to be trained many times."""
    tiny = clipkit.load(tiny_checkpoint, device="cpu")
    tiny.words = frozenset(["mug"])
    return tiny


@pytest.fixture(scope="module")
def pictures():
    return [Image.new("RGB", (32, 32), COLOURS[name]) for name in [*COLOURS] * 4]


@pytest.fixture(scope="module")
def pairs(clip, pictures):
    # House names of colours, which no model can know before.
    names = ["alpha mug", "beta mug", "gamma mug", "delta mug"] * 4
    return fine_tune.Pairs(clip, pictures, [[name, f"{name}, new"] for name in names])


def weights(clip):
    return torch.cat([value.float().flatten() for value in clip.model.state_dict().values()])


def top(clip, pictures):
    texts = ["alpha mug", "beta mug", "gamma mug", "delta mug"]
    return clip.similarity(pictures[:4], texts).argmax(1).tolist()


def test_house_names_are_learnt_and_the_given_model_stays(clip, pairs, pictures):
    before = weights(clip)
    tuned = fine_tune.contrastive(clip, pairs, epochs=40, learning_rate=5e-3, batch_size=16)
    assert top(tuned, pictures) == [0, 1, 2, 3]
    assert torch.equal(weights(clip), before)


def test_an_interrupted_run_ends_like_an_unbroken_one(clip, pictures, tmp_path):
    texts = [["alpha mug", "new"], ["beta mug", "old"]] * 8
    pairs = fine_tune.Pairs(clip, pictures, texts, texts_each=2, move_pictures=True)

    class StopAfterTwo(TrainerCallback):
        def on_epoch_end(self, args, state, control, **kwargs):
            control.should_save = True
            control.should_training_stop = state.epoch >= 2

    options = {"epochs": 4, "learning_rate": 1e-3, "batch_size": 8}
    whole = fine_tune.contrastive(clip, pairs, **options)
    fine_tune.contrastive(clip, pairs, folder=tmp_path, callbacks=[StopAfterTwo()], **options)
    resumed = fine_tune.contrastive(clip, pairs, folder=tmp_path, **options)
    assert torch.allclose(weights(whole), weights(resumed), atol=1e-6)


def test_a_frozen_tower_keeps_its_weights(clip, pairs):
    tuned = fine_tune.contrastive(clip, pairs, epochs=1, learning_rate=1e-3, lock="vision")
    for name, value in clip.model.state_dict().items():
        frozen = name.startswith(fine_tune.TOWERS["vision"])
        if frozen:
            assert torch.equal(value, tuned.model.state_dict()[name]), name
    assert not torch.equal(weights(clip), weights(tuned))


class StopAt(TrainerCallback):
    """What Ctrl-C does, in the middle of an epoch."""

    def __init__(self, step):
        self.step = step

    def on_step_begin(self, args, state, control, **kwargs):
        if state.global_step == self.step:
            raise KeyboardInterrupt


def test_a_run_stopped_by_hand_says_how_to_go_on_and_does(clip, pairs, tmp_path):
    options = {"epochs": 3, "learning_rate": 1e-3, "batch_size": 8}
    whole = fine_tune.contrastive(clip, pairs, **options)
    with pytest.raises(KeyboardInterrupt, match="step 3 of 6; run the same call .* epoch 1"):
        fine_tune.contrastive(clip, pairs, folder=tmp_path, callbacks=[StopAt(3)], **options)
    with pytest.raises(KeyboardInterrupt, match="nothing is kept; pass a `folder`"):
        fine_tune.contrastive(clip, pairs, callbacks=[StopAt(3)], **options)
    resumed = fine_tune.contrastive(clip, pairs, folder=tmp_path, **options)
    assert torch.allclose(weights(whole), weights(resumed), atol=1e-6)
    # Once more, nothing is left to do.
    again = fine_tune.contrastive(clip, pairs, folder=tmp_path, callbacks=[StopAt(5)], **options)
    assert torch.equal(weights(again), weights(resumed))


def test_a_folder_of_another_run_is_refused(clip, pairs, tmp_path):
    fine_tune.contrastive(clip, pairs, epochs=1, folder=tmp_path)
    with pytest.raises(ValueError, match="differs in: epochs, learning_rate; pass the same"):
        fine_tune.contrastive(clip, pairs, epochs=2, learning_rate=2e-3, folder=tmp_path)


def test_a_folder_of_other_pairs_is_refused(clip, pictures, tmp_path):
    names = ["alpha mug", "beta mug", "gamma mug", "delta mug"] * 4
    fine_tune.contrastive(clip, fine_tune.Pairs(clip, pictures, names), epochs=1, folder=tmp_path)
    other = fine_tune.Pairs(clip, pictures, names, texts_each=2, move_pictures=True)
    with pytest.raises(ValueError, match="differs in: texts_each, move_pictures; pass the same"):
        fine_tune.contrastive(clip, other, epochs=1, folder=tmp_path)
    larger = fine_tune.resize_positions(clip, 40)
    pairs = fine_tune.Pairs(larger, pictures, names)
    with pytest.raises(
        ValueError, match="differs in: pictures, weights, trainable parameters, pixels"
    ):
        fine_tune.contrastive(larger, pairs, epochs=1, folder=tmp_path)


def test_a_checkpoint_that_was_cut_off_is_passed_over(clip, pairs, tmp_path):
    options = {"epochs": 2, "batch_size": 8, "folder": tmp_path}
    first = fine_tune.contrastive(clip, pairs, **options)
    for number, text in ((6, ""), (8, None)):
        (tmp_path / f"checkpoint-{number}").mkdir()
        if text is not None:
            (tmp_path / f"checkpoint-{number}" / "trainer_state.json").write_text(text)
    assert torch.equal(weights(fine_tune.contrastive(clip, pairs, **options)), weights(first))


def test_a_tuned_model_is_saved_and_loaded(clip, pairs, pictures, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    fine_tune.save(clip, tmp_path)
    assert clipkit.load(tmp_path, device="cpu").words == clip.words
    tuned = fine_tune.contrastive(clip, pairs, epochs=1)
    fine_tune.save(tuned, tmp_path)
    again = clipkit.load(tmp_path, device="cpu")
    assert torch.allclose(again.encode_images(pictures), tuned.encode_images(pictures), atol=1e-6)
    assert again.words is None
    assert (tmp_path / "notes.txt").read_text() == "mine" and not (tmp_path / ".part").exists()


def test_every_checkpoint_of_a_run_can_be_loaded(clip, pairs, pictures, tmp_path):
    tuned = fine_tune.contrastive(clip, pairs, epochs=1, batch_size=8, folder=tmp_path)
    again = clipkit.load(tmp_path / "checkpoint-2", device="cpu")
    assert torch.allclose(again.encode_images(pictures), tuned.encode_images(pictures), atol=1e-6)
    with pytest.raises(CheckpointError, match="not a checkpoint"):
        clipkit.load(tmp_path)


@pytest.fixture
def full_disk():
    """A function after which no file can grow beyond `size` bytes, as on a disk that is full."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size=20_000: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_saved_model_whole(clip, pairs, pictures, tmp_path, full_disk):
    fine_tune.save(clip, tmp_path)
    tuned = fine_tune.contrastive(clip, pairs, epochs=1)
    full_disk()
    with pytest.raises(OSError, match="what was saved there before is whole; make room"):
        fine_tune.save(tuned, tmp_path)
    again = clipkit.load(tmp_path, device="cpu")
    assert torch.allclose(again.encode_images(pictures), clip.encode_images(pictures), atol=1e-6)
    assert not (tmp_path / ".part").exists()


def test_a_full_disk_during_training_loses_one_epoch(clip, pairs, tmp_path, full_disk):
    class FillUp(TrainerCallback):
        def on_epoch_begin(self, args, state, control, **kwargs):
            if state.global_step == 2:
                full_disk()

    options = {"epochs": 3, "learning_rate": 1e-3, "batch_size": 8}
    whole = fine_tune.contrastive(clip, pairs, **options)
    with pytest.raises(OSError, match="make room on the disk"):
        fine_tune.contrastive(clip, pairs, folder=tmp_path, callbacks=[FillUp()], **options)
    full_disk(10**9)
    resumed = fine_tune.contrastive(clip, pairs, folder=tmp_path, **options)
    assert torch.allclose(weights(whole), weights(resumed), atol=1e-6)


def test_a_folder_that_is_a_file_is_named(clip, pairs, tmp_path):
    (tmp_path / "file").write_text("")
    for act in (
        lambda: fine_tune.save(clip, tmp_path / "file"),
        lambda: fine_tune.contrastive(clip, pairs, folder=tmp_path / "file"),
    ):
        with pytest.raises(OSError, match="Nothing could be saved in .*file"):
            act()


TWO_PROCESSES = """
import sys
import torch
from PIL import Image
import clipkit
from clipkit import fine_tune

torch.set_num_threads(1)
source, target, batch = sys.argv[1], sys.argv[2], int(sys.argv[3])
pictures = [Image.new("RGB", (32, 32), (20 * i, 250 - 20 * i, 99)) for i in range(12)]
texts = ["red mug", "blue mug", "mug of red", "ph"] * 3
clip = clipkit.load(source, device="cpu")
pairs = fine_tune.Pairs(clip, pictures, texts)
tuned = fine_tune.contrastive(clip, pairs, epochs=2, learning_rate=1e-3, batch_size=batch)
fine_tune.save(tuned, target)
"""


def test_two_processes_train_what_one_does(tiny_checkpoint, pictures, tmp_path):
    script = tmp_path / "train.py"
    script.write_text(TWO_PROCESSES)
    # `accelerate launch` does this where there are GPUs; for processors it would want MPI.
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    for processes, how, batch in ((1, [], 6), (2, launch, 3)):
        command = [sys.executable, *how, str(script), str(tiny_checkpoint)]
        command += [str(tmp_path / str(processes)), str(batch)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    start, one, two = (
        clipkit.load(folder, device="cpu")
        for folder in (tiny_checkpoint, tmp_path / "1", tmp_path / "2")
    )
    # Not their weights: the keys' biases have no gradient but rounding, which Adam blows up.
    assert one.logit_scale == pytest.approx(two.logit_scale, abs=1e-5)
    for encode, what in (("encode_images", pictures), ("encode_texts", ["red mug", "blue mug"])):
        rows, others, before = (getattr(clip, encode)(what) for clip in (one, two, start))
        assert torch.allclose(rows, others, atol=1e-5)
        assert not torch.allclose(rows, before, atol=1e-3)


class TestLivePlot:
    """One figure in a notebook; lines elsewhere; the metric measured while training goes on."""

    @pytest.fixture
    def handles(self, monkeypatch):
        """Pretend to be a notebook, and keep what it would show."""
        monkeypatch.setattr(live_plot, "in_notebook", lambda: True)
        monkeypatch.setattr(fine_tune.LivePlot, "seconds_between", 0.0)
        shown = []

        def redraw(figure, alt, handle=None):
            shown.append((figure.axes[0].get_title(loc="left"), alt, handle))
            plots.plt.close(figure)
            return "handle"

        monkeypatch.setattr(plots, "redraw", redraw)
        return shown

    def test_it_redraws_one_figure_and_says_what_is_left(self, clip, pairs, handles, monkeypatch):
        monkeypatch.delenv("TQDM_DISABLE")
        plot = fine_tune.LivePlot(lambda model: model.logit_scale, "logit scale")
        fine_tune.contrastive(clip, pairs, epochs=5, batch_size=8, callbacks=[plot])
        assert len(handles) > 2
        assert [handle for _, _, handle in handles] == [None] + ["handle"] * (len(handles) - 1)
        assert re.match(r"step 5 of 10, \d+ s left", handles[0][0])
        assert len(plot.values) == 6 and plot.values[0] == pytest.approx(clip.logit_scale)

    def test_where_outputs_are_compared_it_draws_once(self, clip, pairs, handles, monkeypatch):
        monkeypatch.setenv("TQDM_DISABLE", "1")
        plot = fine_tune.LivePlot(lambda model: 0.5, "accuracy")
        fine_tune.contrastive(clip, pairs, epochs=2, batch_size=8, callbacks=[plot])
        assert len(handles) == 1
        assert not re.search(r"\d", handles[0][1])  # no number that another machine would not get

    def test_it_prints_lines_elsewhere(self, clip, pairs, monkeypatch, capsys):
        monkeypatch.delenv("TQDM_DISABLE")
        options = {"epochs": 3, "batch_size": 8, "callbacks": [fine_tune.LivePlot()]}
        fine_tune.contrastive(clip, pairs, **options)
        assert re.fullmatch(r"step 5/6  loss [\d.]+  \d+ s left\n", capsys.readouterr().out)

    def test_a_run_that_goes_on_keeps_its_history(self, clip, pairs, tmp_path):
        def metric(model):
            return model.logit_scale

        options = {"epochs": 3, "learning_rate": 1e-3, "batch_size": 8, "folder": tmp_path}
        with pytest.raises(KeyboardInterrupt):
            stop = [fine_tune.LivePlot(metric), StopAt(3)]
            fine_tune.contrastive(clip, pairs, callbacks=stop, **options)
        plot = fine_tune.LivePlot(metric)
        fine_tune.contrastive(clip, pairs, callbacks=[plot], **options)
        assert len(plot.values) == 4

    def test_measuring_changes_nothing(self, clip, pairs, pictures):
        plot = fine_tune.LivePlot(lambda model: float(model.encode_images(pictures).mean()))
        options = {"epochs": 2, "learning_rate": 1e-3, "batch_size": 8}
        watched = fine_tune.contrastive(clip, pairs, callbacks=[plot], **options)
        assert torch.equal(weights(watched), weights(fine_tune.contrastive(clip, pairs, **options)))


def figures_of(monkeypatch):
    """Pretend to be a notebook, and keep the figures that it would show."""
    shown = []
    monkeypatch.setattr(live_plot, "in_notebook", lambda: True)
    monkeypatch.setattr(plots, "redraw", lambda figure, *_: shown.append(figure))
    return shown


def test_a_plot_marks_the_loss_of_guessing_and_shows_shares_on_their_whole_range(
    clip, pictures, monkeypatch
):
    shown = figures_of(monkeypatch)
    texts = [["alpha mug", "new"], ["beta mug", "old"]] * 8
    pairs = fine_tune.Pairs(clip, pictures, texts, texts_each=2)
    for metric in (lambda model: 0.5, lambda model: 26.0):
        fine_tune.contrastive(
            clip, pairs, epochs=1, batch_size=4, callbacks=[fine_tune.LivePlot(metric)]
        )
    for figure in shown:
        (guessing,) = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
        assert set(guessing.get_ydata()) == {np.log(8)}  # four pictures with two texts each
        assert "log 8 = 2.1" in figure.axes[0].texts[0].get_text()
        low, high = figure.axes[0].get_ylim()
        assert low < np.log(8) < high
    assert shown[0].axes[1].get_ylim() == (0, 1)
    low, high = shown[1].axes[1].get_ylim()
    assert 20 < low < 26 < high < 32


def test_a_sigmoid_guesses_among_nothing(pairs, clip, monkeypatch):
    shown = figures_of(monkeypatch)
    biased = copy.deepcopy(clip)
    biased.model.logit_bias = torch.nn.Parameter(torch.tensor(-10.0))
    fine_tune.contrastive(biased, pairs, epochs=1, batch_size=8, callbacks=[fine_tune.LivePlot()])
    assert all(line.get_linestyle() != "--" for line in shown[0].axes[0].lines)


class Batches(TrainerCallback):
    """Remembers which pairs met in each step."""

    def __init__(self, pairs):
        self.met = []
        batch = pairs.batch
        pairs.batch = lambda items: self.met.append([item["row"] for item in items]) or batch(items)


def grouped(clip, pictures, groups_in_batch=1):
    names = ["alpha mug", "beta mug", "gamma mug", "delta mug"] * 4
    groups = [name.split()[0] for name in names]
    options = {"groups": groups, "groups_in_batch": groups_in_batch}
    return fine_tune.Pairs(clip, pictures, names, **options)


def test_pairs_of_a_group_meet_and_each_pass_orders_them_anew(clip, pictures):
    pairs = grouped(clip, pictures)
    seen = Batches(pairs)
    fine_tune.contrastive(clip, pairs, epochs=3, batch_size=4, callbacks=[seen])
    assert len(seen.met) == 12
    assert all(len({row % 4 for row in rows}) == 1 for rows in seen.met)
    passes = [seen.met[start : start + 4] for start in (0, 4, 8)]
    assert all(sorted(sum(one, [])) == list(range(16)) for one in passes)
    assert passes[0] != passes[1] != passes[2]


def test_several_groups_share_a_batch(clip, pictures):
    pairs = grouped(clip, pictures, groups_in_batch=2)
    seen = Batches(pairs)
    fine_tune.contrastive(clip, pairs, epochs=4, batch_size=4, callbacks=[seen])
    kinds = [[row % 4 for row in rows] for rows in seen.met]
    assert all(first == second and third == fourth for first, second, third, fourth in kinds)
    assert any(first != third for first, _, third, _ in kinds)
    with pytest.raises(ValueError, match="groups_in_batch is 0"):
        grouped(clip, pictures, groups_in_batch=0)


def test_a_run_of_groups_goes_on_as_if_never_interrupted(clip, pictures, tmp_path):
    options = {"epochs": 3, "learning_rate": 1e-3, "batch_size": 8}
    whole = fine_tune.contrastive(clip, grouped(clip, pictures), **options)
    with pytest.raises(KeyboardInterrupt):
        fine_tune.contrastive(
            clip, grouped(clip, pictures), folder=tmp_path, callbacks=[StopAt(3)], **options
        )
    resumed = fine_tune.contrastive(clip, grouped(clip, pictures), folder=tmp_path, **options)
    assert torch.allclose(weights(whole), weights(resumed), atol=1e-6)
    pairs = fine_tune.Pairs(clip, pictures, ["alpha mug", "beta mug", "gamma mug", "delta mug"] * 4)
    with pytest.raises(ValueError, match="differs in: .*groups"):
        fine_tune.contrastive(clip, pairs, folder=tmp_path, **options)


def test_groups_that_do_not_fit_the_pairs_are_refused(clip, pictures):
    with pytest.raises(ValueError, match="groups has 3"):
        fine_tune.Pairs(clip, pictures, ["mug"] * 16, groups=["a", "b", "c"])


@pytest.mark.parametrize("n", [7, 24, 100])
def test_as_many_batches_as_can_hold_one_group_alone(n):
    groups = np.random.default_rng(n).choice(["hat", "bag", "shoe"], n)
    sampler = batches.GroupedBatches(groups, together=5, seed=0)
    order = list(sampler)
    assert sorted(order) == list(range(n)) and len(sampler) == n
    kinds = [len(set(groups[order[i : i + 5]])) for i in range(0, n // 5 * 5, 5)]
    assert sum(kind > 1 for kind in kinds) <= 2  # at most where one group ends and another begins


def test_a_model_at_another_resolution_is_the_one_with_interpolated_positions(tmp_path):
    clip = clipkit.load(device="cpu")
    films = clipkit.data.load_radiographs("B")["validation"].select(range(4))["image"]
    larger = fine_tune.resize_positions(clip, 120)
    pixels = larger.pixels(films)
    assert pixels.shape == (4, 3, 120, 120)
    with torch.no_grad():  # what transformers does on the way through
        seen = clip.model.get_image_features(pixels, interpolate_pos_encoding=True).pooler_output
    expected = torch.nn.functional.normalize(seen, dim=1)
    assert torch.allclose(larger.encode_images(films), expected, atol=1e-5)
    fine_tune.save(larger, tmp_path)
    assert torch.equal(
        clipkit.load(tmp_path, device="cpu").encode_images(films), larger.encode_images(films)
    )
    assert clip.pixels.size == clip.model.config.vision_config.image_size == 80
    same = fine_tune.resize_positions(clip, 80)
    assert torch.equal(same.encode_images(films), clip.encode_images(films))
    for wrong, error in [
        (125, "a multiple of the patch size, 10, such as 120 or 130"),
        (5, "a multiple of the patch size, 10, such as 10"),
        ("160", "a whole number from 1 to 2560"),
        (800_000, "a whole number from 1 to 2560"),  # its table would not fit into any memory
    ]:
        with pytest.raises(ValueError, match=error):
            fine_tune.resize_positions(clip, wrong)


def test_a_larger_model_learns_and_keeps_the_form_of_its_processor(clip, pictures):
    larger = fine_tune.resize_positions(clip, 40)
    assert larger.pixels.size == 40 and clip.pixels.size == 32
    processor = copy.deepcopy(clip.processor)
    processor.image_processor.size = {"height": 32, "width": 32}
    processor.image_processor.do_center_crop = False
    sized = clipkit.Clip(clip.model, processor, device="cpu")
    oblong = [Image.new("RGB", (64, 32)), Image.new("RGB", (32, 64))]
    assert fine_tune.resize_positions(sized, 40).pixels(oblong).shape == (2, 3, 40, 40)
    pairs = fine_tune.Pairs(larger, pictures, ["alpha mug", "beta mug"] * 8)
    tuned = fine_tune.contrastive(larger, pairs, epochs=1, learning_rate=1e-3, batch_size=8)
    table = "vision_model.embeddings.position_embedding.weight"
    assert not torch.equal(tuned.model.state_dict()[table], larger.model.state_dict()[table])
    with pytest.raises(ValueError, match="pictures of 40 px, but the model takes 32"):
        fine_tune.contrastive(clip, pairs)


def test_pictures_are_moved_in_training(clip, pictures):
    # Pictures with an edge, since one of a single colour looks the same wherever it is moved.
    halves = [picture.copy() for picture in pictures]
    for half in halves:
        half.paste((0, 0, 0), (0, 0, 16, 32))
    names = ["alpha mug", "beta mug", "gamma mug", "delta mug"] * 4
    tuned = [
        fine_tune.contrastive(clip, pairs, epochs=1, learning_rate=1e-3, batch_size=8)
        for pairs in (
            fine_tune.Pairs(clip, halves, names, move_pictures=move) for move in (False, True)
        )
    ]
    assert not torch.allclose(weights(tuned[0]), weights(tuned[1]), atol=1e-6)


def test_moved_pictures_are_never_mirrored(clip):
    # White on the left half alone: however it is moved, the left stays the brighter side.
    half = Image.new("RGB", (32, 32))
    half.paste((255, 255, 255), (0, 0, 16, 32))
    pairs = fine_tune.Pairs(clip, [half] * 16, ["a mug"] * 16, move_pictures=True)
    batch = pairs.batch([pairs[row] for row in range(16)])
    pixels = apply_movement(batch["pixel_values"], batch["theta"])
    left, right = pixels.mean(1).chunk(2, dim=2)
    assert (left.mean((1, 2)) > right.mean((1, 2))).all()
    assert not torch.equal(pixels[0], pixels[1])


def test_a_picture_may_have_several_texts_in_a_step(clip, pictures):
    texts = [[f"text {row}", f"more {row}", f"last {row}"] for row in range(16)]
    pairs = fine_tune.Pairs(clip, pictures, texts, texts_each=3)
    batch = pairs.batch([pairs[2], pairs[5]])
    assert len(batch["pixel_values"]) == 2
    assert sorted(batch["caption_ids"].tolist()) == [6, 7, 8, 15, 16, 17]
    few = fine_tune.Pairs(clip, pictures, ["a mug"] * 16, texts_each=3)
    assert few.batch([few[2]])["caption_ids"].tolist() == [0, 0, 0]
    assert not torch.equal(weights(clip), weights(fine_tune.contrastive(clip, pairs, epochs=1)))


def test_equal_captions_have_one_number_in_all_batches(clip, pairs):
    def numbers(rows):
        torch.manual_seed(0)
        return pairs.batch([pairs[row] for row in rows])["caption_ids"]

    assert torch.equal(numbers([1, 2, 3]), numbers([5, 6, 7]))
    assert len(numbers([0, 1, 2, 3]).unique()) == 4


def test_wise_ft_joins_the_two_models(clip, pairs):
    tuned = fine_tune.contrastive(clip, pairs, epochs=1)
    ends = [fine_tune.wise_ft(clip, tuned, alpha) for alpha in (0, 1)]
    assert torch.equal(weights(ends[0]), weights(clip))
    assert torch.allclose(weights(ends[1]), weights(tuned))
    middle = weights(fine_tune.wise_ft(clip, tuned, 0.5))
    assert torch.allclose(middle, (weights(clip) + weights(tuned)) / 2, atol=1e-6)
    with pytest.raises(ValueError, match="between 0"):
        fine_tune.wise_ft(clip, tuned, 1.5)


def test_a_probe_separates_what_can_be_separated():
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 3
    rows = torch.tensor(np.eye(3)[labels] + 0.1 * rng.normal(size=(60, 3)))
    probe = fine_tune.linear_probe(rows[:40], labels[:40], (rows[40:50], labels[40:50]))
    assert probe.score(rows[50:], labels[50:]) == 1
    with pytest.raises(ValueError, match="at least two classes"):
        fine_tune.linear_probe(rows, np.zeros(60), (rows, labels))


@pytest.mark.parametrize(
    "texts, message",
    [
        (["a mug"] * 15 + [""], "row 15 has no text"),
        (["a mug"] * 15 + [None], "row 15 has no text"),
        (["a mug"] * 15 + [[]], "row 15 has no text"),
        (["a mug"] * 15, "16 pictures but 15 texts"),
    ],
)
def test_bad_texts_are_named(clip, pictures, texts, message):
    with pytest.raises(ValueError, match=message):
        fine_tune.Pairs(clip, pictures, texts)


def test_too_few_pairs_and_unknown_towers(clip, pairs, pictures):
    with pytest.raises(ValueError, match="too few to contrast"):
        fine_tune.Pairs(clip, pictures[:3], ["a", "b", "c"])
    with pytest.raises(ValueError, match="texts_each is 0"):
        fine_tune.Pairs(clip, pictures, ["a mug"] * 16, texts_each=0)
    with pytest.raises(ValueError, match="vision, text"):
        fine_tune.contrastive(clip, pairs, lock="both")
    with pytest.raises(ValueError, match="at least 2"):
        fine_tune.contrastive(clip, pairs, batch_size=1)


def test_a_loss_that_is_not_a_number_stops_the_run(tiny_clip, pairs):
    broken = tiny_clip
    with torch.no_grad():
        broken.model.logit_scale.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match="not a number after step 0"):
        fine_tune.contrastive(broken, pairs, epochs=1, batch_size=8)


def test_sentences_lose_their_headings():
    report = "REPORT: AP supine. CM, mild.\nCONCLUSION: 1. Mild CM. 2. No PTX."
    assert fine_tune.sentences(report) == ["AP supine.", "CM, mild.", "Mild CM.", "No PTX."]


RESULTS = ("fine_tuning", "radiographs", "more_films")


@pytest.mark.parametrize("name", RESULTS)
def test_shipped_results_were_measured_with_the_bundled_model(name):
    assets = files("clipkit") / "assets"
    result = json.loads((assets / "results" / f"{name}.json").read_text())
    assert result["model"] == (assets / "clip" / "SHA256").read_text().split()[0]
    estimates = list(_estimates(result))
    assert estimates
    assert all(low <= value <= high for value, low, high in estimates)


def _estimates(value):
    """All lists of a value and the two ends of its interval, however deep they lie."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in ("path", "validation"):
                yield from _estimates(item)
    elif isinstance(value, list):
        numbers = all(isinstance(item, int | float) for item in value)
        if numbers and len(value) == 3:
            yield value
        elif not numbers:
            for item in value:
                yield from _estimates(item)


def test_what_is_no_model_and_no_pairs_is_named(tiny_clip):
    picture = Image.new("RGB", (8, 8))
    with pytest.raises(TypeError, match="clip is a str, but"):
        fine_tune.Pairs("clip", [picture] * 8, ["a mug"] * 8)
    with pytest.raises(TypeError, match=r"pairs is a tuple, but it should be Pairs\("):
        fine_tune.contrastive(tiny_clip, ([picture], ["a mug"]))
    with pytest.raises(TypeError, match="clip is a NoneType, but"):
        fine_tune.contrastive(None, None)


@pytest.mark.parametrize(
    "call",
    [
        lambda clip: fine_tune.save(clip, "model"),
        lambda clip: fine_tune.push_to_hub(clip, "me/model"),
        lambda clip: fine_tune.wise_ft(clip, clip, 0.5),
        lambda clip: fine_tune.default_learning_rate(clip),
        lambda clip: fine_tune.resize_positions(clip, 64),
        lambda clip: clipkit.adapters.add_lora(clip),
        lambda clip: clipkit.adapters.merge_lora(clip),
        lambda clip: clipkit.zero_shot.predict(clip, [], ["mug", "vase"]),
        lambda clip: clipkit.zero_shot.sentence_scores(clip, [], ["a"], ["b"]),
    ],
)
def test_where_a_model_is_asked_for_something_else_is_named(call, tiny_clip, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for other in ("openai/clip", None, tiny_clip.model):
        kind = type(other).__name__
        with pytest.raises(TypeError, match=f"(clip|old) is a {kind}, but it should be a model"):
            call(other)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("folder", "error", "said"),
    [
        ("", ValueError, 'folder is empty; "." is the folder in which Python runs'),
        ("  ", ValueError, "folder is empty"),
        (3, TypeError, "folder is a int, but it should be a text or a path"),
        (None, TypeError, "folder is a NoneType"),
    ],
)
def test_a_model_is_saved_where_it_is_said(tiny_clip, tmp_path, monkeypatch, folder, error, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=said):
        fine_tune.save(tiny_clip, folder)
    assert not list(tmp_path.iterdir())
    fine_tune.save(tiny_clip, ".")
    assert (tmp_path / "config.json").is_file()


@pytest.mark.parametrize("report", [None, 3, b"No effusion.", ["No effusion."]])
def test_a_report_that_is_no_text(report):
    with pytest.raises(TypeError, match=f"report is a {type(report).__name__}, but it should be"):
        fine_tune.sentences(report)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "is None, but it should be a number"),
        (Estimate(1, 1, 1), r"let it return its \.value"),
    ],
)
def test_what_validates_returns_a_number(tiny_clip, answer, why):
    pictures = [Image.new("RGB", (8, 8), (i, 0, 0)) for i in range(8)]
    pairs = fine_tune.Pairs(tiny_clip, pictures, [f"mug {i}" for i in range(8)])
    with pytest.raises(ValueError, match=why):
        fine_tune.contrastive(tiny_clip, pairs, epochs=1, validate=lambda clip: answer)
    with pytest.raises(TypeError, match="validate is 3, but it should be a function"):
        fine_tune.contrastive(tiny_clip, pairs, epochs=1, validate=3)


def test_a_single_loss_is_drawn_as_a_dot(monkeypatch):
    drawn = []
    monkeypatch.setattr(plots, "redraw", lambda figure, alt, handle: drawn.append(figure))
    state = TrainerState(max_steps=9, log_history=[{"loss": 3.0, "step": 5}])
    fine_tune.LivePlot()._draw(state, "9 steps")
    (line,) = drawn[0].axes[0].lines
    assert line.get_xydata().tolist() == [[5.0, 3.0]] and line.get_marker() == "o"
    plt.close(drawn[0])
