"""Which checkpoint? Their sizes, licences and published results as one table.

The data lie in ``assets/checkpoints.toml``, each result with its source; what was measured here
lies in ``assets/results/checkpoints.json``, as ``benchmarks/checkpoints.py`` writes it.

>>> table = load_checkpoints()
>>> table["dimension"]["openai/clip-vit-large-patch14"].item()
768
"""

from __future__ import annotations

import json
import tomllib
import urllib.request
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

if TYPE_CHECKING:
    import torch
    from PIL import Image

ASSETS = Path(__file__).parent / "assets"
MEGABYTE = 1e6  # bytes
PUBLISHED = ASSETS / "published"
"""Pictures on which results were published; its README says by whom."""


class Result(BaseModel):
    """A published result.

    Attributes
    ----------
    value : float
        From 0 to 1.
    source : str
        A key of `Catalogue.sources`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    value: float = Field(ge=0, le=1)
    source: str


class Benchmark(BaseModel):
    """What a published result measures.

    Attributes
    ----------
    title : str
        For the head of a column.
    what : str
        Data and measure.
    chance : float, optional
        What guessing gets.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    what: str
    chance: float | None = None


class Checkpoint(BaseModel):
    """What is known of a checkpoint before anything is downloaded.

    Attributes
    ----------
    id : str
        On the Hugging Face Hub; of one that is not there, its repository on GitHub.
    name, author : str
    domain : {"general", "shop", "medicine"}
        What it was trained on.
    loaded_by : {"clipkit", "open_clip", "its own code"}
        "clipkit" for ``clipkit.load(id)``; "open_clip" for ``clipkit.load("hf-hub:" + id)`` where
        that package is installed.
    resolution : int
        Pixels along each edge of the picture that it sees.
    parameters : int
    dimension : int
        Of an embedding.
    context_length : int
        Tokens, start and end included, after which a text is cut.
    licence : str
    commercial : bool
        Whether the licence allows to sell what is built on it.
    languages : str
    configuration : str
        Where the configuration stands.
    architecture : dict, optional
        The configuration of transformers that has this size; none if transformers has no such
        model.
    closest : bool
        Whether `architecture` is only the nearest that transformers has.
    published : dict of Result
        By key of `Catalogue.benchmarks`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    name: str
    author: str
    domain: Literal["general", "shop", "medicine"]
    loaded_by: Literal["clipkit", "open_clip", "its own code"]
    resolution: PositiveInt
    parameters: PositiveInt
    dimension: PositiveInt
    context_length: PositiveInt
    licence: str
    commercial: bool
    languages: str
    configuration: str = Field(min_length=5)
    architecture: dict[str, Any] | None = None
    closest: bool = False
    published: dict[str, Result] = {}


class Catalogue(BaseModel):
    """All checkpoints, and what their results mean and come from.

    Attributes
    ----------
    sources : dict of str
    benchmarks : dict of Benchmark
    checkpoint : list of Checkpoint
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    sources: dict[str, str]
    benchmarks: dict[str, Benchmark]
    checkpoint: list[Checkpoint]

    @model_validator(mode="after")
    def _names_are_known(self) -> Catalogue:
        for checkpoint in self.checkpoint:
            for benchmark, result in checkpoint.published.items():
                if benchmark not in self.benchmarks:
                    raise ValueError(f"{checkpoint.id} has a result on an unknown {benchmark}")
                if result.source not in self.sources:
                    raise ValueError(
                        f"{benchmark} of {checkpoint.id} has no known source ({result.source})"
                    )
        ids = [checkpoint.id for checkpoint in self.checkpoint]
        if len(set(ids)) < len(ids):
            raise ValueError("a checkpoint is listed twice")
        return self


@cache
def read_catalogue(path: Path = ASSETS / "checkpoints.toml") -> Catalogue:
    """Return the checked contents of a list of checkpoints.

    Raises
    ------
    pydantic.ValidationError
        If a field is missing, of another type or out of its range, or a result has no source.
    """
    return Catalogue.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def measured() -> dict[str, Any]:
    """Return what was measured here: "machine" and "pictures_per_second", by id."""
    return json.loads((ASSETS / "results" / "checkpoints.json").read_text(encoding="utf-8"))


