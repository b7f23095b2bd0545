"""The table of checkpoints: its sizes, its sources, and the page that is made from it."""

import math
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from clipkit import checkpoints, hub

ROOT = Path(__file__).parents[1]
CATALOGUE = checkpoints.read_catalogue()
BUILT = [checkpoint for checkpoint in CATALOGUE.checkpoint if checkpoint.architecture]


@pytest.mark.parametrize("checkpoint", BUILT, ids=lambda checkpoint: checkpoint.id)
def test_sizes_are_those_of_the_configuration(checkpoint):
    model = checkpoints.build(checkpoint)
    counted = sum(parameters.numel() for parameters in model.parameters())
    if checkpoint.closest:
        assert counted == pytest.approx(checkpoint.parameters, rel=0.01)
    else:
        assert counted == checkpoint.parameters
        text = model.config.text_config
        assert text.max_position_embeddings == checkpoint.context_length
        dimension = getattr(model.config, "projection_dim", None) or text.hidden_size
        assert dimension == checkpoint.dimension
    assert model.config.vision_config.image_size == checkpoint.resolution
    assert next(model.parameters()).device.type == "meta"  # nothing was downloaded or filled


@pytest.mark.parametrize(
    ("name", "millions"),
    [  # counted by others: mlfoundations/open_clip, docs/model_profile.csv, and a file of 784 MB
        ("openai/clip-vit-base-patch32", 151.28),
        ("openai/clip-vit-base-patch16", 149.62),
        ("openai/clip-vit-large-patch14", 427.62),
        ("google/siglip-base-patch16-224", 203.16),
        ("microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224", 784 / 4),
    ],
)
def test_sizes_are_those_that_others_have_counted(name, millions):
    row = checkpoints.load_checkpoints().loc[name]
    assert row["parameters"] / 1e6 == pytest.approx(millions, rel=1e-3)
    assert row["mb_float32"] == pytest.approx(2 * row["mb_float16"])


def test_the_table_has_what_the_file_has():
    table = checkpoints.load_checkpoints()
    assert list(table.index) == [checkpoint.id for checkpoint in CATALOGUE.checkpoint]
    for checkpoint in CATALOGUE.checkpoint:
        for name in CATALOGUE.benchmarks:
            value = table.loc[checkpoint.id, name]
            result = checkpoint.published.get(name)
            assert value == result.value if result else math.isnan(value)
    speeds = table["pictures_per_second"]
    without = {checkpoint.id for checkpoint in CATALOGUE.checkpoint} - {c.id for c in BUILT}
    assert set(speeds.index[speeds.isna()]) == without
    # one tower is measured for all checkpoints that have it
    assert speeds["openai/clip-vit-base-patch32"] == speeds["patrickjohncyh/fashion-clip"]
    assert speeds["openai/clip-vit-base-patch32"] > speeds["openai/clip-vit-base-patch16"]
    assert speeds["openai/clip-vit-base-patch16"] > speeds["openai/clip-vit-large-patch14"]


def test_every_source_is_used_and_every_benchmark_has_a_result():
    results = [r for c in CATALOGUE.checkpoint for r in c.published.items()]
    assert {result.source for _, result in results} == set(CATALOGUE.sources)
    assert {name for name, _ in results} == set(CATALOGUE.benchmarks)


def test_ids_are_those_that_load_knows():
    listed = {c.id for c in CATALOGUE.checkpoint if c.loaded_by == "clipkit"}
    assert listed - set(hub.KNOWN_IDS) <= {
        "laion/CLIP-ViT-L-14-laion2B-s32B-b82K",
        "facebook/metaclip-2-worldwide-huge-quickgelu",
    }


LINES = (checkpoints.ASSETS / "checkpoints.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("value = 0.6332", "value = 63.32", "less than or equal to 1"),
        ('value = 0.6332, source = "open_clip"', 'value = 0.6332, source = "memory"', "source"),
        ('value = 0.6332, source = "open_clip"', "value = 0.6332", "Field required"),
        ("published.imagenet = { value = 0.6332", "published.imagent = { value = 0.6", "imagent"),
        ("resolution = 224", 'resolution = "large"', "valid integer"),
        ('domain = "shop"', 'domain = "fashion"', "general"),
        ("openai/clip-vit-base-patch16", "openai/clip-vit-base-patch32", "listed twice"),
    ],
)
def test_a_fault_in_the_file_is_seen(tmp_path, old, new, said):
    assert old in LINES
    path = tmp_path / "checkpoints.toml"
    path.write_text(LINES.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValidationError, match=said):
        checkpoints.read_catalogue(path)


def test_the_page_holds_the_tables():
    page = (ROOT / "docs" / "checkpoints.md").read_text(encoding="utf-8")
    assert checkpoints.markdown() in page, "run: python benchmarks/checkpoints.py --write"
    widths = {line.count("|") for line in checkpoints.markdown().splitlines() if "`" in line}
    assert len(widths) == 2  # two tables, each with rows of one width


def test_the_page_says_what_the_table_says():
    page = " ".join((ROOT / "docs" / "checkpoints.md").read_text(encoding="utf-8").split())
    table = checkpoints.load_checkpoints()
    slides, fashion = table["patch_camelyon"], table["fashion_search"]
    small, large = "openai/clip-vit-base-patch32", "openai/clip-vit-large-patch14"
    told = re.search(r"B/32 is at (0\.\d\d), and its L/14, .* at (0\.\d\d)", page)
    assert [float(x) for x in told.groups()] == [round(slides[small], 2), round(slides[large], 2)]
    assert "almost three times the parameters" in page
    assert 2.7 < table["parameters"][large] / table["parameters"][small] < 3
    assert "FashionCLIP 2.0 finds fewer products than SigLIP B/16" in page
    assert fashion["patrickjohncyh/fashion-clip"] < fashion["google/siglip-base-patch16-224"]
    assert "an L/14 more than ten times what it costs a B/32" in page
    speeds = table["pictures_per_second"]
    assert speeds[small] / speeds[large] > 10


def test_a_picture_that_cannot_be_had_is_none(tmp_path):
    assert checkpoints.fetch_picture("http://127.0.0.1:9/cats.jpg", seconds=1) is None
    (tmp_path / "text.jpg").write_text("no picture")
    assert checkpoints.fetch_picture((tmp_path / "text.jpg").as_uri()) is None
    picture = checkpoints.PUBLISHED / "CLIP.png"
    assert checkpoints.fetch_picture(picture.as_uri()).size == (2162, 762)
