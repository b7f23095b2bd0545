"""Execute the workbook's notebooks again, and write them in the one form in which they are kept.

    python -m tools.notebooks             # all
    python -m tools.notebooks 03 05       # those whose names begin with 03 and 05
    python -m tools.notebooks --tidy 03   # run nothing, only write in the form that we keep

An execution leaves traces that say nothing and change each time: when each cell ran, the version of
Python, random names of widgets. They are left out, so that a difference between two versions of a
notebook is a difference that somebody made. Cells keep their ids. A notebook of which a cell fails
stays as it was.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from PIL import Image

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
CELL_TIMEOUT = 900  # seconds; trainings take minutes on a busy machine
CELL_METADATA = {"tags", "exercise"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
REFERENCE = re.compile(r"IPY_MODEL_([\w-]+)")


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return 1 if a notebook failed, else 0."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.notebooks", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("names", nargs="*", help="beginnings of names, such as 03; without, all")
    parser.add_argument("--tidy", action="store_true", help="execute nothing, only normalise")
    options = parser.parse_args(arguments)
    failed = 0
    for path in chosen(options.names):
        start = time.perf_counter()
        notebook = nbformat.read(path, as_version=4)
        try:
            if not options.tidy:
                execute(notebook)
        except CellExecutionError as error:
            print(f"{path.name} stays as it was: {error}", file=sys.stderr)
            failed = 1
            continue
        write(normalise(notebook), path)
        print(f"{path.name}: written, {time.perf_counter() - start:.0f} s", flush=True)
    return failed


def chosen(names: list[str], folder: Path = FOLDER) -> list[Path]:
    """Return the notebooks whose names begin with one of `names`; all of them for no names.

    Raises
    ------
    SystemExit
        If no notebook's name begins with one of them.
    """
    paths = sorted(folder.glob("*.ipynb"))
    for name in names:
        if not any(path.name.startswith(name) for path in paths):
            there = ", ".join(path.stem for path in paths)
            raise SystemExit(f"no notebook's name begins with {name!r}; there are {there}")
    return [path for path in paths if not names or path.name.startswith(tuple(names))]


def execute(notebook: NotebookNode, folder: Path = FOLDER) -> None:
    """Run all cells in order in a fresh kernel, with the packages beside this file.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises an error.
    """
    import conftest  # noqa: F401  sets the environment in which the tests compare the outputs

    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        coalesce_streams=True,
    ).execute(env={**os.environ, "PYTHONPATH": path})
    for data in bundles(notebook):
        if "image/png" in data:
            data["image/png"] = lighter(data["image/png"])


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Leave out, in place, what an execution adds and no reader needs; return the notebook."""
    notebook.metadata.language_info = NotebookNode(name="python")
    notebook.metadata.kernelspec = NotebookNode(
        name="python3", display_name="Python 3 (ipykernel)", language="python"
    )
    for key in set(notebook.metadata) - {"kernelspec", "language_info", "widgets"}:
        del notebook.metadata[key]
    for cell in notebook.cells:
        for key in set(cell.metadata) - CELL_METADATA:
            del cell.metadata[key]
        for output in cell.get("outputs", []):
            # What belongs to a picture stays: its alternative text.
            for key in set(output.get("metadata", {})) - set(output.get("data", {})):
                del output.metadata[key]
    rename_widgets(notebook)
    return notebook


def bundles(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """Yield the data of every output, by MIME type."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "data" in output:
                yield output.data


def rename_widgets(notebook: NotebookNode) -> None:
    """Count widgets in the order in which they are shown; drop those that no output shows.

    The kernel gives each a random name: every execution would change thousands of lines.
    """
    saved = notebook.metadata.get("widgets", {}).get(WIDGET_STATE)
    views = [data[WIDGET_VIEW] for data in bundles(notebook) if WIDGET_VIEW in data]
    if not saved or not views:
        notebook.metadata.pop("widgets", None)
        return
    old: dict[str, Any] = saved["state"]
    names: dict[str, str] = {}

    def name(model: str) -> None:
        if model in old and model not in names:
            names[model] = f"widget-{len(names) + 1:03d}"
            for part in REFERENCE.findall(json.dumps(old[model], sort_keys=True)):
                name(part)

    for view in views:
        name(view["model_id"])
        view["model_id"] = names.get(view["model_id"], view["model_id"])
    saved["state"] = {new: replaced(old[model], names) for model, new in names.items()}


def replaced(value: Any, names: dict[str, str]) -> Any:
    """Return a widget's state with the names of other widgets replaced."""
    if isinstance(value, dict):
        return {key: replaced(part, names) for key, part in value.items()}
    if isinstance(value, list):
        return [replaced(part, names) for part in value]
    if isinstance(value, str):
        return REFERENCE.sub(lambda found: "IPY_MODEL_" + names.get(found[1], found[1]), value)
    return value


def lighter(encoded: str) -> str:
    """Return a PNG, in base64, with the same pixels in fewer bytes and without metadata."""
    image = Image.open(io.BytesIO(base64.b64decode(encoded)))
    image.load()
    if image.mode == "RGBA" and image.getextrema()[3] == (255, 255):
        image = image.convert("RGB")
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook so that a crash half way leaves the old one."""
    nbformat.validate(notebook)
    draft = path.with_suffix(".writing")
    draft.write_text(as_text(notebook), encoding="utf-8", newline="\n")
    draft.replace(path)


def as_text(notebook: NotebookNode) -> str:
    """Return a notebook as the text that its file holds."""
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


if __name__ == "__main__":
    sys.exit(main())
