"""What a learner has done: kept in one small local file, shown as a table with a plot."""

import contextlib
import html
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from clipkit.exercises.engine import EXERCISES, Result

STATES = ("right", "tried", "not started")


def path() -> Path:
    """Return the file: `CLIPKIT_PROGRESS` if it is set, else ``~/.clipkit/progress.json``."""
    try:
        return Path(os.environ.get("CLIPKIT_PROGRESS") or "~/.clipkit/progress.json").expanduser()
    except RuntimeError as error:  # a user without a home
        raise FileNotFoundError(f"no progress can be kept: {error}") from error


def read() -> dict[str, str]:
    """Return the state of each exercise that was tried; a missing or broken file is empty."""
    try:
        kept = json.loads(path().read_text(encoding="utf-8"))
        return {str(k): v for k, v in kept["exercises"].items() if v in STATES}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return {}


def note(result: Result) -> None:
    """Keep a verdict: once right is right for good, and "not started" leaves no trace."""
    if result.status == "not started":
        return
    kept = read()
    state = "right" if result.status == "right" else "tried"
    if kept.get(result.name) in (state, "right"):
        return
    kept[result.name] = state
    with contextlib.suppress(OSError):  # a home that is read-only must not stop a lesson
        _write(path(), json.dumps({"version": 1, "exercises": kept}, indent=1, sort_keys=True))


def _write(target: Any, text: str) -> None:
    """Write all or nothing: two notebooks may write at once, and a machine may be switched off."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=target.name, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(name, target)


class Progress:
    """A table of exercises with their states, and a bar for each notebook.

    Parameters
    ----------
    here : iterable of str
        The exercises of this notebook, shown one by one.
    states : dict
        From the name of an exercise to "right" or "tried".
    """

    def __init__(self, here: Any, states: Any) -> None:
        self.here = list(here)
        self.states = states
        self.modules: dict[str, list[str]] = {}
        for name in EXERCISES:
            self.modules.setdefault(name.split(".")[0], []).append(name)

    def _state(self, name: str) -> Any:
        return self.states.get(name, "not started")

    def _done(self, names: Any) -> Any:
        return sum(self._state(name) == "right" for name in names)

    def _bars(self) -> Any:
        rows = [(module, self._done(names), len(names)) for module, names in self.modules.items()]
        return [*rows, ("altogether", self._done(EXERCISES), len(EXERCISES))]

    def __repr__(self) -> str:
        width = max([len(name) for name in EXERCISES] + [10])
        lines = [f"{name:<{width}}  {self._state(name)}" for name in self.here]
        lines += [""] * bool(lines)
        for name, done, total in self._bars():
            bar = "█" * round(20 * done / total) + "░" * (20 - round(20 * done / total))
            lines.append(f"{name:<{width}}  {bar} {done} of {total}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        mark = {"right": "✓ right", "tried": "… tried", "not started": "not started"}
        rows = [
            f"<tr><td style='text-align:left'>{html.escape(name)}</td>"
            f"<td style='text-align:left'>{mark[self._state(name)]}</td></tr>"
            for name in self.here
        ]
        rows += [
            f"<tr><td style='text-align:left'>{html.escape(name)}</td><td style='text-align:left'>"
            "<span style='display:inline-block;width:160px;background:#ddd'>"
            f"<span style='display:inline-block;width:{round(160 * done / total)}px;height:0.8em;"
            f"background:#0072b2'></span></span> {done} of {total}</td></tr>"
            for name, done, total in self._bars()
        ]
        return f"<table>{''.join(rows)}</table>"
