#!/usr/bin/env bash
# Everything about the Terraform code that needs no AWS.
#   usage: check.sh [format] [validate] [mocks] [policy]     all four by default
# Works on a copy, so nothing appears in the tree. VAR (default var/) holds the scanner's environment.
set -euo pipefail
# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"
need terraform python3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
use_provider_mirror "$work"
export TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1
cp -R "$terraform_dir/modules" "$terraform_dir/environments" "$work"

# prepared FOLDER: init without a backend; its output is shown only when it fails.
prepared() {
  terraform -chdir="$1" init -backend=false -input=false -no-color >"$work/init.log" 2>&1 || die "$(cat "$work/init.log")"
}

check_format() {
  terraform -chdir="$terraform_dir" fmt -check -diff -recursive
}

check_validate() {
  local environment
  for environment in "$work"/environments/*; do
    prepared "$environment"
    terraform -chdir="$environment" validate -no-color
  done
}

check_mocks() {
  local tests
  for tests in "$work"/modules/*/tests; do
    prepared "${tests%/tests}"
    terraform -chdir="${tests%/tests}" test -no-color
  done
}

check_policy() {
  local checkov
  checkov=$(python_environment checkov "$terraform_dir/tests/checkov.txt")/bin/checkov
  (cd "$terraform_dir" && "$checkov" --config-file .checkov.yaml)
}

[ $# -gt 0 ] || set -- format validate mocks policy
for part; do
  declare -F "check_$part" >/dev/null || die "There is no part $part: try format, validate, mocks or policy."
  echo "== $part"
  "check_$part"
done
