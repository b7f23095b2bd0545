# Two commands: `make lab` opens the workbook, `make test` checks everything.
# Both set up .venv first if it is not there yet.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: lab test lint clean

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

lab: .venv/installed
	$(BIN)/jupyter lab notebooks/01_similarity.ipynb

test: .venv/installed
	$(BIN)/python -m pytest

lint: .venv/installed
	$(BIN)/ruff check .

clean:
	rm -rf .venv
