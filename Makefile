# WhatsOn hub. `make` alone lists what can be done.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 5000
VENV := .venv
BIN := $(VENV)/bin
TESTS ?=
# two more than there are processors: many tests wait for a server, a browser or the disk
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 2)
ARGS ?=

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: $(VENV)/.installed ## Set up, load real organizations, serve at http://127.0.0.1:$(PORT)
	$(BIN)/hub demo --port $(PORT)

test: $(VENV)/.installed-dev ## Run all tests, on SQLite and, where one is found, on PostgreSQL
	$(BIN)/pytest --numprocesses $(WORKERS) --dist worksteal --database both $(ARGS) $(TESTS)

check: $(VENV)/.installed-dev ## Check format, lint, types, catalogs and migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m tests.catalogs --check

fix: $(VENV)/.installed-dev ## Mend format and lint
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-dev ## Measure search, import and pages; prints figures beside their targets
	$(BIN)/python -m bench

catalogs: $(VENV)/.installed-dev ## Extract the texts and bring the six catalogs in line
	$(BIN)/python -m tests.catalogs

lock: ## Pin the dependencies anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --python-version 3.11 -o requirements.lock pyproject.toml
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --python-version 3.11 --group dev -c requirements.lock -o requirements-dev.lock pyproject.toml

clean: ## Remove what was installed and made (not the data in var/)
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

.PHONY: help run test check fix bench catalogs lock clean
