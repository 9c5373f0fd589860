# Everything a person or the CI does here starts with `make`; `make` alone lists it.
# Versions come from constraints.txt, hash by hash; .venv is remade only when they change.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
BROWSERS := chromium chromium-browser google-chrome
AIRFLOW := .venv-airflow
OTHER := .venv-python
PYTHONS := 3.11 3.12 3.13 3.14
PYTEST := $(BIN)/pytest -n 3 --dist loadgroup

.PHONY: help demo pictures test test-browser test-long test-faults test-office test-schedulers test-python lint format sentences api lab bench lock browser \
  servers office cron setup clean

help:  ## list what can be made
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

demo: setup  ## show credtools at work on made-up data, in the folder demo/
	@$(BIN)/credtools demo --folder demo

lab: setup  ## open the upload in JupyterLab, on the demo's organisation
	@[ -e demo/credtools.db ] || $(BIN)/credtools demo --folder demo
	@cd demo && ../$(BIN)/credtools lab

pictures: setup browser  ## take the pictures in docs/ again, from the demo
	@$(BIN)/pytest -q -m browser -k "by_clicks or twelve_causes or by_hand or approvals or apps or a_quarter or month_3 or left_out_by or own_button or uploads_by_keyboard or status_means"
	@mkdir -p docs/pictures && cp screenshots/{wizard-*,held-1*,held-3*,media-2*,media-5*,approve-1*,app-1*,audit-1*,shapes-3*,status-1*,cards-1*,uploads-1*,uploads-3*}.png docs/pictures/

test: setup browser servers lint  ## lint, then every test, those in the browser and on PostgreSQL too
	@$(PYTEST)

test-browser: setup browser  ## only the tests that drive JupyterLab in a browser
	@$(BIN)/pytest -m browser

test-long: setup servers  ## the long batteries: many rows, many moments, some minutes
	@$(PYTEST) -m long

test-faults: setup  ## the battery of faults: disks, power, wires, servers; 1,000 nasty files (FAULTS=40 points of each)
	@$(BIN)/pytest -q -s -m faults

test-office: setup office  ## only the tests that fill files in with a real LibreOffice
	@$(BIN)/pytest -m office

test-schedulers: setup cron $(AIRFLOW)/.ready  ## only the tests that start cron and Airflow themselves
	@$(BIN)/pytest -m schedulers

# Apart from .venv, so that whoever looks at another Python keeps theirs.
test-python:  ## all tests without a browser on another Python: make test-python PYTHON=/path/to/python3.13
	@$(PYTHON) -m venv --clear $(OTHER)
	@$(OTHER)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r constraints.txt
	@$(OTHER)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(OTHER)/bin/pytest -n 3 --dist loadgroup -m "not browser and not long and not office and not schedulers"

sentences: setup  ## write tests/sentences.txt, what people read, from where it is made
	@$(BIN)/python -m tests.sentences

api: setup  ## write docs/api.md from the docstrings
	@$(BIN)/python docs/api_page.py

lint: setup  ## style, format, types, and the floors of the house
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo "Some files are not formatted: run 'make format'." >&2; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo

format: setup  ## format the code and fix what ruff can fix
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

bench: setup  ## measure speed
	@$(BIN)/python -m bench

lock: setup  ## write the locked versions again from pyproject.toml (newest versions: make lock UPGRADE=--upgrade)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header $(UPGRADE) --group dev --output-file constraints.txt pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header $(UPGRADE) \
	  --output-file tests/schedulers/requirements.txt tests/schedulers/requirements.in pyproject.toml
	@for one in $(PYTHONS); do $(BIN)/uv pip install --quiet --dry-run --target .venv/none --python-version $$one \
	  --only-binary :all: --require-hashes --no-deps -r constraints.txt; done
	@echo "constraints.txt and tests/schedulers/requirements.txt are up to date; Python $(PYTHONS) find wheels in it."

browser:  ## have a Chromium for the browser tests: find one, or install Debian's
	@for name in $(BROWSERS); do if command -v $$name >/dev/null; then exit 0; fi; done; \
	if [ "$$(id -u)" = 0 ]; then root=; else root="sudo -n"; fi; \
	echo "No Chromium here: installing Debian's ..."; \
	if $$root apt-get update -qq && $$root env DEBIAN_FRONTEND=noninteractive \
	  apt-get install -qq --no-install-recommends chromium >/dev/null; then exit 0; fi; \
	echo "The browser tests need Chromium and it could not be installed here:" \
	  "install it so that one of '$(BROWSERS)' is on PATH, then run make again." >&2; exit 1

servers:  ## have PostgreSQL 15 and PgBouncer for the tests: find them, or install Debian's
	@if [ -x /usr/lib/postgresql/15/bin/initdb ] && [ -x /usr/sbin/pgbouncer ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then root=; else root="sudo -n"; fi; \
	echo "No PostgreSQL 15 or no PgBouncer here: installing Debian's ..."; \
	if $$root apt-get update -qq && $$root env DEBIAN_FRONTEND=noninteractive \
	  apt-get install -qq --no-install-recommends postgresql-15 pgbouncer >/dev/null; then exit 0; fi; \
	echo "The tests need PostgreSQL 15 (/usr/lib/postgresql/15) and PgBouncer (/usr/sbin/pgbouncer), and they could not" \
	  "be installed here: install them (Debian 12, or apt.postgresql.org), then run make again." >&2; exit 1

office:  ## have a LibreOffice for its tests: find one, or install Debian's
	@if command -v soffice >/dev/null && /usr/bin/python3 -c 'import uno' 2>/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then root=; else root="sudo -n"; fi; \
	echo "No LibreOffice here: installing Debian's ..."; \
	if $$root apt-get update -qq && $$root env DEBIAN_FRONTEND=noninteractive \
	  apt-get install -qq --no-install-recommends libreoffice-calc-nogui python3-uno >/dev/null; then exit 0; fi; \
	echo "These tests need LibreOffice (soffice) and its bridge to Python (python3-uno), and they could not be" \
	  "installed here: install them, then run make again." >&2; exit 1

cron:  ## have a cron for its test: find one, or install Debian's
	@if command -v cron >/dev/null && command -v crontab >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then root=; else root="sudo -n"; fi; \
	echo "No cron here: installing Debian's ..."; \
	if $$root apt-get update -qq && $$root env DEBIAN_FRONTEND=noninteractive \
	  apt-get install -qq --no-install-recommends cron >/dev/null; then exit 0; fi; \
	echo "This test needs cron and it could not be installed here: install it, then run make again." >&2; exit 1

# Airflow brings 150 packages of its own and says which versions; nothing else here shall depend on them.
$(AIRFLOW)/.ready: tests/schedulers/requirements.txt
	@echo "Setting up $(AIRFLOW) (a minute or two, only when versions change) ..."
	@test -x $(AIRFLOW)/bin/python || $(PYTHON) -m venv $(AIRFLOW)
	@$(AIRFLOW)/bin/python -m pip install -qq --disable-pip-version-check --no-deps -r $<
	@$(AIRFLOW)/bin/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "credtools needs Python 3.11 or newer and '$(PYTHON)' is not: run make PYTHON=/path/to/a/newer/python3." >&2; \
	  exit 1; }
	@echo "Setting up .venv (a minute or two, only when versions change) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r constraints.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean:  ## remove what make made: .venv, .venv-airflow, .venv-python, demo/, dist/, screenshots/, caches
	@rm -rf .venv $(AIRFLOW) $(OTHER) demo dist build screenshots .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
