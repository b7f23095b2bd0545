"""The model card of a project, filled in from what was measured and from the notebook's answers."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat
import pandas as pd
from datasets import Dataset
from huggingface_hub import EvalResult, ModelCardData
from numpy.typing import NDArray

from clipkit.hub import is_id
from clipkit.project.checking import Finding
from clipkit.project.results import Decision, Measured, Slice, as_table
from clipkit.project.settings import Settings
from clipkit.runs import whole

NOTEBOOK = "project.ipynb"
ANSWER = "**Our answer:**"
OPEN = "(not answered yet)"

CLINIC = """Nothing here is for diagnosis. The model was not tested as a medical device, and no
radiologist has read pictures with it. Its score ranks pictures of this collection; with another
machine, another ward or other patients it may rank them wrongly, and it does not say when.
"""


def answers(notebook: str | os.PathLike = NOTEBOOK) -> dict[str, str]:
    """Return what stands in the notebook's text cells behind "Our answer:", by question.

    Parameters
    ----------
    notebook : path-like
        As it was saved last: save it first.

    Returns
    -------
    dict of str to str
        Empty where nothing was written.

    Raises
    ------
    FileNotFoundError
        If there is no such notebook.
    """
    path = Path(notebook)
    if not path.is_file():
        raise FileNotFoundError(f"There is no {path}; pass the path of the project's notebook.")
    cells = nbformat.read(path, as_version=4).cells
    texts = [c.source for c in cells if c.cell_type == "markdown" and ANSWER in c.source]
    found = {}
    for text in texts:
        name = re.search(r"^#+ (?:\d+\. )?(.+)$", text, re.MULTILINE)
        if name:
            found[name[1].strip()] = text.split(ANSWER, 1)[1].strip(" \n.…")
    return found


def write_card(
    folder: str | os.PathLike,
    settings: Settings,
    rows: Dataset,
    parts: Mapping[str, NDArray],
    results: Mapping[str, Measured],
    chosen: str,
    *,
    findings: Sequence[Finding] = (),
    failures: Mapping[str, Slice] | None = None,
    decision: Decision | None = None,
    notebook: str | os.PathLike = NOTEBOOK,
) -> Path:
    """Write README.md into a model's folder: what a stranger has to know before using it.

    Parameters
    ----------
    folder : path-like
        That of the saved model and its classifier; made if it is missing.
    settings, rows, parts
        Of the project, as `read_settings`, `read_data` and `split_data` give them.
    results : dict of str to Measured
        As `compare` gives them.
    chosen : str
        Which of them is the model in the folder; it was chosen on validation.
    findings : sequence of Finding
        What the check of the data has found.
    failures : dict of str to Slice, optional
    decision : Decision, optional
        For two labels.
    notebook : path-like
        Where the answers stand.

    Returns
    -------
    Path
        The file. A section without an answer says so.

    Raises
    ------
    ValueError
        If `chosen` is none of the results.
    FileNotFoundError
        If there is no such notebook.
    """
    if chosen not in results:
        raise ValueError(f"chosen is {chosen!r}, but must be one of: {', '.join(results)}")
    said = answers(notebook)
    best, grouped = results[chosen], "group" in rows.column_names
    drawn = "whole groups were drawn for the intervals" if grouped else "pictures were drawn"
    sections = {
        f"# {settings.name}": (
            f"Chosen on validation: **{chosen}**. On {len(parts['test'])} test pictures that "
            f"decided nothing, its balanced accuracy is **{best.balanced_accuracy:.2f}** (95 % "
            f"interval; {len(set(rows['label']))} labels, guessing gives "
            f"{1 / len(set(rows['label'])):.2f})."
        ),
        "## Question": said.get("Question") or OPEN,
        "## Data": "\n\n".join(
            [said.get("Data") or OPEN, _counts(rows, parts), *map(_listed, findings)]
        ),
        "## Split": said.get("Split") or OPEN,
        "## Method": said.get("Method") or OPEN,
        "## What was measured": "\n\n".join(
            [
                markdown(as_table(results)),
                f"The gain is over the bar, on the same pictures; {drawn}.",
                *_decided(decision),
                said.get("Result") or OPEN,
            ]
        ),
        "## Where it fails": "\n\n".join(
            [*([markdown(as_table(failures))] if failures else []), said.get("Errors") or OPEN]
        ),
        "## Limits": said.get("Limits") or OPEN,
    }
    if settings.clinic:
        sections["## Patients"] = f"{CLINIC}\n{said.get('Patients') or OPEN}"
    sections["## Use"] = _use(Path(folder))
    text = "\n\n".join(f"{heading}\n\n{body.strip()}" for heading, body in sections.items())
    file = Path(folder) / "README.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole(file) as part:
        part.write_text(f"---\n{_metadata(settings, best)}\n---\n\n{text}\n", encoding="utf-8")
    return file


def _metadata(settings: Settings, best: Measured) -> str:
    """Return what the Hub reads: kind, tags, the model that it was made from, the measures."""
    name = settings.data.hub or "the project's own pictures"
    return ModelCardData(
        model_name=settings.name,
        license=settings.license or None,
        library_name="transformers",
        pipeline_tag="zero-shot-image-classification",
        base_model=settings.model if is_id(settings.model) else None,
        tags=["clip", "clipkit"],
        eval_results=[
            EvalResult(
                task_type="image-classification",
                dataset_type=name if is_id(name) else "own",
                dataset_name=name,
                dataset_split="test",
                metric_type=measure,
                metric_value=round(value.value, 4),
            )
            for measure, value in (
                ("balanced_accuracy", best.balanced_accuracy),
                ("accuracy", best.accuracy),
            )
        ],
    ).to_yaml()


def _counts(rows: Dataset, parts: Mapping[str, NDArray]) -> str:
    labels = rows["label"][:]
    counts = {part: Counter(labels[int(i)] for i in members) for part, members in parts.items()}
    table = {name: {part: counts[part][name] for part in parts} for name in sorted(set(labels))}
    table["all"] = {part: len(members) for part, members in parts.items()}
    if "group" in rows.column_names:
        groups = rows["group"][:]
        table["groups"] = {part: len({groups[int(i)] for i in parts[part]}) for part in parts}
    return markdown(pd.DataFrame(table).T)


def _listed(finding: Finding) -> str:
    return f"- {finding.what}"


def _decided(decision: Decision | None) -> list[str]:
    if decision is None:
        return []
    return [
        f"For “{decision.positive}”: AUROC {decision.auroc:.2f}. At the threshold "
        f"{decision.threshold:.3g}, chosen on validation, sensitivity is "
        f"{decision.sensitivity:.2f} and specificity {decision.specificity:.2f}."
    ]


def _use(folder: Path) -> str:
    return f"""```python
import clipkit
from clipkit.project import LinearClassifier

clip, classifier = clipkit.load("{folder.name}"), LinearClassifier.load("{folder.name}")
classifier.predict(clip.encode_images(["picture.jpg"]))
```

Once it is on the Hub, its id takes the place of the folder. The model is a plain one of
transformers; `classifier.safetensors` holds a row of weights and a bias for each label, to be
multiplied with an embedding of unit length."""


def markdown(table: pd.DataFrame) -> str:
    """Return a table as Markdown.

    Examples
    --------
    >>> print(markdown(pd.DataFrame({"n": [2]}, index=["mug"])))
    |  | n |
    | --- | --- |
    | mug | 2 |
    """
    lines = [["", *table.columns], ["---"] * (1 + len(table.columns))]
    lines += [[name, *values] for name, values in zip(table.index, table.values, strict=True)]
    return "\n".join(
        "| " + " | ".join(str(v).replace("|", "\\|") for v in line) + " |" for line in lines
    )
