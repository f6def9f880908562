# Every target bootstraps what it needs; the environment lives in .venv/, state in VAR.
SHELL := /bin/bash
VAR ?= var
export VAR
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: sbom lock terraform-cycle loadtest bench chaos nightly demo stack demo-reset test test-latest test-slow check docs-check observe

$(STAMP): requirements/bootstrap.txt requirements/dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --require-hashes -r requirements/bootstrap.txt
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(STAMP)
	@exec $(BIN)/python -m ops.demo

stack: $(STAMP)
	@bash ops/install-test-parts.sh
	@exec $(BIN)/python -m ops.stack

demo-reset:
	@rm -rf "$(VAR)/portal.sqlite3"* "$(VAR)/sandbox.sqlite3"* "$(VAR)/broker" "$(VAR)/mail" "$(VAR)/media" "$(VAR)/audit-heads.jsonl"
	@echo "The demo starts over with the next make demo."

test: $(STAMP)
	@bash ops/install-test-parts.sh
	@$(BIN)/python -m pytest -n 2 --dist loadgroup tests
	@$(BIN)/python -m pytest -n 2 tests/security

test-slow: $(STAMP)
	@bash ops/install-test-parts.sh
	@$(BIN)/python -m pytest -m slow -q tests

test-latest: $(STAMP)
	@bash ops/install-test-parts.sh
	@bash ops/test-latest.sh

check: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint --quiet templates
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml portal payments insights home ops
	@$(BIN)/deptry --config requirements/deptry.toml portal payments insights home
	@$(BIN)/python -m ops.supply_chain
	@DJANGO_SETTINGS_MODULE=portal.settings.demo $(BIN)/python manage.py makemigrations --check --dry-run
	@bash ops/check-deploy.sh
	@bash ops/install-test-parts.sh
	@$(BIN)/python -m ops.deploy.lint_migrations

sbom: $(STAMP)
	@$(BIN)/python -m ops.supply_chain --out "$(VAR)/sbom/caregiver-portal.cdx.json"

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: $(STAMP)
	@$(LOCK) requirements/base.in -o requirements/base.txt
	@$(LOCK) requirements/dev.in -o requirements/dev.txt

docs-check: $(STAMP)
	@$(BIN)/python -m ops.docs.generate --check
	@$(BIN)/python -m ops.observability.dashboards --check
	@$(BIN)/python -m pytest -q -n 0 tests/repository

observe: $(STAMP)
	@bash ops/install-test-parts.sh
	@exec $(BIN)/python -m ops.observability

nightly: $(STAMP)
	@bash ops/install-test-parts.sh
	@MONEY_EXAMPLES=10000 $(BIN)/python -m pytest -n 0 -q tests/integration/test_money_machine.py

bench: $(STAMP)
	@bash ops/install-test-parts.sh
	@exec $(BIN)/python -m ops.bench $(BENCH)

SEEDS ?= 20
chaos: $(STAMP)
	@bash ops/install-test-parts.sh
	@exec $(BIN)/python -m ops.chaos --seeds $(SEEDS) $(if $(SEED),--seed $(SEED))

loadtest: $(STAMP)
	@bash ops/install-test-parts.sh
	@exec $(BIN)/python -m ops.load.local $(LOAD)

terraform-cycle:
	@bash ops/terraform/terraform-cycle.sh $(ENVIRONMENT)
