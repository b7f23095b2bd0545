"""Say what is installed and what is wrong, if anything: ``python -m clipkit.doctor``.

What can be tried is tried: a file is written where one has to be, the model answers, and all data
are compared with their checksums. Every problem is one sentence that ends with its remedy; with
one, the exit status is 1.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import Requirement

from clipkit import hub

PACKAGE = Path(__file__).parent
SHOWN = ("torch", "transformers", "datasets", "numpy", "pillow", "numba", "ipywidgets")
NOTEBOOKS = ("jupyterlab", "ipykernel")
MEMORY_NEEDED = 1.2  # gigabytes, what a notebook takes at most
SETTINGS = (
    "CLIPKIT_MODEL",
    "CLIPKIT_PICTURES",
    "CLIPKIT_PROGRESS",
    "HF_HOME",
    "HF_HUB_OFFLINE",
    "NUMBA_CACHE_DIR",
    "OMP_NUM_THREADS",
)


@dataclass
class Report:
    """What was found: facts as pairs (name, value), problems as sentences."""

    facts: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        width = max((len(name) for name, _ in self.facts), default=0)
        lines = [f"{name:{width}}  {value}" for name, value in self.facts]
        if self.problems:
            lines += ["", "What is wrong:", *(f"- {problem}" for problem in self.problems)]
        else:
            lines += ["", "Nothing is wrong."]
        return "\n".join(lines)


def report(assets: Path = PACKAGE / "assets") -> Report:
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
    for check in (_versions, _machine, _settings, _folders, _network, _studio, _notebooks):
        check(found)
    _model(found, Path(assets) / "clip")
    _data(found, Path(assets) / "data")
    return found


def checksum(path: str | os.PathLike[str]) -> str:
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


def _versions(found: Report) -> None:
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


def _machine(found: Report) -> None:
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


def _settings(found: Report) -> None:
    for name in SETTINGS:
        if name in os.environ:
            found.facts.append((name, os.environ[name]))


def _folders(found: Report) -> None:
    """Try to write where progress, models and compiled code are kept."""
    from huggingface_hub import constants

    try:
        home = Path.home()
    except RuntimeError:
        found.problems.append(
            "No home folder is known for this user: set HOME to a folder that can be written."
        )
        home = Path("/nowhere")
    progress = os.environ.get("CLIPKIT_PROGRESS") or home / ".clipkit" / "progress.json"
    compiled = [PACKAGE.parent / "clipstudio", home / ".cache"]
    if "NUMBA_CACHE_DIR" in os.environ:
        compiled = [Path(os.environ["NUMBA_CACHE_DIR"])]
    for what, places, remedy in (
        ("Progress in the exercises", [Path(progress).parent], "CLIPKIT_PROGRESS to a file"),
        ("Models of the Hub", [Path(constants.HF_HUB_CACHE)], "HF_HOME to a folder"),
        ("The studio's compiled code", compiled, "NUMBA_CACHE_DIR to a folder"),
    ):
        hindrances = [_hindrance(place) for place in places]
        if all(hindrances):
            found.problems.append(
                f'{what} cannot be kept in "{places[0]}" ({hindrances[0]}): set {remedy} that can '
                "be written."
            )


def _hindrance(folder: Path) -> str | None:
    """Return why nothing can be written into a folder, or where it would be made; or None."""
    folder = Path(os.path.expanduser(folder)).absolute()
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return error.strerror or type(error).__name__


def _network(found: Report) -> None:
    """Whether a connection could be made with the proxy that is set; none is made."""
    from huggingface_hub.utils import get_session

    try:
        get_session()
    except Exception as error:
        found.problems.append(
            f"Nothing can be fetched from the Hub ({_reason(error)}): install what is missing, or "
            "unset the proxy."
        )


def _studio(found: Report) -> None:
    """Whether numba's compiled code is on disk; without it the first picture takes longer."""
    places = [PACKAGE.parent / "clipstudio"]
    if "NUMBA_CACHE_DIR" in os.environ:
        places.append(Path(os.environ["NUMBA_CACHE_DIR"]))
    compiled = any(next(place.rglob("*.nbi"), None) for place in places)
    state = "compiled" if compiled else "not compiled yet: the first picture takes a minute"
    found.facts.append(("studio", state))


