# Everything a person types. Each target does the set-up it needs by itself.
# Choose the interpreter with `make test PYTHON=python3.12`.

PY := .venv/bin/python
RUN_READY := .venv/.ready-to-run
TEST_READY := .venv/.ready-to-test
PORT ?= 8501

.DEFAULT_GOAL := help
.PHONY: help dashboard test quick hard-test check fix screenshots bench docs lock clean

help: ## This list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dashboard: $(RUN_READY) ## The dashboard on this computer, with an invented practice until there are records
	@$(PY) -m allay_metrics serve --port $(PORT)

test: check tools ## Everything CI does: lint, types, all tests
	@$(PY) -m pytest

quick: $(TEST_READY) ## The tests that need neither a browser nor PostgreSQL
	@$(PY) -m pytest -m "not browser and not postgres"

hard-test: tools ## What security and reliability must stand; writes docs/hardening.md
	@$(PY) scripts/harden.py

check: $(TEST_READY) ## Lint, format and types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

fix: $(TEST_READY) ## Mend what lint and format can mend by themselves
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

screenshots: tools ## Take docs/screenshots anew: every page, wide and phone, light and dark
	@$(PY) scripts/screenshots.py

bench: tools ## Measure, and write docs/benchmarks.md
	@$(PY) -m benchmarks

docs: $(RUN_READY) ## Write the generated documents anew
	@$(PY) scripts/generate_docs.py

lock: $(TEST_READY) ## Compile requirements*.in into requirements*.txt; UPGRADE=--upgrade takes the newest
	@UPGRADE="$(UPGRADE)" scripts/lock.sh

clean: ## Remove the virtual environment and every cache; records stay
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache

.PHONY: tools
tools: $(TEST_READY)
	@$(PY) -m tests.support.tools

$(RUN_READY): requirements.txt scripts/setup.sh
	@PYTHON="$(PYTHON)" scripts/setup.sh requirements.txt
	@touch $@

$(TEST_READY): $(RUN_READY) requirements-dev.txt
	@PYTHON="$(PYTHON)" scripts/setup.sh requirements-dev.txt
	@touch $@
