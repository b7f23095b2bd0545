"""What the lessons' texts say of their results is asserted while nbval runs them."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import nbformat.v4 as v4
import pytest

from tools import claims

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CLAIM = claims.Claim("text", "more than half", "share > 0.5")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_claim_stands_in_its_text_and_can_be_evaluated(path):
    cells = nbformat.read(path, as_version=4).cells
    assert list(claims.problems(claims.read(path.stem), cells)) == []


def test_there_is_no_list_of_claims_without_its_notebook():
    assert {p.stem for p in claims.FOLDER.glob("*.toml")} <= {p.stem for p in NOTEBOOKS}


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        (claims.Claim("gone", "more", "True"), "no text cell gone"),
        (claims.Claim("text", "less than half", "True"), "does not say “less than half”"),
        (claims.Claim("text", "more than half", "share ="), "checked by no expression"),
    ],
)
def test_a_claim_that_cannot_be_checked_is_named(claim, found):
    cells = [{"cell_type": "markdown", "id": "text", "source": ["It is more\n", "than half."]}]
    assert list(claims.problems([CLAIM], cells)) == []
    (problem,) = claims.problems([claim], cells)
    assert found in problem


@pytest.mark.parametrize(("share", "passes"), [("0.6", True), ("0.4", False), ("unknown", False)])
def test_nbval_fails_where_a_claim_does_not_hold(share, passes, tmp_path):
    code = f"share = {share}" if share != "unknown" else "other = 1"
    notebook = v4.new_notebook(
        cells=[
            v4.new_code_cell(code, id="code", execution_count=1),
            v4.new_markdown_cell("It is more than half.", id="text"),
            v4.new_code_cell("share = 0", id="after", execution_count=2),
        ]
    )
    nbformat.write(notebook, tmp_path / "lesson.ipynb")
    (tmp_path / "conftest.py").write_text(
        "from tools import claims\n"
        "claims.read = lambda name: [claims.Claim('text', 'more than half', 'share > 0.5')]\n"
        + (ROOT / "conftest.py").read_text(encoding="utf-8").partition('"""\n')[2]
    )
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--nbval",
            "--nbval-current-env",
            "-q",
            "-n0",
            str(tmp_path),
        ],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (run.returncode == 0) == passes, run.stdout
    if not passes:
        assert "the text text says “more than half”, but share > 0.5" in run.stdout
