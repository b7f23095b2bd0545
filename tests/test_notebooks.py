"""What every notebook of the workbook keeps to, and that these guards see what they should.

nbval compares outputs; it does not notice a cell that was never run, an ignored cell, a picture
without words, or a link that leads nowhere.
"""

import copy
import json
import re
from pathlib import Path

import nbformat
import pytest

from tools import notebooks as tool

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LONGEST_CELL = 12  # lines
WIDEST_LINE = 100  # characters
LARGEST_PICTURE = 400_000  # bytes of a PNG: a page with twenty of them still opens at once
IGNORING = {"nbval-ignore-output", "nbval-skip", "nbval-raises-exception", "raises-exception"}
IGNORED = {
    # (notebook, cell id): why its output may differ from run to run
    ("01_similarity", "similarity-187"): "the table of progress grows with every new exercise",
}


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def text(value):
    return "".join(value)


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def problems(notebook, name="a notebook", folder=ROOT / "notebooks"):
    """Return one sentence for each rule that a notebook breaks."""
    return [
        *counts(notebook),
        *errors(notebook),
        *ignored_cells(notebook, name),
        *long_cells(notebook),
        *silent_pictures(notebook),
        *large_pictures(notebook),
        *broken_links(notebook, folder),
        *machine_traces(notebook),
        *timings(notebook),
    ]


def counts(notebook):
    found = [cell["execution_count"] for cell in code_cells(notebook)]
    if found != list(range(1, len(found) + 1)):
        yield f"execution counts are {found}, not 1 to {len(found)}: run all cells, in order"


def errors(notebook):
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                yield f"cell {cell['id']} raised {output['ename']}"
            if output.get("name") == "stderr":
                yield f"cell {cell['id']} wrote to stderr: {text(output['text'])[:80]}"


def ignored_cells(notebook, name):
    for cell in notebook["cells"]:
        tags = IGNORING & set(cell["metadata"].get("tags", []))
        magic = re.search(r"^\s*#\s*(NBVAL_\w+|PYTEST_VALIDATE\w+)", text(cell["source"]), re.M)
        if (tags or magic) and (name, cell["id"]) not in IGNORED:
            yield f"cell {cell['id']} is kept from comparison, but no reason is listed"


def long_cells(notebook):
    for cell in code_cells(notebook):
        lines = text(cell["source"]).splitlines()
        if len(lines) > LONGEST_CELL:
            yield f"cell {cell['id']} has {len(lines)} lines, more than {LONGEST_CELL}"
        if any(len(line) > WIDEST_LINE for line in lines):
            yield f"cell {cell['id']} has a line of more than {WIDEST_LINE} characters"


def silent_pictures(notebook):
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            for kind in output.get("data", {}):
                described = output["metadata"].get(kind, {}).get("alt", "").strip()
                if kind.startswith("image/") and len(described) < 15:
                    yield f"cell {cell['id']} shows a picture without alternative text"
            html = text(output.get("data", {}).get("text/html", ""))
            for tag in re.findall(r"<img\b[^>]*>", html):
                if not re.search(r'\balt="[^"]{15,}"', tag):
                    yield f"cell {cell['id']} shows a picture without alternative text"
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and "![](" in text(cell["source"]):
            yield f"cell {cell['id']} shows a picture without alternative text"


def large_pictures(notebook):
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            size = len(output.get("data", {}).get("image/png", "")) * 3 // 4
            if size > LARGEST_PICTURE:
                yield f"cell {cell['id']} shows a picture of {size} bytes; draw it smaller"


def broken_links(notebook, folder):
    for cell in notebook["cells"]:
        if cell["cell_type"] != "markdown":
            continue
        pattern = r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\""
        for target in re.findall(pattern, text(cell["source"])):
            link = "".join(target).split("#")[0]
            outside = re.match(r"[a-z]+:|$|attachment:", link)
            if not outside and not (folder / link).exists():
                yield f"cell {cell['id']} links to {link}, which does not exist"


def machine_traces(notebook):
    """Addresses, folders and colours of one machine in a notebook's outputs."""
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            plain = output.get("data", {}).get("text/plain", "")
            shown = text(output.get("text", "")) + text(plain)
            if re.search(r" at 0x[0-9a-f]{6,}|/home/|/root/|/tmp/|\x1b\[", shown):
                yield f"cell {cell['id']} shows something of the machine it ran on"


