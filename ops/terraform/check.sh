#!/usr/bin/env bash
# Everything about the Terraform code that needs no AWS: format, validity, tests on mocks, policy scan.
# Works on a copy, so nothing appears in the tree. VAR (default var/) holds the scanner's environment.
set -euo pipefail
# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"
need terraform python3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
use_provider_mirror "$work"
export TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1

echo "== format"
terraform -chdir="$terraform_dir" fmt -check -diff -recursive

cp -R "$terraform_dir/modules" "$terraform_dir/environments" "$work"
for environment in "$work"/environments/*; do
  echo "== validate $(basename "$environment")"
  terraform -chdir="$environment" init -backend=false -input=false -no-color >"$work/init.log" || die "$(cat "$work/init.log")"
  terraform -chdir="$environment" validate -no-color
done

for tests in "$work"/modules/*/tests; do
  module=$(dirname "$tests")
  echo "== test modules/$(basename "$module")"
  terraform -chdir="$module" init -backend=false -input=false -no-color >"$work/init.log" || die "$(cat "$work/init.log")"
  terraform -chdir="$module" test -no-color
done

echo "== checkov"
checkov=$(python_environment checkov "$terraform_dir/tests/checkov.txt")/bin/checkov
cd "$terraform_dir"
"$checkov" --config-file .checkov.yaml
