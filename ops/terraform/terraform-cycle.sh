#!/usr/bin/env bash
# Applies an environment to a local AWS from nothing, expects an empty second plan, destroys it again.
#   usage: terraform-cycle.sh [staging|production]
# Prints "N added, second plan empty, N destroyed". Free port, state in the local AWS, nothing left behind.
# VAR (default var/) holds the Python environment of the local AWS.
set -euo pipefail
# shellcheck source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"
need terraform python3 openssl

environment=${1:-staging}
[ -d "$terraform_dir/environments/$environment" ] || die "There is no environment $environment: try staging or production."
python=$(python_environment local-aws "$terraform_dir/tests/requirements.txt")/bin/python

work=$(mktemp -d)
aws_pid=
finish() {
  [ -z "$aws_pid" ] || { kill "$aws_pid" && wait "$aws_pid"; } 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

zone=example.org
state_bucket=terraform-state
cd "$project_dir"
"$python" -m ops.terraform.tests.local_aws --zone "$zone" --bucket "$state_bucket" >"$work/aws.log" 2>"$work/aws.requests" &
aws_pid=$!
for _ in $(seq 150); do
  grep -q '^Local AWS ready' "$work/aws.log" && break
  kill -0 "$aws_pid" 2>/dev/null || die "The local AWS did not start: $(cat "$work/aws.requests")"
  sleep 0.2
done
endpoint=$(sed -n 's/^Local AWS ready: //p' "$work/aws.log")
[ -n "$endpoint" ] || die "The local AWS did not answer within 30 seconds."

# The configuration is the one that is deployed: only the environment says where AWS is.
unset AWS_PROFILE AWS_SESSION_TOKEN
export AWS_ENDPOINT_URL=$endpoint AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
export AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1
use_provider_mirror "$work"

cp -R "$terraform_dir/modules" "$terraform_dir/environments" "$work"
root=$work/environments/$environment
printf 'bucket = "%s"\nregion = "eu-west-1"\n' "$state_bucket" >"$root/backend.hcl"
cat >"$root/terraform.tfvars" <<EOF
zone_name    = "$zone"
portal_host  = "portal.$zone"
alert_emails = ["operations@$zone"]
signing_public_keys = {
  cycle = <<-PEM
$(openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null | openssl pkey -pubout)
  PEM
}
EOF

# run STEP ARGUMENTS...: Terraform in the environment; its output is shown only when it fails.
run() {
  local step=$1
  shift
  terraform -chdir="$root" "$@" -input=false -no-color >"$work/$step.log" 2>&1 || {
    local status=$?
    tail -n 60 "$work/$step.log" >&2
    die "terraform $1 failed with status $status in the step: $step"
  }
}

run init init -backend-config=backend.hcl
run apply apply -auto-approve
run "second plan" plan -detailed-exitcode
run destroy destroy -auto-approve

added=$(sed -n 's/^Apply complete! Resources: \([0-9]*\) added, 0 changed, 0 destroyed\.$/\1/p' "$work/apply.log")
destroyed=$(sed -n 's/^Destroy complete! Resources: \([0-9]*\) destroyed\.$/\1/p' "$work/destroy.log")
[ -n "$added" ] && [ "$added" -gt 0 ] || die "The apply added nothing."
[ "$added" = "$destroyed" ] || die "$added resources were added, but $destroyed destroyed."
echo "$added added, second plan empty, $destroyed destroyed"