def _notebooks(found: Report) -> None:
    for name in NOTEBOOKS:
        version = _version(name)
        found.facts.append((name, version or "missing"))
        if version is None:
            found.problems.append(
                f"{name} is missing, so the notebooks cannot be opened: run pip install {name}."
            )


def _model(found: Report, bundled: Path) -> None:
    """Look at the bundled model's files and checksum, and whether the chosen model answers."""
    from clipkit.loading import torchvision_problem

    if problem := torchvision_problem():
        found.problems.append(f"{problem[0].upper()}{problem[1:]}.")
        return
    intact = _bundled_model(found, bundled)
    chosen = os.environ.get("CLIPKIT_MODEL")
    if not chosen:
        if intact:
            _answers(found, bundled, "install clipkit again")
        return
    remedy = "unset CLIPKIT_MODEL or choose another model"
    folder = Path(os.path.expanduser(chosen))
    if not folder.is_dir():
        cached = hub.cached_folder(chosen) if hub.is_id(chosen) else None
        if cached is None and hub.is_id(chosen):
            found.facts.append(("chosen model", f"{chosen}, fetched from the Hub when used"))
            return
        if cached is None:
            found.problems.append(
                f'There is no folder "{chosen}", which CLIPKIT_MODEL names: {remedy}.'
            )
            return
        found.facts.append(("chosen model", f"{chosen}, in the cache"))
        folder, remedy = cached, f"fetch it again with the network on, or {remedy}"
    _answers(found, folder, remedy)


def _bundled_model(found: Report, bundled: Path) -> bool:
    """Whether the bundled model is the one that was published."""
    weights = bundled / "model.safetensors"
    if not weights.is_file():
        found.facts.append(("bundled model", "missing"))
        found.problems.append(
            f'The bundled model is missing from "{bundled}": clone the repository again, or '
            "install clipkit again."
        )
        return False
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
    return expected == [have]


def _answers(found: Report, folder: Path, remedy: str) -> None:
    """Load a model, which tries it as well."""
    from clipkit.loading import load

    try:
        clip = load(folder)
    except Exception as error:
        found.problems.append(f"The model does not work ({_reason(error)}): {remedy}.")
    else:
        found.facts.append(("model answers", f"{clip.name}, {clip.dimension} dimensions"))


def _data(found: Report, folder: Path) -> None:
    """Compare every file of the data sets with its checksum in the folder's ``SHA256``."""
    import pyarrow.parquet as parquet

    remedy = "restore it with git checkout, or run python -m clipstudio.build, which makes it again"
    record = folder / "SHA256"
    if not record.is_file():
        found.problems.append(f'"{record}", the list of the data sets, is missing: {remedy}.')
        return
    counted: dict[str, list[str]] = {}
    for line in record.read_text(encoding="utf-8").splitlines():
        expected, name = line.split()
        path = folder / name
        rows = counted.setdefault(path.parent.name, [])
        if not path.is_file() or checksum(path) != expected:
            state = "damaged" if path.is_file() else "missing"
            found.problems.append(f'"{path}" is {state}: {remedy}.')
        else:
            rows.append(f"{path.stem} {parquet.read_metadata(path).num_rows}")
    for name, rows in counted.items():
        found.facts.append((f"data set {name}", ", ".join(rows) or "missing"))


def _reason(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def main(words: Sequence[str] | None = None) -> int:
    """Print the report; return 1 if something is wrong, else 0.

    Parameters
    ----------
    words : sequence of str, optional
        The command line's, by default; it has no option but ``--help``.
    """
    about = "Say what is installed and what is wrong, if anything, with the remedy."
    argparse.ArgumentParser("python -m clipkit.doctor", description=about).parse_args(words)
    found = report()
    print(found)
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