def load_checkpoints() -> pd.DataFrame:
    """Return the table of checkpoints.

    Returns
    -------
    pandas.DataFrame
        A row for each checkpoint, by its id. Columns: the attributes of `Checkpoint` as far as they
        are numbers and words; "mb_float32" and "mb_float16", the megabytes of its weights;
        "pictures_per_second" as measured on one machine, from random weights of its size; and, a
        column for each benchmark, the published results. What is not known is NaN.
    """
    catalogue, speeds = read_catalogue(), measured()["pictures_per_second"]
    rows = []
    for checkpoint in catalogue.checkpoint:
        row = checkpoint.model_dump(exclude={"architecture", "closest", "published"})
        row["mb_float32"] = checkpoint.parameters * 4 / MEGABYTE
        row["mb_float16"] = checkpoint.parameters * 2 / MEGABYTE
        row["pictures_per_second"] = speeds.get(checkpoint.id, float("nan"))
        for benchmark in catalogue.benchmarks:
            result = checkpoint.published.get(benchmark)
            row[benchmark] = result.value if result else float("nan")
        rows.append(row)
    return pd.DataFrame(rows).set_index("id")


def build(checkpoint: Checkpoint, device: str = "meta") -> torch.nn.Module:
    """Return a model of a checkpoint's size with random weights; nothing is downloaded.

    Parameters
    ----------
    checkpoint : Checkpoint
    device : str
        On "meta", the default, a model has shapes and no weights: it takes no memory and cannot be
        called.

    Raises
    ------
    ValueError
        If transformers has no model of this architecture.
    """
    import torch
    import transformers

    if checkpoint.architecture is None:
        raise ValueError(f"transformers has no model of the architecture of {checkpoint.id}")
    config = transformers.AutoConfig.for_model(**checkpoint.architecture)
    with torch.device(device):
        return transformers.AutoModel.from_config(config).eval()


def fetch_picture(address: str, seconds: float = 10) -> Image.Image | None:
    """Return the picture at an address, or None where it cannot be had.

    Parameters
    ----------
    address : str
        Begins with "https://" or "http://".
    seconds : float
        Of silence, after which it is given up.

    Returns
    -------
    PIL.Image.Image or None
        Mode RGB.
    """
    from clipkit.pictures import PictureError, open_picture

    try:
        with urllib.request.urlopen(address, timeout=seconds) as answer:
            return open_picture(answer.read())
    except (OSError, PictureError):
        return None


def markdown() -> str:
    """Return the tables of ``docs/checkpoints.md``: what each checkpoint is, and how it does."""
    catalogue, table = read_catalogue(), load_checkpoints()
    sizes = [
        "| checkpoint | trained on | sees, px | parameters, M | MB in float32 / float16 "
        "| embedding | tokens | languages | licence | loaded by | time |",
        "| --- " * 11 + "|",
    ]
    times = table["pictures_per_second"]["openai/clip-vit-base-patch32"]
    times = times / table["pictures_per_second"]
    for name, row in table.iterrows():
        time = "not measured" if pd.isna(times[name]) else f"{times[name]:.2g}"
        sizes.append(
            f"| `{name}` | {row['domain']} | {row['resolution']} | {row['parameters'] / 1e6:,.0f} "
            f"| {row['mb_float32']:,.0f} / {row['mb_float16']:,.0f} | {row['dimension']} "
            f"| {row['context_length']} | {row['languages']} | {row['licence']} "
            f"| {row['loaded_by']} | {time} |"
        )
    titles = [benchmark.title for benchmark in catalogue.benchmarks.values()]
    results = ["| checkpoint | " + " | ".join(titles) + " |", "| --- " * (len(titles) + 1) + "|"]
    for checkpoint in catalogue.checkpoint:
        found = [checkpoint.published.get(name) for name in catalogue.benchmarks]
        cells = [f"{result.value:.3f}" if result else "" for result in found]
        results.append(f"| `{checkpoint.id}` | " + " | ".join(cells) + " |")
    meanings = []
    for name, benchmark in catalogue.benchmarks.items():
        used = dict.fromkeys(
            result.source
            for checkpoint in catalogue.checkpoint
            for key, result in checkpoint.published.items()
            if key == name
        )
        chance = f"; guessing gets {benchmark.chance:g}" if benchmark.chance else ""
        where = "; ".join(catalogue.sources[source] for source in used)
        meanings.append(f"- **{benchmark.title}**: {benchmark.what}{chance}. Source: {where}.")
    return "\n".join([*sizes, "", *results, "", *meanings])
