"""Notebooks 01 to 04 with another model: no cell fails, whatever its size, words and training.

The cells run as they stand, in this process: a kernel for each would take minutes. What costs time
and does not depend on the model is left out or done once: figures are made and not painted, and a
picture that the studio has drawn for one model is kept for the other.
"""

import functools
import json
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

import clipkit
import clipstudio
from clipkit import plots

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ["01_similarity", "02_zero_shot", "03_zero_shot_radiographs", "04_search"]
draw = {name: functools.cache(getattr(clipstudio, name)) for name in ("photograph", "radiograph")}


def code_cells(name):
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    return [(cell["id"], "".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]


@pytest.fixture(params=["clip", "siglip"])
def other_model(request, tmp_path_factory, monkeypatch, make_checkpoint, make_siglip):
    folder = tmp_path_factory.mktemp("other") / "model"
    if request.param == "clip":
        make_checkpoint(folder, seed=3)  # with these seeds right labels score a little higher,
    else:
        make_siglip(folder, seed=6)  # as of any model that has learnt something
    monkeypatch.setenv("CLIPKIT_MODEL", str(folder))
    monkeypatch.chdir(ROOT / "notebooks")
    monkeypatch.setattr(plots, "show", lambda figure, alt: plt.close("all"))
    for name, function in draw.items():
        monkeypatch.setattr(clipstudio, name, function)
    return folder


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_cell_fails_with_another_model(name, other_model):
    names = {"__name__": "__main__"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", clipkit.notes.ClipWarning)
        for cell, source in code_cells(name):
            try:
                exec(compile(source, f"{name}, cell {cell}", "exec"), names)
            except Exception as error:
                raise AssertionError(f"cell {cell} of {name} fails with {other_model}") from error
    assert names["clip"].name == str(other_model)
