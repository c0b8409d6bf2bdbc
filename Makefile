# Everything one does with leadhub, one target each. `make help` lists them.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
WEB_WORKERS ?= 2
WEB_THREADS ?= 4
# `make check` draws its order from the commit, so that two runs of one commit are the same run.
SEED ?= $(shell printf '%d' "0x$$(git rev-parse HEAD 2>/dev/null | cut -c 1-7 | grep . || echo 1)")
DATABASE_URL_CHECK ?= postgres://postgres@127.0.0.1:5432/leadhub
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := $(BIN)/python -m uv --quiet pip compile pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links

.PHONY: help setup run test check bench lock
.NOTPARALLEL:

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/dev-is-ready ## Make .venv with everything, locked and hashed.

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "leadhub needs Python 3.11 or newer. Name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/is-ready: requirements.txt | .venv/bin/python
	$(PIP) install --require-hashes -r requirements.txt
	@touch $@

.venv/dev-is-ready: requirements-dev.txt .venv/is-ready
	$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

# The demo: on loopback, with secrets of its own that are made once.

DEMO := env -u SECRET_KEY -u DATA_KEYS SECRET_KEY_FILE=var/demo-secret-key DATA_KEYS_FILE=var/demo-data-keys PLAIN_HTTP=1

var/demo-secret-key:
	@umask 077 && mkdir -p var && $(BIN)/python -c 'import secrets; print(secrets.token_hex(32))' > $@

var/demo-data-keys:
	@umask 077 && mkdir -p var && $(BIN)/python -c 'import base64, os; print("v1:" + base64.b64encode(os.urandom(32)).decode())' > $@

staticfiles/staticfiles.json: requirements.txt $(shell find static -type f) | .venv/is-ready var/demo-secret-key var/demo-data-keys
	@$(DEMO) $(BIN)/python manage.py collectstatic --no-input --clear --verbosity 0
	@touch $@

run: .venv/is-ready var/demo-secret-key var/demo-data-keys staticfiles/staticfiles.json ## Serve the demo on http://127.0.0.1:8000 (PORT= changes it).
	@$(DEMO) $(BIN)/python manage.py demo --port $(PORT)
	@web=; worker=; stopped=; trap 'stopped=1; kill $$web $$worker 2>/dev/null' INT TERM; \
	$(DEMO) $(BIN)/granian leadhub.wsgi:application --interface wsgi --host 127.0.0.1 --port $(PORT) --no-ws \
		--workers $(WEB_WORKERS) --blocking-threads $(WEB_THREADS) --workers-kill-timeout 3 --log-level warning & web=$$!; \
	if test -e leads/management/commands/worker.py; then $(DEMO) $(BIN)/python manage.py worker & worker=$$!; fi; \
	wait $$web; status=$$?; kill $$web $$worker 2>/dev/null; wait; test -n "$$stopped" || exit $$status

# The checks

TEST_ENV := DJANGO_SETTINGS_MODULE=tests.settings
PRODUCTION := env -u SECRET_KEY_FILE -u DATA_KEYS_FILE -u TRUST_PROXY DEBUG=0 PLAIN_HTTP=0 ALLOWED_HOSTS=leads.example \
	DATABASE_URL=sqlite:///:memory: SECRET_KEY=$$(head -c 48 /dev/urandom | base64) DATA_KEYS=v1:$$(head -c 32 /dev/urandom | base64)

test: .venv/dev-is-ready ## Run the tests on SQLite (ARGS= adds words for pytest).
	@env -u DATABASE_URL $(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

check: setup ## Do everything that CI does.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(TEST_ENV) $(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	env -u DATABASE_URL $(BIN)/python -m pytest -n auto --dist worksteal --randomly-seed=$(SEED) -m 'not browser'
	if test -d tests/browser; then env -u DATABASE_URL $(BIN)/python -m pytest --randomly-seed=$(SEED) -m browser; fi
	DATABASE_URL=$(DATABASE_URL_CHECK) $(BIN)/python -m pytest -n auto --dist worksteal --randomly-seed=$(SEED) -m 'not browser'

bench: setup ## Print the table of speed ratios.
	$(BIN)/python -m benchmarks

lock: .venv/bin/python ## Make both lock files anew from pyproject.toml.
	$(PIP) install uv
	$(LOCK) --upgrade -o requirements.txt
	$(LOCK) --upgrade --group dev -c requirements.txt -o requirements-dev.txt
