"""What holds for every test and for the kernels of the notebooks, which inherit the environment."""

import os
import tempfile
from pathlib import Path

# A learner's own progress is neither read nor written by the tests.
os.environ.setdefault("CLIPKIT_PROGRESS", str(Path(tempfile.mkdtemp()) / "progress.json"))
# A bar appears after some seconds of work: on a slow machine it would stand in an output.
os.environ.setdefault("TQDM_DISABLE", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
# Test processes share the cores: where each uses all of them, a training takes six times as long.
if workers := os.environ.get("PYTEST_XDIST_WORKER_COUNT"):
    os.environ.setdefault("OMP_NUM_THREADS", str(max((os.cpu_count() or 1) // int(workers), 1)))
