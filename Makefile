# For learners, two commands: `make lab` opens the workbook, `make test` runs every test and notebook.
# For authors: `make check` reads the code without running it, `make notebooks` executes notebooks
# again, `make lock` chooses the versions anew. Each sets up .venv first if it is not there yet.

PYTHON ?= python3
BIN := .venv/bin
# Which notebooks `make notebooks` executes: `make notebooks NB=03`, NB="01 02"; without, all.
NB ?=
# `make lock LOCKFLAGS=--upgrade` takes the newest versions; without, what still fits stays.
LOCKFLAGS ?=
# Options of JupyterLab: `make lab LABFLAGS=--no-browser`, or --allow-root in a container.
LABFLAGS ?=

.PHONY: lab test check notebooks lock clean

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.venv/installed: requirements.lock requirements-torch.lock pyproject.toml
	@echo "Setting up .venv, once: two to five minutes, 3 GB or more."
	$(PYTHON) -m venv .venv
	$(PIP) --no-deps --require-hashes -r requirements.lock
	$(PIP) -r requirements-torch.lock
	$(PIP) --no-deps --editable .
	$(BIN)/python -c "import clipstudio; clipstudio.warm_up(print)"
	touch $@

lab: .venv/installed
	$(BIN)/jupyter lab $(LABFLAGS) notebooks/01_similarity.ipynb

test: .venv/installed
	$(BIN)/python -m pytest

notebooks: .venv/installed
	$(BIN)/python -m tools.notebooks $(NB)

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .

lock: .venv/installed
	$(BIN)/uv pip compile --quiet pyproject.toml -c requirements-torch.lock -o requirements.lock $(LOCKFLAGS)

clean:
	rm -rf .venv
