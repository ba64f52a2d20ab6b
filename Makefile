# Offtake: `make run` serves the site, `make test` checks everything. Needs Python 3.11 or newer and GNU make.
# All paths are relative, so that the project may lie in a folder with spaces.

PYTHON ?= python3
PY := .venv/bin/python
SHELL := /bin/sh
export PYTHONUNBUFFERED := 1
PYTEST_WORKERS ?= 2
LINT_PATHS := core companies tenders matching fairs frontend demo config manage.py

.DEFAULT_GOAL := help
.PHONY: help install venv venv-dev run test test-long lint format bench reset messages vendor requirements

help: ## show this list
	@echo "Offtake. Targets:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'
	@echo "Variables: PORT (8000), HOST, DATABASE_URL, REDIS_URL, OFFTAKE_VAR (data folder); see docs/operations.md"

venv:
	@$(PYTHON) config/venv.py requirements.txt

venv-dev:
	@$(PYTHON) config/venv.py requirements-dev.txt

install: venv-dev ## install everything, for running, tests and benchmarks

run: venv ## install, prepare the data, serve the site with worker and beat
	@exec $(PY) -m config.run

lint: venv-dev ## ruff, mypy, import-linter, missing migrations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy $(LINT_PATHS)
	$(PY) .venv/bin/lint-imports
	DJANGO_SETTINGS_MODULE=tests.settings $(PY) manage.py makemigrations --check --dry-run

test: lint ## everything that must hold: lint, then the tests (REQUIRE_BROWSER=1: fail without Chromium)
	$(PY) -m pytest -n $(PYTEST_WORKERS) --dist loadfile

test-long: venv-dev ## long fault, race and volume tests
	$(PY) -m pytest -m long

format: venv-dev ## sort imports, format
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: venv-dev ## every program in benchmarks/, one after the other
	@set -e; for program in benchmarks/[a-z]*.py; do \
		name=$$(basename "$$program" .py); echo "== $$name"; $(PY) -m "benchmarks.$$name"; \
	done

reset: venv ## delete the data (refuses while it is used)
	@$(PY) -m config.reset

messages: venv ## collect and compile the texts in locale/ (needs GNU gettext)
	@command -v msgfmt >/dev/null || { echo "GNU gettext is needed: apt-get install gettext"; exit 1; }
	$(PY) manage.py makemessages --locale vi --no-wrap --no-location --ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*'
	$(PY) manage.py compilemessages --locale vi --ignore '.venv'

vendor: venv ## fetch the vendored front-end files again, at their pinned versions
	@test -f frontend/vendor.py || { echo "frontend/vendor.py is missing: nothing to renew"; exit 1; }
	$(PY) -m frontend.vendor

requirements: venv-dev ## compile requirements*.in to requirements*.txt with hashes
	$(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		requirements.in -o requirements.txt
	$(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		requirements-dev.in -o requirements-dev.txt
