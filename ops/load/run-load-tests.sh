#!/usr/bin/env bash
# Load tests that decide: run-load-tests.sh --help says what it takes, docs/performance/load-testing-plan.md why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ -x .venv/bin/python ] || make -s .venv/.installed
exec .venv/bin/python -m ops.load "$@"
