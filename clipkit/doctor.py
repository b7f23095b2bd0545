"""Say what is installed and what is wrong, if anything: ``python -m clipkit.doctor``.

Every problem is one sentence that ends with its remedy; with one, the exit status is 1.
"""

import hashlib
import importlib.metadata
import os
import platform
import sys
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import Requirement

from clipkit import hub

PACKAGE = Path(__file__).parent
SHOWN = ("torch", "transformers", "datasets", "numpy", "pillow", "numba", "ipywidgets")
NOTEBOOKS = ("jupyterlab", "ipykernel")
MEMORY_NEEDED = 1.2  # gigabytes, what a notebook takes at most
SETTINGS = ("CLIPKIT_MODEL", "CLIPKIT_PICTURES", "HF_HUB_OFFLINE", "OMP_NUM_THREADS")


@dataclass
class Report:
    """What was found: facts as pairs (name, value), problems as sentences."""

    facts: list = field(default_factory=list)
    problems: list = field(default_factory=list)

    def __str__(self):
        width = max((len(name) for name, _ in self.facts), default=0)
        lines = [f"{name:{width}}  {value}" for name, value in self.facts]
        if self.problems:
            lines += ["", "What is wrong:", *(f"- {problem}" for problem in self.problems)]
        else:
            lines += ["", "Nothing is wrong."]
        return "\n".join(lines)


def report(assets=PACKAGE / "assets"):
    """Look at the installation and return what was found.

    Parameters
    ----------
    assets : pathlib.Path
        Where the bundled model (``clip``) and the data sets (``data``) lie.

    Returns
    -------
    Report

    Examples
    --------
    >>> found = report()
    >>> found.facts[0][0]
    'Python'
    """
    found = Report()
    for check in (_versions, _machine, _settings, _studio, _notebooks):
        check(found)
    _model(found, Path(assets) / "clip")
    _data(found, Path(assets) / "data")
    return found


def checksum(path):
    """Return the SHA-256 of a file as 64 hexadecimal digits.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder) / "a"
    ...     _ = file.write_bytes(b"abc")
    ...     checksum(file)[:16]
    'ba7816bf8f01cfea'
    """
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def _versions(found):
    found.facts.append(("Python", f"{platform.python_version()} ({sys.executable})"))
    if _version("clipkit") is None:
        found.problems.append(
            "clipkit itself is not installed: run pip install -e . in its folder."
        )
        return
    for line in importlib.metadata.requires("clipkit") or []:
        need = Requirement(line)
        if need.marker and not need.marker.evaluate({"extra": ""}):
            continue
        have = _version(need.name)
        if need.name in SHOWN:
            found.facts.append((need.name, have or "missing"))
        if have is None or not need.specifier.contains(have, prereleases=True):
            state = f"is {have}, but" if have else "is missing, and"
            wanted = f"{need.name}{need.specifier}"
            found.problems.append(
                f'{need.name} {state} clipkit needs {wanted}: run pip install "{wanted}".'
            )


def _machine(found):
    import psutil
    import torch

    memory = psutil.virtual_memory()
    total, free = memory.total / 1e9, memory.available / 1e9
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "none"
    found.facts += [
        ("system", platform.platform(terse=True)),
        ("cores", f"{os.cpu_count()}, of which torch uses {torch.get_num_threads()}"),
        ("memory", f"{total:.1f} GB, {free:.1f} GB of it free"),
        ("GPU", device),
    ]
    if free < MEMORY_NEEDED:
        found.problems.append(
            f"Only {free:.1f} GB of memory are free and a notebook may need {MEMORY_NEEDED} GB: "
            "close other programs or notebooks."
        )


def _settings(found):
    for name in SETTINGS:
        if name in os.environ:
            found.facts.append((name, os.environ[name]))


def _studio(found):
    """Whether numba's compiled code is on disk; without it the first picture takes longer."""
    places = [PACKAGE.parent / "clipstudio"]
    if "NUMBA_CACHE_DIR" in os.environ:
        places.append(Path(os.environ["NUMBA_CACHE_DIR"]))
    compiled = any(next(place.rglob("*.nbi"), None) for place in places)
    state = "compiled" if compiled else "not compiled yet: the first picture takes a minute"
    found.facts.append(("studio", state))


def _notebooks(found):
    for name in NOTEBOOKS:
        version = _version(name)
        found.facts.append((name, version or "missing"))
        if version is None:
            found.problems.append(
                f"{name} is missing, so the notebooks cannot be opened: run pip install {name}."
            )


def _model(found, bundled):
    """The bundled model's files and checksum, and whether the chosen model answers."""
    chosen = os.environ.get("CLIPKIT_MODEL")
    weights = bundled / "model.safetensors"
    if not weights.is_file():
        found.facts.append(("bundled model", "missing"))
        found.problems.append(
            f'The bundled model is missing from "{bundled}": clone the repository again, or '
            "install clipkit again."
        )
        return
    have = checksum(weights)
    found.facts.append(("bundled model", f"{weights.stat().st_size / 1e6:.1f} MB, SHA-256 {have}"))
    record = bundled / "SHA256"
    expected = record.read_text(encoding="utf-8").split()[:1] if record.is_file() else []
    if expected != [have]:
        wanted = f"its checksum should be {expected[0]}" if expected else "SHA256 is missing"
        found.problems.append(
            f'The bundled model in "{bundled}" is not the one that was published ({wanted}): '
            "restore it with git checkout, or install clipkit again."
        )
        return
    if chosen and not Path(chosen).expanduser().is_dir():
        cached = "in the cache" if chosen in hub.cached_ids() else "fetched from the Hub when used"
        found.facts.append(("chosen model", f"{chosen}, {cached}"))
        return
    try:
        from clipkit.loading import load

        clip = load(chosen or bundled)
        clip.words = None
        clip.encode_texts(["a picture"])
    except Exception as error:
        reason = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
        found.problems.append(
            f"The model does not work ({reason}): unset CLIPKIT_MODEL or choose another model."
            if chosen
            else f"The bundled model does not work ({reason}): install clipkit again."
        )
    else:
        found.facts.append(("model answers", f"{clip.name}, {clip.dimension} dimensions"))


def _data(found, folder):
    import pyarrow.parquet as parquet

    from clipkit.data import SPLITS

    for name in ("catalog", "radiographs"):
        rows = {}
        for split in SPLITS:
            path = folder / name / f"{split}.parquet"
            try:
                rows[split] = parquet.read_metadata(path).num_rows
            except (OSError, ValueError) as error:  # pyarrow's errors are ValueErrors
                state = "damaged" if path.is_file() else "missing"
                found.problems.append(
                    f'"{path}" is {state} ({type(error).__name__}): restore it with git checkout, '
                    "or run python -m clipstudio.build, which makes it again."
                )
        counted = ", ".join(f"{split} {count}" for split, count in rows.items())
        found.facts.append((f"data set {name}", counted or "missing"))


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def main():
    """Print the report; return 1 if something is wrong, else 0."""
    found = report()
    print(found)
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