def timings(notebook):
    for cell in notebook["cells"]:
        if "execution" in cell["metadata"]:
            yield f"cell {cell['id']} keeps the times of its execution; remove them"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_keeps_to_the_rules(path):
    assert list(problems(read(path), path.stem)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_written_as_the_command_writes_it(path):
    tidy = tool.as_text(tool.normalise(nbformat.read(path, as_version=4)))
    same = tidy == path.read_text(encoding="utf-8")  # the texts are too long to be shown
    assert same, f"run: python -m tools.notebooks --tidy {path.stem}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_opens_and_closes_as_the_others_do(path):
    cells = read(path)["cells"]
    opening = text(cells[0]["source"])
    assert re.match(r"# \d+ \S", opening), "the first cell is the numbered title"
    assert "**You will be able to**" in opening and "minutes" in opening
    everything = "\n".join(text(c["source"]) for c in cells if c["cell_type"] == "markdown")
    assert "## Recap" in everything and "In this notebook we have" in everything
    questions = everything.split("## Three questions")[1].split("\n## ")[0]
    assert questions.count("<details>") == questions.count("</details>") == 3
    assert "## Where to go next" in everything


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_who_shows_radiographs_says_what_they_are_not_for(path):
    words = "\n".join(text(cell["source"]) for cell in read(path)["cells"])
    if "radiograph" in words:
        assert "for diagnosis" in words


def test_every_reason_for_an_ignored_cell_is_still_needed():
    there = {(path.stem, cell["id"]) for path in NOTEBOOKS for cell in read(path)["cells"]}
    assert set(IGNORED) <= there
    assert all(len(reason) > 20 for reason in IGNORED.values())


# The guards themselves: a good notebook passes, and each fault is seen.

GOOD = {
    "cells": [
        {
            "cell_type": "markdown",
            "id": "one",
            "metadata": {},
            "source": ["See [the second](02.ipynb) and [the Hub](https://huggingface.co)."],
        },
        {
            "cell_type": "code",
            "id": "two",
            "metadata": {},
            "execution_count": 1,
            "source": ["show(figure)\n", "print(1)"],
            "outputs": [
                {
                    "output_type": "display_data",
                    "data": {"image/png": "iVBORw0KGgo=", "text/plain": ["two curves cross"]},
                    "metadata": {"image/png": {"alt": "Two curves cross at 0.5."}},
                },
                {"output_type": "stream", "name": "stdout", "text": ["1\n"]},
            ],
        },
    ]
}


def not_run(cell):
    cell["execution_count"] = None


def run_out_of_order(cell):
    cell["execution_count"] = 7


def noisy(cell):
    cell["outputs"][1]["name"] = "stderr"


def failing(cell):
    error = {"output_type": "error", "ename": "ValueError", "evalue": "", "traceback": []}
    cell["outputs"] = [error]


def ignored(cell):
    cell["metadata"]["tags"] = ["nbval-ignore-output"]


def ignored_by_comment(cell):
    cell["source"] = ["# NBVAL_SKIP\n", "1"]


def long(cell):
    cell["source"] = ["1\n"] * 13


def wide(cell):
    cell["source"] = ["x" * 101]


def silent(cell):
    cell["outputs"][0]["metadata"] = {}


def large(cell):
    cell["outputs"][0]["data"]["image/png"] = "A" * 600_000


def silent_html(cell):
    cell["outputs"][0] = {
        "output_type": "display_data",
        "data": {"text/html": ['<img src="data:image/png;base64,iVBORw0KGgo=">']},
        "metadata": {},
    }


def with_an_address(cell):
    cell["outputs"][1]["text"] = ["<Figure at 0x7f3a12345678>"]


def with_a_folder(cell):
    cell["outputs"][1]["text"] = ["/home/ada/workbook"]


def timed(cell):
    cell["metadata"]["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00Z"}


FAULTS = [
    not_run, run_out_of_order, noisy, failing, ignored, ignored_by_comment, long, wide, silent,
    large, silent_html, with_an_address, with_a_folder, timed,
]  # fmt: skip


def good(folder):
    (folder / "02.ipynb").touch()
    return copy.deepcopy(GOOD)


def test_a_good_notebook_has_no_problem(tmp_path):
    assert problems(good(tmp_path), folder=tmp_path) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_is_seen(fault, tmp_path):
    notebook = good(tmp_path)
    fault(notebook["cells"][1])
    assert len(problems(notebook, folder=tmp_path)) == 1


def test_a_link_that_leads_nowhere_is_seen(tmp_path):
    notebook = good(tmp_path)
    (tmp_path / "02.ipynb").unlink()
    assert problems(notebook, folder=tmp_path) == [
        "cell one links to 02.ipynb, which does not exist"
    ]


def test_a_picture_in_a_text_cell_needs_words(tmp_path):
    notebook = good(tmp_path)
    notebook["cells"][0]["source"] = ["![](02.ipynb)"]
    assert len(problems(notebook, folder=tmp_path)) == 1
