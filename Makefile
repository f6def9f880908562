# Every target bootstraps what it needs; the environment lives in .venv/, state in VAR.
SHELL := /bin/bash
VAR ?= var
export VAR
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
unexport PYTHONDONTWRITEBYTECODE # containers set it; every process would then compile every module again

.PHONY: help screenshots dev test-one sbom lock terraform-cycle loadtest bench chaos nightly demo stack demo-reset test test-latest test-slow check check-code check-release docs-check observe

$(STAMP): requirements/bootstrap.txt requirements/dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --require-hashes -r requirements/bootstrap.txt
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

help: ## every target with its line
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | sort | while IFS='|' read -r name line; do printf '%-16s %s\n' "$$name" "$$line"; done

demo: $(STAMP) ## the whole portal on http://127.0.0.1:8000/ until Ctrl-C
	@exec $(BIN)/python -m ops.demo

dev: $(STAMP) ## the demo for developing: code, templates and styles are taken up as they are saved
	@exec $(BIN)/python -m ops.demo --develop

stack: $(STAMP) ## the whole portal on PostgreSQL, Redis and gunicorn behind nginx with TLS
	@bash ops/install-test-parts.sh
	@exec $(BIN)/python -m ops.stack

screenshots: $(STAMP) ## every page of the running demo, two widths, light and dark, on one sheet in var/
	@$(BIN)/python -m ops.demo.screenshots

demo-reset: ## the demo starts over
	@rm -rf "$(VAR)/portal.sqlite3"* "$(VAR)/sandbox.sqlite3"* "$(VAR)/broker" "$(VAR)/mail" "$(VAR)/media" "$(VAR)/audit-heads.jsonl"
	@echo "The demo starts over with the next make demo."

test: $(STAMP) ## the suite, in parallel
	@bash ops/install-test-parts.sh
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --durations=30 tests
	@$(BIN)/python -m pytest -n 2 tests/security

test-one: $(STAMP) ## one file or test, with only the servers that it needs (T=path[::name])
	@test -n "$(T)" || { echo "Say which: make test-one T=tests/unit/portal/test_money.py"; exit 2; }
	@$(BIN)/python -m pytest -n 0 -q $(T)

SLOW := tests/slow tests/e2e tests/upgrade
test-slow: $(STAMP) ## what takes longer
	@bash ops/install-test-parts.sh
	@$(BIN)/python -m pytest -m "slow and not quiet" -n 2 --dist loadgroup --durations=30 -v $(SLOW)
	@$(BIN)/python -m pytest -m "slow and quiet" --durations=30 -v $(SLOW)

test-latest: $(STAMP) ## the suite on the newest Django and Wagtail that the other dependencies support
	@bash ops/install-test-parts.sh
	@bash ops/test-latest.sh

check: $(STAMP) ## lint, types, import direction, packages, templates, migrations, deployment checks
	@bash ops/install-test-parts.sh
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target check-code check-release

check-code: $(STAMP) ## of make check: lint, types, import direction, known faults
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml portal payments insights home ops

check-release: $(STAMP) ## of make check: templates, packages, migrations, deployment checks
	@$(BIN)/djlint --lint --quiet templates ops/demo/templates
	@$(BIN)/deptry --config requirements/deptry.toml portal payments insights home
	@$(BIN)/python -m ops.supply_chain
	@DJANGO_SETTINGS_MODULE=portal.settings.demo $(BIN)/python manage.py makemigrations --check --dry-run
	@bash ops/check-deploy.sh
	@$(BIN)/python -m ops.deploy.lint_migrations

sbom: $(STAMP) ## the list of what a release ships
	@$(BIN)/python -m ops.supply_chain --out "$(VAR)/sbom/caregiver-portal.cdx.json"

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11.2 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: $(STAMP) ## pin the packages of requirements/*.in anew
	@$(LOCK) requirements/base.in -o requirements/base.txt
	@$(LOCK) requirements/dev.in -o requirements/dev.txt

docs-check: $(STAMP) ## generated documents in step
	@$(BIN)/python -m ops.docs.generate --check
	@$(BIN)/python -m pytest -q -n 0 tests/repository

observe: $(STAMP) ## a local Prometheus with the alert rules in front of the running demo
	@bash ops/install-test-parts.sh
	@exec $(BIN)/python -m ops.observability

nightly: $(STAMP) ## 10,000 examples of the money state machine
	@bash ops/install-test-parts.sh
	@MONEY_EXAMPLES=10000 $(BIN)/python -m pytest -n 0 -q tests/integration/test_money_machine.py

bench: $(STAMP) ## speed beside its peers (BENCH=name for one)
	@bash ops/install-test-parts.sh
	@exec $(BIN)/python -m ops.bench $(BENCH)

SEEDS ?= 20
chaos: $(STAMP) ## faults under a paying load, judged against Stripe (SEEDS=20, or SEED=7 to replay one)
	@bash ops/install-test-parts.sh
	@exec $(BIN)/python -m ops.chaos --seeds $(SEEDS) $(if $(SEED),--seed $(SEED))

loadtest: $(STAMP) ## the stack under k6 (LOAD="--duration 30s --vus 5")
	@bash ops/install-test-parts.sh
	@exec $(BIN)/python -m ops.load.local $(LOAD)

terraform-cycle: ## the CDN applied, planned again and destroyed against a local AWS (ENVIRONMENT=production)
	@bash ops/terraform/terraform-cycle.sh $(ENVIRONMENT)
