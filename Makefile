# Two commands: `make lab` opens the workbook, `make test` checks everything.
# Both set up .venv first if it is not there yet.

PYTHON ?= python3
BIN := .venv/bin
# Which notebooks `make notebooks` executes: `make notebooks NB=03`, NB="01 02"; without, all.
NB ?=
# Options of JupyterLab: `make lab LABFLAGS=--no-browser`, or --allow-root in a container.
LABFLAGS ?=

.PHONY: lab test notebooks lint clean

.venv/installed: requirements.lock pyproject.toml
	@echo "Setting up .venv, once: two to five minutes, 2.5 GB or more."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(BIN)/python -c "import clipstudio; clipstudio.warm_up(print)"
	touch $@

lab: .venv/installed
	$(BIN)/jupyter lab $(LABFLAGS) notebooks/01_similarity.ipynb

test: .venv/installed
	$(BIN)/python -m pytest

notebooks: .venv/installed
	$(BIN)/python -m tools.notebooks $(NB)

lint: .venv/installed
	$(BIN)/ruff check .

clean:
	rm -rf .venv
