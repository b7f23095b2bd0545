"""What holds for every test and for the kernels of the notebooks, which inherit the environment."""

import os
import tempfile
from pathlib import Path

import pytest
from nbval.plugin import IPyNbCell

from tools import claims

collect_ignore = ["clipkit/assets"]  # holds an app, which starts where it is imported
# A learner's own progress is neither read nor written by the tests.
os.environ.setdefault("CLIPKIT_PROGRESS", str(Path(tempfile.mkdtemp()) / "progress.json"))
# A bar appears after some seconds of work: on a slow machine it would stand in an output.
os.environ.setdefault("TQDM_DISABLE", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
# Notebook 07 takes the real CLIP where it is within reach. In the tests it never is, so that the
# outputs are the same on every machine: an empty cache, and no question to the Hub.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HUB_CACHE"] = tempfile.mkdtemp()
# Test processes share the cores: where each uses all of them, a training takes six times as long.
if workers := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):
    os.environ.setdefault("OMP_NUM_THREADS", str(max((os.cpu_count() or 1) // int(workers), 1)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Check what a lesson's text says of its results as soon as its cell has run (nbval)."""
    result = yield
    if isinstance(item, IPyNbCell):
        notebook = item.parent
        if not hasattr(notebook, "claims_due"):
            notebook.claims_due = claims.due(claims.read(item.path.stem), notebook.nb.cells)
        claims.check(notebook.kernel, notebook.claims_due.get(item.cell.id, []))
    return result
