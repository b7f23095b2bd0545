"""`python -m tools.notebooks`: notebooks are executed again and written in one form."""

import base64
import io

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image

from tools import notebooks as tool


def written(folder, *cells):
    path = folder / "01_example.ipynb"
    nbformat.write(new_notebook(cells=list(cells)), path)
    return path


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setattr(tool, "FOLDER", tmp_path)
    monkeypatch.setattr(tool.chosen, "__defaults__", (tmp_path,))
    monkeypatch.setattr(tool.execute, "__defaults__", (tmp_path,))
    return tool.main


def test_an_executed_notebook_holds_what_its_cells_say_and_no_trace_of_the_run(run, tmp_path):
    path = written(
        tmp_path,
        new_markdown_cell("# One", id="one", metadata={"collapsed": True}),
        new_code_cell(
            "import clipkit, os\nprint(1)\nprint(2)", id="two", metadata={"tags": ["exercise"]}
        ),
        new_code_cell("os.environ['TQDM_DISABLE']", id="three", execution_count=9),
        new_code_cell("import ipywidgets\nipywidgets.IntSlider(3)", id="four"),
    )
    assert run(["01"]) == 0
    first = path.read_text(encoding="utf-8")
    notebook = nbformat.read(path, as_version=4)
    _, two, three, four = notebook.cells
    assert [cell.id for cell in notebook.cells] == ["one", "two", "three", "four"]
    assert [cell.execution_count for cell in (two, three, four)] == [1, 2, 3]
    assert [cell.metadata for cell in notebook.cells] == [{}, {"tags": ["exercise"]}, {}, {}]
    assert two.outputs == [{"output_type": "stream", "name": "stdout", "text": "1\n2\n"}]
    assert three.outputs[0].data["text/plain"] == "'1'"
    assert notebook.metadata.language_info == {"name": "python"}
    assert four.outputs[0].data[tool.WIDGET_VIEW]["model_id"] == "widget-001"
    assert first.endswith("}\n") and not first.endswith("\n\n")
    assert run([]) == 0
    assert path.read_text(encoding="utf-8") == first, "a second run changes nothing"


def test_a_notebook_of_which_a_cell_fails_stays_as_it_was(run, tmp_path, capsys):
    path = written(tmp_path, new_code_cell("1 / 0"))
    before = path.read_bytes()
    assert run(["01"]) == 1
    assert path.read_bytes() == before
    complaint = capsys.readouterr().err
    assert "01_example.ipynb stays as it was" in complaint and "ZeroDivisionError" in complaint


def test_tidying_runs_nothing(run, tmp_path):
    path = written(tmp_path, new_code_cell("1 / 0", metadata={"execution": {}, "scrolled": True}))
    assert run(["--tidy"]) == 0
    (cell,) = nbformat.read(path, as_version=4).cells
    assert cell.metadata == {} and cell.outputs == [] and cell.execution_count is None


def test_a_name_that_no_notebook_bears_says_which_there_are(tmp_path):
    (tmp_path / "01_similarity.ipynb").touch()
    (tmp_path / "02_zero_shot.ipynb").touch()
    assert [path.name for path in tool.chosen(["02"], tmp_path)] == ["02_zero_shot.ipynb"]
    with pytest.raises(SystemExit, match="begins with '09'.*01_similarity, 02_zero_shot"):
        tool.chosen(["02", "09"], tmp_path)


def widget(*parts):
    return {"model_name": "BoxModel", "state": {"children": [f"IPY_MODEL_{p}" for p in parts]}}


def test_widgets_are_named_by_their_place_and_those_that_are_not_shown_are_dropped():
    view = {"output_type": "display_data", "metadata": {}}
    view["data"] = {tool.WIDGET_VIEW: {"model_id": "c3"}}
    notebook = new_notebook(cells=[new_code_cell(outputs=[nbformat.from_dict(view)])])
    state = {"a1": widget(), "b2": widget("a1"), "c3": widget("b2", "a1"), "d4": widget("a1")}
    notebook.metadata.widgets = nbformat.from_dict({tool.WIDGET_STATE: {"state": state}})
    tool.normalise(notebook)
    assert notebook.metadata.widgets[tool.WIDGET_STATE]["state"] == {
        "widget-001": widget("widget-002", "widget-003"),
        "widget-002": widget("widget-003"),
        "widget-003": widget(),
    }
    shown = notebook.cells[0].outputs[0].data[tool.WIDGET_VIEW]
    assert shown["model_id"] == "widget-001"
    again = tool.as_text(notebook)
    assert tool.as_text(tool.normalise(notebook)) == again


@pytest.mark.parametrize("alpha", [255, 100])
def test_a_lighter_picture_has_the_same_pixels(alpha):
    pixels = np.random.default_rng(0).integers(0, 9, (40, 50, 4), dtype=np.uint8)
    pixels[..., 3] = alpha
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
    light = base64.b64decode(tool.lighter(base64.b64encode(buffer.getvalue()).decode()))
    assert len(light) < len(buffer.getvalue())
    assert (np.asarray(Image.open(io.BytesIO(light)).convert("RGBA")) == pixels).all()
