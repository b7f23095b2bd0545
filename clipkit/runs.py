"""Long runs: files that are whole or absent, interrupts between two steps, and is it the same run?

>>> import tempfile
>>> folder = Path(tempfile.mkdtemp())
>>> with whole(folder / "notes.txt") as part:
...     _ = part.write_text("all of it")
>>> [path.name for path in folder.iterdir()]
['notes.txt']
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
import threading
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError

SEAL = "sums.json"
"""Lists the files of a checkpoint with their sizes and checksums; it is written last."""


class NotSaved(OSError):
    """Something could not be written; the message says where, and why."""


@contextlib.contextmanager
def saving(place: str | Path) -> Iterator[None]:
    """Turn what the libraries raise when they cannot write into one sentence, without their bars.

    Raises
    ------
    NotSaved
        If something could not be written.
    """
    try:
        with _no_bars():
            yield
    except NotSaved:  # of a file within a folder: said once already
        raise
    # The disk's errors reach us as OSError from Python, SafetensorError from safetensors and
    # RuntimeError from torch.save.
    except (OSError, SafetensorError, RuntimeError) as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise NotSaved(
            f"Nothing could be saved in {place}, and what was saved there before is whole; make "
            f"room on the disk or choose another folder ({reason})."
        ) from error


@contextlib.contextmanager
def _no_bars() -> Iterator[None]:
    """Keep transformers from drawing a bar for every file: it would stay in a notebook's output."""
    if "transformers" not in sys.modules:
        yield
        return
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a place to write a file or folder, which is moved to `path` when it is complete.

    Whatever goes wrong, a `kill -9` too, `path` is what it was, or (a folder that is exchanged for
    another) absent.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    with saving(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        remove(part)  # of a run that was killed
        try:
            yield part
            if part.is_dir():
                remove(path)
            os.replace(part, path)
        finally:
            remove(part)


def remove(path: Path) -> None:
    """Remove a file or a folder, if there is one."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()


def checksum(*parts: Any) -> int:
    """Return one number for bytes, texts, arrays, tensors or what JSON can hold.

    Examples
    --------
    >>> checksum("a mug", [1, 2]) == checksum("a mug", [1, 2]) != checksum("a mug", [2, 1])
    True
    """
    number = 0
    for part in parts:
        if isinstance(part, torch.Tensor):
            # As bytes, since numpy does not know bfloat16.
            part = part.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
        if isinstance(part, np.ndarray):
            part = np.ascontiguousarray(part)
        elif not isinstance(part, bytes):
            part = json.dumps(part, sort_keys=True, default=str).encode()
        number = zlib.crc32(part, number)
    return number


def model_checksums(model: torch.nn.Module) -> dict[str, int]:
    """Return what tells a model from others: its weights, and which of them are trained."""
    weights = [part for item in sorted(model.state_dict().items()) for part in item]
    trained = [[name, *p.shape] for name, p in model.named_parameters() if p.requires_grad]
    return {"weights": checksum(*weights), "trainable parameters": checksum(trained)}


def same_run(folder: Path, recipe: Mapping[str, Any], *, write: bool = True) -> None:
    """Note a run's recipe in its folder, or refuse a folder in which another run was kept.

    Parameters
    ----------
    folder : Path
    recipe : mapping
        Everything that decides the result, by a name that a reader understands; as JSON holds it.
    write : bool
        Whether this process writes the note.

    Raises
    ------
    ValueError
        If the folder keeps another run; the message names what differs.
    OSError
        If the note cannot be written.
    """
    path = folder / "recipe.json"
    recipe = json.loads(json.dumps(recipe))
    if path.exists():
        try:
            old = dict(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError, OSError) as error:
            raise ValueError(
                f"{path} cannot be read, so what run {folder} keeps is unknown; choose another "
                f"folder, or remove this one to begin anew ({error})."
            ) from error
        other = [name for name in {**old, **recipe} if old.get(name) != recipe.get(name)]
        if other:
            raise ValueError(
                f"{folder} keeps a run that differs in: {', '.join(other)}; pass the same to go on "
                "with it, or another folder to begin anew."
            )
    elif write:
        with whole(path) as part:
            part.write_text(json.dumps(recipe, indent=1), encoding="utf-8")


def seal(folder: Path) -> None:
    """Note the size and checksum of each file of a checkpoint: from now on it is complete."""
    with whole(folder / SEAL) as part:
        part.write_text(json.dumps(_sums(folder)), encoding="utf-8")


def sealed(folder: Path) -> bool:
    """Tell whether a checkpoint is complete; one that was cut off while it was written is not.

    Raises
    ------
    ValueError
        If it was complete once, and a file of it is missing or damaged now.
    """
    path = folder / SEAL
    if not path.is_file():
        return False
    now = _sums(folder)
    try:
        noted = dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        noted = {SEAL: None}
    damaged = [name for name, sums in noted.items() if now.get(name) != sums]
    if damaged:
        raise ValueError(
            f"the checkpoint {folder} is damaged ({', '.join(damaged)}); remove it to go on from "
            "an earlier one, or to begin anew if there is none."
        )
    return True


def _sums(folder: Path) -> dict[str, list[int]]:
    """Size and checksum of every file below a folder, but for the seal itself."""
    sums = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and SEAL not in path.name:
            number = 0
            with path.open("rb") as file:
                while block := file.read(1 << 24):
                    number = zlib.crc32(block, number)
            sums[path.relative_to(folder).as_posix()] = [path.stat().st_size, number]
    return sums


class Interrupt:
    """Whether Ctrl-C was pressed inside a `with` block; a second time stops at once.

    A step that is half taken has changed some weights and not others; to go on from there would
    end in another model. So the loop asks between two steps.

    Attributes
    ----------
    asked : bool

    Examples
    --------
    >>> with Interrupt() as interrupt:
    ...     interrupt.asked
    False
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None

    def __enter__(self) -> Interrupt:
        # Python delivers signals to the main thread alone, and only there can they be caught.
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
