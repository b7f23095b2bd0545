"""Words as data: the TOML files beside this module, and the checks that they pass when loaded."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from clipstudio.grammar import slots_of

FOLDER = Path(__file__).parent


def _phrase(text: str) -> str:
    if len(text) < 2 or text != text.strip():
        raise ValueError("a phrase has two letters or more, and no space around it")
    return text


def _plain(text: str) -> str:
    if set("[]{}|") & set(text):
        raise ValueError("these words are no template: they hold neither brackets nor braces")
    return text


def slots(*names: str) -> AfterValidator:
    """Return the check that templates are well formed and use no other slots than ``names``."""

    def check(templates: tuple[str, ...]) -> tuple[str, ...]:
        for template in templates:
            if unknown := slots_of(template) - set(names):
                known = ", ".join(sorted(names)) or "none"
                raise ValueError(f"no slot {{{min(unknown)}}} here; possible are: {known}")
        return templates

    return AfterValidator(check)


Template = Annotated[str, AfterValidator(_phrase)]
Templates = Annotated[tuple[Template, ...], Field(min_length=1)]
Phrase = Annotated[Template, AfterValidator(_plain)]
Phrases = Annotated[tuple[Phrase, ...], Field(min_length=1)]


class Words(BaseModel):
    """A table of words: its fields are typed, others are refused, and nothing in it is empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Schema = TypeVar("Schema", bound=Words)


def read(schema: type[Schema], *files: str | Path) -> Schema:
    """Read TOML files into one table.

    Parameters
    ----------
    schema : type
        A subclass of `Words`.
    *files : str or Path
        Names of files in this folder, or paths.

    Returns
    -------
    Words
        An instance of ``schema``, with the entries of all files.

    Raises
    ------
    ValueError
        If an entry is not what the schema says: one sentence with the place and what is wrong.
    """
    entries: dict[str, object] = {}
    for file in files:
        entries |= tomllib.loads((FOLDER / file).read_text(encoding="utf-8"))
    try:
        return schema.model_validate(entries)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        names = ", ".join(Path(file).name for file in files)
        reason = first["msg"].removeprefix("Value error, ")
        raise ValueError(f"{names}: {place or 'the file'}: {reason}") from None
