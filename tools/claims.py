"""What a lesson's prose says of its results, asserted on the values while nbval runs the notebook.

A sentence written for other numbers is the fault that no comparison of outputs finds. So each
sentence that speaks of a result stands in ``tests/claims/NAME.toml``, beside an expression that is
true if the sentence is:

.. code-block:: toml

    [[claim]]
    cell = "zero-shot-044"                       # the id of the text cell
    says = "as for the pattern"                  # words of it; a test finds them there
    holds = "balanced.value < plain.value"       # evaluated in the notebook's own kernel

The expression is evaluated where the reader has come to: after the last code cell before the text.
It uses the notebook's own names, and leaves nothing behind.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "tests" / "claims"


@dataclass(frozen=True)
class Claim:
    """A statement about a result.

    Attributes
    ----------
    cell : str
        Id of the text cell in which it stands.
    says : str
        The words that state it, as they stand there.
    holds : str
        A Python expression that is true if the statement is.
    """

    cell: str
    says: str
    holds: str


def read(notebook: str) -> list[Claim]:
    """Return the claims of a notebook; none where it has no file.

    Parameters
    ----------
    notebook : str
        Its name without folder and ending.
    """
    path = FOLDER / f"{notebook}.toml"
    if not path.is_file():
        return []
    with open(path, "rb") as file:
        return [Claim(**entry) for entry in tomllib.load(file)["claim"]]


def problems(claims: Iterable[Claim], cells: Iterable[Any]) -> Iterator[str]:
    """Say in a sentence what is wrong with each claim that cannot be checked in these cells."""
    texts = {c["id"]: one_line(c["source"]) for c in cells if c["cell_type"] == "markdown"}
    for claim in claims:
        if claim.cell not in texts:
            yield f"there is no text cell {claim.cell}, of which a claim says “{claim.says}”"
        elif one_line(claim.says) not in texts[claim.cell]:
            yield f"cell {claim.cell} does not say “{claim.says}”"
        try:
            ast.parse(claim.holds.strip(), mode="eval")
        except SyntaxError:
            yield f"what cell {claim.cell} claims is checked by no expression: {claim.holds}"


def due(claims: Iterable[Claim], cells: Iterable[Any]) -> dict[str, list[Claim]]:
    """Return the claims that can be checked after each code cell, by its id.

    Examples
    --------
    >>> claim = Claim("b", "more than half", "share > 0.5")
    >>> cells = [{"cell_type": "code", "id": "a"}, {"cell_type": "markdown", "id": "b"}]
    >>> due([claim], cells)
    {'a': [Claim(cell='b', says='more than half', holds='share > 0.5')]}
    """
    claims, found, last = list(claims), {}, None
    for cell in cells:
        if cell["cell_type"] == "code":
            last = cell["id"]
        for claim in claims:
            if claim.cell == cell["id"] and last is not None:
                found.setdefault(last, []).append(claim)
    return found


def check(kernel: Any, claims: Iterable[Claim], timeout: float = 60) -> None:
    """Evaluate claims in a running kernel.

    Parameters
    ----------
    kernel : nbval.kernel.RunningKernel
        As it stands after a cell.
    claims : iterable of Claim
    timeout : float
        Seconds for all of them.

    Raises
    ------
    AssertionError
        If a claim does not hold or cannot be evaluated; the message quotes it.
    """
    expressions = {str(i): f"bool({claim.holds.strip()})" for i, claim in enumerate(claims)}
    if not expressions:
        return
    asked = kernel.kc.execute("", silent=True, user_expressions=expressions)
    while (reply := kernel.get_message("shell", timeout))["parent_header"].get("msg_id") != asked:
        pass
    kernel.await_idle(asked, timeout)
    for i, claim in enumerate(claims):
        answer = reply["content"]["user_expressions"][str(i)]
        if answer["status"] == "error":
            raise AssertionError(
                f"the text {claim.cell} says “{claim.says}”, but {claim.holds} cannot be "
                f"evaluated: {answer['ename']}: {answer['evalue']}"
            )
        if answer["data"]["text/plain"] != "True":
            raise AssertionError(
                f"the text {claim.cell} says “{claim.says}”, but {claim.holds} is false"
            )


def one_line(source: str | list[str]) -> str:
    """Return a text with single spaces only, as words are compared."""
    return " ".join("".join(source).split())
