"""The settings of a project: what stands in its project.toml."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

FILE = "project.toml"


class Source(BaseModel):
    """Where the pictures come from, and what their columns are called.

    Attributes
    ----------
    pictures : str
        A folder, seen from the project's; with a table, where its files lie.
    table : str
        A CSV or parquet file that says more of the pictures.
    hub : str
        A data set of the Hub, or a folder that `datasets.load_dataset` reads.
    picture, label, group, title : str
        Columns; empty: the first of the usual names, or none.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    pictures: str = ""
    table: str = ""
    hub: str = ""
    picture: str = ""
    label: str = ""
    group: str = ""
    title: str = ""


class Shares(BaseModel):
    """Which share of the pictures is set apart, and the seed of the draw."""

    model_config = ConfigDict(extra="forbid", strict=True)

    validation: float = Field(default=0.2, gt=0, lt=1)
    test: float = Field(default=0.2, gt=0, lt=1)
    seed: int = Field(default=0, ge=0)


class Settings(BaseModel):
    """What project.toml says.

    Attributes
    ----------
    name : str
    model : str
        As `clipkit.load` takes it; empty: the bundled model, or that of ``CLIPKIT_MODEL``.
    license : str
        Of the model, as the Hub names it, such as "cc-by-4.0"; empty: none is given.
    epochs : int
        At most so many passes of fine-tuning; 0 leaves it out.
    positive : str
        Of two labels, the one that is looked for; empty: the rarer one.
    clinic : bool
        Whether these are pictures of patients.
    data : Source
    split : Shares
    labels : dict of str to str
        Another name for a label, under which several may become one; empty leaves it out.
    words : dict of str to str
        What a prompt says for a label.
    folder : Path
        Where the file lies; what it names is seen from there.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = "My project"
    model: str = ""
    license: str = ""
    epochs: int = Field(default=10, ge=0)
    positive: str = ""
    clinic: bool = False
    data: Source
    split: Shares = Shares()
    labels: dict[str, str] = {}
    words: dict[str, str] = {}
    folder: Path = Field(default=Path(), exclude=True)

    def path(self, name: str) -> Path:
        """Return the place of something that the settings name."""
        return Path(os.path.abspath(self.folder / Path(name).expanduser()))


def read_settings(path: str | os.PathLike = FILE) -> Settings:
    """Read the settings of a project.

    Parameters
    ----------
    path : str or path-like
        The project.toml, or the folder that holds one.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If it is no TOML, or something in it is not a setting; the message names the place.
    """
    path = Path(path)
    file = path / FILE if path.is_dir() else path
    if not file.is_file():
        raise FileNotFoundError(
            f"There is no {file}; `python -m clipkit.project new FOLDER` makes one."
        )
    try:
        with file.open("rb") as opened:
            found = tomllib.load(opened)
        return Settings.model_validate({**found, "folder": file.parent})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(
            f'{file.name} is no TOML: {error}; texts stand in quotes: label = "kind"'
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        what = (
            "is no setting"
            if first["type"] == "extra_forbidden"
            else f"is not right: {first['msg']}"
        )
        raise ValueError(f"{file.name}: {place} {what}") from None


def as_toml(settings: Settings) -> str:
    """Return the settings as the text of a project.toml, with a comment on each part.

    Examples
    --------
    >>> text = as_toml(Settings(name="Mugs", data=Source(pictures="shop")))
    >>> Settings.model_validate(tomllib.loads(text)).data.pictures
    'shop'
    """
    top = settings.model_dump(exclude={"data", "split", "labels", "words"})
    parts = [
        "# What project.ipynb reads. Change a line, then run the notebook again from its top.\n"
        "# model: a Hub id or a folder; empty: the bundled model, or that of CLIPKIT_MODEL.\n"
        "# license: under which the model may be used, as the Hub names it, such as cc-by-4.0.\n"
        "# epochs: at most so many passes of fine-tuning; a large model needs a GPU, or 0.\n"
        "# positive: of two labels, the one that is looked for.",
        _lines(top),
        "\n# One source: a folder of pictures, a table beside them, or a data set of the Hub.\n"
        "# group: the column of what belongs together, such as a patient or a product.\n[data]",
        _lines(settings.data.model_dump()),
        "\n# Shares of the pictures that are set apart. The split is kept in splits.csv.\n[split]",
        _lines(settings.split.model_dump()),
        '\n# Another name for a label: the same name for two makes them one, "" leaves it out.\n'
        "[labels]",
        _lines(settings.labels),
        "\n# What a prompt says for each label: write what one would say of the picture.\n[words]",
        _lines(settings.words),
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _lines(values: Mapping[str, Any]) -> str:
    plain = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
    names = {key: key if key and set(key) <= plain else _quoted(key) for key in values}
    return "\n".join(f"{names[key]} = {_quoted(value)}" for key, value in values.items())


def _quoted(value: object) -> str:
    """Return a value as TOML writes it: a text as JSON does, save one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
