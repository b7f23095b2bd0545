"""Make the hand-out: the notebooks without their solutions."""

import json
import re
from pathlib import Path

from clipkit.classroom.grading import notebooks

FOLDED = re.compile(
    r"<details>\s*<summary>(?P<summary>.*?)</summary>.*?</details>\s*", re.DOTALL | re.IGNORECASE
)


def strip(notebook: dict, hints: bool = True, outputs: bool = False) -> dict:
    """Return a copy of a notebook without solutions.

    Parameters
    ----------
    notebook : dict
        What stands in an .ipynb file.
    hints, outputs : bool
        Whether to keep the folded hints and the cells' outputs.
    """
    notebook = json.loads(json.dumps(notebook))
    cells = []
    for cell in notebook["cells"]:
        tags = cell["metadata"].get("tags", [])
        if cell["cell_type"] == "markdown":
            text = _unfold("".join(cell["source"]), hints)
            if not text.strip() or "solution" in tags:
                continue
            cell["source"] = text.rstrip("\n").splitlines(keepends=True)
        elif cell["cell_type"] == "code" and not outputs:
            cell["outputs"], cell["execution_count"] = [], None
        cells.append(cell)
    notebook["cells"] = cells
    if not outputs:
        notebook["metadata"].pop("widgets", None)  # the state that widgets were in
    return notebook


def _unfold(text: str, hints: bool) -> str:
    """Take the solutions, and perhaps the hints, out of a text cell; other folds stay."""

    def keep(match: re.Match[str]) -> str:
        summary = match["summary"].lower()
        gone = "solution" in summary or ("hint" in summary and not hints)
        return "" if gone else match[0]

    return FOLDED.sub(keep, text)


def write(place: Path, out: Path, hints: bool = True, outputs: bool = False) -> list[Path]:
    """Write the hand-out of every notebook of a folder, or of one notebook, into `out`.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    ValueError
        If there is no notebook, or if a file in `out` would be replaced.
    """
    sources = notebooks(place)
    if not sources:
        raise ValueError(f"there is no notebook in {place}")
    out = Path(out)
    targets = [out / source.name for source in sources]
    if taken := [str(target) for target in targets if target.exists()]:
        raise ValueError(f"{taken[0]} exists already; choose an empty folder for the hand-out")
    out.mkdir(parents=True, exist_ok=True)
    for source, target in zip(sources, targets, strict=True):
        notebook = json.loads(source.read_text(encoding="utf-8"))
        stripped = strip(notebook, hints, outputs)
        target.write_text(json.dumps(stripped, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return targets
